"""A field of several lines, over the whole screen."""

from __future__ import annotations

from collections.abc import Callable

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import TextArea

from reltui.model.change import MASKED
from reltui.model.editing.fields import Field
from reltui.ui.keys import Place
from reltui.ui.present import Line, span, wrap
from reltui.ui.present_editor import field_title, is_drawable
from reltui.ui.screens.asking import text_field
from reltui.ui.screens.dialog import key_hint
from reltui.ui.screens.screen import ReltuiScreen
from reltui.ui.widgets.choice import Choice
from reltui.ui.widgets.lines import Lines
from reltui.ui.widgets.rule import rule

AROUND = 7
"""Lines of header, title, buttons, status, footer, and one between."""


class LinesScreen(ReltuiScreen):
    """Typing begins at once; Tab goes to the buttons, Escape leaves the field as it was."""

    place = Place.DIALOG

    def __init__(self, field: Field, take: Callable[[str], bool]) -> None:
        super().__init__()
        self._field = field
        self._take = take
        self._is_hidden = field.shown == MASKED
        self._is_whole = is_drawable(field.value, lines=True) and not self._is_hidden

    def compose(self) -> ComposeResult:
        yield Lines(id="header")
        yield Lines(id="title")
        yield Lines(id="text")
        yield text_field("empty", text=self._field.value if self._is_whole else "", id="lines")
        with Horizontal(id="buttons"):
            yield Choice("Take it", id="take")
            yield Choice("Leave it as it was", id="leave")
        yield Lines(id="filler")
        yield Lines(id="status")
        yield Lines(id="footer")

    def on_mount(self) -> None:
        """Typing begins at once; one line is likely gone on with, more are read from the top."""
        area = self.query_one("#lines", TextArea)
        if area.document.line_count == 1:
            area.move_cursor(area.document.end)
        self.set_focus(area)

    def on_resize(self, event: events.Resize) -> None:
        """Break the lines anew."""
        self.update_soon()

    def update(self) -> None:
        width, height = self.app.size
        told: str = self._field.help
        if not self._is_whole:
            why = "It is not shown" if self._is_hidden else "It holds characters that cannot be shown"
            told = f"{why}: what you type here replaces all of it. {told}"
        lines = wrap((span(" ".join(told.split()), "dim"),), width - 2, 3, self.app.ascii) if told else []
        pane = self.query_one("#text", Lines)
        pane.styles.height = len(lines)
        pane.show([(span(" "), *each) for each in lines])
        self.query_one("#lines").styles.height = max(height - AROUND - len(lines), 3)
        title = rule(field_title(self._field), width, self.app.ascii, heavy=True)
        self.query_one("#title", Lines).show([title])
        self.app.draw_chrome(self, (), None)

    def footer_line(self, cells: int) -> Line:
        keymap = self.app.keymap
        if isinstance(self.focused, Choice):
            hint = key_hint("enter", str(self.focused.label).lower())
        else:
            hint = key_hint("enter", "new line")
        return (
            span(" "),
            *hint,
            *key_hint(keymap.key_of("next-field"), "to the buttons"),
            *key_hint(keymap.key_of("back"), "leave it as it was"),
        )

    def do_next_field(self) -> None:
        """Tab."""
        self.focus_next()
        self.app.draw_soon()

    def do_previous_field(self) -> None:
        """Shift+Tab."""
        self.focus_previous()
        self.app.draw_soon()

    def key_pressed(self, event: events.Key) -> bool:
        if event.key == "enter" and isinstance(self.focused, Choice):
            self._press(self.focused)
            return True
        return super().key_pressed(event)

    @on(Choice.Pressed)
    def clicked(self, event: Choice.Pressed) -> None:
        """The mouse on a button."""
        self._press(event.choice)

    def _press(self, choice: Choice) -> None:
        text = self.query_one("#lines", TextArea).text
        untouched = not self._is_whole and not text
        if choice.id == "leave" or untouched or self._take(text):
            self.do_back()

    def do_back(self) -> None:
        """Escape: the field stays as it was."""
        if self.is_on_top:
            self.app.pop_screen()
