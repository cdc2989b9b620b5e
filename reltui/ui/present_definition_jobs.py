"""The jobs of a stage of a definition, their tasks, and what the tasks are given; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reltui.model.decode import bool_of, count_of, list_of, mapping_of, objects_of, scalar_of, text_of
from reltui.model.difference import hides_value
from reltui.model.resources import Resources, TaskInput
from reltui.model.text import SafeText, clean
from reltui.ui.present import Line, Look, Span, fit, line, padded, span, width, wrap
from reltui.ui.present_release_content import MASKED
from reltui.ui.present_words import count, job_words, long_span, name_cell

NAME_CELLS = 26
"""The room for the name of an input."""
GROUP = "machineGroupBasedDeployment"
GATES = (("Gates before", "preDeploymentGates"), ("Gates after", "postDeploymentGates"))


def phases_of(stage: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The jobs in their order."""
    return sorted(objects_of(stage.get("deployPhases")), key=lambda phase: count_of(phase.get("rank")))


def job_lines(stage: Mapping[str, Any], known: Resources, cells: int, look: Look) -> list[Line]:
    """The tab of jobs and tasks of the selected stage, a line for each."""
    lines: list[Line] = []
    for phase in phases_of(stage):
        lines.append(_job_line(phase, known, cells, look))
        rules = ", ".join(_job_rules(phase))
        if rules:
            lines += [(span("   "), *row) for row in wrap((span(rules, "dim"),), cells - 3)]
        tasks = list(objects_of(phase.get("workflowTasks")))
        for number, task in enumerate(tasks, 1):
            lines.append(_task_line(number, task, cells, look))
        if not tasks:
            lines.append(line("     ", span("No tasks.", "dim")))
    return lines or [(), line(" ", span("No jobs.", "dim"))]


def _job_line(phase: Mapping[str, Any], known: Resources, cells: int, look: Look) -> Line:
    kind = scalar_of(phase.get("phaseType"))
    where = _where(phase, known)
    name = name_cell(text_of(phase.get("name")) or job_words(kind), cells - 34, look, "head")
    row = line(" ", *name, span(f"  {job_words(kind)}{f': {where}' if where else ''}", "dim"))
    return fit(row, cells, look.ascii)


def _where(phase: Mapping[str, Any], known: Resources) -> str:
    """The queue or deployment group by its name where that is known, else by its number."""
    given = mapping_of(phase.get("deploymentInput"))
    number = count_of(given.get("queueId"))
    if not number:
        return ""
    if scalar_of(phase.get("phaseType")) == GROUP:
        group = known.deployment_group(number)
        tags = ", ".join(text_of(tag) for tag in list_of(given.get("tags")) if isinstance(tag, str))
        name = group.name if group is not None else f"group {number}"
        return f"{name} ({tags})" if tags else name
    queue = known.queue(number)
    return queue.name if queue is not None else f"queue {number}"


def _job_rules(phase: Mapping[str, Any]) -> Iterator[str]:
    """What is not as usual about a job."""
    given = mapping_of(phase.get("deploymentInput"))
    yield from _run_rules(given)
    parallel = mapping_of(given.get("parallelExecution"))
    kind = scalar_of(parallel.get("parallelExecutionType"))
    if kind not in ("", "none"):
        agents = count_of(parallel.get("maxNumberOfAgents"))
        over = text_of(parallel.get("multipliers"))
        yield f"{kind}{f' over {over}' if over else ''}{f', at most {agents} agents' if agents else ''}"
    demands = [
        text_of(each) or text_of(mapping_of(each).get("name")) for each in list_of(given.get("demands"))
    ]
    if demands:
        yield f"demands {', '.join(demands)}"
    if bool_of(given.get("skipArtifactsDownload")):
        yield "artifacts are not downloaded"
    if bool_of(given.get("enableAccessToken")):
        yield "scripts may use the token"
    health = scalar_of(given.get("deploymentHealthOption"))
    if health:
        percent = count_of(given.get("healthPercent"))
        yield f"rolls out {health}{f', {percent}% stay up' if percent else ''}"


def _run_rules(row: Mapping[str, Any]) -> Iterator[str]:
    """Condition and time limit of a job or a task, where they are not as usual."""
    condition = text_of(row.get("condition"))
    if condition not in ("", "succeeded()"):
        yield f"if {condition}"
    minutes = count_of(row.get("timeoutInMinutes"))
    if minutes:
        yield f"ends after {long_span(minutes * 60)}"


