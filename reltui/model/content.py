"""What is in a release: commits, work items, artifact versions; and its history (api.md 3.3, 3.9, 4.2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reltui.model.decode import (
    count_of,
    date_of,
    guid_of,
    lines_of,
    list_of_answer,
    object_of,
    objects_of,
    scalar_of,
    text_of,
)
from reltui.model.identity import Identity, identity_from_json
from reltui.model.text import SafeText
from reltui.model.values import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """A commit, or what the artifact's source calls a change."""

    id: SafeText
    message: SafeText
    author: SafeText
    on: datetime | None
    type: SafeText

    @property
    def short_id(self) -> str:
        """As people name a commit."""
        return self.id[:8] if len(self.id) == 40 else str(self.id)


@dataclass(frozen=True, slots=True)
class WorkItem:
    """A work item behind a change."""

    id: SafeText
    type: SafeText
    title: SafeText
    state: SafeText
    assignee: SafeText


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an artifact that a release could take (api.md 4.2 BuildVersion)."""

    id: SafeText
    """What POST releases takes."""
    name: SafeText
    branch: SafeText
    commit: SafeText
    message: SafeText
    on: datetime | None = None
    """When the build ended; the server does not send it here, the build area does."""


@dataclass(frozen=True, slots=True)
class ArtifactVersions:
    """The versions of one artifact, newest first as the server sends them."""

    alias: SafeText
    versions: tuple[Version, ...]
    default: Version | None
    error: SafeText
    """Why the server could not list them; empty when it could."""


@dataclass(frozen=True, slots=True)
class ReleaseRevision:
    """One entry of a release's history."""

    change_type: SafeText
    details: SafeText
    by: Identity | None
    on: datetime | None
    comment: SafeText
    snapshot_revision: int


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of definitions; backslashes part its names, and "\\" is the root."""

    path: SafeText
    description: SafeText
    created_on: datetime | None
    changed_on: datetime | None
    created_by: Identity | None = None
    changed_by: Identity | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """What a task has left behind, such as a summary of its tests (api.md 3.8)."""

    name: SafeText
    type: SafeText
    record_id: str
    timeline_id: str
    created_on: datetime | None


@dataclass(frozen=True, slots=True)
class BuildTime:
    """When a build ended, by its id."""

    id: int
    number: SafeText
    finished_on: datetime | None


def change_from_json(raw: object) -> Change:
    """A Change of the release area or of the build area. Raises Malformed: it is no object."""
    row = object_of(raw, "A change")
    author = row.get("author")
    name = text_of(author.get("displayName")) if isinstance(author, dict) else text_of(author)
    return Change(
        id=scalar_of(row.get("id")),
        message=lines_of(row.get("message")),
        author=name or text_of(row.get("pusher")),
        on=date_of(row.get("timestamp")),
        type=scalar_of(row.get("changeType")) or scalar_of(row.get("type")),
    )


def work_item_from_json(raw: object) -> WorkItem:
    """A ReleaseWorkItemRef, or the build area's reference that has no more than an id. Raises Malformed."""
    row = object_of(raw, "A work item")
    return WorkItem(
        id=scalar_of(row.get("id")),
        type=text_of(row.get("type")),
        title=text_of(row.get("title")),
        state=text_of(row.get("state")),
        assignee=text_of(row.get("assignee")),
    )


def artifact_versions_from_json(raw: object) -> tuple[ArtifactVersions, ...]:
    """An ArtifactVersionQueryResult, by alias. Raises Malformed: it is no object."""
    row = object_of(raw, "The answer about artifact versions")
    return tuple(map(_versions, objects_of(row.get("artifactVersions"))))


def _versions(row: Mapping[str, Any]) -> ArtifactVersions:
    default = row.get("defaultVersion")
    return ArtifactVersions(
        alias=text_of(row.get("alias")),
        versions=tuple(map(_version, objects_of(row.get("versions")))),
        default=_version(default) if isinstance(default, dict) and default.get("id") else None,
        error=lines_of(row.get("errorMessage")),
    )


def _version(row: Mapping[str, Any]) -> Version:
    return Version(
        id=scalar_of(row.get("id")),
        name=scalar_of(row.get("name")),
        branch=text_of(row.get("sourceBranch")),
        commit=text_of(row.get("sourceVersion")),
        message=lines_of(row.get("commitMessage")),
    )


def release_revision_from_json(raw: object) -> ReleaseRevision:
    """A ReleaseRevision. Raises Malformed: it is no object."""
    row = object_of(raw, "An entry of the history")
    return ReleaseRevision(
        change_type=scalar_of(row.get("changeType")),
        details=lines_of(row.get("changeDetails")),
        by=identity_from_json(row.get("changedBy")),
        on=date_of(row.get("changedDate")),
        comment=lines_of(row.get("comment")),
        snapshot_revision=count_of(row.get("definitionSnapshotRevision")),
    )


def folder_from_json(raw: object) -> Folder:
    """A Folder. Raises Malformed: it is no object."""
    row = object_of(raw, "A folder")
    return Folder(
        path=text_of(row.get("path")),
        description=lines_of(row.get("description")),
        created_on=date_of(row.get("createdOn")),
        changed_on=date_of(row.get("lastChangedDate")),
        created_by=identity_from_json(row.get("createdBy")),
        changed_by=identity_from_json(row.get("lastChangedBy")),
    )


def attachment_from_json(raw: object) -> Attachment:
    """A ReleaseTaskAttachment. Raises Malformed: it is no object."""
    row = object_of(raw, "An attachment")
    return Attachment(
        name=text_of(row.get("name")),
        type=text_of(row.get("type")),
        record_id=guid_of(row.get("recordId")),
        timeline_id=guid_of(row.get("timelineId")),
        created_on=date_of(row.get("createdOn")),
    )


def build_time_from_json(raw: object) -> BuildTime:
    """A Build of the build area, as far as its time goes. Raises Malformed: it is no object."""
    row = object_of(raw, "A build")
    return BuildTime(
        id=count_of(row.get("id")),
        number=text_of(row.get("buildNumber")),
        finished_on=date_of(row.get("finishTime")),
    )


def tags_from_json(raw: object) -> tuple[SafeText, ...]:
    """A list of tags, alone or in a list answer. Raises Malformed: it is no list."""
    items = raw if isinstance(raw, list) else list_of_answer(raw)
    return tuple(text_of(tag) for tag in items if isinstance(tag, str))
