"""Gates: how they stand in a cell, and round by round; pure (api.md 5.6)."""

from __future__ import annotations

from reltui.model.approval import ApprovalType, ExecutionOrder
from reltui.model.attempt import Attempt, Gates, GatesPlan, GateStatus, Job, TaskStatus
from reltui.model.release import Environment
from reltui.model.text import SafeText
from reltui.ui.present import Cell, Line, Look, Span, flow, joined, line, plain, span, width, wrap
from reltui.ui.present_words import clock, count, long_span, one_line, step_word, within, words_of

ROUNDS = 50
"""So many rounds are told one by one, the newest; the others are counted."""
GATES_ROLES: dict[str, str] = {
    GateStatus.SUCCEEDED: "good",
    GateStatus.FAILED: "bad",
    GateStatus.IN_PROGRESS: "info",
    GateStatus.PENDING: "info",
}


def gates_cell(environment: Environment, cells: int) -> Cell:
    """The gates before and after, of the newest attempt: "2/2", "1/2 running", "failed", "ignored 1"."""
    latest = environment.latest
    both = (
        _forms(latest.pre_gates if latest else None, environment.pre_gates),
        _forms(latest.post_gates if latest else None, environment.post_gates),
    )
    sides = [forms for forms in both if forms]
    if not sides:
        return span("-", "dim")
    for form in range(3):
        whole = joined([(forms[min(form, len(forms) - 1)],) for forms in sides], " > ")
        if width(plain(whole)) <= cells:
            return whole
    # Only one side has room: the one that is further on.
    told = [forms for forms in sides if forms[0].role != "dim"] or sides
    return next((form for form in told[-1] if width(form.text) <= cells), told[-1][-1])


def _forms(gates: Gates | None, plan: GatesPlan) -> list[Span]:
    """How one side may be told, from long to short; empty where nothing is asked."""
    if gates is None or gates.status == GateStatus.NONE:
        return [span(f"0/{len(plan.names)}", "dim")] if plan.asks else []
    passed, number = _passed(gates, plan)
    figure = f"{passed}/{number}"
    if gates.is_running:
        return [span(f"{figure} running", "info"), span(f"{figure} run", "info"), span(figure, "info")]
    if gates.status == GateStatus.FAILED:
        return [span("failed", "bad")]
    if gates.status == GateStatus.SUCCEEDED:
        ignored = len(gates.ignored)
        if not ignored:
            return [span(figure, "good")]
        texts = (f"{figure} ignored {ignored}", f"ignored {ignored}", f"ign {ignored}")
        return [span(text, "warn") for text in texts]
    return [span(words_of(gates.status), "dim"), span("canc", "dim")]


def _passed(gates: Gates, plan: GatesPlan) -> tuple[int, int]:
    """How many gates count as passed in the newest round, of how many."""
    newest = gates.samples[-1].tasks if gates.samples else ()
    names = {task.name for task in newest} or set(plan.names)
    passed = {task.name for task in newest if task.status == TaskStatus.SUCCEEDED}
    return len(passed | (names & set(gates.ignored))), len(names)


def gates_lines(
    environment: Environment, attempt: Attempt | None, type: ApprovalType, cells: int, look: Look
) -> list[Line]:
    """The gates of one side: what is asked, how it stands, and each round, the newest first."""
    is_post = type == ApprovalType.POST_DEPLOY
    plan = environment.post_gates if is_post else environment.pre_gates
    gates = (attempt.post_gates if is_post else attempt.pre_gates) if attempt is not None else None
    rules = environment.post_plan if is_post else environment.pre_plan
    title = f"Gates {'after' if is_post else 'before'} the deployment"
    if gates is None:
        if not plan.asks:
            return []
        names = ", ".join(within(name) for name in plan.names)
        words = f"  {plan_words(plan, rules.options.execution_order)}: {names}"
        return flow(line(" ", span(title, "head")), line(span(words, "dim")), cells, 3, look.ascii)
    head = line(" ", span(title, "head"), "  ", *state_words(gates, plan, look))
    rule = plan_words(plan, rules.options.execution_order)
    lines = flow(head, line(span(f"  {rule}" if plan.asks else "", "dim")), cells, 3, look.ascii)
    rounds = list(enumerate(gates.samples, 1))[::-1]
    for number, sample in rounds[:ROUNDS]:
        lines += round_lines(number, sample, gates, cells, look)
    if len(rounds) > ROUNDS:
        lines.append(line("   ", span(f"and {count(len(rounds) - ROUNDS, 'earlier round')}", "dim")))
    if not rounds:
        words = "no round has been run yet" if gates.is_running else "no round was run"
        lines.append(line("   ", span(words, "dim")))
    return lines


