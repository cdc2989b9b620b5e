"""The comments in the text of a definition: names beside ids, what is allowed, stages in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reltui.errors import Malformed
from reltui.model.decode import int_of, mapping_of, text_of
from reltui.model.definition import DefinitionEnvironment, definition_from_json
from reltui.model.editing.kinds import JobKind, job_kind
from reltui.model.editing.schema import ALLOWED
from reltui.model.editing.wording import approvals_words, minutes_words
from reltui.model.following import trigger_words
from reltui.model.resources import Resources
from reltui.model.text import clean
from reltui.model.values import dataclass

SECRET = "kept as it is; write a text to replace it"  # noqa: S105 - it is said of a secret
LONGEST = 160
"""Characters of one comment that come from the server."""

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_STATES = {
    "4": "when it succeeded",
    "128": "when it partially succeeded",
    "132": "whether wholly or partially",
}

_ALWAYS: Mapping[tuple[str, str], str] = {
    ("rules", "requiredApproverCount"): "so many are enough; 0: all of them",
    ("rules", "timeoutInMinutes"): "minutes; 0: 30 days",
    ("rules", "timeoutInMintues"): "minutes; 0: 30 days",
    ("input", "timeoutInMinutes"): "minutes; 0: as long as it takes",
    ("input", "jobCancelTimeoutInMinutes"): "minutes",
    ("task", "timeoutInMinutes"): "minutes; 0: as long as it takes",
    ("options", "timeoutInMinutes"): "minutes",
    ("sampling", "timeout"): "minutes",
    ("sampling", "samplingInterval"): "minutes",
    ("sampling", "stabilizationTime"): "minutes",
    ("sampling", "minimumSuccessDuration"): "minutes",
    ("policy", "concurrencyCount"): "deployments at once; 0: any number",
    ("policy", "queueDepthCount"): "0: all of them wait their turn; 1: only the newest waits",
    ("stage", "conditions"): f"conditionType is one of {', '.join(ALLOWED['conditionType'])}",
    ("stage", "rank"): "1, 2, 3 ... without gaps",
}


@dataclass(frozen=True, slots=True)
class Around:
    """Where a value stands: the type and key of the member, and what it stands in, innermost first."""

    shape: str
    """The shape of what it is a member of."""
    key: str | int
    owners: Sequence[Any]


def remark(around: Around, value: Any, known: Resources) -> str:
    """What is said behind a value; empty for most. One line, safe to show."""
    shape, key = around.shape, around.key
    owner = mapping_of(around.owners[0]) if around.owners else {}
    if shape == "{text}" and len(around.owners) > 1:
        return _input(mapping_of(around.owners[1]), str(key), value, known)
    if shape == "[whole]":
        group = known.variable_group(value) if isinstance(value, int) else None
        return _said(group.name if group is not None else "")
    match shape, key:
        case "variable", "value":
            return SECRET if owner.get("isSecret") and value is None else ""
        case "input", "queueId":
            return _said(_queue(mapping_of(around.owners[1]) if len(around.owners) > 1 else {}, value, known))
        case "stage", "queueId":
            return _said(_queue({}, value, known))
        case "task", "taskId":
            task = known.task_type(str(value), text_of(owner.get("version")))
            return _said(f"{task.label} {task.version}" if task is not None else "")
        case "step", "isAutomated":
            return "nobody is asked" if value is True else ""
        case "identity", "isContainer":
            return "a group" if value is True else ""
        case "condition", "value":
            is_state = text_of(owner.get("conditionType")).lower() == "environmentstate"
            return _STATES.get(str(value), "") if is_state else ""
        case "schedule", "daysToRelease":
            return _days(value)
        case _, str() if key in ALLOWED and shape != "condition":
            return f"one of {', '.join(ALLOWED[key])}" if shape in _WORDED else ""
    return _ALWAYS.get((shape, str(key)), "")


_WORDED = frozenset({"phase", "trigger", "rules", "parallel"})
"""Shapes whose words are told each time."""


def _said(text: str) -> str:
    return clean(text, limit=LONGEST)


def _queue(phase: Mapping[str, Any], value: Any, known: Resources) -> str:
    number = int_of(value)
    if number is None:
        return ""
    if job_kind(phase) is JobKind.GROUP:
        group = known.deployment_group(number)
        return f"deployment group {group.name}" if group is not None else ""
    queue = known.queue(number)
    if queue is None:
        return ""
    return f"{queue.name} ({queue.pool})" if queue.pool and queue.pool != queue.name else queue.name


def _input(task: Mapping[str, Any], name: str, value: Any, known: Resources) -> str:
    connection = known.connection(value) if isinstance(value, str) else None
    if connection is not None:
        return _said(connection.name)
    kind = known.task_type(text_of(task.get("taskId")), text_of(task.get("version")))
    inputs = kind.inputs if kind is not None else ()
    found = next((each for each in inputs if each.name.lower() == name.lower()), None)
    if found is None or not found.options or found.is_open:
        return "true or false" if found is not None and found.type == "boolean" else ""
    return _said(f"one of {', '.join(option for option, _ in found.options)}")


def _days(value: Any) -> str:
    flags = int_of(value)
    if flags is None:
        return f"all, or some of {', '.join(_DAYS)}"
    chosen = ", ".join(day[:3] for place, day in enumerate(_DAYS) if flags & 2**place)
    numbers = ", ".join(f"{day[:3]} {2**place}" for place, day in enumerate(_DAYS))
    return f"{chosen or 'no day'}; the sum of {numbers}"


def stage_lines(stage: Any) -> Sequence[str]:
    """What is said above a stage: its start and its approvals in words."""
    found, row = _stage(stage), mapping_of(stage)
    if found is None:
        return ()
    start = trigger_words(found.conditions)
    if found.schedules:
        start += f"; and {'; '.join(found.schedules)}"
    return [
        f"Stage {_said(found.name)}. Starts: {_said(start)}.",
        f"Approvals before: {_said(_approvals(row.get('preDeployApprovals')))}. "
        f"After: {_said(_approvals(row.get('postDeployApprovals')))}.",
    ]


def _stage(raw: Any) -> DefinitionEnvironment | None:
    """The stage as a model, if it can be read; one that was just made has no id yet."""
    stage = {**mapping_of(raw), "id": 1}
    try:
        whole = definition_from_json({"id": 1, "name": "-", "revision": 1, "environments": [stage]})
    except Malformed:
        return None
    return (whole.environments or (None,))[0]


def _approvals(raw: Any) -> str:
    """Who approves, in which order and until when."""
    row = mapping_of(raw)
    words = approvals_words(row) or "none given"
    minutes = int_of(mapping_of(row.get("approvalOptions")).get("timeoutInMinutes"))
    return f"{words}, timeout {minutes_words(minutes)}" if minutes and words != "automatic" else words
