"""Cells <-> the runs of text that a saved screen is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reltui.ui.wire.cells import BLANK, UNKNOWN, Cell, Row, Screen, cells_of, is_shaky
from reltui.ui.wire.styles import PLAIN, Unreadable, after, change, on_blank

if TYPE_CHECKING:
    from reltui import saved_screen


def runs_of(row: Sequence[Cell]) -> saved_screen.Row:
    """A row as texts with the change of style before each, and every letter one that can be printed."""
    end = len(row)
    while end and row[end - 1] == BLANK:
        end -= 1
    runs: list[tuple[str, str]] = []
    style, pending, text = PLAIN, "", ""
    for x, (cell, wanted) in enumerate(row[:end]):
        if wanted != style and not (cell == " " and on_blank(style) == wanted):
            if text:
                runs.append((pending, text))
            # Without the bytes round the numbers.
            pending, text, style = change(style, wanted)[2:-1], "", wanted
        text += cell if cell.isprintable() else _printable(cell, is_wide=x + 1 < end and not row[x + 1][0])
    if text:
        runs.append((pending, text))
    return runs


def _printable(cell: str, *, is_wide: bool) -> str:
    """What stands for a cell that the file cannot hold, as wide as it is: its first letter, if that can."""
    if cell[0].isprintable():
        return cell[0]
    return (" " if cell[0].isspace() else "?").ljust(2 if is_wide else 1)


def row_of(runs: saved_screen.Row, width: int) -> Row:
    """The cells that a terminal shows of it; unknown from where terminals differ."""
    row: Row = []
    style = PLAIN
    try:
        for changed, text in runs:
            style = after(style, changed or "0") if row or changed else style
            row += cells_of(text, style)
    except Unreadable:
        return [UNKNOWN] * width
    row += [BLANK] * (width - len(row))
    sure = next((x for x in range(len(row)) if is_shaky(row, x)), width)
    return [*row[:sure], *[UNKNOWN] * (width - sure)] if len(row) == width else [UNKNOWN] * width


def screen_of(rows: Sequence[saved_screen.Row], width: int) -> Screen:
    """What stands on the terminal."""
    screen = Screen(width, len(rows))
    screen.rows = [row_of(runs, width) for runs in rows]
    return screen
