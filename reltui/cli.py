"""The command line: reads arguments, imports what the command needs and nothing else (design.md 1, 6)."""

from __future__ import annotations

import argparse
import gc
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from reltui import __version__
from reltui.commands.arguments import COMMANDS, add_commands
from reltui.errors import ReltuiError
from reltui.terminal import is_utf8, need_terminal, no_core_dumps

if TYPE_CHECKING:
    from reltui.config import Config
    from reltui.data.service import DataService
    from reltui.demo.server import ServerOptions
    from reltui.paths import Paths

CRASHED = 1
WRONG_USE = 2
GENERATIONS = (
    "tfs-2018",
    "server-2019",
    "server-2019.1",
    "server-2020",
    "server-2022",
    "server-2022.1",
    "services",
)
DEMO_FOLDER = "reltui-demo-"
DEMO_TOKEN = "RELTUI_DEMO_TOKEN"  # noqa: S105 - the name of a variable
SCREENS = ("approvals", "releases", "definitions")


def run() -> None:
    """The `reltui` command. Exit codes: 0 done, 1 it did not happen, 2 wrong use, 3 not settled."""
    sys.exit(main(sys.argv[1:]))


def main(arguments: Sequence[str]) -> int:
    """Run with these arguments; the exit code."""
    parsed = _parser().parse_args(arguments)
    no_core_dumps()
    try:
        if parsed.command == "demo":
            return _demo(parsed)
        if parsed.command in COMMANDS:
            return _command(parsed)
        return _screens(parsed)
    except ReltuiError as error:
        print(f"reltui: {error}", file=sys.stderr)
        return WRONG_USE
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="reltui",
        description="Release Management of Team Foundation Server and Azure DevOps in a terminal.",
        epilog="No option takes a secret: config.toml says where it comes from. Press ? for the keys.",
    )
    parser.add_argument("--version", action="version", version=f"reltui {__version__}")
    parser.add_argument(
        "--profile", metavar="NAME", action="append", help="show this profile (may be repeated)"
    )
    parser.add_argument("--config", metavar="FILE", type=Path, help="read this file in place of config.toml")
    _screen_options(parser)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
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
    return parser


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


def _screens(parsed: argparse.Namespace) -> int:
    """The program on the configured servers; without a configuration, the welcome screen."""
    from reltui import paths
    from reltui.config import Config, load

    folders = paths.standard()
    if parsed.config is None and not parsed.profile and not folders.config_file.exists():
        config = Config()
    else:
        config = _chosen(load(parsed.config or folders.config_file), parsed.profile)
    need_terminal()
    with ExitStack() as closing:
        return _run(config, folders, parsed, closing)


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
        config, folders = _start_demo(options, closing)
        return _run(config, folders, parsed, closing, is_demo=True)


def _start_demo(options: ServerOptions, closing: ExitStack) -> tuple[Config, Paths]:
    """Start the embedded server, and make folders that end with it. Raises ConfigError."""
    from reltui import paths
    from reltui.config import Config, Profile, SecretSource
    from reltui.demo.server import start_child
    from reltui.errors import ConfigError

    # Nothing of the demo stays: the server forgets with its process, and so do we.
    _clear_killed_demos()
    folder = Path(tempfile.mkdtemp(prefix=f"{DEMO_FOLDER}{os.getpid()}-"))
    closing.callback(shutil.rmtree, folder, ignore_errors=True)
    try:
        child = closing.enter_context(start_child(options))
    except RuntimeError as error:
        raise ConfigError(str(error)) from None
    os.environ[DEMO_TOKEN] = child.token
    profile = Profile("demo", child.url, SecretSource(env=DEMO_TOKEN), protected=("PROD*",))
    return Config(profiles={"demo": profile}, default=("demo",)), paths.under(folder)


def _clear_killed_demos() -> None:
    """Remove the folders of demos that were killed and could not do it themselves."""
    for folder in Path(tempfile.gettempdir()).glob(f"{DEMO_FOLDER}*"):
        pid = folder.name.removeprefix(DEMO_FOLDER).partition("-")[0]
        try:
            is_ours = not folder.is_symlink() and folder.stat().st_uid == os.getuid()
            os.kill(int(pid), 0)
        except ProcessLookupError:
            if is_ours:
                shutil.rmtree(folder, ignore_errors=True)
        except (OSError, ValueError):
            continue


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

        made, places = await asyncio.to_thread(_start_demo, ServerOptions(), closing)
        return DataService(made, places, read_only=parsed.read_only), made

    service = DataService(config, folders, read_only=parsed.read_only)
    options = UiOptions(
        screen=parsed.screen,
        ascii=parsed.ascii or config.ui.ascii or not is_utf8(),
        mouse=parsed.mouse or config.ui.mouse,
        demo=is_demo,
        start_demo=start_demo,
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
    try:
        return start(parsed, config, folders)
    except ReltuiError:
        raise
    except Exception as error:  # the last resort: a script gets one sentence and a code, never a traceback
        from reltui.crash import report

        print(report(error, None), file=sys.stderr)
        return CRASHED
