"""New parts of a definition, with the members that the portal writes (api.md 3.1, 4.1; captured)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from reltui.model.decode import guid_of
from reltui.model.editing.approving import automatic
from reltui.model.editing.kinds import JobKind
from reltui.model.editing.outline import JOBS, STAGES
from reltui.model.editing.shape import Json, at, objects
from reltui.model.editing.slots import plain
from reltui.model.resources import Choice, Resources, TaskType

JOB_NAMES: Mapping[JobKind, str] = {
    JobKind.AGENT: "Agent job",
    JobKind.SERVER: "Agentless job",
    JobKind.GROUP: "Deployment group job",
}


def unique(wanted: str, taken: Iterable[str], between: str = " ") -> str:
    """The name, with a number behind it where it is taken; case does not matter."""
    used = {name.lower() for name in taken}
    found, number = wanted, 1
    while found.lower() in used:
        number += 1
        found = f"{wanted}{between}{number}"
    return found


def new_stage(name: str, rank: int, conditions: Iterable[Json], jobs: Iterable[Json]) -> Json:
    """A stage with automatic approvals that passes the rules of the server (VS402877, VS402982)."""
    return {
        "id": 0,
        "name": name,
        "rank": rank,
        "variables": {},
        "variableGroups": [],
        "preDeployApprovals": {"approvals": [automatic()]},
        "postDeployApprovals": {"approvals": [automatic()]},
        "deployPhases": list(jobs),
        "environmentOptions": {
            "emailNotificationType": "OnlyOnFailure",
            "emailRecipients": "release.environment.owner;release.creator",
            "skipArtifactsDownload": False,
            "timeoutInMinutes": 0,
            "enableAccessToken": False,
            "publishDeploymentStatus": True,
            "badgeEnabled": False,
            "autoLinkWorkItems": False,
            "pullRequestDeploymentEnabled": False,
        },
        "demands": [],
        "conditions": list(conditions),
        "executionPolicy": {"concurrencyCount": 0, "queueDepthCount": 0},
        "schedules": [],
        "retentionPolicy": {"daysToKeep": 30, "releasesToKeep": 3, "retainBuild": True},
        "properties": {},
        "preDeploymentGates": {"id": 0, "gatesOptions": None, "gates": []},
        "postDeploymentGates": {"id": 0, "gatesOptions": None, "gates": []},
        "environmentTriggers": [],
    }


def new_job(kind: JobKind, rank: int, queue_id: int = 0) -> Json:
    """A job without tasks; `queue_id` is of a queue, or of a deployment group."""
    alone: Json = {"parallelExecution": {"parallelExecutionType": "none"}}
    machine: Json = {
        "skipArtifactsDownload": False,
        "artifactsDownloadInput": {"downloadInputs": []},
        "queueId": queue_id,
        "demands": [],
        "enableAccessToken": False,
    }
    any_job: Json = {
        "timeoutInMinutes": 0,
        "jobCancelTimeoutInMinutes": 1,
        "condition": "succeeded()",
        "overrideInputs": {},
    }
    settings: Mapping[JobKind, Json] = {
        JobKind.AGENT: {**alone, **machine, **any_job},
        JobKind.SERVER: {**alone, **any_job},
        JobKind.GROUP: {
            "healthPercent": 0,
            "deploymentHealthOption": "OneTargetAtATime",
            "tags": [],
            **machine,
            **any_job,
        },
    }
    return {
        "deploymentInput": settings[kind],
        "rank": rank,
        "phaseType": kind.value,
        "name": JOB_NAMES[kind],
        "refName": None,
        "workflowTasks": [],
    }


def new_task(choice: Choice, known: Resources) -> Json:
    """A task of the type that was picked, its inputs at their defaults. Raises ValueError: it is no type."""
    if not guid_of(choice.id):
        raise ValueError("Pick a task from the list.")
    version = plain(choice.raw.get("version"))
    kind = known.task_type(choice.id, version)
    return {
        "environment": {},
        "taskId": choice.id,
        "version": version or (kind.version_spec if kind else "*"),
        "name": _instance_name(kind) or str(choice.name),
        "refName": "",
        "enabled": True,
        "alwaysRun": False,
        "continueOnError": False,
        "timeoutInMinutes": 0,
        "definitionType": "task",
        "overrideInputs": {},
        "condition": "succeeded()",
        "inputs": {one.name: one.default for one in kind.inputs} if kind else {},
    }


def _instance_name(kind: TaskType | None) -> str:
    """The name that the catalogue proposes, with the inputs in it at their defaults."""
    if kind is None:
        return ""
    defaults = {one.name.lower(): one.default for one in kind.inputs}
    named = re.sub(r"\$\(([^)]*)\)", lambda name: defaults.get(name[1].lower(), ""), kind.name_format)
    return " ".join(named.split()).strip(" :-")


def queue_of(raw: Mapping[str, Any], kind: JobKind, known: Resources) -> int:
    """The queue or group that most likely is meant: that of the last job of the kind, else the first one."""
    found = 0
    for _, stage in objects(raw, STAGES):
        for _, job in objects(stage, (JOBS,)):
            number = at(job, ("deploymentInput", "queueId"))
            if job.get("phaseType") == kind and type(number) is int:
                found = number or found
    offered = known.deployment_groups if kind is JobKind.GROUP else known.queues
    return found or (offered[0].id if offered else 0)


def new_artifact(kind: str, references: Json, *, alias: str, is_primary: bool) -> Json:
    """A linked artifact of the type Build or Git."""
    none = {"id": "", "name": ""}
    if kind == "Build":
        usual: Json = {
            "defaultVersionBranch": dict(none),
            "defaultVersionSpecific": dict(none),
            "defaultVersionTags": dict(none),
            "defaultVersionType": {"id": "latestType", "name": "Latest"},
        }
    else:
        usual = {
            "branches": dict(none),
            "checkoutSubmodules": dict(none),
            "defaultVersionSpecific": dict(none),
            "defaultVersionType": {"id": "latestFromBranchType", "name": "Latest from the default branch"},
            "fetchDepth": dict(none),
            "gitLfsSupport": dict(none),
        }
    return {
        "type": kind,
        "alias": alias,
        "definitionReference": {**usual, **references},
        "isPrimary": is_primary,
        "isRetained": False,
    }
