"""The one door out to the terminal while the screen is up, and the one in.

Out: what Textual draws is read as cells, and only those go out that differ from what the terminal holds; so
only sequences of our own go out, which is also the second layer of text safety (reliability.md C1 to C3).

In: a thread that sleeps until a byte comes, and that hands on what came at once in one piece as a paste.

`ui.drivers` chooses between it and Textual's own.
"""

from __future__ import annotations

import os
import signal
import sys
import termios
import time
from collections.abc import Sequence
from threading import Thread
from typing import TYPE_CHECKING, Any, cast

from textual import events
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message
from textual.messages import InBandWindowResize
from textual.screen import Screen

from reltui.terminal import takes_commands
from reltui.ui.wire.canvas import Canvas
from reltui.ui.wire.guard import OutputGuard, clipboard, is_frame, without_controls
from reltui.ui.wire.keys import KeyParser, listen, with_pastes
from reltui.ui.wire.saved import runs_of, screen_of
from reltui.ui.writer import Writer

if TYPE_CHECKING:
    from reltui.saved_screen import Row
    from reltui.ui.app import ReltuiApp

REPORT_ROW = 2
"""Not 1: there a report looks like F3 with a modifier."""
REPORT_COLUMNS = 40
REPORT_SECONDS = 0.5
"""How long the end waits for a report that is on its way."""
FRAME_BEGIN, FRAME_END = "\x1b[?2026h", "\x1b[?2026l"
ENTER_SCREEN, LEAVE_SCREEN = "\x1b[?1049h", "\x1b[?1049l"
REPAINT_SECONDS = 1.0
KEEP_TITLE = "\x1b[22;2t"
RESTORE_TITLE = "\x1b[23;2t"


