"""The decision dialog: every verb that is about one thing and asks for no more than a text or a choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from textual.widget import Widget
from textual.widgets import Input, TextArea

from reltui.data.confirming import word_to_type
from reltui.data.decision import GateStep, Pause, Verb
from reltui.data.topics import ServerState
from reltui.model.release import Release
from reltui.model.text import SafeText, clean, has_marks
from reltui.model.window import WindowState
from reltui.ui.present import Line, Span, span, wrap
from reltui.ui.present_verbs import VALUES, about, gate_names, running_gates
from reltui.ui.screens.asking import SubjectDialog, line_field, text_field
from reltui.ui.screens.dialog import fact
from reltui.ui.screens.later import closed_now
from reltui.ui.screens.subject import Subject
from reltui.ui.widgets.form import Row
from reltui.ui.widgets.lines import Lines


class DecisionDialog(SubjectDialog):
    """Asks whether the one thing that was under the cursor shall be decided so."""

    def __init__(self, subject: Subject, server: ServerState) -> None:
        super().__init__(subject, server)
        choices = self._choices()
        self._choice = choices[0] if len(choices) == 1 else SafeText("")
        """The gate or tag that was chosen; where there is one only, it is."""
        self._shut: WindowState | None = None
        """The window outside of which it was opened: that is told, and confirmed by the stage's name."""

    def text(self, cells: int) -> Sequence[Line]:
        lines = self.place_lines(cells)
        for label, value in about(self.about.seen, self.protected):
            lines += fact(label, value, cells)
        for label, value in self.choice_facts():
            lines += fact(label, value, cells)
        if self.words.effect:
            lines += fact("Effect", (span(self.words.effect),), cells)
        lines += [*self.about.facts_now(), *self._shut_lines(cells), *self.end_lines(cells)]
        self.needed = len(lines)
        if isinstance(self.about.seen, Pause):
            lines += _instructions(self.about.seen.intervention.instructions, cells)
        return [*lines, *self.about.more()]

    def _shut_lines(self, cells: int) -> Sequence[Line]:
        """Why the stage's name must be typed although the stage is not protected."""
        if self._shut is None:
            return ()
        words = "Only the stage's name and the button confirm this."
        return fact("!", (Span(self._shut.why, "warn"), span(f" {words}", "warn")), cells)

    def choice_facts(self) -> Sequence[tuple[str, Line]]:
        """What was chosen before the dialog."""
        return ()

    # What is chosen, or typed

    def _choices(self) -> Sequence[SafeText]:
        match self.about.seen:
            case GateStep() as step if self.about.verb is Verb.IGNORE_GATE:
                return running_gates(step)
            case Release() as release if self.about.verb is Verb.UNTAG:
                return release.tags
        return ()

    def options(self, cells: int) -> Sequence[Row]:
        choices = self._choices()
        if not choices:
            return ()
        rows = [
            Row((span(f" {'Which gate' if self.about.verb is Verb.IGNORE_GATE else 'Which tag'}", "dim"),))
        ]
        for index, name in enumerate(choices):
            mark = "(*)" if name == self._choice else "( )"
            same = self._of_this_name(name)
            both = "both count" if same == 2 else f"all {same} count"
            more = span(f"  stands for {same} gates of this name: {both} as passed", "warn")
            line: Line = (span(f"   {mark} "), Span(name, "head"), *([more] if same > 1 else ()))
            rows += [Row(part, str(index + 1) if n == 0 else "") for n, part in enumerate(wrap(line, cells))]
        return rows

    def _of_this_name(self, name: SafeText) -> int:
        """How many gates a name stands for: the server knows them by their names alone."""
        seen = self.about.seen
        return gate_names(seen).count(name) if isinstance(seen, GateStep) else 1

    def choose(self, key: str) -> None:
        if key:
            self._choice = self._choices()[int(key) - 1]

    def chosen(self) -> Mapping[str, Any]:
        if self.about.verb is Verb.IGNORE_GATE:
            return {"gate": str(self._choice)}
        if self.about.verb is Verb.UNTAG:
            return {"tag": str(self._choice)}
        if self.about.verb in VALUES:
            return {VALUES[self.about.verb][0]: self._value()}
        return {}

    def _value(self) -> str:
        """What was typed, without control characters."""
        if self.about.verb is Verb.DESCRIBE:
            return str(clean(self.query_one("#value", TextArea).text.strip(), lines=True))
        return str(clean(self.query_one("#value", Input).value.strip()))

    def _present(self) -> str:
        """The value as it is now."""
        match self.about.seen:
            case Release() as release if self.about.verb is Verb.RENAME:
                return release.name
            case Release() as release if self.about.verb is Verb.DESCRIBE:
                return release.description
        return ""

    def extra(self) -> Sequence[Widget]:
        fields: list[Widget] = []
        if self.about.verb in VALUES:
            label = Lines(id="label")
            label.lines = [(span(f" {VALUES[self.about.verb][1]}; tab comes here", "dim"),)]
            present = self._present()
            is_text = self.about.verb is Verb.DESCRIBE
            field = (
                text_field("", text=present, id="value") if is_text else line_field("value", value=present)
            )
            fields = [label, field]
        return [*fields, *self.comment_fields(), *self.word_fields()]

    def word_fields(self) -> list[Widget]:
        # An intervention has nothing that could be done later instead.
        self._shut = closed_now(self.about, self.app) if self.about.verb is Verb.RESUME else None
        if self._shut is not None:
            self.word, self.word_is = word_to_type(self.about.verb, self.about.seen, protected=True)
            self.needs_button = True
        return super().word_fields()

    def ready(self) -> SafeText | None:
        return (
            super().ready()
            or self._window_shut()
            or self._undecided()
            or self._unsendable()
            or self.word_missing()
        )

    def _unsendable(self) -> SafeText | None:
        """A name that was made safe to show is not the server's, and would not be found there."""
        if not self._choice or not has_marks(self._choice):
            return None
        what = "gate" if self.about.verb is Verb.IGNORE_GATE else "tag"
        return SafeText(
            f"This {what}'s name has characters that are shown as marks: only the browser can do it."
        )

    def _window_shut(self) -> SafeText | None:
        """The window may have closed while the dialog was open."""
        if self._shut is None and closed_now(self.about, self.app) is not None:
            return SafeText("The change window is closed now. Close this, and press the key again.")
        return None

    def _undecided(self) -> SafeText | None:
        match self.about.verb:
            case Verb.IGNORE_GATE:
                if not self._choices():
                    return SafeText("No gate is known that could be ignored.")
                return None if self._choice else SafeText("Choose the gate first.")
            case Verb.UNTAG:
                return None if self._choice else SafeText("Choose the tag first.")
            case Verb.RENAME | Verb.TAG if not self._value():
                return SafeText(f"Type the {VALUES[self.about.verb][0]} first.")
            case Verb.RENAME | Verb.DESCRIBE if self._value() == self._present().strip():
                return SafeText(f"The {VALUES[self.about.verb][0]} is not changed yet.")
            case Verb.TAG if self._has(self._value()):
                return SafeText("It has this tag already.")
        return None

    def _has(self, tag: str) -> bool:
        seen = self.about.seen
        return isinstance(seen, Release) and any(tag.casefold() == has.casefold() for has in seen.tags)


def _instructions(text: SafeText, cells: int) -> list[Line]:
    """Whole, each row set in so that it never reads as words of reltui's (C7); they may be long."""
    label = "Instructions"
    if not text:
        return fact(label, (span("there are none", "dim"),), cells)
    lines: list[Line] = []
    for index, each in enumerate(text.splitlines()):
        lines += fact("" if index else label, (Span(SafeText(each)),), cells, "| ")
    return lines
