"""The tabs of a stage's tasks, as they ran or as they are planned, and of its logs; pure."""

from __future__ import annotations

from collections.abc import Sequence

from reltui.model.attempt import Attempt, DeploymentStatus, Gates, Phase, PhasePlan, Task
from reltui.model.release import Environment
from reltui.model.text import SafeText
from reltui.ui.present import Line, Look, Span, cut, fit, line, padded, span
from reltui.ui.present_release_stage import issue_line, note_lines
from reltui.ui.present_words import job_words, name_cell, step_word, took, within, words_of


def task_lines(environment: Environment, cells: int, look: Look, *, every: bool = False) -> list[Line]:
    """Jobs and tasks of the newest attempt, or of `every` one; and what is planned."""
    latest = environment.latest
    if latest is None:
        lines = [(), line(" ", span("This stage was never deployed.", "dim"))]
        return [*lines, *_plan_lines(environment.phases, cells, look)]
    attempts = environment.attempts[::-1] if every else (latest,)
    lines = []
    for attempt in attempts:
        if every and len(attempts) > 1:
            lines += [()] if lines else []
            lines.append(_attempt_line(attempt))
        if attempt.phases or attempt.issues:
            lines += [row for phase in attempt.phases for row in _phase_lines(phase, cells, look)]
            lines += [row for issue in attempt.issues for row in issue_line(issue, cells, look)]
        else:
            is_open = attempt.status in (DeploymentStatus.NOT_DEPLOYED, DeploymentStatus.IN_PROGRESS)
            words = (
                "Nothing has run yet in this try." if is_open else "The server tells of no task of this try."
            )
            lines += [(), line(" ", span(words, "dim"))]
        if attempt is latest:
            begun = {phase.rank for phase in attempt.phases}
            left = [plan for plan in environment.phases if plan.rank not in begun]
            lines += _plan_lines(left, cells, look)
    return lines


def _attempt_line(attempt: Attempt) -> Line:
    return line(
        " ",
        span(f"Attempt {attempt.attempt}", "head"),
        "  ",
        *padded(step_word(attempt.status), 5),
        span(words_of(attempt.operation), "dim"),
    )


def _name_cells(cells: int) -> int:
    return max(20, min(48, cells - 40))


def _phase_lines(phase: Phase, cells: int, look: Look) -> list[Line]:
    room = _name_cells(cells)
    lines = [_head(step_word(phase.status), phase.name, phase.type, "", cells, look)]
    if phase.error_log:
        lines += note_lines(phase.error_log, "bad", cells, look)
    jobs = [job for job in phase.jobs if job.tasks or job.task is not None]
    if len(jobs) < 2:
        return lines + [row for task in phase.tasks for row in _task(task, "   ", room, cells, look)]
    for job in jobs:
        own = job.task
        where = own.agent or own.name if own is not None else job.tasks[0].agent
        word = step_word(own.status) if own is not None else span("")
        lines.append(fit(line("   ", *padded(word, 6), *name_cell(where, room, look, "head")), cells))
        lines += [row for task in job.tasks for row in _task(task, "     ", room - 2, cells, look)]
    return lines


def _head(word: Span, name: str, kind: str, note: str, cells: int, look: Look) -> Line:
    room = _name_cells(cells)
    title = span(cut(name or job_words(kind), room, look.ascii), "head")
    row = line(" ", *padded(word, 6), title, span(f"  {job_words(kind)}{note}", "dim"))
    return fit(row, cells, look.ascii)


def _task(task: Task, indent: str, room: int, cells: int, look: Look) -> list[Line]:
    end = task.finished_on or (look.now if task.started_on else None)
    percent = f"{task.percent}%" if task.percent and task.finished_on is None else ""
    row = line(
        indent,
        *padded(step_word(task.status), 6),
        *padded(Span(cut(task.name, room, look.ascii)), room + 1),
        f"{took(task.started_on, end):>8} {percent:>4}",
        span(f"  {task.agent}" if task.agent else "", "dim"),
    )
    lines = [fit(row, cells, look.ascii)]
    for issue in task.issues:
        lines += issue_line(issue, cells, look)
    return lines


def _plan_lines(phases: Sequence[PhasePlan], cells: int, look: Look) -> list[Line]:
    """What has not run: the tasks in their order; those switched off are said to be."""
    lines: list[Line] = []
    room = _name_cells(cells)
    for phase in phases:
        lines.append(_head(span("-", "dim"), phase.name, phase.type, ", planned", cells, look))
        for task in phase.tasks:
            off = span("  switched off", "warn") if not task.enabled else span("")
            name = Span(cut(task.name, room, look.ascii), "dim")
            lines.append(fit(line("   ", *padded(span("-", "dim"), 6), name, off), cells, look.ascii))
    return lines


def log_lines(environment: Environment, cells: int, look: Look) -> list[Line]:
    """The logs that there are, by attempt: state, what wrote it, its lines, where it ran."""
    lines: list[Line] = []
    for attempt in reversed(environment.attempts):
        rows = _log_rows(attempt, cells, look)
        if rows:
            lines += [_attempt_line(attempt), *rows]
    return lines or [(), line(" ", span("There are no logs of this stage yet.", "dim"))]


def _log_rows(attempt: Attempt, cells: int, look: Look) -> list[Line]:
    rows = _gate_logs(attempt.pre_gates, "before", cells, look)
    for phase in attempt.phases:
        for job in phase.jobs:
            if job.task is not None and job.task.line_count:
                kind = f"job of {within(phase.name)}"
                rows.append(_log_row(job.task, kind, cells, look))
            rows += [_log_row(task, "", cells, look) for task in job.tasks]
        if not phase.jobs:
            rows += [_log_row(task, "", cells, look) for task in phase.tasks]
    return rows + _gate_logs(attempt.post_gates, "after", cells, look)


def _gate_logs(gates: Gates | None, side: str, cells: int, look: Look) -> list[Line]:
    samples = gates.samples if gates is not None else ()
    return [
        _log_row(task, f"gate {side}, round {number}", cells, look)
        for number, sample in enumerate(samples, 1)
        for task in sample.tasks
        if task.line_count
    ]


def _log_row(task: Task, kind: str, cells: int, look: Look) -> Line:
    room = _name_cells(cells)
    size = "no lines yet" if task.started_on is not None else "-"
    if task.line_count:
        size = f"{task.line_count:,} {'line' if task.line_count == 1 else 'lines'}"
    row = line(
        "   ",
        *padded(step_word(task.status), 6),
        *padded(Span(cut(task.name, room, look.ascii)), room + 1),
        span(f"{size:>14}", "" if task.line_count else "dim"),
        span(f"  {', '.join(part for part in (task.agent, SafeText(kind)) if part)}", "dim"),
    )
    return fit(row, cells, look.ascii)
