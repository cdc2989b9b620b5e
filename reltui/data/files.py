"""Files of our own, whole or not at all: exclusive create, no links followed, mode 0600."""

from __future__ import annotations

import errno
import os
import secrets
import socket
import stat
from pathlib import Path

from reltui.model.values import dataclass

_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)


def create(path: Path) -> int:
    """Open a new file for appending; the file must not exist yet. Returns the descriptor. Raises OSError."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | _NO_FOLLOW, 0o600)


def read(path: Path) -> bytes:
    """The whole of a file that is really a file, not a link and not a pipe. Raises OSError."""
    with os.fdopen(os.open(path, os.O_RDONLY | _NO_FOLLOW | _NO_WAIT), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "it is not a file")
        return file.read()


def replace(path: Path, data: bytes) -> None:
    """Put a file in place whole: another process sees the old one or the new one. Raises OSError."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = create(beside)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def set_aside(path: Path, why: str) -> None:
    """Rename a file that cannot be used, so that it is neither read nor lost. Raises OSError."""
    path.replace(path.with_name(f"{path.name}.{why}"))


@dataclass(frozen=True, slots=True)
class Owner:
    """A running reltui, told from all others: host, process id and the moment that process was started."""

    host: str
    pid: int
    started: str

    @classmethod
    def ours(cls) -> Owner:
        """This process."""
        return cls(socket.gethostname(), os.getpid(), _started(os.getpid()))

    def is_here(self) -> bool:
        """Whether it runs, or ran, on this host."""
        return self.host == socket.gethostname()

    def is_alive(self) -> bool:
        """False only when it is certain that the process has ended; on another host nobody can tell."""
        if not self.is_here():
            return True
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return _started(self.pid) == self.started


def _started(pid: int) -> str:
    """Start time of a process in clock ticks since the boot, where the system tells; else nothing."""
    try:
        line = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    return line.rpartition(")")[2].split()[19]
