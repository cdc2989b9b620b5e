"""Saving to files: one log, or all logs of a release. Nothing that is there is ever overwritten."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textual import events
from textual.widget import Widget
from textual.widgets import Input

from reltui.data import files
from reltui.model.project import Project
from reltui.model.release import Release
from reltui.model.text import SafeText, clean
from reltui.ui import background
from reltui.ui.present import Line, Span, line, span, wrap
from reltui.ui.present_tasks import file_name
from reltui.ui.present_words import within
from reltui.ui.screens.dialog import Dialog, key_hint

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp

LINES_AT_ONCE = 2_000


class SaveDialog(Dialog):
    """Asks for a path; Enter in it saves, since nothing is decided or overwritten by that.

    To override: `save`, and as needed `about`.
    """

    enter_confirms = True

    def __init__(self, name: str) -> None:
        """`name` is proposed, in the current directory."""
        super().__init__("Save", needs_button=True)
        self._proposed = _free(name)
        self._trouble = SafeText("")

    def about(self) -> Line:
        """What will be in the file."""
        return ()

    async def save(self, path: Path) -> SafeText:
        """Begin or do it; returns what is to be said. Raises OSError."""
        raise NotImplementedError

    def heading(self) -> Line:
        return (span("Save to a file"),)

    def text(self, cells: int) -> Sequence[Line]:
        folder = clean(str(Path.cwd()))
        lines = [(), *wrap(self.about(), cells), (), line("To which file? A name alone is put into:")]
        lines += wrap(line(span(folder, "dim")), cells)
        if self._trouble:
            lines += [(), *wrap((Span(self._trouble, "bad"),), cells)]
        return lines

    def extra(self) -> Sequence[Widget]:
        field = Input(self._proposed, id="path", classes="typed", compact=True, select_on_focus=False)
        field.cursor_blink = False
        return (field,)

    def on_mount(self, event: events.Mount | None = None) -> None:
        """The name can be typed at once."""
        if event is not None:
            # Else the handler of `Dialog` would run after this one, and put the focus on Cancel.
            event.prevent_default()
        self.set_focus(self.query_one("#path"))

    def footer_line(self, cells: int) -> Line:
        keymap = self.app.keymap
        return (
            span(" "),
            *key_hint("enter", "save"),
            *key_hint(keymap.key_of("next-field"), "next field"),
            *key_hint(keymap.key_of("back"), "cancel"),
        )

    @property
    def path_typed(self) -> str:
        """The path as it stands in the field."""
        return self.query_one("#path", Input).value.strip()

    def ready(self) -> SafeText | None:
        typed = self.path_typed
        if not typed:
            return SafeText("The name is missing.")
        if clean(typed) != typed:
            return SafeText("The name has characters that cannot be shown.")
        return None

    def confirm(self) -> None:
        background.begin(self, self._save, "save")

    def _path(self) -> Path:
        """What was typed, whole. Raises RuntimeError: there is no such person's home directory."""
        return Path.cwd() / Path(self.path_typed).expanduser()

    async def _save(self) -> None:
        try:
            path = self._path()
        except RuntimeError:
            self._trouble = SafeText("The home directory of that person is not known.")
            self.update()
            return
        shown = clean(str(path))
        try:
            if await asyncio.to_thread(os.path.lexists, path):
                raise FileExistsError
            if not await asyncio.to_thread(path.parent.is_dir):
                raise NotADirectoryError
            said = await self.save(path)
        except FileExistsError:
            self._trouble = SafeText(f"{shown} is there already; choose another name.")
        except (FileNotFoundError, NotADirectoryError):
            self._trouble = SafeText(f"There is no directory {clean(str(path.parent))}.")
        except OSError as error:
            self._trouble = SafeText(f"{shown} cannot be written: {clean(error.strerror or str(error))}.")
        else:
            self.close_dialog()
            if said:
                self.app.say(said, "info")
            return
        self.update()


class SaveLog(SaveDialog):
    """The lines of one log as they are known now."""

    def __init__(self, name: str, lines: Sequence[SafeText]) -> None:
        super().__init__(name)
        self._lines = lines

    def heading(self) -> Line:
        return (span("Save the log"),)

    def about(self) -> Line:
        return line(f"The {len(self._lines):,} lines that are here now, with their whole times.")

    async def save(self, path: Path) -> SafeText:
        await asyncio.to_thread(write_lines, path, self._lines)
        return SafeText(f"{len(self._lines):,} lines are in {clean(str(path))}")


class SaveArchive(SaveDialog):
    """All logs of a release, fetched as one archive while the person goes on."""

    def __init__(self, server: str, project: Project, release: Release) -> None:
        super().__init__(f"{file_name(f'{release.definition.name}-{release.name}-{release.id}')}-logs.zip")
        self._server = server
        self._project = project
        self._release = release

    def heading(self) -> Line:
        return (span("Save all logs"),)

    def about(self) -> Line:
        name = within(self._release.name)
        return line(
            f"All logs of {name}, as one archive. The status line shows how far it is; :stop ends it."
        )

    async def save(self, path: Path) -> SafeText:
        self.app.service.save_logs(self._server, self._project, self._release, path)
        return SafeText("")


def archive(app: ReltuiApp, server: str, project: Project, release: Release | None) -> None:
    """Ask where to, and save all logs of a release."""
    if release is None:
        app.say("The release has not been read yet.", "warn")
    else:
        app.push_screen(SaveArchive(server, project, release))


def write_lines(path: Path, lines: Sequence[SafeText]) -> None:
    """Write a new file with these lines, or none. Raises OSError: it exists, or cannot be written."""
    descriptor = files.create(path)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as stream:
            for start in range(0, len(lines), LINES_AT_ONCE):
                stream.writelines(f"{text}\n" for text in lines[start : start + LINES_AT_ONCE])
    except OSError:
        path.unlink(missing_ok=True)
        raise


def write_text(path: Path, text: str) -> None:
    """Write a new file with this text as it is, or none. Raises OSError: it exists, or cannot be written."""
    descriptor = files.create(path)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
    except OSError:
        path.unlink(missing_ok=True)
        raise


def _free(name: str) -> str:
    """A name that nothing in the current directory has, made of this one."""
    stem, dot, ending = name.rpartition(".")
    tries = (name, *(f"{stem}-{number}{dot}{ending}" for number in range(2, 100)))
    return next((each for each in tries if not os.path.lexists(each)), name)
