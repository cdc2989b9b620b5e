"""The revisions of a definition: who saved what and when; two of them side by side; an old one again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from reltui.data.decision import Verb
from reltui.data.topics import DefinitionAt, DefinitionData, DefinitionOf, Topic
from reltui.model.definition import Definition, DefinitionRevision
from reltui.model.editing.changes import changes
from reltui.model.text import SafeText
from reltui.ui import ways
from reltui.ui.keys import Action, Place
from reltui.ui.present import Cell, Line, line, span, wrap
from reltui.ui.present_changes import broken, change_lines, revision_cell, two_revisions
from reltui.ui.present_words import count, within
from reltui.ui.screens.definition_verbs import restore_subject
from reltui.ui.screens.project import ProjectScreen
from reltui.ui.screens.subject import Subject
from reltui.ui.widgets.grid import Column


class DefinitionHistoryScreen(ProjectScreen[int]):
    """Keys are revision numbers, the newest first."""

    place = Place.REVISIONS
    planned: ClassVar[frozenset[Verb]] = frozenset()

    def __init__(self, topic: DefinitionOf) -> None:
        self.topic = topic
        self._rows: dict[int, DefinitionRevision] = {}
        self._told: tuple[Definition, Definition, tuple[Line, ...]] | None = None
        super().__init__()

    def list_topics(self) -> Sequence[Topic[Any]]:
        return (self.topic,)

    def details(self, key: int) -> Sequence[Topic[Any]]:
        before = self._before(key)
        return tuple(self.at(revision) for revision in (key, before) if revision)

    def at(self, revision: int) -> DefinitionAt:
        """The definition as it was at a revision."""
        topic = self.topic
        return DefinitionAt(topic.server, topic.project, topic.definition_id, revision)

    def do_scope(self) -> None:
        """It is the history of one definition."""

    @property
    def data(self) -> DefinitionData | None:
        """The definition as it is now, with its revisions."""
        return self.app.service.look(self.topic).data

    def rows(self) -> Sequence[int]:
        data = self.data
        revisions = (data.revisions or ()) if data is not None else ()
        self._rows = {each.revision: each for each in sorted(revisions, key=lambda r: -r.revision)}
        return list(self._rows)

    def _before(self, key: int) -> int:
        """The revision before one; 0 for the first that is known."""
        return max((each for each in self._rows if each < key), default=0)

    def columns(self, cells: int) -> Sequence[Column]:
        return (
            Column("revision", "Rev", 5, right=True),
            Column("when", "When", 12),
            Column("by", "By", 16, grow=1),
            Column("kind", "Kind", 8, drop=1),
            Column("now", "", 3),
            Column("comment", "Comment", 20, grow=4),
        )

    def cells(self, key: int, columns: Sequence[Column]) -> Sequence[Cell]:
        data, widths, look = self.data, self.widths(columns), self.look
        now = data.definition.revision if data is not None else 0
        revision = self._rows[key]
        return [revision_cell(c.id, widths[c.id], revision, key == now, look) for c in columns]

    def fields(self, key: int) -> Mapping[str, str]:
        return {}

    def list_title(self) -> Line:
        data = self.data
        if data is None:
            return line(span(f"definition {self.topic.definition_id}", "head"))
        return line(span(within(data.definition.name), "head"), f"  {count(len(self._rows), 'revision')}")

    def crumbs(self) -> Line:
        return line("Definition > ", span("history", "head"))

    def note(self) -> Line:
        return (span(self.project_words(self.topic.server, self.topic.project)),)

    def preview_title(self, key: int | None) -> Line:
        if key is None:
            return ()
        before = self._before(key)
        return line(f"what it changed: {two_revisions(before, key)}" if before else "the first revision")

    def preview(self, key: int | None, cells: int, lines: int) -> Sequence[Line]:
        if key is None or key not in self._rows:
            return ()
        comment = self._rows[key].comment
        told = [(span(" "), *row) for part in comment.splitlines() for row in wrap((span(part),), cells - 2)]
        return [*told, *(self._changes(key, cells))]

    def _changes(self, key: int, cells: int) -> Sequence[Line]:
        before = self._before(key)
        if not before:
            return [line(" ", span("There is none before it to compare it with.", "dim"))]
        look = self.app.service.look
        old, new = look(self.at(before)), look(self.at(key))
        if old.data is None or new.data is None:
            problems = (*old.problems, *new.problems)
            if problems:
                return [line(" ", span(problems[0].sentence, "warn"))]
            return [line(" ", span("Reading both revisions ...", "dim"))]
        if self._told is None or self._told[0] is not old.data or self._told[1] is not new.data:
            found = change_lines(changes(old.data.raw, new.data.raw))
            nothing = [line(span("Nothing differs, but for what the server itself writes.", "dim"))]
            self._told = (old.data, new.data, tuple(found or nothing))
        return [(span(" "), *row) for row in broken(self._told[2], cells - 2)]

    def empty(self) -> Sequence[Line]:
        data = self.data
        if data is not None and data.revisions is None:
            return [(), line("    ", span("The history could not be read.", "warn"))]
        return self.nothing("revisions", self.topic, filtered=False)

    def open_row(self, key: int) -> None:
        ways.definition(self.app, self.at(key))

    def footer_actions(self) -> Sequence[Action]:
        offered = {action.id: action for action in self.app.keymap.offered(self.place)}
        *own, command, help = super().footer_actions()
        return [*own, offered["compare"], command, help]

    def do_compare(self) -> None:
        """The two that are marked; else the one under the cursor with the one before."""
        marked, cursor = sorted(self.grid.marks), self.grid.cursor
        if len(marked) == 2:
            older, newer = marked
        elif marked:
            self.app.say(f"{len(marked)} are marked: mark two to compare them, or none.")
            return
        elif cursor is None or not self._before(cursor):
            self.app.say("There is no revision before it: mark two to compare them.")
            return
        else:
            older, newer = self._before(cursor), cursor
        ways.revisions(self.app, self.at(older), self.at(newer))

    def subject_of(self, verb: Verb, key: int) -> Subject | SafeText:
        if verb is not Verb.SAVE:
            return super().subject_of(verb, key)
        return restore_subject(self, self.at(key))

    def current(self) -> Definition | None:
        """The definition as it is now."""
        data = self.data
        return data.definition if data is not None else None

    def id_text(self, key: int) -> SafeText:
        return SafeText(str(key))

    def link(self, key: int) -> str:
        now = self.current()
        if now is None:
            return ""
        return self.app.service.browser_url(self.topic.server, self.topic.project, now)
