"""A definition, whole: every tab as text."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from reltui.data.topics import ResourcesOf
from reltui.demo.hostile import CLASSES
from reltui.model.resources import DeploymentGroup, Queue, Resources, VariableGroup
from reltui.model.text import SafeText
from reltui.ui.app import UiOptions
from reltui.ui.present import plain
from reltui.ui.present_definition_jobs import input_lines, job_lines
from reltui.ui.present_definition_stage import environment_lines, raw_stage
from reltui.ui.present_definition_whole import scoped_variables, summary_lines
from reltui.ui.screens.definition import DefinitionScreen
from tests.ui.definition_samples import TOPIC, known_definition, raw_definition, read, task
from tests.ui.samples import BILLING, LOOK
from tests.ui.screen_text import settled, text
from tests.ui.still_service import SERVER, showing, whole
from tests.ui.test_screens_lists import compare
from tests.ui.verb_samples import press

SIZES = ((80, 24), (160, 45))
KNOWN = Resources(
    queues=(Queue(17, SafeText("Hosted Windows"), SafeText("Azure Pipelines")),),
    deployment_groups=(DeploymentGroup(3, SafeText("Shops"), 12),),
    variable_groups=(
        VariableGroup(
            3,
            SafeText("Mail"),
            SafeText(""),
            ((SafeText("Host"), SafeText("mail.example")), (SafeText("Key"), None)),
        ),
    ),
)


def told(lines: object) -> str:
    return "\n".join(plain(each) for each in lines)  # type: ignore[attr-defined]


async def open_definition(pilot: Pilot[str]) -> DefinitionScreen:
    screen = DefinitionScreen(TOPIC)
    pilot.app.push_screen(screen)
    await settled(pilot, "[Stage]")
    screen.grid.move_to(14)
    await pilot.pause()
    return screen


@pytest.mark.parametrize("size", SIZES)
async def test_every_tab_as_it_looks(
    size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {**known_definition(), ResourcesOf(SERVER, BILLING): whole(KNOWN)}
    async with showing(tmp_path, monkeypatch, size, known) as (pilot, _):
        screen = await open_definition(pilot)
        for tab in ("stage", "jobs", "inputs", "summary", "variables"):
            await settled(pilot, f"[{tab.capitalize()}]")
            compare(f"definition-whole-{tab}", size, text(pilot.app))
            screen.do_next_tab()


def test_a_stage_says_all_that_the_server_keeps_of_it() -> None:
    definition = read(raw_definition())
    prod = (definition.environments or ())[2]
    shown = told(environment_lines(prod, raw_stage(definition, 14), 100, LOOK))
    for words in (
        "after QA succeeds",
        "drop: branch release/*, tags rc",
        "22:00 UTC",
        "Lee Vance > [Billing]\\CAB",
        "asked once the gates have passed",
        "Query work items",
        "asked every 15m, up to 24h",
        "the first time after 5m",
        "1 at a time, then only the newest waits",
        "30 days, at least 3 releases, with its builds",
        "status is published",
    ):
        assert words in shown


def test_tasks_and_their_inputs_with_secrets_masked() -> None:
    stage = raw_stage(read(raw_definition()), 14)
    shown = told(job_lines(stage, KNOWN, 100, LOOK))
    assert "on an agent: Hosted Windows" in shown
    assert "ends after 1h, demands msbuild" in shown
    assert "Deploy web  1.*  goes on after an error, ends after 30m" in shown
    shown = told(input_lines(stage, KNOWN, 100, LOOK))
    assert "| Remove-Item C:\\invoice -Recurse" in shown
    assert "open sesame" not in shown
    assert "Default Web Site" in shown
    assert "1 empty" in shown
    assert "Gates before" in shown
    assert "maxThreshold" in shown


def test_what_is_not_known_is_told_by_its_number() -> None:
    definition = read(raw_definition())
    assert "queue 17" in told(job_lines(raw_stage(definition, 14), Resources(), 100, LOOK))
    shown = told(scoped_variables(definition, Resources(), 100, LOOK))
    assert "Group id 3" in shown
    assert "Its variables are not read." in shown
    assert "Group id 4  for stage PROD" in shown
    shown = told(scoped_variables(definition, KNOWN, 100, LOOK))
    assert "Group Mail" in shown
    assert "mail.example" in shown
    assert "Its variables are not in this project." in shown


def test_the_whole_names_where_artifacts_come_from() -> None:
    shown = told(summary_lines(read(raw_definition()), 100, LOOK))
    assert "default version type: Latest" in shown
    assert "drop: branch main" in shown
    assert "raise timeout for export" in shown


def test_hostile_text_is_shown_as_marks() -> None:
    raw = raw_definition()
    for payload in (payload for each in CLASSES.values() for payload in each):
        raw["environments"][2]["deployPhases"][0]["workflowTasks"].append(task(payload, {payload: payload}))
    stage = raw_stage(read(raw), 14)
    for lines in (job_lines(stage, KNOWN, 80, LOOK), input_lines(stage, KNOWN, 80, LOOK)):
        assert all(c.isprintable() or c == "\n" for c in told(lines))


async def test_an_ascii_terminal_gets_ascii(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = UiOptions(ascii=True)
    async with showing(tmp_path, monkeypatch, known=known_definition(), options=options) as (pilot, _):
        await open_definition(pilot)
        for _ in range(7):
            assert text(pilot.app).isascii()
            await press(pilot, "right_square_bracket")
