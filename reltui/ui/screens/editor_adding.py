"""Adding to an edited definition: what can be added here, and which one; and finding a part by its words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from reltui.model.editing.outline import Node
from reltui.model.editing.structure import Offer, added, offers
from reltui.model.resources import Choice
from reltui.model.text import SafeText, clean
from reltui.ui.present import Line, span
from reltui.ui.present_words import within
from reltui.ui.screens.pick import Entry, PickScreen
from reltui.ui.screens.pick_resource import Question, open_pick

if TYPE_CHECKING:
    from reltui.ui.screens.editor import EditorScreen


def begin_adding(editor: EditorScreen) -> None:
    """Ask what shall be added; where there is but one thing, go on to it."""
    node = editor.node
    found = offers(editor.editing.work, node, editor.known)
    if not found:
        editor.app.say("Nothing can be added here.")
    elif len(found) == 1:
        _chosen(editor, node, found[0])
    else:
        editor.app.push_screen(AddMenu(editor, node, found))


def _chosen(editor: EditorScreen, node: Node, offer: Offer) -> None:
    if offer.refused:
        editor.app.say(SafeText(f"{offer.refused}: {offer.label}."), "warn")
    elif offer.pick is None:
        _add(editor, node, offer, None)
    else:
        title = SafeText(f"{offer.label[:1].upper()}{offer.label[1:]}: which one?")
        take = partial(_picked, editor, node, offer)
        open_pick(editor.app, editor.editing, Question(node, offer.pick, title, offer.runs_on), take)


def _picked(editor: EditorScreen, node: Node, offer: Offer, choice: Choice | str) -> bool:
    return _add(editor, node, offer, choice if isinstance(choice, Choice) else Choice(choice, clean(choice)))


def _add(editor: EditorScreen, node: Node, offer: Offer, choice: Choice | None) -> bool:
    """Add it; the cursor goes to it, and to the first field that must be filled in."""
    try:
        work, path, field_id = added(editor.editing.work, node, offer.part, choice, editor.known)
    except ValueError as error:
        editor.app.say(clean(str(error)), "warn")
        return False
    editor.become_with(work, path, field_id)
    return True


class AddMenu(PickScreen):
    """What can be added to a part, or beside it."""

    is_about_a_part = True

    def __init__(self, editor: EditorScreen, node: Node, found: Sequence[Offer]) -> None:
        super().__init__()
        self._editor = editor
        self._node = node
        self._found = found

    def heading(self) -> Line:
        return (span(f"Add what at {within(self._node.label)}?"),)

    def nothing(self) -> SafeText:
        return SafeText("Nothing with these words can be added here.")

    def entries(self) -> Sequence[Entry]:
        return [
            Entry(
                offer.label,
                offer.refused
                or SafeText(
                    f"pick {'an' if offer.pick[0] in 'aeiou' else 'a'} {offer.pick}"
                    if offer.pick is not None
                    else ""
                ),
                partial(_chosen, self._editor, self._node, offer),
            )
            for offer in self._found
        ]


class FindPart(PickScreen):
    """Any part of the definition, by words of the way to it."""

    is_about_a_part = True

    def __init__(self, editor: EditorScreen) -> None:
        super().__init__()
        self._editor = editor
        self._all: Sequence[Entry] = ()

    def heading(self) -> Line:
        return (span("Go to which part?"),)

    def nothing(self) -> SafeText:
        return SafeText("No part has these words.")

    def entries(self) -> Sequence[Entry]:
        if not self._all:
            parts = self._editor.parts
            self._all = [
                Entry(
                    SafeText(" > ".join(within(each.label) for each in parts.way(node.path))),
                    node.note,
                    partial(self._editor.go_to, node.path),
                )
                for node in parts.nodes
            ]
        return self._all
