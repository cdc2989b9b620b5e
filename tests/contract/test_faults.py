"""Every fault of the catalogue does what it says, seen with plain sockets and http.client."""

from __future__ import annotations

import gzip
import http.client
import json
import re
import socket
import struct
import time
from typing import Any

import pytest

from reltui.demo.faults import FaultError, catalogue, parse
from tests.contract.harness import Client
from tests.contract.samples import approve, last, path, status, wanted

GONE = (ConnectionError, http.client.HTTPException)


def test_the_table_is_whole() -> None:
    ids = {kind.id for kind in catalogue().values()}
    must = {f"srv-{n:02d}" for n in (*range(1, 14), 20, 22, 25, 29, 30, 39, 40, 43, 45, 46)}
    assert must <= ids
    assert len({kind.name for kind in catalogue().values()}) == len(ids)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("nix", "There is no fault 'nix'"),
        ("srv-05:status", "is not of the form key=value"),
        ("srv-05:status=many", "not of the right type"),
        ("srv-05:colour=red", "has no argument 'colour'. Allowed: route, method"),
        ("srv-29:phase=never", "none of read, list, write"),
        ("srv-22:retry=later", "none of seconds, date"),
        ("srv-33:kind=definition", "none of release, stage"),
        ("srv-39:class=16", "none of 0, 1, 2"),
        ({"name": "drip", "seconds": []}, "not of the right type"),
    ],
)
def test_wrong_specs_are_named(spec: Any, message: str) -> None:
    with pytest.raises(FaultError, match=re.escape(message)):
        parse(spec)


def test_specs_are_taken_by_id_name_and_object() -> None:
    by_id = parse("srv-02:route=approvals,method=patch,nth=2,p=0.5,seed=3,times=4")
    by_name = parse(
        {
            "name": "land-then-hang",
            "route": "Approvals",
            "method": "PATCH",
            "nth": 2,
            "p": 0.5,
            "seed": 3,
            "times": 4,
        }
    )
    assert by_id.describe() == by_name.describe()


def test_control_calls(client: Client, approval: tuple[str, int]) -> None:
    assert client.raw("PUT", "/_demo/faults", ["nix"]).status == 400
    assert client.raw("PUT", "/_demo/faults", {"name": "drip"}).status == 400
    assert client.raw("POST", "/_demo/clock", {}).status == 400
    assert client.raw("GET", "/_demo/nix").status == 404
    client.faults("flap", {"name": "srv-05", "status": 502})
    assert [fault["id"] for fault in client.demo("GET", "faults")] == ["srv-52", "srv-05"]
    client.demo("POST", "reset")
    assert client.demo("GET", "faults") == []
    assert client.ledger() == []
    assert client.call("GET", path(approval)).status == 404
    reads = client.demo("GET", "requests")
    assert sum(reads.values()) == 1


def test_nth_times_and_probability(client: Client) -> None:
    def statuses(count: int) -> list[int]:
        return [client.call("GET", "_apis/projects").status for _ in range(count)]

    client.faults("down-5xx:nth=2")
    assert statuses(4) == [200, 503, 200, 200]
    client.faults("down-5xx:times=2")
    assert statuses(4) == [503, 503, 200, 200]
    client.faults("down-5xx:p=0.5,seed=7")
    mixed = statuses(24)
    assert {200, 503} == set(mixed)
    client.faults("down-5xx:p=0.5,seed=7")
    assert statuses(24) == mixed
    client.faults("down-5xx:route=approvals")
    assert statuses(1) == [200]


def test_01_land_then_reset(client: Client, approval: tuple[str, int]) -> None:
    client.faults("srv-01:method=PATCH")
    with pytest.raises(GONE):
        approve(client, approval)
    assert last(client) == (True, False)
    assert status(client, approval) == "approved"


