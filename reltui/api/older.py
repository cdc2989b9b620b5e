"""Talking to servers before 4.0: their parameters, their lists in one piece, their shapes (api.md 2.6)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from reltui.api.paging import NO_PARAMETERS, NOTHING_WRONG, Ask, Page
from reltui.api.transport import Answer
from reltui.errors import Lacking, Malformed
from reltui.model.decode import list_of_answer, rows_of
from reltui.model.generations import title
from reltui.model.older import (
    approval_to_current,
    environment_to_current,
    release_to_current,
    release_to_older,
    to_current,
    to_older,
)
from reltui.model.text import SafeText

T = TypeVar("T")

Reshape = Callable[[object], object]

_READ: Mapping[str, Reshape] = {
    **dict.fromkeys(
        ("definitions", "definition", "create definition", "update definition by id"), to_current
    ),
    **dict.fromkeys(
        ("releases", "release", "create release", "update release", "replace release"), release_to_current
    ),
    "update environment": environment_to_current,
    "approvals": approval_to_current,
    "update approval": approval_to_current,
}
"""By call: what makes today's shape of one object of its answer."""

_PARAMETERS: Mapping[str, frozenset[str]] = {
    "definitions": frozenset({"$expand"}),
    "delete definition": frozenset(),
    "release": frozenset(),
    "releases": frozenset(
        {
            "definitionId",
            "createdBy",
            "minCreatedTime",
            "maxCreatedTime",
            "statusFilter",
            "$expand",
            "$top",
            "queryOrder",
            "continuationToken",
        }
    ),
    "approvals": frozenset({"assignedToFilter", "statusFilter", "releaseIdsFilter", "typeFilter"}),
}
_NOT_NEEDED = frozenset(
    {"propertyFilters", "$top", "top", "queryOrder", "continuationToken", "comment", "forceDelete"}
)
"""What can be left out: the answer has more in it, or less, and never something else."""
_HERE: Mapping[str, frozenset[str]] = {
    "definitions": frozenset({"searchText", "isExactNameMatch", "definitionIdFilter", "path"})
}
"""What is filtered here in place of there."""
_EXPANDS = frozenset({"environments", "artifacts", "approvals"})

PAGE_SIZES = (50, 100, 1_000)
"""A list that ends exactly here may have been cut: a server that names no page does not tell."""


def read(name: str, answer: Answer) -> Answer:
    """An answer in today's shape."""
    reshape = _READ.get(name)
    if reshape is None:
        return answer
    data = answer.data
    rows = data.get("value") if isinstance(data, dict) else None
    if isinstance(data, dict) and isinstance(rows, list):
        return replace(answer, data={**data, "value": [reshape(row) for row in rows]})
    return replace(answer, data=reshape(data))


def sent(name: str, body: Any, generation: str) -> Any:
    """A body in the shape of the server. Raises Malformed, nothing sent: something would be lost there."""
    if name in ("create definition", "update definition by id"):
        try:
            return to_older(body, generation)
        except ValueError as error:
            raise Malformed(str(error), sent=False) from None
    return release_to_older(body) if name == "replace release" else body


def asked(name: str, query: Mapping[str, str], generation: str) -> dict[str, str]:
    """The parameters that the server reads. Raises Lacking: without one it would be another question."""
    known = _PARAMETERS.get(name)
    if known is None:
        return dict(query)
    kept: dict[str, str] = {}
    for key, value in query.items():
        if not value or key in _HERE.get(name, ()):
            continue
        if key == "$expand":
            kept[key] = ",".join(word for word in value.split(",") if word in _EXPANDS)
        elif key in known:
            kept[key] = value
        elif key not in _NOT_NEEDED:
            raise Lacking(f"{title(generation)} cannot be asked for {name} by {key}.")
    return kept


async def in_one_piece(
    ask: Ask,
    read_row: Callable[[object], T],
    takes: Callable[[T], bool],
    order: Callable[[T], Any] | None = None,
) -> AsyncIterator[Page[T]]:
    """A list that knows no pages: asked once, filtered and ordered here; says when it looks cut."""
    answer = await ask(NO_PARAMETERS)
    items = list_of_answer(answer.data)
    rows = rows_of(items, read_row)
    found: Iterable[T] = filter(takes, rows.items)
    kept = tuple(sorted(found, key=order)) if order is not None else tuple(found)
    is_cut = bool(answer.token) or len(items) in PAGE_SIZES
    yield Page(replace(rows, items=kept), items, True, "", _cut(len(items)) if is_cut else NOTHING_WRONG)


def _cut(count: int) -> SafeText:
    return SafeText(f"This server gives lists in one piece, and gave {count}: there may be more.")
