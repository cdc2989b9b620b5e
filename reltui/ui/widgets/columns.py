"""The columns of a list, and which of them fit; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """A column; `drop` 0 is never left out, else the lowest number goes first when it gets narrow."""

    id: str
    title: str
    width: int
    grow: int = 0
    """Share of the cells that are left over."""
    drop: int = 0
    right: bool = False
    """Flush right, for numbers."""


def lay_out(columns: Sequence[Column], width: int) -> tuple[tuple[Column, int], ...]:
    """The columns that fit into `width` cells, one blank between them, with the cells each gets."""
    kept = list(columns)

    def excess() -> int:
        return sum(column.width for column in kept) + max(len(kept) - 1, 0) - width

    while excess() > 0:
        droppable = [column for column in kept if column.drop]
        if not droppable:
            break
        kept.remove(min(droppable, key=lambda column: column.drop))
    spare = max(-excess(), 0)
    shares = sum(column.grow for column in kept)
    widths: list[tuple[Column, int]] = []
    for column in kept:
        extra = spare * column.grow // shares if shares else 0
        spare -= extra
        shares -= column.grow
        widths.append((column, column.width + extra))
    return tuple(widths)
