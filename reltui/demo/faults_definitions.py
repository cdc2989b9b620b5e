"""Faults of writing definitions: somebody else saves, renames or deletes one at the worst moment."""

from __future__ import annotations

import copy
import json
import re

from reltui.demo.engine import Engine, Refusal
from reltui.demo.faults import Kind, Situation
from reltui.demo.messages import Answer, error_answer
from reltui.demo.shapes import Json

PHASES = {
    "read": r"GET /definitions/\d+$",
    "list": r"GET /definitions$",
    "write": r"PUT|PATCH|DELETE /definitions(/\d+)?$",
}
"""When it happens: just before a read, a list, or a write of definitions."""


def change_as_other(engine: Engine, definition_id: int, kind: str) -> None:
    """Let somebody else save a new revision, or delete the definition. Raises Refusal."""
    project = engine.definition_project(definition_id)
    body = copy.deepcopy(engine.definition(definition_id))
    body["comment"] = "Changed in the web portal."
    if kind == "words":
        body["description"] = f"{body['description'] or ''} Ask the release desk first.".strip()
    elif kind == "stage":
        body["environments"][-1]["variables"]["ReadTimeout"] = {"value": "90"}
    elif kind == "rename":
        body["name"] = f"{body['name']} (new)"
    by = _editor(engine, project)
    if kind == "delete":
        engine.delete_definition(definition_id, body["comment"], True, by)
    else:
        engine.update_definition(project, body, by)


def _editor(engine: Engine, project_id: str) -> str:
    """Identity id of a person, not the signed-in one, who may change and delete definitions."""
    return next(
        key
        for key, identity in engine.identities.items()
        if not identity["isContainer"] and key != engine.me["id"] and engine.may_write(project_id, key)
    )


async def _other_editor(situation: Situation) -> Answer:
    engine = situation.service.engine
    target = await _target(situation)
    wanted = int(situation.fault.number("id"))
    if not target or (wanted and wanted != target):
        situation.fault.matched -= 1
        return await situation.proceed()
    try:
        change_as_other(engine, target, situation.fault.text("kind"))
    except Refusal as refusal:
        return error_answer(500, "VssServiceException", f"The fault could not be acted: {refusal.message}")
    return await situation.proceed()


async def _target(situation: Situation) -> int:
    """The definition that the request is about; of a list the one with the fault's `id`."""
    found = re.search(r"/definitions/(\d+)", situation.request.path, re.IGNORECASE)
    if found:
        return int(found[1])
    if not situation.request.is_write:
        return int(situation.fault.number("id"))
    return int(sent_object(await situation.call.body()).get("id") or 0)


def sent_object(body: bytes) -> Json:
    """The JSON object of a request's body; empty for anything else."""
    try:
        sent = json.loads(body)
    except ValueError:
        return {}
    return sent if isinstance(sent, dict) else {}


KINDS = (
    Kind(
        "srv-53",
        "other-editor",
        _other_editor,
        "somebody else changes a definition: kind=words, stage, rename or delete",
        arguments={"phase": "read", "id": 0.0, "kind": "words"},
        choices={"phase": tuple(PHASES), "kind": ("words", "stage", "rename", "delete")},
        times=1,
        phases=PHASES,
    ),
)
