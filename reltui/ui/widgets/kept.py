"""KeptLines: the lines of a widget as they go to the screen, made once and kept until they change.

Textual asks every widget of a screen for all its lines whenever one line of one of them has changed, and
looks at styles, borders and filters each time. Our widgets have none of the first two.
"""

from __future__ import annotations

from typing import Self

from textual.color import Color
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget


class KeptLines(Widget, inherit_bindings=False):
    """Draws by `render_line` alone: no border, no padding, no colours of the style sheet."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._kept: dict[int, Strip] = {}
        self._kept_for = Size(0, 0)
        self._ground: Color | None = None
        """The background that filters are told; None while it was not looked for."""

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        """Have these lines made anew, or all of them."""
        if regions:
            for region in regions:
                for y in region.line_range:
                    self._kept.pop(y, None)
        else:
            self._kept.clear()
            self._ground = None
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Lines of the widget for the screen; as Textual's own, which is slower."""
        size = self.size
        if crop.x or crop.width != size.width:
            return super().render_lines(crop)
        if self._kept_for != size:
            self._kept.clear()
            self._kept_for = size
        return [self._kept[y] if y in self._kept else self._make(y) for y in crop.line_range]

    def _make(self, y: int) -> Strip:
        made = self.render_line(y)
        if self._ground is None:
            self._ground = self.background_colors[1]
        for each in self.get_line_filters():
            made = made.apply_filter(each, self._ground)
        self._kept[y] = made
        return made
