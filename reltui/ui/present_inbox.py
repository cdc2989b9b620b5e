"""Rows of the inbox, their groups, and what stands in their place when there is none; pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import Enum
from typing import Any

from reltui.data.rows import type_word
from reltui.data.topics import BadInboxRow, ContentData, InboxRow, PauseRow, Snapshot, Why
from reltui.ui.present import Cell, Field, Line, Look, cut, cut_end, ellipsis, fields, line, span, width, wrap
from reltui.ui.present_approvals import stage_cell
from reltui.ui.present_facts import RowFacts
from reltui.ui.present_means import ALARM_SECONDS
from reltui.ui.present_words import count, name_cell, one_line, short_span, within, words_of
from reltui.ui.widgets.columns import Column

ROOMY = 88
"""From so many cells on there is room for what a row brings, and for long words."""
PROBLEM_CELLS = 74
"""The width of a reason below an empty list, which must be read to its end: what to do stands there."""
WHY_CELLS = 60
"""So much of a reason stands in the title."""
FLAGGED = 74
"""From so many cells on two flags and the sign for more have room."""
WHY_WORDS = {
    Why.DIRECT: ("DIRECT", "wait"),
    Why.GROUP: ("GROUP", "info"),
    Why.ANYONE: ("ANYONE", "info"),
    Why.OTHER: ("OVERRIDE", "dim"),
}
FLAG_ROLES = {"BACK": "bad", "older": "warn", "own": "warn", "browser": "warn", "LIVE": "good"}
"""By how a flag begins."""


class Scope(Enum):
    """Whose rows are shown; the value is its name on screen."""

    MINE = "MINE"
    GROUPS = "MINE+GROUPS"
    ALL = "ALL"


WHOSE = {
    Scope.MINE: frozenset({Why.DIRECT}),
    Scope.GROUPS: frozenset({Why.DIRECT, Why.GROUP, Why.ANYONE}),
    Scope.ALL: frozenset(Why),
}
FOR_WHOM = {Scope.MINE: "for you", Scope.GROUPS: "for you", Scope.ALL: "for anybody"}


class Group(Enum):
    """What rows are put together by; the value is its name on screen."""

    NONE = "none"
    STAGE = "stage"
    PROJECT = "project"
    DEFINITION = "definition"
    SERVER = "server"


def inbox_columns(cells: int, several: bool, group: Group) -> Sequence[Column]:
    """The columns for a list of so many cells; what a group is named by is not said in each of its rows.

    The first to go are project, type and what it brings; stage and expiry never do (ux.md 5).
    """
    roomy = cells >= ROOMY
    by_definition = group is Group.DEFINITION
    found = (
        Column("expires", "Expires", 8, right=True),
        Column("server", "Server", 8, drop=6) if several and group is not Group.SERVER else None,
        Column("project", "Project", 7, grow=1, drop=1)
        if group is not Group.PROJECT and not by_definition
        else None,
        Column("pipeline", "Pipeline", 10, grow=3) if not by_definition else None,
        Column("release", "Release", 10, grow=2),
        Column("stage", "Stage", 10, grow=1) if group is not Group.STAGE else None,
        Column("type", "Type", 4, drop=2),
        Column("why", "Why", 8 if roomy else 6, drop=4),
        Column("changes", "Changes", 7, drop=3) if roomy else None,
        Column("flags", "Flags", 12 if cells >= FLAGGED else 10, drop=5),
    )
    return tuple(column for column in found if column is not None)


def expires_cell(facts: RowFacts, look: Look) -> Cell:
    """The time left before it becomes a rejection; how long it waits where that is not known."""
    if facts.expires is None:
        created = facts.row.created_on
        if created is None:
            return span("")
        since = short_span((look.now - created).total_seconds(), look.minutes)
        return span("new" if since == "now" else f"{since} old", "dim")
    return left_cell(facts.expires, look)


def left_cell(expires: datetime, look: Look) -> Cell:
    """The time left in six cells: 00:41!, 05:55, 1d02h, 29d."""
    seconds = (expires - look.now).total_seconds()
    if seconds <= 0:
        return span("over!", "bad")
    hours, minutes = divmod(int(seconds // 60), 60)
    if seconds < ALARM_SECONDS:
        return span(f"00:{minutes:02d}!", "bad")
    if hours < 24:
        return span(f"{hours:02d}:{minutes - minutes % look.minutes:02d} ", "warn")
    days, hours = divmod(hours, 24)
    return span(f"{days}d{hours:02d}h " if days < 7 else f"{days}d ")


def row_cell(column: str, cells: int, facts: RowFacts, look: Look) -> Cell:
    """One cell of a row by its column's id."""
    row = facts.row
    match column:
        case "expires":
            sign = span("+" if row.is_new else " ", "mark") if row.fresh else span("?", "warn")
            left = expires_cell(facts, look)
            whole = (left,) if not isinstance(left, tuple) else left
            blank = " " * max(cells - 1 - sum(width(part.text) for part in whole), 0)
            return (sign, span(blank), *whole)
        case "server":
            return span(cut(row.server, cells, look.ascii), "dim")
        case "project":
            return name_cell(row.project.name, cells, look)
        case "pipeline":
            return name_cell(row.definition.name, cells, look)
        case "release":
            return name_cell(row.release.name, cells, look)
        case "stage":
            return stage_cell(row.environment.name, facts.protected, cells, look)
        case "type":
            return span(type_word(row))
        case "why":
            word, role = WHY_WORDS[row.why]
            return span(word if width(word) <= cells else word[: cells - 1], role)
        case "changes":
            return changes_cell(facts.known.content)
        case _:
            return flags_cell(facts, cells, look)


