"""Rows and preview of lists of releases; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reltui.model.approval import Approval
from reltui.model.decode import BadRow
from reltui.model.identity import Me
from reltui.model.release import Artifact, Environment, EnvironmentStatus, Release, ReleaseStatus
from reltui.model.signing import TYPE_WORDS
from reltui.model.values import dataclass
from reltui.ui.present import Cell, Field, Line, Look, fields, fit, joined, line, span, width
from reltui.ui.present_approvals import created_words, versions_words
from reltui.ui.present_stages import (
    DEPLOYED,
    finished_on,
    graph,
    release_nodes,
    stage_times,
    stages_line,
    started_on,
    strip,
)
from reltui.ui.present_words import (
    age,
    clock,
    lasted,
    name_cell,
    one_line,
    person,
    short_name,
    stage_word,
    when,
    within,
    words_of,
)

STAGE_COLUMN = "stage:"
"""Before the id of a stage of the definition, in the id of its column."""


@dataclass(frozen=True, slots=True)
class StageColumn:
    """A stage that has a column of its own in the releases of one definition."""

    id: int
    """Of the stage in the definition."""
    name: str
    cells: int


def stage_columns(releases: Sequence[Release], cells: int) -> tuple[StageColumn, ...]:
    """The stages as the newest release has them, if their columns fit into so many cells; else none."""
    newest = next((r for r in releases if r.environments), None)
    if newest is None or newest.environments is None:
        return ()
    found = tuple(
        StageColumn(e.definition_environment_id, e.name, max(5, min(width(e.name), 9)))
        for e in newest.environments
    )
    return found if sum(c.cells + 1 for c in found) <= cells else ()


def live_releases(releases: Sequence[Release]) -> Mapping[tuple[int, int], int]:
    """(definition id, id of the stage in it) -> id of the release that was deployed there last.

    Of the releases given: an older one that was deployed again later is not known from their order.
    """
    found: dict[tuple[int, int], tuple[float, int]] = {}
    add_live(found, releases)
    return live_of(found)


def add_live(found: dict[tuple[int, int], tuple[float, int]], releases: Sequence[Release]) -> None:
    """The same for a part of a long list: when it was deployed there, and the release."""
    for release in releases:
        for environment in release.environments or ():
            moment = finished_on(environment) if environment.status in DEPLOYED else None
            if moment is None:
                continue
            place = (release.definition.id, environment.definition_environment_id)
            this = (moment.timestamp(), release.id)
            if place not in found or found[place] < this:
                found[place] = this


def live_of(found: Mapping[tuple[int, int], tuple[float, int]]) -> Mapping[tuple[int, int], int]:
    """What `add_live` has found in all parts."""
    return {place: release_id for place, (_, release_id) in found.items()}


def stage_cell(release: Release, definition_environment_id: int, live: Mapping[tuple[int, int], int]) -> Cell:
    """The state of one stage: LIVE on the newest success, "was" on an earlier one."""
    for environment in release.environments or ():
        if environment.definition_environment_id == definition_environment_id:
            newest = live.get((release.definition.id, definition_environment_id))
            if newest is not None and environment.status in DEPLOYED:
                if newest != release.id:
                    return span("was", "dim")
                if environment.status == EnvironmentStatus.SUCCEEDED:
                    return span("LIVE", "good")
            return stage_word(environment)
    return span("" if release.environments is not None else "?", "dim")


def build_words(artifacts: Sequence[Artifact] | None) -> str:
    """The version of the primary artifact, else of the first."""
    if not artifacts:
        return "-" if artifacts is not None else "?"
    return next((a for a in artifacts if a.is_primary), artifacts[0]).version or "-"


def release_cell(
    column: str, cells: int, release: Release, live: Mapping[tuple[int, int], int], look: Look
) -> Cell:
    """One cell of a row by its column's id."""
    if column.startswith(STAGE_COLUMN):
        return stage_cell(release, int(column.removeprefix(STAGE_COLUMN)), live)
    match column:
        case "release":
            mark = {ReleaseStatus.ABANDONED: " A", ReleaseStatus.DRAFT: " D"}.get(_status(release), "")
            role = "dim" if mark else ""
            return (*name_cell(release.name, cells - len(mark), look, role), span(mark, "warn"))
        case "pipeline":
            return name_cell(release.definition.name, cells, look)
        case "created":
            return span(when(release.created_on, look))
        case "by":
            return name_cell(short_name(release.created_by), cells, look)
        case "build":
            return name_cell(build_words(release.artifacts), cells, look)
        case "stages":
            return strip(release.environments, cells, look)
        case "kept":
            return span("yes" if release.keep_forever else "")
        case "tags":
            return span(", ".join(release.tags), "dim")
        case _:
            return span(age(release.created_on, look), "dim")


