"""The table of a release's stages, and what is told of a release as a whole; pure.

The tabs of the detail are in present_release_stage.py, present_release_tasks.py and
present_release_content.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from reltui.model.approval import Approval, ApprovalStatus, ApprovalType
from reltui.model.attempt import Attempt
from reltui.model.following import trigger_words
from reltui.model.identity import Me
from reltui.model.insight import attempt_ended
from reltui.model.release import Artifact, Environment, EnvironmentStatus, Release, ReleaseStatus
from reltui.model.signing import Signature, signatures
from reltui.model.text import SafeText
from reltui.ui.present import (
    Cell,
    Field,
    Line,
    Look,
    Span,
    cut,
    cut_end,
    fields,
    fit,
    joined,
    line,
    padded,
    plain,
    span,
    width,
)
from reltui.ui.present_approvals import created_words, stage_cell
from reltui.ui.present_release_gates import gates_cell
from reltui.ui.present_stages import started_on
from reltui.ui.present_words import (
    clock,
    name_cell,
    one_line,
    person,
    quoted,
    stage_word,
    took,
    when,
    within,
    words_of,
)

OVER = (
    EnvironmentStatus.SUCCEEDED,
    EnvironmentStatus.PARTIALLY_SUCCEEDED,
    EnvironmentStatus.REJECTED,
    EnvironmentStatus.CANCELED,
)
SIGNATURE_WORDS: dict[str, tuple[str, str]] = {
    ApprovalStatus.APPROVED: ("ok", "good"),
    ApprovalStatus.REJECTED: ("REJ", "bad"),
    ApprovalStatus.CANCELED: ("canc", "dim"),
}
COMMENT_CELLS = 20
"""So much of a comment stands in the table of stages."""


def stage_row_cell(
    column: str, cells: int, environment: Environment, protected: bool, me: Me | None, look: Look
) -> Cell:
    """One cell of the table of stages by its column's id."""
    latest = environment.latest
    match column:
        case "stage":
            return stage_cell(environment.name, protected, cells, look)
        case "state":
            return stage_word(environment)
        case "try":
            return span(str(latest.attempt) if latest else "-", "" if latest else "dim")
        case "queued":
            return _moment(short_when(latest.queued_on if latest else None, cells, look))
        case "started":
            return _moment(short_when(started_on(environment), cells, look))
        case "took":
            return _moment(took(started_on(environment), _end(environment, look)))
        case "pre":
            return chain_cell(environment, ApprovalType.PRE_DEPLOY, me, cells, look)
        case "post":
            return chain_cell(environment, ApprovalType.POST_DEPLOY, me, cells, look)
        case "gates":
            return gates_cell(environment, cells)
        case "agent":
            return span(cut(_agents(latest), cells, look.ascii) if latest else "-", "dim")
        case _:
            trigger = trigger_words(environment.conditions)
            words = started_words(environment) or trigger.removesuffix(" succeeds").removesuffix(" succeed")
            return span(cut_end(words, cells, look.ascii), "dim")


def started_words(environment: Environment) -> str:
    """Why the stage was started, where that is not just its trigger."""
    reason = one_line(environment.trigger_reason)
    return "" if reason.startswith(("After successful deployment", "Automated")) else reason


def _moment(words: SafeText) -> Cell:
    return span(words, "dim" if words == "-" else "")


def short_when(moment: datetime | None, cells: int, look: Look) -> SafeText:
    """A local time as `when`; in eight cells as "24 08:11", and for another month as its day."""
    words = when(moment, look)
    if moment is None or width(words) <= cells:
        return words
    here = moment.astimezone(look.zone)
    if abs((look.now - moment).days) < 26:
        return SafeText(f"{here.day:2d} {here.hour:02d}:{here.minute:02d}")
    return SafeText(words[:6] if len(words) > 11 else words[3:])


def _end(environment: Environment, look: Look) -> datetime | None:
    """When the deployment ended; now, while it goes on."""
    latest = environment.latest
    return attempt_end(latest, environment, look) if latest is not None else None


