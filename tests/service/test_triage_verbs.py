"""Passing an approval on, taking it over, approving for later: on the embedded server, by its ledger."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from reltui.data.decision import Draft, State, Verb
from reltui.data.service import DataService
from reltui.data.topics import DecidedOf, Inbox, InboxRow, ReleaseOf, Why
from reltui.demo.server import RunningDemo
from reltui.paths import under
from tests.service.drafts import draft_of, environment_of, last_signature, release_at
from tests.support import (
    config_of,
    ledger,
    read_whole,
    row_for_me,
    service_on,
    serving,
    set_faults,
    until,
    verdict,
)

Scenario = Callable[[RunningDemo, DataService], Awaitable[None]]


def play(scenario: Scenario, folder: Path, *faults: str) -> None:
    async def run() -> None:
        async with serving(*faults) as demo, service_on(demo, folder) as service:
            await scenario(demo, service)

    asyncio.run(run())


def test_transfer_has_another_person_asked(tmp_path: Path) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        draft = await draft_of(demo, service, Verb.TRANSFER)
        decision = await verdict(service, service.outbox.submit(draft))
        assert decision.state is State.LANDED
        assert "Lee Whitcomb" in decision.sentence
        (line,) = await ledger(demo)
        assert line["body"]["status"] == "reassigned"
        assert line["body"]["approver"] == {"id": draft.options["to"]}
        approval = demo.engine.approval(draft.seen.id)
        assert (approval["status"], approval["revision"]) == ("pending", 2)
        assert approval["approver"]["id"] == draft.options["to"]

    play(scenario, tmp_path)


def test_take_over_asks_me(tmp_path: Path) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        draft = await draft_of(demo, service, Verb.TAKE_OVER)
        decision = await verdict(service, service.outbox.submit(draft))
        assert decision.state is State.LANDED
        assert "asked of you now" in decision.sentence
        approval = demo.engine.approval(draft.seen.id)
        assert approval["approver"]["id"] == demo.engine.me["id"]

    play(scenario, tmp_path)


def test_what_was_passed_on_meanwhile_is_not_passed_on_again(tmp_path: Path) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        draft = await draft_of(demo, service, Verb.TRANSFER)
        somebody = (await service.people("demo", "a"))[-1]
        body = {"status": "reassigned", "approver": {"id": somebody.id}}
        demo.engine.update_approval(draft.seen.id, body, demo.engine.me["id"])
        decision = await verdict(service, service.outbox.submit(draft))
        assert decision.state is State.NOT_SENT
        assert somebody.name in decision.sentence
        assert await ledger(demo) == []

    play(scenario, tmp_path)


def test_people_are_found_by_words_and_groups_are_left_out(tmp_path: Path) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        (lee,) = await service.people("demo", "whitcomb")
        assert (lee.name, lee.account) == ("Lee Whitcomb", "lee.whitcomb@marlowfreight.example")
        assert not any(person.is_group for person in await service.people("demo", "e"))
        assert await service.people("demo", "nobody of this name") == ()

    play(scenario, tmp_path)


def test_approve_for_later_gives_the_stage_its_time_first(tmp_path: Path) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        draft = await draft_of(demo, service, Verb.APPROVE_LATER)
        decision = await verdict(service, service.outbox.submit(draft))
        assert decision.state is State.LANDED, decision.sentence
        assert "waits until" in decision.sentence
        first, second = await ledger(demo)
        assert "/environments/" in first["path"]
        assert datetime.fromisoformat(first["body"]["scheduledDeploymentTime"]) == at(draft)
        assert "status" not in first["body"]
        assert second["body"] == {"status": "approved", "comments": "by the book"}
        topic = release_of(draft)
        demo.engine.advance(60)
        environment = environment_of(await release_at(service, topic))
        assert environment.latest is not None
        assert not environment.latest.has_started
        demo.engine.advance(2 * 3600)
        service.refresh()
        await until(lambda: started(service, topic))

    play(scenario, tmp_path)


def at(draft: Draft) -> datetime:
    return datetime.fromisoformat(draft.options["at"])


def release_of(draft: Draft) -> ReleaseOf:
    return ReleaseOf(draft.server, draft.project, draft.seen.release.id)  # type: ignore[union-attr]


def started(service: DataService, topic: ReleaseOf) -> bool:
    release = service.look(topic).data
    latest = environment_of(release).latest if release is not None else None
    return latest is not None and latest.has_started


def test_approve_for_later_takes_the_time_back_when_the_approval_does_not_land(tmp_path: Path) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        draft = await draft_of(demo, service, Verb.APPROVE_LATER)
        set_faults(demo, "srv-46:route=approval,method=PATCH,times=1")
        decision = await verdict(service, service.outbox.submit(draft))
        assert decision.state is State.DID_NOT_LAND, decision.sentence
        assert "was taken back" in decision.sentence
        sent = await ledger(demo)
        assert [line["body"].get("scheduledDeploymentTime", "no time") is None for line in sent][-1]
        assert environment_of(await release_at(service, release_of(draft))).scheduled_for is None
        assert demo.engine.approval(draft.seen.id)["status"] == "pending"

    play(scenario, tmp_path)


def test_approve_for_later_approves_nothing_where_the_server_takes_no_time(tmp_path: Path) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        draft = await draft_of(demo, service, Verb.APPROVE_LATER)
        demo.engine.defers = False
        decision = await verdict(service, service.outbox.submit(draft))
        assert decision.state is State.DID_NOT_LAND
        assert decision.sentence.startswith("Nothing was approved")
        assert not any("/approvals/" in line["path"] for line in await ledger(demo))
        assert demo.engine.approval(draft.seen.id)["status"] == "pending"

    play(scenario, tmp_path)


def test_approve_for_a_time_that_has_passed_is_not_sent(tmp_path: Path) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        draft = await draft_of(demo, service, Verb.APPROVE_LATER)
        late = {"at": (demo.engine.now() - timedelta(minutes=1)).isoformat()}
        decision = await verdict(service, service.outbox.submit(replace(draft, options=late)))
        assert decision.state is State.NOT_SENT
        assert await ledger(demo) == []

    play(scenario, tmp_path)


def test_an_intervention_waits_in_the_inbox_until_it_is_answered(tmp_path: Path) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        await row_for_me(service)
        draft = await draft_of(demo, service, Verb.RESUME)
        service.refresh()

        def there() -> bool:
            data = service.look(Inbox()).data
            rows = data.pauses if data is not None else ()
            return any(row.intervention.id == draft.seen.id and row.why is Why.ANYONE for row in rows)

        await until(there)
        # Before anything is read, the next run shows it from the cache, and nothing can be done with it.
        recalled = DataService(config_of(demo), under(tmp_path)).look(Inbox())
        assert recalled.from_cache
        assert recalled.data is not None
        assert draft.seen.id in {row.intervention.id for row in recalled.data.pauses}
        assert not any(row.fresh for row in recalled.data.pauses)
        await verdict(service, service.outbox.submit(draft))
        await until(lambda: not there())

    play(scenario, tmp_path)


def test_what_was_decided_lately_tells_who(tmp_path: Path) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        row = await last_signature(demo, service)
        await verdict(service, service.outbox.submit(draft_about(row)))
        decided = (await read_whole(service, DecidedOf("demo", row.project))).data
        assert decided is not None
        newest = decided.rows[0]
        assert (newest.id, newest.comments) == (row.approval.id, "fine")
        assert newest.approved_by is not None
        assert newest.approved_by.id == demo.engine.me["id"]
        others = {d.approved_by.name for d in decided.rows if d.approved_by is not None}
        assert len(others) > 1
        assert not any(d.is_automated for d in decided.rows)

    play(scenario, tmp_path)


def draft_about(row: InboxRow) -> Draft:
    return Draft(Verb.APPROVE, row.server, row.project.name, row.project, row.approval, "fine")
