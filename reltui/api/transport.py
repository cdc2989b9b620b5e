"""The one door to the network (design.md section 1, reliability.md B1 to B3, D1 to D9, M6 to M10).

A request is built from the profile's address, ids and encoded names only. Reads are repeated within a
budget; a write is sent once or not at all. No redirect is followed.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, nullcontext
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx

from reltui.api.answers import Reply, content_of, error_of, is_of_type
from reltui.api.auth import Auth
from reltui.api.body import pieces_of, read_body
from reltui.api.connections import Connections, Pool, build_request, route_of, tls_ends, tls_words
from reltui.api.endpoints import JSON, Endpoint, address
from reltui.api.failures import failure, is_certificate
from reltui.api.network import Proxy, proxy_of
from reltui.api.pace import Limits, RetryBudget, Timing, backoff, http_date, pause_asked, rate_of
from reltui.config import Profile
from reltui.errors import (
    ApiError,
    Interrupted,
    Malformed,
    NotSignedIn,
    ReadOnly,
    TimedOut,
    TooLarge,
    Unavailable,
    Unreachable,
)
from reltui.model.text import SafeText, clean
from reltui.model.values import dataclass

T = TypeVar("T")

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
PARSED_AT_ONCE = 512 * 2**10
"""Bytes of an answer that are parsed where the screens live; a larger one, such as a task catalogue, is
parsed beside them, so that no key waits for it."""
RETRIED_STATUSES = (429, 502, 503, 504)
STANDARD_TIMING = Timing()
STANDARD_LIMITS = Limits()
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer."""

    data: object
    """Parsed JSON, not yet read or cleaned; bytes for a call of another type; None when there was no body."""
    status: int
    token: str
    """The page token of api.md 6.6, to be sent back unchanged; empty on the last page."""
    activity: str
    received: float
    """`time.time()`."""


@dataclass(frozen=True, slots=True)
class Download:
    """A body on its way. Its pieces come once, and raise the errors of a body."""

    size: int | None
    """In bytes, where the server names it."""
    pieces: AsyncIterator[bytes]


class _Progress:
    """How far one try got, as httpcore tells it."""

    def __init__(self, *, has_body: bool = False) -> None:
        self._has_body = has_body
        self.connected = False
        self.asked_proxy = False
        """The proxy was asked to connect, which is no part of the request."""
        self.started = False
        self.body_started = False
        self.body_failed = False
        self.answered = False

    async def trace(self, event: str, details: Any) -> None:
        """The `trace` extension of httpcore."""
        if event.endswith("connect_tcp.started"):
            self.connected = True
        elif event.endswith("send_request_headers.started"):
            self.started = details["request"].method != b"CONNECT"
            self.asked_proxy |= not self.started
        elif not self.started:
            return
        elif event.endswith("send_request_body.started"):
            self.body_started = True
        elif event.endswith("send_request_body.failed"):
            self.body_failed = True
        elif event.endswith("receive_response_headers.complete"):
            self.answered = True

    @property
    def surely_unsent(self) -> bool:
        """True only where not all of the request can have left this machine, after an error of the network.

        A body is handed over in one piece; one that failed was not handed over. A request without a body is
        whole with its headers, and how much of these left before a failure cannot be known.
        """
        return not self.started or (self._has_body and (not self.body_started or self.body_failed))

    @property
    def may_be_whole(self) -> bool:
        """Whether all of the request may have left by now; a deadline can strike in the middle of a step."""
        return self.body_started if self._has_body else self.started


