"""What differs in the tasks of a stage and in its gates; tasks are followed from job to job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from reltui.model.change import MASKED, Difference, hides_value
from reltui.model.decode import list_of, mapping_of, scalar_of, text_of
from reltui.model.editing.matching import pairs, same
from reltui.model.editing.telling import (
    Found,
    Label,
    Row,
    Spot,
    list_differs,
    members_differ,
    object_differs,
    value_differs,
    values_told,
)
from reltui.model.editing.wording import minutes_words
from reltui.model.resources import Resources
from reltui.model.values import dataclass

TASKS = "workflowTasks"


@dataclass(frozen=True, slots=True)
class Job:
    """The same job on both sides; one of them may lack."""

    spot: Spot
    old: Row | None
    new: Row | None


@dataclass(frozen=True, slots=True)
class _Place:
    """A task on one side."""

    job: Job
    row: Row
    index: int

    @property
    def name(self) -> str:
        return text_of(self.row.get("name")) or text_of(self.row.get("displayName")) or "(no name)"

    def words(self, job_name: object, *, is_other_job: bool) -> str:
        step = f"step {self.index + 1}"
        return f"{step} of {text_of(job_name)}" if is_other_job else step


_TASK: Mapping[str, Label] = {
    "version": "version of the task",
    "enabled": "enabled",
    "condition": "runs when",
    "alwaysRun": "runs always",
    "continueOnError": "goes on after an error",
    "timeoutInMinutes": ("timeout", minutes_words),
    "retryCountOnTaskFailure": "tries again after a failure",
}


_USUAL: Mapping[str, object] = {"enabled": True, "condition": "succeeded()", "definitionType": "task"}
"""Of a task that is new."""


def at_first(new: Row, usual: Mapping[str, object]) -> Row:
    """What need not be told of a new thing: what is usual, and what is off or 0."""
    return {
        key: value
        for key, value in new.items()
        if (same(value, usual[key]) if key in usual else same(value, False) or same(value, 0))
    }


def tasks_differ(spot: Spot, jobs: Sequence[Job], known: Resources) -> Found:
    """Tasks that came, went, moved within a job or to another, and what was changed of those that stayed.

    The tasks of a job that went as a whole are told with it; of one that came all is told.
    """
    gone: list[_Place] = []
    come: list[_Place] = []
    stayed: list[tuple[_Place, _Place]] = []
    for job in jobs:
        before, after = (mapping_of(side).get(TASKS) for side in (job.old, job.new))
        if same(before, after):
            continue
        if not _are_objects(before) or not _are_objects(after):
            yield from value_differs(job.spot.member(TASKS), TASKS, before, after)
            continue
        old = [_Place(job, row, place) for place, row in enumerate(before or ())]
        new = [_Place(job, row, place) for place, row in enumerate(after or ())]
        matched = pairs(TASKS, before or (), after or ())
        kept = [(old[a], new[b]) for a, b in matched if a is not None and b is not None]
        yield from _moved(kept)
        stayed += kept
        gone += [old[a] for a, b in matched if a is not None and b is None]
        come += [new[b] for a, b in matched if a is None and b is not None]
    others = pairs(TASKS, [place.row for place in gone], [place.row for place in come])
    for left, right in others:
        was = None if left is None else gone[left]
        now = None if right is None else come[right]
        if was is not None and now is not None:
            before, after = _steps(was, now)
            if before != after:
                yield _told(was, now, f"task {now.name}", before, after)
            stayed.append((was, now))
        elif was is not None and was.job.new is not None:
            yield _told(was, None, "task", _in_job(was, was.job.old), None)
        elif now is not None:
            yield _told(None, now, "task", None, _in_job(now, now.job.new, is_placed=True))
            yield from task_comes(_spot(None, now), now.row, known)
    for was, now in stayed:
        if not same(was.row, now.row):
            yield from task_differs(_spot(was, now), was.row, now.row, known)


def _are_objects(rows: object) -> bool:
    return rows is None or (isinstance(rows, list) and all(isinstance(row, Mapping) for row in rows))


def _spot(was: _Place | None, now: _Place | None) -> Spot:
    """Where both stand; each in its own job."""
    place = now or was
    assert place is not None  # noqa: S101 - one of them is always there
    spot = place.job.spot
    old = (*(was or place).job.spot.old, TASKS, (was or place).index)
    new = (*spot.new, TASKS) if now is None else (*spot.new, TASKS, now.index)
    return replace(spot, about="", old=old, new=new)


def _told(was: _Place | None, now: _Place | None, what: str, old: str | None, new: str | None) -> Difference:
    return _spot(was, now).told(what, old, new)


def _in_job(place: _Place, job: Row | None, *, is_placed: bool = False) -> str:
    name = text_of(mapping_of(job).get("name"))
    is_last = place.index == len(list_of(mapping_of(job).get(TASKS))) - 1
    step = f"step {place.index + 1}" if is_placed and not is_last else ""
    words = ", ".join(filter(None, (name, step)))
    return f"{place.name} ({words})" if words else place.name


def _steps(was: _Place, now: _Place) -> tuple[str, str]:
    """Where a task stood that was moved, and where it stands."""
    is_other = was.job is not now.job
    old, new = mapping_of(was.job.old).get("name"), mapping_of(now.job.new).get("name")
    return was.words(old, is_other_job=is_other), now.words(new, is_other_job=is_other)


def _moved(kept: Sequence[tuple[_Place, _Place]]) -> Found:
    """The fewest tasks of a job that were moved, so that the others stand in the old order."""
    still = _longest_rising([was.index for was, _ in kept])
    for number, (was, now) in enumerate(kept):
        if number not in still:
            yield _told(was, now, f"task {now.name}", *_steps(was, now))


def _longest_rising(values: Sequence[int]) -> set[int]:
    """The places of a longest rising run of values, gaps allowed."""
    best: list[tuple[int, int | None]] = []
    for place, value in enumerate(values):
        before = [(best[n][0], n) for n in range(place) if values[n] < value]
        length, previous = max(before, default=(0, -1))
        best.append((length + 1, previous if previous >= 0 else None))
    found: set[int] = set()
    at: int | None = max(range(len(best)), key=lambda n: best[n][0], default=None)
    while at is not None:
        found.add(at)
        at = best[at][1]
    return found


def task_comes(spot: Spot, new: Row, known: Resources, kind: str = "task") -> Found:
    """All of a task that was not there: its type, how it runs, its inputs."""
    yield from task_differs(spot, {**at_first(new, _USUAL), "name": new.get("name")}, new, known, kind)


def task_differs(spot: Spot, old: Row, new: Row, known: Resources, kind: str = "task") -> Found:
    """What was changed of one task: how it runs, and its inputs by name."""
    name = text_of(new.get("name")) or "(no name)"
    if not same(old.get("name"), new.get("name")):
        yield spot.member("name").told(f"{kind} renamed", text_of(old.get("name")), name)
    about = replace(spot, about=f"{kind} {name}: ")

    def type_words(task_id: object) -> str:
        found = known.task_type(text_of(task_id), text_of(new.get("version")))
        return f"{found.label} ({text_of(task_id)})" if found is not None else scalar_of(task_id)

    labels = {**_TASK, "taskId": ("type", type_words)}
    yield from members_differ(about, old, new, labels, frozenset({"name", "inputs"}))
    yield from object_differs(about, "inputs", old, new, _inputs_differ)


def _inputs_differ(spot: Spot, old: Row, new: Row) -> Found:
    for name in {**old, **new}:
        before, after = old.get(name), new.get(name)
        if same(before, after):
            continue
        own = spot.member(name)
        if hides_value(name):
            words = (None if before is None else MASKED, None if after is None else MASKED)
            yield own.told(f"{spot.about}{name}", *words)
        else:
            yield from values_told(own, f"{spot.about}{name}", before, after)


def gate_tasks_differ(
    spot: Spot, old: Row | None, new: Row | None, known: Resources, *, is_told: bool
) -> Found:
    """What was changed of a gate; `is_told`: that one came or went is said already."""
    if not is_told and (old is None or new is None):
        names = (None if row is None else _gate_name(row) for row in (old, new))
        yield spot.told(f"{spot.about}gate", *names)
    if new is None:
        return
    yield from members_differ(spot, old or {}, new, {}, frozenset({"tasks"}))

    def tell(own: Spot, before: Row | None, after: Row | None) -> Found:
        if not is_told and old is not None and (before is None or after is None):
            names = (None if row is None else text_of(row.get("name")) for row in (before, after))
            yield own.told(f"{spot.about}gate", *names)
        if before is not None and after is not None:
            yield from task_differs(own, before, after, known, "gate")
        elif after is not None:
            yield from task_comes(own, after, known, "gate")

    yield from list_differs(spot, "tasks", old or {}, new, tell)


def _gate_name(row: Row) -> str:
    return ", ".join(text_of(mapping_of(task).get("name")) for task in list_of(row.get("tasks")))
