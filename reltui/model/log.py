"""Lines of a log: told apart and made safe (reliability.md C1, performance.md)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reltui.model.text import SafeText, clean

LINE_MAXIMUM = 10_000
"""Characters of one line that are kept."""
PORTION_BYTES = 2**16

_PLAIN = b"\n\t" + bytes(range(0x20, 0x7F))
_MARKS_MOST = 20
"""No mark is longer than so many characters."""


def split_lines(data: bytes, *, whole: bool) -> Sequence[bytes]:
    """The lines of a log without their line breaks; only ended ones unless it is `whole`."""
    lines = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").split(b"\n")
    # What follows the last line break is a line that is still being written, or nothing.
    if not whole or not lines[-1]:
        lines.pop()
    return lines


def clean_lines(lines: Sequence[bytes]) -> list[SafeText]:
    """Each line safe to show, tabs widened, cut at LINE_MAXIMUM with a mark.

    All lines are looked at together where that gives the same: a log has very many short ones.
    """
    if max(map(len, lines), default=0) > LINE_MAXIMUM:
        return [_cleaned(line) for line in lines]
    together = b"\n".join(lines)
    if not together.translate(None, _PLAIN):
        found = together.replace(b"\t", b"    ").decode("ascii").split("\n")
    elif b"\r\n" in together:
        found = []
    else:
        text = together.decode("utf-8", errors="replace")
        found = clean(text, lines=True, limit=_MARKS_MOST * len(text)).split("\n")
    if len(found) == len(lines) and max(map(len, found)) <= LINE_MAXIMUM:
        return [SafeText(line) for line in found]
    return [_cleaned(line) for line in lines]


def _cleaned(raw: bytes) -> SafeText:
    """A line of blanks stays one: in a log it hides nothing.

    What is cut off is not widened before: a line of megabytes would become four times as long for nothing.
    """
    line = raw.decode("utf-8", errors="replace")
    line = line[:LINE_MAXIMUM].replace("\t", "    ") + line[LINE_MAXIMUM:]
    return clean(line, limit=LINE_MAXIMUM) if line.strip(" ") else SafeText(line[:LINE_MAXIMUM])


def portions(lines: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """The lines in order, so many at a time that cleaning them takes a few milliseconds."""
    start = size = 0
    for place, line in enumerate(lines, 1):
        size += len(line) + 1
        if size >= PORTION_BYTES:
            yield lines[start:place]
            start, size = place, 0
    if start < len(lines):
        yield lines[start:]
