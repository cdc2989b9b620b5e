"""`python -m tests.bench.still log|releases COUNT`: so many lines or rows in the terminal.

The service stands still and has everything in memory, so that nothing but the screen is measured. For a log
it begins at the tasks of a stage, where `l` opens it; for releases at the inbox, where `2` does.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from reltui.data.topics import LogData, LogOf, ReleasesData, ReleasesOf, Snapshot, Topic
from reltui.model.release import Release
from reltui.model.text import SafeText
from reltui.ui import ways
from reltui.ui.app import ReltuiApp, UiOptions
from reltui.ui.ending import run
from tests.ui.samples import BILLING, waiting_release
from tests.ui.still_service import CONFIG, SERVER, StillService, sample, whole
from tests.ui.test_log_screens import RELEASE, known

LOG = LogOf(SERVER, BILLING, 142, 3, 8, 4)


class Tasks(ReltuiApp):
    """Begins at the tasks."""

    def on_ready(self) -> None:
        """Once the first screen was painted: before that no key counts."""
        self.call_after_refresh(ways.tasks, self, RELEASE, 3)


def lines(count: int) -> tuple[SafeText, ...]:
    """So many lines as agents write them; the last one is an error."""
    stamp = "2026-11-24T09:20:11.1234567Z "
    written = [f"{stamp}Copying files to the target machine web-{n % 7} ({n})" for n in range(count - 1)]
    return (*map(SafeText, written), SafeText(f"{stamp}##[error]At last"))


def releases(count: int) -> tuple[Release, ...]:
    """So many releases, newest first."""
    one = waiting_release()
    assert one.created_on is not None
    return tuple(
        replace(
            one,
            id=number,
            name=SafeText(f"Rel-{number}"),
            created_on=one.created_on - timedelta(minutes=count - number),
            definition=replace(one.definition, name=SafeText(f"Def-{number * 7 % 11}")),
        )
        for number in range(count, 0, -1)
    )


def facts(what: str, count: int) -> Mapping[Topic[Any], Snapshot[Any]]:
    """What the service knows."""
    if what == "log":
        return {**known(), LOG: whole(LogData(lines(count)))}
    return {**sample(), ReleasesOf(SERVER, BILLING): whole(ReleasesData(releases(count)))}


def main() -> None:
    """Run it until it is quit."""
    what, count = sys.argv[1], int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        service = StillService(Path(folder), facts(what, count))

        async def show() -> None:
            await run(Tasks if what == "log" else ReltuiApp, service, CONFIG, UiOptions())

        asyncio.run(show())


if __name__ == "__main__":
    main()
