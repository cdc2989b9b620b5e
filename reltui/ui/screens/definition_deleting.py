"""The dialog that deletes a definition: what would go with it, and its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from textual.widget import Widget

from reltui.data.topics import DefinitionOf, Inbox, ReleasesOf, ServerState, Topic
from reltui.model.definition import Definition
from reltui.model.text import SafeText
from reltui.ui.present import Line, span
from reltui.ui.present_saving import deletion_facts, running_words
from reltui.ui.present_verbs import about
from reltui.ui.screens.asking import SubjectDialog
from reltui.ui.screens.dialog import fact
from reltui.ui.screens.subject import Subject
from reltui.ui.widgets.form import Row

FORCE = "cancel what runs first; else the server refuses while something runs"


class DeletingDialog(SubjectDialog):
    """What runs is canceled only where something runs, or may run, and it was chosen."""

    def __init__(self, subject: Subject, server: ServerState, seen: Definition) -> None:
        super().__init__(subject, server)
        self.seen = seen
        self.force = False

    @property
    def _releases(self) -> ReleasesOf:
        return ReleasesOf(self.about.server, self.about.project, self.seen.id)

    @property
    def _whole(self) -> DefinitionOf:
        return DefinitionOf(self.about.server, self.about.project, self.seen.id)

    def topics(self) -> Sequence[Topic[Any]]:
        return (self._whole, self._releases)

    def text(self, cells: int) -> Sequence[Line]:
        look = self.app.service.look
        whole, releases = look(self._whole).data, look(self._releases)
        inbox = look(Inbox()).data
        waiting = sum(
            row.approval.definition.id == self.seen.id
            for row in (inbox.rows if inbox is not None else ())
            if (row.server, row.project.id) == (self.about.server, self.about.project.id)
        )
        lines = self.place_lines(cells)
        facts = about(self.seen, self.protected)
        facts += deletion_facts(
            self.seen, whole.definition if whole is not None else None, releases.data, releases.more, waiting
        )
        for label, value in facts:
            lines += fact(label, value, cells)
        lines += fact("Effect", (span(self.words.effect),), cells)
        lines += [*self.about.facts_now(), *self.end_lines(cells)]
        # What can be chosen must be seen too.
        self.needed = len(lines) + len(self.options(cells))
        return [*lines, *self.about.more()]

    def options(self, cells: int) -> Sequence[Row]:
        snapshot = self.app.service.look(self._releases)
        releases = snapshot.data
        if releases is not None and not snapshot.more and not running_words(releases.rows):
            self.force = False
            return ()
        return [Row((span(f"   [{'x' if self.force else ' '}] {FORCE}"),), "force")]

    def choose(self, key: str) -> None:
        if key:
            self.force = not self.force

    def extra(self) -> Sequence[Widget]:
        return [*self.comment_fields(), *self.word_fields()]

    def ready(self) -> SafeText | None:
        return super().ready() or self.word_missing()

    def chosen(self) -> Mapping[str, Any]:
        return {"force": self.force}
