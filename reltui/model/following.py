"""What starts a stage by itself, and which stages follow when one has succeeded (api.md 5.5). Pure."""

from __future__ import annotations

from collections.abc import Iterable

from reltui.model.release import Condition, Environment, EnvironmentStatus, Release
from reltui.model.words import within

STATE_CONDITION = "environmentState"
EVENT_CONDITION = "event"


def followers(release: Release, environment: Environment) -> list[Environment]:
    """The stages that come due by themselves once this one has succeeded.

    A stage behind one that asks somebody is left out: it depends on that answer.
    """
    found: list[Environment] = []
    done = {environment.name.casefold()}
    queue = [environment]
    while queue:
        finished = queue.pop(0)
        for candidate in release.environments or ():
            if candidate in found or candidate.id == environment.id:
                continue
            if finished.name.casefold() not in parents(candidate.conditions):
                continue
            if not _comes_due(release, candidate, done):
                continue
            found.append(candidate)
            if not _asks_somebody(candidate):
                done.add(candidate.name.casefold())
                queue.append(candidate)
    return found


def _asks_somebody(environment: Environment) -> bool:
    steps = (*environment.pre_plan.steps, *environment.post_plan.steps)
    return any(not s.is_automated for s in steps)


def _comes_due(release: Release, candidate: Environment, done: set[str]) -> bool:
    # Its trigger was taken away for this release; no source tells whether its conditions go too (api.md 5.5).
    if candidate.latest is None and candidate.trigger_reason.casefold() == "manual":
        return False
    if any(
        c.result is False for c in candidate.conditions if c.type not in (STATE_CONDITION, EVENT_CONDITION)
    ):
        return False
    states = {e.name.casefold(): e.status for e in release.environments or ()}
    fine = (EnvironmentStatus.SUCCEEDED, EnvironmentStatus.PARTIALLY_SUCCEEDED)
    return all(name in done or states.get(name) in fine for name in parents(candidate.conditions))


def parents(conditions: Iterable[Condition]) -> list[str]:
    """Case-folded names of the stages that must have succeeded first."""
    return [c.name.casefold() for c in conditions if c.type == STATE_CONDITION]


def trigger_words(conditions: Iterable[Condition]) -> str:
    """What starts a stage by itself: "release created", "after UAT and QA succeed", "by hand only"."""
    conditions = tuple(conditions)
    stages = [within(c.name) for c in conditions if c.type == STATE_CONDITION]
    words = []
    if stages:
        words.append(f"after {' and '.join(stages)} {'succeeds' if len(stages) == 1 else 'succeed'}")
    elif any(c.type == EVENT_CONDITION for c in conditions):
        words.append("release created")
    else:
        return "by hand only"
    filters = [within(c.name) for c in conditions if c.type not in (STATE_CONDITION, EVENT_CONDITION)]
    if filters:
        words.append(f"if the filter on {', '.join(filters)} allows it")
    return ", ".join(words)
