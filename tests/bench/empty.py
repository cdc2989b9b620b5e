"""An empty Textual application: what every figure is compared with."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.widgets import Static


class Empty(App[None]):
    """One word, and a way out."""

    BINDINGS = [Binding("q", "quit", "Quit")]  # noqa: RUF012 - as Textual declares it

    def compose(self) -> ComposeResult:
        """The word that is waited for."""
        yield Static("READY")


if __name__ == "__main__":
    Empty().run()
