"""The parts of the bench that compute: the slow line, the plain painter, figures and their table."""

from __future__ import annotations

import json

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.figures import Figure, percentile, summed_up
from tests.bench.goals import GOALS
from tests.bench.line import PACKET, TAKEN, Direction, Line
from tests.bench.painter import (
    PLAIN,
    Style,
    cells_of,
    change_of_style,
    painted,
    repaint,
    rows_that_differ,
    whole_lines,
)
from tests.bench.player import under_cursor
from tests.bench.table import Line as TableLine
from tests.bench.table import Measured, document, heads, row

# The slow line


def test_bytes_take_their_time_and_the_way() -> None:
    way = Direction(1_000, 0.25)
    way.put(b"x" * 500, now=10.0)
    assert way.next_at == 10.75
    assert way.arrived(10.74) == []
    assert way.arrived(10.75) == [(10.75, b"x" * 500)]
    assert way.next_at == float("inf")


def test_what_comes_later_waits_for_what_came_before() -> None:
    way = Direction(1_000, 0.0)
    way.put(b"a" * 100, now=0.0)
    way.put(b"b" * 100, now=0.05)
    way.put(b"c" * 100, now=9.0)
    assert [at for at, _ in way.arrived(20.0)] == pytest.approx([0.1, 0.2, 9.1])


