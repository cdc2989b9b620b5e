"""The application on two little terminals: one shows what Textual writes, the other what our driver writes.

After every frame their cells are compared.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

from textual import events
from textual.geometry import Size
from textual.keys import _character_to_key
from textual.pilot import Pilot

from reltui.data.service import DataService
from reltui.paths import under
from reltui.ui.app import ReltuiApp, UiOptions
from reltui.ui.driver import FRAME_END, GuardedDriver
from reltui.ui.wire.guard import OutputGuard, is_frame
from reltui.ui.writer import Writer
from tests.emulator import RUBBISH, Emulator
from tests.support import FAST, SHORT, config_of, serving
from tests.ui.screen_text import settled

PATIENCE = 60.0
"""Seconds for all of a screen to be drawn, which takes a blink but on a busy machine."""


class Paper:
    """In place of the thread that writes to a terminal."""

    takes_frames = True

    def __init__(self, driver: ComparedDriver) -> None:
        self._driver = driver

    def put(self, text: str) -> bool:
        """Show what is for the screen; bell, titles and the clipboard change no cell."""
        if not text.startswith(("\x1b]", "\x07", "\x1b[22;2t")):
            self._driver.size += len(text.encode())
            self._driver.ours.feed(text)
        return True

    def finish(self) -> None:
        """Nothing waits."""


class ComparedDriver(GuardedDriver):
    """Our driver, without a real terminal."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.stock, self.ours = Emulator(0, 0), Emulator(0, 0)
        self.stock_size = self.size = 0
        """Bytes that were written to each."""
        self.frames = 0
        self.repaints = 0
        self.faults: list[str] = []
        self._stock_guard = OutputGuard()
        self._writer = cast("Writer", Paper(self))

    def write(self, data: str) -> None:
        """Show it on both terminals, and compare them."""
        if self._app.size != (self.stock.width, self.stock.height):
            self.new_terminals()
        if is_frame(data):
            self.stock_size += len(data.encode())
            self.stock.feed(self._stock_guard.passed(data))
        super().write(data)
        if not self._is_drawing and (is_frame(data) or data == FRAME_END):
            self.frames += 1
            self._compare(data)

    def new_terminals(self) -> None:
        """As after a change of size: nothing is left of what stood there."""
        width, height = self._app.size
        self.stock, self.ours = Emulator(width, height), Emulator(width, height)

    def rubbish(self) -> int:
        """Cells that were never drawn."""
        return sum(row.count(RUBBISH) for row in self.stock.rows)

    def _repaint_at_times(self) -> None:
        self.repaints += 1
        super()._repaint_at_times()

    def _compare(self, data: str) -> None:
        if len(self.faults) > 3:
            return
        for y, (stock, ours) in enumerate(zip(self.stock.rows, self.ours.rows, strict=True)):
            if stock == ours:
                continue
            for x, (wanted, found) in enumerate(zip(stock, ours, strict=True)):
                if wanted == found or wanted is RUBBISH:
                    continue
                if wanted.seen() != found.seen():
                    self.faults.append(f"frame {self.frames}: {found} for {wanted} at {x}, {y}: {data!r}")
                    return
        if (self.stock.x, self.stock.y) != (self.ours.x, self.ours.y):
            self.faults.append(f"frame {self.frames}: the cursor is elsewhere: {data!r}")

    def start_application_mode(self) -> None:
        """Tell the size; there is nothing to take."""
        assert self._size is not None
        size = Size(*self._size)
        event = events.Resize(size, size)
        asyncio.run_coroutine_threadsafe(self._app._post_message(event), loop=self._loop)

    def stop_application_mode(self) -> None:
        """There is nothing to restore."""

    def disable_input(self) -> None:
        """Nobody types."""


class Compared:
    """What a test holds on to."""

    def __init__(self, app: ReltuiApp, pilot: Pilot[str]) -> None:
        self.app = app
        self.pilot = pilot
        self.screens: Counter[str] = Counter()
        """How often each kind of screen was there at a key."""
        self.resizes = 0

    @property
    def driver(self) -> ComparedDriver:
        """The driver, with both terminals."""
        assert isinstance(self.app.driver, ComparedDriver)
        return self.app.driver

    async def press(self, key: str) -> None:
        """Press a key and give it a frame's time."""
        is_character = len(key) == 1
        name = _character_to_key(key) if is_character and not key.isalnum() else key
        self.app.post_message(events.Key(name, key if is_character else None))
        await asyncio.sleep(1 / 60)
        self.screens[type(self.app.screen).__name__] += 1

    async def resize(self, width: int, height: int) -> None:
        """Another size; all of the screen is drawn anew."""
        self.resizes += 1
        await self.pilot.resize_terminal(width, height)
        await self._whole()

    async def lose(self) -> None:
        """All of the screen is lost, as to another program, and drawn anew."""
        self.driver.new_terminals()
        self.app.repaint()
        await self._whole()

    async def _whole(self) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            await self.pilot.pause(0.02)
            if self.driver.stock.width == self.app.size.width and not self.driver.rubbish():
                return
        raise AssertionError(f"{self.driver.rubbish()} cells were not drawn:\n{self.driver.stock.text()}")


@asynccontextmanager
async def compared(
    folder: Path,
    *,
    size: tuple[int, int],
    faults: tuple[str, ...] = (),
    marked: bool = False,
    ascii_: bool = False,
) -> AsyncIterator[Compared]:
    """The application on an embedded server; `marked`: its terminal knows mode 2026."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTSTP, signal.SIGCONT)}
    try:
        async with serving(*faults) as demo:
            config = config_of(demo)
            service = DataService(config, under(folder), timing=FAST, deadlines=SHORT)
            app = ReltuiApp(service, config, UiOptions(ascii=ascii_))
            app.driver_class = ComparedDriver
            app._sync_available = marked
            app.guard.quiet_seconds = 0.0
            try:
                async with app.run_test(headless=False, size=size) as pilot:
                    await settled(pilot, "projects ok")
                    yield Compared(app, pilot)
            finally:
                await service.close(grace=5.0)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
