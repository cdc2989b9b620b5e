"""What the screens tell besides the rows: age, verdicts, old rows, servers, notices."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from reltui.config import Config, Profile, SecretSource
from reltui.data.decision import Decision, Draft, State, Verb
from reltui.data.service import DataService
from reltui.data.topics import (
    DefinitionsData,
    DefinitionsOf,
    Inbox,
    InboxData,
    Link,
    Problem,
    ReleasesData,
    ReleasesOf,
    ServerState,
    Snapshot,
)
from reltui.model.decode import BadRow
from reltui.model.text import SafeText
from reltui.ui.present import line, plain, width
from reltui.ui.present_inbox import empty_lines
from reltui.ui.screens import pointing
from reltui.ui.screens.approvals import ApprovalsScreen
from reltui.ui.screens.base import ListScreen
from reltui.ui.screens.subject import Subject, refusal
from reltui.ui.widgets import header
from reltui.ui.widgets.rule import rule_over
from reltui.ui.widgets.statusline import outbox_state, status_line
from tests.ui import still_service
from tests.ui.samples import BILLING, LOOK
from tests.ui.screen_text import gone, lines, settled, text
from tests.ui.still_service import CONFIG, SERVER, StillService, sample, showing, whole

LONG = SafeText("Portal.Backend.Settlement.CD / Portal-2026.11.24.1 / PROD-EUROPE-WEST")
BAD = BadRow(4711, SafeText("its status is missing"))


def decided(state: State, sentence: str = "") -> Decision:
    return Decision("0" * 32, None, Verb.APPROVE, LONG, state, SafeText(sentence))


class TestStatusLine:
    @pytest.mark.parametrize("state", [*State])
    def test_the_state_comes_first_and_the_age_is_kept(self, state: State) -> None:
        outbox = outbox_state([decided(state, "Approved by you at 10:41.")], 4, "U")
        told = plain(status_line(line("data <1 min old"), outbox, "!", 80, False))
        assert width(told) == 80
        assert told.startswith(f" data <1 min old | {state}")
        assert told.rstrip().endswith("PE-WEST !")
        if state is State.HELD:
            assert " 4 s, U takes it back: approve Por" in told

    def test_a_short_verdict_is_whole(self) -> None:
        outbox = outbox_state([replace(decided(State.LANDED), title=SafeText("Invoice.CD / Rel-81"))], 0, "U")
        told = plain(status_line(line("data 3 h old"), outbox, "!", 80, False))
        assert told.endswith("| landed: approve Invoice.CD / Rel-81 ")

    def test_that_there_is_a_problem_is_kept_too(self) -> None:
        data = line("data <1 min old", " | tfs01/Ops: TF401444 says no, and says it at length")
        told = plain(status_line(data, outbox_state([decided(State.LANDED)], 0, "U"), "!", 80, True))
        assert width(told) == 80
        assert told.startswith(" data <1 min old | tfs0")
        assert "| landed: approve Portal" in told


class TestNoProject:
    """`projects` of the profile names none that is there."""

    SNAPSHOT: Snapshot[InboxData] = Snapshot(
        problems=(Problem(SafeText("tfs01"), SafeText('There is no project "Bilingg" there.')),)
    )

    def test_the_list_says_so(self) -> None:
        told = "\n".join(plain(each) for each in empty_lines(self.SNAPSHOT, "for you", 0, False, LOOK, str))
        assert "whether anything is pending: no project" in told
        assert "Bilingg" in told
        assert "none projects" not in told

    def test_the_header_does_not_go_on_connecting(self) -> None:
        server = ServerState(SERVER, SafeText("tfs01/Main"), "https://tfs01.example/c", Link.ONLINE)
        told = plain(header.identity([server], ["pat"], self.SNAPSHOT, 80, False))
        assert told.rstrip().endswith("no project")
        waiting = replace(server, link=Link.UNKNOWN)
        assert (
            plain(header.identity([waiting], ["pat"], Snapshot(), 80, False)).rstrip().endswith("connecting")
        )


def with_rows(**changes: object) -> dict[object, Snapshot[InboxData]]:
    """The sample, its first row changed."""
    known = sample()
    data = known[Inbox()].data
    assert isinstance(data, InboxData)
    first = replace(data.rows[0], **changes)  # type: ignore[arg-type]
    known[Inbox()] = whole(InboxData((first, *data.rows[1:])), parts=2, answered=1)
    return known  # type: ignore[return-value]


async def test_an_old_row_is_marked_and_nothing_is_done_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = with_rows(fresh=False, read_at=LOOK.now.timestamp() - 7200)
    async with showing(tmp_path, monkeypatch, known=known) as (pilot, service):  # type: ignore[arg-type]
        await settled(pilot, "Invoice.CD")
        old, fresh = lines(pilot.app)[4:6]
        assert old.startswith(">   ? 00:42!")
        assert old.endswith(" old")
        assert "?" not in fresh
        await settled(pilot, "An old row, read 2h ago")
        assert "approve" not in lines(pilot.app)[-1]
        screen = pilot.app.screen
        assert isinstance(screen, ApprovalsScreen)
        subject = screen.subject(Verb.APPROVE)
        assert isinstance(subject, Subject)
        assert subject.read_at == LOOK.now.timestamp() - 7200
        assert "This row is old" in str(refusal(subject, service.server(SERVER), service.outbox))
        await pilot.press("j")
        other = screen.subject(Verb.APPROVE)
        assert isinstance(other, Subject)
        assert refusal(other, service.server(SERVER), service.outbox) is None


@pytest.mark.parametrize("size", [(60, 24), (80, 24), (90, 24), (120, 36)])
async def test_servers_with_equal_names_stay_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    other = "tfs02"
    profile = Profile(other, "https://tfs02.example/tfs/Main", SecretSource(env="UNUSED"))
    config = Config(profiles={**CONFIG.profiles, other: profile}, default=(SERVER, other))
    states = {
        name: ServerState(name, SafeText(f"{name}/Main"), config.profiles[name].url, Link.ONLINE)
        for name in config.default
    }
    monkeypatch.setattr(still_service, "CONFIG", config)
    monkeypatch.setattr(StillService, "servers", property(lambda self: tuple(states.values())))
    monkeypatch.setattr(StillService, "server", lambda self, name: states[name])
    known = sample()
    data = known[Inbox()].data
    assert isinstance(data, InboxData)
    row = data.rows[0]
    known[Inbox()] = whole(InboxData((row, replace(row, server=other))), parts=2, answered=2)
    async with showing(tmp_path, monkeypatch, size, known=known) as (pilot, _):
        await settled(pilot, "Invoice.CD")
        shown = [each.partition("│")[0] for each in lines(pilot.app)]
        assert [SERVER in each for each in shown[4:6]] == [True, False]
        assert [other in each for each in shown[4:6]] == [False, True]
        assert f"[ {SERVER} / " in text(pilot.app)
        await pilot.press("j")
        await settled(pilot, f"[ {other} / ")
        await pilot.press("2")
        await settled(pilot, f"{SERVER} / Billing")


@pytest.mark.parametrize(
    ("key", "topic", "wanted"),
    [
        ("2", ReleasesOf(SERVER, BILLING), "unreadable: release 4711"),
        ("3", DefinitionsOf(SERVER, BILLING), "unreadable: definition 4711"),
    ],
)
async def test_unreadable_rows_stay_at_the_end_of_every_order(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    key: str,
    topic: ReleasesOf | DefinitionsOf,
    wanted: str,
) -> None:
    known = sample()
    data = known[topic].data
    assert isinstance(data, ReleasesData | DefinitionsData)
    known[topic] = whole(replace(data, bad=(BAD,)))
    async with showing(tmp_path, monkeypatch, known=known) as (pilot, _):
        await pilot.press(key)
        await settled(pilot, wanted)
        screen = pilot.app.screen
        assert isinstance(screen, ListScreen)
        for _ in screen.sorts:
            for _ in range(2):
                screen.do_sort_reverse()
                await pilot.pause()
                body = [each for each in lines(pilot.app)[4:12] if each]
                assert wanted in next(each for each in body[::-1] if not each.startswith("──"))
                assert len([each for each in body if wanted in each]) == 1
            screen.do_sort()


async def test_a_row_that_is_gone_is_told_for_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pointing, "GONE_SECONDS", 0.3)
    async with showing(tmp_path, monkeypatch) as (pilot, service):
        await settled(pilot, "Invoice.CD")
        rows = service.look(Inbox()).data.rows  # type: ignore[union-attr]
        service.learn(Inbox(), whole(InboxData(rows[1:]), parts=2, answered=2))
        await settled(pilot, "The row under the cursor is gone.")
        await gone(pilot, "The row under the cursor is gone.")
        await settled(pilot, "a approve")


async def test_a_row_that_went_by_ones_own_decision_is_not_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with showing(tmp_path, monkeypatch) as (pilot, service):
        await settled(pilot, "Invoice.CD")
        rows = service.look(Inbox()).data.rows  # type: ignore[union-attr]
        draft = Draft(Verb.APPROVE, SERVER, SafeText("tfs01/Main"), BILLING, rows[0].approval)
        held = service.outbox.submit(draft)
        landed = replace(service.outbox.get(held.id), state=State.LANDED)
        monkeypatch.setattr(service.outbox, "decisions", lambda: (landed,))
        service.learn(Inbox(), whole(InboxData(rows[1:]), parts=2, answered=2))
        await settled(pilot, "landed: approve Invoice.CD")
        await gone(pilot, "Rel-142   ")
        await pilot.pause(0.1)
        assert "is gone" not in text(pilot.app)
        service.outbox.take_back()


async def test_a_notice_that_comes_later_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notices: list[SafeText] = []
    monkeypatch.setattr(DataService, "notices", property(lambda self: tuple(notices)))
    async with showing(tmp_path, monkeypatch) as (pilot, service):
        await settled(pilot, "Invoice.CD")
        notices.append(SafeText("Working without a cache: Read-only file system."))
        service.learn(Inbox(), service.look(Inbox()))
        await settled(pilot, "Working without a cache")
        await pilot.press("j")
        await gone(pilot, "Working without a cache")
        service.learn(Inbox(), service.look(Inbox()))
        await pilot.pause(0.4)
        assert "Working without a cache" not in text(pilot.app)


async def test_what_the_person_puts_out_of_sight_is_not_told_as_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with showing(tmp_path, monkeypatch) as (pilot, _):
        await settled(pilot, "Invoice.CD")
        await pilot.press("j", "m", "m")
        await settled(pilot, "[MINE 1]")
        await pilot.press("m", "slash", *"invoice", "enter")
        await settled(pilot, "/ invoice")
        await pilot.press("2")
        await settled(pilot, "project: Billing")
        await pilot.press("j", "m")
        await settled(pilot, "project: Portal")
        await pilot.pause(0.1)
        assert [said.text for said in pilot.app.said] == []  # type: ignore[attr-defined]


def test_the_title_of_the_preview_is_not_cut_for_the_count_of_lines() -> None:
    title = line("Payments-20261123.2 / PROD-US  pre-deploy")
    for cells in range(40, 81):
        told = plain(rule_over(title, 12, "tab", cells, False))
        assert width(told) == cells
        assert "PROD-US  pre-deploy" in told or cells < 49
    assert "[ +12 below tab ]" in told
    assert "+" not in plain(rule_over(title, 0, "tab", 80, False))
