"""Approvals over HTTP: list with its filters, get, history, decide one or many (api.md 3.5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reltui.demo.clock import as_datetime, as_seconds
from reltui.demo.context import (
    APPROVAL_STATUS,
    APPROVAL_TYPE,
    QUERY_ORDER,
    Context,
    invalid,
    member,
    whole,
)
from reltui.demo.engine import ApprovalLine
from reltui.demo.messages import Answer, json_answer, list_answer
from reltui.demo.refusals import Refusal, approval_missing
from reltui.demo.shapes import Json

_PAGE = 50


def listed(context: Context) -> Answer:
    """GET approvals; pending ones unless `statusFilter` says otherwise."""
    _check_groups(context)
    page, following = context.page(_found(context), context.integer("top", _PAGE) or _PAGE)
    wire = []
    for line in page:
        approval = {k: v for k, v in context.engine.approval(line.id).items() if k != "history"}
        wire.append(context.shaper.wire("Approval", approval, context.project_id))
    return list_answer(wire, str(following.id) if following else "")


def _check_groups(context: Context) -> None:
    """VS4029130: on a server `includeMyGroupApprovals` needs all three filters, on Services only one."""
    if not context.flag("includeMyGroupApprovals"):
        return
    pending = context.choice("statusFilter", APPROVAL_STATUS, "undefined") == "pending"
    complete = context.generation.hosted or (bool(context.query("releaseIdsFilter")) and pending)
    if not complete or not context.query("assignedToFilter"):
        raise invalid(
            "VS4029130: Invalid parameter combination specified. IncludeMyGroupApprovals parameter is "
            "supported only with parameters (releaseIdsFilter, assignedToFilter and statusFilter = Pending)."
        )


def _found(context: Context) -> Iterator[ApprovalLine]:
    status = context.choice("statusFilter", APPROVAL_STATUS, "pending")
    if status == "reassigned":
        # A verb, not a state that any approval stays in (api.md 5.4): no need to look through them all.
        return
    kind = context.choice("typeFilter", APPROVAL_TYPE, "all")
    ascending = context.choice("queryOrder", QUERY_ORDER, "descending") == "ascending"
    token = context.integer("continuationToken", 0)
    releases = {whole(text, "releaseIdsFilter") for text in context.csv("releaseIdsFilter")}
    approvers = _approvers(context)
    if approvers is not None and not approvers:
        return
    index: Sequence[ApprovalLine] = (
        _of_releases(context, releases)
        if releases and status != "pending"
        else context.engine.approval_index(pending_only=status == "pending")
    )
    for line in reversed(index) if ascending else index:
        if line.project_id != context.project_id or (releases and line.release_id not in releases):
            continue
        if status not in ("undefined", line.status) or kind not in ("undefined", "all", line.type):
            continue
        if approvers is not None and line.approver_id not in approvers:
            continue
        if token and (line.id < token if ascending else line.id > token):
            continue
        yield line


def _of_releases(context: Context, release_ids: set[int]) -> list[ApprovalLine]:
    """The approvals of a few releases, newest first, without a look at all others."""
    lines: list[ApprovalLine] = []
    for number in release_ids:
        try:
            release = context.engine.release(number)
        except Refusal:
            continue
        project_id = release["projectReference"]["id"]
        for environment in release["environments"]:
            for approval in environment["preDeployApprovals"] + environment["postDeployApprovals"]:
                approver = (approval.get("approver") or {}).get("id")
                created = as_datetime(as_seconds(approval["createdOn"]))
                kind, status = approval["approvalType"], approval["status"]
                lines.append(
                    ApprovalLine(approval["id"], project_id, number, kind, status, approver, created)
                )
    return sorted(lines, key=lambda line: -line.id)


def _approvers(context: Context) -> frozenset[str] | None:
    """Who `assignedToFilter` means, with that person's groups where they are asked for; None for anybody."""
    text = context.query("assignedToFilter").lower()
    if not text:
        return None
    identities = context.engine.identities
    people = {
        key
        for key, identity in identities.items()
        if text in (key, str(identity["uniqueName"]).lower(), str(identity["displayName"]).lower())
    }
    if not context.flag("includeMyGroupApprovals"):
        return frozenset(people)
    return frozenset(people.union(*(identities[person]["memberOf"] for person in people)))


def get(context: Context) -> Answer:
    """GET approvals/{id}; the history comes with `includeHistory`."""
    approval = _own(context, context.number("approval"))
    if not context.flag("includeHistory"):
        approval = approval | {"history": []}
    return json_answer(context.shaper.wire("Approval", approval, context.project_id))


def history(context: Context) -> Answer:
    """GET approvals/{id}/history: the approval with its history."""
    approval = _own(context, context.number("approval"))
    return json_answer(context.shaper.wire("Approval", approval, context.project_id))


def update(context: Context) -> Answer:
    """PATCH approvals/{id}: approve, reject, reassign."""
    approval = _own(context, context.number("approval"))
    changed, wire = _decided(context, approval, context.json_object())
    answer = json_answer(wire)
    answer.applied = changed
    return answer


def update_many(context: Context) -> Answer:
    """PATCH approvals: an array, all of one release; nothing is done when one of them is not pending."""
    wanted = context.document()
    if not isinstance(wanted, list) or not all(isinstance(entry, dict) for entry in wanted):
        raise invalid("Value cannot be null. An array of approvals is expected in the body of the request.")
    found = [_own(context, whole(str(entry.get("id")), "id")) for entry in wanted]
    if len({approval["release"]["id"] for approval in found}) > 1:
        raise invalid("Approvals of more than one release cannot be updated together.")
    for approval, entry in zip(found, wanted, strict=True):
        member(entry.get("status"), APPROVAL_STATUS, "status")
        if context.engine.strict and approval["status"] != "pending":
            context.engine.update_approval(approval["id"], entry, context.me)
    decided = [_decided(context, approval, entry) for approval, entry in zip(found, wanted, strict=True)]
    answer = list_answer([wire for _, wire in decided])
    answer.applied = any(changed for changed, _ in decided)
    return answer


def _decided(context: Context, approval: Json, body: Json) -> tuple[bool, Json]:
    """Whether anything changed, and the answer, which shows the history only of what has just been handed on
    (api.md 3.5)."""
    now = context.engine.update_approval(approval["id"], body, context.me)
    shown = now if now["status"] == "pending" else now | {"history": []}
    return now != approval, context.shaper.wire("Approval", shown, context.project_id)


def _own(context: Context, approval_id: int) -> Json:
    """The approval, when it is one of this project. Raises Refusal."""
    approval = context.engine.approval(approval_id)
    release = context.engine.release(approval["release"]["id"])
    if release["projectReference"]["id"] != context.project_id:
        raise approval_missing(approval_id)
    return approval
