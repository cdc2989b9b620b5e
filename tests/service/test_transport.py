"""The transport against servers that misbehave on a real socket (reliability.md B, D, section 2)."""

from __future__ import annotations

import asyncio
import gzip
import re
import socket
import ssl
import struct
import time
import traceback
import tracemalloc
import zlib
from collections.abc import Awaitable
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path
from types import SimpleNamespace

import pytest

from reltui.api import pace
from reltui.api.auth import Auth, Secret
from reltui.api.endpoints import ENDPOINTS
from reltui.api.network import proxy_for, tls_context
from reltui.api.pace import Limits, RetryBudget, pause_asked
from reltui.api.transport import Answer, Transport, _Progress
from reltui.config import Profile, SecretSource
from reltui.errors import (
    ApiError,
    ConfigError,
    Interrupted,
    Malformed,
    NotFound,
    NotPermitted,
    NotSignedIn,
    NotTheServer,
    ReadOnly,
    Redirected,
    Refused,
    TimedOut,
    TooLarge,
    Unavailable,
    Unreachable,
)
from tests.service.certificate import server_context
from tests.service.scripted import (
    CANARY,
    QUICK,
    Handler,
    Scripted,
    Seen,
    error,
    in_loop,
    response,
    saying,
    scripted,
)

LIST = ENDPOINTS["approvals"]
WRITE = ENDPOINTS["update approval"]
PROJECT = "4adb1680-0eac-6149-b5ee-fc8b4f6ca227"
ONCE = replace(QUICK, tries=1)


async def read(transport: Transport) -> Answer:
    return await transport.call(LIST, path={"project": PROJECT}, query={"api-version": "5.0"})


async def write(transport: Transport) -> Answer:
    body = {"status": "approved", "comments": "ü"}
    return await transport.call(WRITE, path={"project": PROJECT, "approval": 7}, body=body)


async def failure(run: Scripted, call: str = "read") -> ApiError:
    """The error of a call; it must not show the secret, not even with all that led to it."""
    with pytest.raises(ApiError) as caught:
        await (read if call == "read" else write)(run.transport)
    shown = "".join(traceback.format_exception(caught.value)) + repr(run.transport)
    assert CANARY not in shown
    return caught.value


def reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST instead of FIN."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


NO_HOSTS = [
    "999.1.1.1",
    "xn--.example",
    "xn--zzzzzz99999.example",
    "\u0663.example",
    "\u00fc" * 70 + ".example",
]


@pytest.mark.parametrize("host", NO_HOSTS)
@in_loop
async def test_what_no_host_can_be_called_is_told(host: str) -> None:
    profile = Profile("a", f"https://{host}/x", SecretSource(env="X"))
    transport = Transport(profile, Auth("pat", Secret("x")))
    with pytest.raises(Unreachable, match="cannot be the name of a host; see url") as caught:
        await transport.call(ENDPOINTS["discover"])
    assert not caught.value.sent
    await transport.close()


@in_loop
async def test_what_goes_out_and_what_comes_back() -> None:
    answer = response(
        b'{"count":1,"value":[1]}',
        "200 OK",
        "X-MS-ContinuationToken: 42",
        "ActivityId: 0f9a",
        f"Date: {formatdate(time.time() + 3600, usegmt=True)}",
    )
    async with scripted(saying(answer)) as run:
        got = await read(run.transport)
        assert (got.data, got.token, got.activity, got.status) == (
            {"count": 1, "value": [1]},
            "42",
            "0f9a",
            200,
        )
        await write(run.transport)
        first, second = run.seen
        assert first.line == f"GET /tfs/North/{PROJECT}/_apis/release/approvals?api-version=5.0 HTTP/1.1"
        assert first.headers["accept-encoding"] == "gzip"
        assert first.headers["accept"] == "application/json"
        assert first.headers["x-tfs-fedauthredirect"] == "Suppress"
        assert re.fullmatch(r"reltui/[0-9.]+", first.headers["user-agent"])
        assert first.headers["authorization"].startswith("Basic ")
        assert "expect" not in second.headers
        assert second.headers["content-type"] == "application/json; charset=utf-8"
        assert second.body == b'{"status": "approved", "comments": "\\u00fc"}'
        assert run.connections == 1
        assert run.transport.online
        assert run.transport.clock_offset is not None
        assert 3500 < run.transport.clock_offset < 3700


