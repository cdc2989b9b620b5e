"""Plays the terminal with a watch in its hand: when bytes arrived, and what the screen showed after them.

The time of bytes is taken where they arrive at the terminal, behind a slow line if there is one. The screen
is computed later, when somebody looks at it, so that this costs the measurement nothing; only a chunk with
a question of the program is read at once, as its answer must not wait.
"""

from __future__ import annotations

import os
import re
import select
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.line import Line
from tests.bench.painter import Cells, cells_of, text_of
from tests.bench.usage import usage
from tests.terminal.harness import Terminal

QUESTION = re.compile(rb"\x1b\[[0-?]*(?:\$p|c|n)|\x1b\[\?u")
MARK = ">"
"""Stands in the first column of the row under the cursor."""
PATIENCE = 120.0
STEP = 0.05
"""Seconds between two looks while something is waited for."""


class NotMeasured(Exception):
    """What was to be measured did not happen; the text says what."""


@dataclass(frozen=True)
class Frame:
    """Some bytes that arrived together, and the screen after them."""

    at: float
    size: int
    cells: Cells

    @property
    def text(self) -> str:
        """The screen as lines."""
        return text_of(self.cells)


@dataclass(frozen=True)
class Answer:
    """What came after a key. Times are seconds from its press."""

    frames: tuple[Frame, ...]
    pressed: float
    before: Cells

    @property
    def after(self) -> Cells:
        """The screen in the end."""
        return self.frames[-1].cells if self.frames else self.before

    @property
    def size(self) -> int:
        """How many bytes."""
        return sum(frame.size for frame in self.frames)

    def until(self, condition: Callable[[Frame], bool]) -> float:
        """Until the first frame that is so. Raises NotMeasured."""
        for frame in self.frames:
            if condition(frame):
                return frame.at - self.pressed
        raise NotMeasured(f"a key had no effect on the screen:\n{text_of(self.after)}")

    def until_changed(self) -> float:
        """Until the first byte that changes the screen. Raises NotMeasured."""
        return self.until(lambda frame: frame.cells != self.before)

    def until_at_rest(self) -> float:
        """Until the last byte that changed the screen. Raises NotMeasured."""
        return self.until(lambda frame: frame.cells == self.after != self.before)


def under_cursor(cells: Cells) -> tuple[int, str]:
    """The row under the cursor of a list: its number and its text; -1 where there is none."""
    for y, row in enumerate(cells):
        if row[0].text == MARK:
            return y, "".join(cell.text for cell in row)
    return -1, ""


