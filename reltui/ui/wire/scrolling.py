"""Finds the block of rows that has moved up or down, as a list does when its cursor leaves the window."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from operator import ne

from reltui.model.values import dataclass
from reltui.ui.wire.cells import BLANK, Row, Screen

LEAST_ROWS = 2
WORTH_CELLS = 24
"""Cells that need not be written; fewer do not pay for the sequences."""


@dataclass(frozen=True, slots=True)
class Scroll:
    """Rows from `top` to `bottom` went up by so many lines; down where it is negative."""

    top: int
    bottom: int
    lines: int

    def source(self, y: int) -> int | None:
        """The row that comes to stand at `y`; None for a new and blank one."""
        return y + self.lines if self.top <= y + self.lines <= self.bottom else None


def found(held: Screen, wanted: Screen, changed: Sequence[int]) -> Scroll | None:
    """The scroll after which the fewest of the changed rows' cells are left to write, if it pays."""
    blank = [BLANK] * wanted.width
    places: dict[tuple[object, ...], list[int]] = {}
    for y in changed:
        if held.rows[y] != blank:
            places.setdefault(tuple(held.rows[y]), []).append(y)
    votes: Counter[int] = Counter()
    matches: dict[int, list[int]] = {}
    for y in changed:
        for source in places.get(tuple(wanted.rows[y]), ()):
            votes[source - y] += 1
            matches.setdefault(source - y, []).append(y)
    if not votes:
        return None
    lines, count = votes.most_common(1)[0]
    if count < LEAST_ROWS:
        return None
    ends = [end for y in matches[lines] for end in (y, y + lines)]
    scroll = _widened(held, wanted, Scroll(min(ends), max(ends), lines), blank)
    return scroll if _saved(held, wanted, scroll, blank) >= WORTH_CELLS else None


def _widened(held: Screen, wanted: Screen, scroll: Scroll, blank: Row) -> Scroll:
    """With the rows above and below that are nearly the same after it, such as the one with the cursor."""
    best = _saved(held, wanted, scroll, blank)
    while True:
        wider = [
            Scroll(top, bottom, scroll.lines)
            for top, bottom in ((scroll.top - 1, scroll.bottom), (scroll.top, scroll.bottom + 1))
            if top >= 0 and bottom < wanted.height
        ]
        saved = [_saved(held, wanted, candidate, blank) for candidate in wider]
        if not saved or max(saved) <= best:
            return scroll
        best = max(saved)
        scroll = wider[saved.index(best)]


def _saved(held: Screen, wanted: Screen, scroll: Scroll, blank: Row) -> int:
    saved = 0
    for y in range(scroll.top, scroll.bottom + 1):
        source = scroll.source(y)
        row = blank if source is None else held.rows[source]
        saved += _differing(held.rows[y], wanted.rows[y]) - _differing(row, wanted.rows[y])
    return saved


def _differing(one: Row, other: Row) -> int:
    return sum(map(ne, one, other))
