"""Deployments to one stage: their words, the strip of the last twenty, figures, rows and preview; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from statistics import median

from reltui.data.topics import DeploymentsData
from reltui.model.approval import Approval
from reltui.model.deployment import Deployment
from reltui.model.insight import Outcome, ended_on, outcome, seconds_of, stage_figures
from reltui.model.signing import TYPE_WORDS
from reltui.model.text import SafeText
from reltui.ui.present import (
    Cell,
    Field,
    Line,
    Look,
    Span,
    fields,
    fit,
    joined,
    line,
    padded,
    plain,
    span,
    width,
)
from reltui.ui.present_words import (
    age,
    clock,
    count,
    long_span,
    name_cell,
    one_line,
    person,
    quoted,
    short_name,
    when,
    within,
    words_of,
)

SHOWN = 20
"""So many deployments the strip is of."""

WORDS: dict[Outcome, tuple[str, str, str]] = {
    Outcome.SUCCEEDED: ("ok", "o", "good"),
    Outcome.PARTLY: ("part", "p", "warn"),
    Outcome.FAILED: ("FAIL", "F", "bad"),
    Outcome.REJECTED: ("REJ", "R", "bad"),
    Outcome.CANCELED: ("canc", "c", "dim"),
    Outcome.WAITING: ("WAIT", "W", "wait"),
    Outcome.RUNNING: ("run", "r", "info"),
    Outcome.QUEUED: ("queue", "q", "info"),
    Outcome.SCHEDULED: ("sched", "s", "info"),
    Outcome.UNKNOWN: ("?", "?", "warn"),
}
"""Word, letter and role."""
BARS = "▁▂▃▄▅▆▇█"
ASCII_BARS = "12345678"


def deployment_word(deployment: Deployment) -> Span:
    """How a deployment ended, or where it is, in one short word."""
    word, _, role = WORDS[outcome(deployment)]
    return span(word, role)


def duration(seconds: float | None) -> SafeText:
    """A duration as 04:10 or 1:02:33; "-" when it is not known."""
    if seconds is None:
        return SafeText("-")
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return SafeText(f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes:02d}:{rest:02d}")


def full_bar(times: Sequence[float | None]) -> float:
    """The duration that gets a full bar: the longest, but no more than four times the median, for one that
    waited a night for a signature would make all others look alike."""
    known = [seconds for seconds in times if seconds is not None]
    return min(max(known), 4 * median(known)) if known else 0.0


def bar(seconds: float | None, full: float, ascii: bool) -> str:
    """One sign for a duration."""
    if seconds is None:
        return "." if ascii else "·"
    steps = ASCII_BARS if ascii else BARS
    share = seconds / full if full > 0 else 0.0
    return steps[min(int(share * len(steps)), len(steps) - 1)]


def strip_lines(deployments: Sequence[Deployment], cells: int, look: Look) -> list[Line]:
    """The last twenty deployments as letters and bars, oldest first, and what the letters mean."""
    last = list(reversed(deployments[: min(SHOWN, max((cells - 14) // 2, 1))]))
    if not last:
        return []
    times = [seconds_of(d) for d in last]
    full = full_bar(times)
    outcomes = [WORDS[outcome(d)] for d in last]
    letters = joined([(span(letter, role),) for _, letter, role in outcomes], " ")
    bars = " ".join(bar(seconds, full, look.ascii) for seconds in times)
    met = {letter: word for word, letter, _ in outcomes}
    meaning = ", ".join(f"{letter} {word}" for letter, word in met.items())
    of = f"the last {len(last)}, newest at the right" if len(last) > 1 else "the only one"
    scale = f"full bar: {duration(full)} and more" if full else "no times"
    results = line(span(" Result  ", "dim"), *letters, span(f"  {meaning}", "dim"))
    took = line(span(" Took    ", "dim"), bars, span(f"  {scale}", "dim"))
    return [fit(results, cells, look.ascii), _with(took, span(f"; {of}", "dim"), cells, look)]


def _with(whole: Line, tail: Span, cells: int, look: Look) -> Line:
    """A line with what stands behind it, where there is room for all of that."""
    fits = width(plain(whole)) + width(tail.text) <= cells
    return (*whole, tail) if fits else fit(whole, cells, look.ascii)


def figure_lines(data: DeploymentsData, more: bool, cells: int, look: Look) -> list[Line]:
    """The figures of the deployments that were read, in words."""
    figures = stage_figures(data.rows)
    if not data.rows:
        return []
    parts: list[Line] = []
    if figures.median_seconds is not None:
        parts.append(line("median ", span(duration(figures.median_seconds), "head"), f" of {figures.timed}"))
    if figures.seconds_between is not None:
        parts.append(line("a success every ", span(long_span(figures.seconds_between), "head")))
    elif figures.successes == 1:
        parts.append(line("one success"))
    if figures.ended:
        share = round(100 * figures.unsuccessful / figures.ended)
        parts.append(
            line(
                span(f"{share} %", "head"),
                f" did not succeed ({figures.unsuccessful} of {figures.ended})",
            )
        )
    else:
        parts.append(line("none has ended"))
    read = f"of the newest {len(data.rows)}" if more else f"of all {len(data.rows)}"
    return [_with(line(" ", *joined(parts)), span(f", {read}", "dim"), cells, look)]


def approved_by(approvals: Iterable[Approval]) -> list[SafeText]:
    """Who signed, in order, each once."""
    names: dict[SafeText, None] = {}
    for approval in approvals:
        if not approval.is_automated and not approval.is_pending:
            who = approval.approved_by or approval.approver
            if who is not None:
                names[short_name(who)] = None
    return list(names)


def comments(deployment: Deployment) -> list[SafeText]:
    """What the people who signed wrote, in order."""
    approvals = (*deployment.pre_approvals, *deployment.post_approvals)
    return [one_line(a.comments) for a in approvals if a.comments]


def standing(deployment: Deployment, live: Deployment | None) -> Span:
    """LIVE for what runs on the stage now, "was" for what ran there before."""
    if live is not None and deployment.id == live.id:
        return span("LIVE", "good")
    return span("was", "dim") if deployment.succeeded else span("")


def deployment_cell(
    column: str, cells: int, deployment: Deployment, live: Deployment | None, look: Look
) -> Cell:
    """One cell of a row by its column's id."""
    match column:
        case "release":
            return name_cell(deployment.release.name, cells, look)
        case "try":
            return span(str(deployment.attempt) if deployment.attempt else "-")
        case "result":
            return deployment_word(deployment)
        case "stands":
            return standing(deployment, live)
        case "queued":
            return span(when(deployment.queued_on, look))
        case "started":
            return span(when(deployment.started_on, look))
        case "took":
            return span(duration(seconds_of(deployment)))
        case "by":
            return name_cell(short_name(deployment.requested_for or deployment.requested_by), cells, look)
        case "approved":
            approvals = (*deployment.pre_approvals, *deployment.post_approvals)
            waiting = [short_name(a.approver) for a in deployment.waiting]
            names = approved_by(approvals)
            if waiting:
                return line(", ".join(names) + (", " if names else ""), span(f"? {waiting[0]}", "wait"))
            return span(", ".join(names)) if names else span("-", "dim")
        case "comment":
            said = comments(deployment)
            return span(quoted(said[-1]) if said else "", "dim")
        case _:
            return span(words_of(deployment.reason), "dim")


