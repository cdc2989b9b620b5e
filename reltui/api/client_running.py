"""Stages, deployments, gates and manual interventions (api.md 3.4, 3.6, 3.7)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

from reltui.api.calls import Calls, Got, got, sent_moment, within
from reltui.api.paging import SERVER_MAXIMUM, Page, pages, whole
from reltui.errors import Malformed, NotFound
from reltui.model.attempt import Gates, Intervention, gates_from_json, intervention_from_json
from reltui.model.decode import mapping_of, objects_of
from reltui.model.deployment import Deployment, deployment_from_json
from reltui.model.release import Environment, environment_from_json, release_from_json


class RunningCalls(Calls):
    """Calls about what runs."""

    async def environment(self, project_id: str, release_id: int, environment_id: int) -> Got[Environment]:
        """One stage of a release; the id is that of the stage in the release."""
        if self.is_older:
            return await self._environment_of_older(project_id, release_id, environment_id)
        path = within(project_id, release=release_id, environment=environment_id)
        return got(await self._call("environment", path), environment_from_json)

    async def _environment_of_older(
        self, project_id: str, release_id: int, environment_id: int
    ) -> Got[Environment]:
        """A stage as its release has it. Raises NotFound."""
        answer = await self._call("release", within(project_id, release=release_id))
        release = got(answer, release_from_json).value
        for environment in release.environments or ():
            if environment.id == environment_id:
                rows = objects_of(mapping_of(answer.data).get("environments"))
                raw = next(row for row in rows if row.get("id") == environment_id)
                return Got(environment, raw, answer.activity)
        raise NotFound(f"There is no stage {environment_id} in release {release_id}.")

    async def update_environment(
        self,
        project_id: str,
        release_id: int,
        environment_id: int,
        *,
        status: str,
        comment: str,
        scheduled_for: datetime | None = None,
        variables: Mapping[str, str] = {},
    ) -> Got[Environment]:
        """Deploy ("inProgress"), schedule ("scheduled") or cancel ("canceled") a stage (api.md 3.4).

        An empty status leaves the stage as it is but for its time: None takes that away.

        `variables` are overridden for this deployment only; servers take them from 5.0 on.
        """
        path = within(project_id, release=release_id, environment=environment_id)
        when = sent_moment(scheduled_for) or None
        body = {
            **({"status": status} if status else {}),
            "scheduledDeploymentTime": when,
            "comment": comment,
            **self._variables(variables),
        }
        return got(await self._call("update environment", path, body=body), environment_from_json)

    def deployments(
        self,
        project_id: str,
        *,
        definition_id: int | None = None,
        definition_environment_id: int | None = None,
        status: str = "",
        operation: str = "",
        latest_attempts_only: bool = False,
        created_by: str = "",
        created_for: str = "",
        branch: str = "",
        modified_after: datetime | None = None,
        modified_before: datetime | None = None,
        started_after: datetime | None = None,
        started_before: datetime | None = None,
        top: int = SERVER_MAXIMUM,
        start: str = "",
        ascending: bool = False,
    ) -> AsyncIterator[Page[Deployment]]:
        """Deployments by the filters of api.md 3.6, newest first; `top` at most 100, `start` a page token."""
        top = min(top, SERVER_MAXIMUM)
        query = {
            "definitionId": "" if definition_id is None else str(definition_id),
            "definitionEnvironmentId": (
                "" if definition_environment_id is None else str(definition_environment_id)
            ),
            "deploymentStatus": status,
            "operationStatus": operation,
            "latestAttemptsOnly": "true" if latest_attempts_only else "",
            "createdBy": created_by,
            "createdFor": created_for,
            "sourceBranch": branch,
            "minModifiedTime": sent_moment(modified_after),
            "maxModifiedTime": sent_moment(modified_before),
            "minStartedTime": sent_moment(started_after),
            "maxStartedTime": sent_moment(started_before),
            "queryOrder": "ascending" if ascending else "",
            "$top": str(top),
        }
        # Few deployments are in one step of their work.
        ask = self._asking("deployments", within(project_id), query, is_narrow=bool(operation))
        far_end = {"$top": "1", "queryOrder": "descending" if ascending else "ascending"}
        return pages(ask, deployment_from_json, size=top, start=start, far_end=far_end)

    async def interventions(self, project_id: str, release_id: int) -> Page[Intervention]:
        """The manual interventions of a release, those that are over included."""
        path = within(project_id, release=release_id)
        return whole(await self._call("interventions", path), intervention_from_json)

    async def intervention(self, project_id: str, release_id: int, intervention_id: int) -> Got[Intervention]:
        """One manual intervention as it is now."""
        path = within(project_id, release=release_id, intervention=intervention_id)
        return got(await self._call("intervention", path), intervention_from_json)

    async def update_intervention(
        self, project_id: str, release_id: int, intervention_id: int, *, status: str, comment: str
    ) -> Got[Intervention]:
        """Resume ("approved") or stop ("rejected") what waits in a manual intervention."""
        path = within(project_id, release=release_id, intervention=intervention_id)
        body = {"status": status, "comment": comment}
        return got(await self._call("update intervention", path, body=body), intervention_from_json)

    async def ignore_gates(
        self, project_id: str, gate_step_id: int, *, names: Sequence[str], comment: str
    ) -> Got[Gates]:
        """Let gates pass whatever they say; `gate_step_id` is `Gates.id` (api.md 3.7)."""
        path = within(project_id, gate=gate_step_id)
        body = {"gatesToIgnore": list(names), "comment": comment}
        return got(await self._call("ignore gates", path, body=body), _gates)


def _gates(raw: object) -> Gates:
    found = gates_from_json(raw)
    if found is None:
        raise Malformed("The answer has no gates in it.")
    return found
