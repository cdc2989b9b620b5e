"""What is done to a stage of a release: deploy, cancel, interventions, gates (api.md 3.4, 3.7, 5.2, 5.6)."""

from __future__ import annotations

import hashlib
import time
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from reltui.data.decision import GateStep, Pause, Stage, Thing, Verb
from reltui.data.order import Found, Order, Reading, as_wanted, at_time, who_did
from reltui.errors import NotFound
from reltui.model.attempt import Attempt, Gates, Intervention, InterventionStatus, OperationStatus
from reltui.model.release import Environment, EnvironmentStatus, Release
from reltui.model.text import SafeText

if TYPE_CHECKING:
    from reltui.api.client import Got, ReleaseClient

SAME_TIME = timedelta(seconds=61)
"""Servers may keep a planned time without its seconds."""

UNDER_WAY = (EnvironmentStatus.QUEUED, EnvironmentStatus.SCHEDULED, EnvironmentStatus.IN_PROGRESS)

VARIABLES = "variables"
"""The fact that stands for the values of all variables of a stage and its release, without telling them."""


def facts(seen: Stage | Pause | GateStep, verb: Verb) -> dict[str, str]:
    """What must still be so."""
    stage = seen if isinstance(seen, Stage) else seen.stage
    release, environment = stage.release, stage.environment
    latest = environment.latest
    found = {
        "release status": str(release.status),
        "release": release.name,
        "definition id": str(release.definition.id),
        "definition": release.definition.name,
        "stage": environment.name,
        "stage's status": str(environment.status),
        "attempt": str(latest.attempt if latest is not None else 0),
    }
    match seen:
        case Stage():
            planned = environment.scheduled_for
            found["planned time"] = planned.isoformat() if planned is not None else ""
            if verb is Verb.DEPLOY:
                found |= _surroundings(stage)
        case Pause():
            found["intervention"] = seen.intervention.name
            found["intervention's status"] = str(seen.intervention.status)
        case GateStep():
            found["gates"] = str(seen.gates.status)
            found["ignored gates"] = ", ".join(sorted(seen.gates.ignored))
    return found


def _surroundings(stage: Stage) -> dict[str, str]:
    """What a deployment takes with it: who is asked, which gates, which values of variables."""
    environment = stage.environment
    asked = [
        step.approver.name
        for plan in (environment.pre_plan, environment.post_plan)
        for step in plan.steps
        if step.approver is not None
    ]
    gates = [*environment.pre_gates.names, *environment.post_gates.names]
    values = [
        f"{variable.name}={variable.value}{variable.is_secret}{variable.allow_override}"
        for variable in (*stage.release.variables, *environment.variables)
    ]
    digest = hashlib.sha256("\n".join(values).encode("utf-8", "backslashreplace")).hexdigest()[:16]
    return {"approvers": ", ".join(asked), "planned gates": ", ".join(gates), VARIABLES: digest}


async def read(order: Order, client: ReleaseClient) -> Stage | Pause | GateStep:
    """The stage as it is now, with its intervention or gates. Raises ApiError."""
    release = (await client.release(order.project_id, order.release_id)).value
    environment = _environment(release, order)
    if environment is None:
        raise NotFound("The stage is no longer in the release.", sent=True)
    stage = Stage(release, environment)
    match order.verb:
        case Verb.RESUME | Verb.REJECT_INTERVENTION:
            number = order.object_id
            return Pause(stage, (await client.intervention(order.project_id, release.id, number)).value)
        case Verb.IGNORE_GATE:
            gates = _gates(environment, order.object_id)
            if gates is None:
                raise NotFound("The gates are no longer there.", sent=True)
            return GateStep(stage, gates)
    return stage


def _environment(release: Release, order: Order) -> Environment | None:
    return next((e for e in release.environments or () if e.id == order.environment_id), None)


