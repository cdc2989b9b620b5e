"""A release that is to be created: what may be chosen, what is sent, and what starts by itself; pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from reltui.model.content import Version
from reltui.model.definition import Definition, DefinitionEnvironment
from reltui.model.release import Variable
from reltui.model.text import clean, is_suspicious
from reltui.model.words import short_name, within


def in_force(variables: Sequence[Variable]) -> list[Variable]:
    """Those that no later one hides; case does not matter."""
    return list({v.name.casefold(): v for v in variables}.values())


def offered(variables: Sequence[Variable]) -> dict[str, Variable]:
    """Those that may be given another value, by name. A name with hidden characters cannot be sent back as
    it is, so it is not offered."""
    may_be = [v for v in in_force(variables) if v.allow_override and not v.is_secret]
    return {v.name: v for v in may_be if not is_suspicious(v.name)}


def starts_by_itself(stage: DefinitionEnvironment) -> bool:
    """Whether something else than a person starts it (api.md 5.5)."""
    return bool(stage.schedules) or any(c.type in ("event", "environmentState") for c in stage.conditions)


def start_of(stage: DefinitionEnvironment) -> str:
    """What starts a stage, and whom it asks first (api.md 5.5)."""
    before = [str(within(c.name)) for c in stage.conditions if c.type == "environmentState"]
    if before:
        start = f"after {', '.join(before)}"
    elif any(c.type == "event" for c in stage.conditions):
        start = "starts with the release"
    elif stage.schedules:
        start = f"starts {within(stage.schedules[0])}"
    else:
        start = "starts by hand"
    asked = [short_name(s.approver) for s in stage.pre_plan.steps if not s.is_automated]
    return f"{start}; {', '.join(asked)} to approve" if asked else start


def versions_words(definition: Definition, chosen: Mapping[str, Version]) -> str:
    """Which versions a release takes, `chosen` by alias; the others are found by the server."""
    artifacts = definition.artifacts or ()
    picked = [
        f"{a.alias} {chosen[a.alias].name or chosen[a.alias].id}" for a in artifacts if a.alias in chosen
    ]
    open_ones = [str(a.alias) for a in artifacts if a.alias not in chosen]
    versions = ", ".join(picked)
    if open_ones:
        rest = f"default version of {', '.join(open_ones)}, as the server finds it then"
        versions = f"{versions}; {rest}" if versions else rest
    return versions or "no artifact"


def starts_words(definition: Definition, by_hand: Collection[int]) -> str:
    """Which stages start by themselves; `by_hand` are the ids of those that shall not this time."""
    stages = sorted(definition.environments or (), key=lambda stage: stage.rank)
    alone = [str(s.name) for s in stages if starts_by_itself(s) and s.id not in by_hand]
    held = [str(s.name) for s in stages if s.id in by_hand]
    starts = (
        f"by {'itself' if len(alone) == 1 else 'themselves'}: {', '.join(alone)}"
        if alone
        else "nothing by itself"
    )
    if held:
        starts += f"; by hand, this time: {', '.join(held)}"
    return f"starts {starts}"


def variables_words(chosen: Mapping[str, str]) -> str:
    """The values that are sent: "Region = eu, Retries = 5"; empty for none."""
    return ", ".join(f"{name} = {clean(value)}" for name, value in sorted(chosen.items()))


def options_of(
    definition: Definition,
    chosen: Mapping[str, Version],
    by_hand: Collection[int],
    variables: Mapping[str, str],
    *,
    draft: bool,
) -> dict[str, Any]:
    """What was chosen, as the draft of a create takes it: names as the server has them."""
    aliases = originals(definition, "artifacts", "alias")
    names = originals(definition, "environments", "name")
    manual = [stage.name for stage in definition.environments or () if stage.id in by_hand]
    options: dict[str, Any] = {
        "artifacts": [[aliases.get(alias, alias), v.id, v.name] for alias, v in sorted(chosen.items())],
        "manual": [names.get(name, name) for name in manual],
        "variables": dict(variables),
        "draft": draft,
    }
    return {name: value for name, value in options.items() if value}


def originals(definition: Definition, part: str, key: str) -> dict[str, str]:
    """Clean name -> name as the server has it, of the definition's stages or artifacts.

    A name that was made safe to show would not be found by the server.
    """
    rows = definition.raw.get(part)
    names = [row.get(key) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return {clean(name): name for name in names if isinstance(name, str)}
