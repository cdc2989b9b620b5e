"""An editor takes the terminal over and gives it back: its keys are its own, and decisions go on."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.terminal.harness import Terminal
from tests.terminal.program import Demo, Desk
from tests.terminal.steps import confirm, inbox, name_of, open_dialog, press_until, ready, until
from tests.waiting import NotShown

# Key 4 opens a text in the editor, from any screen.
PLANTED = """
import sys
from reltui.cli import main
from reltui.ui.app import ReltuiApp
from reltui.ui.external_editor import NotEdited, TextFile, edit_text, state_folder
usual = ReltuiApp.go_top
async def edited(app):
    file = TextFile.create(state_folder(app), "the text", ".txt")
    try:
        app.say("taken: " + await edit_text(app, file))
    except NotEdited as error:
        app.say(str(error))
    file.remove()
def go_top(app, name):
    if name == "live":
        app.run_worker(edited(app))
    else:
        usual(app, name)
ReltuiApp.go_top = go_top
sys.exit(main(sys.argv[1:]))
"""

EDITOR = """
import pathlib, sys
path = pathlib.Path(sys.argv[-1])
print("EDITOR of", path.read_text(), flush=True)
typed = ""
while not typed:
    try:
        typed = input("type: ")
    except KeyboardInterrupt:
        print("INTERRUPTED", flush=True)
path.write_text(typed)
"""


@pytest.fixture
def command(desk: Desk, tmp_path: Path) -> list[str]:
    """The program with an editor that is a few lines of Python."""
    editor = tmp_path / "editor.py"
    editor.write_text(EDITOR)
    desk.environment["EDITOR"] = f"'{sys.executable}' '{editor}'"
    desk.environment.pop("VISUAL", None)
    return [sys.executable, "-c", PLANTED, *desk.command()[3:]]


def open_editor(terminal: Terminal) -> None:
    terminal.press("4")
    terminal.wait_for("EDITOR of the text")
    terminal.wait_for("type:$")


def interrupt(terminal: Terminal) -> None:
    """Press ctrl+c until the editor tells; the first may come just before it waits, and then wakes nobody."""
    for _ in range(60):
        terminal.press("ctrl+c")
        if terminal.wait_while(lambda: "INTERRUPTED" not in terminal.text, 1.0):
            return
    raise NotShown(f"the editor was never interrupted:\n{terminal.text}")


def test_the_terminal_is_the_editors_and_then_ours_again(command: list[str], desk: Desk) -> None:
    with Terminal(command, environment=desk.variables(), folder=desk.home) as terminal:
        ready(terminal)
        shown = name_of(terminal)
        settings = terminal.left_behind()
        open_editor(terminal)
        assert terminal.left_behind() == []
        interrupt(terminal)
        terminal.type_text("quit\r", pause=0)
        terminal.wait_for("taken: quit")
        until(terminal, lambda: name_of(terminal) == shown)
        assert terminal.left_behind() == settings
        terminal.press("j")
        until(terminal, lambda: name_of(terminal) != shown)
        # ctrl+c is ours again.
        terminal.press("ctrl+c")
        assert terminal.wait_exit() == 0
        assert terminal.left_behind() == []
    assert [path for path in (desk.home / "state" / "reltui" / "texts").rglob("*") if path.is_file()] == []


def test_a_decision_goes_on_while_the_editor_is_open(command: list[str], desk: Desk, server: Demo) -> None:
    # Long enough for the editor to be there before it is sent.
    desk.hold_seconds = 15.0
    desk.command()
    with Terminal(command, environment=desk.variables(), folder=desk.home) as terminal:
        inbox(terminal)
        open_dialog(terminal, "a", "Approve")
        confirm(terminal, r"held [0-9]|held: ")
        open_editor(terminal)
        assert server.ledger() == []
        until(terminal, lambda: len(server.ledger()) == 1)
        terminal.wait_for("type:$")
        terminal.type_text("done\r", pause=0)
        terminal.wait_for("landed: approve ")
        assert len(server.ledger()) == 1


def test_suspended_with_its_editor_and_back(command: list[str], desk: Desk) -> None:
    (desk.home.parent / "inputrc").write_text("set enable-bracketed-paste off\n")
    environment = desk.variables() | {"PS1": "shell> ", "INPUTRC": str(desk.home.parent / "inputrc")}
    script = desk.home / "planted.py"
    script.write_text(PLANTED)
    line = " ".join(f"'{part}'" for part in [sys.executable, str(script), *command[3:]])
    with Terminal(["bash", "--norc", "--noprofile", "-i"], environment=environment) as terminal:
        terminal.wait_for("shell>")
        terminal.type_text(f"{line}\r", pause=0)
        ready(terminal)
        open_editor(terminal)
        terminal.press("ctrl+z")
        terminal.wait_for("Stopped")
        terminal.type_text("fg\r", pause=0)
        # Before that the shell would read it.
        until(terminal, lambda: os.tcgetpgrp(terminal.master) != terminal.process.pid)
        terminal.type_text("back\r", pause=0)
        terminal.wait_for("taken: back")
        terminal.press("ctrl+c")
        terminal.wait_for(r"shell> *$")
        terminal.type_text("exit\r", pause=0)
        terminal.wait_exit()


RENAME = """
import pathlib, sys
path = pathlib.Path(sys.argv[-1])
text = path.read_text()
begin, name, rest = text.partition('"name": "PROD"')
path.write_text(f'{begin}"name": "LIVE"{rest}')
"""


def test_a_definition_as_text(desk: Desk, server: Demo, tmp_path: Path) -> None:
    editor = tmp_path / "editor.py"
    editor.write_text(RENAME)
    desk.environment["EDITOR"] = f"'{sys.executable}' '{editor}'"
    with desk.open() as terminal:
        ready(terminal)
        terminal.press("3")
        terminal.wait_for(r"\[Definitions\]")
        ready(terminal)
        press_until(terminal, "e", "Edit > ")
        terminal.wait_for("PROD")
        press_until(terminal, "E", "The text was taken; nothing is sent before you save.")
        terminal.wait_for("LIVE")
        assert server.ledger() == []
