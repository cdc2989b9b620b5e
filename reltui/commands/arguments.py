"""What the commands take on the command line. Imported by `reltui --help`, so it imports nothing else."""

from __future__ import annotations

import argparse
from pathlib import Path

COMMANDS = ("inbox", "approve", "reject", "create", "abandon", "journal", "watch", "init", "doctor")
CODES = "Exit codes: 0 done, 1 it did not happen, 2 wrong use, 3 not settled; 130, 143, 129 after a signal."
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the parser of every command for scripts."""
    _inbox(_command(commands, "inbox", "what waits for you, for scripts and screen readers"))
    _decision(_command(commands, "approve", "approve what waits, by its id"), needs_comment=False)
    _decision(_command(commands, "reject", "reject what waits, by its id"), needs_comment=True)
    _create(_command(commands, "create", "create a release of a definition"))
    _abandon(_command(commands, "abandon", "abandon a release, by its id"))
    _journal(_command(commands, "journal", "what was decided from here, and how it ended"))
    _watch(_command(commands, "watch", "wait until something new waits for you"))
    _init(commands)
    _doctor(_command(commands, "doctor", "what works and what does not, and what to do about it"))


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, what: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=what, description=f"{name.capitalize()}: {what}.", epilog=CODES)
    # Also behind the command's name; what stands before it is kept when nothing stands here.
    parser.add_argument(
        "--profile", metavar="NAME", action="append", help="use this profile", default=argparse.SUPPRESS
    )
    parser.add_argument(
        "--config", metavar="FILE", type=Path, help="read this file", default=argparse.SUPPRESS
    )
    parser.add_argument(
        "--read-only", action="store_true", help="send no write at all", default=argparse.SUPPRESS
    )
    return parser


def _init(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    what = "ask for a server, try it, and write config.toml"
    parser = commands.add_parser("init", help=what, description=f"Init: {what}.", epilog=CODES)
    parser.add_argument("address", metavar="ADDRESS", nargs="?", default="", help="of the collection")
    parser.add_argument(
        "--config", metavar="FILE", type=Path, help="write this file", default=argparse.SUPPRESS
    )


def _doctor(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "Exit codes: 0 all is ok or warn, 1 something is BAD, 2 the configuration cannot be used."
    parser.add_argument("--json", action="store_true", help="one JSON document; the README describes it")


def _forms(parser: argparse.ArgumentParser, *, with_csv: bool = False) -> None:
    forms = parser.add_mutually_exclusive_group()
    forms.add_argument("--plain", action="store_true", help="one sentence a line (default off a terminal)")
    forms.add_argument("--json", action="store_true", help="one JSON document; the README describes it")
    if with_csv:
        forms.add_argument("--csv", action="store_true", help="a table for a spreadsheet")


def _rows(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--scope",
        choices=("mine", "groups", "all"),
        default="groups",
        help="asked of you by name; also of your groups (default); of anybody",
    )
    parser.add_argument("--filter", metavar="WORDS", default="", help='as / on the screens: "stage:prod"')


def _inbox(parser: argparse.ArgumentParser) -> None:
    _forms(parser)
    _rows(parser)
    parser.add_argument(
        "--insight",
        action="store_true",
        help="also until when it waits, what runs there, and what a yes does; asks the server more",
    )


def _confirmed(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--server", metavar="PROFILE", help="of this profile; needed where ids are not unique"
    )
    parser.add_argument("--yes", action="store_true", help="do not ask; nothing is held to be taken back")
    parser.add_argument("--json", action="store_true", help="the outcome as one JSON document")


def _decision(parser: argparse.ArgumentParser, *, needs_comment: bool) -> None:
    parser.add_argument(
        "ids", metavar="ID", type=_number, nargs="+", help="of an approval, as inbox tells it"
    )
    parser.add_argument(
        "--comment", metavar="TEXT", required=needs_comment, default="", help="kept with the decision"
    )
    parser.add_argument("--intervention", action="store_true", help="the ids are of manual interventions")
    parser.add_argument(
        "--protected",
        metavar="NAME",
        action="append",
        default=[],
        help="with --yes: the name of the protected stage that is meant",
    )
    parser.add_argument("--keep-going", action="store_true", help="go on after one that did not land")
    if not needs_comment:
        parser.add_argument(
            "--outside-window", action="store_true", help="also outside the change window of the stage"
        )
    _confirmed(parser)


def _create(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("definition", metavar="DEFINITION", help="its id, its name, or folder\\name")
    parser.add_argument("--project", metavar="NAME", help="of this project")
    parser.add_argument(
        "--version",
        metavar="ALIAS=VERSION",
        type=_pair,
        action="append",
        default=[],
        dest="versions",
        help="take this version of an artifact; the others take their default (may be repeated)",
    )
    parser.add_argument(
        "--manual",
        metavar="STAGE",
        action="append",
        default=[],
        help="a stage that shall not start by itself (may be repeated)",
    )
    parser.add_argument(
        "--variable",
        metavar="NAME=VALUE",
        type=_pair,
        action="append",
        default=[],
        dest="variables",
        help="another value; never a secret (may be repeated)",
    )
    parser.add_argument("--description", metavar="TEXT", default="", help="of the release")
    parser.add_argument("--draft", action="store_true", help="nothing starts until it is started")
    _confirmed(parser)


def _abandon(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("release", metavar="RELEASE", type=_number, help="its id")
    parser.add_argument("--project", metavar="NAME", help="of this project")
    parser.add_argument("--comment", metavar="TEXT", default="", help="kept with the decision")
    _confirmed(parser)


def _journal(parser: argparse.ArgumentParser) -> None:
    _forms(parser, with_csv=True)
    parser.add_argument("--filter", metavar="WORDS", default="", help='such as "verb:approve stage:prod"')
    parser.add_argument("--since", metavar="TIME", default="", help="7d, 4h, or a day such as 2026-11-20")
    parser.add_argument(
        "--elsewhere", action="store_true", help="also what others decided lately; asks the servers"
    )


def _watch(parser: argparse.ArgumentParser) -> None:
    _forms(parser)
    _rows(parser)
    parser.add_argument("--any", action="store_true", help="end at once when something waits already")
    parser.add_argument(
        "--expiring", metavar="TIME", type=_span, help="also when one expires within 1h, 30m, ..."
    )
    parser.add_argument(
        "--timeout", metavar="TIME", type=_span, help="give up after 30m, 8h, ...: exit code 1"
    )


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 2**63):
        raise argparse.ArgumentTypeError(f'"{text}" is not an id: a number above 0')
    return int(text)


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not name or not sign:
        raise argparse.ArgumentTypeError(f'"{text}" must look like NAME=VALUE')
    return name, value


def _span(text: str) -> float:
    number, unit = text[:-1], text[-1:]
    if not (number.isascii() and number.isdigit() and len(number) < 8 and unit in _UNITS and int(number)):
        raise argparse.ArgumentTypeError(f'"{text}" must look like 45s, 30m, 8h or 2d')
    return float(int(number) * _UNITS[unit])