class Transport:
    """Calls to one server with one identity."""

    def __init__(
        self,
        profile: Profile,
        auth: Auth,
        *,
        read_only: bool = False,
        timing: Timing = STANDARD_TIMING,
        limits: Limits = STANDARD_LIMITS,
    ) -> None:
        self.profile = profile
        self.read_only = read_only or profile.read_only
        self.clock_offset: float | None = None
        """Server time minus local time in seconds; None while the server told none."""
        self.paused_until: float | None = None
        """`time.monotonic()`; no request goes out before it."""
        self.online: bool | None = None
        """Whether the last try reached the server; None before the first."""
        self.on_change: Callable[[], None] | None = None
        """Called when `paused_until` or `online` changed, and whenever the server told its time."""
        self.auth = auth
        """How requests are signed in."""
        self.rate: dict[str, SafeText] = {}
        """What the server said last of its rate limits, by the header's name in lower case."""
        self.tls = SafeText("")
        """How the last connection is encrypted; empty without TLS."""
        self.tls_ends: float | None = None
        """`time.time()` at which the certificate of that connection ends."""
        self.on_outcome: Callable[[Endpoint, ApiError | None], None] | None = None
        """Called with every answer of the server: what was asked, and the error that it stands for."""
        self._timing = timing
        self._limits = limits
        self._budget = RetryBudget()
        self._width = asyncio.Semaphore(limits.width)
        self._narrow_width = asyncio.Semaphore(max(limits.narrow_width, limits.width))
        self._has_asked_to_wait = False
        self._connections: Connections | None = None
        self._proxy: Proxy | None = None
        self._wake: asyncio.TimerHandle | None = None
        self._closed = False
        self._calls: set[asyncio.Timeout] = set()
        self._idle = asyncio.Event()
        self._idle.set()

    def __repr__(self) -> str:
        return f"Transport({self.profile.url!r})"

    @property
    def proxy(self) -> str:
        """The proxy in use and where its address comes from, without password; empty for none (B12).

        Raises ConfigError: the environment names one that cannot be used.
        """
        found = self._proxy or proxy_of(self.profile)
        return found.label if found else ""

    async def call(
        self,
        endpoint: Endpoint,
        *,
        path: Mapping[str, str | int] = NOTHING,
        query: Mapping[str, str] = NOTHING,
        body: object = None,
    ) -> Answer:
        """Make one call and return what it gave.

        Raises a kind of ApiError. `sent` is False only if it is certain that not all of the request left.
        Raises ConfigError: the proxy, ca_file or client_cert cannot be used.
        """
        is_write = endpoint.method not in SAFE_METHODS
        if is_write and self.read_only:
            raise ReadOnly(f"{self.profile.name} is read-only; nothing was sent.", sent=False)
        url = address(self.profile.url, endpoint, path, query)
        total = self._timing.write if is_write else self._timing.read
        deadline = time.monotonic() + total
        content = None if body is None else json.dumps(body, allow_nan=False).encode("ascii")
        progress = _Progress(has_body=content is not None)
        try:
            async with asyncio.timeout(total) as watch:
                self._calls.add(watch)
                self._idle.clear()
                if is_write:
                    return await self._write(endpoint, url, content, progress)
                return await self._read(
                    endpoint, deadline, lambda one: self._once(endpoint, url, content, one)
                )
        except TimeoutError:
            if not watch.expired():
                raise
            sent = not is_write or progress.may_be_whole
            if self._closed:
                raise Interrupted("The connection was closed before the answer came.", sent=sent) from None
            self._reached(False)
            raise TimedOut(
                f"{self._host} gave no whole answer within {total:g} seconds.", sent=sent
            ) from None
        finally:
            self._calls.discard(watch)
            if not self._calls:
                self._idle.set()

    @asynccontextmanager
    async def download(
        self,
        endpoint: Endpoint,
        *,
        path: Mapping[str, str | int] = NOTHING,
        query: Mapping[str, str] = NOTHING,
    ) -> AsyncIterator[Download]:
        """Open a body that may be large, and read it for as long as it comes; leaving closes the connection.

        Only its beginning has the deadline of a read and counts in the width. Raises what `call` does.
        """
        url = address(self.profile.url, endpoint, path, query)
        total = self._timing.read
        deadline = time.monotonic() + total
        try:
            async with asyncio.timeout(total) as watch:
                self._calls.add(watch)
                self._idle.clear()
                response = await self._read(endpoint, deadline, lambda one: self._opening(endpoint, url, one))
                watch.reschedule(None)
                try:
                    pieces = pieces_of(
                        _raw(response),
                        self._limits.of(endpoint.kind),
                        window=self._timing.slow_window,
                        least=self._timing.slow_bytes,
                    )
                    async with aclosing(pieces):
                        yield Download(_length(response), pieces)
                finally:
                    await response.aclose()
        except TimeoutError:
            if not watch.expired():
                raise
            if self._closed:
                raise Interrupted("The connection was closed before the answer had come.") from None
            self._reached(False)
            raise TimedOut(f"{self._host} did not begin to answer within {total:g} seconds.") from None
        finally:
            self._calls.discard(watch)
            if not self._calls:
                self._idle.set()

    async def close(self) -> None:
        """Close every connection; calls under way end with an error first."""
        self._closed = True
        now = asyncio.get_running_loop().time()
        for watch in self._calls:
            if not watch.expired():
                watch.reschedule(now)
        await self._idle.wait()
        if self._wake is not None:
            self._wake.cancel()
        connections, self._connections = self._connections, None
        if connections is not None:
            await connections.close()

    async def sign_in(self, auth: Auth) -> None:
        """Sign in otherwise from the next call on; nothing that was refused is sent again."""
        self.auth = auth
        if self._connections is not None:
            await self._connections.renew(auth)

    @property
    def _host(self) -> str:
        return urlsplit(self.profile.url).hostname or ""

    async def _write(
        self, endpoint: Endpoint, url: str, content: bytes | None, progress: _Progress
    ) -> Answer:
        """Once, and never again, whatever happens (A2).

        It does not queue behind reads: what was checked a moment ago must leave now (A7).
        """
        pause = self._pause_left()
        if pause > 0:
            raise self._paused(pause)
        self._budget.request()
        return await self._once(endpoint, url, content, progress)

    @asynccontextmanager
    async def _turn(self, endpoint: Endpoint) -> AsyncIterator[None]:
        """Waits until one more request may be under way."""
        # With a handshake each connection more costs the server two more answers.
        is_narrow = endpoint.is_narrow and not self._has_asked_to_wait and not self.auth.is_handshake
        async with nullcontext() if is_narrow else self._width, self._narrow_width:
            yield

    async def _read(
        self, endpoint: Endpoint, deadline: float, once: Callable[[_Progress], Awaitable[T]]
    ) -> T:
        """Up to `tries` times, within the deadline, the budget and what the server asks to wait."""
        tries, stale_seen, renewed = 0, False, False
        while True:
            pause = self._pause_left()
            if pause > 0:
                if time.monotonic() + pause >= deadline:
                    raise self._paused(pause)
                await asyncio.sleep(pause)
                continue
            tries += 1
            progress = _Progress()
            tried = self.auth.header
            try:
                async with self._turn(endpoint):
                    if self._pause_left() > 0:
                        tries -= 1
                        continue
                    self._budget.request()
                    return await once(progress)
            except ApiError as error:
                if isinstance(error, NotSignedIn) and error.status in (401, 203) and not renewed:
                    renewed = True
                    if await self.auth.has_another(tried):
                        continue
                stale = _is_stale(error, progress) and not stale_seen
                if stale:
                    stale_seen = True
                    wait = 0.0
                elif tries < self._timing.tries and _may_retry(error) and self._budget.allows():
                    wait = max(backoff(self._timing, tries), self._pause_left())
                else:
                    raise
                if time.monotonic() + wait >= deadline:
                    raise
                self._budget.retry()
                await asyncio.sleep(wait)

    async def _once(self, endpoint: Endpoint, url: str, content: bytes | None, progress: _Progress) -> Answer:
        response = await self._sent(endpoint, url, content, progress)
        is_good = 200 <= response.status_code < 300 and response.status_code != 203
        maximum = self._limits.of(endpoint.kind) if is_good else 0
        try:
            reply = await self._reply(response, maximum)
        finally:
            await response.aclose()
        self._reached(True)
        pause = self._noted(reply)
        self._told(endpoint, reply, pause)
        if len(reply.body) > PARSED_AT_ONCE and endpoint.method in SAFE_METHODS:
            data = await asyncio.to_thread(content_of, reply, endpoint.accepts)
        else:
            data = content_of(reply, endpoint.accepts)
        if data is None and endpoint.method in SAFE_METHODS:
            raise Malformed(
                "The answer is empty where JSON was expected.", status=reply.status, activity=reply.activity
            )
        return Answer(
            data=data,
            status=reply.status,
            token=_token(reply.headers.get("x-ms-continuationtoken", "")),
            activity=reply.activity,
            received=time.time(),
        )

    async def _opening(self, endpoint: Endpoint, url: str, progress: _Progress) -> httpx.Response:
        """A good answer of the right type, its body not yet read."""
        response = await self._sent(endpoint, url, None, progress, coding="identity")
        async with AsyncExitStack() as stack:
            stack.push_async_callback(response.aclose)
            head = Reply(response.status_code, _headers(response), b"", response.request.url.host)
            self._reached(True)
            pause = self._noted(head)
            if response.status_code == 200 and is_of_type(head, endpoint.accepts):
                if head.headers.get("content-encoding", "identity").lower() != "identity":
                    raise Malformed("The answer is packed in a way that was not asked for.", status=200)
                stack.pop_all()
                return response
            reply = await self._reply(response, 0)
            self._told(endpoint, reply, pause)
            content_of(reply, endpoint.accepts)
            raise Malformed("The answer has no content.", status=reply.status, activity=reply.activity)

    async def _sent(
        self,
        endpoint: Endpoint,
        url: str,
        content: bytes | None,
        progress: _Progress,
        *,
        coding: str = "gzip",
    ) -> httpx.Response:
        """Send a request; its answer with the body still to be read."""
        connections = self._opened()
        headers = {"Accept": endpoint.accepts or JSON, "Accept-Encoding": coding}
        if content is not None:
            headers["Content-Type"] = "application/json; charset=utf-8"
        request = build_request(
            endpoint.method, url, self._timing, progress.trace, headers=headers, content=content
        )
        try:
            response = await connections.send(request, is_write=endpoint.method not in SAFE_METHODS)
            stream = response.extensions.get("network_stream")
            self.tls = tls_words(stream) or self.tls
            self.tls_ends = tls_ends(stream) or self.tls_ends
            return response
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
            self._reached(False)
            raise await failure(
                error,
                url,
                self._proxy,
                asked_proxy=progress.asked_proxy,
                started=progress.started,
                sent=not progress.surely_unsent,
                connect=self._timing.connect,
            ) from error

    async def _reply(self, response: httpx.Response, maximum: int) -> Reply:
        """Read a body to its end or its cap; one without a cap is of an error: as far as it comes well."""
        headers = _headers(response)
        host = response.request.url.host
        if 300 <= response.status_code < 400 or response.status_code == 204:
            return Reply(response.status_code, headers, b"", host)
        try:
            body = await read_body(
                _raw(response),
                headers.get("content-encoding", ""),
                maximum or self._limits.error_bytes,
                window=self._timing.slow_window,
                least=self._timing.slow_bytes,
            )
        except (Interrupted, Malformed, TooLarge, TimedOut) as error:
            if maximum:
                activity = clean(headers.get("activityid", ""), limit=64)
                raise type(error)(str(error), status=response.status_code, activity=activity) from None
            body = b""
        return Reply(response.status_code, headers, body, host)

    def _told(self, endpoint: Endpoint, reply: Reply, pause: float | None) -> None:
        """Raises the ApiError that an answer stands for."""
        is_good = 200 <= reply.status < 300
        error = None if is_good else error_of(reply, endpoint.scope, pause)
        if self.on_outcome is not None and reply.status != 203:
            self.on_outcome(endpoint, error)
        if error is not None:
            raise error

    def _noted(self, reply: Reply) -> float | None:
        """Remember the server's clock and the pause that it asks for."""
        moment = http_date(reply.headers.get("date", ""))
        if moment is not None:
            self.clock_offset = self.auth.clock_offset = moment - time.time()
            self._changed()
        self.rate.update(rate_of(reply.headers))
        pause = pause_asked(reply.status, reply.headers)
        if pause is not None:
            self._pause(pause)
        return pause

    def _pause(self, seconds: float) -> None:
        self._has_asked_to_wait = True
        until = time.monotonic() + seconds
        if self.paused_until is not None and self.paused_until >= until:
            return
        self.paused_until = until
        if self._wake is not None:
            self._wake.cancel()
        self._wake = asyncio.get_running_loop().call_later(seconds, self._resume)
        self._changed()

    def _resume(self) -> None:
        self.paused_until = None
        self._changed()

    def _pause_left(self) -> float:
        return 0.0 if self.paused_until is None else max(self.paused_until - time.monotonic(), 0.0)

    def _paused(self, pause: float) -> Unavailable:
        return Unavailable(
            f"The server asks to wait {pause:.0f} seconds more; nothing was sent.",
            sent=False,
            retry_after=pause,
        )

    def _reached(self, online: bool) -> None:
        if self.online is not online:
            self.online = online
            self._changed()

    def _changed(self) -> None:
        if self.on_change is not None:
            self.on_change()

    def _opened(self) -> Connections:
        if self._closed:
            raise Unreachable("The connection to the server is closed.", sent=False)
        if self._connections is None:
            route = route_of(self.profile)
            self._proxy = route.proxy
            if self.auth.is_handshake:
                from reltui.api.negotiate import Lanes

                self._connections = Lanes(
                    self.profile, route, self.auth, self._timing, self._limits, self._noted
                )
            else:
                self._connections = Pool(route, self.auth, self._timing, self._limits)
        return self._connections


def _token(value: str) -> str:
    """A page token as it came; one that no header or address can carry counts as none."""
    return value if value.isascii() and value.isprintable() and len(value) < 4096 else ""


def _headers(response: httpx.Response) -> Mapping[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


def _length(response: httpx.Response) -> int | None:
    """What the server says that a body measures."""
    said = response.headers.get("content-length", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 16 else None


async def _raw(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    """The body as it comes over the wire. Raises Interrupted when it ends too soon."""
    try:
        async for chunk in response.aiter_raw():
            yield chunk
    except (httpx.HTTPError, httpx.StreamError, OSError):
        raise Interrupted("The answer was cut off before its end.") from None


def _may_retry(error: ApiError) -> bool:
    if isinstance(error, Unavailable):
        return error.status in RETRIED_STATUSES
    if isinstance(error, Unreachable):
        # A black hole costs a whole connect timeout each time; the next refresh asks again anyway.
        cause = error.__cause__
        return isinstance(cause, httpx.ConnectError) and not is_certificate(cause)
    return isinstance(error, Interrupted)


def _is_stale(error: ApiError, progress: _Progress) -> bool:
    """An idle connection that the server had closed, found out by using it (D8)."""
    return isinstance(error, Interrupted) and not progress.connected and not progress.answered
