"""`python -m tests.bench.counted FILE ...`: reltui, which tells its number of tasks at SIGUSR1."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from pathlib import Path

from reltui.cli import main


def tell(file: Path) -> None:
    """Write how many asyncio tasks there are, with what is garbage gone."""
    gc.collect()
    new = file.with_suffix(".new")
    new.write_text(str(len(asyncio.all_tasks())))
    new.replace(file)


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, lambda number, frame: tell(Path(sys.argv[1])))
    sys.exit(main(sys.argv[2:]))
