"""Definitions and their folders (api.md 3.1, 3.2)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial
from typing import Any

from reltui.api.calls import Calls, Got, got, got_of_text, within
from reltui.api.older import in_one_piece
from reltui.api.paging import Page, pages, whole
from reltui.api.transport import Answer
from reltui.errors import Lacking
from reltui.model.content import Folder, folder_from_json
from reltui.model.decode import count_of
from reltui.model.definition import (
    Definition,
    DefinitionRevision,
    definition_from_json,
    revision_from_json,
)
from reltui.model.generations import is_before, title

PATH_IN_ADDRESS = ("", "tfs-2018-rtw", "tfs-2018", "server-2019")
"""Generations where a folder is made with its path in the address; 5.1 calls that form unsupported."""

DELETED_SINCE = "tfs-2018"
"""The first generation that lists deleted definitions (api.md 2.6)."""


class DefinitionCalls(Calls):
    """Calls about definitions."""

    def definitions(
        self,
        project_id: str,
        *,
        search: str = "",
        expand: Sequence[str] = ("environments", "artifacts", "lastRelease"),
        path: str = "",
        top: int = 0,
        start: str = "",
        ids: Sequence[int] = (),
        is_exact_name: bool = False,
        order: str = "",
        tags: Sequence[str] = (),
        artifact_type: str = "",
        artifact_source: str = "",
        property_filter: str = "",
        is_deleted: bool = False,
    ) -> AsyncIterator[Page[Definition]]:
        """Definitions by the filters of api.md 3.1; `top` is a page's size, 0 leaves it to the server."""
        query = {
            "searchText": search,
            "isExactNameMatch": "true" if is_exact_name else "",
            "$expand": ",".join(expand),
            "path": path,
            "$top": str(top) if top else "",
            "definitionIdFilter": ",".join(map(str, ids)),
            "queryOrder": order,
            "tagFilter": ",".join(tags),
            "artifactType": artifact_type,
            "artifactSourceId": artifact_source,
            "propertyFilters": property_filter,
            "isDeleted": "true" if is_deleted else "",
        }
        ask = self._asking("definitions", within(project_id), query)
        if is_deleted and is_before(self.generation, DELETED_SINCE):
            ask = self._no_deleted
        if self.is_older:
            return in_one_piece(ask, definition_from_json, partial(_is_asked, search, is_exact_name, ids))
        return pages(ask, definition_from_json, size=top, start=start)

    async def _no_deleted(self, page: Mapping[str, str]) -> Answer:
        """It would pass over the question, and all of its definitions would look deleted. Raises Lacking."""
        raise Lacking(f"{title(self.generation)} does not list what was deleted.")

    async def definition(self, project_id: str, definition_id: int) -> Got[Definition]:
        """One definition as a whole."""
        path = within(project_id, definition=definition_id)
        return got(await self._call("definition", path), definition_from_json)

    async def definition_revisions(self, project_id: str, definition_id: int) -> Page[DefinitionRevision]:
        """The history of a definition."""
        path = within(project_id, definition=definition_id)
        return whole(await self._call("definition revisions", path), revision_from_json)

    async def create_definition(self, project_id: str, raw: Mapping[str, Any]) -> Got[Definition]:
        """Make a definition of a whole ReleaseDefinition in the server's JSON."""
        answer = await self._call("create definition", within(project_id), body=dict(raw))
        return got(answer, definition_from_json)

    async def definition_revision(
        self, project_id: str, definition_id: int, revision: int
    ) -> Got[Definition]:
        """A definition as it was; the server sends its JSON as text."""
        path = within(project_id, definition=definition_id, revision=revision)
        return got_of_text(await self._call("definition revision", path), definition_from_json)

    async def update_definition(self, project_id: str, raw: Mapping[str, Any]) -> Got[Definition]:
        """Put a whole definition in place of the one with its id; its revision must be the current one."""
        if self.is_older:
            path = within(project_id, definition=count_of(raw.get("id")))
            answer = await self._call("update definition by id", path, body=dict(raw))
        else:
            answer = await self._call("update definition", within(project_id), body=dict(raw))
        return got(answer, definition_from_json)

    async def delete_definition(
        self, project_id: str, definition_id: int, *, comment: str = "", force: bool = False
    ) -> None:
        """Delete a definition; it can be brought back. `force` cancels deployments that run."""
        query = {"comment": comment, "forceDelete": "true" if force else ""}
        await self._call("delete definition", within(project_id, definition=definition_id), query)

    async def undelete_definition(self, project_id: str, definition_id: int, comment: str) -> Got[Definition]:
        """Bring a deleted definition back."""
        path = within(project_id, definition=definition_id)
        answer = await self._call("undelete definition", path, body={"comment": comment})
        return got(answer, definition_from_json)

    async def folders(self, project_id: str, path: str = "") -> Page[Folder]:
        """The folders of definitions, all of them or those at and below a path such as "\\Web\\Shop"."""
        if path:
            return whole(await self._call("folders below", within(project_id, path=path)), folder_from_json)
        return whole(await self._call("folders", within(project_id)), folder_from_json)

    async def create_folder(self, project_id: str, path: str, description: str = "") -> Got[Folder]:
        """Make a folder. Servers from 2019.1 on take its path in the body only (api.md 3.2)."""
        body = {"path": path, "description": description}
        if self.generation in PATH_IN_ADDRESS:
            answer = await self._call("create folder by path", within(project_id, path=path), body=body)
        else:
            answer = await self._call("create folder", within(project_id), body=body)
        return got(answer, folder_from_json)

    async def update_folder(
        self, project_id: str, path: str, *, new_path: str = "", description: str = ""
    ) -> Got[Folder]:
        """Move or describe a folder, whichever is given; its definitions go along."""
        body = {"path": new_path or path, **({"description": description} if description else {})}
        answer = await self._call("update folder", within(project_id, path=path), body=body)
        return got(answer, folder_from_json)

    async def delete_folder(self, project_id: str, path: str) -> None:
        """Delete a folder with all definitions in it."""
        await self._call("delete folder", within(project_id, path=path))


def _is_asked(search: str, is_exact: bool, ids: Sequence[int], definition: Definition) -> bool:
    """Whether a definition is one that was asked for, where the server does not filter."""
    name, words = definition.name.casefold(), search.casefold()
    return (name == words if is_exact else words in name) and (not ids or definition.id in ids)
