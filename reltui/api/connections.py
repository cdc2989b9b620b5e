"""The connections of one server and identity, as httpx keeps them (reliability.md B11, M6 to M10)."""

from __future__ import annotations

import ssl
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx

from reltui import __version__
from reltui.api.auth import Account, Auth
from reltui.api.network import Proxy, proxy_of, tls_context
from reltui.api.pace import Limits, Timing
from reltui.config import Profile
from reltui.errors import RouteError, Unreachable
from reltui.model.text import SafeText, clean
from reltui.model.values import dataclass

Trace = Callable[[str, object], Awaitable[None]]
"""The `trace` extension of httpcore."""


class Connections(Protocol):
    """What sends requests, signed in."""

    async def send(self, request: httpx.Request, *, is_write: bool) -> httpx.Response:
        """The answer, with its body still to be read; a write is sent once or not at all.

        Raises what httpx does, and NotSignedIn where nothing was sent for want of a sign-in.
        """
        ...

    async def renew(self, auth: Auth) -> None:
        """Sign in otherwise from the next request on; what is under way ends as it began."""
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...


@dataclass(frozen=True, slots=True)
class Route:
    """How a server is reached; made once, since reading the authorities of the system takes its time."""

    proxy: Proxy | None
    context: ssl.SSLContext
    proxy_context: ssl.SSLContext | None = None
    """For a proxy that speaks TLS itself, which is never shown a certificate of the person's."""


def route_of(profile: Profile) -> Route:
    """The way to a server. Raises ConfigError: the proxy, ca_file or client_cert cannot be used."""
    proxy = proxy_of(profile)
    if proxy is not None and not _is_address(proxy.url):
        raise RouteError(f"The proxy {proxy.label} has a name that no host can have.")
    # A context is asked for even where no TLS will be: httpx would build one of its own.
    is_tls = profile.url.startswith("https:")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if is_tls:
        context = tls_context(profile.ca_file, profile.client_cert)
    over_tls = proxy is not None and proxy.url.startswith("https:")
    return Route(proxy, context, tls_context(profile.ca_file) if over_tls else None)


def one_connection(route: Route, keep_alive: float) -> httpx.AsyncHTTPTransport:
    """A transport for one request at a time, which keeps its connection for so many seconds."""
    return httpx.AsyncHTTPTransport(
        verify=route.context,
        trust_env=False,
        retries=0,
        limits=httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=keep_alive),
        proxy=httpx.Proxy(route.proxy.url, ssl_context=route.proxy_context) if route.proxy else None,
    )


def _is_address(url: str) -> bool:
    """Whether httpx takes an address; it reads names of hosts more strictly than others do (RFC 5891)."""
    try:
        return bool(httpx.URL(url).host)
    except (httpx.InvalidURL, UnicodeError):
        return False


def make_client(transport: httpx.AsyncBaseTransport) -> httpx.AsyncClient:
    """A client that follows nothing and takes nothing from the environment."""
    return httpx.AsyncClient(
        transport=transport,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        follow_redirects=False,
        trust_env=False,
    )


