"""What was measured, and how runs are put together."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a goal, with its limit; most often a ratio of two things measured in turn."""

    name: str
    """What it is of; empty where the goal has one figure only."""
    value: float
    limit: float | None
    """At most this is wanted; None: it is told beside the others."""
    unit: str = ""
    note: str = ""
    """The numbers that it was made of."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A figure over several runs."""

    name: str
    limit: float | None
    unit: str
    runs: tuple[float, ...]
    note: str
    """That of the run in the middle."""

    @property
    def value(self) -> float:
        """The median."""
        return statistics.median(self.runs)

    @property
    def is_met(self) -> bool:
        """Whether the median is within the limit."""
        return self.limit is None or self.value <= self.limit


def summed_up(runs: Sequence[Sequence[Figure]]) -> tuple[Summary, ...]:
    """The figures of several runs, which all have the same figures in the same order."""
    found = []
    for figures in zip(*runs, strict=True):
        middle = statistics.median_low(figure.value for figure in figures)
        note = next(figure.note for figure in figures if figure.value == middle)
        first = figures[0]
        values = tuple(figure.value for figure in figures)
        found.append(Summary(first.name, first.limit, first.unit, values, note))
    return tuple(found)


def percentile(values: Sequence[float], part: float = 0.95) -> float:
    """The value that so large a part of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]
