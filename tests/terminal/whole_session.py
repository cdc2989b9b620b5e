"""A person who opens every screen, decides this and that, and saves what can be saved."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from tests.terminal.harness import Terminal
from tests.terminal.program import Demo
from tests.terminal.steps import (
    LISTS,
    QUIET,
    back,
    change,
    command,
    confirm,
    fill,
    filter_by,
    open_dialog,
    press_until,
    press_while,
    ready,
    until,
)
from tests.terminal.test_bulk import OVER, PLAN, confirm_plan, saved

SHORT = 0.15
"""Seconds after a key; a person is slower."""


def go(terminal: Terminal, keys: Sequence[str], wanted: str) -> None:
    """Press keys and wait for the screen that they lead to."""
    terminal.press(*keys, pause=SHORT)
    terminal.wait_for(wanted)


def only(terminal: Terminal, words: str, wanted: str) -> None:
    """Filter the list, by nothing else."""
    if " | / " in terminal.text:
        terminal.press("escape")
        terminal.wait_gone(r" \| / ")
    filter_by(terminal, words, wanted)


def mark_two(terminal: Terminal) -> None:
    """Mark the row under the cursor and the one below."""
    terminal.press("space")
    terminal.wait_for(r"\b1 marked")
    change(terminal, "j")
    terminal.press("space")
    terminal.wait_for(r"\b2 marked")


def decide(server: Demo, terminal: Terminal, key: str, title: str, verb: str, comment: str) -> None:
    """Confirm one decision with a comment, and wait until the server has it."""
    before = len(server.ledger())
    open_dialog(terminal, key, title)
    if comment:
        fill(terminal, comment)
    confirm(terminal, rf": {verb} ")
    until(terminal, lambda: len(server.ledger()) > before)
    ready(terminal, LISTS)


def save(terminal: Terminal, home: Path, pattern: str) -> None:
    """Take the name that a dialog proposes, and wait for the file."""
    terminal.wait_for(r"To which file|\[ Save ")
    terminal.read_for(QUIET)
    press_while(terminal, "enter", lambda: not list(home.glob(pattern)))


def approvals(server: Demo, terminal: Terminal) -> None:
    """The inbox, an approval, its release with all tabs, decisions."""
    ready(terminal)
    terminal.wait_for(r"(\d+)/\1 projects ok", 60.0)
    only(terminal, "type:pre why:dire", r"^>.* DIRECT ")
    go(terminal, ("enter",), r"^──\[ .* / .* / .* pre-deploy \]")
    go(terminal, ("enter",), r"^──\[ .* > .* \]")
    terminal.press("]", "]", "]", "]", "y", "Y", pause=SHORT)
    back(terminal)
    decide(server, terminal, "a", "Approve", "approve", "agreed in the meeting")
    decide(server, terminal, "x", "Reject", "reject", "not before Monday")
    go(terminal, ("m",), "ALL")
    change(terminal, "c")
    back(terminal)
    go(terminal, ("o", "!"), "What was said")
    back(terminal)
    change(terminal, "z", "z", "z")


def plan(server: Demo, terminal: Terminal, home: Path) -> int:
    """Some approvals in one plan, and what became of it; how many they were."""
    before = len(server.ledger())
    terminal.press("1")
    terminal.wait_for(r"\[Approvals\(\d+\)\]")
    only(terminal, "type:pre why:dire", r"^>.* DIRECT ")
    mark_two(terminal)
    press_until(terminal, "a", PLAN)
    until(terminal, lambda: "not read yet" not in terminal.text)
    terminal.read_for(QUIET)
    found = re.search(PLAN, terminal.text)
    assert found is not None
    confirm_plan(terminal, int(found[2]))
    ready(terminal, OVER)
    saved(terminal, home)
    back(terminal)
    assert len(server.ledger()) == before + int(found[2])
    return int(found[2])


def releases(server: Demo, terminal: Terminal, home: Path) -> None:
    """The list, a comparison, a release, its tasks and logs, all of them saved."""
    go(terminal, ("2",), r"project: .* releases? \]")
    ready(terminal)
    mark_two(terminal)
    go(terminal, ("b",), r"^──\[ .* -> .* \]")
    back(terminal)
    terminal.press("u")
    terminal.wait_gone(r"\b2 marked")
    decide(server, terminal, "L", "Retain", "retain", "")
    go(terminal, ("enter",), r"^──\[ .* > .* \]")
    ready(terminal)
    go(terminal, ("l",), "tasks of all tries")
    go(terminal, ("l",), r"of \d+ \| the task|It has not run")
    if "It has not run" not in terminal.text:
        terminal.press("s", pause=SHORT)
        save(terminal, home, "*.log")
        back(terminal, r"of \d+ \|")
        back(terminal, "tasks of all tries")
    back(terminal, r"^──\[ .* > .* \]")
    command(terminal, "archive", "Save all logs")
    save(terminal, home, "*-logs.zip")
    back(terminal)


def definitions(server: Demo, terminal: Terminal, home: Path) -> None:
    """The list, one with its tabs and history, the editor, folders, an export, a new release."""
    go(terminal, ("3",), r"project: .* definitions? \]")
    ready(terminal)
    go(terminal, ("enter",), r"revision \d+, edited")
    terminal.press("]", "]", "]", pause=SHORT)
    go(terminal, ("h",), r"\d+ revisions? \]")
    change(terminal, "enter")
    back(terminal, r"revision \d+, edited")
    press_until(terminal, "e", "no problem")
    back(terminal, r"revision \d+, edited")
    back(terminal)
    command(terminal, "folders", r"\d+ folders? \]")
    back(terminal)
    command(terminal, "export-definition", "Export the definition")
    save(terminal, home, "*.definition.json")
    back(terminal)
    before = len(server.ledger())
    press_until(terminal, "n", r"\[ Create a release \]")
    terminal.wait_for("default version, now ")
    confirm(terminal, ": create ")
    until(terminal, lambda: len(server.ledger()) > before)
    back(terminal)


def live(terminal: Terminal) -> None:
    """What runs where, and the history of one stage."""
    go(terminal, ("4",), r"4 \[Live\]")
    ready(terminal)
    go(terminal, ("enter",), "History of which stage")
    go(terminal, ("enter",), r"\d+ deployments? \]")
    back(terminal)


def others(terminal: Terminal, home: Path) -> None:
    """Journal, help, notes, connections, signing in again, unsaved edits."""
    go(terminal, ("J",), r"\[HERE \d+\]")
    ready(terminal)
    change(terminal, "enter")
    back(terminal, r"\[HERE \d+\]")
    terminal.press("e", pause=SHORT)
    save(terminal, home, "*journal*")
    back(terminal)
    go(terminal, ("?",), "Keys: ")
    back(terminal)
    go(terminal, ("!",), "What was said")
    back(terminal)
    for word, wanted in (("connection", "Connections"), ("unsaved", "unsaved edits")):
        command(terminal, word, wanted)
        back(terminal)


def whole_session(server: Demo, terminal: Terminal, home: Path) -> None:
    """All of it; the server has received what was confirmed, and nothing else."""
    approvals(server, terminal)
    planned = plan(server, terminal, home)
    releases(server, terminal, home)
    definitions(server, terminal, home)
    live(terminal)
    others(terminal, home)
    assert len(server.ledger()) == 4 + planned
