"""A definition as JSON with comments, for a person's own editor, and back.

What only the server writes is left out of the text and comes back from the definition that it was made of,
so that a text saved unchanged gives that very definition.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reltui.model.decode import mapping_of, scalar_of, text_of
from reltui.model.editing import remarks, schema
from reltui.model.editing.jsonc import Mistake, block, is_blank, parsed, quoted
from reltui.model.editing.owned import SERVER_OWNED
from reltui.model.resources import NOTHING, Resources
from reltui.model.text import clean

__all__ = ["Mistake", "from_text", "gives_up", "to_text", "with_mistake"]

INDENT = "  "
ONE_LINE = 76
"""So many characters of an object or list at most stand in one line."""
TOLD = "//! MISTAKE: "
"""How the line begins that tells a mistake."""

_STAGES, _STEPS = "[stage]", "[step]"
_LEFT_OUT: Mapping[str, frozenset[str]] = {
    schema.DEFINITION: SERVER_OWNED["definition"],
    # By its id a stage that is renamed or moved is still known for the same one.
    "stage": SERVER_OWNED["stage"] - {"id"},
    "step": SERVER_OWNED["approval step"],
    "gates": SERVER_OWNED["gates"],
    "artifact": SERVER_OWNED["artifact"],
    "schedule": SERVER_OWNED["schedule"],
    "identity": SERVER_OWNED["identity"],
}
"""Members by shape that are not in the text."""


# To text


def to_text(raw: Mapping[str, Any], known: Resources = NOTHING) -> str:
    """The definition as a text to edit. Values of secret variables are not in it."""
    return "\n".join([*_head(raw), *_Writer(known).lines(raw), ""])


def _head(raw: Mapping[str, Any]) -> list[str]:
    name = clean(raw["name"], limit=80) if isinstance(raw.get("name"), str) else ""
    number, revision = scalar_of(raw.get("id")), scalar_of(raw.get("revision"))
    which = f" (id {number}, revision {revision})" if number and revision else ""
    return [
        f'// The release definition "{name}"{which}.',
        "// Change it, save the file and leave the editor: reltui checks it, and shows",
        "// the difference. Nothing is sent by that.",
        "// To give up, leave without saving, or leave an empty file.",
        "// What only the server writes (revision, links, dates) is left out, and stays.",
        "// A text of several lines stands as it is between two lines with '''.",
    ]


class _Writer:
    def __init__(self, known: Resources) -> None:
        self._known = known

    def lines(self, raw: Mapping[str, Any]) -> Iterator[str]:
        yield from self._value("", raw, schema.DEFINITION, "", (), 0)

    def _value(
        self, before: str, value: Any, shape: str, after: str, owners: tuple[Any, ...], depth: int
    ) -> Iterator[str]:
        """The lines of a value; `before` is its name, `after` a comma and the comment behind it."""
        comma, said = after[:1] if after[:1] == "," else "", after.removeprefix(",")
        indent = INDENT * depth
        short = self._short(value, shape, (value, *owners)) if depth else None
        if short is not None:
            text, more = short
            words = "; ".join(filter(None, (said, more)))
            yield f"{indent}{before}{text}{comma}{_comment(words)}"
            return
        opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
        yield f"{indent}{before}{opening}{_comment(said)}"
        entries = list(_entries(value, shape))
        for index, (key, inner) in enumerate(entries):
            inner_shape = schema.member(shape, key)
            if inner_shape == "stage":
                yield from (f"{indent}{INDENT}// {line}" for line in remarks.stage_lines(inner))
            words = self._remark(shape, key, inner, (value, *owners))
            name = f"{quoted(key)}: " if isinstance(key, str) else ""
            after = f"{',' if index < len(entries) - 1 else ''}{words}"
            yield from self._value(name, inner, inner_shape, after, (value, *owners), depth + 1)
        yield f"{indent}{closing}{comma}"

    def _short(self, value: Any, shape: str, owners: tuple[Any, ...]) -> tuple[str, str] | None:
        """A value in one line, with the comment of what is in it; None where it needs several lines."""
        if not isinstance(value, dict | list):
            return _plain(value), ""
        parts, words = [], []
        for key, inner in _entries(value, shape):
            if isinstance(inner, dict | list) and inner:
                return None
            words.append(self._remark(shape, key, inner, owners))
            text = _plain(inner)
            parts.append(f"{quoted(key)}: {text}" if isinstance(key, str) else text)
        said = [word for word in words if word]
        whole = ", ".join(parts)
        if "\n" in whole or len(whole) > ONE_LINE or len(said) > 1 or (said and shape == "{text}"):
            return None
        return (f"{{{whole}}}" if isinstance(value, dict) else f"[{whole}]"), "".join(said)

    def _remark(self, shape: str, key: str | int, value: Any, owners: tuple[Any, ...]) -> str:
        return remarks.remark(remarks.Around(shape, key, owners), value, self._known)


def _plain(value: Any) -> str:
    """A text, number, truth or null."""
    if not isinstance(value, str):
        return json.dumps(value)
    # A line that looks like a mistake told before would be taken away.
    return (block(value) if TOLD not in value else None) or quoted(value)


def _comment(words: str) -> str:
    return f"  // {words}" if words else ""


def _entries(value: Any, shape: str) -> Iterator[tuple[str | int, Any]]:
    """What of an object or list is in the text."""
    if isinstance(value, list):
        yield from enumerate(value)
        return
    left_out = _LEFT_OUT.get(shape, frozenset())
    for key, inner in value.items():
        if key not in left_out:
            hidden = shape == "variable" and key == "value" and value.get("isSecret")
            yield key, None if hidden else inner


# From text


def gives_up(text: str) -> bool:
    """Nothing is left in the file: the person wants nothing of it."""
    return is_blank(text)


def from_text(text: str, base: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the text says, with what only the server writes as `base` has it.

    `base` is what the text was made of; None for a new definition. Raises Mistake.
    """
    document = parsed(text)
    schema.check(document, base)
    whole = _restored(document.value, base, schema.DEFINITION)
    return whole if isinstance(whole, dict) else {}


