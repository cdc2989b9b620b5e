"""What points from one place of a definition to another while three versions are merged.

Conditions name stages: they are made to point at the stage itself first and named again at the end, so that
a renamed stage is followed. A stage or an artifact that one side took out and the other one came to need is
not lost silently; what is left without its aim at the end is taken out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from reltui.model.decode import list_of, mapping_of
from reltui.model.editing.kinds import ConditionKind, condition_kind
from reltui.model.editing.merge_walk import Walk, items_of
from reltui.model.editing.shape import Json, mapped, objects, put

STAGES = ("environments",)
_ITEM = "\0item"
"""Member of a stage while it is merged: the number that it has in all three versions."""
_AIM = "\0stage "
"""Before the number of a stage, in place of its name."""


class Links:
    """Three versions with conditions that point at stages, not at names."""

    def __init__(self, base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> None:
        raws = (base, mine, theirs)
        rows = [[row if isinstance(row, Mapping) else {} for row in _rows(raw)] for raw in raws]
        self._stages = items_of("environments", *rows)
        self._names: dict[str, str] = {}
        numbers = []
        for side, stages in zip(("base", "mine", "theirs"), rows, strict=True):
            number_at = {getattr(item, side): item.number for item in self._stages}
            found = {_text(stage, "name").casefold(): number_at[n] for n, stage in enumerate(stages)}
            numbers.append(found)
            for stage in stages:
                name = _text(stage, "name")
                self._names[f"{_AIM}{found[name.casefold()]}"] = name
        self.sides: tuple[Json, Json, Json] = (
            self._pointed(base, "base", numbers[0]),
            self._pointed(mine, "mine", numbers[1]),
            self._pointed(theirs, "theirs", numbers[2]),
        )
        self.needed = frozenset(self._newly_needed())

    def _pointed(self, raw: Mapping[str, Any], side: str, numbers: Mapping[str, int]) -> Json:
        number_at = {getattr(item, side): item.number for item in self._stages}

        def point(condition: Mapping[str, Any]) -> Mapping[str, Any]:
            number = numbers.get(_text(condition, "name").casefold())
            if number is None or condition_kind(condition) != ConditionKind.STAGE:
                return condition
            return {**condition, "name": f"{_AIM}{number}"}

        found = mapped(raw, STAGES, lambda stage: mapped(stage, ("conditions",), point))
        for place, stage in objects(found, STAGES):
            found = put(found, (*STAGES, place), {**stage, _ITEM: number_at[place]})
        return found

    def _newly_needed(self) -> Iterator[tuple[str, int]]:
        """Stages and artifacts that one side took out while the other one began to point at them."""
        base, mine, theirs = self.sides
        for other, side in ((theirs, "mine"), (mine, "theirs")):
            before, after = _aims(base), _aims(other)
            more = {aim for aim, many in after.items() if many > before[aim]}
            for item in self._stages:
                if getattr(item, side) is None and f"{_AIM}{item.number}" in more:
                    yield "environments", item.number
            lists = (base, mine, theirs)
            artifacts = items_of("artifacts", *(list_of(raw.get("artifacts")) for raw in lists))
            for item in artifacts:
                if item.base is not None and getattr(item, side) is None:
                    alias = _text(list_of(base["artifacts"])[item.base], "alias").casefold()
                    if f"artifact {alias}" in more:
                        yield "artifacts", item.number

    def named(self, value: Any) -> Any:
        """A value with the names of stages again, as far as it points at any."""
        if isinstance(value, Mapping):
            return {key: self.named(item) for key, item in value.items() if key != _ITEM}
        if isinstance(value, list):
            return [self.named(item) for item in value]
        return self._names.get(value, value) if isinstance(value, str) else value

    def resolved(self, merged: Json, walk: Walk) -> Json:
        """The merged definition in its final form: conditions name stages, and nothing points nowhere."""
        _, mine, theirs = self.sides
        merged = _without_circle(merged, mine, theirs, walk, self.named)
        merged = _distinct(merged, mine, theirs)
        for _, stage in objects(merged, STAGES):
            if _ITEM in stage:
                self._names[f"{_AIM}{stage[_ITEM]}"] = _text(stage, "name")
        left = {f"{_AIM}{stage.get(_ITEM)}" for _, stage in objects(merged, STAGES)}

        def has_aim(condition: Mapping[str, Any]) -> Mapping[str, Any] | None:
            name = _text(condition, "name")
            return None if name.startswith(_AIM) and name not in left else condition

        merged = mapped(merged, STAGES, lambda stage: mapped(stage, ("conditions",), has_aim))
        merged = _one_primary(merged, mine, theirs, walk)
        merged = _without_lost_artifacts(merged, mine, theirs)
        return mapped(merged, STAGES, self._named_stage)

    def _named_stage(self, stage: Mapping[str, Any]) -> Mapping[str, Any]:
        """Only its conditions point at stages."""
        return {
            key: self.named(value) if key == "conditions" else value
            for key, value in stage.items()
            if key != _ITEM
        }


def _rows(raw: Mapping[str, Any]) -> Sequence[Any]:
    return list_of(raw.get("environments"))


def _text(row: object, name: str) -> str:
    value = mapping_of(row).get(name)
    return value if isinstance(value, str) else ""


def _aims(raw: Mapping[str, Any]) -> Counter[str]:
    """How often what is pointed at: stages by token, artifacts by "artifact alias"."""
    found: Counter[str] = Counter()
    for _, trigger in objects(raw, ("triggers",)):
        found[f"artifact {(_text(trigger, 'artifactAlias') or _text(trigger, 'alias')).casefold()}"] += 1
    for _, stage in objects(raw, STAGES):
        for _, condition in objects(stage, ("conditions",)):
            name = _text(condition, "name")
            if condition_kind(condition) == ConditionKind.ARTIFACT:
                name = f"artifact {name.casefold()}"
            found[name] += 1
        for _, job in objects(stage, ("deployPhases",)):
            for _, download in objects(job, _DOWNLOADS):
                found[f"artifact {_text(download, 'alias').casefold()}"] += 1
    return found


_DOWNLOADS = ("deploymentInput", "artifactsDownloadInput", "downloadInputs")


def _waits(raw: Mapping[str, Any]) -> dict[str, set[str]]:
    """By the token of each stage, the tokens of those that it waits for."""
    return {
        f"{_AIM}{stage.get(_ITEM)}": {
            _text(condition, "name")
            for _, condition in objects(stage, ("conditions",))
            if _text(condition, "name").startswith(_AIM)
        }
        for _, stage in objects(raw, STAGES)
    }


def circle(waits: Mapping[str, Iterable[str]]) -> list[str]:
    """Those that wait for themselves in the end, in their order; none when all can start."""
    found = []
    for start in waits:
        seen: set[str] = set()
        queue = list(waits[start])
        while queue:
            current = queue.pop()
            if current not in seen:
                seen.add(current)
                queue += waits.get(current, ())
        if start in seen:
            found.append(start)
    return found


def _without_circle(merged: Json, mine: Json, theirs: Json, walk: Walk, named: Callable[[str], str]) -> Json:
    """Where only both together wait in a circle, all stages start as one side has it."""
    round_it = circle(_waits(merged))
    if not round_it or circle(_waits(mine)) or circle(_waits(theirs)):
        return merged
    by_side = [{stage.get(_ITEM): stage for _, stage in objects(raw, STAGES)} for raw in (mine, theirs)]
    told = [
        [
            f"{named(one)} after {', '.join(sorted(map(named, waits.get(one, ())))) or '(none)'}"
            for one in round_it
        ]
        for waits in map(_waits, (mine, theirs))
    ]
    is_mine = walk.clash(STAGES, [], told[0], told[1], "starts") is told[0]
    chosen = by_side[0] if is_mine else by_side[1]

    def start(stage: Mapping[str, Any]) -> Mapping[str, Any]:
        own = chosen.get(stage.get(_ITEM))
        return stage if own is None else {**stage, "conditions": own.get("conditions")}

    return mapped(merged, STAGES, start)


def _distinct(merged: Json, mine: Json, theirs: Json) -> Json:
    """Two stages that came to one name: the one that is named so by mine only gets a number."""
    if _has_twins(mine) or _has_twins(theirs) or not _has_twins(merged):
        return merged
    names = {stage.get(_ITEM): _text(stage, "name") for _, stage in objects(theirs, STAGES)}
    taken = {_text(stage, "name").casefold() for _, stage in objects(merged, STAGES)}
    seen: set[str] = set()
    for _, stage in objects(merged, STAGES):
        if names.get(stage.get(_ITEM)) == _text(stage, "name"):
            seen.add(_text(stage, "name").casefold())
    for place, stage in objects(merged, STAGES):
        name = _text(stage, "name")
        if names.get(stage.get(_ITEM)) == name:
            continue
        if name.casefold() in seen:
            number = next(n for n in range(2, len(taken) + 3) if f"{name} {n}".casefold() not in taken)
            name = f"{name} {number}"
            taken.add(name.casefold())
            merged = put(merged, (*STAGES, place, "name"), name)
        seen.add(name.casefold())
    return merged


def _has_twins(raw: Mapping[str, Any]) -> bool:
    names = [_text(stage, "name").casefold() for _, stage in objects(raw, STAGES)]
    return len(set(names)) < len(names)


def _primary(raw: Mapping[str, Any]) -> list[str]:
    artifacts = objects(raw, ("artifacts",))
    return [
        _text(artifact, "alias").casefold() for _, artifact in artifacts if artifact.get("isPrimary") is True
    ]


def _one_primary(merged: Json, mine: Json, theirs: Json, walk: Walk) -> Json:
    """One artifact is the primary one, when both sides have it so."""
    ours, others, found = map(_primary, (mine, theirs, merged))
    if len(ours) != 1 or len(others) != 1 or len(found) == 1:
        return merged
    wanted = ours[0]
    if len(found) > 1:
        wanted = walk.clash(("artifacts",), "", ours[0], others[0], "primary")
    aliases = [_text(artifact, "alias").casefold() for _, artifact in objects(merged, ("artifacts",))]
    if wanted not in aliases:
        wanted = next((alias for alias in (*ours, *others, *aliases) if alias in aliases), "")

    def choose(artifact: Mapping[str, Any]) -> Mapping[str, Any]:
        is_primary = _text(artifact, "alias").casefold() == wanted
        return artifact if artifact.get("isPrimary") is is_primary else {**artifact, "isPrimary": is_primary}

    return mapped(merged, ("artifacts",), choose)


def _without_lost_artifacts(merged: Json, mine: Json, theirs: Json) -> Json:
    """Nothing points at an artifact any more that a side had and the merged definition has not."""
    had: set[str] = set()
    has: set[str] = set()
    for raw, found in ((mine, had), (theirs, had), (merged, has)):
        found |= {_text(artifact, "alias").casefold() for _, artifact in objects(raw, ("artifacts",))}
    lost = had - has - {""}
    if not lost:
        return merged

    def kept(member: str) -> Any:
        return lambda row: None if _text(row, member).casefold() in lost else row

    def condition(row: Mapping[str, Any]) -> Mapping[str, Any] | None:
        is_lost = condition_kind(row) == ConditionKind.ARTIFACT and _text(row, "name").casefold() in lost
        return None if is_lost else row

    def stage(row: Mapping[str, Any]) -> Mapping[str, Any]:
        row = mapped(row, ("conditions",), condition)
        return mapped(row, ("deployPhases",), lambda job: mapped(job, _DOWNLOADS, kept("alias")))

    merged = mapped(merged, ("triggers",), kept("artifactAlias"))
    return mapped(mapped(merged, ("triggers",), kept("alias")), STAGES, stage)
