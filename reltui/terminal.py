"""What the process needs of its terminal and its system before anything else."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from reltui.errors import ConfigError

WITHOUT_STRINGS = ("linux", "vt", "ansi", "cons", "sun")
"""How TERM begins for terminals that know no operating system commands."""
COERCED = ("C.UTF-8", "C.utf8", "UTF-8")
"""What Python puts into LC_CTYPE where the locale is that of C or not installed (PEP 538)."""


def need_terminal() -> None:
    """A terminal that can be drawn on. Raises ConfigError."""
    # One that was closed is None.
    if not all(stream and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise ConfigError("This is a full-screen program and needs a terminal; do not redirect it.")
    if os.environ.get("TERM", "") in ("", "dumb", "unknown"):
        raise ConfigError(
            "The terminal cannot be drawn on (TERM is missing or dumb); set TERM, for example to xterm."
        )


def is_utf8() -> bool:
    """Whether the terminal takes every letter, as the environment says."""
    # Not locale.getpreferredencoding: Python itself says UTF-8 in the C locale, the terminal need not.
    found = environment()
    names = (found.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    return "UTF8" in next((name for name in names if name), "").upper().replace("-", "")


def environment() -> Mapping[str, str]:
    """The environment with LC_CTYPE as it was before Python, in the C locale, has put UTF-8 into it."""
    found = dict(os.environ)
    if sys.flags.utf8_mode and not found.get("LC_ALL") and found.get("LC_CTYPE") in COERCED:
        found["LC_CTYPE"] = _started_with("LC_CTYPE")
    return found


def _started_with(name: str) -> str:
    """A variable as it was before Python started; empty where the system does not tell."""
    try:
        with open("/proc/self/environ", "rb") as stream:
            pairs = stream.read().decode("utf-8", "replace").split("\0")
    except OSError:
        return ""
    return next((pair.partition("=")[2] for pair in pairs if pair.startswith(f"{name}=")), "")


def takes_commands(term: str) -> bool:
    """Whether a terminal takes operating system commands; the simplest would show them as text."""
    return not term.startswith(WITHOUT_STRINGS)


def no_core_dumps() -> None:
    """A core file would hold the secrets in memory (reliability.md B15)."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
