"""What the server keeps of releases, in small records; `wire` turns them into JSON dictionaries.

Identities are kept by id, times as seconds since 1970, and everything that a release takes over from its
definition as a reference to the definition's revision, so that 10,000 open releases stay small.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Json = dict[str, Any]

PRE = "preDeploy"
POST = "postDeploy"

STATUS_NUMBERS: dict[str, int] = {
    "undefined": 0,
    "notStarted": 1,
    "inProgress": 2,
    "succeeded": 4,
    "canceled": 8,
    "rejected": 16,
    "queued": 32,
    "scheduled": 64,
    "partiallySucceeded": 128,
}
"""EnvironmentStatus (api.md 4.3)."""


@dataclass(slots=True)
class Change:
    """One entry of an approval's history."""

    revision: int
    approver_id: str
    changed_by_id: str
    comments: str
    created: float
    modified: float


@dataclass(slots=True, eq=False)
class Approval:
    """One signature asked for."""

    id: int
    release_id: int
    position: int
    attempt: int
    type: str
    rank: int
    approver_id: str | None
    """None when automated."""
    status: str
    created: float
    modified: float
    approved_by_id: str | None = None
    comments: str = ""
    revision: int = 1
    history: tuple[Change, ...] = ()


class Row(NamedTuple):
    """One task of a job: its times are fixed when its phase starts, and are shown as time passes."""

    start: float
    """Seconds after the phase's; infinite while nobody knows."""
    duration: float
    """In seconds; infinite while it waits for a person."""
    status: str
    """How it ends."""

    @property
    def end(self) -> float:
        """Seconds after the phase's start."""
        return self.start + self.duration


class JobRun(NamedTuple):
    """One job of a phase as it runs."""

    agent: str
    """The agent or the target machine; "" on the server."""
    rows: tuple[Row, ...]
    """One for each enabled task."""

    @property
    def length(self) -> float:
        """Seconds from the phase's start until the last task is through: they run one after another."""
        return self.rows[-1].end if self.rows else 2.0


@dataclass(slots=True, eq=False)
class Intervention:
    """A task that waits for a person to resume or reject the deployment."""

    id: int
    attempt: int
    phase: int
    """Position of its phase in the attempt."""
    task: int
    """Position of its task among the enabled ones of the phase."""
    name: str
    instructions: str
    created: float
    modified: float
    status: str = "pending"
    acted_by_id: str | None = None
    comments: str | None = None


@dataclass(slots=True, eq=False)
class PhaseRun:
    """One phase as it runs."""

    plan: Json
    id: int
    started: float
    jobs: tuple[JobRun, ...] = ()
    ended: float | None = None
    status: str = "inProgress"
    interventions: tuple[Intervention, ...] = ()

    @property
    def length(self) -> float:
        """Seconds until the last task is through; infinite while one waits for a person."""
        return max((job.length for job in self.jobs), default=2.0)

    @property
    def waiting(self) -> int | None:
        """Position of the task that waits for a person, in a phase on the server."""
        for job in self.jobs:
            for position, row in enumerate(job.rows):
                if row.duration == math.inf:
                    return position
        return None


class Round(NamedTuple):
    """One sample of all gates of one side."""

    started: float
    ended: float
    statuses: tuple[str, ...]
    """Of each gate: `succeeded`, `failed`, or `skipped` when it is ignored."""


@dataclass(slots=True, eq=False)
class GateRun:
    """The gates of one side of one attempt, as they are evaluated."""

    id: int
    side: str
    plan: Json
    """ReleaseDefinitionGatesStep of the definition."""
    started: float
    modified: float
    samples: tuple[str, ...]
    """Of each gate the results by round, joined by commas; the last one repeats."""
    status: str = "inProgress"
    rounds: list[Round] = field(default_factory=list)
    stabilized: float | None = None
    succeeding_since: float | None = None
    ignored: dict[str, float] = field(default_factory=dict)
    """Name of each ignored gate to when it was ignored."""
    finished: float | None = None


@dataclass(slots=True, eq=False)
class Attempt:
    """One deployment of a release to an environment."""

    number: int
    deployment_id: int
    reason: str
    requested_by_id: str
    queued: float
    modified: float
    modified_by_id: str
    status: str = "notDeployed"
    operation: str = "Queued"
    has_started: bool = False
    phases: list[PhaseRun] = field(default_factory=list)
    gates: tuple[GateRun, ...] = ()
    """Before and after the deployment, as far as they have begun."""
    finished: float | None = None
    issue: str = ""

    @property
    def has_succeeded(self) -> bool:
        """Whether the release stood in the environment when it was through, wholly or in part."""
        return self.status in ("succeeded", "partiallySucceeded")

    @property
    def interventions(self) -> list[Intervention]:
        """All that the attempt has asked for so far."""
        return [intervention for run in self.phases for intervention in run.interventions]


@dataclass(slots=True, eq=False)
class Environment:
    """One environment of one release."""

    id: int
    plan: Json
    """The environment in the definition's revision."""
    created: float
    modified: float
    status: str = "notStarted"
    attempts: list[Attempt] = field(default_factory=list)
    approvals: list[Approval] = field(default_factory=list)
    scheduled: float | None = None
    requested_by_id: str = ""
    """Who asked for the deployment that is on its way into the queue."""
    reason: str = "manual"
    manual: bool = False
    """True when its automatic trigger was suppressed for this release."""
    results: dict[str, bool] = field(default_factory=dict)
    """Whether each condition holds, by `life.result_key`."""
    variables: Json | None = None

    @property
    def latest(self) -> Attempt | None:
        """The newest attempt."""
        return self.attempts[-1] if self.attempts else None

    @property
    def current(self) -> Attempt:
        """The newest attempt, of an environment that surely has one."""
        return self.attempts[-1]


@dataclass(slots=True, eq=False)
class Release:
    """One release, whole."""

    id: int
    project_id: str
    definition: Json
    """The definition as it was when the release was created."""
    name: str
    status: str
    reason: str
    created: float
    created_by_id: str
    modified: float
    modified_by_id: str
    description: str
    builds: tuple[tuple[str, int], ...]
    """Alias and build id of each artifact."""
    environments: list[Environment] = field(default_factory=list)
    keep_forever: bool = False
    properties: Json = field(default_factory=dict)
    variables: Json = field(default_factory=dict)
    snapshot_revision: int = 1
    tags: tuple[str, ...] = ()
