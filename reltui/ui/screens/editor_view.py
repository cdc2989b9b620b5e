"""What the editor of a definition shows: its outline, the fields of the selected part, problems, changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.geometry import Size
from textual.timer import Timer
from textual.widgets import Input

from reltui.data.topics import DefinitionOf, ResourcesOf, Topic
from reltui.model.decode import objects_of
from reltui.model.editing.fields import Field, fields
from reltui.model.editing.outline import Node
from reltui.model.editing.shape import Path
from reltui.model.resources import NOTHING, Resources
from reltui.model.text import SafeText
from reltui.ui import present_editor as words
from reltui.ui.editing import Editing
from reltui.ui.editing_outline import Outline
from reltui.ui.editing_review import Review
from reltui.ui.keys import Action, Place
from reltui.ui.present import Cell, Line, Look, Span, line, span
from reltui.ui.present_stages import graph, raw_nodes
from reltui.ui.present_words import within
from reltui.ui.screens.asking import line_field
from reltui.ui.screens.base import BANDS, WIDE
from reltui.ui.screens.following import utc_now
from reltui.ui.screens.screen import ReltuiScreen
from reltui.ui.widgets.grid import GUTTER, Column, Grid, lay_out
from reltui.ui.widgets.lines import Lines
from reltui.ui.widgets.rule import rule, rule_over

HEADING = "\n"
"""Begins the key of a row that is a heading; no field has such an id."""
FOOTER = (
    "open",
    "save-definition",
    "add",
    "remove",
    "undo",
    "next-problem",
    "difference",
    "help",
    "clone-part",
    "find-part",
    "command",
)
"""The most needed first: a narrow footer has room for some of them."""
LOOK_SECONDS = 0.2
"""So long after a change the problems are looked for."""


class EditorView(ReltuiScreen):
    """The outline on one side, the fields on the other. Draws an `Editing` and moves in it only."""

    place = Place.EDITOR

    def __init__(self, editing: Editing) -> None:
        super().__init__()
        self.editing = editing
        self.parts = Outline()
        self.pane = 0
        """0 the outline, 1 the fields: which one the keys act on."""
        self.review = Review(self.parts)
        self._by_field: dict[str, Field] = {}
        self._keys: tuple[str, ...] = ()
        self._shown_for: tuple[object, ...] = ()
        self._look_timer: Timer | None = None
        self._placed_for: Size | None = None
        self._graph: tuple[object, tuple[int, int], Sequence[Line]] = (None, (0, 0), ())
        self.left: Grid[Path] = Grid(
            (Column("part", "", 10, grow=1),),
            self._part_cells,
            id="outline",
            titles=False,
            sign=self._part_sign,
        )
        self.right: Grid[str] = Grid(
            (Column("label", "", 16, grow=1), Column("value", "", 16, grow=3)),
            self._field_cells,
            id="fields",
            titles=False,
            is_heading=lambda key: key.startswith(HEADING),
            heading=lambda key: (span(f"  {key[1:]}", "head"),),
            empty=lambda: [(span("    Nothing to fill in here.", "dim"),)],
            sign=self._field_sign,
        )
        self.right.passive_sign = "  "

    # What is shown

    def topics(self) -> Sequence[Topic[Any]]:
        editing = self.editing
        found: list[Topic[Any]] = [ResourcesOf(editing.server, editing.project)]
        if editing.definition_id:
            found.append(DefinitionOf(editing.server, editing.project, editing.definition_id))
        return found

    @property
    def known(self) -> Resources:
        """What the server offers, as far as it was read."""
        return self.app.service.look(ResourcesOf(self.editing.server, self.editing.project)).data or NOTHING

    @property
    def node(self) -> Node:
        """The selected part."""
        return self.parts.node(self.left.cursor) or self.parts.nodes[0]

    @property
    def field(self) -> Field | None:
        """The field under the cursor of the right side."""
        return self._by_field.get(self.right.cursor or "")

    @property
    def fields(self) -> Sequence[Field]:
        """The fields of the selected part, in their order."""
        return tuple(self._by_field.values())

    @property
    def is_wide(self) -> bool:
        """There is room for more than the least."""
        return self.app.size.width >= words.ROOMY

    @property
    def look(self) -> Look:
        """How to draw now."""
        return Look(utc_now(), self.app.ascii)

    def footer_actions(self) -> Sequence[Action]:
        offered = {action.id: action for action in self.app.keymap.offered(self.place)}
        return [offered[name] for name in FOOTER]

    def crumbs(self) -> Line:
        editing = self.editing
        state = "new, unsaved" if editing.base is None else "unsaved" if editing.is_changed else ""
        revision = "" if editing.base is None else f"  revision {editing.base.get('revision', '?')}"
        return line(
            "Edit > ", Span(within(editing.name), "head"), span(revision, "dim"), span(f"  {state}", "wait")
        )

    def note(self) -> Line:
        """What is wrong with keeping it, or who was faster; else the project."""
        editing = self.editing
        if editing.trouble:
            return (span("the unsaved copy is not on disk: !", "bad"),)
        topic = DefinitionOf(editing.server, editing.project, editing.definition_id)
        read = self.app.service.look(topic).data if editing.definition_id else None
        mine = editing.base.get("revision") if editing.base is not None else None
        if read is not None and isinstance(mine, int) and read.definition.revision > mine:
            return (span(f"revision {read.definition.revision} is on the server", "warn"),)
        return (span(f"project: {within(editing.project.name)}"),)

    # Layout

    def compose(self) -> ComposeResult:
        yield Lines(id="header")
        yield Lines(id="title")
        with Container(id="body", classes="wide"):
            yield self.left
            yield Lines(id="divider")
            yield self.right
        yield Lines(id="help-title")
        yield Lines(id="help")
        with Vertical(id="third"):
            yield Lines(id="band-title")
            yield Lines(id="band")
        yield Lines(id="status")
        yield Lines(id="footer")
        yield line_field("value", placeholder="empty")

    def on_mount(self) -> None:
        """The outline has the keys."""
        self.app.editings[self.editing.key] = self.editing
        self.left.rows.ascii = self.right.rows.ascii = self.app.ascii
        self.query_one("#value").display = False
        self.turn_to(0)
        self.place_panes()

    def on_resize(self, event: events.Resize) -> None:
        """Arrange the panes for the new size."""
        if self.app.size != self._placed_for:
            self.place_panes()

    def on_unmount(self) -> None:
        """Whatever closed the screen, nothing that was changed is lost."""
        editing = self.editing
        editing.keep()
        if editing.trouble:
            self.app.say(SafeText(f"The unsaved edit could not be kept: {editing.trouble}"), "bad")
        elif editing.is_changed:
            self.app.say(
                SafeText(f"{within(editing.name)} is kept as an unsaved edit; :unsaved shows it."), "info"
            )

    @property
    def left_cells(self) -> int:
        """The width of the outline."""
        width = self.app.size.width
        return width * 3 // 8 if self.is_wide else 30

    def place_panes(self) -> None:
        """Give outline, fields, help and the third band their room."""
        self._placed_for = self.app.size
        width, height = self._placed_for
        self.left.styles.width = self.left_cells
        self.query_one("#help").styles.height = 2 if height < BANDS[1] or width < WIDE else 3
        third = self.query_one("#third")
        third.display = width >= BANDS[0] and height >= BANDS[1]
        self.leave_field()
        self.update_soon()

    def leave_field(self) -> None:
        """End what is being typed into a field, if anything is."""
        field = self.query_one("#value", Input)
        if field.display:
            field.display = False
            field.value = ""
            self.set_focus(None)
            self.app.let_verbs_rest()

    # Drawing

    def update(self) -> None:
        if self.is_left:
            return
        self.parts.read(self.editing.work)
        self.left.show(self.parts.seen)
        self._look_soon()
        self.left.repaint()
        self._show_fields()
        self.draw_rest()

    def _show_fields(self) -> None:
        node, known = self.node, self.known
        wanted = (self.editing.work, node, known)
        same = len(self._shown_for) == 3 and all(a is b for a, b in zip(wanted, self._shown_for, strict=True))
        if not same:
            if (
                len(self._shown_for) == 3
                and self._shown_for[1] != node
                and self._path_of(self._shown_for[1]) != node.path
            ):
                self.right.forget()
            self._shown_for = wanted
            found = fields(self.editing.work, node, known)
            self._by_field = {field.id: field for field in found}
            keys: list[str] = []
            section = ""
            for field in found:
                if field.section and field.section != section:
                    keys.append(f"{HEADING}{field.section}")
                section = field.section
                keys.append(field.id)
            self._keys = tuple(keys)
        self.right.show(self._keys)
        self.right.repaint()

    @staticmethod
    def _path_of(node: object) -> Path | None:
        return node.path if isinstance(node, Node) else None

    def draw_rest(self) -> None:
        """Draw everything but the two sides."""
        if self.is_left:
            return
        width, ascii = self.app.size.width, self.app.ascii
        marks = ["> " if pane == self.pane else "" for pane in (0, 1)]
        title = (span(marks[0]), *words.problem_words(self.review.findings, self.left_cells - 10))
        way = (span(marks[1]), *words.way_line(self.parts.way(self.node.path)))
        left = self.left_cells
        self.query_one("#title", Lines).show([(*rule(title, left, ascii), *rule(way, width - left, ascii))])
        stroke = span("|" if ascii else "│", "dim")
        self.query_one("#divider", Lines).show([(stroke,)] * self.right.size.height)
        field = self.field
        pane = self.query_one("#help", Lines)
        pane.show(self._help(field, width - 2, pane.size.height or 2))
        self.query_one("#help-title", Lines).show([rule(words.field_title(field), width, ascii)])
        self._draw_band(width)
        snapshot = self.app.service.look(self.topics()[0])
        self.app.draw_chrome(self, self.note(), snapshot)

    def _help(self, field: Field | None, cells: int, lines: int) -> list[Line]:
        found = self.review.at(self.node.path, field.id if field is not None else "")
        room = lay_out(self.right.columns, self.right.size.width - GUTTER)[-1][1]
        told = words.help_lines(field, found, cells, lines, self.look, room)
        return [(span(" "), *each) for each in told]

    def _draw_band(self, width: int) -> None:
        third = self.query_one("#third")
        if not third.display:
            return
        most = max(self.app.size.height // 3, 12) - 1
        drawn = self._drawn_stages(width // 2 - 4, most)
        # By the graph, which hardly ever changes: a problem more or less moves nothing.
        lines = min(max(len(drawn), words.PROBLEMS_LEAST), most)
        third.styles.height = lines + 1
        found = self.review.findings or ()
        problems = [
            words.problem_line(words.way_line(self.parts.way(self.parts.holder(each.path))), each)
            for each in found[:lines]
        ] or [(span("no problem is known", "dim"),)]
        shown = words.beside(problems, drawn, width - 2, lines, self.look)
        title, key = line("problems, and how the stages follow"), self.app.keymap.key_of("next-problem")
        over = rule_over(title, len(found) - lines, key, width, self.app.ascii)
        self.query_one("#band-title", Lines).show([over])
        self.query_one("#band", Lines).show([(span(" "), *each) for each in shown])

    def _drawn_stages(self, cells: int, lines: int) -> Sequence[Line]:
        """The graph of the stages, drawn anew only when something has changed: it follows no cursor."""
        work = self.editing.work
        if self._graph[0] is not work or self._graph[1] != (cells, lines):
            nodes = raw_nodes(objects_of(work.get("environments")))
            self._graph = (work, (cells, lines), graph(nodes, cells, self.look, most=lines))
        return self._graph[2]

    def _part_cells(self, path: Path, columns: Sequence[Column]) -> Sequence[Cell]:
        node = self.parts.node(path)
        if node is None:
            return [span("") for _ in columns]
        folded = path in self.parts.folded if self.parts.has_children(path) else None
        cells = self.left.size.width - 5
        return [words.outline_cell(node, cells, folded=folded, wide=self.is_wide, look=self.look)]

    def _part_sign(self, path: Path) -> Line:
        return words.sign(self.review.worst.get(path), path in self.review.touched)

    def _field_cells(self, key: str, columns: Sequence[Column]) -> Sequence[Cell]:
        field = self._by_field[key]
        # As a line, which is cut at its end: labels of tasks differ at their beginning.
        return [(Span(within(field.label)),), words.value_line(field, self.look)]

    def _field_sign(self, key: str) -> Line:
        found = self.review.at(self.node.path, key)
        return words.sign(found[0], False) if found else ()

    # Problems and changes

    def _look_soon(self) -> None:
        """Look for problems and changes once the changing rests."""
        if self._look_timer is None and not self.review.is_of(self.editing, self.known):
            self._look_timer = self.set_timer(LOOK_SECONDS, self._look_now)

    def _look_now(self) -> None:
        self._look_timer = None
        if not self.is_left:
            self.look_over()

    def look_over(self) -> None:
        """Know the problems and the changes of what is there now."""
        self.parts.read(self.editing.work)
        self.review.look(self.editing, self.known)
        self._marked()

    def mark_parts(self) -> None:
        """Put the signs of problems and changes to the parts that are seen now."""
        self.review.mark()
        self._marked()

    def _marked(self) -> None:
        self.left.repaint()
        self.right.repaint()
        self.draw_rest()

    # Moving

    def turn_to(self, pane: int) -> None:
        """Give the keys to the outline, or to the fields."""
        self.pane = pane
        self.left.is_active, self.right.is_active = pane == 0, pane == 1
        self.left.repaint()
        self.right.repaint()

    def go_to(self, path: Path, field_id: str = "") -> None:
        """Put the cursor on a part, and on one of its fields."""
        self.parts.read(self.editing.work)
        path = self.parts.holder(path)
        self.parts.reveal(path)
        self.left.show(self.parts.seen)
        self.left.move_to(path)
        self._show_fields()
        if field_id in self._by_field:
            self.right.move_to(field_id)
            self.turn_to(1)
        self.update()
        self.mark_parts()

    @on(Grid.CursorMoved)
    def cursor_moved(self) -> None:
        """The fields follow the outline."""
        if not self.is_left:
            self._show_fields()
            self.draw_rest()
