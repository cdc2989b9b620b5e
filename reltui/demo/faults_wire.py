"""Faults of the way: connections, statuses, headers, and answers that are not the server's own."""

from __future__ import annotations

import asyncio
import gzip
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime

from reltui.demo.connection import head_bytes
from reltui.demo.faults import Kind, Situation
from reltui.demo.messages import (
    JSON_TYPE,
    Answer,
    Reset,
    Write,
    error_answer,
    html_answer,
)

_GATEWAY_TITLES = {
    500: "Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Time-out",
}


async def _land_then_reset(situation: Situation) -> Answer:
    await situation.proceed()
    raise Reset


async def _land_then_hang(situation: Situation) -> Answer:
    await situation.proceed()
    await situation.call.connection.gone()
    raise Reset


async def _land_late(situation: Situation) -> Answer:
    """The write lands `seconds` after the client closed its side; an advanced clock counts too."""
    await situation.call.body()
    await situation.call.connection.gone()
    situation.service.spawn(_land(situation))
    raise Reset


async def _land(situation: Situation) -> None:
    await situation.service.pause(situation.fault.number("seconds"))
    await situation.proceed()


async def _refuse_early(situation: Situation) -> Answer:
    raise Reset


async def _land_then_error(situation: Situation) -> Answer:
    await situation.proceed()
    status = int(situation.fault.number("status"))
    return html_answer(status, _GATEWAY_TITLES.get(status, "Error"), "No answer in time.", bare=True)


async def _down(situation: Situation) -> Answer:
    """A stopped collection, or (`as=page`) the page that a web server shows while it is maintained."""
    retry = situation.fault.text("retry")
    if situation.fault.text("as") == "page":
        status = int(situation.fault.number("status"))
        page = html_answer(status, "Down for maintenance", "We will be back at 06:00.", bare=True)
        page.headers += [("Retry-After", retry)] if retry else []
        return page
    answer = error_answer(
        int(situation.fault.number("status")),
        "VssServiceException",
        "TF24668: The following team project collection is stopped: NorthCollection. Start the "
        "collection and then try again. Administrator Reason: weekly maintenance.",
    )
    answer.headers += [("Retry-After", retry)] if retry else []
    return answer


