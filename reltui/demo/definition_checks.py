"""What the server refuses to save (api.md 6.3): each rule one function, each text in `refusals`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reltui.demo import refusals
from reltui.demo.definition_forms import (
    CONDITION_TYPES,
    GATES,
    PHASE_TYPES,
    SIDES,
    TRIGGER_TYPES,
    named,
)
from reltui.demo.people import People
from reltui.demo.records import Json
from reltui.demo.resources import Resources
from reltui.demo.task_types_server import meant

_PLACES = {
    "agentBasedDeployment": "Agent",
    "machineGroupBasedDeployment": "DeploymentGroup",
    "runOnServer": "Server",
    "deploymentGates": "ServerGate",
}
"""Where the tasks of a job run, by the phase's type."""
_LONGEST_TIMEOUT = 365 * 24 * 60
"""Of an approval, in minutes (api.md 5.4)."""


class Checks:
    """Checks bodies against what the server has."""

    def __init__(self, people: People, resources: Resources) -> None:
        self._people = people
        self._resources = resources

    def check(self, project_id: str, body: Json) -> None:
        """All rules but those that need the other definitions. Raises Refusal for the first one broken."""
        check_form(body)
        name = body.get("name")
        if not isinstance(name, str) or not name.strip():
            raise refusals.definition_unnamed()
        environments: list[Json] = body.get("environments") or []
        if not environments:
            raise refusals.no_stage()
        _check_ranks(environments)
        _check_names(environments)
        aliases = _check_artifacts(body.get("artifacts") or [])
        for trigger in body.get("triggers") or ():
            _check_trigger(trigger, aliases)
        library = {group["id"] for group in self._resources.variable_groups(project_id)}
        _check_library("this release pipeline", body, library)
        for environment in environments:
            self._check_environment(project_id, environment, aliases)
            _check_library(f"stage '{environment['name']}'", environment, library)
        _check_conditions(environments, aliases)

    def _check_environment(self, project_id: str, environment: Json, aliases: set[str]) -> None:
        name = environment["name"]
        for side in SIDES:
            self._check_approvals(name, environment.get(side) or {})
        if not environment.get("retentionPolicy"):
            raise refusals.no_retention(name)
        phases = environment.get("deployPhases") or []
        if not phases:
            raise refusals.no_job(name)
        for phase in phases:
            self._check_phase(project_id, name, phase, aliases)
        for side in GATES:
            gates = (environment.get(side) or {}).get("gates") or ()
            tasks = [task for gate in gates for task in gate.get("tasks") or ()]
            _check_tasks(name, "Gates", tasks, "ServerGate")

    def _check_approvals(self, stage: str, side: Json) -> None:
        steps = side.get("approvals")
        if not steps:
            raise refusals.approvals_empty(stage)
        for step in steps:
            if not step.get("isAutomated") and self._people.find(step.get("approver")) is None:
                raise refusals.approver_missing(stage)
        options = side.get("approvalOptions") or {}
        timeout = options.get("timeoutInMinutes") or options.get("timeoutInMintues") or 0
        if not isinstance(timeout, int) or not 0 <= timeout <= _LONGEST_TIMEOUT:
            raise refusals.approval_timeout(stage)

    def _check_phase(self, project_id: str, stage: str, phase: Json, aliases: set[str]) -> None:
        job = str(phase.get("name") or "Run on agent")
        kind = str(named(phase.get("phaseType") or "agentBasedDeployment", PHASE_TYPES))
        if kind not in _PLACES:
            raise refusals.job_type(stage, job)
        settings = phase.get("deploymentInput") or {}
        self._check_place(project_id, stage, job, kind, settings.get("queueId"))
        for download in (settings.get("artifactsDownloadInput") or {}).get("downloadInputs") or ():
            alias = str(download.get("alias") or "")
            if alias.lower() not in aliases:
                raise refusals.alias_unmatched(alias, job)
        _check_tasks(stage, job, phase.get("workflowTasks") or [], _PLACES[kind])

    def _check_place(self, project_id: str, stage: str, job: str, kind: str, number: object) -> None:
        """A job without a queue is taken, and would never find an agent (U)."""
        if not number:
            return
        if kind == "agentBasedDeployment":
            known = [queue["id"] for queue in self._resources.queues(project_id)]
            if number not in known:
                raise refusals.queue_missing(number, stage, job)
        elif kind == "machineGroupBasedDeployment":
            known = [group["id"] for group in self._resources.deployment_groups(project_id)]
            if number not in known:
                raise refusals.deployment_group_missing(number, stage, job)


