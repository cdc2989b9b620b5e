"""How each topic is read from its server, and what the cache keeps of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from reltui.data.capabilities import Need, why_not
from reltui.data.gathering import Gathered, all_pages, by_folder
from reltui.data.topics import (
    ApprovalOf,
    BranchesOf,
    ContentOf,
    DecidedOf,
    DefinitionAt,
    DefinitionData,
    DefinitionOf,
    DefinitionsData,
    DefinitionsOf,
    DeploymentsData,
    DeploymentsOf,
    FoldersOf,
    LiveOf,
    LogData,
    LogOf,
    ReleaseHistoryOf,
    ReleaseOf,
    ReleasesData,
    ReleasesOf,
    ResourcesOf,
    Snapshot,
    Topic,
    VersionsOf,
)
from reltui.errors import ApiError, Lacking, NotFound, Refused, TooLarge
from reltui.model.approval import approval_from_json
from reltui.model.decode import BadRow, rows_of
from reltui.model.definition import (
    Definition,
    DefinitionRevision,
    definition_from_json,
    revision_from_json,
)
from reltui.model.deployment import deployment_from_json
from reltui.model.release import Release, release_from_json
from reltui.model.text import SafeText
from reltui.model.values import dataclass
from reltui.model.words import unreadable

if TYPE_CHECKING:
    from reltui.api.client import Page, ReleaseClient
    from reltui.data.reading_resources import Listed
    from reltui.model.content import ArtifactVersions, Version

PAGE = 50
LOG_LINES = 10_000
"""Lines of a log that are asked for at once; fewer where they are so long that they are too much."""
VERSIONS_SHOWN = 100
"""So many versions of an artifact get the time of their build."""


@dataclass(frozen=True, slots=True)
class Read:
    """A topic as it was read."""

    data: Any
    raw: object = None
    """For the cache; None: it is not kept."""
    more: bool = False
    trouble: SafeText = SafeText("")
    """Why it is not whole."""
    problems: tuple[SafeText, ...] = ()
    """What is lacking besides, in sentences."""


@dataclass(frozen=True, slots=True)
class Before:
    """What is known when a reading begins, and how to tell how far it is."""

    snapshot: Snapshot[Any]
    pages: int
    """How many pages of a long list are wanted."""
    look: Callable[[Topic[Any]], Snapshot[Any]]
    """What is in memory of another topic."""
    tell: Callable[[object, str], None]
    """Shows data that are not whole yet (None: nothing to show), with the progress in words."""


_NEEDS: Mapping[type, Need] = {
    LiveOf: Need.LIVE,
    DeploymentsOf: Need.LIVE,
    FoldersOf: Need.FOLDERS,
    VersionsOf: Need.VERSIONS,
    DefinitionAt: Need.REVISIONS,
}
"""What the server must be able to tell for a topic to be read."""


async def read(topic: Topic[Any], client: ReleaseClient, before: Before) -> Read:
    """Ask the server. Raises ReltuiError; Lacking, in plain words, where it is too old for this."""
    need = _NEEDS.get(type(topic))
    lacking = why_not(client.generation, need) if need is not None else None
    if lacking is not None:
        raise Lacking(lacking)
    match topic:
        case ApprovalOf():
            approval = await client.approval_history(topic.project.id, topic.approval_id)
            return Read(approval.value, approval.raw)
        case ReleaseOf():
            release = await client.release(topic.project.id, topic.release_id)
            return Read(release.value, release.raw)
        case ReleasesOf():
            return await _releases(topic, client, before)
        case DefinitionsOf():
            pages = client.definitions(topic.project.id, is_deleted=topic.deleted)
            definitions: Gathered[Definition] = await all_pages(pages)
            data = DefinitionsData(by_folder(definitions.items), definitions.bad)
            return _whole(data, definitions, definitions.raw)
        case DefinitionOf():
            return await _definition(topic, client)
        case DefinitionAt():
            old = await client.definition_revision(topic.project.id, topic.definition_id, topic.revision)
            return Read(old.value)
        case ReleaseHistoryOf():
            return await _history(topic, client)
        case DecidedOf():
            from reltui.data.reading_inbox import read_decided

            decided = await read_decided(topic, client)
            return Read(decided, problems=_unread(decided.bad))
        case DeploymentsOf():
            return await _deployments(topic, client, before)
        case ContentOf():
            from reltui.data.reading_content import read_content

            content = await read_content(topic, client, before.look)
            return Read(content)
        case LiveOf():
            from reltui.data.reading_live import read_live

            live = await read_live(topic, client, _beside(before))
            return Read(live.data, None, live.more, live.trouble, _unread(live.bad))
        case VersionsOf():
            return Read(await _versions(topic, client))
        case ResourcesOf():
            from reltui.data.reading_resources import read_resources

            resources = await read_resources(topic, client, before.snapshot.data, before.tell)
            return Read(resources.found, problems=resources.problems)
        case BranchesOf():
            from reltui.data.reading_resources import read_branches

            return _listed(await read_branches(topic, client))
        case FoldersOf():
            from reltui.data.reading_resources import read_folders

            return _listed(await read_folders(topic, client))
        case LogOf():
            return await _log(topic, client, before)
    raise TypeError(topic)


def _beside(before: Before) -> Callable[[object, str], None]:
    """Tells how far a reading is; what it has so far is shown only while nothing else is."""
    if before.snapshot.data is None:
        return before.tell
    return lambda data, progress: before.tell(None, progress)


async def _releases(topic: ReleasesOf, client: ReleaseClient, before: Before) -> Read:
    pages = client.releases(
        topic.project.id, definition_id=topic.definition_id, is_deleted=topic.deleted, top=PAGE
    )
    gathered: Gathered[Release] = await all_pages(pages, most=before.pages, kept=PAGE)
    return _whole(ReleasesData(gathered.items, gathered.bad), gathered, gathered.raw)


async def _definition(topic: DefinitionOf, client: ReleaseClient) -> Read:
    got, history = await asyncio.gather(
        client.definition(topic.project.id, topic.definition_id), _revisions(topic, client)
    )
    raw = {"definition": got.raw, "revisions": list(history.raw) if history is not None else []}
    return Read(DefinitionData(got.value, history.rows.items if history is not None else ()), raw)


async def _revisions(topic: DefinitionOf, client: ReleaseClient) -> Page[DefinitionRevision] | None:
    """The revisions of a definition; None where the server does not tell them."""
    try:
        return await client.definition_revisions(topic.project.id, topic.definition_id)
    except Lacking:
        return None


async def _history(topic: ReleaseHistoryOf, client: ReleaseClient) -> Read:
    try:
        page = await client.release_history(topic.project.id, topic.release_id)
    except (NotFound, Refused) as error:
        # No documented call (api.md 3.9): a server may not have it.
        told = SafeText(f"This server does not tell the history of a release: {error}")
        return Read((), problems=(why_not(client.generation, Need.RELEASE_HISTORY) or told,))
    newest_first = sorted(
        page.rows.items, key=lambda entry: entry.on.timestamp() if entry.on is not None else 0.0, reverse=True
    )
    return Read(tuple(newest_first), problems=_unread(page.rows.bad))


async def _deployments(topic: DeploymentsOf, client: ReleaseClient, before: Before) -> Read:
    pages = client.deployments(
        topic.project.id,
        definition_id=topic.definition_id,
        definition_environment_id=topic.definition_environment_id,
        top=PAGE,
    )
    gathered = await all_pages(pages, most=before.pages, kept=PAGE)
    return _whole(DeploymentsData(gathered.items, gathered.bad), gathered, gathered.raw)


def _whole(data: object, gathered: Gathered[Any], raw: object) -> Read:
    return Read(data, raw, gathered.more, gathered.trouble, _unread(gathered.bad))


def _listed(listed: Listed[Any]) -> Read:
    return Read(listed.items, problems=listed.lacks)


def _unread(bad: Sequence[BadRow]) -> tuple[SafeText, ...]:
    problem = unreadable(len(bad))
    return (problem,) if problem else ()


async def _versions(topic: VersionsOf, client: ReleaseClient) -> tuple[ArtifactVersions, ...]:
    found = (await client.artifact_versions(topic.project.id, topic.definition_id)).value
    wanted = {
        int(version.id)
        for artifact in found
        for version in artifact.versions[:VERSIONS_SHOWN]
        if version.id.isascii() and version.id.isdigit()
    }
    try:
        times = await client.build_times(topic.project.id, sorted(wanted)) if wanted else {}
    except ApiError:
        # The token may not read builds: the versions are shown without their time.
        times = {}

    def dated(version: Version) -> Version:
        build = times.get(int(version.id)) if version.id.isascii() and version.id.isdigit() else None
        # An id of another kind of artifact may be that of some build by chance; its name would differ.
        is_it = build is not None and build.number == version.name
        return replace(version, on=build.finished_on) if build is not None and is_it else version

    return tuple(replace(artifact, versions=tuple(map(dated, artifact.versions))) for artifact in found)


async def _log(topic: LogOf, client: ReleaseClient, before: Before) -> Read:
    """Only the lines that are not known yet."""
    known = before.snapshot.data if isinstance(before.snapshot.data, LogData) else LogData()
    if known.ended:
        return Read(known)
    ended = _has_ended(topic, before.look)
    lines, step = tuple(known.lines), LOG_LINES
    while True:
        try:
            new = await _log_lines(topic, client, len(lines) + 1, step, ended)
        except TooLarge:
            if step == 1:
                raise
            step = max(step // 10, 1)
            continue
        lines += new
        if len(new) < step:
            return Read(LogData(lines, ended))
        before.tell(LogData(lines), f"{len(lines):,} lines read")


async def _log_lines(
    topic: LogOf, client: ReleaseClient, first: int, step: int, ended: bool
) -> tuple[SafeText, ...]:
    read = client.gate_log if topic.gates_id else client.task_log
    return await read(
        topic.project.id,
        topic.release_id,
        topic.environment_id,
        topic.gates_id or topic.phase_id,
        topic.task_id,
        first=first,
        last=first + step - 1,
        whole=ended,
    )


def _has_ended(topic: LogOf, look: Callable[[Topic[Any]], Snapshot[Any]]) -> bool:
    """Whether the release, as it is in memory, shows the task as ended; False while that is unknown."""
    snapshot: Snapshot[Release] = look(ReleaseOf(topic.server, topic.project, topic.release_id))
    if snapshot.data is None or snapshot.from_cache:
        return False
    for environment in snapshot.data.environments or ():
        if environment.id != topic.environment_id:
            continue
        for attempt in environment.attempts:
            gates = [g for g in (attempt.pre_gates, attempt.post_gates) if g and g.id == topic.gates_id]
            if any(not g.is_running for g in gates):
                return True
            jobs = [job for phase in attempt.phases if phase.id == topic.phase_id for job in phase.jobs]
            for task in (t for job in jobs for t in (job.task, *job.tasks) if t is not None):
                if task.id == topic.task_id:
                    return task.status not in ("unknown", "pending", "inProgress")
    return False


# The cache


def cache_name(topic: Topic[Any]) -> str:
    """The file of a topic in its server's cache; empty for one that is not kept."""
    match topic:
        case ApprovalOf():
            return f"approval-{topic.project.id}-{topic.approval_id}"
        case ReleaseOf():
            return f"release-{topic.project.id}-{topic.release_id}"
        case ReleasesOf():
            deleted = "-deleted" if topic.deleted else ""
            return f"releases-{topic.project.id}-{topic.definition_id or 'all'}{deleted}"
        case DefinitionsOf():
            return f"definitions-{topic.project.id}{'-deleted' if topic.deleted else ''}"
        case DefinitionOf():
            return f"definition-{topic.project.id}-{topic.definition_id}"
        case DeploymentsOf():
            stage = f"{topic.definition_id}-{topic.definition_environment_id}"
            return f"deployments-{topic.project.id}-{stage}"
    return ""


def decoded(topic: Topic[Any], raw: Any) -> object:
    """What the cache holds of a topic, read by the decoder of the network.

    Raises Malformed, KeyError, TypeError: it is of no use.
    """
    match topic:
        case ApprovalOf():
            return approval_from_json(raw)
        case ReleaseOf():
            return release_from_json(raw)
        case ReleasesOf():
            releases = rows_of(raw, release_from_json)
            return ReleasesData(releases.items, releases.bad)
        case DefinitionsOf():
            definitions = rows_of(raw, definition_from_json)
            return DefinitionsData(by_folder(definitions.items), definitions.bad)
        case DefinitionOf():
            revisions = rows_of(raw["revisions"], revision_from_json)
            return DefinitionData(definition_from_json(raw["definition"]), revisions.items)
        case DeploymentsOf():
            deployments = rows_of(raw, deployment_from_json)
            return DeploymentsData(deployments.items, deployments.bad)
    raise TypeError(topic)
