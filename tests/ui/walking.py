"""Walks of random keys over every screen of reltui, on the two little terminals of `comparing`.

`python -m tests.ui.walking --keys 20000` walks until so many keys were pressed, compares every cell after
every frame, and tells how many frames and screens that were.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reltui.ui.keys import ACTIONS
from tests.ui.comparing import Compared, compared

SIZES = ((80, 24), (120, 40), (160, 45))
OTHER_SIZES = ((58, 14), (81, 23))
SAMPLES = {"small": (), "hostile": ("srv-39",), "wide": ("srv-39:class=12",)}
TERMINALS = ("xterm-256color", "linux", "screen", "tmux-256color")
LEAVING = {"quit", "quit-now", "suspend", "as-text", "browse"}
KEYS = sorted({key for action in ACTIONS if action.id not in LEAVING for key in action.keys if key != "e"})
MOVES = ("j", "j", "j", "k", "G", "g", "pagedown", "pageup", "ctrl+d", "ctrl+u", "]", "[", "tab", "enter")
NAMED = [
    action.id for action in ACTIONS if not action.keys and action.id not in ("export-definition", "archive")
]
WALKS = tuple(
    tuple(keys.split())
    for keys in (
        "1 j enter enter ] ] ] j enter escape l enter G escape escape",
        "2 j j enter c escape h escape escape n tab escape escape",
        "3 j j enter ] ] enter v escape escape",
        "4 j enter escape J j escape",
        "1 a tab escape x escape ? G escape ! escape f escape",
        "1 / a b escape m m p p z z z B s S R R",
    )
)
STEPS = 60


@dataclass(frozen=True)
class Case:
    """What a walk is on; the number is the seed of its keys as well."""

    number: int

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        return SIZES[self.number % 3]

    @property
    def sample(self) -> str:
        """A name of `SAMPLES`."""
        return list(SAMPLES)[self.number // 3 % 3]

    @property
    def terminal(self) -> str:
        """TERM."""
        return TERMINALS[(self.number + self.number // 9) % 4]

    @property
    def colours(self) -> str:
        """COLORTERM."""
        return "truecolor" if self.number % 2 else ""

    def __str__(self) -> str:
        columns, rows = self.size
        return f"{self.number}-{columns}x{rows}-{self.sample}-{self.terminal}"


def steps(chance: random.Random) -> Iterator[str]:
    """Keys of a person who tries everything."""
    for walk in chance.sample(WALKS, len(WALKS)):
        yield from walk
    for _ in range(STEPS):
        kind = chance.random()
        if kind < 0.55:
            yield from [chance.choice(MOVES)] * chance.choice((1, 1, 2, 5))
        elif kind < 0.85:
            yield chance.choice(KEYS)
        elif kind < 0.9:
            yield from (":", *chance.choice(NAMED), "enter")
        elif kind < 0.95:
            yield "escape"
        else:
            yield chance.choice("1234")


async def walk(case: Case, folder: Path, keys: int | None = None) -> Compared:
    """Press so many keys of a walk, or all; raises AssertionError where a cell differs.

    TERM and COLORTERM are the caller's to set.
    """
    chance = random.Random(case.number)
    async with compared(
        folder,
        size=case.size,
        faults=SAMPLES[case.sample],
        marked=case.number % 2 == 0,
        ascii_=case.number % 5 == 4,
    ) as run:
        for key in itertools.islice(steps(chance), keys):
            await run.press(key)
            what = chance.random()
            if what < 0.01:
                await run.resize(*chance.choice([*SIZES, *OTHER_SIZES]))
                await run.resize(*case.size)
            elif what < 0.02:
                await run.lose()
            assert run.driver.faults == []
        await run.pilot.pause()
        assert run.driver.faults == []
    return run


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.ui.walking", description=__doc__)
    parser.add_argument("--keys", type=int, default=2000, help="how many are pressed at least")
    parser.add_argument("--first", type=int, default=0, help="number of the first walk")
    options = parser.parse_args()
    screens: Counter[str] = Counter()
    frames = repaints = written = stock = 0
    begun = time.monotonic()
    for number in itertools.count(options.first):
        case = Case(number)
        os.environ |= {"TERM": case.terminal, "COLORTERM": case.colours}
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            run = asyncio.run(walk(case, Path(folder)))
            os.chdir("/")
        screens += run.screens
        frames += run.driver.frames
        repaints += run.driver.repaints
        written += run.driver.size
        stock += run.driver.stock_size
        print(
            f"{case}: {screens.total()} keys, {frames} frames, {written / stock:.2f} of the bytes", flush=True
        )
        if screens.total() >= options.keys:
            break
    print(f"{screens.total()} keys on {len(screens)} kinds of screens, {time.monotonic() - begun:.0f} s")
    print(f"{frames} frames with every cell as with the stock driver, {repaints} of them painted whole")
    print(f"{written:,} bytes, with the stock driver {stock:,}: {written / stock:.3f}")


if __name__ == "__main__":
    main()