# The body as such

_LISTS: tuple[tuple[str, ...], ...] = (
    ("environments",),
    ("artifacts",),
    ("triggers",),
    ("environments", "deployPhases"),
    ("environments", "deployPhases", "workflowTasks"),
    ("environments", "conditions"),
    ("environments", "schedules"),
    ("environments", "preDeployApprovals", "approvals"),
    ("environments", "postDeployApprovals", "approvals"),
    ("environments", "preDeploymentGates", "gates"),
    ("environments", "postDeploymentGates", "gates"),
    ("environments", "preDeploymentGates", "gates", "tasks"),
    ("environments", "postDeploymentGates", "gates", "tasks"),
    ("environments", "deployPhases", "deploymentInput", "artifactsDownloadInput", "downloadInputs"),
)
"""Where objects stand in lists."""
_OBJECTS: tuple[tuple[str, ...], ...] = (
    ("variables",),
    ("properties",),
    ("artifacts", "definitionReference"),
    ("environments", "variables"),
    ("environments", "deployStep"),
    ("environments", "environmentOptions"),
    ("environments", "executionPolicy"),
    ("environments", "retentionPolicy"),
    ("environments", "preDeployApprovals"),
    ("environments", "postDeployApprovals"),
    ("environments", "preDeployApprovals", "approvalOptions"),
    ("environments", "postDeployApprovals", "approvalOptions"),
    ("environments", "preDeploymentGates"),
    ("environments", "postDeploymentGates"),
    ("environments", "deployPhases", "deploymentInput"),
    ("environments", "deployPhases", "deploymentInput", "artifactsDownloadInput"),
    ("environments", "deployPhases", "workflowTasks", "inputs"),
)
"""Where single objects stand."""

_NUMBERS: tuple[tuple[str, ...], ...] = (
    ("environments", "rank"),
    ("environments", "deployPhases", "rank"),
    ("environments", "preDeployApprovals", "approvals", "rank"),
    ("environments", "postDeployApprovals", "approvals", "rank"),
    ("environments", "executionPolicy", "concurrencyCount"),
    ("environments", "executionPolicy", "queueDepthCount"),
)
"""Where whole numbers stand that the life of a release is built on."""


def check_form(body: Json) -> None:
    """What cannot be read as a definition at all. Raises Refusal."""
    for path in _LISTS:
        for value in _at(body, path):
            if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
                raise refusals.unreadable(path)
    for path in _OBJECTS:
        for value in _at(body, path):
            if not isinstance(value, dict):
                raise refusals.unreadable(path)
    for path in _NUMBERS:
        for value in _at(body, path):
            if not isinstance(value, int) or isinstance(value, bool):
                raise refusals.unreadable(path)
    for path in (("variableGroups",), ("environments", "variableGroups")):
        for value in _at(body, path):
            if not isinstance(value, list) or not all(isinstance(item, int) for item in value):
                raise refusals.unreadable(path)
    for value in _at(body, ("environments", "deployPhases", "workflowTasks", "inputs")):
        if not all(isinstance(item, str | None) for item in value.values()):
            raise refusals.unreadable(("environments", "deployPhases", "workflowTasks", "inputs"))
    for path in (("variables",), ("environments", "variables")):
        for value in _at(body, path):
            if not all(isinstance(item, dict) for item in value.values()):
                raise refusals.unreadable(path)
    if not isinstance(body.get("releaseNameFormat") or "", str):
        raise refusals.unreadable(("releaseNameFormat",))