def deployment_title(deployment: Deployment) -> str:
    """What the preview is about, for its rule."""
    attempt = f", try {deployment.attempt}" if deployment.attempt > 1 else ""
    return f"{within(deployment.release.name)}{attempt}: {outcome(deployment).value}"


def times_words(deployment: Deployment, look: Look) -> Line:
    """When it was queued, began and ended."""
    parts = [f"queued {when(deployment.queued_on, look).strip()}"]
    if deployment.scheduled_for is not None and deployment.scheduled_for > look.now:
        parts.append(f"scheduled for {when(deployment.scheduled_for, look).strip()}")
    if deployment.started_on is not None:
        parts.append(f"started {clock(deployment.started_on, look)}")
    end = ended_on(deployment)
    if end is not None:
        parts.append(f"ended {clock(end, look)}, {age(end, look)} ago")
    if seconds_of(deployment) is not None:
        parts.append(f"took {duration(seconds_of(deployment))}")
    return line(", ".join(parts))


def approval_line(approval: Approval, look: Look) -> Line:
    """One signature: who, when, with what comment."""
    kind = TYPE_WORDS.get(approval.type, "")
    if approval.is_automated:
        return line(f"{kind} ", span("automatic", "dim"))
    if approval.is_pending:
        since = age(approval.created_on, look)
        return line(f"{kind} {person(approval.approver)} ", span("pending", "wait"), f" since {since}")
    who = person(approval.approved_by or approval.approver)
    role = {"approved": "good", "rejected": "bad"}.get(str(approval.status), "dim")
    said = f"  {quoted(approval.comments)}" if approval.comments else ""
    moment = clock(approval.modified_on, look)
    return line(f"{kind} {who} ", span(words_of(approval.status), role), f" {moment}", said)


