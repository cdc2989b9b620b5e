"""Services has a host for each area (api.md 1.2): a proxy sees which hosts the program asks, and no other.

Behind the proxy is an embedded server that poses as Services on one host; each of its answers names that
host in its links, which nothing may follow.
"""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from reltui.config import Config, Profile, SecretSource
from reltui.data import first_minute
from reltui.data.first_minute import Answers
from reltui.data.service import DataService
from reltui.data.topics import DefinitionsOf, Inbox, InboxRow, ProjectsOf, ReleaseOf, ResourcesOf, Topic
from reltui.demo.server import RunningDemo
from reltui.demo.tls import KNOWN, _Maker
from reltui.model.address import read_address
from reltui.paths import under
from tests.service.scripted import in_loop
from tests.support import FAST, SHORT, read_whole, row_for_me, serving, until

ORGANISATION = "north-harbour"
SECRET = "RELTUI_TEST_HOSTS"


@dataclass
class Hosts:
    """A proxy to every host there is, which all are the one server behind it."""

    url: str
    authority: Path
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Host and path of every request."""
    connected: set[str] = field(default_factory=set)
    """What was asked of the proxy: host and port."""


@asynccontextmanager
async def hosts(demo: RunningDemo, folder: Path) -> AsyncIterator[Hosts]:
    """Serve until the end of the block."""
    maker = _Maker()
    authority = folder / "authority.pem"
    authority.write_text(maker.authority(KNOWN)[0], encoding="ascii")
    inner = urlsplit(demo.url)
    tasks: set[asyncio.Task[None]] = set()

    def context_of(host: str) -> ssl.SSLContext:
        pair = folder / f"{host}.pem"
        pair.write_text(maker.signed(host, KNOWN, host=host), encoding="ascii")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair)
        return context

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            method, target, _ = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)
            assert method == b"CONNECT"
            run.connected.add(target.decode())
            host = target.decode().partition(":")[0]
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await writer.drain()
            await writer.start_tls(context_of(host))
            while True:
                await exchange(host, reader, writer)
        writer.close()

    async def exchange(host: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.rstrip("\r\n").split("\r\n")
        method, path, version = first.split(" ")
        run.asked.append((host, path))
        named = next(line for line in lines if line.lower().startswith("host:"))
        assert named.partition(":")[2].strip() == host
        if host.endswith(".visualstudio.com"):
            path = f"/{ORGANISATION}{path}"
        kept = [line for line in lines if not line.lower().startswith(("host:", "connection:"))]
        ahead = [f"{method} {path} {version}", f"Host: {inner.netloc}", "Connection: close", *kept, "", ""]
        there, back = await asyncio.open_connection(inner.hostname, inner.port)
        back.write("\r\n".join(ahead).encode("latin-1"))
        answer = await there.read()
        back.close()
        # One answer a connection, so that its end needs no reading.
        writer.write(answer)
        await writer.drain()
        writer.close()
        raise asyncio.IncompleteReadError(b"", None)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    run = Hosts(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", authority)
    try:
        yield run
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


NEW = {
    "core": "dev.azure.com",
    "release": "vsrm.dev.azure.com",
    "identities": "vssps.dev.azure.com",
}
LEGACY = {
    "core": f"{ORGANISATION}.visualstudio.com",
    "release": f"{ORGANISATION}.vsrm.visualstudio.com",
    "identities": f"{ORGANISATION}.vssps.visualstudio.com",
}


def area_of(path: str) -> str:
    """The area of a request by its path, as api.md 1.2 has it."""
    path = path.lower().partition("?")[0]
    if "/_apis/release/" in path or path.endswith("/_apis"):
        return "release"
    return "identities" if "/_apis/identities" in path else "core"


@pytest.mark.parametrize(
    ("url", "by_area"),
    [
        (f"https://dev.azure.com/{ORGANISATION}", NEW),
        (f"https://{ORGANISATION}.visualstudio.com", LEGACY),
    ],
)
@in_loop
async def test_every_area_is_asked_on_its_own_host(tmp_path: Path, url: str, by_area: dict[str, str]) -> None:
    async with serving(generation="services") as demo, hosts(demo, tmp_path) as run:
        os.environ[SECRET] = demo.token
        profile = Profile("cloud", url, SecretSource(env=SECRET), ca_file=str(run.authority), proxy=run.url)
        config = Config(profiles={"cloud": profile}, default=("cloud",))
        service = DataService(config, under(tmp_path / "home"), timing=FAST, deadlines=SHORT)
        await service.start()
        try:
            row = await row_for_me(service)
            await _read_all(service, row)
        finally:
            await service.close(grace=5.0)
    assert {(area_of(path), host) for host, path in run.asked} == set(by_area.items())
    assert run.connected == {f"{host}:443" for host in by_area.values()}


async def _read_all(service: DataService, row: InboxRow) -> None:
    """Something of every area: releases, builds, queues, groups, projects."""
    topics: list[Topic[Any]] = [
        Inbox(),
        ProjectsOf("cloud"),
        DefinitionsOf("cloud", row.project),
        ReleaseOf("cloud", row.project, row.approval.release.id),
        ResourcesOf("cloud", row.project),
    ]
    for topic in topics:
        await read_whole(service, topic)
    state = await until(lambda: service.server("cloud") if service.server("cloud").me else None)
    assert state.generation == "services"
    assert state.me is not None
    assert state.me.groups_known


@in_loop
async def test_the_first_minute_asks_the_hosts_of_the_organisation_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(generation="services") as demo, hosts(demo, tmp_path) as run:
        monkeypatch.setenv("https_proxy", run.url)
        monkeypatch.setenv("SSL_CERT_FILE", str(run.authority))
        # A link of the release host, as it stands in an answer of the API.
        link = f"https://vsrm.dev.azure.com/{ORGANISATION}/Billing/_apis/Release/releases/1"
        answers = Answers(read_address(link))
        knocked = await first_minute.knock(answers, timing=SHORT)
        entered = await first_minute.enter(answers, demo.token, timing=SHORT)
    assert [way.sign_in for way in knocked.ways] == ["pat", "bearer"]
    assert entered.url == f"https://dev.azure.com/{ORGANISATION}"
    assert len(entered.projects) == 6
    assert run.connected == {"vsrm.dev.azure.com:443", "dev.azure.com:443"}
