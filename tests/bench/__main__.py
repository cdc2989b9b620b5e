"""`python -m tests.bench [G1 G2 ...]`: measures the goals of performance and prints them as one table.

Machines differ and are noisy, so each figure is a ratio of two things measured in turn in the same run, the
median of several runs. Bytes do not move and stand for themselves. Nothing is asserted but that what is
measured has happened; a goal that could not be measured says why, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.bench.figures import Figure, summed_up
from tests.bench.goals import GOALS, Goal
from tests.bench.player import NotMeasured
from tests.bench.setting import Setting, Shared, compiled
from tests.bench.table import Line, Measured, document, heads, row

SIZES = ((80, 24), (160, 45))
TROUBLES = (NotMeasured, AssertionError, OSError, subprocess.SubprocessError)


def measured(goal: Goal, settings: Sequence[Setting], runs: int) -> list[Measured]:
    """A goal in each of some settings, in turn: run 1 of each, run 2 of each."""
    found: list[list[list[Figure]]] = [[] for _ in settings]
    troubles = [""] * len(settings)
    for run in range(runs):
        for place, setting in enumerate(settings):
            setting.run = run
            if not troubles[place]:
                try:
                    found[place].append(goal.measure(setting))
                except TROUBLES as trouble:
                    print(f"{goal.id}: {trouble}", file=sys.stderr)
                    troubles[place] = str(trouble).partition("\n")[0] or type(trouble).__name__
    return [
        Measured(trouble=trouble) if trouble else Measured(summed_up(figures))
        for figures, trouble in zip(found, troubles, strict=True)
    ]


def size_of(text: str) -> tuple[int, int]:
    """80x24 as columns and rows. Raises ValueError."""
    columns, _, rows = text.partition("x")
    return int(columns), int(rows)


def arguments() -> argparse.Namespace:
    """What is to be measured, and how."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description=(__doc__ or "").partition("\n\n")[2]
    )
    ids = [goal.id for goal in GOALS]
    parser.add_argument("goals", nargs="*", metavar="GOAL", help="G1 to G20 (all)")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="runs of each goal (3)")
    parser.add_argument(
        "--size", type=size_of, action="append", metavar="80x24", help="may be repeated (80x24 and 160x45)"
    )
    parser.add_argument("--stock", action="store_true", help="beside it the same with Textual's own driver")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the table into a file too")
    given = parser.parse_args()
    unknown = [name for name in given.goals if name not in ids]
    if unknown:
        parser.error(f"there is no goal {unknown[0]}; there are {', '.join(ids)}")
    return given


def main() -> int:
    """Measure, print, and write; 1 when something could not be measured."""
    given = arguments()
    lines: list[Line] = []
    print(heads(stock=given.stock), flush=True)
    with tempfile.TemporaryDirectory() as name, ExitStack() as closing:
        folder = Path(name)
        compiled(folder)
        shared = Shared(folder, closing)
        sizes = given.size or SIZES
        for goal in GOALS:
            if given.goals and goal.id not in given.goals:
                continue
            for size in sizes if goal.sized else sizes[:1]:
                settings = [Setting(shared, size)]
                if given.stock and goal.sized:
                    settings.append(Setting(shared, size, stock=True))
                ours, *stock = measured(goal, settings, given.runs)
                words = f"{size[0]}x{size[1]}" if goal.sized else ""
                lines.append(Line(goal.id, goal.what, goal.goal, words, ours, *stock))
                print(row(lines[-1]), flush=True)
                if given.json:
                    given.json.write_text(json.dumps(document(lines, given.runs), indent=1) + "\n")
    return int(any(line.ours.trouble for line in lines))


if __name__ == "__main__":
    sys.exit(main())
