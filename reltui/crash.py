"""What is left of a fault of our own: one sentence, and a file without the values of variables (M5, B4)."""

from __future__ import annotations

import os
import sys
import time
import traceback
from pathlib import Path

from reltui import __version__, paths
from reltui.errors import FolderError


def report(error: BaseException, folder: Path | None) -> str:
    """Write the crash file, and give the sentence that names it."""
    kind = type(error).__name__
    try:
        file = _write(error, paths.ensure(folder or paths.standard().state))
    except (OSError, FolderError):
        return f"reltui stopped by a fault of its own ({kind}); what happened could not be written down."
    return f"reltui stopped by a fault of its own ({kind}). What happened is in {file}"


def _write(error: BaseException, folder: Path) -> Path:
    """Write where it happened; the message of the error may hold a secret, and is left out."""
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    file = folder / f"crash-{stamp}-{os.getpid()}.txt"
    where = "".join(traceback.format_tb(error.__traceback__))
    what = f"reltui {__version__}, Python {sys.version.split()[0]}, {stamp} UTC"
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(f"{what}\n\n{where}{type(error).__name__}\n")
    return file
