"""What a browser that reltui starts gets to see."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from reltui.config import Config, Profile, SecretSource
from reltui.ui import desktop

CONFIG = Config(
    profiles={"a": Profile("a", "https://a.example/c", SecretSource(env="A_SECRET"))}, default=("a",)
)


def test_the_browser_gets_the_link_and_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, done = tmp_path / "seen", tmp_path / "done"
    program = tmp_path / "xdg-open"
    program.write_text(f'#!/bin/sh\n{{ echo "$1"; env; }} > {seen}\nmv {seen} {done}\n')
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("A_SECRET", "k4nary")
    monkeypatch.setenv("RELTUI_TFS01", "k4nary")
    monkeypatch.setattr("sys.platform", "linux")
    assert desktop.browse("https://a.example/c/_release", CONFIG.secret_names).startswith("Opened: ")
    for _ in range(4000):
        if done.exists():
            break
        time.sleep(0.01)
    told = done.read_text()
    assert told.startswith("https://a.example/c/_release\n")
    assert "DISPLAY=:0" in told
    assert "k4nary" not in told
