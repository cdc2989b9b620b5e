"""Lists and logs of any length: the work is done once a change, by the row, and keys are let through."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.geometry import Region
from textual.pilot import Pilot

from reltui.data.topics import Inbox, InboxData, InboxRow, LogData, LogOf, ReleasesData, ReleasesOf, Why
from reltui.model.release import Release
from reltui.model.text import SafeText
from reltui.ui import painter, rest
from reltui.ui.screens import approvals as approvals_screen
from reltui.ui.screens import arranging, base, following, inbox_list
from reltui.ui.screens.approvals import ApprovalsScreen
from reltui.ui.screens.log import LogScreen
from reltui.ui.screens.releases import ReleasesScreen
from reltui.ui.widgets import chrome, logview
from reltui.ui.widgets.grid import Grid
from tests.ui.inbox_sample import inbox_sample
from tests.ui.samples import BILLING, PORTAL, approval, waiting_release
from tests.ui.screen_text import lines, settled
from tests.ui.still_service import SERVER, sample, showing, whole

MANY = 3_000
"""More than `LARGE`, and little enough for a quick test."""
RELEASES = ReleasesOf(SERVER, BILLING)
FEW = 4
"""So often something else may draw the screen while five keys are pressed."""


@pytest.fixture(autouse=True)
def no_minute_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is drawn only because a minute is over: what is drawn is counted here."""
    monkeypatch.setattr(painter.Painter, "_await_next", lambda self: None)


