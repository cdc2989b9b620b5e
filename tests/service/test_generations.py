"""Each generation by what works on it: every cell is run, or the program says why not (srv-44)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from reltui.demo.versions import GENERATIONS
from tests.matrix import CELLS, WORKS, tried

LACKS = {
    ("tfs-2015.2", "history"): "TFS 2015 Update 2 cannot tell the history of a release. TFS 2018 can.",
    ("tfs-2017", "history"): "TFS 2017 cannot tell the history of a release. TFS 2018 can.",
}


@pytest.mark.parametrize("name", list(CELLS))
@pytest.mark.parametrize("generation", list(GENERATIONS))
def test_it_works_or_says_why_not(generation: str, name: str, tmp_path: Path) -> None:
    expected = LACKS.get((generation, name), WORKS)
    assert asyncio.run(tried(generation, name, tmp_path)) == expected
