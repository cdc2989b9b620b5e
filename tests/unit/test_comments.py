"""What a comment must hold, and comments from templates."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reltui.model.comments import (
    PLACES,
    TEXT_MAXIMUM,
    fill,
    missing,
    pattern_trouble,
    template_trouble,
)

CHANGE = "CHG[0-9]{7}"
HINT = "a change number, such as CHG0012345"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CHG0012345", None),
        ("As planned, CHG0012345.\nTested.", None),
        ("", f"The comment must hold {HINT}."),
        ("CHG001234", f"The comment must hold {HINT}."),
        ("chg0012345", f"The comment must hold {HINT}."),
        ("CHG0012345 of <?>", "Not ready: fill in the <?>."),
        ("x" * TEXT_MAXIMUM + "CHG0012345", f"The comment must hold {HINT}."),
    ],
)
def test_what_a_pattern_wants(text: str, expected: str | None) -> None:
    assert missing(CHANGE, HINT, text) == expected


def test_without_words_the_pattern_itself_is_told() -> None:
    assert missing(CHANGE, "", "") == "The comment must hold what matches CHG[0-9]{7}."
    assert missing("a\x1b", "", "") == "The comment must hold what matches a␛."


def test_without_a_pattern_only_what_is_not_filled_in_is_missing() -> None:
    assert missing("", "", "") is None
    assert missing("", "", "Why now?") is None
    assert missing("", "", "Back to <?>") == "Not ready: fill in the <?>."


VALUES = {"release": "Rel-142", "stage": "PROD", "version": "", "definition": "{stage} {?} \\1"}


@pytest.mark.parametrize(
    ("template", "text", "cursor"),
    [
        ("", "", 0),
        ("{release} to {stage}", "Rel-142 to PROD", 15),
        ("CHG{?} {release}", "CHG Rel-142", 3),
        ("{release}{?}", "Rel-142", 7),
        ("{?}{release}", "Rel-142", 0),
        ("v{version} on {branch}", "v<?> on <?>", 11),
        # what a server sends is never a template
        ("{definition}!", "{stage} {?} \\1!", 15),
        ("{release", "{release", 8),
        ("{{release}}", "{Rel-142}", 9),
    ],
)
def test_templates_are_filled(template: str, text: str, cursor: int) -> None:
    assert fill(template, VALUES) == (text, cursor)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("".join(f"{{{place}}}" for place in PLACES) + "{?}", ""),
        ("no place", ""),
        ("a { brace", ""),
        ("{Release}", "unknown placeholder"),
        ("{}", "unknown placeholder"),
        ("{?}{?}", "more than once"),
    ],
)
def test_templates_are_checked(template: str, expected: str) -> None:
    said = template_trouble(template)
    assert expected in said
    assert bool(said) == bool(expected)


@given(st.dictionaries(st.sampled_from(PLACES), st.text()), st.text())
def test_any_good_template_is_filled_and_the_cursor_is_in_it(values: dict[str, str], template: str) -> None:
    text, cursor = fill(template, values)
    assert 0 <= cursor <= len(text)


GOOD = [
    "",
    CHANGE,
    r"(?i)\b(?:chg|inc)-?\d{7}\b",
    "^(?P<kind>CHG|INC)[0-9]{7}",
    "[]*+]*",
    r"[\]*+]*",
    r"[^]\\]+x",
    r"\(+\*",
    "(?:ab)*c",
    "((a))*",
    "(?#a* (* )a+",
    "a{,5}b",
    "a{}b*",
    "{1,2",
    "(?=CHG).+",
    "(?<!x)CHG",
    "(?-i:a)*",
    "(?>a)*+",
    ".{0,100}.{0,100}",
    "a*b|a*c|a*d",
    "(a{1,3}){1,3}",
    "a{9999}",
]


@pytest.mark.parametrize("pattern", GOOD)
def test_patterns_that_end_soon_are_taken(pattern: str) -> None:
    assert pattern_trouble(pattern) == ""
    for text in ("a" * TEXT_MAXIMUM, "ab" * (TEXT_MAXIMUM // 2), "]*(" * (TEXT_MAXIMUM // 3)):
        missing(pattern, "", text)


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+b",
        "(?:a|a)*b",
        "(a?){30}b",
        "(?:a?){30,}b",
        "(?P<x>a*)*b",
        "(?i:a*)*b",
        "(?=a*)*b",
        "(?<=a|b)(?:a|b)+c",
        "(?:(?:a{1,2}){1,9}){1,9}b",
        "a*a*b",
        r"\w+\s*x",
        "[ab]*[bc]*d",
        ".{0,200}.{0,200}x",
        "(?s).*?.*?x",
        "(?#)(a+)+b",
    ],
)
def test_patterns_that_could_take_for_ever_are_refused(pattern: str) -> None:
    re.compile(pattern)
    assert "take for ever" in pattern_trouble(pattern)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("(", "not a regular expression: missing )"),
        ("*", "nothing to repeat"),
        ("[[a]", "Possible nested set"),
        ("a{99999999999}", "too large"),
        (r"(a)\1", "refer back"),
        ("(?P<x>a)(?P=x)", "refer back"),
        ("(a)?(?(1)b|c)", "refer back"),
        ("(?x) (a+) +", "flag x"),
        ("a" * 501, "longer than 500"),
    ],
)
def test_patterns_that_are_wrong_are_refused(pattern: str, words: str) -> None:
    assert words in pattern_trouble(pattern)


@given(st.text(alphabet="ab()[]{}|*+?,12\\^-:=!<>i#P.", max_size=25))
def test_any_pattern_is_taken_or_refused_in_a_sentence(pattern: str) -> None:
    said = pattern_trouble(pattern)
    assert not said or said.endswith(".")
    if not said:
        missing(pattern, "", "ab" * 200)
