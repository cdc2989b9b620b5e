"""The saved screen: shown before all else, only where it belongs, and never anything but text."""

from __future__ import annotations

import os
import re
import signal
import stat
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from reltui import saved_screen
from tests.terminal.harness import Terminal
from tests.terminal.program import SECRET, Demo, Desk, demo
from tests.terminal.steps import FIRST_ROW, ready, until

AGE = r"As it was .* ago\. Reading"
LIVING = r"^ (saved )?data .* old"
WAITING = """
import os, sys
from reltui import cli
here, pipe = sys.argv[1:3]
sys.argv[1:3] = []
def stopped(*arguments, **options):
    open(here, "w").close()
    os.read(os.open(pipe, os.O_RDONLY), 1)
    return real(*arguments, **options)
real, cli.main = cli.main, stopped
cli.run()
"""
"""The program, which waits with the saved screen on the terminal until somebody writes into a pipe."""


@pytest.fixture
def kept(server: Demo, tmp_path: Path) -> Desk:
    """A machine on which the program has run once."""
    desk = Desk(tmp_path / "home", server.url, server.token, saved_screen=True)
    run_once(desk)
    assert file_of(desk).is_file()
    return desk


def run_once(desk: Desk) -> None:
    """Start it, wait until it is living and all is told, and quit."""
    with desk.open() as terminal:
        terminal.wait_for(r"[^0]/\d+ projects? ok")
        ready(terminal)
        terminal.wait_quiet(1.0)
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert terminal.left_behind() == []


def file_of(desk: Desk) -> Path:
    return desk.home / "cache" / "reltui" / saved_screen.NAME


class Held:
    """A start that waits with the saved screen on the terminal."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        self._here, self._pipe = folder / "here", folder / "go-on"
        os.mkfifo(self._pipe)
        command = [sys.executable, "-c", WAITING, str(self._here), str(self._pipe), *desk.command()[3:]]
        self.terminal = Terminal(command, environment=desk.variables(), folder=desk.home)

    def wait(self) -> None:
        """Until nothing happens any more before it goes on."""
        until(self.terminal, self._here.exists)

    def go_on(self) -> None:
        """Load the rest."""
        self._pipe.write_bytes(b"x")


def test_it_is_shown_first_with_its_age_and_then_replaced(kept: Desk, tmp_path: Path) -> None:
    found = file_of(kept)
    assert stat.S_IMODE(found.stat().st_mode) == 0o600
    assert stat.S_IMODE(found.parent.stat().st_mode) == 0o700
    lines = found.read_bytes().split(b"\n")
    lines[3] = b"%d" % (time.time() - 12 * 60 - 5)
    found.write_bytes(b"\n".join(lines))
    held = Held(kept, tmp_path)
    with held.terminal as terminal:
        held.wait()
        first = terminal.wait_for(FIRST_ROW).group()
        assert terminal.wait_for(AGE).group() == "As it was 12 minutes ago. Reading"
        assert 1049 in terminal.modes
        assert "a approve" not in terminal.text
        held.go_on()
        terminal.wait_gone(AGE)
        terminal.wait_for(LIVING)
        ready(terminal)
        assert first.startswith(">")
        # One screen is entered, and left, once.
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert terminal.left_behind() == []
        assert terminal.raw.count(b"\x1b[?1049h") == terminal.raw.count(b"\x1b[?1049l") == 1


def test_keys_before_the_living_screen_do_nothing(kept: Desk, server: Demo, tmp_path: Path) -> None:
    held = Held(kept, tmp_path)
    with held.terminal as terminal:
        held.wait()
        terminal.wait_for(AGE)
        before = terminal.text
        for keys in ("ay", "j", "2", "q", "\r", "\x1b[B", "hello", "\x1a"):
            terminal.send(keys.encode())
        terminal.read_for(0.2)
        # They do not even show.
        assert terminal.text == before
        held.go_on()
        terminal.wait_gone(AGE)
        terminal.wait_for(r"[^0]/\d+ projects? ok")
        ready(terminal)
        assert "[Approvals" in terminal.text
        assert terminal.wait_for(FIRST_ROW)
        assert not re.search(r"\[ Approve|ignored", terminal.text)
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert terminal.left_behind() == []
    assert server.ledger() == []


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129), (None, 130)]
)
def test_the_terminal_is_restored_before_the_living_screen(
    kept: Desk, tmp_path: Path, number: signal.Signals | None, code: int
) -> None:
    held = Held(kept, tmp_path)
    with held.terminal as terminal:
        held.wait()
        terminal.wait_for(AGE)
        if number is None:
            terminal.press("ctrl+c")
        else:
            terminal.kill(number)
        assert terminal.wait_exit() == code
        assert terminal.left_behind() == []
        assert "Traceback" not in terminal.text


def test_a_mistake_that_is_found_behind_it_can_be_read(kept: Desk, tmp_path: Path) -> None:
    held = Held(kept, tmp_path)
    with held.terminal as terminal:
        held.wait()
        terminal.wait_for(AGE)
        (kept.home / "config.toml").write_text("[policy]\nhold_second = 1\n")
        held.go_on()
        assert terminal.wait_exit() == 2
        assert terminal.left_behind() == []
        assert "policy.hold_second" in terminal.text
        assert "As it was" not in terminal.text


LOOKING = """
import sys
from reltui import saved_screen
shown = saved_screen.show(sys.argv[1:])
if shown is not None:
    shown.give_back()
