"""The one door out to the terminal while the screen is up, and the one in.

Out: the second layer of text safety (reliability.md C1 to C3). `model.text.clean` has made every text safe
where it came in; should one ever slip past it, `TextFilter` takes its control characters out of the cells,
and `OutputGuard` lets only those sequences through that Textual and reltui write themselves.

In: a thread that sleeps until a byte comes, and that hands on what came at once in one piece as a paste.

RELTUI_STOCK_DRIVER=1 in the environment gives Textual's own driver back, to find out whose fault it is.
"""

from __future__ import annotations

import base64
import itertools
import os
import re
import selectors
import signal
import sys
import termios
import time
from codecs import getincrementaldecoder
from collections.abc import Iterable, Sequence
from threading import Thread
from typing import TYPE_CHECKING, Any, cast

from rich.segment import Segment
from textual import constants, events
from textual._xterm_parser import XTermParser  # the parser of the stock driver; there is no public one
from textual.color import Color
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.filter import LineFilter
from textual.message import Message

from reltui.terminal import takes_commands
from reltui.ui.writer import Writer

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp

CLIPBOARD_BYTES = 64 * 1024
PASTE_KEYS = 4
"""So many different characters in one read were not typed."""
REPORT_ROW = 2
"""Not 1: there a report looks like F3 with a modifier."""
REPORT_COLUMNS = 40
REPORT_SECONDS = 0.5
"""How long the end waits for a report that is on its way."""
KEEP_TITLE = "\x1b[22;2t"
RESTORE_TITLE = "\x1b[23;2t"

_HIDDEN = (
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f"
)
"""Direction controls, invisible signs, tags, and halves of characters that cannot be encoded."""

_CONTROLS = re.compile(f"[\x00-\x1f\x7f-\x9f{_HIDDEN}]")

_SEQUENCES = (
    r"\[[0-9;]*m"  # colours
    r"|\[\d+;\d+H"  # cursor to row and column
    r"|\[\?(?:7|25|1000|1003|1004|1006|1015|1016|1049|2004|2026|2048)[hl]"
    r"|\[\?(?:2026|2048)\$p"  # does the terminal know this mode?
    r"|\[>\d+u|\[<u"  # kitty keys on and off
)
_FORBIDDEN = re.compile(f"\x1b(?!{_SEQUENCES})|[\x00-\x09\x0b-\x1a\x1c-\x1f\x7f-\x9f{_HIDDEN}]")
_WHOLE_WRITES = re.compile("\x07|\x1b\\]22;[a-z-]{0,20}\x07")
"""The bell, and the shape of the mouse pointer: right only when they are all that is written."""


class OutputGuard:
    """Lets text and our own sequences pass, and counts what it stops.

    Textual writes every frame and every sequence whole, so a sequence that is not complete within one
    write is not Textual's, and nothing has to be remembered between two writes.
    """

    def __init__(self) -> None:
        self.stopped = 0
        """Characters taken out since the start."""

    def passed(self, data: str) -> str:
        """What of this write may go out. A stopped sequence loses its control characters and is then text."""
        if _WHOLE_WRITES.fullmatch(data):
            return data
        kept, count = _FORBIDDEN.subn("", data)
        if count:
            self.stopped += count
        return kept


class TextFilter(LineFilter):
    """Takes control characters out of the text of cells, whatever widget drew them.

    A sequence inside a text has the same form as one of our own, so the guard below cannot tell them apart;
    here it is still known to be text.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stopped = 0

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments without control characters; the very same list when there is none."""
        if all(segment.text.isprintable() for segment in segments):
            return segments
        cleaned: list[Segment] = []
        for segment in segments:
            text, count = _CONTROLS.subn("", segment.text)
            self.stopped += count
            cleaned.append(Segment(text, segment.style, segment.control) if count else segment)
        return cleaned


