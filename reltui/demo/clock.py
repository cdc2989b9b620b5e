"""Virtual time: a clock that can run fast or be pushed forward, a calendar of what is due, times as text."""

from __future__ import annotations

import heapq
import time
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

NULL_TIME = "0001-01-01T00:00:00"
"""The server's null date, without a zone (api.md 8 #4)."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock:
    """Seconds since 1970 in virtual time: `start` plus `speed` times what really passed, plus pushes."""

    def __init__(self, start: datetime, speed: float) -> None:
        self.speed = speed
        self.start = (start - _EPOCH).total_seconds()
        self._real = time.monotonic()
        self._pushed = 0.0

    def now(self) -> float:
        """The virtual time, in seconds since 1970."""
        return self.start + self._pushed + (time.monotonic() - self._real) * self.speed

    def push(self, seconds: float) -> None:
        """Jump forward."""
        self._pushed += seconds


class Event(NamedTuple):
    """Something that happens to one environment (or to a whole release, position -1) at a time."""

    due: float
    order: int
    kind: str
    release_id: int
    position: int
    attempt: int
    detail: int


class Calendar:
    """What is due, in order of time; what is due together comes in the order it was entered."""

    def __init__(self) -> None:
        self._heap: list[Event] = []
        self._entered = 0

    def enter(
        self, due: float, kind: str, release_id: int, position: int = -1, attempt: int = 0, detail: int = 0
    ) -> None:
        """Note that `kind` is to happen at `due`."""
        self._entered += 1
        heapq.heappush(self._heap, Event(due, self._entered, kind, release_id, position, attempt, detail))

    @property
    def next_due(self) -> float | None:
        """When the next event is due, or None."""
        return self._heap[0].due if self._heap else None

    def pop(self) -> Event:
        """Take the next event."""
        return heapq.heappop(self._heap)

    def drain(self) -> list[Event]:
        """Take everything, in order."""
        taken = sorted(self._heap)
        self._heap = []
        return taken


def wire_time(seconds: float | None, digits: int = 3) -> str:
    """A time as the server writes it: `digits` of fraction at most, trailing zeros cut, then `Z`."""
    if seconds is None:
        return NULL_TIME
    whole, fraction = divmod(round(seconds * 10**digits), 10**digits)
    text = (_EPOCH + timedelta(seconds=whole)).strftime("%Y-%m-%dT%H:%M:%S")
    tail = f"{fraction:0{digits}d}".rstrip("0")
    return f"{text}.{tail}Z" if tail else f"{text}Z"


def as_datetime(seconds: float) -> datetime:
    """Aware UTC."""
    return _EPOCH + timedelta(seconds=seconds)


def as_seconds(text: str) -> float:
    """Seconds since 1970 of an ISO time; a time without zone is UTC. Raises ValueError."""
    head, dot, tail = text.rstrip("Zz").partition(".")
    fraction = tail
    zone = ""
    for sign in ("+", "-"):
        if sign in tail:
            fraction, _, rest = tail.partition(sign)
            zone = sign + rest
    moment = datetime.fromisoformat(f"{head}{dot}{fraction[:6]}{zone}")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH).total_seconds()
