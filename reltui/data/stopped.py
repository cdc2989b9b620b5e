"""What the guard before the terminal has stopped in all runs, for `reltui doctor` (reliability.md C1)."""

from __future__ import annotations

import json
import time
from pathlib import Path

from reltui import paths
from reltui.data import files
from reltui.errors import FolderError
from reltui.model.values import dataclass

FILE = "stopped.json"


@dataclass(frozen=True, slots=True)
class Stopped:
    """Control characters that were in a text on its way to the terminal."""

    count: int
    day: str
    """The last one's, in UTC: "2026-11-29"."""


def stopped_so_far(state: Path) -> Stopped | None:
    """None for none, and for a file that cannot be read."""
    try:
        found = json.loads(files.read(state / FILE))
        count, at = found["count"], found["at"]
        return Stopped(int(count), time.strftime("%Y-%m-%d", time.gmtime(float(at)))) if count > 0 else None
    except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None


def note_stopped(state: Path, count: int) -> None:
    """Add those of a run. What cannot be written is not worth an error at the end of it."""
    if count <= 0:
        return
    before = stopped_so_far(state)
    total = count + (before.count if before else 0)
    try:
        paths.ensure(state)
        files.replace(state / FILE, json.dumps({"count": total, "at": time.time()}).encode())
    except (OSError, FolderError):
        return