@in_loop
async def test_cookies_are_not_kept() -> None:
    async with scripted(saying(response(b"{}", "200 OK", "Set-Cookie: a=b"))) as run:
        await read(run.transport)
        await read(run.transport)
        assert all("cookie" not in seen.headers for seen in run.seen)


@in_loop
async def test_read_only_stops_a_write_before_any_connection() -> None:
    async with scripted(saying(response()), read_only=True) as run:
        found = await failure(run, "write")
        assert isinstance(found, ReadOnly)
        assert not found.sent
        await read(run.transport)
        assert [seen.method for seen in run.seen] == ["GET"]
    async with scripted(saying(response())) as run:
        profile = replace(run.transport.profile, read_only=True)
        bound = Transport(profile, run.transport.auth)
        for endpoint in ENDPOINTS.values():
            if endpoint.method not in ("GET", "OPTIONS"):
                with pytest.raises(ReadOnly):
                    await bound.call(endpoint, body={})
        assert run.connections == 0


@pytest.mark.parametrize("call", ["read", "write"])
@in_loop
async def test_a_refused_connection_is_surely_unsent(call: str) -> None:
    async with scripted(saying(response())) as run:
        free = socket.create_server(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        run.transport.profile = replace(run.transport.profile, url=f"http://127.0.0.1:{port}")
        found = await failure(run, call)
        assert isinstance(found, Unreachable)
        assert not found.sent
        assert "refused" in str(found)
        assert run.transport.online is False


@in_loop
async def test_a_name_that_does_not_exist_is_unreachable() -> None:
    async with scripted(saying(response()), timing=ONCE, url="http://nowhere.invalid") as run:
        assert isinstance(await failure(run), Unreachable)


@pytest.mark.parametrize("part", ["headers", "body"])
@in_loop
async def test_a_drip_ends_at_the_deadline(part: str) -> None:
    async def drip(_: Seen, writer: asyncio.StreamWriter) -> None:
        whole = response(b'{"count":0,"value":[]}' + b" " * 5_000)
        head = whole.index(b"\r\n\r\n") + 4 if part == "body" else 5
        writer.write(whole[:head])
        for place in range(head, len(whole)):
            writer.write(whole[place : place + 1])
            await writer.drain()
            await asyncio.sleep(0.05)

    timing = replace(QUICK, read=0.6, write=0.6, slow_window=60.0)
    async with scripted(drip, timing=timing) as run:
        assert isinstance(await failure(run), TimedOut)
        found = await failure(run, "write")
        assert isinstance(found, TimedOut)
        assert found.sent
        assert len(run.seen) == 2


@in_loop
async def test_a_body_that_comes_too_slowly_is_dropped() -> None:
    async def drip(_: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n")
        for _piece in range(9000):
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with scripted(drip, timing=replace(QUICK, read=60.0, slow_window=0.4, slow_bytes=100)) as run:
        found = await failure(run)
        assert isinstance(found, TimedOut)
        assert "too slowly" in str(found)
        assert found.status == 200


@in_loop
async def test_a_steady_body_may_take_longer_than_one_window() -> None:
    async def steady(_: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1002\r\n\r\n{")
        for _piece in range(10):
            await asyncio.sleep(0.15)
            writer.write(b" " * 100)
            await writer.drain()
        writer.write(b"}")

    async with scripted(steady, timing=replace(QUICK, slow_window=1.0, slow_bytes=100)) as run:
        assert (await read(run.transport)).data == {}


@in_loop
async def test_a_black_hole_ends_at_the_deadline_and_a_write_may_have_landed() -> None:
    async def silent(_: Seen, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    async with scripted(silent, timing=replace(QUICK, read=0.3, write=0.3)) as run:
        assert isinstance(await failure(run), TimedOut)
        found = await failure(run, "write")
        assert isinstance(found, TimedOut)
        assert found.sent
        assert run.transport.online is False


@in_loop
async def test_a_write_does_not_queue_behind_reads() -> None:
    async def slow_reads(seen: Seen, writer: asyncio.StreamWriter) -> None:
        if seen.method == "GET":
            await asyncio.sleep(60)
        writer.write(response(b"{}"))

    timing = replace(QUICK, read=1.0, write=0.5)
    async with scripted(slow_reads, timing=timing, limits=Limits(width=1)) as run:
        holder = asyncio.create_task(failure(run))
        await run.came.wait()
        await write(run.transport)
        assert not holder.done()
        await holder


def packed(size: int, coding: str) -> bytes:
    body = b'{"value":"' + b"a" * size + b'"}'
    return gzip.compress(body, mtime=0) if coding == "gzip" else zlib.compress(body)


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", packed(1000, "gzip")),
        ("x-gzip", packed(1000, "gzip")),
        ("deflate", packed(1000, "deflate")),
        ("deflate", packed(1000, "deflate")[2:-4]),
        ("identity", b"{}"),
    ],
)
@in_loop
async def test_packed_bodies_are_decoded(coding: str, body: bytes) -> None:
    async with scripted(saying(response(body, "200 OK", f"Content-Encoding: {coding}"))) as run:
        assert isinstance((await read(run.transport)).data, dict)


@in_loop
async def test_a_gzip_bomb_is_stopped_at_the_cap_and_not_in_memory() -> None:
    packer = zlib.compressobj(wbits=31)
    bomb = b"".join(packer.compress(b" " * 2**20) for _ in range(200)) + packer.flush()
    async with scripted(saying(response(bomb, "200 OK", "Content-Encoding: gzip"))) as run:
        tracemalloc.start()
        found = await failure(run)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert isinstance(found, TooLarge)
        assert "32 MiB" in str(found)
        assert peak < 100 * 2**20


@pytest.mark.parametrize("coding", ["gzip, gzip", "br", "zstd", "gzip, identity", "compress"])
@in_loop
async def test_nested_and_unasked_encodings_are_refused(coding: str) -> None:
    body = gzip.compress(gzip.compress(b"{}", mtime=0), mtime=0)
    async with scripted(saying(response(body, "200 OK", f"Content-Encoding: {coding}"))) as run:
        assert isinstance(await failure(run), Malformed)


@pytest.mark.parametrize("body", [b"not packed", packed(1000, "gzip") + b"more", packed(5, "gzip") * 2])
@in_loop
async def test_broken_packing_is_malformed(body: bytes) -> None:
    async with scripted(saying(response(body, "200 OK", "Content-Encoding: gzip"))) as run:
        assert isinstance(await failure(run), Malformed)


@in_loop
async def test_packing_that_is_cut_is_an_interruption() -> None:
    body = packed(1000, "gzip")[:-12]
    async with scripted(saying(response(body, "200 OK", "Content-Encoding: gzip")), timing=ONCE) as run:
        assert isinstance(await failure(run), Interrupted)


@in_loop
async def test_an_endless_chunked_body_is_stopped_at_the_cap() -> None:
    async def endless(_: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        while True:
            writer.write(b"8000\r\n" + b" " * 0x8000 + b"\r\n")
            await writer.drain()

    async with scripted(endless, limits=Limits(list_bytes=2**20)) as run:
        found = await failure(run)
        assert isinstance(found, TooLarge)
        assert "1 MiB" in str(found)


@in_loop
async def test_short_bodies_are_interruptions_and_cut_json_is_malformed() -> None:
    async def short(_: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{")
        writer.close()

    async with scripted(short, timing=ONCE) as run:
        assert isinstance(await failure(run), Interrupted)
        found = await failure(run, "write")
        assert isinstance(found, Interrupted)
        assert found.sent
    async with scripted(saying(response(b'{"count":1,"value":[{"id":'))) as run:
        assert isinstance(await failure(run), Malformed)
        assert len(run.seen) == 1


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "application/json", "text/plain", ""])
@in_loop
async def test_a_page_in_the_place_of_json_is_never_data(kind: str) -> None:
    page = b"\n <html><head><title>Squid \x1b[31m &amp; Co</title></head><body>blocked</body></html>"
    async with scripted(saying(response(page, kind=kind))) as run:
        found = await failure(run)
        assert isinstance(found, NotTheServer)
        assert '"Squid ␛[31m & Co"' in str(found)


@in_loop
async def test_json_under_another_name_is_not_taken() -> None:
    async with scripted(saying(response(kind="text/plain"))) as run:
        assert isinstance(await failure(run), NotTheServer)
    async with scripted(saying(response(b""))) as run:
        assert isinstance(await failure(run), Malformed)


@pytest.mark.parametrize(
    ("page", "kind", "word"),
    [
        ("<title>Sign in to your account</title>", NotSignedIn, "sign-in page"),
        ("<title>x</title><a href='/_signin?realm=a'>", NotSignedIn, "sign-in page"),
        ("<title>Hotel captive portal</title>", NotTheServer, "portal"),
        ("<p>Accept the terms of our guest network</p>", NotTheServer, "portal"),
        ("<title>Maintenance</title>", NotTheServer, "proxy"),
    ],
)
@in_loop
async def test_sign_in_pages_portals_and_proxies_are_told_apart(
    page: str, kind: type[ApiError], word: str
) -> None:
    body = f"<html>{page}</html>".encode()
    async with scripted(saying(response(body, kind="text/html"))) as run:
        found = await failure(run)
        assert type(found) is kind
        assert word in str(found)


@in_loop
async def test_203_is_not_a_success() -> None:
    page = b"<html><title>Azure DevOps Services | Sign In</title></html>"
    for body, kind in ((page, "text/html"), (b"{}", "application/json")):
        async with scripted(saying(response(body, "203 Non-Authoritative", kind=kind))) as run:
            assert isinstance(await failure(run), NotSignedIn)
            assert isinstance(await failure(run, "write"), NotSignedIn)


@pytest.mark.parametrize(
    "status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"]
)
@in_loop
async def test_redirects_are_named_and_never_followed(status: str) -> None:
    async with scripted(saying(response())) as canary:
        target = f"http://127.0.0.1:{canary.port}/_signin?realm=x"
        async with scripted(saying(response(b"", status, f"Location: {target}"))) as run:
            for call in ("read", "write"):
                found = await failure(run, call)
                assert isinstance(found, Redirected)
                assert "127.0.0.1" in str(found)
                assert "plain http" in str(found)
            assert len(run.seen) == 2
            assert canary.connections == 0


@pytest.mark.parametrize(
    "location", ["", "/tfs/_apis", "http://[", "https://\x1b[31mevil.example/", "//evil"]
)
@in_loop
async def test_any_location_gives_a_sentence(location: str) -> None:
    answer = response(b"", "302 Found", f"Location: {location}".replace("\x1b", "%1b"))
    async with scripted(saying(answer)) as run:
        assert isinstance(await failure(run), Redirected)


@in_loop
async def test_server_given_addresses_are_not_asked() -> None:
    async with scripted(saying(response())) as canary:
        link = f"http://127.0.0.1:{canary.port}/"
        body = f'{{"count":1,"value":[{{"url":"{link}","_links":{{"next":{{"href":"{link}"}}}}}}]}}'.encode()
        answer = response(body, "200 OK", f"Link: <{link}>; rel=next", f"Refresh: 0; url={link}")
        async with scripted(saying(answer)) as run:
            await read(run.transport)
            assert canary.connections == 0


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("400 Bad Request", Refused),
        ("401 Unauthorized", NotSignedIn),
        ("403 Forbidden", NotPermitted),
        ("404 Not Found", NotFound),
        ("405 Method Not Allowed", Refused),
        ("409 Conflict", Refused),
        ("417 Expectation Failed", Refused),
        ("429 Too Many", Unavailable),
        ("500 Internal Server Error", Unavailable),
        ("503 Service Unavailable", Unavailable),
        ("599 Odd", Unavailable),
    ],
)
@in_loop
async def test_errors_carry_the_servers_own_words(status: str, kind: type[ApiError]) -> None:
    answer = error(status, "VS402904: Access \x1b[2J denied\r\n", "ActivityId: 0f9a")
    async with scripted(saying(answer), timing=ONCE) as run:
        found = await failure(run, "write")
        assert type(found) is kind
        assert (found.status, found.activity, found.sent) == (int(status[:3]), "0f9a", True)
        assert "VS402904: Access ␛[2J denied." in str(found)
        assert len(run.seen) == 1


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (b'{"count":1,"value":{"Message":"Not here"}}', ""),
        (b'{"Message":"Not here"}', ""),
        (b'\xef\xbb\xbf{"message":"Not here"}', ""),
        (b"", "X-TFS-ServiceError: Not%20here"),
        (b"<html></html>", "X-TFS-ServiceError: Not%20here"),
        (b"[1", "X-TFS-ServiceError: Not%20here"),
    ],
)
@in_loop
async def test_the_servers_words_in_every_place(body: bytes, header: str) -> None:
    async with scripted(saying(response(body, "404 Not Found", *filter(None, [header])))) as run:
        assert str(await failure(run)) == "Not here."


