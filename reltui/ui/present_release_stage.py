"""The tab about one stage of a release: what starts it, what is live there, every attempt at it; pure."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from reltui.data.topics import DeploymentsData, Snapshot
from reltui.model.approval import ApprovalType
from reltui.model.attempt import Attempt, Intervention, InterventionStatus, Issue
from reltui.model.definition import Definition
from reltui.model.deployment import Deployment
from reltui.model.effect import effect_of_yes
from reltui.model.following import EVENT_CONDITION, trigger_words
from reltui.model.identity import Me
from reltui.model.release import Condition, Environment, Release
from reltui.model.signing import own_release_warning, signatures
from reltui.model.text import SafeText
from reltui.model.values import dataclass
from reltui.ui.present import Field, Line, Look, Span, fields, flow, joined, line, padded, span, wrap
from reltui.ui.present_approvals import signature_lines
from reltui.ui.present_release import attempt_end, mine_in, started_words
from reltui.ui.present_release_gates import gates_lines
from reltui.ui.present_stages import attempt_started
from reltui.ui.present_words import (
    age,
    clock,
    count,
    lasted,
    one_line,
    person,
    quoted,
    step_word,
    took,
    when,
    within,
    words_of,
)
from reltui.ui.present_yes import signature_words


class Known(Enum):
    """What is known of the release that is live on a stage."""

    READING = "reading"
    FAILED = "failed"
    NOTHING = "nothing was ever live there"
    NOT_FOUND = "not among those read"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class LiveThere:
    """Which other release is live on a stage, or was until this one came."""

    known: Known
    other: Deployment | None = None
    """The newest success of another release."""
    own: Deployment | None = None
    """This release's own success, when it is what is live there now."""
    sentence: SafeText = SafeText("")
    """Why it could not be read."""
    seen: int = 0
    """How many deployments were looked through."""

    @property
    def base_id(self) -> int:
        """The release to compare with; 0: the one before."""
        return self.other.release.id if self.other is not None else 0


def live_there(snapshot: Snapshot[DeploymentsData], release_id: int) -> LiveThere:
    """What the deployments of a stage tell of what is live there."""
    data = snapshot.data
    if data is None:
        if snapshot.problems:
            return LiveThere(Known.FAILED, sentence=snapshot.problems[0].sentence)
        return LiveThere(Known.READING)
    now, other = data.live(), data.live(before=release_id)
    own = now if now is not None and now.release.id == release_id else None
    if other is not None:
        return LiveThere(Known.LIVE, other, own)
    known = Known.NOTHING if snapshot.complete else Known.NOT_FOUND
    return LiveThere(known, None, own, seen=len(data.rows))


def version_words(deployment: Deployment) -> str:
    """The version of the first artifact of a deployment, in brackets; empty when not known."""
    version = deployment.artifacts[0].version if deployment.artifacts else ""
    return f" ({within(SafeText(version))})" if version else ""


def live_words(live: LiveThere, release: Release, look: Look) -> Line:
    """What is live on the stage now, since when, by whom; and what was before."""
    if live.own is not None:
        since = age(live.own.completed_on or live.own.last_modified_on, look)
        before = f"; before it {within(live.other.release.name)}" if live.other is not None else ""
        return line(span("this release", "good"), f" for {since}{before}")
    match live.known:
        case Known.READING:
            return (span("reading ...", "dim"),)
        case Known.FAILED:
            return (span(f"could not be read: {live.sentence}", "warn"),)
        case Known.NOTHING:
            return (span("nothing yet", "dim"),)
        case Known.NOT_FOUND:
            return (span(f"none of the newest {count(live.seen, 'deployment')} has succeeded", "dim"),)
    deployment = live.other
    assert deployment is not None  # noqa: S101 - LIVE comes with it
    since = age(deployment.completed_on or deployment.last_modified_on, look)
    by = deployment.requested_for or deployment.requested_by
    words = f"{within(deployment.release.name)}{version_words(deployment)} for {since} by {person(by)}"
    newer = span("  newer than this one", "warn") if deployment.release.id > release.id else span("")
    return line(words, newer)


