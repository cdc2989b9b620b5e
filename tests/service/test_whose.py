"""Whose it was: two people act on the same object in the same moment, and the verdict is still the truth."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reltui.data.decision import Draft, Stage, State, Verb
from reltui.data.topics import ReleaseOf
from reltui.demo.server import RunningDemo
from tests.service.drafts import draft_of, environment_of, made, release_at, stage
from tests.support import FAST, ledger, service_on, serving, set_faults, until, verdict

TIMING = replace(FAST, unchanged_after_yes=1.0, unchanged_after_error=1.0, give_up=3.0)
DONE_BUT_503 = "srv-05:method={method},times=1,status=503"
NOT_DONE_503 = "srv-06:method={method},times=1,retry=1"
YES_BUT_NOTHING = "srv-46:method={method},times=1"

Act = Callable[[RunningDemo, Draft, str], object]
"""What the other person does."""


def other_person(demo: RunningDemo) -> str:
    """Somebody who may do everything."""
    me = str(demo.engine.me["id"])
    people = (i for i in demo.engine.identities.values() if not i.get("isContainer") and i["id"] != me)
    return str(next(people)["id"])


def meddle(demo: RunningDemo, draft: Draft, *, before: Act | None = None, after: Act | None = None) -> None:
    """Let the other person act right before or right after the one write is handled."""
    handle, who = demo.service.handle, other_person(demo)

    async def meddled(call: Any) -> Any:
        write = call.request.method not in ("GET", "HEAD", "OPTIONS")
        if write and before is not None:
            before(demo, draft, who)
        try:
            return await handle(call)
        finally:
            if write and after is not None:
                after(demo, draft, who)

    demo.service.handle = meddled  # type: ignore[method-assign]


def edit(**body: Any) -> Act:
    """Another person changes the release."""
    return lambda demo, draft, who: demo.engine.update_release(draft.seen.id, body, who)


def stage_to(status: str) -> Act:
    """Another person deploys or cancels the stage."""

    def act(demo: RunningDemo, draft: Draft, who: str) -> None:
        assert isinstance(draft.seen, Stage)
        demo.engine.update_environment(draft.seen.release.id, draft.seen.id, {"status": status}, who)
        demo.engine.advance(2)

    return act


def resume(demo: RunningDemo, draft: Draft, who: str) -> None:
    """Another person resumes the intervention."""
    stage = draft.seen.stage  # type: ignore[union-attr]
    demo.engine.update_intervention(stage.release.id, draft.seen.id, {"status": "approved"}, who)


CASES = [
    pytest.param(Verb.RETAIN, DONE_BUT_503, {"after": edit(name="Renamed-1")}, id="retain-then-renamed"),
    pytest.param(Verb.RENAME, DONE_BUT_503, {"after": edit(keepForever=True)}, id="rename-then-retained"),
    pytest.param(Verb.START, DONE_BUT_503, {"after": edit(keepForever=True)}, id="start-then-retained"),
    pytest.param(Verb.RETAIN, YES_BUT_NOTHING, {"before": edit(keepForever=True)}, id="retain-by-another"),
    pytest.param(Verb.RETAIN, NOT_DONE_503, {"after": edit(keepForever=True)}, id="retain-only-by-another"),
    pytest.param(Verb.CANCEL, DONE_BUT_503, {"after": stage_to("inProgress")}, id="cancel-then-redeployed"),
    pytest.param(Verb.DEPLOY, YES_BUT_NOTHING, {"before": stage_to("inProgress")}, id="deploy-by-another"),
    pytest.param(Verb.RESUME, YES_BUT_NOTHING, {"before": resume}, id="resume-by-another"),
]


@pytest.mark.parametrize(("verb", "fault", "acts"), CASES)
def test_the_verdict_is_about_ours(verb: Verb, fault: str, acts: dict[str, Act], tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo, service_on(demo, tmp_path, timing=TIMING) as service:
            draft = await draft_of(demo, service, verb)
            meddle(demo, draft, **acts)
            set_faults(demo, fault.format(method="PATCH"))
            submitted = service.outbox.submit(draft)
            await until(
                lambda: not (d := service.outbox.get(submitted.id)).is_open or d.state is State.UNSETTLED
            )
            decision = service.outbox.get(submitted.id)
            (line,) = await ledger(demo)
            told = decision.state is State.LANDED
            # What nobody can tell stays open; a wrong word is the one thing that must not be.
            assert decision.state is State.UNSETTLED or told is bool(line["applied"]), decision.sentence

    asyncio.run(run())


@pytest.mark.parametrize("verb", [Verb.DELETE, Verb.UNDELETE])
def test_who_changed_a_release_last_is_not_who_deleted_it(verb: Verb, tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo, service_on(demo, tmp_path, timing=TIMING) as service:
            draft = await draft_of(demo, service, verb)
            if verb is Verb.DELETE:
                edit(description="by another")(demo, draft, other_person(demo))
                topic = ReleaseOf("demo", draft.project, draft.seen.id)
                draft = replace(draft, seen=await release_at(service, topic))
            method = "DELETE" if verb is Verb.DELETE else "PUT"
            set_faults(demo, DONE_BUT_503.format(method=method))
            decision = await verdict(service, service.outbox.submit(draft))
            (line,) = await ledger(demo)
            assert line["applied"]
            assert decision.state is State.LANDED, decision.sentence

    asyncio.run(run())


def test_a_late_deployment_is_found_behind_somebody_elses(tmp_path: Path) -> None:
    async def run() -> None:
        patient = replace(TIMING, give_up=20.0)
        async with serving() as demo, service_on(demo, tmp_path, timing=patient) as service:
            draft = await draft_of(demo, service, Verb.DEPLOY)

            def before(demo: RunningDemo, draft: Draft, who: str) -> None:
                stage_to("inProgress")(demo, draft, who)
                stage_to("canceled")(demo, draft, who)

            meddle(demo, draft, before=before)
            set_faults(demo, "srv-03:method=PATCH,times=1,seconds=1")
            decision = await verdict(service, service.outbox.submit(draft))
            assert decision.state is State.LANDED, decision.sentence
            assert "by you" in decision.sentence
            assert len(await ledger(demo)) == 1

    asyncio.run(run())


def test_a_variable_that_changed_since_the_dialog_stops_the_deployment(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo, service_on(demo, tmp_path) as service:
            draft = await draft_of(demo, service, Verb.DEPLOY)
            assert isinstance(draft.seen, Stage)
            variables = {"Ring": {"value": "PRODUCTION", "allowOverride": False}}
            body = {"environments": [{"id": draft.seen.id, "variables": variables}]}
            demo.engine.edits.replace(draft.seen.release.id, body, other_person(demo))
            decision = await verdict(service, service.outbox.submit(draft))
            assert decision.state is State.NOT_SENT
            assert decision.sentence == "A variable of the stage has another value now."
            assert await ledger(demo) == []

    asyncio.run(run())


def test_a_time_that_has_passed_while_it_was_held_is_not_sent(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo, service_on(demo, tmp_path) as service:
            topic = await made(demo, service, stage("DEV", 1))
            release = await release_at(service, topic)
            seen = Stage(release, environment_of(release))
            options = {"at": "2020-01-01T00:00:00+00:00"}
            draft = Draft(Verb.DEPLOY, "demo", topic.project.name, topic.project, seen, "", options)
            decision = await verdict(service, service.outbox.submit(draft))
            assert decision.state is State.NOT_SENT
            assert "has passed" in decision.sentence
            assert await ledger(demo) == []

    asyncio.run(run())
