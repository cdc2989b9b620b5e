"""G2 to G5, and G7: keys that move the cursor of a list.

G2 and G3 are measured in the list of releases alone (`z`), on a server with 20,000 releases; the yardstick
is a plain painter that brings the same screen to the same state (`painter.py`): in view it redraws the two
rows, and when the list scrolls all rows. G4 and G5 hold a key down in an inbox of 500 approvals, once with
the list alone, and once as it opens, with the preview that follows the cursor; G5 ends when the cursor is
on its last row. G7 is the CPU time of the process for a key in view, of keys that follow each other as soon
as the cursor has moved; the empty application moves a mark between two lines of its own. What a rest of the
cursor takes (the release is read, the preview drawn) is told beside it.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench.figures import Figure
from tests.bench.line import Line
from tests.bench.painter import Cells, repaint, text_of
from tests.bench.player import Answer, NotMeasured, Player, under_cursor
from tests.bench.setting import ROW, Setting
from tests.bench.usage import usage

RATE, ROUND_TRIP = 9_600.0, 0.15
HELD, EACH_SECOND = 2.0, 30.0
"""Seconds that a key is held, and how often it is repeated."""
PRESSES = int(HELD * EACH_SECOND)
CARRIED = RATE / EACH_SECOND
"""Bytes of a press that such a line carries."""
VIEWS = {"list": False, "with preview": True}
MOVES = 8
SCROLLS = 10
BLOCKS, KEYS = 6, 20
"""Keys that follow each other without a rest."""
QUIET = 0.2


@contextmanager
def releases(setting: Setting) -> Iterator[Player]:
    """The list of releases alone, at rest."""
    with setting.reltui(setting.desk("large", ui=("refresh_seconds = 3600",))) as player:
        player.shown(ROW)
        player.press("2")
        player.wait_for(r"\[Releases\]")
        list_alone(player, "Versions")
        yield player


@contextmanager
def inbox(setting: Setting, *, preview: bool, line: Line | None = None) -> Iterator[Player]:
    """Everything that waits for anybody, with the preview or without, at rest."""
    with setting.reltui(setting.desk("large", ui=("refresh_seconds = 3600",)), line=line) as player:
        player.shown(ROW)
        player.wait_for(r"(\d+)/\1 projects ok")
        player.press("m")
        player.wait_for(r"\[ALL \d+\]")
        if not preview:
            list_alone(player, "Live now")
        player.wait_quiet(3.0)
        yield player


def list_alone(player: Player, word: str) -> None:
    """Give the whole screen to the list; the preview has this word."""
    player.wait_for(word)
    player.wait_quiet(1.0)
    player.press("z")
    player.wait_gone(word)
    player.wait_quiet(1.0)


def answers(player: Player, *keys: str) -> list[Answer]:
    """What comes after each of some keys, each pressed at rest."""
    return [player.key(key, QUIET) for key in keys]


def against_painter(answers: list[Answer]) -> tuple[float, str]:
    """Bytes sent for each byte of the plain painter, and the numbers."""
    sent = statistics.median(answer.size for answer in answers)
    plain = statistics.median(repaint(answer.before, answer.after) for answer in answers)
    if not plain:
        raise NotMeasured("the keys moved nothing")
    return sent / plain, f"{sent:.0f} / {plain:.0f} B"


def key_in_view(setting: Setting) -> list[Figure]:
    """G2."""
    with releases(setting) as player:
        ratio, note = against_painter(answers(player, *"j" * MOVES, *"k" * MOVES))
        return [Figure("", ratio, 1.1, "", note)]


def scrolled_line(setting: Setting) -> list[Figure]:
    """G3."""
    with releases(setting) as player:
        to_the_end_of_view(player)
        ratio, note = against_painter(answers(player, *"j" * SCROLLS))
        return [Figure("", ratio, 0.3, "", note)]


def to_the_end_of_view(player: Player) -> None:
    """Move down until the list scrolls."""
    for _ in range(player.picture.lines):
        top = first_row(player.cells)
        player.key("j", QUIET)
        if first_row(player.cells) != top:
            return
    raise NotMeasured(f"the list does not scroll:\n{player.text}")


def first_row(cells: Cells) -> str:
    """The text of the first row of a list, which stands in the fifth line, without cursor and age."""
    return text_of(cells[4:5])[1:60]


def held_key(setting: Setting) -> list[Figure]:
    """G4: the goal is for 80x24."""
    limit = CARRIED if setting.size == (80, 24) else None
    figures = []
    for name, preview in VIEWS.items():
        with inbox(setting, preview=preview) as player:
            answer, _ = player.hold_down("j", HELD, 1.0)
            if record(answer.after) == record(answer.before):
                raise NotMeasured(f"the key moved nothing:\n{text_of(answer.after)}")
            figures.append(Figure(name, answer.size / PRESSES, limit, "B"))
    return figures


def slow_line(setting: Setting) -> list[Figure]:
    """G5."""
    figures = []
    for name, preview in VIEWS.items():
        with inbox(setting, preview=preview, line=Line(RATE, ROUND_TRIP)) as player:
            answer, last = player.hold_down("j", HELD, 3.0)
            final = record(answer.after)
            earlier = [n for n, frame in enumerate(answer.frames) if record(frame.cells) != final]
            begun = answer.frames[max(earlier, default=-1) + 1].at
            lag = begun - answer.pressed - last
            if not earlier or lag < ROUND_TRIP / 2:
                raise NotMeasured(f"the last press moved nothing:\n{text_of(answer.after)}")
            figures.append(Figure(name, lag / ROUND_TRIP, 1.5, "", f"{lag * 1000:.0f} ms"))
    return figures


def record(cells: Cells) -> tuple[int, str]:
    """Where the cursor is, and on which record, without the columns that are learned later."""
    place, text = under_cursor(cells)
    return place, text[13:60]


def cpu(setting: Setting) -> list[Figure]:
    """G7."""
    with releases(setting) as ours, setting.empty() as empty:
        empty.shown("READY")
        empty.wait_quiet(1.0)
        pair = ((ours, "jk"), (empty, "jj"))
        spent, rested = [0.0, 0.0], [0.0, 0.0]
        for _ in range(BLOCKS):
            for place, (player, keys) in enumerate(pair):
                before = usage(player.process.pid).seconds
                for number in range(KEYS):
                    player.moved(keys[number % 2])
                moved = usage(player.process.pid).seconds
                player.wait_quiet(1.0)
                spent[place] += moved - before
                rested[place] += usage(player.process.pid).seconds - moved
    mine, theirs = (seconds * 1000 / KEYS / BLOCKS for seconds in spent)
    rest = (rested[0] - rested[1]) * 1000 / BLOCKS
    return [
        Figure("", mine / theirs, 1.5, "", f"{mine:.2f} / {theirs:.2f} ms"),
        Figure("when the cursor rests", rest, None, "ms"),
    ]
