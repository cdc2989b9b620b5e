"""The commands on a terminal, and as processes that are ended from outside."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.commands import PATIENCE, PROTECTED, document, items, mine, open_command, run, settings, start
from tests.terminal.program import ROOT, Demo, Desk
from tests.waiting import NotShown


@pytest.fixture
def careful(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """With protected stages, as most people have them."""
    desk.profile = PROTECTED
    settings(desk, monkeypatch)
    return desk


def test_the_table_on_a_terminal(careful: Desk) -> None:
    ids = [str(item["id"]) for item in items(careful)]
    with open_command(careful, "inbox") as terminal:
        assert terminal.wait_exit(PATIENCE) == 0
        table = terminal.text.splitlines()
        assert b"\x1b" not in terminal.raw
    assert [line.split()[0] for line in table[1 : len(ids) + 1]] == ids
    assert table[0].split()[:3] == ["Id", "Waits", "Project"]


def test_create_and_abandon_ask(server: Demo, careful: Desk) -> None:
    with open_command(careful, "create", "Invoice.CD") as terminal:
        terminal.wait_for(r"invoice-service.CI is now \S+")
        terminal.wait_for("To create it, type y:")
        terminal.type_text("n\r")
        assert terminal.wait_exit(PATIENCE) == 1
    assert server.ledger() == []
    with open_command(careful, "create", "Invoice.CD") as terminal:
        terminal.wait_for("To create it, type y:")
        terminal.type_text("y\r")
        assert terminal.wait_exit(PATIENCE) == 0
        number = re.search(r"\(id (\d+)\) was created", terminal.text)
    assert number is not None
    # A new release moves on for a while, and what changes meanwhile would rightly stop the decision.
    server.advance(60)
    with open_command(careful, "abandon", number[1]) as terminal:
        terminal.wait_for(r"type the end of its name, \S+:")
        asked = re.search(r"type the end of its name, (\S+):", terminal.text)
        assert asked is not None
        terminal.type_text(f"{asked[1]}\r")
        assert terminal.wait_exit(PATIENCE) == 0
        assert "landed: abandon Invoice.CD" in terminal.text
    assert len(server.ledger()) == 2


def test_no_screen_is_loaded(careful: Desk) -> None:
    command = [sys.executable, "-X", "importtime", *careful.command()[1:], "inbox"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | careful.variables(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0
    assert " reltui.data.service" in done.stderr
    assert not re.search(r"\| +(textual|reltui\.ui)\b", done.stderr)


def test_an_output_that_nobody_reads(careful: Desk) -> None:
    with start(careful, "inbox") as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(PATIENCE) == 1
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_it_is_not_settled(server: Demo, careful: Desk) -> None:
    """The answer never comes, and a signal ends the wait; what was sent is not told as anything else."""
    careful.profile = ""
    item = items(careful)[0]
    server.set_faults({"name": "srv-02", "method": "PATCH"})
    with start(careful, "approve", str(item["id"]), "--yes") as process:
        wait_for_write(server)
        process.send_signal(signal.SIGTERM)
        out, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 143
    assert "Waiting up to 10 s for: approve " in errors
    assert out.startswith("not settled: approve ")
    server.set_faults()
    # The next command that decides settles it first, and tells it.
    _, _, errors = run(careful, "approve", "1", "--yes")
    assert "of an earlier run: " in errors
    assert len(server.ledger()) == 1


def wait_for_write(server: Demo) -> None:
    """Until the server has received a write."""
    for _ in range(600):
        if server.ledger():
            return
        time.sleep(0.1)
    raise NotShown("nothing was sent")


class TestAsking:
    def test_a_protected_stage_asks_for_its_name(self, server: Demo, careful: Desk) -> None:
        item = mine(careful)
        stage = item["stage"]["name"]
        for typed, code in ((f"{stage[:-1]}", 1), ("y", 1), ("", 1), (stage, 0)):
            with open_command(careful, "approve", str(item["id"])) as terminal:
                terminal.wait_for(f"To approve, type the stage's name, {stage}:")
                assert re.search(rf"Release +{re.escape(item['release']['name'])}, id", terminal.text)
                assert re.search(r"Your yes +\S", terminal.text)
                terminal.type_text(f"{typed}\r")
                assert terminal.wait_exit(PATIENCE) == code
                wanted = "landed: approve" if code == 0 else "Not confirmed; nothing was sent."
                assert wanted in terminal.text
                assert b"\x1b" not in terminal.raw
        assert len(server.ledger()) == 1

    def test_several_ask_for_their_count(self, server: Demo, careful: Desk) -> None:
        careful.profile = ""
        numbers = [str(i["id"]) for i in items(careful) if i["kind"] == "approval"][:2]
        with open_command(careful, "reject", *numbers, "--comment", "not tonight") as terminal:
            terminal.wait_for("To reject all 2, type how many they are:")
            terminal.type_text("2\r")
            assert terminal.wait_exit(PATIENCE) == 0
            assert terminal.text.count("landed: reject") == 2
        assert len(server.ledger()) == 2

    def test_what_is_left_out_is_told_before_the_question(self, server: Demo, careful: Desk) -> None:
        careful.profile = ""
        rows = items(careful, "--insight", "--filter", "type:pre")
        older = next(str(item["id"]) for item in rows if item["superseded"])
        others = [str(item["id"]) for item in rows if item["flags"] == ["last"]][:2]
        with open_command(careful, "approve", older, *others) as terminal:
            terminal.wait_for("not sent: approve .*Superseded: ")
            terminal.wait_for("To approve all 2, type how many they are:")
            terminal.type_text("2\r")
            assert terminal.wait_exit(PATIENCE) == 1
            assert terminal.text.count("landed: approve") == 2
        assert len(server.ledger()) == 2

    def test_what_was_typed_before_the_question_is_no_answer(self, server: Demo, careful: Desk) -> None:
        careful.profile = ""
        item = items(careful)[0]
        with open_command(careful, "approve", str(item["id"])) as terminal:
            terminal.type_text("y\ry\r", pause=0)
            terminal.wait_for("To approve, type y:")
            terminal.read_for(1.0)
            assert not terminal.ended
            terminal.press("ctrl+c")
            assert terminal.wait_exit(PATIENCE) == 130
        assert server.ledger() == []

    def test_ctrl_c_takes_a_held_decision_back(self, server: Demo, careful: Desk) -> None:
        careful.profile, careful.hold_seconds = "", 60
        item = items(careful)[0]
        with open_command(careful, "approve", str(item["id"])) as terminal:
            terminal.wait_for("Ctrl.C takes it back for 60 s")
            terminal.wait_for("type y:")
            terminal.type_text("y\r")
            terminal.wait_for(r"held for \d+ s: approve")
            terminal.press("ctrl+c")
            assert terminal.wait_exit(PATIENCE) == 130
            assert "taken back: approve" in terminal.text
        assert server.ledger() == []

    def test_the_window_is_closed_while_it_is_held(self, server: Demo, careful: Desk) -> None:
        careful.profile, careful.hold_seconds = "", 60
        item = items(careful)[0]
        with open_command(careful, "approve", str(item["id"])) as terminal:
            terminal.wait_for("type y:")
            terminal.type_text("y\r")
            terminal.wait_for(r"held for \d+ s: approve")
            terminal.hang_up()
            assert terminal.wait_exit(PATIENCE) == 129
        assert server.ledger() == []
        _, found = document(careful, "journal")
        assert [decision["state"] for decision in found["decisions"]] == ["not sent"]

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
    def test_the_end_while_it_is_held(self, server: Demo, careful: Desk, number: signal.Signals) -> None:
        careful.profile, careful.hold_seconds = "", 60
        item = items(careful)[0]
        with open_command(careful, "approve", str(item["id"])) as terminal:
            terminal.wait_for("type y:")
            terminal.type_text("y\r")
            terminal.wait_for(r"held for \d+ s: approve")
            terminal.kill(number)
            assert terminal.wait_exit(PATIENCE) == 128 + number
            assert "not sent: approve" in terminal.text
        assert server.ledger() == []


def test_watch_tells_what_is_new(server: Demo, careful: Desk) -> None:
    careful.profile = "[ui]\nrefresh_seconds = 5"
    known = {item["id"] for item in items(careful, "--scope", "all")}
    with open_command(careful, "watch", "--scope", "all", "--json") as terminal:
        terminal.wait_for(r"Watching; \d+ wait already. 6 of 6 projects answered.")
        assert run(careful, "create", "Invoice.CD", "--yes")[0] == 0
        for _ in range(60):
            # The first stages need their time before one asks somebody.
            if terminal.ended:
                break
            server.advance(600)
            terminal.read_for(1.0)
        assert terminal.wait_exit(PATIENCE) == 0
        text = terminal.raw.decode()
    found = json.loads(text[text.index("{") :])
    assert found["items"]
    assert not known & {item["id"] for item in found["items"]}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it(server: Demo, careful: Desk, number: signal.Signals) -> None:
    server.set_faults("srv-14")
    with open_command(careful, "watch") as terminal:
        terminal.wait_for("^demo: ")
        terminal.kill(number)
        assert terminal.wait_exit(PATIENCE) == 128 + number
        assert "Traceback" not in terminal.text


def test_two_at_once_send_once(server: Demo, careful: Desk) -> None:
    """Two programs decide the same approval: one of them sends, the other says why it did not."""
    careful.profile = ""
    number = str(items(careful, "--scope", "mine")[0]["id"])
    server.set_faults({"name": "srv-23", "method": "PATCH", "seconds": 2})
    both = [start(careful, "approve", number, "--yes") for _ in range(2)]
    ended = [process.communicate(timeout=PATIENCE) for process in both]
    assert sorted(process.returncode for process in both) == [0, 1], ended
    assert sum(out.startswith("landed: approve ") for out, _ in ended) == 1
    assert sum(out.startswith("not sent: approve ") for out, _ in ended) == 1
    assert len(server.ledger()) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [(None, "There is no configuration file "), ("[ui]\nascii = true\n", "names no server")],
)
def test_without_a_server(text: str | None, words: str, tmp_path: Path) -> None:
    desk = Desk(tmp_path / "home", "", "")
    (desk.home / "config" / "reltui").mkdir(parents=True)
    if text is not None:
        (desk.home / "config" / "reltui" / "config.toml").write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "reltui", "inbox"],
        cwd=ROOT,
        env=os.environ | desk.variables(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("reltui: ")
    assert words in done.stderr
    assert "reltui init" in done.stderr
