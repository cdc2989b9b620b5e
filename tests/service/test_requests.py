"""How many requests the inbox takes (performance.md G15), by the server's own count."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from reltui.data import inbox_reader
from reltui.data.decision import State
from reltui.data.service import DataService
from reltui.data.topics import Inbox, ReleaseOf, Why
from reltui.demo.server import RunningDemo
from tests.service.test_canary import draft_about
from tests.support import read_whole, service_on, serving, until, verdict


def asked(demo: RunningDemo) -> Counter[str]:
    """Requests by the last word of their address."""
    found: Counter[str] = Counter()
    for line, times in demo.service.ledger.reads.items():
        found[line.partition("?")[0].rstrip("/").rpartition("/")[2]] += times
    return found


def test_the_inbox_takes_two_requests_a_project_and_one_when_refreshed(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving(size="broad") as demo, service_on(demo, tmp_path) as service:
            demo.service.ledger.clear()
            snapshot = await read_whole(service, Inbox())
            assert snapshot.data is not None
            assert (snapshot.parts, len(snapshot.data.rows)) == (15, 60)
            first = asked(demo)
            waiting = {row.release.id for row in snapshot.data.pauses}
            # Approvals and interventions of each project cannot be had in one answer.
            assert first["approvals"] == first["deployments"] == 15
            assert first["manualinterventions"] == len(waiting)
            # Who one is, with the groups, what the server knows, and the projects.
            assert sum(first.values()) - 30 - len(waiting) <= 6, first
            service.auto_refresh = False
            demo.service.ledger.clear()
            service.refresh(seldom=False)
            await until(lambda: asked(demo)["approvals"] == 15)
            await whole_again(service)
            # Where an intervention waits, that is looked at again.
            places = {row.project.id for row in snapshot.data.pauses}
            assert asked(demo) == Counter(approvals=15, deployments=len(places))
            demo.service.ledger.clear()
            service.refresh()
            await until(lambda: asked(demo)["deployments"] == 15 and asked(demo)["approvals"] == 15)
            await whole_again(service)
            assert sum(asked(demo).values()) == 30

    asyncio.run(run())


def test_every_project_is_asked_for_interventions_again_after_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        async with serving(size="broad") as demo, service_on(demo, tmp_path) as service:
            await read_whole(service, Inbox())
            service.auto_refresh = False
            monkeypatch.setattr(inbox_reader, "PAUSES_EVERY", 0.0)
            demo.service.ledger.clear()
            service.refresh(seldom=False)
            await until(lambda: asked(demo)["deployments"] == 15)

    asyncio.run(run())


def test_a_project_is_asked_for_interventions_at_every_look_after_a_decision_in_it(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving(size="broad") as demo, service_on(demo, tmp_path) as service:
            data = (await read_whole(service, Inbox())).data
            assert data is not None
            places = {row.project.id for row in data.pauses}
            row = next(r for r in data.rows if r.why is Why.DIRECT and r.project.id not in places)
            service.auto_refresh = False

            def looks() -> int:
                place = f"/{row.project.id}/_apis/release/deployments"
                reads = demo.service.ledger.reads.items()
                return sum(times for line, times in reads if line.partition("?")[0].endswith(place))

            assert (await verdict(service, service.outbox.submit(draft_about(row)))).state is State.LANDED
            await whole_again(service)
            before = looks()
            service.refresh(seldom=False)
            await until(lambda: looks() > before)

    asyncio.run(run())


async def whole_again(service: DataService) -> None:
    await until(lambda: not service.look(Inbox()).loading)


def test_what_the_rows_mean_takes_one_reading_of_each_release(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving(size="broad") as demo, service_on(demo, tmp_path) as service:
            snapshot = await read_whole(service, Inbox())
            assert snapshot.data is not None
            releases = [ReleaseOf(r.server, r.project, r.release.id) for r in snapshot.data.rows]
            demo.service.ledger.clear()
            for _ in range(3):
                service.glance(releases)
            await until(lambda: all(service.look(topic).data is not None for topic in releases))
            service.glance(releases)
            await asyncio.sleep(0)
            reads = {line: n for line, n in demo.service.ledger.reads.items() if line[-1].isdigit()}
            assert len(reads) == len(set(releases))
            assert set(reads.values()) == {1}

    asyncio.run(run())
