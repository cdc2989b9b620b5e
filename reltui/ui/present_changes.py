"""What differs between two definitions, as rows put together by stage; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from reltui.model.change import Difference
from reltui.model.decode import list_of, objects_of
from reltui.model.definition import DefinitionRevision
from reltui.model.text import SafeText
from reltui.model.values import dataclass
from reltui.ui.present import Cell, Line, Look, Span, line, plain, span, width, wrap
from reltui.ui.present_comparison import difference_line
from reltui.ui.present_words import count, name_cell, one_line, short_name, when, within, words_of

WHOLE = "Definition"
HANG = 6
"""Cells by which the rest of a broken row is set in."""
SIGNS: Mapping[str, str] = {"+": "good", "-": "bad", "@": "info"}
"""Roles of the lines of a unified difference, by their first sign."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row; those whose key begins with # are headings."""

    key: str
    shown: Line
    difference: Difference | None = None


LARGE = 500
"""Tasks of a definition from which on to compare it takes longer than a drawing may."""
COMPARING = "being compared ..."


def is_large(*definitions: Mapping[str, Any]) -> bool:
    """To compare these takes a while."""
    return any(
        sum(
            len(list_of(job.get("workflowTasks")))
            for stage in objects_of(raw.get("environments"))
            for job in objects_of(stage.get("deployPhases"))
        )
        > LARGE
        for raw in definitions
    )


def change_entries(differences: Sequence[Difference]) -> list[Entry]:
    """The differences under a heading for the whole and one for each stage, in their order."""
    entries: list[Entry] = []
    for where, inside in groupby(_by_place(differences), key=lambda each: each.where):
        found = list(inside)
        title = f"Stage {within(where)}" if where else WHOLE
        words = count(len(found), "difference")
        entries.append(Entry(f"#{where}", line(span(f" {title}", "head"), span(f"  {words}", "dim"))))
        for number, each in enumerate(found):
            entries.append(Entry(f"={where}/{each.what}/{number}", difference_line(each, ""), each))
    return entries


def _by_place(differences: Sequence[Difference]) -> list[Difference]:
    """What is about the whole first; what is about one stage stands together."""
    places = list(dict.fromkeys(each.where for each in differences))
    places.sort(key=bool)
    return sorted(differences, key=lambda each: places.index(each.where))


def raw_entries(lines: Sequence[SafeText]) -> list[Entry]:
    """The lines of a unified difference of the JSON."""
    return [Entry(f"={number}", raw_line(each)) for number, each in enumerate(lines)]


def raw_line(text: SafeText) -> Line:
    """One line of a unified difference."""
    return (Span(text or SafeText(" "), SIGNS.get(text[:1], "")),)


def change_lines(differences: Sequence[Difference]) -> list[Line]:
    """The same rows for a dialog, where there is no cursor."""
    return [
        entry.shown if entry.key.startswith("#") else (span("   "), *entry.shown)
        for entry in change_entries(differences)
    ]


def broken(rows: Iterable[Line], cells: int) -> list[Line]:
    """Rows broken to so many cells, what goes on below set in."""
    lines: list[Line] = []
    for row in rows:
        if width(plain(row)) <= cells:
            lines.append(row)
            continue
        first, *rest = wrap(row, cells - HANG)
        lines += [first, *((span(" " * HANG), *each) for each in rest)]
    return lines


def plain_changes(differences: Sequence[Difference], most: int = 40, cells: int = 160) -> list[str]:
    """Short lines for the record of what was decided; how many more there are stands in the last."""
    lines = []
    for each in differences[:most]:
        where = f"{within(each.where)}: " if each.where else ""
        change = " -> ".join(one_line(value) if value else "nothing" for value in (each.old, each.new))
        lines.append(f"{where}{one_line(each.what)}: {change}"[:cells])
    rest = len(differences) - most
    return [*lines, f"and {count(rest, 'more', 'more')}"] if rest > 0 else lines


def revision_cell(column: str, cells: int, revision: DefinitionRevision, is_now: bool, look: Look) -> Cell:
    """One cell of the history of a definition, by its column's id."""
    match column:
        case "revision":
            return span(str(revision.revision))
        case "when":
            return span(when(revision.changed_on, look), "dim")
        case "by":
            return name_cell(short_name(revision.changed_by), cells, look)
        case "kind":
            return span(words_of(revision.change_type), "dim")
        case "now":
            return span("now" if is_now else "", "good")
        case _:
            # A sentence, which is cut at its end.
            return (span(one_line(revision.comment)),) if revision.comment else span("-", "dim")


def two_revisions(older: int, newer: int) -> str:
    """ "revision 56 -> 57"."""
    return f"revision {older} -> {newer}"
