"""A definition written at the keyboard (80x24): created, released to the end, changed, against the ledger."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from reltui.ui.catalogue import ACTIONS, Place
from tests.contract.sdk import tidy, without_cache
from tests.terminal.harness import Terminal
from tests.terminal.program import Demo, Desk, demo_program
from tests.terminal.steps import (
    command,
    confirm,
    fill,
    may_change,
    open_dialog,
    press_until,
    ready,
    refresh_until,
    until,
)
from tests.terminal.test_evening import Book, go_to_project, received
from tests.terminal.writing import (
    add,
    add_stage,
    add_task,
    begin_new,
    choose,
    go_to,
    on_definition,
    write,
    write_here,
    write_lines,
)
from tests.waiting import NotShown

# Microsoft's client library leaves its connections to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")

Json = dict[str, Any]
NAME, FOLDER = "Parcel.CD", "\\Night"
GROUP = "[Customer Portal]\\Release Approvers"
PROJECT = "Customer%20Portal/_apis/release"
ARGUMENTS = ("environments", 2, "deployPhases", 0, "workflowTasks", 0, "inputs", "arguments")


@pytest.fixture
def server() -> Iterator[Demo]:
    """One whose clock hardly moves by itself, where it takes no time from keys that are held here."""
    with demo_program("--speed", "0.001") as running:
        yield running


def write_the_stages(terminal: Terminal) -> None:
    """DEV by itself; QA after DEV and two signatures; PROD after both, on agents of its own."""
    add_stage(terminal, "DEV")
    add_task(terminal, "DEV", "command line", ("Name", "Check"))
    write_lines(terminal, "Script", "make check", "make pack")
    go_to(terminal, NAME)
    add_stage(terminal, "QA")
    add_task(terminal, "QA", "powershell", ("Script Path", "install.ps1"), ("Name", "Install"))
    go_to(terminal, "QA > Approvals before")
    add(terminal, "dana")
    add(terminal, "approvers")
    choose(terminal, "Approvals", "sequence")
    go_to(terminal, NAME)
    add_stage(terminal, "PROD")
    add_task(terminal, "PROD", "batch", ("Path", "go.cmd"), ("Arguments", "/night"))
    go_to(terminal, "PROD > Start")
    add(terminal, "wait", "DEV")
    go_to(terminal, "PROD > Agent job")
    choose(terminal, "Agent queue", "border")


def task_of(stage: Json) -> Json:
    """The one task of a stage."""
    ((task,),) = (job["workflowTasks"] for job in stage["deployPhases"])
    return {"name": task["name"], **{key: value for key, value in task["inputs"].items() if value}}


def signers(stage: Json) -> list[tuple[int, str]]:
    """Rank and name of who is asked before a stage; nobody for an automatic approval."""
    steps = stage["preDeployApprovals"]["approvals"]
    return [(step["rank"], step["approver"]["displayName"]) for step in steps if not step["isAutomated"]]


def assert_as_typed(body: Json, arguments: str = "/night") -> None:
    """The definition has what was typed and picked."""
    dev, qa, prod = body["environments"]
    assert (body["name"], body["path"]) == (NAME, FOLDER)
    assert [stage["name"] for stage in (dev, qa, prod)] == ["DEV", "QA", "PROD"]
    assert task_of(dev)["name"] == "Check"
    assert task_of(dev)["script"].splitlines() == ["make check", "make pack"]
    assert (task_of(qa)["name"], task_of(qa)["filePath"]) == ("Install", "install.ps1")
    assert (task_of(prod)["filename"], task_of(prod)["arguments"]) == ("go.cmd", arguments)
    assert [signers(stage) for stage in (dev, qa, prod)] == [[], [(1, "Dana Reyes"), (2, GROUP)], []]
    assert [[each["name"] for each in stage["conditions"]] for stage in (dev, qa, prod)] == [
        ["ReleaseStarted"],
        ["DEV"],
        ["QA", "DEV"],
    ]


def release_to_the_end(server: Demo, terminal: Terminal, book: Book, number: int) -> None:
    """A release of it: both signatures, and all three stages done."""
    press_until(terminal, "n", r"\[ Create a release \]")
    confirm(terminal, "landed: create ")
    book.lines.append(received(server.ledger()[-1]))
    assert book.lines[-1][:2] == ("POST", "releases")
    assert book.lines[-1][2]["definitionId"] == number
    server.advance(40)
    terminal.press("2")
    refresh_until(terminal, rf"^> +Release-1 +{NAME}")
    terminal.press("enter")
    ready(terminal, r"^> +QA +WAIT .*YOU \+1")
    approve(server, terminal, book, "as asked")
    server.advance(5)
    refresh_until(terminal, r"^> +QA +WAIT .*1 ok your group")
    approve(server, terminal, book, "for the group")
    server.advance(300)
    refresh_until(terminal, r"DEV ok .* QA ok .* PROD ok")


def approve(server: Demo, terminal: Terminal, book: Book, comment: str) -> None:
    """Sign what waits under the cursor."""
    open_dialog(terminal, "a", "Approve")
    fill(terminal, comment)
    confirm(terminal, "(held|sending|landed): approve ")
    until(terminal, lambda: len(server.ledger()) > len(book.lines))
    path = f"approvals/{server.ledger()[-1]['path'].rpartition('/')[2].partition('?')[0]}"
    book.confirmed("PATCH", path, {"status": "approved", "comments": comment})


def differing(old: Any, new: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The paths of all values that are not the same."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        keys = [*old, *(key for key in new if key not in old)]
        return [each for key in keys for each in differing(old.get(key), new.get(key), (*path, key))]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        pairs = enumerate(zip(old, new, strict=True))
        return [each for index, (one, other) in pairs for each in differing(one, other, (*path, index))]
    return [] if type(old) is type(new) and old == new else [path]


def test_written_released_to_the_end_and_changed(
    server: Demo, desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    book = Book(server)
    with desk.open() as terminal:
        go_to_project(terminal, "3")
        ready(terminal)
        begin_new(terminal, "Empty", NAME, FOLDER)
        write_the_stages(terminal)
        press_until(terminal, "s", r"═\[ Save a new definition \]")
        fill(terminal, "the night parcels")
        assert server.ledger() == []
        confirm(terminal, rf"Saved: {NAME} is revision 1\.")
        # The folder, which the save has made, is known then.
        terminal.wait_for(r"^──\[ (> )?no problem \]")
        (created,) = server.ledger()
        body = created["body"]
        book.confirmed("POST", "definitions", received(created)[2])
        assert_as_typed(body)
        # The library knows no queue of a job.
        assert body["environments"][2]["deployPhases"][0]["deploymentInput"]["queueId"] == 17
        assert body["comment"] == "the night parcels"

        terminal.press("3")
        on_definition(terminal, NAME)
        (row,) = server.get(f"{PROJECT}/definitions?searchText={NAME}&api-version=7.0")["value"]
        number = row["id"]
        release_to_the_end(server, terminal, book, number)

        before = server.get(f"{PROJECT}/definitions/{number}?api-version=7.0")
        terminal.press("3")
        ready(terminal, rf"^> +{NAME}")
        press_until(terminal, "e", rf"^ Edit > {NAME} +revision 1")
        ready(terminal)
        go_to(terminal, "PROD > Agent job > Run script")
        write(terminal, "Arguments", "/night /fast")
        press_until(terminal, "s", r"═\[ Save the definition \]")
        fill(terminal, "faster")
        confirm(terminal, rf"Saved: {NAME} is revision 2\.")
        changed = server.ledger()[-1]
        book.confirmed("PUT", "definitions", received(changed)[2])
        assert differing(before, changed["body"]) == [ARGUMENTS, ("comment",)]
        terminal.press("ctrl+c")
        assert terminal.wait_exit() == 0
        assert terminal.left_behind() == []

    without_cache(monkeypatch, tmp_path)
    with tidy():
        read = read_by_the_sdk(server, number)
    assert_as_typed(read, arguments="/night /fast")
    assert read["revision"] == 2
    assert read["history"] == ["the night parcels", "faster"]


def read_by_the_sdk(server: Demo, number: int) -> Json:
    """The definition as Microsoft's own library understands it, by the names of the API."""
    from azure.devops.connection import Connection
    from msrest.authentication import BasicAuthentication

    connection = Connection(server.url, BasicAuthentication("", server.token))
    client = connection.get_client("azure.devops.v7_0.release.release_client.ReleaseClient")
    read = client.get_release_definition("Customer Portal", number).serialize(keep_readonly=True)
    history = client.get_release_definition_history("Customer Portal", number)
    return {**read, "history": [entry.comment for entry in history]}


