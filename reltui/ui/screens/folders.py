"""The folders of the definitions of a project, as a tree."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from reltui.data.decision import FolderPlace, Verb
from reltui.data.topics import DefinitionsOf, FoldersOf, Topic
from reltui.model.content import Folder
from reltui.model.text import SafeText, has_marks
from reltui.ui import ways
from reltui.ui.keys import Place
from reltui.ui.present import Cell, Line, cut, line, span
from reltui.ui.present_saving import ROOT, depth, folder_name, is_inside
from reltui.ui.present_words import count, name_cell, one_line, short_name, when, within
from reltui.ui.screens.following import dialog_lines
from reltui.ui.screens.project import ProjectScreen
from reltui.ui.screens.subject import Subject, failed_reading
from reltui.ui.widgets.grid import Column


class FoldersScreen(ProjectScreen[str]):
    """Keys are paths. Enter goes to the definitions that are in the folder."""

    place = Place.FOLDERS

    def __init__(self, topic: FoldersOf) -> None:
        self.topic = topic
        self._rows: dict[str, Folder] = {}
        super().__init__()

    @property
    def definitions(self) -> DefinitionsOf:
        """What is in the folders."""
        return DefinitionsOf(self.topic.server, self.topic.project)

    def list_topics(self) -> Sequence[Topic[Any]]:
        return (self.topic, self.definitions)

    def do_scope(self) -> None:
        """They are the folders of one project."""

    def update(self) -> None:
        before = self.grid.cursor
        super().update()
        moved = self._moved_to(before)
        if moved in self._rows:
            self.grid.move_to(moved)

    def _moved_to(self, path: str | None) -> str:
        """Where the folder under the cursor went, when a decision of ours has moved it; else nothing."""
        if path is None or path in self._rows:
            return ""
        for draft in (decision.draft for decision in self.app.service.outbox.decisions()):
            if draft is None or draft.verb is not Verb.MOVE_FOLDER or draft.server != self.topic.server:
                continue
            seen = draft.seen
            if isinstance(seen, FolderPlace) and seen.path == path and seen.project_id == draft.project.id:
                return str(draft.options.get("to") or "")
        return ""

    def rows(self) -> Sequence[str]:
        folders = self.app.service.look(self.topic).data or ()
        self._rows = {folder.path: folder for folder in sorted(folders, key=lambda f: f.path.casefold())}
        return list(self._rows)

    def inside(self, path: str, *, deep: bool) -> list[SafeText]:
        """The names of the definitions in a folder; with those of the folders in it if `deep`."""
        data = self.app.service.look(self.definitions).data
        wanted = path.casefold().rstrip(ROOT)
        return [
            definition.name
            for definition in (data.rows if data is not None else ())
            if (
                is_inside(definition.path, path)
                if deep
                else definition.path.casefold().rstrip(ROOT) == wanted
            )
        ]

    def columns(self, cells: int) -> Sequence[Column]:
        return (
            Column("folder", "Folder", 24, grow=3),
            Column("own", "In it", 5, right=True),
            Column("all", "In all", 6, right=True),
            Column("about", "About", 16, grow=3, drop=1),
            Column("changed", "Changed", 12, drop=2),
            Column("by", "By", 12, grow=1, drop=3),
        )

    def cells(self, key: str, columns: Sequence[Column]) -> Sequence[Cell]:
        widths, folder = self.widths(columns), self._rows[key]
        return [self._cell(column.id, widths[column.id], folder) for column in columns]

    def _cell(self, column: str, cells: int, folder: Folder) -> Cell:
        match column:
            case "folder":
                indent = "  " * depth(folder.path)
                name = SafeText(folder_name(folder.path) or ROOT)
                return (span(indent), *name_cell(name, cells - len(indent), self.look))
            case "own" | "all":
                number = len(self.inside(folder.path, deep=column == "all"))
                return span(str(number), "" if number else "dim")
            case "about":
                return span(one_line(folder.description))
            case "changed":
                return span(when(folder.changed_on or folder.created_on, self.look), "dim")
        return name_cell(short_name(folder.changed_by or folder.created_by), cells, self.look, "dim")

    def list_title(self) -> Line:
        number = count(len(self._rows), "folder")
        return line(f"project: {within(self.topic.project.name)}{self.how_many(self.topic, number)}")

    def crumbs(self) -> Line:
        return line("Definitions > ", span("folders", "head"))

    def note(self) -> Line:
        return (span(self.project_words(self.topic.server, self.topic.project)),)

    def preview_title(self, key: str | None) -> Line:
        return line(f"in {cut(key, self.title_cells - 4, self.app.ascii)}") if key is not None else ()

    def preview(self, key: str | None, cells: int, lines: int) -> Sequence[Line]:
        if key is None:
            return ()
        names = self.inside(key, deep=False)
        if not names:
            return [line(" ", span("No definitions; there may be some in the folders below it.", "dim"))]
        return [line(" ", *name_cell(name, cells - 2, self.look)) for name in names]

    def empty(self) -> Sequence[Line]:
        return self.nothing("folders", self.topic, filtered=False)

    def open_row(self, key: str) -> None:
        ways.definitions_in(self.app, self.topic.server, self.topic.project, key)

    # Verbs

    def subject_of(self, verb: Verb, key: str) -> Subject | SafeText:
        place = self._place(key)
        if place is None:
            return super().subject_of(verb, key)
        if verb is Verb.ADD_FOLDER and not has_marks(key):
            new = FolderPlace(self.topic.project.id, SafeText(key), is_there=False)
            return self._subject(verb, new, lambda: new, {"parent": key})
        if verb not in (Verb.ADD_FOLDER, Verb.RENAME, Verb.MOVE_FOLDER, Verb.DELETE):
            return super().subject_of(verb, key)
        if has_marks(key):
            return SafeText("Only the browser can do it: this name has characters that are shown as marks.")
        if key == ROOT:
            return SafeText("This is the root: it can be neither renamed nor moved nor deleted.")
        current = partial(self._place, key)
        if verb is Verb.DELETE:
            if not self.app.service.look(self.definitions).complete:
                return SafeText(
                    "Not all definitions are known yet, so what would go cannot be told: wait a moment."
                )
            return self._subject(Verb.DELETE_FOLDER, place, current, {})
        # To where it is: its name is asked. Else the folder is picked.
        return self._subject(Verb.MOVE_FOLDER, place, current, {"to": key} if verb is Verb.RENAME else {})

    def _place(self, key: str) -> FolderPlace | None:
        folder = next((f for f in self.app.service.look(self.topic).data or () if f.path == key), None)
        if folder is None:
            return None
        names = tuple(self.inside(key, deep=True))
        return FolderPlace(self.topic.project.id, folder.path, folder.description, names)

    def _subject(self, verb: Verb, seen: FolderPlace, current: Any, options: dict[str, str]) -> Subject:
        snapshot = self.app.service.look(self.topic)
        return Subject(
            verb,
            self.topic.server,
            self.topic.project,
            seen,
            current,
            from_cache=snapshot.from_cache,
            read_at=snapshot.read_at,
            facts=partial(self._deleted, seen) if verb is Verb.DELETE_FOLDER else (),
            stale=partial(failed_reading, snapshot),
            options=options,
        )

    def _deleted(self, seen: FolderPlace) -> Sequence[Line]:
        """The definitions that would go with a folder, all of them."""
        told = line(", ".join(within(name) for name in seen.definitions) or span("none", "dim"))
        number = count(len(seen.definitions), "definition")
        facts = [("Deletes", line(span(number, "warn" if seen.definitions else ""))), ("", told)]
        return dialog_lines(facts, self.app.size.width - 2)

    def id_text(self, key: str) -> SafeText:
        return SafeText(key)
