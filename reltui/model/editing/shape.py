"""Changing one place of a JSON object without touching the object: copy on write, the order of keys kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from reltui.model.text import clean

Path = tuple[str | int, ...]
"""From the root to a place: names of members and places in lists."""
Json = dict[str, Any]


def at(raw: object, path: Path, default: Any = None) -> Any:
    """What stands there; the default where nothing does."""
    for step in path:
        if isinstance(step, int):
            if not isinstance(raw, list) or not 0 <= step < len(raw):
                return default
            raw = raw[step]
        else:
            if not isinstance(raw, Mapping) or step not in raw:
                return default
            raw = raw[step]
    return raw


def put(raw: Mapping[str, Any], path: Path, value: object) -> Json:
    """With a value at a place. Objects that are missing (or null) on the way are made.

    Raises ValueError: the way leads through a list that has no such place, or through a plain value.
    """
    return _object(_changed(raw, path, lambda _: value))


def without(raw: Mapping[str, Any], path: Path) -> Json:
    """Without the member or the entry there; as it was where there is none."""
    *way, last = path
    holder = at(raw, tuple(way))
    if isinstance(last, int):
        if not isinstance(holder, list) or not 0 <= last < len(holder):
            return _object(raw)
        rest: object = [*holder[:last], *holder[last + 1 :]]
    else:
        if not isinstance(holder, Mapping) or last not in holder:
            return _object(raw)
        rest = {key: value for key, value in holder.items() if key != last}
    return put(raw, tuple(way), rest) if way else _object(rest)


def insert(raw: Mapping[str, Any], list_path: Path, index: int, value: object) -> Json:
    """With one more entry in a list, which is made where there is none. Raises ValueError: it is no list."""
    entries = _list(raw, list_path)
    return put(raw, list_path, [*entries[:index], value, *entries[index:]])


def move(raw: Mapping[str, Any], list_path: Path, index: int, to: int) -> Json:
    """With an entry of a list at another place of it. Raises ValueError: there is no such place."""
    entries = list(_list(raw, list_path))
    if not (0 <= index < len(entries) and 0 <= to < len(entries)):
        raise _unexpected(list_path)
    entries.insert(to, entries.pop(index))
    return put(raw, list_path, entries)


def renamed(raw: Mapping[str, Any], path: Path, name: str) -> Json:
    """With a member under another name, at its old place among the others."""
    *way, last = path
    holder = at(raw, tuple(way))
    if not isinstance(holder, Mapping) or last not in holder:
        return _object(raw)
    renewed = {name if key == last else key: value for key, value in holder.items()}
    return put(raw, tuple(way), renewed) if way else renewed


def objects(raw: object, list_path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The entries of a list that are objects, each with its place; none where there is no list."""
    entries = at(raw, list_path)
    for place, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, Mapping):
            yield place, entry


def mapped(
    raw: Mapping[str, Any], list_path: Path, change: Callable[[Mapping[str, Any]], Mapping[str, Any] | None]
) -> Json:
    """With every object of a list changed; None takes it out. The same object where nothing changes."""
    entries = at(raw, list_path)
    if not isinstance(entries, list):
        return _object(raw)
    renewed = []
    for entry in entries:
        new = change(entry) if isinstance(entry, Mapping) else entry
        if new is not None:
            renewed.append(new)
    same = len(renewed) == len(entries) and all(a is b for a, b in zip(renewed, entries, strict=True))
    return _object(raw) if same else put(raw, list_path, renewed)


def _list(raw: Mapping[str, Any], path: Path) -> Sequence[object]:
    found = at(raw, path)
    if found is None:
        return []
    if not isinstance(found, list):
        raise _unexpected(path)
    return found


def _object(value: object) -> Json:
    # A place is always inside an object; the type of a definition says no more.
    return value if isinstance(value, dict) else dict(value) if isinstance(value, Mapping) else {}


def _changed(raw: object, path: Path, change: Callable[[object], object]) -> object:
    if not path:
        return change(raw)
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        if not isinstance(raw, list) or not 0 <= step < len(raw):
            raise _unexpected((step,))
        return [*raw[:step], _changed(raw[step], rest, change), *raw[step + 1 :]]
    if raw is None:
        raw = {}
    if not isinstance(raw, Mapping):
        raise _unexpected((step,))
    return {**raw, step: _changed(raw.get(step), rest, change)}


def _unexpected(path: Path) -> ValueError:
    where = clean(" ".join(map(str, path)), limit=100)
    return ValueError(f"The definition has something unexpected at {where}; edit it as text.")
