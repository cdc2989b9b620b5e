"""The rules of manual interventions: what is asked, who may act when, what a timeout does (api.md 5.6)."""

from __future__ import annotations

from dataclasses import dataclass

from reltui.demo import refusals, tasks
from reltui.demo.records import Attempt, Intervention, Json, PhaseRun, Release

EACH = 1000
"""Intervention ids of a release are its own id times this and counted on from there, so that they are
unique and tell the release."""

_VERBS = {"2": "rejected", "4": "approved"}


@dataclass(frozen=True, slots=True)
class Options:
    """What the task's settings say."""

    instructions: str
    timeout_minutes: int
    """0 means that it waits for ever."""
    resumes_on_timeout: bool
    """Otherwise a timeout rejects, as the server does unless told."""


def options(task: Json) -> Options:
    """Reads the task of a definition."""
    inputs = task.get("inputs") or {}
    return Options(
        instructions=str(inputs.get("instructions") or ""),
        timeout_minutes=int(task.get("timeoutInMinutes") or 0),
        resumes_on_timeout=str(inputs.get("onTimeout") or "").lower() == "resume",
    )


def ask(release: Release, attempt: Attempt, phase: int, moment: float) -> Intervention:
    """Add to a running phase the intervention that its waiting task asks for."""
    run = attempt.phases[phase]
    position = run.waiting or 0
    task = tasks.enabled_tasks(run.plan)[position]
    intervention = Intervention(
        id=release.id * EACH + len(of_release(release)) + 1,
        attempt=attempt.number,
        phase=phase,
        task=position,
        name=str(task.get("name") or "Manual Intervention"),
        instructions=options(task).instructions,
        created=moment,
        modified=moment,
    )
    run.interventions = (*run.interventions, intervention)
    return intervention


def of_release(release: Release) -> list[Intervention]:
    """All interventions of a release, in the order asked."""
    found = [
        intervention
        for environment in release.environments
        for attempt in environment.attempts
        for intervention in attempt.interventions
    ]
    return sorted(found, key=lambda one: one.id)


def find(release: Release, intervention_id: object) -> tuple[int, Intervention]:
    """The position of the environment, and the intervention. Raises Refusal (404)."""
    for position, environment in enumerate(release.environments):
        for attempt in environment.attempts:
            for intervention in attempt.interventions:
                if intervention.id == intervention_id:
                    return position, intervention
    raise refusals.intervention_missing(intervention_id, release.id)


def task_of(run: PhaseRun, intervention: Intervention) -> Json:
    """The task that asks for an intervention."""
    return tasks.enabled_tasks(run.plan)[intervention.task]


def verb(status: object) -> str:
    """What a PATCH asks for: approved or rejected, in any case or as a number (api.md 8 #2)."""
    text = str(status).lower()
    text = _VERBS.get(text, text)
    if text not in _VERBS.values():
        raise refusals.invalid(f"Manual intervention status '{status}' is not valid for this operation.")
    return text


def check_may_act(release: Release, intervention: Intervention) -> None:
    """Refuse what is decided already, and any release that is not active."""
    if intervention.status != "pending":
        raise refusals.intervention_closed(intervention.id, intervention.status)
    if release.status != "active":
        raise refusals.invalid(
            f"Release '{release.name}' is in state '{release.status}'; "
            "its manual interventions cannot be updated."
        )


def close(
    intervention: Intervention, status: str, moment: float, by: str | None = None, comments: str | None = None
) -> None:
    """Put a final status on an intervention."""
    intervention.status = status
    intervention.modified = moment
    intervention.acted_by_id = by
    intervention.comments = comments


def close_pending(attempt: Attempt, moment: float) -> None:
    """Cancel what an attempt still waits for."""
    for intervention in attempt.interventions:
        if intervention.status == "pending":
            close(intervention, "canceled", moment)
