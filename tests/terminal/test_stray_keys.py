"""No stray key decides: repeats, type-ahead and pastes leave the ledger empty (reliability.md A9, A10).

Nothing is held back here (`hold_seconds = 0`): whatever were confirmed would be at the server at once.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal.harness import Terminal
from tests.terminal.program import Demo, Desk, demo_program
from tests.terminal.steps import AGAIN, may_change, open_dialog, ready
from tests.waiting import NotShown

PASTE = "ayayay"


@pytest.fixture(scope="module")
def server() -> Iterator[Demo]:
    """One for all tests, since none of them may write; it takes no time from keys that are held here."""
    with demo_program() as running:
        yield running


@pytest.fixture
def terminal(server: Demo, tmp_path: Path) -> Iterator[Terminal]:
    """The list of approvals, ready for keys."""
    with Desk(tmp_path / "home", server.url, server.token).open() as opened:
        ready(opened)
        yield opened


def nothing_was_sent(terminal: Terminal, server: Demo) -> None:
    """After everything has come to rest, the server has received no write, and the program lives."""
    terminal.wait_quiet(0.4)
    assert server.ledger() == []
    assert not terminal.ended, terminal.text


def back_to_the_list(terminal: Terminal) -> None:
    """Out of whatever the keys have opened."""
    listed = re.compile(r"\[Approvals\(\d+\)\].* scope: (?s:.*)^>", re.MULTILINE)
    for _ in range(12):
        # Soon after Escape it would be taken for Alt and that key.
        may_change(terminal, "escape", 3.0)
        terminal.press("1")
        if terminal.wait_while(lambda: listed.search(terminal.text) is None, 5.0):
            ready(terminal)
            return
    raise NotShown(f"the way back is not found:\n{terminal.text}")


@pytest.mark.parametrize("key", ["a", "enter"])
def test_a_key_held_down_for_a_second(server: Demo, terminal: Terminal, key: str) -> None:
    terminal.hold(key, 1.0)
    nothing_was_sent(terminal, server)


def test_other_keys_held_down(server: Demo, terminal: Terminal) -> None:
    for key in ("x", "y", "n", "X"):
        terminal.hold(key, 0.6)
        nothing_was_sent(terminal, server)
        back_to_the_list(terminal)


@pytest.mark.parametrize(("verb", "title"), [("a", "Approve"), ("x", "Reject")])
def test_a_key_held_down_in_the_dialog(server: Demo, terminal: Terminal, verb: str, title: str) -> None:
    for key in (verb, "enter"):
        open_dialog(terminal, verb, title)
        terminal.hold(key, 0.6)
        nothing_was_sent(terminal, server)
        back_to_the_list(terminal)


@pytest.mark.parametrize("brackets", [True, False])
def test_a_paste(server: Demo, terminal: Terminal, brackets: bool) -> None:
    assert 2004 in terminal.modes
    for text in (PASTE, PASTE * 20, "a\ry\r" * 10, "\r" * 200):
        if brackets:
            terminal.paste(text)
        else:
            terminal.send(text.encode())
        nothing_was_sent(terminal, server)
        back_to_the_list(terminal)


def test_a_paste_with_smuggled_brackets(server: Demo, terminal: Terminal) -> None:
    terminal.send(b"\x1b[200~x\x1b[201~" + PASTE.encode() + b"\x1b[201~")
    nothing_was_sent(terminal, server)


def test_a_paste_into_the_dialog(server: Demo, terminal: Terminal) -> None:
    for text in (PASTE, "\ry" * 50):
        open_dialog(terminal, "a", "Approve")
        terminal.paste(text)
        nothing_was_sent(terminal, server)
        back_to_the_list(terminal)


@pytest.mark.parametrize("keys", ["ay", "a\t\r\r"])
def test_keys_typed_ahead_of_the_first_screen(server: Demo, tmp_path: Path, keys: str) -> None:
    with Desk(tmp_path / "home", server.url, server.token).open() as terminal:
        terminal.press(*keys, pause=0.05)
        terminal.wait_for(r"\S")
        terminal.press(*keys, pause=0.05)
        nothing_was_sent(terminal, server)


def test_yes_typed_ahead_of_the_dialog(server: Demo, terminal: Terminal) -> None:
    for pause in (0.0, 0.05, 0.12):
        terminal.press("a", "y", "y", pause=pause)
        nothing_was_sent(terminal, server)
        back_to_the_list(terminal)


def test_a_paste_without_brackets_into_a_dialog_at_rest(server: Demo, terminal: Terminal) -> None:
    """Whole, in pieces of one packet each, and key by key: its `y` is one of many."""
    for text, size in (("yes please", 10), ("please have a look at why this is so", 5), ("say so", 1)):
        open_dialog(terminal, "a", "Approve")
        send_in_pieces(terminal, text, size)
        nothing_was_sent(terminal, server)
        back_to_the_list(terminal)


def test_a_paste_without_brackets_into_the_field_of_a_protected_stage(server: Demo, tmp_path: Path) -> None:
    desk = Desk(tmp_path / "home", server.url, server.token, profile='protected = ["*"]')
    with desk.open() as terminal:
        ready(terminal)
        open_dialog(terminal, "a", "Approve")
        stage = terminal.wait_for(r"^ Stage +(\S+) ").group(1)
        for size in (6, 100):
            terminal.press("tab", pause=0.6)
            send_in_pieces(terminal, f"text\t{stage}\t\r", size)
            nothing_was_sent(terminal, server)
            terminal.wait_for(f"{stage}$")
            back_to_the_list(terminal)
            open_dialog(terminal, "a", "Approve")


def send_in_pieces(terminal: Terminal, text: str, size: int) -> None:
    """As a terminal or a line splits what is pasted."""
    for start in range(0, len(text), size):
        terminal.send(text[start : start + size].encode())
        terminal.read_for(0.02)


def test_yes_held_down_from_before_the_dialog(server: Demo, terminal: Terminal) -> None:
    terminal.press("a")
    terminal.hold("y", 1.5)
    # Where the first key came too soon, the others copy.
    terminal.wait_for(rf"\[ Approve \]|{AGAIN}|^ Copied: ")
    nothing_was_sent(terminal, server)


def test_yes_to_a_dialog_that_nobody_has_seen(server: Demo, terminal: Terminal) -> None:
    """It was covered at once; then the terminal takes nothing and what is typed comes all the same."""
    # The cursor is on one that can be decided then.
    open_dialog(terminal, "a", "Approve")
    back_to_the_list(terminal)
    terminal.press("a", pause=0.03)
    terminal.resize(20, 5)
    terminal.read_for(1.0)
    terminal.resize(80, 24)
    terminal.press("y")
    nothing_was_sent(terminal, server)
    for _ in range(6):
        back_to_the_list(terminal)
        terminal.press("a")
        time.sleep(1.2)
        terminal.press("y")
        time.sleep(0.5)
        nothing_was_sent(terminal, server)
        # Where the first key came too soon, there was no dialog.
        if terminal.wait_for(rf"\[ Approve \]|{AGAIN}|^ Copied: ").group() == "[ Approve ]":
            return
    raise NotShown(f"the dialog never opens:\n{terminal.text}")
