"""The stages of the sample's release definitions, in wire form."""

from __future__ import annotations

from random import Random

from reltui.demo import phrases, tasks
from reltui.demo.company import Ask, Extra, Spec, Step, Watch
from reltui.demo.identifiers import guid
from reltui.demo.records import Json
from reltui.demo.task_samples import workflow_task

_AUTOMATED: Json = {"approvals": [{"rank": 1, "isAutomated": True, "isNotificationOn": False}]}
_FORGIVING = ("web", "service", "data")
"""Kinds whose last task may fail without failing the job."""

_SQL = ("Migrate database", "Back up database", "Migrate schema", "Verify schema", "Refresh statistics")
"""Tasks that say which database."""


def stage(spec: Spec, rank: int, ids: dict[str, str], random: Random) -> Json:
    """One environment of a definition; `ids` turns the company's keys into identity ids."""
    name, after = spec.graph[rank - 1]
    last = rank == len(spec.graph)
    body: Json = {
        "name": name,
        "rank": rank,
        "owner": {"id": ids["marcus" if name.startswith("PROD") else "lee"]},
        "variables": {
            "Target": {"value": f"{spec.repository}-{name.lower()}.marlowfreight.example"},
            "DeployPassword": {"value": None, "isSecret": True},
        },
        "preDeployApprovals": _approvals(spec.pre.get(name), ids),
        "postDeployApprovals": _approvals(spec.post.get(name), ids),
        "conditions": _conditions(after),
        "retentionPolicy": {"daysToKeep": 60 if last else 30, "releasesToKeep": 3, "retainBuild": True},
        "executionPolicy": {
            "concurrencyCount": 1 if last and spec.one_at_a_time else 0,
            "queueDepthCount": 0,
        },
        "deployPhases": _phases(spec, name, 15 + random.randrange(3)),
    }
    extra = spec.extras.get(name) or Extra()
    if extra.watch is not None:
        body["preDeploymentGates"] = _gates(extra.watch, guid("project", spec.project))
        body["preDeployApprovals"].setdefault("approvalOptions", {})["executionOrder"] = extra.watch.order
    if extra.nightly:
        body["schedules"] = [
            {
                "daysToRelease": 31,
                "jobId": guid("schedule", spec.name, name),
                "scheduleOnlyWithChanges": False,
                "startHours": 22,
                "startMinutes": 0,
                "timeZoneId": "UTC",
            }
        ]
    return body


def _phases(spec: Spec, name: str, queue: int) -> list[Json]:
    """The jobs of a stage: what is asked of a person first, then what runs on an agent or on machines."""
    extra = spec.extras.get(name) or Extra()
    project_id = guid("project", spec.project)
    phases: list[Json] = []
    if extra.instructions:
        title, text = phrases.INSTRUCTIONS[extra.instructions]
        asked = {"instructions": text, "emailRecipients": "", "onTimeout": "reject"}
        phases.append(
            {
                "rank": 1,
                "phaseType": tasks.SERVER,
                "name": "Ask a person",
                "deploymentInput": {},
                "workflowTasks": [
                    workflow_task("Let the caches expire", project_id, {tasks.SECONDS_INPUT: "2"}),
                    workflow_task(title, project_id, asked, tasks.MANUAL_INTERVENTION),
                    workflow_task("Tell the status page", project_id, {tasks.SECONDS_INPUT: "2"}),
                ],
            }
        )
    phases.append(
        {
            "rank": len(phases) + 1,
            "phaseType": tasks.GROUP if extra.group else tasks.AGENT,
            "name": "Run on machines" if extra.group else "Run on agent",
            "deploymentInput": {"queueId": extra.group or queue},
            "workflowTasks": _steps(extra.steps, project_id) if extra.steps else _tasks(spec, project_id),
        }
    )
    return phases


def _gates(watch: Watch, project_id: str) -> Json:
    """ReleaseDefinitionGatesStep with the two gates of the company."""
    first, second = phrases.GATES
    blocked = {tasks.SAMPLES_INPUT: "fail"} if watch.blocks else {}
    return {
        "id": 0,
        "gatesOptions": {
            "isEnabled": True,
            "timeout": watch.timeout,
            "samplingInterval": watch.sampling,
            "stabilizationTime": 0,
            "minimumSuccessDuration": 0,
        },
        "gates": [
            {"tasks": [workflow_task(first, project_id)]},
            {"tasks": [workflow_task(second, project_id, blocked)]},
        ],
    }


def _conditions(after: str) -> list[Json]:
    if not after:
        return []
    if after == "release":
        return [{"name": "ReleaseStarted", "conditionType": "event", "value": ""}]
    return [{"name": name, "conditionType": "environmentState", "value": "4"} for name in after.split("+")]


def _approvals(ask: Ask | None, ids: dict[str, str]) -> Json:
    if ask is None:
        return {"approvals": [dict(step) for step in _AUTOMATED["approvals"]]}
    return {
        "approvals": [
            {
                "rank": position if ask.mode == "sequence" else 1,
                "isAutomated": False,
                "isNotificationOn": True,
                "approver": {"id": ids[who]},
            }
            for position, who in enumerate(ask.who, 1)
        ],
        "approvalOptions": {
            "requiredApproverCount": {"any": 1, "two": 2}.get(ask.mode, 0),
            "releaseCreatorCanBeApprover": ask.creator,
            "autoTriggeredAndPreviousEnvironmentApprovedCanBeSkipped": False,
            "enforceIdentityRevalidation": ask.revalidates,
            "timeoutInMinutes": ask.hours * 60,
            "executionOrder": "beforeGates",
        },
    }


def _tasks(spec: Spec, project_id: str) -> list[Json]:
    """The usual tasks of such a product."""
    database = {"DatabaseName": spec.repository}
    planned = [
        workflow_task(name, project_id, database if name in _SQL else None)
        for name in phrases.TASKS[spec.kind]
    ]
    planned[-1]["continueOnError"] = spec.kind in _FORGIVING
    return planned


def _steps(steps: tuple[Step, ...], project_id: str) -> list[Json]:
    """Tasks with fixed durations and results."""
    return [
        workflow_task(
            step.name, project_id, {tasks.SECONDS_INPUT: str(step.seconds), tasks.RESULT_INPUT: step.result}
        )
        for step in steps
    ]