def _restored(value: Any, base: Any, shape: str) -> Any:
    if isinstance(value, dict):
        return _object(value, base if isinstance(base, dict) else {}, shape)
    if isinstance(value, list):
        partners = _partners(value, base if isinstance(base, list) else [], shape)
        return [
            _restored(inner, partner, schema.member(shape, index))
            for index, (inner, partner) in enumerate(zip(value, partners, strict=True))
        ]
    return value


def _object(value: dict[str, Any], base: dict[str, Any], shape: str) -> dict[str, Any]:
    left_out = _LEFT_OUT.get(shape, frozenset())
    found = {
        key: _restored(inner, base.get(key), schema.member(shape, key))
        for key, inner in value.items()
        if key not in left_out
    }
    if shape == "variable" and found.get("isSecret") and found.get("value") is None:
        if not base.get("isSecret"):
            # The server keeps a secret by its name and place: elsewhere its value has to be typed again.
            found["value"] = ""
        elif "value" in found:
            # A new value that was typed before is not in the text.
            found["value"] = base.get("value")
    owned = [key for key in base if key in left_out]
    return _inserted(found, base, owned) if owned and _is_same(found, base, shape) else found


def _is_same(found: Mapping[str, Any], base: Mapping[str, Any], shape: str) -> bool:
    """Whether what the server wrote still belongs to it."""
    if shape == "identity":
        return bool(found.get("id") == base.get("id"))
    if shape == "artifact":
        return bool(found.get("definitionReference") == base.get("definitionReference"))
    return True


def _inserted(found: dict[str, Any], base: Mapping[str, Any], owned: Sequence[str]) -> dict[str, Any]:
    """With members of the base, each behind the one that it stood behind."""
    behind: dict[str | None, list[str]] = {}
    last: str | None = None
    for key in base:
        if key in owned:
            behind.setdefault(last, []).append(key)
        elif key in found:
            last = key
    whole = {key: base[key] for key in behind.get(None, ())}
    for key, value in found.items():
        whole[key] = value
        whole |= {each: base[each] for each in behind.get(key, ())}
    return whole


def _partners(values: Sequence[Any], bases: Sequence[Any], shape: str) -> list[Any]:
    """For each entry of a list the one in the base that it comes from; None for one that is new."""
    free: dict[object, Any] = dict(zip(_tokens(bases, shape), bases, strict=True))
    found: list[Any] = [free.pop(token, None) for token in _tokens(values, shape)]
    if shape in (_STAGES, "[artifact]"):
        return found
    # What was changed beyond recognition is most likely the one that stood in its place.
    left = list(free.values())
    return [left.pop(0) if partner is None and left else partner for partner in found]


def _tokens(entries: Sequence[Any], shape: str) -> list[object]:
    """What tells each entry from the others; equal ones are counted."""
    seen: Counter[str] = Counter()
    found: list[object] = []
    for entry in entries:
        token = _token(entry, shape)
        seen[token] += 1
        found.append((token, seen[token]))
    return found


def _token(entry: Any, shape: str) -> str:
    row = mapping_of(entry)
    if shape == _STAGES:
        return scalar_of(row.get("id"))
    if shape == "[artifact]":
        return text_of(row.get("alias"))
    if shape == _STEPS:
        return text_of(mapping_of(row.get("approver")).get("id"))
    return json.dumps(dict(_entries(entry, shape[1:-1])) if isinstance(entry, dict) else entry)


# A mistake


def with_mistake(text: str, mistake: Mistake) -> tuple[str, int]:
    """The person's text with the mistake told above its line, and the line to go to; those told before go."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    before = [line for line in lines[: mistake.line - 1] if not _tells(line)]
    after = [line for line in lines[mistake.line - 1 :] if not _tells(line)]
    indent = after[0][: len(after[0]) - len(after[0].lstrip())] if after else ""
    told = f"{indent}{TOLD}{clean(mistake.sentence)} (line {len(before) + 2}, column {mistake.column})"
    return "\n".join([*before, told, *after]), len(before) + 2


def _tells(line: str) -> bool:
    return line.lstrip().startswith(TOLD)
