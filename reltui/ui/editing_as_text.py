"""An edited definition in the person's own editor: out as text, back as a change, mistakes and all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual import events

from reltui.data.topics import ResourcesOf
from reltui.errors import ReltuiError
from reltui.model.editing.commented import Mistake, from_text, gives_up, to_text, with_mistake
from reltui.model.resources import NOTHING
from reltui.model.text import SafeText, clean
from reltui.ui.external_editor import NotEdited, TextFile, edit_text, state_folder
from reltui.ui.present import Line, Span, line, span, wrap
from reltui.ui.screens.dialog import Dialog, fact

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp
    from reltui.ui.editing import Editing

SUFFIX = ".jsonc"
SHOWN = 300
"""Characters of the line with a mistake that are shown."""


def begin(app: ReltuiApp, editing: Editing) -> None:
    """Open the definition in the editor; what comes back becomes one change of it, nothing is sent."""
    known = app.service.look(ResourcesOf(editing.server, editing.project)).data or NOTHING
    try:
        file = TextFile.create(state_folder(app), to_text(editing.work, known), SUFFIX)
    except ReltuiError as error:
        app.say(SafeText(str(error)), "bad")
    except OSError as error:
        app.say(SafeText(f"The text cannot be written: {clean(error.strerror or str(error))}."), "bad")
    else:
        _open(app, editing, file)


def _open(app: ReltuiApp, editing: Editing, file: TextFile, line: int = 1) -> None:
    app.run_worker(_edited(app, editing, file, line), name="editor", group="editor")


async def _edited(app: ReltuiApp, editing: Editing, file: TextFile, line: int) -> None:
    """One round through the editor."""
    work = editing.work
    try:
        text = await edit_text(app, file, line)
    except NotEdited as error:
        _leave(app, file, str(error))
        return
    except asyncio.CancelledError:
        if not file.is_worth_keeping:
            file.remove()
        raise
    if gives_up(text):
        file.remove()
        app.say("Given up: the file was left empty; nothing was changed.", "info")
        return
    try:
        changed = from_text(text, work)
    except Mistake as mistake:
        _ask(app, editing, file, text, mistake)
        return
    file.remove()
    if changed == work:
        app.say("The text says what was there before; nothing was changed.", "info")
        return
    editing.change(changed)
    app.say("The text was taken; nothing is sent before you save.", "info")
    app.draw_soon()


def _ask(app: ReltuiApp, editing: Editing, file: TextFile, text: str, mistake: Mistake) -> None:
    """Tell the mistake, here and in the text, and ask whether to go back to it."""
    marked, at = with_mistake(text, mistake)
    try:
        file.write(marked)
    except OSError as error:
        _leave(app, file, f"The mistake cannot be told: {clean(error.strerror or str(error))}.")
        return
    again = partial(_open, app, editing, file, at)
    give_up = partial(_leave, app, file, "Nothing was changed.")
    app.push_screen(MistakeDialog(mistake, at, marked.split("\n")[at - 1], again, give_up))


def _leave(app: ReltuiApp, file: TextFile, sentence: str) -> None:
    """Nothing is taken; what the person has written is not lost by that."""
    if file.is_worth_keeping:
        sentence += f" The text is kept in {clean(str(file.path))}"
    else:
        file.remove()
    app.say(SafeText(sentence), "warn")


class MistakeDialog(Dialog):
    """Tells a mistake in the text, and asks whether to go back to it. Enter goes back: nothing is decided."""

    def __init__(
        self, mistake: Mistake, at: int, shown: str, again: Callable[[], None], give_up: Callable[[], None]
    ) -> None:
        """`at` is the line in the file as it is opened again, `shown` what stands there."""
        super().__init__("Edit again", "Give up")
        self._mistake = mistake
        self._at = at
        self._shown = clean(shown.strip(), limit=SHOWN)
        self._again = again
        self._give_up = give_up

    def heading(self) -> Line:
        return (span("A mistake in the text"),)

    def text(self, cells: int) -> Sequence[Line]:
        place = f"line {self._at}, column {self._mistake.column}"
        lines = [(), *wrap((Span(clean(self._mistake.sentence), "bad"),), cells), ()]
        lines += fact("At", line(place), cells)
        if self._shown:
            lines += fact("There", (Span(self._shown),), cells)
        lines += [(), *wrap(line("The editor opens at that line; the mistake is told above it."), cells)]
        return [
            *lines,
            *wrap(line(span("Giving up changes nothing, and keeps the text in a file.", "dim")), cells),
        ]

    def on_mount(self, event: events.Mount | None = None) -> None:
        """Enter goes back to the text."""
        if event is not None:
            event.prevent_default()
        self.set_focus(self.query_one("#confirm"))

    def _yes(self, at: float) -> None:
        # It decides nothing, so it need not stand alone.
        self.confirm()

    def confirm(self) -> None:
        if self.is_current:
            self.app.pop_screen()
            self._again()

    def close_dialog(self) -> None:
        """Escape and the button give up."""
        if self.is_current:
            self.app.pop_screen()
            self._give_up()
