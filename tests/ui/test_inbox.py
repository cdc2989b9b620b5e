"""The inbox: approvals and interventions in one list, what they mean, and in which order they stand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from reltui.data.decision import Pause, Verb
from reltui.data.topics import (
    ContentOf,
    DefinitionsOf,
    DeploymentsOf,
    Inbox,
    InboxData,
    Problem,
    ReleaseOf,
    Snapshot,
    Topic,
    Why,
)
from reltui.model.text import SafeText, clean
from reltui.ui.app import UiOptions
from reltui.ui.present import plain, width
from reltui.ui.present_inbox import Group, Scope
from reltui.ui.screens.approvals import HEADING, ApprovalsScreen
from reltui.ui.screens.subject import Subject, refusal
from tests.ui.inbox_sample import BACK, DIRECT, OTHER, PAUSE, POST, inbox_sample, paused, rows, waits_on_prod
from tests.ui.live_sample import PROD
from tests.ui.samples import BILLING, CAB, PORTAL, approval, waiting_release
from tests.ui.screen_text import lines, settled, text
from tests.ui.still_service import SERVER, StillService, showing, whole
from tests.ui.test_screens_lists import SIZES, compare, rested

DATA = "2c 1w"


def inbox(pilot: Pilot[str]) -> ApprovalsScreen:
    screen = pilot.app.screen
    assert isinstance(screen, ApprovalsScreen)
    return screen


def numbers(screen: ApprovalsScreen) -> list[int]:
    """The ids of the rows shown, without headings."""
    return [key[2] for key in screen.grid.keys if not screen.is_heading(key)]


def row_of(pilot: Pilot[str], words: str) -> str:
    """The line of the list with these words."""
    return next(each for each in lines(pilot.app)[3:14] if words in each)


async def shown_all(pilot: Pilot[str]) -> ApprovalsScreen:
    """The inbox in its widest scope, with everything that is known on it."""
    await settled(pilot, "Invoice.CD")
    screen = inbox(pilot)
    screen.scope = Scope.ALL
    screen.update()
    await settled(pilot, "BACK2")
    return screen


@pytest.mark.parametrize("size", SIZES)
class TestLooks:
    async def test_inbox(
        self, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, size, known=inbox_sample()) as (pilot, _):
            await shown_all(pilot)
            await rested(pilot)
            compare("inbox", size, await settled(pilot, "Rel-139"))

    async def test_groups(
        self, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, size, known=inbox_sample()) as (pilot, _):
            await shown_all(pilot)
            await pilot.press("B", "j")
            await settled(pilot, "PROD [PROTECTED] (3)")
            await rested(pilot)
            compare("inbox-groups", size, await settled(pilot, "Would go back 2 releases"))

    async def test_intervention(
        self, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, size, known=inbox_sample()) as (pilot, _):
            screen = await shown_all(pilot)
            await pilot.press("G")
            await rested(pilot)
            assert screen.grid.cursor == (SERVER, "intervention", PAUSE)
            compare("inbox-intervention", size, await settled(pilot, "Check the mail queue"))

    async def test_ascii(
        self, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        options = UiOptions(ascii=True)
        async with showing(tmp_path, monkeypatch, size, inbox_sample(), options) as (pilot, _):
            screen = await shown_all(pilot)
            await pilot.press("B")
            for key in numbers(screen):
                assert text(pilot.app).isascii(), key
                await pilot.press("j")
                await rested(pilot)


class TestRows:
    async def test_what_they_mean(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with showing(tmp_path, monkeypatch, (160, 45), known=inbox_sample()) as (pilot, _):
            await shown_all(pilot)
            assert row_of(pilot, "Rel-142").split()[1:] == [
                *("00:42!", "Billing", "Invoice.CD", "Rel-142", "PROD", "[P]", "pre", "DIRECT"),
                *("2c", "1w", "new1", "drift"),
                *row_of(pilot, "Rel-142").partition("drift")[2].split(),
            ]
            assert "BACK2 older" in row_of(pilot, "Rel-137")
            assert "OVERRIDE" in row_of(pilot, "Rel-143")
            assert "30h old" in row_of(pilot, "2026.11.9")
            assert "MI   ANYONE" in row_of(pilot, "2026.11.3")

    async def test_interventions_count(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with showing(tmp_path, monkeypatch, known=inbox_sample()) as (pilot, _):
            shown = await settled(pilot, "MINE 1  [MINE+GROUPS 4]  ALL 5")
            assert "[Approvals(4)]" in shown

    async def test_what_is_not_known_is_blank_until_it_comes(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = inbox_sample()
        late: list[Topic[Any]] = [
            ReleaseOf(SERVER, BILLING, 142),
            DeploymentsOf(SERVER, BILLING, 5, PROD),
            ContentOf(SERVER, BILLING, 142, 139),
            DefinitionsOf(SERVER, BILLING),
        ]
        answers = [(topic, known.pop(topic)) for topic in late]
        async with showing(tmp_path, monkeypatch, (160, 45), known=known) as (pilot, service):
            await settled(pilot, "23h old")
            blank = row_of(pilot, "Rel-142")
            assert "new1" in blank  # told by the inbox itself
            assert not any(word in blank for word in (DATA, "drift", "!"))
            for topic, answer in answers:
                service.known[topic] = answer
            service.learn(Inbox(), service.known[Inbox()])
            await settled(pilot, "00:42!")
            await settled(pilot, DATA)
            assert "new1 drift" in row_of(pilot, "Rel-142")

    async def test_a_saved_release_is_not_taken_for_known(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = inbox_sample()
        known[ReleaseOf(SERVER, BILLING, 142)] = whole(waiting_release(), from_cache=True)
        async with showing(tmp_path, monkeypatch, known=known) as (pilot, _):
            await settled(pilot, "23h old")
            assert "00:42!" not in text(pilot.app)

    async def test_a_part_that_fails_says_why(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        known = inbox_sample()
        failed: Snapshot[Any] = Snapshot(
            parts=1, problems=(Problem(SafeText("tfs01"), SafeText("TF400813 says no.")),)
        )
        known[DeploymentsOf(SERVER, BILLING, 5, PROD)] = failed
        async with showing(tmp_path, monkeypatch, known=known) as (pilot, _):
            shown = await settled(pilot, "Live now  could not be read: TF400813 says no.")
            assert "Changes   could not be read: TF400813 says no." in shown
            assert "BACK" not in shown

    async def test_hostile_names_keep_rows_and_columns(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        names = (
            "[/red][@click=app.exit()]x",
            "\x1b]52;c;aGk=\x07",
            "\u202eDORP",
            "テスト" * 30,
            "é" * 70_000,
        )
        found, known = [], inbox_sample()
        for number, name in enumerate(names, 300):
            asked = approval(number, stage=(4, name), release=(number, name), definition=(5, name))
            row = replace(rows()[1], project=replace(BILLING, name=clean(name)), approval=asked)
            found.append(row)
            made = waits_on_prod(number, asked, 5)
            stages = [replace(each, name=clean(name)) for each in made.environments or ()]
            known[ReleaseOf(SERVER, row.project, number)] = whole(
                replace(made, name=clean(name), environments=tuple(stages), description=clean(name))
            )
        pause = replace(
            paused()[0], intervention=replace(paused()[0].intervention, name=clean(names[1] + names[2]))
        )
        known[Inbox()] = whole(InboxData(tuple(found), (), (pause,)), parts=2, answered=2)
        for size in SIZES:
            async with showing(tmp_path, monkeypatch, size, known=known) as (pilot, _):
                await settled(pilot, "DIRECT")
                for group in Group:
                    inbox(pilot).group = group
                    inbox(pilot).update()
                    for _ in found:
                        await pilot.press("j")
                        shown = lines(pilot.app)
                        assert len(shown) == size[1]
                        assert all(width(each) <= size[0] for each in shown)
                        assert all(
                            ord(c) >= 0x20 and not 0x7F <= ord(c) < 0xA0 for each in shown for c in each
                        )


class TestWishes:
    async def test_what_is_in_view_first_then_until_when_the_others_wait(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = inbox_sample()
        many = tuple(
            replace(rows()[1], approval=approval(400 + n, hours=100 + n, release=(400 + n, f"Rel-{400 + n}")))
            for n in range(40)
        )
        known[Inbox()] = whole(InboxData((*rows(), *many)), parts=2, answered=2)
        async with showing(tmp_path, monkeypatch, known=known) as (pilot, service):
            await settled(pilot, "Rel-439")
            await rested(pilot)
            wish, screen = service.wished, inbox(pilot)
            shown = screen.grid.keys[: screen.grid.page_size]
            first = {key[2] for key in shown}
            releases = [topic.release_id for topic in wish if isinstance(topic, ReleaseOf)]
            of_rows = {row.approval.id: row.release.id for row in (*rows(), *many)}
            in_view = {of_rows[number] for number in first}
            assert set(releases[: len(in_view)]) == in_view
            hidden = {of_rows[OTHER]}
            assert set(releases) == set(of_rows.values()) - hidden
            assert DefinitionsOf(SERVER, BILLING) in wish
            at = wish.index(DefinitionsOf(SERVER, BILLING))
            assert at < wish.index(ReleaseOf(SERVER, BILLING, max(in_view ^ set(releases))))

    async def test_other_rows_in_view_are_asked_about(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = inbox_sample()
        many = tuple(
            replace(rows()[1], approval=approval(400 + n, hours=100 + n, release=(400 + n, f"Rel-{400 + n}")))
            for n in range(40)
        )
        known[Inbox()] = whole(InboxData(many), parts=2, answered=2)
        async with showing(tmp_path, monkeypatch, known=known) as (pilot, service):
            await settled(pilot, "Rel-439")
            assert service.wished[0] == ReleaseOf(SERVER, BILLING, 439)
            await pilot.press("G")
            await settled(pilot, "Rel-400")
            await rested(pilot)
            assert service.wished[0] == ReleaseOf(SERVER, BILLING, 400)

    async def test_a_filter_for_flags_asks_about_every_row(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, known=inbox_sample()) as (pilot, _):
            screen = await shown_all(pilot)
            screen.filter = "flag:back"
            screen.update()
            await settled(pilot, "/ flag:back")
            assert numbers(screen) == [BACK]

    async def test_the_row_at_rest_is_watched(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with showing(tmp_path, monkeypatch, known=inbox_sample()) as (pilot, service):
            await shown_all(pilot)
            await rested(pilot)
            wanted = {Inbox(), ReleaseOf(SERVER, BILLING, 142), DeploymentsOf(SERVER, BILLING, 5, PROD)}
            assert service.watched == wanted


class TestOrder:
    @pytest.mark.parametrize(
        ("sort", "order"),
        [
            ("expires", [DIRECT, BACK, OTHER, POST, PAUSE]),
            ("age", [PAUSE, OTHER, DIRECT, POST, BACK]),
            ("stage", [OTHER, DIRECT, BACK, PAUSE, POST]),
            ("project", [OTHER, DIRECT, BACK, PAUSE, POST]),
            ("release", [BACK, DIRECT, OTHER, PAUSE, POST]),
        ],
    )
    async def test_sorts(
        self, sort: str, order: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, known=inbox_sample()) as (pilot, _):
            screen = await shown_all(pilot)
            screen.sort = [name for name, _ in screen.sorts].index(sort)
            screen.update()
            assert numbers(screen) == order
            screen.reverse = True
            screen.update()
            assert numbers(screen) == order[::-1]

    @pytest.mark.parametrize(
        ("group", "headings"),
        [
            (Group.STAGE, ["PROD [PROTECTED] (3)", "UAT (1)", "QA (1)"]),
            (Group.PROJECT, ["Billing (3)", "Portal (2)"]),
            (Group.DEFINITION, ["Billing / Invoice.CD (3)", "Portal / Web.CD (2)"]),
            (Group.SERVER, ["tfs01/Main (5)"]),
        ],
    )
    async def test_groups(
        self, group: Group, headings: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, known=inbox_sample()) as (pilot, _):
            screen = await shown_all(pilot)
            while screen.group is not group:
                await pilot.press("B")
            found = [plain(screen.heading(key)).strip(" ─") for key in screen.grid.keys if key[1] == HEADING]
            assert found == headings
            assert screen.grid.cursor is not None
            assert not screen.is_heading(screen.grid.cursor)
            await settled(pilot, f"group: {group.value}")
            screen.filter = "release:rel-137"
            screen.update()
            left = [plain(screen.heading(key)) for key in screen.grid.keys if key[1] == HEADING]
            assert len(left) == 1
            assert "(1)" in left[0]

    @pytest.mark.parametrize(
        ("words", "found"),
        [
            ("env:prod", [DIRECT, BACK, OTHER]),
            ("stage:uat,qa", [POST, PAUSE]),
            ("type:post", [POST]),
            ("type:mi", [PAUSE]),
            ("type:pre older:1d", [BACK]),
            ("older:20h !type:post", [DIRECT, BACK]),
            ("expires:1h", [DIRECT]),
            ("expires:40d", [DIRECT, BACK, OTHER]),
            ("!expires:40d", [POST, PAUSE]),
            ("why:override", [OTHER]),
            ("why:anyone", [PAUSE]),
            ("flag:back", [BACK]),
            ("flag:drift !flag:back", [DIRECT, OTHER]),
            ("server:tfs", [DIRECT, BACK, OTHER, POST, PAUSE]),
            ("asked:lee", [OTHER]),
        ],
    )
    async def test_filter(
        self, words: str, found: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, known=inbox_sample()) as (pilot, _):
            screen = await shown_all(pilot)
            screen.filter = words
            screen.update()
            assert numbers(screen) == found

    async def test_what_becomes_known_moves_no_row_from_under_the_cursor(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = inbox_sample()
        release = known.pop(ReleaseOf(SERVER, BILLING, 142))
        async with showing(tmp_path, monkeypatch, known=known) as (pilot, service):
            await settled(pilot, "27d")
            screen = inbox(pilot)
            assert screen.grid.cursor == (SERVER, "approval", BACK)
            service.known[ReleaseOf(SERVER, BILLING, 142)] = release
            service.learn(Inbox(), service.known[Inbox()])
            await settled(pilot, "      00:42! Billing")
            assert screen.grid.cursor == (SERVER, "approval", BACK)
            await settled(pilot, ">       27d")
            assert numbers(screen)[0] == DIRECT

    async def test_new_rows_are_marked_and_none_moves_under_the_cursor(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Ten refreshes a second, each with a new row that expires first, while keys are sent."""
        known = inbox_sample()
        async with showing(tmp_path, monkeypatch, known=known) as (pilot, service):
            screen = await shown_all(pilot)
            assert isinstance(service, StillService)
            expected = list(numbers(screen))
            for number in range(30):
                own = 600 + number
                new = approval(own, approver=CAB, hours=700 + number, release=(own, f"Rel-{own}"))
                row = replace(rows()[3], approval=new, is_new=True)
                if number % 2:
                    service.known[ReleaseOf(SERVER, BILLING, own)] = whole(waits_on_prod(own, new, 700))
                data = service.look(Inbox()).data or InboxData()
                service.learn(Inbox(), whole(replace(data, rows=(row, *data.rows)), parts=2, answered=2))
                before = screen.grid.cursor
                if number % 3 == 0:
                    await pilot.press("j" if number % 2 else "k")
                    before = screen.grid.cursor
                await pilot.pause(0.1)
                assert screen.grid.cursor == before
                place = screen.grid.keys.index(before) - screen.grid.top if before is not None else -1
                assert 0 <= place < screen.grid.page_size
            screen.update()
            assert [n for n in numbers(screen) if n in expected] == expected
            assert len(numbers(screen)) == len(expected) + 30
            await pilot.press("g")
            await settled(pilot, ">   +")


