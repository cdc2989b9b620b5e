"""Which driver: ours on Unix, Textual's own elsewhere, and where it is asked for."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING

from textual.driver import Driver

if TYPE_CHECKING:
    from reltui.ui.driver import GuardedDriver

SWITCH = "RELTUI_STOCK_DRIVER"
"""Set to 1 in the environment, everything is written by Textual's own driver."""
IS_POSSIBLE = find_spec("termios") is not None
"""Ours needs a terminal of Unix."""


def driver_class() -> type[Driver] | None:
    """The driver for `App(driver_class=...)`; None for Textual's own choice."""
    if os.environ.get(SWITCH, "0") not in ("", "0") or not IS_POSSIBLE:
        return None
    from reltui.ui.driver import GuardedDriver

    return GuardedDriver


def ours(driver: Driver | None) -> GuardedDriver | None:
    """The driver if it is our own; None without a terminal, or with Textual's."""
    if driver is None or not IS_POSSIBLE:
        return None
    from reltui.ui.driver import GuardedDriver

    return driver if isinstance(driver, GuardedDriver) else None
