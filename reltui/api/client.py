"""ReleaseClient: one method for each call, typed (api.md 3)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from reltui.api.calls import Got, batches, got, within
from reltui.api.client_content import ContentCalls
from reltui.api.client_definitions import DefinitionCalls
from reltui.api.client_logs import LogCalls
from reltui.api.client_releases import ReleaseCalls
from reltui.api.client_resources import ResourceCalls
from reltui.api.client_running import RunningCalls
from reltui.api.endpoints import ENDPOINTS, GENERATIONS, RELEASES_RESOURCE, generation_of, version_of
from reltui.api.older import in_one_piece
from reltui.api.paging import SERVER_MAXIMUM, Ask, Page, pages, whole
from reltui.errors import Malformed, NotFound, NotPermitted, Refused
from reltui.model.address import is_services
from reltui.model.approval import Approval, approval_from_json
from reltui.model.decode import list_of, list_of_answer, mapping_of, objects_of, rows_of, text_of
from reltui.model.identity import FOUND_AT_MOST, Identity, Me, Member, me_from_json, member_from_json
from reltui.model.project import Project, project_from_json
from reltui.model.text import SafeText

__all__ = ["Got", "Page", "ReleaseClient"]

GROUPS_AT_ONCE = 20
"""Descriptors in one request, so that its address stays short."""
PROJECTS_AT_ONCE = 200
LISTED = ("pending", "approved", "rejected", "skipped", "canceled")
"""The states of approvals that lists are asked for by."""
PRE, POST = "preDeployApprovals", "postDeployApprovals"


class ReleaseClient(DefinitionCalls, ReleaseCalls, ContentCalls, RunningCalls, LogCalls, ResourceCalls):
    """The calls of one server. Every method raises the kinds of ApiError that `Transport.call` does."""

    # Who and what

    async def discover(self, known: str = "") -> str:
        """Ask which versions the server has and settle on a generation.

        A server that does not tell is taken for what was `known` of it, else asked for its projects in one
        version after another. Raises Malformed: it refuses all of them.
        """
        if is_services(self.transport.profile.url):
            self.generation = "services"
            return self.generation
        found = ""
        try:
            answer = await self._call("discover")
            for row in objects_of(mapping_of(answer.data).get("value")):
                if text_of(row.get("id")).lower() == RELEASES_RESOURCE:
                    found = generation_of(text_of(row.get("maxVersion")), text_of(row.get("releasedVersion")))
        except (NotFound, Refused, NotPermitted, Malformed):
            found = ""
        self.generation = found or known or await self._tried()
        return self.generation

    async def _tried(self) -> str:
        """The newest generation whose version the server takes."""
        endpoint = ENDPOINTS["projects"]
        missing: NotFound | None = None
        is_there = False
        for generation in reversed([key for key in GENERATIONS if key != "services"]):
            query = {"$top": "1", "api-version": version_of(endpoint, generation)}
            try:
                await self.transport.call(endpoint, path={}, query=query)
            except NotFound as error:
                missing = error
                continue
            except Refused:
                is_there = True
                continue
            return generation
        if missing is not None and not is_there:
            # Nothing is there at all, in whichever version.
            raise missing
        raise Malformed("The server does not tell its version, and refuses all that reltui knows.")

    async def who_am_i(self) -> Got[Me]:
        """The signed-in person, without groups. Raises NotSignedIn when the server sees nobody."""
        return got(await self._call("who am i"), me_from_json)

    async def groups_of(self, me: Me) -> Mapping[str, SafeText]:
        """Id and name of every group that the person is in, nested ones included (api.md 1.4)."""
        query = {"identityIds": me.id, "queryMembership": "expandedUp"}
        found = await self._members(query)
        wanted = list(dict.fromkeys(d for member in found for d in member.member_of if "," not in d))
        groups: dict[str, SafeText] = {}
        for batch in batches(wanted, GROUPS_AT_ONCE):
            members = await self._members({"descriptors": ",".join(batch), "queryMembership": "none"})
            groups.update((m.id, m.name) for m in members)
        return groups

    async def _members(self, query: Mapping[str, str]) -> Sequence[Member]:
        answer = await self._call("identities", query=query)
        # A descriptor that the server does not know any more comes back as null.
        known = [row for row in list_of_answer(answer.data) if row is not None]
        members = rows_of(known, member_from_json)
        if members.bad:
            raise Malformed(f"A group or person of the answer cannot be read: {members.bad[0].why}")
        return members.items

    async def people(self, words: str, *, groups: bool = False) -> tuple[Identity, ...]:
        """Persons whose name or account has these words, and groups too if asked; at most 20 (api.md 1.4)."""
        query = {"searchFilter": "General", "filterValue": words, "queryMembership": "none"}
        found = [m for m in await self._members(query) if groups or not m.is_group]
        return tuple(Identity(m.id, m.name, m.account, m.is_group) for m in found[:FOUND_AT_MOST])

    def projects(self) -> AsyncIterator[Page[Project]]:
        """Every project that the person may see."""
        ask = self._asking("projects", {}, {"$top": str(PROJECTS_AT_ONCE)})
        return pages(ask, project_from_json, size=PROJECTS_AT_ONCE, skips=True)

    # Approvals

    def approvals(
        self,
        project_id: str,
        *,
        status: str = "pending",
        assigned_to: str = "",
        release_ids: Sequence[int] = (),
        type: str = "",
        include_my_groups: bool = False,
        top: int = 100,
        start: str = "",
        ascending: bool = False,
    ) -> AsyncIterator[Page[Approval]]:
        """Approvals by the filters of api.md 3.5, newest first."""
        query = {
            "statusFilter": status,
            "assignedToFilter": assigned_to,
            "releaseIdsFilter": ",".join(map(str, release_ids)),
            "typeFilter": type,
            "includeMyGroupApprovals": "true" if include_my_groups else "",
            "queryOrder": "ascending" if ascending else "",
            "top": str(top),
        }
        ask = self._asking("approvals", within(project_id), query)
        if self.is_older:
            return self._approvals_of_older(ask, ascending=ascending)
        far_end = {"top": "1", "queryOrder": "descending" if ascending else "ascending"}
        return pages(ask, approval_from_json, size=min(top, SERVER_MAXIMUM), start=start, far_end=far_end)

    async def _approvals_of_older(self, ask: Ask, *, ascending: bool) -> AsyncIterator[Page[Approval]]:
        """All of them, whose releases are remembered: single approvals are read from these."""
        sign = 1 if ascending else -1
        async for page in in_one_piece(ask, approval_from_json, lambda _: True, lambda a: sign * a.id):
            self._release_of.update((row.id, row.release.id) for row in page.rows.items)
            yield page

    async def _approval_of_older(self, project_id: str, approval_id: int) -> Got[Approval]:
        """An approval as its release has it. Raises NotFound: no list of the project has had it."""
        for status in LISTED:
            if approval_id in self._release_of:
                break
            async for _ in self.approvals(project_id, status=status):
                pass
        release_id = self._release_of.get(approval_id)
        if release_id is None:
            raise NotFound(f"There is no approval {approval_id} in this project.")
        release = await self.release(project_id, release_id)
        for environment in release.value.environments or ():
            for approval in (*environment.pre_approvals, *environment.post_approvals):
                if approval.id == approval_id:
                    return Got(approval, _raw_approval(release.raw, approval), release.activity)
        raise NotFound(f"There is no approval {approval_id} in release {release_id} any more.")

    async def approval(self, project_id: str, approval_id: int) -> Got[Approval]:
        """One approval as it is now."""
        if self.is_older:
            return await self._approval_of_older(project_id, approval_id)
        path = within(project_id, approval=approval_id)
        return got(await self._call("approval", path), approval_from_json)

    async def approval_history(self, project_id: str, approval_id: int) -> Got[Approval]:
        """One approval with its history; for servers without that call, with what the plain one gives."""
        if self.is_older:
            return await self._approval_of_older(project_id, approval_id)
        path = within(project_id, approval=approval_id)
        try:
            return got(await self._call("approval history", path), approval_from_json)
        except (NotFound, Refused):
            query = {"includeHistory": "true"}
            return got(await self._call("approval", path, query), approval_from_json)

    async def update_approval(
        self,
        project_id: str,
        approval_id: int,
        *,
        status: str,
        comments: str,
        approver_id: str = "",
    ) -> Got[Approval]:
        """Approve ("approved"), reject ("rejected") or hand over ("reassigned" to `approver_id`)."""
        path = within(project_id, approval=approval_id)
        body = _verdict(status, comments, approver_id)
        return got(await self._call("update approval", path, body=body), approval_from_json)

    async def update_approvals(
        self, project_id: str, approval_ids: Sequence[int], *, status: str, comments: str
    ) -> Page[Approval]:
        """One verdict on several approvals of one release, in one request (api.md 3.5)."""
        body = [{"id": number, **_verdict(status, comments, "")} for number in approval_ids]
        answer = await self._call("update approvals", within(project_id), body=body)
        return whole(answer, approval_from_json)


def _raw_approval(release: object, approval: Approval) -> object:
    """The JSON of an approval in that of its release, with the names that it has from there."""
    for stage in objects_of(mapping_of(release).get("environments")):
        for row in objects_of([*list_of(stage.get(PRE)), *list_of(stage.get(POST))]):
            if row.get("id") == approval.id:
                outer = {
                    "release": approval.release,
                    "releaseEnvironment": approval.environment,
                    "releaseDefinition": approval.definition,
                }
                return {**{key: {"id": ref.id, "name": ref.name} for key, ref in outer.items()}, **row}
    return None


def _verdict(status: str, comments: str, approver_id: str) -> Mapping[str, Any]:
    approver = {"approver": {"id": approver_id}} if approver_id else {}
    return {"status": status, "comments": comments, **approver}
