"""Lines of spans -> strips of cells: the roles in the terminal's own sixteen colours."""

from __future__ import annotations

import os

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from reltui.model.text import SafeText
from reltui.ui.present import Cell, Line, Span, cut, fit, plain, width

PLAIN = Style()
ROLES = {
    "": PLAIN,
    "dim": Style(dim=True),
    "good": Style(color="green"),
    "bad": Style(color="red", bold=True),
    "warn": Style(color="yellow"),
    "wait": Style(color="yellow", bold=True),
    "info": Style(color="cyan"),
    "head": Style(bold=True),
    "mark": Style(color="magenta", bold=True),
    "key": Style(color="cyan", bold=True),
    "found": Style(reverse=True),
}
"""Colour only repeats what a word says (design.md 7). `present.Span.role` names one of these."""

_DARK = dict(ROLES)
_LIGHT = {
    # Yellow and cyan are not to be read on white.
    **_DARK,
    "warn": Style(color="magenta"),
    "wait": Style(color="magenta", bold=True),
    "info": Style(color="blue"),
    "mark": Style(color="blue", bold=True, underline=True),
    "key": Style(color="blue", bold=True),
}
_COLOURLESS = {
    role: Style(bold=style.bold, dim=style.dim, reverse=style.reverse) for role, style in _DARK.items()
}
THEMES = {"dark": _DARK, "light": _LIGHT, "plain": _COLOURLESS}

CURSOR = Style(reverse=True)
"""The line under the cursor: one style over the whole line, so that moving it costs few bytes."""


def use(theme: str) -> None:
    """Draw with the colours of a theme of `config.THEMES` from now on; NO_COLOR leaves none in any case."""
    ROLES.update(THEMES["plain" if os.environ.get("NO_COLOR") else theme])


def cell_line(cell: Cell, cells: int, *, right: bool, ascii: bool) -> Line:
    """A cell in exactly so many cells: a span cut in its middle, a line at its end, or filled with blanks."""
    if isinstance(cell, Span):
        line: Line = (Span(cut(cell.text, cells, ascii), cell.role),)
    else:
        line = fit(cell, cells, ascii)
    short = cells - width(plain(line))
    if short <= 0:
        return line
    blank = Span(SafeText(" " * short))
    return (blank, *line) if right else (*line, blank)


def strip(line: Line, cells: int, over: Style | None = None) -> Strip:
    """A line in exactly so many cells for the screen; `over` replaces every role's style."""
    segments: list[Segment] = []
    left = cells
    for span in line:
        if left <= 0:
            break
        text = span.text
        length = cell_len(text)
        if length > left:
            text, length = SafeText(set_cell_size(text, left)), left
        if text:
            segments.append(Segment(text, over or ROLES[span.role]))
            left -= length
    if left > 0:
        segments.append(Segment(" " * left, over or PLAIN))
    return Strip(segments, cells)
