"""A button in one line: `[ Cancel ]`."""

from __future__ import annotations

from rich.style import Style
from rich.text import Text
from textual import events
from textual.message import Message
from textual.widget import Widget

from reltui.model.text import SafeText


class Choice(Widget, can_focus=True, inherit_bindings=False):
    """One choice of a dialog."""

    class Pressed(Message):
        """It was clicked; `at` is when, by `time.monotonic()`."""

        def __init__(self, choice: Choice, at: float) -> None:
            super().__init__()
            self.choice = choice
            self.at = at

    def __init__(self, label: SafeText | str, *, id: str) -> None:
        super().__init__(id=id)
        self.label = label

    def render(self) -> Text:
        style = Style(reverse=self.has_focus, dim=not self.can_focus)
        return Text(f"[ {self.label} ]", style=style, no_wrap=True)

    def on_focus(self) -> None:
        """Draw it chosen."""
        self.refresh()

    def on_blur(self) -> None:
        """Draw it not chosen."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """The mouse presses it; Enter is the dialog's business."""
        event.stop()
        self.post_message(self.Pressed(self, event.time))
