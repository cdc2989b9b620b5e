"""A list whose preview reads the whole of what is under the cursor, once the cursor rests there."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, TypeVar

from textual import on

from reltui.data.topics import Topic
from reltui.ui.pace import pace_of
from reltui.ui.present import Line, Look
from reltui.ui.rest import Rest
from reltui.ui.screens.base import ListScreen
from reltui.ui.widgets.grid import GUTTER, Column, Grid, lay_out

K = TypeVar("K", bound=Hashable)

BELOW_CELLS = 18
"""The room that the number of lines below the preview takes in its rule."""
REST_SECONDS = 0.25
"""So long the cursor stays on a row before the server is asked about it: a held key asks nothing."""


def utc_now() -> datetime:
    """The time that ages on screen are counted from."""
    return datetime.now(UTC)


def dialog_lines(facts: Sequence[tuple[str, Line]], cells: int) -> tuple[Line, ...]:
    """Labelled facts as the dialogs draw theirs."""
    from reltui.ui.screens.dialog import fact

    return tuple(each for label, value in facts for each in fact(label, value, cells))


class FollowingScreen(ListScreen[K]):
    """Watches `list_topics`, and the topics that `details` gives for the row on which the cursor rests."""

    clock: ClassVar[Callable[[], datetime]] = staticmethod(utc_now)

    def __init__(self) -> None:
        self.followed: tuple[Topic[Any], ...] = ()
        self._rest = Rest(self, REST_SECONDS, self.follow)
        super().__init__()

    def list_topics(self) -> Sequence[Topic[Any]]:
        """What the list itself shows."""
        raise NotImplementedError

    def details(self, key: K) -> Sequence[Topic[Any]]:
        """What the preview of a row needs besides."""
        return ()

    def topics(self) -> Sequence[Topic[Any]]:
        return (*self.list_topics(), *self.followed)

    @property
    def look(self) -> Look:
        """How to draw now."""
        return Look(type(self).clock(), self.app.ascii, minutes=pace_of(self.app.config).minutes)

    def widths(self, columns: Sequence[Column]) -> dict[str, int]:
        """The cells that each of the columns shown has, by its id."""
        return {column.id: cells for column, cells in lay_out(columns, self.grid.size.width - GUTTER)}

    @property
    def title_cells(self) -> int:
        """The room for the title of the preview in its rule."""
        width = self.app.size.width
        return width * 44 // 100 - 8 if self.is_wide and self.zoom != 2 else width - 8 - BELOW_CELLS

    @on(Grid.CursorMoved)
    def wait_for_rest(self) -> None:
        """Another row: what the last one needed is let go when the cursor rests."""
        self._rest.disturb()

    def follow(self) -> None:
        """Watch what the row under the cursor needs."""
        key = self.grid.cursor
        wanted = tuple(self.details(key)) if key is not None else ()
        if wanted != self.followed:
            self.followed = wanted
            self.app.sync_watches()
            self.update()

    def do_saved_filters(self) -> None:
        """Choose a saved filter of this kind of list."""
        from reltui.ui.screens.filters import PickFilter

        self.app.push_screen(PickFilter(self))

    def do_save_filter(self) -> None:
        """Keep the filter under a name; an empty one takes the name away."""
        from reltui.ui.screens.filters import NameFilter

        self.app.push_screen(NameFilter(self))
