"""Release definitions over HTTP: list with its filters, get, save, revisions (api.md 3.1)."""

from __future__ import annotations

import json

from reltui.demo.context import DEFINITION_EXPANDS, DEFINITION_ORDER, Context
from reltui.demo.folders import is_under
from reltui.demo.messages import Answer, json_answer, list_answer, text_answer
from reltui.demo.refusals import definition_missing
from reltui.demo.shapes import Json, kept_properties, listed_definition

_MOST = 10000


def listed(context: Context) -> Answer:
    """GET definitions. The token is the id of the next page's first item, in every order."""
    order = context.choice("queryOrder", DEFINITION_ORDER, "idAscending")
    known = context.engine.definitions(context.project_id, deleted=context.flag("isDeleted"))
    found = [definition for definition in known if _is_listed(context, definition)]
    if order.startswith("name"):
        found.sort(key=lambda definition: (str(definition["name"]).lower(), definition["id"]))
    if order.endswith("Descending"):
        found.reverse()
    token = context.query("continuationToken")
    ids = [str(definition["id"]) for definition in found]
    if token in ids:
        found = found[ids.index(token) :]
    page, following = context.page(found, context.integer("$top", _MOST) or _MOST)
    expands = context.expands(DEFINITION_EXPANDS)
    shallow = [
        listed_definition(kept_properties(definition, context.csv("propertyFilters")), expands)
        for definition in page
    ]
    wire = context.shaper.wire("Definition", shallow, context.project_id)
    return list_answer(wire, str(following["id"]) if following else "")


def _is_listed(context: Context, definition: Json) -> bool:
    if (ids := context.csv("definitionIdFilter")) and str(definition["id"]) not in ids:
        return False
    if (path := context.query("path")) and not is_under(definition["path"], path):
        return False
    tags = {str(tag).lower() for tag in definition.get("tags") or ()}
    if not tags.issuperset(tag.lower() for tag in context.csv("tagFilter")):
        return False
    return _has_text(context, definition) and _has_artifact(context, definition)


def _has_text(context: Context, definition: Json) -> bool:
    text = context.query("searchText").lower()
    name = str(definition["name"]).lower()
    if not text:
        return True
    if context.flag("isExactNameMatch"):
        return name == text
    in_folder = context.flag("searchTextContainsFolderName") and context.version >= (5, 1)
    return text in name or (in_folder and text in str(definition["path"]).lower())


def _has_artifact(context: Context, definition: Json) -> bool:
    kind, source = context.query("artifactType").lower(), context.query("artifactSourceId").lower()
    if not kind and not source:
        return True
    return any(
        (not kind or str(artifact.get("type", "")).lower() == kind)
        and (not source or str(artifact.get("sourceId", "")).lower() == source)
        for artifact in definition.get("artifacts") or ()
    )


def get(context: Context) -> Answer:
    """GET definitions/{id}; with `revision` a text stream of that revision."""
    definition_id = _own(context, context.number("definition"))
    if context.query("revision"):
        return _stream(context, definition_id, context.integer("revision", 0))
    definition = context.engine.definition(definition_id)
    return json_answer(_whole(context, kept_properties(definition, context.csv("propertyFilters"))))


def create(context: Context) -> Answer:
    """POST definitions; answers 200."""
    body = context.json_object()
    return json_answer(
        _whole(context, context.engine.create_definition(context.project_id, body, context.me))
    )


def update(context: Context) -> Answer:
    """PUT definitions: the whole object with its current revision."""
    body = context.json_object()
    return json_answer(
        _whole(context, context.engine.update_definition(context.project_id, body, context.me))
    )


def delete(context: Context) -> Answer:
    """DELETE definitions/{id}: soft, 204 (api.md 8 #22)."""
    definition_id = _own(context, context.number("definition"))
    context.engine.delete_definition(
        definition_id, context.query("comment"), context.flag("forceDelete"), context.me
    )
    return Answer(status=204)


def undelete(context: Context) -> Answer:
    """PATCH definitions/{id} with a comment: brings a deleted one back."""
    definition_id = context.number("definition")
    if context.engine.definition_project(definition_id, deleted=True) != context.project_id:
        raise definition_missing(definition_id)
    comment = str(context.json_object().get("comment") or "")
    return json_answer(
        _whole(context, context.engine.undelete_definition(definition_id, comment, context.me))
    )


def tags(context: Context) -> Answer:
    """GET definitions/{id}/tags."""
    return list_answer(context.engine.tag_definition(_own(context, context.number("definition")), []))


def tag(context: Context) -> Answer:
    """PATCH definitions/{id}/tags/{tag} without a body, or POST definitions/{id}/tags with a list."""
    definition_id = _own(context, context.number("definition"))
    return list_answer(context.engine.tag_definition(definition_id, context.tags()))


def untag(context: Context) -> Answer:
    """DELETE definitions/{id}/tags/{tag}; answers 200 with the tags that are left."""
    definition_id = _own(context, context.number("definition"))
    return list_answer(context.engine.tag_definition(definition_id, [], context.params["tag"]))


def revisions(context: Context) -> Answer:
    """GET definitions/{id}/revisions."""
    log = context.engine.definition_revisions(_own(context, context.number("definition")))
    return list_answer(context.shaper.wire("DefinitionRevision", log, context.project_id))


def revision(context: Context) -> Answer:
    """GET definitions/{id}/revisions/{revision}: a text stream."""
    return _stream(context, _own(context, context.number("definition")), context.number("revision"))


def _stream(context: Context, definition_id: int, revision: int) -> Answer:
    definition = context.engine.definition_revision(definition_id, revision)
    return text_answer(json.dumps(_whole(context, definition), indent=2))


def _own(context: Context, definition_id: int) -> int:
    """The id, when the definition is one of this project. Raises Refusal."""
    if context.engine.definition_project(definition_id) != context.project_id:
        raise definition_missing(definition_id)
    return definition_id


def _whole(context: Context, definition: Json) -> Json:
    """The full form; `lastRelease` comes with lists only (api.md 4.1)."""
    whole = {key: value for key, value in definition.items() if key != "lastRelease"}
    wire: Json = context.shaper.wire("Definition", whole, context.project_id)
    return wire
