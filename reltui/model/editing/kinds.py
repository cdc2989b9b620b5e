"""The kinds of things in a definition, by the words or numbers of the wire (api.md 4.3, 5.5)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from reltui.model.decode import enum_of
from reltui.model.text import SafeText


class ConditionKind(StrEnum):
    """ConditionType."""

    EVENT = "event"
    STAGE = "environmentState"
    ARTIFACT = "artifact"


class JobKind(StrEnum):
    """DeployPhaseTypes."""

    AGENT = "agentBasedDeployment"
    SERVER = "runOnServer"
    GROUP = "machineGroupBasedDeployment"
    GATES = "deploymentGates"


class TriggerKind(StrEnum):
    """ReleaseTriggerType."""

    ARTIFACT = "artifactSource"
    SCHEDULE = "schedule"
    REPOSITORY = "sourceRepo"
    CONTAINER = "containerImage"
    PACKAGE = "package"
    PULL_REQUEST = "pullRequest"


_CONDITION_NUMBERS = {1: ConditionKind.EVENT, 2: ConditionKind.STAGE, 4: ConditionKind.ARTIFACT}
_JOB_NUMBERS = {1: JobKind.AGENT, 2: JobKind.SERVER, 4: JobKind.GROUP, 8: JobKind.GATES}
_TRIGGER_NUMBERS = dict(enumerate(TriggerKind, 1))

JOB_WORDS: Mapping[str, str] = {
    JobKind.AGENT: "on an agent",
    JobKind.SERVER: "on the server",
    JobKind.GROUP: "on a deployment group",
    JobKind.GATES: "gates",
}
TRIGGER_WORDS: Mapping[str, str] = {
    TriggerKind.ARTIFACT: "new version",
    TriggerKind.SCHEDULE: "by the clock",
    TriggerKind.REPOSITORY: "push",
    TriggerKind.CONTAINER: "container image",
    TriggerKind.PACKAGE: "package",
    TriggerKind.PULL_REQUEST: "pull request",
}


def condition_kind(condition: Mapping[str, Any]) -> ConditionKind | SafeText:
    """What must hold, for a stage to start by itself."""
    return enum_of(condition.get("conditionType"), ConditionKind, _CONDITION_NUMBERS)


def job_kind(job: Mapping[str, Any]) -> JobKind | SafeText:
    """Where a job runs."""
    return enum_of(job.get("phaseType"), JobKind, _JOB_NUMBERS)


def trigger_kind(trigger: Mapping[str, Any]) -> TriggerKind | SafeText:
    """What creates a release by itself."""
    return enum_of(trigger.get("triggerType"), TriggerKind, _TRIGGER_NUMBERS)
