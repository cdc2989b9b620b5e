"""A decision and its way (design.md section 3): the types. Immutable; no I/O."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from reltui.model.approval import Approval
from reltui.model.attempt import Gates, Intervention
from reltui.model.definition import Definition
from reltui.model.project import Project
from reltui.model.release import Environment, Release
from reltui.model.text import SafeText
from reltui.model.values import dataclass

if TYPE_CHECKING:
    from reltui.data.order import Order


class Verb(StrEnum):
    """What can be decided. The values read well before a title: "landed: retain Invoice.CD / Rel-142"."""

    APPROVE = "approve"
    REJECT = "reject"
    APPROVE_LATER = "approve for later"
    """Approve, and have the deployment wait until a time."""
    TRANSFER = "transfer"
    """Have somebody else asked."""
    TAKE_OVER = "take over"
    """Be asked in place of somebody else."""
    CREATE = "create"
    ABANDON = "abandon"
    DEPLOY = "deploy"
    CANCEL = "cancel"
    RESUME = "resume"
    REJECT_INTERVENTION = "reject intervention of"
    IGNORE_GATE = "ignore gate of"
    START = "start"
    """Make a draft an active release."""
    RETAIN = "retain"
    UNRETAIN = "stop retaining"
    RENAME = "rename"
    DESCRIBE = "describe"
    TAG = "tag"
    UNTAG = "untag"
    DELETE = "delete"
    UNDELETE = "undelete"
    SAVE = "save"
    """Put another revision of a definition in place of the one that was seen."""
    NEW = "save new"
    """Make a definition."""
    DELETE_DEFINITION = "delete definition"
    UNDELETE_DEFINITION = "undelete definition"
    ADD_FOLDER = "create folder"
    MOVE_FOLDER = "move folder"
    """Also: give it another name."""
    DELETE_FOLDER = "delete folder"


class State(StrEnum):
    """Where a decision is on its way. The first six are open; the others are final."""

    HELD = "held"
    """Confirmed; nothing has left the machine; can be taken back."""
    WAITING = "waits its turn"
    """Of a plan, behind others of it; nothing has left the machine; can be taken back."""
    CHECKING = "checking"
    SENDING = "sending"
    SETTLING = "not settled yet"
    """Sent, and the server has not shown yet whether it landed; it is read again and again."""
    UNSETTLED = "not settled"
    """Reading back was given up for now; goes on at the next start. Open: never to be repeated blindly."""
    LANDED = "landed"
    DID_NOT_LAND = "did not land"
    NOT_SENT = "not sent"
    """Stopped by the check, by read-only, by a full disk, by quitting: no byte left."""
    TAKEN_BACK = "taken back"


OPEN = frozenset({State.HELD, State.WAITING, State.CHECKING, State.SENDING, State.SETTLING, State.UNSETTLED})
RECALLABLE = frozenset({State.HELD, State.WAITING})
"""Nothing has left the machine: it can be taken back."""
NOT_LANDED = frozenset({State.DID_NOT_LAND, State.NOT_SENT, State.TAKEN_BACK})
"""It is proved that nothing came of it: it can be tried again."""
IN_FLIGHT = frozenset({State.CHECKING, State.SENDING, State.SETTLING})


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of a release: what is deployed and canceled."""

    release: Release
    environment: Environment

    @property
    def id(self) -> int:
        """Of the environment in this release."""
        return self.environment.id


@dataclass(frozen=True, slots=True)
class Pause:
    """A manual intervention with the stage that waits in it: what is resumed or rejected."""

    stage: Stage
    intervention: Intervention

    @property
    def id(self) -> int:
        """Of the intervention."""
        return self.intervention.id


@dataclass(frozen=True, slots=True)
class GateStep:
    """The gates of a stage's attempt: one of them can be ignored."""

    stage: Stage
    gates: Gates

    @property
    def id(self) -> int:
        """Gate step id."""
        return self.gates.id


@dataclass(frozen=True, slots=True)
class NewDefinition:
    """A definition that is not there yet."""

    project_id: str
    name: SafeText
    path: SafeText
    """Of its folder."""

    @property
    def id(self) -> int:
        """The server has none yet: a number of its place, at most one of which can be there."""
        return _place_number(self.project_id, f"{self.path}\\{self.name}")


@dataclass(frozen=True, slots=True)
class FolderPlace:
    """A folder of definitions, or the place where one shall be."""

    project_id: str
    path: SafeText
    description: SafeText = SafeText("")
    definitions: tuple[SafeText, ...] = ()
    """Names of what is in it and in the folders below, as far as that was read."""
    is_there: bool = True

    @property
    def id(self) -> int:
        """Folders have no numbers (api.md 3.2): one of its place."""
        return _place_number(self.project_id, self.path)


def _place_number(project_id: str, path: str) -> int:
    return zlib.crc32(f"{project_id}:{path.casefold()}".encode())


Thing = Approval | Release | Definition | Stage | Pause | GateStep | NewDefinition | FolderPlace
"""What a decision can be about."""

