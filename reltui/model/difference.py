"""What differs between two releases, and between two revisions of a definition. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from operator import itemgetter
from typing import Any, TypeVar

from reltui.model.approval import ApprovalPlan
from reltui.model.attempt import GatesPlan
from reltui.model.decode import count_of, mapping_of, objects_of, scalar_of, text_of
from reltui.model.definition import Definition, DefinitionEnvironment
from reltui.model.release import Artifact, Condition, Environment, Release, Variable
from reltui.model.text import SafeText

T = TypeVar("T")

MASKED = SafeText("********")
"""In place of the value of a secret."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was."""

    where: SafeText
    """The stage; empty for the whole."""
    what: SafeText
    old: SafeText | None
    """None: it was not there."""
    new: SafeText | None
    """None: it is no longer there."""


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
    ("approvals", "approvals"),
    ("gates", "gates"),
    ("artifact", "artifacts"),
    ("starts", "triggers"),
    ("schedule", "triggers"),
    ("triggers", "triggers"),
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


def _name(thing: Environment | DefinitionEnvironment | Variable) -> str:
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
        elif _value(before) != _value(after):
            what = SafeText(f"variable {_any(before, after).name}")
            found.append(Difference(where, what, _value(before), _value(after)))
    return found, secrets


def _value(variable: Variable | None) -> SafeText | None:
    if variable is None:
        return None
    return MASKED if variable.is_secret else variable.value or SafeText("")


def compare_definitions(older: Definition, newer: Definition) -> tuple[Difference, ...]:
    """What differs between two revisions of a definition, the whole first, then stage by stage.

    Stages are matched by id, and by name where the ids differ. Values of secrets are not known, so a changed
    one is not told.
    """
    found = [
        *_changed("", _whole_facts(older), _whole_facts(newer)),
        *_variables(SafeText(""), older.variables, newer.variables)[0],
    ]
    raws = (_raw_stages(older), _raw_stages(newer))
    for old, new in _stage_pairs(older.environments or (), newer.environments or ()):
        where = _any(old, new).name
        if old is None or new is None:
            was, now = (None if e is None else e.name for e in (old, new))
            found.append(Difference(SafeText(""), SafeText("stage"), was, now))
            continue
        if old.name != new.name:
            found.append(Difference(SafeText(""), SafeText("stage renamed"), old.name, new.name))
        found += _changed(where, _stage_facts(old), _stage_facts(new))
        found += _tasks(where, raws[0].get(old.id, {}), raws[1].get(new.id, {}))
        found += _variables(where, old.variables, new.variables)[0]
    return tuple(found)


def _stage_pairs(
    old: Sequence[DefinitionEnvironment], new: Sequence[DefinitionEnvironment]
) -> list[tuple[DefinitionEnvironment | None, DefinitionEnvironment | None]]:
    ids = {e.id for e in old} & {e.id for e in new}
    before = {e.id: e for e in old if e.id in ids}
    rest = _matched([e for e in old if e.id not in ids], [e for e in new if e.id not in ids], _name)
    by_name = {after.id: was for was, after in rest if after is not None}
    pairs: list[tuple[DefinitionEnvironment | None, DefinitionEnvironment | None]] = [
        (before.get(e.id, by_name.get(e.id)), e) for e in new if e.id in ids or e.id in by_name
    ]
    return pairs + [(was, None) for was, after in rest if after is None]


def _changed(where: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Difference]:
    """What differs of facts by name; an empty one is not there."""
    for what in {**old, **new}:
        before, after = old.get(what, ""), new.get(what, "")
        if before != after:
            yield Difference(
                SafeText(where),
                SafeText(what),
                SafeText(before) if before else None,
                SafeText(after) if after else None,
            )


def _whole_facts(definition: Definition) -> dict[str, str]:
    facts = {
        "name": definition.name,
        "folder": definition.path,
        "names of releases": definition.release_name_format,
        "description": definition.description,
        "tags": ", ".join(sorted(definition.tags)),
        "variable groups": ", ".join(map(str, sorted(definition.variable_group_ids))),
        "order of stages": " > ".join(e.name for e in definition.environments or ()),
    }
    for artifact in definition.artifacts or ():
        primary = ", primary" if artifact.is_primary else ""
        facts[f"artifact {artifact.alias}"] = (
            f"{artifact.type} {artifact.definition} {artifact.branch}".rstrip() + primary
        )
    triggers = (f"{t.type} {t.detail}".rstrip() for t in definition.triggers or ())
    facts["triggers"] = "; ".join(sorted(triggers))
    return facts


def _stage_facts(stage: DefinitionEnvironment) -> dict[str, str]:
    return {
        "starts": _conditions(stage.conditions),
        "schedule": "; ".join(stage.schedules),
        "approvals before": _approvals(stage.pre_plan),
        "gates before": _gates(stage.pre_gates),
        "gates after": _gates(stage.post_gates),
        "approvals after": _approvals(stage.post_plan),
        "at a time": str(stage.concurrency) if stage.concurrency else "any number",
        "queue": {0: "each in its turn", 1: "only the newest waits"}.get(
            stage.queue_depth, str(stage.queue_depth)
        ),
        "days kept": "" if stage.days_to_keep is None else str(stage.days_to_keep),
        "releases kept": "" if stage.releases_to_keep is None else str(stage.releases_to_keep),
        "owner": "" if stage.owner is None else stage.owner.name or stage.owner.account,
    }


def _conditions(conditions: Sequence[Condition]) -> str:
    parts = (
        f"after {c.name}" if c.type == "environmentState" else f"{c.type} {c.name} {c.value}".strip()
        for c in conditions
    )
    return ", ".join(sorted(parts)) or "by hand"


