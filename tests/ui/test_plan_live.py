"""Plans on the real service and server: every line's verdict is what the server's ledger says (srv-48)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from reltui.data.decision import Draft, Plan, State, Verb
from reltui.data.service import DataService
from reltui.data.topics import Inbox, InboxRow
from reltui.demo.server import RunningDemo
from reltui.model.approval import Approval
from reltui.paths import under
from reltui.ui.app import ReltuiApp, UiOptions
from reltui.ui.present_plan_result import sums
from reltui.ui.screens import verbs
from reltui.ui.screens.subject import Subject
from tests.service import drafts
from tests.support import (
    FAST,
    SHORT,
    config_of,
    journal_files,
    ledger,
    let_the_run_look_dead,
    service_on,
    serving,
    set_faults,
    until,
)
from tests.ui.running import Running, running

STAGES = 5
CALM = replace(SHORT, read=15.0, connect=15.0, write=1.5)
"""A loaded machine is not what is tried here; but a server that hangs is not waited for long."""
TIMING = replace(FAST, unchanged_after_yes=1.0, unchanged_after_error=1.0, give_up=2.0)


def inbox_rows(run: Running) -> dict[int, InboxRow]:
    data = run.service.look(Inbox()).data
    return {row.approval.id: row for row in data.rows} if data is not None else {}


async def waiting(run: Running, number: int) -> list[Subject]:
    """So many approvals that wait for the signed-in person, each on a stage of its own."""
    me = str(run.demo.engine.me["id"])
    asks = {"approvals": [{"rank": 1, "isAutomated": False, "approver": {"id": me}}]}
    names = [f"QA-{n}" for n in range(1, min(number, STAGES) + 1)]
    stages = [drafts.stage(name, n, starts=True, preDeployApprovals=asks) for n, name in enumerate(names, 1)]
    releases = [
        (await drafts.made(run.demo, run.service, *stages)).release_id for _ in range(0, number, len(stages))
    ]
    run.service.refresh()

    def found() -> list[InboxRow]:
        rows = [row for row in inbox_rows(run).values() if row.release.id in releases and row.fresh]
        return rows if len(rows) == number else []

    def subject(row: InboxRow) -> Subject:
        def current() -> Approval | None:
            now = inbox_rows(run).get(row.approval.id)
            return now.approval if now is not None else None

        return Subject(Verb.APPROVE, row.server, row.project, row.approval, current)

    return [subject(row) for row in await until(found)]


async def confirm(run: Running, subjects: list[Subject], *how: str) -> Plan:
    """Open the plan of these, type a comment and the number, choose, and confirm."""
    number = len(subjects)
    verbs.open_plan(run.app, subjects)
    await run.see(f"plan of {number} ]")
    await run.press("tab", *"{release} {stage}", "tab", "tab", *how, "tab", *str(number), "tab")
    if number > STAGES:
        await run.press("G")
    await run.confirm("enter")
    await until(lambda: run.service.outbox.plans()[:1])
    return run.service.outbox.plans()[0]


async def ended(run: Running, plan: Plan) -> Plan:
    await until(lambda: not run.service.outbox.plan(plan.id).is_open, 120.0)
    return run.service.outbox.plan(plan.id)


async def sent_for(run: Running) -> dict[int, list[dict[str, Any]]]:
    """What the server received, by approval."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for entry in await ledger(run.demo):
        found[int(entry["path"].partition("/approvals/")[2].partition("?")[0])].append(entry)
    return found


def states(plan: Plan) -> list[State]:
    return [decision.state for decision in plan.decisions]


async def test_fifty_with_every_kind_of_failure(tmp_path: Path) -> None:
    async with running(tmp_path, timing=TIMING, deadlines=CALM) as run:
        subjects = await waiting(run, 50)
        set_faults(run.demo, "srv-48")
        plan = await confirm(run, subjects, "enter", "down", "enter")
        assert (plan.at_once, plan.stops) == (4, False)
        plan = await ended(run, plan)
        set_faults(run.demo)
        sent = await sent_for(run)
        assert {d.object_key[2] for d in plan.decisions} == {s.seen.id for s in subjects} == set(sent)
        for decision in plan.decisions:
            (entry,) = sent[decision.object_key[2]]
            assert decision.state is (State.LANDED if entry["applied"] else State.DID_NOT_LAND)
            assert decision.draft is not None
            assert isinstance(decision.draft.seen, Approval)
            names = (decision.draft.seen.release.name, decision.draft.seen.environment.name)
            assert entry["body"]["comments"] == " ".join(names)
        await run.see(sums(plan.decisions))
        again = plan.retryable
        assert {d.state for d in again} == {State.DID_NOT_LAND}

        await run.press("r")
        await run.see(f"Try again: {len(again)} things of 50")
        await run.press("shift+tab", "shift+tab", *str(len(again)), "tab", "G")
        await run.confirm("enter")
        await until(lambda: len(run.service.outbox.plans()) == 2)
        after = await ended(run, run.service.outbox.plans()[0])
        assert [d.object_key for d in after.decisions] == [d.object_key for d in again]
        assert set(states(after)) == {State.LANDED}
        sent = await sent_for(run)
        assert all(sum(entry["applied"] for entry in entries) == 1 for entries in sent.values())


