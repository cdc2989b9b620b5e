"""The journal: what was decided from here and, where wanted, elsewhere."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from reltui.data import record, record_export
from reltui.data.record import Entries, Entry, Origin
from reltui.data.topics import DecidedData, DecidedOf, Problem, ProjectsOf, ReleaseOf, Snapshot
from reltui.model.filtering import Term
from reltui.model.project import Project
from reltui.model.text import SafeText, clean
from reltui.ui import ways
from reltui.ui.keys import Place
from reltui.ui.present import Cell, Line, cut, line, span
from reltui.ui.present_journal import (
    entry_preview,
    entry_title,
    journal_cell,
    journal_empty,
    related_lines,
    trouble_line,
)
from reltui.ui.present_words import count, within
from reltui.ui.screens.base import BANDS
from reltui.ui.screens.following import FollowingScreen
from reltui.ui.screens.saving import SaveDialog, write_text
from reltui.ui.widgets.grid import Column

WRITERS = {".txt": record_export.as_text, ".csv": record_export.as_csv, ".json": record_export.as_json}
"""The ending of a file's name, and what is written into it."""

HERE, BOTH = "HERE", "HERE+ELSEWHERE"
READ_AGAIN = 55.0
"""Seconds until the next drawing reads the journals again: another run may have written."""
TROUBLE = "trouble:"
"""Before the number of a sentence about what could not be read, in the key of its heading."""

Decided = tuple[DecidedData, Entries, tuple[Entry, ...]]
"""What the entries of a project were made of, and the entries."""


