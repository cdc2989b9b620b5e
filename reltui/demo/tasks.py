"""How long the tasks of a phase take and how they end, fixed when the phase starts.

Inputs of a task that begin with `demo` decide what becomes of it, so that a definition can be written that
runs the way a person wants to see or a test needs.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

from reltui.demo.records import JobRun, Json, PhaseRun, Row

SECONDS_INPUT = "demoSeconds"
"""Name of a task input that fixes the task's duration, in seconds."""
RESULT_INPUT = "demoResult"
"""How the task ends, `failed` or `succeeded`, for each attempt (`failed,succeeded`); the last repeats."""
TARGET_INPUT = "demoTarget"
"""The one machine of a deployment group that `demoResult` is meant for."""
SAMPLES_INPUT = "demoSamples"
"""How a gate's task ends, `fail` or `pass`, round by round (`fail,fail,pass`); the last repeats."""

AGENT, SERVER, GROUP = "agentBasedDeployment", "runOnServer", "machineGroupBasedDeployment"
"""DeployPhaseTypes (api.md 4.3)."""

MANUAL_INTERVENTION = "bcb64569-d51a-4af0-9c01-ea5d05b3b622"
DELAY = "28782b92-5e8e-4458-9751-a71cd1492bae"
CALL = "9c3e8943-130d-4c78-ac63-8af81df62dfb"
QUERY = "f1e4b0e6-017e-4819-8a48-ef19ae96e289"
"""Ids of the task types that run on the server, the same on every server: manual intervention, delay,
invoke REST API, query work items."""

PREPARE_SECONDS = 4.0
"""An agent is found and the artifacts are fetched before the first task."""

DEPLOYMENT_GROUPS: dict[int, tuple[str, ...]] = {
    71: ("DOCK-RTM-01", "DOCK-RTM-02", "DOCK-CHI-01", "DOCK-PNQ-01"),
    72: ("BILL-APP-01", "BILL-APP-02", "BILL-APP-03"),
}
"""Target machines by the group's id; a group that is not here has three of its own."""

_AGENTS = ("BUILD-AGT-01", "BUILD-AGT-02", "BUILD-AGT-03", "REL-AGT-04", "REL-AGT-05")


@dataclass(frozen=True, slots=True)
class Trouble:
    """A failure that is to happen: the task at this position of this phase fails."""

    phase: int
    task: int
    message: str


@dataclass(frozen=True, slots=True)
class Course:
    """All that decides how the tasks of one phase of one attempt run."""

    plan: Json
    release_id: int
    environment_id: int
    attempt: int
    phase: int
    trouble: Trouble | None

    def jobs(self) -> tuple[JobRun, ...]:
        """The jobs from the start on; what follows a manual intervention is open until somebody acts."""
        if self.plan["phaseType"] == SERVER:
            return (JobRun("", self._rows("", 0, 1.0, False)),)
        if self.plan["phaseType"] != GROUP:
            agent = _AGENTS[self._noise()[63] % len(_AGENTS)]
            return (JobRun(agent, self._rows(agent, 0, PREPARE_SECONDS, False)),)
        jobs: list[JobRun] = []
        start = PREPARE_SECONDS
        failed = False
        one_by_one = _settings(self.plan).get("deploymentHealthOption") == "OneTargetAtATime"
        for target in targets(self.plan):
            rows = self._rows(target, 0, start, failed)
            jobs.append(JobRun(target, rows))
            if one_by_one:
                start = jobs[-1].length
                failed = failed or job_result(self.plan, rows) == "failed"
        return tuple(jobs)

    def resumed(self, job: JobRun, position: int, elapsed: float, *, approved: bool) -> JobRun:
        """The job after somebody acted on its intervention, so many seconds after the phase's start."""
        start = job.rows[position].start
        acted = Row(start, elapsed - start, "succeeded" if approved else "failed")
        rest = self._rows(job.agent, position + 1, elapsed, not approved)
        return JobRun(job.agent, (*job.rows[:position], acted, *rest))

    def _rows(self, machine: str, first: int, start: float, failed: bool) -> tuple[Row, ...]:
        """The tasks from the given one on, one after another."""
        rows: list[Row] = []
        noise = self._noise()
        for position, task in enumerate(enabled_tasks(self.plan)[first:], first):
            if start == math.inf:
                rows.append(Row(start, 0.0, "pending"))
            elif not runs(str(task.get("condition") or ""), failed, always=bool(task.get("alwaysRun"))):
                rows.append(Row(start, 0.0, "skipped"))
            elif self.plan["phaseType"] == SERVER and is_intervention(task):
                rows.append(Row(start, math.inf, "pending"))
                start = math.inf
            else:
                fails = self._fails(task, position, machine)
                failed = failed or (fails and not task.get("continueOnError"))
                rows.append(
                    Row(start, _seconds(task, noise[position % 63]), "failed" if fails else "succeeded")
                )
                start = rows[-1].end
        return tuple(rows)

    def _fails(self, task: Json, position: int, machine: str) -> bool:
        inputs = task.get("inputs") or {}
        results = inputs.get(RESULT_INPUT)
        if results and by_turn(results, self.attempt - 1) == "failed":
            only = inputs.get(TARGET_INPUT) or machine
            if only == machine:
                return True
        trouble = self.trouble
        if trouble is None or (trouble.phase, trouble.task) != (self.phase, position):
            return False
        return self.plan["phaseType"] != GROUP or machine == targets(self.plan)[-1]

    def _noise(self) -> bytes:
        text = f"{self.release_id}:{self.environment_id}:{self.attempt}:{self.phase}"
        return hashlib.blake2b(text.encode()).digest()


