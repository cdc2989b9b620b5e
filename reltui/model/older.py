"""The shapes of servers before 4.0 and those of today, in both directions (api.md 2.6).

What such a server sends becomes today's shape at the door, and what is sent there becomes its own. Members
that only one side has are kept where they stand, so that a definition that nobody changed goes back as it
came, to the byte.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reltui.model.generations import title
from reltui.model.text import clean
from reltui.model.values import dataclass

Json = dict[str, Any]
Path = tuple[str | int, ...]

JOB_NAME = "Run on agent"
AGENT = "agentBasedDeployment"
JOBS, TASKS, STEP, KEPT = "deployPhases", "workflowTasks", "deployStep", "retentionPolicy"
GATES = ("preDeploymentGates", "postDeploymentGates")
SIDES = ("preDeployApprovals", "postDeployApprovals")
TRIGGERS = frozenset({"artifactsource", "schedule", "1", "2"})
_MOVED = ("queueId", "demands")
"""What a stage has there and its job has today."""
_SAYS_NOTHING: Mapping[str, object] = {
    "parallelExecution": {"parallelExecutionType": "none"},
    "artifactsDownloadInput": {"downloadInputs": []},
    "condition": "succeeded()",
    "jobCancelTimeoutInMinutes": 1,
}
"""Settings of a job that are as if they were not there."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Something in a definition that an older server has no place for."""

    path: Path
    sentence: str


# Definitions


def to_current(raw: object) -> object:
    """A definition of an older server, whole or of a list, in today's shape; what is none, as it is."""
    if not isinstance(raw, dict):
        return raw
    stages = raw.get("environments")
    if not isinstance(stages, list):
        return raw
    days = _days(raw)
    return {**raw, "environments": [_stage_to_current(stage, days) for stage in stages]}


def _stage_to_current(stage: object, days: int | None) -> object:
    """The job and what is kept stand at the end, which tells them from a member that the server sent."""
    if not isinstance(stage, dict) or JOBS in stage or not _has_tasks(stage.get(STEP)):
        return stage
    step = stage[STEP]
    made: Json = {**stage, STEP: {**step, "tasks": []}}
    made[JOBS] = [
        {
            "rank": 1,
            "phaseType": AGENT,
            "name": JOB_NAME,
            "deploymentInput": {key: stage[key] for key in _MOVED if stage.get(key) is not None},
            TASKS: step["tasks"],
        }
    ]
    if KEPT not in stage and days is not None:
        made[KEPT] = {"daysToKeep": days}
    return made


def _has_tasks(step: object) -> bool:
    return isinstance(step, dict) and isinstance(step.get("tasks"), list)


def _days(raw: Mapping[str, Any]) -> int | None:
    policy = raw.get(KEPT)
    days = policy.get("daysToKeep") if isinstance(policy, dict) else None
    return days if type(days) is int else None


def to_older(raw: Mapping[str, Any], generation: str) -> Json:
    """A definition in the shape of an older server. Raises ValueError: it would lose something there."""
    loss = next(losses(raw, generation), None)
    if loss is not None:
        raise ValueError(loss.sentence)
    made = dict(raw)
    stages = raw.get("environments")
    if not isinstance(stages, list):
        return made
    days = _days_of_stages(stages)
    if days is not None and days != _days(raw):
        policy = raw.get(KEPT)
        made[KEPT] = {**(policy if isinstance(policy, dict) else {}), "daysToKeep": days}
    made["environments"] = [_stage_to_older(stage) for stage in stages]
    return made


def _days_of_stages(stages: list[object]) -> int | None:
    """How long the stages that the server knows are kept; that of new ones only where there is no other."""
    known = [days for stage in stages if (days := _own_days(stage, is_new=False)) is not None]
    new = [days for stage in stages if (days := _own_days(stage, is_new=True)) is not None]
    return next(iter(known), max(new, default=None))


def _own_days(stage: object, *, is_new: bool) -> int | None:
    """The days of a stage whose retention is not one that the server itself has there."""
    if not isinstance(stage, dict) or JOBS not in stage or _is_new(stage) is not is_new:
        return None
    return _days(stage) if is_new or _is_ours(stage, KEPT) else None


