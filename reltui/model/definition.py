"""Release definitions (api.md 3.1, 4.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from operator import attrgetter
from typing import Any

from reltui.model.approval import ApprovalPlan, Ref, approval_plan_from_json, ref_from_json
from reltui.model.attempt import GatesPlan, PhasePlan, gates_plan_from_json, phase_plans_from_json
from reltui.model.decode import (
    bool_of,
    count_of,
    date_of,
    int_of,
    lines_of,
    list_of,
    mapping_of,
    needed_id,
    needed_int,
    needed_text,
    object_of,
    objects_of,
    scalar_of,
    text_of,
)
from reltui.model.identity import Identity, identity_from_json
from reltui.model.release import (
    Artifact,
    Condition,
    Variable,
    artifacts_from_json,
    conditions_from_json,
    variables_from_json,
)
from reltui.model.text import SafeText
from reltui.model.values import dataclass


@dataclass(frozen=True, slots=True)
class DefinitionEnvironment:
    """One stage of a definition."""

    id: int
    name: SafeText
    rank: int
    owner: Identity | None = None
    conditions: tuple[Condition, ...] = ()
    pre_plan: ApprovalPlan = ApprovalPlan()
    post_plan: ApprovalPlan = ApprovalPlan()
    phases: tuple[PhasePlan, ...] = ()
    variables: tuple[Variable, ...] = ()
    days_to_keep: int | None = None
    releases_to_keep: int | None = None
    concurrency: int = 0
    """How many deployments may run at once; 0 means any number."""
    queue_depth: int = 0
    """0: every queued deployment runs in its turn; 1: only the newest waits."""
    pre_gates: GatesPlan = GatesPlan()
    post_gates: GatesPlan = GatesPlan()
    schedules: tuple[SafeText, ...] = ()
    """When it deploys by the clock, each in one readable line."""
    current_release: Ref | None = None
    """What stands there now, by id; the server sends no name (api.md 4.1)."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """What creates a release by itself; `detail` is one readable line."""

    type: SafeText
    detail: SafeText


@dataclass(frozen=True, slots=True)
class Definition:
    """A release definition. Shallow in lists: then `environments` and `artifacts` are None."""

    id: int
    name: SafeText
    path: SafeText
    revision: int
    description: SafeText
    comment: SafeText
    created_on: datetime | None
    created_by: Identity | None
    modified_on: datetime | None
    modified_by: Identity | None
    release_name_format: SafeText
    is_deleted: bool = False
    tags: tuple[SafeText, ...] = ()
    last_release: Ref | None = None
    last_release_on: datetime | None = None
    environments: tuple[DefinitionEnvironment, ...] | None = None
    artifacts: tuple[Artifact, ...] | None = None
    triggers: tuple[Trigger, ...] | None = None
    variables: tuple[Variable, ...] = ()
    variable_group_ids: tuple[int, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """The server's own JSON, uncleaned, to save back unharmed. Never shown."""


@dataclass(frozen=True, slots=True)
class DefinitionRevision:
    """One entry of a definition's history (api.md 4.2)."""

    revision: int
    change_type: SafeText
    changed_by: Identity | None
    changed_on: datetime | None
    comment: SafeText


_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def definition_from_json(raw: object) -> Definition:
    """A ReleaseDefinition, shallow or whole; keeps the raw object.

    Raises Malformed: id, name or revision cannot be read, or one of its stages lacks what identifies it.
    """
    row = object_of(raw, "A definition")
    environments = row.get("environments")
    artifacts = row.get("artifacts")
    triggers = row.get("triggers")
    last = row.get("lastRelease")
    last_release = ref_from_json(last)
    return Definition(
        id=needed_id(row, "id", "A definition"),
        name=needed_text(row, "name", "A definition"),
        path=text_of(row.get("path")),
        revision=needed_int(row, "revision", "A definition"),
        description=lines_of(row.get("description")),
        comment=lines_of(row.get("comment")),
        created_on=date_of(row.get("createdOn")),
        created_by=identity_from_json(row.get("createdBy")),
        modified_on=date_of(row.get("modifiedOn")),
        modified_by=identity_from_json(row.get("modifiedBy")),
        release_name_format=text_of(row.get("releaseNameFormat")),
        is_deleted=bool_of(row.get("isDeleted")),
        tags=tuple(text_of(tag) for tag in list_of(row.get("tags")) if isinstance(tag, str)),
        last_release=last_release if last_release.id else None,
        last_release_on=date_of(mapping_of(last).get("createdOn")),
        environments=_environments(environments) if isinstance(environments, list) else None,
        artifacts=artifacts_from_json(artifacts) if isinstance(artifacts, list) else None,
        triggers=tuple(map(trigger_from_json, objects_of(triggers))) if isinstance(triggers, list) else None,
        variables=variables_from_json(row.get("variables")),
        variable_group_ids=tuple(i for i in map(int_of, list_of(row.get("variableGroups"))) if i is not None),
        raw=row,
    )


