"""All logs of a release in one file of our own (reliability.md D5).

The server's zip is fetched into a private file and never unpacked by its own names: its entries are read one
by one within limits, and those that pass are written into a new zip under names made here.
"""

from __future__ import annotations

import asyncio
import io
import os
import secrets
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from reltui.data.archive_names import Names, why_unusable
from reltui.errors import FolderError, Malformed, NotFound
from reltui.model.release import Release
from reltui.model.text import SafeText, clean
from reltui.model.values import dataclass

if TYPE_CHECKING:
    from reltui.api.client import ReleaseClient

T = TypeVar("T")

ENTRIES_MAXIMUM = 10_000
"""Entries of one archive that are looked at."""
ENTRY_BYTES = 256 * 2**20
"""Unpacked bytes of one entry."""
TOTAL_BYTES = 2 * 2**30
"""Unpacked bytes of all entries, refused ones included."""
RATIO_MAXIMUM = 200
"""How much larger an entry may become by unpacking, once it is larger than RATIO_FREE."""
RATIO_FREE = 16 * 2**20
DIRECTORY_BYTES = 12 * 2**20
"""Bytes of an archive's directory: enough for 100,000 entries."""
REFUSED_NAMED = 100
"""Refused entries that are told one by one."""

_PIECE = 2**18
_FLUSH = 2**20
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
    OSError,
)
"""What reading a damaged zip raises."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it has got: first bytes come, then entries are gone through."""

    bytes_done: int
    bytes_total: int | None
    """None while the server has not told."""
    entries_done: int = 0
    entries_total: int = 0
    """0 until all bytes are there."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What came of it."""

    path: Path
    entries: int
    refused: tuple[SafeText, ...]
    """Entries that were left out, with the reason of each."""


async def save_archive(
    client: ReleaseClient,
    project_id: str,
    release: Release,
    target: Path,
    tell: Callable[[Progress], None],
) -> Saved:
    """Save all logs of a release as a new zip; can be cancelled at any time and leaves nothing then.

    Raises FolderError: the file is there already or cannot be written. Raises ApiError: the server does not
    give the archive, it is damaged as a whole (Malformed), or there is nothing in it (NotFound).
    """
    mark = f".reltui-{os.getpid()}-{secrets.token_hex(4)}"
    fetched, made = target.with_name(f"{mark}.fetched"), target.with_name(f"{mark}.made")
    copier = _Copier(fetched, made, Names(release))
    try:
        if await _step(os.path.lexists, target):
            raise FileExistsError
        await _fetch(client, project_id, release.id, fetched, tell)
        await _copy(copier, tell)
        if not copier.entries:
            raise _nothing(copier.refused)
        await _step(_put, made, target)
    except FileExistsError:
        raise FolderError(f"{target} is there already; choose another name.") from None
    except OSError as error:
        raise FolderError(f"{target} cannot be written: {error.strerror or error}.") from None
    finally:
        await _step(_remove, fetched, made)
    return Saved(target, copier.entries, copier.refused)


def _nothing(refused: tuple[SafeText, ...]) -> NotFound | Malformed:
    if refused:
        return Malformed(f"No entry of the archive can be used; nothing was saved. {refused[0]}.")
    return NotFound("The release has no logs yet; nothing was saved.")


async def _fetch(
    client: ReleaseClient, project_id: str, release_id: int, file: Path, tell: Callable[[Progress], None]
) -> None:
    sink = _sink(file)
    try:
        await _step(next, sink)
        async with client.archive(project_id, release_id) as download:
            done, waiting = 0, bytearray()
            async for piece in download.pieces:
                waiting += piece
                if len(waiting) >= _FLUSH:
                    await _step(sink.send, bytes(waiting))
                    done += len(waiting)
                    waiting.clear()
                    tell(Progress(done, download.size))
            await _step(sink.send, bytes(waiting))
            tell(Progress(done + len(waiting), download.size))
    finally:
        await _step(sink.close)


async def _copy(copier: _Copier, tell: Callable[[Progress], None]) -> None:
    steps = copier.run()
    try:
        while (progress := await _step(next, steps, None)) is not None:
            tell(progress)
    finally:
        await _step(steps.close)


def _sink(file: Path) -> Generator[None, bytes, None]:
    """Writes what it is sent."""
    with _new(file) as stream:
        while True:
            stream.write((yield))


async def _step(work: Callable[..., T], *arguments: object) -> T:
    """Run one short piece of work in a thread.

    A thread cannot be stopped: when cancelled, the piece is waited for, so that nobody takes its files away.
    """
    task = asyncio.ensure_future(asyncio.to_thread(work, *arguments))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait({task})
        if not task.cancelled():
            task.exception()
        raise


