"""clean() by classes of hostile text (reliability.md section 3), and by chance."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reltui.model.text import COMBINING_MAXIMUM, SafeText, clean, cut, is_suspicious, width

INVISIBLE = (
    "\u00ad\u034f\u115f\u1160\u17b4\u180e\u200b\u200c\u200d\u2060\u2800\u3164\ufe0f\ufeff\uffa0\U000e0041"
)
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

# Every kind of character that a cleaner has to think about, more often than chance would bring it.
NASTY = st.sampled_from(
    list(
        "\x00\x07\x08\t\n\x0b\x0c\r\x1b\x7f\x80\x85\x9b\x9d\u2028\u2029\u0301\u20e3\u05d0\u0623漢👩1 a[]›‹␤◌"
    )
    + list(INVISIBLE + BIDI)
    + ["\ud800", "\udfff", "\ue000", "\uffff", "\U0010ffff", "\r\n", "\u2764", "\u00a0", "\u3000"]
)
HOSTILE = st.lists(st.one_of(NASTY, st.characters(exclude_categories=())), max_size=60).map("".join)


def is_forbidden(char: str) -> bool:
    """What must never come out, told in other words than the cleaner's."""
    if char in INVISIBLE + BIDI:
        return True
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


@given(HOSTILE)
def test_nothing_forbidden_comes_out(value: str) -> None:
    assert not any(is_forbidden(c) for c in clean(value))
    assert not any(is_forbidden(c) for c in clean(value, lines=True) if c != "\n")


# No limit is shorter than the mark of a text of blanks alone.
@given(HOSTILE, st.booleans(), st.integers(len("‹blank›"), 40))
def test_cleaning_again_changes_nothing(value: str, lines: bool, limit: int) -> None:
    for bound in (limit, 65_536):
        once = clean(value, lines=lines, limit=bound)
        assert clean(once, lines=lines, limit=bound) == once


@given(HOSTILE, st.integers(1, 40))
def test_it_is_never_much_longer_than_the_limit(value: str, limit: int) -> None:
    assert len(clean(value, limit=limit)) <= limit + len("‹123456789012 more›")


@given(HOSTILE)
def test_it_can_always_be_encoded_and_seen(value: str) -> None:
    text = clean(value)
    text.encode("utf-8")
    assert not value or text.strip()


@given(st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1))
def test_plain_text_stays_as_it_is(value: str) -> None:
    assert clean(value) == (value if value.strip() else "‹blank›")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("\x1b]52;c;aGk=\x07", "␛]52;c;aGk=␇"),
        ("\x1b]0;x\x1b\\\x1b[21t", "␛]0;x␛\\␛[21t"),
        ("\x9b31m\x9d0;t\x9c", "‹U+009B›31m‹U+009D›0;t‹U+009C›"),
        ("\x1b\x1b[2J[2J", "␛␛[2J[2J"),
        ("PROD\rTEST", "PROD␍TEST"),
        ("a\r\nb\nc", "a␤b␤c"),
        ("a\u2028b\x85c\x0bd", "a‹U+2028›b‹U+0085›c␋d"),
        ("\x00\x7f\t", "␀␡␉"),
        ("[/red][TODO]${x}{y}:smile:\\[", "[/red][TODO]${x}{y}:smile:\\["),
        ("abc\u202egpj.exe", "abc‹U+202E›gpj.exe"),
        ("שלום عربي", "שלום عربي"),
        ("PR\u200bOD", "PR‹U+200B›OD"),
        ("\u200b" * 50, "‹U+200B×50›"),
        ("   ", "‹blank›"),
        ("\u3164", "‹U+3164›"),
        ("", ""),
        ("\u0301a", "◌\u0301a"),
        ("é e\u0301", "é e\u0301"),
        ("⚠\ufe0f 👩\u200d💻 1\ufe0f\u20e3", "⚠ 👩💻 1\u20e3"),
        ("PROD\ufe0f", "PROD‹U+FE0F›"),
        ("\ud83d\ude00 \udc80", "‹U+D83D›‹U+DE00› ‹U+DC80›"),
        ("\ue0b0\uffff", "‹U+E0B0›‹U+FFFF›"),
    ],
)
def test_each_class(value: str, shown: str) -> None:
    assert clean(value) == shown


def test_line_breaks_stay_where_lines_are_wanted() -> None:
    assert clean("one\r\ntwo\n\tthree\rfour", lines=True) == "one\ntwo\n    three␍four"


def test_combining_marks_are_bounded() -> None:
    shown = clean("e" + "\u0301" * 60 + "x")
    assert shown == "e" + "\u0301" * COMBINING_MAXIMUM + f"‹+{60 - COMBINING_MAXIMUM}›x"


def test_a_cut_says_how_much() -> None:
    assert clean("x" * 70_000) == "x" * 65_536 + "‹4464 more›"
    assert clean("\u200b" * 2**20).startswith("‹U+200B×65536›‹")


@pytest.mark.parametrize(
    "name",
    ["Рroduction", "Ｐroduction", "PR\u200bOD", "Prοd", "PROD\u00a0", "𝐏rod", "a\x1bb", "Prod\ufffd", "①"],
)
def test_names_that_could_be_taken_for_others_are_suspicious(name: str) -> None:
    assert is_suspicious(clean(name))


@pytest.mark.parametrize(
    "name",
    ["Production", "Produção 1", "Прод", "PROD-Прод", "本番カナかな", "שלום PROD", "état", "⚠ x", "a — b…"],
)
def test_honest_names_are_not(name: str) -> None:
    assert not is_suspicious(clean(name))


def test_width_counts_cells() -> None:
    assert width("abc") == 3
    assert width("漢字") == 4
    assert width("e\u0301") == 1


@given(HOSTILE, st.integers(0, 30))
def test_a_cut_text_fits_and_keeps_both_ends(value: str, cells: int) -> None:
    text = clean(value)
    short = cut(text, cells)
    assert width(short) <= cells or short == text
    if short != text and cells > 8:
        head, tail = short.split("…", 1) if "…" not in text else ("", "")
        assert text.startswith(head)
        assert text.endswith(tail)


def test_names_that_differ_at_the_end_stay_apart() -> None:
    first, second = (cut(SafeText("Invoice-service-deployment-PROD-" + n), 20) for n in ("01", "02"))
    assert first != second
    assert width(first) == 20
