"""ListScreen: the shape of every list, with its preview, filter, sort and marks."""

from __future__ import annotations

import time
from collections.abc import Hashable, Sequence
from typing import Any, ClassVar, TypeVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.geometry import Size
from textual.widgets import Input

from reltui.data.topics import Snapshot
from reltui.ui.keys import VERBS, Action
from reltui.ui.present import Cell, Line, span
from reltui.ui.rest import Rest
from reltui.ui.screens.arranging import ArrangingScreen
from reltui.ui.screens.screen import ReltuiScreen
from reltui.ui.widgets import chrome
from reltui.ui.widgets.grid import Column, Grid
from reltui.ui.widgets.lines import Lines
from reltui.ui.widgets.rule import rule, rule_over

__all__ = ["ListScreen", "ReltuiScreen"]

K = TypeVar("K", bound=Hashable)

WIDE = 120
"""From so many columns on the preview stands at the right of the list."""
HELD_SECONDS = 0.1
"""A key that comes again sooner is held, or typed without looking."""
BANDS = (160, 45)
"""From this size on there is a third band."""


class ListScreen(ArrangingScreen[K]):
    """A list with a preview. A screen gives keys, cells and lines; this does the rest.

    To override: `topics`, `columns`, `rows`, `cells`, and as needed `is_heading`, `heading`, `fields`,
    `passes`, `sort_value`, `list_title`, `note`, `preview_title`, `preview`, `band_title`, `band`, `empty`,
    `open_row`, `subject`, `id_text`, `link`.
    """

    titles: ClassVar[bool] = True
    """The list has a line with the titles of its columns."""
    beside: ClassVar[bool] = True
    """From `WIDE` columns on the preview stands beside the list; else it stays below."""

    def __init__(self) -> None:
        super().__init__()
        self.preview_shown = True
        self._placed_for: Size | None = None
        self._title: Line = ()
        """What stands over the list."""
        self._title_for = 0
        """The first row in view for which it was made."""
        self._moved_at = float("-inf")
        self._held = Rest(self, HELD_SECONDS, self._follow_cursor)
        self.zoom = 0
        """0 list and preview, 1 list only, 2 preview only."""
        self.pane = 0
        """0 the list, 1 the preview: which one the movement keys move."""
        self.grid = Grid(
            self.columns(80),
            self.cells,
            id="list",
            titles=self.titles,
            is_heading=self.is_heading,
            heading=self.heading,
            empty=self.empty,
        )

    # What a screen says

    def columns(self, cells: int) -> Sequence[Column]:
        """The columns for a list of so many cells."""
        raise NotImplementedError

    def cells(self, key: K, columns: Sequence[Column]) -> Sequence[Cell]:
        """One cell for each of the columns."""
        raise NotImplementedError

    def heading(self, key: K) -> Line:
        """The line of a heading."""
        return ()

    def list_title(self) -> Line:
        """What stands in the rule over the list; filter and sort are added to it."""
        return ()

    def title_tail(self) -> Line:
        """What stands behind all that: where room is short it is cut first."""
        return ()

    def note(self) -> Line:
        """What stands at the right end of the second line."""
        return ()

    def preview_title(self, key: K | None) -> Line:
        """What stands in the rule over the preview."""
        return ()

    def preview(self, key: K | None, cells: int, lines: int) -> Sequence[Line]:
        """The preview; more than `lines` lines can be scrolled to."""
        return ()

    def band_title(self, key: K | None) -> Line:
        """What stands in the rule over the third band."""
        return ()

    def band(self, key: K | None, cells: int, lines: int) -> Sequence[Line]:
        """The third band (from 160x45 on); empty leaves it out."""
        return ()

    def empty(self) -> Sequence[Line]:
        """What stands in the list when there is no row."""
        return ()

    def open_row(self, key: K) -> None:
        """Enter on a row."""

    def snapshot(self) -> Snapshot[Any]:
        """The snapshot whose age and completeness the status line tells."""
        topics = self.topics()
        return self.app.service.look(topics[0]) if topics else Snapshot()

    # Layout

    @property
    def is_wide(self) -> bool:
        """The preview stands beside the list."""
        return self.beside and self.app.size.width >= WIDE

    def preview_lines(self) -> int:
        """The height of a preview below the list."""
        return max((self.app.size.height - 6) * 9 // 20, 5)

    def compose(self) -> ComposeResult:
        yield Lines(id="header")
        yield Lines(id="title")
        with Container(id="body"):
            yield self.grid
            yield Lines(id="preview-title")
            yield Lines(id="preview")
        with Vertical(id="third"):
            yield Lines(id="band-title")
            yield Lines(id="band")
        yield Input(id="filter", compact=True, placeholder="words, key:value, !not", select_on_focus=False)
        yield Lines(id="status")
        yield Lines(id="footer")

    def on_mount(self) -> None:
        """Hide what is not there at the start."""
        self.grid.rows.ascii = self.app.ascii
        field = self.query_one("#filter", Input)
        field.cursor_blink = False
        field.display = False
        self.place_panes()

    def on_resize(self, event: events.Resize) -> None:
        """Arrange the panes for the new size; at the start Textual tells the same size three times."""
        if self.app.size != self._placed_for:
            self.place_panes()

    def _list_width(self) -> int:
        width = self.app.size.width
        return width - width * 44 // 100 if self.is_wide and self.preview_shown else width

    def place_panes(self) -> None:
        """Give list, preview and third band their room (ux.md 5)."""
        self._placed_for = self.app.size
        width, height = self._placed_for
        wide, only = self.is_wide, self.zoom == 2
        preview = self.preview_shown and self.zoom != 1 and height >= 16
        body, third = self.query_one("#body"), self.query_one("#third")
        body.set_class(wide, "wide")
        third.styles.height = max(height // 3, 12)
        self.grid.display = not only
        title, pane = self.query_one("#preview-title"), self.query_one("#preview", Lines)
        title.display = (preview and not wide) or only
        pane.display = preview or only
        pane.prefix = ("  |" if self.app.ascii else "  │") if wide and not only else ""
        if only:
            pane.styles.height, pane.styles.width = "1fr", "1fr"
        elif wide:
            pane.styles.height = "1fr"
            pane.styles.width = width * 44 // 100
        else:
            pane.styles.height, pane.styles.width = self.preview_lines(), "1fr"
        self.update_soon()

    # Drawing

    def update(self) -> None:
        keys = self.arranged()
        # Before the first layout it has no width, and what is drawn then is what is painted first.
        self.grid.show_columns(self.columns(self.grid.size.width or self._list_width()))
        self.grid.show(keys)
        self.draw_rest()

    def draw_rest(self) -> None:
        """Draw everything but the list: titles, preview, third band, chrome."""
        if self.is_left:
            return
        self._make_title()
        self._draw_about_row()
        self.app.draw_chrome(self, self.note(), self.snapshot())

    def _make_title(self) -> None:
        title = [*self.list_title()]
        if self.sorts and (self.sort or self.reverse):
            title.append(span(f" | sort: {self.sorts[self.sort][0]}{' reversed' if self.reverse else ''}"))
        if self.filter:
            title.append(span(f" | / {self.filter}", "wait"))
        if self.grid.in_range:
            title.append(span(" | range", "mark"))
        if self.grid.marks:
            title.append(span(f" | {len(self.grid.marks)} marked", "mark"))
        self._title, self._title_for = (*title, *self.title_tail()), self.grid.top

    def _draw_about_row(self) -> None:
        """Draw what depends on the row under the cursor: the preview and the third band."""
        width, height = self.app.size
        key = self.grid.cursor
        ascii = self.app.ascii
        pane = self.query_one("#preview", Lines)
        about: Line = ()
        if pane.display:
            cells = (pane.size.width or width) - len(pane.prefix)
            pane.show(self.preview(key, cells, pane.size.height or 8))
            about = tuple(self.preview_title(key))
            if self.pane:
                about = (span("> "), *about)
        if self.is_wide and pane.display and self.zoom != 2:
            right = pane.size.width or width * 44 // 100
            line = (*rule(self._title, width - right, ascii), *self._preview_rule(about, right))
        else:
            line = rule(self._title, width, ascii)
            if pane.display:
                self.query_one("#preview-title", Lines).show([self._preview_rule(about, width)])
        self.query_one("#title", Lines).show([line])
        self._draw_band(key, width, height)

    def _follow_cursor(self) -> None:
        """Draw what depends on the row under the cursor; of the chrome only what the keys do there."""
        if not self.is_left:
            if self._title_for != self.grid.top:
                self._make_title()
            self._draw_about_row()
            chrome.draw_footer(self.app, self, self.app.said[-1] if self.app.is_telling else None)

    def _preview_rule(self, title: Line, cells: int) -> Line:
        pane = self.query_one("#preview", Lines)
        key = "" if self.pane else self.app.keymap.key_of("next-pane")
        return rule_over(title, pane.below if pane.display else 0, key, cells, self.app.ascii)

    def _draw_band(self, key: K | None, width: int, height: int) -> None:
        third, band = self.query_one("#third"), self.query_one("#band", Lines)
        has_room = width >= BANDS[0] and height >= BANDS[1] and not self.zoom
        lines = self.band(key, width, band.size.height or height // 3 - 1) if has_room else ()
        third.display = bool(lines)
        if lines:
            self.query_one("#band-title", Lines).show([rule(self.band_title(key), width, self.app.ascii)])
            band.show(lines)

    @on(Lines.Resized, "#preview")
    def preview_resized(self) -> None:
        """The rule over it counts the lines out of view."""
        self.draw_rest()

    @on(Grid.CursorMoved)
    def cursor_moved(self) -> None:
        """The preview follows the cursor; while a key is held it waits, so that rows come in time."""
        if self.is_left:
            return
        self.query_one("#preview", Lines).top = 0
        now = time.monotonic()
        is_held = now - self._moved_at < HELD_SECONDS
        self._moved_at = now
        if is_held:
            self._held.disturb()
        else:
            self._follow_cursor()

    @on(Grid.MarksChanged)
    def marks_changed(self) -> None:
        """The count of marks stands in the title."""
        self.draw_rest()

    @on(Grid.Opened)
    def opened(self, event: Grid.Opened) -> None:
        """Enter on a row; pressed again before what it opens is there, it does nothing."""
        if self.is_on_top:
            self.open_row(cast("K", event.key))

    # Actions

    def perform(self, action: Action) -> bool:
        if not self.is_mounted or not self.query("#preview"):
            # A key that was typed, or repeated, before there is a list or after it does nothing to it.
            return False
        if action.danger:
            self.app.decide(VERBS[action.id], self)
            return True
        pane = self.query_one("#preview", Lines)
        if self.pane and pane.display and pane.perform(action.id):
            self.draw_rest()
            return True
        if action.id == "last" and self.grid.cursor is not None and self.snapshot().more:
            self.app.service.more(self.topics()[0])
        if self.grid.perform(action.id):
            if action.id == "mark-range":
                self.draw_rest()
            return True
        return super().perform(action)

    def do_filter(self) -> None:
        """Begin typing a filter."""
        field = self.query_one("#filter", Input)
        field.display = True
        field.value = self.filter
        field.cursor_position = len(self.filter)
        self.set_focus(field)

    @on(Input.Changed, "#filter")
    def filter_changed(self, event: Input.Changed) -> None:
        """The list follows the typing."""
        self.filter = event.value.strip()
        self.update()

    @on(Input.Submitted, "#filter")
    def filter_done(self) -> None:
        """Enter keeps the filter and goes back to the list."""
        self._end_filter()

    def _end_filter(self) -> None:
        self.query_one("#filter", Input).display = False
        self.set_focus(None)
        self.app.let_verbs_rest()

    def do_back(self) -> None:
        """Escape: end the filter, the range, the other pane; then go back."""
        if self.types_text or self.filter:
            self.filter = ""
            self._end_filter()
            self.update()
        elif self.grid.in_range:
            self.grid.mark_range()
            self.draw_rest()
        elif self.pane:
            self.do_next_pane()
        else:
            self.app.go_back()

    def do_sort(self) -> None:
        """The next order."""
        if self.sorts:
            self.sort = (self.sort + 1) % len(self.sorts)
            self.update()

    def do_sort_reverse(self) -> None:
        """The other way round."""
        self.reverse = not self.reverse
        self.update()

    def do_next_pane(self) -> None:
        """Move the preview with the movement keys, or the list again."""
        self.pane = 1 - self.pane
        self.draw_rest()

    do_previous_pane = do_next_pane

    def do_preview(self) -> None:
        """Show or hide the preview."""
        self.preview_shown, self.zoom, self.pane = not self.preview_shown, 0, 0
        self.place_panes()

    def do_zoom(self) -> None:
        """List only, preview only, both."""
        self.zoom = (self.zoom + 1) % 3
        self.preview_shown = True
        self.pane = int(self.zoom == 2)
        self.place_panes()
