"""Changes to a release that are no part of its life: edits, tags, deleting and undeleting (api.md 3.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from reltui.demo import refusals, wire
from reltui.demo.audit import Audit
from reltui.demo.definition_forms import kept_secrets
from reltui.demo.life import ACTIVE
from reltui.demo.permissions import DELETE_RELEASES
from reltui.demo.records import Json, Release
from reltui.demo.world import World


class Edits:
    """Edits releases, and keeps what they were before."""

    def __init__(self, world: World, audit: Audit, moment: Callable[[], float]) -> None:
        self._world = world
        self._audit = audit
        self._moment = moment
        self._snapshots: dict[tuple[int, int], Json] = {}

    def look(self, release_id: object, *, deleted: bool = False) -> Release:
        """The release for reading, when it is not deleted (or is, as asked). Raises Refusal (404)."""
        release = self._world.look(release_id)
        if self.is_deleted(release.id) is not deleted:
            raise refusals.release_missing(release_id)
        return release

    def is_deleted(self, release_id: int) -> bool:
        """Whether the release, or the definition it belongs to, was deleted."""
        line = self._world.line(release_id)
        return line.deleted or self._world.definitions.is_deleted(line.definition_id)

    def wire(self, release: Release) -> Json:
        """Release, whole."""
        world = self._world
        groups = {group["id"]: group for group in world.resources.variable_groups(release.project_id)}
        whole = wire.release(world.people, release, world.artifacts(release), self._moment())
        whole["variableGroups"] = _linked(release.definition, groups)
        for environment, record in zip(whole["environments"], release.environments, strict=True):
            environment["variableGroups"] = _linked(record.plan, groups)
        return whole

    # Revisions of the snapshot

    def advance(self, release: Release) -> None:
        """Keep the release as it is and count its snapshot up, before a change."""
        self._snapshots[release.id, release.snapshot_revision] = self.wire(release)
        release.snapshot_revision += 1

    def snapshot(self, release_id: int, revision: int) -> Json:
        """The release as it was at a revision of its snapshot. Raises Refusal."""
        release = self.look(release_id)
        if revision == release.snapshot_revision:
            return self.wire(release)
        known = self._snapshots.get((release.id, revision))
        if known is None:
            raise refusals.invalid(f"Revision {revision} of release {release_id} does not exist.")
        return known

    # Edits

    def replace(self, release_id: int, body: Json, by: str) -> Json:
        """PUT releases: name, description, variables, and the variables and jobs of its environments.

        What the body leaves out stays; `status` is taken and ignored (api.md 3.3). Jobs change only where
        nothing was deployed yet. Raises Refusal, also for a release that is abandoned.
        """
        moment = self._moment()
        if self.look(release_id).status == "abandoned":
            raise refusals.invalid(f"Release {release_id} is abandoned and cannot be edited.")
        release = self._world.wake(release_id)
        self.advance(release)
        if body.get("name"):
            release.name = str(body["name"])
        if body.get("description") is not None:
            release.description = str(body["description"])
        if isinstance(body.get("variables"), dict):
            release.variables = kept_secrets(body["variables"], release.variables)
        if isinstance(body.get("properties"), dict) and body["properties"]:
            release.properties = wire.properties(body["properties"])
        if body.get("keepForever") is not None:
            release.keep_forever = bool(body["keepForever"])
        sent = {entry.get("id"): entry for entry in body.get("environments") or [] if isinstance(entry, dict)}
        for environment in release.environments:
            entry = sent.get(environment.id, {})
            if isinstance(entry.get("variables"), dict):
                before = environment.variables or environment.plan["variables"]
                environment.variables = kept_secrets(entry["variables"], before)
            if entry.get("deployPhasesSnapshot") and not environment.attempts:
                environment.plan = environment.plan | {"deployPhases": entry["deployPhasesSnapshot"]}
        release.modified, release.modified_by_id = moment, by
        self._world.changed(release)
        self._audit.note(release, "update", by, moment, body.get("comment"), release.name)
        return self.wire(release)

    # Tags

    def tag(self, release_id: int, tags: Iterable[str], by: str) -> list[str]:
        """Add tags; those that are there already, in whatever case, stay as they are. Raises Refusal."""
        self.look(release_id)
        release = self._world.wake(release_id)
        added = added_tags(release.tags, tags)
        if added:
            release.tags = (*release.tags, *added)
            self._audit.note(release, "addTag", by, self._moment(), "", ", ".join(added))
        return list(release.tags)

    def untag(self, release_id: int, tag: str, by: str) -> list[str]:
        """Take one tag away; one that is not there is no mistake. Raises Refusal."""
        self.look(release_id)
        release = self._world.wake(release_id)
        kept = tuple(one for one in release.tags if one.lower() != tag.lower())
        if kept != release.tags:
            release.tags = kept
            self._audit.note(release, "removeTag", by, self._moment(), "", tag)
        return list(release.tags)

    def tags(self, release_id: int) -> tuple[str, ...]:
        """The tags of a release; only one that is kept whole has any."""
        release = self._world.alive.get(release_id)
        return release.tags if release is not None else ()

    def project_tags(self, project_id: str) -> list[str]:
        """Every tag in use on the releases and definitions of a project, by name."""
        found: dict[str, str] = {}
        for release in self._world.alive.values():
            if release.project_id == project_id and not self.is_deleted(release.id):
                found |= {tag.lower(): tag for tag in release.tags}
        for definition in self._world.definitions.in_project(project_id):
            found |= {str(tag).lower(): str(tag) for tag in definition.get("tags") or ()}
        return sorted(found.values(), key=str.lower)

    # Deleting

    def delete(self, release_id: int, comment: str, by: str) -> None:
        """DELETE releases, softly. Raises Refusal (VS402996, VS402946, or for a deployment that runs)."""
        release = self.look(release_id)
        self._world.demand(release.project_id, by, DELETE_RELEASES)
        if any(a.status == "pending" for e in release.environments for a in e.approvals):
            raise refusals.invalid(
                f"VS402996: Release {release.name} cannot be deleted as it has pending approvals."
            )
        for environment in release.environments:
            name = environment.plan["name"]
            if environment.status in ACTIVE:
                raise refusals.invalid(
                    f"Release {release.name} cannot be deleted while a deployment to stage '{name}' "
                    "is in progress."
                )
            if self._world.standing(release.definition["id"], environment.plan["id"]) == release.id:
                raise refusals.invalid(
                    f"VS402946: Release {release.name} cannot be deleted as it is currently deployed "
                    f"to stage '{name}'."
                )
        release = self._world.wake(release_id)
        self._world.line(release_id).deleted = True
        self._audit.note(release, "delete", by, self._moment(), comment, release.name)

    def undelete(self, release_id: int, comment: str, by: str) -> Json:
        """PUT releases without a body. Raises Refusal (404 for one that is not deleted)."""
        line = self._world.line(release_id)
        if not line.deleted:
            raise refusals.release_missing(release_id)
        line.deleted = False
        release = self.look(release_id)
        self._audit.note(release, "undelete", by, self._moment(), comment, release.name)
        return self.wire(release)


def added_tags(present: Iterable[str], tags: Iterable[str]) -> list[str]:
    """Those of the tags that are not there yet, each once. Raises Refusal for one that is empty."""
    known = {tag.lower() for tag in present}
    added: list[str] = []
    for tag in tags:
        if not tag.strip():
            raise refusals.invalid("A tag cannot be empty. Specify a tag and try again.")
        if tag.lower() not in known:
            known.add(tag.lower())
            added.append(tag)
    return added


def _linked(plan: Json, groups: dict[int, Json]) -> list[Json]:
    """The variable groups that a definition or a stage of it uses."""
    return [groups[number] for number in plan.get("variableGroups") or () if number in groups]
