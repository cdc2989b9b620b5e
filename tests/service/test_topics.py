"""What screens look at besides lists and releases: live stages, contents, histories, versions, logs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from reltui.data import readers, reading_live
from reltui.data.service import DataService
from reltui.data.topics import (
    ContentOf,
    DefinitionAt,
    DefinitionOf,
    DeploymentsOf,
    LiveData,
    LiveOf,
    LogData,
    LogOf,
    ReleaseHistoryOf,
    ReleaseOf,
    ReleasesOf,
    Snapshot,
    StageLive,
    VersionsOf,
)
from reltui.demo import routes
from reltui.demo.deployments import Query
from reltui.demo.server import RunningDemo
from reltui.model.insight import Outcome, outcome
from reltui.model.release import Release
from tests.service.drafts import (
    environment_of,
    first_project,
    made,
    release_at,
    running_stage,
    stage,
    task,
)
from tests.support import read_whole, service_on, serving, set_faults, until

Scenario = Callable[[RunningDemo, DataService], Awaitable[None]]


def play(scenario: Scenario, folder: Path) -> None:
    async def run() -> None:
        async with serving() as demo, service_on(demo, folder) as service:
            await scenario(demo, service)

    asyncio.run(run())


async def old_release(service: DataService) -> tuple[ReleaseOf, Release]:
    """A release of the sample that took a build and stands somewhere."""
    project = await first_project(service)
    listed = (await read_whole(service, ReleasesOf("demo", project))).data
    assert listed is not None
    for row in listed.rows[3:]:
        topic = ReleaseOf("demo", project, row.id)
        release = await release_at(service, topic)
        if release.artifacts and environment_of(release).status == "succeeded":
            return topic, release
    raise AssertionError("the sample has no such release")


def test_live_says_what_runs_where_by_all_that_the_server_knows(tmp_path: Path) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        project = await first_project(service)
        data = (await read_whole(service, LiveOf("demo", project))).data
        assert data is not None
        told = 0
        ended: dict[tuple[int, int], tuple[float, int]] = {}
        for one in demo.engine.deployments.find(Query(project_id=project.id)):
            if one.attempt.status in ("succeeded", "partiallySucceeded") and one.attempt.finished is not None:
                where = (one.release.definition["id"], one.environment.plan["id"])
                ended[where] = max(ended.get(where, (0.0, 0)), (one.attempt.finished, one.release.id))
        for definition in demo.engine.definitions(project.id):
            for environment in definition["environments"]:
                live = data.stages.get((definition["id"], environment["id"]))
                _, standing = ended.get((definition["id"], environment["id"]), (0.0, 0))
                assert bool(standing) is bool(environment["currentRelease"]["id"])
                if standing:
                    told += 1
                    assert live is not None
                    assert live.live is not None
                    assert live.live.release.id == standing
                else:
                    assert live is None or live.live is None
        assert told > 5

    play(scenario, tmp_path)


def test_live_says_until_its_end_that_it_is_not_read(tmp_path: Path) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        topic = LiveOf("demo", await first_project(service))
        seen: list[Snapshot[LiveData]] = []
        service.subscribe(lambda event: seen.append(service.look(topic)))
        await read_whole(service, topic)
        told = [(s.data.is_read, bool(s.progress)) for s in seen if s.data is not None and s.data.definitions]
        assert told[0] == (False, True)
        assert told[-1] == (True, False)

    play(scenario, tmp_path)


def test_live_keeps_what_it_shows_while_it_is_read_again(tmp_path: Path) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        topic = LiveOf("demo", await first_project(service))
        whole = await read_whole(service, topic)
        assert whole.data is not None
        seen = [whole]
        service.subscribe(lambda event: seen.append(service.look(topic)))
        service.refresh()
        await until(lambda: seen[-1].read_at != whole.read_at and not seen[-1].loading)
        assert any(snapshot.loading and snapshot.progress for snapshot in seen)
        for snapshot in seen:
            assert snapshot.data is not None
            assert snapshot.data.stages == whole.data.stages

    play(scenario, tmp_path)


def test_a_stage_that_fails_after_a_success_keeps_what_runs_there(tmp_path: Path) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        me = str(demo.engine.me["id"])
        failing = [
            {
                "rank": 1,
                "phaseType": "agentBasedDeployment",
                "name": "Run",
                "workflowTasks": [
                    task("Deploy", inputs={"demoSeconds": "5", "demoResult": "succeeded,failed"})
                ],
            }
        ]
        topic = await made(demo, service, stage("DEV", 1, starts=True, deployPhases=failing))
        release = await release_at(service, topic)
        environment = environment_of(release)
        demo.engine.update_environment(release.id, environment.id, {"status": "inProgress"}, me)
        demo.engine.advance(60)
        data = (await read_whole(service, LiveOf("demo", topic.project))).data
        assert data is not None
        cell = data.stages[release.definition.id, environment.definition_environment_id]
        assert cell.live is not None
        assert (cell.live.attempt, cell.live.release.id) == (1, release.id)
        assert cell.latest is not None
        assert (cell.latest.attempt, outcome(cell.latest)) == (2, Outcome.FAILED)

    play(scenario, tmp_path)


def one_task(result: str, *, goes_on: bool = False) -> list[dict[str, Any]]:
    """The phases of a stage whose one task takes ten minutes."""
    work = task("Deploy", continueOnError=goes_on, inputs={"demoSeconds": "600", "demoResult": result})
    return [{"rank": 1, "phaseType": "agentBasedDeployment", "name": "Run", "workflowTasks": [work]}]


async def live_cell(service: DataService, topic: ReleaseOf, release: Release) -> StageLive:
    """What runs on the first stage of a release's definition."""
    data = (await read_whole(service, LiveOf("demo", topic.project))).data
    assert data is not None
    return data.stages[release.definition.id, environment_of(release).definition_environment_id]


