"""`reltui watch`: waits until something new waits for you, or is about to expire, and tells it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from reltui.commands.asking import is_there
from reltui.commands.inbox import (
    all_problems,
    document,
    in_scope,
    items_of,
    needs_insight,
    passing,
)
from reltui.commands.insight import read_releases, release_topic, stage_of
from reltui.commands.items import Insight, Item, Row
from reltui.commands.session import DONE, FAILED, Session, now_at
from reltui.data.topics import Changed, Event, Inbox, InboxData, InboxRow, ObjectKey, Problem
from reltui.errors import ConfigError
from reltui.model.signing import expiry
from reltui.model.values import dataclass
from reltui.model.words import count


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for on the command line."""

    scope: str
    words: str = ""
    any: bool = False
    """What waits already counts too."""
    expiring: float | None = None
    """Seconds before its expiry in which an approval counts too; None: it does not."""
    timeout: float | None = None
    """Seconds; None: as long as it takes."""
    as_json: bool = False


async def watch(session: Session, request: Request) -> int:
    """Wait and tell; 1 when the time is over before that. Raises ConfigError."""
    if needs_insight(request.words):
        raise ConfigError("--filter: flags and expiry are not known while it watches; there is --expiring.")
    watcher = _Watcher(session, request)
    try:
        async with asyncio.timeout(request.timeout):
            items = await watcher.wait()
    except TimeoutError:
        session.out.say("reltui: The time is over, and nothing new waits.")
        return FAILED
    if request.as_json:
        snapshot = session.service.look(Inbox())
        session.out.document(**document(snapshot, all_problems(session, snapshot, request.scope), items))
    else:
        for item in items:
            session.out.line(item.sentence())
    return DONE


class _Watcher:
    """Looks at the inbox whenever it has changed."""

    def __init__(self, session: Session, request: Request) -> None:
        self._session = session
        self._request = request
        self._told: tuple[Problem, ...] = ()
        self._greets = is_there()
        """Somebody at a terminal is told once that it has begun."""
        self._expires: dict[ObjectKey, datetime | None] = {}
        """Of every row that was read; None: it never does."""

    async def wait(self) -> Sequence[Item]:
        """Keep asking until something counts."""
        service = self._session.service
        changed = asyncio.Event()

        def listen(event: Event) -> None:
            # Somebody waits for it, though no key is pressed: it is not asked less often with time.
            service.touched()
            if event == Changed(Inbox()):
                changed.set()

        unsubscribe = service.subscribe(listen)
        service.watch(Inbox())
        try:
            while True:
                await changed.wait()
                changed.clear()
                found = await self._look()
                if found:
                    return found
        finally:
            unsubscribe()
            service.unwatch(Inbox())

    async def _look(self) -> Sequence[Item]:
        snapshot = self._session.service.look(Inbox())
        if snapshot.loading:
            return ()
        self._tell(snapshot.problems)
        rows = [row for row in in_scope(snapshot.data or InboxData(), self._request.scope) if row.fresh]
        wanted = passing(items_of(self._session, rows, {}), self._request.words)
        if self._greets:
            self._greets = False
            answered = f"{snapshot.answered} of {count(snapshot.parts, 'project')} answered"
            self._session.out.say(f"Watching; {len(wanted)} wait already. {answered}.")
        rows = [item.row for item in wanted]
        if self._request.expiring is not None:
            await self._learn([row for row in rows if isinstance(row, InboxRow)])
        counting = [row for row in rows if self._counts(row)]
        known = {key: Insight(expires=moment) for key, moment in self._expires.items()}
        return items_of(self._session, counting, known)

    def _counts(self, row: Row) -> bool:
        if self._request.any or row.is_new:
            return True
        expires, within = self._expires.get(row.key), self._request.expiring
        if expires is None or within is None:
            return False
        return (expires - now_at(self._session, row.server)).total_seconds() <= within

    async def _learn(self, rows: Sequence[InboxRow]) -> None:
        """Read until when the rows wait whose expiry is not known yet."""
        unknown = [row for row in rows if row.key not in self._expires]
        read = await read_releases(self._session, unknown)
        for row in unknown:
            snapshot = read[release_topic(row)]
            stage = stage_of(row, snapshot.data)
            if snapshot.answered and stage is not None:
                self._expires[row.key] = expiry(stage, row.approval)

    def _tell(self, problems: tuple[Problem, ...]) -> None:
        """What could not be read, each time that it is something else."""
        if problems != self._told:
            self._told = problems
            for problem in problems:
                self._session.out.say(f"{problem.where}: {problem.sentence}")
