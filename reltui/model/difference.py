"""What differs between two releases, and between two revisions of a definition. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from reltui.model.change import MASKED, Difference, hides_value
from reltui.model.definition import Definition
from reltui.model.editing.changes import changes
from reltui.model.release import Artifact, Environment, Release, Variable
from reltui.model.text import SafeText
from reltui.model.values import dataclass

__all__ = [
    "MASKED",
    "ArtifactPair",
    "Difference",
    "Pair",
    "ReleaseDifference",
    "StagePair",
    "VariableDifference",
    "compare_definitions",
    "compare_releases",
    "hides_value",
    "kinds_of",
    "variables_since",
]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pair:
    """The same stage or artifact on both sides; one of them may lack."""

    name: SafeText


@dataclass(frozen=True, slots=True)
class ArtifactPair(Pair):
    """An artifact by its alias."""

    old: Artifact | None
    new: Artifact | None

    @property
    def is_same(self) -> bool:
        """The same version of the same source."""
        return self.old == self.new


@dataclass(frozen=True, slots=True)
class StagePair(Pair):
    """A stage by its name."""

    old: Environment | None
    new: Environment | None


@dataclass(frozen=True, slots=True)
class ReleaseDifference:
    """What one release has and another has not."""

    artifacts: tuple[ArtifactPair, ...]
    variables: tuple[Difference, ...]
    secrets: int
    """Secrets that both have: whether their values differ is not told by the server."""
    stages: tuple[StagePair, ...]


def compare_releases(older: Release, newer: Release) -> ReleaseDifference:
    """What differs between two releases. Stages and variables are matched by name whatever its case."""
    old_stages, new_stages = older.environments or (), newer.environments or ()
    stages = [
        StagePair(_any(old, new).name, old, new) for old, new in _matched(old_stages, new_stages, _name)
    ]
    variables, secrets = _variables(SafeText(""), older.variables, newer.variables)
    for pair in stages:
        old = pair.old.variables if pair.old is not None else ()
        new = pair.new.variables if pair.new is not None else ()
        if pair.old is None or pair.new is None:
            # That the stage is new or gone is said by the stages themselves.
            continue
        more, hidden = _variables(pair.name, old, new)
        variables += more
        secrets += hidden
    return ReleaseDifference(
        tuple(
            ArtifactPair(_any(old, new).alias, old, new)
            for old, new in _matched(older.artifacts or (), newer.artifacts or (), _alias)
        ),
        tuple(variables),
        secrets,
        tuple(stages),
    )


@dataclass(frozen=True, slots=True)
class VariableDifference:
    """Which variables a stage gets otherwise from one release than from another."""

    found: tuple[Difference, ...]
    """Those of the release first, then those of the stage; the values of secrets are masked."""
    secrets: int
    """Secrets that both have: whether their values differ is not told by the server."""


def variables_since(live: Release, release: Release, stage: str) -> VariableDifference | None:
    """What changes in the variables of a stage when `release` comes there in place of `live`.

    None: one of them is not known with its stages. A stage that only one of them has is told by its whole
    release only.
    """
    if live.environments is None or release.environments is None:
        return None
    found, secrets = _variables(SafeText(""), live.variables, release.variables)
    old, new = (
        next((e for e in whole.environments or () if e.name.casefold() == stage.casefold()), None)
        for whole in (live, release)
    )
    if old is not None and new is not None:
        more, hidden = _variables(new.name, old.variables, new.variables)
        found += more
        secrets += hidden
    return VariableDifference(tuple(found), secrets)


_KINDS = (
    ("variable", "variables"),
    ("task", "tasks"),
    ("job", "tasks"),
    ("order of jobs", "tasks"),
    ("pre-approval", "approvals"),
    ("post-approval", "approvals"),
    ("gate", "gates"),
    ("artifact", "artifacts"),
    ("starts", "triggers"),
    ("schedule", "triggers"),
    ("trigger", "triggers"),
    ("stage", "stages"),
    ("order of stages", "stages"),
)
"""By how `Difference.what` begins, the weightiest for who approves first."""


def kinds_of(differences: Iterable[Difference], stage: str | None = None) -> dict[str, int]:
    """How many differences there are of each kind, the weightiest kind first: variables, tasks, approvals,
    gates, artifacts, triggers, stages, settings.

    With a stage: only those of the whole and of this stage.
    """
    found = [
        next((kind for begin, kind in _KINDS if each.what.startswith(begin)), "settings")
        for each in differences
        if stage is None or not each.where or each.where.casefold() == stage.casefold()
    ]
    order = dict.fromkeys((*(kind for _, kind in _KINDS), "settings"))
    return {kind: found.count(kind) for kind in order if kind in found}


def _name(thing: Environment | Variable) -> str:
    return thing.name.casefold()


def _alias(artifact: Artifact) -> str:
    return artifact.alias.casefold()


def _any(old: T | None, new: T | None) -> T:
    found = new if new is not None else old
    assert found is not None  # noqa: S101 - `_matched` never gives two that lack
    return found


def _matched(old: Sequence[T], new: Sequence[T], key: Any) -> list[tuple[T | None, T | None]]:
    """Pairs by key in the order of the newer ones; those that are gone at the end."""
    before = {key(thing): thing for thing in old}
    after = {key(thing): thing for thing in new}
    pairs: list[tuple[T | None, T | None]] = [(before.get(k), thing) for k, thing in after.items()]
    return pairs + [(thing, None) for k, thing in before.items() if k not in after]


def _variables(
    where: SafeText, old: Sequence[Variable], new: Sequence[Variable]
) -> tuple[list[Difference], int]:
    """What differs, by name, and how many secrets cannot be compared."""
    found: list[Difference] = []
    secrets = 0
    for before, after in sorted(_matched(old, new, _name), key=lambda pair: _name(_any(*pair))):
        if before is not None and after is not None and before.is_secret and after.is_secret:
            secrets += 1
        elif _raw_value(before) != _raw_value(after):
            what = SafeText(f"variable {_any(before, after).name}")
            found.append(Difference(where, what, _value(before, after), _value(after, before)))
    return found, secrets


def _raw_value(variable: Variable | None) -> tuple[bool, SafeText] | None:
    """Compared and never told."""
    return None if variable is None else (variable.is_secret, variable.value or SafeText(""))


def _value(variable: Variable | None, other: Variable | None) -> SafeText | None:
    """As it is told beside the other one; not where the name looks like a secret's."""
    if variable is None:
        return None
    value = variable.value or SafeText("")
    if variable.is_secret or (value and hides_value(variable.name)):
        is_open = not variable.is_secret and other is not None and other.is_secret
        return SafeText("not secret") if is_open else MASKED
    return value


def compare_definitions(older: Definition, newer: Definition) -> tuple[Difference, ...]:
    """What differs between two revisions of a definition, the whole first, then stage by stage.

    Values of secrets are not known, so a changed one is not told.
    """
    return changes(older.raw, newer.raw)
