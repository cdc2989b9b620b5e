"""A definition from a file: which file. What is meant by it here comes next, then name, folder and editor."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import events, on
from textual.widget import Widget
from textual.widgets import Input

from reltui.data.topics import DefinitionsOf, ResourcesOf, Topic
from reltui.model.editing.jsonc import Mistake
from reltui.model.editing.transfer import Transfer, read_transfer
from reltui.model.project import Project
from reltui.model.text import SafeText, clean
from reltui.ui import background
from reltui.ui.present import Line, Span, line, span, wrap
from reltui.ui.screens.asking import line_field
from reltui.ui.screens.dialog import Dialog, fact, key_hint
from reltui.ui.screens.importing_needs import map_needs

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp

LARGEST = 16 * 1024 * 1024
"""Bytes of a file that are read; the largest definitions have a few hundred kilobytes."""
NAMES_SHOWN = 12


def begin(app: ReltuiApp, server: str, project: Project) -> None:
    """Ask for a file, and make a new definition of it in a project. `server` is the name of a profile."""
    if app.service.server(server).read_only:
        app.say(SafeText(f"{server} is read-only here: nothing can be written."), "warn")
    else:
        app.push_screen(ImportDialog(server, project))


# The file


class ImportDialog(Dialog):
    """Asks for the file; Tab completes the path, Enter reads it."""

    enter_confirms = True

    def __init__(self, server: str, project: Project) -> None:
        super().__init__("Read", needs_button=True)
        self._server = server
        self._project = project
        self._names: Sequence[str] = ()
        """How the path can go on."""
        self._trouble = SafeText("")

    def topics(self) -> Sequence[Topic[Any]]:
        # Read meanwhile, for what comes next.
        return (ResourcesOf(self._server, self._project), DefinitionsOf(self._server, self._project))

    def heading(self) -> Line:
        return (span("Import a definition"),)

    def text(self, cells: int) -> Sequence[Line]:
        told = "A file that :export wrote, or the JSON of a definition as the portal exports it."
        lines = [*fact("Into", (Span(self._project.name, "head"),), cells), (), *wrap(line(told), cells)]
        lines += [(), line("Which file? A name alone is looked for in:")]
        lines += wrap(line(span(clean(str(Path.cwd())), "dim")), cells)
        if self._trouble:
            lines += [(), *wrap((Span(self._trouble, "bad"),), cells)]
        elif self._names:
            more = f"  and {len(self._names) - NAMES_SHOWN} more" if len(self._names) > NAMES_SHOWN else ""
            lines += [(), *wrap(line(span("  ".join(self._names[:NAMES_SHOWN]) + more)), cells)]
        return lines

    def extra(self) -> Sequence[Widget]:
        return (line_field("path", placeholder="path of the file; tab completes it"),)

    def on_mount(self, event: events.Mount | None = None) -> None:
        """The path can be typed at once."""
        if event is not None:
            # Else the handler of `Dialog` would run after this one, and put the focus on Cancel.
            event.prevent_default()
        self.set_focus(self.query_one("#path"))

    def footer_line(self, cells: int) -> Line:
        back = self.app.keymap.key_of("back")
        return (
            span(" "),
            *key_hint("enter", "read it"),
            *key_hint("tab", "complete the path"),
            *key_hint(back, "cancel"),
        )

    @property
    def _field(self) -> Input:
        return self.query_one("#path", Input)

    def ready(self) -> SafeText | None:
        return None if self._field.value.strip() else SafeText("The path is missing.")

    def key_pressed(self, event: events.Key) -> bool:
        if self.is_mounted and event.key == "tab" and self.focused is self._field and self._field.value:
            background.begin(self, self._complete, "complete")
            return True
        return super().key_pressed(event)

    async def _complete(self) -> None:
        typed = self._field.value
        whole, self._names = await asyncio.to_thread(completed, typed, Path.cwd())
        self._trouble = SafeText(
            "" if self._names or whole != typed else "No file or directory begins like this."
        )
        if self._field.value == typed:
            self._field.value = whole
            self._field.cursor_position = len(whole)
        self.update()

    @on(Input.Changed)
    def path_typed(self) -> None:
        """What was told of another path no longer holds."""
        self._trouble = SafeText("")

    def confirm(self) -> None:
        background.begin(self, self._read, "read")

    async def _read(self) -> None:
        try:
            path, transfer = await asyncio.to_thread(_transfer, self._field.value.strip())
        except (Mistake, ValueError, RuntimeError) as error:
            self._tell(str(error))
        except OSError as error:
            self._tell(f"The file cannot be read: {clean(error.strerror or str(error))}.")
        else:
            if self.is_on_top:
                self.app.pop_screen()
                map_needs(self.app, self._server, self._project, transfer, path)

    def _tell(self, sentence: str) -> None:
        self._names, self._trouble = (), clean(sentence)
        self.update()


def completed(typed: str, here: Path) -> tuple[str, tuple[str, ...]]:
    """A path with all that is certain of how it goes on, and the names between which it is not."""
    head, slash, begun = typed.rpartition("/")
    try:
        folder = here / Path(head + slash).expanduser()
        with os.scandir(folder) as entries:
            found = sorted(entry.name + ("/" if entry.is_dir() else "") for entry in entries)
    except (OSError, RuntimeError):
        return typed, ()
    names = [
        name
        for name in found
        if name.startswith(begun) and (begun or not name.startswith(".")) and clean(name) == name
    ]
    if not names:
        return typed, ()
    certain = _begin_of_all(names)
    return f"{head}{slash}{certain}", tuple(names) if len(names) > 1 else ()


def _begin_of_all(names: Sequence[str]) -> str:
    """Names that are between the first and the last in order begin like both."""
    first, last = min(names), max(names)
    same = (a == b for a, b in zip(first, last, strict=False))
    return first[: next((index for index, is_same in enumerate(same) if not is_same), len(first))]


def _transfer(typed: str) -> tuple[Path, Transfer]:
    """The whole path, and what is in the file.

    Raises OSError; RuntimeError: that person has no home; ValueError, Mistake: there is no definition in it.
    """
    path = Path.cwd() / Path(typed).expanduser()
    if not path.is_file():
        raise ValueError("There is no such file." if not path.exists() else "It is a directory, not a file.")
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ValueError("The file is larger than any definition.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("The file is no UTF-8 text.") from None
    return path, read_transfer(text)
