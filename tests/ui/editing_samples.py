"""Definitions as raw JSON, for the tests of the editor."""

from __future__ import annotations

from typing import Any

Raw = dict[str, Any]

DEPLOY = "00000000-0000-4000-8000-0000000000d1"
AUTOMATIC: Raw = {"approvals": [{"id": 0, "rank": 1, "isAutomated": True, "isNotificationOn": False}]}


def task(name: str, **inputs: str) -> Raw:
    """A task of an agent job."""
    return {
        "taskId": DEPLOY,
        "version": "1.*",
        "name": name,
        "refName": "",
        "enabled": True,
        "alwaysRun": False,
        "continueOnError": False,
        "timeoutInMinutes": 0,
        "definitionType": "task",
        "inputs": {"Path": "$(Drop)", **inputs},
    }


def stage(name: str, rank: int, *tasks: Raw, after: str = "", id: int = 0) -> Raw:
    """A stage with one agent job; started by the release, or after another stage."""
    start = {"name": "ReleaseStarted", "conditionType": "event", "value": ""}
    behind = {"name": after, "conditionType": "environmentState", "value": "4"}
    return {
        "id": id or rank,
        "name": name,
        "rank": rank,
        "owner": {"id": "d" * 8, "displayName": "Dana Okoro"},
        "variables": {},
        "variableGroups": [],
        "preDeployApprovals": AUTOMATIC,
        "postDeployApprovals": AUTOMATIC,
        "deployPhases": [
            {
                "rank": 1,
                "phaseType": "agentBasedDeployment",
                "name": "Agent job",
                "refName": None,
                "deploymentInput": {"queueId": 12, "timeoutInMinutes": 0},
                "workflowTasks": list(tasks),
            }
        ],
        "conditions": [behind if after else start],
        "executionPolicy": {"concurrencyCount": 1, "queueDepthCount": 0},
        "schedules": [],
        "retentionPolicy": {"daysToKeep": 30, "releasesToKeep": 3, "retainBuild": True},
        "preDeploymentGates": {"id": 0, "gatesOptions": None, "gates": []},
        "postDeploymentGates": {"id": 0, "gatesOptions": None, "gates": []},
    }


def definition(*stages: Raw, **members: Any) -> Raw:
    """A definition as the server tells it, revision 57."""
    return {
        "id": 5,
        "name": "Invoice.CD",
        "path": "\\Billing",
        "revision": 57,
        "source": "userInterface",
        "description": "",
        "releaseNameFormat": "Release-$(rev:r)",
        "variables": {"Region": {"value": "west"}, "Key": {"value": None, "isSecret": True}},
        "variableGroups": [],
        "artifacts": [],
        "triggers": [],
        "environments": list(stages),
        **members,
    }


def three_stages(**members: Any) -> Raw:
    """DEV, QA and PROD, one after the other, with two tasks each."""
    made = []
    before = ""
    for rank, name in enumerate(("DEV", "QA", "PROD"), 1):
        made.append(stage(name, rank, task("Deploy web"), task("Smoke test"), after=before))
        before = name
    return definition(*made, **members)


def large(stages: int, tasks: int) -> Raw:
    """So many stages in a row with so many tasks each."""
    return definition(
        *(
            stage(
                f"S{n:03}",
                n,
                *(task(f"Step {k}") for k in range(tasks)),
                after=f"S{n - 1:03}" if n > 1 else "",
            )
            for n in range(1, stages + 1)
        )
    )
