"""The values of a configuration file, each checked on the way in; knows no table of it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from reltui.errors import ConfigError

T = TypeVar("T")


class Reader:
    """Checks every key on the way in, and names the place of a mistake."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def fail(self, key: str, sentence: str) -> ConfigError:
        line = f"{self.file}: {key}: {sentence}"
        return ConfigError("".join(c if c.isprintable() else "?" for c in line))

    def known(self, where: str, table: Mapping[str, Any], names: Sequence[str]) -> None:
        for name in table:
            if name not in names:
                near = difflib.get_close_matches(name, names, 1)
                hint = f' Did you mean "{near[0]}"?' if near else f" Allowed here: {', '.join(names)}."
                raise self.fail(f"{where}{name}", f"there is no such key.{hint}")

    def table(self, key: str, value: object, example: str = "") -> Mapping[str, Any]:
        if not isinstance(value, dict):
            raise self.fail(key, f"must be a table, such as {example or f'[{key}]'}.")
        return value

    def text(self, key: str, value: object) -> str:
        if not isinstance(value, str):
            raise self.fail(key, "must be text in quotes.")
        return value

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
