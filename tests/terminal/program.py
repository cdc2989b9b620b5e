"""reltui as a person starts it, and an embedded server for it."""

from __future__ import annotations

import asyncio
import base64
import json
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reltui.demo.server import RunningDemo, ServerOptions, running
from tests.terminal.harness import Terminal

ROOT = Path(__file__).resolve().parents[2]
RELTUI = (sys.executable, "-m", "reltui")
SECRET = "RELTUI_TEST_SECRET"


@dataclass(frozen=True)
class Demo:
    """An embedded server: where it is, and its control calls."""

    url: str
    token: str
    control: str
    stop: Callable[[], None]
    authority: str = ""
    """The certificate that makes a client trust it, where it has a port with TLS (srv-50)."""

    def ledger(self) -> list[dict[str, Any]]:
        """Every write that the server has received."""
        found: list[dict[str, Any]] = self._call("GET", "ledger")
        return found

    def set_faults(self, *specs: str | Mapping[str, object]) -> None:
        """Switch these faults on, and all others off."""
        self._call("PUT", "faults", list(specs))

    def admit(self, secret: str, user: str = "") -> None:
        """Let one more in: by a token, or by an account with its password."""
        self._call("POST", "accounts", {"secret": secret, "user": user})

    def advance(self, seconds: float) -> None:
        """Push the server's clock."""
        self._call("POST", "clock", {"advance": seconds})

    def get(self, path: str) -> Any:
        """Read from the API, below the collection."""
        return self._request("GET", f"{self.url}/{path}")

    def _call(self, method: str, what: str, body: object = None) -> Any:
        return self._request(method, f"{self.control.rstrip('/')}/{what}", body)

    def _request(self, method: str, url: str, body: object = None) -> Any:
        key = base64.b64encode(f":{self.token}".encode()).decode()
        request = urllib.request.Request(
            url,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Basic {key}", "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
            text = answer.read()
        return json.loads(text) if text.strip() else None


@contextmanager
def demo(**options: Any) -> Iterator[Demo]:
    """A server with `ServerOptions`, in a thread: it begins in a tenth of the time that a process takes."""
    ready: Future[tuple[RunningDemo, Callable[[], object]]] = Future()

    async def serve() -> None:
        loop, stopped = asyncio.get_running_loop(), asyncio.Event()
        async with running(ServerOptions(**options)) as server:
            ready.set_result((server, lambda: loop.call_soon_threadsafe(stopped.set)))
            await stopped.wait()

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:
            if ready.done():
                raise
            ready.set_exception(error)

    thread = threading.Thread(target=run)
    thread.start()
    server, end = ready.result()

    def stop() -> None:
        if thread.is_alive():
            end()
            thread.join(60)

    try:
        yield Demo(server.url, server.token, server.control, stop)
    finally:
        stop()


@contextmanager
def demo_program(*options: str) -> Iterator[Demo]:
    """`reltui demo --serve-only` with options, as a process of its own."""
    process = subprocess.Popen(
        [*RELTUI, "demo", "--serve-only", *options],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        access = json.loads(process.stdout.readline())

        def stop() -> None:
            process.terminate()
            process.wait(60)

        yield Demo(access["url"], access["token"], access["control"], stop, access.get("authority", ""))
    finally:
        process.terminate()
        process.communicate(timeout=60)


@dataclass
class Desk:
    """One person's machine: configuration and folders, pointed at a server."""

    home: Path
    url: str
    token: str
    options: Sequence[str] = ()
    hold_seconds: float = 0.0
    profile: str = ""
    """More lines for the profile, and more tables."""
    saved_screen: bool | None = False
    """Off, since a test that waits for a row means the living list. None: as `profile` says."""
    environment: dict[str, str] = field(default_factory=dict)

    def variables(self) -> dict[str, str]:
        """The environment of the program; an editor that it starts leaves the text as it is, and ends."""
        folders = {f"XDG_{kind}_HOME": str(self.home / kind.lower()) for kind in ("CONFIG", "STATE", "CACHE")}
        fixed = {"PYTHONPATH": str(ROOT), SECRET: self.token, "TZ": "UTC", "EDITOR": "true"}
        return {**folders, **fixed, **self.environment}

    def command(self) -> list[str]:
        """The command line; writes config.toml first."""
        self.home.mkdir(mode=0o700, exist_ok=True)
        file = self.home / "config.toml"
        more = self.profile if "[ui]" in self.profile else f"{self.profile}\n[ui]"
        if self.saved_screen is not None:
            more = more.replace("[ui]", f"[ui]\nsaved_screen = {str(self.saved_screen).lower()}")
        file.write_text(
            f'[profiles.demo]\nurl = "{self.url}"\nsecret = {{ env = "{SECRET}" }}\n{more}\n'
            f"[policy]\nhold_seconds = {self.hold_seconds}\n",
            encoding="utf-8",
        )
        return [*RELTUI, "--config", str(file), *self.options]

    def open(self, *, columns: int = 80, rows: int = 24, knows_frames: bool = True) -> Terminal:
        """Start reltui in a terminal."""
        return Terminal(
            self.command(),
            columns=columns,
            rows=rows,
            environment=self.variables(),
            folder=self.home,
            knows_frames=knows_frames,
        )
