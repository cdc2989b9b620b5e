"""What `reltui doctor` finds on the way to a server and behind its door. Everything here only reads."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit

from reltui.config import LOOPBACK, Profile
from reltui.data import access_seen
from reltui.data.cache import Cache
from reltui.data.connection import ending_soon, source_words
from reltui.data.examining import Finding, Section, aside, bad, in_order, ok, unknown, warn, words_of
from reltui.data.examining_grants import (
    clock_finding,
    door_finding,
    editor_finding,
    grant_findings,
    limits_finding,
    parted,
    projects_finding,
    sign_in_finding,
    sign_in_trouble,
    tls_finding,
    version_finding,
    view_finding,
)
from reltui.data.source import cache_key, shared_accounts
from reltui.errors import (
    ApiError,
    ConfigError,
    Interrupted,
    Lacking,
    Malformed,
    NotFound,
    NotPermitted,
    NotSignedIn,
    Redirected,
    Refused,
    ReltuiError,
    SecretNeeded,
)
from reltui.model.address import is_services
from reltui.model.text import SafeText, clean

if TYPE_CHECKING:
    from reltui.api.auth import Accounts, Auth
    from reltui.api.client import ReleaseClient
    from reltui.api.transport import Transport
    from reltui.model.identity import Me
    from reltui.model.project import Project

__all__ = ["CHECKS", "examine_server", "shared_accounts"]

CHECKS = (
    "proxy",
    "name",
    "network",
    "tls",
    "answer",
    "secret",
    "sign-in",
    "version",
    "projects",
    "view",
    "execute",
    "manage",
    "groups",
    "editor",
    "clock",
    "limits",
)
"""In the order in which one depends on another."""
WITHIN = 15.0
"""Seconds for the secret, and for all that is asked of the projects."""
PROJECTS = 60
"""So many are tried; more say nothing new."""
ADDRESSES = 3
"""Of a name with many, so many are tried."""


async def examine_server(
    profile: Profile, cache: Path, accounts: Callable[[], Accounts], *, typed: str = "", read_only: bool
) -> Section:
    """One server, as far as it can be reached; raises nothing for what is wrong there, and has an end.

    `accounts` gives those that all servers share, so that a password that one refuses is not tried on the
    others. `typed` takes the place of the secret's source. `read_only`: no server is written to.
    """
    try:
        seen = await aside(lambda: Cache(cache).get(cache_key(profile), access_seen.NAME))
    except (TimeoutError, OSError):
        seen = None  # the folders have a section of their own
    examination = _Examination(
        profile, seen.raw if seen else None, accounts, read_only=read_only or profile.read_only
    )
    await examination.run(typed)
    findings = in_order(CHECKS, examination.found, examination.reason)
    return Section("server", SafeText(profile.name), clean(profile.url, limit=300), findings)


class _Stop(Exception):
    """Nothing more can be examined."""


class _Examination:
    """The findings so far."""

    def __init__(
        self, profile: Profile, seen: object, accounts: Callable[[], Accounts], *, read_only: bool
    ) -> None:
        self.profile = profile
        self.seen = seen
        self.accounts = accounts
        self.read_only = read_only
        self.found: list[Finding] = []
        self.reason = ""
        """Why what was not examined was not, where nothing bad was found."""

    async def run(self, typed: str) -> None:
        auth = await self._secret(typed)
        try:
            await self._way()
            await self._door()
            if auth is not None:
                await self._inside(auth)
        except _Stop:
            return

    # The way there

    async def _way(self) -> None:
        from reltui.api.probing import addresses_of, connect, first_hop

        try:
            # Reading the authorities of the system takes its time.
            hop = await aside(lambda: first_hop(self.profile))
        except (ConfigError, TimeoutError) as error:
            sentence = "ca_file or client_cert cannot be read in time"
            if isinstance(error, ConfigError):
                sentence = words_of(error)
            is_file = "ca_file" in sentence or "client_cert" in sentence
            todo = "see ca_file and client_cert in the profile" if is_file else "repair that variable"
            self._stop(bad("tls" if is_file else "proxy", *parted(sentence, todo)))
        who = f"the proxy {hop.proxy}" if hop.proxy else hop.host
        wrong = f"see {hop.proxy}" if hop.proxy else "see url in the profile"
        self._take(ok("proxy", hop.proxy or self._no_proxy()))
        host = clean(hop.host, limit=100)
        try:
            addresses = await aside(lambda: addresses_of(hop.host, hop.port))
        except TimeoutError:
            self._stop(bad("name", f"no name service tells what {host} is", "check the network and the VPN"))
        except OSError:
            what = f"{wrong}; check the VPN: ping {host}"
            self._stop(bad("name", f"{host} is not known here", what))
        told = ", ".join(map(clean, addresses[:ADDRESSES]))
        self._take(ok("name", told if told == host else f"{host} is {told}"))
        try:
            address, seconds = await connect(addresses[:ADDRESSES], hop.port, _connect_seconds())
        except TimeoutError:
            told = f"{who}, port {hop.port}, takes no connection within {_connect_seconds():g} s"
            self._stop(bad("network", told, "a firewall may drop it; check the VPN"))
        except ConnectionRefusedError:
            told = f"{who} refuses connections at port {hop.port}"
            self._stop(bad("network", told, f"{wrong}; or nothing runs there now"))
        except OSError as error:
            reason = clean((error.strerror or "no reason given").lower(), limit=100)
            self._stop(bad("network", f"{who}, port {hop.port}: {reason}", "check the network and the VPN"))
        self._take(ok("network", f"connected to {clean(address)}, port {hop.port}, in {_span(seconds)}"))

    def _no_proxy(self) -> str:
        return "none, as the profile says" if self.profile.proxy == "none" else "none"

    # At the door

    async def _door(self) -> None:
        """What answers there, before any secret is sent."""
        from reltui.api.probing import Looks, is_of_tls, stranger

        transport = stranger(self.profile)
        error: ReltuiError | None = None
        answer: object = None
        try:
            answer = await Looks(transport).look("discover")
        except ReltuiError as raised:
            error = raised
        finally:
            await transport.close()
        is_unheard = isinstance(error, ApiError) and not error.status
        if isinstance(error, ApiError) and is_unheard and is_of_tls(error):
            self._stop(bad("tls", *parted(words_of(error), "ask who runs the server")))
        if error is not None and is_unheard and str(error).startswith("The proxy "):
            self._stop(bad("proxy", *parted(words_of(error), "ask who runs the proxy")))
        if transport.tls or not is_unheard:
            self._take(self._tls(transport))
        self._told(transport)
        # Some doors say nothing to strangers; signing in tells.
        silent = (NotFound, NotPermitted, Refused, *((Redirected,) if is_services(self.profile.url) else ()))
        if isinstance(error, silent):
            self._take(unknown("answer", f"nothing for a stranger: {words_of(error)}"))
            return
        finding = door_finding(error, answer, self.profile.sign_in)
        if isinstance(error, Interrupted) and self.profile.url.startswith("http:"):
            finding = replace(
                finding, todo=SafeText("does it want https in url? Else ask who runs the server")
            )
        if error is not None and not isinstance(error, NotSignedIn):
            self._stop(finding)
        self._take(finding)

    def _tls(self, transport: Transport) -> Finding:
        parts = urlsplit(self.profile.url)
        if parts.scheme == "https":
            return tls_finding(transport.tls, transport.tls_ends, time.time())
        if parts.hostname in LOOPBACK:
            return ok("tls", "none; it is on this machine")
        return warn("tls", "none: the secret goes over the network unencrypted", "use https in url")

    def _told(self, transport: Transport) -> None:
        """What every answer tells besides."""
        if transport.online:
            self._take(clock_finding(transport.clock_offset))
            paused = transport.paused_until
            left = max(paused - time.monotonic(), 0.0) if paused is not None else 0.0
            self._take(limits_finding(transport.rate, left))

    # Signing in

    async def _secret(self, typed: str) -> Auth | None:
        from reltui.api.auth import Auth, Secret

        words = "typed in, kept in memory only" if typed else source_words(self.profile.secret)
        secret = Secret(typed) if typed else None
        try:
            if self.profile.secret.file:
                # What hangs here must not be tried where it is waited for.
                await aside(partial(_look, self.profile.secret.file))
            async with asyncio.timeout(WITHIN):
                auth = await Auth.of(self.profile, typed=secret, accounts=self.accounts())
        except SecretNeeded:
            self.reason = "not examined: the secret is asked for"
            self._take(unknown("secret", words, "run reltui doctor on a terminal, which asks for it"))
            return None
        except TimeoutError:
            self._take(bad("secret", f"{words}: no answer", "see secret in the profile"))
            return None
        except ConfigError as error:
            self._take(bad("secret", *parted(words_of(error), "see secret in the profile")))
            return None
        ending = ending_soon(self.profile, date.today())
        self._take(
            warn("secret", f"{words}: {ending.removesuffix('.')}", "make another one")
            if ending
            else ok("secret", words)
        )
        return auth

    async def _inside(self, auth: Auth) -> None:
        from reltui.api.client import ReleaseClient
        from reltui.api.endpoints import GENERATIONS
        from reltui.api.probing import PATIENCE
        from reltui.api.transport import Transport

        transport = Transport(self.profile, auth, read_only=True, timing=PATIENCE)
        client = ReleaseClient(transport)
        try:
            try:
                generation = await self._generation(client)
                me = (await client.who_am_i()).value
            except ReltuiError as error:
                self._stop(sign_in_trouble(error, self.profile))
            self._take(sign_in_finding(self.profile, me, auth.until, time.time()))
            self._take(version_finding(generation, GENERATIONS[generation]))
            try:
                async with asyncio.timeout(WITHIN):
                    await self._allowed(client, me)
            except TimeoutError:
                self.reason = f"not examined: the server took more than {WITHIN:g} s"
        finally:
            self._told(transport)
            await client.close()

    async def _generation(self, client: ReleaseClient) -> str:
        """Comes first: what is sent afterwards depends on it. Raises ReltuiError."""
        try:
            return await client.discover()
        except Malformed as error:
            try:
                await client.who_am_i()
            except NotFound:
                raise  # it is not the version: nothing is there
            except Malformed:
                raise error from None  # no answer can be read, so it is not the version
            except ReltuiError:
                pass
            todo = "see url in the profile; servers before TFS 2015 Update 2 are too old"
            self._stop(bad("version", words_of(error), todo))

    async def _allowed(self, client: ReleaseClient, me: Me) -> None:
        scopes = access_seen.recall(self.seen, me.id)
        self.found += grant_findings(scopes, is_read_only=self.read_only)
        self._take(await self._groups(client, me))
        projects, trouble = await self._projects(client)
        wanted = {name.casefold() for name in self.profile.projects}
        chosen = [each for each in projects if not wanted or each.name.casefold() in wanted]
        self._take(projects_finding(self.profile, [each.name for each in projects], trouble))
        if not chosen:
            self.reason = "not examined: there is no project"
            return
        refused = await self._views(client, chosen[:PROJECTS])
        refusals = {name: words_of(error) for name, error in refused.items()}
        is_elsewhere = all(isinstance(error, NotFound) for error in refused.values())
        self._take(view_finding(min(len(chosen), PROJECTS), refusals, is_elsewhere=is_elsewhere))
        readable = next((each for each in chosen if each.name not in refusals), chosen[0])
        self._take(editor_finding(await self._lists(client, readable)))

    async def _projects(self, client: ReleaseClient) -> tuple[Sequence[Project], str]:
        found: list[Project] = []
        trouble = ""
        try:
            async for page in client.projects():
                found += page.rows.items
                trouble = str(page.trouble) or trouble
        except ReltuiError as error:
            trouble = words_of(error)
        return found, trouble

    async def _groups(self, client: ReleaseClient, me: Me) -> Finding:
        try:
            return ok("groups", f"you are in {len(await client.groups_of(me))} of them")
        except ReltuiError as error:
            told = f"not known, so what waits for a group of yours counts as others': {words_of(error)}"
            return warn("groups", told, "give the token Identity (read), vso.identity")

    async def _views(
        self, client: ReleaseClient, projects: Sequence[Project]
    ) -> Mapping[SafeText, ReltuiError]:
        """The projects whose approvals or definitions cannot be read, and why."""

        async def look(project: Project) -> ReltuiError | None:
            try:
                async for _ in client.approvals(project.id, top=1):
                    break
                async for _ in client.definitions(project.id, expand=(), top=1):
                    break
            except ReltuiError as error:
                return error
            return None

        told = await asyncio.gather(*map(look, projects))
        return {project.name: why for project, why in zip(projects, told, strict=True) if why}

    async def _lists(self, client: ReleaseClient, project: Project) -> Mapping[str, str]:
        """The lists of other areas that cannot be read, and the scope that each needs."""
        from reltui.api.probing import PICKED, Looks, scope_of

        looks = Looks(client.transport, client.generation)

        async def look(name: str) -> str:
            try:
                await looks.look(name, project.id)
            except (NotFound, Lacking):
                return ""  # an old server without that area
            except ReltuiError:
                return scope_of(name)
            return ""

        told = await asyncio.gather(*map(look, PICKED))
        return {name: scope for name, scope in zip(PICKED, told, strict=True) if scope}

    # Helpers

    def _take(self, finding: Finding) -> None:
        """The newest of a name counts."""
        self.found = [each for each in self.found if each.name != finding.name] + [finding]

    def _stop(self, finding: Finding) -> NoReturn:
        """Raises _Stop."""
        self._take(finding)
        raise _Stop


def _look(file: str) -> None:
    """Whether the file system answers; what is wrong with the file is told by who reads it."""
    with suppress(OSError):
        os.stat(os.path.expanduser(file))


def _connect_seconds() -> float:
    from reltui.api.probing import PATIENCE

    return PATIENCE.connect


def _span(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
