"""Safe readers of JSON: missing, null, unknown, wrong type, 0001-01-01 (api.md 8, reliability.md M9, C14)."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Generic, TypeVar

from reltui.errors import Malformed
from reltui.model.text import SafeText, clean
from reltui.model.values import dataclass

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

DEPTH_MAXIMUM = 64
"""Levels of nesting that an answer may have."""
INTEGER_MAXIMUM = 2**63 - 1
"""No id or count of the API is larger (int64)."""
UNREADABLE = "$reltui.unreadable"
"""Key of the object that `loads` puts in the place of a row with broken JSON in it; its value says why."""

_EMPTY = SafeText("")
_NO_STRUCTURE = bytes(b for b in range(256) if b not in b'[]{}:"')
_ONE_KIND = bytes.maketrans(b"[]", b"{}")
_STRINGS = re.compile(rb'"[^"]*"')
_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_PRUNED = "-Infinity"
"""The one word that a parser hook sees and that needs no place of its own in JSON."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that could not be read. It is shown as such, and nothing can be done with it."""

    id: int | None
    why: SafeText


@dataclass(frozen=True, slots=True)
class Rows(Generic[T]):
    """One page of a list as decoded: the good rows, and the bad ones apart."""

    items: tuple[T, ...]
    bad: tuple[BadRow, ...] = ()


def loads(data: bytes) -> object:
    """Parse an answer strictly. A byte order mark is allowed; bytes that are not UTF-8 become U+FFFD.

    A row of a list answer that holds a repeated key, NaN, an infinity, a number of thousands of digits or
    nesting over DEPTH_MAXIMUM becomes an object with the key UNREADABLE, so that the other rows can still be
    read. Integers over 64 bits are refused by the readers below.

    Raises Malformed: broken JSON, or one of these outside of a row.
    """
    structure = _structure(data)
    is_deep = _is_too_deep(structure)
    if is_deep:
        data = _pruned(data)
    text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="replace")
    parser = _Parser()
    try:
        value = None if is_deep else parser.quickly(text)
        # As many colons as members, or a key was there twice and one value is lost.
        if is_deep or parser.trouble or parser.members != structure.count(b":"):
            value = parser.slowly(text, too_deep=is_deep)
    except (RecursionError, ValueError):
        raise Malformed(_why_no_json(data, structure)) from None
    return _apart(value) if parser.trouble else value


def _why_no_json(data: bytes, structure: bytes) -> str:
    """In our own words: those of the parser are for programmers."""
    if not data.strip():
        return "The answer is empty, where JSON was expected."
    if structure.count(b"{") > structure.count(b"}"):
        return "The answer is cut: its JSON has no end; ask again."
    return "The answer is not valid JSON; a proxy or another program may have answered for the server."


class _Broken:
    """Stands in a parsed value where something must not be read."""

    def __init__(self, why: str, found: Mapping[str, Any] | None = None) -> None:
        self.why = why
        self.found = found


class _Parser:
    """Parses quickly while all is well, and once more to find out what is not."""

    def __init__(self) -> None:
        self.trouble = False
        self.members = 0
        self._is_pruned = False

    def quickly(self, text: str) -> object:
        """Counts the members of all objects; does not see a repeated key itself."""
        members = 0

        def count(found: dict[str, Any]) -> dict[str, Any]:
            nonlocal members
            members += len(found)
            return found

        try:
            value: object = json.loads(
                text, object_hook=count, parse_constant=self._constant, parse_float=self._float
            )
        except json.JSONDecodeError:
            raise
        except ValueError:
            # Only an integer beyond the interpreter's limit of digits comes here.
            self.trouble = True
            return None
        self.members = members
        return value

    def slowly(self, text: str, *, too_deep: bool) -> object:
        """Puts a _Broken wherever something must not be read; `too_deep`: `_pruned` was at work."""
        self._is_pruned = too_deep
        return json.loads(
            text,
            object_pairs_hook=self._pairs,
            parse_constant=self._constant,
            parse_float=self._float,
            parse_int=self._integer,
        )

    def _pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any] | _Broken:
        found = dict(pairs)
        if len(found) == len(pairs):
            return found
        self.trouble = True
        return _Broken("a key is repeated", found)

    def _constant(self, name: str) -> _Broken:
        self.trouble = True
        if self._is_pruned and name == _PRUNED:
            return _Broken("it is nested too deep")
        return _Broken(f"{name} is not a number")

    def _float(self, digits: str) -> float | _Broken:
        value = float(digits)
        if math.isfinite(value):
            return value
        self.trouble = True
        return _Broken("a number is too large")

    def _integer(self, digits: str) -> int | _Broken:
        if len(digits) <= 100:
            return int(digits)
        self.trouble = True
        return _Broken("a number is too large")


