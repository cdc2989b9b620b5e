"""A page of lines of which some can be chosen: the text of a dialog with its options under it."""

from __future__ import annotations

from collections.abc import Sequence

from textual.geometry import Region
from textual.strip import Strip

from reltui.model.values import dataclass
from reltui.ui.present import Line, span
from reltui.ui.widgets.lines import Lines
from reltui.ui.widgets.movement import step_of
from reltui.ui.widgets.style import CURSOR, strip


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a page."""

    line: Line
    """Begins with a blank, where the cursor's sign goes."""
    key: str = ""
    """What is chosen by it; empty for a line that the cursor skips."""
    section: str = ""
    """Tab goes from section to section."""


class Form(Lines, inherit_bindings=False):
    """Takes the focus only while it has something to choose. It knows no keys: dialogs call `perform`."""

    can_focus = False

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.rows: Sequence[Row] = ()
        self._at = -1

    @property
    def cursor(self) -> str:
        """The key of the row that would be chosen; empty when there is nothing to choose."""
        return self.rows[self._at].key if 0 <= self._at < len(self.rows) else ""

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Replace the rows; the cursor stays on its key as far as that exists."""
        old = self.cursor
        self.rows = rows
        places = [index for index, row in enumerate(rows) if row.key]
        kept = [index for index in places if rows[index].key == old]
        self.can_focus = bool(places)
        before = self._at
        self._at = (kept or places or [-1])[0]
        self.show([row.line for row in rows])
        if before != self._at:
            self._paint(before)
            self._paint(self._at)

    def move_to_section(self, step: int) -> bool:
        """Go to the beginning of the next section, or of the one before; False when there is none."""
        starts = self._section_starts()
        here = self.rows[self._at].section if self._at >= 0 else ""
        names = [self.rows[index].section for index in starts]
        wanted = names.index(here) + step if here in names else 0
        if not 0 <= wanted < len(starts):
            return False
        self._move(starts[wanted])
        return True

    def move_to_end(self, *, last: bool) -> None:
        """Go to the first section, or to the last one."""
        starts = self._section_starts()
        if starts:
            self._move(starts[-1 if last else 0])

    def _section_starts(self) -> list[int]:
        starts: dict[str, int] = {}
        for index, row in enumerate(self.rows):
            if row.key:
                starts.setdefault(row.section, index)
        return list(starts.values())

    def perform(self, action: str) -> bool:
        if not self.has_focus:
            return super().perform(action)
        step = step_of(action, self.size.height, len(self.rows))
        if step is None:
            return False
        self._step(step)
        return True

    def _step(self, delta: int) -> None:
        """Go so many lines, to the nearest row there that can be chosen."""
        places = [index for index, row in enumerate(self.rows) if row.key]
        ahead = [index for index in places if (index > self._at if delta > 0 else index < self._at)]
        if not ahead:
            self.scroll_lines(delta)
            return
        wanted = self._at + delta
        self._move(min(ahead, key=lambda index: abs(index - wanted)))

    def _move(self, at: int) -> None:
        before, self._at = self._at, at
        self._keep_in_view()
        self._paint(before)
        self._paint(at)

    def _keep_in_view(self) -> None:
        """With the line above it, which may be the title of its section, and the one below."""
        height = self.size.height
        if not height or self._at < 0:
            return
        margin = 1 if height > 3 else 0
        top = min(self.top, self._at - margin)
        top = max(top, self._at + margin - height + 1)
        top = max(0, min(top, len(self.rows) - height))
        if top != self.top:
            self.top = top
            self.refresh()

    def _paint(self, index: int) -> None:
        if 0 <= index - self.top < self.size.height:
            self.refresh(Region(0, index - self.top, self.size.width, 1))

    def on_focus(self) -> None:
        """The cursor shows."""
        self._keep_in_view()
        self.refresh()

    def on_blur(self) -> None:
        """What the page says first is in view again, once a person goes on to the buttons."""
        self.top = 0
        self.refresh()

    def render_line(self, y: int) -> Strip:
        index = self.top + y
        if not self.has_focus or index != self._at or index >= len(self.lines):
            return super().render_line(y)
        first, *rest = self.lines[index]
        return strip((span(f">{first.text[1:]}"), *rest), self.size.width, CURSOR)
