"""The preview of a row of the inbox: an approval, or a manual intervention that waits; pure."""

from __future__ import annotations

from typing import Any

from reltui.data.topics import InboxRow, PauseRow
from reltui.model.effect import effect_of_resume, effect_of_yes
from reltui.model.release import Environment, Release
from reltui.model.signing import order_words, progress_words, side, signatures
from reltui.model.text import SafeText
from reltui.ui.present import Field, Line, Look, fields, line, span
from reltui.ui.present_approvals import chain_words, created_words, signature_lines
from reltui.ui.present_facts import RowFacts
from reltui.ui.present_means import (
    changes_line,
    drift_line,
    gates_line,
    instruction_line,
    live_line,
    not_known,
    previous_lines,
    started_line,
    this_line,
    waiting_words,
    warnings,
    why_words,
    window_line,
)
from reltui.ui.present_stages import graph, release_nodes, stage_times, stages_line
from reltui.ui.present_words import one_line, person


def row_preview(facts: RowFacts, label: str, cells: int, look: Look, *, roomy: bool) -> list[Line]:
    """The preview of a row; `roomy` when it stands beside the list and has many lines.

    `label` names the server.
    """
    release, environment = facts.release, facts.environment
    if release is None or environment is None:
        return _unread(facts, label, cells, look, roomy)
    if roomy:
        return _roomy(facts, release, environment, label, cells, look)
    return _short(facts, release, environment, cells, look)


def _unread(facts: RowFacts, label: str, cells: int, look: Look, roomy: bool) -> list[Line]:
    """While its release is not known, or does not show it."""
    row = facts.row
    found = _head(facts, look, roomy)
    found.append(Field("Waits", waiting_words(facts, look)))
    if isinstance(row, PauseRow):
        found += [Field("Asks", instruction_line(row), 3), Field("Running", started_line(row, look))]
    else:
        found.append(Field("Asked of", line(person(row.approval.approver, facts.me.id if facts.me else ""))))
    found.append(Field("Server", line(f"{label} / {row.project.name}")))
    if facts.release is None:
        found.append(Field("Release", not_known(facts, "release"), 2))
    return fields(found, cells, look, roomy=roomy)


def _head(facts: RowFacts, look: Look, roomy: bool) -> list[Field]:
    """What is on its way, and what warns; in one field where room is short."""
    found = []
    if facts.decision is not None:
        sentence = f": {facts.decision.sentence}" if facts.decision.sentence else ""
        words = f"{facts.decision.verb.value}: {facts.decision.state.value}{sentence}"
        found.append(Field("On its way", (span(words, "info"),)))
    told = warnings(facts, look)
    if roomy:
        return [*found, *(Field("!", warning) for warning in told)]
    together: list[Any] = []
    for warning in told:
        together += [span(" ")] * bool(together) + list(warning)
    return [*found, Field("!", tuple(together), 2)] if told else found


def _yes(facts: RowFacts, release: Release, environment: Environment, look: Look) -> Field:
    """What a yes does."""
    row = facts.row
    if isinstance(row, InboxRow):
        words = effect_of_yes(release, row.approval, look.now, facts.me, look.zone)
    else:
        words = effect_of_resume(release, environment, facts.me)
    return Field("Your yes", line(words), 2)


def _stages_before(facts: RowFacts, look: Look) -> list[Field]:
    """How the stages before went, then the gates of this one."""
    gates = gates_line(facts, look)
    found = [Field(str(name)[:9], words, 2) for name, words in previous_lines(facts, look)]
    return [*found, Field("Gates", gates)] if gates else found


def _short(facts: RowFacts, release: Release, environment: Environment, cells: int, look: Look) -> list[Line]:
    """For a strip under the list: what decides first."""
    row = facts.row
    found = [
        *_head(facts, look, roomy=False),
        _yes(facts, release, environment, look),
        Field("Live now", live_line(facts, look)),
        Field("This", this_line(facts)),
        Field("Changes", changes_line(facts)),
    ]
    if isinstance(row, InboxRow):
        plan, _ = side(environment, row.approval.type)
        asked = signatures(environment, row.approval.type, row.approval.attempt, facts.me)
        progress = progress_words(environment, row.approval)
        order = f"; {f'{progress}, ' if progress else ''}{order_words(plan)}" if plan.steps else ""
        label = "Signed by" if len(asked) > 1 else "Asked of"
        found.append(Field(label, chain_words(asked, look, facts.me), 2))
        found += _stages_before(facts, look)
        found.append(Field("Waits", line(*waiting_words(facts, look), order)))
    else:
        found.insert(len(found) - 3, Field("Asks", instruction_line(row), 3))
        found += [Field("Waits", waiting_words(facts, look)), Field("Running", started_line(row, look))]
        found += _stages_before(facts, look)
    window = window_line(facts, look)
    if window:
        found.append(Field("Window", window, 2))
    drift = facts.drift
    if drift is None or drift.is_drifted:
        found.append(Field("Drift", drift_line(facts, look), 2))
    found.append(Field("Stages", stages_line(release_nodes(release.environments or ()), look, 16)))
    found.append(Field("Created", created_words(release, look)))
    if release.description:
        found.append(Field("About", line(one_line(release.description)), 2))
    return fields(found, cells, look)


def _roomy(
    facts: RowFacts, release: Release, environment: Environment, label: str, cells: int, look: Look
) -> list[Line]:
    """For a pane beside the list: in sections, nothing cut."""
    row = facts.row
    window = window_line(facts, look)
    first = [
        *_head(facts, look, roomy=True),
        Field("Live now", live_line(facts, look)),
        Field("This", this_line(facts)),
        Field("Changes", changes_line(facts)),
        Field("Waits", waiting_words(facts, look)),
        *([Field("Window", window)] if window else []),
    ]
    lines = [*fields(first, cells, look, roomy=True), ()]
    if isinstance(row, InboxRow):
        approval = row.approval
        asked = signature_lines(environment, approval.type, approval.attempt, facts.me, cells, look)
        lines += [*asked, ()]
    else:
        # Loaded for the first intervention, not for the first paint.
        from reltui.ui.present_release_stage import instruction_lines

        lines += [
            line(" ", span(row.intervention.name or "Manual intervention", "head")),
            *instruction_lines(row.intervention.instructions, cells),
            *fields(
                [Field("Asked of", why_words(facts)), Field("Running", started_line(row, look))],
                cells,
                look,
                roomy=True,
            ),
            (),
        ]
    second = [_yes(facts, release, environment, look), *_stages_before(facts, look)]
    second.append(Field("Drift", drift_line(facts, look)))
    lines += [*fields(second, cells, look, roomy=True), ()]
    about = [Field("About", line(one_line(release.description)))] if release.description else []
    lines += fields([Field("Created", created_words(release, look)), *about], cells, look, roomy=True)
    where = line(f"{label} / {row.project.name}")
    numbers = f"{row.key[1]} {row.key[2]}, release {release.id}, stage {environment.id}"
    ids = Field("Ids", (span(SafeText(numbers), "dim"),))
    lines += [*fields([Field("Server", where), ids], cells, look, roomy=True), ()]
    nodes = release_nodes(release.environments or ())
    lines += [line(" ", *drawn) for drawn in graph(nodes, cells - 2, look)]
    return [*lines, (), *stage_times(release, cells, look)]
