"""The desktop around the terminal: opening a link there. No shell, and never a link from the server (B18)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterable

from reltui.config import child_environment


def browse(url: str, secret_names: Iterable[str]) -> str:
    """Open a link of our own in the desktop's browser, or else show it; the line that says which.

    `secret_names` are the environment variables that the browser does not see.
    """
    if not url:
        return "There is no link here."
    return f"{'Opened' if open_link(url, secret_names) else 'Link'}: {url}"


def open_link(url: str, secret_names: Iterable[str]) -> bool:
    """Open an http(s) link in the desktop's browser; False when there is no desktop, as on a jump host."""
    if not url.startswith(("https://", "http://")):
        return False
    if sys.platform == "darwin":
        name = "open"
    elif os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        name = "xdg-open"
    else:
        return False
    program = shutil.which(name)
    if program is None:
        return False
    nothing = subprocess.DEVNULL
    try:
        # It lives as long as it likes, away from this terminal.
        process = subprocess.Popen(  # noqa: S603 - no shell; the link is made of the profile and numbers
            [program, url],
            stdin=nothing,
            stdout=nothing,
            stderr=nothing,
            env=child_environment(secret_names),
            start_new_session=True,
        )
    except OSError:
        return False
    threading.Thread(target=process.wait, daemon=True, name="browser").start()
    return True
