"""A definition written in the editor, on a real service on the embedded server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reltui.ui.screens.editor import EditorScreen
from tests.support import ledger
from tests.ui.running import Running, running

JOB = ("environments", 0, "deployPhases", 0)


def editor(run: Running) -> EditorScreen:
    """The editor, which may lie under another screen."""
    return next(s for s in reversed(run.app.screen_stack) if isinstance(s, EditorScreen))


def typed(words: str) -> list[str]:
    """Keys that type words."""
    return ["space" if char == " " else char for char in words]


async def sent(run: Running) -> list[dict[str, Any]]:
    """The definitions that the server has received."""
    return [each["body"] for each in await ledger(run.demo) if "definitions" in each["path"]]


async def test_a_new_definition_is_written_saved_and_changed(tmp_path: Path) -> None:
    async with running(tmp_path, protected=()) as run:
        await run.press("3")
        await run.see("definitions")
        await run.press("N", *typed("one stage"), "enter")
        await run.see("Nothing is sent yet")
        await run.press(*typed("Web.CD"), "enter")
        await run.see("new, unsaved")

        # A task of the catalogue, with what it needs.
        editor(run).go_to(JOB)
        await run.press("n", *typed("task"), "enter")
        await run.see("Android signing")
        await run.press(*typed("powershell"), "enter")
        shown = await run.see("Script Path")
        assert "required" in shown
        field = editor(run).field
        assert field is not None
        assert field.label == "Script Path"
        await run.press("enter", *typed("deploy.ps1"), "enter")

        # Somebody to ask before, whom the server finds.
        editor(run).go_to(("environments", 0, "preDeployApprovals"))
        editor(run).turn_to(0)
        await run.press("n", *typed("dana"))
        await run.see("Dana Reyes")
        await run.press("enter")
        await run.see("Approvals before")

        await run.press("s")
        await run.see("Save a new definition")
        await run.confirm("y")
        await run.see("Saved: Web.CD is revision 1")
        assert run.service.edits.load() == ()
        (body,) = await sent(run)
        stage = body["environments"][0]
        (task,) = stage["deployPhases"][0]["workflowTasks"]
        assert task["inputs"]["filePath"] == "deploy.ps1"
        (step,) = stage["preDeployApprovals"]["approvals"]
        assert (step["isAutomated"], step["approver"]["displayName"]) == (False, "Dana Reyes")

        # It goes on from what the server has: one more change, one more revision.
        assert not editor(run).editing.is_changed
        editor(run).go_to(("environments", 0), "name")
        await run.press("enter", "2", "enter", "s")
        await run.see("Save")
        await run.confirm("y")
        await run.see("Saved: Web.CD is revision 2")
        _, changed = await sent(run)
        assert changed["environments"][0]["name"] == "PROD2"
        assert changed["id"]
