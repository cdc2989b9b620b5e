"""The paths of the embedded server: bases, projects, versions, framework errors (api.md 1, 2, 6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from reltui.demo import (
    older_shapes,
    routes_approvals,
    routes_artifacts,
    routes_core,
    routes_definitions,
    routes_deployments,
    routes_edits,
    routes_folders,
    routes_logs,
    routes_release,
    routes_resources,
    routes_running,
)
from reltui.demo.connection import Call
from reltui.demo.context import Context
from reltui.demo.engine import Engine
from reltui.demo.messages import (
    Answer,
    HttpError,
    Request,
    framework_error,
    html_answer,
    list_answer,
)
from reltui.demo.shapes import Json, Shaper
from reltui.demo.versions import (
    FIRST_OF_NOW,
    RESOURCES,
    Generation,
    negotiate,
    options_entry,
    requested_version,
)

Handle = Callable[[Context], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """One path below `_apis` and what can be done there."""

    pattern: tuple[str, ...]
    resource: str
    """Key of RESOURCES; decides the api-version."""
    methods: dict[str, Handle]
    project: str = "required"
    """`required`, `optional` or `none`."""
    other_resources: dict[str, str] | None = None
    """Methods that are versioned as another resource."""
    older: dict[str, Handle] = field(default_factory=dict)
    """Methods before 4.0 only."""

    def methods_at(self, *, is_older: bool) -> dict[str, Handle]:
        """The methods of a version, which may be one before 4.0."""
        if not is_older:
            return self.methods
        before = {key: handle for key, handle in self.methods.items() if older_shapes.has(self.pattern, key)}
        return before | self.older

    def match(self, path: tuple[str, ...]) -> dict[str, str] | None:
        """The named parts of a path that fits, compared without case; `{*path}` takes all that is left."""
        params: dict[str, str] = {}
        pattern = self.pattern
        if pattern[-1].startswith("{*") and len(path) >= len(pattern):
            pattern = pattern[:-1]
            params[self.pattern[-1][2:-1]] = "/".join(path[len(pattern) :])
            path = path[: len(pattern)]
        if len(path) != len(pattern):
            return None
        for wanted, given in zip(pattern, path, strict=True):
            if wanted.startswith("{"):
                params[wanted[1:-1]] = given
            elif wanted != given.lower():
                return None
        return params


def _route(pattern: str, resource: str, project: str = "required", /, **methods: Handle) -> Route:
    return Route(tuple(pattern.split("/")), resource, methods, project)


_ENVIRONMENT = "release/releases/{release}/environments/{environment}"
_PHASE = f"{_ENVIRONMENT}/deployphases/{{phase}}"
_ATTEMPT = f"{_ENVIRONMENT}/attempts/{{attempt}}"
_PLAN = f"{_ATTEMPT}/plan/{{plan}}"
_TIMELINE = f"{_ATTEMPT}/timelines/{{timeline}}"

_TASKS, _GIT = "distributedtask", "git/repositories"

RESOURCE_ROUTES: tuple[Route, ...] = (
    _route(f"{_TASKS}/tasks", "task types", "none", GET=routes_resources.task_types),
    _route(f"{_TASKS}/tasks/{{task}}", "task types", "none", GET=routes_resources.task_type),
    _route(f"{_TASKS}/tasks/{{task}}/{{version}}", "task types", "none", GET=routes_resources.task_type),
    _route(f"{_TASKS}/queues", "queues", GET=routes_resources.queues),
    _route(f"{_TASKS}/queues/{{id}}", "queues", GET=routes_resources.queue),
    _route(f"{_TASKS}/deploymentgroups", "deployment groups", GET=routes_resources.deployment_groups),
    _route(f"{_TASKS}/deploymentgroups/{{id}}", "deployment groups", GET=routes_resources.deployment_group),
    _route(f"{_TASKS}/deploymentgroups/{{id}}/targets", "deployment targets", GET=routes_resources.targets),
    _route(f"{_TASKS}/variablegroups", "variable groups", GET=routes_resources.variable_groups),
    _route(f"{_TASKS}/variablegroups/{{id}}", "variable groups", GET=routes_resources.variable_group),
    _route("serviceendpoint/endpoints", "service endpoints", GET=routes_resources.connections),
    _route("serviceendpoint/endpoints/{id}", "service endpoints", GET=routes_resources.connection),
    _route("build/definitions", "build definitions", GET=routes_resources.build_definitions),
    _route("build/definitions/{id}", "build definitions", GET=routes_resources.build_definition),
    _route(_GIT, "repositories", GET=routes_resources.repositories),
    _route(f"{_GIT}/{{repository}}", "repositories", GET=routes_resources.repository),
    _route(f"{_GIT}/{{repository}}/refs", "refs", GET=routes_resources.references),
)

ROUTES: tuple[Route, ...] = (
    _route("connectiondata", "connection data", "none", GET=routes_core.connection_data),
    _route("resourceareas", "resource areas", "none", GET=routes_core.resource_areas),
    _route("resourceareas/{area}", "resource areas", "none", GET=routes_core.resource_area),
    _route("projects", "projects", "none", GET=routes_core.projects),
    _route("projects/{name}", "projects", "none", GET=routes_core.project),
    _route("identities", "identities", "none", GET=routes_core.identities),
    _route("identities/{identity}", "identities", "none", GET=routes_core.identity),
    _route("build/builds", "builds", GET=routes_core.builds),
    _route("build/builds/{build}", "builds", GET=routes_core.build),
    _route("build/builds/{build}/changes", "build changes", GET=routes_core.build_changes),
    _route("build/builds/{build}/workitems", "build work items", GET=routes_core.build_work_items),
    _route("build/changes", "changes between builds", GET=routes_artifacts.build_changes),
    _route("build/workitems", "work items between builds", GET=routes_artifacts.build_work_items),
    *RESOURCE_ROUTES,
    _route(
        "release/definitions",
        "definitions",
        GET=routes_definitions.listed,
        POST=routes_definitions.create,
        PUT=routes_definitions.update,
    ),
    replace(
        _route(
            "release/definitions/{definition}",
            "definitions",
            GET=routes_definitions.get,
            PATCH=routes_definitions.undelete,
            DELETE=routes_definitions.delete,
        ),
        older={"PUT": routes_definitions.update},
    ),
    _route(
        "release/definitions/{definition}/tags",
        "definition tags",
        GET=routes_definitions.tags,
        POST=routes_definitions.tag,
    ),
    _route(
        "release/definitions/{definition}/tags/{tag}",
        "definition tags",
        PATCH=routes_definitions.tag,
        DELETE=routes_definitions.untag,
    ),
    _route("release/definitions/{definition}/revisions", "revisions", GET=routes_definitions.revisions),
    _route(
        "release/definitions/{definition}/revisions/{revision}",
        "revisions",
        GET=routes_definitions.revision,
    ),
    _route(
        "release/releases",
        "releases",
        "optional",
        GET=routes_release.releases,
        POST=routes_release.create,
    ),
    _route(
        "release/releases/{release}",
        "releases",
        GET=routes_release.release,
        PATCH=routes_release.update,
        PUT=routes_edits.replace,
        DELETE=routes_edits.delete,
    ),
    _route("release/releases/{release}/changes", "changes", GET=routes_artifacts.changes),
    _route("release/releases/{release}/workitems", "work items", GET=routes_artifacts.work_items),
    _route("release/releases/{release}/history", "release history", GET=routes_edits.history),
    _route("release/releases/{release}/tags", "release tags", GET=routes_edits.tags, POST=routes_edits.tag),
    _route(
        "release/releases/{release}/tags/{tag}",
        "release tags",
        PATCH=routes_edits.tag,
        DELETE=routes_edits.untag,
    ),
    _route("release/tags", "tags", GET=routes_edits.project_tags),
    _route(
        "release/deployments",
        "deployments",
        GET=routes_deployments.listed,
        POST=routes_deployments.query,
    ),
    _route("release/folders", "folders", GET=routes_folders.listed, POST=routes_folders.create),
    _route(
        "release/folders/{*path}",
        "folders",
        GET=routes_folders.listed,
        POST=routes_folders.create,
        PATCH=routes_folders.update,
        DELETE=routes_folders.delete,
    ),
    _route(
        "release/artifacts/versions",
        "artifact versions",
        GET=routes_artifacts.versions,
        POST=routes_artifacts.versions_of,
    ),
    _route(
        _ENVIRONMENT,
        "environments",
        GET=routes_release.environment,
        PATCH=routes_release.update_environment,
    ),
    _route(
        "release/releases/{release}/manualinterventions",
        "manual interventions",
        GET=routes_running.interventions,
    ),
    _route(
        "release/releases/{release}/manualinterventions/{intervention}",
        "manual interventions",
        GET=routes_running.intervention,
        PATCH=routes_running.update_intervention,
    ),
    _route("release/gates/{gates}", "gates", PATCH=routes_running.update_gates),
    _route("release/releases/{release}/logs", "logs", GET=routes_logs.all_logs),
    _route(f"{_ENVIRONMENT}/tasks", "environment tasks", GET=routes_logs.environment_tasks),
    _route(f"{_ENVIRONMENT}/tasks/{{task}}/logs", "environment log", GET=routes_logs.environment_log),
    _route(f"{_PHASE}/tasks", "phase tasks", GET=routes_logs.phase_tasks),
    _route(f"{_PHASE}/tasks/{{task}}/logs", "task log", GET=routes_logs.phase_log),
    _route(f"{_TIMELINE}/tasks/{{task}}/logs", "attempt log", GET=routes_logs.attempt_log),
    _route(f"{_ENVIRONMENT}/gates/{{gates}}/tasks/{{task}}/logs", "gate log", GET=routes_logs.gate_log),
    _route(f"{_PLAN}/attachments/{{type}}", "plan attachments", GET=routes_logs.attachments),
    _route(
        f"{_PLAN}/timelines/{{timeline}}/records/{{record}}/attachments/{{type}}/{{name}}",
        "plan attachment",
        GET=routes_logs.attachment,
    ),
    _route(f"{_TIMELINE}/attachments/{{type}}", "timeline attachments", GET=routes_logs.attachments),
    _route(
        f"{_TIMELINE}/records/{{record}}/attachments/{{type}}/{{name}}",
        "timeline attachment",
        GET=routes_logs.attachment,
    ),
    replace(
        _route(
            "release/approvals",
            "approvals",
            GET=routes_approvals.listed,
            PATCH=routes_approvals.update_many,
        ),
        other_resources={"PATCH": "approval batch"},
    ),
    _route(
        "release/approvals/{approval}",
        "approval",
        GET=routes_approvals.get,
        PATCH=routes_approvals.update,
    ),
    _route("release/approvals/{approval}/history", "approval history", GET=routes_approvals.history),
)


class Routes:
    """Finds who answers a request, for one generation."""

    def __init__(self, generation: Generation) -> None:
        self._generation = generation

    def answer(self, call: Call, body: bytes, engine: Engine) -> Answer:
        """The answer to a request. Raises HttpError and Refusal. Notes the served version in the call."""
        request = call.request
        base, rest = self._below_base(request)
        if rest is None:
            return _no_controller(request)
        named = ""
        if rest and rest[0].lower() != "_apis":
            named, rest = rest[0], rest[1:]
        if not rest or rest[0].lower() != "_apis":
            return _no_controller(request)
        path = rest[1:]
        if request.method == "OPTIONS" and not path:
            return self._locations()
        route, params = _find(path)
        if route is None:
            return _no_controller(request)
        if (route.project == "required" and not named) or (route.project == "none" and named):
            return _no_controller(request)
        method = "GET" if request.method == "HEAD" else request.method
        if method not in route.methods and method not in route.older:
            return _no_method(request)
        name = (route.other_resources or {}).get(method, route.resource)
        resource = RESOURCES[name]
        if not resource.serves(self._generation.maximum):
            return _no_controller(request)
        asked = requested_version(request.query, request.headers.get("accept", ""))
        served = negotiate(resource, self._generation, asked, write=request.is_write)
        if resource.mark(served.number) == "-":
            return _no_controller(request)
        is_older = served.number < FIRST_OF_NOW
        if method not in route.methods_at(is_older=is_older):
            return _no_method(request)
        call.version = served.text
        project = _project(engine, named) if named else None
        host = request.headers["host"]
        shaper = Shaper(f"http://{host}/{base}", served.number, named)
        context = Context(engine, request, body, self._generation, served.number, shaper, project, params)
        handle = route.methods_at(is_older=is_older)[method]
        return older_shapes.answer(handle, name, context) if is_older else handle(context)

    def _below_base(self, request: Request) -> tuple[str, tuple[str, ...] | None]:
        """The base a request was sent to and what follows it; the server root serves `_apis` as well."""
        for base in (self._generation.base, self._generation.root):
            given = request.segments[: len(base)]
            rest = request.segments[len(base) :]
            if [part.lower() for part in given] != [part.lower() for part in base]:
                continue
            if base == self._generation.base or [part.lower() for part in rest[:1]] == ["_apis"]:
                return "/".join(self._generation.base), rest
        return "", None

    def _locations(self) -> Answer:
        return list_answer(
            [
                options_entry(resource, self._generation)
                for resource in RESOURCES.values()
                if resource.serves(self._generation.maximum)
            ]
        )


def _find(path: tuple[str, ...]) -> tuple[Route | None, dict[str, str]]:
    for route in ROUTES:
        params = route.match(path)
        if params is not None:
            return route, params
    return None, {}


def _project(engine: Engine, named: str) -> Json:
    for project in engine.projects:
        if named.lower() in (project["name"].lower(), project["id"].lower()):
            return project
    raise HttpError(
        404,
        "ProjectDoesNotExistWithNameException",
        f"TF200016: The following project does not exist: {named}. Verify that the name of the project is "
        "correct and that the project exists on the specified Azure DevOps Server.",
    )


def _no_method(request: Request) -> Answer:
    return framework_error(405, f"The requested resource does not support http method '{request.method}'.")


def _no_controller(request: Request) -> Answer:
    path = request.path.replace("&", "&amp;").replace("<", "&lt;")
    return html_answer(
        404,
        "Page not found",
        f"The controller for path '{path}' was not found or does not implement IController.",
    )
