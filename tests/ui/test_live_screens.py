"""What runs where, the history of a stage, comparisons, favourites and saved filters on screen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from reltui.data.decision import Verb
from reltui.data.topics import (
    ContentOf,
    DefinitionAt,
    DeploymentsData,
    DeploymentsOf,
    LiveData,
    LiveOf,
    Problem,
    ReleaseOf,
    ReleasesData,
    ReleasesOf,
    Snapshot,
    StageLive,
    Topic,
)
from reltui.model.decode import BadRow
from reltui.model.release import Release
from reltui.model.text import SafeText, clean
from reltui.ui.app import ReltuiApp, UiOptions
from reltui.ui.present import width
from reltui.ui.screens.base import ListScreen
from reltui.ui.screens.comparison import ComparisonScreen
from reltui.ui.screens.definition import DefinitionScreen
from reltui.ui.screens.live import LiveScreen
from reltui.ui.screens.releases import ReleasesScreen
from reltui.ui.screens.stage import StageScreen
from reltui.ui.screens.subject import Subject
from tests.ui.live_sample import HISTORY, PROD, deployment, live_data, live_sample
from tests.ui.running import running
from tests.ui.samples import BILLING, definition
from tests.ui.screen_text import gone, lines, settled, text
from tests.ui.still_service import CONFIG, SERVER, showing, whole
from tests.ui.test_screens_lists import compare, rested, top

SIZES = ((80, 24), (120, 36), (160, 45))
ENDS = (ReleaseOf(SERVER, BILLING, 139), ReleaseOf(SERVER, BILLING, 142))
HISTORY_OF = DeploymentsOf(SERVER, BILLING, 5, PROD)
TITLE = SafeText("Invoice.CD / PROD")
URL = CONFIG.profiles[SERVER].url
ASCII = UiOptions(ascii=True)
NOBODY = Problem(SafeText("tfs01"), SafeText("The server does not answer."))
HOSTILE = clean("\x1b[31m\u202eevil\u200b" + "名前" * 30)


Known = dict[Topic[Any], Snapshot[Any]]


def known_release(known: Known) -> Release:
    found = known[ENDS[0]].data
    assert isinstance(found, Release)
    return found


def known_releases(known: Known) -> tuple[Release, ...]:
    found = known[ReleasesOf(SERVER, BILLING)].data
    assert isinstance(found, ReleasesData)
    return found.rows


@pytest.mark.parametrize("size", SIZES)
class TestLooks:
    async def test_live(self, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with showing(tmp_path, monkeypatch, size, live_sample()) as (pilot, _):
            await pilot.press("4")
            await settled(pilot, "Archive.CD")
            await rested(pilot)
            compare("live", size, text(pilot.app))

    async def test_live_with_a_favourite_in_ascii(
        self, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, size, live_sample(), ASCII) as (pilot, service):
            service.favourites.toggle(URL, BILLING.id, 7)
            await pilot.press("4")
            await settled(pilot, "* Archive.CD")
            await rested(pilot)
            shown = text(pilot.app)
            assert shown.isascii()
            compare("live-ascii", size, shown)

    async def test_stage(
        self, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, size, live_sample()) as (pilot, _):
            pilot.app.push_screen(StageScreen(HISTORY_OF, TITLE))
            await settled(pilot, "median")
            await rested(pilot)
            compare("stage", size, text(pilot.app))

    async def test_comparison(
        self, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, size, live_sample()) as (pilot, _):
            pilot.app.push_screen(ComparisonScreen(*ENDS))
            await settled(pilot, "Raise SMTP timeout")
            await rested(pilot)
            compare("comparison", size, text(pilot.app))

    async def test_hostile_names_keep_rows_and_columns(
        self, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        data = live_data()
        first = data.definitions[0]
        stages = tuple(replace(e, name=HOSTILE) for e in first.environments or ())
        evil = replace(first, name=HOSTILE, path=HOSTILE, environments=stages)
        bad = replace(HISTORY[1], release=replace(HISTORY[1].release, name=HOSTILE), reason=HOSTILE)
        known = live_sample()
        known[LiveOf(SERVER, BILLING)] = whole(
            replace(data, definitions=(evil, *data.definitions[1:]), stages={(5, 11): StageLive(bad, bad)})
        )
        known[HISTORY_OF] = whole(DeploymentsData((bad,)))
        older = known_release(known)
        known[ENDS[0]] = whole(replace(older, name=HOSTILE))
        async with showing(tmp_path, monkeypatch, size, known) as (pilot, _):
            await pilot.press("4")
            await settled(pilot, "Ledger.CD")
            await rested(pilot)
            for screen in (StageScreen(HISTORY_OF, TITLE), ComparisonScreen(*ENDS)):
                assert "\x1b" not in text(pilot.app)
                assert all(width(line) <= size[0] for line in lines(pilot.app))
                pilot.app.push_screen(screen)
                await settled(pilot, "evil")
                await rested(pilot)
            assert all(width(line) <= size[0] for line in lines(pilot.app))


def live(pilot: Pilot[str]) -> LiveScreen:
    screen = pilot.app.screen
    assert isinstance(screen, LiveScreen)
    return screen


class TestLive:
    async def test_enter_chooses_a_stage_and_shows_its_history(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, known=live_sample()) as (pilot, service):
            await pilot.press("4")
            await settled(pilot, "Ledger.CD")
            await pilot.press("enter")
            await settled(pilot, "History of which stage of Invoice.CD?")
            await pilot.press(*"prod", "enter")
            await settled(pilot, "Stage > Invoice.CD / PROD")
            assert HISTORY_OF in service.watched

    async def test_history_of_the_stage_that_waits(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, known=live_sample()) as (pilot, _):
            await pilot.press("4")
            await settled(pilot, "Ledger.CD")
            await pilot.press("h")
            shown = await settled(pilot, "Stage > Invoice.CD / PROD")
            assert "Result  o R F o o W" in shown
            assert "median 12:00 of 3, a success every 10d 12h, 40 % did not succeed (2 of 5)" in shown

    async def test_compare_the_newest_with_what_runs(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, known=live_sample()) as (pilot, service):
            await pilot.press("4")
            await settled(pilot, "Ledger.CD")
            await pilot.press("b")
            await settled(pilot, "Rel-139")
            await settled(pilot, "Comparison > Invoice.CD")
            assert ContentOf(SERVER, BILLING, 142, 139) in service.watched
            await settled(pilot, "revision 56 -> 57: 18 differences")
            assert DefinitionAt(SERVER, BILLING, 5, 56) in service.watched

    async def test_filters_and_orders(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with showing(tmp_path, monkeypatch, known=live_sample()) as (pilot, service):
            service.favourites.toggle(URL, BILLING.id, 6)
            await pilot.press("4")
            await settled(pilot, "Ledger.CD")
            found = {}
            for words in (
                "is:favourite",
                "is:waiting",
                "is:failed",
                "folder:ops",
                "stage:qa",
                "project:bill",
            ):
                screen = live(pilot)
                screen.filter = words
                screen.update()
                found[words] = [key for key in screen.grid.keys if key > 0]
            assert found == {
                "is:favourite": [6],
                "is:waiting": [5],
                "is:failed": [6],
                "folder:ops": [7],
                "stage:qa": [6, 5],
                "project:bill": [6, 5, 7],
            }
            screen.filter = ""
            orders = {}
            for _ in screen.sorts:
                screen.update()
                orders[screen.sorts[screen.sort][0]] = [key for key in screen.grid.keys if key > 0]
                screen.do_sort()
            assert orders == {
                "folder": [6, 5, 7],
                "name": [7, 5, 6],
                "since": [5, 6, 7],
                "waiting": [5, 6, 7],
            }

    async def test_says_how_far_it_is_and_what_is_lacking(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = live_sample()
        topic = LiveOf(SERVER, BILLING)
        del known[topic]
        async with showing(tmp_path, monkeypatch, known=known) as (pilot, service):
            await pilot.press("4")
            await settled(pilot, "Reading the definitions...")
            reading = whole(live_data(), loading=True, progress=SafeText("3 of at most 10 pages"))
            service.learn(topic, reading)
            await settled(pilot, "reading: 3 of at most 10 pages")
            service.learn(topic, whole(live_data(), more=True))
            await settled(pilot, "older ones not read")
            service.learn(topic, whole(LiveData()))
            await settled(pilot, "There are no definitions here.")

    async def test_a_failed_source_keeps_the_rows_and_is_said(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        topic = LiveOf(SERVER, BILLING)
        async with showing(tmp_path, monkeypatch, known=live_sample()) as (pilot, service):
            await pilot.press("4")
            await settled(pilot, "Ledger.CD")
            service.learn(topic, whole(live_data(), answered=0, problems=(NOBODY,)))
            shown = await settled(pilot, "The server does not answer.")
            assert "Ledger.CD" in shown
            service.learn(topic, Snapshot(parts=1, problems=(NOBODY,)))
            await settled(pilot, "It cannot be told whether there are definitions here.")

    async def test_unreadable_rows_are_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        known = live_sample()
        bad = (BadRow(4711, SafeText("its status is missing")),)
        known[LiveOf(SERVER, BILLING)] = whole(replace(live_data(), bad=bad))
        async with showing(tmp_path, monkeypatch, known=known) as (pilot, _):
            await pilot.press("4")
            await settled(pilot, "4711")

    async def test_create_is_offered(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with showing(tmp_path, monkeypatch, known=live_sample()) as (pilot, _):
            await pilot.press("4")
            await settled(pilot, "Ledger.CD")
            subject = top(pilot).subject(Verb.CREATE)
            assert isinstance(subject, Subject)
            assert subject.seen.id == 5

    async def test_the_third_band_follows_the_row(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, (160, 45), live_sample()) as (pilot, service):
            await pilot.press("4")
            await settled(pilot, "history of PROD")
            await rested(pilot)
            await settled(pilot, "VAT bug, do not ship")
            assert HISTORY_OF in service.watched


class TestFavourites:
    async def test_first_in_their_lists_until_taken_away(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, known=live_sample()) as (pilot, service):
            await pilot.press("3")
            await settled(pilot, "Ledger.CD")
            await pilot.press("j", "F")
            shown = await settled(pilot, "favourites  1 definition")
            assert "> " in next(line for line in shown.splitlines() if "* Ledger.CD" in line)
            assert service.favourites.definitions(URL, BILLING.id) == {6}
            await pilot.press("4")
            await settled(pilot, "* Ledger.CD")
            await pilot.press("F")
            await gone(pilot, "favourites")
            assert service.favourites.definitions(URL, BILLING.id) == frozenset()

    async def test_from_the_definition_itself(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with showing(tmp_path, monkeypatch, known=live_sample()) as (pilot, service):
            await pilot.press("3")
            await settled(pilot, "Ledger.CD")
            await pilot.press("enter")
            await settled(pilot, "[Stage]")
            await pilot.press("F")
            await settled(pilot, "Invoice.CD is a favourite now.")
            assert service.favourites.definitions(URL, BILLING.id) == {5}

    async def test_a_file_that_cannot_be_kept_is_said(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, known=live_sample()) as (pilot, _):
            (tmp_path / "state").mkdir(exist_ok=True)
            (tmp_path / "state").chmod(0o755)
            await pilot.press("3")
            await settled(pilot, "Ledger.CD")
            await pilot.press("F")
            await settled(pilot, str(tmp_path)[:40])
            app = pilot.app
            assert isinstance(app, ReltuiApp)
            assert "is open to other users" in app.said[-1].text
            (tmp_path / "state").chmod(0o700)


class TestSavedFilters:
    async def test_saved_chosen_and_taken_away(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with showing(tmp_path, monkeypatch, known=live_sample()) as (pilot, service):
            await pilot.press("2")
            await settled(pilot, "Rel-139")
            await pilot.press("f")
            await settled(pilot, "There is none yet.")
            await pilot.press("escape", "slash", *"rel-142", "enter", "colon", *"save-f", "enter")
            await settled(pilot, "Under which name shall it be kept?")
            await pilot.press("enter")
            await settled(pilot, "Type a name first.")
            await pilot.press(*"mine", "enter")
            await settled(pilot, 'Kept as "mine"')
            await pilot.press("escape")
            await settled(pilot, "Rel-138")
            await pilot.press("3")
            await settled(pilot, "Ledger.CD")
            await pilot.press("f")
            await settled(pilot, "There is none yet.")
            await pilot.press("escape", "2", "f")
            await settled(pilot, "rel-142")
            await pilot.press("enter")
            await settled(pilot, "/ rel-142")
            await gone(pilot, "Rel-138")
            await pilot.press("escape", "colon", *"save-f", "enter")
            await settled(pilot, "is taken away")
            await pilot.press(*"other", "enter")
            await settled(pilot, 'There is no saved filter "other" here.')
            await pilot.press(*["backspace"] * 5, *"mine", "enter")
            await settled(pilot, "was taken away")
            assert service.favourites.filters("releases") == ()

    async def test_escape_keeps_nothing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with showing(tmp_path, monkeypatch, known=live_sample()) as (pilot, service):
            await settled(pilot, "Invoice.CD")
            await pilot.press("slash", *"prod", "enter", "colon", *"save-f", "enter")
            await settled(pilot, "Under which name")
            await pilot.press(*"abc", "escape")
            await settled(pilot, "/ prod")
            assert service.favourites.filters("approvals") == ()


class TestStage:
    async def opened(self, pilot: Pilot[str]) -> ListScreen[Any]:
        pilot.app.push_screen(StageScreen(HISTORY_OF, TITLE))
        await settled(pilot, "median")
        return top(pilot)

    async def test_compares_with_what_runs_there(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, known=live_sample()) as (pilot, service):
            screen = await self.opened(pilot)
            assert screen.grid.cursor == HISTORY[0].id
            await pilot.press("b")
            await settled(pilot, "Comparison > Invoice.CD")
            assert set(ENDS) <= service.watched

    async def test_what_runs_there_is_compared_with_what_it_replaced(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, known=live_sample()) as (pilot, service):
            await self.opened(pilot)
            await pilot.press("j", "b")
            await settled(pilot, "Comparison > ")
            assert {ReleaseOf(SERVER, BILLING, 138), ReleaseOf(SERVER, BILLING, 139)} <= service.watched

    async def test_more_pages(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        known = {**live_sample(), HISTORY_OF: whole(DeploymentsData(HISTORY), more=True)}
        async with showing(tmp_path, monkeypatch, known=known) as (pilot, service):
            await self.opened(pilot)
            assert "6+ deployments" in text(pilot.app)
            await pilot.press("G")
            await pilot.pause()
            assert service.asked_more == [HISTORY_OF]

    async def test_nothing_failing_and_unreadable(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = {**live_sample(), HISTORY_OF: whole(DeploymentsData())}
        async with showing(tmp_path, monkeypatch, known=known) as (pilot, service):
            pilot.app.push_screen(StageScreen(HISTORY_OF, TITLE))
            await settled(pilot, "There are no deployments here.")
            service.learn(HISTORY_OF, Snapshot(parts=1, problems=(NOBODY,)))
            await settled(pilot, "It cannot be told whether there are deployments here.")
            bad = (BadRow(None, SafeText("no number")),)
            service.learn(HISTORY_OF, whole(DeploymentsData((), bad)))
            await settled(pilot, "unreadable: deployment without an id")

    async def test_bars_in_ascii(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with showing(tmp_path, monkeypatch, known=live_sample(), options=ASCII) as (pilot, _):
            await self.opened(pilot)
            shown = text(pilot.app)
            assert shown.isascii()
            assert "Took    8 3 1 3 3 ." in shown


class TestComparison:
    async def test_while_parts_are_read_and_when_they_fail(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = live_sample()
        content, was = ContentOf(SERVER, BILLING, 142, 139), DefinitionAt(SERVER, BILLING, 5, 56)
        older = known.pop(ENDS[0])
        del known[content]
        del known[was]
        async with showing(tmp_path, monkeypatch, (120, 36), known) as (pilot, service):
            pilot.app.push_screen(ComparisonScreen(*ENDS))
            await settled(pilot, "Reading both releases...")
            service.learn(ENDS[0], Snapshot(parts=1, problems=(NOBODY,)))
            await settled(pilot, "They cannot be compared.")
            service.learn(ENDS[0], older)
            await settled(pilot, "Commits  being read...")
            assert "revision 56 -> 57, being read" in text(pilot.app)
            service.learn(content, Snapshot(parts=1, problems=(NOBODY,)))
            service.learn(was, Snapshot(parts=1, problems=(NOBODY,)))
            await settled(pilot, "Commits  cannot be told: The server does not answer.")
            await settled(pilot, "revision 56 -> 57, cannot be told")

    async def test_of_different_definitions_or_without_revisions(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = live_sample()
        older = known_release(known)
        async with showing(tmp_path, monkeypatch, (120, 36), known) as (pilot, service):
            pilot.app.push_screen(ComparisonScreen(*ENDS))
            await settled(pilot, "variable groups")
            service.learn(ENDS[0], whole(replace(older, definition_revision=None)))
            await settled(pilot, "does not tell from which revision")
            other = replace(older, definition=replace(older.definition, id=9, name=SafeText("Other.CD")))
            service.learn(ENDS[0], whole(other))
            await settled(pilot, "different ones: Other.CD -> Invoice.CD")

    async def test_enter_on_the_definition_opens_the_revision(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, (120, 36), live_sample()) as (pilot, _):
            pilot.app.push_screen(ComparisonScreen(*ENDS))
            await settled(pilot, "variable groups")
            screen = top(pilot)
            screen.grid.move_to(next(key for key in screen.grid.keys if str(key).startswith("definition ")))
            await pilot.press("enter")
            await settled(pilot, "as of revision 57")
            assert isinstance(pilot.app.screen, DefinitionScreen)
            assert not isinstance(pilot.app.screen.subject(Verb.CREATE), Subject)
            assert "new release" not in lines(pilot.app)[-1]


class TestReleases:
    async def test_two_marked_are_compared(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with showing(tmp_path, monkeypatch, known=live_sample()) as (pilot, service):
            await pilot.press("2")
            await settled(pilot, "Rel-138")
            await pilot.press("space", "b")
            await settled(pilot, "1 are marked: mark two")
            await pilot.press("space", "b")
            await settled(pilot, "Comparison > ")
            assert set(ENDS) <= service.watched

    async def test_with_none_marked_the_other_is_chosen(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, known=live_sample()) as (pilot, service):
            await pilot.press("2")
            await settled(pilot, "Rel-138")
            await pilot.press("b")
            await settled(pilot, "Compare Rel-142 with which release?")
            await pilot.press(*"139", "enter")
            await settled(pilot, "Comparison > ")
            assert set(ENDS) <= service.watched

    async def test_the_deleted_ones(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        known = live_sample()
        rows = known_releases(known)
        known[ReleasesOf(SERVER, BILLING, deleted=True)] = whole(ReleasesData((replace(rows[1], id=99),)))
        async with showing(tmp_path, monkeypatch, known=known) as (pilot, service):
            await pilot.press("2")
            await settled(pilot, "Rel-138")
            assert not isinstance(top(pilot).subject(Verb.UNDELETE), Subject)
            await pilot.press("colon", *"deleted", "enter")
            await settled(pilot, "1 deleted release ")
            screen = top(pilot)
            undelete = screen.subject(Verb.UNDELETE)
            assert isinstance(undelete, Subject)
            assert undelete.seen.id == 99
            assert screen.subject(Verb.RETAIN) == "Rel-139 is deleted; :undelete has it back."
            await rested(pilot)
            assert ReleaseOf(SERVER, BILLING, 99) not in service.watched
            await pilot.press("colon", *"deleted", "enter")
            await settled(pilot, "Rel-138")

    async def test_the_definition_it_was_cut_from(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, known=live_sample()) as (pilot, service):
            await pilot.press("2")
            await settled(pilot, "Rel-138")
            await pilot.press("colon", *"snapshot", "enter")
            await settled(pilot, "as of revision 57")
            assert DefinitionAt(SERVER, BILLING, 5, 57) in service.watched

    async def test_subjects_and_refusals(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        known = live_sample()
        topic = ReleasesOf(SERVER, BILLING)
        rows = known_releases(known)
        kept = replace(rows[1], keep_forever=True, tags=())
        known[topic] = whole(ReleasesData((rows[0], kept, rows[2])))
        async with showing(tmp_path, monkeypatch, known=known) as (pilot, _):
            await pilot.press("2")
            await settled(pilot, "Rel-138")
            screen = top(pilot)
            retain = screen.subject(Verb.RETAIN)
            assert isinstance(retain, Subject)
            assert retain.verb is Verb.RETAIN
            assert screen.subject(Verb.DELETE) == "Rel-142 cannot be deleted while an approval of it waits."
            assert screen.subject(Verb.START) == "Rel-142 cannot be started: it is active, not a draft."
            await pilot.press("j")
            await pilot.pause()
            let_go = screen.subject(Verb.RETAIN)
            assert isinstance(let_go, Subject)
            assert let_go.verb is Verb.UNRETAIN
            assert screen.subject(Verb.UNTAG) == "Rel-139 has no tags."
            delete = screen.subject(Verb.DELETE)
            assert isinstance(delete, Subject)
            told = "".join(span.text for line in delete.facts_now() for span in line)
            assert "may refuse" in told

    async def test_kept_and_tags_have_columns_where_there_is_room(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, (160, 45), live_sample()) as (pilot, _):
            pilot.app.push_screen(ReleasesScreen(ReleasesOf(SERVER, BILLING, 5)))
            await settled(pilot, "LIVE")
            await pilot.press("z")
            shown = await settled(pilot, "Tags")
            assert "hotfix" in shown


async def test_a_single_stage_is_opened_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = live_sample()
    single = replace(definition(), environments=(definition().environments or ())[2:3])
    known[LiveOf(SERVER, BILLING)] = whole(
        LiveData((single,), {(5, PROD): StageLive(HISTORY[1], deployment(142, hours=1))})
    )
    async with showing(tmp_path, monkeypatch, known=known) as (pilot, _):
        await pilot.press("4")
        await settled(pilot, "Invoice.CD")
        await pilot.press("enter")
        await settled(pilot, "Stage > Invoice.CD / PROD")


@pytest.mark.parametrize("size", SIZES)
async def test_that_nothing_runs_somewhere_is_not_said_before_it_was_read(
    size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = live_sample()
    known[LiveOf(SERVER, BILLING)] = whole(LiveData((definition(),), {}, is_read=False), loading=True)
    async with showing(tmp_path, monkeypatch, size, known) as (pilot, service):
        await pilot.press("4")
        shown = await settled(pilot, "being read ...")
        assert "?" in shown
        assert "nothing" not in shown
        service.learn(LiveOf(SERVER, BILLING), whole(LiveData((definition(),), {})))
        await settled(pilot, "nothing was found to run here")


async def test_on_a_real_server(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("4")
        await run.see("What runs where")
        await run.see("Invoice.CD")
        await run.point_at("Invoice.CD")
        await run.press("F")
        await run.see("* Invoice.CD")
        await run.press("b")
        await run.see("Comparison > Invoice.CD")
        await run.see(" -> ")
        shown = await run.see("Artifacts")
        assert "changed" in shown
        await run.press("escape", "h")
        await run.see("Stage > Invoice.CD / ")
        await run.see("median")
        assert "LIVE" in run.text
        await run.press("j", "enter")
        await run.see("Release-")


@pytest.mark.parametrize(("key", "tab"), [("c", "[Changes]"), ("h", "[History]")])
async def test_from_an_approval_to_the_release(
    key: str, tab: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with showing(tmp_path, monkeypatch, known=live_sample()) as (pilot, service):
        await settled(pilot, "Invoice.CD")
        await pilot.press(key)
        await settled(pilot, tab)
        assert ReleaseOf(SERVER, BILLING, 142) in service.watched
