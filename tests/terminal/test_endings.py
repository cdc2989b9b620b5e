"""However it ends: the terminal is as it was, and what was sent is known (reliability.md A4, E1 to E3)."""

from __future__ import annotations

import re
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.terminal.harness import FRAME, Terminal
from tests.terminal.program import Demo, Desk
from tests.terminal.steps import confirm, inbox, name_of, open_dialog, ready, until, whole_verdict
from tests.waiting import NotShown

CRASHING = """
import sys
from reltui.ui.app import ReltuiApp
from reltui.cli import main
def go_top(self, name):
    token = self.service
    secret = open(sys.argv[1]).read()
    raise RuntimeError("a fault that was planted, with " + secret)
ReltuiApp.go_top = go_top
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.parametrize(
    ("how", "code"),
    [("q", 0), ("ctrl+c", 0), (signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, None)],
)
def test_the_terminal_is_restored(desk: Desk, how: str | signal.Signals, code: int | None) -> None:
    with desk.open() as terminal:
        ready(terminal)
        assert 1049 in terminal.modes
        assert FRAME in terminal.modes_ever
        if isinstance(how, str):
            terminal.press(how)
        else:
            terminal.kill(how)
        ended = terminal.wait_exit()
        assert code is None or ended == code
        assert terminal.left_behind() == []
        assert "Traceback" not in terminal.text


def test_no_mouse_unless_asked(desk: Desk) -> None:
    with desk.open() as terminal:
        ready(terminal)
        assert not terminal.modes_ever & {1000, 1002, 1003, 1006, 1015}


def test_a_fault_of_our_own(desk: Desk) -> None:
    """One sentence, exit code 1, a file without values, and the terminal restored."""
    secret = desk.home.with_name("planted")
    secret.write_text("p1ant3d-s3cr3t")
    command = [sys.executable, "-c", CRASHING, str(secret), *desk.command()[3:]]
    with Terminal(command, environment=desk.variables()) as terminal:
        ready(terminal)
        terminal.press("2")
        assert terminal.wait_exit() == 1
        assert terminal.left_behind() == []
        assert "reltui stopped by a fault of its own (RuntimeError)" in terminal.text
        for word in (b"p1ant3d", desk.token.encode(), b"Traceback"):
            assert word not in terminal.raw
    files = [file for file in desk.home.rglob("*") if file.is_file()]
    crash = [file for file in files if file.name.startswith("crash-")]
    assert len(crash) == 1
    assert "go_top" in crash[0].read_text()
    for file in files:
        assert file.stat().st_mode & 0o077 == 0 or file.name == "config.toml", file
        held = file.read_bytes()
        assert b"p1ant3d" not in held
        assert desk.token.encode() not in held


def test_suspend_and_back(desk: Desk) -> None:
    (desk.home.parent / "inputrc").write_text("set enable-bracketed-paste off\n")
    environment = desk.variables() | {"PS1": "shell> ", "INPUTRC": str(desk.home.parent / "inputrc")}
    line = " ".join(f"'{part}'" for part in desk.command())
    with Terminal(["bash", "--norc", "--noprofile", "-i"], environment=environment) as terminal:
        terminal.wait_for("shell>")
        terminal.type_text(f"{line}\r", pause=0)
        ready(terminal)
        shown = name_of(terminal)
        settings = terminal.left_behind()
        terminal.press("ctrl+z")
        terminal.wait_for("Stopped")
        assert [found for found in terminal.left_behind() if found != "the line settings differ"] == []
        terminal.type_text("stty -a\r", pause=0)
        terminal.wait_for(r"[^-]icanon")
        terminal.wait_for(r"[^-]echo ")
        terminal.type_text("fg\r", pause=0)
        ready(terminal)
        until(terminal, lambda: name_of(terminal) == shown)
        assert terminal.left_behind() == settings
        terminal.press("j")
        until(terminal, lambda: name_of(terminal) != shown)
        terminal.press("q")
        terminal.wait_for(r"shell> *$")
        assert [found for found in terminal.left_behind() if found != "the line settings differ"] == []
        terminal.type_text("exit\r", pause=0)
        terminal.wait_exit()


def send_slowly(server: Demo, desk: Desk, terminal: Terminal) -> None:
    """Approve while the server does it and never answers (srv-02)."""
    server.set_faults({"name": "srv-02", "method": "PATCH"})
    inbox(terminal)
    open_dialog(terminal, "a", "Approve")
    confirm(terminal, r"sending: approve ")
    until(terminal, lambda: len(server.ledger()) == 1)


def what_the_next_start_says(server: Demo, desk: Desk) -> str:
    """Start again with the server well; the status line once the decision is settled."""
    server.set_faults()
    with desk.open() as terminal:
        terminal.wait_for("landed: approve ")
        ready(terminal)
        found = whole_verdict(terminal, "Approved by you")
        terminal.press("q")
        assert terminal.wait_exit() == 0
    return found


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGHUP, 129), (signal.SIGKILL, -signal.SIGKILL)],
)
def test_the_end_while_an_answer_is_awaited(
    server: Demo, desk: Desk, number: signal.Signals, code: int
) -> None:
    with desk.open() as terminal:
        send_slowly(server, desk, terminal)
        terminal.kill(number)
        if number != signal.SIGKILL:
            terminal.wait_for("Waiting up to 10 s for: approve ")
            assert terminal.left_behind() == []
        assert terminal.wait_exit() == code
        if number != signal.SIGKILL:
            assert "not settled: approve " in terminal.text
    assert "Approved by you" in what_the_next_start_says(server, desk)
    assert [(entry["method"], entry["applied"]) for entry in server.ledger()] == [("PATCH", True)]


def test_the_window_is_closed_while_an_answer_is_awaited(server: Demo, desk: Desk) -> None:
    """The answer comes late but in time: the program stays for it, though nobody can see it any more."""
    server.set_faults({"name": "srv-23", "method": "PATCH", "seconds": 2})
    with desk.open() as terminal:
        inbox(terminal)
        open_dialog(terminal, "a", "Approve")
        confirm(terminal, r"sending: approve ")
        until(terminal, lambda: len(server.ledger()) == 1)
        terminal.hang_up()
        assert terminal.wait_exit() == 129
    assert [(e["method"], e["applied"], e["answered"]) for e in server.ledger()] == [("PATCH", True, True)]
    with desk.open() as terminal:
        ready(terminal)
        terminal.wait_for("landed: approve ")
    assert len(server.ledger()) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_the_end_while_a_decision_is_held(server: Demo, desk: Desk, number: signal.Signals) -> None:
    desk.hold_seconds = 60
    with desk.open() as terminal:
        inbox(terminal)
        open_dialog(terminal, "a", "Approve")
        confirm(terminal, r"held \d+ s")
        terminal.kill(number)
        assert terminal.wait_exit() == 128 + number
        assert "not sent: approve" in terminal.text
        assert terminal.left_behind() == []
    with desk.open() as terminal:
        ready(terminal)
        terminal.wait_for("not sent: approve")
    assert server.ledger() == []


def stall(terminal: Terminal) -> None:
    """Have more drawn than a terminal takes that nobody reads."""
    for number in range(31):
        terminal.resize(200 - number % 2, 60)
        time.sleep(0.04)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_the_end_in_a_terminal_that_nobody_reads(server: Demo, desk: Desk, number: signal.Signals) -> None:
    desk.hold_seconds = 60
    with desk.open(columns=200, rows=60) as terminal:
        inbox(terminal)
        open_dialog(terminal, "a", "Approve")
        confirm(terminal, r"held \d+ s")
        stall(terminal)
        terminal.kill(number)
        assert terminal.process.wait(60) == 128 + number
    assert server.ledger() == []


def test_a_terminal_that_is_read_again_shows_all_of_the_screen(server: Demo, desk: Desk) -> None:
    """Meanwhile a decision went its way; nothing of the program waited."""
    # So long that it is seen on a busy machine, too.
    desk.hold_seconds = 5
    with desk.open(columns=200, rows=60) as terminal:
        inbox(terminal)
        open_dialog(terminal, "a", "Approve")
        confirm(terminal, r"held \d+ s")
        stall(terminal)
        until_unread(lambda: len(server.ledger()) == 1)
        terminal.wait_for("landed: approve")
        terminal.wait_for(r"\[Approvals\(12\)\]")
        until(terminal, lambda: re.search(r"not (yet )?read|reading", terminal.text) is None)
        terminal.wait_quiet(1.0)
        shown = same_but_times(terminal.text)
        for columns in (199, 200):
            terminal.resize(columns, 60)
            terminal.wait_quiet(0.5)
        until(terminal, lambda: same_but_times(terminal.text) == shown)
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert terminal.left_behind() == []


def until_unread(condition: Callable[[], bool]) -> None:
    """Wait without reading the terminal."""
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    raise NotShown("it did not come about")


def same_but_times(text: str) -> list[str]:
    """The lines without their numbers, which count the time."""
    return [re.sub(r"\d+", "0", line) for line in text.splitlines()]


def test_a_stop_from_outside_is_refused_while_an_answer_is_awaited(server: Demo, desk: Desk) -> None:
    with desk.open() as terminal:
        send_slowly(server, desk, terminal)
        terminal.kill(signal.SIGTSTP)
        terminal.wait_for("Not suspended: approve")
        state = Path(f"/proc/{terminal.process.pid}/stat").read_text().rpartition(")")[2].split()[0]
        assert state != "T"


def test_keys_stay_whole_after_a_stop_without_notice(desk: Desk) -> None:
    with desk.open() as terminal:
        ready(terminal)
        for _ in range(2):
            terminal.kill(signal.SIGSTOP)
            terminal.read_for(0.2)
            written = len(terminal.raw)
            terminal.kill(signal.SIGCONT)
            # It takes the terminal anew, and drops what was typed before that.
            until(terminal, partial(_has_begun, terminal, written))
            ready(terminal)
        threads = Path(f"/proc/{terminal.process.pid}/task")
        names = [(thread / "comm").read_text().strip() for thread in threads.iterdir()]
        assert len(names) == len(set(names)) or names.count("textual-input") <= 1
        terminal.press(*["down"] * 4, pause=0.05)
        terminal.press("2")
        terminal.wait_for(r"\[Releases\]")
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert terminal.left_behind() == []


def _has_begun(terminal: Terminal, written: int) -> bool:
    return b"\x1b[?1049h" in terminal.raw[written:]


def test_bytes_that_no_terminal_sends(desk: Desk) -> None:
    """They are dropped; what comes after them is heard."""
    odd = ("97;1:3u", "1114112u", "99999999999999999999u", "1;1:3A", "97:65;1u", "48;0;0;0;0t", "48;9;9;9;9t")
    with desk.open() as terminal:
        ready(terminal)
        for sequence in odd:
            terminal.send(f"\x1b[{sequence}".encode())
            terminal.read_for(0.1)
            assert not terminal.ended, sequence
        terminal.press("2")
        terminal.wait_for(r"\[Releases\]")
        terminal.press("q")
        assert terminal.wait_exit() == 0


def test_the_exit_code_of_an_end_that_is_not_settled(server: Demo, desk: Desk) -> None:
    with desk.open() as terminal:
        send_slowly(server, desk, terminal)
        open_dialog(terminal, "ctrl+c", r"Quit while a decision is on its way\?")
        confirm(terminal, "Waiting up to 10 s for: approve ")
        assert terminal.wait_exit() == 3
        assert "not settled: approve " in terminal.text
        assert terminal.left_behind() == []


def test_the_demo_ends_with_its_program(tmp_path: Path) -> None:
    """Its server is gone when the program is, even by SIGKILL (reliability.md G7)."""
    environment = Desk(tmp_path, "", "").variables()
    command = [sys.executable, "-m", "reltui", "demo"]
    with Terminal(command, environment=environment) as terminal:
        ready(terminal)
        children = Path(f"/proc/{terminal.process.pid}/task/{terminal.process.pid}/children").read_text()
        [child] = [int(number) for number in children.split()]
        terminal.kill(signal.SIGKILL)
        terminal.wait_exit()
        until(terminal, lambda: not is_running(child))


def is_running(process: int) -> bool:
    """Whether a process of this id runs; one that has ended and waits to be collected does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
