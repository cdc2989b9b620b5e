"""Living with a server: it stops, asks to wait, wants a sign-in, goes and comes back (reliability.md D)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from reltui.config import Ui
from reltui.data import source
from reltui.data.decision import Draft, State, Verb
from reltui.data.service import DataService
from reltui.data.topics import Inbox, InboxData, InboxRow, Link, ServerState, Snapshot
from reltui.demo.server import RunningDemo
from reltui.paths import under
from tests.service.scripted import in_loop
from tests.support import (
    FAST,
    SHORT,
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


def approve(row: InboxRow) -> Draft:
    """The decision of an approver."""
    return Draft(Verb.APPROVE, row.server, row.approval.release.name, row.project, row.approval, "good")


async def link(service: DataService, wanted: Link) -> ServerState:
    """Wait for a state of the server."""
    return await until(lambda: s if (s := service.server("demo")).link is wanted else None)


def rows(snapshot: Snapshot[InboxData]) -> set[object]:
    """What is listed."""
    assert snapshot.data is not None
    return {row.key for row in snapshot.data.rows}


@asynccontextmanager
async def polling(demo: RunningDemo, folder: Path, seconds: float = 0.3) -> AsyncIterator[DataService]:
    """A service that nobody asks to refresh, only its own clock."""
    config = replace(config_of(demo), ui=Ui(refresh_seconds=seconds))
    service = DataService(config, under(folder), timing=FAST, deadlines=SHORT)
    await service.start()
    try:
        yield service
    finally:
        await service.close(grace=5.0)


# The sign-in


@pytest.mark.parametrize("generation", ["server-2022", "services"])
@in_loop
async def test_a_sign_in_that_ends_keeps_the_data_and_the_verbs_say_why(
    generation: str, tmp_path: Path
) -> None:
    async with serving(generation=generation) as demo, service_on(demo, tmp_path) as service:
        before = await read_whole(service, Inbox())
        row = await row_for_me(service)
        demo.service.accounts[0].left = 0
        service.refresh()
        state = await link(service, Link.SIGN_IN)
        assert "expired" in state.sentence
        after = await until(lambda: s if not (s := service.look(Inbox())).answered else None)
        assert rows(after) == rows(before)
        assert after.read_at == before.read_at
        assert all("expired" in problem.sentence for problem in after.problems)
        # Even below the screens: what is confirmed now goes nowhere, and says so.
        decision = service.outbox.submit(approve(row))
        ended = await verdict(service, decision)
        assert ended.state in (State.NOT_SENT, State.DID_NOT_LAND)
        assert "expired" in ended.sentence
        demo.service.accounts[0].left = None
        service.refresh()
        await link(service, Link.ONLINE)
        await read_whole(service, Inbox())
        # Nothing is sent again by itself.
        assert [entry for entry in await ledger(demo) if entry["applied"]] == []


@pytest.mark.parametrize(
    ("fault", "wanted", "words"),
    [
        ("srv-12", Link.SIGN_IN, 'sign-in page (the page is called "Sign in to your account")'),
        ("srv-13", Link.SIGN_IN, "signin.north-harbour.example, which reltui does not follow"),
        ("srv-14:kind=511", Link.OFFLINE, "A portal stands between"),
        ("srv-13:to=http://portal.example/login", Link.OFFLINE, "a portal or proxy stands between"),
        ("srv-14:kind=302", Link.OFFLINE, "a portal or proxy stands between"),
        ("srv-14:kind=page", Link.OFFLINE, "A portal stands between"),
        ("srv-11:type=html", Link.OFFLINE, "A proxy or another program answered for 127.0.0.1"),
        ("srv-11:type=json", Link.OFFLINE, "A proxy or another program answered for 127.0.0.1"),
        ("srv-06:retry=", Link.DOWN, "TF24668: The following team project collection is stopped"),
        ("srv-06:retry=,as=page", Link.DOWN, 'being maintained (the page is called "Down for maintenance")'),
        ("srv-06:retry=9", Link.WAITING, "Administrator Reason: weekly maintenance."),
        ("srv-06:retry=9,as=page", Link.WAITING, "127.0.0.1 is being maintained"),
        ("srv-05:status=504", Link.DOWN, "504 Gateway Timeout"),
        (
            "srv-10:mode=silent",
            Link.OFFLINE,
            f"127.0.0.1 gave no whole answer within {SHORT.read:.0f} seconds",
        ),
    ],
)
@in_loop
async def test_what_stands_between_is_named_and_the_data_stays(
    fault: str, wanted: Link, words: str, tmp_path: Path
) -> None:
    async with serving() as demo, service_on(demo, tmp_path) as service:
        before = await read_whole(service, Inbox())
        set_faults(demo, fault)
        service.refresh()
        state = await until(
            lambda: s if words in (s := service.server("demo")).sentence and s.link is wanted else None
        )
        assert demo.token not in state.sentence
        after = await until(
            lambda: s if not (s := service.look(Inbox())).answered and not s.loading else None
        )
        assert rows(after) == rows(before)
        assert after.problems
        assert not after.complete


@pytest.mark.parametrize(
    "wrong", ["/tfs/NopeCollection", "/web/NorthCollection", "/tfs/NorthCollection/Billing"]
)
@in_loop
async def test_an_address_that_is_no_collection_is_told_as_such(wrong: str, tmp_path: Path) -> None:
    async with serving() as demo:
        config = config_of(demo)
        profile = replace(config.profiles["demo"], url=demo.url.replace("/tfs/NorthCollection", wrong))
        service = DataService(replace(config, profiles={"demo": profile}), under(tmp_path), deadlines=SHORT)
        service.watch(Inbox())
        try:
            await service.start()
            said = await until(lambda: service.server("demo").sentence)
            assert "has nothing at this address" in said
            assert said.endswith("See url in the profile: does it end with the collection?")
        finally:
            await service.close(grace=1.0)


# Pauses


@pytest.mark.parametrize(
    ("retry", "low", "high"),
    [
        ("seconds,seconds=3", 1, 4),
        ("date", 20, 31),
        ("negative", 20, 31),
        ("huge", 500, 601),
        ("word", 20, 31),
        ("absent", 20, 31),
    ],
)
@in_loop
async def test_a_server_that_asks_to_wait_is_left_alone(
    retry: str, low: float, high: float, tmp_path: Path
) -> None:
    async with serving() as demo, service_on(demo, tmp_path) as service:
        before = await read_whole(service, Inbox())
        row = await row_for_me(service)
        set_faults(demo, f"srv-22:retry={retry}")
        asked = time.time()
        service.refresh()
        state = await until(lambda: s if (s := service.server("demo")).waits_until else None)
        assert state.link is Link.WAITING
        assert state.waits_until is not None
        assert low < state.waits_until - asked < high + 10
        after = await until(
            lambda: s if not (s := service.look(Inbox())).answered and not s.loading else None
        )
        assert rows(after) == rows(before)
        # Those that were on their way have come by now; nothing more does, read or write.
        set_faults(demo)
        sent = demo.service.ledger.reads.total()
        service.refresh()
        decision = service.outbox.submit(approve(row))
        if retry.startswith("seconds"):
            # So short a pause is waited for.
            await read_whole(service, Inbox())
            await link(service, Link.ONLINE)
            assert service.server("demo").waits_until is None
        else:
            ended = await verdict(service, decision)
            assert ended.state is State.NOT_SENT
            assert "asks to wait" in ended.sentence
            assert demo.service.ledger.reads.total() == sent
            assert await ledger(demo) == []


@in_loop
async def test_the_slow_lane_is_obeyed_and_told_while_the_data_is_good(tmp_path: Path) -> None:
    async with serving() as demo, polling(demo, tmp_path, 0.05) as service:
        await read_whole(service, Inbox())
        set_faults(demo, "srv-23:seconds=0.01")
        state = await until(lambda: s if (s := service.server("demo")).waits_until else None)
        assert state.link is Link.WAITING
        assert "asks to wait" in state.sentence
        assert service.look(Inbox()).data is not None
        set_faults(demo)
        await link(service, Link.ONLINE)
        await read_whole(service, Inbox())


# The way


@pytest.mark.parametrize("mode", ["silent", "refuse"])
@in_loop
async def test_the_way_goes_and_comes_back_within_a_poll(mode: str, tmp_path: Path) -> None:
    async with serving() as demo, polling(demo, tmp_path) as service:
        before = await read_whole(service, Inbox())
        if mode == "refuse":
            set_faults(demo, "srv-52")
            demo.service.close_door(1.5)
        else:
            set_faults(demo, "srv-10:mode=silent")
        state = await link(service, Link.OFFLINE)
        assert state.sentence
        assert rows(service.look(Inbox())) == rows(before)
        set_faults(demo)
        await link(service, Link.ONLINE)
        await until(lambda: service.look(Inbox()).complete)


@in_loop
async def test_silence_is_told_long_before_a_read_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert source.SILENCE <= 5.0
    monkeypatch.setattr(source, "SILENCE", 0.2)
    async with serving() as demo:
        config = replace(config_of(demo), ui=Ui(refresh_seconds=0.3))
        # With the deadlines of every day: a read is given up after half a minute.
        service = DataService(config, under(tmp_path), timing=FAST)
        await service.start()
        await read_whole(service, Inbox())
        set_faults(demo, "srv-10:mode=silent")
        state = await link(service, Link.OFFLINE)
        assert "still waiting" in state.sentence
        assert service.look(Inbox()).loading
        await service.close(grace=1.0)


@in_loop
async def test_many_flaps_leave_nothing_behind(tmp_path: Path) -> None:
    async with serving() as demo, polling(demo, tmp_path, 0.05) as service:
        await read_whole(service, Inbox())
        before = len(asyncio.all_tasks())
        for _ in range(20):
            set_faults(demo, "srv-52")
            await link(service, Link.OFFLINE)
            set_faults(demo)
            await link(service, Link.ONLINE)
        await read_whole(service, Inbox())
        assert len(asyncio.all_tasks()) <= before + 10


# One of many


@in_loop
async def test_one_project_of_twenty_without_permission(tmp_path: Path) -> None:
    async with serving() as demo:
        first = demo.engine.projects[0]
        for number in range(14):
            made = {"id": f"0000000{number:x}-0eac-4149-b5ee-fc8b4f6ca227", "name": f"Wharf {number:02d}"}
            demo.engine.projects.append(first | made)
        async with service_on(demo, tmp_path) as service:
            before = await read_whole(service, Inbox())
            assert (before.parts, before.answered) == (20, 20)
            told: list[ServerState] = []
            service.subscribe(lambda _: told.append(service.server("demo")))
            set_faults(demo, f"srv-25:phase=reads,route={first['id']},permission=View releases")
            service.refresh()
            after = await until(lambda: s if (s := service.look(Inbox())).answered == 19 else None)
            assert rows(after) == rows(before)
            assert [(p.where, p.sentence.split(":")[0]) for p in after.problems] == [
                (f"demo/{first['name']}", "VS402904")
            ]
            # What is wrong with one project says nothing of the server.
            assert {state.link for state in told} == {Link.ONLINE}
            assert {state.sentence for state in told} == {""}
            assert after.data is not None
            fresh = {row.project.id: row.fresh for row in after.data.rows}
            assert not fresh[first["id"]]
            assert all(is_fresh for project, is_fresh in fresh.items() if project != first["id"])
            other = next(r for r in after.data.rows if r.project.id != first["id"] and r.is_mine)
            ended = await verdict(service, service.outbox.submit(approve(other)))
            assert ended.state is State.LANDED
