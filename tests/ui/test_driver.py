"""The second layer of text safety: what may go out, and what may not."""

from __future__ import annotations

import base64
import os
import re
import threading
import tty

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from textual.color import Color

from reltui.ui.wire.guard import OutputGuard, TextFilter, clipboard
from reltui.ui.writer import BACKLOG, Writer

OURS = [
    "\x1b[?1049h",
    "\x1b[?25l",
    "\x1b[?1004h",
    "\x1b[>25u",
    "\x1b[<u",
    "\x1b[?2026$p",
    "\x1b[?2004l",
    "\x1b[1;1H",
    "\x1b[0m",
    "\x1b[1;38;5;3mWAIT\x1b[0m\n",
    "\x07",
    "\x1b]22;pointer\x07",
    "Straße, 名前, é",
]
HOSTILE = [
    "\x1b]52;c;aGVsbG8=\x07",
    "\x1b]52;c;aGVsbG8=\x1b\\",
    "\x1b]0;title\x07",
    "\x1b]2;title\x07\x1b[21t",
    "\x1b]8;;http://x.example\x1b\\x\x1b]8;;\x1b\\",
    "\x1b[2J",
    "\x1b[6n",
    "\x1bc",
    "\x1b[?1049l\x1bP+q\x1b\\",
    "\x1b[?47h",
    "\x1b_Gx\x1b\\",
    "\x9b2J",
    "\x9d52;c;x\x9c",
    "\x1b\x1b[2J[31m",
    "a\x07b",
    "a\x08b\rc\x00d\x7fe\tf\x0bg",
    "x\x1b",
    "\x0eabc",
    "\u202egnp.exe",
    "a\u200bb\u2066c",
    "\ud800",
]
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@pytest.mark.parametrize("data", OURS)
def test_our_own_sequences_pass(data: str) -> None:
    guard = OutputGuard()
    assert guard.passed(data) == data
    assert guard.stopped == 0


@pytest.mark.parametrize("data", HOSTILE)
def test_everything_else_is_stopped_and_counted(data: str) -> None:
    guard = OutputGuard()
    out = guard.passed(f"\x1b[1;1H{data}\x1b[0m")
    rest = out.removeprefix("\x1b[1;1H").removesuffix("\x1b[0m")
    assert "\x07" not in rest
    assert not re.search("\x1b(?!\\[[0-9;]*m)", rest.replace("\x1b[?1049l", ""))
    assert guard.stopped


@given(st.text(alphabet=st.characters(codec=None), max_size=60))
def test_nothing_but_colours_and_known_forms_gets_out(data: str) -> None:
    out = OutputGuard().passed("x" + data)
    known = r"\x1b(?:\[[0-9;]*m|\[\d+;\d+H|\[\?\d+[hl]|\[\?\d+\$p|\[>\d+u|\[<u)"
    assert not CONTROLS.search(re.sub(known, "", out))


@pytest.mark.parametrize("data", [*HOSTILE, "\x1b[5;1Hfake row", "\x1b[31mred"])
def test_a_text_in_a_cell_has_no_control_character_at_all(data: str) -> None:
    text_filter = TextFilter()
    cleaned = text_filter.apply([Segment("ok"), Segment(data)], Color(0, 0, 0))
    assert cleaned[0].text == "ok"
    assert not CONTROLS.search(cleaned[1].text)
    assert text_filter.stopped


@pytest.mark.parametrize("text", ["Release-7", "名前 é 🚀", "é" * 40_000, "x" + "名" * 40_000, "half \ud800"])
def test_the_clipboard_gets_whole_letters_and_no_more_than_64_kb(text: str) -> None:
    sequence = clipboard(text)
    assert OutputGuard().passed(sequence) != sequence
    held = base64.b64decode(sequence.removeprefix("\x1b]52;c;").removesuffix("\x07"))
    assert text.replace("\ud800", "?").startswith(held.decode())
    assert min(len(text.encode("utf-8", "replace")), 64 * 1024 - 3) <= len(held) <= 64 * 1024


def test_honest_text_stays_as_it_is() -> None:
    segments = [Segment("Invoice.CD עברית 名前 é")]
    assert TextFilter().apply(segments, Color(0, 0, 0)) is segments


