"""The detail of a release: its tabs, what they watch, its verbs and its ways."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from reltui.data.decision import GateStep, Pause, Stage, Verb
from reltui.data.topics import (
    ContentData,
    ContentOf,
    DefinitionAt,
    DefinitionOf,
    DefinitionsOf,
    DeploymentsData,
    Problem,
    ReleaseHistoryOf,
    ReleaseOf,
    Snapshot,
    Topic,
)
from reltui.demo.hostile import CLASSES
from reltui.model.release import EnvironmentStatus, ReleaseStatus
from reltui.model.text import SafeText, clean
from reltui.ui import ways
from reltui.ui.app import ReltuiApp, UiOptions
from reltui.ui.screens import verbs
from reltui.ui.screens.comparing import PickOther
from reltui.ui.screens.comparison import ComparisonScreen
from reltui.ui.screens.definition import DefinitionScreen
from reltui.ui.screens.release import ReleaseScreen
from reltui.ui.screens.subject import Subject
from reltui.ui.screens.tasks import TasksScreen
from tests.ui.release_samples import (
    DEV,
    HOTFIX,
    PROD,
    QA,
    SMOKE,
    TOPIC,
    UAT,
    US,
    deployed,
    known_for_release,
    live,
    rich_release,
)
from tests.ui.samples import BILLING, LEE, after, approval, stage
from tests.ui.screen_text import lines, settled, text
from tests.ui.still_service import SERVER, StillService, showing, whole
from tests.ui.test_screens_lists import compare

TWO_SIZES = ((80, 24), (160, 45))
CONTENT = ContentOf(SERVER, BILLING, 142, 139)


@asynccontextmanager
async def opened(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int] = (80, 24),
    known: Mapping[Topic[Any], Snapshot[Any]] | None = None,
    stage: int = PROD,
    tab: str = "",
    options: UiOptions | None = None,
) -> AsyncIterator[tuple[Pilot[str], StillService, ReleaseScreen]]:
    """The release on a stage and a tab, with what that tab needs watched."""
    facts = known_for_release() if known is None else known
    async with showing(folder, monkeypatch, size, facts, options) as (pilot, service):
        screen = ReleaseScreen(TOPIC, stage, tab)
        pilot.app.push_screen(screen)
        await followed(pilot, screen)
        yield pilot, service, screen


async def followed(pilot: Pilot[str], screen: ReleaseScreen) -> None:
    """Wait until what the tab needs is watched, and drawn."""
    for _ in range(2000):
        await pilot.pause(0.02)
        key = screen.grid.cursor
        if key is not None and screen.followed == tuple(screen.details(key)) and screen.followed_key == key:
            await pilot.pause(0.02)
            return
    raise AssertionError("the cursor never rested")


def found(screen: ReleaseScreen, verb: Verb) -> Subject:
    subject = screen.subject(verb)
    assert isinstance(subject, Subject), subject
    return subject


def said(screen: ReleaseScreen, verb: Verb) -> str:
    subject = screen.subject(verb)
    assert not isinstance(subject, Subject)
    return subject


def told(subject: Subject) -> str:
    return "\n".join("".join(span.text for span in line) for line in (*subject.facts_now(), *subject.more()))


@pytest.mark.parametrize("size", TWO_SIZES)
class TestLooks:
    @pytest.mark.parametrize("tab", ReleaseScreen.tabs)
    async def test_tabs(
        self, size: tuple[int, int], tab: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stage = QA if tab in ("Tasks", "Logs") else PROD
        async with opened(tmp_path, monkeypatch, size, stage=stage, tab=tab) as (pilot, _, _):
            compare(f"release-{tab.lower()}", size, await settled(pilot, f"[{tab}]"))

    @pytest.mark.parametrize(("name", "stage"), [("gates", UAT), ("intervention", US), ("attempts", QA)])
    async def test_stages(
        self, size: tuple[int, int], name: str, stage: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with opened(tmp_path, monkeypatch, size, stage=stage) as (pilot, _, _):
            compare(f"release-{name}", size, await settled(pilot, "[Stages]"))

    async def test_ascii(
        self, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        options = UiOptions(ascii=True)
        async with opened(tmp_path, monkeypatch, size, options=options) as (pilot, _, screen):
            for tab in screen.tabs:
                shown = await settled(pilot, f"[{tab}]")
                assert shown.isascii()
                await pilot.press("right_square_bracket")
            compare("release-ascii", size, await settled(pilot, "[Stages]"))

    async def test_hostile_names(
        self, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        names = [clean(texts[0]) for texts in CLASSES.values()][:8]
        environments = tuple(
            stage(number, name, EnvironmentStatus.NOT_STARTED, after(*names[: number - 1][-1:]))
            for number, name in enumerate(names, 1)
        )
        shown = replace(rich_release(), environments=environments)
        known = {**known_for_release(), TOPIC: whole(shown)}
        async with opened(tmp_path, monkeypatch, size, known, stage=1) as (pilot, _, _):
            compare("release-hostile", size, await settled(pilot, "[Stages]"))

    async def test_what_cannot_be_read(
        self, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = known_for_release()
        problem = Problem(SafeText("tfs01/Billing"), SafeText("The server is too busy; it is asked again."))
        known[live(PROD)] = Snapshot(problems=(problem,))
        known[ContentOf(SERVER, BILLING, 142)] = Snapshot(problems=(problem,))
        async with opened(tmp_path, monkeypatch, size, known, tab="Changes") as (pilot, _, _):
            compare("release-failed", size, await settled(pilot, "[Changes]"))

    async def test_thirty_stages(
        self, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        environments = tuple(
            stage(
                n, f"STAGE-{n:02}", EnvironmentStatus.NOT_STARTED, after(*([f"STAGE-{n - 1:02}"] * (n > 1)))
            )
            for n in range(1, 31)
        )
        known = {**known_for_release(), TOPIC: whole(replace(rich_release(), environments=environments))}
        async with opened(tmp_path, monkeypatch, size, known, stage=15) as (pilot, _, _):
            shown = await settled(pilot, "[Stages]")
            assert any(each.startswith(">   STAGE-15") for each in shown.splitlines())
            compare("release-thirty", size, shown)


async def test_without_stages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = {**known_for_release(), TOPIC: whole(replace(rich_release(), environments=()))}
    async with showing(tmp_path, monkeypatch, known=known) as (pilot, _):
        pilot.app.push_screen(ReleaseScreen(TOPIC, tab="artifacts"))
        await settled(pilot, "There are no stages here.")
        await settled(pilot, "cfg.git")


class TestWatching:
    async def test_each_tab_watches_what_it_shows(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        needed: dict[str, tuple[Topic[Any], ...]] = {
            "Stages": (DefinitionOf(SERVER, BILLING, 5),),
            "Tasks": (),
            "Changes": (CONTENT,),
            "Items": (CONTENT,),
            "Variables": (DefinitionAt(SERVER, BILLING, 5, 57),),
            "Artifacts": (),
            "Logs": (),
            "History": (ReleaseHistoryOf(SERVER, BILLING, 142),),
        }
        # A dialog may be opened from every tab, and tells what is live.
        always = {TOPIC, DefinitionsOf(SERVER, BILLING), live(PROD)}
        async with opened(tmp_path, monkeypatch) as (pilot, service, screen):
            for tab in screen.tabs:
                await settled(pilot, f"[{tab}]")
                await followed(pilot, screen)
                seen = {topic for topic in service.watched if type(topic).__name__ != "Inbox"}
                assert seen == always | set(needed[tab])
                await pilot.press("right_square_bracket")

    async def test_changes_are_asked_for_once_it_is_known_since_when(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = known_for_release()
        del known[live(PROD)]
        async with opened(tmp_path, monkeypatch, known=known, tab="Changes") as (pilot, service, _):
            assert "reading what is live on PROD" in text(pilot.app)
            assert not any(isinstance(topic, ContentOf) for topic in service.watched)
            service.learn(live(PROD), whole(DeploymentsData((deployed(139, 9, definition_stage=14),))))
            await settled(pilot, "Rel-139 (20261118.2), live on PROD for 9h")
            await settled(pilot, "2 commits by 2 authors")
            assert CONTENT in service.watched

    async def test_nothing_was_ever_live_there(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        known = known_for_release()
        known[live(PROD)] = whole(DeploymentsData(()))
        known[ContentOf(SERVER, BILLING, 142)] = whole(ContentData(is_cut=True, by_build_area=True))
        async with opened(tmp_path, monkeypatch, known=known, tab="Items") as (pilot, _, _):
            await settled(pilot, "the release before this one  (PROD: nothing yet)")
            assert "there are more than were asked for" in text(pilot.app)
            assert "told build by build" in text(pilot.app)

    async def test_a_release_that_is_live_is_compared_with_the_one_before(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = known_for_release()
        rows = (deployed(142, 2, definition_stage=14), deployed(139, 150, definition_stage=14))
        known[live(PROD)] = whole(DeploymentsData(rows))
        async with opened(tmp_path, monkeypatch, known=known, tab="Changes") as (pilot, _, _):
            await settled(pilot, "Rel-139 (20261118.2), live on PROD before it")
            assert "this Rel-142 (20261124.42), live there for 2h" in text(pilot.app)

    async def test_another_row_asks_about_its_own_stage(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with opened(tmp_path, monkeypatch) as (pilot, service, screen):
            await pilot.press("j")
            await followed(pilot, screen)
            assert screen.grid.cursor == US
            assert live(US) in service.watched
            assert live(PROD) not in service.watched

    async def test_a_refresh_keeps_cursor_scroll_marks_and_tab(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with opened(tmp_path, monkeypatch, stage=US) as (pilot, service, screen):
            await pilot.press("space", "tab", "down", "down")
            await pilot.pause()
            at, shown = screen.grid.cursor, lines(pilot.app)[16:22]
            more = stage(9, "EXTRA", EnvironmentStatus.NOT_STARTED, after("SMOKE"))
            release = rich_release()
            service.learn(TOPIC, whole(replace(release, environments=(more, *(release.environments or ())))))
            await settled(pilot, "EXTRA")
            await pilot.pause()
            assert screen.grid.cursor == at
            assert screen.grid.marks == {US}
            assert screen.tab == "Stages"
            assert lines(pilot.app)[17:22] == shown[1:]


class TestVerbs:
    async def test_approve_and_reject_what_waits_for_me(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with opened(tmp_path, monkeypatch) as (_, _, screen):
            for verb in (Verb.APPROVE, Verb.REJECT):
                subject = found(screen, verb)
                assert (subject.verb, subject.seen.id) == (verb, 77)
                assert subject.current() == subject.seen
                assert "Why you" in told(subject)

    async def test_an_intervention_is_resumed_or_rejected(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with opened(tmp_path, monkeypatch, stage=US) as (_, service, screen):
            resume, reject = found(screen, Verb.APPROVE), found(screen, Verb.REJECT)
            assert (resume.verb, reject.verb) == (Verb.RESUME, Verb.REJECT_INTERVENTION)
            assert isinstance(resume.seen, Pause)
            assert resume.seen.id == 501
            assert resume.current() == resume.seen
            assert "goes on, with 1 more task in 1 job" in told(resume)
            assert "is rejected; what is done is not undone" in told(reject)
            gone = replace(rich_release(), environments=())
            service.known[TOPIC] = whole(gone)
            assert resume.current() is None

    async def test_who_is_waited_for(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        shown = rich_release()
        environments = tuple(
            replace(e, pre_approvals=(approval(88, approver=LEE),)) if e.id == PROD else e
            for e in shown.environments or ()
        )
        known = {**known_for_release(), TOPIC: whole(replace(shown, environments=environments))}
        async with opened(tmp_path, monkeypatch, known=known) as (_, _, screen):
            yours = "PROD waits for Lee Vance, not for you; :take-over makes it yours."
            assert said(screen, Verb.APPROVE) == yours
            screen.grid.move_to(DEV)
            assert said(screen, Verb.REJECT) == "DEV waits for nobody."

    async def test_deploy_says_what_it_starts(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with opened(tmp_path, monkeypatch, stage=QA) as (_, _, screen):
            again = found(screen, Verb.DEPLOY)
            assert isinstance(again.seen, Stage)
            assert again.current() == again.seen
            shown = told(again)
            assert "attempt 3 (attempt 2: ok, 09:50)" in shown
            assert "Lee Vance" in shown
            assert "Kim Salo to confirm it" in shown
            assert "UAT, PROD (asks Lee Vance, then you, then [Billing]\\CAB), PROD-US" in shown
            assert "follow by themselves" in shown
            assert "Rel-139 (20261118.2) for 6d by Kim Salo" in shown
            screen.grid.move_to(HOTFIX)
            first = told(found(screen, Verb.DEPLOY))
            assert "attempt 1" in first
            assert "any 1 of Kim Salo and Lee Vance" in first
            assert "no other stage follows by itself" in first
            screen.grid.move_to(SMOKE)
            assert "PROD, which comes before it, is in progress." in told(found(screen, Verb.DEPLOY))

    async def test_deploying_an_older_release_goes_back(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = known_for_release()
        known[live(QA)] = whole(DeploymentsData((deployed(150, 1, definition_stage=12),)))
        async with opened(tmp_path, monkeypatch, known=known, stage=QA) as (_, _, screen):
            assert "Rel-150 is live there and newer: this goes back." in told(found(screen, Verb.DEPLOY))

    async def test_many_long_followers_push_nothing_out_of_view(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = known_for_release()
        known[live(QA)] = whole(DeploymentsData((deployed(150, 1, definition_stage=12),)))
        shown = rich_release()
        stages = shown.environments or ()
        many = tuple(
            stage(
                200 + n, f"A long name of a stage {n} {'x' * 40}", EnvironmentStatus.NOT_STARTED, after("QA")
            )
            for n in range(10)
        )
        known[TOPIC] = whole(replace(shown, environments=(*stages, *many)))
        async with opened(tmp_path, monkeypatch, known=known, stage=QA) as (pilot, service, _):
            await pilot.press("d")
            told = await settled(pilot, "When: at once")
            for words in ("Versions", "Live now", "this goes back.", "After yes", "named below"):
                assert words in told
            assert not service.outbox.decisions()

    async def test_a_release_that_is_gone_cannot_be_decided(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with opened(tmp_path, monkeypatch, stage=QA) as (_, service, screen):
            problem = Problem(SafeText("tfs01"), SafeText("The release does not exist."))
            for verb in (Verb.DEPLOY, Verb.RETAIN):
                before = found(screen, verb)
                assert not before.stale()
                known = service.known[TOPIC]
                service.known[TOPIC] = replace(known, answered=0, problems=(problem,))
                assert before.stale() == found(screen, verb).stale() == "The release does not exist."
                service.known[TOPIC] = known

    @pytest.mark.parametrize(
        ("status", "sentence"),
        [
            (ReleaseStatus.DRAFT, "QA cannot be deployed: the release is a draft; :start starts it."),
            (ReleaseStatus.ABANDONED, "QA cannot be deployed: the release is abandoned."),
        ],
    )
    async def test_only_an_active_release_is_deployed(
        self, status: ReleaseStatus, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = {**known_for_release(), TOPIC: whole(replace(rich_release(), status=status))}
        async with opened(tmp_path, monkeypatch, known=known, stage=QA) as (_, _, screen):
            assert said(screen, Verb.DEPLOY) == sentence

    async def test_cancel_says_what_it_stops(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with opened(tmp_path, monkeypatch) as (_, _, screen):
            assert "Dana Okoro (you) is not asked any more" in told(found(screen, Verb.CANCEL))
            assert said(screen, Verb.DEPLOY) == (
                "PROD is under way already (attempt 1); it can be canceled first."
            )
            screen.grid.move_to(US)
            assert "the manual intervention Check the mail queue ends" in told(found(screen, Verb.CANCEL))
            screen.grid.move_to(UAT)
            assert "its gates are no longer asked" in told(found(screen, Verb.CANCEL))
            screen.grid.move_to(SMOKE)
            assert said(screen, Verb.CANCEL) == "Nothing is under way on SMOKE: its state is not started."

    async def test_a_gate_is_ignored_while_gates_run(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with opened(tmp_path, monkeypatch, stage=UAT) as (_, _, screen):
            subject = found(screen, Verb.IGNORE_GATE)
            assert isinstance(subject.seen, GateStep)
            assert subject.current() == subject.seen
            assert "Query incidents ok, Change ticket FAIL" in told(subject)
            screen.grid.move_to(DEV)
            assert said(screen, Verb.IGNORE_GATE) == "No gates run on DEV now."

    async def test_marked_stages_in_rank_order(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with opened(tmp_path, monkeypatch, stage=HOTFIX) as (pilot, _, screen):
            assert screen.meant(Verb.DEPLOY) == [HOTFIX]
            await pilot.press("space", "k", "k", "k", "space", "g", "space")
            assert screen.grid.marks == {DEV, PROD, HOTFIX}
            assert screen.meant(Verb.DEPLOY) == [DEV, PROD, HOTFIX]
            assert found(screen, Verb.CANCEL).seen.id == PROD
            assert said(screen, Verb.APPROVE).startswith("This acts on one row: unmark first (u)")
            verbs.begin(screen.app, Verb.DEPLOY, screen)
            await settled(pilot, "Left out. PROD is under way already (attempt 1)")
            await pilot.press("escape")
            await pilot.press("u", "g", "space")
            # What is marked is meant, not what the cursor has come to.
            screen.grid.move_to(PROD)
            assert said(screen, Verb.CANCEL) == "Nothing is under way on DEV: its state is succeeded."

    async def test_verbs_about_the_whole_release(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with opened(tmp_path, monkeypatch) as (_, service, screen):
            about_release = (Verb.ABANDON, Verb.RETAIN, Verb.RENAME, Verb.DESCRIBE, Verb.TAG, Verb.UNTAG)
            for verb in about_release:
                subject = found(screen, verb)
                assert subject.seen == rich_release()
                assert subject.current() == subject.seen
            assert found(screen, Verb.CREATE).seen.id == 5
            assert "cannot be started" in said(screen, Verb.START)
            service.known[TOPIC] = whole(replace(rich_release(), keep_forever=True))
            assert found(screen, Verb.RETAIN).verb is Verb.UNRETAIN

    async def test_nothing_is_decided_from_a_saved_copy(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = known_for_release()
        known[TOPIC] = whole(rich_release(), from_cache=True)
        async with opened(tmp_path, monkeypatch, known=known) as (pilot, _, screen):
            assert found(screen, Verb.CANCEL).from_cache
            assert "C cancel" not in text(pilot.app)


class TestWays:
    async def test_keys_of_the_tabs(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with opened(tmp_path, monkeypatch) as (pilot, _, screen):
            for key, tab in (("c", "Changes"), ("h", "History")):
                await pilot.press(key)
                await settled(pilot, f"[{tab}]")
            await pilot.press("left_square_bracket")
            assert screen.tab == "Logs"

    @pytest.mark.parametrize("key", ["enter", "l"])
    async def test_enter_and_l_open_the_tasks(
        self, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with opened(tmp_path, monkeypatch, stage=QA) as (pilot, _, _):
            await pilot.press(key)
            await settled(pilot, "Deploy web")
            assert isinstance(pilot.app.screen, TasksScreen)

    async def test_compare_with_another_one(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with opened(tmp_path, monkeypatch) as (pilot, _, _):
            await pilot.press("b")
            await settled(pilot, "Compare Rel-142 with which release?")
            assert isinstance(pilot.app.screen, PickOther)
            await settled(pilot, "Rel-139")
            await pilot.press("enter")
            for _ in range(2000):
                await pilot.pause(0.02)
                screen = pilot.app.screen
                if isinstance(screen, ComparisonScreen):
                    assert ReleaseOf(SERVER, BILLING, 139) in screen.topics()
                    return
            raise AssertionError(text(pilot.app))

    async def test_the_definition_of_then(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with opened(tmp_path, monkeypatch) as (pilot, service, screen):
            screen.do_snapshot()
            await settled(pilot, "57")
            assert isinstance(pilot.app.screen, DefinitionScreen)
            assert pilot.app.screen.topic == DefinitionAt(SERVER, BILLING, 5, 57)
            pilot.app.pop_screen()
            service.known[TOPIC] = whole(replace(rich_release(), definition_revision=None))
            screen.do_snapshot()
            assert "does not tell from which revision" in screen.app.said[-1].text


@pytest.mark.parametrize("turns", [0, 1, 2, 6])
async def test_a_screen_that_is_left_while_it_comes_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, turns: int
) -> None:
    async with showing(tmp_path, monkeypatch, known=known_for_release()) as (pilot, _):
        app = pilot.app
        assert isinstance(app, ReltuiApp)
        for _ in range(3):
            ways.release(app, TOPIC, PROD, "Stages")
            for _ in range(turns):
                await asyncio.sleep(0)
            app.go_back()
            await pilot.pause()
        ways.release(app, TOPIC, PROD, "Stages")
        await settled(pilot, "[Stages]")


async def test_enter_pressed_again_before_the_tasks_are_there_opens_them_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch) as (pilot, _, screen):
        assert isinstance(pilot.app, ReltuiApp)
        for _ in range(3):
            # So do keys that are taken before the screen hears of what the first of them has opened.
            screen.grid.perform("open")
        await settled(pilot, "tasks of all tries")
        assert [type(each) for each in pilot.app.screen_stack[1:]] == [ReleaseScreen, TasksScreen]
        assert [each.is_on_top for each in pilot.app.screen_stack[1:]] == [False, True]  # type: ignore[attr-defined]
