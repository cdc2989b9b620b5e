"""Picking one of many by typing words of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.widgets import Input

from reltui.data.decision import Verb
from reltui.data.topics import DefinitionsOf, ProjectsOf, Topic
from reltui.model.definition import Definition
from reltui.model.project import Project
from reltui.model.text import SafeText
from reltui.model.values import dataclass
from reltui.ui.keys import Place
from reltui.ui.present import Cell, Line, Span, line, span, width
from reltui.ui.screens.base import ReltuiScreen
from reltui.ui.screens.dialog import key_hint
from reltui.ui.screens.subject import Subject
from reltui.ui.widgets.grid import GUTTER, Column, Grid, lay_out
from reltui.ui.widgets.lines import Lines
from reltui.ui.widgets.rule import rule

MOVES = {"down": "down", "up": "up", "pagedown": "page-down", "pageup": "page-up"}
MOST = 500
"""Entries shown at once; more words make them fewer."""
MORE = -1
"""The line behind the entries that says so."""

LEAST_WORDS = 12
"""So many cells of the words are seen in any case."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to pick; all typed words must occur in `words`."""

    words: SafeText
    detail: SafeText
    run: Callable[[], object]


class PickScreen(ReltuiScreen):
    """A text field over a list. To override: `heading`, `entries`, `nothing`."""

    place = Place.DIALOG
    is_about_a_part: ClassVar[bool] = False
    """What is picked is written into a part of the definition that is edited below."""
    columns: ClassVar[Sequence[Column]] = (
        Column("words", "", 36, grow=2),
        Column("detail", "", 20, grow=1, drop=1),
    )

    def __init__(self) -> None:
        super().__init__()
        self._entries: Sequence[Entry] = ()
        self._early = ""
        self.grid: Grid[int] = Grid(
            self.columns,
            self._cells,
            id="list",
            titles=False,
            is_heading=lambda key: key == MORE,
            heading=lambda key: line("    ", span("There are more: type on.", "dim")),
            empty=self._empty,
        )

    details_first: ClassVar[bool] = False
    """Where there is no room for both, it is the words that are cut."""

    def heading(self) -> Line:
        """What stands in the rule at the top."""
        return ()

    def entries(self) -> Sequence[Entry]:
        """Everything that can be picked now."""
        return ()

    def nothing(self) -> SafeText:
        """What stands there when nothing matches."""
        return SafeText("Nothing has these words.")

    def compose(self) -> ComposeResult:
        yield Lines(id="header")
        yield Lines(id="title")
        yield Input(id="words", classes="field", compact=True, select_on_focus=False)
        yield self.grid
        yield Lines(id="status")
        yield Lines(id="footer")

    def on_mount(self) -> None:
        """Typing begins at once."""
        field = self.query_one("#words", Input)
        field.cursor_blink = False
        field.value = self._early
        field.cursor_position = len(self._early)
        self.set_focus(field)
        self.grid.rows.ascii = self.app.ascii

    def on_resize(self, event: events.Resize) -> None:
        """Share the room anew."""
        self.update_soon()

    def update(self) -> None:
        before = self._under_cursor
        self._entries = self.entries()
        if [column.id for column in self.columns] == ["words", "detail"]:
            self.grid.rows.use_columns(self._shared())
        self._filter()
        self._point_at(before)
        self.query_one("#title", Lines).show([rule(self.heading(), self.app.size.width, self.app.ascii)])
        self.app.draw_chrome(self, (), None)

    @property
    def _under_cursor(self) -> Entry | None:
        cursor = self.grid.cursor
        return self._entries[cursor] if cursor is not None and cursor < len(self._entries) else None

    def _point_at(self, wanted: Entry | None) -> None:
        """Put the cursor on what it was on: entries that come later may stand before it."""
        if wanted is None:
            return
        told = (wanted.words, wanted.detail)
        same = (index for index, each in enumerate(self._entries) if (each.words, each.detail) == told)
        index = next(same, None)
        if index is not None:
            self.grid.move_to(index)

    def footer_line(self, cells: int) -> Line:
        return (
            span(" "),
            *key_hint("enter", "choose"),
            *key_hint("up down", "move"),
            *key_hint("tab", "complete"),
            *key_hint(self.app.keymap.key_of("back"), "cancel"),
        )

    def _shared(self) -> Sequence[Column]:
        """The columns, the one with the details as wide as they are where the words leave the room."""
        words, detail = self.columns
        room = self.app.size.width - GUTTER
        given = dict(lay_out(self.columns, room)).get(detail, 0)
        shown = self._entries[:MOST]
        needed = max((width(entry.detail) for entry in shown), default=0)
        least = LEAST_WORDS if self.details_first else max((width(entry.words) for entry in shown), default=0)
        wide = min(needed, room - 1 - least)
        if wide <= given:
            return self.columns
        return (replace(words, width=LEAST_WORDS, grow=1), replace(detail, width=wide, grow=0, drop=0))

    def _words(self) -> list[str]:
        return self.query_one("#words", Input).value.casefold().split()

    def _filter(self) -> None:
        words = self._words()
        found = [
            index
            for index, entry in enumerate(self._entries)
            if all(word in entry.words.casefold() for word in words)
        ]
        if words:
            found.sort(key=lambda index: not self._entries[index].words.casefold().startswith(words[0]))
        self.show_entries(found[:MOST], are_all=len(found) <= MOST)

    def show_entries(self, places: Sequence[int], *, are_all: bool) -> None:
        """Show these of the entries, and that there are more where these are not all."""
        self.grid.show([*places, *(() if are_all else (MORE,))])

    def _cells(self, key: int, columns: Sequence[Column]) -> Sequence[Cell]:
        entry = self._entries[key]
        return [
            Span(entry.words) if column.id == "words" else Span(entry.detail, "dim") for column in columns
        ]

    def _empty(self) -> Sequence[Line]:
        return [(span("  "), Span(self.nothing(), "dim"))]

    @on(Input.Changed)
    def typed(self) -> None:
        """The list follows the typing, from its beginning."""
        self._filter()
        self.grid.perform("first")
        self.grid.repaint()

    def key_pressed(self, event: events.Key) -> bool:
        if not self.types_text:
            # Typed before the field was there.
            self._early += event.character if event.character and event.is_printable else ""
        elif event.key in MOVES:
            self.grid.perform(MOVES[event.key])
        elif event.key == "tab":
            self._complete()
        elif event.key == "enter":
            self._choose()
        else:
            return super().key_pressed(event)
        return True

    @on(Grid.Opened)
    def clicked(self) -> None:
        """The mouse on an entry."""
        self._choose()

    def _complete(self) -> None:
        if self.grid.cursor is not None:
            field = self.query_one("#words", Input)
            field.value = self._entries[self.grid.cursor].words
            field.cursor_position = len(field.value)

    def _choose(self) -> None:
        if self.grid.cursor is None or not self.is_on_top:
            return
        entry = self._entries[self.grid.cursor]
        self.app.pop_screen()
        entry.run()

    def do_back(self) -> None:
        """Escape: nothing picked."""
        self.app.go_back()


