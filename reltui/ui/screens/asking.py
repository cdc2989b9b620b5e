"""SubjectDialog: what every dialog about one object has in common; and the fields of dialogs."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from textual.widget import Widget
from textual.widgets import Input, TextArea

from reltui.config import StagePolicy
from reltui.data.confirming import is_protected, stage_name, word_to_type
from reltui.data.decision import Draft, Verb
from reltui.data.topics import DeploymentsOf, ServerState
from reltui.errors import ReltuiError
from reltui.model.approval import Approval
from reltui.model.comments import fill, missing
from reltui.model.release import Release
from reltui.model.signing import environment_of
from reltui.model.text import SafeText, clean
from reltui.ui.letters import is_typed
from reltui.ui.present import Line, Look, Span, plain, span, width
from reltui.ui.present_comments import Offer, Round, template_values
from reltui.ui.present_verbs import WORDS, past_taking_back
from reltui.ui.screens.dialog import Dialog, fact, key_hint
from reltui.ui.screens.following import FollowingScreen
from reltui.ui.screens.subject import Subject, difference, refusal
from reltui.ui.widgets.lines import Lines
from reltui.ui.widgets.statusline import age

ON_PATTERN = (Verb.APPROVE, Verb.APPROVE_LATER, Verb.RESUME)
"""Verbs whose comment must match the pattern of the stage."""
SIGNED = frozenset({"status", "approver", "attempt", "revision"})
"""What a release tells of an approval as its own answer does."""


class SubjectDialog(Dialog):
    """A dialog about one object. Notices when it changes or goes, and submits the draft once."""

    def __init__(self, subject: Subject, server: ServerState) -> None:
        self.about = subject
        self.server = server
        self.words = WORDS[subject.verb]
        name = stage_name(subject.seen)
        self.protected = bool(name) and is_protected(name, server)
        # Passing an approval on starts nothing, on no stage.
        asks = self.protected and subject.verb is not Verb.TRANSFER
        self.word, self.word_is = word_to_type(subject.verb, subject.seen, asks)
        self._changed: SafeText | None = None
        self._templates, self._lately = Round(), Round()
        super().__init__(self.words.button, self.words.cancel, needs_button=bool(self.word))

    @property
    def verb(self) -> Verb:
        """What a confirmation means now."""
        return self.about.verb

    def heading(self) -> Line:
        return (span(self.about.heading or self.words.heading),)

    def update(self) -> None:
        now = self.about.current()
        if now is None:
            self.app.say("What the dialog was about is gone or decided; nothing was sent.", "warn")
            self.close_dialog()
            return
        self.ask_for_word()
        super().update()

    def ask_for_word(self) -> None:
        """What must be typed, over its field."""
        if self.word:
            told = span(f" To {self.words.button.lower()}, type here {self.word_is}")
            ask: Line = (told, span(": "), span(self.word, "head"))
            if width(plain(ask)) > self.app.size.width:
                ask = (told, span("; it stands above."))
            self.query_one("#ask", Lines).show([ask])

    def ready(self) -> SafeText | None:
        now = self.about.current()
        if now is None:
            return SafeText("What this was about is gone or decided.")
        # What has changed once stays so, even if it looks as before again.
        self._changed = (
            self._changed or difference(self.about.seen, now, self.about.verb) or self._passed_by()
        )
        if self._changed is not None:
            return SafeText(f"{self._changed} Close this, and look again.")
        why_not = refusal(self.about, self.app.service.server(self.about.server), self.app.service.outbox)
        if why_not is not None:
            return why_not
        return self.comment_missing()

    # The comment

    @property
    def policy(self) -> StagePolicy:
        """What the configuration asks of the stage."""
        return self.app.config.policy_of(self.about.server, stage_name(self.about.seen))

    def comment_missing(self) -> SafeText | None:
        """Why the comment is not enough; None when it is."""
        comment = self.comment()
        if self.words.comment == "required" and not comment:
            return SafeText(f"A comment is required to {self.words.button.lower()}.")
        policy, must = self.policy, self.about.verb in ON_PATTERN
        return missing(policy.comment_pattern if must else "", policy.comment_help, comment)

    def comment_fields(self) -> list[Widget]:
        """The field for a comment, if the verb takes one."""
        needed = self.words.comment
        if not needed:
            return []
        policy = self.policy
        if policy.comment_pattern and self.about.verb in ON_PATTERN:
            needed = f"must hold {policy.comment_help or f'what matches {policy.comment_pattern}'}"
        return [text_field(f"Comment ({needed}); tab comes here, Enter adds a line")]

    def comment(self) -> str:
        """What was typed, without control characters."""
        fields = self.query("#comment").results(TextArea)
        return next((str(clean(field.text.strip(), lines=True)) for field in fields), "")

    def templates(self) -> Sequence[Offer]:
        """The templates of the stage, filled in."""
        templates = self.policy.templates
        if not templates or not self.words.comment:
            return ()
        values = self._template_values()
        return [fill(template, values) for template in templates]

    def lately(self) -> Sequence[Offer]:
        """The comments used before, newest first."""
        if not self.words.comment:
            return ()
        return [(text, len(text)) for text in self.app.service.last_comments(self.verb)]

    def _template_values(self) -> Mapping[str, str]:
        about = self.about
        release, live = self.release(), None
        name = stage_name(about.seen)
        environments = (release.environments or ()) if release is not None else ()
        stage = next((e for e in environments if e.name == name), None)
        if release is not None and stage is not None:
            topic = DeploymentsOf(
                about.server, about.project, release.definition.id, stage.definition_environment_id
            )
            data = self.app.service.look(topic).data
            live = data.live(before=release.id) if data is not None else None
        look = Look(FollowingScreen.clock(), self.app.ascii)
        return template_values(
            about.seen, about.project, self.server.label, release, live, self.server.me, look
        )

    def release(self) -> Release | None:
        """The release that is decided on, as far as it was read."""
        return self.about.release_of(self.app.service).data

    def do_template(self) -> None:
        """The next template of the stage, or what was typed before."""
        offer(self, self._templates, self.templates(), "The configuration has no templates for this stage.")

    def do_last_comments(self) -> None:
        """The next of the comments used before, or what was typed."""
        offer(self, self._lately, self.lately(), "No comment was used with this before.")

    def more_keys(self) -> Line:
        """The keys for comments, where there are any to put in."""
        key_of = self.app.keymap.key_of
        return (
            *(key_hint(key_of("template"), "template") if self.policy.templates else ()),
            *(key_hint(key_of("last-comments"), "last comments") if self.lately() else ()),
        )

    # The word

    def word_missing(self) -> SafeText | None:
        """Why the button does not confirm yet, where a name must be typed first."""
        if self.word and not is_typed(self.word, self.word_typed(), self.app.ascii):
            return SafeText(f"Type {self.word_is} first.")
        return None

    def word_typed(self) -> str:
        """What stands in the field for it."""
        return self.query_one("#word", Input).value

    def word_fields(self) -> list[Widget]:
        """The field for the name that must be typed, if one must."""
        return [Lines(id="ask"), line_field("word")] if self.word else []

    def chosen(self) -> Mapping[str, Any]:
        """The options of the draft."""
        return {}

    def draft(self) -> Draft:
        """What a confirmation means: the object as this dialog shows it."""
        return Draft(
            self.verb,
            self.about.server,
            self.server.label,
            self.about.project,
            self.about.seen,
            self.comment(),
            self.chosen(),
        )

    def confirm(self) -> None:
        try:
            self.app.service.outbox.submit(self.draft())
        except ReltuiError as error:
            self.app.say(SafeText(str(error)), "bad")
        self.close_dialog()

    def place_lines(self, cells: int) -> list[Line]:
        """Where it is: server, collection, project."""
        server = self.server
        where: Line = (Span(server.label, "head"), span(f"  profile {server.name}", "dim"))
        lines = fact("Server", where, cells)
        return lines + fact("Project", (Span(self.about.project.name, "head"),), cells)

    def end_lines(self, cells: int) -> list[Line]:
        """What cannot be undone, and how old the data is."""
        return [*self.after_lines(cells), *self.data_lines(cells)]

    def after_lines(self, cells: int) -> list[Line]:
        """What cannot be undone (A19)."""
        hold = self.app.config.policy.hold_seconds
        key = self.app.keymap.key_of("take-back")
        back = f"{key} takes it back for {hold:g} s; after that " if hold and key else ""
        generation = self.app.service.server(self.about.server).generation
        return fact("After yes", (span(f"{back}{past_taking_back(self.verb, generation)}"),), cells)

    def _in_release(self) -> tuple[Approval | None, float | None]:
        """The approval as the release shows it, and when that was read."""
        seen = self.about.seen
        if not isinstance(seen, Approval):
            return None, None
        snapshot = self.about.release_of(self.app.service)
        if snapshot.data is None or snapshot.from_cache:
            return None, None
        stage = environment_of(snapshot.data, seen)
        found = (*stage.pre_approvals, *stage.post_approvals) if stage is not None else ()
        return next((each for each in found if each.id == seen.id), None), snapshot.read_at

    def _passed_by(self) -> SafeText | None:
        """What the release, which may have been read later than the list, shows to be otherwise."""
        now, read_at = self._in_release()
        if now is None or read_at is None or read_at <= (self.about.read_at or read_at):
            return None
        return difference(self.about.seen, now, self.about.verb, SIGNED)

    def data_lines(self, cells: int) -> list[Line]:
        """How old the data is; nothing where that is not known."""
        read = self.about.read_at
        now, checked = self._in_release()
        if now is not None and checked is not None and checked >= (read or 0.0):
            state = f"{now.status}, revision {now.revision}, attempt {now.attempt}"
            told = f"with server {age(max(time.time() - checked, 0))} ago: still {state}"
            return fact("Checked", (span(told),), cells)
        if not read:
            return []
        old = f"read {age(max(time.time() - read, 0))} ago; read again before it is sent"
        return fact("Data", (span(old),), cells)


def offer(dialog: Dialog, way: Round, offered: Sequence[Offer], none: str) -> None:
    """Put the next of what is offered into the field for the comment; `none` says that there is nothing."""
    fields = list(dialog.query("#comment").results(TextArea))
    if not fields or not offered:
        dialog.app.say(none, "warn")
        return
    field = fields[0]
    text, cursor = way.next(field.text, offered)
    field.load_text(text)
    before = text[:cursor]
    field.move_cursor((before.count("\n"), cursor - before.rfind("\n") - 1))
    dialog.set_focus(field)


def text_field(placeholder: str, *, text: str = "", id: str = "comment") -> TextArea:
    """A field for text of several lines."""
    field = TextArea(
        text,
        id=id,
        compact=True,
        tab_behavior="focus",
        show_line_numbers=False,
        highlight_cursor_line=False,
        placeholder=placeholder,
    )
    field.cursor_blink = False
    return field


def line_field(id: str, *, value: str = "", placeholder: str = "tab comes here") -> Input:
    """A field for one line."""
    field = Input(value, id=id, classes="typed", compact=True, select_on_focus=False, placeholder=placeholder)
    field.cursor_blink = False
    return field
