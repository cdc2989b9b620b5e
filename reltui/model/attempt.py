"""Attempts at a stage: phases, jobs, tasks, gates and manual interventions (api.md 4, 5.3, 5.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from operator import attrgetter, itemgetter
from typing import Any

from reltui.model.approval import Ref, ref_from_json
from reltui.model.decode import (
    bool_of,
    count_of,
    date_of,
    enum_of,
    guid_of,
    int_of,
    lines_of,
    mapping_of,
    needed_enum,
    needed_id,
    object_of,
    objects_of,
    scalar_of,
    text_of,
)
from reltui.model.identity import Identity, identity_from_json
from reltui.model.text import SafeText
from reltui.model.values import dataclass


class DeploymentStatus(StrEnum):
    """DeploymentStatus of api.md 4.3."""

    UNDEFINED = "undefined"
    NOT_DEPLOYED = "notDeployed"
    IN_PROGRESS = "inProgress"
    SUCCEEDED = "succeeded"
    PARTIALLY_SUCCEEDED = "partiallySucceeded"
    FAILED = "failed"


class OperationStatus(StrEnum):
    """DeploymentOperationStatus of api.md 4.3; PascalCase on the wire, camelCase here."""

    UNDEFINED = "undefined"
    QUEUED = "queued"
    SCHEDULED = "scheduled"
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    DEFERRED = "deferred"
    QUEUED_FOR_AGENT = "queuedForAgent"
    PHASE_IN_PROGRESS = "phaseInProgress"
    PHASE_SUCCEEDED = "phaseSucceeded"
    PHASE_PARTIALLY_SUCCEEDED = "phasePartiallySucceeded"
    PHASE_FAILED = "phaseFailed"
    CANCELED = "canceled"
    PHASE_CANCELED = "phaseCanceled"
    MANUAL_INTERVENTION_PENDING = "manualInterventionPending"
    QUEUED_FOR_PIPELINE = "queuedForPipeline"
    CANCELLING = "cancelling"
    EVALUATING_GATES = "evaluatingGates"
    GATE_FAILED = "gateFailed"


class PhaseStatus(StrEnum):
    """DeployPhaseStatus of api.md 4.3."""

    UNDEFINED = "undefined"
    NOT_STARTED = "notStarted"
    IN_PROGRESS = "inProgress"
    PARTIALLY_SUCCEEDED = "partiallySucceeded"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    SKIPPED = "skipped"
    CANCELLING = "cancelling"


class TaskStatus(StrEnum):
    """TaskStatus of api.md 4.3; the old spellings success and failure are decoded to the new ones."""

    UNKNOWN = "unknown"
    PENDING = "pending"
    IN_PROGRESS = "inProgress"
    CANCELED = "canceled"
    SKIPPED = "skipped"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    PARTIALLY_SUCCEEDED = "partiallySucceeded"


class GateStatus(StrEnum):
    """GateStatus of api.md 4.3."""

    NONE = "none"
    PENDING = "pending"
    IN_PROGRESS = "inProgress"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class InterventionStatus(StrEnum):
    """ManualInterventionStatus of api.md 4.3."""

    UNKNOWN = "unknown"
    PENDING = "pending"
    REJECTED = "rejected"
    APPROVED = "approved"
    CANCELED = "canceled"
    BYPASSED = "bypassed"


@dataclass(frozen=True, slots=True)
class Issue:
    """An error or warning that a task or an attempt reported."""

    type: SafeText
    message: SafeText


@dataclass(frozen=True, slots=True)
class Task:
    """One task of a job, as it ran."""

    id: int
    name: SafeText
    rank: int
    status: TaskStatus | SafeText
    started_on: datetime | None
    finished_on: datetime | None
    percent: int | None
    agent: SafeText
    line_count: int
    issues: tuple[Issue, ...] = ()
    record_id: str = ""
    """Of the task in its timeline, by which an attachment names the task that made it."""


@dataclass(frozen=True, slots=True)
class Job:
    """One job of a phase or of a gates' sample: on one agent or target, with a log of its own."""

    task: Task | None
    """The job itself, as a task: its log and its agent (api.md 8 #27)."""
    tasks: tuple[Task, ...] = ()


@dataclass(frozen=True, slots=True)
class Intervention:
    """A manual intervention: the deployment waits until a person resumes or rejects it (api.md 3.7)."""

    id: int
    name: SafeText
    instructions: SafeText
    status: InterventionStatus | SafeText
    comments: SafeText
    created_on: datetime | None
    modified_on: datetime | None
    approver: Identity | None
    """Who resumed or rejected it."""
    release: Ref
    environment: Ref

    @property
    def is_pending(self) -> bool:
        """It waits for a person now."""
        return self.status == InterventionStatus.PENDING


