"""How the parts of a definition are worded where two of them are compared; from the server's JSON, pure."""

from __future__ import annotations

import difflib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from reltui.model.attempt import gates_plan_from_json
from reltui.model.change import MASKED, hides_value
from reltui.model.decode import bool_of, count_of, int_of, list_of, mapping_of, objects_of, scalar_of, text_of
from reltui.model.definition import filter_words, trigger_from_json
from reltui.model.editing.kinds import (
    JOB_WORDS,
    TRIGGER_WORDS,
    ConditionKind,
    condition_kind,
    job_kind,
    trigger_kind,
)
from reltui.model.editing.matching import AUTOMATIC, masked, person_key, same
from reltui.model.identity import identity_from_json
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


def is_long(value: object) -> bool:
    """Whether a value does not fit into one row."""
    return len(value_words(value) or "") > _VALUE_LENGTH


def value_pair(old: object, new: object, name: str = "") -> tuple[SafeText | None, SafeText | None]:
    """Two values that differ; of long ones the part that differs. They never read the same, but for two
    secrets."""
    before, after = value_words(old, name), value_words(new, name)
    if before is None or after is None:
        return _cut(before), _cut(after)
    if before == after and MASKED not in before:
        before, after = clean(json.dumps(old)), clean(json.dumps(new))
    if max(len(before), len(after)) <= _VALUE_LENGTH:
        return before, after
    shorter = min(len(before), len(after))
    start = next((n for n in range(shorter) if before[n] != after[n]), shorter)
    behind = next(
        (n for n in range(shorter - start) if before[-1 - n] != after[-1 - n]),
        shorter - start,
    )
    return _cut(before, start, behind), _cut(after, start, behind)


def _cut(text: SafeText | None, start: int = 0, behind: int = 0) -> SafeText | None:
    """What of a text fits into a row; `start` and `behind`: so much at its ends is on both sides."""
    if text is None or len(text) <= _VALUE_LENGTH:
        return text
    first = max(start - _BEFORE_IT, 0)
    last = first + _VALUE_LENGTH
    hidden = len(text) - behind - last
    more = f"... and {count(hidden, 'more sign')}" if hidden > 0 else "..." if last < len(text) else ""
    return SafeText(f"{'...' if first else ''}{text[first:last]}{more}")


_LINES_COMPARED = 250_000
"""Lines of one text times those of the other, up to which the ones that stayed are looked for."""


Lines = list[tuple[int, SafeText | None, SafeText | None]]
"""Of a text those that differ: number, old, new."""


def lines_pair(old: object, new: object, name: str = "") -> Lines:
    """Two texts of several lines by the lines that differ; empty for all other values.

    A line is numbered as in the newer text, one that is gone as in the older.
    """
    if not all(value is None or isinstance(value, str) for value in (old, new)) or hides_value(name):
        return []
    texts = [value for value in (old, new) if isinstance(value, str)]
    if not any("\n" in text for text in texts) or not any(map(is_long, texts)):
        return []
    was, now = (text.split("\n") if isinstance(text, str) else [] for text in (old, new))
    found: Lines = []
    for start, end, first, last in _changed_lines(was, now):
        rows = zip_longest(range(start, end), range(first, last))
        for left, right in rows:
            pair = value_pair(
                None if left is None else was[left], None if right is None else now[right], name
            )
            found.append(((left if right is None else right or 0) + 1, *pair))
    return found


