"""What became of a plan of several decisions: sums, one line each, and the whole as text; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from reltui.data.decision import IN_FLIGHT, RECALLABLE, Decision, Plan, State
from reltui.model.text import SafeText
from reltui.ui.present import Line, Look, Span, span, wrap
from reltui.ui.present_words import quoted

_ORDER = (
    State.LANDED,
    State.SETTLING,
    State.SENDING,
    State.CHECKING,
    State.HELD,
    State.WAITING,
    State.UNSETTLED,
    State.DID_NOT_LAND,
    State.NOT_SENT,
    State.TAKEN_BACK,
)
STATE_ROLES: Mapping[State, str] = {
    State.LANDED: "good",
    State.DID_NOT_LAND: "bad",
    State.NOT_SENT: "bad",
    State.UNSETTLED: "bad",
    State.TAKEN_BACK: "",
}
"""How a state is drawn; all others wait."""


def sums(decisions: Iterable[Decision]) -> str:
    """How many have come to what: "2 landed, 1 not sent, 1 not settled"."""
    states = Counter(decision.state for decision in decisions)
    return ", ".join(f"{states[state]} {state}" for state in _ORDER if states[state])


def is_moving(plan: Plan) -> bool:
    """Something of it is still to come, or the answer to it is awaited."""
    return any(d.state in RECALLABLE or d.state in IN_FLIGHT for d in plan.decisions)


def verbs_of(plan: Plan) -> str:
    """What the plan does: "approve and resume"."""
    return " and ".join(dict.fromkeys(str(d.verb).removesuffix(" of") for d in plan.decisions))


def where_of(decision: Decision) -> tuple[SafeText, SafeText]:
    """Profile and project of a decision, also of one of an earlier run; empty where nothing tells."""
    if decision.draft is not None:
        return SafeText(decision.draft.server), decision.draft.project.name
    order = decision.order
    if order is None:
        return SafeText(""), SafeText("")
    return SafeText(order.server), SafeText(order.project_name)


def decision_lines(number: int, decision: Decision, cells: int, look: Look) -> list[Line]:
    """All that is known of one decision of a plan, whole."""
    server, project = where_of(decision)
    order = decision.order
    role = STATE_ROLES.get(decision.state, "wait")
    facts: list[tuple[str, Line]] = [
        (f"{number}", (Span(SafeText(decision.state.value), role), Span(SafeText(f"  {decision.sentence}")))),
        ("What", (Span(SafeText(f"{decision.verb} {decision.title}"), "head"),)),
        ("Where", (span(f"{server} / {project}  {decision.object_key[1]} {decision.object_key[2]}"),)),
    ]
    comment = order.comment if order is not None else decision.draft.comment if decision.draft else ""
    if comment:
        facts.append(("Comment", (Span(quoted(comment)),)))
    lines: list[Line] = []
    for label, value in facts:
        for index, part in enumerate(wrap(value, cells - 10)):
            lines.append((span(f" {label if index == 0 else '':<8} ", "dim"), *part))
    return lines


def export_lines(plan: Plan, look: Look) -> list[SafeText]:
    """The result as text for other people: clean, one block a decision."""
    confirmed = min((d.confirmed_at for d in plan.decisions if d.confirmed_at), default=0.0)
    since = f", confirmed {_stamp(datetime.fromtimestamp(confirmed, UTC), look)}" if confirmed else ""
    lines = [
        f"Plan {plan.id}: {verbs_of(plan)} {len(plan.decisions)}{since}",
        f"{sums(plan.decisions)}, as of {_stamp(look.now, look)}",
    ]
    for number, decision in enumerate(plan.decisions, 1):
        server, project = where_of(decision)
        kind, object_id = decision.object_key[1:]
        comment = decision.order.comment if decision.order is not None else ""
        lines += [
            "",
            f"{number:>3}  {decision.state}: {decision.verb} {decision.title}",
            f"     {server} / {project}, {kind} {object_id}",
        ]
        if comment:
            lines.append(f"     comment {quoted(comment)}")
        if decision.sentence:
            lines.append(f"     {decision.sentence}")
    return [SafeText(line) for line in lines]


def _stamp(moment: datetime, look: Look) -> str:
    return f"{moment.astimezone(look.zone):%Y-%m-%d %H:%M:%S %z}"


def cut_short_words(plan: Plan) -> str:
    """That the program ended in the middle of a plan, and how far that had come."""
    return f"A plan of {len(plan.decisions)} was cut short: {sums(plan.decisions)}. :plan shows it."
