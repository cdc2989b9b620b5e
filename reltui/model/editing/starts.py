"""What a new definition can begin as."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reltui.model.decode import bool_of, mapping_of
from reltui.model.editing.conditions import after_release, after_stage
from reltui.model.editing.folders import folder_path
from reltui.model.editing.kinds import JobKind
from reltui.model.editing.outline import STAGES
from reltui.model.editing.owned import DEFINITION_OWNED
from reltui.model.editing.parts import new_job, new_stage, new_task, queue_of
from reltui.model.editing.shape import Json, mapped
from reltui.model.editing.structure import fresh_stage
from reltui.model.resources import NOTHING, Choice, Resources
from reltui.model.text import SafeText
from reltui.model.values import dataclass

NAME_FORMAT = "Release-$(rev:r)"
"""Of the names of releases, as the portal begins."""
MANUAL_INTERVENTION = "bcb64569-d51a-4af0-9c01-ea5d05b3b622"
"""Id of the task that waits for a person, the same on every server."""


@dataclass(frozen=True, slots=True)
class Start:
    """One line of what a new definition can begin as."""

    id: str
    label: SafeText
    help: SafeText


STARTS = (
    Start("empty", SafeText("Empty"), SafeText("No stage yet; add them one by one.")),
    Start(
        "single-stage", SafeText("One stage"), SafeText("PROD with one job, after the release is created.")
    ),
    Start(
        "dev-test-prod",
        SafeText("DEV, TEST, PROD"),
        SafeText("Three stages in a row; PROD takes one deployment at a time."),
    ),
    Start(
        "blue-green",
        SafeText("Blue and green"),
        SafeText("Deploys to the idle side, waits for a person, switches over; the other side by hand."),
    ),
)


def started(start_id: str, name: str, folder: str, known: Resources = NOTHING) -> Json:
    """A new definition. Raises ValueError: there is no such start."""
    empty = _definition(name, folder, ())
    queue = queue_of(empty, JobKind.AGENT, known)
    match start_id:
        case "empty":
            return empty
        case "single-stage":
            return _definition(name, folder, [_stage("PROD", 1, "", _agent_job(queue))])
        case "dev-test-prod":
            names = ("DEV", "TEST", "PROD")
            stages = [
                _stage(own, rank, before, _agent_job(queue))
                for rank, (own, before) in enumerate(zip(names, ("", *names), strict=False), 1)
            ]
            stages[-1]["executionPolicy"] = {"concurrencyCount": 1, "queueDepthCount": 0}
            return _definition(name, folder, stages)
        case "blue-green":
            return _definition(name, folder, _blue_green(queue, known))
    raise ValueError(f"There is no start {start_id}.")


def _blue_green(queue: int, known: Resources) -> list[Json]:
    ask = new_job(JobKind.SERVER, 1) | {"name": "Ask before switching over"}
    version = next((t.version_spec for t in known.tasks_to_pick() if t.id == MANUAL_INTERVENTION), "8.*")
    wait = Choice(MANUAL_INTERVENTION, SafeText("Manual intervention"), raw={"version": version})
    ask["workflowTasks"] = [new_task(wait, known)]
    idle = _stage("IDLE SIDE", 1, "", _agent_job(queue))
    switch = _stage("SWITCH OVER", 2, "IDLE SIDE", ask, _agent_job(queue) | {"rank": 2})
    other = _stage("OTHER SIDE", 3, "SWITCH OVER", _agent_job(queue)) | {"conditions": []}
    for stage in (idle, switch, other):
        stage["executionPolicy"] = {"concurrencyCount": 1, "queueDepthCount": 0}
    return [idle, switch, other]


def _agent_job(queue: int) -> Json:
    return new_job(JobKind.AGENT, 1, queue)


def _stage(name: str, rank: int, before: str, *jobs: Json) -> Json:
    return new_stage(name, rank, [after_stage(before) if before else after_release()], jobs)


def _definition(name: str, folder: str, stages: Iterable[Json]) -> Json:
    return {
        "id": 0,
        "name": name,
        "path": folder_path(folder),
        "description": "",
        "variables": {},
        "variableGroups": [],
        "environments": list(stages),
        "artifacts": [],
        "triggers": [],
        "releaseNameFormat": NAME_FORMAT,
        "tags": [],
        "properties": {},
    }


def clone_of(raw: Mapping[str, Any], name: str, folder: str) -> Json:
    """A new definition like this one, without what the server gave it; secrets have to be typed again."""
    found = {key: value for key, value in raw.items() if key not in DEFINITION_OWNED}
    found = {"id": 0, **found, "name": name, "path": folder_path(folder)}
    found["variables"] = _emptied(raw.get("variables"))
    found = mapped(found, STAGES, lambda s: {**fresh_stage(s), "variables": _emptied(s.get("variables"))})
    found = mapped(found, ("artifacts",), lambda a: {k: v for k, v in a.items() if k != "sourceId"})
    return mapped(found, ("triggers",), _fresh_trigger)


def _fresh_trigger(trigger: Mapping[str, Any]) -> Mapping[str, Any]:
    schedule = trigger.get("schedule")
    if not isinstance(schedule, Mapping):
        return trigger
    return {**trigger, "schedule": {key: value for key, value in schedule.items() if key != "jobId"}}


def _emptied(variables: object) -> Json:
    return {
        name: {**value, "value": None}
        if isinstance(value, Mapping) and bool_of(value.get("isSecret"))
        else value
        for name, value in mapping_of(variables).items()
    }
