"""The data service on real HTTP: what is known, how old it is, and whether it is all."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

from reltui.data.service import DataService
from reltui.data.topics import (
    ApprovalOf,
    Changed,
    DefinitionOf,
    DefinitionsOf,
    Event,
    Inbox,
    Link,
    ObjectKey,
    ProjectsOf,
    ReleaseOf,
    ReleasesOf,
    Why,
)
from reltui.paths import under
from tests.support import (
    FAST,
    config_of,
    read_whole,
    row_for_me,
    service_on,
    serving,
    set_faults,
    token_name,
    until,
)


def test_the_inbox_holds_every_pending_approval_of_every_project(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo, service_on(demo, tmp_path) as service:
            snapshot = await read_whole(service, Inbox())
            assert snapshot.data is not None
            expected = {line.id for line in demo.engine.approval_index(pending_only=True)}
            assert {row.approval.id for row in snapshot.data.rows} == expected
            mine = [row for row in snapshot.data.rows if row.why is not Why.OTHER]
            assert len(mine) == 12
            assert {row.why for row in mine} == {Why.DIRECT, Why.GROUP}
            assert (snapshot.parts, snapshot.answered) == (6, 6)
            assert not snapshot.data.bad
            created = [row.approval.created_on for row in snapshot.data.rows if row.approval.created_on]
            assert created == sorted(created, reverse=True)

    asyncio.run(run())


def test_a_project_that_fails_is_named_and_keeps_its_rows(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo, service_on(demo, tmp_path) as service:
            before = await read_whole(service, Inbox())
            assert before.data is not None
            row = before.data.rows[0]
            set_faults(demo, f"srv-05:method=GET,route={row.project.id},status=500")
            service.refresh()
            after = await until(lambda: s if (s := service.look(Inbox())).problems else None)
            assert not after.complete
            assert after.answered == after.parts - 1
            assert after.problems[0].where == f"demo/{row.project.name}"
            assert after.data is not None
            assert row.key in {r.key for r in after.data.rows}

    asyncio.run(run())


def test_unreadable_rows_are_apart_and_the_rest_is_fine(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving("srv-40:route=approvals") as demo, service_on(demo, tmp_path) as service:
            service.watch(Inbox())
            snapshot = await until(lambda: s if (s := service.look(Inbox())).answered == 6 else None)
            assert snapshot.data is not None
            assert snapshot.data.bad
            assert snapshot.data.rows
            assert all(bad.bad.why for bad in snapshot.data.bad)
            assert not snapshot.complete

    asyncio.run(run())


def test_the_last_answers_are_shown_before_any_request_and_said_to_be_old(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo:
            async with service_on(demo, tmp_path) as service:
                row = await row_for_me(service)
                release = ReleaseOf(row.server, row.project, row.approval.release.id)
                definition = DefinitionOf(row.server, row.project, row.approval.definition.id)
                await read_whole(service, ReleasesOf(row.server, row.project))
                await read_whole(service, DefinitionsOf(row.server, row.project))
                await read_whole(service, release)
                await read_whole(service, definition)
                first = service.look(Inbox())
            config = config_of(demo)
        offline = DataService(config, under(tmp_path), timing=FAST)
        again = offline.look(Inbox())
        assert again.data is not None
        assert first.data is not None
        assert [r.key for r in again.data.rows] == [r.key for r in first.data.rows]
        assert [r.why for r in again.data.rows] == [r.why for r in first.data.rows]
        assert again.from_cache
        assert not again.complete
        assert offline.look(release).from_cache
        found = offline.look(definition).data
        assert found is not None
        assert found.revisions
        offline.watch(Inbox())
        await offline.start()
        state = await until(lambda: s if (s := offline.server("demo")).link is Link.OFFLINE else None)
        assert state.sentence
        still = offline.look(Inbox())
        assert still.data is not None
        assert still.from_cache
        await offline.close()

    asyncio.run(run())


def test_a_wrong_secret_is_a_matter_of_signing_in(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo:
            config = config_of(demo)
            os.environ[token_name(demo)] = "wrong"
            service = DataService(config, under(tmp_path), timing=FAST)
            service.watch(Inbox())
            await service.start()
            await until(lambda: service.server("demo").link is Link.SIGN_IN)
            snapshot = service.look(Inbox())
            assert snapshot.data is None
            assert snapshot.problems
            await service.close()

    asyncio.run(run())


def test_an_empty_inbox_is_complete_only_when_every_project_has_answered(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo:
            names = tuple(p["name"] for p in demo.engine.projects[:1])
            async with service_on(demo, tmp_path, projects=(*names, "No such project")) as service:
                service.watch(Inbox())
                snapshot = await until(lambda: s if (s := service.look(Inbox())).answered == 1 else None)
                assert not snapshot.complete
                assert "No such project" in snapshot.problems[0].sentence
            async with service_on(demo, tmp_path, projects=names) as service:
                await read_whole(service, Inbox())
                projects = service.look(ProjectsOf("demo")).data
                assert projects is not None
                assert [p.name for p in projects] == list(names)

    asyncio.run(run())


def test_releases_come_by_pages_and_more_gives_the_next(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo, service_on(demo, tmp_path) as service:
            row = await row_for_me(service)
            topic = ReleasesOf(row.server, row.project)
            service.watch(topic)
            first = await until(lambda: s if (s := service.look(topic)).data and not s.loading else None)
            assert first.data is not None
            assert first.more
            assert len(first.data.rows) == 50
            service.more(topic)
            second = await until(lambda: s if len((s := service.look(topic)).data.rows) > 50 else None)  # type: ignore[union-attr]
            assert second.data is not None
            ids = [release.id for release in second.data.rows]
            assert len(set(ids)) == len(ids)
            assert ids == sorted(ids, reverse=True)
            assert all(release.environments for release in second.data.rows)

    asyncio.run(run())


def test_what_comes_later_is_new_and_what_was_decided_elsewhere_goes(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo, service_on(demo, tmp_path) as service:
            snapshot = await read_whole(service, Inbox())
            assert snapshot.data is not None
            assert not any(row.is_new for row in snapshot.data.rows)
            row = await row_for_me(service)
            known = {r.key for r in snapshot.data.rows}
            body: dict[str, Any] = {"status": "approved", "comments": ""}
            demo.engine.update_approval(row.approval.id, body, demo.engine.me["id"])
            demo.engine.advance(3600)
            service.refresh()
            after = await until(
                lambda: d if (d := service.look(Inbox()).data) and _gone(d, row.key) else None
            )
            assert all(r.is_new == (r.key not in known) for r in after.rows)

    asyncio.run(run())


def _gone(data: Any, key: ObjectKey) -> bool:
    return key not in {row.key for row in data.rows}


def test_subscribers_are_told_what_changed_and_until_they_leave(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo, service_on(demo, tmp_path) as service:
            events: list[Event] = []
            leave = service.subscribe(events.append)
            await read_whole(service, Inbox())
            assert Changed(Inbox()) in events
            leave()
            events.clear()
            service.refresh()
            await asyncio.sleep(0.3)
            assert events == []

    asyncio.run(run())


def test_a_project_that_cannot_be_read_leaves_the_list_incomplete(tmp_path: Path) -> None:
    async def run() -> None:
        async with (
            serving("srv-40:route=_apis/projects,row=0") as demo,
            service_on(demo, tmp_path) as service,
        ):
            service.watch(Inbox())
            snapshot = await until(lambda: s if (s := service.look(Inbox())).answered == 5 else None)
            assert not snapshot.complete
            assert "cannot be read" in snapshot.problems[0].sentence

    asyncio.run(run())


def test_an_approval_is_read_with_its_history_even_when_it_waits_no_longer(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo, service_on(demo, tmp_path) as service:
            row = await row_for_me(service)
            other = next(k for k, i in demo.engine.identities.items() if not i["isContainer"])
            body: dict[str, Any] = {"status": "reassigned", "approver": {"id": other}, "comments": "yours"}
            demo.engine.update_approval(row.approval.id, body, demo.engine.me["id"])
            snapshot = await read_whole(service, ApprovalOf(row.server, row.project, row.approval.id))
            assert snapshot.data is not None
            assert snapshot.data.approver is not None
            assert snapshot.data.approver.id == other
            (change,) = snapshot.data.history
            assert change.comments == "yours"

    asyncio.run(run())
