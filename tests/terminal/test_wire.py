"""How many bytes the program writes, which is what a slow line feels (performance.md G2 to G4, G8, G14).

The bounds leave room for other texts in the sample, and are far below what writing whole rows costs.
"""

from __future__ import annotations

import re
import statistics

import pytest

from tests.terminal.harness import Terminal
from tests.terminal.program import Desk
from tests.terminal.steps import FIRST_ROW, all_read, ready, until

STOCK = {"RELTUI_STOCK_DRIVER": "1"}


def cost(terminal: Terminal, key: str) -> int:
    """Bytes that a key brings about."""
    before = len(terminal.raw)
    terminal.press(key)
    terminal.wait_quiet(0.2)
    return len(terminal.raw) - before


def list_alone(terminal: Terminal) -> None:
    """The whole server's approvals without a preview, at rest."""
    ready(terminal)
    terminal.press("p", "m")
    terminal.wait_for(r"\[ALL \d+\]")
    terminal.wait_quiet(1.0)


def test_a_key_in_view_a_scrolled_line_and_a_key_held(desk: Desk) -> None:
    with desk.open() as terminal:
        list_alone(terminal)
        in_view = [cost(terminal, key) for key in "jjjkkkjj"]
        assert statistics.median(in_view) < 330
        for _ in range(20):
            terminal.press("j", pause=0.05)
        terminal.wait_quiet(0.3)
        scrolled = [cost(terminal, "j") for _ in range(9)]
        assert statistics.median(scrolled) < 420
        assert b"\x1b[M\x1b[r" in terminal.raw
        before = len(terminal.raw)
        terminal.hold("k", 1.0)
        terminal.wait_quiet(0.3)
        assert (len(terminal.raw) - before) / 30 < 320
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert terminal.left_behind() == []


@pytest.mark.parametrize("term", ["xterm-256color", "linux", "screen", "tmux-256color"])
def test_a_start_costs_less_than_half_and_shows_the_same(desk: Desk, term: str) -> None:
    desk.options = ("--read-only",)
    desk.environment = {"TERM": term, **STOCK}
    with desk.open(columns=120, rows=40) as terminal:
        ready(terminal)
        all_read(terminal)
        terminal.wait_quiet(1.5)
        wanted, stock = rows(terminal), len(terminal.raw)
        terminal.press("q")
        assert terminal.wait_exit() == 0
    desk.environment = {"TERM": term}
    with desk.open(columns=120, rows=40) as terminal:
        ready(terminal)
        terminal.wait_while(lambda: rows(terminal) != wanted, 60.0)
        assert rows(terminal) == wanted
        assert len(terminal.raw) < stock / 2
        terminal.press("q")
        assert terminal.wait_exit() == 0


def rows(terminal: Terminal) -> list[str]:
    """The list to its flags, which are known last, and without numbers that count the time."""
    return [re.sub(r"\d+", "0", line[:57]) for line in terminal.text.splitlines()][4:14]


def test_nothing_is_written_while_nothing_changes(desk: Desk) -> None:
    """Two seconds within a minute; the ages change once a minute."""
    with desk.open() as terminal:
        ready(terminal)
        all_read(terminal)
        # On a busy machine the last answers may still be on their way.
        until(terminal, lambda: written_in_halves(terminal).count(0) >= 3)


def written_in_halves(terminal: Terminal) -> list[int]:
    """Bytes of each of the next four half seconds."""
    lengths = []
    for _ in range(4):
        before = len(terminal.raw)
        terminal.read_for(0.5)
        lengths.append(len(terminal.raw) - before)
    return lengths


def test_a_change_of_size_draws_all_of_it_anew(desk: Desk) -> None:
    with desk.open() as terminal:
        ready(terminal)
        all_read(terminal)
        before = terminal.text.splitlines()
        for columns, rows in ((100, 30), (80, 24), (81, 24), (80, 24)):
            terminal.resize(columns, rows)
        terminal.picture.reset()
        terminal.wait_for(FIRST_ROW)
        wanted = [line[:50] for line in before[4:8]]
        until(terminal, lambda: [line[:50] for line in terminal.text.splitlines()[4:8]] == wanted)
