"""What waits until nothing has happened for a while comes once, however often it was disturbed."""

from __future__ import annotations

import contextvars
import time
from pathlib import Path

import pytest
from textual import _time
from textual.app import App
from textual.pilot import Pilot

from reltui.ui.rest import Rest
from reltui.ui.screens.screen import ReltuiScreen
from reltui.ui.sure_timers import SureTimers
from tests.ui.running import running
from tests.ui.screen_text import settled


async def until(pilot: Pilot[None], found: list[str], count: int) -> None:
    for _ in range(2000):
        if len(found) >= count:
            return
        await pilot.pause(0.01)
    raise AssertionError(f"it came {len(found)} times")


async def test_it_comes_once() -> None:
    found: list[str] = []
    app = App[None]()
    async with app.run_test() as pilot:
        rest = Rest(app, 0.02, lambda: found.append("rests"))
        for _ in range(5):
            rest.disturb()
        await until(pilot, found, 1)
        await pilot.pause(0.05)
        assert found == ["rests"]
        rest.disturb()
        await until(pilot, found, 2)


async def test_what_was_done_already_comes_no_more() -> None:
    found: list[str] = []
    app = App[None]()
    async with app.run_test() as pilot:
        rest = Rest(app, 0.02, lambda: found.append("ended"))
        rest.disturb()
        rest.end()
        later = Rest(app, 0.1, lambda: found.append("later"))
        later.disturb()
        await until(pilot, found, 1)
        assert found == ["later"]


def make_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a second go by between each of the next 2,000 looks at the clock."""
    late = 0

    def clock() -> float:
        nonlocal late
        late = min(late + 1, 2000)
        return time.monotonic() + late

    monkeypatch.setattr(_time, "get_time", clock)


class OurApp(SureTimers, App[None]):
    """The least that has them."""


async def test_on_a_busy_machine_it_comes_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[str] = []
    app = OurApp()
    async with app.run_test() as pilot:
        make_busy(monkeypatch)
        Rest(app, 0.02, lambda: found.append("rests")).disturb()
        await until(pilot, found, 1)


async def test_whoever_asks_for_it_it_comes() -> None:
    found: list[str] = []
    app = OurApp()
    async with app.run_test() as pilot:
        rest = Rest(app, 0.02, lambda: found.append("rests"))
        contextvars.Context().run(rest.disturb)
        await until(pilot, found, 1)


async def test_the_screen_is_drawn_on_a_busy_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert issubclass(ReltuiScreen, SureTimers)
    async with running(tmp_path / "home") as run:
        await run.see("Approvals(13)")
        make_busy(monkeypatch)
        run.app.say("Written while the machine was busy.")
        # Within the minute after which the ages change and all is drawn again.
        await settled(run.pilot, "Written while the machine was busy.", rounds=400)
