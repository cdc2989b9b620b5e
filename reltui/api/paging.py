"""Lists to their end, one request a step (api.md 6.6, reliability.md C13, D10, srv-35 to 38)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Generic, TypeVar

from reltui.api.transport import Answer
from reltui.model.decode import Rows, list_of_answer, rows_of
from reltui.model.text import SafeText
from reltui.model.values import dataclass

T = TypeVar("T")

TOKEN = "continuationToken"  # noqa: S105 - of a page, not a secret
PAGES_MAXIMUM = 1_000
SERVER_MAXIMUM = 100
"""Releases and approvals come at most so many a page, whatever was asked for (api.md 8 #17)."""

NOTHING_WRONG = SafeText("")
REPEATED = SafeText("The server repeated its page token; the list is incomplete.")
ENDLESS = SafeText(f"The server gave more than {PAGES_MAXIMUM} pages; the list is incomplete.")
NO_TOKEN = SafeText("The server ended the list with a full page and no page token; there may be more.")

NO_PARAMETERS: Mapping[str, str] = MappingProxyType({})

Ask = Callable[[Mapping[str, str]], Awaitable[Answer]]
"""Asks for one page, with these parameters besides the filters."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list.

    A row whose id was on an earlier page comes again only if it is newer; then it takes the place of that.
    """

    rows: Rows[T]
    raw: Sequence[object]
    """The row objects of the good and the bad rows, uncleaned, for the cache."""
    last: bool
    """Nothing more comes after this page; the list is whole only if `trouble` is empty too."""
    token: str
    """Asks for the page after this one; empty on the last."""
    trouble: SafeText = NOTHING_WRONG
    """Why the list is not whole, in a sentence for the screen."""


async def pages(
    ask: Ask,
    read: Callable[[object], T],
    *,
    size: int = 0,
    start: str = "",
    skips: bool = False,
    far_end: Mapping[str, str] = NO_PARAMETERS,
) -> AsyncIterator[Page[T]]:
    """Ask for page after page until the server names no further one, or stops making sense.

    `size` is the full size of a page, 0 when it is not known. `skips`: the list may be gone on by $skip
    where the server names no token. `far_end` are the parameters that ask for the row at the other end of the
    list: when the last page is a full one without a token, the list is whole if that row has come already.
    """
    newest = _Newest()
    tokens = {start} if start else set()
    asked: Mapping[str, str] = {TOKEN: start} if start else {}
    came = 0
    for number in range(1, PAGES_MAXIMUM + 1):
        answer = await ask(asked)
        items = list_of_answer(answer.data)
        came += len(items)
        kept = newest.of(items)
        page, token = rows_of(kept, read), answer.token
        is_full = 0 < size <= len(items)
        trouble = NOTHING_WRONG
        if token and token in tokens:
            token, trouble = "", REPEATED
        elif token and number == PAGES_MAXIMUM:
            token, trouble = "", ENDLESS
        elif not token and is_full and not skips and not await _has_come(ask, far_end, newest):
            trouble = NO_TOKEN
        is_last = not token and not (is_full and skips and not trouble)
        yield Page(page, kept, is_last, token, trouble)
        if is_last:
            return
        tokens.add(token)
        asked = {TOKEN: token} if token else {"$skip": str(came)}


async def _has_come(ask: Ask, far_end: Mapping[str, str], newest: _Newest) -> bool:
    """Whether the row at the far end of the list is known; False when it cannot be asked for."""
    if not far_end:
        return False
    items = list_of_answer((await ask(far_end)).data)
    return not items or newest.knows(items[0])


class _Newest:
    """Drops rows that came before and are not newer now."""

    def __init__(self) -> None:
        self._seen: dict[object, tuple[int, str]] = {}

    def knows(self, item: object) -> bool:
        """Whether a row with this row's id has come."""
        key = _id_of(item)
        return key is not None and key in self._seen

    def of(self, items: Sequence[object]) -> Sequence[object]:
        """The rows to keep of a page, in its order."""
        kept: dict[object, object] = {}
        for place, item in enumerate(items):
            key = _id_of(item)
            if key is None:
                kept[(place,)] = item
                continue
            age = _age(item)
            known = self._seen.get(key)
            if known is None or age > known:
                self._seen[key] = age
                kept[key] = item
        return list(kept.values())


def _id_of(item: object) -> int | str | None:
    """What tells a row from others; None where there is nothing that could."""
    key = item.get("id") if isinstance(item, dict) else None
    return key if isinstance(key, int | str) else None


def _age(item: object) -> tuple[int, str]:
    """What makes a row newer: its revision, then when it was changed."""
    row = item if isinstance(item, dict) else {}
    revision, modified = row.get("revision"), row.get("modifiedOn") or row.get("lastModifiedOn")
    moment = ""
    if isinstance(modified, str) and len(modified) < 40:
        try:
            moment = datetime.fromisoformat(modified).isoformat(timespec="microseconds")
        except ValueError:
            moment = ""
    return (revision if type(revision) is int else 0, moment)


def whole(answer: Answer, read: Callable[[object], T], *, top: int = 0) -> Page[T]:
    """A list that the server gives in one piece, cut after `top` rows if that is not 0."""
    items = list_of_answer(answer.data)
    is_cut = bool(answer.token) or 0 < top <= len(items)
    trouble = (
        SafeText(f"The server gave the first {len(items)}; there may be more.") if is_cut else NOTHING_WRONG
    )
    return Page(rows_of(items, read), items, True, "", trouble)