@pytest.mark.parametrize("generation", ["tfs-2018", "server-2022"])
@pytest.mark.parametrize("ending", ["inProgress", "canceled"])
def test_a_release_that_is_deployed_again_still_runs(tmp_path: Path, generation: str, ending: str) -> None:
    async def run() -> None:
        async with serving(generation=generation) as demo, service_on(demo, tmp_path) as service:
            me = str(demo.engine.me["id"])
            phases = one_task("succeeded")
            topic = await made(demo, service, stage("DEV", 1, starts=True, deployPhases=phases))
            older = await release_at(service, topic)
            asked = {"definitionId": older.definition.id}
            newer = demo.engine.create_release(topic.project.id, asked, me)
            demo.engine.advance(1800)
            environment = newer["environments"][0]["id"]
            demo.engine.update_environment(newer["id"], environment, {"status": "inProgress"}, me)
            demo.engine.advance(60)
            if ending == "canceled":
                demo.engine.update_environment(newer["id"], environment, {"status": "canceled"}, me)
                demo.engine.advance(60)
            cell = await live_cell(service, topic, older)
            assert cell.live is not None
            assert cell.latest is not None
            assert (cell.live.release.id, cell.live.attempt) == (newer["id"], 1)
            assert (cell.latest.release.id, cell.latest.attempt) == (newer["id"], 2)
            assert (outcome(cell.latest) is Outcome.CANCELED) is (ending == "canceled")

    asyncio.run(run())


@pytest.mark.parametrize("generation", ["tfs-2018", "server-2022"])
def test_a_quiet_stage_with_a_partial_success_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, generation: str
) -> None:
    monkeypatch.setattr(reading_live, "PAGES", 1)
    monkeypatch.setattr(reading_live, "PAGE", 1)

    async def run() -> None:
        async with serving(generation=generation) as demo, service_on(demo, tmp_path) as service:
            phases = one_task("failed", goes_on=True)
            topic = await made(demo, service, stage("DEV", 1, starts=True, deployPhases=phases))
            demo.engine.advance(1200)
            release = await release_at(service, topic)
            environment = environment_of(release)
            assert environment.status == "partiallySucceeded"
            me = str(demo.engine.me["id"])
            demo.engine.update_environment(release.id, environment.id, {"status": "inProgress"}, me)
            demo.engine.advance(60)
            cell = await live_cell(service, topic, release)
            assert cell.live is not None
            assert (cell.live.release.id, cell.live.attempt) == (release.id, 1)
            assert cell.latest is not None
            assert cell.latest.attempt == 2

    asyncio.run(run())


