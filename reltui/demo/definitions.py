"""The release definitions and every revision of them (api.md 3.1)."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from reltui.demo import refusals
from reltui.demo.clock import wire_time
from reltui.demo.definition_checks import Checks
from reltui.demo.definition_forms import Filling
from reltui.demo.folders import Folders, is_under, normal
from reltui.demo.people import People
from reltui.demo.records import Json
from reltui.demo.resources import Resources


@dataclass(slots=True)
class Stored:
    """One definition with all its revisions; older ones as text, as the server keeps them."""

    project_id: str
    current: Json
    older: list[str] = field(default_factory=list)
    log: list[Json] = field(default_factory=list)

    @property
    def is_deleted(self) -> bool:
        """Softly deleted: out of all lists but the one of what was deleted, until it is undeleted."""
        return bool(self.current["isDeleted"])


class Definitions:
    """The store of release definitions."""

    def __init__(self, people: People, resources: Resources) -> None:
        self._people = people
        self._checks = Checks(people, resources)
        self._filling = Filling(people)
        self.folders = Folders(people)
        self._stored: dict[int, Stored] = {}

    def as_now(self) -> Definitions:
        """A view that stays as it is when others are saved later; only for reading."""
        past = copy.copy(self)
        past._stored = {
            number: replace(stored, older=list(stored.older), log=list(stored.log))
            for number, stored in self._stored.items()
        }
        past.folders = self.folders.as_now()
        return past

    def in_project(self, project_id: str, *, deleted: bool = False) -> Iterator[Json]:
        """The current (or the deleted) definitions of one project, by id."""
        for stored in self._stored.values():
            if stored.project_id == project_id and stored.is_deleted is deleted:
                yield stored.current

    def stored(self, definition_id: object, *, deleted: bool = False) -> Stored:
        """The definition with its revisions, when it is not deleted (or is, as asked).

        Raises Refusal (VS402936).
        """
        stored = self._stored.get(definition_id) if isinstance(definition_id, int) else None
        if stored is None or stored.is_deleted is not deleted:
            raise refusals.definition_missing(definition_id)
        return stored

    def is_deleted(self, definition_id: int) -> bool:
        """Whether a definition was deleted."""
        return self._stored[definition_id].is_deleted

    def revision(self, definition_id: int, revision: int) -> Json:
        """The definition as it was. Raises Refusal."""
        stored = self.stored(definition_id)
        if revision == stored.current["revision"]:
            return stored.current
        if not 1 <= revision <= len(stored.older):
            raise refusals.invalid(f"Revision {revision} of release pipeline {definition_id} does not exist.")
        past: Json = json.loads(stored.older[revision - 1])
        return past

    def create(self, project_id: str, body: Json, by: str, moment: float) -> Json:
        """Save a new definition. Raises Refusal."""
        self._check(project_id, body, None)
        definition_id = max(self._stored, default=0) + 1
        definition = self._filling.filled(body, by, None)
        definition |= {
            "id": definition_id,
            "revision": 1,
            "createdBy": self._people.ref(by),
            "createdOn": wire_time(moment),
            "modifiedBy": self._people.ref(by),
            "modifiedOn": wire_time(moment),
        }
        stored = Stored(project_id, definition)
        self._stored[definition_id] = stored
        self.folders.ensure(project_id, definition["path"], by, moment)
        self._note(stored, "add", by, moment, body.get("comment"))
        return definition

    def update(self, project_id: str, body: Json, by: str, moment: float) -> Json:
        """Save a new revision. Raises Refusal, also when the given revision is not the stored one."""
        stored = self.stored(body.get("id"))
        if stored.project_id != project_id:
            raise refusals.definition_missing(body.get("id"))
        current = stored.current
        if body.get("revision") != current["revision"]:
            raise refusals.definition_stale()
        self._check(project_id, body, current["id"])
        definition = self._filling.filled(body, by, current)
        definition |= {
            "id": current["id"],
            "revision": current["revision"] + 1,
            "createdBy": current["createdBy"],
            "createdOn": current["createdOn"],
        }
        self.folders.ensure(project_id, definition["path"], by, moment)
        return self._save(stored, definition, "update", by, moment, body.get("comment"))

    def delete(self, definition_id: int, comment: str, by: str, moment: float) -> None:
        """Delete softly, as a revision of its own (U). Raises Refusal."""
        stored = self.stored(definition_id)
        self._save(stored, self._next(stored, {"isDeleted": True}), "delete", by, moment, comment)

    def undelete(self, definition_id: int, comment: str, by: str, moment: float) -> Json:
        """Bring a deleted definition back, and its folder. Raises Refusal."""
        stored = self.stored(definition_id, deleted=True)
        current = stored.current
        self._check_free(stored.project_id, current["name"], current["path"], current["id"])
        self.folders.ensure(stored.project_id, stored.current["path"], by, moment)
        return self._save(stored, self._next(stored, {"isDeleted": False}), "undelete", by, moment, comment)

    def move(self, project_id: str, old: str, new: str, by: str, moment: float) -> None:
        """Take the definitions of a folder and of those below it along to where it was moved."""
        for stored in self._stored.values():
            path = str(stored.current["path"])
            if stored.project_id == project_id and is_under(path, old):
                moved = normal(normal(new) + normal(path)[len(normal(old)) :])
                self._save(stored, self._next(stored, {"path": moved}), "update", by, moment, None)

    def tag(self, definition_id: int, tags: list[str]) -> None:
        """Set the tags; no revision comes of it (U). Raises Refusal."""
        stored = self.stored(definition_id)
        stored.current = stored.current | {"tags": tags}

    @staticmethod
    def _next(stored: Stored, changes: Json) -> Json:
        return stored.current | {"revision": stored.current["revision"] + 1} | changes

    def _save(
        self, stored: Stored, definition: Json, kind: str, by: str, moment: float, comment: object
    ) -> Json:
        """Make a revision the current one."""
        definition |= {"modifiedBy": self._people.ref(by), "modifiedOn": wire_time(moment)}
        stored.older.append(json.dumps(stored.current))
        stored.current = definition
        self._note(stored, kind, by, moment, comment)
        return definition

    def _note(self, stored: Stored, kind: str, by: str, moment: float, comment: object) -> None:
        entry: Json = {
            "definitionId": stored.current["id"],
            "revision": stored.current["revision"],
            "changedBy": self._people.ref(by),
            "changedDate": wire_time(moment),
            "changeType": kind,
            "apiVersion": "7.1",
        }
        if comment:
            entry["comment"] = str(comment)
        stored.log.append(entry)

    def _check(self, project_id: str, body: Json, own_id: int | None) -> None:
        self._checks.check(project_id, body)
        self._check_free(project_id, body["name"], normal(body.get("path")), own_id)

    def _check_free(self, project_id: str, name: str, path: str, own_id: int | None) -> None:
        """Raises Refusal when another definition of the folder has the name."""
        for other in self.in_project(project_id):
            same = other["name"].lower() == name.lower() and other["path"].lower() == path.lower()
            if same and other["id"] != own_id:
                raise refusals.definition_taken(name, path)
