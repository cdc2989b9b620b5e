"""The stages of the sample's release definitions, in wire form."""

from __future__ import annotations

from random import Random

from reltui.demo import phrases, tasks
from reltui.demo.company import Ask, Extra, Spec, Step, Watch
from reltui.demo.identifiers import guid
from reltui.demo.records import Json

_AUTOMATED: Json = {"approvals": [{"rank": 1, "isAutomated": True, "isNotificationOn": False}]}
_FORGIVING = ("web", "service", "data")
"""Kinds whose last task may fail without failing the job."""


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
        body["preDeploymentGates"] = _gates(extra.watch)
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
                    _task(
                        "Let the caches expire",
                        {"delayForMinutes": "0", tasks.SECONDS_INPUT: "2"},
                        tasks.DELAY,
                    ),
                    _task(title, asked, tasks.MANUAL_INTERVENTION),
                    _task("Tell the status page", {tasks.SECONDS_INPUT: "2"}, tasks.CALL),
                ],
            }
        )
    phases.append(
        {
            "rank": len(phases) + 1,
            "phaseType": tasks.GROUP if extra.group else tasks.AGENT,
            "name": "Run on machines" if extra.group else "Run on agent",
            "deploymentInput": {"queueId": extra.group or queue},
            "workflowTasks": _steps(extra.steps) if extra.steps else _tasks(spec.kind),
        }
    )
    return phases


def _gates(watch: Watch) -> Json:
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
            {"tasks": [_task(first, {"queryId": guid("query", first), "maxThreshold": "0"}, tasks.QUERY)]},
            {"tasks": [_task(second, {"connection": "incidents", "method": "GET"} | blocked, tasks.CALL)]},
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


def _tasks(kind: str) -> list[Json]:
    """The usual tasks of such a product."""
    names = phrases.TASKS[kind]
    planned = [_task(name, {"connection": f"{kind}-deploy"}, guid("task", name)) for name in names]
    planned[-1]["continueOnError"] = kind in _FORGIVING
    return planned


def _steps(steps: tuple[Step, ...]) -> list[Json]:
    """Tasks with fixed durations and results."""
    return [
        _task(
            step.name,
            {tasks.SECONDS_INPUT: str(step.seconds), tasks.RESULT_INPUT: step.result},
            guid("task", step.name),
        )
        for step in steps
    ]


def _task(name: str, inputs: Json, task_id: str) -> Json:
    """WorkflowTask."""
    return {
        "taskId": task_id,
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
        "environment": {},
        "inputs": inputs,
    }
