"""The folders of release definitions (api.md 3.2): `\\` is the root, names compare without case."""

from __future__ import annotations

import copy

from reltui.demo import refusals
from reltui.demo.clock import wire_time
from reltui.demo.people import People
from reltui.demo.records import Json

ROOT = "\\"


def normal(path: object) -> str:
    """A path as the server writes it: backslashes, one at the start, none at the end."""
    parts = [part for part in str(path or "").replace("/", ROOT).split(ROOT) if part.strip()]
    return ROOT + ROOT.join(parts)


def is_under(path: str, folder: str) -> bool:
    """Whether a path is the folder or below it; the root holds everything."""
    own, wanted = normal(path).lower(), normal(folder).lower()
    return wanted == ROOT or own == wanted or own.startswith(wanted + ROOT)


class Folders:
    """The folders of all projects."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._folders: dict[tuple[str, str], Json] = {}

    def as_now(self) -> Folders:
        """A view that stays as it is when others are saved later; only for reading."""
        past = copy.copy(self)
        past._folders = {key: dict(folder) for key, folder in self._folders.items()}
        return past

    def listed(self, project_id: str, path: str = ROOT) -> list[Json]:
        """A folder and everything below it, by path. Raises Refusal (404) for one that is not there."""
        if normal(path) != ROOT:
            self._stored(project_id, path)
        found = [
            folder
            for (project, _), folder in self._folders.items()
            if project == project_id and is_under(folder["path"], path)
        ]
        return sorted(found, key=lambda folder: str(folder["path"]).lower())

    def ensure(self, project_id: str, path: str, by: str, moment: float) -> None:
        """Make a folder with those above it, as far as they are missing."""
        parts = normal(path).split(ROOT)[1:]
        for depth in range(len(parts) + 1):
            above = ROOT + ROOT.join(parts[:depth])
            if (project_id, above.lower()) not in self._folders:
                self._add(project_id, above, None, by, moment)

    def create(self, project_id: str, path: str, description: object, by: str, moment: float) -> Json:
        """A new folder. Raises Refusal for one that is there already."""
        path = normal(path)
        if path == ROOT or (project_id, path.lower()) in self._folders:
            raise refusals.invalid(f"Folder '{path}' already exists. Specify another path and try again.")
        self.ensure(project_id, path.rpartition(ROOT)[0], by, moment)
        return self._add(project_id, path, description, by, moment)

    def move(self, project_id: str, path: str, body: Json, by: str, moment: float) -> Json:
        """Rename or move a folder with all below it, or describe it anew. Raises Refusal."""
        folder = self._stored(project_id, path)
        old, new = str(folder["path"]), normal(body.get("path") or path)
        if old != new:
            if ROOT in (old, new) or (old.lower() != new.lower() and is_under(new, old)):
                raise refusals.invalid(f"Folder '{old}' cannot be moved to '{new}'.")
            if old.lower() != new.lower() and (project_id, new.lower()) in self._folders:
                raise refusals.invalid(f"Folder '{new}' already exists. Specify another path and try again.")
            self.ensure(project_id, new.rpartition(ROOT)[0], by, moment)
            for below in self.listed(project_id, old):
                del self._folders[project_id, below["path"].lower()]
                below["path"] = new + below["path"][len(old) :]
                self._folders[project_id, below["path"].lower()] = below
        if body.get("description") is not None:
            folder["description"] = str(body["description"])
        folder["lastChangedBy"] = self._people.ref(by)
        folder["lastChangedDate"] = wire_time(moment)
        return folder

    def delete(self, project_id: str, path: str) -> None:
        """Take a folder away with all below it. Raises Refusal, also for the root."""
        if normal(path) == ROOT:
            raise refusals.invalid("The root folder cannot be deleted.")
        for folder in self.listed(project_id, path):
            del self._folders[project_id, folder["path"].lower()]

    def _add(self, project_id: str, path: str, description: object, by: str, moment: float) -> Json:
        folder: Json = {
            "path": path,
            "description": str(description) if description else None,
            "createdBy": self._people.ref(by),
            "createdOn": wire_time(moment),
            "lastChangedBy": None,
            "lastChangedDate": wire_time(moment),
        }
        self._folders[project_id, path.lower()] = folder
        return folder

    def _stored(self, project_id: str, path: str) -> Json:
        folder = self._folders.get((project_id, normal(path).lower()))
        if folder is None:
            raise refusals.Refusal(404, "InvalidRequestException", f"Folder '{normal(path)}' does not exist.")
        return folder
