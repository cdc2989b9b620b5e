"""Schedules: days and times as people type them (api.md 4.2 ReleaseSchedule, 4.3 ScheduleDays)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reltui.model.decode import count_of, int_of
from reltui.model.editing.shape import Json, Path
from reltui.model.editing.slots import FieldKind, Form, Remove, plain, typed
from reltui.model.resources import Choice
from reltui.model.text import SafeText, clean

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""In the order of the flags of ScheduleDays."""
_EVERY_DAY, _WORKDAYS = 127, 31
_WORDS = {"every day": _EVERY_DAY, "all": _EVERY_DAY, "daily": _EVERY_DAY, "weekdays": _WORKDAYS}


def new_schedule() -> Json:
    """Monday to Friday at three in the morning, UTC, as the portal begins."""
    return {"daysToRelease": _WORKDAYS, "startHours": 3, "startMinutes": 0, "timeZoneId": "UTC"}


def flags_of(value: object) -> int:
    """The days as flags; the wire has a number or names (api.md 8 #3)."""
    number = int_of(value)
    if number is not None:
        return number & _EVERY_DAY
    names = [name.strip().lower() for name in plain(value).split(",")]
    if "all" in names:
        return _EVERY_DAY
    return sum(1 << DAYS.index(name) for name in set(names) if name in DAYS)


def days_text(value: object) -> str:
    """ "every day", "mon-fri", or "mon, thu"."""
    flags = flags_of(value)
    if flags == _EVERY_DAY:
        return "every day"
    if flags == _WORKDAYS:
        return "mon-fri"
    return ", ".join(day[:3] for place, day in enumerate(DAYS) if flags & 1 << place)


def days_of(text: str) -> int:
    """The flags of typed days. Raises ValueError with a sentence."""
    whole = " ".join(text.lower().split())
    if whole in _WORDS:
        return _WORDS[whole]
    flags = 0
    for part in whole.replace(" to ", "-").split(","):
        first, dash, last = part.partition("-")
        start = _day(first)
        end = _day(last) if dash else start
        for place in range(start, end + 1 if end >= start else end + 8):
            flags |= 1 << place % 7
    return flags


def _day(word: str) -> int:
    word = word.strip()
    found = [place for place, day in enumerate(DAYS) if len(word) > 1 and day.startswith(word)]
    if len(found) != 1:
        raise ValueError("Write days such as mon-fri, or mon, thu, or every day.")
    return found[0]


def clock_of(text: str) -> tuple[int, int]:
    """Hours and minutes of "03:00". Raises ValueError with a sentence."""
    hours, colon, minutes = text.strip().partition(":")
    if colon and all(p.isascii() and p.isdigit() and len(p) < 3 for p in (hours, minutes)):
        found = int(hours), int(minutes)
        if found[0] < 24 and found[1] < 60:
            return found
    raise ValueError("Write a time of day such as 03:00.")


def schedule(form: Form, prefix: str, path: Path, remove: Remove | None) -> None:
    """The fields of one schedule at a place of the node."""
    found = form.get(path)
    row: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
    days = row.get("daysToRelease")

    def write_days(new: str | Choice) -> Json:
        flags = days_of(typed(new))
        if flags == flags_of(days):
            return dict(form.raw)
        names = ", ".join(day for place, day in enumerate(DAYS) if flags & 1 << place)
        by_name = isinstance(days, str)
        value: object = ("all" if flags == _EVERY_DAY else names) if by_name else flags
        return form.set((*path, "daysToRelease"), value)

    def write_time(new: str | Choice) -> Json:
        hours, minutes = clock_of(typed(new))
        return form.set(path, {**row, "startHours": hours, "startMinutes": minutes})

    form.add(
        f"{prefix}days",
        "Days",
        FieldKind.TEXT,
        days_text(days),
        write_days,
        shown=SafeText(days_text(days) or "none"),
        help="Such as mon-fri, or mon, thu, or every day.",
        is_required=True,
        path=(*path, "daysToRelease"),
        remove=remove,
    )
    clock = f"{count_of(row.get('startHours')):02}:{count_of(row.get('startMinutes')):02}"
    form.add(
        f"{prefix}time",
        "Time",
        FieldKind.TEXT,
        clock,
        write_time,
        shown=clean(clock),
        help="Such as 03:00.",
        is_required=True,
        path=path,
    )
    form.text(
        f"{prefix}zone",
        "Time zone",
        (*path, "timeZoneId"),
        help="As Windows names it, such as UTC or W. Europe Standard Time.",
        is_required=True,
    )
    form.flag(f"{prefix}changed", "Only with changes", (*path, "scheduleOnlyWithChanges"))
