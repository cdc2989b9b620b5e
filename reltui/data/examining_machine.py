"""What `reltui doctor` finds on this machine: the configuration, the folders, the terminal."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

from reltui import paths
from reltui.config import Config, Notify
from reltui.data.examining import (
    Finding,
    Section,
    aside,
    bad,
    in_order,
    ok,
    unknown,
    warn,
    words_of,
)
from reltui.data.stopped import Stopped, stopped_so_far
from reltui.errors import ConfigError, FolderError
from reltui.model.text import SafeText, clean
from reltui.model.values import dataclass
from reltui.paths import Paths
from reltui.terminal import takes_commands

LITTLE_SPACE = 50 * 2**20
"""Bytes; with less, a journal or a log may soon not fit."""
COLUMNS, ROWS = 80, 24
NOT_DRAWN_ON = ("", "dumb", "unknown")
CONFIGURATION = ("file", "profiles")
FOLDERS = ("config", "state", "cache")
TERMINAL = ("drawing", "colours", "letters", "size", "clipboard", "notices", "stopped")
TAKE_CLIPBOARD = ("WezTerm", "ghostty", "iTerm.app", "rio", "WarpTerminal")
"""TERM_PROGRAM of terminals that take OSC 52, as they come or by a switch of their settings."""
TAKE_CLIPBOARD_TERMS = ("xterm-kitty", "alacritty", "foot", "xterm-ghostty", "wezterm", "contour")
"""How their TERM begins."""


def short(path: Path) -> str:
    """A path as a person writes it, safe to show."""
    text, home = str(path), os.path.expanduser("~")
    return clean(f"~{text[len(home) :]}" if home != "/" and text.startswith(f"{home}/") else text, limit=300)


# Configuration


async def examine_configuration(
    file: Path, read: Callable[[], Config], *, asked_for: bool
) -> tuple[Section, Config | None]:
    """The file, and what it says; None where it cannot be used.

    `read` raises ConfigError. `asked_for`: the file or a profile of it was named on the command line.
    """
    config: Config | None = None
    try:
        there = await aside(file.exists)
        config = await aside(read)
        found = [await aside(lambda: _file(file)), _profiles(config)]
    except ConfigError as error:
        found = [_mistake(file, words_of(error), absent=not there, asked_for=asked_for)]
    except TimeoutError:
        found = [bad("file", f"{short(file)} cannot be read in time", "look whether its folder is reachable")]
    except OSError as error:
        found = [bad("file", f"{short(file)} cannot be read: {error.strerror}", "repair its folder")]
    findings = in_order(CONFIGURATION, found)
    return Section("configuration", SafeText(""), SafeText(short(file)), findings), config


def _mistake(file: Path, sentence: str, *, absent: bool, asked_for: bool) -> Finding:
    if absent and not asked_for:
        return bad("file", f"there is no {short(file)} yet", "reltui init asks for a server and writes it")
    todo = "name a file that exists" if absent else "repair it there, then run reltui doctor again"
    return bad("file", sentence, todo)


def _file(file: Path) -> Finding:
    mode = stat.S_IMODE(file.stat().st_mode)
    if os.name == "posix" and mode & 0o022:
        return warn("file", f"read; others can change it (mode {mode:04o})", f"chmod go-w {short(file)}")
    return ok("file", f"read, no mistake in it, mode {mode:04o}")


def _profiles(config: Config) -> Finding:
    if not config.profiles:
        return bad("profiles", "it names no server", "reltui init asks for one, or write [profiles.NAME]")
    others = [name for name in config.profiles if name not in config.default]
    tail = f"; not in use: {', '.join(others)}" if others else ""
    return ok("profiles", f"in use: {', '.join(config.default)}{tail}")


# Folders


async def examine_folders(folders: Paths, file: Path) -> Section:
    """Where the files are, who may read them, and whether there is room. Makes none of them.

    `file` is config.toml, which may be elsewhere.
    """
    places = {"config": file.parent, "state": folders.state, "cache": folders.cache}
    looks: dict[str, Callable[[], Finding]] = {
        "config": lambda: config_folder(places["config"]),
        "state": lambda: own_folder("state", folders.state),
        "cache": lambda: own_folder("cache", folders.cache),
    }
    found = []
    for name, look in looks.items():
        try:
            found.append(await aside(look))
        except TimeoutError:
            where = short(places[name])
            found.append(bad(name, f"{where} gives no answer", "look whether its file system is there"))
        except OSError as error:
            where = short(places[name])
            found.append(bad(name, f"{where}: {error.strerror}", "repair its owner and mode"))
    return Section("folders", SafeText(""), SafeText(""), in_order(FOLDERS, found))


def config_folder(folder: Path) -> Finding:
    """The folder of config.toml: others may look into it, but not change it. Raises OSError."""
    if not folder.exists():
        return ok("config", f"{short(folder)}, not there yet")
    found = folder.stat()
    mode = stat.S_IMODE(found.st_mode)
    if os.name == "posix" and found.st_uid not in (os.getuid(), 0):
        return bad("config", f"{short(folder)} is another user's", f"chown {os.getuid()} {short(folder)}")
    if os.name == "posix" and mode & 0o022:
        return bad(
            "config",
            f"{short(folder)} can be changed by others (mode {mode:04o})",
            f"chmod 700 {short(folder)}",
        )
    return ok("config", f"{short(folder)}, mode {mode:04o}")


def own_folder(name: str, folder: Path) -> Finding:
    """A folder that reltui writes into, with those in it. Raises OSError."""
    there = _nearest(folder)
    free = shutil.disk_usage(there).free
    if not os.access(there, os.W_OK | os.X_OK):
        return bad(name, f"{short(there)} cannot be written", f"make it writable: chmod u+rwx {short(there)}")
    if there != folder:
        # What stands in the way of a folder is no folder.
        if os.path.lexists(folder):
            return bad(name, f"{short(folder)} is a link to nowhere", "remove it")
        found = f"{short(folder)}, made at the first start"
    else:
        try:
            each = folder
            for each in (folder, *sorted(path for path in folder.iterdir() if path.is_dir())):
                paths.ensure(each)
        except FolderError as error:
            sentence, _, repair = words_of(error).replace(str(each), short(each)).partition(". Repair it: ")
            return bad(name, sentence, repair or "put a real folder there")
        found = f"{short(folder)}, mode {stat.S_IMODE(folder.stat().st_mode):04o}"
    if free < LITTLE_SPACE:
        return warn(name, f"{found}, only {_size(free)} free", "make room on that disk")
    return ok(name, f"{found}, {_size(free)} free")


def _nearest(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return next(path for path in (folder, *folder.parents) if path.exists())


def _size(number: int) -> str:
    return f"{number / 2**30:.0f} GB" if number >= 10 * 2**30 else f"{number / 2**20:.0f} MB"


# Terminal


@dataclass(frozen=True, slots=True)
class Facing:
    """The terminal as this process sees it."""

    environment: Mapping[str, str]
    is_terminal: bool
    """One of the standard streams is one."""
    is_utf8: bool
    size: tuple[int, int] | None
    """Columns and lines; None where nobody tells."""
    notify: Notify = Notify()
    ascii: bool = False
    """`ui.ascii` of the configuration."""

    @property
    def term(self) -> str:
        """TERM."""
        return self.environment.get("TERM", "")


def examine_terminal(facing: Facing, state: Path) -> Section:
    """What can be drawn here, and what a text of a server tried."""
    stopped = _stopped(stopped_so_far(state))
    if not facing.is_terminal:
        found = [unknown("drawing", "no terminal here: input and output are files or pipes"), stopped]
        return _terminal(facing, in_order(TERMINAL, found, "not examined: no terminal here"))
    if facing.term in NOT_DRAWN_ON:
        what = f"TERM={facing.term}" if facing.term else "TERM is not set"
        todo = "export TERM=xterm-256color; or use reltui inbox, which needs no screen"
        return _terminal(facing, in_order(TERMINAL, [bad("drawing", f"{what}: no screen", todo), stopped]))
    checks = (
        ok("drawing", f"TERM={clean(facing.term, limit=40)}"),
        colours(facing),
        letters(facing),
        size(facing),
        clipboard(facing),
        notices(facing),
        stopped,
    )
    return _terminal(facing, checks)


def _terminal(facing: Facing, findings: tuple[Finding, ...]) -> Section:
    return Section("terminal", SafeText(""), SafeText(within(facing)), findings)


def within(facing: Facing) -> str:
    """What stands between this process and the person's screen, as far as the environment tells."""
    known = (("TMUX", "in tmux"), ("STY", "in GNU screen"), ("SSH_CONNECTION", "over SSH"))
    return ", ".join(words for name, words in known if facing.environment.get(name))