class JournalScreen(FollowingScreen[str]):
    """Keys are ids of entries. The journals are read in a thread, and again when a decision has changed."""

    place = Place.JOURNAL
    sorts: ClassVar[tuple[tuple[str, bool], ...]] = (
        ("when", True),
        ("verb", False),
        ("pipeline", False),
        ("release", False),
        ("stage", False),
        ("verdict", False),
        ("person", False),
        ("server", False),
        ("latency", True),
    )

    def __init__(self) -> None:
        self.both = False
        """What was decided elsewhere is shown too."""
        self._found: Entries | None = None
        self._read_at: float | None = None
        self._read_for: tuple[object, ...] | None = None
        """The decisions as they were when the journals were read last."""
        self._reads = False
        self._decided: dict[DecidedOf, Decided] = {}
        self._rows: dict[str, Entry] = {}
        self._troubles: tuple[SafeText, ...] = ()
        super().__init__()

    # What is read

    def _decisions(self) -> tuple[object, ...]:
        return tuple((decision.id, decision.state) for decision in self.app.service.outbox.decisions())

    async def _read(self) -> None:
        """Read the journals until they tell of every decision as it is."""
        self._reads = True
        while self._read_for != (now := self._decisions()):
            self._found = await self.app.service.recorded()
            self._read_for, self._read_at = now, time.time()
        self._reads = False
        self.app.draw_soon()

    def update(self) -> None:
        old = self._read_at is not None and time.time() - self._read_at >= READ_AGAIN
        if not self._reads and (old or self._read_for != self._decisions()):
            self._reads, self._read_for = True, None
            self.run_worker(self._read(), name="journal")
        super().update()

    def list_topics(self) -> Sequence[DecidedOf]:
        if not self.both:
            return ()
        service = self.app.service
        return [
            DecidedOf(server.name, project)
            for server in service.servers
            for project in service.look(ProjectsOf(server.name)).data or ()
        ]

    def _elsewhere(self, ours: Entries) -> list[Entry]:
        """What the servers tell of decisions that are not in the journals."""
        service = self.app.service
        found: list[Entry] = []
        for topic in self.list_topics():
            data = service.look(topic).data
            if data is None:
                continue
            known = self._decided.get(topic)
            if known is None or known[0] is not data or known[1] is not ours:
                url, project = service.server(topic.server).url, topic.project
                made = record.elsewhere(topic.server, url, project.id, project.name, data.rows, ours.items)
                known = self._decided[topic] = (data, ours, made)
            found += known[2]
        return found

    def snapshot(self) -> Snapshot[Any]:
        own: Snapshot[Any] = Snapshot(
            self._found, self._read_at, parts=1, answered=int(self._found is not None)
        )
        problems = tuple(Problem(SafeText("journal"), sentence) for sentence in self._troubles)
        parts: list[Snapshot[Any]] = [own, *(self.app.service.look(topic) for topic in self.list_topics())]
        times = [part.read_at for part in parts if part.read_at is not None]
        return replace(
            own,
            read_at=min(times, default=None),
            parts=sum(max(part.parts, 1) for part in parts),
            answered=sum(part.answered for part in parts),
            loading=self._reads or any(part.loading for part in parts),
            problems=(*problems, *(problem for part in parts for problem in part.problems)),
        )

    # The list

    @property
    def is_wide(self) -> bool:
        # Beside the preview a list of 120 columns would have no room for who decided.
        return self.app.size.width >= BANDS[0]

    def columns(self, cells: int) -> Sequence[Column]:
        several = self.is_mounted and len(self.app.service.servers) > 1
        server = [Column("server", "Server", 8, drop=3)] if several else []
        return (
            Column("when", "When", 12),
            Column("verb", "Verb", 8),
            Column("pipeline", "Pipeline", 9, grow=3),
            Column("release", "Release", 8, grow=2),
            Column("stage", "Stage", 9, grow=2),
            Column("verdict", "Verdict", 12),
            Column("person", "Person", 14, grow=1, drop=4),
            *server,
            Column("project", "Project", 9, grow=1, drop=2),
            Column("latency", "Answer", 7, right=True, drop=1),
        )

    def rows(self) -> Sequence[str]:
        found = self._found or Entries()
        items = record.merged(found.items, self._elsewhere(found)) if self.both else found.items
        self._rows = {_key(entry): entry for entry in items}
        self._troubles = found.troubles
        return (*self._rows, *(f"{TROUBLE}{number}" for number in range(len(found.troubles))))

    def is_heading(self, key: str) -> bool:
        return key.startswith(TROUBLE)

    def heading(self, key: str) -> Line:
        number = int(key.removeprefix(TROUBLE))
        if number >= len(self._troubles):
            return ()
        return trouble_line(self._troubles[number], self.grid.size.width, self.look)

    def stays(self, key: str) -> bool:
        return True

    def cells(self, key: str, columns: Sequence[Column]) -> Sequence[Cell]:
        widths, look = self.widths(columns), self.look
        ids = ["who" if c.id == "verdict" and "person" not in widths else c.id for c in columns]
        sizes = [widths[c.id] for c in columns]
        return [
            journal_cell(name, size, self._rows[key], look) for name, size in zip(ids, sizes, strict=True)
        ]

    def fields(self, key: str) -> Mapping[str, str]:
        return record.fields_of(self._rows[key])

    def passes(self, key: str, terms: tuple[Term, ...]) -> bool:
        return record.passes(self._rows[key], terms, self.look.now)

    def sort_value(self, key: str, sort: str) -> Any:
        entry = self._rows[key]
        newest = -entry.at.timestamp()
        match sort:
            case "verb":
                return (entry.verb, newest)
            case "pipeline":
                return (entry.definition.name.casefold(), newest)
            case "release":
                return (entry.release.name.casefold(), newest)
            case "stage":
                return (entry.stage.name.casefold(), newest)
            case "verdict":
                return (entry.origin, entry.state, newest)
            case "person":
                return (entry.who.casefold(), newest)
            case "server":
                return (entry.server.casefold(), entry.project.casefold(), newest)
            case _:
                return (entry.latency_ms or 0, -newest)

    def list_title(self) -> Line:
        here = sum(entry.origin is Origin.HERE for entry in self._rows.values())
        if not self.both:
            return line(f"[{HERE} {here}]  {BOTH}")
        snapshot = self.snapshot()
        lacking = snapshot.parts - snapshot.answered
        said = span(f"  {count(lacking, 'project')} not answered", "warn" if not snapshot.loading else "dim")
        return line(f"{HERE} {here}  [{BOTH} {len(self._rows)}]", *((said,) if lacking else ()))

    def crumbs(self) -> Line:
        return line(span("Journal", "head"), span("  what was decided, and how it ended", "dim"))

    def preview_title(self, key: str | None) -> Line:
        entry = self._rows.get(key) if key is not None else None
        return line(cut(entry_title(entry), self.title_cells, self.app.ascii)) if entry is not None else ()

    def preview(self, key: str | None, cells: int, lines: int) -> Sequence[Line]:
        entry = self._rows.get(key) if key is not None else None
        return entry_preview(entry, cells, self.look) if entry is not None else ()

    def band_title(self, key: str | None) -> Line:
        entry = self._rows.get(key) if key is not None else None
        if entry is None or not entry.release.name:
            return line("decisions on the same release")
        return line(f"decisions on {within(entry.release.name)}")

    def band(self, key: str | None, cells: int, lines: int) -> Sequence[Line]:
        entry = self._rows.get(key) if key is not None else None
        if entry is None:
            return [()]
        return related_lines(entry, self._rows.values(), cells, self.look) or [()]

    def empty(self) -> Sequence[Line]:
        filtered = bool(self.filter and self._rows)
        return journal_empty(self._found is not None, self.both, self.snapshot(), filtered)

    # Keys

    def do_scope(self) -> None:
        """With what was decided elsewhere, or without."""
        self.both = not self.both
        self.app.sync_watches()
        self.update()

    def do_refresh(self) -> None:
        """Read the journals again, and ask the servers where they are asked."""
        self._read_for = None
        self.app.service.refresh()
        self.app.say("Reading again.")
        self.update()

    def open_row(self, key: str) -> None:
        topic = self._release_topic(key)
        if topic is None:
            self.app.say(self._why_not(self._rows[key]), "warn")
        else:
            ways.release(self.app, topic, self._rows[key].stage.id)

    def _release_topic(self, key: str) -> ReleaseOf | None:
        """The release that a decision was about, or that it made, on a server that is in use."""
        entry = self._rows[key]
        number = entry.made_id or entry.release.id
        server = next((s.name for s in self.app.service.servers if s.url == entry.url), None)
        if server is None or not number:
            return None
        return ReleaseOf(server, Project(entry.project_id, entry.project), number)

    def _why_not(self, entry: Entry) -> str:
        if entry.made_id or entry.release.id:
            return f"Its server, {clean(entry.url)}, is not in use now."
        return "It was about no release that could be opened."

    def do_export(self) -> None:
        """Save what the list shows."""
        shown = [self._rows[key] for key in self.grid.keys if key in self._rows]
        if shown:
            self.app.push_screen(SaveJournal(shown))
        else:
            self.app.say("There is nothing to save.")

    def id_text(self, key: str) -> SafeText:
        return SafeText(str(self._rows[key].object_id))

    def link(self, key: str) -> str:
        topic = self._release_topic(key)
        return "" if topic is None else self.app.service.browser_url(topic.server, topic.project, topic)


