"""Signing in on the screen, and the screen that tells how each server is reached."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reltui.config import Config, Policy, Profile, SecretSource, Ui
from reltui.data.access import EXECUTE, MANAGE, READ, Grant
from reltui.data.connection import Connection
from reltui.data.service import DataService
from reltui.data.topics import Link, ServerState
from reltui.demo.accounts import Account
from reltui.demo.server import RunningDemo
from reltui.model.text import SafeText
from reltui.paths import under
from reltui.ui.app import ReltuiApp, UiOptions
from reltui.ui.present import Look, plain
from reltui.ui.present_connection import facts
from reltui.ui.screens.approvals import ApprovalsScreen
from reltui.ui.screens.sign_in import SignInScreen
from reltui.ui.widgets.secret_field import SecretField
from tests.support import FAST, SHORT, serving
from tests.ui.running import Running, running
from tests.ui.screen_text import settled

TYPED = "t0p-secret"


@asynccontextmanager
async def asking(
    folder: Path, *, names: tuple[str, ...] = ("demo",), options: UiOptions | None = None
) -> AsyncIterator[Running]:
    """The application on profiles whose secret must be typed; it has just asked for the first."""
    async with serving() as demo:
        demo.service.accounts.append(Account(TYPED))
        profiles = {name: Profile(name, demo.url, SecretSource(prompt=True)) for name in names}
        config = Config(profiles=profiles, default=names, policy=Policy(0.05), ui=Ui(refresh_seconds=5))
        service = DataService(config, under(folder), timing=FAST, deadlines=SHORT)
        app = ReltuiApp(service, config, options or UiOptions())
        app.guard.quiet_seconds = 0.05
        try:
            async with app.run_test(size=(80, 24)) as pilot:
                await settled(pilot, f"Sign in to {names[0]}")
                yield Running(app, pilot, service, demo)
        finally:
            await service.close(grace=5.0)


async def command(run: Running, name: str) -> str:
    """Type a command."""
    await run.press(":")
    await run.see("command, or where to go")
    await run.pilot.press(*name)
    await run.rest()
    return await run.press("enter")


async def test_a_secret_is_asked_for_at_the_start_and_never_shown(tmp_path: Path) -> None:
    async with asking(tmp_path, options=UiOptions(ascii=True)) as run:
        assert "SIGN IN " in run.text
        assert "SIGN IN AGAIN" not in run.text
        assert "asked for at the start" in run.text
        await run.press("enter")
        assert "Type it first." in run.text
        await run.pilot.press(*TYPED)
        shown = await run.see("*" * len(TYPED))
        assert TYPED not in shown
        assert TYPED not in repr(run.app.screen.query_one("#secret"))
        assert shown.isascii()
        await run.press("enter")
        shown = await run.see("projects ok")
        assert isinstance(run.app.screen, ApprovalsScreen)
        assert "Signed in to demo as Dana Reyes." in await run.see("Signed in to demo")
        assert run.service.connection("demo").source == "typed in, kept in memory only"


async def test_a_wrong_one_is_said_and_can_be_typed_again(tmp_path: Path) -> None:
    async with asking(tmp_path) as run:
        await run.pilot.press(*"wrong", "enter")
        await run.see("SIGN IN AGAIN")
        shown = await run.see("Said         The server does not accept the secret.")
        assert isinstance(run.app.screen, SignInScreen)
        assert "source again" not in shown
        field = run.app.screen.query_one("#secret", SecretField)
        assert (field.value, run.app.focused) == ("", field)
        await run.pilot.press(*TYPED, "enter")
        await run.see("projects ok")


async def test_escape_leaves_the_question_and_the_command_brings_it_back(tmp_path: Path) -> None:
    async with asking(tmp_path) as run:
        await run.press("escape")
        assert isinstance(run.app.screen, ApprovalsScreen)
        await run.see("It cannot be told whether anything is pending")
        await command(run, "sign-in")
        await run.see("Sign in to demo")


async def test_one_server_after_the_other_is_asked_for(tmp_path: Path) -> None:
    async with asking(tmp_path, names=("north", "south")) as run:
        assert "(x) north" in run.text
        await run.pilot.press(*TYPED, "enter")
        await run.see("Sign in to south")
        # Tab leads to the list of servers too.
        await run.press("escape")
        await command(run, "sign-in")
        await run.see("Sign in to south")
        await run.press("shift+tab")
        await run.press("k", "enter")
        await run.see("Sign in to north")


async def test_the_place_is_kept_when_a_token_ends(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("j", "j")
        before = (await run.row())[12:58]
        kill(run.demo)
        await run.press("r")
        await run.see("SIGN IN AGAIN")
        assert any(":sign-in signs in again" in said.text for said in run.app.said)
        assert (await run.row())[12:58] == before
        await command(run, "sign-in")
        await run.see("Sign in to demo")
        await run.pilot.press(*TYPED, "enter")
        await run.see("Signed in to demo as Dana Reyes. What was refused was not sent again.")
        assert (await run.row())[12:58] == before
        assert [entry.method for entry in run.demo.service.ledger.entries] == []


def kill(demo: RunningDemo) -> None:
    """The key ends; another one is good."""
    demo.service.accounts[0].left = 0
    demo.service.accounts.append(Account(TYPED))


async def test_a_sign_in_that_can_only_read_says_so_at_the_verb(tmp_path: Path) -> None:
    async with running(tmp_path, protected=()) as run:
        run.demo.service.accounts[0].scope = READ
        await run.point_at("DIRECT")
        await run.press("a")
        await run.see("[ Approve ]")
        await run.confirm()
        await run.see("did not land")
        await run.pilot.pause(0.1)
        await run.press("j")
        await run.point_at("DIRECT")
        await run.press("a")
        await run.see("it lacks vso.release_manage")
        assert isinstance(run.app.screen, ApprovalsScreen)
        await command(run, "connection")
        shown = await run.see("vso.release_manage (approving, deleting): refused")
        assert "vso.release (reading): works" in shown
        assert "TF400813" in shown


async def test_the_connection_screen(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        shown = await command(run, "connection")
        shown = await run.see("Rate limits")
        for words in (
            "State        online",
            "Generation   server-2022",
            "Signed in    personal access token",
            "As           Dana Reyes",
            "Secret       environment variable RELTUI_TEST_",
            "Until        not known",
            "vso.release (reading): works",
            "vso.release_manage (approving, deleting): not known",
            "Proxy        none",
            "TLS          none",
            ":sign-in",
        ):
            assert words in shown, words
        assert run.demo.token not in shown
        await run.press("escape")
        assert isinstance(run.app.screen, ApprovalsScreen)


NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
LOOK = Look(NOW, zone=UTC)


def told(label: str, **changes: object) -> str:
    """The value of one fact, as plain text."""
    state = ServerState("a", SafeText("tfs01/Main"), "https://tfs01.example/tfs/Main")
    given: dict[str, object] = {
        "state": state,
        "sign_in": "ntlm",
        "user": SafeText("NORTH\\anna"),
        "source": SafeText("file ~/x"),
        "must_be_typed": False,
        "until": None,
        "grants": (Grant(READ), Grant(EXECUTE), Grant(MANAGE)),
        "proxy": SafeText(""),
        "tls": SafeText(""),
        "is_encrypted": True,
    }
    one = Connection(**{**given, **changes})  # type: ignore[arg-type]
    return "|".join(plain(line) for name, line in facts(one, NOW.timestamp(), LOOK) if name == label)


@pytest.mark.parametrize(
    ("label", "changes", "words"),
    [
        ("As", {}, "not known yet (account NORTH\\anna)"),
        ("Until", {"until": NOW.timestamp() + 90}, "2026-11-27 12:01, in 1 min"),
        ("Until", {"until": NOW.timestamp() + 3 * 86_400}, "2026-11-30 12:00, in 3 days"),
        ("Until", {"until": NOW.timestamp() - 1}, "2026-11-27 11:59: it has ended"),
        ("TLS", {}, "not known yet"),
        ("TLS", {"tls": SafeText("TLSv1.3 X; issued by Y")}, "TLSv1.3 X; issued by Y"),
        ("Proxy", {"proxy": SafeText("http://p:8080 (https_proxy)")}, "http://p:8080 (https_proxy)"),
        (
            "Rate limits",
            {
                "limits": {
                    "x-ratelimit-remaining": SafeText("12"),
                    "x-ratelimit-reset": SafeText("1795780800"),
                }
            },
            "left 12, resets at 12:00:00",
        ),
        ("Rate limits", {"limits": {"x-ratelimit-reset": SafeText("soon")}}, "resets at soon"),
        ("Rate limits", {}, "the server has told none"),
        (
            "May",
            {"grants": (Grant(READ, works=True, refused=SafeText("VS402904: no.")),)},
            "vso.release (reading): works; refused once: VS402904: no.",
        ),
    ],
)
def test_the_facts(label: str, changes: dict[str, object], words: str) -> None:
    assert told(label, **changes) == words


@pytest.mark.parametrize(
    ("offset", "words"),
    [
        (None, "not known yet"),
        (0.4, "as this machine's"),
        (75.0, "75 s ahead of this"),
        (-9.0, "9 s behind"),
        (-7300.0, "2 h behind"),
        (900_000.0, "10 days ahead"),
    ],
)
def test_the_clock(offset: float | None, words: str) -> None:
    state = ServerState("a", SafeText("x"), "https://x.example", Link.ONLINE, clock_offset=offset)
    assert words in told("Clock", state=state)


def test_the_example_time_is_what_it_should_be() -> None:
    assert time.gmtime(1_795_780_800)[:5] == (2026, 11, 27, 12, 0)
