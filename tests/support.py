"""What tests of the data service share: a service on an embedded server over TCP, and waiting for a state."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import time
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from reltui.api import pace
from reltui.config import Config, Policy, Profile, SecretSource, Ui
from reltui.data.decision import Decision, State
from reltui.data.journal import decode, encode
from reltui.data.service import DataService
from reltui.data.topics import Inbox, InboxRow, Snapshot, Topic, Why
from reltui.data.verdict import Timing
from reltui.demo.faults import parse_all
from reltui.demo.server import RunningDemo, ServerOptions, running
from reltui.paths import under
from tests.waiting import NotShown

T = TypeVar("T")

FAST = Timing(
    hold=0.05,
    gaps=(0.0, 0.05, 0.1, 0.2),
    unchanged_after_yes=0.6,
    unchanged_after_error=0.6,
    give_up=6.0,
    ask_again=0.3,
)
"""The outbox's timing in tests: the same steps, sooner."""

SHORT = pace.Timing(read=20.0, write=3.0, connect=10.0, retry_base=0.02, retry_cap=0.05)
"""The network's deadlines in tests: far longer than an answer takes on a busy machine, and no longer."""


def set_faults(demo: RunningDemo, *specs: str) -> None:
    """From now on the server misbehaves like this, and in no other way."""
    demo.service.faults = parse_all(specs)


def token_name(demo: RunningDemo) -> str:
    """The environment variable with the key of a server; several servers may run in one test."""
    return f"RELTUI_TEST_{urlsplit(demo.url).port}"


def config_of(demo: RunningDemo, *, protected: tuple[str, ...] = ("PROD*",), **profile: Any) -> Config:
    """A configuration of one profile, `demo`, on a running server."""
    name = token_name(demo)
    os.environ[name] = demo.token
    made = Profile("demo", demo.url, SecretSource(env=name), protected=protected, **profile)
    return Config(profiles={"demo": made}, default=("demo",), policy=Policy(0.05), ui=Ui(refresh_seconds=5))


@asynccontextmanager
async def serving(*faults: str, **options: Any) -> AsyncIterator[RunningDemo]:
    """An embedded server with the sample, by the clock of this machine: that is the client's too."""
    async with running(ServerOptions(faults=faults, **options)) as demo:
        yield demo


@asynccontextmanager
async def service_on(
    demo: RunningDemo,
    folder: Path,
    *,
    timing: Timing = FAST,
    deadlines: pace.Timing = SHORT,
    read_only: bool = False,
    **profile: Any,
) -> AsyncIterator[DataService]:
    """A started data service with its files below `folder`."""
    config = config_of(demo, **profile)
    service = DataService(config, under(folder), read_only=read_only, timing=timing, deadlines=deadlines)
    await service.start()
    try:
        yield service
    finally:
        await service.close(grace=5.0)


async def until(condition: Callable[[], T | None], seconds: float = 120.0) -> T:
    """Wait for a condition to give something; a bound against hanging, not a claim about speed.

    Raises NotShown when it gives nothing in so many seconds.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        await asyncio.sleep(0.01)
    raise NotShown(f"nothing came of {condition} in {seconds:.0f} seconds")


async def read_whole(service: DataService, topic: Topic[T]) -> Snapshot[T]:
    """Watch a topic until the server has answered well, to the last page that was asked for."""
    service.watch(topic)

    def whole() -> Snapshot[T] | None:
        snapshot = service.look(topic)
        return snapshot if snapshot.complete or (snapshot.more and snapshot.answered) else None

    return await until(whole)


async def row_for_me(service: DataService, why: Why = Why.DIRECT, skip: int = 0) -> InboxRow:
    """One approval that waits for the signed-in person."""
    snapshot = await read_whole(service, Inbox())
    assert snapshot.data is not None
    return [row for row in snapshot.data.rows if row.why is why][skip]


async def verdict(service: DataService, decision: Decision) -> Decision:
    """Wait until a decision has come to its end."""
    await until(lambda: not service.outbox.get(decision.id).is_open)
    return service.outbox.get(decision.id)


async def reached(service: DataService, decision: Decision, state: State) -> Decision:
    """Wait until a decision has come to a state."""
    await until(lambda: service.outbox.get(decision.id).state is state)
    return service.outbox.get(decision.id)


async def received(demo: RunningDemo) -> None:
    """Wait until the server has read a whole write: a decision is "sending" a moment before that."""
    await until(lambda: any(entry.body is not None for entry in demo.service.ledger.entries))


def writes(demo: RunningDemo) -> list[dict[str, Any]]:
    """The ledger: every write that the server has received."""
    request = urllib.request.Request(
        f"{demo.control}ledger" if demo.control.endswith("/") else f"{demo.control}/ledger"
    )
    request.add_header("Authorization", "Basic " + base64.b64encode(f":{demo.token}".encode()).decode())
    with urllib.request.urlopen(request, timeout=60) as answer:
        found = json.load(answer)
    assert isinstance(found, list)
    return found


async def ledger(demo: RunningDemo) -> list[dict[str, Any]]:
    """The same from a coroutine of the server's own loop."""
    return await asyncio.to_thread(writes, demo)


def journal_files(folder: Path) -> dict[Path, bytes]:
    """The journals below a service's folder, as they are on disk now."""
    return {path: path.read_bytes() for path in (folder / "state" / "journal").glob("*.log")}


def let_the_run_look_dead(folder: Path, journal: dict[Path, bytes] | None = None) -> None:
    """The journal's head and the claims name this very process; another start time makes it one that ended.

    `journal` is what was on disk when it was "killed".
    """
    for path, data in (journal or journal_files(folder)).items():
        records = [dict(r) for r in decode(data)]
        records[0]["started"] = "0"
        path.write_bytes(b"".join(encode(r) for r in records))
    for claim in (folder / "state" / "claims").iterdir():
        host, pid, _ = json.loads(claim.read_text())
        claim.write_text(json.dumps([host, pid, "0"]))
