"""The second line at the top: where one is, and what it is about."""

from __future__ import annotations

import pytest

from reltui.ui.present import line, plain, width
from reltui.ui.widgets.header import navigation

PLACES = (("1", "Approvals(170)"), ("2", "Releases"), ("3", "Definitions"), ("4", "Live"))
LONG = "project: Warehouse and Customs Integration North"


@pytest.mark.parametrize(
    "note", ["project: Billing", LONG, "project: 倉庫と通関の統合システム北部地域センター"]
)
@pytest.mark.parametrize("ascii", [False, True])
def test_every_place_is_named_at_80_columns_whatever_the_project_is_called(note: str, ascii: bool) -> None:
    shown = plain(navigation(PLACES, "Live", (), line(note), 80, ascii))
    assert width(shown) == 80
    assert shown.startswith(" 1 Approvals(170)  2 Releases  3 Definitions  4 [Live]  ")


def test_a_project_that_is_too_long_keeps_its_head_and_its_tail() -> None:
    shown = plain(navigation(PLACES, "Live", (), line(LONG), 80, False)).rstrip()
    assert " Warehouse" in shown
    assert shown.endswith("rth")


@pytest.mark.parametrize("cells", [60, 80])
def test_of_several_servers_the_one_that_is_shown_is_named(cells: int) -> None:
    shown = plain(navigation(PLACES, "Live", (), line("project: tfs01 / Billing"), cells, False))
    assert shown.endswith(" tfs01 / Billing ")


def test_the_way_to_a_detail_has_at_least_half_of_the_line() -> None:
    crumbs = line("Releases > Invoice.CD > Release-142 > PROD-EU")
    shown = plain(navigation(PLACES, "", crumbs, line(f"{LONG} {LONG}"), 80, False))
    assert shown.startswith(" Releases > Invoice.CD > Release-142")
    assert width(shown) == 80


@pytest.mark.parametrize("note", ["", "project: Billing"])
@pytest.mark.parametrize("crumbs", ["", "Releases > Invoice.CD"])
def test_a_small_window_has_no_room_for_it(note: str, crumbs: str) -> None:
    for cells in range(1, 60):
        shown = navigation(
            PLACES, "Live", line(crumbs) if crumbs else (), line(note) if note else (), cells, True
        )
        assert width(plain(shown)) <= cells
