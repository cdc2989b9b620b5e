"""reltui doctor on set-ups that work and on those that do not: the real program, a real server."""

from __future__ import annotations

import base64
import json
import os
import re
import socket
import socketserver
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reltui.api import probing
from reltui.api.pace import Timing
from tests.commands import PATIENCE, document, items
from tests.commands import settings as use_settings
from tests.terminal.harness import Terminal
from tests.terminal.program import RELTUI, ROOT, SECRET, Demo, Desk, demo, demo_program

Checks = dict[tuple[str, str], dict[str, Any]]
SERVER = "demo"


def doctor(desk: Desk, *options: str, command: list[str] | None = None) -> tuple[int, str]:
    """Exit code and page of the program, as a process of its own and off a terminal."""
    done = subprocess.run(
        [*(command or desk.command()), "doctor", *options],
        cwd=ROOT,
        env=os.environ | desk.variables(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.stderr == ""
    told = done.stdout
    assert "\x1b" not in told
    assert desk.token not in told
    assert base64.b64encode(f":{desk.token}".encode()).decode() not in told
    return done.returncode, told


def checks(desk: Desk, command: list[str] | None = None) -> tuple[int, Checks]:
    """Exit code and what was found, by profile or section and by name."""
    code, told = doctor(desk, "--json", command=command)
    assert told.isascii()
    found = json.loads(told)
    assert found["version"] == 1
    assert found["code"] == code
    return code, {
        (section["profile"] or section["name"], check["name"]): check
        for section in found["sections"]
        for check in section["checks"]
    }


def states(found: Checks, of: str) -> dict[str, str]:
    return {name: check["state"] for (where, name), check in found.items() if where == of}


def closed_port() -> int:
    """A port of this machine at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def is_bad(found: Checks, name: str, words: str, todo: str, of: str = SERVER) -> None:
    """One thing is bad, says what, and says what to do."""
    check = found[of, name]
    assert check["state"] == "bad", found
    assert re.search(words, check["found"]), check
    assert re.search(todo, check["todo"] or ""), check


class TestAllIsWell:
    def test_the_page(self, server: Demo, desk: Desk) -> None:
        code, told = doctor(desk)
        assert code == 0
        lines = told.splitlines()
        assert max(map(len, lines)) <= 80
        assert lines[0].startswith("reltui ")
        heads = [line.partition(":")[0] for line in lines if re.match("[A-Z]", line)]
        assert heads == ["Configuration", "Server demo", "Folders", "Terminal", "It works."]
        assert "BAD" not in told
        assert re.search(r"^  ok    sign-in    as Dana Reyes ", told, re.MULTILINE)
        assert re.search(r"^  \?     manage     not known until used", told, re.MULTILINE)
        assert server.ledger() == []

    def test_json_has_every_check(self, server: Demo, desk: Desk) -> None:
        code, found = checks(desk)
        assert code == 0
        told = states(found, SERVER)
        assert [name for name, state in told.items() if state != "ok"] == ["execute", "manage"]
        assert told["execute"] == told["manage"] == "unknown"
        assert server.ledger() == []
        # Nothing is made in the person's folders.
        assert sorted(path.name for path in desk.home.iterdir()) == ["config.toml"]

    def test_on_a_terminal(self, desk: Desk) -> None:
        command = [*desk.command(), "doctor"]
        variables = desk.variables() | {"TERM": "xterm-256color", "LANG": "C.UTF-8", "LC_ALL": ""}
        with Terminal(command, columns=80, rows=60, environment=variables, folder=desk.home) as terminal:
            assert terminal.wait_exit(PATIENCE) == 0
            assert b"\x1b" not in terminal.raw
            told = terminal.text
        assert re.search(r"ok    size       80 columns, 60 lines", told)
        assert re.search(r"ok    letters    UTF-8", told)
        assert re.search(r"ok    drawing    TERM=xterm-256color", told)

    @pytest.mark.parametrize(
        ("generation", "told"),
        [
            ("tfs-2015.2", "TFS 2015 Update 2, REST API 2.2; without what runs where, "),
            ("tfs-2018", "TFS 2018 Update 2, REST API 4.1"),
            ("services", "Azure DevOps Services, REST API 7.1"),
        ],
    )
    def test_other_generations(self, tmp_path: Path, generation: str, told: str) -> None:
        with demo(generation=generation) as server:
            desk = Desk(tmp_path / "home", server.url, server.token)
            code, found = checks(desk)
        assert code == 0
        assert found[SERVER, "version"]["found"].startswith(told)
        assert [name for name, state in states(found, SERVER).items() if state != "ok"] == [
            "execute",
            "manage",
        ]

    def test_a_secret_that_is_typed(self, server: Demo, desk: Desk) -> None:
        command = desk.command()
        file = desk.home / "config.toml"
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace(f'{{ env = "{SECRET}" }}', "{ prompt = true }"), encoding="utf-8")
        code, found = checks(desk, command)
        assert code == 0
        assert found[SERVER, "secret"]["state"] == found[SERVER, "sign-in"]["state"] == "unknown"
        assert found[SERVER, "clock"]["state"] == "ok"
        variables = desk.variables() | {"TERM": "xterm"}
        with Terminal([*command, "doctor"], columns=80, rows=60, environment=variables) as terminal:
            terminal.wait_for("Token for demo")
            terminal.type_text(f"{server.token}\r")
            assert terminal.wait_exit(PATIENCE) == 0
            assert re.search(r"ok    sign-in    as Dana Reyes", terminal.text)
            assert server.token not in terminal.text

    def test_several_servers(self, server: Demo, desk: Desk) -> None:
        desk.profile = (
            f'[profiles.other]\nurl = "http://127.0.0.1:{closed_port()}/tfs/Main"\n'
            f'secret = {{ env = "{SECRET}" }}\n'
        )
        command = [*desk.command(), "--profile", "other", "--profile", "demo"]
        code, found = checks(desk, command)
        assert code == 1
        assert found["other", "network"]["state"] == "bad"
        assert found[SERVER, "sign-in"]["state"] == "ok"


class TestBrokenSetUps:
    def test_a_host_that_is_not_there(self, desk: Desk) -> None:
        desk = replace(desk, url="https://tfs01.nowhere.invalid/tfs/Main")
        code, found = checks(desk)
        assert code == 1
        is_bad(found, "name", r"^tfs01\.nowhere\.invalid is not known here$", "see url in the profile.*VPN")
        assert found[SERVER, "network"]["state"] == "unknown"
        assert found[SERVER, "network"]["found"] == "not examined: first repair name"
        assert found[SERVER, "secret"]["state"] == "ok"

    def test_a_port_that_refuses(self, desk: Desk) -> None:
        port = closed_port()
        code, found = checks(replace(desk, url=f"http://127.0.0.1:{port}/tfs/Main"))
        assert code == 1
        is_bad(found, "network", f"127.0.0.1 refuses connections at port {port}", "see url in the profile")
        page = doctor(replace(desk, url=f"http://127.0.0.1:{port}/tfs/Main"))[1]
        assert re.search(r"\?     the rest +not examined: first repair network", page)
        assert "To be repaired: network of demo." in page

    @pytest.mark.parametrize(
        ("kind", "words", "todo"),
        [
            ("self-signed", "issued by itself", "ca_file"),
            ("expired", "has expired on", "renew"),
            ("other-host", "127.0.0.1|another", "."),
            ("cut", "cut the TLS handshake", "firewall|proxy"),
        ],
    )
    def test_a_bad_certificate(self, tmp_path: Path, kind: str, words: str, todo: str) -> None:
        with demo_program("--fault", f"srv-50:kind={kind}") as server:
            desk = Desk(tmp_path / "home", server.url, server.token)
            if kind in ("expired", "other-host"):
                desk.profile = trusting(server, tmp_path)
            code, found = checks(desk)
        assert code == 1
        is_bad(found, "tls", words, todo)
        assert found[SERVER, "answer"]["state"] == "unknown"
        # Nothing was sent there, so nothing is known of the secret.
        assert found[SERVER, "sign-in"]["found"] == "not examined: first repair tls"

    def test_a_good_certificate_of_a_house(self, tmp_path: Path) -> None:
        with demo_program("--fault", "srv-50:kind=good") as server:
            desk = Desk(tmp_path / "home", server.url, server.token)
            desk.profile = trusting(server, tmp_path)
            _, found = checks(desk)
        assert re.search(r"TLSv1\.[23] .*issued by North Harbour", found[SERVER, "tls"]["found"])
        assert found[SERVER, "sign-in"]["state"] == "ok"

    def test_a_wrong_proxy(self, desk: Desk) -> None:
        port = closed_port()
        desk = replace(desk, url="https://tfs01.example/tfs/Main")
        desk.environment["https_proxy"] = f"http://anna:pa55-of-the-proxy@127.0.0.1:{port}"
        code, told = doctor(desk)
        assert code == 1
        assert "pa55-of-the-proxy" not in told
        _, found = checks(desk)
        label = rf"http://127\.0\.0\.1:{port} \(https_proxy\)"
        is_bad(found, "network", f"the proxy {label} refuses connections", label)

    def test_a_proxy_that_is_no_proxy(self, server: Demo, desk: Desk) -> None:
        """It is a web server, which does not connect."""
        proxy = "/".join(server.url.split("/")[:3])
        desk = replace(desk, url="https://tfs01.example/tfs/Main", profile=f'proxy = "{proxy}"')
        code, found = checks(desk)
        assert code == 1
        is_bad(found, "proxy", r"The proxy http://127\.0\.0\.1:\d+ \(config\.toml\)", ".")

    def test_a_wrong_token(self, server: Demo, desk: Desk) -> None:
        code, found = checks(replace(desk, token="wrong-" + "w" * 40))
        assert code == 1
        is_bad(found, "sign-in", ".", "make a new access token")
        assert found[SERVER, "answer"]["state"] == "ok"
        assert found[SERVER, "clock"]["state"] == "ok"
        assert found[SERVER, "version"]["state"] == "unknown"
        assert server.ledger() == []

    def test_no_token(self, desk: Desk) -> None:
        desk.environment[SECRET] = ""
        code, found = checks(desk)
        assert code == 1
        is_bad(found, "secret", SECRET, rf"export {SECRET}")

    def test_a_token_that_may_only_read(
        self, server: Demo, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nothing is tried; what was refused before is known, also to another run, until it works."""
        use_settings(desk, monkeypatch)
        assert states(checks(desk)[1], SERVER)["manage"] == "unknown"
        server.set_faults({"name": "srv-25"})
        rows = [each for each in items(desk, "--scope", "mine") if each["kind"] == "approval"]
        approve(desk, rows[0]["id"], 1)
        code, found = checks(desk)
        assert code == 0
        assert found[SERVER, "manage"]["state"] == "warn"
        assert "Manage release approvers" in found[SERVER, "manage"]["found"]
        assert "vso.release_manage" in found[SERVER, "manage"]["todo"]
        server.set_faults()
        approve(desk, rows[0]["id"], 0)
        _, found = checks(desk)
        assert found[SERVER, "manage"]["state"] == "ok"
        assert "worked on " in found[SERVER, "manage"]["found"]
        assert len(server.ledger()) == 2

    def test_a_read_only_profile(self, desk: Desk) -> None:
        desk.profile = "read_only = true"
        _, found = checks(desk)
        assert "read-only" in found[SERVER, "manage"]["found"]

    @pytest.mark.parametrize(
        ("head", "body", "words", "todo"),
        [
            ("200 OK", "<title>Welcome to IIS</title>", "is called .Welcome to IIS.", "url in the profile"),
            ("200 OK", "{}", "another program answered", "url in the profile"),
            (
                "302 Found\r\nLocation: https://tfs.elsewhere.example/tfs",
                "",
                r"tfs\.elsewhere\.example",
                "url",
            ),
            ("511 Network Authentication Required", "<title>Guests</title>", "portal", "browser|sign in"),
            ("503 Service Unavailable\r\nRetry-After: 40", "<title>Maintenance</title>", ".", "wait 40 s"),
        ],
    )
    def test_something_else_answers(self, desk: Desk, head: str, body: str, words: str, todo: str) -> None:
        with answering(head, body) as (url, heads):
            code, found = checks(replace(desk, url=url))
        assert code == 1
        is_bad(found, "answer", words, todo)
        # The secret was never shown to it.
        assert found[SERVER, "sign-in"]["state"] == "unknown"
        assert heads
        assert not any("authorization" in each.lower() for each in heads)

    @pytest.mark.parametrize(
        ("fault", "words"), [("srv-11", "A proxy or another program answered"), ("srv-06", "TF24668")]
    )
    def test_something_else_answers_behind_the_door(
        self, server: Demo, desk: Desk, fault: str, words: str
    ) -> None:
        server.set_faults({"name": fault})
        code, found = checks(desk)
        assert code == 1
        is_bad(found, "sign-in", words, ".")

    def test_a_collection_that_is_not_there(self, desk: Desk) -> None:
        code, found = checks(replace(desk, url=desk.url.replace("NorthCollection", "SouthCollection")))
        assert code == 1
        is_bad(found, "sign-in", ".", "see url in the profile")

    @pytest.mark.parametrize("which", ["state", "cache", "state/journal"])
    def test_a_folder_that_is_open_to_others(self, desk: Desk, which: str) -> None:
        kind, _, below = which.partition("/")
        folder = desk.home / kind / "reltui" / below
        folder.mkdir(mode=0o700, parents=True)
        folder.parent.chmod(0o700)
        folder.chmod(0o755)
        code, found = checks(desk)
        assert code == 1
        is_bad(found, kind, "is open to other users$", rf"^chmod 700 .*{folder.name}$", "folders")
        assert found[SERVER, "sign-in"]["state"] == "ok"

    @pytest.mark.parametrize("term", ["dumb", ""])
    def test_a_terminal_that_cannot_be_drawn_on(self, desk: Desk, term: str) -> None:
        command = [*desk.command(), "doctor"]
        variables = desk.variables() | {"TERM": term}
        with Terminal(command, columns=80, rows=60, environment=variables, folder=desk.home) as terminal:
            assert terminal.wait_exit(PATIENCE) == 1
            assert b"\x1b" not in terminal.raw
            told = terminal.text
        assert re.search(r"BAD   drawing    TERM.*: no screen\s+-> export TERM=xterm-256color", told)

    @pytest.mark.parametrize(
        ("seconds", "state", "words"),
        [
            (7200, "bad", "2 hours behind the server"),
            (-1800, "bad", "30 minutes ahead of the server"),
            (120, "warn", "behind"),
        ],
    )
    def test_a_clock_that_is_wrong(
        self, server: Demo, desk: Desk, seconds: int, state: str, words: str
    ) -> None:
        server.set_faults({"name": "srv-42", "seconds": seconds})
        code, found = checks(desk)
        assert code == (1 if state == "bad" else 0)
        assert found[SERVER, "clock"]["state"] == state
        assert words in found[SERVER, "clock"]["found"]
        assert "timedatectl" in found[SERVER, "clock"]["todo"]

    def test_a_server_that_says_nothing(
        self, server: Demo, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Each check has an end, and what comes after it is told."""
        use_settings(desk, monkeypatch)
        monkeypatch.setattr(probing, "PATIENCE", Timing(read=0.4, connect=10.0, tries=1))
        with socket.create_server(("127.0.0.1", 0), backlog=16) as silent:
            desk = replace(desk, url=f"http://127.0.0.1:{silent.getsockname()[1]}/tfs/Main")
            code, told = document(desk, "doctor")
        assert code == 1
        by_name = {check["name"]: check for section in told["sections"] for check in section["checks"]}
        assert by_name["network"]["state"] == "ok"
        assert by_name["answer"]["state"] == "bad"
        assert "gave no whole answer within 0.4 seconds" in by_name["answer"]["found"]
        assert by_name["sign-in"]["found"] == "not examined: first repair answer"
        assert by_name["state"]["state"] == "ok"

    def test_ctrl_c_while_it_waits(self, desk: Desk) -> None:
        with socket.create_server(("127.0.0.1", 0), backlog=16) as silent:
            desk = replace(desk, url=f"http://127.0.0.1:{silent.getsockname()[1]}/tfs/Main")
            with Terminal([*desk.command(), "doctor"], environment=desk.variables()) as terminal:
                terminal.wait_for("in use: demo")
                silent.accept()[0].close()
                terminal.press("ctrl+c")
                assert terminal.wait_exit(PATIENCE) == 130
                assert "Traceback" not in terminal.text

    def test_a_project_that_is_not_there(self, desk: Desk) -> None:
        desk.profile = 'projects = ["Billing", "Nowhere"]'
        code, found = checks(desk)
        assert code == 0
        assert found[SERVER, "projects"]["state"] == "warn"
        assert "there is no Nowhere" in found[SERVER, "projects"]["found"]


@contextmanager
def answering(head: str, body: str) -> Iterator[tuple[str, list[str]]]:
    """A server that says the same to everybody: its address, and what it was asked."""
    heads: list[str] = []
    whole = f"HTTP/1.1 {head}\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n"
    answer = f"{whole}Connection: close\r\n\r\n{body}".encode()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            asked = b""
            while line := self.rfile.readline().strip():
                asked += line + b"\n"
            # Somebody may only knock.
            if asked:
                heads.append(asked.decode())
                self.wfile.write(answer)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as listener:
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.server_address[1]}/tfs/Main", heads
        finally:
            listener.shutdown()
            thread.join()


def approve(desk: Desk, number: int, code: int) -> None:
    """Approve, as a process; it ends with this code."""
    done = subprocess.run(
        [*desk.command(), "approve", str(number), "--yes"],
        cwd=ROOT,
        env=os.environ | desk.variables(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr


def trusting(server: Demo, folder: Path) -> str:
    """A line of the profile: the authority of a server with TLS."""
    file = folder / "authority.pem"
    file.write_text(server.authority, encoding="ascii")
    return f'ca_file = "{file}"'


class TestConfiguration:
    def test_none(self, nowhere: Desk) -> None:
        code, found = checks(nowhere, [*RELTUI])
        assert code == 2
        is_bad(found, "file", "there is no .*config.toml yet", "^reltui init ", "configuration")
        assert found["folders", "state"]["state"] == "ok"
        assert not any(where == SERVER for where, _ in found)

    @pytest.mark.parametrize(
        ("break_it", "words"),
        [
            (lambda text: text.replace("secret =", "sekret ="), r"config\.toml:\d+: .*sekret.*\"secret\""),
            (lambda text: text + '[keys]\napprov = "a"\n', r"config\.toml:\d+: keys\.approv"),
            (lambda text: text + "[keys\n", "not valid TOML"),
        ],
    )
    def test_a_mistake(self, nowhere: Desk, break_it: Callable[[str], str], words: str) -> None:
        command = nowhere.command()
        file = nowhere.home / "config.toml"
        file.write_text(break_it(file.read_text(encoding="utf-8")), encoding="utf-8")
        code, found = checks(nowhere, command)
        assert code == 2
        is_bad(found, "file", words, "repair it", "configuration")
        assert found["folders", "cache"]["state"] == "ok"

    @pytest.mark.parametrize("options", [["--config", "/absent/x.toml"], ["--profile", "other"]])
    def test_what_is_asked_for_is_not_there(self, nowhere: Desk, options: list[str]) -> None:
        code, found = checks(nowhere, [*nowhere.command(), *options])
        assert code == 2
        is_bad(found, "file", re.escape(options[1]), ".", "configuration")


@pytest.fixture
def nowhere(tmp_path: Path) -> Desk:
    """A configuration of a server that does not exist."""
    return Desk(tmp_path / "home", "http://127.0.0.1:9/tfs/Nowhere", "secret-of-nowhere")
