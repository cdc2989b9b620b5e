"""The log of a task, made line by line from what the task's record says; it grows with its `lineCount`.

A line depends on its number alone, never on how long the log is by now: a range costs its own length only,
and what was read once stays as it was while the task runs on.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from reltui.demo.clock import NULL_TIME, as_datetime, as_seconds
from reltui.demo.records import Json

LINES_INPUT = "demoLines"
"""Name of a task input that fixes how many lines the task's log has in the end."""

EXPECTED = "expected"
"""Member of the engine's task record that never goes out: `lines` and `seconds` the task takes in all."""

ENDINGS = 4
"""Lines kept free at the end while the task runs, for what only its end tells."""

PREAMBLE = 12
"""Lines of a job's own log before those of its tasks."""

_RULE = "=" * 78
_USUAL_SECONDS = 0.34
_STEPS = (
    "Downloading task content",
    "Resolving variables",
    "Connecting to the target machine",
    "Copying files",
    "Stopping the application",
    "Updating configuration",
    "Starting the application",
    "Waiting for a healthy answer",
)
_WARNINGS = (
    "The setting LogLevel is not set on the target; the default is used.",
    "Certificate of the target expires within 30 days.",
    "Retrying after a slow answer of the target.",
)
_JOB = (
    "##[section]Starting: {name}",
    "##[section]Starting: Initialize job",
    "Agent name: {agent}",
    "Agent version: 3.232.1",
    "Prepare release directory.",
    "Release directory: /srv/agent/_work/r1/a",
    "##[command]mkdir -p /srv/agent/_work/r1/a",
    "Set build variables.",
    "Download all required tasks.",
    "Checking job knob settings.",
    "Start tracking orphan processes.",
    "##[section]Finishing: Initialize job",
)


def expected_lines(planned: Json, seconds: float) -> int:
    """How many lines the log of a planned task has in the end."""
    fixed = str((planned.get("inputs") or {}).get(LINES_INPUT) or "")
    return max(ENDINGS + 5, int(fixed)) if fixed.isdecimal() else 18 + int(seconds) * 3


class TaskLog:
    """The log of one task of a phase, a gate or a job."""

    def __init__(self, task: Json) -> None:
        self._task = task
        started = str(task.get("startTime", NULL_TIME))
        self.count = int(task["lineCount"]) if started != NULL_TIME else 0
        """Lines so far."""
        expected = task.get(EXPECTED) or {}
        lines, seconds = int(expected.get("lines") or 0), float(expected.get("seconds") or 0.0)
        self._pace = seconds / lines if lines else _USUAL_SECONDS
        self._start = as_datetime(as_seconds(started)) if self.count else as_datetime(0.0)
        self._head = (
            f"##[section]Starting: {task['name']}",
            _RULE,
            f"Task         : {task['name']}",
            f"Version      : {(task.get('task') or {}).get('version') or '1.0.0'}",
            _RULE,
        )
        self._tail = _endings(task)

    def lines(self, first: int, last: int) -> Iterator[str]:
        """The lines from `first` to `last`, counted from 1, both included; only what is there."""
        for index in range(max(1, first) - 1, min(last, self.count)):
            yield self._stamp(index) + self._text(index)

    def _stamp(self, index: int) -> str:
        moment = self._start + timedelta(seconds=self._pace * index)
        return f"{moment.isoformat(timespec='microseconds')[:26]}0Z "

    def _text(self, index: int) -> str:
        if index < len(self._head):
            return self._head[index]
        from_end = self.count - index
        if from_end <= len(self._tail):
            return self._tail[-from_end]
        return _body(index)


class JobLog:
    """The log of a job: how it began, and then everything that its tasks wrote, one after the other."""

    def __init__(self, job: Json, tasks: list[Json]) -> None:
        self._job = job
        began = str(job.get("startTime", NULL_TIME)) != NULL_TIME
        self._logs = [TaskLog(task) for task in tasks] if began else []
        self.count = PREAMBLE + sum(log.count for log in self._logs) if began else 0
        """Lines so far."""

    def lines(self, first: int, last: int) -> Iterator[str]:
        """The lines from `first` to `last`, counted from 1, both included."""
        if not self.count:
            return
        start = as_datetime(as_seconds(str(self._job["startTime"])))
        for index in range(max(1, first) - 1, min(last, PREAMBLE)):
            moment = start + timedelta(milliseconds=90 * index)
            text = _JOB[index].format(name=self._job["name"], agent=self._job.get("agentName") or "Hosted")
            yield f"{moment.isoformat(timespec='microseconds')[:26]}0Z {text}"
        passed = PREAMBLE
        for log in self._logs:
            yield from log.lines(first - passed, last - passed)
            passed += log.count


def find_log(jobs: list[Json], task_id: int) -> TaskLog | JobLog | None:
    """The log of a task among the jobs of a phase or a gate, or of one of the jobs itself."""
    for entry in jobs:
        job, tasks = entry.get("job"), entry.get("tasks") or []
        if job and job["id"] == task_id:
            return JobLog(job, tasks)
        for task in tasks:
            if task["id"] == task_id:
                return TaskLog(task)
    return None


def _endings(task: Json) -> tuple[str, ...]:
    """What the end of a task adds: its errors, and that it is over."""
    if task["status"] in ("inProgress", "pending"):
        return ()
    issues = [str(issue["message"]) for issue in task.get("issues") or ()][: ENDINGS - 2]
    errors = [f"##[error]{message}" for message in issues]
    if task["status"] == "canceled":
        errors = ["##[error]The operation was canceled."]
    elif errors:
        errors.insert(0, "##[error]The target answered: 503 Service Unavailable")
    return (*errors, f"##[section]Finishing: {task['name']}")


def _body(index: int) -> str:
    """One line between head and end: steps, progress, commands, warnings, and now and then a long one."""
    step = _STEPS[index % len(_STEPS)]
    if index % 250 == 249:
        return f"##[section]Part {index // 250 + 1}"
    if index % 89 == 40:
        return f"##[warning]{_WARNINGS[index // 89 % len(_WARNINGS)]}"
    if index % 47 == 6:
        return f"##[command]deploy --step {index} --target web-{index % 7 + 1:02d} --wait 30"
    if index % 211 == 25:
        files = " ".join(f"wwwroot/assets/module-{index}-{part}.js" for part in range(12 + index % 90))
        return f"Copied: {files}"
    if index % 10 == 0:
        return f"{step}: {index % 110 // 10 * 10} % done"
    return f"{step} ({index})"
