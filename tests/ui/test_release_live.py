"""The detail of a release on a real service and the embedded server."""

from __future__ import annotations

from pathlib import Path

from reltui.ui.screens.release import ReleaseScreen
from tests.ui.running import Running, running
from tests.ui.screen_text import settled

ROUNDS = 1500
"""Half a minute: the server is asked for each tab."""


async def see(run: Running, wanted: str) -> str:
    return await settled(run.pilot, wanted, ROUNDS)


async def test_every_tab_is_read_from_the_server(tmp_path: Path) -> None:
    async with running(tmp_path, size=(160, 45)) as run:
        await run.row()
        await run.point_at("Release-81")
        await run.press("enter")
        await see(run, "Approvals > approval")
        await run.press("enter")
        shown = await see(run, "[Stages]")
        await see(run, " Live      Release-")
        assert isinstance(run.app.screen, ReleaseScreen)
        assert "Invoice.CD > Release-81" in shown

        await run.press("c")
        shown = await see(run, "live on PROD for")
        await see(run, " commit")
        await run.press("]")
        await see(run, "work item")
        await run.press("]")
        await see(run, "of the definition; secrets cannot be compared.")
        await run.press("]")
        await see(run, "primary")
        await run.press("h")
        shown = await see(run, "Create")
        assert "Created   " in shown