def _at(value: Any, path: tuple[str, ...]) -> Iterator[Any]:
    """All that stands at a path, through lists; null counts as nothing."""
    if value is None:
        return
    if not path:
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _at(item, path)
    elif isinstance(value, dict):
        yield from _at(value.get(path[0]), path[1:])


# Stages


def _check_ranks(environments: list[Json]) -> None:
    if sorted(environment.get("rank") or 0 for environment in environments) != list(
        range(1, len(environments) + 1)
    ):
        raise refusals.ranks_broken()


def _check_names(environments: list[Json]) -> None:
    seen: set[str] = set()
    for environment in environments:
        name = environment.get("name")
        if not isinstance(name, str) or not name.strip():
            raise refusals.stage_unnamed()
        if name.lower() in seen:
            raise refusals.stage_twice(name)
        seen.add(name.lower())


def _check_conditions(environments: list[Json], aliases: set[str]) -> None:
    names = {str(environment["name"]).lower(): environment["name"] for environment in environments}
    after: dict[str, set[str]] = {}
    for environment in environments:
        own = str(environment["name"]).lower()
        after[own] = set()
        for condition in environment.get("conditions") or ():
            kind = str(named(condition.get("conditionType"), CONDITION_TYPES))
            wanted = str(condition.get("name") or "")
            if kind not in CONDITION_TYPES.values() or not wanted:
                raise refusals.condition_invalid(environment["name"])
            if kind == "environmentState":
                if wanted.lower() not in names:
                    raise refusals.condition_stage_missing(environment["name"], wanted)
                after[own].add(wanted.lower())
            elif kind == "artifact" and wanted.lower() not in aliases:
                raise refusals.condition_alias_missing(environment["name"], wanted)
    while after:
        ready = {name for name, before in after.items() if not before & after.keys()}
        if not ready:
            raise refusals.conditions_circular(sorted(names[name] for name in after))
        after = {name: before for name, before in after.items() if name not in ready}


def _check_library(where: str, holder: Json, known: set[int]) -> None:
    for number in holder.get("variableGroups") or ():
        if number not in known:
            raise refusals.variable_group_missing(number, where)


# Artifacts and triggers


def _check_artifacts(artifacts: list[Json]) -> set[str]:
    """The aliases, in lower case."""
    aliases: set[str] = set()
    for artifact in artifacts:
        reference = artifact.get("definitionReference") or {}
        definition = reference.get("definition")
        if not isinstance(definition, dict) or not definition.get("id"):
            raise refusals.no_source()
        alias = artifact.get("alias") or ""
        if not isinstance(alias, str):
            raise refusals.unreadable(("artifacts", "alias"))
        if not alias or alias.lower() in aliases:
            raise refusals.alias_unusable(alias)
        aliases.add(alias.lower())
    return aliases


def _check_trigger(trigger: Json, aliases: set[str]) -> None:
    kind = named(trigger.get("triggerType"), TRIGGER_TYPES)
    if kind == "artifactSource":
        if str(trigger.get("artifactAlias") or "").lower() not in aliases:
            raise refusals.trigger_invalid("artifact source")
    elif kind == "schedule":
        if not isinstance(trigger.get("schedule"), dict):
            raise refusals.trigger_invalid("schedule")
    elif kind not in TRIGGER_TYPES.values():
        raise refusals.trigger_invalid("release")


# Tasks


def _check_tasks(stage: str, job: str, tasks: list[Json], place: str) -> None:
    """Task types that are missing, also in that version or for such a job; there are no task groups here."""
    wrong = [task for task in tasks if not _runs(task, place)]
    if wrong:
        raise refusals.tasks_invalid([_said(task) for task in wrong], job, stage)


def _runs(task: Json, place: str) -> bool:
    if str(task.get("definitionType") or "task").lower() == "metatask":
        return False
    kind = meant(task.get("taskId"), str(task.get("version") or "*"))
    return kind is not None and place in kind["runsOn"]


def _said(task: Json) -> str:
    return f"{task.get('name') or task.get('taskId')}:{task.get('version') or '*'}"
