"""Nothing that was changed in the editor is lost: while it is saved, in two programs, on another host."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reltui.data import files
from reltui.data.decision import Draft, State, Verb
from reltui.data.edits import digest
from reltui.model.editing.shape import put
from reltui.model.editing.starts import clone_of
from reltui.ui import ways_definition
from reltui.ui.editing import Editing
from reltui.ui.screens.editor import EditorScreen
from reltui.ui.screens.saving_definition import begin
from tests.service.drafts import first_project, made_definition
from tests.support import (
    FAST,
    journal_files,
    let_the_run_look_dead,
    service_on,
    serving,
    set_faults,
    until,
)
from tests.ui.running import Running, running
from tests.ui.test_definition_saving_live import editing_of

HELD = replace(FAST, hold=1.0)
"""Long enough to go on while it is on its way."""


async def saved(run: Running, editing: Editing) -> str:
    """Confirm a save; the id of the decision."""
    begin(run.app, editing)
    await run.see("Save the definition")
    await run.confirm()
    return (await until(lambda: run.service.outbox.decisions()))[0].id


def kept(run: Running) -> list[str]:
    """The name formats of what is kept on disk."""
    return [str(edit.work["releaseNameFormat"]) for edit in run.service.edits.load()]


async def test_what_is_changed_while_it_is_saved_is_on_disk_at_every_moment(tmp_path: Path) -> None:
    async with running(tmp_path, timing=HELD) as run:
        editing, _ = await editing_of(run)
        editing.change({**editing.work, "description": "mine"})
        editing.keep()
        decision = await saved(run, editing)
        editing.change({**editing.work, "releaseNameFormat": "AN-HOUR-$(rev:r)"})
        editing.keep()
        seen: list[list[str]] = []
        run.service.subscribe(lambda _: seen.append(kept(run)))
        await until(lambda: run.service.outbox.get(decision).state is State.LANDED)
        await run.see("is revision 2.")
        assert all(each == ["AN-HOUR-$(rev:r)"] for each in seen)
        assert kept(run) == ["AN-HOUR-$(rev:r)"]


async def test_what_was_changed_after_it_was_sent_outlives_a_crash(tmp_path: Path) -> None:
    async with serving() as demo:
        async with service_on(demo, tmp_path) as service:
            definition, project = await made_definition(demo, service), await first_project(service)
            url = service.server("demo").url
            editing = Editing(service.edits, "demo", url, project, definition.raw, base=definition.raw)
            editing.change({**editing.work, "description": "mine"})
            set_faults(demo, "srv-02:method=PUT,times=1")
            options = {"edit": editing.key, "sent": digest(editing.work)}
            service.outbox.submit(
                Draft(
                    Verb.SAVE,
                    "demo",
                    project.name,
                    project,
                    definition,
                    body=editing.work,
                    options=options,
                )
            )
            await until(lambda: demo.engine.definition(definition.id)["revision"] == 2)
            editing.change({**editing.work, "releaseNameFormat": "AN-HOUR-$(rev:r)"})
            editing.keep()
            await service.outbox.close(grace=0.0)
            killed = journal_files(tmp_path)
        let_the_run_look_dead(tmp_path, killed)
        set_faults(demo)
        async with service_on(demo, tmp_path) as service:
            await until(lambda: [d.state for d in service.outbox.decisions()] == [State.LANDED])
            assert [edit.work["releaseNameFormat"] for edit in service.edits.load()] == ["AN-HOUR-$(rev:r)"]


async def test_opened_again_while_it_is_saved_it_is_the_same_edit(tmp_path: Path) -> None:
    async with running(tmp_path, timing=HELD) as run:
        editing, definition = await editing_of(run)
        run.app.push_screen(EditorScreen(editing))
        await run.see("PROD")
        editing.change({**editing.work, "description": "mine"})
        await saved(run, editing)
        run.app.screen.do_back()  # type: ignore[attr-defined]
        await until(lambda: not isinstance(run.app.screen, EditorScreen))
        ways_definition.open_editor(run.app, "demo", editing.project, definition)
        await until(lambda: isinstance(run.app.screen, EditorScreen))
        assert isinstance(run.app.screen, EditorScreen)
        assert run.app.screen.editing is editing
        editing.change({**editing.work, "releaseNameFormat": "MORE-$(rev:r)"})
        await run.see("is revision 2.")
        assert editing.base is not None
        assert editing.base["revision"] == 2
        assert kept(run) == ["MORE-$(rev:r)"]


async def test_an_edit_of_another_host_is_listed_and_opened_as_a_copy(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        editing, definition = await editing_of(run)
        editing.change({**editing.work, "description": "mine"})
        editing.keep()
        path = run.service.edits.folder / f"{editing.key}.json"
        plain = json.loads(path.read_bytes())
        plain["owner"]["host"] = "laptop"
        path.write_text(json.dumps(plain))
        ways_definition.open_editor(run.app, "demo", editing.project, definition)
        await run.see("that were made on laptop: :unsaved has them.")
        await run.press("escape")
        ways_definition.unsaved(run.app)
        shown = await run.see("Made on")
        assert "laptop" in shown
        await run.press("enter")
        await run.see("This is a copy: the edit itself is on laptop")
        assert isinstance(run.app.screen, EditorScreen)
        assert run.app.screen.editing.key != editing.key
        assert run.app.screen.editing.work["description"] == "mine"


# What is asked while the definition comes back from the server


def one_more_stage(work: dict[str, Any]) -> dict[str, Any]:
    """As another one saves it: with a stage before all others."""
    first = {**work["environments"][0], "name": "CANARY", "id": 999}
    stages = [{**stage, "rank": rank} for rank, stage in enumerate([first, *work["environments"]], 1)]
    return {**work, "environments": stages, "revision": work["revision"] + 1}


@asynccontextmanager
async def editor_at(folder: Path, field: str) -> AsyncIterator[tuple[Running, EditorScreen]]:
    """The editor with the cursor on a field of PROD."""
    async with running(folder, size=(100, 40)) as run:
        editing, _ = await editing_of(run)
        screen = EditorScreen(editing)
        run.app.push_screen(screen)
        await run.see("PROD")
        screen.go_to(("environments", 1), field)
        yield run, screen


def names(screen: EditorScreen) -> list[str]:
    return [str(stage["name"]) for stage in screen.editing.work["environments"]]


async def test_what_is_typed_goes_on_in_its_own_stage(tmp_path: Path) -> None:
    async with editor_at(tmp_path, "name") as (run, screen):
        await run.press("enter", "Z")
        theirs = one_more_stage(screen.editing.work)
        screen.editing.rebase(theirs, theirs)
        assert "CANARY" in await run.see("PRODZ")
        await run.press("Q", "enter")
        assert names(screen) == ["CANARY", "DEV", "PRODZQ"]


async def test_what_others_changed_in_a_field_is_told_while_one_types_there(tmp_path: Path) -> None:
    async with editor_at(tmp_path, "name") as (run, screen):
        await run.press("enter")
        theirs = put(one_more_stage(screen.editing.work), ("environments", 2, "name"), "LIVE")
        screen.editing.rebase(theirs, theirs)
        await run.see("was changed on the server")
        await run.press("enter")
        assert names(screen) == ["CANARY", "DEV", "LIVE"]


async def test_what_is_typed_for_a_stage_that_is_gone_is_written_nowhere(tmp_path: Path) -> None:
    async with editor_at(tmp_path, "name") as (run, screen):
        await run.press("enter", "Z")
        work = screen.editing.work
        theirs = {**work, "environments": [{**work["environments"][0], "name": "CANARY", "id": 999}]}
        screen.editing.rebase(theirs, theirs)
        await run.see("is gone from the definition")
        await run.press("Q", "enter")
        assert names(screen) == ["CANARY"]


async def test_a_picker_is_closed_rather_than_writing_elsewhere(tmp_path: Path) -> None:
    async with editor_at(tmp_path, "") as (run, screen):
        screen.turn_to(0)
        await run.press("n")
        await run.see("Add what at PROD?")
        theirs = one_more_stage(screen.editing.work)
        screen.editing.rebase(theirs, theirs)
        await run.see("pick it again")
        assert run.app.screen is screen
        assert screen.node.label == "PROD"
        assert screen.editing.work is not theirs
        assert names(screen) == ["CANARY", "DEV", "PROD"]


# What cannot be kept


async def test_what_cannot_be_kept_is_not_left_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    async with editor_at(tmp_path, "") as (run, screen):
        screen.turn_to(0)
        monkeypatch.setattr(files, "replace", full)
        screen.editing.change({**screen.editing.work, "description": "an hour"})
        for key in ("escape", "q", "1", "ctrl+c"):
            await run.press(key)
            shown = await run.see("Leave what could not be kept?")
            assert "space left on device" in shown
            await run.press("escape")
            assert run.app.screen is screen
        await run.press("escape")
        await run.see("Leave what could not be kept?")
        await run.confirm()
        await until(lambda: not isinstance(run.app.screen, EditorScreen))
        assert not list(run.app.editings)


async def test_what_can_be_kept_again_is_left_without_a_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with editor_at(tmp_path, "") as (run, screen):
        screen.turn_to(0)
        folder = run.service.edits.folder
        folder.parent.mkdir(exist_ok=True)
        folder.write_text("in the way")
        screen.editing.change({**screen.editing.work, "description": "an hour"})
        await run.press("q")
        await run.see("Leave what could not be kept?")
        await run.press("escape")
        folder.unlink()
        await run.press("q")
        await run.see("is kept as an unsaved edit")
        assert [edit.work["description"] for edit in run.service.edits.load()] == ["an hour"]


# What cannot be saved


async def test_a_new_definition_is_not_made_twice(tmp_path: Path) -> None:
    async with running(tmp_path, size=(80, 45), timing=HELD) as run:
        before, definition = await editing_of(run)
        work = clone_of(definition.raw, "Fresh.CD", "\\")
        work["environments"] = [{**stage, "variables": {}} for stage in work["environments"]]
        editing = Editing(run.service.edits, "demo", before.server_url, before.project, work)
        begin(run.app, editing)
        await run.see("Save a new definition")
        await run.confirm()
        await until(lambda: run.service.outbox.decisions())
        editing.change({**editing.work, "name": "Fresh2.CD"})
        begin(run.app, editing)
        await run.see("A save of it is held already")
        await run.see("Saved: Fresh.CD is revision 1.")
        begin(run.app, editing)
        await run.see("Save the definition")
        assert editing.definition_id > 0
        assert len(run.service.outbox.decisions()) == 1


async def test_what_was_deleted_meanwhile_becomes_a_new_definition(tmp_path: Path) -> None:
    async with editor_at(tmp_path, "") as (run, screen):
        screen.turn_to(0)
        editing, engine = screen.editing, run.demo.engine
        editing.change({**editing.work, "description": "an hour"})
        engine.delete_definition(editing.definition_id, "", True, str(engine.me["id"]))
        await run.press("s")
        await run.see(":save-as-new there makes a new definition of what is edited.")
        await run.press("escape")
        assert run.app.screen is screen
        await run.press("colon", *"save-as-new", "enter")
        await run.see("A new definition of what Test.")
        await run.press(*"Again", "enter")
        await run.see("  new, ")
        assert isinstance(run.app.screen, EditorScreen)
        work = run.app.screen.editing.work
        assert (work["id"], work["description"], work["name"][-5:]) == (0, "an hour", "Again")
        assert run.app.screen.editing.base is None