def changes_cell(content: Snapshot[ContentData]) -> Cell:
    """How many commits and work items it brings since what runs there: "11c 4w"; blank: not known."""
    data = content.data
    if data is None:
        return span("")
    more = "+" if data.is_cut else ""
    return span(f"{len(data.changes)}{more}c {len(data.items)}{more}w")


def flags_cell(facts: RowFacts, cells: int, look: Look) -> Cell:
    """What sets a row apart: on its way, old, a later try; else what it means (`insight.flags`)."""
    row = facts.row
    if facts.decision is not None:
        return span(facts.decision.state.value, "info")
    if not row.fresh:
        return span("old", "warn")
    if isinstance(row, InboxRow) and not row.approval.is_pending:
        return span(words_of(row.approval.status), "warn")
    found = list(facts.flags)
    if row.attempt > 1:
        found.append(f"try {row.attempt}")
    parts: list[Line] = []
    room = cells
    for index, flag in enumerate(found):
        left = len(found) - index - 1
        needed = width(flag) + bool(parts) + (1 if left else 0)
        if parts and needed > room:
            parts.append((span(ellipsis(look.ascii), "dim"),))
            break
        parts.append((span(f"{' ' if parts else ''}{flag}", flag_role(flag)),))
        room -= width(flag) + (len(parts) > 1)
    return tuple(piece for part in parts for piece in part)


def flag_role(flag: str) -> str:
    """The colour of a flag, which only repeats its word."""
    return next((role for begin, role in FLAG_ROLES.items() if flag.startswith(begin)), "info")


def group_key(row: InboxRow | PauseRow, group: Group) -> str:
    """What rows of one group have in common."""
    match group:
        case Group.STAGE:
            return row.environment.name.casefold()
        case Group.PROJECT:
            return f"{row.server} {row.project.id}"
        case Group.DEFINITION:
            return f"{row.server} {row.project.id} {row.definition.id}"
        case Group.SERVER:
            return row.server
    return ""


def group_name(row: InboxRow | PauseRow, group: Group, label: str, several: bool) -> str:
    """What a row has in common with the others of its group; `label` names its server."""
    server = f"{label} / " if several else ""
    match group:
        case Group.STAGE:
            return within(row.environment.name)
        case Group.PROJECT:
            return f"{server}{within(row.project.name)}"
        case Group.DEFINITION:
            return f"{server}{within(row.project.name)} / {within(row.definition.name)}"
        case _:
            return label


