"""Signing in by a handshake that belongs to one connection: NTLM and Kerberos (api.md 7.1, B11).

A lane is one connection that carries one request at a time. The handshake is made with harmless reads, and
a request goes out only on a connection whose handshake is through: a write is never sent to find out.
One handshake at a time is under way for an account, and the first that is refused is the last (`Account`).
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from reltui.api.answers import Reply, error_of
from reltui.api.auth import Account, Auth
from reltui.api.body import read_body
from reltui.api.connections import Route, Trace, build_request, make_client, one_connection
from reltui.api.endpoints import ENDPOINTS, JSON, address
from reltui.api.pace import Limits, Timing
from reltui.config import Profile
from reltui.errors import (
    ConfigError,
    Interrupted,
    Malformed,
    NotSignedIn,
    TimedOut,
    TooLarge,
    Unreachable,
)
from reltui.model.text import clean

SCHEMES: Mapping[str, str] = {"ntlm": "NTLM", "negotiate": "Negotiate"}
"""The word of a way to sign in, as it stands in headers."""
TRIES = 3
"""So often a handshake is begun for one request, when the connection is lost in the middle of it."""
LEGS = 5
"""So many requests a handshake may take; NTLM takes two."""

ANSWERED = (400, 403, 404)
"""Statuses that come from behind the sign-in."""


class _Lost(Exception):
    """The connection of a lane is gone, found out before anything was sent on another one."""


class _Lane:
    """One connection, and whether it is signed in."""

    def __init__(self, route: Route, auth: Auth, keep_alive: float) -> None:
        self.auth = auth
        self.is_signed_in = False
        self.served = 0
        """Requests since the handshake."""
        self.signing: asyncio.Task[None] | None = None
        self._client = make_client(one_connection(route, keep_alive))

    async def send(self, request: httpx.Request, *, connects: bool = False) -> httpx.Response:
        """Raises _Lost: it would take a new connection, and `connects` does not allow that."""
        inner: Trace = request.extensions["trace"]

        async def trace(event: str, details: object) -> None:
            if event.endswith("connect_tcp.started") and not connects:
                raise _Lost
            await inner(event, details)

        extensions = {**request.extensions, "trace": trace}
        sent = httpx.Request(
            request.method,
            request.url,
            headers=request.headers,
            stream=request.stream,
            extensions=extensions,
        )
        return await self._client.send(sent, stream=True)

    async def close(self) -> None:
        """Close the connection."""
        await self._client.aclose()


class Lanes:
    """The connections of one profile and identity."""

    def __init__(
        self,
        profile: Profile,
        route: Route,
        auth: Auth,
        timing: Timing,
        limits: Limits,
        noted: Callable[[Reply], float | None],
    ) -> None:
        """`noted` is told of every answer, and gives the seconds that the server asks to wait."""
        self.handshakes = 0
        """How many have succeeded."""
        self._profile = profile
        self._route = route
        self._auth = auth
        self._timing = timing
        self._limits = limits
        self._noted = noted
        self._idle: list[_Lane] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    async def send(self, request: httpx.Request, *, is_write: bool) -> httpx.Response:
        """The answer; the lane is lent until its body is read or closed.

        Raises NotSignedIn: refused, now or before. Raises Unreachable: no handshake could be finished.
        """
        lane = self._idle.pop() if self._idle else _Lane(self._route, self._auth, self._timing.keep_alive)
        response = None
        try:
            response = await self._asked(lane, request, is_write=is_write)
        finally:
            if response is None:
                self._drop(lane)
        response.stream = _Lent(response.stream, lambda: self._give_back(lane))
        return response

    async def _asked(self, lane: _Lane, request: httpx.Request, *, is_write: bool) -> httpx.Response:
        for _ in range(TRIES):
            if not lane.is_signed_in:
                await self._signed_in(lane)
            try:
                response = await lane.send(request)
            except _Lost:
                lane.is_signed_in = False
                continue
            if response.status_code == 401:
                lane.is_signed_in = False
                if lane.served and not is_write:
                    # The server has forgotten who is on this connection; right after a handshake it means it.
                    await response.aclose()
                    continue
            lane.served += 1
            return response
        raise self._never_through()

    async def _signed_in(self, lane: _Lane) -> None:
        """Make the handshake, in a task of its own: a refusal is heard even if nobody waits for it."""
        lane.signing = self._spawn(self._handshake(lane))
        await asyncio.shield(lane.signing)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # it was told to who waited, if anybody did

    async def _handshake(self, lane: _Lane) -> None:
        account = lane.auth.account
        assert account is not None  # noqa: S101 - every handshake has one
        async with account.lock:
            account.check()
            for _ in range(TRIES):
                try:
                    async with asyncio.timeout(self._timing.read):
                        await self._legs(lane, account)
                except _Lost:
                    continue
                except TimeoutError:
                    raise self._never_through() from None
                except (Interrupted, Malformed, TooLarge, TimedOut) as error:
                    raise Unreachable(str(error), sent=False) from None
                lane.is_signed_in, lane.served = True, 0
                self.handshakes += 1
                account.is_proved = True
                return
        raise self._never_through()

    async def _legs(self, lane: _Lane, account: Account) -> None:
        """Requests and answers until the server is content. Raises _Lost, NotSignedIn."""
        scheme = SCHEMES[lane.auth.sign_in]
        binding: Any = None
        if self._profile.url.startswith("https:"):
            # What is said must be bound to the certificate, which is known only once there is a connection.
            response, _ = await self._leg(lane, "", connects=True)
            binding = _binding(response)
        host = urlsplit(self._profile.url).hostname or ""
        context = await asyncio.to_thread(_new_context, lane.auth, host)
        token = await _step(context, None, binding, lane.auth)
        for number in range(LEGS):
            header = f"{scheme} {base64.b64encode(token).decode('ascii')}"
            response, reply = await self._leg(lane, header, connects=number == 0 and binding is None)
            challenge = _challenge(response, scheme)
            if reply.status != 401:
                if challenge and not context.complete:
                    await _step(context, challenge, binding, lane.auth)
                self._check(reply)
                return
            if number == 0 and not challenge and scheme.lower() not in _offered(response):
                offered = ", ".join(_offered(response)) or "nothing"
                raise NotSignedIn(
                    f"The server does not offer {scheme} but {clean(offered, limit=100)}; change sign_in in "
                    "config.toml.",
                    sent=False,
                    status=401,
                )
            if context.complete or (number and not challenge):
                account.refuse()
                account.check()
            if not challenge:
                break
            try:
                token = await _step(context, challenge, binding, lane.auth)
            except NotSignedIn:
                if number:
                    # The account was told by then, in a scheme that wraps another one.
                    account.refuse()
                raise
        raise NotSignedIn(
            f"The server and reltui do not understand each other in {scheme}.", sent=False, status=401
        )

    def _check(self, reply: Reply) -> None:
        """Raises ApiError: it was no answer about the sign-in at all, such as a maintenance page."""
        pause = self._noted(reply)
        if reply.status < 300 or reply.status in ANSWERED:
            return
        error = error_of(reply, "vso.profile", pause)
        error.sent = False
        raise error

    async def _leg(self, lane: _Lane, header: str, *, connects: bool) -> tuple[httpx.Response, Reply]:
        """One harmless read, its body read to the end, so that the connection stays."""
        url = address(self._profile.url, ENDPOINTS["who am i"], {}, {})
        headers = {"Accept": JSON, "Accept-Encoding": "identity"}
        if header:
            headers["Authorization"] = header
        request = build_request("GET", url, self._timing, _silent, headers=headers)
        response = await lane.send(request, connects=connects)
        try:
            body = await read_body(
                response.aiter_raw(),
                "",
                self._limits.item_bytes,
                window=self._timing.slow_window,
                least=self._timing.slow_bytes,
            )
        finally:
            await response.aclose()
        named = {name.lower(): value for name, value in response.headers.items()}
        return response, Reply(response.status_code, named, body, request.url.host)

    def _never_through(self) -> Unreachable:
        host = urlsplit(self._profile.url).hostname or ""
        return Unreachable(
            f"{host} does not keep the connection that a sign-in takes; a proxy may stand between.",
            sent=False,
        )

    def _give_back(self, lane: _Lane) -> None:
        if self._closed or lane.auth is not self._auth or len(self._idle) >= self._limits.width:
            self._drop(lane)
        else:
            self._idle.append(lane)

    def _drop(self, lane: _Lane) -> None:
        self._spawn(self._closing(lane))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def _closing(self, lane: _Lane) -> None:
        if lane.signing is not None:
            await asyncio.wait((lane.signing,))
        await lane.close()

    async def renew(self, auth: Auth) -> None:
        """Nobody signs in on a connection of another identity: the idle ones go now, the others later."""
        self._auth = auth
        idle, self._idle = self._idle, []
        for lane in idle:
            await lane.close()

    async def close(self) -> None:
        """Close every connection."""
        self._closed = True
        idle, self._idle = self._idle, []
        for lane in idle:
            await lane.close()
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)


class _Lent(httpx.AsyncByteStream):
    """A body that gives its lane back when it is closed."""

    def __init__(self, inner: Any, give_back: Any) -> None:
        self._inner = inner
        self._give_back = give_back
        self._is_lent = True

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._inner:
            yield piece

    async def aclose(self) -> None:
        try:
            await self._inner.aclose()
        finally:
            if self._is_lent:
                self._is_lent = False
                self._give_back()


async def _silent(event: str, details: object) -> None:
    """The trace of a handshake: nothing of it counts as the request."""


def _new_context(auth: Auth, host: str) -> Any:
    """The client's side of a handshake. Raises ConfigError: pyspnego is missing."""
    try:
        import spnego
        from spnego.exceptions import SpnegoError
    except ImportError:
        raise ConfigError(
            f"sign_in = \"{auth.sign_in}\" needs a package more; install it: pip install 'reltui[negotiate]'"
        ) from None
    options = spnego.NegotiateOptions.none
    if auth.sign_in == "ntlm":
        options = spnego.NegotiateOptions.use_ntlm
    try:
        return spnego.client(
            auth.user or None,
            auth.secret.reveal() or None,
            hostname=host,
            service="HTTP",
            protocol=auth.sign_in,
            options=options,
        )
    except (SpnegoError, ImportError, ValueError) as error:
        raise _no_handshake(auth, error) from None


