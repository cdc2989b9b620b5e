"""Three versions of a definition's JSON walked side by side, until one value is left for every place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from reltui.model.decode import count_of, list_of, mapping_of
from reltui.model.editing.matching import AUTOMATIC, RANKED, SETS, approver, by_rank, exact, meant, pairs
from reltui.model.editing.matching import same as alike
from reltui.model.editing.owned import APPROVALS, DEFINITION_OWNED, STAGE_OWNED
from reltui.model.editing.shape import Json
from reltui.model.values import dataclass

ABSENT: Any = type("Absent", (), {"__repr__": lambda _: "ABSENT"})()
"""In place of a value that is not there."""

KNOWN_LISTS = frozenset(
    {
        "environments",
        "deployPhases",
        "workflowTasks",
        "tasks",
        "gates",
        "approvals",
        "artifacts",
        "triggers",
        "triggerConditions",
        "conditions",
        "schedules",
        "downloadInputs",
    }
)
"""Lists of objects whose entries are known apart by identity."""
_ATOMS = frozenset({"owner", "approver", "schedule"})
"""Objects of which no half is taken from one side and half from the other."""
_ATOMIC_ENTRIES = frozenset({"schedules", "conditions", "triggerConditions"})
_ATOMIC_MEMBERS = frozenset({"variables", "definitionReference"})
_TWINS_STAY = frozenset({"workflowTasks", "tasks", "gates", "deployPhases"})
"""Lists in which both may add an entry of one name: these are two entries, unless they are equal."""
_SERVER_NUMBERS = frozenset({"id", "sourceId", "jobId"})


@dataclass(slots=True, eq=False)
class Item:
    """One entry of a list in its three versions, by their places; `place` is the one in the merged list."""

    number: int
    base: int | None
    mine: int | None
    theirs: int | None
    place: int | None = None


Step = str | Item


@dataclass(frozen=True, slots=True)
class Clash:
    """A place where both sides changed something, and not to the same."""

    steps: tuple[Step, ...]
    base: Any
    mine: Any
    theirs: Any
    part: str = ""
    """What of the place it is about, such as the order of a list; empty for all of it."""

    @property
    def key(self) -> str:
        """The same in every merge of the same three versions."""
        way = "/".join(step if isinstance(step, str) else f"#{step.number}" for step in self.steps)
        return f"{way}:{self.part}" if self.part else way


def same(one: object, other: object) -> bool:
    """Equal JSON; a truth is no number."""
    if one is ABSENT or other is ABSENT:
        return one is other
    return alike(one, other)


def items_of(name: str, base: Sequence[Any], mine: Sequence[Any], theirs: Sequence[Any]) -> list[Item]:
    """The entries of three versions of a list, by identity: those of the base, theirs that are new, mine."""
    to_mine, to_theirs = pairs(name, base, mine), pairs(name, base, theirs)
    in_mine = {old: new for old, new in to_mine if old is not None}
    in_theirs = {old: new for old, new in to_theirs if old is not None}
    found = [Item(place, place, in_mine.get(place), in_theirs.get(place)) for place in range(len(base))]
    added_mine = [new for old, new in to_mine if old is None and new is not None]
    added_theirs = [new for old, new in to_theirs if old is None and new is not None]
    known_by = "" if name in _TWINS_STAY else name
    twins = pairs(known_by, [theirs[n] for n in added_theirs], [mine[n] for n in added_mine])
    new: list[tuple[int | None, int | None]] = sorted(
        (added_theirs[left], None if right is None else added_mine[right])
        for left, right in twins
        if left is not None
    )
    new += [(None, added_mine[right]) for left, right in twins if left is None and right is not None]
    return found + [Item(len(base) + n, None, right, left) for n, (left, right) in enumerate(new)]


@dataclass(slots=True)
class Walk:
    """One way through the three versions; `choices`: what was decided, by the key of the clash."""

    choices: Mapping[str, bool]
    needed: frozenset[tuple[str, int]] = frozenset()
    """Entries, by list and number, that one side removed and the other came to need."""
    clashes: list[Clash] = field(default_factory=list)

    def value(self, steps: tuple[Step, ...], base: Any, mine: Any, theirs: Any) -> Any:
        """What becomes of a place; ABSENT when nothing is left."""
        is_needed = len(steps) == 1 and any(name == steps[0] for name, _ in self.needed)
        if not is_needed and (same(mine, theirs) or same(base, mine)):
            return theirs
        if not is_needed and same(base, theirs):
            return mine
        both = (mine, theirs)
        if all(isinstance(side, Mapping) for side in both) and not self._is_atom(steps):
            return self._object(steps, mapping_of(base), mine, theirs)
        if all(isinstance(side, list) for side in both):
            return self._list(steps, base if isinstance(base, list) else [], mine, theirs)
        return self.clash(steps, base, mine, theirs)

    def clash(self, steps: tuple[Step, ...], base: Any, mine: Any, theirs: Any, part: str = "") -> Any:
        """The side that was chosen, mine as long as none was; theirs of what only the server writes."""
        name = _name(steps)
        if not part:
            meanings = [None if side is ABSENT else meant(side, name) for side in (base, mine, theirs)]
            if _is_servers(steps) or same(meanings[1], meanings[0]) or same(meanings[1], meanings[2]):
                return mine if same(base, theirs) else theirs
            if same(meanings[2], meanings[0]):
                return mine
        found = Clash(steps, base, mine, theirs, part)
        self.clashes.append(found)
        return mine if self.choices.get(found.key, True) else theirs

    @staticmethod
    def _is_atom(steps: tuple[Step, ...]) -> bool:
        if not steps:
            return False
        if isinstance(steps[-1], Item):
            return steps[-2] in _ATOMIC_ENTRIES
        return steps[-1] in _ATOMS or (len(steps) > 1 and steps[-2] in _ATOMIC_MEMBERS)

    def _object(self, steps: tuple[Step, ...], base: Mapping[str, Any], mine: Any, theirs: Any) -> Any:
        if _name(steps) == "variables":
            base, mine, theirs = _one_spelling(base, mine, theirs)
        mark = len(self.clashes)
        merged: Json = {}
        for key in {**theirs, **mine}:
            sides = (side.get(key, ABSENT) for side in (base, mine, theirs))
            kept = self.value((*steps, key), *sides)
            if kept is not ABSENT:
                merged[key] = kept
        if (
            _name(steps) in APPROVALS
            and _has_enough(mine)
            and _has_enough(theirs)
            and not _has_enough(merged)
        ):
            del self.clashes[mark:]
            return self.clash(steps, base, mine, theirs, "all")
        return merged

    # Lists

    def _list(self, steps: tuple[Step, ...], base: list[Any], mine: list[Any], theirs: list[Any]) -> Any:
        name = _name(steps)
        has_objects = any(isinstance(entry, (Mapping, list)) for entry in (*base, *mine, *theirs))
        if name not in KNOWN_LISTS and has_objects:
            return self.clash(steps, base, mine, theirs)
        mark = len(self.clashes)
        items = items_of(name, base, mine, theirs)
        kept: dict[int, Any] = {}
        for item in items:
            entry = self._entry(steps, item, base, mine, theirs)
            if entry is not ABSENT:
                kept[item.number] = entry
        order = self._order(steps, items, kept, base, mine, theirs)
        merged = [kept[number] for number in order]
        if name in RANKED:
            merged = [
                {**entry, "rank": rank} if isinstance(entry, Mapping) else entry
                for rank, entry in enumerate(merged, 1)
            ]
        elif name == "approvals":
            merged = _approval_ranks(merged, base, mine, theirs)
        if is_sound(name, mine) and is_sound(name, theirs) and not is_sound(name, merged):
            del self.clashes[mark:]
            return self.clash(steps, base, mine, theirs, "all")
        for item in items:
            item.place = order.index(item.number) if item.number in order else None
        return merged

    def _entry(
        self, steps: tuple[Step, ...], item: Item, base: list[Any], mine: list[Any], theirs: list[Any]
    ) -> Any:
        name = _name(steps)
        sides = [
            ABSENT if place is None else _unranked(name, side[place])
            for place, side in ((item.base, base), (item.mine, mine), (item.theirs, theirs))
        ]
        was, ours, others = sides
        own = (*steps, item)
        if was is ABSENT or (ours is ABSENT) == (others is ABSENT):
            if was is ABSENT and (ours is ABSENT or others is ABSENT):
                return others if ours is ABSENT else ours
            return self.value(own, was, ours, others)
        left = others if ours is ABSENT else ours
        if (name, item.number) not in self.needed and same(_bare(name, was), _bare(name, left)):
            return ABSENT
        return self.clash(own, was, ours, others, "removed")

    def _order(
        self,
        steps: tuple[Step, ...],
        items: Sequence[Item],
        kept: Mapping[int, Any],
        base: list[Any],
        mine: list[Any],
        theirs: list[Any],
    ) -> list[int]:
        """The numbers of the entries that are kept, in their order."""
        name = _name(steps)
        orders = []
        for side, rows in (("base", base), ("mine", mine), ("theirs", theirs)):
            number_at = {getattr(item, side): item.number for item in items}
            is_ranked = name in RANKED or name == "approvals"
            places = by_rank(rows) if is_ranked else range(len(rows))
            orders.append([number_at[place] for place in places if number_at[place] in kept])
        common = set(orders[0]) & set(orders[1]) & set(orders[2])
        was, ours, others = ([n for n in order if n in common] for order in orders)
        spine, rest = orders[2], orders[1]
        if ours != was and (others == was or ours == others):
            spine, rest = rest, spine
        elif ours != was and others != was and name not in SETS:
            names = [[_label(kept[n]) for n in order] for order in (was, ours, others)]
            is_mine = self.clash(steps, names[0], names[1], names[2], "order") is names[1]
            spine, rest = (rest, spine) if is_mine else (spine, rest)
        return _woven(spine, rest)


def _woven(spine: Sequence[int], rest: Sequence[int]) -> list[int]:
    """All of both: what only `rest` has stands behind what it stands behind there."""
    found = list(spine)
    known = set(rest)
    previous: int | None = None
    for number in rest:
        if number not in found:
            place = 0 if previous is None else found.index(previous) + 1
            while place < len(found) and found[place] not in known:
                place += 1
            found.insert(place, number)
        previous = number
    return found


def _name(steps: tuple[Step, ...]) -> str:
    return steps[-1] if steps and isinstance(steps[-1], str) else ""


def _is_servers(steps: tuple[Step, ...]) -> bool:
    """What nobody edits: the newer one is the server's."""
    name = _name(steps)
    if len(steps) == 1:
        return name in DEFINITION_OWNED
    if len(steps) == 3 and steps[0] == "environments":
        return name in STAGE_OWNED
    return name in _SERVER_NUMBERS


