"""What happens while the inbox is being read: another refresh, another person, a project that goes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from reltui.data import reading_inbox
from reltui.data.inbox import why
from reltui.data.inbox_reader import InboxReader
from reltui.data.service import DataService
from reltui.data.topics import Inbox, ProjectsOf, Why
from reltui.model.approval import Approval
from reltui.model.decode import Rows
from reltui.model.identity import Me
from reltui.model.text import SafeText
from tests.support import read_whole, service_on, serving, until


def test_of_several_refreshes_at_once_one_reads_and_one_more_follows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = InboxReader.read
    running, most, reads = 0, 0, 0
    services: list[DataService] = []

    async def counted(self: InboxReader, *arguments: Any, **options: Any) -> None:
        nonlocal running, most, reads
        running, reads = running + 1, reads + 1
        most = max(most, running)
        if reads == 2:
            for _ in range(5):
                services[0].refresh()
        try:
            await real(self, *arguments, **options)
        finally:
            running -= 1

    async def run() -> None:
        async with serving() as demo, service_on(demo, tmp_path) as service:
            services.append(service)
            await read_whole(service, Inbox())
            service.refresh()
            await until(lambda: reads == 3 and not running)
            await until(lambda: not service.look(Inbox()).loading)
            assert (reads, most) == (3, 1)

    monkeypatch.setattr(InboxReader, "read", counted)
    asyncio.run(run())


def test_rows_that_come_after_somebody_else_has_signed_in_are_told_as_theirs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = reading_inbox.read_approvals

    async def run() -> None:
        async with serving() as demo, service_on(demo, tmp_path) as service:
            data = (await read_whole(service, Inbox())).data
            assert data is not None
            asked = next(row.approval.approver for row in data.rows if row.why is Why.OTHER)
            assert asked is not None
            other = Me(asked.id, asked.name, asked.account)
            source = service._sources["demo"]

            async def late(client: Any, project_id: str, came: Callable[[Rows[Approval]], None]) -> Any:
                def then(rows: Rows[Approval]) -> None:
                    source.state = replace(source.state, me=other)
                    # As if each of them had changed.
                    changed = [replace(row, revision=(row.revision or 0) + 1) for row in rows.items]
                    came(replace(rows, items=tuple(changed)))

                return await real(client, project_id, then)

            monkeypatch.setattr(reading_inbox, "read_approvals", late)
            before = service.look(Inbox()).read_at
            service.refresh()
            await until(lambda: service.look(Inbox()).read_at != before and not service.look(Inbox()).loading)
            rows = (service.look(Inbox()).data or data).rows
            assert rows != data.rows
            assert [row.why for row in rows] == [why(row.approval, other) for row in rows]
            assert any(row.why is Why.DIRECT for row in rows)

    asyncio.run(run())


def test_a_project_that_goes_takes_its_rows_along_and_is_not_waited_for(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo, service_on(demo, tmp_path) as service:
            snapshot = await read_whole(service, Inbox())
            projects = (await read_whole(service, ProjectsOf("demo"))).data
            assert snapshot.data is not None
            assert projects is not None
            gone = snapshot.data.rows[0].project
            service._sources["demo"].projects = tuple(each for each in projects if each != gone)
            service.refresh()
            await until(lambda: service.look(Inbox()).parts == snapshot.parts - 1)
            after = await until(lambda: service.look(Inbox()) if service.look(Inbox()).complete else None)
            assert after.data is not None
            kept = [row.key for row in snapshot.data.rows if row.project != gone]
            assert [row.key for row in after.data.rows] == kept
            assert SafeText(gone.name) not in " ".join(problem.where for problem in after.problems)

    asyncio.run(run())


def test_rows_without_a_usable_id_beside_an_intervention_do_no_harm(tmp_path: Path) -> None:
    odd: tuple[object, ...] = ({}, {"id": [1]}, {"id": {"a": 1}}, None, 7)

    async def run() -> None:
        async with serving() as demo, service_on(demo, tmp_path) as service:
            data = (await read_whole(service, Inbox())).data
            assert data is not None
            project = data.pauses[0].project
            client = await service._sources["demo"].client()

            class Odd:
                """The client, and odd rows in what it gives."""

                async def deployments(self, *arguments: Any, **options: Any) -> Any:
                    async for page in client.deployments(*arguments, **options):
                        yield replace(page, raw=(*odd, *page.raw))

                async def interventions(self, *arguments: Any) -> Any:
                    page = await client.interventions(*arguments)
                    return replace(page, raw=(*odd, *page.raw))

            found = await reading_inbox.read_pauses(cast("Any", Odd()), project.id, ())
            expected = [row.intervention for row in data.pauses if row.project == project]
            assert [paused.intervention for paused in found.rows] == expected

    asyncio.run(run())
