"""What a server before 4.0 has another way: shapes, parameters, methods (api.md 2.6).

The engine and its handlers know the wire form of today. Here it becomes the older one, and the bodies that
come in become today's. What no source settles is chosen so that a client has the least to lean on: what
2.6 does not name for these versions is not there.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from reltui.demo.context import Context, invalid
from reltui.demo.definition_forms import GATES
from reltui.demo.messages import Answer, HttpError, Request
from reltui.demo.records import Json
from reltui.demo.tasks import AGENT

Handle = Callable[[Context], Answer]

_ALL = "10000"
_RETENTION: Json = {"daysToKeep": 30, "releasesToKeep": 3, "retainBuild": True}

_PARAMETERS: dict[tuple[str, str], frozenset[str]] = {
    ("definitions", "GET"): frozenset({"$expand"}),
    ("definitions", "DELETE"): frozenset(),
    ("releases", "GET"): frozenset(
        {
            "definitionid",
            "createdby",
            "mincreatedtime",
            "maxcreatedtime",
            "statusfilter",
            "$expand",
            "$top",
            "queryorder",
            "continuationtoken",
        }
    ),
    ("approvals", "GET"): frozenset({"assignedtofilter", "statusfilter", "releaseidsfilter", "typefilter"}),
}
"""By resource and method: the parameters that are read; all others are passed over."""
_EXPANDS = {
    "definitions": frozenset({"none", "environments", "artifacts"}),
    "releases": frozenset({"none", "environments", "artifacts", "approvals"}),
}
_LACKING = frozenset(
    {
        ("release/definitions", "PUT"),
        ("release/definitions/{definition}", "PATCH"),
        ("release/releases/{release}", "DELETE"),
        ("release/releases/{release}/environments/{environment}", "GET"),
        ("release/approvals/{approval}", "GET"),
    }
)
"""Pattern and method of what came with 4.0, on resources that were there before."""
_STATUSES = frozenset({"inprogress", "canceled", "2", "8"})


def has(pattern: tuple[str, ...], method: str) -> bool:
    """Whether a server before 4.0 has a method."""
    return ("/".join(pattern), method) not in _LACKING


def answer(handle: Handle, resource: str, context: Context) -> Answer:
    """What an older server answers. Raises HttpError and Refusal."""
    method = "GET" if context.request.method == "HEAD" else context.request.method
    request = _asked(context.request, resource, method)
    body = context.body
    if resource == "definitions" and method in ("POST", "PUT"):
        body = _body(newer_definition(context.json_object(), context.params.get("definition")))
    elif resource == "releases" and method == "PUT":
        body = _body(_newer_release(context))
    elif resource == "environments" and method == "PATCH":
        _check_status(context.json_object())
    given = handle(replace(context, request=request, body=body))
    reshape = _RESHAPE.get(resource)
    document = given.document()
    if reshape is None or document is None:
        return given
    if isinstance(document, dict) and isinstance(document.get("value"), list):
        document["value"] = [reshape(row) for row in document["value"]]
    else:
        document = reshape(document)
    shaped = given.with_json(document)
    if resource in ("definitions", "approvals"):
        # No paging was documented for these: all of it comes at once.
        shaped.headers = [
            (name, value) for name, value in shaped.headers if "continuation" not in name.lower()
        ]
    return shaped


def _body(value: Json) -> bytes:
    return json.dumps(value).encode()


def _asked(request: Request, resource: str, method: str) -> Request:
    known = _PARAMETERS.get((resource, method))
    if known is None:
        return request
    query = {key: value for key, value in request.query.items() if key in known}
    for name in query.get("$expand", "").split(","):
        if name and name.strip().lower() not in _EXPANDS[resource]:
            raise HttpError(400, "InvalidRequestException", f"The value '{name}' is not valid for $expand.")
    if resource in ("definitions", "approvals"):
        query |= {"$top": _ALL, "top": _ALL}
    return replace(request, query=query)


def _check_status(body: Json) -> None:
    status = str(body.get("status") or "")
    if status.lower() not in _STATUSES or body.get("scheduledDeploymentTime"):
        raise invalid(f"An environment cannot be given the status '{status}'.")


# Definitions

_NEW_OF_DEFINITION = frozenset(
    {"path", "tags", "properties", "variableGroups", "isDeleted", "isDisabled", "projectReference"}
)
_NEW_OF_STAGE = frozenset(
    {
        "deployPhases",
        "retentionPolicy",
        "properties",
        "variableGroups",
        "environmentTriggers",
        "processParameters",
        "badgeUrl",
        "currentRelease",
        *GATES,
    }
)


def older_definition(definition: Json) -> Json:
    """A definition, whole or of a list: its stages with one job each, its releases kept for so many days."""
    older = _but(definition, _NEW_OF_DEFINITION | {"lastRelease"})
    if "environments" not in older:
        return older
    stages = older["environments"]
    kept = [(stage.get("retentionPolicy") or _RETENTION)["daysToKeep"] for stage in stages]
    older["environments"] = [_older_stage(stage) for stage in stages]
    older["retentionPolicy"] = {"daysToKeep": max(kept, default=30)}
    return older


def _older_stage(stage: Json) -> Json:
    if "deployPhases" not in stage:
        return _but(stage, _NEW_OF_STAGE)
    older: Json = {}
    for key, value in _but(stage, _NEW_OF_STAGE | {"demands"}).items():
        if key == "deployStep":
            phases = stage["deployPhases"]
            settings = phases[0]["deploymentInput"] if phases else {}
            older[key] = {"id": value["id"], "tasks": [t for phase in phases for t in phase["workflowTasks"]]}
            older["queueId"] = settings.get("queueId", 0)
            older["demands"] = settings.get("demands", [])
            older["runOptions"] = {}
        else:
            older[key] = value
    return older


def newer_definition(body: Json, definition_id: str | None) -> Json:
    """Today's form of a body; a PUT names the definition in the address. Raises HttpError 400."""
    if definition_id is not None and str(body.get("id")) != definition_id:
        raise invalid("The id of the release definition does not match the address.")
    stages = body.get("environments") or []
    if not isinstance(stages, list) or not all(isinstance(stage, dict) for stage in stages):
        raise invalid("The environments of the release definition cannot be read.")
    days = (body.get("retentionPolicy") or {}).get("daysToKeep") or 30
    newer = _but(body, frozenset({"retentionPolicy"}) | _NEW_OF_DEFINITION)
    return newer | {"environments": [_newer_stage(stage, days) for stage in stages]}


