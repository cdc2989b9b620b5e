"""The command line: reads arguments, imports what the command needs and nothing else (design.md 1, 6)."""

from __future__ import annotations

import argparse
import gc
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from reltui.arguments import parse
from reltui.commands.arguments import COMMANDS
from reltui.errors import ReltuiError
from reltui.terminal import is_utf8, need_terminal, no_core_dumps

if TYPE_CHECKING:
    from reltui.config import Config
    from reltui.data.service import DataService
    from reltui.paths import Paths

CRASHED = 1
WRONG_USE = 2


def run() -> None:
    """The `reltui` command. Exit codes: 0 done, 1 it did not happen, 2 wrong use, 3 not settled."""
    sys.exit(main(sys.argv[1:]))


def main(arguments: Sequence[str]) -> int:
    """Run with these arguments; the exit code."""
    parsed = parse(arguments)
    no_core_dumps()
    try:
        if parsed.command == "demo":
            return _demo(parsed)
        if parsed.command in COMMANDS:
            return _guarded({"init": _init, "doctor": _doctor}.get(parsed.command, _command), parsed)
        return _screens(parsed)
    except ReltuiError as error:
        print(f"reltui: {error}", file=sys.stderr)
        return WRONG_USE
    except KeyboardInterrupt:
        return 130


def _init(parsed: argparse.Namespace) -> int:
    """Questions that lead to a configuration."""
    from reltui import paths
    from reltui.commands.init import init

    return init(parsed.config or paths.standard().config_file, parsed.address)


def _screens(parsed: argparse.Namespace) -> int:
    """The program on the configured servers; without a configuration, the welcome screen."""
    from reltui import paths
    from reltui.config import Config, load

    folders = paths.standard()
    if parsed.config is None and not parsed.profile and not folders.config_file.exists():
        config = Config()
    else:
        config = _chosen(load(parsed.config or folders.config_file), parsed.profile)
    if parsed.link:
        _check_link(config, parsed.link)
    need_terminal()
    with ExitStack() as closing:
        return _run(config, folders, parsed, closing)


def _check_link(config: Config, link: str) -> None:
    """A profile has the collection of a link. Raises ConfigError: none has, or it is no link of a server."""
    from reltui.data.links import places
    from reltui.errors import ConfigError

    try:
        places(config, link)
    except ValueError as error:
        raise ConfigError(str(error)) from None


def _chosen(config: Config, names: Sequence[str] | None) -> Config:
    from reltui.errors import ConfigError

    for name in names or ():
        if name not in config.profiles:
            known = ", ".join(config.profiles) or "none"
            raise ConfigError(f'There is no profile "{name}" in {config.file}; there are: {known}.')
    return replace(config, default=tuple(names)) if names else config


def _demo(parsed: argparse.Namespace) -> int:
    """The embedded server, and the program on it unless only the server is wanted."""
    from reltui.demo.faults import parse_all
    from reltui.demo.server import ServerOptions, serve_forever
    from reltui.demo_folder import start_demo_server
    from reltui.errors import ConfigError

    options = ServerOptions(
        generation=parsed.generation,
        size=parsed.size,
        seed=parsed.seed,
        speed=parsed.speed,
        faults=tuple(parsed.fault),
        port=parsed.port,
    )
    try:
        parse_all(options.faults)
        if parsed.serve_only:
            serve_forever(options)
            return 0
    except ValueError as error:
        raise ConfigError(f"--fault: {error}") from None
    except OSError as error:
        raise ConfigError(
            f"The embedded server cannot listen on port {parsed.port}: {error.strerror}."
        ) from None
    need_terminal()
    for number in (signal.SIGTERM, signal.SIGHUP):
        # Until the screens have handlers of their own, so that the demo's folder goes in any case.
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    with ExitStack() as closing:
        config, folders = start_demo_server(options, closing)
        return _run(config, folders, parsed, closing, is_demo=True)


def _run(
    config: Config,
    folders: Paths,
    parsed: argparse.Namespace,
    closing: ExitStack,
    *,
    is_demo: bool = False,
) -> int:
    """Run the screens; what the welcome screen starts is closed with `closing`."""
    # What is made at the start stays, so looking for garbage there only takes time: a sixth of the time to
    # the first paint. The application switches it on again after that.
    gc.disable()
    import asyncio

    from reltui.data.service import DataService
    from reltui.ui.app import UiOptions, run_app

    async def start_demo() -> tuple[DataService, Config]:
        from reltui.demo.server import ServerOptions
        from reltui.demo_folder import start_demo_server

        made, places = await asyncio.to_thread(start_demo_server, ServerOptions(), closing)
        return DataService(made, places, read_only=parsed.read_only), made

    async def start_configured() -> tuple[DataService, Config]:
        from reltui.config import load

        made = await asyncio.to_thread(load, parsed.config or folders.config_file)
        return DataService(made, folders, read_only=parsed.read_only), made

    service = DataService(config, folders, read_only=parsed.read_only)
    options = UiOptions(
        screen=parsed.screen,
        link=parsed.link,
        ascii=parsed.ascii or config.ui.ascii or not is_utf8(),
        mouse=parsed.mouse or config.ui.mouse,
        demo=is_demo,
        start_demo=start_demo,
        start_configured=start_configured,
        config_file=parsed.config or folders.config_file,
        state_folder=folders.state,
    )
    return asyncio.run(run_app(service, config, options))


def _command(parsed: argparse.Namespace) -> int:
    """A command for scripts, on the configured servers."""
    from reltui import paths
    from reltui.commands.start import start
    from reltui.config import load

    folders = paths.standard()
    config = _chosen(load(parsed.config or folders.config_file), parsed.profile)
    return start(parsed, config, folders)


def _doctor(parsed: argparse.Namespace) -> int:
    """What works and what does not; also without a configuration, or with a broken one."""
    from reltui import paths
    from reltui.commands.doctor import Request, doctor
    from reltui.config import load
    from reltui.ui.keys import keymap

    folders = paths.standard()
    file = parsed.config or folders.config_file

    def read() -> Config:
        config = _chosen(load(file), parsed.profile)
        keymap(config)
        return config

    asked_for = bool(parsed.config or parsed.profile)
    request = Request(file, asked_for, read_only=parsed.read_only, as_json=parsed.json)
    return doctor(request, folders, read)


def _guarded(command: Callable[[argparse.Namespace], int], parsed: argparse.Namespace) -> int:
    """A command's exit code, also of one that fails by a fault of its own."""
    try:
        return command(parsed)
    except ReltuiError:
        raise
    except Exception as error:  # the last resort: a script gets one sentence and a code, never a traceback
        from reltui.crash import report

        print(report(error, None), file=sys.stderr)
        return CRASHED
