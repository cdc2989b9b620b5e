"""The second layer of text safety (reliability.md C1 to C3): what may reach the terminal at all.

`model.text.clean` has made every text safe where it came in. Should one ever slip past it, `TextFilter` takes
its control characters out of the cells, `OutputGuard` lets only those sequences of Textual's through that are
known, and what is then read as cells is written with sequences of our own.
"""

from __future__ import annotations

import base64
import re

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_HIDDEN = (
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f"
)
"""Direction controls, invisible signs, tags, and halves of characters that cannot be encoded."""

_CONTROLS = re.compile(f"[\x00-\x1f\x7f-\x9f{_HIDDEN}]")

_IN_FRAMES = r"\[[0-9;]*m|\[\d+;\d+H"
"""Colours, and the cursor to row and column."""
_FORBIDDEN = re.compile(f"\x1b(?!{_IN_FRAMES})|[\x00-\x09\x0b-\x1a\x1c-\x1f\x7f-\x9f{_HIDDEN}]")
_WHOLE_WRITES = re.compile(
    "\x07"  # the bell
    "|\x1b\\]22;[a-z-]{0,20}\x07"  # the shape of the mouse pointer
    r"|(?:\x1b\[\?(?:7|25|1000|1003|1004|1006|1015|1016|1049|2004|2026|2048)[hl]"
    r"|\x1b\[\?(?:2026|2048)\$p"  # does the terminal know this mode?
    r"|\x1b\[>\d+u|\x1b\[<u)+"  # kitty keys on and off
)
"""Right only when they are all that is written; within a frame they are text that slipped through."""


CLIPBOARD_BYTES = 64 * 1024


def is_frame(data: str) -> bool:
    """Whether a write of Textual's draws on the screen, and does not only set the terminal."""
    return not _WHOLE_WRITES.fullmatch(data)


def without_controls(text: str) -> str:
    """A text that can end no sequence it is put into."""
    return _CONTROLS.sub("", text)


def clipboard(text: str) -> str:
    """What puts a clean text on the terminal's clipboard (OSC 52, write only, at most 64 kB; C3)."""
    whole = text.encode("utf-8", "replace")[:CLIPBOARD_BYTES].decode("utf-8", "ignore")
    data = whole.encode()
    return f"\x1b]52;c;{base64.b64encode(data).decode('ascii')}\x07"


class OutputGuard:
    """Lets text and our own sequences pass, and counts what it stops.

    Textual writes every frame and every sequence whole, so a sequence that is not complete within one
    write is not Textual's, and nothing has to be remembered between two writes.
    """

    def __init__(self) -> None:
        self.stopped = 0
        """Characters taken out since the start."""

    def passed(self, data: str) -> str:
        """What of this write may go out. A stopped sequence loses its control characters and is then text."""
        if not is_frame(data):
            return data
        kept, count = _FORBIDDEN.subn("", data)
        if count:
            self.stopped += count
        return kept


class TextFilter(LineFilter):
    """Takes control characters out of the text of cells, whatever widget drew them.

    A sequence inside a text has the same form as one of our own, so the guard below cannot tell them apart;
    here it is still known to be text.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stopped = 0

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments without control characters; the very same list when there is none."""
        if all(segment.text.isprintable() for segment in segments):
            return segments
        cleaned: list[Segment] = []
        for segment in segments:
            text, count = _CONTROLS.subn("", segment.text)
            self.stopped += count
            cleaned.append(Segment(text, segment.style, segment.control) if count else segment)
        return cleaned
