"""How often what changes by itself is drawn anew, on a usual line and on a slow one (`[ui] slow`)."""

from __future__ import annotations

from reltui.config import Config
from reltui.model.values import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """The steps of time on the screen."""

    frame: float
    """Seconds between two drawings at least."""
    countdown: int
    """Seconds of one step of what is counted down while a decision is held."""
    minutes: int
    """Minutes of one step of an age below an hour, and of the time left above one."""


USUAL = Pace(frame=0.25, countdown=1, minutes=1)
SLOW = Pace(frame=1.0, countdown=5, minutes=5)


def pace_of(config: Config) -> Pace:
    """That of the configuration."""
    return SLOW if config.ui.slow else USUAL