def test_01_is_a_real_reset(client: Client) -> None:
    client.faults("srv-01")
    with (
        client.send_bytes(client.request_bytes("GET", "_apis/projects")) as connection,
        pytest.raises(ConnectionResetError),
    ):
        connection.recv(1)


def test_02_land_then_hang(client: Client, approval: tuple[str, int]) -> None:
    client.faults("srv-02:method=PATCH")
    with pytest.raises(TimeoutError):
        approve(client, approval, timeout=0.3)
    assert last(client) == (True, False)
    assert status(client, approval) == "approved"


def test_03_land_late(client: Client, approval: tuple[str, int]) -> None:
    client.faults("srv-03:seconds=600")
    with pytest.raises(TimeoutError):
        approve(client, approval, timeout=0.3)
    assert last(client) == (False, False)
    assert status(client, approval) == "pending"
    client.advance(601)
    while not last(client)[0]:
        time.sleep(0.01)
    assert status(client, approval) == "approved"
    assert client.ledger()[-1]["body"] == {"status": "approved", "comments": "Go."}


def test_04_refuse_early(client: Client, approval: tuple[str, int]) -> None:
    client.faults("srv-04:method=PATCH")
    with pytest.raises(GONE):
        approve(client, approval)
    entry = client.ledger()[-1]
    assert (entry["body"], entry["applied"], entry["answered"]) == (None, False, False)
    assert status(client, approval) == "pending"


@pytest.mark.parametrize("code", [500, 502, 503, 504])
def test_05_land_then_5xx(client: Client, approval: tuple[str, int], code: int) -> None:
    client.faults({"name": "srv-05", "status": code, "method": "PATCH"})
    reply = approve(client, approval)
    assert (reply.status, reply.headers["Content-Type"]) == (code, "text/html; charset=utf-8")
    assert last(client) == (True, True)
    assert status(client, approval) == "approved"


def test_06_down_5xx(client: Client, approval: tuple[str, int]) -> None:
    client.faults("srv-06:retry=17")
    reply = approve(client, approval)
    assert (reply.status, reply.headers["Retry-After"]) == (503, "17")
    assert reply.json["message"].startswith("TF24668")
    assert last(client) == (False, True)
    assert status(client, approval) == "pending"


def test_07_short_body(client: Client) -> None:
    client.faults("srv-07")
    with pytest.raises(http.client.IncompleteRead) as caught:
        client.raw("GET", f"{client.base}/_apis/connectionData")
    sent, missing = len(caught.value.partial), caught.value.expected or 0
    assert sent + missing >= 5000
    assert sent == (sent + missing) * 4 // 10


def test_08_cut_json(client: Client) -> None:
    client.faults("srv-08")
    reply = client.call("GET", "_apis/projects")
    assert int(reply.headers["Content-Length"]) == len(reply.body)
    with pytest.raises(json.JSONDecodeError):
        _ = reply.json


@pytest.mark.parametrize("where", ["headers", "body"])
def test_09_drip(client: Client, where: str) -> None:
    client.faults(f"srv-09:seconds=0.003,where={where}")
    with client.send_bytes(client.request_bytes("GET", "_apis/ResourceAreas")) as connection:
        first = connection.recv(65536)
        assert first.count(b"\r\n") < 3 or where == "body"
        assert len(first.partition(b"\r\n\r\n")[2]) < 5
        pieces = 0
        while connection.recv(65536):
            pieces += 1
        assert pieces > 5


def test_10_black_hole(client: Client) -> None:
    client.faults("srv-10")
    with pytest.raises(TimeoutError):
        client.call("GET", "_apis/projects", timeout=0.2)
    client.faults("srv-10:mode=refuse,seconds=2")
    with pytest.raises(GONE):
        client.call("GET", "_apis/projects")
    with pytest.raises(ConnectionRefusedError):
        client.call("GET", "_apis/projects")
    while True:
        try:
            client.demo("DELETE", "faults")
            break
        except ConnectionRefusedError:
            time.sleep(0.02)
    assert client.call("GET", "_apis/projects").status == 200


