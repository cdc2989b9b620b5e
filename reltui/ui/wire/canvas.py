"""What Textual wants on the terminal beside what stands there: frames go in, the difference comes out."""

from __future__ import annotations

import copy
from operator import ne

from reltui.ui.wire.cells import BLANK, UNKNOWN, Screen
from reltui.ui.wire.painter import paint
from reltui.ui.wire.pen import Pen
from reltui.ui.wire.reader import read
from reltui.ui.wire.styles import Unreadable

SHORTEST_CHANGE = len("\x1b[m")
"""Bytes of a change of style."""


class Canvas:
    """One for the application. Knows cells, and nothing of a real terminal."""

    def __init__(self, width: int = 0, height: int = 0) -> None:
        self._wanted = Screen(width, height)
        self._held = Screen(width, height)
        self.pen = Pen(width)

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        return self._wanted.width, self._wanted.height

    def resize(self, width: int, height: int) -> None:
        """Nothing is known of a screen of another size."""
        self._wanted, self._held, self.pen = Screen(width, height), Screen(width, height), Pen(width)

    def forget(self) -> None:
        """What was written is not on the terminal any more, or never got there."""
        self._held.fill(UNKNOWN)
        self.pen.lose_all()

    def assume(self, screen: Screen) -> None:
        """This stands on the terminal, as far as the size is the same; nobody knows where the cursor is."""
        self.forget()
        if (screen.width, screen.height) == self.size:
            self._held = screen

    def drawn(self) -> Screen | None:
        """The last frame; None while some of it is not known."""
        return None if any(UNKNOWN in row for row in self._wanted.rows) else self._wanted

    def read(self, frame: str) -> bool:
        """Take in a frame; False when it cannot be read, and it has to be written as it is.

        Then nothing is known of any cell until it is drawn again.
        """
        try:
            read(frame, self._wanted)
        except Unreadable:
            self._wanted.fill(UNKNOWN)
            self.forget()
            return False
        return True

    def difference(self) -> str:
        """What brings the terminal up to the last frame; taken to be written."""
        if self._is_unknown(self._wanted):
            return ""
        before, pen = copy.copy(self._held), self.pen.copy()
        before.rows = list(self._held.rows)
        is_first = self._is_unknown(self._held) and self.drawn() is not None
        if is_first:
            self.pen.clear()
            self._held.fill(BLANK)
        paint(self._held, self._wanted, self.pen)
        written = self.pen.taken()
        if not is_first and len(written) > self._least():
            before.fill(UNKNOWN)
            paint(before, self._wanted, pen)
            whole = pen.taken()
            if len(whole.encode()) < len(written.encode()):
                self.pen, written = pen, whole
        return written

    def _least(self) -> int:
        """A painting of the whole screen is not shorter: text, styles, and a way to each line."""
        rows = self._wanted.rows
        text = sum(len("".join([text for text, _ in row]).rstrip()) for row in rows)
        styles = [style for row in rows for text, style in row if text != " "]
        changes: int = sum(map(ne, styles, styles[1:]))
        return text + SHORTEST_CHANGE * changes + len(rows) - 1

    @staticmethod
    def _is_unknown(screen: Screen) -> bool:
        return all(cell is UNKNOWN for row in screen.rows for cell in row)
