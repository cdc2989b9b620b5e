"""Textual, told to debug, would write every key into a file where it was started, also those of a secret."""

from __future__ import annotations

import pytest

from tests.terminal.program import Desk
from tests.terminal.steps import ready


@pytest.mark.parametrize("stock", ["0", "1"])
def test_what_is_typed_is_written_nowhere_and_nothing_else_types(desk: Desk, stock: str) -> None:
    log = str(desk.home / "textual.log")
    writing = {"TEXTUAL": "debug,devtools", "TEXTUAL_DEBUG": "1", "TEXTUAL_LOG": log}
    acting = {"TEXTUAL_PRESS": "2", "TEXTUAL_SCREENSHOT": "1"}
    desk.environment = writing | acting | {"RELTUI_STOCK_DRIVER": stock}
    with desk.open() as terminal:
        ready(terminal)
        terminal.press("/")
        terminal.type_text("hunter2")
        terminal.wait_for("hunter2")
        assert "[Approvals" in terminal.text
        terminal.press("ctrl+c")
        assert terminal.wait_exit() == 0
    files = [file for file in desk.home.rglob("*") if file.is_file()]
    assert files
    assert not [file for file in files if b"hunter2" in file.read_bytes() or file.suffix in (".log", ".svg")]
