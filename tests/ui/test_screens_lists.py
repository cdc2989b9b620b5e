"""The screens as they look at the three sizes, and what their keys do."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from textual.pilot import Pilot

from reltui.data.decision import Draft, Verb
from reltui.data.topics import (
    ApprovalOf,
    BadInboxRow,
    DefinitionOf,
    DefinitionsOf,
    DeploymentsOf,
    Inbox,
    InboxData,
    InboxRow,
    Link,
    Problem,
    ProjectsOf,
    ReleaseOf,
    ReleasesData,
    ReleasesOf,
    Snapshot,
    Why,
)
from reltui.model.approval import ApprovalStatus
from reltui.model.decode import BadRow
from reltui.model.text import SafeText, clean
from reltui.ui.present import width
from reltui.ui.present_inbox import Scope
from reltui.ui.screens.approval import ApprovalScreen
from reltui.ui.screens.approvals import ApprovalsScreen
from reltui.ui.screens.base import ListScreen
from reltui.ui.screens.definitions import DefinitionsScreen
from reltui.ui.screens.releases import ReleasesScreen
from reltui.ui.screens.subject import Subject
from tests.ui.samples import BILLING, CAB, DANA, PORTAL, approval, waiting_release
from tests.ui.screen_text import gone, lines, settled, text
from tests.ui.still_service import SERVER, StillService, sample, showing, whole

SIZES = ((80, 24), (120, 36), (160, 45))
SNAPSHOTS = Path(__file__).parent / "snapshots"
UPDATE = os.environ.get("UPDATE_SNAPSHOTS", "") == "1"
"""UPDATE_SNAPSHOTS=1 pytest tests/ui draws them anew; read the difference before committing it."""


def compare(name: str, size: tuple[int, int], shown: str) -> None:
    """Compare a screen with the one that was looked at."""
    file = SNAPSHOTS / f"{name}-{size[0]}x{size[1]}.txt"
    if UPDATE:
        file.parent.mkdir(exist_ok=True)
        file.write_text(shown + "\n", encoding="utf-8")
    assert shown + "\n" == file.read_text(encoding="utf-8")


def top(pilot: Pilot[str]) -> ListScreen[object]:
    screen = pilot.app.screen
    assert isinstance(screen, ListScreen)
    return screen


async def open_release(pilot: Pilot[str]) -> None:
    """From the approvals over the approval to its release."""
    await settled(pilot, "Invoice.CD")
    cast(ApprovalsScreen, pilot.app.screen).grid.move_to((SERVER, "approval", 77))
    await pilot.press("enter")
    await settled(pilot, "Approvals > approval 77")
    await pilot.press("enter")


async def rested(pilot: Pilot[str]) -> None:
    """Wait until the preview follows the row under the cursor."""
    screen = top(pilot)
    for _ in range(2000):
        await pilot.pause(0.02)
        key = screen.grid.cursor
        if getattr(screen, "followed", ()) == tuple(getattr(screen, "details", lambda _: ())(key)):
            await pilot.pause(0.02)
            return
    raise AssertionError("the cursor never rested")


@pytest.mark.parametrize("size", SIZES)
class TestLooks:
    async def test_approvals(
        self, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, size) as (pilot, _):
            await settled(pilot, "Invoice.CD")
            await rested(pilot)
            compare("approvals", size, await settled(pilot, "YOU now" if size[0] == 80 else "your turn"))

    async def test_releases(
        self, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, size) as (pilot, _):
            await pilot.press("2")
            await settled(pilot, "Rel-139")
            await rested(pilot)
            compare("releases", size, text(pilot.app))

    async def test_releases_of_a_definition(
        self, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, size) as (pilot, _):
            pilot.app.push_screen(ReleasesScreen(ReleasesOf(SERVER, BILLING, 5)))
            await settled(pilot, "LIVE")
            await rested(pilot)
            compare("releases-of-definition", size, text(pilot.app))

    async def test_release(
        self, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, size) as (pilot, _):
            await open_release(pilot)
            await settled(pilot, "[Stages]")
            await rested(pilot)
            compare("release", size, text(pilot.app))

    async def test_approval(
        self, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, size) as (pilot, service):
            await settled(pilot, "Invoice.CD")
            service.learn(ApprovalOf(SERVER, BILLING, 77), whole(approval(77, rank=2, hours=23.3)))
            await pilot.press("enter")
            compare("approval", size, await settled(pilot, "Approvals > approval 77"))

    async def test_definitions(
        self, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, size) as (pilot, _):
            await pilot.press("3")
            await settled(pilot, "Ledger.CD")
            await rested(pilot)
            compare("definitions", size, await settled(pilot, "raise timeout"))

    async def test_definition(
        self, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, size) as (pilot, _):
            await pilot.press("3")
            await settled(pilot, "Ledger.CD")
            await pilot.press("enter")
            compare("definition", size, await settled(pilot, "[Stage]"))


class TestApprovals:
    async def test_scopes(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, _):
            await settled(pilot, "MINE 1  [MINE+GROUPS 2]  ALL 3")
            await pilot.press("m")
            await settled(pilot, "[ALL 3]")
            assert "ST [P]" in text(pilot.app)
            assert "try 3" in text(pilot.app)
            await pilot.press("m")
            shown = await settled(pilot, "[MINE 1]")
            assert "Web.CD" not in shown

    async def test_only_the_row_at_rest_is_asked_about(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await settled(pilot, "Invoice.CD")
            await rested(pilot)
            assert ReleaseOf(SERVER, BILLING, 142) in service.watched
            assert ReleaseOf(SERVER, PORTAL, 88) not in service.watched
            await pilot.press("j")
            await rested(pilot)
            assert ReleaseOf(SERVER, BILLING, 142) not in service.watched
            assert ReleaseOf(SERVER, PORTAL, 88) in service.watched

    async def test_a_held_decision_shows_in_its_row(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await settled(pilot, "Invoice.CD")
            row = (service.look(Inbox()).data or InboxData()).rows[0]
            service.outbox.submit(Draft(Verb.APPROVE, SERVER, SafeText("tfs01/Main"), BILLING, row.approval))
            await settled(pilot, "DIRECT held")
            service.outbox.take_back()

    async def test_a_bad_row_is_told_and_offers_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bad = BadInboxRow(SERVER, PORTAL, BadRow(4711, SafeText("its status is missing")))
        known = sample()
        known[Inbox()] = whole(InboxData((), (bad,)), parts=2, answered=2)
        async with showing(tmp_path, monkeypatch, known=known) as (pilot, _):
            shown = await settled(pilot, "unreadable")
            assert "4711" in shown
            assert "its status is missing" in shown
            assert "approve" not in lines(pilot.app)[-1]
            screen = top(pilot)
            assert not isinstance(screen.subject(Verb.APPROVE), Subject)

    async def test_the_subject_is_what_is_drawn(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await settled(pilot, "Invoice.CD")
            await rested(pilot)
            subject = top(pilot).subject(Verb.APPROVE)
            assert isinstance(subject, Subject)
            assert subject.seen == approval(77, rank=2, hours=23.3)
            assert subject.current() == subject.seen
            told = "".join(span.text for line in subject.facts_now() for span in line)
            assert "you are asked by name" in told
            assert "1 more signature needed" in told
            service.known[Inbox()] = whole(InboxData(()))
            assert subject.current() is None

    async def test_filter_and_what_it_hides(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, _):
            await settled(pilot, "Invoice.CD")
            await pilot.press("slash", *"stage:uat")
            shown = await settled(pilot, "/ stage:uat")
            assert "Web.CD" in shown
            assert "Invoice.CD" not in shown.partition("Billing /")[0]
            await pilot.press(*"xyz", "enter")
            await settled(pilot, "No row has these words")

    async def test_sorting(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, _):
            await settled(pilot, "Invoice.CD")
            await rested(pilot)
            screen = pilot.app.screen
            assert isinstance(screen, ApprovalsScreen)
            screen.scope = Scope.ALL
            orders = {}
            for _ in screen.sorts:
                screen.update()
                await pilot.pause()
                orders[screen.sorts[screen.sort][0]] = [key[2] for key in screen.grid.keys]
                screen.do_sort()
            assert orders == {
                "expires": [77, 83, 81],
                "age": [77, 81, 83],
                "stage": [77, 83, 81],
                "project": [77, 81, 83],
                "release": [77, 83, 81],
            }

    @pytest.mark.parametrize(
        ("snapshot", "said"),
        [
            (whole(InboxData(), parts=6, answered=6), "Nothing pending for you. 6 of 6 projects answered."),
            (whole(InboxData(), parts=6, answered=5), "It cannot be told"),
            (whole(InboxData(), parts=6, answered=6, from_cache=True), "It cannot be told"),
            (
                whole(
                    InboxData(),
                    parts=6,
                    answered=5,
                    problems=(Problem(SafeText("tfs01/Ops"), SafeText("TF401444 says no.")),),
                ),
                "tfs01/Ops: TF401444 says no.",
            ),
        ],
    )
    async def test_empty(
        self, snapshot: Snapshot[InboxData], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = {**sample(), Inbox(): snapshot}
        async with showing(tmp_path, monkeypatch, known=known) as (pilot, _):
            await settled(pilot, said)

    async def test_hostile_names_keep_rows_and_columns(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        names = (
            "[/red][@click=app.exit()]x",
            "\x1b]52;c;aGk=\x07",
            "\u202eDORP",
            "テスト" * 30,
            "é" * 70_000,
        )
        rows = tuple(
            InboxRow(
                SERVER,
                replace(BILLING, name=clean(name)),
                approval(number, stage=(1, name), release=(2, name), definition=(3, name)),
                Why.DIRECT,
                fresh=True,
            )
            for number, name in enumerate(names, 100)
        )
        known = {**sample(), Inbox(): whole(InboxData(rows), parts=2, answered=2)}
        async with showing(tmp_path, monkeypatch, known=known) as (pilot, _):
            await settled(pilot, "DIRECT")
            for _ in names:
                shown = lines(pilot.app)
                assert len(shown) == 24
                assert all(width(each) <= 80 for each in shown)
                assert all(ord(c) >= 0x20 and not 0x7F <= ord(c) < 0xA0 for each in shown for c in each)
                places = {width(each.partition("DIRECT")[0]) for each in shown if "DIRECT" in each}
                assert len(places) == 1
                await pilot.press("j")

    async def test_a_vanished_row_leaves_the_cursor_on_its_line(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await settled(pilot, "Invoice.CD")
            rows = (service.look(Inbox()).data or InboxData()).rows
            service.learn(Inbox(), whole(InboxData(rows[1:]), parts=2, answered=2))
            await gone(pilot, "Invoice.CD")
            await settled(pilot, ">   +30h old Portal  Web.CD")


class TestReleases:
    async def test_more_on_the_last_row(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await pilot.press("2")
            await settled(pilot, "3+ releases")
            await pilot.press("G")
            await pilot.pause()
            assert service.asked_more == [ReleasesOf(SERVER, BILLING)]

    async def test_next_project(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await pilot.press("2")
            await settled(pilot, "project: Billing")
            await pilot.press("m")
            await settled(pilot, "project: Portal")
            assert "0 releases" not in await settled(pilot, "Reading the releases...")
            assert ReleasesOf(SERVER, PORTAL) in service.watched
            assert ReleasesOf(SERVER, BILLING) not in service.watched
            service.learn(ReleasesOf(SERVER, PORTAL), whole(ReleasesData(())))
            assert "| 0 releases" in await settled(pilot, "There are no releases here.")

    async def test_why_the_projects_are_not_known_is_told(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = {**sample(), ProjectsOf(SERVER): Snapshot[Any]()}
        async with showing(tmp_path, monkeypatch, known=known) as (pilot, service):
            await pilot.press("2")
            await settled(pilot, "Reading the projects...")
            service._state = replace(
                service._state, link=Link.OFFLINE, sentence=SafeText("tfs01 did not answer.")
            )
            await pilot.press("3")
            shown = await settled(pilot, "The projects cannot be read.")
            assert f"{SERVER}: tfs01 did not answer." in shown
            assert "r asks again." in shown

    async def test_why_it_cannot_be_read_is_told_whole_and_once(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        why = "The answer is not valid JSON; a proxy or another program may have answered for the server."
        failed = Snapshot[ReleasesData](problems=(Problem(SafeText(SERVER), SafeText(why)),) * 2)
        known = {**sample(), ReleasesOf(SERVER, BILLING): failed}
        async with showing(tmp_path, monkeypatch, known=known) as (pilot, _):
            await pilot.press("2")
            shown = await settled(pilot, "It cannot be told whether there are releases here.")
            assert " ".join(shown.split()).count(f"{SERVER}: {why}") == 1
            assert "r asks again." in shown
            assert "0 releases" not in shown

    async def test_subjects(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, _):
            await pilot.press("2")
            await settled(pilot, "Rel-139")
            abandon, create = top(pilot).subject(Verb.ABANDON), top(pilot).subject(Verb.CREATE)
            assert isinstance(abandon, Subject)
            assert abandon.seen == waiting_release()
            assert isinstance(create, Subject)
            assert create.seen.id == 5


class TestApproval:
    async def test_offers_the_verbs_until_it_waits_no_longer(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await settled(pilot, "Invoice.CD")
            await pilot.press("enter")
            await settled(pilot, "a approve")
            screen = pilot.app.screen
            assert isinstance(screen, ApprovalScreen)
            subject = screen.subject(Verb.APPROVE)
            assert isinstance(subject, Subject)
            assert subject.seen.id == 77
            gone = replace(approval(77, rank=2, hours=23.3), status=ApprovalStatus.APPROVED, approved_by=DANA)
            service.learn(Inbox(), whole(InboxData()))
            service.learn(ApprovalOf(SERVER, BILLING, 77), whole(gone))
            await settled(pilot, "History")
            assert "approved by Dana" in text(pilot.app)
            assert not isinstance(screen.subject(Verb.APPROVE), Subject)
            assert "a approve" not in text(pilot.app)


class TestRelease:
    async def opened(self, pilot: Pilot[str]) -> ListScreen[object]:
        await open_release(pilot)
        await settled(pilot, "[Stages]")
        return top(pilot)

    async def test_opens_on_the_stage_and_offers_my_approval(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, _):
            screen = await self.opened(pilot)
            assert screen.grid.cursor == 4
            subject = screen.subject(Verb.APPROVE)
            assert isinstance(subject, Subject)
            assert subject.seen.id == 77
            assert subject.current() == subject.seen

    async def test_says_whom_another_stage_waits_for(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, _):
            screen = await self.opened(pilot)
            await pilot.press("k")
            assert screen.subject(Verb.APPROVE) == "QA waits for nobody."

    async def test_tabs(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, _):
            await self.opened(pilot)
            await pilot.press("right_square_bracket")
            await settled(pilot, "Nothing has run yet in this try.")
            await pilot.press("right_square_bracket", "right_square_bracket", "right_square_bracket")
            await settled(pilot, "SmtpPassword   ********  secret")
            await pilot.press("left_square_bracket")
            await settled(pilot, "[Items]")

    async def test_while_it_is_being_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        known = sample()
        del known[ReleaseOf(SERVER, BILLING, 142)]
        async with showing(tmp_path, monkeypatch, known=known) as (pilot, service):
            await open_release(pilot)
            await settled(pilot, "Reading the stages...")
            assert not isinstance(top(pilot).subject(Verb.ABANDON), Subject)
            service.learn(ReleaseOf(SERVER, BILLING, 142), whole(waiting_release()))
            await settled(pilot, "[Stages]")
            assert top(pilot).grid.cursor == 4

    async def test_of_several_that_wait_it_is_mine_that_is_offered(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shown = waiting_release()
        environments = list(shown.environments or ())
        both = (approval(80, approver=CAB, rank=2), approval(77, rank=2, hours=23.3))
        environments[2] = replace(environments[2], pre_approvals=both)
        known = sample()
        known[ReleaseOf(SERVER, BILLING, 142)] = whole(replace(shown, environments=tuple(environments)))
        async with showing(tmp_path, monkeypatch, known=known) as (pilot, _):
            subject = (await self.opened(pilot)).subject(Verb.REJECT)
            assert isinstance(subject, Subject)
            assert subject.seen.id == 77
            told = "".join(span.text for line in subject.facts_now() for span in line)
            assert "approval 80 of [Billing]\\CAB, left as it is" in told


class TestDefinitions:
    async def test_enter_goes_to_the_detail_and_on_to_the_releases(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await pilot.press("3")
            await settled(pilot, "Ledger.CD")
            await pilot.press("enter")
            await settled(pilot, "[Stage]")
            assert DefinitionOf(SERVER, BILLING, 5) in service.watched
            await pilot.press("enter")
            await settled(pilot, "LIVE")
            await pilot.press("escape", "escape")
            await settled(pilot, "\\Billing\\Ops")

    async def test_waiting_is_counted(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, _):
            await pilot.press("3")
            await settled(pilot, "Ledger.CD")
            screen = pilot.app.screen
            assert isinstance(screen, DefinitionsScreen)
            assert screen._waiting == {5: 1}

    async def test_create_from_the_row(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await pilot.press("3")
            await settled(pilot, "Ledger.CD")
            subject = top(pilot).subject(Verb.CREATE)
            assert isinstance(subject, Subject)
            assert subject.seen.id == 5
            assert not subject.from_cache
            old = service.look(DefinitionsOf(SERVER, BILLING))
            service.known[DefinitionsOf(SERVER, BILLING)] = replace(old, from_cache=True)
            again = top(pilot).subject(Verb.CREATE)
            assert isinstance(again, Subject)
            assert again.from_cache


async def test_pictures_of_ascii_terminals_are_ascii(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from reltui.ui.app import UiOptions

    async with showing(tmp_path, monkeypatch, (160, 45), options=UiOptions(ascii=True)) as (pilot, _):
        for key, wanted in (("1", "Invoice.CD"), ("2", "Rel-139"), ("3", "Ledger.CD")):
            await pilot.press(key)
            await settled(pilot, wanted)
            await rested(pilot)
            assert text(pilot.app).isascii()


async def test_nothing_is_asked_for_what_is_no_longer_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with showing(tmp_path, monkeypatch) as (pilot, service):
        await pilot.press("2")
        await settled(pilot, "Rel-139")
        await rested(pilot)
        await pilot.press("1")
        await gone(pilot, "Rel-139")
        await rested(pilot)
        assert isinstance(service, StillService)
        stage = DeploymentsOf(SERVER, BILLING, 5, 14)
        assert service.watched == {Inbox(), ReleaseOf(SERVER, BILLING, 142), stage}
