"""Telling what differs in one place of two definitions: by words where there are some, else by path."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from reltui.model.change import Difference
from reltui.model.editing.matching import MAPS, SETS, pairs, same
from reltui.model.editing.shape import Path
from reltui.model.editing.wording import is_long, lines_pair, value_pair
from reltui.model.text import SafeText, clean
from reltui.model.values import dataclass
from reltui.model.words import count

Row = Mapping[str, Any]
Found = Iterator[Difference]
Words = Callable[[object], str]
Said = Callable[[object], bool]
"""Whether what is told already would read otherwise with this value in place of the newer one."""
LINES_TOLD = 200
"""Lines of one text that are told."""
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


def inside(said: Said | None, holder: object, key: str | int | None) -> Said | None:
    """The same for a member or an entry of the newer `holder`; key None: an entry that is gone from it."""
    if said is None:
        return None

    def of_holder(value: object) -> bool:
        if isinstance(holder, Mapping):
            rest = {name: item for name, item in holder.items() if name != key}
            return said(rest if value is None else {**rest, key: value})
        entries = list(holder) if isinstance(holder, list) else []
        place = key if isinstance(key, int) else len(entries)
        entries[place : place + 1] = [] if value is None else [value]
        return said(entries)

    return of_holder


def value_differs(spot: Spot, name: str, old: object, new: object, said: Said | None = None) -> Found:
    """Tell by path what differs of any two values; `spot` is theirs. Nothing when they are equal, or for
    what is `said`."""
    if same(old, new):
        return
    if spot.new and spot.new[-1] in MAPS:
        old, new = ({} if value is None else value for value in (old, new))
    if old is None and new and (said is not None or is_long(new)):
        # What is new is told member by member, so that nothing of it is cut away.
        old = {} if isinstance(new, Mapping) else [] if isinstance(new, list) else None
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in {**old, **new}:
            path = f"{name}.{key}" if name else key
            yield from value_differs(
                spot.member(key), path, old.get(key), new.get(key), inside(said, new, key)
            )
    elif isinstance(old, list) and isinstance(new, list):
        yield from _entries_differ(spot, name, old, new, said)
    elif said is None or not said(old):
        yield from values_told(spot, f"{spot.about}{name}", old, new)


def _entries_differ(spot: Spot, name: str, old: list[Any], new: list[Any], said: Said | None) -> Found:
    member = name.rpartition(".")[2]
    found = pairs(member, old, new)
    for before, after in found:
        place = f"{name}[{after if after is not None else before}]"
        yield from value_differs(
            spot.entry(before, after),
            place,
            None if before is None else old[before],
            None if after is None else new[after],
            inside(said, new, after),
        )
    stayed = [before for before, after in found if before is not None and after is not None]
    if member not in SETS and stayed != sorted(stayed) and (said is None or not said(old)):
        yield spot.told(f"{spot.about}{name}: order", *value_pair(old, new))


def values_told(spot: Spot, what: str, old: object, new: object) -> Found:
    """Tell one value that differs: in a row, or a long text line by line."""
    name = next((step for step in reversed(spot.new) if isinstance(step, str)), "")
    lines = lines_pair(old, new, name)
    if not lines:
        yield spot.told(what, *value_pair(old, new, name))
        return
    for number, before, after in lines[:LINES_TOLD]:
        yield spot.told(f"{what}, line {number}", before, after)
    if len(lines) > LINES_TOLD:
        more = count(len(lines) - LINES_TOLD, "more line", "more lines")
        yield spot.told(f"{what}, {more}", None, "the JSON has them")


def members_differ(
    spot: Spot,
    old: Row,
    new: Row,
    labels: Mapping[str, Label],
    told: frozenset[str] = frozenset(),
    said: Said | None = None,
) -> Found:
    """Tell every member that differs, by its label or by path; those of `told` are told elsewhere, and so is
    what is `said`."""
    for name in {**old, **new}:
        before, after = old.get(name), new.get(name)
        if name in told or same(before, after):
            continue
        here, own = spot.member(name), inside(said, new, name)
        label = labels.get(name, name)
        if not isinstance(label, tuple):
            yield from value_differs(here, label, before, after, own)
            continue
        words, wording = label
        is_whole = isinstance(before, (Mapping, list)) or isinstance(after, (Mapping, list))
        shown = _both(wording, before, after)
        if shown is None:
            yield from value_differs(here, words, before, after, own)
        elif is_whole:
            yield here.told(f"{spot.about}{words}", *shown)
            # And what the words leave out.
            yield from value_differs(here, words, before, after, reads_otherwise(wording, after))
        elif own is None or not own(before):
            yield here.told(f"{spot.about}{words}", *shown)


def reads_otherwise(wording: Words, new: object) -> Said:
    """What the words of the newer value say."""
    words = wording(new)
    return lambda value: wording(value) != words


def _both(wording: Words, old: object, new: object) -> tuple[str | None, str | None] | None:
    """Both values in words; None where the words are the same."""
    before, after = (wording(value) or None for value in (old, new))
    return None if before == after else (before, after)


def object_differs(
    spot: Spot, name: str, old: Row, new: Row, tell: Callable[[Spot, Row, Row], Found]
) -> Found:
    """Tell what differs in a member that is an object, by `tell`; by path where it is none."""
    before, after = old.get(name), new.get(name)
    if same(before, after):
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
    if same(before, after):
        return
    rows = [value if isinstance(value, list) else [] for value in (before, after)]
    is_list = all(value is None or isinstance(value, list) for value in (before, after))
    if not is_list or not all(isinstance(row, Mapping) for row in (*rows[0], *rows[1])):
        yield from value_differs(spot.member(name), name, before, after)
        return
    for left, right in pairs(name, *rows):
        was = None if left is None else rows[0][left]
        now = None if right is None else rows[1][right]
        if not same(was, now):
            yield from tell(spot.member(name).entry(left, right), was, now)
