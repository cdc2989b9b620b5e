"""Change windows and freezes, by the clock of this machine and through the changes of summer time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reltui.model.window import DAYS, Freeze, Window, WindowState, read_freeze, read_window, state

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


pytestmark = pytest.mark.usefixtures("in_berlin")


def berlin(text: str, fold: int = 0) -> datetime:
    """A time of Berlin's wall clock, "2026-11-24 18:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN, fold=fold)


def windows(*texts: str) -> list[Window]:
    return [read_window(text) for text in texts]


def freezes(*texts: str) -> list[Freeze]:
    return [read_freeze(text) for text in texts]


EVENINGS = windows("mon-thu 18:00-22:00", "sat 08:00-12:00")


@pytest.mark.parametrize(
    ("now", "until", "next_open"),
    [
        # Tuesday
        ("2026-11-24 17:59", None, "2026-11-24 18:00"),
        ("2026-11-24 18:00", "2026-11-24 22:00", None),
        ("2026-11-24 21:59", "2026-11-24 22:00", None),
        ("2026-11-24 22:00", None, "2026-11-25 18:00"),
        # Thursday, Saturday, Sunday
        ("2026-11-26 22:00", None, "2026-11-28 08:00"),
        ("2026-11-28 11:00", "2026-11-28 12:00", None),
        ("2026-11-29 11:00", None, "2026-11-30 18:00"),
    ],
)
def test_days_and_times(now: str, until: str | None, next_open: str | None) -> None:
    found = state(EVENINGS, [], berlin(now))
    assert found.open is (until is not None)
    assert found.until == (until and berlin(until))
    assert found.next_open == (next_open and berlin(next_open))
    words = "mon-thu 18:00-22:00, sat 08:00-12:00."
    assert found.why == f"{'Within' if found.open else 'Outside'} the change windows: {words}"


@pytest.mark.parametrize(
    ("now", "until", "next_open"),
    [
        ("2026-11-27 21:59", None, "2026-11-27 22:00"),
        ("2026-11-27 23:00", "2026-11-28 02:00", None),
        ("2026-11-28 01:59", "2026-11-28 02:00", None),
        ("2026-11-28 02:00", None, "2026-12-04 22:00"),
        # what begins on Friday is not there on the night to Friday
        ("2026-11-27 01:00", None, "2026-11-27 22:00"),
    ],
)
def test_over_midnight_belongs_to_the_day_it_begins_on(
    now: str, until: str | None, next_open: str | None
) -> None:
    found = state(windows("fri 22:00-02:00"), [], berlin(now))
    assert (found.until, found.next_open) == (until and berlin(until), next_open and berlin(next_open))


def test_without_rules_it_is_always_open() -> None:
    assert state([], [], berlin("2026-11-24 18:00")) == WindowState(True)


def test_what_never_closes_has_no_end() -> None:
    assert state(windows("00:00-24:00"), [], berlin("2026-11-24 18:00")).until is None
    halves = windows("00:00-12:00", "12:00-00:00")
    found = state(halves, [], berlin("2026-11-24 18:00"))
    assert (found.open, found.until) == (True, None)


def test_windows_that_meet_are_one() -> None:
    found = state(windows("tue 18:00-20:00", "tue 19:00-22:00"), [], berlin("2026-11-24 18:00"))
    assert found.until == berlin("2026-11-24 22:00")


HOLIDAYS = freezes("2026-12-18..2027-01-04")


@pytest.mark.parametrize(
    ("now", "until", "next_open"),
    [
        ("2026-12-17 21:00", "2026-12-17 22:00", None),
        ("2026-12-18 00:00", None, "2027-01-05 18:00"),
        ("2026-12-21 19:00", None, "2027-01-05 18:00"),
        ("2027-01-04 19:00", None, "2027-01-05 18:00"),
        ("2027-01-05 19:00", "2027-01-05 22:00", None),
    ],
)
def test_a_freeze_holds_its_first_and_its_last_day(
    now: str, until: str | None, next_open: str | None
) -> None:
    found = state(EVENINGS, HOLIDAYS, berlin(now))
    assert (found.until, found.next_open) == (until and berlin(until), next_open and berlin(next_open))
    if "2026-12-18" <= now < "2027-01-05":
        assert found.why == "Changes are frozen from 2026-12-18 to 2027-01-04."


def test_a_freeze_alone() -> None:
    one = freezes("2026-12-24")
    before = state([], one, berlin("2026-12-01 10:00"))
    assert before == WindowState(True, until=berlin("2026-12-24 00:00"))
    during = state([], one, berlin("2026-12-24 23:59"))
    assert (during.open, during.next_open) == (False, berlin("2026-12-25 00:00"))
    assert during.why == "Changes are frozen on 2026-12-24."
    assert state([], one, berlin("2026-12-25 00:00")) == WindowState(True)


