"""Rest: calls back once nothing has happened for a while, and costs next to nothing at each key."""

from __future__ import annotations

import time
from collections.abc import Callable

from textual.message_pump import MessagePump
from textual.timer import Timer


class Rest:
    """Of a screen, or of one of its parts."""

    def __init__(self, owner: MessagePump, seconds: float, callback: Callable[[], None]) -> None:
        self._owner = owner
        self._seconds = seconds
        self._callback = callback
        self._since = 0.0
        self._timer: Timer | None = None

    def disturb(self) -> None:
        """Something has happened: call back when nothing more does for so many seconds."""
        self._since = time.monotonic()
        if self._timer is None:
            self._timer = self._owner.set_timer(self._seconds, self._look)

    def end(self) -> None:
        """It is done already: call back no more."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _look(self) -> None:
        # One timer for many keys: making a new one at each key is what would cost.
        left = self._since + self._seconds - time.monotonic()
        if left > 0.001:
            self._timer = self._owner.set_timer(left, self._look)
            return
        self._timer = None
        self._callback()
