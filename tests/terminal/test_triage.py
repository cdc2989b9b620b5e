"""An evening of approvals at the keyboard (80x24, no mouse): what was pressed, against the server's ledger.

The server's clock stands still, so that nothing else is decided meanwhile.
"""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.commands import document, items, open_command, run, settings
from tests.terminal import steps
from tests.terminal.harness import Terminal
from tests.terminal.program import Demo, Desk, demo_program
from tests.terminal.steps import (
    AGAIN,
    all_read,
    change,
    command,
    confirm,
    fill,
    filter_by,
    is_refused,
    name_of,
    number,
    open_dialog,
    press_until,
    ready,
    says,
    type_in,
    until,
)
from tests.terminal.test_bulk import OVER, PLAN, ROW, confirm_plan, saved, written
from tests.terminal.test_evening import Book, received
from tests.waiting import NotShown

Item = dict[str, Any]
WIDE = re.compile(rb"\x1b\[[0-9;]*[34]8;[25]")
"""A colour that a terminal with sixteen of them does not have."""
MOUSE = {1000, 1002, 1003, 1006, 1015}


@pytest.fixture
def server() -> Iterator[Demo]:
    """One whose clock hardly moves by itself, where it takes no time from keys that are held here."""
    with demo_program("--speed", "0.001") as running:
        yield running


@pytest.fixture
def desk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """One whose commands run in this process."""
    settings(desk, monkeypatch)
    return desk


def inbox(terminal: Terminal) -> None:
    """The inbox, with everything read."""
    ready(terminal)
    all_read(terminal)
    ready(terminal)


def is_ordinary(item: Item) -> bool:
    """An approval before a deployment that can be decided here."""
    return item["type"] == "pre" and "browser" not in item["flags"]


def mine(desk: Desk) -> list[Item]:
    """What asks the person by name, before a deployment."""
    rows = items(desk, "--scope", "mine", "--insight")
    return [item for item in rows if is_ordinary(item)]


def back(terminal: Terminal) -> None:
    """To the whole inbox, out of whatever the keys have opened."""
    listed = r"\[Approvals\(\d+\)\].* scope: "
    for _ in range(10):
        # Keys that are still taken in may lead away again.
        terminal.wait_quiet(0.3)
        if re.search(listed, terminal.text) is None:
            steps.back(terminal, listed)
        elif " | / " in terminal.text:
            change(terminal, "escape")
        else:
            ready(terminal)
            return
    raise NotShown(f"the way back is not found:\n{terminal.text}")


def find(terminal: Terminal, item: Item) -> None:
    """Leave nothing but the rows of one stage of one release."""
    back(terminal)
    words = f"{item['definition']['name']} {item['release']['name']} {item['stage']['name']}"
    filter_by(terminal, f"{words} why:{item['why'][:4]}")


def slip(server: Demo, terminal: Terminal, key: str) -> None:
    """The key twice, then Enter held down: the ledger stays as it is."""
    before = server.ledger()
    opened = r"\[ (Approve|Reject|Resume|Transfer)"
    terminal.press(key, key, pause=0.1)
    terminal.wait_for(f"{opened}|{AGAIN}")
    if is_refused(terminal):
        press_until(terminal, key, opened)
        terminal.press(key)
    terminal.hold("enter", 0.5)
    terminal.wait_quiet(1.0)
    assert server.ledger() == before
    assert not terminal.ended, f"exit code {terminal.process.returncode}: {terminal.text}"


def to_the_first(terminal: Terminal) -> None:
    """The cursor on the first row."""
    terminal.press("home")
    terminal.wait_for(r"^ +Expires .*\n>")


def go_down(terminal: Terminal) -> bool:
    """To the row below; whether there is one."""
    before = place(terminal)
    terminal.press("down")
    return terminal.wait_while(lambda: place(terminal) == before, 5.0)


def place(terminal: Terminal) -> tuple[int, str]:
    """The line of the cursor, and what the row there is about: of one release two stages may wait."""
    name = name_of(terminal)
    return next(y for y, line in enumerate(terminal.text.splitlines()) if line.startswith(">")), name


def under(text: str) -> str:
    """What stands under the list."""
    return text.partition("──\n")[2].partition("──[ ")[2]


def is_told(text: str) -> bool:
    """Whether what stands under the list is about the row under the cursor."""
    row = re.search(r"^>[ *]+(?:\S+ old|\S+) +\S+ +\S+ +(\S+ +\S+) +(?:pre|post|MI) ", text, re.MULTILINE)
    if row is None:
        return False
    words = [re.escape(word).replace("…", ".*") for word in row[1].split()]
    return re.search(r"^──\[ .*" + " / ".join(words), text, re.MULTILINE) is not None