class GuardedDriver(LinuxDriver):
    """Textual's driver for terminals, guarded on the way out; on the way in it tells pastes from keys."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.output_guard = OutputGuard()
        self._writer: Writer | None = None
        self._wake_read, self._wake_write = os.pipe()
        self._asked = 0
        """Cursor reports asked for; each asks from another column, which tells the answers apart."""
        self._answered = 0
        """The newest of them that was answered; 0 for a terminal that never does."""
        self._counts_from = 0
        self._title = ""
        """The window's title that was set; empty while it is that of others."""

    # Out

    def write(self, data: str) -> None:
        """Write what may go out, soon; never waits for the terminal."""
        if self._mouse or not data.startswith("\x1b]22;"):
            self._put(self.output_guard.passed(data))

    def copy(self, text: str) -> None:
        """Put a clean text on the terminal's clipboard (OSC 52, write only, at most 64 kB; C3)."""
        data = text.encode("utf-8", "replace")[:CLIPBOARD_BYTES]
        self._put(f"\x1b]52;c;{base64.b64encode(data).decode('ascii')}\x07")

    def ring(self) -> None:
        """Ring the terminal's bell."""
        self._put("\x07")

    def title(self, text: str) -> None:
        """Set the title of the terminal's window (OSC 2) to a clean text, where it is another now.

        The title from before is put back at the end, on terminals that keep it (CSI 22 t and 23 t of xterm);
        others keep the name of the program.
        """
        if text == self._title or not _has_strings():
            return
        first = "" if self._title else KEEP_TITLE
        self._title = text
        self._put(f"{first}{_title(text)}")

    def notify(self, text: str) -> None:
        """A notification of the desktop (OSC 9) with a clean text."""
        if _has_strings():
            # What begins with a digit is a command to some terminals.
            self._put(f"\x1b]9;reltui: {_CONTROLS.sub('', text)}\x07")

    def _put_title_back(self) -> None:
        if self._title:
            self._put(f"{_title('reltui')}{RESTORE_TITLE}")
            self._title = ""

    def ask_shown(self, *, anew: bool) -> bool:
        """Have the terminal report when it has shown all that was written; `has_shown` knows the report.

        `anew`: earlier reports no longer count. False when this terminal is not known to report.
        """
        self._asked += 1
        if anew:
            self._counts_from = self._asked
        self._put(f"\x1b[{REPORT_ROW};{_report_column(self._asked)}H\x1b[6n")
        return self._answered > 0

    def has_shown(self, report: events.CursorPosition) -> bool:
        """Whether it is the terminal's answer to a question that still counts."""
        return self._question(report) >= self._counts_from

    def _question(self, report: events.CursorPosition) -> int:
        """The number of the newest question that a report can answer; 0 for none."""
        if report.y != REPORT_ROW - 1:
            return 0
        possible = range(self._asked, max(0, self._asked - REPORT_COLUMNS), -1)
        return next((number for number in possible if _report_column(number) == report.x + 1), 0)

    def _put(self, data: str) -> None:
        if self._writer is not None:
            self._writer.put(data)

    def _caught_up(self) -> None:
        self._app.call_later(self._application.repaint)

    @property
    def _application(self) -> ReltuiApp:
        return cast("ReltuiApp", self._app)

    # Start, stop, suspend

    def start_application_mode(self) -> None:
        """Take the terminal, and find out whether it answers."""
        if self._writer is None and sys.__stderr__ is not None:
            self._writer = Writer(sys.__stderr__, self._caught_up)
            self._writer.start()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self.ask_shown(anew=True)

    def stop_application_mode(self) -> None:
        """Restore the terminal, as far as there still is one."""
        self._put_title_back()
        try:
            super().stop_application_mode()
        except (OSError, termios.error):
            return

    def close(self) -> None:
        """End the writing."""
        if self._writer is not None:
            self._writer.finish()
            self._writer = None
        super().close()

    def disable_input(self) -> None:
        """End the input thread at once rather than at its next look."""
        if self._key_thread is not None and self._key_thread.is_alive():
            self._await_report(self._key_thread)
            os.write(self._wake_write, b"x")
        super().disable_input()

    def _await_report(self, reader: Thread) -> None:
        """A report that came later would be typed into the shell."""
        end = time.monotonic() + REPORT_SECONDS
        while 0 < self._answered < self._asked and reader.is_alive() and time.monotonic() < end:
            time.sleep(0.01)

    def _sigtstp_application(self, *_: Any) -> None:
        # Textual stops at once, even while a decision is being sent (E2). A handler runs in no task of the
        # application's, where no timer can be set.
        self._loop.call_soon_threadsafe(self._app.call_later, self._suspend)

    def _suspend(self) -> None:
        from reltui.ui.actions import may_suspend

        if may_suspend(self._application):
            super()._sigtstp_application()

    def _sigcont_application(self, *_: Any) -> None:
        if self._key_thread is not None and self._key_thread.is_alive():
            # SIGSTOP gives no notice: a second start would leave two threads to share the keys.
            self.suspend_application_mode()
            self._must_signal_resume = True
        super()._sigcont_application()

    # In

    def run_input_thread(self) -> None:
        """Sleep until something comes; what is too fast for typing is handed on as a paste (A10)."""
        selector = selectors.DefaultSelector()
        selector.register(self.fileno, selectors.EVENT_READ)
        selector.register(self._wake_read, selectors.EVENT_READ)
        keys = KeyParser(debug=self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        escape_open_until = 0.0
        with selector:
            while True:
                waiting = time.monotonic() < escape_open_until
                ready = [key.fd for key, _ in selector.select(0.02 if waiting else None)]
                if self._wake_read in ready:
                    os.read(self._wake_read, 64)
                    return
                if self.fileno in ready:
                    data = self._read()
                    if not data:
                        # The terminal is gone; the signal for that may not come to a process like this.
                        os.kill(os.getpid(), signal.SIGHUP)
                        return
                    text = decode(data)
                    if "\x1b" in text:
                        escape_open_until = time.monotonic() + constants.ESCAPE_DELAY + 0.02
                    self._hand_on(keys.fed(text))
                self._hand_on(keys.ticked())

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, 4096)
        except OSError:
            return b""

    def _hand_on(self, messages: Sequence[Message]) -> None:
        for message in with_pastes(messages):
            if isinstance(message, events.CursorPosition):
                self._answered = self._question(message) or self._answered
            elif isinstance(message, events.Resize) and not self._in_band_window_resize:
                # Nobody asked for it: a pasted size must not bend the screen.
                continue
            self.process_message(message)


