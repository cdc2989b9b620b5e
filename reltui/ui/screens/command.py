"""The command line: every action by name, and going anywhere by words or by a pasted link."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import ClassVar

from textual.widgets import Input

from reltui.data.topics import DefinitionOf, DefinitionsOf, Inbox, ProjectsOf, ReleaseOf, ReleasesOf
from reltui.model.address import is_link
from reltui.model.project import Project
from reltui.model.text import SafeText
from reltui.ui import ways, ways_definition
from reltui.ui.keys import Place
from reltui.ui.links import open_link
from reltui.ui.present import Cell, Line, Span, cut, padded, span
from reltui.ui.screens.base import ListScreen, ReltuiScreen
from reltui.ui.screens.pick import Entry, PickScreen
from reltui.ui.widgets.grid import Column

ACTION_CELLS = 18
"""For the ids of actions."""
PLACE_CELLS = 48


class CommandScreen(PickScreen):
    """`:` - an action of the screen below, a project, a server, a definition, a release, or a link."""

    columns: ClassVar[Sequence[Column]] = (Column("row", "", 30, grow=1),)

    def __init__(self, below: ReltuiScreen) -> None:
        super().__init__()
        self.below = below
        self._found: Sequence[Entry] = ()

    def heading(self) -> Line:
        return (span(": command, or where to go"),)

    def nothing(self) -> SafeText:
        return SafeText("No command, project, server, definition or release has these words.")

    def _cells(self, key: int, columns: Sequence[Column]) -> Sequence[Cell]:
        # What an action does is a sentence, cut at its end; names of places and things need more room.
        entry = self._entries[key]
        room = PLACE_CELLS if " " in entry.words else ACTION_CELLS
        words = cut(entry.words, room, self.app.ascii)
        return [(*padded(Span(words), room + 1), Span(entry.detail, "dim"))]

    def _filter(self) -> None:
        typed = self.query_one("#words", Input).value
        if not is_link(typed):
            self._entries = self.entries()
            super()._filter()
            return
        go = partial(open_link, self.app, typed)
        self._entries = [Entry(SafeText("open this link"), SafeText("on the server it is of"), go)]
        self.grid.show([0])

    def _complete(self) -> None:
        if not is_link(self.query_one("#words", Input).value):
            super()._complete()

    def entries(self) -> Sequence[Entry]:
        # Gathered once: what is on the list must not change while a person chooses from it.
        if not self._found:
            self._found = [*self._actions(), *self._places(), *self._things()]
        return self._found

    def _actions(self) -> Iterator[Entry]:
        for action in self.app.keymap.offered(self.below.place):
            if Place.READING in action.places or action.id in ("command", "back"):
                continue
            keys = " ".join(self.app.keymap.keys_of(action.id))
            yield Entry(
                SafeText(action.id),
                SafeText(f"{keys:<8} {action.help}"),
                partial(self.app.keyboard.do, action),
            )

    def _projects(self) -> Iterator[tuple[str, Project]]:
        for server in self.app.service.servers:
            for project in self.app.service.look(ProjectsOf(server.name)).data or ():
                yield server.name, project

    def _places(self) -> Iterator[Entry]:
        for server, project in self._projects():
            yield Entry(
                SafeText(f"project {project.name}"),
                SafeText(f"its releases, on {server}"),
                partial(self._go_project, server, project),
            )
        if len(self.app.service.servers) > 1:
            for state in self.app.service.servers:
                yield Entry(
                    SafeText(f"server {state.name}"),
                    SafeText(f"its approvals: {state.label}"),
                    partial(self._go_server, state.name),
                )

    def _go_project(self, server: str, project: Project) -> None:
        self.app.scope = (server, project)
        ways_definition.leave_then(self.app, partial(self.app.go_top, "releases"))

    def _go_server(self, name: str) -> None:
        ways_definition.leave_then(self.app, partial(self.app.go_top, "approvals"))
        screen = self.app.screen
        if isinstance(screen, ListScreen):
            screen.filter = f"server:{name}"
            self.app.draw_soon()

    def _things(self) -> Iterator[Entry]:
        """Definitions and releases that are in memory or in the cache; nothing is asked for."""
        seen: set[tuple[str, str, int]] = set()

        def new(kind: str, server: str, number: int) -> bool:
            before = len(seen)
            if number > 0:
                seen.add((kind, server, number))
            return len(seen) > before

        service = self.app.service
        inbox = service.look(Inbox()).data
        for row in inbox.rows if inbox is not None else ():
            release, definition = row.approval.release, row.approval.definition
            if new("release", row.server, release.id):
                yield self._release(row.server, row.project, release.id, release.name, definition.name)
            if new("definition", row.server, definition.id):
                yield self._definition(row.server, row.project, definition.id, definition.name)
        for server, project in self._projects():
            definitions = service.look(DefinitionsOf(server, project)).data
            for one in definitions.rows if definitions is not None else ():
                if new("definition", server, one.id):
                    yield self._definition(server, project, one.id, one.name)
            releases = service.look(ReleasesOf(server, project)).data
            for each in releases.rows if releases is not None else ():
                if new("release", server, each.id):
                    yield self._release(server, project, each.id, each.name, each.definition.name)

    def _release(self, server: str, project: Project, number: int, name: str, definition: str) -> Entry:
        topic = ReleaseOf(server, project, number)
        go: Callable[[], None] = partial(ways.release, self.app, topic)
        return Entry(SafeText(f"release {name}  {definition}"), SafeText(f"id {number}, {project.name}"), go)

    def _definition(self, server: str, project: Project, number: int, name: str) -> Entry:
        topic = DefinitionOf(server, project, number)
        go: Callable[[], None] = partial(ways.definition, self.app, topic)
        return Entry(SafeText(f"definition {name}"), SafeText(f"id {number}, {project.name}"), go)
