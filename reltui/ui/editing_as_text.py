"""An edited definition in the person's own editor: out as text, back as a change, mistakes and all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from textual import events

from reltui.data.topics import ResourcesOf
from reltui.errors import ReltuiError
from reltui.model.editing.commented import Mistake, from_text, gives_up, to_text, with_mistake
from reltui.model.editing.merge import Merge, merge
from reltui.model.resources import NOTHING
from reltui.model.text import SafeText, clean
from reltui.ui.external_editor import SUFFIX, EndedAtOnce, NotEdited, TextFile, edit_text, state_folder
from reltui.ui.kept_texts import KeptText, make_fit, put_beside
from reltui.ui.present import Line, Span, line, span, wrap
from reltui.ui.screens.conflicts import ConflictsScreen
from reltui.ui.screens.dialog import Dialog, fact

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp
    from reltui.ui.editing import Editing

SHOWN = 300
"""Characters of the line with a mistake that are shown."""
MEANWHILE = ("a save, or by hand", "changed meanwhile")


def begin(app: ReltuiApp, editing: Editing) -> None:
    """Open the definition in the editor; what comes back becomes one change of it, nothing is sent."""
    known = app.service.look(ResourcesOf(editing.server, editing.project)).data or NOTHING
    try:
        file = TextFile.create(state_folder(app), to_text(editing.work, known), SUFFIX)
        put_beside(file, editing.edit())
    except ReltuiError as error:
        app.say(SafeText(str(error)), "bad")
    except OSError as error:
        app.say(SafeText(f"The text cannot be written: {clean(error.strerror or str(error))}."), "bad")
    else:
        TextRound(app, editing, file, editing.work).open()


def go_on(app: ReltuiApp, editing: Editing, text: KeptText) -> None:
    """Open a text that was kept; leaving the editor takes it as it is then."""
    try:
        put_beside(text.file, text.edit)
    except ReltuiError as error:
        app.say(SafeText(str(error)), "bad")
    else:
        mistake = text.mistake
        line = mistake.line if mistake is not None else 1
        TextRound(app, editing, text.file, text.edit.work, is_kept=True).open(line)


class TextRound:
    """A text on its way through the editor and back into what is edited."""

    def __init__(
        self,
        app: ReltuiApp,
        editing: Editing,
        file: TextFile,
        made_of: Mapping[str, Any],
        *,
        is_kept: bool = False,
    ) -> None:
        """`made_of` is the state that the text was made of. `is_kept`: it was left by an earlier round."""
        self._app = app
        self._editing = editing
        self._file = file
        self._made_of = made_of
        self._is_kept = is_kept

    def open(self, line: int = 1) -> None:
        """Start the editor at a line."""
        self._app.run_worker(self._edited(line), name="editor", group="editor")

    async def _edited(self, line: int) -> None:
        """One round through the editor."""
        app, file = self._app, self._file
        try:
            text = await edit_text(app, file, line, is_kept=self._is_kept)
        except EndedAtOnce as error:
            app.say(SafeText(str(error)), "warn")
            return
        except NotEdited as error:
            self._leave(str(error))
            return
        except asyncio.CancelledError:
            if file.is_worth_keeping:
                with suppress(OSError):
                    make_fit(file)
            else:
                file.remove()
            raise
        if gives_up(text):
            file.remove()
            app.say("Given up: the file was left empty; nothing was changed.", "info")
            return
        try:
            changed = from_text(text, self._made_of)
        except Mistake as mistake:
            self._ask(text, mistake)
            return
        if changed == self._made_of:
            file.remove()
            app.say("The text says what was there before; nothing was changed.", "info")
            return
        self._take(changed)

    def _take(self, changed: dict[str, Any]) -> None:
        """Into what is edited; what came in meanwhile, by a save or otherwise, stays in it."""
        now = self._editing.work
        found = merge(self._made_of, changed, now)
        if found.conflicts:
            again, left = partial(self._merged, changed, now), partial(self._leave, "Nothing was taken.")
            self._app.push_screen(ConflictsScreen(self._editing, found, MEANWHILE, again, left))
            self._app.say("The definition was changed meanwhile: decide what is taken.", "warn")
        else:
            self._become(changed if now is self._made_of else found.merged)

    def _merged(self, changed: dict[str, Any], of: dict[str, Any], found: Merge) -> None:
        """All is decided, unless it was changed once more while that was done."""
        if self._editing.work is of:
            self._become(found.merged)
        else:
            self._take(changed)

    def _become(self, work: dict[str, Any]) -> None:
        self._editing.change(work)
        self._editing.keep()
        if not self._editing.trouble:
            self._file.remove()
        self._app.say("The text was taken; nothing is sent before you save.", "info")
        self._app.draw_soon()

    def _ask(self, text: str, mistake: Mistake) -> None:
        """Tell the mistake, here and in the text, and ask whether to go back to it."""
        marked, at = with_mistake(text, mistake)
        try:
            self._file.write(marked)
        except OSError as error:
            self._leave(f"The mistake cannot be told: {clean(error.strerror or str(error))}.")
            return
        give_up = partial(self._leave, "Nothing was changed.")
        shown = marked.split("\n")[at - 1]
        self._app.push_screen(MistakeDialog(mistake, at, shown, partial(self.open, at), give_up))

    def _leave(self, sentence: str) -> None:
        """Nothing is taken; what the person has written is not lost by that."""
        file = self._file
        if file.is_worth_keeping:
            try:
                make_fit(file)
            except OSError as error:
                sentence += f" Values of secrets may be in the text: {clean(error.strerror or str(error))}."
            sentence += f" The text is kept in {clean(str(file.path))}; :unsaved goes on with it."
        else:
            file.remove()
        self._app.say(SafeText(sentence), "warn")


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
        if self.is_on_top:
            self.app.pop_screen()
            self._again()

    def close_dialog(self) -> None:
        """Escape and the button give up."""
        if self.is_on_top:
            self.app.pop_screen()
            self._give_up()
