"""What definitions refer to, over HTTP: task types, queues, groups, connections, build definitions, Git.

These are calls of the areas distributedtask, serviceendpoint, build and git; shapes and parameters are those
of their published descriptions and of client libraries.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from urllib.parse import quote

from reltui.demo.context import Context, invalid
from reltui.demo.messages import Answer, HttpError, json_answer, list_answer
from reltui.demo.shapes import Json
from reltui.demo.task_types_server import CATALOGUE, newest, version_text, versions

_BUILD_ORDER = {
    "none": 0,
    "lastModifiedAscending": 1,
    "lastModifiedDescending": 2,
    "definitionNameAscending": 3,
    "definitionNameDescending": 4,
}
_LIBRARY_ORDER = {"idAscending": 0, "idDescending": 1}
_SHORT_BUILD = frozenset(
    {
        "id",
        "name",
        "path",
        "type",
        "queueStatus",
        "quality",
        "revision",
        "uri",
        "createdDate",
        "project",
        "authoredBy",
        "queue",
        "drafts",
    }
)
"""Members of a BuildDefinitionReference; the rest comes with `includeAllProperties`."""


# Task types


def task_types(context: Context) -> Answer:
    """GET distributedtask/tasks: the newest of each major version, or `allVersions`."""
    wanted = {place.lower() for place in context.csv("visibility")}
    kinds = list(CATALOGUE) if context.flag("allVersions") else newest(CATALOGUE)
    found = [kind for kind in kinds if wanted.issubset(place.lower() for place in kind["visibility"])]
    return list_answer([_task_type(context, kind) for kind in found])


def task_type(context: Context) -> Answer:
    """GET distributedtask/tasks/{id}: its versions; with a version that one alone."""
    found = versions(context.params["task"])
    exact = context.params.get("version")
    if exact is None:
        kinds = found if context.flag("allVersions") else newest(found)
        return list_answer([_task_type(context, kind) for kind in kinds])
    for kind in found:
        if version_text(kind) == exact:
            return json_answer(_task_type(context, kind))
    raise HttpError(
        404,
        "TaskDefinitionNotFoundException",
        f"Task definition {context.params['task']} with version {exact} could not be found.",
    )


def _task_type(context: Context, kind: Json) -> Json:
    icon = f"{context.shaper.base}/_apis/distributedtask/tasks/{kind['id']}/{version_text(kind)}/icon"
    return kind | {"iconUrl": icon}


# Queues and deployment groups


def queues(context: Context) -> Answer:
    """GET distributedtask/queues with `queueName`, `queueNames`, `queueIds` and `poolIds`."""
    found = context.engine.resources.queues(context.project_id)
    found = _named(context, found, "queueName")
    found = _among(context, found, "queueIds")
    if names := {name.lower() for name in context.csv("queueNames")}:
        found = [queue for queue in found if queue["name"].lower() in names]
    if pools := set(context.csv("poolIds")):
        found = [queue for queue in found if str(queue["pool"]["id"]) in pools]
    return list_answer(found)


def queue(context: Context) -> Answer:
    """GET distributedtask/queues/{id}."""
    found = context.engine.resources.queues(context.project_id)
    return json_answer(_one(context, found, "TaskAgentQueueNotFoundException", "agent queue"))


def deployment_groups(context: Context) -> Answer:
    """GET distributedtask/deploymentgroups with `name`, `ids`, `$expand`, `$top` and continuationToken."""
    found = context.engine.resources.deployment_groups(context.project_id)
    found = _among(context, _named(context, found, "name"), "ids")
    return _paged(context, [_group(context, group) for group in found], "name")


def deployment_group(context: Context) -> Answer:
    """GET distributedtask/deploymentgroups/{id} with `$expand`."""
    found = context.engine.resources.deployment_groups(context.project_id)
    return json_answer(
        _group(context, _one(context, found, "DeploymentGroupNotFoundException", "deployment group"))
    )


def targets(context: Context) -> Answer:
    """GET distributedtask/deploymentgroups/{id}/targets with `name`, `tags`, `$top`, continuationToken."""
    found = context.engine.resources.deployment_groups(context.project_id)
    group = _one(context, found, "DeploymentGroupNotFoundException", "deployment group")
    tags = {tag.lower() for tag in context.csv("tags")}
    name = context.query("name").lower()
    machines = [
        machine
        for machine in group["machines"]
        if tags.issubset(tag.lower() for tag in machine["tags"])
        and (not name or name in machine["agent"]["name"].lower())
    ]
    return _paged(context, machines, "id")


def _group(context: Context, group: Json) -> Json:
    """As the list and the single group are given: machines and tags only where they are asked for."""
    expands = {part.lower() for part in context.csv("$expand")}
    kept = {
        key: value
        for key, value in group.items()
        if key not in ("machines", "machineTags")
        or key.removeprefix("machine").lower() in expands
        or key in expands
    }
    return kept


# Library


def variable_groups(context: Context) -> Answer:
    """GET distributedtask/variablegroups with `groupName`, `groupIds`, `$top`, `queryOrder`, a token."""
    found = context.engine.resources.variable_groups(context.project_id)
    found = _among(context, _named(context, found, "groupName"), "groupIds")
    if context.choice("queryOrder", _LIBRARY_ORDER, "idDescending") == "idDescending":
        found.reverse()
    return _paged(context, context.shaper.wire("VariableGroup", found, context.project_id), "id")


def variable_group(context: Context) -> Answer:
    """GET distributedtask/variablegroups/{id}."""
    found = context.engine.resources.variable_groups(context.project_id)
    group = _one(context, found, "VariableGroupDoesNotExistException", "variable group")
    return json_answer(context.shaper.wire("VariableGroup", group, context.project_id))


def connections(context: Context) -> Answer:
    """GET serviceendpoint/endpoints with `type`, `authSchemes`, `endpointIds` and `endpointNames`."""
    found = context.engine.resources.connections(context.project_id)
    found = _among(context, found, "endpointIds")
    if kind := context.query("type").lower():
        found = [one for one in found if one["type"].lower() == kind]
    if schemes := {scheme.lower() for scheme in context.csv("authSchemes")}:
        found = [one for one in found if one["authorization"]["scheme"].lower() in schemes]
    if names := {name.lower() for name in context.csv("endpointNames")}:
        found = [one for one in found if one["name"].lower() in names]
    return list_answer(context.shaper.wire("ServiceEndpoint", found, context.project_id))


def connection(context: Context) -> Answer:
    """GET serviceendpoint/endpoints/{id}; null for one that is not there (U)."""
    found = context.engine.resources.connections(context.project_id)
    wanted = context.params["id"].lower()
    one = next((known for known in found if known["id"] == wanted), None)
    return json_answer(context.shaper.wire("ServiceEndpoint", one, context.project_id))


# Build definitions and Git


def build_definitions(context: Context) -> Answer:
    """GET build/definitions; whole ones with `includeAllProperties`."""
    found = context.engine.resources.build_definitions(context.project_id)
    found = _among(context, _named(context, found, "name"), "definitionIds")
    if (path := context.query("path")) and path != "\\":
        found = [one for one in found if one["path"].lower() == path.lower()]
    if wanted := context.query("repositoryId").lower():
        if not context.query("repositoryType"):
            raise invalid("A repositoryType is needed together with a repositoryId.")
        found = [one for one in found if one["repository"]["id"] == wanted]
    order = context.choice("queryOrder", _BUILD_ORDER, "none")
    if order.startswith("definitionName"):
        found.sort(key=lambda one: str(one["name"]).lower())
    if order.endswith("Descending"):
        found.reverse()
    whole = context.flag("includeAllProperties")
    return _paged(context, [_build_definition(context, one, whole) for one in found], "id")


def build_definition(context: Context) -> Answer:
    """GET build/definitions/{id}: whole."""
    found = context.engine.resources.build_definitions(context.project_id)
    one = _one(context, found, "DefinitionNotFoundException", "build definition")
    return json_answer(_build_definition(context, one, whole=True))


def _build_definition(context: Context, raw: Json, whole: bool) -> Json:
    url = f"{context.shaper.base}/{context.project_id}/_apis/build/Definitions/{raw['id']}"
    web = f"{context.shaper.base}/{context.project_id}/_build/definition?definitionId={raw['id']}"
    kept = {key: value for key, value in raw.items() if whole or key in _SHORT_BUILD}
    shaped: Json = context.shaper.wire("BuildDefinition", kept, context.project_id)
    if whole:
        address = f"{context.shaper.base}/{context.project_id}/_git/{quote(raw['repository']['name'])}"
        shaped["repository"]["url"] = address
    links = {"self": {"href": f"{url}?revision={raw['revision']}"}, "web": {"href": web}}
    return shaped | {"url": f"{url}?revision={raw['revision']}", "_links": links}


def repositories(context: Context) -> Answer:
    """GET git/repositories."""
    found = context.engine.resources.repositories(context.project_id)
    return list_answer([_repository(context, one) for one in found])


def repository(context: Context) -> Answer:
    """GET git/repositories/{id or name}."""
    return json_answer(_repository(context, _wanted_repository(context)))


def references(context: Context) -> Answer:
    """GET git/repositories/{id or name}/refs with `filter`, `filterContains`, `$top` and a token."""
    raw = _wanted_repository(context)
    start = f"refs/{context.query('filter')}".lower()
    part = context.query("filterContains").lower()
    url = _repository(context, raw)["url"]
    found = [
        reference | {"url": f"{url}/refs?filter={quote(reference['name'].removeprefix('refs/'), safe='')}"}
        for reference in context.engine.resources.branches(context.project_id, raw["name"])
        if reference["name"].lower().startswith(start) and part in reference["name"].lower()
    ]
    return _paged(context, context.shaper.wire("GitRef", found, context.project_id), "name")


def _wanted_repository(context: Context) -> Json:
    wanted = context.params["repository"].lower()
    for known in context.engine.resources.repositories(context.project_id):
        if wanted in (known["id"], known["name"].lower()):
            return known
    raise HttpError(
        404,
        "GitRepositoryNotFoundException",
        f"TF401019: The Git repository with name or identifier {context.params['repository']} does not exist "
        "or you do not have permissions for the operation you are attempting.",
    )


def _repository(context: Context, raw: Json) -> Json:
    base, name = context.shaper.base, quote(raw["name"])
    web = f"{base}/{context.project_id}/_git/{name}"
    project = raw["project"] | {"url": f"{base}/_apis/projects/{context.project_id}"}
    url = f"{base}/{context.project_id}/_apis/git/repositories/{raw['id']}"
    return raw | {"project": project, "url": url, "remoteUrl": web, "webUrl": web}


# Common


def _named(context: Context, found: list[Json], parameter: str) -> list[Json]:
    """Those whose name is the query's, which may hold `*`."""
    wanted = context.query(parameter).lower()
    return [one for one in found if not wanted or fnmatch.fnmatchcase(str(one["name"]).lower(), wanted)]


def _among(context: Context, found: list[Json], parameter: str) -> list[Json]:
    """Those whose id is among the query's."""
    wanted = {key.lower() for key in context.csv(parameter)}
    return [one for one in found if not wanted or str(one["id"]).lower() in wanted]


def _one(context: Context, found: Iterable[Json], type_key: str, kind: str) -> Json:
    """The one whose id the path has. Raises HttpError 404; no source tells these texts (U)."""
    wanted = context.number("id")
    for known in found:
        if known["id"] == wanted:
            return known
    raise HttpError(404, type_key, f"No {kind} found with identifier {wanted}.")


def _paged(context: Context, found: list[Json], key: str) -> Answer:
    """The page from the token on; the token is what the next page's first item has as `key`."""
    keys = [str(one[key]) for one in found]
    token = context.query("continuationToken")
    if token in keys:
        found = found[keys.index(token) :]
    page, following = context.page(found, context.integer("$top", 10000) or 10000)
    return list_answer(page, str(following[key]) if following else "")
