"""A small proxy that really forwards: CONNECT, and plain requests with a whole address."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit


@dataclass
class SmallProxy:
    """One that runs, and what it was asked."""

    port: int = 0
    password: str = ""
    """`user:password`; empty for one that anybody may use."""
    lines: list[str] = field(default_factory=list)
    """First lines of the requests."""
    certificates: list[bool] = field(default_factory=list)
    """Whether each connection showed a certificate of the person's."""
    heads: list[str] = field(default_factory=list)
    """All that the proxy itself was told, in clear."""

    def url(self, scheme: str = "http") -> str:
        """Its address, without a password."""
        return f"{scheme}://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        line, *rest = head.rstrip("\r\n").split("\r\n")
        self.lines.append(line)
        self.heads.append(head)
        self.certificates.append(bool(writer.get_extra_info("peercert")))
        wanted = f"proxy-authorization: basic {base64.b64encode(self.password.encode()).decode()}"
        if self.password and wanted.lower() not in [each.lower() for each in rest]:
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        method, target, _ = line.split(" ")
        if method == "CONNECT":
            host, _, port = target.rpartition(":")
            beyond = await asyncio.open_connection(host, int(port))
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            parts = urlsplit(target)
            beyond = await asyncio.open_connection(parts.hostname, parts.port)
            path = target.removeprefix(f"{parts.scheme}://{parts.netloc}")
            own = [each for each in rest if not each.lower().startswith(("proxy-", "connection:"))]
            lines = [f"{method} {path} HTTP/1.1", *own, "Connection: close", "", ""]
            beyond[1].write("\r\n".join(lines).encode("latin-1"))
        try:
            await asyncio.gather(_pump(reader, beyond[1]), _pump(beyond[0], writer))
        finally:
            beyond[1].transport.abort()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    writer.close()


@asynccontextmanager
async def small_proxy(*, password: str = "", tls: ssl.SSLContext | None = None) -> AsyncIterator[SmallProxy]:
    """Run one until the end of the block; `tls` for one that speaks TLS itself."""
    proxy = SmallProxy(password=password)
    tasks: set[asyncio.Task[Any]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await proxy.serve(reader, writer)
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
