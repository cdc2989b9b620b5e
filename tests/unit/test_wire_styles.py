"""The shortest way from one style to another is a way, and short."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reltui.ui.wire.styles import OFF, PLAIN, Style, Unreadable, after, change, on_blank

COLOURS = ["", "1", "7", "8;5;3", "8;5;240", "8;2;1;2;3", "8;2;255;255;255"]
STYLES = st.builds(
    lambda foreground, background, attributes: Style(
        f"3{foreground}" if foreground else "",
        f"4{background}" if background else "",
        frozenset(attributes),
    ),
    st.sampled_from(COLOURS),
    st.sampled_from(COLOURS),
    st.sets(st.sampled_from(sorted(OFF))),
)


def parameters(sequence: str) -> str:
    return sequence.removeprefix("\x1b[").removesuffix("m")


@pytest.mark.parametrize(
    ("written", "style"),
    [
        ("", PLAIN),
        ("0", PLAIN),
        ("31", Style("31")),
        ("1;38;5;3;48;2;1;2;3", Style("38;5;3", "48;2;1;2;3", frozenset({1}))),
        ("97;107;1;2", Style("97", "107", frozenset({1, 2}))),
        ("1;2;22", PLAIN),
        ("31;41;39;49", PLAIN),
        ("4;21;24", PLAIN),
    ],
)
def test_what_parameters_mean(written: str, style: Style) -> None:
    assert after(PLAIN, written) == style


@pytest.mark.parametrize("written", ["10", "38", "38;5", "38;2;1;2", "48;9;1", "999"])
def test_what_nobody_writes_is_unreadable(written: str) -> None:
    with pytest.raises(Unreadable):
        after(PLAIN, written)


@pytest.mark.parametrize(
    ("old", "new", "written"),
    [
        (PLAIN, PLAIN, ""),
        (None, PLAIN, "\x1b[m"),
        (Style("31"), PLAIN, "\x1b[m"),
        (Style("31"), Style("32"), "\x1b[32m"),
        (Style("31", "", frozenset({1})), Style("31"), "\x1b[22m"),
        (Style("31", "", frozenset({1, 2})), Style("31", "", frozenset({1})), "\x1b[22;1m"),
        (Style("31", "41", frozenset({7})), Style("31", "", frozenset({7})), "\x1b[49m"),
        (None, Style("31", "", frozenset({1})), "\x1b[0;1;31m"),
    ],
)
def test_short_changes(old: Style | None, new: Style, written: str) -> None:
    assert change(old, new) == written


@given(STYLES, STYLES)
def test_a_change_leads_to_the_style_and_is_not_longer_than_one_from_nothing(old: Style, new: Style) -> None:
    written = change(old, new)
    assert old == new if not written else after(old, parameters(written)) == new
    assert len(written) <= len(change(None, new))
    assert after(old, parameters(change(None, new))) == new


@given(STYLES)
def test_a_blank_keeps_what_can_be_seen(style: Style) -> None:
    seen = on_blank(style)
    assert seen.background == style.background
    assert (7 in seen.attributes) == (7 in style.attributes)
    assert on_blank(seen) == seen
