"""A text in the person's own editor, in this terminal: $VISUAL, $EDITOR, else vi or nano.

The application is suspended meanwhile, but its loop goes on: a decision that is on its way is sent, settled
and journaled as ever.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from reltui import paths
from reltui.config import child_environment
from reltui.data import files
from reltui.model.text import clean
from reltui.model.values import dataclass

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp

SUFFIX = ".jsonc"
FOLDER = "texts"
"""Below the state folder; each text is in a folder of its own, where the editor may put files beside it."""
USUAL = ("vi", "nano")
"""Looked for when neither $VISUAL nor $EDITOR is set."""
_VI = ("vi", "vim", "vim.tiny", "vim.basic", "nvim", "gvim", "view", "elvis", "nvi")
_EMACS = ("emacs", "emacsclient", "mg", "zile", "jed", "jove")
_OTHERS = ("nano", "rnano", "pico", "joe", "kak", "micro", "ne", "mcedit")
TAKES_PLUS = frozenset((*_VI, *_EMACS, *_OTHERS))
"""Editors that go to a line by "+12" before the file."""
TAKES_COLON = frozenset(("hx", "helix"))
"""Those that go there by ":12" behind the file."""
SHARED_SIGNALS = (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP)
"""What the terminal sends to the editor and to us alike: keys of the editor while it has the terminal."""
AT_ONCE_SECONDS = 1.0
"""An editor that ends so soon with nothing changed may go on in a window of its own."""
OWN_WINDOW = {"gvim": "-f", "mvim": "-f"}
"""Editors with a window of their own that can be told to have reltui wait for it."""
END_SECONDS = 2.0
"""So long the editor has to put the terminal in order when reltui is ended from outside."""


class NotEdited(Exception):
    """There is nothing to take; the message is one sentence that says why."""


class EndedAtOnce(NotEdited):
    """So soon that it may go on in a window of its own, with the file open."""


@dataclass(frozen=True, slots=True)
class TextFile:
    """A text on its way through an editor: mode 0600, in a folder that only the person can read."""

    path: Path
    original: str = field(repr=False)
    """What was in it at first, which is nothing of the person's."""

    @classmethod
    def create(cls, state_folder: Path, text: str, suffix: str) -> TextFile:
        """A new file with this text. Raises OSError, FolderError."""
        paths.ensure(state_folder)
        folder = paths.ensure(paths.ensure(state_folder / FOLDER) / secrets.token_hex(4))
        made = cls(folder / f"definition{suffix}", text)
        made.write(text)
        return made

    @property
    def is_worth_keeping(self) -> bool:
        """It holds something that the person would miss."""
        try:
            return self.read() not in ("", self.original)
        except (OSError, UnicodeError):
            return True

    def write(self, text: str) -> None:
        """Put another text in its place. Raises OSError."""
        files.replace(self.path, text.encode("utf-8"))

    def read(self) -> str:
        """What is in it now; empty when it was deleted. Raises OSError; UnicodeError: it is no UTF-8."""
        try:
            return files.read(self.path).decode("utf-8-sig")
        except FileNotFoundError:
            return ""

    def remove(self) -> None:
        """Take it away with what the editor has put beside it."""
        shutil.rmtree(self.path.parent, ignore_errors=True)


def state_folder(app: ReltuiApp) -> Path:
    """Where this application keeps its files."""
    return app.options.state_folder or app.service.edits.folder.parent


def editor_command(
    path: Path,
    line: int = 1,
    environment: Mapping[str, str] = os.environ,
    find: Callable[[str], str | None] = shutil.which,
) -> list[str]:
    """The command line that edits a file. Raises ValueError with one sentence: there is no editor."""
    for name in ("VISUAL", "EDITOR"):
        written = environment.get(name, "").strip()
        if written:
            try:
                words = shlex.split(written)
            except ValueError:
                raise ValueError(f"${name} has an open quote: {clean(written, limit=60)}") from None
            if find(words[0]) is None:
                raise ValueError(f"The editor of ${name} was not found: {clean(words[0], limit=60)}")
            break
    else:
        words = [name for name in USUAL if find(name) is not None][:1]
    if not words:
        raise ValueError(
            "No editor was found: set EDITOR to one, such as EDITOR=nano, and start reltui again."
        )
    program = Path(words[0]).name
    stays = OWN_WINDOW.get(program)
    if stays is not None and stays not in words:
        words = [words[0], stays, *words[1:]]
    if line > 1 and program in TAKES_PLUS:
        return [*words, f"+{line}", str(path)]
    if line > 1 and program in TAKES_COLON:
        return [*words, f"{path}:{line}"]
    return [*words, str(path)]