def stop(order: Order, now: Thing) -> SafeText | None:
    """Why it must not be sent, where a plain difference of facts would say it badly."""
    planned = _planned(order) if order.verb is Verb.DEPLOY else None
    if planned is not None and planned.timestamp() <= time.time() + (order.clock_offset or 0.0):
        return SafeText("The time it was planned for has passed.")
    if isinstance(now, Stage) and facts(now, order.verb).get(VARIABLES) != order.facts.get(VARIABLES):
        return SafeText("A variable of the stage has another value now.")
    return None


def _gates(environment: Environment, number: int) -> Gates | None:
    for attempt in environment.attempts:
        for gates in (attempt.pre_gates, attempt.post_gates):
            if gates is not None and gates.id == number:
                return gates
    return None


async def send(order: Order, client: ReleaseClient) -> Got[Any]:
    """The one request that writes. Raises ApiError."""
    project, release, number = order.project_id, order.release_id, order.object_id
    match order.verb:
        case Verb.RESUME | Verb.REJECT_INTERVENTION:
            return await client.update_intervention(
                project, release, number, status=str(_wanted(order)), comment=order.comment
            )
        case Verb.IGNORE_GATE:
            names = [order.options["gate"]]
            return await client.ignore_gates(project, number, names=names, comment=order.comment)
        case Verb.CANCEL:
            return await client.update_environment(
                project, release, number, status="canceled", comment=order.comment
            )
    at = _planned(order)
    return await client.update_environment(
        project,
        release,
        number,
        status="inProgress" if at is None else "scheduled",
        comment=order.comment,
        scheduled_for=at,
        variables=order.options.get("variables") or {},
    )


def _planned(order: Order) -> datetime | None:
    at = order.options.get("at")
    return datetime.fromisoformat(at) if at else None


def _wanted(order: Order) -> InterventionStatus:
    return InterventionStatus.APPROVED if order.verb is Verb.RESUME else InterventionStatus.REJECTED


def shows(order: Order, value: object) -> bool:
    """Whether the answer to the write shows the new state."""
    match value:
        case Environment() if order.verb is Verb.DEPLOY:
            return value.status in UNDER_WAY
        case Environment():
            return value.status == EnvironmentStatus.CANCELED or _is_stopping(value.latest)
        case Intervention():
            named = value.approver is not None and not order.is_me(value.approver)
            return value.status == _wanted(order) and not named
        case Gates():
            return order.options["gate"] in value.ignored
    return False


def _is_stopping(attempt: Attempt | None) -> bool:
    return attempt is not None and attempt.operation == OperationStatus.CANCELLING


async def reading(order: Order, client: ReleaseClient, accepted: bool, made_id: int) -> Reading:
    """What became of it. Raises ApiError."""
    if order.verb in (Verb.RESUME, Verb.REJECT_INTERVENTION):
        pause = (await client.intervention(order.project_id, order.release_id, order.object_id)).value
        after = {"intervention's status": str(pause.status)}
        return replace(_intervention_reading(order, pause, accepted), after=after)
    release = (await client.release(order.project_id, order.release_id)).value
    environment = _environment(release, order)
    if environment is None:
        return Reading(Found.UNCLEAR, SafeText("The stage is no longer in the release."))
    after = facts(Stage(release, environment), Verb.CANCEL)
    match order.verb:
        case Verb.IGNORE_GATE:
            found = _gate_reading(order, environment, accepted)
        case Verb.CANCEL:
            found = _cancel_reading(order, environment, accepted)
        case _:
            found = _deploy_reading(order, environment, accepted)
    return replace(found, after=after)


