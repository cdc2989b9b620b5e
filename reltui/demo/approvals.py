"""The rules of approvals: who is asked when, how many suffice, who may sign (api.md 3.5, 5.4)."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from reltui.demo import refusals
from reltui.demo.people import People
from reltui.demo.records import POST, PRE, Approval, Attempt, Change, Environment, Json, Release

DEFAULT_TIMEOUT_MINUTES = 43200
"""What a timeout of 0 means: 30 days."""

SIDES = {PRE: "preDeployApprovals", POST: "postDeployApprovals"}

_ORDERS: dict[str, str] = {"1": "beforeGates", "2": "afterSuccessfulGates", "4": "afterGatesAlways"}

_VERBS = {"2": "approved", "4": "rejected", "6": "reassigned"}


@dataclass(frozen=True, slots=True)
class Options:
    """The approval options of one side of a stage, with the server's defaults filled in."""

    required: int
    """How many signatures suffice; 0 means all."""
    timeout_minutes: int
    creator_may_approve: bool
    skip_if_approved_before: bool
    revalidates: bool
    """Whether the approver has to sign in again in the web portal to decide."""


def steps(plan: Json, side: str) -> list[Json]:
    """The approval steps of one side of an environment, by rank."""
    asked = plan.get(SIDES[side]) or {}
    return sorted(asked.get("approvals") or [], key=lambda step: int(step["rank"]))


def options(plan: Json, side: str) -> Options:
    """Reads both spellings of the timeout (api.md 5.4)."""
    raw = (plan.get(SIDES[side]) or {}).get("approvalOptions") or {}
    timeout = raw.get("timeoutInMinutes") or raw.get("timeoutInMintues") or DEFAULT_TIMEOUT_MINUTES
    return Options(
        required=int(raw.get("requiredApproverCount") or 0),
        timeout_minutes=int(timeout),
        creator_may_approve=raw.get("releaseCreatorCanBeApprover", True) is not False,
        skip_if_approved_before=bool(raw.get("autoTriggeredAndPreviousEnvironmentApprovedCanBeSkipped")),
        revalidates=bool(raw.get("enforceIdentityRevalidation")),
    )


def execution_order(plan: Json, side: str) -> str:
    """ApprovalExecutionOrder: where the approvals of one side stand to its gates."""
    raw = (plan.get(SIDES[side]) or {}).get("approvalOptions") or {}
    order = str(raw.get("executionOrder") or "beforeGates")
    return _ORDERS.get(order, order)


def of_attempt(environment: Environment, attempt: int, side: str) -> list[Approval]:
    """The approvals that exist so far for one side of one attempt."""
    return [a for a in environment.approvals if a.attempt == attempt and a.type == side]


def next_steps(environment: Environment, attempt: int, side: str) -> list[Json]:
    """The steps to ask now: those of the lowest rank that has not been asked yet, none when all were."""
    asked = {approval.rank for approval in of_attempt(environment, attempt, side)}
    todo = [step for step in steps(environment.plan, side) if step["rank"] not in asked]
    return [step for step in todo if step["rank"] == todo[0]["rank"]] if todo else []


def is_enough(environment: Environment, attempt: int, side: str) -> bool:
    """True when the quorum is reached, so that nobody else has to sign."""
    required = options(environment.plan, side).required
    signed = [
        a
        for a in of_attempt(environment, attempt, side)
        if a.approver_id is not None and a.status in ("approved", "skipped")
    ]
    return 0 < required <= len(signed)


def close(approval: Approval, status: str, moment: float, by: str | None = None, comments: str = "") -> None:
    """Put a final status on an approval."""
    approval.status = status
    approval.modified = moment
    if by is not None:
        approval.approved_by_id = by
        approval.comments = comments


def close_pending(environment: Environment, attempt: int, status: str, moment: float) -> None:
    """Close all that is still pending of an attempt."""
    for approval in environment.approvals:
        if approval.attempt == attempt and approval.status == "pending":
            close(approval, status, moment)


def reassign(approval: Approval, to: str, by: str, comments: str, moment: float) -> None:
    """Hand the approval to somebody else: it stays pending, revision + 1, one history entry (api.md 3.5)."""
    entry = Change(approval.revision, str(approval.approver_id), by, comments, approval.modified, moment)
    approval.history = (*approval.history, entry)
    approval.approver_id = to
    approval.revision += 1
    approval.modified = moment
    approval.comments = ""


def verb(status: object) -> str:
    """What a PATCH asks for: approved, rejected or reassigned, in any case or as a number (api.md 8 #2)."""
    text = str(status).lower()
    text = _VERBS.get(text, text)
    if text not in _VERBS.values():
        raise refusals.invalid(f"Approval status '{status}' is not valid for this operation.")
    return text


def check_may_act(people: People, approval: Approval, by: str, others: Container[str] = ()) -> None:
    """Refuse everybody but the named approver, the members of the named group, and `others`."""
    if by in others:
        return
    if approval.approver_id is None or not people.stands_for(by, approval.approver_id):
        raise refusals.denied(people.name(by), "manage release approvers")


def new_approver(people: People, approval: Approval, reference: object) -> str:
    """Who a reassignment names. Raises Refusal for nobody, and for a group other than the present one.

    That groups are refused is our choice (U); naming the present one again changes the revision only.
    """
    to = people.find(reference)
    if to is None:
        raise refusals.invalid("The approver to reassign to does not exist. Specify a valid identity.")
    if people.by_id[to]["isContainer"] and to != approval.approver_id:
        raise refusals.invalid(f"An approval cannot be reassigned to the group {people.name(to)}.")
    return to


def check_may_approve(
    people: People, release: Release, environment: Environment, attempt: Attempt, approval: Approval, by: str
) -> None:
    """Refuse the release's creator and the deployment's requester where the stage forbids them."""
    if options(environment.plan, approval.type).creator_may_approve:
        return
    if by in (release.created_by_id, attempt.requested_by_id):
        raise refusals.creator_may_not_approve(people.name(by))
