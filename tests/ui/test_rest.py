"""What waits until nothing has happened for a while comes once, however often it was disturbed."""

from __future__ import annotations

from textual.app import App
from textual.pilot import Pilot

from reltui.ui.rest import Rest


async def until(pilot: Pilot[None], found: list[str], count: int) -> None:
    while len(found) < count:
        await pilot.pause(0.01)


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