def _structure(data: bytes) -> bytes:
    """Only the brackets (all as braces) and colons that stand outside of strings; exact for valid JSON.

    In a few steps at the speed of bytes: it is done for every answer.
    """
    if _has_escaped_quote(data):
        first, *others = data.split(b"\\")
        parts, rest = [first], iter(others)
        for part in rest:
            # A backslash takes the next character along; where that is a backslash, the part is empty.
            parts.append(part[1:] if part else next(rest, b""))
        data = b"".join(parts)
    marks = data.translate(_ONE_KIND, _NO_STRUCTURE)
    # Taking out two quotes side by side keeps what is inside and what is outside of strings.
    return _STRINGS.sub(b"", marks.replace(b'""', b""))


def _has_escaped_quote(data: bytes) -> bool:
    at = data.find(b"\\")
    while at >= 0:
        if data[at + 1 : at + 2] == b'"':
            return True
        at = data.find(b"\\", at + 2)
    return False


def _is_too_deep(structure: bytes) -> bool:
    braces = structure.translate(None, b":")
    for _ in range(DEPTH_MAXIMUM):
        inner = braces
        braces = inner.replace(b"{}", b"")
        if len(braces) == len(inner):
            return False
    return b"{}" in braces


def _pruned(data: bytes) -> bytes:
    """Valid JSON without what is nested too deep: _PRUNED stands in its place."""
    pieces, kept, depth = [], 0, 0
    for token in _TOKENS.finditer(data):
        mark = token.group()
        if mark in (b"[", b"{"):
            depth += 1
            if depth == DEPTH_MAXIMUM + 1:
                pieces.append(data[kept : token.start()])
        elif mark in (b"]", b"}"):
            if depth == DEPTH_MAXIMUM + 1:
                pieces.append(_PRUNED.encode("ascii"))
                kept = token.end()
            depth -= 1
    return b"".join((*pieces, data[kept:]))


def _apart(value: object) -> object:
    """Put broken rows of a list answer apart."""
    rows = value.get("value") if isinstance(value, dict) else None
    if isinstance(value, dict) and isinstance(rows, list):
        outside = {k: v for k, v in value.items() if k != "value"}
        why = _why_broken(outside)
        if why is None:
            return {**outside, "value": [_row(row) for row in rows]}
    else:
        why = _why_broken(value)
    raise Malformed(f"The answer cannot be read: {why}.")


def _row(row: object) -> object:
    why = _why_broken(row)
    if why is None:
        return row
    found = row.found if isinstance(row, _Broken) else row
    number = int_of(found.get("id")) if isinstance(found, dict) else None
    return {"id": number, UNREADABLE: why}


def _why_broken(value: object) -> str | None:
    """Why something in it must not be read; None when all is well. The nesting is within bounds by now."""
    if isinstance(value, _Broken):
        return value.why
    inner: Sequence[object] = ()
    if isinstance(value, dict):
        inner = tuple(value.values())
    elif isinstance(value, list):
        inner = value
    return next((why for why in map(_why_broken, inner) if why is not None), None)


def rows(raw: object, read: Callable[[object], T]) -> Rows[T]:
    """Read a list answer, `{"count": n, "value": [...]}`, bad rows apart.

    Raises Malformed: it is not a list answer; an empty list is never assumed (reliability.md C12).
    """
    return rows_of(list_of_answer(raw), read)


def list_of_answer(raw: object) -> Sequence[object]:
    """The bare rows of a list answer. Raises Malformed when it is none, or says another count."""
    if not isinstance(raw, dict) or not isinstance(raw.get("value"), list):
        raise Malformed("The answer is not a list, though a list was asked for.")
    found: list[object] = raw["value"]
    count = int_of(raw.get("count"))
    if count is not None and count != len(found):
        raise Malformed(f"The answer says that it has {count} rows, but it has {len(found)}.")
    return found


def rows_of(items: Sequence[object], read: Callable[[object], T]) -> Rows[T]:
    """Read bare row objects, bad ones apart."""
    good: list[T] = []
    bad: list[BadRow] = []
    for item in items:
        try:
            good.append(read(item))
        except Malformed as error:
            bad.append(BadRow(row_id(item), clean(str(error))))
    return Rows(tuple(good), tuple(bad))


def row_id(item: object) -> int | None:
    """The id of a row, good or bad."""
    return int_of(item.get("id")) if isinstance(item, dict) else None


def object_of(raw: object, what: str) -> Mapping[str, Any]:
    """The row as an object. Raises Malformed; `what` names it in the sentence."""
    if not isinstance(raw, dict):
        raise Malformed(f"{what} is not an object.")
    if UNREADABLE in raw:
        raise Malformed(f"{what} cannot be read: {clean(str(raw[UNREADABLE]), limit=200)}.")
    return raw


def needed_id(raw: Mapping[str, Any], key: str, what: str) -> int:
    """A positive integer that identifies; raises Malformed."""
    value = raw.get(key)
    if type(value) is not int or not 0 < value <= INTEGER_MAXIMUM:
        raise Malformed(f"{what} has no usable {key}.")
    return value


