"""The tasks of all attempts at a stage, newest first, and the logs they have; pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from reltui.data.topics import LogOf, ReleaseOf
from reltui.model.attempt import Attempt, Gates, Issue, Job, Phase, PhasePlan, Task, TaskStatus
from reltui.model.release import Environment, EnvironmentStatus, Release
from reltui.model.text import SafeText
from reltui.model.values import dataclass
from reltui.ui.present import Cell, Line, Look, Span, cut, fit, line, span, wrap
from reltui.ui.present_log import LogLook, log_rows
from reltui.ui.present_words import (
    count,
    job_words,
    name_cell,
    one_line,
    person,
    quoted,
    step_word,
    took,
    when,
    within,
    words_of,
)

TaskKey = tuple[str, int, int, int, int]
"""Kind, number of the attempt, id of the phase or gates, id of the task, and which one of several such."""
HEADINGS = ("attempt", "phase", "gates", "issue")
PLAN = "plan"
NOT_OVER = (
    EnvironmentStatus.NOT_STARTED,
    EnvironmentStatus.QUEUED,
    EnvironmentStatus.SCHEDULED,
    EnvironmentStatus.IN_PROGRESS,
)
TAIL_LEAST = 3
"""At least so many lines at the end of a log that is known are shown in the preview."""


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One row of the list."""

    key: TaskKey
    name: SafeText
    status: str = ""
    attempt: Attempt | None = None
    phase: Phase | None = None
    gates: Gates | None = None
    task: Task | None = None
    """None for a heading and for what is only planned."""
    issue: Issue | None = None
    plan: PhasePlan | None = None

    @property
    def is_heading(self) -> bool:
        """Drawn across; the cursor skips it."""
        return self.key[0] in HEADINGS

    def log_topic(self, release: ReleaseOf, environment_id: int) -> LogOf | None:
        """The log of its task; None when it has none."""
        phase_id = self.phase.id if self.phase is not None else 0
        gates_id = self.gates.id if self.gates is not None else 0
        if self.task is None or self.task.id <= 0 or phase_id + gates_id <= 0:
            return None
        return LogOf(
            release.server,
            release.project,
            release.release_id,
            environment_id,
            phase_id,
            self.task.id,
            gates_id,
        )


def task_rows(environment: Environment) -> list[TaskRow]:
    """All rows of a stage: attempts, newest first, then what is planned where nothing has run yet."""
    rows: list[TaskRow] = []
    seen: Counter[TaskKey] = Counter()
    for row in _rows(environment):
        kind, attempt, phase, task, _ = row.key
        # Ids of a careless server may repeat; keys of a list must not.
        rows.append(replace(row, key=(kind, attempt, phase, task, seen[row.key])))
        seen[row.key] += 1
    return rows


def _rows(environment: Environment) -> Iterator[TaskRow]:
    for attempt in reversed(environment.attempts):
        number = attempt.attempt
        yield TaskRow(("attempt", number, 0, 0, 0), SafeText(f"Try {number}"), attempt.status, attempt)
        for issue in attempt.issues:
            yield TaskRow(("issue", number, 0, 0, 0), issue.message, attempt=attempt, issue=issue)
        if attempt.pre_gates is not None:
            yield from _gates_rows(attempt, attempt.pre_gates, "Gates before")
        for phase in attempt.phases:
            yield from _phase_rows(attempt, phase)
        if attempt is environment.latest and environment.status in NOT_OVER:
            begun = {phase.rank for phase in attempt.phases}
            yield from _plan_rows(number, [plan for plan in environment.phases if plan.rank not in begun])
        if attempt.post_gates is not None:
            yield from _gates_rows(attempt, attempt.post_gates, "Gates after")
    if not environment.attempts:
        yield from _plan_rows(0, environment.phases)


def _phase_rows(attempt: Attempt, phase: Phase) -> Iterator[TaskRow]:
    number = attempt.attempt
    name = phase.name or job_words(phase.type)
    yield TaskRow(("phase", number, phase.id, 0, 0), name, phase.status, attempt, phase)
    for job in phase.jobs or (Job(None, phase.tasks),):
        own = job.task
        if own is not None:
            where = f"{own.name or 'Job'} on {own.agent}" if own.agent else own.name or "Job"
            key = ("job", number, phase.id, own.id, 0)
            yield TaskRow(key, SafeText(where), own.status, attempt, phase, task=own)
        for task in sorted(job.tasks, key=lambda task: task.rank):
            key = ("task", number, phase.id, task.id, 0)
            yield TaskRow(key, task.name, task.status, attempt, phase, task=task)


