"""The fault catalogue (reliability.md section 2): parsing of specs, matching, and the one table.

A spec is `NAME[:key=value,...]` or an object with `name`. NAME is the id (`srv-02`) or the name
(`land-then-hang`). Arguments every fault takes: `route` (substring of the path, case ignored), `method`,
`nth` (only the nth match, from 1), `p` (probability), `seed`, `times` (how many matches, default all or
what the table says). Each fault names its own further arguments in the table.
"""

from __future__ import annotations

import random
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reltui.demo.connection import Call
    from reltui.demo.messages import Answer, Request
    from reltui.demo.service import Service

Proceed = Callable[[], Awaitable["Answer"]]
Act = Callable[["Situation"], Awaitable["Answer"]]
Argument = float | str


PHASES = {
    "read": r"GET /approvals/\d+$",
    "list": r"GET /approvals$",
    "write": r"PATCH /approvals(/\d+)?$",
}
"""When a change by somebody else happens: just before a read, a list, or a write of approvals."""


class FaultError(ValueError):
    """A spec that names no known fault or a wrong argument; the text says what is allowed."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of the catalogue."""

    id: str
    name: str
    act: Act
    does: str
    """One line for the listing of faults."""
    on: str = "any"
    """`writes`, or methods joined by `|` (`any` for all), a blank, and a pattern that the path must hold.

    For a fault with a `phase` argument, that decides instead.
    """
    arguments: Mapping[str, Argument] = field(default_factory=dict)
    """Its own arguments with their defaults; the default's type is the argument's type."""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The values that some of its arguments may have."""
    times: int = 0
    """How many matches by default; 0 means all."""
    phases: Mapping[str, str] = field(default_factory=lambda: PHASES)
    """What its `phase` argument may be, and what that matches."""
    opens: bool = False
    """It decides who is signed in, in place of the key."""
    ready: Callable[[], object] = lambda: None
    """Raises FaultError: something that it takes is not installed."""


@dataclass(slots=True)
class Fault:
    """One fault that is switched on, with its counts."""

    kind: Kind
    arguments: dict[str, Argument]
    route: str = ""
    method: str = ""
    nth: int = 0
    times: int = 0
    probability: float = 1.0
    dice: random.Random = field(default_factory=lambda: random.Random(1))
    matched: int = 0
    memory: dict[str, Any] = field(default_factory=dict)
    """What a fault keeps from one request to the next."""

    def takes(self, request: Request) -> bool:
        """Whether this request is hit; counts the match."""
        if not self._matches(request):
            return False
        if self.probability < 1.0 and self.dice.random() >= self.probability:
            return False
        self.matched += 1
        if self.nth:
            return self.matched == self.nth
        return not self.times or self.matched <= self.times

    def _matches(self, request: Request) -> bool:
        if self.method and request.method != self.method:
            return False
        if self.route and self.route not in request.target.lower():
            return False
        method, _, part = self.kind.phases.get(str(self.arguments.get("phase")), self.kind.on).partition(" ")
        if method == "writes":
            return request.is_write
        fits = method == "any" or request.method in method.split("|")
        return fits and bool(re.search(part, request.path.lower()))

    def number(self, name: str) -> float:
        """A numeric argument."""
        return float(self.arguments[name])

    def text(self, name: str) -> str:
        """A text argument."""
        return str(self.arguments[name])

    def describe(self) -> dict[str, Any]:
        """The wire form of an active fault."""
        return {
            "id": self.kind.id,
            "name": self.kind.name,
            "route": self.route,
            "method": self.method,
            "nth": self.nth,
            "times": self.times,
            "p": self.probability,
            "matched": self.matched,
            **self.arguments,
        }


@dataclass(slots=True)
class Situation:
    """What a fault acts on: the call, how to go on with it, and the server behind it."""

    fault: Fault
    call: Call
    proceed: Proceed
    service: Service

    @property
    def request(self) -> Request:
        """The request of the call."""
        return self.call.request


_COMMON = ("route", "method", "nth", "times", "p", "seed")


def catalogue() -> dict[str, Kind]:
    """Every fault by id and by name."""
    from reltui.demo import (
        faults_archive,
        faults_content,
        faults_definitions,
        faults_sign_in,
        faults_wire,
        faults_world,
        tls,
    )

    modules = (
        faults_wire,
        faults_archive,
        faults_content,
        faults_world,
        faults_definitions,
        faults_sign_in,
        tls,
    )
    kinds = [kind for module in modules for kind in module.KINDS]
    return {key: kind for kind in kinds for key in (kind.id, kind.name)}


def parse(spec: str | Mapping[str, Any]) -> Fault:
    """One fault from its spec. Raises FaultError."""
    given = _pairs(spec) if isinstance(spec, str) else {str(key): value for key, value in spec.items()}
    name = str(given.pop("name", ""))
    kinds = catalogue()
    if name not in kinds:
        known = ", ".join(sorted({f"{kind.id} {kind.name}" for kind in kinds.values()}))
        raise FaultError(f"There is no fault {name!r}. Known: {known}.")
    kind = kinds[name]
    kind.ready()
    arguments = dict(kind.arguments)
    fault = Fault(kind, arguments, times=kind.times)
    for key, value in given.items():
        try:
            _set(fault, key, value)
        except FaultError:
            raise
        except (TypeError, ValueError) as error:
            raise FaultError(f"{kind.name}: {key}={value!r} is not of the right type.") from error
    return fault


def parse_all(specs: Iterable[str | Mapping[str, Any]]) -> list[Fault]:
    """Faults from their specs, in order; the first is the outermost."""
    return [parse(spec) for spec in specs]


def _pairs(spec: str) -> dict[str, Any]:
    name, _, rest = spec.partition(":")
    pairs: dict[str, Any] = {}
    for part in rest.split(",") if rest else ():
        key, equals, value = part.partition("=")
        if not equals:
            raise FaultError(f"{spec!r}: {part!r} is not of the form key=value.")
        pairs[key.strip()] = value.strip()
    pairs["name"] = name.strip()
    return pairs


def _set(fault: Fault, key: str, value: Any) -> None:
    if key == "route":
        fault.route = str(value).lower()
    elif key == "method":
        fault.method = str(value).upper()
    elif key == "nth":
        fault.nth = int(value)
    elif key == "times":
        fault.times = int(value)
    elif key == "p":
        fault.probability = float(value)
        if not 0.0 <= fault.probability <= 1.0:
            raise FaultError(f"{fault.kind.name}: p={value!r} is not between 0 and 1.")
    elif key == "seed":
        fault.dice = random.Random(int(value))
    elif key in fault.arguments:
        default = fault.kind.arguments[key]
        fault.arguments[key] = float(value) if isinstance(default, float) else str(value)
        choices = fault.kind.choices.get(key)
        if choices and str(value) not in choices:
            raise FaultError(f"{fault.kind.name}: {key}={value!r} is none of {', '.join(choices)}.")
    else:
        allowed = ", ".join((*_COMMON, *fault.kind.arguments))
        raise FaultError(f"{fault.kind.name} has no argument {key!r}. Allowed: {allowed}.")
