"""A little terminal that shares no code with the driver: what a screen looks like after bytes were written.

It is strict where real ones differ: it erases with the whole style of the moment, moves the cursor to the
first column where lines are inserted or deleted, and begins full of rubbish.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from rich.cells import get_character_cell_size

_PIECE = re.compile(
    r"\x1b\[(?P<private>[?<>]?)(?P<parameters>[0-9;]*)(?P<final>[@-~])|(?P<plain>[ -~]+)|(?P<other>[^\x1b])",
    re.S,
)
_ENDS = {22: {1, 2}, 23: {3}, 24: {4, 21}, 25: {5, 6}, 27: {7}, 28: {8}, 29: {9}, 54: {51, 52}, 55: {53}}
_SEEN_ON_BLANKS = {4, 5, 6, 7, 9, 21, 51, 52, 53}


class Look(NamedTuple):
    """Colours as numbers, () for the terminal's own; attributes as the codes that turn them on."""

    foreground: tuple[int, ...] = ()
    background: tuple[int, ...] = ()
    attributes: frozenset[int] = frozenset()


class Glyph(NamedTuple):
    """What stands in a cell; the right half of a wide character is empty."""

    text: str
    look: Look

    def seen(self) -> Glyph:
        """Without what nobody can see: the colour and weight of a blank."""
        if self.text != " " or self.look.attributes & _SEEN_ON_BLANKS:
            return self
        return Glyph(" ", Look((), self.look.background))


RUBBISH = Glyph("▒", Look((31,), (42,), frozenset({4})))


class Emulator:
    """Cells by row. Raises ValueError at anything that it does not know."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.rows = [[RUBBISH] * width for _ in range(height)]
        self.x = self.y = 0
        self.look = Look()
        self.top, self.bottom = 0, height - 1

    def seen(self) -> list[list[Glyph]]:
        """What a person can see."""
        return [[glyph.seen() for glyph in row] for row in self.rows]

    def text(self) -> str:
        """The screen as lines."""
        return "\n".join("".join(glyph.text for glyph in row) for row in self.rows)

    def feed(self, data: str) -> None:
        """Obey."""
        at = 0
        while at < len(data):
            found = _PIECE.match(data, at)
            if found is None:
                raise ValueError(ascii(data[at : at + 20]))
            at = found.end()
            if found["plain"] is not None:
                self._print(found["plain"])
            elif found["other"] is not None:
                self._type(found["other"])
            elif found["private"]:
                if found["final"] not in "hl" or found["parameters"] != "2026":
                    raise ValueError(ascii(found.group()))
            else:
                self._obey(found["final"], [int(number or 0) for number in found["parameters"].split(";")])

    def _print(self, text: str) -> None:
        row, end = self.rows[self.y], self.x + len(text)
        if end <= self.width and all(glyph.text for glyph in row[self.x : end + 1]):
            row[self.x : end] = [Glyph(character, self.look) for character in text]
            self.x = end
            return
        for character in text:
            self._place(character, 1)

    def _type(self, character: str) -> None:
        if character == "\r":
            self.x = 0
        elif character == "\n":
            # Line settings put a return before it.
            self.x = 0
            if self.y == self.bottom:
                self._roll(self.top, 1)
            else:
                self.y += 1
        elif ord(character) < 32 or 127 <= ord(character) < 160:
            raise ValueError(ascii(character))
        elif get_character_cell_size(character):
            self._place(character, get_character_cell_size(character))
        else:
            before = self.x - 1 if self.x < self.width else self.width - 1
            while not self.rows[self.y][before].text:
                before -= 1
            glyph = self.rows[self.y][before]
            self.rows[self.y][before] = Glyph(glyph.text + character, glyph.look)

    def _place(self, character: str, width: int) -> None:
        row = self.rows[self.y]
        # Without wrapping, the last column takes all that comes.
        x = min(self.x, self.width - width)
        for cell in (x, x + width):
            if cell < self.width and not row[cell].text:
                row[cell - 1] = Glyph(" ", row[cell - 1].look)
                row[cell] = Glyph(" ", row[cell].look)
        row[x : x + width] = [Glyph(character, self.look), *[Glyph("", self.look)] * (width - 1)]
        self.x = x + width

    def _obey(self, final: str, numbers: list[int]) -> None:
        first = max(numbers[0], 1)
        # In the last column the cursor has not gone on.
        x = min(self.x, self.width - 1)
        if final == "m":
            self._dress(numbers)
        elif final == "H":
            self.y = min(first, self.height) - 1
            self.x = min(max(numbers[-1] if len(numbers) > 1 else 1, 1), self.width) - 1
        elif final == "G":
            self.x = min(first, self.width) - 1
        elif final in "CD":
            self.x = min(max(x + (first if final == "C" else -first), 0), self.width - 1)
        elif final in "AB":
            self.y = min(max(self.y + (first if final == "B" else -first), 0), self.height - 1)
        elif final == "K" and numbers == [0]:
            self._erase(self.y, x)
        elif final == "J" and numbers == [0]:
            self._erase(self.y, x)
            for y in range(self.y + 1, self.height):
                self._erase(y, 0)
        elif final in "LM":
            self._roll(self.y, first if final == "M" else -first)
            self.x = 0
        elif final == "r":
            self.top, self.bottom = first - 1, (numbers[1] if len(numbers) > 1 else self.height) - 1
            self.x = self.y = 0
        elif final != "n":
            # A question changes nothing.
            raise ValueError(f"{numbers}{final}")

    def _erase(self, y: int, x: int) -> None:
        row = self.rows[y]
        if not row[x].text:
            row[x - 1] = Glyph(" ", row[x - 1].look)
        row[x:] = [Glyph(" ", self.look)] * (self.width - x)

    def _roll(self, top: int, lines: int) -> None:
        """Move the rows from there to the bottom of the region up; down where it is negative."""
        block = self.rows[top : self.bottom + 1]
        count = min(abs(lines), len(block))
        new = [[Glyph(" ", self.look)] * self.width for _ in range(count)]
        moved = block[count:] + new if lines > 0 else new + block[: len(block) - count]
        self.rows[top : self.bottom + 1] = moved

    def _dress(self, numbers: list[int]) -> None:
        foreground, background, attributes = self.look
        rest = iter(numbers)
        for number in rest:
            if number == 0:
                foreground, background, attributes = Look()
            elif number in (38, 48):
                kind = next(rest)
                colour = (kind, *(next(rest) for _ in range({5: 1, 2: 3}[kind])))
                foreground, background = (colour, background) if number == 38 else (foreground, colour)
            elif number == 39 or 30 <= number < 38 or 90 <= number < 98:
                foreground = () if number == 39 else (number,)
            elif number == 49 or 40 <= number < 48 or 100 <= number < 108:
                background = () if number == 49 else (number,)
            elif number in _ENDS:
                attributes -= _ENDS[number]
            elif any(number in ended for ended in _ENDS.values()):
                attributes |= {number}
            else:
                raise ValueError(f"style {number}")
        self.look = Look(foreground, background, attributes)
