"""Passing on, taking over and approving for later, by keys alone, through to the verdict of a real server."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from reltui.data.decision import Decision, State, Verb
from reltui.data.topics import Inbox, InboxRow, Why
from reltui.ui.screens.subject import Subject
from tests.support import ledger, until
from tests.ui.running import Running, running
from tests.ui.screen_text import settled

ROUNDS = 1500
"""Half a minute."""
ORDINARY = "STORE"
"""A row whose stage is not protected, and whose last signature is Dana's."""
MAY_TAKE_OVER = ("Customer Portal", "Shared Services", "Infrastructure")


async def see(run: Running, wanted: str) -> str:
    return await settled(run.pilot, wanted, ROUNDS)


async def ended(run: Running, verb: Verb) -> Decision:
    """The newest decision, once it has its verdict."""
    decision = await until(lambda: next(iter(run.service.outbox.decisions()), None))
    assert decision.verb is verb
    await until(lambda: not run.service.outbox.get(decision.id).is_open, seconds=30)
    return run.service.outbox.get(decision.id)


async def writes(run: Running) -> list[dict[str, Any]]:
    return await ledger(run.demo)


def waiting(run: Running) -> tuple[InboxRow, ...]:
    data = run.service.look(Inbox()).data
    return data.rows if data is not None else ()


async def test_an_approval_is_passed_on_to_a_person_found_by_typing(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.point_at(ORDINARY)
        await run.press("t")
        await see(run, "Transfer to whom?")
        await run.press(*"whitcomb")
        await see(run, "lee.whitcomb@marlowfreight.example")
        await run.press("enter")
        await see(run, "Asked then   Lee Whitcomb")
        await run.press("t", "t", "enter")
        assert run.service.outbox.decisions() == ()
        await run.press("t")
        await see(run, "Transfer to whom?")
        await run.press(*"whitcomb")
        await see(run, "lee.whitcomb@marlowfreight.example")
        await run.press("enter")
        await see(run, "[ Transfer ]")
        await run.press("tab", *"on leave", "tab", "tab")
        await run.confirm()
        decision = await ended(run, Verb.TRANSFER)
        assert decision.state is State.LANDED, decision.sentence
        (write,) = await writes(run)
        assert write["body"]["status"] == "reassigned"
        assert write["body"]["comments"] == "on leave"
        assert decision.order is not None
        assert write["body"]["approver"]["id"] == decision.order.options["to"]


async def test_what_another_is_asked_is_taken_over_with_a_reason_and_then_decided(tmp_path: Path) -> None:
    async with running(tmp_path, protected=(), size=(160, 45)) as run:
        found = next(
            row
            for row in waiting(run)
            if row.why is Why.OTHER
            and row.project.name in MAY_TAKE_OVER
            and sum(other.release.id == row.release.id for other in waiting(run)) == 1
        )
        run.app.screen.scope = type(run.app.screen.scope).ALL  # type: ignore[attr-defined]
        run.app.screen.update()  # type: ignore[attr-defined]
        run.app.screen.grid.move_to(found.key)  # type: ignore[attr-defined]
        await until(lambda: isinstance(run.app.screen.subject(Verb.APPROVE), Subject))  # type: ignore[attr-defined]
        await until(lambda: run.app.screen.subject(Verb.APPROVE).seen.id == found.approval.id)  # type: ignore[attr-defined]
        await run.press("a")
        await see(run, ":take-over makes it yours first")
        await run.press(":")
        await see(run, "command, or where to go")
        await run.press(*"take-over", "enter")
        await see(run, "[ Take over ]")
        await run.press("y")
        await see(run, "A comment is required to take over.")
        await run.press("tab", *"agreed with the team", "tab", "tab")
        await run.confirm()
        decision = await ended(run, Verb.TAKE_OVER)
        assert decision.state is State.LANDED, decision.sentence
        (write,) = await writes(run)
        assert write["body"]["status"] == "reassigned"
        now = await until(
            lambda: next((r for r in waiting(run) if r.key == found.key and r.why is Why.DIRECT), None),
            seconds=30,
        )
        assert now.approval.revision > found.approval.revision


async def test_approving_for_later_gives_the_stage_its_time_and_then_approves(tmp_path: Path) -> None:
    # The clock of the sample is another one, which is told: that needs room.
    async with running(tmp_path, size=(100, 40)) as run:
        await run.point_at(ORDINARY)
        await run.press("w")
        await see(run, "[ Approve for later ]")
        await run.press("w", "w", "y")
        assert run.service.outbox.decisions() == ()
        await run.press("tab", *"+26h")
        await see(run, "UTC by the server's clock, in 1 d")
        await run.press("tab", "tab", "tab")
        await run.confirm()
        decision = await ended(run, Verb.APPROVE_LATER)
        assert decision.state is State.LANDED, decision.sentence
        time_given, approved = await writes(run)
        assert decision.order is not None
        at = datetime.fromisoformat(decision.order.options["at"])
        given = datetime.fromisoformat(time_given["body"]["scheduledDeploymentTime"])
        assert abs(given - at) < timedelta(minutes=1)
        assert approved["body"]["status"] == "approved"
