"""From an edit to the server: read again, merged, checked, asked, and followed to the verdict."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

from reltui.data.decision import State
from reltui.data.topics import DefinitionOf
from reltui.model.definition import Definition
from reltui.model.editing.shape import put
from reltui.ui.editing import Editing
from reltui.ui.screens.conflicts import ConflictsScreen
from reltui.ui.screens.definition_saving import SavingDialog
from reltui.ui.screens.editor import EditorScreen
from reltui.ui.screens.problems import ProblemsScreen
from reltui.ui.screens.saving_definition import begin
from tests.service.drafts import first_project, made_definition
from tests.support import FAST, until
from tests.ui.running import LONG_HOLD, Running, running


async def editing_of(run: Running) -> tuple[Editing, Definition]:
    """A definition of its own, opened for editing."""
    definition = await made_definition(run.demo, run.service)
    project = await first_project(run.service)
    url = run.service.server("demo").url
    editing = Editing(run.service.edits, "demo", url, project, definition.raw, base=definition.raw)
    return editing, definition


def somebody_saves(run: Running, definition: Definition, path: tuple[str | int, ...], value: Any) -> None:
    """Another one saves a revision, with one thing changed."""
    engine = run.demo.engine
    now = copy.deepcopy(engine.definition(definition.id))
    body = put(now, path, value)
    project = engine.definition_project(definition.id)
    people = {str(each["modifiedBy"]["id"]) for each in engine.definitions(project)}
    other = min(people - {str(engine.me["id"])})
    engine.update_definition(project, body, other)


def stored(run: Running, definition: Definition) -> dict[str, Any]:
    found: dict[str, Any] = run.demo.engine.definition(definition.id)
    return found


async def test_what_others_changed_elsewhere_is_taken_in_and_both_are_saved(tmp_path: Path) -> None:
    async with running(tmp_path, size=(80, 45), timing=FAST) as run:
        editing, definition = await editing_of(run)
        somebody_saves(run, definition, ("description",), "for the night shift")
        editing.change({**editing.work, "variables": {"Retries": {"value": "3"}}})
        begin(run.app, editing)
        shown = await run.see("revision 2 by ")
        assert "was taken in: 1 change" in shown
        assert "for the night shift" in shown
        assert "variable Retries" in shown
        await run.confirm()
        await run.see("is revision 3.")
        now = stored(run, definition)
        assert now["description"] == "for the night shift"
        assert now["variables"]["Retries"]["value"] == "3"
        assert editing.base is not None
        assert editing.base["revision"] == 3
        assert not editing.is_changed
        assert run.service.edits.load() == ()


async def test_what_both_changed_is_decided_one_by_one(tmp_path: Path) -> None:
    async with running(tmp_path, timing=FAST) as run:
        editing, definition = await editing_of(run)
        somebody_saves(run, definition, ("description",), "theirs")
        editing.change({**editing.work, "description": "mine"})
        begin(run.app, editing)
        await run.see("1 conflict to decide")
        assert isinstance(run.app.screen, ConflictsScreen)
        await run.press("s")
        await run.see("1 conflict is not decided yet.")
        await run.press("t")
        await run.see("all decided")
        await run.press("m", "s")
        await run.see("Save the definition")
        await run.confirm()
        await run.see("is revision 3.")
        assert stored(run, definition)["description"] == "mine"


async def test_taking_theirs_leaves_nothing_to_save(tmp_path: Path) -> None:
    async with running(tmp_path, timing=FAST) as run:
        editing, definition = await editing_of(run)
        somebody_saves(run, definition, ("description",), "theirs")
        editing.change({**editing.work, "description": "mine"})
        begin(run.app, editing)
        await run.see("1 conflict to decide")
        await run.press("t", "s")
        await run.see("nothing is left to save")
        assert editing.work["description"] == "theirs"
        assert run.service.outbox.decisions() == ()


async def test_what_the_server_would_refuse_is_listed_and_enter_goes_to_it(tmp_path: Path) -> None:
    async with running(tmp_path, timing=FAST) as run:
        editing, _ = await editing_of(run)
        run.app.push_screen(EditorScreen(editing))
        await run.see("PROD")
        editing.change({**editing.work, "name": ""})
        begin(run.app, editing)
        await run.see("cannot be saved yet: 1 problem")
        assert isinstance(run.app.screen, ProblemsScreen)
        await run.press("enter")
        assert isinstance(run.app.screen, EditorScreen)
        assert run.app.screen.field is not None
        assert run.app.screen.field.id == "name"


async def test_a_new_one_is_made_and_goes_on_from_there(tmp_path: Path) -> None:
    async with running(tmp_path, size=(80, 45), timing=FAST) as run:
        kept, definition = await editing_of(run)
        owned = ("id", "revision", "createdBy", "createdOn", "modifiedBy", "modifiedOn", "url", "_links")
        work = {name: value for name, value in definition.raw.items() if name not in owned}
        stages = [{**stage, "id": 0, "variables": {}} for stage in work["environments"]]
        work |= {"name": "Fresh.CD", "environments": stages}
        editing = Editing(run.service.edits, "demo", kept.server_url, kept.project, work)
        editing.keep()
        begin(run.app, editing)
        await run.see("Save a new definition")
        await run.confirm()
        await run.see("Saved: Fresh.CD is revision 1.")
        assert editing.definition_id > definition.id
        assert not editing.is_changed


async def test_a_revision_that_came_in_between_leaves_the_edit_unsaved(tmp_path: Path) -> None:
    async with running(tmp_path, timing=replace(FAST, hold=0.6)) as run:
        editing, definition = await editing_of(run)
        editing.change({**editing.work, "description": "mine"})
        begin(run.app, editing)
        await run.see("Save the definition")
        await run.confirm()
        await until(lambda: run.service.outbox.decisions())
        somebody_saves(run, definition, ("description",), "theirs")
        await run.see("Not saved, not sent.")
        assert stored(run, definition)["description"] == "theirs"
        assert [edit.work["description"] for edit in run.service.edits.load()] == ["mine"]


async def test_taken_back_leaves_the_edit_unsaved(tmp_path: Path) -> None:
    async with running(tmp_path, timing=LONG_HOLD) as run:
        editing, definition = await editing_of(run)
        editing.change({**editing.work, "description": "mine"})
        begin(run.app, editing)
        await run.see("Save the definition")
        await run.confirm()
        decision = (await until(lambda: run.service.outbox.decisions()))[0]
        await run.press("U")
        await run.see("Not saved, taken back.")
        assert run.service.outbox.get(decision.id).state is State.TAKEN_BACK
        assert stored(run, definition)["revision"] == 1
        assert editing.is_changed


async def test_a_change_while_it_is_sent_stays_unsaved(tmp_path: Path) -> None:
    async with running(tmp_path, timing=replace(FAST, hold=0.4)) as run:
        editing, definition = await editing_of(run)
        editing.change({**editing.work, "description": "mine"})
        begin(run.app, editing)
        await run.see("Save the definition")
        assert isinstance(run.app.screen, SavingDialog)
        await run.confirm()
        await until(lambda: run.service.outbox.decisions())
        editing.change({**editing.work, "releaseNameFormat": "R-$(rev:r)"})
        await run.see("is revision 2.")
        assert editing.base is not None
        assert editing.base["description"] == "mine"
        assert editing.work["releaseNameFormat"] == "R-$(rev:r)"
        assert editing.is_changed
        topic = DefinitionOf("demo", editing.project, definition.id)
        assert run.service.look(topic).data is not None
