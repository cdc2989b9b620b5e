"""Lines of a log: told apart, made safe, cut (model/log.py)."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reltui.model.log import LINE_MAXIMUM, PORTION_BYTES, clean_lines, portions, split_lines
from reltui.model.text import clean


@pytest.mark.parametrize(
    ("data", "open_lines", "all_lines"),
    [
        (b"", [], []),
        (b"\n", [b""], [b""]),
        (b"one", [], [b"one"]),
        (b"one\n", [b"one"], [b"one"]),
        (b"one\r\ntwo\r\n", [b"one", b"two"], [b"one", b"two"]),
        (b"one\n\ntw", [b"one", b""], [b"one", b"", b"tw"]),
        (b"\xef\xbb\xbfone\n", [b"one"], [b"one"]),
        (b"half a line break\r", [], [b"half a line break\r"]),
    ],
)
def test_only_ended_lines_count_while_a_task_writes(
    data: bytes, open_lines: list[bytes], all_lines: list[bytes]
) -> None:
    assert split_lines(data, whole=False) == open_lines
    assert split_lines(data, whole=True) == all_lines


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (b"2026-11-24T09:30:00Z ##[error]no", "2026-11-24T09:30:00Z ##[error]no"),
        (b"a\tb", "a    b"),
        (b"   ", "   "),
        (b" \t ", "      "),
        (b"", ""),
        ("Stra\u00dfe \u2713".encode(), "Straße ✓"),
        (b"\x1b[31mred\x07", "␛[31mred␇"),
        (b"10%\r20%", "10%␍20%"),
        ("a\u202eb\tc".encode(), "a‹U+202E›b    c"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"x" * (LINE_MAXIMUM + 5), "x" * LINE_MAXIMUM + "‹5 more›"),
        (("\u00e4" * (LINE_MAXIMUM + 5)).encode(), "ä" * LINE_MAXIMUM + "‹5 more›"),
        (b"\t" * LINE_MAXIMUM, None),
        (b"\t" * 2**16 + b"x", " " * LINE_MAXIMUM + f"‹{2**16 + 1 + 2 * LINE_MAXIMUM} more›"),
    ],
)
def test_a_line_is_the_same_alone_and_among_plain_ones(line: bytes, shown: str | None) -> None:
    [alone] = clean_lines([line])
    first, among, last = clean_lines([b"plain", line, b"not \x1b"])
    assert (first, last) == ("plain", "not ␛")
    assert among == alone
    if shown is not None:
        assert alone == shown
    assert len(alone) <= LINE_MAXIMUM + 20


def test_what_is_cut_off_is_not_widened() -> None:
    line = b"x" + b"\t" * 2**22
    tracemalloc.start()
    try:
        [shown] = clean_lines([line])
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(shown) <= LINE_MAXIMUM + 20
    assert most < 3.5 * len(line)


@given(st.lists(st.binary(max_size=40).filter(lambda line: b"\n" not in line), max_size=8))
def test_any_bytes_give_as_many_safe_lines(lines: list[bytes]) -> None:
    found = clean_lines(lines)
    assert len(found) == len(lines)
    assert found == [line for alone in lines for line in clean_lines([alone])]
    for line in found:
        assert not line.strip(" ") or clean(line) == line


def test_portions_are_bounded_and_lose_nothing() -> None:
    lines = [b"x" * (number % 500) for number in range(2000)] + [b"y" * PORTION_BYTES * 2, b""]
    found = list(portions(lines))
    assert [line for portion in found for line in portion] == lines
    assert all(sum(map(len, portion[:-1])) < PORTION_BYTES for portion in found)
    assert list(portions([])) == []
