"""What a screen can look at (topics), and what it sees (snapshots). Immutable; no I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from reltui.model.approval import Approval, ApprovalType, Ref
from reltui.model.attempt import Intervention
from reltui.model.decode import BadRow
from reltui.model.definition import Definition, DefinitionRevision
from reltui.model.deployment import Deployment, end_order
from reltui.model.identity import Me
from reltui.model.project import Project
from reltui.model.release import Release
from reltui.model.text import SafeText
from reltui.model.values import dataclass

if TYPE_CHECKING:
    # The first paint does not need them; ruff does not see names in quotes.
    from reltui.model.content import ArtifactVersions, Change, Folder, ReleaseRevision, WorkItem  # noqa: F401
    from reltui.model.resources import Choice, Resources  # noqa: F401

T = TypeVar("T")

ObjectKey = tuple[str, str, int]
"""Profile name, kind and id of a thing that can be decided on, as `decision.object_key` makes it."""


class Topic(Generic[T]):
    """A subject of interest; hashable. `T` is the type of its snapshot's data."""

    __slots__ = ()


class Why(StrEnum):
    """Why what waits concerns the signed-in person."""

    DIRECT = "direct"
    GROUP = "group"
    ANYONE = "anyone"
    """Nobody is asked by name: whoever may manage deployments can answer an intervention (api.md 5.6)."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One pending approval of any project of any server."""

    server: str
    """Profile name."""
    project: Project
    approval: Approval
    why: Why
    is_new: bool = False
    """Arrived since this program started looking."""
    fresh: bool = False
    """The last try for its project has answered. Otherwise it is a saved or an old row: it is marked, and
    nothing is done with it (C11)."""
    read_at: float | None = None
    """`time.time()` of the first answer that it came with as it is; the service tells the last one."""

    @property
    def key(self) -> ObjectKey:
        """Ids are unique in a collection, not over servers."""
        return (self.server, "approval", self.approval.id)

    @property
    def is_mine(self) -> bool:
        """The signed-in person is asked, directly or through a group."""
        return self.why is not Why.OTHER

    @property
    def has_begun(self) -> bool:
        """It waits after its deployment, not before it."""
        return self.approval.type == ApprovalType.POST_DEPLOY

    @property
    def release(self) -> Ref:
        """The release that it is about."""
        return self.approval.release

    @property
    def environment(self) -> Ref:
        """The stage of the release."""
        return self.approval.environment

    @property
    def definition(self) -> Ref:
        """The definition of the release."""
        return self.approval.definition

    @property
    def attempt(self) -> int:
        """Which deployment of the stage."""
        return self.approval.attempt

    @property
    def created_on(self) -> datetime | None:
        """When it began to wait."""
        return self.approval.created_on


@dataclass(frozen=True, slots=True)
class PauseRow:
    """One manual intervention that waits, of any project of any server."""

    server: str
    """Profile name."""
    project: Project
    intervention: Intervention
    deployment: Deployment
    """The attempt that waits in it."""
    is_new: bool = False
    """As of `InboxRow`."""
    fresh: bool = False
    """As of `InboxRow`."""
    read_at: float | None = None
    """`time.time()` of the answer it came with."""

    @property
    def why(self) -> Why:
        """Nobody is asked by name."""
        return Why.ANYONE

    @property
    def key(self) -> ObjectKey:
        """Ids are unique in a collection, not over servers."""
        return (self.server, "intervention", self.intervention.id)

    @property
    def is_mine(self) -> bool:
        """Whoever may manage deployments is asked."""
        return True

    @property
    def has_begun(self) -> bool:
        """It waits in the middle of its deployment."""
        return True

    @property
    def release(self) -> Ref:
        """The release that it is about."""
        return self.deployment.release

    @property
    def environment(self) -> Ref:
        """The stage of the release."""
        return self.deployment.environment

    @property
    def definition(self) -> Ref:
        """The definition of the release."""
        return self.deployment.definition

    @property
    def attempt(self) -> int:
        """Which deployment of the stage."""
        return self.deployment.attempt

    @property
    def created_on(self) -> datetime | None:
        """When it began to wait."""
        return self.intervention.created_on