def _is_new(stage: Mapping[str, Any]) -> bool:
    """Whether the server has not seen the stage yet."""
    return not _has_tasks(stage.get(STEP))


def _is_ours(stage: Mapping[str, Any], key: str) -> bool:
    """Whether a member was put at the end here; the job is, and what follows it."""
    keys = list(stage)
    return key in keys and keys.index(key) > keys.index(JOBS)


def _stage_to_older(stage: object) -> object:
    if not isinstance(stage, dict) or JOBS not in stage:
        return stage
    if not _is_new(stage) and stage[STEP]["tasks"]:
        # The server itself has sent both: it is no shape of ours.
        return stage
    job = stage[JOBS][0]
    settings = job.get("deploymentInput") or {}
    made: Json = {}
    for key, value in stage.items():
        if key == JOBS or (key == KEPT and (_is_new(stage) or _is_ours(stage, KEPT))):
            continue
        if key in GATES and not _gates(value):
            if not _is_new(stage):
                made[key] = value
        elif key == STEP and isinstance(value, dict):
            made[key] = {**value, "tasks": job.get(TASKS) or []}
        elif key in _MOVED:
            made[key] = settings.get(key, value)
        else:
            made[key] = value
    if STEP not in made:
        made[STEP] = {"tasks": job.get(TASKS) or []}
    for key in _MOVED:
        if key not in made and settings.get(key):
            made[key] = settings[key]
    return made


# What has no place there


def losses(raw: Mapping[str, Any], generation: str) -> Iterator[Loss]:
    """What a definition in today's shape would lose on an older server, in the order of the definition."""
    server = title(generation)
    if str(raw.get("path") or "\\").strip("\\"):
        yield Loss(("path",), f"{server} has no folders: the definition must be in \\.")
    if raw.get("tags"):
        yield Loss(("tags",), f"{server} has no tags.")
    if raw.get("variableGroups"):
        yield Loss(("variableGroups",), f"{server} has no variable groups in definitions.")
    triggers = raw.get("triggers")
    for place, trigger in enumerate(triggers if isinstance(triggers, list) else ()):
        kind = str(trigger.get("triggerType")) if isinstance(trigger, dict) else ""
        if kind.lower() not in TRIGGERS:
            yield Loss(("triggers", place), f"{server} has no such trigger, only new builds and the clock.")
    stages = raw.get("environments")
    days: set[int] = set()
    for place, stage in enumerate(stages if isinstance(stages, list) else ()):
        if not isinstance(stage, dict):
            continue
        path: Path = ("environments", place)
        own = _own_days(stage, is_new=False)
        days |= {own} if own is not None else set()
        if len(days) > 1:
            yield Loss(
                (*path, KEPT, "daysToKeep"), f"{server} keeps the releases of all stages equally long."
            )
        yield from _stage_losses(stage, path, server)


def _stage_losses(stage: Mapping[str, Any], path: Path, server: str) -> Iterator[Loss]:
    name = clean(str(stage.get("name") or ""), limit=60)
    if stage.get("variableGroups"):
        yield Loss((*path, "variableGroups"), f"{server} has no variable groups in definitions.")
    for side in GATES:
        if _gates(stage.get(side)):
            yield Loss((*path, side), f"{server} has no gates: {name} must have none.")
    jobs = stage.get(JOBS)
    if not isinstance(jobs, list):
        return
    if len(jobs) != 1 or not isinstance(jobs[0], dict):
        yield Loss((*path, JOBS), f"{server} has one job on an agent in each stage; {name} has {len(jobs)}.")
        return
    [job] = jobs
    own: Path = (*path, JOBS, 0)
    if str(job.get("phaseType") or AGENT).lower() not in (AGENT.lower(), "1"):
        yield Loss((*own, "phaseType"), f"{server} runs jobs on agents only; that of {name} runs elsewhere.")
    settings = job.get("deploymentInput")
    for key, value in (settings if isinstance(settings, dict) else {}).items():
        if key not in _MOVED and value and value != _SAYS_NOTHING.get(key):
            words = clean(str(key), limit=60)
            yield Loss((*own, "deploymentInput", key), f"{server} has no {words} of a job; {name} sets it.")


