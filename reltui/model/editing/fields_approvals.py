"""Fields of the approvals and of the gates before or after a stage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reltui.model.editing.approving import (
    AFTER_GATES,
    BEFORE_GATES,
    MODES,
    NONE,
    SEQUENCE,
    SOME,
    mode_of,
    people,
    with_mode,
    without_step,
)
from reltui.model.editing.outline import Kind
from reltui.model.editing.shape import Json
from reltui.model.editing.slots import FieldKind, Form, Pick, flag, id_of, identity_ref, identity_shown
from reltui.model.resources import Choice
from reltui.model.text import SafeText

YEAR = 365 * 24 * 60
"""The longest time limit of an approval, in minutes (api.md 5.4)."""
NEW_GATES: Mapping[str, Any] = {
    "isEnabled": True,
    "timeout": 1440,
    "samplingInterval": 15,
    "stabilizationTime": 5,
    "minimumSuccessDuration": 0,
}
"""What the portal begins with, in minutes."""


def approvals(form: Form) -> None:
    """Who is asked, in which order, and the rules of it."""
    is_after = form.node.kind is Kind.AFTER
    found = form.get(())
    plan: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
    mode = mode_of(plan)
    form.section = "Approvals"
    form.choice(
        "mode",
        "Approvals",
        (),
        MODES,
        value=mode,
        write=lambda key: form.set((), with_mode(plan, key, is_after=is_after)),
        help="Who has to approve for the deployment to go on.",
    )
    for number, (place, step) in enumerate(people(plan), 1):
        _approver(form, plan, number, place, step)
    if mode == SOME:
        form.number(
            "needed",
            "Approvals needed",
            ("approvalOptions", "requiredApproverCount"),
            low=1,
            high=len(people(plan)),
        )
    if mode == NONE:
        return
    form.section = "Rules"
    options = form.get(("approvalOptions",))
    old = isinstance(options, Mapping) and "timeoutInMinutes" not in options and "timeoutInMintues" in options
    form.time(
        "timeout",
        "Time limit",
        ("approvalOptions", "timeoutInMintues" if old else "timeoutInMinutes"),
        zero="30d, the server's own",
        high=YEAR,
        help="After that the deployment is rejected. Such as 90m, 24h or 2d; at most 365d.",
    )
    form.flag(
        "creator",
        "Creator may approve",
        ("approvalOptions", "releaseCreatorCanBeApprover"),
        default=True,
        help="Who created the release or asked for the deployment may approve it too.",
    )
    form.flag(
        "revalidate",
        "Sign in again",
        ("approvalOptions", "enforceIdentityRevalidation"),
        help="Approvers have to sign in again in the browser.",
    )
    if not is_after:
        form.flag(
            "skip",
            "Skip if approved",
            ("approvalOptions", "autoTriggeredAndPreviousEnvironmentApprovedCanBeSkipped"),
            help="Not asked again when the same person approved the stage before.",
        )
    form.choice(
        "order",
        "Order with gates",
        ("approvalOptions", "executionOrder"),
        (
            (BEFORE_GATES, "approvals first"),
            (AFTER_GATES, "after gates that succeed"),
            ("afterGatesAlways", "after gates, however they end"),
        ),
        default=BEFORE_GATES,
    )


def _approver(form: Form, plan: Mapping[str, Any], number: int, place: int, step: Mapping[str, Any]) -> None:
    def write(new: str | Choice) -> Json:
        ref = identity_ref(new)
        if any(id_of(other.get("approver")).lower() == ref["id"].lower() for _, other in people(plan)):
            raise ValueError("That person or group is an approver already.")
        return form.set(("approvals", place, "approver"), ref)

    form.add(
        f"approver:{place}",
        f"Approver {number}" if mode_of(plan) == SEQUENCE else "Approver",
        FieldKind.PICK,
        id_of(step.get("approver")),
        write,
        shown=identity_shown(step.get("approver")) or SafeText("(to be named)"),
        is_required=True,
        pick=Pick.PERSON,
        path=("approvals", place, "approver"),
        remove=lambda: form.set((), without_step(plan, place)),
    )


def gates(form: Form) -> None:
    """The rules of the gates; the gates themselves are nodes."""
    found = form.get(())
    step: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
    options = step.get("gatesOptions")
    form.section = "Gates"
    if not isinstance(options, Mapping):
        form.flag(
            "enabled",
            "Gates asked",
            ("gatesOptions",),
            write=lambda new: _switched(form, new),
            help="Add a gate to have something checked again and again until it is well.",
        )
        return
    form.flag("enabled", "Gates asked", ("gatesOptions", "isEnabled"))
    _time(form, "stabilization", "Delay before first", "stabilizationTime", "none")
    _time(form, "sampling", "Between samples", "samplingInterval", "none")
    _time(form, "timeout", "Time limit", "timeout", "none")
    _time(form, "success", "Succeeds at least", "minimumSuccessDuration", "one sample is enough")


def _time(form: Form, id: str, label: str, name: str, zero: str) -> None:
    form.time(id, label, ("gatesOptions", name), zero=zero)


def _switched(form: Form, new: str | Choice) -> Json:
    return form.set(("gatesOptions",), dict(NEW_GATES)) if flag(new) else dict(form.raw)
