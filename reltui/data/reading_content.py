"""Commits and work items between two releases: by the release area, else build by build (api.md 3.3)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from reltui.data.topics import ContentData, ContentOf, ReleaseOf, Snapshot, Topic
from reltui.errors import Malformed, NotFound, NotPermitted, Refused
from reltui.model.content import Change, WorkItem
from reltui.model.release import Artifact, Release

if TYPE_CHECKING:
    from reltui.api.client import Page, ReleaseClient

MOST = 250
"""Commits, and work items, that are asked for."""

NO_SUCH_CALL = (NotFound, Refused, NotPermitted, Malformed)
"""How a server answers a call that it does not have, or that this person may not make."""

Look = Callable[[Topic[Any]], Snapshot[Any]]


async def read_content(topic: ContentOf, client: ReleaseClient, look: Look) -> ContentData:
    """What is in a release since another one. Raises ApiError: neither area tells."""
    project, release, base = topic.project.id, topic.release_id, topic.base_id
    try:
        changes, items = await asyncio.gather(
            client.release_changes(project, release, base=base, top=MOST),
            client.release_work_items(project, release, base=base, top=MOST),
        )
    except NO_SUCH_CALL:
        return await _by_builds(topic, client, look)
    return ContentData(changes.rows.items, items.rows.items, is_cut=_is_cut(changes) or _is_cut(items))


def _is_cut(page: Page[Any]) -> bool:
    return len(page.rows.items) + len(page.rows.bad) >= MOST


async def _by_builds(topic: ContentOf, client: ReleaseClient, look: Look) -> ContentData:
    """The build area knows what came between two builds of one build definition."""
    newer = await _release(topic, topic.release_id, client, look)
    base_id = topic.base_id or await _previous(topic, newer, client)
    older = await _release(topic, base_id, client, look) if base_id else None
    changes: dict[str, Change] = {}
    items: dict[str, WorkItem] = {}
    cut = False
    for older_build, newer_build in _builds(older, newer):
        some, others = await asyncio.gather(
            client.build_changes(topic.project.id, older_build, newer_build, top=MOST),
            client.build_work_items(topic.project.id, older_build, newer_build, top=MOST),
        )
        changes.update((change.id, change) for change in some.rows.items)
        items.update((item.id, item) for item in others.rows.items)
        cut = cut or _is_cut(some) or _is_cut(others)
    newest_first = sorted(
        changes.values(), key=lambda change: change.on.timestamp() if change.on else 0.0, reverse=True
    )
    return ContentData(tuple(newest_first), tuple(items.values()), by_build_area=True, is_cut=cut)


async def _release(topic: ContentOf, release_id: int, client: ReleaseClient, look: Look) -> Release:
    known: Snapshot[Release] = look(ReleaseOf(topic.server, topic.project, release_id))
    if known.data is not None and known.data.artifacts is not None:
        # The versions that a release took never change.
        return known.data
    return (await client.release(topic.project.id, release_id)).value


async def _previous(topic: ContentOf, release: Release, client: ReleaseClient) -> int:
    """The release of the same definition that was made before; 0 when there is none."""
    pages = client.releases(
        topic.project.id,
        definition_id=release.definition.id,
        created_before=release.created_on,
        expand=(),
        top=5,
    )
    async for page in pages:
        for before in page.rows.items:
            if before.id != release.id:
                return before.id
        break
    return 0


def _builds(older: Release | None, newer: Release) -> list[tuple[int, int]]:
    """The builds of each artifact that both releases took in different versions."""
    before = {a.alias: a for a in (older.artifacts or ())} if older is not None else {}
    found = []
    for artifact in newer.artifacts or ():
        build, from_build = _build(artifact), _build(before.get(artifact.alias))
        if build and from_build and build != from_build:
            found.append((from_build, build))
    return found


def _build(artifact: Artifact | None) -> int:
    if artifact is None or artifact.type.casefold() != "build":
        return 0
    text = artifact.version_id
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
