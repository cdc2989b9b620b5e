"""`[ui] slow`: what changes by itself changes in larger steps, and less often."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from reltui.config import Ui
from reltui.data import refreshing
from reltui.data.decision import State
from reltui.data.topics import Inbox, InboxData, InboxRow, LogData, LogOf, ReleaseOf, Snapshot, Why
from reltui.ui.app import ReltuiApp, UiOptions
from reltui.ui.pace import SLOW, USUAL, Pace, pace_of
from reltui.ui.present import Look, plain
from reltui.ui.present_inbox import left_cell
from reltui.ui.present_words import age, ago, lasted
from reltui.ui.screens.base import ReltuiScreen
from reltui.ui.screens.following import FollowingScreen
from reltui.ui.widgets.statusline import data_state, outbox_state
from tests.ui.samples import BILLING, NOW, approval, before, waiting_release
from tests.ui.screen_text import lines, settled
from tests.ui.still_service import CONFIG, SERVER, StillService, whole
from tests.ui.test_telling import decided

SLOWLY = Look(NOW, minutes=SLOW.minutes)
MINUTES = 20
ROWS = 4


@pytest.mark.parametrize(
    ("since", "words"),
    [
        (timedelta(minutes=-3), "now"),
        (timedelta(seconds=30), "<5m"),
        (timedelta(minutes=4, seconds=59), "<5m"),
        (timedelta(minutes=5), "5m"),
        (timedelta(minutes=59), "55m"),
        (timedelta(minutes=60), "1h"),
        (timedelta(days=3), "3d"),
    ],
)
def test_ages_go_in_steps_of_five_minutes(since: timedelta, words: str) -> None:
    assert age(NOW - since, SLOWLY) == words
    assert ago((NOW - since).timestamp(), SLOWLY) == ("just now" if words == "now" else f"{words} ago")


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=2, hours=4, minutes=7), "2d04h "),
        (timedelta(hours=5, minutes=59), "05:55 "),
        (timedelta(hours=1, minutes=4), "01:00 "),
        (timedelta(minutes=59), "00:59!"),
        (timedelta(minutes=3), "00:03!"),
        (timedelta(0), "over!"),
    ],
)
def test_time_left_goes_in_steps_of_five_minutes_but_in_the_last_hour(left: timedelta, words: str) -> None:
    assert plain(left_cell(NOW + left, SLOWLY)) == words


def test_what_runs_is_told_in_whole_minutes() -> None:
    assert lasted(before(minutes=3, seconds=21), SLOWLY) == "03:00"
    assert lasted(before(minutes=3, seconds=21), Look(NOW)) == "03:21"


def test_the_age_of_the_data() -> None:
    def words(seconds: float, pace: Pace) -> str:
        return plain(data_state(Snapshot((), 1000.0), 1000.0 + seconds, 30.0, True, pace.minutes))

    assert [words(seconds, SLOW) for seconds in (0, 299, 300, 3599)] == [
        "data <5 min old",
        "data <5 min old",
        "data 5 min old",
        "data 55 min old",
    ]
    assert [words(seconds, USUAL) for seconds in (0, 299)] == ["data <1 min old", "data 4 min old"]


def test_a_hold_is_counted_down_in_steps_and_never_to_nothing() -> None:
    def words(seconds: float, pace: Pace) -> str:
        return plain(outbox_state([decided(State.HELD)], seconds, "U", pace.countdown)).partition(",")[0]

    assert [words(seconds, SLOW) for seconds in (9.2, 5.0, 0.3, 0.0)] == [
        "held <10 s",
        "held <5 s",
        "held <5 s",
        "held <5 s",
    ]
    assert [words(seconds, USUAL) for seconds in (9.2, 5.0, 0.3)] == ["held 10 s", "held 5 s", "held 1 s"]


def test_what_runs_is_looked_at_less_often() -> None:
    release = ReleaseOf(SERVER, BILLING, 142)
    log = LogOf(SERVER, BILLING, 142, 3, 8, 4)
    for topic, data, usual in ((release, waiting_release(), 5.0), (log, LogData(), 2.0)):
        assert refreshing.interval(topic, Snapshot(data), Ui()) == usual
        assert refreshing.interval(topic, Snapshot(data), Ui(slow=True)) == 3 * usual
    assert (
        refreshing.interval(release, Snapshot(waiting_release()), Ui(refresh_seconds=10.0, slow=True)) == 10.0
    )


async def changed_lines(folder: Path, monkeypatch: pytest.MonkeyPatch, *, slow: bool) -> int:
    """How many lines of the list change while some minutes go by in which nothing else happens."""
    now = NOW
    monkeypatch.setattr(FollowingScreen, "clock", staticmethod(lambda: now))
    config = replace(CONFIG, ui=replace(CONFIG.ui, slow=slow))
    assert pace_of(config) is (SLOW if slow else USUAL)
    asked = [approval(number, hours=number / 60) for number in range(1, ROWS + 1)]
    rows = tuple(InboxRow(SERVER, BILLING, each, Why.DIRECT, fresh=True) for each in asked)
    app = ReltuiApp(
        StillService(folder, {Inbox(): whole(InboxData(rows), parts=1, answered=1)}), config, UiOptions()
    )
    count = 0
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, "MINE 4")

        screen = app.screen
        assert isinstance(screen, ReltuiScreen)

        def listed() -> list[str]:
            return [line for line in lines(app) if "Rel-142" in line][:ROWS]

        shown = listed()
        assert len(shown) == ROWS
        for minute in range(1, MINUTES + 1):
            now = NOW + timedelta(minutes=minute)
            screen.update()
            await settled(pilot, "MINE 4")
            count += sum(one != other for one, other in zip(shown, listed(), strict=True))
            shown = listed()
    return count


@pytest.mark.parametrize(("slow", "times"), [(False, MINUTES), (True, MINUTES // 5)])
async def test_fewer_lines_change_by_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slow: bool, times: int
) -> None:
    assert await changed_lines(tmp_path, monkeypatch, slow=slow) == ROWS * times
