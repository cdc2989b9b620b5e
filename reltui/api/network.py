"""TLS and proxy as reltui wants them, whatever the environment says (reliability.md B12, B13, M10)."""

from __future__ import annotations

import asyncio
import base64
import os
import ssl
import stat
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from ipaddress import ip_address, ip_network
from urllib.parse import unquote, urlsplit

from reltui.api.certificates import Shown, read_certificate
from reltui.config import LOOPBACK, Profile
from reltui.errors import RouteError
from reltui.model.address import is_host
from reltui.model.text import clean
from reltui.model.values import dataclass

LONGEST_ANSWER = 65_536
"""Bytes of a proxy's answer to CONNECT."""


def tls_context(ca_file: str, client_cert: str = "") -> ssl.SSLContext:
    """TLS 1.2 or newer, the system's authorities and those of `ca_file`, and a certificate of the person's.

    Built by hand because `ssl.create_default_context` writes session keys to SSLKEYLOGFILE.
    Raises RouteError: a file cannot be read, does not hold what it must, or is open to others.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    if ca_file:
        try:
            file = os.path.expanduser(ca_file)
            # A pipe would be waited for without an end.
            if not stat.S_ISREG(os.stat(file).st_mode):
                raise RouteError(f"ca_file {ca_file} is not a regular file; name one with certificates.")
            context.load_verify_locations(cafile=file)
        except ssl.SSLError:
            raise RouteError(
                f"ca_file {ca_file} holds no certificates in PEM form; turn one in another form into it: "
                "openssl x509 -inform DER -in OLD -out NEW"
            ) from None
        except OSError as error:
            raise RouteError(f"ca_file {ca_file} cannot be read: {error.strerror}.") from None
    if client_cert:
        _show_ours(context, client_cert)
    return context


def _show_ours(context: ssl.SSLContext, client_cert: str) -> None:
    """Let a context show a certificate of the person's own, whose key only its owner may read (B9)."""
    file = os.path.expanduser(client_cert)
    try:
        found = os.lstat(file)
    except OSError as error:
        raise RouteError(f"client_cert {client_cert} cannot be read: {error.strerror}.") from None
    if not stat.S_ISREG(found.st_mode):
        raise RouteError(f"client_cert {client_cert} is not a regular file.")
    if found.st_uid != os.getuid():
        raise RouteError(
            f"client_cert {client_cert} belongs to another user. Repair it: chown {os.getuid()} {client_cert}"
        )
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise RouteError(
            f"client_cert {client_cert} is open to other users. Repair it: chmod 600 {client_cert}"
        )
    asked = False

    def no_password() -> str:
        # Without an answer of ours OpenSSL would ask at the terminal.
        nonlocal asked
        asked = True
        return ""

    try:
        context.load_cert_chain(file, password=no_password)
    except (ssl.SSLError, ValueError):
        trouble = (
            "holds a key with a password; store it without one: openssl pkey -in OLD -out NEW"
            if asked
            else "must hold a certificate and its key in PEM form, one after the other"
        )
        raise RouteError(f"client_cert {client_cert} {trouble}.") from None
    except OSError as error:
        raise RouteError(f"client_cert {client_cert} cannot be read: {error.strerror}.") from None


@dataclass(frozen=True, slots=True)
class Proxy:
    """The proxy on the way to a server. `url` may hold a password; `label` never does."""

    url: str
    label: str

    def __repr__(self) -> str:
        return self.label


def proxy_of(profile: Profile) -> Proxy | None:
    """The proxy on the way to the server of a profile.

    Raises RouteError: the environment names one that cannot be used.
    """
    if profile.proxy == "none":
        return None
    if profile.proxy == "environment":
        return proxy_for(profile.url)
    return Proxy(profile.proxy, f"{clean(profile.proxy, limit=200)} (config.toml)")


