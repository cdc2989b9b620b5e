"""The application round the screens: moving about, telling, pasting, small windows, the welcome."""

from __future__ import annotations

import base64
import subprocess
import sys
from pathlib import Path

import pytest
from textual import events

from reltui.config import Config
from reltui.data.service import DataService
from reltui.errors import ConfigError
from reltui.paths import under
from reltui.ui.app import ReltuiApp, UiOptions
from reltui.ui.driver import GuardedDriver
from reltui.ui.drivers import driver_class
from reltui.ui.keys import Place, action
from reltui.ui.present import plain
from reltui.ui.screens.reading import HelpScreen, is_general
from tests.ui.running import running
from tests.ui.screen_text import lines, settled


def key(name: str, character: str | None = None) -> events.Key:
    return events.Key(name, character or (name if len(name) == 1 else None))


async def test_the_first_line_tells_server_person_mode_and_completeness(tmp_path: Path) -> None:
    async with running(tmp_path, size=(120, 30)) as run:
        first = lines(run.app)[0]
        for word in ("reltui", "NorthCollection", "(pat)", "FULL", "6/6 projects ok"):
            assert word in first
        assert "[Approvals(" in lines(run.app)[1]
        assert "outbox empty" in run.text
        assert "<1 min old" in run.text


async def test_digits_go_to_the_top_screens_and_q_goes_back(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("2")
        await run.see("[Releases]")
        await run.row()
        await run.press("enter")
        await run.pilot.pause(0.1)
        assert run.app.depth == 1
        await run.press("3")
        await run.see("[Definitions]")
        assert run.app.depth == 0
        await run.press("1")
        await run.see("[Approvals")
        await run.press("enter")
        await run.pilot.pause(0.1)
        await run.press("q")
        await run.see("[Approvals")
        assert run.app.is_running
        await run.press("q")
        assert not run.app.is_running
        assert run.app.return_code == 0


async def test_the_cursor_and_the_filter_are_where_they_were(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("j", "j", "j")
        row = await run.row()
        await run.press("2")
        await run.see("[Releases]")
        await run.press("1")
        await run.see("[Approvals")
        assert (await run.row())[:60] == row[:60]


async def test_the_filter_follows_the_typing_and_takes_every_letter(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        for name, character in [("slash", "/"), *[(c, c) for c in "axn"]]:
            run.app.post_message(key(name, character))
        await run.see("/ axn")
        assert run.app.depth == 0
        await run.press("escape")
        assert run.app.depth == 0
        await run.press("slash", *"invoice", "enter")
        shown = await run.see("/ invoice")
        assert "Invoice.CD" in shown
        assert "Portal" not in "\n".join(shown.splitlines()[4:12])
        await run.press("escape")
        assert "/ invoice" not in run.text


async def test_pastes_and_bursts_do_nothing_but_say_so(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.rest()
        run.app.post_message(events.Paste("ayayayay"))
        await run.see("ignored")
        assert run.app.depth == 0
        await run.press("j")
        for _ in range(8):
            for letter in "ayx y":
                run.app.post_message(key(letter))
        await run.pilot.pause(0.3)
        assert run.service.outbox.decisions() == ()


async def test_a_paste_goes_into_a_text_field(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("slash")
        run.app.post_message(events.Paste("portal"))
        await run.see("/ portal")


async def test_the_command_line_runs_actions_and_goes_by_words(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("colon", *"sort", "enter")
        await run.see("sort:")
        await run.press("colon", *"project data", "tab", "enter")
        await run.see("project: Data Platform")
        await run.press("colon", *"definition invoice.cd", "enter")
        await run.see("Invoice.CD")
        assert run.app.depth == 1
        await run.press("colon", *"zzzz")
        await run.see("No command")
        await run.press("enter", "escape")
        assert run.app.depth == 1


async def test_letters_typed_before_the_command_line_is_there_are_not_lost(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        for name, character in [("colon", ":"), *[(c, c) for c in "abandon"]]:
            run.app.post_message(key(name, character))
        await run.see("abandon")
        assert run.app.depth == 1
        assert run.service.outbox.decisions() == ()


async def test_a_movement_before_the_help_is_there_moves_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        run.app.push_screen(HelpScreen(Place.APPROVALS))
        assert not run.app.screen.is_mounted
        run.app.keyboard.do(action("down"))
        await run.see("Approve what waits under the cursor")


async def test_help_begins_with_what_only_this_screen_does(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        for place in (Place.APPROVALS, Place.RELEASE, Place.EDITOR, Place.LOG):
            screen = HelpScreen(place)
            run.app.push_screen(screen)
            await run.see(f"Keys: {place.value}")
            told = [plain(each)[11:26].strip() for each in screen.text(80)]
            offered = {action.id for action in run.app.keymap.offered(place)}
            shown = [name for name in told if name in offered]
            own = [name for name in shown if not is_general(action(name))]
            assert set(shown) == offered
            assert own
            assert shown[: len(own)] == own


async def test_help_and_errors_are_screens_to_read(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        shown = await run.press("question_mark")
        assert "Approve what waits under the cursor" in shown
        await run.press("G")
        assert "config.toml" in run.text
        await run.press("escape", "exclamation_mark")
        await run.see("the guard stopped nothing")


async def test_keys_can_be_moved(tmp_path: Path) -> None:
    service = DataService(Config(), under(tmp_path))
    with pytest.raises(ConfigError):
        ReltuiApp(service, Config(keys={"approve": ("x",)}), UiOptions())
    await service.close()


async def test_copy_shows_what_was_copied(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("y")
        await run.see("Copied: ")
        await run.press("Y")
        await run.see("Copied: http")
        await run.press("o")
        await run.see("Link: http")


async def test_another_driver_copies_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows, and where Textual's own was asked for."""
    async with running(tmp_path) as run:
        assert run.app.driver is None
        assert run.app._driver is not None
        written: list[str] = []
        monkeypatch.setattr(run.app._driver, "write", written.append)
        await run.press("y")
        await run.see("Copied: ")
        [copied] = [text for text in written if text.startswith("\x1b]52;c;")]
        shown = base64.b64decode(copied.removeprefix("\x1b]52;c;").removesuffix("\x07")).decode()
        assert shown
        assert f"Copied: {shown}"[:60] in run.text


@pytest.mark.parametrize("size", [(40, 10), (20, 5), (80, 16), (120, 30), (160, 45), (300, 80)])
async def test_every_size_is_drawn(tmp_path: Path, size: tuple[int, int]) -> None:
    async with running(tmp_path, size=(80, 24)) as run:
        await run.pilot.resize_terminal(*size)
        await run.pilot.pause(0.1)
        for keys in (("j",), ("a",), ("escape",), ("colon",), ("escape",), ("question_mark",), ("escape",)):
            await run.press(*keys)
        assert len(lines(run.app)) == size[1]
        if size[0] < 60 or size[1] < 14:
            assert "window is too" in run.text
        else:
            assert "reltui" in run.text


async def test_a_window_that_is_small_from_the_start_is_covered_and_uncovered(tmp_path: Path) -> None:
    service = DataService(Config(), under(tmp_path))
    app = ReltuiApp(service, Config(), UiOptions())
    async with app.run_test(size=(40, 10)) as pilot:
        await settled(pilot, "too small")
        await pilot.press("q", "escape", "d")
        await settled(pilot, "too small")
        await pilot.resize_terminal(80, 24)
        await settled(pilot, "config.toml")
    await service.close()


async def test_without_a_configuration_there_is_a_welcome(tmp_path: Path) -> None:
    service = DataService(Config(), under(tmp_path))
    app = ReltuiApp(service, Config(), UiOptions())
    async with app.run_test(size=(80, 24)) as pilot:
        shown = await settled(pilot, "config.toml")
        assert "s  sets up a server of your own" in shown
        assert "reltui init" in shown
        assert "demo" in shown
        await pilot.press("d")
        await settled(pilot, "reltui demo")
        await pilot.press("q")
    await service.close()


def test_the_stock_driver_can_be_had_back(monkeypatch: pytest.MonkeyPatch) -> None:
    assert driver_class() is GuardedDriver
    monkeypatch.setenv("RELTUI_STOCK_DRIVER", "1")
    assert driver_class() is None


WINDOWS = """
import signal, sys
for name in ("termios", "tty", "fcntl", "resource"):
    sys.modules[name] = None
del signal.SIGHUP
import reltui.ui.app
from reltui.ui.drivers import driver_class, ours
assert driver_class() is None
assert ours(object()) is None
assert "reltui.ui.driver" not in sys.modules
"""


def test_the_screens_load_without_a_terminal_of_unix() -> None:
    """As on Windows; there Textual's own driver is used."""
    done = subprocess.run([sys.executable, "-c", WINDOWS], capture_output=True, text=True, check=False)
    assert done.stderr == ""
