"""No secret in anything that is written, in any form; no second host is asked (reliability.md B1, B4)."""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from tests.terminal.harness import SEQUENCE, Terminal
from tests.terminal.program import SECRET, Demo, Desk, demo
from tests.terminal.steps import LISTS, back, command, confirm, filter_by, ready, type_in
from tests.terminal.whole_session import decide, whole_session

TOKEN = 'pq7"zk\\4/mw+9%vy&h=3r~t8'
"""Every character that some form of writing changes."""
PASSWORD = 'wörd"7\\q/x+2%k&z pass'
NONCE = "n0nc3-7731"
CRASHING = """
import sys
from reltui.ui.app import ReltuiApp
from reltui.cli import main
def go_top(self, name):
    sources = self.service._sources
    transport = sources["demo"]._transport
    header = transport.auth.header.reveal()
    secret = header.encode()
    raise RuntimeError("a fault that was planted, with " + header, secret)
ReltuiApp.go_top = go_top
sys.exit(main(sys.argv[1:]))
"""


def jwt() -> str:
    """A token as Entra issues it, good for a day."""
    claims = {
        "exp": int(time.time()) + 86_400,
        "upn": "dana.reyes@marlowfreight.example",
        "nonce": NONCE,
    }
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
        for part in ({"alg": "RS256", "typ": "JWT"}, claims)
    )
    return f"{head}.{body}.{base64.urlsafe_b64encode(os.urandom(64)).decode().rstrip('=')}"


def forms(secret: str) -> dict[str, bytes]:
    """How a secret may stand in a file."""
    plain = secret.encode()
    found = {
        "plain": plain,
        "its beginning": plain[:8],
        "its end": plain[-8:],
        "percent-encoded": quote(secret, safe="").encode(),
        "percent-encoded in part": quote(secret).encode(),
        "of a form": quote_plus(secret).encode(),
        "JSON": json.dumps(secret)[1:-1].encode(),
        "JSON in UTF-8": json.dumps(secret, ensure_ascii=False)[1:-1].encode(),
        "Python": repr(secret)[1:-1].encode(),
        "hexadecimal": plain.hex().encode(),
        "Latin-1": secret.encode("latin-1"),
    }
    for before in range(3):
        # With whatever stands before it: a user and a colon, such as in Basic.
        usable = (before + len(plain)) * 8 // 6
        for name, encode in (
            ("base64", base64.b64encode),
            ("base64 for addresses", base64.urlsafe_b64encode),
        ):
            whole = encode(b"x" * before + plain)
            found[f"{name} behind {before}"] = whole[before + 1 if before else 0 : usable]
    return found


def secrets_in(data: bytes, secret: str) -> list[str]:
    """The forms in which a secret stands there."""
    if data[:2] == b"PK":
        with zipfile.ZipFile(BytesIO(data)) as archive:
            data += b"".join(archive.read(name) for name in archive.namelist())
    return [name for name, form in forms(secret).items() if form in data]


