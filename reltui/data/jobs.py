"""Long work that a person asked for: it tells how far it is, and can be stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from reltui.data import tasks
from reltui.data.topics import Job
from reltui.errors import ReltuiError
from reltui.model.text import SafeText

Tell = Callable[[int, int | None, str], None]
"""How much is done, of how much (None: unknown), of what."""


CLEANS_UP = 5.0
"""Seconds that stopped work has for taking away what it had made."""


class Jobs:
    """All long work of this run."""

    def __init__(self, changed: Callable[[int], None]) -> None:
        self._changed = changed
        self._jobs: dict[int, Job] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def all(self) -> tuple[Job, ...]:
        """Newest first."""
        return tuple(reversed(self._jobs.values()))

    def start(self, title: str, work: Callable[[Tell], Awaitable[SafeText]]) -> Job:
        """Begin; `work` returns the sentence that tells how it ended. Raises nothing of the work's."""
        number = len(self._jobs) + 1
        self._put(Job(number, SafeText(title)))

        def tell(done: int, total: int | None, unit: str) -> None:
            self._put(replace(self._jobs[number], done=done, total=total, unit=unit))

        async def run() -> None:
            try:
                sentence, well = await work(tell), True
            except ReltuiError as error:
                sentence, well = SafeText(str(error)), False
            self._end(number, sentence, well=well)

        task = asyncio.get_running_loop().create_task(run(), name=f"job {title}")
        task.add_done_callback(lambda done: self._over(number, done))
        self._tasks[number] = task
        return self._jobs[number]

    def stop(self, number: int) -> None:
        """Stop it, if it still runs."""
        task = self._tasks.get(number)
        if task is not None:
            task.cancel()

    async def close(self) -> None:
        """Stop all of it, and wait until it has cleaned up."""
        await tasks.end(self._tasks.values(), again_after=CLEANS_UP)

    def _over(self, number: int, task: asyncio.Task[None]) -> None:
        """It was stopped, perhaps before its first step; or a fault of our own ended it."""
        if self._jobs[number].ended:
            return
        if task.cancelled():
            self._end(number, "It was stopped; nothing was kept.", well=False)
            return
        self._end(number, "reltui failed here; it is not done.", well=False)
        context = {"message": "A job's task failed", "exception": task.exception(), "task": task}
        task.get_loop().call_exception_handler(context)

    def _end(self, number: int, sentence: str, *, well: bool) -> None:
        self._put(replace(self._jobs[number], ended=True, sentence=SafeText(sentence), well=well))

    def _put(self, job: Job) -> None:
        self._jobs[job.id] = job
        self._changed(job.id)