def state_words(gates: Gates, plan: GatesPlan, look: Look) -> Line:
    """How the gates stand: "running, 1/2 in round 3, since 09:12"."""
    passed, number = _passed(gates, plan)
    role = GATES_ROLES.get(gates.status, "dim")
    status = "running" if gates.is_running else words_of(gates.status)
    parts: list[Line] = [line(span(status, role), f" {passed}/{number}" if number else "")]
    if gates.samples:
        parts.append(line(count(len(gates.samples), "round")))
    if gates.ignored:
        names = ", ".join(within(name) for name in gates.ignored)
        parts.append((span(f"ignored: {names}", "warn"),))
    if gates.started_on is not None:
        parts.append(line(f"since {clock(gates.started_on, look)}"))
    end = gates.stabilized_on or (None if gates.is_running else gates.last_modified_on)
    if end is not None and not gates.is_running:
        parts.append(line(f"until {clock(end, look)}"))
    elif gates.succeeding_since is not None:
        parts.append(line(f"all pass since {clock(gates.succeeding_since, look)}"))
    return joined(parts)


def plan_words(plan: GatesPlan, order: ExecutionOrder | SafeText) -> str:
    """The rules of gates: how often, how long, and whether persons are asked first."""
    words = []
    if plan.sampling_interval:
        words.append(f"every {long_span(plan.sampling_interval * 60)}")
    if plan.timeout:
        words.append(f"at most {long_span(plan.timeout * 60)}")
    if plan.stabilization:
        words.append(f"first after {long_span(plan.stabilization * 60)}")
    if plan.minimum_success:
        words.append(f"all must pass for {long_span(plan.minimum_success * 60)}")
    orders: dict[str, str] = {
        ExecutionOrder.BEFORE_GATES: "behind the approvals",
        ExecutionOrder.AFTER_SUCCESSFUL_GATES: "approvals come once they have passed",
        ExecutionOrder.AFTER_GATES_ALWAYS: "approvals come whatever they say",
    }
    words.append(orders.get(order, order))
    return ", ".join(words)


def round_lines(number: int, sample: Job, gates: Gates, cells: int, look: Look) -> list[Line]:
    """One round: its number and time, and what each gate said, with its issues."""
    begun = [t.started_on for t in (sample.task, *sample.tasks) if t is not None and t.started_on is not None]
    head = f"   {number:>3} {clock(min(begun, default=None), look):<12} "
    results: list[Line] = []
    notes: list[Line] = []
    for gate in sample.tasks:
        ignored = gate.name in gates.ignored
        word = step_word(gate.status)
        mark = (span(" (ignored)", "warn"),) if ignored else ()
        results.append(line(f"{within(gate.name)} ", word, *mark))
        for issue in gate.issues:
            words = one_line(issue.message)
            if not words.startswith(gate.name):
                words = SafeText(f"{within(gate.name)}: {words}")
            role = "dim" if ignored or word.text == "ok" else "bad"
            notes += wrap(line(span(words, role)), max(cells - 21, 20), 3, look.ascii)
    rows = wrap(joined(results), max(cells - len(head), 20)) if results else [line(span("no answer", "dim"))]
    indent = span(" " * len(head))
    return [
        (span(head, "dim"), *rows[0]),
        *((indent, *row) for row in (*rows[1:], *notes)),
    ]
