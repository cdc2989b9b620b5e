"""Asking on the terminal for the secrets that must be typed; they are kept in memory only (B5)."""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping
from urllib.parse import urlsplit

from reltui.config import Config, Profile
from reltui.errors import ConfigError
from reltui.model.text import clean


def ask(config: Config, *, others_will_do: bool = False) -> Mapping[str, str]:
    """What was typed for each profile in use that asks for its secret, by the profile's name.

    `others_will_do`: where there is no terminal to ask on, those that need none are worked with alone.
    Raises ConfigError: there is no terminal, or nothing was typed.
    """
    asking = [config.profiles[name] for name in config.default if config.profiles[name].secret.prompt]
    if asking and not _has_terminal():
        if others_will_do and len(asking) < len(config.default):
            return {}
        raise ConfigError(
            f"profiles.{asking[0].name}.secret asks a person, and there is no terminal to ask on; use env, "
            "file, command or keyring here."
        )
    return {profile.name: _ask(profile) for profile in asking}


def _has_terminal() -> bool:
    """Without one, getpass would read the standard input, and show what is typed."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def _ask(profile: Profile) -> str:
    what = f"Password of {clean(profile.user)}" if profile.user else "Token"
    host = urlsplit(profile.url).hostname or profile.url
    try:
        typed = getpass.getpass(f"{what} for {profile.name} ({clean(host)}): ")
    except (EOFError, UnicodeDecodeError):
        typed = ""
    if not typed:
        raise ConfigError(f"profiles.{profile.name}.secret: nothing was typed.")
    return typed
