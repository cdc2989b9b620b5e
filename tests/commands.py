"""What the tests of the commands share: a command in this process or as one of its own, and its rows."""

from __future__ import annotations

import io
import json
import os
import subprocess
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

from reltui.cli import main
from tests.terminal.harness import Terminal
from tests.terminal.program import ROOT, SECRET, Desk

PROTECTED = 'protected = ["PROD*"]'
PATIENCE = 90
"""Seconds after which a command hangs."""


def settings(desk: Desk, monkeypatch: Any) -> None:
    """The environment of a person, for commands in this process."""
    for name, value in desk.variables().items():
        if name.startswith("XDG_") or name == SECRET:
            monkeypatch.setenv(name, value)


def run(desk: Desk, *arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a command in this process, off a terminal."""
    written = io.BytesIO(), io.BytesIO()
    out, errors = (io.TextIOWrapper(each, encoding="utf-8", write_through=True) for each in written)
    with redirect_stdout(out), redirect_stderr(errors):
        try:
            code = main([*desk.command()[3:], *arguments])
        except SystemExit as end:
            code = int(end.code or 0)
    told = [each.getvalue().decode() for each in written]
    assert "Traceback" not in told[1]
    assert "\x1b" not in told[0] + told[1]
    return code, told[0], told[1]


def document(desk: Desk, *arguments: str) -> tuple[int, Any]:
    """Exit code and the JSON document of a command."""
    code, out, errors = run(desk, *arguments, "--json")
    assert out.isascii(), errors
    return code, json.loads(out)


def items(desk: Desk, *arguments: str) -> list[dict[str, Any]]:
    """The rows of the inbox."""
    _, found = document(desk, "inbox", *arguments)
    rows: list[dict[str, Any]] = found["items"]
    return rows


def mine(desk: Desk) -> dict[str, Any]:
    """The first approval before a deployment to a protected stage that asks me by name."""
    rows = items(desk, "--scope", "mine")
    return next(item for item in rows if item["stage"]["protected"] and item["type"] == "pre")


def start(desk: Desk, *arguments: str) -> subprocess.Popen[str]:
    """A command as a process of its own, off a terminal."""
    return subprocess.Popen(
        [*desk.command(), *arguments],
        cwd=ROOT,
        env=os.environ | desk.variables(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def open_command(desk: Desk, *arguments: str) -> Terminal:
    """A command on a terminal that is wide enough for its lines."""
    command: Sequence[str] = [*desk.command(), *arguments]
    return Terminal(command, columns=150, rows=50, environment=desk.variables(), folder=desk.home)
