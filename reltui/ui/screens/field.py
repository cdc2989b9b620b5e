"""A small question that is answered by typing."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events, on
from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Input

from reltui.ui.keys import Place
from reltui.ui.present import Line, span
from reltui.ui.screens.asking import line_field
from reltui.ui.screens.dialog import key_hint
from reltui.ui.screens.screen import ReltuiScreen
from reltui.ui.widgets.lines import Lines
from reltui.ui.widgets.rule import rule


class FieldScreen(ReltuiScreen):
    """Fields of one line under some text. Enter goes on, Escape goes back; it decides nothing.

    To override: `heading`, `lines`, `fields`, `hints`, `taken`.
    """

    place = Place.DIALOG

    def __init__(self) -> None:
        super().__init__()
        self._early = ""
        """Typed before the field was there."""
        self._fields: Sequence[Widget] = ()

    def heading(self) -> Line:
        """What stands in the rule at the top."""
        return ()

    def lines(self, cells: int) -> Sequence[Line]:
        """What stands over the fields, to the blank line or the label there."""
        return ()

    def fields(self) -> Sequence[Widget]:
        """The fields with what stands between them; typing begins in the first."""
        return [line_field("value")]

    def hints(self) -> tuple[str, str]:
        """What Enter does, and what Escape does."""
        return "go on", "back"

    def taken(self, text: str) -> None:
        """Enter, with the text of the field; the screen stays as long as it is not taken away here."""

    def compose(self) -> ComposeResult:
        self._fields = self.fields()
        yield Lines(id="header")
        yield Lines(id="title")
        yield Lines(id="text")
        yield from self._fields
        yield Lines(id="filler")
        yield Lines(id="status")
        yield Lines(id="footer")

    def on_mount(self) -> None:
        """Typing begins at once."""
        field = self.query(Input).first()
        field.value += self._early
        field.cursor_position = len(field.value)
        self.set_focus(field)

    def on_resize(self, event: events.Resize) -> None:
        """Break the lines anew."""
        self.update_soon()

    def update(self) -> None:
        width, height = self.app.size
        self.query_one("#title", Lines).show([rule(self.heading(), width, self.app.ascii, heavy=True)])
        lines = self.lines(width - 2)
        pane = self.query_one("#text", Lines)
        pane.styles.height = min(len(lines), height - 5 - len(self._fields))
        pane.show([(span(" "), *line) for line in lines])
        self.app.draw_chrome(self, (), None)

    def footer_line(self, cells: int) -> Line:
        going_on, going_back = self.hints()
        key_of = self.app.keymap.key_of
        other = key_hint(key_of("next-field"), "other field") if len(self.query(Input)) > 1 else ()
        return (span(" "), *key_hint("enter", going_on), *other, *key_hint(key_of("back"), going_back))

    def do_next_field(self) -> None:
        """Tab."""
        self.focus_next()

    def do_previous_field(self) -> None:
        """Shift+Tab."""
        self.focus_previous()

    def key_pressed(self, event: events.Key) -> bool:
        if not self.types_text and event.character and event.is_printable:
            self._early += event.character
            return True
        return super().key_pressed(event)

    @on(Input.Submitted)
    def entered(self, event: Input.Submitted) -> None:
        """Take what was typed, unless another screen lies over this one by now."""
        if self.is_on_top:
            self.taken(event.value)

    def do_back(self) -> None:
        """Escape."""
        if self.is_on_top:
            self.app.pop_screen()
