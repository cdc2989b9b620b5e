"""Rows, preview and detail of definitions; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reltui.data.topics import ReleasesData
from reltui.model.approval import ApprovalPlan
from reltui.model.definition import Definition, DefinitionEnvironment, DefinitionRevision
from reltui.model.following import trigger_words
from reltui.model.release import Artifact
from reltui.model.signing import order_words, rule_words
from reltui.ui.present import Cell, Field, Line, Look, Span, cut, fields, fit, joined, line, padded, span
from reltui.ui.present_releases import STAGE_COLUMN, live_releases, release_cell, stage_columns
from reltui.ui.present_stages import definition_nodes, graph, stages_line
from reltui.ui.present_words import (
    age,
    count,
    job_words,
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


def environment_cell(
    column: str, cells: int, environment: DefinitionEnvironment, name: Cell, look: Look
) -> Cell:
    """One cell of the table of stages of a definition; `name` is its stage's cell."""
    match column:
        case "stage":
            return name
        case "trigger":
            return span(cut(trigger_words(environment.conditions), cells, look.ascii))
        case "pre":
            words = signers_words(environment.pre_plan)
        case "post":
            words = signers_words(environment.post_plan)
        case "tasks":
            return span(str(sum(len(phase.tasks) for phase in environment.phases)))
        case _:
            return span(short_name(environment.owner), "dim")
    return span(cut(words or "auto", cells, look.ascii), "" if words else "dim")


def environment_lines(environment: DefinitionEnvironment, cells: int, look: Look) -> list[Line]:
    """The tab about the selected stage of a definition: rules and limits."""
    keep = []
    if environment.days_to_keep is not None:
        keep.append(count(environment.days_to_keep, "day"))
    if environment.releases_to_keep is not None:
        keep.append(f"at least {count(environment.releases_to_keep, 'release')}")
    if environment.concurrency:
        queue = f"{environment.concurrency} at a time, then " + (
            "only the newest waits" if environment.queue_depth == 1 else "all wait in their turn"
        )
    else:
        queue = "any number at a time"
    facts = [
        Field("Trigger", line(trigger_words(environment.conditions))),
        *_plan_fields("Before", environment.pre_plan),
        *_plan_fields("After", environment.post_plan),
        Field("Queue", line(queue)),
        Field("Kept", line(", ".join(keep) or "as the project says")),
        Field("Owner", line(person(environment.owner))),
        Field("Id", line(str(environment.id))),
    ]
    return fields(facts, cells, look, roomy=True)


def _plan_fields(label: str, plan: ApprovalPlan) -> list[Field]:
    signers = signers_words(plan)
    if not signers:
        return [Field(label, (span(order_words(plan), "dim"),))]
    return [Field(label, line(signers)), Field("", (span(rule_words(plan), "dim"),))]


def job_lines(environment: DefinitionEnvironment, cells: int, look: Look) -> list[Line]:
    """The tab of jobs and tasks of the selected stage."""
    lines: list[Line] = []
    for phase in environment.phases:
        head = line(" ", *name_cell(phase.name or job_words(phase.type), cells - 30, look, "head"))
        lines.append((*head, span(f"  {job_words(phase.type)}", "dim")))
        for number, task in enumerate(phase.tasks, 1):
            role = "" if task.enabled else "dim"
            row = line(
                f"   {number:>3} ",
                *name_cell(task.name, cells - 30, look, role),
                span(f"  {task.version}", "dim"),
                span("" if task.enabled else "  disabled", "warn"),
            )
            lines.append(fit(row, cells, look.ascii))
    return lines or [(), line(" ", span("No jobs.", "dim"))]


def summary_lines(definition: Definition, cells: int, look: Look) -> list[Line]:
    """The tab about the definition as a whole."""
    facts = [
        Field("Folder", line(definition.path or "\\")),
        Field("Names", line(definition.release_name_format or "-")),
        Field("Variables", line(variable_words(definition))),
        Field(
            "Created",
            line(f"{when(definition.created_on, look).strip()} by {person(definition.created_by)}"),
        ),
        Field("Id", line(str(definition.id))),
    ]
    if definition.tags:
        facts.append(Field("Tags", line(", ".join(definition.tags))))
    if definition.description:
        facts.append(Field("About", line(one_line(definition.description))))
    lines = fields(facts, cells, look, roomy=True)
    lines += [(), line(" ", span("Triggers", "head"))]
    for trigger in definition.triggers or ():
        lines.append(fit(line(f"   {words_of(trigger.type)}  ", trigger.detail), cells, look.ascii))
    if not definition.triggers:
        lines.append(line("   ", span("by hand only", "dim")))
    lines += [(), line(" ", span("Artifacts", "head"))]
    for artifact in definition.artifacts or ():
        row = line(
            "   ",
            *padded(name_cell(artifact.alias, 20, look), 21),
            f"{words_of(artifact.type)} {artifact.definition}",
            span(f"  {artifact.branch.removeprefix('refs/heads/')}", "dim"),
            span("  primary" if artifact.is_primary else "", "dim"),
        )
        lines.append(fit(row, cells, look.ascii))
    if not definition.artifacts:
        lines.append(line("   ", span("none", "dim")))
    return lines


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
