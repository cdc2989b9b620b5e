"""How a release, its stages, gates and contents become cells and lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reltui.data.decision import Stage
from reltui.data.topics import ContentData, DeploymentsData, Problem, Snapshot
from reltui.model.approval import ApprovalType
from reltui.model.attempt import DeploymentStatus, GateStatus, InterventionStatus, OperationStatus, TaskStatus
from reltui.model.content import Change
from reltui.model.release import EnvironmentStatus, Release, ReleaseStatus, Variable
from reltui.model.text import SafeText, clean
from reltui.ui.present import Line, plain, width
from reltui.ui.present_release import chain_cell, release_words, short_when
from reltui.ui.present_release_content import (
    Ends,
    artifact_lines,
    change_lines,
    history_lines,
    item_lines,
    planned_variables,
    release_variable_lines,
)
from reltui.ui.present_release_gates import gates_cell, gates_lines
from reltui.ui.present_release_stage import (
    Known,
    LiveThere,
    instruction_lines,
    intervention_lines,
    live_there,
    live_words,
    policy_words,
    stage_lines,
)
from reltui.ui.present_release_tasks import log_lines, task_lines
from reltui.ui.present_release_verbs import (
    asked_words,
    cancel_facts,
    cancel_refusal,
    deploy_facts,
    deploy_refusal,
    gate_refusal,
)
from reltui.ui.present_stages import graph, release_nodes
from tests.ui.release_samples import (
    CONTENT,
    GATES,
    HISTORY,
    PLAN,
    PROD,
    QA,
    UAT,
    US,
    deployed,
    gates,
    intervention,
    known_for_release,
    qa,
    rich_release,
)
from tests.ui.samples import (
    ASCII,
    CAB,
    DANA,
    KIM,
    LEE,
    LOOK,
    ME,
    after,
    attempt,
    before,
    definition,
    plan,
    release,
    stage,
    tasks,
)
from tests.ui.still_service import whole

PASSED, MISSED, RUNS = TaskStatus.SUCCEEDED, TaskStatus.FAILED, TaskStatus.IN_PROGRESS
LIVE = live_there(whole(DeploymentsData((deployed(139, 150, definition_stage=14),))), 142)


def texts(lines: Sequence[Line]) -> list[str]:
    return [plain(each).rstrip() for each in lines]


def stages(shown: Release, number: int) -> Stage:
    environment = next(e for e in shown.environments or () if e.id == number)
    return Stage(shown, environment)


def facts(found: Sequence[tuple[str, Line]]) -> dict[str, str]:
    return {label: plain(value) for label, value in found}


class TestGraph:
    def drawn(self, *stages_after: tuple[str, tuple[str, ...]], cells: int = 76) -> list[str]:
        found = [
            stage(n, name, EnvironmentStatus.NOT_STARTED, after(*parents) if parents != ("",) else ())
            for n, (name, parents) in enumerate(stages_after, 1)
        ]
        return texts(graph(release_nodes(found), cells, ASCII))

    def test_joins_parallel_and_by_hand(self) -> None:
        drawn = self.drawn(
            ("DEV", ()), ("EU", ("DEV",)), ("US", ("DEV",)), ("ALL", ("EU", "US")), ("HOTFIX", ("",))
        )
        assert drawn == [
            "DEV -  --+-->  EU -  -->  ALL - (and after US)",
            "         +-->  US -",
            "HOTFIX - (by hand)",
        ]

    def test_rings_are_cut_open_and_said(self) -> None:
        assert self.drawn(("A", ("B",)), ("B", ("A",)), ("C", ("C",))) == [
            "A - (after B)  -->  B -",
            "C - (after C)",
        ]

    def test_equal_names_do_not_multiply(self) -> None:
        ladder = [(f"S{n // 2}", (f"S{n // 2 - 1}",) if n > 1 else ()) for n in range(60)]
        assert len(self.drawn(*ladder)) <= 60

    def test_very_many_stages_in_a_row(self) -> None:
        chain = [(f"S{n}", (f"S{n - 1}",) if n else ()) for n in range(2000)]
        drawn = self.drawn(*chain)
        assert all(len(row) <= 76 for row in drawn)
        assert drawn[-1].endswith("S1999 -")

    def test_a_tall_tree_is_one_line_where_there_is_no_room_for_it(self) -> None:
        found = [
            stage(n, f"S{n}", EnvironmentStatus.NOT_STARTED, after(*(["S1"] * (n > 1)))) for n in range(1, 12)
        ]
        drawn = texts(graph(release_nodes(found), 76, ASCII, 4))
        assert drawn == [
            "S1 - > S2 -, S3 -, S4 -, S5 -, S6 -, S7 -, S8 -, S9 -, S10 -, S11 -",
        ]

    def test_wide_names_are_cut_by_cells(self) -> None:
        drawn = self.drawn(("配置" * 30, ()), ("B", ("配置" * 30,)), cells=40)
        assert all(width(row) <= 40 for row in drawn)

    @given(
        st.lists(
            st.tuples(st.sampled_from("ABCDEF"), st.sets(st.sampled_from("ABCDEFX"), max_size=3)), max_size=12
        ),
        st.integers(20, 100),
    )
    def test_anything_is_drawn_within_its_room(self, made: list[tuple[str, set[str]]], cells: int) -> None:
        found = [
            stage(n, name, EnvironmentStatus.NOT_STARTED, after(*sorted(parents)))
            for n, (name, parents) in enumerate(made, 1)
        ]
        drawn = texts(graph(release_nodes(found), cells, ASCII))
        assert all(width(row) <= cells for row in drawn)
        for name, _ in made:
            assert any(f"{name} -" in row for row in drawn)


class TestCells:
    def test_signatures_with_when_and_comment_where_there_is_room(self) -> None:
        environment = stages(rich_release(), PROD).environment
        cell = [
            plain(chain_cell(environment, ApprovalType.PRE_DEPLOY, ME, cells, LOOK))
            for cells in (80, 50, 40, 30, 15)
        ]
        assert cell == [
            'Lee Vance ok 09:10 "tested in UAT" > YOU now > [Billing]\\CAB',
            "Lee Vance ok 09:10 > YOU now > [Billing]\\CAB",
            "Lee Vance ok > YOU now > [Billing]\\CAB",
            "1 ok > YOU now > 1 more",
            "1 ok YOU +1",
        ]

    def test_times_in_eight_cells(self) -> None:
        assert short_when(before(hours=2), 8, LOOK) == "24 08:40"
        assert short_when(before(days=60), 8, LOOK) == "25 Sep"
        assert short_when(before(days=400), 8, LOOK) == "Oct 2025"
        assert short_when(before(hours=2), 12, LOOK) == "24 Nov 08:40"
        assert short_when(None, 8, LOOK) == "-"

    def test_release_in_one_line(self) -> None:
        kept = replace(release(142, (), description="Two\nlines"), keep_forever=True)
        assert plain(release_words(kept, LOOK)) == (
            'active, created 24 Nov 07:40 (3h ago) by Kim Salo, CI, retained, tags: hotfix, "Two lines"'
        )


class TestGates:
    def cell(
        self, status: GateStatus, *rounds: Sequence[TaskStatus], cells: int = 20, ignored: str = ""
    ) -> str:
        tried = replace(attempt(1), pre_gates=gates(status, *rounds, ignored=(ignored,) if ignored else ()))
        environment = replace(
            stage(1, "UAT", EnvironmentStatus.IN_PROGRESS, attempts=(tried,)), pre_gates=GATES
        )
        return plain(gates_cell(environment, cells))

    def test_words(self) -> None:
        assert self.cell(GateStatus.SUCCEEDED, (PASSED, PASSED)) == "2/2"
        assert self.cell(GateStatus.IN_PROGRESS, (PASSED, MISSED)) == "1/2 running"
        assert self.cell(GateStatus.IN_PROGRESS, (PASSED, MISSED), cells=9) == "1/2 run"
        assert self.cell(GateStatus.IN_PROGRESS) == "0/2 running"
        assert self.cell(GateStatus.FAILED, (MISSED, MISSED)) == "failed"
        assert self.cell(GateStatus.CANCELED, (MISSED, MISSED)) == "canceled"
        change = "Change ticket"
        assert self.cell(GateStatus.SUCCEEDED, (PASSED, MISSED), ignored=change) == "2/2 ignored 1"
        assert self.cell(GateStatus.SUCCEEDED, (PASSED, MISSED), ignored=change, cells=9) == "ignored 1"
        assert self.cell(GateStatus.SUCCEEDED, (PASSED, MISSED), ignored=change, cells=7) == "ign 1"

    def test_planned_and_none(self) -> None:
        idle = stage(1, "UAT", EnvironmentStatus.NOT_STARTED)
        assert plain(gates_cell(idle, 9)) == "-"
        assert plain(gates_cell(replace(idle, pre_gates=GATES), 9)) == "0/2"

    def test_both_sides(self) -> None:
        done = gates(GateStatus.SUCCEEDED, (PASSED, PASSED))
        runs = gates(GateStatus.IN_PROGRESS, (PASSED, MISSED))
        tried = replace(attempt(1), pre_gates=done, post_gates=runs)
        environment = replace(
            stage(1, "UAT", EnvironmentStatus.IN_PROGRESS, attempts=(tried,)),
            pre_gates=GATES,
            post_gates=GATES,
        )
        assert plain(gates_cell(environment, 20)) == "2/2 > 1/2 running"
        assert plain(gates_cell(environment, 14)) == "2/2 > 1/2 run"
        assert plain(gates_cell(environment, 8)) == "1/2 run"

    def test_every_round_newest_first(self) -> None:
        shown = stages(rich_release(), UAT).environment
        lines = texts(gates_lines(shown, shown.latest, ApprovalType.PRE_DEPLOY, 120, LOOK))
        assert lines[0].startswith(" Gates before the deployment  running 1/2, 2 rounds, since 10:05")
        assert lines[-2:] == [
            "     2 10:25        Query incidents ok, Change ticket FAIL",
            "     1 10:10        Query incidents FAIL, Change ticket FAIL",
        ]

    def test_ignored_ones_are_marked(self) -> None:
        told = gates(GateStatus.SUCCEEDED, (PASSED, MISSED), ignored=("Change ticket",))
        tried = replace(attempt(1), post_gates=told)
        environment = replace(
            stage(1, "UAT", EnvironmentStatus.SUCCEEDED, attempts=(tried,)), post_gates=GATES
        )
        lines = texts(gates_lines(environment, tried, ApprovalType.POST_DEPLOY, 140, LOOK))
        assert "2/2, 1 round, ignored: Change ticket" in lines[0]
        assert lines[-1].endswith("Query incidents ok, Change ticket FAIL (ignored)")

    def test_many_rounds_are_counted(self) -> None:
        told = gates(GateStatus.IN_PROGRESS, *[(MISSED, MISSED)] * 60)
        tried = replace(attempt(1), pre_gates=told)
        environment = stage(1, "UAT", EnvironmentStatus.IN_PROGRESS, attempts=(tried,))
        lines = texts(gates_lines(environment, tried, ApprovalType.PRE_DEPLOY, 100, LOOK))
        assert lines[-1] == "   and 10 earlier rounds"

    def test_planned_gates_tell_their_rules(self) -> None:
        idle = replace(stage(1, "UAT", EnvironmentStatus.NOT_STARTED), pre_gates=GATES)
        lines = texts(gates_lines(idle, None, ApprovalType.PRE_DEPLOY, 150, LOOK))
        assert lines == [
            " Gates before the deployment  every 15m, at most 24h, first after 5m, behind the approvals:"
            " Query incidents, Change ticket"
        ]
        assert gates_lines(idle, None, ApprovalType.POST_DEPLOY, 150, LOOK) == []


class TestLive:
    def words(self, live: LiveThere) -> str:
        return plain(live_words(live, rich_release(), LOOK))

    def test_what_is_live(self) -> None:
        assert self.words(LIVE) == "Rel-139 (20261118.2) for 6d by Kim Salo"
        assert LIVE.base_id == 139

    def test_a_newer_one_is_said(self) -> None:
        newer = live_there(whole(DeploymentsData((deployed(150, 1, definition_stage=14),))), 142)
        assert self.words(newer).endswith("newer than this one")

    def test_this_release_itself(self) -> None:
        rows = (deployed(142, 3, definition_stage=14), deployed(139, 150, definition_stage=14))
        own = live_there(whole(DeploymentsData(rows)), 142)
        assert self.words(own) == "this release for 3h; before it Rel-139"
        alone = live_there(whole(DeploymentsData(rows[:1])), 142)
        assert self.words(alone) == "this release for 3h"
        assert alone.base_id == 0

    def test_nothing_only_when_all_was_read(self) -> None:
        assert live_there(whole(DeploymentsData(())), 142).known is Known.NOTHING
        some = replace(deployed(139, 1, definition_stage=14), status=DeploymentStatus.FAILED)
        part = live_there(whole(DeploymentsData((some,)), more=True), 142)
        assert self.words(part) == "none of the newest 1 deployment has succeeded"
        assert self.words(live_there(Snapshot(), 142)) == "reading ..."
        problem = Problem(SafeText("tfs01"), SafeText("It is too slow."))
        assert (
            self.words(live_there(Snapshot(problems=(problem,)), 142)) == "could not be read: It is too slow."
        )


class TestStageTab:
    def lines(self, number: int, cells: int = 100) -> list[str]:
        seen = stages(rich_release(), number)
        return texts(stage_lines(seen.release, seen.environment, ME, cells, LOOK, LIVE, definition()))

    def test_policy(self) -> None:
        assert "; one at a time, only the newest waits" in self.lines(PROD)[0]
        environment = stages(rich_release(), PROD).environment
        known = definition()
        free = tuple(replace(e, concurrency=0) for e in known.environments or ())
        assert policy_words(replace(known, environments=free), environment) == ("any number at once")
        queued = tuple(replace(e, concurrency=2, queue_depth=0) for e in known.environments or ())
        assert policy_words(replace(known, environments=queued), environment) == (
            "2 at a time, the others queue"
        )
        assert policy_words(None, environment) == ""

    def test_every_attempt_newest_first_with_its_own_approvals(self) -> None:
        lines = self.lines(QA)
        newest, first = (
            next(n for n, row in enumerate(lines) if row.startswith(f" Attempt {number}"))
            for number in (2, 1)
        )
        assert newest < first
        assert '   1 Lee Vance  approved 09:10  "again"' in lines[newest:first]
        assert '   before Lee Vance  approved 09:10  "go"' in lines[first:]
        assert "         error: WEB-02 has failed." in lines[first:]

    def test_instructions_whole_and_set_in(self) -> None:
        lines = self.lines(US, 60)
        at = next(n for n, row in enumerate(lines) if row.startswith(" Manual intervention"))
        assert lines[at + 2 : at + 4] == [
            "   | 1. Look at the mail queue.",
            "   | 2. Is it empty? Then resume.",
        ]
        long = clean("word " * 200)
        assert "".join(texts(instruction_lines(long, 40))).count("word") == 200

    def test_how_an_intervention_ended(self) -> None:
        ended = intervention(InterventionStatus.APPROVED, "queue\nempty")
        assert texts(intervention_lines(ended, ME, 120, LOOK))[0] == (
            ' Manual intervention  "Check the mail queue"  resumed 10:34 by Lee Vance  "queue empty"'
        )

    def test_unmet_conditions_are_said(self) -> None:
        met = tuple(replace(c, result=False) for c in after("UAT"))
        environment = stage(9, "PROD", EnvironmentStatus.NOT_STARTED, met)
        lines = texts(stage_lines(rich_release(), environment, ME, 100, LOOK))
        assert lines[0] == " Trigger   after UAT succeeds; not met: UAT"


class TestTasks:
    def test_all_attempts_with_jobs_on_their_targets(self) -> None:
        lines = texts(task_lines(qa(), 80, LOOK, every=True))
        assert lines[0].startswith(" Attempt 2")
        assert "   The server tells of no task of this try." not in lines
        assert any(row.startswith("   FAIL  WEB-02") for row in lines)
        assert "         error: The share cannot be reached. Is it on?" in lines

    def test_planned_tasks_where_nothing_has_run(self) -> None:
        idle = replace(stage(1, "UAT", EnvironmentStatus.NOT_STARTED), phases=PLAN)
        assert texts(task_lines(idle, 80, LOOK)) == [
            "",
            " This stage was never deployed.",
            " -     Run on agent  on an agent, planned",
            "   -     Stop app pool",
            "   -     Deploy web  switched off",
        ]

    def test_jobs_still_to_come_are_planned(self) -> None:
        lines = texts(task_lines(stages(rich_release(), US).environment, 80, LOOK))
        assert " -     Run on agent  on an agent, planned" in lines
        assert not any("Ask" in row for row in lines)

    def test_logs_by_attempt(self) -> None:
        lines = texts(log_lines(qa(), 100, LOOK))
        assert lines[0].startswith(" Attempt 1  FAIL")
        assert any("2,100 lines" in row and "WEB-02, job of Run on" in row for row in lines)
        rounds = texts(log_lines(stages(rich_release(), UAT).environment, 100, LOOK))
        assert any("gate before, round 2" in row for row in rounds)
        assert texts(log_lines(stage(1, "X", EnvironmentStatus.NOT_STARTED), 80, LOOK))[-1] == (
            " There are no logs of this stage yet."
        )


class TestContent:
    ends = Ends(rich_release(), stages(rich_release(), PROD).environment, LIVE)

    def test_both_ends_are_named(self) -> None:
        lines = texts(change_lines(self.ends, whole(CONTENT), 80, LOOK))
        assert lines[:2] == [
            " Since     Rel-139 (20261118.2), live on PROD for 6d",
            " To        this Rel-142 (20261124.42)",
        ]
        assert " 2 commits by 2 authors" in lines
        assert lines[-1].startswith(" 9911a0e0 Raise SMTP timeout")

    def test_items(self) -> None:
        lines = texts(item_lines(self.ends, whole(CONTENT), 80, LOOK))
        assert " 1 work item" in lines
        assert lines[-1].startswith(" 40122   Bug        Export fails on leap day")

    def test_a_newer_live_release_warns(self) -> None:
        newer = live_there(whole(DeploymentsData((deployed(150, 1, definition_stage=14),))), 142)
        ends = replace(self.ends, live=newer)
        assert " !         Rel-150 is newer: to deploy this one goes back." in texts(
            change_lines(ends, whole(CONTENT), 80, LOOK)
        )

    def test_nothing_is_said_only_when_it_was_read(self) -> None:
        assert texts(change_lines(self.ends, whole(ContentData()), 80, LOOK))[-1] == (
            " 0 commits; nothing is different"
        )
        assert "Reading the commits" in texts(change_lines(self.ends, Snapshot(), 80, LOOK))[-1]

    def test_a_message_of_many_lines_stays_in_its_row(self) -> None:
        hostile = Change(SafeText("12"), clean("a\nb" * 90, lines=True), clean("x" * 99), None, SafeText(""))
        lines = texts(change_lines(self.ends, whole(ContentData((hostile,))), 80, LOOK))
        assert all(width(row) <= 80 for row in lines)

    def test_artifacts_primary_first(self) -> None:
        mixed = tuple(reversed(rich_release().artifacts or ()))
        assert [row.split()[0] for row in texts(artifact_lines(mixed, 80, LOOK))] == ["Alias", "drop", "cfg"]
        assert texts(artifact_lines((), 80, LOOK))[-1] == " This release has no artifacts."
        assert texts(artifact_lines(None, 80, LOOK))[-1] == " Its artifacts were not read."

    def test_history_begins_with_the_release(self) -> None:
        lines = texts(history_lines(rich_release(), whole(HISTORY), ME, 100, LOOK))
        assert lines[0].startswith(" Created   24 Nov 07:40")
        assert lines[-2:] == [
            '   24 Nov 08:40  Kim Salo  Deploy  PROD, attempt 1  "evening window"',
            "   24 Nov 07:40  Kim Salo  Create",
        ]


class TestVariables:
    def test_what_is_not_as_in_the_definition(self) -> None:
        known = known_for_release()
        data = next(s.data for t, s in known.items() if type(t).__name__ == "DefinitionAt")
        lines = texts(release_variable_lines(rich_release(), planned_variables(data), "", 100, LOOK))
        assert lines[0] == " 3 variables not as in revision 57 of the definition; secrets cannot be compared."
        assert "                  in the definition: 1" in lines
        assert "   Old            is in the definition, not here" in lines
        assert "                  in the definition: test.example" in lines

    def test_a_secret_never_shows(self) -> None:
        secret = Variable(SafeText("Password"), SafeText("hunter2"), True)
        shown = replace(rich_release(), variables=(secret,))
        plan = planned_variables(replace(definition(), variables=(secret,)))
        told = "\n".join(texts(release_variable_lines(shown, plan, "", 100, LOOK)))
        assert "hunter2" not in told
        assert "********" in told

    def test_nothing_to_compare_with(self) -> None:
        lines = texts(release_variable_lines(rich_release(), None, "Reading ...", 100, LOOK))
        assert lines[0] == " Reading ..."
        assert not any("definition:" in row for row in lines)


class TestVerbs:
    def test_order_of_those_asked(self) -> None:
        assert asked_words(plan((1, LEE), (2, DANA), (2, CAB)), ME) == (
            "Lee Vance, then you and [Billing]\\CAB"
        )
        assert asked_words(plan((1, LEE), (1, KIM), required=1), ME) == "any 1 of Lee Vance and Kim Salo"

    @pytest.mark.parametrize(
        ("status", "can"),
        [
            (EnvironmentStatus.NOT_STARTED, True),
            (EnvironmentStatus.SUCCEEDED, True),
            (EnvironmentStatus.REJECTED, True),
            (EnvironmentStatus.CANCELED, True),
            (EnvironmentStatus.SCHEDULED, True),
            (EnvironmentStatus.QUEUED, False),
            (EnvironmentStatus.IN_PROGRESS, False),
        ],
    )
    def test_states_that_can_be_deployed(self, status: EnvironmentStatus, can: bool) -> None:
        environment = stage(1, "DEV", status)
        assert (deploy_refusal(rich_release(), environment) is None) == can

    def test_states_that_can_be_canceled(self) -> None:
        under_way = (EnvironmentStatus.SCHEDULED, EnvironmentStatus.QUEUED, EnvironmentStatus.IN_PROGRESS)
        for status in EnvironmentStatus:
            refused = cancel_refusal(rich_release(), stage(1, "DEV", status))
            assert (refused is None) == (status in under_way)
        stopping = stage(
            1,
            "DEV",
            EnvironmentStatus.IN_PROGRESS,
            attempts=(attempt(1, DeploymentStatus.IN_PROGRESS, OperationStatus.CANCELLING),),
        )
        assert cancel_refusal(rich_release(), stopping) == "DEV is being stopped already."

    def test_a_gate_to_ignore(self) -> None:
        environment = stages(rich_release(), UAT).environment
        assert gate_refusal(environment) is None
        latest = environment.latest
        assert latest is not None
        both = gates(GateStatus.IN_PROGRESS, (MISSED, MISSED), ignored=GATES.names)
        all_ignored = replace(environment, attempts=(replace(latest, pre_gates=both),))
        assert gate_refusal(all_ignored) == "Every gate that runs on UAT is ignored already."

    def test_deploy_facts_of_a_draft_on_its_first_try(self) -> None:
        told = facts(deploy_facts(stages(rich_release(), 7), LIVE, ME, LOOK))
        assert told["Starts"] == "attempt 1"
        assert told["Asks first"] == "any 1 of Kim Salo and Lee Vance"

    def test_who_asks_may_not_always_approve(self) -> None:
        environment = stage(1, "PROD", EnvironmentStatus.NOT_STARTED, pre=plan((1, DANA), creator=False))
        shown = release(142, (environment,))
        told = facts(deploy_facts(Stage(shown, environment), LIVE, ME, LOOK))
        assert told["!"] == "You ask for it, so you may not approve it."

    def test_cancel_facts_name_what_is_stopped(self) -> None:
        tried = attempt(
            2,
            DeploymentStatus.IN_PROGRESS,
            OperationStatus.PHASE_IN_PROGRESS,
            phases=tasks(PASSED, RUNS),
        )
        environment = stage(1, "UAT", EnvironmentStatus.IN_PROGRESS, attempts=(tried,))
        told = facts(cancel_facts(Stage(rich_release(), environment), ME, LOOK))
        assert told["Stops"] == "Stop app pool on WIN-04, 10:00 so far, is stopped"
        assert told["Stays"] == "1 task is done already, and not undone"

    def test_status_words(self) -> None:
        draft = replace(rich_release(), status=ReleaseStatus.DRAFT)
        assert "draft" in (deploy_refusal(draft, stage(1, "DEV", EnvironmentStatus.NOT_STARTED)) or "")


@given(st.integers(60, 200))
def test_no_line_is_too_long(cells: int) -> None:
    shown = rich_release()
    for environment in shown.environments or ():
        ends = Ends(shown, environment, LIVE)
        seen = stage_lines(shown, environment, ME, cells, LOOK, LIVE, definition())
        for lines in (
            seen,
            task_lines(environment, cells, LOOK, every=True),
            log_lines(environment, cells, LOOK),
            change_lines(ends, whole(CONTENT), cells, LOOK),
            item_lines(ends, whole(CONTENT), cells, LOOK),
            artifact_lines(shown.artifacts, cells, LOOK),
            history_lines(shown, whole(HISTORY), ME, cells, LOOK),
        ):
            assert all(width(plain(row).rstrip()) <= cells for row in lines)
