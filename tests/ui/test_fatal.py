"""The end after a fault of our own: no values of variables anywhere, an exit code, a file of ours."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import pytest

from reltui.config import Config
from reltui.data import reading_inbox
from reltui.data.service import DataService
from reltui.paths import under
from reltui.ui import ending
from reltui.ui.app import ReltuiApp, UiOptions
from tests.support import SHORT, config_of, serving

CANARY = "canary-4711-secret"


class FaultyApp(ReltuiApp):
    """Raises in a handler, with a secret in a local variable and in the exception itself."""

    def on_mount(self) -> None:
        super().on_mount()
        self.call_later(self.fail)

    def fail(self) -> None:
        secret = CANARY
        raise RuntimeError(f"wrong: {secret}")


class HeadlessFaultyApp(FaultyApp):
    async def run_async(self, **options: object) -> None:
        await super().run_async(headless=True)


async def test_no_local_variable_is_shown_or_written(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    service = DataService(Config(), under(tmp_path))
    options = UiOptions(state_folder=tmp_path / "state")
    code = await ending.run(HeadlessFaultyApp, service, Config(), options)
    assert code == 1
    shown = "".join(capfd.readouterr())
    assert "fault of its own (RuntimeError)" in shown
    assert CANARY not in shown
    assert "Traceback" not in shown
    (file,) = (tmp_path / "state").glob("crash-*.txt")
    assert str(file) in shown
    written = file.read_text()
    assert "in fail" in written
    assert CANARY not in written
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


class PanickedApp(ReltuiApp):
    """A thread of Textual's has ended, as it tells that: with a picture of it, and no exception."""

    async def run_async(self, **options: object) -> None:
        await super().run_async(headless=True)

    def on_mount(self) -> None:
        super().on_mount()
        self.call_later(self.panic, "drawn")


async def test_a_panic_leaves_a_report_too(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    service = DataService(Config(), under(tmp_path))
    options = UiOptions(state_folder=tmp_path / "state")
    assert await ending.run(PanickedApp, service, Config(), options) == 1
    assert "fault of its own" in "".join(capfd.readouterr())
    assert list((tmp_path / "state").glob("crash-*.txt"))


class ReadingApp(ReltuiApp):
    async def run_async(self, **options: object) -> None:
        await super().run_async(headless=True)


async def test_a_fault_in_a_background_read_ends_it_too(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError(CANARY)

    monkeypatch.setattr(reading_inbox, "read_approvals", broken)
    async with serving() as demo:
        config = config_of(demo)
        service = DataService(config, under(tmp_path), deadlines=SHORT)
        options = UiOptions(state_folder=tmp_path / "state")
        async with asyncio.timeout(60):
            assert await ending.run(ReadingApp, service, config, options) == 1
    shown = "".join(capfd.readouterr())
    assert "fault of its own (ZeroDivisionError)" in shown
    assert CANARY not in shown
    (file,) = (tmp_path / "state").glob("crash-*.txt")
    assert "in broken" in file.read_text()
