"""All of the screen again: after something else was on the terminal, or where what was written is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Size

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp


def paint_anew(app: ReltuiApp) -> None:
    """Write every cell of the screen again."""
    if app.driver is not None:
        app.driver.forget_screen()
    app.screen.refresh(layout=True)


def resized(app: ReltuiApp, size: Size) -> None:
    """The terminal has another size; or had one for a moment, of which Textual takes no notice."""
    if app.driver is not None and app.driver.screen_size == size:
        app.repaint()
