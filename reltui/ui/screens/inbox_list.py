"""The order of the inbox, its groups, and what has to be known of the rows that are out of view."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from itertools import islice, takewhile
from typing import Any

from reltui.data.rows import row_values
from reltui.data.topics import ObjectKey, Why
from reltui.model.filtering import AT_LEAST, AT_MOST, NO_SPANS
from reltui.ui import filtering
from reltui.ui.present import Line, Look
from reltui.ui.present_inbox import WHOSE, Group, Scope, group_key, group_line, group_name
from reltui.ui.triage import Row, Triage

HEADING = "heading"
"""The kind of the keys that stand for no record."""
SPANS = (AT_LEAST, AT_MOST)
"""Words of the filter about time."""
OTHERS = 200
"""Of so many rows out of view it is asked what the order or the filter needs of them."""


def _is_about(term: filtering.Term, name: str) -> bool:
    return bool(term.field) and name.startswith(term.field)


def asks_for(terms: Sequence[filtering.Term], *names: str) -> bool:
    """Whether a filter has a condition on one of these fields."""
    return any(_is_about(term, name) for term in terms for name in names)


class Values:
    """What the filter looks in, thought out once for each row that there is."""

    def __init__(self) -> None:
        self._known: dict[ObjectKey, tuple[Row, Mapping[str, str]]] = {}

    def keep(self, rows: Mapping[ObjectKey, Row]) -> None:
        """The others are gone."""
        for key in [key for key in self._known if key not in rows]:
            del self._known[key]

    def of(self, row: Row) -> Mapping[str, str]:
        """Those of a row, without flags, as they are compared."""
        known = self._known.get(row.key)
        if known is None or known[0] is not row:
            values = {name: text.casefold() for name, text in row_values(row).items()}
            known = self._known[row.key] = (row, values)
        return known[1]

    def match(
        self,
        row: Row,
        terms: tuple[filtering.Term, ...],
        flags: Callable[[Row], Sequence[str]],
        spans: Callable[[Row], Mapping[str, float | None]],
    ) -> bool:
        """Whether a row passes the filter; flags and spans of time are asked for where it is about them."""
        values = self.of(row)
        if asks_for(terms, "flags"):
            values = {**values, "flags": " ".join(flags(row))}
        return filtering.matches(terms, values, spans(row) if asks_for(terms, *SPANS) else NO_SPANS)


def needed(
    rows: Iterable[Row],
    shown: Container[ObjectKey],
    terms: tuple[filtering.Term, ...],
    sort: str,
    passes: Callable[[ObjectKey, tuple[filtering.Term, ...]], bool],
) -> list[Row]:
    """The first of the rows that must be known for the order and for the filter, most often none.

    `shown` are those that pass the whole filter.
    """
    told = tuple(t for t in terms if not (_is_about(t, "flags") or _is_about(t, "expires")))
    if len(told) == len(terms):
        return list(islice((row for row in rows if row.key in shown), OTHERS)) if sort == "expires" else []
    return list(islice((row for row in rows if not told or passes(row.key, told)), OTHERS))


def expiry_known(rows: Mapping[ObjectKey, Row], typed: str, sort: str, triage: Triage) -> str:
    """Of how many rows it is known until when they wait, where it matters and not all are asked about."""
    if len(rows) <= OTHERS or not (sort == "expires" or asks_for(filtering.parse(typed), "expires")):
        return ""
    known = triage.learned_of(rows)
    return f" | expiry known for {known} of {len(rows)}" if known < len(rows) else ""


def scope_words(counts: Mapping[Why, int] | None, shown: Scope) -> str:
    """How many rows each scope has (None: nothing is known yet), the one that is shown in brackets."""
    words = [
        scope.value if counts is None else f"{scope.value} {sum(counts.get(why, 0) for why in WHOSE[scope])}"
        for scope in Scope
    ]
    return "  ".join(
        f"[{word}]" if scope is shown else word for scope, word in zip(Scope, words, strict=True)
    )


def order_of(row: Row, sort: str, triage: Triage) -> Any:
    """What rows are ordered by."""
    created = row.created_on.timestamp() if row.created_on is not None else 0.0
    if sort == "expires":
        expires = triage.expires(row)
        # What is not known yet most often expires in the order in which it was asked.
        return (expires.timestamp() if expires is not None else float("inf"), created, row.key)
    if sort == "age":
        return (created, row.key[2], row.key)
    names: tuple[str, ...]
    if sort == "stage":
        names = (row.environment.name.casefold(),)
    elif sort == "project":
        names = (row.project.name.casefold(), row.server)
    else:
        names = (row.definition.name.casefold(), row.release.name.casefold())
    return (names, -created, row.key)


def in_groups(keys: Sequence[ObjectKey], rows: Mapping[ObjectKey, Row], group: Group) -> list[ObjectKey]:
    """Each group under its heading, in the order of their first rows."""
    groups: dict[str, list[ObjectKey]] = {}
    for key in keys:
        groups.setdefault(group_key(rows[key], group), []).append(key)
    return [key for name, inside in groups.items() for key in ((name, HEADING, 0), *inside)]


class Headings:
    """The lines of the headings, made when they come into view and kept while the list is the same."""

    def __init__(self) -> None:
        self._lines: dict[ObjectKey, Line] = {}
        self._of: Sequence[ObjectKey] = ()
        self._cells = 0

    def line(
        self,
        heading: ObjectKey,
        keys: Sequence[ObjectKey],
        cells: int,
        make: Callable[[ObjectKey, int], Line],
    ) -> Line:
        """The line of a heading among these keys."""
        if self._of is not keys or self._cells != cells:
            self._of, self._cells = keys, cells
            self._lines.clear()
        if heading not in self._lines:
            self._lines[heading] = make(heading, cells)
        return self._lines[heading]


def heading_line(
    inside: Sequence[Row], triage: Triage, group: Group, labels: Mapping[str, str], cells: int, look: Look
) -> Line:
    """The heading over these rows; `labels` are the servers'."""
    if not inside:
        return ()
    # Of many rows few have different stages.
    stages = Counter((row.server, row.environment.name) for row in inside) if group is Group.STAGE else {}
    protected = sum(rows for stage, rows in stages.items() if triage.is_protected(*stage))
    label = labels[inside[0].server]
    return group_line(inside[0], len(inside), protected, group, label, len(labels) > 1, cells, look)


def group_words(group: Group, first: Row | None, labels: Mapping[str, str]) -> str:
    """What rows are put together by, and the group of the first row in view, if its heading is not."""
    if group is Group.NONE:
        return ""
    inside = first is not None and f" > {group_name(first, group, labels[first.server], len(labels) > 1)}"
    return f" | group: {group.value}{inside or ''}"


def below(keys: Sequence[ObjectKey], first: int, rows: Mapping[ObjectKey, Row]) -> list[Row]:
    """The rows from an index on, to the next heading."""
    inside = takewhile(lambda key: key[1] != HEADING, islice(keys, first, None))
    return [rows[key] for key in inside if key in rows]
