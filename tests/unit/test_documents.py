"""README and its companions say what is so."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from reltui import __version__
from reltui.config import Config
from reltui.ui.keys import ACTIONS, keymap, markdown_table

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_table_of_keys_is_not_stale() -> None:
    """If this fails, put what markdown_table() gives between the two comments."""
    found = re.search(r"<!-- keys:.*?-->\n(.*?)<!-- end of keys -->", README, re.DOTALL)
    assert found is not None
    assert found[1].strip() == markdown_table().strip()


def test_every_command_stands_on_one_line() -> None:
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    demo, tests = blocks[:2]
    assert demo.count("\n") == tests.count("\n") == 1
    assert demo.startswith("python3 -m venv .venv && ")
    assert demo.endswith("reltui demo\n")
    assert re.fullmatch(r"python3 -m venv .*-m pytest\n", tests)
    assert tests in README.splitlines(keepends=True)
    assert sum(line.startswith("python3 -m venv") and "pytest" in line for line in README.splitlines()) == 1


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_to_files_lead_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", (ROOT / name).read_text(encoding="utf-8")):
        assert "://" in target or (ROOT / target).exists(), target


def test_the_readme_names_every_run_time_dependency_and_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    table = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for requirement in project["dependencies"]:
        package = re.split(r"[<>=~]", requirement)[0]
        assert f"| {package} |" in table
        assert "<" in requirement, "an upper bound is missing"
        assert ">=" in requirement, "a lower bound is missing"


def test_the_changelog_has_a_place_for_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "## [Unreleased]" in changelog
    assert __version__ in changelog


def test_the_default_keys_have_no_clash() -> None:
    keys = keymap(Config(keys={action.id: action.keys for action in ACTIONS}))
    assert {action.id for action in ACTIONS} >= {"approve", "reject", "create", "abandon", "take-back"}
    assert all(keys.keys_of(action.id) == action.keys for action in ACTIONS)
