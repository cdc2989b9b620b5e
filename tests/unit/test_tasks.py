"""Background reads end, even where a cancellation got lost."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from reltui.data.tasks import end


def test_a_task_that_lost_its_cancellation_is_cancelled_again() -> None:
    async def run() -> None:
        lost = 0

        async def deaf() -> None:
            nonlocal lost
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
            lost += 1
            await asyncio.Event().wait()

        async def failing() -> None:
            raise ZeroDivisionError

        tasks = [asyncio.create_task(each) for each in (deaf(), deaf(), failing(), asyncio.sleep(0))]
        await asyncio.sleep(0)
        await end(tasks, again_after=0.01)
        assert lost == 2
        assert all(task.done() for task in tasks)
        assert isinstance(tasks[2].exception(), ZeroDivisionError)
        await end(())

    asyncio.run(run())
