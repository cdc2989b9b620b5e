"""Releases and their environments over HTTP (api.md 3.3, 3.4, 3.8)."""

from __future__ import annotations

import json
from collections.abc import Iterator

from reltui.demo.context import (
    APPROVAL_FILTERS,
    ENVIRONMENT_STATUS,
    QUERY_ORDER,
    RELEASE_EXPANDS,
    RELEASE_STATUS,
    Context,
    invalid,
    member,
    whole,
)
from reltui.demo.engine import ReleaseLine
from reltui.demo.folders import is_under
from reltui.demo.messages import Answer, json_answer, list_answer, text_answer
from reltui.demo.refusals import release_missing
from reltui.demo.shapes import Json, kept_properties, listed_release

_PAGE = 50
_MOST = 100
"""A larger $top is silently cut (api.md 3.3)."""


def releases(context: Context) -> Answer:
    """GET releases; `releaseCount` makes it the summary of one definition."""
    if context.query("releaseCount"):
        return _summary(context)
    if context.query("sourceBranchFilter") and context.query("environmentStatusFilter"):
        raise invalid("sourceBranchFilter and environmentStatusFilter cannot be used together.")
    size = min(context.integer("$top", _PAGE) or _PAGE, _MOST)
    page, following = context.page(_found(context), size)
    expands = context.expands(RELEASE_EXPANDS)
    filters = context.csv("propertyFilters")
    look = context.engine.deleted_release if context.flag("isDeleted") else context.engine.release
    wire = [
        context.shaper.wire(
            "Release",
            listed_release(kept_properties(look(line.id), filters), expands),
            line.project_id,
        )
        for line in page
    ]
    return list_answer(wire, str(following.id) if following else "")


def _found(context: Context) -> Iterator[ReleaseLine]:
    """The lines that the query asks for, in its order, from its token on."""
    ascending = context.choice("queryOrder", QUERY_ORDER, "descending") == "ascending"
    index = context.engine.release_index()
    token = context.integer("continuationToken", 0)
    chosen = _Filter(context)
    for line in reversed(index) if ascending else index:
        if token and (line.id < token if ascending else line.id > token):
            continue
        if chosen.takes(line):
            yield line


