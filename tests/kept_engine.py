"""Copies of one embedded organisation: making its sample takes fifteen times as long as copying it.

A copy is whole, so that no test sees what another has done. One that begins now may be a copy of one that
began a few seconds before: what was due meanwhile happens to it at once, as if it had been started then.
"""

from __future__ import annotations

import gc
import pickle
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from reltui.demo.clock import Clock
from reltui.demo.engine import Engine

OLDEST = timedelta(seconds=20)
"""How long one that begins now is copied."""


class Kept(NamedTuple):
    """When it began, and all of it."""

    began: datetime
    data: bytes


_kept: dict[tuple[int, str, bool, datetime | None], Kept] = {}


def engine(
    *,
    seed: int = 1,
    size: str = "small",
    speed: float = 1.0,
    today: datetime | None = None,
    older: bool = False,
) -> Engine:
    """The same as `Engine` with these. The large organisation is as quick to make as to copy."""
    begins = today or datetime.now(UTC)
    key = (seed, size, older, today)
    if size == "large":
        return Engine(seed=seed, size=size, speed=speed, today=today, older=older)
    kept = _kept.get(key)
    if kept is None or not timedelta(0) <= begins - kept.began <= OLDEST:
        made = Engine(seed=seed, size=size, speed=0.0, today=begins, older=older)
        kept = _kept[key] = Kept(begins, pickle.dumps(made, pickle.HIGHEST_PROTOCOL))
    copy = _loaded(kept.data)
    copy._clock = Clock(begins, speed)
    copy._speed = speed
    return copy


def _loaded(data: bytes) -> Engine:
    """So many new objects would have all of memory looked through for garbage several times."""
    is_on = gc.isenabled()
    gc.disable()
    try:
        loaded: Engine = pickle.loads(data)
    finally:
        if is_on:
            gc.enable()
    return loaded