def counted(monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> Counter[str]:
    """Count the calls of a function."""
    calls: Counter[str] = Counter()
    real: Callable[..., Any] = getattr(owner, name)

    def call(*args: Any, **options: Any) -> Any:
        calls[name] += 1
        return real(*args, **options)

    monkeypatch.setattr(owner, name, call)
    return calls


def painted(monkeypatch: pytest.MonkeyPatch, grid: Grid[Any]) -> list[Region]:
    """The regions that a list asks to be painted from now on."""
    found: list[Region] = []
    real = grid.refresh

    def refresh(*regions: Region, **options: Any) -> Any:
        found.extend(regions)
        return real(*regions, **options)

    monkeypatch.setattr(grid, "refresh", refresh)
    return found


async def arranged(pilot: Pilot[str], screen: arranging.ArrangingScreen[Any]) -> None:
    """Wait until the list is filtered and sorted."""
    while any(worker.group == "arrange" and not worker.is_finished for worker in screen.workers):
        await pilot.pause(0.01)
    await pilot.pause()


# The inbox


def many_rows(count: int = MANY) -> tuple[InboxRow, ...]:
    return tuple(
        InboxRow(
            SERVER,
            (BILLING, PORTAL)[number % 2],
            approval(
                number + 1,
                hours=1 + number / 100,
                release=(1000 + number, f"Rel-{number}"),
                definition=(number % 50, f"Def-{number % 50}"),
                stage=(number, ("PROD", "UAT", "QA")[number % 3]),
            ),
            (Why.DIRECT, Why.OTHER)[number % 2],
            fresh=True,
        )
        for number in range(count)
    )


def large_inbox() -> dict[Any, Any]:
    return {Inbox(): whole(InboxData(many_rows()), parts=2, answered=2)}


def approvals(pilot: Pilot[str]) -> ApprovalsScreen:
    screen = pilot.app.screen
    assert isinstance(screen, ApprovalsScreen)
    return screen


async def test_the_inbox_is_ordered_once_for_each_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with showing(tmp_path, monkeypatch, known=large_inbox()) as (pilot, service):
        await settled(pilot, f"Rel-{MANY - 2}")
        screen = approvals(pilot)
        values = counted(monkeypatch, inbox_list, "row_values")
        calls = counted(monkeypatch, screen, "passes")
        screen.filter = "uat"
        screen.update()
        await arranged(pilot, screen)
        assert calls["passes"] == values["row_values"] == MANY // 2
        shown = screen.grid.keys
        for _ in range(3):
            screen.update()
            await pilot.press("j")
        assert screen.grid.keys is shown
        assert calls["passes"] == MANY // 2
        service.learn(Inbox(), service.known[Inbox()])
        await pilot.pause(0.3)
        assert calls["passes"] == MANY // 2
        screen.filter = "uat rel-2"
        screen.update()
        await arranged(pilot, screen)
        assert calls["passes"] == MANY
        assert values["row_values"] == MANY // 2


async def test_one_other_row_writes_that_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with showing(tmp_path, monkeypatch, known=large_inbox()) as (pilot, service):
        await settled(pilot, f"Rel-{MANY - 2}")
        screen = approvals(pilot)
        rows = many_rows()
        at = screen.grid.keys[screen.grid.top + 3][2] - 1
        other = replace(rows[at], is_new=True)
        regions = painted(monkeypatch, screen.grid)
        drawn = counted(monkeypatch, screen.grid.rows, "cells")
        service.learn(Inbox(), whole(InboxData((*rows[:at], other, *rows[at + 1 :])), parts=2, answered=2))
        await pilot.pause(0.35)
        assert {region.y for region in regions} == {4}
        assert all(region.height == 1 for region in regions)
        assert drawn["cells"] < 8 * screen.grid.page_size


async def test_a_heading_is_made_when_it_comes_into_view(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = counted(monkeypatch, approvals_screen, "heading_line")
    async with showing(tmp_path, monkeypatch, known=large_inbox()) as (pilot, _):
        await settled(pilot, f"Rel-{MANY - 2}")
        screen = approvals(pilot)
        screen.do_scope()
        for _ in range(3):
            screen.do_group()
        await settled(pilot, "Billing / Def-48 (60)")
        assert sum(screen.is_heading(key) for key in screen.grid.keys) == 50
        assert 0 < made["heading_line"] <= 3
        await pilot.press("j", "k")
        screen.update()
        assert made["heading_line"] <= 3


async def test_the_group_of_the_first_row_is_told_while_its_heading_is_out_of_view(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with showing(tmp_path, monkeypatch, known=large_inbox()) as (pilot, _):
        await settled(pilot, f"Rel-{MANY - 2}")
        approvals(pilot).do_group()
        assert "group: stage | exp" in await settled(pilot, "── UAT (500) ──")
        await pilot.press("G")
        await settled(pilot, "group: stage > PROD ")
        await pilot.press("g")
        await settled(pilot, "group: stage | exp")


async def test_a_held_key_draws_the_rows_and_the_rest_once_it_is_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "HELD_SECONDS", 3600.0)
    monkeypatch.setattr(following, "REST_SECONDS", 3600.0)
    async with showing(tmp_path, monkeypatch, known=large_inbox()) as (pilot, _):
        await settled(pilot, f"Rel-{MANY - 2}")
        screen = approvals(pilot)
        screen._moved_at = float("-inf")
        await pilot.press("j")
        await settled(pilot, "[ Billing / Def-46 / Rel-2996 /")
        drawn, regions = counted(monkeypatch, screen, "preview"), painted(monkeypatch, screen.grid)
        await pilot.press(*"jjjjj")
        await pilot.pause()
        assert [region.y for region in regions] == [2, 3, 3, 4, 4, 5, 5, 6, 6, 7]
        assert drawn["preview"] < FEW
        screen._held = rest.Rest(screen, 0.01, screen._follow_cursor)
        await pilot.press("j")
        await settled(pilot, "[ Billing / Def-34 / Rel-2984 /")


async def test_a_key_in_a_long_list_with_all_marked_looks_through_no_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with showing(tmp_path, monkeypatch, known=large_inbox()) as (pilot, _):
        await settled(pilot, f"Rel-{MANY - 2}")
        grid = approvals(pilot).grid
        grid.mark_all()
        await settled(pilot, f"[MINE+GROUPS {MANY // 2}]  ALL {MANY} | {MANY // 2} marked")
        marked = grid.marked
        assert list(marked) == list(grid.keys)
        await pilot.press("j", "j", "k")
        approvals(pilot).update()
        assert grid.marked is marked


async def test_moving_draws_of_the_chrome_only_what_the_keys_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with showing(tmp_path, monkeypatch, known=large_inbox()) as (pilot, _):
        await settled(pilot, f"Rel-{MANY - 2}")
        calls = counted(monkeypatch, chrome, "draw")
        footers = counted(monkeypatch, chrome, "draw_footer")
        await pilot.press(*"jjjjj")
        await pilot.pause()
        assert calls["draw"] < FEW
        assert footers["draw_footer"] == 5 + calls["draw"]


async def test_a_long_inbox_is_filtered_as_a_short_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = inbox_sample()
    kept: list[Sequence[Any]] = []
    for large in (arranging.LARGE, 0):
        monkeypatch.setattr(arranging, "LARGE", large)
        async with showing(tmp_path, monkeypatch, known=known) as (pilot, _):
            await settled(pilot, "Invoice.CD")
            screen = approvals(pilot)
            for typed in ("bill", "!env:prod", "older:2d", "expires:4h", "flag:new", "why:direct", ""):
                screen.filter = typed
                screen.update()
                await arranged(pilot, screen)
                kept.append((typed, tuple(screen.grid.keys)))
    half = len(kept) // 2
    assert kept[:half] == kept[half:]
    assert len({keys for _, keys in kept}) > 3


# Releases


def many_releases(count: int = MANY) -> tuple[Release, ...]:
    one = waiting_release()
    assert one.created_on is not None
    return tuple(
        replace(
            one,
            id=number,
            name=SafeText(f"Rel-{number}"),
            created_on=one.created_on - timedelta(minutes=count - number),
            definition=replace(one.definition, name=SafeText(f"Def-{number * 7 % 11}")),
        )
        for number in range(count, 0, -1)
    )


async def opened(pilot: Pilot[str]) -> ReleasesScreen:
    screen = ReleasesScreen(RELEASES)
    pilot.app.push_screen(screen)
    await settled(pilot, f"Rel-{MANY}")
    return screen


async def test_what_runs_on_the_stages_is_found_in_long_releases_as_in_short_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[list[str]] = []
    for large in (arranging.LARGE, 0):
        monkeypatch.setattr(arranging, "LARGE", large)
        async with showing(tmp_path, monkeypatch, size=(120, 24)) as (pilot, _):
            pilot.app.push_screen(ReleasesScreen(ReleasesOf(SERVER, BILLING, 5)))
            await settled(pilot, "LIVE")
            shown.append([line for line in lines(pilot.app) if "Rel-" in line])
    assert shown[0] == shown[1]
    assert any("LIVE" in line and "Rel-" in line for line in shown[0])


def with_releases() -> dict[Any, Any]:
    return {**sample(), RELEASES: whole(ReleasesData(many_releases()))}


async def test_moving_in_long_releases_draws_the_two_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with showing(tmp_path, monkeypatch, known=with_releases()) as (pilot, _):
        screen = await opened(pilot)
        regions, drawn = painted(monkeypatch, screen.grid), counted(monkeypatch, screen.grid.rows, "cells")
        values = counted(monkeypatch, screen, "sort_value")
        await pilot.press("j")
        await pilot.pause()
        assert [region.y for region in regions] == [1, 2]
        assert drawn["cells"] == 0
        for _ in range(screen.grid.page_size):
            await pilot.press("j")
        await pilot.pause()
        # The view has moved by two rows, and these are new.
        assert drawn["cells"] == 2
        await pilot.press("G")
        await pilot.pause()
        assert f"> {' ' * 2}Rel-1 " in "\n".join(lines(pilot.app))
        assert drawn["cells"] <= 2 + screen.grid.page_size
        assert not values


async def test_one_other_release_of_many_writes_its_row_and_no_other_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with showing(tmp_path, monkeypatch, known=with_releases()) as (pilot, service):
        screen = await opened(pilot)
        rows = many_releases()
        other = replace(rows[3], name=SafeText("Rel-changed"))
        regions, drawn = painted(monkeypatch, screen.grid), counted(monkeypatch, screen.grid.rows, "cells")
        looked = counted(monkeypatch, screen, "fields")
        service.learn(RELEASES, whole(ReleasesData((*rows[:3], other, *rows[4:]))))
        await settled(pilot, "Rel-changed")
        assert {(region.y, region.height) for region in regions} == {(4, 1)}
        assert 0 < drawn["cells"] <= 2 * screen.grid.page_size
        assert not looked


async def test_long_releases_are_sorted_once_and_keys_are_let_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arranging, "SLICE_SECONDS", 0.0)
    async with showing(tmp_path, monkeypatch, known=with_releases()) as (pilot, _):
        screen = await opened(pilot)
        values = counted(monkeypatch, screen, "sort_value")
        grid = screen.grid
        grid.move_to(MANY - 1)
        screen.do_sort()
        assert values["sort_value"] == 0
        grid.perform("down")
        assert grid.cursor == MANY - 2
        screen.update()
        await arranged(pilot, screen)
        assert grid.cursor == MANY - 2
        names = [(screen._rows[key].definition.name, -key) for key in grid.keys]
        assert names == sorted(names)
        assert values["sort_value"] == MANY
        screen.update()
        await pilot.press("j")
        assert values["sort_value"] == MANY


async def test_what_is_typed_next_ends_the_search_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arranging, "SLICE_SECONDS", 0.0)
    async with showing(tmp_path, monkeypatch, known=with_releases()) as (pilot, _):
        screen = await opened(pilot)
        calls = counted(monkeypatch, screen, "passes")
        for typed in ("r", "re", "rel-299"):
            screen.filter = typed
            screen.update()
            assert len(screen.grid.keys) == MANY
            await asyncio.sleep(0)
        await arranged(pilot, screen)
        assert list(screen.grid.keys) == [*range(2999, 2989, -1), 299]
        assert calls["passes"] < 2 * MANY
        screen.filter = ""
        screen.update()
        assert len(screen.grid.keys) == MANY


