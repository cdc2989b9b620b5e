"""The harness itself: it must see what a program leaves behind, or the other tests here prove nothing."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from tests.terminal import harness
from tests.terminal.harness import Terminal
from tests.waiting import NotShown

EMPTY = Path(__file__).resolve().parents[1] / "bench" / "empty.py"


def test_a_stock_textual_program_restores_the_terminal_when_it_quits() -> None:
    with Terminal([sys.executable, EMPTY]) as terminal:
        terminal.wait_for("READY")
        assert 1049 in terminal.modes
        assert terminal.left_behind()
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert terminal.left_behind() == []


def test_a_stock_textual_program_leaves_the_terminal_broken_at_sigterm() -> None:
    """What our own program must do better is seen here to be looked at."""
    with Terminal([sys.executable, EMPTY]) as terminal:
        terminal.wait_for("READY")
        terminal.kill(signal.SIGTERM)
        assert terminal.wait_exit() == -signal.SIGTERM
        assert {"mode 1049 is on", "mode 25 is off", "the line settings differ"} <= set(
            terminal.left_behind()
        )


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (r"one\r\ntwo\033[1;3HX", "onX\ntwo"),
        (r"\033]0;title\007seen", "seen"),
        (r"\033]52;c;eA==\033\\seen", "seen"),
        (r"1\r\n2\r\n3\033[1;3r\033[1S\033[r", "2\n3"),
        (r"1\r\n2\r\n3\033[1;3r\033[1T\033[r", "\n1\n2"),
        (r"ab\033[3b", "abbbb"),
        (r"\033[?1049h\033[>1useen", "seen"),
        ("宽x\\033[1;1Hab", "abx"),
        ("宽x\\033[1;1Ha", "a x"),
        ("宽x\\033[1;2Hb", " bx"),
        ("a宽\\033[1;1H宽", "宽"),
    ],
)
def test_what_is_written_is_seen(written: str, shown: str) -> None:
    with Terminal(["printf", written]) as terminal:
        terminal.wait_exit()
        assert terminal.text.rstrip("\n") == shown


def test_queries_are_answered() -> None:
    program = (
        "import sys, tty, os; tty.setraw(0)\n"
        "for query, size in ((b'\\x1b[c', 9), (b'\\x1b[6n', 6), (b'\\x1b[?25$p', 9), (b'\\x1b[5n', 4)):\n"
        "    os.write(1, query); got = b''\n"
        "    while len(got) < size: got += os.read(0, 64)\n"
        "    os.write(1, ascii(got).encode() + b'\\r\\n')\n"
    )
    with Terminal([sys.executable, "-c", program]) as terminal:
        terminal.wait_exit()
        assert terminal.text.split() == [
            r"b'\x1b[?62;22c'",
            r"b'\x1b[2;1R'",
            r"b'\x1b[?25;1$y'",
            r"b'\x1b[0n'",
        ]


@pytest.mark.parametrize(("knows_frames", "state"), [(True, 2), (False, 0)])
def test_the_mode_of_frames_is_known_or_not(knows_frames: bool, state: int) -> None:
    program = (
        "import tty, os; tty.setraw(0); os.write(1, b'\\x1b[?2026$p'); got = b''\n"
        "while len(got) < 11: got += os.read(0, 64)\n"
        "os.write(1, ascii(got).encode())\n"
    )
    with Terminal([sys.executable, "-c", program], knows_frames=knows_frames) as terminal:
        assert terminal.wait_exit() == 0
        assert terminal.text.strip() == rf"b'\x1b[?2026;{state}$y'"


IN_TWO_PARTS = (
    "import sys, time\n"
    "for text in sys.argv[1:]:\n"
    "    print(text.encode().decode('unicode_escape'), end='', flush=True); time.sleep(0.5)\n"
)


def test_half_of_a_frame_is_never_looked_at() -> None:
    command = [sys.executable, "-c", IN_TWO_PARTS, r"\33[?2026h\33[1;1Hone", r"\33[2;1Htwo\33[?2026l"]
    with Terminal(command) as terminal:
        terminal.wait_for("one")
        assert terminal.text.split() == ["one", "two"]
        assert terminal.left_behind() == []


def test_a_frame_without_an_end_is_shown_and_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harness, "FRAME_SECONDS", 0.1)
    with Terminal([sys.executable, "-c", IN_TWO_PARTS, r"\33[?2026hone"]) as terminal:
        terminal.wait_for("one")
        assert terminal.left_behind() == ["mode 2026 is on"]


def test_what_never_comes_about_is_not_shown() -> None:
    with Terminal(["cat"]) as terminal:
        with pytest.raises(NotShown, match="'seen' is not on the screen"):
            terminal.wait_for("seen", 0.2)
        terminal.type_text("seen")
        terminal.wait_for("seen")
        with pytest.raises(NotShown, match="'seen' is still on the screen"):
            terminal.wait_gone("seen", 0.2)
        with pytest.raises(NotShown, match="the program goes on"):
            terminal.wait_exit(0.2)


def test_the_size_and_its_change_arrive() -> None:
    program = (
        "import os, signal, time\n"
        "def tell(*_): print(os.get_terminal_size().columns, flush=True)\n"
        "signal.signal(signal.SIGWINCH, tell); tell(); time.sleep(20)\n"
    )
    with Terminal([sys.executable, "-c", program], columns=100, rows=30) as terminal:
        terminal.wait_for(r"\b100\b")
        terminal.resize(60, 10)
        terminal.wait_for(r"\b60\b")


def test_closing_the_window_hangs_up() -> None:
    with Terminal(["cat"]) as terminal:
        terminal.read_for(0.1)
        terminal.hang_up()
        assert terminal.wait_exit() == -signal.SIGHUP
