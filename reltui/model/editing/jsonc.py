"""JSON as people write it: with // and /* */ comments, a comma after the last, and texts of several lines
between three single quotes; mistakes have a place."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import field
from typing import Any, NamedTuple, NoReturn

from reltui.model.editing.shape import Path
from reltui.model.values import dataclass

DEPTH_MAXIMUM = 100
"""Objects and lists within one another."""


class Place(NamedTuple):
    """Both counted from 1, as editors do."""

    line: int
    column: int


class Mistake(Exception):
    """A text that cannot be taken, with the place where to look."""

    def __init__(self, line: int, column: int, sentence: str) -> None:
        super().__init__(f"Line {line}, column {column}: {sentence}")
        self.line = line
        self.column = column
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Document:
    """What a text says, and where it says it."""

    value: Any
    places: Mapping[Path, Place] = field(default_factory=dict)
    """Of every value."""


_WHITE = " \t\n\r\ufeff\u00a0"
_SKIPPED = re.compile(rf"(?:[{_WHITE}]+|//[^\n]*|/\*(?s:.*?)\*/)*")
_STRING = re.compile(r'"(?:[^"\\\n]|\\[^\n])*"')
BLOCK = "'''"
_BLOCK = re.compile(r"'''[ \t]*\n(?P<text>(?s:.*?))\n[ \t]*'''")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![\w.])")
_BARE = re.compile(r"[^\s,:{}\[\]\"'/]+")
_LITERALS = {"true": True, "false": False, "null": None}
_NO_NUMBERS = ("nan", "infinity", "-infinity", "+infinity", "inf", "-inf", "+inf")


def parsed(text: str) -> Document:
    """The one value of a text, with the place of each value in it. Raises Mistake."""
    return _Reader(text.replace("\r\n", "\n").replace("\r", "\n")).document()


def is_blank(text: str) -> bool:
    """Nothing but blanks and comments."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _SKIPPED.fullmatch(text) is not None


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._ended = 0
        """Where a comma that lacks belongs: just behind the last thing that was read."""
        self._lines = [0, *(found.end() for found in re.finditer("\n", text))]
        self._places: dict[Path, Place] = {}

    def document(self) -> Document:
        self._skip()
        if self._at == len(self._text):
            self._wrong(0, "there is nothing in it; a definition begins with {.")
        value = self._value((), 0)
        self._skip()
        if self._at < len(self._text):
            self._wrong(self._at, "the text goes on behind the end of the definition.")
        return Document(value, self._places)

    def _place(self, at: int) -> Place:
        line = bisect_right(self._lines, at)
        return Place(line, at - self._lines[line - 1] + 1)

    def _wrong(self, at: int, sentence: str) -> NoReturn:
        raise Mistake(*self._place(at), sentence[:1].upper() + sentence[1:])

    def _skip(self) -> None:
        found = _SKIPPED.match(self._text, self._at)
        self._at = found.end() if found is not None else self._at
        if self._text.startswith("/*", self._at):
            self._wrong(self._at, "this comment is never closed; end it with */.")

    def _sign(self) -> str:
        """The next character that counts; empty at the end."""
        self._skip()
        return self._text[self._at : self._at + 1]

    def _take(self, length: int) -> None:
        self._at += length
        self._ended = self._at

    def _value(self, path: Path, depth: int) -> Any:
        sign = self._sign()
        self._places[path] = self._place(self._at)
        if sign in ("{", "["):
            if depth >= DEPTH_MAXIMUM:
                self._wrong(self._at, f"more than {DEPTH_MAXIMUM} brackets stand within one another here.")
            return self._object(path, depth) if sign == "{" else self._list(path, depth)
        if sign == '"':
            return self._string()
        return self._block() if self._text.startswith(BLOCK, self._at) else self._word()

    def _object(self, path: Path, depth: int) -> dict[str, Any]:
        begin, found = self._at, dict[str, Any]()
        self._take(1)
        while (sign := self._sign()) != "}":
            if sign != '"':
                self._no_name(begin, sign)
            at = self._at
            name = self._string()
            if name in found:
                self._wrong(at, f"the name {_shown(name)} is here twice in one object; keep one of them.")
            if self._sign() != ":":
                self._wrong(self._ended, f"a colon is missing behind the name {_shown(name)}.")
            self._take(1)
            found[name] = self._value((*path, name), depth + 1)
            self._comma("}", begin)
        self._take(1)
        return found

    def _list(self, path: Path, depth: int) -> list[Any]:
        begin, found = self._at, list[Any]()
        self._take(1)
        while self._sign() != "]":
            if self._at == len(self._text):
                self._wrong(begin, "this [ is never closed; end it with ].")
            found.append(self._value((*path, len(found)), depth + 1))
            self._comma("]", begin)
        self._take(1)
        return found

    def _comma(self, closing: str, begin: int) -> None:
        sign = self._sign()
        if sign == ",":
            self._take(1)
        elif not sign:
            self._wrong(begin, f"this {self._text[begin]} is never closed; end it with {closing}.")
        elif sign in "]}" and sign != closing:
            self._wrong(self._at, f"this {sign} closes nothing; a {closing} is missing before it.")
        elif sign != closing:
            # Nothing can be told within a text of several lines.
            place = self._at if self._text.endswith(BLOCK, 0, self._ended) else self._ended
            self._wrong(place, f"a comma is missing {'here' if place == self._ended else 'before this'}.")

    def _no_name(self, begin: int, sign: str) -> NoReturn:
        if not sign:
            self._wrong(begin, "this { is never closed; end it with }.")
        if sign == ",":
            self._wrong(self._at, "there is a comma too many here.")
        if sign in "]:":
            self._wrong(self._at, f"this {sign} has no place here.")
        self._wrong(self._at, "a name within double quotes must stand here.")

    def _string(self) -> str:
        found = _STRING.match(self._text, self._at)
        if found is None:
            self._wrong(self._at, "this text is never closed; end it with a double quote in the same line.")
        try:
            # Tabs and the like may stand in a text as they are.
            value: str = json.loads(found.group(), strict=False)
        except json.JSONDecodeError as error:
            self._wrong(
                self._at + error.pos, 'a backslash is written as \\\\, and a quote within a text as \\".'
            )
        self._take(len(found.group()))
        return value

    def _block(self) -> str:
        found = _BLOCK.match(self._text, self._at)
        if found is None:
            self._wrong(
                self._at,
                f"this text is never closed; {BLOCK} must end its first line and stand below its last.",
            )
        self._take(len(found.group()))
        return found["text"]

    def _word(self) -> Any:
        number = _NUMBER.match(self._text, self._at)
        if number is not None:
            value = self._number(number.group())
            self._take(len(number.group()))
            return value
        bare = _BARE.match(self._text, self._at)
        word = bare.group() if bare is not None else self._text[self._at : self._at + 1]
        if word in _LITERALS:
            self._take(len(word))
            return _LITERALS[word]
        self._wrong(self._at, _why_not(word))

    def _number(self, literal: str) -> int | float:
        try:
            value: int | float = json.loads(literal)
        except ValueError:
            self._wrong(self._at, "this number is too long.")
        if isinstance(value, float) and math.isinf(value):
            self._wrong(self._at, "this number is too large.")
        return value