def attempt_end(attempt: Attempt, environment: Environment, look: Look) -> datetime | None:
    """When an attempt ended; now, while it goes on. Waiting for a person afterwards does not count."""
    tasks = [task for phase in attempt.phases for task in phase.tasks]
    is_over = (
        attempt is not environment.latest
        or environment.status in OVER
        or (tasks and all(task.finished_on for task in tasks))
    )
    return attempt_ended(attempt) if is_over else look.now


def _agents(latest: Attempt) -> str:
    names = dict.fromkeys(task.agent for phase in latest.phases for task in phase.tasks if task.agent)
    return ", ".join(names) or "-"


def chain_cell(environment: Environment, type: ApprovalType, me: Me | None, cells: int, look: Look) -> Cell:
    """The signatures of one side in a cell, as much as it has room for.

    "lee ok 09:12 "tested" > YOU now > CAB"; without comments; without times; counted: "1 ok YOU +1".
    """
    latest = environment.latest
    asked = signatures(environment, type, latest.attempt if latest else 0, me)
    if not asked:
        return span("auto", "dim")
    for chain in _chains(asked, me, look):
        if width(plain(chain)) <= cells:
            return chain
    return _counted(asked, me, cells)


def _chains(asked: Sequence[Signature], me: Me | None, look: Look) -> Iterator[Line]:
    for with_time, with_comment in ((True, True), (True, False), (False, False)):
        parts: list[Line] = []
        for signature in asked:
            approval, name = signature.approval, person(signature.approver)
            if approval is None:
                parts.append((span(name, "dim"),))
            elif approval.is_pending:
                parts.append((span(f"{'YOU' if _is_own(signature, me) else name} now", "wait"),))
            else:
                moment = f" {clock(approval.modified_on, look)}" if with_time else ""
                comment = quoted(approval.comments) if with_comment else ""
                tail = f"{moment} {cut_end(comment, COMMENT_CELLS, look.ascii)}".rstrip()
                parts.append(line(f"{name} ", span(*_signature_word(approval)), span(tail, "dim")))
        yield joined(parts, " > ")


def _is_own(signature: Signature, me: Me | None) -> bool:
    return me is not None and signature.approver is not None and signature.approver.id == me.id


def _signature_word(approval: Approval) -> tuple[str, str]:
    return SIGNATURE_WORDS.get(approval.status, (words_of(approval.status), "dim"))


