"""The approvals before or after a stage: their order, and changing it (api.md 5.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reltui.model.decode import bool_of, count_of, mapping_of
from reltui.model.editing.shape import Json, objects

NONE, ANY_ORDER, SEQUENCE, ANY_ONE, SOME = "none", "any order", "sequence", "any one", "some"
MODES = (
    (NONE, "none, automatic"),
    (ANY_ORDER, "all, in any order"),
    (SEQUENCE, "all, in sequence"),
    (ANY_ONE, "any one of them"),
    (SOME, "a number of them"),
)
BEFORE_GATES, AFTER_GATES = "beforeGates", "afterSuccessfulGates"


def automatic() -> Json:
    """What stands for "no approval": one step that the server approves (VS402877)."""
    return {"rank": 1, "isAutomated": True, "isNotificationOn": False, "id": 0}


def new_step(rank: int, approver: Mapping[str, Any] | None) -> Json:
    """A step of a person or group; None: still to be named."""
    step: Json = {"rank": rank, "isAutomated": False, "isNotificationOn": False}
    if approver is not None:
        step["approver"] = dict(approver)
    return {**step, "id": 0}


def new_options(*, is_after: bool) -> Json:
    """The options that the portal begins with; a timeout of 0 is that of the server, 30 days."""
    return {
        "requiredApproverCount": 0,
        "releaseCreatorCanBeApprover": True,
        "autoTriggeredAndPreviousEnvironmentApprovedCanBeSkipped": False,
        "enforceIdentityRevalidation": False,
        "timeoutInMinutes": 0,
        "executionOrder": AFTER_GATES if is_after else BEFORE_GATES,
    }


def people(approvals: Mapping[str, Any]) -> list[tuple[int, Mapping[str, Any]]]:
    """The steps that ask somebody, with their places, in the order of their ranks."""
    asked = [(p, s) for p, s in objects(approvals, ("approvals",)) if not bool_of(s.get("isAutomated"))]
    return sorted(asked, key=lambda entry: count_of(entry[1].get("rank")))


def mode_of(approvals: Mapping[str, Any]) -> str:
    """The order of the approvals: one of the keys of MODES."""
    asked = people(approvals)
    options = approvals.get("approvalOptions")
    needed = count_of(options.get("requiredApproverCount")) if isinstance(options, Mapping) else 0
    if not asked:
        return NONE
    if len({count_of(step.get("rank")) for _, step in asked}) > 1:
        return SEQUENCE
    if needed == 1:
        return ANY_ONE
    return SOME if 0 < needed < len(asked) else ANY_ORDER


def with_mode(approvals: Mapping[str, Any], mode: str, *, is_after: bool) -> Json:
    """The approvals in another order; where it takes more approvers than there are, they are to be named."""
    asked = [step for _, step in people(approvals)]
    if mode == NONE:
        return {**approvals, "approvals": [automatic()]}
    fewest = {SEQUENCE: 2, SOME: 3}.get(mode, 1)
    asked += [new_step(1, None) for _ in range(fewest - len(asked))]
    ranked = [{**step, "rank": place if mode == SEQUENCE else 1} for place, step in enumerate(asked, 1)]
    options = approvals.get("approvalOptions")
    if not isinstance(options, Mapping):
        options = new_options(is_after=is_after)
    needed = {ANY_ONE: 1, SOME: 2}.get(mode, 0)
    return {
        **approvals,
        "approvals": ranked,
        "approvalOptions": {**options, "requiredApproverCount": needed},
    }


def with_approver(
    approvals: Mapping[str, Any], approver: Mapping[str, Any], *, is_after: bool
) -> tuple[Json, int]:
    """With one more approver and their place: the first that is still to be named, else at the end.

    Raises ValueError with a sentence: they are there already.
    """
    asked = [dict(step) for _, step in people(approvals)]
    ids = [str(mapping_of(step.get("approver")).get("id", "")).lower() for step in asked]
    if str(approver.get("id", "")).lower() in ids:
        raise ValueError("That person or group is an approver already.")
    if "" in ids:
        place = ids.index("")
        asked[place]["approver"] = dict(approver)
    else:
        place = len(asked)
        is_sequence = mode_of(approvals) == SEQUENCE
        asked.append(new_step(count_of(asked[-1].get("rank")) + 1 if is_sequence else 1, approver))
    options = approvals.get("approvalOptions")
    if not isinstance(options, Mapping):
        options = new_options(is_after=is_after)
    return {**approvals, "approvals": asked, "approvalOptions": options}, place


def without_step(approvals: Mapping[str, Any], place: int) -> Json:
    """Without one step; the last one makes it automatic. Ranks stay consecutive."""
    asked = [step for other, step in people(approvals) if other != place]
    if not asked:
        return {**approvals, "approvals": [automatic()]}
    ranks = sorted({count_of(step.get("rank")) for step in asked})
    ranked = [{**step, "rank": ranks.index(count_of(step.get("rank"))) + 1} for step in asked]
    options = approvals.get("approvalOptions")
    needed = count_of(options.get("requiredApproverCount")) if isinstance(options, Mapping) else 0
    found = {**approvals, "approvals": ranked}
    if isinstance(options, Mapping) and needed > max(1, len(ranked) - 1):
        found["approvalOptions"] = {**options, "requiredApproverCount": 0}
    return found
