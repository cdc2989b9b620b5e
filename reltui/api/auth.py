"""Where the secret comes from, and how it signs a request in (api.md 7.1, reliability.md B4, B5, B9)."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import os
import stat
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from reltui.api.secret_commands import printed_by
from reltui.config import VARIABLE, Profile, SecretSource
from reltui.errors import ConfigError, Malformed, NotSignedIn, SecretNeeded
from reltui.model.decode import loads, mapping_of
from reltui.model.text import clean

HANDSHAKES = ("ntlm", "negotiate")
"""Ways to sign in that belong to a connection and not to a request."""
NOBODY = "nobody"
"""The way to ask without signing in, which only tells what the server offers."""
PASSWORDS = ("basic", *HANDSHAKES)
"""Those with an account that is locked after some wrong passwords."""
RENEW_BEFORE = 300.0
"""Seconds before its end at which a token is fetched again."""
ASK_EVERY = 60.0
"""Seconds between two askings of a secret's source."""
LATEST = 32_503_680_000
"""The year 3000: a later end is no end."""

COMMAND_SECONDS = 10.0
"""How long a secret command may take."""
LONGEST_NAME = 40
"""A longer name of a variable may be a token in the wrong place."""
SECRET_MAXIMUM = 65_536
"""Bytes read from a secret's source; no token is longer."""


class Secret:
    """A secret that does not show itself by accident."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The secret itself; only for building a header."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__


class Account:
    """An account with a password, shared by all profiles that use it: a password that a server has refused
    is not tried again by itself, so that no account is locked."""

    def __init__(self, user: str) -> None:
        self.lock = asyncio.Lock()
        """Held while it is not known whether the password is right."""
        self.is_proved = False
        self.is_refused = False
        self.refusals = 0
        self._user = user

    def refuse(self) -> None:
        """The server does not accept the password."""
        self.is_refused, self.is_proved = True, False
        self.refusals += 1

    def try_again(self) -> None:
        """A person asks for one more try."""
        self.is_refused = False

    def check(self) -> None:
        """Raises NotSignedIn: it was refused, so nothing more is sent."""
        if self.is_refused:
            whose = f" of {clean(self._user, limit=60)}" if self._user else ""
            raise NotSignedIn(
                f"The server refused the account{whose}. Nothing more is sent, so that it is not locked, "
                "until you sign in again.",
                sent=False,
                status=401,
            )


class Accounts:
    """The accounts of one run."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Account] = {}

    def of(self, user: str, secret: Secret) -> Account:
        """The account; another password makes it another one."""
        key = (user.casefold(), hashlib.sha256(secret.reveal().encode()).hexdigest())
        return self._known.setdefault(key, Account(user))


class Auth:
    """Signs requests in: a PAT or an account by Basic, a token by Bearer, an account by a handshake."""

    def __init__(
        self,
        sign_in: str,
        secret: Secret,
        user: str = "",
        *,
        again: Callable[[], Awaitable[Secret]] | None = None,
        accounts: Accounts | None = None,
    ) -> None:
        """`again` fetches the secret anew. Raises ConfigError: there is no such way to sign in, or the secret
        cannot stand in a header."""
        self.sign_in = sign_in
        self.user = user
        self.secret = secret
        """The password of a handshake; empty where a Kerberos ticket takes its place."""
        self.is_handshake = sign_in in HANDSHAKES
        self.account = (accounts or Accounts()).of(user, secret) if sign_in in PASSWORDS else None
        self.until: float | None = None
        """`time.time()` at which the token ends, where it says so."""
        self.clock_offset = 0.0
        """Server time minus local time, in seconds."""
        self._header = Secret("")
        self._again = again
        self._lock = asyncio.Lock()
        self._asked_at: float | None = None
        if sign_in == NOBODY:
            return
        if self.is_handshake:
            if bool(secret.reveal()) is not bool(user):
                raise ConfigError(f'sign_in = "{sign_in}" needs both user and secret, or neither of them.')
        else:
            self._take(secret)

    @classmethod
    async def of(
        cls, profile: Profile, *, typed: Secret | None = None, accounts: Accounts | None = None
    ) -> Auth:
        """Read the secret of a profile and make its sign-in. `typed` is what a person was asked for.

        Raises ConfigError, in words that do not name the profile; SecretNeeded where a person must be asked.
        """

        async def again() -> Secret:
            return await read_secret(profile.secret, user=profile.user or profile.name)

        try:
            if typed is not None:
                return cls(profile.sign_in, typed, profile.user, accounts=accounts)
            if profile.secret == SecretSource() and profile.sign_in == "negotiate":
                return cls(profile.sign_in, Secret(""), profile.user, accounts=accounts)
            return cls(profile.sign_in, await again(), profile.user, again=again, accounts=accounts)
        except SecretNeeded:
            raise SecretNeeded(
                f"{profile.name} asks for its {word_for(profile.sign_in)} at every start."
            ) from None

    @property
    def header(self) -> Secret:
        """The value of the Authorization header."""
        return self._header

    async def prepare(self) -> None:
        """Fetch a token that is about to end anew. Raises NotSignedIn: that failed, and it has ended."""
        if self._again is None or self.until is None:
            return
        async with self._lock:
            now = time.time() + self.clock_offset
            if now < self.until - RENEW_BEFORE or not self._may_ask():
                return
            try:
                self._take(await self._fetched())
            except ConfigError as error:
                if now >= self.until:
                    raise NotSignedIn(f"The token has ended. {error}", sent=False) from None

    async def has_another(self, tried: Secret) -> bool:
        """After a 401: whether the secret's source gives another one than was `tried`. Asks it seldom.

        An account is not tried again by itself.
        """
        if self._again is None or self.account is not None:
            return False
        async with self._lock:
            if self._header is not tried:
                return True
            if not self._may_ask():
                return False
            before = self._header.reveal()
            try:
                self._take(await self._fetched())
            except ConfigError:
                return False
            return self._header.reveal() != before

    def _may_ask(self) -> bool:
        return self._asked_at is None or time.monotonic() - self._asked_at > ASK_EVERY

    async def _fetched(self) -> Secret:
        assert self._again is not None  # noqa: S101 - asked for before
        self._asked_at = time.monotonic()
        return await self._again()

    def _take(self, secret: Secret) -> None:
        value, sign_in = secret.reveal(), self.sign_in
        if not value or any(ord(c) < 0x21 or ord(c) == 0x7F for c in value if sign_in != "basic"):
            raise ConfigError("The secret is empty or holds blanks or control characters; store it again.")
        if sign_in in ("pat", "basic"):
            pair = f"{self.user if sign_in == 'basic' else ''}:{value}".encode()
            self._header = Secret("Basic " + base64.b64encode(pair).decode("ascii"))
        elif sign_in == "bearer":
            if not value.isascii():
                raise ConfigError("The bearer token holds characters that no token has; store it again.")
            self._header = Secret(f"Bearer {value}")
            self.until = expiry_of(value)
        else:
            raise ConfigError(f'There is no way to sign in called "{sign_in}".')


