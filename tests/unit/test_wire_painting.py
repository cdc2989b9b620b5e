"""What the driver writes leads to the same screen as what Textual writes, and is short."""

from __future__ import annotations

from dataclasses import dataclass

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reltui.ui.wire.canvas import Canvas
from reltui.ui.wire.cells import UNKNOWN, Screen, cells_of
from reltui.ui.wire.painter import paint
from reltui.ui.wire.pen import Pen
from reltui.ui.wire.reader import read
from reltui.ui.wire.styles import PLAIN, Style, Unreadable
from tests.emulator import Emulator

WIDTH, HEIGHT = 30, 9
STYLES = ["", "1", "7", "2;36", "31", "1;33", "44", "31;44", "4", "38;5;99;48;2;9;9;9", "39;49", "9;7", "5"]
CHARACTERS = st.sampled_from(
    ["a", "b", "c", " ", " ", " ", "é", "e\u0301", "─", "名", "前", "🚀", "ab cd", "    "]
)


def wide(text: str) -> int:
    """Cells of a text of the characters above."""
    return sum(2 if c in "名前🚀" else 0 if c == "\u0301" else 1 for c in text)


@dataclass(frozen=True)
class Strip:
    """Text in styles from a column on."""

    x: int
    y: int
    parts: tuple[tuple[str, str], ...]

    def written(self) -> str:
        """As Textual writes it."""
        styled = [f"\x1b[{style}m{text}\x1b[0m" if style else text for style, text in self.parts]
        return f"\x1b[{self.y + 1};{self.x + 1}H{''.join(styled)}"


@st.composite
def strips(draw: st.DrawFn, *, whole: bool = False, y: int | None = None) -> Strip:
    x = 0 if whole else draw(st.integers(0, WIDTH - 1))
    left = WIDTH - x
    parts = []
    for _ in range(draw(st.integers(0, 5))):
        text = ""
        for character in draw(st.lists(CHARACTERS, max_size=8)):
            if wide(character) <= left and not (not text and character[0] == "\u0301"):
                text += character
                left -= wide(character)
        if text:
            parts.append((draw(st.sampled_from(STYLES)), text))
    if whole and left:
        parts.append((draw(st.sampled_from(["", "", "7", "44"])), " " * left))
    return Strip(x, draw(st.integers(0, HEIGHT - 1)) if y is None else y, tuple(parts))


@st.composite
def screens(draw: st.DrawFn) -> list[Strip]:
    return [draw(strips(whole=True, y=y)) for y in range(HEIGHT)]


@st.composite
def successions(draw: st.DrawFn) -> list[list[Strip]]:
    """A screen, and frames after it: others, parts, and blocks of rows that have moved."""
    screen = draw(screens())
    frames = [screen]
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(["other", "parts", "moved"]))
        if kind == "other":
            screen = draw(screens())
            frames.append(screen)
        elif kind == "parts":
            frames.append(draw(st.lists(strips(), min_size=1, max_size=4)))
        else:
            by = draw(st.integers(-4, 4))
            top = draw(st.integers(0, HEIGHT - 2))
            bottom = draw(st.integers(top + 1, HEIGHT))
            new = draw(screens())
            moved = [
                Strip(0, y, screen[y + by].parts)
                if top <= y < bottom and 0 <= y + by < HEIGHT
                else screen[y]
                if draw(st.booleans())
                else new[y]
                for y in range(HEIGHT)
            ]
            screen = moved
            frames.append(screen)
    return frames


def frame_of(frame: list[Strip], cursor: tuple[int, int] = (0, 0)) -> str:
    """A frame as Textual writes it."""
    ordered = sorted(frame, key=lambda strip: strip.y)
    lines = [strip.written() + ("\n" if strip.y != ordered[-1].y else "") for strip in ordered]
    return f"{''.join(lines)}\x1b[{cursor[1] + 1};{cursor[0] + 1}H"


CURSORS = st.tuples(st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1))


