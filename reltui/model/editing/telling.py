"""Telling what differs in one place of two definitions: by words where there are some, else by path."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from reltui.model.change import Difference
from reltui.model.editing.matching import MAPS, SETS, pairs
from reltui.model.editing.shape import Path
from reltui.model.editing.wording import value_pair
from reltui.model.text import SafeText, clean

Row = Mapping[str, Any]
Found = Iterator[Difference]
Words = Callable[[object], str]
Label = str | tuple[str, Words]
"""What a member is called, and how its value is worded where not like any value."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in both definitions."""

    where: SafeText
    """The stage; empty for the whole."""
    about: str
    """What stands before the name of a member, such as "task Deploy web: "."""
    old: Path
    new: Path

    def member(self, name: str, about: str | None = None) -> Spot:
        """A member of what stands here."""
        return replace(
            self,
            about=self.about if about is None else about,
            old=(*self.old, name),
            new=(*self.new, name),
        )

    def entry(self, old: int | None, new: int | None, about: str | None = None) -> Spot:
        """An entry of the list that stands here; where it lacks on one side, that side's path stays."""
        return replace(
            self,
            about=self.about if about is None else about,
            old=self.old if old is None else (*self.old, old),
            new=self.new if new is None else (*self.new, new),
        )

    def told(self, what: str, old: str | None, new: str | None) -> Difference:
        """One difference here."""
        return Difference(
            self.where,
            clean(what),
            None if old is None else clean(old),
            None if new is None else clean(new),
            self.new,
        )


def value_differs(spot: Spot, name: str, old: object, new: object) -> Found:
    """Tell by path what differs of any two values; `spot` is theirs. Nothing when they are equal."""
    if old == new and type(old) is type(new):
        return
    if spot.new and spot.new[-1] in MAPS:
        old, new = ({} if value is None else value for value in (old, new))
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in {**old, **new}:
            yield from value_differs(
                spot.member(key), f"{name}.{key}" if name else key, old.get(key), new.get(key)
            )
    elif isinstance(old, list) and isinstance(new, list):
        yield from _entries_differ(spot, name, old, new)
    else:
        last = next((step for step in reversed(spot.new) if isinstance(step, str)), "")
        before, after = value_pair(old, new, last)
        yield spot.told(f"{spot.about}{name}", before, after)


def _entries_differ(spot: Spot, name: str, old: list[Any], new: list[Any]) -> Found:
    member = name.rpartition(".")[2]
    found = pairs(member, old, new)
    for before, after in found:
        place = f"{name}[{after if after is not None else before}]"
        yield from value_differs(
            spot.entry(before, after),
            place,
            None if before is None else old[before],
            None if after is None else new[after],
        )
    stayed = [before for before, after in found if before is not None and after is not None]
    if member not in SETS and stayed != sorted(stayed):
        yield spot.told(f"{spot.about}{name}: order", *value_pair(old, new))


def members_differ(
    spot: Spot, old: Row, new: Row, labels: Mapping[str, Label], told: frozenset[str] = frozenset()
) -> Found:
    """Tell every member that differs, by its label or by path; those of `told` are told elsewhere."""
    for name in {**old, **new}:
        before, after = old.get(name), new.get(name)
        if name in told or (before == after and type(before) is type(after)):
            continue
        label = labels.get(name)
        if label is None:
            yield from value_differs(spot.member(name), name, before, after)
            continue
        words, wording = label if isinstance(label, tuple) else (label, None)
        shown = _both(wording, before, after) if wording is not None else None
        if shown is None and isinstance(before, (Mapping, list)) and isinstance(after, (Mapping, list)):
            yield from value_differs(spot.member(name), words, before, after)
            continue
        yield spot.member(name).told(f"{spot.about}{words}", *(shown or value_pair(before, after, name)))


def _both(wording: Words, old: object, new: object) -> tuple[str | None, str | None] | None:
    """Both values in words; None where the words are the same."""
    before, after = (wording(value) or None for value in (old, new))
    return None if before == after else (before, after)


def object_differs(
    spot: Spot, name: str, old: Row, new: Row, tell: Callable[[Spot, Row, Row], Found]
) -> Found:
    """Tell what differs in a member that is an object, by `tell`; by path where it is none."""
    before, after = old.get(name), new.get(name)
    if before == after:
        return
    if all(value is None or isinstance(value, Mapping) for value in (before, after)):
        yield from tell(spot.member(name), before or {}, after or {})
    else:
        yield from value_differs(spot.member(name), name, before, after)


def list_differs(
    spot: Spot,
    name: str,
    old: Row,
    new: Row,
    tell: Callable[[Spot, Row | None, Row | None], Found],
) -> Found:
    """Tell what differs in a member that is a list of objects: every pair that is not equal, by `tell`; by
    path where it is none."""
    before, after = old.get(name), new.get(name)
    if before == after:
        return
    rows = [value if isinstance(value, list) else [] for value in (before, after)]
    is_list = all(value is None or isinstance(value, list) for value in (before, after))
    if not is_list or not all(isinstance(row, Mapping) for row in (*rows[0], *rows[1])):
        yield from value_differs(spot.member(name), name, before, after)
        return
    for left, right in pairs(name, *rows):
        was = None if left is None else rows[0][left]
        now = None if right is None else rows[1][right]
        if was != now:
            yield from tell(spot.member(name).entry(left, right), was, now)