@dataclass(frozen=True, slots=True)
class BadInboxRow:
    """An approval or an intervention that could not be read."""

    server: str
    project: Project
    bad: BadRow


@dataclass(frozen=True)
class InboxData:
    """What waits for a person in every project of every server, newest first. Without slots, so that the
    rows are put by their keys once."""

    rows: tuple[InboxRow, ...] = ()
    bad: tuple[BadInboxRow, ...] = ()
    pauses: tuple[PauseRow, ...] = ()

    @cached_property
    def by_key(self) -> Mapping[ObjectKey, InboxRow | PauseRow]:
        """Approvals and interventions by their keys."""
        every: tuple[InboxRow | PauseRow, ...] = (*self.rows, *self.pauses)
        return {row.key: row for row in every}

    @cached_property
    def waiting(self) -> int:
        """How many wait for the signed-in person or their groups."""
        return sum(row.is_mine for row in self.rows) + len(self.pauses)


@dataclass(frozen=True, slots=True)
class DecidedData:
    """Approvals that were decided lately, by anybody, newest first."""

    rows: tuple[Approval, ...] = ()
    bad: tuple[BadRow, ...] = ()


@dataclass(frozen=True, slots=True)
class ReleasesData:
    """Releases of a project or a definition, newest first."""

    rows: tuple[Release, ...] = ()
    bad: tuple[BadRow, ...] = ()


@dataclass(frozen=True, slots=True)
class DefinitionsData:
    """Definitions of a project, by folder and name."""

    rows: tuple[Definition, ...] = ()
    bad: tuple[BadRow, ...] = ()


@dataclass(frozen=True, slots=True)
class DefinitionData:
    """One definition as a whole, with its history."""

    definition: Definition
    revisions: tuple[DefinitionRevision, ...] | None = None


@dataclass(frozen=True, slots=True)
class ContentData:
    """What is in one release and not in another one: commits and work items."""

    changes: tuple[Change, ...] = ()
    items: tuple[WorkItem, ...] = ()
    by_build_area: bool = False
    """The release area of this server does not tell; it was asked build by build (api.md 3.9)."""
    is_cut: bool = False
    """There are more commits or items than were asked for."""


@dataclass(frozen=True, slots=True)
class DeploymentsData:
    """Deployments to one stage of a definition, newest first."""

    rows: tuple[Deployment, ...] = ()
    bad: tuple[BadRow, ...] = ()

    def live(self, *, before: int = 0) -> Deployment | None:
        """What runs there: the success that ended last; of another release than `before`, if one is named."""
        found = (d for d in self.rows if d.succeeded and d.release.id != before)
        return max(found, key=end_order, default=None)


@dataclass(frozen=True, slots=True)
class StageLive:
    """One cell of the live matrix."""

    live: Deployment | None = None
    """The success that ended last: what runs there now. None: nothing was ever found to run there."""
    latest: Deployment | None = None
    """The newest attempt of any outcome."""


@dataclass(frozen=True, slots=True)
class LiveData:
    """What runs where in one project."""

    definitions: tuple[Definition, ...] = ()
    """By folder and name, with their stages."""
    stages: Mapping[tuple[int, int], StageLive] = field(default_factory=dict)
    """By definition id and the stage's id in the definition. Absent: not read yet, or never deployed."""
    bad: tuple[BadRow, ...] = ()
    is_read: bool = True
    """The deployments were read; until then nothing is known of a stage on which none was met."""


@dataclass(frozen=True, slots=True)
class LogData:
    """A task's log, as far as it has been read."""

    lines: Sequence[SafeText] = ()
    ended: bool = False
    """The task has ended and every line is here."""


