"""The outline of a definition: what the left side of the editor shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from reltui.model.approval import approval_plan_from_json
from reltui.model.attempt import gates_plan_from_json
from reltui.model.decode import bool_of, count_of, list_of, mapping_of, scalar_of, text_of
from reltui.model.editing.kinds import (
    TRIGGER_WORDS,
    ConditionKind,
    JobKind,
    condition_kind,
    job_kind,
    trigger_kind,
)
from reltui.model.editing.shape import Path, at, objects
from reltui.model.signing import order_words
from reltui.model.text import SafeText
from reltui.model.values import dataclass
from reltui.model.words import count, short_name, within

STAGES: Path = ("environments",)
JOBS = "deployPhases"
TASKS = "workflowTasks"
OLD_JOB, OLD_TASKS = "deployStep", "tasks"
"""Where the oldest servers have the one job of a stage; its queue is the stage's (api.md 2.6)."""
UNNAMED = SafeText("(no name)")
_JOB_NOTES: Mapping[str, str] = {
    JobKind.AGENT: "agent",
    JobKind.SERVER: "server",
    JobKind.GROUP: "group",
    JobKind.GATES: "gates",
}


class Kind(StrEnum):
    """What a line of the outline stands for."""

    DEFINITION = "definition"
    ARTIFACTS = "artifacts"
    ARTIFACT = "artifact"
    TRIGGERS = "triggers"
    TRIGGER = "trigger"
    VARIABLES = "variables"
    STAGE = "stage"
    START = "start"
    """How the stage starts: conditions, schedules, artifact filters, queue policy."""
    BEFORE = "before"
    """Approvals before the deployment, and their options."""
    GATES_BEFORE = "gates before"
    JOB = "job"
    TASK = "task"
    GATES_AFTER = "gates after"
    GATE = "gate"
    AFTER = "after"
    STAGE_VARIABLES = "stage variables"


@dataclass(frozen=True, slots=True)
class Node:
    """One line of the outline."""

    path: Path
    """Where it stands in the definition; no two nodes have the same."""
    kind: Kind
    label: SafeText
    note: SafeText = SafeText("")
    depth: int = 0


def outline(raw: Mapping[str, Any]) -> tuple[Node, ...]:
    """All nodes, depth first; stages and jobs by their rank."""
    return tuple(_whole(raw))


def find(raw: Mapping[str, Any], path: Path) -> Node:
    """The node at a path; the nearest one around it where the path leads into a node, or nowhere any more."""
    nodes = {node.path: node for node in outline(raw)}
    while path not in nodes:
        path = path[:-1]
    return nodes[path]


def parent(node: Node) -> Path | None:
    """The path of the node that it stands under; None for the definition."""
    path = node.path
    match node.kind:
        case Kind.DEFINITION:
            return None
        case Kind.ARTIFACT | Kind.TRIGGER:
            return path[:1]
        case Kind.ARTIFACTS | Kind.TRIGGERS | Kind.VARIABLES | Kind.STAGE:
            return ()
        case Kind.TASK:
            return path[:-2]
        case Kind.GATE:
            return path[:3]
        case _:
            return path[:2]


def has_old_job(stage: Mapping[str, Any]) -> bool:
    """Whether the stage is of a server that knows no jobs yet."""
    return JOBS not in stage and isinstance(stage.get(OLD_JOB), Mapping)


def is_old_job(path: Path) -> bool:
    """Whether a path is that of the one job of an old stage, or leads into it."""
    return path[2:3] == (OLD_JOB,)


def tasks_path(node: Node) -> Path:
    """The list of tasks that a job has, or that a task stands in."""
    if node.kind is Kind.TASK:
        return node.path[:-1]
    return (*node.path, OLD_TASKS if is_old_job(node.path) else TASKS)


def stage_name(raw: Mapping[str, Any], path: Path) -> str:
    """The name of a stage as it is in the definition, uncleaned."""
    name = at(raw, (*path[:2], "name"))
    return name if isinstance(name, str) else ""


def by_rank(raw: Mapping[str, Any], list_path: Path) -> list[tuple[int, Mapping[str, Any]]]:
    """The objects of a list with their places, in the order of their ranks."""
    return sorted(objects(raw, list_path), key=lambda entry: count_of(entry[1].get("rank")))


def _whole(raw: Mapping[str, Any]) -> Iterator[Node]:
    yield Node((), Kind.DEFINITION, _label(raw.get("name")), text_of(raw.get("path")))
    artifacts, triggers = list(objects(raw, ("artifacts",))), list(objects(raw, ("triggers",)))
    yield Node(("artifacts",), Kind.ARTIFACTS, SafeText("Artifacts"), _how_many(len(artifacts)), 1)
    for place, artifact in artifacts:
        note = scalar_of(artifact.get("type"))
        if bool_of(artifact.get("isPrimary")):
            note = SafeText(f"{note}, primary")
        yield Node(("artifacts", place), Kind.ARTIFACT, _label(artifact.get("alias")), note, 2)
    yield Node(("triggers",), Kind.TRIGGERS, SafeText("Triggers"), _how_many(len(triggers)), 1)
    for place, trigger in triggers:
        kind = trigger_kind(trigger)
        label = SafeText(TRIGGER_WORDS.get(kind, kind)) or UNNAMED
        alias = text_of(trigger.get("artifactAlias")) or text_of(trigger.get("alias"))
        yield Node(("triggers", place), Kind.TRIGGER, label, alias, 2)
    yield Node(("variables",), Kind.VARIABLES, SafeText("Variables"), _variables_note(raw), 1)
    for place, stage in by_rank(raw, STAGES):
        yield from _stage((*STAGES, place), stage)


