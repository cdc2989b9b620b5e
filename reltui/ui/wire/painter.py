"""From the cells that a terminal holds to those that it shall show, in few bytes."""

from __future__ import annotations

from reltui.ui.wire import scrolling
from reltui.ui.wire.cells import BLANK, UNKNOWN, Row, Screen, is_steady
from reltui.ui.wire.pen import Pen
from reltui.ui.wire.scrolling import Scroll
from reltui.ui.wire.styles import PLAIN

ERASE_FROM = 4
"""Cells from which erasing the rest of a line is shorter than writing blanks."""
SCROLL_FROM = 3
"""Changed rows from which it is looked for a scroll."""
LONGEST_GAP = 10
"""Cells up to which writing over what already stands there can be shorter than a jump."""


def paint(held: Screen, wanted: Screen, pen: Pen) -> None:
    """Write with a pen what turns one screen into the other, and bring `held` up to that."""
    rows = zip(held.rows, wanted.rows, strict=True)
    changed = [y for y, (old, new) in enumerate(rows) if old != new]
    if len(changed) >= SCROLL_FROM:
        scroll = scrolling.found(held, wanted, changed)
        if scroll is not None:
            pen.scroll(scroll.top, scroll.bottom, scroll.lines, held.height)
            _shift(held, scroll)
            changed = list(range(held.height))
    for y in changed:
        old, new = held.rows[y], wanted.rows[y]
        if old != new:
            _paint_row(pen, y, old, new)
            held.rows[y] = [was if cell is UNKNOWN else cell for was, cell in zip(old, new, strict=True)]
    if pen.style is not None:
        # Who writes to the terminal after this, with a signal that cannot be caught, finds it plain.
        pen.set(PLAIN)
    pen.move(wanted.x, wanted.y)
    held.x, held.y = wanted.x, wanted.y


def _shift(held: Screen, scroll: Scroll) -> None:
    sources = {y: scroll.source(y) for y in range(scroll.top, scroll.bottom + 1)}
    before = list(held.rows)
    for y, source in sources.items():
        held.rows[y] = [BLANK] * held.width if source is None else before[source]


def _paint_row(pen: Pen, y: int, old: Row, new: Row) -> None:
    pairs = zip(old, new, strict=True)
    differing = [x for x, (was, cell) in enumerate(pairs) if was != cell and cell is not UNKNOWN]
    text_end = len(new)
    while text_end and new[text_end - 1] == BLANK:
        text_end -= 1
    at_end = [x for x in differing if x >= text_end]
    erase = bool(at_end) and at_end[-1] - at_end[0] + 1 >= ERASE_FROM
    if erase:
        differing = differing[: -len(at_end)]
    reached: int | None = None
    for start, end in _runs(new, differing):
        if reached is None:
            pen.move(start, y)
        else:
            _go_on(pen, new, reached, start, y)
        pen.write(new, start, end)
        reached = end
    if erase:
        pen.move(at_end[0], y)
        pen.erase_line()


def _runs(row: Row, columns: list[int]) -> list[tuple[int, int]]:
    """Columns as runs from start to end, which hold wide characters whole."""
    runs: list[tuple[int, int]] = []
    start = end = -1
    for x in columns:
        if not row[x][0]:
            # The left half differs as well.
            continue
        if x != end:
            if end > 0:
                runs.append((start, end))
            start = x
        end = x + 1
        while end < len(row) and not row[end][0]:
            end += 1
    return [*runs, (start, end)] if end > 0 else runs


def _go_on(pen: Pen, row: Row, reached: int, x: int, y: int) -> None:
    """Cross cells that already stand there: over them, or by writing them again, whichever is shorter."""
    gap = row[reached:x]
    if (
        len(gap) <= LONGEST_GAP
        and pen.x == reached
        and UNKNOWN not in gap
        and is_steady(row, reached, x)
        and pen.writing_costs(gap, row[x][1]) <= pen.skipping_costs(x, row[x][1])
    ):
        pen.write(row, reached, x)
    else:
        pen.move(x, y)
