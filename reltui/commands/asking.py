"""The question to the person at the terminal; what was typed before it was asked is no answer to it."""

from __future__ import annotations

import asyncio
import os
import sys
import termios

from reltui.commands.output import Output
from reltui.commands.session import NotDone
from reltui.errors import ConfigError

LONGEST = 4096
"""Bytes of a line that a terminal gives at once."""


def need_person(yes: bool) -> None:
    """Somebody can be asked, or has said yes beforehand. Raises ConfigError."""
    if not yes and not is_there():
        raise ConfigError("There is no terminal to ask on: add --yes to decide without being asked.")


def is_there() -> bool:
    """Whether somebody can be asked: what is asked goes to standard error, the answer comes as input."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def say_after(out: Output, hold: float) -> None:
    """Say what a yes cannot undo, and for how many seconds it still can be (A19)."""
    back = f"Ctrl+C takes it back for {hold:g} s; after that it" if hold else "it"
    out.say(f"After yes: {back} cannot be taken back.")


async def ask(out: Output, question: str, wanted: str) -> None:
    """Ask for a line, and compare it with what must be typed. Raises NotDone: it is another one."""
    descriptor = sys.stdin.fileno()
    termios.tcflush(descriptor, termios.TCIFLUSH)
    out.say(f"{question} ", end="")
    loop = asyncio.get_running_loop()
    typed = asyncio.Event()
    loop.add_reader(descriptor, typed.set)
    try:
        await typed.wait()
        answer = os.read(descriptor, LONGEST)
    except OSError:
        answer = b""
    finally:
        loop.remove_reader(descriptor)
    if not answer.endswith(b"\n"):
        out.say("")
    if answer.decode("utf-8", "replace").strip() != wanted:
        raise NotDone("Not confirmed; nothing was sent.")
