"""What can be picked at a place of an edited definition; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reltui.model.decode import mapping_of, objects_of, text_of
from reltui.model.editing import structure
from reltui.model.editing.fields import Pick
from reltui.model.editing.kinds import ConditionKind, condition_kind
from reltui.model.editing.outline import Node
from reltui.model.editing.shape import Path, at
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


def branch_repository(work: Mapping[str, Any], place: Path, known: Resources) -> str:
    """The repository whose branches are meant at a place; empty where that cannot be told.

    Its artifact is named by what stands there (an artifact, a trigger, an artifact filter); else it is the
    only one there is, or the primary one.
    """
    artifacts = list(objects_of(work.get("artifacts")))
    alias = _alias_around(work, place)
    meant = [each for each in artifacts if text_of(each.get("alias")) == alias] if alias else artifacts
    if len(meant) != 1:
        meant = [each for each in artifacts if each.get("isPrimary")][:1]
    return _repository(meant[0], known) if meant else ""


def _alias_around(work: Mapping[str, Any], place: Path) -> SafeText:
    for length in range(len(place), 0, -1):
        row = mapping_of(at(work, place[:length]))
        named = text_of(row.get("alias")) or text_of(row.get("artifactAlias"))
        if not named and condition_kind(row) == ConditionKind.ARTIFACT:
            named = text_of(row.get("name"))
        if named:
            return named
    return NO_TEXT


def _repository(artifact: Mapping[str, Any], known: Resources) -> str:
    source = mapping_of(mapping_of(artifact.get("definitionReference")).get("definition"))
    found = text_of(source.get("id"))
    if text_of(artifact.get("type")).casefold() == "git":
        return found
    build = known.build(int(found)) if found.isdecimal() else None
    return build.repository_id if build is not None else ""
