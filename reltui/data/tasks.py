"""Background reads: telling what breaks them, and ending them for good."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine
from typing import Any

AGAIN_AFTER = 0.2
"""Seconds after which a task that goes on is cancelled once more."""


def begin(
    work: Coroutine[Any, Any, None], name: str, broke: Callable[[BaseException], None]
) -> asyncio.Task[None]:
    """Start work that nobody waits for; `broke` gets the exception that ends it, which no one else hears."""

    def ended(task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            broke(error)

    task = asyncio.get_running_loop().create_task(work, name=name)
    task.add_done_callback(ended)
    return task


async def end(tasks: Collection[asyncio.Task[Any]], again_after: float = AGAIN_AFTER) -> None:
    """Cancel tasks and wait until each has ended; `again_after` is longer for those that clean up.

    A cancellation that comes in the very moment in which a deadline of the network strikes can be taken for
    that deadline by the libraries below, and be lost: so it is said again until it was heard.
    """
    left = [task for task in tasks if not task.done()]
    while left:
        for task in left:
            task.cancel()
        _, pending = await asyncio.wait(left, timeout=again_after)
        left = list(pending)
