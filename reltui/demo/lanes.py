"""The queues before environments that take only so many deployments at a time (api.md 5.6)."""

from __future__ import annotations

from reltui.demo.records import Json, Release

Lane = tuple[int, int]
"""Definition id and environment id in the definition: what a queue policy counts."""


def lane_of(release: Release, position: int) -> Lane:
    """What the queue policy of this environment counts by."""
    return int(release.definition["id"]), int(release.environments[position].plan["id"])


def policy_of(plan: Json) -> tuple[int, int]:
    """How many may be deployed at a time (0: any number), and how many may wait (0: all)."""
    policy = plan.get("executionPolicy") or {}
    return int(policy.get("concurrencyCount") or 0), int(policy.get("queueDepthCount") or 0)


class Lanes:
    """Who is in an environment and who waits for it."""

    def __init__(self) -> None:
        self._busy: dict[Lane, list[int]] = {}
        self._waiting: dict[Lane, list[tuple[int, int]]] = {}
        """Release id and environment position, oldest first."""

    def enter(self, lane: Lane, release_id: int) -> None:
        """Somebody is in."""
        self._busy.setdefault(lane, []).append(release_id)

    def count(self, lane: Lane) -> int:
        """How many are in."""
        return len(self._busy.get(lane, ()))

    def wait(self, lane: Lane, release_id: int, position: int) -> None:
        """Somebody joins the queue."""
        self._waiting.setdefault(lane, []).append((release_id, position))

    def all_waiting(self, lane: Lane) -> list[tuple[int, int]]:
        """The queue, oldest first."""
        return list(self._waiting.get(lane, ()))

    def give_up(self, lane: Lane, release_id: int, position: int) -> None:
        """Somebody leaves the queue, if they were in it."""
        waiting = self._waiting.get(lane, [])
        if (release_id, position) in waiting:
            waiting.remove((release_id, position))

    def leave(self, lane: Lane, release_id: int) -> tuple[int, int] | None:
        """Somebody is through; returns who comes next, and takes them from the queue."""
        busy = self._busy.get(lane, [])
        if release_id in busy:
            busy.remove(release_id)
        waiting = self._waiting.get(lane)
        return waiting.pop(0) if waiting else None