async def test_the_first_that_does_not_land_stops_the_rest(tmp_path: Path) -> None:
    async with running(tmp_path, timing=TIMING, deadlines=CALM) as run:
        subjects = await waiting(run, 4)
        set_faults(run.demo, "srv-48:outcomes=ok+409")
        plan = await ended(run, await confirm(run, subjects))
        assert states(plan) == [State.LANDED, State.DID_NOT_LAND, State.NOT_SENT, State.NOT_SENT]
        await run.see("1 landed, 1 did not land, 2 not sent")
        await run.press("G")
        await run.see("Stopped: number 2 of the plan did not land.")
        assert len(await ledger(run.demo)) == 2


async def middle(run: Running) -> Plan:
    """A plan of fifteen on its way: some are sent, slowly, and most wait their turn."""
    subjects = await waiting(run, 15)
    set_faults(run.demo, "srv-48:outcomes=hang")
    plan = await confirm(run, subjects)
    await until(lambda: State.SENDING in states(run.service.outbox.plan(plan.id)))
    assert State.WAITING in states(run.service.outbox.plan(plan.id))
    return plan


async def only_the_first_were_sent(run: Running, plan: Plan, rest: State) -> int:
    """All that were sent have landed and come first, and the ledger has no more; how many."""
    found = states(plan)
    sent = await ledger(run.demo)
    assert 0 < len(sent) < len(found)
    assert found == [State.LANDED] * len(sent) + [rest] * (len(found) - len(sent))
    assert all(entry["applied"] for entry in sent)
    return len(sent)


async def test_taken_back_in_the_middle(tmp_path: Path) -> None:
    async with running(tmp_path, timing=TIMING, deadlines=CALM) as run:
        plan = await middle(run)
        await run.pilot.press("U")
        plan = await ended(run, plan)
        landed = await only_the_first_were_sent(run, plan, State.TAKEN_BACK)
        await run.see(f"{landed} landed, {15 - landed} taken back")


async def test_leaving_it_and_refreshes_change_nothing(tmp_path: Path) -> None:
    async with running(tmp_path, timing=TIMING, deadlines=CALM) as run:
        subjects = await waiting(run, 4)
        set_faults(run.demo, "srv-48:outcomes=hang+ok")
        plan = await confirm(run, subjects)
        await run.press("escape")
        for _ in range(5):
            run.service.refresh()
            await run.press("r", "2", "1")
        plan = await ended(run, plan)
        assert states(plan) == [State.LANDED] * 4
        sent = await sent_for(run)
        assert [len(sent[decision.object_key[2]]) for decision in plan.decisions] == [1] * 4
        await run.press(":", *"plan", "enter")
        await run.see("[ 4 landed ]")


async def test_quitting_in_the_middle_sends_no_more(tmp_path: Path) -> None:
    async with running(tmp_path, timing=TIMING, deadlines=CALM) as run:
        plan = await middle(run)
        await run.press("ctrl+c")
        shown = await run.see("Quit while a decision is on its way?")
        assert "waits its turn; quitting takes it back" in " ".join(shown.split())
        await run.service.close(grace=20.0)
        await only_the_first_were_sent(run, run.service.outbox.plan(plan.id), State.NOT_SENT)


@asynccontextmanager
async def started_on(demo: RunningDemo, folder: Path) -> AsyncIterator[Running]:
    """The application on a server that is there already, with the files of an earlier run."""
    config = config_of(demo)
    service = DataService(config, under(folder), timing=TIMING, deadlines=CALM)
    app = ReltuiApp(service, config, UiOptions())
    app.guard.quiet_seconds = 0.05
    try:
        async with app.run_test(size=(80, 24)) as pilot:
            yield Running(app, pilot, service, demo)
    finally:
        await service.close(grace=5.0)


async def test_a_plan_that_was_cut_short_is_told_and_goes_on(tmp_path: Path) -> None:
    async with serving() as demo:
        async with service_on(demo, tmp_path, timing=TIMING) as service:
            rows = [await drafts.last_signature(demo, service) for _ in range(4)]
            wanted = [Draft(Verb.APPROVE, r.server, r.project.name, r.project, r.approval) for r in rows]
            set_faults(demo, "srv-48:outcomes=ok+hang")
            plan = service.outbox.submit_plan(wanted)
            await until(lambda: service.outbox.plan(plan.id).decisions[1].state is State.SENDING)
            killed = journal_files(tmp_path)
        set_faults(demo)
        let_the_run_look_dead(tmp_path, killed)
        async with started_on(demo, tmp_path) as run:
            await run.see("A plan of 4 was cut short: 2 landed, 2 not sent. :plan shows it.")
            await run.see("6/6")
            await run.press(":", *"plan", "enter")
            await run.see("[ 2 landed, 2 not sent ]")
            await run.press("G", "enter")
            await run.see(f"> {rows[3].release.name} ]")
            await run.press("escape", "r")
            await run.see("Try again: 2 things of 4")
            await run.press("shift+tab", "shift+tab", "2", "tab")
            await run.confirm("enter")
            await until(lambda: len(run.service.outbox.plans()) == 2)
            after = await ended(run, run.service.outbox.plans()[0])
            assert states(after) == [State.LANDED] * 2
            sent = await sent_for(run)
            assert [len(sent[row.approval.id]) for row in rows] == [1] * 4
