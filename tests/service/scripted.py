"""A server that says exactly the bytes a test wants, on a real socket, and remembers what it was sent."""

from __future__ import annotations

import asyncio
import functools
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any, ParamSpec

from reltui.api.auth import Auth, Secret
from reltui.api.pace import Limits, Timing
from reltui.api.transport import Transport
from reltui.config import Profile, SecretSource

P = ParamSpec("P")

CANARY = "k4nary-t0ken-7f3a91"
QUICK = Timing(read=30.0, write=30.0, connect=10.0, retry_base=0.01, retry_cap=0.02)
"""Deadlines that a machine under load still keeps, and waits that a test can afford."""


def in_loop(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run an asynchronous test to its end."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


@dataclass(frozen=True)
class Seen:
    """One request as it came."""

    line: str
    headers: dict[str, str]
    body: bytes
    connection: int
    """Counts connections from 1."""

    @property
    def method(self) -> str:
        return self.line.split(" ", 1)[0]


Handler = Callable[[Seen, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Scripted:
    """A running server and a transport to it."""

    transport: Transport
    port: int
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0
    came: asyncio.Event = field(default_factory=asyncio.Event)
    """Set with the first request."""


def response(
    body: bytes = b'{"count":0,"value":[]}',
    status: str = "200 OK",
    *headers: str,
    kind: str = "application/json",
) -> bytes:
    """A whole response."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    if kind:
        lines.append(f"Content-Type: {kind}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def error(status: str, message: str, *headers: str) -> bytes:
    """An error in the server's own form (api.md 6.1)."""
    body = json.dumps({"$id": "1", "message": message, "typeKey": "X", "errorCode": 0}).encode()
    return response(body, status, *headers)


def saying(*answers: bytes) -> Handler:
    """Each request gets the next answer; the last one again and again."""
    left = list(answers)

    async def handle(_: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(left.pop(0) if len(left) > 1 else left[0])
        await writer.drain()

    return handle


@asynccontextmanager
async def scripted(
    handler: Handler,
    *,
    timing: Timing = QUICK,
    limits: Limits | None = None,
    read_only: bool = False,
    server_tls: ssl.SSLContext | None = None,
    **profile: Any,
) -> AsyncIterator[Scripted]:
    """Serve until the end of the block."""
    tasks: set[asyncio.Task[Any]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        run.connections += 1
        number = run.connections
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while not writer.is_closing():
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                line, *fields = head.rstrip("\r\n").split("\r\n")
                headers = {k.lower(): v.strip() for k, _, v in (f.partition(":") for f in fields)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                seen = Seen(line, headers, body, number)
                run.seen.append(seen)
                run.came.set()
                await handler(seen, writer)
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=server_tls)
    port = server.sockets[0].getsockname()[1]
    scheme = "https" if server_tls else "http"
    made = Profile("demo", f"{scheme}://127.0.0.1:{port}/tfs/North", SecretSource(env="X"))
    transport = Transport(
        replace(made, **profile),
        Auth("pat", Secret(CANARY)),
        read_only=read_only,
        timing=timing,
        limits=limits or Limits(),
    )
    run = Scripted(transport, port)
    try:
        yield run
    finally:
        await transport.close()
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
