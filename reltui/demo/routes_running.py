"""Manual interventions and gates over HTTP (api.md 3.7)."""

from __future__ import annotations

from reltui.demo.context import Context
from reltui.demo.messages import Answer, json_answer, list_answer
from reltui.demo.routes_release import own_release


def interventions(context: Context) -> Answer:
    """GET releases/{id}/manualinterventions."""
    found = context.engine.interventions(own_release(context)["id"])
    return list_answer(context.shaper.wire("ManualIntervention", found, context.project_id))


def intervention(context: Context) -> Answer:
    """GET releases/{id}/manualinterventions/{id}."""
    found = context.engine.intervention(own_release(context)["id"], context.number("intervention"))
    return json_answer(context.shaper.wire("ManualIntervention", found, context.project_id))


def update_intervention(context: Context) -> Answer:
    """PATCH releases/{id}/manualinterventions/{id}: resume or reject."""
    release_id, number = own_release(context)["id"], context.number("intervention")
    before = context.engine.intervention(release_id, number)
    changed = context.engine.update_intervention(release_id, number, context.json_object(), context.me)
    answer = json_answer(context.shaper.wire("ManualIntervention", changed, context.project_id))
    answer.applied = changed != before
    return answer


def update_gates(context: Context) -> Answer:
    """PATCH gates/{gateStepId}: ignore gates."""
    changed = context.engine.update_gates(
        context.project_id, context.number("gates"), context.json_object(), context.me
    )
    return json_answer(context.shaper.wire("Gates", changed, context.project_id))
