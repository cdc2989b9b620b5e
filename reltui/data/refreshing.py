"""When what is on screen is read again."""

from __future__ import annotations

import time
from typing import Any

from reltui.config import Ui
from reltui.data.decision import Verb
from reltui.data.topics import (
    BranchesOf,
    ContentOf,
    DefinitionAt,
    DefinitionOf,
    DefinitionsOf,
    FoldersOf,
    LogData,
    LogOf,
    ProjectsOf,
    ReleaseOf,
    ResourcesOf,
    Snapshot,
    Topic,
    VersionsOf,
)
from reltui.model.release import Release

RUNNING_REFRESH = 5.0
"""Seconds between two looks at a release in which something runs."""

LOG_REFRESH = 2.0
"""Seconds between two looks at the log of a task that runs."""

SLOW_TIMES = 3
"""So many times less often these two on a slow line (`[ui] slow`)."""

SELDOM = 1_800.0
"""Seconds between two looks at what is much and hardly ever changes."""

NEVER = 86_400.0
"""Seconds until something is read again that cannot change."""


def interval(topic: Topic[Any], snapshot: Snapshot[Any], ui: Ui) -> float:
    """Seconds until the next look, by what the person has set for what is watched while it changes."""
    data, usual = snapshot.data, ui.refresh_seconds
    times = SLOW_TIMES if ui.slow else 1
    match topic:
        case LogOf():
            return NEVER if isinstance(data, LogData) and data.ended else LOG_REFRESH * times
        case ReleaseOf() if isinstance(data, Release) and _runs(data):
            return min(usual, RUNNING_REFRESH * times)
        case DefinitionAt() if data is not None:
            return NEVER
        case ResourcesOf() if snapshot.complete:
            return SELDOM
        case (
            ContentOf()
            | VersionsOf()
            | DefinitionsOf()
            | DefinitionOf()
            | ProjectsOf()
            | ResourcesOf()
            | BranchesOf()
            | FoldersOf()
        ):
            return usual * 5
    return usual


def is_seldom(topic: Topic[Any]) -> bool:
    """It is much and hardly ever changes: few decisions of ours make it be read again."""
    return isinstance(topic, ResourcesOf)


def makes_folders(verb: Verb) -> bool:
    """After it there may be other folders to pick: a server makes the one that a definition is saved in."""
    return verb in (Verb.NEW, Verb.SAVE, Verb.ADD_FOLDER, Verb.MOVE_FOLDER, Verb.DELETE_FOLDER)


def is_recent(topic: Topic[Any], snapshot: Snapshot[Any]) -> bool:
    """Another screen that opens on it needs no new look."""
    if not is_seldom(topic) or not snapshot.complete or snapshot.read_at is None:
        return False
    return 0 <= time.time() - snapshot.read_at < SELDOM


def _runs(data: Release) -> bool:
    return any(e.status in ("inProgress", "queued") for e in data.environments or ())
