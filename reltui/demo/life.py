"""The state machine: how a release moves through its environments (api.md section 5).

`Life` changes records and enters what is to happen later into a calendar; it never looks at a clock itself,
so that the past can be played as fast as the machine allows and the present runs by the very same rules.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from reltui.demo import approvals, gates, interventions, schedules, tasks
from reltui.demo.clock import Calendar, Event
from reltui.demo.lanes import Lanes, lane_of, policy_of
from reltui.demo.people import People
from reltui.demo.phases import STEP_SECONDS, Phases
from reltui.demo.records import (
    POST,
    PRE,
    STATUS_NUMBERS,
    Approval,
    Attempt,
    Environment,
    GateRun,
    Intervention,
    Json,
    Release,
)

ACTIVE = ("queued", "scheduled", "inProgress")


@dataclass(slots=True)
class Ids:
    """Numbers for what comes to be while a release lives."""

    approval: int
    deployment: int
    phase: int

    def next_approval(self) -> int:
        """A new approval id."""
        self.approval += 1
        return self.approval

    def next_deployment(self) -> int:
        """A new deployment id."""
        self.deployment += 1
        return self.deployment

    def next_phase(self) -> int:
        """A new phase id."""
        self.phase += 1
        return self.phase


def result_key(condition: Json) -> str:
    """Under which an environment keeps whether a condition holds."""
    return f"{condition['conditionType']}:{condition['name']}"


class Surroundings(Protocol):
    """What the state machine asks and tells whoever runs it."""

    def find(self, release_id: int) -> Release:
        """The whole release, for changing."""

    def trouble(self, release: Release, environment: Environment, attempt: Attempt) -> tasks.Trouble | None:
        """Which task of this attempt is to fail."""

    def branch(self, release: Release, alias: str) -> str:
        """The branch that an artifact of a release was built from."""

    def changed(self, release: Release) -> None:
        """Something happened to the release."""

    def samples(self, release: Release, environment: Environment, gate: Json) -> str | None:
        """The results of a gate by round, where they are not what its task says."""

    def asked(self, approval: Approval) -> None:
        """An approval was created."""

    def intervened(self, release: Release, position: int, intervention: Intervention) -> None:
        """A manual intervention was created."""

    def deployed(self, release: Release, environment: Environment) -> None:
        """The release stands in this environment now."""


class Life:
    """Moves releases, and enters what follows into the calendar."""

    def __init__(self, people: People, calendar: Calendar, ids: Ids, around: Surroundings) -> None:
        self.people = people
        self.calendar = calendar
        self.ids = ids
        self.lanes = Lanes()
        self.phases = Phases(self)
        self.gates = gates.Evaluation(self)
        self._around = around
        self._handlers: dict[str, Callable[[Release, Event], None]] = {
            "begin": self._begin,
            "abandon": self._abandoned,
            "enter": self._enter,
            "due": self._due,
            "pre": self._after_pre,
            "post": self._after_post,
            "expire": self._expire,
            "stop": self._stopped,
            **self.phases.handlers,
            **self.gates.handlers,
        }

    def happen(self, event: Event) -> None:
        """Let one event happen."""
        release = self._around.find(event.release_id)
        self._handlers[event.kind](release, event)
        self._around.changed(release)

    def take_over(self, release: Release, calendar: Calendar) -> None:
        """Go on with a release that was played elsewhere: its coming events, its place in the queues."""
        for event in calendar.drain():
            if event.kind in self._handlers:
                self.calendar.enter(
                    event.due, event.kind, release.id, event.position, event.attempt, event.detail
                )
        for position, environment in enumerate(release.environments):
            lane = lane_of(release, position)
            if environment.status == "inProgress":
                self.lanes.enter(lane, release.id)
            elif environment.status == "queued" and environment.attempts:
                self.lanes.wait(lane, release.id, position)

    # What callers ask for

    def start(self, release: Release, moment: float) -> None:
        """Let the automatic environments of an active release begin soon."""
        self.calendar.enter(moment + STEP_SECONDS, "begin", release.id)

    def queue(self, release: Release, position: int, by: str, reason: str, moment: float) -> None:
        """Accept a deployment; the attempt itself appears a step later (api.md 3.4)."""
        environment = release.environments[position]
        environment.status = "queued"
        environment.requested_by_id = by
        environment.reason = reason
        environment.scheduled = None
        environment.modified = moment
        self.calendar.enter(
            moment + STEP_SECONDS, "enter", release.id, position, len(environment.attempts) + 1
        )

    def schedule(self, release: Release, position: int, by: str, due: float, moment: float) -> None:
        """Accept a deployment for later, or another time for one that is scheduled already."""
        environment = release.environments[position]
        if environment.status != "scheduled":
            environment.requested_by_id = by
            environment.reason = "scheduled"
            self._new_attempt(environment, moment).operation = "Scheduled"
        attempt = environment.current
        environment.status = "scheduled"
        environment.scheduled = due
        environment.modified = attempt.modified = moment
        attempt.modified_by_id = by
        self.calendar.enter(due, "due", release.id, position, attempt.number)

    def put_off(self, release: Release, position: int, by: str, due: float | None, moment: float) -> None:
        """Let a deployment that waits for approval begin no earlier; None takes that back (api.md 5.3)."""
        environment = release.environments[position]
        environment.scheduled = due
        environment.modified = environment.current.modified = moment
        environment.current.modified_by_id = by

    def cancel(self, release: Release, position: int, by: str, moment: float) -> None:
        """Cancel what is queued, scheduled, waiting or running; what runs stops a step later."""
        environment = release.environments[position]
        attempt = environment.latest
        running = attempt is not None and bool(attempt.phases) and attempt.phases[-1].ended is None
        if attempt is not None and environment.status == "inProgress" and running:
            attempt.operation = "Cancelling"
            attempt.modified, attempt.modified_by_id = moment, by
            self.calendar.enter(moment + STEP_SECONDS, "stop", release.id, position, attempt.number)
            return
        self._cancel_now(release, position, by, moment)

    def abandon(self, release: Release, by: str, moment: float) -> None:
        """Mark abandoned; approvals and deployments are canceled a step later (api.md 5.1)."""
        release.status = "abandoned"
        release.modified, release.modified_by_id = moment, by
        self.calendar.enter(moment + STEP_SECONDS, "abandon", release.id)

    def sign(
        self, release: Release, approval: Approval, approve: bool, by: str, comments: str, moment: float
    ) -> None:
        """Take an approval or a rejection; what follows a full set of signatures comes a step later."""
        environment = release.environments[approval.position]
        approvals.close(approval, "approved" if approve else "rejected", moment, by, comments)
        if not approve:
            approvals.close_pending(environment, approval.attempt, "canceled", moment)
            self._reject(release, approval.position, approval.type, by, moment)
            return
        if approvals.is_enough(environment, approval.attempt, approval.type):
            approvals.close_pending(environment, approval.attempt, "skipped", moment)
        pending = [
            a for a in environment.approvals if a.attempt == approval.attempt and a.status == "pending"
        ]
        if not pending:
            self._proceed(release, approval.position, approval.type, approval.attempt, moment)

    def act(
        self,
        release: Release,
        position: int,
        intervention: Intervention,
        approve: bool,
        by: str,
        comments: str,
        moment: float,
    ) -> None:
        """Resume or reject at a manual intervention; what follows comes a step later."""
        status = "approved" if approve else "rejected"
        interventions.close(intervention, status, moment, by, comments)
        attempt = release.environments[position].current
        if attempt.operation == "ManualInterventionPending":
            attempt.operation = "PhaseInProgress"
        attempt.modified, attempt.modified_by_id = moment, by
        self.phases.resume(release, position, intervention, moment)

    # What happens by itself

    def _begin(self, release: Release, event: Event) -> None:
        if release.status != "active":
            return
        for position, environment in enumerate(release.environments):
            kinds = {condition["conditionType"] for condition in environment.plan.get("conditions") or []}
            if environment.status == "notStarted" and "event" in kinds:
                self._start_if_due(release, position, event.due)

    def _start_if_due(self, release: Release, position: int, moment: float) -> None:
        """Queue an environment when all its conditions hold; note each condition's result."""
        environment = release.environments[position]
        conditions = environment.plan.get("conditions") or []
        for condition in conditions:
            environment.results[result_key(condition)] = self._holds(release, condition)
        if environment.manual or not conditions or not all(environment.results.values()):
            return
        due = schedules.following(environment.plan.get("schedules") or [], moment)
        if due is not None:
            self.schedule(release, position, release.created_by_id, due, moment)
            return
        self.queue(release, position, release.created_by_id, "automated", moment)

    def _holds(self, release: Release, condition: Json) -> bool:
        kind = condition["conditionType"]
        if kind == "event":
            return True
        if kind == "artifact":
            wanted = json.loads(condition.get("value") or "{}").get("sourceBranch") or ""
            branch = self._around.branch(release, condition["name"]).removeprefix("refs/heads/")
            wanted = wanted.removeprefix("refs/heads/")
            return branch.startswith(wanted[:-1]) if wanted.endswith("*") else wanted in ("", branch)
        for environment in release.environments:
            if environment.plan["name"] == condition["name"]:
                return bool(STATUS_NUMBERS[environment.status] & int(condition.get("value") or 4))
        return False

    def _enter(self, release: Release, event: Event) -> None:
        environment = release.environments[event.position]
        if environment.status != "queued" or len(environment.attempts) != event.attempt - 1:
            return
        self._new_attempt(environment, event.due)
        self._admit(release, event.position, event.due)

    def _due(self, release: Release, event: Event) -> None:
        environment = release.environments[event.position]
        if (
            environment.status != "scheduled"
            or len(environment.attempts) != event.attempt
            or environment.scheduled != event.due
        ):
            return
        if environment.current.operation != "Deferred":
            self._admit(release, event.position, event.due)
            return
        environment.status = "inProgress"
        environment.scheduled = None
        environment.modified = environment.current.modified = event.due
        self._next(release, event.position, PRE, "approvals", event.due)

    def _new_attempt(self, environment: Environment, moment: float) -> Attempt:
        attempt = Attempt(
            number=len(environment.attempts) + 1,
            deployment_id=self.ids.next_deployment(),
            reason=environment.reason,
            requested_by_id=environment.requested_by_id,
            queued=moment,
            modified=moment,
            modified_by_id=environment.requested_by_id,
        )
        environment.attempts.append(attempt)
        return attempt

    def _admit(self, release: Release, position: int, moment: float) -> None:
        """Leave the queue if the policy lets it; the pre-approval comes only then (api.md 5.6)."""
        environment = release.environments[position]
        limit, depth = policy_of(environment.plan)
        lane = lane_of(release, position)
        if not limit or self.lanes.count(lane) < limit:
            self._occupy(release, position, moment)
            return
        environment.status = "queued"
        environment.scheduled = None
        environment.current.operation = "Queued"
        if depth == 1:
            for older, older_position in self.lanes.all_waiting(lane):
                older_release = self._around.find(older)
                self._cancel_now(older_release, older_position, environment.requested_by_id, moment)
        self.lanes.wait(lane, release.id, position)

    def _occupy(self, release: Release, position: int, moment: float) -> None:
        environment = release.environments[position]
        attempt = environment.current
        self.lanes.enter(lane_of(release, position), release.id)
        environment.status = "inProgress"
        environment.scheduled = None
        environment.modified = attempt.modified = moment
        self._next(release, position, PRE, "", moment)

    def _leave(self, release: Release, position: int, moment: float) -> None:
        """Give the lane free for whoever waits longest."""
        successor = self.lanes.leave(lane_of(release, position), release.id)
        if successor is not None:
            following = self._around.find(successor[0])
            self._occupy(following, successor[1], moment)
            self._around.changed(following)

    def _next(self, release: Release, position: int, side: str, done: str, moment: float) -> None:
        """The next of approvals and gates on one side, in the order that the stage wants (api.md 5.4)."""
        if side == PRE and done == "approvals" and self._defers(release, position, moment):
            return
        plan = release.environments[position].plan
        order: tuple[str, ...] = ("approvals",)
        if gates.are_on(plan, side):
            order = ("approvals", "gates")
            if approvals.execution_order(plan, side) != "beforeGates":
                order = ("gates", "approvals")
        left = order[order.index(done) + 1 :] if done else order
        if left:
            start = self._ask if left[0] == "approvals" else self.gates.start
            start(release, position, side, moment)
        elif side == PRE:
            self.phases.go_on(release, position, moment)
        else:
            self._succeed(release, position, moment)

    def _defers(self, release: Release, position: int, moment: float) -> bool:
        """Let what is approved wait for the hour it was put off to, if that is still to come."""
        environment = release.environments[position]
        if environment.scheduled is None or environment.scheduled <= moment:
            environment.scheduled = None
            return False
        attempt = environment.current
        attempt.operation = "Deferred"
        environment.status = "scheduled"
        environment.modified = attempt.modified = moment
        self.calendar.enter(environment.scheduled, "due", release.id, position, attempt.number)
        return True

    def _ask(self, release: Release, position: int, side: str, moment: float) -> None:
        """Create the approvals of the next rank; go on when nobody has to sign."""
        environment = release.environments[position]
        attempt = environment.current
        rules = approvals.options(environment.plan, side)
        waits = False
        while not waits:
            due = approvals.next_steps(environment, attempt.number, side)
            if not due:
                break
            for step in due:
                waits |= self._create_approval(release, position, side, step, rules, moment)
        if not waits:
            self._next(release, position, side, "approvals", moment)
            return
        attempt.operation = "Pending"
        attempt.modified = moment
        self.calendar.enter(
            moment + rules.timeout_minutes * 60.0,
            "expire",
            release.id,
            position,
            attempt.number,
            0 if side == PRE else 1,
        )

    def _create_approval(
        self, release: Release, position: int, side: str, step: Json, rules: approvals.Options, moment: float
    ) -> bool:
        """Create one approval; True when it waits for a person."""
        environment = release.environments[position]
        attempt = environment.current
        automated = bool(step.get("isAutomated"))
        approver = None if automated else str(step["approver"]["id"]).lower()
        status = "approved" if automated else "pending"
        if (
            approver is not None
            and side == PRE
            and rules.skip_if_approved_before
            and attempt.reason == "automated"
            and approver in self._signers_before(release, position)
        ):
            status = "skipped"
        approval = Approval(
            id=self.ids.next_approval(),
            release_id=release.id,
            position=position,
            attempt=attempt.number,
            type=side,
            rank=int(step["rank"]),
            approver_id=approver,
            status=status,
            created=moment,
            modified=moment,
        )
        environment.approvals.append(approval)
        self._around.asked(approval)
        return status == "pending"

    @staticmethod
    def _signers_before(release: Release, position: int) -> set[str]:
        """Who approved the environments that this one follows."""
        names = {
            condition["name"]
            for condition in release.environments[position].plan.get("conditions") or []
            if condition["conditionType"] == "environmentState"
        }
        return {
            approval.approved_by_id
            for environment in release.environments
            if environment.plan["name"] in names
            for approval in environment.approvals
            if approval.approved_by_id is not None and approval.status == "approved"
        }

    def _proceed(self, release: Release, position: int, side: str, attempt: int, moment: float) -> None:
        kind = "pre" if side == PRE else "post"
        self.calendar.enter(moment + STEP_SECONDS, kind, release.id, position, attempt)

    def _after_pre(self, release: Release, event: Event) -> None:
        self._signed(release, event, PRE)

    def _after_post(self, release: Release, event: Event) -> None:
        self._signed(release, event, POST)

    def _signed(self, release: Release, event: Event, side: str) -> None:
        """All that were asked have signed: ask the next rank, unless the quorum is reached."""
        environment = release.environments[event.position]
        if environment.status != "inProgress" or len(environment.attempts) != event.attempt:
            return
        if approvals.is_enough(environment, event.attempt, side):
            self._next(release, event.position, side, "approvals", event.due)
        else:
            self._ask(release, event.position, side, event.due)

    # What the phases and the gates ask and tell

    def next_phase_id(self) -> int:
        """A new phase id."""
        return self.ids.next_phase()

    def trouble(self, release: Release, position: int) -> tasks.Trouble | None:
        """Which task of the newest attempt is to fail."""
        environment = release.environments[position]
        return self._around.trouble(release, environment, environment.current)

    def samples(self, release: Release, position: int, gate: Json) -> str:
        """The results of a gate by round, as a comma-joined list."""
        given = self._around.samples(release, release.environments[position], gate)
        return str((gate.get("inputs") or {}).get(tasks.SAMPLES_INPUT) or "") if given is None else given

    def intervened(self, release: Release, position: int, intervention: Intervention) -> None:
        """Pass it on."""
        self._around.intervened(release, position, intervention)

    def gates_done(self, release: Release, position: int, run: GateRun, moment: float) -> None:
        """Go on; failed gates reject, unless people are to decide afterwards whatever the gates say."""
        environment = release.environments[position]
        order = approvals.execution_order(environment.plan, run.side)
        if run.status == "succeeded" or order == "afterGatesAlways":
            self._next(release, position, run.side, "gates", moment)
            return
        attempt = environment.current
        attempt.status = "notDeployed" if run.side == PRE else "failed"
        attempt.operation = "GateFailed"
        attempt.issue = "The gates did not succeed in time."
        self._end(release, position, "rejected", moment)

    def phases_done(self, release: Release, position: int, moment: float) -> None:
        """Turn to what comes after the deployment, or reject when a phase failed."""
        attempt = release.environments[position].current
        if any(run.status == "failed" for run in attempt.phases):
            attempt.status, attempt.operation = "failed", "PhaseFailed"
            self._end(release, position, "rejected", moment)
            return
        attempt.operation = "PhaseSucceeded"
        self._next(release, position, POST, "", moment)

    # How an attempt ends

    def _succeed(self, release: Release, position: int, moment: float) -> None:
        environment = release.environments[position]
        attempt = environment.current
        partial = any(run.status == "partiallySucceeded" for run in attempt.phases)
        status = "partiallySucceeded" if partial else "succeeded"
        attempt.status, attempt.operation = status, "Approved"
        self._end(release, position, status, moment)
        self._around.deployed(release, environment)
        name = environment.plan["name"]
        for follower, candidate in enumerate(release.environments):
            names = {
                condition["name"]
                for condition in candidate.plan.get("conditions") or []
                if condition["conditionType"] == "environmentState"
            }
            if name in names and candidate.status == "notStarted" and release.status == "active":
                self._start_if_due(release, follower, moment)

    def _reject(self, release: Release, position: int, side: str, by: str, moment: float) -> None:
        attempt = release.environments[position].current
        attempt.status = "notDeployed" if side == PRE else "failed"
        attempt.operation = "Rejected"
        attempt.modified_by_id = by
        self._end(release, position, "rejected", moment)

    def _expire(self, release: Release, event: Event) -> None:
        """An approval that nobody answered in time rejects the deployment."""
        environment = release.environments[event.position]
        side = POST if event.detail else PRE
        latest_creation = event.due - approvals.options(environment.plan, side).timeout_minutes * 60.0 + 0.001
        pending = [
            approval
            for approval in approvals.of_attempt(environment, event.attempt, side)
            if approval.status == "pending" and approval.created <= latest_creation
        ]
        if environment.status != "inProgress" or not pending:
            return
        for approval in pending:
            approvals.close(approval, "rejected", event.due)
            approval.comments = "The approval timed out."
        approvals.close_pending(environment, event.attempt, "canceled", event.due)
        self._reject(release, event.position, side, release.created_by_id, event.due)

    def _end(self, release: Release, position: int, status: str, moment: float) -> None:
        environment = release.environments[position]
        attempt = environment.current
        environment.status = status
        environment.scheduled = None
        environment.modified = attempt.modified = attempt.finished = moment
        self._leave(release, position, moment)

    def _cancel_now(self, release: Release, position: int, by: str, moment: float) -> None:
        environment = release.environments[position]
        attempt = environment.latest
        self.lanes.give_up(lane_of(release, position), release.id, position)
        was_in = environment.status == "inProgress" or (
            attempt is not None and attempt.operation == "Deferred"
        )
        environment.status = "canceled"
        environment.scheduled = None
        environment.modified = moment
        if attempt is not None and attempt.finished is None:
            approvals.close_pending(environment, attempt.number, "canceled", moment)
            interventions.close_pending(attempt, moment)
            gates.cancel(attempt, moment)
            for run in attempt.phases:
                if run.ended is None:
                    run.ended, run.status = moment, "canceled"
            attempt.operation = "PhaseCanceled" if attempt.has_started else "Canceled"
            attempt.status = "failed" if attempt.has_started else "notDeployed"
            attempt.modified = attempt.finished = moment
            attempt.modified_by_id = by
        if was_in:
            self._leave(release, position, moment)
        self._around.changed(release)

    def _stopped(self, release: Release, event: Event) -> None:
        environment = release.environments[event.position]
        attempt = environment.latest
        if environment.status == "inProgress" and attempt is not None and attempt.operation == "Cancelling":
            self._cancel_now(release, event.position, attempt.modified_by_id, event.due)

    def _abandoned(self, release: Release, event: Event) -> None:
        for position, environment in enumerate(release.environments):
            if environment.status in ACTIVE:
                self._cancel_now(release, position, release.modified_by_id, event.due)
