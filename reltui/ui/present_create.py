"""The page of a release to be created: its artifacts, stages and variables, and what is sent; pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field

from reltui.model.content import ArtifactVersions, Version
from reltui.model.creating import (
    in_force,
    offered,
    start_of,
    starts_by_itself,
    starts_words,
    variables_words,
    versions_words,
)
from reltui.model.definition import Definition, DefinitionEnvironment
from reltui.model.release import Artifact, Variable
from reltui.model.text import SafeText, clean
from reltui.model.values import dataclass
from reltui.ui.present import Line, Look, Span, cut, fit, span, wrap
from reltui.ui.present_words import count, one_line, when, within
from reltui.ui.widgets.form import Row

ALIAS_CELLS = 16


@dataclass(slots=True)
class Overrides:
    """The variables that may be given another value, and those that were."""

    variables: Sequence[Variable]
    """A later one hides an earlier one of the same name; case does not matter."""
    chosen: dict[str, str] = field(default_factory=dict)
    refused: SafeText | None = None
    """Why the server takes no other values."""

    @property
    def offered(self) -> dict[str, Variable]:
        """By name."""
        return {} if self.refused is not None else offered(self.variables)

    def give(self, name: str, value: str) -> None:
        """Another value; the value that it has anyway takes the choice back."""
        if value == (self.offered[name].value or ""):
            self.chosen.pop(name, None)
        else:
            self.chosen[name] = value

    def rows(self, cells: int, look: Look) -> list[Row]:
        """A line for each, `name = value`, and what is left out."""
        rows = [Row((span(" Variables", "dim"),))]
        if self.refused is not None:
            told = wrap((Span(self.refused, "dim"),), cells - 3)
            return [*rows, *(Row((span("   "), *line)) for line in told)]
        for name, variable in self.offered.items():
            value = variable.value or ""
            line: Line = (span("   "), Span(SafeText(name), "head"), span(f" = {value}"))
            if name in self.chosen:
                given = Span(clean(self.chosen[name]), "mark")
                line = (*line[:2], span(" = "), given, span(f"  (was {value or 'empty'})", "dim"))
            rows.append(Row(fit(line, cells, look.ascii), f"variable:{name}", "variables"))
        if not self.offered:
            rows.append(Row((span("   none can be given another value here", "dim"),)))
        hidden = [v.name for v in in_force(self.variables) if v.allow_override and v.name not in self.offered]
        if hidden:
            words = f"secrets are not set from here: {', '.join(map(within, dict.fromkeys(hidden)))}"
            rows += [Row((span("   "), *line)) for line in wrap((span(words, "dim"),), cells - 3)]
        return rows


def artifact_rows(
    artifacts: Sequence[Artifact],
    chosen: Mapping[str, Version],
    versions: Sequence[ArtifactVersions] | None,
    trouble: str,
    cells: int,
    look: Look,
) -> list[Row]:
    """A line for each artifact, with the version that was chosen; `trouble`: why no versions are known."""
    rows = [Row((span(" Artifacts", "dim"),))]
    listed = {each.alias: each for each in versions or ()}
    for index, artifact in enumerate(artifacts):
        version = chosen.get(artifact.alias)
        known = listed.get(artifact.alias)
        name = cut(artifact.alias, ALIAS_CELLS, look.ascii)
        line: Line = (span("   "), Span(name, "head"), span(" " * max(1, ALIAS_CELLS + 1 - len(name))))
        primary = ", primary" if artifact.is_primary else ""
        source = span(f"  {artifact.type} {within(artifact.definition)}{primary}", "dim")
        if version is not None:
            line = (*line, *version_words(version, look))
        elif known is not None and known.default is not None and not known.error:
            line = (*line, span("default version"), span(f", now {known.default.name}", "dim"), source)
        else:
            line = (*line, span("default version"), source)
        rows.append(Row(fit(line, cells, look.ascii), f"artifact:{index}", "artifacts"))
        why = known.error if known is not None else SafeText("")
        if why:
            words = f"! its versions cannot be listed; the default can be used: {one_line(why)}"
            rows += [Row((span("     "), *line)) for line in wrap((span(words, "warn"),), cells - 5, 3)]
    if not artifacts:
        rows.append(Row((span("   none", "dim"),)))
    elif trouble:
        words = f"! versions cannot be listed; the defaults can be used: {trouble}"
        rows += [Row((span("   "), *line)) for line in wrap((span(words, "warn"),), cells - 3, 3)]
    elif versions is None:
        rows.append(Row((span("   the versions are being read ...", "dim"),)))
    return rows


def version_words(version: Version, look: Look) -> Line:
    """A version as it stands in the page: name, branch, date, commit."""
    return (
        Span(version.name or version.id, "mark"),
        span(f"  {branch_words(version)}" if version.branch else ""),
        span(f"  {when(version.on, look).strip()}" if version.on else "", "dim"),
        span(f"  {commit_words(version)}", "dim"),
    )


def branch_words(version: Version) -> SafeText:
    """A branch as people say it."""
    return SafeText(version.branch.removeprefix("refs/heads/"))


def commit_words(version: Version) -> SafeText:
    """The commit and what its message says."""
    commit = version.commit[:8] if len(version.commit) == 40 else version.commit
    return SafeText(f"{commit} {one_line(version.message)}".strip())


def stage_rows(
    stages: Sequence[DefinitionEnvironment], by_hand: Collection[int], cells: int, look: Look
) -> list[Row]:
    """A line for each stage; those that start by themselves can be told not to."""
    rows = [Row((span(" Stages; those with [x] start by themselves", "dim"),))]
    automatic = [stage for stage in stages if starts_by_itself(stage)]
    if len(automatic) > 1:
        some = len(by_hand) < len(automatic)
        words = "have all of them started by hand" if some else "have all of them start by themselves again"
        rows.append(Row((span(f"   {words}"),), "stages", "stages"))
    for stage in stages:
        box = "   " if stage not in automatic else "[ ]" if stage.id in by_hand else "[x]"
        start = "by hand, this time" if stage.id in by_hand else start_of(stage)
        line = (span(f"   {box} "), Span(stage.name, "head"), span(f"  {start}"))
        key = f"stage:{stage.id}" if stage in automatic else ""
        rows.append(Row(fit(line, cells, look.ascii), key, "stages"))
    return rows


def sent_facts(
    definition: Definition,
    chosen: Mapping[str, Version],
    by_hand: Collection[int],
    overrides: Overrides,
    draft: bool,
) -> list[tuple[str, Line]]:
    """What a yes sends, whole."""
    facts: list[tuple[str, Line]] = [
        (
            "Sends",
            (span("a draft; nothing starts until it is started", "warn") if draft else span("a release"),),
        ),
        ("", (span(versions_words(definition, chosen)),)),
        ("", (span(starts_words(definition, by_hand)),)),
    ]
    if overrides.chosen:
        facts.append(
            ("", (span(f"{count(len(overrides.chosen), 'variable')}: {variables_words(overrides.chosen)}"),))
        )
    return facts
