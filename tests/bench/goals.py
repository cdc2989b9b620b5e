"""The twenty goals of performance, each with how one run of it is measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.bench import asking, decoding, ending, long, moving, starting, watching
from tests.bench.figures import Figure
from tests.bench.setting import Setting


@dataclass(frozen=True, slots=True)
class Goal:
    """One line of the table."""

    id: str
    what: str
    goal: str
    measure: Callable[[Setting], list[Figure]]
    sized: bool = True
    """The size of the terminal plays a part, and so does the driver."""


GOALS = (
    Goal(
        "G1",
        "first meaningful paint of the inbox, cache present / an empty application's",
        "<= 1.25; with the saved screen <= 0.2",
        starting.first_paint,
    ),
    Goal("G2", "bytes of a cursor key in view / a plain painter's", "<= 1.1", moving.key_in_view),
    Goal("G3", "bytes of a one-line scroll / a plain painter's", "<= 0.3", moving.scrolled_line),
    Goal(
        "G4",
        "bytes per press of a key held at 30 a second",
        "<= 320 at 80x24 (what 9.6 kB/s can carry)",
        moving.held_key,
    ),
    Goal(
        "G5",
        "last press of a key held 2 s to its row, on 9.6 kB/s and 150 ms / round trip",
        "<= 1.5",
        moving.slow_line,
    ),
    Goal(
        "G6",
        "100,000 rows / 50 rows: key, time to show, memory",
        "<= 1.2; <= 1.2; <= 1.1 and the data",
        long.long_list,
    ),
    Goal("G7", "CPU per key / an empty application's", "<= 1.5", moving.cpu),
    Goal(
        "G8",
        "60 s in which nothing changes: bytes; wakeups / an empty application's",
        "0 but one line a minute; <= 1",
        watching.idle,
    ),
    Goal(
        "G9",
        "refresh of 20 projects / slowest single request (300 ms server)",
        "<= 1.2",
        asking.refresh,
        sized=False,
    ),
    Goal("G10", "key p95 while refreshing / idle", "<= 2", asking.keys_while_refreshing),
    Goal(
        "G11",
        "Escape without the kitty protocol; exit / an empty application's",
        "<= 40 ms; <= 0.5",
        ending.escape,
    ),
    Goal(
        "G12",
        "terminal restored after q, Ctrl+C, crash, TERM, HUP, Ctrl+Z and fg",
        "all",
        ending.endings,
    ),
    Goal(
        "G13",
        "memory (PSS) / an empty application's; 100,000 releases known",
        "<= 2; <= 60 MiB",
        starting.weight,
    ),
    Goal("G14", "bytes of the start / an empty application's", "<= 0.5", starting.bytes_of_the_start),
    Goal(
        "G15",
        "60 approvals in 15 projects: requests / fewest that carry the information",
        "<= 1.2; on refresh one a project",
        asking.requests,
        sized=False,
    ),
    Goal(
        "G16",
        "bytes of a refresh that changes one row / a plain painter's",
        "that row and the status line",
        asking.one_row,
    ),
    Goal(
        "G17",
        "a page of 100 releases decoded / json.loads of it",
        "<= 2.5",
        decoding.decoded_page,
        sized=False,
    ),
    Goal(
        "G18",
        "a log of 100,000 lines / of 100: key, show the end",
        "<= 1.2",
        long.long_log,
    ),
    Goal(
        "G19",
        "an hour of watching, compressed: memory, descriptors, threads, tasks",
        "no growth",
        watching.hour,
        sized=False,
    ),
    Goal(
        "G20",
        "--help, --version, a mistake in the configuration: modules loaded",
        "neither textual nor httpx",
        starting.modules,
        sized=False,
    ),
)
