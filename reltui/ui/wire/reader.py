"""Reads what Textual writes of a frame: positions, styles, text and line ends, and nothing else."""

from __future__ import annotations

import re

from reltui.ui.wire.cells import Screen, cells_of
from reltui.ui.wire.styles import PLAIN, Style, Unreadable, after, on_blank

_TOKEN = re.compile(
    r"\x1b\[(?P<style>[0-9;]*)m|\x1b\[(?P<row>\d{1,5});(?P<column>\d{1,5})H|(?P<end>\n)"
    r"|(?P<text>[^\x00-\x1f\x7f-\x9f]+)"
)


def read(data: str, screen: Screen) -> None:
    """Draw a frame on a screen. Raises Unreadable; then part of it may be drawn."""
    style, x, y, at = PLAIN, screen.x, screen.y, 0
    while at < len(data):
        token = _TOKEN.match(data, at)
        if token is None:
            raise Unreadable(ascii(data[at : at + 20]))
        at = token.end()
        if token["text"] is not None:
            x = _write(screen, x, y, token["text"], style)
        elif token["style"] is not None:
            style = after(style, token["style"])
        elif token["row"] is not None:
            x, y = int(token["column"]) - 1, int(token["row"]) - 1
        elif y + 1 < screen.height:
            x, y = 0, y + 1
        else:
            raise Unreadable("a line end in the last line")
    if style != PLAIN or not (0 <= x < screen.width and 0 <= y < screen.height):
        raise Unreadable(f"{style} at {x}, {y}")
    screen.x, screen.y = x, y


def _write(screen: Screen, x: int, y: int, text: str, style: Style) -> int:
    cells = cells_of(text, style)
    end = x + len(cells)
    if not (0 <= y < screen.height and x >= 0 and end <= screen.width):
        raise Unreadable(f"{len(cells)} cells at {x}, {y}")
    row = screen.rows[y]
    # Half a wide character is none.
    if not row[x][0]:
        row[x - 1] = (" ", on_blank(row[x - 1][1]))
    if end < screen.width and not row[end][0]:
        row[end] = (" ", on_blank(row[end][1]))
    row[x:end] = cells
    return end
