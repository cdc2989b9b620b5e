"""TLS right and wrong, certificates of a person's own, and proxies (reliability.md B12, B13, srv-50)."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from reltui.api.auth import Auth, Secret
from reltui.api.certificates import read_certificate
from reltui.api.client import ReleaseClient
from reltui.api.connections import route_of
from reltui.api.network import proxy_for, proxy_of, tls_context
from reltui.api.transport import Transport
from reltui.config import Profile, SecretSource
from reltui.data.topics import Inbox, Link
from reltui.demo.server import RunningDemo
from reltui.demo.tls import TROUBLES, Tls
from reltui.errors import ApiError, ConfigError, NotTheServer, RouteError, Unreachable
from tests.service.proxying import small_proxy
from tests.service.scripted import QUICK, in_loop
from tests.support import service_on, serving, set_faults, until

SECURE = "srv-50:kind=good"
"""So that there is a port with TLS."""


@asynccontextmanager
async def client_on(demo: RunningDemo, folder: Path, **profile: Any) -> AsyncIterator[ReleaseClient]:
    """A client that trusts the server's authority."""
    assert demo.tls is not None
    ca_file = folder / "authority.pem"
    ca_file.write_text(demo.tls.authority, encoding="ascii")
    made = Profile("demo", demo.url, SecretSource(env="X"), **{"ca_file": str(ca_file), **profile})
    transport = Transport(made, Auth("pat", Secret(demo.token)), timing=QUICK)
    try:
        yield ReleaseClient(transport)
    finally:
        await transport.close()


def own_file(folder: Path, tls: Tls) -> Path:
    """The person's certificate as a file that only its owner may read."""
    file = folder / "client.pem"
    file.touch(mode=0o600)
    file.write_text(tls.client_cert, encoding="ascii")
    return file


async def trouble_on(demo: RunningDemo, folder: Path, **profile: Any) -> ApiError:
    """What stops a client; nothing of the secret is in it, and no write came."""
    async with client_on(demo, folder, **profile) as client:
        with pytest.raises(ApiError) as caught:
            await client.who_am_i()
        assert demo.token not in str(caught.value)
    assert demo.service.ledger.reads.total() == 0
    return caught.value


OWN = r"The certificate of 127\.0\.0\.1 \(issued by \"127\.0\.0\.1\"\) "
KNOWN = r"The certificate of 127\.0\.0\.1 \(issued by \"North Harbour Authority\"\) "
REFUSED = {
    "expired": KNOWN + r"has expired on \d{4}-\d\d-\d\d; its administrator must renew it\.",
    "early": KNOWN + r"is not valid before \d{4}-\d\d-\d\d; check the clock of this machine\.",
    "self-signed": OWN + r"was issued by itself; .*ca_file",
    "other-host": KNOWN + r"belongs to another name: guest\.north-harbour\.example; a portal or proxy ",
    "unknown-issuer": r"\"Passing Ship Authority\"\) was issued by an authority .*not know; .*ca_file",
    "old-version": r"127\.0\.0\.1 speaks only versions of TLS before 1\.2, .* must allow TLS 1\.2\.",
    "weak-key": KNOWN + r"has a key that is too weak; its administrator must issue it again\.",
    "cut": r"127\.0\.0\.1 cut the TLS handshake; a firewall or proxy may stand between\.",
}


def test_every_trouble_is_tried() -> None:
    assert {*REFUSED, "good", "client-cert"} == {*TROUBLES}


@pytest.mark.parametrize("trouble", REFUSED)
@in_loop
async def test_what_is_wrong_is_refused_and_said_with_who(trouble: str, tmp_path: Path) -> None:
    async with serving(f"srv-50:kind={trouble}") as demo:
        found = await trouble_on(demo, tmp_path)
    assert isinstance(found, Unreachable)
    assert not found.sent

    assert re.search(REFUSED[trouble], str(found)), found


@pytest.mark.parametrize("trouble", ["unknown-issuer", "other-host", "expired"])
@in_loop
async def test_through_a_proxy_the_issuer_is_named_too(trouble: str, tmp_path: Path) -> None:
    async with serving(f"srv-50:kind={trouble}") as demo, small_proxy() as proxy:
        found = await trouble_on(demo, tmp_path, proxy=proxy.url())

    assert re.search(REFUSED[trouble], str(found)), found
    assert all(line.startswith("CONNECT 127.0.0.1:") for line in proxy.lines)


