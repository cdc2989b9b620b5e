"""An empty Textual application: what every figure is compared with."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.widgets import Static


class Empty(App[None]):
    """Two lines, a mark that `j` moves from one to the other, and a way out."""

    CSS = "Static { height: 1; }"
    BINDINGS = [Binding("q", "quit", "Quit"), Binding("j", "move", "Move")]  # noqa: RUF012 - as Textual does

    def compose(self) -> ComposeResult:
        """The word that is waited for stands in the first."""
        self.marked = 0
        yield Static("> READY")
        yield Static("  ready")

    def action_move(self) -> None:
        """Draw both lines anew."""
        self.marked = 1 - self.marked
        for number, (static, word) in enumerate(zip(self.query(Static), ("READY", "ready"), strict=True)):
            static.update(f"{'>' if number == self.marked else ' '} {word}")


if __name__ == "__main__":
    Empty().run()
