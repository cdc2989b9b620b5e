"""What a decision's comment must hold, and comments made from templates; pure."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping

from reltui.model.text import SafeText, clean

PLACES = (
    "definition",
    "release",
    "stage",
    "project",
    "server",
    "version",
    "branch",
    "attempt",
    "previous",
    "person",
    "date",
    "time",
)
"""What a template may name between braces; `{?}` is where the cursor goes."""
UNKNOWN = "<?>"
"""Stands for a value that is not known; a question mark alone may be meant."""
TEXT_MAXIMUM = 4_000
"""Characters of a comment that a pattern is looked for in."""
PATTERN_MAXIMUM = 500
WAYS_MAXIMUM = 5 * TEXT_MAXIMUM
"""Ways to try a pattern at one place of a text. One repeat without an end has 4,000, two have 16 million."""

_PLACE = re.compile(r"\{([^{}]*)\}")


def missing(pattern: str, hint: str, text: str) -> SafeText | None:
    """Why a comment is not enough, in one sentence; None when it is.

    `pattern` is a regular expression that `pattern_trouble` has found good, or empty; `hint` says in words
    what it wants. Only the first 4,000 characters are looked at.
    """
    if UNKNOWN in text:
        return SafeText(f"Not ready: fill in the {UNKNOWN}.")
    if not pattern or re.search(pattern, text[:TEXT_MAXIMUM]):
        return None
    return clean(f"The comment must hold {hint or f'what matches {pattern}'}.")


def fill(template: str, values: Mapping[str, str]) -> tuple[str, int]:
    """The comment that a template makes, and where the cursor goes in it: to `{?}`, or else to the end.

    `values` are clean texts by the names in `PLACES`; what is absent or empty becomes "<?>", with which no
    comment is ready. A value is never read as a template.
    """
    text, cursor, end = "", None, 0
    for place in _PLACE.finditer(template):
        text += template[end : place.start()]
        end = place.end()
        if place.group(1) == "?":
            cursor = len(text) if cursor is None else cursor
        else:
            text += values.get(place.group(1)) or UNKNOWN
    text += template[end:]
    return text, len(text) if cursor is None else cursor


def template_trouble(template: str) -> str:
    """What is wrong with a template, in a sentence; empty when nothing is."""
    found = [place.group(1) for place in _PLACE.finditer(template)]
    if any(name != "?" and name not in PLACES for name in found):
        names = " ".join(f"{{{name}}}" for name in PLACES)
        return f"has an unknown placeholder. Allowed here: {names}, and {{?}} for the cursor."
    return "has {?} more than once." if found.count("?") > 1 else ""


def pattern_trouble(pattern: str) -> str:
    """What is wrong with a regular expression, in a sentence; empty when nothing is.

    Python's search goes back and tries again, and cannot be stopped. So the ways that it could try at one
    place of a text are counted beforehand, and a pattern with too many is refused.
    """
    if len(pattern) > PATTERN_MAXIMUM:
        return f"is longer than {PATTERN_MAXIMUM} characters."
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            compiled = re.compile(pattern)
        if compiled.flags & re.VERBOSE or re.search(r"\\[1-9]|\(\?P=|\(\?\(", pattern):
            return "must not refer back to a group, nor have the flag x."
        ways = _Ways(pattern).alternatives()
    except (re.error, Warning, OverflowError, RecursionError) as error:
        return f"is not a regular expression: {error}."
    if ways > WAYS_MAXIMUM:
        return (
            "could take for ever. Only one part may repeat without an end, and a part that repeats must hold "
            "no other repeat and no |; write limits, such as {1,20}, and classes, such as [AB]."
        )
    return ""


class _Ways:
    """Counts the ways in which a good regular expression can match at one place, from above."""

    _REPEAT = re.compile(r"(?:([*+?])|\{([0-9]*)(,?)([0-9]*)\})[?+]?")
    _ATOM = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)
    _OPENING = re.compile(r"\((?:\?(?:P<\w+>|<?[=!]|[>:]|[aiLmsux-]+:))?")
    _ASIDE = re.compile(r"\(\?(?:#[^)]*|[aiLmsux]+)\)")

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    def alternatives(self) -> int:
        """The sum over what stands between bars, to the closing parenthesis or the end."""
        found = self._sequence()
        while self._pattern[self._at : self._at + 1] == "|":
            self._at += 1
            found = _bounded(found + self._sequence())
        return found

    def _sequence(self) -> int:
        found = 1
        while self._at < len(self._pattern) and self._pattern[self._at] not in "|)":
            aside = self._ASIDE.match(self._pattern, self._at)
            if aside:
                self._at = aside.end()
            else:
                found = _bounded(found * self._repeated(self._one()))
        return found

    def _one(self) -> int:
        opening = self._OPENING.match(self._pattern, self._at)
        if opening is None:
            atom = self._ATOM.match(self._pattern, self._at)
            self._at = atom.end() if atom else len(self._pattern)
            return 1
        self._at = opening.end()
        found = self.alternatives()
        self._at += 1
        return found

    def _repeated(self, ways: int) -> int:
        repeat = self._REPEAT.match(self._pattern, self._at)
        # A brace that holds no numbers is a brace.
        if repeat is None or repeat.group() in ("{}", "{}?", "{}+"):
            return ways
        self._at = repeat.end()
        sign, least, comma, most = repeat.groups()
        if sign:
            low, high = (1 if sign == "+" else 0), (1 if sign == "?" else TEXT_MAXIMUM)
        else:
            low = int(least or 0)
            high = min(int(most), TEXT_MAXIMUM) if most else TEXT_MAXIMUM if comma else low
        if ways == 1:
            return max(high - min(low, high) + 1, 1)
        return _bounded(sum(_bounded(ways**count) for count in range(min(low, 64), min(high, 64) + 1)))


def _bounded(ways: int) -> int:
    return min(ways, WAYS_MAXIMUM + 1)
