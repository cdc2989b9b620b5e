"""Every call in one table: method, path, version by server generation, scope (api.md 1 to 3, 7.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from urllib.parse import quote, urlencode

from reltui.errors import Lacking, Malformed
from reltui.model.address import base_of
from reltui.model.generations import is_older, title
from reltui.model.values import dataclass

RELEASES_RESOURCE = "a166fde7-27ad-408e-ba75-703c2cc9d500"
"""Location id of the releases resource; its versions tell the generation (api.md 2.2, 2.4)."""
UNKNOWN = "tfs-2018"
"""The generation whose versions are sent while that of the server is not known."""

GENERATIONS: Mapping[str, str] = {
    "tfs-2015.2": "2.2",
    # Its later updates understand 3.0 as well, and the first does not understand theirs.
    "tfs-2017": "3.0",
    "tfs-2018-rtw": "4.0",
    "tfs-2018": "4.1",
    "server-2019": "5.0",
    "server-2019.1": "5.1",
    "server-2020": "6.0",
    "server-2022": "7.0",
    "server-2022.1": "7.1",
    "services": "7.1",
}
"""Generation to the version of its REST API (api.md 2.1)."""


class Kind(StrEnum):
    """What a call carries: decides its deadline, its size cap and whether it may be repeated."""

    LIST = "list"
    ITEM = "item"
    LOG = "log"
    ARCHIVE = "archive"
    WRITE = "write"


NONE = "none"
"""In place of a version: the generation has no such resource."""
JSON, TEXT, BYTES, ZIP = "application/json", "text/plain", "application/octet-stream", "application/zip"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One call of the REST API."""

    name: str
    method: str
    path: str
    """Below the base of its area; {names} are filled in percent-encoded."""
    resource: str
    """Key of VERSIONS; empty for a call that takes no version."""
    kind: Kind
    scope: str
    """What a token must be allowed (api.md 7.2); for help in messages only."""
    area: str = "release"
    """release, core, build, tasks, git, connections, identities or location; on Services they have different
    hosts (api.md 1.2)."""
    accepts: str = JSON
    """The type of a good answer; empty for one without a body."""
    is_narrow: bool = False
    """Asked of all projects at once and cheap to answer: more of these may be under way than of others."""


# A digit is the resource version of a preview, "" a released version; "preview" leaves the number to the
# server, where no source names it (api.md 2.2). Columns: 4.1, 5.0, 5.1, 6.0, 7.0, 7.1.
_COLUMNS = ("4.1", "5.0", "5.1", "6.0", "7.0", "7.1")
_OLD_COLUMNS = ("2.2", "3.0", "4.0")
_OLD_TABLE: Mapping[str, tuple[str, str, str]] = {
    "releases": ("1", "2", "4"),
    "environments": ("1", "2", "4"),
    "definitions": ("1", "1", "3"),
    "approvals": ("1", "1", "1"),
    "logs": ("1", "preview", "2"),
    "stage-task-log": ("1", "preview", NONE),
    "revisions": (NONE, NONE, "1"),
    "approvals-batch": (NONE, NONE, "1"),
    "deployments": (NONE, NONE, "1"),
    "interventions": (NONE, NONE, "1"),
    "folders": (NONE, NONE, "1"),
    "task-log": (NONE, NONE, "2"),
    "gates": (NONE, NONE, NONE),
    "gate-log": (NONE, NONE, NONE),
    "attachments": (NONE, NONE, NONE),
    "timeline-attachments": (NONE, NONE, NONE),
    **{
        resource: (NONE, NONE, "preview")
        for resource in ("approval-history", "tags", "changes", "work-items", "history", "artifact-versions")
    },
    **{resource: ("", "", "") for resource in ("builds", "build-definitions", "repositories", "refs")},
    **{resource: ("", "", "") for resource in ("projects", "identities")},
    **{resource: (NONE, NONE, "1") for resource in ("deployment-groups", "variable-groups", "connections")},
    **{resource: ("1", "1", "1") for resource in ("task-types", "queues", "connection")},
    "build-range": ("preview",) * 3,
}
"""As `_TABLE`, for servers before 4.1; what 2.6 does not name for them is taken not to be there."""
_TABLE: Mapping[str, tuple[str, ...]] = {
    "releases": ("6", "", "", "", "", ""),
    "environments": ("5", "6", "6", "6", "", ""),
    "definitions": ("3", "", "", "", "", ""),
    "revisions": ("1", "1", "1", "1", "", ""),
    "approvals": ("3", "", "", "", "", ""),
    "approvals-batch": ("3", "preview", "preview", "3", "preview", "preview"),
    "approval-history": ("preview",) * 6,
    "deployments": ("2", "", "", "", "", ""),
    "interventions": ("1", "", "", "", "", ""),
    "gates": ("preview", "1", "1", "1", "", ""),
    "folders": ("preview", "preview", "2", "2", "", ""),
    "logs": ("2", "2", "2", "2", "", ""),
    "task-log": ("2", "2", "2", "2", "", ""),
    "stage-task-log": (NONE,) * 6,
    "gate-log": ("preview",) * 6,
    "attachments": ("preview", "1", "1", "1", "", ""),
    "timeline-attachments": ("1", "1", "1", "1", "", ""),
    "tags": ("preview",) * 6,
    "changes": ("preview",) * 6,
    "work-items": ("preview",) * 6,
    "history": ("preview",) * 6,
    "artifact-versions": ("preview",) * 6,
    "builds": ("", "", "", "", "", ""),
    "build-range": ("preview",) * 6,
    "build-definitions": ("", "", "", "", "", ""),
    "task-types": ("1",) * 6,
    "queues": ("1", "1", "1", "1", "", ""),
    "deployment-groups": ("1", "1", "1", "1", "", ""),
    "variable-groups": ("1", "1", "1", "2", "", ""),
    "connections": ("1", "2", "2", "4", "", ""),
    "repositories": ("", "", "", "", "", ""),
    "refs": ("", "", "", "", "", ""),
    "projects": ("", "", "", "", "", ""),
    "identities": ("", "", "", "", "", ""),
    "connection": ("1",) * 6,
}


