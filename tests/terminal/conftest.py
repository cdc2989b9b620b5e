"""A server and a person's machine for every test; a test that waited in vain is run once more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal.harness import NotShown
from tests.terminal.program import Demo, Desk, demo


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A busy machine may let something take longer than a minute; what was seen and is wrong stays wrong."""
    if config.pluginmanager.hasplugin("rerunfailures"):
        for item in items:
            if item.path.parent == Path(__file__).parent:
                item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=[NotShown]))


@pytest.fixture
def server() -> Iterator[Demo]:
    """An embedded server in a process of its own."""
    with demo() as running:
        yield running


@pytest.fixture
def desk(server: Demo, tmp_path: Path) -> Desk:
    """reltui set up for that server, with nothing cached."""
    return Desk(tmp_path / "home", server.url, server.token)
