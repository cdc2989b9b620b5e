"""Where the secret comes from, and how it signs a request in (api.md 7.1, reliability.md B4, B5, B9)."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import signal
import stat
from pathlib import Path

from reltui.config import VARIABLE, Profile, SecretSource, child_environment
from reltui.errors import ConfigError

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


class Auth:
    """Signs requests in: a PAT or an account by Basic, a token by Bearer."""

    __slots__ = ("_header",)

    def __init__(self, sign_in: str, secret: Secret, user: str = "") -> None:
        """Raises ConfigError: there is no such way to sign in, or the secret cannot stand in a header."""
        value = secret.reveal()
        if not value or any(ord(c) < 0x21 or ord(c) == 0x7F for c in value if sign_in != "basic"):
            raise ConfigError("The secret is empty or holds blanks or control characters; store it again.")
        if sign_in in ("pat", "basic"):
            pair = f"{user if sign_in == 'basic' else ''}:{value}".encode()
            self._header = Secret("Basic " + base64.b64encode(pair).decode("ascii"))
        elif sign_in == "bearer":
            if not value.isascii():
                raise ConfigError("The bearer token holds characters that no token has; store it again.")
            self._header = Secret(f"Bearer {value}")
        else:
            raise ConfigError(f'There is no way to sign in called "{sign_in}".')

    @classmethod
    async def of(cls, profile: Profile) -> Auth:
        """Read the secret of a profile and make its sign-in. Raises ConfigError, which names the profile."""
        try:
            return cls(profile.sign_in, await read_secret(profile.secret), profile.user)
        except ConfigError as error:
            raise ConfigError(f"profiles.{profile.name}: {error}") from None

    @property
    def header(self) -> Secret:
        """The value of the Authorization header."""
        return self._header


async def read_secret(source: SecretSource, *, seconds: float = COMMAND_SECONDS) -> Secret:
    """Fetch the secret from where the configuration says; never blocks the loop.

    Raises ConfigError, which says what to do: unset, unreadable, open to others, failed or too slow.
    """
    if source.env:
        found = os.environ.get(source.env, "")
        what, hint = _about_variable(source.env)
    elif source.file:
        found = await asyncio.to_thread(_read_file, source.file)
        what, hint = f"The file {source.file}", "write the token into its first line"
    elif source.command:
        found = await _run(source.command, source.withheld, seconds)
        what, hint = f"The command {source.command[0]}", "it must print the token as its first line"
    else:
        raise ConfigError("No source of the secret is named; set secret to env, file or command.")
    first = found.split("\n", 1)[0].rstrip("\r")
    if not first.strip():
        raise ConfigError(f"{what} gives no secret; {hint}.")
    return Secret(first)


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
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise ConfigError(f"{what} does not hold UTF-8 text.") from None


async def _run(command: tuple[str, ...], withheld: frozenset[str], seconds: float) -> str:
    """What a helper prints. Its own session, so that all of it can be ended; no secret of another profile."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=child_environment(withheld),
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "its name or arguments cannot be used"
        raise ConfigError(f"The secret command {command[0]} cannot be started: {why}.") from None
    try:
        async with asyncio.timeout(seconds):
            assert process.stdout is not None  # noqa: S101 - a pipe was asked for
            printed = await _read_up_to(process.stdout, SECRET_MAXIMUM)
            status = await process.wait()
    except TimeoutError:
        raise ConfigError(
            f"The secret command {command[0]} did not end within {seconds:g} seconds; "
            "run it by hand to see what it waits for."
        ) from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await asyncio.shield(process.wait())
    if status != 0:
        raise ConfigError(f"The secret command {command[0]} failed with exit status {status}.")
    return _text(printed, f"What the secret command {command[0]} printed")


async def _read_up_to(stream: asyncio.StreamReader, maximum: int) -> bytes:
    """Read to the end; keep the beginning."""
    kept = b""
    while piece := await stream.read(16_384):
        kept = (kept + piece)[:maximum]
    return kept
