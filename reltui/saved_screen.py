"""The first screen as it looked last time, painted before anything else is loaded.

It stands there for the fifth of a second that loading takes, with its age in words, and is then replaced by
the living screen. It is shown only when this start is like the one it is of: same command line, terminal,
size, configuration, person. While it stands there nothing typed is shown or kept.

Written by `ui.first_look`. What dataclasses, re, json or pathlib need would take longer to load than all
this takes to run, so there is none of them here.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
import time

from reltui import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import FrameType
    from typing import Any

    Row = Sequence[tuple[str, str]]
    """Runs of a line: what changes the style (parameters of SGR, "" for a plain one), and a text."""

FORMAT = "reltui-screen 1"
END = "end"
NAME = "screen"
LARGEST = 64 * 1024
"""Bytes of the file."""
OLDEST = 7 * 86_400
"""Seconds after which it says nothing any more."""
OWN_LINES = 2
"""Lines at the bottom that are not saved: the age takes the place of the status, and no key works yet."""

ENVIRONMENT = (
    *("HOME", "USER", "LOGNAME", "SUDO_USER", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "TZ"),
    *("TERM", "COLORTERM", "NO_COLOR", "COLUMNS", "LINES", "LC_ALL", "LC_CTYPE", "LANG"),
    *("RELTUI_READ_ONLY", "RELTUI_STOCK_DRIVER", "TEXTUAL_COLOR_SYSTEM"),
)
"""What another value of makes another screen, or another person."""
BOOT = "/proc/sys/kernel/random/boot_id"

ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[m\x1b[H\x1b[J"
"""The other screen, no cursor, no going on in the next line, all blank."""
LEAVE = "\x1b[m\x1b[?7h\x1b[?1049l\x1b[?25h"


def folder() -> str:
    """Our cache folder, as platformdirs has it; that alone takes longer to load than painting."""
    root = os.environ.get("XDG_CACHE_HOME", "").strip()
    if not os.path.isabs(root):
        root = os.path.expanduser("~/Library/Caches" if sys.platform == "darwin" else "~/.cache")
    return os.path.join(root, "reltui")


def occasion(arguments: Sequence[str], columns: int, rows: int) -> str:
    """What a start looks like from outside: one line of ASCII. Another one shows another screen."""
    where = os.getcwd() if arguments else ""
    values = [os.environ.get(name) for name in ENVIRONMENT]
    return ascii((__version__, columns, rows, list(arguments), where, values))


def person(variables: Iterable[str], files: Iterable[str]) -> str:
    """Who signs in, told by the configuration and where the secrets come from; empty when it cannot be told.

    Of all that only four bytes are kept, made with a number that is new at each start of the system and
    stands in no file of ours: enough to see that it is another person, and of no use for guessing a secret.
    """
    import hashlib

    try:
        mark = hashlib.blake2b(key=_content(BOOT)[:64], digest_size=4)
        values = [os.fsencode(os.environ[name]) for name in variables]
        for value in (*values, *(_content(os.path.expanduser(file)) for file in files)):
            mark.update(b"%d:%s" % (len(value), value))
    except (OSError, LookupError):
        return ""
    return f"{os.getuid()} {mark.hexdigest()}"


def _content(path: str) -> bytes:
    """A whole file. Raises OSError: it cannot be read, is no file, or is too large to be what it should."""
    if not stat.S_ISREG(os.stat(path).st_mode):
        # To open a pipe already takes what is written into it from whoever it is for.
        raise OSError(errno.EINVAL, "no file")
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        content = os.read(descriptor, LARGEST + 1)
    finally:
        os.close(descriptor)
    if len(content) > LARGEST:
        raise OSError(errno.EFBIG, "too large")
    return content


class Saved:
    """What the file holds."""

    def __init__(
        self,
        occasion: str,
        person: str,
        variables: Sequence[str],
        files: Sequence[str],
        at: int,
        rows: Sequence[Row],
    ) -> None:
        """`variables` and `files` are those by which `person` is told; `at` is `time.time()`."""
        self.occasion = occasion
        self.person = person
        self.variables = variables
        self.files = files
        self.at = at
        self.rows = rows


def encoded(saved: Saved) -> bytes:
    """The file. Raises ValueError: it cannot hold this."""
    head = [FORMAT, saved.occasion, saved.person, str(saved.at)]
    lists = ["\t".join(saved.variables), "\t".join(saved.files), str(len(saved.rows))]
    rows = ["\t".join(part for run in row for part in run) for row in saved.rows]
    data = "\n".join([*head, *lists, *rows, END]).encode("utf-8", "surrogateescape")
    read_back = decoded(data)
    if [list(read_back.variables), list(read_back.files)] != [list(saved.variables), list(saved.files)]:
        raise ValueError("a name with a control character")
    return data


def decoded(data: bytes) -> Saved:
    """What a file holds; nothing but printable text and colours comes out. Raises ValueError."""
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    if len(data) > LARGEST or len(lines) < 8 or lines[0] != FORMAT or lines[-1] != END:
        raise ValueError("not a whole file of this format")
    rows = [_row(line) for line in lines[7:-1]]
    if lines[6] != str(len(rows)) or not lines[3].isdecimal():
        raise ValueError("another number of lines")
    variables, files = (line.split("\t") if line else [] for line in lines[4:6])
    return Saved(lines[1], lines[2], variables, files, int(lines[3][:12]), rows)


def _row(line: str) -> Row:
    """Raises ValueError."""
    parts = line.split("\t") if line else []
    styles, texts = parts[::2], parts[1::2]
    if len(styles) != len(texts) or not all(text.isprintable() for text in texts):
        raise ValueError("not a line of the screen")
    for style in styles:
        numbers = style.replace(";", "")
        if len(style) > 40 or (style and not (numbers.isascii() and numbers.isdigit())):
            raise ValueError("not a style")
    return list(zip(styles, texts, strict=True))


def age(seconds: float) -> str:
    """In words."""
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        count = int(seconds // size)
        if count:
            return f"{count} {name}{'' if count == 1 else 's'} ago"
    return "less than a minute ago"


def with_age(saved: Saved, now: float) -> list[Row]:
    """All lines of the screen, with what tells it from a living one."""
    told: Row = [("1", f" As it was {age(now - saved.at)}. Reading ...")]
    return [*saved.rows, told, ()]


def painted(rows: Iterable[Row]) -> str:
    """The lines as they go to a blank screen with the cursor in its corner."""
    lines = []
    for row in rows:
        line, style = "", ""
        for change, text in row:
            line += f"\x1b[{change}m{text}" if change or style else text
            style = change
        lines.append(f"{line}\x1b[m" if style else line)
    return "\r\n".join(lines)


class Shown:
    """The terminal, taken with the saved screen on it: typed characters do not show, Ctrl+C still ends."""

    def __init__(self, rows: Sequence[Row]) -> None:
        """Take it, and paint. Raises OSError and termios.error; the terminal is as before then."""
        import signal
        import termios

        self.rows = rows
        """What stands there."""
        self.settings: list[Any] | None = termios.tcgetattr(0)
        """Those of the terminal from before; None once the living screen has it, or it is restored."""
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, _end)
        is_up = False
        try:
            termios.tcsetattr(0, termios.TCSANOW, _silent(self.settings))
            _write(ENTER + painted(rows) + "\x1b[?7h")
            is_up = True
        finally:
            if not is_up:
                self.give_back()

    def hand_over(self) -> None:
        """The living screen has the terminal now, and restores it."""
        self.settings = None

    def give_back(self) -> None:
        """Restore the terminal, as far as there still is one, unless the living screen has it."""
        import termios

        settings, self.settings = self.settings, None
        if settings is None:
            return
        try:
            termios.tcsetattr(0, termios.TCSAFLUSH, settings)
            _write(LEAVE)
        except (OSError, termios.error):
            return


def show(arguments: Sequence[str]) -> Shown | None:
    """Paint the saved screen where there is one for this start; None when nothing was painted."""
    if os.name != "posix":
        return None
    import termios

    path = os.path.join(folder(), NAME)
    if not os.path.isabs(path):
        # Nobody knows where this person is at home, and the folder here may be anybody's.
        return None
    try:
        data = _read(path)
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        remove(path)
        return None
    try:
        saved = decoded(data)
        columns, rows = os.get_terminal_size(2)
        if saved.occasion != occasion(arguments, columns, rows) or not _is_in_front():
            return None
        passed = time.time() - saved.at
        if len(saved.rows) != rows - OWN_LINES or not 0 <= passed <= OLDEST:
            raise ValueError("it is of another time")
        if saved.person != person(saved.variables, saved.files) or not saved.person:
            raise ValueError("it is of another person")
        return Shown(with_age(saved, time.time()))
    except ValueError:
        remove(path)
    except (OSError, termios.error):
        # No terminal, or none that can be taken: the screens will say so.
        return None
    return None


def remove(path: str) -> None:
    """Have no saved screen any more. In a folder that is a link, or somebody else's, nothing is ours."""
    try:
        found = os.lstat(os.path.dirname(path))
        if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid():
            os.unlink(path)
    except OSError:
        return


