"""Lists with ranks, of stages and jobs: every change leaves them in order, ranked from 1 (VS402874)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reltui.model.decode import count_of
from reltui.model.editing.shape import Json, Path, at, put


def ordered(raw: Mapping[str, Any], list_path: Path) -> list[Any]:
    """The entries of a list by rank."""
    entries = at(raw, list_path)
    return sorted(entries if isinstance(entries, list) else [], key=_rank)


def position(raw: Mapping[str, Any], path: Path) -> int:
    """Which one by rank the entry at a path is."""
    own = at(raw, path)
    return next((n for n, entry in enumerate(ordered(raw, path[:-1])) if entry is own), 0)


def with_entries(raw: Mapping[str, Any], list_path: Path, entries: list[Any]) -> Json:
    """With these entries in this order, ranked; entries whose rank stays are not touched."""
    return put(raw, list_path, [_ranked(entry, rank) for rank, entry in enumerate(entries, 1)])


def with_entry(raw: Mapping[str, Any], list_path: Path, index: int, entry: Json) -> Json:
    """With one more entry at a position."""
    entries = ordered(raw, list_path)
    return with_entries(raw, list_path, [*entries[:index], entry, *entries[index:]])


def _rank(entry: object) -> int:
    return count_of(entry.get("rank")) if isinstance(entry, Mapping) else 0


def _ranked(entry: object, rank: int) -> object:
    if not isinstance(entry, Mapping) or entry.get("rank") == rank:
        return entry
    return {**entry, "rank": rank}
