"""A release evening at the keyboard (80x24): from a new release to what runs in production, with the ledger.

The server's clock stands still but for what the tests push it: nothing happens before it is looked at.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.terminal.harness import Terminal
from tests.terminal.program import Demo, Desk, demo
from tests.terminal.steps import (
    FIRST_ROW,
    command,
    confirm,
    fill,
    number,
    open_dialog,
    press_until,
    ready,
    refresh_until,
    row,
    says,
    tab_to,
    until,
)

DEFINITION = r"Dock\.Booking\.CD"


@pytest.fixture
def server() -> Iterator[Demo]:
    """One whose clock hardly moves by itself."""
    with demo(speed=0.001) as running:
        yield running


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """Production asks for its name."""
    desk.profile = 'protected = ["PROD*"]'
    return desk


@dataclass
class Book:
    """What the person has confirmed, against what the server has received."""

    server: Demo
    lines: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

    def confirmed(self, method: str, path: str, body: dict[str, Any]) -> None:
        """This one more write has been done, and no other."""
        self.lines.append((method, path, body))
        ledger = self.server.ledger()
        assert [received(entry) for entry in ledger] == self.lines
        assert all(entry["applied"] and entry["answered"] for entry in ledger)


def received(entry: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    """Method, path below the project, body without the mark that is different every time."""
    path = entry["path"].partition("?")[0].partition("/_apis/release/")[2]
    body = dict(entry["body"])
    mark = body.pop("properties", None)
    assert not mark or list(mark) == ["reltui.operation"]
    return (entry["method"], path, body)


def deployed(comment: str = "") -> dict[str, Any]:
    """The body of a deployment at once."""
    return {"status": "inProgress", "scheduledDeploymentTime": None, "comment": comment}


def deploy(server: Demo, terminal: Terminal, stage: str, key: str = "y") -> None:
    """Confirm a deployment. Its attempt, which proves it, is there once the server's clock goes on."""
    before = len(server.ledger())
    confirm(terminal, f": deploy .*{stage}", key)
    until(terminal, lambda: len(server.ledger()) > before)
    server.advance(2)
    terminal.wait_for(f"landed: deploy .*{stage}")


def go_to_project(terminal: Terminal, screen: str) -> None:
    """One of the numbered screens, of the project with the docks."""
    terminal.wait_for(FIRST_ROW)
    terminal.press(screen)
    terminal.wait_for(r"project: Billing \| \d+ definitions")
    terminal.press("m")
    terminal.wait_for(r"project: Customer Portal \| \d+ definitions")
    terminal.wait_for(rf"^> +{DEFINITION}")


def go_down(terminal: Terminal, stage: str) -> None:
    """To the stage below, and wait until verbs are taken there."""
    terminal.press("down")
    ready(terminal, rf"^> +{stage} ")


def back_to(terminal: Terminal, pattern: str) -> None:
    """Escape, to the screen with a pattern."""
    terminal.press("escape")
    terminal.wait_for(pattern)


def choose(terminal: Terminal) -> str:
    """In the dialog of a new release: an old version, DEV alone by itself, a description; the version."""
    tab_to(terminal, r"^> +dock-booking\.CI +default version, now ")
    terminal.press("enter")
    terminal.wait_for(r"^ +\S+ default +\S")
    terminal.press("pagedown")
    version = terminal.wait_for(r"^> +(2\d{7}\.\d+) +(?!default)\S").group(1)
    terminal.press("enter")
    terminal.wait_for(rf"^> +dock-booking\.CI +{re.escape(version)} ")
    tab_to(terminal, "^> +have all of them started by hand")
    terminal.press("enter")
    terminal.wait_for(r"\[ \] DEV +by hand, this time")
    terminal.press("down", pause=0.2)
    terminal.press("space")
    terminal.wait_for(r"^> +\[x\] DEV +starts with the release")
    tab_to(terminal, r"^> +\[ \] a draft", times=2)
    fill(terminal, "second window")
    terminal.wait_for(r"^ Sends[\s\S]*?^ After yes")
    says(terminal, f"dock-booking.CI {version}", "starts by itself: DEV; by hand, this time: QA, PROD")
    return version


def read_the_failing_log(server: Demo, terminal: Terminal) -> None:
    """From the release to the log of the task that fails, while it grows; and back again."""
    server.advance(15)
    refresh_until(terminal, r"^> +DEV +run")
    terminal.press("l")
    terminal.wait_for(r"^> +Booking tests +run")
    terminal.press("l")
    lines = r"of (\d+) \| the task runs \| follows"
    before = int(terminal.wait_for(lines).group(1))
    server.advance(15)
    until(terminal, lambda: int(terminal.wait_for(lines).group(1)) > before + 10)
    assert "ERROR" not in terminal.text
    server.advance(30)
    terminal.wait_for("SECTION Finishing: Booking tests")
    terminal.wait_for(r"\| task FAIL")
    terminal.press("e")
    terminal.wait_for(r"^> .*ERROR The target answered: 503")
    back_to(terminal, "tasks of all tries")
    back_to(terminal, r"^> +DEV ")
    refresh_until(terminal, r"^> +DEV +FAIL +1 ")


