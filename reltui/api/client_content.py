"""What is in a release: commits, work items, artifact versions, builds (api.md 3.3, 3.9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reltui.api.calls import Calls, Got, batches, got, within
from reltui.api.paging import Page, whole
from reltui.api.transport import Answer
from reltui.model.content import (
    ArtifactVersions,
    BuildTime,
    Change,
    WorkItem,
    artifact_versions_from_json,
    build_time_from_json,
    change_from_json,
    work_item_from_json,
)
from reltui.model.decode import list_of_answer, rows_of

CHANGES_MOST = 250
BUILDS_AT_ONCE = 100
"""Build ids in one request, so that its address stays short."""


class ContentCalls(Calls):
    """Calls about what a release brings."""

    async def release_changes(
        self, project_id: str, release_id: int, *, base: int = 0, top: int = CHANGES_MOST, alias: str = ""
    ) -> Page[Change]:
        """Commits since the release `base`, 0 for the one before; of one artifact if `alias` names it."""
        answer = await self._content("changes", project_id, release_id, base, top, alias)
        return whole(answer, change_from_json, top=top)

    async def release_work_items(
        self, project_id: str, release_id: int, *, base: int = 0, top: int = CHANGES_MOST, alias: str = ""
    ) -> Page[WorkItem]:
        """Work items since the release `base`, as `release_changes`."""
        answer = await self._content("work items", project_id, release_id, base, top, alias)
        return whole(answer, work_item_from_json, top=top)

    async def build_changes(
        self, project_id: str, from_build: int, to_build: int, *, top: int = CHANGES_MOST
    ) -> Page[Change]:
        """Commits after one build up to another, as the build area knows them."""
        query = _range(from_build, to_build, top)
        return whole(await self._call("build changes", within(project_id), query), change_from_json, top=top)

    async def build_work_items(
        self, project_id: str, from_build: int, to_build: int, *, top: int = CHANGES_MOST
    ) -> Page[WorkItem]:
        """Work items after one build up to another; the build area gives no more than their ids."""
        query = _range(from_build, to_build, top)
        return whole(
            await self._call("build work items", within(project_id), query), work_item_from_json, top=top
        )

    async def build_times(self, project_id: str, build_ids: Sequence[int]) -> Mapping[int, BuildTime]:
        """When builds ended, by id; builds that are gone or cannot be read are left out."""
        found: dict[int, BuildTime] = {}
        for batch in batches(build_ids, BUILDS_AT_ONCE):
            query = {"buildIds": ",".join(map(str, batch))}
            answer = await self._call("builds", within(project_id), query)
            for build in rows_of(list_of_answer(answer.data), build_time_from_json).items:
                found[build.id] = build
        return found

    async def artifact_versions(
        self, project_id: str, definition_id: int
    ) -> Got[tuple[ArtifactVersions, ...]]:
        """The versions of each artifact that a release of the definition could take."""
        query = {"releaseDefinitionId": str(definition_id)}
        answer = await self._call("artifact versions", within(project_id), query)
        return got(answer, artifact_versions_from_json)

    async def _content(
        self, name: str, project_id: str, release_id: int, base: int, top: int, alias: str
    ) -> Answer:
        query = {"baseReleaseId": str(base) if base else "", "$top": str(top), "artifactAlias": alias}
        return await self._call(name, within(project_id, release=release_id), query)


def _range(from_build: int, to_build: int, top: int) -> Mapping[str, str]:
    return {"fromBuildId": str(from_build), "toBuildId": str(to_build), "$top": str(top)}
