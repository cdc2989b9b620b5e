"""The size is that of the window, whatever a shell has exported."""

from __future__ import annotations

import pytest

from tests.terminal.program import Desk
from tests.terminal.steps import ready, until

WHOLE_ROW = r"^> .* (pre|post) "


def longest(text: str) -> int:
    """Characters of the longest line."""
    return max(len(line) for line in text.splitlines())


@pytest.mark.parametrize("exported", [("40", "5"), ("500", "200"), ("junk", "-1")])
def test_columns_and_lines_that_were_exported_do_not_count(desk: Desk, exported: tuple[str, str]) -> None:
    """`eval $(resize)` exports them, and no change of size changes them."""
    desk.environment = dict(zip(("COLUMNS", "LINES"), exported, strict=True))
    with desk.open() as terminal:
        ready(terminal, WHOLE_ROW)
        assert longest(terminal.text) <= 80
        terminal.resize(120, 30)
        until(terminal, lambda: longest(terminal.text) > 100)
        terminal.press("q")
        assert terminal.wait_exit() == 0


def test_a_line_that_knows_no_size(desk: Desk) -> None:
    """As over a serial line: 80x24, or what was exported."""
    desk.environment = {"COLUMNS": "100", "LINES": "30"}
    with desk.open(columns=0, rows=0) as terminal:
        terminal.picture.resize(30, 100)
        ready(terminal, WHOLE_ROW)
        until(terminal, lambda: longest(terminal.text) > 90)
        terminal.press("q")
        assert terminal.wait_exit() == 0
