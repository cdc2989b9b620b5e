"""Keys between two pieces of a refresh: the cursor and the marks stay on their approvals, whatever comes."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from reltui.data.decision import Verb
from reltui.data.topics import Inbox, InboxData, InboxRow, ObjectKey, Why
from reltui.ui import filtering
from reltui.ui.keys import ACTIONS
from reltui.ui.present_inbox import WHOSE
from reltui.ui.screens import arranging
from reltui.ui.screens.approvals import ApprovalsScreen
from reltui.ui.screens.subject import Subject
from tests.ui.samples import PORTAL
from tests.ui.screen_text import settled
from tests.ui.still_service import StillService, showing, whole
from tests.ui.test_large_lists import approvals, arranged, many_rows

KEYS = (
    *("down", "up", "half-down", "half-up", "first", "last"),
    *("mark", "mark", "mark-range", "mark-all", "unmark-all"),
    *("scope", "group", "sort", "sort-reverse"),
)
FILTERS = ("", "", "uat", "stage:prod", "!rel-1", "no such word")
ACTION_BY_ID = {action.id: action for action in ACTIONS}


class Walk:
    """Random keys, and random pieces of a refresh, on the inbox."""

    def __init__(self, seed: int, screen: ApprovalsScreen, service: StillService, rows: int) -> None:
        self.random = random.Random(seed)
        self.screen = screen
        self.service = service
        self.all = {row.key: row for row in many_rows(rows)}
        self.waiting = dict(self.all)

    @property
    def shown(self) -> set[ObjectKey]:
        """The approvals on the list."""
        return {key for key in self.screen.grid.keys if not self.screen.is_heading(key)}

    def key(self) -> None:
        """A key: its verb or movement acts on what is shown."""
        self.screen.perform(ACTION_BY_ID[self.random.choice(KEYS)])

    def type_filter(self) -> None:
        """Words typed into the filter."""
        self.screen.filter = self.random.choice(FILTERS)
        self.drawn()

    def piece(self) -> None:
        """An answer: some rows are gone, some are back or new, some are of somebody else now."""
        some = self.random.sample(sorted(self.all), k=max(len(self.all) // 20, 3))
        for key in some:
            if self.waiting.pop(key, None) is None:
                why = self.random.choice((Why.DIRECT, Why.GROUP, Why.OTHER))
                self.waiting[key] = replace(self.all[key], why=why, is_new=True)
        self.tell()

    def project_goes(self) -> None:
        """A project that is there no more takes its rows along."""
        self.waiting = {key: row for key, row in self.waiting.items() if row.project != PORTAL}
        self.tell()

    def tell(self) -> None:
        """The service has these rows now, and the screen is drawn."""
        rows = tuple(sorted(self.waiting.values(), key=lambda row: row.key))
        self.service.known[Inbox()] = whole(InboxData(rows), parts=2, answered=2)
        self.drawn()

    def drawn(self) -> None:
        """Draw: what is still there keeps the cursor and its mark, and nothing else gets one."""
        grid = self.screen.grid
        cursor, marks = grid.cursor, grid.marks
        self.screen.update()
        if cursor in grid.keys:
            assert grid.cursor == cursor
        assert grid.marks == marks & self.shown

    def check(self) -> None:
        """What holds after every step."""
        screen, grid = self.screen, self.screen.grid
        assert grid.marks <= self.shown
        assert set(screen.meant(Verb.APPROVE)) <= self.shown
        if grid.cursor is None:
            assert not self.shown
            return
        assert grid.cursor in self.shown
        assert 0 <= grid.places[grid.cursor] - grid.top < grid.page_size
        meant = screen.subject_of(Verb.APPROVE, grid.cursor)
        if isinstance(meant, Subject):
            assert meant.seen == self.waiting[grid.cursor].approval


def is_wanted(screen: ApprovalsScreen, row: InboxRow) -> bool:
    """Whether a row belongs on the list."""
    return row.why in WHOSE[screen.scope] and screen.passes(row.key, filtering.parse(screen.filter))


async def walked(pilot: Pilot[str], walk: Walk, steps: int) -> None:
    """Go so many steps; some are taken before what the last one began has ended."""
    kinds: list[Callable[[], Any]] = [walk.key, walk.key, walk.key, walk.piece, walk.type_filter]
    for number in range(steps):
        (walk.project_goes if number == steps // 2 else walk.random.choice(kinds))()
        walk.check()
        if walk.random.random() < 0.3:
            await pilot.pause(0)
            walk.check()
    walk.tell()
    await arranged(pilot, walk.screen)
    walk.check()
    assert walk.shown == {key for key, row in walk.waiting.items() if is_wanted(walk.screen, row)}


@pytest.mark.parametrize("rows", [40, 200])
@pytest.mark.parametrize("seed", range(3))
async def test_the_inbox_under_random_keys_and_pieces(
    seed: int, rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The longer one is filtered and sorted between the keys.
    monkeypatch.setattr(arranging, "LARGE", 100)
    known: dict[Any, Any] = {Inbox(): whole(InboxData(many_rows(rows)), parts=2, answered=2)}
    async with showing(tmp_path, monkeypatch, known=known) as (pilot, service):
        await settled(pilot, "Rel-")
        await walked(pilot, Walk(seed, approvals(pilot), service, rows), 150)
