"""The parts that all checks of a definition share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reltui.model.decode import int_of
from reltui.model.editing.shape import Path
from reltui.model.editing.slots import plain
from reltui.model.text import SafeText, clean
from reltui.model.values import dataclass
from reltui.model.words import within

NO_NAME = SafeText("(no name)")
"""Stands for a name where it is missing."""

NAME_MAXIMUM = 256
"""Characters of a name that the database of a server holds (U)."""
PORTAL_FORBIDS = frozenset('\\/:*?"<>|')
"""What the portal does not take in the name of a definition (U); other clients have got it in."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong at a place of the JSON."""

    path: Path
    sentence: str
    is_error: bool = True
    code: str = ""
    field: str = ""
    """Id of the field where the place alone does not tell it."""


Problems = Iterator[Problem]

NOT_LISTED = "is not among those that could be read"
"""Of an id that may well be there, since its list was not read whole."""


def warning(path: Path, sentence: str, field: str = "") -> Problem:
    """Something that the server takes and that is likely a mistake."""
    return Problem(path, sentence, is_error=False, field=field)


def named(row: object, key: str = "name") -> str:
    """What something is called, for a sentence."""
    return within(clean(text(row, key).strip()) or NO_NAME)


def text(row: object, key: str) -> str:
    """A member as text; empty when it is none."""
    value = row.get(key) if isinstance(row, Mapping) else None
    return "" if isinstance(value, (bool, list, Mapping)) else plain(value)


def whole_number(value: object) -> int | None:
    """A number; None for a truth, a text or nothing."""
    return None if isinstance(value, bool) else int_of(value)


def name_problems(
    path: Path, name: object, what: str, *, forbidden: frozenset[str] = frozenset()
) -> Problems:
    """A name that is empty, too long, or has characters in it that will not do."""
    found = name if isinstance(name, str) else ""
    if not found.strip():
        yield Problem(path, f"{what} has no name: type one.")
    elif len(found) > NAME_MAXIMUM:
        yield Problem(path, f"{what} has a name of {len(found)} characters: {NAME_MAXIMUM} are the most.")
    elif any(ord(char) < 32 or ord(char) == 127 for char in found):
        yield Problem(path, f"{what} has an invisible character in its name: type the name anew.")
    elif bad := sorted(forbidden & set(found)):
        yield warning(path, f"{what} has {' '.join(bad)} in its name, which the portal does not take.")
    elif found != found.strip():
        yield warning(path, f"{what} has a blank at an end of its name: take it out.")


def rows(value: Any, path: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """The objects of a list with their places; none where there is no list."""
    for place, row in enumerate(value if isinstance(value, list) else ()):
        if isinstance(row, Mapping):
            yield (*path, place), row
