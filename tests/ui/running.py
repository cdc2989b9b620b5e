"""The application on a real service on an embedded server, driven by Pilot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from reltui.api import pace
from reltui.data.service import DataService
from reltui.data.verdict import Timing
from reltui.demo.server import RunningDemo
from reltui.paths import under
from reltui.ui.app import ReltuiApp, UiOptions
from tests.support import FAST, SHORT, config_of, serving
from tests.ui.screen_text import settled, text

LONG_HOLD = Timing(hold=60.0)
"""A decision stays held for as long as a test takes."""


@dataclass
class Running:
    """What a test holds on to."""

    app: ReltuiApp
    pilot: Pilot[str]
    service: DataService
    demo: RunningDemo

    @property
    def text(self) -> str:
        """The screen."""
        return text(self.app)

    async def press(self, *keys: str) -> str:
        """Press keys with a person's leisure: after the screen has rested."""
        await self.rest()
        await self.pilot.press(*keys)
        await self.pilot.pause()
        return self.text

    async def confirm(self, key: str = "y") -> str:
        """Press a key that stands alone, and wait until it was found to."""
        await self.press(key)
        await self.pilot.pause(self.app.guard.follow_seconds + 0.03)
        return self.text

    async def rest(self) -> None:
        """Wait until verbs and confirmations count again."""
        await self.pilot.pause(self.app.guard.quiet_seconds + 0.02)

    async def see(self, wanted: str) -> str:
        """Wait for a text."""
        return await settled(self.pilot, wanted)

    async def row(self) -> str:
        """The line under the cursor, once there is one."""
        for _ in range(2000):
            found = [line for line in self.text.splitlines() if line.startswith(">")]
            if found:
                return found[0]
            await self.pilot.pause(0.02)
        raise AssertionError(f"no row on:\n{self.text}")

    async def point_at(self, wanted: str) -> None:
        """Move the cursor down to the row with a text."""
        for _ in range(60):
            if any(line.startswith(">") and wanted in line for line in self.text.splitlines()):
                return
            await self.pilot.press("j")
            await self.pilot.pause()
        raise AssertionError(f"no row with {wanted!r} in:\n{self.text}")


@asynccontextmanager
async def running(
    folder: Path,
    *,
    size: tuple[int, int] = (80, 24),
    timing: Timing = FAST,
    options: UiOptions | None = None,
    read_only: bool = False,
    protected: tuple[str, ...] = ("PROD*",),
    demo_options: dict[str, Any] | None = None,
    quiet: float = 0.05,
    deadlines: pace.Timing = SHORT,
) -> AsyncIterator[Running]:
    """The application at its first whole inbox; verbs rest for `quiet` seconds after a change of screen."""
    async with serving(**(demo_options or {})) as demo:
        config = config_of(demo, protected=protected)
        service = DataService(config, under(folder), read_only=read_only, timing=timing, deadlines=deadlines)
        app = ReltuiApp(service, config, options or UiOptions())
        app.guard.quiet_seconds = quiet
        try:
            async with app.run_test(size=size) as pilot:
                await settled(pilot, "projects ok")
                await settled(pilot, "6/6")
                yield Running(app, pilot, service, demo)
        finally:
            await service.close(grace=5.0)
