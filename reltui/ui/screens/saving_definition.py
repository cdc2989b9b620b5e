"""The way of an edit to the server: read again, merge, check, ask, follow to the verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from reltui.data.decision import RECALLABLE, Decision, NewDefinition, State, Thing, Verb
from reltui.data.edits import digest
from reltui.data.topics import DecisionChanged, DefinitionOf, Event, ResourcesOf
from reltui.model.change import Difference
from reltui.model.definition import Definition
from reltui.model.editing.changes import changes
from reltui.model.editing.checks import Finding, findings
from reltui.model.editing.merge import Merge, merge
from reltui.model.editing.starts import clone_of
from reltui.model.resources import NOTHING, Resources
from reltui.model.text import SafeText, clean
from reltui.ui.editing import Editing
from reltui.ui.present import Line, line, span
from reltui.ui.present_changes import broken, change_lines
from reltui.ui.present_words import count, short_name, within
from reltui.ui.screens.conflicts import ConflictsScreen
from reltui.ui.screens.definition_saving import SavingDialog
from reltui.ui.screens.definition_verbs import definition_now
from reltui.ui.screens.opening import OpeningScreen
from reltui.ui.screens.problems import ProblemsScreen
from reltui.ui.screens.subject import Subject, refusal

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp


AS_NEW = ":save-as-new there makes a new definition of what is edited."


def begin(app: ReltuiApp, editing: Editing) -> None:
    """Save what is edited: on the way to the dialog that asks, whatever speaks against it is shown."""
    before = _save_before(app, editing)
    if before is not None:
        app.say(before, "warn")
        return
    saving = Saving(app, editing)
    if editing.base is None:
        saving.check()
    else:
        topic = DefinitionOf(editing.server, editing.project, editing.definition_id)
        way_out = f"Escape goes back to the editor; {AS_NEW}"
        app.push_screen(OpeningScreen(topic, editing.name, saving.read, fresh_seconds=0.0, way_out=way_out))


def _save_before(app: ReltuiApp, editing: Editing) -> SafeText | None:
    """Why the same edit cannot be saved again yet: what it is to be saved over is not known before."""
    for decision in app.service.outbox.decisions():
        order = decision.order
        if order is None or order.options.get("edit") != editing.key:
            continue
        if decision.is_open:
            key = app.keymap.key_of("take-back") if decision.state in RECALLABLE else ""
            back = f", or take it back with {key}" if key else ""
            return SafeText(f"A save of it is {decision.state} already: wait for its end{back}.")
        if decision.state is State.LANDED and decision.verb is Verb.NEW and editing.base is None:
            return SafeText("It was saved just now: wait until it has been read back from the server.")
    return None


def as_new(app: ReltuiApp, editing: Editing) -> None:
    """Ask for a name and a folder, and edit a new definition that begins as this edit is now."""
    from reltui.ui.screens.starting import NameDefinition

    def make(name: str, folder: str, known: Resources) -> dict[str, Any]:
        return clone_of(editing.work, name, folder)

    name, folder = str(clean(str(editing.work.get("name") or ""))), str(editing.work.get("path") or "\\")
    title = SafeText(f"A new definition of what {within(editing.name)} is in the editor")
    app.push_screen(NameDefinition(editing.server, editing.project, title, name, folder, make))


class Saving:
    """One try to save an edit."""

    def __init__(self, app: ReltuiApp, editing: Editing) -> None:
        self._app = app
        self._editing = editing
        self._theirs: Definition | None = None
        """As it was read just now; None for a new one."""
        self._work = editing.work
        """What was to be saved when it began."""
        self._taken: tuple[Difference, ...] = ()
        """What others have changed since the edit began."""

    def read(self, theirs: Definition) -> None:
        """The definition as it is now: go on with it, merged where it has moved."""
        if theirs.is_deleted:
            self._app.say(SafeText(f"{within(theirs.name)} was deleted meanwhile; {AS_NEW}"), "warn")
            return
        self._theirs = theirs
        editing = self._editing
        self._work = editing.work
        if editing.base is None or theirs.revision == editing.base.get("revision"):
            self.check()
            return
        merged = merge(editing.base, editing.work, theirs.raw)
        if merged.conflicts:
            names = (self._who(theirs), f"revision {theirs.revision}")
            self._app.push_screen(ConflictsScreen(editing, merged, names, self.merged))
        else:
            self.merged(merged)

    @staticmethod
    def _who(theirs: Definition) -> str:
        return short_name(theirs.modified_by) if theirs.modified_by is not None else "somebody"

    def merged(self, found: Merge) -> None:
        """Every conflict is decided: the edit stands on what the server has now."""
        if self._theirs is None:
            return
        if self._editing.work is not self._work:
            # It was changed while the conflicts were decided.
            begin(self._app, self._editing)
            return
        self._taken = found.taken
        self._editing.rebase(self._theirs.raw, found.merged)
        if changes(self._theirs.raw, found.merged):
            self.check()
            return
        by = f"revision {self._theirs.revision} by {self._who(self._theirs)}"
        self._app.say(SafeText(f"All of it is in {by}: nothing is left to save."), "info")

    def check(self) -> None:
        """Stop where the server would refuse it; else ask."""
        editing = self._editing
        topic = ResourcesOf(editing.server, editing.project)
        known = self._app.service.look(topic).data or NOTHING
        errors = [each for each in findings(editing.work, known, editing.base) if each.is_error]
        if errors:
            self._app.push_screen(ProblemsScreen(editing, errors, self._jump))
        else:
            self._ask()

    def _jump(self, finding: Finding) -> None:
        """To the field of the editor that a problem is about."""
        from reltui.ui.screens.editor import EditorScreen

        for screen in self._app.screen_stack:
            if isinstance(screen, EditorScreen) and screen.editing is self._editing:
                screen.go_to(finding.path, finding.field)
                self._app.say(finding.sentence, "warn")

    def _ask(self) -> None:
        app, editing = self._app, self._editing
        subject = self._subject()
        server = app.service.server(editing.server)
        why_not = refusal(subject, server, app.service.outbox)
        if why_not is not None:
            app.say(why_not, "warn")
            return
        app.push_screen(
            SavingDialog(
                subject,
                server,
                comment=editing.comment,
                submitted=lambda decision: follow(app, editing, decision, subject.body),
                left=self._keep_comment,
            )
        )

    def _keep_comment(self, comment: str) -> None:
        self._editing.comment = comment
        self._editing.keep()

    def _subject(self) -> Subject:
        editing, service = self._editing, self._app.service
        if self._theirs is None:
            name, path = editing.work.get("name"), editing.work.get("path")
            new = NewDefinition(editing.project.id, clean(str(name or "")), clean(str(path or "\\")))
            return Subject(
                Verb.NEW,
                editing.server,
                editing.project,
                new,
                lambda: new,
                body=editing.work,
                options=self._options(editing.work),
            )
        topic = DefinitionOf(editing.server, editing.project, editing.definition_id)

        def current() -> Thing | None:
            return definition_now(service, topic)

        snapshot = service.look(topic)
        body = {**editing.work, "revision": self._theirs.revision}
        return Subject(
            Verb.SAVE,
            editing.server,
            editing.project,
            self._theirs,
            current,
            read_at=snapshot.read_at,
            facts=self._facts,
            body=body,
            options=self._options(body),
        )

    def _options(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Which edit it is, and in what state it is sent."""
        return {"edit": self._editing.key, "sent": digest(body)}

    def _facts(self) -> list[Line]:
        """What others have changed, where it was taken in."""
        if not self._taken or self._theirs is None:
            return []
        cells = self._app.size.width - 2
        told = f"revision {self._theirs.revision} by {self._who(self._theirs)} was taken in"
        head = line(
            span("Taken in     ", "dim"), span(f"{told}: {count(len(self._taken), 'change')}", "warn")
        )
        return broken([head, *change_lines(self._taken)], cells)


