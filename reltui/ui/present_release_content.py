"""What is in a release: commits, work items, variables, artifacts; and its history; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reltui.data.topics import ContentData, Snapshot
from reltui.model.content import Change, ReleaseRevision, WorkItem
from reltui.model.definition import Definition
from reltui.model.identity import Me
from reltui.model.release import Artifact, Environment, Release, Variable
from reltui.model.text import SafeText
from reltui.model.values import dataclass
from reltui.ui.present import (
    Cell,
    Field,
    Line,
    Look,
    Span,
    cut_end,
    fields,
    fit,
    flow,
    line,
    padded,
    span,
    width,
    wrap,
)
from reltui.ui.present_release import release_lines
from reltui.ui.present_release_stage import Known, LiveThere, live_words, version_words
from reltui.ui.present_words import age, count, name_cell, one_line, person, quoted, when, within, words_of
from reltui.ui.widgets.columns import Column, lay_out

MASKED = "********"
"""Of one length, so that it does not tell the length of a secret (B8)."""
VALUE_LINES = 4
"""A value takes at most so many lines."""


@dataclass(frozen=True, slots=True)
class Ends:
    """The two ends of what changes: this release, and the one that is live on a stage."""

    release: Release
    environment: Environment | None
    live: LiveThere


def table_lines(
    columns: Sequence[Column], rows: Sequence[Sequence[Cell]], cells: int, look: Look
) -> list[Line]:
    """Rows under the titles of their columns, as many columns as fit; a row has a cell for each column."""
    layout = lay_out(columns, cells - 1)
    places = [columns.index(column) for column, _ in layout]
    titles: list[Cell] = [span(column.title, "dim") for column, _ in layout]
    lines: list[Line] = []
    for row in (titles, *([row[place] for place in places] for row in rows)):
        parts: list[Span] = [span(" ")]
        for cell, (_, room) in zip(row, layout, strict=True):
            whole = (cell,) if isinstance(cell, Span) else cell
            parts += [*padded(fit(whole, room, look.ascii), room), span(" ")]
        lines.append(tuple(parts))
    return lines


def ends_lines(ends: Ends, cells: int, look: Look) -> list[Line]:
    """Both ends by name: since what, and to what."""
    release, live = ends.release, ends.live
    name = within(ends.environment.name) if ends.environment is not None else "the stage"
    artifact = next(iter(release.artifacts or ()), None)
    version = f" ({within(artifact.version)})" if artifact is not None and artifact.version else ""
    to = f"this {within(release.name)}{version}"
    other = live.other
    if other is not None:
        since = age(other.completed_on or other.last_modified_on, look)
        what = f"{within(other.release.name)}{version_words(other)}"
        if live.own is not None:
            own = age(live.own.completed_on or live.own.last_modified_on, look)
            words = line(f"{what}, live on {name} before it")
            to += f", live there for {own}"
        else:
            words = line(f"{what}, live on {name} for {since}")
        found = [Field("Since", words), Field("To", line(to))]
        if other.release.id > release.id and live.own is None:
            warning = f"{within(other.release.name)} is newer: to deploy this one goes back."
            found.append(Field("!", (span(warning, "warn"),)))
        return fields(found, cells, look, roomy=True)
    if live.known is Known.READING:
        return fields([Field("Since", (span(f"reading what is live on {name} ...", "dim"),))], cells, look)
    own_words = live_words(live, release, look)
    because = line(f"{name}: ", *own_words) if ends.environment is not None else line("no stage is chosen")
    since_words = line("the release before this one", span("  (", "dim"), *because, span(")", "dim"))
    return fields([Field("Since", since_words), Field("To", line(to))], cells, look, roomy=True)


def change_lines(ends: Ends, snapshot: Snapshot[ContentData], cells: int, look: Look) -> list[Line]:
    """The commits since the other end."""
    lines = ends_lines(ends, cells, look)
    data = snapshot.data
    if data is None:
        return [*lines, *_not_read("commits", ends, snapshot)]
    authors = len({change.author for change in data.changes})
    told = count(len(data.changes), "commit")
    if data.changes:
        told += f" by {count(authors, 'author')}"
    lines += _counted(told, data, snapshot, cells, look)
    if not data.changes:
        return lines
    columns = (
        Column("id", "Commit", 8),
        Column("message", "Message", 24, grow=1),
        Column("author", "Author", 14),
        Column("when", "When", 12, drop=1),
    )
    return [*lines, *table_lines(columns, [_change(each, look) for each in data.changes], cells, look)]


def _change(change: Change, look: Look) -> Sequence[Cell]:
    return (
        name_cell(SafeText(change.short_id), 8, look, "dim"),
        span(one_line(change.message)),
        name_cell(change.author, 14, look),
        span(when(change.on, look), "dim"),
    )


def item_lines(ends: Ends, snapshot: Snapshot[ContentData], cells: int, look: Look) -> list[Line]:
    """The work items since the other end."""
    lines = ends_lines(ends, cells, look)
    data = snapshot.data
    if data is None:
        return [*lines, *_not_read("work items", ends, snapshot)]
    lines += _counted(count(len(data.items), "work item"), data, snapshot, cells, look)
    if not data.items:
        return lines
    columns = (
        Column("id", "Item", 7),
        Column("type", "Type", 10, drop=1),
        Column("title", "Title", 24, grow=1),
        Column("state", "State", 9),
        Column("assignee", "Assigned to", 14, drop=2),
    )
    return [*lines, *table_lines(columns, [_item(each, look) for each in data.items], cells, look)]


def _item(item: WorkItem, look: Look) -> Sequence[Cell]:
    return (
        name_cell(item.id, 7, look),
        name_cell(item.type, 10, look, "dim"),
        span(one_line(item.title)),
        name_cell(item.state, 9, look),
        name_cell(item.assignee, 14, look, "dim"),
    )


def _not_read(what: str, ends: Ends, snapshot: Snapshot[ContentData]) -> list[Line]:
    if snapshot.problems:
        problem = snapshot.problems[0]
        return [(), line(" ", span(f"The {what} could not be read. {problem.sentence}", "warn"))]
    progress = f" ({snapshot.progress})" if snapshot.progress else ""
    return [(), line(" ", span(f"Reading the {what}{progress} ...", "dim"))]


def _counted(
    told: str, data: ContentData, snapshot: Snapshot[ContentData], cells: int, look: Look
) -> list[Line]:
    """How many, and what must be known about that number."""
    notes: list[Span] = []
    if data.is_cut:
        notes.append(span("; there are more than were asked for", "warn"))
    if data.by_build_area:
        notes.append(span("; told build by build, for this server's releases do not tell", "dim"))
    if snapshot.problems:
        notes.append(span(f"; not read again: {snapshot.problems[0].sentence}", "warn"))
    if not data.changes and not data.items and not notes:
        notes.append(span("; nothing is different", "dim"))
    return [(), *flow(line(" ", span(told, "head")), line(*notes), cells, 3, look.ascii)]


@dataclass(frozen=True, slots=True)
class Planned:
    """The variables of the definition that a release was cut from, to compare with."""

    name: str
    """"revision 57 of the definition"."""
    release: Mapping[str, Variable]
    stages: Mapping[int, Mapping[str, Variable]]
    """By the stage's id in the definition."""


