"""RowLines: the rows of a list as lines, made when they come into view and kept until the records change."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

from reltui.model.text import SafeText
from reltui.ui.present import Cell, Line, Span
from reltui.ui.widgets.columns import Column, lay_out
from reltui.ui.widgets.style import cell_line

K = TypeVar("K", bound=Hashable)

REMEMBERED = 256
"""So many rows are kept: those in view, and some to go back to."""
BLANK = Span(SafeText(" "))


class RowLines(Generic[K]):
    """Lays the cells of rows out in columns."""

    def __init__(
        self, columns: Sequence[Column], cells: Callable[[K, Sequence[Column]], Sequence[Cell]]
    ) -> None:
        self.columns = tuple(columns)
        self.ascii = False
        self.cells = cells
        self._width = -1
        self._layout: tuple[tuple[Column, int], ...] = ()
        self._lines: dict[K, Line] = {}

    def use_columns(self, columns: Sequence[Column]) -> bool:
        """Other columns from now on; False when they are the same."""
        if tuple(columns) == self.columns:
            return False
        self.columns, self._width = tuple(columns), -1
        return True

    def use_width(self, width: int) -> None:
        """So many cells from now on."""
        if width != self._width:
            self._width = width
            self._layout = lay_out(self.columns, width)
            self._lines.clear()

    def forget(self) -> None:
        """Ask for the cells anew: the records, or what is known of them, may have changed."""
        self._lines.clear()

    def titles(self) -> Line:
        """The line over the rows."""
        return self._join([Span(SafeText(column.title), "dim") for column, _ in self._layout])

    def line(self, key: K) -> Line:
        """The line of a row."""
        known = self._lines.get(key)
        if known is None:
            if len(self._lines) >= REMEMBERED:
                self._lines.clear()
            known = self._join(self.cells(key, [column for column, _ in self._layout]))
            self._lines[key] = known
        return known

    def _join(self, cells: Sequence[Cell]) -> Line:
        line: list[Span] = []
        for cell, (column, width) in zip(cells, self._layout, strict=True):
            line.extend(cell_line(cell, width, right=column.right, ascii=self.ascii))
            line.append(BLANK)
        return tuple(line)
