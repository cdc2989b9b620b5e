"""The server's last good answers, whole, as ASCII JSON: for the first paint and for offline (design.md 1).

A file holds one version line with a check sum, and the rows as the server sent them, so that the cache is
read by the same decoder as the network. The cache is disposable: a file that cannot be used is set aside.
The time an answer was read is the file's time of change.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reltui import paths
from reltui.data import files
from reltui.errors import FolderError
from reltui.model.values import dataclass

VERSION = 1
MOST_FILES = 2_000
"""More than this, and the oldest go at the next start."""


@dataclass(frozen=True, slots=True)
class Cached:
    """An answer of an earlier time; `read_at` is in seconds since the epoch."""

    raw: Any
    read_at: float


def encoded(raw: object) -> str:
    """An answer, or one row of it, as ASCII JSON."""
    return json.dumps(raw, ensure_ascii=True, separators=(",", ":"))


class Cache:
    """Answers by server and name. Never raises: without a usable folder it simply holds nothing."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._sums: dict[Path, int] = {}
        self.notice = ""
        """One sentence when something was wrong with the folder or a file; for the screen, once."""

    def get(self, server: str, name: str) -> Cached | None:
        """The answer last put under this name, or None."""
        path = self._path(server, name)
        if path is None:
            return None
        try:
            data = files.read(path)
            read_at = path.stat().st_mtime
        except OSError:
            return None
        head, _, body = data.partition(b"\n")
        words = head.split()
        if len(words) == 3 and words[0] == b"reltui-cache" and words[1] != b"%d" % VERSION:
            self._aside(path, "other-version")
            return None
        try:
            if len(words) != 3 or int(words[2], 16) != zlib.crc32(body):
                raise ValueError("check sum")
            return Cached(json.loads(body), read_at)
        except (ValueError, RecursionError):
            self._aside(path, "damaged")
            return None

    def put(self, server: str, name: str, raw: object) -> None:
        """Keep an answer; when it is the one already kept, only its time moves on."""
        self._put(server, name, encoded(raw))

    def put_rows(self, server: str, name: str, rows: Sequence[str]) -> None:
        """Keep an answer that is a list, each of whose rows was `encoded`."""
        self._put(server, name, f"[{','.join(rows)}]")

    def _put(self, server: str, name: str, text: str) -> None:
        path = self._path(server, name)
        if path is None:
            return
        body = text.encode("ascii")
        check = zlib.crc32(body)
        try:
            if self._sums.get(path) == check and path.exists():
                os.utime(path)
                return
            paths.ensure(path.parent)
            files.replace(path, b"reltui-cache %d %08x\n%s" % (VERSION, check, body))
            self._sums[path] = check
        except (OSError, FolderError) as error:
            self._off(error)

    def tidy(self) -> None:
        """Delete the oldest files above the limit."""
        if self._folder is None:
            return
        try:
            found = [p for p in self._folder.rglob("*") if p.is_file() and not p.is_symlink()]
            found.sort(key=lambda path: path.stat().st_mtime)
            for path in found[: max(0, len(found) - MOST_FILES)]:
                path.unlink(missing_ok=True)
        except OSError as error:
            self._off(error)

    def _path(self, server: str, name: str) -> Path | None:
        if self._folder is None:
            return None
        # Names of servers and projects are never used as paths as they are.
        folder = (
            f"{re.sub(r'[^A-Za-z0-9-]', '_', server)[:40]}-{hashlib.sha256(server.encode()).hexdigest()[:10]}"
        )
        return self._folder / folder / re.sub(r"[^A-Za-z0-9.-]", "_", name)

    def _aside(self, path: Path, why: str) -> None:
        self.notice = "A file of the cache could not be used and was set aside; it is read anew."
        try:
            files.set_aside(path, why)
        except OSError as error:
            self._off(error)

    def _off(self, error: OSError | FolderError) -> None:
        reason = error.strerror if isinstance(error, OSError) else error
        self.notice = f"Working without a cache: {reason}."
        self._folder = None
