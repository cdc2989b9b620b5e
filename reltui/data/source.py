"""One configured server: how it is reached, who we are there, and which projects it has."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from reltui.config import Profile
from reltui.data import access_seen
from reltui.data.access import SCOPES, Access, held
from reltui.data.cache import Cache
from reltui.data.connection import Connection, connection_of
from reltui.data.topics import Link, Problem, ServerState
from reltui.errors import (
    ApiError,
    ConfigError,
    Interrupted,
    NotFound,
    NotPermitted,
    NotSignedIn,
    NotTheServer,
    Redirected,
    Refused,
    ReltuiError,
    RouteError,
    SecretNeeded,
    SentToSignIn,
    TimedOut,
    Unavailable,
    Unreachable,
)
from reltui.model.generations import TITLES
from reltui.model.identity import Me, me_from_json
from reltui.model.project import Project, project_from_json
from reltui.model.text import SafeText, clean

if TYPE_CHECKING:
    from reltui.api.auth import Accounts, Auth
    from reltui.api.client import ReleaseClient
    from reltui.api.endpoints import Endpoint
    from reltui.api.pace import Timing
    from reltui.api.transport import Transport

MEMBERSHIPS_FOR = 900.0
"""Seconds after which group memberships and projects are asked for again."""

WRONG_URL = "See url in the profile: does it end with the collection?"
OTHER_VERSION = "is out of range for this server"
"""In the words of a server that is of an older generation than it was (api.md 2.5)."""
NOT_SERVING = (502, 503, 504)
"""Statuses of a server as a whole; another 5xx is of one call."""

SILENCE = 4.0
"""Seconds without an answer after which a server is shown as offline (D16)."""


def shared_accounts() -> Callable[[], Accounts]:
    """Gives the same accounts at each call; made at the first, which is when the network is first touched."""

    @cache
    def accounts() -> Accounts:
        from reltui.api.auth import Accounts

        return Accounts()

    return accounts


def cache_key(profile: Profile) -> str:
    """The cache's name of a server: another address is another server."""
    return f"{profile.name} {profile.url}"


