"""Terminals with ASCII alone, with sixteen colours and with none: the bytes are looked at (design.md 7)."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pytest

from tests.terminal.harness import Terminal
from tests.terminal.program import Desk, demo
from tests.terminal.steps import QUIET, back, open_dialog, quit_now, ready

STYLE = re.compile(rb"\x1b\[([0-9;]*)m")
NO_COLOUR = {0, 1, 2, 3, 4, 7, 21, 22, 23, 24, 27, 39, 49}
"""Bold, dim, underlined, reversed, the ends of these, and the terminal's own colours."""
SIXTEEN = NO_COLOUR | {*range(30, 38), *range(40, 48), *range(90, 98), *range(100, 108)}
PLAIN = '[ui]\ntheme = "plain"\n'


def styles(raw: bytes) -> set[int]:
    """Every number in a change of style; 38 and 48 begin a colour of 256 or of all."""
    return {int(number or 0) for found in STYLE.findall(raw) for number in found.split(b";")}


SELECTED = b"ab\x1b[1;2D"
"""Two letters, and one of them selected with Shift and the arrow."""
WALKS = (
    ("j", "enter", "enter", "]", "]", "escape", "escape"),
    ("x", "tab", SELECTED, "escape", "/", SELECTED, "escape", "escape"),
    ("2", "j", "space", "enter", "l", "enter", "escape", "escape", "escape"),
    ("3", "j", "enter", "]", "escape", "n", "tab", SELECTED, "tab", "escape", "h", "escape"),
    ("e", "j", "tab", "j", "enter", SELECTED, "escape", "E", "escape", "escape", "escape"),
    ("4", "j", "enter", "escape", "?", "escape", ":", "a", "escape", "J", "escape", "!", "escape"),
    ("1", "m"),
)


def walk(terminal: Terminal) -> None:
    """Through lists, details, dialogs with each kind of field, the editor, and what lies over them.

    Where it ends nobody knows: on a busy machine a verb may come too soon, and what follows does something
    else.
    """
    for keys in WALKS:
        for key in keys:
            before = terminal.text
            if isinstance(key, bytes):
                terminal.send(key)
            else:
                if key in "xne":
                    # Verbs are dead for a moment after a change of screen.
                    terminal.read_for(QUIET)
                terminal.press(key)
            terminal.wait_while(partial(_shows, terminal, before), 0.4)
            terminal.wait_quiet(0.1, seconds=5)


def _shows(terminal: Terminal, text: str) -> bool:
    return terminal.text == text


@pytest.mark.parametrize(
    ("environment", "options", "ui", "allowed"),
    [
        ({"TERM": "linux", "LC_ALL": "C"}, (), "", SIXTEEN),
        ({"TERM": "vt220", "LC_ALL": "POSIX", "NO_COLOR": "1"}, (), "", NO_COLOUR),
        ({"TERM": "screen", "LC_ALL": "en_US.ISO-8859-1"}, (), PLAIN, NO_COLOUR),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, ("--ascii",), "", SIXTEEN),
    ],
)
def test_what_goes_out(
    tmp_path: Path, environment: dict[str, str], options: tuple[str, ...], ui: str, allowed: set[int]
) -> None:
    with demo(faults=("srv-39",)) as server:
        desk = Desk(
            tmp_path / "home", server.url, server.token, options, profile=ui, environment=dict(environment)
        )
        with desk.open() as terminal:
            ready(terminal)
            # One dialog is opened for certain.
            open_dialog(terminal, "x", "Reject")
            back(terminal)
            walk(terminal)
            assert not terminal.ended, terminal.text
            assert quit_now(terminal) == 0
            raw = bytes(terminal.raw)
        assert "NorthCollection" in raw.decode("ascii")
        assert styles(raw) <= allowed
        assert b"[ Cancel ]" in raw
        assert server.ledger() == []


def test_a_command_on_a_terminal_that_is_not_of_utf_8(tmp_path: Path) -> None:
    with demo(faults=("srv-39",)) as server:
        desk = Desk(tmp_path / "home", server.url, server.token, environment={"LC_ALL": "C"})
        command = [*desk.command(), "inbox", "--scope", "all"]
        with Terminal(command, environment=desk.variables(), folder=desk.home) as terminal:
            assert terminal.wait_exit() == 0
            assert "\\u" in bytes(terminal.raw).decode("ascii")
