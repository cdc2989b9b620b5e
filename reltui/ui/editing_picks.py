"""What can be picked at a place of an edited definition; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reltui.model.decode import mapping_of, objects_of, text_of
from reltui.model.editing import structure
from reltui.model.editing.fields import Pick
from reltui.model.editing.outline import Kind, Node
from reltui.model.editing.shape import at
from reltui.model.resources import Choice, Resources
from reltui.model.text import SafeText

NO_TEXT = SafeText("")

Offered = Sequence[tuple[Choice, SafeText]]
"""Choices, each with more words on it."""


def choices_of(
    pick: Pick, work: Mapping[str, Any], node: Node, known: Resources, runs_on: str = ""
) -> Offered | None:
    """What there is to pick at a part; None when it was not read. `runs_on` is where a task would run."""
    match pick:
        case Pick.TASK:
            if known.task_types is None:
                return None
            return [(task.choice, task.description) for task in known.tasks_to_pick(runs_on)]
        case Pick.STAGE | Pick.ARTIFACT:
            return [(choice, NO_TEXT) for choice in structure.choices_of(work, node, pick)]
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
