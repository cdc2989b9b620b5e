"""The dialogs of every verb, the plan and the review page, on a still service and its real outbox."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from reltui.data.decision import Decision, Draft, State, Thing, Verb
from reltui.data.topics import DefinitionData, DefinitionOf, Problem, Snapshot
from reltui.demo.hostile import CLASSES
from reltui.model.attempt import GatesPlan
from reltui.model.creating import originals
from reltui.model.release import Variable
from reltui.model.text import SafeText, clean
from reltui.ui.app import ReltuiApp, UiOptions
from reltui.ui.present import line, plain
from reltui.ui.present_create import Overrides
from reltui.ui.present_verbs import WORDS, running_gates
from reltui.ui.screens.create import CreateDialog
from reltui.ui.screens.subject import failed_reading
from reltui.ui.widgets.form import Form
from reltui.ui.widgets.statusline import outbox_state
from tests.ui.samples import BILLING, NOW, release
from tests.ui.screen_text import lines, settled, text
from tests.ui.still_service import SERVER, StillService, showing, whole
from tests.ui.test_screens_lists import compare
from tests.ui.verb_samples import (
    INSTRUCTIONS,
    VERSIONS_OF,
    ask,
    big_definition,
    build,
    gate_step,
    known_for_create,
    pause,
    press,
    rested,
    seen_for,
    stage_of,
    subject,
    submitted,
)

SIZES = ((80, 24), (160, 45))
BY_YES = (Verb.RESUME, Verb.START, Verb.RETAIN, Verb.UNRETAIN, Verb.UNDELETE, Verb.APPROVE)
"""Confirmed by `y` alone on an ordinary stage."""


def draft_of(decision: Decision) -> Draft:
    assert decision.draft is not None
    return decision.draft


def app_of(pilot: Pilot[str]) -> ReltuiApp:
    assert isinstance(pilot.app, ReltuiApp)
    return rested(pilot.app)


def flat(pilot: Pilot[str]) -> str:
    """The screen as if no line was broken."""
    return " ".join(text(pilot.app).split())


class TestEveryVerb:
    @pytest.mark.parametrize("verb", [*Verb])
    async def test_says_where_and_what_and_what_cannot_be_undone(
        self, verb: Verb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, (80, 45), known_for_create()) as (pilot, _):
            seen = big_definition() if verb is Verb.CREATE else seen_for(verb)
            await ask(pilot, subject(verb, seen))
            shown = text(pilot.app)
            for word in (
                "Server       tfs01/Main",
                "Project      Billing",
                "Invoice.CD",
                "facts of the screen",
            ):
                assert word in shown
            assert f"[ {WORDS[verb].button} ]" in shown
            assert f"[ {WORDS[verb].cancel} ]" in shown
            assert "After yes    U takes it back for 5 s; after that it " in shown.replace("the tag", "it")
            focused = pilot.app.screen.focused
            assert focused is not None
            assert focused.id == "cancel"

    @pytest.mark.parametrize("verb", [*Verb])
    async def test_enter_alone_and_the_keys_of_verbs_confirm_nothing(
        self, verb: Verb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, known=known_for_create()) as (pilot, service):
            seen = big_definition() if verb is Verb.CREATE else seen_for(verb)
            await ask(pilot, subject(verb, seen))
            await press(pilot, "d", "a", "x", "X", "t", "w", "L", "C", "n", "space", "enter")
            assert service.outbox.decisions() == ()
            assert app_of(pilot).depth == 0

    @pytest.mark.parametrize("verb", BY_YES)
    async def test_an_ordinary_one_is_confirmed_by_y(
        self, verb: Verb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await ask(pilot, subject(verb))
            draft = draft_of(await submitted(pilot, service))
            assert (draft.verb, draft.options, draft.comment) == (verb, {}, "")
            assert draft.seen == seen_for(verb)

    @pytest.mark.parametrize(
        ("verb", "seen", "word"),
        [
            (Verb.CANCEL, stage_of(), "UAT"),
            (Verb.CANCEL, stage_of("PROD-EU"), "PROD-EU"),
            (Verb.DEPLOY, stage_of("PROD-EU"), "PROD-EU"),
            (Verb.RESUME, pause("prod"), "prod"),
            (Verb.REJECT_INTERVENTION, pause("PROD"), "PROD"),
            (Verb.IGNORE_GATE, gate_step("Query Work Items"), "UAT"),
            (Verb.CANCEL, stage_of("PR\N{CYRILLIC CAPITAL LETTER O}D"), "3"),
            (Verb.DELETE, release(142), "142"),
            (Verb.ABANDON, release(142), "142"),
        ],
    )
    async def test_a_word_must_be_typed_and_then_the_button(
        self, verb: Verb, seen: Thing, word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await ask(pilot, subject(verb, seen))
            screen = pilot.app.screen
            if WORDS[verb].comment == "required":
                await press(pilot, "shift+tab", "shift+tab", "shift+tab", *"why", "tab", "tab", "tab")
            await press(pilot, "y", "shift+tab", "enter")
            await settled(pilot, "first.")
            assert service.outbox.decisions() == ()
            await press(pilot, "shift+tab")
            assert pilot.app.screen.focused is screen.query_one("#word", Input)
            await press(pilot, *word[:-1], "enter", "tab", "enter")
            assert service.outbox.decisions() == ()
            await press(pilot, "shift+tab", word[-1], "tab")
            assert draft_of(await submitted(pilot, service, "enter")).verb is verb

    @pytest.mark.parametrize("verb", [Verb.REJECT, Verb.REJECT_INTERVENTION, Verb.IGNORE_GATE])
    async def test_a_comment_is_required(
        self, verb: Verb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await ask(pilot, subject(verb))
            await press(pilot, "y", "shift+tab", "enter")
            await settled(pilot, "A comment is required to")
            assert service.outbox.decisions() == ()

    async def test_what_is_old_offline_or_on_its_way_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await ask(pilot, subject(Verb.RETAIN, from_cache=True))
            await settled(pilot, "This row is old")
            await ask(pilot, subject(Verb.RETAIN))
            await submitted(pilot, service)
            await ask(pilot, subject(Verb.START))
            await settled(pilot, "Already on its way: retain Invoice.CD / Rel-142")
            assert app_of(pilot).depth == 0

    async def test_a_change_while_it_is_open_stops_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        now: list[Thing | None] = [stage_of()]
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await ask(pilot, subject(Verb.DEPLOY, stage_of(), current=lambda: now[0]))
            now[0] = stage_of("UAT", attempts=())
            await press(pilot, "y")
            await settled(pilot, "It has changed meanwhile: the attempt is now")
            assert service.outbox.decisions() == ()
            now[0] = None
            await press(pilot, "tab")
            await settled(pilot, "gone or decided")
            assert app_of(pilot).depth == 0


class TestValues:
    async def typed(
        self, verb: Verb, keys: list[str], pilot: Pilot[str], service: StillService
    ) -> tuple[Draft, str]:
        """Refused before, taken after the keys in the field; then confirmed from Cancel."""
        await ask(pilot, subject(verb))
        await press(pilot, "y")
        before = text(pilot.app)
        assert service.outbox.decisions() == ()
        await press(pilot, "tab", *keys, "tab")
        return draft_of(await submitted(pilot, service)), before

    async def test_rename_begins_with_the_present_name(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            keys = [*"y.", "enter"]
            draft, before = await self.typed(Verb.RENAME, keys, pilot, service)
            assert "The name is not changed yet." in before
            assert "Rel-142" in before
            assert draft.options == {"name": "Rel-142y."}

    async def test_describe_takes_several_lines(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            keys = ["ctrl+end", "end", "enter", *"yes"]
            draft, before = await self.typed(Verb.DESCRIBE, keys, pilot, service)
            assert "The description is not changed yet." in before
            assert draft.options == {"description": "Retry invoice export\nyes"}

    async def test_a_description_may_become_empty(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await ask(pilot, subject(Verb.DESCRIBE))
            await press(pilot, "tab", "end", *["backspace"] * 20, "tab")
            assert draft_of(await submitted(pilot, service)).options == {"description": ""}

    async def test_tag(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await ask(pilot, subject(Verb.TAG))
            await press(pilot, "tab", *"HotFix", "tab", "y")
            await settled(pilot, "It has this tag already.")
            await press(pilot, "shift+tab", *"es", "tab")
            assert draft_of(await submitted(pilot, service)).options == {"tag": "HotFixes"}

    async def test_untag_chooses_among_its_tags(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        two = replace(release(142), tags=(SafeText("hotfix"), SafeText("night")))
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await ask(pilot, subject(Verb.UNTAG, two))
            await press(pilot, "y")
            await settled(pilot, "Choose the tag first.")
            await press(pilot, "tab", "j", "enter")
            await settled(pilot, "(*) night")
            assert draft_of(await submitted(pilot, service)).options == {"tag": "night"}


class TestGates:
    async def test_one_of_several_is_chosen(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await ask(pilot, subject(Verb.IGNORE_GATE))
            await press(pilot, "tab", "tab", *"known", "tab", *"UAT", "tab", "enter")
            await settled(pilot, "Choose the gate first.")
            await press(pilot, "shift+tab", "shift+tab", "shift+tab", "down", "space")
            await settled(pilot, "(*) Invoke REST API")
            await press(pilot, "tab", "tab", "tab")
            decision = await submitted(pilot, service, "enter")
            assert draft_of(decision).options == {"gate": "Invoke REST API"}
            assert draft_of(decision).comment == "known"
            assert decision.title.endswith("UAT / Invoke REST API")

    def test_those_that_can_be_ignored(self) -> None:
        step = gate_step("A", "B", "A", ignored=("B",))
        assert running_gates(step) == ("A",)
        planned = GatesPlan((SafeText("P"), SafeText("Q")), True)
        environment = replace(step.stage.environment, pre_gates=planned)
        early = replace(
            step, stage=replace(step.stage, environment=environment), gates=replace(step.gates, samples=())
        )
        assert running_gates(early) == ("P", "Q")


class TestIntervention:
    async def test_instructions_are_whole_and_set_in(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        long = INSTRUCTIONS + "\n" + "\n".join(f"step {number}" for number in range(30))
        async with showing(tmp_path, monkeypatch, (80, 24)) as (pilot, _):
            await ask(pilot, subject(Verb.RESUME, pause(instructions=long)))
            await settled(pilot, "Instructions | Look at the mail queue.")
            await settled(pilot, "more text")
            await press(pilot, "G")
            await settled(pilot, "| step 29")

    async def test_a_line_that_is_broken_is_set_in_whole(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, (80, 45)) as (pilot, _):
            await ask(pilot, subject(Verb.RESUME, pause(instructions="pallet " * 40 + "end")))
            await settled(pilot, "end")
            rows = [row for row in lines(pilot.app) if "pallet" in row]
            assert len(rows) > 1
            assert all("| pallet" in row for row in rows)


class TestDeploy:
    async def test_at_once(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await ask(pilot, subject(Verb.DEPLOY))
            await settled(pilot, "UAT  id 3  attempt 2")
            await settled(pilot, "When: at once; or 22:30")
            assert draft_of(await submitted(pilot, service)).options == {}

    async def test_a_time_is_echoed_and_sent_in_utc(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, (80, 24)) as (pilot, service):
            service._state = replace(service._state, clock_offset=125.0)
            await ask(pilot, subject(Verb.DEPLOY))
            await press(pilot, "tab", *"+2h")
            shown = text(pilot.app)
            assert "= 12:40 UTC by the server's clock, in 1 h 57 min" in shown
            assert "clock is 2 min 5 s ahead" in shown
            await press(pilot, "tab", "tab", "tab")
            options = draft_of(await submitted(pilot, service)).options
            assert options == {"at": "2026-11-24T12:40:00+00:00"}
            assert datetime.fromisoformat(options["at"]) == NOW + timedelta(hours=2)

    async def test_tab_leads_to_the_time_then_to_the_variables_out_of_view_and_round(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        many = tuple(Variable(SafeText(f"V{number:02}"), SafeText("1"), False, True) for number in range(30))
        async with showing(tmp_path, monkeypatch, (80, 24)) as (pilot, _):
            await ask(pilot, subject(Verb.DEPLOY, stage_of("UAT", variables=many)))
            met: list[str | None] = []
            for key in ["tab"] * 5 + ["shift+tab"] * 5:
                await press(pilot, key)
                focused = pilot.app.screen.focused
                assert focused is not None
                met.append(focused.id)
                if focused.id == "text":
                    await settled(pilot, ">  ExportRetries = 3")
            there = ["when", "text", "comment", "confirm", "cancel"]
            assert met == [*there, *there[-2::-1], "cancel"]

    @pytest.mark.parametrize(
        ("typed", "word"), [("2026-11-23 10:00", "past"), ("soon", "no time"), ("", "Type a time")]
    )
    async def test_what_is_no_time_is_not_sent(
        self, typed: str, word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await ask(pilot, subject(Verb.DEPLOY))
            keys = ["space" if key == " " else key for key in typed] or ["backspace"]
            await press(pilot, "tab", *keys, "tab", "tab", "tab", "y")
            await settled(pilot, word)
            assert service.outbox.decisions() == ()

    async def test_a_time_that_passed_meanwhile_is_not_sent(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await ask(pilot, subject(Verb.DEPLOY))
            await press(pilot, "tab", *"+5m", "tab", "tab", "tab")
            from reltui.ui.screens.following import FollowingScreen

            late = datetime(2026, 11, 24, 10, 50, tzinfo=UTC)
            monkeypatch.setattr(FollowingScreen, "clock", staticmethod(lambda: late))
            await press(pilot, "y")
            await settled(pilot, "This time is past.")
            assert service.outbox.decisions() == ()

    async def test_variables_that_may_be_are_given_another_value(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, (80, 30)) as (pilot, service):
            await ask(pilot, subject(Verb.DEPLOY))
            shown = text(pilot.app)
            assert "ExportRetries = 3" in shown
            assert "Region = eu" in shown
            assert "secrets are not set from here: DbPassword" in shown
            assert "Fixed" not in shown
            await press(pilot, "tab", "tab", "down", "enter")
            await settled(pilot, "Another value for a variable")
            await press(pilot, "backspace", "backspace", *"us", "enter")
            await settled(pilot, "Region = us  (was eu)")
            draft = draft_of(await submitted(pilot, service))
            assert draft.options == {"variables": {"Region": "us"}}

    async def test_the_usual_value_takes_the_choice_back(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await ask(pilot, subject(Verb.DEPLOY))
            await press(pilot, "tab", "tab", "enter", *"0", "enter")
            await settled(pilot, "ExportRetries = 30  (was 3)")
            await press(pilot, "enter", "backspace", "enter", "enter", "9", "escape")
            assert "ExportRetries = 3\n" in "\n".join(each.rstrip() for each in lines(pilot.app)) + "\n"
            assert draft_of(await submitted(pilot, service)).options == {}


class TestCreate:
    async def open(self, pilot: Pilot[str]) -> None:
        await ask(pilot, subject(Verb.CREATE, big_definition(), facts=()))

    @pytest.mark.parametrize("size", SIZES)
    async def test_looks(
        self, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, size, known_for_create()) as (pilot, _):
            await self.open(pilot)
            compare("create", size, text(pilot.app))
            await press(pilot, "tab", "tab")
            compare("create-stages", size, text(pilot.app))

    async def test_defaults(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with showing(tmp_path, monkeypatch, known=known_for_create()) as (pilot, service):
            await self.open(pilot)
            draft = draft_of(await submitted(pilot, service))
            assert (draft.options, draft.comment, draft.seen) == ({}, "", big_definition())

    async def test_everything_chosen(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with showing(tmp_path, monkeypatch, known=known_for_create()) as (pilot, service):
            await self.open(pilot)
            await press(pilot, "tab", "enter")
            shown = await settled(pilot, "Which version of drop?")
            assert "20261124.11 default" in shown
            await press(pilot, *"raise")
            await press(pilot, "enter")
            await settled(pilot, "20261124.12  release/2.4")
            # All by hand, then the first stage by itself again.
            await press(pilot, "tab", "enter", "down", "enter")
            await settled(pilot, "[x] BUILD")
            await press(pilot, "tab", "enter", "backspace", "7", "enter")
            await press(pilot, "tab", "enter")
            await settled(pilot, "[x] a draft")
            await press(pilot, "tab", *"by hand")
            shown = text(pilot.app)
            assert "a draft; nothing starts until it is started" in shown
            assert "drop 20261124.12; default version of cfg, docs" in shown
            assert "starts by itself: BUILD; by hand, this time: DEV, QA" in shown
            assert "1 variable: ExportRetries = 7" in shown
            await press(pilot, "tab")
            draft = draft_of(await submitted(pilot, service))
            assert draft.comment == "by hand"
            assert draft.options == {
                "artifacts": [["drop", "4012", "20261124.12"]],
                "manual": [
                    *("DEV", "QA", "UAT-EU", "UAT-US", "PERF", "PREP"),
                    *("PROD-EU", "PROD-US", "PROD-AP", "SMOKE"),
                ],
                "variables": {"ExportRetries": "7"},
                "draft": True,
            }

    async def test_choosing_default_leaves_it_to_the_server(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, known=known_for_create()) as (pilot, service):
            await self.open(pilot)
            await press(pilot, "tab", "enter", "down", "enter")
            await settled(pilot, "drop 20261124.11")
            await press(pilot, "enter")
            await settled(pilot, "Which version of drop?")
            await press(pilot, "enter")
            await settled(pilot, "default version of drop, cfg, docs")
            assert draft_of(await submitted(pilot, service)).options == {}

    async def test_versions_that_cannot_be_listed_are_told_and_the_default_can_be_used(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = known_for_create()
        async with showing(tmp_path, monkeypatch, (80, 30), known) as (pilot, service):
            await self.open(pilot)
            shown = text(pilot.app)
            assert "! its versions cannot be listed; the default can be used: TF401019" in shown
            await press(pilot, "tab", "down", "enter")
            await settled(pilot, "TF401019")
            await press(pilot, "escape", "escape")
            problem = Problem(SafeText("tfs01"), SafeText("The server does not know this call."))
            service.learn(VERSIONS_OF, Snapshot(parts=1, problems=(problem,)))
            await self.open(pilot)
            assert "the defaults can be used: The server does not know" in flat(pilot)
            assert draft_of(await submitted(pilot, service)).options == {}

    async def test_a_definition_that_was_edited_or_is_not_read_stops_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = known_for_create()
        topic = DefinitionOf(SERVER, BILLING, 5)
        known[topic] = Snapshot(loading=True)  # type: ignore[index]
        async with showing(tmp_path, monkeypatch, known=known) as (pilot, service):
            await self.open(pilot)
            await settled(pilot, "reading the definition ...")
            await press(pilot, "y")
            await settled(pilot, "has not been read yet")
            service.learn(topic, whole(DefinitionData(replace(big_definition(), revision=58), ())))
            await settled(pilot, "revision 58")
            await press(pilot, "y")
            await settled(pilot, "was edited meanwhile")
            assert service.outbox.decisions() == ()

    async def test_names_that_were_made_safe_are_sent_as_the_server_has_them(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        raw = "DEV\x1b[2J"
        usual = big_definition()
        first, *rest = usual.environments or ()
        hostile = replace(
            usual,
            environments=(replace(first, name=clean(raw)), *rest),
            raw={"environments": [{"name": raw}, "odd", {"name": 3}], "artifacts": None},
        )
        assert originals(hostile, "environments", "name") == {clean(raw): raw}
        assert originals(hostile, "artifacts", "alias") == {}
        async with showing(tmp_path, monkeypatch, known=known_for_create(hostile)) as (pilot, service):
            await ask(pilot, subject(Verb.CREATE, hostile))
            await press(pilot, "tab", "tab", "enter", "shift+tab", "shift+tab")
            options = draft_of(await submitted(pilot, service)).options
            assert options["manual"][0] == raw

    async def test_yes_far_down_shows_what_is_sent_first(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, known=known_for_create()) as (pilot, service):
            await self.open(pilot)
            await press(pilot, "tab", "G", "y")
            await settled(pilot, "look at the whole first")
            await settled(pilot, "Sends        a release")
            assert service.outbox.decisions() == ()
            await submitted(pilot, service)

    async def test_every_row_comes_into_view(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with showing(tmp_path, monkeypatch, (60, 15), known_for_create()) as (pilot, _):
            await self.open(pilot)
            screen = pilot.app.screen
            assert isinstance(screen, CreateDialog)
            form = screen.query_one("#text", Form)
            await press(pilot, "tab")
            places = [index for index, row in enumerate(form.rows) if row.key]
            for index in places:
                assert form.rows[index].key == form.cursor
                assert form.top <= index < form.top + form.size.height
                await press(pilot, "down")
            await press(pilot, "tab")
            assert form.top == 0


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("name", "verb"),
    [
        ("deploy", Verb.DEPLOY),
        ("cancel", Verb.CANCEL),
        ("resume", Verb.RESUME),
        ("ignore-gate", Verb.IGNORE_GATE),
        ("rename", Verb.RENAME),
    ],
)
async def test_looks(
    name: str, verb: Verb, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with showing(tmp_path, monkeypatch, size) as (pilot, _):
        await ask(pilot, subject(verb))
        compare(f"dialog-{name}", size, text(pilot.app))


async def test_ascii_draws_nothing_but_ascii(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = UiOptions(ascii=True)
    async with showing(tmp_path, monkeypatch, known=known_for_create(), options=options) as (pilot, _):
        for verb in Verb:
            seen = big_definition() if verb is Verb.CREATE else seen_for(verb)
            await ask(pilot, subject(verb, seen))
            await press(pilot, "tab")
            assert text(pilot.app).isascii(), verb
            await press(pilot, "escape")
            assert app_of(pilot).depth == 0, verb


async def test_hostile_text_is_shown_as_marks_in_every_dialog(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with showing(tmp_path, monkeypatch, known=known_for_create()) as (pilot, _):
        payloads = [payload for each in CLASSES.values() for payload in each]
        names = [clean(payload) for payload in payloads]
        whole_text = clean("\n".join(payloads), lines=True)
        odd = replace(release(142), name=names[0], tags=tuple(names), description=whole_text)
        variables = tuple(Variable(name, name, False, True) for name in names)
        for about in (
            subject(Verb.UNTAG, odd),
            subject(Verb.DESCRIBE, odd),
            subject(Verb.DELETE, odd),
            subject(Verb.RESUME, pause(names[0], "\n".join(payloads))),
            subject(Verb.IGNORE_GATE, gate_step(*payloads)),
            subject(Verb.DEPLOY, stage_of(names[3], variables=variables)),
        ):
            await ask(pilot, about)
            for key in ("tab", "G"):
                await press(pilot, key)
                assert all(c.isprintable() or c == "\n" for c in text(pilot.app))
            await press(pilot, "escape")
            assert app_of(pilot).depth == 0


def test_the_status_line_reads_well() -> None:
    for verb in Verb:
        for state in State:
            decision = Decision("0" * 32, None, verb, SafeText("Invoice.CD / Rel-142"), state)
            told = plain(outbox_state([decision], 4, "U"))
            assert told.startswith(str(state))
            assert f": {verb} Invoice.CD / Rel-142" in told


def test_a_version_has_all_that_tells_it_from_another() -> None:
    from reltui.ui.present_create import version_words
    from tests.ui.samples import LOOK

    told = plain(version_words(build(10, "Retry\nmore"), LOOK))
    assert told == "20261124.10  main  24 Nov 00:40  aaaaaaaaaaaaaaaaaaaa Retry more"


class TestNames:
    async def test_a_name_of_two_gates_says_that_both_count_as_passed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch) as (pilot, _):
            twice = gate_step("Invoke REST API", "Query", "Invoke REST API")
            await ask(pilot, subject(Verb.IGNORE_GATE, twice))
            assert "Invoke REST API stands for 2 gates of this name: both count as passed" in flat(pilot)

    @pytest.mark.parametrize("verb", [Verb.IGNORE_GATE, Verb.UNTAG])
    async def test_a_name_that_was_made_safe_is_not_sent(
        self, verb: Verb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        raw = "Check\u200b it"
        tagged = replace(release(142), tags=(clean(raw),))
        seen: Thing = gate_step(raw) if verb is Verb.IGNORE_GATE else tagged
        async with showing(tmp_path, monkeypatch) as (pilot, service):
            await ask(pilot, subject(verb, seen))
            if verb is Verb.IGNORE_GATE:
                await press(pilot, "shift+tab", "shift+tab", "shift+tab", *"why", "tab", "tab", "tab")
            await press(pilot, "y", "shift+tab", "enter")
            await settled(pilot, "only the browser can")
            assert service.outbox.decisions() == ()


async def test_what_could_not_be_read_again_is_not_decided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with showing(tmp_path, monkeypatch) as (pilot, _):
        problem = Problem(SafeText("tfs01"), SafeText("The release does not exist."))
        failed = whole(release(142), answered=0, problems=(problem,))
        about = replace(subject(Verb.RETAIN), stale=lambda: failed_reading(failed))
        await ask(pilot, about)
        await settled(pilot, "The last reading of it failed, so nothing can be decided: The release")
        assert app_of(pilot).depth == 0


def test_a_variable_that_a_later_one_hides_is_not_offered() -> None:
    def variable(name: str, secret: bool = False, free: bool = True) -> Variable:
        return Variable(SafeText(name), None if secret else SafeText(name), secret, free)

    def offered(*variables: Variable) -> list[str]:
        return list(Overrides(variables).offered)

    assert offered(variable("Region"), variable("Region", free=False)) == []
    assert offered(variable("ApiKey"), variable("ApiKey", secret=True)) == []
    assert offered(variable("region"), variable("Region")) == ["Region"]
    assert offered(variable("Region", free=False), variable("region")) == ["region"]


class TestWhatMattersIsInView:
    async def test_long_instructions_stand_below_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        long = "\n".join(f"step {number}" for number in range(300))
        async with showing(tmp_path, monkeypatch, (80, 24)) as (pilot, service):
            await ask(pilot, subject(Verb.RESUME, pause(instructions=long)))
            shown = text(pilot.app)
            assert "After yes    U takes it back" in shown
            assert "facts of the screen" in shown
            assert shown.index("After yes") < shown.index("Instructions | step 0")
            await press(pilot, "G")
            await settled(pilot, "| step 299")
            await press(pilot, "y")
            await settled(pilot, "look at the whole first")
            assert "After yes    U takes it back" in text(pilot.app)
            assert service.outbox.decisions() == ()
            await submitted(pilot, service)

    @pytest.mark.parametrize("verb", [Verb.RESUME, Verb.DEPLOY])
    async def test_what_has_no_room_is_read_to_its_end_first(
        self, verb: Verb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        many = [line(f"fact {number}") for number in range(30)]
        async with showing(tmp_path, monkeypatch, (80, 24)) as (pilot, service):
            await ask(pilot, subject(verb, facts=many))
            await press(pilot, "y")
            await settled(pilot, "Not confirmed: read on to the end first")
            assert service.outbox.decisions() == ()
            await press(pilot, *["pagedown"] * 4)
            await settled(pilot, "fact 29")
            await submitted(pilot, service)