def follow(app: ReltuiApp, editing: Editing, decision: Decision, body: Mapping[str, Any]) -> None:
    """Tell how a save ends: the edit goes on from what the server has then, or stays unsaved."""
    Follower(app, editing, decision.id, dict(body)).begin()


class Follower:
    """Waits for the verdict of one save, and then for the definition as the server has it."""

    def __init__(self, app: ReltuiApp, editing: Editing, decision: str, body: dict[str, Any]) -> None:
        self._app = app
        self._editing = editing
        self._decision = decision
        self._body = body
        self._topic: DefinitionOf | None = None
        self._end: Callable[[], None] = lambda: None

    def begin(self) -> None:
        """Listen."""
        self._end = self._app.service.subscribe(self._heard)

    def _heard(self, event: Event) -> None:
        if self._topic is not None:
            self._look()
        elif isinstance(event, DecisionChanged) and event.id == self._decision:
            self._decided(self._app.service.outbox.get(self._decision))

    def _decided(self, decision: Decision) -> None:
        if decision.is_open:
            return
        if decision.state is State.LANDED:
            number = decision.made_id or self._editing.definition_id
            self._topic = DefinitionOf(self._editing.server, self._editing.project, number)
            self._app.service.watch(self._topic)
            return
        self._end()
        self._editing.keep()
        key = self._app.keymap.key_of("save-definition")
        how = f"{key} in the editor tries again" if key else "the editor can try again"
        why = f" {decision.sentence}" if decision.sentence else ""
        told = f"Not saved, {decision.state}.{why} The edit is kept: {how}, :unsaved lists it."
        self._app.say(SafeText(told), "bad" if decision.state is not State.TAKEN_BACK else "warn")

    def _look(self) -> None:
        """The definition as it is after the save."""
        if self._topic is None:
            return
        now = definition_now(self._app.service, self._topic)
        old = self._body.get("revision") if self._editing.base is not None else 0
        if now is None or not isinstance(old, int) or now.revision <= old:
            return
        topic, self._topic = self._topic, None
        self._end()
        self._app.service.unwatch(topic)
        work = dict(now.raw)
        if {**self._editing.work, "revision": 0} != {**self._body, "revision": 0}:
            # It was changed further while the save was on its way.
            work = merge(self._body, self._editing.work, now.raw).merged
        self._editing.comment = ""
        self._editing.rebase(now.raw, work)
        self._editing.keep()
        self._app.say(SafeText(f"Saved: {now.name} is revision {now.revision}."), "good")
