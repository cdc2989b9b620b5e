"""Saved filters: giving a name to the filter of a list, and choosing one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.widgets import Input

from reltui.data.favourites import NAME_CHARACTERS, filter_name
from reltui.errors import ReltuiError
from reltui.model.text import SafeText, clean
from reltui.ui.keys import Place
from reltui.ui.present import Line, Span, line, span, wrap
from reltui.ui.screens.base import ListScreen
from reltui.ui.screens.dialog import fact, key_hint
from reltui.ui.screens.pick import Entry, PickScreen
from reltui.ui.screens.screen import ReltuiScreen
from reltui.ui.widgets.lines import Lines
from reltui.ui.widgets.rule import rule


class PickFilter(PickScreen):
    """The saved filters for one kind of list; choosing one applies it."""

    def __init__(self, below: ListScreen[Any]) -> None:
        self.below = below
        super().__init__()

    def heading(self) -> Line:
        return (span(f"Saved filters for {self.below.place.value}"),)

    def nothing(self) -> SafeText:
        if self.app.service.favourites.filters(self.below.place.value):
            return SafeText("No saved filter has these words.")
        key = self.app.keymap.key_of("command")
        return SafeText(f"There is none yet. Filter the list, then type {key}save-filter.")

    def entries(self) -> Sequence[Entry]:
        saved = self.app.service.favourites.filters(self.below.place.value)
        return [Entry(each.name, each.words, partial(self._apply, each.words)) for each in saved]

    def _apply(self, words: SafeText) -> None:
        self.below.filter = words
        self.below.update()


class NameFilter(ReltuiScreen):
    """Asks for the name of the filter. Enter keeps it, Escape does not."""

    place = Place.DIALOG

    def __init__(self, below: ListScreen[Any]) -> None:
        super().__init__()
        self.below = below
        self._early = ""

    def compose(self) -> ComposeResult:
        yield Lines(id="header")
        yield Lines(id="title")
        yield Lines(id="text")
        yield Input(
            id="name", classes="typed", compact=True, select_on_focus=False, max_length=NAME_CHARACTERS
        )
        yield Lines(id="filler")
        yield Lines(id="status")
        yield Lines(id="footer")

    def on_mount(self) -> None:
        """Typing begins at once."""
        field = self.query_one("#name", Input)
        field.cursor_blink = False
        field.value = self._early
        field.cursor_position = len(field.value)
        self.set_focus(field)

    def on_resize(self, event: events.Resize) -> None:
        """Break the lines anew."""
        self.update_soon()

    def _lines(self, cells: int) -> list[Line]:
        words = clean(self.below.filter)
        lines = fact("List", line(self.below.place.value), cells)
        lines += fact("Filter", (Span(words, "head") if words else span("empty", "dim"),), cells)
        names = [saved.name for saved in self.app.service.favourites.filters(self.below.place.value)]
        lines += fact("Saved", line(", ".join(names) or span("none yet", "dim")), cells)
        told = (
            "Under which name shall it be kept? A name that is there already gets the new filter."
            if words
            else "The filter is empty: the saved filter with the name you type is taken away."
        )
        return [*lines, (), *wrap(line(told), cells)]

    def update(self) -> None:
        cells = self.app.size.width
        title: Line = (span("Save the filter" if self.below.filter else "Take a saved filter away"),)
        self.query_one("#title", Lines).show([rule(title, cells, self.app.ascii, heavy=True)])
        lines = self._lines(cells - 2)
        pane = self.query_one("#text", Lines)
        pane.styles.height = min(len(lines), self.app.size.height - 7) + 1
        pane.show([(span(" "), *each) for each in lines])
        self.app.draw_chrome(self, (), None)

    def footer_line(self, cells: int) -> Line:
        verb = "keep it" if self.below.filter else "take it away"
        back = self.app.keymap.key_of("back")
        return (span(" "), *key_hint("enter", verb), *key_hint(back, "leave everything as it is"))

    def key_pressed(self, event: events.Key) -> bool:
        if not self.types_text and event.character and event.is_printable:
            self._early += event.character
            return True
        return super().key_pressed(event)

    @on(Input.Submitted)
    def entered(self, event: Input.Submitted) -> None:
        """Keep it, say so, and go back to the list."""
        if not self.is_current:
            return
        if not filter_name(event.value):
            self.app.say("Type a name first.", "warn")
            return
        name, kind = filter_name(event.value), self.below.place.value
        known = {saved.name.casefold() for saved in self.app.service.favourites.filters(kind)}
        if not self.below.filter and name.casefold() not in known:
            self.app.say(f'There is no saved filter "{name}" here.', "warn")
            return
        try:
            saved = self.app.service.favourites.save_filter(kind, name, self.below.filter)
        except ReltuiError as error:
            self.app.say(SafeText(str(error)), "bad")
            return
        self.app.pop_screen()
        key = self.app.keymap.key_of("saved-filters")
        self.app.say(f'Kept as "{name}"; {key} chooses it.' if saved else f'"{name}" was taken away.')

    def do_back(self) -> None:
        """Escape."""
        if self.is_current:
            self.app.pop_screen()