def _stage(path: Path, raw: Mapping[str, Any]) -> Iterator[Node]:
    tasks = sum(len(list_of(job.get(TASKS))) for _, job in objects(raw, (JOBS,)))
    tasks += len(list_of(at(raw, (OLD_JOB, OLD_TASKS)))) if has_old_job(raw) else 0
    yield Node(path, Kind.STAGE, _label(raw.get("name")), SafeText(count(tasks, "task")), 1)
    yield Node((*path, "conditions"), Kind.START, SafeText("Start"), _start_note(raw), 2)
    yield _approvals(path, raw, "preDeployApprovals", Kind.BEFORE, "Approvals before")
    yield from _gates(path, raw, "preDeploymentGates", Kind.GATES_BEFORE, "Gates before")
    for place, job in by_rank(raw, (JOBS,)):
        own = (*path, JOBS, place)
        kind = job_kind(job)
        yield Node(own, Kind.JOB, _label(job.get("name")), SafeText(_JOB_NOTES.get(kind, kind)), 2)
        yield from _tasks((*own, TASKS), job, TASKS)
    if has_old_job(raw):
        own = (*path, OLD_JOB)
        yield Node(own, Kind.JOB, SafeText("Run on agent"), SafeText(_JOB_NOTES[JobKind.AGENT]), 2)
        yield from _tasks((*own, OLD_TASKS), raw[OLD_JOB], OLD_TASKS)
    yield from _gates(path, raw, "postDeploymentGates", Kind.GATES_AFTER, "Gates after")
    yield _approvals(path, raw, "postDeployApprovals", Kind.AFTER, "Approvals after")
    yield Node((*path, "variables"), Kind.STAGE_VARIABLES, SafeText("Variables"), _variables_note(raw), 2)


def _tasks(path: Path, job: Mapping[str, Any], name: str) -> Iterator[Node]:
    for number, task in objects(job, (name,)):
        yield Node((*path, number), Kind.TASK, _label(task.get("name")), _task_note(task), 3)


def _start_note(raw: Mapping[str, Any]) -> SafeText:
    """What starts the stage, in few words: "on creation", "after QA, filtered", "2 schedules", "by hand"."""
    conditions = [(condition_kind(row), text_of(row.get("name"))) for _, row in objects(raw, ("conditions",))]
    kinds = {kind for kind, _ in conditions}
    stages = [within(name) for kind, name in conditions if kind == ConditionKind.STAGE]
    words = [f"after {' and '.join(stages)}"] if stages else []
    if ConditionKind.EVENT in kinds and not stages:
        words.append("on creation")
    if ConditionKind.ARTIFACT in kinds and words:
        words.append("filtered")
    schedules = len(list_of(raw.get("schedules")))
    words += [count(schedules, "schedule")] if schedules else []
    return SafeText(", ".join(words) or "by hand")


def _approvals(path: Path, raw: Mapping[str, Any], side: str, kind: Kind, label: str) -> Node:
    plan = approval_plan_from_json(raw.get(side))
    asked = [short_name(step.approver) for step in plan.steps if not step.is_automated]
    words = ", ".join(asked) or "automatic"
    note = f"{words}, {order_words(plan)}" if len(asked) > 1 else words
    return Node((*path, side), kind, SafeText(label), SafeText(note), 2)


def _gates(path: Path, raw: Mapping[str, Any], side: str, kind: Kind, label: str) -> Iterator[Node]:
    plan = gates_plan_from_json(raw.get(side))
    many = _how_many(len(plan.names))
    note = many if plan.is_enabled or not plan.names else SafeText(f"{many}, off")
    yield Node((*path, side), kind, SafeText(label), note, 2)
    for place, gate in objects(raw, (side, "gates")):
        for number, task in objects(gate, ("tasks",)):
            own = (*path, side, "gates", place, "tasks", number)
            yield Node(own, Kind.GATE, _label(task.get("name")), _task_note(task), 3)


def _task_note(task: Mapping[str, Any]) -> SafeText:
    version = scalar_of(task.get("version"))
    if bool_of(task.get("enabled"), default=True):
        return version
    return SafeText(f"off, {version}" if version else "off")


def _variables_note(raw: Mapping[str, Any]) -> SafeText:
    groups = len(list_of(raw.get("variableGroups")))
    many = _how_many(len(mapping_of(raw.get("variables"))))
    return SafeText(f"{many}, {count(groups, 'group')}" if groups else many)


def _how_many(number: int) -> SafeText:
    return SafeText(str(number) if number else "none")


def _label(value: object) -> SafeText:
    return text_of(value) or UNNAMED
