"""A server with the small sample, and an approval on it that waits for the signed-in person."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.harness import Client, serving
from tests.contract.samples import wanted


@pytest.fixture
def client() -> Iterator[Client]:
    """A server with the small sample, its clock standing."""
    with serving() as client:
        yield client


@pytest.fixture
def approval(client: Client) -> tuple[str, int]:
    """Project and id of an approval of the signed-in person, on a stage made for the test."""
    return wanted(client)
