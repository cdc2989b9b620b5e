"""Searching a log in slices, so that keys are answered meanwhile; pure."""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence

from reltui.model.text import SafeText

LINES_AT_ONCE = 200
"""Lines that are tested between two looks at the clock."""


class Search:
    """The lines of a growing log that pass a test."""

    def __init__(self, test: Callable[[SafeText], bool]) -> None:
        self.test = test
        self.found: list[int] = []
        """Their indexes, ascending."""
        self.scanned = 0
        """So many lines were tested."""

    def scan(self, lines: Sequence[SafeText], seconds: float) -> bool:
        """Go on for so long at most; True when all lines were tested."""
        if self.scanned > len(lines):
            # The log has begun anew.
            self.found.clear()
            self.scanned = 0
        end = time.perf_counter() + seconds
        while self.scanned < len(lines):
            part = lines[self.scanned : self.scanned + LINES_AT_ONCE]
            self.found += [at for at, line in enumerate(part, self.scanned) if self.test(line)]
            self.scanned += len(part)
            if time.perf_counter() >= end:
                break
        return self.scanned == len(lines)

    def number_of(self, index: int) -> int:
        """The place of a line among those that were found, from 1; 0 when it is none of them."""
        place = bisect_left(self.found, index)
        return place + 1 if self.found[place : place + 1] == [index] else 0

    def after(self, index: int, count: int) -> tuple[int, bool] | None:
        """The first one behind a line, and whether it is the first of all since there is none behind.

        None while that cannot be told, or when nothing was found in all of the `count` lines.
        """
        place = bisect_right(self.found, index)
        if place < len(self.found):
            return self.found[place], False
        return (self.found[0], True) if self.found and self.scanned >= count else None

    def before(self, index: int, count: int) -> tuple[int, bool] | None:
        """As `after`, the other way: the last one before a line, else the last of all."""
        place = bisect_left(self.found, index) - 1
        if place >= 0 and self.scanned >= min(index, count):
            return self.found[place], False
        return (self.found[-1], True) if self.found and self.scanned >= count else None
