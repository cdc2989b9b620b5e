"""Favourite definitions and saved filters: one JSON file in the state folder, shared by all that run here.

Every change reads the file again under a lock, so that two running programs never lose each other's.
"""

from __future__ import annotations

import errno
import json
import os
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field, replace
from pathlib import Path
from typing import Any

from reltui import paths
from reltui.data import files
from reltui.errors import FolderError
from reltui.model.text import SafeText, clean
from reltui.model.values import dataclass

try:
    import fcntl
except ImportError:  # not on Windows; there the reading before the write is all
    fcntl = None  # type: ignore[assignment]

FILE = "favourites.json"
VERSION = 1
NAME_CHARACTERS = 40
"""More of a filter's name is not kept."""
LARGEST = 2**20
"""Bytes; a larger file is neither read nor written."""
LOCK_SECONDS = 0.05
"""So long a change waits for another program; nothing can be drawn meanwhile."""
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)


class Newer(Exception):
    """The file has a form that only a later version knows."""


Favourite = tuple[str, str, int]
"""Server address, project id, definition id."""


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A filter that a person has named, for one kind of list."""

    kind: str
    """`Place.value` of the lists it is for."""
    name: SafeText
    words: SafeText


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the file holds."""

    favourites: frozenset[Favourite] = frozenset()
    filters: Mapping[tuple[str, str], SavedFilter] = field(default_factory=dict)
    """By kind and folded name."""
    whole: bool = True
    """Nothing in the file was beyond reading."""


class Favourites:
    """What a person has marked and named. Reads the file anew when it was changed by another program."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._kept = _Kept()
        self._stamp: tuple[int, int, int] | None = None
        self.notice = SafeText("")
        """What is wrong with the file, in one sentence; empty when nothing is."""

    def definitions(self, url: str, project_id: str) -> frozenset[int]:
        """The ids of the favourite definitions of a project; `url` is the address in the server's profile."""
        self._look()
        address = _address(url)
        return frozenset(d for u, p, d in self._kept.favourites if (u, p) == (address, project_id))

    def toggle(self, url: str, project_id: str, definition_id: int) -> bool:
        """Make a definition a favourite, or no longer; whether it is one now. Raises FolderError."""
        wanted = (_address(url), project_id, definition_id)
        with self._changing() as kept:
            self._write(replace(kept, favourites=kept.favourites ^ {wanted}))
        return wanted in self._kept.favourites

    def filters(self, kind: str) -> tuple[SavedFilter, ...]:
        """The saved filters of one kind of list, by name."""
        self._look()
        found = (saved for saved in self._kept.filters.values() if saved.kind == kind)
        return tuple(sorted(found, key=lambda saved: saved.name.casefold()))

    def save_filter(self, kind: str, name: str, words: str) -> SavedFilter | None:
        """Keep a filter under a name, in place of the one that had it; no words take it away, and then the
        answer is None. Raises FolderError.
        """
        saved = SavedFilter(kind, filter_name(name), clean(words.strip()))
        with self._changing() as kept:
            filters = {**kept.filters, (kind, saved.name.casefold()): saved}
            if not saved.words:
                del filters[kind, saved.name.casefold()]
            self._write(replace(kept, filters=filters))
        return saved if saved.words else None

    # The file

    def _look(self) -> None:
        """Read the file if it is not as it was read last."""
        stamp = self._stamp_now()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._kept = self._read()
        except FolderError as error:
            self.notice = SafeText(str(error))
            return
        if not self._kept.whole:
            try:
                # It is being drawn: who holds the lock is not waited for. The next change puts it aside.
                with self._changing(wait=0.0) as kept:
                    self._kept = kept
            except FolderError as error:
                self.notice = SafeText(str(error))

    def _stamp_now(self) -> tuple[int, int, int] | None:
        try:
            found = self._path.lstat()
        except OSError:
            return None
        return (found.st_mtime_ns, found.st_size, found.st_ino)

    def _read(self) -> _Kept:
        try:
            if self._path.lstat().st_size > LARGEST:
                raise FolderError(
                    f"The favourites in {self._path} are larger than 1 MiB; they are left as they are."
                )
            data = files.read(self._path)
        except FileNotFoundError:
            return _Kept()
        except OSError as error:
            raise FolderError(f"The favourites in {self._path} cannot be read: {error.strerror}.") from None
        try:
            return decode(data)
        except Newer:
            raise FolderError(
                f"The favourites in {self._path} are of a newer reltui; they are left as they are."
            ) from None

    @contextmanager
    def _changing(self, *, wait: float = LOCK_SECONDS) -> Iterator[_Kept]:
        """The file as it is now, while no other program changes it; a damaged one is put aside first."""
        try:
            paths.ensure(self._path.parent)
            with _locked(self._path.with_suffix(".lock"), wait):
                kept = self._read()
                if not kept.whole:
                    kept = self._put_aside(kept)
                yield kept
        except OSError as error:
            raise FolderError(f"The favourites in {self._path} cannot be kept: {error.strerror}.") from None

    def _put_aside(self, kept: _Kept) -> _Kept:
        why = f"damaged-{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}-{os.getpid()}"
        files.set_aside(self._path, why)
        self.notice = SafeText(
            f"The favourites were damaged: the file was put aside as {self._path.name}.{why}, "
            "and what could be read is kept."
        )
        kept = replace(kept, whole=True)
        self._write(kept)
        return kept

    def _write(self, kept: _Kept) -> None:
        data = encode(kept)
        if len(data) > LARGEST:
            raise FolderError(f"The favourites in {self._path} would be larger than 1 MiB; nothing was kept.")
        files.replace(self._path, data)
        self._kept = kept
        self._stamp = self._stamp_now()


