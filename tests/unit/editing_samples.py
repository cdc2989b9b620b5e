"""Definitions to edit: one with a bit of everything, those of the sample, those captured from servers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from reltui.demo.engine import Engine

Json = dict[str, Any]

TODAY = datetime(2026, 3, 4, 14, 30, tzinfo=UTC)
CAPTURES = Path(__file__).resolve().parents[3] / "shared" / "contract" / "examples"
LEE = {"displayName": "Lee Ortega", "id": "11111111-2222-4333-8444-555555555555", "uniqueName": "CORP\\lee"}
CAB = {"displayName": "[Billing]\\CAB", "id": "99999999-2222-4333-8444-555555555555", "isContainer": True}
POWERSHELL = "e213ff0f-5d5c-4791-802d-52ea3e7be1f1"


def task(name: str, **more: Any) -> Json:
    """A task as the portal writes it."""
    return {
        "environment": {},
        "taskId": POWERSHELL,
        "version": "2.*",
        "name": name,
        "refName": "",
        "enabled": True,
        "alwaysRun": False,
        "continueOnError": False,
        "timeoutInMinutes": 0,
        "definitionType": "task",
        "overrideInputs": {},
        "condition": "succeeded()",
        "inputs": {"targetType": "inline", "script": "Write-Host hello"},
        **more,
    }


def approvals(*approvers: Json, in_sequence: bool = False, **options: Any) -> Json:
    """A ReleaseDefinitionApprovals; nobody named is automatic."""
    if not approvers:
        return {"approvals": [{"rank": 1, "isAutomated": True, "isNotificationOn": False, "id": 7}]}
    return {
        "approvals": [
            {
                "rank": place if in_sequence else 1,
                "isAutomated": False,
                "isNotificationOn": False,
                "approver": dict(approver),
                "id": 10 + place,
            }
            for place, approver in enumerate(approvers, 1)
        ],
        "approvalOptions": {
            "requiredApproverCount": 0,
            "releaseCreatorCanBeApprover": True,
            "autoTriggeredAndPreviousEnvironmentApprovedCanBeSkipped": False,
            "enforceIdentityRevalidation": False,
            "timeoutInMinutes": 1440,
            "executionOrder": "beforeGates",
            **options,
        },
    }


def job(name: str, kind: str = "agentBasedDeployment", rank: int = 1, *tasks: Json, **settings: Any) -> Json:
    """A deploy phase."""
    return {
        "deploymentInput": {
            "parallelExecution": {"parallelExecutionType": "none"},
            "skipArtifactsDownload": False,
            "artifactsDownloadInput": {"downloadInputs": [{"alias": "drop", "artifactItems": []}]},
            "queueId": 15,
            "demands": ["java", "Agent.Version -gtVersion 2.0"],
            "enableAccessToken": False,
            "timeoutInMinutes": 0,
            "jobCancelTimeoutInMinutes": 1,
            "condition": "succeeded()",
            "overrideInputs": {},
            **settings,
        },
        "rank": rank,
        "phaseType": kind,
        "name": name,
        "refName": None,
        "workflowTasks": list(tasks),
    }


def stage(name: str, rank: int, *jobs: Json, **more: Any) -> Json:
    """A stage with automatic approvals."""
    return {
        "id": 40 + rank,
        "name": name,
        "rank": rank,
        "owner": dict(LEE),
        "variables": {},
        "variableGroups": [],
        "preDeployApprovals": approvals(),
        "deployStep": {"id": 60 + rank},
        "postDeployApprovals": approvals(),
        "deployPhases": list(jobs) or [job("Run on agent")],
        "environmentOptions": {"publishDeploymentStatus": True, "badgeEnabled": False},
        "demands": [],
        "conditions": [],
        "executionPolicy": {"concurrencyCount": 1, "queueDepthCount": 0},
        "schedules": [],
        "currentRelease": {"id": 0, "_links": {}},
        "retentionPolicy": {"daysToKeep": 30, "releasesToKeep": 3, "retainBuild": True},
        "properties": {},
        "preDeploymentGates": {"id": 0, "gatesOptions": None, "gates": []},
        "postDeploymentGates": {"id": 0, "gatesOptions": None, "gates": []},
        "environmentTriggers": [],
        **more,
    }


AFTER_RELEASE = {"name": "ReleaseStarted", "conditionType": "event", "value": ""}
SCHEDULE = {
    "daysToRelease": 31,
    "jobId": "5d6a7f0e-0000-4000-8000-000000000001",
    "startHours": 22,
    "startMinutes": 5,
    "timeZoneId": "UTC",
}


def after(name: str, value: str = "4") -> Json:
    """The condition that another stage has succeeded."""
    return {"name": name, "conditionType": "environmentState", "value": value}


def artifact(alias: str, kind: str = "Build", *, is_primary: bool = False, **references: Json) -> Json:
    """A linked artifact."""
    return {
        "sourceId": f"p:{alias}",
        "type": kind,
        "alias": alias,
        "definitionReference": {
            "definition": {"id": "12", "name": "Billing.CI"},
            "project": {"id": "p", "name": "Billing"},
            "defaultVersionType": {"id": "latestType", "name": "Latest"},
            **references,
        },
        "isPrimary": is_primary,
        "isRetained": False,
    }


def rich() -> Json:
    """A definition with three stages and a bit of everything, known and unknown; nothing in it is shared."""
    dev = stage(
        "DEV",
        1,
        job("Run on agent", "agentBasedDeployment", 1, task("Copy"), task("Start", enabled=False)),
        job("Machines", "machineGroupBasedDeployment", 2, task("Install"), tags=["web"], healthPercent=50),
        conditions=[dict(AFTER_RELEASE)],
        variables={"Url": {"value": "https://dev.example"}, "Key": {"value": None, "isSecret": True}},
        variableGroups=[4],
    )
    test = stage(
        "TEST",
        2,
        conditions=[
            after("DEV"),
            {
                "name": "drop",
                "conditionType": "artifact",
                "value": '{"sourceBranch":"release/*","tags":["good"],"useBuildDefinitionBranch":false}',
            },
        ],
        preDeployApprovals=approvals(LEE, CAB),
        schedules=[dict(SCHEDULE)],
    )
    prod = stage(
        "PROD",
        3,
        job("Ask", "runOnServer", 1, task("Wait")),
        job("Run", "agentBasedDeployment", 2, task("Deploy", inputs={"a": "1"}, somethingNew={"x": 1})),
        conditions=[after("DEV"), after("TEST", "132")],
        preDeployApprovals=approvals(LEE, CAB, in_sequence=True, timeoutInMinutes=2880),
        postDeployApprovals=approvals(LEE, executionOrder="afterSuccessfulGates"),
        preDeploymentGates={
            "id": 3,
            "gatesOptions": {
                "isEnabled": True,
                "timeout": 1440,
                "samplingInterval": 15,
                "stabilizationTime": 5,
                "minimumSuccessDuration": 0,
            },
            "gates": [{"tasks": [task("Query")]}, {"tasks": [task("Call")]}],
        },
    )
    return {
        "source": "userInterface",
        "revision": 7,
        "description": "What it does.\nAnd more.",
        "createdBy": dict(LEE),
        "createdOn": "2026-01-02T03:04:05.67Z",
        "modifiedBy": dict(LEE),
        "modifiedOn": "2026-02-02T03:04:05.67Z",
        "isDeleted": False,
        "variables": {
            "LogLevel": {"value": "Information", "allowOverride": True},
            "Password": {"value": None, "isSecret": True},
        },
        "variableGroups": [3, 5],
        "environments": [dev, test, prod],
        "artifacts": [artifact("drop", is_primary=True), artifact("cfg", "Git"), artifact("odd", "Jenkins")],
        "triggers": [
            {
                "artifactAlias": "drop",
                "triggerConditions": [
                    {"sourceBranch": "main", "tags": ["ok"], "useBuildDefinitionBranch": False},
                    {"sourceBranch": None, "tags": None, "useBuildDefinitionBranch": True},
                ],
                "triggerType": "artifactSource",
            },
            {"schedule": {**SCHEDULE, "daysToRelease": "monday, friday"}, "triggerType": "schedule"},
            {"alias": "cfg", "branchFilters": ["+refs/heads/main"], "triggerType": "sourceRepo"},
            {
                "artifactAlias": "drop",
                "triggerConditions": [{"targetBranch": "main", "tags": []}],
                "pullRequestConfiguration": {"useArtifactReference": True},
                "triggerType": "pullRequest",
            },
            {"triggerType": "somethingNew", "setting": 1},
        ],
        "releaseNameFormat": "Release-$(rev:r)",
        "tags": ["billing", "cd"],
        "properties": {"x": {"$type": "System.String", "$value": "y"}},
        "id": 41,
        "name": "Billing.CD",
        "path": "\\Billing",
        "projectReference": None,
        "url": "https://server.example/_apis/Release/definitions/41",
        "_links": {},
    }


@cache
def _sampled() -> tuple[str, ...]:
    engine = Engine(seed=1, size="small", speed=0.0, today=TODAY)
    found = [definition for project in engine.projects for definition in engine.definitions(project["id"])]
    return tuple(map(json.dumps, found))


def sampled() -> list[Json]:
    """Definitions of the embedded server's sample: every fourth, they are made of the same parts."""
    return [json.loads(text) for text in _sampled()[::4]]


def captured() -> list[Json]:
    """The whole definitions that real servers answered or were sent; none where the folder is absent."""
    found: list[Json] = []
    for path in sorted(CAPTURES.glob("*/definitions/*.json")):
        capture = json.loads(path.read_text("utf-8"))
        bodies = [answer.get("body") for answer in capture["responses"].values()]
        for body in (*bodies, capture["parameters"].get("body")):
            if isinstance(body, dict) and body.get("environments"):
                found.append(body)
    return found


def everything() -> list[Json]:
    """All of them."""
    return [rich(), *sampled(), *captured()]