def _newer_stage(stage: Json, days: int) -> Json:
    """What an older server does not know is passed over, as it would be there."""
    step = stage.get("deployStep")
    if not isinstance(step, dict) or not isinstance(step.get("tasks"), list):
        raise invalid("The deploy step of an environment has no tasks.")
    newer = _but(stage, _NEW_OF_STAGE | {"queueId", "demands", "runOptions"})
    newer["deployStep"] = _but(step, frozenset({"tasks"}))
    newer["retentionPolicy"] = _RETENTION | {"daysToKeep": days}
    newer["deployPhases"] = [
        {
            "rank": 1,
            "phaseType": AGENT,
            "name": "Run on agent",
            "deploymentInput": {
                "queueId": stage.get("queueId") or 0,
                "demands": stage.get("demands") or [],
            },
            "workflowTasks": step["tasks"],
        }
    ]
    return newer


# Releases

_NEW_OF_RELEASE = frozenset(
    {"tags", "properties", "projectReference", "url", "_links", "variableGroups", "triggeringArtifactAlias"}
)
_NEW_OF_ENVIRONMENT = frozenset(
    {
        "deployPhasesSnapshot",
        "preDeploymentGatesSnapshot",
        "postDeploymentGatesSnapshot",
        "processParameters",
        "variableGroups",
    }
)


def older_release(release: Json) -> Json:
    """A release, whole or of a list."""
    older = _but(release, _NEW_OF_RELEASE)
    if "environments" in older:
        older["environments"] = [older_environment(stage) for stage in older["environments"]]
    return older


def older_environment(environment: Json) -> Json:
    """A stage of a release: attempts with one job, and what is planned on the stage itself."""
    older = _but(environment, _NEW_OF_ENVIRONMENT)
    phases = environment.get("deployPhasesSnapshot") or []
    older["workflowTasks"] = [task for phase in phases for task in phase["workflowTasks"]]
    older["queueId"] = phases[0]["deploymentInput"].get("queueId", 0) if phases else 0
    older["deploySteps"] = [_older_attempt(attempt) for attempt in environment.get("deploySteps") or ()]
    for side in ("preDeployApprovals", "postDeployApprovals"):
        older[side] = [older_approval(approval) for approval in environment.get(side) or ()]
    return older


def _older_attempt(attempt: Json) -> Json:
    older = _but(
        attempt,
        frozenset({"releaseDeployPhases", "preDeploymentGates", "postDeploymentGates", "deploymentId"}),
    )
    jobs = [job for phase in attempt.get("releaseDeployPhases") or () for job in phase["deploymentJobs"]]
    older["job"] = _older_task(jobs[0]["job"]) if jobs else None
    older["tasks"] = [_older_task(task) for job in jobs for task in job["tasks"]]
    phases = attempt.get("releaseDeployPhases") or [{}]
    older["runPlanId"] = phases[0].get("runPlanId", attempt.get("runPlanId"))
    return older


def _older_task(task: Json) -> Json:
    """Its log is asked for without a phase, and its times have their first names."""
    older = _but(task, frozenset({"startTime", "finishTime"}))
    if "logUrl" in older:
        before, _, after = older["logUrl"].partition("/deployPhases/")
        older["logUrl"] = f"{before}/{after.partition('/')[2]}"
    return older


def _newer_release(context: Context) -> Json:
    """The body of a PUT; what an older client cannot send stays as it is. Raises HttpError and Refusal."""
    body = context.json_object()
    now = context.engine.release(context.number("release"))
    stages = {stage["id"]: stage for stage in now["environments"]}
    environments = [
        _but(stage, frozenset({"workflowTasks", "queueId"}))
        | {key: stages[stage["id"]][key] for key in _NEW_OF_ENVIRONMENT if key in stages[stage["id"]]}
        for stage in body.get("environments") or ()
        if stage.get("id") in stages
    ]
    kept = {key: now[key] for key in _NEW_OF_RELEASE if key in now}
    return body | kept | {"environments": environments}


# Approvals


def older_approval(approval: Json) -> Json:
    """An approval: no address of its own, its attempt under its first name, references without links."""
    older = _but(approval, frozenset({"url", "attempt"}))
    for key in ("release", "releaseDefinition", "releaseEnvironment"):
        if isinstance(older.get(key), dict):
            older[key] = _but(older[key], frozenset({"_links"}))
    return older


_RESHAPE: dict[str, Callable[[Json], Json]] = {
    "definitions": older_definition,
    "releases": older_release,
    "environments": older_environment,
    "approvals": older_approval,
    "approval": older_approval,
}
"""By resource: its rows, or its one object."""


def _but(value: Json, names: frozenset[str]) -> Json:
    return {key: item for key, item in value.items() if key not in names}
