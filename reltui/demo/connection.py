"""One HTTP/1.1 connection of the embedded server: h11 reads, answers can be placed byte by byte."""

from __future__ import annotations

import asyncio
import socket
import struct
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote

import h11

from reltui.demo.engine import Engine
from reltui.demo.ledger import Entry, readable
from reltui.demo.messages import Answer, Request, Reset

LARGEST_BODY = 16 * 1024 * 1024
IDLE_SECONDS = 120.0


class Handler(Protocol):
    """Who answers."""

    async def handle(self, call: Call) -> Answer:
        """The answer to a call; raises Reset when there is none."""
        ...

    def finish_headers(self, call: Call, answer: Answer) -> list[tuple[str, str]]:
        """Every header line of an answer."""
        ...


class Call:
    """One request on its connection, with its body still to be read."""

    def __init__(self, connection: Connection, request: Request) -> None:
        self.connection = connection
        self.request = request
        self.entry: Entry | None = None
        """Its line in the ledger, when it is a write."""
        self.version = ""
        """The api-version it is answered in, for the Content-Type."""
        self.engine: Engine | None = None
        """What to answer from, when a fault shows another world than the true one."""
        self._body: bytes | None = None

    async def body(self) -> bytes:
        """The whole body, which goes into the ledger too. Raises Reset when it does not come."""
        if self._body is None:
            self._body = await self.connection.read_body()
            if self.entry is not None:
                self.entry.body = readable(self._body)
        return self._body


class Connection:
    """Reads requests, hands them over, writes the answers, keeps alive."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handler: Handler) -> None:
        self.served = 0
        """Answers given on this connection so far."""
        self.person = ""
        """Who has signed in on it by a handshake."""
        self.handshake: Any = None
        """The handshake that is under way on it."""
        self.answered = 0
        """Requests that were let through since the handshake."""
        self.certificate = bool(writer.get_extra_info("peercert"))
        """The client has shown a certificate of its own in the TLS handshake."""
        self._reader = reader
        self._writer = writer
        self._handler = handler
        self._parser = h11.Connection(h11.SERVER)

    async def run(self) -> None:
        """Serve until either side ends it."""
        try:
            while await self._exchange():
                self._parser.start_next_cycle()
                self.served += 1
        except Reset:
            self._reset()
        except (ConnectionError, TimeoutError):
            self._writer.transport.abort()
        except h11.RemoteProtocolError as error:
            await self._refuse(error.error_status_hint)
        finally:
            self._writer.close()

    async def read_body(self) -> bytes:
        """Read what is left of the request. Raises Reset for a broken or oversized one."""
        parts: list[bytes] = []
        size = 0
        if self._parser.they_are_waiting_for_100_continue:
            await self.write(head_bytes(100, []))
        while True:
            event = await self._next_event()
            if isinstance(event, h11.Data):
                parts.append(bytes(event.data))
                size += len(event.data)
                if size > LARGEST_BODY:
                    raise Reset
            elif isinstance(event, h11.EndOfMessage):
                return b"".join(parts)
            else:
                raise Reset

    async def gone(self) -> None:
        """Wait for the client's end of the stream; what it still sends is thrown away."""
        try:
            while await self._reader.read(65536):
                pass
        except ConnectionError:
            return

    async def write(self, data: bytes) -> None:
        """Put bytes on the wire and wait until they may be followed by more."""
        self._writer.write(data)
        await self._writer.drain()

    async def _send(self, message: list[h11.Event]) -> None:
        await self.write(b"".join(self._parser.send(part) or b"" for part in message))

    async def _next_event(self) -> object:
        while True:
            event = self._parser.next_event()
            if event is not h11.NEED_DATA:
                return event
            data = await asyncio.wait_for(self._reader.read(65536), IDLE_SECONDS)
            self._parser.receive_data(data)

    async def _exchange(self) -> bool:
        """One request and its answer; whether another may follow."""
        event = await self._next_event()
        if not isinstance(event, h11.Request):
            return False
        call = Call(self, parse_request(event))
        answer = await self._handler.handle(call)
        headers = self._handler.finish_headers(call, answer)
        if answer.before:
            await self.write(answer.before)
        if answer.raw is not None:
            await answer.raw(head_bytes(answer.status, headers), answer.body, self.write)
            return False
        message: list[h11.Event] = [
            h11.Response(status_code=answer.status, headers=headers, reason=reason(answer.status))
        ]
        if answer.body and call.request.method != "HEAD":
            message.append(h11.Data(data=answer.body))
        if answer.stream is not None and call.request.method != "HEAD":
            await self._send(message)
            for piece in answer.stream:
                await self._send([h11.Data(data=piece)])
            message = []
        message.append(h11.EndOfMessage())
        await self._send(message)
        if call.entry is not None:
            call.entry.answered = True
        return self._parser.our_state is h11.DONE and self._parser.their_state is h11.DONE

    async def _refuse(self, status: int) -> None:
        if self._parser.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            await self.write(head_bytes(status, [("Content-Length", "0"), ("Connection", "close")]))

    def _reset(self) -> None:
        """End with RST, as a crashed server or a middlebox does."""
        raw = self._writer.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()


def parse_request(event: h11.Request) -> Request:
    """The request line and headers in our form."""
    target = event.target.decode("latin-1")
    path, _, query = target.partition("?")
    if "://" in path:
        path = "/" + path.split("://", 1)[1].partition("/")[2]
    return Request(
        method=event.method.decode("ascii"),
        target=target,
        segments=tuple(unquote(part) for part in path.split("/") if part),
        query={key.lower(): value for key, value in parse_qsl(query, keep_blank_values=True)},
        headers={name.decode("latin-1"): value.decode("latin-1") for name, value in event.headers},
    )


def reason(status: int) -> bytes:
    """The standard phrase of a status."""
    try:
        return HTTPStatus(status).phrase.encode()
    except ValueError:
        return b"Unknown"


def head_bytes(status: int, headers: list[tuple[str, str]]) -> bytes:
    """Status line and headers, written by hand."""
    lines = [
        f"HTTP/1.1 {status} {reason(status).decode()}",
        *(f"{name}: {value}" for name, value in headers),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
