"""G1, G13, G14, G20: the start of the program, what it loads, and what it weighs at rest.

The yardstick is an empty Textual application with Textual's own driver, started in turn.

- G1: from the start of the process to the bytes that put the first row on the screen; for the empty
  application to its word. Once with the saved screen off, so that the row is of the living list, and once
  with it.
- G13: PSS once the start is at rest; and what a process takes to know 100,000 releases that were decoded
  page by page as the client does it, each different, kept as the list of a screen keeps them (a tenth of
  them, times ten).
- G14: all bytes until the start is at rest, with everything as it comes.
- G20: modules that Python names with `-X importtime`.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.bench.decoding import page_of_releases
from tests.bench.figures import Figure
from tests.bench.player import NotMeasured, Player
from tests.bench.setting import ROW, Setting
from tests.bench.usage import memory
from tests.terminal.program import RELTUI, ROOT, Desk

STARTS = 3
"""Of each kind in one run, in turn."""
REST = 1.0
"""Seconds without a byte, after which a start is at rest."""
KNOWN, DECODED = 100_000, 10_000


@dataclass(frozen=True)
class Start:
    """One start of a program."""

    seconds: float
    size: int
    memory: float
    ending: float
    """Seconds from the press of `q` to the end of the process."""


def start(make: Callable[[], Player], ready: str) -> Start:
    """Start a program, wait for its first row and until it is at rest, look at its memory, quit."""
    with make() as player:
        seconds = player.shown(ready)
        player.wait_quiet(REST)
        size, weight = len(player.raw), memory(player.process.pid)
        return Start(seconds, size, weight, player.quit())


def in_turn(count: int, *makes: tuple[Callable[[], Player], str]) -> list[list[Start]]:
    """So many starts of each, A B A B."""
    found: list[list[Start]] = [[] for _ in makes]
    for _ in range(count):
        for starts, (make, ready) in zip(found, makes, strict=True):
            starts.append(start(make, ready))
    return found


def warm(setting: Setting, *, saved: bool = True) -> Desk:
    """A machine on which the program has run before."""
    desk = setting.desk("small", saved=saved)
    start(lambda: setting.reltui(desk), ROW)
    return desk


def middle(starts: list[Start], name: str) -> float:
    """The median of one of the figures."""
    values: list[float] = [getattr(each, name) for each in starts]
    return statistics.median(values)


def first_paint(setting: Setting) -> list[Figure]:
    """G1."""
    living, saved = warm(setting, saved=False), warm(setting)
    found = in_turn(
        STARTS,
        (setting.empty, "READY"),
        (lambda: setting.reltui(living), ROW),
        (lambda: setting.reltui(saved), ROW),
    )
    empty, alive, kept = (middle(starts, "seconds") for starts in found)
    return [
        Figure("from the cache", alive / empty, 1.25, "", f"{alive * 1000:.0f} / {empty * 1000:.0f} ms"),
        Figure("saved screen", kept / empty, 0.2, "", f"{kept * 1000:.0f} ms"),
    ]


def bytes_of_the_start(setting: Setting) -> list[Figure]:
    """G14."""
    desk = warm(setting)
    empty, ours = in_turn(1, (setting.empty, "READY"), (lambda: setting.reltui(desk), ROW))
    return [Figure("", ours[0].size / empty[0].size, 0.5, "", f"{ours[0].size:,} / {empty[0].size:,} B")]


def weight(setting: Setting) -> list[Figure]:
    """G13."""
    desk = warm(setting)
    empty, ours = in_turn(1, (setting.empty, "READY"), (lambda: setting.reltui(desk), ROW))
    known = releases_known(setting)
    return [
        Figure(
            "",
            ours[0].memory / empty[0].memory,
            2.0,
            "",
            f"{ours[0].memory:.1f} / {empty[0].memory:.1f} MiB",
        ),
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
