"""Text from the server cannot touch the terminal (reliability.md C1 to C3): the bytes are looked at."""

from __future__ import annotations

import base64
import re
import unicodedata
from pathlib import Path

from tests.terminal.harness import Terminal
from tests.terminal.program import Desk, demo
from tests.terminal.steps import FIRST_ROW, back, change, filter_by, open_dialog, ready, until

OURS = re.compile(
    r"\x1b\[[0-9;]*m|\x1b\[\d+;\d+H|\x1b\[\?(?:7|25|1004|1049|2004|2026|2048)[hl]"
    r"|\x1b\[6n|\x1b\]52;c;[A-Za-z0-9+/=]+\x07|\x1b\[2[23];2t|\x1b\]2;reltui(?: \(\d+\+?\))?\x07"
    r"|\x1b\[\?(?:2026|2048)\$p|\x1b\[>\d+u|\x1b\[<u|\x1b\[\d*;?\d*r|\x1b\[\d*[STKJXPLMABCDG]"
)
"""What a full-screen program has to write: colours, positions, modes, where the cursor is, the clipboard, and
a title of its own."""
COPIES = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]+)\x07")
FIRST = r"^ +(Expires|Release|Name) .*\n( \S.*\n)?>"
"""The cursor on the first row of a list, which may stand below the heading of its group."""
APPROVAL = r"^ Approvals > "
"""One approval on a screen of its own."""
PANE = r"^──\[ > "
"""The cursor in the lower pane."""


def forbidden(raw: bytes) -> list[str]:
    """Control and invisible characters that are left when our own sequences are taken out."""
    text = OURS.sub("", raw.decode("utf-8"))
    found = []
    for at, character in enumerate(text):
        kind = unicodedata.category(character)
        if kind in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") and character not in "\r\n":
            found.append(f"U+{ord(character):04X} in {text[max(0, at - 20) : at + 20]!r}")
    return found


def test_the_judge_sees_what_is_forbidden() -> None:
    plain = "\x1b[1;31mRel-1\x1b[0m\x1b[2;1H\x1b[?25l"
    assert forbidden(plain.encode()) == []
    for bad in (
        "\x1b]52;c;?\x07",
        "\x1b]0;x\x07",
        "\x1b]2;x\x07",
        "\x9b31m",
        "\x1b[21t",
        "\x1bc",
        "\u202e",
        "\u200b",
        "\x08",
        "\x1b[?1000h",
    ):
        assert forbidden((plain + bad).encode()), ascii(bad)


def shows(terminal: Terminal, key: str, wanted: str) -> None:
    """Press a key and wait for what it brings."""
    terminal.press(key)
    terminal.wait_for(wanted)


def copies(terminal: Terminal) -> list[str]:
    """Everything that was put on the clipboard."""
    return [base64.b64decode(found).decode() for found in COPIES.findall(bytes(terminal.raw))]


def copy(terminal: Terminal, key: str) -> None:
    """Press a key that copies, and wait until the terminal was given something for the clipboard."""
    before = len(copies(terminal))
    shows(terminal, key, "^ Copied: ")
    until(terminal, lambda: len(copies(terminal)) > before)


def walk(terminal: Terminal) -> None:
    """Through every screen, rows on the first page, tabs, dialogs, help, a filter, links."""
    for top, name, opened in (
        ("1", r"1 \[Approvals", APPROVAL),
        ("2", r"2 \[Releases\](?s:.*)^──\[ project: ", r"^──\[ .* > .* \]"),
        (
            "3",
            r"3 \[Definitions\](?s:.*)^──\[ project: ",
            r"revision \d+, edited .* \]─*$(?s:.*)^──\[ \[Stage\]",
        ),
    ):
        shows(terminal, top, f"^ .*{name}")
        shows(terminal, "g", FIRST)
        for _ in range(5):
            change(terminal, "j")
        shows(terminal, "enter", opened)
        if top == "1":
            shows(terminal, "enter", r"^──\[ .* > .* \]")
        terminal.wait_for(FIRST_ROW)
        for _ in range(2):
            change(terminal, "]")
        # The last of few stages may be under the cursor already: the key after these two is waited for.
        terminal.press("j", "j", pause=0.1)
        shows(terminal, "tab", PANE)
        terminal.press("G", pause=0.1)
        copy(terminal, "y")
        copy(terminal, "Y")
        terminal.press("escape")
        terminal.wait_gone(PANE)
        shows(terminal, "escape", APPROVAL if top == "1" else r"^──\[ project: ")
    shows(terminal, "1", r"^ 1 \[Approvals")
    ready(terminal)
    for key, title in (("a", "Approve"), ("x", "Reject")):
        open_dialog(terminal, key, title)
        back(terminal)
    shows(terminal, "o", "^ Link: ")
    for key, title in (("!", "What was said"), ("?", "Keys: ")):
        shows(terminal, key, title)
        back(terminal)
    for _ in range(3):
        change(terminal, "z")
    shows(terminal, "m", r"\[ALL \d+\]")
    ready(terminal)
    filter_by(terminal, "pre")


def test_hostile_text_on_every_screen(tmp_path: Path) -> None:
    with demo(faults=("srv-39",)) as server:
        # a bell for what comes in meanwhile is a control character, and cannot be told from a hostile one
        desk = Desk(tmp_path / "home", server.url, server.token, profile="[notify]\nbell = false\n")
        with desk.open() as terminal:
            terminal.wait_for(r" (\d+)/\1 projects ok")
            ready(terminal)
            walk(terminal)
            assert not terminal.ended, terminal.text
            assert forbidden(bytes(terminal.raw)) == []
            copied = copies(terminal)
            assert len(copied) == 6
            assert all(text.isprintable() for text in copied)
            terminal.press("ctrl+c")
            assert terminal.wait_exit() == 0
            assert terminal.left_behind() == []
        assert server.ledger() == []
