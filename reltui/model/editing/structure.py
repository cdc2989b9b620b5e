"""Cloning, moving and removing the parts of a definition; adding is in `additions`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reltui.model.decode import bool_of, count_of, mapping_of
from reltui.model.editing.additions import Added, Offer, Part, added, choices_of, offers
from reltui.model.editing.approving import SEQUENCE, mode_of, people
from reltui.model.editing.conditions import without_name
from reltui.model.editing.fields import Field, without_field
from reltui.model.editing.fields_approvals import NEW_GATES
from reltui.model.editing.fields_whole import each_download, with_primary
from reltui.model.editing.filters import aliases
from reltui.model.editing.kinds import ConditionKind
from reltui.model.editing.outline import STAGES, TASKS, Kind, Node, is_old_job, stage_name
from reltui.model.editing.owned import APPROVALS, GATES, STAGE_OWNED, old_tasks
from reltui.model.editing.parts import unique
from reltui.model.editing.ranks import ordered, position, with_entries, with_entry
from reltui.model.editing.shape import Json, Path, at, insert, mapped, move, objects, put, without
from reltui.model.editing.slots import plain
from reltui.model.resources import NOTHING, Resources
from reltui.model.text import clean

__all__ = [
    "Added",
    "Offer",
    "Part",
    "added",
    "choices_of",
    "cloned",
    "fresh_stage",
    "moved",
    "moved_field",
    "offers",
    "removed",
    "removed_field",
]

_BELONGS = "It belongs to the stage and cannot be {}; change its fields instead."


def cloned(raw: Mapping[str, Any], node: Node) -> Added:
    """The definition with a copy of the node right behind it. Raises ValueError with one sentence."""
    own = mapping_of(at(raw, node.path))
    match node.kind:
        case Kind.JOB if is_old_job(node.path):
            raise ValueError(_BELONGS.format("cloned"))
        case Kind.STAGE:
            names = [plain(stage.get("name")) for _, stage in objects(raw, STAGES)]
            name = unique(f"Copy of {plain(own.get('name'))}", names)
            index = position(raw, node.path) + 1
            copy = {**fresh_stage(own), "name": name}
            return with_entry(raw, STAGES, index, copy), (*STAGES, index), "name"
        case Kind.JOB:
            index = position(raw, node.path) + 1
            jobs = node.path[:-1]
            return with_entry(raw, jobs, index, _referred(raw, jobs, own)), (*jobs, index), "name"
        case Kind.TASK:
            return _beside(raw, node, _referred(raw, node.path[:-1], own), "name")
        case Kind.GATE:
            index = int(node.path[4]) + 1
            gates = node.path[:4]
            return insert(raw, gates, index, {"tasks": [own]}), (*gates, index, "tasks", 0), "name"
        case Kind.ARTIFACT:
            names = [alias for alias, _ in aliases(raw)]
            alias = unique(plain(own.get("alias")), names, "_")
            return _beside(raw, node, {**own, "alias": alias, "isPrimary": False}, "alias")
        case Kind.TRIGGER:
            return _beside(raw, node, _without_job_id(own), "")
    raise ValueError(_BELONGS.format("cloned"))


def _beside(raw: Mapping[str, Any], node: Node, copy: Mapping[str, Any], field: str) -> Added:
    index = int(node.path[-1]) + 1
    return insert(raw, node.path[:-1], index, dict(copy)), (*node.path[:-1], index), field


def fresh_stage(stage: Mapping[str, Any]) -> Json:
    """A stage as a new one: without what the server gave it, secrets to be typed again."""
    found = {key: value for key, value in stage.items() if key not in STAGE_OWNED - {"id"}} | {"id": 0}
    if (step := old_tasks(stage)) is not None:
        found["deployStep"] = step
    for name, value in mapping_of(found.get("variables")).items():
        if bool_of(mapping_of(value).get("isSecret")) and value.get("value") is None:
            found = put(found, ("variables", name, "value"), "")
    for side in APPROVALS:
        found = mapped(found, (side, "approvals"), lambda step: {**step, "id": 0})
    for side in GATES:
        if isinstance(found.get(side), Mapping):
            found = put(found, (side, "id"), 0)
    found = mapped(found, ("schedules",), lambda row: {k: v for k, v in row.items() if k != "jobId"})
    return found


def _referred(raw: Mapping[str, Any], list_path: Path, copy: Mapping[str, Any]) -> Json:
    """The copy of a job or task with a reference name of its own, if it has one."""
    name = plain(copy.get("refName"))
    taken = [plain(other.get("refName")) for _, other in objects(raw, list_path)]
    return {**copy, "refName": unique(name, taken, "_")} if name else dict(copy)


def _without_job_id(trigger: Mapping[str, Any]) -> Json:
    return without(trigger, ("schedule", "jobId"))


def moved(raw: Mapping[str, Any], node: Node, step: int) -> tuple[Json, Path]:
    """The definition with the node one place up (-1) or down (1), and where it is then.

    A task goes on into the job before or behind. Raises ValueError with one sentence.
    """
    match node.kind:
        case Kind.JOB if is_old_job(node.path):
            raise ValueError(_BELONGS.format("moved"))
        case Kind.STAGE | Kind.JOB:
            entries = ordered(raw, node.path[:-1])
            index = position(raw, node.path)
            _check_move(index + step, len(entries), node)
            entries.insert(index + step, entries.pop(index))
            return with_entries(raw, node.path[:-1], entries), (*node.path[:-1], index + step)
        case Kind.TASK:
            return _moved_task(raw, node, step)
        case Kind.ARTIFACT | Kind.TRIGGER:
            return _moved_entry(raw, node, node.path, step)
        case Kind.GATE:
            changed, path = _moved_entry(raw, node, node.path[:5], step)
            return changed, (*path, *node.path[5:])
    raise ValueError(_BELONGS.format("moved"))


def _check_move(to: int, many: int, node: Node) -> None:
    if not 0 <= to < many:
        raise ValueError(f"It is the {'first' if to < 0 else 'last'} {node.kind.value} already.")


def _moved_entry(raw: Mapping[str, Any], node: Node, path: Path, step: int) -> tuple[Json, Path]:
    index = int(path[-1])
    _check_move(index + step, len(at(raw, path[:-1], [])), node)
    return move(raw, path[:-1], index, index + step), (*path[:-1], index + step)


def _moved_task(raw: Mapping[str, Any], node: Node, step: int) -> tuple[Json, Path]:
    tasks, index = node.path[:-1], int(node.path[-1])
    if is_old_job(node.path) or 0 <= index + step < len(at(raw, tasks, [])):
        return _moved_entry(raw, node, node.path, step)
    jobs = node.path[:3]
    places = [place for place, _ in sorted(objects(raw, jobs), key=lambda job: count_of(job[1].get("rank")))]
    other = places.index(int(node.path[3])) + step
    _check_move(other, len(places), node)
    target = (*jobs, places[other], TASKS)
    to = len(at(raw, target) or ()) if step < 0 else 0
    task = at(raw, node.path)
    return insert(without(raw, node.path), target, to, task), (*target, to)


def removed(raw: Mapping[str, Any], node: Node) -> tuple[Json, Path]:
    """The definition without the node and what names it, and where the cursor goes.

    Raises ValueError with one sentence.
    """
    match node.kind:
        case Kind.STAGE:
            _check_last(ordered(raw, STAGES), "A definition needs at least one stage.")
            name = stage_name(raw, node.path)
            changed, path = _without_ranked(raw, node.path)
            return without_name(changed, ConditionKind.STAGE, name), path
        case Kind.JOB if not is_old_job(node.path):
            _check_last(ordered(raw, node.path[:-1]), "A stage needs at least one job.")
            return _without_ranked(raw, node.path)
        case Kind.TASK | Kind.TRIGGER:
            return _without_entry(raw, node.path)
        case Kind.ARTIFACT:
            return _without_artifact(raw, node.path)
        case Kind.GATE:
            return _without_gate(raw, node.path)
    raise ValueError(_BELONGS.format("removed"))


def _check_last(entries: list[Any], sentence: str) -> None:
    if len(entries) < 2:
        raise ValueError(sentence)


def _without_ranked(raw: Mapping[str, Any], path: Path) -> tuple[Json, Path]:
    entries = ordered(raw, path[:-1])
    index = position(raw, path)
    entries.pop(index)
    return with_entries(raw, path[:-1], entries), (*path[:-1], min(index, len(entries) - 1))


def _without_entry(raw: Mapping[str, Any], path: Path) -> tuple[Json, Path]:
    changed = without(raw, path)
    many = len(at(changed, path[:-1], []))
    cursor = (*path[:-1], min(int(path[-1]), many - 1)) if many else path[:-1]
    # An empty list of tasks is no node: the cursor goes to the job.
    return changed, cursor if many or path[0] != STAGES[0] else path[:-2]


def _without_artifact(raw: Mapping[str, Any], path: Path) -> tuple[Json, Path]:
    own = mapping_of(at(raw, path))
    alias = plain(own.get("alias"))
    changed, cursor = _without_entry(raw, path)

    def is_about(row: Mapping[str, Any], *keys: str) -> bool:
        return bool(alias) and any(plain(row.get(key)).lower() == alias.lower() for key in keys)

    changed = mapped(
        changed, ("triggers",), lambda row: None if is_about(row, "artifactAlias", "alias") else row
    )
    changed = without_name(changed, ConditionKind.ARTIFACT, alias) if alias else changed
    changed = each_download(changed, lambda row: None if is_about(row, "alias") else row)
    left = aliases(changed)
    if own.get("isPrimary") is True and left:
        changed = with_primary(changed, left[0][0])
    return changed, cursor


def _without_gate(raw: Mapping[str, Any], path: Path) -> tuple[Json, Path]:
    """Without one task of a gate, and the gate with its last one; without gates as the portal has it."""
    step, gates = path[:3], path[:4]
    changed = without(raw, path)
    if not at(changed, path[:-1]):
        changed = without(changed, path[:5])
    left = at(changed, gates) or []
    if left:
        return changed, (*gates, min(int(path[4]), len(left) - 1), "tasks", 0)
    options = mapping_of(at(changed, (*step, "gatesOptions")))
    rest = None if options == NEW_GATES else {**options, "isEnabled": False}
    return put(changed, (*step, "gatesOptions"), rest), step


def removed_field(raw: Mapping[str, Any], node: Node, field: Field, known: Resources = NOTHING) -> Json:
    """The definition without what a removable field stands for. Raises ValueError with one sentence."""
    return without_field(raw, node, field, known)


def moved_field(raw: Mapping[str, Any], node: Node, field: Field, step: int) -> Json:
    """With an approver one place earlier (-1) or later (1) in the sequence. Raises ValueError."""
    plan = mapping_of(at(raw, node.path))
    places = [place for place, _ in people(plan)]
    name, _, place = field.id.partition(":")
    if node.kind not in (Kind.BEFORE, Kind.AFTER) or name != "approver" or mode_of(plan) != SEQUENCE:
        raise ValueError("Only approvers in a sequence have an order.")
    index = places.index(int(place))
    if not 0 <= index + step < len(places):
        raise ValueError(f"{clean(field.shown)} is asked {'first' if step < 0 else 'last'} already.")
    steps = [entry for _, entry in people(plan)]
    steps.insert(index + step, steps.pop(index))
    return put(raw, (*node.path, "approvals"), [{**entry, "rank": n} for n, entry in enumerate(steps, 1)])
