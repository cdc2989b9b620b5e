"""Garbage is looked for among everything while nobody types, and seldom else."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from reltui.ui import collecting


@pytest.fixture
def whole() -> Iterator[list[int]]:
    """One for each time that everything was looked through; leaves the interpreter as it was."""
    found: list[int] = []

    def heard(phase: str, info: dict[str, int]) -> None:
        if phase == "start" and info["generation"] == 2:
            found.append(2)

    threshold = gc.get_threshold()
    gc.callbacks.append(heard)
    yield found
    gc.callbacks.remove(heard)
    gc.unfreeze()
    gc.set_threshold(*threshold)
    gc.enable()


def much(times: int = collecting.WORTH) -> None:
    """As if so much had been made that the middle generation was looked through so often."""
    gc.collect()
    for _ in range(times):
        gc.collect(1)


def test_while_keys_are_pressed_nothing_is_looked_through(whole: list[int]) -> None:
    much()
    whole.clear()
    assert not collecting.look(collecting.IDLE_SECONDS - 1)
    assert whole == []


def test_when_nobody_types_everything_is_looked_through_once(whole: list[int]) -> None:
    much()
    whole.clear()
    assert collecting.look(collecting.IDLE_SECONDS)
    assert not collecting.look(collecting.IDLE_SECONDS)
    assert whole == [2]


def test_little_is_not_looked_for(whole: list[int]) -> None:
    much(collecting.WORTH - 1)
    whole.clear()
    assert not collecting.look(10 * collecting.IDLE_SECONDS)
    assert whole == []


def test_the_start_is_left_alone_and_collections_of_everything_become_seldom(whole: list[int]) -> None:
    gc.disable()
    collecting.begin()
    assert gc.isenabled()
    assert gc.get_freeze_count() > 1_000
    whole.clear()
    # Rows of a long list: with the interpreter's own threshold this looks through everything a few times.
    rows = [{"id": number, "stages": [number]} for number in range(200_000)]
    assert whole == []
    assert len(rows) == 200_000


def test_where_the_start_was_collected_nothing_is_changed(whole: list[int]) -> None:
    before = gc.get_threshold(), gc.get_freeze_count()
    collecting.begin()
    assert (gc.get_threshold(), gc.get_freeze_count()) == before