def _version(column: str, mark: str) -> str:
    if mark == "preview":
        return f"{column}-preview"
    return f"{column}-preview.{mark}" if mark else column


def _versions(resource: str) -> Mapping[str, str]:
    marks = dict(zip(_COLUMNS, _TABLE[resource], strict=True))
    marks |= zip(_OLD_COLUMNS, _OLD_TABLE[resource], strict=True)
    return {
        generation: _version(number, marks[number])
        for generation, number in GENERATIONS.items()
        if marks[number] != NONE
    }


VERSIONS: Mapping[str, Mapping[str, str]] = {resource: _versions(resource) for resource in _TABLE}
"""Resource to generation to the api-version to send; a generation without the resource is left out."""

_READ, _EXECUTE, _MANAGE = "vso.release", "vso.release_execute", "vso.release_manage"
_AREA = "{project}/_apis/release/"
_TASKS = "{project}/_apis/distributedtask"
_GIT = "{project}/_apis/git/repositories"
_RELEASE = "releases/{release}"
_STAGE = f"{_RELEASE}/environments/{{environment}}"
_ATTEMPT = f"{_STAGE}/attempts/{{attempt}}"
_RECORD = "timelines/{timeline}/records/{record}/attachments/{type}/{name}"


def _read(name: str, path: str, resource: str, kind: Kind = Kind.ITEM, accepts: str = JSON) -> Endpoint:
    return Endpoint(name, "GET", _AREA + path, resource, kind, _READ, accepts=accepts)


def _write(
    name: str, method: str, path: str, resource: str, scope: str = _EXECUTE, accepts: str = JSON
) -> Endpoint:
    return Endpoint(name, method, _AREA + path, resource, Kind.WRITE, scope, accepts=accepts)


def _other(name: str, path: str, resource: str, scope: str, area: str, kind: Kind = Kind.LIST) -> Endpoint:
    return Endpoint(name, "GET", path, resource, kind, scope, area)