def _task_line(number: int, task: Mapping[str, Any], cells: int, look: Look) -> Line:
    enabled = bool_of(task.get("enabled"), default=True)
    rules = list(_run_rules(task))
    if bool_of(task.get("continueOnError")):
        rules.insert(0, "goes on after an error")
    if bool_of(task.get("alwaysRun")):
        rules.insert(0, "always runs")
    retries = count_of(task.get("retryCountOnTaskFailure"))
    if retries:
        rules.append(count(retries, "retry", "retries"))
    return fit(
        line(
            f"   {number:>3} ",
            *name_cell(
                text_of(task.get("name")) or SafeText("task"),
                max(cells - 36, 20),
                look,
                "" if enabled else "dim",
            ),
            span(f"  {_version(task)}", "dim"),
            span("" if enabled else "  disabled", "warn"),
            span(f"  {', '.join(rules)}" if rules else "", "dim"),
        ),
        cells,
        look.ascii,
    )


def _version(task: Mapping[str, Any]) -> str:
    version = text_of(task.get("version"))
    return f"task group {version}" if scalar_of(task.get("definitionType")) == "metaTask" else version


def input_lines(stage: Mapping[str, Any], known: Resources, cells: int, look: Look) -> list[Line]:
    """The tab of what each task, and each gate, is given; values that may be secret are masked."""
    lines: list[Line] = []
    for phase in phases_of(stage):
        kind = scalar_of(phase.get("phaseType"))
        lines.append(
            line(" ", *name_cell(text_of(phase.get("name")) or job_words(kind), cells - 2, look, "head"))
        )
        for number, task in enumerate(objects_of(phase.get("workflowTasks")), 1):
            lines += _given(f"{number:>3} ", task, known, cells, look)
    for title, member in GATES:
        gates = [
            task
            for gate in objects_of(mapping_of(stage.get(member)).get("gates"))
            for task in objects_of(gate.get("tasks"))
        ]
        if gates:
            lines.append(line(" ", span(title, "head")))
        for number, task in enumerate(gates, 1):
            lines += _given(f"{number:>3} ", task, known, cells, look)
    return lines or [(), line(" ", span("No tasks.", "dim"))]


def _given(number: str, task: Mapping[str, Any], known: Resources, cells: int, look: Look) -> Iterator[Line]:
    """One task with what it is given; what is empty is counted only."""
    kind = known.task_type(text_of(task.get("taskId")), text_of(task.get("version")))
    inputs = mapping_of(task.get("inputs"))
    full = [(name, value) for name, value in inputs.items() if _text(value)]
    empty = len(inputs) - len(full)
    about: list[str] = [kind.label or kind.name] if kind is not None else []
    about += [_version(task), f"{empty} empty" if empty else ""]
    head = line(
        f"   {number}",
        *name_cell(text_of(task.get("name")) or SafeText("task"), max(cells - 40, 20), look),
        span(f"  {', '.join(filter(None, about))}", "dim"),
    )
    yield fit(head, cells, look.ascii)
    planned = {each.name: each for each in kind.inputs} if kind is not None else {}
    for name, value in full:
        plan = planned.get(name)
        shown = MASKED if hides_value(str(name)) else _named(_text(value), plan, known)
        yield from _value_lines(plan.label if plan is not None else clean(str(name)), shown, cells, look)
    for name, value in mapping_of(task.get("environment")).items():
        shown = MASKED if hides_value(str(name)) else _text(value)
        yield from _value_lines(SafeText(f"${clean(str(name))}"), shown, cells, look)


def _named(value: str, plan: TaskInput | None, known: Resources) -> str:
    """A value as people know it: the name of a connection or of an option."""
    if plan is None:
        return value
    if plan.type.startswith("connectedService"):
        connection = known.connection(value)
        return connection.name if connection is not None else value
    return next((label for option, label in plan.options if option == value), value)


def _text(value: object) -> str:
    """The value of an input, clean, with its lines."""
    return clean(value, lines=True) if isinstance(value, str) else scalar_of(value)


def _value_lines(label: SafeText, value: str, cells: int, look: Look) -> Iterator[Line]:
    """A name and its value; a text of several lines stands below it, each set off by a bar."""
    rows = value.splitlines() or [""]
    name = padded(name_cell(label, NAME_CELLS, look, "dim"), NAME_CELLS + 1)
    if len(rows) == 1 and width(rows[0]) <= cells - NAME_CELLS - 9:
        yield line("       ", *name, rows[0])
        return
    yield line("       ", *name)
    bar = span("         | ", "dim")
    for row in rows:
        for part in wrap((Span(SafeText(row)),), cells - 12):
            yield (bar, *part)
