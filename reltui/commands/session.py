"""A command's way from the start to the exit code: one data service, signals, closing (reliability.md E1)."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from reltui.commands.output import Output
from reltui.commands.secrets import ask
from reltui.config import Config
from reltui.crash import report
from reltui.data.confirming import server_time
from reltui.data.decision import IN_FLIGHT, Decision
from reltui.data.service import DataService
from reltui.data.topics import Broken, Changed, Event, Snapshot, Topic
from reltui.data.verdict import Timing
from reltui.errors import ReltuiError
from reltui.model.text import SafeText
from reltui.paths import Paths

T = TypeVar("T")

DONE, FAILED, WRONG_USE, NOT_SETTLED = 0, 1, 2, 3
GRACE = 10.0
"""Seconds that a decision being sent gets to come to its verdict at the end."""
AT_ONCE = 4
"""Topics that are read at the same time."""
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class NotDone(ReltuiError):
    """What was asked for did not happen; exit code 1."""


@dataclass
class Session:
    """What a command works with."""

    service: DataService
    config: Config
    out: Output
    at_end: Callable[[], None] = field(default=lambda: None)
    """Called once after the service was closed, however it ended: tells what is not told yet."""

    async def read(self, topic: Topic[T]) -> Snapshot[T]:
        """Ask for a topic once, and give what there is when the answer has come or failed."""
        ended = asyncio.Event()
        begun = False

        def listen(event: Event) -> None:
            nonlocal begun
            if event == Changed(topic):
                loading = self.service.look(topic).loading
                if begun and not loading:
                    ended.set()
                begun = begun or loading

        unsubscribe = self.service.subscribe(listen)
        self.service.watch(topic)
        try:
            await ended.wait()
        finally:
            unsubscribe()
            self.service.unwatch(topic)
        return self.service.look(topic)

    async def read_all(self, topics: Iterable[Topic[T]]) -> dict[Topic[T], Snapshot[T]]:
        """Ask for several topics, a few at a time; each once."""
        limit = asyncio.Semaphore(AT_ONCE)

        async def one(topic: Topic[T]) -> tuple[Topic[T], Snapshot[T]]:
            async with limit:
                return topic, await self.read(topic)

        return dict(await asyncio.gather(*map(one, dict.fromkeys(topics))))


def run(
    work: Callable[[Session], Awaitable[int]],
    config: Config,
    folders: Paths,
    *,
    read_only: bool,
    decides: bool = False,
    hold: float = 0.0,
    signs_in: bool = True,
    others_will_do: bool = False,
) -> int:
    """Do a command's work on a data service of its own; returns the exit code. Raises ReltuiError.

    `decides`: it may write, so what earlier runs left open is settled, and told, first. `hold`: seconds for
    which its decisions can be taken back. `signs_in`: it asks for secrets that must be typed;
    `others_will_do`: without a terminal it does what it can on the other profiles. The codes after a signal
    are 130, 143 and 129.
    """
    typed = ask(config, others_will_do=others_will_do) if signs_in else {}
    return asyncio.run(_run(work, config, folders, typed, read_only=read_only, decides=decides, hold=hold))


async def _run(
    work: Callable[[Session], Awaitable[int]],
    config: Config,
    folders: Paths,
    typed: Mapping[str, str],
    *,
    read_only: bool,
    decides: bool,
    hold: float,
) -> int:
    loop = asyncio.get_running_loop()
    service = DataService(config, folders, read_only=read_only, timing=Timing(hold=hold))
    session = Session(service, config, Output())

    def fault(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseException):
            session.out.say(report(error, folders.state))

    loop.set_exception_handler(fault)

    async def begin() -> int:
        for name, secret in typed.items():
            # What is in the way is told by the first reading.
            with suppress(ReltuiError):
                await service.sign_in(name, secret)
        await service.start(settle=decides)
        for notice in service.notices:
            session.out.say(f"reltui: {notice}")
        return await work(session)

    task = loop.create_task(begin())
    stopped: list[int] = []
    broken: list[BaseException] = []

    def heard(event: Event) -> None:
        if isinstance(event, Broken):
            broken.append(event.error)
            task.cancel()

    service.subscribe(heard)

    def stop(number: signal.Signals) -> None:
        stopped.append(number)
        if number is signal.SIGINT:
            _take_back(service)
        task.cancel()

    for number in SIGNALS:
        loop.add_signal_handler(number, stop, number)
    try:
        code = await task
    except asyncio.CancelledError:
        if broken:
            session.out.say(report(broken[0], folders.state))
        elif not stopped:
            raise
        code = 128 + stopped[0] if stopped else FAILED
    finally:
        # Nothing may cut off what is being sent: from here on these signals only wait with us.
        for number in SIGNALS:
            loop.add_signal_handler(number, lambda: None)
        await _close(session)
    return FAILED if session.out.failed and code == DONE else code


def _take_back(service: DataService) -> None:
    while service.outbox.take_back() is not None:
        pass


async def _close(session: Session) -> None:
    outbox = session.service.outbox
    moving = [d for d in outbox.decisions() if d.state in IN_FLIGHT and not d.inherited]
    if moving:
        names = ", ".join(f"{d.verb} {d.title}" for d in moving)
        session.out.say(f"Waiting up to {GRACE:.0f} s for: {names}")
    await session.service.close(GRACE)
    for decision in reversed(outbox.decisions()):
        if decision.inherited:
            session.out.say(f"reltui: of an earlier run: {verdict_line(decision)}")
    session.at_end()


def verdict_line(decision: Decision) -> SafeText:
    """How a decision ended, or where it is, in one line."""
    tail = f": {decision.sentence}" if decision.sentence else "."
    return SafeText(f"{decision.state}: {decision.verb} {decision.title}{tail}")


def failures(snapshot: Snapshot[Any]) -> Sequence[str]:
    """Why a reading gave nothing, in sentences."""
    return [str(problem.sentence) for problem in snapshot.problems] or ["The server gave no answer."]


def now_at(session: Session, server: str) -> datetime:
    """The time by a server's clock, as far as that is known: waiting and expiry are counted by it."""
    return server_time(session.service.server(server), datetime.now(UTC))