def test_freezes_that_meet_are_one_and_cut_a_window() -> None:
    both = freezes("2026-11-26..2026-11-27", "2026-11-28..2027-03-01")
    night = windows("wed 22:00-02:00")
    now = berlin("2026-11-25 23:00")
    assert state(night, both, now).until == berlin("2026-11-26 00:00")
    assert state(night, both, berlin("2026-11-26 01:00")).next_open == berlin("2027-03-03 22:00")
    # the rest of a window that a freeze has begun in is open after it
    assert state(windows("mon 22:00-02:00"), both, berlin("2027-02-01 10:00")).next_open == berlin(
        "2027-03-02 00:00"
    )


class TestSummerTime:
    """2026-03-29 has no 02:00 to 03:00, and 2026-10-25 has it twice."""

    def test_an_evening_keeps_its_time_on_the_wall(self) -> None:
        evening = windows("18:00-22:00")
        for day in ("2026-03-28", "2026-03-29", "2026-10-24", "2026-10-25"):
            later = berlin(f"{day} 18:00") + timedelta(days=1)
            found = state(evening, [], berlin(f"{day} 23:00"))
            assert found.next_open == later
            assert found.next_open.astimezone(BERLIN).hour == 18

    def test_a_night_is_as_long_as_it_is(self) -> None:
        night = windows("sat 22:00-06:00")
        for day, hours in (("2026-03-28", 7), ("2026-10-24", 9), ("2026-11-28", 8)):
            begin = berlin(f"{day} 22:00")
            until = state(night, [], begin).until
            assert until is not None
            assert until - begin.astimezone(UTC) == timedelta(hours=hours)

    def test_a_time_that_is_left_out_means_as_much_later(self) -> None:
        found = state(windows("sun 02:30-05:00"), [], berlin("2026-03-29 01:00"))
        assert found.next_open == berlin("2026-03-29 03:30")
        inside = state(windows("sun 02:15-02:45"), [], berlin("2026-03-29 03:15"))
        assert inside.until == berlin("2026-03-29 03:45")
        # what begins after it ends by that is not there on this day
        gone = state(windows("sun 02:30-03:15"), [], berlin("2026-03-29 01:00"))
        assert gone.next_open == berlin("2026-04-05 02:30")

    def test_a_time_that_comes_twice_means_its_first(self) -> None:
        hour = windows("sun 02:15-02:45")
        first = state(hour, [], berlin("2026-10-25 02:20"))
        assert first.until == berlin("2026-10-25 02:45").astimezone(UTC)
        again = state(hour, [], berlin("2026-10-25 02:20", fold=1))
        assert again.next_open == berlin("2026-11-01 02:15")

    def test_a_freeze_is_of_whole_days(self) -> None:
        found = state([], freezes("2026-10-25"), berlin("2026-10-25 12:00"))
        assert found.next_open == berlin("2026-10-26 00:00")


def test_the_zone_of_the_asker_does_not_matter() -> None:
    now = berlin("2026-11-24 18:30")
    for zone in (UTC, ZoneInfo("Pacific/Auckland")):
        assert state(EVENINGS, HOLIDAYS, now.astimezone(zone)) == state(EVENINGS, HOLIDAYS, now)


@pytest.mark.parametrize(
    ("text", "days", "begin", "end"),
    [
        ("mon-thu 18:00-22:00", {0, 1, 2, 3}, 1080, 1320),
        ("Fri-Mon  9:05 - 9:10", {4, 5, 6, 0}, 545, 550),
        ("sat,sun,mon-tue 00:00-24:00", {5, 6, 0, 1}, 0, 1440),
        ("22:00-02:00", set(range(7)), 1320, 1560),
        ("wed 12:00-00:00", {2}, 720, 1440),
    ],
)
def test_how_a_window_is_written(text: str, days: set[int], begin: int, end: int) -> None:
    found = read_window(text)
    assert (set(found.days), found.begin, found.end) == (days, begin, end)


def test_how_a_freeze_is_written() -> None:
    assert read_freeze("2026-12-24 .. 2026-12-26") == Freeze(date(2026, 12, 24), date(2026, 12, 26))
    assert read_freeze("2026-12-24") == Freeze(date(2026, 12, 24), date(2026, 12, 24))


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
CLOCK = st.builds(lambda m: f"{m // 60:02}:{m % 60:02}", st.integers(0, 1439))
WINDOWS = st.builds(
    lambda day, begin, end: f"{day} {begin}-{end}" if begin != end else f"{day} 00:00-24:00",
    st.sampled_from(DAYS),
    CLOCK,
    CLOCK,
).map(read_window)
FREEZES = st.builds(
    lambda first, days: Freeze(first, first + timedelta(days=days)),
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.integers(0, 60),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(WINDOWS, max_size=3), st.lists(FREEZES, max_size=3), MOMENTS)
def test_what_opens_is_open_then_and_not_before(
    some: list[Window], frozen: list[Freeze], now: datetime
) -> None:
    found = state(some, frozen, now)
    change = found.until if found.open else found.next_open
    assert found.open is (found.next_open is None)
    if change is not None:
        assert change > now
        assert state(some, frozen, change).open is not found.open
        assert state(some, frozen, change - timedelta(seconds=1)).open is found.open or change - now < (
            timedelta(seconds=1)
        )
    else:
        assert found.open
    assert bool(found.why) or not some