def _new(file: Path) -> BinaryIO:
    """A new private file; raises FileExistsError rather than to touch one that is there."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0)
    return os.fdopen(os.open(file, flags, 0o600), "w+b")


def _put(made: Path, target: Path) -> None:
    """Give the whole file its name at once, unless that is taken. Raises OSError."""
    try:
        os.link(made, target)
    except FileExistsError:
        raise
    except OSError:
        # A file system without links: take the name, then put the file there.
        _new(target).close()
        made.replace(target)


def _remove(*files: Path) -> None:
    for file in files:
        with suppress(OSError):
            file.unlink(missing_ok=True)


class _Bounded(io.BufferedReader):
    """A file that is never read in more than one directory's size: zipfile believes what a zip says of it."""

    def read(self, size: int | None = -1, /) -> bytes:
        """As of every file. Raises BadZipFile: it would be too much."""
        most = DIRECTORY_BYTES + 1
        data = super().read(most if size is None or size < 0 else min(size, most))
        if len(data) == most:
            raise zipfile.BadZipFile("too much at once")
        return data


class _Unfit(Exception):
    """An entry that is refused; says why."""


class _Copier:
    """Copies what can be trusted of one zip into another, in short steps."""

    def __init__(self, source: Path, made: Path, names: Names) -> None:
        self.entries = 0
        """So many were written."""
        self._source = source
        self._made = made
        self._names = names
        self._named: list[SafeText] = []
        self._unnamed = 0
        self._unpacked = 0
        self._seen: set[str] = set()

    @property
    def refused(self) -> tuple[SafeText, ...]:
        """A sentence for each refused entry; for the many of a hostile archive one for all others."""
        more = [SafeText(f"and {self._unnamed} more")] if self._unnamed else []
        return (*self._named, *more)

    def run(self) -> Generator[Progress, None, None]:
        """The steps. Raises Malformed: the zip has no readable directory; OSError: our file fails."""
        with _Bounded(io.FileIO(self._source)) as raw:
            size = os.fstat(raw.fileno()).st_size
            try:
                archive = zipfile.ZipFile(raw)
            except _BROKEN:
                raise Malformed("The server's archive is damaged as a whole; nothing was saved.") from None
            infos = archive.infolist()
            with (
                archive,
                _new(self._made) as file,
                zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as copy,
            ):
                for number, info in enumerate(infos[:ENTRIES_MAXIMUM]):
                    for _ in self._entry(archive, info, copy):
                        yield Progress(size, size, number, len(infos))
                    yield Progress(size, size, number + 1, len(infos))
                for info in infos[ENTRIES_MAXIMUM:]:
                    self._refuse(info, f"the archive has more than {ENTRIES_MAXIMUM} entries")
                copy.close()
                file.flush()
                os.fsync(file.fileno())
        yield Progress(size, size, len(infos), len(infos))

    def _entry(
        self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, copy: zipfile.ZipFile
    ) -> Iterator[None]:
        why = why_unusable(info.orig_filename) or self._why_refused(info)
        if why:
            self._refuse(info, why)
            return
        if info.is_dir():
            return
        try:
            # Read to its end first: what turns out to be bad there must not be half in the copy.
            for _ in self._checked(archive, info):
                yield
        except _Unfit as unfit:
            self._refuse(info, str(unfit))
            return
        except _BROKEN:
            self._refuse(info, "it is damaged")
            return
        entry = zipfile.ZipInfo(self._names.of(info.filename), info.date_time)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = (stat.S_IFREG | 0o600) << 16
        with archive.open(info) as stream, copy.open(entry, "w", force_zip64=True) as out:
            while piece := stream.read(_PIECE):
                out.write(piece)
                yield
        self.entries += 1

    def _why_refused(self, info: zipfile.ZipInfo) -> str:
        """Why not to look into an entry, by what the directory says of it; empty when it may be."""
        key = info.filename.replace("\\", "/").casefold()
        is_known = key in self._seen
        self._seen.add(key)
        if is_known:
            return "there are two of this name"
        if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
            return "it is a link or a device"
        if info.flag_bits & 0x1:
            return "it is encrypted"
        if info.compress_type not in _PACKINGS:
            return "it is packed in an unknown way"
        if self._unpacked >= TOTAL_BYTES:
            return "the archive is too large"
        return ""

    def _checked(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[None]:
        """Unpack without keeping anything. Raises _Unfit, and _BROKEN where the data or its sum is wrong."""
        size = 0
        with archive.open(info) as stream:
            while piece := stream.read(_PIECE):
                size += len(piece)
                self._unpacked += len(piece)
                if size > ENTRY_BYTES:
                    raise _Unfit("it is too large")
                if size > RATIO_FREE and size > RATIO_MAXIMUM * info.compress_size:
                    raise _Unfit("it grows too much when it is unpacked")
                if self._unpacked > TOTAL_BYTES:
                    raise _Unfit("the archive is too large")
                yield

    def _refuse(self, info: zipfile.ZipInfo, why: str) -> None:
        if len(self._named) < REFUSED_NAMED:
            name = clean(info.orig_filename, limit=200) or "an entry without a name"
            self._named.append(SafeText(f"{name}: {why}"))
        else:
            self._unnamed += 1
