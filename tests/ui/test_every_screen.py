"""What holds on every screen and dialog there is: with `--ascii` they draw ASCII, and nothing else."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
from rich.segment import Segment
from textual.color import Color
from textual.pilot import Pilot
from textual.widgets import Input

from reltui.config import Config
from reltui.data.links import places
from reltui.data.service import DataService
from reltui.data.topics import DefinitionOf
from reltui.model.editing.checks import findings
from reltui.model.editing.jsonc import Mistake
from reltui.model.text import SafeText
from reltui.paths import under
from reltui.ui import letters
from reltui.ui.app import ReltuiApp, UiOptions
from reltui.ui.editing_as_text import MistakeDialog
from reltui.ui.letters import AsciiFilter
from reltui.ui.links import PickPlace, open_link
from reltui.ui.screens.leave import UnkeptScreen
from reltui.ui.screens.opening import OpeningScreen
from reltui.ui.screens.problems import ProblemsScreen
from tests.support import serving, token_name
from tests.ui.definition_samples import known_definition, raw_definition
from tests.ui.every_screen import ROUTES, kinds, walk
from tests.ui.running import LONG_HOLD, running
from tests.ui.samples import BILLING
from tests.ui.screen_text import lines, settled
from tests.ui.still_service import CONFIG, SERVER, showing
from tests.ui.test_definition_conflicts import editing, open_conflicts
from tests.ui.test_plan import evening, open_plan
from tests.ui.test_transfer import at_work, export, open_file
from tests.ui.verb_samples import press, submitted

ASCII = UiOptions(ascii=True)

REACHED = {
    "approvals": "ApprovalsScreen HelpScreen MessageScreen PickDefinition ApprovalScreen DecisionDialog "
    "PickPerson TransferDialog LaterDialog PickFilter CommandScreen NameFilter LeaveScreen JournalScreen "
    "SaveJournal PlanDialog ConnectionScreen SignInScreen",
    "releases": "ReleasesScreen ComparisonScreen SaveArchive ReleaseScreen PickOther DeployDialog "
    "TasksScreen LogScreen SaveLog LiveScreen PickStage StageScreen",
    "definitions": "DefinitionsScreen CreateDialog PickVersion ValueScreen DefinitionScreen "
    "DefinitionHistoryScreen RevisionsScreen PickFolder DeletingDialog FoldersScreen FolderDialog "
    "ExportDialog PickStart NameDefinition",
    "editor": "EditorScreen AddMenu LinesScreen FindPart PickResource PickIdentity PickValue GivenScreen "
    "SavingDialog UnsavedScreen DiscardDialog",
    "results": "PlanScreen RetryDialog SavePlan",
    "faults": "ConflictsScreen ProblemsScreen MistakeDialog UnkeptScreen OpeningScreen SmallScreen "
    "SameServer PickPlace",
    "import": "ImportDialog MapDialog PickNeed PickWho",
    "first minute": "WelcomeScreen ServerScreen PlainHttp PickWay QuestionScreen PickProjects ReviewFile",
}
"""The kinds of screens by the test that reaches them."""


class Judge:
    """Looks at every screen that is shown; has every sign noted that could only be drawn as "?"."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seen: set[str] = set()
        self.lost: set[str] = set()
        """Signs that are no letters, and stand for something only reltui itself writes."""
        real = letters.ascii_only

        def noting(text: str) -> SafeText:
            self.lost |= {sign for sign in text if real(sign) == "?" and not sign.isalnum()}
            return real(text)

        monkeypatch.setattr(letters, "ascii_only", noting)

    def look(self, app: ReltuiApp) -> None:
        """Every cell is ASCII."""
        self.seen.add(type(app.screen).__name__)
        for line in lines(app):
            assert line.isascii(), line

    def judge(self, area: str) -> None:
        """Every screen of an area was there, and none of them writes what it cannot draw."""
        assert set(REACHED[area].split()) <= self.seen
        assert self.lost == set()


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Judge:
    """Files that are named go nowhere else."""
    monkeypatch.chdir(tmp_path)
    return Judge(monkeypatch)


def test_there_is_no_other_screen() -> None:
    assert kinds() == {kind for reached in REACHED.values() for kind in reached.split()}


def test_the_judge_sees_what_is_lost(judge: Judge) -> None:
    assert AsciiFilter().apply([Segment("─ Müller ◆")], Color(0, 0, 0)) == [Segment("- M?ller ?")]
    assert judge.lost == {"◆"}


