"""Records as the JSON dictionaries of the REST API, as captured servers write them (api.md section 4).

No addresses: the HTTP side adds `url`, `_links` and the like. Parts of a definition are shared with the
store, so what comes from here is for reading and copying only.
"""

from __future__ import annotations

from collections.abc import Iterable

from reltui.demo import approvals, wire_attempt
from reltui.demo.clock import wire_time
from reltui.demo.life import result_key
from reltui.demo.people import People
from reltui.demo.records import POST, PRE, Approval, Environment, Intervention, Json, Release


def definition_ref(definition: Json) -> Json:
    """ReleaseDefinitionShallowReference."""
    return {
        "id": definition["id"],
        "name": definition["name"],
        "path": definition["path"],
        "projectReference": None,
    }


def approval(people: People, release: Release, record: Approval) -> Json:
    """ReleaseApproval with its history, newest generation."""
    shape: Json = {"id": record.id, "revision": record.revision}
    if record.approver_id is not None:
        shape["approver"] = people.ref(record.approver_id)
    if record.approved_by_id is not None:
        shape["approvedBy"] = people.ref(record.approved_by_id)
    shape |= {
        "approvalType": record.type,
        "createdOn": wire_time(record.created),
        "modifiedOn": wire_time(record.modified),
        "status": record.status,
        "comments": record.comments,
        "isAutomated": record.approver_id is None,
        "isNotificationOn": record.approver_id is not None,
        "trialNumber": record.attempt,
        "attempt": record.attempt,
        "rank": record.rank,
        "history": [
            {
                "revision": change.revision,
                "comments": change.comments,
                "approver": people.ref(change.approver_id),
                "changedBy": people.ref(change.changed_by_id),
                "createdOn": wire_time(change.created),
                "modifiedOn": wire_time(change.modified),
            }
            for change in record.history
        ],
    }
    return shape | within(release, record.position)


def within(release: Release, position: int) -> Json:
    """The references that an approval or an intervention carries."""
    environment = release.environments[position]
    return {
        "release": {"id": release.id, "name": release.name, "_links": {}},
        "releaseDefinition": definition_ref(release.definition) | {"_links": {}},
        "releaseEnvironment": {"id": environment.id, "name": environment.plan["name"], "_links": {}},
    }


def intervention(people: People, release: Release, position: int, record: Intervention) -> Json:
    """ManualIntervention of an environment."""
    return wire_attempt.intervention(people, within(release, position), record)


def release(people: People, record: Release, artifacts: list[Json], now: float) -> Json:
    """Release, whole, newest generation."""
    return {
        "id": record.id,
        "name": record.name,
        "status": record.status,
        "createdOn": wire_time(record.created),
        "modifiedOn": wire_time(record.modified),
        "modifiedBy": people.ref(record.modified_by_id),
        "createdBy": people.ref(record.created_by_id),
        "createdFor": people.ref(record.created_by_id),
        "environments": [
            environment(people, record, position, now) for position in range(len(record.environments))
        ],
        "variables": record.variables,
        "variableGroups": [],
        "artifacts": artifacts,
        "releaseDefinition": definition_ref(record.definition),
        "releaseDefinitionRevision": record.definition["revision"],
        "description": record.description,
        "reason": record.reason,
        "releaseNameFormat": record.definition["releaseNameFormat"],
        "keepForever": record.keep_forever,
        "definitionSnapshotRevision": record.snapshot_revision,
        "tags": list(record.tags),
        "triggeringArtifactAlias": record.builds[0][0]
        if record.builds and record.reason == "continuousIntegration"
        else None,
        "projectReference": {"id": record.project_id, "name": None},
        "properties": record.properties,
    }


