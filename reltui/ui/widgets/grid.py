"""Grid: the one widget for every list. Flat at any number of rows; cursor and marks go by key."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Generic, TypeVar

from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from reltui.model.text import SafeText
from reltui.ui.present import Cell, Line, Span
from reltui.ui.widgets.columns import Column, lay_out
from reltui.ui.widgets.movement import step_of
from reltui.ui.widgets.style import CURSOR, cell_line, strip

__all__ = ["GUTTER", "Column", "Grid", "lay_out"]

K = TypeVar("K", bound=Hashable)

GUTTER = 4
"""Cells before the first column: the cursor's sign, and the mark's."""
BLANK: Line = (Span(SafeText("  ")),)


class Grid(Widget, Generic[K], inherit_bindings=False, can_focus=True):
    """Rows of records by key. It knows no keys of the keyboard: screens call `perform` with an action id."""

    DEFAULT_CSS = "Grid { height: 1fr; width: 1fr; }"

    class CursorMoved(Message):
        """The cursor is on another record, or on none."""

        def __init__(self, key: Hashable | None) -> None:
            super().__init__()
            self.key = key

    class CursorVanished(Message):
        """The record under the cursor is gone; the cursor stayed on its line, over another record."""

        def __init__(self, key: Hashable) -> None:
            super().__init__()
            self.key = key

    class Opened(Message):
        """A record was chosen."""

        def __init__(self, key: Hashable) -> None:
            super().__init__()
            self.key = key

    class MarksChanged(Message):
        """Other records are marked than before."""

    def __init__(
        self,
        columns: Sequence[Column],
        cells: Callable[[K, Sequence[Column]], Sequence[Cell]],
        *,
        id: str | None = None,
        titles: bool = True,
        is_heading: Callable[[K], bool] = lambda key: False,
        heading: Callable[[K], Line] = lambda key: (),
        empty: Callable[[], Sequence[Line]] = lambda: (),
        sign: Callable[[K], Line] = lambda key: (),
    ) -> None:
        """Make a grid.

        `cells(key, columns)` gives one cell for each of the columns that are shown. `titles` False leaves
        the line of titles out. A key for which `is_heading` is True is drawn across by `heading`, and the
        cursor skips it. `empty` says what stands there when there is no row. `sign` gives the two cells where
        the mark goes, for a row that is not marked.
        """
        super().__init__(id=id)
        self.columns = tuple(columns)
        self.cells = cells
        self.titles = titles
        self.is_heading = is_heading
        self.heading = heading
        self.empty = empty
        self.sign = sign
        self.ascii = False
        self.is_active = True
        """The movement keys move it; else its cursor is drawn as `passive_sign` only."""
        self.passive_sign = "> "
        self.top = 0
        """Index of the first row in view."""
        self._keys: Sequence[K] = ()
        self.places: Mapping[K, int] = {}
        """Where each of the keys stands."""
        self._at = -1
        self._marks: set[K] = set()
        self._gone: set[K] = set()
        self._anchor: K | None = None
        self._before_range: frozenset[K] = frozenset()
        self._layout_for = -1
        self._layout: tuple[tuple[Column, int], ...] = ()
        self._drawn: dict[int, tuple[Line, bool]] = {}

    @property
    def keys(self) -> Sequence[K]:
        """The record keys in order, headings included."""
        return self._keys

    @property
    def cursor(self) -> K | None:
        """The record under the cursor."""
        return self._keys[self._at] if 0 <= self._at < len(self._keys) else None

    @property
    def cursor_line(self) -> int:
        """The line of the widget on which the cursor is."""
        return self._at - self.top + self.titles

    @property
    def marks(self) -> frozenset[K]:
        """The marked records; only such as are shown."""
        return frozenset(self._marks)

    def take_gone(self) -> frozenset[K]:
        """The records that were marked and left the list since this was asked last, or all marks were taken
        away."""
        gone = frozenset(self._gone)
        self._gone.clear()
        return gone

    @property
    def in_range(self) -> bool:
        """A range of marks is being drawn with the cursor."""
        return self._anchor is not None

    @property
    def page_size(self) -> int:
        """Rows in view."""
        return max(self.size.height - self.titles, 1)

    def show(self, keys: Sequence[K]) -> None:
        """Show these records in this order.

        The cursor keeps its record and its place on the screen, marks keep theirs. If the record is gone
        the cursor stays on the line, and `CursorVanished` tells.
        """
        old_cursor, line = self.cursor, self._at - self.top
        if keys is not self._keys:
            self._keys = keys
            self.places = {key: index for index, key in enumerate(keys)}
        lost = self._marks - self.places.keys()
        if lost:
            self._marks -= lost
            self._gone |= lost
            self.post_message(self.MarksChanged())
        if self._anchor is not None and self._anchor not in self.places:
            self._anchor = None
        if old_cursor is not None and old_cursor in self.places:
            self._at = self.places[old_cursor]
        else:
            self._at = self._nearest(max(self._at, 0))
        self.top = self._clamp_top(self._at - line if old_cursor is not None else self.top)
        self._keep_in_view()
        self.repaint()
        if old_cursor is not None and old_cursor not in self.places:
            self.post_message(self.CursorVanished(old_cursor))
        if self.cursor != old_cursor:
            self.post_message(self.CursorMoved(self.cursor))

    def forget(self) -> None:
        """What is shown next is another list: the cursor begins at its first record."""
        self.clear_marks()
        self._at, self.top = -1, 0

    def show_columns(self, columns: Sequence[Column]) -> None:
        """Other columns from now on."""
        if tuple(columns) != self.columns:
            self.columns = tuple(columns)
            self._layout_for = -1
            self.repaint()

    def show_from_top(self) -> None:
        """Show the rows from the first on, as far as the cursor stays in view."""
        self.top = 0
        self._keep_in_view()
        self.repaint()

    def move_to(self, key: K) -> None:
        """Put the cursor on a record; nothing happens when it is not shown."""
        if key in self.places and not self.is_heading(key):
            self._move(self.places[key])

    def show_below(self, rows: int) -> None:
        """Scroll until so many rows below the cursor are in view, as far as the cursor stays there."""
        self.top = self._clamp_top(max(self.top, min(self._at, self._at + rows + 1 - self.page_size)))
        self.repaint()

    def move_by(self, rows: int) -> None:
        """Move the cursor by rows, stopping at the ends."""
        if self._keys:
            wanted = max(0, min(self._at + rows, len(self._keys) - 1))
            self._move(self._nearest(wanted, 1 if rows > 0 else -1))

    def perform(self, action: str) -> bool:
        """Do the movement or mark with this action id (`keys.ACTIONS`); False when it is no such action."""
        step = step_of(action, self.page_size, len(self._keys))
        if step is not None:
            self.move_by(step)
        elif action == "open":
            if self.cursor is not None:
                self.post_message(self.Opened(self.cursor))
        elif action == "mark":
            self.toggle_mark()
        elif action == "mark-range":
            self.mark_range()
        elif action == "mark-all":
            self.mark_all()
        elif action == "unmark-all":
            self.clear_marks()
        else:
            return False
        return True

    def _nearest(self, index: int, step: int = 1) -> int:
        """The record at or next to an index, first in the direction of `step`; -1 when there is none."""
        count = len(self._keys)
        index = min(index, count - 1)
        for direction in (step, -step):
            at = index
            while 0 <= at < count:
                if not self.is_heading(self._keys[at]):
                    return at
                at += direction
        return -1

    def _clamp_top(self, top: int) -> int:
        return max(0, min(top, len(self._keys) - self.page_size))

    def _keep_in_view(self) -> None:
        """Scroll as little as shows the cursor; the headings above it, and those at the end, come along."""
        if self._at < 0:
            self.top = 0
            return
        first = self._at
        while first > 0 and self.is_heading(self._keys[first - 1]):
            first -= 1
        if self._at - first >= self.page_size:
            first = self._at
        if first < self.top:
            self.top = first
            return
        last = self._at
        while last + 1 < len(self._keys) and self.is_heading(self._keys[last + 1]):
            last += 1
        if last + 1 < len(self._keys):
            last = self._at
        if last >= self.top + self.page_size:
            self.top = min(last - self.page_size + 1, self._at)

    def _move(self, at: int) -> None:
        if at == self._at or at < 0:
            return
        old, old_top = self._at, self.top
        self._at = at
        self._keep_in_view()
        if self._anchor is not None:
            self._mark_from_anchor()
        if self.top != old_top:
            self.repaint()
        else:
            self._paint(old)
            self._paint(at)
        self.post_message(self.CursorMoved(self.cursor))

    def toggle_mark(self) -> None:
        """Mark the record under the cursor, or take its mark away, and go on to the next."""
        key = self.cursor
        if key is None:
            return
        self._anchor = None
        self._marks ^= {key}
        self._paint(self._at)
        self.post_message(self.MarksChanged())
        self.move_by(1)

    def mark_range(self) -> None:
        """Begin a range at the cursor, which marks as it moves; called again, end it."""
        if self._anchor is not None:
            self._anchor = None
        elif self.cursor is not None:
            self._anchor = self.cursor
            self._before_range = frozenset(self._marks)
            self._mark_from_anchor()

    def mark_all(self) -> None:
        """Mark every record that is shown."""
        self._set_marks({key for key in self._keys if not self.is_heading(key)})

    def clear_marks(self) -> None:
        """Take all marks away."""
        self._anchor = None
        self._gone.clear()
        self._set_marks(set())

    def _mark_from_anchor(self) -> None:
        assert self._anchor is not None  # noqa: S101 - both callers have just seen to it
        low, high = sorted((self.places[self._anchor], self._at))
        span = {key for key in self._keys[low : high + 1] if not self.is_heading(key)}
        self._set_marks(self._before_range | span)

    def _set_marks(self, marks: set[K] | frozenset[K]) -> None:
        changed = self._marks ^ marks
        if not changed:
            return
        self._marks = set(marks)
        for index in range(self.top, min(self.top + self.page_size, len(self._keys))):
            if self._keys[index] in changed:
                self._paint(index)
        self.post_message(self.MarksChanged())

    def _paint(self, index: int) -> None:
        y = index - self.top + self.titles
        if self.titles <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def _columns_now(self) -> tuple[tuple[Column, int], ...]:
        if self._layout_for != self.size.width:
            self._layout_for = self.size.width
            self._layout = lay_out(self.columns, self.size.width - GUTTER)
        return self._layout

    def _join(self, cells: Sequence[Cell], layout: Sequence[tuple[Column, int]]) -> Line:
        blank = Span(SafeText(" "))
        line: list[Span] = []
        for cell, (column, width) in zip(cells, layout, strict=True):
            line.extend(cell_line(cell, width, right=column.right, ascii=self.ascii))
            line.append(blank)
        return tuple(line)

    def render_line(self, y: int) -> Strip:
        drawn = self._drawn[y] = self._compose_line(y)
        line, over_cursor = drawn
        return strip(line, self.size.width, CURSOR if over_cursor else None)

    def _compose_line(self, y: int) -> tuple[Line, bool]:
        """What stands on a line of the widget, and whether the cursor is there."""
        layout = self._columns_now()
        if self.titles and y == 0:
            titles = [Span(SafeText(column.title), "dim") for column, _ in layout]
            return (Span(SafeText(" " * GUTTER)), *self._join(titles, layout)), False
        index = self.top + y - self.titles
        if not self._keys:
            lines = self.empty()
            return lines[index] if index < len(lines) else (), False
        if index >= len(self._keys):
            return (), False
        key = self._keys[index]
        if self.is_heading(key):
            return self.heading(key), False
        here = index == self._at
        # Blanks without a style: every change of style in a row costs bytes.
        sign = ("> " if self.is_active else self.passive_sign) if here else "  "
        cursor = Span(SafeText(sign), "head" if here else "")
        mark = (Span(SafeText("* "), "mark"),) if key in self._marks else self.sign(key)
        cells = self.cells(key, [column for column, _ in layout])
        return (cursor, *(mark or BLANK), *self._join(cells, layout)), here and self.is_active

    def repaint(self) -> None:
        """Paint the lines that are not as they were drawn last (a newer age, another state, other rows)."""
        regions = [
            Region(0, y, self.size.width, 1)
            for y in range(self.size.height)
            if self._drawn.get(y) != self._compose_line(y)
        ]
        if regions:
            self.refresh(*regions)

    def on_resize(self, event: events.Resize) -> None:
        """Keep the cursor in view."""
        self._drawn.clear()
        self.top = self._clamp_top(self.top)
        self._keep_in_view()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel moves the cursor, so that what is marked and acted on is always in view."""
        event.stop()
        self.move_by(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """As the wheel down."""
        event.stop()
        self.move_by(-3)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the line that was clicked; a second click opens it."""
        index = self.top + event.y - self.titles
        if event.y >= self.titles and 0 <= index < len(self._keys) and not self.is_heading(self._keys[index]):
            self._move(index)
            if event.chain > 1:
                self.perform("open")
