"""What can be added to a definition at a node, and adding it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any

from reltui.model.decode import list_of, mapping_of
from reltui.model.editing.approving import with_approver
from reltui.model.editing.clockwork import new_schedule
from reltui.model.editing.conditions import (
    MANUAL,
    after_release,
    after_stage,
    of_artifact,
    other_stages,
    start_of,
    with_stage,
)
from reltui.model.editing.fields_approvals import NEW_GATES
from reltui.model.editing.fields_variables import group_id
from reltui.model.editing.fields_whole import source_of
from reltui.model.editing.filters import alias_of, aliases, new_filter
from reltui.model.editing.kinds import JobKind, TriggerKind, job_kind, trigger_kind
from reltui.model.editing.outline import (
    JOBS,
    STAGES,
    Kind,
    Node,
    has_old_job,
    is_old_job,
    stage_name,
    tasks_path,
)
from reltui.model.editing.parts import new_artifact, new_job, new_stage, new_task, queue_of, unique
from reltui.model.editing.ranks import ordered, position, with_entry
from reltui.model.editing.shape import Json, Path, at, insert, objects, put
from reltui.model.editing.slots import Pick, id_of, identity_ref, plain
from reltui.model.generations import is_older, title
from reltui.model.resources import AGENT, DEPLOYMENT_GROUP, NOTHING, SERVER, SERVER_GATE, Choice, Resources
from reltui.model.text import SafeText, clean
from reltui.model.values import dataclass


class Part(StrEnum):
    """What can be added."""

    STAGE = "stage"
    JOB_AGENT = "agent job"
    JOB_SERVER = "agentless job"
    JOB_GROUP = "deployment group job"
    TASK = "task"
    GATE = "gate"
    APPROVER = "approver"
    AFTER_STAGE = "stage to wait for"
    ARTIFACT_FILTER = "artifact filter"
    SCHEDULE = "schedule"
    VARIABLE = "variable"
    SECRET = "secret variable"  # noqa: S105
    VARIABLE_GROUP = "variable group"
    ARTIFACT_BUILD = "build artifact"
    ARTIFACT_GIT = "Git artifact"
    TRIGGER_ARTIFACT = "trigger on new versions"
    TRIGGER_SCHEDULE = "trigger by the clock"
    TRIGGER_PULL_REQUEST = "trigger on pull requests"
    FILTER = "filter"


@dataclass(frozen=True, slots=True)
class Offer:
    """One line of the menu of what can be added."""

    part: Part
    label: SafeText
    pick: Pick | None = None
    """What has to be picked first; `choices_of` has the stages and artifacts."""
    runs_on: str = ""
    """Where a task that is picked has to run, for `Resources.tasks_to_pick`."""
    refused: SafeText = SafeText("")
    """Why the server cannot have it; empty when it can."""


Added = tuple[Json, Path, str]
"""The definition, the node to go to, and the id of the field to edit first (or an empty text)."""

_PICKS: Mapping[Part, Pick] = {
    Part.TASK: Pick.TASK,
    Part.GATE: Pick.TASK,
    Part.APPROVER: Pick.PERSON,
    Part.AFTER_STAGE: Pick.STAGE,
    Part.ARTIFACT_FILTER: Pick.ARTIFACT,
    Part.VARIABLE_GROUP: Pick.VARIABLE_GROUP,
    Part.ARTIFACT_BUILD: Pick.BUILD,
    Part.ARTIFACT_GIT: Pick.REPOSITORY,
    Part.TRIGGER_ARTIFACT: Pick.ARTIFACT,
    Part.TRIGGER_PULL_REQUEST: Pick.ARTIFACT,
}
_JOB_PARTS: Mapping[Part, JobKind] = {
    Part.JOB_AGENT: JobKind.AGENT,
    Part.JOB_SERVER: JobKind.SERVER,
    Part.JOB_GROUP: JobKind.GROUP,
}
_VARIABLES = (Part.VARIABLE, Part.SECRET, Part.VARIABLE_GROUP)
_ARTIFACTS = (Part.ARTIFACT_BUILD, Part.ARTIFACT_GIT)
_TRIGGERS = (Part.TRIGGER_ARTIFACT, Part.TRIGGER_SCHEDULE, Part.TRIGGER_PULL_REQUEST)
_OFFERS: Mapping[Kind, tuple[Part, ...]] = {
    Kind.DEFINITION: (Part.STAGE, *_ARTIFACTS, *_TRIGGERS, *_VARIABLES),
    Kind.ARTIFACTS: _ARTIFACTS,
    Kind.ARTIFACT: (*_TRIGGERS[::2], *_ARTIFACTS),
    Kind.TRIGGERS: _TRIGGERS,
    Kind.TRIGGER: (Part.FILTER, *_TRIGGERS),
    Kind.VARIABLES: _VARIABLES,
    Kind.STAGE: (*_JOB_PARTS, Part.STAGE),
    Kind.START: (Part.AFTER_STAGE, Part.SCHEDULE, Part.ARTIFACT_FILTER),
    Kind.BEFORE: (Part.APPROVER,),
    Kind.GATES_BEFORE: (Part.GATE,),
    Kind.JOB: (Part.TASK, *_JOB_PARTS, Part.STAGE),
    Kind.TASK: (Part.TASK, *_JOB_PARTS, Part.STAGE),
    Kind.GATE: (Part.GATE,),
    Kind.GATES_AFTER: (Part.GATE,),
    Kind.AFTER: (Part.APPROVER,),
    Kind.STAGE_VARIABLES: _VARIABLES,
}
_RUNS_ON: Mapping[str, str] = {JobKind.AGENT: AGENT, JobKind.SERVER: SERVER, JobKind.GROUP: DEPLOYMENT_GROUP}


_NOT_ON_OLDER = frozenset({*_JOB_PARTS, Part.GATE, Part.VARIABLE_GROUP, Part.TRIGGER_PULL_REQUEST})


def offers(raw: Mapping[str, Any], node: Node, known: Resources = NOTHING) -> tuple[Offer, ...]:
    """What can be added at a node, the nearest first; what the server is too old for with the reason."""
    found = (_offer(raw, node, part) for part in _OFFERS[node.kind] if _can_be(raw, node, part))
    if not is_older(known.generation):
        return tuple(found)
    reason = SafeText(f"{title(known.generation)} does not have it")
    return tuple(replace(each, refused=reason) if each.part in _NOT_ON_OLDER else each for each in found)


def _offer(raw: Mapping[str, Any], node: Node, part: Part) -> Offer:
    pick = None if node.kind is Kind.ARTIFACT and part in _TRIGGERS else _PICKS.get(part)
    runs_on = ""
    if part is Part.GATE:
        runs_on = SERVER_GATE
    elif part is Part.TASK:
        job = mapping_of(at(raw, tasks_path(node)[:-1]))
        runs_on = AGENT if is_old_job(node.path) else _RUNS_ON.get(job_kind(job), "")
    return Offer(part, SafeText(part.value), pick, runs_on)


def _can_be(raw: Mapping[str, Any], node: Node, part: Part) -> bool:
    if part is Part.AFTER_STAGE:
        return bool(other_stages(raw, node.path))
    if part in (Part.ARTIFACT_FILTER, Part.TRIGGER_ARTIFACT, Part.TRIGGER_PULL_REQUEST):
        return bool(aliases(raw))
    if part in _JOB_PARTS:
        return not has_old_job(mapping_of(at(raw, node.path[:2])))
    if part is Part.FILTER:
        return isinstance(at(raw, (*node.path, "triggerConditions")), list)
    return True


def choices_of(raw: Mapping[str, Any], node: Node, pick: Pick) -> tuple[Choice, ...]:
    """The stages or artifacts of the definition to pick from at a node."""
    if pick is Pick.ARTIFACT:
        return tuple(Choice(alias, name) for alias, name in aliases(raw))
    if pick is Pick.STAGE:
        return tuple(Choice(name, clean(name)) for name in other_stages(raw, node.path))
    return ()


def added(
    raw: Mapping[str, Any], node: Node, part: Part, choice: Choice | None = None, known: Resources = NOTHING
) -> Added:
    """The definition with one more part: beside the node if it is of the same kind, else in it.

    Raises ValueError with one sentence.
    """
    if choice is None and _offer(raw, node, part).pick is not None:
        raise ValueError(f"Pick what the {part.value} is to be.")
    if part in _JOB_PARTS:
        return _job(raw, node, _JOB_PARTS[part], known)
    if choice is None:
        return _unpicked(raw, node, part, known)
    return _picked(raw, node, part, choice, known)


def _unpicked(raw: Mapping[str, Any], node: Node, part: Part, known: Resources) -> Added:
    match part:
        case Part.STAGE:
            return _stage(raw, node, known)
        case Part.VARIABLE | Part.SECRET:
            return _variable(raw, node, is_secret=part is Part.SECRET)
        case Part.SCHEDULE:
            path = (*node.path[:2], "schedules")
            place = len(list_of(at(raw, path)))
            return insert(raw, path, place, new_schedule()), node.path, f"schedule:{place}:days"
        case Part.TRIGGER_SCHEDULE:
            return _trigger(raw, {"schedule": new_schedule(), "triggerType": TriggerKind.SCHEDULE.value})
        case Part.FILTER:
            return _filter(raw, node)
        case _:
            alias = plain(at(raw, (*node.path, "alias")))
            return _artifact_trigger(raw, part, alias)


def _picked(raw: Mapping[str, Any], node: Node, part: Part, choice: Choice, known: Resources) -> Added:
    match part:
        case Part.TASK:
            return _task(raw, node, choice, known)
        case Part.GATE:
            return _gate(raw, node, choice, known)
        case Part.APPROVER:
            return _approver(raw, node, choice)
        case Part.AFTER_STAGE:
            return with_stage(raw, node.path[:2], choice.id), node.path, ""
        case Part.ARTIFACT_FILTER:
            return _artifact_filter(raw, node, choice)
        case Part.VARIABLE_GROUP:
            return _group(raw, node, choice)
        case Part.ARTIFACT_BUILD | Part.ARTIFACT_GIT:
            return _artifact(raw, choice, known, is_build=part is Part.ARTIFACT_BUILD)
        case _:
            return _artifact_trigger(raw, part, alias_of(raw, choice))


def _stage(raw: Mapping[str, Any], node: Node, known: Resources) -> Added:
    """A stage behind the one of the node, or behind all, that waits for it."""
    stages = ordered(raw, STAGES)
    inside = node.path[:1] == STAGES
    index = position(raw, node.path[:2]) + 1 if inside else len(stages)
    names = [plain(mapping_of(stage).get("name")) for stage in stages]
    before = stage_name(raw, node.path) if inside else (names or [""])[-1]
    conditions = [after_stage(before)] if before else [after_release()]
    name = unique(f"Stage {len(names) + 1}", names)
    job = new_job(JobKind.AGENT, 1, queue_of(raw, JobKind.AGENT, known))
    changed = with_entry(raw, STAGES, index, new_stage(name, index + 1, conditions, [job]))
    return changed, (*STAGES, index), "name"


def _job(raw: Mapping[str, Any], node: Node, kind: JobKind, known: Resources) -> Added:
    jobs = (*node.path[:2], JOBS)
    index = len(ordered(raw, jobs))
    if node.kind in (Kind.JOB, Kind.TASK):
        index = position(raw, node.path[:4]) + 1
    job = new_job(kind, index + 1, queue_of(raw, kind, known) if kind is not JobKind.SERVER else 0)
    return with_entry(raw, jobs, index, job), (*jobs, index), "name"


def _task(raw: Mapping[str, Any], node: Node, choice: Choice, known: Resources) -> Added:
    tasks = tasks_path(node)
    index = len(list_of(at(raw, tasks)))
    if node.kind is Kind.TASK and isinstance(node.path[-1], int):
        index = node.path[-1] + 1
    return insert(raw, tasks, index, new_task(choice, known)), (*tasks, index), "name"


def _gate(raw: Mapping[str, Any], node: Node, choice: Choice, known: Resources) -> Added:
    step = node.path[:3]
    gates = (*step, "gates")
    index = len(list_of(at(raw, gates)))
    options = {**NEW_GATES, **mapping_of(at(raw, (*step, "gatesOptions"))), "isEnabled": True}
    changed = insert(raw, gates, index, {"tasks": [new_task(choice, known)]})
    return put(changed, (*step, "gatesOptions"), options), (*gates, index, "tasks", 0), "name"


def _approver(raw: Mapping[str, Any], node: Node, choice: Choice) -> Added:
    plan = mapping_of(at(raw, node.path))
    changed, place = with_approver(plan, identity_ref(choice), is_after=node.kind is Kind.AFTER)
    return put(raw, node.path, changed), node.path, f"approver:{place}"


def _artifact_filter(raw: Mapping[str, Any], node: Node, choice: Choice) -> Added:
    stage = mapping_of(at(raw, node.path[:2]))
    if start_of(stage) == MANUAL:
        raise ValueError("Choose first after what the stage starts; one that starts by hand has no filters.")
    path = (*node.path[:2], "conditions")
    place = len(list_of(at(raw, path)))
    condition = of_artifact(alias_of(raw, choice), new_filter())
    return insert(raw, path, place, condition), node.path, f"filter:{place}:sourceBranch"


def _variables_path(node: Node) -> Path:
    return (*node.path[:2], "variables") if node.path[:1] == STAGES else ("variables",)


def _variable(raw: Mapping[str, Any], node: Node, *, is_secret: bool) -> Added:
    path = _variables_path(node)
    name = unique("Secret" if is_secret else "Variable", mapping_of(at(raw, path)))
    value: Json = {"value": "", "isSecret": True} if is_secret else {"value": ""}
    return put(raw, (*path, name), value), path, f"variable:{name}:name"


def _group(raw: Mapping[str, Any], node: Node, choice: Choice) -> Added:
    path = _variables_path(node)
    groups = (*path[:-1], "variableGroups")
    place = len(list_of(at(raw, groups)))
    return insert(raw, groups, place, group_id(raw, path[:-1], choice, None)), path, f"group:{place}"


def _artifact(raw: Mapping[str, Any], choice: Choice, known: Resources, *, is_build: bool) -> Added:
    there = list(objects(raw, ("artifacts",)))
    name = unique(f"_{plain(choice.name)}", [plain(a.get("alias")) for _, a in there], "_")
    references = source_of(choice)
    if "project" not in references and (project := _project(raw, known)):
        references["project"] = project
    repository = None if is_build else known.repository(choice.id)
    if repository is not None:
        branch = repository.default_branch.removeprefix("refs/heads/")
        references["branches"] = {"id": branch, "name": branch}
    kind = "Build" if is_build else "Git"
    made = new_artifact(kind, references, alias=name, is_primary=not there)
    place = len(list_of(raw.get("artifacts")))
    return insert(raw, ("artifacts",), place, made), ("artifacts", place), "alias"


def _project(raw: Mapping[str, Any], known: Resources) -> Json | None:
    """The project of the definition: repositories to pick from are of the same one, as are its builds."""
    for build in known.builds or ():
        if build.project_id:
            return {"id": build.project_id, "name": str(build.project_name)}
    for _, artifact in objects(raw, ("artifacts",)):
        project = at(artifact, ("definitionReference", "project"))
        if isinstance(project, Mapping):
            return dict(project)
    return None


def _trigger(raw: Mapping[str, Any], trigger: Json) -> Added:
    place = len(list_of(raw.get("triggers")))
    return insert(raw, ("triggers",), place, trigger), ("triggers", place), ""


def _artifact_trigger(raw: Mapping[str, Any], part: Part, alias: str) -> Added:
    artifacts = [row for _, row in objects(raw, ("artifacts",)) if plain(row.get("alias")) == alias]
    is_git = bool(artifacts) and plain(artifacts[0].get("type")).lower() == "git"
    if part is Part.TRIGGER_PULL_REQUEST:
        kind, trigger = TriggerKind.PULL_REQUEST, _pull_request(alias)
    elif is_git:
        branch = id_of(at(artifacts[0], ("definitionReference", "branches"))) or "main"
        wanted = f"+refs/heads/{branch.removeprefix('refs/heads/')}"
        kind, trigger = TriggerKind.REPOSITORY, {"alias": alias, "branchFilters": [wanted]}
    else:
        kind, trigger = TriggerKind.ARTIFACT, {"artifactAlias": alias, "triggerConditions": []}
    for _, other in objects(raw, ("triggers",)):
        named = plain(other.get("artifactAlias")) or plain(other.get("alias"))
        if trigger_kind(other) == kind and named.lower() == alias.lower():
            raise ValueError(f"There is such a trigger for {clean(alias)} already.")
    return _trigger(raw, {**trigger, "triggerType": kind.value})


def _pull_request(alias: str) -> Json:
    return {
        "artifactAlias": alias,
        "triggerConditions": [],
        "pullRequestConfiguration": {"useArtifactReference": True},
        "statusPolicyName": None,
    }


def _filter(raw: Mapping[str, Any], node: Node) -> Added:
    path = (*node.path, "triggerConditions")
    place = len(list_of(at(raw, path)))
    is_pull_request = trigger_kind(mapping_of(at(raw, node.path))) == TriggerKind.PULL_REQUEST
    wanted: Json = {"tags": [], "targetBranch": ""} if is_pull_request else new_filter()
    branch = "targetBranch" if is_pull_request else "sourceBranch"
    return insert(raw, path, place, wanted), node.path, f"filter:{place}:{branch}"