def _gates_rows(attempt: Attempt, gates: Gates, name: str) -> Iterator[TaskRow]:
    number = attempt.attempt
    yield TaskRow(("gates", number, gates.id, 0, 0), SafeText(name), gates.status, attempt, gates=gates)
    for index, sample in enumerate(gates.samples, 1):
        own, label = sample.task, SafeText(f"Sample {index}")
        key = ("sample", number, gates.id, own.id if own is not None else 0, 0)
        status = own.status if own is not None else ""
        yield TaskRow(key, label, status, attempt, gates=gates, task=own)
        for task in sample.tasks:
            key = ("gate", number, gates.id, task.id, 0)
            yield TaskRow(key, task.name, task.status, attempt, gates=gates, task=task)


def _plan_rows(number: int, plans: Sequence[PhasePlan]) -> Iterator[TaskRow]:
    for plan in plans:
        name = plan.name or job_words(plan.type)
        yield TaskRow(("phase", number, -plan.rank, 0, 0), name, PLAN, plan=plan)
        for index, task in enumerate(plan.tasks):
            word = PLAN if task.enabled else "off"
            yield TaskRow((PLAN, number, plan.rank, index, 0), task.name, word, plan=plan)


def row_to_show(rows: Sequence[TaskRow]) -> TaskKey | None:
    """Where the cursor begins: at what runs, else at what failed first in the newest attempt, else at the
    last that has run there; None without a row."""
    records = [row for row in rows if not row.is_heading]
    newest = max((row.key[1] for row in records if row.task is not None), default=0)
    there = [row for row in records if row.key[1] == newest and row.task is not None]
    tasks = [row for row in there if row.key[0] in ("task", "gate")]
    ways = (
        [row for row in tasks if row.status == TaskStatus.IN_PROGRESS],
        [row for row in there if row.status == TaskStatus.IN_PROGRESS],
        [row for row in tasks if row.status == TaskStatus.FAILED],
        [row for row in tasks if row.status not in (TaskStatus.PENDING, TaskStatus.SKIPPED)][-1:],
        records,
    )
    return next((found[0].key for found in ways if found), None)


def heading_line(row: TaskRow, cells: int, look: Look) -> Line:
    """The line of an attempt, a phase, gates, or of what an attempt reported."""
    match row.key[0]:
        case "attempt":
            return fit(_attempt_line(row, look), cells, look.ascii)
        case "issue":
            return fit(line("    ", *_issue_words(row.issue)) if row.issue else (), cells, look.ascii)
    state = span(PLAN, "dim") if row.status == PLAN else _state(row.status)
    parts: list[Span | str] = ["  ", *name_cell(row.name, 40, look, "head"), "  ", state]
    if row.gates is not None:
        parts.append(span(f"  {count(len(row.gates.samples), 'sample')}", "dim"))
        if row.gates.ignored:
            parts.append(span(f"  ignored: {', '.join(map(within, row.gates.ignored))}", "warn"))
    kind = row.phase.type if row.phase is not None else row.plan.type if row.plan is not None else ""
    words = job_words(SafeText(kind))
    if words and words != row.name.lower():
        parts.append(span(f"  {words}", "dim"))
    return fit(line(*parts), cells, look.ascii)


def _attempt_line(row: TaskRow, look: Look) -> Line:
    attempt = row.attempt
    if attempt is None:
        return ()
    who = person(attempt.requested_for or attempt.requested_by)
    told = f"  queued {when(attempt.queued_on, look).strip()} by {who}"
    reason = f", {words_of(attempt.reason)}" if attempt.reason else ""
    return line(
        " ",
        span(row.name, "head"),
        "  ",
        _state(attempt.status),
        f"  {words_of(attempt.operation)}",
        span(told + reason, "dim"),
    )


def _state(status: str) -> Span:
    return step_word(status) if status else span("-", "dim")


def row_cell(column: str, cells: int, row: TaskRow, look: Look) -> Cell:
    """One cell of a row by its column's id."""
    task = row.task
    match column:
        case "task":
            indent = "" if row.key[0] in ("job", "sample") else "  "
            room = cells - len(indent)
            return (
                line(indent, *name_cell(row.name, room, look)) if indent else name_cell(row.name, room, look)
            )
        case "state":
            return span(row.status, "dim") if row.status in (PLAN, "off") else _state(row.status)
        case "started":
            return _quiet(when(task.started_on if task else None, look))
        case "took":
            end = (task.finished_on or look.now) if task is not None else None
            return _quiet(took(task.started_on if task else None, end))
        case "lines":
            return _quiet(f"{task.line_count:,}" if task is not None and task.line_count > 0 else "-")
        case "issues":
            return _issue_count(task.issues if task is not None else ())
        case _:
            return _quiet(cut(task.agent, cells, look.ascii) if task is not None and task.agent else "-")


def _quiet(words: str) -> Span:
    return span(words, "dim" if words == "-" else "")


def _is_error(issue: Issue) -> bool:
    return issue.type.lower() == "error"