def preview(terminal: Terminal) -> str:
    """The screen, once what stands under the list is of the row and nothing of it is still to be read."""
    until(terminal, lambda: is_told(terminal.text))
    terminal.wait_for(r"^ Your (yes|confirmation) +\S")
    until(terminal, lambda: re.search(r"not (yet )?read|reading", terminal.text) is None)
    return terminal.text


def test_all_that_waits_is_on_one_screen_with_what_a_yes_does(server: Demo, desk: Desk) -> None:
    desk.environment["TERM"] = "xterm-16color"
    listed = items(desk, "--insight")
    with desk.open() as terminal:
        inbox(terminal)
        says(terminal, f"[MINE+GROUPS {len(listed)}]", "Expires")
        to_the_first(terminal)
        seen: set[str] = set()
        for index in range(len(listed)):
            if index:
                go_down(terminal)
            shown = preview(terminal)
            seen.add(under(shown))
            row = re.search(r"^> .*$", shown, re.MULTILINE)
            assert row is not None
            assert re.search(r"^> +(\d+[dhm]|\d\d:\d\d!?|\S+ old) ", row[0]), row[0]
            for label in ("Live now", "This", "Changes"):
                assert re.search(rf"^ {label} +\S", shown, re.MULTILINE), shown
            assert " MI " in row[0] or re.search(r"^ (Signed by|Asked of) +\S", shown, re.MULTILINE), shown
        assert len(seen) == len(listed)
        assert not terminal.modes_ever & MOUSE
        assert not WIDE.search(bytes(terminal.raw))
        terminal.press("q")
        assert terminal.wait_exit() == 0
    assert server.ledger() == []


def test_no_slip_decides(server: Demo, desk: Desk) -> None:
    """Each verb's key twice, and Enter held down."""
    item = mine(desk)[0]
    pause = next(each for each in items(desk) if each["kind"] == "intervention")
    with desk.open() as terminal:
        inbox(terminal)
        for row, key in ((item, "a"), (item, "w"), (item, "t"), (pause, "x")):
            find(terminal, row)
            slip(server, terminal, key)
    assert server.ledger() == []


