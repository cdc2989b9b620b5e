"""Releases, their tags and their history (api.md 3.3)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from reltui.api.calls import Calls, Got, got, got_of_text, sent_moment, within
from reltui.api.paging import SERVER_MAXIMUM, Page, pages, whole
from reltui.errors import Malformed
from reltui.model.content import ReleaseRevision, release_revision_from_json, tags_from_json
from reltui.model.release import Release, release_from_json
from reltui.model.text import SafeText


class ReleaseCalls(Calls):
    """Calls about releases."""

    def releases(
        self,
        project_id: str,
        *,
        definition_id: int | None = None,
        definition_environment_id: int | None = None,
        expand: Sequence[str] = ("environments", "artifacts", "approvals"),
        search: str = "",
        status: str = "",
        environment_status: int = 0,
        created_by: str = "",
        created_after: datetime | None = None,
        created_before: datetime | None = None,
        branch: str = "",
        artifact_type: str = "",
        artifact_source: str = "",
        artifact_version: str = "",
        ids: Sequence[int] = (),
        tags: Sequence[str] = (),
        property_filter: str = "",
        path: str = "",
        is_deleted: bool = False,
        top: int = 50,
        start: str = "",
        ascending: bool = False,
    ) -> AsyncIterator[Page[Release]]:
        """Releases by the filters of api.md 3.3, newest first.

        `environment_status` is a sum of EnvironmentStatus numbers; `top` at most 100; `start` a page token.
        """
        top = min(top, SERVER_MAXIMUM)
        query = {
            "definitionId": "" if definition_id is None else str(definition_id),
            "definitionEnvironmentId": (
                "" if definition_environment_id is None else str(definition_environment_id)
            ),
            "$expand": ",".join(expand),
            "searchText": search,
            "statusFilter": status,
            "environmentStatusFilter": str(environment_status) if environment_status else "",
            "createdBy": created_by,
            "minCreatedTime": sent_moment(created_after),
            "maxCreatedTime": sent_moment(created_before),
            "sourceBranchFilter": branch,
            "artifactTypeId": artifact_type,
            "sourceId": artifact_source,
            "artifactVersionId": artifact_version,
            "releaseIdFilter": ",".join(map(str, ids)),
            "tagFilter": ",".join(tags),
            "propertyFilters": property_filter,
            "path": path,
            "isDeleted": "true" if is_deleted else "",
            "queryOrder": "ascending" if ascending else "",
            "$top": str(top),
        }
        ask = self._asking("releases", within(project_id), query)
        far_end = {"$top": "1", "$expand": "", "queryOrder": "descending" if ascending else "ascending"}
        return pages(ask, release_from_json, size=top, start=start, far_end=far_end)

    async def release(self, project_id: str, release_id: int, *, property_filter: str = "") -> Got[Release]:
        """One release as a whole; the server sends properties only if they are named in the filter."""
        query = {"propertyFilters": property_filter}
        path = within(project_id, release=release_id)
        return got(await self._call("release", path, query), release_from_json)

    async def create_release(
        self,
        project_id: str,
        *,
        definition_id: int,
        description: str = "",
        properties: Mapping[str, str] = {},
        artifacts: Sequence[tuple[str, str, str]] = (),
        manual_environments: Sequence[str] = (),
        is_draft: bool = False,
        variables: Mapping[str, str] = {},
        environment_variables: Mapping[int, Mapping[str, str]] = {},
    ) -> Got[Release]:
        """Make a release. `artifacts` are (alias, version id, version name); others take their default.

        `manual_environments` are names of stages that must not start by themselves in this release.
        `environment_variables` are by the stage's id in the definition; servers take variables from 5.0 on.
        """
        stages = [
            {"definitionEnvironmentId": stage, **self._variables(values)}
            for stage, values in environment_variables.items()
            if values
        ]
        body = {
            "definitionId": definition_id,
            "description": description,
            "artifacts": [
                {"alias": alias, "instanceReference": {"id": version, "name": name or None}}
                for alias, version, name in artifacts
            ],
            "isDraft": is_draft,
            "reason": "none",
            "manualEnvironments": list(manual_environments) or None,
            "properties": {
                name: {"$type": "System.String", "$value": value} for name, value in properties.items()
            },
            **self._variables(variables),
            **({"environmentsMetadata": stages} if stages else {}),
        }
        answer = await self._call("create release", within(project_id), body=body)
        return got(answer, release_from_json)

    async def update_release(
        self,
        project_id: str,
        release_id: int,
        *,
        status: str = "",
        keep_forever: bool | None = None,
        name: str = "",
        manual_environments: Sequence[str] | None = None,
        comment: str = "",
    ) -> Got[Release]:
        """Change what is given: start a draft ("active"), abandon ("abandoned"), keep, rename (6.0+).

        `manual_environments` are names of stages that must not start by themselves.
        """
        changes: Mapping[str, object] = {
            "status": status or None,
            "keepForever": keep_forever,
            "name": name or None,
            "manualEnvironments": None if manual_environments is None else list(manual_environments),
            "comment": comment or None,
        }
        body = {member: value for member, value in changes.items() if value is not None}
        path = within(project_id, release=release_id)
        return got(await self._call("update release", path, body=body), release_from_json)

    async def replace_release(self, project_id: str, release_id: int, raw: Mapping[str, Any]) -> Got[Release]:
        """Put a whole release in place, with its variables; its status cannot be changed so (api.md 3.3)."""
        path = within(project_id, release=release_id)
        return got(await self._call("replace release", path, body=dict(raw)), release_from_json)

    async def delete_release(self, project_id: str, release_id: int, comment: str) -> None:
        """Delete a release; it can be brought back."""
        path = within(project_id, release=release_id)
        await self._call("delete release", path, {"comment": comment})

    async def undelete_release(self, project_id: str, release_id: int, comment: str) -> None:
        """Bring a deleted release back. Raises Malformed, nothing sent: the comment is empty.

        The comment alone tells the server this call from the one that replaces a release.
        """
        if not comment:
            raise Malformed("A release is brought back with a comment only.", sent=False)
        path = within(project_id, release=release_id)
        await self._call("undelete release", path, {"comment": comment})

    async def release_snapshot(self, project_id: str, release_id: int, snapshot_revision: int) -> Got[object]:
        """A release as it was at one of its revisions, as the server's JSON."""
        query = {"definitionSnapshotRevision": str(snapshot_revision)}
        answer = await self._call("release snapshot", within(project_id, release=release_id), query)
        return got_of_text(answer, lambda raw: raw)

    async def release_history(self, project_id: str, release_id: int) -> Page[ReleaseRevision]:
        """What was done to a release, by whom and when."""
        path = within(project_id, release=release_id)
        return whole(await self._call("release history", path), release_revision_from_json)

    async def add_tags(self, project_id: str, release_id: int, tags: Sequence[str]) -> tuple[SafeText, ...]:
        """Add tags; all tags that the release has then."""
        path = within(project_id, release=release_id)
        return tags_from_json((await self._call("add tags", path, body=list(tags))).data)

    async def delete_tag(self, project_id: str, release_id: int, tag: str) -> tuple[SafeText, ...]:
        """Take one tag away; all tags that the release has then."""
        path = within(project_id, release=release_id, tag=tag)
        return tags_from_json((await self._call("delete tag", path)).data)

    async def project_tags(self, project_id: str) -> tuple[SafeText, ...]:
        """Every tag that a release of the project has."""
        return tags_from_json((await self._call("project tags", within(project_id))).data)
