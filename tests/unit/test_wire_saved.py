"""What is kept of a screen paints the same screen, and the driver knows afterwards what stands there."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from reltui.saved_screen import Saved, decoded, encoded, painted
from reltui.ui.wire.canvas import Canvas
from reltui.ui.wire.cells import cells_of
from reltui.ui.wire.saved import row_of, runs_of, screen_of
from reltui.ui.wire.styles import PLAIN
from tests.emulator import Emulator
from tests.unit.test_wire_painting import HEIGHT, WIDTH, Strip, frame_of, screens

CLEAR = "\x1b[m\x1b[1;1H\x1b[J"


def drawn(screen: list[Strip]) -> tuple[Canvas, Emulator]:
    """A screen as the driver draws it on a terminal."""
    canvas, terminal = Canvas(WIDTH, HEIGHT), Emulator(WIDTH, HEIGHT)
    assert canvas.read(frame_of(screen))
    terminal.feed(canvas.difference())
    return canvas, terminal


@given(screens(), screens())
@settings(max_examples=200, deadline=None)
def test_the_next_screen_is_right_on_a_saved_one(first: list[Strip], second: list[Strip]) -> None:
    canvas, before = drawn(first)
    known = canvas.drawn()
    assert known is not None
    kept = Saved("", "", [], [], 0, [runs_of(row) for row in known.rows])
    rows = decoded(encoded(kept)).rows
    terminal = Emulator(WIDTH, HEIGHT)
    terminal.feed(CLEAR + painted(rows))
    assert terminal.seen() == before.seen()
    canvas = Canvas(WIDTH, HEIGHT)
    canvas.assume(screen_of(rows, WIDTH))
    assert canvas.read(frame_of(second))
    terminal.feed(canvas.difference())
    assert terminal.seen() == drawn(second)[1].seen()


@given(screens())
@settings(max_examples=100, deadline=None)
def test_the_same_screen_costs_next_to_nothing(screen: list[Strip]) -> None:
    canvas, _ = drawn(screen)
    known = canvas.drawn()
    assert known is not None
    rows = [runs_of(row) for row in known.rows]
    again = Canvas(WIDTH, HEIGHT)
    again.assume(screen_of(rows, WIDTH))
    again.read(frame_of(screen))
    # Only what stands behind characters of a doubtful width is written once more, and the cursor placed.
    is_plain = all(text.isascii() for strip in screen for _, text in strip.parts)
    assert not is_plain or again.difference() == "\x1b[1;1H"


def test_a_screen_of_another_size_is_not_assumed() -> None:
    canvas = Canvas(WIDTH, HEIGHT)
    canvas.assume(screen_of([[("", "x")]] * HEIGHT, WIDTH + 1))
    canvas.read("\x1b[1;1H" + "\n".join(["x".ljust(WIDTH)] * HEIGHT) + "\x1b[1;1H")
    assert canvas.difference().count("x") == HEIGHT


def test_lines_that_are_too_long_are_not_known() -> None:
    assert {text for text, _ in row_of([("", "x" * (WIDTH + 1))], WIDTH)} == {"\0"}
    assert {text for text, _ in row_of([("99", "x")], WIDTH)} == {"\0"}


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("\ue000", "?"),
        ("e\u0301", "e\u0301"),
        ("\U0001f469\u200d\U0001f4bb", "\U0001f469"),
        ("\u06cc\u200c", "\u06cc"),
        ("\u00a0", " "),
        ("\u3000", "  "),
        ("\ufade", "? "),
    ],
)
def test_what_cannot_be_printed_is_kept_as_wide_as_it_is(cell: str, kept: str) -> None:
    """Joined letters, private ones, other blanks, and what no letter is yet."""
    size = len(cells_of(cell, PLAIN))
    text = f"a{cell}b"
    canvas, _ = drawn([Strip(0, y, (("", text + " " * (WIDTH - 2 - size)),)) for y in range(HEIGHT)])
    known = canvas.drawn()
    assert known is not None
    [(style, found)] = runs_of(known.rows[0])
    assert not style
    assert found.isprintable()
    assert found == f"a{kept}b"
    assert len(cells_of(found, PLAIN)) == 2 + size
