"""The screens on a real service and the embedded server."""

from __future__ import annotations

from pathlib import Path

from reltui.data.decision import Verb
from reltui.model.approval import Approval
from reltui.ui.screens.base import ListScreen
from reltui.ui.screens.subject import Subject
from tests.ui.running import running
from tests.ui.screen_text import lines


def subject_of(screen: object, verb: Verb) -> Subject:
    assert isinstance(screen, ListScreen)
    subject = screen.subject(verb)
    assert isinstance(subject, Subject)
    return subject


async def test_every_screen_shows_what_the_server_has(tmp_path: Path) -> None:
    async with running(tmp_path, size=(160, 45)) as run:
        await run.row()
        await run.see("Before the deployment")
        await run.see("Edited since it was cut")
        drawn = subject_of(run.app.screen, Verb.APPROVE)
        assert isinstance(drawn.seen, Approval)

        await run.press("enter")
        await run.see(f"Approvals > approval {drawn.seen.id}")
        await run.press("enter")
        await run.see("[Stages]")
        inside = subject_of(run.app.screen, Verb.APPROVE)
        assert inside.seen.id == drawn.seen.id
        assert inside.current() == inside.seen
        assert drawn.seen.environment.name in await run.row()

        await run.press("2")
        await run.see(" releases ]")
        await run.row()
        await run.see("stages of ")
        assert subject_of(run.app.screen, Verb.CREATE).seen.id

        await run.press("3")
        await run.see(" definitions ]")
        await run.see("Approvers")
        await run.see("releases of ")
        await run.press("enter")
        await run.see("[Stage]")
        await run.press("enter")
        await run.see("pipeline: ")
        await run.see("LIVE")
        assert all(len(line) <= 160 for line in lines(run.app))


async def test_scopes_and_filter_over_the_whole_server(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.see("[MINE+GROUPS 13]")
        await run.press("m")
        await run.see("[ALL 43]")
        await run.press("slash", *"why:other", "enter")
        shown = await run.see("/ why:other")
        assert "DIRECT" not in shown
        assert "GROUP " not in shown
