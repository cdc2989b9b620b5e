"""What a row of the inbox means, in words and signs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from reltui.config import StagePolicy
from reltui.data.rows import row_values
from reltui.data.topics import ContentData, DeploymentsData, InboxRow, Problem, Snapshot, Why
from reltui.model.attempt import GatesPlan, GateStatus
from reltui.model.deployment import Deployment
from reltui.model.insight import Place
from reltui.model.release import Release
from reltui.model.text import SafeText
from reltui.model.window import Freeze, read_window
from reltui.ui.present import plain, width
from reltui.ui.present_facts import ApprovalFacts, Facts, Known, RowFacts
from reltui.ui.present_inbox import Group, changes_cell, flags_cell, group_line, inbox_columns
from reltui.ui.present_means import (
    changes_line,
    drift_line,
    gates_line,
    live_line,
    previous_lines,
    warnings,
    window_line,
)
from reltui.ui.present_since import band_lines
from reltui.ui.widgets.grid import lay_out
from tests.ui.inbox_sample import paused
from tests.ui.live_sample import HISTORY, content, deployment
from tests.ui.raw_samples import with_raw
from tests.ui.release_samples import gates
from tests.ui.samples import BILLING, DANA, LEE, LOOK, ME, approval, definition, waiting_release
from tests.ui.still_service import SERVER, whole

ROW = InboxRow(SERVER, BILLING, approval(77, rank=2, hours=23.3), Why.DIRECT, fresh=True)
FAILED: Snapshot[Any] = Snapshot(parts=1, problems=(Problem(SafeText("tfs01"), SafeText("It says no.")),))


def made(release: Release | None = None, **known: Any) -> ApprovalFacts:
    """The row with its release and the parts given."""
    return Facts(ROW, True, ME, release or waiting_release(), known=Known(**known))


def ran(*deployments: Deployment, more: bool = False) -> Snapshot[DeploymentsData]:
    return whole(DeploymentsData(deployments), more=more)


def told(facts: RowFacts) -> str:
    return "\n".join(plain(each) for each in warnings(facts, LOOK))


@pytest.mark.parametrize(
    ("deployments", "live", "changes"),
    [
        (Snapshot(), "reading ...", "reading ..."),
        (ran(), "nothing has run there yet", "nothing has run there to compare with, as far as was read"),
        (
            ran(HISTORY[0], more=True),
            "none of the newest 1 deployment has succeeded",
            "nothing has run there to compare with, as far as was read",
        ),
        (ran(*HISTORY), "Rel-139 (20261124.39) since 5d, by Kim Salo", "reading ..."),
        (
            ran(deployment(142, hours=2), *HISTORY),
            "this very release, since 1h; before it Rel-139 (20261124.39)",
            "none: this release runs there already",
        ),
        (
            ran(deployment(144, hours=2), *HISTORY),
            "Rel-144 (20261124.44) since 1h, by Kim Salo",
            "takes back what came since, to Rel-142",
        ),
    ],
)
def test_what_runs_there_and_what_comes(
    deployments: Snapshot[DeploymentsData], live: str, changes: str
) -> None:
    facts = made(deployments=deployments)
    assert plain(live_line(facts, LOOK)) == live
    assert plain(changes_line(facts)) == changes


@pytest.mark.parametrize(
    ("data", "cell", "words"),
    [
        (content(), "2c 1w", "2 commits by 2 authors, 1 work item since Rel-139"),
        (ContentData(), "0c 0w", "0 commits, 0 work items since Rel-139"),
        (
            replace(content(), is_cut=True),
            "2+c 1+w",
            "more than 2 commits by 2 authors, 1 work item since Rel-139",
        ),
    ],
)
def test_what_it_brings(data: ContentData, cell: str, words: str) -> None:
    facts = made(deployments=ran(*HISTORY), content=whole(data))
    assert plain(changes_line(facts)) == words
    assert plain(changes_cell(facts.known.content)) == cell


def test_parts_that_could_not_be_read_say_why() -> None:
    facts = made(
        deployments=FAILED,
        troubles=(("deployments", SafeText("It says no.")), ("definition", SafeText("Nor does it."))),
    )
    assert plain(live_line(facts, LOOK)) == "could not be read: It says no."
    assert plain(changes_line(facts)) == "could not be read: It says no."
    assert plain(drift_line(facts, LOOK)) == "could not be read: Nor does it."
    assert facts.flags == ()


def test_drift() -> None:
    edited = replace(definition(), revision=59, modified_by=LEE)
    assert plain(drift_line(made(), LOOK)) == "reading ..."
    same = made(definition=definition())
    assert plain(drift_line(same, LOOK)) == "none: the pipeline is at revision 57 as then"
    words = plain(drift_line(made(definition=edited), LOOK))
    assert words == "pipeline edited by Lee Vance 2h ago, after this was cut (revision 57 to 59)"
    whole_ones = made(
        definition=edited,
        cut_from=with_raw(definition()),
        stands_now=with_raw(replace(definition(), variables=())),
    )
    assert plain(drift_line(whole_ones, LOOK)).endswith("(revision 57 to 59: variables 2)")
    untold = replace(waiting_release(), definition_revision=None)
    assert "does not tell the revision" in plain(drift_line(made(untold, definition=edited), LOOK))


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"deployments": ran(deployment(144, hours=2))}, "Would go back 1 release: Rel-144 runs there."),
        (
            {"deployments": ran(deployment(144, hours=2), deployment(143, hours=3), more=True)},
            "Would go back at least 2 releases: Rel-144 runs there.",
        ),
        ({"deployments": ran(deployment(142, hours=2))}, "This very release runs there already."),
        ({"place": Place(1, superseded=False)}, "1 newer release waits for the same stage."),
        ({"place": Place(1, superseded=True)}, "1 newer release waits for the same stage and asks you too."),
        (
            {"place": Place(3, superseded=True)},
            "3 newer releases wait for the same stage and one of them asks you too.",
        ),
        ({"place": Place(0, superseded=False), "deployments": ran(*HISTORY)}, ""),
    ],
)
def test_warnings(known: dict[str, Any], said: str) -> None:
    assert told(made(**known)) == said


def test_own_changes_are_warned_of() -> None:
    own = tuple(replace(change, author=DANA.name) for change in content().changes)
    facts = made(deployments=ran(*HISTORY), content=whole(replace(content(), changes=own)))
    assert told(facts) == "You wrote all 2 commits that it brings."
    assert "own" in facts.flags
    made_by_me = made(waiting_release(creator_may_approve=False, by=DANA))
    assert told(made_by_me).startswith("You created this release, and its creator may not approve")


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (StagePolicy(), ""),
        (StagePolicy(windows=(read_window("mon-sun 00:00-24:00"),)), "open"),
        (
            StagePolicy(freezes=(Freeze(date(2026, 11, 20), date(2026, 11, 26)),)),
            "closed. Changes are frozen",
        ),
        (StagePolicy(windows=(read_window("sat 08:00-12:00"),)), "closed. Outside the change windows: sat"),
    ],
)
def test_change_window(policy: StagePolicy, words: str) -> None:
    found = plain(window_line(made(policy=policy), LOOK))
    assert found.startswith(words)
    assert bool(found) is bool(words)
    if words.startswith("closed"):
        assert "It opens " in found


def test_the_stage_before_with_what_was_said_there() -> None:
    ((name, words),) = previous_lines(made(), LOOK)
    assert (name, plain(words)) == ("QA", "succeeded 1h ago, attempt 2")


def test_gates() -> None:
    shown = waiting_release()
    environments = list(shown.environments or ())
    planned = GatesPlan((SafeText("Open incidents"), SafeText("Change ticket")), is_enabled=True, timeout=60)
    environments[2] = replace(environments[2], pre_gates=planned)
    words = plain(gates_line(made(replace(shown, environments=tuple(environments))), LOOK))
    assert words.startswith("2 gates, at most 1h")
    latest = environments[2].attempts[-1]
    environments[2] = replace(
        environments[2], attempts=(replace(latest, pre_gates=gates(GateStatus.SUCCEEDED)),)
    )
    words = plain(gates_line(made(replace(shown, environments=tuple(environments))), LOOK))
    assert words.startswith("succeeded")
    assert gates_line(made(), LOOK) == ()


@pytest.mark.parametrize(
    ("cells", "words"), [(40, "BACK1 older drift"), (12, "BACK1 older…"), (10, "BACK1…"), (5, "BACK1…")]
)
def test_flags_that_do_not_fit_are_said_to_be_there(cells: int, words: str) -> None:
    facts = made(
        deployments=ran(deployment(144, hours=2)),
        place=Place(1, superseded=True),
        definition=replace(definition(), revision=58),
    )
    assert plain(flags_cell(facts, cells, LOOK)) == words


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("group", list(Group))
@pytest.mark.parametrize("cells", [40, 56, 67, 76, 90, 160])
def test_stage_and_expiry_are_always_told(cells: int, group: Group, several: bool) -> None:
    shown = {column.id for column, _ in lay_out(inbox_columns(cells, several, group), cells - 4)}
    assert "expires" in shown
    assert "stage" in shown or group is Group.STAGE
    if several and cells >= 76:
        assert "server" in shown or group is Group.SERVER


def test_headings_tell_what_is_protected() -> None:
    def heading(rows: int, protected: int) -> str:
        return plain(group_line(ROW, rows, protected, Group.STAGE, "tfs01/Main", False, 60, LOOK))

    assert heading(1, 1).startswith(" ── PROD [PROTECTED] (1) ──")
    assert heading(2, 1).startswith(" ── PROD [some PROTECTED] (2) ──")
    assert heading(1, 0).startswith(" ── PROD (1) ──")


def test_what_a_filter_looks_in() -> None:
    row, _ = paused()
    found = row_values(row, ("BACK2",))
    assert (found["type"], found["why"], found["stage"], found["flags"]) == ("MI", "anyone", "QA", "BACK2")
    assert row_values(replace(ROW, why=Why.OTHER))["why"] == "other override"


@pytest.mark.parametrize("lines", [12, 14, 20])
@pytest.mark.parametrize("cells", [160, 200])
def test_the_band_has_its_room(cells: int, lines: int) -> None:
    many = tuple(content().changes * 20)
    facts = made(
        deployments=ran(*HISTORY * 5),
        content=whole(replace(content(), changes=many)),
        definition=replace(definition(), revision=58),
        cut_from=with_raw(definition()),
        stands_now=with_raw(replace(definition(), revision=58, variables=())),
        live_release=replace(waiting_release(), id=139, variables=()),
    )
    found = band_lines(facts, cells, lines, LOOK)
    assert len(found) <= lines
    assert max(width(plain(each).rstrip()) for each in found) <= cells
    assert any("more" in plain(each) for each in found)


def test_a_clock_that_is_not_known_is_no_time_left() -> None:
    row = replace(ROW, approval=replace(ROW.approval, created_on=None))
    facts = Facts(row, False, ME, waiting_release())
    assert facts.expires is None
    moment: datetime = LOOK.now + timedelta(days=1)
    assert facts.window(moment) is None
