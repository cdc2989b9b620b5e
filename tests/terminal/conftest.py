"""A server and a person's machine for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal.program import Demo, Desk, demo


@pytest.fixture
def server() -> Iterator[Demo]:
    """An embedded server in a process of its own."""
    with demo() as running:
        yield running


@pytest.fixture
def desk(server: Demo, tmp_path: Path) -> Desk:
    """reltui set up for that server, with nothing cached."""
    return Desk(tmp_path / "home", server.url, server.token)
