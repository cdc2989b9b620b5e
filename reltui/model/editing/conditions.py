"""What starts a stage by itself: reading and changing its conditions (api.md 5.5)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from reltui.model.decode import count_of, list_of
from reltui.model.editing.kinds import ConditionKind, condition_kind
from reltui.model.editing.outline import STAGES, by_rank
from reltui.model.editing.shape import Json, Path, at, insert, mapped, objects, put
from reltui.model.editing.slots import plain
from reltui.model.text import clean

RELEASE, AFTER_STAGES, MANUAL = "release", "stages", "manual"
STARTS = (
    (RELEASE, "after the release is created"),
    (AFTER_STAGES, "after other stages"),
    (MANUAL, "by hand only"),
)
SUCCEEDED, ALSO_PARTIALLY = "4", "132"
"""Of the stage before: succeeded, or partially succeeded too (flags of EnvironmentStatus)."""


def after_release() -> Json:
    """The condition that the release was created."""
    return {"name": "ReleaseStarted", "conditionType": ConditionKind.EVENT.value, "value": ""}


def after_stage(name: str) -> Json:
    """The condition that another stage has succeeded."""
    return {"name": name, "conditionType": ConditionKind.STAGE.value, "value": SUCCEEDED}


def of_artifact(alias: str, wanted: Mapping[str, Any]) -> Json:
    """The condition that the version of an artifact passes a filter."""
    value = json.dumps(wanted, separators=(",", ":"))
    return {"name": alias, "conditionType": ConditionKind.ARTIFACT.value, "value": value}


def filter_of(condition: Mapping[str, Any]) -> Json | None:
    """The filter in the condition of an artifact; None when it cannot be read."""
    try:
        found = json.loads(condition.get("value") or "{}")
    except (TypeError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def start_of(stage: Mapping[str, Any]) -> str:
    """How a stage starts: one of the keys of STARTS."""
    kinds = {condition_kind(condition) for _, condition in objects(stage, ("conditions",))}
    if ConditionKind.STAGE in kinds:
        return AFTER_STAGES
    return RELEASE if ConditionKind.EVENT in kinds else MANUAL


def with_start(raw: Mapping[str, Any], path: Path, start: str) -> Json:
    """The definition with another start of one stage. Raises ValueError with a sentence."""
    conditions = (*path, "conditions")
    rest = [
        condition
        for condition in list_of(at(raw, conditions))
        if not isinstance(condition, Mapping)
        or condition_kind(condition) not in (ConditionKind.EVENT, ConditionKind.STAGE)
    ]
    if start == MANUAL:
        # A filter alone would still let the stage start by itself.
        return put(raw, conditions, [])
    if start == RELEASE:
        return put(raw, conditions, [after_release(), *rest])
    before = stage_before(raw, path)
    if before is None:
        raise ValueError("There is no other stage that it could wait for.")
    return put(raw, conditions, [after_stage(before), *rest])


def stage_before(raw: Mapping[str, Any], path: Path) -> str | None:
    """The nearest stage of a lower rank, else any other, that does not wait for this one itself."""
    own = at(raw, path) or {}
    rank = count_of(own.get("rank"))
    earlier: list[str] = []
    later: list[str] = []
    for place, stage in by_rank(raw, STAGES):
        name = plain(stage.get("name"))
        if (*STAGES, place) != path[:2] and not waits_for(raw, name, own):
            (earlier if count_of(stage.get("rank")) < rank else later).append(name)
    return next(iter([*reversed(earlier), *later]), None)


def with_stage(raw: Mapping[str, Any], path: Path, value: str, place: int | None = None) -> Json:
    """The stage waiting for one more stage, or in one condition for another one.

    Raises ValueError with a sentence: there is no such stage, it is waited for already, or it waits itself.
    """
    own = at(raw, path) or {}
    name = next((o for o in other_stages(raw, path) if o.lower() == value.strip().lower()), None)
    if name is None:
        raise ValueError("Pick one of the other stages.")
    places = [p for p, c in objects(own, ("conditions",)) if condition_kind(c) == ConditionKind.STAGE]
    others = [plain(at(own, ("conditions", p, "name"))).lower() for p in places if p != place]
    if name.lower() in others:
        raise ValueError(f"It waits for {clean(name)} already.")
    if waits_for(raw, name, own):
        raise ValueError(f"{clean(name)} waits for this stage itself.")
    conditions = (*path, "conditions")
    if place is not None:
        return put(raw, (*conditions, place, "name"), name)
    if places:
        return insert(raw, conditions, places[-1] + 1, after_stage(name))
    rest = [c for c in list_of(at(raw, conditions)) if not _is_event(c)]
    return put(raw, conditions, [after_stage(name), *rest])


def _is_event(condition: object) -> bool:
    return isinstance(condition, Mapping) and condition_kind(condition) == ConditionKind.EVENT


def waits_for(raw: Mapping[str, Any], name: str, stage: Mapping[str, Any]) -> bool:
    """Whether the stage of this name waits for the other one, directly or through others."""
    stages = {plain(s.get("name")).lower(): s for _, s in objects(raw, STAGES)}
    wanted, seen, queue = plain(stage.get("name")).lower(), set(), [name.lower()]
    while queue:
        current = queue.pop()
        if current == wanted:
            return True
        if current in seen or current not in stages:
            continue
        seen.add(current)
        queue += [
            plain(condition.get("name")).lower()
            for _, condition in objects(stages[current], ("conditions",))
            if condition_kind(condition) == ConditionKind.STAGE
        ]
    return False


def with_name(raw: Mapping[str, Any], kind: ConditionKind, old: str, new: str) -> Json:
    """With a stage or an artifact under another name in the conditions of all stages."""

    def change(condition: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**condition, "name": new} if _is_about(condition, kind, old) else condition

    return mapped(raw, STAGES, lambda stage: mapped(stage, ("conditions",), change))


def without_name(raw: Mapping[str, Any], kind: ConditionKind, name: str) -> Json:
    """Without the conditions about a stage or an artifact; a stage that waits for nothing else is manual."""

    def change(stage: Mapping[str, Any]) -> Mapping[str, Any]:
        left = mapped(stage, ("conditions",), lambda c: None if _is_about(c, kind, name) else c)
        return stage if left is stage else settled(left)

    return mapped(raw, STAGES, change)


def settled(stage: Mapping[str, Any]) -> Json:
    """A stage of which a condition was taken out: filters alone must not let it start by itself."""
    return dict(stage) if start_of(stage) != MANUAL else {**stage, "conditions": []}


def _is_about(condition: Mapping[str, Any], kind: ConditionKind, name: str) -> bool:
    return condition_kind(condition) == kind and plain(condition.get("name")).lower() == name.lower()


def other_stages(raw: Mapping[str, Any], path: Path) -> list[str]:
    """The names of all other stages, by rank."""
    return [plain(s.get("name")) for place, s in by_rank(raw, STAGES) if (*STAGES, place) != path[:2]]
