"""Deployments of all releases, newest or oldest first, without making every release whole (api.md 3.6).

A release of the past is played only when its line says that a deployment asked for can be among its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

from reltui.demo import wire
from reltui.demo.clock import NULL_TIME, wire_time
from reltui.demo.history import DEPLOYMENTS_EACH, LONGEST_STORY
from reltui.demo.lines import FATES, ReleaseLine
from reltui.demo.records import POST, PRE, Attempt, Environment, Json, Release
from reltui.demo.world import World

_STATUS_FATES = {
    "succeeded": "S",
    "partiallySucceeded": "P",
    "failed": "SFRCA",
    "notDeployed": "RTCA",
}
_OPERATION_FATES = {
    "Approved": "SP",
    "PhaseFailed": "SF",
    "Rejected": "RT",
    "Canceled": "CA",
    "PhaseCanceled": "CA",
}
"""Fates of the past's environments that a status follows from; from none where a status is not here."""


@dataclass(frozen=True, slots=True)
class Query:
    """What a list of deployments asks for; times in seconds since 1970."""

    project_id: str
    definitions: frozenset[int] = frozenset()
    environments: frozenset[int] = frozenset()
    """Ids of environments in their definitions."""
    requested_by: frozenset[str] | None = None
    requested_for: frozenset[str] | None = None
    status: str = ""
    operation: str = ""
    modified: tuple[float, float] = (-math.inf, math.inf)
    started: tuple[float, float] = (-math.inf, math.inf)
    branch: str = ""
    builds: frozenset[str] = frozenset()
    latest_only: bool = False
    deleted: bool = False
    ascending: bool = False
    token: int = 0


class Found(NamedTuple):
    """One deployment with where it belongs."""

    release: Release
    position: int
    attempt: Attempt

    @property
    def environment(self) -> Environment:
        """The environment it deploys to."""
        return self.release.environments[self.position]

    @property
    def id(self) -> int:
        """Id of the deployment."""
        return self.attempt.deployment_id

    @property
    def started(self) -> float | None:
        """When it left the queue (or its hour came); None while it waits there."""
        if self.attempt.operation in ("Queued", "Scheduled"):
            return None
        asked = [a.created for a in self.environment.approvals if a.attempt == self.attempt.number]
        asked += [run.started for run in self.attempt.gates]
        asked += [run.started for run in self.attempt.phases]
        return min(asked, default=self.attempt.queued)


