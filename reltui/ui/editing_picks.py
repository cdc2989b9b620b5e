"""What can be picked at a place of an edited definition; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reltui.model.decode import mapping_of, objects_of, text_of
from reltui.model.editing.fields import Pick
from reltui.model.editing.kinds import JobKind, job_kind
from reltui.model.editing.outline import Kind, Node
from reltui.model.editing.shape import at
from reltui.model.resources import AGENT, DEPLOYMENT_GROUP, SERVER, SERVER_GATE, Choice, Resources
from reltui.model.text import SafeText, clean

NO_TEXT = SafeText("")
GATE_KINDS = (Kind.GATES_BEFORE, Kind.GATES_AFTER, Kind.GATE)
PLACES = {JobKind.AGENT: AGENT, JobKind.GROUP: DEPLOYMENT_GROUP, JobKind.SERVER: SERVER}

Offered = Sequence[tuple[Choice, SafeText]]
"""Choices, each with more words on it."""


def runs_on(work: Mapping[str, Any], node: Node) -> str:
    """Where a task that is put here would run, as the catalogue names it; empty where that is not known."""
    if node.kind in GATE_KINDS:
        return SERVER_GATE
    if node.kind not in (Kind.JOB, Kind.TASK):
        return ""
    job = at(work, node.path[:4])
    return PLACES.get(job_kind(mapping_of(job)), "")  # type: ignore[call-overload]


def choices_of(pick: Pick, work: Mapping[str, Any], known: Resources, place: str = "") -> Offered | None:
    """What there is to pick; None when it was not read. `place` is where a task would run."""
    match pick:
        case Pick.TASK:
            if known.task_types is None:
                return None
            return [(task.choice, task.description) for task in known.tasks_to_pick(place)]
        case Pick.STAGE:
            return _named(stage.get("name") for stage in objects_of(work.get("environments")))
        case Pick.ARTIFACT:
            return _named(artifact.get("alias") for artifact in objects_of(work.get("artifacts")))
        case Pick.QUEUE:
            return _choices(known.queues)
        case Pick.DEPLOYMENT_GROUP:
            return _choices(known.deployment_groups)
        case Pick.VARIABLE_GROUP:
            found = known.variable_groups
            return None if found is None else [(group.choice, group.description) for group in found]
        case Pick.BUILD:
            return _choices(known.builds)
        case Pick.REPOSITORY:
            return _choices(known.repositories)
        case Pick.CONNECTION:
            return _choices(known.connections)
        case Pick.FOLDER:
            folders = known.folders
            return None if folders is None else [(Choice(f.path, f.path), f.description) for f in folders]
    return ()


def _choices(found: Iterable[Any] | None) -> Offered | None:
    return None if found is None else [(each.choice, NO_TEXT) for each in found]


def _named(names: Iterable[object]) -> Offered:
    texts = [name for name in names if isinstance(name, str) and name]
    return [(Choice(name, clean(name)), NO_TEXT) for name in texts]


def branch_repository(work: Mapping[str, Any], node: Node, known: Resources) -> str:
    """The repository whose branches are meant at a node; empty where that cannot be told.

    An artifact is meant by its own node, by the trigger that names it, or as the only one there is.
    """
    artifacts = objects_of(work.get("artifacts"))
    alias = NO_TEXT
    if node.kind in (Kind.ARTIFACT, Kind.TRIGGER):
        own = mapping_of(at(work, node.path))
        alias = text_of(own.get("alias")) or text_of(own.get("artifactAlias"))
    meant = [each for each in artifacts if text_of(each.get("alias")) == alias] if alias else list(artifacts)
    if len(meant) != 1:
        meant = [each for each in artifacts if each.get("isPrimary")][:1]
    return _repository(meant[0], known) if meant else ""


def _repository(artifact: Mapping[str, Any], known: Resources) -> str:
    source = mapping_of(mapping_of(artifact.get("definitionReference")).get("definition"))
    found = text_of(source.get("id"))
    if text_of(artifact.get("type")).casefold() == "git":
        return found
    build = known.build(int(found)) if found.isdecimal() else None
    return build.repository_id if build is not None else ""
