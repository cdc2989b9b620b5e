"""The rules of every dialog (design.md section 7), on the real service and server."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events

from reltui.data.decision import State, Verb
from reltui.demo.faults_world import decide_as_other
from reltui.ui.guard import FOLLOW_SECONDS, QUIET_SECONDS
from tests.support import ledger, until
from tests.ui.running import LONG_HOLD, Running, running
from tests.ui.screen_text import gone

ORDINARY = "STORE"
"""A row whose stage is not protected."""
PROTECTED = "Release-81"
"""A row of PROD, which is."""


async def open_approve(run: Running, row: str) -> str:
    await run.point_at(row)
    await run.rest()
    await run.pilot.press("a")
    return await run.see("[ Cancel ]")


async def test_an_ordinary_approval_is_confirmed_by_y_held_and_sent_once(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        shown = await open_approve(run, ORDINARY)
        for word in ("Server", "Project", "Definition", "Release", "Stage", "attempt", " id ", "rev", " ago"):
            assert word in shown
        assert "cannot be taken back" in shown
        await run.confirm()
        decision = run.service.outbox.decisions()[0]
        assert decision.verb is Verb.APPROVE
        await until(lambda: run.service.outbox.get(decision.id).state is State.LANDED)
        await run.see("landed")
        assert len(await ledger(run.demo)) == 1


async def test_enter_alone_never_confirms_and_neither_does_the_verb_again(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await open_approve(run, ORDINARY)
        await run.press("a", "a", "space")
        assert "[ Cancel ]" in run.text
        await run.press("enter")
        await gone(run.pilot, "[ Cancel ]")
        await run.pilot.press(*["enter"] * 30)
        assert run.service.outbox.decisions() == ()


async def test_keys_typed_ahead_confirm_nothing(tmp_path: Path) -> None:
    async with running(tmp_path, quiet=QUIET_SECONDS) as run:
        await run.point_at(ORDINARY)
        await run.rest()
        for key in ("a", "y", "y", "y", "enter", "y"):
            run.app.post_message(_key(key))
        await run.pilot.pause(QUIET_SECONDS + 0.3)
        assert run.service.outbox.decisions() == ()


async def test_a_held_verb_key_opens_one_dialog_only(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.point_at(ORDINARY)
        await run.rest()
        for _ in range(40):
            run.app.post_message(_key("a"))
        await run.see("[ Cancel ]")
        depth = run.app.depth
        assert depth == 1
        await run.press("escape")
        assert run.app.depth == 0
        assert run.service.outbox.decisions() == ()


async def test_a_protected_stage_wants_its_name_and_the_button(tmp_path: Path) -> None:
    async with running(tmp_path, timing=LONG_HOLD) as run:
        shown = await open_approve(run, PROTECTED)
        assert "[PROTECTED]" in shown
        await run.press("y")
        assert "[ Cancel ]" in run.text
        await run.press("tab", "tab", *"PRO", "tab")
        await run.confirm("enter")
        assert "Type the stage's name first." in run.text
        assert run.service.outbox.decisions() == ()
        await run.press("shift+tab", "D", "enter")
        assert "[ Cancel ]" in run.text
        await run.press("tab")
        await run.confirm("enter")
        await run.see("U takes it back")
        await run.press("U")
        assert run.service.outbox.decisions()[0].state is State.TAKEN_BACK
        await run.see("taken back: approve ")
        assert "outbox empty" not in run.text
        assert await ledger(run.demo) == []


async def test_a_rejection_needs_a_comment_and_enter_there_adds_a_line(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.point_at(ORDINARY)
        await run.press("x")
        await run.see("[ Reject ]")
        await run.press("y")
        assert "A comment is required" in run.text
        await run.press("tab", *"no", "enter", *"y y")
        assert "[ Reject ]" in run.text
        assert run.service.outbox.decisions() == ()
        await run.press("tab")
        await run.confirm()
        decision = run.service.outbox.decisions()[0]
        assert decision.draft is not None
        assert decision.draft.comment == "no\ny y"
        await until(lambda: run.service.outbox.get(decision.id).state is State.LANDED)


async def test_abandon_wants_the_last_part_of_the_name(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("2")
        await run.see("project: ")
        last = (await run.row()).split()[1].rpartition("-")[2]
        await run.press("X")
        await run.see("[ Abandon ]")
        await run.confirm()
        await run.press("tab", "tab", *last, "tab")
        await run.confirm("enter")
        decision = run.service.outbox.decisions()[0]
        assert decision.verb is Verb.ABANDON
        await until(lambda: run.service.outbox.get(decision.id).state is State.LANDED)


async def test_a_release_is_created_from_a_picked_definition(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("n")
        await run.see("of which definition?")
        await run.see("Invoice.CD")
        await run.press(*"invoice.cd", "enter")
        await run.see("default version")
        await run.see("y create")
        await run.press("shift+tab", "shift+tab", *"by hand", "tab")
        await run.confirm()
        decision = run.service.outbox.decisions()[0]
        assert decision.verb is Verb.CREATE
        await until(lambda: run.service.outbox.get(decision.id).state is State.LANDED)
        assert (await ledger(run.demo))[0]["body"]["description"] == "by hand"


async def test_an_approval_decided_by_another_closes_the_dialog(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await open_approve(run, ORDINARY)
        seen = run.app.screen.about.seen.id  # type: ignore[attr-defined]
        _approve_as_another(run, seen)
        run.service.refresh()
        await gone(run.pilot, "[ Cancel ]")
        await run.see("gone or decided")
        await run.confirm()
        assert run.service.outbox.decisions() == ()


async def test_read_only_and_on_its_way_are_refused_with_the_reason(tmp_path: Path) -> None:
    async with running(tmp_path, read_only=True) as run:
        await run.press("a")
        await run.see("read-only")
        assert "READ" in run.text
        assert "a approve" not in run.text
    async with running(tmp_path / "b", timing=LONG_HOLD) as run:
        await open_approve(run, ORDINARY)
        await run.confirm()
        await run.press("a")
        await run.see("Already on its way")


async def test_quitting_with_a_decision_held_asks_and_says_which(tmp_path: Path) -> None:
    async with running(tmp_path, timing=LONG_HOLD) as run:
        await open_approve(run, ORDINARY)
        await run.confirm()
        shown = await run.press("q")
        assert "[ Stay ]" in shown
        assert "is held; quitting" in shown
        await run.press("enter")
        assert "[ Stay ]" not in run.text
        await run.press("ctrl+c")
        await run.confirm()
        assert run.app.return_code == 0
        assert not run.app.is_running
    assert run.service.outbox.decisions()[0].state is State.NOT_SENT


async def test_a_paste_in_pieces_confirms_nothing(tmp_path: Path) -> None:
    """Letters that come as keys, with a `y` among them; before, after and within."""
    async with running(tmp_path, quiet=QUIET_SECONDS) as run:
        await open_approve(run, ORDINARY)
        for letters in ("yes please", "why", "say", "yy", "please have a look at why this is so"):
            await run.rest()
            for letter in letters:
                run.app.post_message(_key(letter))
                await run.pilot.pause(0.02)
            await run.pilot.pause(FOLLOW_SECONDS + 0.1)
            assert run.service.outbox.decisions() == (), letters
            assert "Not confirmed" in run.text
        assert "[ Cancel ]" in run.text


async def test_a_paste_into_the_fields_goes_no_further(tmp_path: Path) -> None:
    """A text with tabs types the stage's name, and its last line end comes to the button."""
    async with running(tmp_path, quiet=QUIET_SECONDS) as run:
        await open_approve(run, PROTECTED)
        await run.rest()
        await run.press("tab")
        for key in (*"text", "tab", *"PROD", "tab", "enter"):
            run.app.post_message(_key(key))
            await run.pilot.pause(0.005)
        await run.pilot.pause(FOLLOW_SECONDS + 0.1)
        assert "Not confirmed" in run.text
        assert run.service.outbox.decisions() == ()
        await run.confirm("enter")
        assert len(run.service.outbox.decisions()) == 1


