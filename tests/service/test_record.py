"""The record tells every decision as it was, whatever became of the run; and can be taken elsewhere."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reltui.data import record, record_export
from reltui.data.decision import Draft, State, Verb
from reltui.data.journal import Journal, decode, encode, run_of
from reltui.data.order import Order
from reltui.data.record import Entries, Entry, Origin
from reltui.data.service import DataService
from reltui.data.topics import DecidedOf, InboxRow, ReleaseOf
from reltui.demo.server import RunningDemo
from reltui.model.approval import Approval, ApprovalStatus
from reltui.model.identity import Identity
from reltui.model.text import SafeText
from tests.service.drafts import last_signature
from tests.support import (
    FAST,
    journal_files,
    ledger,
    let_the_run_look_dead,
    read_whole,
    row_for_me,
    service_on,
    serving,
    set_faults,
    until,
    verdict,
)

NOW = datetime(2026, 11, 24, 21, 0, tzinfo=UTC)
ME = "11111111-1111-1111-1111-111111111111"
URL = "https://tfs01.example/tfs/Main"


def draft_of(row: InboxRow, comment: str, verb: Verb = Verb.APPROVE) -> Draft:
    return Draft(verb, row.server, row.project.name, row.project, row.approval, comment)


async def decide(service: DataService, draft: Draft) -> None:
    await verdict(service, service.outbox.submit(draft))


def asked(lines: list[dict[str, Any]]) -> list[tuple[int, str, str, bool]]:
    """Approval, status, comment and whether it was applied, of every write that the server received."""
    return [
        (
            int(line["path"].partition("/approvals/")[2].partition("?")[0]),
            line["body"]["status"],
            line["body"]["comments"],
            line["applied"],
        )
        for line in lines
    ]


def told(items: tuple[Entry, ...]) -> list[tuple[int, str, str, bool]]:
    """The same of the decisions that were sent, oldest first; fails where a verdict was not proved."""
    sent = [e for e in items if e.state not in (State.NOT_SENT, State.TAKEN_BACK)]
    assert all(e.state in (State.LANDED, State.DID_NOT_LAND) for e in sent), [e.sentence for e in sent]
    status = {Verb.APPROVE: "approved", Verb.REJECT: "rejected"}
    return [
        (e.approval_id, status[e.verb], e.comment, e.state is State.LANDED)
        for e in sorted(sent, key=lambda e: (e.at, e.number))
    ]


async def settled(service: DataService) -> Entries:
    """The record once nothing is open any more."""
    await until(lambda: not any(d.is_open for d in service.outbox.decisions()), 60.0)
    return await service.recorded()


async def single_decisions(demo: RunningDemo, service: DataService) -> None:
    row = await last_signature(demo, service)
    await read_whole(service, ReleaseOf(row.server, row.project, row.approval.release.id))
    await decide(service, draft_of(row, "CHG0012345 go\nseen by the board"))
    await decide(service, draft_of(await last_signature(demo, service), "wrong build", Verb.REJECT))


async def a_plan_of_all_kinds(demo: RunningDemo, service: DataService) -> None:
    rows = [await last_signature(demo, service) for _ in range(7)]
    set_faults(demo, "srv-48:outcomes=ok+400+403+409+landed-5xx+lost-5xx+ok")
    plan = service.outbox.submit_plan([draft_of(row, "evening") for row in rows], stops=False)
    await until(lambda: not service.outbox.plan(plan.id).is_open, 60.0)
    set_faults(demo)


async def killed_while_sending(demo: RunningDemo, service: DataService, folder: Path) -> dict[Path, bytes]:
    """One is taken back, one is sent without an answer, one is held; the journals as they are then."""
    waits = draft_of(await last_signature(demo, service), "never mind")
    service.outbox.take_back(service.outbox.submit(waits).id)
    set_faults(demo, "srv-02:method=PATCH,times=1")
    before = len(await ledger(demo))
    service.outbox.submit(draft_of(await last_signature(demo, service), "in the tunnel"))
    await until(lambda: len([e for e in demo.service.ledger.entries if e.body is not None]) > before)
    return journal_files(folder)


def test_the_record_matches_the_servers_ledger_line_by_line(tmp_path: Path) -> None:
    timing = replace(FAST, unchanged_after_yes=1.0, unchanged_after_error=1.0, give_up=2.0)

    async def run() -> None:
        async with serving() as demo:
            async with service_on(demo, tmp_path, timing=timing) as service:
                await single_decisions(demo, service)
                await a_plan_of_all_kinds(demo, service)
                kept = await killed_while_sending(demo, service, tmp_path)
            let_the_run_look_dead(tmp_path, kept)
            found = record.entries(tmp_path / "state" / "journal")
            assert [e.state for e in found.items[:2]] == [State.UNSETTLED, State.TAKEN_BACK]
            async with service_on(demo, tmp_path, timing=timing) as service:
                found = await settled(service)
                assert found.troubles == ()
                assert told(found.items) == asked(await ledger(demo))
                assert len(found.items) == 2 + 7 + 2
                one_by_one(found, demo)

    asyncio.run(run())


def one_by_one(found: Entries, demo: RunningDemo) -> None:
    """Every entry names its person, object, place and end."""
    for entry in found.items:
        approval = demo.engine.approval(entry.approval_id)
        assert entry.person_id == demo.engine.me["id"]
        assert entry.person
        assert entry.account
        assert entry.url == demo.url
        assert entry.release.id == approval["release"]["id"]
        assert entry.before["status"] == "pending"
        assert not entry.is_open
        assert entry.pid
    plan = [e for e in found.items if e.plan]
    assert sorted(e.number for e in plan) == list(range(1, 8))
    assert len({e.plan for e in plan}) == 1
    reject, approve = [e for e in found.items if not e.plan][-2:]
    assert (approve.after["status"], reject.after["status"]) == ("approved", "rejected")
    assert approve.after["attempt"] == approve.before["attempt"]
    assert approve.after["revision"]
    assert approve.latency_ms is not None
    assert approve.activity
    assert approve.comment == "CHG0012345 go\nseen by the board"
    release = demo.engine.release(approve.release.id)
    assert set(approve.versions) == {a["alias"] for a in release["artifacts"]}


def test_comments_used_lately_are_known_in_the_next_run(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo:
            async with service_on(demo, tmp_path) as service:
                for comment in ("first", "second", "first"):
                    await decide(service, draft_of(await last_signature(demo, service), comment))
                await decide(service, draft_of(await last_signature(demo, service), "no", Verb.REJECT))
                assert service.last_comments(Verb.APPROVE) == ("first", "second")
            async with service_on(demo, tmp_path) as service:
                assert await until(lambda: service.last_comments(Verb.APPROVE)) == ("first", "second")
                await decide(service, draft_of(await last_signature(demo, service), "third"))
                assert service.last_comments(Verb.APPROVE) == ("third", "first", "second")
                assert service.last_comments(Verb.REJECT) == ("no",)

    asyncio.run(run())


def test_what_was_decided_elsewhere_stands_beside_ours_and_is_not_doubled(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo, service_on(demo, tmp_path) as service:
            row = await row_for_me(service)
            await decide(service, draft_of(row, "ours"))
            ours = await service.recorded()
            topic = DecidedOf(row.server, row.project)
            data = (await read_whole(service, topic)).data
            assert data is not None
            assert row.approval.id in [a.id for a in data.rows]
            found = record.elsewhere(
                row.server, demo.url, row.project.id, row.project.name, data.rows, ours.items
            )
            assert found
            assert row.approval.id not in [e.approval_id for e in found]
            assert all(e.origin is Origin.ELSEWHERE and e.at.tzinfo is not None for e in found)
            assert any(e.person_id != demo.engine.me["id"] for e in found)
            both = record.merged(ours.items, found)
            assert [e.at for e in both] == sorted((e.at for e in both), reverse=True)

    asyncio.run(run())


# From here on without a server


def order(number: int = 1, **changes: Any) -> Order:
    facts = {
        "status": "pending",
        "attempt": "2",
        "revision": "3",
        "environment id": "900",
        "environment": "PROD",
        "release id": "142",
        "release": f"Rel-{number}",
        "definition id": "7",
        "definition": "Invoice.CD",
    }
    known = {
        "id": f"{number:032x}",
        "verb": Verb.APPROVE,
        "server": "tfs01",
        "url": URL,
        "project_id": "p",
        "project_name": "Billing",
        "object_id": 40 + number,
        "title": f"Invoice.CD / Rel-{number} / PROD",
        "comment": "go",
        "person_id": ME,
        "confirmed_at": (NOW - timedelta(days=number)).timestamp(),
        "facts": facts,
        "person": "Dana Reyes",
        "account": "MARLOW\\dana",
    }
    return Order(**{**known, **changes})


def ended(number: int = 1, state: State = State.LANDED, **changes: Any) -> dict[str, Any]:
    return {
        "type": "verdict",
        "id": f"{number:032x}",
        "at": NOW.timestamp(),
        "final": state is not State.UNSETTLED,
        "told": True,
        "state": str(state),
        "sentence": "Approved by you.",
        "latency": 0.123,
        "activity": "act-1",
        "made_id": 0,
        "after": {"status": "approved", "attempt": "2", "revision": "4"},
        **changes,
    }


HEAD = {"type": "run", "host": "jump01", "pid": 77, "started": "5", "at": 0}


def joined(*lines: Mapping[str, Any], is_over: bool = True) -> Entries:
    run = run_of(Path("a.log"), b"".join(encode(line) for line in (HEAD, *lines)))
    return record.joined([run], lambda run: is_over)


def entry(**changes: Any) -> Entry:
    (found,) = joined(replace(order(), **changes).record(), ended()).items
    return found


def test_everything_that_a_change_board_asks_is_in_the_text() -> None:
    text = record_export.as_text(
        [entry(comment="CHG1\nline two", versions={"drop": "2026.11"}, plan="ab", number=3)]
    )
    for wanted in (
        "landed: approve Invoice.CD / Rel-1 / PROD",
        "tfs01, https://tfs01.example/tfs/Main",
        "Dana Reyes (MARLOW\\dana)",
        "approval",
        "id 41",
        "Rel-1 (id 142)",
        "PROD (id 900)",
        "before      status pending, attempt 2, revision 3",
        "after       status approved, attempt 2, revision 4",
        "drop 2026.11",
        "comment     CHG1\n              line two",
        "123 ms",
        "act-1",
        "ab, number 3",
        "process 77 on jump01",
    ):
        assert wanted in text


@pytest.mark.parametrize("hostile", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "  =1+1"])
def test_no_cell_of_the_csv_is_a_formula(hostile: str) -> None:
    rows = list(csv.reader(io.StringIO(record_export.as_csv([entry(comment=hostile, title=hostile)]))))
    assert len(rows) == 2
    assert all(not cell.lstrip().startswith(("=", "+", "-", "@")) for cell in rows[1])
    assert dict(zip(*rows, strict=True))["comment"] == f"'{hostile}"


def test_a_csv_reads_back_as_what_was_decided() -> None:
    many = [entry(comment='a "quoted", line\nand another'), entry(comment="")]
    first, second = csv.DictReader(io.StringIO(record_export.as_csv(many)))
    assert first["comment"] == 'a "quoted", line\nand another'
    assert (first["revision_before"], first["revision_after"]) == ("3", "4")
    assert (first["object_id"], first["latency_ms"], second["comment"]) == ("41", "123", "")
    assert datetime.fromisoformat(first["at"]) == NOW - timedelta(days=1)


def test_the_json_is_versioned_and_ascii() -> None:
    text = record_export.as_json([entry(comment="naïve ☃", options={"at": "2026-11-25T06:00:00+00:00"})])
    assert text.isascii()
    document = json.loads(text)
    assert document["version"] == 1
    (one,) = document["decisions"]
    assert (one["comment"], one["verb"], one["state"], one["open"]) == ("naïve ☃", "approve", "landed", False)
    assert one["chosen"] == {"at": "2026-11-25T06:00:00+00:00"}
    assert one["stage"] == {"id": 900, "name": "PROD"}
    assert one["run"] == {"host": "jump01", "pid": 77}
    assert json.loads(record_export.as_json([])) == {"version": 1, "decisions": []}


def test_a_record_of_before_the_person_was_noted_stays_readable() -> None:
    old = order().record()
    for name in ("person", "account", "versions", "plan", "number"):
        del old[name]
    verdict_then = {k: v for k, v in ended().items() if k != "after"}
    (found,) = joined(old, verdict_then).items
    assert (found.who, found.after, found.versions, found.plan) == (ME, {}, {}, "")
    assert found.state is State.LANDED


def test_what_another_version_wrote_is_named_and_the_rest_is_told() -> None:
    strange = {**order(2).record(), "verb": "teleport"}
    short = {"type": "intent", "id": "b"}
    wild = {**order(3).record(), "confirmed_at": 1e300}
    found = joined(strange, short, wild, order().record(), ended(), ended(9))
    assert [e.title for e in found.items] == ["Invoice.CD / Rel-1 / PROD"]
    assert found.troubles == (
        "The journal a.log holds 3 decisions of another version of reltui.",
        "1 verdicts are about decisions that are in no journal here.",
    )


def test_without_a_verdict_the_end_of_its_run_decides_what_is_said() -> None:
    held = {**order().record(), "type": "held"}
    states = [
        joined(*lines, is_over=over).items[0].state
        for lines in ([held], [held, order().record()])
        for over in (False, True)
    ]
    assert states == [State.HELD, State.NOT_SENT, State.SETTLING, State.UNSETTLED]


def test_a_verdict_that_is_told_again_changes_nothing_and_a_later_one_settles() -> None:
    open_one = ended(state=State.UNSETTLED, sentence="The server cannot be asked.")
    late = ended(latency=0.0, activity="", sentence="Approved by you at 10:41.")
    again = ended(latency=0.0, activity="", at=NOW.timestamp() + 99, after={})
    (found,) = joined(order().record(), open_one, late, again).items
    assert (found.state, found.sentence) == (State.LANDED, "Approved by you at 10:41.")
    assert (found.latency_ms, found.activity, found.ended_at) == (123, "act-1", NOW)
    assert found.after["revision"] == "4"


LINES = [encode(HEAD)]
for _number in range(1, 4):
    LINES += [encode(order(_number).record()), encode(ended(_number))]
WHOLE = b"".join(LINES)


@given(st.integers(0, len(WHOLE)))
def test_any_cut_of_a_journal_keeps_every_whole_record(cut: int) -> None:
    run = run_of(Path("a.log"), WHOLE[:cut])
    whole, size = 0, 0
    for line in LINES:
        size += len(line)
        # The line feed at the end is not needed to know that a record is whole.
        whole += size - 1 <= cut
    assert len(run.records) == whole
    found = record.joined([run], lambda run: True)
    assert len(found.items) == whole // 2
    assert sum(e.state is State.LANDED for e in found.items) == max(whole - 1, 0) // 2
    assert run.damaged == 0
    assert len(found.troubles) == int(run.torn)


@given(st.binary(max_size=60), st.integers(0, len(LINES)))
def test_foreign_lines_never_hide_a_record_and_are_counted(junk: bytes, place: int) -> None:
    line = b"x" + junk.replace(b"\n", b"") + b"\n"
    run = run_of(Path("a.log"), b"".join([*LINES[:place], line, *LINES[place:]]))
    assert len(record.joined([run], lambda run: True).items) == 3
    assert run.damaged == 1


def test_a_damaged_journal_on_disk_is_said(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    journal.write(order().record())
    journal.write(ended())
    journal.close()
    (path,) = (tmp_path / "journal").iterdir()
    path.write_bytes(path.read_bytes() + b"rubbish\n")
    found = record.entries(tmp_path / "journal")
    assert len(found.items) == 1
    assert len(found.troubles) == 1
    assert path.name in found.troubles[0]
    assert record.entries(tmp_path / "absent") == Entries()
    assert list(decode(path.read_bytes()))


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("", [1, 2, 3]),
        ("verb:approve", [1, 3]),
        ("!verb:approve", [2]),
        ("server:tfs01 state:landed", [1, 3]),
        ("state:did", [2]),
        ("project:billing stage:prod person:dana", [1, 2, 3]),
        ("since:36h", [1]),
        ("since:2", [1, 2]),
        ("!since:36h", [2, 3]),
        ("since:2026-11-22", [1, 2]),
        ("since:yesterday", []),
        ("rel-3", [3]),
        ("approval:42", [2]),
        ("person:lee", []),
    ],
)
def test_filter_words(words: str, numbers: list[int]) -> None:
    found = joined(
        order(1).record(),
        ended(1),
        order(2, verb=Verb.REJECT).record(),
        ended(2, State.DID_NOT_LAND),
        order(3).record(),
        ended(3),
    ).items
    assert [e.approval_id - 40 for e in record.matching(found, words, NOW)] == numbers


def approval(number: int, by: str | None, status: str = "approved", **changes: Any) -> Approval:
    from tests.ui.samples import approval as sample

    made = sample(number, **changes)
    person = Identity(by, SafeText("Lee Park"), SafeText("MARLOW\\lee")) if by is not None else None
    return replace(made, status=ApprovalStatus(status), approved_by=person, modified_on=NOW)


def elsewhere(rows: list[Approval], *ours: Entry) -> list[int]:
    found = record.elsewhere("tfs01", URL, "p", SafeText("Billing"), rows, ours)
    return [e.approval_id for e in found]


def test_only_what_our_own_entries_tell_is_left_out() -> None:
    mine = entry()
    rows = [approval(41, ME), approval(43, "22222222-2222-2222-2222-222222222222"), approval(44, None)]
    assert elsewhere(rows, mine) == [43, 44]
    # Not landed from here, and yet approved by me: then it was done in the browser.
    assert elsewhere(rows, replace(mine, state=State.NOT_SENT)) == [41, 43, 44]
    assert elsewhere(rows, replace(mine, state=State.UNSETTLED)) == [43, 44]
    # The same number on another server, or approved by somebody else, is another decision.
    assert elsewhere(rows, replace(mine, url="https://other.example")) == [41, 43, 44]
    assert elsewhere([approval(41, "22222222-2222-2222-2222-222222222222")], mine) == [41]


def test_only_decisions_of_people_are_told() -> None:
    automated = replace(approval(50, ME), is_automated=True)
    skipped, pending = approval(51, ME, "skipped"), approval(52, None, "pending")
    undated = replace(approval(53, ME), modified_on=None, created_on=None)
    assert elsewhere([automated, skipped, pending, undated]) == []


def test_comments_are_offered_once_each_and_not_for_ever() -> None:
    used = [(Verb.APPROVE, f"c{n % 12}") for n in range(30)] + [(Verb.REJECT, "no"), (Verb.APPROVE, " ")]
    assert record.last_comments(Verb.APPROVE, used) == tuple(f"c{n}" for n in range(10))
    assert record.last_comments(Verb.DEPLOY, used) == ()


def test_a_long_journal_is_read_in_one_go(tmp_path: Path) -> None:
    folder = tmp_path / "journal"
    folder.mkdir(mode=0o700)
    for run in range(40):
        lines = [encode(HEAD)]
        for number in range(run * 50 + 1, run * 50 + 51):
            lines += [encode(order(number).record()), encode(ended(number))]
        (folder / f"20260101T0000{run:02d}-1-0000.log").write_bytes(b"".join(lines))
    found = record.entries(folder)
    assert len(found.items) == 2000
    assert found.items[0].at > found.items[-1].at


@pytest.mark.parametrize("verb", Verb)
def test_a_decision_of_every_verb_is_told_in_every_form(verb: Verb) -> None:
    facts = {"definition": "Invoice.CD", "release": "Rel-1", "stage": "QA", "attempt": "1", "revision": "9"}
    about = order(verb=verb, facts=facts, release_id=142, environment_id=900, options={"tag": "hot"})
    (found,) = joined(about.record(), ended(after={})).items
    assert (found.verb, found.definition.name) == (verb, "Invoice.CD")
    assert found.stage.name == "QA"
    assert found.release.id == (41 if found.kind == "release" else 142)
    assert f"landed: {verb} " in record_export.as_text([found])
    (row,) = csv.DictReader(io.StringIO(record_export.as_csv([found])))
    assert row["verb"] == verb
    assert json.loads(record_export.as_json([found]))["decisions"][0]["kind"] == found.kind
