"""G6 and G18: lists and logs of 100,000 rows against short ones, in turn.

The service stands still and has everything in memory (`still.py`), so that the screen alone is measured.
The time to show is from the key that opens the list or the log to the screen at rest, after a first time
that loads modules. Of the memory of the long list is taken away what the program takes more with the rows
in memory, but not on the screen yet: that is the data.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field

from tests.bench.figures import Figure, percentile
from tests.bench.player import Player
from tests.bench.setting import Setting
from tests.bench.usage import memory

SHORT_LIST, SHORT_LOG, LONG = 50, 100, 100_000
STILL = "tests.bench.still"
OPENED = 5
KEYS = "k" * 25 + "j" * 15
"""Up first, as a log opens at its end; a list is moved to its end before."""
QUIET = 0.12


@dataclass(frozen=True)
class Subject:
    """What is opened, and how."""

    what: str
    """Of the two that `still.py` knows."""
    began: str
    """The screen on which it is opened."""
    key: str
    wanted: str
    """What it shows once it is open; {} is the number of rows."""
    back: str


LIST = Subject("releases", r"\[Approvals", "2", r"^>? +Rel-{} ", "1")
LOG = Subject("log", "^> .*Deploy web", "l", "ERROR At last", "escape")


@dataclass
class Timed:
    """One of the two, with seconds of opening and of keys, and MiB before and after."""

    player: Player
    wanted: str
    opened: list[float] = field(default_factory=list)
    keys: list[float] = field(default_factory=list)
    before: float = 0.0
    after: float = 0.0

    def open(self, subject: Subject) -> None:
        """Open it, and tell how long that took."""
        self.opened.append(self.player.key(subject.key, 0.4, first=60.0).until_at_rest())
        self.player.wait_for(self.wanted)

    def weigh(self) -> float:
        """MiB now."""
        return memory(self.player.process.pid)


def timed(setting: Setting, subject: Subject, short: int) -> tuple[Timed, Timed]:
    """The short one and the long one, in turn at each step."""
    with (
        setting.module(STILL, subject.what, str(short)) as one,
        setting.module(STILL, subject.what, str(LONG)) as other,
    ):
        pair = Timed(one, subject.wanted.format(short)), Timed(other, subject.wanted.format(LONG))
        for each in pair:
            each.player.shown(subject.began)
            each.player.wait_quiet(1.5)
            each.before = each.weigh()
        for _ in range(OPENED):
            for each in pair:
                each.open(subject)
                each.player.press(subject.back)
                each.player.wait_for(subject.began)
                each.player.wait_quiet(0.4)
        for each in pair:
            each.open(subject)
            each.player.key("G", 0.4)
        for key in KEYS:
            for each in pair:
                each.keys.append(each.player.key(key, QUIET).until_changed())
        for each in pair:
            each.after = each.weigh()
            each.player.press("ctrl+c")
            each.player.wait_exit()
    return pair


def compared(short: Timed, long: Timed) -> list[Figure]:
    """The ratios of times; the first opening has loaded the modules."""
    numbers = {
        "key": [statistics.median(each.keys) for each in (long, short)],
        "key p95": [percentile(each.keys) for each in (long, short)],
        "shown": [statistics.median(each.opened[1:]) for each in (long, short)],
    }
    return [
        Figure(name, one / other, 1.2, "", f"{one * 1000:.1f} / {other * 1000:.1f} ms")
        for name, (one, other) in numbers.items()
    ]


def long_list(setting: Setting) -> list[Figure]:
    """G6."""
    short, long = timed(setting, LIST, SHORT_LIST)
    data = long.before - short.before
    ratio = (long.after - data) / short.after
    note = f"{long.after:.0f} MiB with {data:.0f} of data / {short.after:.0f} MiB"
    return [*compared(short, long), Figure("memory", ratio, 1.1, "", note)]


def long_log(setting: Setting) -> list[Figure]:
    """G18."""
    return compared(*timed(setting, LOG, SHORT_LOG))