def test_a_large_write_arrives_in_packets() -> None:
    way = Direction(PACKET, 0.0)
    way.put(bytes(2 * PACKET + PACKET // 2), now=0.0)
    assert [(at, len(data)) for at, data in way.arrived(2.0)] == [(1.0, PACKET), (2.0, PACKET)]
    assert way.waiting == PACKET // 2
    assert way.next_at == 2.5


def test_the_daemon_takes_so_much_and_no_more() -> None:
    way = Direction(9_600, 0.0)
    way.put(bytes(TAKEN - 1), now=0.0)
    assert not way.is_full
    way.put(b"x", now=0.0)
    assert way.is_full
    way.arrived(1.0)
    assert not way.is_full


@given(st.lists(st.tuples(st.binary(min_size=1, max_size=4_000), st.floats(0, 5))))
def test_nothing_is_lost_or_too_fast(writes: list[tuple[bytes, float]]) -> None:
    rate, delay, now = 9_600.0, 0.075, 0.0
    way = Direction(rate, delay)
    for data, pause in writes:
        now += pause
        way.put(data, now)
    found = way.arrived(float("inf"))
    whole = b"".join(data for data, _ in writes)
    assert b"".join(data for _, data in found) == whole
    assert way.waiting == 0
    times = [at for at, _ in found]
    assert times == sorted(times)
    assert not times or times[-1] >= writes[0][1] + len(whole) / rate + delay - 1e-9


def test_a_round_trip_is_both_ways() -> None:
    line = Line(9_600, 0.15)
    line.up.put(b"j", 0.0)
    sent = line.next_at
    line.up.arrived(sent)
    line.down.put(b"x", sent)
    assert line.next_at == pytest.approx(0.15 + 2 / 9_600)


# The plain painter

BOLD = PLAIN._replace(bold=True)
RED = PLAIN._replace(foreground="red")
RED_BOLD = RED._replace(bold=True)


@pytest.mark.parametrize(
    ("old", "new", "written"),
    [
        (PLAIN, PLAIN, ""),
        (RED, PLAIN, "\x1b[m"),
        (PLAIN, RED, "\x1b[31m"),
        (RED, RED_BOLD, "\x1b[1m"),
        (RED_BOLD, BOLD, "\x1b[39m"),
        (RED_BOLD, RED, "\x1b[22m"),
        (RED_BOLD._replace(underscore=True, reverse=True), RED, "\x1b[0;31m"),
        (PLAIN, PLAIN._replace(background="brightbrown"), "\x1b[103m"),
        (PLAIN, PLAIN._replace(foreground="5f87af"), "\x1b[38;5;67m"),
        (PLAIN, PLAIN._replace(background="010203"), "\x1b[48;2;1;2;3m"),
    ],
)
def test_the_shortest_change_of_style(old: Style, new: Style, written: str) -> None:
    assert change_of_style(old, new) == written


def screen_of(text: str, columns: int = 20, lines: int = 4) -> pyte.Screen:
    screen = pyte.Screen(columns, lines)
    pyte.Stream(screen).feed(text)
    return screen


@pytest.mark.parametrize(
    ("before", "after", "written"),
    [
        ("", "", ""),
        ("", "ab", "\x1b[1Hab"),
        ("one two", "one six", "\x1b[1;5Hsix"),
        ("a......b", "c......d", "\x1b[1Hc......d"),
        ("a.......b", "c.......d", "\x1b[1Hc\x1b[1;9Hd"),
        ("\x1b[3Ha long line", "", "\x1b[3H\x1b[K"),
        ("x" * 19, "x" * 17, "\x1b[1;18H  "),
        ("\x1b[7m> a\x1b[m\r\n  b", "  a\r\n\x1b[7m> b\x1b[m", "\x1b[1H  a\x1b[2H\x1b[7m> b\x1b[m"),
    ],
)
def test_only_what_differs_is_written(before: str, after: str, written: str) -> None:
    old, new = cells_of(screen_of(before)), cells_of(screen_of(after))
    assert painted(old, new) == written
    assert repaint(old, new) == len(written)


STYLED = st.lists(
    st.tuples(
        st.integers(1, 4),
        st.integers(1, 8),
        st.sampled_from(["", "1", "3", "4;7", "31", "42", "95", "105", "38;5;67", "48;2;1;2;3", "0"]),
        st.text(st.sampled_from("ab .世─"), max_size=6),
    ),
    unique_by=lambda piece: piece[0],
)


def drawn(pieces: list[tuple[int, int, str, str]]) -> str:
    return "".join(f"\x1b[{y};{x}H\x1b[{style}m{text}" for y, x, style, text in pieces) + "\x1b[m"


@given(STYLED, STYLED)
def test_what_is_painted_is_the_screen(
    first: list[tuple[int, int, str, str]], then: list[tuple[int, int, str, str]]
) -> None:
    screen, wanted = screen_of(drawn(first)), cells_of(screen_of(drawn(then)))
    pyte.Stream(screen).feed(painted(cells_of(screen), wanted))
    assert cells_of(screen) == wanted


def test_whole_lines_are_written_with_every_cell() -> None:
    cells = cells_of(screen_of("one\r\n\x1b[1mtwo"))
    assert whole_lines(cells, []) == 0
    assert whole_lines(cells, [0]) == len("\x1b[1Hone\x1b[K")
    assert whole_lines(cells, [0, 1]) == len("\x1b[1Hone\x1b[K\x1b[2H\x1b[1mtwo\x1b[m\x1b[K")


def test_the_row_under_the_cursor() -> None:
    cells = cells_of(screen_of("list\r\n  one\r\n> two"))
    assert under_cursor(cells) == (2, "> two" + " " * 15)
    assert under_cursor(cells_of(screen_of("list"))) == (-1, "")
    assert rows_that_differ(cells, cells_of(screen_of("list\r\n> one\r\n  two"))) == [1, 2]


# Figures and their table


def test_the_median_of_the_runs_counts() -> None:
    runs = [[Figure("key", value, 1.2, "", f"{value} / 1")] for value in (1.3, 1.1, 1.0)]
    [found] = summed_up(runs)
    assert (found.value, found.runs, found.note, found.is_met) == (1.1, (1.3, 1.1, 1.0), "1.1 / 1", True)


def test_the_percentile() -> None:
    assert percentile(range(100)) == 95
    assert percentile([3.0]) == 3.0


def line(*figures: Figure, trouble: str = "", stock: Measured | None = None) -> TableLine:
    ours = Measured(trouble=trouble) if trouble else Measured(summed_up([figures, figures]))
    return TableLine("G2", "a key | a painter", "<= 1.1", "80x24", ours, stock)


def test_a_line_of_the_table() -> None:
    assert heads(stock=False).splitlines() == [
        "| # | size | what | goal | measured | met |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    two = (Figure("", 1.234, 1.1, "", "2 / 1 B"), Figure("idle", 12_345, None, "B"))
    assert row(line(*two)) == (
        "| G2 | 80x24 | a key / a painter | <= 1.1 | 1.23 (2 / 1 B); idle 12,345 B | no |"
    )
    stock = Measured(summed_up([[Figure("", 0.5, 1.1)], [Figure("", 0.7, 1.1)]]))
    assert row(line(Figure("", 1.0, 1.1), stock=stock)).endswith("| 1.00 | yes | yes: 0.60 [0.50 0.70] |")
    assert row(line(trouble="no row")).endswith("| not measured: no row | not measured |")
    assert row(line(Figure("", 1.0, None))).endswith("| 1.00 | - |")


def test_the_table_as_json() -> None:
    found = json.loads(json.dumps(line(Figure("key", 1.23456, 1.1, "ms", "n")).document()))
    assert found["met"] == "no"
    assert found["figures"] == [
        {
            "name": "key",
            "value": 1.2346,
            "unit": "ms",
            "limit": 1.1,
            "met": False,
            "runs": [1.2346, 1.2346],
            "note": "n",
        }
    ]
    assert "stock" not in found
    assert line(trouble="no row").document()["not_measured"] == "no row"
    whole = document([line(trouble="no row")], 3)
    assert (whole["runs"], [goal["id"] for goal in whole["goals"]]) == (3, ["G2"])


def test_all_twenty_goals_are_there() -> None:
    assert [goal.id for goal in GOALS] == [f"G{number}" for number in range(1, 21)]
