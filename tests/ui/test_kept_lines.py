"""Lines that are kept are those that Textual would have drawn, after whatever keys."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from textual.geometry import Region
from textual.pilot import Pilot
from textual.widget import Widget

from reltui.data.topics import LogData, LogOf
from reltui.model.text import SafeText
from reltui.ui.screens.log import LogScreen
from reltui.ui.widgets.kept import KeptLines
from tests.ui.inbox_sample import inbox_sample
from tests.ui.samples import BILLING
from tests.ui.screen_text import settled
from tests.ui.still_service import SERVER, sample, showing, whole

KEYS = "jjjjkkGgsSvwcpztVA ?123"
LOG = LogOf(SERVER, BILLING, 142, 4, 1, 1)


def assert_as_stock(pilot: Pilot[str], keys: str) -> int:
    """Compare every widget that keeps its lines with Textual's own way; gives how many lines."""
    count = 0
    for widget in pilot.app.screen.query(KeptLines):
        if not widget.size:
            continue
        region = Region(0, 0, *widget.size)
        kept = widget.render_lines(region)
        # Textual's own memory of the lines.
        widget._styles_cache.clear()
        for y, (ours, stock) in enumerate(zip(kept, Widget.render_lines(widget, region), strict=True)):
            assert ours == stock, f"line {y} of {widget!r} after {keys}"
            count += 1
    return count


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
async def test_lists_after_random_keys(
    size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(7)
    async with showing(tmp_path, monkeypatch, size, {**sample(), **inbox_sample()}) as (pilot, _):
        await settled(pilot, "Invoice.CD")
        typed, count = "", 0
        for _ in range(60):
            key = chance.choice(KEYS)
            typed += key
            await pilot.press({"?": "question_mark", " ": "space"}.get(key, key))
            count += assert_as_stock(pilot, typed)
        assert count > 60 * size[1] // 2


async def test_a_log_after_random_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(8)
    words = tuple(SafeText(f"2026-11-24T08:00:00.0000000Z line {n} {'word ' * (n % 40)}") for n in range(200))
    known = {**sample(), LOG: whole(LogData(words, ended=True))}
    async with showing(tmp_path, monkeypatch, known=known) as (pilot, _):
        pilot.app.push_screen(LogScreen(LOG, SafeText("DEV > build")))
        await settled(pilot, "line 199")
        typed = ""
        for _ in range(40):
            key = chance.choice("jkjkdugGwtf")
            typed += key
            await pilot.press(key)
            assert assert_as_stock(pilot, typed) > 20
