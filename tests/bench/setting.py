"""Where a measurement takes place: servers, machines of a person, a terminal of one size, one driver."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Hashable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from tests.bench.line import Line
from tests.bench.player import Player
from tests.bench.server import Served, serving
from tests.terminal.program import ROOT, Desk

T = TypeVar("T")

EMPTY = Path(__file__).with_name("empty.py")
STOCK = "RELTUI_STOCK_DRIVER"
ROW = r"^>"
"""The cursor on a row: the first meaningful paint of a list."""

SERVERS = {
    "small": ("--still",),
    "large": ("--size", "large", "--still"),
    "broad": ("--size", "broad", "--still"),
    "twenty": ("--size", "broad", "--projects", "20", "--late", "0.3", "--still"),
    "hour": ("--speed", "60"),
}
"""Servers by what they are for. In all but the last nothing of the sample goes on by itself."""


@dataclass
class Shared:
    """What all settings of one bench have together."""

    folder: Path
    closing: ExitStack
    servers: dict[str, Served] = field(default_factory=dict)
    kept: dict[Hashable, Any] = field(default_factory=dict)
    """What more than one goal needs, by what it is of and its run."""
    homes: int = 0


@dataclass
class Setting:
    """One size of the terminal and one driver."""

    shared: Shared
    size: tuple[int, int] = (80, 24)
    stock: bool = False
    run: int = 0
    """Which run this is."""

    def server(self, name: str) -> Served:
        """One of `SERVERS`, started when it is first asked for."""
        if name not in self.shared.servers:
            served = serving(self.shared.folder / f"{name}.requests", *SERVERS[name])
            self.shared.servers[name] = self.shared.closing.enter_context(served)
        return self.shared.servers[name]

    def once(self, what: str, make: Callable[[], T], *, sized: bool = True) -> T:
        """Make something when it is first asked for in this run; all goals have the same."""
        key = (what, self.run, self.size if sized else None, self.stock)
        if key not in self.shared.kept:
            self.shared.kept[key] = make()
        found: T = self.shared.kept[key]
        return found

    def home(self) -> Path:
        """A new place for the folders of a person who has never started the program."""
        self.shared.homes += 1
        return self.shared.folder / f"home-{self.shared.homes}"

    def desk(self, server: str, *, saved: bool = False, ui: Sequence[str] = ()) -> Desk:
        """A person's machine, with the saved screen on or off; `ui` are more lines of `[ui]`."""
        demo = self.server(server).demo
        lines = "\n".join(["[ui]", *ui])
        return Desk(self.home(), demo.url, demo.token, profile=lines, saved_screen=saved)

    def reltui(self, desk: Desk, *, line: Line | None = None, prefix: Sequence[str] = ()) -> Player:
        """The program; `prefix` takes the place of `python -m reltui`."""
        command = desk.command()
        if prefix:
            command = [*prefix, *command[3:]]
        return self.play(command, desk, line=line)

    def play(self, command: Sequence[str], desk: Desk, *, line: Line | None = None) -> Player:
        """Any command on a person's machine."""
        return Player(command, size=self.size, environment=self._variables(desk), folder=desk.home, line=line)

    def module(self, name: str, *arguments: str) -> Player:
        """A module of the bench in the terminal."""
        environment = {"PYTHONPATH": str(ROOT), "TZ": "UTC", STOCK: str(int(self.stock))}
        return Player([sys.executable, "-m", name, *arguments], size=self.size, environment=environment)

    def empty(self) -> Player:
        """The empty Textual application."""
        return Player([sys.executable, EMPTY], size=self.size)

    def _variables(self, desk: Desk) -> dict[str, str]:
        return desk.variables() | {STOCK: str(int(self.stock))}


def compiled(folder: Path) -> None:
    """An installed program is compiled, as Textual is here; one that is run from its sources need not be."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")
