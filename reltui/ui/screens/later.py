"""Approving now and deploying later: where it is wanted, and where the stage may not be changed now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.widget import Widget

from reltui.data.confirming import closed, word_to_type
from reltui.data.decision import Verb
from reltui.data.topics import ServerState
from reltui.model.approval import Approval
from reltui.model.signing import environment_of, is_last_signature
from reltui.model.text import SafeText
from reltui.model.window import WindowState
from reltui.ui.present import Line, span
from reltui.ui.present_verbs import WORDS, about
from reltui.ui.screens.dialog import fact
from reltui.ui.screens.following import FollowingScreen
from reltui.ui.screens.subject import Subject
from reltui.ui.screens.timed import TimedDialog, window_at
from reltui.ui.widgets.choice import Choice

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp


def closed_now(subject: Subject, app: ReltuiApp) -> WindowState | None:
    """The window that speaks against a yes now; None where none does."""
    server = app.service.server(subject.server)
    return closed(app.config, server, subject.verb, subject.seen, FollowingScreen.clock())


class LaterDialog(TimedDialog):
    """Asks until when the deployment shall wait. "now" approves at once.

    A time at which the stage may not be changed, be it now, is confirmed by the stage's name only.
    """

    shut_words: ClassVar[str] = (
        "Outside the change window: only the stage's name and the button confirm this."
    )

    def __init__(self, subject: Subject, server: ServerState, seen: Approval) -> None:
        super().__init__(subject, server)
        self._seen = seen
        if subject.verb is Verb.APPROVE:
            self.words = WORDS[Verb.APPROVE_LATER]
            self.confirm_label = self.words.button

    @property
    def verb(self) -> Verb:
        at_once = self.when.at is None and not self.when.refused
        return Verb.APPROVE if at_once else Verb.APPROVE_LATER

    def first_time(self) -> str:
        opens = window_at(self.policy, self.server_now).next_open
        return f"{opens.astimezone():%Y-%m-%d %H:%M}" if opens is not None else ""

    def heading(self) -> Line:
        if self.about.verb is Verb.APPROVE:
            return (span("Approve: outside the change window"),)
        return super().heading()

    def text(self, cells: int) -> Sequence[Line]:
        lines = self.place_lines(cells)
        for label, value in about(self._seen, self.protected):
            lines += fact(label, value, cells)
        lines += [*self.about.facts_now(), *fact("Then", (span(self._then()),), cells)]
        lines += self.end_lines(cells)
        self.needed = len(lines)
        return lines

    def _then(self) -> str:
        """What becomes of the deployment."""
        release = self.release()
        stage = environment_of(release, self._seen) if release is not None else None
        last = is_last_signature(release, self._seen) if release is not None and stage is not None else None
        if self.verb is Verb.APPROVE:
            return "the approval is given now; nothing waits for a window"
        effect = "the stage gets its time, then the approval is given"
        if last:
            return f"{effect}; the deployment waits"
        others = "others must still sign" if last is False else "others may have to sign"
        return f"{effect}; {others}: it starts at that time, or with the last of them"

    def extra(self) -> Sequence[Widget]:
        return [*self.time_fields(), *self.comment_fields(), *self.word_fields()]

    def word_fields(self) -> list[Widget]:
        # A time that is typed may make it needed.
        self.word, self.word_is = word_to_type(self.about.verb, self._seen, protected=True)
        return super().word_fields()

    def update(self) -> None:
        asks = self.protected or self.is_shut
        self.word, self.word_is = word_to_type(self.about.verb, self._seen, protected=asks)
        self.needs_button = asks
        for id in ("#ask", "#word"):
            field = self.query_one(id)
            if field is self.focused and not asks:
                self.set_focus(self.query_one("#cancel"))
            field.display = asks
        self.words = WORDS[self.verb]
        label = "Approve now" if self.verb is Verb.APPROVE else self.words.button
        button = self.query_one("#confirm", Choice)
        if button.label != label:
            button.label = self.confirm_label = label
            button.refresh(layout=True)
        super().update()

    def ready(self) -> SafeText | None:
        return super().ready() or self.time_refused() or self.word_missing() or self._shut_meanwhile()

    def _shut_meanwhile(self) -> SafeText | None:
        """The window may have closed since it was drawn that `y` is enough."""
        if self.needs_button or not self.is_shut:
            return None
        return SafeText("The change window is closed now. Look, and press it again.")

    def chosen(self) -> Mapping[str, Any]:
        return {"at": self.when.at.isoformat()} if self.when.at is not None else {}