@in_loop
async def test_what_is_right_is_trusted_only_with_its_authority(tmp_path: Path) -> None:
    async with serving(SECURE) as demo:
        assert demo.url.startswith("https://")
        async with client_on(demo, tmp_path) as client:
            assert (await client.who_am_i()).value.name == demo.engine.me["displayName"]
        async with client_on(demo, tmp_path, ca_file="") as client:
            with pytest.raises(Unreachable, match=r'"North Harbour Authority".*ca_file'):
                await client.who_am_i()


@in_loop
async def test_a_certificate_that_ends_in_mid_session_keeps_the_data(tmp_path: Path) -> None:
    async with serving(SECURE) as demo:
        assert demo.tls is not None
        ca_file = tmp_path / "authority.pem"
        ca_file.write_text(demo.tls.authority, encoding="ascii")
        async with service_on(demo, tmp_path / "home", ca_file=str(ca_file)) as service:
            service.watch(Inbox())
            before = await until(lambda: s if (s := service.look(Inbox())).complete else None)
            set_faults(demo, "srv-50:kind=expired", "srv-28")
            service.refresh()
            state = await until(
                lambda: s if "has expired" in (s := service.server("demo")).sentence else None
            )
            assert state.link is Link.OFFLINE
            after = service.look(Inbox())
            assert before.data is not None
            assert after.data is not None
            assert len(after.data.rows) == len(before.data.rows)
            set_faults(demo)
            service.refresh()
            await until(lambda: service.server("demo").link is Link.ONLINE and service.look(Inbox()).complete)


# A certificate of the person's own


@in_loop
async def test_a_server_that_wants_a_certificate_gets_it_or_the_person_is_told(tmp_path: Path) -> None:
    async with serving("srv-50:kind=client-cert") as demo:
        assert demo.tls is not None
        async with client_on(demo, tmp_path) as client:
            with pytest.raises(NotTheServer, match=r"^127\.0\.0\.1 asks for a certificate of yours"):
                await client.who_am_i()
        file = own_file(tmp_path, demo.tls)
        async with client_on(demo, tmp_path, client_cert=str(file)) as client:
            assert (await client.who_am_i()).value.name == demo.engine.me["displayName"]


@contextmanager
def strict_server(folder: Path, tls: Tls, version: ssl.TLSVersion) -> Iterator[int]:
    """One that ends the handshake with an alert where no certificate comes; the port."""
    context = tls.context("client-cert")
    context.verify_mode = ssl.CERT_REQUIRED
    context.maximum_version = version
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(20)

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            connection.settimeout(5)
            secured = context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
            with secured, suppress(OSError):
                with suppress(ssl.SSLError):
                    secured.do_handshake()
                # Its alert must arrive: what the client sent meanwhile would make a reset of the end.
                socket.socket.shutdown(secured, socket.SHUT_WR)
                while socket.socket.recv(secured, 65_536):
                    pass

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@in_loop
async def test_a_refused_handshake_names_client_cert(version: ssl.TLSVersion, tmp_path: Path) -> None:
    tls = Tls()
    ca_file = tmp_path / "authority.pem"
    ca_file.write_text(tls.authority, encoding="ascii")
    with strict_server(tmp_path, tls, version) as port:
        profile = Profile(
            "demo", f"https://127.0.0.1:{port}/tfs", SecretSource(env="X"), ca_file=str(ca_file)
        )
        transport = Transport(profile, Auth("pat", Secret("s3cret")), timing=QUICK)
        with pytest.raises(Unreachable, match="client_cert in the profile"):
            await ReleaseClient(transport).who_am_i()
        await transport.close()


def test_the_file_of_a_certificate_is_checked(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization

    tls = Tls()
    file = own_file(tmp_path, tls)
    tls_context("", str(file))
    file.chmod(0o640)
    with pytest.raises(RouteError, match=r"open to other users\. Repair it: chmod 600"):
        tls_context("", str(file))
    file.chmod(0o600)
    with pytest.raises(RouteError, match="not a regular file"):
        tls_context(str(tmp_path))
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo, 0o600)
    with pytest.raises(RouteError, match="not a regular file"):
        tls_context(str(fifo))
    with pytest.raises(RouteError, match="No such file"):
        tls_context(str(tmp_path / "absent.pem"))
    (tmp_path / "authority.der").write_bytes(ssl.PEM_cert_to_DER_cert(tls.authority))
    with pytest.raises(RouteError, match=r"no certificates in PEM form; .*openssl x509 -inform DER"):
        tls_context(str(tmp_path / "authority.der"))
    link = tmp_path / "link.pem"
    link.symlink_to(file)
    with pytest.raises(RouteError, match="not a regular file"):
        tls_context("", str(link))
    with pytest.raises(RouteError, match="No such file"):
        tls_context("", str(tmp_path / "absent.pem"))
    certificate, begin, key = tls.client_cert.partition("-----BEGIN PRIVATE KEY")
    file.write_text(certificate)
    with pytest.raises(RouteError, match="a certificate and its key in PEM form"):
        tls_context("", str(file))
    loaded = serialization.load_pem_private_key((begin + key).encode(), None)
    locked = loaded.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"hidden"),
    )
    file.write_text(certificate + locked.decode())
    with pytest.raises(RouteError, match="a key with a password"):
        tls_context("", str(file))


