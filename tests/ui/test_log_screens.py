"""Tasks and logs on screen: how they look, following, finding, saving, long work."""

from __future__ import annotations

import asyncio
import os
import zipfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from reltui.data.service import DataService
from reltui.data.topics import Job as Work
from reltui.data.topics import (
    JobChanged,
    LogData,
    LogOf,
    Problem,
    ProjectsOf,
    ReleaseOf,
    ReleasesOf,
    Snapshot,
    Topic,
)
from reltui.model.attempt import (
    Attempt,
    DeploymentStatus,
    Gates,
    GateStatus,
    Issue,
    Job,
    OperationStatus,
    Phase,
    PhasePlan,
    PhaseStatus,
    Task,
    TaskPlan,
    TaskStatus,
)
from reltui.model.log import clean_lines
from reltui.model.release import EnvironmentStatus, Release
from reltui.model.text import SafeText, clean
from reltui.ui import ways
from reltui.ui.app import ReltuiApp
from reltui.ui.options import UiOptions
from reltui.ui.screens.log import LogScreen
from reltui.ui.screens.saving import SaveArchive
from reltui.ui.screens.tasks import TasksScreen
from tests.support import read_whole, until
from tests.ui.running import running
from tests.ui.samples import BILLING, attempt, before, release, stage
from tests.ui.screen_text import gone, lines, settled, text
from tests.ui.still_service import SERVER, StillService, showing, whole
from tests.ui.test_screens_lists import compare

SIZES = ((80, 24), (160, 45))
RELEASE = ReleaseOf(SERVER, BILLING, 142)
LOG = LogOf(SERVER, BILLING, 142, 3, 7, 4)
TITLE = SafeText("Invoice.CD / Rel-142 / UAT / Deploy web")

HOSTILE = "Deploy \x1b]52;c;QUJD\x07 [/red] \u202egnp.exe \u200b" + "wide 漢字 " * 8


def task(
    id: int, name: str, status: TaskStatus, *issues: tuple[str, str], agent: str = "WIN-04", lines: int = 48
) -> Task:
    started = status not in (TaskStatus.PENDING, TaskStatus.SKIPPED)
    over = started and status != TaskStatus.IN_PROGRESS
    return Task(
        id=id,
        name=clean(name),
        rank=id,
        status=status,
        started_on=before(minutes=40 - id) if started else None,
        finished_on=before(minutes=39.2 - id) if over else None,
        percent=45 if status == TaskStatus.IN_PROGRESS else None,
        agent=clean(agent) if started else SafeText(""),
        line_count=lines if started else 0,
        issues=tuple(Issue(SafeText(type), clean(message, lines=True)) for type, message in issues),
    )


def phase(*steps: Task, own: TaskStatus, id: int = 7, status: PhaseStatus = PhaseStatus.FAILED) -> Phase:
    job = Job(task(1, "Agent job", own, lines=210), steps)
    return Phase(
        id=id,
        name=SafeText("Run on agent"),
        rank=1,
        type=SafeText("agentBasedDeployment"),
        status=status,
        started_on=before(minutes=39),
        error_log=SafeText(""),
        tasks=steps,
        jobs=(job,),
    )


def tried(number: int, one: Phase, *, failed: bool, gates: Gates | None = None) -> Attempt:
    made = attempt(
        number,
        DeploymentStatus.FAILED if failed else DeploymentStatus.IN_PROGRESS,
        OperationStatus.PHASE_FAILED if failed else OperationStatus.PHASE_IN_PROGRESS,
        phases=(one,),
    )
    return replace(made, pre_gates=gates)


