"""How the engine's objects look on the wire: links, urls, fields by generation, shallow and expanded forms.

The engine gives the newest full form without addresses. One table says what each field holds (CHILDREN),
one since when a field exists (SINCE, the column "in" of api.md 4.1 and 4.2), one which addresses a type
carries. Legacy fields stay on the wire for every generation (api.md 8 #28).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from reltui.demo.definition_forms import renamed
from reltui.demo.tasklog import EXPECTED
from reltui.demo.versions import Version

Json = dict[str, Any]

CHILDREN: dict[str, dict[str, str]] = {
    "Release": {
        "createdBy": "IdentityRef",
        "createdFor": "IdentityRef",
        "modifiedBy": "IdentityRef",
        "environments": "ReleaseEnvironment",
        "artifacts": "Artifact",
        "releaseDefinition": "DefinitionRef",
        "variables": "map:Variable",
        "variableGroups": "VariableGroup",
    },
    "ReleaseEnvironment": {
        "conditions": "ReleaseCondition",
        "deploySteps": "DeploymentAttempt",
        "deployPhasesSnapshot": "DeployPhase",
        "environmentOptions": "EnvironmentOptions",
        "owner": "IdentityRef",
        "preApprovalsSnapshot": "DefinitionApprovals",
        "postApprovalsSnapshot": "DefinitionApprovals",
        "preDeployApprovals": "Approval",
        "postDeployApprovals": "Approval",
        "preDeploymentGatesSnapshot": "GatesStep",
        "postDeploymentGatesSnapshot": "GatesStep",
        "release": "LinkedRelease",
        "releaseDefinition": "DefinitionRef",
        "releaseCreatedBy": "BareIdentity",
        "schedules": "Schedule",
        "variables": "map:Variable",
        "variableGroups": "VariableGroup",
    },
    "DeploymentAttempt": {
        "lastModifiedBy": "IdentityRef",
        "requestedBy": "IdentityRef",
        "requestedFor": "IdentityRef",
        "releaseDeployPhases": "ReleaseDeployPhase",
        "issues": "Issue",
        "job": "Task",
        "tasks": "Task",
        "preDeploymentGates": "Gates",
        "postDeploymentGates": "Gates",
    },
    "ReleaseDeployPhase": {"deploymentJobs": "DeploymentJob", "manualInterventions": "ManualIntervention"},
    "Gates": {"deploymentJobs": "DeploymentJob"},
    "ManualIntervention": {
        "approver": "IdentityRef",
        "release": "PlainRelease",
        "releaseDefinition": "PlainDefinition",
        "releaseEnvironment": "PlainEnvironment",
    },
    "DeploymentJob": {"job": "Task", "tasks": "Task"},
    "Task": {"issues": "Issue"},
    "Approval": {
        "approver": "IdentityRef",
        "approvedBy": "IdentityRef",
        "history": "ApprovalHistory",
        "release": "PlainRelease",
        "releaseDefinition": "PlainDefinition",
        "releaseEnvironment": "PlainEnvironment",
    },
    "ApprovalHistory": {"approver": "IdentityRef", "changedBy": "IdentityRef"},
    "DefinitionApprovals": {"approvals": "ApprovalStep", "approvalOptions": "ApprovalOptions"},
    "ApprovalStep": {"approver": "IdentityRef"},
    "DeployPhase": {"workflowTasks": "WorkflowTask", "deploymentInput": "DeploymentInput"},
    "GatesStep": {"gatesOptions": "GatesOptions", "gates": "Gate"},
    "Gate": {"tasks": "WorkflowTask"},
    "Definition": {
        "artifacts": "Artifact",
        "createdBy": "IdentityRef",
        "modifiedBy": "IdentityRef",
        "environments": "DefinitionEnvironment",
        "lastRelease": "LastRelease",
        "triggers": "Trigger",
        "variables": "map:Variable",
    },
    "LastRelease": {"createdBy": "IdentityRef", "modifiedBy": "IdentityRef"},
    "DefinitionEnvironment": {
        "conditions": "Condition",
        "currentRelease": "CurrentRelease",
        "deployPhases": "DeployPhase",
        "environmentOptions": "EnvironmentOptions",
        "owner": "IdentityRef",
        "preDeployApprovals": "DefinitionApprovals",
        "postDeployApprovals": "DefinitionApprovals",
        "preDeploymentGates": "GatesStep",
        "postDeploymentGates": "GatesStep",
        "schedules": "Schedule",
        "variables": "map:Variable",
    },
    "Trigger": {"schedule": "Schedule", "triggerConditions": "ArtifactFilter"},
    "DefinitionRevision": {"changedBy": "IdentityRef"},
    "Change": {"author": "IdentityRef", "pushedBy": "IdentityRef"},
    "Deployment": {
        "release": "DeployedRelease",
        "releaseDefinition": "DefinitionRef",
        "releaseEnvironment": "PlainEnvironment",
        "requestedBy": "IdentityRef",
        "requestedFor": "IdentityRef",
        "lastModifiedBy": "IdentityRef",
        "conditions": "ReleaseCondition",
        "preDeployApprovals": "Approval",
        "postDeployApprovals": "Approval",
    },
    "DeployedRelease": {"artifacts": "Artifact"},
    "Folder": {"createdBy": "IdentityRef", "lastChangedBy": "IdentityRef"},
    "ReleaseRevision": {"changedBy": "IdentityRef"},
    "ArtifactVersions": {"artifactVersions": "ArtifactVersion"},
    "ArtifactVersion": {"versions": "BuildVersion", "defaultVersion": "BuildVersion"},
    "Attachment": {"modifiedBy": "IdentityRef"},
    "VariableGroup": {"createdBy": "IdentityRef", "modifiedBy": "IdentityRef"},
    "ServiceEndpoint": {"createdBy": "IdentityRef"},
    "BuildDefinition": {"authoredBy": "IdentityRef"},
    "GitRef": {"creator": "IdentityRef"},
}
"""Type of the object, or of every object in the list, that a field holds."""

SINCE: dict[str, dict[str, Version]] = {
    "Release": {"createdFor": (6, 0), "releaseDefinitionRevision": (6, 0)},
    "Definition": {"isDisabled": (7, 2), "projectReference": (5, 0)},
    "DefinitionEnvironment": {"currentRelease": (5, 0), "environmentTriggers": (5, 0)},
    "IdentityRef": {"descriptor": (5, 0), "_links": (5, 0), "isDeletedInOrigin": (5, 0)},
    "DefinitionRef": {"path": (5, 0), "projectReference": (5, 0)},
    "PlainDefinition": {"path": (5, 0), "projectReference": (5, 0)},
    "PlainEnvironment": {"url": (5, 0)},
    "Task": {"resultCode": (5, 0)},
    "Issue": {"data": (5, 0)},
    "ReleaseDeployPhase": {"startedOn": (5, 0)},
    "DeployPhase": {"refName": (5, 0)},
    "DeploymentInput": {"agentSpecification": (6, 0)},
    "WorkflowTask": {"environment": (5, 0), "retryCountOnTaskFailure": (7, 0), "checkConfig": (7, 2)},
    "Condition": {"result": (7, 2)},
    "EnvironmentOptions": {"pullRequestDeploymentEnabled": (5, 0)},
    "Schedule": {"scheduleOnlyWithChanges": (6, 0)},
    "ArtifactFilter": {"createReleaseOnBuildTagging": (5, 0), "tagFilter": (6, 0)},
    "Artifact": {"isRetained": (5, 0)},
    "Variable": {"allowOverride": (5, 0)},
    "Gates": {"ignoredGates": (5, 0), "succeedingSince": (5, 0)},
    "GatesOptions": {"minimumSuccessDuration": (5, 0)},
    "Change": {"pushedBy": (5, 0)},
    "WorkItem": {"provider": (6, 0)},
    "Deployment": {"projectReference": (5, 0)},
    "BuildVersion": {
        "definitionId": (5, 0),
        "definitionName": (5, 0),
        "isMultiDefinitionType": (5, 0),
        "sourcePullRequestVersion": (5, 0),
    },
    "ManualIntervention": {"poPTenant": (7, 2), "type": (7, 2)},
    "VariableGroup": {"isShared": (5, 0), "variableGroupProjectReferences": (6, 0)},
    "ServiceEndpoint": {"isShared": (5, 0), "owner": (5, 0), "serviceEndpointProjectReferences": (6, 0)},
}
"""The first version that has a field; what is not listed is in every one."""

NEW_REASONS = {"pullRequest": (5, 0)}
"""ReleaseReason members that older servers do not know."""


@dataclass(frozen=True, slots=True)
class Shaper:
    """Gives objects their wire form for one request."""

    base: str
    """The collection's address as the client reached it."""
    version: Version
    project: str
    """The project as the request named it; "" where it named none."""

    def wire(self, kind: str, value: Any, project_id: str) -> Any:
        """A fresh wire form of `value`; lists and null go through."""
        if isinstance(value, list):
            return [self.wire(kind, item, project_id) for item in value]
        if not isinstance(value, dict):
            return value
        if kind.startswith("map:"):
            return {key: self.wire(kind[4:], item, project_id) for key, item in value.items()}
        return self._object(kind, value, project_id)

    def _object(self, kind: str, value: Json, project_id: str) -> Json:
        since = SINCE.get(kind, {})
        children = CHILDREN.get(kind, {})
        shaped = {
            key: self.wire(children[key], item, project_id) if key in children else _copy(item)
            for key, item in value.items()
            if key != EXPECTED and (key not in since or since[key] <= self.version)
        }
        if kind in _ADDRESSES:
            _ADDRESSES[kind](self, shaped, project_id)
            for key in since:
                if since[key] > self.version:
                    shaped.pop(key, None)
        return shaped

    def api(self, project_id: str, path: str) -> str:
        """An address in the release area, by the project's GUID as the server writes it."""
        return f"{self.base}/{project_id}/_apis/Release/{path}"

    def echoed(self, project_id: str, path: str) -> str:
        """An address that repeats the project as the request named it (api.md 1.1)."""
        return f"{self.base}/{quote(self.project) or project_id}/_apis/Release/{path}"

    def web(self, project_id: str, query: str) -> str:
        """An address of the portal."""
        return f"{self.base}/{project_id}/_release?{query}"


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_copy(item) for item in value]
    return value


