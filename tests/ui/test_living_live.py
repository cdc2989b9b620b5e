"""What the screen says when a server asks to wait, wants a sign-in, or keeps one project to itself."""

from __future__ import annotations

import re
from pathlib import Path

from tests.service.scripted import in_loop
from tests.support import set_faults
from tests.ui.running import running


@in_loop
async def test_one_project_without_permission_is_named_in_the_title_and_below(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.see("6/6 projects ok")
        first = run.demo.engine.projects[0]
        set_faults(run.demo, f"srv-25:phase=reads,route={first['id']},permission=View releases")
        await run.press("r")
        text = await run.see("5/6 projects ok")
        title, status = text.splitlines()[2], text.splitlines()[-2]
        assert f"not whole: demo/{first['name']}: VS4029" in title
        assert f"demo/{first['name']}: VS402904: Access denied" in status
        for word in ("OFFLINE", "SIGN IN", "DOWN", "WAITING"):
            assert word not in text
        set_faults(run.demo)
        await run.press("r")
        assert "not whole" not in await run.see("6/6 projects ok")


@in_loop
async def test_a_sign_in_that_ended_keeps_the_rows_and_the_verbs_say_why(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("g")
        await run.point_at("Audit.CD")
        await run.see("6/6 projects ok")
        run.demo.service.accounts[0].left = 0
        await run.press("r")
        await run.see("SIGN IN AGAIN")
        await run.see("0/6 projects ok")
        row = await run.row()
        assert "Audit.CD" in row
        assert row.split()[-1] == "old"
        await run.press("a")
        await run.see("wants you to sign in (:sign-in), so nothing can be decided")
        run.demo.service.accounts[0].left = None
        await run.press("r")
        assert "SIGN IN" not in await run.see("6/6 projects ok")


@in_loop
async def test_a_stopped_collection_is_down_and_a_pause_has_its_end(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.see("6/6 projects ok")
        set_faults(run.demo, "srv-06:retry=")
        await run.press("r")
        await run.see(" DOWN ")
        await run.press("a")
        await run.see("does not serve now, so nothing can be decided. TF24668")
        set_faults(run.demo, "srv-06:retry=120")
        await run.press("r")
        text = await run.see("WAITING until")
        assert re.search(r"WAITING until \d\d:\d\d:\d\d ", text)
