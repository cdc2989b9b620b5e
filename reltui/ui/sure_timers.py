"""SureTimers: what is to come once, later, comes; on a busy machine, and whoever asks for it."""

from __future__ import annotations

from textual.message_pump import MessagePump
from textual.timer import Timer, TimerCallback


class SureTimers(MessagePump):
    """Of the application and of its screens."""

    def set_timer(
        self,
        delay: float,
        callback: TimerCallback | None = None,
        *,
        name: str | None = None,
        pause: bool = False,
    ) -> Timer:
        """Call a function once, after so many seconds or as soon as the machine allows."""
        # What calls may be no part of the application, such as the service: the timer is, all the same.
        with self.app._context():
            timer = super().set_timer(delay, callback, name=name, pause=pause)
        # Textual skips a turn whose time is over before the waiting began, which for a timer of one turn
        # means never: a screen that is not drawn again. There is no argument for it.
        timer._skip = False
        return timer
