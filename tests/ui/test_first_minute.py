"""The first minute in the program: the welcome, setting up a server, links, and what config.toml changes."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import pytest
from textual.pilot import Pilot

from reltui import config
from reltui.config import Config, SecretSource
from reltui.data.service import DataService
from reltui.data.topics import ApprovalOf, LogOf
from reltui.demo.server import RunningDemo
from reltui.paths import under
from reltui.ui.app import ReltuiApp, UiOptions
from reltui.ui.ending import CONFIGURED
from reltui.ui.screens.approval import ApprovalScreen
from reltui.ui.screens.definition import DefinitionScreen
from reltui.ui.screens.definitions import DefinitionsScreen
from reltui.ui.screens.log import LogScreen
from reltui.ui.screens.release import ReleaseScreen
from reltui.ui.widgets import style
from tests.support import serving, token_name
from tests.ui.running import Running, running
from tests.ui.samples import BILLING, approval
from tests.ui.screen_text import settled, text
from tests.ui.still_service import CONFIG, SERVER, StillService, sample, showing, whole


@dataclass
class Welcome:
    """The program without a configuration."""

    pilot: Pilot[str]
    file: Path
    demo: RunningDemo

    @property
    def app(self) -> ReltuiApp:
        """The application."""
        return cast(ReltuiApp, self.pilot.app)

    async def type(self, words: str, *, then: str) -> str:
        """Put words into the field, press Enter, and wait for a text."""
        self.app.screen.query_one("Input").value = words  # type: ignore[attr-defined]
        await self.pilot.press("enter")
        return await settled(self.pilot, then)

    async def choose(self, words: str, *, then: str) -> str:
        """Choose an entry of a list by its words."""
        await self.pilot.press(*words)
        return await self.enter(then)

    async def enter(self, then: str) -> str:
        """Press Enter, and wait for a text."""
        await self.pilot.press("enter")
        return await settled(self.pilot, then)

    async def confirm(self) -> None:
        """Read to the end, and press `y` alone after the screen has rested."""
        if "more text" in text(self.app):
            await self.pilot.press("pagedown", "pagedown")
        await self.pilot.pause(self.app.guard.quiet_seconds + 0.05)
        await self.pilot.press("y")
        await self.pilot.pause(self.app.guard.follow_seconds + 0.05)


@asynccontextmanager
async def welcome(folder: Path, **options: str) -> AsyncIterator[Welcome]:
    """The welcome screen, and a server that could be set up."""

    async def start() -> tuple[DataService, Config]:
        raise AssertionError("the application ends before that")

    file = folder / "config" / "config.toml"
    async with serving(**options) as demo:
        service = DataService(Config(), under(folder))
        app = ReltuiApp(service, Config(), UiOptions(config_file=file, start_configured=start))
        app.guard.quiet_seconds = 0.02
        try:
            async with app.run_test(size=(80, 24)) as pilot:
                await settled(pilot, "s  sets up a server of your own")
                yield Welcome(pilot, file, demo)
        finally:
            await service.close(grace=1.0)


class TestSetUp:
    async def test_from_an_address_to_a_file(self, tmp_path: Path) -> None:
        async with welcome(tmp_path) as run:
            name = token_name(run.demo)
            os.environ[name] = run.demo.token
            await run.pilot.press("s")
            await settled(run.pilot, "Address")
            shown = await run.type(f"{run.demo.url}/Billing/_release?releaseId=7", then="How do you sign in?")
            assert "personal access token" in shown
            assert "NTLM" in shown
            await run.enter("Where is the secret?")
            shown = await run.enter("Name of the variable")
            assert "RELTUI_127_0_0_1" in shown
            assert "never the secret itself" in shown
            shown = await run.type(name, then="Which of the 6 projects?")
            assert "go on with all projects" in shown
            await run.pilot.press("down")
            await run.enter("[x] Billing")
            await run.enter("[ ] Billing")
            await run.enter("go on with 1 project")
            await run.pilot.press("up")
            shown = await run.enter("Write config.toml?")
            assert f'url = "{run.demo.url}"' in shown
            assert run.demo.token not in shown
            assert not run.file.exists()
            await run.confirm()
            assert run.app.return_value == CONFIGURED
            assert run.app.typed_secret == ("127-0-0-1", "")
        found = config.load(run.file).profiles["127-0-0-1"]
        assert (found.url, found.projects) == (run.demo.url, ("Billing",))
        assert found.secret == SecretSource(env=name)
        assert run.file.stat().st_mode & 0o777 == 0o600

    async def test_a_secret_that_is_asked_for_is_masked_and_goes_on(self, tmp_path: Path) -> None:
        async with welcome(tmp_path) as run:
            await run.pilot.press("s")
            await settled(run.pilot, "Address")
            await run.type(run.demo.url, then="How do you sign in?")
            await run.enter("Where is the secret?")
            await run.choose("ask", then="Secret (not shown)")
            await run.pilot.press(*"hunter2")
            shown = await settled(run.pilot, "*******")
            assert "hunter2" not in shown
            shown = await run.enter("The server does not accept the secret.")
            assert "Set up a server" in shown
            assert "it offers Basic, NTLM" in shown
            # Nothing is sent again by itself; Enter begins again with the same address.
            await run.enter("How do you sign in?")
            await run.enter("Where is the secret?")
            await run.choose("ask", then="Secret (not shown)")
            await run.type(run.demo.token, then="Which of the 6 projects?")
            await run.enter("Write config.toml?")
            await run.confirm()
            assert run.app.typed_secret == ("127-0-0-1", run.demo.token)
        written = run.file.read_text()
        assert "prompt = true" in written
        assert run.demo.token not in written

    async def test_what_is_wrong_with_an_address_is_told_where_it_stands(self, tmp_path: Path) -> None:
        async with welcome(tmp_path) as run:
            await run.pilot.press("s")
            await settled(run.pilot, "Address")
            shown = await run.type("https://a:hunter2@b/c", then="must not hold a user name")
            assert shown.count("hunter2") == 1  # where it was typed
            await run.type("http://127.0.0.1:9/Main", then="127.0.0.1 cannot be reached")
            await run.type("http://tfs01.example/tfs/Main", then="The way to this server is not encrypted")
            await run.pilot.press("escape")
            await settled(run.pilot, "Address")
            await run.pilot.press("escape")
            await settled(run.pilot, "s  sets up")

    async def test_an_account_is_asked_for_where_it_is_needed(self, tmp_path: Path) -> None:
        async with welcome(tmp_path) as run:
            await run.pilot.press("s")
            await settled(run.pilot, "Address")
            await run.type(run.demo.url, then="How do you sign in?")
            await run.choose("NTLM", then="Who signs in?")
            await run.type(" ", then="Type the account first.")
            await run.type("NORTH\\dana", then="Where is the secret?")
            await run.choose("file", then="Path of the file")
            await run.type("hunter2", then="It must be a whole path")
            await run.type(str(tmp_path / "absent"), then="be opened: No such file or directory.")

    async def test_a_present_file_is_shown_as_a_difference(self, tmp_path: Path) -> None:
        async with welcome(tmp_path) as run:
            run.file.parent.mkdir()
            run.file.write_text("# mine\n[ui]\nascii = true\n")
            await run.pilot.press("s")
            await settled(run.pilot, "Address")
            await run.type(run.demo.url, then="How do you sign in?")
            await run.enter("Where is the secret?")
            await run.choose("ask", then="Secret (not shown)")
            await run.type(run.demo.token, then="Which of the 6 projects?")
            shown = await run.enter("Change config.toml like this?")
            assert "+default = [" in shown
            await run.pilot.press("escape")
            assert run.file.read_text() == "# mine\n[ui]\nascii = true\n"


LINKS = [
    ("_release?releaseId=142&_a=release-summary", ReleaseScreen),
    ("_releaseProgress?_a=release-environment-logs&releaseId=142&environmentId=3", ReleaseScreen),
    ("_releaseDefinition?definitionId=5", DefinitionScreen),
    ("_apis/Release/approvals/77", ApprovalScreen),
    ("_apis/Release/releases/142/environments/3/deployPhases/4/tasks/5/logs", LogScreen),
]


class TestLinks:
    @pytest.mark.parametrize(("tail", "screen"), LINKS)
    @pytest.mark.parametrize("project", [BILLING.name, BILLING.id])
    async def test_a_pasted_link_opens_what_it_is_of(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tail: str, screen: type, project: str
    ) -> None:
        known = sample() | {ApprovalOf(SERVER, BILLING, 77): whole(approval(77))}
        async with showing(tmp_path, monkeypatch, known=known) as (pilot, _):
            await settled(pilot, "tfs01/Main")
            await pilot.press("colon")
            await settled(pilot, "command, or where to go")
            link = f"https://tfs01.example/tfs/Main/{project}/{tail}"
            pilot.app.screen.query_one("#words").value = link  # type: ignore[attr-defined]
            await settled(pilot, "open this link")
            await pilot.press("enter")
            for _ in range(2000):
                await pilot.pause(0.01)
                if isinstance(pilot.app.screen, screen):
                    break
            assert isinstance(pilot.app.screen, screen), text(pilot.app)
            if isinstance(pilot.app.screen, LogScreen):
                assert pilot.app.screen.topic == LogOf(SERVER, BILLING, 142, 3, 4, 5)

    async def test_another_host_is_asked_about_once(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        link = f"https://public.example/tfs/Main/{BILLING.name}/_release?releaseId=142"
        for first in (True, False):
            async with showing(tmp_path, monkeypatch, options=UiOptions(link=link)) as (pilot, _):
                cast(ReltuiApp, pilot.app).guard.quiet_seconds = 0.02
                if first:
                    shown = await settled(pilot, "Is this the same server?")
                    assert "public.example" in shown
                    assert "tfs01, tfs01.example" in shown
                    await pilot.pause(0.1)
                    await pilot.press("y")
                await settled(pilot, "Invoice.CD > Rel-142")
                assert isinstance(pilot.app.screen, ReleaseScreen)

    @pytest.mark.parametrize(
        ("link", "words"),
        [
            ("https://tfs01.example/tfs/Other/A/_release?releaseId=1", "run: reltui init"),
            ("https://tfs01.example/tfs/Main/Absent/_release?releaseId=1", 'the project "Absent"'),
            ("https://tfs01.example/tfs/Main/_apis/Release/releases/1", "You do not see a project"),
            ("https://a:hunter2@tfs01.example/tfs/Main", "must not hold a user name"),
        ],
    )
    async def test_what_cannot_be_opened_is_told(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, link: str, words: str
    ) -> None:
        async with showing(tmp_path, monkeypatch, options=UiOptions(link=link)) as (pilot, _):
            shown = await settled(pilot, words[:40])
            assert "hunter2" not in shown

    async def test_a_link_as_an_argument_waits_for_the_projects(self, tmp_path: Path) -> None:
        async with running(tmp_path) as run:
            await self._open_own_link(run)

    @staticmethod
    async def _open_own_link(run: Running) -> None:
        """Our own `Y` and the way back in."""
        await run.row()
        await run.press("Y")
        link = next(said.text for said in run.app.said if "Copied: " in said.text).removeprefix("Copied: ")
        assert link.startswith(run.demo.url)
        await run.press("colon")
        run.app.screen.query_one("#words").value = link  # type: ignore[attr-defined]
        await run.see("open this link")
        await run.press("enter")
        await run.see("Stage")
        assert isinstance(run.app.screen, ReleaseScreen)


class TestWhatConfigChanges:
    @asynccontextmanager
    async def _definitions(self, folder: Path, **profile: tuple[str, ...]) -> AsyncIterator[Pilot[str]]:
        made = replace(CONFIG, profiles={SERVER: replace(CONFIG.profiles[SERVER], **profile)})  # type: ignore[arg-type]
        service = StillService(folder, sample())
        app = ReltuiApp(service, made, UiOptions(screen="definitions"))
        app.scope = (SERVER, BILLING)
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot, "project: Billing | ")
            assert isinstance(app.screen, DefinitionsScreen)
            yield pilot
        await service.close(grace=1.0)

    @pytest.mark.parametrize(
        ("folders", "listed", "hidden"),
        [
            (("\\Billing",), ["Archive.CD"], []),
            (("\\Billing\\Ops",), ["Archive.CD"], ["Ledger.CD"]),
            (("\\Bill",), [], ["Archive.CD", "Ledger.CD"]),
            (("\\",), ["Archive.CD", "Ledger.CD"], []),
            ((), ["Archive.CD", "Ledger.CD"], []),
        ],
    )
    async def test_folders(
        self, tmp_path: Path, folders: tuple[str, ...], listed: list[str], hidden: list[str]
    ) -> None:
        async with self._definitions(tmp_path, folders=folders) as pilot:
            shown = text(pilot.app)
        assert [name for name in listed if name in shown] == listed
        assert [name for name in hidden if name in shown] == []
        assert all(re.search(rf"definitions? in {re.escape(folder)}", shown) for folder in folders)

    async def test_favourites(self, tmp_path: Path) -> None:
        async with self._definitions(tmp_path, favourites=("arch*",)) as pilot:
            shown = await settled(pilot, "favourites  1 definition")
            lines = shown.splitlines()
            heading = next(i for i, line in enumerate(lines) if "favourites" in line)
            assert "Archive.CD" in lines[heading + 1]
            await pilot.press("g", "F")
            await settled(pilot, "Archive.CD is a favourite by config.toml.")

    @pytest.mark.parametrize(
        ("theme", "no_colour", "colour"),
        [("dark", "", "yellow"), ("light", "", "magenta"), ("plain", "", None), ("dark", "1", None)],
    )
    def test_themes(
        self, monkeypatch: pytest.MonkeyPatch, theme: str, no_colour: str, colour: str | None
    ) -> None:
        monkeypatch.setenv("NO_COLOR", no_colour)
        try:
            style.use(theme)
            found = style.ROLES["warn"].color
            assert (found.name if found is not None else None) == colour
            assert set(style.ROLES) == set(style.THEMES["dark"])
            assert bool(style.ROLES["bad"].bold)
        finally:
            monkeypatch.delenv("NO_COLOR")
            style.use("dark")

    async def test_every_theme_is_known_to_the_configuration(self) -> None:
        assert set(style.THEMES) == set(config.THEMES)

    @pytest.mark.parametrize(("slow", "frames"), [(False, 4), (True, 1)])
    async def test_a_slow_line_has_fewer_frames(self, tmp_path: Path, slow: bool, frames: int) -> None:
        made = replace(CONFIG, ui=replace(CONFIG.ui, slow=slow))
        app = ReltuiApp(StillService(tmp_path, sample()), made, UiOptions())
        assert app._painter.pace.frame == 1 / frames
