"""The outline of an edited definition with its folds; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reltui.model.editing.matching import pairs
from reltui.model.editing.outline import Kind, Node, outline
from reltui.model.editing.shape import Path, at

OPEN_MOST = 40
"""A longer outline begins with its stages folded."""
STAGES = "environments"


class Outline:
    """The nodes, which of them are folded, and which are seen. Nodes are known by their paths."""

    def __init__(self) -> None:
        self.nodes: tuple[Node, ...] = ()
        self.folded: set[Path] = set()
        self._work: Mapping[str, Any] | None = None
        self._by_path: dict[Path, Node] = {}
        self._parents: dict[Path, Path] = {}
        self._with_children: set[Path] = set()
        self._seen: tuple[Path, ...] = ()

    def read(self, work: Mapping[str, Any]) -> None:
        """Take another state of the definition; what was folded stays so, also where stages have moved."""
        if work is self._work:
            return
        before, self._work = self._work, work
        self.nodes = outline(work)
        self._by_path = {node.path: node for node in self.nodes}
        self._parents, self._with_children = _family(self.nodes)
        if before is None:
            many = len(self.nodes) > OPEN_MOST
            self.folded = {node.path for node in self.nodes if many and node.kind is Kind.STAGE}
        else:
            self.folded = {followed(before, work, path) for path in self.folded} & self._with_children
        self._see()

    def _see(self) -> None:
        seen: list[Path] = []
        hidden_below: int | None = None
        for node in self.nodes:
            if hidden_below is not None and node.depth > hidden_below:
                continue
            hidden_below = node.depth if node.path in self.folded else None
            seen.append(node.path)
        self._seen = tuple(seen)

    @property
    def seen(self) -> Sequence[Path]:
        """The paths that are not folded away; the very same object as long as nothing changes."""
        return self._seen

    def node(self, path: Path | None) -> Node | None:
        """The node of a path."""
        return self._by_path.get(path) if path is not None else None

    def parent(self, path: Path) -> Path | None:
        """The node above; None at the top."""
        return self._parents.get(path)

    def ancestors(self, path: Path) -> list[Path]:
        """The nodes above, the nearest first."""
        found: list[Path] = []
        above = self._parents.get(path)
        while above is not None:
            found.append(above)
            above = self._parents.get(above)
        return found

    def has_children(self, path: Path) -> bool:
        """There is something to fold."""
        return path in self._with_children

    def fold(self, path: Path, *, closed: bool) -> None:
        """Fold a node or open it."""
        if closed and self.has_children(path):
            self.folded.add(path)
        else:
            self.folded.discard(path)
        self._see()

    def reveal(self, path: Path) -> None:
        """Open everything above a node."""
        self.folded.difference_update(self.ancestors(path))
        self._see()

    def holder(self, path: Path) -> Path:
        """The node to which a place in the JSON belongs: the one with the longest path that leads there."""
        for length in range(len(path), -1, -1):
            if path[:length] in self._by_path:
                return path[:length]
        return self.nodes[0].path if self.nodes else ()

    def shown_at(self, path: Path) -> Path:
        """Where a node is seen: itself, or the outermost folded one above it."""
        return next((above for above in reversed(self.ancestors(path)) if above in self.folded), path)

    def way(self, path: Path) -> list[Node]:
        """The nodes from below the definition to this one."""
        paths = [*reversed(self.ancestors(path)), path]
        found = [self._by_path[each] for each in paths if each in self._by_path]
        return found[1:] or found


def _family(nodes: Iterable[Node]) -> tuple[dict[Path, Path], set[Path]]:
    """Child to parent, and those that have children; by the depths, for the paths need not tell."""
    parents: dict[Path, Path] = {}
    stack: list[Node] = []
    for node in nodes:
        while stack and stack[-1].depth >= node.depth:
            stack.pop()
        if stack:
            parents[node.path] = stack[-1].path
        stack.append(node)
    return parents, set(parents.values())


def followed(before: Mapping[str, Any], now: Mapping[str, Any], path: Path) -> Path:
    """The path after a change: stages are followed by name, as a change moves them or renames one."""
    if len(path) < 2 or path[0] != STAGES or not isinstance(path[1], int):
        return path
    name = at(before, (STAGES, path[1], "name"))
    names = [stage.get("name") for stage in at(now, (STAGES,), ()) if isinstance(stage, Mapping)]
    return (STAGES, names.index(name), *path[2:]) if name in names else path


def part_after(before: Mapping[str, Any], now: Mapping[str, Any], path: Path) -> Path | None:
    """Where a part is after others have changed the definition too, by what it is; None when it is gone."""
    old: Any = before
    new: Any = now
    found: list[str | int] = []
    member = ""
    for step in path:
        if isinstance(step, int) and isinstance(old, list):
            places = dict(pairs(member, old, new)) if isinstance(new, list) else {}
            place = places.get(step)
            if place is None:
                return None
            found.append(place)
            old, new = old[step], new[place]
        else:
            found.append(step)
            member = str(step)
            old = old.get(step) if isinstance(old, Mapping) else None
            new = new.get(step) if isinstance(new, Mapping) else None
    return tuple(found)
