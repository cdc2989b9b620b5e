"""Names for the entries of an archive: made here of the server's, of letters that no file system minds."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

from reltui.model.release import Release

DEPTH_MAXIMUM = 6
"""Folders above an entry that are kept, counted from the outermost."""
PIECE_MAXIMUM = 60
"""Characters of one folder or file."""

_NUMBERED = re.compile(r"0*([0-9]{1,6})[_ .-]+(?=\S)")
_DRIVE = re.compile(r"[A-Za-z]:")
_OTHERS = re.compile(r"[^A-Za-z0-9._ -]+")
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,8}")


def why_unusable(name: str) -> str:
    """Why an entry of this name is not to be trusted; empty when it is."""
    pieces = _pieces(name)
    if not pieces or "\0" in name:
        return "its name cannot be used"
    if name.startswith(("/", "\\")) or _DRIVE.match(name):
        return "its name leads to the root of a disk"
    if ".." in pieces:
        return "its name leads out of the archive"
    return ""


def _pieces(name: str) -> list[str]:
    return [piece for piece in name.replace("\\", "/").split("/") if piece not in ("", ".")]


class Names:
    """Names of one archive, each given once."""

    def __init__(self, release: Release) -> None:
        stages = release.environments or ()
        self._ranks = {stage.name.casefold(): stage.rank for stage in stages}
        self._given: set[str] = set()

    def of(self, name: str) -> str:
        """A name such as "01 DEV/1 Run on agent/03 Deploy web.log"."""
        *folders, last = _pieces(name)
        outer = [_piece(folder, 2 if place == 0 else 1) for place, folder in enumerate(folders)]
        if folders and (rank := self._ranks.get(folders[0].casefold())):
            outer[0] = f"{rank:02} {outer[0]}"
        suffix = PurePosixPath(last).suffix
        stem = last.removesuffix(suffix) if _SUFFIX.fullmatch(suffix) else last
        suffix = suffix if _SUFFIX.fullmatch(suffix) else ".log"
        path = "/".join((*outer[:DEPTH_MAXIMUM], _piece(stem, 2)))
        return self._unique(path, suffix)

    def _unique(self, path: str, suffix: str) -> str:
        found, number = path + suffix, 1
        while found.casefold() in self._given:
            number += 1
            found = f"{path}-{number}{suffix}"
        self._given.add(found.casefold())
        return found


def _piece(text: str, digits: int) -> str:
    """One folder or file: its number first, so that a list by name is in order."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", errors="ignore").decode("ascii")
    numbered = _NUMBERED.match(plain)
    number = f"{int(numbered.group(1)):0{digits}} " if numbered else ""
    rest = plain[numbered.end() :] if numbered else plain
    kept = _OTHERS.sub("-", rest)[:PIECE_MAXIMUM].strip(" .-")
    return number + (kept or "unnamed")
