"""A server in a thread and a plain client for it: http.client and sockets, nothing of our own client."""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from reltui.demo.server import RunningDemo, ServerOptions, running

SHARED = Path(__file__).resolve().parents[3] / "shared" / "contract"
TODAY = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)

SPECS: dict[str, str] = {
    "tfs-2018": "tfs-4.1",
    "server-2019": "azure-devops-server-5.0",
    "server-2020": "azure-devops-server-6.0",
    "server-2022": "azure-devops-server-7.0",
    "server-2022.1": "azure-devops-server-7.1",
    "services": "services-7.2",
}
"""The published description of each generation that has one."""

VERSIONS: dict[str, str] = {
    "tfs-2018": "4.1-preview",
    "server-2019": "5.0-preview",
    "server-2020": "6.0-preview",
    "server-2022": "7.0-preview",
    "server-2022.1": "7.1-preview",
    "services": "7.2-preview",
}
"""A version that every resource of the generation takes; of older ones a test says which."""


@dataclass(frozen=True)
class Reply:
    """One answer, read whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The decoded body."""
        return json.loads(self.body)

    @property
    def rows(self) -> list[Any]:
        """The rows of a list answer."""
        rows: list[Any] = self.json["value"]
        return rows


class Client:
    """Calls one server with its key."""

    def __init__(self, url: str, token: str, control: str, version: str) -> None:
        self.url, self.token, self.control, self.version = url, token, control, version
        parts = urlsplit(url)
        self.host, self.port, self.base = str(parts.hostname), int(parts.port or 0), parts.path

    @property
    def credentials(self) -> str:
        """The Authorization value."""
        return "Basic " + base64.b64encode(f"anyone:{self.token}".encode()).decode()

    def call(
        self,
        method: str,
        path: str,
        /,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 20.0,
        **query: Any,
    ) -> Reply:
        """Call a path below the collection, on a connection of its own."""
        query.setdefault("api-version", self.version)
        asked = {key.replace("_", "$", 1) if key.startswith("_") else key: v for key, v in query.items()}
        target = f"{self.base}/{path}?" + urlencode({k: v for k, v in asked.items() if v is not None})
        return self.raw(method, target, body, headers, timeout)

    def raw(
        self,
        method: str,
        target: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 20.0,
    ) -> Reply:
        """Call a path from the root of the host."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        sent = {"Authorization": self.credentials, "Content-Type": "application/json", **(headers or {})}
        try:
            data = None if body is None else json.dumps(body)
            connection.request(method, target, data, {k: v for k, v in sent.items() if v})
            # Closed whatever comes: an answer that is cut holds the socket, and pytest hears of it later.
            with closing(connection.getresponse()) as answer:
                return Reply(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()

    def get(self, path: str, /, **query: Any) -> Reply:
        """GET, which must succeed."""
        reply = self.call("GET", path, **query)
        assert reply.status == 200, (path, query, reply.status, reply.body[:500])
        return reply

    def pages(self, path: str, /, limit: int = 1000, **query: Any) -> Iterator[Reply]:
        """Every page of a list."""
        token = None
        for _ in range(limit):
            reply = self.get(path, continuationToken=token, **query)
            yield reply
            token = reply.headers.get("X-MS-ContinuationToken")
            if not token:
                return

    def rows(self, path: str, /, **query: Any) -> list[Any]:
        """Every row of a list."""
        return [row for reply in self.pages(path, **query) for row in reply.rows]

    def demo(self, method: str, what: str, body: Any = None) -> Any:
        """A control call."""
        reply = self.raw(method, f"/_demo/{what}", body)
        assert reply.status == 200, (what, reply.status, reply.body)
        return reply.json

    def faults(self, *specs: str | Mapping[str, Any]) -> None:
        """Switch these faults on and all others off."""
        self.demo("PUT", "faults", list(specs))

    def ledger(self) -> list[dict[str, Any]]:
        """The writes so far."""
        entries: list[dict[str, Any]] = self.demo("GET", "ledger")
        return entries

    def advance(self, seconds: float) -> None:
        """Push the clock."""
        self.demo("POST", "clock", {"advance": seconds})

    def projects(self) -> list[str]:
        """The names of all projects, percent-encoded."""
        return [quote(project["name"]) for project in self.get("_apis/projects").rows]

    def me(self) -> str:
        """Identity id of the signed-in person."""
        data = self.raw("GET", f"{self.base}/_apis/connectionData").json
        return str(data["authenticatedUser"]["id"])

    def pending(self) -> list[tuple[str, dict[str, Any]]]:
        """Approvals that wait for the signed-in person in person: project and approval."""
        me = self.me()
        return [
            (project, approval)
            for project in self.projects()
            for approval in self.rows(f"{project}/_apis/release/approvals", assignedToFilter=me)
        ]

    def send_bytes(self, data: bytes) -> socket.socket:
        """A raw connection on which `data` has been sent."""
        connection = socket.create_connection((self.host, self.port), timeout=20)
        connection.sendall(data)
        return connection

    def request_bytes(self, method: str, path: str, body: bytes = b"") -> bytes:
        """A request as bytes, for `send_bytes`."""
        head = (
            f"{method} {self.base}/{path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n"
            f"Authorization: {self.credentials}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


@contextmanager
def serving(generation: str = "server-2022.1", **options: Any) -> Iterator[Client]:
    """A server in a thread with a loop of its own; its clock stands unless told otherwise."""
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    started: list[RunningDemo] = []

    async def run() -> None:
        async with running(
            ServerOptions(generation=generation, **{"today": TODAY, "speed": 0.0, **options})
        ) as demo:
            started.append(demo)
            ready.set()
            await stop.wait()

    def body() -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_until_complete(run())
        finally:
            ready.set()
            loop.close()

    thread = threading.Thread(target=body, daemon=True)
    thread.start()
    ready.wait()
    assert started, "the server did not start"
    demo = started[0]
    try:
        yield Client(demo.url, demo.token, demo.control, VERSIONS.get(generation, ""))
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