def _counted(asked: Sequence[Signature], me: Me | None, cells: int) -> Line:
    given: list[Line] = []
    short: list[Line] = []
    later = 0
    for signature in asked:
        name = person(signature.approver)
        approval = signature.approval
        if approval is None:
            later += 1
        elif approval.is_pending:
            mine = "your group" if signature.is_mine else cut(name, max(4, cells // 2))
            short.append((span(f"{'YOU' if _is_own(signature, me) else mine} now", "wait"),))
        else:
            given.append(line(f"{name} ", span(*_signature_word(approval))))
    begun = [_count_words(given)] if given else []
    counted = joined([*begun, *short, *([line(span(f"{later} more", "dim"))] if later else [])], " > ")
    if width(plain(counted)) <= cells:
        return counted
    bare = [(Span(SafeText(part[0].text.removesuffix(" now")), "wait"),) for part in short]
    return joined([*begun, *bare, *([line(span(f"+{later}", "dim"))] if later else [])], " ")


def _count_words(given: Sequence[Line]) -> Line:
    """So many signatures: "2 ok"; a single one that is no plain yes keeps its word."""
    words = {part[-1] for part in given}
    if len(words) == 1:
        return (span(f"{len(given)} "), next(iter(words)))
    return (span(f"{len(given)} given"),)


def mine_in(environment: Environment, me: Me | None) -> tuple[Approval, ...]:
    """The approvals of a stage that wait for me, directly or through a group; my own first."""
    if me is None:
        return ()
    found = [
        a
        for a in environment.waiting
        if a.approver is not None and a.approver.id and (a.approver.id == me.id or a.approver.id in me.groups)
    ]
    return tuple(sorted(found, key=lambda a: a.approver is None or a.approver.id != me.id))


def stage_to_show(release: Release, me: Me | None) -> int:
    """The id of the stage to begin at: it waits for me, waits, runs, or was touched last; 0 without any."""
    environments = release.environments or ()
    ways = (
        [e for e in environments if mine_in(e, me)],
        [e for e in environments if e.waiting],
        [e for e in environments if e.status in (EnvironmentStatus.IN_PROGRESS, EnvironmentStatus.QUEUED)],
        [e for e in environments if e.latest is not None][-1:],
        list(environments),
    )
    return next((found[0].id for found in ways if found), 0)


def release_words(release: Release, look: Look) -> Line:
    """A release in one line: its state, when and why it was made, whether it is kept, its description."""
    role = "" if release.status == ReleaseStatus.ACTIVE else "warn"
    parts = [line(span(words_of(release.status), role)), line("created ", *created_words(release, look))]
    if release.keep_forever:
        parts.append((span("retained", "good"),))
    if release.tags:
        parts.append(line(f"tags: {' '.join(within(tag) for tag in release.tags)}"))
    if release.description.strip():
        parts.append((span(quoted(release.description), "dim"),))
    return joined(parts)


def stage_table(release: Release, me: Me | None, cells: int, look: Look) -> list[Line]:
    """All stages under one another, to read."""
    spare = max(0, cells - 78)
    columns = (
        ("stage", "Stage", 18),
        ("state", "State", 6),
        ("try", "Try", 4),
        ("queued", "Queued", 13),
        ("started", "Started", 13),
        ("took", "Took", 9),
        ("pre", "Before", 12 + spare * 5 // 10),
        ("post", "After", spare * 2 // 10),
        ("reason", "Why", spare * 3 // 10),
    )
    lines: list[Line] = [line(" ", *(span(f"{title:<{room}} "[:room], "dim") for _, title, room in columns))]
    for environment in release.environments or ():
        row: list[Span] = [span(" ")]
        for column, _, room in columns:
            cell = stage_row_cell(column, room - 1, environment, False, me, look)
            whole = (cell,) if isinstance(cell, Span) else cell
            row.extend(padded(fit(whole, max(0, room - 1), look.ascii), room))
        lines.append(tuple(row))
    return lines


def release_lines(
    release: Release, me: Me | None, cells: int, look: Look, *, artifacts: bool = True
) -> list[Line]:
    """The release as a whole: why, with what, by whom."""
    own = me.id if me else ""
    facts = [Field("Created", created_words(release, look))]
    for index, text in enumerate(release.description.splitlines()):
        facts.append(Field("About" if index == 0 else "", line(SafeText(text))))
    lines = fields(facts, cells, look, roomy=True)
    if artifacts:
        lines.append(line(" ", span("Artifacts", "head")))
        lines += [_artifact_line(artifact, cells, look) for artifact in release.artifacts or ()]
        if not release.artifacts:
            lines.append(line("   ", span("none" if release.artifacts is not None else "not read", "dim")))
    changed = f"{when(release.modified_on, look).strip()} by {person(release.modified_by, own)}"
    facts = [
        Field("Changed", line(changed)),
        Field("Pipeline", line(f"{release.definition.name}{_revision(release)}")),
        Field("Kept", line("forever" if release.keep_forever else "as the retention says")),
        Field("Id", line(str(release.id))),
    ]
    if release.tags:
        facts.append(Field("Tags", line(", ".join(release.tags))))
    return [*lines, *fields(facts, cells, look, roomy=True)]


def _artifact_line(artifact: Artifact, cells: int, look: Look) -> Line:
    row = line(
        "   ",
        *padded(name_cell(artifact.alias, 20, look), 21),
        *padded(name_cell(artifact.version, 24, look), 25),
        span(artifact.branch.removeprefix("refs/heads/")),
        span(f"  {words_of(artifact.type)} {artifact.definition}", "dim"),
        span("  primary" if artifact.is_primary else "", "dim"),
    )
    return fit(row, cells, look.ascii)


def _revision(release: Release) -> str:
    return f", revision {release.definition_revision}" if release.definition_revision else ""
