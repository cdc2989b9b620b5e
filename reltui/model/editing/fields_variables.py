"""Fields of variables and variable groups, of the whole definition or of one stage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reltui.model.decode import bool_of, int_of, mapping_of
from reltui.model.difference import MASKED
from reltui.model.editing.outline import STAGES, by_rank
from reltui.model.editing.shape import Json, Path, at, insert, put, renamed, without
from reltui.model.editing.slots import FieldKind, Form, Pick, flag, needed, plain, typed
from reltui.model.resources import Choice
from reltui.model.text import SafeText, clean
from reltui.model.words import count

_EVERYWHERE = ("", "the whole release")


def variables(form: Form) -> None:
    """All variables of the node's scope, then its groups."""
    holder = form.base[:-1]
    for name, value in mapping_of(form.get(())).items():
        form.section = name
        _variable(form, holder, name, value)
    form.section = "Variable groups"
    groups = at(form.raw, (*holder, "variableGroups"))
    for place, group in enumerate(groups if isinstance(groups, list) else ()):
        _group(form, holder, place, group)


def _variable(form: Form, holder: Path, name: str, value: object) -> None:
    path = (*form.base, name)
    row = mapping_of(value)
    is_secret = bool_of(row.get("isSecret"))
    # The server keeps a secret by its name and place: elsewhere its value has to be typed again.
    told = {**row, "value": ""} if is_secret and row.get("value") is None else value

    def remove() -> Json:
        return without(form.raw, path)

    def write_value(new: str | Choice) -> Json:
        return put(form.raw, (*path, "value"), typed(new))

    def write_secret(new: str | Choice) -> Json:
        if flag(new) == is_secret:
            return dict(form.raw)
        if flag(new):
            return put(form.raw, path, {**row, "isSecret": True})
        # What was secret does not come to light: the value has to be typed anew.
        return put(form.raw, path, {**_but(row, "isSecret"), "value": ""})

    def write_override(new: str | Choice) -> Json:
        return put(
            form.raw, path, {**row, "allowOverride": True} if flag(new) else _but(row, "allowOverride")
        )

    def write_name(new: str | Choice) -> Json:
        wanted = needed(new, "The name of a variable", name)
        others = {other.lower() for other in mapping_of(form.get(())) if other != name}
        if wanted.lower() in others:
            raise ValueError(f"There is a variable {clean(wanted)} already.")
        return renamed(put(form.raw, path, told), path, wanted)

    form.add(
        f"variable:{name}:name",
        "Name",
        FieldKind.TEXT,
        name,
        write_name,
        is_required=True,
        path=(name,),
        remove=remove,
    )
    if is_secret:
        kept = row.get("value") is None
        form.add(
            f"variable:{name}:value",
            "Value",
            FieldKind.SECRET,
            "",
            lambda new: write_value(new) if typed(new) else dict(form.raw),
            shown=MASKED if kept or row.get("value") else SafeText("(empty)"),
            help="What you type replaces the value; the server tells it to nobody.",
            path=(name, "value"),
            remove=remove,
        )
    else:
        form.add(
            f"variable:{name}:value",
            "Value",
            FieldKind.TEXT,
            plain(row.get("value")),
            write_value,
            path=(name, "value"),
            remove=remove,
        )
    form.flag(f"variable:{name}:secret", "Secret", (name, "isSecret"), write=write_secret)
    form.flag(
        f"variable:{name}:override", "Settable at release", (name, "allowOverride"), write=write_override
    )

    def write_scope(stage: str) -> Json:
        target = (*_holder(stage), "variables")
        if name.lower() in {other.lower() for other in mapping_of(at(form.raw, target))}:
            raise ValueError(f"There is a variable {clean(name)} already in that scope.")
        return put(remove(), (*target, name), told)

    form.choice(
        f"variable:{name}:scope",
        "Scope",
        (name,),
        _scopes(form.raw),
        value=_scope(holder),
        write=write_scope,
        help="Where the variable has this value.",
    )


def _group(form: Form, holder: Path, place: int, group: object) -> None:
    path = (*holder, "variableGroups", place)
    known = form.known.variable_group(int_of(group) or 0)
    many = f" ({count(len(known.variables), 'variable')})" if known else ""

    def remove() -> Json:
        return without(form.raw, path)

    def write(new: str | Choice) -> Json:
        return put(form.raw, path, group_id(form.raw, holder, new, place))

    form.add(
        f"group:{place}",
        "Group",
        FieldKind.PICK,
        plain(group),
        write,
        shown=SafeText(f"{known.name}{many}") if known else SafeText(f"group {clean(plain(group))}"),
        help=", ".join(name for name, _ in known.variables) if known else "",
        pick=Pick.VARIABLE_GROUP,
        place=path,
        remove=remove,
    )

    def write_scope(stage: str) -> Json:
        target = _holder(stage)
        wanted = group_id(form.raw, target, plain(group), None)
        there = at(form.raw, (*target, "variableGroups"))
        return insert(remove(), (*target, "variableGroups"), len(there or ()), wanted)

    form.choice(
        f"group:{place}:scope",
        "Scope",
        (),
        _scopes(form.raw),
        value=_scope(holder),
        write=write_scope,
        help="Where the variables of the group are known.",
    )


def group_id(raw: Mapping[str, Any], holder: Path, value: str | Choice, but: int | None) -> int:
    """The id of a group that is not yet in this scope. Raises ValueError with a sentence."""
    text = typed(value).strip()
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValueError("Pick a variable group from the list.")
    there = at(raw, (*holder, "variableGroups"))
    if int(text) in [g for place, g in enumerate(there if isinstance(there, list) else ()) if place != but]:
        raise ValueError("That variable group is linked there already.")
    return int(text)


def _but(row: Mapping[str, Any], name: str) -> Json:
    return {key: value for key, value in row.items() if key != name}


def _scopes(raw: Mapping[str, Any]) -> list[tuple[str, str]]:
    stages = [(str(place), clean(plain(stage.get("name")))) for place, stage in by_rank(raw, STAGES)]
    return [_EVERYWHERE, *stages]


def _scope(holder: Path) -> str:
    return str(holder[1]) if holder else ""


def _holder(scope: str) -> Path:
    return (*STAGES, int(scope)) if scope else ()
