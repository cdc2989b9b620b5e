"""Which key does what: the catalogue of actions with the person's own keys; names of keys; the key table."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Mapping

from reltui.config import Config, mistake_in
from reltui.config_reader import hint
from reltui.ui.catalogue import ACTIONS, LISTS, VERBS, Action, Place

__all__ = ["ACTIONS", "VERBS", "Action", "KeyMap", "Place", "action", "key_name", "keymap", "markdown_table"]


_BY_ID = {action.id: action for action in ACTIONS}

NAMED_KEYS = frozenset(
    (
        "escape",
        "enter",
        "tab",
        "space",
        "backspace",
        "delete",
        "insert",
        "home",
        "end",
        "pageup",
        "pagedown",
        "up",
        "down",
        "left",
        "right",
        "f1",
        "f2",
        "f3",
        "f4",
        "f5",
        "f6",
        "f7",
        "f8",
        "f9",
        "f10",
        "f11",
        "f12",
    )
)
"""Key names of Textual that every terminal can send."""

SHIFTED_NAMES = frozenset(("tab", "up", "down", "left", "right", "home", "end", "pageup", "pagedown"))
FORBIDDEN = {
    "ctrl+i": "is the same key as tab",
    "ctrl+m": "is the same key as enter",
    "ctrl+left_square_bracket": "is the same key as escape",
}
SPELLINGS = {
    "esc": "escape",
    "return": "enter",
    "pgup": "pageup",
    "pgdn": "pagedown",
    "del": "delete",
    "ins": "insert",
}


def key_name(written: str) -> str:
    """The name by which Textual knows a key that a person wrote.

    Raises ValueError: no terminal sends such a key; the message says what to write.
    """
    if len(written) == 1:
        if written == " ":
            return "space"
        if not written.isprintable() or unicodedata.combining(written):
            raise ValueError("is not a key that can be typed")
        return _character_name(written)
    *modifiers, base = written.split("+") if written != "+" else ["+"]
    base = SPELLINGS.get(base, base)
    if not modifiers:
        if base in NAMED_KEYS:
            return base
        near = difflib.get_close_matches(written.lower(), [*NAMED_KEYS, *SPELLINGS], 1)
        hint = f'; did you mean "{near[0]}"?' if near else "; write one character, or a name such as pagedown"
        raise ValueError(f"is not a key{hint}")
    if modifiers == ["ctrl"] and len(base) == 1 and base.isascii() and base.isalpha():
        if base.isupper():
            raise ValueError(f'must be written in lower case: "ctrl+{base.lower()}"')
        name = f"ctrl+{base}"
        if name in FORBIDDEN:
            raise ValueError(FORBIDDEN[name])
        return name
    if modifiers == ["shift"] and base in SHIFTED_NAMES:
        return f"shift+{base}"
    if modifiers == ["ctrl"] and base in SHIFTED_NAMES - {"tab"}:
        return f"ctrl+{base}"
    raise ValueError('is not a key; modifiers are "ctrl+" before a letter and "shift+" before a named key')


def _character_name(character: str) -> str:
    """Textual's name of a character's key: letters and digits as they are, signs by their Unicode name."""
    if character.isalnum():
        return character
    name = unicodedata.name(character, character).lower().replace("-", "_").replace(" ", "_")
    return {
        "solidus": "slash",
        "reverse_solidus": "backslash",
        "commercial_at": "at",
        "hyphen_minus": "minus",
        "plus_sign": "plus",
        "low_line": "underscore",
    }.get(name, name)


def _covers(action: Action, place: Place) -> bool:
    if place in action.places:
        return True
    if place in LISTS and Place.LIST in action.places:
        return True
    return place is not Place.DIALOG and Place.ANY in action.places


class KeyMap:
    """Which key does what where, with the person's own keys taken into account."""

    def __init__(self, keys: Mapping[str, tuple[str, ...]]) -> None:
        """`keys` maps an action id to the keys as written; checked before (`keymap`)."""
        self._written = dict(keys)
        self._tables: dict[Place, dict[str, Action]] = {}
        """Of the places where a key has been pressed."""

    def find(self, place: Place, key: str) -> Action | None:
        """The action of a key (by Textual's name) on such a screen."""
        if place not in self._tables:
            self._tables[place] = {
                key_name(written): action
                for action in self.offered(place)
                for written in self._written[action.id]
            }
        return self._tables[place].get(key)

    def keys_of(self, action_id: str) -> tuple[str, ...]:
        """The keys of an action as a person writes them; empty when it has none."""
        return self._written[action_id]

    def key_of(self, action_id: str) -> str:
        """The first key of an action, for a footer or a sentence; empty when it has none."""
        keys = self._written[action_id]
        return keys[0] if keys else ""

    def way_to(self, action_id: str) -> str:
        """The same, or where it has none its command."""
        return self.key_of(action_id) or f":{action_id}"

    def offered(self, place: Place) -> tuple[Action, ...]:
        """Every action that such a screen has, in the order of `ACTIONS`."""
        return tuple(action for action in ACTIONS if _covers(action, place))


def action(action_id: str) -> Action:
    """The action of an id. Raises KeyError: there is none."""
    return _BY_ID[action_id]


def keymap(config: Config) -> KeyMap:
    """The key map with the keys of `[keys]`.

    Raises ConfigError: an unknown action, an unknown key, or one key for two actions in one place; names
    the file and the key.
    """
    keys = {action.id: action.keys for action in ACTIONS}
    for action_id, written in config.keys.items():
        if action_id not in keys:
            what = f"there is no such action. {hint(action_id, list(keys))}"
            raise mistake_in(config, f"keys.{action_id}", what)
        for key in written:
            try:
                key_name(key)
            except ValueError as error:
                raise mistake_in(config, f"keys.{action_id}", f'"{key}" {error}.') from None
        keys[action_id] = written
    if config.keys:
        # Those that are there from the beginning are known not to clash, and every start would take the time.
        _check_clashes(config, keys)
    return KeyMap(keys)


def _check_clashes(config: Config, keys: Mapping[str, tuple[str, ...]]) -> None:
    for written in keys["confirm"]:
        # ctrl+j is the line feed that ends the lines of a paste.
        if key_name(written) in ("enter", "space", "ctrl+j"):
            raise mistake_in(config, "keys.confirm", f"{written} alone must never confirm a decision.")
    for place in Place:
        taken: dict[str, Action] = {}
        for action in ACTIONS:
            # A verb's key pressed again must never confirm, so it is taken in dialogs too.
            if not _covers(action, place) and not (action.danger and place is Place.DIALOG):
                continue
            for written in keys[action.id]:
                other = taken.setdefault(key_name(written), action)
                if other.id == action.id or not (_covers(action, place) or _covers(other, place)):
                    continue
                wrong, right = (action, other) if action.id in config.keys else (other, action)
                raise mistake_in(
                    config,
                    f"keys.{wrong.id}",
                    f'"{written}" is already the key of "{right.id}" on {place.value};'
                    " give one of them another key.",
                )


def markdown_table() -> str:
    """The keys as a Markdown table, for the README."""
    rows = ["| Keys | Action | Where | What it does |", "| --- | --- | --- | --- |"]
    for action in ACTIONS:
        keys = " ".join(f"`{key}`" for key in action.keys)
        where = "lists" if action.places == LISTS else ", ".join(place.value for place in action.places)
        rows.append(f"| {keys} | {action.id} | {where} | {action.help} |")
    return "\n".join(rows) + "\n"
