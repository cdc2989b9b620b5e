"""Dialogs about approvals: comments by policy, a time to wait for, passing on, and what is refused."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import TextArea

from reltui.config import StageRule
from reltui.data.decision import Decision, Draft, Thing, Verb
from reltui.data.topics import ReleaseOf
from reltui.errors import NotPermitted
from reltui.model.approval import Approval, ApprovalType
from reltui.model.identity import Identity
from reltui.model.text import SafeText, clean
from reltui.model.window import read_freeze, read_window
from reltui.ui.present_comments import Round
from reltui.ui.screens import verbs
from reltui.ui.screens.people import PickPerson
from reltui.ui.screens.subject import Subject
from tests.ui import still_service
from tests.ui.live_sample import live_sample
from tests.ui.samples import (
    BILLING,
    CAB,
    DANA,
    KIM,
    LEE,
    ME,
    NOW,
    approval,
    signed,
    waiting_release,
)
from tests.ui.screen_text import settled, text
from tests.ui.still_service import CONFIG, SERVER, StillService, showing, whole
from tests.ui.test_screens_lists import compare
from tests.ui.verb_samples import ask, pause, press, rested, subject, submitted

OPENS = NOW + timedelta(hours=3)
WINDOW = read_window(f"{OPENS:%H:%M}-{OPENS + timedelta(hours=2):%H:%M}")
"""Opens in three hours; tests run in UTC."""
OPEN_NOW = read_window(f"{OPENS - timedelta(hours=4):%H:%M}-{OPENS:%H:%M}")
UAT = approval(81, stage=(3, "UAT"))


def rules(monkeypatch: pytest.MonkeyPatch, *rules: StageRule) -> None:
    """The application has these rules for stages."""
    monkeypatch.setattr(still_service, "CONFIG", replace(CONFIG, stage=rules))


def draft_of(decision: Decision) -> Draft:
    assert decision.draft is not None
    return decision.draft


def flat(pilot: Pilot[str]) -> str:
    """The screen as if no line was broken."""
    return " ".join(text(pilot.app).split())


def comment_field(pilot: Pilot[str]) -> TextArea:
    return pilot.app.screen.query_one("#comment", TextArea)


async def refused(pilot: Pilot[str], about: Subject, word: str) -> None:
    """No dialog opens, and the reason is said."""
    await ask(pilot, about)
    await settled(pilot, word)
    assert rested(pilot.app).depth == 0  # type: ignore[arg-type]


class TestComments:
    RULE = StageRule("UAT*", comment="CHG[0-9]{4}", comment_help=SafeText("a change number such as CHG0123"))

    @pytest.mark.parametrize(
        ("verb", "seen"), [(Verb.APPROVE, UAT), (Verb.APPROVE_LATER, UAT), (Verb.RESUME, pause("UAT"))]
    )
    async def test_the_pattern_of_the_stage_must_be_met(
        self, verb: Verb, seen: Thing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rules(monkeypatch, self.RULE)
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await ask(pilot, subject(verb, seen))
            await press(pilot, "y")
            await settled(pilot, "The comment must hold a change number such as CHG0123.")
            if verb is Verb.APPROVE_LATER:
                await press(pilot, "tab", *"+2h")
            await press(pilot, "tab", *"chg12", "tab", "tab", "y")
            assert service.outbox.decisions() == ()
            await press(pilot, "shift+tab", "shift+tab", *" CHG0042", "tab", "tab")
            draft = draft_of(await submitted(pilot, service))
            assert (draft.verb, draft.comment) == (verb, "chg12 CHG0042")

    async def test_a_rejection_needs_a_comment_and_no_pattern(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rules(monkeypatch, self.RULE)
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await ask(pilot, subject(Verb.REJECT, UAT))
            await press(pilot, "y")
            await settled(pilot, "A comment is required to reject.")
            await press(pilot, "tab", *"no", "tab", "tab")
            assert draft_of(await submitted(pilot, service)).comment == "no"

    async def test_templates_go_round_with_what_was_typed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        templates = (
            SafeText("CHG{?}: {definition} {release} to {stage}"),
            SafeText("after {previous} by {person}"),
        )
        rules(monkeypatch, StageRule("PROD", templates=templates))
        async with showing(tmp_path, monkeypatch, known=live_sample()) as (pilot, service):
            service._state = replace(service._state, protected=())
            await ask(pilot, subject(Verb.APPROVE, approval(77, rank=2)))
            await settled(pilot, "f2 template")
            await press(pilot, "tab", *"mine", "f2")
            assert comment_field(pilot).text == "CHG: Invoice.CD Rel-142 to PROD"
            await press(pilot, *"0042")
            assert comment_field(pilot).text == "CHG0042: Invoice.CD Rel-142 to PROD"
            await press(pilot, "f2", "f2")
            assert comment_field(pilot).text == "after Rel-139 by Dana Okoro"
            await press(pilot, "f2")
            assert comment_field(pilot).text == "CHG0042: Invoice.CD Rel-142 to PROD"
            await press(pilot, "tab", "tab")
            draft = draft_of(await submitted(pilot, service))
            assert draft.comment == "CHG0042: Invoice.CD Rel-142 to PROD"

    async def test_what_a_template_does_not_know_must_be_filled_in(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rules(monkeypatch, StageRule("*", templates=(SafeText("after {previous}"),)))
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await ask(pilot, subject(Verb.APPROVE, UAT))
            await press(pilot, "f2", "tab", "tab", "y")
            await settled(pilot, "Not ready: fill in the <?>.")
            assert service.outbox.decisions() == ()

    async def test_comments_used_before_are_at_hand_and_offered_only_then(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await ask(pilot, subject(Verb.APPROVE, UAT))
            assert "f3" not in text(pilot.app)
            assert "f2" not in text(pilot.app)
            await press(pilot, "f3")
            await settled(pilot, "No comment was used with this before.")
            await press(pilot, "f2")
            await settled(pilot, "no templates for this stage")
            await press(pilot, "tab", *"as agreed", "tab", "tab")
            await submitted(pilot, service)
            await ask(pilot, subject(Verb.APPROVE, approval(82, stage=(3, "UAT"))))
            await settled(pilot, "f3 last comments")
            await press(pilot, "f3")
            assert comment_field(pilot).text == "as agreed"
            assert pilot.app.screen.focused is comment_field(pilot)
            await press(pilot, "y", "tab", "tab")
            assert draft_of(await submitted(pilot, service)).comment == "as agreedy"

    def test_the_way_round(self) -> None:
        way = Round()
        offered = [("one", 3), ("two", 0)]
        assert way.next("mine", offered) == ("one", 3)
        assert way.next("one", offered) == ("two", 0)
        assert way.next("two", offered) == ("mine", 4)
        assert way.next("mine", offered) == ("one", 3)
        assert way.next("one more", offered) == ("one", 3)
        assert way.next("one", []) == ("one more", 8)


class TestLater:
    async def test_a_time_is_asked_for_echoed_and_sent_in_utc(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await ask(pilot, subject(Verb.APPROVE_LATER, UAT))
            await press(pilot, "y")
            await settled(pilot, "Type a time first.")
            assert service.outbox.decisions() == ()
            await press(pilot, "tab", *"+2h")
            await settled(pilot, "= 12:40 UTC, in 2 h")
            await settled(pilot, "the approval is given")
            await press(pilot, "tab", "tab", "tab")
            draft = draft_of(await submitted(pilot, service))
            assert draft.verb is Verb.APPROVE_LATER
            assert datetime.fromisoformat(draft.options["at"]) == NOW + timedelta(hours=2)

    async def test_it_says_whether_others_must_still_sign(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, (80, 45)) as (pilot, service):
            service._state = replace(service._state, protected=())
            await ask(pilot, subject(Verb.APPROVE_LATER, approval(77, rank=2, hours=23.3)))
            await press(pilot, "tab", *"+2h")
            assert "others must still sign: it starts at that time, or with the last of them" in flat(pilot)

    async def test_a_protected_stage_wants_its_name(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, (80, 45)) as (pilot, service):
            await ask(pilot, subject(Verb.APPROVE_LATER, approval(77)))
            await press(pilot, "tab", *"+2h", "tab", "tab", "tab", "enter")
            await settled(pilot, "Type the stage's name first.")
            await press(pilot, "shift+tab", *"PROD", "tab")
            assert draft_of(await submitted(pilot, service, "enter")).verb is Verb.APPROVE_LATER

    @pytest.mark.parametrize("rule", [{"window": (WINDOW,)}, {"freeze": (read_freeze(f"{NOW:%Y-%m-%d}"),)}])
    async def test_outside_the_window_approve_offers_the_next_opening(
        self, rule: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rules(monkeypatch, StageRule("UAT", **rule))  # type: ignore[arg-type]
        async with showing(tmp_path, monkeypatch, (80, 45)) as (pilot, service):
            await ask(pilot, subject(Verb.APPROVE, UAT))
            shown = await settled(pilot, "Approve: outside the change window")
            assert "[ Approve for later ]" in shown
            assert "To approve" not in shown
            draft = draft_of(await submitted(pilot, service))
            assert draft.verb is Verb.APPROVE_LATER
            at = datetime.fromisoformat(draft.options["at"])
            midnight = datetime(2026, 11, 25).astimezone().astimezone(UTC)
            assert at == (OPENS if "window" in rule else midnight)

    async def test_now_is_confirmed_by_the_stages_name_only(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rules(monkeypatch, StageRule("UAT", window=(WINDOW,)))
        async with showing(tmp_path, monkeypatch, (80, 45)) as (pilot, service):
            await ask(pilot, subject(Verb.APPROVE, UAT))
            await press(pilot, "tab", *["backspace"] * 20, *"now")
            await settled(pilot, "[ Approve now ]")
            await settled(pilot, "Outside the change window: only the stage's name")
            await press(pilot, "tab", "tab", "tab", "y", "enter")
            await settled(pilot, "Type the stage's name first.")
            await press(pilot, "tab", "y")
            assert service.outbox.decisions() == ()
            await press(pilot, "shift+tab", "shift+tab", *"UAT", "tab")
            draft = draft_of(await submitted(pilot, service, "enter"))
            assert (draft.verb, draft.options) == (Verb.APPROVE, {})

    async def test_within_the_window_approve_is_as_ever_until_it_closes(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rules(monkeypatch, StageRule("UAT", window=(OPEN_NOW,)))
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await ask(pilot, subject(Verb.APPROVE, UAT))
            await settled(pilot, "[ Approve ]")
            late = OPENS.astimezone(UTC) + timedelta(minutes=1)
            from reltui.ui.screens.following import FollowingScreen

            monkeypatch.setattr(FollowingScreen, "clock", staticmethod(lambda: late))
            await press(pilot, "y")
            await settled(pilot, "The change window is closed now.")
            assert service.outbox.decisions() == ()

    async def test_what_is_asked_after_the_deployment_knows_no_window_and_cannot_wait(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rules(monkeypatch, StageRule("UAT", window=(WINDOW,)))
        after = approval(81, stage=(3, "UAT"), type=ApprovalType.POST_DEPLOY)
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await refused(pilot, subject(Verb.APPROVE_LATER, after), "Only what is asked before a deployment")
            await ask(pilot, subject(Verb.APPROVE, after))
            assert draft_of(await submitted(pilot, service)).verb is Verb.APPROVE

    async def test_resuming_outside_the_window_takes_the_stages_name(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rules(monkeypatch, StageRule("UAT", window=(WINDOW,)))
        async with showing(tmp_path, monkeypatch, (80, 45)) as (pilot, service):
            await ask(pilot, subject(Verb.RESUME, pause("UAT")))
            shown = await settled(pilot, "Outside the change windows: ")
            assert "later" not in shown
            await press(pilot, "y", "shift+tab", "enter")
            await settled(pilot, "Type the stage's name first.")
            assert service.outbox.decisions() == ()
            await press(pilot, "shift+tab", *"UAT", "tab")
            assert draft_of(await submitted(pilot, service, "enter")).verb is Verb.RESUME

    async def test_rejecting_an_intervention_knows_no_window(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rules(monkeypatch, StageRule("UAT", window=(WINDOW,)))
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await ask(pilot, subject(Verb.REJECT_INTERVENTION, pause("UAT")))
            await press(pilot, "tab", *"no", "tab", "tab")
            assert draft_of(await submitted(pilot, service)).verb is Verb.REJECT_INTERVENTION

    async def test_the_window_goes_by_the_clock_of_the_server(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rules(monkeypatch, StageRule("UAT", window=(WINDOW,)))
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            service._state = replace(service._state, clock_offset=3 * 3600.0)
            await ask(pilot, subject(Verb.APPROVE, UAT))
            assert draft_of(await submitted(pilot, service)).verb is Verb.APPROVE


class TestPassingOn:
    PEOPLE = (
        KIM,
        CAB,
        DANA,
        replace(KIM, id="3" * 8, name=SafeText("Kim Sarto"), account=SafeText("CORP\\ks")),
    )

    def answering(self, service: StillService, asked: list[str]) -> None:
        async def people(server: str, words: str, *, groups: bool = False) -> tuple[Identity, ...]:
            asked.append(words)
            return self.PEOPLE

        service.people = people  # type: ignore[method-assign]

    async def picked(self, pilot: Pilot[str], about: Subject, *keys: str) -> None:
        await ask_for_person(pilot, about)
        await press(pilot, *keys)

    async def test_a_person_is_found_by_typing_and_asked_by_yes(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[str] = []
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            self.answering(service, asked)
            await self.picked(pilot, subject(Verb.TRANSFER, UAT), "k")
            await settled(pilot, "Type 2 characters or more")
            await press(pilot, *"im")
            shown = await settled(pilot, "Kim Salo")
            assert asked == ["kim"]
            assert "CORP\\kim" in shown
            assert "CAB" not in shown
            assert "yourself" not in shown
            await press(pilot, "down", "enter")
            shown = await settled(pilot, "[ Transfer ]")
            assert "Asked then   Kim Sarto  CORP\\ks" in shown
            await press(pilot, "tab", *"ill", "tab", "tab")
            draft = draft_of(await submitted(pilot, service))
            assert (draft.verb, draft.comment) == (Verb.TRANSFER, "ill")
            assert draft.options == {"to": "3" * 8, "to_name": "Kim Sarto"}

    async def test_a_server_that_refuses_is_told_in_a_sentence(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def people(server: str, words: str, *, groups: bool = False) -> tuple[Identity, ...]:
            raise NotPermitted("You may not see the people of this server.")

        async with showing(tmp_path, monkeypatch) as (pilot, service):
            service.people = people  # type: ignore[method-assign]
            await self.picked(pilot, subject(Verb.TRANSFER, UAT), *"kim")
            await settled(pilot, "You may not see the people of this server.")
            await press(pilot, "enter")
            assert isinstance(pilot.app.screen, PickPerson)

    async def test_an_answer_to_older_words_is_not_shown(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        release = asyncio.Event()

        async def people(server: str, words: str, *, groups: bool = False) -> tuple[Identity, ...]:
            if words == "le":
                await release.wait()
                return (LEE,)
            return (KIM,)

        async with showing(tmp_path, monkeypatch) as (pilot, service):
            service.people = people  # type: ignore[method-assign]
            await self.picked(pilot, subject(Verb.TRANSFER, UAT), *"le")
            await settled(pilot, "Asking the server")
            await press(pilot, "backspace", "backspace", *"kim")
            await settled(pilot, "Kim Salo")
            release.set()
            await press(pilot)
            assert "Lee Vance" not in text(pilot.app)

    async def test_yourself_comes_first_where_another_is_asked_and_wants_a_reason(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        of_lee = approval(81, stage=(3, "UAT"), approver=LEE)
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await self.picked(pilot, subject(Verb.TRANSFER, of_lee))
            await settled(pilot, "yourself, CORP\\dana")
            await press(pilot, "enter")
            await settled(pilot, "[ Take over ]")
            assert "right to manage release approvers" in flat(pilot)
            await press(pilot, "y")
            await settled(pilot, "A comment is required to take over.")
            await press(pilot, "tab", *"Lee is ill", "tab", "tab")
            draft = draft_of(await submitted(pilot, service))
            assert (draft.verb, draft.comment, draft.options) == (Verb.TAKE_OVER, "Lee is ill", {})

    async def test_an_account_with_marks_is_left_to_the_browser(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        odd = Identity("4" * 8, SafeText("Kim Salo"), clean("CORP\\k\N{ZERO WIDTH SPACE}im"))

        async def people(server: str, words: str, *, groups: bool = False) -> tuple[Identity, ...]:
            return (odd,)

        async with showing(tmp_path, monkeypatch) as (pilot, service):
            service.people = people  # type: ignore[method-assign]
            await self.picked(pilot, subject(Verb.TRANSFER, UAT), *"kim")
            await settled(pilot, "Kim Salo")
            await press(pilot, "enter", "y")
            await settled(pilot, "Only the browser can do it")
            assert service.outbox.decisions() == ()


class TestLooks:
    SIZES = ((80, 24), (160, 45))

    @pytest.mark.parametrize("size", SIZES)
    async def test_outside_the_window(
        self, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rules(
            monkeypatch,
            StageRule("*", comment="CHG[0-9]+", templates=(SafeText("CHG{?}"),), window=(WINDOW,)),
        )
        async with showing(tmp_path, monkeypatch, size, live_sample()) as (pilot, _):
            await settled(pilot, "Rel-142")
            await press(pilot, "a")
            await settled(pilot, "Approve: outside the change window")
            await press(pilot)
            compare("dialog-outside", size, text(pilot.app))

    @pytest.mark.parametrize("size", SIZES)
    async def test_persons(
        self, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def people(server: str, words: str, *, groups: bool = False) -> tuple[Identity, ...]:
            return TestPassingOn.PEOPLE

        async with showing(tmp_path, monkeypatch, size) as (pilot, service):
            service.people = people  # type: ignore[method-assign]
            await ask_for_person(pilot, subject(Verb.TRANSFER, approval(81, stage=(3, "UAT"), approver=LEE)))
            await press(pilot, *"kim")
            await settled(pilot, "Kim Sarto")
            compare("pick-person", size, text(pilot.app))


async def ask_for_person(pilot: Pilot[str], about: Subject) -> None:
    verbs.open_dialog(rested(pilot.app), about)  # type: ignore[arg-type]
    await settled(pilot, "Transfer to whom?")


class TestRefused:
    @pytest.mark.parametrize("verb", [Verb.APPROVE, Verb.REJECT, Verb.APPROVE_LATER])
    async def test_what_another_is_asked_is_taken_over_first(
        self, verb: Verb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        of_lee = approval(81, stage=(3, "UAT"), approver=LEE)
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            about = subject(verb, of_lee)
            await refused(pilot, about, ":take-over makes it yours first: Lee Vance is asked, not you.")
            others = replace(CAB, id="e" * 8)
            unknown = replace(ME, groups={}, groups_known=False)
            service._state = replace(service._state, me=unknown)
            await ask(pilot, subject(verb, replace(of_lee, approver=others)))
            await settled(pilot, "[ Cancel ]")

    async def test_what_is_asked_of_me_is_not_taken_over(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, _):
            await refused(pilot, subject(Verb.TAKE_OVER, UAT), "It is asked of you already.")

    @pytest.mark.parametrize("verb", [Verb.APPROVE, Verb.REJECT, Verb.APPROVE_LATER])
    async def test_where_one_must_sign_in_again_the_link_is_shown(
        self, verb: Verb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = [SafeText("")]
        async with showing(tmp_path, monkeypatch, (160, 45)) as (pilot, service):
            about = replace(subject(verb, UAT), browser_only=lambda: known[0])
            await ask(pilot, about)
            await settled(pilot, "[ Cancel ]")
            known[0] = SafeText("https://tfs01.example/tfs/Main/Billing/_release?releaseId=142")
            await press(pilot, "y")
            await settled(pilot, "https://tfs01.example/tfs/Main/Billing/_release?releaseId=142")
            assert service.outbox.decisions() == ()
            await press(pilot, "escape")
            await refused(pilot, about, "Browser only (:browse), for it asks you to sign in again: https://")


class TestStale:
    async def test_the_difference_is_told_with_both_sides(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        now: list[Approval] = [UAT]
        async with showing(tmp_path, monkeypatch, (160, 45)) as (pilot, service):
            await ask(pilot, subject(Verb.APPROVE, UAT, current=lambda: now[0]))
            now[0] = replace(UAT, approver=LEE)
            await press(pilot, "y")
            told = 'It has changed meanwhile: the approver is now "Lee Vance"; it was "Dana Okoro".'
            await settled(pilot, told)
            now[0] = UAT
            await press(pilot, "y")
            await settled(pilot, told)
            assert service.outbox.decisions() == ()

    async def test_a_release_that_was_read_later_than_the_list_counts(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen = approval(77, rank=2, hours=23.3)
        topic = ReleaseOf(SERVER, BILLING, 142)
        async with showing(tmp_path, monkeypatch, (160, 45)) as (pilot, service):
            service._state = replace(service._state, protected=())
            read_at = service.look(topic).read_at
            assert read_at is not None
            await ask(pilot, replace(subject(Verb.APPROVE, seen), read_at=read_at - 30))
            await settled(pilot, "Checked      with server <1 min ago: still pending, revision 1, attempt 1")
            release = waiting_release()
            stages = list(release.environments or ())
            done = signed(77, LEE, 2)
            stages[2] = replace(stages[2], pre_approvals=(stages[2].pre_approvals[0], done))
            service.learn(topic, whole(replace(release, environments=tuple(stages))))
            await press(pilot, "y")
            await settled(pilot, 'the status is now "approved"; it was "pending".')
            assert service.outbox.decisions() == ()
