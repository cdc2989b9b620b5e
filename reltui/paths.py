"""The platformdirs folders, made 0700 and checked before use (reliability.md B9, B10, E9 to E11, M11)."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import platformdirs

from reltui.errors import FolderError
from reltui.model.values import dataclass


@dataclass(frozen=True, slots=True)
class Paths:
    """Where reltui keeps its files. Nothing is written outside `state` and `cache`."""

    config: Path
    state: Path
    """Journal, saved choices: what must not get lost."""
    cache: Path
    """The server's last answers; can be deleted at any time."""

    @property
    def config_file(self) -> Path:
        """Where config.toml is looked for."""
        return self.config / "config.toml"


def standard() -> Paths:
    """The folders of the person who runs this, by platformdirs. Makes nothing.

    Raises FolderError: nobody knows where this person is at home, as with a made-up user in a container.
    """
    dirs = platformdirs.PlatformDirs("reltui", appauthor=False)
    try:
        found = Paths(Path(dirs.user_config_dir), Path(dirs.user_state_dir), Path(dirs.user_cache_dir))
    except RuntimeError:
        found = None
    # Nothing is ever looked for in the folder in which it was started (G6).
    if found is None or not all(each.is_absolute() for each in (found.config, found.state, found.cache)):
        raise FolderError("Your home folder is not known; set HOME to it, as a whole path.")
    return found


def under(root: Path) -> Paths:
    """All folders below one, for the demo and the tests."""
    return Paths(root / "config", root / "state", root / "cache")


def ensure(folder: Path) -> Path:
    """Make a folder of ours with mode 0700 if it is absent, and check it.

    Raises FolderError: it cannot be made, is a link or no folder, is not ours, or is open to others.
    """
    try:
        if not os.path.lexists(folder):
            _make(folder)
        found = folder.lstat()
    except OSError as error:
        raise FolderError(f"The folder {folder} cannot be made: {error.strerror}.") from None
    if not stat.S_ISDIR(found.st_mode):
        raise FolderError(f"{folder} is a link or a file; reltui uses only a real folder there.")
    if hasattr(os, "getuid") and found.st_uid != os.getuid():
        raise FolderError(
            f"{folder} belongs to another user (id {found.st_uid}). Repair it: chown {os.getuid()} {folder}"
        )
    if os.name == "posix" and stat.S_IMODE(found.st_mode) & 0o077:
        raise FolderError(f"{folder} is open to other users. Repair it: chmod 700 {folder}")
    return folder


def _make(folder: Path) -> None:
    """`mkdir(parents=True)` gives its mode to the last folder only, and the umask may be 000."""
    if not folder.parent.exists():
        _make(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
