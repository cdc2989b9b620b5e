"""What Textual never wrote so far makes the screen be painted whole, never a wrong cell."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from reltui.ui.driver import FRAME_BEGIN, FRAME_END, GuardedDriver
from reltui.ui.wire.keys import KeyParser
from tests.ui.comparing import PATIENCE, Compared, compared

UNREAD = {
    "below the screen": "\x1b[99;1Hfar below",
    "beyond the right end": "\x1b[3;70Hlonger than what is left of the line",
    "a style that does not end": "\x1b[5;5H\x1b[31mred from now on",
    "line ends without end": "\x1b[1;1H" + "a\n" * 30,
    "a character that combines with nothing": "\x1b[4;4H\u0301x",
    "a line longer than the screen": "\x1b[1;1H" + "x" * 500,
}
STOPPED = {
    "an erased screen": "\x1b[2J\x1b[5;5Hand more",
    "controls": "\x1b[6;6H\x0bx\x9b31m\x00",
    "a title": "\x1b]0;not ours\x07",
}


async def recovered(run: Compared) -> None:
    """Wait until every cell is as with the stock driver; or say where it is not."""
    end = time.monotonic() + PATIENCE
    while run.driver.ours.seen() != run.driver.stock.seen() and time.monotonic() < end:
        await run.pilot.pause(0.05)
    assert run.driver.ours.text() == run.driver.stock.text()
    assert run.driver.ours.seen() == run.driver.stock.seen()


@pytest.mark.parametrize("is_marked", [False, True])
async def test_all_is_painted_anew(tmp_path: Path, is_marked: bool) -> None:
    async with compared(tmp_path, size=(80, 24), marked=is_marked) as run:
        driver = run.driver
        for name, garbage in (UNREAD | STOPPED).items():
            repaints, stopped = driver.repaints, driver.output_guard.stopped
            # Past the other terminal, which shows what was meant.
            GuardedDriver.write(driver, garbage)
            assert driver.repaints == repaints + 1, name
            assert (driver.output_guard.stopped > stopped) == (name in STOPPED), name
            await recovered(run)
            driver.faults.clear()
            await run.press("j")
            await recovered(run)
            assert driver.faults == [], name


async def test_many_at_once_are_painted_over_at_the_end(tmp_path: Path) -> None:
    async with compared(tmp_path, size=(80, 24)) as run:
        for garbage in UNREAD.values():
            GuardedDriver.write(run.driver, garbage)
            await run.press("j")
        await recovered(run)


async def test_many_sizes_while_keys_are_pressed(tmp_path: Path) -> None:
    async with compared(tmp_path, size=(80, 24)) as run:
        for number in range(12):
            await run.press("j")
            await run.pilot.resize_terminal(80 + number % 3 * 20, 24 + number % 4)
            await run.press("k" if number % 2 else "pagedown")
        await run.resize(81, 25)
        await run.resize(80, 24)
        await recovered(run)
        assert run.driver.faults == []


class Noted:
    """In place of the thread that writes to a terminal: notes what it is given."""

    takes_frames = True

    def __init__(self) -> None:
        self.texts: list[str] = []

    def put(self, text: str) -> bool:
        """Note it."""
        self.texts.append(text)
        return True

    def finish(self) -> None:
        """Nothing waits."""


@pytest.mark.parametrize(
    ("term", "asked"), [("xterm-256color", ["\x1b[?2026$p"]), ("screen", ["\x1b[?2026$p"]), ("linux", [])]
)
async def test_only_what_a_terminal_understands_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, term: str, asked: list[str]
) -> None:
    monkeypatch.setenv("TERM", term)
    monkeypatch.delenv("TERM_PROGRAM", raising=False)
    async with compared(tmp_path, size=(80, 24)) as run:
        noted = Noted()
        monkeypatch.setattr(run.driver, "_writer", noted)
        monkeypatch.setattr(run.driver, "input_tty", True)
        run.driver._request_terminal_sync_mode_support()
        run.driver._query_in_band_window_resize()
        assert noted.texts == asked


async def test_answers_twice_late_and_to_what_nobody_asked(tmp_path: Path) -> None:
    """A mode that is known from then on, and sizes that are not those of the window."""
    async with compared(tmp_path, size=(80, 24)) as run:
        for answer in ("\x1b[?2026;2$y" * 2, "\x1b[?2048;1$y", "\x1b[48;9;9;90;90t", "\x1b[48;0;0;0;0t"):
            run.driver._hand_on(KeyParser().fed(answer))
        await run.press("j")
        await recovered(run)
        await run.pilot.pause()
        assert run.app._sync_available
        assert run.app.size == (80, 24)
        assert not run.driver._in_band_window_resize
        for key in ("k", "2", "j", "?"):
            await run.press(key)
        await recovered(run)
        assert run.driver.faults == []


async def test_frames_are_marked_where_the_terminal_knows_the_mode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with compared(tmp_path, size=(80, 24)) as run:
        noted = Noted()
        monkeypatch.setattr(run.driver, "_writer", noted)
        for is_known in (False, True):
            if is_known:
                run.driver._hand_on(KeyParser().fed("\x1b[?2026;2$y"))
                while not run.app._sync_available:
                    await run.pilot.pause()
            noted.texts.clear()
            while not noted.texts:
                await run.press("j")
            frames = [text for text in noted.texts if "\x1b[" in text]
            assert frames
            assert all(
                text.startswith(FRAME_BEGIN) == text.endswith(FRAME_END) == is_known for text in frames
            )
