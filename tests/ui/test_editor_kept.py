"""Nothing that was changed in the editor is lost: while it is saved, in two programs, on another host."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from reltui.data.decision import Draft, State, Verb
from reltui.data.edits import digest
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
