"""Change windows and freezes: when a stage may be changed, in the zone of this machine; pure.

A time of day that the clock shows twice in the night of a change means its first; one that it leaves out
means as much later. Windows and freezes begin with their first moment and end before their last.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from reltui.model.text import SafeText
from reltui.model.values import dataclass

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WINDOW_FORMS = '"mon-thu 18:00-22:00", "sat,sun 08:00-12:00", "22:00-02:00"'
FREEZE_FORMS = '"2026-12-18..2027-01-04" or "2026-12-24"'
YEARS = (2000, 2199)
"""The first and the last year of a freeze."""
AHEAD = 15
"""Days that are looked at for the next change; windows come again every seven."""
DAY_MINUTES = 24 * 60

_WINDOW = re.compile(r"(?:([a-z,-]+) )?([0-9]{1,2}):([0-9]{2}) ?- ?([0-9]{1,2}):([0-9]{2})")


@dataclass(frozen=True, slots=True)
class Window:
    """A span of the day on some days of the week."""

    days: frozenset[int]
    """The days that it begins on; Monday is 0."""
    begin: int
    """Minutes after midnight."""
    end: int
    """Minutes after the midnight that its day began with; more than a day's when it goes over midnight."""
    text: SafeText
    """As it was written."""

    def on(self, day: date) -> tuple[datetime, datetime] | None:
        """The moments of the window that begins on a day; None when there is none."""
        if day.weekday() not in self.days:
            return None
        begin, end = _moment(day, self.begin), _moment(day, self.end)
        return (begin, end) if begin < end else None


@dataclass(frozen=True, slots=True)
class Freeze:
    """Whole days on which nothing is changed."""

    first: date
    last: date
    """The last day that is frozen."""

    @property
    def begin(self) -> datetime:
        """The first moment."""
        return _moment(self.first, 0)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return _moment(self.last, DAY_MINUTES)

    @property
    def sentence(self) -> SafeText:
        """Which days."""
        if self.first == self.last:
            return SafeText(f"Changes are frozen on {self.first}.")
        return SafeText(f"Changes are frozen from {self.first} to {self.last}.")


@dataclass(frozen=True, slots=True)
class WindowState:
    """Whether a stage may be changed at a moment."""

    open: bool
    until: datetime | None = None
    """When it closes, in UTC; None when it is closed, or does not close in the next two weeks."""
    next_open: datetime | None = None
    """When it opens, in UTC; None when it is open."""
    why: SafeText = SafeText("")
    """The windows or the freeze that make it so, in one sentence; empty where there are no rules."""


def read_window(text: str) -> Window:
    """A window as it is written in the configuration; raises ValueError with what is allowed."""
    words = " ".join(text.casefold().split())
    found = _WINDOW.fullmatch(words)
    if not found:
        raise ValueError(f"must be days and times, such as {WINDOW_FORMS}.")
    days = _days(found.group(1) or "mon-sun")
    begin, end = (_minutes(*found.group(at, at + 1)) for at in (2, 4))
    if begin in (end, DAY_MINUTES):
        raise ValueError("ends when it begins; the whole day is 00:00-24:00.")
    return Window(days, begin, end if end > begin else end + DAY_MINUTES, SafeText(words))


def _days(text: str) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.partition("-")
        if first not in DAYS or (dash and last not in DAYS):
            raise ValueError(f"has a day that is none of: {', '.join(DAYS)}.")
        begin = DAYS.index(first)
        count = (DAYS.index(last) - begin) % 7 if dash else 0
        found.update((begin + more) % 7 for more in range(count + 1))
    return frozenset(found)


def _minutes(hours: str, minutes: str) -> int:
    found = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or found > DAY_MINUTES:
        raise ValueError("has a time that is not between 00:00 and 24:00.")
    return found


def read_freeze(text: str) -> Freeze:
    """A freeze as it is written in the configuration; raises ValueError with what is allowed."""
    first, dots, last = (part.strip() for part in text.partition(".."))
    try:
        found = Freeze(date.fromisoformat(first), date.fromisoformat(last if dots else first))
    except ValueError:
        raise ValueError(f"must be days, such as {FREEZE_FORMS}.") from None
    if not all(YEARS[0] <= day.year <= YEARS[1] for day in (found.first, found.last)):
        raise ValueError(f"must be in the years {YEARS[0]} to {YEARS[1]}.")
    if found.last < found.first:
        raise ValueError("ends before it begins.")
    return found


def state(windows: Sequence[Window], freezes: Sequence[Freeze], now: datetime) -> WindowState:
    """What the windows and freezes of a stage say of a moment, `now`, which is aware of its zone.

    Without windows it is always open but for the freezes.
    """
    frozen = next((freeze for freeze in freezes if freeze.begin <= now < freeze.end), None)
    if frozen is not None:
        return WindowState(False, next_open=_next(windows, freezes, now, True), why=frozen.sentence)
    words = ", ".join(window.text for window in windows)
    if _is_open(windows, freezes, now):
        why = SafeText(f"Within the change windows: {words}." if windows else "")
        return WindowState(True, until=_next(windows, freezes, now, False), why=why)
    why = SafeText(f"Outside the change windows: {words}.")
    return WindowState(False, next_open=_next(windows, freezes, now, True), why=why)


def _is_open(windows: Sequence[Window], freezes: Sequence[Freeze], at: datetime) -> bool:
    if any(freeze.begin <= at < freeze.end for freeze in freezes):
        return False
    return not windows or any(begin <= at < end for begin, end in _spans(windows, _local_day(at), 1))


def _next(
    windows: Sequence[Window], freezes: Sequence[Freeze], now: datetime, is_open: bool
) -> datetime | None:
    """The first moment after now at which something begins or ends, and it is open or closed as asked."""
    moments = {moment for freeze in freezes for moment in (freeze.begin, freeze.end)}
    for start in {now, *(freeze.end for freeze in freezes if freeze.end > now)}:
        for span in _spans(windows, _local_day(start), AHEAD):
            moments.update(span)
    later = (at for at in sorted(moments) if at > now)
    return next((at for at in later if _is_open(windows, freezes, at) is is_open), None)


def _spans(windows: Sequence[Window], day: date, count: int) -> Iterator[tuple[datetime, datetime]]:
    """The windows of some days from a day on, and of the day before, which may go over midnight."""
    for more in range(-1, count):
        for window in windows:
            found = window.on(day + timedelta(days=more))
            if found is not None:
                yield found


def _local_day(moment: datetime) -> date:
    return moment.astimezone().date()


def _moment(day: date, minutes: int) -> datetime:
    """A time of the wall clock in UTC."""
    days, rest = divmod(minutes, DAY_MINUTES)
    wall = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60))
    # Not by astimezone(), which takes a time that is left out for an earlier one.
    return datetime.fromtimestamp(wall.timestamp(), UTC)
