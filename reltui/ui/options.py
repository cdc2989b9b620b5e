"""How the command line wants the screens, and what is said on them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from reltui.config import Config
from reltui.data.service import DataService
from reltui.model.text import SafeText
from reltui.model.values import dataclass
from reltui.saved_screen import Shown


@dataclass(frozen=True, slots=True)
class UiOptions:
    """How the command line wants the screens."""

    screen: str = ""
    """Name of the first screen; empty: approvals."""
    link: str = ""
    """What was copied from a browser, to be opened at the start; empty for nothing."""
    ascii: bool = False
    mouse: bool = False
    demo: bool = False
    start_demo: Callable[[], Awaitable[tuple[DataService, Config]]] | None = None
    """Starts the demo from the welcome screen."""
    start_configured: Callable[[], Awaitable[tuple[DataService, Config]]] | None = None
    """Starts with the configuration that was written on the welcome screen."""
    config_file: Path | None = None
    """What that screen writes; None: the standard one."""
    state_folder: Path | None = None
    """Where a crash file goes; None: the standard state folder."""
    arguments: Sequence[str] | None = None
    """The command line, of which the first screen is kept for the next start; None: it is not kept."""
    shown: Shown | None = None
    """The saved screen, while it stands on the terminal."""


@dataclass(frozen=True, slots=True)
class Said:
    """A line that was said to the person; `at` is `time.time()`."""

    at: float
    text: SafeText
    role: str
