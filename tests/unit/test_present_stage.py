"""What stands over the history of a stage: nothing of it is cut in the middle of a sentence."""

from __future__ import annotations

import pytest

from reltui.data.topics import DeploymentsData
from reltui.ui.present import Look, plain, width
from reltui.ui.present_stage import figure_lines, strip_lines
from tests.ui.live_sample import deployment
from tests.ui.samples import NOW

MANY = tuple(deployment(200 - n, hours=n + 0.5) for n in range(40))


@pytest.mark.parametrize("cells", [80, 120, 160])
def test_figures_are_whole_at_every_width(cells: int) -> None:
    look = Look(NOW)
    rows = [*strip_lines(MANY, cells, look), *figure_lines(DeploymentsData(MANY), True, cells, look)]
    shown = [plain(row) for row in rows]
    assert len(shown) == 3
    assert all(width(row) <= cells and "…" not in row for row in shown)
    assert "full bar: " in shown[1]
    assert ("newest at the right" in shown[1]) == (cells > 100)