class GuardedDriver(LinuxDriver):
    """Textual's driver for terminals, guarded on the way out; on the way in it tells pastes from keys."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._size = self._size or self._get_terminal_size()
        self.output_guard = OutputGuard()
        self._canvas = Canvas()
        self._is_drawing = False
        """Between the marks of a frame that the terminal shows at once (mode 2026)."""
        self._repainted_at = float("-inf")
        self._is_repaint_due = False
        self._writer: Writer | None = None
        self._wake_read, self._wake_write = os.pipe()
        self._asked = 0
        """Cursor reports asked for; each asks from another column, which tells the answers apart."""
        self._answered = 0
        """The newest of them that was answered; 0 for a terminal that never does."""
        self._counts_from = 0
        self._title = ""
        """The window's title that was set; empty while it is that of others."""
        self._stands: Sequence[Row] = ()
        """The lines of the saved screen, until the first frame."""
        self._drawn: Screen[Any] | None = None
        """The screen of the last frame."""

    # Out

    def write(self, data: str) -> None:
        """Write what may go out, soon; never waits for the terminal."""
        if data in (FRAME_BEGIN, FRAME_END):
            self._is_drawing = data == FRAME_BEGIN
            if not self._is_drawing:
                self._paint(at_once=True)
        elif is_frame(data):
            self._draw(data)
        elif self._mouse or not data.startswith("\x1b]22;"):
            self._set(self.output_guard.passed(data))

    def forget_screen(self) -> None:
        """The terminal shows something else than was written; the next frame brings all of the screen."""
        self._canvas.forget()

    def picture(self) -> Sequence[Row]:
        """What is drawn of the screen on top, for the saved screen; empty when part of it is not known."""
        drawn = self._canvas.drawn()
        if drawn is None or self._drawn is not self._app.screen:
            return []
        return [runs_of(row) for row in drawn.rows]

    @property
    def screen_size(self) -> tuple[int, int]:
        """Columns and rows of what was drawn last."""
        return self._canvas.size

    def _draw(self, frame: str) -> None:
        self._drawn = self._app.screen
        if self._canvas.size != self._app.size:
            self._canvas.resize(*self._app.size)
        if self._stands:
            self._canvas.assume(screen_of(self._stands, self._canvas.size[0]))
            self._stands = ()
        stopped = self.output_guard.stopped
        passed = self.output_guard.passed(frame)
        if not self._canvas.read(passed):
            self._put(passed)
            self._repaint_at_times()
        elif self.output_guard.stopped > stopped:
            self._repaint_at_times()
        if not self._is_drawing:
            self._paint()

    def _paint(self, *, at_once: bool = False) -> None:
        if self._writer is None or not self._writer.takes_frames:
            self._canvas.forget()
            return
        difference = self._canvas.difference()
        if difference:
            self._put(f"{FRAME_BEGIN}{difference}{FRAME_END}" if at_once else difference)

    def _repaint_at_times(self) -> None:
        """Draw all anew after something that cannot be read; once a second where it always comes again."""
        if not self._is_repaint_due:
            self._is_repaint_due = True
            wait = self._repainted_at + REPAINT_SECONDS - time.monotonic()
            self._loop.call_later(max(wait, 0.0), self._app.call_later, self._repaint)

    def _repaint(self) -> None:
        self._is_repaint_due = False
        self._repainted_at = time.monotonic()
        self._application.repaint()

    def _set(self, modes: str) -> None:
        if modes == ENTER_SCREEN and self._stands:
            # Entered already; once more, and some terminals clear it.
            return
        self._put(modes)
        if modes in (ENTER_SCREEN, LEAVE_SCREEN):
            self._canvas.forget()

    def copy(self, text: str) -> None:
        """Put a clean text on the terminal's clipboard."""
        self._put(clipboard(text))

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
            self._put(f"\x1b]9;reltui: {without_controls(text)}\x07")

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
        self._canvas.pen.lose_place()
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
        if self._writer is None or not self._writer.put(data):
            self._canvas.forget()

    def _caught_up(self) -> None:
        self._app.call_later(self._application.repaint)

    @property
    def _application(self) -> ReltuiApp:
        return cast("ReltuiApp", self._app)

    # Start, stop, suspend

    def start_application_mode(self) -> None:
        """Take the terminal, from the saved screen where it is shown, and find out whether it answers."""
        shown = self._application.options.shown
        settings = shown.settings if shown is not None else None
        if shown is not None and settings is not None:
            self._stands = shown.rows
        if not self._application.is_living and os.isatty(self.fileno):
            try:
                termios.tcflush(self.fileno, termios.TCIFLUSH)
            except termios.error:
                if self._key_thread is not None:
                    # Started in the background, it was stopped here; brought to the front, the handler of
                    # that signal has done all this.
                    return
        if self._writer is None and sys.__stderr__ is not None:
            self._writer = Writer(sys.__stderr__, self._caught_up)
            self._writer.start()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if shown is not None and settings is not None:
            self.attrs_before = settings
            shown.hand_over()
        self.ask_shown(anew=True)

    def _get_terminal_size(self) -> tuple[int, int]:
        """Of the terminal itself; COLUMNS and LINES, which stay as once exported, only where it has none."""
        try:
            columns, rows = os.get_terminal_size(self.fileno)
        except OSError:
            columns = rows = 0
        return (columns, rows) if columns and rows else super()._get_terminal_size()

    def _request_terminal_sync_mode_support(self) -> None:
        # Of a question that it does not know, the console of an older Linux shows the last letter.
        if _has_strings():
            super()._request_terminal_sync_mode_support()

    def _query_in_band_window_resize(self) -> None:
        """Not asked: a signal tells the size everywhere, and one that is typed must not bend the screen."""

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
        if not listen(self.fileno, self._wake_read, KeyParser(), self._hand_on):
            # The terminal is gone; the signal for that may not come to a process like this.
            os.kill(os.getpid(), signal.SIGHUP)

    def _hand_on(self, messages: Sequence[Message]) -> None:
        for message in with_pastes(messages):
            if isinstance(message, events.CursorPosition):
                self._answered = self._question(message) or self._answered
            elif isinstance(message, events.Resize | InBandWindowResize):
                # Nobody asked for it.
                continue
            self.process_message(message)


def _has_strings() -> bool:
    return takes_commands(os.environ.get("TERM", ""))


def _title(text: str) -> str:
    return f"\x1b]2;{without_controls(text)}\x07"


def _report_column(number: int) -> int:
    return 2 + number % REPORT_COLUMNS
