"""The revisions of a definition, and what differs between two of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from reltui.data.decision import Verb
from reltui.data.topics import DefinitionAt, DefinitionData, DefinitionOf, Problem, Snapshot
from reltui.model.definition import Definition
from reltui.model.editing.restoring import lost_secrets, restored
from reltui.model.text import SafeText
from reltui.ui import ways
from reltui.ui.app import ReltuiApp, UiOptions
from reltui.ui.screens.definition import DefinitionScreen
from reltui.ui.screens.definition_history import DefinitionHistoryScreen
from reltui.ui.screens.definition_saving import SavingDialog
from tests.ui.definition_samples import (
    OLDER,
    REVISIONS,
    TOPIC,
    known_definition,
    older_raw,
    raw_definition,
    read,
)
from tests.ui.samples import BILLING
from tests.ui.screen_text import settled, text
from tests.ui.still_service import SERVER, StillService, showing, whole
from tests.ui.test_screens_lists import compare, rested
from tests.ui.verb_samples import press
from tests.ui.verb_samples import rested as awake

SIZES = ((80, 24), (160, 45))
NOW = DefinitionAt(SERVER, BILLING, 5, 57)


async def open_history(pilot: Pilot[str], service: StillService, row: int = 57) -> DefinitionHistoryScreen:
    service.known[NOW] = whole(read(raw_definition()))
    awake(pilot.app)  # type: ignore[arg-type]
    screen = DefinitionHistoryScreen(TOPIC)
    pilot.app.push_screen(screen)
    await settled(pilot, "3 revisions")
    screen.grid.move_to(row)
    await rested(pilot)
    return screen


async def test_revisions_that_cannot_be_read_do_not_differ_in_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    why = "The answer is not valid JSON; a proxy or another program may have answered for the server."
    failed = Snapshot[Any](problems=(Problem(SafeText(SERVER), SafeText(why)),))
    older = DefinitionAt(SERVER, BILLING, 5, 56)
    known = {**known_definition(), older: failed, NOW: failed}
    async with showing(tmp_path, monkeypatch, (80, 24), known) as (pilot, _):
        assert isinstance(pilot.app, ReltuiApp)
        ways.revisions(pilot.app, older, NOW)
        shown = await settled(pilot, "They cannot be compared.")
        assert "difference" not in shown.partition("[ definition 5")[2].partition("\n")[0]
        assert " ".join(shown.split()).count(why) == 1
        assert "r asks again." in shown


@pytest.mark.parametrize("size", SIZES)
async def test_how_they_look(size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with showing(tmp_path, monkeypatch, size, known_definition()) as (pilot, service):
        await open_history(pilot, service)
        compare("definition-history", size, await settled(pilot, "what it changed"))
        await press(pilot, "b")
        compare("definition-difference", size, await settled(pilot, "revision 56 -> 57"))
        await press(pilot, "v")
        compare("definition-difference-raw", size, await settled(pilot, "as JSON"))
        await press(pilot, "v")
        await settled(pilot, "differences")


async def test_h_leads_there_and_enter_opens_a_revision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with showing(tmp_path, monkeypatch, known=known_definition()) as (pilot, service):
        service.known[NOW] = whole(read(raw_definition()))
        pilot.app.push_screen(DefinitionScreen(TOPIC))
        await settled(pilot, "[Stage]")
        await press(pilot, "h")
        await settled(pilot, "3 revisions")
        await press(pilot, "j", "enter")
        await settled(pilot, "as of revision 56")
        assert OLDER in service.watched


async def test_two_marks_are_compared_and_more_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with showing(tmp_path, monkeypatch, known=known_definition()) as (pilot, service):
        oldest = DefinitionAt(SERVER, BILLING, 5, 55)
        service.known[oldest] = whole(read(older_raw() | {"revision": 55}))
        await open_history(pilot, service)
        await press(pilot, "G", "b")
        await settled(pilot, "There is no revision before it")
        await press(pilot, "*", "b")
        await settled(pilot, "3 are marked")
        await press(pilot, "u", "space", "g", "space", "b")
        await settled(pilot, "revision 55 -> 57")
        await press(pilot, "escape", "escape")


async def test_what_is_the_same_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with showing(tmp_path, monkeypatch, known=known_definition()) as (pilot, service):
        service.known[OLDER] = whole(read(raw_definition() | {"revision": 56}))
        await open_history(pilot, service)
        await settled(pilot, "Nothing differs")
        await press(pilot, "b")
        await settled(pilot, "Nothing differs, but for what the server itself writes.")


class TestRestore:
    async def test_the_old_one_is_saved_with_what_the_server_owns_of_the_new_one(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, known=known_definition()) as (pilot, service):
            screen = await open_history(pilot, service, 56)
            pilot.app.decide(Verb.SAVE, screen)  # type: ignore[attr-defined]
            await settled(pilot, "Restores     revision 56")
            dialog = pilot.app.screen
            assert isinstance(dialog, SavingDialog)
            assert "PROD" in text(pilot.app)
            draft = dialog.draft()
            assert draft.verb is Verb.SAVE
            assert isinstance(draft.seen, Definition)
            assert draft.seen.revision == draft.body["revision"] == 57
            assert draft.body["variables"]["ExportRetries"]["value"] == "2"
            assert draft.options["changes"]

    async def test_from_the_old_revision_itself(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, known=known_definition()) as (pilot, service):
            screen = DefinitionScreen(OLDER)
            pilot.app.push_screen(screen)
            await settled(pilot, "as of revision 56")
            assert TOPIC in service.watched
            awake(pilot.app).decide(Verb.SAVE, screen)  # type: ignore[arg-type]
            await settled(pilot, "Restores     revision 56")
            await press(pilot, "escape")
            awake(pilot.app).decide(Verb.DELETE, screen)  # type: ignore[arg-type]
            await settled(pilot, "This is an old revision.")

    async def test_the_one_in_use_is_not_restored(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, known=known_definition()) as (pilot, service):
            screen = await open_history(pilot, service)
            pilot.app.decide(Verb.SAVE, screen)  # type: ignore[attr-defined]
            await settled(pilot, "Revision 57 is the one in use now")

    def test_a_stage_that_is_gone_comes_back_as_a_new_one(self) -> None:
        now = raw_definition()
        del now["environments"][1]
        body = restored(older_raw(), now)
        assert [stage["id"] for stage in body["environments"]] == [11, 0, 14]
        assert body["revision"] == 57
        assert "comment" not in body
        assert older_raw()["environments"][1]["id"] == 12

    def test_secrets_that_no_revision_holds_are_named(self) -> None:
        now = raw_definition()
        assert lost_secrets(older_raw(), now) == ()
        del now["variables"]["SmtpPassword"]
        del now["environments"][2]["variables"]["DbPassword"]
        assert lost_secrets(older_raw(), now) == ("SmtpPassword", "PROD / DbPassword")


async def test_a_history_that_could_not_be_read_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = known_definition()
    known[TOPIC] = whole(DefinitionData(read(raw_definition()), None))
    async with showing(tmp_path, monkeypatch, known=known) as (pilot, _):
        pilot.app.push_screen(DefinitionHistoryScreen(TOPIC))
        await settled(pilot, "The history could not be read.")


async def test_an_ascii_terminal_gets_ascii(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = known_definition()
    hostile = replace(REVISIONS[2], comment=REVISIONS[2].comment)
    known[DefinitionOf(SERVER, BILLING, 5)] = whole(DefinitionData(read(raw_definition()), (hostile,)))
    options = UiOptions(ascii=True)
    async with showing(tmp_path, monkeypatch, known=known_definition(), options=options) as (pilot, service):
        await open_history(pilot, service)
        assert text(pilot.app).isascii()
        await press(pilot, "b")
        await settled(pilot, "differences")
        assert text(pilot.app).isascii()
