"""Pastes in brackets, as a slow line brings them, and with what no terminal should let through."""

from __future__ import annotations

import os
import threading

from tests.terminal.harness import Terminal
from tests.terminal.program import Desk
from tests.terminal.steps import ready

IGNORED = "A paste or a burst of keys was ignored"


def still_heard(terminal: Terminal) -> None:
    """It was not taken for keys, and keys after it do what they do."""
    terminal.wait_for(IGNORED)
    assert not terminal.ended
    terminal.press("2")
    terminal.wait_for(r"2 \[Releases\]")
    terminal.press("1")
    terminal.wait_for(r"1 \[Approvals")
    terminal.wait_gone(IGNORED)


def test_no_key_comes_out_of_a_paste_and_its_end_is_not_missed(desk: Desk) -> None:
    with desk.open() as terminal:
        ready(terminal)
        for pasted in (b"\x1bq", b"x\x1bq\x1b[Bq\x03", b"\x1b[48;9;9;90;90t", b"\x1b[200~q", b"q" * 1000):
            terminal.send(b"\x1b[200~" + pasted + b"\x1b[201~")
            still_heard(terminal)
        for at in range(1, 6):
            terminal.send(b"\x1b[200~pasted" + b"\x1b[201~"[:at])
            # Longer than the rest of an escape sequence is awaited.
            terminal.read_for(0.1)
            terminal.send(b"\x1b[201~"[at:])
            still_heard(terminal)
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert terminal.left_behind() == []


def test_a_megabyte(desk: Desk) -> None:
    with desk.open() as terminal:
        ready(terminal)
        data = b"\x1b[200~" + b"yes please\r" * 100_000 + b"\x1b[201~"

        def type_in() -> None:
            rest = data
            while rest:
                rest = rest[os.write(terminal.master, rest[:1024]) :]

        typing = threading.Thread(target=type_in)
        typing.start()
        still_heard(terminal)
        typing.join()
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert terminal.left_behind() == []
