"""Picking what is meant here by something that a definition from elsewhere names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from reltui.data.topics import ResourcesOf, Topic
from reltui.model.editing.transfer import Need, offered, person_choice
from reltui.model.resources import NOTHING, Choice
from reltui.model.text import SafeText
from reltui.ui.present import Line, Span, line
from reltui.ui.present_words import within
from reltui.ui.screens.people import FindPeople
from reltui.ui.screens.pick import Entry, PickScreen

Take = Callable[[Choice | None], None]
EMPTY = SafeText("leave it empty")


def _name(need: Need) -> Span:
    return Span(within(need.name) if need.name else SafeText(f"id {need.id}"), "head")


def _ends(need: Need, suggestion: Choice | None, take: Take) -> tuple[list[Entry], list[Entry]]:
    """What is offered before and behind everything else."""
    used = SafeText(f"{f'{need.account}, ' if need.account else ''}used in {'; '.join(need.used)}")
    first = [Entry(suggestion.name, SafeText("suggested"), partial(take, suggestion))] if suggestion else []
    return first, [Entry(EMPTY, used, partial(take, None))]


class PickNeed(PickScreen):
    """One of what the project offers."""

    def __init__(self, topic: ResourcesOf, need: Need, suggestion: Choice | None, take: Take) -> None:
        super().__init__()
        self._topic = topic
        self._need = need
        self._suggestion = suggestion
        self._take = take

    def topics(self) -> Sequence[Topic[Any]]:
        return (self._topic,)

    def heading(self) -> Line:
        return line("What is the ", self._need.kind.value, " ", _name(self._need), " here?")

    def nothing(self) -> SafeText:
        return SafeText(f"No {self._need.kind.value} of this project has these words.")

    def entries(self) -> Sequence[Entry]:
        known = self.app.service.look(self._topic).data or NOTHING
        first, last = _ends(self._need, self._suggestion, self._take)
        found = [
            Entry(each.name, SafeText(f"{each.detail}  id {each.id}".strip()), partial(self._take, each))
            for each in offered(self._need.kind, known) or ()
            if each != self._suggestion
        ]
        return [*first, *found, *last]


class PickWho(FindPeople):
    """A person or group whom the server finds by the words that are typed."""

    def __init__(self, server: str, need: Need, suggestion: Choice | None, take: Take) -> None:
        super().__init__(server, groups=True)
        self._need = need
        self._suggestion = suggestion
        self._take = take

    def heading(self) -> Line:
        return line("Who is ", _name(self._need), " here? Type a name or an account")

    def entries(self) -> Sequence[Entry]:
        first, last = _ends(self._need, self._suggestion, self._take)
        found = self.listed(lambda each: self._take(person_choice(each)))
        return [*found, *last] if found else [*first, *last]
