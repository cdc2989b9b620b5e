"""G11 and G12: Escape, and the ends of the program.

- G11: from the press of Escape to the first byte that changes the screen, where it closes the keys' page;
  the terminal answers no question about the keyboard, so that an escape byte may begin a sequence. The exit
  is from the press of `q` to the end of the process, against the empty application in turn.
- G12: each end leaves every mode, the style, the scroll region and the line settings as they were.
"""

from __future__ import annotations

import signal
import statistics
import sys
from collections.abc import Callable

from tests.bench.figures import Figure
from tests.bench.player import NotMeasured, Player
from tests.bench.setting import ROW, Setting
from tests.bench.starting import middle, starts
from tests.terminal.program import Desk
from tests.terminal.test_endings import CRASHING

ESCAPES = 8
LINE_SETTINGS = "the line settings differ"
"""A shell that waits for a line has its own."""


def escape(setting: Setting) -> list[Figure]:
    """G11."""
    with setting.reltui(setting.desk("small", ui=("refresh_seconds = 3600",))) as player:
        player.shown(ROW)
        player.wait_quiet(2.0)
        times = []
        for _ in range(ESCAPES):
            player.key("?", 0.3)
            player.wait_for(r"\[ Keys: ")
            player.wait_quiet(0.3)
            times.append(player.key("escape", 0.3).until_changed() * 1000)
            player.wait_gone(r"\[ Keys: ")
    found = starts(setting)
    theirs, ours = middle(found.empty, "ending"), middle(found.saved, "ending")
    note = f"{ours * 1000:.0f} / {theirs * 1000:.0f} ms"
    return [
        Figure("Escape", statistics.median(times), 40.0, "ms"),
        Figure("exit", ours / theirs, 0.5, "", note),
    ]


def endings(setting: Setting) -> list[Figure]:
    """G12."""
    ends: dict[str, Callable[[Setting, Desk], list[str]]] = {
        "q": lambda setting, desk: pressed(setting, desk, "q"),
        "Ctrl+C": lambda setting, desk: pressed(setting, desk, "ctrl+c"),
        "crash": crashed,
        "TERM": lambda setting, desk: killed(setting, desk, signal.SIGTERM),
        "HUP": lambda setting, desk: killed(setting, desk, signal.SIGHUP),
        "Ctrl+Z and fg": suspended,
    }
    wrong = {}
    for name, end in ends.items():
        left = end(setting, setting.desk("small"))
        if left:
            wrong[name] = f"{name}: {', '.join(left)}"
    note = "; ".join(wrong.values()) or ", ".join(ends)
    return [Figure("not restored", len(wrong), 0, f"of {len(ends)}", note)]


def up(player: Player) -> None:
    """Wait until the program has the screen."""
    player.shown(ROW)
    player.read_for(0.5)
    if 1049 not in player.modes:
        raise NotMeasured("the program does not use the other screen")


def pressed(setting: Setting, desk: Desk, key: str) -> list[str]:
    """The end by a key."""
    with setting.reltui(desk) as player:
        up(player)
        player.press(key)
        player.wait_exit()
        return player.left_behind()


def killed(setting: Setting, desk: Desk, number: signal.Signals) -> list[str]:
    """The end by a signal."""
    with setting.reltui(desk) as player:
        up(player)
        player.kill(number)
        player.wait_exit()
        return player.left_behind()


def crashed(setting: Setting, desk: Desk) -> list[str]:
    """The end by a fault of the program itself."""
    secret = desk.home.with_suffix(".planted")
    secret.write_text("planted")
    with setting.reltui(desk, prefix=(sys.executable, "-c", CRASHING, str(secret))) as player:
        up(player)
        player.press("2")
        code = player.wait_exit()
        if code != 1:
            raise NotMeasured(f"the planted fault ended with {code}")
        return player.left_behind()


def suspended(setting: Setting, desk: Desk) -> list[str]:
    """Out to a shell with Ctrl+Z, back with `fg`, and the end."""
    line = " ".join(f"'{part}'" for part in desk.command())
    inputrc = desk.home.with_suffix(".inputrc")
    inputrc.write_text("set enable-bracketed-paste off\n")
    desk.environment.update({"PS1": "shell> ", "INPUTRC": str(inputrc)})
    with setting.play(["bash", "--norc", "--noprofile", "-i"], desk) as player:
        player.wait_for("shell>")
        player.type_text(f"{line}\r", pause=0)
        up(player)
        settings = player.left_behind()
        player.press("ctrl+z")
        player.wait_for("Stopped")
        left = [f"stopped: {found}" for found in player.left_behind() if found != LINE_SETTINGS]
        player.type_text("fg\r", pause=0)
        player.wait_for(ROW)
        player.read_for(0.5)
        left += [f"back: {found} changed" for found in set(player.left_behind()) ^ set(settings)]
        player.press("q")
        player.wait_for(r"shell> *$")
        left += [found for found in player.left_behind() if found != LINE_SETTINGS]
        player.type_text("exit\r", pause=0)
        player.wait_exit()
    return left
