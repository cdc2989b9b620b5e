"""What is known of the connection to a server, for a person who asks; nothing secret is in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from reltui.config import Profile, SecretSource
from reltui.data.access import Access, Grant
from reltui.data.topics import ServerState
from reltui.model.text import SafeText, clean
from reltui.model.values import dataclass

if TYPE_CHECKING:
    from reltui.api.transport import Transport

WARNED_DAYS = 7
"""So many days before its end a secret is told to end (reliability.md B14)."""


@dataclass(frozen=True, slots=True)
class Connection:
    """One server: how it is reached, how and as whom it is signed in to, and what that allows."""

    state: ServerState
    sign_in: str
    """pat, bearer, basic, ntlm or negotiate."""
    user: SafeText
    """The account of the configuration; empty where a token tells."""
    source: SafeText
    """Kind and place of the secret, never its value."""
    must_be_typed: bool
    """There is no source that could be asked again."""
    until: float | None
    """`time.time()` at which the token ends; None while nobody knows."""
    grants: tuple[Grant, ...]
    proxy: SafeText
    """Empty for none."""
    tls: SafeText
    """Version, cipher and who issued the certificate; empty while there was no answer, or without TLS."""
    is_encrypted: bool
    limits: Mapping[str, SafeText] = field(default_factory=dict)
    """What the server said last of its rate limits, by the header's name in lower case (api.md 6.4)."""


def source_words(source: SecretSource) -> SafeText:
    """Kind and place of a secret."""
    if source.env:
        return SafeText(f"environment variable {clean(source.env)}")
    if source.file:
        return SafeText(f"file {clean(source.file)}")
    if source.command:
        # Its arguments may tell more than they should.
        return SafeText(f"command {clean(source.command[0])}")
    if source.keyring:
        return SafeText(f"keyring, entry {clean(source.keyring)}")
    return SafeText("asked for at the start" if source.prompt else "none: a Kerberos ticket")


def ends_at(profile: Profile, transport: Transport | None) -> float | None:
    """When the sign-in ends, as `time.time()` counts: as the token says, else as the configuration does."""
    if transport is not None and transport.auth.until is not None:
        return transport.auth.until
    if profile.expires is None:
        return None
    after = datetime.combine(profile.expires + timedelta(days=1), time())
    return after.astimezone().timestamp()


def ending_soon(profile: Profile, today: date) -> SafeText | None:
    """That a secret is about to end, or has ended; None for later, or where nobody knows."""
    if profile.expires is None:
        return None
    left = (profile.expires - today).days
    if left > WARNED_DAYS:
        return None
    if left < 0:
        return SafeText(f"The secret of {profile.name} has expired on {profile.expires}: make another one.")
    words = {0: "today", 1: "tomorrow"}.get(left, f"in {left} days")
    return SafeText(f"The secret of {profile.name} expires {words}, on {profile.expires}.")


def connection_of(
    profile: Profile, state: ServerState, transport: Transport | None, access: Access, *, typed: bool
) -> Connection:
    """Everything about one server."""
    return Connection(
        state=state,
        sign_in=profile.sign_in,
        user=clean(profile.user),
        source=SafeText("typed in, kept in memory only") if typed else source_words(profile.secret),
        must_be_typed=profile.secret.prompt,
        until=ends_at(profile, transport),
        grants=access.grants,
        proxy=clean(transport.proxy) if transport is not None else SafeText(""),
        tls=transport.tls if transport is not None else SafeText(""),
        is_encrypted=profile.url.startswith("https:"),
        limits=dict(transport.rate) if transport is not None else {},
    )
