"""In place of a screen that would be a mess."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.geometry import Size

from reltui.ui.keys import Place
from reltui.ui.present import Line, span, wrap
from reltui.ui.screens.screen import ReltuiScreen
from reltui.ui.widgets.lines import Lines

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp

LEAST = (60, 15)


def is_small(width: int, height: int) -> bool:
    """Too small to show a decision honestly."""
    return width < LEAST[0] or height < LEAST[1]


class SmallScreen(ReltuiScreen):
    """Covers everything until the window is larger; no key acts on what is covered."""

    place = Place.READING

    def compose(self) -> ComposeResult:
        yield Lines(id="text")

    def update(self) -> None:
        width, height = self.app.size
        key_of = self.app.keymap.key_of
        sentence = (
            f"The window is too small ({width}x{height}): reltui needs {LEAST[0]}x{LEAST[1]}. "
            f"Make it larger; {key_of('quit-now')} quits, {key_of('take-back')} takes back."
        )
        self.query_one("#text", Lines).show(self._lines(sentence, width))

    def _lines(self, sentence: str, width: int) -> Sequence[Line]:
        return wrap((span(sentence),), max(width, 1))

    def on_resize(self, event: events.Resize) -> None:
        """Say the new size."""
        self.update_soon()

    def on_screen_resume(self) -> None:
        """What lay over it is gone; the window may have grown meanwhile."""
        super().on_screen_resume()
        cover(self.app, self.app.size)

    def key_pressed(self, event: events.Key) -> bool:
        action = self.app.keymap.find(self.place, event.key)
        if action is not None and action.id in ("quit-now", "suspend", "take-back"):
            self.app.keyboard.perform(action, event)
        return True


def cover(app: ReltuiApp, size: Size) -> None:
    """Lay the small screen over everything, or take it away; the question of leaving may lie over it."""
    small = is_small(size.width, size.height)
    if small and app.depth >= 0 and not any(isinstance(screen, SmallScreen) for screen in app.screen_stack):
        app.push_screen(SmallScreen())
    elif not small and isinstance(app.screen, SmallScreen):
        app.pop_screen()