class KeyParser:
    """Textual's parser, which ends at some sequences that no terminal sends; it then begins anew."""

    def __init__(self, *, debug: bool = False) -> None:
        self._debug = debug
        self._parser = XTermParser(debug)

    def fed(self, text: str) -> list[Message]:
        """What came with a text; the rest of one that cannot be read is dropped."""
        return self._parsed(self._parser.feed(text)) if text else []

    def ticked(self) -> list[Message]:
        """What is complete by now, such as a lone Escape."""
        return self._parsed(self._parser.tick())

    def _parsed(self, messages: Iterable[Message]) -> list[Message]:
        found: list[Message] = []
        try:
            found.extend(messages)
        except (ValueError, ArithmeticError):
            self._parser = XTermParser(self._debug)
        return found


def with_pastes(messages: Sequence[Message]) -> list[Message]:
    """The messages of one read; characters in a row that no person types so fast become a paste.

    A key held down on a slow line also comes in heaps; it is left to the guard of the keyboard.
    """
    found: list[Message] = []
    for is_typed, group in itertools.groupby(messages, lambda message: bool(_typed(message))):
        run = list(group)
        characters = [key.key for key in run if isinstance(key, events.Key) and key.key != "enter"]
        if is_typed and len(characters) >= PASTE_KEYS and len(set(characters)) > 1:
            run = [events.Paste("".join(map(_typed, run)))]
        found += run
    return found


def _typed(message: Message) -> str:
    if not isinstance(message, events.Key):
        return ""
    if message.key == "enter":
        return "\n"
    return message.character if message.character is not None and message.character.isprintable() else ""


def _has_strings() -> bool:
    return takes_commands(os.environ.get("TERM", ""))


def _title(text: str) -> str:
    return f"\x1b]2;{_CONTROLS.sub('', text)}\x07"


def _report_column(number: int) -> int:
    return 2 + number % REPORT_COLUMNS


def driver_class() -> type[Driver] | None:
    """The driver for `App(driver_class=...)`; None for Textual's own choice."""
    return None if os.environ.get("RELTUI_STOCK_DRIVER", "0") not in ("", "0") else GuardedDriver
