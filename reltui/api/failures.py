"""What a failure below HTTP means: name, network, proxy, TLS (reliability.md B13, srv-10, srv-14, srv-50)."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

import httpx

from reltui.api.network import Proxy, certificate_trouble, shown_by
from reltui.errors import ApiError, Interrupted, NotTheServer, Unreachable
from reltui.model.text import clean

_OLD = "speaks only versions of TLS before 1.2, which are not safe; its administrator must allow TLS 1.2"
_PLAIN = "does not speak TLS at this port; the address may need another port, or begin with http://"
_CUT = "cut the TLS handshake; a firewall or proxy may stand between"
_WEAK = "uses a key that is too weak; its administrator must change it"
_NO_COMMON = "has no way to encrypt in common with reltui, or wants a certificate: client_cert in the profile"
_CERTIFICATE_WANTED = "asks for a certificate of yours; name it as client_cert in the profile"
_CERTIFICATE_REFUSED = "does not accept the certificate of client_cert in the profile"
# OpenSSL's reasons, and what they say of the host.
_TLS: Mapping[str, str] = {
    "UNSUPPORTED_PROTOCOL": _OLD,
    "TLSV1_ALERT_PROTOCOL_VERSION": _OLD,
    "WRONG_SSL_VERSION": _OLD,
    "WRONG_VERSION_NUMBER": _PLAIN,
    "HTTP_REQUEST": _PLAIN,
    "PACKET_LENGTH_TOO_LONG": _PLAIN,
    "RECORD_LAYER_FAILURE": _PLAIN,
    "UNEXPECTED_EOF_WHILE_READING": _CUT,
    "DH_KEY_TOO_SMALL": _WEAK,
    "EE_KEY_TOO_SMALL": _WEAK,
    "BAD_ECPOINT": _WEAK,
    "SSLV3_ALERT_HANDSHAKE_FAILURE": _NO_COMMON,
    "TLSV1_ALERT_INSUFFICIENT_SECURITY": _NO_COMMON,
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": _CERTIFICATE_WANTED,
    "SSLV3_ALERT_BAD_CERTIFICATE": _CERTIFICATE_REFUSED,
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": _CERTIFICATE_REFUSED,
    "SSLV3_ALERT_CERTIFICATE_REVOKED": _CERTIFICATE_REFUSED,
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": _CERTIFICATE_REFUSED,
    "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE": _CERTIFICATE_REFUSED,
    "TLSV1_ALERT_UNKNOWN_CA": _CERTIFICATE_REFUSED,
    "TLSV1_ALERT_ACCESS_DENIED": _CERTIFICATE_REFUSED,
}


async def failure(
    error: Exception,
    url: str,
    proxy: Proxy | None,
    *,
    asked_proxy: bool,
    started: bool,
    sent: bool,
    connect: float,
) -> ApiError:
    """The error that a failure of httpx stands for.

    `asked_proxy`: the proxy was asked to connect; `started`: the request was on its way; `sent` as in
    ApiError; `connect` is the deadline of a connection, in seconds.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    is_of_proxy = proxy is not None and not started and not asked_proxy
    """Nothing was ever asked of the proxy, so that it is the proxy that cannot be reached."""
    who = f"The proxy {proxy.label}" if proxy is not None and is_of_proxy else host
    tls = next((each for each in chain(error) if isinstance(each, ssl.SSLError)), None)
    if isinstance(tls, ssl.SSLCertVerificationError):
        return Unreachable(await _certificate(tls, url, proxy, is_of_proxy=is_of_proxy), sent=False)
    if isinstance(error, httpx.ProxyError):
        return Unreachable(_refused(proxy, str(error)), sent=False)
    if tls is not None and (tls.reason or "") in _TLS:
        return Unreachable(f"{who} {_TLS[tls.reason]}.", sent=sent and not _is_connecting(error))
    if isinstance(error, httpx.ConnectTimeout):
        return Unreachable(
            f"{who} did not answer within {connect:g} seconds; check the network or VPN.", sent=False
        )
    if isinstance(error, httpx.ConnectError):
        if tls is None and parts.scheme == "https" and _is_cut(error):
            return Unreachable(f"{who} {_CUT}.", sent=False)
        return Unreachable(f"{who} cannot be reached: {_reason(error)}.", sent=False)
    if isinstance(error, httpx.RemoteProtocolError) and "disconnected" not in str(error):
        if proxy is not None and not started:
            who = f"The proxy {proxy.label}"
        return NotTheServer(
            f"{who} answered with something that is not HTTP: {clean(str(error), limit=200)}.", sent=sent
        )
    if not started and asked_proxy and proxy is not None:
        return Unreachable(f"The proxy {proxy.label} does not connect to {host}.", sent=False)
    if not started:
        return Unreachable(f"The connection to {host} broke: {_reason(error)}.", sent=False)
    return Interrupted(f"The connection to {host} broke before the answer came.", sent=sent)


async def _certificate(
    error: ssl.SSLCertVerificationError, url: str, proxy: Proxy | None, *, is_of_proxy: bool
) -> str:
    parts = urlsplit(proxy.url if proxy is not None and is_of_proxy else url)
    host = parts.hostname or ""
    shown = await shown_by(host, parts.port or 443, None if is_of_proxy else proxy)
    return certificate_trouble(error, host, shown)


def _refused(proxy: Proxy | None, said: str) -> str:
    """What a proxy means that does not connect; `said` begins with its status."""
    via = f"The proxy {proxy.label}" if proxy is not None else "The proxy"
    if said.startswith("407"):
        return f"{via} asks for a sign-in; put name and password into its address in the environment."
    if said[:3] in ("502", "503", "504"):
        return f"{via} does not reach the server: {clean(said, limit=200)}."
    return f"{via} refused: {clean(said, limit=200)}."


def _is_connecting(error: Exception) -> bool:
    return isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)


def _is_cut(error: BaseException) -> bool:
    """The other side ended the connection after it was there."""
    words = [type(each).__name__ for each in chain(error)]
    return any(word in ("ConnectionResetError", "EndOfStream", "BrokenResourceError") for word in words)


def is_certificate(error: BaseException) -> bool:
    """A certificate is in the way, which no second try mends."""
    return any(isinstance(each, ssl.SSLCertVerificationError) for each in chain(error))


def chain(error: BaseException) -> Iterator[BaseException]:
    """An error and all that caused it."""
    link: BaseException | None = error
    while link is not None:
        yield link
        link = link.__cause__ or link.__context__


def _reason(error: Exception) -> str:
    """Why, in the operating system's words where it has some."""
    for link in chain(error):
        if isinstance(link, ssl.SSLError):
            return f"the TLS handshake failed ({clean(link.reason or str(link), limit=120)})"
        if isinstance(link, OSError) and link.strerror:
            # asyncio puts a text of its own there; the number still tells, where it is a system error.
            known = os.strerror(link.errno) if link.errno and link.errno > 0 else link.strerror
            return clean(known.lower(), limit=120)
    return clean(str(error), limit=200) or "no reason given"