def _identity(shaper: Shaper, ref: Json, project_id: str) -> None:
    identity = ref.get("id", "")
    ref["url"] = f"{shaper.base}/_apis/Identities/{identity}"
    ref["imageUrl"] = f"{shaper.base}/_api/_common/identityImage?id={identity}"
    if "descriptor" in ref:
        avatar = f"{shaper.base}/_apis/GraphProfile/MemberAvatars/{ref['descriptor']}"
        ref["_links"] = {"avatar": {"href": avatar}}


def _definition_links(shaper: Shaper, ref: Json, project_id: str) -> None:
    url = shaper.api(project_id, f"definitions/{ref['id']}")
    web = shaper.web(project_id, f"definitionId={ref['id']}")
    ref["url"] = url
    ref["_links"] = {"self": {"href": url}, "web": {"href": web}}


def _release_links(shaper: Shaper, ref: Json, project_id: str) -> None:
    url = shaper.api(project_id, f"releases/{ref['id']}")
    web = shaper.web(project_id, f"releaseId={ref['id']}&_a=release-summary")
    ref["url"] = url
    ref["_links"] = {"self": {"href": url}, "web": {"href": web}}


def _release(shaper: Shaper, release: Json, project_id: str) -> None:
    _release_links(shaper, release, project_id)
    release["logsContainerUrl"] = shaper.api(project_id, f"releases/{release['id']}/logs")
    reason = release.get("reason")
    if reason in NEW_REASONS and shaper.version < NEW_REASONS[reason]:
        release["reason"] = "none"
    for environment in release.get("environments") or ():
        _task_logs(shaper, environment, release["id"], project_id)


