"""G6 and G18: lists and logs of 100,000 rows against short ones, in turn.

The service stands still and has everything in memory (`still.py`), so that the screen alone is measured.
The time to show is from the key that opens the list or the log to the screen at rest, after a first time
that loads modules. Of the memory of the long list is taken away what the program takes more with the rows
in memory, but not on the screen yet: that is the data.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from tests.bench.figures import Figure, percentile
from tests.bench.player import Player
from tests.bench.setting import Setting
from tests.bench.usage import memory

SHORT_LIST, SHORT_LOG, LONG = 50, 100, 100_000
OPENED = 5
KEYS = "k" * 25 + "j" * 15
"""Up first, as a log opens at its end; a list is moved to its end before."""
QUIET = 0.12


@dataclass(frozen=True)
class Shown:
    """Seconds of a list or log on the screen, and MiB before and after."""

    opened: float
    median: float
    slow: float
    """The 95th percentile."""
    before: float
    after: float


def shown(player: Player, key: str, wanted: str, back: str, began: str) -> Shown:
    """Open something again and again with a key, and then press keys in it."""
    player.shown(began)
    player.wait_quiet(1.5)
    before = memory(player.process.pid)
    times = []
    for _ in range(OPENED + 1):
        times.append(player.key(key, 0.4, first=60.0).until_at_rest())
        player.wait_for(wanted)
        player.press(back)
        player.wait_for(began)
        player.wait_quiet(0.4)
    player.key(key, 0.4, first=60.0)
    player.wait_for(wanted)
    player.key("G", 0.4)
    keys = [player.key(pressed, QUIET).until_changed() for pressed in KEYS]
    after = memory(player.process.pid)
    player.press("ctrl+c")
    player.wait_exit()
    return Shown(statistics.median(times[1:]), statistics.median(keys), percentile(keys), before, after)


def compared(short: Shown, long: Shown) -> list[Figure]:
    """The ratios of times."""
    found = []
    for name in ("median", "slow", "opened"):
        one, other = getattr(long, name) * 1000, getattr(short, name) * 1000
        label = {"median": "key", "slow": "key p95", "opened": "shown"}[name]
        found.append(Figure(label, one / other, 1.2, "", f"{one:.1f} / {other:.1f} ms"))
    return found


def long_list(setting: Setting) -> list[Figure]:
    """G6."""
    short, long = (releases(setting, count) for count in (SHORT_LIST, LONG))
    data = long.before - short.before
    ratio = (long.after - data) / short.after
    note = f"{long.after:.0f} MiB with {data:.0f} of data / {short.after:.0f} MiB"
    return [*compared(short, long), Figure("memory", ratio, 1.1, "", note)]


def releases(setting: Setting, count: int) -> Shown:
    """A list of so many releases."""
    with setting.module("tests.bench.still", "releases", str(count)) as player:
        return shown(player, "2", rf"^>? +Rel-{count} ", "1", r"\[Approvals")


def long_log(setting: Setting) -> list[Figure]:
    """G18."""
    return compared(*(log(setting, count) for count in (SHORT_LOG, LONG)))


def log(setting: Setting, lines: int) -> Shown:
    """A log of so many lines."""
    with setting.module("tests.bench.still", "log", str(lines)) as player:
        return shown(player, "l", "ERROR At last", "escape", "^> .*Deploy web")
