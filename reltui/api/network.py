"""TLS and proxy as reltui wants them, whatever the environment says (reliability.md B12, B13, M10)."""

from __future__ import annotations

import asyncio
import os
import ssl
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from reltui.config import LOOPBACK
from reltui.errors import ConfigError
from reltui.model.text import clean


def tls_context(ca_file: str) -> ssl.SSLContext:
    """TLS 1.2 or newer, the system's authorities and those of `ca_file`.

    Built by hand because `ssl.create_default_context` writes session keys to SSLKEYLOGFILE.
    Raises ConfigError: the file cannot be read or holds no certificates.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    if ca_file:
        try:
            context.load_verify_locations(cafile=os.path.expanduser(ca_file))
        except ssl.SSLError:
            raise ConfigError(f"ca_file {ca_file} holds no certificates in PEM form.") from None
        except OSError as error:
            raise ConfigError(f"ca_file {ca_file} cannot be read: {error.strerror}.") from None
    return context


@dataclass(frozen=True, slots=True)
class Proxy:
    """The proxy on the way to a server. `url` may hold a password; `label` never does."""

    url: str
    label: str

    def __repr__(self) -> str:
        return self.label


def proxy_for(url: str) -> Proxy | None:
    """The proxy that the environment names for an address; none for this machine, NO_PROXY honoured.

    Raises ConfigError: it is not an http or https address.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host in LOOPBACK or host.startswith("127."):
        return None
    found = urllib.request.getproxies_environment()
    source = parts.scheme if parts.scheme in found else "all"
    value = found.get(source, "").strip()
    if not value or urllib.request.proxy_bypass(f"{host}:{parts.port}" if parts.port else host):
        return None
    if "://" not in value:
        value = f"http://{value}"
    variable = f"{source}_proxy"
    try:
        proxy = urlsplit(value)
        label = f"{proxy.scheme}://{proxy.hostname}" + (f":{proxy.port}" if proxy.port else "")
    except ValueError:
        raise ConfigError(f"The environment variable {variable} does not hold an address.") from None
    if proxy.scheme not in ("http", "https") or not proxy.hostname:
        raise ConfigError(f"The environment variable {variable} must hold an http or https address.")
    return Proxy(value, f"{clean(label, limit=200)} ({variable})")


# OpenSSL's X509_V_ERR numbers, in words that say what to do.
_REASONS: Mapping[int, str] = {
    9: "is not valid yet; check the clock of this machine",
    10: "has expired",
    18: "was issued by itself; if you trust it, name it as ca_file in the profile",
    19: "hangs on an authority that this machine does not trust; name that as ca_file in the profile",
    20: "was issued by an authority that this machine does not know; name that as ca_file in the profile",
    21: "was issued by an authority that this machine does not know; name that as ca_file in the profile",
    23: "was revoked",
    62: "belongs to another name",
    64: "belongs to another address",
    66: "has a key that is too weak",
    67: "was issued by an authority whose key is too weak",
    68: "was signed with a digest that is too weak",
}


def certificate_trouble(error: ssl.SSLCertVerificationError, issuer: str) -> str:
    """What is wrong with a certificate, in one sentence; `issuer` when it is known."""
    reason = _REASONS.get(error.verify_code) or f"cannot be trusted: {clean(error.verify_message, limit=200)}"
    issued = f' (issued by "{clean(issuer, limit=120)}")' if issuer else ""
    return f"The server's certificate{issued} {reason}."


async def issuer_of(host: str, port: int, seconds: float = 3.0) -> str:
    """Who issued the certificate that a host shows; empty when that cannot be told.

    Only for a message after the check failed: it shakes hands once more without a check, and sends nothing.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        async with asyncio.timeout(seconds):
            _, writer = await asyncio.open_connection(host, port, ssl=context, server_hostname=host)
    except (OSError, TimeoutError, ValueError):
        return ""
    found = writer.get_extra_info("ssl_object")
    certificate = found.getpeercert(binary_form=True) if found else None
    writer.transport.abort()
    try:
        return _issuer(certificate or b"")
    except (IndexError, ValueError):
        return ""


def _issuer(certificate: bytes) -> str:
    """Common name or organisation of the issuer of a DER certificate (RFC 5280 4.1)."""
    [(_, body)] = _elements(certificate)
    (_, signed), *_ = _elements(body)
    parts = list(_elements(signed))
    if parts[0][0] == 0xA0:  # the optional version
        parts = parts[1:]
    _, name = parts[2]
    found = {}
    for _, group in _elements(name):
        for _, pair in _elements(group):
            (_, kind), (_, value) = _elements(pair)
            found[kind] = value.decode("utf-8", errors="replace")
    return found.get(b"\x55\x04\x03") or found.get(b"\x55\x04\x0a") or ""


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The DER elements that stand one after another: tag and content."""
    at = 0
    while at < len(data):
        tag, length = data[at], data[at + 1]
        at += 2
        if length & 0x80:
            digits = length & 0x7F
            length = int.from_bytes(data[at : at + digits], "big")
            at += digits
        if at + length > len(data):
            raise ValueError("cut certificate")
        yield tag, data[at : at + length]
        at += length
