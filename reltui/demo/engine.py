"""The embedded server without HTTP: every call of the release area as a method (api.md sections 3 to 5).

What comes back is plain JSON in the wire form of the newest server generation, without addresses; it shares
parts with the store, so callers copy what they want to change. Every method first lets happen what is due.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from reltui.demo import approvals, gates, interventions, refusals, wire, wire_attempt
from reltui.demo.artifacts import Artifacts
from reltui.demo.audit import Audit
from reltui.demo.builds import Build
from reltui.demo.clock import NULL_TIME, Clock, as_datetime, as_seconds
from reltui.demo.definition_calls import DefinitionCalls
from reltui.demo.definition_forms import DEFAULT_FORMAT, kept_secrets
from reltui.demo.deployments import Deployments
from reltui.demo.edits import Edits
from reltui.demo.life import ACTIVE
from reltui.demo.lines import ApprovalLine, NewestFirst, ReleaseLine
from reltui.demo.records import PRE, Approval, Attempt, Environment, Json, Release
from reltui.demo.refusals import Refusal
from reltui.demo.seed import populate
from reltui.demo.world import World

__all__ = ["ApprovalLine", "Engine", "Refusal", "ReleaseLine"]

_REASONS = {"0": "manual", "1": "manual", "2": "continuousIntegration", "3": "schedule", "4": "pullRequest"}
_RELEASE_STATES = {"1": "draft", "2": "active", "4": "abandoned"}
_ENVIRONMENT_STATES = {"0": "undefined", "2": "inProgress", "8": "canceled", "64": "scheduled"}


class Engine(DefinitionCalls):
    """One organisation with its releases, living in virtual time.

    `speed` is how many virtual seconds pass in a real one; 0 stops the clock, so that only `advance` moves
    it. `today` is where the clock starts; with the same seed, size and `today` the sample is the same to the
    byte. `strict` decides what no source settles: acting on a decided approval, and by API where identities
    are revalidated, is refused or answered unchanged.
    """

    def __init__(
        self,
        *,
        seed: int = 1,
        size: str = "small",
        speed: float = 1.0,
        today: datetime | None = None,
        older: bool = False,
    ) -> None:
        self.strict = True
        self.defers = True
        """Whether a stage that waits for its approval takes a time (api.md 3.5, unverified)."""
        self._clock = Clock(today or datetime.now(UTC), speed)
        self._speed = speed
        super().__init__(World(seed))
        self.me: Json = populate(self._world, size, self._clock.start, older=older)
        self.projects: list[Json] = self._world.projects
        self.identities: dict[str, Json] = self._world.people.by_id
        self.audit = Audit(self._world.people)
        self.edits = Edits(self._world, self.audit, self._moment)
        self.deployments = Deployments(self._world)
        self.artifacts = Artifacts(self._world.builds)
        self.resources = self._world.resources

    # Time

    def now(self) -> datetime:
        """The virtual time, aware UTC."""
        return as_datetime(self._clock.now())

    def advance(self, seconds: float) -> None:
        """Push the clock forward; everything that is due in between happens, in order."""
        self._clock.push(seconds)
        self.run_due()

    def run_due(self) -> float | None:
        """Let happen what is due. Returns the real seconds until the next event, None when there is none."""
        calendar = self._world.calendar
        while (due := calendar.next_due) is not None and due <= self._clock.now():
            self._world.life.happen(calendar.pop())
        if due is None or self._speed <= 0:
            return None
        return max(0.0, (due - self._clock.now()) / self._speed)

    def _moment(self) -> float:
        self.run_due()
        return round(self._clock.now(), 3)

    # Releases

    def release_index(self) -> Sequence[ReleaseLine]:
        """Every release, newest first, as a live view: do not keep it over a change."""
        self.run_due()
        return NewestFirst(self._world.lines)

    def release(self, release_id: int) -> Json:
        """One release, whole. Raises Refusal (404), also for one that is deleted."""
        self.run_due()
        return self.edits.wire(self.edits.look(release_id))

    def deleted_release(self, release_id: int) -> Json:
        """One release that was deleted, whole. Raises Refusal (404)."""
        self.run_due()
        return self.edits.wire(self.edits.look(release_id, deleted=True))

    def release_record(self, release_id: int) -> Release:
        """The same as its record, for what compares releases. Raises Refusal (404)."""
        return self.edits.look(release_id)

    def release_history(self, release_id: int) -> list[Json]:
        """Every ReleaseRevision, oldest first. Raises Refusal (404)."""
        self.run_due()
        return self.audit.entries(self.edits.look(release_id))

    def create_release(self, project_id: str, metadata: Json, by: str) -> Json:
        """POST releases: answers at once, environments not started; the rest follows by itself.

        Raises Refusal (VS402936, ArtifactVersionUnavailableException).
        """
        moment = self._moment()
        world = self._world
        stored = world.definitions.stored(metadata.get("definitionId"))
        if stored.project_id != project_id:
            raise refusals.definition_missing(metadata.get("definitionId"))
        definition = stored.current
        builds = self._chosen_builds(definition, metadata.get("artifacts") or [])
        draft = bool(metadata.get("isDraft"))
        given = str(metadata.get("reason") or "none")
        reason = _REASONS.get(given, "manual" if given.lower() == "none" else given)
        manual = {str(name).lower() for name in metadata.get("manualEnvironments") or []}
        numbers = {
            "Build.BuildNumber": world.builds.get(builds[0][1]).number if builds else "",
            "Release.DefinitionName": definition["name"],
        }
        name = world.names.next(
            definition["id"], definition["releaseNameFormat"] or DEFAULT_FORMAT, as_datetime(moment), numbers
        )
        release = Release(
            id=world.first_id + len(world.lines),
            project_id=project_id,
            definition=definition,
            name=name,
            status="draft" if draft else "active",
            reason=reason,
            created=moment,
            created_by_id=by,
            modified=moment,
            modified_by_id=by,
            description=str(metadata.get("description") or ""),
            builds=builds,
            properties=wire.properties(metadata.get("properties")),
            variables=_overridden(definition["variables"], metadata.get("variables")),
        )
        for plan in definition["environments"]:
            world.environment_id += 1
            environment = Environment(world.environment_id, plan, moment, moment)
            environment.manual = plan["name"].lower() in manual
            release.environments.append(environment)
        self._override(release, metadata.get("environmentsMetadata") or [])
        build = world.builds.get(builds[0][1]) if builds else None
        world.add(
            ReleaseLine(
                id=release.id,
                project_id=project_id,
                definition=definition,
                name=name,
                created=moment,
                status=release.status,
                created_by_id=by,
                reason=reason,
                build_id=build.id if build else 0,
                branch=build.branch if build else "",
                fate="N" * len(release.environments),
            )
        )
        world.keep(release)
        if not draft:
            world.life.start(release, moment)
        return self.edits.wire(release)

    @staticmethod
    def _override(release: Release, metadata: list[Json]) -> None:
        """Variables given for single environments at creation."""
        for entry in metadata:
            for environment in release.environments:
                if environment.plan["id"] == entry.get("definitionEnvironmentId"):
                    given = entry.get("variables")
                    environment.variables = _overridden(environment.plan["variables"], given)

    def _chosen_builds(self, definition: Json, chosen: list[Json]) -> tuple[tuple[str, int], ...]:
        """The build of each artifact: the one asked for, or the newest."""
        wanted = {entry.get("alias"): (entry.get("instanceReference") or {}).get("id") for entry in chosen}
        known = {artifact["alias"] for artifact in definition["artifacts"]}
        for alias in wanted:
            if alias not in known:
                raise refusals.invalid(f"Artifact alias '{alias}' is not linked to this release pipeline.")
        builds: list[tuple[str, int]] = []
        for artifact in definition["artifacts"]:
            if str(artifact.get("type", "Build")) != "Build":
                continue
            source = self.artifacts.source(artifact)
            build = self.artifacts.default(artifact, source) if source else None
            if source and wanted.get(artifact["alias"]):
                build = self._world.builds.get(wanted[artifact["alias"]])
            if build is None or build.source is not source:
                raise refusals.version_unavailable(artifact["alias"])
            builds.append((artifact["alias"], build.id))
        return tuple(builds)

    def update_release(self, release_id: int, metadata: Json, by: str) -> Json:
        """PATCH releases: abandon, start a draft, keep forever, rename, manual stages. Raises Refusal."""
        moment = self._moment()
        world = self._world
        self.edits.look(release_id)
        line = world.line(release_id)
        target = None
        if metadata.get("status") not in (None, "undefined", 0):
            target = _state(metadata["status"], _RELEASE_STATES)
            if (line.status, target) not in (
                ("draft", "active"),
                ("draft", "abandoned"),
                ("active", "abandoned"),
            ):
                raise refusals.release_transition(line.status, target)
        release = world.wake(release_id)
        comment = metadata.get("comment")
        if metadata.get("keepForever") is not None:
            release.keep_forever = bool(metadata["keepForever"])
            kind = "retain" if release.keep_forever else "stopRetaining"
            self.audit.note(release, kind, by, moment, comment)
        if metadata.get("name"):
            self.edits.advance(release)
            details = f"{release.name} to {metadata['name']}"
            release.name = str(metadata["name"])
            self.audit.note(release, "rename", by, moment, comment, details)
        for name in metadata.get("manualEnvironments") or []:
            for environment in release.environments:
                if environment.plan["name"].lower() == str(name).lower():
                    environment.manual = True
        if metadata.get("manualEnvironments"):
            names = ", ".join(str(name) for name in metadata["manualEnvironments"])
            self.audit.note(release, "update", by, moment, comment, f"Manual: {names}")
        release.modified, release.modified_by_id = moment, by
        if target == "abandoned":
            self.audit.note(release, "abandon", by, moment, comment, release.name)
            world.life.abandon(release, by, moment)
        elif target == "active":
            release.status = "active"
            self.audit.note(release, "start", by, moment, comment, release.name)
            world.life.start(release, moment)
        world.changed(release)
        return self.edits.wire(release)

    # Environments

    def environment(self, release_id: int, environment_id: int) -> Json:
        """One environment of a release. Raises Refusal (404)."""
        moment = self._moment()
        release = self.edits.look(release_id)
        position = self._world.environment_position(release, environment_id)
        return wire.environment(self._world.people, release, position, moment)

    def update_environment(self, release_id: int, environment_id: int, metadata: Json, by: str) -> Json:
        """PATCH environments: deploy, redeploy, deploy later, cancel, put off. Raises Refusal (VS402964)."""
        moment = self._moment()
        world = self._world
        release = self.edits.look(release_id)
        position = world.environment_position(release, environment_id)
        target = _state(metadata.get("status") or "undefined", _ENVIRONMENT_STATES)
        status = release.environments[position].status
        later = _later(metadata.get("scheduledDeploymentTime"))
        again = status == "scheduled" and later is not None and later > moment
        allowed = {
            "inProgress": status not in ACTIVE or again,
            "scheduled": (status not in ACTIVE and later is not None) or again,
            "canceled": status in ACTIVE,
            "undefined": "scheduledDeploymentTime" in metadata and self._may_put_off(release, position),
        }
        if not allowed.get(target, False):
            raise refusals.environment_transition(status, target)
        if release.status != "active":
            raise refusals.invalid(
                f"Release '{release.name}' is in state '{release.status}'; "
                "only an active release can be deployed."
            )
        if target == "undefined" and later is not None and later <= moment:
            raise refusals.invalid("The scheduled deployment time has to be in the future.")
        release = world.wake(release_id)
        environment = release.environments[position]
        if metadata.get("variables"):
            base = environment.plan["variables"] if environment.variables is None else environment.variables
            environment.variables = _overridden(base, metadata["variables"])
        if target != "undefined":
            said = ("cancel", 0) if target == "canceled" else ("deploy", 1)
            number = len(environment.attempts) + said[1]
            self.audit.comment(environment, number, said[0], metadata.get("comment"))
        if target == "undefined":
            world.life.put_off(release, position, by, later, moment)
        elif target == "canceled":
            world.life.cancel(release, position, by, moment)
        elif later is not None and later > moment:
            world.life.schedule(release, position, by, later, moment)
        else:
            world.life.queue(release, position, by, "manual", moment)
        world.changed(release)
        return wire.environment(world.people, release, position, moment)

    def _may_put_off(self, release: Release, position: int) -> bool:
        """Whether a time alone is taken: it makes sense before the approval only."""
        environment = release.environments[position]
        if not self.defers or environment.status != "inProgress":
            return False
        asked = approvals.of_attempt(environment, environment.current.number, PRE)
        return any(approval.status == "pending" for approval in asked)

    # Approvals

    def approval_index(self, *, pending_only: bool) -> Sequence[ApprovalLine]:
        """Approvals, newest first. All of them is a long way: read no more of it than needed."""
        self.run_due()
        return self._world.pending_lines() if pending_only else self._world.all_approvals()

    def approval(self, approval_id: int) -> Json:
        """One approval with its history. Raises Refusal (404)."""
        self.run_due()
        release, approval = self._world.approval(approval_id)
        return wire.approval(self._world.people, release, approval)

    def update_approval(self, approval_id: int, body: Json, by: str, *, by_portal: bool = False) -> Json:
        """PATCH approvals: approve, reject, reassign; in the portal people can be made to sign in again.

        Raises Refusal.
        """
        moment = self._moment()
        world = self._world
        release, approval = world.approval(approval_id)
        action = approvals.verb(body.get("status"))
        if approval.status != "pending":
            if self.strict:
                raise refusals.approval_closed(approval.id, approval.status)
            return wire.approval(world.people, release, approval)
        release = world.wake(release.id)
        environment = release.environments[approval.position]
        attempt = environment.attempts[approval.attempt - 1]
        self._check_signer(release, environment, attempt, approval, action, by)
        comments = str(body.get("comments") or "")
        if action == "reassigned":
            to = approvals.new_approver(world.people, approval, body.get("approver"))
            approvals.reassign(approval, to, by, comments, moment)
        elif not by_portal and approvals.options(environment.plan, approval.type).revalidates:
            if self.strict:
                raise refusals.must_revalidate(world.people.name(by))
        else:
            world.life.sign(release, approval, action == "approved", by, comments, moment)
        world.changed(release)
        return wire.approval(world.people, release, approval)

    def _check_signer(
        self,
        release: Release,
        environment: Environment,
        attempt: Attempt,
        approval: Approval,
        action: str,
        by: str,
    ) -> None:
        people = self._world.people
        managers = self._world.managers.get(release.project_id, frozenset())
        approvals.check_may_act(people, approval, by, managers if action == "reassigned" else ())
        if release.status != "active":
            raise refusals.invalid(
                f"Release '{release.name}' is in state '{release.status}'; its approvals cannot be updated."
            )
        if action == "approved":
            approvals.check_may_approve(people, release, environment, attempt, approval, by)

    # Manual interventions and gates

    def interventions(self, release_id: int) -> list[Json]:
        """The manual interventions of a release, in the order asked. Raises Refusal (404)."""
        self.run_due()
        release = self._world.look(release_id)
        return [self._intervention(release, one.id) for one in interventions.of_release(release)]

    def intervention(self, release_id: int, intervention_id: int) -> Json:
        """One manual intervention. Raises Refusal (404)."""
        self.run_due()
        return self._intervention(self._world.look(release_id), intervention_id)

    def _intervention(self, release: Release, intervention_id: int) -> Json:
        position, found = interventions.find(release, intervention_id)
        return wire.intervention(self._world.people, release, position, found)

    def update_intervention(self, release_id: int, intervention_id: int, body: Json, by: str) -> Json:
        """PATCH manualinterventions: resume (`approved`) or reject. Raises Refusal."""
        moment = self._moment()
        world = self._world
        release = world.look(release_id)
        position, found = interventions.find(release, intervention_id)
        approve = interventions.verb(body.get("status")) == "approved"
        if found.status != "pending" and not self.strict:
            return wire.intervention(world.people, release, position, found)
        interventions.check_may_act(release, found)
        release = world.wake(release_id)
        world.life.act(release, position, found, approve, by, str(body.get("comment") or ""), moment)
        world.changed(release)
        return wire.intervention(world.people, release, position, found)

    def update_gates(self, project_id: str, gate_step_id: int, body: Json, by: str) -> Json:
        """PATCH gates: ignore some of them from the next sample on. Raises Refusal."""
        moment = self._moment()
        world = self._world
        release, position, run = world.gates(gate_step_id)
        if release.project_id != project_id:
            raise refusals.gates_missing(gate_step_id)
        gates.ignore(run, body.get("gatesToIgnore"), moment)
        release = world.wake(release.id)
        attempt = release.environments[position].current
        attempt.modified, attempt.modified_by_id = moment, by
        world.changed(release)
        return wire_attempt.release_gates(run, moment)

    # Builds

    def builds(self, project_id: str, build_definition_id: int | None = None) -> Iterator[Json]:
        """Builds, newest first, of a project or of one build definition."""
        for build in self._world.builds.newest_first(project_id, build_definition_id):
            yield self._world.builds.wire(build)

    def build_record(self, build_id: int) -> Build:
        """The same as its record, for what compares builds. Raises Refusal (404)."""
        return self._world.builds.get(build_id)

    def build(self, build_id: int) -> Json:
        """One build. Raises Refusal (404)."""
        return self._world.builds.wire(self._world.builds.get(build_id))

    def build_changes(self, build_id: int) -> list[Json]:
        """The commits that came with a build, newest first. Raises Refusal (404)."""
        return self._world.builds.changes(self._world.builds.get(build_id))

    def build_work_items(self, build_id: int) -> list[Json]:
        """The work items behind a build. Raises Refusal (404)."""
        return self._world.builds.work_items(self._world.builds.get(build_id))


def _overridden(variables: Json, given: Json | None) -> Json:
    """The variables with those given for one release or deployment; a secret without a value stays."""
    return variables | kept_secrets(given or {}, variables)


def _later(given: object) -> float | None:
    """The time a deployment is put off to; the null date means none. Raises Refusal for what is no date."""
    if not given or given == NULL_TIME:
        return None
    try:
        return as_seconds(str(given))
    except ValueError as error:
        raise refusals.invalid(f"The value '{given}' of scheduledDeploymentTime is not a date.") from error


def _state(given: object, numbers: dict[str, str]) -> str:
    """A target state, given in any case or as a number (api.md 8 #2)."""
    text = str(given)
    if text in numbers:
        return numbers[text]
    return next((name for name in numbers.values() if name.lower() == text.lower()), text)
