"""A log line as it is drawn: its time, its kind as a word, broken or cut to fit; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from functools import lru_cache

from rich.cells import split_graphemes

from reltui.model.text import SafeText
from reltui.model.values import dataclass
from reltui.ui.present import Line, Span, cut_end, span, width

STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d)(?:\.\d{1,9})?(?:Z|\+00:00)(?: |\Z)")
"""What agents write before each line: the time in UTC, by ISO 8601."""
MARKER = re.compile(r"##\[(error|warning|section|command|debug)\]", re.IGNORECASE)
KINDS: dict[str, tuple[str, str]] = {
    "error": ("ERROR ", "bad"),
    "warning": ("WARN ", "warn"),
    "section": ("SECTION ", "head"),
    "command": ("CMD ", "info"),
    "debug": ("DEBUG ", "dim"),
}
"""Marker of an agent to the word that is shown in its place, and the role of the line."""
RULERS = "=-*_#"


@dataclass(frozen=True, slots=True)
class LogLook:
    """How the lines of a log are drawn."""

    times: bool = True
    """The time of day stands before each line that has one."""
    wrapped: bool = True
    """Long lines are broken; else cut."""
    ascii: bool = False
    zone: tzinfo | None = None
    """None: the zone of this machine."""


def is_error(line: str) -> bool:
    """An agent, or the task, has marked the line as an error."""
    # Most lines have no marker at all, and telling that is the quick part.
    if "##[" not in line:
        return False
    stamp = STAMP.match(line)
    marker = MARKER.match(line, stamp.end() if stamp else 0)
    return marker is not None and marker[1].lower() == "error"


def line_parts(line: str, look: LogLook) -> tuple[str, str, str]:
    """Time with a blank behind it (or nothing), what is shown of the line, and the role of that."""
    stamp = STAMP.match(line)
    start = stamp.end() if stamp else 0
    time = f"{_minute(stamp[1], look.zone)}{stamp[2]} " if stamp and look.times else ""
    marker = MARKER.match(line, start)
    if marker is None:
        return time, line[start:], ""
    word, role = KINDS[marker[1].lower()]
    return time, word + line[marker.end() :].lstrip(" "), role


def shown_text(line: str, look: LogLook) -> str:
    """A line as it is read, in which words are found."""
    time, text, _ = line_parts(line, look)
    return time + text


@lru_cache(maxsize=4096)
def _minute(iso: str, zone: tzinfo | None) -> str:
    """The local hour and minute of a minute in UTC; as the server wrote it when there is no such time."""
    try:
        here = datetime.fromisoformat(iso).replace(tzinfo=UTC).astimezone(zone)
    except (ValueError, OverflowError):
        return iso[11:]
    return f"{here.hour:02d}:{here.minute:02d}"


def log_rows(line: str, cells: int, look: LogLook) -> tuple[Line, ...]:
    """A log line as it is drawn in so many cells: one row, or as many as it takes."""
    time, text, role = line_parts(line, look)
    before = (span(time, "dim"),) if time else ()
    room = max(cells - len(time), 1)
    if not look.wrapped:
        # A line of ten thousand signs is not measured whole.
        near = text[: 8 * room + 1]
        ending = " " if len(near) < len(text) else ""
        return ((*before, Span(cut_end(near + ending, room, look.ascii), role)),)
    # A ruler says nothing in a second row.
    is_ruler = len(text) > room and text[0] in RULERS and not text.strip(text[0])
    first, *rest = (text[:room],) if is_ruler else _pieces(text, room)
    indent = (span(" " * len(time)),) if time else ()
    return (
        (*before, Span(SafeText(first), role)),
        *((*indent, Span(SafeText(piece), role)) for piece in rest),
    )


def _pieces(text: str, cells: int) -> Iterator[str]:
    """A text in pieces of at most so many cells, broken after a blank where there is one near the end."""
    if text.isascii():
        start = 0
        while len(text) - start > cells:
            blank = text.rfind(" ", start + cells // 2, start + cells + 1)
            end = blank + 1 if blank >= 0 else start + cells
            yield text[start : min(end, start + cells)]
            start = end
        yield text[start:]
        return
    piece, used, blank = 0, 0, -1
    for start, end, size in split_graphemes(text)[0]:
        while used + size > cells and start > piece:
            cut = blank if blank > piece else start
            yield text[piece:cut]
            piece, blank = cut, -1
            used = width(text[cut:start])
        used += size
        if text[start:end] == " " and used > cells // 2:
            blank = end
    yield text[piece:]


def search_pattern(words: str) -> re.Pattern[str]:
    """What finds plain words: whatever their case, unless they have capitals."""
    return re.compile(re.escape(words), 0 if words != words.lower() else re.IGNORECASE)


def with_found(row: Line, pattern: re.Pattern[str]) -> Line:
    """A row in which what was found stands out."""
    parts: list[Span] = []
    for part in row:
        at = 0
        for found in pattern.finditer(part.text):
            if found.start() > at:
                parts.append(Span(SafeText(part.text[at : found.start()]), part.role))
            parts.append(Span(SafeText(found.group()), "found"))
            at = found.end()
        if at < len(part.text) or not part.text:
            parts.append(Span(SafeText(part.text[at:]), part.role))
    return tuple(parts)
