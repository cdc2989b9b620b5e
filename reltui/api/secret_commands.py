"""A program that prints a secret: run without a shell, for a limited time, and left with nothing open."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from typing import cast

from reltui.config import child_environment
from reltui.errors import ConfigError
from reltui.model.text import clean

LAST_WORDS = 0.5
"""Seconds for what a program has printed just before its end. What it has left running, such as an agent, may
keep the pipe open and is not waited for."""


class _Printed(asyncio.SubprocessProtocol):
    """The beginning of what a program prints, and its end."""

    def __init__(self, maximum: int) -> None:
        self.text = b""
        self.has_ended = asyncio.Event()
        self.is_closed = asyncio.Event()
        self._maximum = maximum

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        self.text = (self.text + data)[: self._maximum]

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        self.is_closed.set()

    def process_exited(self) -> None:
        self.has_ended.set()


def _at_home(command: tuple[str, ...]) -> tuple[str, ...]:
    """A command whose program may be in the person's own folder."""
    return (os.path.expanduser(command[0]), *command[1:])


async def printed_by(
    command: tuple[str, ...], withheld: frozenset[str], seconds: float, maximum: int
) -> bytes:
    """The first `maximum` bytes of what a program prints; it sees none of the variables `withheld`.

    It has a session of its own, so that all of it can be ended. Raises ConfigError: it cannot be started,
    does not end in time, or fails.
    """
    name = clean(command[0], limit=200)
    try:
        transport, printed = await asyncio.get_running_loop().subprocess_exec(
            lambda: _Printed(maximum),
            *_at_home(command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=child_environment(withheld),
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "its name or arguments cannot be used"
        raise ConfigError(f"The secret command {name} cannot be started: {why}.") from None
    try:
        async with asyncio.timeout(seconds):
            await printed.has_ended.wait()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS):
                await printed.is_closed.wait()
    except TimeoutError:
        raise ConfigError(
            f"The secret command {name} did not end within {seconds:g} seconds; "
            "run it by hand to see what it waits for."
        ) from None
    finally:
        if not printed.has_ended.is_set():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(transport.get_pid(), signal.SIGKILL)
            await asyncio.shield(printed.has_ended.wait())
        transport.close()
    status = cast(int, transport.get_returncode())
    if status < 0:
        raise ConfigError(
            f"The secret command {name} was ended by signal {-status}; run it by hand to see why."
        )
    if status != 0:
        raise ConfigError(
            f"The secret command {name} failed with exit status {status}; run it by hand to see why."
        )
    return printed.text
