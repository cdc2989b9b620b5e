"""Every cell is as with Textual's own driver, after random keys over every screen.

`python -m tests.ui.walking` takes more and longer walks.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui.walking import Case, walk

KEYS = 28
"""Of each walk; that is a sample."""


@pytest.mark.parametrize("case", [Case(number) for number in range(9)], ids=str)
async def test_every_cell_is_as_with_the_stock_driver(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: Case
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TERM", case.terminal)
    monkeypatch.setenv("COLORTERM", case.colours)
    run = await walk(case, tmp_path, KEYS)
    assert len(run.screens) > 1
    assert run.driver.frames > 10
    assert run.resizes or not run.driver.repaints
    assert run.driver.size < run.driver.stock_size / 2