SECRET_VALUE = "Hunter-2-not-on-disk"


def on_disk(folder: Path, words: str) -> list[Path]:
    """The files below a folder that have these words."""
    found = words.encode()
    return [path for path in folder.rglob("*") if path.is_file() and found in path.read_bytes()]


def test_a_crash_loses_no_change_and_writes_no_secret(server: Demo, desk: Desk) -> None:
    with desk.open() as terminal:
        go_to_project(terminal, "3")
        ready(terminal)
        press_until(terminal, "e", r"^ Edit > Dock\.Booking\.CD +revision 2")
        ready(terminal)
        write_lines(terminal, "Description", "nights only")
        go_to(terminal, "Variables")
        add(terminal, "secret")
        terminal.wait_for(r"│> +Name +Secret")
        write_here(terminal, "Pass")
        terminal.press("j")
        terminal.wait_for(r"│>[ !?]+Value")
        write_here(terminal, SECRET_VALUE)
        until(terminal, lambda: on_disk(desk.home, "Pass") != [])
        terminal.read_for(1.0)
        assert SECRET_VALUE not in terminal.text
        assert on_disk(desk.home, "nights only")
        terminal.kill(signal.SIGKILL)
        assert terminal.wait_exit() == -signal.SIGKILL
    assert on_disk(desk.home, SECRET_VALUE) == []
    with desk.open() as terminal:
        terminal.wait_for(r"Not saved yet: Dock\.Booking\.CD; :unsaved goes on with it\.")
        ready(terminal)
        command(terminal, "unsaved", r"^> +Dock\.Booking\.CD +changed +Customer Portal")
        terminal.press("enter")
        terminal.wait_for(r"revision 2 +unsaved")
        terminal.wait_for(r"Description +nights only")
        # Quitting tells that there is something to save.
        terminal.press("ctrl+c")
        assert terminal.wait_exit() == 0
        terminal.wait_for(r"Not saved, but kept: Dock\.Booking\.CD")
    assert server.ledger() == []
    assert on_disk(desk.home, SECRET_VALUE) == []