async def test_a_key_held_down_from_before_the_dialog_never_confirms(tmp_path: Path) -> None:
    async with running(tmp_path, quiet=QUIET_SECONDS) as run:
        await run.point_at(ORDINARY)
        await run.rest()
        run.app.post_message(_key("a"))
        for _ in range(40):
            run.app.post_message(_key("y"))
            await run.pilot.pause(1 / 30)
        await run.pilot.pause(FOLLOW_SECONDS + 0.1)
        await run.see("[ Cancel ]")
        assert run.service.outbox.decisions() == ()


async def test_a_dialog_that_was_covered_before_it_was_seen_rests_anew(tmp_path: Path) -> None:
    async with running(tmp_path, quiet=QUIET_SECONDS) as run:
        await run.point_at(ORDINARY)
        await run.rest()
        await run.pilot.press("a")
        await run.pilot.resize_terminal(20, 5)
        await run.see("The window is too")
        await run.rest()
        await run.pilot.resize_terminal(80, 24)
        run.app.post_message(_key("y"))
        await run.pilot.pause(FOLLOW_SECONDS + 0.2)
        assert "[ Cancel ]" in run.text
        assert run.service.outbox.decisions() == ()


async def test_the_small_screen_goes_when_what_lay_over_it_goes(tmp_path: Path) -> None:
    async with running(tmp_path, timing=LONG_HOLD) as run:
        await open_approve(run, ORDINARY)
        await run.confirm()
        await run.pilot.resize_terminal(20, 5)
        await run.pilot.pause(0.1)
        await run.press("ctrl+c")
        await run.pilot.resize_terminal(20, 6)
        await run.pilot.pause(0.1)
        await run.pilot.resize_terminal(80, 24)
        await run.see("[ Stay ]")
        await run.press("escape")
        await run.see("[Approvals")
        await run.press("2")
        await run.see("[Releases]")


