"""What a person does again and again, as steps for the tests."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.terminal.harness import Terminal

FIRST_ROW = r"^>"
"""The cursor on a row."""
QUIET = 0.5
"""Seconds after which a screen or dialog listens to verbs and confirmations."""
AGAIN = r"[Pp]ress again"
"""How the program says that a key came too soon, which on a busy machine happens to a patient person too."""


BROWSER_ONLY = r"^ Browser only"
"""How the program says that the row under the cursor cannot be decided here."""


def ready(terminal: Terminal, pattern: str = FIRST_ROW) -> None:
    """Wait for a screen, and until it listens."""
    terminal.wait_for(pattern)
    terminal.read_for(QUIET)


def until(terminal: Terminal, condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Read until a condition outside the screen holds."""
    for _ in range(int(seconds / 0.1)):
        if condition():
            return
        terminal.read_for(0.1)
    raise AssertionError(f"it did not come about; the screen:\n{terminal.text}")


def row(terminal: Terminal) -> str:
    """The row under the cursor."""
    return terminal.wait_for(r"^>.*$").group()


def open_dialog(terminal: Terminal, key: str, title: str) -> None:
    """Press a verb's key and wait until its dialog listens; again where the program asks for it.

    In a list the cursor stays on its record, whatever the order of the answers makes of the rows: one that
    cannot be decided here is passed by.
    """
    shown = rf"\[ {title} \][═=]"
    while re.search(BROWSER_ONLY, press_until(terminal, key, f"{shown}|{BROWSER_ONLY}")):
        terminal.press("down")
        terminal.read_for(QUIET)
    ready(terminal, shown)


def confirm(terminal: Terminal, wanted: str, key: str = "y") -> str:
    """Confirm the dialog on the screen with a key that stands alone, and wait for what comes of it."""
    terminal.read_for(QUIET)
    return press_until(terminal, key, wanted)


def press_until(terminal: Terminal, key: str, wanted: str) -> str:
    """Press a key until a pattern is on the screen; only where the program says so more than once."""
    compiled = re.compile(wanted, re.MULTILINE)
    for patience in (1.0, 2.0, 4.0, 8.0, 16.0, 32.0):
        is_said = re.search(AGAIN, terminal.text) is not None
        terminal.press(key)
        if not is_said:
            terminal.wait_for(f"{wanted}|{AGAIN}")
        else:
            # What was said before stands there until the key is taken, and may be said again.
            terminal.wait_while(lambda: compiled.search(terminal.text) is None, patience)
        found = compiled.search(terminal.text)
        if found is not None:
            return found.group()
        terminal.read_for(QUIET)
    raise AssertionError(f"{key} is never taken:\n{terminal.text}")


def fill(terminal: Terminal, *texts: str) -> None:
    """From Cancel go on with Tab through the fields and type a text into each; ends on the next stop."""
    for text in texts:
        terminal.press("tab", pause=0.2)
        terminal.type_text(text)
        terminal.read_for(0.2)
    terminal.press("tab", pause=0.2)


def tab_to(terminal: Terminal, pattern: str, times: int = 1) -> None:
    """Go on with Tab, and wait for what is there, such as the cursor on a line of a dialog."""
    for _ in range(times):
        terminal.press("tab", pause=0.2)
    terminal.wait_for(pattern)


def command(terminal: Terminal, word: str, wanted: str) -> None:
    """Do something by its name on the command line, and wait for what it opens."""
    terminal.press(":")
    terminal.wait_for(r"\[ : command")
    terminal.type_text(word)
    terminal.wait_for(rf"^> +{word} ")
    terminal.press("enter")
    ready(terminal, wanted)


def refresh_until(terminal: Terminal, pattern: str) -> str:
    """Ask the server again and again until the screen shows a pattern and listens; what was found."""
    compiled = re.compile(pattern, re.MULTILINE)
    for _ in range(30):
        terminal.press("r")
        for _ in range(20):
            found = compiled.search(terminal.text)
            if found is not None:
                terminal.read_for(QUIET)
                return found.group()
            terminal.read_for(0.1)
    raise AssertionError(f"the server never comes to {pattern!r}:\n{terminal.text}")


def number(text: str, label: str) -> int:
    """The id that a dialog names after a label."""
    found = re.search(rf"^ {label} .*?id\s+(\d+)", text, re.MULTILINE | re.DOTALL)
    assert found is not None, text
    return int(found[1])


def whole_verdict(terminal: Terminal, wanted: str) -> str:
    """Look for words of the newest verdict where it stands uncut, and come back."""
    terminal.press("!")
    found = terminal.wait_for(wanted).group()
    terminal.press("escape")
    terminal.wait_for(FIRST_ROW)
    return found