def planned_variables(definition: Definition | None) -> Planned | None:
    """The variables of a definition by scope; None while it is not known."""
    if definition is None or definition.environments is None:
        return None
    return Planned(
        f"revision {definition.revision} of the definition",
        {v.name.casefold(): v for v in definition.variables},
        {e.id: {v.name.casefold(): v for v in e.variables} for e in definition.environments},
    )


def release_variable_lines(
    release: Release, planned: Planned | None, note: str, cells: int, look: Look
) -> list[Line]:
    """Variables of the release and of each stage, and which are not as in its definition.

    `note` says why there is nothing to compare with.
    """
    scopes: list[tuple[str, Sequence[Variable], Mapping[str, Variable] | None]] = [
        ("Release", release.variables, planned.release if planned else None)
    ]
    for environment in release.environments or ():
        own = planned.stages.get(environment.definition_environment_id) if planned else None
        scopes.append((f"Stage {within(environment.name)}", environment.variables, own))
    different = 0
    lines: list[Line] = []
    room = _name_room([v for _, variables, _ in scopes for v in variables])
    for title, variables, plan in scopes:
        names = {v.name.casefold() for v in variables}
        gone = [v for name, v in (plan or {}).items() if name not in names]
        if not variables and not gone:
            continue
        lines.append(line(" ", span(title, "head")))
        for variable in sorted(variables, key=lambda v: v.name.casefold()):
            difference = _difference(variable, plan)
            different += bool(difference)
            lines += _variable(variable, difference, room, cells, look)
        for variable in gone:
            different += 1
            words = span("is in the definition, not here", "warn")
            lines.append(line("   ", *padded(name_cell(variable.name, room, look, "dim"), room + 2), words))
    if not lines:
        return [(), line(" ", span("No variables.", "dim"))]
    role = "warn" if different else "dim"
    head = note
    if planned is not None:
        told = f"{count(different, 'variable')} not as" if different else "All as"
        head = f"{told} in {planned.name}; secrets cannot be compared."
    rows = wrap((span(head, role),), cells - 2) if head else []
    return [*((span(" "), *row) for row in rows), *lines]


