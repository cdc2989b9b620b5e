"""What a project offers to pick from while a definition is written (api.md 1.2).

Versions and paging are those of Microsoft's published specification of each area. Only the task catalogue is
in none of them; it is asked as Microsoft's own client libraries do.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from typing import TypeVar

from reltui.api.calls import NOTHING, Calls, batches, within
from reltui.api.paging import Page, pages
from reltui.model.decode import BadRow, Rows, list_of_answer, rows_of
from reltui.model.resources import (
    Build,
    Choice,
    Connection,
    DeploymentGroup,
    Queue,
    Repository,
    TaskType,
    VariableGroup,
    branch_from_json,
    build_from_json,
    connection_from_json,
    deployment_group_from_json,
    queue_from_json,
    repository_from_json,
    task_type_from_json,
    variable_group_from_json,
)

T = TypeVar("T")

BRANCHES_AT_ONCE = 1_000
"""The most that a server gives in one page; one before 2019 gives all of them at once."""
BUILDS_AT_ONCE = 100
"""Whole build definitions are large."""
TASKS_AT_ONCE = 10
"""Tasks that are read before others have their turn: a catalogue has hundreds, some with fifty inputs."""


class ResourceCalls(Calls):
    """Calls about what there is to pick from. Paged lists go on for as long as the server names a page."""

    async def task_types(self) -> Page[TaskType]:
        """The task catalogue of the server, every version that it tells of; without the raw rows, which take
        megabytes."""
        good: list[TaskType] = []
        bad: list[BadRow] = []
        for batch in batches(list_of_answer((await self._call("task types")).data), TASKS_AT_ONCE):
            some = rows_of(batch, task_type_from_json)
            good += some.items
            bad += some.bad
            await asyncio.sleep(0)
        return Page(Rows(tuple(good), tuple(bad)), (), True, "")

    def queues(self, project_id: str) -> AsyncIterator[Page[Queue]]:
        """The queues of agents."""
        return self._listed("queues", project_id, queue_from_json)

    def deployment_groups(self, project_id: str) -> AsyncIterator[Page[DeploymentGroup]]:
        """The deployment groups, with the number of their machines."""
        return self._listed("deployment groups", project_id, deployment_group_from_json)

    def variable_groups(self, project_id: str) -> AsyncIterator[Page[VariableGroup]]:
        """The variable groups, with what is in them but for secrets."""
        return self._listed("variable groups", project_id, variable_group_from_json)

    def builds(self, project_id: str) -> AsyncIterator[Page[Build]]:
        """The build definitions; whole ones are asked for, since the short ones lack the repository."""
        # The server needs an order by name to go on after a page.
        query = {
            "includeAllProperties": "true",
            "queryOrder": "definitionNameAscending",
            "$top": str(BUILDS_AT_ONCE),
        }
        return self._listed("build definitions", project_id, build_from_json, query=query)

    def repositories(self, project_id: str) -> AsyncIterator[Page[Repository]]:
        """The Git repositories."""
        return self._listed("repositories", project_id, repository_from_json)

    def branches(self, project_id: str, repository_id: str) -> AsyncIterator[Page[Choice]]:
        """The branches of a Git repository of the project."""
        query = {"filter": "heads/", "$top": str(BRANCHES_AT_ONCE)}
        return self._listed("branches", project_id, branch_from_json, query=query, repository=repository_id)

    def connections(self, project_id: str) -> AsyncIterator[Page[Connection]]:
        """The service connections, without what they sign in with."""
        return self._listed("connections", project_id, connection_from_json)

    def _listed(
        self,
        name: str,
        project_id: str,
        read: Callable[[object], T],
        *,
        query: Mapping[str, str] = NOTHING,
        **ids: str,
    ) -> AsyncIterator[Page[T]]:
        # Each list is whole, or names its next page: a full page without a token is the last one.
        return pages(self._asking(name, within(project_id, **ids), query), read)