@given(successions(), CURSORS)
@settings(max_examples=150, deadline=None)
def test_the_same_screen_as_with_every_cell_written(
    frames: list[list[Strip]], cursor: tuple[int, int]
) -> None:
    stock, ours, canvas = Emulator(WIDTH, HEIGHT), Emulator(WIDTH, HEIGHT), Canvas(WIDTH, HEIGHT)
    for strips_ in frames:
        frame = frame_of(strips_, cursor)
        stock.feed(frame)
        assert canvas.read(frame)
        ours.feed(canvas.difference())
        assert ours.seen() == stock.seen()
        assert (ours.x, ours.y) == (stock.x, stock.y) == cursor
        assert canvas.difference() == ""


@given(successions())
@settings(max_examples=150, deadline=None)
def test_never_more_bytes_than_to_paint_all(frames: list[list[Strip]]) -> None:
    canvas = Canvas(WIDTH, HEIGHT)
    wanted = Screen(WIDTH, HEIGHT)
    for strips_ in frames:
        frame = frame_of(strips_)
        read(frame, wanted)
        assert canvas.read(frame)
        size = len(canvas.difference().encode())
        pen = Pen(WIDTH)
        paint(Screen(WIDTH, HEIGHT), wanted, pen)
        assert size <= len(pen.taken().encode())


@given(successions())
@settings(max_examples=100, deadline=None)
def test_what_was_lost_is_written_again(frames: list[list[Strip]]) -> None:
    canvas = Canvas(WIDTH, HEIGHT)
    stock = Emulator(WIDTH, HEIGHT)
    for strips_ in frames:
        frame = frame_of(strips_)
        stock.feed(frame)
        assert canvas.read(frame)
        canvas.difference()
    canvas.forget()
    ours = Emulator(WIDTH, HEIGHT)
    ours.feed("\x1b[31;45m\x1b[3;3H")
    ours.feed(canvas.difference())
    assert ours.seen() == stock.seen()


@given(st.lists(strips(), min_size=1, max_size=6), screens())
@settings(max_examples=100, deadline=None)
def test_cells_that_were_never_drawn_are_left_alone(parts: list[Strip], screen: list[Strip]) -> None:
    stock, ours, canvas = Emulator(WIDTH, HEIGHT), Emulator(WIDTH, HEIGHT), Canvas(WIDTH, HEIGHT)
    for strips_ in (parts, screen):
        frame = frame_of(strips_)
        stock.feed(frame)
        assert canvas.read(frame)
        ours.feed(canvas.difference())
        assert ours.seen() == stock.seen()


@given(successions())
@settings(max_examples=60, deadline=None)
def test_the_same_screen_on_another_terminal(frames: list[list[Strip]]) -> None:
    """pyte, which was written by others; it has neither faint nor several widths of combining."""
    pictures = pyte.Screen(WIDTH, HEIGHT), pyte.Screen(WIDTH, HEIGHT)
    for picture in pictures:
        picture.set_mode(pyte.modes.LNM)
        picture.reset_mode(pyte.modes.DECAWM)
    stock, ours = (pyte.Stream(picture) for picture in pictures)
    canvas = Canvas(WIDTH, HEIGHT)
    for strips_ in frames:
        frame = frame_of(strips_)
        if "\u0301" in frame or any(character in frame for character in "名前🚀"):
            # pyte leaves halves of wide characters behind.
            return
        stock.feed(frame)
        assert canvas.read(frame)
        ours.feed(canvas.difference())
        for y in range(HEIGHT):
            for x in range(WIDTH):
                one, other = (picture.buffer[y][x] for picture in pictures)
                assert one.data == other.data
                assert (one.bg, one.reverse, one.underscore) == (other.bg, other.reverse, other.underscore)
                assert one.data == " " or one == other


