"""The edits that were not saved, and texts of them that were not taken: what they are of, and how old."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from reltui.data.edits import Edit
from reltui.data.topics import ProjectsOf, Snapshot, Topic
from reltui.errors import ReltuiError
from reltui.model.editing.changes import changes
from reltui.model.text import SafeText, clean
from reltui.ui import kept_texts, ways_definition
from reltui.ui.external_editor import state_folder
from reltui.ui.kept_texts import KeptText
from reltui.ui.keys import Place
from reltui.ui.present import Cell, Line, Span, line, span, wrap
from reltui.ui.present_changes import change_lines
from reltui.ui.present_words import age, name_cell, within
from reltui.ui.screens.dialog import Dialog, fact
from reltui.ui.screens.following import FollowingScreen
from reltui.ui.widgets.grid import Column


class UnsavedScreen(FollowingScreen[str]):
    """Keys are the keys of the edits and of the texts. Enter goes on with one."""

    place = Place.UNSAVED

    def __init__(self) -> None:
        self._edits: dict[str, Edit] = {}
        """Of a text, what it was made of."""
        self._texts: dict[str, KeptText] = {}
        super().__init__()

    def on_screen_resume(self) -> None:
        """Read them again: the editor, or a save, may have changed them."""
        self.read()
        self.stands = False

    def read(self) -> None:
        """Take what the state folder has now."""
        edits = {edit.key: edit for edit in self.app.service.edits.load()}
        self._texts = {text.key: text for text in kept_texts.load(state_folder(self.app))}
        self._edits = {**edits, **{key: text.edit for key, text in self._texts.items()}}
        for trouble in self.app.service.edits.troubles:
            self.app.say(trouble, "warn")

    def list_topics(self) -> Sequence[Topic[Any]]:
        return [ProjectsOf(server.name) for server in self.app.service.servers]

    def snapshot(self) -> Snapshot[Any]:
        # What is shown is on this machine, and has no age.
        return Snapshot(read_at=datetime.now(UTC).timestamp())

    def columns(self, cells: int) -> Sequence[Column]:
        # Where they were made is told when it matters.
        host = (Column("host", "Made on", 10, grow=1),) if any(e.host for e in self._edits.values()) else ()
        return (
            Column("name", "Definition", 20, grow=3),
            Column("state", "State", 8),
            *host,
            Column("project", "Project", 12, grow=1, drop=1),
            Column("server", "Server", 12, grow=1, drop=2),
            Column("age", "Age", 4, right=True),
        )

    def rows(self) -> Sequence[str]:
        return list(self._edits)

    def _server(self, edit: Edit) -> SafeText:
        names = (state.name for state in self.app.service.servers if state.url == edit.server_url)
        return SafeText(next(names, "no profile"))

    def cells(self, key: str, columns: Sequence[Column]) -> Sequence[Cell]:
        edit, look, widths = self._edits[key], self.look, self.widths(columns)
        made = datetime.fromtimestamp(edit.at, UTC)
        cells: Mapping[str, Cell] = {
            "name": name_cell(edit.name, widths.get("name", 20), look, "head"),
            "state": span(self._state(key), "wait"),
            "host": Span(clean(edit.host or "here")),
            "project": Span(clean(edit.project_name)),
            "server": Span(self._server(edit)),
            "age": span(age(made, look)),
        }
        return [cells[column.id] for column in columns]

    def _state(self, key: str) -> str:
        if key in self._texts:
            return "text"
        return "new" if self._edits[key].base is None else "changed"

    def list_title(self) -> Line:
        return line("unsaved edits of definitions, on this machine")

    def preview_title(self, key: str | None) -> Line:
        return (Span(within(self._edits[key].name)),) if key in self._edits else ()

    def preview(self, key: str | None, cells: int, lines: int) -> Sequence[Line]:
        edit = self._edits.get(key) if key is not None else None
        if edit is None:
            return ()
        if key in self._texts:
            return [(span(" "), *each) for each in self._text_lines(self._texts[key], cells - 2)]
        if edit.base is None:
            return [line(" ", span("A new definition, which the server does not have yet.", "dim"))]
        return [(span(" "), *each) for each in change_lines(changes(edit.base, edit.work))]

    @staticmethod
    def _text_lines(text: KeptText, cells: int) -> Sequence[Line]:
        mistake = text.mistake
        told = [*wrap(line("A text from your editor that was not taken; secrets are not in it."), cells)]
        if mistake is not None:
            told += wrap((Span(clean(f"Line {mistake.line}: {mistake.sentence}"), "warn"),), cells)
        told += wrap((span("Enter opens it in your editor again.", "dim"),), cells)
        return [*told, *wrap((Span(clean(str(text.file.path)), "dim"),), cells)]

    def empty(self) -> Sequence[Line]:
        return [(), line("    Every edit was saved, or thrown away.")]

    def open_row(self, key: str) -> None:
        if key in self._texts:
            ways_definition.open_text(self.app, self._texts[key])
        else:
            ways_definition.open_unsaved(self.app, self._edits[key])

    def do_unsaved(self) -> None:
        """They are shown already."""

    def do_discard(self) -> None:
        """Ask whether the edit shall be thrown away."""
        key = self.grid.cursor
        if key is not None:
            self.app.push_screen(DiscardDialog(self._edits[key], self._texts.get(key)))

    def id_text(self, key: str) -> SafeText:
        number = self._edits[key].definition_id
        return SafeText(str(number) if number else "")


class DiscardDialog(Dialog):
    """Asks whether an edit, or a text of it, shall be thrown away."""

    def __init__(self, edit: Edit, text: KeptText | None = None) -> None:
        super().__init__("Throw it away", "Keep it")
        self._edit = edit
        self._text = text

    def heading(self) -> Line:
        return (span(f"Throw {'a text' if self._text is not None else 'an unsaved edit'} away"),)

    def text(self, cells: int) -> Sequence[Line]:
        edit = self._edit
        lines = fact("Definition", (Span(within(edit.name), "head"),), cells)
        what = (
            "new: the server does not have it"
            if edit.base is None
            else "changes; the server keeps what it has"
        )
        if self._text is not None:
            what = "the text from your editor; what is edited stays as it is"
        lines += fact("What goes", line(what), cells)
        return [*lines, *fact("After yes", line("it cannot be had back"), cells)]

    def confirm(self) -> None:
        if self._text is not None:
            self._text.file.remove()
            self.close_dialog()
            return
        try:
            self.app.service.edits.remove(self._edit.key)
            self.app.editings.pop(self._edit.key, None)
        except ReltuiError as error:
            self.app.say(SafeText(str(error)), "bad")
        self.close_dialog()
