"""The marks of a list, and the range that is being drawn with the cursor. By key; knows no screen."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


class Marks(Generic[K]):
    """Which records are marked."""

    def __init__(self) -> None:
        self.all: frozenset[K] = frozenset()
        """Another object after each change."""
        self.anchor: K | None = None
        """Where the range that is being drawn has begun."""
        self._before: frozenset[K] = frozenset()
        """The marks that there were before it."""
        self._gone: set[K] = set()
        self._ordered: tuple[Sequence[K], frozenset[K], Sequence[K]] = ((), frozenset(), ())
        """Some records, marks, and those of the records that are marked."""

    def take_gone(self) -> frozenset[K]:
        """The records that were marked and left the list since this was asked last, or since `forget`."""
        gone = frozenset(self._gone)
        self._gone.clear()
        return gone

    def ordered(self, keys: Sequence[K]) -> Sequence[K]:
        """The marked ones of these in their order; found again only when these or the marks have changed."""
        before, marks, found = self._ordered
        if keys is not before or marks is not self.all:
            found = [key for key in keys if key in self.all] if self.all else ()
            self._ordered = (keys, self.all, found)
        return found

    def keep_only(self, places: Callable[[], Mapping[K, int]]) -> bool:
        """Take the marks of records away that are not shown any more; True when there was one."""
        if not self.all and self.anchor is None:
            return False
        shown = places()
        if self.anchor not in shown:
            self.anchor = None
        lost = self.all - shown.keys()
        if lost:
            self._gone |= lost
            self.all -= lost
            self._before -= lost
        return bool(lost)

    def forget(self) -> None:
        """The range ends, and nobody is told any more what is gone."""
        self.anchor = None
        self._gone.clear()

    def begin_range(self, key: K) -> None:
        """From here on."""
        self.anchor = key
        self._before = self.all

    def with_range(self, records: Iterable[K]) -> frozenset[K]:
        """What is marked when the range has these."""
        return self._before.union(records)
