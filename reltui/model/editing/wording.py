"""How the parts of a definition are worded where two of them are compared; from the server's JSON, pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from reltui.model.approval import ApprovalStep, approval_plan_from_json
from reltui.model.attempt import gates_plan_from_json
from reltui.model.change import MASKED
from reltui.model.decode import int_of, list_of, mapping_of, objects_of, scalar_of, text_of
from reltui.model.definition import filter_words, trigger_from_json
from reltui.model.editing.kinds import (
    JOB_WORDS,
    TRIGGER_WORDS,
    ConditionKind,
    condition_kind,
    job_kind,
    trigger_kind,
)
from reltui.model.editing.matching import AUTOMATIC, masked
from reltui.model.resources import Resources
from reltui.model.text import SafeText, clean
from reltui.model.words import count, short_name

MANUAL_ONLY = "manual only"
VALUE_SET = SafeText("value set")
"""In place of the value of a secret that was typed anew."""
_VALUE_LENGTH = 160
"""Characters of a value that are told; of a longer one the part that differs."""
_BEFORE_IT = 40

_STATES = {4: "succeeded", 8: "canceled", 16: "rejected", 128: "partially succeeded"}
"""EnvironmentStatus (api.md 4.3), of a stage that another one waits for."""


def value_words(value: object, name: str = "") -> SafeText | None:
    """Any value in one line, a secret masked; None for null."""
    if value is None:
        return None
    if isinstance(value, bool):
        return SafeText("yes" if value else "no")
    shown = masked(value, name)
    if isinstance(shown, str):
        return clean(shown)
    if isinstance(shown, (Mapping, list)):
        return clean(json.dumps(shown, ensure_ascii=False))
    return scalar_of(shown) or clean(str(shown))


def value_pair(old: object, new: object, name: str = "") -> tuple[SafeText | None, SafeText | None]:
    """Two values that differ; of long ones the part round the first difference. They never read the same,
    but for two secrets."""
    before, after = value_words(old, name), value_words(new, name)
    if before is None or after is None:
        return _cut(before), _cut(after)
    if before == after and MASKED not in before:
        before, after = clean(json.dumps(old)), clean(json.dumps(new))
    if max(len(before), len(after)) <= _VALUE_LENGTH:
        return before, after
    pairs = zip(before, after, strict=False)
    first = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(before), len(after)))
    start = max(first - _BEFORE_IT, 0)
    return _cut(before, start), _cut(after, start)


def _cut(text: SafeText | None, start: int = 0) -> SafeText | None:
    if text is None:
        return None
    middle = text[start : start + _VALUE_LENGTH]
    more = "..." if start + _VALUE_LENGTH < len(text) else ""
    return SafeText(f"{'...' if start else ''}{middle}{more}")


def minutes_words(value: object, none: str = "none") -> str:
    """A time in minutes as people set it: 90 min, 24h, 48h, 7 days."""
    minutes = int_of(value)
    if minutes is None:
        return scalar_of(value)
    if minutes == 0:
        return none
    if minutes % 60:
        return f"{minutes} min"
    return f"{minutes // 1440} days" if minutes % 1440 == 0 and minutes > 2880 else f"{minutes // 60}h"


# Approvals


def approvals_words(raw: object) -> str:
    """Who approves and in which order: "automatic", "Lee, then [Billing]\\CAB (in sequence)"."""
    plan = approval_plan_from_json(raw)
    steps = [step for step in plan.steps if not step.is_automated]
    if not steps:
        return AUTOMATIC if plan.steps else ""
    ranks: dict[int, list[ApprovalStep]] = {}
    for step in sorted(steps, key=lambda step: step.rank):
        ranks.setdefault(step.rank, []).append(step)
    needed = plan.options.required_count
    is_part = 0 < needed < len(steps)
    between = " or " if is_part and needed == 1 else " and "
    groups = [between.join(short_name(s.approver) for s in group) for group in ranks.values()]
    names = ", then ".join(groups)
    rules = []
    if len(groups) > 1:
        rules.append("in sequence")
    elif len(steps) > 1 and not is_part:
        rules.append("any order")
    if is_part:
        rules.append("any one" if needed == 1 else f"{needed} are enough")
    if len(steps) < len(plan.steps):
        rules.append("and automatic")
    return f"{names} ({', '.join(rules)})" if rules else names


def person_words(raw: object) -> str:
    """A person or group so that two of the same name are told apart."""
    person = mapping_of(raw)
    name, more = text_of(person.get("displayName")), text_of(person.get("uniqueName"))
    more = more or text_of(person.get("id"))
    return f"{name} ({more})" if name and more else name or more


# Starts


def conditions_words(raw: object, renamed: Mapping[str, str]) -> str:
    """What starts a stage by itself; `renamed`: names of stages (in small letters) as they are called now."""
    words = [_condition_words(row, renamed) for row in objects_of(raw)]
    order = ("after release", "after ", "")
    words.sort(key=lambda text: (next(n for n, start in enumerate(order) if text.startswith(start)), text))
    return ", ".join(words) or MANUAL_ONLY


def _condition_words(row: Mapping[str, Any], renamed: Mapping[str, str]) -> str:
    kind, name = condition_kind(row), text_of(row.get("name"))
    if kind == ConditionKind.EVENT and name == "ReleaseStarted":
        return "after release"
    if kind == ConditionKind.STAGE:
        name = clean(renamed.get(name.casefold(), name))
        flags = _flags(row.get("value"))
        return f"after {name}" if flags in ("", "succeeded") else f"after {name} ({flags})"
    if kind == ConditionKind.ARTIFACT:
        wanted = filter_words(_inner(row.get("value")))
        return f"if {name} is of {wanted}" if wanted else f"if there is {name}"
    return f"{kind} {name} {scalar_of(row.get('value'))}".strip()


def _flags(value: object) -> str:
    """States as decimal text (api.md 5.5) in words."""
    text = scalar_of(value)
    number = int(text) if text.isdecimal() and len(text) < 10 else None
    if number is None:
        return text
    words = [state for flag, state in _STATES.items() if number & flag]
    rest = number & ~sum(_STATES)
    return " or ".join(words) if words and not rest else str(number or "")


def _inner(value: object) -> Mapping[str, Any]:
    """The JSON that stands as text in the value of an artifact's condition."""
    try:
        return mapping_of(json.loads(value)) if isinstance(value, str) else {}
    except (ValueError, RecursionError):
        return {}