def archive(terminal: Terminal, desk: Desk) -> None:
    """All logs of the release, next to the configuration."""
    command(terminal, "archive", "Save all logs")
    terminal.wait_for(r"-logs\.zip")
    press_until(terminal, "enter", r"\d+ logs are in ")
    (file,) = desk.home.glob("*-logs.zip")
    with zipfile.ZipFile(file) as saved:
        assert saved.testzip() is None
        failed = [name for name in saved.namelist() if "Booking tests" in name]
        assert len(failed) == 2
        texts = [saved.read(name).decode() for name in failed]
    assert sorted("##[error]The target answered: 503" in text for text in texts) == [False, True]


def test_a_release_evening(server: Demo, desk: Desk) -> None:
    book = Book(server)
    with desk.open() as terminal:
        # A release of a definition, with an old version, DEV alone by itself
        go_to_project(terminal, "3")
        terminal.press("enter")
        ready(terminal, r"\[Stage\]")
        open_dialog(terminal, "n", "Create a release")
        definition = number(terminal, "Definition")
        terminal.wait_for("default version, now ")
        version = choose(terminal)
        confirm(terminal, "landed: create ")
        create = server.ledger()[0]["body"]
        assert create["artifacts"][0]["instanceReference"]["name"] == version
        book.confirmed(
            "POST",
            "releases",
            {
                "definitionId": definition,
                "description": "second window",
                "artifacts": create["artifacts"],
                "isDraft": False,
                "reason": "none",
                "manualEnvironments": ["QA", "PROD"],
            },
        )

        # It runs, and fails
        terminal.press("2")
        refresh_until(terminal, rf"^> +Release-\d+ +{DEFINITION} .* {re.escape(version)} ")
        name = row(terminal).split()[1]
        terminal.press("enter")
        terminal.wait_for(r"^> +DEV ")
        read_the_failing_log(server, terminal)

        # Once more, and well
        open_dialog(terminal, "d", "Deploy")
        release, dev = number(terminal, "Release"), number(terminal, "Stage")
        says(terminal, "attempt 2 (attempt 1: FAIL")
        terminal.wait_for("^ Then +no other stage follows by itself")
        deploy(server, terminal, "DEV")
        book.confirmed("PATCH", f"releases/{release}/environments/{dev}", deployed())
        server.advance(70)
        refresh_until(terminal, r"^> +DEV +ok +2 ")

        # QA by hand, with a person in between
        go_down(terminal, "QA")
        open_dialog(terminal, "d", "Deploy")
        qa = number(terminal, "Stage")
        deploy(server, terminal, "QA")
        book.confirmed("PATCH", f"releases/{release}/environments/{qa}", deployed())
        server.advance(15)
        refresh_until(terminal, r"^> +QA +WAIT")
        open_dialog(terminal, "a", "Resume")
        asked = number(terminal, "Waits in")
        says(
            terminal,
            "Instructions | Book a slot at dock 7 for tomorrow 06:00",
            "the deployment to QA goes on, with 2 more tasks in 1 job",
        )
        fill(terminal, "both shown")
        confirm(terminal, "landed: resume ")
        book.confirmed(
            "PATCH",
            f"releases/{release}/manualinterventions/{asked}",
            {"status": "approved", "comment": "both shown"},
        )
        server.advance(40)
        refresh_until(terminal, r"^> +QA +ok +1 ")

        # Production: its name, my signature, a gate that never passes
        go_down(terminal, "PROD")
        open_dialog(terminal, "d", "Deploy")
        prod = number(terminal, "Stage")
        says(terminal, "[PROTECTED]")
        # The variables that could be given another value come first.
        fill(terminal, "", "now", "CHG0042210", "PROD")
        deploy(server, terminal, "PROD", "enter")
        book.confirmed("PATCH", f"releases/{release}/environments/{prod}", deployed("CHG0042210"))
        refresh_until(terminal, r"^> +PROD .* WAIT +1 .*YOU now")
        open_dialog(terminal, "a", "Approve")
        approval = number(terminal, "Approval")
        says(terminal, "the gates of PROD are asked; the deployment starts when they pass")
        fill(terminal, "agreed with Marcus", "PROD")
        confirm(terminal, "landed: approve ", "enter")
        book.confirmed(
            "PATCH", f"approvals/{approval}", {"status": "approved", "comments": "agreed with Marcus"}
        )
        for count, seconds in ((1, 5), (2, 60), (3, 60)):
            server.advance(seconds)
            refresh_until(terminal, rf"Gates before the deployment +running 1/2, {count} rounds?,")
            terminal.wait_for(rf"^ +{count} \d\d:\d\d +Query work items ok, Check open incid")
        command(terminal, "ignore-gate", r"\[ Ignore a gate \]")
        gates = number(terminal, "Gates")
        tab_to(terminal, r"^> +\( \) Query work items")
        terminal.press("down")
        terminal.wait_for(r"^> +\( \) Check open incidents")
        terminal.press("space")
        terminal.wait_for(r"^> +\(\*\) Check open incidents")
        fill(terminal, "INC-4417 is not ours", "PROD")
        confirm(terminal, "landed: ignore gate ", "enter")
        book.confirmed(
            "PATCH",
            f"gates/{gates}",
            {"gatesToIgnore": ["Check open incidents"], "comment": "INC-4417 is not ours"},
        )
        server.advance(150)
        refresh_until(terminal, r"^> +PROD .* ok +1 ")

        # Kept, saved, compared, live
        open_dialog(terminal, "L", "Retain")
        confirm(terminal, "landed: retain ")
        book.confirmed("PATCH", f"releases/{release}", {"keepForever": True})
        archive(terminal, desk)
        terminal.press("b")
        older = terminal.wait_for(r"^> +(Release-\d+) ").group(1)
        terminal.press("enter")
        terminal.wait_for(rf"\[ {older} .* {name} ")
        terminal.wait_for(r"^ Artifacts +1 of 1 changed")
        terminal.wait_for(rf"dock-booking\.CI .*{re.escape(version)}")
        terminal.press("4")
        refresh_until(terminal, rf"^ PROD +{name} \({re.escape(version)}\) since ")
        terminal.wait_for(rf"^> +{DEFINITION} .*{name}")
        terminal.press("ctrl+c")
        assert terminal.wait_exit() == 0
        assert terminal.left_behind() == []
    assert [received(entry) for entry in server.ledger()] == book.lines
    assert len(book.lines) == 8