@dataclass(frozen=True, slots=True)
class Inbox(Topic[InboxData]):
    """Every pending approval, and every manual intervention that waits."""


@dataclass(frozen=True, slots=True)
class DecidedOf(Topic[DecidedData]):
    """The newest approved and the newest rejected approvals of a project."""

    server: str
    project: Project


@dataclass(frozen=True, slots=True)
class ProjectsOf(Topic[tuple[Project, ...]]):
    """The projects of one server that are in its profile."""

    server: str


@dataclass(frozen=True, slots=True)
class ReleasesOf(Topic[ReleasesData]):
    """Releases of a project, or of one definition of it, with their stages."""

    server: str
    project: Project
    definition_id: int | None = None
    deleted: bool = False
    """Those that were deleted and can still be had back."""


@dataclass(frozen=True, slots=True)
class ApprovalOf(Topic[Approval]):
    """One approval with its history, whatever has become of it."""

    server: str
    project: Project
    approval_id: int


@dataclass(frozen=True, slots=True)
class ReleaseOf(Topic[Release]):
    """One release as a whole."""

    server: str
    project: Project
    release_id: int


@dataclass(frozen=True, slots=True)
class DefinitionsOf(Topic[DefinitionsData]):
    """The definitions of a project."""

    server: str
    project: Project
    deleted: bool = False
    """Those that were deleted and can still be had back."""


@dataclass(frozen=True, slots=True)
class DefinitionOf(Topic[DefinitionData]):
    """One definition as a whole."""

    server: str
    project: Project
    definition_id: int


@dataclass(frozen=True, slots=True)
class DefinitionAt(Topic[Definition]):
    """A definition as it was at one of its revisions."""

    server: str
    project: Project
    definition_id: int
    revision: int


@dataclass(frozen=True, slots=True)
class ReleaseHistoryOf(Topic["tuple[ReleaseRevision, ...]"]):
    """What was done to a release, newest first."""

    server: str
    project: Project
    release_id: int


@dataclass(frozen=True, slots=True)
class ContentOf(Topic[ContentData]):
    """Commits and work items of a release since another one; 0: since the release before it."""

    server: str
    project: Project
    release_id: int
    base_id: int = 0


@dataclass(frozen=True, slots=True)
class DeploymentsOf(Topic[DeploymentsData]):
    """The deployments of one stage of a definition, newest first; more pages on `DataService.more`."""

    server: str
    project: Project
    definition_id: int
    definition_environment_id: int


@dataclass(frozen=True, slots=True)
class LiveOf(Topic[LiveData]):
    """What runs where in a project."""

    server: str
    project: Project


@dataclass(frozen=True, slots=True)
class VersionsOf(Topic["tuple[ArtifactVersions, ...]"]):
    """The versions that a new release of a definition could take, with the time of each build."""

    server: str
    project: Project
    definition_id: int


@dataclass(frozen=True, slots=True)
class ResourcesOf(Topic["Resources"]):
    """What a project offers to pick from while a definition is written; read seldom, for it is much."""

    server: str
    project: Project


@dataclass(frozen=True, slots=True)
class BranchesOf(Topic["tuple[Choice, ...]"]):
    """The branches of a Git repository of the project, by name."""

    server: str
    project: Project
    repository_id: str


@dataclass(frozen=True, slots=True)
class FoldersOf(Topic["tuple[Folder, ...]"]):
    """The folders of the definitions of a project, by path."""

    server: str
    project: Project


@dataclass(frozen=True, slots=True)
class LogOf(Topic[LogData]):
    """The log of one task, of a job (its task id), or of a gate's sample; only new lines are asked for.

    `phase_id` for a task of a phase, `gates_id` for a gate; the other one is 0.
    """

    server: str
    project: Project
    release_id: int
    environment_id: int
    phase_id: int
    task_id: int
    gates_id: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """A part that could not be read, and why."""

    where: SafeText
    """Server, or server/project."""
    sentence: SafeText


