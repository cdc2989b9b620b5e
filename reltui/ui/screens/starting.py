"""The beginning of a new definition: from what, under which name, in which folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.widget import Widget
from textual.widgets import Input

from reltui.data.topics import DefinitionOf, DefinitionsOf, ResourcesOf, Topic
from reltui.model.definition import Definition
from reltui.model.editing.starts import STARTS, Start, clone_of, started
from reltui.model.project import Project
from reltui.model.resources import NOTHING, Resources
from reltui.model.text import SafeText, clean, has_marks
from reltui.ui import ways_definition
from reltui.ui.present import Line, Span, line, span, wrap
from reltui.ui.present_words import within
from reltui.ui.screens.asking import line_field
from reltui.ui.screens.dialog import fact
from reltui.ui.screens.field import FieldScreen
from reltui.ui.screens.pick import Entry, PickScreen
from reltui.ui.widgets.grid import Column
from reltui.ui.widgets.lines import Lines

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp

Make = Callable[[str, str, Resources], dict[str, Any]]
"""Name, folder and what the server offers to a definition."""


class PickStart(PickScreen):
    """From what a new definition begins."""

    columns: ClassVar[Sequence[Column]] = (
        Column("words", "", 26, grow=1),
        Column("detail", "", 20, grow=3, drop=1),
    )

    def __init__(self, server: str, project: Project, folder: str) -> None:
        super().__init__()
        self._server = server
        self._project = project
        self._folder = folder

    def topics(self) -> Sequence[Topic[Any]]:
        # Read meanwhile: templates take the first queue from it.
        return (ResourcesOf(self._server, self._project), DefinitionsOf(self._server, self._project))

    def heading(self) -> Line:
        return line("A new definition in ", Span(within(self._project.name), "head"), ": begin with what?")

    def nothing(self) -> SafeText:
        return SafeText("No start has these words.")

    def entries(self) -> Sequence[Entry]:
        found = [
            Entry(SafeText(start.label), SafeText(start.help), partial(self._named, start))
            for start in STARTS
        ]
        data = self.app.service.look(DefinitionsOf(self._server, self._project)).data
        found.append(
            Entry(SafeText("from a file"), SafeText("one that was exported, also elsewhere"), self._from_file)
        )
        for each in data.rows if data is not None else ():
            words = SafeText(f"clone of {within(each.name)}")
            copy = partial(begin_copy, self.app, self._server, self._project, each)
            found.append(Entry(words, SafeText(f"{each.path}  id {each.id}"), copy))
        return found

    def _named(self, start: Start) -> None:
        make = partial(started, start.id)
        title = SafeText(f"New definition: {start.label}")
        self.app.push_screen(NameDefinition(self._server, self._project, title, "", self._folder, make))

    def _from_file(self) -> None:
        from reltui.ui.screens import importing

        importing.begin(self.app, self._server, self._project)


def begin_copy(app: ReltuiApp, server: str, project: Project, definition: Definition) -> None:
    """Read a definition, ask for the name of its copy, and edit that."""

    def ask(whole: Definition) -> None:
        def make(name: str, folder: str, known: Resources) -> dict[str, Any]:
            return clone_of(whole.raw, name, folder)

        title = SafeText(f"A copy of {within(whole.name)}")
        app.push_screen(
            NameDefinition(server, project, title, f"{whole.name} - copy", whole.path or "\\", make)
        )

    topic = DefinitionOf(server, project, definition.id)
    ways_definition.when_read(app, topic, definition.name, ask)


class NameDefinition(FieldScreen):
    """Asks for name and folder. Enter goes on, Escape goes back."""

    def __init__(
        self, server: str, project: Project, title: SafeText, name: str, folder: str, make: Make
    ) -> None:
        super().__init__()
        self._server = server
        self._project = project
        self._title = title
        self._called = name
        self._folder = folder
        self._make = make

    def topics(self) -> Sequence[Topic[Any]]:
        return (ResourcesOf(self._server, self._project), DefinitionsOf(self._server, self._project))

    def heading(self) -> Line:
        return (Span(self._title),)

    def fields(self) -> Sequence[Widget]:
        return [
            line_field("name", value=self._called, placeholder="type a name"),
            Lines(id="folder-title"),
            line_field("folder", value=self._folder, placeholder="\\"),
        ]

    def lines(self, cells: int) -> Sequence[Line]:
        told = "Nothing is sent yet: the editor comes next, and saving asks once more."
        project = fact("Project", (Span(self._project.name, "head"),), cells)
        return [*project, (), *wrap((span(told, "dim"),), cells), (), line("Name")]

    def hints(self) -> tuple[str, str]:
        return "go on to the editor", "cancel"

    def update(self) -> None:
        self.query_one("#folder-title", Lines).show([line(" Folder, such as \\Billing\\Web")])
        super().update()

    def taken(self, text: str) -> None:
        """Make it, and open the editor."""
        name = str(clean(self.query_one("#name", Input).value.strip()))
        folder = str(clean(self.query_one("#folder", Input).value.strip()))
        if not name:
            self.app.say("Type a name first.", "warn")
            return
        if has_marks(name):
            self.app.say("A name cannot have an invisible character in it: type it anew.", "warn")
            return
        folder = folder if folder.startswith("\\") else f"\\{folder}"
        data = self.app.service.look(DefinitionsOf(self._server, self._project)).data
        taken = {(d.path.casefold(), d.name.casefold()) for d in (data.rows if data is not None else ())}
        if (folder.casefold(), name.casefold()) in taken:
            self.app.say(SafeText(f'There is a definition "{name}" in that folder already.'), "warn")
            return
        known = self.app.service.look(ResourcesOf(self._server, self._project)).data or NOTHING
        try:
            work = self._make(name, folder, known)
        except ValueError as error:
            self.app.say(clean(str(error)), "warn")
            return
        self.app.pop_screen()
        ways_definition.open_editor(self.app, self._server, self._project, None, work)
