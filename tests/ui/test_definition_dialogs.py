"""The dialogs that save, delete, undelete and move definitions, and those about folders."""

from __future__ import annotations

import copy
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from reltui.data.decision import Draft, FolderPlace, NewDefinition, Verb
from reltui.data.topics import (
    DefinitionData,
    DefinitionsData,
    DefinitionsOf,
    FoldersOf,
    ReleasesData,
    ReleasesOf,
)
from reltui.model.change import Difference
from reltui.model.content import Folder
from reltui.model.definition import Definition
from reltui.model.editing.changes import changes
from reltui.model.release import EnvironmentStatus
from reltui.model.text import SafeText, clean
from reltui.ui.app import ReltuiApp
from reltui.ui.screens import definition_saving
from reltui.ui.screens.base import ListScreen
from reltui.ui.screens.definition import DefinitionScreen
from reltui.ui.screens.definition_saving import SavingDialog
from reltui.ui.screens.folders import FoldersScreen
from reltui.ui.screens.subject import Subject
from tests.ui.definition_samples import TOPIC, known_definition, raw_definition, read
from tests.ui.samples import BILLING, KIM, LEE, after, attempt, before, definition, release, stage
from tests.ui.screen_text import settled, text
from tests.ui.still_service import SERVER, StillService, showing, whole
from tests.ui.test_screens_lists import compare, rested
from tests.ui.verb_samples import ask, press, submitted
from tests.ui.verb_samples import rested as awake

SIZES = ((80, 24), (160, 45))
ALL = DefinitionsOf(SERVER, BILLING)
FOLDERS = FoldersOf(SERVER, BILLING)


def app_of(pilot: Pilot[str]) -> ReltuiApp:
    assert isinstance(pilot.app, ReltuiApp)
    return awake(pilot.app)


def changed(**more: Any) -> dict[str, Any]:
    """The definition with another number of retries, and what else is given."""
    raw = copy.deepcopy(raw_definition())
    raw["variables"]["ExportRetries"]["value"] = "5"
    return {**raw, **more}


def saving(body: dict[str, Any], now: Definition | None = None) -> Subject:
    seen = read(raw_definition())
    return Subject(Verb.SAVE, SERVER, BILLING, seen, lambda: now or seen, body=body, options={"edit": "k1"})


def draft_of(pilot: Pilot[str], service: StillService) -> Draft:
    draft = service.outbox.decisions()[0].draft
    assert draft is not None
    return draft


def with_stage(change: dict[str, Any]) -> dict[str, Any]:
    """A change of PROD."""
    raw = changed()
    raw["environments"][2] |= change
    return raw


