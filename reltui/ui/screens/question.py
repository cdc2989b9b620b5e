"""A single question, answered by typing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events, on
from textual.app import ComposeResult
from textual.widgets import Input

from reltui.model.text import SafeText
from reltui.ui.keys import Place
from reltui.ui.present import Line, Span, span, wrap
from reltui.ui.screens.asking import line_field
from reltui.ui.screens.dialog import key_hint
from reltui.ui.screens.screen import ReltuiScreen
from reltui.ui.widgets.lines import Lines
from reltui.ui.widgets.rule import rule
from reltui.ui.widgets.secret_field import SecretField


class QuestionScreen(ReltuiScreen):
    """One field under some lines. Enter takes what was typed, Escape goes back."""

    place = Place.DIALOG

    def __init__(
        self,
        heading: str,
        label: str,
        told: Sequence[str],
        take: Callable[[str], None],
        *,
        value: str = "",
        masked: bool = False,
    ) -> None:
        super().__init__()
        self._heading = heading
        self._label = label
        self._told = told
        self._take = take
        self._value = value
        self._masked = masked
        self._early = ""
        self.trouble = SafeText("")

    def compose(self) -> ComposeResult:
        yield Lines(id="header")
        yield Lines(id="title")
        yield Lines(id="text")
        if self._masked:
            yield SecretField("value", placeholder="type here")
        else:
            yield line_field("value", value=self._value, placeholder="type here")
        yield Lines(id="filler")
        yield Lines(id="status")
        yield Lines(id="footer")

    def on_mount(self) -> None:
        """Typing begins at once."""
        field = self.query_one("#value", Input)
        field.value += self._early
        field.cursor_position = len(field.value)
        self.set_focus(field)

    def on_resize(self, event: events.Resize) -> None:
        """Break the lines anew."""
        self.update_soon()

    def lines(self, cells: int) -> list[Line]:
        """What stands over the field."""
        found: list[Line] = [()]
        for sentence in self._told:
            found += [*wrap((span(sentence),), cells), ()]
        if self.trouble:
            found += [*wrap((Span(self.trouble, "warn"),), cells), ()]
        return [*found, (span(self._label, "head"),)]

    def update(self) -> None:
        cells = self.app.size.width
        title: Line = (span(self._heading),)
        self.query_one("#title", Lines).show([rule(title, cells, self.app.ascii, heavy=True)])
        lines = self.lines(cells - 2)
        pane = self.query_one("#text", Lines)
        pane.styles.height = min(len(lines), self.app.size.height - 6)
        pane.show([(span(" "), *line) for line in lines])
        self.app.draw_chrome(self, (), None)

    def footer_line(self, cells: int) -> Line:
        back = self.app.keymap.key_of("back")
        return (span(" "), *key_hint("enter", "go on"), *key_hint(back, "back"))

    def key_pressed(self, event: events.Key) -> bool:
        if not self.types_text and event.character and event.is_printable:
            self._early += event.character
            return True
        return super().key_pressed(event)

    @on(Input.Submitted)
    def entered(self) -> None:
        """Take what was typed; the screen stays where that raises ValueError with a sentence."""
        if not self.is_current:
            return
        self.app.hush()
        field = self.query_one("#value", Input)
        try:
            self._take(field.take() if isinstance(field, SecretField) else field.value)
        except ValueError as error:
            self.trouble = SafeText(str(error))
            self.update()

    def do_back(self) -> None:
        """Escape."""
        if self.is_current:
            self.app.pop_screen()
