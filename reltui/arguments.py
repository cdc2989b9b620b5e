"""What the command line takes, of the program and of the demo. Loads next to nothing, for `--help`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from reltui import __version__
from reltui.commands.arguments import COMMANDS, add_commands

GENERATIONS = (
    "tfs-2015.2",
    "tfs-2017",
    "tfs-2018-rtw",
    "tfs-2018",
    "server-2019",
    "server-2019.1",
    "server-2020",
    "server-2022",
    "server-2022.1",
    "services",
)
VALUED = (["--profile"], ["--config"], ["--screen"])
"""Options with a value behind them, before a command."""
FLAGS = ("--read-only", "--ascii", "--mouse")
"""Options without."""
SCREENS = ("approvals", "releases", "definitions", "live")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The arguments, read; `link` is what stood in the place of a command. Ends the program on a mistake."""
    link, rest = _taken_out(arguments)
    parsed = argparse.Namespace(link=link, command=None)
    return _parser(with_commands=not _is_bare(rest)).parse_args(rest, parsed)


def _is_bare(arguments: Sequence[str]) -> bool:
    """Nothing but options of the screens: no command is named, and none is asked about."""
    rest = iter(arguments)
    for argument in rest:
        if [argument] in VALUED:
            next(rest, "")
        elif argument not in FLAGS:
            return False
    return True


def _parser(*, with_commands: bool) -> argparse.ArgumentParser:
    """The commands take as long to describe as all else of the start up to here."""
    parser = argparse.ArgumentParser(
        prog="reltui",
        description="Release Management of Team Foundation Server and Azure DevOps in a terminal.",
        usage="%(prog)s [OPTIONS] [LINK | COMMAND ...]",
        epilog="LINK opens the page of a release, an approval or a definition as the browser has it. "
        "No option takes a secret: config.toml says where it comes from. Press ? for the keys.",
    )
    parser.add_argument("--version", action="version", version=f"reltui {__version__}")
    parser.add_argument(
        "--profile", metavar="NAME", action="append", help="show this profile (may be repeated)"
    )
    parser.add_argument("--config", metavar="FILE", type=Path, help="read this file in place of config.toml")
    _screen_options(parser)
    if with_commands:
        _add_all(parser)
    return parser


def _add_all(parser: argparse.ArgumentParser) -> None:
    """The demo and the commands for scripts."""
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", prog="reltui")
    demo = commands.add_parser(
        "demo",
        help="try it with an embedded server, without any other",
        description="Start an embedded Azure DevOps Server with a sample organisation, and reltui on it.",
    )
    _screen_options(demo, default=argparse.SUPPRESS)
    demo.add_argument("--generation", choices=GENERATIONS, default="server-2022", help="pose as this server")
    demo.add_argument(
        "--size", choices=("small", "large", "crowd"), default="small", help="how much there is"
    )
    demo.add_argument("--seed", type=int, default=1, metavar="N", help="another sample organisation")
    demo.add_argument("--speed", type=_speed, default=1.0, metavar="X", help="its clock runs X times as fast")
    demo.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="NAME[:k=v,..]",
        help="misbehave, such as srv-02:nth=1",
    )
    demo.add_argument("--serve-only", action="store_true", help="only serve: print address and key, and wait")
    demo.add_argument("--port", type=_port, default=0, metavar="N", help="listen here; 0 takes a free port")
    add_commands(commands)


def _taken_out(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """The link that stands where a command could stand, and the arguments without it."""
    for index, argument in enumerate(arguments):
        if argument in ("demo", *COMMANDS) and arguments[index - 1 : index] not in VALUED:
            break
        if argument.lower().startswith(("https://", "http://")):
            return argument, [*arguments[:index], *arguments[index + 1 :]]
    return "", list(arguments)


def _screen_options(parser: argparse.ArgumentParser, default: object = None) -> None:
    parser.add_argument(
        "--read-only", action="store_true", default=default or False, help="send no write at all"
    )
    parser.add_argument("--ascii", action="store_true", default=default or False, help="draw with ASCII only")
    parser.add_argument("--mouse", action="store_true", default=default or False, help="listen to the mouse")
    parser.add_argument("--screen", choices=SCREENS, default=default or "", help="open here")


def _speed(text: str) -> float:
    value = float(text)
    if not 0 < value <= 100_000:
        raise argparse.ArgumentTypeError("must be above 0 and at most 100000")
    return value


def _port(text: str) -> int:
    value = int(text)
    if not 0 <= value <= 65_535:
        raise argparse.ArgumentTypeError("must be from 0 to 65535")
    return value
