"""How many bytes the program writes, which is what a slow line feels (performance.md G2 to G4, G8, G14).

The bounds leave room for other texts in the sample, and are far below what writing whole rows costs. They are
those of a terminal that knows no marks round a frame, which cost sixteen bytes for each.
"""

from __future__ import annotations

import re
import statistics

import pytest

from tests.terminal.harness import Terminal
from tests.terminal.program import Desk
from tests.terminal.steps import all_read, ready, until

STOCK = {"RELTUI_STOCK_DRIVER": "1"}


def cost(terminal: Terminal, key: str) -> int:
    """Bytes that a key brings about, which moves the cursor to another row."""
    before, shown = len(terminal.raw), terminal.text
    terminal.press(key)
    until(terminal, lambda: terminal.text != shown)
    terminal.wait_quiet(0.2)
    return len(terminal.raw) - before


def at_rest(terminal: Terminal, seconds: float = 1.0) -> bool:
    """Wait until nothing was written for a while; False if that never comes."""
    for _ in range(int(60 / seconds)):
        before = len(terminal.raw)
        terminal.read_for(seconds)
        if len(terminal.raw) == before:
            return True
    return False


def list_alone(terminal: Terminal) -> None:
    """The whole server's approvals without a preview, at rest."""
    ready(terminal)
    all_read(terminal)
    terminal.press("p", "m")
    terminal.wait_for(r"\[ALL \d+\]")
    # Rows change places until it is known of each when it expires.
    all_read(terminal)
    assert at_rest(terminal, 2.0)


def test_a_key_in_view_a_scrolled_line_and_a_key_held(desk: Desk) -> None:
    with desk.open(knows_frames=False) as terminal:
        list_alone(terminal)
        in_view = [cost(terminal, key) for key in "jjjkkkjj"]
        assert statistics.median(in_view) < 260
        for _ in range(20):
            cost(terminal, "j")
        scrolled = [cost(terminal, "j") for _ in range(9)]
        assert statistics.median(scrolled) < 400
        assert b"\x1b[M\x1b[r" in terminal.raw
        before = len(terminal.raw)
        terminal.hold("k", 1.0)
        assert at_rest(terminal)
        assert (len(terminal.raw) - before) / 30 < 320
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert terminal.left_behind() == []


@pytest.mark.parametrize("term", ["xterm-256color", "linux", "screen", "tmux-256color"])
def test_a_start_costs_less_than_half_and_shows_the_same(desk: Desk, term: str) -> None:
    desk.options = ("--read-only",)
    desk.environment = {"TERM": term, **STOCK}
    with desk.open(columns=120, rows=40, knows_frames=False) as terminal:
        ready(terminal)
        all_read(terminal)
        terminal.wait_quiet(1.5)
        wanted, stock = rows(terminal), len(terminal.raw)
        terminal.press("q")
        assert terminal.wait_exit() == 0
    desk.environment = {"TERM": term}
    with desk.open(columns=120, rows=40, knows_frames=False) as terminal:
        ready(terminal)
        until(terminal, lambda: rows(terminal) == wanted)
        assert len(terminal.raw) < stock / 2
        terminal.press("q")
        assert terminal.wait_exit() == 0


def rows(terminal: Terminal) -> list[str]:
    """The list to its flags, which are known last, without the cursor and numbers that count the time."""
    return [re.sub(r"\d+", "0", line[1:57]) for line in terminal.text.splitlines()][4:14]


def test_nothing_is_written_while_nothing_changes(desk: Desk) -> None:
    """The ages change once a minute."""
    with desk.open() as terminal:
        ready(terminal)
        all_read(terminal)
        assert at_rest(terminal, 3.0)


def test_a_change_of_size_draws_all_of_it_anew(desk: Desk) -> None:
    with desk.open() as terminal:
        ready(terminal)
        all_read(terminal)
        assert at_rest(terminal)
        wanted = rows(terminal)
        for columns, lines in ((100, 30), (80, 24), (81, 24), (80, 24)):
            terminal.resize(columns, lines)
        terminal.picture.reset()
        until(terminal, lambda: rows(terminal) == wanted)
