"""How long, how much and how often: deadlines, caps, the retry budget, pauses (reliability.md D1 to D4)."""

from __future__ import annotations

import random
import re
import time
from collections import deque
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

from reltui.api.endpoints import Kind
from reltui.model.text import SafeText, clean
from reltui.model.values import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """Deadlines and waits, in seconds."""

    read: float = 30.0
    """A read in total, with its retries and waits, to the last byte."""
    write: float = 60.0
    """A write in total."""
    connect: float = 5.0
    """One connection, with its TLS handshake."""
    slow_window: float = 10.0
    slow_bytes: int = 10_240
    """A body that brings fewer bytes than this in one window is dropped."""
    tries: int = 3
    """How often a read is sent at most."""
    retry_base: float = 0.5
    retry_cap: float = 20.0
    keep_alive: float = 75.0
    """How long an idle connection is kept: longer than the pause between two refreshes, so that not each of
    them begins with handshakes."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps on decoded bytes, and the width."""

    list_bytes: int = 32 * 2**20
    item_bytes: int = 8 * 2**20
    log_bytes: int = 4 * 2**20
    archive_bytes: int = 2**30
    error_bytes: int = 64 * 2**10
    """What is read of the body of an error."""
    width: int = 8
    """Requests at once to one server."""
    narrow_width: int = 24
    """The same with narrow ones among them (`Endpoint.is_narrow`): so many projects are asked in one round
    trip. A server that has ever asked to wait gets `width` at most."""

    def of(self, kind: Kind) -> int:
        """The cap of a call."""
        caps = {Kind.LIST: self.list_bytes, Kind.LOG: self.log_bytes, Kind.ARCHIVE: self.archive_bytes}
        return caps.get(kind, self.item_bytes)


MINUTE = 60.0
RETRY_SHARE = 0.1
"""Retries are at most this part of the requests of any minute."""
RETRY_FLOOR = 2
"""So many retries a minute are allowed even when there were few requests, so that the first can be one."""


class RetryBudget:
    """Keeps retries a small part of the requests of the last minute (D1)."""

    def __init__(self) -> None:
        self._requests: deque[float] = deque()
        self._retries: deque[float] = deque()

    def request(self) -> None:
        """Count a request that goes out."""
        self._requests.append(time.monotonic())
        self._forget()

    def retry(self) -> None:
        """Count a request that is sent again."""
        self._retries.append(time.monotonic())

    def allows(self) -> bool:
        """Whether one more retry fits."""
        self._forget()
        return len(self._retries) < max(RETRY_FLOOR, int(len(self._requests) * RETRY_SHARE))

    def _forget(self) -> None:
        oldest = time.monotonic() - MINUTE
        for times in (self._requests, self._retries):
            while times and times[0] < oldest:
                times.popleft()


def backoff(timing: Timing, tries: int) -> float:
    """Seconds before the next try, after so many: full jitter."""
    ceiling = min(timing.retry_cap, timing.retry_base * 2 ** (tries - 1))
    return random.uniform(0, ceiling)  # noqa: S311 - spreads load, guards nothing


PAUSE_MINIMUM = 1.0
PAUSE_MAXIMUM = 600.0
PAUSE_OTHERWISE = 30.0
"""The pause when the server asks for one in words that make no sense."""
_SECONDS = re.compile(r"[0-9]{1,300}(?:\.[0-9]{1,300})?", re.ASCII)


def pause_asked(status: int, headers: Mapping[str, str]) -> float | None:
    """How many seconds the server asks to wait, clamped; None when it does not (api.md 6.4).

    Retry-After counts with 429, 503 and 200; a delay header only with 200, and 429 always means a pause.
    """
    asked = headers.get("retry-after")
    if status not in (200, 429, 503):
        return None
    if asked is None and status == 200:
        asked = headers.get("x-ratelimit-delay")
        if asked is not None and _SECONDS.fullmatch(asked.strip()) and float(asked) == 0:
            return None
    if asked is None:
        return PAUSE_OTHERWISE if status == 429 else None
    asked = asked.strip()
    if _SECONDS.fullmatch(asked):
        return min(max(float(asked), PAUSE_MINIMUM), PAUSE_MAXIMUM)
    moment = http_date(asked)
    if moment is None:
        return PAUSE_OTHERWISE
    now = http_date(headers.get("date", ""))
    return min(max(moment - (time.time() if now is None else now), PAUSE_MINIMUM), PAUSE_MAXIMUM)


def rate_of(headers: Mapping[str, str]) -> Mapping[str, SafeText]:
    """What is said of rate limits, for a person to read (api.md 6.4)."""
    return {
        name: clean(value, limit=40) for name, value in headers.items() if name.startswith("x-ratelimit-")
    }


def http_date(text: str) -> float | None:
    """An HTTP date as `time.time()` counts; None when it is none."""
    if not text or len(text) > 60:
        return None
    try:
        moment = parsedate_to_datetime(text)
        return (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
