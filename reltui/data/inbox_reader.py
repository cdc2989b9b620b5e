"""Reads what waits in all projects of all servers into the parts of the inbox, all projects at once.

Pending approvals are asked for at every look, one request a project. Manual interventions have no list of
their own (api.md 3.7): a project in which one waits is asked again at every look, the others now and then.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from reltui.data import reading_inbox
from reltui.data.inbox import InboxParts, PartKey
from reltui.data.source import Source
from reltui.errors import ApiError, ReltuiError
from reltui.model.approval import Approval, approval_from_json
from reltui.model.decode import Rows, rows_of
from reltui.model.project import Project
from reltui.model.text import SafeText

if TYPE_CHECKING:
    from reltui.api.client import ReleaseClient

PAUSES_EVERY = 120.0
"""Seconds between two looks for manual interventions in a project in which none is known to wait."""


class InboxReader:
    """Asks the servers, and fills the parts."""

    def __init__(self, parts: InboxParts, changed: Callable[[], None]) -> None:
        """`changed` is called whenever there is something new in the parts."""
        self._parts = parts
        self._changed = changed
        self._seconds: dict[PartKey, float] = {}
        """How long the approvals of a project took when they were last read."""
        self._pauses_asked: dict[PartKey, float] = {}
        """`time.monotonic()` of the last good answer."""
        self._acted: dict[PartKey, float] = {}
        """`time.monotonic()` of the last decision of ours."""

    def recall(self, source: Source) -> None:
        """What the cache has of a server."""
        if source.projects is None:
            return
        server = source.profile.name
        self._parts.keep_only(server, source.projects)
        for project in source.projects:
            found = source.cached(f"approvals-{project.id}")
            if found is not None and isinstance(found[0], list):
                rows = rows_of(found[0], approval_from_json)
                self._parts.recall((server, project.id), rows, found[1], source.state.me)
            found = source.cached(f"interventions-{project.id}")
            if found is not None and isinstance(found[0], list):
                paused = rows_of(found[0], reading_inbox.paused_from_json)
                self._parts.recall_pauses((server, project.id), paused.items, found[1])

    def acted(self, key: PartKey) -> None:
        """What was decided from here may lead to an intervention soon: the project is asked at every look."""
        self._acted[key] = time.monotonic()

    async def read(self, sources: Iterable[Source], *, whole: bool) -> None:
        """Ask all servers; with `whole` for the manual interventions of every project too."""
        await asyncio.gather(*(self._read_source(source, whole=whole) for source in sources))

    async def _read_source(self, source: Source, *, whole: bool) -> None:
        server = source.profile.name
        try:
            with source.patience():
                client = await source.client()
        except ReltuiError as error:
            for key in [key for key in self._parts.parts if key[0] == server]:
                self._parts.failed(key, SafeText(str(error)))
            self._changed()
            return
        projects = source.projects or ()
        self._parts.keep_only(server, projects)
        if source.state.me is not None:
            self._parts.reclassify(server, source.state.me)
        # What takes longest begins first, so that it does not end last.
        by_time = sorted(projects, key=lambda p: self._seconds.get((server, p.id), 0.0), reverse=True)
        due = [project for project in projects if whole or self._is_due((server, project.id))]
        await asyncio.gather(
            *(self._read_approvals(source, client, project) for project in by_time),
            *(self._read_pauses(source, client, project) for project in due),
        )

    async def _read_approvals(self, source: Source, client: ReleaseClient, project: Project) -> None:
        """All pending approvals of one project; shown page by page."""
        key = (source.profile.name, project.id)
        began = time.monotonic()

        def came(rows: Rows[Approval]) -> None:
            # Who is signed in may be somebody else by now.
            self._parts.page(key, rows, time.time(), source.state.me)
            self._changed()

        try:
            with source.patience():
                pending = await reading_inbox.read_approvals(client, project.id, came)
        except ApiError as error:
            source.failed(error)
            self._parts.failed(key, SafeText(str(error)))
        else:
            source.worked()
            self._parts.whole(key, pending.ids, pending.bad, time.time(), pending.trouble)
            source.keep_rows(f"approvals-{project.id}", pending.raw)
        self._seconds[key] = time.monotonic() - began
        self._changed()

    def _is_due(self, key: PartKey) -> bool:
        """Whether to ask for the manual interventions of a project; those known there must stay fresh."""
        part = self._parts.parts[key]
        long_ago = time.monotonic() - PAUSES_EVERY
        return (
            bool(part.pauses or part.pause_problem)
            or self._pauses_asked.get(key, float("-inf")) < long_ago
            or self._acted.get(key, float("-inf")) > long_ago
        )

    async def _read_pauses(self, source: Source, client: ReleaseClient, project: Project) -> None:
        """The manual interventions of one project that wait."""
        key = (source.profile.name, project.id)
        try:
            known = self._parts.known_pauses(key)
            pauses = await reading_inbox.read_pauses(client, project.id, known)
        except ApiError as error:
            self._parts.pauses_failed(key, SafeText(f"Manual interventions: {error}"))
        else:
            self._pauses_asked[key] = time.monotonic()
            self._parts.paused(key, pauses, time.time())
            source.keep(f"interventions-{project.id}", [dict(paused.raw) for paused in pauses.rows])
        self._changed()
