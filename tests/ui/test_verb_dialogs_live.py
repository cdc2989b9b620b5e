"""The dialogs of running a release, through to the verdict, on the real service and server."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from reltui.data.decision import Decision, Stage, State, Verb
from reltui.data.topics import DefinitionsOf, ProjectsOf, ReleaseOf, ReleasesOf, Topic, VersionsOf
from reltui.model.project import Project
from reltui.model.release import Release, ReleaseStatus
from reltui.ui.screens import verbs
from reltui.ui.screens.subject import Subject
from tests.support import ledger, until
from tests.ui.running import Running, running

IDLE = ("notStarted", "succeeded", "rejected", "canceled")


async def project_of(run: Running, name: str) -> tuple[str, Project]:
    server = run.service.servers[0].name
    projects = run.service.look(ProjectsOf(server)).data or ()
    return server, next(project for project in projects if project.name == name)


async def read(run: Running, topic: Topic[Any]) -> None:
    """Watch it, and wait until it has been read."""
    run.service.watch(topic)
    await until(lambda: run.service.look(topic).complete or run.service.look(topic).more)


async def quiet_release(run: Running) -> tuple[ReleaseOf, Release]:
    """A whole active release of which nothing runs or waits, with two ordinary stages at least."""
    for project in run.service.look(ProjectsOf(run.service.servers[0].name)).data or ():
        topic = ReleasesOf(run.service.servers[0].name, project)
        await read(run, topic)
        data = run.service.look(topic).data
        for release in data.rows if data is not None else ():
            stages = release.environments or ()
            ordinary = [e for e in stages if not e.name.upper().startswith("PROD")]
            if (
                release.status == ReleaseStatus.ACTIVE
                and len(ordinary) > 1
                and all(str(e.status) in IDLE for e in stages)
            ):
                whole = ReleaseOf(topic.server, project, release.id)
                await read(run, whole)
                found = run.service.look(whole).data
                assert found is not None
                return whole, found
    raise AssertionError("the sample has no such release")


def stage_subject(run: Running, topic: ReleaseOf, verb: Verb, environment_id: int) -> Subject:
    def now() -> Stage:
        release = run.service.look(topic).data
        assert release is not None
        environment = next(e for e in release.environments or () if e.id == environment_id)
        return Stage(release, environment)

    return Subject(verb, topic.server, topic.project, now(), now)


def ordinary_stages(release: Release) -> list[int]:
    return [e.id for e in release.environments or () if not e.name.upper().startswith("PROD")]


async def landed(run: Running, decision: Decision) -> None:
    await until(lambda: not run.service.outbox.get(decision.id).is_open)
    ended = run.service.outbox.get(decision.id)
    assert ended.state is State.LANDED, ended.sentence


async def test_deploy_at_a_time_and_cancel(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        topic, release = await quiet_release(run)
        environment = ordinary_stages(release)[0]
        verbs.open_dialog(run.app, stage_subject(run, topic, Verb.DEPLOY, environment))
        await run.see("[ Deploy ]")
        await run.press("tab", *"+2h")
        await run.see("UTC by the server's clock, in ")
        await run.press("tab", "tab", "tab")
        await run.confirm()
        await until(lambda: bool(run.service.outbox.decisions()))
        decision = run.service.outbox.decisions()[0]
        await landed(run, decision)
        body = (await ledger(run.demo))[-1]["body"]
        assert body["status"] == "scheduled"
        at = datetime.fromisoformat(body["scheduledDeploymentTime"])
        assert timedelta(hours=1, minutes=50) < at - datetime.now(UTC) < timedelta(hours=2, minutes=2)

        def scheduled() -> bool:
            data = run.service.look(topic).data
            found = [e for e in (data.environments or ()) if e.id == environment] if data else []
            return bool(found) and found[0].scheduled_for is not None

        await until(scheduled)
        verbs.open_dialog(run.app, stage_subject(run, topic, Verb.CANCEL, environment))
        await run.see("[ Let it run ]")
        name = next(e.name for e in release.environments or () if e.id == environment)
        await run.press("shift+tab", "shift+tab", *name, "tab")
        await run.confirm("enter")
        await until(lambda: len(run.service.outbox.decisions()) == 2)
        await landed(run, run.service.outbox.decisions()[0])
        assert len(await ledger(run.demo)) == 2


async def test_a_plan_of_two_stages_has_two_verdicts(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        topic, release = await quiet_release(run)
        both = ordinary_stages(release)[:2]
        verbs.open_plan(run.app, [stage_subject(run, topic, Verb.DEPLOY, each) for each in both])
        await run.see("type here the number: 2")
        await run.press("shift+tab", "shift+tab", "2", "tab")
        await run.confirm("enter")
        await until(lambda: len(run.service.outbox.decisions()) == 2)
        await until(lambda: not any(d.is_open for d in run.service.outbox.decisions()))
        await run.see("2 landed")
        assert len(await ledger(run.demo)) == 2


async def test_a_release_with_a_chosen_version_and_one_stage_by_itself(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        server, project = await project_of(run, "Billing")
        topic = DefinitionsOf(server, project)
        await read(run, topic)
        data = run.service.look(topic).data
        assert data is not None
        definition = next(d for d in data.rows if d.name == "Invoice.CD")
        verbs.open_dialog(
            run.app, Subject(Verb.CREATE, server, project, definition, lambda: replace(definition))
        )
        await run.see("Stages; those with [x]")
        await until(lambda: run.service.look(VersionsOf(server, project, definition.id)).data is not None)
        await run.press("tab", "enter")
        await run.see("Which version of")
        await run.press("down", "down", "enter")
        await run.see("[ Create ]")
        await run.press("tab", "enter", "down", "enter", "shift+tab", "shift+tab")
        await run.see("starts by itself: ")
        await run.confirm()
        await until(lambda: bool(run.service.outbox.decisions()))
        await landed(run, run.service.outbox.decisions()[0])
        body = (await ledger(run.demo))[0]["body"]
        assert len(body["artifacts"]) == 1
        assert body["artifacts"][0]["instanceReference"]["id"]
        assert body["manualEnvironments"]
