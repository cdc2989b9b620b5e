"""Checks of jobs, tasks and gates, against the catalogue of tasks where it is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reltui.model.decode import mapping_of
from reltui.model.editing.checks_found import (
    NOT_LISTED,
    Problem,
    Problems,
    named,
    rows,
    text,
    warning,
    whole_number,
)
from reltui.model.editing.checks_stages import ranks
from reltui.model.editing.fields_whole import DOWNLOADS
from reltui.model.editing.filters import aliases
from reltui.model.editing.kinds import JobKind, job_kind
from reltui.model.editing.outline import JOBS, STAGES, TASKS
from reltui.model.editing.shape import Path, at
from reltui.model.editing.slots import plain
from reltui.model.resources import (
    AGENT,
    DEPLOYMENT_GROUP,
    SERVER,
    SERVER_GATE,
    Resources,
    TaskInput,
    TaskType,
    is_visible,
)
from reltui.model.text import clean
from reltui.model.words import within

Row = Mapping[str, Any]

MANUAL_INTERVENTION = "bcb64569-d51a-4af0-9c01-ea5d05b3b622"
"""Id of the task type, the same on every server."""
_RUNS_ON = {JobKind.AGENT: AGENT, JobKind.GROUP: DEPLOYMENT_GROUP, JobKind.SERVER: SERVER}
_PLACES = {
    AGENT: "on an agent",
    DEPLOYMENT_GROUP: "on a deployment group",
    SERVER: "on the server",
    SERVER_GATE: "as a gate",
}
_CONNECTION = "connectedservice:"


def jobs(raw: Row, known: Resources) -> Problems:
    """Jobs, tasks and gates of all stages."""
    linked = {alias.casefold() for alias, _ in aliases(raw)}
    for path, stage in rows(raw.get("environments"), STAGES):
        found = list(rows(stage.get(JOBS), (*path, JOBS)))
        if not found:
            yield Problem(path, f"{named(stage)} has no job: add one.")
        for each in ranks(found, f"jobs of {named(stage)}"):
            # No source tells that a server refuses it (U).
            yield replace(each, is_error=False)
        for here, job in found:
            yield from _job(here, job, stage, linked, known)
        tasks = [task for _, job in found for _, task in rows(job.get(TASKS), ())]
        if found and not any(task.get("enabled") is not False for task in tasks):
            said = "has only tasks that are switched off" if tasks else "has no task"
            yield warning(path, f"{named(stage)} {said}: it does nothing.")
        for side in ("preDeploymentGates", "postDeploymentGates"):
            for here, gate in rows(mapping_of(stage.get(side)).get("gates"), (*path, side, "gates")):
                for place, task in rows(gate.get("tasks"), (*here, "tasks")):
                    yield from _task(place, task, SERVER_GATE, known)


def _job(path: Path, job: Row, stage: Row, linked: set[str], known: Resources) -> Problems:
    kind, name = job_kind(job), named(job)
    if not text(job, "name").strip():
        yield Problem((*path, "name"), "A job has no name: type one.")
    if kind not in set(JobKind):
        # A newer server may know more kinds.
        sentence = f"Job {name} is of no known kind: remove it, or mend it as text."
        yield Problem(path, sentence, is_error=not kind)
        return
    settings = mapping_of(job.get("deploymentInput"))
    if kind in (JobKind.AGENT, JobKind.GROUP):
        yield from _queue((*path, "deploymentInput", "queueId"), job, stage, kind == JobKind.AGENT, known)
    for member, what in (("timeoutInMinutes", "time limit"), ("jobCancelTimeoutInMinutes", "time to stop")):
        minutes = whole_number(settings.get(member) or 0)
        if minutes is None or minutes < 0:
            yield Problem(
                (*path, "deploymentInput", member), f"Job {name} has no usable {what}: type 0 or more."
            )
    for here, download in rows(at(job, DOWNLOADS), (*path, *DOWNLOADS)):
        if text(download, "alias").casefold() not in linked:
            yield Problem(
                here,
                f"Job {name} downloads artifact {named(download, 'alias')}, which is not linked.",
            )
    runs_on = _RUNS_ON.get(kind) if isinstance(kind, JobKind) else SERVER_GATE
    for here, task in rows(job.get(TASKS), (*path, TASKS)):
        yield from _task(here, task, runs_on or SERVER_GATE, known)


def _queue(path: Path, job: Row, stage: Row, of_agents: bool, known: Resources) -> Problems:
    name, what = named(job), "queue" if of_agents else "deployment group"
    # Older servers kept it at the stage (api.md 4.1).
    number = whole_number(mapping_of(job.get("deploymentInput")).get("queueId"))
    number = number or whole_number(stage.get("queueId")) or 0
    if number <= 0:
        yield Problem(path, f"Job {name} has no {what}: pick one.")
        return
    listed = known.queues if of_agents else known.deployment_groups
    found = known.queue(number) if of_agents else known.deployment_group(number)
    if listed is None or found is not None:
        return
    if known.lists_all("queues" if of_agents else "deployment_groups"):
        yield Problem(path, f"Job {name} runs on {what} {number}, which is not there: pick another.")
    else:
        yield warning(path, f"Job {name} runs on {what} {number}, which {NOT_LISTED}.")


# Tasks


def _task(path: Path, task: Row, runs_on: str, known: Resources) -> Problems:
    name, task_id = named(task), text(task, "taskId").lower()
    if not text(task, "name").strip():
        yield warning((*path, "name"), "A task has no name: type one.")
    if text(task, "definitionType").lower() == "metatask":
        # A group of tasks is in no catalogue.
        return
    if task_id == MANUAL_INTERVENTION and runs_on != SERVER:
        yield Problem(path, f"{name} waits for a person, on the server only: move it to a server job.")
        return
    if known.task_types is None:
        return
    version = text(task, "version")
    kind = known.task_type(task_id, version)
    if kind is None:
        is_there = known.task_type(task_id, "*") is not None
        said = f"version {within(clean(version))}" if is_there else "the task"
        place = (*path, "version") if is_there else path
        if known.lists_all("task_types"):
            yield Problem(place, f"The server does not have {said} of {name}: choose another.")
        else:
            yield warning(place, f"{said[0].upper()}{said[1:]} of {name} {NOT_LISTED}.")
        return
    if runs_on not in kind.runs_on:
        yield Problem(path, f"{name} does not run {_PLACES[runs_on]}: move it to another job, or remove it.")
    yield from _inputs(path, task, kind, known)


def _inputs(path: Path, task: Row, kind: TaskType, known: Resources) -> Problems:
    given = mapping_of(task.get("inputs"))
    spelled = {name.lower(): name for name in given}
    values = {
        one.name: plain(given[spelled[one.name.lower()]]) if one.name.lower() in spelled else one.default
        for one in kind.inputs
    }
    for one in kind.inputs:
        here = (*path, "inputs", spelled.get(one.name.lower(), one.name))
        value = values[one.name].strip()
        if not is_visible(one.visible_rule, values):
            continue
        if one.is_required and not value:
            # A rule that is not understood may hide the input, and a disabled task does not run.
            is_sure = not one.visible_rule and task.get("enabled") is not False
            yield Problem(here, f"{named(task)} needs {_label(one)}: fill it in.", is_error=is_sure)
        elif _is_lost(one, value, known):
            yield warning(here, f"{_label(one)} of {named(task)} is no connection that is there: pick one.")


def _is_lost(one: TaskInput, value: str, known: Resources) -> bool:
    """A connection that the project does not have; one in a variable may be any."""
    if not known.lists_all("connections") or not value or not one.type.lower().startswith(_CONNECTION):
        return False
    return "$(" not in value and known.connection(value) is None


def _label(one: TaskInput) -> str:
    return within(one.label or clean(one.name))
