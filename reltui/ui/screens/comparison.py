"""What changes from one release to another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reltui.data.topics import ContentOf, DefinitionAt, ReleaseOf, Snapshot, Topic
from reltui.model.release import Release
from reltui.model.text import SafeText
from reltui.ui import ways
from reltui.ui.keys import Place
from reltui.ui.present import Cell, Field, Line, fields, line, span, wrap
from reltui.ui.present_comparison import Compared, Entry, comparison, ends_line, ends_lines
from reltui.ui.present_words import within
from reltui.ui.screens.project import ProjectScreen
from reltui.ui.widgets.grid import Column

TABS = {"artifact": "Artifacts", "commit": "Changes", "item": "Items", "variable": "Variables"}
"""The tab of the newer release on which a line of the comparison is at home, by the kind of line."""


class ComparisonScreen(ProjectScreen[str]):
    """Keys are those of `present_comparison.Entry`."""

    place = Place.COMPARISON
    titles = False

    def __init__(self, older: ReleaseOf, newer: ReleaseOf) -> None:
        self.older, self.newer = older, newer
        self._entries: dict[str, Entry] = {}
        super().__init__()

    @property
    def content(self) -> ContentOf:
        """Commits and work items of the newer one that the older one has not."""
        newer = self.newer
        return ContentOf(newer.server, newer.project, newer.release_id, self.older.release_id)

    def release_of(self, topic: ReleaseOf) -> Release | None:
        """One end, as it is known."""
        return self.app.service.look(topic).data

    def definitions(self) -> tuple[DefinitionAt, ...]:
        """Both revisions of the definition, where it is one and the server tells them."""
        older, newer = self.release_of(self.older), self.release_of(self.newer)
        if older is None or newer is None or older.definition.id != newer.definition.id:
            return ()
        first, second = older.definition_revision, newer.definition_revision
        if first is None or second is None or first == second:
            return ()
        server, project = self.newer.server, self.newer.project
        return tuple(
            DefinitionAt(server, project, newer.definition.id, revision) for revision in (first, second)
        )

    def list_topics(self) -> Sequence[Topic[Any]]:
        return (self.newer, self.older, self.content)

    def topics(self) -> Sequence[Topic[Any]]:
        return (*self.list_topics(), *self.definitions())

    def do_scope(self) -> None:
        """Both ends stay the same."""

    def update(self) -> None:
        # The revisions become known with the releases.
        self.app.sync_watches()
        super().update()

    def compared(self) -> Compared:
        """All that is known of both ends."""
        look = self.app.service.look
        revisions = self.definitions()
        old, new = (look(topic) for topic in revisions) if revisions else (Snapshot(), Snapshot())
        return Compared(
            self.release_of(self.older), self.release_of(self.newer), look(self.content), old, new
        )

    def columns(self, cells: int) -> Sequence[Column]:
        return (Column("line", "", 20, grow=1),)

    def rows(self) -> Sequence[str]:
        compared = self.compared()
        self._entries = {entry.key: entry for entry in comparison(compared, self.look)}
        return list(self._entries)

    def cells(self, key: str, columns: Sequence[Column]) -> Sequence[Cell]:
        return [self._entries[key].shown]

    def is_heading(self, key: str) -> bool:
        return key.startswith("#")

    def heading(self, key: str) -> Line:
        return self._entries[key].shown

    def list_title(self) -> Line:
        ids = (self.older.release_id, self.newer.release_id)
        older, newer = self.release_of(self.older), self.release_of(self.newer)
        return ends_line(older, newer, ids, self.look)

    def crumbs(self) -> Line:
        newer = self.release_of(self.newer)
        name = within(newer.definition.name) if newer is not None else SafeText("...")
        return line("Comparison > ", span(name, "head"))

    def note(self) -> Line:
        return (span(self.project_words(self.newer.server, self.newer.project)),)

    def preview_title(self, key: str | None) -> Line:
        return line("in full")

    def preview(self, key: str | None, cells: int, lines: int) -> Sequence[Line]:
        look = self.look
        ends = [Field(label, value) for label, value in ends_lines(self.compared(), look)]
        shown = fields(ends, cells, look, label=5, roomy=True)
        entry = self._entries.get(key) if key is not None else None
        if entry is None:
            return shown
        return [*shown, (), *((span(" "), *row) for row in wrap(entry.shown, cells - 1))]

    def empty(self) -> Sequence[Line]:
        service = self.app.service
        problems = [p for topic in (self.older, self.newer) for p in service.look(topic).problems]
        if not problems:
            return [(), line("    Reading both releases...")]
        said = line("    ", span("They cannot be compared.", "warn"))
        return [(), said, *(line("    ", span(f"{p.where}: {p.sentence}", "warn")) for p in problems)]

    def open_row(self, key: str) -> None:
        """Where it is at home: the newer release, or the definition."""
        kind = key.partition(" ")[0]
        revisions = self.definitions()
        if kind == "definition" and revisions:
            ways.definition(self.app, revisions[1])
        else:
            ways.release(self.app, self.newer, self._entries[key].about, TABS.get(kind, ""))

    def id_text(self, key: str) -> SafeText:
        return self._entries[key].id or SafeText(str(self.newer.release_id))

    def link(self, key: str) -> str:
        newer = self.release_of(self.newer)
        if newer is None:
            return ""
        return self.app.service.browser_url(self.newer.server, self.newer.project, newer)
