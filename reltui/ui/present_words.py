"""How names, times and states are worded for a screen; pure.

What is worded without a screen is in model/words.py, and can be had from here too.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from reltui.model import words
from reltui.model.attempt import DeploymentStatus, OperationStatus, PhaseStatus, TaskStatus
from reltui.model.release import Environment, EnvironmentStatus
from reltui.model.text import SafeText, is_suspicious
from reltui.model.words import MONTHS as MONTHS
from reltui.model.words import count as count
from reltui.model.words import long_span as long_span
from reltui.model.words import one_line as one_line
from reltui.model.words import person as person
from reltui.model.words import quoted as quoted
from reltui.model.words import short_name as short_name
from reltui.model.words import short_span as short_span
from reltui.model.words import took as took
from reltui.model.words import within as within
from reltui.model.words import words_of as words_of
from reltui.ui.present import Line, Look, Span, cut, cut_end, span, width

LOOKALIKE_BADGE = "[!]"
"""Before a name that may pass for another (C6)."""


def name_cell(text: str, cells: int, look: Look, role: str = "") -> Line:
    """A name from the server in a cell: cut in the middle, with a badge if it may pass for another."""
    if not text:
        return (span("-", "dim"),)
    if is_suspicious(text):
        badge = span(LOOKALIKE_BADGE, "warn")
        return (badge, Span(cut(text, cells - width(badge.text), look.ascii), role))
    return (Span(cut(text, cells, look.ascii), role),)


def age(moment: datetime | None, look: Look) -> SafeText:
    """How long ago, in one figure: 45m, 23h, 6d. "now" below a minute and for a clock that runs ahead."""
    if moment is None:
        return SafeText("-")
    return SafeText(short_span((look.now - moment).total_seconds(), look.minutes))


def lasted(start: datetime | None, look: Look) -> SafeText:
    """How long something runs by now."""
    now = look.now
    if start is not None and look.minutes > 1:
        now -= (now - start) % timedelta(minutes=1)
    return took(start, now)


def ago(read_at: float, look: Look) -> str:
    """How long ago something was read; `read_at` is `time.time()` of it."""
    since = short_span(look.now.timestamp() - read_at, look.minutes)
    return "just now" if since == "now" else f"{since} ago"


def when(moment: datetime | None, look: Look) -> SafeText:
    """A local time in twelve cells: "24 Nov 09:58", or in eleven "24 Nov 2024" in another year."""
    return words.when(moment, look.now, look.zone)


def clock(moment: datetime | None, look: Look) -> SafeText:
    """A local time as short as it may be: the time today, else the day and time."""
    return words.clock(moment, look.now, look.zone)


JOB_KINDS = {
    "agentBasedDeployment": "on an agent",
    "runOnServer": "on the server",
    "machineGroupBasedDeployment": "on a deployment group",
    "deploymentGates": "gates",
}


def job_words(kind: str) -> SafeText:
    """Where a job runs, by the server's name for it."""
    return SafeText(JOB_KINDS.get(kind, kind))


def stage_word(environment: Environment) -> Span:
    """The state of a stage of a release in one short word (ux.md 5)."""
    latest = environment.latest
    operation = latest.operation if latest else None
    match environment.status:
        case EnvironmentStatus.NOT_STARTED:
            return span("-", "dim")
        case EnvironmentStatus.SUCCEEDED:
            return span("ok", "good")
        case EnvironmentStatus.PARTIALLY_SUCCEEDED:
            return span("part", "warn")
        case EnvironmentStatus.CANCELED:
            return span("canc", "dim")
        case EnvironmentStatus.QUEUED:
            return span("queue", "info")
        case EnvironmentStatus.SCHEDULED:
            return span("sched", "info")
        case EnvironmentStatus.REJECTED:
            failed = operation in (OperationStatus.PHASE_FAILED, OperationStatus.GATE_FAILED) or (
                latest is not None and latest.status == DeploymentStatus.FAILED
            )
            by_person = operation == OperationStatus.REJECTED
            return span("FAIL" if failed and not by_person else "REJ", "bad")
        case EnvironmentStatus.IN_PROGRESS:
            return _running_word(environment, operation)
        case EnvironmentStatus.UNDEFINED:
            return span("?", "warn")
        case other:
            return span(cut_end(other, 5), "warn")


def _running_word(environment: Environment, operation: str | None) -> Span:
    waits = (OperationStatus.PENDING, OperationStatus.MANUAL_INTERVENTION_PENDING)
    if environment.waiting or operation in waits:
        return span("WAIT", "wait")
    if operation in (OperationStatus.QUEUED, OperationStatus.QUEUED_FOR_AGENT):
        return span("queue", "info")
    if operation in (OperationStatus.SCHEDULED, OperationStatus.DEFERRED):
        return span("sched", "info")
    if operation in (OperationStatus.CANCELLING, OperationStatus.CANCELED, OperationStatus.PHASE_CANCELED):
        return span("canc", "dim")
    return span("run", "info")


STEP_WORDS: dict[str, tuple[str, str]] = {
    PhaseStatus.NOT_STARTED: ("-", "dim"),
    TaskStatus.PENDING: ("-", "dim"),
    TaskStatus.UNKNOWN: ("?", "warn"),
    TaskStatus.IN_PROGRESS: ("run", "info"),
    TaskStatus.SUCCEEDED: ("ok", "good"),
    TaskStatus.FAILED: ("FAIL", "bad"),
    TaskStatus.CANCELED: ("canc", "dim"),
    PhaseStatus.CANCELLING: ("canc", "dim"),
    TaskStatus.SKIPPED: ("skip", "dim"),
    TaskStatus.PARTIALLY_SUCCEEDED: ("part", "warn"),
    DeploymentStatus.NOT_DEPLOYED: ("-", "dim"),
    DeploymentStatus.UNDEFINED: ("?", "warn"),
}
"""Words for the states of jobs, tasks and attempts; their enums share spellings."""


def step_word(status: str) -> Span:
    """The state of a job, a task or an attempt in one short word."""
    word, role = STEP_WORDS.get(status, (status, "warn"))
    return span(cut_end(word, 5), role)
