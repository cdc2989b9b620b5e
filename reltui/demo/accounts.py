"""Who may come in: tokens and accounts, what each may do, and how long (api.md 7.1, 7.2)."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from reltui.demo.messages import Request

SCOPES = ("vso.release", "vso.release_execute", "vso.release_manage")
"""Each holds those before it."""


@dataclass(slots=True)
class Account:
    """One token, or an account with its password."""

    secret: str
    user: str = ""
    """Empty for a token, which any user name goes with."""
    scope: str = SCOPES[-1]
    left: int | None = None
    """So many requests, and it has expired; None for never."""

    def __post_init__(self) -> None:
        """Raises ValueError: there is no such scope."""
        if self.scope not in SCOPES:
            raise ValueError(f"There is no scope {self.scope!r}. Known: {', '.join(SCOPES)}.")

    def may(self, request: Request) -> bool:
        """Whether its scope is enough."""
        return SCOPES.index(self.scope) >= SCOPES.index(scope_of(request))

    def fits(self, scheme: str, user: str, secret: str) -> bool:
        """Whether this is it, and it has not expired."""
        return (
            self.left != 0
            and (not self.user or (scheme == "basic" and self.user.casefold() == user.casefold()))
            and secrets.compare_digest(self.secret.encode(), secret.encode())
        )


def scope_of(request: Request) -> str:
    """What a request takes (api.md 7.2)."""
    if not request.is_write:
        return SCOPES[0]
    segments = [segment.lower() for segment in request.segments]
    is_verdict = request.method == "PATCH" and "approvals" in segments
    return SCOPES[2] if is_verdict or request.method == "DELETE" else SCOPES[1]


def given(request: Request) -> tuple[str, str, str]:
    """The scheme in lower case, user and secret of a request; a scheme without the two for what is neither
    Basic nor Bearer."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    scheme = scheme.lower()
    if scheme == "bearer":
        return scheme, "", value.strip()
    if scheme != "basic":
        return scheme, "", ""
    try:
        user, _, secret = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return scheme, "", ""
    return scheme, user, secret


def found(accounts: Iterable[Account], request: Request, *, hosted: bool) -> Account | None:
    """The account that a request signs in with; a bearer token only on Services."""
    scheme, user, secret = given(request)
    if not secret or scheme not in (("basic", "bearer") if hosted else ("basic",)):
        return None
    return next((account for account in accounts if account.fits(scheme, user, secret)), None)