def test_content_is_the_same_by_the_release_area_and_build_by_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_routes = routes.ROUTES

    async def scenario(demo: RunningDemo, service: DataService) -> None:
        topic, release = await old_release(service)
        same = ReleasesOf("demo", topic.project, release.definition.id)
        listed = (await read_whole(service, same)).data
        assert listed is not None
        base = next(r.id for r in listed.rows if _build(r) < _build(release))
        wanted = ContentOf("demo", topic.project, release.id, base)
        by_release = (await read_whole(service, wanted)).data
        service.unwatch(wanted)
        without = [r for r in all_routes if r.pattern[-2:] != ("{release}", "changes")]
        assert len(without) == len(all_routes) - 1
        monkeypatch.setattr(routes, "ROUTES", tuple(without))
        service.watch(wanted)

        def by_build() -> bool:
            data = service.look(wanted).data
            return data is not None and data.by_build_area

        await until(by_build)
        other = service.look(wanted).data
        assert by_release is not None
        assert other is not None
        assert not by_release.by_build_area
        assert {change.id for change in other.changes} == {change.id for change in by_release.changes}
        assert {item.id for item in other.items} == {item.id for item in by_release.items}
        assert by_release.changes

    play(scenario, tmp_path)


def _build(release: Release) -> int:
    assert release.artifacts
    return int(release.artifacts[0].version_id)


def test_the_history_of_a_release_is_newest_first_and_its_lack_is_said(tmp_path: Path) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        topic, release = await old_release(service)
        wanted = ReleaseHistoryOf("demo", topic.project, release.id)
        entries = (await read_whole(service, wanted)).data
        assert entries
        assert entries[-1].change_type == "create"
        times = [entry.on for entry in entries if entry.on is not None]
        assert times == sorted(times, reverse=True)
        missing = ReleaseHistoryOf("demo", topic.project, 999_999)
        service.watch(missing)
        snapshot = await until(lambda: _with_problem(service.look(missing)))
        assert "does not tell the history" in snapshot.problems[0].sentence

    play(scenario, tmp_path)


def _with_problem(snapshot: Snapshot[Any]) -> Snapshot[Any] | None:
    return snapshot if snapshot.problems else None


def test_versions_come_with_branch_commit_and_the_time_of_their_build(tmp_path: Path) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        topic, release = await old_release(service)
        versions = (await read_whole(service, VersionsOf("demo", topic.project, release.definition.id))).data
        assert versions
        first = versions[0]
        assert first.default is not None
        assert first.default.id in {version.id for version in first.versions}
        assert all(version.branch and version.commit and version.on for version in first.versions)

    play(scenario, tmp_path)


def test_a_definition_as_it_was(tmp_path: Path) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        topic = await made(demo, service, stage("DEV", 1))
        release = await release_at(service, topic)
        number = release.definition.id
        now = demo.engine.definition(number)
        changed = {**now, "name": "Test.Renamed", "comment": "another name"}
        demo.engine.update_definition(topic.project.id, changed, str(demo.engine.me["id"]))
        before = (await read_whole(service, DefinitionAt("demo", topic.project, number, 1))).data
        after = (await read_whole(service, DefinitionOf("demo", topic.project, number))).data
        assert before is not None
        assert after is not None
        assert (before.name, after.definition.name) == (release.definition.name, "Test.Renamed")

    play(scenario, tmp_path)