def _no_handshake(auth: Auth, error: Exception) -> NotSignedIn:
    why = clean(" ".join(str(error).split()), limit=160)
    if auth.user:
        return NotSignedIn(f"The handshake with the server failed: {why}.", sent=False)
    return NotSignedIn(
        "There is no Kerberos ticket to sign in with; get one (kinit), with the Kerberos libraries installed "
        f"(pip install 'pyspnego[kerberos]'), or set user and secret. Kerberos says: {why}.",
        sent=False,
    )


async def _step(context: Any, token: bytes | None, binding: Any, auth: Auth) -> bytes:
    """The next token for the server. Off the loop: Kerberos may ask its own servers."""
    from spnego.exceptions import SpnegoError

    try:
        return await asyncio.to_thread(context.step, token, channel_bindings=binding) or b""
    except (SpnegoError, ValueError) as error:
        raise _no_handshake(auth, error) from None


def _challenge(response: httpx.Response, scheme: str) -> bytes:
    """What the server says in a scheme; empty for nothing."""
    for value in response.headers.get_list("www-authenticate"):
        word, _, token = value.partition(" ")
        if word.lower() == scheme.lower() and token.strip():
            try:
                return base64.b64decode(token.strip(), validate=True)
            except binascii.Error:
                return b""
    return b""


def _offered(response: httpx.Response) -> list[str]:
    """The words of the ways to sign in that a 401 offers, in lower case."""
    return [value.partition(" ")[0].lower() for value in response.headers.get_list("www-authenticate")]


def _binding(response: httpx.Response) -> Any:
    """The channel binding to the server's certificate (RFC 5929 4.1)."""
    from cryptography import x509
    from spnego.channel_bindings import GssChannelBindings

    stream = response.extensions.get("network_stream")
    tls = stream.get_extra_info("ssl_object") if stream is not None else None
    certificate = tls.getpeercert(binary_form=True) if tls is not None else None
    if not certificate:
        return None
    used = x509.load_der_x509_certificate(certificate).signature_hash_algorithm
    weak = used is None or used.name in ("md5", "sha1")
    name = "sha256" if weak or used is None else used.name
    digest = hashlib.new(name, certificate).digest()
    return GssChannelBindings(application_data=b"tls-server-end-point:" + digest)
