"""What is picked by typing: the room of a row goes to what tells it from the others."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from reltui.data.decision import Verb
from reltui.model.identity import FOUND_AT_MOST, Identity
from reltui.model.text import SafeText
from reltui.ui.app import ReltuiApp
from reltui.ui.screens import verbs
from reltui.ui.screens.pick import Entry, PickScreen
from reltui.ui.screens.pick_resource import PickIdentity
from tests.ui.samples import LEE, approval
from tests.ui.screen_text import settled, text
from tests.ui.still_service import SERVER, showing
from tests.ui.verb_samples import press, rested, subject

ACCOUNT = SafeText("wilhelmina.featherstonehaugh@marlowfreight.example")
PEOPLE = (
    Identity("7" * 8, SafeText("Wilhelmina Featherstonehaugh"), ACCOUNT),
    Identity("8" * 8, SafeText("Wilma Chu"), SafeText("CORP\\wilma")),
)


class Parts(PickScreen):
    """Words and details of given lengths."""

    def __init__(self, *entries: tuple[int, int]) -> None:
        super().__init__()
        self._given = entries

    def entries(self) -> list[Entry]:
        return [Entry(SafeText("w" * words), SafeText("d" * detail), int) for words, detail in self._given]


@pytest.mark.parametrize("columns", [68, 80, 160])
async def test_an_account_is_whole_and_the_name_is_cut(
    columns: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def people(server: str, words: str, *, groups: bool = False) -> tuple[Identity, ...]:
        return PEOPLE

    async with showing(tmp_path, monkeypatch, (columns, 24)) as (pilot, service):
        service.people = people  # type: ignore[method-assign]
        assert isinstance(pilot.app, ReltuiApp)
        about = subject(Verb.TRANSFER, approval(81, stage=(3, "UAT"), approver=LEE))
        verbs.open_dialog(rested(pilot.app), about)
        await settled(pilot, "Transfer to whom?")
        await press(pilot, *"wilm")
        shown = await settled(pilot, "Wilma Chu")
        assert f" {ACCOUNT}\n" in shown
        assert PEOPLE[0].name in shown or columns < 160


@pytest.mark.parametrize("count", [FOUND_AT_MOST - 1, FOUND_AT_MOST])
async def test_it_is_told_when_more_may_have_the_words(
    count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def people(server: str, words: str, *, groups: bool = False) -> tuple[Identity, ...]:
        return tuple(Identity(f"{n:08}", SafeText(f"Wilma {n}"), SafeText(f"w{n}")) for n in range(count))

    async with showing(tmp_path, monkeypatch, (80, 45)) as (pilot, service):
        service.people = people  # type: ignore[method-assign]
        pilot.app.push_screen(PickIdentity(SERVER, SafeText("Who?"), lambda choice: None))
        await settled(pilot, "characters or more")
        await press(pilot, *"wilma")
        shown = await settled(pilot, f"Wilma {count - 1}")
        assert ("There are more: type on." in shown) == (count == FOUND_AT_MOST)
        await press(pilot, "up", "pagedown", "pagedown", "pagedown")
        assert f"> Wilma {count - 1}" in " ".join(text(pilot.app).split())


async def test_oneself_is_not_first_when_somebody_else_is_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def people(server: str, words: str, *, groups: bool = False) -> tuple[Identity, ...]:
        return PEOPLE

    async with showing(tmp_path, monkeypatch) as (pilot, service):
        service.people = people  # type: ignore[method-assign]
        assert isinstance(pilot.app, ReltuiApp)
        verbs.open_dialog(
            rested(pilot.app), subject(Verb.TRANSFER, approval(81, stage=(3, "UAT"), approver=LEE))
        )
        assert "> Dana" in " ".join((await settled(pilot, "yourself")).split())
        await press(pilot, *"wilm")
        shown = await settled(pilot, "Wilma Chu")
        assert "yourself" not in shown
        assert "> Wilhelmina" in " ".join(shown.split())
        await press(pilot, *["backspace"] * 4, *"dana")
        assert "yourself" in await settled(pilot, "yourself")


async def test_what_comes_later_moves_no_entry_from_under_the_cursor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []
    known = ["Ledger.CD", "Web.CD"]

    class Coming(PickScreen):
        """Entries of what is known by now, in the order of their names."""

        def entries(self) -> list[Entry]:
            return [Entry(SafeText(n), SafeText(""), partial(taken.append, n)) for n in sorted(known)]

    async with showing(tmp_path, monkeypatch) as (pilot, _):
        screen = Coming()
        pilot.app.push_screen(screen)
        await settled(pilot, "Web.CD")
        await press(pilot, "down")
        known += ["Audit.CD", "Invoice.CD", "Zoo.CD"]
        screen.update()
        assert "> Web.CD" in " ".join((await settled(pilot, "Zoo.CD")).split())
        await press(pilot, "enter")
        assert taken == ["Web.CD"]


@pytest.mark.parametrize(
    ("entries", "words", "details"),
    [
        # As before where nothing would be cut.
        ([(10, 10)], 10, 10),
        # The details take what the words leave.
        ([(20, 50)], 20, 50),
        ([(40, 5), (10, 34)], 40, 34),
        # The words are not cut for them.
        ([(48, 60)], 48, 27),
    ],
)
async def test_the_words_leave_room_for_the_details(
    entries: list[tuple[int, int]],
    words: int,
    details: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with showing(tmp_path, monkeypatch) as (pilot, _):
        pilot.app.push_screen(Parts(*entries))
        await settled(pilot, "www")
        rows = [line for line in text(pilot.app).splitlines() if "www" in line]
        assert max(row.count("w") for row in rows) == words
        assert max(row.count("d") + row.count("…") for row in rows) == details
