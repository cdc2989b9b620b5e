"""How a server is reached and signed in to, in words; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from reltui.data.access import EXECUTE, MANAGE, READ, Grant
from reltui.data.connection import Connection
from reltui.data.topics import Link, ServerState
from reltui.model.text import SafeText, clean
from reltui.ui.present import Line, Look, Span, span
from reltui.ui.present_when import SKEW_SECONDS
from reltui.ui.present_words import count

SIGN_INS: Mapping[str, str] = {
    "pat": "personal access token",
    "bearer": "token of Microsoft Entra (bearer)",
    "basic": "account and password (Basic)",
    "ntlm": "account and password (NTLM)",
    "negotiate": "Kerberos or NTLM (Negotiate)",
}
ALLOWS: Mapping[str, str] = {
    READ: "reading",
    EXECUTE: "creating, deploying, saving",
    MANAGE: "approving, deleting",
}
LIMITS: Mapping[str, str] = {
    "x-ratelimit-resource": "of",
    "x-ratelimit-limit": "limit",
    "x-ratelimit-remaining": "left",
    "x-ratelimit-delay": "delayed by seconds",
    "x-ratelimit-reset": "resets at",
}
UNITS = (("days", 86_400), ("h", 3600), ("min", 60), ("s", 1))


def facts(one: Connection, now: float, look: Look) -> Sequence[tuple[str, Line]]:
    """Label and value of everything that is known; `now` is `time.time()`."""
    state = one.state
    return (
        ("Address", (Span(clean(state.url)), span("" if one.is_encrypted else "  not encrypted", "warn"))),
        ("State", _link(state)),
        ("Generation", (span(state.generation or "not known yet", "" if state.generation else "dim"),)),
        ("Signed in", (span(SIGN_INS.get(one.sign_in, one.sign_in)),)),
        ("As", _person(one)),
        ("Secret", (Span(one.source),)),
        ("Until", _until(one.until, now, look)),
        *(("May" if grant.scope == READ else "", _grant(grant)) for grant in one.grants),
        ("Proxy", (Span(one.proxy) if one.proxy else span("none"),)),
        ("TLS", _tls(one)),
        ("Clock", _clock(state.clock_offset)),
        ("Rate limits", _limits(one.limits, look)),
    )


def _link(state: ServerState) -> Line:
    word = "sign in" if state.link is Link.SIGN_IN else state.link.value
    role = {Link.ONLINE: "good", Link.UNKNOWN: "dim"}.get(state.link, "bad")
    told = (span(": "), Span(state.sentence)) if state.sentence else ()
    return (span(word, role), *told)


def _person(one: Connection) -> Line:
    me = one.state.me
    if me is None:
        return (span("not known yet", "dim"), *((span(f" (account {one.user})"),) if one.user else ()))
    groups = f"{count(len(me.groups), 'group')}" if me.groups_known else "groups unknown"
    return (Span(me.name, "head"), span(f"  {me.account}  {groups}"))


def _until(until: float | None, now: float, look: Look) -> Line:
    if until is None:
        return (span("not known", "dim"),)
    left = until - now
    day = datetime.fromtimestamp(until, UTC).astimezone(look.zone).strftime("%Y-%m-%d %H:%M")
    if left <= 0:
        return (span(f"{day}: it has ended", "bad"),)
    words = count(int(left // 86_400), "day") if left >= 86_400 else f"{int(left // 60)} min"
    return (span(f"{day}, in {words}"),)


def _grant(grant: Grant) -> Line:
    head = (span(f"{grant.scope} ", "head"), span(f"({ALLOWS[grant.scope]}): "))
    if grant.lacking:
        return (*head, span("refused", "bad"), span(f": {grant.lacking}"))
    last = (span(f"; refused once: {grant.refused}", "warn"),) if grant.refused else ()
    if grant.works:
        return (*head, span("works", "good"), *last)
    return (*head, span("not known until used", "dim"), *last)


def _tls(one: Connection) -> Line:
    if not one.is_encrypted:
        return (span("none: what is sent can be read on the way, unless it stays on this machine", "warn"),)
    return (Span(one.tls) if one.tls else span("not known yet", "dim"),)


def _clock(offset: float | None) -> Line:
    if offset is None:
        return (span("not known yet", "dim"),)
    if abs(offset) < 1.5:
        return (span("as this machine's"),)
    size = abs(offset)
    unit, seconds = next(((name, length) for name, length in UNITS if size >= 2 * length), UNITS[-1])
    words = f"{size / seconds:.0f} {unit} {'ahead of' if offset > 0 else 'behind'} this machine's"
    return (span(words, "warn" if abs(offset) >= SKEW_SECONDS else ""),)


def _limits(limits: Mapping[str, SafeText], look: Look) -> Line:
    told = []
    for name, word in LIMITS.items():
        value = str(limits.get(name, ""))
        if name == "x-ratelimit-reset" and value.isascii() and value.isdigit() and len(value) < 12:
            moment = datetime.fromtimestamp(int(value), UTC).astimezone(look.zone)
            value = moment.strftime("%H:%M:%S")
        if value:
            told.append(f"{word} {value}")
    return (span(", ".join(told)) if told else span("the server has told none", "dim"),)


def greeting(state: ServerState, is_first: bool) -> SafeText:
    """What is told when signing in went well."""
    who = state.me.name if state.me is not None else SafeText("nobody")
    again = "" if is_first else " What was refused was not sent again."
    return SafeText(f"Signed in to {state.name} as {who}.{again}")