def _difference(variable: Variable, plan: Mapping[str, Variable] | None) -> str:
    if plan is None:
        return ""
    before = plan.get(variable.name.casefold())
    if before is None:
        return "not in the definition"
    if variable.is_secret != before.is_secret:
        return f"is {'a' if before.is_secret else 'no'} secret in the definition"
    if variable.is_secret or (variable.value or "") == (before.value or ""):
        return ""
    return f"in the definition: {one_line(before.value or '') or 'empty'}"


def _name_room(variables: Sequence[Variable]) -> int:
    return min(max((width(v.name) for v in variables), default=0), 40)


def _variable(variable: Variable, difference: str, room: int, cells: int, look: Look) -> list[Line]:
    value = span(MASKED, "dim") if variable.is_secret else span(one_line(variable.value or ""))
    sign = span("  secret", "dim") if variable.is_secret else span("")
    name = padded(name_cell(variable.name, room, look), room + 2)
    left = max(cells - room - 5, 20)
    indent = span(" " * (room + 5))
    rows = wrap((value, sign), left, VALUE_LINES, look.ascii)
    lines: list[Line] = [line("   ", *name, *rows[0]), *((indent, *row) for row in rows[1:])]
    if difference:
        told = wrap((span(difference, "warn"),), left, VALUE_LINES, look.ascii)
        lines += [(indent, *row) for row in told]
    return lines


def variable_lines(groups: Sequence[tuple[str, Sequence[Variable]]], cells: int, look: Look) -> list[Line]:
    """Variables under headings; a secret shows that it is one, and never more."""
    lines: list[Line] = []
    room = _name_room([v for _, variables in groups for v in variables])
    for title, variables in groups:
        if not variables:
            continue
        lines.append(line(" ", span(title, "head")))
        for variable in sorted(variables, key=lambda v: v.name.casefold()):
            lines += _variable(variable, "", room, cells, look)
    return lines or [(), line(" ", span("No variables.", "dim"))]


def artifact_lines(artifacts: Sequence[Artifact] | None, cells: int, look: Look) -> list[Line]:
    """The artifacts with the versions that the release took."""
    if not artifacts:
        words = "This release has no artifacts." if artifacts is not None else "Its artifacts were not read."
        return [(), line(" ", span(words, "dim"))]
    columns = (
        Column("alias", "Alias", 12, grow=1),
        Column("type", "Type", 8, drop=2),
        Column("version", "Version", 16, grow=1),
        Column("branch", "Branch", 12, grow=1),
        Column("definition", "Source", 12, grow=1, drop=1),
        Column("primary", "", 7),
    )
    room = {column.id: cells for column, cells in lay_out(columns, cells - 1)}
    rows = [_artifact(artifact, room, look) for artifact in sorted(artifacts, key=lambda a: not a.is_primary)]
    return table_lines(columns, rows, cells, look)


def _artifact(artifact: Artifact, room: Mapping[str, int], look: Look) -> Sequence[Cell]:
    branch = artifact.branch.removeprefix("refs/heads/")
    return (
        name_cell(artifact.alias, room["alias"], look),
        name_cell(artifact.type, room.get("type", 8), look, "dim"),
        name_cell(artifact.version, room["version"], look),
        name_cell(SafeText(branch), room["branch"], look),
        name_cell(artifact.definition, room.get("definition", 12), look, "dim"),
        span("primary" if artifact.is_primary else "", "dim"),
    )


def history_lines(
    release: Release,
    snapshot: Snapshot[tuple[ReleaseRevision, ...]],
    me: Me | None,
    cells: int,
    look: Look,
) -> list[Line]:
    """What is known of the release as a whole, and what was done to it, newest first."""
    lines = [*release_lines(release, me, cells, look, artifacts=False), line(" ", span("History", "head"))]
    for problem in snapshot.problems:
        words = span(f"It could not be read. {problem.sentence}", "warn")
        lines += [(span("   "), *row) for row in wrap((words,), cells - 4)]
    if snapshot.data is None:
        return lines if snapshot.problems else [*lines, line("   ", span("Reading ...", "dim"))]
    own = me.id if me else ""
    for entry in snapshot.data:
        first = line("   ", span(when(entry.on, look), "dim"), f"  {person(entry.by, own)}")
        told = [words_of(entry.change_type)] if entry.change_type else []
        if entry.details:
            told.append(cut_end(one_line(entry.details), 400, look.ascii))
        if entry.comment:
            told.append(quoted(entry.comment))
        lines += flow(first, line(f"  {'  '.join(told)}"), cells, 17, look.ascii)
    if not snapshot.data and not snapshot.problems:
        lines.append(line("   ", span("The server keeps none.", "dim")))
    return lines
