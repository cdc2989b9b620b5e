"""Keeps how the first screen looked last, for `saved_screen` to paint at the next start."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reltui import paths, saved_screen
from reltui.data import files
from reltui.data.topics import Link
from reltui.errors import FolderError
from reltui.ui.screens.base import ListScreen

if TYPE_CHECKING:
    from reltui.config import Config
    from reltui.saved_screen import Row
    from reltui.ui.app import ReltuiApp


class FirstLook:
    """Nothing but the screen that a start shows is ever kept: no dialog, no field, no secret is on it.

    One for the application. Nothing is kept of the demo, of a start with a link, and where nobody can tell
    before a sign-in who it will be.
    """

    def __init__(self, app: ReltuiApp) -> None:
        self._app = app
        self._rows: Sequence[Row] = ()
        self._columns = 0
        self._at = 0.0
        self._arguments = app.options.arguments
        self._variables, self._files = told_by(app.config)
        # As it is now: who signs in may be told otherwise at the end.
        self._person = saved_screen.person(self._variables, self._files) if self._files else ""

    @property
    def _path(self) -> Path:
        return Path(saved_screen.folder(), saved_screen.NAME)

    @property
    def _is_wanted(self) -> bool:
        return self._arguments is not None and self._app.config.ui.saved_screen and bool(self._person)

    def take(self) -> None:
        """Remember what stands on the terminal, if it is the first screen: before it is covered or left."""
        app = self._app
        if not self._is_wanted or len(app.screen_stack) != 1 or app.driver is None:
            return
        screen = app.screen
        picture = app.driver.picture()
        if picture and isinstance(screen, ListScreen) and not screen.types_text:
            self._rows, self._columns = picture[: -saved_screen.OWN_LINES], app.driver.screen_size[0]
            self._at = min(screen.snapshot().read_at or 0.0, time.time())

    def keep(self) -> None:
        """Write it, or see that there is none. What cannot be written is not worth an error at the end."""
        if self._arguments is None or os.name != "posix":
            return
        is_signed_out = any(server.link is Link.SIGN_IN for server in self._app.service.servers)
        if is_signed_out or not self._app.config.ui.saved_screen:
            saved_screen.remove(str(self._path))
            return
        if not self._at:
            return
        height = len(self._rows) + saved_screen.OWN_LINES
        try:
            occasion = saved_screen.occasion(self._arguments, self._columns, height)
            saved = saved_screen.Saved(
                occasion, self._person, self._variables, self._files, int(self._at), self._rows
            )
            paths.ensure(self._path.parent)
            files.replace(self._path, saved_screen.encoded(saved))
        except (OSError, FolderError, ValueError):
            saved_screen.remove(str(self._path))


def told_by(config: Config) -> tuple[Sequence[str], Sequence[str]]:
    """The variables and the files that say who signs in; none of both where nothing says it beforehand."""
    variables, found = [], [str(config.file)] if config.file is not None else []
    for profile in (config.profiles[name] for name in config.default):
        secret = profile.secret
        if profile.sign_in == "negotiate" or not (secret.env or secret.file):
            # A ticket, a program, a keyring or a person at the keyboard may be somebody else's by then.
            return (), ()
        variables += [secret.env] if secret.env else []
        found += [file for file in (secret.file, profile.client_cert) if file]
    return variables, found
