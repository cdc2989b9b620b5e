"""Approvals (api.md 3.5, 4.1, 5.4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from typing import Any

from reltui.errors import Malformed
from reltui.model.decode import (
    bool_of,
    count_of,
    date_of,
    enum_of,
    lines_of,
    mapping_of,
    needed_enum,
    needed_id,
    needed_int,
    object_of,
    objects_of,
    text_of,
)
from reltui.model.identity import Identity, identity_from_json
from reltui.model.text import SafeText
from reltui.model.values import dataclass


class ApprovalStatus(StrEnum):
    """ApprovalStatus of api.md 4.3."""

    UNDEFINED = "undefined"
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    REASSIGNED = "reassigned"
    CANCELED = "canceled"
    SKIPPED = "skipped"


class ApprovalType(StrEnum):
    """Before or after the deployment."""

    UNDEFINED = "undefined"
    PRE_DEPLOY = "preDeploy"
    POST_DEPLOY = "postDeploy"
    ALL = "all"


class ExecutionOrder(StrEnum):
    """Whether gates run before or after the approvals."""

    BEFORE_GATES = "beforeGates"
    AFTER_SUCCESSFUL_GATES = "afterSuccessfulGates"
    AFTER_GATES_ALWAYS = "afterGatesAlways"


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference to a release, an environment or a definition."""

    id: int
    """0 when the server named none."""
    name: SafeText


@dataclass(frozen=True, slots=True)
class ApprovalChange:
    """One entry of an approval's history, made by a reassignment."""

    revision: int
    approver: Identity | None
    changed_by: Identity | None
    comments: SafeText
    created_on: datetime | None
    modified_on: datetime | None


@dataclass(frozen=True, slots=True)
class Approval:
    """One signature asked of one person or group for one attempt of one stage."""

    id: int
    type: ApprovalType | SafeText
    status: ApprovalStatus | SafeText
    """An unknown status stays as cleaned text, and nothing can be done with such an approval."""
    rank: int
    attempt: int
    revision: int
    created_on: datetime | None
    modified_on: datetime | None
    approver: Identity | None
    approved_by: Identity | None
    comments: SafeText
    is_automated: bool
    release: Ref
    environment: Ref
    definition: Ref
    definition_path: SafeText = SafeText("")
    history: tuple[ApprovalChange, ...] = ()

    @property
    def is_pending(self) -> bool:
        """True only for an approval that surely waits for a person."""
        return self.status == ApprovalStatus.PENDING and not self.is_automated


@dataclass(frozen=True, slots=True)
class ApprovalStep:
    """Who a definition asks, at which rank (equal ranks are asked together)."""

    rank: int
    approver: Identity | None
    is_automated: bool


@dataclass(frozen=True, slots=True)
class ApprovalOptions:
    """The rules round the approvals of one side of a stage."""

    required_count: int = 0
    """How many signatures are enough; 0 means all."""
    timeout_minutes: int = 0
    """After this time without an answer the deployment is rejected; 0 means the server's 30 days."""
    creator_may_approve: bool = True
    skip_if_approved_before: bool = False
    revalidate_identity: bool = False
    """The approver must sign in again in the browser; reltui cannot do that for them."""
    execution_order: ExecutionOrder | SafeText = ExecutionOrder.BEFORE_GATES


@dataclass(frozen=True, slots=True)
class ApprovalPlan:
    """What the definition asks on one side of a stage."""

    steps: tuple[ApprovalStep, ...] = ()
    options: ApprovalOptions = ApprovalOptions()


_STATUS_NUMBERS = {
    0: ApprovalStatus.UNDEFINED,
    1: ApprovalStatus.PENDING,
    2: ApprovalStatus.APPROVED,
    4: ApprovalStatus.REJECTED,
    6: ApprovalStatus.REASSIGNED,
    7: ApprovalStatus.CANCELED,
    8: ApprovalStatus.SKIPPED,
}
_TYPE_NUMBERS = {
    0: ApprovalType.UNDEFINED,
    1: ApprovalType.PRE_DEPLOY,
    2: ApprovalType.POST_DEPLOY,
    3: ApprovalType.ALL,
}
_ORDER_NUMBERS = {
    1: ExecutionOrder.BEFORE_GATES,
    2: ExecutionOrder.AFTER_SUCCESSFUL_GATES,
    4: ExecutionOrder.AFTER_GATES_ALWAYS,
}


@dataclass(frozen=True, slots=True)
class Within:
    """The release, stage and definition that an approval stands inside of, where it does not name them."""

    release: Ref
    environment: Ref
    definition: Ref
    definition_path: SafeText


def ref_from_json(raw: object) -> Ref:
    """A reference; id 0 when the server named none."""
    row = mapping_of(raw)
    return _ref(max(count_of(row.get("id")), 0), text_of(row.get("name")))


# A page names the same release, stage and definition again and again.
_ref = lru_cache(maxsize=1024)(Ref)


