"""The filter of lists: words, `key:value`, `!` turns one round. Pure.

Two keys are about time: `older:2d` is what waits for at least so long, `expires:4h` what has no more than so
long left.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from reltui.model.values import dataclass

AT_LEAST = "older"
AT_MOST = "expires"
NO_SPANS: Mapping[str, float | None] = {}


@dataclass(frozen=True, slots=True)
class Term:
    """One condition; all of a filter must hold."""

    text: str
    field: str = ""
    """Empty: any field."""
    negated: bool = False

    def matches(self, fields: Mapping[str, str], spans: Mapping[str, float | None] = NO_SPANS) -> bool:
        """Whether a record passes with these fields (name to text) and spans of time (`AT_LEAST`, `AT_MOST`
        to seconds). A span that is not known is no match."""
        if self.field:
            texts = [text for name, text in fields.items() if name.startswith(self.field)]
            found = any(part in text.casefold() for text in texts for part in self.text.split(","))
            found = found or any(
                self._spans(name, seconds) for name, seconds in spans.items() if name.startswith(self.field)
            )
        else:
            found = any(self.text in text.casefold() for text in fields.values())
        return found != self.negated

    def _spans(self, name: str, seconds: float | None) -> bool:
        limit = length_of(self.text)
        if limit is None or seconds is None:
            return False
        return seconds <= limit.total_seconds() if name == AT_MOST else seconds >= limit.total_seconds()


def parse(text: str) -> tuple[Term, ...]:
    """The conditions of a filter as typed; `key:a,b` means a or b, and keys may be shortened."""
    terms: list[Term] = []
    for word in text.casefold().split():
        negated = word.startswith("!")
        word = word.removeprefix("!")
        field, colon, value = word.partition(":")
        if colon and field.isalpha():
            if value:
                terms.append(Term(value, field, negated))
        elif word:
            terms.append(Term(word, "", negated))
    return tuple(terms)


def matches(
    terms: tuple[Term, ...], fields: Mapping[str, str], spans: Mapping[str, float | None] = NO_SPANS
) -> bool:
    """Whether a record with these fields and spans of time passes the whole filter."""
    return all(term.matches(fields, spans) for term in terms)


_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_LENGTH = re.compile(r"([0-9]{1,5})([smhdw]?)")


def length_of(text: str) -> timedelta | None:
    """A length of time as it is typed: "30m", "4h", "7d", "2w"; a number alone is days. None: it is none."""
    found = _LENGTH.fullmatch(text)
    return timedelta(seconds=int(found[1]) * _SECONDS[found[2] or "d"]) if found else None