def _why_not(word: str) -> str:
    if not word:
        return "a value is missing here."
    if word in ",:}]":
        return f"a value is missing before this {word}."
    if word == "'":
        return "texts stand within double quotes."
    if word.lower() in _NO_NUMBERS:
        return f"the word {_shown(word)} is no number that can be sent; write a number, or null."
    if word.lower() in _LITERALS:
        return f"write {word.lower()} in small letters."
    if word[:1] in "0123456789+-.":
        return f"the word {_shown(word)} is no number; write it like 30, -1 or 0.5, or within double quotes."
    return f"the word {_shown(word)} is no value; texts stand within double quotes."


def _shown(text: str) -> str:
    """A piece of the text for a sentence."""
    return quoted(text if len(text) <= 40 else f"{text[:37]}...")[1:-1]


def block(text: str) -> str | None:
    """A text of several lines as it is, between three single quotes; None where it would not be the same."""
    lines = text.split("\n")
    is_plain = all(map(_is_honest, text.replace("\n", "").replace("\t", "")))
    if len(lines) < 2 or not is_plain or BLOCK in text or any(line != line.rstrip() for line in lines):
        return None
    return f"{BLOCK}\n{text}\n{BLOCK}"


_HIDDEN = frozenset(map(chr, (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0)))
"""Letters by their category that draw nothing."""


def quoted(text: str) -> str:
    """A text as a JSON string that an editor can show: what steers a terminal, hides or turns the writing
    round is an escape. `parsed` gives back the very same text."""
    plain = json.dumps(text, ensure_ascii=False)
    if plain.isascii() and "\x7f" not in plain:
        return plain
    return "".join(character if _is_honest(character) else _escape(character) for character in plain)


def _is_honest(character: str) -> bool:
    if character == " " or ("!" <= character <= "~"):
        return True
    kind = unicodedata.category(character)
    is_selector = "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
    return kind[0] not in "CZ" and not is_selector and character not in _HIDDEN


def _escape(character: str) -> str:
    return json.dumps(character)[1:-1] if not character.isascii() else f"\\u{ord(character):04x}"
