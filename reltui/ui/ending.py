"""From the start to the exit code: signals, faults of our own, and closing the service at the end."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from reltui.config import Config
from reltui.crash import report
from reltui.data.decision import IN_FLIGHT, State
from reltui.data.service import DataService
from reltui.data.stopped import note_stopped
from reltui.data.topics import Broken, Event
from reltui.model.words import within
from reltui.ui.letters import ascii_only
from reltui.ui.options import UiOptions
from reltui.ui.writer import Writer

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp

GRACE = 10.0
"""Seconds that a decision being sent gets to finish at the end."""
CRASHED = 1
NOT_SETTLED = 3
SIGNALS = {
    getattr(signal, name): code for name, code in (("SIGTERM", 143), ("SIGHUP", 129)) if hasattr(signal, name)
}
"""Not every system has both."""
CONFIGURED = "configured"
"""What the welcome screen returns when it has written a configuration."""
DEMO = "demo"
"""What the welcome screen returns to have the demo started."""


async def run(
    make: Callable[[DataService, Config, UiOptions], ReltuiApp],
    service: DataService,
    config: Config,
    options: UiOptions,
) -> int:
    """Run the application, and then what was chosen on its welcome screen; returns the exit code."""
    typed_secret = ("", "")
    while True:
        app = make(service, config, options)
        app.typed_secret = typed_secret
        code = await _run_one(app, service, options)
        typed_secret = app.typed_secret
        if app.return_value == DEMO and options.start_demo is not None:
            _tell("Starting the demo ...", options.ascii)
            service, config = await options.start_demo()
        elif app.return_value == CONFIGURED and options.start_configured is not None:
            service, config = await options.start_configured()
        else:
            return code
        # What was opened once is not opened again, nor on another server.
        options = replace(options, link="")


async def _run_one(app: ReltuiApp, service: DataService, options: UiOptions) -> int:
    loop = asyncio.get_running_loop()
    by_signal: list[int] = []
    begun = time.time()

    def end(number: signal.Signals) -> None:
        by_signal.append(SIGNALS[number])
        app.exit(return_code=SIGNALS[number])

    def heard(event: Event) -> None:
        if isinstance(event, Broken):
            app.crash = app.crash or event.error
            app.panic()

    with suppress(NotImplementedError):  # of loops of Windows
        for number in SIGNALS:
            loop.add_signal_handler(number, end, number)
    service.subscribe(heard)
    try:
        await app.run_async(mouse=options.mouse)
    finally:
        # Nothing may cut off what is being sent: from here on these signals only wait with us.
        with suppress(NotImplementedError):
            for number in (*SIGNALS, signal.SIGINT):
                loop.add_signal_handler(number, lambda: None)
        code = by_signal[0] if by_signal else app.return_code or 0
        code = await _put_in_order(app, service, options, begun, code)
        with suppress(NotImplementedError):
            for number in (*SIGNALS, signal.SIGINT):
                loop.remove_signal_handler(number)
    return code


async def _put_in_order(
    app: ReltuiApp, service: DataService, options: UiOptions, begun: float, code: int
) -> int:
    """Close all after the screens, keep what the next start asks for, and tell the person; the exit code."""
    if options.shown is not None:
        options.shown.give_back()
    if app.crash is not None:
        code = CRASHED
        _tell(report(app.crash, options.state_folder), options.ascii)
    settled = await _close(service, options.ascii)
    _tell_unsaved(service, begun, options.ascii)
    if options.state_folder is not None:
        note_stopped(options.state_folder, app.stopped)
    if app.crash is None:
        app.first_look.keep()
    return NOT_SETTLED if code == 0 and not settled else code


async def _close(service: DataService, ascii: bool) -> bool:
    """Close the service and tell what did not land; False when a decision of this run is not settled."""
    moving = [d for d in service.outbox.decisions() if d.state in IN_FLIGHT]
    if moving:
        names = ", ".join(f"{d.verb} {d.title}" for d in moving)
        _tell(f"Waiting up to {GRACE:.0f} s for: {names}", ascii)
    await service.close(GRACE)
    lines: list[str] = []
    ours = [decision for decision in service.outbox.decisions() if not decision.inherited]
    for decision in reversed(ours):
        if decision.state is not State.LANDED:
            tail = f": {decision.sentence}" if decision.sentence else ""
            lines.append(f"{decision.state}: {decision.verb} {decision.title}{tail}")
    if lines:
        _tell("\n".join(lines), ascii)
    return all(not decision.is_open for decision in ours)


def _tell_unsaved(service: DataService, begun: float, ascii: bool) -> None:
    """Name the definitions that were edited in this run and not saved."""
    names = [within(edit.name) for edit in service.edits.load() if edit.at >= begun]
    if names:
        _tell(f"Not saved, but kept: {', '.join(names)}; :unsaved in reltui goes on with it.", ascii)


def _tell(sentence: str, ascii: bool) -> None:
    """Print to the restored terminal; it may be gone, or take nothing."""
    if sys.__stderr__ is not None:
        writer = Writer(sys.__stderr__)
        writer.start()
        writer.put(f"{ascii_only(sentence) if ascii else sentence}\n")
        writer.finish(with_frames=True)
