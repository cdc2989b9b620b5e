"""How models become words, cells and lines."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reltui.data.decision import Decision, State, Verb
from reltui.data.topics import InboxRow, Problem, Snapshot, Why
from reltui.model.approval import ApprovalStatus, ApprovalType
from reltui.model.attempt import DeploymentStatus, OperationStatus, TaskStatus
from reltui.model.effect import effect_of_yes
from reltui.model.identity import Identity
from reltui.model.release import EnvironmentStatus, Release, ReleaseStatus
from reltui.model.signing import expiry, own_release_warning, signatures
from reltui.model.text import SafeText, clean
from reltui.ui import (
    present_definition_stage,
    present_definition_whole,
    present_definitions,
    present_release,
    present_release_content,
    present_release_stage,
    present_release_tasks,
)
from reltui.ui.present import Line, Look, cut, cut_end, fit, line, plain, span, width, wrap
from reltui.ui.present_approvals import row_title, stage_cell
from reltui.ui.present_facts import ApprovalFacts
from reltui.ui.present_inbox import (
    empty_lines,
    left_cell,
    row_cell,
)
from reltui.ui.present_releases import (
    STAGE_COLUMN,
    live_releases,
    release_cell,
    release_preview,
    stage_columns,
    waiting_parts,
)
from reltui.ui.present_stages import graph, release_nodes, stages_line, strip
from reltui.ui.present_triage import row_preview
from reltui.ui.present_words import (
    age,
    clock,
    long_span,
    name_cell,
    short_name,
    stage_word,
    took,
    when,
    within,
)
from tests.ui.samples import (
    ASCII,
    AUTOMATIC,
    BILLING,
    CAB,
    DANA,
    KIM,
    LEE,
    LOOK,
    ME,
    NOW,
    REVISIONS,
    after,
    approval,
    attempt,
    before,
    definition,
    plan,
    release,
    signed,
    stage,
    tasks,
    waiting_release,
)


def texts(lines: list[Line]) -> list[str]:
    return [plain(each).rstrip() for each in lines]


class TestCut:
    def test_keeps_head_and_tail(self) -> None:
        assert cut("Invoice-Export-PROD-EU-01", 12) == "Invoice-…-01"
        assert cut("Invoice-Export-PROD-EU-01", 12, ascii=True) == "Invoice-~-01"

    def test_leaves_what_fits(self) -> None:
        assert cut("PROD", 4) == "PROD"
        assert cut("日本", 4) == "日本"

    def test_counts_cells_not_characters(self) -> None:
        assert width(cut("日本語のリリース定義", 9)) <= 9

    def test_names_equal_in_their_heads_stay_apart(self) -> None:
        common = "Contoso.Payments.Settlement.Reconciliation.Nightly.Batch.Run."
        assert len({cut(f"{common}{number:03d}", 20) for number in range(200)}) == 200

    def test_a_mebibyte_is_cut_at_once(self) -> None:
        assert width(cut("é" * 1_048_576, 20)) <= 20

    @given(st.text(max_size=80), st.integers(0, 40), st.booleans())
    def test_never_wider_than_asked(self, text: str, cells: int, ascii: bool) -> None:
        safe = clean(text)
        assert width(cut(safe, cells, ascii)) <= cells
        assert width(cut_end(safe, cells, ascii)) <= cells
        assert width(plain(fit(line("ab", span(safe), "cd"), cells, ascii))) <= cells

    @given(st.text(max_size=120), st.integers(2, 40))
    def test_wrapping_loses_nothing_but_blanks(self, text: str, cells: int) -> None:
        safe = clean(text)
        lines = wrap((span(safe),), cells)
        assert all(width(plain(each)) <= cells for each in lines)
        assert "".join(plain(each) for each in lines).replace(" ", "") == safe.replace(" ", "")

    def test_wrapping_stops_where_told(self) -> None:
        lines = wrap(line("one two three four five six seven"), 10, 2)
        assert texts(lines) == ["one two", "three fou…"]


class TestNames:
    def test_badge_on_mixed_scripts(self) -> None:
        assert plain(name_cell("PR\u041eD", 10, LOOK)) == "[!]PR\u041eD"
        assert plain(name_cell("PROD", 10, LOOK)) == "PROD"

    def test_protected_sign_is_never_cut_away(self) -> None:
        assert plain(stage_cell("Production-Europe-West", True, 12, LOOK)) == "Produ…st [P]"

    def test_nothing_is_a_dash(self) -> None:
        assert plain(name_cell("", 10, LOOK)) == "-"


class TestTime:
    @pytest.mark.parametrize(
        ("back", "words"),
        [
            (timedelta(seconds=-90), "now"),
            (timedelta(seconds=59), "now"),
            (timedelta(minutes=45), "45m"),
            (timedelta(hours=47), "47h"),
            (timedelta(days=6), "6d"),
        ],
    )
    def test_age(self, back: timedelta, words: str) -> None:
        assert age(NOW - back, LOOK) == words

    def test_when_is_local(self) -> None:
        here = Look(NOW, zone=timezone(timedelta(hours=2)))
        assert when(datetime(2026, 11, 24, 7, 58, tzinfo=UTC), here) == "24 Nov 09:58"
        assert when(datetime(2024, 11, 4, 7, 58, tzinfo=UTC), here) == " 4 Nov 2024"
        assert when(None, here) == "-"

    def test_clock_has_the_day_only_where_it_is_needed(self) -> None:
        assert clock(before(hours=1), LOOK) == "09:40"
        assert clock(before(days=2), LOOK) == "22 Nov 10:40"

    def test_took(self) -> None:
        assert took(NOW, NOW + timedelta(minutes=4, seconds=10)) == "04:10"
        assert took(NOW, NOW + timedelta(hours=1, minutes=2, seconds=33)) == "1:02:33"
        assert took(NOW, NOW - timedelta(seconds=1)) == "-"

    def test_long_span(self) -> None:
        assert [long_span(m * 60) for m in (41, 200, 52 * 60)] == ["41m", "3h 20m", "2d 4h"]

    def test_time_left(self) -> None:
        left = [
            timedelta(minutes=41),
            timedelta(hours=3, minutes=10),
            timedelta(hours=26),
            timedelta(days=29),
        ]
        words = [plain(left_cell(NOW + each, LOOK)) for each in left]
        assert words == ["00:41!", "03:10 ", "1d02h ", "29d "]
        assert plain(left_cell(NOW, LOOK)) == "over!"


class TestStages:
    @pytest.mark.parametrize(
        ("status", "operation", "word"),
        [
            (EnvironmentStatus.NOT_STARTED, None, "-"),
            (EnvironmentStatus.SUCCEEDED, OperationStatus.APPROVED, "ok"),
            (EnvironmentStatus.REJECTED, OperationStatus.REJECTED, "REJ"),
            (EnvironmentStatus.REJECTED, OperationStatus.PHASE_FAILED, "FAIL"),
            (EnvironmentStatus.IN_PROGRESS, OperationStatus.PHASE_IN_PROGRESS, "run"),
            (EnvironmentStatus.IN_PROGRESS, OperationStatus.PENDING, "WAIT"),
            (EnvironmentStatus.IN_PROGRESS, OperationStatus.MANUAL_INTERVENTION_PENDING, "WAIT"),
            (EnvironmentStatus.QUEUED, OperationStatus.QUEUED, "queue"),
            (EnvironmentStatus.CANCELED, OperationStatus.CANCELED, "canc"),
        ],
    )
    def test_words(self, status: EnvironmentStatus, operation: OperationStatus | None, word: str) -> None:
        tries = () if operation is None else (attempt(1, DeploymentStatus.NOT_DEPLOYED, operation),)
        assert stage_word(stage(1, "DEV", status, attempts=tries)).text == word

    def test_unknown_state_is_shown_as_it_is(self) -> None:
        strange = replace(stage(1, "DEV", EnvironmentStatus.QUEUED), status=SafeText("hibernating"))
        assert stage_word(strange).text == "hibe…"

    def test_strip_counts_runs_when_short(self) -> None:
        environments = waiting_release().environments
        assert plain(strip(environments, 20, LOOK)) == "ok ok WAIT - -"
        assert plain(strip(environments, 12, LOOK)) == "2xok WAIT 2x-"
        assert plain(strip(None, 20, LOOK)) == "not read"

    def test_line_and_graph(self) -> None:
        nodes = release_nodes(waiting_release().environments or ())
        assert plain(stages_line(nodes, LOOK)) == "DEV ok > QA ok > PROD WAIT > PROD-US -, SMOKE -"
        assert texts(graph(nodes, 78, ASCII)) == [
            "DEV ok  -->  QA ok  -->  PROD WAIT  --+-->  PROD-US -",
            "                                      +-->  SMOKE -",
        ]
        assert texts(graph(nodes, 44, LOOK)) == [
            "DEV ok > QA ok > PROD WAIT ┬> PROD-US -",
            "                           └> SMOKE -",
        ]
        assert texts(graph(nodes, 30, LOOK)) == ["DEV ok > QA ok > PROD WAIT >", "PROD-US -, SMOKE -"]

    def test_graph_of_stages_that_wait_for_each_other(self) -> None:
        """The server would refuse it; a drawing must not hang on it."""
        nodes = release_nodes(
            (
                stage(1, "A", EnvironmentStatus.NOT_STARTED, after("B")),
                stage(2, "B", EnvironmentStatus.NOT_STARTED, after("A")),
                stage(3, "C", EnvironmentStatus.NOT_STARTED),
            )
        )
        drawn = " ".join(texts(graph(nodes, 60, ASCII)))
        assert all(name in drawn for name in "ABC")
        assert "C - (by hand)" in drawn

    def test_several_parents_are_named(self) -> None:
        done = EnvironmentStatus.SUCCEEDED
        nodes = release_nodes(
            (
                stage(1, "EU", done, after()),
                stage(2, "US", done, after()),
                stage(3, "ALL", EnvironmentStatus.NOT_STARTED, after("EU", "US")),
            )
        )
        assert texts(graph(nodes, 60, ASCII)) == ["EU ok  -->  ALL - (and after US)", "US ok"]


def prod(whole: Release) -> tuple[Release, int]:
    return whole, 2


class TestYes:
    def effect(self, whole: Release) -> str:
        return effect_of_yes(whole, approval(77, rank=2, hours=23.3), NOW, zone=UTC)

    def with_prod(self, **changes: object) -> Release:
        whole = waiting_release()
        environments = list(whole.environments or ())
        environments[2] = replace(environments[2], **changes)  # type: ignore[arg-type]
        return replace(whole, environments=tuple(environments))

    def test_more_signatures_in_sequence(self) -> None:
        assert (
            self.effect(waiting_release())
            == "does not start the deployment: 1 more signature needed from [Billing]\\CAB"
        )

    def test_last_signature_starts_and_names_what_follows(self) -> None:
        whole = self.with_prod(pre_plan=plan((1, LEE), (2, DANA)))
        assert self.effect(whole) == (
            "last signature: deployment to PROD starts now; then PROD-US (asks [Billing]\\CAB), SMOKE"
        )

    def test_any_one_of_several(self) -> None:
        mine, other = approval(77, rank=1), approval(78, approver=LEE, rank=1)
        rules = plan((1, DANA), (1, LEE), (1, CAB), required=2)
        whole = self.with_prod(pre_plan=rules, pre_approvals=(mine, other, approval(79, approver=CAB)))
        assert self.effect(whole) == (
            "does not start the deployment: 1 more signature needed of Lee Vance, [Billing]\\CAB"
        )
        whole = self.with_prod(pre_plan=rules, pre_approvals=(mine, other, signed(79, CAB, 1)))
        assert self.effect(whole).startswith("last signature: deployment to PROD starts now")

    def test_earlier_attempts_do_not_count(self) -> None:
        mine = approval(77, rank=1, attempt=2)
        whole = self.with_prod(
            pre_plan=plan((1, DANA), (1, LEE)),
            pre_approvals=(signed(70, LEE, 1), mine, approval(78, approver=LEE, rank=1, attempt=2)),
        )
        assert "1 more signature needed from Lee Vance" in effect_of_yes(whole, mine, NOW, zone=UTC)

    def test_after_the_deployment(self) -> None:
        mine = approval(90, type=ApprovalType.POST_DEPLOY)
        whole = self.with_prod(
            pre_plan=AUTOMATIC, pre_approvals=(), post_plan=plan((1, DANA)), post_approvals=(mine,)
        )
        assert effect_of_yes(whole, mine, NOW, zone=UTC) == (
            "last signature: PROD is done; then PROD-US (asks [Billing]\\CAB), SMOKE"
        )

    def test_confirmation_after_the_deployment_is_told(self) -> None:
        whole = self.with_prod(pre_plan=plan((1, LEE), (2, DANA)), post_plan=plan((1, KIM)))
        assert "starts now; then Kim Salo must confirm it; then PROD-US" in self.effect(whole)

    def test_scheduled(self) -> None:
        whole = self.with_prod(pre_plan=plan((1, LEE), (2, DANA)), scheduled_for=NOW + timedelta(hours=12))
        assert "deployment to PROD starts at 22:40" in self.effect(whole)

    def test_never_guesses(self) -> None:
        assert self.effect(replace(waiting_release(), environments=None)).startswith("cannot be told")
        assert self.effect(self.with_prod(pre_approvals=())).startswith("cannot be told")
        unknown = replace(AUTOMATIC, steps=())
        assert self.effect(self.with_prod(pre_plan=unknown)).startswith("cannot be told")

    def test_a_stage_with_an_unfinished_second_parent_does_not_follow(self) -> None:
        whole = self.with_prod(pre_plan=plan((1, LEE), (2, DANA)))
        environments = list(whole.environments or ())
        environments[4] = replace(environments[4], conditions=after("PROD", "PROD-US"))
        told = self.effect(replace(whole, environments=tuple(environments)))
        assert "PROD-US" in told
        assert "SMOKE" not in told

    def test_own_release(self) -> None:
        mine = approval(77, rank=2)
        whole = waiting_release(creator_may_approve=False, by=DANA)
        environment = (whole.environments or ())[2]
        assert "You created this release" in own_release_warning(whole, environment, mine, ME)
        assert own_release_warning(waiting_release(by=DANA), environment, mine, None) == ""
        allowed = waiting_release(by=DANA)
        assert own_release_warning(allowed, (allowed.environments or ())[2], mine, ME) == ""

    def test_expiry(self) -> None:
        environment = (waiting_release().environments or ())[2]
        assert expiry(environment, approval(77, hours=23)) == NOW + timedelta(hours=1)
        default = replace(environment, pre_plan=plan((1, DANA), minutes=0))
        assert expiry(default, approval(77, hours=24)) == NOW + timedelta(days=29)

    def test_signatures_name_those_not_asked_yet(self) -> None:
        environment = (waiting_release().environments or ())[2]
        found = signatures(environment, ApprovalType.PRE_DEPLOY, 1, ME)
        assert [(s.rank, s.approval is not None, s.is_mine) for s in found] == [
            (1, True, False),
            (2, True, True),
            (3, False, False),
        ]


def facts(**changes: object) -> ApprovalFacts:
    row = InboxRow("tfs01", BILLING, approval(77, rank=2, hours=23.3), Why.DIRECT, fresh=True)
    made = ApprovalFacts(row, True, ME, waiting_release())
    return replace(made, **changes)  # type: ignore[arg-type]


class TestApprovals:
    def test_row(self) -> None:
        row = facts()
        cells = {
            column: plain(row_cell(column, 12, row, LOOK))
            for column in ("expires", "pipeline", "release", "stage", "type", "why", "flags")
        }
        assert cells == {
            "expires": "      00:42!",
            "pipeline": "Invoice.CD",
            "release": "Rel-142",
            "stage": "PROD [P]",
            "type": "pre",
            "why": "DIRECT",
            "flags": "",
        }

    def test_flags(self) -> None:
        decision = Decision("0" * 32, None, Verb.APPROVE, SafeText("x"), State.HELD)
        again = InboxRow("tfs01", BILLING, approval(attempt=3), Why.GROUP, is_new=True, fresh=True)
        assert plain(row_cell("flags", 8, facts(decision=decision), LOOK)) == "held"
        assert plain(row_cell("flags", 8, facts(row=again), LOOK)) == "try 3"
        assert plain(row_cell("expires", 8, facts(row=again, release=None), LOOK)) == "+ 2h old"
        unknown = replace(again, approval=replace(again.approval, status=SafeText("frozen")))
        assert plain(row_cell("flags", 8, facts(row=unknown), LOOK)) == "frozen"

    def test_preview_in_eight_lines(self) -> None:
        lines = row_preview(facts(), "tfs01/Main", 80, LOOK, roomy=False)
        assert texts(lines) == [
            " Your yes  does not start the deployment: 1 more signature needed from",
            "           [Billing]\\CAB",
            " Live now  reading ...",
            " This      Rel-142  drop 20261124.42 (main)",
            " Changes   reading ...",
            ' Signed by Lee Vance approved 09:10  "tested in UAT" > YOU now > then',
            "           [Billing]\\CAB",
            " QA        succeeded 1h ago, attempt 2",
            " Waits     23h, 42m left, rejected at 11:22; 1/3 signed, in sequence",
            " Drift     reading ...",
            " Stages    DEV ok > QA ok > PROD WAIT > PROD-US -, SMOKE -",
            " Created   24 Nov 07:40 (3h ago) by Kim Salo, CI",
            " About     Retry invoice export",
        ]
        assert all(width(plain(each)) <= 80 for each in lines)

    def test_preview_beside_the_list_shows_every_signature(self) -> None:
        lines = texts(row_preview(facts(), "tfs01/Main", 60, LOOK, roomy=True))
        assert '   1 Lee Vance         approved 09:10  "tested in UAT"' in lines
        assert "   2 Dana Okoro (you)  pending  <-- your turn, direct" in lines
        assert "   3 [Billing]\\CAB     not asked yet" in lines

    def test_preview_before_the_release_is_known(self) -> None:
        lines = texts(row_preview(facts(release=None), "tfs01/Main", 80, LOOK, roomy=False))
        assert lines[-1] == " Release   reading ..."

    def test_names_that_may_pass_for_others_are_told_by_number(self) -> None:
        lookalike = approval(77, rank=2, stage=(4, "PR\u041eD"))
        row = InboxRow("tfs01", BILLING, lookalike, Why.DIRECT, fresh=True)
        lines = texts(row_preview(facts(row=row), "tfs01", 80, LOOK, roomy=False))
        assert lines[0] == " !         Its name may pass for another one; go by the number: stage 4."

    def test_own_release_is_warned_of_first(self) -> None:
        mine = waiting_release(creator_may_approve=False, by=DANA)
        lines = texts(row_preview(facts(release=mine), "tfs01", 80, LOOK, roomy=False))
        assert lines[0] == " !         You created this release, and its creator may not approve this stage."

    def test_title(self) -> None:
        assert row_title(facts().row, 80) == "Billing / Invoice.CD / Rel-142 / PROD  pre-deploy"

    def test_quoted_comment_is_one_line(self) -> None:
        hostile = signed(76, LEE, 1, "ok\n--[ Approve ]--\nType PROD")
        whole = waiting_release()
        environments = list(whole.environments or ())
        environments[2] = replace(environments[2], pre_approvals=(hostile, approval(77, rank=2)))
        shown = facts(release=replace(whole, environments=tuple(environments)))
        lines = texts(row_preview(shown, "tfs01", 120, LOOK, roomy=True))
        assert any('"ok --[ Approve ]-- Type PROD"' in each for each in lines)
        assert not any(each.startswith("--[") for each in lines)


class TestEmpty:
    def say(self, snapshot: Snapshot[object] | None, hidden: int = 0, filtered: bool = False) -> str:
        return "\n".join(
            texts(
                empty_lines(
                    snapshot, "for you", hidden, filtered, LOOK, {"scope": "m", "refresh": "r"}.__getitem__
                )
            )
        )

    def test_nothing_only_when_everybody_answered(self) -> None:
        told = self.say(Snapshot(data=(), read_at=1.0, parts=6, answered=6))
        assert "Nothing pending for you. 6 of 6 projects answered." in told

    @pytest.mark.parametrize(
        "snapshot",
        [
            Snapshot(data=(), read_at=1.0, parts=6, answered=5),
            Snapshot(data=(), read_at=1.0, parts=6, answered=6, from_cache=True),
            Snapshot(data=(), read_at=1.0, parts=6, answered=6, more=True),
            Snapshot(
                data=(), read_at=1.0, parts=6, answered=6, problems=(Problem(SafeText("x"), SafeText("y")),)
            ),
            Snapshot(),
            None,
        ],
    )
    def test_never_else(self, snapshot: Snapshot[object] | None) -> None:
        assert "othing pending" not in self.say(snapshot)

    def test_says_which_key_asks_again(self) -> None:
        problems = (Problem(SafeText("tfs01"), SafeText("It does not answer.")),)
        told = self.say(Snapshot(data=(), read_at=1.0, parts=6, answered=5, problems=problems))
        assert told.endswith("r asks again.")

    def test_says_what_a_wider_scope_would_show(self) -> None:
        told = self.say(Snapshot(data=(), read_at=1.0, parts=6, answered=6), hidden=30)
        assert "30 approvals for others: m shows them." in told


class TestReleases:
    def rows(self) -> tuple[Release, ...]:
        done, failed = EnvironmentStatus.SUCCEEDED, EnvironmentStatus.REJECTED
        return (
            release(143, (stage(1, "DEV", done, after(), attempts=(attempt(1, hours=1),)),)),
            waiting_release(),
            release(
                141,
                (
                    stage(1, "DEV", done, after(), attempts=(attempt(1, hours=0.1),)),
                    stage(
                        4,
                        "PROD",
                        failed,
                        after("DEV"),
                        attempts=(attempt(1, DeploymentStatus.FAILED, OperationStatus.PHASE_FAILED),),
                    ),
                ),
                status=ReleaseStatus.ABANDONED,
            ),
        )

    def test_live_is_the_newest_success_whatever_the_order_of_releases(self) -> None:
        live = live_releases(self.rows())
        words = [plain(release_cell(f"{STAGE_COLUMN}11", 5, row, live, LOOK)) for row in self.rows()]
        assert words == ["was", "was", "LIVE"]
        assert plain(release_cell(f"{STAGE_COLUMN}14", 5, self.rows()[2], live, LOOK)) == "FAIL"

    def test_stage_columns_only_where_they_fit(self) -> None:
        columns = stage_columns(self.rows()[1:], 60)
        assert [(c.name, c.cells) for c in columns] == [
            ("DEV", 5),
            ("QA", 5),
            ("PROD", 5),
            ("PROD-US", 7),
            ("SMOKE", 5),
        ]
        assert stage_columns(self.rows()[1:], 20) == ()

    def test_abandoned_has_a_letter(self) -> None:
        assert plain(release_cell("release", 10, self.rows()[2], {}, LOOK)) == "Rel-141 A"

    def test_not_read_is_not_empty(self) -> None:
        assert plain(release_cell("stages", 20, release(1, None), {}, LOOK)) == "not read"
        assert plain(release_cell(f"{STAGE_COLUMN}11", 5, release(1, None), {}, LOOK)) == "?"

    def test_preview_tells_whom_it_waits_for(self) -> None:
        assert [plain(each) for each in waiting_parts(waiting_release(), LOOK, ME)] == [
            "PROD pre YOU since 23h"
        ]
        lines = texts(release_preview(waiting_release(), ME, 80, LOOK, roomy=False))
        assert " Now       PROD pre YOU since 23h" in lines

    def test_preview_tells_what_runs(self) -> None:
        running = tasks(TaskStatus.SUCCEEDED, TaskStatus.IN_PROGRESS, TaskStatus.PENDING)
        environment = stage(
            1,
            "UAT",
            EnvironmentStatus.IN_PROGRESS,
            attempts=(
                attempt(2, DeploymentStatus.IN_PROGRESS, OperationStatus.PHASE_IN_PROGRESS, phases=running),
            ),
        )
        told = [plain(each) for each in waiting_parts(release(1, (environment,)), LOOK, ME)]
        assert told == ["UAT run task 2 of 3 Stop app pool since 11:00, try 2"]


class TestReleaseDetail:
    def test_table(self) -> None:
        environment = (waiting_release().environments or ())[2]
        cells = {
            column: plain(present_release.stage_row_cell(column, 40, environment, True, ME, LOOK))
            for column in ("stage", "state", "try", "started", "took", "pre", "post")
        }
        assert cells == {
            "stage": "PROD [P]",
            "state": "WAIT",
            "try": "1",
            "started": "-",
            "took": "-",
            "pre": "Lee Vance ok > YOU now > [Billing]\\CAB",
            "post": "auto",
        }

    def test_signatures_are_counted_where_names_do_not_fit(self) -> None:
        environment = (waiting_release().environments or ())[2]
        chain = present_release.chain_cell(environment, ApprovalType.PRE_DEPLOY, ME, 30, LOOK)
        assert plain(chain) == "1 ok > YOU now > 1 more"
        chain = present_release.chain_cell(environment, ApprovalType.PRE_DEPLOY, ME, 17, LOOK)
        assert plain(chain) == "1 ok YOU +1"

    def test_stage_tab(self) -> None:
        whole = waiting_release()
        lines = texts(present_release_stage.stage_lines(whole, (whole.environments or ())[2], ME, 80, LOOK))
        assert lines[0] == " Trigger   after QA succeeds"
        assert any(each.startswith(" Your yes  does not start") for each in lines)
        assert " Before the deployment  in sequence, timeout 24h" in lines

    def test_task_tab(self) -> None:
        whole = waiting_release()
        lines = texts(present_release_tasks.task_lines((whole.environments or ())[0], 80, LOOK))
        assert lines[0].startswith(" ok    Run on agent")
        assert lines[1].startswith("   ok    Download artifacts")
        assert texts(present_release_tasks.task_lines((whole.environments or ())[4], 80, LOOK))[-1] == (
            " This stage was never deployed."
        )

    def test_secrets_are_masked(self) -> None:
        lines = texts(present_release_content.variable_lines([("Release", release().variables)], 80, LOOK))
        assert lines == [" Release", "   ExportRetries  3", "   SmtpPassword   ********  secret"]

    def test_shows_the_stage_that_matters_most(self) -> None:
        assert present_release.stage_to_show(waiting_release(), ME) == 4
        done = release(1, (waiting_release().environments or ())[:2])
        assert present_release.stage_to_show(done, ME) == 2
        assert present_release.stage_to_show(release(1, None), ME) == 0

    def test_mine_first(self) -> None:
        both = (approval(80, approver=CAB), approval(81), approval(82, approver=KIM))
        environment = stage(4, "PROD", EnvironmentStatus.IN_PROGRESS, pre_approvals=both)
        assert [a.id for a in present_release.mine_in(environment, ME)] == [81, 80]


class TestDefinitions:
    def test_preview(self) -> None:
        lines = texts(
            present_definitions.definition_preview(
                definition(whole=False), definition(), 80, LOOK, roomy=False, loading=False
            )
        )
        assert lines == [
            " Artifacts drop (Build Invoice.CI, main)",
            " Stages    DEV > QA > PROD > PROD-US",
            " Approvers QA after: Kim Salo   PROD Lee Vance > Dana Okoro > [Billing]\\CAB",
            "           PROD-US [Billing]\\CAB | Lee Vance",
            " Triggers  new build of drop on main",
            " Variables 2 (1 secret), 2 groups",
            " Comment   raise timeout for export",
        ]

    def test_shallow_says_so(self) -> None:
        shallow = definition(whole=False)
        lines = present_definitions.definition_preview(shallow, None, 80, LOOK, roomy=False, loading=True)
        assert texts(lines) == [
            " Artifacts not read",
            " Stages    not read",
            " More      reading the definition...",
        ]
        assert plain(present_definitions.definition_cell("stages", 4, shallow, 0, LOOK)) == "-"

    def test_history_newest_first(self) -> None:
        lines = texts(present_definition_whole.revision_lines(REVISIONS, 80, LOOK))
        assert lines[0] == "    57  24 Nov 08:40  Kim Salo             update  raise timeout for export"

    def test_limits_of_a_stage(self) -> None:
        whole = definition()
        lines = texts(present_definition_stage.environment_lines((whole.environments or ())[2], {}, 80, LOOK))
        assert " Queue     1 at a time, then only the newest waits" in lines
        assert " Kept      30 days, at least 3 releases" in lines
        assert "           in sequence, timeout 24h, creator may not approve" in lines


HOSTILE = (
    "\x1b]52;c;aGk=\x07",
    "\x9b2J",
    "a\rb\x08c\x00\x7f\t",
    "[/red] [TODO] [@click=app.exit()]x[/]",
    "\u202eDORP",
    "\u200b\u2060",
    "e" + "\u0301" * 60,
    "\u0301x",
    "👩\u200d👩\u200d👧 🇩🇪 1\ufe0f\u20e3",
    "テスト環境本番リリース" * 4,
    "x" * 100_000,
    "\ud800",
)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("cells", [1, 7, 20])
def test_hostile_names_keep_their_columns(text: str, cells: int) -> None:
    """Every cell stays within its column, whatever the server calls things (reliability.md 3)."""
    name = clean(text)
    waiting = approval(stage=(4, text), release=(142, text), definition=(5, text))
    row = ApprovalFacts(InboxRow("tfs01", replace(BILLING, name=name), waiting, Why.OTHER), False, ME)
    for column in ("project", "pipeline", "release", "stage"):
        assert width(plain(row_cell(column, cells, row, LOOK))) <= max(cells, 4)
    for each in row_preview(row, "tfs01", 60, LOOK, roomy=True):
        assert width(plain(each)) <= 60


def test_not_pending_is_not_mine() -> None:
    done = approval(90, status=ApprovalStatus.CANCELED)
    environment = stage(4, "PROD", EnvironmentStatus.IN_PROGRESS, pre_approvals=(done,))
    assert present_release.mine_in(environment, ME) == ()


def test_no_comma_begins_a_line_of_the_tries() -> None:
    shown = waiting_release()
    environment = (shown.environments or ())[1]
    for cells in range(40, 81):
        told = [
            plain(each) for each in present_release_stage.stage_lines(shown, environment, ME, cells, LOOK)
        ]
        assert not any(each.lstrip().startswith(",") or " ," in each for each in told)


@pytest.mark.parametrize(
    ("name", "account", "shown"),
    [("Lee", "CORP\\lee", "Lee"), ("", "CORP\\lee", "CORP\\lee"), ("", "", "id 76543210")],
)
def test_who_has_no_name_is_called_by_something(name: str, account: str, shown: str) -> None:
    assert short_name(Identity("76543210-aaaa", SafeText(name), SafeText(account))) == shown


def test_what_has_no_name_leaves_no_hole_in_a_sentence() -> None:
    assert within(SafeText("")) == "-"