def approval_from_json(raw: object, within: Within | None = None) -> Approval:
    """A ReleaseApproval. `within` names what it stands inside of, for those embedded in a release.

    Raises Malformed: id, status, revision, attempt, type, release, stage or definition cannot be read; such
    an approval must not be acted on.
    """
    row = object_of(raw, "An approval")
    path = text_of(mapping_of(row.get("releaseDefinition")).get("path"))
    release, environment, definition = (
        (within.release, within.environment, within.definition) if within else (None, None, None)
    )
    history = row.get("history")
    return Approval(
        id=needed_id(row, "id", "An approval"),
        type=needed_enum(row, "approvalType", "An approval", ApprovalType, _TYPE_NUMBERS),
        status=needed_enum(row, "status", "An approval", ApprovalStatus, _STATUS_NUMBERS),
        rank=count_of(row.get("rank")),
        attempt=needed_int(row, "attempt", "An approval"),
        revision=needed_int(row, "revision", "An approval"),
        created_on=date_of(row.get("createdOn")),
        modified_on=date_of(row.get("modifiedOn")),
        approver=identity_from_json(row.get("approver")),
        approved_by=identity_from_json(row.get("approvedBy")),
        comments=lines_of(row.get("comments")),
        is_automated=bool_of(row.get("isAutomated")),
        release=_needed_ref(row, "release", release),
        environment=_needed_ref(row, "releaseEnvironment", environment),
        definition=_needed_ref(row, "releaseDefinition", definition),
        definition_path=path or (within.definition_path if within else SafeText("")),
        history=tuple(map(_change, objects_of(history))) if history else (),
    )


def _needed_ref(row: Mapping[str, Any], key: str, outer: Ref | None) -> Ref:
    value = row.get(key)
    if outer is not None and outer.id and isinstance(value, dict):
        number = value.get("id")
        if type(number) is int and number == outer.id and value.get("name") == outer.name:
            return outer
    # Inside of a deployment the definition has the id 0, which means none (api.md 8 #9).
    is_none = value is None or (isinstance(value, dict) and type(value.get("id")) is int and value["id"] == 0)
    if is_none and outer is not None and outer.id:
        return outer
    if isinstance(value, dict):
        number = count_of(value.get("id"))
        if number > 0:
            return _ref(number, text_of(value.get("name")) or (outer.name if outer else SafeText("")))
    raise Malformed(f"An approval has no usable {key}.")


def _change(row: Mapping[str, Any]) -> ApprovalChange:
    return ApprovalChange(
        revision=count_of(row.get("revision")),
        approver=identity_from_json(row.get("approver")),
        changed_by=identity_from_json(row.get("changedBy")),
        comments=lines_of(row.get("comments")),
        created_on=date_of(row.get("createdOn")),
        modified_on=date_of(row.get("modifiedOn")),
    )


def approval_plan_from_json(raw: object) -> ApprovalPlan:
    """A ReleaseDefinitionApprovals; empty when there is none."""
    row = mapping_of(raw)
    asked, options = row.get("approvals"), row.get("approvalOptions")
    if not options and not asked:
        return _NO_PLAN
    if not options and isinstance(asked, list) and len(asked) == 1:
        only = mapping_of(asked[0])
        if only.get("isAutomated") is True and only.get("approver") is None:
            return _automatic(count_of(only.get("rank")))
    steps = [
        _step(
            count_of(step.get("rank")),
            identity_from_json(step.get("approver")),
            bool_of(step.get("isAutomated")),
        )
        for step in objects_of(asked)
    ]
    steps.sort(key=_by_rank)
    return ApprovalPlan(tuple(steps), _options(options) if isinstance(options, dict) else _NO_OPTIONS)


@lru_cache(maxsize=64)
def _automatic(rank: int) -> ApprovalPlan:
    """Nobody is asked, as on most sides of most stages."""
    return ApprovalPlan((ApprovalStep(rank, None, True),))


_by_rank = attrgetter("rank")
_step = lru_cache(maxsize=1024)(ApprovalStep)
_NO_OPTIONS = ApprovalOptions()
_NO_PLAN = ApprovalPlan()


def _options(row: Mapping[str, Any]) -> ApprovalOptions:
    # Old servers spell the time limit wrong (api.md 8 #10).
    timeout = row.get("timeoutInMinutes", row.get("timeoutInMintues"))
    order = enum_of(row.get("executionOrder"), ExecutionOrder, _ORDER_NUMBERS)
    return ApprovalOptions(
        required_count=count_of(row.get("requiredApproverCount")),
        timeout_minutes=count_of(timeout),
        creator_may_approve=bool_of(row.get("releaseCreatorCanBeApprover"), default=True),
        skip_if_approved_before=bool_of(row.get("autoTriggeredAndPreviousEnvironmentApprovedCanBeSkipped")),
        revalidate_identity=bool_of(row.get("enforceIdentityRevalidation")),
        execution_order=order or ExecutionOrder.BEFORE_GATES,
    )