def test_a_certificate_is_read_without_a_library() -> None:
    shown = read_certificate(ssl.PEM_cert_to_DER_cert(Tls().authority))
    assert (shown.issuer, shown.names) == ("North Harbour Authority", ("North Harbour Authority",))
    assert shown.begins is not None
    assert shown.ends is not None
    assert 394 <= (shown.ends - shown.begins).days <= 396
    whole = ssl.PEM_cert_to_DER_cert(Tls().authority)
    for end in range(len(whole)):
        with pytest.raises(ValueError):  # noqa: PT011 - whatever is missing
            read_certificate(whole[:end])


# Proxies


@in_loop
async def test_a_pinned_proxy_is_used_and_sees_no_secret(tmp_path: Path) -> None:
    async with serving(SECURE) as demo, small_proxy() as proxy:
        async with client_on(demo, tmp_path, proxy=proxy.url()) as client:
            await client.who_am_i()
            assert client.transport.proxy == f"{proxy.url()} (config.toml)"
        port = demo.url.split(":")[2].split("/")[0]
        assert proxy.lines == [f"CONNECT 127.0.0.1:{port} HTTP/1.1"]
        assert not any("authorization" in head.lower() for head in proxy.heads)


@in_loop
async def test_plain_http_goes_through_a_pinned_proxy_too(tmp_path: Path) -> None:
    async with serving() as demo, small_proxy() as proxy:
        profile = Profile("demo", demo.url, SecretSource(env="X"), proxy=proxy.url())
        transport = Transport(profile, Auth("pat", Secret(demo.token)), timing=QUICK)
        await ReleaseClient(transport).who_am_i()
        await transport.close()
        assert proxy.lines[0].startswith(f"GET {demo.url}/_apis/connectionData")


@in_loop
async def test_a_proxy_that_speaks_tls_gets_no_certificate_of_the_person(tmp_path: Path) -> None:
    async with serving("srv-50:kind=client-cert") as demo, AsyncExitStack() as stack:
        assert demo.tls is not None
        context = demo.tls.context("good")
        context.verify_mode = ssl.CERT_OPTIONAL
        context.load_verify_locations(cadata=demo.tls.authority)
        proxy = await stack.enter_async_context(small_proxy(tls=context))
        wanted = {"proxy": proxy.url("https"), "client_cert": str(own_file(tmp_path, demo.tls))}
        async with client_on(demo, tmp_path, **wanted) as client:
            await client.who_am_i()
        assert proxy.certificates == [False]
        # Its own certificate is checked like any other.
        async with client_on(demo, tmp_path, ca_file="", **wanted) as client:
            with pytest.raises(Unreachable, match=r"127\.0\.0\.1.*ca_file"):
                await client.who_am_i()
    assert len(proxy.lines) == 1


