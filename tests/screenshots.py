"""`python -m tests.screenshots [NAME ...]`: makes the pictures in screenshots/ from the embedded server.

Seed, day and port are fixed and the server's clock stands still, so that the same program gives the same
pictures. Times in them are UTC.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from textual.pilot import Pilot

from reltui.config import Config, Policy, Profile, SecretSource
from reltui.data.service import DataService
from reltui.demo.server import ServerOptions, start_child
from reltui.paths import under
from reltui.ui.app import ReltuiApp, UiOptions
from reltui.ui.screens.following import FollowingScreen
from reltui.ui.screens.screen import ReltuiScreen

FOLDER = Path(__file__).resolve().parents[1] / "screenshots"
SECRET = "RELTUI_SCREENSHOT_TOKEN"
TODAY = datetime(2026, 11, 24, 10, 40, tzinfo=UTC)
PORT = 8080
CELL = 12.2
"""Width of a cell in Rich's pictures."""
TEXT = re.compile(
    r'(?P<head><text class="terminal-[^>]*?) x="(?P<x>[\d.]+)"'
    r'(?P<between>[^>]*?) textLength="(?P<length>[\d.]+)"'
    r"(?P<rest>[^>]*>)(?P<text>[^<]*)</text>"
)
SMALL, WIDE = (80, 24), (160, 45)


def typed(words: str) -> tuple[str, ...]:
    """The keys of words and Enter."""
    return (*("space" if letter == " " else letter for letter in words), "enter")


def found(project: str, words: str) -> tuple[str, ...]:
    """The keys to a release of a project."""
    return (":", *typed(f"project {project}"), "/", *typed(words), "enter")


def filtered(words: str) -> tuple[str, ...]:
    """The keys that leave only some rows of the list."""
    return ("/", *typed(words))


DEFINITION = ("3", "j", "j")
EDITED = (*DEFINITION, "e")
TASK = (*filtered("deploy"), "tab", *["j"] * 7)
KEPT_LONGER = (*filtered("prod"), "j", "j", "enter", "backspace", "backspace", *typed("90"))
SWITCHED_OFF = (*filtered("smoke"), "tab", "j", "j", "enter")

PICTURES: Sequence[tuple[str, tuple[int, int], Sequence[str]]] = (
    ("approvals", SMALL, ("g", "j", "j", "j")),
    ("approvals-wide", WIDE, ("g", "j", "j", "j")),
    ("decision", SMALL, (*filtered("Driver"), "a")),
    ("intervention", SMALL, filtered("Identity")),
    ("plan", SMALL, ("m", *filtered("!prod type:pre"), "*", "a")),
    ("later", SMALL, (*filtered("Driver"), "w")),
    ("journal", SMALL, ("J", "m")),
    ("releases", SMALL, ("2", "j", "j")),
    ("approval", SMALL, ("g", "j", "j", "j", "enter")),
    ("release", SMALL, ("g", "j", "j", "j", "enter", "enter")),
    ("release-wide", WIDE, found("mobile", "Release-90")),
    ("deploy", SMALL, (*found("billing", "Release-82"), "g", "j", "d")),
    ("create", SMALL, ("3", "j", "j", "n")),
    ("tasks", SMALL, (*found("shared", "Release-23"), "l")),
    ("log", SMALL, (*found("shared", "Release-23"), "l", "enter", "e")),
    ("live", SMALL, ("4", "j", "j")),
    ("live-wide", WIDE, ("4", "j")),
    ("stage", SMALL, ("4", "j", "j", "enter", "down", "down", "down", "enter")),
    ("comparison", SMALL, ("2", "/", *typed("Invoice.CD"), "space", "j", "j", "space", "b")),
    ("definitions", SMALL, ("3", "j", "j")),
    ("definitions-wide", WIDE, ("3", "j", "j")),
    ("definition", SMALL, (*DEFINITION, "enter", "j", "j", "j")),
    ("editor", SMALL, (*EDITED, *TASK)),
    ("editor-wide", WIDE, (*EDITED, *TASK)),
    ("save", SMALL, (*EDITED, *SWITCHED_OFF, *KEPT_LONGER, "s")),
    ("revisions", SMALL, (*DEFINITION, "h")),
    ("difference", SMALL, (*DEFINITION, "h", "space", "j", "space", "b")),
    ("folders", SMALL, ("3", ":", *typed("folders"))),
    ("connection", SMALL, (":", *typed("connection"))),
    ("sign-in", SMALL, (":", *typed("sign-in"))),
)
"""Name, size, and the keys that lead there from the approvals."""

