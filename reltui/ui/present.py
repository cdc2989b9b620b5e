"""Spans and lines, and how text is cut and broken to fit; pure.

present_words.py words times, names and states; the other present_*.py hold one subject each. Every text
here is already clean (`model.text`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo

from rich.cells import cell_len, split_graphemes

from reltui.model.text import SafeText
from reltui.model.values import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line. `role` names its meaning; the widgets give it a colour, which only repeats it."""

    text: SafeText
    role: str = ""
    """"", dim, good, bad, warn, wait, info, head, mark, key or found."""


Line = tuple[Span, ...]
Cell = Span | Line


@dataclass(frozen=True, slots=True)
class Look:
    """What the same data may be drawn differently by."""

    now: datetime
    """Aware; ages and "today" are counted from it."""
    ascii: bool = False
    zone: tzinfo | None = None
    """None: the zone of this machine."""
    minutes: int = 1
    """The step of ages below an hour and of the time left above one."""


def span(text: str, role: str = "") -> Span:
    """A span of text that reltui wrote itself, or put together from clean text."""
    return Span(SafeText(text), role)


def line(*parts: str | Span) -> Line:
    """A line of spans; plain text has no role."""
    return tuple(span(part) if isinstance(part, str) else part for part in parts)


def plain(cell: Cell) -> str:
    """The text of a cell or line, without its roles."""
    return cell.text if isinstance(cell, Span) else "".join(part.text for part in cell)


def joined(parts: Iterable[Line], between: str = ", ") -> Line:
    """Lines one after the other with a text between them."""
    whole: list[Span] = []
    for part in parts:
        if whole:
            whole.append(span(between))
        whole.extend(part)
    return tuple(whole)


def width(text: str) -> int:
    """How many terminal cells a text takes."""
    return cell_len(text)


def _clusters(text: str) -> list[tuple[str, int]]:
    """What is drawn as one sign, with its cells."""
    return [(text[start:end], cells) for start, end, cells in split_graphemes(text)[0]]


def ellipsis(ascii: bool) -> str:
    """The sign for what was cut away, one cell wide."""
    return "~" if ascii else "…"


def cut(text: str, cells: int, ascii: bool = False) -> SafeText:
    """Cut a text to so many cells, keeping its head and its tail: that is where names differ (C8)."""
    if text.isascii() and len(text) <= cells:
        return SafeText(text)
    if cells <= 0:
        return SafeText("")
    # A text of a mebibyte is not measured whole: what cannot be seen does not count.
    too_long = len(text) > 64 * cells
    if too_long:
        text = text[: 32 * cells] + text[-32 * cells :]
    clusters = _clusters(text)
    if not too_long and sum(size for _, size in clusters) <= cells:
        return SafeText(text)
    tail_cells = (cells - 1) // 3 if cells >= 6 else 0
    tail = ""
    used = 0
    for cluster, size in reversed(clusters):
        if used + size > tail_cells:
            break
        tail = cluster + tail
        used += size
    head = ""
    for cluster, size in clusters:
        if used + size > cells - 1:
            break
        head += cluster
        used += size
    return SafeText(head + ellipsis(ascii) + tail)


def cut_end(text: str, cells: int, ascii: bool = False) -> SafeText:
    """Cut a sentence to so many cells, keeping its beginning."""
    if width(text) <= cells:
        return SafeText(text)
    if cells <= 0:
        return SafeText("")
    head = ""
    used = 0
    for cluster, size in _clusters(text[: 64 * cells]):
        if used + size > cells - 1:
            break
        head += cluster
        used += size
    return SafeText(head + ellipsis(ascii))


def fit(whole: Line, cells: int, ascii: bool = False) -> Line:
    """Cut a line at its end to so many cells."""
    kept: list[Span] = []
    left = cells
    drawn = [part for part in whole if part.text]
    for index, part in enumerate(drawn):
        size = width(part.text)
        last = index == len(drawn) - 1
        if size < left or (size == left and last):
            kept.append(part)
            left -= size
            continue
        if left > 0:
            kept.append(Span(cut_end(part.text + ("" if last else " "), left, ascii), part.role))
        break
    return tuple(kept)


def padded(cell: Cell, cells: int) -> Line:
    """Fill a line with blanks to so many cells."""
    whole = (cell,) if isinstance(cell, Span) else cell
    return (*whole, span(" " * max(0, cells - width(plain(whole)))))


def wrap(whole: Line, cells: int, most: int = 0, ascii: bool = False) -> list[Line]:
    """Break a line at its words; with `most`, the last of at most so many lines is cut."""
    lines: list[list[Span]] = [[]]
    used = 0
    for part in whole:
        for word in _words(part.text):
            size = width(word)
            if used + size > cells and used:
                lines.append([])
                used = 0
                word = word.lstrip(" ")
                size = width(word)
            if size > cells:
                *full, word = _chop(word, cells)
                for piece in full:
                    lines[-1].append(Span(SafeText(piece), part.role))
                    lines.append([])
                size = width(word)
            if word:
                lines[-1].append(Span(SafeText(word), part.role))
                used += size
    found = [tuple(parts) for parts in lines if parts]
    if most and len(found) > most:
        rest = joined(found[most - 1 :], " ")
        found = [*found[: most - 1], fit(rest, cells, ascii)]
    return found or [()]


def flow(first: Line, rest: Line, cells: int, indent: int, ascii: bool = False) -> list[Line]:
    """Two parts in one line if they fit, else the second below the first, broken and set in."""
    if width(plain((*first, *rest))) <= cells:
        return [(*first, *rest)]
    below = wrap((Span(SafeText(rest[0].text.lstrip(" ")), rest[0].role), *rest[1:]), cells - indent)
    return [fit(first, cells, ascii), *((span(" " * indent), *row) for row in below)]


def _words(text: str) -> list[str]:
    """Words, each with the blanks before it, so that joining them gives the text again."""
    words: list[str] = []
    start = 0
    for index in range(1, len(text)):
        if text[index] == " " and text[index - 1] != " ":
            words.append(text[start:index])
            start = index
    return [*words, text[start:]] if text else []


def _chop(word: str, cells: int) -> list[str]:
    """A word in pieces of at most so many cells."""
    pieces = [""]
    used = 0
    for cluster, size in _clusters(word):
        if used + size > cells and used:
            pieces.append("")
            used = 0
        pieces[-1] += cluster
        used += size
    return pieces


@dataclass(frozen=True, slots=True)
class Field:
    """One labelled fact of a preview."""

    label: str
    value: Line
    lines: int = 1
    """At most so many lines when room is short; 0 for as many as it takes."""


def fields(facts: Sequence[Field], cells: int, look: Look, label: int = 9, roomy: bool = False) -> list[Line]:
    """Facts under one another, their values aligned; `roomy` breaks long values instead of cutting them."""
    lines: list[Line] = []
    for fact in facts:
        most = 0 if roomy else fact.lines
        broken = wrap(fact.value, cells - label - 2, most, look.ascii)
        for index, value in enumerate(broken):
            head = fact.label if index == 0 else ""
            lines.append((span(f" {head:<{label}} ", "dim"), *value))
    return lines