_KINDS: Mapping[Verb, str] = {
    Verb.APPROVE: "approval",
    Verb.REJECT: "approval",
    Verb.APPROVE_LATER: "approval",
    Verb.TRANSFER: "approval",
    Verb.TAKE_OVER: "approval",
    Verb.CREATE: "definition",
    Verb.DEPLOY: "environment",
    Verb.CANCEL: "environment",
    Verb.RESUME: "intervention",
    Verb.REJECT_INTERVENTION: "intervention",
    Verb.IGNORE_GATE: "gates",
    # Many releases can be made of a definition while it is saved: that is no matter of the same kind.
    Verb.SAVE: "saved-definition",
    Verb.NEW: "new-definition",
    Verb.DELETE_DEFINITION: "saved-definition",
    Verb.UNDELETE_DEFINITION: "saved-definition",
    Verb.ADD_FOLDER: "folder",
    Verb.MOVE_FOLDER: "folder",
    Verb.DELETE_FOLDER: "folder",
}


def kind_of(verb: Verb) -> str:
    """The kind of thing that a verb is about; a release for all that name nothing else."""
    return _KINDS.get(verb, "release")


def object_key(server: str, verb: Verb, object_id: int) -> tuple[str, str, int]:
    """Server, kind and id; at most one decision may be open for it."""
    return (server, kind_of(verb), object_id)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person confirmed: the object as it was on screen, and what to do with it.

    `seen` is an Approval for approve, reject, approve later, transfer and take over; a Definition for create;
    a Stage for deploy and cancel; a Pause for resume and reject intervention; a GateStep for ignore gate; a
    Definition for save, delete and undelete definition; a NewDefinition for save new; a FolderPlace for the
    folders; a Release for all others. What is sent is checked against it: any difference on the server stops
    the decision (reliability.md A6).
    """

    verb: Verb
    server: str
    """Profile name."""
    server_label: SafeText
    project: Project
    seen: Thing
    comment: str = ""
    """Comment of the decision; the description, for a create."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """What else was chosen, in plain JSON values; never a secret, for it is written into the journal.

    create: "artifacts" [[alias, version id, version name], ...] (others take their default), "manual" (names
    of stages that shall not start by themselves), "variables" {name: value}, "draft" true.
    deploy: "at" (ISO 8601 in UTC; absent: now), "variables" {name: value}. approve later: "at". transfer:
    "to" (id of a person), "to_name". ignore gate: "gate". rename:
    "name". describe: "description". tag and untag: "tag". save and save new: "edit" (key of the unsaved edit
    that ends with it), "sent" (`edits.digest` of the body), "changes" (the difference in short lines). delete
    definition: "force". create folder: "description". move folder: "to" (path).
    """
    body: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """The whole definition to send, for save and save new. It may hold a secret: it is never written down."""

    @property
    def object_key(self) -> tuple[str, str, int]:
        """As of `object_key`; a create is never in the way of another."""
        return object_key(self.server, self.verb, self.seen.id)

    @property
    def title(self) -> SafeText:
        """What it is about, for one line: "Invoice.CD / Rel-142 / PROD"."""
        match self.seen:
            case Approval() as a:
                return SafeText(f"{a.definition.name} / {a.release.name} / {a.environment.name}")
            case Release() as r:
                return SafeText(f"{r.definition.name} / {r.name}")
            case Definition() | NewDefinition() as d:
                return d.name
            case FolderPlace() as folder:
                return folder.path
            case Stage() as stage:
                return _stage_title(stage)
            case Pause() as pause:
                return _stage_title(pause.stage)
            case GateStep() as step:
                gate = self.options.get("gate")
                return SafeText(f"{_stage_title(step.stage)} / {gate}" if gate else _stage_title(step.stage))


def _stage_title(stage: Stage) -> SafeText:
    release = stage.release
    return SafeText(f"{release.definition.name} / {release.name} / {stage.environment.name}")


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision on its way, as it is now."""

    id: str
    """32 hex digits; also the operation id of a create."""
    draft: Draft | None
    """None for one left over from an earlier run whose object is not in memory."""
    verb: Verb
    title: SafeText
    state: State
    sentence: SafeText = SafeText("")
    """What happened, in one sentence; empty while there is nothing to add to the state."""
    confirmed_at: float = 0.0
    """`time.time()` of the confirmation."""
    due: float = 0.0
    """`time.monotonic()` at which a held decision goes on."""
    object_key: tuple[str, str, int] = ("", "", 0)
    """As of `Draft.object_key`."""
    made_id: int = 0
    """The id of the release that a create made."""
    inherited: bool = False
    """From an earlier run of the program."""
    plan: str = ""
    """The id of the plan that it belongs to; empty for one of its own."""
    order: Order | None = None
    """The same in plain values, as the journal has it; None while there is none yet."""

    @property
    def is_open(self) -> bool:
        """True until a final verdict."""
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class Plan:
    """Several decisions under one confirmation, as they are now (reliability.md A14, A15)."""

    id: str
    decisions: tuple[Decision, ...]
    """In the order in which they are carried out."""
    at_once: int = 1
    """So many of them are on their way at the same time."""
    stops: bool = True
    """After the first that does not land nothing more is sent."""
    inherited: bool = False
    """From an earlier run of the program, which ended in the middle of it."""

    @property
    def is_open(self) -> bool:
        """Some of them have no final verdict yet."""
        return any(decision.is_open for decision in self.decisions)

    @property
    def retryable(self) -> tuple[Decision, ...]:
        """Those of which it is proved that nothing came; never one that may have landed."""
        return tuple(decision for decision in self.decisions if decision.state in NOT_LANDED)
