"""Every call about release definitions and their folders, as a method of the engine (api.md 3.1, 3.2)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator

from reltui.demo import refusals, wire
from reltui.demo.clock import wire_time
from reltui.demo.edits import added_tags
from reltui.demo.folders import ROOT, is_under, normal
from reltui.demo.life import ACTIVE
from reltui.demo.lines import ReleaseLine
from reltui.demo.permissions import DELETE_DEFINITIONS as DELETE
from reltui.demo.permissions import EDIT_DEFINITIONS as EDIT
from reltui.demo.records import Json, Release
from reltui.demo.world import World


class DefinitionCalls(ABC):
    """The part of the engine that keeps definitions."""

    def __init__(self, world: World) -> None:
        self._world = world

    @abstractmethod
    def _moment(self) -> float:
        """Now, after what was due has happened."""

    def may_write(self, project_id: str, by: str) -> bool:
        """Whether a person may change and delete the definitions of a project."""
        return all(self._world.may(project_id, by, permission) for permission in (EDIT, DELETE))

    def definitions(self, project_id: str, *, deleted: bool = False) -> Iterator[Json]:
        """All (or all deleted) definitions of a project, whole, by id; `lastRelease` is filled in."""
        for definition in self._world.definitions.in_project(project_id, deleted=deleted):
            yield self._dressed(definition)

    def definition(self, definition_id: int) -> Json:
        """One definition, whole. Raises Refusal (VS402936)."""
        return self._dressed(self._world.definitions.stored(definition_id).current)

    def definition_project(self, definition_id: int, *, deleted: bool = False) -> str:
        """The project a definition belongs to. Raises Refusal (VS402936)."""
        return self._world.definitions.stored(definition_id, deleted=deleted).project_id

    def definition_revisions(self, definition_id: int) -> list[Json]:
        """ReleaseDefinitionRevision entries, oldest first. Raises Refusal."""
        return list(self._world.definitions.stored(definition_id).log)

    def definition_revision(self, definition_id: int, revision: int) -> Json:
        """The definition as it was at a revision. Raises Refusal."""
        return self._world.definitions.revision(definition_id, revision)

    def create_definition(self, project_id: str, body: Json, by: str) -> Json:
        """POST definitions. Raises Refusal."""
        self._world.demand(project_id, by, EDIT)
        return self._dressed(self._world.definitions.create(project_id, body, by, self._moment()))

    def update_definition(self, project_id: str, body: Json, by: str) -> Json:
        """PUT definitions. Raises Refusal, also for a stale revision."""
        self._world.demand(project_id, by, EDIT)
        return self._dressed(self._world.definitions.update(project_id, body, by, self._moment()))

    def delete_definition(self, definition_id: int, comment: str, force: bool, by: str) -> None:
        """DELETE definitions, softly and with its releases.

        `force` cancels the deployments that are on their way; without it they are a reason to refuse.
        Raises Refusal.
        """
        moment = self._moment()
        stored = self._world.definitions.stored(definition_id)
        self._world.demand(stored.project_id, by, DELETE)
        running = [
            (release, position)
            for release in self._world.alive.values()
            if release.definition["id"] == definition_id
            for position, environment in enumerate(release.environments)
            if environment.status in ACTIVE
        ]
        if running and not force:
            raise refusals.definition_busy(definition_id)
        for release, position in running:
            self._world.life.cancel(release, position, by, moment)
            self._world.changed(release)
        self._world.definitions.delete(definition_id, comment, by, moment)

    def undelete_definition(self, definition_id: int, comment: str, by: str) -> Json:
        """PATCH definitions: bring a deleted one back with its releases. Raises Refusal."""
        stored = self._world.definitions.stored(definition_id, deleted=True)
        self._world.demand(stored.project_id, by, DELETE)
        return self._dressed(self._world.definitions.undelete(definition_id, comment, by, self._moment()))

    def tag_definition(self, definition_id: int, add: list[str], remove: str = "") -> list[str]:
        """Add tags to a definition, or take one away; the tags it has then. Raises Refusal."""
        present = [str(tag) for tag in self._world.definitions.stored(definition_id).current["tags"] or ()]
        tags = [tag for tag in (*present, *added_tags(present, add)) if tag.lower() != remove.lower()]
        if tags != present:
            self._world.definitions.tag(definition_id, tags)
        return tags

    # Folders

    def folders(self, project_id: str, path: str) -> list[Json]:
        """A folder and all below it, by path. Raises Refusal (404)."""
        return self._world.definitions.folders.listed(project_id, path)

    def create_folder(self, project_id: str, body: Json, by: str) -> Json:
        """POST folders. Raises Refusal."""
        self._world.demand(project_id, by, EDIT)
        folders = self._world.definitions.folders
        path = str(body.get("path") or "")
        return folders.create(project_id, path, body.get("description"), by, self._moment())

    def update_folder(self, project_id: str, path: str, body: Json, by: str) -> Json:
        """PATCH folders: rename, move, describe; definitions come along. Raises Refusal."""
        self._world.demand(project_id, by, EDIT)
        moment = self._moment()
        changed = self._world.definitions.folders.move(project_id, path, body, by, moment)
        if changed["path"] != normal(path):
            self._world.definitions.move(project_id, path, changed["path"], by, moment)
        return changed

    def delete_folder(self, project_id: str, path: str, by: str) -> None:
        """DELETE folders, with the definitions in it and below. Raises Refusal, and deletes nothing then."""
        self._world.demand(project_id, by, DELETE)
        folders, definitions = self._world.definitions.folders, self._world.definitions
        folders.listed(project_id, path)
        inside = [d["id"] for d in definitions.in_project(project_id) if is_under(d["path"], path)]
        if normal(path) != ROOT:
            busy = {r.definition["id"] for r in self._world.alive.values() if _is_running(r)}
            if busy.intersection(inside):
                raise refusals.folder_busy(normal(path))
            for definition_id in inside:
                self.delete_definition(definition_id, "", False, by)
        folders.delete(project_id, path)

    def _dressed(self, definition: Json) -> Json:
        """With what stands where now, and the last release."""
        world = self._world
        last = next(
            (line for line in reversed(world.lines_of.get(definition["id"], [])) if not line.deleted), None
        )
        environments = [
            wire.definition_environment(plan, world.standing(definition["id"], plan["id"]))
            for plan in definition["environments"]
        ]
        reference = None if last is None else self._last_release(last)
        return definition | {"environments": environments, "lastRelease": reference}

    def _last_release(self, line: ReleaseLine) -> Json:
        return {
            "id": line.id,
            "name": line.name,
            "artifacts": [],
            "_links": {},
            "description": "",
            "releaseDefinition": wire.definition_ref(line.definition),
            "createdOn": wire_time(line.created),
            "createdBy": self._world.people.ref(line.created_by_id),
        }


def _is_running(release: Release) -> bool:
    return any(environment.status in ACTIVE for environment in release.environments)
