"""The server's JSON of the samples that are compared: definitions are compared by it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reltui.model.approval import ApprovalPlan
from reltui.model.definition import Definition, DefinitionEnvironment
from reltui.model.identity import Identity
from reltui.model.release import Variable


def with_raw(definition: Definition) -> Definition:
    """The definition with the JSON that it would have been read from, as far as comparisons look."""
    raw: dict[str, Any] = {
        "id": definition.id,
        "name": definition.name,
        "path": definition.path,
        "revision": definition.revision,
        "description": definition.description,
        "releaseNameFormat": definition.release_name_format,
        "variables": _variables(definition.variables),
        "variableGroups": list(definition.variable_group_ids),
        "environments": [_stage(stage) for stage in definition.environments or ()],
    }
    return replace(definition, raw=raw)


def _stage(stage: DefinitionEnvironment) -> dict[str, Any]:
    return {
        "id": stage.id,
        "name": stage.name,
        "rank": stage.rank,
        "owner": _person(stage.owner),
        "conditions": [{"name": c.name, "conditionType": c.type, "value": c.value} for c in stage.conditions],
        "preDeployApprovals": _approvals(stage.pre_plan),
        "postDeployApprovals": _approvals(stage.post_plan),
        "variables": _variables(stage.variables),
        "retentionPolicy": {"daysToKeep": stage.days_to_keep, "releasesToKeep": stage.releases_to_keep},
        "executionPolicy": {
            "concurrencyCount": stage.concurrency,
            "queueDepthCount": stage.queue_depth,
        },
        "deployPhases": [
            {
                "name": phase.name,
                "phaseType": phase.type,
                "rank": phase.rank,
                "workflowTasks": [
                    {"name": task.name, "enabled": task.enabled, "version": task.version}
                    for task in phase.tasks
                ],
            }
            for phase in stage.phases
        ],
    }


def _variables(variables: tuple[Variable, ...]) -> dict[str, Any]:
    return {v.name: {"value": v.value, "isSecret": v.is_secret} for v in variables}


def _approvals(plan: ApprovalPlan) -> dict[str, Any]:
    options = plan.options
    return {
        "approvals": [
            {"rank": step.rank, "isAutomated": step.is_automated, "approver": _person(step.approver)}
            for step in plan.steps
        ],
        "approvalOptions": {
            "requiredApproverCount": options.required_count,
            "releaseCreatorCanBeApprover": options.creator_may_approve,
            "timeoutInMinutes": options.timeout_minutes,
        },
    }


def _person(person: Identity | None) -> dict[str, Any] | None:
    if person is None:
        return None
    return {"id": person.id, "displayName": person.name, "uniqueName": person.account}
