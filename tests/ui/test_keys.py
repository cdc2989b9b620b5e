"""One table of actions: keys, places, remapping, and what derives from it."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual._xterm_parser import XTermParser

from reltui.config import Config
from reltui.errors import ConfigError
from reltui.ui import keys
from reltui.ui.keys import ACTIONS, KeyMap, Place, key_name, keymap

HERE = Path("/etc/reltui/config.toml")
MULTIPLEXERS = {f"ctrl+{letter}" for letter in ("a", "b", "k", "h", "j", "l", "s", "q", "backslash")}


def remapped(**changes: tuple[str, ...]) -> KeyMap:
    return keymap(Config(keys={name.replace("_", "-"): value for name, value in changes.items()}, file=HERE))


def test_ids_are_unique_and_every_action_says_what_it_does() -> None:
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)
    for action in ACTIONS:
        assert action.help.endswith(".")
        assert action.label
        assert action.places


def test_default_keys_do_not_clash() -> None:
    """Asked for as a person's own, since they are not checked otherwise."""
    keymap(Config(keys={action.id: action.keys for action in ACTIONS}))


def test_no_key_that_multiplexers_take() -> None:
    used = {key for action in ACTIONS for key in action.keys}
    assert not used & MULTIPLEXERS
    assert "ctrl+space" not in used


@pytest.mark.parametrize("written", sorted({key for action in ACTIONS for key in action.keys}))
def test_default_keys_are_what_a_terminal_sends(written: str) -> None:
    sent = {
        "down": "\x1b[B",
        "up": "\x1b[A",
        "right": "\x1b[C",
        "left": "\x1b[D",
        "home": "\x1b[H",
        "end": "\x1b[F",
        "pagedown": "\x1b[6~",
        "pageup": "\x1b[5~",
        "escape": "\x1b",
        "enter": "\r",
        "tab": "\t",
        "shift+tab": "\x1b[Z",
        "space": " ",
        "f1": "\x1bOP",
        "f2": "\x1bOQ",
        "f3": "\x1bOR",
        "ctrl+c": "\x03",
        "ctrl+d": "\x04",
        "ctrl+r": "\x12",
        "ctrl+u": "\x15",
        "ctrl+z": "\x1a",
    }.get(written, written)
    parser = XTermParser()
    found = [*parser.feed(sent), *parser.feed("")]
    assert [event.key for event in found if isinstance(event, events.Key)] == [key_name(written)]


def test_a_key_means_one_thing_in_each_place() -> None:
    table = keymap(Config())
    assert table.find(Place.APPROVALS, "y") is keys.action("copy-id")
    assert table.find(Place.DIALOG, "y") is keys.action("confirm")
    assert table.find(Place.DIALOG, "a") is None
    assert table.find(Place.APPROVALS, "X") is None
    assert table.find(Place.RELEASES, "X") is keys.action("abandon")
    assert table.find(Place.DEFINITIONS, "question_mark") is keys.action("help")


def test_an_action_moves_to_other_keys() -> None:
    table = remapped(approve=("A", "f5"), reject=())
    assert table.find(Place.APPROVALS, "a") is None
    assert table.find(Place.APPROVALS, "f5") is keys.action("approve")
    assert table.key_of("approve") == "A"
    assert table.find(Place.APPROVALS, "x") is None
    assert table.key_of("reject") == ""
    assert (table.way_to("approve"), table.way_to("reject")) == ("A", ":reject")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"approvee": ("A",)}, ["keys.approvee", 'Did you mean "approve"?']),
        ({"zzz": ("A",)}, ["keys.zzz", "Allowed here"]),
        ({"approve": ("Ctrl+A",)}, ["keys.approve", '"Ctrl+A" is not a key']),
        ({"approve": ("ctrl+A",)}, ['"ctrl+a"']),
        ({"approve": ("pgdwn",)}, ["keys.approve", 'did you mean "pgdn"?']),
        ({"approve": ("ctrl+i",)}, ["same key as tab"]),
        ({"approve": ("x",)}, ["keys.approve", 'already the key of "reject"', "approvals"]),
        ({"help": ("q",)}, ["keys.help", 'already the key of "quit"']),
        ({"confirm": ("enter",)}, ["keys.confirm", "never confirm"]),
        ({"confirm": ("ctrl+j",)}, ["keys.confirm", "never confirm"]),
        ({"confirm": ("a",)}, ["keys.confirm", 'already the key of "approve"']),
    ],
)
def test_mistakes_are_named(changes: dict[str, tuple[str, ...]], words: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        keymap(Config(keys=changes, file=HERE))
    assert str(HERE) in str(caught.value)
    for word in words:
        assert word in str(caught.value)


def test_signs_have_the_names_that_textual_gives_them() -> None:
    for sign in "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~":
        found = [*XTermParser().feed(sign)]
        assert [event.key for event in found if isinstance(event, events.Key)] == [key_name(sign)]


def test_the_markdown_table_has_every_action() -> None:
    table = keys.markdown_table()
    for action in ACTIONS:
        assert f"| {action.id} |" in table
    assert len({line.count(" | ") for line in table.splitlines()}) == 1
