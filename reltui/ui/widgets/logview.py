"""LogView: a log of any length. Only the lines in view are ever broken, so that its length costs nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from reltui.model.text import SafeText
from reltui.ui.present import Line, plain, span
from reltui.ui.present_log import LogLook, log_rows, with_found
from reltui.ui.widgets.kept import KeptLines
from reltui.ui.widgets.movement import step_of
from reltui.ui.widgets.style import strip

GUTTER = 2
"""Cells before each line, for the sign of the one that was jumped to."""
REMEMBERED = 512
"""Lines whose rows are kept: those in view, and some to go back to."""

Place = tuple[int, int]
"""A row: index of the line, and which of the rows it is broken into."""


class LogView(KeptLines, inherit_bindings=False):
    """Lines to scroll through. It knows no keys of the keyboard: screens call `perform` with an action id."""

    DEFAULT_CSS = "LogView { height: 1fr; width: 1fr; }"

    class Moved(Message):
        """Other lines are in view, or it follows now, or no longer."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.lines: Sequence[SafeText] = ()
        self.look = LogLook()
        self.follows = True
        """The end stays in view while lines are added."""
        self.chosen: Place = (-1, 0)
        """The row that was jumped to."""
        self.pattern: re.Pattern[str] | None = None
        """What was found stands out."""
        self.empty: Sequence[Line] = ()
        """What stands there when there is no line."""
        self.top: Place = (0, 0)
        self._rows: dict[int, tuple[Line, ...]] = {}
        self._rows_for: tuple[int, LogLook] = (0, self.look)
        self._drawn: list[Line] = []

    def show(self, lines: Sequence[SafeText], look: LogLook, empty: Sequence[Line] = ()) -> None:
        """Show these lines, of which the ones shown before are the beginning; what is read stays in place."""
        if len(lines) < len(self.lines):
            self._rows.clear()
        self.lines, self.empty = lines, empty
        if look != self.look:
            self.look = look
            self.top = (self.top[0], 0)
            self.chosen = (self.chosen[0], 0)
        self._settle()
        self.repaint()

    @property
    def in_view(self) -> tuple[int, int]:
        """Index of the first line in view, and of the one after the last."""
        places = self._places()
        return (places[0][0], places[-1][0] + 1) if places else (0, 0)

    def perform(self, action: str) -> bool:
        """Do the movement with this action id (`keys.ACTIONS`); False when it is no such action."""
        step = step_of(action, self.size.height, 0)
        if action == "first":
            self._go((0, 0))
        elif action == "last":
            self.follow(True)
        elif step is not None:
            self.scroll_rows(step)
        else:
            return False
        return True

    def follow(self, on: bool) -> None:
        """Stay at the end from now on, or where it is."""
        self.follows = on
        self._settle()
        self.repaint()
        self.post_message(self.Moved())

    def jump(self, index: int) -> None:
        """Bring a line into view, and to where in it the words are that are looked for."""
        pattern = self.pattern
        hits = (pattern is not None and pattern.search(plain(row)) for row in self._rows_of(index))
        self.chosen = (index, next((at for at, hit in enumerate(hits) if hit), 0))
        if self.chosen not in self._places():
            # A third down, so that what led to it can be read too.
            self.top = self._moved(self.chosen, -(self.size.height // 3))
            self.follows = False
            self._settle()
        self.repaint()
        self.post_message(self.Moved())

    def scroll_rows(self, rows: int) -> None:
        """Move the view down (or up), as far as there is something."""
        self._go(self._moved(self.top, rows))

    def _go(self, top: Place) -> None:
        before = self.top
        self.top = min(top, self._last_top())
        if self.top < before:
            self.follows = False
        if self.top != before:
            self.repaint()
            self.post_message(self.Moved())

    def _settle(self) -> None:
        """The end in view when it follows; else the top stays, as far as it is there."""
        last = self._last_top()
        self.top = last if self.follows else min(self.top, last)

    def _rows_of(self, index: int) -> tuple[Line, ...]:
        cells = max(self.size.width - GUTTER, 1)
        if self._rows_for != (cells, self.look) or len(self._rows) > REMEMBERED:
            self._rows_for = (cells, self.look)
            self._rows.clear()
        if index not in self._rows:
            self._rows[index] = log_rows(self.lines[index], cells, self.look)
        return self._rows[index]

    def _last_top(self) -> Place:
        """The top at which the last row stands at the bottom."""
        if not self.lines:
            return (0, 0)
        last = len(self.lines) - 1
        return self._moved((last, len(self._rows_of(last)) - 1), 1 - max(self.size.height, 1))

    def _moved(self, place: Place, rows: int) -> Place:
        """So many rows further down (or up), stopping at the ends."""
        line, row = place
        if line >= len(self.lines):
            return (max(len(self.lines) - 1, 0), 0)
        row = min(row, len(self._rows_of(line)) - 1) + rows
        while row < 0 and line > 0:
            line -= 1
            row += len(self._rows_of(line))
        while row >= len(self._rows_of(line)):
            if line + 1 == len(self.lines):
                return (line, len(self._rows_of(line)) - 1)
            row -= len(self._rows_of(line))
            line += 1
        return (line, max(row, 0))

    def _places(self) -> list[Place]:
        """The rows in view."""
        found: list[Place] = []
        line, first = self.top
        while len(found) < self.size.height and line < len(self.lines):
            count = len(self._rows_of(line))
            found += [(line, row) for row in range(min(first, count - 1), count)]
            line, first = line + 1, 0
        return found[: self.size.height]

    def _compose_lines(self) -> list[Line]:
        if not self.lines:
            return list(self.empty)
        return [self._compose_row(line, row) for line, row in self._places()]

    def _compose_row(self, line: int, row: int) -> Line:
        content = self._rows_of(line)[row]
        if self.pattern is not None:
            content = with_found(content, self.pattern)
        sign = span("> ", "head") if (line, row) == self.chosen else span("  ")
        return (sign, *content)

    def repaint(self) -> None:
        """Paint the rows that are not as they were drawn last."""
        now = self._compose_lines()
        height = self.size.height
        before = [self._drawn[y] if y < len(self._drawn) else None for y in range(height)]
        after = [now[y] if y < len(now) else None for y in range(height)]
        self._drawn = now
        regions = [Region(0, y, self.size.width, 1) for y in range(height) if before[y] != after[y]]
        if regions:
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        return strip(self._drawn[y] if y < len(self._drawn) else (), self.size.width)

    def on_resize(self, event: events.Resize) -> None:
        """Other rows fit now; the line at the top stays."""
        self._settle()
        self._drawn = self._compose_lines()
        self.refresh()
        self.post_message(self.Moved())

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel scrolls."""
        event.stop()
        self.scroll_rows(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """As the wheel down."""
        event.stop()
        self.scroll_rows(-3)
