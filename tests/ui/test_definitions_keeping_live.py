"""Definitions restored, deleted and had back, and their folders, by keys, with what the server received."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from reltui.ui.screens.editor import EditorScreen
from tests.support import ledger
from tests.ui.running import Running, running
from tests.ui.test_definition_saving_live import editing_of, somebody_saves
from tests.ui.test_editor_live import editor


def typed(words: str) -> list[str]:
    """Keys that type words."""
    return ["space" if char == " " else char for char in words]


async def command(run: Running, word: str, wanted: str) -> str:
    """Do something by its name, and wait for what it opens."""
    await run.press("colon", *typed(word), "enter")
    return await run.see(wanted)


async def received(run: Running, count: int) -> tuple[str, str, Any]:
    """The newest write, of so many: method, path below the area with what it asks, body."""
    entries = await ledger(run.demo)
    assert len(entries) == count, entries
    assert entries[-1]["applied"]
    path, _, query = unquote(entries[-1]["path"]).partition("/_apis/release/")[2].partition("?")
    asked = [each for each in query.split("&") if not each.startswith("api-version=")]
    return entries[-1]["method"], "?".join([path, *asked]), entries[-1]["body"]


async def test_restored_deleted_and_had_back(tmp_path: Path) -> None:
    async with running(tmp_path, protected=()) as run:
        await run.press("3")
        await run.row()
        await run.press("m")
        await run.see("project: Customer Portal | 9")
        assert "Dock.Booking.CD" in await run.row()
        await run.press("h")
        await run.see("2 revisions")
        await run.press("j")
        shown = await command(run, "restore", "Restores ")
        assert "[ Restore the revision ]" in shown
        assert re.search(r"revision 1 of \d{1,2} [A-Z][a-z]{2}( \d{4})? by Marcus Oyelaran", shown)
        assert "variable Setting1" in shown
        await run.confirm()
        await run.see("landed: save Dock.Booking.CD. It is revision 3 now.")
        method, path, body = await received(run, 1)
        assert (method, path, body["id"], body["revision"]) == ("PUT", "definitions", 42, 2)
        assert "Setting1" not in body["variables"]

        await run.press("3")
        for verb in ("export", "import"):
            await command(run, verb, f"[ {verb.capitalize()} ")
            await run.press("escape")
        shown = await command(run, "delete", "[ Delete the definition ]")
        assert "4 releases of it" in shown
        await run.press("tab", *"moved", "tab", *"Dock.Booking.CD", "tab")
        await run.confirm("enter")
        await run.see("landed: delete definition Dock.Booking.CD")
        assert await received(run, 2) == ("DELETE", "definitions/42?comment=moved", None)

        await command(run, "deleted", "Back  ")
        assert "Dock.Booking.CD" in await run.row()
        await command(run, "undelete", "[ Undelete the definition ]")
        await run.confirm()
        await run.see("landed: undelete definition Dock.Booking.CD")
        assert await received(run, 3) == ("PATCH", "definitions/42", {"comment": ""})


async def test_a_folder_from_its_beginning_to_its_end(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("3")
        await run.row()
        await command(run, "folders", "4 folders")
        await run.press("n")
        await run.see("[ Create a folder ]")
        await run.press("tab", *"Late", "tab")
        await run.confirm()
        await run.see("landed: create folder")
        assert await received(run, 1) == ("POST", "folders", {"path": "\\Late", "description": ""})

        await run.point_at("Late")
        await command(run, "rename", "[ Rename the folder ]")
        await run.press("tab", *"2", "tab")
        await run.confirm()
        await run.see("landed: move folder \\Late. It is \\Late2 now")
        assert await received(run, 2) == ("PATCH", "folders/\\Late", {"path": "\\Late2"})

        # The cursor goes with it.
        await run.see(">     Late2")
        await command(run, "move", "into which folder?")
        await run.press(*"Backend", "enter")
        assert "Holds        nothing" in await run.see("[ Move the folder ]")
        await run.confirm()
        await run.see("landed: move folder \\Late2.")
        assert await received(run, 3) == ("PATCH", "folders/\\Late2", {"path": "\\Backend\\Late2"})

        await run.see(">       Late2")
        shown = await command(run, "delete", "[ Delete the folder ]")
        assert "0 definitions" in shown
        await run.press("tab", *"Late2", "tab")
        await run.confirm("enter")
        await run.see("landed: delete folder")
        assert await received(run, 4) == ("DELETE", "folders/\\Backend\\Late2", None)


async def edited_meanwhile(run: Running, path: tuple[str | int, ...], value: Any) -> None:
    """A name is typed in the editor; meanwhile another person saves something; then the way to save."""
    edit, definition = await editing_of(run)
    run.app.push_screen(EditorScreen(edit))
    await run.see("PROD")
    editor(run).go_to((), "name")
    await run.press("enter", *"-mine", "enter")
    somebody_saves(run, definition, path, value)
    await run.press("s")


async def test_a_change_of_another_person_is_sent_along(tmp_path: Path) -> None:
    async with running(tmp_path, size=(80, 45)) as run:
        await edited_meanwhile(run, ("environments", 0, "retentionPolicy", "daysToKeep"), 77)
        assert "was taken in: 1 change" in await run.see("was taken in")
        await run.confirm()
        await run.see("is revision 3.")
        method, _, body = await received(run, 1)
        assert (method, body["revision"], body["name"][-5:]) == ("PUT", 2, "-mine")
        assert body["environments"][0]["retentionPolicy"]["daysToKeep"] == 77


async def test_the_same_field_is_shown_and_nothing_is_sent_before_it_is_decided(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await edited_meanwhile(run, ("name",), "Theirs.CD")
        shown = await run.see("1 conflict to decide")
        assert "Theirs.CD" in shown
        assert await ledger(run.demo) == []
        await run.press("m", "s")
        await run.see("[ Save the definition ]")
        assert await ledger(run.demo) == []
        await run.confirm()
        await run.see("is revision 3.")
        method, _, body = await received(run, 1)
        assert (method, body["revision"], body["name"][-5:]) == ("PUT", 2, "-mine")
