"""Folders of release definitions over HTTP (api.md 3.2)."""

from __future__ import annotations

from reltui.demo.context import FOLDER_ORDER, Context
from reltui.demo.messages import Answer, json_answer, list_answer
from reltui.demo.shapes import Json


def listed(context: Context) -> Answer:
    """GET folders[/{path}]: the folder and all below it."""
    found = context.engine.folders(context.project_id, context.params.get("path", ""))
    if context.choice("queryOrder", FOLDER_ORDER, "none") == "descending":
        found.reverse()
    return list_answer(context.shaper.wire("Folder", found, context.project_id))


def create(context: Context) -> Answer:
    """POST folders with the path in the body, or the old form with the path in the address."""
    body = context.json_object()
    body = {"path": context.params.get("path")} | {
        key: item for key, item in body.items() if item is not None
    }
    return _one(context, context.engine.create_folder(context.project_id, body, context.me))


def update(context: Context) -> Answer:
    """PATCH folders/{path}: another path, another description; what is inside comes along."""
    changed = context.engine.update_folder(
        context.project_id, context.params["path"], context.json_object(), context.me
    )
    return _one(context, changed)


def delete(context: Context) -> Answer:
    """DELETE folders/{path}: the folder and its definitions; 204."""
    context.engine.delete_folder(context.project_id, context.params["path"], context.me)
    return Answer(status=204)


def _one(context: Context, folder: Json) -> Answer:
    return json_answer(context.shaper.wire("Folder", folder, context.project_id))
