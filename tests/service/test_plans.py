"""Several decisions under one confirmation: their order, their verdicts, and what is tried again."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from reltui.data.decision import Draft, Plan, State, Verb
from reltui.data.journal import decode
from reltui.data.service import DataService
from reltui.data.topics import Inbox
from reltui.demo.server import RunningDemo
from tests.service.drafts import last_signature
from tests.support import (
    FAST,
    journal_files,
    ledger,
    let_the_run_look_dead,
    read_whole,
    received,
    service_on,
    serving,
    set_faults,
    until,
)

Scenario = Callable[[RunningDemo, DataService], Awaitable[None]]

TIMING = replace(FAST, unchanged_after_yes=1.0, unchanged_after_error=1.0, give_up=2.0)


def play(scenario: Scenario, folder: Path) -> None:
    async def run() -> None:
        async with serving() as demo, service_on(demo, folder, timing=TIMING) as service:
            await scenario(demo, service)

    asyncio.run(run())


async def drafts(demo: RunningDemo, service: DataService, number: int) -> list[Draft]:
    """Approvals of releases that were made for it, so that nothing but the test is in their way."""
    rows = [await last_signature(demo, service) for _ in range(number)]
    return [
        Draft(Verb.APPROVE, r.server, r.project.name, r.project, r.approval, f"evening {number}")
        for number, r in enumerate(rows, 1)
    ]


async def ended(service: DataService, plan: Plan) -> Plan:
    await until(lambda: not service.outbox.plan(plan.id).is_open, 60.0)
    return service.outbox.plan(plan.id)


def states(plan: Plan) -> list[State]:
    return [decision.state for decision in plan.decisions]


def sent(lines: list[dict[str, object]]) -> list[int]:
    return [int(str(line["path"]).partition("/approvals/")[2].partition("?")[0]) for line in lines]


def test_all_land_in_their_order_one_at_a_time(tmp_path: Path) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        wanted = await drafts(demo, service, 5)
        plan = service.outbox.submit_plan(wanted)
        assert states(plan) == [State.HELD] * 5
        after = await ended(service, plan)
        assert states(after) == [State.LANDED] * 5
        assert sent(await ledger(demo)) == [draft.seen.id for draft in wanted]
        assert [d.order.number for d in after.decisions if d.order is not None] == [1, 2, 3, 4, 5]
        assert after.retryable == ()

    play(scenario, tmp_path)


@pytest.mark.parametrize("stops", [True, False])
def test_a_failure_stops_the_rest_only_where_that_was_asked(tmp_path: Path, stops: bool) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        wanted = await drafts(demo, service, 4)
        body = {"status": "rejected", "comments": "not today"}
        # By the server's own clock, after the row was drawn.
        demo.engine.update_approval(wanted[1].seen.id, body, demo.engine.me["id"])
        after = await ended(service, service.outbox.submit_plan(wanted, stops=stops))
        if stops:
            assert states(after) == [State.LANDED, *[State.NOT_SENT] * 3]
            assert "Stopped: number 2" in after.decisions[2].sentence
        else:
            assert states(after) == [State.LANDED, State.NOT_SENT, State.LANDED, State.LANDED]
        assert "rejected it" in after.decisions[1].sentence
        assert len(await ledger(demo)) == states(after).count(State.LANDED)

    play(scenario, tmp_path)


def test_what_did_not_land_is_tried_again_and_nothing_else(tmp_path: Path) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        wanted = await drafts(demo, service, 4)
        set_faults(demo, "srv-25:times=1")
        first = await ended(service, service.outbox.submit_plan(wanted, stops=False))
        assert states(first) == [State.DID_NOT_LAND, *[State.LANDED] * 3]
        again = service.outbox.retry(first.id)
        assert [d.object_key[2] for d in again.decisions] == [wanted[0].seen.id]
        after = await ended(service, again)
        assert states(after) == [State.LANDED]
        assert Counter(sent(await ledger(demo)))[wanted[0].seen.id] == 2
        assert service.outbox.plans()[0].id == again.id

    play(scenario, tmp_path)


def test_one_that_is_not_settled_is_never_offered_again(tmp_path: Path) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        wanted = await drafts(demo, service, 2)
        set_faults(demo, "srv-02:method=PATCH,times=1")
        plan = service.outbox.submit_plan(wanted)
        await received(demo)
        set_faults(demo, "srv-10:method=GET")
        now = await until(lambda: found if (found := service.outbox.plan(plan.id)).retryable else None, 30.0)
        assert states(now) == [State.UNSETTLED, State.NOT_SENT]
        assert "number 1 of the plan is not settled" in now.decisions[1].sentence
        assert now.retryable == (now.decisions[1],)

    play(scenario, tmp_path)


def test_all_that_is_held_is_taken_back(tmp_path: Path) -> None:
    async def run() -> None:
        slow = replace(TIMING, hold=60.0)
        async with serving() as demo, service_on(demo, tmp_path, timing=slow) as service:
            plan = service.outbox.submit_plan(await drafts(demo, service, 3))
            one = service.outbox.take_back(plan.decisions[1].id)
            assert one is not None
            assert len(service.outbox.take_back_plan(plan.id)) == 2
            assert states(service.outbox.plan(plan.id)) == [State.TAKEN_BACK] * 3
            assert await ledger(demo) == []
            again = service.outbox.retry(plan.id)
            assert len(again.decisions) == 3
            service.outbox.take_back_plan(again.id)

    asyncio.run(run())


def test_what_waits_its_turn_is_taken_back_while_another_is_sent(tmp_path: Path) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        wanted = await drafts(demo, service, 3)
        set_faults(demo, "srv-02:method=PATCH,times=1")
        plan = service.outbox.submit_plan(wanted)
        await until(lambda: State.SENDING in states(service.outbox.plan(plan.id)))
        taken = service.outbox.take_back_plan(plan.id)
        assert [decision.object_key[2] for decision in taken] == [wanted[2].seen.id, wanted[1].seen.id] or [
            decision.object_key[2] for decision in taken
        ] == [wanted[1].seen.id, wanted[2].seen.id]
        after = await ended(service, plan)
        assert states(after) == [State.LANDED, State.TAKEN_BACK, State.TAKEN_BACK]
        assert len(await ledger(demo)) == 1

    play(scenario, tmp_path)


def test_the_same_thing_twice_is_sent_once(tmp_path: Path) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        (one,) = await drafts(demo, service, 1)
        after = await ended(service, service.outbox.submit_plan([one, one], stops=False))
        assert sorted(states(after)) == sorted([State.LANDED, State.NOT_SENT])
        assert len(await ledger(demo)) == 1

    play(scenario, tmp_path)


def test_at_once_keeps_several_on_their_way(tmp_path: Path) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        wanted = await drafts(demo, service, 6)
        set_faults(demo, "srv-02:method=PATCH,times=3")
        plan = service.outbox.submit_plan(wanted, at_once=3, stops=False)
        await until(lambda: states(service.outbox.plan(plan.id)).count(State.SENDING) == 3)
        after = await ended(service, plan)
        assert states(after) == [State.LANDED] * 6
        assert sorted(sent(await ledger(demo))) == sorted(draft.seen.id for draft in wanted)

    play(scenario, tmp_path)


def test_a_plan_that_was_cut_short_is_there_again_and_goes_on(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo:
            wanted: list[Draft] = []
            async with service_on(demo, tmp_path, timing=TIMING) as service:
                wanted = await drafts(demo, service, 4)
                set_faults(demo, "srv-02:method=PATCH,nth=2,times=1")
                plan = service.outbox.submit_plan(wanted)
                await until(lambda: states(service.outbox.plan(plan.id))[1] is State.SENDING)
                killed = journal_files(tmp_path)
            let_the_run_look_dead(tmp_path, killed)
            async with service_on(demo, tmp_path, timing=TIMING) as service:
                (left,) = await until(service.outbox.plans)
                assert left.inherited
                left = await ended(service, left)
                assert states(left) == [State.LANDED, State.LANDED, State.NOT_SENT, State.NOT_SENT]
                await read_whole(service, Inbox())
                after = await ended(service, service.outbox.retry(left.id))
                assert states(after) == [State.LANDED] * 2
                assert sent(await ledger(demo)) == [draft.seen.id for draft in wanted]
            async with service_on(demo, tmp_path, timing=TIMING) as service:
                assert service.outbox.plans() == ()

    asyncio.run(run())


def test_every_item_is_on_disk_with_its_place_before_anything_is_sent(tmp_path: Path) -> None:
    async def run() -> None:
        slow = replace(TIMING, hold=60.0)
        async with serving() as demo, service_on(demo, tmp_path, timing=slow) as service:
            plan = service.outbox.submit_plan(await drafts(demo, service, 3))
            files = journal_files(tmp_path).values()
            records = [record for data in files for record in decode(data)]
            held = [(r["plan"], r["number"]) for r in records if r["type"] == "held"]
            assert held == [(plan.id, 1), (plan.id, 2), (plan.id, 3)]
            service.outbox.take_back_plan(plan.id)

    asyncio.run(run())
