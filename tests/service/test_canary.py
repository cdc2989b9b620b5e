"""The credential goes to its own server only: a second listener sees no connection (reliability.md B1, B2).

Beside the listener every connection of this process is looked at: there is none but to the server.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from reltui.data.decision import Draft, State, Verb
from reltui.data.service import DataService
from reltui.data.topics import (
    ApprovalOf,
    DefinitionOf,
    DefinitionsOf,
    FoldersOf,
    Inbox,
    InboxRow,
    Link,
    LiveOf,
    ProjectsOf,
    ReleaseHistoryOf,
    ReleaseOf,
    ReleasesOf,
    Topic,
)
from reltui.demo.server import RunningDemo
from tests.service.drafts import draft_of
from tests.service.scripted import in_loop, response, saying, scripted
from tests.support import ledger, read_whole, row_for_me, service_on, serving, set_faults, until, verdict

DIALLED: list[tuple[Any, ...]] = []
"""Where this process has connected to, while somebody looks."""
LOOKING: list[bool] = []


def _hear(event: str, details: tuple[Any, ...]) -> None:
    if LOOKING and event == "socket.connect" and isinstance(details[1], tuple):
        DIALLED.append(details[1][:2])


sys.addaudithook(_hear)


@contextmanager
def looked_at() -> Iterator[list[tuple[Any, ...]]]:
    """The addresses that are connected to within the block."""
    DIALLED.clear()
    LOOKING.append(True)
    try:
        yield DIALLED
    finally:
        LOOKING.pop()


@asynccontextmanager
async def beside_a_canary(tmp_path: Path) -> AsyncIterator[tuple[RunningDemo, DataService, str]]:
    """A service on a server, and the address of a listener that must stay alone."""
    async with serving() as demo, scripted(saying(response())) as canary:
        port = int(demo.url.split(":")[2].split("/")[0])
        with looked_at() as dialled:
            async with service_on(demo, tmp_path) as service:
                yield demo, service, f"http://127.0.0.1:{canary.port}"
        assert canary.connections == 0
        assert canary.seen == []
        assert set(dialled) <= {("127.0.0.1", port)}
        assert dialled


def draft_about(row: InboxRow) -> Draft:
    """An approval."""
    return Draft(Verb.APPROVE, row.server, row.approval.release.name, row.project, row.approval, "good")


def test_the_judge_sees_a_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, looked_at() as dialled:
        address = other.getsockname()
        socket.create_connection(address).close()
    assert dialled == [address]


@in_loop
async def test_addresses_in_the_answers_are_never_asked(tmp_path: Path) -> None:
    async with beside_a_canary(tmp_path) as (demo, service, canary):
        set_faults(demo, f"srv-15:in=links,to={canary}")
        row = await row_for_me(service)
        where = (row.server, row.project)
        definition = row.approval.definition.id
        topics: tuple[Topic[Any], ...] = (
            ProjectsOf(row.server),
            ReleasesOf(*where),
            DefinitionsOf(*where),
            FoldersOf(*where),
            LiveOf(*where),
            ReleaseOf(*where, row.approval.release.id),
            ReleaseHistoryOf(*where, row.approval.release.id),
            ApprovalOf(*where, row.approval.id),
            DefinitionOf(*where, definition),
        )
        for topic in topics:
            await read_whole(service, topic)
        assert canary not in service.browser_url(row.server, row.project, row.approval)
        # They were there to be asked.
        kept = [file.read_text() for file in (tmp_path / "cache").rglob("*") if file.is_file()]
        assert sum(canary in text for text in kept) > 3


@pytest.mark.parametrize(
    "verb",
    [
        Verb.APPROVE,
        Verb.REJECT,
        Verb.TRANSFER,
        Verb.TAKE_OVER,
        Verb.CREATE,
        Verb.ABANDON,
        Verb.DEPLOY,
        Verb.RETAIN,
        Verb.SAVE,
        Verb.NEW,
    ],
)
@in_loop
async def test_decisions_on_such_answers_go_to_the_server_alone(verb: Verb, tmp_path: Path) -> None:
    async with beside_a_canary(tmp_path) as (demo, service, canary):
        set_faults(demo, f"srv-15:in=links,to={canary}")
        ended = await verdict(service, service.outbox.submit(await draft_of(demo, service, verb)))
        assert ended.state is State.LANDED, ended.sentence
        assert any(entry["applied"] for entry in await ledger(demo))


@pytest.mark.parametrize(
    "fault",
    [
        "srv-13:to={canary}/_signin?realm=north",
        "srv-14:kind=302,to={canary}/welcome",
        "srv-15:to={canary},status=301",
        "srv-15:to={canary},status=302",
        "srv-15:to={canary},status=307",
        "srv-15:to={canary},status=308",
        "srv-16:to={canary}/tfs/NorthCollection",
        "srv-16:to=http",
        "srv-17",
    ],
)
@in_loop
async def test_no_redirect_of_a_read_is_followed(fault: str, tmp_path: Path) -> None:
    async with beside_a_canary(tmp_path) as (demo, service, canary):
        await read_whole(service, Inbox())
        before = demo.service.ledger.reads.total()
        set_faults(demo, fault.format(canary=canary))
        service.refresh()
        state = await until(lambda: s if (s := service.server("demo")).link is Link.OFFLINE else None)
        assert "which reltui does not follow" in state.sentence
        await until(lambda: s if not (s := service.look(Inbox())).answered and not s.loading else None)
        # One request each, and no second one: two for each of the six projects.
        assert demo.service.ledger.reads.total() - before <= 2 * 6


@pytest.mark.parametrize(
    "fault",
    [
        "srv-13:to={canary}/_signin,method=PATCH",
        "srv-15:to={canary},status=308,method=PATCH",
        "srv-16:to={canary}/tfs,method=PATCH",
        "srv-17:method=PATCH",
        "srv-18:to={canary}/",
        "srv-18:to={canary}/,status=308",
    ],
)
@in_loop
async def test_no_redirect_of_a_write_is_followed(fault: str, tmp_path: Path) -> None:
    async with beside_a_canary(tmp_path) as (demo, service, canary):
        row = await row_for_me(service)
        set_faults(demo, fault.format(canary=canary))
        ended = await verdict(service, service.outbox.submit(draft_about(row)))
        assert ended.state is State.DID_NOT_LAND
        assert "does not follow" in ended.sentence
        # Its body went once, to the server.
        (entry,) = await ledger(demo)
        assert not entry["applied"]
