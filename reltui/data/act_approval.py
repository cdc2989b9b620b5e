"""Approve, reject, pass on: what is checked, sent and read back (design.md 3; reliability.md A1 to A13)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reltui.data.decision import Thing, Verb
from reltui.data.order import Found, Order, Reading, at_time, capital, who_did
from reltui.model.approval import Approval, ApprovalStatus
from reltui.model.text import SafeText

if TYPE_CHECKING:
    from reltui.api.client import Got, ReleaseClient


def facts(seen: Approval, verb: Verb) -> dict[str, str]:
    """What must still be so."""
    return {
        "status": str(seen.status),
        "approver": seen.approver.id if seen.approver is not None else "",
        "kind": str(seen.type),
        "attempt": str(seen.attempt),
        "revision": str(seen.revision),
        "rank": str(seen.rank),
        "environment id": str(seen.environment.id),
        "environment": seen.environment.name,
        "release id": str(seen.release.id),
        "release": seen.release.name,
        "definition id": str(seen.definition.id),
        "definition": seen.definition.name,
    }


async def read(order: Order, client: ReleaseClient) -> Thing:
    """The approval as it is now. Raises ApiError."""
    return (await client.approval(order.project_id, order.object_id)).value


def stop(order: Order, now: Thing) -> SafeText | None:
    """Why it must not be sent, where a plain difference of facts would say it badly."""
    if not isinstance(now, Approval):
        return None
    if not now.is_pending and order.facts["status"] == ApprovalStatus.PENDING:
        return _how_it_ended(now)
    approver = now.approver.id if now.approver is not None else ""
    if approver != order.facts.get("approver", approver):
        who = now.approver.name if now.approver is not None else "nobody"
        return SafeText(f"It was passed on and now waits for {who}.")
    return None


async def send(order: Order, client: ReleaseClient) -> Got[Approval]:
    """The one request that writes. Raises ApiError."""
    return await client.update_approval(
        order.project_id,
        order.object_id,
        status=str(_wanted(order)),
        comments=order.comment,
        approver_id=_new_approver(order),
    )


def shows(order: Order, value: object) -> bool:
    """Whether the answer to the write shows the new state."""
    if not isinstance(value, Approval):
        return False
    if order.verb in PASSING_ON:
        return value.is_pending and value.approver is not None and value.approver.id == _new_approver(order)
    return value.status == _wanted(order)


async def reading(order: Order, client: ReleaseClient, accepted: bool, made_id: int) -> Reading:
    """What became of it. Raises ApiError."""
    if order.verb in PASSING_ON:
        now = (await client.approval_history(order.project_id, order.object_id)).value
        return replace(_passing_on_reading(order, now, accepted), after=facts(now, order.verb))
    return decided_reading(order, (await client.approval(order.project_id, order.object_id)).value, accepted)


def decided_reading(order: Order, now: Approval, accepted: bool) -> Reading:
    """Of an approval that was to be approved or rejected."""
    return replace(_decided(order, now, accepted), after=facts(now, order.verb))


def _decided(order: Order, now: Approval, accepted: bool) -> Reading:
    wanted = _wanted(order)
    if now.status != wanted:
        if now.status == ApprovalStatus.PENDING and str(now.attempt) == order.facts.get("attempt"):
            return Reading(Found.UNCHANGED, SafeText("The approval is still pending."))
        if now.status == ApprovalStatus.PENDING:
            return Reading(Found.OTHERWISE, SafeText(f"The server asks for attempt {now.attempt} now."))
        return Reading(Found.OTHERWISE, _how_it_ended(now))
    when = at_time(now.modified_on)
    if now.approved_by is None:
        if accepted:
            return Reading(Found.DONE, SafeText(f"{capital(wanted)}{when}; the server does not say by whom."))
        return Reading(Found.UNCLEAR, SafeText(f"It is {wanted}, and the server does not say by whom."))
    if now.approved_by.id != order.person_id:
        return Reading(Found.OTHERWISE, SafeText(f"{_how_it_ended(now)} Not by you."))
    if str(now.attempt) != order.facts.get("attempt"):
        return Reading(Found.UNCLEAR, SafeText(f"{capital(wanted)} by you, but for attempt {now.attempt}."))
    return Reading(Found.DONE, SafeText(f"{capital(wanted)} by you{when}."))


def _passing_on_reading(order: Order, now: Approval, accepted: bool) -> Reading:
    """The approval goes on waiting, with a new revision and an entry in its history (api.md 3.5)."""
    if not now.is_pending:
        return Reading(Found.OTHERWISE, _how_it_ended(now))
    new = _new_approver(order)
    asked = now.approver.id if now.approver is not None else ""
    if asked != new:
        if asked == order.facts.get("approver") and str(now.revision) == order.facts.get("revision"):
            return Reading(Found.UNCHANGED, SafeText("It is still asked of the same one."))
        who = now.approver.name if now.approver is not None else "nobody"
        return Reading(Found.OTHERWISE, SafeText(f"It was passed on to {who}."))
    change = max(now.history, key=lambda entry: entry.revision, default=None)
    by = change.changed_by if change is not None else None
    what = "It is asked of you now" if new == order.person_id else f"It is asked of {_name(now)} now"
    return who_did(order, by, what, accepted)


def _name(now: Approval) -> str:
    return now.approver.name if now.approver is not None else "nobody"


PASSING_ON = (Verb.TRANSFER, Verb.TAKE_OVER)


def _new_approver(order: Order) -> str:
    """The id of who shall be asked in place of the present one; empty where nobody shall."""
    if order.verb is Verb.TAKE_OVER:
        return order.person_id
    return str(order.options["to"]) if order.verb is Verb.TRANSFER else ""


def _wanted(order: Order) -> ApprovalStatus:
    match order.verb:
        case Verb.REJECT:
            return ApprovalStatus.REJECTED
        case Verb.TRANSFER | Verb.TAKE_OVER:
            return ApprovalStatus.REASSIGNED
    return ApprovalStatus.APPROVED


def _how_it_ended(now: Approval) -> SafeText:
    """Who did what to an approval that waits no longer: "Lee Park rejected it at 10:41."."""
    when = at_time(now.modified_on)
    by = now.approved_by
    if by is not None and now.status in (ApprovalStatus.APPROVED, ApprovalStatus.REJECTED):
        return SafeText(f"{by.name} {now.status} it{when}.")
    return SafeText(f"It is now {now.status}{when}.")