async def edit_text(app: ReltuiApp, file: TextFile, line: int = 1, *, is_kept: bool = False) -> str:
    """Let the person edit the file at a line; the text as it is then. The file stays.

    `is_kept`: it is gone on with, and may be taken as it is. Raises NotEdited: the editor could not be
    started or failed, or nothing was changed.
    """
    begun = time.monotonic()
    try:
        command = editor_command(file.path, line)
        before = file.read()
        with app.suspend():
            code = await _run(app, command)
        after = file.read()
    except SuspendNotSupported:
        raise NotEdited("This terminal cannot be given to an editor.") from None
    except UnicodeError:
        raise NotEdited("The text is no UTF-8, so it cannot be read.") from None
    except ValueError as error:
        raise NotEdited(str(error)) from None
    except OSError as error:
        raise NotEdited(f"The editor cannot be used: {clean(error.strerror or str(error))}.") from None
    if code:
        raise NotEdited(f"The editor ended with exit code {code}; nothing was taken.")
    if after == before and not is_kept:
        if time.monotonic() - begun < AT_ONCE_SECONDS and not _stays(command):
            raise EndedAtOnce(
                "The editor ended at once: set EDITOR to one that waits, such as code --wait. "
                "What is saved in a window of its own, :unsaved takes."
            )
        raise NotEdited("Nothing was changed.")
    return after


def _stays(command: Sequence[str]) -> bool:
    """It is known to end only when the person has left it."""
    program = Path(command[0]).name
    return program in TAKES_PLUS or program in TAKES_COLON


async def _run(app: ReltuiApp, command: Sequence[str]) -> int:
    """Run the editor in this terminal until it ends; its exit code. Raises OSError."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[int] = loop.create_future()
    with _signals_left_to_the_editor():
        process = _started(command, app.config.secret_names)

        def ended(code: int) -> None:
            if not done.done():
                done.set_result(code)

        def watch() -> None:
            while True:
                _, status = os.waitpid(process.pid, os.WUNTRACED)
                try:
                    if not os.WIFSTOPPED(status):
                        process.returncode = os.waitstatus_to_exitcode(status)
                        loop.call_soon_threadsafe(ended, process.returncode)
                        return
                    loop.call_soon_threadsafe(_stopped, app, process.pid)
                except RuntimeError:
                    # The loop has ended before the editor.
                    return

        threading.Thread(target=watch, daemon=True, name="reltui-editor").start()
        try:
            return await asyncio.shield(done)
        except asyncio.CancelledError:
            # reltui is ended from outside; two programs cannot share the terminal.
            process.terminate()
            await asyncio.wait({done}, timeout=END_SECONDS)
            raise


def _started(command: Sequence[str], secret_names: frozenset[str]) -> subprocess.Popen[bytes]:
    # The screens are drawn on stderr, so that is where the terminal is, whatever stdout is.
    return subprocess.Popen(  # noqa: S603 - no shell; it is the person's own choice of an editor
        command,
        stdin=sys.__stdin__,
        stdout=sys.__stderr__,
        stderr=sys.__stderr__,
        env=child_environment(secret_names),
    )


def _stopped(app: ReltuiApp, editor: int) -> None:
    """The editor went to the background, and so do we; but not while a decision is being sent (E2)."""
    if not app.pending():
        os.kill(os.getpid(), signal.SIGSTOP)
    os.kill(editor, signal.SIGCONT)


@contextmanager
def _signals_left_to_the_editor() -> Iterator[None]:
    """A handler that does nothing, rather than SIG_IGN, which the editor would inherit."""
    before = [(number, signal.signal(number, lambda *_: None)) for number in SHARED_SIGNALS]
    try:
        yield
    finally:
        for number, handler in before:
            if handler is not None:
                signal.signal(number, handler)
