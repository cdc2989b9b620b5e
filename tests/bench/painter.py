"""What a plain painter would write to bring a screen from one state to another, in bytes.

It is the yardstick for bytes. It writes only the cells that differ, with one cursor move for each stretch
of them, takes the shorter of changing the style and setting it anew, and ends a line of blanks with "erase
to the end". It knows no scroll regions, no repetition, and no relative cursor moves.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import zip_longest
from typing import Any, NamedTuple

from pyte.graphics import BG_AIXTERM, BG_ANSI, FG_AIXTERM, FG_ANSI, FG_BG_256

GAP = 6
"""Equal cells between two stretches that are written again, since another cursor move costs as much."""
SHORTEST_BLANK = 4
"""So many blanks cost more than erasing them."""
FOREGROUNDS = {name: str(code) for code, name in {**FG_ANSI, **FG_AIXTERM}.items()}
BACKGROUNDS = {name: str(code) for code, name in {**BG_ANSI, **BG_AIXTERM}.items()}
"""Colours by the names that pyte gives them."""
NUMBERED = {colour: number for number, colour in reversed(list(enumerate(FG_BG_256)))}
"""Colours of the table of 256, which need a number instead of three."""


class Style(NamedTuple):
    """What SGR can say of a cell, as pyte keeps it."""

    foreground: str = "default"
    background: str = "default"
    bold: bool = False
    italics: bool = False
    underscore: bool = False
    blink: bool = False
    reverse: bool = False
    strikethrough: bool = False


ON = (1, 3, 4, 5, 7, 9)
OFF = (22, 23, 24, 25, 27, 29)
PLAIN = Style()


class Cell(NamedTuple):
    """One cell; the right half of a wide character has an empty text."""

    text: str = " "
    style: Style = PLAIN


BLANK = Cell()
Row = tuple[Cell, ...]
Cells = tuple[Row, ...]


def cells_of(screen: Any) -> Cells:
    """All cells of a pyte screen."""
    return tuple(
        tuple(_cell(screen.buffer[y][x]) for x in range(screen.columns)) for y in range(screen.lines)
    )


def _cell(char: Any) -> Cell:
    style = Style(
        char.fg,
        char.bg,
        char.bold,
        char.italics,
        char.underscore,
        char.blink,
        char.reverse,
        char.strikethrough,
    )
    return Cell(char.data, style)


def text_of(cells: Cells) -> str:
    """The screen as lines."""
    return "\n".join("".join(cell.text for cell in row).rstrip() for row in cells)


def rows_that_differ(before: Cells, after: Cells) -> list[int]:
    """Numbers of rows, from 0."""
    return [y for y, (old, new) in enumerate(zip_longest(before, after)) if old != new]


def repaint(before: Cells, after: Cells) -> int:
    """Bytes from one state of the screen to the next."""
    return len(painted(before, after).encode())


def whole_lines(cells: Cells, lines: Collection[int]) -> int:
    """Bytes of some lines of a screen, every cell of them."""
    nothing = tuple(Cell("\0") for _ in cells[0])
    return repaint(tuple(nothing if y in lines else row for y, row in enumerate(cells)), cells)


def painted(before: Cells, after: Cells) -> str:
    """What is written; style and cursor may be left anywhere, but the style is plain at both ends."""
    written, style = "", PLAIN
    for y in rows_that_differ(before, after):
        for start, end in _stretches(before[y], after[y]):
            written += f"\x1b[{y + 1};{start + 1}H" if start else f"\x1b[{y + 1}H"
            text, style = _stretch(after[y], start, end, style)
            written += text
    return written + change_of_style(style, PLAIN)


def _stretches(old: Row, new: Row) -> list[tuple[int, int]]:
    """Where the cells differ, as starts and ends; short gaps are bridged."""
    found: list[tuple[int, int]] = []
    for x in (x for x, (one, other) in enumerate(zip(old, new, strict=True)) if one != other):
        # The left half of a wide character is written with its right half.
        start = x - 1 if x and not new[x].text else x
        if found and start - found[-1][1] <= GAP:
            found[-1] = (found[-1][0], x + 1)
        else:
            found.append((start, x + 1))
    return found


def _stretch(row: Row, start: int, end: int, style: Style) -> tuple[str, Style]:
    """Some cells of a row as they are written, and the style after them."""
    last = row[-1]
    stop = end
    # Erasing gives cells the colours of the style that is on, and no more of it.
    if last.text == " " and not any(last.style[2:]) and all(cell == last for cell in row[end:]):
        while stop > start and row[stop - 1] == last:
            stop -= 1
    if end - stop < SHORTEST_BLANK:
        stop = end
    written = ""
    for cell in row[start:stop]:
        if cell.text:
            written += change_of_style(style, cell.style) + cell.text
            style = cell.style
    if stop < end:
        written += change_of_style(style, last.style) + "\x1b[K"
        style = last.style
    return written, style


def change_of_style(old: Style, new: Style) -> str:
    """The shortest SGR sequence from one style to another."""
    if old == new:
        return ""
    if new == PLAIN:
        return "\x1b[m"
    return f"\x1b[{min(';'.join(_anew(new)), ';'.join(_change(old, new)), key=len)}m"


def _anew(style: Style) -> list[str]:
    return ["0", *_change(PLAIN, style)]


def _change(old: Style, new: Style) -> list[str]:
    words = []
    if new.foreground != old.foreground:
        words.append(FOREGROUNDS.get(new.foreground) or f"38;{_number(new.foreground)}")
    if new.background != old.background:
        words.append(BACKGROUNDS.get(new.background) or f"48;{_number(new.background)}")
    for on, off, before, after in zip(ON, OFF, old[2:], new[2:], strict=True):
        if before != after:
            words.append(str(on if after else off))
    return words


def _number(colour: str) -> str:
    """A colour without a name, which pyte has as six hexadecimal digits."""
    if colour in NUMBERED:
        return f"5;{NUMBERED[colour]}"
    return "2;" + ";".join(str(int(colour[i : i + 2], 16)) for i in (0, 2, 4))
