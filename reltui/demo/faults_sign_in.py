"""Faults of the sign-in: what expires, what is not enough, and handshakes bound to their connection."""

from __future__ import annotations

import base64
import binascii
import os
import tempfile
from dataclasses import dataclass, field
from typing import Any

from reltui.demo.faults import FaultError, Kind, Situation
from reltui.demo.messages import Answer, error_answer, html_answer

STORE = "NTLM_USER_FILE"
"""The environment variable in which pyspnego looks for the accounts of its server side."""


async def _expire(situation: Situation) -> Answer:
    """The key dies after `after` matched requests."""
    if situation.fault.matched <= situation.fault.number("after"):
        return await situation.proceed()
    return situation.service.unauthorized(situation.request)


async def _scope(situation: Situation) -> Answer:
    return error_answer(
        403,
        "UnauthorizedRequestException",
        f"VS402904: Access denied: User {situation.service.engine.me['displayName']} does not have "
        f"{situation.fault.text('permission')} permission. Contact your release manager.",
    )


@dataclass(slots=True)
class Door:
    """What the handshakes of one fault came to; for tests and for a look into the running server."""

    handshakes: int = 0
    refusals: int = 0
    """Wrong passwords: what locks an account."""
    strays: int = 0
    """Writes on a connection that nobody had signed in on."""
    served: list[tuple[str, str, str]] = field(default_factory=list)
    """Person, method and path of each request that got through."""


def door(situation: Situation) -> Door:
    """The counts of the fault."""
    made: Door = situation.fault.memory.setdefault("door", Door())
    return made


async def _ntlm(situation: Situation) -> Answer:
    """Only who has signed in on this very connection gets through."""
    await situation.call.body()
    connection, counts = situation.call.connection, door(situation)
    scheme, _, token = situation.request.headers.get("authorization", "").partition(" ")
    if token and scheme.lower() in ("ntlm", "negotiate"):
        connection.person = ""
        return await _leg(situation, scheme, token)
    if not connection.person:
        counts.strays += situation.request.is_write
        return _challenge()
    return await _through(situation)


async def _through(situation: Situation) -> Answer:
    connection, fault = situation.call.connection, situation.fault
    request = situation.request
    door(situation).served.append((connection.person, request.method, request.path))
    answer = await situation.proceed()
    connection.answered += 1
    after = fault.number("after")
    if after and connection.answered >= after:
        connection.answered = 0
        if fault.text("drop") == "identity":
            connection.person = ""
        else:
            answer.headers.append(("Connection", "close"))
    return answer


async def _leg(situation: Situation, scheme: str, token: str) -> Answer:
    """One message of a handshake."""
    from spnego.exceptions import SpnegoError

    connection, counts = situation.call.connection, door(situation)
    try:
        answer = _step(situation, scheme, base64.b64decode(token, validate=True))
    except (SpnegoError, binascii.Error, ValueError):
        counts.refusals += 1
        connection.handshake = None
        return _challenge()
    header = ("WWW-Authenticate", f"{scheme} {base64.b64encode(answer).decode()}")
    if not connection.handshake.complete:
        challenge = _challenge()
        challenge.headers = [header]
        return challenge
    connection.person = connection.handshake.client_principal
    connection.handshake, connection.answered = None, 0
    counts.handshakes += 1
    through = await _through(situation)
    if answer:
        through.headers.append(header)
    return through


def _step(situation: Situation, scheme: str, token: bytes) -> bytes:
    """Let pyspnego answer a message; it finds the accounts in a file that an environment variable names."""
    spnego = _spnego()
    protocol = scheme.lower()
    options = (
        spnego.NegotiateOptions.use_ntlm if protocol == "ntlm" else spnego.NegotiateOptions.use_negotiate
    )
    connection, before = situation.call.connection, os.environ.get(STORE)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
        file.write("\n".join(_accounts(situation)))
        file.flush()
        os.environ[STORE] = file.name
        try:
            if connection.handshake is None:
                connection.handshake = spnego.server(protocol=protocol, options=options)
            return connection.handshake.step(token) or b""
        finally:
            os.environ.pop(STORE)
            if before is not None:
                os.environ[STORE] = before


def _accounts(situation: Situation) -> list[str]:
    """The accounts as pyspnego reads them: domain, user and password."""
    service = situation.service
    known = {account.user: account.secret for account in service.accounts if account.user}
    known.setdefault(situation.fault.text("user"), service.key)
    rows = []
    for name, password in known.items():
        domain, _, user = name.rpartition("\\")
        rows.append(f"{domain}:{user}:{password}")
    return rows


def _challenge() -> Answer:
    """What IIS says to who is not signed in (api.md 6.2)."""
    answer = html_answer(401, "401 - Unauthorized: Access is denied", "You are not signed in.", bare=True)
    answer.headers = [("WWW-Authenticate", "Negotiate"), ("WWW-Authenticate", "NTLM")]
    return answer


def _spnego() -> Any:
    try:
        import spnego
    except ImportError:
        raise FaultError("The fault ntlm needs a package more: pip install 'reltui[negotiate]'") from None
    return spnego


KINDS = (
    Kind("srv-24", "expire", _expire, "the key dies after so many requests", arguments={"after": 10.0}),
    Kind(
        "srv-25",
        "scope",
        _scope,
        "403 on writes, or phase=reads",
        arguments={"permission": "Manage release approvers", "phase": "writes"},
        choices={"phase": ("writes", "reads")},
        phases={"writes": "writes", "reads": "GET ."},
    ),
    Kind(
        "srv-26",
        "ntlm",
        _ntlm,
        "accounts sign in by NTLM on each connection; after=n requests drop=connection or identity",
        arguments={"user": "NORTH\\anna", "after": 0.0, "drop": "connection"},
        choices={"drop": ("connection", "identity")},
        opens=True,
        ready=_spnego,
    ),
)
