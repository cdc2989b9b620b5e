"""Who may speak to the embedded server, where it listens, how it starts and ends (reliability.md G7)."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from reltui.demo.server import ServerOptions, running, start_child
from tests.contract.harness import Client, serving

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "10.0.0.1", ""]
)
def test_other_host_names_are_refused(host: str) -> None:
    with serving() as client:
        target = f"{client.base}/_apis/projects"
        for header in ({"Host": host}, {"Host": f"{host}:{client.port}"}):
            reply = client.raw("GET", target, headers=header) if host else _without_host(client, target)
            assert reply in (400, 403) if isinstance(reply, int) else reply.status == 403
        control = client.raw("GET", "/_demo/ledger", headers={"Host": host or "evil.example"})
        assert control.status == 403


def _without_host(client: Client, target: str) -> int:
    with client.send_bytes(f"GET {target} HTTP/1.1\r\n\r\n".encode()) as connection:
        return int(connection.recv(4096).split()[1])


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST", "127.0.0.1"])
def test_its_own_names_are_taken_and_used_in_addresses(name: str) -> None:
    with serving() as client:
        host = f"{name}:{client.port}"
        reply = client.raw("GET", f"{client.base}/_apis/projects", headers={"Host": host})
        assert reply.rows[0]["url"].startswith(f"http://{host}/")


@pytest.mark.parametrize("generation", ["tfs-2018", "server-2022.1"])
def test_a_server_asks_for_the_key(generation: str) -> None:
    with serving(generation) as client:
        wrong = "Basic " + base64.b64encode(b":wrong").decode()
        for value in ("", wrong, "Basic ???", f"Bearer {client.token}"):
            reply = client.raw("GET", f"{client.base}/_apis/projects", headers={"Authorization": value})
            assert (reply.status, reply.body) == (401, b"")
            assert "NTLM" in reply.headers["WWW-Authenticate"] or "Basic" in reply.headers["WWW-Authenticate"]
        assert client.raw("GET", "/_demo/ledger", headers={"Authorization": wrong}).status == 401


def test_services_show_a_sign_in_page_unless_told_not_to() -> None:
    with serving("services") as client:
        target = f"{client.base}/_apis/projects"
        page = client.raw("GET", target, headers={"Authorization": ""})
        assert (page.status, page.headers["Content-Type"]) == (203, "text/html; charset=utf-8")
        told = {"Authorization": "", "X-TFS-FedAuthRedirect": "Suppress"}
        assert client.raw("GET", target, headers=told).status == 401
        refused = client.raw("PATCH", target, {}, headers={"Authorization": ""})
        assert (refused.status, refused.json["typeKey"]) == (401, "UnauthorizedRequestException")
        assert client.ledger()[0]["applied"] is False
        bearer = {"Authorization": f"Bearer {client.token}"}
        assert client.raw("GET", target, headers=bearer).status == 200


def test_it_listens_on_loopback_only() -> None:
    with serving() as client:
        listening = [
            line.split()[1]
            for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
            if line.split()[3] == "0A" and line.split()[1].endswith(f":{client.port:04X}")
        ]
        assert listening == [f"0100007F:{client.port:04X}"]


def test_a_connection_serves_many_requests() -> None:
    with serving() as client:
        request = client.request_bytes("GET", "_apis/connectionData")
        with client.send_bytes(request) as connection:
            for _ in range(3):
                assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")
                connection.sendall(request)
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")


def test_garbage_is_answered_with_400() -> None:
    with serving() as client, client.send_bytes(b"\x16\x03\x01 no http\r\n\r\n") as connection:
        assert connection.recv(4096).startswith(b"HTTP/1.1 400 ")


def _alive(url: str) -> bool:
    host, port = url.split("/")[2].split(":")
    with contextlib.suppress(OSError), socket.create_connection((host, int(port)), timeout=5):
        return True
    return False


def test_a_child_answers_and_stops() -> None:
    with start_child(ServerOptions(generation="tfs-2018", seed=7)) as child:
        request = urllib.request.Request(f"{child.url}/_apis/projects")
        key = base64.b64encode(f":{child.token}".encode()).decode()
        request.add_header("Authorization", f"Basic {key}")
        with urllib.request.urlopen(request, timeout=20) as answer:
            assert json.load(answer)["count"] == 6
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(child.url + "/_apis/projects", timeout=20)
    assert not _alive(child.url)
    child.stop()


def test_a_child_ends_with_its_parent() -> None:
    program = (
        "from reltui.demo.server import *\n"
        "child = start_child(ServerOptions())\n"
        "print(child.url, child.pid, flush=True)\n"
        "import time; time.sleep(600)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with parent:
        assert parent.stdout is not None
        url, pid = parent.stdout.readline().split()
        assert _alive(url)
        parent.kill()
    with contextlib.suppress(ProcessLookupError, FileNotFoundError):
        for _ in range(2000):
            if Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
                break
            os.kill(int(pid), 0)
            signal.sigtimedwait([], 0.01)
        else:
            pytest.fail("the child outlived its parent")
    assert not _alive(url)


def test_a_child_that_cannot_start_says_why() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(RuntimeError, match="address already in use"):
            start_child(ServerOptions(port=taken.getsockname()[1]))
    with pytest.raises(RuntimeError, match="There is no fault 'nix'"):
        start_child(ServerOptions(faults=("nix",)))
    with pytest.raises(RuntimeError, match="There is no generation 'tfs-1'"):
        start_child(ServerOptions(generation="tfs-1"))


def test_serve_forever_keeps_on_without_input_until_told_to_stop() -> None:
    program = "from reltui.demo.server import *; serve_forever(ServerOptions(speed=60.0))"
    with subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        access = json.loads(process.stdout.readline())
        assert set(access) == {"url", "token", "control"}
        assert _alive(access["url"])
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


@pytest.mark.parametrize("turns", range(8))
def test_its_end_closes_what_was_accepted_just_before(turns: int) -> None:
    clients: list[socket.socket] = []

    async def run() -> None:
        async with running() as server:
            port = urlsplit(server.url).port
            clients.extend(socket.create_connection(("127.0.0.1", port)) for _ in range(4))
            for _ in range(turns):
                await asyncio.sleep(0)

    asyncio.run(run())
    gc.collect()  # A socket that was left open is a warning here, and so a failure.
    for client in clients:
        with client, contextlib.suppress(ConnectionResetError):
            client.settimeout(60.0)
            assert client.recv(1) == b""
