"""The embedded server's handshake (srv-26), driven by pyspnego itself over bare connections."""

from __future__ import annotations

import asyncio
import base64
import http.client
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

import pytest
import spnego

from reltui.demo.accounts import Account
from reltui.demo.faults_sign_in import Door
from reltui.demo.server import RunningDemo
from tests.support import serving

ANNA, BEN = "NORTH\\anna", "NORTH\\ben"
WHO = "/_apis/connectionData"


class Caller:
    """One connection of one person."""

    def __init__(self, demo: RunningDemo, user: str, password: str, scheme: str = "NTLM") -> None:
        parts = urlsplit(demo.url)
        self.base = parts.path
        self.connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
        self.scheme = scheme
        options = (
            spnego.NegotiateOptions.use_ntlm if scheme == "NTLM" else spnego.NegotiateOptions.use_negotiate
        )
        self.context = spnego.client(user, password, hostname="x", protocol=scheme.lower(), options=options)

    def ask(self, token: bytes | None = None, method: str = "GET") -> http.client.HTTPResponse:
        headers = {}
        if token is not None:
            headers["Authorization"] = f"{self.scheme} {base64.b64encode(token).decode()}"
        body = b"{}" if method == "PATCH" else None
        path = f"{self.base}/_apis/release/approvals/1?api-version=5.0" if body else f"{self.base}{WHO}"
        self.connection.request(method, path, body, {**headers, "Content-Type": "application/json"})
        response = self.connection.getresponse()
        response.read()
        return response

    def challenge(self, response: http.client.HTTPResponse) -> bytes:
        values = response.headers.get_all("WWW-Authenticate") or []
        return next(
            (base64.b64decode(value.partition(" ")[2]) for value in values if value.startswith(self.scheme)),
            b"",
        )

    def sign_in(self) -> int:
        """The status of the last leg."""
        first = self.ask(self.context.step())
        assert first.status == 401
        return self.ask(self.context.step(self.challenge(first))).status


Dial = Callable[..., Caller]


def counts(demo: RunningDemo) -> Door:
    found: Door = demo.service.faults[0].memory["door"]
    return found


def on(spec: str, work: Callable[[RunningDemo, Dial], None]) -> None:
    """Do something that blocks beside a server with this fault; its connections are closed after it."""

    def blocking(demo: RunningDemo) -> None:
        with ExitStack() as stack:

            def dial(*given: Any) -> Caller:
                caller = Caller(*given)
                stack.callback(caller.connection.close)
                return caller

            work(demo, dial)

    async def run() -> None:
        async with serving(spec) as demo:
            demo.service.accounts.append(Account("ben's word", user=BEN))
            await asyncio.to_thread(blocking, demo)

    asyncio.run(run())


@pytest.mark.parametrize("scheme", ["NTLM", "Negotiate"])
def test_three_steps_sign_a_connection_in(scheme: str) -> None:
    def work(demo: RunningDemo, dial: Dial) -> None:
        caller = dial(demo, ANNA, demo.token, scheme)
        plain = caller.ask()
        assert plain.status == 401
        assert plain.headers.get_all("WWW-Authenticate") == ["Negotiate", "NTLM"]
        assert caller.sign_in() == 200
        assert caller.ask().status == 200
        found = counts(demo)
        assert (found.handshakes, found.refusals) == (1, 0)
        assert [(person, method) for person, method, _ in found.served] == [(ANNA, "GET")] * 2

    on("ntlm", work)


def test_each_connection_has_its_own_person() -> None:
    def work(demo: RunningDemo, dial: Dial) -> None:
        anna, ben = dial(demo, ANNA, demo.token), dial(demo, BEN, "ben's word")
        first, other = anna.ask(anna.context.step()), ben.ask(ben.context.step())
        assert ben.ask(ben.context.step(ben.challenge(other))).status == 200
        assert anna.ask(anna.context.step(anna.challenge(first))).status == 200
        ben.ask()
        anna.ask()
        assert [person for person, _, _ in counts(demo).served] == [BEN, ANNA, BEN, ANNA]
        assert dial(demo, ANNA, demo.token).ask().status == 401

    on("ntlm", work)


@pytest.mark.parametrize("scheme", ["NTLM", "Negotiate"])
@pytest.mark.parametrize("user", [ANNA, "NORTH\\nobody"])
def test_a_wrong_password_is_a_refusal(scheme: str, user: str) -> None:
    def work(demo: RunningDemo, dial: Dial) -> None:
        assert dial(demo, user, "wrong", scheme).sign_in() == 401
        assert (counts(demo).handshakes, counts(demo).refusals, counts(demo).served) == (0, 1, [])

    on("ntlm", work)


def test_the_key_is_no_sign_in_then() -> None:
    def work(demo: RunningDemo, dial: Dial) -> None:
        caller = dial(demo, ANNA, demo.token)
        basic = base64.b64encode(f":{demo.token}".encode()).decode()
        caller.connection.request("GET", caller.base + WHO, headers={"Authorization": f"Basic {basic}"})
        assert caller.connection.getresponse().status == 401

    on("ntlm", work)


def test_a_write_of_nobody_is_counted_and_does_nothing() -> None:
    def work(demo: RunningDemo, dial: Dial) -> None:
        assert dial(demo, ANNA, demo.token).ask(method="PATCH").status == 401
        assert counts(demo).strays == 1
        assert [entry.applied for entry in demo.service.ledger.entries] == [False]

    on("ntlm", work)


def test_after_so_many_requests_the_connection_closes_or_the_person_is_forgotten() -> None:
    def closes(demo: RunningDemo, dial: Dial) -> None:
        caller = dial(demo, ANNA, demo.token)
        caller.sign_in()
        assert caller.ask().headers["Connection"] == "close"

    def forgets(demo: RunningDemo, dial: Dial) -> None:
        caller = dial(demo, ANNA, demo.token)
        caller.sign_in()
        assert [caller.ask().status for _ in range(2)] == [200, 401]

    on("ntlm:after=2", closes)
    on("ntlm:after=2,drop=identity", forgets)
