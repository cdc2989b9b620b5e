"""The phases of an attempt: one after another, with the manual interventions in between (api.md 5.7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from reltui.demo import interventions, tasks
from reltui.demo.clock import Calendar, Event
from reltui.demo.records import Attempt, Intervention, Json, PhaseRun, Release

STEP_SECONDS = 1.0
"""Time between a call and what follows from it (api.md 8 #29)."""


class Owner(Protocol):
    """What the phases need of the state machine."""

    calendar: Calendar

    def next_phase_id(self) -> int:
        """A new phase id."""

    def trouble(self, release: Release, position: int) -> tasks.Trouble | None:
        """Which task of the newest attempt is to fail."""

    def intervened(self, release: Release, position: int, intervention: Intervention) -> None:
        """A manual intervention was created."""

    def phases_done(self, release: Release, position: int, moment: float) -> None:
        """No phase is left."""


class Phases:
    """Runs the phases of attempts."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self.handlers: dict[str, Callable[[Release, Event], None]] = {
            "phase": self._over,
            "intervene": self._intervene,
            "intervention expires": self._expire,
            "resume": self._resume,
        }

    def go_on(self, release: Release, position: int, moment: float) -> None:
        """Start the next phase that is to run; those that are not are noted as skipped."""
        environment = release.environments[position]
        attempt = environment.current
        attempt.has_started = True
        attempt.status = "inProgress"
        attempt.modified = moment
        plans = tasks.in_order(environment.plan)
        for number in range(len(attempt.phases), len(plans)):
            plan = plans[number]
            failed = any(run.status == "failed" for run in attempt.phases)
            condition = str((plan.get("deploymentInput") or {}).get("condition") or "")
            phase_id = self._owner.next_phase_id()
            if tasks.runs(condition, failed):
                course = self._course(release, position, number, plan)
                run = PhaseRun(plan, phase_id, moment, course.jobs())
                attempt.phases.append(run)
                attempt.operation = "PhaseInProgress"
                self._await(release, position, number)
                return
            attempt.phases.append(PhaseRun(plan, phase_id, moment, ended=moment, status="skipped"))
        self._owner.phases_done(release, position, moment)

    def resume(self, release: Release, position: int, intervention: Intervention, moment: float) -> None:
        """Note the end of an intervention that was just closed; the phase goes on a step later."""
        self._owner.calendar.enter(
            moment + STEP_SECONDS, "resume", release.id, position, intervention.attempt, intervention.id
        )

    def _course(self, release: Release, position: int, number: int, plan: Json) -> tasks.Course:
        environment = release.environments[position]
        attempt = environment.current
        trouble = self._owner.trouble(release, position)
        if trouble is not None and trouble.phase == number:
            attempt.issue = trouble.message
        return tasks.Course(plan, release.id, environment.id, attempt.number, number, trouble)

    def _await(self, release: Release, position: int, number: int) -> None:
        """Enter when the phase ends, or when its next intervention comes."""
        attempt = release.environments[position].current
        run = attempt.phases[number]
        waiting = run.waiting
        after = run.length if waiting is None else run.jobs[0].rows[waiting].start
        kind = "phase" if waiting is None else "intervene"
        self._owner.calendar.enter(run.started + after, kind, release.id, position, attempt.number, number)

    @staticmethod
    def _running(release: Release, event: Event) -> Attempt | None:
        """The attempt of an event, unless it is over or about to be canceled."""
        environment = release.environments[event.position]
        attempt = environment.latest
        if (
            environment.status != "inProgress"
            or attempt is None
            or attempt.number != event.attempt
            or attempt.operation == "Cancelling"
        ):
            return None
        return attempt

    def _over(self, release: Release, event: Event) -> None:
        attempt = self._running(release, event)
        if attempt is None:
            return
        run = attempt.phases[event.detail]
        run.ended = event.due
        run.status = tasks.result(run)
        if run.status == "failed":
            attempt.issue = attempt.issue or tasks.first_failure(run)
        self.go_on(release, event.position, event.due)

    def _intervene(self, release: Release, event: Event) -> None:
        attempt = self._running(release, event)
        if attempt is None:
            return
        intervention = interventions.ask(release, attempt, event.detail, event.due)
        attempt.operation = "ManualInterventionPending"
        attempt.modified = event.due
        rules = interventions.options(interventions.task_of(attempt.phases[event.detail], intervention))
        if rules.timeout_minutes:
            self._owner.calendar.enter(
                event.due + rules.timeout_minutes * 60.0,
                "intervention expires",
                release.id,
                event.position,
                attempt.number,
                intervention.id,
            )
        self._owner.intervened(release, event.position, intervention)

    def _expire(self, release: Release, event: Event) -> None:
        attempt = self._running(release, event)
        _, intervention = interventions.find(release, event.detail)
        if attempt is None or intervention.status != "pending":
            return
        rules = interventions.options(interventions.task_of(attempt.phases[intervention.phase], intervention))
        status = "approved" if rules.resumes_on_timeout else "rejected"
        interventions.close(intervention, status, event.due, comments="The manual intervention timed out.")
        self._resume(release, event)

    def _resume(self, release: Release, event: Event) -> None:
        """Go on with the tasks behind an intervention."""
        attempt = self._running(release, event)
        if attempt is None:
            return
        _, intervention = interventions.find(release, event.detail)
        run = attempt.phases[intervention.phase]
        course = self._course(release, event.position, intervention.phase, run.plan)
        approved = intervention.status == "approved"
        if not approved:
            attempt.issue = f"{intervention.name} was rejected."
        job = course.resumed(run.jobs[0], intervention.task, event.due - run.started, approved=approved)
        run.jobs = (job,)
        attempt.operation = "PhaseInProgress"
        attempt.modified = event.due
        self._await(release, event.position, intervention.phase)
