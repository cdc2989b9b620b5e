"""A table of stages under a drawing of them, with tabs about the one that is selected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from reltui.ui.keys import Action
from reltui.ui.present import Line, Span, fit, line, plain, span, width
from reltui.ui.screens.base import BANDS
from reltui.ui.screens.project import ProjectScreen
from reltui.ui.widgets.grid import GUTTER, lay_out
from reltui.ui.widgets.lines import Lines

AROUND = 6
"""Lines that are neither list, preview nor third band."""
LEAST_ROWS = 4
"""The list has so many lines even while it is empty: it says why."""


def tab_strip(tabs: Sequence[str], shown: int, cells: int) -> Line:
    """The names of all tabs, the shown one in brackets; where room is short those round it, with < and >."""
    parts = [span(f"[{tab}]", "head") if at == shown else span(tab, "dim") for at, tab in enumerate(tabs)]
    for gap in ("  ", " "):
        whole = _spaced(parts, gap)
        if width(plain(whole)) <= cells:
            return whole
    first, last = shown, shown + 1
    while last - first < len(parts):
        wider = (first, last + 1) if last < len(parts) else (first - 1, last)
        if width(plain(_window(parts, *wider))) > cells:
            break
        first, last = wider
    return _window(parts, first, last)


def _window(parts: Sequence[Span], first: int, last: int) -> Line:
    before = (span("< ", "dim"),) if first else ()
    after = (span(" >", "dim"),) if last < len(parts) else ()
    return (*before, *_spaced(parts[first:last], " "), *after)


def _spaced(parts: Sequence[Span], gap: str) -> Line:
    spaced: list[Span] = []
    for part in parts:
        spaced += [span(gap), part] if spaced else [part]
    return tuple(spaced)


class StagesScreen(ProjectScreen[int]):
    """Keys are stage ids; the lines above the table are headings with negative numbers.

    To override besides what a list needs: `stage_ids`, `head`, `tab_lines`, and as needed `has_band`.
    """

    titles = False
    tabs: ClassVar[tuple[str, ...]]

    def __init__(self) -> None:
        self.tab_shown = 0
        self._head: list[Line] = []
        self._preview_placed = 0
        super().__init__()

    def stage_ids(self) -> Sequence[int]:
        """The stages in their order."""
        raise NotImplementedError

    def head(self, cells: int) -> Sequence[Line]:
        """The lines above the table."""
        raise NotImplementedError

    def tab_lines(self, tab: str, key: int | None, cells: int) -> Sequence[Line]:
        """What a tab shows for the selected stage."""
        raise NotImplementedError

    @property
    def has_band(self) -> bool:
        """There is something for the third band."""
        return True

    @property
    def tab(self) -> str:
        """The tab that is shown."""
        return self.tabs[self.tab_shown]

    def preview_lines(self) -> int:
        """What the drawing and the table leave, and never too little."""
        if self.is_wide:
            return super().preview_lines()
        columns, height = self.app.size
        third = max(height // 3, 12) if columns >= BANDS[0] and height >= BANDS[1] else 0
        free = height - AROUND - (third if self.has_band and not self.zoom else 0)
        return max(free - max(len(self.grid.keys), LEAST_ROWS), free * 2 // 5, 5)

    def place_panes(self) -> None:
        self._preview_placed = self.preview_lines()
        super().place_panes()

    def update(self) -> None:
        super().update()
        if not (self.is_wide or self.is_left) and self.preview_lines() != self._preview_placed:
            self.place_panes()

    def rows(self) -> Sequence[int]:
        stages = self.stage_ids()
        if not stages:
            return ()
        cells = self.grid.size.width
        self._head = [*self.head(cells), (), self._titles(cells)]
        return (*range(-len(self._head), 0), *stages)

    def _titles(self, cells: int) -> Line:
        columns = lay_out(self.columns(cells), cells - GUTTER)
        cut = [f"{column.title:<{room}}"[:room] for column, room in columns]
        return (span(" " * GUTTER + " ".join(cut), "dim"),)

    def is_heading(self, key: int) -> bool:
        return key < 0

    def heading(self, key: int) -> Line:
        return self._head[key] if -key <= len(self._head) else ()

    def preview_title(self, key: int | None) -> Line:
        return tab_strip(self.tabs, self.tab_shown, self.title_cells)

    def preview(self, key: int | None, cells: int, lines: int) -> Sequence[Line]:
        return self.tab_lines(self.tab, key, cells)

    def footer_actions(self) -> Sequence[Action]:
        offered = {action.id: action for action in self.app.keymap.offered(self.place)}
        *own, command, help = super().footer_actions()
        return [*own, offered["next-tab"], command, help]

    def do_next_tab(self) -> None:
        """The next tab."""
        self.turn_to(self.tab_shown + 1)

    def do_previous_tab(self) -> None:
        """The tab before."""
        self.turn_to(self.tab_shown - 1)

    def turn_to(self, tab: int) -> None:
        """Show the tab with this number, and watch what it needs."""
        self.tab_shown = tab % len(self.tabs)
        self.query_one("#preview", Lines).top = 0
        self.draw_rest()
        self.follow()

    def drawn(self, graph: Sequence[Line], cells: int) -> list[Line]:
        """The drawing of the stages, a little away from the edge."""
        return [fit(line("  ", *row), cells, self.app.ascii) for row in graph]
