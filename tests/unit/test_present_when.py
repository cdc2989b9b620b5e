"""The time of a deployment: what may be typed, what it means, how it is echoed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reltui.ui.present import Look, plain
from reltui.ui.present_when import FAR, SOON, Typed, ahead, echo, read_when, still_good

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 24, 9, 40, 30, tzinfo=UTC)
"""A Tuesday; 10:40:30 in Paris."""
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))


def utc(day: int, hour: int, minute: int = 0, month: int = 11, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("now", None),
        ("  NOW ", None),
        ("22:30", utc(24, 21, 30)),
        ("today 22:30", utc(24, 21, 30)),
        ("+2h", utc(24, 11, 41)),
        ("+90m", utc(24, 11, 11)),
        ("+90min", utc(24, 11, 11)),
        ("+1h30m", utc(24, 11, 11)),
        ("+ 1h 30m", utc(24, 11, 11)),
        ("+2d", utc(26, 9, 41)),
        ("tomorrow 06:00", utc(25, 5)),
        ("tomorrow 6:00", utc(25, 5)),
        ("mon 21:00", utc(30, 20)),
        ("Monday 21:00", utc(30, 20)),
        ("tue 21:00", utc(24, 20)),
        ("tue 10:00", utc(1, 9, month=12)),
        ("2026-11-30 22:00", utc(30, 21)),
    ],
)
def test_what_a_text_means(text: str, at: datetime | None) -> None:
    assert read_when(text, NOW, PARIS) == Typed(at)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "Type a time"),
        ("10:40", "past"),
        ("9:00", "past"),
        ("2026-11-23 22:00", "past"),
        ("2025-11-30 22:00", "past"),
        ("10:41", "less than a minute"),
        ("+0m", "less than a minute"),
        ("2036-11-30 22:00", "more than a year"),
        ("0001-01-01 00:00", "past"),
        ("9999-12-31 23:59", "more than a year"),
        ("24:00", "no time"),
        ("22:60", "no time"),
        ("2230", "no time"),
        ("+", "no time"),
        ("+2", "no time"),
        ("+2w", "no time"),
        ("-2h", "no time"),
        ("2026-02-30 22:00", "no time"),
        ("0000-01-01 22:00", "no time"),
        ("soon", "no time"),
        ("someday 22:00", "no time"),
        ("tomorrow", "no time"),
        ("٢٢:٣٠", "no time"),
    ],
)
def test_what_is_refused(text: str, word: str) -> None:
    typed = read_when(text, NOW, PARIS)
    assert word in typed.refused
    assert typed.refused.endswith(".")


def test_the_night_of_a_clock_change_is_not_guessed_at() -> None:
    autumn = datetime(2026, 10, 24, 12, 0, tzinfo=UTC)
    assert "comes twice" in read_when("tomorrow 02:30", autumn, PARIS).refused
    assert read_when("tomorrow 01:59", autumn, PARIS).at == datetime(2026, 10, 24, 23, 59, tzinfo=UTC)
    assert read_when("tomorrow 03:00", autumn, PARIS).at == datetime(2026, 10, 25, 2, 0, tzinfo=UTC)
    spring = datetime(2027, 3, 27, 12, 0, tzinfo=UTC)
    assert "never comes" in read_when("tomorrow 02:30", spring, PARIS).refused
    assert read_when("tomorrow 03:00", spring, PARIS).at == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize("zone", [UTC, PARIS, ZoneInfo("America/New_York"), ZoneInfo("Asia/Tokyo"), None])
@pytest.mark.parametrize(
    ("text", "word"), [("0001-01-01 00:00", "past"), ("9999-12-31 23:59", "more than a year")]
)
def test_the_ends_of_the_calendar_are_refused(text: str, word: str, zone: ZoneInfo | None) -> None:
    assert word in read_when(text, NOW, zone).refused


@given(now=MOMENTS, minutes=st.integers(2, 2000))
def test_a_span_is_never_shorter_than_typed_and_at_most_a_minute_longer(now: datetime, minutes: int) -> None:
    at = read_when(f"+{minutes}m", now).at
    assert at is not None
    assert timedelta(0) <= at - now - timedelta(minutes=minutes) < timedelta(minutes=1)
    assert at.second == at.microsecond == 0


@given(now=MOMENTS, ahead_by=st.integers(1, 360 * 24 * 60))
def test_a_date_and_time_of_the_local_clock_comes_back_as_it_was_typed(now: datetime, ahead_by: int) -> None:
    wall = (now + timedelta(minutes=ahead_by)).astimezone(PARIS).replace(second=0, microsecond=0)
    typed = read_when(f"{wall:%Y-%m-%d %H:%M}", now, PARIS)
    if typed.at is None:
        assert typed.refused
        return
    if not typed.refused:
        assert SOON <= typed.at - now <= FAR
    assert typed.at.astimezone(PARIS).replace(tzinfo=None) == wall.replace(tzinfo=None)


@given(now=MOMENTS, day=st.sampled_from(["mon", "wed", "sunday"]), hour=st.integers(0, 23))
def test_a_weekday_is_the_coming_one(now: datetime, day: str, hour: int) -> None:
    typed = read_when(f"{day} {hour}:15", now, PARIS)
    if typed.at is not None and not typed.refused:
        assert typed.at - now <= timedelta(days=7, hours=1)
        assert f"{typed.at.astimezone(PARIS):%a}".casefold() == day[:3]


@given(text=st.text(max_size=30) | st.from_regex(r"[+0-9 :dhmtoday-]{0,20}"), now=MOMENTS)
def test_any_text_means_one_time_ahead_or_is_refused_with_a_sentence(text: str, now: datetime) -> None:
    typed = read_when(text, now, PARIS)
    if typed.refused:
        assert typed.refused.endswith(".")
    elif typed.at is not None:
        assert SOON <= typed.at - now <= FAR
    else:
        assert text.casefold().split() == ["now"]
    assert echo(typed, Look(now, zone=PARIS), 0.0)


def test_it_must_still_be_ahead_when_it_is_confirmed_by_both_clocks() -> None:
    typed = read_when("11:00", NOW, PARIS)
    assert not still_good(typed, NOW, 0.0)
    assert "past" in still_good(typed, NOW + timedelta(minutes=30), 0.0)
    assert "server's clock" in still_good(typed, NOW, 1200.0)
    assert not still_good(typed, NOW, None)
    assert not still_good(Typed(), NOW, 9999.0)
    assert still_good(read_when("never", NOW), NOW, 0.0)


class TestEcho:
    def told(self, text: str, offset: float | None) -> list[str]:
        return [plain(line) for line in echo(read_when(text, NOW, PARIS), Look(NOW, zone=PARIS), offset)]

    def test_local_utc_server_and_how_far(self) -> None:
        assert self.told("22:30", 3.0) == [
            "Tue 24 Nov 22:30 here = 21:30 UTC by the server's clock, in 11 h 49 min"
        ]
        assert self.told("tomorrow 00:30", 3.0) == [
            "Wed 25 Nov 00:30 here = 24 Nov 23:30 UTC by the server's clock, in 13 h 49 min"
        ]

    def test_a_skew_of_more_than_a_minute_is_told(self) -> None:
        assert self.told("22:30", 125.0) == [
            "Tue 24 Nov 22:30 = 21:30 UTC by the server's clock, in 11 h 47 min",
            "The server's clock is 2 min 5 s ahead (now 09:42:35 UTC): "
            "it starts at 22:27:55 by the clock here.",
        ]
        assert self.told("tomorrow 00:02", 300.0)[1].endswith("starts at 24 Nov 23:57:00 by the clock here.")
        assert "1 h 1 min 1 s behind" in self.told("22:30", -3661.0)[1]
        assert "22:30" in self.told("22:30", None)[0]
        assert "has not told its clock" in self.told("22:30", None)[1]

    def test_now_and_a_refusal(self) -> None:
        assert self.told("now", 0.0)[0].startswith("at once; or 22:30, +2h")
        assert self.told("10:00", 0.0) == ["This time is past."]

    def test_another_year_is_named(self) -> None:
        assert self.told("2027-01-03 06:00", 0.0)[0].startswith("Sun 3 Jan 2027 06:00 here")

    def test_spans(self) -> None:
        assert ahead(timedelta(days=2, minutes=5)) == "2 d 5 min"
        assert ahead(timedelta(seconds=5)) == "less than a minute"
        assert ahead(timedelta(0), seconds=True) == "0 s"
