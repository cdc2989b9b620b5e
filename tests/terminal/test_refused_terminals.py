"""Where it cannot be drawn: a sentence, exit code 2, and no escape sequence (reliability.md E14)."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.terminal.harness import Terminal
from tests.terminal.program import RELTUI, Desk


@pytest.fixture
def nowhere(tmp_path: Path) -> Desk:
    """A configuration of a server that does not exist."""
    return Desk(tmp_path / "home", "http://127.0.0.1:9/tfs/Nowhere", "secret")


@pytest.mark.parametrize("term", ["dumb", "unknown", ""])
def test_a_terminal_that_cannot_be_drawn_on(nowhere: Desk, term: str) -> None:
    nowhere.environment["TERM"] = term
    with nowhere.open() as terminal:
        assert terminal.wait_exit() == 2
        assert "TERM" in terminal.text
        assert terminal.text.startswith("reltui: ")
        assert b"\x1b" not in terminal.raw
        assert "Traceback" not in terminal.text
        assert terminal.left_behind() == []


@pytest.mark.parametrize("command", [[], ["demo"]])
def test_no_terminal(nowhere: Desk, command: list[str]) -> None:
    done = subprocess.run(
        [*(RELTUI if command else nowhere.command()), *command],
        env=os.environ | nowhere.variables() | {"TERM": "xterm-256color"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("reltui: ")
    assert "needs a terminal" in done.stderr
    assert done.stderr.count("\n") == 1


def test_output_into_a_pipe(nowhere: Desk) -> None:
    """Standard output is no terminal, though standard input is."""
    line = " ".join(f"'{part}'" for part in nowhere.command())
    with Terminal(["sh", "-c", f"{line} | cat"], environment=nowhere.variables()) as terminal:
        terminal.wait_exit()
        assert "needs a terminal" in terminal.text
        assert b"\x1b" not in terminal.raw


@pytest.mark.parametrize(
    "options", [["--colour"], ["--screen", "tasks"], ["--profile", "other"], ["--config", "/absent/x.toml"]]
)
def test_wrong_use(nowhere: Desk, options: list[str]) -> None:
    nowhere.options = options
    with nowhere.open() as terminal:
        assert terminal.wait_exit() == 2
        assert "reltui: " in terminal.text
        assert options[-1] in terminal.text
        assert b"\x1b" not in terminal.raw
