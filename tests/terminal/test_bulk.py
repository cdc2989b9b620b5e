"""Many at once from the keyboard (80x24): what is listed is sent, and what is told is what happened."""

from __future__ import annotations

import re
import signal
from collections import defaultdict
from pathlib import Path
from typing import Any

from tests.terminal.harness import Terminal
from tests.terminal.program import Demo, Desk
from tests.terminal.steps import back, command, confirm, may_change, press_until, ready, type_in, until

PLAN = r"\[ Approve( and resume)?: plan of (\d+) \]"
RESULT = r"^ Plan: approve[a-z ]* (\d+), "
OVER = (
    r"\[ (?!.*(?:held|waits its turn|checking|sending|not settled))\d+ (?:landed|did not land|not sent).* \]"
)
"""The result, when every line has its verdict."""
ROW = re.compile(r"^[ >] ?(\d+) +(\d+) ", re.MULTILINE)
"""Number and id of a thing of the plan."""


def written(entries: list[dict[str, Any]]) -> dict[int, list[bool]]:
    """What the ledger says of each object by its id: for every write whether it was done."""
    found: dict[int, list[bool]] = defaultdict(list)
    for entry in entries:
        found[int(entry["path"].partition("?")[0].rpartition("/")[2])].append(bool(entry["applied"]))
    return found


def open_plan(terminal: Terminal) -> list[int]:
    """Mark all rows, open their plan, and read every id of it."""
    ready(terminal)
    terminal.wait_gone(PLAN)
    terminal.press("*")
    ready(terminal, r"\d+ marked")
    press_until(terminal, "a", PLAN)
    # What the releases tell may leave one out: once they are read, the plan is made anew.
    for key in ("home", "end"):
        terminal.press(key)
        terminal.wait_quiet(0.5)
        until(terminal, lambda: "not read yet" not in terminal.text)
    back(terminal)
    press_until(terminal, "a", PLAN)
    until(terminal, lambda: "not read yet" not in terminal.text)
    terminal.wait_quiet(1.0)
    count = int(terminal.wait_for(PLAN).group(2))
    rows: dict[int, int] = {}
    for _ in range(3 * count):
        # What is left out stands under the choices, and has no numbers.
        listed = terminal.text.partition("On a failure")[0]
        rows |= {int(number): int(thing) for number, thing in ROW.findall(listed)}
        if len(rows) == count:
            break
        may_change(terminal, "pagedown", 5.0)
    assert sorted(rows) == list(range(1, count + 1)), terminal.text
    return [rows[number] for number in sorted(rows)]


def confirm_plan(terminal: Terminal, count: int, *how: str) -> None:
    """From Cancel: a comment, how it goes on, the count, and the button."""
    terminal.press("tab", pause=0.2)
    type_in(terminal, "nightly {release}")
    terminal.press("tab", "tab", *how, "tab", pause=0.2)
    terminal.type_text(str(count))
    terminal.press("tab", "G", pause=0.2)
    confirm(terminal, RESULT, "enter")


def saved(terminal: Terminal, folder: Path) -> dict[int, str]:
    """Save the result to a file; the state of each by its id."""
    press_until(terminal, "e", r"\[ Save the result \]")
    ready(terminal, r"\[ Save the result \]")
    press_until(terminal, "enter", "The result is in")
    (file,) = folder.glob("plan*.txt")
    blocks = file.read_text(encoding="utf-8").split("\n\n")[1:]
    block = re.compile(r"^ *\d+  (.*?): .*\n.*, (?:approval|intervention) (\d+)$", re.MULTILINE)
    found = [block.search(each) for each in blocks]
    return {int(each[2]): each[1] for each in found if each is not None}


def test_marked_rows_are_decided_by_one_yes(server: Demo, desk: Desk) -> None:
    with desk.open() as terminal:
        things = open_plan(terminal)
        assert len(things) > 2
        # Nothing is decided by keys that do not type the number.
        terminal.press("y", "a", "enter", pause=0.6)
        assert server.ledger() == []
        things = open_plan(terminal)
        server.set_faults("srv-48:outcomes=ok+409+ok+ok+ok")
        confirm_plan(terminal, len(things), "enter", "down", "enter")
        terminal.wait_for(OVER, 90.0)
        assert int(terminal.wait_for(RESULT).group(1)) == len(things)
        states = saved(terminal, desk.home)
        done = written(server.ledger())
        assert set(states) == set(things) == set(done)
        assert all(len(writes) == 1 for writes in done.values())
        assert {thing for thing, state in states.items() if state == "landed"} == {
            thing for thing, writes in done.items() if any(writes)
        }
        back(terminal)
        terminal.press("q")
        assert terminal.wait_exit() == 0


def test_a_plan_that_was_killed_goes_on_after_the_next_start(server: Demo, desk: Desk) -> None:
    with desk.open() as terminal:
        things = open_plan(terminal)
        server.set_faults("srv-48:outcomes=ok+hang")
        confirm_plan(terminal, len(things))
        until(terminal, lambda: len(server.ledger()) == 2, 60.0)
        terminal.kill(signal.SIGKILL)
        assert terminal.wait_exit() == -signal.SIGKILL
    server.set_faults()
    with desk.open() as terminal:
        terminal.wait_for(rf"A plan of {len(things)} was cut short: 2 landed", 60.0)
        ready(terminal)
        command(terminal, "plan", OVER)
        press_until(terminal, "r", r"\[ Try again: ")
        terminal.press("shift+tab", "shift+tab", pause=0.2)
        terminal.type_text(str(len(things) - 2))
        terminal.press("tab", "G", pause=0.2)
        confirm(terminal, rf"^ Plan: approve[a-z ]* {len(things) - 2}, ", "enter")
        terminal.wait_for(OVER, 90.0)
        states = saved(terminal, desk.home)
        done = written(server.ledger())
        assert set(states) == set(things[2:])
        assert all(sum(writes) <= 1 for writes in done.values())
        landed = {thing for thing, state in states.items() if state == "landed"}
        assert {thing for thing, writes in done.items() if any(writes)} == {*things[:2], *landed}
        assert landed
        terminal.press("q", pause=0.5)
        terminal.press("q")
        assert terminal.wait_exit() == 0
