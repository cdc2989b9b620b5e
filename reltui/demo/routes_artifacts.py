"""Versions of artifacts, and what came between two of them, over HTTP (api.md 3.3, 3.9)."""

from __future__ import annotations

from collections.abc import Iterator

from reltui.demo.builds import Build
from reltui.demo.context import Context, invalid
from reltui.demo.messages import Answer, json_answer, list_answer
from reltui.demo.refusals import definition_missing
from reltui.demo.routes_release import own_release
from reltui.demo.shapes import Json

_MOST = 250
_MOST_OF_BUILDS = 50


def versions(context: Context) -> Answer:
    """GET artifacts/versions?releaseDefinitionId=: what a new release of a definition may take."""
    definition_id = context.integer("releaseDefinitionId", 0)
    if context.engine.definition_project(definition_id) != context.project_id:
        raise definition_missing(definition_id)
    return _versions(context, context.engine.definition(definition_id)["artifacts"])


def versions_of(context: Context) -> Answer:
    """POST artifacts/versions with Artifact[]: the same for any sources."""
    artifacts = context.document()
    if not isinstance(artifacts, list) or not all(isinstance(artifact, dict) for artifact in artifacts):
        raise invalid("A JSON list of artifacts is expected in the body of the request.")
    return _versions(context, artifacts)


def _versions(context: Context, artifacts: list[Json]) -> Answer:
    result = context.engine.artifacts.versions(artifacts)
    return json_answer(context.shaper.wire("ArtifactVersions", result, context.project_id))


def changes(context: Context) -> Answer:
    """GET releases/{id}/changes?baseReleaseId=: commits, newest first, that the base does not have."""
    found = [
        {key: item for key, item in change.items() if key != "type"} | {"changeType": change["type"]}
        for change in _changes(context, _new_builds(context))
    ]
    found = found[: context.integer("$top", _MOST)]
    return list_answer(context.shaper.wire("Change", found, context.project_id))


def work_items(context: Context) -> Answer:
    """GET releases/{id}/workitems?baseReleaseId=: ReleaseWorkItemRef, with title and state."""
    items = _work_items(context, _new_builds(context))[: context.integer("$top", _MOST)]
    return list_answer(context.shaper.wire("WorkItem", items, context.project_id))


def _new_builds(context: Context) -> Iterator[Build]:
    release = context.engine.release_record(own_release(context)["id"])
    base = context.integer("baseReleaseId", 0)
    before = context.engine.release_record(base) if base else None
    return context.engine.artifacts.between_releases(release, before, context.query("artifactAlias"))


def build_changes(context: Context) -> Answer:
    """GET build/changes?fromBuildId=&toBuildId=: commits after the first build up to the second."""
    found = _changes(context, _between(context))[: context.integer("$top", _MOST_OF_BUILDS)]
    return list_answer(context.shaper.wire("Change", found, context.project_id))


def build_work_items(context: Context) -> Answer:
    """GET build/workitems?fromBuildId=&toBuildId=: references only, as the build area gives them."""
    items = _work_items(context, _between(context))[: context.integer("$top", _MOST_OF_BUILDS)]
    references = [{"id": item["id"]} for item in items]
    return list_answer(context.shaper.wire("WorkItem", references, context.project_id))


def _between(context: Context) -> Iterator[Build]:
    """The builds after `fromBuildId` up to `toBuildId`; none when the first is the newer one (U)."""
    ends: list[Build] = []
    for name in ("fromBuildId", "toBuildId"):
        build = context.engine.build_record(context.integer(name, 0))
        ends.append(build)
    older, newer = ends
    if older.source is not newer.source:
        raise invalid(f"Builds {older.id} and {newer.id} are not of the same build definition.")
    return context.engine.artifacts.between(newer, older.id)


def _changes(context: Context, builds: Iterator[Build]) -> list[Json]:
    return [change for build in builds for change in context.engine.build_changes(build.id)]


def _work_items(context: Context, builds: Iterator[Build]) -> list[Json]:
    """Each once, in the order of the newest build that has it."""
    found: dict[str, Json] = {}
    for build in builds:
        for item in context.engine.build_work_items(build.id):
            found.setdefault(str(item["id"]), item | {"id": str(item["id"])})
    return list(found.values())