def _key(entry: Entry) -> str:
    """Approvals have the same numbers on several servers."""
    return entry.id if entry.origin is Origin.HERE else f"{entry.url} {entry.id}"


class SaveJournal(SaveDialog):
    """The decisions that the list shows, in the form that the ending of the name asks for."""

    def __init__(self, shown: Sequence[Entry]) -> None:
        super().__init__(f"reltui-journal-{datetime.now(UTC):%Y-%m-%d}.txt")
        self._shown = shown

    def heading(self) -> Line:
        return (span("Save the journal"),)

    def about(self) -> Line:
        return line(
            f"{count(len(self._shown), 'decision')} as the list shows them. The ending of the name says how: "
            ".txt to be read, .csv for a spreadsheet, .json for a program."
        )

    def ready(self) -> SafeText | None:
        why_not = super().ready()
        if why_not is None and Path(self.path_typed).suffix.casefold() not in WRITERS:
            return SafeText("The name must end with .txt, .csv or .json.")
        return why_not

    async def save(self, path: Path) -> SafeText:
        await asyncio.to_thread(self._write, path)
        return SafeText(f"{count(len(self._shown), 'decision')} in {clean(str(path))}")

    def _write(self, path: Path) -> None:
        write_text(path, WRITERS[path.suffix.casefold()](self._shown))
