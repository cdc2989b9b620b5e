"""Looks at the way to a server below HTTP, for `reltui doctor`: name and connection. Nothing is sent here."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from reltui.api.connections import route_of
from reltui.config import Profile


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
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
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