def stage_lines(
    release: Release,
    environment: Environment,
    me: Me | None,
    cells: int,
    look: Look,
    live: LiveThere | None = None,
    definition: Definition | None = None,
) -> list[Line]:
    """The whole tab; `definition` for the queue policy, where it is known."""
    facts = [Field("Trigger", _trigger(environment, definition))]
    if environment.scheduled_for is not None and environment.scheduled_for > look.now:
        facts.append(Field("Planned", line(f"for {when(environment.scheduled_for, look).strip()}")))
    if live is not None:
        facts.append(Field("Live", live_words(live, release, look)))
    latest = environment.latest
    waits_in = latest.intervention if latest is not None else None
    if waits_in is not None:
        since = clock(waits_in.created_on, look)
        words = span(f"manual intervention {quoted(waits_in.name)} since {since}", "wait")
        facts.append(Field("Waits in", line(words)))
    for approval in mine_in(environment, me):
        facts.append(Field("Your yes", line(effect_of_yes(release, approval, look.now, me, look.zone))))
        warning = own_release_warning(release, environment, approval, me)
        if warning:
            facts.append(Field("!", (span(warning, "warn"),)))
    lines = fields(facts, cells, look, roomy=True)
    if latest is None:
        for type in (ApprovalType.PRE_DEPLOY, ApprovalType.POST_DEPLOY):
            lines += signature_lines(environment, type, 0, me, cells, look)
            lines += gates_lines(environment, None, type, cells, look)
    for attempt in reversed(environment.attempts):
        lines += _attempt_lines(environment, attempt, me, cells, look)
    more = f"id {environment.id}, owner {person(environment.owner)}"
    return [*lines, line(" ", span(more, "dim"))]


def _trigger(environment: Environment, definition: Definition | None) -> Line:
    parts: list[Line] = [line(trigger_words(environment.conditions))]
    missing = [c for c in environment.conditions if c.result is False and c.type != EVENT_CONDITION]
    if missing:
        parts.append((span(f"not met: {', '.join(_condition(c) for c in missing)}", "warn"),))
    policy = policy_words(definition, environment)
    if policy:
        parts.append(line(policy))
    reason = started_words(environment)
    if reason:
        parts.append((span(f"started: {reason}", "dim"),))
    return joined(parts, "; ")


def _condition(condition: Condition) -> str:
    return within(condition.name) if condition.name else words_of(condition.type)


def policy_words(definition: Definition | None, environment: Environment) -> str:
    """What happens when several releases want the stage at once; empty where that is not known."""
    stages = (definition.environments or ()) if definition is not None else ()
    planned = next((s for s in stages if s.id == environment.definition_environment_id), None)
    if planned is None:
        return ""
    if not planned.concurrency:
        return "any number at once"
    queue = "only the newest waits" if planned.queue_depth == 1 else "the others queue"
    at_once = "one" if planned.concurrency == 1 else str(planned.concurrency)
    return f"{at_once} at a time, {queue}"


def _attempt_lines(
    environment: Environment, attempt: Attempt, me: Me | None, cells: int, look: Look
) -> list[Line]:
    """One attempt: its outcome and times, then who and what it met, in the order it met them."""
    newest = attempt is environment.latest
    who = person(attempt.requested_for or attempt.requested_by, me.id if me else "")
    started = attempt_started(attempt)
    first = line(
        " ",
        span(f"Attempt {attempt.attempt}", "head"),
        "  ",
        *padded(step_word(attempt.status), 5),
        words_of(attempt.operation),
    )
    words = [f"queued {when(attempt.queued_on, look).strip()}"]
    if started is not None:
        words.append(f"started {clock(started, look)}")
        ended = attempt_end(attempt, environment, look)
        words.append(f"for {lasted(started, look)}" if ended == look.now else f"took {took(started, ended)}")
    words.append(f"by {who}")
    if attempt.reason:
        words.append(words_of(attempt.reason))
    lines = flow(first, line(span(f"  {', '.join(words)}", "dim")), cells, 3, look.ascii)
    for type in (ApprovalType.PRE_DEPLOY, ApprovalType.POST_DEPLOY):
        if type == ApprovalType.POST_DEPLOY:
            lines += _intervention_lines(attempt, me, cells, look)
            lines += issue_lines(attempt, cells, look)
        if newest:
            lines += signature_lines(environment, type, attempt.attempt, me, cells, look)
        else:
            lines += _given_lines(environment, type, attempt.attempt, me, cells, look)
        if newest or (attempt.post_gates if type == ApprovalType.POST_DEPLOY else attempt.pre_gates):
            lines += gates_lines(environment, attempt, type, cells, look)
    return lines