_OTHER_AREAS = (
    Endpoint("discover", "OPTIONS", "_apis", "", Kind.LIST, _READ),
    _other("who am i", "_apis/connectionData", "connection", _READ, "location", Kind.ITEM),
    _other("identities", "_apis/identities", "identities", "vso.identity", "identities"),
    _other("projects", "_apis/projects", "projects", "vso.project", "core"),
    _other("builds", "{project}/_apis/build/builds", "builds", "vso.build", "build"),
    _other("build changes", "{project}/_apis/build/changes", "build-range", "vso.build", "build"),
    _other("build work items", "{project}/_apis/build/workitems", "build-range", "vso.build", "build"),
)
_RESOURCES = (
    _other("task types", "_apis/distributedtask/tasks", "task-types", "vso.agentpools", "tasks"),
    _other("queues", f"{_TASKS}/queues", "queues", "vso.agentpools", "tasks"),
    _other(
        "deployment groups",
        f"{_TASKS}/deploymentgroups",
        "deployment-groups",
        "vso.machinegroup_manage",
        "tasks",
    ),
    _other(
        "variable groups", f"{_TASKS}/variablegroups", "variable-groups", "vso.variablegroups_read", "tasks"
    ),
    _other(
        "build definitions", "{project}/_apis/build/definitions", "build-definitions", "vso.build", "build"
    ),
    _other("repositories", _GIT, "repositories", "vso.code", "git"),
    _other("branches", f"{_GIT}/{{repository}}/refs", "refs", "vso.code", "git"),
    _other(
        "connections",
        "{project}/_apis/serviceendpoint/endpoints",
        "connections",
        "vso.serviceendpoint",
        "connections",
    ),
)
_DEFINITIONS = (
    _read("definitions", "definitions", "definitions", Kind.LIST),
    _read("definition", "definitions/{definition}", "definitions"),
    _read("definition revisions", "definitions/{definition}/revisions", "revisions", Kind.LIST),
    _read("definition revision", "definitions/{definition}/revisions/{revision}", "revisions", accepts=TEXT),
    _write("create definition", "POST", "definitions", "definitions"),
    _write("update definition", "PUT", "definitions", "definitions"),
    _write("update definition by id", "PUT", "definitions/{definition}", "definitions"),
    _write("delete definition", "DELETE", "definitions/{definition}", "definitions", _MANAGE, accepts=""),
    _write("undelete definition", "PATCH", "definitions/{definition}", "definitions"),
    _read("folders", "folders", "folders", Kind.LIST),
    _read("folders below", "folders/{path}", "folders", Kind.LIST),
    _write("create folder", "POST", "folders", "folders"),
    _write("create folder by path", "POST", "folders/{path}", "folders"),
    _write("update folder", "PATCH", "folders/{path}", "folders"),
    _write("delete folder", "DELETE", "folders/{path}", "folders", _MANAGE, accepts=""),
)
_RELEASES = (
    _read("releases", "releases", "releases", Kind.LIST),
    _read("release", _RELEASE, "releases"),
    _read("release snapshot", _RELEASE, "releases", accepts=TEXT),
    _write("create release", "POST", "releases", "releases"),
    _write("update release", "PATCH", _RELEASE, "releases"),
    _write("replace release", "PUT", _RELEASE, "releases"),
    _write("delete release", "DELETE", _RELEASE, "releases", _MANAGE, accepts=""),
    _write("undelete release", "PUT", _RELEASE, "releases", _MANAGE, accepts=""),
    _read("release history", f"{_RELEASE}/history", "history", Kind.LIST),
    _read("changes", f"{_RELEASE}/changes", "changes", Kind.LIST),
    _read("work items", f"{_RELEASE}/workitems", "work-items", Kind.LIST),
    _read("project tags", "tags", "tags", Kind.LIST),
    _write("add tags", "POST", f"{_RELEASE}/tags", "tags"),
    _write("delete tag", "DELETE", f"{_RELEASE}/tags/{{tag}}", "tags"),
    _read("artifact versions", "artifacts/versions", "artifact-versions"),
)
_RUNNING = (
    _read("environment", _STAGE, "environments"),
    _write("update environment", "PATCH", _STAGE, "environments"),
    replace(_read("approvals", "approvals", "approvals", Kind.LIST), is_narrow=True),
    _read("approval", "approvals/{approval}", "approvals"),
    _read("approval history", "approvals/{approval}/history", "approval-history"),
    _write("update approval", "PATCH", "approvals/{approval}", "approvals", _MANAGE),
    _write("update approvals", "PATCH", "approvals", "approvals-batch", _MANAGE),
    _read("deployments", "deployments", "deployments", Kind.LIST),
    _read("interventions", f"{_RELEASE}/manualinterventions", "interventions", Kind.LIST),
    _read("intervention", f"{_RELEASE}/manualinterventions/{{intervention}}", "interventions"),
    _write(
        "update intervention", "PATCH", f"{_RELEASE}/manualinterventions/{{intervention}}", "interventions"
    ),
    _write("ignore gates", "PATCH", "gates/{gate}", "gates"),
)
_LOGS = (
    _read("archive", f"{_RELEASE}/logs", "logs", Kind.ARCHIVE, ZIP),
    _read("task log", f"{_STAGE}/deployPhases/{{phase}}/tasks/{{task}}/logs", "task-log", Kind.LOG, TEXT),
    _read("stage task log", f"{_STAGE}/tasks/{{task}}/logs", "stage-task-log", Kind.LOG, TEXT),
    _read("gate log", f"{_STAGE}/gates/{{gate}}/tasks/{{task}}/logs", "gate-log", Kind.LOG, TEXT),
    _read("attachments", f"{_ATTEMPT}/plan/{{plan}}/attachments/{{type}}", "attachments", Kind.LIST),
    _read("attachment", f"{_ATTEMPT}/plan/{{plan}}/{_RECORD}", "attachments", accepts=BYTES),
    _read(
        "timeline attachments",
        f"{_ATTEMPT}/timelines/{{timeline}}/attachments/{{type}}",
        "timeline-attachments",
        Kind.LIST,
    ),
    _read("timeline attachment", f"{_ATTEMPT}/{_RECORD}", "timeline-attachments", accepts=BYTES),
)