# Gates, jobs, artifacts, triggers


def gates_words(raw: object) -> str:
    """The gates of one side of a stage and how they are asked; empty when none is."""
    plan = gates_plan_from_json(raw)
    if not plan.asks:
        return ""
    return (
        f"{', '.join(plan.names)}; every {plan.sampling_interval} min, timeout {plan.timeout} min, "
        f"delay {plan.stabilization} min, steady for {plan.minimum_success} min"
    )


def job_kind_words(value: object) -> str:
    """Where a job runs, from its phaseType."""
    kind = job_kind({"phaseType": value})
    return JOB_WORDS.get(kind, kind)


def job_words(raw: Mapping[str, Any]) -> str:
    """A job in a line: name, where it runs, how many tasks."""
    tasks = count(len(list_of(raw.get("workflowTasks"))), "task")
    return f"{text_of(raw.get('name'))} ({job_kind_words(raw.get('phaseType'))}, {tasks})"


def queue_words(raw: Mapping[str, Any], queue_id: object, known: Resources) -> str:
    """A queue or deployment group by its id, with the name where it is known."""
    number = int_of(queue_id)
    if number is None:
        return scalar_of(queue_id)
    found = known.deployment_group(number) if "machine" in str(job_kind(raw)) else known.queue(number)
    return f"{found.name} ({number})" if found is not None else str(number)


def groups_words(ids: Sequence[object], known: Resources) -> str:
    """Variable groups by their ids, with the names that are known."""
    named = ((scalar_of(one), known.variable_group(int_of(one) or 0)) for one in ids)
    return ", ".join(one if group is None else f"{group.name} ({one})" for one, group in named)


def reference_words(raw: object) -> str:
    """One part of an artifact's source, by its name, else by its id."""
    row = mapping_of(raw)
    return scalar_of(row.get("name")) or scalar_of(row.get("id")) or scalar_of(raw)


def artifact_words(raw: Mapping[str, Any]) -> str:
    """An artifact in a line: type, source, branch."""
    references = mapping_of(raw.get("definitionReference"))
    source = reference_words(references.get("definition"))
    branch = reference_words(references.get("branch")) or reference_words(
        references.get("defaultVersionBranch")
    )
    words = f"{scalar_of(raw.get('type'))} {source}".strip()
    words = f"{words}, branch {branch}" if branch else words
    return f"{words}, primary" if raw.get("isPrimary") is True else words


def trigger_words(raw: Mapping[str, Any]) -> str:
    """What creates a release by itself, in a line."""
    kind = trigger_kind(raw)
    return f"{TRIGGER_WORDS.get(kind, kind)} {trigger_from_json(raw).detail}".strip()


# Variables


def variable_words(
    old: Mapping[str, Any] | None, new: Mapping[str, Any] | None
) -> tuple[SafeText | None, SafeText | None]:
    """The values of a variable on both sides. One that is, or becomes, a secret is never told."""
    before, after = (None if row is None else _variable_value(row) for row in (old, new))
    is_told = (old or {}).get("value") != (new or {}).get("value")
    if old is not None and before == after == VALUE_SET and is_told:
        before = MASKED
    if before is not None and not (old or {}).get("isSecret") and new is not None and new.get("isSecret"):
        before = SafeText("not secret")
    return before, after


def _variable_value(row: Mapping[str, Any]) -> SafeText:
    if not row.get("isSecret"):
        return scalar_of(row.get("value"))
    return VALUE_SET if row.get("value") is not None else MASKED
