"""Looks for `reltui doctor`: name and connection, where nothing is sent, and reads for their own sake."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import Iterable
from urllib.parse import urlsplit

from reltui.api.auth import NOBODY, Auth, Secret
from reltui.api.calls import NOTHING, Calls, within
from reltui.api.connections import route_of
from reltui.api.endpoints import ENDPOINTS
from reltui.api.failures import chain
from reltui.api.pace import Timing
from reltui.api.transport import Transport
from reltui.config import Profile
from reltui.errors import ApiError
from reltui.model.values import dataclass

PATIENCE = Timing(read=10.0, connect=5.0, tries=2)
"""Shorter than those of the screens: somebody waits for the whole page."""
PICKED = (
    "queues",
    "deployment groups",
    "variable groups",
    "build definitions",
    "repositories",
    "connections",
)
"""Calls of other areas that the editor makes for its lists, each with a scope of its own."""


@dataclass(frozen=True, slots=True)
class Hop:
    """Where the first connection on the way to a server goes."""

    host: str
    port: int
    proxy: str
    """The proxy's address without password, and who named it; empty where it is the server itself."""


def first_hop(profile: Profile) -> Hop:
    """Raises ConfigError: the proxy, or a file of the profile for TLS, cannot be used."""
    proxy = route_of(profile).proxy
    parts = urlsplit(proxy.url if proxy else profile.url)
    # Without a port httpx takes the scheme's for a proxy too.
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return Hop(parts.hostname or "", port, proxy.label if proxy else "")


def addresses_of(host: str, port: int) -> tuple[str, ...]:
    """What a name stands for. Takes as long as the name service takes. Raises OSError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:
        raise OSError("This cannot be the name of a host.") from None
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


async def connect(addresses: Iterable[str], port: int, seconds: float) -> tuple[str, float]:
    """The first address that takes a connection, and how many seconds that took.

    Raises OSError, and TimeoutError, of the last one: none does.
    """
    trouble: OSError = TimeoutError()
    for address in addresses:
        begun = time.monotonic()
        try:
            async with asyncio.timeout(seconds):
                _, writer = await asyncio.open_connection(address, port)
        except OSError as error:  # a TimeoutError is one
            trouble = error
            continue
        writer.transport.abort()
        return address, time.monotonic() - begun
    raise trouble


def stranger(profile: Profile) -> Transport:
    """A transport that does not sign in."""
    return Transport(profile, Auth(NOBODY, Secret("")), read_only=True, timing=PATIENCE)


class Looks(Calls):
    """Reads that are made to see whether they are answered."""

    async def look(self, name: str, project_id: str = "") -> object:
        """Make one read by its name in the table of calls, of one row in a project; what was answered.

        Raises a kind of ApiError, or ConfigError.
        """
        path = within(project_id) if project_id else NOTHING
        return (await self._call(name, path, {"$top": "1"} if project_id else NOTHING)).data


def scope_of(name: str) -> str:
    """What a token needs for a call."""
    return ENDPOINTS[name].scope


def is_of_tls(error: ApiError) -> bool:
    """The connection was there, and TLS was not."""
    return any(isinstance(each, ssl.SSLError) for each in chain(error)) or "TLS" in str(error)
