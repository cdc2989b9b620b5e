"""What a screen would like to know of many rows: read once each, few at a time, the most wanted first.

What is watched is read again and again; a glance is not. So a long list costs one reading of what each row
needs, and the row under the cursor, which is watched, stays fresh.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from reltui.data import tasks
from reltui.data.topics import ContentOf, DefinitionAt, Snapshot, Topic

KEPT = 300.0
"""Seconds after which something is read again, if it is still wanted."""
FAILED_FOR = 60.0
"""Seconds after which something that could not be read is tried again."""
LOOKED_AGAIN = 5.0
"""Seconds after which the same wish is gone through again, for what has grown old since."""
AT_ONCE = 4
"""Fewer than a server lets through, so that what is watched never waits behind glances."""


class Glances:
    """The wishes of the screen on top, and those who fulfil them."""

    def __init__(
        self,
        look: Callable[[Topic[Any]], Snapshot[Any]],
        read: Callable[[Topic[Any]], Awaitable[None]],
        told: Callable[[], None],
        broke: Callable[[BaseException], None],
    ) -> None:
        """`read` asks the server and keeps the answer; `told` is called after each, `broke` with a fault of
        our own that ends one."""
        self._look = look
        self._read = read
        self._told = told
        self._broke = broke
        self._wanted: tuple[Topic[Any], ...] = ()
        self._left: deque[Topic[Any]] = deque()
        """Of the wanted ones those that were not looked at yet."""
        self._looked_at = float("-inf")
        """When it was begun to go through them, by `time.monotonic()`."""
        self._reading: set[Topic[Any]] = set()
        self._tried: dict[Topic[Any], float] = {}
        """When it was asked for last, by `time.monotonic()`."""
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def wanted(self) -> frozenset[Topic[Any]]:
        """What must not be forgotten."""
        return frozenset(self._wanted)

    def want(self, topics: Sequence[Topic[Any]]) -> None:
        """From now on these, the most wanted first; what is being read is read to its end."""
        wanted, now = tuple(dict.fromkeys(topics)), time.monotonic()
        if wanted != self._wanted or now - self._looked_at > LOOKED_AGAIN:
            self._wanted, self._left, self._looked_at = wanted, deque(wanted), now
            # What was tried longer ago counts as not tried.
            self._tried = {topic: at for topic, at in self._tried.items() if now - at <= KEPT}
        self._go_on()

    def is_old(self, topic: Topic[Any]) -> bool:
        """Whether the server should be asked."""
        age = time.monotonic() - self._tried.get(topic, float("-inf"))
        snapshot = self._look(topic)
        if snapshot.data is None or snapshot.from_cache or snapshot.problems:
            return age > FAILED_FOR
        if isinstance(topic, ContentOf | DefinitionAt):
            # What came between two releases, and what a revision was, never changes.
            return False
        return age > KEPT and time.time() - (snapshot.read_at or 0.0) > KEPT

    def _go_on(self) -> None:
        while self._left and len(self._tasks) < AT_ONCE:
            topic = self._left.popleft()
            if topic not in self._reading and self.is_old(topic):
                self._reading.add(topic)
                self._tasks.add(tasks.begin(self._one(topic), f"glance {topic}", self._broke))

    async def _one(self, topic: Topic[Any]) -> None:
        self._tried[topic] = time.monotonic()
        try:
            await self._read(topic)
        finally:
            self._reading.discard(topic)
            task = asyncio.current_task()
            if task is not None:
                self._tasks.discard(task)
        self._told()
        self._go_on()

    async def close(self) -> None:
        """Read nothing more."""
        self._wanted = ()
        self._left.clear()
        await tasks.end(self._tasks)
