"""What differs between two revisions of a definition: by meaning, and as JSON."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from reltui.data.topics import DefinitionAt, ResourcesOf, Snapshot, Topic
from reltui.model.decode import text_of
from reltui.model.definition import Definition
from reltui.model.editing.changes import changes, raw_lines
from reltui.model.project import Project
from reltui.model.resources import NOTHING, Resources
from reltui.model.text import SafeText
from reltui.ui import background, ways
from reltui.ui.keys import Place
from reltui.ui.present import Cell, Line, line, span, wrap
from reltui.ui.present_changes import COMPARING, Entry, change_entries, is_large, raw_entries, two_revisions
from reltui.ui.present_words import count, within
from reltui.ui.screens.project import ProjectScreen
from reltui.ui.widgets.grid import Column

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp

Raw = Mapping[str, Any]


class ChangesScreen(ProjectScreen[str]):
    """Two definitions as the server's JSON. To override: `ends`, `definition_name`, `which`.

    Keys are those of `present_changes.Entry`.
    """

    place = Place.DIFFERENCE
    titles = False

    def __init__(self, server: str, project: Project) -> None:
        self.server = server
        self.project = project
        self.is_raw = False
        self._entries: dict[str, Entry] = {}
        self._compared: tuple[Raw, Raw, bool] | None = None
        self._is_comparing = False
        super().__init__()

    def ends(self) -> tuple[Raw, Raw] | None:
        """The older and the newer one; None while one of them is not known."""
        raise NotImplementedError

    def definition_name(self) -> SafeText:
        """Of the definition."""
        raise NotImplementedError

    def which(self) -> str:
        """Which two they are."""
        raise NotImplementedError

    def list_topics(self) -> Sequence[Topic[Any]]:
        return ()

    def do_scope(self) -> None:
        """Both ends stay the same."""

    def do_raw(self) -> None:
        """The difference as JSON, or in words again."""
        self.is_raw = not self.is_raw
        self.grid.forget()
        self.update()

    def columns(self, cells: int) -> Sequence[Column]:
        return (Column("line", "", 20, grow=1),)

    def rows(self) -> Sequence[str]:
        ends = self.ends()
        if ends is None:
            self._entries, self._compared = {}, None
            return ()
        before = self._compared
        if before is None or before[0] is not ends[0] or before[1] is not ends[1] or before[2] != self.is_raw:
            self._compared = (*ends, self.is_raw)
            known = self.app.service.look(ResourcesOf(self.server, self.project)).data or NOTHING
            work = partial(_raw_found, *ends) if self.is_raw else partial(_words_found, *ends, known)
            self._is_comparing = is_large(*ends)
            self._entries = {} if self._is_comparing else work()
            if self._is_comparing:
                background.begin(self, partial(self._wait_for, work), "compare")
        return list(self._entries)

    async def _wait_for(self, work: Callable[[], dict[str, Entry]]) -> None:
        """To compare large definitions takes longer than a drawing may."""
        self._entries = await asyncio.to_thread(work)
        self._is_comparing = False
        if not self.is_left:
            self.update()

    def cells(self, key: str, columns: Sequence[Column]) -> Sequence[Cell]:
        return [self._entries[key].shown]

    def is_heading(self, key: str) -> bool:
        return key.startswith("#")

    def heading(self, key: str) -> Line:
        return self._entries[key].shown

    def list_title(self) -> Line:
        number = sum(not key.startswith("#") for key in self._entries)
        told = "as JSON" if self.is_raw else count(number, "difference")
        told = COMPARING if self._is_comparing else told
        # Before both are known nothing is, and they do not differ in 0 places.
        told = f": {told}" if self.ends() is not None else ""
        return line(span(within(self.definition_name()), "head"), f"  {self.which()}{told}")

    def crumbs(self) -> Line:
        return line("Definition > ", span("difference", "head"))

    def note(self) -> Line:
        return (span(self.project_words(self.server, self.project)),)

    def preview_title(self, key: str | None) -> Line:
        return line("in full")

    def preview(self, key: str | None, cells: int, lines: int) -> Sequence[Line]:
        entry = self._entries.get(key) if key is not None else None
        if entry is None:
            return ()
        found = entry.difference
        if found is None:
            return [(span(" "), *row) for row in wrap(entry.shown, cells - 1)]
        where = f"{within(found.where)}: " if found.where else ""
        told = wrap(line(span(f"{where}{found.what}", "head")), cells - 1)
        told += [*_whole("was", found.old, cells), *_whole("is", found.new, cells)]
        return [(span(" "), *row) for row in told]

    def empty(self) -> Sequence[Line]:
        if self._is_comparing:
            return [(), line("    Both are ", COMPARING)]
        if self.ends() is not None:
            return [(), line("    Nothing differs, but for what the server itself writes.")]
        problems = [p for topic in self.topics() for p in self.app.service.look(topic).problems]
        if not problems:
            return [(), line("    Reading both ...")]
        said = line("    ", span("They cannot be compared.", "warn"))
        return [(), said, *self.told(problems)]


def _words_found(older: Raw, newer: Raw, known: Resources) -> dict[str, Entry]:
    return {entry.key: entry for entry in change_entries(changes(older, newer, known))}


def _raw_found(older: Raw, newer: Raw) -> dict[str, Entry]:
    return {entry.key: entry for entry in raw_entries(raw_lines(older, newer))}


def _whole(label: str, value: SafeText | None, cells: int) -> list[Line]:
    """A value with all its lines."""
    if value is None:
        return [line(span(f"{label:<4}", "dim"), span("not there", "dim"))]
    rows: list[Line] = []
    for text in value.splitlines() or [""]:
        rows += wrap((span(text),), max(cells - 7, 20))
    return [line(span(f"{label if n == 0 else '':<4}", "dim"), *row) for n, row in enumerate(rows)]


class RevisionsScreen(ChangesScreen):
    """Two revisions that the server keeps. Enter opens the newer one."""

    def __init__(self, older: DefinitionAt, newer: DefinitionAt) -> None:
        self.older, self.newer = older, newer
        super().__init__(newer.server, newer.project)

    def list_topics(self) -> Sequence[Topic[Any]]:
        return (self.newer, self.older)

    def _as_of(self, topic: DefinitionAt) -> Definition | None:
        return self.app.service.look(topic).data

    def ends(self) -> tuple[Raw, Raw] | None:
        older, newer = self._as_of(self.older), self._as_of(self.newer)
        return (older.raw, newer.raw) if older is not None and newer is not None else None

    def definition_name(self) -> SafeText:
        newer = self._as_of(self.newer)
        return newer.name if newer is not None else SafeText(f"definition {self.newer.definition_id}")

    def which(self) -> str:
        return two_revisions(self.older.revision, self.newer.revision)

    def open_row(self, key: str) -> None:
        ways.definition(self.app, self.newer)

    def id_text(self, key: str) -> SafeText:
        return SafeText(str(self.newer.revision))

    def link(self, key: str) -> str:
        newer = self._as_of(self.newer)
        return self.app.service.browser_url(self.server, self.project, newer) if newer is not None else ""


class GivenScreen(ChangesScreen):
    """Two definitions that are in memory, such as an edit and what it began from."""

    def __init__(self, server: str, project: Project, title: str, older: Raw, newer: Raw) -> None:
        self._which = title
        self._ends = (older, newer)
        self._read_at = time.time()
        super().__init__(server, project)

    def snapshot(self) -> Snapshot[Any]:
        return Snapshot(read_at=self._read_at)

    def ends(self) -> tuple[Raw, Raw] | None:
        return self._ends

    def definition_name(self) -> SafeText:
        return text_of(self._ends[1].get("name")) or SafeText("without a name")

    def which(self) -> str:
        return self._which


def show(app: ReltuiApp, server: str, project: Project, title: str, older: Raw, newer: Raw) -> None:
    """Show what differs between two definitions in memory; `title` says which they are."""
    app.push_screen(GivenScreen(server, project, title, older, newer))
