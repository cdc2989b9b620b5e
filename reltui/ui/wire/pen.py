"""What is being written: where the terminal's cursor is, its style, and the cheapest way on."""

from __future__ import annotations

from collections.abc import Sequence

from reltui.ui.wire.cells import Cell, is_shaky, is_steady
from reltui.ui.wire.styles import PLAIN, Style, change, on_blank


class Pen:
    """Collects sequences and text. A place or a style is None while it is not known."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.x: int | None = None
        self.y: int | None = None
        self.style: Style | None = None
        self._written: list[str] = []

    def copy(self) -> Pen:
        """Another pen at this place, with nothing written."""
        pen = Pen(self.width)
        pen.x, pen.y, pen.style = self.x, self.y, self.style
        return pen

    def taken(self) -> str:
        """What has been written since it was last taken."""
        written, self._written = "".join(self._written), []
        return written

    def lose_place(self) -> None:
        """Somebody else has moved the cursor."""
        self.x = self.y = None

    def lose_all(self) -> None:
        """Nothing is known of the terminal any more."""
        self.lose_place()
        self.style = None

    def move(self, x: int, y: int) -> None:
        """Go to a cell."""
        self._written.append(self._way(x, y))
        self.x, self.y = x, y

    def skipping_costs(self, x: int, style: Style) -> int:
        """Bytes of a jump to a cell of this line, and of what it takes to write with a style there."""
        return len(self._way(x, self.y or 0)) + len(change(self.style, style))

    def writing_costs(self, cells: Sequence[Cell], style: Style) -> int:
        """Bytes of writing single cells instead of jumping over them, and of the style after them."""
        pen = self.copy()
        pen.write(cells, 0, len(cells))
        return len("".join(pen._written).encode()) + len(change(pen.style, style))

    def set(self, style: Style) -> None:
        """Write with a style from now on."""
        self._written.append(change(self.style, style))
        self.style = style

    def set_plain_blank(self) -> None:
        """Have a style in which erased cells are plain on every terminal."""
        if self.style is None or on_blank(self.style) != PLAIN:
            self.set(PLAIN)

    def erase_line(self) -> None:
        """Make plain blanks of the rest of the line."""
        self.set_plain_blank()
        self._written.append("\x1b[K")

    def clear(self) -> None:
        """Make plain blanks of all cells, and go to the first."""
        self.set(PLAIN)
        self._written.append("\x1b[1;1H\x1b[J")
        self.x = self.y = 0

    def scroll(self, top: int, bottom: int, lines: int, height: int) -> None:
        """Move the rows from `top` to `bottom` up by so many lines, or down where it is negative."""
        self.set_plain_blank()
        is_part = bottom < height - 1
        if is_part:
            self._written.append(f"\x1b[{top + 1};{bottom + 1}r")
            self.lose_place()
        self.move(0, top)
        count = "" if abs(lines) == 1 else abs(lines)
        self._written.append(f"\x1b[{count}{'M' if lines > 0 else 'L'}")
        if is_part:
            self._written.append("\x1b[r")
            # It goes to the first cell, on most terminals.
            self.lose_place()
        else:
            self.x = None

    def write(self, row: Sequence[Cell], start: int, end: int) -> None:
        """Write these cells of a row where the cursor is."""
        if is_steady(row, start, end):
            self._write_steady(row, start, end)
            return
        append = self._written.append
        shaky = False
        for x in range(start, end):
            text, style = row[x]
            if not text:
                continue
            if shaky and not is_shaky(row, x):
                self.x = None
                self.move(x, self.y or 0)
                shaky = False
            if style != self.style and not (
                text == " " and self.style is not None and on_blank(self.style) == style
            ):
                append(change(self.style, style))
                self.style = style
            append(text)
            shaky = shaky or is_shaky(row, x)
        # At the margin terminals differ in where they think they are.
        self.x = None if shaky or end >= self.width else end

    def _write_steady(self, row: Sequence[Cell], start: int, end: int) -> None:
        """The same for cells of whose width no terminal thinks otherwise, which most are."""
        append, style = self._written.append, self.style
        for text, wanted in row[start:end]:
            if (
                wanted is not style
                and wanted != style
                and not (text == " " and style is not None and on_blank(style) == wanted)
            ):
                append(change(style, wanted))
                style = wanted
            append(text)
        self.style = style
        self.x = None if end >= self.width else end

    def _way(self, x: int, y: int) -> str:
        """The shortest sequence to a cell."""
        if (x, y) == (self.x, self.y):
            return ""
        ways = [f"\x1b[{y + 1};{x + 1}H"]
        if self.y is not None:
            down = y - self.y
            if not down:
                ways.append(f"\x1b[{x + 1}G" if x else "\r")
                if self.x is not None:
                    ways.append(_step(x - self.x, "C", "D"))
            elif self.x == x:
                ways.append(_step(down, "B", "A"))
            if down in (1, 2):
                # A line feed counts twice: most line settings put a return before it.
                ways.append("\r" + "\n" * down + _step(x, "C", "D"))
        return min(ways, key=_length)


def _step(count: int, forward: str, back: str) -> str:
    if not count:
        return ""
    return f"\x1b[{'' if abs(count) == 1 else abs(count)}{forward if count > 0 else back}"


def _length(way: str) -> int:
    return len(way) + way.count("\n")