def filter_name(text: str) -> SafeText:
    """A name as it is kept: clean, without blanks at its ends, of bounded length."""
    return SafeText(clean(text.strip())[:NAME_CHARACTERS].strip())


def _address(url: str) -> str:
    return url.rstrip("/").casefold()


@contextmanager
def _locked(path: Path, wait: float) -> Iterator[None]:
    """Hold the lock file, for which `wait` seconds may pass.

    Raises FolderError: another program does not let go of it. Raises OSError: it is not a file, or cannot
    be opened.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | _NO_FOLLOW | _NO_WAIT, 0o600)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, f"{path.name} is not a file")
        end = time.monotonic() + wait
        while fcntl is not None:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= end:
                    raise FolderError(f"Another reltui holds {path}; nothing was kept. Try again.") from None
                time.sleep(0.005)
        yield
    finally:
        os.close(descriptor)


def encode(kept: _Kept) -> bytes:
    """The file's content, the same for the same things."""
    whole = {
        "version": VERSION,
        "favourites": sorted(kept.favourites),
        "filters": [
            {"kind": saved.kind, "name": saved.name, "words": saved.words}
            for _, saved in sorted(kept.filters.items())
        ],
    }
    return (json.dumps(whole, indent=1) + "\n").encode("ascii")


def decode(data: bytes) -> _Kept:
    """What can be read of the file's content; `whole` tells whether that is everything. Raises Newer."""
    try:
        raw = json.loads(data)
    except (ValueError, RecursionError):
        return _Kept(whole=False)
    version = raw.get("version") if isinstance(raw, dict) else None
    if not isinstance(version, int) or isinstance(version, bool) or version < VERSION:
        return _Kept(whole=False)
    if version > VERSION:
        raise Newer
    marked, named = raw.get("favourites"), raw.get("filters")
    if not isinstance(marked, list) or not isinstance(named, list):
        return _Kept(whole=False)
    favourites = [one for item in marked if (one := _favourite(item)) is not None]
    filters = [each for item in named if (each := _filter(item)) is not None]
    return _Kept(
        frozenset(favourites),
        {(saved.kind, saved.name.casefold()): saved for saved in filters},
        whole=len(favourites) == len(marked) and len(filters) == len(named),
    )


def _favourite(item: Any) -> Favourite | None:
    match item:
        case [str(url), str(project), int(number)] if not isinstance(number, bool):
            return (url, project, number)
    return None


def _filter(item: Any) -> SavedFilter | None:
    match item:
        case {"kind": str(kind), "name": str(name), "words": str(words)} if filter_name(name):
            return SavedFilter(kind, filter_name(name), clean(words))
    return None