def tasks_of(jobs: list[Json] | None) -> Iterator[Json]:
    """The jobs and their tasks, each one a ReleaseTask."""
    for job in jobs or ():
        yield from (task for task in (job.get("job"), *(job.get("tasks") or ())) if task)


def _task_logs(shaper: Shaper, environment: Json, release_id: int, project_id: str) -> None:
    for attempt in environment.get("deploySteps") or ():
        for key in ("preDeploymentGates", "postDeploymentGates"):
            gates = attempt.get(key) or {}
            path = f"releases/{release_id}/environments/{environment['id']}/gates/{gates.get('id')}/tasks/"
            for task in tasks_of(gates.get("deploymentJobs")):
                if task.get("lineCount"):
                    task["logUrl"] = shaper.api(project_id, f"{path}{task['id']}/logs")
        for phase in attempt.get("releaseDeployPhases") or ():
            path = f"releases/{release_id}/environments/{environment['id']}/deployPhases/{phase['id']}/tasks/"
            for task in tasks_of(phase.get("deploymentJobs")):
                if task.get("lineCount"):
                    task["logUrl"] = shaper.api(project_id, f"{path}{task['id']}/logs")


def _environment(shaper: Shaper, environment: Json, project_id: str) -> None:
    _task_logs(shaper, environment, environment.get("releaseId", 0), project_id)