class Deployments:
    """Finds deployments, and gives them their wire form."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._past = world.ids.deployment
        """Highest deployment id that is set aside for the sample."""

    def find(self, query: Query) -> Iterator[Found]:
        """The deployments asked for, by id in the query's order, from its token on."""
        parts = [self._later, self._of_past]
        for part in reversed(parts) if query.ascending else parts:
            for found in part(query):
                if query.token and (found.id < query.token if query.ascending else found.id > query.token):
                    continue
                if self._is_asked(query, found):
                    yield found

    def _later(self, query: Query) -> Iterator[Found]:
        """What was deployed after the sample was made."""
        found = [
            one
            for release in self._world.alive.values()
            if self._may_hold(query, self._world.line(release.id))
            for one in _all_of(release)
            if one.id > self._past
        ]
        yield from sorted(found, key=lambda one: one.id, reverse=not query.ascending)

    def _of_past(self, query: Query) -> Iterator[Found]:
        world = self._world
        lines = self._lines(query.definitions)
        bound = query.token // DEPLOYMENTS_EACH if 0 < query.token <= self._past else None
        for line in lines if query.ascending else reversed(lines):
            if bound is not None and (line.id < bound if query.ascending else line.id > bound):
                continue
            if not self._may_hold(query, line):
                continue
            own = [one for one in _all_of(world.look(line.id)) if one.id <= self._past]
            yield from sorted(own, key=lambda one: one.id, reverse=not query.ascending)

    def _lines(self, definitions: frozenset[int]) -> list[ReleaseLine]:
        """The releases of these definitions, oldest first; all without any."""
        if not definitions:
            return self._world.lines
        own = (self._world.lines_of.get(key, []) for key in definitions)
        return sorted(chain.from_iterable(own), key=attrgetter("id"))

    def _may_hold(self, query: Query, line: ReleaseLine) -> bool:
        """False only for a release that has no deployment asked for."""
        world = self._world
        if query.project_id and line.project_id != query.project_id:
            return False
        if query.definitions and line.definition_id not in query.definitions:
            return False
        if query.branch and line.branch.lower() != query.branch:
            return False
        if query.builds and str(line.build_id) not in query.builds:
            return False
        if query.deleted is not (line.deleted or world.definitions.is_deleted(line.definition_id)):
            return False
        if line.created > min(query.modified[1], query.started[1]):
            return False
        return line.id in world.alive or _may_have_held(query, line)

    @staticmethod
    def _is_asked(query: Query, found: Found) -> bool:
        attempt, environment = found.attempt, found.environment
        if query.environments and environment.plan["id"] not in query.environments:
            return False
        if query.latest_only and attempt is not environment.latest:
            return False
        if query.status and attempt.status != query.status:
            return False
        if query.operation and attempt.operation != query.operation:
            return False
        asked_by = attempt.requested_by_id or found.release.created_by_id
        for wanted in (query.requested_by, query.requested_for):
            if wanted is not None and asked_by not in wanted:
                return False
        if not query.modified[0] <= attempt.modified <= query.modified[1]:
            return False
        if query.started == (-math.inf, math.inf):
            return True
        started = found.started
        return started is not None and query.started[0] <= started <= query.started[1]

    def wire(self, found: Found) -> Json:
        """Deployment, as captured: the embedded release is mostly empty (api.md 3.6)."""
        people = self._world.people
        release, attempt, environment = found.release, found.attempt, found.environment
        started = found.started
        shape: Json = {
            "id": attempt.deployment_id,
            "release": {
                "id": release.id,
                "name": release.name,
                "artifacts": self._world.artifacts(release),
                "description": None,
                "releaseDefinition": None,
                "createdOn": NULL_TIME,
                "createdBy": None,
                "modifiedBy": None,
                "reason": "none",
            },
            "releaseDefinition": wire.definition_ref(release.definition),
            "releaseEnvironment": {"id": environment.id, "name": environment.plan["name"]},
            "projectReference": None,
            "definitionEnvironmentId": environment.plan["id"],
            "attempt": attempt.number,
            "reason": attempt.reason,
            "deploymentStatus": attempt.status,
            "operationStatus": attempt.operation,
            "requestedBy": people.ref(attempt.requested_by_id or release.created_by_id),
            "requestedFor": people.ref(attempt.requested_by_id or release.created_by_id),
            "queuedOn": wire_time(attempt.queued),
            "startedOn": NULL_TIME if started is None else wire_time(started),
            "lastModifiedOn": wire_time(attempt.modified),
            "lastModifiedBy": people.ref(attempt.modified_by_id) if attempt.modified_by_id else None,
            "conditions": wire.conditions(environment),
            "scheduledDeploymentTime": NULL_TIME
            if environment.scheduled is None or attempt is not environment.latest
            else wire_time(environment.scheduled),
            "_links": {},
        }
        if attempt.finished is not None:
            shape["completedOn"] = wire_time(attempt.finished)
        for side, key in ((PRE, "preDeployApprovals"), (POST, "postDeployApprovals")):
            shape[key] = [
                {
                    name: value
                    for name, value in wire.approval(people, release, one).items()
                    if name != "history"
                }
                for one in environment.approvals
                if one.attempt == attempt.number and one.type == side
            ]
        return shape


def failing_since(all_found: Iterable[Found]) -> list[Found]:
    """Of each environment the first of the failures that nothing but failures followed (DeploymentsQueryType
    failingSince; U). Takes them newest first."""
    first: dict[int, Found] = {}
    over: set[int] = set()
    for found in all_found:
        environment = int(found.environment.plan["id"])
        if environment in over or found.attempt.finished is None:
            continue
        if found.attempt.has_succeeded:
            over.add(environment)
        elif found.attempt.status == "failed":
            first[environment] = found
    return list(first.values())


def _all_of(release: Release) -> Iterator[Found]:
    for position, environment in enumerate(release.environments):
        for attempt in environment.attempts:
            yield Found(release, position, attempt)


def _may_have_held(query: Query, line: ReleaseLine) -> bool:
    """The same for a release of the past, whose fate is known: its creator asks for all its deployments."""
    if line.created + LONGEST_STORY < max(query.modified[0], query.started[0]):
        return False
    for wanted in (query.requested_by, query.requested_for):
        if wanted is not None and line.created_by_id not in wanted:
            return False
    letters = set(FATES) - {"N"}
    if query.status:
        letters &= set(_STATUS_FATES.get(query.status, ""))
    if query.operation:
        letters &= set(_OPERATION_FATES.get(query.operation, ""))
    return any(
        letter in letters and (not query.environments or plan["id"] in query.environments)
        for plan, letter in zip(line.definition["environments"], line.fate, strict=True)
    )
