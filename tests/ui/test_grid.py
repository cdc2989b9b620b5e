"""The one list widget, by itself in an application."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region

from reltui.ui.present import Cell, span
from reltui.ui.widgets.grid import Column, Grid, lay_out
from tests.ui.screen_text import lines

COLUMNS = (
    Column("name", "Name", 12, grow=1),
    Column("project", "Project", 10, drop=1),
    Column("type", "Type", 6, drop=2),
    Column("age", "Age", 5, right=True),
)


class GridApp(App[object]):
    def __init__(self, titles: bool = True) -> None:
        super().__init__()
        self.theme = "ansi-dark"
        self.heard: list[object] = []
        self.grid: Grid[str] = Grid(
            COLUMNS,
            self.cells,
            id="list",
            titles=titles,
            is_heading=lambda key: key.startswith("#"),
            heading=lambda key: (span(f"-- {key[1:]} --"),),
            empty=lambda: [(span("    nothing pending"),)],
        )
        self.painted: list[Region] = []

    def cells(self, key: str, columns: Sequence[Column]) -> Sequence[Cell]:
        values: dict[str, Cell] = {
            "name": span(key),
            "project": (span("Bill", "dim"), span("ing")),
            "type": span("pre"),
            "age": span(str(len(key))),
        }
        return [values[column.id] for column in columns]

    def compose(self) -> ComposeResult:
        yield self.grid

    def on_grid_cursor_moved(self, event: Grid.CursorMoved) -> None:
        self.heard.append(("moved", event.key))

    def on_grid_cursor_vanished(self, event: Grid.CursorVanished) -> None:
        self.heard.append(("vanished", event.key))

    def on_grid_opened(self, event: Grid.Opened) -> None:
        self.heard.append(("opened", event.key))


def rows(count: int) -> list[str]:
    return [f"row-{number:06}" for number in range(count)]


def test_columns_drop_in_order_and_the_rest_grow() -> None:
    assert [c.id for c, _ in lay_out(COLUMNS, 60)] == ["name", "project", "type", "age"]
    assert [c.id for c, _ in lay_out(COLUMNS, 30)] == ["name", "type", "age"]
    assert [c.id for c, _ in lay_out(COLUMNS, 20)] == ["name", "age"]
    assert sum(width for _, width in lay_out(COLUMNS, 60)) == 57
    assert [c.id for c, _ in lay_out(COLUMNS, 5)] == ["name", "age"]


async def test_it_draws_titles_cursor_marks_and_headings() -> None:
    app = GridApp()
    async with app.run_test(size=(50, 8)) as pilot:
        app.grid.show(["#PROD", "a", "b"])
        app.grid.perform("mark")
        await pilot.pause()
        assert lines(app) == [
            "    Name                   Project    Type     Age",
            "-- PROD --",
            "  * a                      Billing    pre        1",
            ">   b                      Billing    pre        1",
            "",
            "",
            "",
            "",
        ]


async def test_empty_says_so() -> None:
    app = GridApp()
    async with app.run_test(size=(50, 4)) as pilot:
        app.grid.show([])
        await pilot.pause()
        assert lines(app)[1] == "    nothing pending"
        assert app.grid.cursor is None
        app.grid.perform("down")
        app.grid.perform("open")
        app.grid.perform("mark")
        assert app.heard == []


async def test_moving_by_lines_pages_and_to_the_ends() -> None:
    app = GridApp()
    async with app.run_test(size=(50, 11)):
        app.grid.show(rows(100))
        for action, at in [
            ("down", 1),
            ("up", 0),
            ("up", 0),
            ("half-down", 5),
            ("page-down", 14),
            ("page-up", 5),
            ("last", 99),
            ("down", 99),
            ("half-up", 94),
            ("first", 0),
        ]:
            assert app.grid.perform(action)
            assert app.grid.cursor == f"row-{at:06}"
        assert not app.grid.perform("nosuch")


async def test_the_cursor_skips_headings_and_the_first_one_stays_in_view() -> None:
    app = GridApp()
    async with app.run_test(size=(50, 5)):
        app.grid.show(["#one", "a", "b", "#two", "#three", "c", "d", "#end"])
        assert app.grid.cursor == "a"
        app.grid.perform("down")
        app.grid.perform("down")
        assert app.grid.cursor == "c"
        app.grid.perform("last")
        assert app.grid.cursor == "d"
        app.grid.perform("first")
        assert app.grid.cursor == "a"
        assert app.grid.top == 0


async def test_a_refresh_keeps_cursor_line_and_marks_by_key() -> None:
    app = GridApp()
    async with app.run_test(size=(50, 11)) as pilot:
        app.grid.show(rows(100))
        app.grid.move_to("row-000050")
        app.grid.perform("mark")
        line = 51 - app.grid.top
        assert app.grid.cursor == "row-000051"
        app.grid.show(["new-1", "new-2", *rows(100)])
        await pilot.pause()
        assert app.grid.cursor == "row-000051"
        assert app.grid.keys.index("row-000051") - app.grid.top == line
        assert app.grid.marks == {"row-000050"}
        app.grid.show(list(reversed(rows(100))))
        assert app.grid.cursor == "row-000051"
        app.grid.show(rows(40))
        assert app.grid.marks == frozenset()


async def test_a_vanished_record_leaves_the_cursor_on_its_line_and_says_so() -> None:
    app = GridApp()
    async with app.run_test(size=(50, 11)) as pilot:
        app.grid.show(["a", "b", "c", "d"])
        app.grid.move_to("b")
        app.grid.show(["a", "c", "d"])
        assert app.grid.cursor == "c"
        await pilot.pause()
        assert ("vanished", "b") in app.heard
        assert app.heard[-1] == ("moved", "c")
        app.grid.show([])
        assert app.grid.cursor is None
        app.grid.show(["x"])
        assert app.grid.cursor == "x"


async def test_marks_range_all_none() -> None:
    app = GridApp()
    async with app.run_test(size=(50, 11)):
        app.grid.show(["#h", "a", "b", "c", "d", "e"])
        app.grid.perform("mark")
        app.grid.perform("down")
        app.grid.perform("mark-range")
        app.grid.perform("down")
        app.grid.perform("down")
        assert app.grid.marks == {"a", "c", "d", "e"}
        app.grid.perform("up")
        assert app.grid.marks == {"a", "c", "d"}
        assert app.grid.in_range
        app.grid.perform("mark-range")
        app.grid.perform("down")
        assert app.grid.marks == {"a", "c", "d"}
        app.grid.perform("mark-all")
        assert app.grid.marks == {"a", "b", "c", "d", "e"}
        app.grid.perform("unmark-all")
        assert app.grid.marks == frozenset()


async def test_a_range_that_a_refresh_changes_ends_and_marks_nothing_unseen() -> None:
    app = GridApp()
    async with app.run_test(size=(50, 11)):
        app.grid.show(["a", "b", "c", "d", "e", "f"])
        app.grid.perform("mark")
        app.grid.move_to("c")
        app.grid.perform("mark-range")
        app.grid.perform("down")
        assert app.grid.marks == {"a", "c", "d"}
        # What goes outside of it ends no range, and comes back without its mark.
        app.grid.show(["b", "c", "d", "e", "f"])
        assert app.grid.in_range
        app.grid.perform("down")
        assert app.grid.marks == {"c", "d", "e"}
        app.grid.show(["a", "b", "c", "d", "e", "f"])
        app.grid.perform("up")
        assert app.grid.marks == {"c", "d"}
        # Other records between its ends, in another order or new: nobody has seen them marked.
        app.grid.show(["a", "b", "c", "x", "d", "e", "f"])
        assert not app.grid.in_range
        app.grid.perform("down")
        assert app.grid.cursor == "e"
        assert app.grid.marks == {"c", "d"}


async def test_a_cursor_move_paints_two_lines_and_a_refresh_only_what_differs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = GridApp()
    async with app.run_test(size=(50, 11)) as pilot:
        app.grid.show(rows(100))
        await pilot.pause()
        painted: list[Region] = []
        real = app.grid.refresh

        def refresh(*regions: Region, **options: bool) -> Grid[str]:
            painted.extend(regions)
            return real(*regions, **options)

        monkeypatch.setattr(app.grid, "refresh", refresh)
        app.grid.perform("down")
        assert [region.y for region in painted] == [1, 2]
        await pilot.pause()
        painted.clear()
        app.grid.show(rows(100))
        app.grid.repaint()
        assert painted == []
        app.grid.show([*rows(3), "other", *rows(100)[4:]])
        assert [region.y for region in painted] == [4]


async def test_it_builds_only_the_rows_in_view() -> None:
    app = GridApp()
    asked: list[str] = []
    cells = app.grid.rows.cells

    def counting(key: str, columns: Sequence[Column]) -> Sequence[Cell]:
        asked.append(key)
        return cells(key, columns)

    async with app.run_test(size=(50, 11)) as pilot:
        app.grid.rows.cells = counting
        app.grid.show(rows(100_000))
        await pilot.pause()
        app.grid.perform("last")
        await pilot.pause()
        assert len(set(asked)) <= 20


async def test_names_are_cut_by_cells_and_keep_their_ends() -> None:
    app = GridApp()
    async with app.run_test(size=(50, 4)) as pilot:
        app.grid.show(["名前" * 10 + "-PROD-01", "x" * 60 + "-PROD-02"])
        await pilot.pause()
        first, second = lines(app)[1:3]
        assert "01" in first
        assert "02" in second
        assert first.index("Billing") <= second.index("Billing")


async def test_headings_at_the_end_come_into_view_with_the_last_record() -> None:
    app = GridApp()
    async with app.run_test(size=(40, 6)) as pilot:
        app.grid.show([*(f"row{number}" for number in range(9)), "#bad", "#worse"])
        await pilot.pause()
        app.grid.perform("last")
        await pilot.pause()
        shown = lines(app)
        assert shown[-2:] == ["-- bad --", "-- worse --"]
        assert shown[-3].startswith(">   row8")
        app.grid.show(["row0", *(f"#{number}" for number in range(20))])
        await pilot.pause()
        assert lines(app)[1].startswith(">   row0")


async def test_a_row_can_have_a_sign_of_its_own_and_the_list_can_be_out_of_use() -> None:
    app = GridApp(titles=False)
    app.grid.sign = lambda key: (span("!*"),) if key == "row-000001" else ()
    async with app.run_test(size=(50, 5)) as pilot:
        app.grid.show(rows(9))
        await pilot.pause()
        assert [row[:6] for row in lines(app)[:2]] == [">   ro", "  !*ro"]
        app.grid.is_active = False
        app.grid.passive_sign = "  "
        app.grid.repaint()
        await pilot.pause()
        assert lines(app)[0].startswith("    row-000000")
        assert app.grid.cursor == "row-000000"


async def test_what_is_below_the_cursor_comes_into_view() -> None:
    app = GridApp(titles=False)
    async with app.run_test(size=(50, 5)) as pilot:
        app.grid.show(rows(9))
        app.grid.move_to("row-000004")
        await pilot.pause()
        assert app.grid.cursor_line == 4
        app.grid.show_below(2)
        assert (app.grid.top, app.grid.cursor_line) == (2, 2)
        app.grid.show_below(40)
        assert (app.grid.top, app.grid.cursor_line) == (4, 0)
