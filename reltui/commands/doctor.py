"""reltui doctor: what works and what does not, on one page that a colleague may read; nothing secret."""

from __future__ import annotations

import asyncio
import os
import platform
import ssl
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from reltui import __version__
from reltui.commands.output import Output
from reltui.commands.secrets import ask
from reltui.commands.session import DONE, FAILED, WRONG_USE
from reltui.config import Config, is_read_only_environment
from reltui.data.examining import Finding, Health, Section, verdict
from reltui.data.examining_machine import (
    Facing,
    examine_configuration,
    examine_folders,
    examine_terminal,
)
from reltui.errors import ConfigError
from reltui.model.values import dataclass
from reltui.paths import Paths
from reltui.terminal import environment, is_utf8

WIDTH = 80
MARKS = {Health.OK: "ok", Health.WARN: "warn", Health.BAD: "BAD", Health.UNKNOWN: "?"}
TITLES = {"configuration": "Configuration", "server": "Server", "folders": "Folders", "terminal": "Terminal"}
_INDENT = 19
"""Columns before what was found: two blanks, the word, the name."""


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for."""

    file: Path
    """config.toml, wherever it is."""
    asked_for: bool
    """The file or a profile was named on the command line."""
    read_only: bool = False
    as_json: bool = False


def doctor(request: Request, folders: Paths, read: Callable[[], Config]) -> int:
    """Examine everything and tell it; the exit code. `read` gives the configuration or raises ConfigError."""
    out = Output()
    if not request.as_json:
        out.line(about())
    first, config = asyncio.run(examine_configuration(request.file, read, asked_for=request.asked_for))
    _tell(out, request, first)
    typed = _typed(config) if config is not None and not request.as_json else {}
    sections = [first, *asyncio.run(_examined(request, folders, config, typed, out))]
    code = code_of(sections)
    if request.as_json:
        out.document(
            reltui=__version__,
            result=str(verdict(sections)),
            code=code,
            sections=[
                {
                    "name": section.name,
                    "profile": section.subject or None,
                    "place": section.place or None,
                    "checks": [
                        {
                            "name": each.name,
                            "state": str(each.health),
                            "found": each.found,
                            "todo": each.todo or None,
                        }
                        for each in section.findings
                    ],
                }
                for section in sections
            ],
        )
    else:
        for line in summary(sections):
            out.line(line)
    return FAILED if out.failed and code == DONE else code


def _tell(out: Output, request: Request, section: Section) -> None:
    if not request.as_json:
        for line in page(section):
            out.line(line)


def _typed(config: Config) -> Mapping[str, str]:
    """The secrets that a person must type, where one is there; Enter leaves one out."""
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr)):
        return {}
    found: dict[str, str] = {}
    for name in config.default:
        try:
            found |= ask(replace(config, default=(name,)))
        except ConfigError:
            continue
    return found


async def _examined(
    request: Request, folders: Paths, config: Config | None, typed: Mapping[str, str], out: Output
) -> list[Section]:
    """The other sections, in the order in which a person would look; all servers are asked at once."""
    sections: list[Section] = []

    def take(section: Section) -> None:
        sections.append(section)
        _tell(out, request, section)

    if config is not None:
        from reltui.data.examining_server import examine_server, shared_accounts

        accounts = shared_accounts()
        read_only = request.read_only or is_read_only_environment()
        tasks = [
            asyncio.create_task(
                examine_server(
                    config.profiles[name],
                    folders.cache,
                    accounts,
                    typed=typed.get(name, ""),
                    read_only=read_only,
                )
            )
            for name in config.default
        ]
        for task in tasks:
            take(await task)
    take(await examine_folders(folders, request.file))
    take(examine_terminal(_facing(config or Config()), folders.state))
    return sections


def _facing(config: Config) -> Facing:
    streams = [stream for stream in (sys.stdout, sys.stderr, sys.stdin) if stream is not None]
    terminals = [stream.fileno() for stream in streams if stream.isatty()]
    size: tuple[int, int] | None = None
    if terminals:
        try:
            columns, rows = os.get_terminal_size(terminals[0])
            size = columns, rows
        except OSError:
            size = None
    return Facing(environment(), bool(terminals), is_utf8(), size, config.notify, config.ui.ascii)


def code_of(sections: Sequence[Section]) -> int:
    """2 for a configuration that cannot be used, 1 for anything else that is bad."""
    if any(section.bad for section in sections if section.name == "configuration"):
        return WRONG_USE
    return FAILED if verdict(sections) is Health.BAD else DONE


# The page


def about() -> str:
    """What runs here."""
    openssl = " ".join(ssl.OPENSSL_VERSION.split()[:2])
    return f"reltui {__version__}, Python {platform.python_version()}, {openssl}, {platform.system()}"


def page(section: Section) -> Iterator[str]:
    """A section in lines of at most 80 columns."""
    head = " ".join(filter(None, (TITLES[section.name], section.subject)))
    yield ""
    yield from _wrapped("", f"{head}: {section.place}" if section.place else head, 2)
    for finding in section.findings:
        if not finding.is_skipped:
            yield from _told(finding.name, finding)
    skipped = [finding for finding in section.findings if finding.is_skipped]
    if len(skipped) == 1:
        yield from _told(skipped[0].name, skipped[0])
    elif skipped:
        yield from _told("the rest", skipped[0])


def _told(name: str, finding: Finding) -> Iterator[str]:
    yield from _wrapped(f"  {MARKS[finding.health]:<6}{name:<11}", finding.found, _INDENT)
    if finding.todo:
        yield from _wrapped(f"{'->':>{_INDENT - 1}} ", finding.todo, _INDENT)


def _wrapped(first: str, text: str, indent: int) -> Iterator[str]:
    lines = textwrap.wrap(
        f"{first}{text}",
        WIDTH,
        subsequent_indent=" " * indent,
        break_on_hyphens=False,
        drop_whitespace=True,
        replace_whitespace=False,
    )
    yield from lines or [first]


def summary(sections: Sequence[Section]) -> Iterator[str]:
    """The last lines: what has to be repaired."""
    named = [
        f"{finding.name} of {section.subject or section.name}"
        for section in sections
        for finding in section.bad
    ]
    yield ""
    if named:
        yield from _wrapped("", f"To be repaired: {', '.join(named)}.", 2)
    elif verdict(sections) is Health.WARN:
        yield "It works; see what says warn."
    else:
        yield "It works."