class _Filter:
    """The filters of GET releases, read once."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._definition = context.integer("definitionId", 0)
        self._environment = context.integer("definitionEnvironmentId", 0)
        self._text = context.query("searchText").lower()
        self._creators = context.identity_ids("createdBy")
        self._status = context.choice("statusFilter", RELEASE_STATUS, "undefined")
        self._environment_bits = context.integer("environmentStatusFilter", 0)
        self._after = context.moment("minCreatedTime")
        self._before = context.moment("maxCreatedTime")
        self._branch = context.query("sourceBranchFilter").lower()
        self._build = context.query("artifactVersionId")
        self._artifact = (context.query("artifactTypeId").lower(), context.query("sourceId").lower())
        self._tags = {tag.lower() for tag in context.csv("tagFilter")}
        self._ids = {whole(text, "releaseIdFilter") for text in context.csv("releaseIdFilter")}
        self._path = context.query("path") if context.version >= (5, 1) else ""
        self._deleted = context.flag("isDeleted")

    def takes(self, line: ReleaseLine) -> bool:
        """Whether a release is asked for; looks at the whole release only when the line does not tell."""
        if self._deleted is not self._context.engine.edits.is_deleted(line.id):
            return False
        if self._context.project and line.project_id != self._context.project_id:
            return False
        if (self._definition and line.definition_id != self._definition) or (
            self._ids and line.id not in self._ids
        ):
            return False
        if self._text and self._text not in line.name.lower():
            return False
        if self._status != "undefined" and line.status != self._status:
            return False
        if self._creators is not None and line.created_by_id not in self._creators:
            return False
        if (self._after and line.created_on <= self._after) or (
            self._before and line.created_on >= self._before
        ):
            return False
        if self._branch and line.branch.lower() != self._branch:
            return False
        if self._path and not is_under(line.path, self._path):
            return False
        return self._has_environment(line) and self._has_artifact(line) and self._has_tags(line)

    def _has_environment(self, line: ReleaseLine) -> bool:
        statuses = line.environment_statuses
        if self._environment:
            statuses = {key: value for key, value in statuses.items() if key == self._environment}
        if not self._environment_bits:
            return bool(statuses)
        return any(ENVIRONMENT_STATUS[status] & self._environment_bits for status in statuses.values())

    def _has_artifact(self, line: ReleaseLine) -> bool:
        kind, source = self._artifact
        if self._build and str(line.build_id) != self._build:
            return False
        if not kind and not source:
            return True
        return any(
            (not kind or str(artifact.get("type", "")).lower() == kind)
            and (not source or str(artifact.get("sourceId", "")).lower() == source)
            for artifact in line.definition.get("artifacts") or ()
        )

    def _has_tags(self, line: ReleaseLine) -> bool:
        if not self._tags:
            return True
        return {tag.lower() for tag in self._context.engine.edits.tags(line.id)} >= self._tags


def _summary(context: Context) -> Answer:
    """ReleaseDefinitionSummary: the newest releases of a definition, and of each of its environments."""
    definition = context.engine.definition(context.integer("definitionId", 0))
    count = context.integer("releaseCount", 1)
    chosen = {
        whole(text, "definitionEnvironmentIdsFilter")
        for text in context.csv("definitionEnvironmentIdsFilter")
    }
    deleted = context.engine.edits.is_deleted
    lines = [
        line
        for line in context.engine.release_index()
        if line.definition_id == definition["id"] and not deleted(line.id)
    ]
    wire, project_id = context.shaper.wire, context.project_id
    environments = [
        {
            "id": environment["id"],
            "name": environment["name"],
            "lastReleases": [
                wire("LinkedRelease", {"id": line.id, "name": line.name}, project_id)
                for line in lines
                if line.environment_statuses.get(environment["id"], "notStarted") != "notStarted"
            ][:count],
        }
        for environment in definition["environments"]
        if not chosen or environment["id"] in chosen
    ]
    expands = frozenset({"environments", "approvals", "manualInterventions"})
    if context.flag("includeArtifact"):
        expands |= {"artifacts"}
    ids = sorted(
        {r["id"] for e in environments for r in e["lastReleases"]} | {line.id for line in lines[:count]}
    )
    return json_answer(
        {
            "releaseDefinition": wire(
                "DefinitionRef",
                {key: definition[key] for key in ("id", "name", "path")},
                project_id,
            ),
            "environments": environments,
            "releases": [
                wire("Release", listed_release(context.engine.release(key), expands), project_id)
                for key in reversed(ids)
            ],
        }
    )


def release(context: Context) -> Answer:
    """GET releases/{id}; with `definitionSnapshotRevision` a text stream of the snapshot."""
    found = own_release(context)
    if context.query("definitionSnapshotRevision"):
        revision = context.integer("definitionSnapshotRevision", 0)
        snapshot = context.engine.edits.snapshot(found["id"], revision)
        return text_answer(json.dumps(context.shaper.wire("Release", snapshot, context.project_id), indent=2))
    return json_answer(_whole(context, found))


def _whole(context: Context, found: Json) -> Json:
    found = kept_properties(found, context.csv("propertyFilters"))
    filters = _approval_filters(context)
    found = found | {"environments": [_filtered(item, filters) for item in found["environments"]]}
    wire: Json = context.shaper.wire("Release", found, context.project_id)
    return wire


def _approval_filters(context: Context) -> frozenset[str]:
    """The approval members to show; everything unless the query narrows it."""
    names: set[str] = set()
    for part in context.csv("approvalFilters"):
        if part.isdecimal():
            names |= {key for key, bit in APPROVAL_FILTERS.items() if bit & int(part)}
        else:
            names.add(member(part, APPROVAL_FILTERS, "approvalFilters"))
    if not names or "all" in names:
        return frozenset(APPROVAL_FILTERS)
    return frozenset(names)


def _filtered(environment: Json, filters: frozenset[str]) -> Json:
    kept = dict(environment)
    for key in ("preDeployApprovals", "postDeployApprovals"):
        kept[key] = [
            approval
            for approval in environment[key]
            if ("automatedApprovals" if approval["isAutomated"] else "manualApprovals") in filters
        ]
    if "approvalSnapshots" not in filters:
        kept.pop("preApprovalsSnapshot", None)
        kept.pop("postApprovalsSnapshot", None)
    return kept


def create(context: Context) -> Answer:
    """POST releases; answers 200 with environments that have not started."""
    created = context.engine.create_release(context.project_id, context.json_object(), context.me)
    return json_answer(context.shaper.wire("Release", created, context.project_id))


def update(context: Context) -> Answer:
    """PATCH releases/{id}: start a draft, abandon, keep, rename."""
    found = own_release(context)
    changed = context.engine.update_release(found["id"], context.json_object(), context.me)
    return json_answer(context.shaper.wire("Release", changed, context.project_id))


def own_release(context: Context) -> Json:
    """The release of the path, when it is one of this project. Raises Refusal."""
    number = context.number("release")
    found = context.engine.release(number)
    if found["projectReference"]["id"] != context.project_id:
        raise release_missing(number)
    return found


def environment(context: Context) -> Answer:
    """GET releases/{id}/environments/{id}."""
    found = own_release(context)
    known = context.engine.environment(found["id"], context.number("environment"))
    return json_answer(context.shaper.wire("ReleaseEnvironment", known, context.project_id))


def update_environment(context: Context) -> Answer:
    """PATCH releases/{id}/environments/{id}: deploy, redeploy, deploy later, put off, cancel."""
    found = own_release(context)
    changed = context.engine.update_environment(
        found["id"], context.number("environment"), context.json_object(), context.me
    )
    return json_answer(context.shaper.wire("ReleaseEnvironment", changed, context.project_id))