def colours(facing: Facing) -> Finding:
    """How many."""
    if facing.environment.get("NO_COLOR"):
        return ok("colours", "none, as NO_COLOR asks; every state is a word, too")
    if facing.environment.get("COLORTERM", "").casefold() in ("truecolor", "24bit"):
        return ok("colours", "16 million (COLORTERM)")
    many = facing.term.endswith(("-256color", "-direct")) or facing.term.startswith(TAKE_CLIPBOARD_TERMS)
    return ok("colours", "256" if many else "16, which is enough")


def letters(facing: Facing) -> Finding:
    """Which characters."""
    if facing.ascii:
        return ok("letters", "ASCII, as ui.ascii asks")
    if facing.is_utf8:
        return ok("letters", "UTF-8")
    names = ("LC_ALL", "LC_CTYPE", "LANG")
    said = next(
        (f"{n}={facing.environment[n]}" for n in names if facing.environment.get(n)), "LANG is not set"
    )
    return warn(
        "letters",
        f"ASCII only, as the locale is not UTF-8 ({clean(said, limit=60)})",
        "export LANG=C.UTF-8, where the terminal shows UTF-8",
    )


def size(facing: Facing) -> Finding:
    """Columns and lines."""
    if facing.size is None or 0 in facing.size:
        return unknown("size", "the terminal does not tell its size", f"stty cols {COLUMNS} rows {ROWS}")
    columns, rows = facing.size
    if columns < COLUMNS or rows < ROWS:
        return warn(
            "size",
            f"{columns} columns, {rows} lines; what does not fit is cut",
            f"make it {COLUMNS} columns and {ROWS} lines or more",
        )
    return ok("size", f"{columns} columns, {rows} lines")


