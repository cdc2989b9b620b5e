"""The values of a configuration file, each checked on the way in; knows no table of it."""

from __future__ import annotations

import difflib
import tomllib
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from reltui.errors import ConfigError

T = TypeVar("T")


def hint(name: str, names: Sequence[str]) -> str:
    """The name that is nearest to a wrong one, or all there are."""
    return near(name, names).strip() or f"Allowed here: {', '.join(names)}."


def near(name: str, names: Sequence[str]) -> str:
    """The name that is nearest to a wrong one, as a question after a sentence; empty when none is near."""
    found = difflib.get_close_matches(name, names, 1)
    return f' Did you mean "{found[0]}"?' if found else ""


def mistake(file: Path | None, text: str, key: str, sentence: str) -> ConfigError:
    """A mistake in a configuration: its file, line and key in front, and nothing that a terminal obeys."""
    number = line_of(text, key)
    place = f"{file or 'config.toml'}{f':{number}' if number else ''}"
    return ConfigError("".join(c if c.isprintable() else "?" for c in f"{place}: {key}: {sentence}"))


def line_of(text: str, key: str) -> int:
    """The line on which a key stands, or else its table; 0 where neither does. `text` is valid TOML.

    `key` is as `Reader.fail` has it: "profiles.tfs01.url", "stage[2].window".
    """
    return statement_of(text, key)[0]


def statement_of(text: str, key: str) -> tuple[int, int]:
    """The first and last line of what sets a key, or else of its table's header; two zeros for neither."""
    lines = text.split("\n")
    statements: list[tuple[int, int]] = []
    begin = 1
    for number in range(1, len(lines) + 1):
        try:
            tomllib.loads("\n".join(lines[begin - 1 : number]))
        except ValueError:
            continue  # in the middle of a value of several lines
        statements.append((begin, number))
        begin = number + 1

    def depth(statement: tuple[int, int]) -> int:
        return _depth(tomllib.loads("\n".join(lines[: statement[1]])), key)

    # No further statement leads less deep, so the first that leads deepest is found by halves.
    deepest = depth(statements[-1]) if statements else 0
    return statements[bisect_left(statements, deepest, key=depth)] if deepest else (0, 0)


def _depth(raw: object, key: str) -> int:
    """How many characters of a key lead somewhere in a document."""
    if isinstance(raw, list) and key.startswith("["):
        number, _, rest = key[1:].partition("]")
        if not number.isdecimal() or not 0 < int(number) <= len(raw):
            return 0
        return len(number) + 2 + _below(raw[int(number) - 1], rest)
    if not isinstance(raw, dict):
        return 0
    # The longest name first: the name of a profile may hold dots.
    for name in sorted(raw, key=len, reverse=True):
        rest = key[len(name) :]
        if key.startswith(name) and rest[:1] in ("", ".", "["):
            return len(name) + _below(raw[name], rest)
    return 0


def _below(raw: object, rest: str) -> int:
    dot = rest.startswith(".")
    deeper = _depth(raw, rest[dot:])
    return deeper + dot if deeper else 0


class Reader:
    """Checks every key on the way in, and names the place of a mistake."""

    def __init__(self, file: Path, text: str = "") -> None:
        """`text` is what the file holds, for the number of the line."""
        self.file = file
        self._text = text

    def fail(self, key: str, sentence: str) -> ConfigError:
        return mistake(self.file, self._text, key, sentence)

    def known(self, where: str, table: Mapping[str, Any], names: Sequence[str]) -> None:
        for name in table:
            if name not in names:
                raise self.fail(f"{where}{name}", f"there is no such key. {hint(name, names)}")

    def table(self, key: str, value: object, example: str = "") -> Mapping[str, Any]:
        if not isinstance(value, dict):
            raise self.fail(key, f"must be a table, such as {example or f'[{key}]'}.")
        return value

    def text(self, key: str, value: object) -> str:
        if not isinstance(value, str):
            raise self.fail(key, "must be text in quotes.")
        return value

    def choice(self, key: str, value: object, names: Sequence[str]) -> str:
        text = self.text(key, value)
        if text not in names:
            raise self.fail(key, f"must be one of: {', '.join(names)}.{near(text, names)}")
        return text

    def flag(self, key: str, value: object) -> bool:
        if not isinstance(value, bool):
            raise self.fail(key, "must be true or false.")
        return value

    def number(self, key: str, value: object, low: float, high: float) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise self.fail(key, f"must be a number from {low:g} to {high:g} (seconds).")
        return float(value)

    def texts(self, key: str, value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(v and isinstance(v, str) for v in value):
            raise self.fail(key, 'must be a list of texts, such as ["A", "B"], none of them empty.')
        return tuple(value)

    def read(self, key: str, value: object, reader: Callable[[str], T]) -> tuple[T, ...] | None:
        """A list of texts, each through a reader that raises ValueError with a sentence; None for none."""
        if value is None:
            return None
        found = []
        for text in self.texts(key, value):
            try:
                found.append(reader(text))
            except ValueError as error:
                raise self.fail(key, f'"{text}" {error}') from None
        return tuple(found)
