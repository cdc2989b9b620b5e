"""Asking on the terminal for the secrets that must be typed; they are kept in memory only (B5)."""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping
from urllib.parse import urlsplit

from reltui.config import Config, Profile
from reltui.errors import ConfigError
from reltui.model.text import clean


def ask(config: Config) -> Mapping[str, str]:
    """What was typed for each profile in use that asks for its secret, by the profile's name.

    Raises ConfigError: there is no terminal to ask on, or nothing was typed.
    """
    asking = [config.profiles[name] for name in config.default if config.profiles[name].secret.prompt]
    return {profile.name: _ask(profile) for profile in asking}


def _ask(profile: Profile) -> str:
    try:
        # Without one, getpass would read the standard input, and show what is typed.
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        raise ConfigError(
            f"profiles.{profile.name}.secret asks a person, and there is no terminal to ask on; use env, "
            "file, command or keyring here."
        ) from None
    what = f"Password of {clean(profile.user)}" if profile.user else "Token"
    host = urlsplit(profile.url).hostname or profile.url
    try:
        typed = getpass.getpass(f"{what} for {profile.name} ({clean(host)}): ")
    except (EOFError, UnicodeDecodeError):
        typed = ""
    if not typed:
        raise ConfigError(f"profiles.{profile.name}.secret: nothing was typed.")
    return typed
