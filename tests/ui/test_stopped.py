"""What the guard before the terminal stopped in a run is there for reltui doctor afterwards."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from reltui.config import Config
from reltui.data.service import DataService
from reltui.data.stopped import stopped_so_far
from reltui.paths import under
from reltui.ui import ending
from reltui.ui.app import ReltuiApp
from reltui.ui.options import UiOptions


class Ended:
    """An application that has run."""

    return_value = None
    return_code = 0
    crash = None
    first_look = SimpleNamespace(keep=lambda: None)

    def __init__(self, stopped: int) -> None:
        self.stopped = stopped

    async def run_async(self, **_: Any) -> None:
        return


@pytest.mark.parametrize(("counts", "told"), [((3, 4), 7), ((0,), None)])
def test_the_end_of_a_run_keeps_it(tmp_path: Path, counts: tuple[int, ...], told: int | None) -> None:
    folders = under(tmp_path)
    options = replace(UiOptions(), state_folder=folders.state)
    for count in counts:
        service = DataService(Config(), folders)
        app = cast(ReltuiApp, Ended(count))
        code = asyncio.run(ending.run(lambda *_, app=app: app, service, Config(), options))
        assert code == 0
    found = stopped_so_far(folders.state)
    assert (found.count if found else None) == told