async def _short_body(situation: Situation) -> Answer:
    answer = await situation.proceed()

    async def send(head: bytes, body: bytes, write: Write) -> None:
        declared = max(5000, len(body))
        await write(
            _with_length(head, len(body), declared)
            + (body * (5000 // max(1, len(body)) + 1))[: declared * 4 // 10]
        )

    return replace(answer, raw=send)


def _with_length(head: bytes, old: int, new: int) -> bytes:
    return head.replace(f"Content-Length: {old}\r\n".encode(), f"Content-Length: {new}\r\n".encode())


async def _cut_json(situation: Situation) -> Answer:
    answer = await situation.proceed()
    return replace(answer, body=answer.body[: int(len(answer.body) * situation.fault.number("keep"))])


async def _drip(situation: Situation) -> Answer:
    answer = await situation.proceed()
    pause = situation.fault.number("seconds")
    in_head = situation.fault.text("where") == "headers"

    async def send(head: bytes, body: bytes, write: Write) -> None:
        slow = head + body if in_head else body
        if not in_head:
            await write(head)
        for value in slow:
            await write(bytes((value,)))
            await asyncio.sleep(pause)

    return replace(answer, raw=send)


async def _black_hole(situation: Situation) -> Answer:
    """`mode=silent` takes the connection and says nothing; `mode=refuse` closes the door for `seconds`."""
    if situation.fault.text("mode") == "refuse":
        situation.service.close_door(situation.fault.number("seconds"))
        raise Reset
    await situation.call.connection.gone()
    raise Reset


async def _html(situation: Situation) -> Answer:
    page = html_answer(
        200, "Web gateway: please log on", "Your session with the web gateway has ended.", bare=True
    )
    return replace(page, content_type=JSON_TYPE) if situation.fault.text("type") == "json" else page


async def _sign_in_page(situation: Situation) -> Answer:
    if situation.request.method == "PATCH":
        return error_answer(
            401,
            "UnauthorizedRequestException",
            "TF400813: The user '' is not authorized to access this resource.",
        )
    return html_answer(203, "Sign in to your account", "Sign in to go on.")


async def _redirect(situation: Situation) -> Answer:
    """3xx to `to`; the path of the request is kept so that a follower would repeat the call there."""
    target = situation.fault.text("to")
    if target == "self":
        target = situation.request.target
    elif target == "http":
        target = "http://" + situation.request.headers.get("host", "") + situation.request.target
    answer = html_answer(
        int(situation.fault.number("status")), "Object moved", "Object moved to here.", bare=True
    )
    answer.headers.append(("Location", target))
    return answer


async def _canary(situation: Situation) -> Answer:
    """Redirects to a second listener, or (`in=links`) names it in every url of the answer."""
    canary = situation.fault.text("to").rstrip("/")
    if situation.fault.text("in") == "links":
        answer = await situation.proceed()
        own = f"http://{situation.request.headers.get('host', '')}"
        return replace(answer, body=answer.body.replace(own.encode(), canary.encode()))
    answer = html_answer(int(situation.fault.number("status")), "Object moved", "Object moved.", bare=True)
    answer.headers.append(("Location", canary + situation.request.target))
    return answer


async def _portal(situation: Situation) -> Answer:
    """A captive portal: 511, a redirect to its page over plain http, or the page itself."""
    status = {"511": 511, "302": 302}.get(situation.fault.text("kind"), 200)
    answer = html_answer(status, "Guest network", "Accept the terms to use the network.", bare=True)
    if status == 302:
        answer.headers.append(("Location", situation.fault.text("to")))
    return answer


async def _gzip_bomb(situation: Situation) -> Answer:
    body = b'{"count":0,"value":[' + b" " * int(situation.fault.number("megabytes") * 1024 * 1024) + b"]}"
    encodings = ["gzip"] * int(situation.fault.number("layers"))
    for _ in encodings:
        body = gzip.compress(body, 9)
    return Answer(body=body, headers=[("Content-Encoding", ", ".join(encodings))])


async def _endless(situation: Situation) -> Answer:
    async def send(head: bytes, body: bytes, write: Write) -> None:
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length")]
        head = b"\r\n".join([*lines[:-2], b"Transfer-Encoding: chunked", b"", b""])
        await write(head + b'14\r\n{"count":0,"value":[\r\n')
        piece = b" " * 65536
        while True:
            await write(b"10000\r\n" + piece + b"\r\n")

    return Answer(raw=send)


async def _rate(situation: Situation) -> Answer:
    kinds = {
        "seconds": situation.fault.text("seconds"),
        "date": format_datetime(situation.service.engine.now() + timedelta(seconds=30), usegmt=True),
        "negative": "-5",
        "huge": "999999999999",
        "word": "soon",
        "absent": "",
    }
    value = kinds[situation.fault.text("retry")]
    answer = error_answer(
        429,
        "RequestBlockedException",
        "TF400733: The request has been canceled: Request was blocked due to exceeding usage of resource "
        "'Concurrency' in namespace 'User'.",
    )
    if value:
        answer.headers.append(("Retry-After", value))
    answer.headers.append(("X-RateLimit-Resource", "Concurrency"))
    return answer


async def _slow_lane(situation: Situation) -> Answer:
    delay = situation.fault.number("seconds")
    answer = await situation.proceed()
    await asyncio.sleep(delay)
    answer.headers += [
        ("Retry-After", f"{delay:.0f}"),
        ("X-RateLimit-Resource", "Global"),
        ("X-RateLimit-Delay", f"{delay:.3f}"),
        ("X-RateLimit-Limit", "200"),
        ("X-RateLimit-Remaining", "0"),
    ]
    return answer


async def _expect(situation: Situation) -> Answer:
    if "expect" in situation.request.headers:
        return Answer(status=417, bare=True)
    answer = await situation.proceed()
    interim = (
        head_bytes(100, []) + head_bytes(102, []) + head_bytes(103, [("Link", "</style.css>; rel=preload")])
    )
    return replace(answer, before=interim)


async def _stale_keepalive(situation: Situation) -> Answer:
    """Every second request on a connection finds it closed."""
    if situation.call.connection.served:
        raise Reset
    return await situation.proceed()


async def _header_trouble(situation: Situation) -> Answer:
    answer = await situation.proceed()
    kind = situation.fault.text("kind")

    async def send(head: bytes, body: bytes, write: Write) -> None:
        extra = {
            "bare-newline": b"X-Note: one\ntwo\r\n",
            "huge": b"X-Note: " + b"a" * 1024 * 1024 + b"\r\n",
            "lengths": b"Content-Length: 3\r\n",
            "both": b"Transfer-Encoding: chunked\r\n",
        }.get(kind, b"")
        await write(head[:-2] + extra + b"\r\n" + body)

    return replace(answer, raw=send)


async def _flap(situation: Situation) -> Answer:
    raise Reset


async def _skew(situation: Situation) -> Answer:
    """`seconds` moves the Date header; `date=absent` leaves it out."""
    answer = await situation.proceed()
    moved = timedelta(seconds=situation.fault.number("seconds"))
    if situation.fault.text("date") != "absent":
        stamp = format_datetime(situation.service.engine.now() + moved, usegmt=True)
        answer.headers.append(("Date", stamp))
    else:
        answer.headers.append(("Date", ""))
    return answer


async def _bulk_mix(situation: Situation) -> Answer:
    """One outcome after the other, in the order that `outcomes` names (joined by `+`)."""
    outcomes = situation.fault.text("outcomes").split("+")
    outcome = outcomes[(situation.fault.matched - 1) % len(outcomes)]
    if outcome == "ok":
        return await situation.proceed()
    if outcome == "hang":
        return await _land_then_hang(situation)
    if outcome == "landed-5xx":
        await situation.proceed()
        return html_answer(504, "Gateway Time-out", "No answer in time.", bare=True)
    if outcome == "lost-5xx":
        return html_answer(503, "Service Unavailable", "Try again later.", bare=True)
    if not outcome.isdigit():
        return error_answer(500, "VssServiceException", f"bulk-mix knows no outcome {outcome!r}.")
    return error_answer(
        int(outcome), "InvalidRequestException", f"Refused with {outcome} for the test of many."
    )


async def _own_change(situation: Situation) -> Answer:
    return error_answer(
        int(situation.fault.number("status")),
        "InvalidRequestException",
        "The user who requested the release or deployment cannot approve it.",
    )


KINDS = (
    Kind("srv-01", "land-then-reset", _land_then_reset, "does it, resets before answering"),
    Kind("srv-02", "land-then-hang", _land_then_hang, "does it, never answers"),
    Kind(
        "srv-03",
        "land-late",
        _land_late,
        "does it some seconds after the client gave up",
        on="writes",
        arguments={"seconds": 20.0},
    ),
    Kind("srv-04", "refuse-early", _refuse_early, "resets before the body is read"),
    Kind("srv-05", "land-then-5xx", _land_then_error, "does it, answers 5xx", arguments={"status": 504.0}),
    Kind(
        "srv-06",
        "down-5xx",
        _down,
        "503 with Retry-After, nothing done; as=stopped (a stopped collection) or page (maintenance)",
        arguments={"status": 503.0, "retry": "30", "as": "stopped"},
        choices={"as": ("stopped", "page")},
    ),
    Kind("srv-07", "short-body", _short_body, "declares 5,000 bytes or more, sends 40 %"),
    Kind("srv-08", "cut-json", _cut_json, "right length, JSON cut", arguments={"keep": 0.5}),
    Kind(
        "srv-09",
        "drip",
        _drip,
        "one byte at a time, in where=headers or where=body",
        arguments={"seconds": 1.0, "where": "body"},
        choices={"where": ("headers", "body")},
    ),
    Kind(
        "srv-10",
        "black-hole",
        _black_hole,
        "mode=silent says nothing, mode=refuse refuses connections for some seconds",
        arguments={"mode": "silent", "seconds": 5.0},
        choices={"mode": ("silent", "refuse")},
    ),
    Kind(
        "srv-11",
        "html-200",
        _html,
        "a proxy's page as 200, type=html or type=json",
        arguments={"type": "html"},
        choices={"type": ("html", "json")},
    ),
    Kind("srv-12", "signin-203", _sign_in_page, "203 with a sign-in page, 401 on PATCH"),
    Kind(
        "srv-13",
        "signin-302",
        _redirect,
        "302 to a sign-in host",
        arguments={"status": 302.0, "to": "https://signin.north-harbour.example/_signin?realm=north"},
    ),
    Kind(
        "srv-14",
        "portal",
        _portal,
        "a captive portal: kind=511, 302 (to plain http) or page; its certificate: srv-50:kind=other-host",
        arguments={"kind": "511", "to": "http://guest.north-harbour.example/welcome"},
        choices={"kind": ("511", "302", "page")},
    ),
    Kind(
        "srv-15",
        "canary-redirect",
        _canary,
        "redirects to another listener, or in=links names it in every url",
        arguments={"status": 302.0, "to": "http://127.0.0.1:9", "in": "status"},
        choices={"in": ("status", "links")},
    ),
    Kind("srv-16", "downgrade", _redirect, "redirect to http", arguments={"status": 302.0, "to": "http"}),
    Kind("srv-17", "redirect-loop", _redirect, "points to itself", arguments={"status": 302.0, "to": "self"}),
    Kind(
        "srv-18",
        "redirect-write",
        _redirect,
        "307 on a write",
        on="writes",
        arguments={"status": 307.0, "to": "https://elsewhere.north-harbour.example/"},
    ),
    Kind(
        "srv-19",
        "gzip-bomb",
        _gzip_bomb,
        "a small answer that unpacks to a large one, also in layers",
        arguments={"megabytes": 64.0, "layers": 1.0},
    ),
    Kind("srv-21", "endless", _endless, "chunked body without end"),
    Kind(
        "srv-22",
        "rate",
        _rate,
        "429; retry=seconds, date, negative, huge, word or absent",
        arguments={"retry": "seconds", "seconds": "30"},
        choices={"retry": ("seconds", "date", "negative", "huge", "word", "absent")},
    ),
    Kind("srv-23", "slow-lane", _slow_lane, "answers late, with delay headers", arguments={"seconds": 5.0}),
    Kind("srv-27", "expect", _expect, "100, 102 and 103 before the answer; 417 if Expect comes"),
    Kind("srv-28", "stale-keepalive", _stale_keepalive, "a kept connection is gone at its next request"),
    Kind(
        "srv-42",
        "skew",
        _skew,
        "Date is off by some seconds, or date=absent",
        arguments={"seconds": 3600.0, "date": "moved"},
        choices={"date": ("moved", "absent")},
    ),
    Kind(
        "srv-48",
        "bulk-mix",
        _bulk_mix,
        "one outcome after the other",
        on="writes",
        arguments={"outcomes": "ok+400+403+404+409+landed-5xx+lost-5xx+hang"},
    ),
    Kind(
        "srv-49",
        "own-change",
        _own_change,
        "the requester may not approve",
        on="PATCH /approvals",
        arguments={"status": 403.0},
    ),
    Kind(
        "srv-51",
        "header-trouble",
        _header_trouble,
        "kind=bare-newline, huge, lengths or both",
        arguments={"kind": "bare-newline"},
        choices={"kind": ("bare-newline", "huge", "lengths", "both")},
    ),
    Kind("srv-52", "flap", _flap, "resets; use it with p"),
)
