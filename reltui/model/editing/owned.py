"""What the server writes into a definition by itself, and nobody edits (api.md 3.1, 4.1)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from reltui.model.editing.shape import Json

DEFINITION_OWNED = frozenset(
    {
        "id",
        "revision",
        "source",
        "comment",
        "createdBy",
        "createdOn",
        "modifiedBy",
        "modifiedOn",
        "isDeleted",
        "lastRelease",
        "projectReference",
        "url",
        "_links",
    }
)
"""`comment` is of the revision that was saved with it, not of the definition."""
STAGE_OWNED = frozenset({"id", "badgeUrl", "currentRelease", "deployStep"})
STEP_OWNED = frozenset({"id"})
"""Of an approval step and of the gates of a stage."""
ARTIFACT_OWNED = frozenset({"sourceId"})
"""Put together from the references of the artifact."""
SCHEDULE_OWNED = frozenset({"jobId"})
IDENTITY_OWNED = frozenset(
    {"url", "_links", "imageUrl", "profileUrl", "descriptor", "directoryAlias", "inactive", "isAadIdentity"}
)
"""Of a person or group: where their picture is, and the like."""

SERVER_OWNED: Mapping[str, frozenset[str]] = {
    "definition": DEFINITION_OWNED,
    "stage": STAGE_OWNED,
    "approval step": STEP_OWNED,
    "gates": STEP_OWNED,
    "artifact": ARTIFACT_OWNED,
    "schedule": SCHEDULE_OWNED,
    "identity": IDENTITY_OWNED,
}

APPROVALS = ("preDeployApprovals", "postDeployApprovals")
GATES = ("preDeploymentGates", "postDeploymentGates")


def unowned(raw: Mapping[str, Any], *, keep_stage_ids: bool = False) -> Json:
    """The definition without what the server owns, the rest in its order.

    `keep_stage_ids`: a stage that is renamed is still known for the same one by its id.
    """
    stage_owned = STAGE_OWNED - {"id"} if keep_stage_ids else STAGE_OWNED
    found = _but(raw, DEFINITION_OWNED)
    _each(found, "environments", lambda stage: _stage(stage, stage_owned))
    _each(found, "artifacts", lambda artifact: _but(artifact, ARTIFACT_OWNED))
    _each(found, "triggers", _trigger)
    return found


def _but(raw: Mapping[str, Any], names: Collection[str]) -> Json:
    return {key: value for key, value in raw.items() if key not in names}


def _each(holder: Json, name: str, change: Any) -> None:
    """Change every object in the list of this name; `holder` is a copy already."""
    entries = holder.get(name)
    if isinstance(entries, list):
        holder[name] = [change(entry) if isinstance(entry, Mapping) else entry for entry in entries]


def _stage(raw: Mapping[str, Any], names: Collection[str]) -> Json:
    found = _but(raw, names)
    if (step := old_tasks(raw)) is not None:
        found["deployStep"] = step
    if isinstance(found.get("owner"), Mapping):
        found["owner"] = _but(found["owner"], IDENTITY_OWNED)
    for side in APPROVALS:
        if isinstance(found.get(side), Mapping):
            found[side] = dict(found[side])
            _each(found[side], "approvals", _step)
    for side in GATES:
        if isinstance(found.get(side), Mapping):
            found[side] = _but(found[side], STEP_OWNED)
    _each(found, "schedules", lambda schedule: _but(schedule, SCHEDULE_OWNED))
    return found


def old_tasks(stage: Mapping[str, Any]) -> Json | None:
    """The `deployStep` of a stage where it holds the tasks, as the oldest servers have it (api.md 2.6)."""
    step = stage.get("deployStep")
    return _but(step, STEP_OWNED) if isinstance(step, Mapping) and step.get("tasks") else None


def _step(raw: Mapping[str, Any]) -> Json:
    found = _but(raw, STEP_OWNED)
    if isinstance(found.get("approver"), Mapping):
        found["approver"] = _but(found["approver"], IDENTITY_OWNED)
    return found


def _trigger(raw: Mapping[str, Any]) -> Json:
    found = dict(raw)
    if isinstance(found.get("schedule"), Mapping):
        found["schedule"] = _but(found["schedule"], SCHEDULE_OWNED)
    return found
