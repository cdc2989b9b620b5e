"""Letters from a terminal that is not of UTF-8."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.widgets import Input

from tests.ui.screen_text import settled
from tests.ui.still_service import showing


async def test_what_is_no_utf_8_is_not_taken_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with showing(tmp_path, monkeypatch) as (pilot, _):
        await settled(pilot, "Invoice.CD")
        await pilot.press(":")
        await settled(pilot, ": command")
        for letter in ("x", "\ufffd"):
            pilot.app.post_message(events.Key(letter, letter))
        await settled(pilot, "a letter that is not UTF-8; it was not taken.")
        assert pilot.app.screen.query_one("#words", Input).value == "x"
        pilot.app.post_message(events.Key("ü", "ü"))
        await settled(pilot, "xü")
