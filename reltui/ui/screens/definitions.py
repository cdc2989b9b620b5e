"""The definitions of a project, by folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby
from typing import Any, ClassVar

from reltui.data.decision import Verb
from reltui.data.topics import (
    DefinitionOf,
    DefinitionsData,
    DefinitionsOf,
    FoldersOf,
    Inbox,
    ReleasesOf,
    Topic,
)
from reltui.model.definition import Definition
from reltui.model.text import SafeText
from reltui.ui import ways
from reltui.ui.keys import Action, Place
from reltui.ui.present import Cell, Line, line, span
from reltui.ui.present_definitions import (
    definition_cell,
    definition_preview,
    definition_title,
    definition_values,
    deleted_lines,
    folder_line,
    release_band,
)
from reltui.ui.present_releases import bad_row_line
from reltui.ui.present_words import count, within
from reltui.ui.screens.base import BANDS
from reltui.ui.screens.definition_verbs import definition_subject
from reltui.ui.screens.starred import StarredScreen
from reltui.ui.screens.subject import Subject
from reltui.ui.screens.writing import Here, WritingScreen
from reltui.ui.widgets.grid import Column

NOT_OF_DELETED = frozenset({"create", "edit", "new-definition", "history", "open"})
"""Actions that a deleted definition has to be had back for."""


class DefinitionsScreen(WritingScreen, StarredScreen):
    """Keys are definition ids; folders and rows that could not be read are headings with negative numbers."""

    place = Place.DEFINITIONS
    sorts: ClassVar[tuple[tuple[str, bool], ...]] = (
        ("folder", False),
        ("name", False),
        ("last release", True),
        ("waiting", True),
        ("edited", True),
    )

    def __init__(self) -> None:
        self._rows: dict[int, Definition] = {}
        self._waiting: Counter[int] = Counter()
        self.deleted = False
        """The deleted definitions are shown in place of the others."""
        super().__init__()

    @property
    def topic(self) -> DefinitionsOf | None:
        chosen = self.chosen
        return DefinitionsOf(*chosen, deleted=self.deleted) if chosen is not None else None

    def list_topics(self) -> Sequence[Topic[Any]]:
        topic = self.topic
        return () if topic is None else (topic, Inbox())

    def details(self, key: int) -> Sequence[Topic[Any]]:
        topic = self.topic
        # A deleted definition cannot be asked for by its id.
        if topic is None or key < 0 or topic.deleted:
            return ()
        whole = DefinitionOf(topic.server, topic.project, key)
        width, height = self.app.size
        if width >= BANDS[0] and height >= BANDS[1]:
            return (whole, ReleasesOf(topic.server, topic.project, key))
        return (whole,)

    def columns(self, cells: int) -> Sequence[Column]:
        return (
            *self.star_column(),
            Column("name", "Name", 22 - 2 * bool(self.favourite_ids), grow=4),
            Column("stages", "Stages", 6, right=True),
            Column("last", "Last release", 12, grow=1),
            Column("when", "When", 4, right=True),
            Column("waiting", "Waiting", 7, right=True),
            Column("edited", "Edited", 12, drop=2),
            Column("by", "By", 10, drop=1),
            Column("revision", "Rev", 4, right=True),
        )

    def data(self) -> DefinitionsData:
        """What is known of the list."""
        topic = self.topic
        known = self.app.service.look(topic).data if topic is not None else None
        return known or DefinitionsData()

    def rows(self) -> Sequence[int]:
        data, cells, look = self.data(), self.grid.size.width, self.look
        self._rows = self.listed(data.rows)
        self._count_waiting()
        self.begin_headings()
        keys = self.starred_first(self._rows)
        for path, inside in groupby(self.unstarred(self._rows), key=lambda d: d.path):
            definitions = list(inside)
            keys.append(self.add_heading(folder_line(path, len(definitions), cells, look)))
            keys += [d.id for d in definitions]
        self.end_folders()
        return keys + [self.add_heading(bad_row_line("definition", bad, cells, look)) for bad in data.bad]

    def _count_waiting(self) -> None:
        topic = self.topic
        inbox = self.app.service.look(Inbox()).data
        self._waiting = Counter(
            row.approval.definition.id
            for row in (inbox.rows if inbox is not None else ())
            if topic is not None and (row.server, row.project.id) == (topic.server, topic.project.id)
        )

    def cells(self, key: int, columns: Sequence[Column]) -> Sequence[Cell]:
        widths, look, definition = self.widths(columns), self.look, self._rows[key]
        return [
            self.star_cell(key)
            if column.id == "star"
            else definition_cell(column.id, widths[column.id], definition, self._waiting[key], look)
            for column in columns
        ]

    def fields(self, key: int) -> Mapping[str, str]:
        words = ["favourite"] if key in self.favourite_ids else []
        words += ["waiting"] if self._waiting[key] else []
        return {**definition_values(self._rows[key]), "is": " ".join(words)}

    def sort_value(self, key: int, sort: str) -> Any:
        definition = self._rows[key]
        name = definition.name.casefold()
        match sort:
            case "name":
                return name
            case "waiting":
                return (self._waiting[key], name)
            case "edited":
                moment = definition.modified_on
            case _:
                moment = definition.last_release_on
        return (moment.timestamp() if moment is not None else 0.0, name)

    def list_title(self) -> Line:
        topic = self.topic
        if topic is None:
            return line("definitions")
        number = count(len(self._rows), "deleted definition" if self.deleted else "definition")
        where = f"project: {within(topic.project.name)}{self.how_many(topic, number)}{self.folder_words()}"
        return line(where, span(self.unsaved_words(), "wait"))

    def footer_actions(self) -> Sequence[Action]:
        actions = super().footer_actions()
        return [each for each in actions if each.id not in NOT_OF_DELETED] if self.deleted else actions

    def note(self) -> Line:
        topic = self.topic
        return (span(self.project_words(topic.server, topic.project)),) if topic is not None else ()

    def preview_title(self, key: int | None) -> Line:
        return line(definition_title(self._rows[key], self.look)) if key in self._rows else ()

    def preview(self, key: int | None, cells: int, lines: int) -> Sequence[Line]:
        topic = self.topic
        if topic is None or key is None or key not in self._rows:
            return ()
        if topic.deleted:
            return deleted_lines(self._rows[key], cells, self.look)
        whole = self.app.service.look(DefinitionOf(topic.server, topic.project, key))
        shown = definition_preview(
            self._rows[key],
            whole.data.definition if whole.data is not None else None,
            cells,
            self.look,
            roomy=lines > 12,
            loading=not whole.problems,
        )
        return [*shown, *(line(" ", span(problem.sentence, "warn")) for problem in whole.problems)]

    def band_title(self, key: int | None) -> Line:
        return line(f"releases of {within(self._rows[key].name)}") if key in self._rows else line("releases")

    def band(self, key: int | None, cells: int, lines: int) -> Sequence[Line]:
        topic = self.topic
        if topic is None or key is None or key not in self._rows or topic.deleted:
            return [()]
        releases = self.app.service.look(ReleasesOf(topic.server, topic.project, key)).data
        return release_band(releases, cells, self.look)

    def empty(self) -> Sequence[Line]:
        what = "deleted definitions" if self.deleted else "definitions"
        return self.nothing(what, self.topic, filtered=bool(self.filter and self._rows))

    def open_row(self, key: int) -> None:
        topic = self.topic
        if self.deleted:
            self.app.say("It is deleted; :undelete has it back.")
        elif topic is not None:
            ways.definition(self.app, DefinitionOf(topic.server, topic.project, key))

    def is_about_row(self, verb: Verb) -> bool:
        return True

    def subject_of(self, verb: Verb, key: int) -> Subject | SafeText:
        topic, definition = self.topic, self._rows.get(key)
        if topic is None or definition is None:
            return super().subject_of(verb, key)
        if verb is Verb.CREATE and not topic.deleted:
            return self.create_subject(topic.server, topic.project, key)
        # The list of the deleted ones says it of each, whatever their JSON says.
        drawn = replace(definition, is_deleted=topic.deleted)
        current = partial(self._current, key)
        whole = DefinitionOf(topic.server, topic.project, key)
        return definition_subject(self, verb, whole, drawn, current, self.app.service.look(topic))

    def _current(self, key: int) -> Definition | None:
        return next((definition for definition in self.data().rows if definition.id == key), None)

    def do_deleted(self) -> None:
        """The deleted definitions, or the others again."""
        self.deleted = not self.deleted
        self.update()

    def do_history(self) -> None:
        """The revisions of the definition under the cursor."""
        topic, key = self.topic, self.grid.cursor
        if topic is not None and topic.deleted:
            self.app.say("It is deleted; :undelete has it back, with its history.")
        elif topic is not None and key is not None:
            ways.history(self.app, DefinitionOf(topic.server, topic.project, key))

    def do_folders(self) -> None:
        """The folders of the project."""
        topic = self.topic
        if topic is not None:
            ways.folders(self.app, FoldersOf(topic.server, topic.project))

    def written(self) -> Here | str:
        topic, key = self.topic, self.grid.cursor
        if topic is None:
            return "The projects have not been read yet."
        if topic.deleted:
            return "These definitions are deleted: :undelete has one back, :deleted shows the others."
        return (topic.server, topic.project, self._rows.get(key) if key is not None else None)

    def id_text(self, key: int) -> SafeText:
        return SafeText(str(key))

    def link(self, key: int) -> str:
        topic, definition = self.topic, self._rows.get(key)
        if topic is None or definition is None:
            return ""
        return self.app.service.browser_url(topic.server, topic.project, definition)
