"""Which parts of two definitions are the same part, and what of a definition means something.

Parts are known by identity, not by their place in a list: a stage by its id or name, an artifact by its
alias, an approver by the person, a task by its type and name. What is compared here is the server's JSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from operator import is_
from typing import Any

from reltui.model.change import MASKED, hides_value
from reltui.model.decode import count_of, int_of, list_of, mapping_of
from reltui.model.editing.kinds import condition_kind
from reltui.model.editing.owned import unowned
from reltui.model.editing.shape import Json

AUTOMATIC = "automatic"
"""In place of an approver: nobody is asked."""

Pair = tuple[int | None, int | None]
"""Places of the same thing in the older and in the newer list; None where it is not in one of them."""
Key = Callable[[Any], Hashable]
"""What a thing is known by; None where it cannot be told by that."""

RANKED = frozenset({"environments", "deployPhases"})
"""Lists whose order is told by the member `rank`."""
SETS = frozenset({"tags", "conditions", "demands", "triggers", "artifacts", "schedules"})
"""Lists whose order means nothing."""
MAPS = frozenset({"variables", "inputs", "overrideInputs", "environment"})
"""Objects whose members are named by people: that one is there means something, even when it is empty."""


def exact(value: object) -> str:
    """Equal for equal JSON, whatever the order of its members."""
    return json.dumps(value, sort_keys=True, default=str)


def same(one: object, other: object) -> bool:
    """Equal JSON, whatever the order of its members; a truth is no number, and 1 is not 1.0."""
    if one is other:
        return True
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return len(one) == len(other) and all(
            key in other and same(value, other[key]) for key, value in one.items()
        )
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and (one == other or (one != one and other != other))


def sharing(value: Any, known: Any) -> Any:
    """A value with the very objects of another one wherever both are the same: that is seen at once then."""
    if value is known or type(value) is not type(known):
        return value
    if isinstance(value, dict):
        is_same, made = len(value) == len(known), {}
        for key, item in value.items():
            found = sharing(item, known[key]) if key in known else item
            is_same = is_same and key in known and found is known[key]
            made[key] = found
        return known if is_same else made
    if isinstance(value, list):
        rows = [*map(sharing, value, known), *value[len(known) :]]
        return known if len(rows) == len(known) and all(map(is_, rows, known)) else rows
    return known if value == known else value


# Identity


def pairs(member: str, old: Sequence[Any], new: Sequence[Any]) -> list[Pair]:
    """The entries of two lists of this member, in the order of the newer; those that are gone at the end."""
    keys = _KEYS.get(member, (exact,))
    if exact in keys and len(old) == len(new) and all(map(is_, old, new)):
        return [(place, place) for place in range(len(new))]
    left, right = list(range(len(old))), list(range(len(new)))
    found: dict[int, int] = {}
    for key in keys:
        waiting: dict[Hashable, list[int]] = {}
        for place in left:
            waiting.setdefault(key(old[place]), []).append(place)
        for place in list(right):
            value = key(new[place])
            if value is not None and waiting.get(value):
                found[place] = waiting[value].pop(0)
                left.remove(found[place])
                right.remove(place)
    return [*((found.get(place), place) for place in range(len(new))), *((place, None) for place in left)]


def _text(row: object, name: str) -> str:
    value = mapping_of(row).get(name)
    return value.casefold() if isinstance(value, str) else ""


def _stage_id(row: object) -> Hashable:
    number = int_of(mapping_of(row).get("id"))
    return number if number is not None and number > 0 else None


def stage_number(stage: object) -> int:
    """The id of a stage; 0 for one that the server has not numbered yet."""
    return max(count_of(mapping_of(stage).get("id")), 0)


def _name(row: object) -> Hashable:
    return _text(row, "name") or None


def _alias(row: object) -> Hashable:
    return _text(row, "alias") or None


def _trigger(row: object) -> Hashable:
    return _text(row, "triggerType"), _text(row, "artifactAlias") or _text(row, "alias")


def _job_reference(row: object) -> Hashable:
    return _text(row, "refName") or None


def _job(row: object) -> Hashable:
    return _text(row, "phaseType"), _text(row, "name")


def _job_tasks(row: object) -> Hashable:
    """A job under another name and of another kind, when its tasks were not touched."""
    tasks = mapping_of(row).get("workflowTasks")
    return exact(tasks) if tasks else None


def _job_place(row: object) -> Hashable:
    return _text(row, "phaseType"), exact(mapping_of(row).get("rank"))


def _task(row: object) -> Hashable:
    return _text(row, "taskId"), _text(row, "name")


def _task_renamed(row: object) -> Hashable:
    """A task under a new name, when nothing else of it was touched."""
    return exact({key: value for key, value in mapping_of(row).items() if key != "name"}) or None


def _gate(row: object) -> Hashable:
    return tuple(map(_task, list_of(mapping_of(row).get("tasks"))))


def approver(step: object) -> Hashable:
    """Who is asked: a person or group by id, else by name; nobody in an automated step."""
    row = mapping_of(step)
    if row.get("isAutomated"):
        return AUTOMATIC
    person = row.get("approver")
    return person_key(person) if isinstance(person, Mapping) else None


def person_key(person: Mapping[str, Any]) -> str:
    """A person or group by id, else by account, else by name."""
    return _text(person, "id") or _text(person, "uniqueName") or _text(person, "displayName")


def _condition(row: object) -> Hashable:
    return str(condition_kind(mapping_of(row))), _text(row, "name")


def _branch(row: object) -> Hashable:
    return _text(row, "sourceBranch") or None


def _the_only(_: object) -> Hashable:
    return "the next"


_KEYS: Mapping[str, tuple[Key, ...]] = {
    "environments": (_stage_id, _name),
    "artifacts": (_alias,),
    "triggers": (exact, _trigger),
    "deployPhases": (exact, _job_reference, _job, _name, _job_place, _job_tasks),
    "workflowTasks": (exact, _task, _task_renamed),
    "tasks": (exact, _task),
    "gates": (exact, _gate),
    "approvals": (approver,),
    "conditions": (exact, _condition),
    "schedules": (exact, _the_only),
    "triggerConditions": (exact, _branch),
    "downloadInputs": (_alias, exact),
}
"""By what the entries of a list are the same, the surest first; exactly equal ones for all other lists."""


def without_twins(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Json, Json]:
    """Two definitions of which the stages that are equal on both sides have only what they are known by.

    Most of a large definition is the same before and after, and need not be looked at.
    """
    stages = [raw.get("environments") for raw in (old, new)]
    before, after = ([*each] if isinstance(each, list) else [] for each in stages)
    for left, right in pairs("environments", before, after):
        if left is not None and right is not None and same(before[left], after[right]):
            row = mapping_of(after[right])
            stub = {key: row[key] for key in ("id", "name", "rank") if key in row}
            before[left] = after[right] = stub if isinstance(after[right], Mapping) else after[right]
    found = []
    for raw, own, found_rows in zip((old, new), stages, (before, after), strict=True):
        found.append({**raw, "environments": found_rows} if isinstance(own, list) else dict(raw))
    return found[0], found[1]


# Meaning


def meaning(raw: Mapping[str, Any]) -> Json:
    """The definition without all that means nothing, so that equal ones do the same.

    Means nothing: what the server owns (`owned`), save that a stage keeps its id; a member that is null,
    absent or, but for the maps, empty; a false `isSecret`, `allowOverride` or `isNotificationOn`; options of
    approvals that stand at their defaults (api.md 4.1, 5.4), under the old spelling of the timeout too, and
    most of them where nobody is asked;
    everything about a person but the id; links to where an artifact comes from; and whether days are told
    by name or by number.
    """
    return _object(unowned(raw, keep_stage_ids=True))


def ordered(meant: Mapping[str, Any]) -> Json:
    """A `meaning` in one order: equal for two definitions that do the same."""
    stages = [
        {key: value for key, value in stage.items() if key != "id"} | _numbered(stage)
        if isinstance(stage, dict)
        else stage
        for stage in list_of(meant.get("environments"))
    ]
    found = {**meant, "environments": stages} if stages else meant
    return {key: _sorted(value, key) for key, value in found.items()}


def _numbered(stage: Json) -> Json:
    number = stage_number(stage)
    return {"id": number} if number else {}


_FALSE_MEANS_NOTHING = frozenset({"isSecret", "allowOverride", "isNotificationOn"})
_PEOPLE = frozenset({"owner", "approver"})
_OPTION_DEFAULTS: Mapping[str, object] = {
    "requiredApproverCount": 0,
    "releaseCreatorCanBeApprover": True,
    "autoTriggeredAndPreviousEnvironmentApprovedCanBeSkipped": False,
    "enforceIdentityRevalidation": False,
    "timeoutInMinutes": 0,
    "executionOrder": "beforeGates",
}
OLD_TIMEOUT = "timeoutInMintues"
"""How old servers spell the timeout of approvals (api.md 5.4)."""
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LINKS = frozenset({"artifactSourceDefinitionUrl", "artifactSourceVersionUrl"})
"""References of an artifact that the server makes of the others."""


def _object(raw: Mapping[str, Any], name: str = "") -> Json:
    if name in _PEOPLE and person_key(raw):
        return {"id": person_key(raw)}
    if name in MAPS:
        # The names are people's here, and tell nothing of what is inside.
        return {key: _value(value, "") for key, value in raw.items() if value is not None}
    if name == "approvalOptions":
        raw = _options(raw)
    elif isinstance(raw.get("approvalOptions"), Mapping) and not _asks(raw.get("approvals")):
        raw = {**raw, "approvalOptions": _without_people(raw["approvalOptions"])}
    kept = {
        key: days_of(value) if key == "daysToRelease" else _value(value, key)
        for key, value in raw.items()
        if key not in _LINKS
    }
    return {key: value for key, value in kept.items() if not _is_nothing(key, value)}


def _is_nothing(key: str, value: object) -> bool:
    is_empty = isinstance(value, (str, list, Mapping)) and not value
    return value is None or is_empty or (value is False and key in _FALSE_MEANS_NOTHING)


def _value(value: object, key: str) -> Any:
    if isinstance(value, Mapping):
        return _object(value, key)
    if isinstance(value, list):
        return [_value(item, "") for item in value]
    return value


def _options(raw: Mapping[str, Any]) -> Json:
    found = dict(raw)
    if OLD_TIMEOUT in found:
        old = found.pop(OLD_TIMEOUT)
        found.setdefault("timeoutInMinutes", old)
    return {k: v for k, v in found.items() if k not in _OPTION_DEFAULTS or not same(v, _OPTION_DEFAULTS[k])}


def _asks(steps: object) -> bool:
    return any(approver(step) != AUTOMATIC for step in list_of(steps))


def _without_people(options: Mapping[str, Any]) -> Json:
    """What is left of the options where nobody is asked: when the step takes its turn."""
    return {
        k: v for k, v in options.items() if k not in (*_OPTION_DEFAULTS, OLD_TIMEOUT) or k == "executionOrder"
    }


def days_of(value: object) -> int | str:
    """Days of a schedule as flags, monday = 1 (api.md 4.3); other text as it is, in small letters."""
    number = int_of(value)
    if number is not None:
        return number
    words = [word.strip().lower() for word in value.split(",")] if isinstance(value, str) else []
    if words == ["all"]:
        return 127
    if all(word in (*_DAYS, "none", "") for word in words):
        return sum(1 << place for place, day in enumerate(_DAYS) if day in words)
    return ", ".join(words)


def by_rank(entries: Sequence[Any]) -> list[int]:
    """The places of a ranked list in the order of the ranks."""
    return sorted(range(len(entries)), key=lambda place: count_of(mapping_of(entries[place]).get("rank")))


def meant(value: object, name: str) -> object:
    """What one value means, as a member of this name; None for nothing."""
    found = _value(value, name)
    return None if _is_nothing(name, found) else found


def _sorted(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(item, key) for key, item in value.items()}
    if isinstance(value, list):
        items = [_sorted(item, "") for item in value]
        if name in RANKED:
            return [items[place] for place in by_rank(items)]
        return sorted(items, key=exact) if name in SETS else items
    return value


# Secrets


def _is_hidden(row: Mapping[str, Any], name: str) -> bool:
    """Whether the value of a variable of this name is not drawn."""
    return bool(row.get("isSecret")) or hides_value(name)


def secrets_of(value: object, name: str = "") -> Iterable[str]:
    """Every text in there that is not to be drawn."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if key == "value" and _is_hidden(value, name) and isinstance(item, str):
                yield item
            else:
                yield from secrets_of(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from secrets_of(item, name)
    elif isinstance(value, str) and value and hides_value(name):
        yield value


def masked(value: Any, name: str = "", known: frozenset[str] | None = None) -> Any:
    """A copy for the eye, with every secret masked: values of secret variables, and those under names that
    look like a secret's. `known`: one that is not among these says that it is another.
    """
    if isinstance(value, Mapping):
        is_hidden = _is_hidden(value, name)
        return {
            key: masked(item, "password" if is_hidden and key == "value" else key, known)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [masked(item, name, known) for item in value]
    if isinstance(value, str) and value and hides_value(name):
        return MASKED if known is None or value in known else f"{MASKED} (another one)"
    return value
