"""Conflicts of a save, and problems that keep it back, as they look and are decided."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from reltui.data.edits import EditStore
from reltui.demo.hostile import CLASSES
from reltui.model.editing.checks import Finding, findings
from reltui.model.editing.merge import Merge, merge
from reltui.ui.app import UiOptions
from reltui.ui.editing import Editing
from reltui.ui.screens.conflicts import ConflictsScreen
from reltui.ui.screens.problems import ProblemsScreen
from tests.ui.definition_samples import known_definition, raw_definition
from tests.ui.samples import BILLING
from tests.ui.screen_text import settled, text
from tests.ui.still_service import SERVER, showing
from tests.ui.test_screens_lists import compare
from tests.ui.verb_samples import press

SIZES = ((80, 24), (160, 45))


def versions() -> tuple[dict[str, Any], dict[str, Any]]:
    """Mine and theirs: two conflicts, and one thing that only they changed."""
    mine, theirs = copy.deepcopy(raw_definition()), copy.deepcopy(raw_definition())
    mine["variables"]["ExportRetries"]["value"] = "5"
    theirs["variables"]["ExportRetries"]["value"] = "9"
    mine["environments"][2]["executionPolicy"] = {"concurrencyCount": 2, "queueDepthCount": 1}
    theirs["environments"][2]["executionPolicy"] = {"concurrencyCount": 3, "queueDepthCount": 1}
    theirs["environments"][0]["variables"]["Target"]["value"] = "web-test"
    return mine, {**theirs, "revision": 58}


def editing(work: dict[str, Any], folder: Path) -> Editing:
    store = EditStore(folder / "edits")
    return Editing(store, SERVER, "https://tfs01.example", BILLING, work, base=raw_definition())


async def open_conflicts(pilot: Pilot[str], folder: Path, done: list[Merge]) -> ConflictsScreen:
    mine, theirs = versions()
    found = merge(raw_definition(), mine, theirs)
    screen = ConflictsScreen(editing(mine, folder), found, ("Kim Salo", "revision 58"), done.append)
    pilot.app.push_screen(screen)
    await settled(pilot, "2 conflicts to decide")
    return screen


@pytest.mark.parametrize("size", SIZES)
async def test_how_conflicts_look(
    size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with showing(tmp_path, monkeypatch, size, known_definition()) as (pilot, _):
        await open_conflicts(pilot, tmp_path, [])
        compare("conflicts", size, text(pilot.app))
        await press(pilot, "m")
        compare("conflicts-one-decided", size, await settled(pilot, "1 conflict to decide"))


async def test_nothing_is_decided_beforehand_and_each_must_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[Merge] = []
    async with showing(tmp_path, monkeypatch, known=known_definition()) as (pilot, _):
        screen = await open_conflicts(pilot, tmp_path, done)
        assert screen.decided == {}
        await press(pilot, "s")
        await settled(pilot, "2 conflicts are not decided yet.")
        await press(pilot, "m", "t")
        await settled(pilot, "all decided")
        await press(pilot, "s")
        assert pilot.app.screen is not screen
    (found,) = done
    assert found.conflicts == ()
    values = (
        found.merged["variables"]["ExportRetries"]["value"],
        found.merged["environments"][2]["executionPolicy"]["concurrencyCount"],
        found.merged["environments"][0]["variables"]["Target"]["value"],
    )
    assert values == ("5", 3, "web-test")


async def test_escape_leaves_the_edit_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[Merge] = []
    async with showing(tmp_path, monkeypatch, known=known_definition()) as (pilot, _):
        screen = await open_conflicts(pilot, tmp_path, done)
        await press(pilot, "m", "escape")
        assert pilot.app.screen is not screen
        assert done == []
        assert screen.editing.work == versions()[0]


@pytest.mark.parametrize("size", SIZES)
async def test_how_problems_look_and_enter_goes_to_one(
    size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = copy.deepcopy(raw_definition())
    broken["name"] = ""
    broken["environments"][2]["retentionPolicy"]["daysToKeep"] = 0
    errors = [each for each in findings(broken) if each.is_error]
    gone_to: list[Finding] = []
    async with showing(tmp_path, monkeypatch, size, known_definition()) as (pilot, _):
        screen = ProblemsScreen(editing(broken, tmp_path), errors, gone_to.append)
        pilot.app.push_screen(screen)
        compare("problems", size, await settled(pilot, "cannot be saved yet"))
        await press(pilot, "j", "enter")
        assert gone_to == errors[1:2]
        assert pilot.app.screen is not screen


async def test_hostile_text_is_shown_as_marks_and_ascii_stays_ascii(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    payload = "".join(payload for each in CLASSES.values() for payload in each)
    mine, theirs = copy.deepcopy(raw_definition()), copy.deepcopy(raw_definition())
    mine["description"], theirs["description"] = payload, f"{payload}!"
    async with showing(tmp_path, monkeypatch, known=known_definition()) as (pilot, _):
        found = merge(raw_definition(), mine, theirs)
        pilot.app.push_screen(ConflictsScreen(editing(mine, tmp_path), found, ("Kim", "revision 58"), print))
        shown = await settled(pilot, "1 conflict to decide")
        assert all(c.isprintable() or c == "\n" for c in shown)
    async with showing(tmp_path, monkeypatch, known=known_definition(), options=UiOptions(ascii=True)) as (
        pilot,
        _,
    ):
        await open_conflicts(pilot, tmp_path, [])
        assert text(pilot.app).isascii()