@in_loop
async def test_long_words_are_cut_and_absent_ones_made_up() -> None:
    async with scripted(saying(error("400 Bad Request", "x" * 10_000))) as run:
        assert len(str(await failure(run))) < 500
    async with scripted(saying(response(b"", "404 Not Found", kind=""))) as run:
        assert str(await failure(run)) == "127.0.0.1 has nothing at this address."
    async with scripted(saying(response(b"<title>Gone fishing</title>", "404 Not Found"))) as run:
        assert "Gone fishing" in str(await failure(run))


@in_loop
async def test_an_error_keeps_its_meaning_when_its_body_does_not_come() -> None:
    async def broken(_: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(
            b"HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nActivityId: 0f9a\r\n"
            b"Content-Length: 99\r\n\r\n{"
        )
        writer.close()

    async with scripted(broken) as run:
        assert isinstance(await failure(run), NotPermitted)
    async with scripted(saying(error("403 Forbidden", "x" * 2**20, "ActivityId: 0f9a"))) as run:
        assert isinstance(await failure(run), NotPermitted)


@in_loop
async def test_proxies_and_portals_by_status() -> None:
    for status in ("407 Proxy Authentication Required", "511 Network Authentication Required"):
        async with scripted(saying(response(b"", status))) as run:
            assert isinstance(await failure(run), NotTheServer)
    page = response(b"<html><title>Web filter</title></html>", "403 Forbidden", kind="text/html")
    async with scripted(saying(page)) as run:
        assert isinstance(await failure(run), NotTheServer)
    for body, kind in ((b"Forbidden", "text/plain"), (b"", ""), (b'{"error":"blocked"}', "application/json")):
        async with scripted(saying(response(body, "403 Forbidden", kind=kind))) as run:
            found = await failure(run, "write")
            assert isinstance(found, NotTheServer)
            assert "a proxy or firewall on the way refused (403 Forbidden)" in str(found)
    ours = response(b"<html>IIS</html>", "403 Forbidden", "ActivityId: 1", kind="text/html")
    async with scripted(saying(ours)) as run:
        assert isinstance(await failure(run), NotPermitted)


def flaky(failures: int, answer: bytes = b"") -> Handler:
    """So many requests get the answer, or a reset for none; then all is well."""
    count = 0

    async def handle(_: Seen, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        count += 1
        if count > failures:
            writer.write(response())
        elif answer:
            writer.write(answer)
        else:
            reset(writer)

    return handle


@pytest.mark.parametrize("answer", [b"", error("503 Busy", "later"), error("502 Bad Gateway", "x")])
@in_loop
async def test_reads_are_tried_three_times(answer: bytes) -> None:
    async with scripted(flaky(2, answer)) as run:
        await read(run.transport)
        assert len(run.seen) == 3
    async with scripted(flaky(3, answer)) as run:
        await failure(run)
        assert len(run.seen) == 3


@pytest.mark.parametrize("status", ["400 Bad", "401 No", "403 No", "404 No", "500 Oops", "501 No"])
@in_loop
async def test_answers_that_will_not_change_are_not_asked_for_again(status: str) -> None:
    async with scripted(saying(error(status, "no"))) as run:
        await failure(run)
        assert len(run.seen) == 1


@pytest.mark.parametrize("answer", [b"", error("503 Busy", "later"), error("504 Gateway Timeout", "x")])
@in_loop
async def test_a_write_is_never_sent_twice(answer: bytes) -> None:
    async with scripted(flaky(1, answer)) as run:
        found = await failure(run, "write")
        assert found.sent
        assert len(run.seen) == 1


@in_loop
async def test_a_reset_before_the_body_came_through_leaves_no_false_comfort() -> None:
    """A small body is with the kernel before the reset is seen: it may have arrived."""
    async with scripted(saying(response())) as run:
        arrived = asyncio.Event()

        async def rude(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(1)
            reset(writer)
            arrived.set()

        server = await asyncio.start_server(rude, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        run.transport.profile = replace(run.transport.profile, url=f"http://127.0.0.1:{port}")
        found = await failure(run, "write")
        assert isinstance(found, Interrupted | Unreachable)
        assert arrived.is_set()
        server.close()


@in_loop
async def test_the_retry_budget_holds_over_many_requests() -> None:
    async with scripted(saying(error("503 Busy", "down"))) as run:
        for _ in range(60):
            await failure(run)
        assert len(run.seen) <= 60 + max(pace.RETRY_FLOOR, 60 * pace.RETRY_SHARE) + 1


def test_the_retry_budget_is_a_tenth() -> None:
    budget = RetryBudget()
    for _ in range(100):
        budget.request()
    allowed = 0
    while budget.allows():
        budget.retry()
        allowed += 1
    assert allowed == 10


@in_loop
async def test_a_stale_connection_is_not_seen_by_a_read_and_may_have_taken_a_write() -> None:
    async def stale(seen: Seen, writer: asyncio.StreamWriter) -> None:
        before = [s for s in run.seen if s.connection == seen.connection]
        if len(before) == 1:
            writer.write(response())
        else:
            reset(writer)

    async with scripted(stale) as run:
        await read(run.transport)
        await read(run.transport)
        assert [seen.connection for seen in run.seen] == [1, 1, 2]
        found = await failure(run, "write")
        assert isinstance(found, Interrupted)
        assert found.sent
        assert [seen.method for seen in run.seen].count("PATCH") == 1


@in_loop
async def test_a_connection_that_the_server_closed_in_time_is_not_used_for_a_write() -> None:
    async def closing(_: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(response())
        await writer.drain()
        writer.close()

    async with scripted(closing) as run:
        await read(run.transport)
        await asyncio.sleep(0.05)
        await write(run.transport)
        assert run.connections == 2


@pytest.mark.parametrize(
    ("header", "low", "high"),
    [
        ("Retry-After: 120", 119, 121),
        ("Retry-After: 0", 0.5, 1.1),
        ("Retry-After: 2.5", 2, 2.6),
        ("Retry-After: -5", 29, 31),
        ("Retry-After: 999999999", 599, 601),
        ("Retry-After: 99999999999999999999999999999999", 599, 601),
        ("Retry-After: soon", 29, 31),
        ("Retry-After: 1e3", 29, 31),
        ("Retry-After: Thu, 01 Jan 1970 00:00:00 GMT", 0.5, 1.1),
        ("Retry-After: Fri, 31 Dec 9999 23:59:59 GMT", 599, 601),
        ("", 29, 31),
    ],
)
@in_loop
async def test_the_server_asks_to_wait(header: str, low: float, high: float) -> None:
    answer = error("429 Too Many Requests", "TF400733: blocked", *filter(None, [header]))
    changes: list[float | None] = []
    async with scripted(saying(answer), timing=ONCE) as run:
        run.transport.on_change = lambda: changes.append(run.transport.paused_until)
        found = await failure(run)
        assert isinstance(found, Unavailable)
        assert found.retry_after is not None
        assert low <= found.retry_after <= high
        assert run.transport.paused_until is not None
        assert changes[-1] == run.transport.paused_until


@in_loop
async def test_a_date_is_counted_on_the_servers_clock() -> None:
    now = time.time() - 86_400
    asked = f"Retry-After: {formatdate(now + 90, usegmt=True)}"
    answer = error("503 Busy", "x", asked, f"Date: {formatdate(now, usegmt=True)}")
    async with scripted(saying(answer)) as run:
        found = await failure(run)
        assert isinstance(found, Unavailable)
        assert found.retry_after is not None
        assert 85 < found.retry_after < 95


@in_loop
async def test_while_paused_nothing_goes_out() -> None:
    async with scripted(saying(error("429 Too Many", "x", "Retry-After: 120"), response())) as run:
        await failure(run)
        for call in ("read", "write"):
            found = await failure(run, call)
            assert isinstance(found, Unavailable)
            assert not found.sent
            assert found.retry_after is not None
            assert 100 < found.retry_after <= 120
        assert len(run.seen) == 1


@in_loop
async def test_a_read_waits_for_the_end_of_a_short_pause() -> None:
    changes: list[bool] = []
    async with scripted(saying(error("429 Too Many", "x", "Retry-After: 1"), response())) as run:
        run.transport.on_change = lambda: changes.append(run.transport.paused_until is not None)
        started = time.monotonic()
        await read(run.transport)
        assert time.monotonic() - started >= 1
        assert len(run.seen) == 2
        assert run.transport.paused_until is None
        assert True in changes
        assert changes[-1] is False


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"retry-after": "7"}, 7),
        ({"x-ratelimit-delay": "5.125"}, 5.125),
        ({"x-ratelimit-delay": "0"}, None),
        ({"x-ratelimit-delay": "x"}, 30),
        ({"x-ratelimit-remaining": "1"}, None),
    ],
)
def test_delay_headers_of_a_good_answer(headers: dict[str, str], pause: float | None) -> None:
    assert pause_asked(200, headers) == pause
    assert pause_asked(404, headers) is None


async def most_at_once(expected: int, *names: str, first: bytes = b"") -> None:
    """Many calls: so many of them are under way at once, on as many connections, and never more.

    `first` is the answer to one call before.
    """
    now = most = 0
    is_full = asyncio.Event()

    async def counting(_: Seen, writer: asyncio.StreamWriter) -> None:
        nonlocal now, most
        if first and not most:
            most = 1
            writer.write(first)
            return
        now += 1
        most = max(most, now)
        if now == expected:
            is_full.set()
        await is_full.wait()
        now -= 1
        writer.write(response())

    async with scripted(counting) as run:

        def ask(name: str) -> Awaitable[Answer]:
            return run.transport.call(ENDPOINTS[name], path={"project": PROJECT})

        if first:
            await ask(names[0])
        await asyncio.gather(*(ask(name) for _ in range(40) for name in names))
        assert most == expected
        assert run.connections == expected


@in_loop
async def test_at_most_eight_requests_at_once() -> None:
    await most_at_once(8, "releases")


@in_loop
async def test_two_dozen_narrow_ones_at_once_and_the_others_count_with_them() -> None:
    await most_at_once(24, "approvals")
    await most_at_once(24, "approvals", "releases")


@in_loop
async def test_eight_narrow_ones_at_once_on_a_server_that_has_asked_to_wait() -> None:
    await most_at_once(8, "approvals", first=response(b'{"count":0,"value":[]}', "200 OK", "Retry-After: 1"))


@in_loop
async def test_huge_headers_and_what_is_not_http_are_error_lines() -> None:
    huge = b"HTTP/1.1 200 OK\r\nX: " + b"a" * 2**20 + b"\r\n\r\n"
    for answer in (huge, b"SSH-2.0-OpenSSH_9\r\n\r\n", b"HTTP/1.1 200 OK\r\nBad Header\r\n\r\n"):
        async with scripted(saying(answer), timing=ONCE) as run:
            assert isinstance(await failure(run), NotTheServer | Interrupted)


@in_loop
async def test_interim_answers_are_passed_over() -> None:
    interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n"
    async with scripted(saying(interim + response())) as run:
        assert (await write(run.transport)).status == 200


@in_loop
async def test_closing_ends_a_call_under_way() -> None:
    async def silent(_: Seen, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    async with scripted(silent, timing=replace(QUICK, read=30.0, tries=1)) as run:
        call = asyncio.create_task(failure(run))
        await run.came.wait()
        await run.transport.close()
        assert isinstance(await call, ApiError)
        found = await failure(run)
        assert isinstance(found, Unreachable)
        assert not found.sent


@in_loop
async def test_tls_trouble_says_what_and_who(tmp_path: Path) -> None:
    context, certificate = server_context(tmp_path)
    async with scripted(saying(response()), server_tls=context) as run:
        for call in ("read", "write"):
            found = await failure(run, call)
            assert isinstance(found, Unreachable)
            assert not found.sent
            assert 'issued by "North Test CA"' in str(found)
            assert "ca_file" in str(found)
        assert not run.seen
    async with scripted(saying(response()), server_tls=context, ca_file=str(certificate)) as run:
        await read(run.transport)
        run.transport.profile = replace(run.transport.profile, url=f"https://localhost:{run.port}")
        found = await failure(run)
        assert "another name" in str(found)


@in_loop
async def test_session_keys_are_written_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "keys"
    monkeypatch.setenv("SSLKEYLOGFILE", str(log))
    context, certificate = server_context(tmp_path)
    async with scripted(saying(response()), server_tls=context, ca_file=str(certificate)) as run:
        await read(run.transport)
    assert not log.exists()


@in_loop
async def test_old_tls_and_a_server_without_tls_are_refused() -> None:
    assert tls_context("").minimum_version is ssl.TLSVersion.TLSv1_2

    async def plain(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with scripted(saying(response()), timing=ONCE, url=f"https://127.0.0.1:{port}") as run:
        found = await failure(run)
        assert isinstance(found, Unreachable)
        assert "TLS" in str(found)
    server.close()


def test_a_ca_file_that_cannot_be_used_is_a_mistake_of_configuration(tmp_path: Path) -> None:
    empty = tmp_path / "ca.pem"
    empty.write_text("no certificate")
    for file in (empty, tmp_path / "absent"):
        with pytest.raises(ConfigError, match="ca_file"):
            tls_context(str(file))


def test_the_proxy_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://anna:hidden@proxy.example:3128")
    found = proxy_for("https://tfs01.example/tfs")
    assert found is not None
    assert found.label == "http://proxy.example:3128 (https_proxy)"
    assert "hidden" not in repr(found)
    assert proxy_for("https://127.0.0.1:8080/tfs") is None
    assert proxy_for("http://tfs01.example/tfs") is None
    monkeypatch.setenv("no_proxy", "tfs01.example,.north.example")
    assert proxy_for("https://tfs01.example/tfs") is None
    assert proxy_for("https://a.north.example/tfs") is None
    assert proxy_for("https://tfs02.example/tfs") is not None


@pytest.mark.parametrize("value", ["socks5://proxy.example", "http://", "http://[", "http://proxy:port"])
def test_a_proxy_that_cannot_be_used_is_a_mistake_of_configuration(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", value)
    with pytest.raises(ConfigError, match="https_proxy"):
        proxy_for("https://tfs01.example/tfs")


@in_loop
async def test_requests_go_through_the_proxy_and_its_refusal_is_unsent() -> None:
    monkeypatch = pytest.MonkeyPatch()
    with monkeypatch.context() as patch:
        async with scripted(saying(response())) as run:
            patch.setenv("http_proxy", f"http://127.0.0.1:{run.port}")
            run.transport.profile = replace(run.transport.profile, url="http://tfs01.example/tfs")
            await read(run.transport)
            assert run.seen[0].line.startswith("GET http://tfs01.example/tfs/")
            assert run.transport.proxy == f"http://127.0.0.1:{run.port} (http_proxy)"
        async with scripted(saying(response(b"", "407 Proxy Authentication Required"))) as run:
            patch.setenv("https_proxy", f"http://127.0.0.1:{run.port}")
            run.transport.profile = replace(run.transport.profile, url="https://tfs01.example/tfs")
            found = await failure(run, "write")
            assert isinstance(found, Unreachable)
            assert not found.sent
            assert "authorization" not in run.seen[0].headers


@in_loop
async def test_a_request_without_a_body_may_have_left_with_its_headers() -> None:
    async def after(*events: str, has_body: bool) -> tuple[bool, bool]:
        progress = _Progress(has_body=has_body)
        for event in events:
            method, _, name = event.rpartition(" ")
            request = SimpleNamespace(method=(method or "DELETE").encode())
            await progress.trace(f"http11.{name}", {"request": request})
        return progress.surely_unsent, progress.may_be_whole

    headers, body = "send_request_headers.started", "send_request_body.started"
    failed = "send_request_body.failed"
    assert await after("connect_tcp.started", has_body=False) == (True, False)
    assert await after(headers, has_body=False) == (False, True)
    assert await after(headers, body, failed, has_body=False) == (False, True)
    assert await after(headers, has_body=True) == (True, False)
    assert await after(headers, body, has_body=True) == (False, True)
    assert await after(headers, body, failed, has_body=True) == (True, True)
    # What the proxy is asked first is no part of the request.
    connect = (f"CONNECT {headers}", f"CONNECT {body}", "CONNECT receive_response_headers.complete")
    assert await after(*connect, has_body=True) == (True, False)
    assert await after(*connect, headers, body, has_body=True) == (False, True)


@in_loop
async def test_a_delete_that_is_given_up_on_its_way_may_have_been_done() -> None:
    async def silent(_: Seen, __: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async with scripted(silent, timing=replace(QUICK, write=60.0)) as run:
        path: dict[str, str | int] = {"project": PROJECT, "release": 7}
        deleting = asyncio.ensure_future(run.transport.call(ENDPOINTS["delete release"], path=path))
        async with asyncio.timeout(15):
            await run.came.wait()
            await run.transport.close()
            with pytest.raises(Interrupted) as caught:
                await deleting
        assert caught.value.sent
