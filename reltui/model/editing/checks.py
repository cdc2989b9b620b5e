"""What a server would refuse of a definition, and what is likely a mistake, before it is saved (api.md 6.3).

An error forbids saving; only what is known to be refused is one. Each finding names the field to change.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any

from reltui.model.editing.checks_found import Problem
from reltui.model.editing.checks_jobs import jobs
from reltui.model.editing.checks_stages import stages
from reltui.model.editing.checks_whole import whole
from reltui.model.editing.fields import fields
from reltui.model.editing.fields_older import lost, there
from reltui.model.editing.outline import STAGES, Node, outline
from reltui.model.editing.shape import Path
from reltui.model.resources import NOTHING, Resources
from reltui.model.text import SafeText, clean
from reltui.model.values import dataclass

_OF_START = frozenset({"schedules", "executionPolicy"})
_OF_VARIABLES = frozenset({"variables", "variableGroups"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or likely so."""

    path: Path
    """Of the node of the outline that it belongs to."""
    field: str
    """Id of the field of that node; empty for the node as such."""
    sentence: SafeText
    is_error: bool
    """The server refuses the definition for it."""
    code: str
    """The server's own number for it, such as VS402877; empty where none is known."""


def findings(
    raw: Mapping[str, Any], known: Resources = NOTHING, base: Mapping[str, Any] | None = None
) -> tuple[Finding, ...]:
    """All that is wrong, in the order of the outline; each thing once.

    `known`: an id is looked for only in lists that were read. `base`: what the server has, if it has it.
    """
    nodes = {node.path: node for node in outline(raw)}
    places = {path: place for place, path in enumerate(nodes)}
    fields_of: dict[Path, tuple[tuple[str, Path], ...]] = {}
    found: dict[Finding, int] = {}
    usual = chain(whole(raw, known), stages(raw, known, base), jobs(raw, known))
    for problem in chain(there(usual, known), lost(raw, known)):
        node = _node(nodes, problem.path)
        if node.path not in fields_of:
            fields_of[node.path] = tuple((field.id, field.path) for field in fields(raw, node, known))
        own = _field(fields_of[node.path], node, problem)
        finding = Finding(node.path, own, clean(problem.sentence), problem.is_error, problem.code)
        found.setdefault(finding, places[node.path])
    return tuple(sorted(found, key=lambda finding: found[finding]))


def _node(nodes: Mapping[Path, Node], path: Path) -> Node:
    """The node whose fields write that place."""
    if path[:1] == STAGES and len(path) > 2:
        if path[2] in _OF_START:
            path = (*path[:2], "conditions")
        elif path[2] in _OF_VARIABLES:
            path = (*path[:2], "variables")
    elif path[:1] == ("variableGroups",):
        path = ("variables",)
    while path not in nodes:
        path = path[:-1]
    return nodes[path]


def _field(fields_of: tuple[tuple[str, Path], ...], node: Node, problem: Problem) -> str:
    ids = [id for id, _ in fields_of]
    if problem.field:
        return problem.field if problem.field in ids else ""
    exact = next((id for id, path in fields_of if path == problem.path), None)
    if exact is not None and problem.path != node.path:
        return exact
    around = [
        (len(path), id)
        for id, path in fields_of
        if len(node.path) < len(path) and problem.path[: len(path)] == path
    ]
    return max(around)[1] if around else ""
