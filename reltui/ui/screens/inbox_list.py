"""The order of the inbox, its groups, and what has to be known of the rows that are out of view."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any

from reltui.data.topics import ObjectKey
from reltui.ui import filtering
from reltui.ui.present import Line, Look
from reltui.ui.present_facts import RowFacts
from reltui.ui.present_inbox import Group, group_key, group_line
from reltui.ui.triage import Row, Triage

HEADING = "heading"
"""The kind of the keys that stand for no record."""
OTHERS = 200
"""Of so many rows out of view it is asked what the order or the filter needs of them."""


def _is_about(term: filtering.Term, name: str) -> bool:
    return bool(term.field) and name.startswith(term.field)


def asks_for(typed: str, name: str) -> bool:
    """Whether a filter has a condition on a field."""
    return any(_is_about(term, name) for term in filtering.parse(typed))


def needed(
    rows: Sequence[Row],
    typed: str,
    sort: str,
    passes: Callable[[ObjectKey, tuple[filtering.Term, ...]], bool],
) -> list[Row]:
    """The first of the rows that must be known for the order and for the filter, most often none."""
    terms = filtering.parse(typed)
    told = tuple(t for t in terms if not (_is_about(t, "flags") or _is_about(t, "expires")))
    if len(told) == len(terms) and sort != "expires":
        return []
    return list(islice((row for row in rows if not told or passes(row.key, told)), OTHERS))


def expiry_known(rows: Mapping[ObjectKey, Row], typed: str, sort: str, triage: Triage) -> str:
    """Of how many rows it is known until when they wait, where it matters and not all are asked about."""
    if len(rows) <= OTHERS or not (sort == "expires" or asks_for(typed, "expires")):
        return ""
    known = sum(triage.has_learned(key) for key in rows)
    return f" | expiry known for {known} of {len(rows)}" if known < len(rows) else ""


def order_of(row: Row, sort: str, triage: Triage) -> Any:
    """What rows are ordered by."""
    created = row.created_on.timestamp() if row.created_on is not None else 0.0
    if sort == "expires":
        expires = triage.expires(row)
        # What is not known yet most often expires in the order in which it was asked.
        return (expires.timestamp() if expires is not None else float("inf"), created, row.key)
    if sort == "age":
        return (created, row.key[2], row.key)
    names = {
        "stage": (row.environment.name.casefold(),),
        "project": (row.project.name.casefold(), row.server),
    }
    release = (row.definition.name.casefold(), row.release.name.casefold())
    return (names.get(sort, release), -created, row.key)


def in_groups(keys: Sequence[ObjectKey], rows: Mapping[ObjectKey, Row], group: Group) -> list[ObjectKey]:
    """Each group under its heading, in the order of their first rows."""
    groups: dict[str, list[ObjectKey]] = {}
    for key in keys:
        groups.setdefault(group_key(rows[key], group), []).append(key)
    return [key for name, inside in groups.items() for key in ((name, HEADING, 0), *inside)]


def heading_lines(
    keys: Sequence[ObjectKey],
    rows: Mapping[ObjectKey, Row],
    triage: Triage,
    group: Group,
    labels: Mapping[str, str],
    cells: int,
    look: Look,
) -> dict[ObjectKey, Line]:
    """The line of each heading among the keys that are shown; `labels` are the servers'."""
    members: dict[ObjectKey, list[RowFacts]] = {}
    inside: list[RowFacts] = []
    for key in keys:
        if key[1] == HEADING:
            inside = members.setdefault(key, [])
        elif key in rows:
            inside.append(triage.unread(rows[key]))
    several = len(labels) > 1
    return {
        heading: group_line(facts, group, labels[facts[0].row.server], several, cells, look)
        for heading, facts in members.items()
        if facts
    }
