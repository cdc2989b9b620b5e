"""ASCII alone: what stands for letters that a terminal does not have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from reltui.model.text import clean
from reltui.ui.letters import ascii_only, is_typed


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Release-81", "Release-81"),
        ("Siobhán", "Siobh?n"),
        ("Siobha\u0301n", "Siobh?n"),
        ("結算.CD", "????.CD"),
        ("─[ a… ]═", "-[ a~ ]="),
        ("“ok” – it’s", '"ok" - it\'s'),
        ("a\u202eb\x1b[31mc\nd", "a<U+202E>b^[31mc^d"),
        ("👩\u200d💻 done", "???? done"),
    ],
)
def test_what_is_shown(text: str, shown: str) -> None:
    assert ascii_only(clean(text)) == shown


@given(st.text(max_size=40))
def test_it_is_ascii_in_as_many_cells(text: str) -> None:
    text = clean(text)
    shown = ascii_only(text)
    assert shown.isascii()
    assert shown.isprintable()
    assert len(shown) == cell_len(text)


@given(st.text(st.characters(codec="ascii"), max_size=40))
def test_ascii_stays_as_it_is(text: str) -> None:
    assert ascii_only(text) == text


@given(st.text(st.characters(categories=("L", "N")), min_size=1, max_size=10))
def test_a_letter_never_becomes_another_one(text: str) -> None:
    shown = ascii_only(clean(text))
    assert all(letter in text for letter in shown if letter.isalnum()) or "<U+" in shown


def test_a_name_that_must_be_typed_can_be_typed_as_it_is_shown() -> None:
    assert is_typed("PROD", " PROD ", ascii=True)
    assert not is_typed("PROD", "PRO", ascii=True)
    assert is_typed("Prüfung", "Pr?fung", ascii=True)
    assert is_typed("Prüfung", "Prüfung", ascii=True)
    assert not is_typed("Prüfung", "Prufung", ascii=True)
    assert not is_typed("Prüfung", "Pr?fung", ascii=False)