def running_release(name: str = "Deploy web") -> Release:
    """UAT has failed once, and runs again with one more phase to come."""
    ok, bad = TaskStatus.SUCCEEDED, TaskStatus.FAILED
    failed = phase(
        task(2, "Download artifacts", ok),
        task(3, "Stop app pool", ok, ("warning", "The pool was stopped already.")),
        task(
            4, name, bad, ("error", "The target answered: 503\nService Unavailable"), ("error", "Exit code 1")
        ),
        task(5, "Smoke ping", TaskStatus.SKIPPED),
        own=bad,
    )
    runs = phase(
        task(2, "Download artifacts", ok),
        task(3, "Stop app pool", ok),
        task(4, name, TaskStatus.IN_PROGRESS),
        task(5, "Smoke ping", TaskStatus.PENDING),
        own=TaskStatus.IN_PROGRESS,
        id=8,
        status=PhaseStatus.IN_PROGRESS,
    )
    sample = Job(task(1, "Gates", ok, agent=""), (task(2, "Open incidents", ok, agent=""),))
    gates = Gates(9, GateStatus.SUCCEEDED, None, None, None, None, samples=(sample,))
    plan = PhasePlan(
        SafeText("Verify"),
        SafeText("runOnServer"),
        2,
        (
            TaskPlan(SafeText("Ask the owners"), True, SafeText("8.*")),
            TaskPlan(SafeText("Old check"), False, SafeText("")),
        ),
    )
    attempts = (tried(1, failed, failed=True), tried(2, runs, failed=False, gates=gates))
    uat = stage(3, "UAT", EnvironmentStatus.IN_PROGRESS, attempts=attempts)
    planned = replace(stage(4, "PROD", EnvironmentStatus.NOT_STARTED), phases=(plan,))
    return release(
        142, (replace(uat, phases=(plan,)), planned, stage(5, "NONE", EnvironmentStatus.NOT_STARTED))
    )


def written(count: int = 60) -> tuple[SafeText, ...]:
    """A log with everything that agents write."""
    found = [
        "##[section]Starting: Deploy web",
        "=" * 90,
        "##[command]deploy --step 1 --target web-01 --wait 30",
        "##[warning]Certificate of the target expires within 30 days.",
        f"Copied: {' '.join(f'wwwroot/assets/module-{part}.js' for part in range(12))}",
        "##[debug]Evaluating condition: succeeded()",
    ]
    found += [f"Copying files ({number})" for number in range(6, count - 3)]
    found += [
        "##[error]The target answered: 503 Service Unavailable",
        "##[error]Exit code 1",
        "##[section]Finishing: Deploy web",
    ]
    stamped = [f"2026-11-24T09:20:{number % 60:02d}.1234567Z {words}" for number, words in enumerate(found)]
    return tuple(map(SafeText, stamped))


def known(
    log: Sequence[SafeText] | None = None, *, ended: bool = False, one: Release | None = None
) -> dict[Topic[Any], Snapshot[Any]]:
    """The running release, and one of its logs if it is given."""
    found: dict[Topic[Any], Snapshot[Any]] = {RELEASE: whole(one or running_release())}
    if log is not None:
        found[LOG] = whole(LogData(log, ended))
    return found


@asynccontextmanager
async def log_screen(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    log: Sequence[SafeText] | None,
    *,
    size: tuple[int, int] = (80, 24),
    ended: bool = False,
    options: UiOptions | None = None,
) -> AsyncIterator[tuple[Pilot[str], StillService]]:
    """The log screen on a log, in a directory of its own."""
    monkeypatch.chdir(folder)
    async with showing(folder, monkeypatch, size, known(log, ended=ended), options) as (pilot, service):
        ways.log(pilot.app, LOG, TITLE)  # type: ignore[arg-type]
        await settled(pilot, "Log  Invoice.CD")
        yield pilot, service


@asynccontextmanager
async def tasks_screen(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    environment: int = 3,
    *,
    size: tuple[int, int] = (80, 24),
    facts: dict[Topic[Any], Snapshot[Any]] | None = None,
    options: UiOptions | None = None,
) -> AsyncIterator[tuple[Pilot[str], StillService]]:
    """The tasks of a stage."""
    facts = known() if facts is None else facts
    async with showing(folder, monkeypatch, size, facts, options) as (pilot, service):
        pilot.app.push_screen(TasksScreen(RELEASE, environment))
        await settled(pilot, "tasks of all tries")
        await pilot.pause()
        yield pilot, service


