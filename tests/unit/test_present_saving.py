"""What is asked before a definition is saved."""

from __future__ import annotations

import pytest

from reltui.model.text import SafeText
from reltui.ui.present_saving import spaced, word_for


@pytest.mark.parametrize(
    ("stages", "word", "what"),
    [
        ([("PROD", 4)], "PROD", "the name of a protected stage that changes"),
        ([("PR\u041eD", 4)], "4", "the number of a protected stage that changes"),
        # A new stage has no number yet.
        ([("PR\u041eD", 0)], "PR\u041eD", "the name of a protected stage that changes"),
        (
            [("PROD-EU", 4), ("PROD-US", 5)],
            "PROD-EU, PROD-US",
            "the names of the protected stages that change",
        ),
        (
            [("PROD", 4), ("PR\u041eD", 5)],
            "PROD, 5",
            "the names or numbers of the protected stages that change",
        ),
        ([("PROD", 4), ("PROD", 4)], "PROD", "the name of a protected stage that changes"),
        ([("PROD,EU", 4), ("P", 5)], "PROD, EU, P", "the names of the protected stages that change"),
        ([(f"PROD-{n}", n) for n in range(1, 5)], "4", "how many protected stages change"),
    ],
)
def test_what_is_typed_for_protected_stages(stages: list[tuple[str, int]], word: str, what: str) -> None:
    assert word_for([(SafeText(name), number) for name, number in stages]) == (word, what)


@pytest.mark.parametrize("typed", ["A,B", "A, B", " A ,  B "])
def test_commas_are_typed_as_one_likes(typed: str) -> None:
    assert spaced(typed) == "A, B"
