"""Builds that releases take their artifacts from, each with commits and work items."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field

from reltui.demo import phrases, refusals
from reltui.demo.clock import wire_time
from reltui.demo.identifiers import guid
from reltui.demo.people import People
from reltui.demo.records import Json

MODEL = "Billing"
"""The project whose commits and work items those of the further projects are like."""


@dataclass(slots=True)
class BuildSource:
    """A build definition and the repository it builds."""

    id: int
    name: str
    project: Json
    repository: str
    authors: tuple[str, ...]
    """Identity ids of who commits there."""
    builds: list[Build] = field(default_factory=list)
    """Oldest first."""


@dataclass(slots=True)
class Build:
    """One finished build."""

    id: int
    source: BuildSource
    number: str
    branch: str
    finished: float
    breaks_at_rank: int = 0
    """Rank of the environment in which a deployment of this build fails; 0 when it does not."""


class Builds:
    """All builds, by id; what came with a build is derived from its id."""

    def __init__(self, people: People) -> None:
        self._people = people
        self.sources: dict[int, BuildSource] = {}
        self._by_id: dict[int, Build] = {}

    def add(self, build: Build) -> Build:
        """Add a build that is newer than all others of its source."""
        self._by_id[build.id] = build
        build.source.builds.append(build)
        return build

    def get(self, build_id: object) -> Build:
        """The build. Raises Refusal (404)."""
        try:
            return self._by_id[int(str(build_id))]
        except (KeyError, ValueError):
            raise refusals.build_missing(build_id) from None

    def newest_first(self, project_id: str, source_id: int | None = None) -> Iterator[Build]:
        """The builds of a project, or of one of its build definitions."""
        lists = [
            reversed(source.builds)
            for source in self.sources.values()
            if source.project["id"] == project_id and source_id in (None, source.id)
        ]
        return heapq.merge(*lists, key=lambda build: -build.id)

    def wire(self, build: Build) -> Json:
        """A Build of the build area."""
        source = build.source
        author = self._people.ref(source.authors[build.id % len(source.authors)])
        return {
            "id": build.id,
            "buildNumber": build.number,
            "status": "completed",
            "result": "succeeded",
            "queueTime": wire_time(build.finished - 420, 7),
            "startTime": wire_time(build.finished - 400, 7),
            "finishTime": wire_time(build.finished, 7),
            "definition": {
                "id": source.id,
                "name": source.name,
                "path": "\\",
                "type": "build",
                "project": source.project,
            },
            "project": source.project,
            "sourceBranch": build.branch,
            "sourceVersion": _commit(build, 0),
            "reason": "individualCI",
            "requestedFor": author,
            "requestedBy": author,
            "repository": {
                "id": guid("repository", source.repository),
                "type": "TfsGit",
                "name": source.repository,
            },
        }

    def changes(self, build: Build) -> list[Json]:
        """The commits of a build, newest first, as Change of the build area."""
        source = build.source
        subjects = phrases.COMMITS.get(source.project["name"], phrases.COMMITS[MODEL])
        noise = _noise(build)
        shapes: list[Json] = []
        for position in range(1 + noise[0] % 4):
            author = source.authors[(build.id + position) % len(source.authors)]
            shapes.append(
                {
                    "id": _commit(build, position),
                    "message": subjects[(noise[1] + position) % len(subjects)],
                    "type": "TfsGit",
                    "author": self._people.ref(author),
                    "timestamp": wire_time(build.finished - 900 - 3700 * position - noise[2] * 11),
                    "location": None,
                    "pusher": self._people.name(author),
                }
            )
        return shapes

    def work_items(self, build: Build) -> list[Json]:
        """The work items of a build, as ReleaseWorkItemRef of the release area."""
        source = build.source
        items = phrases.WORK_ITEMS.get(source.project["name"], phrases.WORK_ITEMS[MODEL])
        noise = _noise(build)
        shapes: list[Json] = []
        for position in range(noise[3] % 3):
            kind, title = items[(noise[4] + position) % len(items)]
            assignee = source.authors[(build.id + position) % len(source.authors)]
            shapes.append(
                {
                    "id": str(4000 + noise[5] * 7 + position),
                    "type": kind,
                    "title": title,
                    "state": "Closed" if noise[6] % 3 else "Resolved",
                    "assignee": self._people.name(assignee),
                    "provider": "TfsGit",
                }
            )
        return shapes


def _noise(build: Build) -> bytes:
    return hashlib.blake2b(f"{build.source.repository}:{build.id}".encode()).digest()


def _commit(build: Build, position: int) -> str:
    """Forty hex digits, as a commit has."""
    text = f"{build.source.repository}:{build.id}:{position}"
    return hashlib.blake2b(text.encode(), digest_size=20).hexdigest()
