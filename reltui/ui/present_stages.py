"""The stages of a release or a definition as a strip of words, as one line, and as a graph; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from reltui.model.attempt import Attempt
from reltui.model.decode import text_of
from reltui.model.definition import DefinitionEnvironment
from reltui.model.following import EVENT_CONDITION, parents
from reltui.model.insight import attempt_ended
from reltui.model.release import (
    Condition,
    Environment,
    EnvironmentStatus,
    Release,
    conditions_from_json,
)
from reltui.model.values import dataclass
from reltui.ui.present import Line, Look, Span, cut, fit, joined, line, padded, plain, span, width
from reltui.ui.present_words import name_cell, stage_word, took, when

DEPLOYED = (EnvironmentStatus.SUCCEEDED, EnvironmentStatus.PARTIALLY_SUCCEEDED)


@dataclass(frozen=True, slots=True)
class Node:
    """A stage in the graph."""

    name: str
    word: Span | None
    """Its state; None in a definition."""
    parents: tuple[str, ...]
    """Case-folded names of the stages that it starts after."""
    by_hand: bool
    """Nothing starts it by itself."""


def release_nodes(environments: Sequence[Environment]) -> tuple[Node, ...]:
    """The stages of a release with their states."""
    return tuple(_node(e.name, stage_word(e), e.conditions) for e in environments)


def definition_nodes(environments: Sequence[DefinitionEnvironment]) -> tuple[Node, ...]:
    """The stages of a definition."""
    return tuple(_node(e.name, None, e.conditions) for e in environments)


def raw_nodes(stages: Iterable[Mapping[str, Any]]) -> tuple[Node, ...]:
    """The stages of a definition that is being written, by their JSON."""
    return tuple(
        _node(text_of(stage.get("name")), None, conditions_from_json(stage.get("conditions")))
        for stage in stages
    )


def _node(name: str, word: Span | None, conditions: Sequence[Condition]) -> Node:
    stages = tuple(parents(conditions))
    return Node(name, word, stages, not stages and all(c.type != EVENT_CONDITION for c in conditions))


def strip(environments: Sequence[Environment] | None, cells: int, look: Look) -> Line:
    """The states of all stages in a cell; runs of equal ones are counted when room is short."""
    if environments is None:
        return (span("not read", "dim"),)
    words = [stage_word(e) for e in environments]
    whole = joined([(word,) for word in words], " ")
    if width(plain(whole)) <= cells:
        return whole
    counted: list[Line] = []
    for word, run in groupby(words):
        number = len(list(run))
        counted.append((span(f"{number}x", "dim"), word) if number > 1 else (word,))
    return joined(counted, " ")


def levels(nodes: Sequence[Node]) -> list[list[Node]]:
    """The stages by how many stages come before them; those started by hand only are in the last level."""
    depths = _depths(nodes)
    found: dict[int, list[Node]] = {}
    for node in nodes:
        found.setdefault(len(nodes) if node.by_hand else depths[node.name.casefold()], []).append(node)
    return [found[depth] for depth in sorted(found)]


def stages_line(nodes: Sequence[Node], look: Look, name_cells: int = 24) -> Line:
    """The stages in one line: "DEV ok > QA ok > EU WAIT, US -"; started by hand: "| HOTFIX -"."""
    parts: list[Span] = []
    for level in levels(nodes):
        if parts:
            parts.append(span(" | " if level[0].by_hand else " > ", "dim"))
        parts.extend(joined([_label(node, name_cells, look) for node in level]))
    return tuple(parts)


def _label(node: Node, name_cells: int, look: Look) -> Line:
    name = Span(cut(node.name, name_cells, look.ascii))
    return (name,) if node.word is None else (name, span(" "), node.word)


def _depths(nodes: Sequence[Node]) -> dict[str, int]:
    """How many stages come before each; a ring of stages, which only a damaged answer has, is cut open."""
    parents_of: dict[str, set[str]] = {}
    for node in nodes:
        parents_of.setdefault(node.name.casefold(), set()).update(node.parents)
    depths: dict[str, int] = {}
    left = [name.casefold() for name in dict.fromkeys(node.name for node in nodes)]
    while left:
        open_names = set(left)
        ready = [name for name in left if not (parents_of[name] - {name}) & open_names] or left[:1]
        for name in ready:
            depths[name] = 1 + max((depths[p] for p in parents_of[name] if p in depths), default=-1)
        left = [name for name in left if name not in depths]
    return depths


@dataclass(frozen=True, slots=True)
class _Style:
    """How the lines between the stages are drawn."""

    single: str
    first: str
    other: str
    past: str
    indent: int
    """Cells from the end of a stage to where `other` begins."""
    name_cells: int


def _styles(ascii: bool) -> tuple[_Style, ...]:
    """From roomy to tight."""
    if ascii:
        return (
            _Style("  -->  ", "  --+-->  ", "+-->  ", "|     ", 4, 40),
            _Style(" > ", " +> ", "+> ", "|  ", 1, 24),
            _Style(" > ", " +> ", "+> ", "|  ", 1, 10),
        )
    return (
        _Style("  ──>  ", "  ──┬──>  ", "├──>  ", "│     ", 4, 40),
        _Style(" > ", " ┬> ", "├> ", "│  ", 1, 24),
        _Style(" > ", " ┬> ", "├> ", "│  ", 1, 10),
    )


MOST_IN_A_TREE = 100
"""More stages are drawn as one line that is broken."""


def graph(nodes: Sequence[Node], cells: int, look: Look, most: int = 0) -> list[Line]:
    """The stages as a tree from left to right, in lines that fit; else as one line that is broken.

    A stage that starts after several stands behind the last of them, with a word on the others. With `most`,
    a tree of more lines is not drawn where the broken line takes fewer.
    """
    if not nodes:
        return []
    row = _broken(nodes, cells, look)
    if len(nodes) > MOST_IN_A_TREE:
        return row
    for style in _styles(look.ascii):
        lines = _tree(nodes, style, look)
        if all(width(plain(each)) <= cells for each in lines):
            return row if most and len(lines) > most and len(row) < len(lines) else lines
    return row


def _broken(nodes: Sequence[Node], cells: int, look: Look) -> list[Line]:
    """The stages as one line, broken between them."""
    lines: list[list[Span]] = [[]]
    used = 0
    groups = levels(nodes)
    for place, level in enumerate(groups):
        for index, node in enumerate(level):
            last = index == len(level) - 1
            end = "" if last and place == len(groups) - 1 else ", " if not last else " > "
            if last and place + 1 < len(groups) and groups[place + 1][0].by_hand:
                end = " | "
            label = _label(node, 24, look)
            size = width(plain(label)) + len(end.rstrip())
            if used and used + size > cells:
                lines.append([])
                used = 0
            lines[-1] += [*label, span(end, "dim")]
            used += width(plain(label)) + len(end)
    return [fit(_stripped(tuple(parts)), cells, look.ascii) for parts in lines]


def _stripped(row: Line) -> Line:
    *first, last = row
    return (*first, span(last.text.rstrip(), last.role))


def _tree(nodes: Sequence[Node], style: _Style, look: Look) -> list[Line]:
    depths = _depths(nodes)
    names = {node.name.casefold(): node.name for node in nodes}
    children: dict[str, list[Node]] = {}
    roots: list[Node] = []
    behind: dict[Node, str] = {}
    for node in nodes:
        own = node.name.casefold()
        before = [p for p in node.parents if p in names and depths[p] < depths[own]]
        if before:
            behind[node] = max(before, key=lambda p: depths[p])
            children.setdefault(behind[node], []).append(node)
        else:
            roots.append(node)

    def label(node: Node) -> Line:
        shown = _label(node, style.name_cells, look)
        others = [p for p in node.parents if p != behind.get(node)]
        if node.by_hand:
            return (*shown, span(" (by hand)", "dim"))
        if others:
            known = ", ".join(cut(names.get(p, p), style.name_cells, look.ascii) for p in others)
            return (*shown, span(f" ({'and ' if node in behind else ''}after {known})", "dim"))
        return shown

    def block(node: Node) -> list[Line]:
        own = label(node)
        # Of two stages with one name, only the first is followed.
        below = children.pop(node.name.casefold(), [])
        if not below:
            return [own]
        room = span(" " * (width(plain(own)) + style.indent))
        lines: list[Line] = []
        for index, child in enumerate(below):
            last = index == len(below) - 1
            for row, rest in enumerate(block(child)):
                if index == 0 and row == 0:
                    lines.append((*own, span(style.single if last else style.first, "dim"), *rest))
                elif last and index == 0:
                    lines.append((room, span(" " * (width(style.single) - style.indent)), *rest))
                elif row == 0:
                    sign = style.other if not last or look.ascii else style.other.replace("├", "└")
                    lines.append((room, span(sign, "dim"), *rest))
                else:
                    past = " " * width(style.past) if last else style.past
                    lines.append((room, span(past, "dim"), *rest))
        return lines

    return [row for root in roots for row in block(root)]


def attempt_started(attempt: Attempt) -> datetime | None:
    """When an attempt began to deploy; None before that."""
    begun = [phase.started_on for phase in attempt.phases if phase.started_on is not None]
    begun += [t.started_on for phase in attempt.phases for t in phase.tasks if t.started_on is not None]
    return min(begun, default=attempt.queued_on if attempt.has_started else None)


def finished_on(environment: Environment) -> datetime | None:
    """When the newest attempt of a stage ended, as near as the server tells."""
    latest = environment.latest
    return (attempt_ended(latest) if latest is not None else None) or environment.modified_on


def started_on(environment: Environment) -> datetime | None:
    """When the newest attempt of a stage began to deploy; None before that."""
    return attempt_started(environment.latest) if environment.latest is not None else None


def stage_times(release: Release, cells: int, look: Look) -> list[Line]:
    """The stages that were touched under one another: state, try, when, how long."""
    touched = [e for e in release.environments or () if e.latest is not None]
    names = (width(plain(name_cell(e.name, 20, look))) for e in touched)
    room = min(max(names, default=0), max(6, cells - 36))
    lines = []
    for environment in touched:
        latest = environment.latest
        tries = f"try {latest.attempt}" if latest is not None and latest.attempt > 1 else ""
        started = started_on(environment)
        end = finished_on(environment) if environment.status in DEPLOYED else None
        name = padded(name_cell(environment.name, room, look), room + 2)
        word = padded(stage_word(environment), 6)
        row = line(" ", *name, *word, f"{when(started, look):<14}{took(started, end):<7} {tries}")
        lines.append(fit(row, cells, look.ascii))
    return lines
