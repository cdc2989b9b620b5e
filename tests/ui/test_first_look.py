"""What is kept for the saved screen is the first screen, and never what lay over it."""

from __future__ import annotations

from pathlib import Path

from reltui.ui.first_look import FirstLook
from tests.ui.comparing import Compared, compared


def taken(run: Compared) -> str:
    """The text that would be kept if the program ended now."""
    look = FirstLook(run.app)
    # As after a start whose person can be told.
    look._arguments, look._person = (), "told"
    look.take()
    return "\n".join("".join(text for _, text in row) for row in look._rows)


async def test_what_lay_over_the_first_screen_is_never_kept(tmp_path: Path) -> None:
    async with compared(tmp_path, size=(80, 24)) as run:
        assert "[Approvals" in taken(run)
        await run.press("?")
        while "Keys: approvals" not in run.driver.ours.text():
            await run.pilot.pause(0.02)
        assert taken(run) == ""
        # A signal may end the program before the first screen is painted again.
        run.app.pop_screen()
        assert taken(run) == ""
        while "[Approvals" not in run.driver.ours.text():
            await run.pilot.pause(0.02)
        assert "Keys: approvals" not in taken(run)
        assert "[Approvals" in taken(run)
