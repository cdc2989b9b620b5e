"""What really happened: every write the embedded server received, and how often each path was read."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(slots=True)
class Entry:
    """One write (design.md section 5)."""

    time: str
    """Virtual time of receipt."""
    method: str
    path: str
    """The raw target with its query."""
    body: Any = None
    """Decoded when it is JSON, else text; None when it was never read."""
    applied: bool = False
    """Whether the engine changed. A write that lands late turns true when it lands."""
    answered: bool = False
    """Whether the last byte of an answer went out."""


class Ledger:
    """The record of one server; `POST reset` empties it."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.reads: Counter[str] = Counter()

    def open(self, time: str, method: str, path: str) -> Entry:
        """Begin an entry, before the body is read."""
        entry = Entry(time, method, path)
        self.entries.append(entry)
        return entry

    def count_read(self, method: str, path: str) -> None:
        """Count one read of a path."""
        self.reads[f"{method} {path}"] += 1

    def clear(self) -> None:
        """Forget everything."""
        self.entries.clear()
        self.reads.clear()

    def document(self) -> list[dict[str, Any]]:
        """The wire form."""
        return [asdict(entry) for entry in self.entries]


def readable(body: bytes) -> Any:
    """A request body as the ledger shows it."""
    text = body.decode("utf-8", "replace")
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text