class Player(Terminal):
    """One program in a terminal. Use it as a context manager."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        size: tuple[int, int] = (80, 24),
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        line: Line | None = None,
    ) -> None:
        self.line = line
        self._unseen: list[tuple[float, bytes]] = []
        self._came = False
        """Bytes have reached the terminal since the last look."""
        self._watched: list[Frame] | None = None
        self.worked = 0.0
        """Seconds of CPU of the program until what was `shown` last was there."""
        super().__init__(
            command,
            columns=size[0],
            rows=size[1],
            environment=environment,
            folder=folder,
            # Marks round each frame are bytes too, which not every terminal asks for.
            knows_frames=False,
        )

    def __enter__(self) -> Player:
        return self

    @property
    def text(self) -> str:
        """The screen as lines, now."""
        self.look()
        return super().text

    @property
    def cells(self) -> Cells:
        """The screen, now."""
        self.look()
        return cells_of(self.picture)

    def left_behind(self) -> list[str]:
        """What of the terminal is not as the program found it."""
        self.look()
        return super().left_behind()

    def look(self) -> None:
        """Compute the screen."""
        unseen, self._unseen = self._unseen, []
        for at, data in unseen:
            self._feed(data)
            if self._watched is not None:
                self._watched.append(Frame(at, len(data), cells_of(self.picture)))

    def send(self, data: bytes) -> None:
        """Send bytes into the line, or at once."""
        if self.line is not None:
            self.line.up.put(data, time.monotonic())
        else:
            super().send(data)

    def _read(self, seconds: float) -> bool:
        """Take in what reaches the terminal within a time; False when nothing does."""
        end = time.monotonic() + seconds
        while not self._closed:
            until = min(end, self.line.next_at) if self.line is not None else end
            self._take(max(0.0, until - time.monotonic()))
            if self._arrive():
                return True
            if time.monotonic() >= end:
                return False
        return super()._read(seconds)

    def _take(self, seconds: float) -> None:
        """Wait for bytes at the program's side of the line."""
        takes = [] if self.line is not None and self.line.down.is_full else [self.master]
        if not select.select(takes, [], [], seconds)[0]:
            return
        data, now = os.read(self.master, 65536), time.monotonic()
        if self.line is not None:
            self.line.down.put(data, now)
        else:
            self._keep(now, data)

    def _arrive(self) -> bool:
        """Move on what has come through the line; whether anything has reached the terminal."""
        if self.line is not None:
            now = time.monotonic()
            for _, data in self.line.up.arrived(now):
                os.write(self.master, data)
            for at, data in self.line.down.arrived(now):
                self._keep(at, data)
        came, self._came = self._came, False
        return came

    def _keep(self, at: float, data: bytes) -> None:
        self.raw += data
        self.arrivals.append((at, len(self.raw)))
        self._unseen.append((at, data))
        self._came = True
        if QUESTION.search(data):
            self.look()

    # What is measured

    def watch(self, act: Callable[[], None], quiet: float, *, first: float = 5.0) -> Answer:
        """Do something and read until nothing came for `quiet` seconds; `first` is the patience for the
        first byte."""
        before, self._watched = self.cells, []
        pressed, size = time.monotonic(), len(self.raw)
        act()
        while len(self.raw) == size and time.monotonic() < pressed + first:
            self._read(STEP)
        while self._read(quiet) and time.monotonic() < pressed + PATIENCE:
            pass
        self.look()
        frames, self._watched = tuple(self._watched), None
        return Answer(frames, pressed, before)

    def key(self, key: str, quiet: float = 0.15, *, first: float = 5.0) -> Answer:
        """Press a key."""
        return self.watch(lambda: self.press(key), quiet, first=first)

    def moved(self, key: str) -> float:
        """Press a key; seconds until the cursor is on another line. Raises NotMeasured."""
        before, self._watched = under_cursor(self.cells)[0], []
        pressed = time.monotonic()
        self.press(key)
        while time.monotonic() < pressed + PATIENCE / 10:
            self._read(STEP)
            self.look()
            # A frame may come in two parts: without a mark it is not whole.
            found = [frame.at for frame in self._watched if under_cursor(frame.cells)[0] not in (before, -1)]
            if found:
                self._watched = None
                return found[0] - pressed
        self._watched = None
        raise NotMeasured(f"the key {key} did not move the cursor:\n{self.text}")

    def hold_down(self, key: str, seconds: float, quiet: float, rate: float = 30.0) -> tuple[Answer, float]:
        """Hold a key down; also the seconds from the first press to the last."""
        presses: list[float] = []

        def hold() -> None:
            begun = time.monotonic()
            for number in range(int(seconds * rate)):
                self.read_for(max(0.0, begun + number / rate - time.monotonic()))
                presses.append(time.monotonic())
                self.press(key)

        answer = self.watch(hold, quiet)
        return answer, presses[-1] - answer.pressed

    def shown(self, pattern: str, seconds: float = PATIENCE) -> float:
        """Seconds from the start of the program to the bytes that put a pattern on the screen.

        Raises NotMeasured.
        """
        wanted, self._watched = re.compile(pattern, re.MULTILINE), []
        end, found = time.monotonic() + seconds, None
        worked: dict[float, float] = {}
        while found is None and time.monotonic() < end and not self.ended:
            # The screen is looked at in the pauses of the program.
            while self._read(STEP):
                worked[self.arrivals[-1][0]] = usage(self.process.pid).seconds
            self.look()
            found = next((frame.at for frame in self._watched if wanted.search(frame.text)), None)
            self._watched.clear()
        self._watched = None
        if found is None:
            raise NotMeasured(f"{pattern!r} is not on the screen:\n{self.text}")
        self.worked = worked[found]
        return found - self.started

    def quit(self, key: str = "q") -> float:
        """Press a key that ends the program; seconds until it has ended. Raises NotMeasured."""
        pressed = time.monotonic()
        self.press(key)
        while not self.ended:
            self._read(0.002)
            if time.monotonic() > pressed + PATIENCE:
                raise NotMeasured(f"the program goes on:\n{self.text}")
        return time.monotonic() - pressed
