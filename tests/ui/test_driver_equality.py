"""Every cell is as with Textual's own driver, after random keys over every screen.

RELTUI_EQUALITY=N in the environment takes N times as many walks, and longer ones.
"""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from reltui.ui.keys import ACTIONS
from tests.ui.comparing import Compared, compared

SIZES = ((80, 24), (120, 40), (160, 45))
SAMPLES = {"small": (), "hostile": ("srv-39",), "wide": ("srv-39:class=12",)}
TERMINALS = ("xterm-256color", "linux", "screen", "tmux-256color")
LEAVING = {"quit", "quit-now", "suspend", "as-text", "browse"}
KEYS = sorted({key for action in ACTIONS if action.id not in LEAVING for key in action.keys if key != "e"})
MOVES = ("j", "j", "j", "k", "G", "g", "pagedown", "pageup", "ctrl+d", "ctrl+u", "]", "[", "tab", "enter")
NAMED = [
    action.id for action in ACTIONS if not action.keys and action.id not in ("export-definition", "archive")
]
WALKS = (
    (
        "1",
        "j",
        "enter",
        "enter",
        "]",
        "]",
        "]",
        "j",
        "enter",
        "escape",
        "l",
        "enter",
        "G",
        "escape",
        "escape",
    ),
    ("2", "j", "j", "enter", "c", "escape", "h", "escape", "escape", "n", "tab", "escape", "escape"),
    ("3", "j", "j", "enter", "]", "]", "enter", "v", "escape", "escape"),
    ("4", "j", "enter", "escape", "J", "j", "escape"),
    ("1", "a", "tab", "escape", "x", "escape", "?", "G", "escape", "!", "escape", "f", "escape"),
    ("1", "/", "a", "b", "escape", "m", "m", "p", "p", "z", "z", "z", "B", "s", "S", "R", "R"),
)
TIMES = int(os.environ.get("RELTUI_EQUALITY", "0"))
STEPS = 60
SHORT_WALK = 40
"""So many keys of each walk in the suite; all where more was asked for."""


def cases() -> Iterator[tuple[int, tuple[int, int], str, str]]:
    for number in range(9 * max(TIMES, 1)):
        sample = list(SAMPLES)[number // 3 % 3]
        yield number, SIZES[number % 3], sample, TERMINALS[(number + number // 9) % 4]


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


async def act(run: Compared, chance: random.Random, size: tuple[int, int]) -> None:
    for key in itertools.islice(steps(chance), None if TIMES else SHORT_WALK):
        await run.press(key)
        what = chance.random()
        if what < 0.01:
            await run.resize(*chance.choice([*SIZES, (58, 14), (81, 23)]))
            await run.resize(*size)
        elif what < 0.02:
            await run.lose()
        assert run.driver.faults == []
    await run.pilot.pause()
    assert run.driver.faults == []


@pytest.mark.parametrize(("number", "size", "sample", "terminal"), list(cases()))
async def test_every_cell_is_as_with_the_stock_driver(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    size: tuple[int, int],
    sample: str,
    terminal: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TERM", terminal)
    if number % 2:
        monkeypatch.setenv("COLORTERM", "truecolor")
    else:
        monkeypatch.delenv("COLORTERM", raising=False)
    chance = random.Random(number)
    is_plain = number % 5 == 4
    async with compared(
        tmp_path, size=size, faults=SAMPLES[sample], marked=number % 2 == 0, ascii_=is_plain
    ) as run:
        await act(run, chance, size)
        assert len(run.screens) > 1
        assert run.driver.frames > 10
        assert run.resizes or not run.driver.repaints
        assert run.driver.size < run.driver.stock_size / 2
