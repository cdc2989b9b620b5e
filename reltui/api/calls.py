"""How a call is made: its version, its filters, its answer; the base of all groups of calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from reltui.api import older
from reltui.api.endpoints import ENDPOINTS, GENERATIONS, Endpoint, version_of
from reltui.api.paging import Ask
from reltui.api.transport import Answer, Transport
from reltui.errors import ApiError, Lacking, Malformed
from reltui.model.decode import loads
from reltui.model.generations import is_before, is_older, title
from reltui.model.values import dataclass

T = TypeVar("T")

Parts = Mapping[str, str | int]
"""What fills the names in the path of a call."""
NOTHING: Mapping[str, str] = MappingProxyType({})
VARIABLES_SINCE = "server-2019"
"""The first generation that takes other values of variables for one release or deployment."""


@dataclass(frozen=True, slots=True)
class Got(Generic[T]):
    """One object: read, and as it came."""

    value: T
    raw: object
    activity: str


class Calls:
    """One server and the versions that it understands. Each group of calls is a class on top of this."""

    def __init__(self, transport: Transport, generation: str = "") -> None:
        """Raises ValueError: there is no such generation."""
        if generation and generation not in GENERATIONS:
            raise ValueError(f"unknown generation {generation!r}")
        self.transport = transport
        self.generation = generation
        """Decides the versions and the shapes that are sent; empty until it is known."""
        self._release_of: dict[int, int] = {}
        """Approval to release, as lists have told, for servers before 4.0."""

    async def close(self) -> None:
        """Close every connection."""
        await self.transport.close()

    def _asking(self, name: str, path: Parts, query: Mapping[str, str], *, is_narrow: bool = False) -> Ask:
        """`is_narrow`: by its filters it is, as `Endpoint.is_narrow` says of all of a kind."""

        async def ask(page: Mapping[str, str]) -> Answer:
            return await self._call(name, path, {**query, **page}, is_narrow=is_narrow)

        return ask

    async def _call(
        self,
        name: str,
        path: Parts = NOTHING,
        query: Mapping[str, str] = NOTHING,
        *,
        body: object = None,
        is_narrow: bool = False,
    ) -> Answer:
        """Make a call. Raises Lacking, nothing sent: this generation does not have it."""
        endpoint = replace(ENDPOINTS[name], is_narrow=True) if is_narrow else ENDPOINTS[name]
        asked = self._asked(endpoint, query)
        if self.is_older and body is not None:
            body = older.sent(name, body, self.generation)
        answer = await self.transport.call(endpoint, path=path, query=asked, body=body)
        return older.read(name, answer) if self.is_older else answer

    def _variables(self, variables: Mapping[str, str]) -> Mapping[str, Mapping[str, Mapping[str, str]]]:
        """The member that overrides variables; none when there are none.

        Raises Lacking: an older server would pass over them and take the usual values (api.md 2.6).
        """
        if variables and is_before(self.generation, VARIABLES_SINCE):
            raise Lacking(f"{title(self.generation)} takes no other values of variables for one release.")
        return (
            {"variables": {name: {"value": value} for name, value in variables.items()}} if variables else {}
        )

    @property
    def is_older(self) -> bool:
        """The server is from before 4.0: other shapes and fewer calls (api.md 2.6)."""
        return is_older(self.generation)

    def _asked(self, endpoint: Endpoint, query: Mapping[str, str]) -> Mapping[str, str]:
        """The query as it goes out. An empty parameter is not the same as none (api.md 8 #19)."""
        version = version_of(endpoint, self.generation)
        if self.is_older:
            query = older.asked(endpoint.name, query, self.generation)
        asked = {key: value for key, value in query.items() if value}
        if version:
            asked["api-version"] = version
        return asked


def got(answer: Answer, read: Callable[[Any], T]) -> Got[T]:
    """The object of an answer. Raises Malformed, with what the server said about the call."""
    try:
        return Got(read(answer.data), answer.data, answer.activity)
    except ApiError as error:
        error.status, error.activity = answer.status, answer.activity
        raise


def got_of_text(answer: Answer, read: Callable[[Any], T]) -> Got[T]:
    """The object of an answer that is JSON sent as text. Raises Malformed."""
    data = answer.data if isinstance(answer.data, bytes) else b""
    try:
        raw = loads(data)
    except Malformed as error:
        raise Malformed(str(error), status=answer.status, activity=answer.activity) from None
    return got(replace(answer, data=raw), read)


def within(project_id: str, **ids: str | int) -> Parts:
    """The parts of a path below a project."""
    return {"project": project_id, **ids}


def sent_moment(moment: datetime | None) -> str:
    """A moment as the server reads it; empty for none."""
    return "" if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The items in order, so many at a time, so that an address stays short."""
    return (items[at : at + size] for at in range(0, len(items), size))