@pytest.mark.parametrize(("kind", "content_type"), [("html", "text/html"), ("json", "application/json")])
def test_11_html_200(client: Client, kind: str, content_type: str) -> None:
    client.faults(f"srv-11:type={kind}")
    reply = client.call("GET", "_apis/projects")
    assert reply.status == 200
    assert reply.headers["Content-Type"].startswith(content_type)
    assert reply.body.startswith(b"<!DOCTYPE html>")
    assert "ActivityId" not in reply.headers


def test_12_signin_203(client: Client, approval: tuple[str, int]) -> None:
    client.faults("srv-12")
    assert client.call("GET", "_apis/projects").status == 203
    reply = approve(client, approval)
    assert (reply.status, reply.json["typeKey"]) == (401, "UnauthorizedRequestException")
    assert last(client) == (False, True)


@pytest.mark.parametrize(
    ("spec", "code", "location"),
    [
        ("srv-13", 302, r"https://signin\..*"),
        ("srv-15:to=http://127.0.0.1:9,status=301", 301, r"http://127\.0\.0\.1:9/tfs/.*/projects\?.*"),
        ("srv-16", 302, r"http://127\.0\.0\.1:\d+/tfs/.*"),
        ("srv-17", 302, r"/tfs/NorthCollection/_apis/projects\?.*"),
    ],
)
def test_13_to_17_redirects(client: Client, spec: str, code: int, location: str) -> None:
    client.faults(spec)
    reply = client.call("GET", "_apis/projects")
    assert reply.status == code
    assert re.fullmatch(location, reply.headers["Location"])


def test_14_portal(client: Client) -> None:
    client.faults("srv-14")
    assert client.call("GET", "_apis/projects").status == 511


def test_15_canary_in_links(client: Client, approval: tuple[str, int]) -> None:
    client.faults("srv-15:in=links,to=http://127.0.0.1:9/")
    text = client.get(path(approval)).body.decode()
    assert "http://127.0.0.1:9/tfs/" in text
    assert str(client.port) not in text


def test_18_redirect_write(client: Client, approval: tuple[str, int]) -> None:
    client.faults("srv-18")
    assert client.call("GET", "_apis/projects").status == 200
    assert approve(client, approval).status == 307
    assert status(client, approval) == "pending"


@pytest.mark.parametrize("layers", [1, 2])
def test_19_gzip_bomb(client: Client, layers: int) -> None:
    client.faults(f"srv-19:megabytes=8,layers={layers}")
    reply = client.call("GET", "_apis/projects")
    assert reply.headers["Content-Encoding"] == ", ".join(["gzip"] * layers)
    body = reply.body
    for _ in range(layers):
        body = gzip.decompress(body)
    assert len(body) > 900 * len(reply.body)


def test_21_endless(client: Client) -> None:
    client.faults("srv-21")
    with client.send_bytes(client.request_bytes("GET", "_apis/projects")) as connection:
        received = 0
        while received < 3_000_000:
            received += len(connection.recv(1 << 20))
    assert client.demo("GET", "faults")[0]["matched"] == 1


@pytest.mark.parametrize(
    ("retry", "value"),
    [
        ("seconds", "30"),
        ("date", r"\w{3}, .* GMT"),
        ("negative", "-5"),
        ("huge", r"9+"),
        ("word", "soon"),
        ("absent", ""),
    ],
)
def test_22_rate(client: Client, approval: tuple[str, int], retry: str, value: str) -> None:
    client.faults(f"srv-22:retry={retry}")
    reply = approve(client, approval)
    assert reply.status == 429
    assert re.fullmatch(value, reply.headers.get("Retry-After", ""))
    assert "TF400733" in reply.json["message"]
    assert last(client) == (False, True)


def test_23_slow_lane(client: Client) -> None:
    client.faults("srv-23:seconds=0.01")
    reply = client.get("_apis/projects")
    assert {"Retry-After", "X-RateLimit-Delay", "X-RateLimit-Limit"} <= reply.headers.keys()