def written(folder: Path) -> dict[Path, bytes]:
    """Every file below a folder."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and not path.is_symlink()}


def seen(terminal: Terminal) -> bytes:
    """All that reached the terminal: as it came, and as its letters follow one another."""
    raw = bytes(terminal.raw)
    letters = SEQUENCE.sub("", raw.decode("utf-8", "replace"))
    return raw + b"\n" + letters.replace("\r", "").replace("\n", "").encode()


def look_through(desk: Desk, secret: str, *shown: bytes) -> None:
    """Nothing of it on disk, on the terminal or in what programs print."""
    files = written(desk.home.parent)
    assert any("journal" in path.parts for path in files)
    assert any("cache" in path.parts for path in files)
    bad = {str(path): found for path, data in files.items() if (found := secrets_in(data, secret))}
    assert bad == {}
    for path in files:
        assert secrets_in(str(path).encode(), secret) == []
    for each in shown:
        assert secrets_in(each, secret) == []


def printed(desk: Desk, *words: str) -> bytes:
    """What a command prints."""
    done = subprocess.run(
        [*desk.command(), *words],
        env={**os.environ, **desk.variables()},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=90,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    assert done.stdout
    return done.stdout + done.stderr


def sign_in(terminal: Terminal, secret: str) -> None:
    """Type the secret into the dialog."""
    command(terminal, "sign-in", "Sign in to demo")
    # The cursor is in the field already.
    type_in(terminal, secret)
    confirm(terminal, "Signed in to demo as ", "enter")
    ready(terminal, LISTS)


def crash(desk: Desk) -> bytes:
    """Run into a fault of our own that holds the secret; what the terminal shows of it."""
    line = [sys.executable, "-c", CRASHING, *desk.command()[3:]]
    with Terminal(line, environment=desk.variables(), folder=desk.home) as terminal:
        ready(terminal)
        terminal.wait_for(r"(\d+)/\1 projects ok", 60.0)
        terminal.press("2")
        assert terminal.wait_exit() == 1
        assert "reltui stopped by a fault of its own (RuntimeError)" in terminal.text
        assert list(desk.home.rglob("crash-*"))
        return seen(terminal)


@contextmanager
def canary() -> Iterator[tuple[str, list[bytes]]]:
    """A listener that must stay alone: its address, and what came."""
    came: list[bytes] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            came.append(b"connected")
            connection.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", came
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()


@pytest.fixture
def server() -> Iterator[Demo]:
    """One whose clock hardly moves by itself."""
    with demo(speed=0.001) as running:
        yield running


@pytest.fixture
def desk(server: Demo, tmp_path: Path) -> Desk:
    """One whose temporary files are its own too, and whose token is known to the test alone."""
    server.admit(TOKEN)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    return Desk(tmp_path / "home", server.url, TOKEN, environment={"TMPDIR": str(temporary)})


def test_the_judge_finds_every_form(tmp_path: Path) -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("log", f"Authorization: Basic {base64.b64encode(f':{TOKEN}'.encode()).decode()}")
    for secret in (TOKEN, PASSWORD, jwt()):
        for name, form in forms(secret).items():
            assert name in secrets_in(b"before " + form + b" after", secret)
        for text in (f":{secret}", f"dana:{secret}", f"NORTH\\dana:{secret}"):
            assert secrets_in(base64.b64encode(text.encode()), secret)
        assert secrets_in(json.dumps({"token": secret}).encode(), secret)
        assert secrets_in(b"nothing at all", secret) == []
    assert secrets_in(packed.getvalue(), TOKEN)


def test_a_whole_session_leaves_no_secret_and_asks_no_second_host(server: Demo, desk: Desk) -> None:
    with canary() as (elsewhere, came):
        # Every address in every answer names another listener.
        server.set_faults({"name": "srv-15", "in": "links", "to": elsewhere})
        with desk.open() as terminal:
            whole_session(server, terminal, desk.home)
            # Signing in again in place: what is typed is not shown.
            sign_in(terminal, TOKEN)
            terminal.wait_for(r"(\d+)/\1 projects ok", 60.0)
            command(terminal, "connection", "typed in, kept in memory only")
            back(terminal)
            # And redirects of every kind, for reads and for a decision.
            for fault in ("srv-13", "srv-15", "srv-16", "srv-18"):
                server.set_faults({"name": fault, "to": f"{elsewhere}/_signin"})
                terminal.press("r")
                terminal.read_for(0.5)
            server.set_faults()
            back(terminal)
            terminal.press("ctrl+c")
            assert terminal.wait_exit() == 0
            shown = seen(terminal)
        assert elsewhere.encode() not in shown
        shown += crash(desk)
        shown += b"".join(printed(desk, *words) for words in (["doctor"], ["doctor", "--json"], ["journal"]))
        assert came == []
    assert {path.suffix for path in desk.home.iterdir()} >= {".txt", ".zip", ".json", ".toml"}
    look_through(desk, TOKEN, shown)


def short_session(server: Demo, desk: Desk) -> bytes:
    """A decision, the connection screen, a refusal of the sign-in, and a fault of our own."""
    with desk.open() as terminal:
        ready(terminal)
        terminal.wait_for(r"(\d+)/\1 projects ok", 60.0)
        filter_by(terminal, "type:pre why:dire")
        decide(server, terminal, "a", "Approve", "approve", "good")
        command(terminal, "connection", "Connections")
        back(terminal)
        server.set_faults("srv-12")
        terminal.press("r")
        terminal.wait_for("SIGN IN AGAIN")
        terminal.press("!")
        terminal.wait_for("sign-in page")
        server.set_faults()
        back(terminal)
        terminal.press("ctrl+c")
        assert terminal.wait_exit() == 0
        shown = seen(terminal)
    return shown + crash(desk) + printed(desk, "doctor")


def test_an_account_leaves_no_password(server: Demo, desk: Desk) -> None:
    server.admit(PASSWORD, "NORTH\\dana")
    desk.token = PASSWORD
    desk.profile = 'sign_in = "basic"\nuser = "NORTH\\\\dana"'
    look_through(desk, PASSWORD, short_session(server, desk))


def test_a_bearer_token_leaves_nothing_of_it(tmp_path: Path) -> None:
    token = jwt()
    with demo(speed=0.001, generation="services") as server:
        server.admit(token)
        desk = Desk(tmp_path / "home", server.url, token, profile='sign_in = "bearer"')
        shown = short_session(server, desk)
    look_through(desk, token.split(".")[1], shown)
    look_through(desk, token.split(".")[2], shown)
    look_through(desk, NONCE, shown)


def test_the_variable_is_the_only_place(desk: Desk) -> None:
    assert {name for name, value in desk.variables().items() if secrets_in(value.encode(), TOKEN)} == {SECRET}
    assert secrets_in(" ".join(desk.command()).encode(), TOKEN) == []
