"""Deployments: which release stood where and when (api.md 3.6, 4.1 Deployment)."""

from __future__ import annotations

from datetime import datetime

from reltui.model.approval import Approval, Ref, Within, approval_from_json, ref_from_json
from reltui.model.attempt import (
    DEPLOYMENT_NUMBERS,
    OPERATION_NUMBERS,
    DeploymentStatus,
    OperationStatus,
)
from reltui.model.decode import (
    count_of,
    date_of,
    enum_of,
    list_of,
    mapping_of,
    needed_enum,
    needed_id,
    object_of,
    scalar_of,
    text_of,
)
from reltui.model.identity import Identity, identity_from_json
from reltui.model.release import Artifact, artifacts_from_json
from reltui.model.text import SafeText
from reltui.model.values import dataclass


@dataclass(frozen=True, slots=True)
class Deployment:
    """One attempt to bring one release to one stage, as the list of deployments tells it."""

    id: int
    attempt: int
    release: Ref
    definition: Ref
    definition_path: SafeText
    environment: Ref
    """Of the release; 0 and empty when the server named none."""
    definition_environment_id: int
    status: DeploymentStatus | SafeText
    operation: OperationStatus | SafeText
    reason: SafeText
    queued_on: datetime | None
    started_on: datetime | None
    completed_on: datetime | None
    last_modified_on: datetime | None
    scheduled_for: datetime | None
    requested_by: Identity | None
    requested_for: Identity | None
    artifacts: tuple[Artifact, ...] = ()
    """What the release took; the first is the primary one where the server marks one."""
    pre_approvals: tuple[Approval, ...] = ()
    post_approvals: tuple[Approval, ...] = ()

    @property
    def stage(self) -> tuple[int, int]:
        """Definition id and the stage's id in the definition: one column of the live matrix."""
        return (self.definition.id, self.definition_environment_id)

    @property
    def succeeded(self) -> bool:
        """What it brought runs there, or ran there until the next one."""
        return self.status in (DeploymentStatus.SUCCEEDED, DeploymentStatus.PARTIALLY_SUCCEEDED)

    @property
    def waiting(self) -> tuple[Approval, ...]:
        """The approvals that wait for a person now."""
        return tuple(a for a in (*self.pre_approvals, *self.post_approvals) if a.is_pending)


def end_order(deployment: Deployment) -> tuple[float, int]:
    """By the moment of the end: of two successes the one that was queued first may have ended last, and
    then its release is the one that runs."""
    moment = deployment.completed_on or deployment.started_on or deployment.queued_on
    return (moment.timestamp() if moment is not None else 0.0, deployment.id)


def deployment_from_json(raw: object) -> Deployment:
    """A Deployment.

    Raises Malformed: id or status cannot be read, or one of its approvals lacks what identifies it.
    """
    row = object_of(raw, "A deployment")
    number = needed_id(row, "id", "A deployment")
    release, definition = mapping_of(row.get("release")), mapping_of(row.get("releaseDefinition"))
    environment = ref_from_json(row.get("releaseEnvironment"))
    path = text_of(definition.get("path"))
    within = Within(ref_from_json(release), environment, ref_from_json(definition), path)
    artifacts = artifacts_from_json(release.get("artifacts"))
    return Deployment(
        id=number,
        attempt=count_of(row.get("attempt")),
        release=within.release,
        definition=within.definition,
        definition_path=path,
        environment=environment,
        definition_environment_id=count_of(row.get("definitionEnvironmentId")),
        status=needed_enum(row, "deploymentStatus", "A deployment", DeploymentStatus, DEPLOYMENT_NUMBERS),
        operation=enum_of(row.get("operationStatus"), OperationStatus, OPERATION_NUMBERS),
        reason=scalar_of(row.get("reason")),
        queued_on=date_of(row.get("queuedOn")),
        started_on=date_of(row.get("startedOn")),
        completed_on=date_of(row.get("completedOn")),
        last_modified_on=date_of(row.get("lastModifiedOn")),
        scheduled_for=date_of(row.get("scheduledDeploymentTime")),
        requested_by=identity_from_json(row.get("requestedBy")),
        requested_for=identity_from_json(row.get("requestedFor")),
        artifacts=tuple(sorted(artifacts, key=lambda artifact: not artifact.is_primary)),
        pre_approvals=_approvals(row.get("preDeployApprovals"), within),
        post_approvals=_approvals(row.get("postDeployApprovals"), within),
    )


def _approvals(raw: object, within: Within) -> tuple[Approval, ...]:
    found = [approval_from_json(item, within) for item in list_of(raw)]
    return tuple(sorted(found, key=lambda approval: (approval.rank, approval.id)))
