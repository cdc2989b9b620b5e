"""What a command writes: lines to standard output, remarks to standard error; never an escape sequence."""

from __future__ import annotations

import errno
import json
import os
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

from reltui.terminal import is_utf8

VERSION = 1
"""Of every JSON document; it grows when a field changes its meaning or goes, not when one is added."""


class Output:
    """The two streams. Either may be closed, full, or of an encoding that lacks a letter."""

    def __init__(self) -> None:
        self.failed = False
        """Something could not be written to standard output."""
        for stream in (sys.stdout, sys.stderr):
            if stream is not None and hasattr(stream, "reconfigure"):
                # In the C locale Python writes UTF-8; a file may take that, a terminal need not.
                encoding = "ascii" if stream.isatty() and not is_utf8() else stream.encoding
                stream.reconfigure(encoding=encoding, errors="backslashreplace")

    @property
    def is_terminal(self) -> bool:
        """Whether a person reads standard output as it comes."""
        return sys.stdout is not None and sys.stdout.isatty()

    @property
    def is_utf8(self) -> bool:
        """Whether standard output takes every letter."""
        return sys.stdout is not None and sys.stdout.encoding.casefold().replace("-", "") == "utf8"

    def line(self, text: str) -> None:
        """A line of the result."""
        if self.failed:
            return
        trouble = _write(sys.stdout, f"{text}\n")
        if trouble is not None:
            self.failed = True
            if trouble.errno != errno.EPIPE:
                self.say(f"reltui: The output cannot be written: {trouble.strerror}.")

    def say(self, text: str, end: str = "\n") -> None:
        """A remark for the person who started it; nobody may be there to read it."""
        _write(sys.stderr, f"{text}{end}")

    def document(self, **parts: Any) -> None:
        """A whole JSON document in one line, of ASCII letters only."""
        self.line(json.dumps({"version": VERSION, **parts}, ensure_ascii=True))


def _write(stream: TextIO | None, text: str) -> OSError | None:
    """Write and flush; why it failed."""
    if stream is None:
        return OSError(errno.EBADF, os.strerror(errno.EBADF))
    try:
        stream.write(text)
        stream.flush()
    except OSError as error:
        # What is left in the stream's buffer must not be tried again at the end of the interpreter.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
        return error
    return None


def utc(moment: datetime | None) -> str | None:
    """A moment in JSON: ISO 8601 in UTC, to the second; null when it is not known."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


def span_words(seconds: float) -> str:
    """A span of time as it is spoken, in one figure: "41 minutes", "23 hours", "6 days"."""
    for length, unit in _UNITS:
        number = int(seconds // length)
        # Two days and less are told in hours: "1 day" may be anything up to two.
        if number >= (2 if unit == "day" else 1):
            return f"{number} {unit}{'' if number == 1 else 's'}"
    return "less than a minute"