def _changed_lines(was: Sequence[str], now: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """Runs of lines that differ, as begin and end in the older and in the newer text."""
    shorter = min(len(was), len(now))
    start = next((n for n in range(shorter) if was[n] != now[n]), shorter)
    behind = next((n for n in range(shorter - start) if was[-1 - n] != now[-1 - n]), shorter - start)
    middle = was[start : len(was) - behind], now[start : len(now) - behind]
    if len(middle[0]) * len(middle[1]) > _LINES_COMPARED:
        return [(start, start + len(middle[0]), start, start + len(middle[1]))]
    steps = difflib.SequenceMatcher(None, *middle, autojunk=False).get_opcodes()
    return [(start + a, start + b, start + c, start + d) for kind, a, b, c, d in steps if kind != "equal"]


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


def approvals_words(raw: object, names: Mapping[str, str] | None = None) -> str:
    """Who approves and in which order: "automatic", "Lee, then [Billing]\\CAB (in sequence)".

    `names`: as of `people_names`.
    """
    row = mapping_of(raw)
    everybody = list(objects_of(row.get("approvals")))
    steps = [step for step in everybody if not bool_of(step.get("isAutomated"))]
    if not steps:
        return AUTOMATIC if everybody else ""
    ranks: dict[int, list[str]] = {}
    for step in sorted(steps, key=lambda step: count_of(step.get("rank"))):
        person = mapping_of(step.get("approver"))
        name = (names or {}).get(person_key(person)) or short_name(identity_from_json(person or None))
        ranks.setdefault(count_of(step.get("rank")), []).append(name)
    needed = count_of(mapping_of(row.get("approvalOptions")).get("requiredApproverCount"))
    is_part = 0 < needed < len(steps)
    between = " or " if is_part and needed == 1 else " and "
    groups = [between.join(group) for group in ranks.values()]
    together = ", then ".join(groups)
    rules = []
    if len(groups) > 1:
        rules.append("in sequence")
    elif len(steps) > 1 and not is_part:
        rules.append("any order")
    if list(ranks) != list(range(1, len(ranks) + 1)):
        rules.append(f"ranks {', '.join(map(str, ranks))}")
    if is_part:
        rules.append("any one" if needed == 1 else f"{needed} are enough")
    if len(steps) < len(everybody):
        rules.append("and automatic")
    return f"{together} ({', '.join(rules)})" if rules else together


def people_names(people: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """What each person and group is called, by `person_key`; two of one name by account, or else by id."""
    known: dict[str, Mapping[str, Any]] = {}
    for person in people:
        key = person_key(person)
        if key and (key not in known or not text_of(known[key].get("displayName"))):
            known[key] = person
    found: dict[str, str] = {}
    waiting = set(known)
    for words in (_short_words, person_words, _words_with_id):
        named = {key: words(known[key]) for key in known}
        often = Counter(named.values())
        alone = {key for key in waiting if named[key] and often[named[key]] == 1}
        found |= {key: named[key] for key in alone}
        waiting -= alone
    return found | {key: f"{_short_words(known[key])} ({clean(key)})" for key in waiting}


def _short_words(person: Mapping[str, Any]) -> str:
    return short_name(identity_from_json(dict(person)))


def _words_with_id(person: Mapping[str, Any]) -> str:
    return f"{text_of(person.get('displayName'))} ({text_of(person.get('id'))})"


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
        return f"after {name}" if flags == "succeeded" else f"after {name} ({flags or 'no state given'})"
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


def opened(conditions: object) -> object:
    """Conditions with the JSON that stands as text in the value of some of them as what it means: what is off
    or empty in there means nothing."""
    if not isinstance(conditions, list):
        return conditions
    return [
        {**row, "value": {key: value for key, value in inner.items() if value}}
        if isinstance(row, Mapping)
        and condition_kind(row) == ConditionKind.ARTIFACT
        and (inner := _inner(row.get("value")))
        else row
        for row in conditions
    ]


def _inner(value: object) -> Mapping[str, Any]:
    """The JSON that stands as text in the value of an artifact's condition."""
    if isinstance(value, Mapping):
        return value
    try:
        return mapping_of(json.loads(value)) if isinstance(value, str) else {}
    except (ValueError, RecursionError):
        return {}


# Gates, jobs, artifacts, triggers


def gates_words(raw: object) -> str:
    """The gates of one side of a stage and how they are asked, be they on or off; empty when there is
    none."""
    plan = gates_plan_from_json(raw)
    if not plan.names:
        return ""
    if not mapping_of(raw).get("gatesOptions"):
        return ", ".join(plan.names)
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
    name: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None
) -> tuple[SafeText | None, SafeText | None]:
    """The values of a variable on both sides. One that is, or becomes, a secret is never told, nor is one
    whose name looks like a secret's."""
    before, after = (None if row is None else _variable_value(name, row) for row in (old, new))
    is_told = not same((old or {}).get("value"), (new or {}).get("value"))
    if old is not None and before == after == VALUE_SET and is_told:
        before = MASKED
    if before is not None and not (old or {}).get("isSecret") and new is not None and new.get("isSecret"):
        before = SafeText("not secret")
    return before, after


def _variable_value(name: str, row: Mapping[str, Any]) -> SafeText:
    if not row.get("isSecret"):
        value = scalar_of(row.get("value"))
        return MASKED if value and hides_value(name) else value
    return VALUE_SET if row.get("value") is not None else MASKED