@pytest.mark.parametrize("key", ["", "ctrl+c"])
async def test_a_held_decision_is_taken_back_wherever_the_person_is(tmp_path: Path, key: str) -> None:
    """In a window that is too small, and in a dialog."""
    async with running(tmp_path, timing=LONG_HOLD) as run:
        await open_approve(run, ORDINARY)
        await run.confirm()
        if key:
            await run.press(key)
            await run.see("[ Stay ]")
        else:
            await run.pilot.resize_terminal(40, 10)
            await run.see("takes back.")
        await run.press("U")
        assert run.service.outbox.decisions()[0].state is State.TAKEN_BACK
        assert await ledger(run.demo) == []


async def test_a_comment_typed_ahead_of_its_field_is_whole(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await open_approve(run, ORDINARY)
        await run.rest()
        for key in ("tab", *"ok", "shift+tab", "shift+tab", "tab", "tab", "b"):
            run.app.post_message(_key(key))
        await run.see("okb")


@pytest.mark.parametrize("key", ["a", "x", "n"])
async def test_verbs_are_dead_right_after_a_screen_change(tmp_path: Path, key: str) -> None:
    async with running(tmp_path, quiet=QUIET_SECONDS) as run:
        await run.rest()
        run.app.post_message(_key("3"))
        run.app.post_message(_key(key))
        await run.pilot.pause(0.3)
        assert "[ Cancel ]" not in run.text
        assert "which definition" not in run.text


def _key(key: str) -> events.Key:
    return events.Key(key, key if len(key) == 1 else None)


def _approve_as_another(run: Running, approval_id: int) -> None:
    """The server's own life goes on: another person answers."""
    decide_as_other(run.demo.engine, approval_id, "approved")