async def test_releases_that_go_while_a_long_list_is_sorted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arranging, "SLICE_SECONDS", 0.0)
    async with showing(tmp_path, monkeypatch, known=with_releases()) as (pilot, service):
        screen = await opened(pilot)
        screen.do_sort()
        await arranged(pilot, screen)
        gone = screen.grid.keys[0]
        screen.grid.move_to(screen.grid.keys[2])
        under = screen.grid.cursor
        left = tuple(each for each in many_releases() if each.id != gone)
        service.known[RELEASES] = whole(ReleasesData(left))
        screen.update()
        assert gone not in screen.grid.places
        assert len(screen.grid.keys) == MANY - 1
        await pilot.press("k")
        await arranged(pilot, screen)
        assert gone not in screen.grid.places
        assert screen.grid.keys.index(under) == 1


@pytest.mark.parametrize("reverse", [False, True])
def test_sorting_in_slices_is_sorting(reverse: bool) -> None:
    @given(st.lists(st.tuples(st.integers(0, 5), st.integers())))
    def check(keys: list[tuple[int, int]]) -> None:
        found = asyncio.run(arranging.ordered(keys, lambda key: key[0], reverse=reverse))
        assert found == sorted(keys, key=lambda key: key[0], reverse=reverse)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arranging, "RUN", 3)
        patch.setattr(arranging, "AT_ONCE", 2)
        check()


# Logs


async def test_a_long_log_breaks_the_lines_in_view_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = counted(monkeypatch, logview, "log_rows")
    topic = LogOf(SERVER, BILLING, 142, 4, 1, 1)
    long = tuple(SafeText(f"2026-11-24T08:00:00.0000000Z line {number}") for number in range(100_000))
    known = {**sample(), topic: whole(LogData(long, ended=True))}
    async with showing(tmp_path, monkeypatch, known=known) as (pilot, _):
        pilot.app.push_screen(LogScreen(topic, SafeText("DEV > build")))
        await settled(pilot, "line 99999")
        height = pilot.app.screen.query_one(logview.LogView).size.height
        assert broken["log_rows"] <= 4 * height
        before, calls = broken["log_rows"], counted(monkeypatch, chrome, "draw")
        await pilot.press(*"kkkkk")
        await settled(pilot, "-99,995 of 100,000")
        assert broken["log_rows"] - before <= 2 * 5
        assert calls["draw"] < FEW
        await pilot.press("g")
        await settled(pilot, "line 0")
        assert broken["log_rows"] - before <= 3 * height