def _status(release: Release) -> ReleaseStatus:
    return release.status if isinstance(release.status, ReleaseStatus) else ReleaseStatus.UNDEFINED


def release_values(release: Release) -> Mapping[str, str]:
    """What the filter looks in; "stage" has the names of the stages that wait, run or failed."""
    environments = release.environments or ()
    return {
        "release": release.name,
        "pipeline": release.definition.name,
        "by": short_name(release.created_by),
        "build": build_words(release.artifacts),
        "status": words_of(release.status),
        "state": " ".join(stage_word(e).text for e in environments),
        "stage": " ".join(e.name for e in environments if e.status != EnvironmentStatus.NOT_STARTED),
        "tag": " ".join(release.tags),
        "is": "retained" if release.keep_forever else "",
        "about": release.description,
    }


def waiting_parts(release: Release, look: Look, me: Me | None) -> list[Line]:
    """What happens now, stage by stage: who is waited for, what runs."""
    parts: list[Line] = []
    for environment in release.environments or ():
        latest = environment.latest
        attempt = f", try {latest.attempt}" if latest is not None and latest.attempt > 1 else ""
        word = stage_word(environment)
        if environment.waiting:
            who = ", ".join(_asked(a, me) for a in environment.waiting)
            since = age(environment.waiting[0].created_on, look)
            kind = TYPE_WORDS.get(environment.waiting[0].type, "")
            parts.append(
                line(
                    f"{within(environment.name)} ", span(f"{kind} {who}", "wait"), f" since {since}{attempt}"
                )
            )
        elif word.text in ("run", "WAIT", "queue", "sched"):
            parts.append(line(f"{within(environment.name)} ", word, *_running(environment, look), attempt))
    return parts


def _asked(approval: Approval, me: Me | None) -> str:
    if me is not None and approval.approver is not None and approval.approver.id == me.id:
        return "YOU"
    return person(approval.approver)


def _running(environment: Environment, look: Look) -> Line:
    latest = environment.latest
    if environment.scheduled_for is not None and environment.scheduled_for > look.now:
        return line(f" for {clock(environment.scheduled_for, look)}")
    started = started_on(environment)
    if latest is None or started is None:
        return ()
    tasks = [task for phase in latest.phases for task in phase.tasks]
    done = sum(task.finished_on is not None for task in tasks)
    now = next((within(task.name) for task in tasks if task.started_on and not task.finished_on), "")
    step = f" task {done + 1} of {len(tasks)} {now}" if now else ""
    return line(f"{step} since {lasted(started, look)}")


def release_title(release: Release) -> str:
    """What the preview is about, for its rule."""
    status = "" if release.status == ReleaseStatus.ACTIVE else f"  {words_of(release.status)}"
    return f"{within(release.definition.name)} / {within(release.name)}{status}"


def release_preview(release: Release, me: Me | None, cells: int, look: Look, *, roomy: bool) -> list[Line]:
    """The preview of a row."""
    nodes = release_nodes(release.environments or ())
    facts = [
        Field("Created", created_words(release, look)),
        Field("Versions", versions_words(release.artifacts)),
    ]
    if release.description:
        facts.append(Field("About", line(one_line(release.description)), 2))
    waiting = waiting_parts(release, look, me)
    if not roomy:
        unknown = release.environments is None
        facts.append(
            Field("Stages", line(span("not read", "dim")) if unknown else stages_line(nodes, look, 16))
        )
    facts.append(
        Field("Now", joined(waiting, "; ") if waiting else (span("nothing waits or runs", "dim"),), 2)
    )
    more = []
    if release.keep_forever:
        more.append("kept forever")
    if release.tags:
        more.append(f"tags {', '.join(release.tags)}")
    if more:
        facts.append(Field("Also", line("; ".join(more))))
    lines = fields(facts, cells, look, roomy=roomy)
    if roomy and nodes:
        lines += [(), *(line(" ", *row) for row in graph(nodes, cells - 2, look)), ()]
        lines += stage_times(release, cells, look)
    return lines


def bad_row_line(kind: str, bad: BadRow, cells: int, look: Look) -> Line:
    """A record that could not be read, drawn across."""
    number = "without an id" if bad.id is None else str(bad.id)
    whole = line("    ", span(f"unreadable: {kind} {number}", "warn"), span(f" {one_line(bad.why)}", "dim"))
    return fit(whole, cells, look.ascii)