def _approval(shaper: Shaper, approval: Json, project_id: str) -> None:
    approval["url"] = shaper.echoed(project_id, f"approvals/{approval['id']}")


def _intervention(shaper: Shaper, intervention: Json, project_id: str) -> None:
    path = f"releases/{intervention['release']['id']}/manualinterventions/{intervention['id']}"
    intervention["url"] = shaper.echoed(project_id, path)


def _deployed_release(shaper: Shaper, ref: Json, project_id: str) -> None:
    """The release inside a deployment, as captured."""
    url = shaper.echoed(project_id, f"releases/{ref['id']}")
    web = shaper.web(project_id, f"releaseId={ref['id']}&_a=release-summary")
    ref["url"] = url
    ref["webAccessUri"] = web
    ref["_links"] = {"self": {"href": url}, "web": {"href": web}}


def _attachment(shaper: Shaper, attachment: Json, project_id: str) -> None:
    """The link goes to the area that keeps attachments, as captured."""
    plan = f"plans/{attachment['timelineId']}/timelines/{attachment['timelineId']}"
    path = f"{plan}/records/{attachment['recordId']}/attachments/{attachment['type']}/{attachment['name']}"
    url = f"{shaper.base}/{project_id}/_apis/distributedtask/hubs/Release/{path}"
    attachment["_links"] = {"self": {"href": url}}


def _plain_release(shaper: Shaper, ref: Json, project_id: str) -> None:
    ref["url"] = shaper.echoed(project_id, f"releases/{ref['id']}")
    ref["_links"] = {}


def _plain_definition(shaper: Shaper, ref: Json, project_id: str) -> None:
    ref["url"] = shaper.api(project_id, f"definitions/{ref['id']}")
    ref["_links"] = {}


def _plain_environment(shaper: Shaper, ref: Json, project_id: str) -> None:
    ref["url"] = shaper.echoed(project_id, f"releases/environments/{ref['id']}")
    ref["_links"] = {}


def _current_release(shaper: Shaper, ref: Json, project_id: str) -> None:
    ref["url"] = shaper.api(project_id, f"releases/{ref['id']}")
    ref["_links"] = {}


def _revision(shaper: Shaper, revision: Json, project_id: str) -> None:
    path = f"definitions/{revision['definitionId']}/revisions/{revision['revision']}"
    revision["definitionUrl"] = shaper.api(project_id, path)


def _artifact(shaper: Shaper, artifact: Json, project_id: str) -> None:
    reference = artifact.get("definitionReference") or {}
    if artifact.get("type") != "Build" or "definition" not in reference:
        return
    source = (reference.get("project") or {}).get("id", project_id)
    link = f"{shaper.base}/_permalink/_build/index?projectId={source}"
    definition = f"{link}&definitionId={reference['definition'].get('id', '')}"
    reference["artifactSourceDefinitionUrl"] = {"id": definition, "name": ""}
    if "version" in reference:
        version = f"{link}&buildId={reference['version'].get('id', '')}"
        reference["artifactSourceVersionUrl"] = {"id": version, "name": ""}


def _change(shaper: Shaper, change: Json, project_id: str) -> None:
    change["location"] = f"{shaper.base}/{project_id}/_apis/git/commits/{change['id']}"
    change["displayUri"] = f"{shaper.base}/{project_id}/_git/commit/{change['id']}"


def _work_item(shaper: Shaper, item: Json, project_id: str) -> None:
    item["url"] = f"{shaper.base}/_apis/wit/workItems/{item['id']}"  # codespell:ignore wit


def _definition(shaper: Shaper, definition: Json, project_id: str) -> None:
    _definition_links(shaper, definition, project_id)
    badges = f"{shaper.base}/_apis/public/Release/badge/{project_id}/{definition['id']}"
    for environment in definition.get("environments") or ():
        if "deployPhases" in environment:
            environment["badgeUrl"] = f"{badges}/{environment['id']}"


def _creator(shaper: Shaper, ref: Json, project_id: str) -> None:
    """Captured of 2017 with id and name only."""
    if shaper.version >= (5, 0):
        _identity(shaper, ref, project_id)
        return
    for key in ref.keys() - {"id", "displayName"}:
        del ref[key]


def _options(shaper: Shaper, options: Json, project_id: str) -> None:
    """Old servers misspell a member (api.md 8 #10)."""
    if shaper.version < (5, 0):
        old = renamed(options, "timeoutInMinutes", "timeoutInMintues")
        options.clear()
        options |= old


