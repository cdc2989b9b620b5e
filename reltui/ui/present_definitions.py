"""Rows, preview and detail of definitions; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reltui.data.topics import ReleasesData
from reltui.model.approval import ApprovalPlan
from reltui.model.definition import Definition, DefinitionEnvironment
from reltui.model.release import Artifact
from reltui.ui.present import Cell, Field, Line, Look, Span, cut, fields, fit, joined, line, padded, span
from reltui.ui.present_releases import STAGE_COLUMN, live_releases, release_cell, stage_columns
from reltui.ui.present_stages import definition_nodes, graph, stages_line
from reltui.ui.present_words import (
    age,
    count,
    name_cell,
    one_line,
    person,
    short_name,
    when,
    within,
    words_of,
)


def definition_cell(column: str, cells: int, definition: Definition, waiting: int, look: Look) -> Cell:
    """One cell of a row by its column's id; `waiting` is how many approvals of it wait for anybody."""
    match column:
        case "name":
            return name_cell(definition.name, cells, look)
        case "stages":
            known = definition.environments is not None
            return span(str(len(definition.environments or ())) if known else "-", "" if known else "dim")
        case "last":
            return name_cell(definition.last_release.name if definition.last_release else "", cells, look)
        case "when":
            return span(age(definition.last_release_on, look), "dim")
        case "waiting":
            return span(str(waiting), "wait") if waiting else span("-", "dim")
        case "edited":
            return span(when(definition.modified_on or definition.created_on, look), "dim")
        case "by":
            return name_cell(short_name(definition.modified_by or definition.created_by), cells, look, "dim")
        case _:
            return span(str(definition.revision))


def definition_values(definition: Definition) -> Mapping[str, str]:
    """What the filter looks in."""
    return {
        "name": definition.name,
        "folder": definition.path,
        "stage": " ".join(e.name for e in definition.environments or ()),
        "by": short_name(definition.modified_by),
        "about": definition.description,
        "tag": " ".join(definition.tags),
    }


def folder_line(path: str, number: int, cells: int, look: Look) -> Line:
    """The heading of a folder."""
    shown = cut(path or "\\", cells - 20, look.ascii)
    return line(span(f" {shown}", "head"), span(f"  {count(number, 'definition')}", "dim"))


def definition_title(definition: Definition, look: Look) -> str:
    """What the preview is about, for its rule."""
    edited = f", edited {when(definition.modified_on, look).strip()}" if definition.modified_on else ""
    by = f" by {short_name(definition.modified_by)}" if definition.modified_by else ""
    return f"{within(definition.name)}  revision {definition.revision}{edited}{by}"


def artifact_words(artifacts: Sequence[Artifact] | None) -> Line:
    """The linked artifacts in one line, the primary one first."""
    if artifacts is None:
        return (span("not read", "dim"),)
    parts = []
    for artifact in sorted(artifacts, key=lambda a: not a.is_primary):
        branch = artifact.branch.removeprefix("refs/heads/")
        inside = ", ".join(
            part for part in (f"{words_of(artifact.type)} {artifact.definition}", branch) if part
        )
        parts.append(line(artifact.alias, span(f" ({inside})", "dim")))
    return joined(parts) if parts else (span("none", "dim"),)


def signers_words(plan: ApprovalPlan) -> str:
    """Who signs: lee > kim in sequence, lee + kim in any order, lee | kim for any one."""
    steps = [s for s in plan.steps if not s.is_automated]
    if not steps:
        return ""
    if 0 < plan.options.required_count < len(steps):
        between = " | "
    else:
        between = " > " if len({s.rank for s in steps}) > 1 else " + "
    return between.join(short_name(s.approver) for s in steps)


def approvers_words(environments: Sequence[DefinitionEnvironment]) -> Line:
    """Who signs which stage, in one line."""
    parts: list[Line] = []
    for environment in environments:
        before, after = signers_words(environment.pre_plan), signers_words(environment.post_plan)
        signers = before + (f", then {after}" if after and before else f"after: {after}" if after else "")
        if signers:
            parts.append(line(span(f"{within(environment.name)} ", "head"), signers))
    return joined(parts, "   ") if parts else (span("nobody is asked", "dim"),)