def _given_lines(
    environment: Environment, type: ApprovalType, attempt: int, me: Me | None, cells: int, look: Look
) -> list[Line]:
    """What became of the approvals of an earlier attempt."""
    lines: list[Line] = []
    side = "after" if type == ApprovalType.POST_DEPLOY else "before"
    own = me.id if me else ""
    for signature in signatures(environment, type, attempt, me):
        if signature.approval is not None:
            first = line("   ", span(f"{side:<7}", "dim"), person(signature.approver, own))
            rest = line("  ", *signature_words(signature, look, me))
            lines += flow(first, rest, cells, 10, look.ascii)
    return lines


def _intervention_lines(attempt: Attempt, me: Me | None, cells: int, look: Look) -> list[Line]:
    lines: list[Line] = []
    for phase in attempt.phases:
        for intervention in phase.interventions:
            lines += intervention_lines(intervention, me, cells, look)
    return lines


ENDS: dict[str, tuple[str, str]] = {
    InterventionStatus.PENDING: ("waits", "wait"),
    InterventionStatus.APPROVED: ("resumed", "good"),
    InterventionStatus.REJECTED: ("rejected", "bad"),
}


def intervention_lines(intervention: Intervention, me: Me | None, cells: int, look: Look) -> list[Line]:
    """A manual intervention: how it stands, its instructions whole, and how it ended."""
    word, role = ENDS.get(intervention.status, (words_of(intervention.status), "dim"))
    parts: list[Span | str] = [span(word, role)]
    if intervention.is_pending:
        parts.append(f" since {clock(intervention.created_on, look)}")
    else:
        by = intervention.approver
        parts.append(f" {clock(intervention.modified_on, look)}")
        parts.append(f" by {person(by, me.id if me else '')}" if by is not None else "")
        parts.append(f"  {quoted(intervention.comments)}" if intervention.comments else "")
    head = line(" ", span("Manual intervention", "head"), f"  {quoted(intervention.name)}")
    lines = flow(head, line("  ", *parts), cells, 3, look.ascii)
    return lines + instruction_lines(intervention.instructions, cells)


def instruction_lines(instructions: SafeText, cells: int) -> list[Line]:
    """Instructions whole, each line set in, so that it never reads as reltui's words (C7)."""
    lines: list[Line] = []
    for text in instructions.splitlines():
        rows: Sequence[Line] = wrap((Span(SafeText(text)),), max(cells - 6, 20))
        lines += [(span("   | ", "dim"), *row) for row in rows]
    return lines or [line("   ", span("without instructions", "dim"))]


def issue_lines(attempt: Attempt, cells: int, look: Look) -> list[Line]:
    """What an attempt and its phases reported, errors first."""
    issues = sorted(attempt.issues, key=lambda issue: issue.type.lower() != "error")
    lines = [row for issue in issues for row in issue_line(issue, cells, look)]
    for phase in attempt.phases:
        if phase.error_log:
            lines += note_lines(phase.error_log, "bad", cells, look)
    return lines


def issue_line(issue: Issue, cells: int, look: Look) -> list[Line]:
    """An issue in at most three lines."""
    role = "warn" if issue.type.lower() == "warning" else "bad"
    return note_lines(f"{words_of(issue.type)}: {issue.message}", role, cells, look)


def note_lines(text: str, role: str, cells: int, look: Look) -> list[Line]:
    """What something reported, set in, in at most three lines."""
    rows = wrap((span(one_line(text), role),), max(cells - 10, 20), 3, look.ascii)
    return [(span(" " * 9), *row) for row in rows]