@dataclass(frozen=True, slots=True)
class Snapshot(Generic[T]):
    """What is known of a topic now. Drawn as it is; never waited for."""

    data: T | None = None
    """None: nothing is known yet."""
    read_at: float | None = None
    """`time.time()` of the oldest part; the age on screen is counted from it."""
    from_cache: bool = False
    """No part was read from the server since the start: no action starts from it without a fresh read."""
    parts: int = 0
    """How many answers make it whole (projects, for the inbox); 0 while even that is unknown."""
    answered: int = 0
    """How many of them have answered well at the last try."""
    more: bool = False
    """There are pages that were not asked for yet (`DataService.more`)."""
    progress: SafeText = SafeText("")
    """How far a long reading has come, such as "3 of 12 pages"; empty when there is nothing to tell."""
    loading: bool = False
    problems: tuple[Problem, ...] = ()

    @property
    def complete(self) -> bool:
        """Every part answered well, to its last page. Only then may a screen say "nothing"."""
        return self.parts > 0 and self.answered == self.parts and not self.problems and not self.more


class Link(StrEnum):
    """How a server can be reached now."""

    UNKNOWN = "unknown"
    """Not tried yet."""
    ONLINE = "online"
    OFFLINE = "offline"
    SIGN_IN = "sign in"
    """The server does not accept the secret (any more)."""
    WAITING = "waiting"
    """The server asked for a pause (Retry-After)."""
    DOWN = "down"
    """It is reached and does not serve: maintenance, a stopped collection."""


@dataclass(frozen=True, slots=True)
class ServerState:
    """One configured server, for the first and the last line of the screen."""

    name: str
    """Profile name."""
    label: SafeText
    """host/collection, without scheme and port where they say nothing."""
    url: str
    link: Link = Link.UNKNOWN
    sentence: SafeText = SafeText("")
    """Why it is not online, in one sentence."""
    me: Me | None = None
    generation: str = ""
    """tfs-2018, server-2022, services...; empty while unknown."""
    read_only: bool = False
    protected: tuple[str, ...] = ()
    """Patterns of stage names that ask for their name before a decision."""
    clock_offset: float | None = None
    """Server time minus local time, in seconds."""
    lacking: Mapping[str, SafeText] = field(default_factory=dict)
    """Scopes that the sign-in was seen not to hold, with the server's words (`data.access`)."""
    asks: bool = False
    """A person must type the secret."""
    waits_until: float | None = None
    """`time.time()` before which nothing is asked of it, as it wants; None when it does not."""


@dataclass(frozen=True, slots=True)
class Changed:
    """Event: `look(topic)` gives something new."""

    topic: Topic[Any]


@dataclass(frozen=True, slots=True)
class ServerChanged:
    """Event: `server(name)` gives something new."""

    name: str


@dataclass(frozen=True, slots=True)
class DecisionChanged:
    """Event: a decision moved on; `id` of the decision."""

    id: str


@dataclass(frozen=True, slots=True)
class Job:
    """Long work that the person asked for, and that can be stopped."""

    id: int
    title: SafeText
    done: int = 0
    total: int | None = None
    """None while nobody knows."""
    unit: str = ""
    """What is counted: "MB", "logs"."""
    ended: bool = False
    sentence: SafeText = SafeText("")
    """How it ended."""
    well: bool = False
    """It did what it should."""


@dataclass(frozen=True, slots=True)
class JobChanged:
    """Event: a job moved on; `id` of the job."""

    id: int


@dataclass(frozen=True, slots=True)
class Broken:
    """Event: a fault of our own has ended reading in the background; what it read stays as it is."""

    error: BaseException


Event = Changed | ServerChanged | DecisionChanged | JobChanged | Broken


def server_of(topic: Topic[Any]) -> str:
    """The profile name of the server that a topic is read from. Raises TypeError: it is read from all."""
    server = getattr(topic, "server", None)
    if not isinstance(server, str):
        raise TypeError(topic)
    return server
