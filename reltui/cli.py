"""The command line: reads arguments, imports what the command needs and nothing else (design.md 1, 6).

Nothing but the saved screen is imported here at the top: it is painted before all else.
"""

from __future__ import annotations

import sys

from reltui import saved_screen

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Awaitable, Callable, Sequence
    from contextlib import ExitStack

    from reltui.config import Config
    from reltui.data.service import DataService
    from reltui.paths import Paths

    Start = Callable[[], Awaitable[tuple[DataService, Config]]]

CRASHED = 1
WRONG_USE = 2
INTERRUPTED = 130
DEBUGGING = ("TEXTUAL", "TEXTUAL_DEBUG", "TEXTUAL_LOG", "TEXTUAL_PRESS", "TEXTUAL_SCREENSHOT")
"""Variables that have Textual write down what happens, each key of a typed secret included, or press keys."""


def run() -> None:
    """The `reltui` command. Exit codes: 0 done, 1 it did not happen, 2 wrong use, 3 not settled."""
    shown = None
    try:
        shown = saved_screen.show(sys.argv[1:])
        code = main(sys.argv[1:], shown)
    except KeyboardInterrupt:
        code = INTERRUPTED
    finally:
        if shown is not None:
            shown.give_back()
    if "reltui.ui.app" in sys.modules:
        _leave(code)
    sys.exit(code)


def _leave(code: int) -> None:
    """End the process at once, if nothing of it is left to do.

    After the screens all is on disk and closed, and the terminal restored. To take every module and object to
    pieces then takes longer than all the rest of the end, and nobody has anything of it.
    """
    import os
    import threading

    if any(not thread.daemon for thread in threading.enumerate() if thread is not threading.main_thread()):
        return
    try:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    except (OSError, ValueError, AttributeError):  # closed, or none at all
        return
    os._exit(code)


def main(arguments: Sequence[str], shown: saved_screen.Shown | None = None) -> int:
    """Run with these arguments, while a saved screen may be shown; the exit code."""
    from reltui.arguments import parse
    from reltui.commands.arguments import COMMANDS
    from reltui.errors import ReltuiError
    from reltui.terminal import no_core_dumps

    parsed = parse(arguments)
    no_core_dumps()
    try:
        if parsed.command == "demo":
            return _demo(parsed)
        if parsed.command in COMMANDS:
            return _guarded({"init": _init, "doctor": _doctor}.get(parsed.command, _command), parsed)
        return _screens(parsed, arguments, shown)
    except ReltuiError as error:
        if shown is not None:
            shown.give_back()
        print(f"reltui: {error}", file=sys.stderr)
        return WRONG_USE
    except KeyboardInterrupt:
        return INTERRUPTED


def _init(parsed: argparse.Namespace) -> int:
    """Questions that lead to a configuration."""
    from reltui import paths
    from reltui.commands.init import init

    return init(parsed.config or paths.standard().config_file, parsed.address)


def _screens(parsed: argparse.Namespace, arguments: Sequence[str], shown: saved_screen.Shown | None) -> int:
    """The program on the configured servers; without a configuration, the welcome screen."""
    _let_garbage_lie()
    from contextlib import ExitStack

    from reltui import paths
    from reltui.config import Config, load
    from reltui.terminal import need_terminal

    folders = paths.standard()
    if parsed.config is None and not parsed.profile and not folders.config_file.exists():
        config = Config()
    else:
        config = _chosen(load(parsed.config or folders.config_file), parsed.profile)
    if parsed.link:
        _check_link(config, parsed.link)
    need_terminal()
    # The folder of the saved screen is found without what finds the others.
    keeps = not parsed.link and str(folders.cache) == saved_screen.folder()
    with ExitStack() as closing:
        return _run(config, folders, parsed, closing, arguments=arguments if keeps else None, shown=shown)


def _check_link(config: Config, link: str) -> None:
    """A profile has the collection of a link. Raises ConfigError: none has, or it is no link of a server."""
    from reltui.data.links import places
    from reltui.errors import ConfigError

    try:
        places(config, link)
    except ValueError as error:
        raise ConfigError(str(error)) from None


def _chosen(config: Config, names: Sequence[str] | None) -> Config:
    from dataclasses import replace

    from reltui.errors import ConfigError

    for name in names or ():
        if name not in config.profiles:
            known = ", ".join(config.profiles) or "none"
            raise ConfigError(f'There is no profile "{name}" in {config.file}; there are: {known}.')
    return replace(config, default=tuple(dict.fromkeys(names))) if names else config


def _demo(parsed: argparse.Namespace) -> int:
    """The embedded server, and the program on it unless only the server is wanted."""
    import signal
    from contextlib import ExitStack

    from reltui.demo.faults import parse_all
    from reltui.demo.server import ServerOptions, serve_forever
    from reltui.demo_folder import start_demo_server
    from reltui.errors import ConfigError
    from reltui.terminal import need_terminal

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
    _let_garbage_lie()
    for number in (signal.SIGTERM, signal.SIGHUP):
        # Until the screens have handlers of their own, so that the demo's folder goes in any case.
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    with ExitStack() as closing:
        config, folders = start_demo_server(options, closing)
        return _run(config, folders, parsed, closing, is_demo=True)


def _let_garbage_lie() -> None:
    """What is made at the start stays, so looking for garbage there only takes time: a sixth of the time to
    the first paint. The application switches it on again after that.
    """
    import gc

    gc.disable()


def _run(
    config: Config,
    folders: Paths,
    parsed: argparse.Namespace,
    closing: ExitStack,
    *,
    is_demo: bool = False,
    arguments: Sequence[str] | None = None,
    shown: saved_screen.Shown | None = None,
) -> int:
    """Run the screens; what the welcome screen starts is closed with `closing`.

    `arguments` are those for whose next start the first screen is kept, None where it is not.
    """
    import asyncio
    import os

    for name in DEBUGGING:
        # Before Textual is loaded, which reads them then.
        os.environ.pop(name, None)

    from reltui.data.service import DataService
    from reltui.terminal import is_utf8
    from reltui.ui.app import UiOptions, run_app

    start_demo, start_configured = _later_starts(folders, parsed, closing)
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
        arguments=arguments,
        shown=shown,
    )
    return asyncio.run(run_app(service, config, options))


def _later_starts(folders: Paths, parsed: argparse.Namespace, closing: ExitStack) -> tuple[Start, Start]:
    """What the welcome screen can start: the demo, and the servers of a configuration it has written."""
    import asyncio

    from reltui.data.service import DataService

    async def start_demo() -> tuple[DataService, Config]:
        from reltui.demo.server import ServerOptions
        from reltui.demo_folder import start_demo_server

        made, places = await asyncio.to_thread(start_demo_server, ServerOptions(), closing)
        return DataService(made, places, read_only=parsed.read_only), made

    async def start_configured() -> tuple[DataService, Config]:
        from reltui.config import load

        made = await asyncio.to_thread(load, parsed.config or folders.config_file)
        return DataService(made, folders, read_only=parsed.read_only), made

    return start_demo, start_configured


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
    from reltui.errors import ReltuiError

    try:
        return command(parsed)
    except ReltuiError:
        raise
    except Exception as error:  # the last resort: a script gets one sentence and a code, never a traceback
        from reltui.crash import report

        print(report(error, None), file=sys.stderr)
        return CRASHED
