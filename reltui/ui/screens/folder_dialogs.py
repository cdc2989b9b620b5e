"""Folders of definitions: the dialogs that make, rename and move one, and picking where something goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from textual.widget import Widget
from textual.widgets import Input

from reltui.data.decision import Draft, FolderPlace, Verb
from reltui.data.topics import FoldersOf, ServerState, Topic
from reltui.model.definition import Definition
from reltui.model.editing.shape import put
from reltui.model.text import SafeText, clean
from reltui.ui.present import Line, Span, span
from reltui.ui.present_saving import ROOT, folder_name, folder_refusal, is_inside, joined_path, parent_path
from reltui.ui.present_verbs import about
from reltui.ui.present_words import count, within
from reltui.ui.screens.asking import SubjectDialog, line_field
from reltui.ui.screens.dialog import fact
from reltui.ui.screens.pick import Entry, PickScreen
from reltui.ui.screens.subject import Subject
from reltui.ui.widgets.lines import Lines


class FolderDialog(SubjectDialog):
    """Makes a folder below one, gives it another name, or moves it.

    A new one is made below `Subject.options["parent"]`. One that moves goes to `Subject.options["to"]`; where
    that is where it is, its name is asked.
    """

    def __init__(self, subject: Subject, server: ServerState, seen: FolderPlace) -> None:
        super().__init__(subject, server)
        self.seen = seen
        self.adds = subject.verb is Verb.ADD_FOLDER
        self.to = str(subject.options.get("to") or "")
        self.names = self.adds or self.to == seen.path
        if self.names and not self.adds:
            self.confirm_label = "Rename"
        self.parent_path = str(subject.options.get("parent") or parent_path(seen.path))

    @property
    def _folders(self) -> FoldersOf:
        return FoldersOf(self.about.server, self.about.project)

    def topics(self) -> Sequence[Topic[Any]]:
        return (self._folders,)

    def heading(self) -> Line:
        return (span("Rename the folder" if self.names and not self.adds else self.words.heading),)

    def text(self, cells: int) -> Sequence[Line]:
        lines = self.place_lines(cells)
        if self.adds:
            lines += fact("Below", (Span(SafeText(self.parent_path), "head"),), cells)
        else:
            for label, value in about(self.seen, self.protected):
                lines += fact(label, value, cells)
        if self.adds or self.names:
            new = Span(self.target(), "head") if self._new_name() else span("named below", "dim")
            lines += fact("New", (new,), cells)
        else:
            lines += fact("To", (Span(self.target(), "head"),), cells)
        if not self.adds:
            number = count(len(self.seen.definitions), "definition")
            held = f"{number}, those of the folders in it included" if self.seen.definitions else "nothing"
            lines += fact("Holds", (span(held),), cells)
            lines += fact("Effect", (span(self.words.effect),), cells)
        lines += [*self.about.facts_now(), *self.end_lines(cells)]
        self.needed = len(lines)
        return [*lines, *self.about.more()]

    def extra(self) -> Sequence[Widget]:
        if not self.names:
            return self.word_fields()
        label = Lines(id="label")
        label.lines = [(span(" Its name", "dim"),)]
        name = "" if self.adds else folder_name(self.seen.path)
        return [label, line_field("value", value=name), *self.word_fields()]

    def _new_name(self) -> str:
        """What was typed, without control characters."""
        fields = list(self.query("#value").results(Input))
        return str(clean(fields[0].value.strip())) if fields else ""

    def target(self) -> SafeText:
        """The path that is there afterwards."""
        return joined_path(self.parent_path, self._new_name()) if self.names else SafeText(self.to)

    def ready(self) -> SafeText | None:
        return super().ready() or self._refusal() or self.word_missing()

    def _refusal(self) -> SafeText | None:
        taken = [folder.path for folder in self.app.service.look(self._folders).data or ()]
        if self.names:
            if not self.adds and self.target() == self.seen.path:
                return SafeText("The name is not changed yet.")
            # Another spelling of its own name is no other folder.
            others = (
                taken
                if self.adds
                else [path for path in taken if path.casefold() != self.seen.path.casefold()]
            )
            return folder_refusal(self._new_name(), self.parent_path, others)
        if any(path.casefold() == self.to.casefold() for path in taken):
            return SafeText(f"The folder {self.to} is there already.")
        return None

    def chosen(self) -> Mapping[str, Any]:
        return {} if self.adds else {"to": str(self.target())}

    def draft(self) -> Draft:
        draft = super().draft()
        if not self.adds:
            return draft
        return replace(draft, seen=FolderPlace(self.about.project.id, self.target(), is_there=False))


class PickFolder(PickScreen):
    """The folder into which a definition, or a folder, is moved."""

    def __init__(self, subject: Subject, choose: Callable[[SafeText], None]) -> None:
        self.about = subject
        self.choose = choose
        super().__init__()

    @property
    def _folders(self) -> FoldersOf:
        return FoldersOf(self.about.server, self.about.project)

    def topics(self) -> Sequence[Topic[Any]]:
        return (self._folders,)

    def _own(self) -> str:
        """Where it is now."""
        seen = self.about.seen
        if isinstance(seen, FolderPlace):
            return parent_path(seen.path)
        return seen.path if isinstance(seen, Definition) else ROOT

    def heading(self) -> Line:
        seen = self.about.seen
        name = seen.path if isinstance(seen, FolderPlace) else within(getattr(seen, "name", SafeText("")))
        return (span(f"Move {name} into which folder? Now in {self._own() or ROOT}"),)

    def nothing(self) -> SafeText:
        snapshot = self.app.service.look(self._folders)
        if snapshot.problems:
            return snapshot.problems[0].sentence
        if snapshot.data is None:
            return SafeText("The folders are being read ...")
        return SafeText("No other folder has these words; :folders makes one.")

    def entries(self) -> Sequence[Entry]:
        seen, own = self.about.seen, (self._own() or ROOT).casefold()
        paths = [folder.path for folder in self.app.service.look(self._folders).data or ()]
        if SafeText(ROOT) not in paths:
            paths.insert(0, SafeText(ROOT))
        return [
            Entry(path, SafeText("the root" if path == ROOT else ""), partial(self.choose, path))
            for path in paths
            if path.casefold() != own and not (isinstance(seen, FolderPlace) and is_inside(path, seen.path))
        ]


def pick_target(subject: Subject, open_dialog: Callable[[Subject], None]) -> PickFolder:
    """Pick where a definition or a folder goes; then the dialog about it, which saves the definition."""

    def choose(path: SafeText) -> None:
        seen = subject.seen
        if isinstance(seen, Definition):
            body = put(dict(seen.raw), ("path",), str(path))
            open_dialog(replace(subject, verb=Verb.SAVE, body=body, heading="Move the definition"))
        elif isinstance(seen, FolderPlace):
            to = joined_path(path, folder_name(seen.path))
            open_dialog(replace(subject, options={**subject.options, "to": str(to)}))

    return PickFolder(subject, choose)
