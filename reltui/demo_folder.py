"""The embedded server as a child of the program, and folders of its own that end with it.

Like the command line, and for it only: the one place besides that knows both sides.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

from reltui import paths
from reltui.config import Config, Profile, SecretSource
from reltui.demo.faults import parse_all
from reltui.demo.server import ServerOptions, start_child
from reltui.errors import ConfigError
from reltui.paths import Paths

DEMO_FOLDER = "reltui-demo-"
DEMO_TOKEN = "RELTUI_DEMO_TOKEN"  # noqa: S105 - the name of a variable

ACCOUNT = "NORTH\\anna"
"""Who signs in where a fault wants an account; the key is the password."""


def start_demo_server(options: ServerOptions, closing: ExitStack) -> tuple[Config, Paths]:
    """Start the embedded server, and make folders that end with it. Raises ConfigError."""
    # Nothing of the demo stays: the server forgets with its process, and so do we.
    _clear_killed_demos()
    folder = Path(tempfile.mkdtemp(prefix=f"{DEMO_FOLDER}{os.getpid()}-"))
    closing.callback(shutil.rmtree, folder, ignore_errors=True)
    try:
        child = closing.enter_context(start_child(options))
    except RuntimeError as error:
        raise ConfigError(str(error)) from None
    os.environ[DEMO_TOKEN] = child.token
    ca_file = folder / "authority.pem"
    if child.authority:
        # What is wrong with a certificate shows only where its authority is trusted.
        ca_file.write_text(child.authority, encoding="ascii")
    has_accounts = any(fault.kind.opens for fault in parse_all(options.faults))
    profile = Profile(
        "demo",
        child.url,
        SecretSource(env=DEMO_TOKEN),
        sign_in="ntlm" if has_accounts else "pat",
        user=ACCOUNT if has_accounts else "",
        protected=("PROD*",),
        ca_file=str(ca_file) if child.authority else "",
    )
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
