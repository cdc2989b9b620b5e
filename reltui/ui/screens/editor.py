"""The editor of a definition: what its keys do. Every change is one step that undo takes back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from textual import on

from reltui.model.editing import structure
from reltui.model.editing.fields import without_field
from reltui.model.editing.shape import Path
from reltui.model.text import SafeText, clean
from reltui.ui.keys import Action
from reltui.ui.present import Line, span
from reltui.ui.present_words import within
from reltui.ui.screens.dialog import key_hint
from reltui.ui.screens.editor_fields import EditorFields
from reltui.ui.widgets.grid import Grid


class EditorScreen(EditorFields):
    """Keys to changes."""

    def perform(self, action: Action) -> bool:
        if not self.is_mounted:
            return False
        grid = self.right if self.pane else self.left
        if action.id != "open" and grid.perform(action.id):
            return True
        return super().perform(action)

    def footer_line(self, cells: int) -> Line:
        if self._typing is None:
            return super().footer_line(cells)
        back = self.app.keymap.key_of("back")
        return (span(" "), *key_hint("enter", "take it"), *key_hint(back, "leave it as it was"))

    # Going round

    def do_open(self) -> None:
        """Enter: fold, go to the fields, or edit one."""
        if self.pane:
            self._begin_field()
        elif self.parts.has_children(self.node.path):
            self._fold(closed=self.node.path not in self.parts.folded)
        else:
            self.do_next_pane()

    def _fold(self, *, closed: bool) -> None:
        self.parts.fold(self.node.path, closed=closed)
        self.update()
        self.mark_parts()
        if not closed:
            below = sum(self.node.path in self.parts.ancestors(path) for path in self.parts.seen)
            self.left.show_below(below)

    def do_next_pane(self) -> None:
        """The other side."""
        self.turn_to(1 - self.pane if self.right.cursor is not None else 0)
        self.draw_rest()

    do_previous_pane = do_next_pane

    def do_expand(self) -> None:
        """Right: unfold, else go to the fields."""
        if not self.pane and self.node.path in self.parts.folded:
            self._fold(closed=False)
        elif not self.pane:
            self.do_next_pane()

    def do_collapse(self) -> None:
        """Left: back to the outline; there, fold, else go to the part above."""
        path = self.node.path
        if self.pane:
            self.do_next_pane()
        elif self.parts.has_children(path) and path not in self.parts.folded:
            self._fold(closed=True)
        else:
            above = self.parts.parent(path)
            if above is not None:
                self.left.move_to(above)

    def do_back(self) -> None:
        """Escape: out of the field, back to the outline, then away; what was changed is kept."""
        if self._typing is not None:
            self._end_typing()
        elif self.pane:
            self.do_next_pane()
        else:
            self.do_quit()

    def do_quit(self) -> None:
        """Leave the editor; what could not be kept is asked about first."""
        from reltui.ui import ways_definition

        ways_definition.leave_then(self.app, self.app.go_back)

    @on(Grid.Opened)
    def clicked(self, event: Grid.Opened) -> None:
        """A second click."""
        self.turn_to(int(isinstance(event.key, str)))
        self.do_open()

    def do_find_part(self) -> None:
        """Pick a part by typing words of it."""
        from reltui.ui.screens.editor_adding import FindPart

        self.app.push_screen(FindPart(self))

    def do_next_problem(self) -> None:
        """Go to the next problem and its field, and say what it is."""
        self.look_over()
        field_id = self.field.id if self.pane and self.field is not None else ""
        found = self.review.after(self.node.path, field_id, self.right.keys)
        if found is None:
            self.app.say("There is no problem.")
            return
        self.go_to(*found)
        if found[1] not in self.right.keys:
            self.turn_to(0)
        sentence = next((each.sentence for each in self.review.at(*found)), SafeText(""))
        self.app.say(sentence, "warn")

    # Changing

    def _try(
        self,
        change: Callable[[], tuple[dict[str, Any], Path] | tuple[dict[str, Any], Path, str]],
        told: str = "",
    ) -> None:
        """Make a change, or say why it cannot be; a third value is the field to go to."""
        try:
            work, path, *field_id = change()
        except ValueError as error:
            self.app.say(clean(str(error)), "warn")
            return
        self.become(work, path, *field_id)
        if told:
            self.app.say(SafeText(told))

    def do_undo(self) -> None:
        """Take the last change back."""
        self._go_back_to(self.editing.undo(self.node.path), "There is nothing to undo.")

    def do_redo(self) -> None:
        """Do it again."""
        self._go_back_to(self.editing.redo(self.node.path), "There is nothing to do again.")

    def _go_back_to(self, path: Path | None, nothing: str) -> None:
        if path is None:
            self.app.say(nothing)
        else:
            self.go_to(path)

    def do_add(self) -> None:
        """Add something to the part, or beside it."""
        from reltui.ui.screens.editor_adding import begin_adding

        begin_adding(self)

    def do_clone_part(self) -> None:
        """A copy behind it."""
        self._try(partial(structure.cloned, self.editing.work, self.node))

    def do_move_up(self) -> None:
        """Before the one above; in the fields, an approver before the other."""
        self._move(-1)

    def do_move_down(self) -> None:
        """Behind the one below."""
        self._move(1)

    def _move(self, step: int) -> None:
        work, node, field = self.editing.work, self.node, self.field
        if not self.pane:
            self._try(partial(structure.moved, work, node, step))
        elif field is not None:
            self._try(lambda: (structure.moved_field(work, node, field, step), node.path, field.id))

    def do_remove(self) -> None:
        """The field where that goes, else the part; at once."""
        node, field = self.node, self.field
        undo = self.app.keymap.key_of("undo")
        back = f"; {undo} has it back" if undo else ""
        if not self.pane:
            told = f"{within(node.label)} is removed{back}."
            self._try(partial(structure.removed, self.editing.work, node), told)
        elif field is not None and field.is_removable:
            section = f"{within(field.section)}: " if field.section else ""
            told = f"{section}{within(field.label)} is removed{back}."
            self._try(lambda: (without_field(self.editing.work, node, field, self.known), node.path), told)
        else:
            self.app.say("This field cannot be removed; go to the outline to remove the whole part.")

    # Beyond the editor

    def do_difference(self) -> None:
        """What is changed so far."""
        from reltui.ui.screens.definition_comparison import GivenScreen

        editing = self.editing
        if editing.base is None:
            self.app.say("This definition is new: the server has nothing to compare it with.")
            return
        title = f"unsaved, against revision {editing.base.get('revision', '?')}"
        self.app.push_screen(GivenScreen(editing.server, editing.project, title, editing.base, editing.work))

    def do_save_definition(self) -> None:
        """On to the question whether it shall be saved."""
        from reltui.ui.screens import saving_definition

        server = self.app.service.server(self.editing.server)
        if server.read_only:
            self.app.say(SafeText(f"{server.name} is read-only here: nothing can be saved."), "warn")
            return
        if not self.editing.is_changed:
            self.app.say("Nothing is changed, so there is nothing to save.")
            return
        self.editing.keep()
        saving_definition.begin(self.app, self.editing)

    def do_save_as_new(self) -> None:
        """Another definition of what is edited, where this one is gone or is not mine to save."""
        from reltui.ui.screens import saving_definition

        saving_definition.as_new(self.app, self.editing)

    def do_as_text(self) -> None:
        """In the person's own editor."""
        from reltui.ui import editing_as_text

        editing_as_text.begin(self.app, self.editing)

    def do_unsaved(self) -> None:
        """All edits that were not saved."""
        from reltui.ui import ways_definition

        self.editing.keep()
        ways_definition.unsaved(self.app)
