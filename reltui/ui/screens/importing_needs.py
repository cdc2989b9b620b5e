"""What is meant here by all that a definition from a file names; nothing is taken unseen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import events

from reltui.data.topics import DefinitionsOf, ResourcesOf, Topic
from reltui.errors import ReltuiError
from reltui.model.decode import text_of
from reltui.model.editing.starts import clone_of
from reltui.model.editing.transfer import PEOPLE, Key, Need, Transfer, mapped, needs, person_like
from reltui.model.project import Project
from reltui.model.resources import NOTHING, Choice, Resources
from reltui.model.text import SafeText, clean
from reltui.ui.present import Line, Span, cut, line, padded, span, wrap
from reltui.ui.present_words import count, within
from reltui.ui.screens.dialog import Dialog, fact
from reltui.ui.screens.pick_need import PickNeed, PickWho
from reltui.ui.widgets.form import Row

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp
PLACES_FROM = 60
"""From so many cells on there is room to tell where something is used; the picker tells it in any case."""


def map_needs(app: ReltuiApp, server: str, project: Project, transfer: Transfer, path: Path) -> None:
    """Ask what is meant here, where there is anything to ask; then for name and folder."""
    if needs(transfer, NOTHING):
        app.push_screen(MapDialog(server, project, transfer, path))
    else:
        _name(app, server, project, transfer, {}, NOTHING)


def _name(
    app: ReltuiApp,
    server: str,
    project: Project,
    transfer: Transfer,
    answers: Mapping[Key, Choice | None],
    known: Resources,
) -> None:
    """Ask for name and folder; the editor comes after that."""
    from reltui.ui.screens.starting import NameDefinition

    raw = mapped(transfer, answers, known, (project.id, str(project.name)))
    name, folder = text_of(raw.get("name")), text_of(raw.get("path")) or "\\"

    def make(chosen: str, path: str, known: Resources) -> dict[str, Any]:
        return clone_of(raw, chosen, path)

    title = SafeText(f"Import of {within(name)}")
    app.push_screen(NameDefinition(server, project, title, name, folder, make))


class MapDialog(Dialog):
    """A row for each; Enter on one picks another answer."""

    def __init__(self, server: str, project: Project, transfer: Transfer, path: Path) -> None:
        super().__init__("Go on")
        self._server = server
        self._project = project
        self._transfer = transfer
        self._path = path
        self._topic = ResourcesOf(server, project)
        self._chosen: dict[Key, Choice | None] = {}
        """What the person has picked; None: left empty."""
        self._people: dict[Key, Choice | None] = {}
        """People and groups of the same account or name that the server has found."""
        self._known: Resources | None = None
        self._needs: Sequence[Need] = ()

    def topics(self) -> Sequence[Topic[Any]]:
        return (self._topic, DefinitionsOf(self._server, self._project))

    @property
    def known(self) -> Resources:
        """What there is here, as far as it was read."""
        return self.app.service.look(self._topic).data or NOTHING

    def heading(self) -> Line:
        name = within(text_of(self._transfer.raw.get("name")))
        return line(f"Import {name} into ", span(within(self._project.name), "head"))

    def on_mount(self, event: events.Mount | None = None) -> None:
        """The list has the focus; whom the file names is searched for."""
        if event is not None:
            event.prevent_default()
        self.set_focus(self.query_one("#cancel"))
        self.run_worker(self._find_people(), name="people", group="people")

    def update(self) -> None:
        known = self.known
        if known is not self._known:
            self._known = known
            self._needs = needs(
                self._transfer, known, same_server=self._is_same_server, same_project=self._is_same_project
            )
        super().update()

    @property
    def _is_same_server(self) -> bool:
        here, there = self.app.service.server(self._server).url, self._transfer.origin.server
        return bool(there) and here.rstrip("/").casefold() == there.rstrip("/").casefold()

    @property
    def _is_same_project(self) -> bool:
        return self._is_same_server and self._transfer.origin.project_id == self._project.id

    async def _find_people(self) -> None:
        """Look for everybody by account, then by name; who is not found is left to the person."""
        for need in needs(self._transfer, NOTHING, same_server=self._is_same_server):
            if need.kind not in PEOPLE or need.suggestion is not None:
                continue
            for words in filter(None, (need.account, need.name)):
                try:
                    found = await self.app.service.people(self._server, words, groups=True)
                except ReltuiError as error:
                    self.app.say(SafeText(f"People cannot be looked for: {error}"), "warn")
                    return
                choice = person_like(need, found)
                if choice is not None:
                    self._people[need.key] = choice
                    break
        if not self.is_left:
            self.update()

    def _suggestion(self, need: Need) -> Choice | None:
        return need.suggestion or self._people.get(need.key)

    def _state(self, need: Need) -> tuple[str, str, Choice | None]:
        """In a word, its role, and what is meant here."""
        if need.key in self._chosen:
            chosen = self._chosen[need.key]
            return ("chosen", "good", chosen) if chosen is not None else ("empty", "warn", None)
        suggestion = self._suggestion(need)
        return ("suggested", "info", suggestion) if suggestion is not None else ("open", "wait", None)

    def text(self, cells: int) -> Sequence[Line]:
        snapshot = self.app.service.look(self._topic)
        lines = fact("File", (Span(clean(str(self._path))),), cells)
        told = f"It names {count(len(self._needs), 'thing')} by numbers of another place: what are they here?"
        if self._is_same_project:
            told = f"It was written from this project, and names {count(len(self._needs), 'thing')} of it."
        lines += [(), *wrap(line(told), cells)]
        if snapshot.data is None:
            why = snapshot.problems[0].sentence if snapshot.problems else "What is here is being read ..."
            lines += wrap(line(span(why, "warn" if snapshot.problems else "dim")), cells)
        return [*lines, ()]

    def options(self, cells: int) -> Sequence[Row]:
        return [Row(self._row(need, cells), str(index), "needs") for index, need in enumerate(self._needs)]

    def _row(self, need: Need, cells: int) -> Line:
        word, role, answer = self._state(need)
        name = need.name or f"id {need.id}"
        there = answer.name if answer is not None else "-"
        room = max(cells - 32, 20)
        has_places = room >= PLACES_FROM
        part = min(room * 3 // 8, 30) if has_places else room // 2
        ascii = self.app.ascii
        used = cut(", ".join(need.used), room - 2 * part - 1, ascii) if has_places else ""
        return (
            span(" "),
            *padded(span(word, role), 10),
            *padded(span(need.kind.value, "dim"), 17),
            *padded(span(cut(name, part, ascii), "head"), part),
            span(" -> "),
            *padded(span(cut(there, part, ascii)), part),
            span(f" {used}", "dim"),
        )

    def choose(self, key: str) -> None:
        need = self._needs[int(key)]
        take = partial(self._take, need.key)
        if need.kind in PEOPLE:
            self.app.push_screen(PickWho(self._server, need, self._suggestion(need), take))
        else:
            self.app.push_screen(PickNeed(self._topic, need, self._suggestion(need), take))

    def _take(self, key: Key, choice: Choice | None) -> None:
        self._chosen[key] = choice

    def ready(self) -> SafeText | None:
        left = sum(self._state(need)[0] == "open" for need in self._needs)
        if left:
            return SafeText(f"{left} of {len(self._needs)} are open: pick one for each, or leave it empty.")
        return None

    def confirm(self) -> None:
        answers = {need.key: self._state(need)[2] for need in self._needs}
        if self.is_on_top:
            self.app.pop_screen()
            _name(self.app, self._server, self._project, self._transfer, answers, self.known)
