"""A definition as the server's JSON, whole, with an older revision of it and what a service knows of both."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from reltui.data.topics import (
    DefinitionAt,
    DefinitionData,
    DefinitionOf,
    DefinitionsData,
    DefinitionsOf,
    Snapshot,
    Topic,
)
from reltui.model.definition import Definition, DefinitionRevision, definition_from_json
from reltui.model.text import SafeText
from tests.ui.samples import BILLING, CAB, DANA, KIM, LEE, before, definition
from tests.ui.still_service import SERVER, sample, whole

Raw = dict[str, Any]

SCRIPT = "Stop-Service Invoice\nRemove-Item C:\\invoice -Recurse\nStart-Service Invoice"
TASK = "e213ff0f-5d5c-4791-802d-52ea3e7be1f1"
GATE = "f1e4b0e6-017e-4819-8a48-ef19ae96e289"


def person(who: Any) -> Raw:
    """An IdentityRef."""
    return {"id": who.id, "displayName": who.name, "uniqueName": who.account, "isContainer": who.is_group}


def task(name: str, inputs: Raw, **more: Any) -> Raw:
    """A WorkflowTask."""
    usual = {"version": "2.*", "enabled": True, "definitionType": "task", "condition": "succeeded()"}
    return {"taskId": TASK, "name": name, **usual, "inputs": inputs, **more}


def automatic() -> Raw:
    """Nobody is asked."""
    return {"approvals": [{"id": 1, "rank": 1, "isAutomated": True, "isNotificationOn": False}]}


def asked(*who: Any, minutes: int = 1440, **options: Any) -> Raw:
    """Some are asked, one after the other."""
    steps = [
        {"id": 10 + n, "rank": n, "isAutomated": False, "approver": person(each)}
        for n, each in enumerate(who, 1)
    ]
    rules = {"timeoutInMinutes": minutes, "releaseCreatorCanBeApprover": False, **options}
    return {"approvals": steps, "approvalOptions": rules}


def stage(number: int, name: str, rank: int, after: str, **more: Any) -> Raw:
    """A ReleaseDefinitionEnvironment with one job of two tasks."""
    conditions = [{"name": after, "conditionType": "environmentState", "value": "4"}]
    if not after:
        conditions = [{"name": "ReleaseStarted", "conditionType": "event", "value": ""}]
    steps = [
        task("Stop and clean", {"script": SCRIPT, "failOnStandardError": "true", "arguments": ""}),
        task(
            "Deploy web",
            {
                "WebSiteName": "Default Web Site",
                "Password": "open sesame",
                "Package": "$(Build.Path)/web.zip",
            },
            version="1.*",
            continueOnError=True,
            timeoutInMinutes=30,
        ),
    ]
    given = {"queueId": 17, "timeoutInMinutes": 60, "demands": ["msbuild"]}
    job = {"rank": 1, "phaseType": "agentBasedDeployment", "name": "Run on agent", "workflowTasks": steps}
    return {
        "id": number,
        "name": name,
        "rank": rank,
        "owner": person(KIM),
        "conditions": conditions,
        "preDeployApprovals": automatic(),
        "postDeployApprovals": automatic(),
        "retentionPolicy": {"daysToKeep": 30, "releasesToKeep": 3, "retainBuild": True},
        "executionPolicy": {"concurrencyCount": 1, "queueDepthCount": 1},
        "deployPhases": [{**job, "deploymentInput": given}],
        "variables": {
            "Target": {"value": f"web-{name.lower()}"},
            "DbPassword": {"value": None, "isSecret": True},
        },
        "variableGroups": [],
        "environmentOptions": {"publishDeploymentStatus": True, "emailNotificationType": "OnlyOnFailure"},
        **more,
    }


def raw_definition() -> Raw:
    """Invoice.CD at its revision 57: DEV, then QA, then PROD with two signatures and gates."""
    filter_value = '{"sourceBranch":"release/*","tags":["rc"],"useBuildDefinitionBranch":false}'
    gates = {
        "id": 5,
        "gatesOptions": {"isEnabled": True, "timeout": 1440, "samplingInterval": 15, "stabilizationTime": 5},
        "gates": [
            {"tasks": [task("Query work items", {"queryId": "q-1", "maxThreshold": "0"}, taskId=GATE)]}
        ],
    }
    prod = stage(
        14,
        "PROD",
        3,
        "QA",
        preDeployApprovals=asked(LEE, CAB, executionOrder="afterSuccessfulGates"),
        preDeploymentGates=gates,
        schedules=[{"daysToRelease": 31, "startHours": 22, "startMinutes": 0, "timeZoneId": "UTC"}],
        variableGroups=[4],
    )
    prod["conditions"].append({"name": "drop", "conditionType": "artifact", "value": filter_value})
    source = {
        "definition": {"id": "12", "name": "Invoice.CI"},
        "project": {"id": "p1", "name": "Billing"},
        "defaultVersionType": {"id": "latestType", "name": "Latest"},
        "branches": {"id": "refs/heads/main", "name": "refs/heads/main"},
    }
    branch = {"sourceBranch": "main", "tags": [], "useBuildDefinitionBranch": False}
    return {
        "id": 5,
        "name": "Invoice.CD",
        "path": "\\Billing",
        "revision": 57,
        "description": "Invoices to every shop",
        "comment": "raise timeout for export",
        "createdOn": before(days=300).isoformat(),
        "createdBy": person(KIM),
        "modifiedOn": before(hours=2).isoformat(),
        "modifiedBy": person(KIM),
        "releaseNameFormat": "Rel-$(rev:r)",
        "variables": {"ExportRetries": {"value": "3"}, "SmtpPassword": {"value": None, "isSecret": True}},
        "variableGroups": [3],
        "artifacts": [{"alias": "drop", "type": "Build", "isPrimary": True, "definitionReference": source}],
        "triggers": [
            {
                "artifactAlias": "drop",
                "triggerType": "artifactSource",
                "triggerConditions": [branch],
            }
        ],
        "environments": [
            stage(11, "DEV", 1, ""),
            stage(12, "QA", 2, "DEV", postDeployApprovals=asked(KIM)),
            prod,
        ],
    }


def older_raw() -> Raw:
    """The revision before: one signature on PROD, and other variables."""
    old = copy.deepcopy(raw_definition())
    old |= {
        "revision": 56,
        "comment": "",
        "modifiedOn": before(days=3).isoformat(),
        "modifiedBy": person(LEE),
    }
    old["variables"]["ExportRetries"]["value"] = "2"
    old["environments"][2]["preDeployApprovals"] = asked(
        LEE, minutes=2880, executionOrder="afterSuccessfulGates"
    )
    return old


def read(raw: Mapping[str, Any]) -> Definition:
    """As the service reads it."""
    return definition_from_json(copy.deepcopy(dict(raw)))


REVISIONS = (
    DefinitionRevision(55, SafeText("add"), DANA, before(days=300), SafeText("first")),
    DefinitionRevision(56, SafeText("update"), LEE, before(days=3), SafeText("")),
    DefinitionRevision(57, SafeText("update"), KIM, before(hours=2), SafeText("raise timeout for export")),
)
TOPIC = DefinitionOf(SERVER, BILLING, 5)
OLDER = DefinitionAt(SERVER, BILLING, 5, 56)


def known_definition() -> dict[Topic[Any], Snapshot[Any]]:
    """What the service knows: the definition with its history, its older revision, the lists."""
    shallow = (
        definition(5, whole=False),
        definition(6, "Ledger.CD", whole=False),
        definition(7, "Archive.CD", "\\Billing\\Ops", whole=False),
    )
    return {
        **sample(),
        TOPIC: whole(DefinitionData(read(raw_definition()), REVISIONS)),
        OLDER: whole(read(older_raw())),
        DefinitionsOf(SERVER, BILLING): whole(DefinitionsData(shallow)),
    }
