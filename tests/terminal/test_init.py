"""reltui init: plain questions in a terminal, and the file that comes of them; links as an argument."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from reltui import config
from reltui.config import SecretSource
from tests.terminal.harness import Terminal
from tests.terminal.program import RELTUI, SECRET, Demo, Desk
from tests.terminal.steps import confirm, may_change, type_in

TOKEN = "personal access token"


@pytest.fixture
def file(desk: Desk) -> Path:
    """The configuration that is about to be written."""
    desk.home.mkdir(mode=0o700, exist_ok=True)
    return desk.home / "config" / "reltui" / "config.toml"


def init(desk: Desk, *arguments: str) -> Terminal:
    return Terminal(
        [*RELTUI, "init", *arguments],
        columns=80,
        rows=40,
        environment=desk.variables(),
        folder=desk.home,
    )


def test_from_an_address_to_a_file(server: Demo, desk: Desk, file: Path) -> None:
    with init(desk) as terminal:
        terminal.wait_for("Address of the collection")
        terminal.type_text("http://127.0.0.1:9/tfs/Main\r", pause=0)
        terminal.wait_for("127.0.0.1 cannot be reached")
        terminal.type_text(f"{server.url}\r", pause=0)
        terminal.wait_for(r"it offers Basic, NTLM\.[\s\S]*Number \[1\]:")
        terminal.type_text("pat\r1\r", pause=0)
        terminal.wait_for(r"Name of the variable \[RELTUI_127_0_0_1\]:")
        terminal.type_text(f"{SECRET}\r", pause=0)
        terminal.wait_for(r"Signed in as Dana Reyes[\s\S]*empty for all:")
        terminal.type_text("7\r", pause=0)
        terminal.wait_for('"7" is no project there')
        terminal.type_text("2-3,billing\r", pause=0)
        terminal.wait_for(r"Write it\? \[y/N\]:")
        assert not file.exists()
        terminal.type_text("y\r", pause=0)
        assert terminal.wait_exit() == 0
        assert "with the profile 127-0-0-1" in terminal.text
        assert server.token.encode() not in terminal.raw
        assert b"\x1b" not in terminal.raw
    found = config.load(file).profiles["127-0-0-1"]
    assert (found.url, found.secret) == (server.url, SecretSource(env=SECRET))
    assert found.projects == ("Customer Portal", "Data Platform", "Billing")
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert server.ledger() == []
    # A second time the address is known.
    with init(desk, server.url) as terminal:
        assert terminal.wait_exit() == 1
        # Where the terminal breaks the line depends on how long the file's path is.
        assert "hasthiscollectionalready,as[profiles.127-0-0-1]" in "".join(terminal.text.split())


def test_a_secret_is_typed_unseen_and_not_repeated(server: Demo, desk: Desk, file: Path) -> None:
    with init(desk, server.url) as terminal:
        terminal.wait_for(r"Number \[1\]:")
        terminal.type_text("1\rprompt\r", pause=0)
        terminal.wait_for("not shown")
        terminal.wait_quiet()
        terminal.type_text("hunter2\r", pause=0)
        # Refused once, it is not sent again: another way is asked for.
        terminal.wait_for(r"does not accept the secret[\s\S]*Number \[1\]:")
        terminal.type_text("1\rprompt\r", pause=0)
        terminal.wait_for(r"does not accept the secret[\s\S]*not shown")
        terminal.wait_quiet()
        terminal.type_text(f"{server.token}\r", pause=0)
        terminal.wait_for("empty for all:")
        terminal.type_text("\r", pause=0)
        terminal.wait_for(r"Write it\?")
        terminal.type_text("\r", pause=0)
        assert terminal.wait_exit() == 1
        assert "Nothing was written." in terminal.text
        assert server.token.encode() not in terminal.raw
        assert b"hunter2" not in terminal.raw
    assert not file.exists()


def test_a_present_file_is_changed_only_as_it_was_shown(server: Demo, desk: Desk, file: Path) -> None:
    file.parent.mkdir(parents=True, mode=0o700)
    before = '# mine\n[profiles.old]\nurl = "https://tfs01.example/Main"  # here\nsecret = { env = "X" }\n'
    file.write_text(before)
    with init(desk, server.url) as terminal:
        terminal.wait_for(r"Number \[1\]:")
        terminal.type_text(f"1\r1\r{SECRET}\r", pause=0)
        terminal.wait_for("empty for all:")
        terminal.type_text("\r", pause=0)
        terminal.wait_for(r"Write it\?")
        assert "+[profiles.127-0-0-1]" in terminal.text
        assert file.read_text() == before
        terminal.type_text("yes\r", pause=0)
        assert terminal.wait_exit() == 0
    after = file.read_text()
    assert before in after
    assert config.load(file).default == ("old", "127-0-0-1")


def test_the_end_of_the_input_and_a_signal_write_nothing(desk: Desk, file: Path) -> None:
    with init(desk) as terminal:
        terminal.wait_for("Address of the collection")
        terminal.press("ctrl+d")
        assert terminal.wait_exit() == 1
        assert "Nothing was written." in terminal.text
    with init(desk) as terminal:
        terminal.wait_for("Address of the collection")
        terminal.press("ctrl+c")
        assert terminal.wait_exit() == 130
        assert "Traceback" not in terminal.text
    assert not file.exists()


def test_without_a_terminal_nobody_can_be_asked(desk: Desk, file: Path) -> None:
    done = subprocess.run(
        [*RELTUI, "init"],
        env=os.environ | desk.variables(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "needs a terminal" in done.stderr
    assert not file.exists()


def test_a_link_opens_what_it_is_of(server: Demo, desk: Desk) -> None:
    release = server.get("Billing/_apis/release/releases?$top=1&api-version=7.0")["value"][0]
    link = f"{server.url}/Billing/_releaseProgress?_a=release-pipeline-progress&releaseId={release['id']}"
    desk.options = ("--read-only", link)
    with desk.open() as terminal:
        terminal.wait_for(f"{release['releaseDefinition']['name']} > ")
        terminal.wait_for(r"\[Stages\]")
        terminal.press("ctrl+c")
        assert terminal.wait_exit() == 0


def test_a_link_of_another_collection_is_one_sentence(desk: Desk) -> None:
    desk.options = ("https://tfs09.example/tfs/Other/Billing/_release?releaseId=5",)
    done = subprocess.run(
        desk.command(),
        env=os.environ | desk.variables(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == (
        "reltui: No profile in use has the collection of this link; "
        "run: reltui init https://tfs09.example/tfs/Other\n"
    )


def answer(terminal: Terminal, text: str, wanted: str) -> None:
    """Type a text, and Enter as a key that stands alone; wait for the next question."""
    type_in(terminal, text)
    confirm(terminal, wanted, "enter")


def test_the_welcome_leads_to_the_first_inbox(server: Demo, desk: Desk, file: Path) -> None:
    """In one run: no configuration, a server set up with a secret that is typed once, its approvals."""
    with Terminal(RELTUI, columns=80, rows=32, environment=desk.variables(), folder=desk.home) as terminal:
        terminal.wait_for("sets up a server of your own")
        # A key is dropped while the program is only painted and not yet there.
        for _ in range(6):
            if may_change(terminal, "s", 10.0):
                break
        terminal.wait_for("Address")
        answer(terminal, server.url, "How do you sign in")
        answer(terminal, "", "Where is the secret")
        answer(terminal, "ask", "Secret .not shown")
        answer(terminal, server.token, "Which of the 6 projects")
        answer(terminal, "", "Write config.toml")
        confirm(terminal, "6/6 projects ok")
        terminal.wait_for(r"\[Approvals\(\d+\)\]")
        assert server.token.encode() not in terminal.raw
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert terminal.left_behind() == []
    assert config.load(file).profiles["127-0-0-1"].secret == SecretSource(prompt=True)
    for written in desk.home.rglob("*"):
        assert not written.is_file() or server.token.encode() not in written.read_bytes()
