"""The fields of each node of the outline, and writing one of them into the definition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reltui.model.editing import (
    fields_approvals,
    fields_job,
    fields_stage,
    fields_task,
    fields_variables,
    fields_whole,
)
from reltui.model.editing.fields_older import as_there
from reltui.model.editing.outline import Kind, Node
from reltui.model.editing.shape import Json
from reltui.model.editing.slots import Field, FieldKind, Form, Pick, Slot
from reltui.model.resources import NOTHING, Choice, Resources

__all__ = ["Field", "FieldKind", "Pick", "fields", "with_field", "without_field"]

_MAKERS: Mapping[Kind, Callable[[Form], None]] = {
    Kind.DEFINITION: fields_whole.definition,
    Kind.ARTIFACTS: fields_whole.artifacts,
    Kind.ARTIFACT: fields_whole.artifact,
    Kind.TRIGGER: fields_whole.trigger,
    Kind.VARIABLES: fields_variables.variables,
    Kind.STAGE: fields_stage.stage,
    Kind.START: fields_stage.start,
    Kind.BEFORE: fields_approvals.approvals,
    Kind.GATES_BEFORE: fields_approvals.gates,
    Kind.JOB: fields_job.job,
    Kind.TASK: fields_task.task,
    Kind.GATE: fields_task.task,
    Kind.GATES_AFTER: fields_approvals.gates,
    Kind.AFTER: fields_approvals.approvals,
    Kind.STAGE_VARIABLES: fields_variables.variables,
}


def fields(raw: Mapping[str, Any], node: Node, known: Resources = NOTHING) -> tuple[Field, ...]:
    """What can be edited of a node, in the order of the screen."""
    return tuple(slot.field for slot in _slots(raw, node, known))


def with_field(
    raw: Mapping[str, Any], node: Node, field: Field, value: str | Choice, known: Resources = NOTHING
) -> Json:
    """The definition with another value of a field; an equal one where the value is what is there.

    Raises ValueError with one sentence: the value cannot be.
    """
    slot = _slot(raw, node, field, known)
    if value == slot.field.value:
        return dict(raw)
    return slot.write(value)


def without_field(raw: Mapping[str, Any], node: Node, field: Field, known: Resources = NOTHING) -> Json:
    """The definition without what a removable field stands for. Raises ValueError with one sentence."""
    slot = _slot(raw, node, field, known)
    if slot.remove is None:
        raise ValueError(f"{slot.field.label} cannot be removed, only changed.")
    return slot.remove()


def _slot(raw: Mapping[str, Any], node: Node, field: Field, known: Resources) -> Slot:
    slot = next((slot for slot in _slots(raw, node, known) if slot.field.id == field.id), None)
    if slot is None:
        raise ValueError(f"{field.label} is no longer there.")
    return slot


def _slots(raw: Mapping[str, Any], node: Node, known: Resources) -> list[Slot]:
    form = Form(raw, node, known)
    make = _MAKERS.get(node.kind)
    if make is not None:
        make(form)
    return as_there(form.slots, raw, known)
