"""What tells a person who looks elsewhere: bell, title of the window, OSC 9; on the real screens."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from reltui.config import Notify
from reltui.data.topics import Inbox, InboxData, InboxRow, PauseRow, ReleaseOf, Snapshot, Topic, Why
from reltui.model.text import SafeText
from reltui.ui import telling
from reltui.ui.app import ReltuiApp
from reltui.ui.driver import GuardedDriver
from reltui.ui.telling import sentence
from reltui.ui.wire.canvas import Canvas
from reltui.ui.wire.guard import OutputGuard
from reltui.ui.writer import Writer
from tests.ui import still_service
from tests.ui.release_samples import deployed, intervention
from tests.ui.samples import BILLING, CAB, DANA, LEE, approval, waiting_release
from tests.ui.screen_text import settled
from tests.ui.still_service import CONFIG, SERVER, StillService, showing, whole

BELL = "\x07"
ALL = Notify(bell=True, title=True, osc9=True)


class Recorder(GuardedDriver):
    """Our driver, with a list in place of a terminal."""

    def __init__(self) -> None:
        # The driver's own start takes the terminal of the tests.
        self.output_guard = OutputGuard()
        self._canvas = Canvas()
        self.written: list[str] = []
        self._title = ""

    def _put(self, data: str) -> None:
        self.written.append(data)

    def ask_shown(self, *, anew: bool) -> bool:
        return False

    @property
    def told(self) -> list[str]:
        """What the notifications said."""
        return [data[4:-1].removeprefix("reltui: ") for data in self.written if data.startswith("\x1b]9;")]

    @property
    def titles(self) -> list[str]:
        return [data for data in self.written if "\x1b]2;" in data]


def row(id: int, why: Why = Why.DIRECT, *, is_new: bool = True, **changes: Any) -> InboxRow:
    """An approval of Rel-142 that has come since the start."""
    approver = {Why.DIRECT: DANA, Why.GROUP: CAB}.get(why, LEE)
    return InboxRow(SERVER, BILLING, approval(id, approver=approver, **changes), why, is_new, fresh=True)


def inbox(*rows: InboxRow, pauses: tuple[PauseRow, ...] = ()) -> Snapshot[InboxData]:
    return whole(InboxData(rows, pauses=pauses), parts=2, answered=2)


def expiring(seconds: float) -> InboxRow:
    """The approval of the sample's release, which expires in so many seconds by its stage's 24 hours."""
    created = datetime.now(UTC) + timedelta(seconds=seconds) - timedelta(minutes=1440)
    return replace(row(77, is_new=False), approval=replace(approval(77, rank=2), created_on=created))


@asynccontextmanager
async def watched(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *rows: InboxRow,
    notify: Notify = ALL,
    gather: float = 0.01,
    releases: bool = False,
) -> AsyncIterator[tuple[Pilot[str], StillService, Recorder]]:
    """The application on its inbox, with a driver that records."""
    recorder = Recorder()
    monkeypatch.setattr(telling, "GATHER_SECONDS", gather)
    monkeypatch.setattr(ReltuiApp, "driver", property(lambda self: recorder))
    monkeypatch.setattr(still_service, "CONFIG", replace(CONFIG, notify=notify))
    known: dict[Topic[Any], Snapshot[Any]] = {Inbox(): inbox(*rows)}
    if releases:
        known[ReleaseOf(SERVER, BILLING, 142)] = whole(waiting_release())
    async with showing(folder, monkeypatch, known=known) as (pilot, service):
        yield pilot, service, recorder


async def seen(pilot: Pilot[str], condition: Callable[[], object]) -> None:
    """Wait until something holds."""
    for _ in range(2000):
        if condition():
            return
        await pilot.pause(0.02)
    raise AssertionError("it did not come about")


async def told(pilot: Pilot[str], recorder: Recorder, count: int) -> None:
    """Wait for so many notifications."""
    await seen(pilot, lambda: len(recorder.told) == count)


async def test_what_is_new_for_me_or_my_groups_rings_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, other = row(1, is_new=False), row(2, Why.OTHER)
    async with watched(tmp_path, monkeypatch, old, other) as (pilot, service, recorder):
        direct = row(3)
        service.learn(Inbox(), inbox(old, other, direct))
        await seen(pilot, lambda: recorder.told)
        service.learn(Inbox(), inbox(old, other, direct))
        group = row(4, Why.GROUP, stage=(31, "UAT"))
        service.learn(Inbox(), inbox(old, other, direct, group))
        await seen(pilot, lambda: len(recorder.told) == 2)
        # it goes, and comes again
        service.learn(Inbox(), inbox(old, other, group))
        service.learn(Inbox(), inbox(old, other, direct, group, row(5), row(6)))
        await seen(pilot, lambda: len(recorder.told) == 3)
        assert recorder.told == [
            "New approval: Invoice.CD / Rel-142 / PROD",
            "New approval: Invoice.CD / Rel-142 / UAT",
            "2 new approvals",
        ]
        assert recorder.written.count(BELL) == 3


async def test_what_turns_out_to_be_mine_is_told_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(tmp_path, monkeypatch, row(1, Why.OTHER)) as (pilot, service, recorder):
        service.learn(Inbox(), inbox(row(1)))
        await seen(pilot, lambda: recorder.told)
        assert recorder.told == ["New approval: Invoice.CD / Rel-142 / PROD"]


async def test_an_intervention_is_for_anyone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pause = PauseRow(SERVER, BILLING, intervention(), deployed(142, 1, definition_stage=4), is_new=True)
    async with watched(tmp_path, monkeypatch) as (pilot, service, recorder):
        service.learn(Inbox(), inbox(pauses=(pause,)))
        await seen(pilot, lambda: recorder.told)
        assert recorder.told[0].startswith("New intervention: ")
        assert recorder.written.count(BELL) == 1


async def test_what_comes_at_once_is_told_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with watched(tmp_path, monkeypatch, row(1), gather=3600.0) as (pilot, service, recorder):
        app = pilot.app
        assert isinstance(app, ReltuiApp)
        for count in (2, 3):
            service.learn(Inbox(), inbox(*(row(number) for number in range(1, count + 1))))
            await settled(pilot, f"[Approvals({count})]")
            app.telling.look()
        assert recorder.told == []
        app.telling._tell()
        assert recorder.told == ["3 new approvals"]
        assert recorder.written.count(BELL) == 1


async def test_before_the_expiry_it_is_told_once_per_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(tmp_path, monkeypatch, expiring(7200), releases=True) as (pilot, service, recorder):
        for seconds, count in ((3500, 1), (3400, 1), (500, 2), (400, 2), (-5, 2), (3500, 2)):
            service.learn(Inbox(), inbox(expiring(seconds)))
            await told(pilot, recorder, count)
        service.learn(Inbox(), inbox(expiring(500), row(9)))
        await seen(pilot, lambda: len(recorder.told) == 3)
        assert recorder.told == [
            "Expires within 1 h: Invoice.CD / Rel-142 / PROD",
            "Expires within 10 min: Invoice.CD / Rel-142 / PROD",
            "New approval: Invoice.CD / Rel-142 / PROD",
        ]


async def test_a_longer_warning_that_was_missed_is_not_made_up_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(tmp_path, monkeypatch, expiring(300), releases=True) as (pilot, service, recorder):
        await seen(pilot, lambda: recorder.told)
        service.learn(Inbox(), inbox(expiring(3000), row(9)))
        await seen(pilot, lambda: len(recorder.told) == 2)
        assert recorder.told[0].startswith("Expires within 10 min: ")
        assert recorder.told[1].startswith("New approval: ")


async def test_an_expiry_that_is_not_known_or_not_mine_is_not_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(tmp_path, monkeypatch, expiring(300)) as (pilot, service, recorder):
        service.learn(ReleaseOf(SERVER, BILLING, 142), whole(waiting_release()))
        service.learn(Inbox(), inbox(replace(expiring(300), why=Why.OTHER), row(9)))
        await seen(pilot, lambda: recorder.told)
        assert recorder.told == ["New approval: Invoice.CD / Rel-142 / PROD"]


async def test_the_title_counts_what_waits_and_is_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(tmp_path, monkeypatch, row(1), row(2, Why.OTHER)) as (pilot, service, recorder):
        await seen(pilot, lambda: recorder.titles == ["\x1b[22;2t\x1b]2;reltui (1)\x07"])
        service.learn(Inbox(), inbox(row(1)))
        service.learn(Inbox(), replace(inbox(row(1)), answered=1))
        await seen(pilot, lambda: recorder.titles[1:] == ["\x1b]2;reltui (1+)\x07"])
        service.learn(Inbox(), inbox())
        await seen(pilot, lambda: recorder.titles[2:] == ["\x1b]2;reltui\x07"])
        recorder._put_title_back()
        recorder._put_title_back()
        assert recorder.titles[3:] == ["\x1b]2;reltui\x07\x1b[23;2t"]
        # after a stop it is taken again
        service.learn(Inbox(), inbox(row(1)))
        await seen(pilot, lambda: recorder.titles[4:] == ["\x1b[22;2t\x1b]2;reltui (1)\x07"])


TITLES = {"\x1b[22;2t\x1b]2;reltui (1)\x07", "\x1b]2;reltui (2)\x07"}
NOTIFICATION = "\x1b]9;reltui: 2 new approvals\x07"


@pytest.mark.parametrize(
    ("name", "term", "written"),
    [
        ("bell", "xterm-256color", {BELL}),
        ("bell", "linux", {BELL}),
        ("title", "screen-256color", TITLES),
        ("title", "linux", set()),
        ("osc9", "tmux-256color", {NOTIFICATION}),
        ("osc9", "vt220", set()),
        ("none", "xterm-256color", set()),
    ],
)
async def test_each_can_be_had_alone_and_where_the_terminal_knows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, term: str, written: set[str]
) -> None:
    monkeypatch.setenv("TERM", term)
    notify = Notify(bell=name == "bell", title=name == "title", osc9=name == "osc9")
    async with watched(tmp_path, monkeypatch, row(9, is_new=False), notify=notify) as (
        pilot,
        service,
        recorder,
    ):
        app = pilot.app
        assert isinstance(app, ReltuiApp)
        await settled(pilot, "[Approvals(1)]")
        service.learn(Inbox(), inbox(row(1), row(2)))
        await settled(pilot, "[Approvals(2)]")
        await seen(pilot, lambda: app.telling._news is None)
        assert set(recorder.written) == written


async def test_nothing_is_told_without_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with showing(tmp_path, monkeypatch) as (pilot, _):
        app = pilot.app
        assert isinstance(app, ReltuiApp)
        app.telling.look()
        assert app.telling._told == set()


def test_several_are_told_by_their_number() -> None:
    pause = PauseRow(SERVER, BILLING, intervention(), deployed(142, 1, definition_stage=4))
    assert sentence([row(1), row(2), pause], []) == "2 new approvals; 1 new intervention"
    late = [(row(3), 600), (row(4), 172_800)]
    assert sentence([], late) == "2 approvals expire within 2 d"
    assert sentence([row(1), row(2)], late[:1]) == (
        "2 new approvals; Expires within 10 min: Invoice.CD / Rel-142 / PROD"
    )


async def test_a_long_name_is_cut_and_keeps_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with watched(
        tmp_path, monkeypatch, row(1, definition=(5, "Portal.Backend." * 9), stage=(4, "PROD-EU-WEST-01"))
    ) as (pilot, _, recorder):
        await seen(pilot, lambda: recorder.told)
        assert len(recorder.told[0]) == telling.NOTIFICATION_CELLS
        assert recorder.told[0].startswith("New approval: Portal.Backend.")
        assert recorder.told[0].endswith("PROD-EU-WEST-01")


def test_what_is_no_text_never_gets_into_a_command() -> None:
    recorder = Recorder()
    recorder.notify("4;1;50\x1b]0;x\x07\x9c\u202eb")
    recorder.title(SafeText("a\x1b\\b\x07"))
    assert recorder.written == ["\x1b]9;reltui: 4;1;50]0;xb\x07", "\x1b[22;2t\x1b]2;a\\b\x07"]


def test_the_end_of_the_writing_does_not_lose_the_title() -> None:
    """Frames that wait are dropped then."""
    recorder = Recorder()
    recorder.title("reltui (7+)")
    recorder._put_title_back()
    read, write = os.pipe()
    with os.fdopen(write, "w", encoding="utf-8") as stream, os.fdopen(read, "rb", buffering=0) as end:
        writer = Writer(stream)
        for data in ("frame", *recorder.written):
            writer.put(data)
        writer.finish()
        writer.start()
        writer.join()
        assert end.read(200).decode() == "".join(recorder.written)