def word_for(sign_in: str) -> str:
    """What the secret of a way to sign in is called."""
    return {"pat": "access token", "bearer": "token"}.get(sign_in, "password")


def expiry_of(token: str) -> float | None:
    """The `exp` of a token that is a JWT (RFC 7519 4.1.4), as `time.time()` counts; nothing else is read."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        found = claims.get("exp") if isinstance(claims, dict) else None
    except (ValueError, RecursionError):
        return None
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 < found < LATEST:
        return None
    return float(found)


async def read_secret(source: SecretSource, *, seconds: float = COMMAND_SECONDS, user: str = "") -> Secret:
    """Fetch the secret from where the configuration says; never blocks the loop. `user` is for the keyring.

    Raises ConfigError, which says what to do: unset, unreadable, open to others, failed or too slow; and
    SecretNeeded where a person must be asked.
    """
    if source.env:
        found = os.environ.get(source.env, "")
        what, hint = _about_variable(source.env)
    elif source.file:
        found = await asyncio.to_thread(_read_file, source.file)
        what, hint = f"The file {source.file}", "write the token into its first line"
    elif source.command:
        found = _text(
            await printed_by(source.command, source.withheld, seconds, SECRET_MAXIMUM),
            f"What the secret command {source.command[0]} printed",
        )
        if found.lstrip().startswith("{"):
            found = _token_of(found, source.command[0])
        what, hint = f"The command {source.command[0]}", "it must print the token as its first line"
    elif source.keyring:
        from reltui.api.keyrings import read_keyring

        found = await read_keyring(source.keyring, user)
        what = f"The entry {source.keyring} of the keyring"
        hint = f"store it: keyring set '{source.keyring}' '{user}'"
    elif source.prompt:
        raise SecretNeeded("A person must be asked for the secret.")
    else:
        raise ConfigError("No source of the secret is named; set secret to env, file, command or keyring.")
    first = found.split("\n", 1)[0].rstrip("\r")
    if not _is_text(first):
        raise ConfigError(f"{what} does not hold UTF-8 text; write the secret as plain text.")
    if not first.strip():
        raise ConfigError(f"{what} gives no secret; {hint}.")
    return Secret(first)


def _is_text(value: str) -> bool:
    """False for bytes of the environment that are no text."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _token_of(printed: str, name: str) -> str:
    """The token in what `az account get-access-token` prints where no other form is asked for; a secret that
    only begins like JSON is itself. Raises ConfigError."""
    try:
        token = mapping_of(loads(printed.encode())).get("accessToken")
    except Malformed:
        return printed
    if not isinstance(token, str) or not token:
        raise ConfigError(
            f"The secret command {name} prints JSON without an accessToken; let it print the token alone, "
            "such as with --query accessToken --output tsv."
        )
    return token


def _about_variable(name: str) -> tuple[str, str]:
    """What to call a variable, and how to set it; a name that may be a token itself is not repeated."""
    if len(name) > LONGEST_NAME or not VARIABLE.fullmatch(name):
        return "The environment variable that secret.env names", "secret.env wants its name, not the secret"
    return f"The environment variable {name}", f"set it before the start: read -rs {name}; export {name}"


def _read_file(name: str) -> str:
    file = Path(os.path.expanduser(name))
    # A link could point to somebody else's file; a fifo would block for ever without O_NONBLOCK.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    try:
        descriptor = os.open(file, flags)
    except OSError as error:
        why = "it is a link" if file.is_symlink() else (error.strerror or "no reason given")
        raise ConfigError(f"The secret file {file} cannot be opened: {why}.") from None
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise ConfigError(f"The secret file {file} is not a regular file.")
        if found.st_uid != os.getuid():
            raise ConfigError(
                f"The secret file {file} belongs to another user. Repair it: chown {os.getuid()} {file}"
            )
        if stat.S_IMODE(found.st_mode) & 0o077:
            raise ConfigError(f"The secret file {file} is open to other users. Repair it: chmod 600 {file}")
        return _text(os.read(descriptor, SECRET_MAXIMUM), f"The secret file {file}")
    finally:
        os.close(descriptor)


def _text(data: bytes, what: str) -> str:
    try:
        # Windows puts a mark in front of what it writes as UTF-8.
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError(f"{what} does not hold UTF-8 text; write the secret as plain text.") from None
