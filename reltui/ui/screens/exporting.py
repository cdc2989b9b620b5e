"""A definition to a file, for `:import` here or elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reltui.data.topics import ResourcesOf, Topic
from reltui.model.decode import objects_of, scalar_of, text_of
from reltui.model.editing.transfer import Origin, clear_passwords, export_text, secrets_in
from reltui.model.project import Project
from reltui.model.resources import NOTHING
from reltui.model.text import SafeText, clean
from reltui.ui.present import Line, Span, line, span
from reltui.ui.present_tasks import file_name
from reltui.ui.present_words import count, within
from reltui.ui.screens.saving import SaveDialog, write_text

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp

ENDING = ".definition.json"
PASSWORDS_NAMED = 3


def begin(app: ReltuiApp, server: str, project: Project, definition_raw: Mapping[str, Any]) -> None:
    """Ask for a file, and write the whole definition to it. `server` is the name of a profile."""
    stages = list(objects_of(definition_raw.get("environments")))
    if not stages or not all(stage.get("deployPhases") for stage in stages):
        app.say("The definition has not been read whole yet.", "warn")
        return
    app.push_screen(ExportDialog(server, project, definition_raw))


class ExportDialog(SaveDialog):
    """Says what is left out, and writes the file."""

    def __init__(self, server: str, project: Project, raw: Mapping[str, Any]) -> None:
        self._called = text_of(raw.get("name"))
        has_letters = any(each.isascii() and each.isalnum() for each in self._called)
        super().__init__(f"{file_name(self._called) if has_letters else 'definition'}{ENDING}")
        self._topic = ResourcesOf(server, project)
        self._raw = raw

    def topics(self) -> Sequence[Topic[Any]]:
        # For the names of what the definition knows by number only.
        return (self._topic,)

    def heading(self) -> Line:
        return (span("Export the definition"),)

    def about(self) -> Line:
        revision = scalar_of(self._raw.get("revision"))
        which = f"{within(self._called)}{f', revision {revision}' if revision else ''}"
        left_out = "ids, dates and links that only its server knows"
        secrets = secrets_in(self._raw)
        if secrets:
            left_out += f", and the {count(secrets, 'value')} of secret variables"
        told: Line = line(
            "All of ", span(which, "head"), f", for :import here or elsewhere. Left out: {left_out}."
        )
        return (*told, *self._passwords(), *self._unknown())

    def _passwords(self) -> Line:
        found = clear_passwords(self._raw)
        if not found:
            return ()
        more = f" and {len(found) - PASSWORDS_NAMED} more" if len(found) > PASSWORDS_NAMED else ""
        named = SafeText(", ".join(found[:PASSWORDS_NAMED]))
        return line(
            span(" Written in clear, though named like a password: ", "warn"),
            Span(named, "warn"),
            span(f"{more}.", "warn"),
        )

    def _unknown(self) -> Line:
        snapshot = self.app.service.look(self._topic)
        if snapshot.data is not None:
            return ()
        why = snapshot.problems[0].sentence if snapshot.problems else "They are being read."
        return (span(f" Names of queues and the like are not known yet. {why}", "dim"),)

    async def save(self, path: Path) -> SafeText:
        origin = Origin(self.app.service.server(self._topic.server).url, self._topic.project.id)
        known = self.app.service.look(self._topic).data or NOTHING
        await asyncio.to_thread(write_text, path, export_text(self._raw, known, origin))
        return SafeText(f"{within(self._called)} is in {clean(str(path))}")
