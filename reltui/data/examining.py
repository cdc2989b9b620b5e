"""What works and what does not: the findings of `reltui doctor`, section by section.

Each check is a function that gives a finding, of facts where it can be (`examining_machine`), and within a
deadline where it asks something outside (`examining_server`). Nothing here writes to a server.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import TypeVar

from reltui.errors import ReltuiError
from reltui.model.text import SafeText
from reltui.model.values import dataclass

T = TypeVar("T")

LOCAL_SECONDS = 5.0
"""How long the files and the name service of this machine may take."""


class Health(StrEnum):
    """How a thing was found."""

    OK = "ok"
    WARN = "warn"
    """It works, and something about it will be missed, or will end soon."""
    BAD = "bad"
    """It has to be repaired before this works."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check and what came of it."""

    name: str
    """Stable: scripts look for it."""
    health: Health
    found: SafeText
    """What was found, without a full stop."""
    todo: SafeText = SafeText("")
    """What to do about it; empty where nothing is to be done."""
    is_skipped: bool = False
    """Not examined, because of another finding of its section."""


@dataclass(frozen=True, slots=True)
class Section:
    """What belongs together: the configuration, one server, the folders, the terminal."""

    name: str
    """configuration, server, folders, terminal."""
    subject: SafeText
    """The name of the profile, of a server."""
    place: SafeText
    """Which file, address or terminal it is about."""
    findings: tuple[Finding, ...]

    @property
    def bad(self) -> tuple[Finding, ...]:
        """What has to be repaired."""
        return tuple(finding for finding in self.findings if finding.health is Health.BAD)


def ok(name: str, found: str) -> Finding:
    """It works."""
    return Finding(name, Health.OK, SafeText(found))


def warn(name: str, found: str, todo: str = "") -> Finding:
    """It works, but."""
    return Finding(name, Health.WARN, SafeText(found), SafeText(todo))


def bad(name: str, found: str, todo: str) -> Finding:
    """It does not work."""
    return Finding(name, Health.BAD, SafeText(found), SafeText(todo))


def unknown(name: str, found: str, todo: str = "") -> Finding:
    """It cannot be told."""
    return Finding(name, Health.UNKNOWN, SafeText(found), SafeText(todo))


def in_order(names: Sequence[str], found: Iterable[Finding], reason: str = "") -> tuple[Finding, ...]:
    """A finding for every name; what was not examined says what stood in its way, or else the reason."""
    known = {finding.name: finding for finding in found}
    first = next((name for name in names if name in known and known[name].health is Health.BAD), "")
    reason = f"not examined: first repair {first}" if first else reason or "not examined"
    return tuple(
        known.get(name) or Finding(name, Health.UNKNOWN, SafeText(reason), is_skipped=True) for name in names
    )


def verdict(sections: Iterable[Section]) -> Health:
    """The worst of all; what is not known does not count."""
    states = {finding.health for section in sections for finding in section.findings}
    return next((health for health in (Health.BAD, Health.WARN) if health in states), Health.OK)


def words_of(error: ReltuiError) -> str:
    """An error as a finding tells it: without its full stop."""
    return str(error).removesuffix(".")


async def aside(work: Callable[[], T], seconds: float = LOCAL_SECONDS) -> T:
    """Do what may hang, such as a look into a folder on a network, in a thread that nobody waits for.

    Raises TimeoutError, and what the work raises.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def tell(result: T | None, error: Exception | None) -> None:
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(result)  # type: ignore[arg-type]  # of the work, where there is no error

    def run() -> None:
        try:
            result, error = work(), None
        except Exception as raised:  # the last resort: it is raised again where the answer is waited for
            result, error = None, raised
        if not loop.is_closed():
            loop.call_soon_threadsafe(tell, result, error)

    # A daemon, so that one that hangs does not keep the program from ending.
    threading.Thread(target=run, name="examine", daemon=True).start()
    async with asyncio.timeout(seconds):
        return await answer
