"""ASCII alone, for terminals that draw nothing else: the last look at every line, whoever wrote it.

A letter that is not there becomes "?", never the letter that it looks like: a name without a "?" is shown as
it is.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import split_graphemes
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from reltui.model.text import SafeText

_ALIKE = {
    "-": "‐‑‒–—―−─━╌╴╶",
    "|": "│┃╎╵╷▏▎▍▌▐▕",
    "=": "═",
    "+": "┌┐└┘├┤┬┴┼",
    '"': "“”„‟«»",
    "'": "‘’‚‛",
    ".": "·•∙",
    "~": "…",
    " ": "\u00a0\u202f",
    "x": "×",
    ">": "→›▶▸",
    "<": "←‹◀◂",
    "^": "".join(map(chr, range(0x2400, 0x2425))) + "↑",
}
"""Signs of one cell and what stands for them; the last are what `clean` makes of control characters."""

_SIGNS = {ord(sign): plain for plain, signs in _ALIKE.items() for sign in signs}


def ascii_only(text: str) -> SafeText:
    """A clean text in ASCII, in as many cells as before."""
    if text.isascii():
        return SafeText(text)
    text = text.translate(_SIGNS)
    if text.isascii():
        return SafeText(text)
    pieces = ((text[start:end], cells) for start, end, cells in split_graphemes(text)[0])
    return SafeText("".join(piece if piece.isascii() else "?" * cells for piece, cells in pieces))


def is_typed(word: str, typed: str, ascii: bool) -> bool:
    """Whether a word that must be typed was; with `ascii`, as it is shown there."""
    typed = typed.strip()
    return typed == word or (ascii and typed == ascii_only(word).strip())


class AsciiFilter(LineFilter):
    """Puts every segment of a line into ASCII."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments in ASCII; the very same list when they are."""
        if all(segment.text.isascii() for segment in segments):
            return segments
        return [Segment(ascii_only(text), style, control) for text, style, control in segments]


_ASCII = (AsciiFilter(),)


def filters(ascii: bool) -> Sequence[LineFilter]:
    """What is put over every line."""
    return _ASCII if ascii else ()