def environment(people: People, parent: Release, position: int, now: float) -> Json:
    """ReleaseEnvironment, whole."""
    record = parent.environments[position]
    plan = record.plan
    shape: Json = {
        "id": record.id,
        "releaseId": parent.id,
        "name": plan["name"],
        "status": record.status,
        "variables": record.variables if record.variables is not None else plan["variables"],
        "variableGroups": [],
        "preDeployApprovals": [approval(people, parent, a) for a in record.approvals if a.type == PRE],
        "postDeployApprovals": [approval(people, parent, a) for a in record.approvals if a.type == POST],
        "preApprovalsSnapshot": _snapshot(plan, PRE),
        "postApprovalsSnapshot": _snapshot(plan, POST),
        "deploySteps": [
            wire_attempt.attempt(people, parent, record, attempt, within(parent, position), now)
            for attempt in record.attempts
        ],
        "rank": plan["rank"],
        "definitionEnvironmentId": plan["id"],
        "environmentOptions": plan["environmentOptions"],
        "demands": [],
        "conditions": conditions(record),
        "createdOn": wire_time(record.created),
        "modifiedOn": wire_time(record.modified),
        "workflowTasks": [],
        "deployPhasesSnapshot": plan["deployPhases"],
        "owner": plan["owner"],
        "schedules": plan["schedules"],
        "release": {"id": parent.id, "name": parent.name},
        "releaseDefinition": definition_ref(parent.definition),
        "releaseCreatedBy": people.ref(parent.created_by_id),
        "triggerReason": trigger_reason(record),
        "timeToDeploy": _minutes_to_deploy(record),
        "processParameters": plan.get("processParameters") or {},
        "preDeploymentGatesSnapshot": plan["preDeploymentGates"],
        "postDeploymentGatesSnapshot": plan["postDeploymentGates"],
    }
    if record.scheduled is not None:
        shape["scheduledDeploymentTime"] = wire_time(record.scheduled)
        shape["nextScheduledUtcTime"] = wire_time(record.scheduled)
    return shape


def conditions(record: Environment) -> list[Json]:
    """ReleaseCondition of each trigger; none where the release was created to deploy there by hand."""
    return [
        {"result": record.results.get(result_key(condition), False)} | condition
        for condition in ([] if record.manual else record.plan["conditions"])
    ]


def trigger_reason(record: Environment) -> str:
    """Human text, as captured (api.md 5.5)."""
    names = [
        str(condition["name"])
        for condition in record.plan["conditions"]
        if condition["conditionType"] == "environmentState"
    ]
    latest = record.latest
    if record.manual or (latest is not None and latest.reason == "manual"):
        return "Manual"
    if names:
        return f"After successful deployment of {', '.join(names)}"
    return "Automated" if record.plan["conditions"] else "Manual"


def definition_environment(plan: Json, current_release: int) -> Json:
    """A definition's environment with the release that stands in it now (0 = none, api.md 8 #9)."""
    return plan | {"currentRelease": {"id": current_release, "_links": {}}}


def _snapshot(plan: Json, side: str) -> Json:
    asked: Json = plan[approvals.SIDES[side]]
    return asked | {"approvals": [step | {"id": 0} for step in asked["approvals"]]}


def _minutes_to_deploy(record: Environment) -> float:
    latest = record.latest
    if latest is None or latest.finished is None or not latest.phases:
        return 0.0
    last = latest.phases[-1].ended or latest.finished
    return round((last - latest.phases[0].started) / 60.0, 3)


def properties(given: Json | None) -> Json:
    """A property bag in wire form; plain values are taken as strings, as the server answers them."""
    bag: Json = {}
    for name, value in (given or {}).items():
        if isinstance(value, dict) and "$value" in value:
            bag[name] = {"$type": value.get("$type", "System.String"), "$value": value["$value"]}
        elif isinstance(value, bool):
            bag[name] = {"$type": "System.Boolean", "$value": value}
        elif isinstance(value, int):
            bag[name] = {"$type": "System.Int32", "$value": value}
        else:
            bag[name] = {"$type": "System.String", "$value": str(value)}
    return bag


def artifacts(plans: Iterable[Json], versions: dict[str, Json]) -> list[Json]:
    """A definition's artifacts with the versions that a release took, by alias."""
    shapes: list[Json] = []
    for plan in plans:
        version = versions.get(plan["alias"])
        reference = plan["definitionReference"]
        if version is not None:
            reference = reference | {
                "version": {"id": str(version["id"]), "name": version["buildNumber"]},
                "branch": {"id": version["sourceBranch"], "name": version["sourceBranch"]},
                "sourceVersion": {"id": version["sourceVersion"], "name": ""},
            }
        shapes.append(plan | {"definitionReference": reference, "isRetained": False})
    return shapes
