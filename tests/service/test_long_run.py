"""Hours of watching leave nothing behind (performance.md G19): many refreshes with changes, counted."""

from __future__ import annotations

import asyncio
import gc
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from reltui.api import pace
from reltui.config import Config, Profile, SecretSource, Ui
from reltui.data.service import DataService
from reltui.data.topics import DefinitionsOf, Inbox, ReleaseOf, Topic
from reltui.paths import under
from tests.support import read_whole, until
from tests.terminal.program import SECRET, Demo, demo_program

ROUNDS = 30
"""Refreshes, more than there may be connections; between two the server's clock goes on by two minutes."""


def held() -> Counter[str]:
    """How many objects of ours there are, by their class."""
    gc.collect()
    kinds = (type(each) for each in gc.get_objects())
    ours = ("reltui.data", "reltui.model")
    return Counter(kind.__qualname__ for kind in kinds if kind.__module__.startswith(ours))


def descriptors() -> Counter[str]:
    """What is open, by its kind."""
    found = Counter[str]()
    for file in Path("/proc/self/fd").iterdir():
        try:
            found["socket" if os.readlink(file).startswith("socket:") else "file"] += 1
        except FileNotFoundError:
            # The descriptor that the folder itself was read by.
            continue
    return found


def tasks() -> Counter[str]:
    """What runs, by its name without numbers that count tasks."""
    return Counter(task.get_name().rstrip("0123456789") for task in asyncio.all_tasks())


async def read_again(service: DataService, topics: list[Topic[Any]]) -> None:
    """One refresh of all of it, to its end."""
    before = {topic: service.look(topic).read_at or 0.0 for topic in topics}
    service.refresh()

    def is_done() -> bool:
        now = [(topic, service.look(topic)) for topic in topics]
        return all(not s.loading and (s.read_at or 0.0) > before[topic] for topic, s in now)

    await until(is_done, 120.0)


async def topics_of(service: DataService) -> list[Topic[Any]]:
    """The inbox, a release and the definitions of a project."""
    data = (await read_whole(service, Inbox())).data
    assert data is not None
    row = data.rows[0]
    release = ReleaseOf(row.server, row.project, row.release.id)
    return [Inbox(), release, DefinitionsOf(row.server, row.project)]


async def made(server: Demo, folder: Path) -> DataService:
    profile = Profile("demo", server.url, SecretSource(env=SECRET))
    config = Config(profiles={"demo": profile}, default=("demo",), ui=Ui(refresh_seconds=3600))
    service = DataService(config, under(folder))
    await service.start()
    return service


def test_nothing_grows_while_refreshes_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run(server: Demo) -> None:
        service = await made(server, tmp_path / "long")
        topics = await topics_of(service)
        for topic in topics:
            await read_whole(service, topic)
        running, open_files = tasks(), descriptors()["file"]
        for _ in range(ROUNDS):
            await asyncio.to_thread(server.advance, 120.0)
            await read_again(service, topics)
        assert tasks() == running
        assert descriptors()["file"] == open_files
        # One of them wakes the loop, two belong to it.
        assert descriptors()["socket"] <= pace.Limits().narrow_width + 3
        after_long = held()
        await service.close()
        # Nobody else has anything: a service that has just begun holds as much.
        del service
        service = await made(server, tmp_path / "short")
        for topic in topics:
            await read_whole(service, topic)
        after_start = held()
        await service.close()
        # What the server tells may have changed a little meanwhile.
        most = after_start + Counter(dict.fromkeys(after_long, ROUNDS // 2))
        grown = {kind: (n, after_start[kind]) for kind, n in after_long.items() if n > most[kind]}
        assert grown == {}

    # In a process of its own, since what is in this one is counted.
    with demo_program() as server:
        monkeypatch.setenv(SECRET, server.token)
        asyncio.run(run(server))