def group_line(
    row: InboxRow | PauseRow,
    rows: int,
    protected: int,
    group: Group,
    label: str,
    several: bool,
    cells: int,
    look: Look,
) -> Line:
    """The heading of a group: its name, whether its stages are protected, how many rows it has.

    `row` is the first of so many that are shown in it, and `label` names its server; `protected` is how many
    of them have a protected stage.
    """
    name = group_name(row, group, label, several)
    sign = ""
    if group is Group.STAGE and protected:
        sign = " [PROTECTED]" if protected == rows else " [some PROTECTED]"
    stroke = "-" if look.ascii else "─"
    title = cut(name, max(cells - width(sign) - 16, 8), look.ascii)
    head = line(span(f" {stroke * 2} ", "dim"), span(title, "head"), span(sign, "bad"), f" ({rows}) ")
    used = sum(width(part.text) for part in head)
    return (*head, span(stroke * max(cells - used, 0), "dim"))


def bad_cell(column: str, cells: int, bad: BadInboxRow, look: Look) -> Cell:
    """One cell of an approval or an intervention that could not be read."""
    match column:
        case "server":
            return span(cut(bad.server, cells, look.ascii), "dim")
        case "project":
            return name_cell(bad.project.name, cells, look, "dim")
        case "pipeline":
            return span("unreadable:", "warn")
        case "release":
            return span("no id" if bad.bad.id is None else str(bad.bad.id), "warn")
        case "stage":
            return span(cut_end(one_line(bad.bad.why), cells, look.ascii), "dim")
        case _:
            return span("")


def bad_preview(bad: BadInboxRow, cells: int, look: Look) -> list[Line]:
    """Why a row could not be read, and what that means."""
    number = "without an id" if bad.bad.id is None else str(bad.bad.id)
    facts = [
        Field("Row", line(f"{number} of {bad.server} / {within(bad.project.name)}")),
        Field("Why", (span(one_line(bad.bad.why), "warn"),), 3),
        Field("So", line("nothing can be decided here; the browser may show it."), 2),
    ]
    return fields(facts, cells, look)


def not_whole(snapshot: Snapshot[Any], ascii: bool) -> Line:
    """For the title of the list: which parts could not be read whole, and why the first of them."""
    places = list(dict.fromkeys(problem.where for problem in snapshot.problems))
    if not places:
        return ()
    others = f" and {len(places) - 1} more" if len(places) > 1 else ""
    why = cut_end(snapshot.problems[0].sentence, WHY_CELLS, ascii)
    return line(" | ", span(f"not whole: {within(places[0])}{others}: {why}", "warn"))


def empty_lines(
    snapshot: Snapshot[Any] | None,
    scope: str,
    hidden: int,
    filtered: bool,
    look: Look,
    way_to: Callable[[str], str],
) -> list[Line]:
    """What an empty list says: "nothing" only when every part has answered, else how much has (C12, C13).

    `hidden` rows are in a wider scope; `filtered` when rows were left out by the filter; `way_to`
    gives the key of an action.
    """
    lines: list[Line] = [()]
    if snapshot is None or (snapshot.data is None and snapshot.loading):
        lines.append(line("    Reading the approvals..."))
    elif filtered:
        lines.append(line("    No row has these words. Escape clears the filter."))
    elif snapshot.complete and not snapshot.from_cache:
        answered = f"{snapshot.answered} of {count(snapshot.parts, 'project')} answered"
        lines.append(line(f"    Nothing pending {scope}. {answered}."))
    else:
        answered = f"{snapshot.answered} of {count(snapshot.parts, 'project')} answered"
        known = "from an earlier run" if snapshot.from_cache else answered if snapshot.parts else "no project"
        lines.append(line("    ", span(f"It cannot be told whether anything is pending: {known}.", "warn")))
    if hidden and not filtered:
        wider = span(way_to("scope"), "key")
        lines.append(line(f"    {count(hidden, 'approval')} for others: ", wider, " shows them."))
    if snapshot is not None:
        for problem in snapshot.problems[:6]:
            told = wrap(line(span(f"{problem.where}: {problem.sentence}", "warn")), PROBLEM_CELLS)
            lines += [(*line("    "), *each) for each in told]
        if snapshot.problems:
            lines += [(), line("    ", span(f"{way_to('refresh')} asks again.", "dim"))]
    return lines
