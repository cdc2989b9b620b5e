"""What a verb would act on, and why it may not. Pure but for reading the service."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any

from reltui.data import capabilities
from reltui.data.access import why_not
from reltui.data.actions import facts_of
from reltui.data.confirming import stage_of
from reltui.data.decision import Thing, Verb
from reltui.data.outbox import Outbox
from reltui.data.topics import Link, ReleaseOf, ServerState, Snapshot
from reltui.model.approval import Approval, ApprovalType
from reltui.model.project import Project
from reltui.model.release import Release
from reltui.model.signing import is_for
from reltui.model.text import SafeText
from reltui.model.values import dataclass
from reltui.model.words import short_name
from reltui.ui.present import Line

if TYPE_CHECKING:
    from reltui.data.service import DataService


REFUSING: Mapping[Link, str] = {
    Link.OFFLINE: "cannot be reached now",
    Link.DOWN: "does not serve now",
    Link.SIGN_IN: "wants you to sign in (:sign-in)",
}
"""In which states of a server nothing can be decided, in words."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One object as it is drawn now, with what its dialog tells. Screens make it; dialogs keep it."""

    verb: Verb
    server: str
    """Profile name."""
    project: Project
    seen: Thing
    current: Callable[[], Thing | None]
    """The same object as the service knows it at the time of the call; None when it is gone."""
    from_cache: bool = False
    """It is a saved or an old row: the server has not answered for it (C11)."""
    read_at: float | None = None
    """`time.time()` of the reading, for the age in the dialog."""
    facts: tuple[Line, ...] | Callable[[], Sequence[Line]] = ()
    """More lines for the dialog: why me, what a yes does, warnings; a call gives them as they are now."""
    stale: Callable[[], SafeText | None] = lambda: None
    """Why the newest reading failed, in one sentence, as it is at the time of the call; else nothing."""
    more: Callable[[], Sequence[Line]] = tuple
    """What may be long, for the end of the dialog: a yes does not wait until it is in view."""
    browser_only: Callable[[], SafeText] = lambda: SafeText("")
    """The link of the page where alone it can be decided, as far as is known at the time of the call; else
    nothing."""
    body: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """For save and save new: the whole definition to send."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """What was chosen before the dialog, for `Draft.options`."""
    heading: str = ""
    """Of the dialog, where the verb alone does not tell what it is for."""

    def facts_now(self) -> Sequence[Line]:
        """The lines of `facts`."""
        return self.facts() if callable(self.facts) else self.facts

    def release_of(self, service: DataService) -> Snapshot[Release]:
        """The release that it is about, as far as a screen has asked for it."""
        seen = self.seen
        if isinstance(seen, Approval):
            return service.look(ReleaseOf(self.server, self.project, seen.release.id))
        stage = stage_of(seen)
        found = stage.release if stage is not None else seen if isinstance(seen, Release) else None
        return Snapshot(found, self.read_at)


def failed_reading(snapshot: Snapshot[Any]) -> SafeText:
    """Why the last reading failed; empty when it did not, or when only some of several parts did."""
    if snapshot.answered or not snapshot.parts or not snapshot.problems:
        return SafeText("")
    return snapshot.problems[0].sentence


def refusal(subject: Subject, server: ServerState, outbox: Outbox) -> SafeText | None:
    """Why the verb may not even open its dialog now; None when it may."""
    if server.read_only:
        return SafeText(f"{server.name} is read-only here: nothing can be decided.")
    lacking = capabilities.why_not(server.generation, subject.verb) or why_not(server.lacking, subject.verb)
    if lacking is not None:
        return lacking
    if server.link in REFUSING:
        return SafeText(
            f"{server.name} {REFUSING[server.link]}, so nothing can be decided. {server.sentence}"
        )
    decision = outbox.in_the_way(subject.server, subject.verb, subject.seen)
    if decision is not None:
        return SafeText(f"Already on its way: {decision.verb} {decision.title}, {decision.state}.")
    if subject.from_cache:
        return SafeText(
            "This row is old: the server has not answered for it. Wait for that, or try :refresh."
        )
    stale = subject.stale()
    if stale:
        return SafeText(
            f"The last reading of it failed, so nothing can be decided: {stale} :refresh reads again."
        )
    return _approval_refusal(subject, subject.seen, server) if isinstance(subject.seen, Approval) else None


def _approval_refusal(subject: Subject, seen: Approval, server: ServerState) -> SafeText | None:
    if not seen.is_pending:
        return SafeText("This approval does not wait for a person any more.")
    me, approver, verb = server.me, seen.approver, subject.verb
    if verb is Verb.TAKE_OVER and me is not None and approver is not None and approver.id == me.id:
        return SafeText("It is asked of you already.")
    if verb in (Verb.TRANSFER, Verb.TAKE_OVER):
        return None
    link = subject.browser_only()
    if link:
        return SafeText(f"Browser only (:browse), for it asks you to sign in again: {link}")
    # Where the groups could not be read, a group may be mine: the server knows.
    told = approver is not None and me is not None and (me.groups_known or not approver.is_group)
    if told and not is_for(me, approver):
        return SafeText(f":take-over makes it yours first: {short_name(approver)} is asked, not you.")
    if verb is Verb.APPROVE_LATER and seen.type != ApprovalType.PRE_DEPLOY:
        return SafeText("Only what is asked before a deployment can wait for a time; this is asked after it.")
    return None


def difference(seen: Thing, now: Thing, verb: Verb, only: Container[str] | None = None) -> SafeText | None:
    """What has changed between the object as drawn and as known now, by the very facts that the outbox
    compares before it sends, or by some of them; None when nothing that matters."""
    # A list may know a release without its stages: what is not known now is not compared.
    facts = facts_of(now, verb)
    for name, before in facts_of(seen, verb).items():
        after = facts.get(name, before)
        if after == before or (only is not None and name not in only):
            continue
        if isinstance(seen, Approval) and isinstance(now, Approval) and name == "approver":
            before, after = short_name(seen.approver), short_name(now.approver)
        return SafeText(f'It has changed meanwhile: the {name} is now "{after}"; it was "{before}".')
    return None
