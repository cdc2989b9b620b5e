"""The filter of lists."""

from __future__ import annotations

import pytest

from reltui.ui.filtering import matches, parse

ROW = {"project": "Billing", "definition": "Invoice.CD", "release": "Rel-142", "stage": "PROD"}


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("", True),
        ("invoice", True),
        ("INVOICE prod", True),
        ("invoice uat", False),
        ("!uat", True),
        ("!prod", False),
        ("stage:prod", True),
        ("st:prod", True),
        ("stage:uat,prod", True),
        ("stage:invoice", False),
        ("!stage:uat", True),
        ("!stage:uat,prod", False),
        ("stage:", True),
        ("nosuch:x", False),
        ("rel-142", True),
    ],
)
def test_words_keys_and_negation(text: str, passes: bool) -> None:
    assert matches(parse(text), ROW) is passes


SPANS = {"older": 3 * 86_400.0, "expires": 2 * 3600.0}


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("older:2d", True),
        ("older:2", True),
        ("older:72h", True),
        ("older:4d", False),
        ("!older:4d", True),
        ("old:2d", True),
        ("expires:2h", True),
        ("expires:4h", True),
        ("expires:30m", False),
        ("!expires:30m", True),
        ("exp:4h older:2d stage:prod", True),
        ("older:soon", False),
        ("older:", True),
        ("2d", False),
    ],
)
def test_spans_of_time(text: str, passes: bool) -> None:
    assert matches(parse(text), ROW, SPANS) is passes


@pytest.mark.parametrize(
    ("text", "passes"), [("expires:4h", False), ("!expires:4h", True), ("older:1d", False)]
)
def test_a_span_that_is_not_known_is_no_match(text: str, passes: bool) -> None:
    assert matches(parse(text), ROW, {"older": None, "expires": None}) is passes
