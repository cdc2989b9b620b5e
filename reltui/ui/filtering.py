"""The filter of lists, as the screens use it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from reltui.model.filtering import Term, matches, parse

__all__ = ["INBOX_WORDS", "Term", "matches", "parse", "without_empty_headings"]

INBOX_WORDS = (
    ("billing prod", "rows in which both words stand, wherever"),
    ("env:prod,uat", "of these stages; also project:, pipeline:, release:, server:, asked:"),
    ("type:mi", "pre, post, or mi for a manual intervention"),
    ("why:group", "direct, group, anyone, or override"),
    ("flag:back", "with this flag: back, older, new, own, last, drift, live, browser"),
    ("older:2d", "that wait for at least two days; m minutes, h hours, d days, w weeks"),
    ("expires:4h", "with at most four hours left; not those of which it is not known"),
    ("!env:qa", "the other way round: all but these"),
)
"""What can be typed into the filter of the inbox, and what it shows."""

K = TypeVar("K")


def without_empty_headings(keys: Sequence[K], is_heading: Callable[[K], bool]) -> Sequence[K]:
    """The keys of a list, without the headings under which nothing was left."""
    return [key for index, key in enumerate(keys) if not is_empty_heading(keys, index, is_heading)]


def is_empty_heading(keys: Sequence[K], index: int, is_heading: Callable[[K], bool]) -> bool:
    """Whether there is a heading at an index, and nothing under it."""
    return is_heading(keys[index]) and (index + 1 == len(keys) or is_heading(keys[index + 1]))
