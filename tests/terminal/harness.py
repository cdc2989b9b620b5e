"""Plays the terminal: runs a program in a PTY, answers its queries, presses keys, reads the screen.

Everything is done in the caller's thread: bytes are read whenever one of the waiting methods runs. They end
between two frames (mode 2026), so that nobody looks at half of one.
"""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from types import TracebackType

import pyte
import wcwidth

from tests.waiting import NotShown

SEQUENCE = re.compile(
    r"\x1b\[(?P<parameters>[0-?]*)(?P<between>[ -/]*)(?P<final>[@-~])"
    r"|\x1b[\]P_^X](?P<string>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    r"|\x1b[ -/]*[0-OQ-WYZ`-~\\]"
)
"""A control sequence; an operating system command, device control or other string; a short escape."""

# Takes the PTY as its controlling terminal, tells when it starts, and becomes the program.
LAUNCHER = (
    "import fcntl, os, signal, sys, termios; signal.signal(signal.SIGHUP, signal.SIG_DFL);"
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.write(int(sys.argv[1]), b'x'); os.close(int(sys.argv[1]));"
    "os.execvp(sys.argv[2], sys.argv[2:])"
)

KEYS = {
    "enter": "\r",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "escape": "\x1b",
    "space": " ",
    "backspace": "\x7f",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "f1": "\x1bOP",
}
CURSOR_KEYS = {"up": "A", "down": "B", "right": "C", "left": "D", "home": "H", "end": "F"}
SHOWN_CURSOR, WRAP, FRAME = 25, 7, 2026
FRAME_SECONDS = 10.0
"""How long a terminal waits for the rest of a frame."""
DEFAULT_MODES = frozenset({SHOWN_CURSOR, WRAP})


ALONE_SECONDS = 0.13
"""A key with longer pauses round it may be one that a person has pressed once."""


def key_bytes(key: str, *, application_cursor: bool = False) -> bytes:
    """What a terminal sends for a key: a character, a name, or ctrl+ and a letter."""
    if key in CURSOR_KEYS:
        return ("\x1bO" if application_cursor else "\x1b[").encode() + CURSOR_KEYS[key].encode()
    if key.startswith("ctrl+") and len(key) == 6:
        return bytes([ord(key[5]) & 31])
    return KEYS.get(key, key).encode()


def _whole(cells: list[str]) -> str:
    """A line of cells; the right half of a wide character is empty, and stands behind its left one."""
    line = "".join(cells)
    if line.isascii() and len(line) == len(cells):
        return line
    is_wide = [bool(cell) and wcwidth.wcwidth(cell[0]) == 2 for cell in cells]
    found = []
    for x, cell in enumerate(cells):
        is_right = x > 0 and is_wide[x - 1]
        is_torn = not is_right if not cell else is_wide[x] and x + 1 < len(cells) and bool(cells[x + 1])
        found.append(" " if is_torn else cell)
    return "".join(found)


class Picture(pyte.Screen):
    """pyte's screen, and what it lacks: scrolling, and characters of no width that do not combine."""

    def __init__(self, columns: int, rows: int) -> None:
        self._display: list[str] = []
        super().__init__(columns, rows)

    def draw(self, data: str) -> None:
        """pyte drops the rest of a text at a variation selector or a joiner; they change no cell here."""
        super().draw("".join(c for c in data if unicodedata.combining(c) or wcwidth.wcwidth(c) > 0))

    def set_margins(self, top: int | None = None, bottom: int | None = None) -> None:
        """pyte leaves the cursor where it is when the whole screen is the region again; terminals do not."""
        super().set_margins(top, bottom)
        if not top and bottom is None:
            self.cursor_position()

    @property
    def display(self) -> list[str]:
        """The lines. When half of a wide character was overwritten, a terminal shows the other half blank."""
        drawn = {*self.dirty, *(y - 1 for y in self.dirty)}
        """With the lines above: a character that combines may go to the end of one."""
        if len(self._display) != self.lines:
            self._display = [""] * self.lines
            drawn.update(range(self.lines))
        for y in drawn & {*range(self.lines)}:
            line = self.buffer[y]
            self._display[y] = _whole([line[x].data for x in range(self.columns)])
        self.dirty.clear()
        return self._display.copy()

    def scroll(self, lines: int) -> None:
        """SU (positive) and SD (negative) within the margins; the cursor stays."""
        top, bottom = self.margins or (0, self.lines - 1)
        x, y = self.cursor.x, self.cursor.y
        self.cursor.y = bottom if lines > 0 else top
        for _ in range(abs(lines)):
            self.index() if lines > 0 else self.reverse_index()
        self.cursor.x, self.cursor.y = x, y


class Terminal:
    """One program in a terminal. Use it as a context manager; at its end the program is killed."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        columns: int = 80,
        rows: int = 24,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        knows_frames: bool = True,
    ) -> None:
        """`environment` is put over this process's own. `knows_frames`: it has mode 2026."""
        self.picture = Picture(columns, rows)
        self.raw = bytearray()
        """Every byte that the program has written."""
        self.arrivals: list[tuple[float, int]] = []
        """`time.monotonic()` and the length of `raw` at each read."""
        self.modes = set(DEFAULT_MODES)
        """Private modes that are on now."""
        self.modes_ever: set[int] = set()
        self.kitty_depth = 0
        """How many keyboard protocol flags are pushed and not popped."""
        self._stream = pyte.Stream(self.picture)
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._rest = ""
        self._closed = False
        self._knows_frames = knows_frames
        self.master, self.slave = pty.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._settings = termios.tcgetattr(self.slave)
        started, starting = os.pipe()
        inherited = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES", "TMUX", "STY")}
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", LAUNCHER, str(starting), *map(str, command)],
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            env=inherited | {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"} | dict(environment or {}),
            cwd=folder,
            start_new_session=True,
            pass_fds=(starting,),
        )
        os.close(starting)
        os.read(started, 1)
        os.close(started)
        self.started = time.monotonic()

    # what the person at the terminal does

    def press(self, *keys: str, pause: float = 0.0) -> None:
        """Press keys by name, with a pause after each, in which the program's answers are read."""
        for key in keys:
            self.send(key_bytes(key, application_cursor=1 in self.modes))
            if pause:
                self.read_for(pause)

    def type_text(self, text: str, pause: float = 0.015) -> None:
        """Type a text, one key after the other."""
        self.press(*text, pause=pause)

    def paste(self, text: str) -> None:
        """Paste as the terminal does now: with brackets where the program asked for them."""
        data = text.encode()
        self.send(b"\x1b[200~" + data + b"\x1b[201~" if 2004 in self.modes else data)

    def hold(self, key: str, seconds: float, rate: float = 30.0) -> None:
        """Hold a key down: the terminal repeats it `rate` times a second, whatever is drawn meanwhile.

        Raises NotShown where this machine made such a pause in it that a key stood alone.
        """
        data = key_bytes(key, application_cursor=1 in self.modes)
        pressed: list[float] = []

        def repeat() -> None:
            with suppress(OSError):  # where one may not
                # A keyboard keeps its rhythm however much the machine has to do.
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), -15)
            for _ in range(int(seconds * rate)):
                self.send(data)
                pressed.append(time.monotonic())
                time.sleep(1 / rate)

        thread = threading.Thread(target=repeat)
        thread.start()
        while thread.is_alive():
            self._read(1 / rate)
        longest = max((after - before for before, after in pairwise(pressed)), default=0.0)
        if longest > ALONE_SECONDS:
            raise NotShown(f"{key} could not be held: {longest:.2f} seconds between two of it")

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        os.write(self.master, data)

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the window."""
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.picture.resize(rows, columns)

    def hang_up(self) -> None:
        """Close the window, as a broken SSH session does."""
        os.close(self.master)
        os.close(self.slave)
        self._closed = True

    def kill(self, number: signal.Signals) -> None:
        """Send a signal to the program."""
        self.process.send_signal(number)

    # what can be seen

    @property
    def text(self) -> str:
        """The screen as lines."""
        return "\n".join(line.rstrip() for line in self.picture.display)

    @property
    def ended(self) -> bool:
        """Whether the program has ended."""
        return self.process.poll() is not None

    def left_behind(self) -> list[str]:
        """What of the terminal is not as the program found it."""
        found = [f"mode {mode} is on" for mode in sorted(self.modes - DEFAULT_MODES)]
        found += [f"mode {mode} is off" for mode in sorted(DEFAULT_MODES - self.modes)]
        if self.kitty_depth:
            found.append(f"{self.kitty_depth} keyboard flags are pushed")
        if termios.tcgetattr(self.slave) != self._settings:
            found.append("the line settings differ")
        if self.picture.margins not in (None, (0, self.picture.lines - 1)):
            found.append(f"a scroll region is set: {self.picture.margins}")
        plain = self.picture.default_char
        if self.picture.cursor.attrs._replace(data=plain.data) != plain:
            found.append(f"a style is on: {self.picture.cursor.attrs}")
        return found

    # waiting

    def wait_for(self, pattern: str, seconds: float = 60.0) -> re.Match[str]:
        """Read until the screen shows a pattern. Raises NotShown with the screen when it does not."""
        compiled = re.compile(pattern, re.MULTILINE)
        if self._read_until(lambda: compiled.search(self.text) is not None, seconds):
            found = compiled.search(self.text)
            assert found is not None
            return found
        raise NotShown(f"{pattern!r} is not on the screen{self._state()}:\n{self.text}")

    def wait_gone(self, pattern: str, seconds: float = 60.0) -> None:
        """Read until the screen shows a pattern no more. Raises NotShown with the screen."""
        compiled = re.compile(pattern, re.MULTILINE)
        if not self._read_until(lambda: compiled.search(self.text) is None, seconds):
            raise NotShown(f"{pattern!r} is still on the screen{self._state()}:\n{self.text}")

    def wait_while(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Read as long as a condition holds, but not longer than a time; False when it holds still."""
        return self._read_until(lambda: not condition(), seconds)

    def wait_exit(self, seconds: float = 60.0) -> int:
        """Read until the program has ended; its exit code, negative for a signal. Raises NotShown."""
        if not self._read_until(lambda: self.ended, seconds):
            raise NotShown(f"the program goes on:\n{self.text}")
        self.wait_quiet(0.1, 5.0)
        return self.process.returncode

    def wait_quiet(self, quiet: float = 0.3, seconds: float = 60.0) -> None:
        """Read until nothing was written for a while."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self._read(quiet):
            pass

    def read_for(self, seconds: float) -> None:
        """Go on reading for a time."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._read(left)

    def read_next(self, seconds: float) -> bool:
        """Read until something has come, but not longer than a time; whether it has."""
        return self._read(seconds)

    def _state(self) -> str:
        return f" (exit code {self.process.returncode})" if self.ended else ""

    def _read_until(self, done: Callable[[], bool], seconds: float) -> bool:
        end = time.monotonic() + seconds
        while not done():
            if time.monotonic() >= end:
                return False
            if not self._read(0.05) and self.ended and not self._read(0.05):
                return done()
        return True

    def _read(self, seconds: float) -> bool:
        """Take in what arrives within a time, and the rest of a frame that has begun; False for nothing."""
        if self._closed:
            time.sleep(seconds)
            return False
        has_come = self._take_in(seconds)
        while has_come and FRAME in self.modes and self._take_in(0.0 if self.ended else FRAME_SECONDS):
            pass
        return has_come

    def _take_in(self, seconds: float) -> bool:
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        data = os.read(self.master, 65536)
        self.raw += data
        self.arrivals.append((time.monotonic(), len(self.raw)))
        self._feed(data)
        return True

    # the terminal's side of the conversation

    def _feed(self, data: bytes) -> None:
        text, self._rest = self._rest + self._decode(data), ""
        cut = text.rfind("\x1b")
        if cut >= 0 and len(text) - cut < 256 and not SEQUENCE.match(text, cut):
            text, self._rest = text[:cut], text[cut:]
        at = 0
        for found in SEQUENCE.finditer(text):
            self._stream.feed(text[at : found.start()])
            at = found.end()
            self._obey(found)
        self._stream.feed(text[at:])

    def _obey(self, found: re.Match[str]) -> None:
        if found["string"] is not None:
            return
        if found["final"] is None:
            if found.group()[1] not in "=>\\":
                self._stream.feed(found.group())
            return
        parameters, final = found["parameters"], found["final"]
        answer = self._answer(parameters, found["between"], final)
        if answer:
            self.send(answer.encode())
        elif parameters.startswith("?") and final in "hl" and not found["between"]:
            self._set_modes(parameters[1:], on=final == "h")
        elif final == "u" and parameters[:1] in ("<", ">"):
            self.kitty_depth += 1 if parameters[0] == ">" else -int(parameters[1:] or 1)
            self.kitty_depth = max(0, self.kitty_depth)
        elif final in "ST" and parameters in ("", *map(str, range(1, 200))):
            self.picture.scroll(int(parameters or 1) * (1 if final == "S" else -1))
        elif final == "b" and parameters.isdigit():
            x, y = self.picture.cursor.x, self.picture.cursor.y
            self._stream.feed(self.picture.buffer[y][max(0, x - 1)].data * int(parameters))
        elif parameters[:1] not in ("<", "=", ">", "?") and not found["between"]:
            self._stream.feed(found.group())

    def _answer(self, parameters: str, between: str, final: str) -> str:
        """What an xterm answers to a query; empty for anything else."""
        cursor = self.picture.cursor
        if final == "c" and not between:
            return {"": "\x1b[?62;22c", "0": "\x1b[?62;22c", ">": "\x1b[>41;390;0c"}.get(parameters, "")
        if final == "n" and not between:
            return {"5": "\x1b[0n", "6": f"\x1b[{cursor.y + 1};{cursor.x + 1}R"}.get(parameters, "")
        if final == "p" and between == "$" and parameters.startswith("?"):
            mode = int(parameters[1:] or 0)
            is_known = mode != 2048 and (mode != FRAME or self._knows_frames)
            state = 0 if not is_known else 1 if mode in self.modes else 2
            return f"\x1b[?{mode};{state}$y"
        return ""

    def _set_modes(self, numbers: str, *, on: bool) -> None:
        for number in numbers.split(";"):
            mode = int(number or 0)
            (self.modes.add if on else self.modes.discard)(mode)
            if on:
                self.modes_ever.add(mode)
            if mode in (1049, 1047, 47):
                self._stream.feed("\x1b[0m\x1b[r\x1b[2J\x1b[H")
            elif mode in (6, 7, 25):
                self._stream.feed(f"\x1b[?{mode}{'h' if on else 'l'}")

    def close(self) -> None:
        """Kill what still runs and give the PTY back."""
        if not self.ended:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if not self._closed:
            os.close(self.master)
            os.close(self.slave)
            self._closed = True

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