def test_one_after_the_other(server: Demo, desk: Desk) -> None:
    """Approve, reject, put off, pass on, take over, resume: each by keys."""
    book = Book(server)
    rows = mine(desk)
    approved, rejected, later, passed = rows[:4]
    everything = items(desk, "--scope", "all", "--insight")
    pause = next(item for item in everything if item["kind"] == "intervention")
    other = next(
        item
        for item in everything
        if item["why"] == "other" and is_ordinary(item) and item["project"] == "Customer Portal"
    )
    with desk.open() as terminal:
        inbox(terminal)
        find(terminal, approved)
        open_dialog(terminal, "a", "Approve")
        assert number(terminal, "Approval") == approved["id"]
        fill(terminal, "seen in UAT")
        confirm(terminal, "landed: approve ")
        book.confirmed(
            "PATCH", f"approvals/{approved['id']}", {"status": "approved", "comments": "seen in UAT"}
        )

        find(terminal, rejected)
        open_dialog(terminal, "x", "Reject")
        assert number(terminal, "Approval") == rejected["id"]
        fill(terminal, "not tonight")
        confirm(terminal, "landed: reject ")
        book.confirmed(
            "PATCH", f"approvals/{rejected['id']}", {"status": "rejected", "comments": "not tonight"}
        )

        find(terminal, later)
        open_dialog(terminal, "w", "Approve for later")
        assert number(terminal, "Approval") == later["id"]
        # The time alone is refused once it is past today.
        fill(terminal, "tomorrow 22:30", "after the shift")
        terminal.wait_for(r"^ When: .*22:30")
        confirm(terminal, "landed: approve for later ")
        sent = server.ledger()[-2]["body"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT22:30:00Z", sent["scheduledDeploymentTime"])
        book.lines.append(
            (
                "PATCH",
                f"releases/{later['release']['id']}/environments/{later['stage']['id']}",
                {"scheduledDeploymentTime": sent["scheduledDeploymentTime"], "comment": "after the shift"},
            )
        )
        book.confirmed(
            "PATCH", f"approvals/{later['id']}", {"status": "approved", "comments": "after the shift"}
        )

        find(terminal, passed)
        press_until(terminal, "t", r"\[ Transfer to whom\?")
        type_in(terminal, "Marit")
        terminal.wait_for(r"^> +Marit Solheim ")
        terminal.press("enter")
        ready(terminal, r"\[ Transfer \]═")
        assert number(terminal, "Approval") == passed["id"]
        fill(terminal, "you know it")
        confirm(terminal, "landed: transfer ")
        to = server.ledger()[-1]["body"]["approver"]["id"]
        body = {"status": "reassigned", "comments": "you know it", "approver": {"id": to}}
        book.confirmed("PATCH", f"approvals/{passed['id']}", body)

        find(terminal, pause)
        open_dialog(terminal, "a", "Resume")
        fill(terminal, "import stopped")
        confirm(terminal, "landed: resume ")
        body = {"status": "approved", "comment": "import stopped"}
        book.confirmed("PATCH", f"releases/{pause['release']['id']}/manualinterventions/{pause['id']}", body)

        back(terminal)
        terminal.press("m")
        terminal.wait_for("scope: ALL")
        find(terminal, other)
        press_until(terminal, "a", ":take-over makes it yours first")
        terminal.hold("enter", 0.6)
        assert len(server.ledger()) == len(book.lines)
        find(terminal, other)
        command(terminal, "take-over", r"\[ Take over \]═")
        taken = number(terminal, "Approval")
        terminal.hold("enter", 0.6)
        terminal.wait_quiet(0.4)
        assert len(server.ledger()) == len(book.lines)
        find(terminal, other)
        command(terminal, "take-over", r"\[ Take over \]═")
        assert number(terminal, "Approval") == taken
        fill(terminal, "Marit is away")
        confirm(terminal, "landed: take over ")
        me = server.ledger()[-1]["body"]["approver"]["id"]
        assert me != to
        body = {"status": "reassigned", "comments": "Marit is away", "approver": {"id": me}}
        book.confirmed("PATCH", f"approvals/{taken}", body)

        back(terminal)
        terminal.press("J")
        terminal.wait_for("Journal")
        for verb in ("approve", "reject", "transfer", "resume", "take over"):
            terminal.wait_for(rf"\b{verb}\b")
        terminal.press("q", pause=0.5)
        terminal.press("q")
        assert terminal.wait_exit() == 0
    _, journal = document(desk, "journal")
    told = [(entry["verb"], entry["state"]) for entry in reversed(journal["decisions"])]
    verbs = ("approve", "reject", "approve for later", "transfer", "resume", "take over")
    assert told == [(verb, "landed") for verb in verbs]


def mark_ordinary(terminal: Terminal, wanted: int, rows: int) -> None:
    """Mark so many approvals that a plan takes; rows may change places while one goes through them."""
    marked = 0
    for _ in range(3):
        to_the_first(terminal)
        for index in range(rows):
            if index and not go_down(terminal):
                break
            preview(terminal)
            shown = terminal.wait_for(r"^>.*$").group()
            # Those would be left out of the plan, or have rows of their own in it.
            if " pre " in shown and "*" not in shown and not re.search(r"browser|older|BACK|own", shown):
                terminal.press("space")
                marked += 1
                terminal.wait_for(f"{marked} marked")
            if marked == wanted:
                return
    raise AssertionError(f"only {marked} could be marked:\n{terminal.text}")


def test_five_at_once_with_a_verdict_for_each(server: Demo, desk: Desk) -> None:
    known = {item["id"] for item in items(desk)}
    with desk.open() as terminal:
        inbox(terminal)
        mark_ordinary(terminal, 5, len(known))
        slip(server, terminal, "a")
        back(terminal)
        press_until(terminal, "a", PLAN)
        # What the releases tell may leave one out: once they are read, the plan is made anew.
        for key in ("home", "end"):
            terminal.press(key)
            terminal.wait_quiet(0.5)
            until(terminal, lambda: "not read yet" not in terminal.text)
        back(terminal)
        press_until(terminal, "a", PLAN)
        until(terminal, lambda: "not read yet" not in terminal.text)
        terminal.wait_quiet(1.0)
        assert terminal.wait_for(PLAN).group(2) == "5"
        listed = [int(thing) for _, thing in ROW.findall(terminal.text.partition("On a failure")[0])]
        assert len(listed) == 5
        assert set(listed) <= known
        confirm_plan(terminal, 5)
        terminal.wait_for(OVER, 90.0)
        assert saved(terminal, desk.home) == dict.fromkeys(listed, "landed")
        back(terminal)
        terminal.press("q")
        assert terminal.wait_exit() == 0
    assert written(server.ledger()) == {thing: [True] for thing in listed}


@pytest.mark.parametrize("how", ["U", "hang up"])
def test_what_is_held_is_not_sent(server: Demo, desk: Desk, how: str) -> None:
    """Taken back, or the line is lost: the next start says so."""
    desk.hold_seconds = 60
    item = mine(desk)[0]
    with desk.open() as terminal:
        inbox(terminal)
        find(terminal, item)
        open_dialog(terminal, "a", "Approve")
        confirm(terminal, r"held \d+ s, U takes it back")
        if how == "U":
            terminal.press("U")
            terminal.wait_for("taken back: approve")
            back(terminal)
            terminal.press("q")
            assert terminal.wait_exit() == 0
        else:
            terminal.hang_up()
            assert terminal.wait_exit() == 128 + signal.SIGHUP
    assert server.ledger() == []
    if how == "hang up":
        with desk.open() as terminal:
            terminal.wait_for("not sent: approve")
    _, journal = document(desk, "journal")
    state = "taken back" if how == "U" else "not sent"
    assert [entry["state"] for entry in journal["decisions"]] == [state]
    assert server.ledger() == []


def test_two_programs_on_one_approval(server: Demo, desk: Desk) -> None:
    """Both say yes at the same time: one sends, the other says who has it."""
    item = mine(desk)[0]
    # So long that both have said yes before the first is done.
    server.set_faults({"name": "srv-23", "method": "PATCH", "seconds": 8})
    with desk.open() as one, desk.open() as two:
        for terminal in (one, two):
            inbox(terminal)
            find(terminal, item)
            open_dialog(terminal, "a", "Approve")
            terminal.press("G", pause=0.5)
        for terminal in (one, two):
            terminal.read_for(0.5)
        one.press("y")
        two.press("y")
        verdict = r"landed: approve|Another running reltui \((?:process (\d+) on|just starting\))"
        for terminal in (one, two):
            terminal.wait_for(rf"{verdict}|(sending|checking): approve|{AGAIN}")
            if is_refused(terminal):
                press_until(terminal, "y", rf"{verdict}|(sending|checking): approve")
        told = [terminal.wait_for(verdict, 60.0) for terminal in (one, two)]
        holders = [found.group(1) for found in told if not found.group().startswith("landed")]
        assert len(holders) == 1
        # Its name is not told where the other one is looked at in the moment between its claim and its name.
        assert holders[0] in (None, str(one.process.pid), str(two.process.pid))
    assert [received(entry)[:2] for entry in server.ledger()] == [("PATCH", f"approvals/{item['id']}")]


def test_without_the_server_rows_stay_and_verbs_say_why(server: Demo, desk: Desk) -> None:
    item = mine(desk)[0]
    with desk.open() as terminal:
        inbox(terminal)
        find(terminal, item)
        shown = terminal.wait_for(r"^>.*$").group()
        server.stop()
        terminal.press("r")
        terminal.wait_for(r"(?i)offline|cannot be reached|no connection", 60.0)
        terminal.wait_for(r"data .*old")
        assert terminal.wait_for(r"^>.*$").group().replace("?", " ")[:60] == shown[:60]
        for key in ("a", "x", "t", "w"):
            press_until(terminal, key, "cannot be reached now, so nothing can be decided")
            # It copies the id here, which would be the yes of a dialog.
            terminal.press("y")
            terminal.wait_gone("so nothing can be decided")
            ready(terminal)
        terminal.press("ctrl+c")
        assert terminal.wait_exit() == 0
    _, journal = document(desk, "journal")
    assert not any(entry["state"] == "landed" for entry in journal["decisions"])


def test_the_same_inbox_for_scripts_and_screen_readers(server: Demo, desk: Desk) -> None:
    listed = items(desk)
    code, plain, _ = run(desk, "inbox", "--plain")
    assert code == 0
    lines = plain.splitlines()
    assert [int(line.rpartition(" ")[2]) for line in lines[: len(listed)]] == [row["id"] for row in listed]
    assert len(lines) == len(listed) + 1
    with open_command(desk, "inbox", "--json") as terminal:
        assert terminal.wait_exit(90) == 0
        assert [row["id"] for row in json.loads(terminal.raw)["items"]] == [row["id"] for row in listed]
    with desk.open() as terminal:
        inbox(terminal)
        says(terminal, f"[MINE+GROUPS {len(listed)}]")
    assert server.ledger() == []


def test_the_demo_needs_no_server(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "home", "", "")
    desk.home.mkdir()
    start = [*desk.command()[:3], "demo"]
    with Terminal(start, environment=desk.variables(), folder=desk.home) as terminal:
        inbox(terminal)
        terminal.press("down", pause=0.3)
        open_dialog(terminal, "x", "Reject")
        fill(terminal, "a trial")
        asked = re.search(r"type here the stage's name: (\S+)", terminal.text)
        if asked is not None:
            type_in(terminal, asked[1])
            terminal.press("tab", pause=0.2)
        confirm(terminal, "held|landed: reject ", "y" if asked is None else "enter")
        terminal.wait_for("landed: reject ", 60.0)
        terminal.press("J")
        terminal.wait_for("reject")
        terminal.press("ctrl+c")
        assert terminal.wait_exit() == 0
        assert terminal.left_behind() == []
