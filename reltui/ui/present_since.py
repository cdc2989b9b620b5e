"""The third band of the inbox: what came since the release that runs there, and what happened there; pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from reltui.data.topics import ContentData
from reltui.model.difference import Difference, compare_definitions, variables_since
from reltui.model.text import SafeText
from reltui.ui.present import Cell, Line, Look, Span, fit, line, padded, span, wrap
from reltui.ui.present_facts import RowFacts
from reltui.ui.present_means import changes_line, drift_line, not_known
from reltui.ui.present_release_content import table_lines
from reltui.ui.present_stage import deployment_cell
from reltui.ui.present_words import name_cell, one_line, when, within
from reltui.ui.widgets.columns import Column

HISTORY = (
    Column("queued", "Queued", 12),
    Column("release", "Release", 16, grow=1),
    Column("try", "Try", 3),
    Column("result", "Result", 6),
    Column("stands", "", 4),
    Column("took", "Took", 8),
    Column("by", "Asked for by", 16, grow=1),
    Column("approved", "Approved by", 24, grow=2),
    Column("comment", "Comment", 24, grow=4),
)


def band_lines(facts: RowFacts, cells: int, lines: int, look: Look) -> list[Line]:
    """What is new over what was there, in so many lines."""
    above = max(lines // 2, 4)
    return [*_since(facts, cells, above, look), *_history(facts, cells, lines - above, look)]


def _since(facts: RowFacts, cells: int, lines: int, look: Look) -> list[Line]:
    """Commits, work items and what was edited beside one another."""
    widths = (cells * 40 // 100, cells * 27 // 100, cells - cells * 40 // 100 - cells * 27 // 100)
    room = lines - 2
    parts = (
        _commits(facts, widths[0] - 3, room, look),
        _items(facts, widths[1] - 3, room, look),
        _edits(facts, widths[2] - 3, room, look),
    )
    titles: Sequence[Line] = (
        line(span("Commits  ", "head"), *changes_line(facts)),
        line(span("Work items", "head")),
        line(span("Edited since it was cut", "head")),
    )
    rows = [titles, *zip_longest(*parts, fillvalue=())]
    found = [_beside(row, widths, look) for row in rows[: lines - 1]]
    return [*found, *[()] * (lines - len(found))]


def _beside(row: Sequence[Line], widths: Sequence[int], look: Look) -> Line:
    whole: list[Span] = []
    for index, (part, cells) in enumerate(zip(row, widths, strict=True)):
        sign = ("| " if look.ascii else "│ ") if index else " "
        room = cells - len(sign) - 1
        whole += [span(sign, "dim"), *padded(fit(part, room, look.ascii), room), span(" ")]
    return tuple(whole)


def _content(facts: RowFacts) -> ContentData | Line:
    """Commits and items, or why there are none to show."""
    data = facts.known.content.data
    if data is not None:
        return data
    means = facts.standing
    if means is not None and (means.is_live or means.back or means.other is None):
        return (span("-", "dim"),)
    return not_known(facts, "deployments" if means is None else "content")


def _commits(facts: RowFacts, cells: int, lines: int, look: Look) -> list[Line]:
    data = _content(facts)
    if isinstance(data, tuple):
        return [data]
    found: list[Line] = []
    for change in data.changes:
        left = max(cells - 9 - 11 - 13, 8)
        message = padded(fit((span(one_line(change.message)),), left, look.ascii), left)
        author = padded(name_cell(change.author, 10, look), 10)
        commit = padded(span(change.short_id, "dim"), 9)
        found.append((*commit, *author, span(" "), *message, span(f" {when(change.on, look)}", "dim")))
    return _some(found, lines, data.is_cut)


def _items(facts: RowFacts, cells: int, lines: int, look: Look) -> list[Line]:
    data = _content(facts)
    if isinstance(data, tuple):
        return [data]
    found: list[Line] = []
    for item in data.items:
        left = max(cells - 7 - 9, 8)
        title = padded(fit(line(f"{item.type} {one_line(item.title)}"), left, look.ascii), left)
        found.append((*padded(name_cell(item.id, 6, look, "dim"), 7), *title, span(f" {item.state}", "dim")))
    return _some(found, lines, data.is_cut)


def _edits(facts: RowFacts, cells: int, lines: int, look: Look) -> list[Line]:
    """What was edited of the definition, and which variables differ from the release that runs there."""
    found = wrap(drift_line(facts, look), cells, 2, look.ascii)
    stage = facts.row.environment.name
    was, now = facts.known.cut_from, facts.known.stands_now
    if was is not None and now is not None and was.revision != now.revision:
        for each in compare_definitions(was, now):
            if not each.where or each.where.casefold() == stage.casefold():
                found.append(_difference(each))
    live = facts.known.live_release
    since = variables_since(live, facts.release, stage) if live is not None and facts.release else None
    if live is not None and since is not None and (since.found or since.secrets):
        hidden = f"  ({since.secrets} secret not compared)" if since.secrets else ""
        found.append(line(f"Variables against {within(live.name)}", span(hidden, "dim")))
        found += [_difference(each) for each in since.found]
    return _some(found, lines, False)


def _difference(each: Difference) -> Line:
    old, new = (_value(value) for value in (each.old, each.new))
    return line(f"  {one_line(each.what)}  ", span(old, "dim"), " -> ", new)


def _value(value: SafeText | None) -> SafeText:
    return SafeText("(none)") if value is None else within(one_line(value) or SafeText("(empty)"))


def _some(found: Sequence[Line], lines: int, is_cut: bool) -> list[Line]:
    """As many as fit, and how many more there are."""
    if not found:
        return [(span("none", "dim"),)]
    more = len(found) - lines
    if more <= 0 and not is_cut:
        return list(found)
    kept = list(found[: lines - 1]) if more > 0 else list(found)
    hidden = len(found) - len(kept)
    words = f"... {hidden} more" if hidden and not is_cut else f"... {hidden} more, and others not asked for"
    return [*kept, (span(words, "dim"),)]


def _history(facts: RowFacts, cells: int, lines: int, look: Look) -> list[Line]:
    """The newest deployments to the stage."""
    snapshot = facts.known.deployments
    title = line(span(" On this stage", "head"))
    if snapshot.data is None:
        return [title, line(" ", *not_known(facts, "deployments"))]
    if not snapshot.data.rows:
        return [title, line(" ", span("nothing was deployed there", "dim"))]
    live = snapshot.data.live()
    rows: list[Sequence[Cell]] = [
        [deployment_cell(column.id, 200, deployment, live, look) for column in HISTORY]
        for deployment in snapshot.data.rows[: max(lines - 1, 1)]
    ]
    return table_lines(HISTORY, rows, cells, look)
