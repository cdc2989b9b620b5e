"""`python -m tests.bench`: the figures of the first paint, of a key, and of memory, as one table.

Machines differ and are noisy, so times and memory are compared with an empty Textual application that is
measured in turn in the same run. Bytes do not move and stand for themselves.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.terminal.harness import Terminal
from tests.terminal.program import ROOT, Demo, Desk, demo

EMPTY = Path(__file__).with_name("empty.py")
FIRST_ROW = r"^>"
"""The cursor on the first approval."""


@dataclass(frozen=True)
class Start:
    """One start of a program, up to what was waited for."""

    seconds: float
    size: int
    memory: int
    """Proportional set size of the process in KiB, once it is quiet."""


def memory_of(process: int) -> int:
    """KiB of memory that would come back if this process ended (Linux; 0 elsewhere)."""
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0
    found = re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)
    return int(found[1]) if found else 0


def start(make: Callable[[], Terminal], ready: str) -> Start:
    """Start a program, wait for its first row, look at its memory, quit."""
    with make() as terminal:
        terminal.wait_for(ready, 120)
        seconds, size = terminal.arrivals[-1][0] - terminal.started, len(terminal.raw)
        terminal.wait_quiet(1.0)
        memory = memory_of(terminal.process.pid)
        terminal.press("q")
        terminal.wait_exit()
    return Start(seconds, size, memory)


def empty() -> Terminal:
    """The empty application in an 80x24 terminal."""
    return Terminal([sys.executable, EMPTY])


def middle(starts: Sequence[Start]) -> Start:
    """The median of each figure."""
    return Start(
        statistics.median(s.seconds for s in starts),
        round(statistics.median(s.size for s in starts)),
        round(statistics.median(s.memory for s in starts)),
    )


def first_paints(server: Demo, folder: Path, runs: int) -> dict[str, Start]:
    """Empty application, cold and warm start in turn, so that noise hits all three alike."""
    found: dict[str, list[Start]] = {"empty": [], "without cache": [], "with cache": []}
    start(empty, "READY")
    start(Desk(folder / "compiled", server.url, server.token).open, FIRST_ROW)
    for run in range(runs):
        desk = Desk(folder / str(run), server.url, server.token)
        found["empty"].append(start(empty, "READY"))
        found["without cache"].append(start(desk.open, FIRST_ROW))
        found["with cache"].append(start(desk.open, FIRST_ROW))
    return {name: middle(starts) for name, starts in found.items()}


def key_bytes(server: Demo, folder: Path) -> dict[str, float]:
    """Bytes of a cursor key in view, of a scrolled line, of a held key, and of doing nothing."""
    with Desk(folder / "keys", server.url, server.token).open() as terminal:
        terminal.wait_for(FIRST_ROW, 120)
        terminal.wait_quiet(1.5)

        def cost(key: str) -> int:
            before = len(terminal.raw)
            terminal.press(key)
            terminal.wait_quiet(0.25, 3)
            return len(terminal.raw) - before

        def moves() -> float:
            return statistics.median([cost("j") for _ in range(4)] + [cost("k") for _ in range(4)])

        with_preview = moves()
        terminal.press("p", "m")
        terminal.wait_quiet(1.5)
        alone = moves()
        scrolled = statistics.median([cost("j") for _ in range(30)][20:])
        before = len(terminal.raw)
        terminal.hold("k", 1.0)
        terminal.wait_quiet(0.3)
        held = (len(terminal.raw) - before) / 30
        before = len(terminal.raw)
        terminal.read_for(5.0)
        idle = (len(terminal.raw) - before) / 5
        terminal.press("q")
        terminal.wait_exit()
    return {
        "a cursor key, with the preview that follows it": with_preview,
        "a cursor key, without preview": alone,
        "a line scrolled, without preview": scrolled,
        "each press of a key held at 30 a second": held,
        "a second of doing nothing": idle,
    }


@dataclass(frozen=True)
class LogFigures:
    """A log on screen: seconds until its end is shown, and until its far end is found; of a key, median and
    95th percentile of the seconds, and bytes."""

    opened: float
    found: float
    median: float
    slow: float
    size: float


def log_figures(lines: int) -> LogFigures:
    """Open a log of so many lines, press keys in it, look for what stands at its end."""
    environment = {"PYTHONPATH": str(ROOT), "TZ": "UTC"}
    with Terminal([sys.executable, "-m", "tests.bench.log", str(lines)], environment=environment) as terminal:

        def take(key: str, quiet: float = 0.15) -> tuple[float, int]:
            """Seconds to the last byte that a key brings about, and how many bytes."""
            before, at = len(terminal.raw), time.monotonic()
            terminal.press(key)
            terminal.wait_quiet(quiet)
            return terminal.arrivals[-1][0] - at, len(terminal.raw) - before

        terminal.wait_for("^> .*Deploy web", 120)
        terminal.wait_quiet(1.5)
        times = []
        for _ in range(6):
            times.append(take("l", 0.5)[0])
            terminal.wait_for("ERROR At last")
            terminal.press("escape")
            terminal.wait_for("tasks of all tries")
            terminal.wait_quiet(0.5)
        # The first one has loaded the modules.
        opened = statistics.median(times[1:])
        take("l", 0.5)
        keys = [take(key) for key in ("k",) * 40 + ("j",) * 20]
        terminal.press("g")
        terminal.wait_quiet(1.0)
        found, _ = take("e", 1.0)
        terminal.wait_for("> .*ERROR At last")
        terminal.press("ctrl+c")
        terminal.wait_exit()
    seconds = sorted(spent for spent, _ in keys)
    return LogFigures(
        opened,
        found,
        statistics.median(seconds),
        seconds[len(seconds) * 95 // 100],
        statistics.median(size for _, size in keys),
    )


def log_rows() -> None:
    """A long log against a short one."""
    short, long = log_figures(100), log_figures(100_000)
    for what, one, other in (
        ("the end of a log of 100,000 lines on screen / of 100", long.opened, short.opened),
        ("the error at its end found / of 100", long.found, short.found),
        ("a key in it, median / of 100", long.median, short.median),
        ("a key in it, 95 of 100 / of 100", long.slow, short.slow),
    ):
        row(what, f"{one * 1000:.1f} ms", f"{one / other:.2f}")
    row("bytes of a line scrolled in it / of 100", f"{long.size:,.0f}", f"{long.size / short.size:.2f}")


def row(what: str, value: str, ratio: str = "") -> None:
    """One line of the table."""
    print(f"{what:<58}{value:>14}{ratio:>9}", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="starts of each kind (default 5)")
    runs = parser.parse_args().runs
    row("80x24", "", "/ empty")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # An installed program is compiled, as Textual is here; one that is run from its sources need not be.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")
        with demo() as server:
            paints = first_paints(server, folder, runs)
            base = paints["empty"]
            for kind, found in paints.items():
                ratio = f"{found.seconds / base.seconds:.2f}"
                row(
                    f"first row, {kind}" if kind != "empty" else "an empty application",
                    f"{found.seconds * 1000:.0f} ms",
                    ratio,
                )
            for kind, found in paints.items():
                row(f"bytes of the start, {kind}", f"{found.size:,}", f"{found.size / base.size:.2f}")
            for what, size in key_bytes(server, folder).items():
                row(f"bytes of {what}", f"{size:,.0f}")
        log_rows()
        row("memory (PSS), an empty application", f"{base.memory / 1024:.1f} MiB", "1.00")
        for size_name in ("small", "crowd"):
            with demo("--size", size_name) as server:
                desk = Desk(folder / size_name, server.url, server.token)
                found = start(desk.open, FIRST_ROW)
                row(
                    f"memory (PSS), --size {size_name}",
                    f"{found.memory / 1024:.1f} MiB",
                    f"{found.memory / base.memory:.2f}",
                )


if __name__ == "__main__":
    main()
