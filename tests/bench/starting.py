"""G1, G13, G14, G20: the start of the program, what it loads, and what it weighs at rest.

The yardstick is an empty Textual application with Textual's own driver, started in turn.

- G1: from the start of the process to the bytes that put the first row on the screen; for the empty
  application to its word. Once with the saved screen off, so that the row is of the living list, and once
  with it.
- G13: PSS once the start is at rest; and what a process takes to know 100,000 releases that were decoded
  page by page as the client does it, each different, kept as the list of a screen keeps them (a tenth of
  them, times ten).
- G14: all bytes until the start is at rest, from the cache and with the saved screen, while the server says
  nothing yet; beside it with all answers of the server, which change most rows.
- G20: modules that Python names with `-X importtime`.
"""

from __future__ import annotations

import json
import signal
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.bench.decoding import page_of_releases
from tests.bench.figures import Figure
from tests.bench.player import NotMeasured, Player
from tests.bench.server import Served
from tests.bench.setting import ROW, Setting
from tests.bench.usage import memory
from tests.terminal.program import RELTUI, ROOT, Desk

READY = "READY"
LIVING = "outbox empty"
"""What only the living screen says."""
STARTS = 3
"""Of each kind in one run, in turn."""
REST = 1.0
"""Seconds without a byte, after which a start is at rest."""
KNOWN, DECODED = 100_000, 10_000


@dataclass(frozen=True)
class Start:
    """One start of a program."""

    seconds: float
    worked: float
    """Seconds of CPU until then."""
    size: int
    memory: float
    ending: float
    """Seconds from the press of `q` to the end of the process."""


def start(make: Callable[[], Player], ready: str = ROW, up: str = LIVING) -> Start:
    """Start a program, wait for its first row and until it is up and at rest, look at its memory, quit."""
    with make() as player:
        seconds = player.shown(ready)
        worked = player.worked
        player.wait_for(up)
        player.wait_quiet(REST)
        size, weight = len(player.raw), memory(player.process.pid)
        return Start(seconds, worked, size, weight, player.quit())


@dataclass(frozen=True)
class Starts:
    """Some starts of each kind, in turn."""

    empty: list[Start]
    living: list[Start]
    """Without the saved screen."""
    saved: list[Start]
    desks: tuple[Desk, Desk]
    """Of the living and of the saved ones."""


def starts(setting: Setting) -> Starts:
    """Those of this run: A B C A B C. The goals of this module look at different sides of the same ones."""
    return setting.once("starts", lambda: _starts(setting))


def _starts(setting: Setting) -> Starts:
    living, saved = (setting.desk("small", saved=saved) for saved in (False, True))
    for desk in (living, saved):
        # So that there is a cache, and a screen.
        start(partial(setting.reltui, desk))
    found = Starts([], [], [], (living, saved))
    for _ in range(STARTS):
        found.empty.append(start(setting.empty, READY, READY))
        found.living.append(start(partial(setting.reltui, living)))
        found.saved.append(start(partial(setting.reltui, saved)))
    return found


def middle(starts: Sequence[Start], name: str) -> float:
    """The median of one of the figures."""
    values: list[float] = [getattr(each, name) for each in starts]
    return statistics.median(values)


def first_paint(setting: Setting) -> list[Figure]:
    """G1."""
    found = starts(setting)
    empty, living, saved = (middle(each, "seconds") for each in (found.empty, found.living, found.saved))
    worked = middle(found.living, "worked") / middle(found.empty, "worked")
    note = f"{living * 1000:.0f} / {empty * 1000:.0f} ms, of CPU {worked:.2f}"
    return [
        Figure("from the cache", living / empty, 1.25, "", note),
        Figure("saved screen", saved / empty, 0.2, "", f"{saved * 1000:.0f} ms"),
    ]


def bytes_of_the_start(setting: Setting) -> list[Figure]:
    """G14."""
    found = starts(setting)
    empty = middle(found.empty, "size")
    with silent(setting.server("small")):
        sizes = [start(partial(setting.reltui, desk)).size for desk in found.desks]
    figures: dict[str, tuple[float, float | None]] = {
        "from the cache": (sizes[0], 0.5),
        "saved screen": (sizes[1], 0.5),
    }
    figures["with all answers"] = (middle(found.saved, "size"), None)
    return [
        Figure(name, size / empty, limit, "", f"{size:,.0f} / {empty:,.0f} B")
        for name, (size, limit) in figures.items()
    ]


@contextmanager
def silent(server: Served) -> Iterator[None]:
    """Meanwhile the server takes connections and says nothing."""
    process = server.process
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


def weight(setting: Setting) -> list[Figure]:
    """G13."""
    found = starts(setting)
    ours, empty = middle(found.saved, "memory"), middle(found.empty, "memory")
    known = setting.once("known", lambda: releases_known(setting), sized=False)
    return [
        Figure("", ours / empty, 2.0, "", f"{ours:.1f} / {empty:.1f} MiB"),
        Figure(f"{KNOWN:,} releases", known, 60.0, "MiB", f"{DECODED:,} decoded"),
    ]


def releases_known(setting: Setting) -> float:
    """MiB that so many releases take."""
    page = page_of_releases(setting)
    found = subprocess.run(
        [sys.executable, "-m", "tests.bench.decoding", "known", str(page), str(DECODED)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    return float(json.loads(found.stdout)["MiB"]) * KNOWN / DECODED


def modules_of(*arguments: str) -> set[str]:
    """The modules that a command loads."""
    run = subprocess.run(
        [sys.executable, "-X", "importtime", *RELTUI[1:], *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    lines = [line for line in run.stderr.splitlines() if line.startswith("import time:")]
    names = {line.rpartition("|")[2].strip() for line in lines}
    if "reltui.cli" not in names:
        raise NotMeasured(f"reltui {' '.join(arguments)} did not start")
    return names


def modules(setting: Setting) -> list[Figure]:
    """G20."""
    wrong: Path = setting.home().with_suffix(".toml")
    wrong.write_text("[ui]\nthere_is_no_such_key = 1\n")
    heavy: list[str] = []
    counts = []
    for arguments in (("--help",), ("--version",), ("--config", str(wrong))):
        names = modules_of(*arguments)
        counts.append(str(len(names)))
        heavy += [name for name in names if name.partition(".")[0] in ("textual", "httpx", "rich")]
    return [Figure("of textual and httpx", len(heavy), 0, "modules", f"{', '.join(counts)} in all")]