class TestVerbs:
    async def test_an_intervention_is_resumed_or_rejected(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, known=inbox_sample()) as (pilot, service):
            screen = await shown_all(pilot)
            await pilot.press("G")
            await rested(pilot)
            for verb, own in ((Verb.APPROVE, Verb.RESUME), (Verb.REJECT, Verb.REJECT_INTERVENTION)):
                subject = screen.subject(verb)
                assert isinstance(subject, Subject)
                assert subject.verb is own
                assert isinstance(subject.seen, Pause)
                assert (subject.seen.id, subject.seen.stage.id) == (PAUSE, 12)
                assert subject.current() == subject.seen
                assert refusal(subject, service.server(SERVER), service.outbox) is None
            assert isinstance(subject, Subject)
            told = "\n".join("".join(part.text for part in line) for line in subject.facts_now())
            assert "is rejected; what is done is not undone" in told
            assert not isinstance(screen.subject(Verb.TRANSFER), Subject)
            data = service.look(Inbox()).data or InboxData()
            service.known[Inbox()] = whole(replace(data, pauses=()))
            assert subject.current() is None

    async def test_an_intervention_is_not_answered_before_its_release_is_read(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = inbox_sample()
        del known[ReleaseOf(SERVER, PORTAL, 88)]
        async with showing(tmp_path, monkeypatch, known=known) as (pilot, _):
            screen = await shown_all(pilot)
            await pilot.press("G")
            await rested(pilot)
            said = screen.subject(Verb.APPROVE)
            assert said == "2026.11.3 was not read yet, so this cannot be answered. Wait a moment."

    async def test_what_is_asked_of_others_is_taken_over_first(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, known=inbox_sample()) as (pilot, service):
            screen = await shown_all(pilot)
            screen.grid.move_to((SERVER, "approval", OTHER))
            subject = screen.subject(Verb.APPROVE)
            assert isinstance(subject, Subject)
            said = refusal(subject, service.server(SERVER), service.outbox)
            assert said is not None
            assert said.startswith(":take-over makes it yours first")
            over = screen.subject(Verb.TAKE_OVER)
            assert isinstance(over, Subject)
            assert refusal(over, service.server(SERVER), service.outbox) is None

    async def test_what_only_the_browser_can(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        known, shown = inbox_sample(), waiting_release()
        environments = list(shown.environments or ())
        rules = environments[2].pre_plan
        again = replace(rules, options=replace(rules.options, revalidate_identity=True))
        environments[2] = replace(environments[2], pre_plan=again)
        known[ReleaseOf(SERVER, BILLING, 142)] = whole(replace(shown, environments=tuple(environments)))
        async with showing(tmp_path, monkeypatch, known=known) as (pilot, service):
            await settled(pilot, "browser")
            subject = inbox(pilot).subject(Verb.APPROVE)
            assert isinstance(subject, Subject)
            assert subject.browser_only() == (
                "https://tfs01.example/tfs/Main/Billing/_release?releaseId=142&_a=release-summary"
            )
            said = refusal(subject, service.server(SERVER), service.outbox)
            assert said is not None
            assert said.startswith("Browser only")

    async def test_marked_rows_are_meant_in_the_order_shown(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, known=inbox_sample()) as (pilot, _):
            screen = await shown_all(pilot)
            await pilot.press("asterisk")
            meant = [screen.subject_of(Verb.APPROVE, key) for key in screen.meant(Verb.APPROVE)]
            found = [each for each in meant if isinstance(each, Subject)]
            assert [each.seen.id for each in found] == [DIRECT, BACK, OTHER, POST, PAUSE]
            assert [each.verb for each in found] == [Verb.APPROVE] * 4 + [Verb.RESUME]

    async def test_open_goes_to_the_approval_or_to_the_release(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with showing(tmp_path, monkeypatch, known=inbox_sample()) as (pilot, service):
            await shown_all(pilot)
            await pilot.press("enter")
            shown = await settled(pilot, "Approvals > approval 77")
            assert "Live now  Rel-139" in shown
            assert ContentOf(SERVER, BILLING, 142, 139) in service.watched
            await pilot.press("escape", "G", "enter")
            await settled(pilot, "[Stages]")


def test_the_sample_is_of_every_kind() -> None:
    known = inbox_sample()[Inbox()].data
    assert isinstance(known, InboxData)
    assert {row.why for row in known.rows} | {row.why for row in known.pauses} == set(Why)
