"""Grid: the one widget for every list. Flat at any number of rows; cursor and marks go by key."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Generic, TypeVar

from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from reltui.model.text import SafeText
from reltui.ui.present import Cell, Line, Span
from reltui.ui.widgets.columns import Column, lay_out
from reltui.ui.widgets.kept import KeptLines
from reltui.ui.widgets.marks import Marks
from reltui.ui.widgets.movement import step_of
from reltui.ui.widgets.rowlines import RowLines
from reltui.ui.widgets.style import CURSOR, strip

__all__ = ["GUTTER", "Column", "Grid", "lay_out"]

K = TypeVar("K", bound=Hashable)

GUTTER = 4
"""Cells before the first column: the cursor's sign, and the mark's."""
BLANK: Line = (Span(SafeText("  ")),)


class Grid(KeptLines, Generic[K], inherit_bindings=False, can_focus=True):
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
        self.rows = RowLines(columns, cells)
        self.titles = titles
        self.is_heading = is_heading
        self.heading = heading
        self.empty = empty
        self.sign = sign
        self.is_active = True
        """The movement keys move it; else its cursor is drawn as `passive_sign` only."""
        self.passive_sign = "> "
        self.top = 0
        """Index of the first row in view."""
        self._keys: Sequence[K] = ()
        self._places: tuple[Sequence[K], Mapping[K, int]] = ((), {})
        """Some keys, and where each of them stands."""
        self._at = -1
        self._marks = Marks[K]()
        self._drawn: dict[int, tuple[Line, bool]] = {}

    @property
    def columns(self) -> Sequence[Column]:
        """Those that are shown where there is room."""
        return self.rows.columns

    @property
    def keys(self) -> Sequence[K]:
        """The record keys in order, headings included."""
        return self._keys

    @property
    def places(self) -> Mapping[K, int]:
        """Where each of the keys stands; made when it is asked for, since most changes do without."""
        if self._places[0] is not self._keys:
            self._places = (self._keys, {key: index for index, key in enumerate(self._keys)})
        return self._places[1]

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
        return self._marks.all

    @property
    def marked(self) -> Sequence[K]:
        """The same in the order in which they are shown."""
        return self._marks.ordered(self._keys)

    def take_gone(self) -> frozenset[K]:
        """The marked records that left since this was asked last, or since all marks were taken away."""
        return self._marks.take_gone()

    @property
    def in_range(self) -> bool:
        """A range of marks is being drawn with the cursor."""
        return self._marks.anchor is not None

    @property
    def page_size(self) -> int:
        """Rows in view."""
        return max(self.size.height - self.titles, 1)

    def show(self, keys: Sequence[K]) -> None:
        """Show these records in this order.

        The cursor keeps its record and its place on the screen, marks keep theirs. If the record is gone
        the cursor stays on the line, and `CursorVanished` tells. A range that has got other records ends.
        """
        old_cursor, line, in_range = self.cursor, self._at - self.top, self._range()
        self._keys = keys
        if self._marks.keep_only(lambda: self.places):
            self._tell(self.MarksChanged())
        found = self._index_of(old_cursor) if old_cursor is not None else None
        self._at = self._nearest(max(self._at, 0)) if found is None else found
        if in_range != self._range():
            # Nobody has seen the others in it.
            self._marks.anchor = None
        self.top = self._clamp_top(self._at - line if old_cursor is not None else self.top)
        self._keep_in_view()
        self.repaint()
        if old_cursor is not None and found is None:
            self._tell(self.CursorVanished(old_cursor))
        if self.cursor != old_cursor:
            self._tell(self.CursorMoved(self.cursor))

    def _index_of(self, key: K) -> int | None:
        """Where a record stands, which most often is where it stood; None when it is not shown."""
        if 0 <= self._at < len(self._keys) and self._keys[self._at] == key:
            return self._at
        try:
            return self._keys.index(key)
        except ValueError:
            return None

    def _tell(self, message: Message) -> None:
        """Every list lies on a screen that hears of it; what lies between would only pass it on."""
        self.screen.post_message(message)

    def forget(self) -> None:
        """What is shown next is another list: the cursor begins at its first record."""
        self.clear_marks()
        self._at, self.top = -1, 0

    def show_columns(self, columns: Sequence[Column]) -> None:
        """Other columns from now on."""
        if self.rows.use_columns(columns):
            self.repaint()

    def show_from_top(self) -> None:
        """Show the rows from the first on, as far as the cursor stays in view."""
        self.top = 0
        self._keep_in_view()
        self._paint_changed()

    def move_to(self, key: K) -> None:
        """Put the cursor on a record; nothing happens when it is not shown."""
        index = self._index_of(key)
        if index is not None and not self.is_heading(key):
            self._move(index)

    def show_below(self, rows: int) -> None:
        """Scroll until so many rows below the cursor are in view, as far as the cursor stays there."""
        self.top = self._clamp_top(max(self.top, min(self._at, self._at + rows + 1 - self.page_size)))
        self._paint_changed()

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
                self._tell(self.Opened(self.cursor))
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
        if self.in_range:
            self._set_marks(self._marks.with_range(self._range()))
        if self.top != old_top:
            self._paint_changed()
        else:
            self._paint(old)
            self._paint(at)
        self._tell(self.CursorMoved(self.cursor))

    def toggle_mark(self) -> None:
        """Mark the record under the cursor, or take its mark away, and go on to the next."""
        key = self.cursor
        if key is None:
            return
        self._marks.anchor = None
        self._marks.all ^= {key}
        self._paint(self._at)
        self._tell(self.MarksChanged())
        self.move_by(1)

    def mark_range(self) -> None:
        """Begin a range at the cursor, which marks as it moves; called again, end it."""
        if self.in_range:
            self._marks.anchor = None
        elif self.cursor is not None:
            self._marks.begin_range(self.cursor)
            self._set_marks(self._marks.with_range(self._range()))

    def mark_all(self) -> None:
        """Mark every record that is shown."""
        self._set_marks(frozenset(key for key in self._keys if not self.is_heading(key)))

    def clear_marks(self) -> None:
        """Take all marks away."""
        self._marks.forget()
        self._set_marks(frozenset())

    def _range(self) -> Sequence[K]:
        """The records from where the range has begun to the cursor; none while there is no range."""
        if self._marks.anchor is None:
            return ()
        low, high = sorted((self.places[self._marks.anchor], self._at))
        return [key for key in self._keys[low : high + 1] if not self.is_heading(key)]

    def _set_marks(self, marks: frozenset[K]) -> None:
        changed = self._marks.all ^ marks
        if not changed:
            return
        self._marks.all = marks
        for index in range(self.top, min(self.top + self.page_size, len(self._keys))):
            if self._keys[index] in changed:
                self._paint(index)
        self._tell(self.MarksChanged())

    def _paint(self, index: int) -> None:
        y = index - self.top + self.titles
        if self.titles <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        drawn = self._drawn[y] = self._compose_line(y)
        line, over_cursor = drawn
        return strip(line, self.size.width, CURSOR if over_cursor else None)

    def _compose_line(self, y: int) -> tuple[Line, bool]:
        """What stands on a line of the widget, and whether the cursor is there."""
        self.rows.use_width(self.size.width - GUTTER)
        if self.titles and y == 0:
            return (Span(SafeText(" " * GUTTER)), *self.rows.titles()), False
        index = self.top + y - self.titles
        if index >= len(self._keys):
            lines = () if self._keys else self.empty()
            return lines[index] if index < len(lines) else (), False
        key = self._keys[index]
        if self.is_heading(key):
            return self.heading(key), False
        here = index == self._at
        # Blanks without a style: every change of style in a row costs bytes.
        sign = ("> " if self.is_active else self.passive_sign) if here else "  "
        cursor = Span(SafeText(sign), "head" if here else "")
        mark = (Span(SafeText("* "), "mark"),) if key in self._marks.all else self.sign(key)
        return (cursor, *(mark or BLANK), *self.rows.line(key)), here and self.is_active

    def repaint(self) -> None:
        """Paint the lines that are not as they were drawn last (a newer age, another state, other rows)."""
        self.rows.forget()
        self._paint_changed()

    def _paint_changed(self) -> None:
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
        self.rows.forget()
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