def in_order(plan: Json) -> list[Json]:
    """The phases of a definition's environment, by rank."""
    phases: list[Json] = plan.get("deployPhases") or []
    return sorted(phases, key=lambda phase: int(phase["rank"])) if len(phases) > 1 else phases


def enabled_tasks(plan: Json) -> list[Json]:
    """The tasks of a phase that will run."""
    return [task for task in plan.get("workflowTasks") or [] if task.get("enabled", True)]


def is_intervention(task: Json) -> bool:
    """Whether a task asks a person to resume or reject."""
    return str(task.get("taskId")).lower() == MANUAL_INTERVENTION


def targets(plan: Json) -> tuple[str, ...]:
    """The machines of the deployment group that a phase runs on."""
    return machines_of(int(_settings(plan).get("queueId") or 0))


def machines_of(group: int) -> tuple[str, ...]:
    """The machines of a deployment group."""
    return DEPLOYMENT_GROUPS.get(group, tuple(f"TARGET-{group:02d}-{number}" for number in (1, 2, 3)))


def runs(condition: str, failed: bool, *, always: bool = False) -> bool:
    """Whether a task or a phase runs, after something before it failed or nothing did."""
    text = condition.replace(" ", "").lower()
    if always or "always()" in text or "succeededorfailed()" in text:
        return True
    return failed if "failed()" in text else not failed


def breaking_point(plan: Json) -> tuple[int, int]:
    """Position of the phase and of the task in which a bad build makes itself felt."""
    phases = in_order(plan)
    phase = next((n for n, one in enumerate(phases) if one["phaseType"] != SERVER), 0)
    return phase, min(1, len(enabled_tasks(phases[phase])) - 1)


def by_turn(listed: object, turn: int) -> str:
    """The entry of a comma-joined list for a turn counted from 0; the last one repeats."""
    entries = str(listed or "").split(",")
    return entries[min(turn, len(entries) - 1)].strip().lower()


def job_result(plan: Json, rows: tuple[Row, ...]) -> str:
    """A job's final status."""
    planned = enabled_tasks(plan)
    failures = [
        bool(task.get("continueOnError"))
        for task, row in zip(planned, rows, strict=True)
        if row.status == "failed"
    ]
    if failures:
        return "partiallySucceeded" if all(failures) else "failed"
    return "skipped" if rows and all(row.status == "skipped" for row in rows) else "succeeded"


def result(run: PhaseRun) -> str:
    """A phase's final status: the worst of its jobs'."""
    results = [job_result(run.plan, job.rows) for job in run.jobs]
    return next((status for status in ("failed", "partiallySucceeded") if status in results), "succeeded")


def first_failure(run: PhaseRun) -> str:
    """The issue that a failed phase leaves, naming its first failed task."""
    planned = enabled_tasks(run.plan)
    for job in run.jobs:
        for task, row in zip(planned, job.rows, strict=True):
            if row.status == "failed" and not task.get("continueOnError"):
                return f"{task.get('name') or 'A task'} failed{f' on {job.agent}' if job.agent else ''}."
    return ""


def _settings(plan: Json) -> Json:
    settings: Json = plan.get("deploymentInput") or {}
    return settings


def number_of(text: object) -> float | None:
    """A length that an input fixes; None for a variable or other words."""
    try:
        value = float(str(text))
    except ValueError:
        return None
    return value if 0.0 <= value < math.inf else None


def _seconds(task: Json, noise: int) -> float:
    """Seconds such a task takes: copying and checks are short, deploying and tests take longer."""
    inputs = task.get("inputs") or {}
    fixed = number_of(inputs.get(SECONDS_INPUT))
    if fixed is None and str(task.get("taskId")).lower() == DELAY:
        fixed = (number_of(inputs.get("delayForMinutes")) or 0.0) * 60.0
    if fixed is not None:
        return fixed
    lowered = str(task.get("name", "")).lower()
    base = 9.0
    if any(word in lowered for word in ("deploy", "migrate", "publish", "upload")):
        base = 34.0
    elif "test" in lowered:
        base = 21.0
    return round(base * (0.6 + noise / 256.0), 3)
