"""Dialog: what every question has in common, under the rules of design.md section 7."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input, TextArea

from reltui.model.text import SafeText
from reltui.ui.keys import Action, Place
from reltui.ui.present import Line, Span, span, wrap
from reltui.ui.screens.base import ReltuiScreen
from reltui.ui.widgets.choice import Choice
from reltui.ui.widgets.form import Form, Row
from reltui.ui.widgets.lines import Lines
from reltui.ui.widgets.rule import rule

CHROME = 6
"""Lines of header, title, buttons, status and footer."""
ROOMY = 20
"""From so many lines on a field for a longer text has three of them, if what must be in view leaves them."""


class Dialog(ReltuiScreen):
    """A question over the whole screen. The focus is on Cancel; Enter alone never confirms.

    To override: `heading`, `text`, `options` (what can be chosen under the text) with `choose`, `extra`
    (fields), `more_keys`, `ready`, `confirm`.
    """

    place = Place.DIALOG
    enter_confirms: ClassVar[bool] = False
    """Enter in a field confirms: nothing is decided or overwritten by that."""

    def __init__(
        self, confirm_label: str, cancel_label: str = "Cancel", *, needs_button: bool = False
    ) -> None:
        """`needs_button`: `y` does not confirm; something must be typed, and then the button pressed."""
        super().__init__()
        self.confirm_label = confirm_label
        self.cancel_label = cancel_label
        self.needs_button = needs_button
        self.fields: Sequence[Widget] = ()
        self.needed = 0
        """So many lines of the text, from the first, must be in view or read before it is confirmed."""

    def heading(self) -> Line:
        """What stands in the rule at the top."""
        return ()

    def text(self, cells: int) -> Sequence[Line]:
        """What it says, whole."""
        return ()

    def options(self, cells: int) -> Sequence[Row]:
        """What can be chosen, under the text; their lines begin with a blank."""
        return ()

    def choose(self, key: str) -> None:
        """Enter or Space on one of the options."""

    def extra(self) -> Sequence[Widget]:
        """The fields under the text."""
        return ()

    def ready(self) -> SafeText | None:
        """Why it cannot be confirmed now; None when it can."""
        return None

    def confirm(self) -> None:
        """It was confirmed."""

    def footer_line(self, cells: int) -> Line:
        keymap = self.app.keymap
        pane = self.query_one("#text", Form)
        more = key_hint("down up", "more text") if len(pane.lines) > pane.size.height > 0 else ()
        if pane.has_focus:
            more = key_hint("enter", "change")
        yes = () if self.needs_button else (key_hint(keymap.key_of("confirm"), self.confirm_label.lower()))
        return (
            span(" "),
            *yes,
            *key_hint(keymap.key_of("next-field"), "next field"),
            *self.more_keys(),
            *key_hint(keymap.key_of("back"), self.cancel_label.lower()),
            *more,
        )

    def more_keys(self) -> Line:
        """More keys for the footer."""
        return ()

    def compose(self) -> ComposeResult:
        self.fields = self.extra()
        yield Lines(id="header")
        yield Lines(id="title")
        yield Form(id="text")
        yield from self.fields
        with Horizontal(id="buttons"):
            # Cancel is the last, so that tab leads from it to the first field.
            yield Choice(self.confirm_label, id="confirm")
            yield Choice(self.cancel_label, id="cancel")
            yield Lines(id="warning")
        yield Lines(id="filler")
        yield Lines(id="status")
        yield Lines(id="footer")

    def on_mount(self) -> None:
        """Focus on Cancel."""
        self.set_focus(self.query_one("#cancel"))

    def on_resize(self, event: events.Resize) -> None:
        """Break the lines anew."""
        self.update_soon()

    def update(self) -> None:
        width = self.app.size.width
        rows = [Row((span(" "), *line)) for line in self.text(width - 2)]
        rows += self.options(width - 2)
        pane = self.query_one("#text", Form)
        height = self.app.size.height - CHROME
        roomy = self.app.size.height >= ROOMY
        fields = self._field_lines(3 if roomy else 1)
        if roomy and height - fields < self.needed:
            fields = self._field_lines(1)
        spare = height - fields - len(rows)
        pane.styles.height = len(rows) + 1 if spare > 0 else "1fr"
        self.query_one("#filler").display = spare > 1
        self.query_one("#title", Lines).show([rule(self.heading(), width, self.app.ascii, heavy=True)])
        pane.show_rows(rows)
        if self.focused is pane and not pane.can_focus:
            self.set_focus(self.query_one("#cancel"))
        why_not = self.ready()
        warning: Line = (Span(why_not, "wait"),) if why_not else ()
        self.query_one("#warning", Lines).show([warning])
        self.app.draw_chrome(self, (), None)

    def _field_lines(self, text_lines: int) -> int:
        """How many lines the fields take; those for longer texts are given `text_lines`."""
        total = 0
        for field in self.fields:
            if not field.display:
                continue
            if isinstance(field, TextArea):
                field.styles.height = text_lines
            height = field.styles.height
            total += int(height.value) if height is not None and height.is_cells else 1
        return total

    def perform(self, action: Action) -> bool:
        return self.query_one("#text", Form).perform(action.id) or super().perform(action)

    def do_next_field(self) -> None:
        """Tab: the next section of what can be chosen, then the next field or button."""
        self._go(1)

    def do_previous_field(self) -> None:
        """Shift+Tab."""
        self._go(-1)

    def _go(self, step: int) -> None:
        pane = self.query_one("#text", Form)
        if self.focused is pane and pane.move_to_section(step):
            return
        if step > 0:
            self.focus_next()
        else:
            self.focus_previous()
        if self.focused is pane:
            pane.move_to_end(last=step < 0)
        self.app.draw_soon()

    def do_back(self) -> None:
        """Escape: close, nothing done."""
        self.close_dialog()

    def close_dialog(self) -> None:
        """Leave the dialog, if it is the one on top."""
        if self.is_on_top:
            self.app.pop_screen()

    def key_pressed(self, event: events.Key) -> bool:
        if not self.is_mounted:
            return True
        if not self.types_text:
            if event.key == "enter" and isinstance(self.focused, Choice):
                self._press(self.focused, event.time)
                return True
            if event.key in ("enter", "space") and isinstance(self.focused, Form):
                self.app.hush()
                self.choose(self.focused.cursor)
                self.update()
                return True
            action = self.app.keymap.find(self.place, event.key)
            if action is not None and action.id == "confirm":
                if not self.needs_button:
                    self._yes(event.time)
                return True
        return super().key_pressed(event)

    @on(Choice.Pressed)
    def clicked(self, event: Choice.Pressed) -> None:
        """The mouse on a button."""
        self.app.guard.typed(event.at)
        self._press(event.choice, event.at)

    def _press(self, choice: Choice, at: float) -> None:
        """Cancel closes at once, the other button is a confirmation."""
        if choice.id == "cancel":
            self.close_dialog()
        else:
            self._yes(at)

    def _yes(self, at: float) -> None:
        """What is in view is confirmed: from far down the beginning is shown first, and what matters is read
        to its end where there is no room for the whole of it."""
        pane = self.query_one("#text", Form)
        height = pane.size.height
        if self.needed > height > 0 and pane.top + height < self.needed:
            down = self.app.keymap.key_of("down")
            self.app.say(f"Not confirmed: read on to the end first ({down}), then press it again.", "warn")
        elif self.needed <= height and pane.top:
            if self.focused is pane:
                self.set_focus(self.query_one("#cancel"))
            pane.scroll_lines(-pane.top)
            self.app.say("Not confirmed: look at the whole first, then press it again.", "warn")
            self.app.let_verbs_rest()
        else:
            self._try(at)

    def _try(self, at: float) -> None:
        why_not = self.ready()
        if why_not is not None:
            self.app.say(why_not, "warn")
        else:
            self.app.keyboard.confirm(at, self._confirmed)

    def _confirmed(self) -> None:
        """The confirmation stood alone; what it is about may have changed meanwhile."""
        if not self.is_on_top:
            return
        why_not = self.ready()
        if why_not is not None:
            self.app.say(why_not, "warn")
        else:
            self.confirm()

    @on(Input.Submitted)
    def entered(self) -> None:
        """Enter in a field."""
        if self.enter_confirms:
            self._confirmed()

    @on(Input.Changed)
    @on(TextArea.Changed)
    def typed(self) -> None:
        """What was typed may make it ready."""
        self.update()


def key_hint(key: str, label: str) -> Line:
    """One key and what it does, for a line of keys."""
    return (span(key, "key"), span(f" {label}  ")) if key else ()


def fact(label: str, value: Line, cells: int, before: str = "") -> list[Line]:
    """A label and its whole value, broken where it must be (C8); never in the first column (C7).

    `before` stands before each of its rows.
    """
    lines: list[Line] = []
    for index, part in enumerate(wrap(value, max(cells - 13 - len(before), 20))):
        head = span(f"{label if index == 0 else '':<12} ", "dim")
        lines.append((head, span(before), *part) if before else (head, *part))
    return lines
