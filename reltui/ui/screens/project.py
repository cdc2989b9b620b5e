"""What the screens of one project share: which project, and what an empty list may say."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import partial
from typing import Any, TypeVar

from reltui.data.decision import Verb
from reltui.data.topics import DefinitionsOf, Problem, ProjectsOf, Topic
from reltui.model.definition import Definition
from reltui.model.project import Project
from reltui.model.text import SafeText
from reltui.ui.present import Line, line, span, wrap
from reltui.ui.present_words import within
from reltui.ui.screens.following import FollowingScreen
from reltui.ui.screens.subject import Subject

K = TypeVar("K", bound=Hashable)

INDENT = 4
"""Blanks before what stands in place of rows."""


class ProjectScreen(FollowingScreen[K]):
    """A top screen shows the project that the application keeps in `scope`; `m` goes on to the next."""

    def __init__(self) -> None:
        self._shown: tuple[Topic[Any], ...] = ()
        super().__init__()

    def projects(self) -> list[tuple[str, Project]]:
        """Every project of every server, as far as they are known."""
        service = self.app.service
        return [
            (server.name, project)
            for server in service.servers
            for project in service.look(ProjectsOf(server.name)).data or ()
        ]

    def project_words(self, server: str, project: Project) -> str:
        """Where one is; the server is named where there are several, so that no two places look alike."""
        several = len(self.app.service.servers) > 1
        return f"project: {f'{server} / ' if several else ''}{within(project.name)}"

    def how_many(self, topic: Topic[Any], number: str) -> str:
        """How many there are, for the title; nothing while the server has not told (C12)."""
        return f" | {number}" if self.app.service.look(topic).data is not None else ""

    @property
    def chosen(self) -> tuple[str, Project] | None:
        """Server and project of the top screens: the one chosen last, else the first there is."""
        if self.app.scope is None:
            self.app.scope = next(iter(self.projects()), None)
        return self.app.scope

    def do_scope(self) -> None:
        """The next project."""
        known = self.projects()
        chosen = self.chosen
        if len(known) < 2 or chosen is None:
            self.app.say("There is no other project.")
            return
        place = known.index(chosen) if chosen in known else -1
        self.app.scope = known[(place + 1) % len(known)]
        self.update()

    def update(self) -> None:
        topics = tuple(self.list_topics())
        if topics != self._shown:
            # Another project, or the first one has become known.
            self._shown = topics
            self.followed = ()
            self.grid.forget()
            self.app.sync_watches()
        super().update()

    def nothing(self, what: str, topic: Topic[Any] | None, *, filtered: bool) -> list[Line]:
        """What an empty list says: that there is nothing only when the server has said so (C12)."""
        if filtered:
            return [(), line("    No row has these words. Escape clears the filter.")]
        if topic is None:
            servers = self.app.service.servers
            why = [Problem(SafeText(s.name), s.sentence) for s in servers if s.sentence]
            said = line("    ", span("The projects cannot be read.", "warn"))
            return [(), said, *self.told(why)] if why else [(), line("    Reading the projects...")]
        snapshot = self.app.service.look(topic)
        if snapshot.complete and not snapshot.from_cache:
            said = line(f"    There are no {what} here.")
        elif snapshot.problems:
            said = line("    ", span(f"It cannot be told whether there are {what} here.", "warn"))
        else:
            said = line(f"    Reading the {what}...")
        return [(), said, *self.told(snapshot.problems)]

    def told(self, problems: Sequence[Problem]) -> list[Line]:
        """Why an empty list is empty, each reason once and whole, and the key that asks again."""
        sentences = dict.fromkeys(f"{problem.where}: {problem.sentence}" for problem in problems)
        again = self.app.keymap.way_to("refresh")
        advice = [(), line("    ", span(f"{again} asks again.", "dim"))] if sentences else []
        room = max((self.grid.size.width or self.app.size.width) - INDENT, 1)
        rows = [row for sentence in sentences for row in wrap((span(sentence, "warn"),), room)]
        return [*((span(" " * INDENT), *row) for row in rows), *advice]

    def create_subject(self, server: str, project: Project, definition_id: int) -> Subject | SafeText:
        """What `create` acts on: the definition as its list has it."""
        snapshot = self.app.service.look(DefinitionsOf(server, project))
        definition = self._definition(server, project, definition_id)
        if definition is None:
            return SafeText("The definition has not been read yet.")
        return Subject(
            Verb.CREATE,
            server,
            project,
            definition,
            partial(self._definition, server, project, definition_id),
            from_cache=snapshot.from_cache,
            read_at=snapshot.read_at,
        )

    def _definition(self, server: str, project: Project, definition_id: int) -> Definition | None:
        data = self.app.service.look(DefinitionsOf(server, project)).data
        return next((d for d in data.rows if d.id == definition_id), None) if data is not None else None