def position(pilot: Pilot[str]) -> str:
    return lines(pilot.app)[2]


@pytest.mark.parametrize("size", SIZES)
class TestLooks:
    async def test_tasks(
        self, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with tasks_screen(tmp_path, monkeypatch, size=size) as (pilot, _):
            compare("tasks", size, await settled(pilot, "45 % done"))

    async def test_planned_tasks(
        self, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with tasks_screen(tmp_path, monkeypatch, 4, size=size) as (pilot, _):
            compare("tasks-planned", size, await settled(pilot, "has not run yet"))

    async def test_hostile_names_and_ascii(
        self, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        facts = known(tuple(clean_lines([HOSTILE.encode()] * 3)), one=running_release(HOSTILE))
        async with tasks_screen(
            tmp_path, monkeypatch, size=size, facts=facts, options=UiOptions(ascii=True)
        ) as (pilot, _):
            await pilot.press("G")
            await pilot.press("k")
            compare("tasks-hostile", size, await settled(pilot, "End of the log"))
            assert "\x1b" not in text(pilot.app)
            await pilot.press("l")
            compare("log-hostile", size, await settled(pilot, "lines 1-3 of 3"))

    async def test_log(self, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with log_screen(tmp_path, monkeypatch, written(), size=size, ended=True) as (pilot, _):
            await pilot.press("g")
            compare("log", size, await settled(pilot, "lines 1-"))

    async def test_log_cut_and_found(
        self, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with log_screen(tmp_path, monkeypatch, written(), size=size) as (pilot, _):
            await pilot.press("g", "w", "t", "slash", *"copying", "enter")
            compare("log-found", size, await settled(pilot, "found 1 of 51"))

    async def test_no_log(
        self, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with log_screen(tmp_path, monkeypatch, None, size=size) as (pilot, service):
            await settled(pilot, "Reading the log...")
            problem = Problem(SafeText("tfs01"), SafeText("The server has no such log (404)."))
            service.learn(LOG, Snapshot(None, parts=1, problems=(problem,)))
            compare("log-failed", size, await settled(pilot, "tfs01: The server has no such log (404)."))

    async def test_save(self, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with log_screen(tmp_path, monkeypatch, written(), size=size) as (pilot, _):
            monkeypatch.setattr(Path, "cwd", lambda: Path("/home/dana"))
            await pilot.press("s")
            compare("save-log", size, await settled(pilot, "To which file?"))


class TestTasks:
    async def test_it_begins_at_what_runs_and_opens_its_log(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with tasks_screen(tmp_path, monkeypatch) as (pilot, service):
            (row,) = [row for row in lines(pilot.app) if row.startswith(">")]
            assert "Deploy web" in row
            assert "run" in row
            await pilot.press("enter")
            await settled(pilot, "Log  Invoice.CD / Rel-142 / UAT / Deploy web, try 2")
            assert LogOf(SERVER, BILLING, 142, 3, 8, 4) in service.watched
            assert RELEASE in service.watched

    async def test_what_has_no_log_says_why(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with tasks_screen(tmp_path, monkeypatch) as (pilot, _):
            await pilot.press("j", "l")
            await settled(pilot, "It has not started yet, so there is no log.")
            await pilot.press("j", "enter")
            await settled(pilot, "It has not run yet, so there is no log.")
            await pilot.press("G", "l")
            await settled(pilot, "It was skipped, so there is no log.")

    async def test_issues_are_told_whole_and_the_cursor_stays_on_its_task(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with tasks_screen(tmp_path, monkeypatch) as (pilot, service):
            await pilot.press("G", "k")
            await settled(pilot, "ERROR The target answered: 503 Service Unavailable")
            old = running_release()
            uat, *others = old.environments or ()
            again = replace(uat.attempts[1], attempt=3)
            service.learn(
                RELEASE,
                whole(replace(old, environments=(replace(uat, attempts=(*uat.attempts, again)), *others))),
            )
            await pilot.pause(0.3)
            assert "ERROR The target answered: 503" in text(pilot.app)
            await pilot.press("g")
            await settled(pilot, "Try 3")

    async def test_nothing_and_a_failed_source(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with tasks_screen(tmp_path, monkeypatch, 5) as (pilot, service):
            await settled(pilot, "Nothing has run on this stage, and no task is planned.")
            problem = Problem(SafeText("tfs01"), SafeText("No answer."))
            service.learn(RELEASE, whole(None, answered=0, problems=(problem,)))
            await settled(pilot, "It cannot be told whether there are tasks here.")
            service.learn(RELEASE, whole(replace(running_release(), environments=())))
            await settled(pilot, "The release has no such stage any more.")

    async def test_gates_have_logs_too(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with tasks_screen(tmp_path, monkeypatch) as (pilot, service):
            await pilot.press("g", "j", "enter")
            await settled(pilot, "Log  Invoice.CD / Rel-142 / UAT / Open incidents, try 2")
            assert LogOf(SERVER, BILLING, 142, 3, 0, 2, 9) in service.watched


class TestFollowing:
    async def test_it_follows_until_somebody_scrolls_up(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        log = written(600)
        async with log_screen(tmp_path, monkeypatch, log[:100]) as (pilot, service):
            assert "of 100 | " in position(pilot)
            assert "follows" in position(pilot)
            service.learn(LOG, whole(LogData(log[:200])))
            await settled(pilot, "-200 of 200")
            await pilot.press("k")
            await gone(pilot, "follows")
            here = lines(pilot.app)[3:-2]
            service.learn(LOG, whole(LogData(log[:300])))
            await settled(pilot, "of 300")
            assert lines(pilot.app)[3:-2] == here
            await pilot.press("G")
            await settled(pilot, "-300 of 300 | task FAIL | follows")
            await pilot.press("f")
            await gone(pilot, "follows")
            service.learn(LOG, whole(LogData(log[:400])))
            await settled(pilot, "-300 of 400")
            await pilot.press("f")
            await settled(pilot, "-400 of 400")
            service.learn(LOG, whole(LogData(log, ended=True)))
            await settled(pilot, "-600 of 600 | task FAIL ]")

    async def test_what_is_there_stays_when_it_cannot_be_read_any_more(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with log_screen(tmp_path, monkeypatch, written()) as (pilot, service):
            shown = lines(pilot.app)[3:-2]
            problem = Problem(SafeText("tfs01"), SafeText("It does not answer."))
            service.learn(LOG, whole(LogData(written()), answered=0, problems=(problem,)))
            await settled(pilot, "tfs01: It does not answer.")
            assert lines(pilot.app)[3:-2] == shown

    async def test_movement_stops_at_the_ends(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with log_screen(tmp_path, monkeypatch, written(100)) as (pilot, _):
            for key, wanted in (
                ("g", "lines 1-"),
                ("k", "lines 1-"),
                ("j", "lines 2-"),
                ("end", "-100 of 100"),
                ("j", "-100 of 100"),
                ("pageup", "lines 64-82"),
                ("ctrl+u", "lines 55-73"),
                ("ctrl+d", "lines 64-82"),
                ("pagedown", "-100 of 100"),
            ):
                await pilot.press(key)
                assert wanted in await settled(pilot, wanted), key

    async def test_other_sizes_keep_the_line_at_the_top(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with log_screen(tmp_path, monkeypatch, written(300)) as (pilot, _):
            await pilot.press("g", "ctrl+d", "ctrl+d")
            await settled(pilot, "Copying files (15)")
            first = lines(pilot.app)[3]
            await pilot.resize_terminal(120, 40)
            await settled(pilot, "of 300")
            await pilot.pause(0.1)
            assert lines(pilot.app)[3] == first

    async def test_an_empty_log_and_one_that_begins(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with log_screen(tmp_path, monkeypatch, ()) as (pilot, service):
            await settled(pilot, "The task has written nothing so far.")
            await pilot.press("j", "G", "g", "ctrl+d", "e", "n", "s")
            await settled(pilot, "There is no line to save.")
            service.learn(LOG, whole(LogData((), ended=True)))
            await settled(pilot, "The log has no lines.")
            service.learn(LOG, whole(LogData(written(5), ended=True)))
            await settled(pilot, "SECTION Starting")


class TestFinding:
    async def test_it_goes_round_and_says_so(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with log_screen(tmp_path, monkeypatch, written(200)) as (pilot, _):
            await pilot.press("g", "slash", *"(10", "enter")
            await settled(pilot, "found 1 of 11")
            assert [row for row in lines(pilot.app) if row.startswith(">")] == [
                "> 09:20:10 Copying files (10)"
            ]
            await pilot.press("n")
            await settled(pilot, "found 2 of 11")
            await pilot.press("N", "N")
            await settled(pilot, "found 11 of 11")
            await settled(pilot, "Found again from the end.")
            await pilot.press("n")
            await settled(pilot, "found 1 of 11")
            await settled(pilot, "Found again from the top.")
            await pilot.press("escape")
            await gone(pilot, "found")
            await pilot.press("escape")
            await gone(pilot, "Log  Invoice.CD")

    async def test_capitals_count_and_nothing_is_said_plainly(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with log_screen(tmp_path, monkeypatch, written(200)) as (pilot, _):
            await pilot.press("slash", *"COPYING", "enter")
            await settled(pilot, '"COPYING" is not found in the log so far.')
            await pilot.press("slash", *"copying", "enter")
            await settled(pilot, "of 191")
            await pilot.press("n", "escape", "n")
            await settled(pilot, "Nothing is looked for; / begins.")

    async def test_lines_that_come_are_searched_too(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        log = written(600)
        async with log_screen(tmp_path, monkeypatch, log[:200]) as (pilot, service):
            await pilot.press("slash", *"finishing", "enter")
            await settled(pilot, "0 found")
            service.learn(LOG, whole(LogData(log, ended=True)))
            await settled(pilot, "1 found")
            await pilot.press("n")
            await settled(pilot, "found 1 of 1")

    async def test_errors_one_after_the_other(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with log_screen(tmp_path, monkeypatch, written(200)) as (pilot, _):
            await pilot.press("g", "e")
            await settled(pilot, "> 09:20:17 ERROR The target answered: 503")
            await pilot.press("e")
            await settled(pilot, "> 09:20:18 ERROR Exit code 1")
            await pilot.press("e")
            await settled(pilot, "> 09:20:17 ERROR The target answered: 503")
            await settled(pilot, "Found again from the top.")

    async def test_no_error_so_far_is_not_said_once_there_is_one(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        log = (*(SafeText(f"Copying {number}") for number in range(60)), SafeText("##[error]Exit code 1"))
        async with log_screen(tmp_path, monkeypatch, log[:40]) as (pilot, service):
            await pilot.press("e")
            await settled(pilot, "There is no error in the log so far.")
            service.learn(LOG, whole(LogData(log[:50])))
            await settled(pilot, "of 50")
            await settled(pilot, "There is no error in the log so far.")
            service.learn(LOG, whole(LogData(log)))
            await settled(pilot, "An error has come; e goes there.")
            await pilot.press("e")
            await settled(pilot, "> ERROR Exit code 1")

    async def test_an_error_is_gone_to_once_the_log_has_been_read(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with log_screen(tmp_path, monkeypatch, ()) as (pilot, service):
            service.learn(LOG, Snapshot(loading=True))
            await settled(pilot, "Reading the log...")
            await pilot.press("e")
            service.learn(LOG, whole(LogData((SafeText("##[error]Exit code 1"),), ended=True)))
            await settled(pilot, "> ERROR Exit code 1")
            assert isinstance(pilot.app, ReltuiApp)
            assert not pilot.app.said

    async def test_a_match_deep_in_a_long_line_is_brought_into_view(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        long = SafeText("word " * 1_500 + "needle " + "word " * 100)
        async with log_screen(tmp_path, monkeypatch, (*written(50), long, *written(50))) as (pilot, _):
            await pilot.press("slash", *"needle", "enter")
            await settled(pilot, "found 1 of 1")
            (row,) = [row for row in lines(pilot.app) if row.startswith(">")]
            assert "needle" in row


class TestSaving:
    async def test_a_log_goes_to_a_new_private_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        log = written()
        async with log_screen(tmp_path, monkeypatch, log) as (pilot, _):
            await pilot.press("s")
            await settled(pilot, "Invoice.CD-Rel-142-UAT-Deploy-web-7-4.log")
            await pilot.press("enter")
            shown = await settled(pilot, "60 lines are in")
            file = tmp_path / "Invoice.CD-Rel-142-UAT-Deploy-web-7-4.log"
            assert "Log  Invoice.CD" in shown
            assert file.read_text(encoding="utf-8").splitlines() == [*log]
            assert file.stat().st_mode & 0o777 == 0o600
            await pilot.press("s")
            await settled(pilot, "Deploy-web-7-4-2.log")

    async def test_nothing_is_overwritten_and_every_failure_is_a_sentence(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "a.log").write_text("mine")
        async with log_screen(tmp_path, monkeypatch, written()) as (pilot, _):
            await pilot.press("s")
            await settled(pilot, "To which file?")
            for typed, said in (
                ("a.log", "is there already; choose another name."),
                ("nowhere/a.log", "There is no directory"),
                (f"{'x' * 300}.log", "File name too long."),
                ("~nobody-of-that-name/a", "home directory"),
                ("", "The name is missing."),
            ):
                pilot.app.screen.query_one("#path").value = typed  # type: ignore[attr-defined]
                await pilot.press("enter")
                # Where the line breaks depends on how long the path of the folder is.
                while said.replace(" ", "") not in "".join(text(pilot.app).split()):
                    await pilot.pause(0.02)
            await pilot.press("escape")
            await settled(pilot, "Log  Invoice.CD")
        assert (tmp_path / "a.log").read_text() == "mine"
        assert [name for name in os.listdir(tmp_path) if name.endswith(".log")] == ["a.log"]

    async def test_the_link_is_that_of_the_release(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with log_screen(tmp_path, monkeypatch, written()) as (pilot, _):
            await pilot.press("Y")
            await settled(pilot, "Copied: https://tfs01.example/tfs/Main/Billing/_release?releaseId=142")


class TestLongWork:
    async def test_progress_stop_and_the_end(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with tasks_screen(tmp_path, monkeypatch) as (pilot, service):
            work: list[Work] = []
            monkeypatch.setattr(service, "jobs", lambda: tuple(work))
            stopped: list[int] = []
            monkeypatch.setattr(service, "stop_job", stopped.append)

            def now(job: Work) -> None:
                work[:] = [job]
                for listener in tuple(service._listeners):
                    listener(JobChanged(job.id))

            job = Work(4, SafeText("logs of Rel-142"))
            now(job)
            await settled(pilot, "logs of Rel-142: begun")
            now(replace(job, done=12_400_000, total=31_000_000, unit="bytes"))
            await settled(pilot, "logs of Rel-142: 12.4 of 31.0 MB")
            now(replace(job, done=7, total=19, unit="logs"))
            await settled(pilot, "data <1 min old | logs of Rel-142: logs 7 of 19")
            await pilot.press("colon", *"stop", "enter")
            await pilot.pause(0.1)
            assert stopped == [4]
            now(replace(job, ended=True, sentence=SafeText("19 logs are in /tmp/a.zip."), well=True))
            await settled(pilot, "logs of Rel-142: 19 logs are in /tmp/a.zip.")
            await pilot.press("colon", *"stop", "enter")
            await settled(pilot, "Nothing runs that could be stopped.")

    async def test_all_logs_of_a_release_as_one_archive(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        async with running(tmp_path / "home") as run:
            await run.press("2")
            await run.see("[Releases]")
            await run.row()
            assert run.app.scope is not None
            server, project = run.app.scope
            found = await _release_with_logs(run.service, server, project)
            topic = ReleaseOf(server, project, found.id)
            ways.tasks(run.app, topic, (found.environments or ())[0].id)
            await run.see(f"> {found.name} >")
            file = tmp_path / "all.zip"
            await run.press("colon", *"archive", "enter")
            await run.see("Save all logs")
            run.app.screen.query_one("#path").value = str(file)  # type: ignore[attr-defined]
            await run.press("enter")
            await run.see("logs are in")
            assert not isinstance(run.app.screen, SaveArchive)
            with zipfile.ZipFile(file) as archive:
                assert archive.namelist()
            assert set(os.listdir(tmp_path)) == {"home", "all.zip"}


async def test_a_log_grows_on_screen_as_the_server_writes_it(tmp_path: Path) -> None:
    # The server's clock moves only when it is pushed.
    async with running(tmp_path / "home", demo_options={"speed": 1e-6}) as run:
        topic, environment = await _running_stage(run.service)
        ways.tasks(run.app, topic, environment)
        await run.see("tasks of all tries")
        assert " run " in await run.row()
        await run.press("l")
        await run.see("the task runs | follows")
        screen = run.app.screen
        assert isinstance(screen, LogScreen)
        await until(lambda: len(screen.lines) > 0)
        before = screen.lines
        run.demo.engine.advance(3)
        await run.press("r")
        await until(lambda: len(screen.lines) > len(before))
        assert list(screen.lines[: len(before)]) == list(before)
        await until(lambda: f"-{len(screen.lines):,} of {len(screen.lines):,}" in run.text)
        run.demo.engine.advance(3_600)
        await run.press("r")
        await gone(run.pilot, "the task runs")
        await run.press("r")
        await run.see("Finishing: ")


async def _running_stage(service: DataService) -> tuple[ReleaseOf, int]:
    """A release in which an agent runs a task, and the stage."""
    for project in service.look(ProjectsOf("demo")).data or ():
        listed = (await read_whole(service, ReleasesOf("demo", project))).data
        for shallow in listed.rows if listed is not None else ():
            if not any(e.status == EnvironmentStatus.IN_PROGRESS for e in shallow.environments or ()):
                continue
            topic = ReleaseOf("demo", project, shallow.id)
            one = (await read_whole(service, topic)).data
            for environment in (one.environments or ()) if one is not None else ():
                for one_try in environment.attempts:
                    tasks = [task for phase in one_try.phases for task in phase.tasks]
                    waits = one_try.intervention is not None
                    if not waits and any(task.status == TaskStatus.IN_PROGRESS for task in tasks):
                        return topic, environment.id
    raise AssertionError("nothing runs in the sample")


async def _release_with_logs(service: Any, server: str, project: Any) -> Release:
    client = await service._sources[server].client()
    async for page in client.releases(project.id, top=50):
        for one in page.rows.items:
            if any(e.status == EnvironmentStatus.SUCCEEDED for e in one.environments or ()):
                return (await client.release(project.id, one.id)).value  # type: ignore[no-any-return]
    raise AssertionError("no release has run")


async def test_a_hundred_thousand_lines_open_and_are_searched_while_keys_are_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tuple(SafeText(f"2026-11-24T09:20:11.1234567Z Copying files ({index})") for index in range(100_000))
    async with log_screen(tmp_path, monkeypatch, (*log, SafeText("##[error]At last"))) as (pilot, _):
        await settled(pilot, "-100,001 of 100,001")
        screen = pilot.app.screen
        assert isinstance(screen, LogScreen)
        assert len(screen.view._rows) < 100
        await pilot.press("g")
        await settled(pilot, "lines 1-")
        await pilot.press("e")
        await settled(pilot, "> ERROR At last")
        await pilot.press("g", "slash", *"(99999)", "enter", "j")
        await settled(pilot, "found 1 of 1")
        await asyncio.sleep(0)
