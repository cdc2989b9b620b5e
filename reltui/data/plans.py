"""Several decisions under one confirmation: held together, then carried out in their order (A14, A15)."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from reltui.data.decision import NOT_LANDED, Decision, Plan, State
from reltui.model.values import dataclass


@dataclass(frozen=True, slots=True)
class PlanRun:
    """The decisions of a plan, by their ids in their order, and how they are carried out."""

    id: str
    ids: tuple[str, ...]
    at_once: int = 1
    stops: bool = True
    inherited: bool = False

    def plan(self, get: Callable[[str], Decision]) -> Plan:
        """As it is now."""
        return Plan(self.id, tuple(map(get, self.ids)), self.at_once, self.stops, self.inherited)

    async def carry_out(
        self,
        get: Callable[[str], Decision],
        go: Callable[[str], Awaitable[None]],
        stop: Callable[[str, str], None],
    ) -> None:
        """Let them go one after another, `at_once` at the same time, until all have ended or one stops them.

        `go` carries one out and never lets anything of it be cancelled; `stop` ends one that still waits,
        with the reason.
        """
        queue = deque(enumerate(self.ids, 1))

        async def work() -> None:
            while queue:
                number, decision_id = queue.popleft()
                if get(decision_id).state is State.WAITING:
                    await go(decision_id)
                state = get(decision_id).state
                if self.stops and state not in (State.LANDED, State.TAKEN_BACK):
                    why = "did not land" if state in NOT_LANDED else "is not settled"
                    for _, waiting in queue:
                        if get(waiting).state is State.WAITING:
                            stop(waiting, f"Stopped: number {number} of the plan {why}.")

        # One that fails leaves the others to end as they do: what was sent is never cut off.
        ended = await asyncio.gather(*(work() for _ in range(self.at_once)), return_exceptions=True)
        for failure in ended:
            if isinstance(failure, BaseException):
                raise failure
