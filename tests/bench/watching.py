"""G8 and G19: what goes on when nobody does anything, and over a long time.

- G8: 60 s of the inbox at rest, with a refresh every 30 s, against the empty application in the same
  minute. Nothing changes on the server, but ages and the clock go on. One line is what a plain painter
  writes for the whole of the line that differs.
- G19: an hour, compressed: the server's clock runs 60 times as fast, so that the sample lives through an
  hour in a minute of watching, and `r` asks again as soon as the last refresh is through. Counted when the
  first, the second and the last third is over; what the last third adds is the growth. Memory is PSS, where
  two per cent are noise; tasks are those of asyncio, told by the process itself at a signal (`counted.py`).
"""

from __future__ import annotations

import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench.figures import Figure
from tests.bench.painter import rows_that_differ, whole_lines
from tests.bench.player import NotMeasured, Player
from tests.bench.setting import ROW, Setting
from tests.bench.usage import descriptors, memory, threads, usage

MINUTE = 60.0
REFRESHES = 300
NOISE = 1.02
"""Times the memory of a moment ago."""


def idle(setting: Setting) -> list[Figure]:
    """G8."""
    with setting.reltui(setting.desk("small")) as ours, setting.empty() as empty:
        ours.shown(ROW)
        ours.wait_for(r"(\d+)/\1 projects ok")
        empty.shown("READY")
        ours.wait_quiet(5.0)
        empty.read_for(1.0)
        before, cells = [usage(each.process.pid).wakeups for each in (ours, empty)], ours.cells
        size = len(ours.raw)
        ours.read_for(MINUTE)
        mine, theirs = (
            usage(each.process.pid).wakeups - count for each, count in zip((ours, empty), before, strict=True)
        )
        if ours.ended or empty.ended:
            raise NotMeasured("a program ended")
        changed = rows_that_differ(cells, ours.cells)
        size = len(ours.raw) - size
        line = whole_lines(ours.cells, changed[:1] or [setting.size[1] - 2])
    return [
        Figure("bytes", size / line, 1.0, "lines", f"{size} / {line} B, {len(changed)} lines differ"),
        Figure("wakeups", mine / max(1, theirs), 1.0, "", f"{mine} / {theirs}"),
    ]


@dataclass(frozen=True)
class State:
    """What a process holds."""

    memory: float
    descriptors: int
    threads: int
    tasks: int


def state(player: Player, told: Path) -> State:
    """Ask the process, and look from outside."""
    told.unlink(missing_ok=True)
    player.kill(signal.SIGUSR1)
    end = time.monotonic() + 10
    while not told.exists():
        player.read_for(0.1)
        if time.monotonic() > end:
            raise NotMeasured("the process does not tell its tasks")
    number = player.process.pid
    return State(memory(number), descriptors(number), threads(number), int(told.read_text()))


def hour(setting: Setting) -> list[Figure]:
    """G19."""
    server = setting.server("hour")
    desk = setting.desk("hour", ui=("refresh_seconds = 5",))
    told = setting.home().with_suffix(".tasks")
    prefix = (sys.executable, "-m", "tests.bench.counted", str(told))
    with setting.reltui(desk, prefix=prefix) as player:
        player.shown(ROW)
        player.wait_for(r"(\d+)/\1 projects ok")
        player.wait_quiet(1.0)
        begun = time.monotonic()
        states = []
        for number in range(1, REFRESHES + 1):
            player.press("r")
            player.read_for(0.2)
            if number % 10 == 0:
                # Also what the cursor brings about.
                player.press("j" if number % 20 else "k")
            if number % (REFRESHES // 3) == 0:
                player.wait_quiet(0.5, 5.0)
                states.append(state(player, told))
        seconds = time.monotonic() - begun
        asked = sum(request.kind == "approvals" for request in server.requests(begun))
        if asked < REFRESHES:
            raise NotMeasured(f"only {asked} requests for approvals in {REFRESHES} refreshes")
    _, second, last = states
    figures = [
        Figure(
            "memory",
            last.memory / second.memory,
            NOISE,
            "",
            f"{' '.join(f'{each.memory:.1f}' for each in states)} MiB; {asked} requests for approvals, "
            f"{seconds:.0f} s at 60 times the speed",
        )
    ]
    for name in ("descriptors", "threads", "tasks"):
        counts = [getattr(each, name) for each in states]
        figures.append(
            Figure(name, max(0, counts[2] - max(counts[:2])), 0, "more", " ".join(map(str, counts)))
        )
    return figures
