"""What the server makes of a definition that it takes: it fills in what is missing and keeps all the rest.

Members that the server does not know, their order, and what it knows but does not own come back as they came.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Iterator
from typing import Any

from reltui.demo.folders import normal
from reltui.demo.people import People
from reltui.demo.records import Json

DEFAULT_FORMAT = "Release-$(rev:r)"
"""Of release names, when the definition has none."""

PHASE_TYPES = {
    "1": "agentBasedDeployment",
    "2": "runOnServer",
    "4": "machineGroupBasedDeployment",
    "8": "deploymentGates",
}
TRIGGER_TYPES = {
    "1": "artifactSource",
    "2": "schedule",
    "3": "sourceRepo",
    "4": "containerImage",
    "5": "package",
    "6": "pullRequest",
}
CONDITION_TYPES = {"1": "event", "2": "environmentState", "4": "artifact"}

_NO_GATES: Json = {"id": 0, "gatesOptions": None, "gates": []}
_OPTIONS: Json = {
    "emailNotificationType": "OnlyOnFailure",
    "emailRecipients": "release.environment.owner;release.creator",
    "skipArtifactsDownload": False,
    "timeoutInMinutes": 0,
    "enableAccessToken": False,
    "publishDeploymentStatus": True,
    "badgeEnabled": False,
    "autoLinkWorkItems": False,
    "pullRequestDeploymentEnabled": False,
}
_ANY_INPUT: Json = {
    "timeoutInMinutes": 0,
    "jobCancelTimeoutInMinutes": 1,
    "condition": "succeeded()",
    "overrideInputs": {},
}
_MACHINE_INPUT: Json = {
    "skipArtifactsDownload": False,
    "artifactsDownloadInput": {"downloadInputs": []},
    "queueId": 0,
    "demands": [],
    "enableAccessToken": False,
    **_ANY_INPUT,
}
_INPUTS: dict[str, Json] = {
    "agentBasedDeployment": {"parallelExecution": {"parallelExecutionType": "none"}, **_MACHINE_INPUT},
    "machineGroupBasedDeployment": {
        "tags": [],
        "deploymentHealthOption": "AllTargets",
        "healthPercent": 0,
        **_MACHINE_INPUT,
    },
    "runOnServer": {"parallelExecution": {"parallelExecutionType": "none"}, **_ANY_INPUT},
}
"""What `deploymentInput` holds by the phase's type (api.md 4.2), for what the body leaves out."""
_TASK: Json = {
    "environment": {},
    "version": "*",
    "name": "",
    "refName": "",
    "enabled": True,
    "alwaysRun": False,
    "continueOnError": False,
    "timeoutInMinutes": 0,
    "retryCountOnTaskFailure": 0,
    "definitionType": "task",
    "overrideInputs": {},
    "condition": "succeeded()",
    "inputs": {},
}
_ENVIRONMENT: Json = {
    "variables": {},
    "variableGroups": [],
    "environmentOptions": _OPTIONS,
    "demands": [],
    "conditions": [],
    "executionPolicy": {"concurrencyCount": 0, "queueDepthCount": 0},
    "schedules": [],
    "properties": {},
    "preDeploymentGates": _NO_GATES,
    "postDeploymentGates": _NO_GATES,
    "environmentTriggers": [],
}
_DEFINITION: Json = {
    "source": "restApi",
    "description": None,
    "isDisabled": False,
    "variables": {},
    "variableGroups": [],
    "artifacts": [],
    "triggers": [],
    "releaseNameFormat": DEFAULT_FORMAT,
    "tags": [],
    "properties": {},
    "projectReference": None,
}

SIDES = ("preDeployApprovals", "postDeployApprovals")
GATES = ("preDeploymentGates", "postDeploymentGates")


def named(value: object, members: dict[str, str]) -> Any:
    """The enum member that a number or a name in any case means (api.md 8 #2); an unknown one as it came."""
    text = str(value).lower()
    return members.get(text) or next((name for name in members.values() if name.lower() == text), value)


def environments_of(definition: Json | None) -> dict[object, Json]:
    """The stages of a stored definition by id."""
    return {plan["id"]: plan for plan in (definition or {}).get("environments", ())}


def all_tasks(environment: Json) -> Iterator[Json]:
    """The tasks of a stage's jobs and gates."""
    for phase in environment.get("deployPhases") or ():
        yield from phase.get("workflowTasks") or ()
    for side in GATES:
        for gate in (environment.get(side) or {}).get("gates") or ():
            yield from gate.get("tasks") or ()


def kept_secrets(sent: Json, before: Json) -> Json:
    """The variables that were sent; a secret without a value keeps the one it has (api.md 8 #11)."""
    kept: Json = {}
    for name, value in sent.items():
        old = before.get(name) or {}
        hidden = isinstance(value, dict) and value.get("isSecret") and value.get("value") is None
        kept[name] = value | {"value": old.get("value")} if hidden else value
    return kept


