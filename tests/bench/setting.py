"""Where a measurement takes place: servers, machines of a person, terminals of one size, one driver."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.line import Line
from tests.bench.player import Player
from tests.bench.server import Served, serving
from tests.terminal.program import ROOT, Desk

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
class Setting:
    """One size of the terminal and one driver. Servers are started when they are first asked for."""

    folder: Path
    closing: ExitStack
    size: tuple[int, int] = (80, 24)
    stock: bool = False
    servers: dict[str, Served] = field(default_factory=dict)
    """Shared by all settings of one bench."""
    _homes: int = 0

    def server(self, name: str) -> Served:
        """One of `SERVERS`."""
        if name not in self.servers:
            served = serving(self.folder / f"{name}.requests", *SERVERS[name])
            self.servers[name] = self.closing.enter_context(served)
        return self.servers[name]

    def home(self) -> Path:
        """A new place for the folders of a person who has never started the program."""
        self._homes += 1
        name = f"{'stock' if self.stock else 'own'}-{self.size[0]}x{self.size[1]}-{self._homes}"
        return self.folder / name

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