def in_the_editor(terminal: Terminal) -> None:
    """Out of whatever the keys have opened, to the editor."""
    for _ in range(60):
        terminal.wait_quiet(0.2)
        if re.search(r"^ Edit > ", terminal.text, re.MULTILINE) and "enter take it" not in terminal.text:
            return
        if "[Definitions]" in terminal.text:
            press_until(terminal, "e", r"^ Edit > ")
        elif terminal.text.startswith("\n"):
            terminal.press("enter")
        else:
            may_change(terminal, "escape", 1.0)
    raise NotShown(f"the editor is not to be had:\n{terminal.text}")


def test_no_slip_saves(server: Demo, desk: Desk) -> None:
    """Each key of the editor twice, with Enter held after it; and keys held and pasted in the question."""
    desk.environment |= {"EDITOR": "true", "VISUAL": "true"}
    keys = dict.fromkeys(key for action in ACTIONS if Place.EDITOR in action.places for key in action.keys)
    assert {"s", "n", "D", "E"} <= set(keys)
    with desk.open() as terminal:
        go_to_project(terminal, "3")
        ready(terminal)
        press_until(terminal, "e", r"^ Edit > Dock\.Booking\.CD +revision 2")
        ready(terminal)
        write(terminal, "Tags", "night")
        for key in keys:
            in_the_editor(terminal)
            terminal.press(key, key, pause=0.05)
            terminal.hold("enter", 0.3)
        in_the_editor(terminal)
        terminal.paste("s y s y\r\ry\r")
        for held in ("y", "enter", "s", "tab"):
            in_the_editor(terminal)
            terminal.read_for(0.5)
            press_until(terminal, "s", r"═\[ Save the definition \]|cannot be saved yet")
            terminal.hold(held, 0.8)
        in_the_editor(terminal)
        terminal.read_for(0.5)
        press_until(terminal, "s", r"═\[ Save the definition \]|cannot be saved yet")
        terminal.paste("y\r\tyy\r")
        terminal.wait_quiet(1.0)
        assert not terminal.ended
        assert server.ledger() == []