def _read(path: str) -> bytes:
    """A file that only we can have written, in a folder like that. Raises OSError and ValueError."""
    _check_ours(os.lstat(os.path.dirname(path)), stat.S_ISDIR)
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        found = os.fstat(descriptor)
        _check_ours(found, stat.S_ISREG)
        if found.st_size > LARGEST:
            raise ValueError("it is too large")
        return os.read(descriptor, LARGEST + 1)
    finally:
        os.close(descriptor)


def _check_ours(found: os.stat_result, is_kind: Any) -> None:
    if not is_kind(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise ValueError("it is not ours alone")


def _is_in_front() -> bool:
    """A terminal on all three ends, and it is ours to write to."""
    return all(os.isatty(number) for number in (0, 1, 2)) and os.tcgetpgrp(0) == os.getpgrp()


def _silent(settings: list[Any]) -> list[Any]:
    """No echo, no lines; of the keys that send signals only the one that ends."""
    import termios

    iflag, oflag, cflag, lflag, ispeed, ospeed, keys = settings
    lflag &= ~(termios.ECHO | termios.ECHONL | termios.ICANON | termios.IEXTEN)
    none = bytes([os.fpathconf(0, "PC_VDISABLE") & 0xFF])
    keys = list(keys)
    keys[termios.VSUSP] = keys[termios.VQUIT] = none
    keys[termios.VMIN], keys[termios.VTIME] = 1, 0
    return [iflag, oflag, cflag, lflag, ispeed, ospeed, keys]


def _write(text: str) -> None:
    """Raises OSError."""
    data = text.encode(getattr(sys.__stderr__, "encoding", None) or "utf-8", "replace")
    while data:
        try:
            data = data[os.write(2, data) :]
        except BlockingIOError:
            # Another program has left it non-blocking.
            import select

            select.select([], [2], [])


def _end(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)