ENDPOINTS: Mapping[str, Endpoint] = {
    endpoint.name: endpoint
    for endpoint in (*_OTHER_AREAS, *_RESOURCES, *_DEFINITIONS, *_RELEASES, *_RUNNING, *_LOGS)
}
"""Name to call: every request that reltui can make."""


_SINCE_4 = frozenset(
    {
        "update definition",
        "undelete definition",
        "delete release",
        "undelete release",
        "environment",
        "approval",
    }
)
"""Calls that came with 4.0 on resources that were there before (api.md 3)."""


def has(endpoint: Endpoint, generation: str) -> bool:
    """Whether a generation has a call; taken for granted while it is not known."""
    if not generation:
        return True
    if endpoint.resource and generation not in VERSIONS[endpoint.resource]:
        return False
    return not (endpoint.name in _SINCE_4 and is_older(generation))


def version_of(endpoint: Endpoint, generation: str) -> str:
    """The api-version that a call sends; empty for one that sends none. Raises Lacking: it is not there."""
    if not has(endpoint, generation):
        raise Lacking(f"{title(generation)} has no call for this ({endpoint.name}).")
    return VERSIONS[endpoint.resource][generation or UNKNOWN] if endpoint.resource else ""


def generation_of(maximum: str, released: str) -> str:
    """The generation by what a server says of its releases resource (api.md 2.4).

    `maximum` and `released` are its maxVersion and releasedVersion; "0.0" stands for never released. Empty
    when they are no versions, and for a server that is older than all that are known.
    """
    most, out = _number(maximum), _number(released)
    if most >= _number("7.2"):
        return "services"
    usable = min(most, out) if out > (0, 0) else most
    found = ""
    for generation, number in GENERATIONS.items():
        if generation != "services" and _number(number) <= usable:
            found = generation
    return found


def _number(version: str) -> tuple[int, int]:
    major, _, minor = version.partition(".")
    if major.isdecimal() and minor.isdecimal() and len(version) < 9:
        return int(major), int(minor)
    return (0, 0)


def address(url: str, endpoint: Endpoint, path: Mapping[str, str | int], query: Mapping[str, str]) -> str:
    """The whole address of a call, from the profile's address, ids and encoded names only.

    Raises Malformed (nothing was sent): a part of the path is empty or a dot segment.
    """
    filled = endpoint.path.format_map({name: _segment(name, value) for name, value in path.items()})
    asked = urlencode(query, quote_via=quote, safe="$,:")
    return f"{base_of(url, endpoint.area)}/{filled}" + (f"?{asked}" if asked else "")


def _segment(name: str, value: str | int) -> str:
    text = str(value)
    if text in ("", ".", ".."):
        raise Malformed(f'"{text}" cannot be the {name} of a request.', sent=False)
    return quote(text, safe="")