def test_the_deployments_of_a_stage_page_by_page(tmp_path: Path) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        topic = await made(demo, service, stage("DEV", 1, starts=True))
        release = await release_at(service, topic)
        environment = environment_of(release)
        me = str(demo.engine.me["id"])
        for _ in range(60):
            demo.engine.update_environment(release.id, environment.id, {"status": "canceled"}, me)
            demo.engine.advance(5)
            demo.engine.update_environment(release.id, environment.id, {"status": "inProgress"}, me)
            demo.engine.advance(5)
        wanted = DeploymentsOf(
            "demo", topic.project, release.definition.id, environment.definition_environment_id
        )
        snapshot = await read_whole(service, wanted)
        assert snapshot.data is not None
        assert (len(snapshot.data.rows), snapshot.more) == (readers.PAGE, True)
        service.more(wanted)
        await until(lambda: service.look(wanted).complete)
        rows = (service.look(wanted).data or snapshot.data).rows
        assert [row.attempt for row in rows] == list(range(61, 0, -1))

    play(scenario, tmp_path)


def test_a_log_grows_and_only_new_lines_are_asked_for(tmp_path: Path) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        running = await running_stage(demo, service)
        topic = ReleaseOf("demo", await first_project(service), running.release.id)
        attempt = running.environment.latest
        assert attempt is not None
        phase = attempt.phases[0]
        wanted = LogOf("demo", topic.project, running.release.id, running.id, phase.id, phase.tasks[0].id)
        service.watch(topic)
        service.watch(wanted)

        def lines(more_than: int) -> LogData | None:
            data = service.look(wanted).data
            return data if data is not None and len(data.lines) > more_than else None

        first = await until(lambda: lines(0))
        assert not first.ended
        demo.engine.advance(120)
        service.refresh()
        second = await until(lambda: lines(len(first.lines)))
        assert list(second.lines[: len(first.lines)]) == list(first.lines)
        demo.engine.advance(900)

        def ended() -> LogData | None:
            service.refresh()
            data = service.look(wanted).data
            return data if data is not None and data.ended else None

        last = await until(ended)
        assert list(last.lines[: len(second.lines)]) == list(second.lines)
        assert "##[section]Finishing" in last.lines[-1]
        assert service.look(wanted).complete

    play(scenario, tmp_path)


def test_a_hundred_thousand_lines_come_in_portions_and_say_how_far(tmp_path: Path) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        phases = [
            {
                "rank": 1,
                "phaseType": "agentBasedDeployment",
                "name": "Run",
                "workflowTasks": [task("Deploy", inputs={"demoSeconds": "5", "demoLines": "100000"})],
            }
        ]
        topic = await made(demo, service, stage("DEV", 1, starts=True, deployPhases=phases))
        release = await release_at(service, topic)
        service.watch(topic)
        attempt = environment_of(release).latest
        assert attempt is not None
        phase = attempt.phases[0]
        wanted = LogOf(
            "demo", topic.project, release.id, environment_of(release).id, phase.id, phase.tasks[0].id
        )
        told = set()
        service.subscribe(lambda event: told.add(str(service.look(wanted).progress)))
        service.watch(wanted)
        await until(lambda: service.look(wanted).complete, 60.0)
        data = service.look(wanted).data
        assert data is not None
        assert (len(data.lines), data.ended) == (100_000, True)
        assert {"10,000 lines read", "90,000 lines read"} <= told

    play(scenario, tmp_path)


def test_an_archive_tells_how_far_it_is_and_leaves_nothing_when_it_is_stopped(tmp_path: Path) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        topic, release = await old_release(service)
        folder = tmp_path / "saved"
        folder.mkdir()
        target = folder / "logs.zip"
        job = service.save_logs("demo", topic.project, release, target)
        await until(lambda: service.jobs()[0].ended)
        assert service.jobs()[0].well, service.jobs()[0].sentence
        assert str(target) in service.jobs()[0].sentence
        again = service.save_logs("demo", topic.project, release, target)
        await until(lambda: service.jobs()[0].ended)
        assert again.id != job.id
        assert not service.jobs()[0].well
        set_faults(demo, "srv-09:route=/logs,where=body")
        stopped = service.save_logs("demo", topic.project, release, folder / "other.zip")
        await asyncio.sleep(0.2)
        service.stop_job(stopped.id)
        await until(lambda: service.jobs()[0].ended)
        assert "stopped" in service.jobs()[0].sentence
        assert list(folder.iterdir()) == [target]

    play(scenario, tmp_path)
