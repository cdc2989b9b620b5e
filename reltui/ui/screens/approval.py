"""One approval: all that is known of it, to read in peace and to decide on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reltui.data.decision import Verb
from reltui.data.topics import ApprovalOf, InboxRow, Snapshot, Topic
from reltui.model.text import SafeText
from reltui.ui import ways
from reltui.ui.keys import VERBS, Action, Place
from reltui.ui.present import Line, Look, line
from reltui.ui.present_approvals import history_lines, row_title
from reltui.ui.present_facts import RowFacts
from reltui.ui.present_release import release_lines
from reltui.ui.present_triage import row_preview
from reltui.ui.screens.following import FollowingScreen
from reltui.ui.screens.inbox_verbs import ON_APPROVALS, approval_subject, waiting_row
from reltui.ui.screens.reading import ReadingScreen
from reltui.ui.screens.subject import Subject
from reltui.ui.triage import Triage, release_topic

LEVELS = 4
"""What is known of it names what else can be asked, so many times."""


class ApprovalScreen(ReadingScreen):
    """Enter goes on to its release."""

    place = Place.APPROVAL

    def __init__(self, row: InboxRow) -> None:
        super().__init__()
        self._last = row
        """As it was when it was last seen waiting."""
        self._triage: Triage | None = None
        self._watched: tuple[Topic[Any], ...] = ()

    @property
    def triage(self) -> Triage:
        """What is known of the row."""
        if self._triage is None:
            self._triage = Triage(self.app.service, self.app.config)
        return self._triage

    @property
    def topic(self) -> ApprovalOf:
        """The approval itself, whatever becomes of it."""
        return ApprovalOf(self._last.server, self._last.project, self._last.approval.id)

    def topics(self) -> Sequence[Topic[Any]]:
        return (self.topic, *self._needed())

    def _needed(self) -> tuple[Topic[Any], ...]:
        """What tells what it means, as far as what is known already names it."""
        triage, row, found = self.triage, self._last, self._watched
        for _ in range(LEVELS):
            triage.asked(found)
            found = tuple(dict.fromkeys([*triage.everything([row]), *triage.more(row, wide=False)]))
        triage.asked(found)
        return found

    def update(self) -> None:
        found = self._needed()
        if found != self._watched:
            self._watched = found
            self.app.sync_watches()
        super().update()

    def snapshot(self) -> Snapshot[Any] | None:
        return self.app.service.look(self.topic)

    @property
    def _look(self) -> Look:
        return Look(FollowingScreen.clock(), self.app.ascii)

    def _waiting(self) -> InboxRow | None:
        """The row as the inbox has it now; None when it waits no longer."""
        found = waiting_row(self.app, self._last.key)
        if not isinstance(found, InboxRow):
            return None
        self._last = found
        return found

    def _facts(self) -> RowFacts:
        return self.triage.facts(self._last)

    def heading(self) -> Line:
        return line(row_title(self._last, self.app.size.width - 8))

    def crumbs(self) -> Line:
        return line("Approvals > approval ", str(self._last.approval.id))

    def text(self, cells: int) -> Sequence[Line]:
        waiting = self._waiting()
        facts, look = self._facts(), self._look
        known = self.app.service.look(self.topic).data
        label = self.app.service.server(self._last.server).label
        lines = row_preview(facts, label, cells, look, roomy=True)
        history = history_lines(known or self._last.approval, waiting is not None, cells, look)
        # What has become of it comes first, once it waits no longer.
        lines = [*lines, *history] if waiting is not None else [*history, (), *lines]
        if facts.release is not None:
            lines += [(), *release_lines(facts.release, facts.me, cells, look)]
        return lines

    def footer_actions(self) -> Sequence[Action]:
        return [
            action
            for action in self.app.keymap.offered(self.place)
            if action.footer and (not action.danger or isinstance(self.subject(VERBS[action.id]), Subject))
        ]

    def subject(self, verb: Verb) -> Subject | SafeText:
        row = self._waiting()
        if verb not in ON_APPROVALS:
            return super().subject(verb)
        if row is None:
            return SafeText("This approval does not wait for a person any more.")
        return approval_subject(self.app, self.triage, verb, row, self._look)

    def perform(self, action: Action) -> bool:
        if action.danger:
            self.app.decide(VERBS[action.id], self)
            return True
        return super().perform(action)

    def do_open(self) -> None:
        """The release, with the cursor on the stage that waits."""
        ways.release(self.app, release_topic(self._last), self._last.approval.environment.id)

    def do_copy_id(self) -> None:
        """Copy its number."""
        self.app.copy(SafeText(str(self._last.approval.id)))

    def do_copy_link(self) -> None:
        """Copy its link."""
        self.app.copy(SafeText(self._link()))

    def do_browse(self) -> None:
        """Open its link."""
        self.app.browse(self._link())

    def _link(self) -> str:
        row = self._last
        return self.app.service.browser_url(row.server, row.project, row.approval)
