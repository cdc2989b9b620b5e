"""What the members of a definition hold (api.md 4.1 to 4.3): for the check of a text, and for its comments.

What stands in no table is free: newer servers have members that are not known here.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from reltui.model.approval import ExecutionOrder
from reltui.model.editing.jsonc import Document, Mistake, quoted
from reltui.model.editing.kinds import ConditionKind, JobKind, TriggerKind
from reltui.model.editing.shape import Path

TEXT, WHOLE, FLAG, ANY = "text", "whole", "flag", "any"

DEFINITION = "definition"


def _values(kind: type[StrEnum]) -> tuple[str, ...]:
    return tuple(each.value for each in kind)


ALLOWED: Mapping[str, tuple[str, ...]] = {
    "phaseType": _values(JobKind),
    "triggerType": _values(TriggerKind),
    "conditionType": _values(ConditionKind),
    "executionOrder": _values(ExecutionOrder),
    "parallelExecutionType": ("none", "multiConfiguration", "multiMachine"),
    "definitionType": ("task", "metaTask"),
}
"""Words by the type of a member; the server also takes their numbers, and any case (api.md 8 #2)."""

SHAPES: Mapping[str, Mapping[str, str]] = {
    DEFINITION: {
        "name": TEXT,
        "path": TEXT,
        "description": TEXT,
        "releaseNameFormat": TEXT,
        "comment": TEXT,
        "id": WHOLE,
        "revision": WHOLE,
        "tags": "[text]",
        "variables": "{variable}",
        "variableGroups": "[whole]",
        "artifacts": "[artifact]",
        "triggers": "[trigger]",
        "environments": "[stage]",
        "isDisabled": FLAG,
        "createdBy": "identity",
        "modifiedBy": "identity",
    },
    "stage": {
        "id": WHOLE,
        "name": TEXT,
        "rank": WHOLE,
        "owner": "identity",
        "variables": "{variable}",
        "variableGroups": "[whole]",
        "preDeployApprovals": "approvals",
        "postDeployApprovals": "approvals",
        "deployPhases": "[phase]",
        "environmentOptions": "options",
        "demands": "[any]",
        "conditions": "[condition]",
        "executionPolicy": "policy",
        "schedules": "[schedule]",
        "retentionPolicy": "retention",
        "preDeploymentGates": "gates",
        "postDeploymentGates": "gates",
        "environmentTriggers": "[any]",
        "queueId": WHOLE,
    },
    "identity": {"id": TEXT, "displayName": TEXT, "uniqueName": TEXT, "isContainer": FLAG},
    "variable": {"value": TEXT, "isSecret": FLAG, "allowOverride": FLAG},
    "approvals": {"approvals": "[step]", "approvalOptions": "rules"},
    "step": {
        "id": WHOLE,
        "rank": WHOLE,
        "isAutomated": FLAG,
        "isNotificationOn": FLAG,
        "approver": "identity",
    },
    "rules": {
        "requiredApproverCount": WHOLE,
        "releaseCreatorCanBeApprover": FLAG,
        "autoTriggeredAndPreviousEnvironmentApprovedCanBeSkipped": FLAG,
        "enforceIdentityRevalidation": FLAG,
        "timeoutInMinutes": WHOLE,
        "timeoutInMintues": WHOLE,
        "executionOrder": "executionOrder",
    },
    "phase": {
        "rank": WHOLE,
        "name": TEXT,
        "refName": TEXT,
        "phaseType": "phaseType",
        "deploymentInput": "input",
        "workflowTasks": "[task]",
    },
    "input": {
        "queueId": WHOLE,
        "demands": "[any]",
        "enableAccessToken": FLAG,
        "skipArtifactsDownload": FLAG,
        "timeoutInMinutes": WHOLE,
        "jobCancelTimeoutInMinutes": WHOLE,
        "condition": TEXT,
        "parallelExecution": "parallel",
        "tags": "[text]",
        "healthPercent": WHOLE,
        "deploymentHealthOption": TEXT,
    },
    "parallel": {
        "parallelExecutionType": "parallelExecutionType",
        "maxNumberOfAgents": WHOLE,
        "continueOnError": FLAG,
        "multipliers": TEXT,
    },
    "task": {
        "taskId": TEXT,
        "version": TEXT,
        "name": TEXT,
        "refName": TEXT,
        "enabled": FLAG,
        "alwaysRun": FLAG,
        "continueOnError": FLAG,
        "timeoutInMinutes": WHOLE,
        "retryCountOnTaskFailure": WHOLE,
        "definitionType": "definitionType",
        "condition": TEXT,
        "inputs": "{text}",
        "environment": "{text}",
    },
    "condition": {"name": TEXT, "conditionType": "conditionType", "value": TEXT, "result": FLAG},
    "policy": {"concurrencyCount": WHOLE, "queueDepthCount": WHOLE},
    "retention": {"daysToKeep": WHOLE, "releasesToKeep": WHOLE, "retainBuild": FLAG},
    "options": {
        "emailRecipients": TEXT,
        "timeoutInMinutes": WHOLE,
        "skipArtifactsDownload": FLAG,
        "enableAccessToken": FLAG,
        "publishDeploymentStatus": FLAG,
        "badgeEnabled": FLAG,
        "autoLinkWorkItems": FLAG,
        "pullRequestDeploymentEnabled": FLAG,
    },
    "gates": {"id": WHOLE, "gatesOptions": "sampling", "gates": "[gate]"},
    "sampling": {
        "isEnabled": FLAG,
        "timeout": WHOLE,
        "samplingInterval": WHOLE,
        "stabilizationTime": WHOLE,
        "minimumSuccessDuration": WHOLE,
    },
    "gate": {"tasks": "[task]"},
    "artifact": {
        "alias": TEXT,
        "type": TEXT,
        "sourceId": TEXT,
        "isPrimary": FLAG,
        "isRetained": FLAG,
        "definitionReference": "{reference}",
    },
    "reference": {"id": TEXT, "name": TEXT},
    "trigger": {
        "triggerType": "triggerType",
        "artifactAlias": TEXT,
        "schedule": "schedule",
        "triggerConditions": "[filter]",
    },
    "filter": {
        "sourceBranch": TEXT,
        "tags": "[text]",
        "useBuildDefinitionBranch": FLAG,
        "createReleaseOnBuildTagging": FLAG,
    },
    "schedule": {
        "startHours": WHOLE,
        "startMinutes": WHOLE,
        "timeZoneId": TEXT,
        "jobId": TEXT,
        "scheduleOnlyWithChanges": FLAG,
    },
}
"""Members by shape. A type is one of the four above, another shape, a key of ALLOWED, a list or a map."""

NEEDED: Mapping[str, tuple[str, ...]] = {DEFINITION: ("name", "environments"), "stage": ("name",)}
"""Members that cannot be missing or null."""

_WANTED = {
    TEXT: "a text within double quotes",
    WHOLE: "a whole number",
    FLAG: "true or false",
}


def member(shape: str, key: str | int) -> str:
    """The type of a member of a shape, of an element of a list or of a map; "any" where that is not known."""
    if shape[:1] in ("[", "{"):
        return shape[1:-1]
    return SHAPES.get(shape, {}).get(key, ANY) if isinstance(key, str) else ANY


def check(document: Document, base: Mapping[str, Any] | None) -> None:
    """Look for a value that cannot be meant; what `base` has in the same member is always taken.

    Raises Mistake: a wrong type, an unknown word where the server knows only some, a member that is needed.
    """
    known = {(shape, key, _kind(shape, value)) for _, shape, key, value in _odd(base, ())} if base else set()
    for path, shape, key, value in _odd(document.value, ()):
        if (shape, key, _kind(shape, value)) not in known:
            place = document.places.get(path) or document.places[path[:-1]]
            raise Mistake(place.line, place.column, _sentence(shape, path, value))


def _odd(
    value: Any, path: Path, shape: str = DEFINITION, key: str = ""
) -> Iterator[tuple[Path, str, str, Any]]:
    """Every value that does not fit its type: path, type, the member it is in, value."""
    if not _fits(value, shape):
        yield path, shape, key, value
    elif isinstance(value, dict):
        for needed in NEEDED.get(shape, ()):
            if value.get(needed) is None:
                yield (*path, needed), member(shape, needed), needed, None
        for name, inner in value.items():
            if inner is not None:
                inner_key = key if shape[:1] == "{" else name
                yield from _odd(inner, (*path, name), member(shape, name), inner_key)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _odd(inner, (*path, index), member(shape, index), key)


def _fits(value: Any, shape: str) -> bool:
    if shape == ANY:
        return True
    if shape in ALLOWED:
        words = {word.lower() for word in ALLOWED[shape]}
        return _is_whole(value) or (isinstance(value, str) and value.lower() in words)
    if shape == TEXT:
        return isinstance(value, str)
    if shape == WHOLE:
        return _is_whole(value)
    if shape == FLAG:
        return isinstance(value, bool)
    return isinstance(value, list if shape[0] == "[" else dict)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _kind(shape: str, value: Any) -> object:
    """What of a value must be the same for it to be known: the word itself, or just the type."""
    return (type(value), value) if shape in ALLOWED and isinstance(value, str) else type(value)


def _sentence(shape: str, path: Path, value: Any) -> str:
    name = quoted(path[-1]) if path and isinstance(path[-1], str) else "this"
    if value is None:
        return f"The member {name} is missing here."
    name = name[:1].upper() + name[1:]
    if shape in ALLOWED:
        return _unknown_word(name, ALLOWED[shape], value)
    if not path:
        return "A definition begins with { and ends with }."
    brackets = "a list within [ and ]" if shape[0] == "[" else "an object within { and }"
    return f"{name} must be {_WANTED.get(shape, brackets)}."


def _unknown_word(name: str, allowed: tuple[str, ...], value: Any) -> str:
    if not isinstance(value, str):
        return f"{name} must be one of {', '.join(allowed)}."
    by_small = {word.lower(): word for word in allowed}
    near = difflib.get_close_matches(value.lower(), by_small, 1, 0.5)
    word = quoted(value if len(value) <= 40 else f"{value[:37]}...")
    if near:
        return f"{name} cannot be {word}; did you mean {quoted(by_small[near[0]])}?"
    return f"{name} cannot be {word}; it is one of {', '.join(allowed)}."