class _Several(httpx.AsyncBaseTransport):
    """A connection for each request that is under way; `kept` stay while they are idle.

    A pool of httpcore's looks at each of its connections for each other one whenever a request begins or
    ends: with two dozen that costs twice as much as the requests.
    """

    def __init__(self, route: Route, keep_alive: float, kept: int) -> None:
        self._route = route
        self._keep_alive = keep_alive
        self._kept = kept
        self._idle: deque[tuple[float, httpx.AsyncHTTPTransport]] = deque()
        """Since when, by `time.monotonic()`; the latest last, which is used next."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._idle and self._idle[0][0] < time.monotonic() - self._keep_alive:
            await self._idle.popleft()[1].aclose()
        one = self._idle.pop()[1] if self._idle else one_connection(self._route, self._keep_alive)
        try:
            response = await one.handle_async_request(request)
        except BaseException:  # the last resort: whatever ends it, its connection must not stay
            await one.aclose()
            raise
        assert isinstance(response.stream, httpx.AsyncByteStream)  # noqa: S101 - it is an asynchronous answer
        response.stream = _Body(response.stream, lambda: self._give_back(one))
        return response

    async def _give_back(self, one: httpx.AsyncHTTPTransport) -> None:
        if len(self._idle) < self._kept:
            self._idle.append((time.monotonic(), one))
        else:
            await one.aclose()

    async def aclose(self) -> None:
        self._kept = 0
        while self._idle:
            await self._idle.pop()[1].aclose()


class _Body(httpx.AsyncByteStream):
    """The body of an answer; when it is closed its connection is free."""

    def __init__(self, stream: httpx.AsyncByteStream, closed: Callable[[], Awaitable[None]]) -> None:
        self._stream = stream
        self._closed: Callable[[], Awaitable[None]] | None = closed

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._stream.__aiter__()

    async def aclose(self) -> None:
        closed, self._closed = self._closed, None
        try:
            await self._stream.aclose()
        finally:
            if closed is not None:
                await closed()


def build_request(
    method: str,
    url: str,
    timing: Timing,
    trace: Trace,
    *,
    headers: dict[str, str],
    content: bytes | None = None,
) -> httpx.Request:
    """A request with the headers that every one has. Raises Unreachable: no host can be called that."""
    if not _is_address(url):
        name = clean(urlsplit(url).hostname or "", limit=100)
        raise Unreachable(f"{name} cannot be the name of a host; see url in the profile.", sent=False)
    return httpx.Request(
        method,
        url,
        headers={
            "User-Agent": f"reltui/{__version__}",
            "X-TFS-FedAuthRedirect": "Suppress",
            "Connection": "keep-alive",
            **headers,
        },
        content=content,
        extensions={
            "trace": trace,
            "timeout": {"connect": timing.connect, "read": None, "write": None, "pool": None},
        },
    )


class Pool:
    """Connections that any request may take, each request with its own header."""

    def __init__(self, route: Route, auth: Auth, timing: Timing, limits: Limits) -> None:
        self._auth = auth
        # The semaphore of the transport keeps reads to the width; a write always finds a connection.
        self._client = make_client(_Several(route, timing.keep_alive, limits.narrow_width))

    async def send(self, request: httpx.Request, *, is_write: bool) -> httpx.Response:
        """With the header of the moment; a refused account sends nothing more (`Account`)."""
        auth = self._auth
        await auth.prepare()
        account = auth.account
        if account is None:
            return await self._sent(request, auth)
        if not account.is_proved:
            # One request finds out whether the password is right; the others wait for that.
            async with account.lock:
                account.check()
                return await self._asked(request, auth, account, is_write=is_write)
        account.check()
        return await self._asked(request, auth, account, is_write=is_write)

    async def _asked(
        self, request: httpx.Request, auth: Auth, account: Account, *, is_write: bool
    ) -> httpx.Response:
        response = await self._sent(request, auth)
        if response.status_code != 401:
            account.is_proved = True
        elif not is_write:
            # What is wrong with a write may be the write; the next read tells.
            account.refuse()
        return response

    async def _sent(self, request: httpx.Request, auth: Auth) -> httpx.Response:
        return await self._client.send(request, stream=True, auth=_Header(auth))

    async def renew(self, auth: Auth) -> None:
        """From the next request on."""
        self._auth = auth

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()


class _Header(httpx.Auth):
    """Puts the header on; so that no frame of ours holds it."""

    def __init__(self, auth: Auth) -> None:
        self._auth = auth

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        header = self._auth.header.reveal()
        if header:
            request.headers["Authorization"] = header
        yield request


def tls_words(stream: Any) -> SafeText:
    """Version and cipher of a connection, who issued the certificate and until when; empty without TLS.

    `stream` is httpcore's; None counts as one without TLS.
    """
    tls = stream.get_extra_info("ssl_object") if stream is not None else None
    if tls is None:
        return SafeText("")
    cipher = tls.cipher() or ("", "", 0)
    certificate = tls.getpeercert() or {}
    issuer = {key: value for part in certificate.get("issuer", ()) for key, value in part}
    name = clean(issuer.get("commonName") or issuer.get("organizationName") or "nobody named", limit=80)
    until = clean(certificate.get("notAfter", "no day named"), limit=40)
    return SafeText(f"{tls.version()} {clean(cipher[0], limit=60)}; issued by {name}, good until {until}")


def tls_ends(stream: Any) -> float | None:
    """When the certificate of a connection ends, as `time.time()` counts; None without TLS."""
    tls = stream.get_extra_info("ssl_object") if stream is not None else None
    ends = (tls.getpeercert() or {}).get("notAfter") if tls is not None else None
    try:
        return float(ssl.cert_time_to_seconds(ends)) if isinstance(ends, str) else None
    except ValueError:
        return None
