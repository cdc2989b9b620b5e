"""The line above the footer: data age, completeness, outbox, last verdict; and the footer. Pure."""

from __future__ import annotations

import math
from collections.abc import Container, Sequence
from typing import Any

from reltui.data.decision import IN_FLIGHT, Decision, State
from reltui.data.topics import Snapshot
from reltui.ui.keys import Action, KeyMap
from reltui.ui.present import Line, Span, cut, fit, plain, span, width
from reltui.ui.widgets.rule import spread

SENTENCE_CELLS = 12
"""Less of a sentence is not worth showing."""
PROBLEM_CELLS = 9
"""So much of a problem is kept: that there is one, and where."""


def age(seconds: float, step: int = 1) -> str:
    """An age in steps of so many minutes."""
    minutes = int(seconds // 60)
    if minutes < step:
        return f"<{step} min"
    if minutes < 60:
        return f"{minutes - minutes % step} min"
    return f"{int(seconds // 3600)} h" if seconds < 86400 else f"{int(seconds // 86400)} d"


def data_state(
    snapshot: Snapshot[Any], now: float, refresh_seconds: float, automatic: bool, step: int = 1
) -> Line:
    """How old and how whole the data on screen is; `now` is `time.time()`. The age is the first span.

    `step` is that of the age, in minutes.
    """
    spans: list[Span] = []
    if snapshot.read_at is None:
        spans.append(span("loading" if snapshot.loading or not snapshot.problems else "no data", "dim"))
    else:
        seconds = max(now - snapshot.read_at, 0)
        stale = snapshot.from_cache or seconds > max(2 * refresh_seconds, 60)
        where = "saved data" if snapshot.from_cache else "data"
        spans.append(span(f"{where} {age(seconds, step)} old", "warn" if stale else ""))
    if snapshot.problems:
        first = snapshot.problems[0]
        more = f" (+{len(snapshot.problems) - 1})" if len(snapshot.problems) > 1 else ""
        spans.append(span(f" | {first.where}: {first.sentence}{more}", "warn"))
    elif snapshot.more:
        spans.append(span(" | more on G", "dim"))
    if not automatic:
        spans.append(span(" | auto-refresh off", "warn"))
    return tuple(spans)


def outbox_state(decisions: Sequence[Decision], seconds_left: float, take_back: str, step: int = 1) -> Line:
    """What is on its way, and else the last verdict. `decisions` newest first.

    `seconds_left` is of the newest held one, told in steps of so many seconds; `take_back` is the key that
    takes it back.
    """
    held = [decision for decision in decisions if decision.state is State.HELD]
    waiting = [decision for decision in decisions if decision.state is State.WAITING]
    moving = [decision for decision in decisions if decision.state in IN_FLIGHT] + waiting
    if held and not waiting:
        first = held[0]
        together = sum(decision.plan == first.plan for decision in held) if first.plan else 1
        more = f", {len(held) - together} more held" if len(held) > together else ""
        back = f", {take_back} takes {f'all {together}' if together > 1 else 'it'} back" if take_back else ""
        left = f"{first.state} {_left(seconds_left, step)} s"
        return (span(f"{left}{back}{more}: {first.verb} {first.title}", "wait"),)
    if moving:
        first = moving[0]
        more = f" (+{len(moving) - 1})" if len(moving) > 1 else ""
        if waiting and take_back:
            more += f", {take_back} takes back the rest"
        return (span(f"{first.state}{more}: {first.verb} {first.title}", "wait"),)
    unsettled = [decision for decision in decisions if decision.state is State.UNSETTLED]
    last = (unsettled or list(decisions))[:1]
    if not last:
        return (span("outbox empty", "dim"),)
    role = {State.LANDED: "good", State.TAKEN_BACK: "", State.UNSETTLED: "bad"}.get(last[0].state, "bad")
    return tuple(Span(part.text, role) for part in verdict(last[0]))


def _left(seconds: float, step: int) -> str:
    """Seconds to come: as many at most."""
    steps = math.ceil(seconds / step)
    return f"{steps}" if step == 1 else f"<{max(steps, 1) * step}"


def verdict(decision: Decision) -> Line:
    """What became of a decision, the word for it first: it is the last to be cut away."""
    tail = f". {decision.sentence}" if decision.sentence else ""
    return (span(f"{decision.state}: {decision.verb} {decision.title}"), span(tail))


def status_line(data: Line, outbox: Line, whole: str, cells: int, ascii: bool) -> Line:
    """Both halves. The age stays whole, then the outbox; `whole` is the key that shows what was cut."""
    if not data:
        return spread((), (*_cut(outbox, cells - 2, whole, ascii), span(" ")), cells, ascii)
    kept = width(data[0].text) + (PROBLEM_CELLS if len(data) > 1 else 0)
    right = _cut(outbox, cells - kept - 5, whole, ascii)
    return spread((span(" "), *data), (span("| ", "dim"), *right, span(" ")), cells, ascii)


def _cut(outbox: Line, cells: int, whole: str, ascii: bool) -> Line:
    if width(plain(outbox)) <= cells:
        return outbox
    hint = span(f" {whole}" if whole else "", "key")
    room = cells - len(hint.text)
    first = outbox[0]
    if width(first.text) + SENTENCE_CELLS <= room:
        return (*fit(outbox, room, ascii), hint)
    # The stage stands at the end of what a decision is about.
    return (Span(cut(first.text, room, ascii), first.role), hint)


def footer(
    actions: Sequence[Action], keymap: KeyMap, cells: int, greyed: Container[str] = frozenset()
) -> Line:
    """The keys that do something now; as many as fit, the later ones are left out.

    `greyed`: the ids of those that only say why the server cannot do it.
    """
    spans: list[Span] = [span(" ")]
    used = 1
    for action in actions:
        key = keymap.key_of(action.id)
        length = len(key) + len(action.label) + 3
        if not key or used + length > cells:
            continue
        if action.id in greyed:
            spans.append(span(f"{key} {action.label}  ", "dim"))
        else:
            spans += [span(key, "key"), span(f" {action.label}  ")]
        used += length
    return tuple(spans)