sys.exit(10 if shown is None else 0)
"""
"""The beginning of a start, which tells by its exit code whether the saved screen was shown."""


def is_shown(desk: Desk, *, columns: int = 80, rows: int = 24) -> bool:
    """Whether a start shows it; where it does not, not a byte reaches the terminal."""
    command = [sys.executable, "-c", LOOKING, *desk.command()[3:]]
    with Terminal(
        command, columns=columns, rows=rows, environment=desk.variables(), folder=desk.home
    ) as terminal:
        code = terminal.wait_exit()
        assert code in (0, 10), terminal.text
        assert terminal.left_behind() == []
        assert (b"As it was" in terminal.raw) is (code == 0)
        assert code == 0 or terminal.raw == b""
    return code == 0


def test_another_start_does_not_show_it(kept: Desk) -> None:
    held = file_of(kept).read_bytes()
    others: dict[str, Callable[[], bool]] = {
        "size": lambda: is_shown(kept, columns=100, rows=30),
        "option": lambda: is_shown(replace(kept, options=["--ascii"])),
        "screen": lambda: is_shown(replace(kept, options=["--screen", "releases"])),
        "colours": lambda: is_shown(replace(kept, environment={"NO_COLOR": "1"})),
        "letters": lambda: is_shown(replace(kept, environment={"LC_ALL": "C"})),
        "terminal": lambda: is_shown(replace(kept, environment={"TERM": "linux"})),
        "read-only": lambda: is_shown(replace(kept, environment={"RELTUI_READ_ONLY": "1"})),
        "driver": lambda: is_shown(replace(kept, environment={"RELTUI_STOCK_DRIVER": "1"})),
        "profile": lambda: is_shown(replace(kept, profile="read_only = true")),
        "off": lambda: is_shown(replace(kept, saved_screen=False)),
    }
    for name, shown in others.items():
        assert not shown(), name
        # Another size or terminal may be the old one again; what says who signs in is not there any more.
        assert file_of(kept).exists() is (name not in ("profile", "off"))
        restore(kept, held)
        assert is_shown(kept)


def restore(desk: Desk, held: bytes) -> None:
    file = file_of(desk)
    if file.is_dir() and not file.is_symlink():
        file.rmdir()
    file.unlink(missing_ok=True)
    file.write_bytes(held)
    file.chmod(0o600)


def test_off_by_a_setting(kept: Desk) -> None:
    off = replace(kept, saved_screen=False)
    run_once(off)
    assert not file_of(kept).exists()
    run_once(off)
    assert not file_of(kept).exists()


def test_another_person_does_not_see_it(kept: Desk, server: Demo) -> None:
    server.admit("another-secret", "erin")
    other = replace(kept, token="another-secret")
    assert not is_shown(other)
    # Erin's own screen is the one that is kept now, and Dana does not see hers.
    assert not is_shown(kept)


def test_a_sign_in_that_is_refused_leaves_none(kept: Desk) -> None:
    with replace(kept, token="wrong").open() as terminal:
        terminal.wait_for("SIGN IN")
        assert b"As it was" not in terminal.raw
        terminal.press("ctrl+c")
        terminal.wait_exit()
    assert not file_of(kept).exists()


def test_none_is_kept_where_nobody_can_tell_who_it_will_be(server: Demo, tmp_path: Path) -> None:
    desk = Asking(tmp_path / "home", server.url, server.token, saved_screen=True)
    run_once(desk)
    assert not file_of(desk).exists()


class Asking(Desk):
    """The secret comes from a program."""

    def command(self) -> list[str]:
        given = super().command()
        token, file = self.home / "token", self.home / "config.toml"
        token.write_text(self.token)
        text = file.read_text().replace(f'env = "{SECRET}"', f'command = ["cat", "{token}"]')
        file.write_text(text)
        file.chmod(0o600)
        return given


def test_hostile_text_of_a_server_is_kept_and_shown_as_harmless_text(tmp_path: Path) -> None:
    with demo(faults=("srv-39",)) as server:
        desk = Desk(tmp_path / "home", server.url, server.token, saved_screen=True)
        run_once(desk)
    saved = saved_screen.decoded(file_of(desk).read_bytes())
    assert all(text.isprintable() for row in saved.rows for _, text in row)
    command = [sys.executable, "-c", LOOKING, *desk.command()[3:]]
    with Terminal(command, environment=desk.variables(), folder=desk.home) as terminal:
        assert terminal.wait_exit() == 0
        written = terminal.raw.decode()
    # Taking the other screen, colours and ends of lines; no byte of control is left besides.
    rest = re.sub(r"\x1b\[(\?(1049|25|7)[hl]|[0-9;]*m|H|J)|\r+\n", "", written)
    assert rest.isprintable()
    assert "As it was" in rest


HOSTILE: dict[str, Callable[[bytes], bytes]] = {
    "a sequence": lambda data: data.replace(b"Approvals", b"\x1b]52;c;cHduZWQ=\x07\x1b[2Jowned"),
    "an 8-bit sequence": lambda data: data.replace(b"Approvals", b"\xc2\x9b2Jowned"),
    "a style that is none": lambda data: data.replace(b"\t1\t", b"\t1m\x1b[5n\t", 1),
    "a part": lambda data: data[: len(data) // 2],
    "nothing": lambda data: b"",
    "too much": lambda data: data.replace(b"Approvals", b"owned" * 100_000),
    "too many lines": lambda data: data.replace(b"\nend", b"\n\towned" * 40 + b"\nend"),
    "no text": lambda data: bytes(range(256)) * 8,
    "the future": lambda data: re.sub(rb"\n\d{10}\n", b"\n9999999999\n", data),
    "long ago": lambda data: re.sub(rb"\n\d{10}\n", b"\n1000000000\n", data),
}


def test_what_is_wrong_with_the_file_never_reaches_the_terminal(kept: Desk) -> None:
    file = file_of(kept)
    held = file.read_bytes()
    for name, spoil in HOSTILE.items():
        file.write_bytes(spoil(held))
        assert not is_shown(kept), name
        assert not file.exists(), name
        restore(kept, held)
    file.write_bytes(HOSTILE["a sequence"](held))
    with kept.open() as terminal:
        terminal.wait_for(LIVING)
        assert b"owned" not in terminal.raw
        assert b"As it was" not in terminal.raw


def test_a_file_that_is_not_ours_alone_is_not_read(kept: Desk, tmp_path: Path) -> None:
    file, elsewhere = file_of(kept), tmp_path / "elsewhere"
    held = file.read_bytes()
    elsewhere.write_bytes(held)
    elsewhere.chmod(0o600)

    def readable() -> None:
        file.write_bytes(held)
        file.chmod(0o644)

    def linked() -> None:
        file.symlink_to(elsewhere)

    def pipe() -> None:
        os.mkfifo(file, 0o600)

    def folder() -> None:
        file.mkdir(mode=0o700)

    for spoil in (readable, linked, pipe, folder):
        file.unlink(missing_ok=True)
        spoil()
        assert not is_shown(kept), spoil.__name__
        restore(kept, held)
    assert elsewhere.read_bytes() == held


PAINTED = """
import sys
from reltui import saved_screen
shown = saved_screen.show(sys.argv[2:])
assert shown is not None
modules = sorted(sys.modules)
shown.give_back()
open(sys.argv[1], "w").write(" ".join(modules))
"""
DEAR = {"argparse", "asyncio", "dataclasses", "json", "pathlib", "platformdirs", "re", "typing", "inspect"}


def test_next_to_nothing_is_loaded_before_it_is_painted(kept: Desk, tmp_path: Path) -> None:
    report = tmp_path / "modules.json"
    # Without `site`, which may load anything.
    command = [sys.executable, "-S", "-c", PAINTED, str(report), *kept.command()[3:]]
    with Terminal(command, environment=kept.variables(), folder=kept.home) as terminal:
        assert terminal.wait_exit() == 0, terminal.text
        assert terminal.left_behind() == []
    loaded = set(report.read_text().split())
    assert {name for name in loaded if name.startswith("reltui")} == {"reltui", "reltui.saved_screen"}
    assert loaded & (DEAR | {"textual", "rich", "httpx", "ssl"}) == set()