FIRST_MINUTE: Sequence[tuple[str, tuple[int, int], Sequence[str]]] = (
    ("welcome", SMALL, ()),
    ("set-up", SMALL, ("s", *typed(f"http://127.0.0.1:{PORT}/tfs/NorthCollection"), *(["enter"] * 4))),
)
"""The same from the welcome, where there is no configuration."""


async def settle(pilot: Pilot[str], service: DataService) -> None:
    """Wait until everything on screen has been read and drawn."""
    for _ in range(100):
        await pilot.pause(0.1)
        screen = pilot.app.screen
        topics = screen.topics() if isinstance(screen, ReltuiScreen) else ()
        if all(snapshot.complete or snapshot.more for snapshot in map(service.look, topics)):
            break
    await pilot.pause(0.6)


async def take(name: str, size: tuple[int, int], keys: Sequence[str], url: str, folder: Path) -> Path:
    """One picture of one screen; without an address, of one that needs no configuration."""
    profile = Profile("tfs01", url, SecretSource(env=SECRET), protected=("PROD*",))
    config = Config(profiles={"tfs01": profile}, default=("tfs01",), policy=Policy()) if url else Config()
    service = DataService(config, under(folder))
    app = ReltuiApp(service, config, UiOptions(config_file=Path("~/.config/reltui/config.toml")))
    async with app.run_test(size=size) as pilot:
        await settle(pilot, service)
        for key in keys:
            await pilot.press(key)
            await settle(pilot, service)
        picture = app.export_screenshot(title="reltui")
    await service.close(1.0)
    file = FOLDER / f"{name}.svg"
    file.write_text(plainer(picture), encoding="utf-8")
    return file


def plainer(picture: str) -> str:
    """Without fonts from the network, and without spaces at the ends of texts: not all viewers keep them."""

    def place(found: re.Match[str]) -> str:
        text = found["text"]
        inner = text.strip("\xa0")
        if not inner:
            return ""
        x = float(found["x"]) + CELL * (len(text) - len(text.lstrip("\xa0")))
        length = float(found["length"]) - CELL * (len(text) - len(inner))
        start = f'{found["head"]} x="{x:.1f}"{found["between"]} textLength="{length:.1f}"'
        return f"{start}{found['rest']}{inner}</text>"

    picture = re.sub(r"@font-face \{.*?\}", "", picture, flags=re.DOTALL).replace("&#160;", "\xa0")
    picture = TEXT.sub(place, picture).replace("\xa0", "&#160;")
    return "\n".join(line.rstrip() for line in picture.splitlines() if line.strip()) + "\n"


def main(wanted: Sequence[str] = ()) -> None:
    """Make them all, or those of these names."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    FOLDER.mkdir(exist_ok=True)
    FollowingScreen.clock = staticmethod(lambda: TODAY)
    options = ServerOptions(seed=1, today=TODAY, speed=1e-6, port=PORT)
    with start_child(options) as server, tempfile.TemporaryDirectory() as folder:
        os.environ[SECRET] = os.environ["RELTUI_127_0_0_1"] = server.token
        pictures = [(*each, server.url) for each in PICTURES] + [(*each, "") for each in FIRST_MINUTE]
        for number, (name, size, keys, url) in enumerate(pictures):
            if wanted and name not in wanted:
                continue
            file = asyncio.run(take(name, size, keys, url, Path(folder) / str(number)))
            print(file.relative_to(FOLDER.parent))


if __name__ == "__main__":
    main(sys.argv[1:])