def test_cancel_what_runs_and_what_is_planned(server: Demo, desk: Desk) -> None:
    book = Book(server)
    with desk.open() as terminal:
        # From what runs on a stage to the release that runs there
        go_to_project(terminal, "4")
        terminal.press("enter")
        terminal.wait_for(r"History of which stage.*\s+> +DEV ")
        terminal.press("enter")
        terminal.wait_for(r"^> +Release-\d+ +LIVE ")
        terminal.press("enter")
        ready(terminal, r"^> +DEV +ok +\d+ ")

        open_dialog(terminal, "d", "Deploy")
        terminal.wait_for(rf"^ Definition +{DEFINITION} ")
        release, dev = number(terminal, "Release"), number(terminal, "Stage")
        deploy(server, terminal, "DEV")
        book.confirmed("PATCH", f"releases/{release}/environments/{dev}", deployed())
        server.advance(20)
        refresh_until(terminal, r"^> +DEV +run")
        open_dialog(terminal, "C", "Cancel the deployment")
        fill(terminal, "wrong window", "DEV")
        confirm(terminal, "landed: cancel .*DEV", "enter")
        stopped = {"status": "canceled", "scheduledDeploymentTime": None, "comment": "wrong window"}
        book.confirmed("PATCH", f"releases/{release}/environments/{dev}", stopped)
        server.advance(60)
        refresh_until(terminal, r"^> +DEV +canc")

        go_down(terminal, "QA")
        before = datetime.now(UTC)
        open_dialog(terminal, "d", "Deploy")
        qa = number(terminal, "Stage")
        fill(terminal, "+2h", "", "after the late shift")
        terminal.wait_for(r"^ When: .*\d\d:\d\d UTC")
        deploy(server, terminal, "QA")
        sent = server.ledger()[-1]["body"]["scheduledDeploymentTime"]
        at = datetime.fromisoformat(sent) - timedelta(hours=2)
        assert before <= at <= datetime.now(UTC) + timedelta(minutes=1)
        planned = {
            "status": "scheduled",
            "scheduledDeploymentTime": sent,
            "comment": "after the late shift",
        }
        book.confirmed("PATCH", f"releases/{release}/environments/{qa}", planned)
        refresh_until(terminal, r"^> +QA +sched ")
        open_dialog(terminal, "C", "Cancel the deployment")
        fill(terminal, "wrong window", "QA")
        confirm(terminal, "landed: cancel .*QA", "enter")
        book.confirmed("PATCH", f"releases/{release}/environments/{qa}", stopped)
        refresh_until(terminal, r"^> +QA +canc")
        terminal.press("ctrl+c")
        assert terminal.wait_exit() == 0
        assert terminal.left_behind() == []
    assert [received(entry) for entry in server.ledger()] == book.lines
