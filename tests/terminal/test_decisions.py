"""Decisions from the keyboard to the server's ledger, and what the screen says of them (80x24)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.terminal.program import Demo, Desk
from tests.terminal.steps import (
    QUIET,
    back,
    confirm,
    fill,
    inbox,
    number,
    open_dialog,
    press_until,
    quit_now,
    ready,
    refresh_until,
    row,
    says,
    type_in,
    until,
    whole_verdict,
)


def summary(entry: dict[str, Any]) -> tuple[str, str, bool, bool]:
    """Method, path below the project, applied, answered."""
    path = entry["path"].partition("?")[0].partition("/_apis/")[2]
    return (entry["method"], path.lower(), entry["applied"], entry["answered"])


def test_approve_reject_create_and_abandon(server: Demo, desk: Desk) -> None:
    with desk.open() as terminal:
        inbox(terminal)

        open_dialog(terminal, "a", "Approve")
        approved = number(terminal, "Approval")
        fill(terminal, "checked in UAT")
        confirm(terminal, "landed: approve ")
        whole_verdict(terminal, "Approved by you")

        ready(terminal, r"\[Approvals\(12\)\]")
        open_dialog(terminal, "x", "Reject")
        rejected = number(terminal, "Approval")
        terminal.wait_for("A comment is required")
        terminal.press("y", pause=0.7)
        assert len(server.ledger()) == 1
        fill(terminal, "not on a Friday")
        confirm(terminal, "landed: reject ")
        whole_verdict(terminal, "Rejected by you")

        terminal.press("3")
        ready(terminal, r"^>.*\.CD")
        open_dialog(terminal, "n", "Create a release")
        definition = number(terminal, "Definition")
        # Back from Cancel: the button, then the description; the versions and stages come before it.
        terminal.press("shift+tab", "shift+tab", pause=0.2)
        type_in(terminal, "hotfix for leap day")
        terminal.press("tab", pause=0.2)
        until(terminal, lambda: "not been read yet" not in terminal.text)
        confirm(terminal, "landed: create ")

        terminal.press("2")
        ready(terminal, r"\d\+? releases \]")
        server.advance(3600)
        refresh_until(terminal, "^>.* WAIT ")
        open_dialog(terminal, "X", "Abandon")
        abandoned = number(terminal, "Release")
        word = terminal.wait_for(r"To abandon, type here .*?: (\S+)").group(1)
        fill(terminal, "made by mistake", word)
        confirm(terminal, "landed: abandon ", "enter")
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert terminal.left_behind() == []

    ledger = server.ledger()
    assert [summary(entry) for entry in ledger] == [
        ("PATCH", f"release/approvals/{approved}", True, True),
        ("PATCH", f"release/approvals/{rejected}", True, True),
        ("POST", "release/releases", True, True),
        ("PATCH", f"release/releases/{abandoned}", True, True),
    ]
    bodies = [entry["body"] for entry in ledger]
    assert (bodies[0]["status"].lower(), bodies[0]["comments"]) == ("approved", "checked in UAT")
    assert (bodies[1]["status"].lower(), bodies[1]["comments"]) == ("rejected", "not on a Friday")
    assert (bodies[2]["definitionId"], bodies[2]["description"]) == (definition, "hotfix for leap day")
    assert (bodies[3]["status"].lower(), bodies[3]["comment"]) == ("abandoned", "made by mistake")


def test_a_protected_stage_asks_for_its_name(server: Demo, desk: Desk) -> None:
    desk.profile = 'protected = ["*"]'
    with desk.open() as terminal:
        inbox(terminal)
        open_dialog(terminal, "a", "Approve")
        says(terminal, "[PROTECTED]")
        stage = terminal.wait_for(r"^ Stage +(\S+) ").group(1)
        terminal.press("y", pause=0.3)
        fill(terminal, "go", stage[:-1])
        terminal.read_for(QUIET)
        terminal.press("enter", pause=0.7)
        assert server.ledger() == []
        back(terminal)
        open_dialog(terminal, "a", "Approve")
        fill(terminal, "go", stage)
        confirm(terminal, "landed: approve ", "enter")
    assert [entry["applied"] for entry in server.ledger()] == [True]


def test_a_held_decision_is_taken_back(server: Demo, desk: Desk) -> None:
    desk.hold_seconds = 60
    with desk.open() as terminal:
        inbox(terminal)
        open_dialog(terminal, "a", "Approve")
        confirm(terminal, r"held \d+ s, U takes it back")
        terminal.press("U")
        terminal.wait_for("taken back")
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert "taken back: approve" in terminal.text
    assert server.ledger() == []


@pytest.mark.parametrize("quit_key", ["q", "ctrl+c"])
def test_quitting_with_a_held_decision_asks(server: Demo, desk: Desk, quit_key: str) -> None:
    desk.hold_seconds = 60
    with desk.open() as terminal:
        inbox(terminal)
        open_dialog(terminal, "a", "Approve")
        confirm(terminal, r"held \d+ s")
        open_dialog(terminal, quit_key, r"Quit while a decision is on its way\?")
        says(terminal, "quitting takes it back")
        back(terminal)
        terminal.wait_for("takes it back")
        open_dialog(terminal, quit_key, r"Quit while a decision is on its way\?")
        confirm(terminal, "not sent: approve")
        assert terminal.wait_exit() == 0
        assert "not sent: approve" in terminal.text
        assert terminal.left_behind() == []
    assert server.ledger() == []


def test_read_only_sends_nothing(server: Demo, desk: Desk) -> None:
    desk.options = ["--read-only"]
    with desk.open() as terminal:
        ready(terminal)
        terminal.wait_for(r"^ reltui .*READ")
        press_until(terminal, "a", "read-only")
        terminal.press("y", "enter", pause=0.5)
    assert server.ledger() == []


def test_without_a_server_saved_rows_stay_and_nothing_is_sent(server: Demo, desk: Desk) -> None:
    with desk.open() as terminal:
        ready(terminal)
        first = row(terminal).split()[2:4]
        terminal.wait_for(r" (\d+)/\1 projects ok")
        terminal.press("q")
        assert terminal.wait_exit() == 0
    server.stop()
    with desk.open() as terminal:
        ready(terminal)
        # Which row expires first is not known of saved rows, so that another one may lead.
        until(terminal, lambda: any(all(w in line for w in first) for line in terminal.text.splitlines()))
        terminal.wait_for("(?i)offline|cannot be reached|no connection")
        terminal.wait_for(r"saved data .* old")
        told = press_until(terminal, "a", r"\[ Approve \]|so nothing can be decided|This row is old")
        if told == "[ Approve ]":
            confirm(terminal, "not sent")
        assert quit_now(terminal) == 0