def clipboard(facing: Facing) -> Finding:
    """Whether what is copied gets to the person's clipboard (OSC 52)."""
    by_hand = "where copying gives nothing, select with the mouse"
    if not takes_commands(facing.term):
        return warn("clipboard", "this terminal has none that a program can reach", by_hand)
    if facing.environment.get("TMUX"):
        return unknown("clipboard", "tmux passes it on, or not", "set -g set-clipboard on, in tmux.conf")
    if facing.environment.get("STY"):
        return warn("clipboard", "GNU screen does not pass it on", by_hand)
    program = facing.environment.get("TERM_PROGRAM", "")
    if program == "Apple_Terminal":
        return warn("clipboard", "Terminal.app does not take it from a program", by_hand)
    is_known = program in TAKE_CLIPBOARD or facing.term.startswith(TAKE_CLIPBOARD_TERMS)
    if is_known or facing.environment.get("WT_SESSION"):
        return ok("clipboard", "the terminal takes it (OSC 52), unless its settings say no")
    return unknown("clipboard", "sent by OSC 52; whether the terminal takes it cannot be told", by_hand)


def notices(facing: Facing) -> Finding:
    """How news is told."""
    chosen = facing.notify
    takes = takes_commands(facing.term)
    kinds = (("bell", chosen.bell), ("title", chosen.title and takes), ("desktop", chosen.osc9 and takes))
    told = ", ".join(name for name, is_on in kinds if is_on) or "nothing"
    lost = [name for name, is_on in (("title", chosen.title), ("osc9", chosen.osc9)) if is_on and not takes]
    if chosen.osc9 and takes and facing.environment.get("TMUX"):
        return warn(
            "notices", f"{told}; tmux keeps those for the desktop", "notify.osc9 = false, within tmux"
        )
    if "osc9" in lost:
        return warn("notices", f"{told}; this terminal knows no others", "notify.osc9 = false")
    return ok("notices", f"by {told}" if told != "nothing" else "none, as [notify] asks")


def _stopped(stopped: Stopped | None) -> Finding:
    if stopped is None:
        return ok("stopped", "nothing: no text has tried to steer the terminal")
    return warn(
        "stopped",
        f"{stopped.count} control characters of texts, last on {stopped.day}; none got through",
        "look at the names and comments you saw that day; tell the makers of reltui",
    )
