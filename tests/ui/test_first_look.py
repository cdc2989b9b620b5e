"""What is kept for the saved screen is the first screen, and never what lay over it."""

from __future__ import annotations

import base64
import os
from dataclasses import replace
from pathlib import Path

import pytest

from reltui import saved_screen
from reltui.ui.first_look import FirstLook, told_by
from tests.ui.comparing import Compared, compared


def taken(run: Compared) -> str:
    """The text that would be kept if the program ended now."""
    look = FirstLook(run.app)
    # As after a start whose person can be told.
    look._arguments, look._person = (), "told"
    look.take()
    return "\n".join("".join(text for _, text in row) for row in look._rows)


def kept() -> bytes:
    """The file that the next start would read."""
    return Path(saved_screen.folder(), saved_screen.NAME).read_bytes()


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


async def test_what_is_kept_holds_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the token by which the person is told, in no form, nor any part of it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    async with compared(tmp_path, size=(80, 24)) as run:
        run.app.config = replace(run.app.config, file=Path(__file__))
        monkeypatch.setattr(run.app, "options", replace(run.app.options, arguments=()))
        look = FirstLook(run.app)
        look.take()
        look.keep()
        [variable] = told_by(run.app.config)[0]
        token = os.environ[variable]
    data = kept()
    saved = saved_screen.decoded(data)
    assert saved.person
    assert saved.variables == [variable]
    assert any("Approvals" in text for row in saved.rows for _, text in row)
    parts = [token[at : at + 6] for at in range(len(token) - 5)]
    encoded = base64.b64encode(f":{token}".encode()).decode().rstrip("=")[4:]
    assert not any(part.encode() in data for part in [*parts, encoded, token.encode().hex()])