@dataclass(frozen=True, slots=True)
class Gates:
    """The gates before or after one deployment, as they ran (api.md 4.2 ReleaseGates)."""

    id: int
    """Gate step id, which ignoring a gate takes."""
    status: GateStatus | SafeText
    started_on: datetime | None
    last_modified_on: datetime | None
    stabilized_on: datetime | None
    succeeding_since: datetime | None
    ignored: tuple[SafeText, ...] = ()
    """Names of gates that a person has ignored."""
    samples: tuple[Job, ...] = ()
    """One for each round, oldest first; its tasks are the gates."""

    @property
    def is_running(self) -> bool:
        """Gates are sampled now."""
        return self.status in (GateStatus.PENDING, GateStatus.IN_PROGRESS)


@dataclass(frozen=True, slots=True)
class GatesPlan:
    """The gates of a stage as planned; times in minutes (api.md 5.6)."""

    names: tuple[SafeText, ...] = ()
    is_enabled: bool = False
    timeout: int = 0
    sampling_interval: int = 0
    stabilization: int = 0
    minimum_success: int = 0

    @property
    def asks(self) -> bool:
        """There are gates to pass."""
        return self.is_enabled and bool(self.names)


@dataclass(frozen=True, slots=True)
class TaskPlan:
    """A task as planned."""

    name: SafeText
    enabled: bool
    version: SafeText


@dataclass(frozen=True, slots=True)
class PhasePlan:
    """A deploy phase (job) as planned."""

    name: SafeText
    type: SafeText
    rank: int
    tasks: tuple[TaskPlan, ...] = ()


@dataclass(frozen=True, slots=True)
class Phase:
    """One deploy phase (job) of an attempt, as it ran."""

    id: int
    name: SafeText
    rank: int
    type: SafeText
    status: PhaseStatus | SafeText
    started_on: datetime | None
    error_log: SafeText
    tasks: tuple[Task, ...] = ()
    """Of all its jobs."""
    jobs: tuple[Job, ...] = ()
    interventions: tuple[Intervention, ...] = ()
    plan_id: str = ""
    """Of the run, which attachments are asked for by; empty until it began."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One deployment of a release to a stage (api.md 4.1 DeploymentAttempt)."""

    attempt: int
    id: int
    deployment_id: int
    status: DeploymentStatus | SafeText
    operation: OperationStatus | SafeText
    reason: SafeText
    has_started: bool
    queued_on: datetime | None
    last_modified_on: datetime | None
    requested_by: Identity | None
    requested_for: Identity | None
    phases: tuple[Phase, ...] = ()
    issues: tuple[Issue, ...] = ()
    pre_gates: Gates | None = None
    post_gates: Gates | None = None
    last_modified_by: Identity | None = None

    @property
    def intervention(self) -> Intervention | None:
        """The manual intervention that it waits in now."""
        return next((i for phase in self.phases for i in phase.interventions if i.is_pending), None)

    @property
    def gates(self) -> Gates | None:
        """The gates that are sampled now."""
        return next((g for g in (self.pre_gates, self.post_gates) if g is not None and g.is_running), None)


