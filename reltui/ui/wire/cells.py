"""A screen as cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from rich.cells import split_graphemes  # what Textual measures with

from reltui.ui.wire.styles import PLAIN, Style, Unreadable, on_blank

Cell = tuple[str, Style]
"""A character with what combines with it, and its style. The right half of a wide one has no character."""
Row = list[Cell]

BLANK: Cell = (" ", PLAIN)
UNKNOWN: Cell = ("\0", PLAIN)
"""Nobody knows what stands there."""
_EMOJI = "\U0001f000"
"""From here on terminals do not agree on widths."""


@dataclass
class Screen:
    """Cells by row, and where the cursor stands."""

    width: int
    height: int
    rows: list[Row] = field(default_factory=list)
    x: int = 0
    y: int = 0

    def __post_init__(self) -> None:
        self.fill(UNKNOWN)

    def fill(self, cell: Cell) -> None:
        """Make all cells the same."""
        self.rows = [[cell] * self.width for _ in range(self.height)]


@lru_cache(256)
def _letters(style: Style) -> dict[str, Cell]:
    """The cells of ASCII, made once: the lines of a long log would else take ten times the memory."""
    return {" ": (" ", on_blank(style)), **{chr(code): (chr(code), style) for code in range(33, 127)}}


@lru_cache(4096)
def cells_of(text: str, style: Style) -> tuple[Cell, ...]:
    """A text as cells. Raises Unreadable where it begins with a character that needs another before it."""
    if text.isascii():
        return tuple(map(_letters(style).__getitem__, text))
    blank = (" ", on_blank(style))
    cells: list[Cell] = []
    for start, end, width in split_graphemes(text)[0]:
        if not width:
            raise Unreadable(ascii(text))
        cells.append(blank if text[start:end] == " " else (text[start:end], style))
        cells += [("", style)] * (width - 1)
    return tuple(cells)


def is_steady(row: Sequence[Cell], start: int, end: int) -> bool:
    """Whether none of some cells is shaky; these hold wide characters whole. Quicker than to ask each."""
    texts = [text for text, _ in row[start:end]]
    whole = "".join(texts)
    return "" not in texts and len(whole) == len(texts) and (whole.isascii() or max(whole) < _EMOJI)


def is_shaky(row: Sequence[Cell], x: int) -> bool:
    """Whether a terminal may think otherwise of the width of a cell: the next is better placed anew."""
    text = row[x][0]
    return len(text) != 1 or text >= _EMOJI or (x + 1 < len(row) and not row[x + 1][0])
