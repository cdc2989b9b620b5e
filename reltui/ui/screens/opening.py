"""A definition is read whole before something is done with it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from reltui.data.topics import DefinitionData, DefinitionOf, Snapshot, Topic
from reltui.model.definition import Definition
from reltui.model.text import SafeText
from reltui.ui.present import Line, Span, line, span, wrap
from reltui.ui.present_words import within
from reltui.ui.screens.reading import ReadingScreen

FRESH_SECONDS = 30.0
"""What was read so lately need not be read again: saving reads it once more anyway."""


class OpeningScreen(ReadingScreen):
    """Says that a definition is being read, and gives way once it is. Escape stops waiting."""

    def __init__(
        self,
        topic: DefinitionOf,
        name: SafeText,
        then: Callable[[Definition], None],
        fresh_seconds: float = FRESH_SECONDS,
        way_out: str = "",
    ) -> None:
        """`fresh_seconds`: what was read so long before is good enough. `way_out` is told where it cannot be
        read."""
        super().__init__()
        self._oldest = time.time() - fresh_seconds
        self._topic = topic
        self._called = name
        self._then = then
        self._way_out = way_out

    def topics(self) -> Sequence[Topic[Any]]:
        return (self._topic,)

    def snapshot(self) -> Snapshot[DefinitionData]:
        return self.app.service.look(self._topic)

    def heading(self) -> Line:
        return line("Reading ", Span(within(self._called), "head"))

    def text(self, cells: int) -> Sequence[Line]:
        problems = self.snapshot().problems
        if problems:
            why = wrap((Span(problems[0].sentence, "warn"),), cells)
            return [*why, (), *wrap((span(self._way_out),), cells)]
        return [(span("The definition is being read from the server ...", "dim"),)]

    @property
    def _read(self) -> Definition | None:
        """The definition, once it is whole and fresh."""
        found = self.snapshot()
        data, read_at = found.data, found.read_at
        if data is None or read_at is None or found.from_cache or data.definition.environments is None:
            return None
        return data.definition if read_at >= self._oldest else None

    def on_mount(self) -> None:
        """What is known from before may be too old."""
        if self._read is None:
            self.app.service.refresh()

    def update(self) -> None:
        found = self._read
        if found is None:
            super().update()
        elif self.is_on_top:
            self.app.pop_screen()
            self._then(found)
