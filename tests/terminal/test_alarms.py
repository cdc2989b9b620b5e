"""The bell, the title and OSC 9 as a terminal gets them, and what is left of them at the end."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import pytest

from tests.terminal.harness import Terminal
from tests.terminal.program import Demo, Desk
from tests.terminal.steps import ready, until

KEPT, PUT_BACK = b"\x1b[22;2t\x1b]2;reltui", b"\x1b]2;reltui\x07\x1b[23;2t"
COMMANDS = re.compile(rb"\x1b\]([0-9]+);([^\x07\x1b]*)\x07")
TITLE, NOTIFICATION = b"2", b"9"
NOTIFY = "[notify]\nosc9 = true\nbefore_expiry = []\n[ui]\nrefresh_seconds = 5\n"
PROJECT, RELEASE, STAGE = "Shared%20Services", "Release-18", "PROD"
PATIENCE = 60.0


def written(terminal: Terminal, number: bytes) -> list[str]:
    """What came in operating system commands with a number."""
    return [text.decode() for kind, text in COMMANDS.findall(bytes(terminal.raw)) if kind == number]


def bells(terminal: Terminal) -> int:
    """How often it rang: what is left without the commands, which end like a bell."""
    return COMMANDS.sub(b"", bytes(terminal.raw)).count(b"\x07")


def waiting(terminal: Terminal) -> int:
    """The number in the newest title; 0 when there is none yet."""
    found = re.fullmatch(r"reltui \((\d+)\+?\)", (written(terminal, TITLE) or [""])[-1])
    return int(found[1]) if found else 0


def ask_again(server: Demo) -> None:
    """Deploy a stage anew, for which Dana is asked at once."""
    path = f"{PROJECT}/_apis/release/releases"
    releases = server.get(f"{path}?$expand=environments&$top=100&api-version=5.1")["value"]
    release = next(each for each in releases if each["name"] == RELEASE)
    environment = next(each for each in release["environments"] if each["name"] == STAGE)
    server._request(
        "PATCH",
        f"{server.url}/{path}/{release['id']}/environments/{environment['id']}?api-version=5.1-preview.6",
        {"status": "inProgress", "comment": "Once more."},
    )


@pytest.mark.parametrize(("number", "code"), [(0, 0), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_the_title_is_there_and_put_back(desk: Desk, number: int, code: int) -> None:
    with desk.open() as terminal:
        ready(terminal)
        until(terminal, lambda: waiting(terminal) > 0, PATIENCE)
        assert bytes(terminal.raw).count(KEPT) == 1
        assert bytes(terminal.raw).count(PUT_BACK) == 0
        if number:
            terminal.kill(signal.Signals(number))
        else:
            terminal.press("q")
        assert terminal.wait_exit() == code
        assert bytes(terminal.raw).count(PUT_BACK) == 1
        assert written(terminal, TITLE)[-1] == "reltui"
        assert terminal.left_behind() == []


def test_a_new_approval_is_told(server: Demo, desk: Desk) -> None:
    desk.profile = NOTIFY
    with desk.open() as terminal:
        ready(terminal)
        terminal.wait_for("6/6 projects ok", PATIENCE)
        ask_again(server)
        # Others may come before it, or at the same time.
        wanted = re.compile(rf"reltui: (New approval: Audit\.CD / {RELEASE} / {STAGE}|\d+ new approvals.*)")
        until(terminal, lambda: any(map(wanted.fullmatch, written(terminal, NOTIFICATION))), PATIENCE)
        until(terminal, lambda: bells(terminal) >= len(written(terminal, NOTIFICATION)), PATIENCE)


def test_the_console_of_linux_gets_the_bell_alone(server: Demo, desk: Desk) -> None:
    """It would show a command as text."""
    desk.profile = NOTIFY
    desk.environment["TERM"] = "linux"
    with desk.open() as terminal:
        ready(terminal)
        terminal.wait_for("6/6 projects ok", PATIENCE)
        ask_again(server)
        until(terminal, lambda: bells(terminal) > 0, PATIENCE)
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert b"\x1b]" not in terminal.raw
        assert b"\x1b[22;2t" not in terminal.raw


def test_a_stopped_program_gives_the_title_back_and_takes_it_again(desk: Desk) -> None:
    with desk.open() as terminal:
        ready(terminal)
        until(terminal, lambda: waiting(terminal) > 0, PATIENCE)
        terminal.kill(signal.SIGTSTP)
        until(terminal, lambda: PUT_BACK in terminal.raw, PATIENCE)
        stat = Path(f"/proc/{terminal.process.pid}/stat")
        until(terminal, lambda: stat.read_text().rpartition(")")[2].split()[0] == "T", PATIENCE)
        taken = len(terminal.raw)
        terminal.kill(signal.SIGCONT)
        until(terminal, lambda: KEPT in terminal.raw[taken:], PATIENCE)
        ready(terminal)
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert bytes(terminal.raw).count(PUT_BACK) == 2
        assert terminal.left_behind() == []
