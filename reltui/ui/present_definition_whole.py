"""A definition as a whole: its artifacts, triggers, variables and groups, and its revisions; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reltui.model.decode import int_of, list_of, mapping_of, objects_of, text_of
from reltui.model.definition import Definition, DefinitionRevision
from reltui.model.editing.kinds import TRIGGER_WORDS
from reltui.model.release import Variable
from reltui.model.resources import Resources
from reltui.ui.present import Cell, Field, Line, Look, fields, fit, line, padded, span, wrap
from reltui.ui.present_definitions import variable_words
from reltui.ui.present_release_content import variable_lines
from reltui.ui.present_words import name_cell, one_line, person, short_name, when, within, words_of

LINKED = ("definition", "branch", "branches", "artifactSourceDefinitionUrl", "IsTriggeringArtifact")
"""Parts of an artifact's source that are told already, or tell nothing to a person."""
OFF = ("", "false", "none")
_CAPITAL = re.compile("(?<=[a-z])(?=[A-Z])")


def summary_lines(definition: Definition, cells: int, look: Look) -> list[Line]:
    """The tab about the definition as a whole."""
    created = f"{when(definition.created_on, look).strip()} by {person(definition.created_by)}"
    facts = [
        Field("Folder", line(definition.path or "\\")),
        Field("Names", line(definition.release_name_format or "-")),
        Field("Variables", line(variable_words(definition))),
        Field("Created", line(created)),
    ]
    if definition.modified_on is not None:
        edited = f"{when(definition.modified_on, look).strip()} by {person(definition.modified_by)}"
        facts.append(Field("Edited", line(edited)))
    if definition.comment:
        facts.append(Field("Comment", line(one_line(definition.comment))))
    facts.append(Field("Id", line(str(definition.id))))
    if definition.tags:
        facts.append(Field("Tags", line(", ".join(definition.tags))))
    if definition.description:
        facts.append(Field("About", line(one_line(definition.description))))
    return [
        *fields(facts, cells, look, roomy=True),
        (),
        *_trigger_lines(definition, cells),
        (),
        *_artifact_lines(definition, cells, look),
    ]


def _trigger_lines(definition: Definition, cells: int) -> Iterator[Line]:
    yield line(" ", span("Triggers", "head"))
    for trigger in definition.triggers or ():
        told = line(f"{TRIGGER_WORDS.get(trigger.type, words_of(trigger.type))}  ", trigger.detail)
        yield from ((span("   "), *row) for row in wrap(told, cells - 3))
    if not definition.triggers:
        yield line("   ", span("by hand only", "dim"))


def _artifact_lines(definition: Definition, cells: int, look: Look) -> Iterator[Line]:
    yield line(" ", span("Artifacts", "head"))
    raw = {text_of(each.get("alias")): each for each in objects_of(definition.raw.get("artifacts"))}
    for artifact in definition.artifacts or ():
        row = line(
            "   ",
            *padded(name_cell(artifact.alias, 20, look), 21),
            f"{words_of(artifact.type)} {artifact.definition}",
            span(f"  {artifact.branch.removeprefix('refs/heads/')}", "dim"),
            span("  primary" if artifact.is_primary else "", "dim"),
        )
        yield fit(row, cells, look.ascii)
        more = ", ".join(_source_words(mapping_of(raw.get(artifact.alias, {}).get("definitionReference"))))
        if more:
            yield from ((span("     "), *each) for each in wrap((span(more, "dim"),), cells - 5))
    if not definition.artifacts:
        yield line("   ", span("none", "dim"))


def _source_words(source: Mapping[str, Any]) -> Iterator[str]:
    """The rest of what an artifact's source says, such as "default version type: Latest"."""
    for name, value in source.items():
        row = mapping_of(value)
        told = text_of(row.get("name")) or text_of(row.get("id"))
        if name not in LINKED and told.casefold() not in OFF:
            yield f"{_CAPITAL.sub(' ', text_of(name)).lower()}: {told}"


def scoped_variables(definition: Definition, known: Resources, cells: int, look: Look) -> list[Line]:
    """The tab of the variables: own, those of each stage, and those of the variable groups."""
    scopes: list[tuple[str, Sequence[Variable]]] = [("Definition", definition.variables)]
    scopes += [(f"Stage {within(e.name)}", e.variables) for e in definition.environments or ()]
    lines = variable_lines(scopes, cells, look)
    for number, where in group_scopes(definition):
        group = known.variable_group(number)
        name: Cell = span(f"id {number}", "dim") if group is None else name_cell(group.name, cells - 40, look)
        head = (name,) if not isinstance(name, tuple) else name
        scope = f"  for {where}" if where else ""
        lines.append(line(" ", span("Group ", "head"), *head, span(scope, "dim")))
        if group is None:
            told = "not in this project" if known.lists_all("variable_groups") else "not read"
            lines.append(line("   ", span(f"Its variables are {told}.", "dim")))
            continue
        shared = [Variable(n, v, v is None) for n, v in group.variables]
        lines += variable_lines([("", shared)], cells, look)[1:] if shared else []
    return lines


def group_scopes(definition: Definition) -> Iterator[tuple[int, str]]:
    """The id of each linked variable group, and for which stage; empty for all stages."""
    for number in definition.variable_group_ids:
        yield number, ""
    for stage in objects_of(definition.raw.get("environments")):
        for value in list_of(stage.get("variableGroups")):
            found = int_of(value)
            if found is not None:
                yield found, f"stage {within(text_of(stage.get('name')))}"


def revision_lines(revisions: Sequence[DefinitionRevision] | None, cells: int, look: Look) -> list[Line]:
    """The tab of the history, newest first."""
    if revisions is None:
        return [(), line(" ", span("The history was not read.", "dim"))]
    lines: list[Line] = []
    for revision in sorted(revisions, key=lambda r: -r.revision):
        row = line(
            f" {revision.revision:>5}  {when(revision.changed_on, look):<12}  ",
            *padded(name_cell(short_name(revision.changed_by), 20, look), 21),
            span(f"{words_of(revision.change_type):<8}", "dim"),
            one_line(revision.comment),
        )
        lines.append(fit(row, cells, look.ascii))
    return lines or [(), line(" ", span("No history.", "dim"))]
