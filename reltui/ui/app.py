"""ReltuiApp: the stack of screens, the keys' way, events to paint, and the end of it all."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import App
from textual.filter import LineFilter
from textual.reactive import Reactive

from reltui.config import Config
from reltui.data.decision import IN_FLIGHT, RECALLABLE, Decision, Verb
from reltui.data.service import DataService
from reltui.data.topics import Changed, Event, Snapshot
from reltui.model.project import Project
from reltui.model.text import SafeText
from reltui.ui import beginning, desktop, ending, jobs, keys, letters, repainting
from reltui.ui.cut_short import CutShort
from reltui.ui.drivers import driver_class, ours
from reltui.ui.first_look import FirstLook
from reltui.ui.guard import Guard
from reltui.ui.keyboard import Keyboard
from reltui.ui.open_edits import OpenEdits
from reltui.ui.options import Said, UiOptions
from reltui.ui.painter import Painter
from reltui.ui.present import Line
from reltui.ui.screens.base import ListScreen, ReltuiScreen
from reltui.ui.screens.small import cover
from reltui.ui.sight import Sight
from reltui.ui.signing import Signing
from reltui.ui.sure_timers import SureTimers
from reltui.ui.telling import Telling
from reltui.ui.watches import Watches
from reltui.ui.widgets import chrome, style
from reltui.ui.wire.guard import TextFilter, clipboard

if TYPE_CHECKING:
    from reltui.ui.driver import GuardedDriver

__all__ = ["ReltuiApp", "UiOptions", "run_app"]

TOP = ("approvals", "releases", "definitions", "live")


class ReltuiApp(SureTimers, App[str], inherit_bindings=False):
    """The application. Screens use: `service`, `config`, `ascii`, `keymap`, `guard`, `say`, `copy`, `browse`,
    `scope`, `go_back`, `go_top`, `decide`. The ways to detail screens are in `ways`."""

    CSS_PATH = Path(__file__).with_name("reltui.tcss")
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    TITLE = "reltui"
    # As the default rather than set later, which would have every style sheet read twice at the start.
    theme: Reactive[str] = Reactive("ansi-dark")

    def __init__(self, service: DataService, config: Config, options: UiOptions) -> None:
        super().__init__(driver_class=driver_class())
        self.service = service
        self.config = config
        self.options = options
        style.use(config.ui.theme)
        self.keymap = keys.keymap(config)
        self.guard = Guard()
        self.ascii = options.ascii
        self.scope: tuple[str, Project] | None = None
        """Server and project that the releases and definitions screens show."""
        self.said: deque[Said] = deque(maxlen=50)
        """What was said, newest last; `!` shows it."""
        self.crash: BaseException | None = None
        self.typed_secret = ("", "")
        """Profile and secret of the first configuration, for the run that begins with it."""
        self.editings = OpenEdits()
        self.is_living = False
        """The first screen has been painted; until then keys do nothing."""
        self.first_look = FirstLook(self)
        self._text_filter = TextFilter()
        self._top: dict[str, ReltuiScreen] = {}
        self.watches = Watches(self)
        self.keyboard = Keyboard(self)
        self.sight = Sight(self)
        self.telling = Telling(self)
        self.cut_short = CutShort(self)
        self.signing = Signing(self)
        self._noticed: set[SafeText] = set()
        self._message: Said | None = None
        self._painter = Painter(self)

    # Start and end

    def on_mount(self) -> None:
        """Listen to the service, and start it once something is on the screen."""
        self.service.subscribe(self._heard)
        self.app_resume_signal.subscribe(self, lambda _: self._resumed())
        self.set_class(self.ascii, "ascii")
        self._tell_notices()
        cover(self, self.size)
        self.call_after_refresh(self._begin)

    def get_default_screen(self) -> ReltuiScreen:
        """The first screen itself lies at the bottom, so that no empty one is laid out and painted before."""
        return self._top_screen((self.options.screen or TOP[0]) if self.service.servers else "welcome")

    def on_resize(self, event: events.Resize) -> None:
        """Cover what would be a mess in a small window; uncover it when there is room."""
        cover(self, event.size)
        repainting.resized(self, event.size)

    def _begin(self) -> None:
        self.is_living = True
        beginning.begin(self)

    def push_screen(self, *arguments: Any, **options: Any) -> Any:
        """Remember the first screen before another one lies over it."""
        self.first_look.take()
        return super().push_screen(*arguments, **options)

    def exit(self, *arguments: Any, **options: Any) -> None:
        """Remember the first screen before it goes."""
        self.first_look.take()
        super().exit(*arguments, **options)

    def _resumed(self) -> None:
        # Textual leaves the screen blank after fg (Textualize/textual#6298); goes when that is closed.
        self.repaint()
        self.service.refresh()

    def repaint(self) -> None:
        """Write the whole screen again; what was on the terminal is lost, or never got there."""
        repainting.paint_anew(self)
        self.let_verbs_rest()

    def _fatal_error(self) -> None:
        # Textual 8.2.8 prints a traceback with all local variables here, secrets included, and offers no
        # setting (reliability.md M5). Can go when `App` has one; tests/ui/test_fatal.py would still hold.
        self.crash = self.crash or sys.exc_info()[1] or self._exception or RuntimeError("panic")
        self._close_messages_no_wait()

    def panic(self, *renderables: Any) -> None:
        """A thread of Textual's, or an error that can draw itself: the same end."""
        self._return_code = 1
        self._fatal_error()

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), self._text_filter, *letters.filters(self.ascii)]

    @property
    def stopped(self) -> int:
        """Control characters that the second layer took out of what went to the terminal."""
        return self._text_filter.stopped + (self.driver.output_guard.stopped if self.driver else 0)

    @property
    def driver(self) -> GuardedDriver | None:
        """Our own driver; None without a terminal, or with Textual's."""
        return ours(self._driver)

    # Screens

    def _top_screen(self, name: str) -> ReltuiScreen:
        if name not in self._top:
            from reltui.ui import tops

            self._top[name] = tops.make(name)
            self.install_screen(self._top[name], name)
        return self._top[name]

    @property
    def depth(self) -> int:
        """How many screens lie over the top screen that is shown."""
        return sum(screen not in self._top.values() for screen in self.screen_stack)

    def go_top(self, name: str) -> None:
        """Show one of the top screens; what was opened above the last one is left."""
        if self.screen is self._top.get(name):
            return
        while self.depth:
            self.pop_screen()
        if len(self.screen_stack) == 1:
            self.push_screen(self._top_screen(name))
        elif self.screen_stack[0] is self._top.get(name):
            self.pop_screen()
        else:
            self.switch_screen(self._top_screen(name))

    def go_back(self) -> None:
        """Leave the screen, if it is not the first. A list under it comes back at once, as it was left."""
        if self.depth:
            self.pop_screen()
            if isinstance(self.screen, ListScreen):
                self.screen.stands = True

    def decide(self, verb: Verb, screen: ReltuiScreen) -> None:
        """Open the dialog of a verb for what is under the cursor, or say why not."""
        from reltui.ui.screens import verbs

        verbs.begin(self, verb, screen)

    def let_verbs_rest(self) -> None:
        """Something else is about to be painted: verbs are dead until then and 400 ms longer."""
        self.sight.changed()

    def on_cursor_position(self, event: events.CursorPosition) -> None:
        """The terminal's answer."""
        self.sight.reported(event)

    def sync_watches(self) -> None:
        """A screen shows something else now."""
        self.watches.sync()

    # Keys

    async def on_event(self, event: events.Event) -> None:
        if (
            isinstance(event, events.Key | events.Paste)
            and not event.is_forwarded
            and self.keyboard.takes(event)
        ):
            return
        await super().on_event(event)

    def pending(self) -> tuple[Decision, ...]:
        """Decisions that are held, wait their turn, or are being sent."""
        moving = RECALLABLE | IN_FLIGHT
        return tuple(d for d in self.service.outbox.decisions() if d.state in moving)

    # Telling

    def say(self, text: SafeText | str, role: str = "") -> None:
        """Tell a line in place of the footer, until the next key. `text` is clean."""
        self._message = Said(time.time(), SafeText(text), role)
        self.said.append(self._message)
        self.draw_soon()

    @property
    def is_telling(self) -> bool:
        """A line that was said still stands there."""
        return self._message is not None

    def hush(self) -> None:
        """Show the footer again in place of what was said."""
        if self._message is not None:
            self._message = None
            self.draw_soon()

    def copy(self, text: SafeText) -> None:
        """Put a clean text on the terminal's clipboard, and show it: no terminal tells whether it did."""
        if not text:
            self.say(SafeText("There is nothing to copy here."))
            return
        if self.driver is not None:
            self.driver.copy(text)
        elif self._driver is not None:
            self._driver.write(clipboard(text))
        self.say(SafeText(f"Copied: {text}"), "info")

    def copy_to_clipboard(self, text: str) -> None:
        """Textual's own widgets copy nothing: the clipboard is written by the copy keys only."""

    def browse(self, url: str) -> None:
        """Open a link of our own in a browser on a desktop, else show it. `url` is made by the service."""
        self.say(desktop.browse(url, self.config.secret_names), "info")

    # Drawing

    def _tell_notices(self) -> None:
        for notice in (each for each in self.service.notices if each not in self._noticed):
            self._noticed.add(notice)
            self.say(notice, "warn")

    def _heard(self, event: Event) -> None:
        self._tell_notices()
        jobs.heard(self, event)
        self.signing.heard(event)
        self.cut_short.heard()
        if isinstance(event, Changed) and event.topic not in self.watches:
            return
        self.draw_soon()

    def draw_soon(self) -> None:
        """Draw the screen again, at most four times a second."""
        self._painter.soon()

    def draw_chrome(self, screen: ReltuiScreen, note: Line, snapshot: Snapshot[Any] | None) -> None:
        """Draw header, status and footer; `snapshot` is what the screen shows, None when it has no age."""
        chrome.draw(self, screen, note, snapshot, self._message)


async def run_app(service: DataService, config: Config, options: UiOptions) -> int:
    """Run the screens on a service that is not started yet; returns the process's exit code.

    The service is closed after the terminal is restored, so that what is being sent is not cut off.
    Raises ConfigError: the keys of the configuration are wrong.
    """
    return await ending.run(ReltuiApp, service, config, options)
