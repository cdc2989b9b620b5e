"""The store of everything; releases that are open are kept whole, those of the past are made anew."""

from __future__ import annotations

import math
from collections import OrderedDict, defaultdict
from collections.abc import Iterator

from reltui.demo import gates, refusals, wire
from reltui.demo.builds import Builds
from reltui.demo.clock import Calendar, as_datetime
from reltui.demo.definitions import Definitions
from reltui.demo.history import APPROVALS_EACH, LONGEST_STORY, History
from reltui.demo.life import Ids, Life
from reltui.demo.lines import AllApprovals, ApprovalLine, ReleaseLine
from reltui.demo.naming import Names
from reltui.demo.people import People
from reltui.demo.records import Approval, Attempt, Environment, GateRun, Intervention, Json, Release
from reltui.demo.resources import Resources
from reltui.demo.tasks import Trouble, breaking_point

_KEPT = 256
"""How many releases of the past stay made."""


class World:
    """All data of the embedded server."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.projects: list[Json] = []
        self.people = People()
        self.managers: dict[str, frozenset[str]] = {}
        """Who has the permission "Manage release approvers" (api.md 7.3), by project id."""
        self.permitted: dict[tuple[str, str], frozenset[str]] = {}
        """Who has a permission, by project id and permission; everybody, where it is not here."""
        self.builds = Builds(self.people)
        self.resources = Resources(self.people, self.builds, self.projects)
        self.definitions = Definitions(self.people, self.resources)
        self.names = Names()
        self.calendar = Calendar()
        self.lines: list[ReleaseLine] = []
        """By id, without gaps."""
        self.lines_of: defaultdict[int, list[ReleaseLine]] = defaultdict(list)
        """Those of each definition, by id."""
        self.first_id = 1
        self.alive: dict[int, Release] = {}
        self.pending: dict[int, Approval] = {}
        self.ids = Ids(0, 0, 0)
        self.environment_id = 0
        self.past_approvals = 0
        """Highest approval id that is set aside for the sample."""
        self.history = History(self)
        self.life = Life(self.people, self.calendar, self.ids, self)
        self._made: OrderedDict[int, Release] = OrderedDict()
        self._later: dict[int, Approval] = {}
        """Approvals that were created after the sample was made, by id."""
        self._pending_lines: list[ApprovalLine] | None = None
        self._standing: dict[tuple[int, int], int] = {}
        """By definition and environment in it, once somebody asked or something was deployed there."""

    def demand(self, project_id: str, by: str, permission: str) -> None:
        """Raises Refusal (VS402904) for a person who lacks a permission in a project."""
        if not self.may(project_id, by, permission):
            raise refusals.denied(self.people.name(by), permission)

    def may(self, project_id: str, by: str, permission: str) -> bool:
        """Whether a person has a permission in a project."""
        return by in self.permitted.get((project_id, permission), {by})

    # Releases

    def line(self, release_id: object) -> ReleaseLine:
        """The line of a release. Raises Refusal (404)."""
        index = release_id - self.first_id if isinstance(release_id, int) else -1
        if not 0 <= index < len(self.lines):
            raise refusals.release_missing(release_id)
        return self.lines[index]

    def look(self, release_id: object) -> Release:
        """The release, whole, for reading. Raises Refusal (404)."""
        line = self.line(release_id)
        if line.id in self.alive:
            return self.alive[line.id]
        made = self._made.get(line.id)
        if made is None:
            made = self.history.make(line)
            self._made[line.id] = made
            if len(self._made) > _KEPT:
                self._made.popitem(last=False)
        else:
            self._made.move_to_end(line.id)
        return made

    def wake(self, release_id: int) -> Release:
        """The release, whole, for changing; it is kept from now on. Raises Refusal (404)."""
        release = self.look(release_id)
        if release_id not in self.alive:
            self._made.pop(release_id, None)
            self.keep(release)
        return release

    def keep(self, release: Release) -> None:
        """Keep a release whole."""
        self.alive[release.id] = release
        self.changed(release)

    def add(self, line: ReleaseLine) -> None:
        """Add a release that is newer than all others."""
        self.lines.append(line)
        self.lines_of[line.definition_id].append(line)

    def changed(self, release: Release) -> None:
        """Bring the indexes up to date after something happened to a release."""
        line = self.line(release.id)
        line.name, line.status = release.name, release.status
        line.keep_forever = release.keep_forever
        line.statuses = tuple(environment.status for environment in release.environments)
        self._pending_lines = None
        for environment in release.environments:
            for approval in environment.approvals:
                if approval.id > self.past_approvals:
                    self._later[approval.id] = approval
                if approval.status == "pending":
                    self.pending[approval.id] = approval
                else:
                    self.pending.pop(approval.id, None)

    def environment_position(self, release: Release, environment_id: object) -> int:
        """Where in the release the environment is. Raises Refusal (404)."""
        for position, environment in enumerate(release.environments):
            if environment.id == environment_id:
                return position
        raise refusals.environment_missing(environment_id, release.id)

    def standing(self, definition_id: int, environment_id: int) -> int:
        """The release whose deployment to an environment of the definition ended last; 0 for none."""
        where = definition_id, environment_id
        if where not in self._standing:
            self._standing[where] = self._stood(definition_id, environment_id)
        return self._standing[where]

    def _stood(self, definition_id: int, environment_id: int) -> int:
        """The same at the end of the past: a release that was created later may have been through earlier."""
        latest, found = -math.inf, 0
        for line in reversed(self.lines_of.get(definition_id, [])):
            if line.created + LONGEST_STORY < latest:
                break
            ended = self._ended(line, environment_id)
            if ended > latest:
                latest, found = ended, line.id
        return found

    def _ended(self, line: ReleaseLine, environment_id: int) -> float:
        """When a release of the past succeeded there; before all time where it did not."""
        fates = zip(line.definition["environments"], line.fate, strict=True)
        if not any(plan["id"] == environment_id and letter in "SP" for plan, letter in fates):
            return -math.inf
        ends = (
            attempt.finished
            for environment in self.look(line.id).environments
            if environment.plan["id"] == environment_id
            for attempt in environment.attempts
            if attempt.has_succeeded and attempt.finished is not None
        )
        return max(ends, default=-math.inf)

    # Approvals

    def approval(self, approval_id: object) -> tuple[Release, Approval]:
        """The approval and its release, for reading. Raises Refusal (404)."""
        if isinstance(approval_id, int):
            later = self._later.get(approval_id)
            if later is not None:
                return self.alive[later.release_id], later
            index = approval_id // APPROVALS_EACH - self.first_id
            if 0 < approval_id <= self.past_approvals and 0 <= index < len(self.lines):
                release = self.look(approval_id // APPROVALS_EACH)
                for environment in release.environments:
                    for approval in environment.approvals:
                        if approval.id == approval_id:
                            return release, approval
        raise refusals.approval_missing(approval_id)

    def approval_line(self, release: Release, approval: Approval) -> ApprovalLine:
        """What lists need of an approval."""
        return ApprovalLine(
            approval.id,
            release.project_id,
            release.id,
            approval.type,
            approval.status,
            approval.approver_id,
            as_datetime(approval.created),
        )

    def pending_lines(self) -> list[ApprovalLine]:
        """All that is pending, newest first."""
        if self._pending_lines is None:
            self._pending_lines = [
                self.approval_line(self.alive[approval.release_id], approval)
                for _, approval in sorted(self.pending.items(), reverse=True)
            ]
        return self._pending_lines

    def all_approvals(self) -> AllApprovals:
        """All approvals, newest first; the past is made while somebody reads."""
        return AllApprovals(self._walk_approvals)

    def _walk_approvals(self) -> Iterator[ApprovalLine]:
        for _, approval in sorted(self._later.items(), reverse=True):
            yield self.approval_line(self.alive[approval.release_id], approval)
        for line in reversed(list(self.lines)):
            release = self.look(line.id)
            own = [
                approval
                for environment in release.environments
                for approval in environment.approvals
                if approval.id <= self.past_approvals
            ]
            for approval in sorted(own, key=lambda one: -one.id):
                yield self.approval_line(release, approval)

    # Gates

    def gates(self, gate_step_id: int) -> tuple[Release, int, GateRun]:
        """The release of a gate step, where in it, and the gates. Raises Refusal (404)."""
        release_id = gate_step_id // gates.EACH
        found = None
        if 0 <= release_id - self.first_id < len(self.lines):
            found = gates.find(self.look(release_id), gate_step_id)
        if found is None:
            raise refusals.gates_missing(gate_step_id)
        return self.look(release_id), *found

    # What the state machine asks and tells

    def find(self, release_id: int) -> Release:
        """The release, whole, for changing."""
        return self.wake(release_id)

    def asked(self, approval: Approval) -> None:
        """Nothing to do: `changed` follows."""

    def deployed(self, release: Release, environment: Environment) -> None:
        """Note what stands in an environment now."""
        self._standing[int(release.definition["id"]), int(environment.plan["id"])] = release.id

    def trouble(self, release: Release, environment: Environment, attempt: Attempt) -> Trouble | None:
        """A failing build fails in its environment, always; other deployments succeed."""
        for _, build_id in release.builds:
            build = self.builds.get(build_id)
            if build.breaks_at_rank == environment.plan["rank"]:
                phase, task = breaking_point(environment.plan)
                return Trouble(phase, task, f"Deployment of {build.number} failed: exit code 1.")
        return None

    def samples(self, release: Release, environment: Environment, gate: Json) -> str | None:
        """What the gate's task says."""
        return None

    def intervened(self, release: Release, position: int, intervention: Intervention) -> None:
        """Nothing to do: a person will act."""

    def branch(self, release: Release, alias: str) -> str:
        """The branch that an artifact of a release was built from."""
        for name, build_id in release.builds:
            if name == alias:
                return self.builds.get(build_id).branch
        return ""

    def artifacts(self, release: Release) -> list[Json]:
        """The artifacts of a release in wire form."""
        versions = {alias: self.builds.wire(self.builds.get(build_id)) for alias, build_id in release.builds}
        return wire.artifacts(release.definition["artifacts"], versions)
