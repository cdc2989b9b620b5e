"""Text from the server cannot touch the terminal (reliability.md C1 to C3): the bytes are looked at."""

from __future__ import annotations

import base64
import re
import unicodedata
from pathlib import Path

from tests.terminal.harness import Terminal
from tests.terminal.program import Desk, demo
from tests.terminal.steps import ready

OURS = re.compile(
    r"\x1b\[[0-9;]*m|\x1b\[\d+;\d+H|\x1b\[\?(?:7|25|1004|1049|2004|2026|2048)[hl]"
    r"|\x1b\[6n|\x1b\]52;c;[A-Za-z0-9+/=]+\x07|\x1b\[2[23];2t|\x1b\]2;reltui(?: \(\d+\+?\))?\x07"
    r"|\x1b\[\?(?:2026|2048)\$p|\x1b\[>\d+u|\x1b\[<u|\x1b\[\d*;?\d*r|\x1b\[\d*[STKJXPLMABCDG]"
)
"""What a full-screen program has to write: colours, positions, modes, where the cursor is, the clipboard, and
a title of its own."""
COPIES = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]+)\x07")


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


def walk(terminal: Terminal) -> None:
    """Through every screen, every row on the first page, dialogs, help, filters, links."""
    for top in ("1", "2", "3"):
        terminal.press(top, pause=0.7)
        for _ in range(5):
            terminal.press("j", pause=0.1)
        terminal.press("enter", pause=0.6)
        if top == "1":
            terminal.press("enter", pause=0.6)
        for key in ("]", "]", "j", "j", "tab", "G", "y", "Y", "escape", "escape"):
            terminal.press(key, pause=0.12)
    terminal.press("1", "m", pause=0.5)
    for key in ("a", "escape", "x", "escape", "o", "!", "escape", "?", "escape", "z", "z", "z"):
        terminal.press(key, pause=0.5)


def test_hostile_text_on_every_screen(tmp_path: Path) -> None:
    with demo("--fault", "srv-39") as server:
        # a bell for what comes in meanwhile is a control character, and cannot be told from a hostile one
        desk = Desk(tmp_path / "home", server.url, server.token, profile="[notify]\nbell = false\n")
        with desk.open() as terminal:
            ready(terminal, r"^[> ]")
            walk(terminal)
            assert not terminal.ended, terminal.text
            raw = bytes(terminal.raw)
            assert forbidden(raw) == []
            copies = [base64.b64decode(found).decode() for found in COPIES.findall(raw)]
            assert copies
            assert all(copy.isprintable() for copy in copies)
            terminal.press("escape", "escape", "escape", "ctrl+c", pause=0.3)
            assert terminal.wait_exit() == 0
            assert terminal.left_behind() == []
        assert server.ledger() == []
