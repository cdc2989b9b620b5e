"""Screens to read: help, and the last errors in full."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from textual import events
from textual.app import ComposeResult

from reltui.data.decision import State
from reltui.data.topics import Snapshot
from reltui.ui.filtering import INBOX_WORDS
from reltui.ui.keys import Action, Place
from reltui.ui.present import Line, Span, span, wrap
from reltui.ui.screens.base import ReltuiScreen
from reltui.ui.widgets.lines import Lines
from reltui.ui.widgets.rule import rule
from reltui.ui.widgets.statusline import verdict


class ReadingScreen(ReltuiScreen):
    """Lines over the whole screen. To override: `heading`, `text`."""

    place = Place.READING

    def heading(self) -> Line:
        """What stands in the rule at the top."""
        return ()

    def text(self, cells: int) -> Sequence[Line]:
        """The lines, broken to so many cells."""
        return ()

    def snapshot(self) -> Snapshot[Any] | None:
        """The snapshot whose age the status line tells; None when the lines have none."""
        return None

    def compose(self) -> ComposeResult:
        yield Lines(id="header")
        yield Lines(id="title")
        yield Lines(id="text")
        yield Lines(id="status")
        yield Lines(id="footer")

    def on_resize(self, event: events.Resize) -> None:
        """Break the lines anew."""
        self.update_soon()

    def update(self) -> None:
        width = self.app.size.width
        self.query_one("#title", Lines).show([rule(self.heading(), width, self.app.ascii)])
        self.query_one("#text", Lines).show([(span(" "), *line) for line in self.text(width - 2)])
        self.app.draw_chrome(self, (), self.snapshot())

    def footer_actions(self) -> Sequence[Action]:
        offered = {action.id: action for action in self.app.keymap.offered(self.place)}
        return [offered[name] for name in ("back", "down", "up", "page-down", "page-up")]

    def perform(self, action: Action) -> bool:
        # A key that was typed before there is a text moves nothing.
        moved = self.is_mounted and self.query_one("#text", Lines).perform(action.id)
        return moved or super().perform(action)

    def do_help(self) -> None:
        """Help on help is where one is already."""

    def do_error(self) -> None:
        """And so it is with the errors."""


def is_general(action: Action) -> bool:
    """Whether a key does the same on every screen: it comes behind those that this one is known for."""
    return Place.ANY in action.places or Place.READING in action.places


class HelpScreen(ReadingScreen):
    """The keys of the screen it was called from, its own ones first."""

    def __init__(self, about: Place) -> None:
        super().__init__()
        self.about = about

    def heading(self) -> Line:
        return (span(f"Keys: {self.about.value}"),)

    def text(self, cells: int) -> Sequence[Line]:
        keymap = self.app.keymap
        lines: list[Line] = []
        for action in sorted(keymap.offered(self.about), key=is_general):
            written = " ".join(keymap.keys_of(action.id))
            for index, part in enumerate(wrap((span(action.help),), max(cells - 26, 20))):
                head = (f"{written:<10} ", f"{action.id:<15}") if index == 0 else (" " * 11, " " * 15)
                lines.append((span(head[0], "key"), span(head[1], "dim"), *part))
        if self.about is Place.APPROVALS:
            lines += [(), (span("What the filter knows", "head"),)]
            for words, what in INBOX_WORDS:
                first, *rest = wrap((span(what),), max(cells - 26, 20))
                lines.append((span(f"{words:<26}", "key"), *first))
                lines += [(span(" " * 26), *each) for each in rest]
        lines += [
            (),
            *wrap(
                (span("Every key can be changed in [keys] of config.toml, by the name in the middle."),),
                cells,
            ),
        ]
        return lines


class MessageScreen(ReadingScreen):
    """What went wrong, newest first, whole; and what the guard stopped."""

    def heading(self) -> Line:
        return (span("What was said, and what went wrong"),)

    def text(self, cells: int) -> Sequence[Line]:
        app = self.app
        parts: list[Line] = []
        for decision in app.service.outbox.decisions():
            if decision.state is not State.HELD:
                parts.append((span("decision  ", "dim"), *verdict(decision)))
        for server in app.service.servers:
            if server.sentence:
                parts.append((span(f"{server.name}  ", "dim"), Span(server.sentence, "bad")))
        for problem in app.watches.problems():
            parts.append((span(f"{problem.where}  ", "dim"), Span(problem.sentence, "warn")))
        for said in reversed(app.said):
            clock = datetime.fromtimestamp(said.at).astimezone().strftime("%H:%M:%S")
            parts.append((span(f"{clock}  ", "dim"), Span(said.text, said.role)))
        stopped = app.stopped
        word = "nothing" if not stopped else f"{stopped} control characters"
        parts.append((span("terminal  ", "dim"), span(f"the guard stopped {word} on the way out")))
        lines: list[Line] = []
        for part in parts:
            first, *rest = wrap(part, cells - 2)
            lines += [first, *((span("  "), *row) for row in rest)]
        return lines
