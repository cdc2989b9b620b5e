"""Definitions to files and back: what is asked, what is said, and that nothing is overwritten or guessed."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from reltui.data.topics import DefinitionOf, DefinitionsOf, ProjectsOf, ResourcesOf
from reltui.model.editing.owned import unowned
from reltui.model.project import Project
from reltui.ui.app import UiOptions
from reltui.ui.screens import exporting, importing
from reltui.ui.screens.importing import completed
from tests.support import read_whole
from tests.ui.running import Running, running

Json = dict[str, Any]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory that the program was started in."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@asynccontextmanager
async def at_work(folder: Path, **options: Any) -> AsyncIterator[tuple[Running, Project, Json]]:
    """The application, a project of it and a whole definition of that."""
    async with running(folder, **options) as run:
        project = (run.service.look(ProjectsOf("demo")).data or ())[0]
        definitions = (await read_whole(run.service, DefinitionsOf("demo", project))).data
        assert definitions is not None
        whole = await read_whole(run.service, DefinitionOf("demo", project, definitions.rows[0].id))
        assert whole.data is not None
        yield run, project, dict(whole.data.definition.raw)


async def export(run: Running, project: Project, raw: Json) -> Path:
    exporting.begin(run.app, "demo", project, raw)
    await read_whole(run.service, ResourcesOf("demo", project))
    await run.see("To which file?")
    await run.press("enter")
    await run.see(" is in ")
    return next(Path.cwd().iterdir())


async def open_file(run: Running, project: Project, name: str) -> None:
    importing.begin(run.app, "demo", project)
    await run.see("Which file?")
    await run.pilot.press(*name, "enter")


# Export


async def test_export_writes_the_whole_definition_and_says_what_is_left_out(
    tmp_path: Path, here: Path
) -> None:
    async with at_work(tmp_path) as (run, project, raw):
        exporting.begin(run.app, "demo", project, raw)
        await read_whole(run.service, ResourcesOf("demo", project))
        shown = await run.see("the 3 values of secret")
        assert "only its server knows" in shown
        assert "not known yet" not in await run.see("Dunning.CD.definition.json")
        await run.press("enter")
        await run.see(" is in ")
        found = json.loads((here / "Dunning.CD.definition.json").read_text())
        assert found["definition"] == unowned(raw)
        assert found["names"]["queues"]
        # The next one gets another name.
        exporting.begin(run.app, "demo", project, raw)
        await run.see("Dunning.CD.definition-2.json")


async def test_nothing_is_overwritten(tmp_path: Path, here: Path) -> None:
    async with at_work(tmp_path) as (run, project, raw):
        (here / "mine").write_text("mine")
        exporting.begin(run.app, "demo", project, raw)
        await run.see("To which file?")
        await run.press("ctrl+u", *"mine", "enter")
        await run.see("already; choose another name")
        assert (here / "mine").read_text() == "mine"


async def test_clear_passwords_are_named_before_they_are_written(tmp_path: Path, here: Path) -> None:
    async with at_work(tmp_path) as (run, project, raw):
        changed = json.loads(json.dumps(raw))
        task = changed["environments"][0]["deployPhases"][0]["workflowTasks"][0]
        task["inputs"] = {**task["inputs"], "Password": "letmein"}
        exporting.begin(run.app, "demo", project, changed)
        await run.see("Written in clear")
        assert "letmein" not in run.text


async def test_the_short_form_is_not_exported(tmp_path: Path, here: Path) -> None:
    async with at_work(tmp_path) as (run, project, raw):
        for short in ({**raw, "environments": []}, {"name": "x"}):
            exporting.begin(run.app, "demo", project, short)
            await run.see("has not been read whole yet")
    assert os.listdir(here) == []


# Which file


@pytest.mark.parametrize(
    ("typed", "whole", "names"),
    [
        ("a", "alpha", ("alpha-1.json", "alpha-2.json")),
        ("alpha-1", "alpha-1.json", ()),
        ("f", "folder/", ()),
        ("folder/", "folder/in.json", ()),
        ("./f", "./folder/", ()),
        ("z", "z", ()),
        ("nowhere/x", "nowhere/x", ()),
        (".h", ".hidden", ()),
    ],
)
def test_completing_a_path(here: Path, typed: str, whole: str, names: tuple[str, ...]) -> None:
    for name in ("alpha-1.json", "alpha-2.json", ".hidden", "bad\x1bname"):
        (here / name).write_text("")
    (here / "folder").mkdir()
    (here / "folder" / "in.json").write_text("")
    assert completed(typed, here) == ("alpha-" if typed == "a" else whole, names)
    assert completed(f"{here}/f", Path("/")) == (f"{here}/folder/", ())
    assert "bad\x1bname" not in completed("", here)[1]


async def test_files_that_cannot_be_taken(tmp_path: Path, here: Path) -> None:
    contents: dict[str, bytes] = {
        "no UTF-8 text": b"\xff\xfe",
        "Line 1, column 13: A comma is missing here.": b'{"name": "a"\n"b": 1}',
        "no stages in it": b'{"name": "a"}',
        "newer reltui": b'{"reltui": "definition", "version": 9}',
    }
    async with at_work(tmp_path) as (run, project, _):
        await open_file(run, project, "f")
        await run.see("There is no such file.")
        for words, content in contents.items():
            (here / "f").write_bytes(content)
            await run.press("enter")
            shown = await run.see(words)
            assert "Which file?" in shown, "another path can be typed"
        (here / "f").unlink()
        (here / "f").mkdir()
        await run.press("enter")
        await run.see("It is a directory")


async def test_tab_completes_and_shows_what_there_is(tmp_path: Path, here: Path) -> None:
    for name in ("web-1.json", "web-2.json"):
        (here / name).write_text("{}")
    async with at_work(tmp_path) as (run, project, _):
        importing.begin(run.app, "demo", project)
        await run.see("Which file?")
        await run.pilot.press("w", "tab")
        await run.see("web-1.json  web-2.json")
        await run.pilot.press("2", "tab")
        await run.see("│ web-2.json")
        await run.press("escape")
        await run.see("[Approvals")


# What is meant here


async def test_into_another_project(tmp_path: Path, here: Path) -> None:
    async with at_work(tmp_path) as (run, project, raw):
        file = await export(run, project, raw)
        document = json.loads(file.read_text())
        # As from another server, where ids are others and some names too.
        document |= {"server": "https://there.example/tfs/Main"}
        names = document["names"]
        [(queue, _), *_] = names["queues"].items()
        names["queues"][queue] = "Elsewhere only"
        person = next(iter(names["people"]))
        text = json.dumps(document).replace(person, "0f0e0d0c-1111-4222-8333-444444444444")
        file.write_text(text)
        other = (run.service.look(ProjectsOf("demo")).data or ())[1]
        await open_file(run, other, file.name)
        await read_whole(run.service, ResourcesOf("demo", other))
        shown = await run.see("suggested person")
        assert shown.count("open ") == 2
        assert "2 of 6 are open" in shown
        await run.confirm()
        await run.see("2 of 6 are open")
        # The build of the other project is none of these: it stays empty.
        await run.press("tab")
        await run.point_at("build")
        await run.press("enter")
        await run.see("What is the build")
        await run.press(*"leave", "enter")
        await run.see("empty     build")
        await run.point_at("Elsewhere only")
        await run.press("enter")
        await run.see("What is the queue Elsewhere only here?")
        await run.press("enter")
        shown = await run.see("chosen    queue")
        assert "are open" not in shown
        await run.confirm()
        await run.see("Import of Dunning.CD")
        await run.press("enter")
        editing = await edited(run)
        assert editing.base is None
        work = editing.work
        assert work["name"] == "Dunning.CD"
        assert work["artifacts"][0]["definitionReference"]["definition"] == {"id": "", "name": ""}
        known = run.service.look(ResourcesOf("demo", other)).data
        assert known is not None
        assert known.queues is not None
        used = [
            job["deploymentInput"]["queueId"]
            for stage in work["environments"]
            for job in stage["deployPhases"]
        ]
        assert set(used) <= {queue.id for queue in known.queues}
        assert "0f0e0d0c" not in json.dumps(work)
        assert not {"revision", "_links", "createdBy"} & work.keys()


async def edited(run: Running) -> Any:
    """What the editor has, once it is open."""
    for _ in range(2000):
        found = getattr(run.app.screen, "editing", None)
        if found is not None:
            return found
        await run.pilot.pause(0.02)
    raise AssertionError(f"no editor:\n{run.text}")


async def test_into_the_same_project_everything_is_itself(tmp_path: Path, here: Path) -> None:
    async with at_work(tmp_path, options=UiOptions(ascii=True)) as (run, project, raw):
        file = await export(run, project, raw)
        await open_file(run, project, file.name)
        shown = await run.see("written from this project")
        assert "open " not in shown
        assert shown.isascii()
        await run.confirm()
        await run.see("Import of Dunning.CD")
        await run.press("enter")
        await run.see("There is a definition")
        await run.press(*"-2", "enter")
        editing = await edited(run)
        assert editing.work["name"] == "Dunning.CD-2"
        assert editing.work["path"] == raw["path"]


async def test_who_is_meant_is_found_by_typing(tmp_path: Path, here: Path) -> None:
    async with at_work(tmp_path) as (run, project, raw):
        file = await export(run, project, raw)
        await open_file(run, project, file.name)
        await run.see("written from this project")
        await run.press("tab")
        await run.point_at("person")
        await run.press("enter")
        assert "suggested" in await run.see("Who is Lee Whitcomb here?")
        await run.press(*"dana")
        await run.see(">   Dana Reyes")
        await run.press("enter")
        await run.see("-> Dana Reyes")


async def test_by_command(tmp_path: Path, here: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("3")
        await run.see("[Definitions]")
        await run.row()
        await run.press("colon", *"export", "enter")
        await run.see("Export the definition")
        await run.press("enter")
        await run.see(" is in ")
        await run.press("colon", *"import", "enter")
        await run.see("Import a definition")
        [name] = os.listdir(here)
        await run.pilot.press(name[0], "tab", "enter")
        await run.see("written from this project")


async def test_read_only_imports_nothing(tmp_path: Path, here: Path) -> None:
    async with at_work(tmp_path, read_only=True) as (run, project, _):
        importing.begin(run.app, "demo", project)
        await run.see("is read-only here")
        assert run.app.depth == 0
