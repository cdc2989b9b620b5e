"""What a person does again and again, as steps for the tests."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from tests.terminal.harness import Terminal
from tests.waiting import NotShown

FIRST_ROW = r"^>"
"""The cursor on a row."""
QUIET = 0.5
"""Seconds after which a screen or dialog listens to verbs and confirmations."""
AGAIN = (
    r"[Pp]ress (it )?again|was ignored: the screen|(verbs at once|burst of keys) (was|were) ignored"
    r"|Not confirmed: (it came|other keys|look at)|[Ww]ait a moment|not read yet, so this cannot"
    r"|The (definition|release) (has not been read yet|is being read again)"
    r"|This row is old|The last reading of it failed|cannot be reached now"
)
"""How the program says that a key came too soon, that something is still to be read, or that the server says
nothing for seconds; a busy machine has that happen to a patient person too. The line may be cut."""
FURTHER = "read on to the end first"
SAVED = r"^ As it was .* ago\. Reading \.\.\."
"""How the program says that it shows the screen of last time, which takes no keys."""
LISTS = r"^[─-]{2}\[ (\[?MINE\b|project: )"
"""A list, and nothing that was opened from it."""
BROWSER_ONLY = r"^ Browser only"
"""How the program says that the row under the cursor cannot be decided here."""


def ready(terminal: Terminal, pattern: str = FIRST_ROW) -> None:
    """Wait for a living screen, and until it listens."""
    saved = re.compile(SAVED, re.MULTILINE)
    terminal.wait_for(pattern)
    while saved.search(terminal.text) is not None:
        terminal.wait_gone(SAVED)
        terminal.wait_for(pattern)
    terminal.read_for(QUIET)


def change(terminal: Terminal, *keys: str) -> None:
    """Press keys, and wait after each until the screen is another one."""
    for key in keys:
        if not may_change(terminal, key, 60.0):
            raise NotShown(f"{key} changes nothing:\n{terminal.text}")


def may_change(terminal: Terminal, key: str, seconds: float) -> bool:
    """Press a key, and wait some time for another screen; whether there was one."""
    before = terminal.text
    terminal.press(key)
    return terminal.wait_while(lambda: terminal.text == before, seconds)


def back(terminal: Terminal, wanted: str = LISTS) -> None:
    """Leave what was opened with Escape, as often as it takes, down to a screen that listens."""
    compiled = re.compile(wanted, re.MULTILINE)
    for _ in range(30):
        # A key soon after Escape is taken for Alt and that key: what Escape does is waited for. Where the
        # wanted screen is there already it may do nothing.
        may_change(terminal, "escape", 1.0 if compiled.search(terminal.text) else 10.0)
        if terminal.wait_while(lambda: compiled.search(terminal.text) is None, 1.0):
            terminal.read_for(QUIET)
            return
    raise NotShown(f"the way back is not found:\n{terminal.text}")


def until(terminal: Terminal, condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Read until a condition holds; one outside the screen, such as the ledger, is asked for now and then."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise NotShown(f"it did not come about; the screen:\n{terminal.text}")
        terminal.read_next(0.2)


def says(terminal: Terminal, *words: str) -> None:
    """Wait until all these words are on the screen, wherever its lines end."""
    until(terminal, lambda: all(each in " ".join(terminal.text.split()) for each in words))


def all_read(terminal: Terminal) -> None:
    """Wait until the inbox knows of every row that is shown when it expires, by which it is sorted."""
    terminal.wait_for(r" (\d+)/\1 projects ok")
    unread = re.compile(r"^[> ] .* old .* (pre|post) ", re.MULTILINE)
    until(terminal, lambda: unread.search(terminal.text) is None)


def inbox(terminal: Terminal) -> None:
    """The inbox of a living screen, with everything read that a decision may depend on."""
    ready(terminal)
    all_read(terminal)
    terminal.read_for(QUIET)


def row(terminal: Terminal) -> str:
    """The row under the cursor."""
    return terminal.wait_for(r"^>.*$").group()


def name_of(terminal: Terminal) -> str:
    """The row under the cursor from its project on: when it expires may be known a moment later."""
    return row(terminal)[13:40]


def open_dialog(terminal: Terminal, key: str, title: str) -> None:
    """Press a verb's key and wait until its dialog listens; again where the program asks for it.

    In a list the cursor stays on its record, whatever the order of the answers makes of the rows: one that
    cannot be decided here is passed by.
    """
    shown = rf"\[ {title} \][═=]"
    while re.search(BROWSER_ONLY, press_until(terminal, key, f"{shown}|{BROWSER_ONLY}")):
        terminal.press("down")
        terminal.wait_gone(BROWSER_ONLY)
        terminal.read_for(QUIET)
    ready(terminal, shown)


def confirm(terminal: Terminal, wanted: str, key: str = "y") -> str:
    """Confirm the dialog on the screen with a key that stands alone, and wait for what comes of it.

    Where there is more to read than the screen has lines, it is read to its end first.
    """
    terminal.read_for(QUIET)
    found = press_until(terminal, key, f"{wanted}|{FURTHER}")
    if re.search(FURTHER, found) is None:
        return found
    terminal.press("end", pause=0.2)
    terminal.read_for(QUIET)
    return press_until(terminal, key, wanted)


def press_until(terminal: Terminal, key: str, wanted: str) -> str:
    """Press a key until a pattern is on the screen; only where the program says so more than once."""
    compiled = re.compile(wanted, re.MULTILINE)
    press_while(terminal, key, lambda: compiled.search(terminal.text) is None)
    found = compiled.search(terminal.text)
    assert found is not None, terminal.text
    return found.group()


def press_while(terminal: Terminal, key: str, condition: Callable[[], bool]) -> None:
    """Press a key while a condition holds; only where the program says so more than once."""
    for patience in (1.0, 2.0, 4.0, 8.0, 16.0, 32.0):
        is_said = is_refused(terminal)
        terminal.press(key)
        if not is_said:
            until(terminal, lambda: not condition() or is_refused(terminal))
        else:
            # What was said before stands there until the key is taken, and may be said again.
            terminal.wait_while(condition, patience)
        if not condition():
            return
        terminal.read_for(QUIET)
    raise NotShown(f"{key} is never taken:\n{terminal.text}")


def is_refused(terminal: Terminal) -> bool:
    """Whether the program says that a key came too soon."""
    return re.search(AGAIN, terminal.text) is not None


def type_in(terminal: Terminal, text: str) -> None:
    """Type a text into a field, and wait until its end is seen there, or the stars of a secret one."""
    terminal.type_text(text)
    if text:
        terminal.wait_for(rf"{re.escape(text[-12:].lstrip())}|\*{{{len(text)}}}")


def fill(terminal: Terminal, *texts: str) -> None:
    """From Cancel go on with Tab through the fields and type a text into each; ends on the next stop."""
    for text in texts:
        terminal.press("tab", pause=0.2)
        type_in(terminal, text)
    terminal.press("tab", pause=0.2)


def filter_by(terminal: Terminal, words: str, wanted: str = FIRST_ROW) -> None:
    """Filter the list, and wait until it shows what is left and listens."""
    terminal.press("/")
    # The empty field says what it takes; before that, letters would be keys of the list.
    terminal.wait_for("^(words, key:value, !not|env:prod type:pre )")
    type_in(terminal, words)
    terminal.press("enter")
    terminal.wait_for(r" \| / ")
    ready(terminal, wanted)


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
    raise NotShown(f"the server never comes to {pattern!r}:\n{terminal.text}")


def number(terminal: Terminal, label: str) -> int:
    """The id that a dialog names after a label."""
    return int(terminal.wait_for(rf"^ {label} (?s:.*?)id\s+(\d+)").group(1))


def quit_now(terminal: Terminal) -> int:
    """Leave from wherever it is; the exit code. Soon after Escape a key may be taken for Alt and that key."""
    for _ in range(6):
        terminal.press("ctrl+c")
        if terminal.wait_while(lambda: not terminal.ended, 10.0):
            break
    return terminal.wait_exit()


def whole_verdict(terminal: Terminal, wanted: str) -> str:
    """Look for words of the newest verdict where it stands uncut, and come back."""
    terminal.press("!")
    terminal.wait_for(r"\[ What was said")
    found = terminal.wait_for(wanted).group()
    back(terminal)
    return found
