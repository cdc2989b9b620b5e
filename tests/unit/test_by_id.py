"""Records by their ids are found as in a dictionary, in whatever order they come."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from reltui.ui.by_id import ById


@dataclass(frozen=True)
class Record:
    id: int
    name: str = ""


IDS = st.integers(min_value=-(2**70), max_value=2**70) | st.integers(0, 9)


@given(st.lists(IDS), st.sampled_from(["as they come", "falling", "rising"]), IDS)
def test_as_a_dictionary(ids: list[int], order: str, other: int) -> None:
    if order != "as they come":
        ids = sorted(set(ids), reverse=order == "falling")
    rows = [Record(number, f"{place}") for place, number in enumerate(ids)]
    known, found = {row.id: row for row in rows}, ById(rows)
    assert list(found) == list(known)
    assert len(found) == len(known)
    assert dict(found) == known
    assert found.get(other) == known.get(other)
    assert (other in found) == (other in known)
