"""The archive of all logs of a release, made while it is sent (api.md 3.8).

No source tells how servers name the entries; here a folder for each stage and attempt holds one for each
phase (and, with several targets, for each job), and gates have a folder of their own (U).
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from itertools import islice

from reltui.demo.clock import NULL_TIME, as_datetime, as_seconds
from reltui.demo.records import Json
from reltui.demo.tasklog import JobLog, TaskLog

_LINES_AT_ONCE = 2000
_UNSAFE = str.maketrans(dict.fromkeys('\\/:*?"<>|', "_"))
_GATES = (("preDeploymentGates", "Pre-deployment gates"), ("postDeploymentGates", "Post-deployment gates"))


class _Sink:
    """Where the archive is written to; it cannot be wound back, so that sizes follow the data."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing to do: what is written is taken by `taken`."""

    def close(self) -> None:
        """Nothing to do."""

    def taken(self) -> bytes:
        """What was written since the last time."""
        data = b"".join(self._pieces)
        self._pieces.clear()
        return data


def pieces(release: Json) -> Iterator[bytes]:
    """The archive in pieces; the logs are those of the moment when the release was read."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, moment, log in entries(release):
            info = zipfile.ZipInfo(name, as_datetime(moment).timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(info, "w", force_zip64=True) as entry:
                lines = log.lines(1, log.count)
                while block := list(islice(lines, _LINES_AT_ONCE)):
                    entry.write("".join(f"{line}\r\n" for line in block).encode())
                    if data := sink.taken():
                        yield data
    yield sink.taken()


def entries(release: Json) -> Iterator[tuple[str, float, TaskLog | JobLog]]:
    """Name, time and log of every entry, in the order of stages, attempts, phases and tasks."""
    for environment in release["environments"]:
        for attempt in environment["deploySteps"]:
            folder = f"{environment['rank']}_{_safe(environment['name'])}/Attempt {attempt['attempt']}"
            for key, title in _GATES:
                for job in (attempt.get(key) or {}).get("deploymentJobs") or ():
                    yield from _of_job(f"{folder}/{title}/{_safe(job['job']['name'])}", job)
            for phase in attempt["releaseDeployPhases"]:
                within = f"{folder}/{phase['rank']}_{_safe(phase['name'])}"
                jobs = phase["deploymentJobs"]
                for job in jobs:
                    several = f"/{_safe(job['job']['name'])}" if len(jobs) > 1 else ""
                    yield from _of_job(within + several, job)


def _of_job(folder: str, job: Json) -> Iterator[tuple[str, float, TaskLog | JobLog]]:
    whole = JobLog(job["job"], job["tasks"])
    logs: list[tuple[Json, str, TaskLog | JobLog]] = [(job["job"], "0_Job", whole)]
    logs += [(task, f"{task['rank']}_{_safe(task['name'])}", TaskLog(task)) for task in job["tasks"]]
    for task, name, log in logs:
        if log.count and task.get("startTime", NULL_TIME) != NULL_TIME:
            yield f"{folder}/{name}.log", as_seconds(str(task["startTime"])), log


def _safe(name: object) -> str:
    """A name without what no file may be called."""
    kept = "".join(letter for letter in str(name).translate(_UNSAFE) if letter.isprintable())
    return kept.strip(" .") or "_"