class Filling:
    """Fills in what definitions leave out; numbers what is new."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._step_id = 0
        self._environment_id = 0

    def filled(self, body: Json, by: str, current: Json | None) -> Json:
        """A body that was checked, with everything that the server adds; `current` is what it replaces."""
        # Not a deep copy: that would leave together what callers without HTTP share within a body.
        made: Json = json.loads(json.dumps(body))
        made.pop("comment", None)
        _complete(made, _DEFINITION)
        made["isDeleted"] = False
        made["path"] = normal(made.get("path"))
        made["variables"] = kept_secrets(made["variables"], (current or {}).get("variables") or {})
        if current is not None and not made["properties"]:
            # A read without propertyFilters gives none, so none means no change (U).
            made["properties"] = current["properties"]
        known = environments_of(current)
        for environment in made["environments"]:
            self._fill_environment(environment, by, known)
        made["environments"].sort(key=lambda environment: int(environment["rank"]))
        for trigger in made["triggers"]:
            trigger["triggerType"] = named(trigger.get("triggerType"), TRIGGER_TYPES)
        _fill_artifacts(made["artifacts"])
        return made

    def _fill_environment(self, made: Json, by: str, known: dict[object, Json]) -> None:
        """`known` loses what was taken, so that a copy with the same id becomes a stage of its own."""
        before = known.pop(made.get("id"), None)
        if before is None:
            self._environment_id += 1
            made["id"] = self._environment_id
        _complete(made, _ENVIRONMENT)
        _complete(made, {"deployStep": {"id": 0}})
        if before is None or not (made["deployStep"] or {}).get("id"):
            made["deployStep"] = made["deployStep"] | {"id": self._next_step_id()}
        old_variables = (before or {}).get("variables") or {}
        made["variables"] = kept_secrets(made["variables"], old_variables)
        owner = self._people.find(made.get("owner")) or self._people.find((before or {}).get("owner"))
        made["owner"] = self._people.ref(owner or by)
        self._fill_approvals(made, self._steps_of(before))
        for condition in made["conditions"]:
            condition["conditionType"] = named(condition.get("conditionType"), CONDITION_TYPES)
        for position, phase in enumerate(made["deployPhases"], 1):
            _fill_phase(phase, position)
        for task in all_tasks(made):
            _complete(task, _TASK)

    @staticmethod
    def _steps_of(environment: Json | None) -> set[object]:
        """The ids of the approval steps that a stage has."""
        sides = [(environment or {}).get(side) or {} for side in SIDES]
        return {step["id"] for side in sides for step in side.get("approvals") or ()}

    def _fill_approvals(self, made: Json, known: set[object]) -> None:
        for side in SIDES:
            if made[side].get("approvalOptions"):
                made[side]["approvalOptions"] = _spelled(made[side]["approvalOptions"])
            for step in made[side]["approvals"]:
                _complete(step, {"rank": 1, "isNotificationOn": False})
                if step.get("id") in known:
                    known.remove(step["id"])
                else:
                    step["id"] = self._next_step_id()
                found = self._people.find(step.get("approver"))
                if found is not None:
                    step["approver"] = self._people.ref(found)

    def _next_step_id(self) -> int:
        self._step_id += 1
        return self._step_id


def _fill_phase(phase: Json, position: int) -> None:
    phase["phaseType"] = named(phase.get("phaseType") or "agentBasedDeployment", PHASE_TYPES)
    usual = {
        "rank": position,
        "deploymentInput": {},
        "workflowTasks": [],
        "name": "Run on agent",
    }
    _complete(phase, usual)
    phase.setdefault("refName", None)
    _complete(phase["deploymentInput"], _INPUTS.get(phase["phaseType"], _ANY_INPUT))


def _fill_artifacts(artifacts: Iterable[Json]) -> None:
    for position, artifact in enumerate(artifacts):
        reference = artifact["definitionReference"]
        project, definition = reference.get("project") or {}, reference["definition"]
        artifact.setdefault("sourceId", f"{project.get('id', '')}:{definition.get('id', '')}")
        artifact.setdefault("isPrimary", position == 0)
        artifact.setdefault("isRetained", False)


def _complete(made: Json, usual: Json) -> None:
    """Put what is usual where there is nothing: in its place, or at the end."""
    for key, value in usual.items():
        if made.get(key) is None:
            made[key] = copy.deepcopy(value)


def _spelled(options: Json) -> Json:
    """Options as an old server gave them, with the timeout as it is spelled now (api.md 8 #10)."""
    return renamed(options, "timeoutInMintues", "timeoutInMinutes")


def renamed(value: Json, old: str, new: str) -> Json:
    """The same members in the same order, one of them under another name."""
    return {new if key == old else key: item for key, item in value.items()}