@pytest.mark.parametrize(
    "frame",
    [
        "\x1b[1;28Habcd",
        "\x1b[9;30H名",
        "\x1b[9;1Ha\n\n",
        "\x1b[10;1Ha",
        "\x1b[0;1Ha",
        "\x1b[1;1H\u0301a",
        "\x1b[1;1H\x1b[31ma",
        "\x1b[1;1H\x1b[2J",
        "\x1b[1;1H\x1b[31",
        "\x1b[1;1Ha\x07",
        "\x1b[1;1H\x1b[12ma\x1b[0m",
        "\x1b[1;1H\x1b[?7ha",
    ],
)
def test_what_cannot_be_read_is_told(frame: str) -> None:
    canvas = Canvas(WIDTH, HEIGHT)
    screen = frame_of([Strip(0, y, (("", "x" * WIDTH),)) for y in range(HEIGHT)])
    assert canvas.read(screen)
    canvas.difference()
    with pytest.raises(Unreadable):
        read(frame, Screen(WIDTH, HEIGHT))
    assert not canvas.read(frame)
    assert canvas.read(screen)
    assert canvas.difference().count("x") == WIDTH * HEIGHT


def rows(first: int) -> str:
    """A list of which the row with this number is at the top, in Textual's form, below a title."""
    words = [f"row {number} {chr(96 + number) * 20}" for number in range(first, first + 7)]
    texts = ["Title", *words, "foot"]
    return frame_of([Strip(0, y, (("", f"{text:<{WIDTH}}"),)) for y, text in enumerate(texts)])


@pytest.mark.parametrize("by", [1, -1, 3, -3])
def test_a_list_that_moved_costs_its_new_rows(by: int) -> None:
    canvas = Canvas(WIDTH, HEIGHT)
    assert canvas.read(rows(10))
    canvas.difference()
    assert canvas.read(rows(10 + by))
    written = canvas.difference()
    assert "\x1b[2;8r" in written
    assert written.count("row") == abs(by)


def test_a_frame_that_changes_nothing_costs_nothing() -> None:
    canvas = Canvas(WIDTH, HEIGHT)
    assert canvas.read(rows(1))
    assert canvas.difference()
    assert canvas.read(rows(1))
    assert canvas.difference() == ""


@pytest.mark.parametrize(
    ("styled", "written"),
    [
        ("x", "\x1b[4;7Hx\x1b[1;1H"),
        ("\x1b[31mx\x1b[0m", "\x1b[4;7H\x1b[31mx\x1b[m\x1b[1;1H"),
        ("\x1b[38;5;99mx\x1b[0m", "\x1b[4;7H\x1b[38;5;99mx\x1b[m\x1b[1;1H"),
        ("\x1b[48;2;1;2;3mx\x1b[0m", "\x1b[4;7H\x1b[48;2;1;2;3mx\x1b[m\x1b[1;1H"),
    ],
)
def test_a_changed_cell_costs_its_place_its_style_and_itself(styled: str, written: str) -> None:
    canvas = Canvas(WIDTH, HEIGHT)
    assert canvas.read(rows(1))
    canvas.difference()
    assert canvas.read(f"\x1b[4;7H{styled}\x1b[1;1H")
    assert canvas.difference() == written


def test_a_line_that_gets_short_is_erased_to_its_end() -> None:
    canvas = Canvas(WIDTH, HEIGHT)
    assert canvas.read(rows(1))
    canvas.difference()
    assert canvas.read(f"\x1b[4;1H{'row':<{WIDTH}}\x1b[1;1H")
    written = canvas.difference()
    assert written.count("\x1b[K") == 1
    assert len(written) <= len("\x1b[4;4H\x1b[K\x1b[1;1H")


def test_after_a_wide_character_the_place_is_said() -> None:
    """Terminals differ in widths; what follows stands where it belongs on all of them."""
    canvas = Canvas(WIDTH, HEIGHT)
    assert canvas.read("\x1b[1;1H🚀ab\x1b[1;1H")
    assert "🚀\x1b[3Gab" in canvas.difference()


def test_every_cell_is_unknown_at_first() -> None:
    assert all(cell is UNKNOWN for row in Screen(3, 2).rows for cell in row)


def test_the_same_letter_is_the_same_cell_in_every_text() -> None:
    """Thousands of lines of a log are remembered as cells; each its own would be tens of megabytes."""
    one, other = cells_of("log of today", Style("31")), cells_of("yet another log", Style("31"))
    assert one[0] is other[-3]
    assert one[3] is other[3]
    assert one[3] == (" ", PLAIN)