def written(folder: Path) -> bytes:
    """Everything on disk."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


class TestSave:
    @pytest.mark.parametrize("size", SIZES)
    async def test_how_it_looks(
        self, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, size, known_definition()) as (pilot, _):
            await ask(pilot, saving(with_stage({"executionPolicy": {"concurrencyCount": 2}})))
            compare("dialog-save", size, await settled(pilot, "Save the definition"))
            await press(pilot, "v")
            compare("dialog-save-raw", size, await settled(pilot, "As JSON"))

    async def test_an_ordinary_change_is_confirmed_by_y_and_nothing_else(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, known=known_definition()) as (pilot, service):
            await ask(pilot, saving(changed()))
            await settled(pilot, "~ variable ExportRetries  3 -> 5")
            assert "no comment: the history will not say why" in text(pilot.app)
            focused = pilot.app.screen.focused
            assert focused is not None
            assert focused.id == "cancel"
            await press(pilot, "s", "space", "enter")
            assert service.outbox.decisions() == ()
            await ask(pilot, saving(changed()))
            await press(pilot, "tab", *"more", "shift+tab")
            await submitted(pilot, service)
            draft = draft_of(pilot, service)
            assert (draft.verb, draft.comment) == (Verb.SAVE, "more")
            assert draft.body == changed()
            assert draft.options == {"edit": "k1", "changes": ["variable ExportRetries: 3 -> 5"]}

    async def test_large_ones_are_compared_beside_the_drawing_and_not_saved_before(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        go_on = threading.Event()

        def slowly(*definitions: Any) -> tuple[Difference, ...]:
            assert go_on.wait(20)
            return changes(*definitions)

        monkeypatch.setattr(definition_saving, "is_large", lambda *_: True)
        monkeypatch.setattr(definition_saving, "changes", slowly)
        async with showing(tmp_path, monkeypatch, known=known_definition()) as (pilot, service):
            await ask(pilot, saving(changed()))
            await settled(pilot, "being compared ...")
            await press(pilot, "y")
            assert service.outbox.decisions() == ()
            go_on.set()
            await settled(pilot, "~ variable ExportRetries  3 -> 5")
            await submitted(pilot, service)
            assert draft_of(pilot, service).options["changes"] == ["variable ExportRetries: 3 -> 5"]

    async def test_a_protected_stage_that_changes_asks_for_its_name(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, known=known_definition()) as (pilot, service):
            await ask(pilot, saving(with_stage({"executionPolicy": {"concurrencyCount": 2}})))
            await press(pilot, "y", "shift+tab", "enter")
            await settled(pilot, "Type the name of a protected stage that changes first.")
            assert service.outbox.decisions() == ()
            await press(pilot, "shift+tab", *"PROD", "tab")
            await submitted(pilot, service, "enter")

    async def test_all_protected_stages_that_change_are_named_and_asked_for(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, known=known_definition()) as (pilot, service):
            await ask(pilot, saving(with_stage({"name": "PROD-2"})))
            await settled(pilot, "Protected    PROD, PROD-2 change")
            await press(pilot, "shift+tab", "shift+tab", *"PROD", "tab", "enter")
            await settled(pilot, "Type the names of the protected stages that change first.")
            assert service.outbox.decisions() == ()
            await press(pilot, "shift+tab", *",PROD-2", "tab")
            await submitted(pilot, service, "enter")

    async def test_all_that_changes_is_read_to_its_end_first(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        many = {f"New{number:02}": {"value": "x"} for number in range(40)}
        async with showing(tmp_path, monkeypatch, known=known_definition()) as (pilot, service):
            await ask(pilot, saving(changed(variables=many)))
            await press(pilot, "y")
            await settled(pilot, "Not confirmed: read on to the end first")
            assert service.outbox.decisions() == ()
            await press(pilot, *["pagedown"] * 6)
            await settled(pilot, "After yes")
            await submitted(pilot, service)

    async def test_what_changes_nothing_is_not_saved(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, known=known_definition()) as (pilot, service):
            await ask(pilot, saving(raw_definition()))
            await press(pilot, "y")
            await settled(pilot, "there is nothing to save")
            assert service.outbox.decisions() == ()

    async def test_another_revision_meanwhile_stops_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        moved = replace(read(raw_definition()), revision=58)
        async with showing(tmp_path, monkeypatch, known=known_definition()) as (pilot, service):
            await ask(pilot, saving(changed(), moved))
            await press(pilot, "y")
            await settled(pilot, "It has changed meanwhile: the revision is now")
            assert service.outbox.decisions() == ()

    @pytest.mark.parametrize("size", SIZES)
    async def test_a_new_one(
        self, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        new = NewDefinition(BILLING.id, SafeText("Web.CD"), SafeText("\\Billing"))
        body = {**raw_definition(), "id": 0, "name": "Web.CD"}
        about = Subject(Verb.NEW, SERVER, BILLING, new, lambda: new, body=body, options={"edit": "k2"})
        async with showing(tmp_path, monkeypatch, size, known_definition()) as (pilot, service):
            await ask(pilot, about)
            compare("dialog-save-new", size, await settled(pilot, "Save a new definition"))
            await press(pilot, *["pagedown"] * 2)
            await submitted(pilot, service)
            draft = draft_of(pilot, service)
            assert draft.seen == new
            assert draft.body == body

    async def test_a_secret_is_nowhere_to_be_seen(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        raw = changed()
        raw["variables"]["SmtpPassword"]["value"] = "hunter2"
        async with showing(tmp_path, monkeypatch, (160, 45), known_definition()) as (pilot, service):
            await ask(pilot, saving(raw))
            assert "hunter2" not in text(pilot.app)
            await press(pilot, "v")
            assert "hunter2" not in text(pilot.app)
            await press(pilot, "v")
            await submitted(pilot, service)
            draft = draft_of(pilot, service)
            assert "hunter2" not in f"{draft!r} {draft.options}"
        assert b"hunter2" not in written(tmp_path)

    async def test_the_comment_is_kept_when_the_dialog_is_left(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        left: list[str] = []
        async with showing(tmp_path, monkeypatch, known=known_definition()) as (pilot, service):
            server = service.server(SERVER)
            pilot.app.push_screen(SavingDialog(saving(changed()), server, comment="why", left=left.append))
            await settled(pilot, "Save the definition")
            await press(pilot, "escape")
            assert left == ["why"]


def running_release() -> ReleasesData:
    return ReleasesData(
        (
            release(
                142,
                (
                    stage(1, "DEV", EnvironmentStatus.IN_PROGRESS, after(), attempts=(attempt(1),)),
                    stage(2, "QA", EnvironmentStatus.NOT_STARTED, after("DEV")),
                ),
            ),
        )
    )


class TestDelete:
    async def _open(self, pilot: Pilot[str]) -> None:
        app_of(pilot)
        pilot.app.push_screen(DefinitionScreen(TOPIC))
        await settled(pilot, "[Stage]")
        app_of(pilot).decide(Verb.DELETE, pilot.app.screen)  # type: ignore[arg-type]
        await settled(pilot, "Delete the definition")

    @pytest.mark.parametrize("size", SIZES)
    async def test_it_shows_what_would_go(
        self, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = known_definition()
        known[ReleasesOf(SERVER, BILLING, 5)] = whole(running_release())
        async with showing(tmp_path, monkeypatch, size, known) as (pilot, _):
            await self._open(pilot)
            compare("dialog-delete-definition", size, await settled(pilot, "cancel what runs first"))

    async def test_its_name_must_be_typed_and_force_is_chosen(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = known_definition()
        known[ReleasesOf(SERVER, BILLING, 5)] = whole(running_release())
        async with showing(tmp_path, monkeypatch, (80, 45), known) as (pilot, service):
            await self._open(pilot)
            await press(pilot, "y", "shift+tab", "enter")
            await settled(pilot, "Type the definition's name first.")
            screen = pilot.app.screen
            screen.set_focus(screen.query_one("#text"))
            await press(pilot, "enter")
            await settled(pilot, "[x] cancel what runs first")
            screen.set_focus(screen.query_one("#word", Input))
            await press(pilot, *"Invoice.CD", "tab")
            await submitted(pilot, service, "enter")
            draft = draft_of(pilot, service)
            assert (draft.verb, draft.options) == (Verb.DELETE_DEFINITION, {"force": True})

    async def test_force_is_not_offered_where_nothing_runs(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = known_definition()
        known[ReleasesOf(SERVER, BILLING, 5)] = whole(ReleasesData(()))
        async with showing(tmp_path, monkeypatch, known=known) as (pilot, _):
            await self._open(pilot)
            shown = await settled(pilot, "Releases     0 releases of it")
            assert "cancel what runs" not in shown
            assert "1 approval of it waits" in shown

    async def test_force_is_offered_where_older_releases_were_not_read(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = known_definition()
        known[ReleasesOf(SERVER, BILLING, 5)] = replace(whole(ReleasesData(())), more=True)
        async with showing(tmp_path, monkeypatch, known=known) as (pilot, _):
            await self._open(pilot)
            assert "cancel what runs" in await settled(pilot, "0 releases or more of it")

    async def test_the_deleted_ones_can_be_had_back(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = known_definition()
        gone = replace(definition(8, "Gone.CD", whole=False), is_deleted=True)
        known[DefinitionsOf(SERVER, BILLING, deleted=True)] = whole(DefinitionsData((gone,)))
        async with showing(tmp_path, monkeypatch, known=known) as (pilot, service):
            app_of(pilot)
            await press(pilot, "3")
            await settled(pilot, "Ledger.CD")
            screen = pilot.app.screen
            assert isinstance(screen, ListScreen)
            app_of(pilot).decide(Verb.UNDELETE, screen)
            await settled(pilot, "is not deleted; :deleted shows those that are")
            screen.do_deleted()  # type: ignore[attr-defined]
            shown = await settled(pilot, "1 deleted definition ")
            assert "e edit" not in shown
            assert "N new" not in shown
            assert "Gone.CD" in shown
            await press(pilot, "enter")
            await settled(pilot, "It is deleted; :undelete has it back.")
            app_of(pilot).decide(Verb.DELETE, screen)
            await settled(pilot, "Gone.CD is deleted; :undelete has it back.")
            app_of(pilot).decide(Verb.UNDELETE, screen)
            await settled(pilot, "Undelete the definition")
            await submitted(pilot, service)
            assert draft_of(pilot, service).verb is Verb.UNDELETE_DEFINITION


def folder(path: str, about: str = "") -> Folder:
    return Folder(clean(path), clean(about), before(days=90), before(days=2), LEE, KIM)


def known_folders() -> dict[Any, Any]:
    paths = ("\\", "\\Billing", "\\Billing\\Ops", "\\Empty")
    return {
        **known_definition(),
        FOLDERS: whole(tuple(folder(path, "of the shops"[: 9 * len(path)]) for path in paths)),
    }


class TestFolders:
    async def _open(self, pilot: Pilot[str], path: str) -> FoldersScreen:
        app_of(pilot)
        screen = FoldersScreen(FOLDERS)
        pilot.app.push_screen(screen)
        await settled(pilot, "4 folders")
        screen.grid.move_to(path)
        await rested(pilot)
        return screen

    @pytest.mark.parametrize("size", SIZES)
    async def test_how_they_look(
        self, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, size, known_folders()) as (pilot, _):
            screen = await self._open(pilot, "\\Billing")
            compare("folders", size, await settled(pilot, "Ledger.CD"))
            app_of(pilot).decide(Verb.DELETE, screen)
            compare("dialog-delete-folder", size, await settled(pilot, "Delete the folder"))

    async def test_a_new_one_below_the_one_under_the_cursor(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, known=known_folders()) as (pilot, service):
            await self._open(pilot, "\\Billing")
            await press(pilot, "n")
            await settled(pilot, "Create a folder")
            await press(pilot, "n", "y")
            await settled(pilot, "Type the folder's name first.")
            await press(pilot, "tab", *"ops", "shift+tab", "y")
            await settled(pilot, "The folder \\Billing\\ops is there already.")
            await press(pilot, "tab", *"/x", "shift+tab", "y")
            await settled(pilot, "cannot have / in it")
            await press(pilot, "tab", "backspace", "backspace", "2", "shift+tab")
            await submitted(pilot, service)
            draft = draft_of(pilot, service)
            assert draft.verb is Verb.ADD_FOLDER
            assert draft.seen == FolderPlace(BILLING.id, SafeText("\\Billing\\ops2"), is_there=False)

    async def test_rename_and_move(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with showing(tmp_path, monkeypatch, known=known_folders()) as (pilot, service):
            screen = await self._open(pilot, "\\Billing\\Ops")
            app_of(pilot).decide(Verb.RENAME, screen)
            await settled(pilot, "Rename the folder")
            await press(pilot, "y")
            await settled(pilot, "The name is not changed yet.")
            await press(pilot, "tab", "X", "shift+tab")
            await submitted(pilot, service)
            assert draft_of(pilot, service).options == {"to": "\\Billing\\OpsX"}
            service.outbox.take_back()
            app_of(pilot).decide(Verb.MOVE_FOLDER, screen)
            await settled(pilot, "Move \\Billing\\Ops into which folder? Now in \\Billing")
            await press(pilot, *"empty", "enter")
            await settled(pilot, "To           \\Empty\\Ops")
            await submitted(pilot, service)
            draft = draft_of(pilot, service)
            assert (draft.verb, draft.options) == (Verb.MOVE_FOLDER, {"to": "\\Empty\\Ops"})

    async def test_the_root_stays(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with showing(tmp_path, monkeypatch, known=known_folders()) as (pilot, _):
            screen = await self._open(pilot, "\\")
            for verb in (Verb.RENAME, Verb.MOVE_FOLDER, Verb.DELETE):
                app_of(pilot).decide(verb, screen)
                await settled(pilot, "This is the root")

    async def test_a_name_that_was_made_safe_is_not_sent(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        odd = folder("\\Bil\u202eling")
        known = known_folders()
        known[FOLDERS] = whole((*(known[FOLDERS].data or ()), odd))
        async with showing(tmp_path, monkeypatch, known=known) as (pilot, _):
            app_of(pilot)
            screen = FoldersScreen(FOLDERS)
            pilot.app.push_screen(screen)
            await settled(pilot, "5 folders")
            screen.grid.move_to(odd.path)
            for verb in (Verb.ADD_FOLDER, Verb.RENAME, Verb.MOVE_FOLDER, Verb.DELETE):
                app_of(pilot).decide(verb, screen)
                await settled(pilot, "Only the browser can do it")

    async def test_a_deletion_names_all_that_goes_and_asks_for_the_name(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, (80, 30), known_folders()) as (pilot, service):
            screen = await self._open(pilot, "\\Billing")
            app_of(pilot).decide(Verb.DELETE, screen)
            shown = await settled(pilot, "Deletes      3 definitions")
            assert "Invoice.CD, Ledger.CD, Archive.CD" in shown
            await press(pilot, "y", "shift+tab", "enter")
            await settled(pilot, "Type the folder's name first.")
            await press(pilot, "shift+tab", *"Billing", "tab")
            await submitted(pilot, service, "enter")
            draft = draft_of(pilot, service)
            assert draft.verb is Verb.DELETE_FOLDER
            assert isinstance(draft.seen, FolderPlace)
            assert len(draft.seen.definitions) == 3

    async def test_what_was_added_meanwhile_stops_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, (80, 30), known_folders()) as (pilot, service):
            screen = await self._open(pilot, "\\Empty")
            app_of(pilot).decide(Verb.DELETE, screen)
            await settled(pilot, "Deletes      0 definitions")
            service.learn(ALL, whole(DefinitionsData((definition(9, "Late.CD", "\\Empty", whole=False),))))
            await press(pilot, "shift+tab", "shift+tab", *"Empty", "tab", "enter")
            await settled(pilot, "It has changed meanwhile")
            assert service.outbox.decisions() == ()

    async def test_a_definition_is_moved_by_a_save(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, known=known_folders()) as (pilot, service):
            app_of(pilot)
            pilot.app.push_screen(DefinitionScreen(TOPIC))
            await settled(pilot, "[Stage]")
            app_of(pilot).decide(Verb.MOVE_FOLDER, pilot.app.screen)  # type: ignore[arg-type]
            await settled(pilot, "Move Invoice.CD into which folder? Now in \\Billing")
            await press(pilot, *"ops", "enter")
            await settled(pilot, "\\Billing -> \\Billing\\Ops")
            await submitted(pilot, service)
            draft = draft_of(pilot, service)
            assert draft.verb is Verb.SAVE
            assert draft.body == {**raw_definition(), "path": "\\Billing\\Ops"}

    async def test_enter_shows_the_definitions_in_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, known=known_folders()) as (pilot, _):
            await self._open(pilot, "\\Billing\\Ops")
            await press(pilot, "enter")
            shown = await settled(pilot, "/ folder:\\Billing\\Ops")
            assert "Archive.CD" in shown
            assert "Ledger.CD" not in shown


def test_what_a_definition_knows_of_itself_is_enough_to_save_it() -> None:
    data = DefinitionData(read(raw_definition()))
    assert data.definition.raw == raw_definition()
