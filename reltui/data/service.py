"""DataService: what screens and commands ask (design.md section 2). Plain asyncio; knows no screen.

Each topic that somebody watches has one task that reads it, waits, and reads it again. What is read goes
into snapshots and the cache; who has subscribed is told that there is something new, never what.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import quote

from reltui.config import Config, is_read_only_environment
from reltui.data import actions, readers, refreshing, tasks, topics
from reltui.data.access import check_idle
from reltui.data.cache import Cache
from reltui.data.claims import Claims
from reltui.data.connection import Connection, ending_soon
from reltui.data.decision import Decision, Draft, State, Verb
from reltui.data.edits import EditStore
from reltui.data.favourites import Favourites
from reltui.data.glances import Glances
from reltui.data.inbox import InboxParts
from reltui.data.inbox_reader import InboxReader
from reltui.data.jobs import Jobs, Tell
from reltui.data.journal import Journal
from reltui.data.links import HostNames
from reltui.data.order import Ground
from reltui.data.outbox import Outbox
from reltui.data.source import Source, shared_accounts
from reltui.data.topics import (
    Broken,
    Changed,
    DecisionChanged,
    Event,
    Inbox,
    Job,
    JobChanged,
    Problem,
    ProjectsOf,
    ReleaseOf,
    ServerChanged,
    ServerState,
    Snapshot,
    Topic,
)
from reltui.data.verdict import Timing
from reltui.errors import Malformed, ReltuiError
from reltui.model.approval import Approval
from reltui.model.definition import Definition
from reltui.model.deployment import Deployment
from reltui.model.identity import Identity, Me
from reltui.model.project import Project
from reltui.model.release import Release
from reltui.model.text import SafeText
from reltui.model.values import dataclass
from reltui.paths import Paths

if TYPE_CHECKING:
    from reltui.api import pace
    from reltui.api.client import ReleaseClient
    from reltui.data.record import Entries

T = TypeVar("T")
R = TypeVar("R", Approval, Release, Definition)

IDLE_AFTER = 900.0
"""Seconds without a key after which it asks four times less often (E15)."""

NOTHING = SafeText("")

FORGET_ABOVE = 300
"""Topics that nobody watches are forgotten, the oldest first, above this number."""


@dataclass(slots=True)
class _Held:
    """What is in memory of a topic."""

    snapshot: Snapshot[Any] = field(default_factory=Snapshot)
    pages: int = 1
    """How many pages of a long list are wanted."""
    whole: bool = True
    """What hardly ever changes is to be read with it the next time."""
    kick: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


class DataService:
    """Snapshots, refreshing, and the outbox, over all servers of the configuration."""

    def __init__(
        self,
        config: Config,
        paths: Paths,
        *,
        read_only: bool = False,
        memory_only: bool = False,
        timing: Timing | None = None,
        deadlines: pace.Timing | None = None,
    ) -> None:
        """`timing` and `deadlines` are the outbox's and the network's; the tests make them short."""
        self._config = config
        self.auto_refresh = True
        self._cache = Cache(None if memory_only else paths.cache)
        self._listeners: list[Callable[[Event], None]] = []
        self._topics: dict[Topic[Any], _Held] = {}
        self._watched: Counter[Topic[Any]] = Counter()
        self._inbox = InboxParts()
        self._inbox_reader = InboxReader(self._inbox, partial(self._tell, Changed(Inbox())))
        self._broke = lambda error: self._tell(Broken(error))
        glanced = partial(self._tell, Changed(Inbox()))
        self._glances = Glances(self.told, self._glance_at, glanced, self._broke)
        self._started = False
        self._last_key = time.monotonic()
        read_only = read_only or is_read_only_environment()
        accounts = shared_accounts()
        self._sources = {
            name: Source(
                config.profiles[name],
                self._cache,
                read_only=read_only,
                changed=partial(self._server_changed, name),
                deadlines=deadlines,
                accounts=accounts,
            )
            for name in config.default
        }
        for source in self._sources.values():
            self._inbox_reader.recall(source)
        self._jobs = Jobs(lambda number: self._tell(JobChanged(number)))
        self.favourites = Favourites(paths.state)
        """Favourite definitions and saved filters."""
        self.host_names = HostNames(paths.state)
        """Other names of the configured servers."""
        self.edits = EditStore(paths.state / "edits")
        """Definitions that were changed and not saved yet."""
        self._journal_folder = paths.state / "journal"
        self._earlier_comments: tuple[tuple[Verb, str], ...] = ()
        """Those that the journals had at the start, newest first."""
        self.outbox = Outbox(
            Journal(self._journal_folder),
            Claims(paths.state / "claims"),
            self._ground,
            self._server_at,
            self._client,
            self._decision_changed,
            timing or Timing(hold=config.policy.hold_seconds),
            self._versions,
        )

    # What the screens ask

    @property
    def servers(self) -> tuple[ServerState, ...]:
        """The configured servers, in the order of the configuration."""
        return tuple(source.state for source in self._sources.values())

    def server(self, name: str) -> ServerState:
        """One by its profile name. Raises KeyError."""
        return self._sources[name].state

    @property
    def notices(self) -> tuple[SafeText, ...]:
        """One-line things to say once."""
        own = [SafeText(notice) for notice in (self._cache.notice, self.favourites.notice) if notice]
        ending = [ending_soon(source.profile, date.today()) for source in self._sources.values()]
        return (*own, *(notice for notice in ending if notice), *self.outbox.troubles)

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Be told of every change, on the loop; returns the way to end it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def look(self, topic: Topic[T]) -> Snapshot[T]:
        """What is known now: from memory, else from the cache. Never waits for a server."""
        if isinstance(topic, Inbox):
            return cast(Snapshot[T], self._inbox_snapshot())
        if isinstance(topic, ProjectsOf):
            return cast(Snapshot[T], self._projects_snapshot(topic))
        return cast(Snapshot[T], self._held(topic).snapshot)

    def told(self, topic: Topic[Any]) -> Snapshot[Any]:
        """What is in memory: where nobody has looked at it, only what its server has told since the start."""
        held = self._topics.get(topic)
        return held.snapshot if held is not None else Snapshot()

    def read_at(self, row: topics.InboxRow) -> float | None:
        """`time.time()` of the last answer that had a row of the inbox as it is."""
        return self._inbox.read_at(row)

    def watch(self, topic: Topic[Any]) -> None:
        """On screen from now on: read soon, and kept fresh."""
        self._watched[topic] += 1
        if self._started and self._watched[topic] == 1:
            self._begin(topic)

    def unwatch(self, topic: Topic[Any]) -> None:
        """Off the screen again; its snapshot stays in memory."""
        if self._watched[topic] > 1:
            self._watched[topic] -= 1
            return
        del self._watched[topic]
        held = self._topics.get(topic)
        if held is not None and held.task is not None:
            held.task.cancel()
            held.task = None
            held.snapshot = replace(held.snapshot, loading=False)
        self._forget()

    def glance(self, wanted: Sequence[Topic[Any]]) -> None:
        """What the screen would like to know besides, the most wanted first; in place of the last wish.

        Each is read once in the background, after what is watched, and kept for some minutes; `Inbox` is told
        as changed when one has come.
        """
        if self._started:
            self._glances.want(wanted)

    async def sign_in(self, server: str, typed: str = "") -> None:
        """Sign in to a server again, with what was typed or what the secret's source gives now.

        Raises ReltuiError, KeyError.
        """
        check_idle(self.outbox.decisions(), server)
        await self._sources[server].sign_in(typed)
        self.refresh()

    def connection(self, server: str) -> Connection:
        """What is known of the way to a server and of the sign-in. Raises KeyError."""
        return self._sources[server].connection()

    async def people(self, server: str, words: str, *, groups: bool = False) -> tuple[Identity, ...]:
        """Persons of a server, and groups if asked, by words of their name or account, at most 20.

        Raises ReltuiError, KeyError.
        """
        client = await self._sources[server].client()
        return await client.people(words, groups=groups)

    def refresh(self, *, seldom: bool = True) -> None:
        """Read what is watched now, the rest when it is; without `seldom`, only what changes often."""
        for topic, held in self._topics.items():
            if seldom or not refreshing.is_seldom(topic):
                held.whole |= seldom
                held.kick.set()

    def more(self, topic: Topic[Any]) -> None:
        """Ask for the next page of a long list."""
        held = self._held(topic)
        if held.snapshot.more and not held.snapshot.loading:
            held.pages += 1
            held.kick.set()

    def touched(self) -> None:
        """A key was pressed."""
        idle = time.monotonic() - self._last_key > IDLE_AFTER
        self._last_key = time.monotonic()
        if idle and self.auto_refresh:
            self.refresh(seldom=False)

    def browser_url(
        self, server: str, project: Project, thing: Approval | Release | ReleaseOf | Definition | Deployment
    ) -> str:
        """The page of the web portal, made of the profile and ids and never of what the server sent (B18)."""
        base = f"{self._sources[server].profile.url}/{quote(project.name, safe='')}"
        match thing:
            case Approval() | Deployment():
                return f"{base}/_release?releaseId={thing.release.id}&_a=release-summary"
            case Release(id=number) | ReleaseOf(release_id=number):
                return f"{base}/_release?releaseId={number}&_a=release-summary"
            case Definition():
                return f"{base}/_release?definitionId={thing.id}"

    async def recorded(self) -> Entries:
        """Every decision of every run of this account, as the journals have it."""
        from reltui.data import record

        return await asyncio.to_thread(record.entries, self._journal_folder)

    def last_comments(self, verb: Verb) -> tuple[str, ...]:
        """The comments used here lately with a verb, each once, newest first."""
        from reltui.data import record

        of_this_run = [(d.verb, d.draft.comment) for d in self.outbox.decisions() if d.draft is not None]
        return record.last_comments(verb, [*of_this_run, *self._earlier_comments])

    # Long work

    def jobs(self) -> tuple[Job, ...]:
        """The long work of this run, newest first."""
        return self._jobs.all()

    def stop_job(self, number: int) -> None:
        """Stop long work; what it had made so far is removed."""
        self._jobs.stop(number)

    def save_logs(self, server: str, project: Project, release: Release, target: Path) -> Job:
        """Save all logs of a release as one archive; `target` must not exist yet."""

        async def work(tell: Tell) -> SafeText:
            from reltui.data.archive import Progress, save_archive

            def came(progress: Progress) -> None:
                if progress.entries_total:
                    tell(progress.entries_done, progress.entries_total, "logs")
                else:
                    tell(progress.bytes_done, progress.bytes_total, "bytes")

            client = await self._sources[server].client()
            saved = await save_archive(client, project.id, release, target, came)
            refused = f" Left out: {'; '.join(saved.refused)}." if saved.refused else ""
            return SafeText(f"{saved.entries} logs are in {saved.path}.{refused}")

        return self._jobs.start(f"logs of {release.name}", work)

    # Start and end

    async def start(self, *, settle: bool = True) -> None:
        """Begin to talk to the servers: first settle what earlier runs left open, then read what is watched.

        Called after the first paint, since it loads the network modules. Without `settle` that is left to a
        run that tells a person how it ended.
        """
        self._started = True
        if settle:
            self.outbox.settle_earlier()
        for topic in list(self._watched):
            self._begin(topic)
        await asyncio.to_thread(self._cache.tidy)
        self._earlier_comments = tuple((e.verb, e.comment) for e in (await self.recorded()).items)

    async def close(self, grace: float = 10.0) -> None:
        """Send nothing more, wait at most `grace` seconds for the verdicts of what was sent, stop all."""
        self._started = False
        await tasks.end([held.task for held in self._topics.values() if held.task is not None])
        await self._glances.close()
        await self._jobs.close()
        await self.outbox.close(grace)
        for source in self._sources.values():
            await source.close()

    # Reading

    def _held(self, topic: Topic[Any]) -> _Held:
        if topic not in self._topics:
            self._topics[topic] = _Held(self._recall(topic))
        return self._topics[topic]

    def _begin(self, topic: Topic[Any]) -> None:
        work = self._keep_fresh(topic)
        self._held(topic).task = tasks.begin(work, f"refresh {topic}", self._broke)

    async def _keep_fresh(self, topic: Topic[Any]) -> None:
        held = self._held(topic)
        if refreshing.is_recent(topic, held.snapshot):
            await self._until_next(topic)
        while True:
            held.kick.clear()
            self._put(topic, replace(held.snapshot, loading=True))
            await self._read(topic)
            self._put(topic, replace(held.snapshot, loading=False))
            await self._until_next(topic)

    async def _until_next(self, topic: Topic[Any]) -> None:
        kick = self._held(topic).kick
        try:
            async with asyncio.timeout(self._interval(topic)):
                await kick.wait()
        except TimeoutError:
            while not self.auto_refresh and not kick.is_set():
                await kick.wait()

    def _interval(self, topic: Topic[Any]) -> float:
        """Seconds until the next look, jittered so that many hosts do not ask in step."""
        seconds = refreshing.interval(topic, self._held(topic).snapshot, self._config.ui)
        if time.monotonic() - self._last_key > IDLE_AFTER:
            seconds *= 4
        return seconds * random.uniform(0.9, 1.1)  # noqa: S311 - only spreads requests

    async def _read(self, topic: Topic[Any]) -> None:
        if isinstance(topic, Inbox):
            whole, self._held(topic).whole = self._held(topic).whole, False
            await self._inbox_reader.read(self._sources.values(), whole=whole)
        else:
            await self._read_one(topic)

    async def _read_one(self, topic: Topic[Any]) -> None:
        """Read a topic of one server; what fails is said in the snapshot, and its data stays."""
        source = self._sources[topics.server_of(topic)]
        try:
            with source.patience():
                client = await source.client()
                # Signing in has read the projects already.
                if not isinstance(topic, ProjectsOf):
                    self._put(topic, await self._answer(topic, client, source))
            source.worked()
        except ReltuiError as error:
            source.failed(error)
            problem = Problem(source.where, SafeText(str(error)))
            snapshot = self._held(topic).snapshot
            self._put(topic, replace(snapshot, parts=1, answered=0, problems=(problem,), progress=NOTHING))

    async def _glance_at(self, topic: Topic[Any]) -> None:
        if self._watched[topic]:
            # It is kept fresh anyway.
            return
        await self._read_one(topic)
        held = self._held(topic)
        held.snapshot = replace(held.snapshot, loading=False)
        self._forget()

    async def _answer(self, topic: Topic[Any], client: ReleaseClient, source: Source) -> Snapshot[Any]:
        held = self._held(topic)

        def tell(data: object, progress: str) -> None:
            now = held.snapshot if data is None else replace(held.snapshot, data=data, read_at=time.time())
            self._put(topic, replace(now, from_cache=False, progress=SafeText(progress)))

        before = readers.Before(held.snapshot, held.pages, self.told, tell)
        found = await readers.read(topic, client, before)
        if found.raw is not None:
            source.keep(readers.cache_name(topic), found.raw)
        sentences = [sentence for sentence in (found.trouble, *found.problems) if sentence]
        return Snapshot(
            found.data,
            time.time(),
            parts=1,
            answered=0 if found.trouble else 1,
            more=found.more,
            problems=tuple(Problem(source.where, sentence) for sentence in sentences),
            loading=True,
        )

    # Cache

    def _recall(self, topic: Topic[Any]) -> Snapshot[Any]:
        if isinstance(topic, Inbox | ProjectsOf):
            return Snapshot()
        name = readers.cache_name(topic)
        found = self._sources[topics.server_of(topic)].cached(name) if name else None
        if found is None:
            return Snapshot()
        raw, read_at = found
        try:
            return Snapshot(readers.decoded(topic, raw), read_at, from_cache=True, parts=1, answered=0)
        except (Malformed, KeyError, TypeError):
            # The cache is disposable; the server will be asked.
            return Snapshot()

    def _forget(self) -> None:
        wanted = self._glances.wanted
        idle = [t for t, held in self._topics.items() if held.task is None and t not in wanted]
        for topic in idle[: max(0, len(idle) - FORGET_ABOVE)]:
            del self._topics[topic]

    # Snapshots that are made of what the sources know

    def _inbox_snapshot(self) -> Snapshot[topics.InboxData]:
        unknown = [
            Problem(s.where, s.state.sentence)
            for s in self._sources.values()
            if s.projects is None and s.state.sentence
        ]
        missing = [problem for s in self._sources.values() for problem in s.project_problems]
        without = sum(s.projects is None for s in self._sources.values())
        loading = self._topics[Inbox()].snapshot.loading if Inbox() in self._topics else False
        return self._inbox.snapshot([*unknown, *missing], without, loading=loading)

    def _projects_snapshot(self, topic: ProjectsOf) -> Snapshot[tuple[Project, ...]]:
        source = self._sources[topic.server]
        held = self._topics.get(topic)
        problems, loading = (
            (held.snapshot.problems, held.snapshot.loading) if held is not None else ((), False)
        )
        answered = int(source.projects is not None and not problems)
        return Snapshot(source.projects, parts=1, answered=answered, problems=problems, loading=loading)

    # Events

    def _put(self, topic: Topic[Any], snapshot: Snapshot[Any]) -> None:
        held = self._held(topic)
        if snapshot != held.snapshot:
            held.snapshot = snapshot
            self._tell(Changed(topic))

    def _tell(self, event: Event) -> None:
        for listener in tuple(self._listeners):
            listener(event)

    def _server_changed(self, name: str) -> None:
        me = self._sources[name].state.me
        if me is not None:
            self._inbox.reclassify(name, me)
        self._tell(ServerChanged(name))

    def _decision_changed(self, decision: Decision) -> None:
        self._tell(DecisionChanged(decision.id))
        if decision.state is State.LANDED and decision.order is not None:
            options = decision.order.options
            self.edits.drop(options.get("edit"), options.get("sent"))
            self._inbox_reader.acted((decision.order.server, decision.order.project_id))
        if decision.state in (State.LANDED, State.DID_NOT_LAND, State.NOT_SENT):
            # Whatever became of it, the screen must show the server's state now.
            self.refresh(seldom=refreshing.makes_folders(decision.verb))

    # What the outbox asks

    def _ground(self, server: str) -> Ground:
        source = self._sources[server]
        me: Me | None = source.state.me
        return Ground(
            url=source.profile.url,
            person_id=me.id if me is not None else "",
            clock_offset=source.state.clock_offset,
            read_only=source.state.read_only,
            person=me.name if me is not None else "",
            account=me.account if me is not None else "",
        )

    def _versions(self, draft: Draft) -> Mapping[str, str]:
        """Of the release that a decision is about, as far as it is in memory."""
        known: Release | None = None
        if isinstance(draft.seen, Approval):
            known = self.told(ReleaseOf(draft.server, draft.project, draft.seen.release.id)).data
        return actions.versions_of(draft, known)

    def _server_at(self, url: str) -> str | None:
        return next((name for name, source in self._sources.items() if source.profile.url == url), None)

    async def _client(self, server: str) -> ReleaseClient:
        return await self._sources[server].client()
