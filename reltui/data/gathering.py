"""The pages of a list, put together (reliability.md D10)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import field
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from reltui.model.decode import BadRow
from reltui.model.definition import Definition
from reltui.model.text import SafeText
from reltui.model.values import dataclass

if TYPE_CHECKING:
    from reltui.api.client import Page


class Numbered(Protocol):
    """A record with an id."""

    @property
    def id(self) -> int:
        """Unique within its list."""


R = TypeVar("R", bound=Numbered)


@dataclass(slots=True)
class Gathered(Generic[R]):
    """Rows by id, in the order in which they first came."""

    bad: tuple[BadRow, ...] = ()
    trouble: SafeText = SafeText("")
    """Why the list is not whole; empty when it is, as far as it was asked for."""
    more: bool = False
    """There are pages that were not asked for."""
    kept: int | None = None
    """So many rows at most stay as the server sent them, for the cache; None: all."""
    _by_id: dict[int, R] = field(default_factory=dict)
    _raw: dict[object, object] = field(default_factory=dict)

    @property
    def items(self) -> tuple[R, ...]:
        """The rows that could be read."""
        return tuple(self._by_id.values())

    @property
    def raw(self) -> list[object]:
        """The first `kept` rows, good and bad, as the server sent them."""
        return list(self._raw.values())

    def add(self, page: Page[R]) -> None:
        """One more page. A row that changed while the pages were read comes again, and the later is right."""
        self._by_id.update((item.id, item) for item in page.rows.items)
        self.bad += page.rows.bad
        for row in page.raw:
            if self.kept is not None and len(self._raw) >= self.kept:
                break
            key = row.get("id") if isinstance(row, dict) else None
            self._raw[key if isinstance(key, int) else ("bad", len(self._raw))] = row
        self.trouble = page.trouble or self.trouble
        self.more = not page.last


async def all_pages(
    pages: AsyncIterator[Page[R]], most: int = 1_000, *, kept: int | None = None
) -> Gathered[R]:
    """The first `most` pages of a list, and so many of their rows as they came."""
    gathered = Gathered[R](kept=kept)
    count = 0
    async for page in pages:
        gathered.add(page)
        count += 1
        if count >= most:
            break
    return gathered


def by_folder(definitions: Iterable[Definition]) -> tuple[Definition, ...]:
    """In the order of folder and name."""
    return tuple(sorted(definitions, key=lambda d: (d.path.casefold(), d.name.casefold(), d.id)))
