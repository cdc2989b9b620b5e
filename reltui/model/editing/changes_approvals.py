"""What differs in who approves a stage and in its gates: in words, and then what the words leave out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from reltui.model.decode import bool_of, mapping_of, objects_of, scalar_of
from reltui.model.editing import wording
from reltui.model.editing.changes_task import gate_tasks_differ
from reltui.model.editing.matching import AUTOMATIC
from reltui.model.editing.owned import APPROVALS
from reltui.model.editing.telling import (
    Found,
    Label,
    Row,
    Spot,
    inside,
    list_differs,
    members_differ,
    object_differs,
    reads_otherwise,
)
from reltui.model.resources import Resources

_ORDERS = {
    "beforegates": "before the gates",
    "aftersuccessfulgates": "after the gates pass",
    "aftergatesalways": "after the gates, passed or not",
}
_APPROVAL: Mapping[str, Label] = {
    "timeoutInMinutes": ("timeout", lambda value: wording.minutes_words(value or 0, "30 days (default)")),
    "releaseCreatorCanBeApprover": ("creator may approve", lambda value: _truth(value, default=True)),
    "autoTriggeredAndPreviousEnvironmentApprovedCanBeSkipped": (
        "skipped if approved the stage before",
        lambda value: _truth(value),
    ),
    "enforceIdentityRevalidation": ("identity checked again", lambda value: _truth(value)),
    "executionOrder": (
        "asked",
        lambda value: _ORDERS.get(scalar_of(value or "beforeGates").lower(), scalar_of(value)),
    ),
}
_GATES: Mapping[str, Label] = {
    "isEnabled": "on",
    "timeout": "timeout in minutes",
    "samplingInterval": "asked every (minutes)",
    "stabilizationTime": "delay in minutes",
    "minimumSuccessDuration": "steady for (minutes)",
}
_NEW_STEP: Mapping[str, object] = {"rank": 1, "isAutomated": False}
"""Of an approver that is new, what need not be told."""


def people(raw: Row) -> Iterator[Mapping[str, Any]]:
    """Everybody who is asked in a definition or owns a stage of it."""
    for stage in objects_of(raw.get("environments")):
        for side in APPROVALS:
            for step in objects_of(mapping_of(stage.get(side)).get("approvals")):
                if isinstance(step.get("approver"), Mapping):
                    yield step["approver"]
        if isinstance(stage.get("owner"), Mapping):
            yield stage["owner"]


def approvals_differ(names: Mapping[str, str], side: str, spot: Spot, old: Row, new: Row) -> Found:
    """Who is asked, how, and for how long; `names`: as of `people_names`."""
    words = partial(wording.approvals_words, names=names)
    was, now = words(old), words(new)
    said = reads_otherwise(words, new) if was != now else None
    if was != now:
        yield spot.told(side, was or None, now or None)

    def tell_options(own: Spot, before: Row, after: Row) -> Found:
        # Where nobody is asked any more, nothing of how they were asked is left but when.
        told = frozenset(before) - {"executionOrder"} if was != now == AUTOMATIC else frozenset[str]()
        about = replace(own, about=f"{side} ")
        yield from members_differ(about, before, after, _APPROVAL, told, inside(said, new, "approvalOptions"))

    yield from object_differs(spot, "approvalOptions", old, new, tell_options)
    spot = replace(spot, about=f"{side}: ")
    in_steps = inside(said, new, "approvals")

    def tell(own: Spot, before: Row | None, after: Row | None) -> Found:
        if said is None and (before is None or after is None):
            persons = (
                None if row is None else wording.person_words(row.get("approver")) or AUTOMATIC
                for row in (before, after)
            )
            yield own.told(f"{spot.about}approver", *persons)
        if after is not None:
            place = own.new[-1] if isinstance(own.new[-1], int) else None
            own_said = inside(in_steps, new.get("approvals"), place)
            first = {key: value for key, value in _NEW_STEP.items() if key in after}
            yield from members_differ(own, first if before is None else before, after, {}, said=own_said)

    yield from list_differs(spot, "approvals", old, new, tell)
    yield from members_differ(spot, old, new, {}, frozenset({"approvals", "approvalOptions"}))


def gates_differ(known: Resources, side: str, spot: Spot, old: Row, new: Row) -> Found:
    """What is asked before or after a stage, whether it is on, and how."""
    was, now = wording.gates_words(old), wording.gates_words(new)
    said = reads_otherwise(wording.gates_words, new) if was != now else None
    if was != now:
        yield spot.told(side, was or None, now or None)

    def tell_options(own: Spot, before: Row, after: Row) -> Found:
        on = [None if "isEnabled" not in row else _on(row["isEnabled"]) for row in (before, after)]
        told = frozenset({"isEnabled"}) if on[0] != on[1] else frozenset[str]()
        if on[0] != on[1] and (on[0] or on[1] != "off"):
            yield own.member("isEnabled").told(side, on[0], on[1])
        about = replace(own, about=f"{side}: ")
        yield from members_differ(about, before, after, _GATES, told, inside(said, new, "gatesOptions"))

    yield from object_differs(spot, "gatesOptions", old, new, tell_options)
    spot = replace(spot, about=f"{side}: ")
    yield from list_differs(
        spot,
        "gates",
        old,
        new,
        lambda place, a, b: gate_tasks_differ(place, a, b, known, is_told=said is not None),
    )
    yield from members_differ(spot, old, new, {}, frozenset({"gates", "gatesOptions"}))


def _on(value: object) -> str:
    return ("on" if value else "off") if isinstance(value, bool) else scalar_of(value) or "other"


def _truth(value: object, *, default: bool = False) -> str:
    return "yes" if bool_of(value, default=default) else "no"
