"""Started in the background of a shell, it waits until it comes to the front."""

from __future__ import annotations

import re

from tests.terminal.harness import Terminal
from tests.terminal.program import Desk
from tests.terminal.steps import ready

STOPPED = re.compile(r"^\[1\]\+? +Stopped", re.MULTILINE)


def test_a_start_in_the_background(desk: Desk) -> None:
    (desk.home.parent / "inputrc").write_text("set enable-bracketed-paste off\n")
    environment = desk.variables() | {"PS1": "shell> ", "INPUTRC": str(desk.home.parent / "inputrc")}
    line = " ".join(f"'{part}'" for part in desk.command())
    with Terminal(["bash", "--norc", "--noprofile", "-i"], environment=environment) as terminal:
        terminal.wait_for("shell>")
        terminal.type_text(f"{line} &\r", pause=0)
        for _ in range(60):
            terminal.type_text("clear; jobs\r", pause=0)
            if terminal.wait_while(lambda: STOPPED.search(terminal.text) is None, 1.0):
                break
        assert STOPPED.search(terminal.text), terminal.text
        terminal.type_text("fg\r", pause=0)
        ready(terminal)
        terminal.press("2")
        terminal.wait_for(r"\[Releases\]")
        terminal.press("q")
        terminal.wait_for(r"shell> *$")
        assert [found for found in terminal.left_behind() if found != "the line settings differ"] == []
        terminal.type_text("stty -a\r", pause=0)
        terminal.wait_for(r"[^-]icanon")
        terminal.wait_for(r"[^-]echo ")
        terminal.type_text("exit\r", pause=0)
        terminal.wait_exit()
