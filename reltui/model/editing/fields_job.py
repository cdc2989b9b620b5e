"""Fields of a job: where it runs, on how many, for how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reltui.model.decode import int_of, list_of
from reltui.model.editing.kinds import JobKind, job_kind
from reltui.model.editing.outline import is_old_job
from reltui.model.editing.shape import Json, Path
from reltui.model.editing.slots import FieldKind, Form, Pick, plain, typed
from reltui.model.resources import Choice
from reltui.model.text import SafeText, clean

INPUT = "deploymentInput"
_PARALLEL = (INPUT, "parallelExecution")
_ALONE, _CONFIGURATIONS, _MACHINES = "none", "multiConfiguration", "multiMachine"


def job(form: Form) -> None:
    """All fields of a job, by its kind."""
    if is_old_job(form.base):
        _old_job(form)
        return
    row = form.get(())
    kind = job_kind(row if isinstance(row, Mapping) else {})
    form.section = "Job"
    form.text("name", "Name", ("name",), is_required=True)
    if kind == JobKind.AGENT:
        _queue(form, "Agent queue", Pick.QUEUE)
        _specification(form)
        _demands(form)
    elif kind == JobKind.GROUP:
        _queue(form, "Deployment group", Pick.DEPLOYMENT_GROUP)
        form.names("tags", "Machine tags", (INPUT, "tags"), help="Only machines that have all of them.")
        _demands(form)
        form.choice(
            "health",
            "Machines at once",
            (INPUT, "deploymentHealthOption"),
            (
                ("OneTargetAtATime", "one"),
                ("QuarterOfTargetsInParallel", "a quarter"),
                ("HalfOfTargetsInParallel", "half"),
                ("AllTargetsInParallel", "all"),
                ("Custom", "as many as leaves enough healthy"),
            ),
        )
        form.number("percent", "Healthy at least", (INPUT, "healthPercent"), high=100, unit="%")
    if kind == JobKind.GATES:
        return
    form.section = "Runs"
    form.text(
        "condition",
        "Runs when",
        (INPUT, "condition"),
        help="Such as succeeded(), failed(), always(), or a condition of your own.",
    )
    form.time("timeout", "Time limit", (INPUT, "timeoutInMinutes"), zero="none")
    form.time(
        "cancel",
        "Time to stop",
        (INPUT, "jobCancelTimeoutInMinutes"),
        zero="none",
        help="How long tasks may go on when the job is canceled. Such as 1m.",
    )
    if kind in (JobKind.AGENT, JobKind.SERVER):
        _parallelism(form, kind)
    if kind in (JobKind.AGENT, JobKind.GROUP):
        form.section = "Agent"
        form.flag(
            "token",
            "Token for scripts",
            (INPUT, "enableAccessToken"),
            help="Scripts can call the server in the name of the job.",
        )
        form.flag("skip", "Skip the artifacts", (INPUT, "skipArtifactsDownload"), help="Downloads nothing.")
    form.section = "More"
    form.text("reference", "Reference name", ("refName",), help="For output variables of its tasks.")


def _old_job(form: Form) -> None:
    """What the stage itself has where the server knows no jobs yet."""
    stage = Form(form.raw, replace(form.node, path=form.base[:2]), form.known, "Job", form.slots)
    _queue(stage, "Agent queue", Pick.QUEUE, ("queueId",))
    _demands(stage, ("demands",))


def _queue(form: Form, label: str, pick: Pick, path: Path = (INPUT, "queueId")) -> None:
    value = form.get(path)
    number = int_of(value) or 0
    of_agents = pick is Pick.QUEUE
    known = form.known.queue(number) if of_agents else form.known.deployment_group(number)

    def write(new: str | Choice) -> Json:
        text = typed(new).strip()
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise ValueError(f"Pick {'a queue' if of_agents else 'a deployment group'} from the list.")
        return form.set(path, int(text))

    form.add(
        "queue",
        label,
        FieldKind.PICK,
        plain(value),
        write,
        shown=known.name if known else SafeText(f"id {clean(plain(value))}" if number else "(to be picked)"),
        is_required=True,
        pick=pick,
        path=path,
    )


def _specification(form: Form) -> None:
    path = (INPUT, "agentSpecification")
    value = form.get(path)
    name = plain(value.get("identifier")) if isinstance(value, Mapping) else ""

    def write(new: str | Choice) -> Json:
        text = typed(new).strip()
        if not text:
            return form.set(path, None)
        return form.set(path, {**(value if isinstance(value, Mapping) else {}), "identifier": text})

    form.add(
        "specification",
        "Agent specification",
        FieldKind.TEXT,
        name,
        write,
        help="The image of a hosted agent, such as windows-2022; empty for own agents.",
        path=path,
    )


def _demands(form: Form, path: Path = (INPUT, "demands")) -> None:
    """One on a line; objects of older clients stay objects while their line stays."""
    there = {demand_text(demand): demand for demand in list_of(form.get(path))}

    def write(new: str | Choice) -> Json:
        lines = [line.strip() for line in typed(new).splitlines() if line.strip()]
        return form.set(path, [there.get(line, line) for line in lines])

    form.add(
        "demands",
        "Demands",
        FieldKind.LINES,
        "\n".join(there),
        write,
        help="One on a line: java, or Agent.Version -gtVersion 2.0, or os -equals linux.",
        path=path,
    )


def demand_text(demand: object) -> str:
    """A demand as the portal writes it into one line."""
    if not isinstance(demand, Mapping):
        return plain(demand)
    name, value = plain(demand.get("name")), plain(demand.get("value"))
    return f"{name} -equals {value}" if value else name


def _parallelism(form: Form, kind: Any) -> None:
    form.section = "Parallel"
    found = form.get(_PARALLEL)
    execution: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
    choices = [(_ALONE, "no"), (_CONFIGURATIONS, "for several configurations")]
    if kind == JobKind.AGENT:
        choices.append((_MACHINES, "on several agents"))

    def write(key: str) -> Json:
        if key == _ALONE:
            return form.set(_PARALLEL, {"parallelExecutionType": _ALONE})
        wanted: Json = {"parallelExecutionType": key}
        if key == _CONFIGURATIONS:
            wanted["multipliers"] = execution.get("multipliers") or ""
        wanted["maxNumberOfAgents"] = execution.get("maxNumberOfAgents") or 1
        wanted["continueOnError"] = execution.get("continueOnError") or False
        return form.set(_PARALLEL, wanted)

    form.choice(
        "parallel",
        "In parallel",
        (*_PARALLEL, "parallelExecutionType"),
        choices,
        default=_ALONE,
        write=write,
    )
    kind_now = plain(execution.get("parallelExecutionType")).lower() or _ALONE
    if kind_now in (_ALONE, "0"):
        return
    if kind_now in (_CONFIGURATIONS.lower(), "1"):
        form.text(
            "multipliers",
            "Multipliers",
            (*_PARALLEL, "multipliers"),
            help="Names of variables whose values, with commas between, make one job each.",
            is_required=True,
        )
    form.number("agents", "Agents at most", (*_PARALLEL, "maxNumberOfAgents"), low=1)
    if "continueOnError" in execution:
        form.flag("go-on", "Go on after errors", (*_PARALLEL, "continueOnError"))
