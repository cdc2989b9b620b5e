"""Tasks that one side moved to another job: they are moved in all three versions before these are merged, so
that what the other side changed of them follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reltui.model.decode import list_of, mapping_of
from reltui.model.editing.matching import pairs
from reltui.model.editing.merge_walk import items_of
from reltui.model.editing.shape import Json, Path, at, put

_STAGES, _JOBS, _TASKS = "environments", "deployPhases", "workflowTasks"


def moved_alike(
    base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]
) -> tuple[Json, Json, Json]:
    """The three versions, each moved task in the job where its mover has it."""
    sides = [dict(base), dict(mine), dict(theirs)]
    for mover, other in ((1, 2), (2, 1)):
        for stage in _matched(sides, ()):
            for _ in range(len(list(_tasks(sides[0], stage[0])))):
                # One after another: each move changes the places of others.
                if not _move_one(sides, mover, other, stage):
                    break
    return sides[0], sides[1], sides[2]


def _matched(sides: list[Json], paths: tuple[Path, ...]) -> list[tuple[Path, Path, Path]]:
    """Where each stage stands (or each job, in a stage) that all three versions have."""
    name = _JOBS if paths else _STAGES
    holders = [(*path, name) for path in paths] if paths else [(name,)] * 3
    rows = [list_of(at(side, holder)) for side, holder in zip(sides, holders, strict=True)]
    return [
        ((*holders[0], item.base), (*holders[1], item.mine), (*holders[2], item.theirs))
        for item in items_of(name, *rows)
        if item.base is not None and item.mine is not None and item.theirs is not None
    ]


def _tasks(raw: Json, stage: Path) -> Iterator[Any]:
    for job in list_of(at(raw, (*stage, _JOBS))):
        yield from list_of(mapping_of(job).get(_TASKS))


def _move_one(sides: list[Json], mover: int, other: int, stage: tuple[Path, Path, Path]) -> bool:
    """Move the first task alike that the mover took to another job; whether there was one."""
    jobs = _matched(sides, stage)
    gone: list[tuple[int, int, Any]] = []
    come: list[tuple[int, int, Any]] = []
    for number, paths in enumerate(jobs):
        old = list_of(at(sides[0], (*paths[0], _TASKS)))
        new = list_of(at(sides[mover], (*paths[mover], _TASKS)))
        for before, after in pairs(_TASKS, old, new):
            if before is not None and after is None:
                gone.append((number, before, old[before]))
            elif after is not None and before is None:
                come.append((number, after, new[after]))
    for left, right in pairs(_TASKS, [row for *_, row in gone], [row for *_, row in come]):
        if left is not None and right is not None:
            (source, place, _), (target, wanted, _) = gone[left], come[right]
            found = _place_in(sides, other, jobs[source], place)
            for side, where in ((0, place), (other, found)):
                if where is not None:
                    start, end = jobs[source][side], jobs[target][side]
                    sides[side] = _moved(sides[side], (*start, _TASKS), where, (*end, _TASKS), wanted)
            return True
    return False


def _place_in(sides: list[Json], other: int, job: tuple[Path, Path, Path], place: int) -> int | None:
    """Where the other side has a task of the base, in the same job; None where it has not."""
    rows = [list_of(at(sides[side], (*job[side], _TASKS))) for side in (0, other)]
    return next((after for before, after in pairs(_TASKS, *rows) if before == place), None)


def _moved(raw: Json, start: Path, place: int, end: Path, wanted: int) -> Json:
    rows, others = list(list_of(at(raw, start))), list(list_of(at(raw, end)))
    others.insert(min(wanted, len(others)), rows.pop(place))
    return put(put(raw, start, rows), end, others)
