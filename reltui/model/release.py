"""Releases, their environments (stages), attempts, phases and tasks (api.md 4.1, 5.1 to 5.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from reltui.model.approval import (
    Approval,
    ApprovalPlan,
    Ref,
    Within,
    approval_from_json,
    approval_plan_from_json,
    ref_from_json,
)
from reltui.model.attempt import (
    Attempt,
    GatesPlan,
    PhasePlan,
    attempts_from_json,
    gates_plan_from_json,
    phase_plans_from_json,
)
from reltui.model.decode import (
    bool_of,
    count_of,
    date_of,
    enum_of,
    float_of,
    int_of,
    lines_of,
    list_of,
    mapping_of,
    needed_enum,
    needed_id,
    needed_text,
    object_of,
    objects_of,
    scalar_of,
    text_of,
)
from reltui.model.identity import Identity, identity_from_json
from reltui.model.text import SafeText
from reltui.model.values import dataclass


class ReleaseStatus(StrEnum):
    """ReleaseStatus of api.md 4.3."""

    UNDEFINED = "undefined"
    DRAFT = "draft"
    ACTIVE = "active"
    ABANDONED = "abandoned"


class ReleaseReason(StrEnum):
    """Why a release was created."""

    NONE = "none"
    MANUAL = "manual"
    CONTINUOUS_INTEGRATION = "continuousIntegration"
    SCHEDULE = "schedule"
    PULL_REQUEST = "pullRequest"


class EnvironmentStatus(StrEnum):
    """EnvironmentStatus of api.md 4.3."""

    UNDEFINED = "undefined"
    NOT_STARTED = "notStarted"
    IN_PROGRESS = "inProgress"
    SUCCEEDED = "succeeded"
    CANCELED = "canceled"
    REJECTED = "rejected"
    QUEUED = "queued"
    SCHEDULED = "scheduled"
    PARTIALLY_SUCCEEDED = "partiallySucceeded"


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable; `value` is None for a secret, which reltui never asks for in clear."""

    name: SafeText
    value: SafeText | None
    is_secret: bool
    allow_override: bool = False
    """It may be given another value when a release is created or a stage is deployed (api.md 4.2)."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold before a stage starts by itself (api.md 5.5)."""

    type: SafeText
    name: SafeText
    value: SafeText
    result: bool | None = None


@dataclass(frozen=True, slots=True)
class Artifact:
    """A linked artifact, with the version that a release took."""

    alias: SafeText
    type: SafeText
    is_primary: bool
    definition: SafeText
    """Name of the build definition or repository."""
    version: SafeText
    """Name of the version a release took; empty in a definition."""
    version_id: SafeText
    branch: SafeText


