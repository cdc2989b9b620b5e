"""Fields of a task and of a gate: how it runs, and the inputs that its type has."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from reltui.model.decode import mapping_of
from reltui.model.difference import MASKED, hides_value
from reltui.model.editing.outline import Kind
from reltui.model.editing.shape import Json, without
from reltui.model.editing.slots import (
    NO,
    YES,
    FieldKind,
    Form,
    Pick,
    Write,
    flag,
    needed,
    plain,
    typed,
)
from reltui.model.resources import Choice, TaskInput, TaskType, is_visible
from reltui.model.text import SafeText, clean

_CONNECTION = "connectedservice:"


def task(form: Form) -> None:
    """All fields of a task or gate."""
    row = mapping_of(form.get(()))
    known = form.known.task_type(plain(row.get("taskId")), plain(row.get("version")))
    form.section = str(known.label) if known else "Task"
    form.text("name", "Name", ("name",), is_required=True)
    _version(form, row)
    form.flag("enabled", "Enabled", ("enabled",), default=True)
    _inputs(form, mapping_of(row.get("inputs")), known)
    form.section = "Runs"
    form.flag("go-on", "Go on after errors", ("continueOnError",))
    form.time("timeout", "Time limit", ("timeoutInMinutes",), zero="none")
    if form.node.kind is Kind.TASK:
        form.text(
            "condition",
            "Runs when",
            ("condition",),
            help="Such as succeeded(), succeededOrFailed(), failed(), always(), or one of your own.",
        )
        if "alwaysRun" in row:
            form.flag("always", "Runs always", ("alwaysRun",), help="Also after a failure, on old servers.")
        form.number("retries", "Tries again", ("retryCountOnTaskFailure",), high=10, unit="times")
        _environment(form)
        form.text("reference", "Reference name", ("refName",), help="For its output variables.")


def _version(form: Form, row: Mapping[str, Any]) -> None:
    task_id = plain(row.get("taskId")).lower()
    majors = {t.major: t for t in form.known.task_types or () if t.id == task_id}
    if majors:
        choices = [(t.version_spec, t.version_spec) for _, t in sorted(majors.items(), reverse=True)]
        form.choice("version", "Version", ("version",), choices)
        return

    def write(new: str | Choice) -> Json:
        text = needed(new, "The version")
        first, dot, rest = text.partition(".")
        if text != "*" and not (first.isascii() and first.isdigit() and dot and rest):
            raise ValueError("Write a version such as 2.* or 2.181.0.")
        return form.set(("version",), text)

    form.text("version", "Version", ("version",), is_required=True, write=write, help="Such as 2.*")


def _inputs(form: Form, values: Mapping[str, Any], known: TaskType | None) -> None:
    """Those of the task's type that its rules show, then what else is there."""
    inputs = known.inputs if known else ()
    spelled = {name.lower(): name for name in values}
    every = {one.name: one.default for one in inputs} | {
        next((one.name for one in inputs if one.name.lower() == name.lower()), name): plain(value)
        for name, value in values.items()
    }
    for one in inputs:
        if is_visible(one.visible_rule, every):
            form.section = one.group or "Inputs"
            _input(form, one, spelled.get(one.name.lower(), one.name), every[one.name])
    form.section = "Other inputs" if known else "Inputs"
    names = {one.name.lower() for one in inputs}
    for name in values:
        if name.lower() not in names:
            value = plain(values[name])
            form.text(
                f"input:{name}",
                name,
                ("inputs", name),
                is_long="\n" in value,
                shown=masked(name, value, is_long="\n" in value),
                remove=partial(without, form.raw, (*form.base, "inputs", name)),
            )


def _input(form: Form, one: TaskInput, name: str, value: str) -> None:
    path = ("inputs", name)
    kind = one.type.lower()
    id, label = f"input:{one.name}", one.label or one.name

    def put_text(new: str | Choice) -> Json:
        return form.set(path, typed(new))

    def put_flag(new: str | Choice) -> Json:
        return form.set(path, YES if flag(new) else NO)

    def add(kind: FieldKind, write: Write, help: str = one.help, **more: Any) -> None:
        form.add(id, label, kind, value, write, help=help, is_required=one.is_required, path=path, **more)

    if kind == "boolean" and value.lower() in (YES, NO, ""):
        add(FieldKind.FLAG, put_flag, shown=SafeText("yes" if value.lower() == YES else "no"))
    elif kind.startswith(_CONNECTION):
        connection = form.known.connection(value)
        add(FieldKind.PICK, put_text, pick=Pick.CONNECTION, shown=connection.name if connection else None)
    elif one.options and not one.is_open:
        form.choice(id, label, path, one.options, value=value, help=one.help, write=put_text)
    else:
        is_long = one.is_many_lines or "\n" in value
        proposed = f"{one.help}\nSuch as {', '.join(value for value, _ in one.options)}."
        add(
            FieldKind.LINES if is_long else FieldKind.TEXT,
            put_text,
            proposed.strip() if one.options else one.help,
            shown=masked(name, value, is_long=is_long),
        )


def masked(name: str, value: str, *, is_long: bool = False) -> SafeText:
    """A value as it may be drawn: people write secrets in clear into inputs; variables may be seen."""
    is_variable = value.startswith("$(") and value.endswith(")")
    hidden = value and not is_variable and hides_value(name)
    return MASKED if hidden else clean(value, lines=is_long)


def _environment(form: Form) -> None:
    there = mapping_of(form.get(("environment",)))

    def write(new: str | Choice) -> Json:
        found: Json = {}
        for line in typed(new).splitlines():
            if not line.strip():
                continue
            name, sign, value = line.partition("=")
            if not sign or not name.strip():
                raise ValueError("Write one variable on a line, as NAME=value.")
            found[name.strip()] = value
        return form.set(("environment",), found)

    lines = [f"{name}={plain(value)}" for name, value in there.items()]
    shown = "\n".join(f"{name}={masked(name, plain(value))}" for name, value in there.items())
    form.add(
        "environment",
        "Environment",
        FieldKind.LINES,
        "\n".join(lines),
        write,
        shown=clean(shown, lines=True),
        help="Variables for the task's process, one on a line as NAME=value.",
        path=("environment",),
    )
