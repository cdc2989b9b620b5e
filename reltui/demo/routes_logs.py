"""Logs, task lists and attachments of a release over HTTP (api.md 3.8)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from reltui.demo import archive
from reltui.demo.attachments import attached
from reltui.demo.context import Context
from reltui.demo.messages import (
    BYTES_TYPE,
    TEXT_TYPE,
    ZIP_TYPE,
    Answer,
    HttpError,
    list_answer,
    streamed_answer,
)
from reltui.demo.refusals import environment_missing
from reltui.demo.routes_release import own_release
from reltui.demo.shapes import Json, tasks_of
from reltui.demo.tasklog import find_log

_LINES_AT_ONCE = 2000


def all_logs(context: Context) -> Answer:
    """GET releases/{id}/logs: a zip, made while it is sent."""
    return streamed_answer(archive.pieces(own_release(context)), ZIP_TYPE)


def phase_log(context: Context) -> Answer:
    """GET …/deployPhases/{phase}/tasks/{task}/logs."""
    wanted = context.number("phase")
    return _log(context, [phase["deploymentJobs"] for phase in _phases(context) if phase["id"] == wanted])


def attempt_log(context: Context) -> Answer:
    """GET …/attempts/{attempt}/timelines/{timeline}/tasks/{task}/logs."""
    return _log(context, [phase["deploymentJobs"] for phase in _timeline(context)])


def environment_log(context: Context) -> Answer:
    """GET …/environments/{environment}/tasks/{task}/logs?attemptId=, the oldest form."""
    return _log(context, [phase["deploymentJobs"] for phase in _phases_of_attempt(context)])


def gate_log(context: Context) -> Answer:
    """GET …/gates/{gates}/tasks/{task}/logs: what one sample of one gate wrote."""
    wanted = context.number("gates")
    found = [
        gates["deploymentJobs"]
        for attempt in _environment(context)["deploySteps"]
        for gates in (attempt.get("preDeploymentGates"), attempt.get("postDeploymentGates"))
        if gates and gates["id"] == wanted
    ]
    return _log(context, found)


def _log(context: Context, phases: list[list[Json]]) -> Answer:
    """The lines from `startLine` to `endLine`, both counted from 1 and inclusive; 404 without such a task."""
    task = context.number("task")
    logs = [log for jobs in phases if (log := find_log(jobs, task)) is not None]
    if not logs:
        raise HttpError(404, "InvalidRequestException", f"There is no log of a task with ID {task} here.")
    log = logs[0]
    last = context.integer("endLine", log.count) or log.count
    return streamed_answer(_blocks(log.lines(context.integer("startLine", 1), last)), TEXT_TYPE)


def _blocks(lines: Iterator[str]) -> Iterator[bytes]:
    while block := list(islice(lines, _LINES_AT_ONCE)):
        yield "".join(f"{line}\n" for line in block).encode()


def phase_tasks(context: Context) -> Answer:
    """GET …/deployPhases/{phase}/tasks: ReleaseTask[] as far as it has come."""
    wanted = context.number("phase")
    return _tasks(context, [phase for phase in _phases(context) if phase["id"] == wanted])


def environment_tasks(context: Context) -> Answer:
    """GET …/environments/{environment}/tasks?attemptId=, of the newest attempt when none is named."""
    return _tasks(context, _phases_of_attempt(context))


def _tasks(context: Context, phases: list[Json]) -> Answer:
    """The tasks with their log addresses, which only a whole environment's wire form has."""
    environment = _environment(context)
    shaped = context.shaper.wire("ReleaseEnvironment", environment, context.project_id)
    wanted = {phase["id"] for phase in phases}
    return list_answer(
        [
            task
            for attempt in shaped["deploySteps"]
            for phase in attempt["releaseDeployPhases"]
            if phase["id"] in wanted
            for task in tasks_of(phase["deploymentJobs"])
        ]
    )


def attachments(context: Context) -> Answer:
    """GET …/plan/{plan}/attachments/{type} and …/timelines/{timeline}/attachments/{type}."""
    found = [shape for shape, _ in _attached(context)]
    return list_answer(context.shaper.wire("Attachment", found, context.project_id))


def attachment(context: Context) -> Answer:
    """GET the content of one attachment; 404 without a body when it is missing, as captured."""
    name, record = context.params["name"].lower(), context.params["record"].lower()
    for shape, text in _attached(context):
        if shape["name"].lower() == name and shape["recordId"].lower() == record:
            return streamed_answer(iter((text.encode(),)), BYTES_TYPE)
    return Answer(status=404)


def _attached(context: Context) -> Iterator[tuple[Json, str]]:
    plan = context.params.get("plan") or context.params["timeline"]
    for attempt in _attempts(context):
        for shape, text in attached(attempt, plan):
            if shape["type"].lower() == context.params["type"].lower():
                yield shape, text


def _environment(context: Context) -> Json:
    """The environment of the path. Raises Refusal (404)."""
    found = own_release(context)
    number = context.number("environment")
    for environment in found["environments"]:
        if environment["id"] == number:
            whole: Json = environment
            return whole
    raise environment_missing(number, found["id"])


def _phases(context: Context) -> list[Json]:
    return [
        phase for attempt in _environment(context)["deploySteps"] for phase in attempt["releaseDeployPhases"]
    ]


def _attempts(context: Context) -> list[Json]:
    """The attempt of the path, by its number or its id; no source tells which of the two is meant (U)."""
    wanted = context.number("attempt")
    steps: list[Json] = _environment(context)["deploySteps"]
    return [attempt for attempt in steps if wanted in (attempt["attempt"], attempt["id"])]


def _timeline(context: Context) -> list[Json]:
    """The phases of the attempt and the timeline of the path."""
    wanted = context.params["timeline"].lower()
    return [
        phase
        for attempt in _attempts(context)
        for phase in attempt["releaseDeployPhases"]
        if str(phase["runPlanId"]).lower() == wanted
    ]


def _phases_of_attempt(context: Context) -> list[Json]:
    steps: list[Json] = _environment(context)["deploySteps"]
    wanted = context.integer("attemptId", steps[-1]["attempt"] if steps else 0)
    return [
        phase
        for attempt in steps
        if wanted in (attempt["attempt"], attempt["id"])
        for phase in attempt["releaseDeployPhases"]
    ]
