"""TimedDialog: a dialog with a field for a time, echoed by the clock here, the server's and in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from textual import on
from textual.widget import Widget
from textual.widgets import Input

from reltui.config import StagePolicy
from reltui.data.confirming import server_time
from reltui.data.topics import ServerState
from reltui.model.text import SafeText
from reltui.model.window import WindowState, state
from reltui.ui import present_when
from reltui.ui.present import Line, Look, span, wrap
from reltui.ui.present_when import Typed, read_when
from reltui.ui.screens.asking import SubjectDialog, line_field
from reltui.ui.screens.following import FollowingScreen
from reltui.ui.screens.subject import Subject
from reltui.ui.widgets.lines import Lines


def window_at(policy: StagePolicy, moment: datetime) -> WindowState:
    """Whether a stage may be changed at a moment."""
    return state(policy.windows, policy.freezes, moment)


class TimedDialog(SubjectDialog):
    """Asks when."""

    shut_words: ClassVar[str] = "That is outside the change window of this stage."
    """What is said of such a time."""

    def __init__(self, subject: Subject, server: ServerState) -> None:
        super().__init__(subject, server)
        self.when = Typed()
        """Read when it was typed, so that what is sent is what was echoed."""

    @property
    def look(self) -> Look:
        """How to draw now."""
        return Look(FollowingScreen.clock(), self.app.ascii)

    @property
    def _clock_offset(self) -> float | None:
        return self.app.service.server(self.about.server).clock_offset

    @property
    def server_now(self) -> datetime:
        """By the server's clock, by which windows open and planned deployments start."""
        return server_time(self.app.service.server(self.about.server), FollowingScreen.clock())

    def first_time(self) -> str:
        """What stands in the field at first."""
        return ""

    @property
    def is_shut(self) -> bool:
        """At the time in the field the stage may not be changed."""
        at = self.when.at or self.server_now
        return not self.when.refused and not window_at(self.policy, at).open

    def echo(self) -> Sequence[Line]:
        """What the time in the field means."""
        shown = present_when.echo(self.when, self.look, self._clock_offset)
        return [*shown, (span(self.shut_words, "warn"),)] if self.is_shut else shown

    def time_fields(self) -> list[Widget]:
        """The field with its echo above."""
        when = line_field("when", value=self.first_time())
        when.select_on_focus = True
        self.when = read_when(when.value, FollowingScreen.clock())
        return [Lines(id="echo"), when]

    @property
    def focus_chain(self) -> list[Widget]:
        """The time first: who types one at once types it there, and not to what is out of view."""
        return sorted(super().focus_chain, key=lambda each: each.id != "when")

    @on(Input.Changed, "#when")
    def when_typed(self, event: Input.Changed) -> None:
        """What it means is settled here."""
        self.when = read_when(event.value, FollowingScreen.clock())
        self.update()

    def update(self) -> None:
        rows = [row for line in self.echo() for row in wrap(line, self.app.size.width - 9)]
        heads = [span(" When: ", "dim"), *[span("       ")] * (len(rows) - 1)]
        shown: list[Line] = [(head, *row) for head, row in zip(heads, rows, strict=True)]
        pane = self.query_one("#echo", Lines)
        pane.styles.height = len(shown)
        pane.show(shown)
        super().update()

    def time_refused(self) -> SafeText | None:
        """Why the time cannot be had; None when it can."""
        return present_when.still_good(self.when, FollowingScreen.clock(), self._clock_offset) or None
