"""Deploying a stage: now or at a time, with other values of variables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from textual.widget import Widget

from reltui.data.capabilities import Need, why_not
from reltui.data.decision import Stage
from reltui.data.topics import ServerState
from reltui.model.text import SafeText
from reltui.ui.present import Line, Look
from reltui.ui.present_create import Overrides
from reltui.ui.present_means import window_words
from reltui.ui.present_verbs import about
from reltui.ui.screens.choosing import ValueScreen
from reltui.ui.screens.dialog import fact
from reltui.ui.screens.subject import Subject
from reltui.ui.screens.timed import TimedDialog, window_at
from reltui.ui.widgets.form import Row


class DeployDialog(TimedDialog):
    """Asks when and with which variables the stage shall be deployed."""

    def __init__(self, subject: Subject, server: ServerState, seen: Stage) -> None:
        super().__init__(subject, server)
        self._stage = seen
        variables = (*seen.release.variables, *seen.environment.variables)
        self._overrides = Overrides(variables, refused=why_not(server.generation, Need.VARIABLES))
        self._no_time = why_not(server.generation, Need.DEPLOY_LATER)

    def first_time(self) -> str:
        return "now"

    def text(self, cells: int) -> Sequence[Line]:
        lines = self.place_lines(cells)
        for label, value in about(self._stage, self.protected):
            lines += fact(label, value, cells)
        lines += self.about.facts_now()
        policy = self.policy
        if policy.windows or policy.freezes:
            look = Look(self.server_now, self.app.ascii)
            lines += fact("Window", window_words(window_at(policy, look.now), look), cells)
        lines += self.after_lines(cells)
        self.needed = len(lines)
        return [*lines, *self.data_lines(cells), *self.about.more()]

    def options(self, cells: int) -> Sequence[Row]:
        return self._overrides.rows(cells, self.look)

    def choose(self, key: str) -> None:
        name = key.partition(":")[2]
        usual = self._overrides.offered[name].value or SafeText("")
        value = self._overrides.chosen.get(name, usual)
        self.app.push_screen(ValueScreen(name, usual, value, partial(self._overrides.give, name)))

    def extra(self) -> Sequence[Widget]:
        return [*self.time_fields(), *self.comment_fields(), *self.word_fields()]

    def ready(self) -> SafeText | None:
        no_time = self._no_time if self.when.at is not None else None
        return super().ready() or no_time or self.time_refused() or self.word_missing()

    def chosen(self) -> Mapping[str, Any]:
        options: dict[str, Any] = {}
        if self.when.at is not None:
            options["at"] = self.when.at.isoformat()
        if self._overrides.chosen:
            options["variables"] = dict(self._overrides.chosen)
        return options
