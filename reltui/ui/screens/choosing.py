"""Small screens over a dialog: the value of a variable, the version of an artifact. They decide nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, ClassVar

from textual.widget import Widget

from reltui.data.topics import Topic, VersionsOf
from reltui.model.content import ArtifactVersions, Version
from reltui.model.text import SafeText, clean, is_suspicious
from reltui.ui.present import Cell, Line, Look, Span, span
from reltui.ui.present_create import branch_words, commit_words
from reltui.ui.present_words import when
from reltui.ui.screens.asking import line_field
from reltui.ui.screens.dialog import fact
from reltui.ui.screens.field import FieldScreen
from reltui.ui.screens.following import FollowingScreen
from reltui.ui.screens.pick import Entry, PickScreen
from reltui.ui.widgets.grid import Column


class ValueScreen(FieldScreen):
    """Asks for another value, as of a variable. Enter takes it, Escape leaves it as it was."""

    def __init__(
        self,
        name: str,
        usual: SafeText,
        value: str,
        take: Callable[[str], None],
        words: tuple[str, str, str] = ("Another value for a variable", "Variable", "Value now"),
    ) -> None:
        """`usual` is what it has anyway, `value` what it would have now; `words` say what this is about."""
        super().__init__()
        self._words = words
        self._variable = SafeText(name)
        self._usual = usual
        # What was made safe to show is not what the server has: it is no text to go on from.
        self._value = "" if is_suspicious(value) else value
        self._take = take

    def heading(self) -> Line:
        return (span(self._words[0]),)

    def fields(self) -> Sequence[Widget]:
        return [line_field("value", value=self._value, placeholder="empty")]

    def lines(self, cells: int) -> Sequence[Line]:
        usual = Span(self._usual) if self._usual else span("empty", "dim")
        lines = fact(self._words[1], (Span(self._variable, "head"),), cells)
        return [*lines, *fact(self._words[2], (usual,), cells), ()]

    def hints(self) -> tuple[str, str]:
        return "take this value", "leave it as it was"

    def taken(self, text: str) -> None:
        self._take(str(clean(text)))
        self.app.pop_screen()


class PickVersion(PickScreen):
    """Picks the version of an artifact for a new release; the first entry leaves it to the server."""

    columns: ClassVar[Sequence[Column]] = (
        Column("name", "", 20, grow=1),
        Column("branch", "", 14, grow=2, drop=2),
        Column("on", "", 12, drop=1),
        Column("commit", "", 20, grow=6, drop=3),
    )

    def __init__(self, topic: VersionsOf, alias: SafeText, take: Callable[[Version | None], None]) -> None:
        super().__init__()
        self._topic = topic
        self._alias = alias
        self._take = take
        self._rows: list[Version | None] = []

    def topics(self) -> Sequence[Topic[Any]]:
        return (self._topic,)

    def heading(self) -> Line:
        return (span(f"Which version of {self._alias}?"),)

    def _listed(self) -> ArtifactVersions | None:
        versions = self.app.service.look(self._topic).data or ()
        return next((each for each in versions if each.alias == self._alias), None)

    def entries(self) -> Sequence[Entry]:
        listed = self._listed()
        versions = listed.versions if listed is not None else ()
        default = listed.default if listed is not None else None
        self._rows = [None, *versions]
        first = SafeText(f"default version: as the server finds it then{self._now(default)}")
        found = [Entry(first, self._state(listed), partial(self._take, None))]
        for version in versions:
            mark = "  default" if default is not None and version.id == default.id else ""
            words = SafeText(f"{version.name} {branch_words(version)} {commit_words(version)}{mark}")
            found.append(Entry(words, SafeText(""), partial(self._take, version)))
        return found

    def _now(self, default: Version | None) -> str:
        return f", now {default.name}" if default is not None else ""

    def _state(self, listed: ArtifactVersions | None) -> SafeText:
        """Why there are no versions to choose from."""
        snapshot = self.app.service.look(self._topic)
        if listed is not None:
            return listed.error
        if snapshot.problems:
            return snapshot.problems[0].sentence
        return SafeText("none is listed" if snapshot.data is not None else "being read ...")

    def nothing(self) -> SafeText:
        return SafeText("No version has these words.")

    def _cells(self, key: int, columns: Sequence[Column]) -> Sequence[Cell]:
        version = self._rows[key] if key < len(self._rows) else None
        if version is None:
            return [self._default_cell(column.id) for column in columns]
        listed = self._listed()
        is_default = listed is not None and listed.default is not None and listed.default.id == version.id
        look = Look(FollowingScreen.clock(), self.app.ascii)
        name: Line = (Span(version.name or version.id, "head"),)
        cells: dict[str, Cell] = {
            "name": (*name, span(" default", "info")) if is_default else name,
            "branch": Span(branch_words(version)),
            "on": span(when(version.on, look), "dim"),
            "commit": (Span(commit_words(version), "dim"),),
        }
        return [cells[column.id] for column in columns]

    def _default_cell(self, column: str) -> Cell:
        listed = self._listed()
        default = listed.default if listed is not None else None
        if column == "name":
            return span("default version")
        if column != "commit":
            return span("")
        state = self._state(listed)
        return (Span(state, "warn"),) if state else span(f"now {default.name}" if default is not None else "")