def _unranked(name: str, entry: Any) -> Any:
    if isinstance(entry, Mapping) and (name in RANKED or name == "approvals"):
        return {key: value for key, value in entry.items() if key != "rank"}
    return entry


def _bare(name: str, entry: Any) -> Any:
    """An entry without what changes by itself."""
    if name == "environments" and isinstance(entry, Mapping):
        return {key: value for key, value in entry.items() if key not in STAGE_OWNED}
    return entry


def _label(entry: Any) -> str:
    row = mapping_of(entry)
    found = row.get("name") or row.get("alias") or mapping_of(row.get("approver")).get("displayName")
    return found if isinstance(found, str) else ""


def _one_spelling(*sides: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    """Variables under one spelling of each name: names are equal whatever their case."""
    base, mine, theirs = ({key.casefold(): key for key in side} for side in sides)
    names = {**base, **mine, **theirs}
    for folded, name in theirs.items():
        if folded in mine and base.get(folded) == name:
            names[folded] = mine[folded]
    found = [{names[key.casefold()]: value for key, value in side.items()} for side in sides]
    return found[0], found[1], found[2]


# What must hold


def is_sound(name: str, rows: Sequence[Any]) -> bool:
    """Whether a list is one that a server takes, as far as its entries alone tell."""
    if name in RANKED:
        return bool(rows)
    if name == "approvals":
        automatic = [step for step in rows if approver(step) == AUTOMATIC]
        return bool(rows) and (not automatic or len(rows) == 1)
    return True


def _has_enough(approvals: Mapping[str, Any]) -> bool:
    """No more approvals are needed than there are approvers."""
    steps = [s for s in list_of(approvals.get("approvals")) if approver(s) != AUTOMATIC]
    needed = count_of(mapping_of(approvals.get("approvalOptions")).get("requiredApproverCount"))
    return needed <= len(steps) or not steps


def _approval_ranks(merged: list[Any], base: list[Any], mine: list[Any], theirs: list[Any]) -> list[Any]:
    """Approvers ranked as the side wants it that changed that: in sequence, or all together."""
    was, ours, others = map(_ranking, (base, mine, theirs))
    ranking = others if ours in (None, was) else ours
    if ranking is None:
        ranking = ours
    if ours is not None and others is not None and was not in (ours, others) and ours != others:
        ranking = "sequence"
    if ranking == "mixed":
        source = mine if ours == "mixed" and others != "mixed" else theirs
        known = {approver(step): count_of(mapping_of(step).get("rank")) for step in source}
        last = max(known.values(), default=0)
        wanted = [known.get(approver(step), last + 1) for step in merged]
    else:
        wanted = list(range(1, len(merged) + 1)) if ranking == "sequence" else [1] * len(merged)
    dense = {rank: place for place, rank in enumerate(sorted(set(wanted)), 1)}
    return [
        {**step, "rank": dense[rank]} if isinstance(step, Mapping) else step
        for step, rank in zip(merged, wanted, strict=True)
    ]


def _ranking(steps: Sequence[Any]) -> str | None:
    ranks = [mapping_of(step).get("rank") for step in steps if approver(step) != AUTOMATIC]
    if len(ranks) < 2:
        return None
    distinct = len(set(map(exact, ranks)))
    return "together" if distinct == 1 else "sequence" if distinct == len(ranks) else "mixed"