def proxy_for(url: str) -> Proxy | None:
    """The proxy that the environment names for an address; none for this machine, NO_PROXY honoured.

    Raises RouteError: it is not an http or https address.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host in LOOPBACK or host.startswith("127."):
        return None
    found = urllib.request.getproxies_environment()
    source = parts.scheme if parts.scheme in found else "all"
    value = found.get(source, "").strip()
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if not value or any(_is_of(entry, host, port) for entry in found.get("no", "").split(",")):
        return None
    if "://" not in value:
        value = f"http://{value}"
    variable = f"{source}_proxy"
    try:
        proxy = urlsplit(value)
        label = f"{proxy.scheme}://{proxy.hostname}" + (f":{proxy.port}" if proxy.port else "")
    except ValueError:
        raise RouteError(f"The environment variable {variable} does not hold an address.") from None
    if proxy.scheme not in ("http", "https") or not proxy.hostname or not is_host(proxy.hostname):
        raise RouteError(f"The environment variable {variable} must hold an http or https address.")
    return Proxy(value, f"{clean(label, limit=200)} ({variable})")


def _is_of(entry: str, host: str, port: int) -> bool:
    """Whether an entry of NO_PROXY means a host: a name with all below it, an address, a network, each with a
    port or without, or * for every host."""
    entry = entry.strip().casefold()
    if entry == "*":
        return True
    with suppress(ValueError):
        return ip_address(host) in ip_network(entry.strip("[]"), strict=False)
    name, _, last = entry.rpartition(":")
    if name and last.isdecimal():
        return int(last) == port and _is_of(name, host, port)
    name = entry.removeprefix("*").removeprefix(".")
    is_below = host.endswith(f".{name}") and not host.replace(".", "").isdecimal()
    return bool(name) and (host == name or is_below)


_UNKNOWN = "was issued by an authority that this machine does not know; name that as ca_file in the profile"
# OpenSSL's X509_V_ERR numbers, in words that say what to do.
_REASONS: Mapping[int, str] = {
    9: "is not valid before {begins}; check the clock of this machine",
    10: "has expired on {ends}; its administrator must renew it",
    18: "was issued by itself; if you trust it, name it as ca_file in the profile",
    19: "hangs on an authority that this machine does not trust; name that as ca_file in the profile",
    20: _UNKNOWN,
    21: _UNKNOWN,
    23: "was revoked",
    62: "belongs to another name: {names}; a portal or proxy stands between, or url names the server wrongly",
    64: "belongs to another name: {names}; a portal or proxy stands between, or url names the server wrongly",
    66: "has a key that is too weak; its administrator must issue it again",
    67: "was issued by an authority whose key is too weak; its administrator must issue it again",
    68: "was signed with a digest that is too weak; its administrator must issue it again",
}
NAMES_TOLD = 3


def certificate_trouble(error: ssl.SSLCertVerificationError, host: str, shown: Shown) -> str:
    """What is wrong with the certificate of a host, and who issued it, in one sentence."""
    reason = _REASONS.get(error.verify_code) or "cannot be trusted: {why}"
    more = len(shown.names) - NAMES_TOLD
    names = ", ".join(shown.names[:NAMES_TOLD]) + (f" and {more} more" if more > 0 else "")
    told = reason.format(
        begins=_day(shown.begins),
        ends=_day(shown.ends),
        names=clean(names, limit=200) or "none",
        why=clean(error.verify_message, limit=200),
    )
    issued = f' (issued by "{clean(shown.issuer, limit=120)}")' if shown.issuer else ""
    return f"The certificate of {host}{issued} {told}."


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment is not None else "an unknown day"


async def shown_by(host: str, port: int, proxy: Proxy | None = None, seconds: float = 3.0) -> Shown:
    """The certificate that a host shows, unchecked; an empty one when that cannot be told.

    Only for a message after the check failed: it shakes hands once more, and sends nothing to the host.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    # What is too weak to be trusted must still be seen.
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    try:
        async with asyncio.timeout(seconds):
            writer = await _opened(host, port, proxy)
            try:
                await writer.start_tls(context, server_hostname=host)
                found = writer.get_extra_info("ssl_object")
                return read_certificate(found.getpeercert(binary_form=True) or b"")
            finally:
                writer.transport.abort()
    except (OSError, TimeoutError, ValueError, EOFError, asyncio.LimitOverrunError):
        return Shown()


async def _opened(host: str, port: int, proxy: Proxy | None) -> asyncio.StreamWriter:
    """A connection to a host, through the proxy where there is one. Raises OSError, EOFError, ValueError."""
    if proxy is None:
        return (await asyncio.open_connection(host, port))[1]
    parts = urlsplit(proxy.url)
    if parts.scheme != "http":
        raise OSError("a proxy with TLS of its own is not asked")
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80, limit=LONGEST_ANSWER)
    target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
    if parts.username:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
        lines.append(f"Proxy-Authorization: Basic {base64.b64encode(pair).decode()}")
    writer.write("\r\n".join([*lines, "", ""]).encode())
    head = await reader.readuntil(b"\r\n\r\n")
    if head.split(b" ", 2)[1][:1] != b"2":
        writer.transport.abort()
        raise OSError("the proxy does not connect")
    return writer