class PickDefinition(PickScreen):
    """The definition of a new release, where the screen does not tell which."""

    def heading(self) -> Line:
        return (span("Create a release of which definition?"),)

    def topics(self) -> Sequence[Topic[Any]]:
        return [topic for _, _, topic in self._places()]

    def _places(self) -> list[tuple[str, Project, DefinitionsOf]]:
        service = self.app.service
        return [
            (server.name, project, DefinitionsOf(server.name, project))
            for server in service.servers
            for project in service.look(ProjectsOf(server.name)).data or ()
        ]

    def nothing(self) -> SafeText:
        snapshots = [self.app.service.look(topic) for _, _, topic in self._places()]
        if not snapshots or any(snapshot.data is None and not snapshot.problems for snapshot in snapshots):
            return SafeText("The definitions are being read ...")
        return SafeText("No definition has these words.")

    def entries(self) -> Sequence[Entry]:
        self.app.sync_watches()
        found: list[Entry] = []
        several = len(self.app.service.servers) > 1
        for server, project, topic in self._places():
            snapshot = self.app.service.look(topic)
            for definition in snapshot.data.rows if snapshot.data is not None else ():
                where = f"{server} / {project.name}" if several else project.name
                found.append(
                    Entry(
                        SafeText(f"{definition.name}  {where}"),
                        SafeText(f"{definition.path}  id {definition.id}"),
                        partial(self._begin, server, project, topic, definition),
                    )
                )
        return found

    def _begin(self, server: str, project: Project, topic: DefinitionsOf, definition: Definition) -> None:
        from reltui.ui.screens import verbs

        service = self.app.service

        def current() -> Definition | None:
            data = service.look(topic).data
            rows = data.rows if data is not None else ()
            return next((row for row in rows if row.id == definition.id), None)

        snapshot = service.look(topic)
        verbs.open_dialog(
            self.app,
            Subject(Verb.CREATE, server, project, definition, current, snapshot.from_cache, snapshot.read_at),
        )