DEPLOYMENT_NUMBERS = {
    0: DeploymentStatus.UNDEFINED,
    1: DeploymentStatus.NOT_DEPLOYED,
    2: DeploymentStatus.IN_PROGRESS,
    4: DeploymentStatus.SUCCEEDED,
    8: DeploymentStatus.PARTIALLY_SUCCEEDED,
    16: DeploymentStatus.FAILED,
}
OPERATION_NUMBERS = {
    0: OperationStatus.UNDEFINED,
    # The members stand in the order of their flags: 1, 2, 4 ... 131072.
    **{2**place: member for place, member in enumerate(list(OperationStatus)[1:])},
}
_PHASE_NUMBERS = {
    0: PhaseStatus.UNDEFINED,
    1: PhaseStatus.NOT_STARTED,
    2: PhaseStatus.IN_PROGRESS,
    4: PhaseStatus.PARTIALLY_SUCCEEDED,
    8: PhaseStatus.SUCCEEDED,
    16: PhaseStatus.FAILED,
    32: PhaseStatus.CANCELED,
    64: PhaseStatus.SKIPPED,
    128: PhaseStatus.CANCELLING,
}
_TASK_NUMBERS = {
    0: TaskStatus.UNKNOWN,
    1: TaskStatus.PENDING,
    2: TaskStatus.IN_PROGRESS,
    3: TaskStatus.SUCCEEDED,
    4: TaskStatus.FAILED,
    5: TaskStatus.CANCELED,
    6: TaskStatus.SKIPPED,
    7: TaskStatus.SUCCEEDED,
    8: TaskStatus.FAILED,
    9: TaskStatus.PARTIALLY_SUCCEEDED,
}
_OLD_TASK_WORDS = {"success": TaskStatus.SUCCEEDED, "failure": TaskStatus.FAILED}
_GATE_NUMBERS = {
    0: GateStatus.NONE,
    1: GateStatus.PENDING,
    2: GateStatus.IN_PROGRESS,
    4: GateStatus.SUCCEEDED,
    8: GateStatus.FAILED,
    16: GateStatus.CANCELED,
}
_INTERVENTION_NUMBERS = {
    0: InterventionStatus.UNKNOWN,
    1: InterventionStatus.PENDING,
    2: InterventionStatus.REJECTED,
    4: InterventionStatus.APPROVED,
    8: InterventionStatus.CANCELED,
    16: InterventionStatus.BYPASSED,
}


def attempts_from_json(raw: object) -> tuple[Attempt, ...]:
    """The attempts of a stage, in ascending order whatever order the server sent."""
    return tuple(sorted((_attempt(row) for row in objects_of(raw)), key=attrgetter("attempt", "id")))


def _attempt(row: Mapping[str, Any]) -> Attempt:
    phases = sorted((_phase(phase) for phase in objects_of(row.get("releaseDeployPhases"))), key=_by_rank)
    return Attempt(
        attempt=count_of(row.get("attempt")),
        id=count_of(row.get("id")),
        deployment_id=count_of(row.get("deploymentId")),
        status=enum_of(row.get("status"), DeploymentStatus, DEPLOYMENT_NUMBERS),
        operation=enum_of(row.get("operationStatus"), OperationStatus, OPERATION_NUMBERS),
        reason=scalar_of(row.get("reason")),
        has_started=bool_of(row.get("hasStarted")),
        queued_on=date_of(row.get("queuedOn")),
        last_modified_on=date_of(row.get("lastModifiedOn")),
        requested_by=identity_from_json(row.get("requestedBy")),
        requested_for=identity_from_json(row.get("requestedFor")),
        phases=tuple(phases),
        issues=_issues(row.get("issues")),
        pre_gates=gates_from_json(row.get("preDeploymentGates")),
        post_gates=gates_from_json(row.get("postDeploymentGates")),
        last_modified_by=identity_from_json(row.get("lastModifiedBy")),
    )


_by_rank = attrgetter("rank")


def _phase(row: Mapping[str, Any]) -> Phase:
    jobs = _jobs(row.get("deploymentJobs"))
    return Phase(
        id=count_of(row.get("id")) or _digits(row.get("phaseId")),
        name=text_of(row.get("name")),
        rank=count_of(row.get("rank")),
        type=scalar_of(row.get("phaseType")),
        status=enum_of(row.get("status"), PhaseStatus, _PHASE_NUMBERS),
        started_on=date_of(row.get("startedOn")),
        error_log=lines_of(row.get("errorLog")),
        tasks=tuple(task for job in jobs for task in job.tasks),
        jobs=jobs,
        interventions=tuple(map(_intervention, objects_of(row.get("manualInterventions")))),
        plan_id=guid_of(row.get("runPlanId")),
    )


def _digits(value: object) -> int:
    """Newer servers send a phase's id as text only (api.md 3.8)."""
    text = value if isinstance(value, str) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _task(row: Mapping[str, Any]) -> Task:
    status = row.get("status")
    old = _OLD_TASK_WORDS.get(status.lower()) if isinstance(status, str) else None
    return Task(
        id=count_of(row.get("id")),
        name=text_of(row.get("name")),
        rank=count_of(row.get("rank")),
        status=old or enum_of(status, TaskStatus, _TASK_NUMBERS),
        started_on=date_of(row.get("startTime")) or date_of(row.get("dateStarted")),
        finished_on=date_of(row.get("finishTime")) or date_of(row.get("dateEnded")),
        percent=int_of(row.get("percentComplete")),
        agent=text_of(row.get("agentName")),
        line_count=count_of(row.get("lineCount")),
        issues=_issues(row.get("issues")),
        record_id=guid_of(row.get("timelineRecordId")),
    )


