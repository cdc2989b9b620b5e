"""What is written to the terminal goes out at once as far as it takes it; a thread writes the rest.

So nothing else ever waits for a terminal that takes nothing: a session that has stalled (a window that is not
read, a line that is down) must stop neither deadlines nor the end of the program (E1). What piles up is
bounded; after dropped frames the whole screen is written again.
"""

from __future__ import annotations

import os
import re
import select
import threading
from collections import deque
from collections.abc import Callable
from typing import TextIO

BACKLOG = 256 * 1024
"""Bytes that may wait before frames are dropped."""
AT_ONCE = 16 * 1024
PIECE = 4096
PATIENCE = 1.0
"""Seconds without a byte taken after which the end waits for the terminal no longer."""

_MODES = re.compile(
    r"(?:\x1b\[(?!\?2026[hl])[?<>][0-9;]*[A-Za-z]+|\x1b\[2[23];2t|\x1b\]2;[^\x00-\x1f]*\x07)+"
)
"""Modes and titles, which must not be lost; the marks round a frame belong to the frame."""


class Writer(threading.Thread):
    """Takes texts at once and writes them when the terminal lets it."""

    def __init__(self, stream: TextIO, caught_up: Callable[[], None] = lambda: None) -> None:
        """`caught_up` is called in this thread when all is written after frames had been dropped."""
        super().__init__(daemon=True, name="reltui-output")
        self._descriptor = stream.fileno()
        self._own = _opened_anew(self._descriptor)
        self._encoding = stream.encoding
        self._caught_up = caught_up
        self._changed = threading.Condition()
        self._waiting: deque[tuple[bytes, bool]] = deque()
        self._size = 0
        self._has_dropped = False
        self._ended = False
        self._gone = False
        self._pieces = 0

    @property
    def takes_frames(self) -> bool:
        """False while frames are dropped, until all that waited is written."""
        return not self._has_dropped

    def put(self, text: str) -> bool:
        """Take a whole frame or sequence; never waits. False when it, or one before it, was dropped."""
        data = text.encode(self._encoding, "replace")
        is_frame = not _MODES.fullmatch(text)
        with self._changed:
            if is_frame and (self._has_dropped or (self._size and self._size + len(data) > BACKLOG)):
                self._has_dropped = True
                self._drop_frames()
                return False
            if self._ended:
                return False
            rest = data if self._size else data[self._written_at_once(data) :]
            if rest:
                # What is written in part must not be dropped.
                self._waiting.append((rest, is_frame and len(rest) == len(data)))
                self._size += len(rest)
                self._changed.notify()
            return True

    def _written_at_once(self, data: bytes) -> int:
        """Write as much as the terminal takes without waiting; how many bytes that is.

        Another thread would have to be woken, and on a busy machine get its turn first.
        """
        if self._own is None:
            return 0
        try:
            return os.write(self._own, data)
        except OSError:
            # No room, or gone: the thread finds out which.
            return 0

    def finish(self, *, with_frames: bool = False) -> None:
        """Write what waits but frames, and end; gives up on a terminal that takes nothing for a second."""
        with self._changed:
            self._ended = True
            if not with_frames:
                self._drop_frames()
            self._changed.notify()
            if self._own is not None:
                os.close(self._own)
                self._own = None
        while self.is_alive():
            before = self._pieces
            self.join(PATIENCE)
            if self._pieces == before:
                return

    def run(self) -> None:
        """Write until `finish`."""
        while True:
            with self._changed:
                while not self._waiting:
                    if self._ended:
                        return
                    self._changed.wait()
                data = self._next()
            self._write(data)
            with self._changed:
                self._size -= len(data)
                caught_up = self._has_dropped and not self._waiting and not self._ended
                if caught_up:
                    self._has_dropped = False
            if caught_up:
                self._caught_up()

    def _next(self) -> bytes:
        taken = b""
        while self._waiting and len(taken) < AT_ONCE:
            taken += self._waiting.popleft()[0]
        return taken

    def _drop_frames(self) -> None:
        kept = [entry for entry in self._waiting if not entry[1]]
        self._size -= sum(len(data) for data, is_frame in self._waiting if is_frame)
        self._waiting = deque(kept)

    def _write(self, data: bytes) -> None:
        """Write all. EIO and EPIPE after a hang-up end the writing, not the program."""
        try:
            while data and not self._gone:
                if os.name == "posix":
                    # A terminal that another program left non-blocking may have no room.
                    select.select([], [self._descriptor], [])
                try:
                    data = data[os.write(self._descriptor, data[:PIECE]) :]
                except BlockingIOError:
                    # Another program on it took the room first.
                    continue
                self._pieces += 1
        except OSError:
            self._gone = True


def _opened_anew(descriptor: int) -> int | None:
    """The terminal, opened once more so that it can be written to without waiting; None where it cannot be.

    To make `descriptor` itself non-blocking would do the same to the shell and all others that share it.
    """
    try:
        return os.open(os.ttyname(descriptor), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
    except (OSError, AttributeError):  # no terminal, another person's, or no such system
        return None
