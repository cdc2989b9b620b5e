"""What is chosen and confirmed on the way to a first configuration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar

from reltui.data import first_minute
from reltui.data.first_minute import Answers, Entered, Planned, Way
from reltui.errors import ReltuiError
from reltui.model.text import SafeText, clean
from reltui.ui.ending import CONFIGURED
from reltui.ui.present import Line, Span, span, wrap
from reltui.ui.present_words import count
from reltui.ui.screens.dialog import Dialog, fact
from reltui.ui.screens.pick import Entry, PickScreen
from reltui.ui.widgets.grid import Column


class PlainHttp(Dialog):
    """A secret over plain http must be wanted in so many words (reliability.md B3)."""

    def __init__(self, answers: Answers, take: Callable[[Answers], None]) -> None:
        super().__init__("Send it all the same")
        self._answers = answers
        self._go_on = take

    def heading(self) -> Line:
        return (span("The way to this server is not encrypted"),)

    def text(self, cells: int) -> Sequence[Line]:
        told = (
            "The address is plain http: your secret would be readable for others on the way, "
            "and so would be everything you do. Better give its https address, if it has one."
        )
        where = (Span(clean(self._answers.address.collection_url), "head"),)
        return [(), *fact("Address", where, cells), (), *wrap((span(told),), cells)]

    def confirm(self) -> None:
        self.close_dialog()
        self._go_on(replace(self._answers, allow_http=True))


class PickWay(PickScreen):
    """One of a few ways, each with a word about it."""

    columns: ClassVar[Sequence[Column]] = (Column("words", "", 26), Column("detail", "", 20, grow=1, drop=1))

    def __init__(self, heading: str, ways: Sequence[Way], take: Callable[[Way], None]) -> None:
        super().__init__()
        self._heading = heading
        self._ways = ways
        self._take = take

    def heading(self) -> Line:
        return (span(self._heading),)

    def entries(self) -> Sequence[Entry]:
        return [Entry(way.label, way.help, partial(self._take, way)) for way in self._ways]


class PickProjects(PickScreen):
    """Marks projects; the first entry goes on with them."""

    columns: ClassVar[Sequence[Column]] = (Column("words", "", 36, grow=1), Column("detail", "", 20, drop=1))

    def __init__(self, entered: Entered, take: Callable[[tuple[str, ...]], None]) -> None:
        super().__init__()
        self._known = entered
        self._take = take
        self._marked: set[str] = set()

    def heading(self) -> Line:
        return (span(f"Which of the {count(len(self._known.projects), 'project')}? Enter marks one"),)

    def entries(self) -> Sequence[Entry]:
        names = tuple(str(p.name) for p in self._known.projects if p.id in self._marked)
        on = SafeText(f"go on with {count(len(names), 'project')}" if names else "go on with all projects")
        found = [Entry(on, self._known.trouble, partial(self._take, names))]
        for project in self._known.projects:
            sign = "x" if project.id in self._marked else " "
            words = SafeText(f"[{sign}] {project.name}")
            found.append(Entry(words, SafeText(""), partial(self._mark, project.id)))
        return found

    def _mark(self, project_id: str) -> None:
        self._marked ^= {project_id}
        self.update()
        self.grid.repaint()

    def _choose(self) -> None:
        # The first entry leaves the screen, the others only mark.
        if self.grid.cursor == 0:
            super()._choose()
        elif self.grid.cursor is not None and self.is_on_top:
            self._entries[self.grid.cursor].run()

    def _complete(self) -> None:
        """Words with a mark before them are no words to go on from."""


class ReviewFile(Dialog):
    """The new file, or what becomes otherwise in the present one."""

    def __init__(self, planned: Planned, left: SafeText, typed: str) -> None:
        """`left` is what is to do before the next start, `typed` the secret for this one."""
        super().__init__("Write")
        self._typed = typed
        self._planned = planned
        self._left = left

    def heading(self) -> Line:
        return (span("Change config.toml like this?" if self._planned.before else "Write config.toml?"),)

    def text(self, cells: int) -> Sequence[Line]:
        roles = {"+": "good", "-": "bad", "@": "dim"} if self._planned.before else {}
        lines: list[Line] = [(), *fact("File", (Span(clean(str(self._planned.file)), "head"),), cells)]
        if self._left:
            lines += fact("To do", (Span(self._left, "wait"),), cells)
        lines.append(())
        for text in self._planned.lines():
            role = roles.get(text[:1], "info")
            lines += [(span("  "), *row) for row in wrap((Span(clean(text), role),), cells - 2)]
        # All of it is seen before it is written.
        self.needed = len(lines)
        return lines

    def confirm(self) -> None:
        try:
            first_minute.save(self._planned)
        except ReltuiError as error:
            self.app.say(SafeText(str(error)), "bad")
            return
        if self.app.options.start_configured is not None:
            self.app.typed_secret = (self._planned.name, self._typed)
            self.app.exit(CONFIGURED)
        else:
            self.close_dialog()
            self.app.say(SafeText(f"Written: {self._planned.file}. Start reltui again."), "good")
