"""What keeps a definition from being saved: a list, from which Enter goes to the field."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from reltui.data.topics import Snapshot, Topic
from reltui.model.editing.checks import Finding
from reltui.model.editing.outline import outline
from reltui.model.editing.shape import Path
from reltui.model.text import SafeText
from reltui.ui.editing import Editing
from reltui.ui.keys import Place
from reltui.ui.present import Cell, Line, line, span, wrap
from reltui.ui.present_words import count, name_cell, within
from reltui.ui.screens.project import ProjectScreen
from reltui.ui.widgets.grid import Column


class ProblemsScreen(ProjectScreen[int]):
    """Keys are places in the list of findings."""

    place = Place.PROBLEMS

    def __init__(self, editing: Editing, found: Sequence[Finding], jump: Callable[[Finding], None]) -> None:
        self.editing = editing
        self.found = tuple(found)
        self._jump = jump
        self._labels = {node.path: node.label for node in outline(editing.work)}
        self._read_at = time.time()
        super().__init__()

    def snapshot(self) -> Snapshot[Any]:
        return Snapshot(read_at=self._read_at)

    def list_topics(self) -> Sequence[Topic[Any]]:
        return ()

    def do_scope(self) -> None:
        """They are of one definition."""

    def rows(self) -> Sequence[int]:
        return range(len(self.found))

    def columns(self, cells: int) -> Sequence[Column]:
        return (Column("where", "Where", 24, grow=1), Column("what", "What", 30, grow=3))

    def cells(self, key: int, columns: Sequence[Column]) -> Sequence[Cell]:
        widths, found = self.widths(columns), self.found[key]
        return [
            name_cell(self._where(found.path), widths["where"], self.look)
            if column.id == "where"
            # A sentence, which is cut at its end.
            else (span(found.sentence),)
            for column in columns
        ]

    def _where(self, path: Path) -> SafeText:
        """The parts of the definition that a path goes through."""
        steps = [self._labels[path[:end]] for end in range(1, len(path) + 1) if path[:end] in self._labels]
        return SafeText(" / ".join(within(step) for step in steps) or "definition")

    def list_title(self) -> Line:
        name = span(within(self.editing.name), "head")
        return line(name, span(f"  cannot be saved yet: {count(len(self.found), 'problem')}", "warn"))

    def crumbs(self) -> Line:
        return line("Editor > ", span("problems", "head"))

    def preview_title(self, key: int | None) -> Line:
        return line("in full")

    def preview(self, key: int | None, cells: int, lines: int) -> Sequence[Line]:
        if key is None or key >= len(self.found):
            return ()
        found = self.found[key]
        where = line(span(self._where(found.path), "head"))
        told = [*wrap(where, cells - 1), *wrap(line(found.sentence), cells - 1), ()]
        told += wrap(line(span("Enter goes there.", "dim")), cells - 1)
        return [(span(" "), *row) for row in told]

    def open_row(self, key: int) -> None:
        found = self.found[key]
        self.app.pop_screen()
        self._jump(found)