def _gates(value: object) -> bool:
    return isinstance(value, dict) and bool(value.get("gates"))


_OF_JOB = frozenset(_MOVED)
_EDITED_ELSEWHERE = frozenset({"releasesToKeep", "retainBuild"})


def why_not_there(path: Path, generation: str) -> str:
    """Why what stands at a place of a definition cannot be given to an older server; empty when it can."""
    server = title(generation)
    match path:
        case ("path",):
            return f"{server} has no folders of definitions."
        case ("tags",):
            return f"{server} has no tags."
        case ("environments", _, "retentionPolicy", key) if key in _EDITED_ELSEWHERE:
            return f"{server} keeps releases for a number of days only."
        case ("environments", _, ("preDeploymentGates" | "postDeploymentGates"), *_):
            return f"{server} has no gates."
        case ("environments", _, "deployPhases", _, "deploymentInput", key, *_) if key not in _OF_JOB:
            return f"{server} knows only the queue and the demands of a job."
        case ("environments", _, "deployPhases", _, ("name" | "refName")):
            return f"{server} has one job in each stage, without a name."
    return ""


# Releases and approvals


def release_to_current(raw: object) -> object:
    """A release of an older server, whole or of a list."""
    return _each(raw, "environments", environment_to_current)


def environment_to_current(raw: object) -> object:
    """A stage of a release: its attempts and plan with one job."""
    if not isinstance(raw, dict):
        return raw
    made = raw
    for side in SIDES:
        made = _each(made, side, approval_to_current)
    made = _each(made, "deploySteps", _attempt_to_current)
    tasks = made.get(TASKS)
    if not isinstance(tasks, list) or "deployPhasesSnapshot" in made:
        return made
    settings = {key: made[key] for key in _MOVED if made.get(key) is not None}
    job = {"rank": 1, "phaseType": AGENT, "name": JOB_NAME, "deploymentInput": settings, TASKS: tasks}
    return {**made, "deployPhasesSnapshot": [job]}


def _attempt_to_current(raw: object) -> object:
    """The one job gets the number of the attempt, by which its logs are asked for."""
    if not isinstance(raw, dict) or "releaseDeployPhases" in raw:
        return raw
    job, tasks = raw.get("job"), raw.get("tasks")
    if not isinstance(job, dict) and not tasks:
        return {**raw, "releaseDeployPhases": []}
    status = job.get("status") if isinstance(job, dict) else raw.get("status")
    phase = {
        "id": raw.get("id"),
        "name": JOB_NAME,
        "rank": 1,
        "phaseType": AGENT,
        "status": "notStarted" if status == "pending" else status,
        "runPlanId": raw.get("runPlanId"),
        "deploymentJobs": [{"job": job, "tasks": tasks}],
    }
    return {**raw, "releaseDeployPhases": [phase]}


def release_to_older(raw: Mapping[str, Any]) -> Json:
    """A release as an older server sent it, with what was changed in it."""
    made = _each(dict(raw), "environments", _environment_to_older)
    return made if isinstance(made, dict) else dict(raw)


def _environment_to_older(raw: object) -> object:
    made = _but_last(raw, "deployPhasesSnapshot")
    made = _each(made, "deploySteps", lambda attempt: _but_last(attempt, "releaseDeployPhases"))
    for side in SIDES:
        made = _each(made, side, lambda approval: _but_last(approval, "attempt"))
    return made


def approval_to_current(raw: object) -> object:
    """An approval, with its attempt under the name of today."""
    if not isinstance(raw, dict) or "attempt" in raw or "trialNumber" not in raw:
        return raw
    return {**raw, "attempt": raw["trialNumber"]}


def _each(raw: Any, key: str, change: Any) -> Any:
    """With every entry of a list changed; as it was where there is none."""
    if not isinstance(raw, dict) or not isinstance(raw.get(key), list):
        return raw
    return {**raw, key: [change(entry) for entry in raw[key]]}


def _but_last(raw: Any, key: str) -> Any:
    """Without a member that was put at the end here."""
    if not isinstance(raw, dict) or next(reversed(raw), None) != key:
        return raw
    return {name: value for name, value in raw.items() if name != key}
