"""What a person must type before a decision is made, and when it may be; on a screen or off it; pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from reltui.config import Config, matches
from reltui.data.decision import FolderPlace, GateStep, Pause, Stage, Thing, Verb
from reltui.data.topics import ServerState
from reltui.model.approval import Approval, ApprovalType
from reltui.model.definition import Definition
from reltui.model.release import Release
from reltui.model.text import SafeText, has_marks, is_suspicious
from reltui.model.window import WindowState, state


def is_protected(stage: str, server: ServerState) -> bool:
    """Whether a stage asks for its name (`Profile.protected`; case does not matter)."""
    return any(matches(pattern, stage) for pattern in server.protected)


def stage_of(seen: Thing) -> Stage | None:
    """The stage that a decision is about, if it is about one and not about an approval."""
    match seen:
        case Stage():
            return seen
        case Pause() | GateStep():
            return seen.stage
    return None


def stage_name(seen: Thing) -> SafeText:
    """The name of the stage that a decision is about; empty when it is about none."""
    if isinstance(seen, Approval):
        return seen.environment.name
    stage = stage_of(seen)
    return stage.environment.name if stage is not None else SafeText("")


def server_time(server: ServerState, now: datetime) -> datetime:
    """The time by a server's clock, as far as that is known; `now` is by this machine's."""
    return now + timedelta(seconds=server.clock_offset or 0.0)


def closed(config: Config, server: ServerState, verb: Verb, seen: Thing, now: datetime) -> WindowState | None:
    """The window or freeze that speaks against a yes now; None where none does.

    Only what lets a deployment go on is held to it: approving before the deployment, and resuming one. Not
    what is asked after it, and never a no. The server's clock tells, where it is known, and the windows are
    in this machine's zone; `now` is by this machine's clock.
    """
    match verb, seen:
        case Verb.APPROVE, Approval() if seen.type != ApprovalType.POST_DEPLOY:
            pass
        case Verb.RESUME, Pause():
            pass
        case _:
            return None
    policy = config.policy_of(server.name, stage_name(seen))
    found = state(policy.windows, policy.freezes, server_time(server, now))
    return None if found.open else found


TYPES_STAGE = (Verb.CANCEL, Verb.IGNORE_GATE)
"""Verbs that ask for the stage's name wherever it is."""


def word_to_type(verb: Verb, seen: Thing, protected: bool) -> tuple[str, str]:
    """What must be typed before the button, and what it is; both empty when `y` is enough.

    A name that looks like another one is no proof of having read it: then it is the number. `protected`:
    the stage is.
    """
    if isinstance(seen, Release) and verb in (Verb.ABANDON, Verb.DELETE):
        if is_suspicious(seen.name):
            return str(seen.id), "the release's number"
        last = re.split(r"[-_\s]", seen.name)[-1]
        if not last or last == seen.name:
            return seen.name, "the release's name"
        return last, "the end of its name"
    if isinstance(seen, Definition) and verb is Verb.DELETE_DEFINITION:
        if is_suspicious(seen.name) or has_marks(seen.name):
            return str(seen.id), "the definition's number"
        return seen.name.strip(), "the definition's name"
    if isinstance(seen, FolderPlace) and verb is Verb.DELETE_FOLDER:
        name = seen.path.rpartition("\\")[2].strip()
        if is_suspicious(name):
            return str(len(seen.definitions)), "how many definitions are deleted"
        return name, "the folder's name"
    name = stage_name(seen)
    if name and (protected or verb in TYPES_STAGE):
        stage = stage_of(seen)
        number = seen.environment.id if isinstance(seen, Approval) else stage.id if stage is not None else 0
        return (str(number), "the stage's number") if is_suspicious(name) else (name, "the stage's name")
    return "", ""
