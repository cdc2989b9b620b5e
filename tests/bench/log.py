"""`python -m tests.bench.log LINES`: the tasks of a stage in the terminal; `l` opens a log of so many lines.

The service stands still, so that nothing but the screen is measured.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from reltui.data.topics import LogData, LogOf
from reltui.model.text import SafeText
from reltui.ui import ways
from reltui.ui.app import ReltuiApp, UiOptions
from reltui.ui.ending import run
from tests.ui.samples import BILLING
from tests.ui.still_service import CONFIG, SERVER, StillService, whole
from tests.ui.test_log_screens import RELEASE, known


class Tasks(ReltuiApp):
    """Begins at the tasks."""

    def on_ready(self) -> None:
        """Once the first screen is there."""
        ways.tasks(self, RELEASE, 3)


def written(count: int) -> tuple[SafeText, ...]:
    """So many lines as agents write them; the last one is an error."""
    stamp = "2026-11-24T09:20:11.1234567Z "
    lines = [f"{stamp}Copying files to the target machine web-{n % 7} ({n})" for n in range(count - 1)]
    return (*map(SafeText, lines), SafeText(f"{stamp}##[error]At last"))


def main() -> None:
    """Run it until it is quit."""
    log = LogOf(SERVER, BILLING, 142, 3, 8, 4)
    with tempfile.TemporaryDirectory() as folder:
        facts = {**known(), log: whole(LogData(written(int(sys.argv[1]))))}

        async def show() -> None:
            await run(Tasks, StillService(Path(folder), facts), CONFIG, UiOptions())

        asyncio.run(show())


if __name__ == "__main__":
    main()
