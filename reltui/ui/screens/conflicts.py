"""What was changed here and, otherwise, on the server: which of both is saved, decided one by one."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from reltui.data.topics import Snapshot, Topic
from reltui.model.editing.merge import Conflict, Merge
from reltui.model.text import SafeText
from reltui.ui.editing import Editing
from reltui.ui.keys import Place
from reltui.ui.present import Cell, Field, Line, fields, line, span
from reltui.ui.present_changes import broken, change_lines
from reltui.ui.present_words import count, name_cell, one_line, within
from reltui.ui.screens.project import ProjectScreen
from reltui.ui.widgets.grid import Column


class ConflictsScreen(ProjectScreen[int]):
    """Keys are places in the list of conflicts. None is decided beforehand."""

    place = Place.CONFLICTS

    def __init__(
        self,
        editing: Editing,
        found: Merge,
        theirs: tuple[str, str],
        then: Callable[[Merge], None],
        left: Callable[[], None] = lambda: None,
    ) -> None:
        """`theirs` is who changed it, and to which revision; `then` is called once all is decided, `left`
        when the screen is left before that."""
        self.editing = editing
        self.merge = found
        self.who, self.revision = theirs
        self._then = then
        self._left = left
        self._is_done = False
        self.decided: dict[int, bool] = {}
        """Whether mine is taken, for those that are decided."""
        self._read_at = time.time()
        super().__init__()

    def snapshot(self) -> Snapshot[Any]:
        return Snapshot(read_at=self._read_at)

    def list_topics(self) -> Sequence[Topic[Any]]:
        return ()

    def do_scope(self) -> None:
        """They are of one definition."""

    def rows(self) -> Sequence[int]:
        return range(len(self.merge.conflicts))

    def columns(self, cells: int) -> Sequence[Column]:
        return (
            Column("choice", "Taken", 7),
            Column("what", "What", 20, grow=2),
            Column("mine", "Mine", 16, grow=2),
            Column("theirs", "Theirs", 16, grow=2),
        )

    def cells(self, key: int, columns: Sequence[Column]) -> Sequence[Cell]:
        widths, conflict = self.widths(columns), self.merge.conflicts[key]
        return [self._cell(column.id, widths[column.id], key, conflict) for column in columns]

    def _cell(self, column: str, cells: int, key: int, conflict: Conflict) -> Cell:
        match column:
            case "choice":
                if key not in self.decided:
                    return span("?", "wait")
                return span("mine" if self.decided[key] else "theirs", "good")
            case "what":
                return name_cell(_title(conflict), cells, self.look)
        value = conflict.mine if column == "mine" else conflict.theirs
        return span(one_line(value)) if value is not None else span("not there", "dim")

    def list_title(self) -> Line:
        left = len(self.merge.conflicts) - len(self.decided)
        told = f"{count(left, 'conflict')} to decide" if left else "all decided"
        name = span(within(self.editing.name), "head")
        return line(name, f"  {self.revision} by {self.who}: ", span(told, "wait" if left else "good"))

    def crumbs(self) -> Line:
        return line("Editor > ", span("conflicts", "head"))

    def preview_title(self, key: int | None) -> Line:
        return line("in full")

    def preview(self, key: int | None, cells: int, lines: int) -> Sequence[Line]:
        if key is None or key >= len(self.merge.conflicts):
            return ()
        conflict = self.merge.conflicts[key]
        facts = [
            Field("What", line(span(_title(conflict), "head"))),
            Field("Before", _value(conflict.base)),
            Field("Mine", _value(conflict.mine)),
            Field("Theirs", _value(conflict.theirs)),
        ]
        shown = fields(facts, cells, self.look, roomy=True)
        if self.merge.taken:
            number = count(len(self.merge.taken), "change")
            shown += [(), line(" ", span(f"Taken in without a conflict: {number}", "dim"))]
            shown += [(span(" "), *each) for each in broken(change_lines(self.merge.taken), cells - 2)]
        return shown

    def band_title(self, key: int | None) -> Line:
        return ()

    # Deciding

    def _choose(self, *, mine: bool) -> None:
        key = self.grid.cursor
        if key is None:
            return
        self.decided[key] = mine
        self.update()
        if key + 1 in self.rows() and key + 1 not in self.decided:
            self.grid.perform("down")

    def do_mine(self) -> None:
        """Take what was changed here."""
        self._choose(mine=True)

    def do_theirs(self) -> None:
        """Take what is on the server."""
        self._choose(mine=False)

    def do_go_on(self) -> None:
        """On to save, once each is decided."""
        left = len(self.merge.conflicts) - len(self.decided)
        if left:
            self.app.say(f"{count(left, 'conflict is', 'conflicts are')} not decided yet.", "warn")
            return
        found = self.merge
        for key, conflict in enumerate(self.merge.conflicts):
            found = found.with_choice(conflict, self.decided[key])
        if found.conflicts:
            # What was decided has brought others to light.
            self.merge, self.decided = found, {}
            self.update()
            self.app.say("What was decided leads to more conflicts: decide these too.", "warn")
            return
        self._is_done = True
        self.app.pop_screen()
        self._then(found)

    def on_unmount(self) -> None:
        """Whatever closed it: without a decision nothing is taken."""
        if not self._is_done:
            self._left()

    def open_row(self, key: int) -> None:
        mine, theirs, on = map(self.app.keymap.way_to, ("mine", "theirs", "go-on"))
        self.app.say(f"{mine} takes what was changed here, {theirs} what is on the server; {on} goes on.")


def _title(conflict: Conflict) -> SafeText:
    """The stage and what of it."""
    where = f"{within(conflict.where)}: " if conflict.where else ""
    return SafeText(f"{where}{conflict.what}")


def _value(value: SafeText | None) -> Line:
    return line(value) if value is not None else line(span("not there", "dim"))