def test_a_terminal_that_is_gone_ends_the_writing_and_nothing_else() -> None:
    read, write = os.pipe()
    with os.fdopen(write, "w", encoding="utf-8") as stream:
        writer = Writer(stream)
        writer.start()
        writer.put("seen")
        assert os.read(read, 10) == b"seen"
        os.close(read)
        writer.put("lost")
        writer.put("lost too")
        writer.finish(with_frames=True)
        assert not writer.is_alive()


def test_what_a_terminal_does_not_take_is_bounded_and_modes_are_kept() -> None:
    read, write = os.pipe()
    caught_up = threading.Event()
    frame = "f" * 10_000
    with os.fdopen(write, "w", encoding="utf-8") as stream, os.fdopen(read, "rb", buffering=0) as end:
        writer = Writer(stream, caught_up.set)
        writer.start()
        for _ in range(100):
            writer.put(frame)
        writer.put("\x1b[?2004l")
        assert not caught_up.is_set()
        taken = b""
        while not taken.endswith(b"\x1b[?2004l"):
            taken += end.read(65536)
        assert caught_up.wait(20)
        assert len(taken) <= BACKLOG + 10
        assert taken.count(b"f") % len(frame) == 0
        writer.put("after")
        assert end.read(10) == b"after"
        writer.finish()


def test_a_terminal_that_was_left_non_blocking_gets_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the room that there was is taken by another program."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    real, refusals = os.write, [BlockingIOError] * 3

    def refusing(descriptor: int, data: bytes) -> int:
        if descriptor == write and refusals:
            raise refusals.pop()
        return real(descriptor, data)

    monkeypatch.setattr(os, "write", refusing)
    frame = "f" * (BACKLOG - 1)
    taken: list[bytes] = []
    with os.fdopen(write, "w", encoding="utf-8") as stream, os.fdopen(read, "rb") as end:
        reader = threading.Thread(target=lambda: taken.append(end.read()))
        reader.start()
        writer = Writer(stream)
        writer.start()
        assert writer.put(frame)
        writer.finish(with_frames=True)
        stream.close()
        reader.join()
    assert taken == [frame.encode()]
    assert not refusals


def test_a_terminal_that_nobody_reads_makes_nothing_wait() -> None:
    """A frame larger than all that it holds is taken at once, and so is the end."""
    read, write = os.pipe()
    with os.fdopen(write, "w", encoding="utf-8") as stream:
        writer = Writer(stream)
        writer.start()
        assert writer.put("f" * (4 * BACKLOG))
        for _ in range(1000):
            writer.put("g" * 1000)
        assert not writer.takes_frames
        assert writer._size <= 5 * BACKLOG
        writer.finish()
        os.close(read)
        writer.join(60)
        assert not writer.is_alive()


def test_a_terminal_gets_what_it_takes_at_once_and_the_rest_in_order() -> None:
    """Without a thread for what has room; no other program finds its terminal otherwise than before."""
    master, slave = os.openpty()
    tty.setraw(slave)
    with os.fdopen(slave, "w", encoding="utf-8") as stream:
        writer = Writer(stream)
        assert writer.put("at once")
        assert os.read(master, 100) == b"at once"
        frames = [chr(ord("a") + number) * 20_000 for number in range(12)]
        for frame in frames:
            assert writer.put(frame)
        assert os.get_blocking(slave)
        writer.start()
        taken = b""
        while len(taken) < 12 * 20_000:
            taken += os.read(master, 65536)
        writer.finish()
        assert taken == "".join(frames).encode()
        assert not writer.put("after the end")
    os.close(master)


def test_a_frame_of_which_a_part_is_on_the_terminal_is_not_dropped() -> None:
    master, slave = os.openpty()
    tty.setraw(slave)
    with os.fdopen(slave, "w", encoding="utf-8") as stream:
        writer = Writer(stream)
        assert writer.put("f" * (4 * BACKLOG))
        begun = list(writer._waiting)
        assert 0 < len(begun[0][0]) < 4 * BACKLOG
        assert not writer.put("g" * 1_000)
        assert list(writer._waiting) == begun
        os.close(master)
        writer.start()
        writer.finish()
