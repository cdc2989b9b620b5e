"""Which versions the artifacts of a definition can take, and what came with them (api.md 3.3, 3.9)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from reltui.demo import refusals
from reltui.demo.builds import Build, Builds, BuildSource
from reltui.demo.records import Json, Release

MOST_VERSIONS = 100
"""How many versions of one artifact are offered; no source tells a server's limit (U)."""

_NO_DEFAULT = "selectduringreleasecreationtype"


class Artifacts:
    """The sources of artifacts, which are build definitions here."""

    def __init__(self, builds: Builds) -> None:
        self._builds = builds

    def versions(self, artifacts: list[Json]) -> Json:
        """ArtifactVersionQueryResult: of each artifact its versions, newest first, or why there are none."""
        return {"artifactVersions": [self._of_artifact(artifact) for artifact in artifacts]}

    def _of_artifact(self, artifact: Json) -> Json:
        alias = str(artifact.get("alias") or "")
        shape: Json = {
            "alias": alias,
            "sourceId": artifact.get("sourceId"),
            "versions": [],
            "defaultVersion": None,
            "errorMessage": None,
        }
        source = self.source(artifact)
        if source is None or not source.builds:
            return shape | {"errorMessage": refusals.version_unavailable(alias).message}
        offered = list(islice(reversed(source.builds), MOST_VERSIONS))
        default = self.default(artifact, source)
        return shape | {
            "versions": [self._version(build) for build in offered],
            "defaultVersion": self._version(default) if default else None,
        }

    def source(self, artifact: Json) -> BuildSource | None:
        """Where an artifact comes from; None for what cannot be resolved here."""
        reference = artifact.get("definitionReference") or {}
        key = str((reference.get("definition") or {}).get("id", ""))
        if str(artifact.get("type", "Build")).lower() != "build" or not key.isdecimal():
            return None
        return self._builds.sources.get(int(key))

    def default(self, artifact: Json, source: BuildSource) -> Build | None:
        """The build that a release takes when it names none, as `defaultVersionType` says; None for none."""
        reference = artifact.get("definitionReference") or {}

        def named(key: str) -> str:
            return str((reference.get(key) or {}).get("id") or "")

        kind = named("defaultVersionType").lower()
        if kind == _NO_DEFAULT:
            return None
        if kind == "specificversiontype":
            wanted = named("defaultVersionSpecific")
            return next((build for build in source.builds if str(build.id) == wanted), None)
        branch = named("defaultVersionBranch").removeprefix("refs/heads/")
        return next(
            (
                build
                for build in reversed(source.builds)
                if not branch or build.branch.removeprefix("refs/heads/") == branch
            ),
            None,
        )

    def _version(self, build: Build) -> Json:
        """BuildVersion."""
        whole = self._builds.wire(build)
        newest = self._builds.changes(build)[0]
        return {
            "id": str(build.id),
            "name": build.number,
            "sourceBranch": build.branch,
            "sourceVersion": whole["sourceVersion"],
            "sourceRepositoryId": whole["repository"]["id"],
            "sourceRepositoryType": whole["repository"]["type"],
            "commitMessage": newest["message"],
            "definitionId": str(build.source.id),
            "definitionName": build.source.name,
            "isMultiDefinitionType": False,
            "sourcePullRequestVersion": None,
        }

    # What came between

    def between_releases(self, release: Release, base: Release | None, alias: str) -> Iterator[Build]:
        """The builds that a release has and its base has not, newest first, of one artifact or of all.

        Without a base it is the release's own build. A base that is newer gives nothing (U), and so does an
        artifact that takes the same build in both; one that the base does not have counts as without a base.
        """
        before = {self._builds.get(key).source.id: key for _, key in (base.builds if base else ())}
        for name, key in release.builds:
            if alias and alias.lower() != name.lower():
                continue
            build = self._builds.get(key)
            yield from self.between(build, before.get(build.source.id, key - 1))

    @staticmethod
    def between(newest: Build, oldest_id: int) -> Iterator[Build]:
        """The builds of a source after one up to another, newest first; none when the order is reversed."""
        for build in reversed(newest.source.builds):
            if build.id <= oldest_id:
                return
            if build.id <= newest.id:
                yield build
