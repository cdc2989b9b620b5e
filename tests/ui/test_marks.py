"""What is marked is meant, never what the cursor is on; and a retry passes what a plan passes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from reltui.config import StageRule
from reltui.data.decision import Verb
from reltui.data.topics import BadInboxRow, Inbox, InboxData, ReleaseOf, Snapshot, Topic
from reltui.model.approval import ApprovalType
from reltui.model.decode import BadRow
from reltui.model.text import SafeText
from reltui.model.window import read_window
from reltui.ui.app import ReltuiApp
from reltui.ui.screens import verbs
from reltui.ui.screens.approvals import ApprovalsScreen
from reltui.ui.screens.base import ListScreen
from reltui.ui.screens.plan import PlanDialog
from reltui.ui.screens.subject import Subject
from tests.support import until
from tests.ui.inbox_sample import BACK, DIRECT, OTHER, PAUSE, inbox_sample
from tests.ui.samples import PORTAL
from tests.ui.screen_text import settled
from tests.ui.still_service import CONFIG, SERVER, StillService, showing, whole
from tests.ui.test_inbox import shown_all
from tests.ui.test_plan import app_of, asked, open_plan
from tests.ui.verb_samples import press, submitted

PAUSED = (SERVER, "intervention", PAUSE)
SHUT = read_window("sat 08:00-12:00")
"""It is Tuesday in the sample."""


def approval_key(number: int) -> tuple[str, str, int]:
    return (SERVER, "approval", number)


def mark(screen: ApprovalsScreen, cursor: tuple[str, str, int], *keys: tuple[str, str, int]) -> None:
    """Mark these rows and put the cursor on another one."""
    for key in keys:
        screen.grid.move_to(key)
        screen.grid.toggle_mark()
    screen.grid.move_to(cursor)
    assert screen.grid.marks == set(keys)
    assert screen.grid.cursor == cursor


def without_release() -> dict[Topic[Any], Snapshot[Any]]:
    """The release of the intervention was not read yet."""
    known = inbox_sample()
    del known[ReleaseOf(SERVER, PORTAL, 88)]
    return known


async def begin(pilot: Pilot[str], verb: Verb) -> ReltuiApp:
    """Ask for a verb as its key does, wherever the guard stands."""
    app = app_of(pilot)
    screen = app.screen
    assert isinstance(screen, ListScreen)
    verbs.begin(app, verb, screen)
    await pilot.pause()
    return app


class TestOneMarked:
    @pytest.mark.parametrize("verb", [Verb.TRANSFER, Verb.APPROVE_LATER, Verb.TAKE_OVER])
    async def test_a_verb_that_it_cannot_take_does_not_go_to_the_cursor(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: Verb
    ) -> None:
        async with showing(tmp_path, monkeypatch, known=inbox_sample()) as (pilot, _):
            mark(await shown_all(pilot), approval_key(DIRECT), PAUSED)
            app = await begin(pilot, verb)
            await settled(pilot, "A manual intervention can only be resumed (approve) or rejected.")
            assert app.depth == 0

    @pytest.mark.parametrize("key", ["t", "w"])
    async def test_nor_by_its_key(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
        async with showing(tmp_path, monkeypatch, known=inbox_sample()) as (pilot, _):
            screen = await shown_all(pilot)
            await press(pilot, "G")
            await settled(pilot, "Check the mail queue")
            await press(pilot, "space", "g")
            assert screen.grid.marks == {PAUSED}
            assert screen.grid.cursor != PAUSED
            await press(pilot, key)
            await settled(pilot, "A manual intervention can only be resumed")
            assert app_of(pilot).depth == 0

    @pytest.mark.parametrize("verb", [Verb.APPROVE, Verb.REJECT])
    async def test_nor_when_its_release_was_not_read_yet(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: Verb
    ) -> None:
        async with showing(tmp_path, monkeypatch, known=without_release()) as (pilot, _):
            mark(await shown_all(pilot), approval_key(DIRECT), PAUSED)
            app = await begin(pilot, verb)
            await settled(pilot, "2026.11.3 was not read yet, so this cannot be answered.")
            assert app.depth == 0

    @pytest.mark.parametrize(
        ("verb", "words"),
        [(Verb.APPROVE_LATER, "[ Approve for later ]"), (Verb.TRANSFER, "Transfer to whom?")],
    )
    async def test_it_is_meant_whatever_the_cursor_is_on(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: Verb, words: str
    ) -> None:
        async with showing(tmp_path, monkeypatch, (100, 40), known=inbox_sample()) as (pilot, _):
            mark(await shown_all(pilot), PAUSED, approval_key(DIRECT))
            app = await begin(pilot, verb)
            await settled(pilot, words)
            assert app.screen.about.seen.id == DIRECT  # type: ignore[attr-defined]


class TestSeveralMarked:
    @pytest.mark.parametrize("verb", [Verb.TRANSFER, Verb.APPROVE_LATER, Verb.TAKE_OVER])
    async def test_what_acts_on_one_row_takes_none_of_them(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: Verb
    ) -> None:
        async with showing(tmp_path, monkeypatch, known=inbox_sample()) as (pilot, _):
            mark(await shown_all(pilot), approval_key(OTHER), approval_key(DIRECT), approval_key(BACK))
            app = await begin(pilot, verb)
            await settled(pilot, "This acts on one row: unmark first (u), or mark one only.")
            assert app.depth == 0

    async def test_one_that_is_dropped_is_in_the_plan_as_left_out(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = without_release()
        unreadable = BadInboxRow(SERVER, PORTAL, BadRow(9901, SafeText("no id")))
        data = known[Inbox()].data
        assert isinstance(data, InboxData)
        known[Inbox()] = whole(replace(data, bad=(unreadable,)), parts=2, answered=2)
        async with showing(tmp_path, monkeypatch, (100, 40), known=known) as (pilot, service):
            service._state = replace(service._state, protected=())
            screen = await shown_all(pilot)
            bad = next(key for key in screen.grid.keys if key[1] == "bad")
            mark(screen, approval_key(OTHER), approval_key(DIRECT), PAUSED, bad)
            app = await begin(pilot, Verb.APPROVE)
            shown = await settled(pilot, "Approve: plan of 1")
            dialog = app.screen
            assert isinstance(dialog, PlanDialog)
            assert [item.subject.seen.id for item in dialog.items] == [DIRECT]
            assert "Left out. 2026.11.3 was not read yet" in shown
            assert "Left out. It cannot be read" in shown
            assert f" {PAUSE} " in shown
            assert " 9901 " in shown

    async def test_none_that_can_take_it_is_told(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, (100, 40), known=inbox_sample()) as (pilot, _):
            mark(await shown_all(pilot), PAUSED, approval_key(DIRECT), approval_key(BACK))
            app = await begin(pilot, Verb.RESUME)
            await settled(pilot, "None of the 2 marked can take this: Resume: there is nothing here")
            assert app.depth == 0

    async def test_a_new_release_is_about_no_row_of_the_inbox(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, known=inbox_sample()) as (pilot, _):
            mark(await shown_all(pilot), PAUSED, approval_key(DIRECT), approval_key(BACK))
            app = await begin(pilot, Verb.CREATE)
            assert app.depth == 1


class TestGone:
    def decided_elsewhere(self, service: StillService, *numbers: int) -> None:
        data = service.look(Inbox()).data or InboxData()
        rows = tuple(row for row in data.rows if row.approval.id not in numbers)
        service.learn(Inbox(), whole(replace(data, rows=rows), parts=2, answered=2))

    @pytest.mark.parametrize(
        ("marked", "words"),
        [((BACK,), "1 marked row left the list, none is"), ((BACK, OTHER), "left the list, 1 marked still")],
    )
    async def test_a_marked_row_that_vanished_is_told_once_and_nothing_opens(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, marked: tuple[int, ...], words: str
    ) -> None:
        async with showing(tmp_path, monkeypatch, (100, 40), known=inbox_sample()) as (pilot, service):
            screen = await shown_all(pilot)
            mark(screen, approval_key(DIRECT), *map(approval_key, marked))
            self.decided_elsewhere(service, BACK)
            await until(lambda: approval_key(BACK) not in screen.grid.keys)
            app = await begin(pilot, Verb.APPROVE)
            await settled(pilot, words)
            assert app.depth == 0
            assert not screen.take_gone()

    async def test_taking_all_marks_away_is_an_answer_too(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, known=inbox_sample()) as (pilot, service):
            screen = await shown_all(pilot)
            mark(screen, approval_key(DIRECT), approval_key(BACK))
            self.decided_elsewhere(service, BACK)
            await until(lambda: approval_key(BACK) not in screen.grid.keys)
            await press(pilot, "u")
            assert not screen.take_gone()


class TestOtherLists:
    @pytest.mark.parametrize(("key", "verb"), [("2", Verb.ABANDON), ("2", Verb.CREATE), ("3", Verb.CREATE)])
    async def test_marks_count_there_too(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, verb: Verb
    ) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, _):
            await press(pilot, key)
            app = app_of(pilot)
            screen = app.screen
            assert isinstance(screen, ListScreen)
            await until(lambda: sum(not screen.is_heading(each) for each in screen.grid.keys) >= 3)
            await press(pilot, "g", "space")
            (only,) = screen.grid.marks
            assert screen.grid.cursor != only
            found, wanted = screen.subject(verb), screen.subject_of(verb, only)
            if isinstance(found, Subject) and isinstance(wanted, Subject):
                assert (found.verb, found.seen) == (wanted.verb, wanted.seen)
            else:
                assert found == wanted
            depth = app.depth
            await press(pilot, "space")
            assert len(screen.grid.marks) == 2
            await begin(pilot, verb)
            await settled(pilot, "This acts on one row: unmark first (u), or mark one only.")
            assert app.depth == depth


class TestRetry:
    async def taken_back(self, pilot: Pilot[str], service: StillService, **second: object) -> None:
        """A plan of two that came to nothing, and the dialog to try it again, with the count typed."""
        await open_plan(pilot, [asked(91, "QA", 140), asked(92, "UAT", 141, **second)])
        await press(pilot, "tab", *"CHG1", "shift+tab", "shift+tab", "shift+tab", "2", "tab", "G")
        await submitted(pilot, service, "enter")
        await settled(pilot, "2 held")
        await press(pilot, "U")
        await settled(pilot, "2 taken back")
        await press(pilot, "r")
        await settled(pilot, "Try again: 2 things of 2")
        await press(pilot, "shift+tab", "shift+tab", "2", "tab")

    @pytest.mark.parametrize(
        ("rule", "words"),
        [
            (StageRule("UAT", window=(SHUT,)), "2: Outside the change windows: sat 08:00-12:00."),
            (
                StageRule("UAT", comment="CHG[0-9]{7}", comment_help=SafeText("a change number")),
                "2: The comment must hold a change number.",
            ),
        ],
    )
    async def test_the_rules_of_now_are_kept(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rule: StageRule, words: str
    ) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await self.taken_back(pilot, service)
            app_of(pilot).config = replace(CONFIG, stage=(rule,))
            await press(pilot, "enter")
            await settled(pilot, words)
            assert len(service.outbox.plans()) == 1
            app_of(pilot).config = CONFIG
            await submitted(pilot, service, "enter")
            assert len(service.outbox.plans()) == 2

    async def test_what_is_protected_now_is_not_tried_again_with_others(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await self.taken_back(pilot, service)
            service._state = replace(service._state, protected=("QA",))
            await press(pilot, "enter")
            await settled(pilot, "1: A protected stage: decide one by one.")
            assert len(service.outbox.plans()) == 1

    async def test_what_waits_after_a_deployment_knows_no_window(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await self.taken_back(pilot, service, type=ApprovalType.POST_DEPLOY)
            app_of(pilot).config = replace(CONFIG, stage=(StageRule("UAT", window=(SHUT,)),))
            await submitted(pilot, service, "enter")
            assert len(service.outbox.plans()) == 2
