"""Two people changed the same definition: what both changed is put together, by identity and not by place.

`base` is what mine was made of, `theirs` what the server has by now. Where the two touch the same thing in
different ways there is a conflict; mine stands in the merged definition until somebody decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from reltui.model.change import Difference
from reltui.model.decode import list_of, mapping_of, text_of
from reltui.model.editing.changes import changes
from reltui.model.editing.matching import by_rank, sharing
from reltui.model.editing.merge_links import Links
from reltui.model.editing.merge_moves import moved_alike
from reltui.model.editing.merge_walk import ABSENT, Clash, Step, Walk, same
from reltui.model.editing.shape import Json, Path, at, put, without
from reltui.model.editing.wording import value_words
from reltui.model.text import SafeText, clean
from reltui.model.values import dataclass


@dataclass(frozen=True, slots=True)
class Conflict:
    """One thing that both sides changed, and not to the same."""

    path: Path
    """In the merged definition; of the list where what it is about is not in there."""
    where: SafeText
    """The stage; empty for the whole."""
    what: SafeText
    base: SafeText | None
    mine: SafeText | None
    theirs: SafeText | None
    """None: it is not there."""
    key: str
    """The same in every merge of the same three versions."""


@dataclass(frozen=True, slots=True)
class Merge:
    """Both sides put together."""

    merged: Json
    conflicts: tuple[Conflict, ...]
    """Those that are not decided yet; mine stands in `merged`."""
    taken: tuple[Difference, ...]
    """What came into mine from theirs."""
    decided: Mapping[str, bool] = field(default_factory=dict)
    """By the key of a conflict, whether mine was chosen."""
    _sides: tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]] = field(
        default=({}, {}, {}), repr=False, compare=False
    )

    def with_choice(self, conflict: Conflict, mine: bool) -> Merge:
        """With a conflict decided, or decided otherwise than before."""
        return _merge(self._sides, {**self.decided, conflict.key: mine})


def merge(base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> Merge:
    """Three versions put together. What one side alone changed is taken; stages, jobs and approvers end up
    ranked without gaps, and conditions follow a stage that was renamed."""
    return _merge((base, sharing(mine, base), sharing(theirs, base)), {})


def _merge(
    sides: tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]], decided: Mapping[str, bool]
) -> Merge:
    base, mine, theirs = sides
    if same(mine, theirs) or same(base, mine):
        return Merge(dict(theirs), (), changes(mine, theirs), decided, sides)
    if same(base, theirs):
        return Merge(dict(mine), (), (), decided, sides)
    links = Links(*moved_alike(base, mine, theirs))
    walk = Walk(decided, links.needed)
    merged = links.resolved(walk.value((), *links.sides), walk)
    conflicts = tuple(_conflict(clash, merged, links) for clash in walk.clashes if clash.key not in decided)
    return Merge(merged, conflicts, changes(mine, merged), decided, sides)


# Wording


_ENTRIES = {
    "environments": "stage",
    "deployPhases": "job",
    "workflowTasks": "task",
    "tasks": "task",
    "gates": "gate",
    "approvals": "approver",
    "artifacts": "artifact",
    "triggers": "trigger",
    "conditions": "condition",
    "schedules": "schedule",
    "triggerConditions": "filter",
    "downloadInputs": "download",
}
_ORDERS = {
    "environments": "order of stages",
    "deployPhases": "order of jobs",
    "workflowTasks": "order of tasks",
}


def _conflict(clash: Clash, merged: Json, links: Links) -> Conflict:
    path = _path(clash.steps)
    where = _where(path, merged)
    sides = [links.named(side) for side in (clash.base, clash.mine, clash.theirs)]
    if clash.part == "order":
        words = [clean(" > ".join(names)) for names in sides]
        what = _ORDERS.get(str(clash.steps[-1]), f"order of {clash.steps[-1]}")
        return Conflict(path, where, clean(what), words[0], words[1], words[2], clash.key)
    if clash.part == "primary":
        aliases = [clean(alias) for alias in sides]
        return Conflict(path, where, SafeText("primary artifact"), None, aliases[1], aliases[2], clash.key)
    if clash.part == "starts":
        told = [clean("; ".join(side)) for side in sides]
        return Conflict(path, where, SafeText("starts"), told[0], told[1], told[2], clash.key)
    if clash.part == "removed":
        return _removed(clash, path, where, sides)
    return _changed(clash, path, where, sides, merged)


def _path(steps: Sequence[Step]) -> Path:
    """Where it stands in the merged definition, as far as it does."""
    found: list[str | int] = []
    for step in steps:
        if isinstance(step, str):
            found.append(step)
        elif step.place is None:
            break
        else:
            found.append(step.place)
    return tuple(found)


def _where(path: Path, merged: Mapping[str, Any]) -> SafeText:
    is_inside = path[:1] == ("environments",) and len(path) > 2
    return text_of(at(merged, (*path[:2], "name"))) if is_inside else SafeText("")


def _removed(clash: Clash, path: Path, where: SafeText, sides: Sequence[Any]) -> Conflict:
    """One side took it out, the other one changed it or came to need it."""
    name = str(clash.steps[-2])
    words = [None if side is ABSENT else _entry_words(name, side) for side in sides]
    left = 1 if sides[2] is ABSENT else 2
    edits = [*_edits(name, sides[0], sides[left])]
    if edits:
        more = f" and {len(edits) - 1} more" if len(edits) > 1 else ""
        first = edits[0].removeprefix(f"{_ENTRIES.get(name, name)} {words[left]}: ")
        words[left] = clean(f"{words[left]}: {first}{more}")
    what = clean(f"{_ENTRIES.get(name, name)} {words[0]}")
    return Conflict(path, where, what, words[0], words[1], words[2], clash.key)


def _entry_words(name: str, entry: object) -> SafeText:
    row = mapping_of(entry)
    for member in ("name", "alias", "artifactAlias"):
        if text_of(row.get(member)):
            return text_of(row.get(member))
    person = mapping_of(row.get("approver"))
    tasks = [text_of(mapping_of(task).get("name")) for task in list_of(row.get("tasks"))]
    words = text_of(person.get("displayName")) or ", ".join(filter(None, tasks))
    return clean(words) if words else value_words(entry, name) or SafeText("")


def _edits(name: str, old: object, new: object) -> Iterator[str]:
    """What was changed of an entry, each in a line."""
    ways: dict[str, tuple[str, ...]] = {
        "environments": (),
        "artifacts": (),
        "triggers": (),
        "deployPhases": ("environments",),
        "workflowTasks": ("environments", "deployPhases"),
    }
    around: list[Json] = []
    for row in (old, new):
        inner: Json = {name: [row]}
        for holder in reversed(ways.get(name, ("environments",))):
            inner = {holder: [{"id": 1, "name": "", "rank": 1, **inner}]}
        around.append(inner)
    for each in changes(around[0], around[1]):
        yield f"{each.what} {_shown(each.old)} -> {_shown(each.new)}"


def _names(entries: object) -> SafeText:
    """The entries of a list in their order."""
    rows = list_of(entries)
    return clean(" > ".join(text_of(mapping_of(rows[place]).get("name")) for place in by_rank(rows)))


def _shown(value: SafeText | None) -> str:
    return "(none)" if value is None else value or '""'


def _changed(clash: Clash, path: Path, where: SafeText, sides: Sequence[Any], merged: Json) -> Conflict:
    """Both changed it: in the words in which a single change of it would be told."""
    is_there = len(path) == len(clash.steps)
    if is_there and path:
        versions = [without(merged, path) if side is ABSENT else put(merged, path, side) for side in sides]
        if clash.base is ABSENT:
            for each in changes(versions[1], versions[2])[:1]:
                return Conflict(path, each.where, each.what, None, each.old, each.new, clash.key)
        mine, theirs = (changes(versions[0], version) for version in versions[1:])
        for ours in sorted(mine, key=lambda each: each.path[: len(path)] != path):
            others = next((each for each in theirs if each.what == ours.what), None)
            if others is not None and ours.new != others.new:
                return Conflict(path, ours.where, ours.what, ours.old, ours.new, others.new, clash.key)
    name = next((step for step in reversed(clash.steps) if isinstance(step, str)), "")
    if name == clash.steps[-1] and name in _ORDERS:
        names = [None if side is ABSENT else _names(side) for side in sides]
        return Conflict(path, where, SafeText(_ORDERS[name]), names[0], names[1], names[2], clash.key)
    words = [None if side is ABSENT else value_words(side, name) for side in sides]
    about = ".".join(step for step in clash.steps if isinstance(step, str) and step != "environments")
    return Conflict(path, where, clean(about), words[0], words[1], words[2], clash.key)