def _issue_count(issues: Sequence[Issue]) -> Span:
    errors = sum(map(_is_error, issues))
    if errors:
        return span(f"{errors} err", "bad")
    return span(f"{len(issues)} warn", "warn") if issues else span("-", "dim")


def _issue_words(issue: Issue) -> Line:
    word, role = ("ERROR ", "bad") if _is_error(issue) else ("WARN ", "warn")
    kind = word if issue.type.lower() in ("error", "warning") else f"{issue.type} "
    return line(span(f"{kind}{one_line(issue.message)}", role))


def preview_lines(row: TaskRow, log: Sequence[SafeText], cells: int, room: int, look: Look) -> list[Line]:
    """What a row reported, what waits for a person, and the end of its log as far as that is known.

    In so many cells and lines; only what a person must read takes more.
    """
    lines: list[Line] = []
    issues = row.task.issues if row.task is not None else ()
    told = row.phase.error_log if row.phase is not None else ""
    if told and all(issue.message != told for issue in issues):
        lines += _set_in(line(span(one_line(told), "bad")), cells)
    for issue in issues:
        lines += _set_in(_issue_words(issue), cells)
    for one in row.phase.interventions if row.phase is not None else ():
        state = "waits for a person" if one.is_pending else words_of(one.status)
        role = "wait" if one.is_pending else ""
        lines += _set_in(line(span(f"{within(one.name)}: {state}", role)), cells)
        for text in (one.instructions, one.comments):
            lines += _set_in(line(quoted(text)), cells) if text else []
    task = row.task
    if task is None:
        return [*lines, line(" ", span(_without_task(row), "dim"))]
    if task.percent and task.finished_on is None:
        lines.append(line(f" {task.percent} % done"))
    if log:
        lines.append(line(" ", span("End of the log as it was read last", "dim")))
        end = log[-max(room - len(lines), TAIL_LEAST) :]
        return lines + [fit(line(" ", *_tail(text)), cells, look.ascii) for text in end]
    why_not = no_log(row)
    return [*lines, line(" ", span(why_not or "Its log has not been read yet.", "dim"))]


def _tail(text: SafeText) -> Line:
    return log_rows(text, 10_000, LogLook(wrapped=False))[0]


def _without_task(row: TaskRow) -> str:
    if row.status == "off":
        return "It is switched off and will not run."
    return (
        "It is planned, and has not run yet." if row.plan is not None else "There is nothing to tell of it."
    )


def _set_in(words: Line, cells: int) -> list[Line]:
    return [line(" ", *row) for row in wrap(words, max(cells - 2, 10))]


def no_log(row: TaskRow) -> str:
    """Why there is no log to open; empty when there is one."""
    if row.task is None:
        return "It has not run yet, so there is no log."
    if row.status == TaskStatus.SKIPPED:
        return "It was skipped, so there is no log."
    if row.status == TaskStatus.PENDING:
        return "It has not started yet, so there is no log."
    return ""


def log_title(release: Release, environment: Environment, row: TaskRow) -> SafeText:
    """The way to a log: "Invoice.CD / Rel-142 / UAT / Deploy web"."""
    number = row.key[1]
    again = f", try {number}" if number > 1 else ""
    pieces = (release.definition.name, release.name, environment.name, f"{row.name}{again}")
    return SafeText(" / ".join(within(SafeText(piece)) for piece in pieces))


def task_of(release: Release, topic: LogOf) -> Task | None:
    """The task that a log is of, as the release tells it."""
    environment = next((e for e in release.environments or () if e.id == topic.environment_id), None)
    for attempt in environment.attempts if environment is not None else ():
        gates = [g for g in (attempt.pre_gates, attempt.post_gates) if g is not None]
        jobs = [job for g in gates if g.id == topic.gates_id for job in g.samples]
        jobs += [
            job for p in attempt.phases if p.id == topic.phase_id for job in p.jobs or (Job(None, p.tasks),)
        ]
        for job in jobs:
            for task in (job.task, *job.tasks):
                if task is not None and task.id == topic.task_id:
                    return task
    return None


def log_status(task: Task | None, *, ended: bool, known: bool) -> Line:
    """How the task of a log is doing."""
    if task is not None and task.status != TaskStatus.IN_PROGRESS:
        return line("task ", step_word(task.status))
    if not known:
        return ()
    return line(span("the task has ended", "dim") if ended else span("the task runs", "info"))


def log_name(title: SafeText, topic: LogOf) -> str:
    """A file name for a log, made of what can be in one everywhere; the ids keep two of them apart."""
    return f"{file_name(title)}-{topic.phase_id or topic.gates_id}-{topic.task_id}.log"


def file_name(words: str) -> str:
    """Letters, digits, dots and hyphens of a text; none that a path or a shell would take for something."""
    cleaned = re.sub(r"[^A-Za-z0-9.]+", "-", words)
    return re.sub(r"\.{2,}", ".", cleaned).strip("-.")[:100].strip("-.") or "release"
