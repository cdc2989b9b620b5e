"""What is wrong with an edited definition and what is changed, by the parts of its outline; pure."""

from __future__ import annotations

from collections.abc import Sequence

from reltui.model.change import Difference
from reltui.model.editing.changes import changes
from reltui.model.editing.checks import Finding, findings
from reltui.model.editing.shape import Path
from reltui.model.resources import Resources
from reltui.ui.editing import Editing
from reltui.ui.editing_outline import Outline


class Review:
    """Problems and changes of one state, which takes a moment in a large definition, so it is done seldom."""

    def __init__(self, parts: Outline) -> None:
        self._parts = parts
        self.findings: tuple[Finding, ...] | None = None
        """None: they were not looked for yet."""
        self.worst: dict[Path, Finding] = {}
        """By the part where it is seen."""
        self.touched: frozenset[Path] = frozenset()
        """The parts that are seen and in which something is changed."""
        self._differences: Sequence[Difference] = ()
        self._seen: tuple[object, object, object] = (None, None, None)

    def is_of(self, editing: Editing, known: Resources) -> bool:
        """It is of just this state."""
        now = (editing.work, editing.base, known)
        return all(a is b for a, b in zip(self._seen, now, strict=True))

    def look(self, editing: Editing, known: Resources) -> None:
        """Look for problems and changes, unless that was done of this state."""
        if not self.is_of(editing, known):
            work, base = editing.work, editing.base
            self._seen = (work, base, known)
            self.findings = tuple(findings(work, known, base))
            self._differences = changes(base, work, known) if base is not None else ()
        self.mark()

    def mark(self) -> None:
        """Put problems and changes to the parts that are seen now."""
        parts = self._parts
        self.touched = frozenset(parts.shown_at(parts.holder(each.path)) for each in self._differences)
        # Of several in one part the worst is drawn, so it comes last.
        ordered = sorted(self.findings or (), key=lambda each: each.is_error)
        self.worst = {parts.shown_at(parts.holder(each.path)): each for each in ordered}

    def at(self, path: Path, field_id: str) -> list[Finding]:
        """The problems of one field of a part, or of the part itself with an empty id; errors first."""
        holder = self._parts.holder
        here = (each for each in self.findings or () if each.field == field_id and holder(each.path) == path)
        return sorted(here, key=lambda each: not each.is_error)

    def after(self, path: Path, field_id: str, field_ids: Sequence[str]) -> tuple[Path, str] | None:
        """The part and the field of the next problem behind a place, in the order of the outline; round at
        the end. None when there is none. `field_ids` are the fields of the part, in their order."""
        nodes = self._parts.nodes
        places = {node.path: index for index, node in enumerate(nodes)}
        order = {each: index for index, each in enumerate(field_ids)}
        here = (places.get(path, 0), order.get(field_id, -1))
        found: list[tuple[tuple[int, int], str]] = []
        for index, each in enumerate(self.findings or ()):
            place = places[self._parts.holder(each.path)]
            found.append(((place, order.get(each.field, -1) if place == here[0] else index), each.field))
        found.sort()
        if not found:
            return None
        (place, _), wanted = next((each for each in found if each[0] > here), found[0])
        return nodes[place].path, wanted