def _environments(raw: list[object]) -> tuple[DefinitionEnvironment, ...]:
    return tuple(sorted(map(_environment, raw), key=attrgetter("rank", "id")))


def _environment(raw: object) -> DefinitionEnvironment:
    row = object_of(raw, "A stage of a definition")
    retention = mapping_of(row.get("retentionPolicy"))
    policy = mapping_of(row.get("executionPolicy"))
    current = ref_from_json(row.get("currentRelease"))
    return DefinitionEnvironment(
        id=needed_id(row, "id", "A stage of a definition"),
        name=needed_text(row, "name", "A stage of a definition"),
        rank=count_of(row.get("rank")),
        owner=identity_from_json(row.get("owner")),
        conditions=conditions_from_json(row.get("conditions")),
        pre_plan=approval_plan_from_json(row.get("preDeployApprovals")),
        post_plan=approval_plan_from_json(row.get("postDeployApprovals")),
        phases=phase_plans_from_json(row.get("deployPhases")),
        variables=variables_from_json(row.get("variables")),
        days_to_keep=int_of(retention.get("daysToKeep")),
        releases_to_keep=int_of(retention.get("releasesToKeep")),
        concurrency=count_of(policy.get("concurrencyCount")),
        queue_depth=count_of(policy.get("queueDepthCount")),
        pre_gates=gates_plan_from_json(row.get("preDeploymentGates")),
        post_gates=gates_plan_from_json(row.get("postDeploymentGates")),
        schedules=tuple(map(schedule_words, objects_of(row.get("schedules")))),
        current_release=current if current.id else None,
    )


def trigger_from_json(row: Mapping[str, Any]) -> Trigger:
    """A ReleaseTriggerBase of any kind."""
    kind = scalar_of(row.get("triggerType"))
    alias = text_of(row.get("artifactAlias")) or text_of(row.get("alias"))
    if isinstance(row.get("schedule"), dict):
        return Trigger(kind, schedule_words(row["schedule"]))
    filters = "; ".join(filter(None, map(filter_words, objects_of(row.get("triggerConditions")))))
    return Trigger(kind, SafeText(f"{alias}: {filters}" if filters else alias))


def filter_words(row: Mapping[str, Any]) -> str:
    """An ArtifactFilter, also as it stands in the value of a condition; empty when it lets all through."""
    branch = text_of(row.get("sourceBranch"))
    tags = ", ".join(text_of(tag) for tag in list_of(row.get("tags")) if isinstance(tag, str))
    parts = [f"branch {branch}" if branch else "", f"tags {tags}" if tags else ""]
    if bool_of(row.get("useBuildDefinitionBranch")):
        parts.append("the build's default branch")
    return ", ".join(filter(None, parts))


def schedule_words(row: Mapping[str, Any]) -> SafeText:
    """ "mon, tue at 03:00 UTC"; the days come as words or as flags (api.md 8 #3)."""
    value = row.get("daysToRelease")
    flags = int_of(value)
    if flags is not None:
        words = [day[:3] for place, day in enumerate(_WEEKDAYS) if flags & 2**place]
    else:
        words = [
            word.strip()[:3] if word.strip().lower() in _WEEKDAYS else word.strip()
            for word in text_of(value).split(",")
        ]
    days = "every day" if words == ["all"] or len(words) == len(_WEEKDAYS) else ", ".join(words)
    hour, minute = count_of(row.get("startHours")), count_of(row.get("startMinutes"))
    zone = text_of(row.get("timeZoneId"))
    changed = ", only with changes" if bool_of(row.get("scheduleOnlyWithChanges")) else ""
    return SafeText(f"{days} at {hour:02}:{minute:02} {zone}".rstrip() + changed)


def revision_from_json(raw: object) -> DefinitionRevision:
    """A ReleaseDefinitionRevision. Raises Malformed without a revision number."""
    row = object_of(raw, "A revision")
    return DefinitionRevision(
        revision=needed_id(row, "revision", "A revision"),
        change_type=scalar_of(row.get("changeType")),
        changed_by=identity_from_json(row.get("changedBy")),
        changed_on=date_of(row.get("changedDate")),
        comment=lines_of(row.get("comment")),
    )