def variable_words(definition: Definition) -> str:
    """How many variables, and how many of them are secret."""
    everything = [
        *definition.variables,
        *(v for e in definition.environments or () for v in e.variables),
    ]
    secret = sum(v.is_secret for v in everything)
    words = f"{len(everything)}{f' ({secret} secret)' if secret else ''}"
    groups = len(definition.variable_group_ids)
    return f"{words}, {count(groups, 'group')}" if groups else words


def definition_preview(
    definition: Definition, whole: Definition | None, cells: int, look: Look, *, roomy: bool, loading: bool
) -> list[Line]:
    """The preview of a row; `whole` is the definition with its stages, once it was read."""
    shown = whole or definition
    facts = []
    if whole is None or shown.environments is None:
        # Lists leave the rules of the stages out, so nothing may be said about them from there.
        facts.append(Field("Artifacts", artifact_words(shown.artifacts)))
        names = ", ".join(within(e.name) for e in shown.environments or ())
        facts.append(Field("Stages", line(names) if names else (span("not read", "dim"),)))
        if shown.description:
            facts.append(Field("About", line(one_line(shown.description)), 2))
        facts.append(
            Field("More", (span("reading the definition..." if loading else "not read yet", "dim"),))
        )
        return fields(facts, cells, look, roomy=roomy)
    nodes = definition_nodes(shown.environments)
    facts.append(Field("Artifacts", artifact_words(shown.artifacts)))
    if not roomy:
        facts.append(Field("Stages", stages_line(nodes, look, 20)))
    facts.append(Field("Approvers", approvers_words(shown.environments), 2))
    triggers = "; ".join(t.detail or words_of(t.type) for t in shown.triggers or ()) or "by hand only"
    facts.append(Field("Triggers", line(triggers)))
    facts.append(Field("Variables", line(variable_words(shown))))
    if shown.comment:
        facts.append(Field("Comment", line(one_line(shown.comment))))
    if shown.description:
        facts.append(Field("About", line(one_line(shown.description)), 2))
    if shown.tags:
        facts.append(Field("Tags", line(", ".join(shown.tags))))
    lines = fields(facts, cells, look, roomy=roomy)
    if roomy:
        lines += [(), *(line(" ", *row) for row in graph(nodes, cells - 2, look))]
    return lines


def deleted_lines(definition: Definition, cells: int, look: Look) -> list[Line]:
    """The preview of a deleted definition: its list alone tells of it."""
    by = f" by {person(definition.modified_by)}" if definition.modified_by is not None else ""
    facts = [
        Field("Deleted", line(f"{when(definition.modified_on, look).strip()}{by}")),
        Field("Folder", line(definition.path or "\\")),
        Field("Revision", line(str(definition.revision))),
        Field("Id", line(str(definition.id))),
    ]
    if definition.description:
        facts.append(Field("About", line(one_line(definition.description)), 3))
    facts.append(Field("Back", line(span(":undelete has it back, until the server purges it", "dim"))))
    return fields(facts, cells, look, roomy=True)


def release_band(data: ReleasesData | None, cells: int, look: Look) -> list[Line]:
    """The releases of a definition against its stages, to read."""
    if data is None:
        return [(), line(" ", span("reading the releases...", "dim"))]
    if not data.rows:
        return [(), line(" ", span("No releases.", "dim"))]
    stages = stage_columns(data.rows, cells - 50)
    columns = [
        ("release", "Release", 15),
        ("created", "Created", 13),
        ("by", "By", 11),
        ("build", "Build", 13),
        *((f"{STAGE_COLUMN}{s.id}", s.name, s.cells + 1) for s in stages),
        *(() if stages else (("stages", "Stages", max(10, cells - 60)),)),
        ("age", "Age", 5),
    ]
    live = live_releases(data.rows)
    lines = [
        line(" ", *(span(f"{cut(title, room - 1, look.ascii):<{room}}", "dim") for _, title, room in columns))
    ]
    for release in data.rows:
        row: list[Span] = [span(" ")]
        for column, _, room in columns:
            cell = release_cell(column, room - 1, release, live, look)
            whole = (cell,) if isinstance(cell, Span) else cell
            row.extend(padded(fit(whole, room - 1, look.ascii), room))
        lines.append(tuple(row))
    return lines