def _deploy_reading(order: Order, now: Environment, accepted: bool) -> Reading:
    """An attempt of ours is the proof: somebody else may deploy the same stage in the same moment."""
    before = _attempt_before(order)
    newer = [attempt for attempt in now.attempts if attempt.attempt > before]
    planned = _planned(order)
    ours = next((a for a in newer if order.is_me(a.requested_by)), None)
    if ours is None and accepted:
        ours = next((a for a in newer if a.requested_by is None), None)
    if ours is not None:
        what = f"Attempt {ours.attempt} was begun{at_time(ours.queued_on)}"
        if now.status == EnvironmentStatus.SCHEDULED and now.scheduled_for is not None:
            what = f"Attempt {ours.attempt} is planned for {now.scheduled_for.astimezone():%d %b %H:%M}"
        return who_did(order, ours.requested_by, what, accepted)
    if newer:
        names = ", ".join(a.requested_by.name for a in newer if a.requested_by is not None) or "nobody known"
        numbers = ", ".join(str(a.attempt) for a in newer)
        return Reading(Found.UNCHANGED, SafeText(f"There is attempt {numbers}, by {names}; none is yours."))
    if planned is not None and now.status == EnvironmentStatus.SCHEDULED:
        now_planned = now.scheduled_for.isoformat() if now.scheduled_for is not None else ""
        is_ours = now.scheduled_for is not None and abs(now.scheduled_for - planned) < SAME_TIME
        if is_ours and now_planned != order.facts.get("planned time"):
            return who_did(order, None, f"It is planned for {planned.astimezone():%d %b %H:%M}", accepted)
        return Reading(Found.UNCHANGED, SafeText("It is planned for the time of before."))
    if str(now.status) != order.facts.get("stage's status") and now.status in UNDER_WAY:
        return Reading(Found.UNCLEAR, SafeText(f"The stage is {now.status}, and shows no attempt yet."))
    return Reading(Found.UNCHANGED, SafeText(f"The stage is {now.status}, with no new attempt."))


def _attempt_before(order: Order) -> int:
    text = order.facts.get("attempt", "0")
    return int(text) if text.isdecimal() else 0


def _cancel_reading(order: Order, now: Environment, accepted: bool) -> Reading:
    """What counts is the attempt that was to be canceled; there may be a newer one by now."""
    meant = next((a for a in now.attempts if a.attempt == _attempt_before(order)), None)
    if meant is None or meant is now.latest:
        canceled = now.status == EnvironmentStatus.CANCELED
        stopping, still = _is_stopping(meant), now.status in UNDER_WAY
    else:
        canceled = meant.operation in (OperationStatus.CANCELED, OperationStatus.PHASE_CANCELED)
        stopping, still = _is_stopping(meant), False
    by = meant.last_modified_by if meant is not None else None
    if canceled or stopping:
        what = f"Canceled{at_time(meant.last_modified_on if meant else now.modified_on)}"
        return who_did(order, by, what if canceled else "It is being stopped", accepted)
    if still:
        return Reading(Found.UNCHANGED, SafeText(f"The stage is still {now.status}."))
    return Reading(Found.OTHERWISE, SafeText(f"It had ended before: the stage is {now.status}."))


def _intervention_reading(order: Order, now: Intervention, accepted: bool) -> Reading:
    wanted = _wanted(order)
    if now.status == wanted:
        what = "Resumed" if order.verb is Verb.RESUME else "Rejected"
        # The server names who answered an intervention: another name is another person's answer.
        named = now.approver is not None and bool(now.approver.id)
        return who_did(order, now.approver, f"{what}{at_time(now.modified_on)}", accepted and not named)
    if now.is_pending:
        return Reading(Found.UNCHANGED, SafeText("The intervention still waits."))
    by = f" by {now.approver.name}" if now.approver is not None else ""
    return Reading(Found.OTHERWISE, SafeText(f"The intervention was {now.status}{by}."))


def _gate_reading(order: Order, now: Environment, accepted: bool) -> Reading:
    gates = _gates(now, order.object_id)
    if gates is None:
        return Reading(Found.UNCLEAR, SafeText("The gates are no longer there."))
    if order.options["gate"] in gates.ignored:
        return as_wanted("The gate is ignored", accepted)
    if gates.is_running:
        return Reading(Found.UNCHANGED, SafeText("The gate is not ignored."))
    return Reading(Found.OTHERWISE, SafeText(f"The gates have ended: {gates.status}."))