@pytest.mark.parametrize("area", ROUTES)
async def test_on_the_embedded_server(area: str, judge: Judge, tmp_path: Path) -> None:
    async with running(tmp_path / "home", options=ASCII, quiet=0.01, timing=LONG_HOLD) as run:
        for route in ROUTES[area]:
            run.app.go_top("approvals")
            await walk(run.pilot, route, judge.look)
    judge.judge(area)


async def test_results(judge: Judge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with showing(tmp_path / "home", monkeypatch, options=ASCII) as (pilot, service):
        app = app_of(pilot)
        await open_plan(pilot, evening()[:1] + evening()[4:6])
        await press(pilot, "tab", *"CHG1", "shift+tab", "shift+tab", "shift+tab", "3", "tab", "G")
        await submitted(pilot, service, "enter")
        for keys, shown in (
            (("U",), "3 taken back"),
            (("e",), "Save the result"),
            (("escape", "r"), "Try again"),
        ):
            await press(pilot, *keys)
            await settled(pilot, shown)
            judge.look(app)
        judge.seen.add("PlanScreen")
    judge.judge("results")


async def test_faults(judge: Judge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = copy.deepcopy(raw_definition())
    broken["name"] = ""
    errors = [each for each in findings(broken) if each.is_error]
    async with showing(tmp_path / "home", monkeypatch, known=known_definition(), options=ASCII) as (pilot, _):
        app = app_of(pilot)
        await open_conflicts(pilot, tmp_path, [])
        judge.look(app)
        edit = editing(broken, tmp_path)
        for screen, shown in (
            (ProblemsScreen(edit, errors, lambda _: None), "cannot be saved"),
            (
                MistakeDialog(Mistake(3, 4, "A comma is missing."), 3, '"a" "b"', nothing, nothing),
                "A comma is missing.",
            ),
            (UnkeptScreen([edit], nothing), "lose it"),
            (OpeningScreen(DefinitionOf(SERVER, BILLING, 99), SafeText("Q"), lambda _: None), "Q"),
        ):
            app.push_screen(screen)
            await settled(pilot, shown)
            judge.look(app)
        link = "https://public.example/tfs/Main/Billing/_release?releaseId=142"
        open_link(app, link)
        await settled(pilot, "Is this the same server?")
        judge.look(app)
        app.push_screen(PickPlace(places(CONFIG, link)))
        await settled(pilot, "Of which?")
        judge.look(app)
        await pilot.resize_terminal(50, 12)
        await settled(pilot, "too small")
        judge.look(app)
    judge.judge("faults")


async def test_import(judge: Judge, tmp_path: Path) -> None:
    async with at_work(tmp_path / "home", options=ASCII) as (run, project, raw):
        app = run.app
        file = await export(run, project, raw)
        await open_file(run, project, file.name)
        await run.see("written from this project")
        judge.look(app)
        await run.press("tab")
        for kind, shown in (("person", "Who is "), ("queue", "What is the queue ")):
            await run.point_at(kind)
            await run.press("enter")
            await run.see(shown)
            judge.look(app)
            await run.press("escape")
            await run.see("written from this project")
            await run.press("g")
        judge.seen.add("ImportDialog")
    judge.judge("import")


async def test_the_first_minute(judge: Judge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving() as demo:
        monkeypatch.setenv(token_name(demo), demo.token)
        service = DataService(Config(), under(tmp_path / "home"))
        app = ReltuiApp(service, Config(), UiOptions(ascii=True, config_file=tmp_path / "config.toml"))
        app.guard.quiet_seconds = 0.02
        try:
            async with app.run_test(size=(80, 24)) as pilot:
                await settled(pilot, "s  sets up a server of your own")
                judge.look(app)
                for typed, shown in (
                    ("s", "Address"),
                    ("http://tfs01.example/tfs/Main", "not encrypted"),
                    ("escape", "Address"),
                    (demo.url, "How do you sign in?"),
                    ("", "Where is the secret?"),
                    ("", "Name of the variable"),
                    (token_name(demo), "Which of the 6 projects?"),
                    ("", "Write config.toml?"),
                ):
                    if typed in ("s", "escape"):
                        await pilot.press(typed)
                    else:
                        if typed:
                            app.screen.query_one("Input", Input).value = typed
                        await pilot.press("enter")
                    await settled(pilot, shown)
                    judge.look(app)
        finally:
            await service.close(grace=1.0)
    judge.judge("first minute")


def nothing() -> None:
    """What would be done then."""


def app_of(pilot: Pilot[str]) -> ReltuiApp:
    assert isinstance(pilot.app, ReltuiApp)
    return pilot.app
