"""When a stage with a deployment schedule is deployed next (api.md 4.2 ReleaseSchedule)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from reltui.demo.clock import as_datetime
from reltui.demo.records import Json

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""ScheduleDays in the order of its flags."""

_EVERY_DAY = 127


def days_of(given: object) -> int:
    """The flags of `daysToRelease`, which is a number or a list of names (api.md 8 #3)."""
    text = str(given or 0).lower()
    if text.isdecimal():
        return int(text)
    names = [name.strip() for name in text.split(",")]
    if "all" in names:
        return _EVERY_DAY
    return sum(1 << DAYS.index(name) for name in names if name in DAYS)


def following(schedules: Iterable[Json], moment: float) -> float | None:
    """The next time after `moment` that one of the schedules names, in seconds since 1970; None without any.

    Every time zone is taken as UTC: zone names on the wire are those of Windows, and the sample uses UTC.
    """
    times: list[float] = []
    for schedule in schedules:
        days = days_of(schedule.get("daysToRelease"))
        clock = timedelta(
            hours=int(schedule.get("startHours") or 0), minutes=int(schedule.get("startMinutes") or 0)
        )
        midnight = as_datetime(moment).replace(hour=0, minute=0, second=0, microsecond=0)
        for later in range(8):
            day = midnight + timedelta(days=later)
            due = (day + clock).timestamp()
            if days & (1 << day.weekday()) and due > moment:
                times.append(due)
                break
    return min(times, default=None)
