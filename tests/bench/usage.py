"""What a process has used, from /proc (Linux)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Usage:
    """Counts since the start of a process."""

    seconds: float
    """Of CPU, of all threads."""
    wakeups: int
    """How often a thread gave up the processor to wait, and so was woken."""


def usage(process: int) -> Usage:
    """The CPU time and the wakeups of all threads that are there."""
    seconds, wakeups = 0.0, 0
    for thread in _threads(process):
        seconds += int((thread / "schedstat").read_text().split()[0]) / 1e9
        wakeups += _number((thread / "status").read_text(), "voluntary_ctxt_switches")
    return Usage(seconds, wakeups)


def memory(process: int) -> float:
    """MiB that would come back if this process ended (PSS)."""
    return _number(Path(f"/proc/{process}/smaps_rollup").read_text(), "Pss") / 1024


def descriptors(process: int) -> int:
    """How many files and sockets are open."""
    return len(list(Path(f"/proc/{process}/fd").iterdir()))


def threads(process: int) -> int:
    """How many threads there are."""
    return len(list(_threads(process)))


def _threads(process: int) -> Iterator[Path]:
    return Path(f"/proc/{process}/task").iterdir()


def _number(text: str, name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+)", text, re.MULTILINE)
    if found is None:
        raise OSError(f"/proc tells no {name}.")
    return int(found[1])
