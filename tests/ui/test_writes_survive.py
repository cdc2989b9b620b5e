"""A write in a Textual program dies with the screen, a refresh or an error elsewhere (reliability.md M4).

Ours must not. The fourth case, the terminal that hangs up, is in tests/terminal/test_endings.py.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from reltui.config import Config
from reltui.data.decision import Draft, State, Verb
from reltui.data.service import DataService
from reltui.paths import under
from reltui.ui import ending
from reltui.ui.app import ReltuiApp, UiOptions
from tests.support import (
    FAST,
    SHORT,
    config_of,
    ledger,
    reached,
    received,
    row_for_me,
    serving,
    set_faults,
    verdict,
)
from tests.ui.running import running

PATIENT = replace(FAST, give_up=60.0)


@pytest.fixture(autouse=True)
def no_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """The end waits for a verdict as long as a busy machine takes."""
    monkeypatch.setattr(ending, "GRACE", 60.0)


def _draft(row: object) -> Draft:
    from reltui.data.topics import InboxRow

    assert isinstance(row, InboxRow)
    return Draft(Verb.APPROVE, row.server, row.project.name, row.project, row.approval, "go")


async def test_refreshing_and_leaving_the_screen(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        row = await row_for_me(run.service)
        set_faults(run.demo, "srv-02:method=PATCH,times=1")
        decision = run.service.outbox.submit(_draft(row))
        await reached(run.service, decision, State.SENDING)
        for key in ("r", "2", "r", "3", "1", "enter", "escape", "r"):
            await run.pilot.press(key)
        assert (await verdict(run.service, decision)).state is State.LANDED
        assert len(await ledger(run.demo)) == 1


async def _end_while_sending(folder: Path, make: type[ReltuiApp]) -> tuple[int, State, int]:
    """Run to the end of the program; its code, the verdict, and how often the server was told."""
    async with serving() as demo:
        config = config_of(demo)
        service = DataService(config, under(folder), timing=PATIENT, deadlines=SHORT)
        options = UiOptions(state_folder=folder / "state")
        program = asyncio.create_task(ending.run(make, service, config, options))
        row = await row_for_me(service)
        set_faults(demo, "srv-02:method=PATCH,times=1")
        decision = service.outbox.submit(_draft(row))
        await received(demo)
        EndingApp.end.set()
        code = await program
        return code, service.outbox.get(decision.id).state, len(await ledger(demo))


class EndingApp(ReltuiApp):
    """Ends when a test says so."""

    end: asyncio.Event

    def __init__(self, service: DataService, config: Config, options: UiOptions) -> None:
        super().__init__(service, config, options)
        EndingApp.end = asyncio.Event()

    async def run_async(self, **options: object) -> None:
        await super().run_async(headless=True)

    def on_mount(self) -> None:
        super().on_mount()
        self.run_worker(self._wait())

    async def _wait(self) -> None:
        await self.end.wait()
        self.exit()


class FailingApp(EndingApp):
    """Fails when a test says so."""

    async def _wait(self) -> None:
        await self.end.wait()
        raise ZeroDivisionError


async def test_the_end_of_the_application(tmp_path: Path) -> None:
    assert await _end_while_sending(tmp_path, EndingApp) == (0, State.LANDED, 1)


async def test_an_error_elsewhere(tmp_path: Path) -> None:
    assert await _end_while_sending(tmp_path, FailingApp) == (1, State.LANDED, 1)
