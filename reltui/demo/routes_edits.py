"""Changes to a release beside its life, over HTTP: edit, delete, undelete, tags, history (api.md 3.3)."""

from __future__ import annotations

from reltui.demo.context import Context, invalid
from reltui.demo.messages import Answer, json_answer, list_answer
from reltui.demo.refusals import release_missing
from reltui.demo.routes_release import own_release


def replace(context: Context) -> Answer:
    """PUT releases/{id}: the whole release with a body; without one it undeletes."""
    if not context.body.strip():
        return _undelete(context)
    found = own_release(context)
    changed = context.engine.edits.replace(found["id"], context.json_object(), context.me)
    return json_answer(context.shaper.wire("Release", changed, context.project_id))


def _undelete(context: Context) -> Answer:
    """`comment` is required (api.md 3.3)."""
    if not context.query("comment"):
        raise invalid("A comment is required to undelete a release.")
    number = context.number("release")
    if context.engine.deleted_release(number)["projectReference"]["id"] != context.project_id:
        raise release_missing(number)
    restored = context.engine.edits.undelete(number, context.query("comment"), context.me)
    return json_answer(context.shaper.wire("Release", restored, context.project_id))


def delete(context: Context) -> Answer:
    """DELETE releases/{id}: soft, 204."""
    context.engine.edits.delete(own_release(context)["id"], context.query("comment"), context.me)
    return Answer(status=204)


def history(context: Context) -> Answer:
    """GET releases/{id}/history: ReleaseRevision[], oldest first."""
    entries = context.engine.release_history(own_release(context)["id"])
    return list_answer(context.shaper.wire("ReleaseRevision", entries, context.project_id))


def tags(context: Context) -> Answer:
    """GET releases/{id}/tags."""
    return list_answer(own_release(context)["tags"])


def tag(context: Context) -> Answer:
    """PATCH releases/{id}/tags/{tag} without a body, or POST releases/{id}/tags with a list."""
    return list_answer(context.engine.edits.tag(own_release(context)["id"], context.tags(), context.me))


def untag(context: Context) -> Answer:
    """DELETE releases/{id}/tags/{tag}; answers 200 with the tags that are left."""
    number = own_release(context)["id"]
    return list_answer(context.engine.edits.untag(number, context.params["tag"], context.me))


def project_tags(context: Context) -> Answer:
    """GET tags: every tag in use in the project."""
    return list_answer(context.engine.edits.project_tags(context.project_id))
