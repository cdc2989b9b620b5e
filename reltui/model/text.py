"""clean(): the one door in for text from a server (design.md section 4, reliability.md C1, C5, C6, C8).

What cannot be drawn honestly becomes a visible mark: a control picture for C0 and DEL (a line break is
"␤"), and the code point between "‹" and "›" for everything else that is invisible or steers a terminal.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NewType

SafeText = NewType("SafeText", str)
"""Text that went through `clean`, or that reltui wrote itself. Nothing else is shown or written."""

MAXIMUM = 65_536
"""Characters of one text that are kept."""
COMBINING_MAXIMUM = 6
"""Combining marks on one letter that are kept; no honest script stacks more."""

# Letters and signs that never need a second look; the fast way through.
_LETTERS = (
    r" -~\u00a1-\u00ac\u00ae-\u02af\u0370-\u0377\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u0482"
    r"\u048a-\u052f\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2100-\u21ff\u4e00-\u9ffc"
)
_PLAIN = re.compile(f"[{_LETTERS}]*")
_PLAIN_LINES = re.compile(f"[\n{_LETTERS}]*")

_BLANK_BUT_ALLOWED = frozenset(" \u00a0\u202f\u3000")
# Letters and marks by category that nevertheless draw nothing.
_INVISIBLE = frozenset(
    map(chr, (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, 0x1D159))
) | frozenset(map(chr, (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
# Presentation selectors and joiners of emoji: dropped, so that every terminal draws the same parts.
_EMOJI = (
    "[\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u27bf\u2900-\u2bff"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
_EMOJI_JOINERS = re.compile(
    f"(?<={_EMOJI})[\ufe0e\ufe0f]*\u200d(?={_EMOJI})|(?<={_EMOJI})[\ufe0e\ufe0f]+|(?<=[0-9#*])\ufe0f(?=\u20e3)"
)
_CUT_MARK = re.compile(r"‹[0-9]{1,12} more›\Z")
_MARKS = re.compile(r"[␀-␤]|‹(?:U\+[0-9A-F]{4,6}(?:×[0-9]+)?|\+[0-9]+|[0-9]{1,12} more|blank)›")
_BASE = "◌"


def clean(value: str, *, lines: bool = False, limit: int = MAXIMUM) -> SafeText:
    """Make text from outside safe to show, write and copy; idempotent.

    One line unless `lines` (comments, logs), which keeps line breaks. Not longer than `limit` but for a mark
    that says how much was cut. A text of blanks only becomes a mark; an empty one stays empty.
    """
    plain = _PLAIN_LINES if lines else _PLAIN
    if len(value) <= limit and plain.fullmatch(value) and (not value or not value.isspace()):
        return SafeText(value)
    return _clean(value, lines, limit)


def _clean(value: str, lines: bool, limit: int) -> SafeText:
    known = _CUT_MARK.search(value)
    if known and known.start() <= limit:
        head = _drawable(value[: known.start()], lines)
        if len(head) <= limit:
            return SafeText(head + known.group())
    cut = max(len(value) - limit, 0)
    text = _drawable(value[:limit], lines)
    cut += max(len(text) - limit, 0)
    if cut:
        return SafeText(f"{text[:limit]}‹{cut} more›")
    if text and text.isspace():
        return SafeText("‹blank›")
    return SafeText(text)


def _drawable(text: str, lines: bool) -> str:
    """Every character that cannot be drawn honestly as a mark."""
    text = text.replace("\r\n", "\n")
    if lines:
        text = text.replace("\t", "    ")
    if "\u200d" in text or "\ufe0e" in text or "\ufe0f" in text:
        text = _EMOJI_JOINERS.sub("", text)
    kinds = {c: _kind(c) for c in set(text)}
    bad = "".join(c for c, kind in kinds.items() if kind == "bad" and not (lines and c == "\n"))
    if bad:
        text = re.sub(f"([{re.escape(bad)}])\\1*", _mark, text)
    if "combining" in kinds.values():
        marks = re.escape("".join(c for c, kind in kinds.items() if kind == "combining"))
        text = re.sub(f"([{marks}]{{{COMBINING_MAXIMUM}}})([{marks}]+)", _bounded, text)
        text = re.sub(f"(^|\\n)(?=[{marks}])", f"\\1{_BASE}", text)
    return text


@lru_cache(maxsize=4096)
def _kind(char: str) -> str:
    """ "bad", "combining" or "good"."""
    if char in _INVISIBLE:
        return "bad"
    category = unicodedata.category(char)
    if category in ("Mn", "Me", "Mc"):
        return "combining"
    if category[0] in "CZ" and char not in _BLANK_BUT_ALLOWED:
        return "bad"
    return "good"


def _mark(run: re.Match[str]) -> str:
    char, count = run.group(1), len(run.group())
    code = ord(char)
    if char == "\n":
        return "␤" * count
    if code < 0x20:
        return chr(0x2400 + code) * count
    if code == 0x7F:
        return "␡" * count
    return f"‹U+{code:04X}›" if count == 1 else f"‹U+{code:04X}×{count}›"


def _bounded(run: re.Match[str]) -> str:
    return f"{run.group(1)}‹+{len(run.group(2))}›"


def has_marks(text: str) -> bool:
    """True when `clean` put a mark in or cut it: the text is not what the server has."""
    return bool(_MARKS.search(text)) or _BASE in text


def is_suspicious(text: str) -> bool:
    """True when a name may look like another one: the badge of reliability.md C6.

    A mark was put in, a character is a compatibility form of another, or one word mixes scripts.
    """
    if text.isascii():
        return False
    if _MARKS.search(text) or _BASE in text or "\ufffd" in text:
        return True
    if any(unicodedata.category(c)[0] in "LNZ" and unicodedata.normalize("NFKC", c) != c for c in text):
        return True
    return any(len(_scripts(word)) > 1 for word in re.findall(r"[^\W\d_]+", text))


# Scripts that are honestly written together in one word.
_EAST_ASIAN = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "KATAKANA-HIRAGANA"})


def _scripts(word: str) -> set[str]:
    found = set()
    for char in word:
        name = unicodedata.name(char, "").split(" ", 1)[0]
        found.add("EAST ASIAN" if name in _EAST_ASIAN else name)
    return found - {"", "MODIFIER", "COMBINING"}


def width(text: str) -> int:
    """Display cells: 2 for wide and full-width characters, 0 for combining marks."""
    if text.isascii():
        return len(text)
    return sum(map(_cells, text))


def _cells(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def cut(text: SafeText, cells: int) -> SafeText:
    """Make it fit into so many cells, with "…" where the middle was; head and tail stay (C8).

    Names are told apart by their ends ("...-PROD-01"), so the tail keeps two fifths.
    """
    if len(text) > 64 * cells > 0:
        # A very long text is not measured whole: what cannot be seen does not count.
        text = SafeText(text[: 32 * cells] + text[-32 * cells :])
    if width(text) <= cells:
        return text
    if cells <= 1:
        return SafeText("…"[: max(cells, 0)])
    tail_cells = (cells - 1) * 2 // 5
    head, used = 0, 0
    while used + _cells(text[head]) <= cells - 1 - tail_cells:
        used += _cells(text[head])
        head += 1
    tail, used = len(text), 0
    while used + _cells(text[tail - 1]) <= tail_cells:
        used += _cells(text[tail - 1])
        tail -= 1
    while tail < len(text) and _cells(text[tail]) == 0:
        tail += 1
    return SafeText(f"{text[:head]}…{text[tail:]}")