def version_words(deployment: Deployment) -> str:
    """The versions that the release took, the primary first."""
    parts = []
    for artifact in deployment.artifacts:
        branch = artifact.branch.removeprefix("refs/heads/")
        where = f" ({branch})" if branch else ""
        parts.append(f"{artifact.alias} {artifact.version or '-'}{where}")
    return ", ".join(parts)


def deployment_preview(
    deployment: Deployment, live: Deployment | None, cells: int, look: Look, *, roomy: bool
) -> list[Line]:
    """The preview of a deployment."""
    stands = {"LIVE": "runs there now", "was": "was replaced since"}.get(standing(deployment, live).text, "")
    word = line(deployment_word(deployment), f" {outcome(deployment).value}{f'; {stands}' if stands else ''}")
    operation = words_of(deployment.operation)
    facts = [
        Field("Result", line(*word, span(f"  ({operation})", "dim"))),
        Field("Times", times_words(deployment, look), 2),
        Field("Versions", line(version_words(deployment) or span("not told", "dim"))),
        Field("Asked by", line(person(deployment.requested_for or deployment.requested_by))),
    ]
    if deployment.reason:
        facts.append(Field("Reason", line(words_of(deployment.reason))))
    for index, approval in enumerate((*deployment.pre_approvals, *deployment.post_approvals)):
        facts.append(Field("Approvals" if not index else "", approval_line(approval, look)))
    return fields(facts, cells, look, roomy=roomy)


def history_band(data: DeploymentsData | None, more: bool, cells: int, look: Look) -> list[Line]:
    """The newest deployments to a stage under its strip, to read."""
    if data is None:
        return [(), line(" ", span("reading the deployments...", "dim"))]
    if not data.rows:
        return [(), line(" ", span("Nothing was deployed here.", "dim"))]
    live = data.live()
    columns = (
        ("queued", "Queued", 13),
        ("release", "Release", 20),
        ("try", "Try", 4),
        ("result", "Result", 7),
        ("stands", "", 5),
        ("took", "Took", 8),
        ("by", "Requested by", 20),
        ("approved", "Approved by", 30),
        ("comment", "Comment", max(cells - 110, 10)),
    )
    lines = [*strip_lines(data.rows, cells, look), *figure_lines(data, more, cells, look), ()]
    lines.append(line(" ", span("".join(f"{title:<{room}}" for _, title, room in columns), "dim")))
    for deployment in islice(data.rows, SHOWN):
        row: list[Span] = [span(" ")]
        for column, _, room in columns:
            cell = deployment_cell(column, room - 1, deployment, live, look)
            row.extend(padded(fit((cell,) if isinstance(cell, Span) else cell, room - 1, look.ascii), room))
        lines.append(fit(tuple(row), cells, look.ascii))
    return lines


def counted(data: DeploymentsData, more: bool) -> str:
    """How many deployments are known."""
    return count(len(data.rows), "deployment") if not more else f"{len(data.rows)}+ deployments"