def needed_int(raw: Mapping[str, Any], key: str, what: str) -> int:
    """An integer, 0 or more, that identifies; raises Malformed."""
    value = raw.get(key)
    if type(value) is not int or not 0 <= value <= INTEGER_MAXIMUM:
        raise Malformed(f"{what} has no usable {key}.")
    return value


def needed_text(raw: Mapping[str, Any], key: str, what: str) -> SafeText:
    """A text that identifies, cleaned to one line; an empty one as a mark. Raises Malformed."""
    value = raw.get(key)
    if not isinstance(value, str):
        raise Malformed(f"{what} has no usable {key}.")
    return text_of(value) or SafeText("‹blank›")


def needed_enum(
    raw: Mapping[str, Any], key: str, what: str, kind: type[E], numbers: Mapping[int, E]
) -> E | SafeText:
    """A value of an enumeration that identifies; unknown ones stay as text. Raises Malformed when missing."""
    value = raw.get(key)
    if type(value) is int or (isinstance(value, str) and value):
        return enum_of(value, kind, numbers)
    raise Malformed(f"{what} has no usable {key}.")


def needed_guid(raw: Mapping[str, Any], key: str, what: str) -> str:
    """A lower-case GUID; raises Malformed."""
    found = guid_of(raw.get(key))
    if not found:
        raise Malformed(f"{what} has no usable {key}.")
    return found


def text_of(value: object) -> SafeText:
    """One line, cleaned; empty when it is no text."""
    if not isinstance(value, str):
        return _EMPTY
    return _short(value) if len(value) <= 64 else clean(value)


# The same few names stand in every row of a page.
_short = lru_cache(maxsize=8192)(clean)


def lines_of(value: object) -> SafeText:
    """Cleaned text that keeps its line breaks; empty when it is no text."""
    return clean(value, lines=True) if value and isinstance(value, str) else _EMPTY


def scalar_of(value: object) -> SafeText:
    """A text, number or truth as one cleaned line; empty for anything else."""
    if isinstance(value, bool):
        return SafeText("true" if value else "false")
    if isinstance(value, int) and abs(value) <= INTEGER_MAXIMUM:
        return SafeText(str(value))
    if isinstance(value, float):
        return SafeText(repr(value))
    return text_of(value)


def int_of(value: object) -> int | None:
    """A 64-bit integer, or None."""
    return value if type(value) is int and abs(value) <= INTEGER_MAXIMUM else None


def count_of(value: object) -> int:
    """A 64-bit integer, 0 when there is none."""
    return value if type(value) is int and abs(value) <= INTEGER_MAXIMUM else 0


def float_of(value: object) -> float:
    """A finite number, 0 when there is none."""
    if isinstance(value, float) and math.isfinite(value):
        return value
    return float(int_of(value) or 0)


def bool_of(value: object, *, default: bool = False) -> bool:
    """True or false; the default when it is neither."""
    return value if isinstance(value, bool) else default


def date_of(value: object) -> datetime | None:
    """A moment in UTC; 0 to 7 digits of a second, with or without Z. None for the null date (api.md 8 #4)."""
    return _date(value) if isinstance(value, str) and len(value) <= 40 else None


@lru_cache(maxsize=4096)
def _date(value: str) -> datetime | None:
    if len(value) < 19 or value[10] not in "Tt" or not value.isascii():
        return None
    try:
        moment = datetime.fromisoformat(value)
        if moment.year <= 1:
            return None
        if moment.tzinfo is UTC:
            return moment
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def enum_of(value: object, kind: type[E], numbers: Mapping[int, E]) -> E | SafeText:
    """A member by name in any case or by number; unknown values as cleaned text, none as empty text."""
    if isinstance(value, str):
        members: Mapping[str, E] = _members(kind)
        found = members.get(value) or members.get(value.lower())
        return clean(value, limit=100) if found is None else found
    number = int_of(value)
    if number is None:
        return _EMPTY
    return numbers.get(number) or SafeText(str(number))


@lru_cache(maxsize=64)
def _members(kind: type[E]) -> Mapping[str, E]:
    return {**{m.value.lower(): m for m in kind}, **{m.value: m for m in kind}}


def guid_of(value: object) -> str:
    """A GUID in lower case with its hyphens; empty when it is none."""
    if not isinstance(value, str) or len(value) != 36:
        return ""
    text = value.lower()
    groups = text.split("-")
    shape = tuple(map(len, groups)) == (8, 4, 4, 4, 12)
    return text if shape and all(c in "0123456789abcdef-" for c in text) else ""


def mapping_of(value: object) -> Mapping[str, Any]:
    """An object, empty when it is none."""
    return value if isinstance(value, dict) else {}


def list_of(value: object) -> Sequence[Any]:
    """A list, empty when it is none."""
    return value if isinstance(value, list) else ()


def objects_of(value: object) -> Iterator[Mapping[str, Any]]:
    """The objects of a list; everything else in it is passed over."""
    return (item for item in list_of(value) if isinstance(item, dict))
