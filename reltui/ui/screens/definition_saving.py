"""The dialog that saves a definition, an existing or a new one: what changes, and why."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from textual.widget import Widget
from textual.widgets import TextArea

from reltui.data.confirming import is_protected
from reltui.data.decision import Decision, Draft
from reltui.data.topics import ResourcesOf, ServerState
from reltui.errors import ReltuiError
from reltui.model.change import Difference
from reltui.model.definition import Definition
from reltui.model.editing.changes import changes, raw_lines
from reltui.model.resources import NOTHING, Resources
from reltui.model.text import SafeText
from reltui.ui.present import Line, line, span
from reltui.ui.present_changes import COMPARING, broken, change_lines, is_large, plain_changes, raw_line
from reltui.ui.present_saving import changed_stages, new_lines, spaced, word_for
from reltui.ui.present_verbs import about
from reltui.ui.present_words import count
from reltui.ui.screens.asking import SubjectDialog, text_field
from reltui.ui.screens.dialog import fact, key_hint
from reltui.ui.screens.subject import Subject
from reltui.ui.widgets.lines import Lines

NO_COMMENT = "no comment: the history will not say why"


class SavingDialog(SubjectDialog):
    """Shows everything that changes, which must be read to its end; as JSON on a key."""

    def __init__(
        self,
        subject: Subject,
        server: ServerState,
        *,
        comment: str = "",
        submitted: Callable[[Decision], None] | None = None,
        left: Callable[[str], None] | None = None,
    ) -> None:
        """`submitted` is told of the decision; `left` of the comment, when it is closed without one."""
        super().__init__(subject, server)
        self.is_raw = False
        self._comment = comment
        self._submitted = submitted
        self._left = left
        self._told: Sequence[str] = ()
        """The difference in short lines."""
        self._shown: dict[bool, Sequence[Line]] = {}
        """The difference in words, and as JSON (True), once each was made."""
        self._making: set[bool] = set()
        """Which of them is being made."""
        self._broken: tuple[bool, int, list[Line]] | None = None
        """The rows that were drawn last, and for which width."""
        self._differs = True
        self._protected_names: tuple[SafeText, ...] = ()
        """Of the protected stages that change; each is asked for."""
        if isinstance(subject.seen, Definition):
            stages = changed_stages(subject.seen.raw, subject.body)
            protected = [stage for stage in stages if is_protected(stage[0], server)]
            if protected:
                self.protected = True
                self._protected_names = tuple(dict.fromkeys(name for name, _ in protected))
                self.word, self.word_is = word_for(protected)
                self.needs_button = True

    @property
    def base(self) -> Mapping[str, Any]:
        """What the server has; nothing for a new one."""
        return self.about.seen.raw if isinstance(self.about.seen, Definition) else {}

    def _known(self) -> Resources:
        topic = ResourcesOf(self.about.server, self.about.project)
        return self.app.service.look(topic).data or NOTHING

    def text(self, cells: int) -> Sequence[Line]:
        lines = self.place_lines(cells)
        for label, value in about(self.about.seen, self.protected):
            lines += fact(label, value, cells)
        lines += self.about.facts_now()
        if len(self._protected_names) > 1:
            lines += fact("Protected", (span(f"{', '.join(self._protected_names)} change", "warn"),), cells)
        lines += self._change_lines(cells)
        lines += fact("Effect", (span(self.words.effect),), cells)
        lines += self.end_lines(cells)
        self.needed = len(lines)
        return [*lines, *self.about.more()]

    def _change_lines(self, cells: int) -> list[Line]:
        if self.is_raw not in self._shown:
            self._make(self.is_raw)
        shown = self._shown.get(self.is_raw)
        if shown is None:
            return [line(span("Changes      ", "dim"), span(COMPARING, "wait"))]
        if self._broken is None or self._broken[:2] != (self.is_raw, cells):
            self._broken = (self.is_raw, cells, broken(shown, cells))
        return self._broken[2]

    def _make(self, is_raw: bool) -> None:
        """Compare: at once, or beside the drawing where that takes a while."""
        if is_raw in self._making:
            return
        self._making.add(is_raw)
        work = partial(_raw_rows, self.base, self.about.body)
        if not is_raw:
            work = partial(_word_rows, self.base, self.about.body, self._known())
        if is_large(self.base, self.about.body):
            self.run_worker(self._wait_for(is_raw, work), name="compare", group=f"compare {is_raw}")
        else:
            self._made(is_raw, *work())

    async def _wait_for(self, is_raw: bool, work: Callable[[], Compared]) -> None:
        self._made(is_raw, *await asyncio.to_thread(work))
        if not self.is_left:
            self.update()

    def _made(self, is_raw: bool, rows: Sequence[Line], found: Sequence[Difference]) -> None:
        self._shown[is_raw] = rows
        if not is_raw:
            self._told = plain_changes(found)
            self._differs = bool(found) or not self.base

    def do_raw(self) -> None:
        """The difference as JSON, or in words again."""
        self.is_raw = not self.is_raw
        self.update()

    def more_keys(self) -> Line:
        raw = key_hint(self.app.keymap.key_of("raw"), "words" if self.is_raw else "JSON")
        return (*raw, *super().more_keys())

    def comment_fields(self) -> list[Widget]:
        return [
            text_field("Comment: why is it changed? tab comes here, Enter adds a line", text=self._comment)
        ]

    def extra(self) -> Sequence[Widget]:
        return [*self.comment_fields(), *self.word_fields()]

    def update(self) -> None:
        super().update()
        if not self.is_left and self.ready() is None and not self.comment():
            self.query_one("#warning", Lines).show([line(span(NO_COMMENT, "dim"))])

    def ready(self) -> SafeText | None:
        found = super().ready()
        if found is None and False not in self._shown:
            found = SafeText("Both are being compared: wait, and read what changes.")
        if found is None and not self._differs:
            found = SafeText("Nothing would change: there is nothing to save.")
        return found or self.word_missing()

    def word_typed(self) -> str:
        return spaced(super().word_typed())

    def chosen(self) -> Mapping[str, Any]:
        return {**self.about.options, "changes": list(self._told)}

    def draft(self) -> Draft:
        return replace(super().draft(), body=self.about.body)

    def confirm(self) -> None:
        try:
            decision = self.app.service.outbox.submit(self.draft())
        except ReltuiError as error:
            self.app.say(SafeText(str(error)), "bad")
        else:
            self._left = None
            if self._submitted is not None:
                self._submitted(decision)
        self.close_dialog()

    def close_dialog(self) -> None:
        if self._left is not None and self.query("#comment"):
            self._left(self.query_one("#comment", TextArea).text)
        super().close_dialog()


Compared = tuple[Sequence[Line], Sequence[Difference]]
"""Rows to draw, and the differences that they tell."""


def _word_rows(base: Mapping[str, Any], body: Mapping[str, Any], known: Resources) -> Compared:
    """The difference in words, or what a new definition has."""
    found = changes(base, body, known) if base else ()
    words = list(change_lines(found)) if base else list(new_lines(body))
    title = count(len(found), "difference") if base else "what it has"
    head = line(span("Changes      " if base else "New          ", "dim"), span(title, "head"))
    return [head, *words], found


def _raw_rows(base: Mapping[str, Any], body: Mapping[str, Any]) -> Compared:
    """The difference as JSON."""
    return [line(span("As JSON", "head")), *map(raw_line, raw_lines(base, body))], ()
