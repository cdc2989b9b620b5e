"""The time of a deployment as a person types it, and how it is echoed; pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from reltui.model.text import SafeText
from reltui.model.values import dataclass
from reltui.ui.present import Line, Look, span
from reltui.ui.present_words import MONTHS

FORMS = "now, 22:30, +2h, +90m, tomorrow 06:00, mon 21:00, 2026-11-30 22:00"
"""What may be typed."""
SOME_FORMS = "22:30, +2h, tomorrow 06:00, mon 21:00, 2026-11-30 22:00"
"""As many of them as stand in one line of a small window."""
SOON = timedelta(minutes=1)
"""A time must be so far ahead: it is held, checked and sent first."""
FAR = timedelta(days=366)
"""Nothing is planned further ahead; a year that was mistyped is."""
SKEW_SECONDS = 60.0
"""A larger difference between the clocks is told (reliability.md A18)."""
ZONES = timedelta(days=2)
"""More than a clock can be moved by zones and their changes."""
UNTYPED = SafeText("Type a time first.")
PAST = SafeText("This time is past.")
TOO_FAR = SafeText("This is more than a year ahead.")

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})")
_SPAN = re.compile(r"\+(?:([0-9]{1,4})d)?(?:([0-9]{1,4})h)?(?:([0-9]{1,5})m(?:in)?)?")
_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")


@dataclass(frozen=True, slots=True)
class Typed:
    """What a text in the field means."""

    at: datetime | None = None
    """In UTC, a whole minute; None: at once."""
    refused: SafeText = SafeText("")
    """Why it means nothing that can be done, in one sentence; empty when it does."""


def read_when(text: str, now: datetime, zone: tzinfo | None = None) -> Typed:
    """What was typed at `now`. A time of day is of this machine's clock, or of `zone`'s.

    A time that is past, or that the clock shows twice or never in the night of a change, is refused.
    """
    words = text.casefold().split()
    if words in ([], ["now"]):
        return Typed() if words else Typed(refused=UNTYPED)
    at = _after(words, now) if words[0].startswith("+") else _by_clock(words, now, zone)
    if isinstance(at, Typed):
        return at
    if at is None:
        return Typed(refused=SafeText(f"This is no time. It may be {FORMS}."))
    return Typed(at, _out_of_reach(at, now))


def still_good(typed: Typed, now: datetime, clock_offset: float | None) -> SafeText:
    """Why a time read earlier can be had no more, by this clock or by the server's; else empty.

    `clock_offset` is server time minus local time in seconds, None while it is unknown.
    """
    if typed.refused or typed.at is None:
        return typed.refused
    here = _out_of_reach(typed.at, now)
    if here or clock_offset is None:
        return here
    if typed.at < now + timedelta(seconds=clock_offset) + SOON:
        return SafeText("By the server's clock this time is past already, or less than a minute ahead.")
    return SafeText("")


def _out_of_reach(at: datetime, now: datetime) -> SafeText:
    if at < now:
        return PAST
    if at < now + SOON:
        return SafeText("This is less than a minute ahead: type now, or a later time.")
    if at > now + FAR:
        return TOO_FAR
    return SafeText("")


def _after(words: list[str], now: datetime) -> datetime | None:
    """ "+2h", "+1h30m", "+2d": so much later, up to the next whole minute."""
    found = _SPAN.fullmatch("".join(words))
    if found is None or not any(found.groups()):
        return None
    days, hours, minutes = (int(number or 0) for number in found.groups())
    at = now.astimezone(UTC) + timedelta(days=days, hours=hours, minutes=minutes)
    cut = at.replace(second=0, microsecond=0)
    return cut if cut == at else cut + timedelta(minutes=1)


def _by_clock(words: list[str], now: datetime, zone: tzinfo | None) -> datetime | Typed | None:
    """A time of day, today or on the day that stands before it."""
    clock = _time_of_day(words[-1])
    here = now.astimezone(zone)
    day = _day(words[:-1], here.date()) if clock is not None else None
    if clock is None or day is None:
        return None
    wall = datetime.combine(day, clock)
    if words[0] in _weekdays() and wall <= here.replace(tzinfo=None):
        wall += timedelta(days=7)
    # The first and the last day of the calendar have no time in UTC: what is far off is not turned into it.
    if wall < here.replace(tzinfo=None) - ZONES:
        return Typed(refused=PAST)
    if wall > here.replace(tzinfo=None) + FAR + ZONES:
        return Typed(refused=TOO_FAR)
    early, late = (_in_utc(wall, zone, fold) for fold in (0, 1))
    if early == late:
        return early
    shown = f"{wall.hour:02d}:{wall.minute:02d}"
    if early.astimezone(zone).replace(tzinfo=None) == wall:
        return Typed(refused=SafeText(f"The clocks go back that night: {shown} comes twice. Type +hours."))
    return Typed(refused=SafeText(f"The clocks go forward that night: {shown} never comes."))


def _in_utc(wall: datetime, zone: tzinfo | None, fold: int) -> datetime:
    return wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)


def _time_of_day(word: str) -> time | None:
    found = _CLOCK.fullmatch(word)
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2])
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _weekdays() -> dict[str, int]:
    return {name: number for number, day in enumerate(_DAYS) for name in (day, day[:3])}


def _day(words: list[str], today: date) -> date | None:
    """The day that is named; the coming one of a weekday, which may be today."""
    if not words or words == ["today"]:
        return today
    if words == ["tomorrow"]:
        return today + timedelta(days=1)
    if len(words) != 1:
        return None
    if words[0] in _weekdays():
        return today + timedelta(days=(_weekdays()[words[0]] - today.weekday()) % 7)
    found = _DATE.fullmatch(words[0])
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def echo(typed: Typed, look: Look, clock_offset: float | None) -> list[Line]:
    """What will be: it starts when the server's clock shows the time that is sent in UTC.

    In local time, in UTC, and how far ahead that is; where the clocks differ, when it is by the clock here.
    """
    if typed.refused == UNTYPED:
        return [(span(f"type now, {SOME_FORMS}", "dim"),)]
    if typed.refused:
        return [(span(typed.refused, "wait"),)]
    if typed.at is None:
        return [(span("at once", "head"), span(f"; or {SOME_FORMS}", "dim"))]
    here = typed.at.astimezone(look.zone)
    today = look.now.astimezone(look.zone)
    day = f"{_DAYS[here.weekday()][:3].capitalize()} {here.day} {MONTHS[here.month - 1]}"
    year = f" {here.year}" if here.year != today.year else ""
    shown = f"{day}{year} {here:%H:%M}"
    utc = _clock(typed.at, here.date())
    if clock_offset is None:
        words = "The server has not told its clock yet; it starts when its own clock shows that."
        rest = f" here = {utc} UTC, in {ahead(typed.at - look.now)}"
        return [(span(shown, "head"), span(rest)), (span(words, "warn"),)]
    if abs(clock_offset) <= SKEW_SECONDS:
        rest = f" here = {utc} UTC by the server's clock, in {ahead(typed.at - look.now)}"
        return [(span(shown, "head"), span(rest))]
    skew = timedelta(seconds=clock_offset)
    rest = f" = {utc} UTC by the server's clock, in {ahead(typed.at - skew - look.now)}"
    return [(span(shown, "head"), span(rest)), _skew(typed.at, look, skew)]


def _clock(at: datetime, day: date) -> str:
    """The time in UTC, with the day where it is another one."""
    there = at.astimezone(UTC)
    return f"{there:%H:%M}" if there.date() == day else f"{there.day} {MONTHS[there.month - 1]} {there:%H:%M}"


def _skew(at: datetime, look: Look, skew: timedelta) -> Line:
    """How the clocks differ, and when the server's shows that time by the clock here."""
    side = "ahead" if skew > timedelta(0) else "behind"
    there, real = (look.now + skew).astimezone(UTC), (at - skew).astimezone(look.zone)
    day = f"{real.day} {MONTHS[real.month - 1]} " if real.date() != at.astimezone(look.zone).date() else ""
    words = (
        f"The server's clock is {ahead(abs(skew), seconds=True)} {side} (now {there:%H:%M:%S} UTC): "
        f"it starts at {day}{real:%H:%M:%S} by the clock here."
    )
    return (span(words, "warn"),)


def ahead(span_of_time: timedelta, *, seconds: bool = False) -> str:
    """ "3 h 12 min"; with `seconds`, "2 min 5 s"."""
    total = int(max(span_of_time, timedelta(0)).total_seconds())
    minutes, rest = divmod(total, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), *([(rest, "s")] if seconds else [])]
    words = [f"{number} {unit}" for number, unit in parts if number]
    return " ".join(words) or ("0 s" if seconds else "less than a minute")
