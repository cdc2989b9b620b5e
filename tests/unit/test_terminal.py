"""What the environment says of the terminal, though Python changes it in the C locale."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from reltui.errors import ConfigError
from reltui.terminal import need_terminal

ROOT = Path(__file__).resolve().parents[2]
ASK = """
from reltui.terminal import environment, is_utf8
print(is_utf8(), environment().get("LC_CTYPE", ""), sep="/")
"""


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, False),
        ({"LANG": "C"}, False),
        ({"LANG": "POSIX"}, False),
        ({"LANG": "C.UTF-8"}, True),
        ({"LANG": "xx_XX.utf8"}, True),
        ({"LANG": "en_US.ISO-8859-1"}, False),
        ({"LC_CTYPE": "C.UTF-8", "LANG": "C"}, True),
        ({"LC_CTYPE": "C", "LANG": "C.UTF-8"}, False),
        ({"LC_CTYPE": "xx_XX.UTF-8", "LANG": "C"}, True),
        ({"LC_ALL": "POSIX", "LC_CTYPE": "C.UTF-8", "LANG": "C.UTF-8"}, False),
        ({"LC_ALL": "", "LANG": "C"}, False),
        ({"LC_ALL": "C.UTF-8", "LANG": "C"}, True),
    ],
)
def test_whether_it_takes_every_letter(environment: dict[str, str], expected: bool) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        env={**environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == f"{expected}/{environment.get('LC_CTYPE', '')}"


@pytest.mark.parametrize("name", ["stdin", "stdout", "stderr"])
def test_a_stream_that_was_closed_is_no_terminal(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    need_terminal()
    monkeypatch.setattr(sys, name, None)
    with pytest.raises(ConfigError, match="needs a terminal"):
        need_terminal()
