"""The append-only record that is on disk before a byte is sent (reliability.md A4, E8, E12, E17).

One file per process, one line per record: eight hex digits of CRC-32, a blank, the record as ASCII JSON.
A line that does not match its check sum is a torn one and is dropped; a record before it never is.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
import threading
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from reltui import paths
from reltui.data import files
from reltui.errors import FolderError
from reltui.model.text import SafeText
from reltui.model.values import dataclass

Record = Mapping[str, Any]


class Journal:
    """This process's journal, and the reading of all others in the same folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._descriptor: int | None = None
        self._lock = threading.Lock()

    def write(self, *records: Record) -> None:
        """Append records and flush them to the disk; only then does it return. May be called by any thread.

        Raises FolderError: it is not on disk, and nothing that depends on it may be sent.
        """
        with self._lock:
            try:
                if self._descriptor is None:
                    self._descriptor = self._open()
                for record in records:
                    _append(self._descriptor, record)
                os.fsync(self._descriptor)
            except OSError as error:
                # A record may have been written in part: the next one starts a file of its own.
                self._let_go()
                raise FolderError(
                    f"The journal in {self.folder} cannot be written: {error.strerror}."
                ) from None

    def _open(self) -> int:
        paths.ensure(self.folder)
        stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
        path = self.folder / f"{stamp}-{os.getpid()}-{secrets.token_hex(2)}.log"
        descriptor = files.create(path)
        owner = files.Owner.ours()
        head = {
            "type": "run",
            "host": owner.host,
            "pid": owner.pid,
            "started": owner.started,
            "at": time.time(),
        }
        try:
            _append(descriptor, head)
        except OSError:
            os.close(descriptor)
            raise
        return descriptor

    def close(self) -> None:
        """Let go of the file; a later `write` starts a new one."""
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def runs(self) -> tuple[list[Run], list[SafeText]]:
        """Every run that left a journal here, oldest first, and what could not be read, in sentences."""
        runs: list[Run] = []
        troubles: list[SafeText] = []
        try:
            names = sorted(p for p in self.folder.iterdir() if p.suffix == ".log")
        except FileNotFoundError:
            return [], []
        except OSError as error:
            return [], [_look_first(f"The journal folder cannot be read ({error.strerror})")]
        for path in names:
            try:
                data = files.read(path)
            except OSError as error:
                troubles.append(_look_first(f"The journal {path.name} cannot be read ({error.strerror})"))
                continue
            run = run_of(path, data)
            runs.append(run)
            # A line without its end was torn by the end of its run: then nothing had been sent by it.
            if run.damaged:
                troubles.append(_look_first(f"{run.damaged} lines of the journal {path.name} are damaged"))
        return runs, troubles

    def left_over(self) -> LeftOver:
        """What runs that have ended left open or untold."""
        runs, troubles = self.runs()
        verdicts: dict[str, Record] = {}
        told: set[str] = set()
        for record in (r for run in runs for r in run.records):
            if record.get("type") == "verdict" and record.get("final") is True:
                verdicts[record["id"]] = record
                if record.get("told") is not False:
                    told.add(record["id"])
        last: dict[str, Record] = {}
        for run in runs:
            if run.has_ended():
                last.update((r["id"], r) for r in run.records if r.get("type") in ("held", "intent"))
        # Of a plan that was cut short all are wanted, for its sums to be right.
        cut_short = {r["plan"] for number, r in last.items() if number not in told and r.get("plan")}
        decisions = tuple(
            (record, verdicts.get(decision_id))
            for decision_id, record in last.items()
            if decision_id not in told or record.get("plan") in cut_short
        )
        return LeftOver(decisions, tuple(troubles))


FOREIGN_AFTER = 600.0
"""Seconds without a new record after which a run on another host, which cannot be asked, counts as ended."""


@dataclass(frozen=True, slots=True)
class LeftOver:
    """What is to be taken up at the start."""

    decisions: tuple[tuple[Record, Record | None], ...]
    """The last "held" or "intent" of each decision, and its final verdict if it has one that was not told."""
    troubles: tuple[SafeText, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """One process's journal as read back."""

    path: Path
    owner: files.Owner | None
    records: tuple[Record, ...]
    damaged: int = 0
    """Whole lines that are no record of ours."""
    torn: bool = False
    """The last line has no end: the run ended while it wrote it."""

    def has_ended(self) -> bool:
        """Whether its process is surely gone, or at least silent for long on a host that cannot be asked."""
        if self.owner is None or not self.owner.is_alive():
            return True
        if self.owner.is_here():
            return False
        newest = max((float(r.get("at", 0.0)) for r in self.records), default=0.0)
        return time.time() - newest > FOREIGN_AFTER


def run_of(path: Path, data: bytes) -> Run:
    """A run out of the bytes of its file; what is whole is kept whatever stands around it."""
    *lines, rest = [(line, _record(line)) for line in data.split(b"\n")]
    records = tuple(record for _, record in (*lines, rest) if record is not None)
    damaged = sum(record is None for _, record in lines)
    return Run(path, _owner(records), records, damaged, torn=bool(rest[0]) and rest[1] is None)


def _append(descriptor: int, record: Record) -> None:
    line = encode(record)
    if os.write(descriptor, line) != len(line):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _look_first(what: str) -> SafeText:
    return SafeText(f"{what}; look at the server before you repeat a decision of an earlier run.")


def encode(record: Record) -> bytes:
    """One line with its check sum."""
    body = json.dumps(record, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    return b"%08x %s\n" % (zlib.crc32(body), body)


def decode(data: bytes) -> Iterator[Record]:
    """The records that are whole; torn or altered lines are left out."""
    return (record for record in map(_record, data.split(b"\n")) if record is not None)


def _record(line: bytes) -> Record | None:
    """The record of a whole line; None for anything else."""
    check, _, body = line.partition(b" ")
    try:
        if int(check, 16) != zlib.crc32(body):
            return None
        record = json.loads(body)
    except ValueError:
        return None
    if isinstance(record, dict) and (record.get("type") == "run" or isinstance(record.get("id"), str)):
        return record
    return None


def _owner(records: Sequence[Record]) -> files.Owner | None:
    head = records[0] if records and records[0].get("type") == "run" else {}
    host, pid, started = head.get("host"), head.get("pid"), head.get("started")
    if isinstance(host, str) and isinstance(pid, int) and isinstance(started, str):
        return files.Owner(host, pid, started)
    return None