def _issues(raw: object) -> tuple[Issue, ...]:
    return tuple(
        Issue(text_of(row.get("issueType")), lines_of(row.get("message"))) for row in objects_of(raw)
    )


def _jobs(raw: object) -> tuple[Job, ...]:
    return tuple(
        Job(
            task=_task(row["job"]) if isinstance(row.get("job"), dict) else None,
            tasks=tuple(map(_task, objects_of(row.get("tasks")))),
        )
        for row in objects_of(raw)
    )


def gates_from_json(raw: object) -> Gates | None:
    """A ReleaseGates; None where there are no gates (null, or an id of 0)."""
    row = mapping_of(raw)
    number = count_of(row.get("id"))
    if number <= 0:
        return None
    return Gates(
        id=number,
        status=enum_of(row.get("status"), GateStatus, _GATE_NUMBERS),
        started_on=date_of(row.get("startedOn")),
        last_modified_on=date_of(row.get("lastModifiedOn")),
        stabilized_on=date_of(row.get("stabilizationCompletedOn")),
        succeeding_since=date_of(row.get("succeedingSince")),
        ignored=tuple(text_of(gate.get("name")) for gate in objects_of(row.get("ignoredGates"))),
        samples=_samples(_jobs(row.get("deploymentJobs"))),
    )


def _samples(jobs: Sequence[Job]) -> tuple[Job, ...]:
    """Oldest first; where one has no time, all stay in the order of the server."""
    begun = [(start, job) for job in jobs if (start := _begun(job)) is not None]
    if len(begun) != len(jobs):
        return tuple(jobs)
    return tuple(job for _, job in sorted(begun, key=itemgetter(0)))


def _begun(job: Job) -> datetime | None:
    own = job.task.started_on if job.task is not None else None
    return own or min((t.started_on for t in job.tasks if t.started_on is not None), default=None)


def gates_plan_from_json(raw: object) -> GatesPlan:
    """A ReleaseDefinitionGatesStep; no gates when the server sent none."""
    row = mapping_of(raw)
    if not row.get("gates") and not row.get("gatesOptions"):
        return _NO_GATES
    options = mapping_of(row.get("gatesOptions"))
    tasks = [task for gate in objects_of(row.get("gates")) for task in objects_of(gate.get("tasks"))]
    return GatesPlan(
        names=tuple(text_of(task.get("name")) for task in tasks),
        is_enabled=bool_of(options.get("isEnabled")),
        timeout=count_of(options.get("timeout")),
        sampling_interval=count_of(options.get("samplingInterval")),
        stabilization=count_of(options.get("stabilizationTime")),
        minimum_success=count_of(options.get("minimumSuccessDuration")),
    )


_NO_GATES = GatesPlan()


def phase_plans_from_json(raw: object) -> tuple[PhasePlan, ...]:
    """DeployPhase[], by rank."""
    return tuple(sorted(map(_phase_plan, objects_of(raw)), key=_by_rank))


def _phase_plan(row: Mapping[str, Any]) -> PhasePlan:
    tasks = tuple(
        TaskPlan(
            name=text_of(task.get("name")),
            enabled=bool_of(task.get("enabled"), default=True),
            version=scalar_of(task.get("version")),
        )
        for task in objects_of(row.get("workflowTasks"))
    )
    return PhasePlan(
        name=text_of(row.get("name")),
        type=scalar_of(row.get("phaseType")),
        rank=count_of(row.get("rank")),
        tasks=tasks,
    )


def intervention_from_json(raw: object) -> Intervention:
    """A ManualIntervention. Raises Malformed: its id or status cannot be read."""
    row = object_of(raw, "A manual intervention")
    needed_id(row, "id", "A manual intervention")
    needed_enum(row, "status", "A manual intervention", InterventionStatus, _INTERVENTION_NUMBERS)
    return _intervention(row)


def _intervention(row: Mapping[str, Any]) -> Intervention:
    # Inside a release one that cannot be acted on must not hide the release: nothing is required here.
    return Intervention(
        id=count_of(row.get("id")),
        name=text_of(row.get("name")),
        instructions=lines_of(row.get("instructions")),
        status=enum_of(row.get("status"), InterventionStatus, _INTERVENTION_NUMBERS),
        comments=lines_of(row.get("comments")),
        created_on=date_of(row.get("createdOn")),
        modified_on=date_of(row.get("modifiedOn")),
        approver=identity_from_json(row.get("approver")),
        release=ref_from_json(row.get("release")),
        environment=ref_from_json(row.get("releaseEnvironment")),
    )
