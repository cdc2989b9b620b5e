"""The listener of the embedded server: on loopback, in a loop, a process, or a child of its own.

A child is started as `python -m reltui.demo OPTIONS` and ends when its standard input does, which is when
its parent ends, however that comes about.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any
from weakref import WeakSet

from reltui.demo.connection import Connection
from reltui.demo.engine import Engine
from reltui.demo.service import ServerOptions, Service
from reltui.demo.tls import CUT, GOOD, OLD, TLS_FAULT, Tls, old_hello

__all__ = ["ChildServer", "RunningDemo", "ServerOptions", "running", "serve_forever", "start_child"]

_LOOPBACK = "127.0.0.1"
_STOP_SECONDS = 5.0
_TURNS = 10
Connected = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class RunningDemo:
    """A server in this very loop, for tests."""

    url: str
    token: str
    control: str
    service: Service
    tls: Tls | None = None
    """Its certificates, where `url` has TLS."""

    @property
    def engine(self) -> Engine:
        """The life behind it, to look into and to change at once."""
        return self.service.engine


class _Listener:
    """Owns the socket and the connections of one Service."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.tls = Tls() if any(fault.kind.id == TLS_FAULT for fault in service.faults) else None
        self.port = service.options.port if self.tls is None else 0
        self.tls_port = service.options.port if self.tls is not None else 0
        self._servers: list[asyncio.Server] = []
        self._connections: set[asyncio.Task[Any]] = set()
        self._transports: WeakSet[asyncio.WriteTransport] = WeakSet()
        service.close_door = self._close_door

    @property
    def url(self) -> str:
        """The collection base, with TLS where there is any."""
        if self.tls is None:
            return self.service.url(self.port)
        return "https" + self.service.url(self.tls_port).removeprefix("http")

    async def open(self) -> None:
        """Listen; takes a free port at the first time and the same one ever after."""
        self.port = await self._listen(self._connected, self.port)
        if self.tls is not None:
            self.tls_port = await self._listen(self._secured, self.tls_port)

    async def _listen(self, connected: Connected, port: int) -> int:
        server = await asyncio.start_server(connected, _LOOPBACK, port)
        self._servers.append(server)
        found: int = server.sockets[0].getsockname()[1]
        return found

    def _stop_listening(self) -> None:
        while self._servers:
            self._servers.pop().close()

    async def close(self) -> None:
        """Stop listening and drop every connection."""
        loop = asyncio.get_running_loop()
        for server in self._servers:
            for listening in server.sockets:
                with suppress(NotImplementedError):  # by the loop of Windows
                    loop.remove_reader(listening.fileno())
        # What was accepted just before has begun then, and is dropped with the others: asyncio forgets to
        # close it where the server is closed first.
        await _let_the_loop_turn()
        self._stop_listening()
        for task in tuple(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self.service.close()
        for transport in tuple(self._transports):
            # A client that does not read what was written would keep it.
            transport.abort()
        await _let_the_loop_turn()

    def _close_door(self, seconds: float) -> None:
        if self._servers:
            self._stop_listening()
            self.service.spawn(self._reopen(seconds))

    async def _reopen(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self.open()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._remember(writer)
        with suppress(asyncio.CancelledError):
            await Connection(reader, writer, self.service).run()

    async def _secured(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The same after a handshake, which goes wrong as the fault of the moment says."""
        self._remember(writer)
        kinds = [f.text("kind") for f in self.service.faults if f.kind.id == TLS_FAULT]
        trouble = kinds[0] if kinds else GOOD
        try:
            with suppress(asyncio.CancelledError, OSError):
                await self._shake_hands(reader, writer, trouble)
        finally:
            # A close of TLS would wait for the other side.
            writer.transport.abort()

    async def _shake_hands(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, trouble: str
    ) -> None:
        assert self.tls is not None  # noqa: S101 - the port is only there with it
        if trouble in (CUT, OLD):
            await reader.read(1)
            if trouble == OLD:
                writer.write(old_hello())
                await reader.read()
            return
        await writer.start_tls(self.tls.context(trouble))
        await Connection(reader, writer, self.service).run()
        with suppress(TimeoutError):
            await asyncio.wait_for(writer.wait_closed(), _STOP_SECONDS)

    def _remember(self, writer: asyncio.StreamWriter) -> None:
        self._transports.add(writer.transport)
        task = asyncio.current_task()
        if task is not None:
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)


async def _let_the_loop_turn() -> None:
    """As often as it takes to begin with a connection that was accepted, or to close its socket."""
    for _ in range(_TURNS):
        await asyncio.sleep(0)


@asynccontextmanager
async def running(options: ServerOptions | None = None) -> AsyncIterator[RunningDemo]:
    """A server on a real port, in the loop of the caller."""
    listener = _Listener(Service(options or ServerOptions()))
    await listener.open()
    service = listener.service
    try:
        yield RunningDemo(listener.url, service.key, service.control(listener.port), service, listener.tls)
    finally:
        await listener.close()


def serve_forever(options: ServerOptions) -> None:
    """Print the one JSON line of access when ready, and serve until SIGTERM, SIGINT or SIGHUP."""
    asyncio.run(_serve(options, bound_to_parent=False))


def serve_for_parent(arguments: str) -> None:
    """The child's side of `start_child`: options as JSON, ends with its standard input."""
    given = json.loads(arguments)
    given["faults"] = tuple(given["faults"])
    if given["today"] is not None:
        given["today"] = datetime.fromisoformat(given["today"])
    asyncio.run(_serve(ServerOptions(**given), bound_to_parent=True))


async def _serve(options: ServerOptions, *, bound_to_parent: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    async with running(options) as demo:
        access = {"url": demo.url, "token": demo.token, "control": demo.control}
        if demo.tls is not None:
            access |= {"authority": demo.tls.authority, "client_cert": demo.tls.client_cert}
        print(json.dumps(access), flush=True)
        if bound_to_parent:
            reader = asyncio.StreamReader()
            await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
            watch = loop.create_task(_set_at_end(reader, stop))
            await stop.wait()
            watch.cancel()
        else:
            await stop.wait()


async def _set_at_end(reader: asyncio.StreamReader, stop: asyncio.Event) -> None:
    while await reader.read(4096):
        pass
    stop.set()


class ChildServer:
    """A server in a process of its own. Use it as a context manager or call `stop`."""

    def __init__(self, process: subprocess.Popen[bytes], access: dict[str, str]) -> None:
        self.url = access["url"]
        self.token = access["token"]
        self.control = access["control"]
        self.authority = access.get("authority", "")
        """With TLS: the certificate, in PEM form, that makes a client trust the server."""
        self.pid = process.pid
        self._process = process

    def stop(self) -> None:
        """End the process; harmless when it has ended."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> ChildServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start_child(options: ServerOptions) -> ChildServer:
    """Start a server that ends with this process; returns when it listens.

    Raises RuntimeError with what the child said when it does not come up.
    """
    given = asdict(options)
    given["today"] = options.today.isoformat() if options.today else None
    package = str(Path(__file__).parents[2])
    path = os.pathsep.join(part for part in (package, os.environ.get("PYTHONPATH", "")) if part)
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "reltui.demo", json.dumps(given)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=True,
        )
        line = process.stdout.readline() if process.stdout else b""
        if line:
            return ChildServer(process, json.loads(line))
        process.communicate()
        raise RuntimeError(f"The embedded server did not start: {_last_line(complaints)}")


def _last_line(file: IO[bytes]) -> str:
    file.seek(0)
    lines = file.read().decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing."
