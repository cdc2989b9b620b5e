"""Saved filters: giving a name to the filter of a list, and choosing one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from textual.widget import Widget

from reltui.data.favourites import NAME_CHARACTERS, filter_name
from reltui.errors import ReltuiError
from reltui.model.text import SafeText, clean
from reltui.ui.present import Line, Span, line, span, wrap
from reltui.ui.screens.asking import line_field
from reltui.ui.screens.base import ListScreen
from reltui.ui.screens.dialog import fact
from reltui.ui.screens.field import FieldScreen
from reltui.ui.screens.pick import Entry, PickScreen


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


class NameFilter(FieldScreen):
    """Asks for the name of the filter. Enter keeps it, Escape does not."""

    def __init__(self, below: ListScreen[Any]) -> None:
        super().__init__()
        self.below = below

    def heading(self) -> Line:
        return (span("Save the filter" if self.below.filter else "Take a saved filter away"),)

    def fields(self) -> Sequence[Widget]:
        field = line_field("name", placeholder="type a name")
        field.max_length = NAME_CHARACTERS
        return [field]

    def lines(self, cells: int) -> Sequence[Line]:
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
        return [*lines, (), *wrap(line(told), cells), ()]

    def hints(self) -> tuple[str, str]:
        return "keep it" if self.below.filter else "take it away", "leave everything as it is"

    def taken(self, text: str) -> None:
        """Keep it, say so, and go back to the list."""
        if not filter_name(text):
            self.app.say("Type a name first.", "warn")
            return
        name, kind = filter_name(text), self.below.place.value
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
        key = self.app.keymap.way_to("saved-filters")
        self.app.say(f'Kept as "{name}"; {key} chooses it.' if saved else f'"{name}" was taken away.')
