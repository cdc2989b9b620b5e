"""Picking what a field or a new part of a definition refers to: queues, tasks, branches, people ..."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.widgets import Input

from reltui.data.topics import BranchesOf, ResourcesOf, Topic
from reltui.model.editing.fields import Pick
from reltui.model.editing.outline import Node
from reltui.model.identity import Identity
from reltui.model.resources import NOTHING, Choice, Resources
from reltui.model.text import SafeText, clean
from reltui.model.values import dataclass
from reltui.ui.editing_picks import branch_repository, choices_of
from reltui.ui.present import Cell, Line, Span, span
from reltui.ui.screens.people import FindPeople
from reltui.ui.screens.pick import Entry, PickScreen
from reltui.ui.widgets.grid import Column

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp
    from reltui.ui.editing import Editing

Take = Callable[[Choice | str], object]
NONE = SafeText("none: leave it empty")


@dataclass(frozen=True, slots=True)
class Question:
    """What has to be picked."""

    node: Node
    """For what part of the definition."""
    pick: Pick
    title: SafeText
    runs_on: str = ""
    """Only tasks that run there, as the catalogue names it."""
    typed: bool = False
    """What is typed may be taken as it is."""
    clearable: bool = False
    """None may be chosen."""


def open_pick(app: ReltuiApp, editing: Editing, question: Question, take: Take) -> None:
    """Ask which one."""
    if question.pick is Pick.PERSON:
        app.push_screen(PickIdentity(editing.server, question.title, take))
    else:
        app.push_screen(PickResource(editing, question, take))


class PickResource(PickScreen):
    """One of what the server offers, found by words of its name and what is told of it."""

    is_about_a_part = True

    columns: ClassVar[Sequence[Column]] = (
        Column("name", "", 24, grow=2),
        Column("detail", "", 14, grow=1, drop=2),
        Column("more", "", 20, grow=4, drop=1),
    )

    def __init__(self, editing: Editing, question: Question, take: Take) -> None:
        super().__init__()
        self._editing = editing
        self._question = question
        self._take = take
        self._offered: Sequence[tuple[Choice, SafeText]] = ()

    @property
    def known(self) -> Resources:
        """What the server offers, as far as it was read."""
        return self.app.service.look(self._resources).data or NOTHING

    @property
    def _resources(self) -> ResourcesOf:
        return ResourcesOf(self._editing.server, self._editing.project)

    @property
    def _branches(self) -> BranchesOf | None:
        if self._question.pick is not Pick.BRANCH:
            return None
        repository = branch_repository(self._editing.work, self._question.node.path, self.known)
        return BranchesOf(self._editing.server, self._editing.project, repository) if repository else None

    def topics(self) -> Sequence[Topic[Any]]:
        branches = self._branches
        return (self._resources,) if branches is None else (self._resources, branches)

    def heading(self) -> Line:
        return (Span(self._question.title),)

    def update(self) -> None:
        if self._question.pick is Pick.BRANCH:
            self.app.sync_watches()
        super().update()

    def entries(self) -> Sequence[Entry]:
        self._offered = self._choices() or ()
        found = [
            Entry(
                SafeText(f"{choice.name} {choice.detail} {more}"), choice.detail, partial(self._take, choice)
            )
            for choice, more in self._offered
        ]
        if self._question.clearable:
            found.append(Entry(NONE, SafeText(""), partial(self._take, "")))
        typed = self._typed_text()
        if self._question.typed and typed and all(typed != choice.name for choice, _ in self._offered):
            found.append(Entry(SafeText(f"{typed} as typed"), SafeText(""), partial(self._take, typed)))
        return found

    def _typed_text(self) -> SafeText:
        fields = self.query("#words").results(Input)
        return next((clean(field.value.strip()) for field in fields), SafeText(""))

    def _choices(self) -> Sequence[tuple[Choice, SafeText]] | None:
        """What can be picked, each with more words on it; None while it was not read."""
        branches = self._branches
        if branches is not None:
            read = self.app.service.look(branches).data
            return None if read is None else [(choice, SafeText("")) for choice in read]
        asked = self._question
        return choices_of(asked.pick, self._editing.work, asked.node, self.known, asked.runs_on)

    def nothing(self) -> SafeText:
        if self._choices() is not None:
            return SafeText("Nothing that the server offers has these words.")
        if self._question.pick is Pick.BRANCH and self._branches is None:
            return SafeText("The branches of this source cannot be asked for: type one.")
        for topic in self.topics():
            snapshot = self.app.service.look(topic)
            if snapshot.problems:
                return snapshot.problems[0].sentence
        return SafeText("Reading what the server offers ...")

    @on(Input.Changed)
    def words_typed(self) -> None:
        """What is typed can be taken as it is."""
        if self._question.typed:
            self.update()

    def _cells(self, key: int, columns: Sequence[Column]) -> Sequence[Cell]:
        if key >= len(self._offered):
            words = self._entries[key].words if key < len(self._entries) else SafeText("")
            cells: Mapping[str, Cell] = {"name": Span(words, "info")}
        else:
            choice, more = self._offered[key]
            cells = {
                "name": Span(choice.name),
                "detail": Span(choice.detail, "dim"),
                "more": (Span(more, "dim"),),
            }
        return [cells.get(column.id, span("")) for column in columns]


class PickIdentity(FindPeople):
    """A person or a group, found by the server."""

    is_about_a_part = True

    def __init__(self, server: str, title: SafeText, take: Take) -> None:
        super().__init__(server, groups=True)
        self._title = title
        self._take = take

    def heading(self) -> Line:
        return (Span(self._title),)

    def entries(self) -> Sequence[Entry]:
        return self.listed(lambda each: self._take(_identity_choice(each)))


def _identity_choice(each: Identity) -> Choice:
    raw: dict[str, object] = {"id": each.id, "displayName": str(each.name), "uniqueName": str(each.account)}
    if each.is_group:
        raw = {**raw, "isContainer": True}
    return Choice(each.id, each.name, each.account, raw)


class PickValue(PickScreen):
    """One of the values that a field can have."""

    is_about_a_part = True

    def __init__(
        self,
        title: SafeText,
        choices: Sequence[tuple[str, SafeText]],
        now: str,
        take: Take,
    ) -> None:
        super().__init__()
        self._title = title
        self._choices = choices
        self._now = now
        self._take = take

    def heading(self) -> Line:
        return (Span(self._title),)

    def entries(self) -> Sequence[Entry]:
        return [
            Entry(
                name or clean(value),
                SafeText("as it is now" if value == self._now else ""),
                partial(self._take, value),
            )
            for value, name in self._choices
        ]

    def on_mount(self) -> None:
        """The cursor begins at what it is now."""
        super().on_mount()
        self.update()
        places = [index for index, (value, _) in enumerate(self._choices) if value == self._now]
        self.grid.move_to(places[0] if places else 0)

    def nothing(self) -> SafeText:
        return SafeText("None of the values has these words.")
