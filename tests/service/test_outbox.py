"""One confirmation, at most one action, and the truth about it: the outbox against a misbehaving server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from reltui.data.actions import Found, Order, Reading
from reltui.data.decision import Decision, Draft, State, Verb
from reltui.data.service import DataService
from reltui.data.topics import DefinitionsOf, InboxRow, ReleasesOf
from reltui.data.verdict import judge
from reltui.demo.server import RunningDemo
from reltui.errors import Busy, FolderError, NotTheServer, ReadOnly, Refused
from reltui.model.release import ReleaseStatus
from reltui.model.text import SafeText
from reltui.paths import under
from tests.support import (
    FAST,
    SHORT,
    config_of,
    journal_files,
    ledger,
    let_the_run_look_dead,
    reached,
    read_whole,
    received,
    row_for_me,
    service_on,
    serving,
    set_faults,
    until,
    verdict,
)

Scenario = Callable[[RunningDemo, DataService], Awaitable[None]]


def approval_draft(row: InboxRow, verb: Verb = Verb.APPROVE, comment: str = "CHG0012345 go") -> Draft:
    return Draft(verb, row.server, row.project.name, row.project, row.approval, comment)


async def abandon_draft(service: DataService) -> Draft:
    row = await row_for_me(service)
    snapshot = await read_whole(service, ReleasesOf(row.server, row.project))
    assert snapshot.data is not None
    release = next(r for r in snapshot.data.rows if r.status == ReleaseStatus.ACTIVE)
    return Draft(Verb.ABANDON, row.server, row.project.name, row.project, release, "superseded")


async def create_draft(service: DataService) -> Draft:
    row = await row_for_me(service)
    snapshot = await read_whole(service, DefinitionsOf(row.server, row.project))
    assert snapshot.data is not None
    definition = next(d for d in snapshot.data.rows if d.id == row.approval.definition.id)
    return Draft(Verb.CREATE, row.server, row.project.name, row.project, definition, "evening release")


def play(scenario: Scenario, folder: Path, *faults: str, read_only: bool = False) -> None:
    async def run() -> None:
        async with serving(*faults) as demo, service_on(demo, folder, read_only=read_only) as service:
            await scenario(demo, service)

    asyncio.run(run())


async def sending(demo: RunningDemo, service: DataService) -> tuple[InboxRow, Decision]:
    """An approval that the server takes and does not answer."""
    row = await row_for_me(service)
    set_faults(demo, "srv-02:method=PATCH,times=1")
    decision = service.outbox.submit(approval_draft(row))
    await received(demo)
    return row, service.outbox.get(decision.id)


async def decide(service: DataService, draft: Draft) -> Decision:
    return await verdict(service, service.outbox.submit(draft))


@pytest.mark.parametrize("verb", [Verb.APPROVE, Verb.REJECT])
def test_a_decision_lands_once_and_says_who(tmp_path: Path, verb: Verb) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        row = await row_for_me(service)
        decision = await decide(service, approval_draft(row, verb))
        assert decision.state is State.LANDED
        assert "by you" in decision.sentence
        (line,) = await ledger(demo)
        assert (line["method"], line["applied"], line["answered"]) == ("PATCH", True, True)
        assert line["body"]["comments"] == "CHG0012345 go"
        approval = demo.engine.approval(row.approval.id)
        assert approval["status"] == ("approved" if verb is Verb.APPROVE else "rejected")

    play(scenario, tmp_path)


def test_create_lands_once_and_names_the_release(tmp_path: Path) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        decision = await decide(service, await create_draft(service))
        assert decision.state is State.LANDED
        assert demo.engine.release(decision.made_id)["description"] == "evening release"
        assert len(await ledger(demo)) == 1

    play(scenario, tmp_path)


def test_abandon_lands_once(tmp_path: Path) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        draft = await abandon_draft(service)
        decision = await decide(service, draft)
        assert decision.state is State.LANDED
        assert demo.engine.release(draft.seen.id)["status"] == "abandoned"
        assert len(await ledger(demo)) == 1

    play(scenario, tmp_path)


def test_a_held_decision_is_taken_back_and_nothing_leaves(tmp_path: Path) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        draft = approval_draft(await row_for_me(service))
        decision = service.outbox.submit(draft)
        assert service.outbox.take_back() is not None
        assert (await verdict(service, decision)).state is State.TAKEN_BACK
        assert service.outbox.take_back() is None
        await asyncio.sleep(2 * FAST.hold)
        assert await ledger(demo) == []
        assert (await decide(service, draft)).state is State.LANDED

    play(scenario, tmp_path)


@pytest.mark.parametrize(
    ("fault", "state", "applied"),
    [
        ("srv-01:method=PATCH,times=1", State.LANDED, True),
        ("srv-05:method=PATCH,status=500,times=1", State.LANDED, True),
        ("srv-05:method=PATCH,status=504,times=1", State.LANDED, True),
        ("srv-04:method=PATCH,times=1", State.DID_NOT_LAND, False),
        ("srv-06:method=PATCH,retry=1,times=1", State.DID_NOT_LAND, False),
        ("srv-25:route=approvals,times=1", State.DID_NOT_LAND, False),
        ("srv-45:route=approvals,seconds=1", State.LANDED, True),
        ("srv-46:method=PATCH,times=1", State.DID_NOT_LAND, False),
    ],
)
def test_after_an_unclear_end_the_verdict_is_the_truth(
    tmp_path: Path, fault: str, state: State, applied: bool
) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        row = await row_for_me(service)
        set_faults(demo, fault)
        decision = await decide(service, approval_draft(row))
        assert (decision.state, decision.sentence) == (state, decision.sentence)
        assert decision.sentence
        received = await ledger(demo)
        assert len(received) == 1
        assert (demo.engine.approval(row.approval.id)["status"] == "approved") is applied

    play(scenario, tmp_path)


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        ("srv-29", "approved it"),
        ("srv-30", "canceled"),
        ("srv-31", "revision"),
        ("srv-32", "passed on"),
        ("srv-33", ""),
    ],
)
def test_what_has_changed_since_it_was_on_screen_is_not_sent(tmp_path: Path, fault: str, word: str) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        row = await row_for_me(service)
        set_faults(demo, f"{fault}:phase=read")
        decision = await decide(service, approval_draft(row))
        assert decision.state is State.NOT_SENT
        assert word in decision.sentence
        assert await ledger(demo) == []

    play(scenario, tmp_path)


def test_somebody_faster_within_the_last_second_gets_the_credit(tmp_path: Path) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        row = await row_for_me(service)
        set_faults(demo, "srv-29:phase=write")
        decision = await decide(service, approval_draft(row))
        assert decision.state is State.DID_NOT_LAND
        assert "Not by you" in decision.sentence
        assert len(await ledger(demo)) == 1

    play(scenario, tmp_path)


def test_read_only_sends_nothing_whatever_is_asked(tmp_path: Path) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        draft = approval_draft(await row_for_me(service))
        with pytest.raises(ReadOnly):
            service.outbox.submit(draft)
        assert await ledger(demo) == []

    play(scenario, tmp_path, read_only=True)


def test_one_open_decision_an_object_even_over_two_instances(tmp_path: Path) -> None:
    async def run() -> None:
        async with (
            serving() as demo,
            service_on(demo, tmp_path, timing=replace(FAST, hold=60.0)) as first,
            service_on(demo, tmp_path, timing=replace(FAST, hold=0.0)) as second,
        ):
            row = await row_for_me(first)
            await row_for_me(second)
            draft = approval_draft(row)
            decision = first.outbox.submit(draft)
            with pytest.raises(Busy):
                first.outbox.submit(draft)
            with pytest.raises(Busy, match="Another running"):
                second.outbox.submit(draft)
            first.outbox.take_back(decision.id)
            await verdict(first, decision)
            decision = await until(lambda: _accepted(second, draft))
            assert (await verdict(second, decision)).state is State.LANDED
            with pytest.raises(Busy):
                second.outbox.submit(draft)
            assert len(await ledger(demo)) == 1

    asyncio.run(run())


def _accepted(service: DataService, draft: Draft) -> Decision | None:
    """Submit it once the other instance has given its claim back."""
    try:
        return service.outbox.submit(draft)
    except Busy:
        return None


def test_without_a_journal_nothing_is_sent(tmp_path: Path) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        draft = approval_draft(await row_for_me(service))
        folder = tmp_path / "state"
        folder.mkdir(mode=0o700, exist_ok=True)
        (folder / "journal").write_text("in the way")
        with pytest.raises(FolderError):
            service.outbox.submit(draft)
        (folder / "journal").unlink()
        decision = service.outbox.submit(draft)
        service.outbox._journal.folder = folder / "gone"
        service.outbox._journal.close()
        (folder / "gone").write_text("in the way")
        assert (await verdict(service, decision)).state is State.NOT_SENT
        assert await ledger(demo) == []

    play(scenario, tmp_path)


def test_closing_sends_nothing_that_was_held(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo:
            async with service_on(demo, tmp_path, timing=replace(FAST, hold=30.0)) as service:
                decision = service.outbox.submit(approval_draft(await row_for_me(service)))
            assert service.outbox.get(decision.id).state is State.NOT_SENT
            assert await ledger(demo) == []

    asyncio.run(run())


def test_closing_waits_for_what_was_sent(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo:
            async with service_on(demo, tmp_path) as service:
                _, decision = await sending(demo, service)
            assert service.outbox.get(decision.id).state is State.LANDED
            assert len(await ledger(demo)) == 1

    asyncio.run(run())


def test_refreshing_and_leaving_and_errors_elsewhere_do_not_touch_a_decision(tmp_path: Path) -> None:
    async def scenario(demo: RunningDemo, service: DataService) -> None:
        row = await row_for_me(service)
        topic = ReleasesOf(row.server, row.project)
        await read_whole(service, topic)
        set_faults(demo, "srv-02:method=PATCH,times=1")
        decision = service.outbox.submit(approval_draft(row))
        await reached(service, decision, State.SENDING)
        service.refresh()
        service.unwatch(topic)
        failing = asyncio.get_running_loop().create_task(_fail())
        await asyncio.wait([failing])
        assert failing.exception() is not None
        assert (await verdict(service, decision)).state is State.LANDED
        assert len(await ledger(demo)) == 1

    play(scenario, tmp_path)


async def _fail() -> None:
    raise ZeroDivisionError


def test_the_next_start_settles_what_a_killed_run_had_sent(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo:
            async with service_on(demo, tmp_path) as service:
                row, decision = await sending(demo, service)
                await until(lambda: demo.engine.approval(row.approval.id)["status"] == "approved")
                await service.outbox.close(grace=0.0)
                assert service.outbox.get(decision.id).state is State.UNSETTLED
            let_the_run_look_dead(tmp_path)
            async with service_on(demo, tmp_path) as later:
                inherited = await until(lambda: later.outbox.decisions())
                assert inherited[0].inherited
                settled = await verdict(later, inherited[0])
                assert settled.state is State.LANDED
                assert settled.title == decision.title
            assert len(await ledger(demo)) == 1
            async with service_on(demo, tmp_path) as third:
                assert third.outbox.decisions() == ()

    asyncio.run(run())


def test_the_next_start_says_what_was_held_when_the_program_was_killed(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo:
            async with service_on(demo, tmp_path, timing=replace(FAST, hold=30.0)) as service:
                decision = service.outbox.submit(approval_draft(await row_for_me(service)))
                kept = journal_files(tmp_path)
            let_the_run_look_dead(tmp_path, kept)
            async with service_on(demo, tmp_path) as later:
                (told,) = later.outbox.decisions()
                assert (told.id, told.state) == (decision.id, State.NOT_SENT)
                assert "held" in told.sentence
            async with service_on(demo, tmp_path) as third:
                assert third.outbox.decisions() == ()
            assert await ledger(demo) == []

    asyncio.run(run())


def test_a_verdict_that_came_while_closing_is_told_at_the_next_start(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo:
            async with service_on(demo, tmp_path) as service:
                _, decision = await sending(demo, service)
            assert service.outbox.get(decision.id).state is State.LANDED
            let_the_run_look_dead(tmp_path)
            async with service_on(demo, tmp_path) as later:
                (told,) = later.outbox.decisions()
                assert told.state is State.LANDED
                assert "by you" in told.sentence
            assert len(await ledger(demo)) == 1

    asyncio.run(run())


def test_a_running_instance_settles_what_a_killed_one_sent_before_it_decides_itself(tmp_path: Path) -> None:
    async def run() -> None:
        patient = replace(FAST, give_up=20.0)
        async with serving() as demo, service_on(demo, tmp_path, timing=patient) as second:
            row = await row_for_me(second)
            async with service_on(demo, tmp_path) as first:
                set_faults(demo, "srv-03:method=PATCH,times=1,seconds=0.5")
                decision = first.outbox.submit(approval_draft(row))
                await received(demo)
                await first.outbox.close(grace=0.0)
            let_the_run_look_dead(tmp_path)
            with pytest.raises(Busy, match="not settled yet"):
                second.outbox.submit(approval_draft(row))
            settled = await verdict(second, second.outbox.get(decision.id))
            assert settled.state is State.LANDED
            assert len(await ledger(demo)) == 1

    asyncio.run(run())


def test_another_name_of_the_profile_does_not_hide_what_was_sent(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo:
            async with service_on(demo, tmp_path) as service:
                row, decision = await sending(demo, service)
                await service.outbox.close(grace=0.0)
            let_the_run_look_dead(tmp_path)
            config = config_of(demo)
            renamed = replace(config.profiles["demo"], name="prod")
            config = replace(config, profiles={"prod": renamed}, default=("prod",))
            later = DataService(config, under(tmp_path), timing=FAST, deadlines=SHORT)
            await later.start()
            assert later.outbox.in_the_way("prod", Verb.APPROVE, row.approval) is not None
            assert (await verdict(later, later.outbox.get(decision.id))).state is State.LANDED
            await later.close()

    asyncio.run(run())


def test_a_decision_that_was_held_while_the_program_stood_still_is_not_sent(tmp_path: Path) -> None:
    async def run() -> None:
        timing = replace(FAST, hold=0.2, late=0.3)
        async with serving() as demo, service_on(demo, tmp_path, timing=timing) as service:
            decision = service.outbox.submit(approval_draft(await row_for_me(service)))
            time.sleep(1.0)  # noqa: ASYNC251 - the loop stands still, as under SIGSTOP
            settled = await verdict(service, decision)
            assert settled.state is State.NOT_SENT
            assert "stood still" in settled.sentence
            assert await ledger(demo) == []

    asyncio.run(run())


@pytest.mark.parametrize("clock", ["srv-42:seconds=3600", "srv-42:seconds=-3600", "srv-42:date=absent"])
def test_a_create_whose_answer_was_lost_is_found_whatever_the_clocks_say(tmp_path: Path, clock: str) -> None:
    async def run() -> None:
        async with serving(clock) as demo, service_on(demo, tmp_path) as service:
            draft = await create_draft(service)
            set_faults(demo, clock, "srv-01:method=POST,times=1")
            decision = await decide(service, draft)
            assert decision.state is State.LANDED
            assert len(await ledger(demo)) == 1

    asyncio.run(run())


def test_a_pause_that_the_server_asks_for_holds_the_decision_so_long(tmp_path: Path) -> None:
    async def run() -> None:
        # A longer pause than a read may take, and a shorter one than a decision waits for.
        timing, deadlines = replace(FAST, give_up=20.0), replace(SHORT, read=5.0)
        async with (
            serving() as demo,
            service_on(demo, tmp_path, timing=timing, deadlines=deadlines) as service,
        ):
            row = await row_for_me(service)
            set_faults(demo, "srv-22:route=/approvals/,times=1,retry=seconds,seconds=6")
            decision = service.outbox.submit(approval_draft(row))
            await until(lambda: _asked_to_wait(service))
            assert service.outbox.get(decision.id).state is State.HELD
            assert (await verdict(service, decision)).state is State.LANDED
            assert len(await ledger(demo)) == 1

    asyncio.run(run())


def _asked_to_wait(service: DataService) -> bool:
    return any(d.state is State.HELD and d.sentence for d in service.outbox.decisions())


def test_a_page_of_somebody_on_the_way_is_no_refusal_by_the_server(tmp_path: Path) -> None:
    answer = NotTheServer("A proxy or another program answered.", status=404)
    reading = Reading(Found.UNCHANGED, SafeText("The approval is still pending."))
    order = Order("a", Verb.APPROVE, "demo", "http://127.0.0.1", "p", "P", 1, "t", "", "me", 0.0)
    assert judge(order, answer, reading, 0.0, FAST) is None
    no = Refused("VS402966: no.", status=400, activity="0f9a")
    assert judge(order, no, reading, 0.0, FAST) == (State.DID_NOT_LAND, "VS402966: no.")
    assert judge(order, Refused("No.", status=400), reading, 0.0, FAST) is None
