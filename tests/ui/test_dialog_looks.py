"""What a dialog shows at the smallest usual size, on the real service and server."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Input

from reltui.ui.widgets.lines import Lines
from tests.ui.running import running
from tests.ui.screen_text import lines


async def test_the_field_for_the_name_is_marked_and_what_is_typed_shows_in_it(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.point_at("Release-81")
        await run.press("a")
        await run.see("[ Cancel ]")
        y = run.app.screen.query_one("#word", Input).region.y
        shown = lines(run.app)
        assert shown[y].startswith(" │ tab comes here")
        assert shown[y - 1].startswith(" To approve, type here the stage's name: PROD")
        await run.press("tab", "tab", *"PRO")
        assert lines(run.app)[y].startswith(" │ PRO")


async def test_a_text_that_does_not_fit_has_the_whole_width_and_scrolls_inside(tmp_path: Path) -> None:
    async with running(tmp_path, size=(80, 16)) as run:
        await run.point_at("Release-81")
        await run.press("a")
        await run.see("more text")
        pane = run.app.screen.query_one("#text", Lines)
        assert pane.size.width == 80
        assert lines(run.app)[0].endswith("projects ok")
        before = lines(run.app)[3]
        await run.press("down")
        after = lines(run.app)
        assert after[3] != before
        assert "[ Cancel ]" in run.text