def test_24_expire(client: Client) -> None:
    client.faults("srv-24:after=2")
    assert [client.call("GET", "_apis/projects").status for _ in range(4)] == [200, 200, 401, 401]


def test_25_scope(client: Client, approval: tuple[str, int]) -> None:
    client.faults("srv-25")
    assert client.call("GET", path(approval)).status == 200
    reply = approve(client, approval)
    assert reply.status == 403
    assert re.search(r"VS402904: Access denied: User .+ does not have .+ permission", reply.json["message"])
    assert last(client) == (False, True)


def test_27_expect(client: Client) -> None:
    client.faults("srv-27")
    with client.send_bytes(client.request_bytes("GET", "_apis/ResourceAreas")) as connection:
        heads = re.findall(rb"HTTP/1\.1 (\d+)", connection.recv(65536))
    assert heads[:3] == [b"100", b"102", b"103"]
    reply = client.raw("GET", f"{client.base}/_apis/projects", headers={"Expect": "100-continue"})
    assert reply.status == 417


def test_28_stale_keepalive(client: Client) -> None:
    client.faults("srv-28")
    connection = http.client.HTTPConnection(client.host, client.port, timeout=20)
    target = f"{client.base}/_apis/projects"
    connection.request("GET", target, headers={"Authorization": client.credentials})
    assert connection.getresponse().read()
    connection.request("GET", target, headers={"Authorization": client.credentials})
    with pytest.raises(GONE):
        connection.getresponse()
    connection.close()


def test_42_skew(client: Client) -> None:
    client.faults("srv-42:seconds=-86400")
    assert client.get("_apis/projects").headers["Date"] == "Mon, 23 Nov 2026 09:30:00 GMT"
    client.faults("srv-42:date=absent")
    assert "Date" not in client.get("_apis/projects").headers


def test_48_bulk_mix(client: Client) -> None:
    approvals = [wanted(client, f"Bulk {number}") for number in range(5)]
    client.faults("srv-48:outcomes=ok+409+landed-5xx+lost-5xx+404")
    assert [approve(client, item).status for item in approvals] == [200, 409, 504, 503, 404]
    assert [entry["applied"] for entry in client.ledger()[-5:]] == [True, False, True, False, False]


def test_49_own_change(client: Client, approval: tuple[str, int]) -> None:
    client.faults("srv-49")
    assert approve(client, approval).status == 403
    assert last(client) == (False, True)


@pytest.mark.parametrize(
    ("kind", "sign"),
    [
        ("bare-newline", b"one\ntwo"),
        ("huge", b"aaaa"),
        ("lengths", b"Content-Length: 3\r\n"),
        ("both", b"chunked"),
    ],
)
def test_51_header_trouble(client: Client, kind: str, sign: bytes) -> None:
    client.faults(f"srv-51:kind={kind}")
    received = b""
    with client.send_bytes(client.request_bytes("GET", "_apis/ResourceAreas")) as connection:
        while piece := connection.recv(1 << 20):
            received += piece
    assert sign in received.split(b"\r\n\r\n")[0] + b"\r\n"


def test_52_flap(client: Client) -> None:
    client.faults("srv-52:p=0.5,seed=1")
    outcomes = set()
    for _ in range(16):
        try:
            outcomes.add(client.call("GET", "_apis/projects").status)
        except GONE:
            outcomes.add(0)
    assert outcomes == {0, 200}


def test_a_client_that_leaves_in_the_middle_of_a_body(client: Client, approval: tuple[str, int]) -> None:
    body = b'{"status":"approved"}'
    whole = client.request_bytes("PATCH", path(approval) + "?api-version=7.1", body)
    connection = client.send_bytes(whole[:-5])
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
    assert status(client, approval) == "pending"
    assert last(client) == (False, False)
