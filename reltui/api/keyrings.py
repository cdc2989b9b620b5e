"""Secrets from the system's keyring, which is asked in a thread of its own and not for long (B6, B7)."""

from __future__ import annotations

import asyncio
import threading

from reltui.errors import ConfigError
from reltui.model.text import clean

KEYRING_SECONDS = 3.0
"""How long a keyring may take; one that asks a person on a desktop nobody sees takes for ever."""


async def read_keyring(service: str, user: str, *, seconds: float = KEYRING_SECONDS) -> str:
    """What the keyring holds for a user of a service; empty for nothing. Writes nothing.

    Raises ConfigError: it is not installed, there is none, it is locked, or it does not answer.
    """
    try:
        import keyring
        from keyring.errors import KeyringError, NoKeyringError
    except ImportError:
        raise ConfigError(
            "The keyring needs a package more; install it: pip install 'reltui[keyring]'"
        ) from None
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[str] = loop.create_future()

    def tell(found: str, trouble: str) -> None:
        if answer.done():
            return
        if trouble:
            answer.set_exception(ConfigError(trouble))
        else:
            answer.set_result(found)

    def ask() -> None:
        found, trouble = "", ""
        try:
            found = keyring.get_password(service, user) or ""
        except NoKeyringError:
            trouble = "There is no keyring on this machine; use env, file or command for the secret."
        except KeyringError as error:
            trouble = f"The keyring gives nothing: {clean(str(error) or type(error).__name__, limit=200)}."
        except Exception as error:  # the last resort: a backend is foreign and may raise anything
            trouble = f"The keyring failed: {clean(type(error).__name__, limit=80)}."
        if not loop.is_closed():
            loop.call_soon_threadsafe(tell, found, trouble)

    # A daemon, so that one that hangs does not keep the program from ending.
    threading.Thread(target=ask, name="keyring", daemon=True).start()
    try:
        async with asyncio.timeout(seconds):
            return await answer
    except TimeoutError:
        raise ConfigError(
            f"The keyring did not answer within {seconds:g} seconds; unlock it, or use another source."
        ) from None