@in_loop
async def test_the_proxy_of_the_environment_and_none(
    tmp_path: Path,
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        async with small_proxy(password="anna:h1dden") as proxy:
            patch.setenv("https_proxy", f"http://anna:h1dden@127.0.0.1:{proxy.port}")
            away = Profile("demo", "https://tfs01.example/tfs", SecretSource(env="X"))
            found = proxy_of(away)
            assert found is not None
            assert found.label == f"{proxy.url()} (https_proxy)"
            assert "h1dden" not in repr(found)
            assert proxy_of(Profile("demo", away.url, SecretSource(env="X"), proxy="none")) is None
            async with serving(SECURE) as demo:
                # This machine is reached without any, and a server of `none` as well.
                for wanted in ("environment", "none"):
                    async with client_on(demo, tmp_path, proxy=wanted) as client:
                        await client.who_am_i()
                        assert client.transport.proxy == ""
                assert proxy.lines == []
                # With the password of the environment the proxy connects; without, it says what is missing.
                patch.setattr("reltui.api.network.LOOPBACK", ())
                patch.setattr("reltui.api.network.proxy_for", lambda _: found)
                async with client_on(demo, tmp_path) as client:
                    await client.who_am_i()
                assert len(proxy.lines) == 1
                async with client_on(demo, tmp_path, proxy=proxy.url()) as client:
                    with pytest.raises(Unreachable, match=r"asks for a sign-in; put name and password"):
                        await client.who_am_i()


@in_loop
async def test_a_proxy_that_is_not_there_is_the_one_to_blame(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    async with serving(SECURE) as demo:
        found = await trouble_on(demo, tmp_path, proxy=f"http://127.0.0.1:{port}")
        assert str(found) == (
            f"The proxy http://127.0.0.1:{port} (config.toml) cannot be reached: connection refused."
        )
        assert not found.sent
    async with small_proxy() as proxy:
        profile = Profile("demo", f"https://127.0.0.1:{port}/tfs", SecretSource(env="X"), proxy=proxy.url())
        transport = Transport(profile, Auth("pat", Secret("s3cret")), timing=QUICK)
        with pytest.raises(ApiError) as caught:
            await ReleaseClient(transport).who_am_i()
        await transport.close()
        assert not caught.value.sent
        assert f"The proxy {proxy.url()} (config.toml) does not connect to 127.0.0.1." == str(caught.value)


@in_loop
async def test_a_proxy_that_speaks_no_http_is_the_one_to_blame(tmp_path: Path) -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"\x00\x01what\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(babble, "127.0.0.1", 0) as server, serving(SECURE) as demo:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        found = await trouble_on(demo, tmp_path, proxy=url)
        assert str(found).startswith(
            f"The proxy {url} (config.toml) answered with something that is not HTTP"
        )


NO_PROXY = [
    # url, no_proxy, whether it goes without the proxy
    ("https://tfs01.example/x", "tfs01.example", True),
    ("https://tfs01.example/x", "TFS01.Example", True),
    ("https://tfs01.example/x", ".example", True),
    ("https://tfs01.example/x", "example", True),
    ("https://tfs01.example/x", "*.example", True),
    ("https://tfs01.example/x", "*", True),
    ("https://tfs01.example/x", " other , tfs01.example ", True),
    ("https://tfs01.example/x", "01.example", False),
    ("https://tfs01.example/x", "tfs01.example.org, ,", False),
    ("https://tfs01.example:8080/x", "tfs01.example:8080", True),
    ("https://tfs01.example:8080/x", "tfs01.example:9090", False),
    ("https://tfs01.example/x", "tfs01.example:443", True),
    ("https://10.1.2.3/x", "10.1.2.3", True),
    ("https://10.1.2.3/x", "10.0.0.0/8", True),
    ("https://10.1.2.3/x", "10.2.0.0/16", False),
    ("https://10.1.2.3/x", "1.2.3", False),
    ("https://tfs01.example/x", "10.0.0.0/8, nonsense/x", False),
    ("https://[2001:db8::1]:8080/x", "2001:db8::1", True),
    ("https://[2001:db8::1]:8080/x", "[2001:db8::1]:8080", True),
    ("https://[2001:db8::1]/x", "2001:db8::/32", True),
    ("https://[2001:db8::1]/x", "2001:db9::/32", False),
]


@pytest.mark.parametrize(("url", "listed", "expected"), NO_PROXY)
def test_every_form_of_no_proxy(
    url: str, listed: str, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:8080")
    assert (proxy_for(url) is not None) is True
    monkeypatch.setenv("NO_PROXY", listed)
    assert (proxy_for(url) is None) is expected


@pytest.mark.parametrize(
    "value",
    [
        "http://pro xy:8080",
        "http://999.1.1.1:8080",
        "http://xn--.example:8080",
        "http://p:x",
        "http://",
        "socks5://p:1",
        "ftp://p",
    ],
)
def test_a_proxy_of_the_environment_that_cannot_be_one_is_named(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("https_proxy", value)
    with pytest.raises(RouteError, match="https_proxy"):
        route_of(Profile("a", "https://tfs01.example/x", SecretSource(env="X")))


@in_loop
async def test_files_and_proxies_that_cannot_be_used_are_told_as_such(tmp_path: Path) -> None:
    async with (
        serving(SECURE) as demo,
        service_on(demo, tmp_path, client_cert=str(tmp_path / "absent.pem")) as service,
    ):
        service.watch(Inbox())
        state = await until(lambda: s if (s := service.server("demo")).sentence else None)
        assert state.link is Link.OFFLINE
        assert "client_cert" in state.sentence
        assert isinstance(RouteError("x"), ConfigError)
