"""Plain lines on the screen: headers, rules, previews, status. Only lines that differ are painted."""

from __future__ import annotations

from collections.abc import Sequence

from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from reltui.model.text import SafeText
from reltui.ui.present import Line, Span
from reltui.ui.widgets.kept import KeptLines
from reltui.ui.widgets.movement import step_of
from reltui.ui.widgets.style import strip


class Lines(KeptLines, inherit_bindings=False):
    """A block of lines, scrolled by `scroll_lines` when there are more than fit."""

    DEFAULT_CSS = "Lines { height: 1; width: 1fr; }"

    class Resized(Message):
        """It has another height: what was told of the lines out of view is no longer so."""

        def __init__(self, pane: Lines) -> None:
            super().__init__()
            self.pane = pane

        @property
        def control(self) -> Lines:
            """Which one."""
            return self.pane

    def __init__(self, *, id: str | None = None, prefix: str = "") -> None:
        super().__init__(id=id)
        self.lines: Sequence[Line] = ()
        self.prefix = prefix
        """Drawn before every line, such as the rule between two panes."""
        self.top = 0
        self._told = 0
        """The height by which `below` was answered last."""

    def on_resize(self) -> None:
        """Tell whoever has asked for `below`."""
        if self._told and self._told != self.size.height:
            self.post_message(self.Resized(self))

    def show(self, lines: Sequence[Line]) -> None:
        """Replace the lines; the place scrolled to stays as far as it exists."""
        old, old_top = self.lines, self.top
        self.lines = lines
        self.top = max(0, min(self.top, len(lines) - self.size.height))
        if self.top != old_top:
            self.refresh()
            return
        regions = [
            Region(0, index - self.top, self.size.width, 1)
            for index in range(self.top, self.top + self.size.height)
            if (old[index] if index < len(old) else None) != (lines[index] if index < len(lines) else None)
        ]
        if regions:
            self.refresh(*regions)

    @property
    def below(self) -> int:
        """How many lines are out of view at the bottom."""
        self._told = self.size.height
        return max(0, len(self.lines) - self.top - self.size.height) if self.size.height else 0

    def scroll_lines(self, delta: int) -> None:
        """Move the view down (or up), as far as there is something."""
        top = max(0, min(self.top + delta, len(self.lines) - self.size.height))
        if top != self.top:
            self.top = top
            self.refresh()

    def perform(self, action: str) -> bool:
        """Do the movement with this action id (`keys.ACTIONS`); False when it is no such action."""
        step = step_of(action, self.size.height, len(self.lines))
        if step is None:
            return False
        self.scroll_lines(step)
        return True

    def render_line(self, y: int) -> Strip:
        index = self.top + y
        line = self.lines[index] if index < len(self.lines) else ()
        if self.prefix:
            line = (Span(SafeText(self.prefix), "dim"), *line)
        return strip(line, self.size.width)
