"""The journal screen: what was decided, here and elsewhere; what it says of what it could not read."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from reltui.config import Config
from reltui.data.decision import Draft, State, Verb
from reltui.data.journal import encode
from reltui.data.order import Order
from reltui.data.service import DataService
from reltui.data.topics import DecidedData, DecidedOf, Inbox, Problem, Snapshot
from reltui.model.approval import ApprovalStatus
from reltui.model.text import SafeText
from reltui.paths import under
from reltui.ui.app import ReltuiApp, UiOptions
from reltui.ui.screens.journal import JournalScreen
from tests.ui.running import running
from tests.ui.samples import BILLING, DANA, KIM, LEE, NOW, PORTAL, approval
from tests.ui.screen_text import settled, text
from tests.ui.still_service import SERVER, StillService, sample, showing, whole
from tests.ui.test_screens_lists import SIZES, compare

URL = "https://tfs01.example/tfs/Main"
PLAN = "ab" * 16


def lines_of(
    item: int,
    verb: Verb = Verb.APPROVE,
    state: State | None = State.LANDED,
    *,
    sentence: str = "Approved by you at 10:12:04.",
    release: str = "Rel-142",
    stage: str = "PROD",
    definition: str = "Invoice.CD",
    hours: float = 1.0,
    comment: str = "CHG0012345 go",
    latency: float = 0.184,
    **changes: Any,
) -> list[bytes]:
    """What the journal has of one decision."""
    facts = {
        "status": "pending",
        "kind": "preDeploy",
        "attempt": "2",
        "revision": "3",
        "environment id": "4",
        "environment": stage,
        "release id": "142",
        "release": release,
        "definition id": "5",
        "definition": definition,
    }
    order = Order(
        id=f"{item:032x}",
        verb=verb,
        server=SERVER,
        url=URL,
        project_id=BILLING.id,
        project_name=BILLING.name,
        object_id=70 + item,
        title=f"{definition} / {release} / {stage}",
        comment=comment,
        person_id=DANA.id,
        person=DANA.name,
        account=DANA.account,
        confirmed_at=(NOW - timedelta(hours=hours)).timestamp(),
        facts=facts,
        versions={"drop": "20261124.1", "config": "main"},
    )
    found = [encode(replace(order, **changes).record())]
    if state is not None:
        found.append(
            encode(
                {
                    "type": "verdict",
                    "id": order.id,
                    "at": order.confirmed_at + 6,
                    "final": state is not State.UNSETTLED,
                    "told": True,
                    "state": str(state),
                    "sentence": sentence,
                    "latency": latency,
                    "activity": "6f1f2f3f-0000-4000-8000-0000000000a1",
                    "made_id": 0,
                    "after": {**facts, "status": "approved", "revision": "4"},
                }
            )
        )
    return found


def write(folder: Path, *lines: bytes, name: str = "20261124T090000-77-aaaa.log") -> Path:
    """A journal of a run on another host that has long ended."""
    where = folder / "state" / "journal"
    where.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / "state").chmod(0o700)
    head = {"type": "run", "host": "jump01", "pid": 77, "started": "5", "at": 0}
    path = where / name
    path.write_bytes(b"".join([encode(head), *lines]))
    return path


def evening(folder: Path) -> Path:
    """Six decisions with six ends."""
    not_sent = 'The revision is now "4"; it was "3".'
    return write(
        folder,
        *lines_of(1, hours=30, comment="first line\nsecond line"),
        *lines_of(2, Verb.REJECT, stage="UAT", hours=5, sentence="Rejected by you at 05:40:00."),
        *lines_of(3, state=State.NOT_SENT, hours=4, latency=0.0, sentence=not_sent),
        *lines_of(
            4, state=State.DID_NOT_LAND, hours=3, sentence="Lee Vance rejected it at 07:39:58. Not by you."
        ),
        *lines_of(
            5,
            Verb.APPROVE_LATER,
            State.UNSETTLED,
            hours=2,
            options={"at": "2026-11-24T21:30:00+00:00"},
            sentence="The server cannot be asked: no connection.",
        ),
        *lines_of(6, release="Rel-143", plan=PLAN, number=3, latency=1.25),
    )


def decided() -> dict[Any, Snapshot[Any]]:
    """What the servers tell: one of them is ours."""
    rows = tuple(
        replace(
            approval(number, status=status, by=by, stage=(4, "PROD")),
            modified_on=NOW - timedelta(hours=hours),
        )
        for number, by, status, hours in (
            (76, DANA, ApprovalStatus.APPROVED, 1.0),
            (90, LEE, ApprovalStatus.APPROVED, 1.5),
            (91, KIM, ApprovalStatus.REJECTED, 6.0),
        )
    )
    return {
        DecidedOf(SERVER, BILLING): whole(DecidedData(rows)),
        DecidedOf(SERVER, PORTAL): whole(DecidedData()),
    }


@asynccontextmanager
async def journal(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    wanted: str = "HERE 6",
    size: tuple[int, int] = (80, 24),
    options: UiOptions | None = None,
) -> AsyncIterator[tuple[Pilot[str], StillService]]:
    """The journal screen once it shows `wanted`."""
    async with showing(folder, monkeypatch, size, {**sample(), **decided()}, options) as (pilot, service):
        await settled(pilot, "Invoice.CD")
        await pilot.press("J")
        await settled(pilot, wanted)
        yield pilot, service


def screen_of(pilot: Pilot[str]) -> JournalScreen:
    screen = pilot.app.screen
    assert isinstance(screen, JournalScreen)
    return screen


async def ids_are(pilot: Pilot[str], wanted: list[int]) -> None:
    """Wait until the list shows these, in this order."""
    for _ in range(2000):
        if shown_ids(pilot) == wanted:
            return
        await pilot.pause(0.02)
    assert shown_ids(pilot) == wanted


def shown_ids(pilot: Pilot[str]) -> list[int]:
    screen = screen_of(pilot)
    return [int(screen.id_text(key)) for key in screen.grid.keys if not screen.is_heading(key)]


@pytest.mark.parametrize("size", SIZES)
async def test_looks(size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    evening(tmp_path)
    async with journal(tmp_path, monkeypatch, size=size) as (pilot, _):
        compare("journal", size, text(pilot.app))
        await pilot.press("m")
        await settled(pilot, "[HERE+ELSEWHERE 8]")
        compare("journal-both", size, text(pilot.app))


async def test_ascii(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    evening(tmp_path)
    async with journal(tmp_path, monkeypatch, size=(160, 45), options=UiOptions(ascii=True)) as (pilot, _):
        await pilot.press("m")
        assert (await settled(pilot, "[HERE+ELSEWHERE 8]")).isascii()


async def test_the_preview_tells_everything_and_the_whole_comment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evening(tmp_path)
    async with journal(tmp_path, monkeypatch, size=(160, 45)) as (pilot, _):
        await pilot.press("G")
        shown = await settled(pilot, "second line")
        for wanted in (
            "landed",
            "Approved by you at 10:12:04.",
            "Dana Okoro (CORP\\dana)",
            "id 71",
            "Rel-142 (id 142)",
            "PROD (id 4)",
            "first line",
            "status pending, kind preDeploy, attempt 2, revision 3",
            "status approved, kind preDeploy, attempt 2, revision 4",
            "drop 20261124.1, config main",
            "184 ms",
            "6f1f2f3f-0000-4000-8000-0000000000a1",
            "process 77 on jump01",
        ):
            assert wanted in shown


async def test_filter_and_sort(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    evening(tmp_path)
    async with journal(tmp_path, monkeypatch) as (pilot, _):
        await ids_are(pilot, [76, 75, 74, 73, 72, 71])
        for words, ids in (
            ("state:landed", [76, 72, 71]),
            ("since:4h", [76, 75, 74, 73]),
            ("!since:4h verb:approve", [71]),
            ("stage:uat", [72]),
            (f"plan:{PLAN[:8]}", [76]),
        ):
            await pilot.press("slash")
            pilot.app.screen.query_one("#filter", Input).value = words
            await pilot.press("enter")
            await ids_are(pilot, ids)
        await pilot.press("escape")
        await ids_are(pilot, [76, 75, 74, 73, 72, 71])
        while screen_of(pilot).sorts[screen_of(pilot).sort][0] != "latency":
            await pilot.press("s")
        await ids_are(pilot, [76, 75, 74, 72, 71, 73])


async def test_elsewhere_is_asked_only_while_it_is_shown_and_ours_is_not_doubled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evening(tmp_path)
    async with journal(tmp_path, monkeypatch) as (pilot, service):
        assert not any(isinstance(topic, DecidedOf) for topic in service.watched)
        await pilot.press("m")
        shown = await settled(pilot, "[HERE+ELSEWHERE 8]")
        assert {DecidedOf(SERVER, BILLING), DecidedOf(SERVER, PORTAL)} <= service.watched
        await ids_are(pilot, [76, 90, 75, 74, 73, 72, 91, 71])
        assert "by Lee Vance" in shown
        assert "by Kim Salo" in shown
        await pilot.press("m")
        await settled(pilot, "[HERE 6]")
        assert not any(isinstance(topic, DecidedOf) for topic in service.watched)
        await pilot.press("m")
        await settled(pilot, "[HERE+ELSEWHERE 8]")
        await pilot.press("escape")
        await settled(pilot, "[MINE+GROUPS")
        assert not any(isinstance(topic, DecidedOf) for topic in service.watched)
        assert Inbox() in service.watched


async def test_a_server_that_does_not_answer_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evening(tmp_path)
    async with journal(tmp_path, monkeypatch, size=(120, 36)) as (pilot, service):
        refused = Problem(SafeText("tfs01 / Portal"), SafeText("You may not see the releases of Portal."))
        service.learn(DecidedOf(SERVER, PORTAL), Snapshot(None, parts=1, problems=(refused,)))
        await pilot.press("m")
        shown = await settled(pilot, "1 project not answered")
        assert "tfs01 / Portal: You may not see" in shown


async def test_nothing_decided_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with journal(tmp_path, monkeypatch, "Nothing has been decided from here yet.") as (pilot, service):
        await pilot.press("e")
        await settled(pilot, "There is nothing to save.")
        service.known[DecidedOf(SERVER, BILLING)] = whole(DecidedData())
        await pilot.press("m")
        await settled(pilot, "Nothing has been decided, as far back as the servers were asked.")
        service.learn(DecidedOf(SERVER, BILLING), Snapshot(loading=True))
        await settled(pilot, "Reading what was decided elsewhere...")


async def test_a_damaged_journal_is_said_and_the_rest_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = evening(tmp_path)
    path.write_bytes(path.read_bytes() + b"rubbish\n")
    write(tmp_path, *lines_of(9)[:1], name="20261124T100000-78-bbbb.log")
    torn = tmp_path / "state" / "journal" / "20261124T100000-78-bbbb.log"
    torn.write_bytes(torn.read_bytes()[:-9])
    async with journal(tmp_path, monkeypatch, size=(160, 45)) as (pilot, _):
        shown = text(pilot.app)
        assert f"damaged: 1 lines of the journal {path.name} are damaged" in shown
        assert f"damaged: The journal {torn.name} ends in the middle of a line" in shown
        assert len(shown_ids(pilot)) == 6


async def test_hostile_names_are_drawn_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names: dict[str, Any] = {
        "release": "[/red]\x1b[31mRel",
        "stage": "PRО" + "D" * 80,
        "comment": "\x9b31m[b]\u202eon",
    }
    write(tmp_path, *lines_of(1, **names))
    async with journal(tmp_path, monkeypatch, "HERE 1", (160, 45)) as (pilot, _):
        shown = await settled(pilot, "[/red]")
        assert "[!]" in shown
        assert not set(shown) & {"\x1b", "\x9b", "\u202e"}


async def save(pilot: Pilot[str], path: Path) -> None:
    await pilot.press("e")
    await settled(pilot, "Save the journal")
    pilot.app.screen.query_one("#path", Input).value = str(path)
    await pilot.press("enter")


async def test_what_the_list_shows_is_saved_as_the_name_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evening(tmp_path)
    async with journal(tmp_path, monkeypatch) as (pilot, _):
        await pilot.press("slash", *"state:landed", "enter")
        await ids_are(pilot, [76, 72, 71])
        for ending, wanted in (
            (".txt", "second line"),
            (".csv", '"first line\nsecond line"'),
            (".json", '"version": 1'),
        ):
            path = tmp_path / f"evening{ending}"
            await save(pilot, path)
            await settled(pilot, "[HERE 6]")
            assert wanted in path.read_text(encoding="utf-8")
            assert path.stat().st_mode & 0o777 == 0o600
        document = json.loads((tmp_path / "evening.json").read_text())
        assert [one["object_id"] for one in document["decisions"]] == [76, 72, 71]


async def test_saving_never_overwrites_and_knows_only_three_endings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evening(tmp_path)
    there = tmp_path / "there.csv"
    there.write_text("mine")
    async with journal(tmp_path, monkeypatch) as (pilot, _):
        await save(pilot, there)
        await settled(pilot, "is there already; choose another name.")
        assert there.read_text() == "mine"
        pilot.app.screen.query_one("#path", Input).value = str(tmp_path / "evening.xlsx")
        await pilot.press("enter")
        await settled(pilot, "The name must end with .txt, .csv or .json.")
        assert "evening.xlsx" not in os.listdir(tmp_path)


async def test_enter_opens_the_release_and_escape_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = lines_of(2, url="https://gone.example", hours=2)
    write(tmp_path, *lines_of(1), *elsewhere)
    async with journal(tmp_path, monkeypatch, "HERE 2") as (pilot, _):
        await pilot.press("J", "J")
        assert screen_of(pilot).app.depth == 1
        await pilot.press("enter")
        await settled(pilot, "[Stages]")
        await pilot.press("escape")
        await settled(pilot, "HERE 2")
        await pilot.press("j", "enter")
        await settled(pilot, "https://gone.example, is not in use now")
        await pilot.press("escape")
        await settled(pilot, "[MINE+GROUPS")


async def test_a_decision_appears_and_its_verdict_follows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evening(tmp_path)
    async with journal(tmp_path, monkeypatch) as (pilot, service):
        data = service.look(Inbox()).data
        assert data is not None
        row = data.rows[0]
        service.outbox.submit(Draft(Verb.APPROVE, SERVER, BILLING.name, BILLING, row.approval, "now"))
        await settled(pilot, "[HERE 7]")
        await settled(pilot, "PROD          held")
        await pilot.press("U")
        await settled(pilot, "PROD          taken back")


async def test_by_command_from_any_screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    evening(tmp_path)
    async with showing(tmp_path, monkeypatch) as (pilot, _):
        await settled(pilot, "Invoice.CD")
        await pilot.press("3")
        await settled(pilot, "Ledger.CD")
        await pilot.press("colon")
        await settled(pilot, "command, or where to go")
        await pilot.press(*"journal")
        await settled(pilot, "J        Show what was")
        await pilot.press("enter")
        await settled(pilot, "[HERE 6]")
        await pilot.press("escape")
        await settled(pilot, "Ledger.CD")


async def test_without_a_server_there_is_still_a_journal(tmp_path: Path) -> None:
    write(tmp_path, *lines_of(1))
    service = DataService(Config(), under(tmp_path))
    app = ReltuiApp(service, Config(), UiOptions())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("J")
        await settled(pilot, "[HERE 1]")
        await pilot.press("m")
        await settled(pilot, "[HERE+ELSEWHERE 1]")
        await pilot.press("o")
        await pilot.press("enter")
        await settled(pilot, "is not in use now")
    await service.close(grace=1.0)


async def test_on_a_real_server_what_was_decided_elsewhere_stands_beside_ours(tmp_path: Path) -> None:
    async with running(tmp_path, size=(160, 45)) as run:
        await run.press("J")
        await run.see("Nothing has been decided from here yet.")
        await run.press("m")
        await run.see("elsewhere")
        await run.press("slash", *"verb:reject", "enter")
        await run.see("/ verb:reject")
        await run.press("escape", "escape")
        await run.see("[MINE+GROUPS")
