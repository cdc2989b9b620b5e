"""Gates: checks before or after a deployment that are sampled until all of them pass (api.md 5.6).

A gate is known by the name of its task. Gates of a side begin when the approvals before them are given
(`approvalOptions.executionOrder`), are sampled each `samplingInterval` minutes once `stabilizationTime` is
over, and end when all passed in one sample and went on passing for `minimumSuccessDuration`, or when
`timeout` is over. A sample leaves out the gates that somebody chose to ignore before it began.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from reltui.demo import refusals, tasks
from reltui.demo.clock import Calendar, Event
from reltui.demo.records import POST, PRE, Attempt, GateRun, Json, Release, Round

EACH = 1000
"""Gate step ids of a release are its own id times this and counted on from there, so that a call that names
a gate step only tells the release."""

SIDES = {PRE: "preDeploymentGates", POST: "postDeploymentGates"}

DEFAULT_TIMEOUT_MINUTES = 1440
DEFAULT_SAMPLING_MINUTES = 15
"""What the portal offers, for a definition that leaves them out (U)."""

_SAMPLE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Options:
    """ReleaseDefinitionGatesOptions, in minutes, with defaults filled in."""

    timeout: int
    sampling: int
    stabilization: int
    minimum_success: int


def options(plan: Json, side: str) -> Options:
    """Reads the gates of one side of an environment."""
    step = plan.get(SIDES[side]) or {}
    raw = step.get("gatesOptions") or {}
    return Options(
        timeout=int(raw.get("timeout") or DEFAULT_TIMEOUT_MINUTES),
        sampling=int(raw.get("samplingInterval") or DEFAULT_SAMPLING_MINUTES),
        stabilization=int(raw.get("stabilizationTime") or 0),
        minimum_success=int(raw.get("minimumSuccessDuration") or 0),
    )


def are_on(plan: Json, side: str) -> bool:
    """Whether one side of an environment has gates at all."""
    step = plan.get(SIDES[side]) or {}
    return bool((step.get("gatesOptions") or {}).get("isEnabled")) and bool(planned(step))


def planned(step: Json) -> list[Json]:
    """The tasks of all gates of a ReleaseDefinitionGatesStep, each one a gate of its own."""
    return [
        task
        for gate in step.get("gates") or []
        for task in gate.get("tasks") or []
        if task.get("enabled", True)
    ]


def name_of(task: Json) -> str:
    """Under which a gate is ignored."""
    return str(task.get("name") or "Gate")


def find(release: Release, gate_step_id: int) -> tuple[int, GateRun] | None:
    """The position of the environment whose gates these are, and the gates."""
    for position, environment in enumerate(release.environments):
        for attempt in environment.attempts:
            for run in attempt.gates:
                if run.id == gate_step_id:
                    return position, run
    return None


def ignore(run: GateRun, names: object, moment: float) -> None:
    """Leave gates out of the samples to come. Raises Refusal (400) and then changes nothing."""
    if run.finished is not None:
        raise refusals.invalid(
            f"Gates with ID {run.id} are in state '{run.status}' and cannot be updated any more."
        )
    known = {name_of(task).lower(): name_of(task) for task in planned(run.plan)}
    if not isinstance(names, list) or not names:
        raise refusals.invalid("No gate to ignore was named. Name at least one gate and try again.")
    for name in names:
        if str(name).lower() not in known:
            raise refusals.invalid(f"Gate '{name}' does not exist. Specify the name of a gate and try again.")
    for name in names:
        run.ignored[known[str(name).lower()]] = moment
    run.modified = moment


def cancel(attempt: Attempt, moment: float) -> None:
    """End the evaluation of an attempt that is canceled."""
    for run in attempt.gates:
        if run.finished is None:
            _finish(run, "canceled", moment)


class Owner(Protocol):
    """What the evaluation needs of the state machine."""

    calendar: Calendar

    def samples(self, release: Release, position: int, gate: Json) -> str:
        """The results of a gate by round, as a comma-joined list."""

    def gates_done(self, release: Release, position: int, run: GateRun, moment: float) -> None:
        """The gates of a side have succeeded or failed."""


class Evaluation:
    """Starts gates and takes their samples."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self.handlers: dict[str, Callable[[Release, Event], None]] = {
            "sample": self._sample,
            "sampled": self._sampled,
            "gates expire": self._expire,
        }

    def start(self, release: Release, position: int, side: str, moment: float) -> None:
        """Begin with the gates of a side that has some."""
        environment = release.environments[position]
        attempt = environment.current
        step = environment.plan[SIDES[side]]
        rules = options(environment.plan, side)
        count = sum(len(one.gates) for place in release.environments for one in place.attempts)
        run = GateRun(
            id=release.id * EACH + count + 1,
            side=side,
            plan=step,
            started=moment,
            modified=moment,
            samples=tuple(self._owner.samples(release, position, gate) for gate in planned(step)),
        )
        attempt.gates = (*attempt.gates, run)
        attempt.operation = "EvaluatingGates"
        attempt.modified = moment
        first = moment + rules.stabilization * 60.0
        for due, kind in ((first, "sample"), (moment + rules.timeout * 60.0, "gates expire")):
            self._owner.calendar.enter(due, kind, release.id, position, attempt.number, run.id)

    def _running(self, release: Release, event: Event) -> GateRun | None:
        environment = release.environments[event.position]
        for run in environment.attempts[event.attempt - 1].gates:
            if run.id == event.detail and run.finished is None:
                return run
        return None

    def _sample(self, release: Release, event: Event) -> None:
        run = self._running(release, event)
        if run is None:
            return
        if run.stabilized is None:
            run.stabilized = event.due
        results = []
        length = 1.0
        for gate, samples in zip(planned(run.plan), run.samples, strict=True):
            if name_of(gate) in run.ignored:
                results.append("skipped")
                continue
            passes = tasks.by_turn(samples, len(run.rounds)) != "fail"
            results.append("succeeded" if passes else "failed")
            length = max(
                length,
                tasks.number_of((gate.get("inputs") or {}).get(tasks.SECONDS_INPUT)) or _SAMPLE_SECONDS,
            )
        run.rounds.append(Round(event.due, event.due + length, tuple(results)))
        run.modified = event.due
        self._owner.calendar.enter(
            event.due + length, "sampled", release.id, event.position, event.attempt, run.id
        )

    def _sampled(self, release: Release, event: Event) -> None:
        run = self._running(release, event)
        if run is None:
            return
        rules = options(release.environments[event.position].plan, run.side)
        run.modified = event.due
        if "failed" in run.rounds[-1].statuses:
            run.succeeding_since = None
        elif run.succeeding_since is None:
            run.succeeding_since = event.due
        since = run.succeeding_since
        if since is not None and event.due - since >= rules.minimum_success * 60.0:
            _finish(run, "succeeded", event.due)
            self._owner.gates_done(release, event.position, run, event.due)
            return
        following = max(event.due, run.rounds[-1].started + rules.sampling * 60.0)
        self._owner.calendar.enter(following, "sample", release.id, event.position, event.attempt, run.id)

    def _expire(self, release: Release, event: Event) -> None:
        run = self._running(release, event)
        if run is not None:
            _finish(run, "failed", event.due)
            self._owner.gates_done(release, event.position, run, event.due)


def _finish(run: GateRun, status: str, moment: float) -> None:
    run.status = status
    run.modified = run.finished = moment
