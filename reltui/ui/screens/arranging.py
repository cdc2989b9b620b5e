"""What of a list passes the filter, and in which order; of a long list it is found between the keys."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Any, ClassVar, TypeVar

from reltui.ui import background, filtering
from reltui.ui.screens.pointing import PointingScreen

K = TypeVar("K", bound=Hashable)

LARGE = 2_000
"""Above so many rows keys are let through while a list is filtered and sorted."""
SLICE_SECONDS = 0.01
"""So long they wait at most."""
AT_ONCE = 50
"""Rows between two looks at the clock."""
RUN = 4_000
"""Rows that are sorted at once; the sorted runs are then put together in pairs."""


class ArrangingScreen(PointingScreen[K]):
    """Filters and sorts once for the same rows. `update` draws the list."""

    sorts: ClassVar[tuple[tuple[str, bool], ...]] = ()
    """Names of the orders that `s` goes through, and whether each begins with the largest; the first is the
    order of `rows` itself."""
    rows_are_sorted: ClassVar[bool] = False
    """`rows` gives them in the order that was chosen."""
    may_be_large: ClassVar[bool] = False
    """`passes` and `sort_value` know every key that `rows` gave last, until `update` is called again."""

    def __init__(self) -> None:
        super().__init__()
        self.filter = ""
        self.sort = 0
        self.reverse = False
        self._arranged: Sequence[K] = ()
        """The keys that pass the filter, in order; while that is being found, those that did."""
        self._arranged_of: Sequence[K] = ()
        """What they are taken from."""
        self._arranged_how: tuple[object, ...] = ()

    def is_heading(self, key: K) -> bool:
        """Whether this key is a heading, drawn across and skipped by the cursor."""
        return False

    def stays(self, key: K) -> bool:
        """Whether a heading stands for a record, which stays at the end in every order."""
        return False

    def fields(self, key: K) -> Mapping[str, str]:
        """Field name to text, for the filter."""
        return {}

    def passes(self, key: K, terms: tuple[filtering.Term, ...]) -> bool:
        """Whether a row passes the filter."""
        return filtering.matches(terms, self.fields(key))

    def sort_value(self, key: K, sort: str) -> Any:
        """What rows are ordered by; all values of one sort must be comparable."""
        raise NotImplementedError

    def arranged_by(self) -> Hashable:
        """What filter and order depend on besides the rows: while that and `rows` are the same objects, the
        list is not filtered and sorted again. None: always again."""
        return None

    def arranged(self) -> Sequence[K]:
        """What is to be shown now."""
        keys = self.rows()
        how = (self.filter, self.sort, self.reverse, self.arranged_by())
        if keys is self._arranged_of and how == self._arranged_how and how[-1] is not None:
            return self._arranged
        before, self._arranged_of, self._arranged_how = self._arranged_of, keys, how
        self.workers.cancel_group(self, "arrange")
        terms = filtering.parse(self.filter)
        if not (self.may_be_large and len(keys) > LARGE and (terms or self._is_sorting)):
            self._arranged = self._arrange(keys, terms)
            return self._arranged
        # Most often a refresh brings the same records, of which some are otherwise.
        if keys is not before and keys != before:
            known = set(keys)
            self._arranged = [key for key in self._arranged if key in known] if before else keys
        background.begin(self, partial(self._arrange_slowly, keys, terms), "arrange")
        return self._arranged

    @property
    def _is_sorting(self) -> bool:
        return bool(self.sort or self.reverse) and not self.rows_are_sorted

    def _arrange(self, keys: Sequence[K], terms: tuple[filtering.Term, ...]) -> Sequence[K]:
        if terms:
            keys = [key for key in keys if self.is_heading(key) or self.passes(key, terms)]
            keys = filtering.without_empty_headings(keys, self.is_heading)
        if not self._is_sorting:
            return keys
        records = [key for key in keys if not self.is_heading(key)]
        staying = [key for key in keys if self.is_heading(key) and self.stays(key)]
        if not self.sort:
            return [*reversed(records), *staying]
        name, descending = self.sorts[self.sort]
        reverse = descending != self.reverse
        return [*sorted(records, key=lambda key: self.sort_value(key, name), reverse=reverse), *staying]

    async def _arrange_slowly(self, keys: Sequence[K], terms: tuple[filtering.Term, ...]) -> None:
        """The same between the keys; ended by whatever makes it be arranged otherwise."""
        if terms:
            found = await kept(keys, lambda key: self.is_heading(key) or self.passes(key, terms))
            filled = await kept(
                range(len(found)), lambda index: not filtering.is_empty_heading(found, index, self.is_heading)
            )
            keys = [found[index] for index in filled]
        if self._is_sorting:
            records = await kept(keys, lambda key: not self.is_heading(key))
            staying = await kept(keys, lambda key: self.is_heading(key) and self.stays(key))
            if self.sort:
                name, descending = self.sorts[self.sort]
                reverse = descending != self.reverse
                records = await ordered(records, lambda key: self.sort_value(key, name), reverse=reverse)
            else:
                records.reverse()
            keys = [*records, *staying]
        await asyncio.sleep(0)
        self._arranged = keys
        if not self.is_left:
            self.update()


class Slices:
    """Lets other work through whenever a slice is over."""

    def __init__(self) -> None:
        self._end = time.perf_counter() + SLICE_SECONDS

    async def pause(self) -> None:
        """Wait if it is time to."""
        if time.perf_counter() > self._end:
            await asyncio.sleep(0)
            self._end = time.perf_counter() + SLICE_SECONDS


async def kept(keys: Sequence[K], keep: Callable[[K], bool]) -> list[K]:
    """Those that are to be kept, in their order."""
    slices, found = Slices(), list[K]()
    for start in range(0, len(keys), AT_ONCE):
        found += [key for key in keys[start : start + AT_ONCE] if keep(key)]
        await slices.pause()
    return found


async def ordered(keys: Sequence[K], value: Callable[[K], Any], *, reverse: bool) -> list[K]:
    """As `sorted` does."""
    slices, runs = Slices(), list[list[tuple[Any, K]]]()
    for first in range(0, len(keys), RUN):
        run: list[tuple[Any, K]] = []
        for start in range(first, min(first + RUN, len(keys)), AT_ONCE):
            run += [(value(key), key) for key in keys[start : min(start + AT_ONCE, first + RUN)]]
            await slices.pause()
        runs.append(sorted(run, key=itemgetter(0), reverse=reverse))
        await slices.pause()
    while len(runs) > 1:
        pairs, runs = runs, []
        for index in range(0, len(pairs), 2):
            both = [*pairs[index], *(pairs[index + 1] if index + 1 < len(pairs) else ())]
            await slices.pause()
            both.sort(key=itemgetter(0), reverse=reverse)
            runs.append(both)
            await slices.pause()
    return [key for _, key in runs[0]] if runs else []
