"""When a person can have seen what is on top: once it is painted; a dialog, once the terminal says so."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from textual import events

from reltui.ui.keys import Place
from reltui.ui.screens.screen import ReltuiScreen

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp


class Sight:
    """Tells the guard when something was shown. One for the application.

    A frame that was written may lie in the buffer of a terminal that has stalled, while keys still come in
    (A9). So a dialog ends with a question for the cursor's position, and counts as shown when it is answered.
    On a terminal that never answers it counts as shown when it is painted.
    """

    def __init__(self, app: ReltuiApp) -> None:
        self._app = app

    def changed(self) -> None:
        """Something else is about to be painted."""
        self._app.guard.changed()
        self._app.call_after_refresh(self._painted)

    def _painted(self) -> None:
        if not self._ask(anew=True):
            self._app.guard.painted(time.monotonic())

    def ask_again(self) -> None:
        """The answer may have been lost."""
        if not self._app.guard.is_painted:
            self._ask(anew=False)

    def _ask(self, *, anew: bool) -> bool:
        # On a list no key decides.
        screen, driver = self._app.screen, self._app.driver
        is_dialog = isinstance(screen, ReltuiScreen) and screen.place is Place.DIALOG
        return is_dialog and driver is not None and driver.ask_shown(anew=anew)

    def reported(self, event: events.CursorPosition) -> None:
        """The terminal tells where the cursor is."""
        driver = self._app.driver
        if driver is not None and driver.has_shown(event):
            self._app.guard.painted(event.time)
