"""The table of performance goals with what was measured, as Markdown and as JSON."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from tests.bench.figures import Summary

HEADS = ("#", "size", "what", "goal", "measured", "met")
STOCK_HEAD = "stock driver"


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of measuring a goal with one driver: figures, or why there are none."""

    figures: tuple[Summary, ...] = ()
    trouble: str = ""

    @property
    def verdict(self) -> str:
        """Whether the goal is met; a goal without limit at this size is only told."""
        if self.trouble:
            return "not measured"
        if all(figure.limit is None for figure in self.figures):
            return "-"
        return "yes" if all(figure.is_met for figure in self.figures) else "no"

    def words(self) -> str:
        """All figures in one cell."""
        return f"not measured: {self.trouble}" if self.trouble else "; ".join(map(in_words, self.figures))

    def document(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "met": self.verdict,
            "not_measured": self.trouble,
            "figures": [
                {
                    "name": figure.name,
                    "value": round(figure.value, 4),
                    "unit": figure.unit,
                    "limit": figure.limit,
                    "met": figure.is_met,
                    "runs": [round(value, 4) for value in figure.runs],
                    "note": figure.note,
                }
                for figure in self.figures
            ],
        }


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: a goal at a size; `stock` is the same with Textual's own driver."""

    id: str
    what: str
    goal: str
    size: str
    """Empty where the size of the terminal plays no part."""
    ours: Measured
    stock: Measured | None = None

    def document(self) -> dict[str, Any]:
        """The JSON form."""
        found = {"id": self.id, "what": self.what, "goal": self.goal, "size": self.size}
        stock = {} if self.stock is None else {"stock": self.stock.document()}
        return {**found, **self.ours.document(), **stock}


def document(lines: Sequence[Line], runs: int) -> dict[str, Any]:
    """The whole table as JSON, with what it was measured on."""
    return {
        "runs": runs,
        "python": platform.python_version(),
        "textual": version("textual"),
        "system": platform.system(),
        "processors": os.cpu_count(),
        "goals": [line.document() for line in lines],
    }


def number(value: float, unit: str) -> str:
    """A value as it is read: ratios with two places, others with what is worth telling."""
    if not unit:
        return f"{value:.2f}"
    text = f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.1f}"
    return f"{text} {unit}"


def in_words(figure: Summary) -> str:
    """A figure with its runs and what it was made of."""
    name = f"{figure.name} " if figure.name else ""
    runs = ""
    if len(set(figure.runs)) > 1:
        runs = f" [{' '.join(number(value, figure.unit).split()[0] for value in figure.runs)}]"
    note = f" ({figure.note})" if figure.note else ""
    return f"{name}{number(figure.value, figure.unit)}{runs}{note}"


def heads(*, stock: bool) -> str:
    """The first two lines."""
    titles = (*HEADS, STOCK_HEAD) if stock else HEADS
    return f"{_row(titles)}\n{_row(['---'] * len(titles))}"


def row(line: Line) -> str:
    """One line of Markdown."""
    cells = [line.id, line.size, line.what, line.goal, line.ours.words(), line.ours.verdict]
    if line.stock is not None:
        cells.append(f"{line.stock.verdict}: {line.stock.words()}")
    return _row(cells)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
