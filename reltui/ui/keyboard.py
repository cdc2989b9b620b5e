"""The way of a key from the terminal to its action, past the guard."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import events

from reltui.ui.actions import EVERYWHERE
from reltui.ui.keys import ACTIONS, Action, Place
from reltui.ui.screens.screen import ReltuiScreen, takes_text

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp

MOVEMENT = frozenset(action.id for action in ACTIONS if Place.READING in action.places)
NOT_UTF8 = "\ufffd"
"""What the driver makes of a byte that is no UTF-8; in a comment nobody could read it."""


class Keyboard:
    """Takes keys and pastes before Textual passes them round. One for the application."""

    def __init__(self, app: ReltuiApp) -> None:
        self._app = app

    def takes(self, event: events.Key | events.Paste) -> bool:
        """Do what a key means, or drop it; False leaves it to the text field that has the focus."""
        app = self._app
        if not app.screen_stack:
            # The application is being closed.
            return True
        if not app.is_living and not self._quits(event):
            # What is seen may be the saved screen, or nothing yet.
            return True
        app.service.touched()
        app.guard.typed(event.time)
        if not takes_text(app.focused) and self._is_no_typing(event):
            app.say("A paste or a burst of keys was ignored; nothing was done.", "warn")
            return True
        if isinstance(event, events.Key) and event.character == NOT_UTF8:
            app.say("The terminal has sent a letter that is not UTF-8; it was not taken.", "warn")
            return True
        screen = app.screen
        return (
            isinstance(event, events.Key) and isinstance(screen, ReltuiScreen) and screen.key_pressed(event)
        )

    def _quits(self, event: events.Key | events.Paste) -> bool:
        screen = self._app.screen
        if isinstance(event, events.Paste) or not isinstance(screen, ReltuiScreen):
            return False
        action = self._app.keymap.find(screen.place, event.key)
        return action is not None and action.id == "quit-now"

    def _is_no_typing(self, event: events.Key | events.Paste) -> bool:
        """A paste, or keys faster than a person's; the repeat of a movement key is welcome at any speed."""
        if isinstance(event, events.Paste):
            return True
        is_burst = self._app.guard.is_burst(event.time)
        screen = self._app.screen
        action = self._app.keymap.find(screen.place, event.key) if isinstance(screen, ReltuiScreen) else None
        return is_burst and not (action is not None and action.id in MOVEMENT)

    def perform(self, action: Action, event: events.Key) -> None:
        """Do the action of a key, unless it is a verb that no person can have meant."""
        app = self._app
        if action.danger:
            repeated = app.guard.is_repeat(action.id, event.time)
            if app.guard.is_flurry(action.id, event.time):
                app.say("Too many verbs at once were ignored; nothing was done.", "warn")
                return
            if repeated:
                return
            if app.guard.is_quiet(event.time):
                app.say(
                    f"{action.label} was ignored: the screen had just changed. Look, and press again.", "warn"
                )
                return
        app.hush()
        self.do(action)

    def confirm(self, at: float, do: Callable[[], None]) -> None:
        """Do what a key or click confirms if it stands alone, which no paste and no held key does (A9, A10).

        No screen may have been painted in the 400 ms before it, no key typed in the 100 ms before it, and
        nothing may follow for 150 ms.
        """
        app = self._app
        app.hush()
        if not app.guard.may_confirm(at):
            app.say("Not confirmed: it came too soon after another key or change. Press again.", "warn")
            app.sight.ask_again()
            return
        # Behind all keys that have been read by then and wait to be handled.
        app.set_timer(app.guard.follow_seconds, lambda: app.call_later(self._confirmed, at, do))

    def _confirmed(self, at: float, do: Callable[[], None]) -> None:
        if self._app.guard.stood_alone(at):
            do()
        else:
            self._app.say("Not confirmed: other keys followed at once. Press again.", "warn")

    def do(self, action: Action) -> None:
        """Do an action, from a key or from the command line: the screen's own, else the application's."""
        screen = self._app.screen
        if isinstance(screen, ReltuiScreen) and screen.perform(action):
            return
        if action.id in EVERYWHERE:
            EVERYWHERE[action.id](self._app)