def _approvals(plan: ApprovalPlan) -> str:
    steps = [s for s in plan.steps if not s.is_automated]
    if not steps:
        return "automatic"
    between = " > " if len({s.rank for s in steps}) > 1 else " + "
    names = (s.approver.name or s.approver.account if s.approver is not None else "?" for s in steps)
    options = plan.options
    rules = [between.join(names)]
    if 0 < options.required_count < len(steps):
        rules.append(f"{options.required_count} of them")
    if options.timeout_minutes:
        rules.append(f"timeout {options.timeout_minutes} min")
    if not options.creator_may_approve:
        rules.append("creator may not approve")
    if options.skip_if_approved_before:
        rules.append("skipped if approved the stage before")
    if options.revalidate_identity:
        rules.append("identity checked again")
    return ", ".join(rules)


def _gates(plan: GatesPlan) -> str:
    if not plan.asks:
        return ""
    return (
        f"{', '.join(plan.names)}; every {plan.sampling_interval} min, timeout {plan.timeout} min, "
        f"delay {plan.stabilization} min, steady for {plan.minimum_success} min"
    )


def _raw_stages(definition: Definition) -> dict[int, Mapping[str, Any]]:
    """The server's own form of the stages, for what the models leave out: the inputs of tasks."""
    return {count_of(row.get("id")): row for row in objects_of(definition.raw.get("environments"))}


@dataclass(frozen=True, slots=True)
class _Task:
    phase: SafeText
    name: SafeText
    settings: Mapping[str, str]
    """Version, whether it is enabled, and its inputs."""


_WORD = re.compile("[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
"""The words of a name: storage, Account, Key; SAS, Url; db, Pwd."""
_HIDDEN_PARTS = re.compile(
    "pass|pwd|secret|token|apikey|accesskey|accountkey|privatekey|credential|connection|connstr|signature"
)
"""Of a name in small letters without signs, such as sshprivatekey."""
_HIDDEN_WORDS = re.compile("keys?|pats?|sas|conn|auth.*|creds?|certs?|certificates?|pw|pem|pfx|jwt|bearer")


def hides_value(name: str) -> bool:
    """Whether the values of an input of this name are not drawn: people write secrets there in clear.

    Rather too many than too few: a value that is not drawn is still said to differ.
    """
    letters = "".join(filter(str.isalnum, name)).casefold()
    return _HIDDEN_PARTS.search(letters) is not None or any(
        _HIDDEN_WORDS.fullmatch(word.casefold()) for word in _WORD.findall(name)
    )


def _tasks_of(stage: Mapping[str, Any]) -> list[_Task]:
    phases = sorted(
        ((count_of(phase.get("rank")), phase) for phase in objects_of(stage.get("deployPhases"))),
        key=itemgetter(0),
    )
    return [
        _Task(text_of(phase.get("name")), text_of(task.get("name")), _settings(task))
        for _, phase in phases
        for task in objects_of(phase.get("workflowTasks"))
    ]


_OWN_SETTINGS = {
    "version": "version of the task",
    "enabled": "enabled",
    "condition": "runs when",
    "alwaysRun": "runs always",
    "continueOnError": "goes on after an error",
    "timeoutInMinutes": "timeout in minutes",
}


def _settings(task: Mapping[str, Any]) -> dict[str, str]:
    settings: dict[str, str] = {words: _plain(task.get(name)) for name, words in _OWN_SETTINGS.items()}
    for name, value in mapping_of(task.get("inputs")).items():
        settings[text_of(name)] = _plain(value)
    return settings


def _plain(value: object) -> SafeText:
    if isinstance(value, bool):
        return SafeText("yes" if value else "no")
    return scalar_of(value)


def _tasks(where: SafeText, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    before, after = _tasks_of(old), _tasks_of(new)
    names = [(t.phase, t.name) for t in before], [(t.phase, t.name) for t in after]
    gone: list[_Task] = []
    come: list[_Task] = []
    stayed: list[tuple[_Task, _Task]] = []
    for kind, low, high, first, last in SequenceMatcher(None, *names, autojunk=False).get_opcodes():
        if kind == "equal":
            stayed += zip(before[low:high], after[first:last], strict=True)
        else:
            gone += before[low:high]
            come += after[first:last]
    for task in list(gone):
        twin = next((t for t in come if (t.phase, t.name) == (task.phase, task.name)), None)
        if twin is not None:
            gone.remove(task)
            come.remove(twin)
            stayed.append((task, twin))
            yield Difference(where, SafeText(f"task {task.name}"), *_places(names, task))
    for task in gone:
        yield Difference(where, SafeText("task"), _task_words(task), None)
    for task in come:
        yield Difference(where, SafeText("task"), None, _task_words(task))
    for was, now in stayed:
        for each in _changed(where, was.settings, now.settings):
            hidden = hides_value(each.what)
            yield Difference(
                where,
                SafeText(f"task {now.name}: {each.what}"),
                MASKED if hidden and each.old is not None else each.old,
                MASKED if hidden and each.new is not None else each.new,
            )


def _task_words(task: _Task) -> SafeText:
    return SafeText(f"{task.name} ({task.phase})" if task.phase else task.name)


def _places(
    names: tuple[list[tuple[SafeText, SafeText]], list[tuple[SafeText, SafeText]]], task: _Task
) -> tuple[SafeText, SafeText]:
    """Where a task stood that was moved, and where it stands."""
    own = (task.phase, task.name)
    return SafeText(f"step {names[0].index(own) + 1}"), SafeText(f"step {names[1].index(own) + 1}")
