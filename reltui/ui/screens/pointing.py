"""What is meant by the cursor and the marks of a list, and what can be copied from it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar, cast

from textual import on

from reltui.data.capabilities import why_not
from reltui.data.decision import Verb
from reltui.model.text import SafeText
from reltui.ui.keys import VERBS, Action
from reltui.ui.screens.screen import ReltuiScreen
from reltui.ui.screens.subject import Subject, refusal
from reltui.ui.widgets.grid import Grid

if TYPE_CHECKING:
    from reltui.ui.present_plan import PlanRow

K = TypeVar("K", bound=Hashable)

GONE_SECONDS = 4.0
"""So long the footer says that a row is gone, unless a key comes before."""


class PointingScreen(ReltuiScreen, Generic[K]):
    """A screen with a cursor in a grid."""

    grid: Grid[K]
    planned: ClassVar[frozenset[Verb]] = frozenset()
    """Verbs that act on several marked rows together; every other one acts on one row."""

    def is_expected(self, key: K) -> bool:
        """Whether a row is out of sight by what the person did: then there is nothing to tell."""
        return key in self.rows()

    def rows(self) -> Sequence[K]:
        """The record keys in their natural order, headings included, before filter and sort."""
        raise NotImplementedError

    @on(Grid.CursorVanished)
    def cursor_vanished(self, event: Grid.CursorVanished) -> None:
        """Another record slid under the cursor: verbs are dead for a moment, so that no key hits it."""
        self.app.let_verbs_rest()
        if self.app.is_telling or self.is_expected(cast("K", event.key)):
            return
        self.app.say("The row under the cursor is gone.", "warn")
        said = self.app.said[-1]
        self.set_timer(GONE_SECONDS, lambda: self.app.hush() if self.app.said[-1] is said else None)

    def is_about_row(self, verb: Verb) -> bool:
        """Whether a verb acts on rows, so that marks count for it."""
        return verb is not Verb.CREATE

    def subject_of(self, verb: Verb, key: K) -> Subject | SafeText:
        """What a verb acts on at a row, or a sentence why there is nothing for it."""
        return super().subject(verb)

    def plan_row(self, key: K) -> PlanRow:
        """A row for the list of what a plan leaves out."""
        raise NotImplementedError

    def meant(self, verb: Verb) -> Sequence[K]:
        """The marked rows as they are shown, where there are any; only else the one under the cursor."""
        cursor = self.grid.cursor
        if self.grid.marks and self.is_about_row(verb):
            return self.grid.marked
        return [cursor] if cursor is not None else []

    def subject(self, verb: Verb) -> Subject | SafeText:
        keys = self.meant(verb)
        if len(keys) > 1 and verb not in self.planned:
            unmark = self.app.keymap.way_to("unmark-all")
            return SafeText(f"This acts on one row: unmark first ({unmark}), or mark one only.")
        found: Subject | SafeText = super().subject(verb)
        for key in keys:
            found = self.subject_of(verb, key)
            if isinstance(found, Subject):
                break
        return found

    def is_decided(self, key: K) -> bool:
        """Whether a row left the list by a decision from here: then there is nothing to tell."""
        return False

    def take_gone(self) -> int:
        """How many marked rows have left the list for another reason, since this was asked last."""
        return sum(not self.is_decided(key) for key in self.grid.take_gone())

    def id_text(self, key: K) -> SafeText:
        """What `copy-id` copies."""
        return SafeText("")

    def link(self, key: K) -> str:
        """What `copy-link` copies and `browse` opens: from `DataService.browser_url`."""
        return ""

    def footer_actions(self) -> Sequence[Action]:
        return [action for action in super().footer_actions() if not action.danger or self._applies(action)]

    def lacking(self, action: Action) -> SafeText | None:
        if not action.danger:
            return super().lacking(action)
        verb, servers = VERBS[action.id], self.app.service.servers
        if not any(why_not(server.generation, verb) for server in servers):
            # What a verb acts on takes a while to find out.
            return None
        subject = self.subject(VERBS[action.id])
        if not isinstance(subject, Subject):
            return None
        return why_not(self.app.service.server(subject.server).generation, subject.verb)

    def _applies(self, action: Action) -> bool:
        """Whether a verb does something, or is too new for the server, which is told by its colour."""
        subject = self.subject(VERBS[action.id])
        if not isinstance(subject, Subject):
            return False
        service = self.app.service
        if why_not(service.server(subject.server).generation, subject.verb) is not None:
            return True
        return refusal(subject, service.server(subject.server), service.outbox) is None

    def do_copy_id(self) -> None:
        """Copy the number of what is under the cursor."""
        if self.grid.cursor is not None:
            self.app.copy(self.id_text(self.grid.cursor))

    def do_copy_link(self) -> None:
        """Copy its link."""
        if self.grid.cursor is not None:
            self.app.copy(SafeText(self.link(self.grid.cursor)))

    def do_browse(self) -> None:
        """Open its link."""
        if self.grid.cursor is not None:
            self.app.browse(self.link(self.grid.cursor))
