"""At most one open decision on an object in all running instances of one account (reliability.md A11).

A claim is a file that names the process which has it. It ends when that gives it back, or ends itself.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from pathlib import Path

from reltui import paths
from reltui.data import files
from reltui.data.journal import FOREIGN_AFTER
from reltui.errors import FolderError

UNWRITTEN_FOR = 5.0
"""Seconds that a claim may stand there without its content."""


class Claims:
    """The claims in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def take(self, key: str) -> str:
        """Claim an object for this process; empty when it is ours, else who has it.

        Raises FolderError: the claim cannot be written.
        """
        owner = files.Owner.ours()
        body = json.dumps([owner.host, owner.pid, owner.started]).encode("ascii")
        try:
            paths.ensure(self.folder)
            if (self.folder / key).exists() and not self._clear_dead(key):
                return self._holder(key)
            try:
                descriptor = files.create(self.folder / key)
            except FileExistsError:
                return self._holder(key)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(body)
            except OSError:
                (self.folder / key).unlink(missing_ok=True)
                raise
            return ""
        except OSError as error:
            raise FolderError(f"The folder {self.folder} cannot be written: {error.strerror}.") from None

    def is_left_over(self, key: str) -> bool:
        """Whether a process that has ended claimed the object."""
        return (self.folder / key).exists() and not self._holder_lives(self.folder / key)

    def give_back(self, key: str) -> None:
        """End a claim of ours; nothing happens when it is gone already."""
        try:
            (self.folder / key).unlink(missing_ok=True)
        except OSError:
            # It ends with this process: a claim of a dead process is taken over.
            return

    def _clear_dead(self, key: str) -> bool:
        """Remove the claim of a process that has ended; False when its holder lives."""
        if self._holder_lives(self.folder / key):
            return False
        # Moved away first and looked at again: another process may have put its own claim there meanwhile.
        aside = self.folder / f"{key}.{os.getpid()}.{secrets.token_hex(4)}"
        try:
            (self.folder / key).rename(aside)
        except FileNotFoundError:
            return True
        dead = not self._holder_lives(aside)
        if not dead and not (self.folder / key).exists():
            os.link(aside, self.folder / key)
        aside.unlink()
        return dead

    def _holder_lives(self, claim: Path) -> bool:
        try:
            age = time.time() - claim.stat().st_mtime
        except OSError:
            # Gone again this very moment: whoever had it was alive.
            return True
        owner = self._owner(claim)
        if owner is None:
            # Being written by another process, unless that ended in the middle of it.
            return age < UNWRITTEN_FOR
        return owner.is_alive() and (owner.is_here() or age < FOREIGN_AFTER)

    def _holder(self, key: str) -> str:
        owner = self._owner(self.folder / key)
        return "just starting" if owner is None else f"process {owner.pid} on {owner.host}"

    def _owner(self, claim: Path) -> files.Owner | None:
        try:
            host, pid, started = json.loads(files.read(claim))
            return files.Owner(str(host), int(pid), str(started))
        except (OSError, ValueError, TypeError):
            return None