def _variable(shaper: Shaper, variable: Json, project_id: str) -> None:
    """A secret's value is never told (api.md 8 #11)."""
    if variable.get("isSecret"):
        variable["value"] = None


_ADDRESSES: dict[str, Callable[[Shaper, Json, str], None]] = {
    "IdentityRef": _identity,
    "Definition": _definition,
    "DefinitionRef": _definition_links,
    "Release": _release,
    "LinkedRelease": _release_links,
    "ReleaseEnvironment": _environment,
    "Approval": _approval,
    "ManualIntervention": _intervention,
    "PlainRelease": _plain_release,
    "DeployedRelease": _deployed_release,
    "Attachment": _attachment,
    "PlainDefinition": _plain_definition,
    "PlainEnvironment": _plain_environment,
    "CurrentRelease": _current_release,
    "DefinitionRevision": _revision,
    "Artifact": _artifact,
    "Change": _change,
    "WorkItem": _work_item,
    "ApprovalOptions": _options,
    "BareIdentity": _creator,
    "Variable": _variable,
}

_LISTED_RELEASE = frozenset(
    {
        "id",
        "name",
        "status",
        "createdOn",
        "modifiedOn",
        "modifiedBy",
        "createdBy",
        "createdFor",
        "releaseDefinition",
        "releaseDefinitionRevision",
        "description",
        "reason",
        "releaseNameFormat",
        "keepForever",
        "definitionSnapshotRevision",
        "comment",
        "tags",
        "triggeringArtifactAlias",
        "properties",
    }
)
_LISTED_DEFINITION = frozenset(
    {
        "source",
        "id",
        "revision",
        "name",
        "description",
        "createdBy",
        "createdOn",
        "modifiedBy",
        "modifiedOn",
        "isDeleted",
        "isDisabled",
        "path",
        "releaseNameFormat",
        "properties",
        "comment",
    }
)
_LISTED_DEFINITION_ENVIRONMENT = frozenset({"id", "name", "rank", "retentionPolicy", "schedules", "owner"})


def listed_release(release: Json, expands: frozenset[str]) -> Json:
    """The shallow form of a release in a list, with what `$expand` asks for (api.md 3.3, 8 #5)."""
    shallow = {key: value for key, value in release.items() if key in _LISTED_RELEASE}
    shallow["variables"] = release.get("variables", {}) if "variables" in expands else {}
    shallow["variableGroups"] = release.get("variableGroups") if "variables" in expands else None
    shallow["projectReference"] = None
    if "artifacts" in expands:
        shallow["artifacts"] = release.get("artifacts", [])
    if expands & {"environments", "approvals", "manualInterventions"}:
        shallow["environments"] = [
            _listed_environment(environment, expands) for environment in release["environments"]
        ]
    return shallow


def _listed_environment(environment: Json, expands: frozenset[str]) -> Json:
    """Approvals and attempts stay empty unless they are asked for."""
    listed = {key: value for key, value in environment.items() if key != "deployPhasesSnapshot"}
    listed["deployPhasesSnapshot"] = []
    if "approvals" not in expands:
        listed["preDeployApprovals"] = []
        listed["postDeployApprovals"] = []
    if "manualInterventions" not in expands:
        listed["deploySteps"] = []
    return listed


def kept_properties(value: Json, wanted: list[str]) -> Json:
    """With only those extended properties that were asked for by name; none without asking."""
    bag = value.get("properties") or {}
    names = {name.lower() for name in wanted}
    return value | {"properties": {key: item for key, item in bag.items() if key.lower() in names}}


def listed_definition(definition: Json, expands: frozenset[str]) -> Json:
    """The shallow form of a definition in a list (api.md 3.1): not expanded is absent or null, never []."""
    shallow = {key: value for key, value in definition.items() if key in _LISTED_DEFINITION}
    last = definition.get("lastRelease")
    shallow["lastRelease"] = last and {
        **last,
        "webAccessUri": None,
        "releaseDefinition": {"id": definition["id"], "_links": {}},
        "modifiedBy": None,
        "reason": "none",
    }
    shallow["variableGroups"] = definition.get("variableGroups") if "variables" in expands else None
    shallow["projectReference"] = None
    for key in ("artifacts", "triggers", "variables", "tags"):
        if key in expands:
            shallow[key] = definition.get(key)
    if "environments" in expands:
        shallow["environments"] = [
            {key: value for key, value in environment.items() if key in _LISTED_DEFINITION_ENVIRONMENT}
            for environment in definition["environments"]
        ]
        shallow["retentionPolicy"] = {"daysToKeep": 30}
    return shallow
