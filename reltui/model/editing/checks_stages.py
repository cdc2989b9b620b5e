"""Checks of the stages: names, ranks, how they start, approvals, gates, retention."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reltui.model.decode import mapping_of
from reltui.model.editing.checks_found import (
    Problem,
    Problems,
    name_problems,
    named,
    rows,
    text,
    warning,
    whole_number,
)
from reltui.model.editing.checks_whole import groups, schedule, variables
from reltui.model.editing.conditions import filter_of
from reltui.model.editing.fields_approvals import YEAR
from reltui.model.editing.filters import aliases
from reltui.model.editing.kinds import ConditionKind, condition_kind
from reltui.model.editing.matching import OLD_TIMEOUT, person_key, stage_number
from reltui.model.editing.merge_links import circle
from reltui.model.editing.outline import STAGES
from reltui.model.editing.shape import Path
from reltui.model.resources import Resources

Row = Mapping[str, Any]

DAYS_MAXIMUM = 3650
"""Days that a release is kept at the most (U)."""
_SIDES = (("preDeployApprovals", "before"), ("postDeployApprovals", "after"))
_GATES = (("preDeploymentGates", "before"), ("postDeploymentGates", "after"))


def stages(raw: Row, known: Resources, base: Row | None = None) -> Problems:
    """All of the stages but their jobs; `base`: what the server has, with the numbers of its stages."""
    found = list(rows(raw.get("environments"), STAGES))
    if not found:
        yield Problem((), "The definition has no stage: add one.")
        return
    seen: set[str] = set()
    for path, row in found:
        own = f"Stage {named(row)}" if text(row, "name").strip() else "A stage"
        yield from name_problems((*path, "name"), row.get("name"), own)
        key = text(row, "name").strip().casefold()
        if key and key in seen:
            yield Problem((*path, "name"), f"There are two stages {named(row)}: give one another name.")
        seen.add(key)
    yield from _numbers(found, base)
    yield from ranks([(path, row) for path, row in found], "stages", "VS402874")
    linked = {alias.casefold() for alias, _ in aliases(raw)}
    for path, row in found:
        yield from _starts(path, row, seen, linked)
        yield from _retention(path, row)
        for side, when in _SIDES:
            yield from _approvals((*path, side), row.get(side), named(row), when)
        for side, when in _GATES:
            yield from _gates((*path, side), row.get(side), named(row), when)
        yield from variables(row, path, raw)
        yield from groups(row, path, known)
    yield from _circles(found)


def _numbers(found: list[tuple[Path, Row]], base: Row | None) -> Problems:
    """By its number the server knows a stage, with its history: each is there once, and none is made up."""
    old = None if base is None else {stage_number(row) for _, row in rows(base.get("environments"), STAGES)}
    seen: set[int] = set()
    for path, row in found:
        number = stage_number(row)
        if number and number in seen:
            yield Problem(
                path, f"Two stages have the number {number}: take the id out of {named(row)}, as text."
            )
        elif number and old is not None and number not in old:
            yield Problem(path, f"There is no stage {number}: take the id out of {named(row)}, as text.")
        seen.add(number)


def ranks(found: list[tuple[Path, Row]], what: str, code: str = "") -> Problems:
    """Ranks 1, 2, 3 and so on, each once."""
    if len(found) == 1 and found[0][1].get("rank") is None:
        # A server ranks a single one by itself (captured).
        return
    numbers = [whole_number(row.get("rank")) for _, row in found]
    if sorted(number or 0 for number in numbers) != list(range(1, len(numbers) + 1)):
        wrong = next(n for n, number in enumerate(numbers) if number is None or numbers.count(number) > 1
                     or not 1 <= number <= len(numbers))  # fmt: skip
        path, row = found[wrong]
        yield Problem(
            path, f"The {what} are not ranked 1, 2, 3: move {named(row)} up or down once.", code=code
        )


# How a stage starts


def _starts(path: Path, row: Row, names: set[str], linked: set[str]) -> Problems:
    own = named(row)
    kinds = set()
    for here, condition in rows(row.get("conditions"), (*path, "conditions")):
        kind, name = condition_kind(condition), text(condition, "name")
        kinds.add(kind)
        shown = named(condition)
        if kind == ConditionKind.STAGE and name.strip().casefold() not in names:
            yield Problem(
                (*here, "name"), f"{own} waits for stage {shown}, which is not there: pick another."
            )
        elif kind == ConditionKind.ARTIFACT:
            if name.casefold() not in linked:
                yield Problem(
                    (*here, "name"),
                    f"{own} has a filter for artifact {shown}, which is not linked: pick another.",
                )
            elif filter_of(condition) is None:
                yield Problem(
                    (*here, "value"), f"The filter of {own} for {shown} cannot be read: write it anew."
                )
    if kinds == {ConditionKind.ARTIFACT}:
        yield warning(
            (*path, "conditions"), f"{own} has filters but no start: choose when it starts.", "start"
        )
    for here, entry in rows(row.get("schedules"), (*path, "schedules")):
        yield from schedule(here, entry, own)
    policy = mapping_of(row.get("executionPolicy"))
    for member in ("concurrencyCount", "queueDepthCount"):
        number = whole_number(policy.get(member, 0))
        if number is None or number < 0:
            yield Problem(
                (*path, "executionPolicy", member), f"{own} has a queue with no number: type 0 or more."
            )


def _circles(found: list[tuple[Path, Row]]) -> Problems:
    names = {text(row, "name").strip().casefold(): row for _, row in found}
    waits = {
        text(row, "name").strip().casefold(): [
            text(condition, "name").strip().casefold()
            for _, condition in rows(row.get("conditions"), ())
            if condition_kind(condition) == ConditionKind.STAGE
        ]
        for _, row in found
    }
    round_it = circle(waits)
    for path, row in found:
        if text(row, "name").strip().casefold() in round_it:
            who = ", ".join(named(names[key]) for key in round_it)
            yield Problem(
                (*path, "conditions"),
                f"{who} wait for each other: let one start before.",
                field="start",
            )


# Retention


def _retention(path: Path, row: Row) -> Problems:
    policy = row.get("retentionPolicy")
    here = (*path, "retentionPolicy", "daysToKeep")
    if not isinstance(policy, Mapping) or not policy:
        yield Problem(
            here, f"{named(row)} does not say how long releases are kept: type days.", code="VS402982"
        )
        return
    days = whole_number(policy.get("daysToKeep"))
    if days is None or not 1 <= days <= DAYS_MAXIMUM:
        yield Problem(here, f"{named(row)} keeps releases for no usable time: type 1 to {DAYS_MAXIMUM} days.")
    number = whole_number(policy.get("releasesToKeep"))
    if number is None or number < 1:
        yield Problem(
            (*path, "retentionPolicy", "releasesToKeep"), f"{named(row)} keeps no release: type 1 or more."
        )


# Approvals and gates


def _approvals(path: Path, value: object, stage: str, when: str) -> Problems:
    side = mapping_of(value)
    steps = list(rows(side.get("approvals"), (*path, "approvals")))
    if not steps:
        sentence = f"The approvals {when} {stage} are empty: choose automatic, or name an approver."
        yield Problem(path, sentence, code="VS402877", field="mode")
        return
    people = [(here, row) for here, row in steps if row.get("isAutomated") is not True]
    seen: set[str] = set()
    for here, row in people:
        person = mapping_of(row.get("approver"))
        key = person_key(person)
        if not text(person, "id").strip():
            yield Problem(
                (*here, "approver"), f"An approver {when} {stage} is not named: pick a person or group."
            )
        elif key in seen:
            yield warning(
                (*here, "approver"), f"{_person(person)} is asked twice {when} {stage}: remove one."
            )
        seen.add(key)
    if people and len(people) < len(steps):
        yield Problem(
            path, f"An automatic approval {when} {stage} stands beside people: choose one.", field="mode"
        )
    numbers = {whole_number(row.get("rank")) or 0 for _, row in steps}
    if numbers != set(range(1, len(numbers) + 1)):
        # No source tells that a server refuses it (U).
        yield warning(
            path,
            f"The approvals {when} {stage} are not ranked 1, 2, 3: choose their order.",
            "mode",
        )
    if people:
        yield from _options(path, mapping_of(side.get("approvalOptions")), len(people), stage, when)


def _person(person: Mapping[str, Any]) -> str:
    return named(person, "displayName") if text(person, "displayName") else named(person, "uniqueName")


def _options(path: Path, options: Row, many: int, stage: str, when: str) -> Problems:
    needed = whole_number(options.get("requiredApproverCount") or 0)
    if needed is None or needed < 0 or needed > many:
        yield Problem(
            (*path, "approvalOptions", "requiredApproverCount"),
            f"More approvals are needed {when} {stage} than there are approvers: choose their order.",
            field="needed" if needed is not None and 0 < needed < many else "mode",
        )
    member = (
        OLD_TIMEOUT if OLD_TIMEOUT in options and "timeoutInMinutes" not in options else "timeoutInMinutes"
    )
    minutes = whole_number(options.get(member) or 0)
    if minutes is None or not 0 <= minutes <= YEAR:
        yield Problem(
            (*path, "approvalOptions", member),
            f"The time limit {when} {stage} is too long: 365d is the most.",
        )


def _gates(path: Path, value: object, stage: str, when: str) -> Problems:
    side = mapping_of(value)
    options = mapping_of(side.get("gatesOptions"))
    tasks = [
        task
        for here, gate in rows(side.get("gates"), (*path, "gates"))
        for _, task in rows(gate.get("tasks"), (*here, "tasks"))
    ]
    here = (*path, "gatesOptions", "isEnabled")
    if options.get("isEnabled") is True and not tasks:
        yield warning(here, f"Gates {when} {stage} are on but there is none: add one, or switch them off.")
    elif tasks and options.get("isEnabled") is not True:
        yield warning(here, f"Gates {when} {stage} are off and will not be asked.")
    if not tasks or options.get("isEnabled") is not True:
        return
    limit, every = (whole_number(options.get(member)) or 0 for member in ("timeout", "samplingInterval"))
    if every < 5 or limit <= every:
        member = "samplingInterval" if every < 5 else "timeout"
        sentence = "are asked too often: 5m is the least" if every < 5 else "end before they are asked twice"
        yield warning((*path, "gatesOptions", member), f"Gates {when} {stage} {sentence}.")