class Source:
    """A server of the configuration. The network is touched by `client` and what comes after, not before."""

    def __init__(
        self,
        profile: Profile,
        cache: Cache,
        *,
        read_only: bool,
        changed: Callable[[], None],
        deadlines: Timing | None = None,
        accounts: Callable[[], Accounts] | None = None,
    ) -> None:
        """`accounts` gives those that all sources share."""
        self.profile = profile
        self._deadlines = deadlines
        self._accounts = accounts or shared_accounts()
        self._access = Access()
        self._is_typed = False
        self._of_another_area: ApiError | None = None
        self._cache = cache
        self._changed = changed
        self._client: ReleaseClient | None = None
        self._transport: Transport | None = None
        self._connecting = asyncio.Lock()
        self._asked_at: float | None = None
        self._paused_until: float | None = None
        self.projects: tuple[Project, ...] | None = None
        """None while they are unknown. In the order of their names."""
        self.project_problems: tuple[Problem, ...] = ()
        """Why the list of projects is not whole: unreadable rows, names of the profile that are not there."""
        self.state = ServerState(
            name=profile.name,
            label=label(profile.url),
            url=profile.url,
            read_only=read_only or profile.read_only,
            protected=profile.protected,
        )
        self._recall()

    @property
    def where(self) -> SafeText:
        """How problems name it."""
        return SafeText(self.profile.name)

    def _recall(self) -> None:
        """What the cache knows of it: enough to draw the first screen."""
        me, projects = self._cache.get(self._key, "me"), self._cache.get(self._key, "projects")
        generation = self._cache.get(self._key, "generation")
        if generation is not None and isinstance(generation.raw, str) and generation.raw in TITLES:
            self.state = replace(self.state, generation=generation.raw)
        try:
            if me is not None:
                groups = {str(k): clean(str(v)) for k, v in me.raw["groups"].items()}
                known = replace(me_from_json(me.raw["me"]), groups=groups, groups_known=bool(groups))
                self.state = replace(self.state, me=known)
            if projects is not None:
                self._take_projects(tuple(project_from_json(raw) for raw in projects.raw), [])
        except (ReltuiError, KeyError, TypeError, AttributeError):
            # The cache is disposable; what it cannot say is read from the server.
            return

    @property
    def _key(self) -> str:
        return cache_key(self.profile)

    def cached(self, name: str) -> tuple[object, float] | None:
        """An answer of this server from an earlier time, and when it was read."""
        found = self._cache.get(self._key, name)
        return (found.raw, found.read_at) if found is not None else None

    def keep(self, name: str, raw: object) -> None:
        """Put an answer of this server into the cache."""
        self._cache.put(self._key, name, raw)

    def keep_rows(self, name: str, rows: Sequence[str]) -> None:
        """Put a long list of this server into the cache, each row as `cache.encoded` has it."""
        self._cache.put_rows(self._key, name, rows)

    async def client(self) -> ReleaseClient:
        """The client of this server, signed in and with its projects known.

        Raises ReltuiError: what is in the way, in one sentence; the next call tries again.
        """
        async with self._connecting:
            try:
                client = self._client or await self._connect()
                if self._asked_at is None or time.monotonic() - self._asked_at > MEMBERSHIPS_FOR:
                    await self._introduce(client)
            except NotFound as error:
                told = NotFound(f"{error} {WRONG_URL}", status=error.status, activity=error.activity)
                self._out_of_reach(told)
                raise told from None
            except ReltuiError as error:
                self._out_of_reach(error)
                raise
            return client

    async def _connect(self) -> ReleaseClient:
        from reltui.api.auth import Auth

        auth = await Auth.of(self.profile, accounts=self._accounts())
        return self._begin(auth)

    def _begin(self, auth: Auth) -> ReleaseClient:
        from reltui.api.client import ReleaseClient
        from reltui.api.pace import Timing
        from reltui.api.transport import Transport

        timing = self._deadlines or Timing()
        self._transport = Transport(self.profile, auth, read_only=self.state.read_only, timing=timing)
        self._transport.on_change = self._transport_changed
        self._transport.on_outcome = self._outcome
        self._client = ReleaseClient(self._transport)
        return self._client

    async def sign_in(self, typed: str) -> None:
        """Sign in anew in place: with what a person typed, or with what the secret's source gives now.

        Nothing that was refused is sent again by itself. Raises ReltuiError: what is in the way.
        """
        from reltui.api.auth import Auth, Secret

        async with self._connecting:
            try:
                secret = Secret(typed) if typed else None
                auth = await Auth.of(self.profile, typed=secret, accounts=self._accounts())
                if auth.account is not None:
                    auth.account.try_again()
                self._is_typed = secret is not None
                if self._transport is None:
                    self._begin(auth)
                else:
                    await self._transport.sign_in(auth)
                self._access = Access()
                self._set(replace(self.state, lacking={}, asks=False))
                assert self._client is not None  # noqa: S101 - made with the transport
                await self._introduce(self._client)
            except ReltuiError as error:
                self._out_of_reach(error)
                raise

    def connection(self) -> Connection:
        """What is known of the way to the server and of the sign-in."""
        return connection_of(self.profile, self.state, self._transport, self._access, typed=self._is_typed)

    def _outcome(self, endpoint: Endpoint, error: ApiError | None) -> None:
        is_write = endpoint.method not in ("GET", "HEAD", "OPTIONS")
        if isinstance(error, NotSignedIn) and not held(endpoint.scope):
            # A token without the scope of another area is answered like none at all (api.md 6.2).
            self._of_another_area = error
        refused: dict[str, SafeText] = {}
        if self._access.heard(endpoint.scope, error, is_write=is_write):
            self._set(replace(self.state, lacking=self._access.lacking))
            refused.update(self._access.lacking)
        works = held(endpoint.scope) if is_write and error is None else ()
        if is_write and isinstance(error, NotPermitted) and endpoint.scope in SCOPES:
            refused[endpoint.scope] = SafeText(str(error))
        if (works or refused) and self.state.me is not None:
            before = self.cached(access_seen.NAME)
            seen = access_seen.remember(
                before and before[0], self.state.me.id, time.time(), works=works, refused=refused
            )
            self.keep(access_seen.NAME, seen)

    async def _introduce(self, client: ReleaseClient) -> None:
        """Learn the generation, who we are, our groups, and the projects."""
        known, _ = self.cached("generation") or ("", 0.0)
        # Asked each time: a server may have been updated meanwhile, or set back.
        generation = await client.discover(client.generation or (known if isinstance(known, str) else ""))
        (me, raw_me), (projects, troubles) = await asyncio.gather(
            self._who(client), self._all_projects(client)
        )
        self._take_projects(projects, troubles)
        self.keep("me", {"me": raw_me, "groups": dict(me.groups)})
        self.keep("generation", generation)
        self._asked_at = time.monotonic()
        self._set(replace(self.state, me=me, generation=generation, link=Link.ONLINE, sentence=SafeText("")))

    async def _who(self, client: ReleaseClient) -> tuple[Me, object]:
        got = await client.who_am_i()
        try:
            groups = await client.groups_of(got.value)
        except ApiError:
            # Without them "via a group" cannot be told; the screen says that memberships are unknown.
            return got.value, got.raw
        return replace(got.value, groups=groups, groups_known=True), got.raw

    async def _all_projects(self, client: ReleaseClient) -> tuple[tuple[Project, ...], list[SafeText]]:
        """The projects of the server, and why there may be more."""
        found: list[Project] = []
        raw: list[object] = []
        unread = 0
        troubles: list[SafeText] = []
        async for page in client.projects():
            found.extend(page.rows.items)
            raw.extend(page.raw)
            unread += len(page.rows.bad)
            troubles += [page.trouble] if page.trouble else []
        if unread:
            what = "project" if unread == 1 else "projects"
            troubles.append(
                SafeText(f"{unread} {what} of the server cannot be read, so the list is not whole.")
            )
        else:
            self.keep("projects", raw)
        return tuple(found), troubles

    def _take_projects(self, found: tuple[Project, ...], troubles: list[SafeText]) -> None:
        wanted = {name.casefold(): name for name in self.profile.projects}
        chosen = [p for p in found if not wanted or p.name.casefold() in wanted]
        self.projects = tuple(sorted(chosen, key=lambda p: p.name.casefold()))
        present = {p.name.casefold() for p in chosen}
        missing = [name for folded, name in wanted.items() if folded not in present]
        sentences = troubles + [
            SafeText(f'There is no project "{clean(name)}" there; see config.toml.') for name in missing
        ]
        self.project_problems = tuple(Problem(self.where, sentence) for sentence in sentences)

    @contextmanager
    def patience(self) -> Iterator[None]:
        """Round a read: says so when there is no answer for a while, long before the read is given up."""
        late = asyncio.get_running_loop().call_later(SILENCE, self._silent)
        try:
            yield
        finally:
            late.cancel()

    def _silent(self) -> None:
        if self.state.waits_until is not None:
            return
        sentence = SafeText(f"{self.profile.name} has not answered for {SILENCE:g} s; still waiting.")
        self._set(replace(self.state, link=Link.OFFLINE, sentence=sentence))

    def worked(self) -> None:
        """The server has answered; that it asks for a pause with that is still said."""
        if self.state.waits_until is None and (self.state.link is not Link.ONLINE or self.state.sentence):
            self._set(replace(self.state, link=Link.ONLINE, sentence=SafeText("")))

    def failed(self, error: ReltuiError) -> None:
        """One call of many was not answered well. What is wrong with its object alone says nothing of the
        server, which has answered."""
        if error is self._of_another_area:
            return
        if isinstance(error, Refused) and OTHER_VERSION in str(error):
            self._asked_at = None
        if _link_after(error) is not None:
            self._out_of_reach(error)
        elif isinstance(error, ApiError) and error.status:
            self.worked()

    def _out_of_reach(self, error: ReltuiError) -> None:
        """Tell how the server can be reached now."""
        link = _link_after(error) or self.state.link
        asks = isinstance(error, SecretNeeded)
        self._set(replace(self.state, link=link, sentence=SafeText(str(error)), asks=asks))

    def _transport_changed(self) -> None:
        if self._transport is None:
            return
        self._note_pause(self._transport.paused_until)
        offset = self._transport.clock_offset
        if offset is None or (
            self.state.clock_offset is not None and abs(offset - self.state.clock_offset) < 2.0
        ):
            return
        self._set(replace(self.state, clock_offset=offset))

    def _note_pause(self, paused_until: float | None) -> None:
        """The server asks for a pause, also with a good answer (api.md 6.4), or it is over."""
        if paused_until == self._paused_until:
            return
        self._paused_until = paused_until
        if paused_until is None:
            self._set(replace(self.state, waits_until=None))
            return
        until = time.time() + paused_until - time.monotonic()
        sentence = self.state.sentence
        if self.state.waits_until is None:
            # The answer that asks for it may say why; another one that asks for more says no less.
            sentence = SafeText(f"{self.profile.name} asks to wait; nothing is sent to it meanwhile.")
        self._set(replace(self.state, link=Link.WAITING, sentence=sentence, waits_until=until))

    def _set(self, state: ServerState) -> None:
        if state != self.state:
            self.state = state
            self._changed()

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.close()


def _link_after(error: ReltuiError) -> Link | None:
    """How a server can be reached after an error; None where the error is of one object alone."""
    match error:
        case RouteError():
            return Link.OFFLINE
        case NotSignedIn() | SentToSignIn() | ConfigError():
            return Link.SIGN_IN
        case Unavailable() if error.retry_after is not None:
            return Link.WAITING
        case Unavailable():
            return Link.DOWN if error.status in NOT_SERVING else None
        case Unreachable() | TimedOut() | Interrupted() | NotTheServer() | Redirected():
            return Link.OFFLINE
    return None


def label(url: str) -> SafeText:
    """host/collection, as a person names it: "tfs01/Main" of https://tfs01.corp.example/tfs/Main."""
    parts = urlsplit(url)
    host = parts.hostname or url
    short = host if host.replace(".", "").isdigit() or ":" in host else host.split(".")[0]
    if parts.port and host in ("127.0.0.1", "localhost", "::1"):
        short = f"{host}:{parts.port}"
    last = parts.path.rstrip("/").rpartition("/")[2]
    if host.endswith("dev.azure.com"):
        short = "ado"
    return clean(f"{short}/{last}" if last else short)
