"""Glances: read once, the most wanted first, few at a time."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from reltui.data.glances import AT_ONCE, Glances
from reltui.data.topics import Problem, ReleaseOf, Snapshot, Topic
from reltui.model.project import Project
from reltui.model.text import SafeText

PROJECT = Project("5d1c0d2a-0000-4000-8000-000000000001", SafeText("Billing"))
TOPICS = [ReleaseOf("tfs01", PROJECT, number) for number in range(1, 11)]


class Server:
    """Answers when it is told to."""

    def __init__(self) -> None:
        self.known: dict[Topic[Any], Snapshot[Any]] = {}
        self.asked: list[int] = []
        self.gate = asyncio.Event()
        self.told = 0
        self.broken: list[BaseException] = []
        self.glances = Glances(self.look, self.read, self.tell, self.broken.append)

    def look(self, topic: Topic[Any]) -> Snapshot[Any]:
        return self.known.get(topic, Snapshot())

    async def read(self, topic: Topic[Any]) -> None:
        assert isinstance(topic, ReleaseOf)
        self.asked.append(topic.release_id)
        await self.gate.wait()
        self.known[topic] = Snapshot(topic.release_id, time.time(), parts=1, answered=1)

    def tell(self) -> None:
        self.told += 1

    async def rest(self) -> None:
        for _ in range(50):
            await asyncio.sleep(0)


def test_the_most_wanted_first_and_few_at_a_time() -> None:
    async def run() -> None:
        server = Server()
        server.glances.want(TOPICS)
        await server.rest()
        assert server.asked == [1, 2, 3, 4][:AT_ONCE]
        # The screen was scrolled: what is wanted now comes before the rest of the old wish.
        server.glances.want(TOPICS[7:])
        server.gate.set()
        await server.rest()
        assert server.asked == [1, 2, 3, 4, 8, 9, 10]
        assert server.told == 7
        await server.glances.close()

    asyncio.run(run())


def test_nothing_is_asked_twice_but_what_failed() -> None:
    async def run() -> None:
        server = Server()
        server.gate.set()
        for _ in range(3):
            server.glances.want(TOPICS[:3])
            await server.rest()
        assert server.asked == [1, 2, 3]
        problem = Problem(SafeText("tfs01"), SafeText("It broke."))
        server.known[TOPICS[0]] = Snapshot(None, problems=(problem,), parts=1)
        assert not server.glances.is_old(TOPICS[0]), "not before a minute has gone by"
        await server.glances.close()

    asyncio.run(run())


def test_what_the_cache_knows_is_asked_for() -> None:
    async def run() -> None:
        server = Server()
        server.gate.set()
        server.known[TOPICS[0]] = Snapshot(1, time.time(), from_cache=True)
        server.known[TOPICS[1]] = Snapshot(2, time.time())
        server.glances.want(TOPICS[:2])
        await server.rest()
        assert server.asked == [1]
        await server.glances.close()

    asyncio.run(run())


def test_a_fault_of_our_own_is_told() -> None:
    async def run() -> None:
        server = Server()
        server.gate.set()
        fault = ZeroDivisionError()

        async def fail(topic: Topic[Any]) -> None:
            raise fault

        glances = Glances(server.look, fail, server.tell, server.broken.append)
        glances.want(TOPICS[:1])
        await server.rest()
        assert server.broken == [fault]
        await glances.close()

    asyncio.run(run())
