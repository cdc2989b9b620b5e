"""The editor of a definition: what is seen, what its keys change, and that nothing is lost."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from reltui.data.topics import BranchesOf, DefinitionData, DefinitionOf, ResourcesOf
from reltui.model.definition import definition_from_json
from reltui.model.editing.shape import at, put
from reltui.model.identity import Identity
from reltui.model.resources import Build, Choice, Queue, Resources, TaskInput, TaskType, VariableGroup
from reltui.model.text import SafeText
from reltui.ui import ways_definition
from reltui.ui.app import ReltuiApp, UiOptions
from reltui.ui.screens.editor import EditorScreen
from tests.ui.definition_samples import TASK, known_definition, raw_definition
from tests.ui.editing_samples import large, three_stages
from tests.ui.samples import BILLING, CAB, KIM
from tests.ui.screen_text import settled, text
from tests.ui.still_service import SERVER, StillService, showing, whole
from tests.ui.test_screens_lists import compare

Raw = dict[str, Any]
SIZES = ((80, 24), (120, 36), (160, 45))
JOB = ("environments", 0, "deployPhases", 0)
PERSON, GROUP = "00000000-0000-4000-8000-00000000000c", "00000000-0000-4000-8000-00000000000d"
SECRET = "correct horse battery"


def given(name: str, label: str, type: str = "string", **more: Any) -> TaskInput:
    """An input of a task."""
    usual: Raw = {
        "default": "",
        "is_required": False,
        "help": SafeText(f"The {label.lower()} to use."),
        "options": (),
        "group": "",
        "visible_rule": "",
        "is_many_lines": type == "multiLine",
    }
    return TaskInput(name, SafeText(label), type, **{**usual, **more})


def task_type(id: str, label: str, category: str, *inputs: TaskInput, runs_on: str = "Agent") -> TaskType:
    """A task of the catalogue."""
    words = SafeText(f"{label} on the machines of a stage.")
    return TaskType(
        id,
        SafeText(label),
        SafeText(label),
        "2.181.0",
        2,
        words,
        SafeText(category),
        (runs_on,),
        inputs,
        label,
    )


COPY = task_type(
    "00000000-0000-4000-8000-0000000000aa",
    "Copy files",
    "Utility",
    given("Source", "Source folder", is_required=True),
    given("Clean", "Clean first", "boolean", default="false"),
    given("Mode", "Mode", "pickList", options=(("fast", SafeText("Fast")), ("safe", SafeText("Safe")))),
)
SCRIPT = task_type(TASK, "Run a script", "Utility", given("script", "Script", "multiLine"))
WAIT = task_type("00000000-0000-4000-8000-0000000000bb", "Delay", "Utility", runs_on="Server")
KNOWN = Resources(
    task_types=(COPY, SCRIPT, WAIT),
    queues=(Queue(12, SafeText("Default"), SafeText("Default")), Queue(17, SafeText("Own"), SafeText("Own"))),
    deployment_groups=(),
    variable_groups=(VariableGroup(3, SafeText("billing-common"), SafeText(""), ()),),
    builds=(
        Build(12, SafeText("Invoice.CI"), SafeText("\\"), "p1", SafeText("Billing"), "r1", "refs/heads/main"),
    ),
    repositories=(),
    connections=(),
    folders=(),
)


def files_below(folder: Path) -> list[Path]:
    """Every file there."""
    return [path for path in folder.rglob("*") if path.is_file()]


class Hand:
    """A person at the editor."""

    def __init__(self, pilot: Pilot[str], service: StillService) -> None:
        self.pilot = pilot
        self.service = service

    @property
    def editor(self) -> EditorScreen:
        """The editor, which may lie under another screen."""
        return next(s for s in reversed(self.pilot.app.screen_stack) if isinstance(s, EditorScreen))

    @property
    def work(self) -> Raw:
        """The definition as it is now."""
        return self.editor.editing.work

    @property
    def text(self) -> str:
        """The screen."""
        return text(self.pilot.app)

    async def press(self, *keys: str) -> str:
        """Press keys, and let what they have changed be drawn."""
        for key in keys:
            await self.pilot.press(key)
        await self.pilot.pause()
        await self.pilot.pause(0.02)
        return self.text

    async def write(self, words: str) -> str:
        """Type words."""
        return await self.press(*("space" if c == " " else c for c in words))

    async def go(self, *path: str | int, field: str = "") -> None:
        """Put the cursor on a part, and on one of its fields."""
        self.editor.go_to(path, field)
        await self.pilot.pause()

    async def see(self, wanted: str) -> str:
        """Wait for a text."""
        return await settled(self.pilot, wanted)

    async def at_rest(self) -> str:
        """Wait until the problems were looked for."""
        for _ in range(2000):
            await self.pilot.pause(0.02)
            editor = self.editor
            if editor.review.is_of(editor.editing, editor.known):
                await self.pilot.pause(0.02)
                return self.text
        raise AssertionError(f"they were never looked for:\n{self.text}")


@asynccontextmanager
async def hand(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    raw: Raw | None = None,
    size: tuple[int, int] = (80, 24),
    *,
    is_new: bool = False,
    ascii: bool = False,
) -> AsyncIterator[Hand]:
    """The editor on a definition, everything that can be picked known."""
    base = raw if raw is not None else raw_definition()
    known = {**known_definition(), ResourcesOf(SERVER, BILLING): whole(KNOWN)}
    known[BranchesOf(SERVER, BILLING, "r1")] = whole(
        (Choice("refs/heads/main", SafeText("main")), Choice("refs/heads/next", SafeText("next")))
    )
    known[DefinitionOf(SERVER, BILLING, 5)] = whole(DefinitionData(definition_from_json(base), ()))
    async with showing(folder, monkeypatch, size, known, UiOptions(ascii=ascii)) as (pilot, service):
        app = pilot.app
        assert isinstance(app, ReltuiApp)
        app.guard.quiet_seconds = 0.01
        definition = None if is_new else definition_from_json(base)
        ways_definition.open_editor(app, SERVER, BILLING, definition, base if is_new else None)
        await settled(pilot, "Edit > ")
        yield Hand(pilot, service)


@pytest.mark.parametrize("size", SIZES)
async def test_how_it_looks(size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with hand(tmp_path, monkeypatch, size=size) as at_editor:
        compare("editor", size, await at_editor.at_rest())
        await at_editor.go(*JOB, "workflowTasks", 0, field="input:script")
        compare("editor-task", size, await at_editor.at_rest())
        await at_editor.go("environments", 0, field="name")
        await at_editor.press("enter", "2", "enter")
        compare("editor-changed", size, await at_editor.at_rest())


async def test_ascii_has_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with hand(tmp_path, monkeypatch, ascii=True) as at_editor:
        await at_editor.go(*JOB, field="name")
        shown = await at_editor.at_rest()
        compare("editor-ascii", (80, 24), shown)
        assert shown.isascii()
        assert (await at_editor.press("n")).isascii()


@pytest.mark.parametrize("ascii", [False, True])
async def test_nothing_of_the_server_steers_the_terminal(
    ascii: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evil = "\x1b[31m\u202eevil\u200b\x07\n[bold]x[/]"
    raw = raw_definition()
    for path in (
        ("name",),
        ("description",),
        ("environments", 0, "name"),
        (*JOB, "name"),
        (*JOB, "workflowTasks", 0, "name"),
        (*JOB, "workflowTasks", 0, "inputs", "script"),
        ("artifacts", 0, "alias"),
    ):
        raw = put(raw, path, evil)
    raw["variables"] = {evil: {"value": evil}}
    async with hand(tmp_path, monkeypatch, raw, (160, 45), ascii=ascii) as at_editor:
        for node in at_editor.editor.parts.nodes:
            await at_editor.go(*node.path)
            shown = at_editor.text
            assert all(char.isprintable() or char == "\n" for char in shown)
            assert "\u202e" not in shown
        await at_editor.go(field="name")
        # What cannot be shown is no text to go on from, and stays when nothing is typed.
        await at_editor.press("enter")
        await at_editor.see("cannot be shown")
        await at_editor.press("enter")
        await at_editor.press("slash")
        assert at_editor.work == raw


class TestOneField:
    async def test_is_typed_where_it_stands(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with hand(tmp_path, monkeypatch) as at_editor:
            await at_editor.go("environments", 0, field="name")
            shown = await at_editor.press("enter", "2")
            assert "> " in next(row for row in shown.splitlines() if "DEV2" in row)
            assert at_editor.work["environments"][0]["name"] == "DEV"
            shown = await at_editor.press("enter")
            assert at_editor.work["environments"][0]["name"] == "DEV2"
            # The stage behind it goes on to wait for it.
            assert at(at_editor.work, ("environments", 1, "conditions", 0, "name")) == "DEV2"
            assert "unsaved" in shown

    async def test_escape_leaves_it_as_it_was(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with hand(tmp_path, monkeypatch) as at_editor:
            await at_editor.go("environments", 0, field="name")
            await at_editor.press("enter", "2", "escape")
            assert at_editor.work == raw_definition()
            # The next Escape goes back to the outline, and the one after away.
            await at_editor.press("escape")
            assert at_editor.editor.pane == 0

    async def test_a_wrong_value_stays_in_the_field(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with hand(tmp_path, monkeypatch) as at_editor:
            await at_editor.go(*JOB, field="timeout")
            await at_editor.press("enter", *["backspace"] * 8)
            await at_editor.write("soon")
            shown = await at_editor.press("enter")
            assert "soon" in shown
            assert at_editor.work == raw_definition()
            await at_editor.press(*["backspace"] * 4, "9", "0", "m", "enter")
            assert at(at_editor.work, (*JOB, "deploymentInput", "timeoutInMinutes")) == 90

    async def test_yes_and_no_turn(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with hand(tmp_path, monkeypatch) as at_editor:
            await at_editor.go(*JOB, "workflowTasks", 0, field="enabled")
            await at_editor.press("enter")
            assert at(at_editor.work, (*JOB, "workflowTasks", 0, "enabled")) is False
            assert at_editor.editor.field is not None
            assert at_editor.editor.field.shown == "no"
            await at_editor.press("u")
            assert at_editor.work == raw_definition()

    async def test_one_of_several_is_picked(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with hand(tmp_path, monkeypatch) as at_editor:
            await at_editor.go("variables", field="variable:ExportRetries:scope")
            assert "PROD" in await at_editor.press("enter")
            await at_editor.write("prod")
            await at_editor.press("enter")
            assert "ExportRetries" not in at_editor.work["variables"]
            assert at_editor.work["environments"][2]["variables"]["ExportRetries"] == {"value": "3"}

    async def test_a_queue_is_picked_by_typing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with hand(tmp_path, monkeypatch) as at_editor:
            await at_editor.go(*JOB, field="queue")
            assert "Default" in await at_editor.press("enter")
            await at_editor.write("defa")
            await at_editor.press("enter")
            assert at(at_editor.work, (*JOB, "deploymentInput", "queueId")) == 12

    async def test_text_of_several_lines_has_a_screen(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with hand(tmp_path, monkeypatch) as at_editor:
            path = (*JOB, "workflowTasks", 0)
            await at_editor.go(*path, field="input:script")
            shown = await at_editor.press("enter")
            assert "Start-Service Invoice" in shown
            assert "Take it" in shown
            await at_editor.press("x", "enter", "tab")
            before = at(raw_definition(), (*path, "inputs", "script"))
            await at_editor.press("enter")
            assert at(at_editor.work, (*path, "inputs", "script")) == f"x\n{before}"
            await at_editor.press("enter", "y", "escape")
            assert at(at_editor.work, (*path, "inputs", "script")) == f"x\n{before}"

    async def test_a_secret_is_never_drawn(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with hand(tmp_path, monkeypatch) as at_editor:
            await at_editor.go("variables", field="variable:SmtpPassword:value")
            await at_editor.press("enter")
            shown = await at_editor.write(SECRET)
            assert "*" * len(SECRET) in shown
            await at_editor.press("enter")
            assert at(at_editor.work, ("variables", "SmtpPassword", "value")) == SECRET
            assert SECRET not in at_editor.text
            await at_editor.press("v")
            assert SECRET not in at_editor.text
            await at_editor.press("escape")
            at_editor.editor.editing.keep()
            files = files_below(tmp_path)
            assert files
            assert all(SECRET.encode() not in path.read_bytes() for path in files)

    async def test_an_input_with_a_secret_name_is_not_drawn_either(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with hand(tmp_path, monkeypatch) as at_editor:
            await at_editor.go(*JOB, "workflowTasks", 1, field="input:Password")
            await at_editor.press("enter")
            assert "open sesame" not in at_editor.text
            await at_editor.press("enter")
            assert at_editor.work == raw_definition()


class TestParts:
    async def test_a_task_is_found_by_typing_and_filled_in(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with hand(tmp_path, monkeypatch) as at_editor:
            await at_editor.go(*JOB)
            await at_editor.press("n")
            await at_editor.write("task")
            shown = await at_editor.press("enter")
            # Only what runs on an agent.
            assert "Copy files" in shown
            assert "Delay" not in shown
            await at_editor.write("utility copy")
            await at_editor.press("enter")
            made = at_editor.work["environments"][0]["deployPhases"][0]["workflowTasks"][2]
            assert (made["taskId"], made["version"]) == (COPY.id, "2.*")
            assert at_editor.editor.node.path == (*JOB, "workflowTasks", 2)
            assert at_editor.editor.pane == 1
            assert at_editor.editor.field is not None
            assert at_editor.editor.field.id == "input:Source"
            assert "required" in next(row for row in at_editor.text.splitlines() if "Source folder" in row)
            await at_editor.press("escape", "p")
            assert at_editor.editor.field.id == "input:Source"

    async def test_a_stage_is_added_behind_renamed_and_taken_back(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with hand(tmp_path, monkeypatch) as at_editor:
            await at_editor.go("environments", 2)
            await at_editor.press("n")
            await at_editor.write("stage")
            await at_editor.press("enter")
            assert [stage["rank"] for stage in at_editor.work["environments"]] == [1, 2, 3, 4]
            assert at_editor.editor.field is not None
            assert at_editor.editor.field.id == "name"
            await at_editor.press("enter", *["backspace"] * 8)
            await at_editor.write("DR")
            await at_editor.press("enter")
            assert at_editor.work["environments"][3]["name"] == "DR"
            await at_editor.press("u", "u")
            assert at_editor.work == raw_definition()
            assert at_editor.editor.node.path == ("environments", 2)
            await at_editor.press("ctrl+r", "ctrl+r")
            assert at_editor.work["environments"][3]["name"] == "DR"

    async def test_clone_and_move(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with hand(tmp_path, monkeypatch, three_stages()) as at_editor:
            await at_editor.go("environments", 0)
            await at_editor.press("c")
            names = [stage["name"] for stage in at_editor.work["environments"]]
            assert names == ["DEV", "Copy of DEV", "QA", "PROD"]
            assert at_editor.editor.node.label == "Copy of DEV"
            await at_editor.press("escape", "greater_than_sign")
            ranks = {stage["name"]: stage["rank"] for stage in at_editor.work["environments"]}
            assert ranks == {"DEV": 1, "QA": 2, "Copy of DEV": 3, "PROD": 4}
            assert at_editor.editor.node.label == "Copy of DEV"
            await at_editor.press("less_than_sign", "less_than_sign", "less_than_sign")
            await at_editor.see("first stage already")

    async def test_remove_says_that_undo_has_it_back(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with hand(tmp_path, monkeypatch, three_stages()) as at_editor:
            await at_editor.go("environments", 1)
            await at_editor.press("D")
            await at_editor.see("QA is removed; u has it back")
            assert [stage["name"] for stage in at_editor.work["environments"]] == ["DEV", "PROD"]
            await at_editor.press("u")
            assert at_editor.work == three_stages()
            await at_editor.go("variables", field="variable:Region:value")
            await at_editor.press("D")
            await at_editor.see("Region: Value is removed")
            assert "Region" not in at_editor.work["variables"]
            await at_editor.go(field="name")
            await at_editor.press("D")
            await at_editor.see("cannot be removed")

    async def test_the_last_stage_stays(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        raw = put(three_stages(), ("environments",), three_stages()["environments"][:1])
        async with hand(tmp_path, monkeypatch, raw) as at_editor:
            await at_editor.go("environments", 0)
            await at_editor.press("D")
            await at_editor.see("at least one stage")
            assert at_editor.work == raw

    async def test_approvers_are_asked_of_the_server(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[tuple[str, bool]] = []
        kim, cab = replace(KIM, id=PERSON), replace(CAB, id=GROUP)

        async def people(server: str, words: str, *, groups: bool = False) -> tuple[Identity, ...]:
            asked.append((words, groups))
            return (kim, cab)

        async with hand(tmp_path, monkeypatch, three_stages()) as at_editor:
            monkeypatch.setattr(at_editor.service, "people", people)
            for _ in range(2):
                await at_editor.go("environments", 2, "preDeployApprovals")
                await at_editor.press("n")
                await at_editor.write("bil")
                await at_editor.see("group")
                await at_editor.press(*(["down"] if len(asked) > 1 else []), "enter")
            assert asked == [("bil", True)] * 2
            steps = at_editor.work["environments"][2]["preDeployApprovals"]["approvals"]
            assert [step["approver"]["id"] for step in steps] == [PERSON, GROUP]
            assert [step["rank"] for step in steps] == [1, 1]
            await at_editor.go("environments", 2, "preDeployApprovals", field="mode")
            await at_editor.press("enter")
            await at_editor.write("sequence")
            await at_editor.press("enter")
            second = next(f for f in at_editor.editor.right.keys if f.startswith("approver:1"))
            await at_editor.go("environments", 2, "preDeployApprovals", field=second)
            await at_editor.press("less_than_sign")
            steps = at_editor.work["environments"][2]["preDeployApprovals"]["approvals"]
            assert [(step["approver"]["id"], step["rank"]) for step in steps] == [(GROUP, 1), (PERSON, 2)]

    async def test_branches_are_those_of_the_build(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with hand(tmp_path, monkeypatch) as at_editor:
            await at_editor.go("artifacts", 0)
            branch = next(f for f in at_editor.editor.right.keys if "ranch" in f and not f.startswith("\n"))
            await at_editor.go("artifacts", 0, field=branch)
            assert "next" in await at_editor.press("enter")


class TestGoingRound:
    async def test_folds_and_panes(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with hand(tmp_path, monkeypatch, three_stages()) as at_editor:
            await at_editor.go("environments", 0)
            assert "+ DEV" in await at_editor.press("left")
            assert "- DEV" in await at_editor.press("enter")
            await at_editor.press("j", "left")
            assert at_editor.editor.node.label == "DEV"
            await at_editor.press("tab", "j")
            assert at_editor.editor.pane == 1
            assert at_editor.editor.node.label == "DEV"
            await at_editor.press("left")
            assert at_editor.editor.pane == 0

    async def test_find_opens_the_way_to_a_part(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with hand(tmp_path, monkeypatch, large(20, 20)) as at_editor:
            await at_editor.press("slash")
            await at_editor.write("s017 step 3")
            await at_editor.press("enter")
            assert at_editor.editor.node.label == "Step 3"
            assert "S017 > Agent job > Step 3" in at_editor.text

    async def test_two_hundred_stages_can_be_gone_through(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with hand(tmp_path, monkeypatch, large(200, 2), (160, 45)) as at_editor:
            await at_editor.press("G")
            assert at_editor.editor.node.label == "S200"
            await at_editor.press("c")
            assert len(at_editor.work["environments"]) == 201

    async def test_the_next_problem_is_gone_to(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        raw = put(three_stages(), ("environments", 1, "deployPhases", 0, "deploymentInput", "queueId"), 0)
        async with hand(tmp_path, monkeypatch, raw) as at_editor:
            assert "problem" in await at_editor.at_rest()
            for _ in range(20):
                await at_editor.press("p")
                if at_editor.editor.node.path == ("environments", 1, "deployPhases", 0):
                    break
            assert at_editor.editor.node.path == ("environments", 1, "deployPhases", 0)
            assert "!" in next(row for row in at_editor.text.splitlines() if row.startswith("> "))


class TestNothingIsLost:
    async def test_leaving_keeps_the_edit_and_says_so(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with hand(tmp_path, monkeypatch) as at_editor:
            await at_editor.go("environments", 0, field="name")
            await at_editor.press("enter", "2", "enter", "escape")
            await at_editor.press("escape")
            await at_editor.see(":unsaved shows it")
            (kept,) = at_editor.service.edits.load()
            assert kept.work["environments"][0]["name"] == "DEV2"
            assert kept.base == raw_definition()
            # What is kept is gone on with.
            await at_editor.press("3")
            await at_editor.see("1 unsaved edit: :unsaved")
            at_editor.pilot.app.screen.grid.move_to(5)  # type: ignore[attr-defined]
            await at_editor.press("e")
            assert "Your unsaved changes are here" in await at_editor.see("Edit > ")
            assert at_editor.work["environments"][0]["name"] == "DEV2"

    async def test_any_way_out_keeps_it(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with hand(tmp_path, monkeypatch) as at_editor:
            await at_editor.go(*JOB, "workflowTasks", 0, field="enabled")
            await at_editor.press("enter", "2")
            assert len(at_editor.service.edits.load()) == 1

    async def test_nothing_is_kept_of_what_was_only_looked_at(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with hand(tmp_path, monkeypatch) as at_editor:
            await at_editor.press("tab", "j", "escape", "escape")
            assert at_editor.service.edits.load() == ()

    async def test_the_list_opens_and_discards(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with hand(tmp_path, monkeypatch, three_stages()) as at_editor:
            await at_editor.go("environments", 1)
            await at_editor.press("D")
            editor = at_editor.editor
            await at_editor.press("colon")
            await at_editor.write("unsaved")
            await at_editor.press("enter")
            shown = await at_editor.see("unsaved edits of definitions")
            assert "changed" in shown
            # It is open below: Enter goes back there, and makes no second one.
            await at_editor.press("enter")
            assert at_editor.pilot.app.screen is editor
            await at_editor.press("escape", "colon")
            await at_editor.press("escape")
            ways_definition.unsaved(at_editor.pilot.app)  # type: ignore[arg-type]
            await at_editor.see("unsaved edits of definitions")
            assert "cannot be had back" in await at_editor.press("D")
            await at_editor.press("escape")
            assert len(at_editor.service.edits.load()) == 1
            await at_editor.press("D", "y")
            await at_editor.see("Every edit was saved")
            assert at_editor.service.edits.load() == ()


class TestBeginning:
    async def test_an_old_reading_is_waited_over(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with hand(tmp_path, monkeypatch) as at_editor:
            await at_editor.press("escape")
            topic = DefinitionOf(SERVER, BILLING, 5)
            fresh = at_editor.service.known[topic]
            at_editor.service.known[topic] = replace(fresh, from_cache=True, read_at=time.time() - 900)
            assert fresh.data is not None
            definition = fresh.data.definition
            app = at_editor.pilot.app
            assert isinstance(app, ReltuiApp)
            ways_definition.open_editor(app, SERVER, BILLING, definition)
            assert "Reading Invoice.CD" in await at_editor.see("being read")
            at_editor.service.learn(topic, whole(fresh.data))
            await at_editor.see("Edit > Invoice.CD")

    async def test_a_new_one_from_a_start(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with hand(tmp_path, monkeypatch) as at_editor:
            await at_editor.press("escape", "3")
            await at_editor.see("definitions")
            assert "from a file" in await at_editor.press("N")
            await at_editor.write("dev")
            await at_editor.press("enter")
            await at_editor.press("enter")
            await at_editor.see("Type a name first")
            await at_editor.write("Web.CD")
            await at_editor.press("enter")
            shown = await at_editor.see("new, unsaved")
            assert "Web.CD" in shown
            assert [stage["rank"] for stage in at_editor.work["environments"]] == [1, 2, 3]
            assert at_editor.editor.editing.base is None

    async def test_a_name_that_is_taken_is_told(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with hand(tmp_path, monkeypatch) as at_editor:
            await at_editor.press("escape", "3")
            await at_editor.see("definitions")
            await at_editor.press("N", "enter")
            await at_editor.write("Ledger.CD")
            await at_editor.press("enter")
            await at_editor.see("in that folder already")

    async def test_a_copy(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with hand(tmp_path, monkeypatch) as at_editor:
            await at_editor.press("escape")
            app = at_editor.pilot.app
            assert isinstance(app, ReltuiApp)
            ways_definition.clone(app, SERVER, BILLING, definition_from_json(raw_definition()))
            await at_editor.see("A copy of Invoice.CD")
            await at_editor.press("enter")
            await at_editor.see("new, unsaved")
            assert at_editor.work["name"] == "Invoice.CD - copy"
            assert "revision" not in at_editor.work or at_editor.editor.editing.base is None

    async def test_read_only_servers_are_only_looked_at(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with hand(tmp_path, monkeypatch) as at_editor:
            state = at_editor.service._state
            at_editor.service._state = replace(state, read_only=True)
            await at_editor.go(*JOB, "workflowTasks", 0, field="enabled")
            await at_editor.press("enter")
            await at_editor.press("s")
            await at_editor.see("read-only here")
            assert at_editor.pilot.app.screen is at_editor.editor

    async def test_without_a_change_there_is_nothing_to_save(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with hand(tmp_path, monkeypatch) as at_editor:
            await at_editor.press("s")
            await at_editor.see("nothing to save")
