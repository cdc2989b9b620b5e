"""When to draw: soon after a change, four times a second at most, and at the next change of an age."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from textual.timer import Timer

from reltui.data.decision import State
from reltui.ui import collecting
from reltui.ui.pace import pace_of
from reltui.ui.screens.base import ReltuiScreen

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp


class Painter:
    """Draws the screen on top. Wakes once a minute for the ages, at each step while a decision is held."""

    def __init__(self, app: ReltuiApp) -> None:
        self._app = app
        self._frame: Timer | None = None
        self._tick: Timer | None = None
        self._drawn_at = 0.0
        self._since = time.monotonic()
        self.pace = pace_of(app.config)

    @property
    def is_due(self) -> bool:
        """The screen will be drawn again within a frame."""
        return self._frame is not None

    def soon(self) -> None:
        """Draw the screen again."""
        if self._frame is None and self._app.is_running:
            wait = max(self._drawn_at + self.pace.frame - time.monotonic(), 0.001)
            self._frame = self._app.set_timer(wait, self._draw)

    def _draw(self) -> None:
        self._frame = None
        self._drawn_at = time.monotonic()
        if not self._app.is_running or not self._app.screen_stack:
            # A timer may still come while the application is being closed.
            return
        screen = self._app.screen
        if isinstance(screen, ReltuiScreen) and screen.is_mounted:
            screen.update()
        self._app.telling.look()
        collecting.look(time.monotonic() - max(self._since, self._app.guard.typed_at))
        self._await_next()

    def _await_next(self) -> None:
        if self._tick is not None:
            self._tick.stop()
        held = [decision for decision in self._app.pending() if decision.state is State.HELD]
        if held:
            # Just after the shown number has changed.
            wait = self._app.service.outbox.seconds_left(held[0]) % self.pace.countdown + 0.02
        else:
            wait = 60 - time.time() % 60 + 0.05
        self._tick = self._app.set_timer(wait, self._draw)
