"""Creating a release: the review page with its versions, stages and variables, then yes or no."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from textual.widget import Widget

from reltui.data.capabilities import Need, why_not
from reltui.data.decision import Draft
from reltui.data.topics import DefinitionOf, ServerState, Topic, VersionsOf
from reltui.model.content import Version
from reltui.model.creating import options_of, starts_by_itself
from reltui.model.definition import Definition
from reltui.model.text import SafeText
from reltui.ui.present import Line, Look, Span, span
from reltui.ui.present_create import Overrides, artifact_rows, sent_facts, stage_rows
from reltui.ui.present_verbs import about
from reltui.ui.screens.asking import SubjectDialog, text_field
from reltui.ui.screens.choosing import PickVersion, ValueScreen
from reltui.ui.screens.dialog import fact
from reltui.ui.screens.following import FollowingScreen
from reltui.ui.screens.subject import Subject
from reltui.ui.widgets.form import Row


class CreateDialog(SubjectDialog):
    """Shows what a new release of a definition would be, and lets a person choose; one yes creates it."""

    def __init__(self, subject: Subject, server: ServerState) -> None:
        super().__init__(subject, server)
        self.topic = DefinitionOf(subject.server, subject.project, subject.seen.id)
        self.versions = VersionsOf(subject.server, subject.project, subject.seen.id)
        self._revision = subject.seen.revision if isinstance(subject.seen, Definition) else 0
        self._picked: dict[str, Version] = {}
        """By alias; the others take the server's default."""
        self._by_hand: set[int] = set()
        """Ids of the stages that shall not start by themselves."""
        self._overrides = Overrides((), refused=why_not(server.generation, Need.VARIABLES))
        self._is_draft = False

    def topics(self) -> Sequence[Topic[Any]]:
        return (self.topic, self.versions)

    def whole(self) -> Definition | None:
        """The definition with its artifacts and stages, once it has been read."""
        data = self.app.service.look(self.topic).data
        if data is None or data.definition.artifacts is None:
            return None
        return data.definition

    # The page

    def text(self, cells: int) -> Sequence[Line]:
        whole = self.whole()
        lines = self.place_lines(cells)
        for label, value in about(whole or self.about.seen, protected=False):
            lines += fact(label, value, cells)
        if whole is None:
            problems = self.app.service.look(self.topic).problems
            word = problems[0].sentence if problems else SafeText("reading the definition ...")
            return [*lines, *fact("", (Span(word, "warn" if problems else "dim"),), cells)]
        self._overrides.variables = whole.variables
        for label, value in sent_facts(whole, self._picked, self._by_hand, self._overrides, self._is_draft):
            lines += fact(label, value, cells)
        lines += [*self.end_lines(cells), *self.about.facts_now()]
        self.needed = len(lines)
        return lines

    def options(self, cells: int) -> Sequence[Row]:
        whole = self.whole()
        if whole is None:
            return ()
        look = Look(FollowingScreen.clock(), self.app.ascii)
        versions = self.app.service.look(self.versions)
        trouble = versions.problems[0].sentence if versions.problems and versions.data is None else ""
        stages = sorted(whole.environments or (), key=lambda stage: stage.rank)
        box = "[x]" if self._is_draft else "[ ]"
        return [
            *artifact_rows(whole.artifacts or (), self._picked, versions.data, trouble, cells, look),
            *stage_rows(stages, self._by_hand, cells, look),
            *self._overrides.rows(cells, look),
            Row((span(" Draft", "dim"),)),
            Row((span(f"   {box} a draft: nothing starts until it is started"),), "draft", "draft"),
        ]

    def choose(self, key: str) -> None:
        whole = self.whole()
        if whole is None:
            return
        kind, _, rest = key.partition(":")
        if kind == "artifact":
            alias = (whole.artifacts or ())[int(rest)].alias
            self.app.push_screen(PickVersion(self.versions, alias, partial(self._pick, alias)))
        elif kind == "stages":
            automatic = {stage.id for stage in whole.environments or () if starts_by_itself(stage)}
            self._by_hand = set() if self._by_hand == automatic else automatic
        elif kind == "stage":
            self._by_hand ^= {int(rest)}
        elif kind == "variable":
            usual = self._overrides.offered[rest].value or SafeText("")
            value = self._overrides.chosen.get(rest, usual)
            self.app.push_screen(ValueScreen(rest, usual, value, partial(self._overrides.give, rest)))
        elif kind == "draft":
            self._is_draft = not self._is_draft

    def _pick(self, alias: str, version: Version | None) -> None:
        if version is None:
            self._picked.pop(alias, None)
        else:
            self._picked[alias] = version

    def extra(self) -> Sequence[Widget]:
        return (text_field("Description (optional); tab comes here, Enter adds a line"),)

    # The decision

    def ready(self) -> SafeText | None:
        why_not = super().ready()
        if why_not is not None:
            return why_not
        whole = self.whole()
        if whole is None:
            return SafeText("The definition has not been read yet.")
        if self.app.service.look(self.topic).from_cache:
            return SafeText("The definition is being read again.")
        if whole.revision != self._revision:
            return SafeText("The definition was edited meanwhile. Close this, and look again.")
        return None

    def chosen(self) -> Mapping[str, Any]:
        whole = self.whole()
        if whole is None:
            return {}
        return options_of(whole, self._picked, self._by_hand, self._overrides.chosen, draft=self._is_draft)

    def draft(self) -> Draft:
        return replace(super().draft(), seen=self.whole() or self.about.seen)
