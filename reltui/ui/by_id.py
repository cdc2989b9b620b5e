"""ById: the records of a long list by their ids, in a third of the memory of a dictionary."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from operator import lt
from typing import Protocol, TypeVar


class Numbered(Protocol):
    """A record with an id."""

    @property
    def id(self) -> int:
        """Unique within its list."""


R = TypeVar("R", bound=Numbered)


class ById(Mapping[int, R]):
    """Servers list releases newest first: with falling ids, among which one is found by halving."""

    def __init__(self, rows: Sequence[R]) -> None:
        self._rows = rows
        self._rising: Sequence[int] = ()
        self._places: dict[int, int] = {}
        """Where they stand, if they are in another order."""
        try:
            self._rising = array("q", (row.id for row in reversed(rows)))
        except OverflowError:
            # No server has such ids; whatever sends them is not to end the program.
            self._rising = [row.id for row in reversed(rows)]
        if not all(map(lt, self._rising, islice(self._rising, 1, None))):
            self._rising = ()
            self._places = {row.id: index for index, row in enumerate(rows)}

    def __getitem__(self, key: int) -> R:
        if not self._rising:
            return self._rows[self._places[key]]
        at = bisect_left(self._rising, key)
        if at == len(self._rising) or self._rising[at] != key:
            raise KeyError(key)
        return self._rows[-1 - at]

    def __iter__(self) -> Iterator[int]:
        # In their order; of several with one id the last one counts, as in a dictionary.
        return iter(self._places) if self._places else (row.id for row in self._rows)

    def __len__(self) -> int:
        return len(self._places) or len(self._rising)
