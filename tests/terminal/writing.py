"""What a person does in the editor of definitions, as steps for the tests."""

from __future__ import annotations

import re
from functools import partial

from tests.terminal.harness import Terminal
from tests.terminal.steps import filter_by, press_until, ready, type_in, until

KEY = 0.03
"""Seconds after a key; a person is slower."""
FIRST_FIELD = r"^──\[.*\n(.*│  \S.*\n)?.*│>"
"""The cursor on the first field of the part, which may stand below a heading."""
ALONE = 0.25
"""Seconds before a key that must not be taken for a part of a burst."""


def typed(terminal: Terminal, text: str) -> None:
    """Type a text, and Enter as a key that stands alone: one within a burst is taken for a slip."""
    type_in(terminal, text)
    terminal.read_for(ALONE)
    terminal.press("enter")


def here(terminal: Terminal) -> str:
    """The part of the outline that the fields belong to, and whose pane has the cursor."""
    return terminal.wait_for(r"^──\[.*\]─+\[ .* \]─*$").group()


def go_to(terminal: Terminal, words: str) -> None:
    """To a part of the outline, found by words of the way to it."""
    terminal.press("/")
    terminal.wait_for(r"\[ Go to which part\? \]")
    terminal.type_text(words)
    terminal.wait_for(rf"^> +{re.escape(words)}\b")
    typed(terminal, "")
    # A long way is cut in the middle.
    terminal.wait_for(rf"\[ (> )?{re.escape(words[:20])}.* \]─*$")


def pick(terminal: Terminal, title: str, *choices: str) -> None:
    """In one picker after the other type words and take the first row, which begins with them."""
    terminal.wait_for(rf"^──\[ {title}")
    for words in choices:
        terminal.type_text(words)
        terminal.wait_for(rf"(?i)^ {re.escape(words)}\s+> .*{re.escape(words)}")
        typed(terminal, "")
        terminal.wait_gone(rf"(?i)^ {re.escape(words)}\s+> ")


def add(terminal: Terminal, *choices: str) -> None:
    """Add something to the part under the cursor: what, and which one."""
    terminal.press("n")
    pick(terminal, r"(Add what at|.*: which one\?)", *choices)
    here(terminal)


def point(terminal: Terminal, label: str) -> None:
    """The cursor to a field of the part, further down than it is or anywhere."""
    if "[ > " not in here(terminal).partition("]")[2]:
        terminal.press("tab")
        terminal.wait_for(r"\]─+\[ > ")
    terminal.press("g")
    terminal.wait_for(FIRST_FIELD)
    for _ in range(30):
        shown = field(terminal)
        if re.match(rf"[ !?]+{re.escape(label)} ", shown):
            return
        terminal.press("j")
        until(terminal, partial(_has_left, terminal, shown), 30.0)
    raise AssertionError(f"there is no field {label!r}:\n{terminal.text}")


def field(terminal: Terminal) -> str:
    """The line of the field under the cursor."""
    return terminal.wait_for(r"│>(.*)$").group(1)


def _has_left(terminal: Terminal, line: str) -> bool:
    return field(terminal) != line


def write(terminal: Terminal, label: str, value: str) -> None:
    """Type another value into a field."""
    point(terminal, label)
    write_here(terminal, value)
    terminal.wait_for(rf"│>[ !?]+{re.escape(label)} +{re.escape(value[:14])}")


def write_here(terminal: Terminal, value: str) -> None:
    """Type another value into the field under the cursor."""
    terminal.press("enter", pause=KEY)
    terminal.wait_for("enter take it")
    terminal.press("ctrl+u", pause=KEY)
    typed(terminal, value)
    terminal.wait_for(r"^ enter open")


def write_lines(terminal: Terminal, label: str, *lines: str) -> None:
    """Type a text of several lines into a field, in place of what is there."""
    point(terminal, label)
    terminal.press("enter")
    ready(terminal, rf"\[ {re.escape(label)} +text of several lines")
    terminal.press("end", "ctrl+u", pause=KEY)
    for index, text in enumerate(lines):
        terminal.press(*(["enter"] if index else []), pause=KEY)
        type_in(terminal, text)
    terminal.press("tab", pause=0.2)
    press_until(terminal, "enter", rf"│>[ !?]+{re.escape(label)} ")


def choose(terminal: Terminal, label: str, words: str) -> None:
    """Pick another value for a field by typing words of it."""
    point(terminal, label)
    terminal.press("enter")
    pick(terminal, re.escape(label), words)
    terminal.wait_for(rf"│>[ !?]+{re.escape(label)} +")


def add_stage(terminal: Terminal, name: str) -> None:
    """One more stage at the end, with a job on an agent."""
    add(terminal, "stage")
    write(terminal, "Name", name)


def add_task(terminal: Terminal, stage: str, task: str, *inputs: tuple[str, str]) -> None:
    """A task of the catalogue to the job of a stage, with its inputs and other fields."""
    go_to(terminal, f"{stage} > Agent job")
    add(terminal, "task", task)
    for label, value in inputs:
        write(terminal, label, value)


def begin_new(terminal: Terminal, start: str, name: str, folder: str) -> None:
    """From the definitions to the editor of a new one."""
    press_until(terminal, "N", "begin with what")
    terminal.type_text(start)
    terminal.wait_for(rf"(?i)^> +{start}")
    typed(terminal, "")
    terminal.wait_for(r"\[ New definition: ")
    terminal.type_text(name)
    terminal.press("tab", "ctrl+u", pause=KEY)
    typed(terminal, folder)
    terminal.wait_for(rf"^ Edit > {re.escape(name)} ")
    ready(terminal)


def on_definition(terminal: Terminal, name: str) -> None:
    """The cursor to a definition of the list, which shows no other then."""
    terminal.wait_for(r"\[Definitions\]")
    ready(terminal)
    filter_by(terminal, name, rf"^> +{re.escape(name)} ")
