"""Several decisions under one yes: what is listed, left out, asked for and told (A14, A15)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from reltui.config import StageRule
from reltui.data.decision import Decision, Draft, Plan, State, Thing, Verb
from reltui.data.topics import (
    ContentData,
    ContentOf,
    DeploymentsData,
    DeploymentsOf,
    ReleaseOf,
    Snapshot,
    Topic,
)
from reltui.demo.hostile import CLASSES
from reltui.errors import Busy, FolderError
from reltui.model.approval import ApprovalOptions, ApprovalType
from reltui.model.content import Change
from reltui.model.release import EnvironmentStatus, Release
from reltui.model.text import SafeText, clean
from reltui.model.window import read_window
from reltui.ui.app import ReltuiApp, UiOptions
from reltui.ui.present import Look, plain, width
from reltui.ui.present_plan import Known, PlanRow, effect_words, plan_columns, row_lines
from reltui.ui.present_plan_result import cut_short_words, export_lines, is_moving, sums
from reltui.ui.screens import verbs
from reltui.ui.screens.planning import select
from reltui.ui.screens.plans import PlanScreen
from reltui.ui.screens.subject import Subject
from tests.ui.samples import (
    BILLING,
    CAB,
    DANA,
    KIM,
    LEE,
    ME,
    NOW,
    PORTAL,
    after,
    approval,
    plan,
    release,
    stage,
)
from tests.ui.screen_text import lines, settled, text
from tests.ui.still_service import CONFIG, SERVER, StillService, sample, showing, whole
from tests.ui.test_screens_lists import compare
from tests.ui.verb_samples import pause, press, rested, stage_of, subject, submitted

SIZES = ((80, 24), (160, 45))


def draft_of(decision: Decision) -> Draft:
    assert decision.draft is not None
    return decision.draft


def app_of(pilot: Pilot[str]) -> ReltuiApp:
    assert isinstance(pilot.app, ReltuiApp)
    return rested(pilot.app)


def flat(pilot: Pilot[str]) -> str:
    """The screen as if no line was broken."""
    return " ".join(text(pilot.app).split())


async def open_plan(pilot: Pilot[str], subjects: Sequence[Subject]) -> None:
    verbs.open_plan(app_of(pilot), subjects)
    await pilot.pause()
    await pilot.pause(0.02)


def asked(number: int, stage_name: str, release_id: int, **more: object) -> Subject:
    """An approval that waits, as a list would give it."""
    changes: dict[str, object] = {"stage": (number, stage_name), "release": (release_id, f"Rel-{release_id}")}
    return subject(Verb.APPROVE, approval(number, **{**changes, **more}))  # type: ignore[arg-type]


def evening() -> list[Subject]:
    """Two stages to approve, one intervention to resume, and one of each kind that is left out."""
    elsewhere = replace(
        asked(96, "UAT", 88, definition=(9, "Web.CD"), type=ApprovalType.POST_DEPLOY), project=PORTAL
    )
    return [
        asked(91, "QA", 140),
        asked(92, "QA", 139),
        asked(93, "PROD", 143),
        asked(94, "SMOKE", 143, approver=LEE),
        elsewhere,
        subject(Verb.RESUME, pause("UAT")),
        subject(Verb.APPROVE, approval(97, stage=(7, "QA")), from_cache=True),
    ]


def of_release(number: int, name: str, approval_id: int, **more: object) -> Release:
    """A release in which one stage waits for Dana."""
    waiting = approval(approval_id, stage=(approval_id, name), release=(number, f"Rel-{number}"))
    steps = plan((1, DANA))
    environment = stage(
        approval_id, name, EnvironmentStatus.IN_PROGRESS, after(), pre=steps, pre_approvals=(waiting,)
    )
    return release(number, (replace(environment, **more),))  # type: ignore[arg-type]


def knowing(*releases: Release) -> dict[Topic[Any], Snapshot[Any]]:
    """What the service knows once it has read these."""
    found = dict(sample())
    for each in releases:
        found[ReleaseOf(SERVER, BILLING, each.id)] = whole(each)
    return found


class TestWhatIsListed:
    @pytest.mark.parametrize("size", SIZES)
    async def test_looks(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
    ) -> None:
        known = knowing(of_release(140, "QA", 91))
        async with showing(tmp_path, monkeypatch, size, known=known) as (pilot, _):
            await open_plan(pilot, evening())
            await press(pilot, "tab", *"CHG0012345 {release}")
            compare("plan-bulk", size, text(pilot.app))

    async def test_ascii_draws_nothing_but_ascii(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, options=UiOptions(ascii=True)) as (pilot, _):
            await open_plan(pilot, evening())
            assert "Approve and resume: plan of 3" in text(pilot.app)
            assert text(pilot.app).isascii()

    async def test_grouped_by_server_project_and_stage_and_left_out_with_reasons(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, known=knowing(of_release(140, "QA", 91))) as (pilot, _):
            found = select(evening(), app_of(pilot))
            assert [item.subject.seen.id for item in found.items] == [91, 501, 96]
            reasons = {item.subject.seen.id: str(why) for item, why in found.left_out}
            assert reasons[92] == "Superseded by Rel-140, which is marked too."
            assert reasons[93] == "A protected stage: decide one by one."
            assert "take-over" in reasons[94]
            assert "old" in reasons[97]

    async def test_rejecting_leaves_no_older_one_out(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        both = [replace(each, verb=Verb.REJECT) for each in (asked(91, "QA", 140), asked(92, "QA", 139))]
        async with showing(tmp_path, monkeypatch) as (pilot, _):
            found = select(both, app_of(pilot))
            assert [item.subject.seen.id for item in found.items] == [92, 91]

    async def test_another_definition_or_side_supersedes_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        three = [
            asked(91, "QA", 140),
            asked(92, "QA", 139, definition=(6, "Ledger.CD")),
            asked(93, "QA", 138, type=ApprovalType.POST_DEPLOY),
        ]
        async with showing(tmp_path, monkeypatch) as (pilot, _):
            assert not select(three, app_of(pilot)).left_out

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    async def test_verbs_that_are_no_counterparts_are_not_mixed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: tuple[int, int]
    ) -> None:
        both = [asked(91, "QA", 140), replace(subject(Verb.RESUME, pause()), verb=Verb.REJECT_INTERVENTION)]
        async with showing(tmp_path, monkeypatch) as (pilot, _):
            found = select([both[n] for n in order], app_of(pilot))
            assert len(found.items) == len(found.left_out) == 1
            assert "Decide it alone." in found.left_out[0][1]

    async def test_what_the_server_would_not_take_is_left_out(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        strict = replace(plan((1, DANA)), options=ApprovalOptions(revalidate_identity=True))
        not_own = replace(plan((1, DANA)), options=ApprovalOptions(creator_may_approve=False))
        mine = replace(of_release(141, "QA", 92, pre_plan=not_own), created_by=DANA)
        known = knowing(of_release(140, "QA", 91, pre_plan=strict), mine, of_release(142, "OTHER", 1))
        subjects = [
            asked(91, "QA", 140, definition=(6, "A")),
            asked(92, "QA", 141, definition=(7, "B")),
            asked(93, "QA", 142),
        ]
        async with showing(tmp_path, monkeypatch, known=known) as (pilot, _):
            reasons = [str(why) for _, why in select(subjects, app_of(pilot)).left_out]
        assert ["browser" in reasons[0], "created this release" in reasons[1], "no longer" in reasons[2]] == [
            True
        ] * 3

    async def test_outside_its_window_a_stage_is_decided_alone(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # It is Tuesday in the sample.
        rule = StageRule("QA", window=(read_window("sat 08:00-12:00"),))
        async with showing(tmp_path, monkeypatch) as (pilot, _):
            app = app_of(pilot)
            app.config = replace(CONFIG, stage=(rule,))
            found = select([asked(91, "QA", 140), asked(92, "UAT", 140)], app)
            assert [item.subject.seen.id for item in found.items] == [92]
            assert "Outside the change windows: sat 08:00-12:00." in found.left_out[0][1]
            app.config = replace(CONFIG, stage=(replace(rule, name="UAT"),))
            resumes = [subject(verb, pause("UAT")) for verb in (Verb.RESUME, Verb.REJECT_INTERVENTION)]
            assert "Outside the change windows" in select(resumes[:1], app).left_out[0][1]
            assert not select(resumes[1:], app).left_out

    async def test_protected_stages_alone_are_told_and_not_planned(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, _):
            await open_plan(pilot, [asked(1, "PROD", 140), asked(2, "PROD-US", 140)])
            await settled(
                pilot, "None of the 2 marked can go together. A protected stage: decide one by one."
            )
            assert app_of(pilot).depth == 0

    async def test_verbs_that_ask_for_more_are_not_planned(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, _):
            await open_plan(pilot, [subject(Verb.RENAME, release(200 + n)) for n in range(2)])
            await settled(pilot, "one by one")

    async def test_hostile_names(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        names = [f"x{payload}" for payloads in CLASSES.values() for payload in payloads]
        subjects = [asked(100 + n, name, 200 + n, definition=(5 + n, name)) for n, name in enumerate(names)]
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await open_plan(pilot, subjects)
            number = str(len(subjects))
            await press(pilot, "tab", *"{stage}", "shift+tab", "shift+tab", "shift+tab", *number, "tab")
            for _ in range(len(names) // 4):
                for each in lines(pilot.app):
                    assert width(each) <= 80
                    assert all(ord(sign) >= 32 and not 0x7F <= ord(sign) < 0xA0 for sign in each)
                await press(pilot, "pagedown")
            await submitted(pilot, service, "enter")
            comments = {draft_of(d).comment for d in service.outbox.decisions()}
            assert comments == {str(clean(name)).strip() for name in names}


class TestEffects:
    look = Look(NOW, zone=UTC)

    def effect(self, known: Known, **more: object) -> str:
        seen = approval(91, stage=(91, "QA"), release=(140, "Rel-140"), **more)  # type: ignore[arg-type]
        return plain(effect_words(Verb.APPROVE, seen, known, ME, self.look))

    def test_not_known_is_not_told_as_known(self) -> None:
        assert self.effect(Known()) == "not read yet"
        assert self.effect(Known(failed=True)) == "could not be read"
        assert self.effect(Known(release(140, ()))) == "cannot be told"

    def test_last_signature_starts_it(self) -> None:
        assert self.effect(Known(of_release(140, "QA", 91))) == "starts now"

    def test_at_its_time(self) -> None:
        later = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)
        found = self.effect(Known(of_release(140, "QA", 91, scheduled_for=later)))
        assert found == "starts 22:30"

    @pytest.mark.parametrize(
        ("steps", "words"),
        [
            (((1, DANA), (2, CAB)), "then asks [Billing]\\CAB"),
            (((1, DANA), (2, CAB), (3, LEE)), "2 more to sign"),
        ],
    )
    def test_who_signs_after_it(self, steps: Sequence[tuple[int, object]], words: str) -> None:
        known = Known(of_release(140, "QA", 91, pre_plan=plan(*steps)))  # type: ignore[arg-type]
        assert self.effect(known) == words

    @pytest.mark.parametrize(
        ("followers", "words"), [(0, "is done"), (1, "unlocks UAT-0"), (2, "unlocks 2 stages")]
    )
    def test_after_a_deployment(self, followers: int, words: str) -> None:
        waiting = approval(91, stage=(91, "QA"), release=(140, "Rel-140"), type=ApprovalType.POST_DEPLOY)
        environment = stage(
            91, "QA", EnvironmentStatus.IN_PROGRESS, after(), post=plan((1, DANA)), post_approvals=(waiting,)
        )
        others = [stage(n, f"UAT-{n}", EnvironmentStatus.NOT_STARTED, after("QA")) for n in range(followers)]
        known = Known(release(140, (environment, *others)))
        assert self.effect(known, type=ApprovalType.POST_DEPLOY) == words

    def test_other_verbs(self) -> None:
        def words(verb: Verb, seen: Thing) -> str:
            return plain(effect_words(verb, seen, Known(), ME, self.look))

        assert words(Verb.RESUME, pause()) == "continues"
        assert words(Verb.REJECT, approval()) == "ends as rejected"
        assert words(Verb.DEPLOY, stage_of()) == "asks Lee Vance, [Billing]\\CAB first"

    def test_a_row_never_hides_a_name(self) -> None:
        long = SafeText("Portal.Backend.Settlement.CD.with.a.name.that.goes.on")
        row = PlanRow(1, 7, SafeText("tfs01"), SafeText("P"), long, SafeText("Rel-1"), SafeText("QA"))
        shown = [plain(each) for each in row_lines(row, plan_columns([row]), 50, self.look)]
        assert all(len(line) <= 50 for line in shown)
        assert str(long) in "".join(line.strip() for line in shown[1:]).replace(" / ", " / ")


async def test_what_is_live_tells_commits_and_steps_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.ui.live_sample import deployment

    forward, back = of_release(140, "QA", 91), of_release(100, "UAT", 92)
    known = knowing(forward, back)
    live = deployment(139, stage=(101, "QA"), hours=20)
    known[DeploymentsOf(SERVER, BILLING, 5, 101)] = whole(DeploymentsData((live,)))
    older = deployment(120, stage=(102, "UAT"), hours=20)
    known[DeploymentsOf(SERVER, BILLING, 5, 102)] = whole(DeploymentsData((older,)))
    change = Change(SafeText("1"), SafeText("Retry"), KIM.name, NOW, SafeText(""))
    known[ContentOf(SERVER, BILLING, 140, 139)] = whole(ContentData((change,) * 3))
    subjects = [asked(91, "QA", 140), asked(92, "UAT", 100)]
    async with showing(tmp_path, monkeypatch, known=known) as (pilot, _):
        await open_plan(pilot, subjects)
        assert "3 commits" in text(pilot.app)
        assert " back 1 " in text(pilot.app)


class TestComments:
    async def test_one_for_all_is_filled_in_for_each(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await open_plan(pilot, evening()[:1] + evening()[4:6])
            await press(pilot, "tab", *"CHG1 {release} to {stage}")
            shown = text(pilot.app)
            for words in ("Rel-140 to QA", "Rel-142 to UAT", "Rel-88 to UAT"):
                assert f'"CHG1 {words}"' in shown
            # The second row: a comment of its own.
            await press(pilot, "tab", "down", "enter")
            await settled(pilot, "A comment of its own")
            await press(pilot, *" by hand", "enter")
            await settled(pilot, '"CHG1 Rel-142 to UAT by hand"')
            await press(pilot, "tab", "tab", "3", "tab", "G")
            await submitted(pilot, service, "enter")
            (now,) = service.outbox.plans()
            assert [draft_of(d).comment for d in now.decisions] == [
                "CHG1 Rel-140 to QA",
                "CHG1 Rel-142 to UAT by hand",
                "CHG1 Rel-88 to UAT",
            ]

    async def test_the_first_that_its_stage_does_not_take_is_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rules = (StageRule("UAT", comment="CHG[0-9]{7}", comment_help=SafeText("a change number")),)
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            app_of(pilot).config = replace(CONFIG, stage=rules)
            await open_plan(pilot, evening()[:1] + evening()[4:6])
            await press(pilot, "shift+tab", "shift+tab", "3", "tab", "G", "enter")
            await settled(pilot, "2: The comment must hold a change number.")
            assert not service.outbox.decisions()

    @pytest.mark.parametrize(
        ("typed", "words"),
        [("{releases}", "unknown placeholder"), ("{version}", "Not ready: fill in the <?>")],
    )
    async def test_what_cannot_be_filled_in_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, words: str
    ) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await open_plan(pilot, [asked(91, "QA", 140), asked(92, "UAT", 141)])
            await press(pilot, "tab", *typed, "shift+tab", "shift+tab", "enter")
            await settled(pilot, words)
            assert not service.outbox.decisions()

    async def test_templates_and_last_comments(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        rules = (
            StageRule("UAT", templates=(SafeText("CHG{?} {release} to {stage}"),)),
            StageRule("*", templates=(SafeText("tested"),)),
        )
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            app_of(pilot).config = replace(CONFIG, stage=rules)
            await open_plan(pilot, evening()[:1] + evening()[4:6])
            assert "f2 template" in text(pilot.app)
            await press(pilot, "f2")
            assert '"tested"' not in text(pilot.app)
            await press(pilot, "f2", "7")
            shown = text(pilot.app)
            assert '"CHG7 Rel-88 to UAT"' in shown
            assert '"CHG7 Rel-140 to QA"' in shown
            await press(pilot, "f3")
            await settled(pilot, "No comment was used with this before.")
            await press(pilot, "shift+tab", "shift+tab", "shift+tab", "3", "tab", "G")
            await submitted(pilot, service, "enter")
            await press(pilot, "U", "escape")
            await open_plan(pilot, evening()[:1])
            await press(pilot, "f3")
            assert "CHG7 Rel-88 to UAT" in text(pilot.app)

    async def test_rejecting_several_wants_a_comment(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            both = [approval(90 + n, stage=(n, f"QA-{n}"), release=(200, "Rel-200")) for n in range(2)]
            await open_plan(pilot, [subject(Verb.REJECT, each) for each in both])
            await press(pilot, "shift+tab", "shift+tab", "2", "tab", "enter")
            await settled(pilot, "A comment is required")
            await press(pilot, "tab", "tab", *"no", "tab", "tab", "tab", "tab")
            await submitted(pilot, service, "enter")
            assert [draft_of(d).comment for d in service.outbox.decisions()] == ["no", "no"]


class TestTheYes:
    def subjects(self, now: dict[int, Thing] | None = None) -> list[Subject]:
        stages = [stage_of(name, n) for n, name in enumerate(("QA", "UAT-EU", "PROD", "UAT-US"), 1)]

        def current(number: int) -> Callable[[], Thing | None]:
            return lambda: (now or {}).get(number, stages[number])

        return [subject(Verb.DEPLOY, s, current=current(n)) for n, s in enumerate(stages)]

    async def test_the_count_is_typed_and_the_plan_is_exactly_what_was_listed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await open_plan(pilot, self.subjects())
            await press(pilot, "y", "enter")
            assert app_of(pilot).depth == 0
            await open_plan(pilot, self.subjects())
            await press(pilot, "shift+tab", "enter")
            await settled(pilot, "Type the number first.")
            await press(pilot, "shift+tab", "4", "tab", "enter")
            await settled(pilot, "Type the number first.")
            await press(pilot, "shift+tab", "backspace", "3", "tab")
            await submitted(pilot, service, "enter")
            await settled(pilot, "[ 3 held  U takes all back")
            (now,) = service.outbox.plans()
            assert (now.at_once, now.stops) == (1, True)
            assert [d.title for d in now.decisions] == [
                f"Invoice.CD / Rel-142 / {name}" for name in ("QA", "UAT-EU", "UAT-US")
            ]

    async def test_how_is_chosen(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await open_plan(pilot, self.subjects())
            await press(pilot, "tab", "tab", "tab", "enter", "down", "enter")
            shown = text(pilot.app)
            assert "On a failure  ( ) stop   (*) go on" in shown
            assert "At once       ( ) 1   (*) 4" in shown
            await press(pilot, "tab", "3", "tab")
            await submitted(pilot, service, "enter")
            (now,) = service.outbox.plans()
            assert (now.at_once, now.stops) == (4, False)

    async def test_one_that_changed_stops_the_plan_before_the_yes(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        now: dict[int, Thing] = {}
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await open_plan(pilot, self.subjects(now))
            now[1] = stage_of("UAT-EU", 2, attempts=())
            await press(pilot, "shift+tab", "shift+tab", "3", "tab", "enter")
            await settled(pilot, "2: It has changed meanwhile")
            assert service.outbox.decisions() == ()

    async def test_many_are_read_to_the_end_first(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await open_plan(pilot, [asked(300 + n, f"QA-{n:02}", 140) for n in range(50)])
            await press(pilot, "shift+tab", "shift+tab", *"50", "tab", "enter")
            await settled(pilot, "read on to the end first")
            assert not service.outbox.decisions()
            seen = set()
            for _ in range(20):
                seen |= {n for n in range(300, 350) if f" {n} " in text(pilot.app)}
                await press(pilot, "pagedown")
            assert seen == set(range(300, 350))
            await press(pilot, "G")
            await submitted(pilot, service, "enter")
            (now,) = service.outbox.plans()
            assert {d.object_key[2] for d in now.decisions} == seen

    async def test_one_that_the_outbox_refuses_has_its_line_and_the_others_go_on(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await open_plan(pilot, self.subjects())
            await press(pilot, "shift+tab", "shift+tab", "3", "tab")
            take = service.outbox._take

            def second_is_busy(order: object, draft: Draft | None) -> None:
                if draft is not None and draft.title.endswith("UAT-EU"):
                    raise Busy("Another running reltui has a decision on this open; wait for it.")
                take(order, draft)  # type: ignore[arg-type]

            monkeypatch.setattr(service.outbox, "_take", second_is_busy)
            await submitted(pilot, service, "enter")
            await settled(pilot, "2 held, 1 not sent")
            await press(pilot, "down")
            assert "Another running reltui" in flat(pilot)

    async def test_what_cannot_be_written_down_is_told_and_nothing_is_taken(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await open_plan(pilot, self.subjects())
            await press(pilot, "shift+tab", "shift+tab", "3", "tab")

            def full(*_: object) -> None:
                raise FolderError("The disk is full.")

            monkeypatch.setattr(service.outbox._journal, "write", full)
            await press(pilot, "enter")
            await settled(pilot, "The disk is full.")
            assert not service.outbox.plans()


class TestTheResult:
    async def confirmed(self, pilot: Pilot[str], service: StillService) -> Plan:
        await open_plan(pilot, evening()[:1] + evening()[4:6])
        await press(pilot, "tab", *"CHG1", "shift+tab", "shift+tab", "shift+tab", "3", "tab", "G")
        await submitted(pilot, service, "enter")
        await settled(pilot, "3 held")
        return service.outbox.plans()[0]

    @pytest.mark.parametrize("size", SIZES)
    async def test_taken_back_as_a_whole_and_tried_again(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
    ) -> None:
        async with showing(tmp_path, monkeypatch, size) as (pilot, service):
            first = await self.confirmed(pilot, service)
            service.outbox.take_back(first.decisions[1].id)
            await settled(pilot, "2 held, 1 taken back")
            await press(pilot, "r")
            await settled(pilot, "It is not over yet")
            await press(pilot, "U")
            await settled(pilot, "3 taken back")
            compare("plan-taken-back", size, text(pilot.app))
            await press(pilot, "U")
            await settled(pilot, "nothing can be taken back")
            await press(pilot, "r")
            await settled(pilot, "Try again: 3 things of 3")
            compare("plan-again", size, text(pilot.app))
            await press(pilot, "y", "enter")
            assert isinstance(app_of(pilot).screen, PlanScreen)
            await press(pilot, "r", "shift+tab", "shift+tab", "2", "tab", "enter")
            await settled(pilot, "Type the number first.")
            await press(pilot, "shift+tab", "backspace", "3", "tab")
            await submitted(pilot, service, "enter")
            await settled(pilot, "3 held")
            again = service.outbox.plans()[0]
            assert again.id != first.id
            assert [d.object_key for d in again.decisions] == [d.object_key for d in first.decisions]
            await press(pilot, "escape")
            assert app_of(pilot).depth == 0
            # From anywhere else what was confirmed together is taken back together, too.
            await press(pilot, "U")
            assert {d.state for d in service.outbox.plan(again.id).decisions} == {State.TAKEN_BACK}

    async def test_closed_and_shown_again(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await press(pilot, ":", *"plan", "enter")
            await settled(pilot, "There is no plan")
            await self.confirmed(pilot, service)
            await press(pilot, "escape", ":", *"plan", "enter")
            await settled(pilot, "3 held")
            await press(pilot, "j", "enter")
            await settled(pilot, "[ Invoice.CD > Rel-142 ]")
            await press(pilot, "escape")
            await settled(pilot, "3 held")

    async def test_saved_as_text(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await self.confirmed(pilot, service)
            await press(pilot, "U", "e")
            await settled(pilot, "Save the result")
            await press(pilot, "enter")
            await settled(pilot, "The result is in")
            saved = (tmp_path / "plan.txt").read_text(encoding="utf-8")
        assert "approve and resume 3" in saved
        assert saved.count("taken back: ") == 3
        assert "approval 91" in saved
        assert "intervention 501" in saved

    def decisions(self, *states: State) -> Plan:
        return Plan(
            "a" * 32,
            tuple(
                Decision(str(n), None, Verb.APPROVE, SafeText(f"A / R / S{n}"), state, inherited=True)
                for n, state in enumerate(states)
            ),
            inherited=True,
        )

    def test_sums(self) -> None:
        now = self.decisions(State.NOT_SENT, State.LANDED, State.UNSETTLED, State.LANDED)
        assert sums(now.decisions) == "2 landed, 1 not settled, 1 not sent"
        told = cut_short_words(now)
        assert told == "A plan of 4 was cut short: 2 landed, 1 not settled, 1 not sent. :plan shows it."

    def test_what_is_unsettled_is_never_tried_again_but_does_not_hinder(self) -> None:
        now = self.decisions(State.UNSETTLED, State.NOT_SENT)
        assert not is_moving(now)
        assert [d.state for d in now.retryable] == [State.NOT_SENT]

    def test_text_without_orders(self) -> None:
        found = export_lines(self.decisions(State.LANDED), Look(NOW, zone=UTC))
        assert any("landed: approve A / R / S0" in each for each in found)
