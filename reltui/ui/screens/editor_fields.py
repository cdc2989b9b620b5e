"""The editor of a definition: filling in one field, where it stands or on a screen of its own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from rich.highlighter import Highlighter
from rich.text import Text
from textual import on
from textual.widgets import Input

from reltui.model.change import MASKED
from reltui.model.editing.fields import Field, FieldKind, Pick, fields, with_field
from reltui.model.editing.outline import Node
from reltui.model.editing.shape import Path
from reltui.model.resources import Choice
from reltui.model.text import SafeText, clean
from reltui.ui.editing import Editing
from reltui.ui.editing_outline import part_after
from reltui.ui.present_editor import is_drawable
from reltui.ui.present_words import within
from reltui.ui.screens.editor_view import EditorView
from reltui.ui.screens.pick import PickScreen
from reltui.ui.screens.pick_resource import PickValue, Question, open_pick
from reltui.ui.widgets.grid import GUTTER, lay_out

TYPED = frozenset({Pick.BRANCH, Pick.CONNECTION, Pick.FOLDER, Pick.REPOSITORY})
"""What may be typed as it is, such as a variable in place of a connection."""
GONE = "What you were filling in is gone from the definition on the server; nothing was written."
MARKS = "This text has characters that cannot be shown: what you type replaces all of it."


class Stars(Highlighter):
    """Draws a secret as stars, one for each character."""

    def highlight(self, text: Text) -> None:
        """Replace the text that is to be drawn."""
        text.plain = "*" * len(text.plain)


class EditorFields(EditorView):
    """Every value that is taken is one change."""

    def __init__(self, editing: Editing) -> None:
        super().__init__(editing)
        self._typing: tuple[Node, Field] | None = None
        self._begun_as = ""
        """What stood in the field when typing began."""
        self._replaces = False
        """The value is not shown in the field."""
        self._lines: tuple[Node, Field] | None = None
        """The field of several lines that is typed on a screen of its own."""

    def on_mount(self) -> None:
        """Be told when the definition comes back from the server."""
        self.editing.rebased = self.rebased

    def on_unmount(self) -> None:
        """Nobody is there to be told."""
        self.editing.rebased = None

    def become(self, work: dict[str, Any], path: Path, field_id: str = "") -> None:
        """Another state; then the cursor is on a part and one of its fields."""
        self.editing.change(work, self.node.path)
        self.go_to(path, field_id)

    def become_with(self, work: dict[str, Any], path: Path, field_id: str) -> None:
        """Another state with a new part: the cursor goes to what must be filled in, else to a field of it."""
        self.become(work, path)
        needed = (each.id for each in self.fields if each.is_required and each.value in ("", "0"))
        self.go_to(path, next(needed, field_id))

    def _begin_field(self) -> None:
        field, node = self.field, self.node
        if field is None:
            return
        if field.refused:
            self.app.say(field.refused, "warn")
            return
        take = partial(self.take, node, field)
        title = SafeText(f"{within(field.label)}: now {within(field.shown) if field.shown else 'empty'}")
        match field.kind:
            case FieldKind.FLAG:
                take("false" if field.value == "true" else "true")
            case FieldKind.CHOICE:
                self.app.push_screen(PickValue(title, field.choices, field.value, take))
            case FieldKind.LINES:
                from reltui.ui.screens.editor_lines import LinesScreen

                self._lines = (node, field)
                self.app.push_screen(LinesScreen(field, self._take_lines))
            case FieldKind.PICK if field.pick is not None:
                question = Question(
                    node,
                    field.pick,
                    title,
                    typed=field.pick in TYPED,
                    clearable=not field.is_required,
                )
                open_pick(self.app, self.editing, question, take)
            case _:
                self._type_into(node, field)

    def _type_into(self, node: Node, field: Field) -> None:
        """Type over the value, where it stands."""
        entry = self.query_one("#value", Input)
        column = lay_out(self.right.columns, self.right.size.width - GUTTER)
        x = GUTTER + column[0][1] + 1
        region = self.right.region
        entry.styles.offset = (region.x + x, region.y + self.right.cursor_line)
        entry.styles.width = max(region.width - x, 8)
        is_hidden = field.kind is FieldKind.SECRET or field.shown == MASKED
        entry.highlighter = Stars() if is_hidden else None
        is_plain = is_drawable(field.value, lines=False) and not is_hidden
        self._begun_as = field.value if is_plain else ""
        self._replaces = not is_plain
        entry.value = self._begun_as
        entry.cursor_position = len(entry.value)
        entry.display = True
        self._typing = (node, field)
        self.set_focus(entry)
        self.draw_rest()
        if not is_hidden and not is_plain:
            self.app.say(MARKS, "warn")

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        """Enter in the field: take it, or say what is wrong with it and leave it there."""
        if self._typing is None:
            return
        node, field = self._typing
        if event.value == self._begun_as and (
            self._begun_as != field.value or field.kind is FieldKind.SECRET
        ):
            # Nothing was typed where the value could not be shown: it stays.
            self._end_typing()
        elif self.take(node, field, event.value):
            self._end_typing()

    def _end_typing(self) -> None:
        self._typing = None
        self.leave_field()
        self.update()

    def leave_field(self) -> None:
        self._typing = None
        super().leave_field()

    def take(self, node: Node, field: Field, value: str | Choice) -> bool:
        """Write a field; False, and a sentence, when the value is none for it."""
        try:
            work = with_field(self.editing.work, node, field, value, self.known)
        except ValueError as error:
            self.app.say(clean(str(error)), "warn")
            return False
        self.app.hush()
        self.become(work, node.path, field.id)
        return True

    def _take_lines(self, text: str) -> bool:
        if self._lines is None:
            self.app.say(GONE, "warn")
            return False
        return self.take(*self._lines, text)

    def rebased(self, before: Mapping[str, Any]) -> None:
        """The definition came back from the server with what others have changed: nothing that is asked now
        may be written into another part than the one it was asked for."""
        if self.is_left:
            return
        while isinstance(self.app.screen, PickScreen) and self.app.screen.is_about_a_part:
            self.app.pop_screen()
            self.app.say("The definition came back from the server meanwhile: pick it again.", "warn")
        here, typing = part_after(before, self.editing.work, self.node.path), self._typing
        self.parts.read(self.editing.work)
        if self._lines is not None:
            self._lines = self._found_again(before, *self._lines)
        self.go_to(here if here is not None else ())
        if typing is not None:
            self._type_on(self._found_again(before, *typing), typing[1])

    def _found_again(self, before: Mapping[str, Any], node: Node, field: Field) -> tuple[Node, Field] | None:
        """The same field of the same part as it is now; None when it is gone."""
        now = self.parts.node(part_after(before, self.editing.work, node.path))
        found = fields(self.editing.work, now, self.known) if now is not None else ()
        same = next((each for each in found if each.id == field.id), None)
        return (now, same) if now is not None and same is not None else None

    def _type_on(self, found: tuple[Node, Field] | None, field: Field) -> None:
        """Go on typing into a field where it is now."""
        entry = self.query_one("#value", Input)
        typed, place, begun_as = entry.value, entry.cursor_position, self._begun_as
        self._end_typing()
        if found is None:
            self.app.say(GONE, "warn")
            return
        self.go_to(found[0].path, found[1].id)
        self._type_into(*found)
        entry.value, entry.cursor_position, self._begun_as = typed, place, begun_as
        if found[1].value != field.value:
            told = f"{within(field.label)} was changed on the server: Enter puts yours in its place."
            self.app.say(SafeText(told), "warn")