@dataclass(frozen=True, slots=True)
class Environment:
    """One stage of one release."""

    id: int
    """Of the environment in this release; the one that a deploy or cancel takes."""
    name: SafeText
    rank: int
    status: EnvironmentStatus | SafeText
    definition_environment_id: int
    created_on: datetime | None
    modified_on: datetime | None
    scheduled_for: datetime | None
    trigger_reason: SafeText
    time_to_deploy_minutes: float
    owner: Identity | None = None
    conditions: tuple[Condition, ...] = ()
    pre_plan: ApprovalPlan = ApprovalPlan()
    post_plan: ApprovalPlan = ApprovalPlan()
    pre_approvals: tuple[Approval, ...] = ()
    """Of all attempts, in the order asked."""
    post_approvals: tuple[Approval, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    """In ascending order of `attempt`, whatever order the server sent."""
    variables: tuple[Variable, ...] = ()
    pre_gates: GatesPlan = GatesPlan()
    post_gates: GatesPlan = GatesPlan()
    phases: tuple[PhasePlan, ...] = ()
    """What will run: the tasks in their order, also where nothing has run yet."""

    @property
    def latest(self) -> Attempt | None:
        """The newest attempt, or None when the stage was never deployed."""
        return self.attempts[-1] if self.attempts else None

    @property
    def waiting(self) -> tuple[Approval, ...]:
        """The approvals that wait for a person now."""
        return tuple(a for a in (*self.pre_approvals, *self.post_approvals) if a.is_pending)


@dataclass(frozen=True, slots=True)
class Release:
    """One release. Lists send it shallow: then `environments` is None, which is not the same as empty."""

    id: int
    name: SafeText
    status: ReleaseStatus | SafeText
    reason: ReleaseReason | SafeText
    description: SafeText
    created_on: datetime | None
    modified_on: datetime | None
    created_by: Identity | None
    modified_by: Identity | None
    definition: Ref
    definition_path: SafeText
    definition_revision: int | None
    keep_forever: bool
    snapshot_revision: int = 0
    """Counts the edits of this release (definitionSnapshotRevision)."""
    tags: tuple[SafeText, ...] = ()
    artifacts: tuple[Artifact, ...] | None = None
    environments: tuple[Environment, ...] | None = None
    """By rank."""
    variables: tuple[Variable, ...] = ()
    properties: Mapping[str, SafeText] = field(default_factory=dict)
    """The property bag; holds reltui's own operation id for a release created from here."""


_ENVIRONMENT_NUMBERS = {
    0: EnvironmentStatus.UNDEFINED,
    1: EnvironmentStatus.NOT_STARTED,
    2: EnvironmentStatus.IN_PROGRESS,
    4: EnvironmentStatus.SUCCEEDED,
    8: EnvironmentStatus.CANCELED,
    16: EnvironmentStatus.REJECTED,
    32: EnvironmentStatus.QUEUED,
    64: EnvironmentStatus.SCHEDULED,
    128: EnvironmentStatus.PARTIALLY_SUCCEEDED,
}
_RELEASE_NUMBERS = {
    0: ReleaseStatus.UNDEFINED,
    1: ReleaseStatus.DRAFT,
    2: ReleaseStatus.ACTIVE,
    4: ReleaseStatus.ABANDONED,
}
_REASON_NUMBERS = dict(enumerate(ReleaseReason))
_APPROVALS_ASKED = attrgetter("attempt", "rank", "id")


def release_from_json(raw: object) -> Release:
    """A Release, shallow or whole.

    Raises Malformed: id, name or status cannot be read, or one of its stages or approvals lacks what
    identifies it; a release with a part missing would look further along than it is.
    """
    row = object_of(raw, "A release")
    release = Ref(needed_id(row, "id", "A release"), needed_text(row, "name", "A release"))
    definition = mapping_of(row.get("releaseDefinition"))
    environments = row.get("environments")
    artifacts = row.get("artifacts")
    outer = _Outer(release, ref_from_json(definition), text_of(definition.get("path")))
    return Release(
        id=release.id,
        name=release.name,
        status=needed_enum(row, "status", "A release", ReleaseStatus, _RELEASE_NUMBERS),
        reason=enum_of(row.get("reason"), ReleaseReason, _REASON_NUMBERS),
        description=lines_of(row.get("description")),
        created_on=date_of(row.get("createdOn")),
        modified_on=date_of(row.get("modifiedOn")),
        created_by=identity_from_json(row.get("createdBy")),
        modified_by=identity_from_json(row.get("modifiedBy")),
        definition=outer.definition,
        definition_path=outer.definition_path,
        definition_revision=int_of(row.get("releaseDefinitionRevision")),
        keep_forever=bool_of(row.get("keepForever")),
        snapshot_revision=count_of(row.get("definitionSnapshotRevision")),
        tags=tuple(text_of(tag) for tag in list_of(row.get("tags")) if isinstance(tag, str)),
        artifacts=artifacts_from_json(artifacts) if isinstance(artifacts, list) else None,
        environments=_environments(environments, outer) if isinstance(environments, list) else None,
        variables=variables_from_json(row.get("variables")),
        properties=_properties(row.get("properties")),
    )


@dataclass(frozen=True, slots=True)
class _Outer:
    """The release that an environment belongs to, for approvals that do not name it themselves."""

    release: Ref
    definition: Ref
    definition_path: SafeText


def _environments(raw: list[object], outer: _Outer) -> tuple[Environment, ...]:
    found = (environment_from_json(item, outer) for item in raw)
    return tuple(sorted(found, key=attrgetter("rank", "id")))


def environment_from_json(raw: object, outer: _Outer | None = None) -> Environment:
    """A ReleaseEnvironment.

    Raises Malformed: id, name or status cannot be read, or one of its approvals lacks what identifies it.
    """
    row = object_of(raw, "A stage")
    here = Ref(needed_id(row, "id", "A stage"), needed_text(row, "name", "A stage"))
    if outer is None:
        definition = mapping_of(row.get("releaseDefinition"))
        release = ref_from_json(row.get("release"))
        outer = _Outer(
            Ref(release.id or count_of(row.get("releaseId")), release.name),
            ref_from_json(definition),
            text_of(definition.get("path")),
        )
    within = Within(outer.release, here, outer.definition, outer.definition_path)
    return Environment(
        id=here.id,
        name=here.name,
        rank=count_of(row.get("rank")),
        status=needed_enum(row, "status", "A stage", EnvironmentStatus, _ENVIRONMENT_NUMBERS),
        definition_environment_id=count_of(row.get("definitionEnvironmentId")),
        created_on=date_of(row.get("createdOn")),
        modified_on=date_of(row.get("modifiedOn")),
        scheduled_for=date_of(row.get("scheduledDeploymentTime")),
        trigger_reason=text_of(row.get("triggerReason")),
        time_to_deploy_minutes=float_of(row.get("timeToDeploy")),
        owner=identity_from_json(row.get("owner")),
        conditions=conditions_from_json(row.get("conditions")),
        pre_plan=approval_plan_from_json(row.get("preApprovalsSnapshot")),
        post_plan=approval_plan_from_json(row.get("postApprovalsSnapshot")),
        pre_approvals=_approvals(row.get("preDeployApprovals"), within),
        post_approvals=_approvals(row.get("postDeployApprovals"), within),
        attempts=attempts_from_json(row.get("deploySteps")),
        variables=variables_from_json(row.get("variables")),
        pre_gates=gates_plan_from_json(row.get("preDeploymentGatesSnapshot")),
        post_gates=gates_plan_from_json(row.get("postDeploymentGatesSnapshot")),
        phases=phase_plans_from_json(row.get("deployPhasesSnapshot")),
    )


def _approvals(raw: object, within: Within) -> tuple[Approval, ...]:
    found = [approval_from_json(item, within) for item in list_of(raw)]
    found.sort(key=_APPROVALS_ASKED)
    return tuple(found)


def variables_from_json(raw: object) -> tuple[Variable, ...]:
    """A map of ConfigurationVariableValue, by name. The value of a secret is dropped even if one was sent."""
    found = []
    for name, value in mapping_of(raw).items():
        row = mapping_of(value)
        is_secret = bool_of(row.get("isSecret"))
        plain = row.get("value")
        shown = None if is_secret or plain is None else scalar_of(plain)
        make = _known_variable if shown is None or len(shown) <= SHORT else Variable
        found.append(make(text_of(name), shown, is_secret, bool_of(row.get("allowOverride"))))
    if len(found) > 1:
        found.sort(key=lambda variable: variable.name.casefold())
    return tuple(found)


SHORT = 64
"""Characters of a value that is remembered."""
# The releases of a definition have the same few ones.
_known_variable = lru_cache(maxsize=1024)(Variable)


def conditions_from_json(raw: object) -> tuple[Condition, ...]:
    """What starts a stage by itself."""
    return tuple(
        Condition(
            type=scalar_of(row.get("conditionType")),
            name=text_of(row.get("name")),
            value=scalar_of(row.get("value")),
            result=row.get("result") if isinstance(row.get("result"), bool) else None,
        )
        for row in objects_of(raw)
    )


def artifacts_from_json(raw: object) -> tuple[Artifact, ...]:
    """Linked artifacts; what they took stands in `definitionReference` (api.md 4.2)."""
    return tuple(map(_artifact, objects_of(raw)))


def _artifact(row: Mapping[str, Any]) -> Artifact:
    references = mapping_of(row.get("definitionReference"))
    definition = mapping_of(references.get("definition"))
    version = mapping_of(references.get("version"))
    branch = mapping_of(references.get("branch"))
    return Artifact(
        alias=text_of(row.get("alias")),
        type=scalar_of(row.get("type")),
        is_primary=bool_of(row.get("isPrimary")),
        definition=scalar_of(definition.get("name")),
        version=scalar_of(version.get("name")),
        version_id=scalar_of(version.get("id")),
        branch=scalar_of(branch.get("name")) or scalar_of(branch.get("id")),
    )


_NO_PROPERTIES: Mapping[str, SafeText] = MappingProxyType({})


def _properties(raw: object) -> Mapping[str, SafeText]:
    """Values stand there plain or as {"$type", "$value"} (api.md 4.2)."""
    if not raw:
        return _NO_PROPERTIES
    return {
        text_of(name): scalar_of(value.get("$value") if isinstance(value, dict) else value)
        for name, value in mapping_of(raw).items()
    }
