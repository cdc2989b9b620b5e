"""The keys of writing definitions, for every screen that shows some."""

from __future__ import annotations

from functools import partial

from reltui.data.topics import DefinitionOf
from reltui.model.definition import Definition
from reltui.model.project import Project
from reltui.ui import ways_definition
from reltui.ui.screens.screen import ReltuiScreen

Here = tuple[str, Project, Definition | None]
"""Server, project, and the definition that is meant, if one is."""


class WritingScreen(ReltuiScreen):
    """To override: `written`."""

    unsaved_edits = 0
    """So many were kept when the screen was shown last."""

    def written(self) -> Here | str:
        """What is meant now, or a sentence why nothing is."""
        raise NotImplementedError

    def on_screen_resume(self) -> None:
        """Count the unsaved edits, which the editor may have changed."""
        self.unsaved_edits = len(self.app.service.edits.load())

    def unsaved_words(self) -> str:
        """That there are unsaved edits, for a title; empty when there are none."""
        number = self.unsaved_edits
        key = self.app.keymap.key_of("command")
        return f" | {number} unsaved edit{'s' if number > 1 else ''}: {key}unsaved" if number else ""

    def _here(self) -> Here | None:
        found = self.written()
        if isinstance(found, str):
            self.app.say(found, "warn")
            return None
        return found

    def do_edit(self) -> None:
        """Open the editor."""
        here = self._here()
        if here is not None and here[2] is None:
            self.app.say("There is no definition under the cursor.", "warn")
        elif here is not None:
            ways_definition.open_editor(self.app, *here)

    def do_new_definition(self) -> None:
        """Pick a start for a new one."""
        here = self._here()
        if here is not None:
            server, project, definition = here
            ways_definition.new_definition(
                self.app, server, project, definition.path if definition is not None else "\\"
            )

    def do_clone(self) -> None:
        """Begin a new one as a copy."""
        here = self._here()
        if here is not None and here[2] is not None:
            ways_definition.clone(self.app, here[0], here[1], here[2])

    def do_unsaved(self) -> None:
        """The edits that were not saved."""
        ways_definition.unsaved(self.app)

    def do_export_definition(self) -> None:
        """Write it to a file, once it was read whole."""
        here = self._here()
        if here is None:
            return
        server, project, definition = here
        if definition is None:
            self.app.say("There is no definition under the cursor.", "warn")
            return
        topic = DefinitionOf(server, project, definition.id)
        ways_definition.when_read(self.app, topic, definition.name, partial(self._export, topic))

    def _export(self, topic: DefinitionOf, definition: Definition) -> None:
        from reltui.ui.screens import exporting

        exporting.begin(self.app, topic.server, topic.project, definition.raw)

    def do_import_definition(self) -> None:
        """Make a new one of a file."""
        from reltui.ui.screens import importing

        here = self._here()
        if here is not None:
            importing.begin(self.app, here[0], here[1])
