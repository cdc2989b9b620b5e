"""A refresh of a long list makes nothing anew of what is as it was."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from reltui.data.cache import Cache, encoded
from reltui.data.inbox import InboxParts
from reltui.data.reading_inbox import Paused, Pauses
from reltui.data.topics import Inbox, InboxRow, Why
from reltui.model.approval import Approval
from reltui.model.decode import BadRow, Rows
from reltui.model.text import SafeText
from tests.service.scripted import in_loop
from tests.support import read_whole, service_on, serving, until
from tests.ui.inbox_sample import paused
from tests.ui.samples import BILLING, ME, PORTAL, approval

SERVER = "tfs01"
KEY = (SERVER, BILLING.id)
NOTHING = SafeText("")
MANY = 300
PAGE = 100


def copies(count: int = MANY) -> list[Approval]:
    """What a server tells; each call makes new objects."""
    return [approval(number, release=(number, f"Rel-{number}")) for number in range(1, count + 1)]


def known_parts() -> InboxParts:
    parts = InboxParts()
    parts.keep_only(SERVER, (BILLING, PORTAL))
    return parts


def read(parts: InboxParts, approvals: list[Approval], at: float, bad: tuple[BadRow, ...] = ()) -> None:
    """All pages of one project."""
    for start in range(0, len(approvals), PAGE):
        parts.page(KEY, Rows(tuple(approvals[start : start + PAGE]), bad), at, ME)
    parts.whole(KEY, {each.id for each in approvals}, bad, at, NOTHING)


def by_id(parts: InboxParts) -> dict[int, InboxRow]:
    return {row.approval.id: row for row in parts.data().rows}


def test_the_same_answer_again_leaves_the_same_list() -> None:
    parts = known_parts()
    bad = (BadRow(7, SafeText("no stage")),)
    read(parts, copies(), 1.0, bad)
    before = parts.data()
    read(parts, copies(), 2.0, bad)
    assert parts.data() is before
    assert {parts.read_at(row) for row in before.rows} == {2.0}


def test_only_the_row_that_changed_is_made_anew() -> None:
    parts = known_parts()
    read(parts, copies(), 1.0)
    before = by_id(parts)
    changed = [replace(each, revision=9) if each.id == 150 else each for each in copies()]
    read(parts, changed, 2.0)
    after = by_id(parts)
    assert [number for number, row in after.items() if row is not before[number]] == [150]
    assert after[150].approval.revision == 9
    assert after[150].read_at == 2.0
    assert parts.read_at(before[150]) == 1.0


def test_what_comes_and_goes_leaves_the_others() -> None:
    parts = known_parts()
    read(parts, copies(), 1.0)
    before = by_id(parts)
    read(parts, copies(MANY + 1)[1:], 2.0)
    after = by_id(parts)
    assert set(after) == set(range(2, MANY + 2))
    assert [number for number, row in after.items() if row is not before.get(number)] == [MANY + 1]
    assert after[MANY + 1].is_new


def test_a_page_looks_at_its_own_rows_only() -> None:
    parts = known_parts()
    approvals = copies()
    made: list[int] = []

    class Counted(Approval):
        @property
        def is_pending(self) -> bool:
            made.append(self.id)
            return True

    counted = [Counted(*(getattr(each, name) for name in Approval.__slots__)) for each in approvals]
    for start in range(0, MANY, PAGE):
        parts.page(KEY, Rows(tuple(counted[start : start + PAGE])), 1.0, ME)
    parts.whole(KEY, {each.id for each in approvals}, (), 1.0, NOTHING)
    assert len(made) == MANY


def test_no_row_is_taken_away_before_the_last_page() -> None:
    parts = known_parts()
    read(parts, copies(), 1.0)
    parts.page(KEY, Rows(tuple(copies()[:PAGE])), 2.0, ME)
    assert len(parts.data().rows) == MANY


def test_one_that_waits_no_more_goes_with_its_page() -> None:
    parts = known_parts()
    read(parts, copies(2), 1.0)
    parts.page(KEY, Rows((replace(copies(1)[0], status=SafeText("approved")),)), 2.0, ME)
    assert set(by_id(parts)) == {2}


def test_rows_that_could_not_be_read_again_are_old_from_their_last_answer_on() -> None:
    parts = known_parts()
    read(parts, copies(3), 1.0)
    read(parts, copies(3), 2.0)
    parts.failed(KEY, SafeText("No answer."))
    failed = parts.data()
    assert {(row.fresh, row.read_at, parts.read_at(row)) for row in failed.rows} == {(False, 2.0, 2.0)}
    parts.failed(KEY, SafeText("No answer."))
    assert parts.data() is failed
    read(parts, copies(3), 3.0)
    assert {(row.fresh, parts.read_at(row)) for row in parts.data().rows} == {(True, 3.0)}


def test_saved_rows_are_told_as_read_when_they_were() -> None:
    parts = known_parts()
    parts.recall(KEY, Rows(tuple(copies(3))), 1.0, ME)
    assert {(row.fresh, parts.read_at(row)) for row in parts.data().rows} == {(False, 1.0)}
    parts.page(KEY, Rows(tuple(copies(2))), 5.0, ME)
    assert [(row.fresh, parts.read_at(row)) for _, row in sorted(by_id(parts).items())] == [
        (True, 5.0),
        (True, 5.0),
        (False, 1.0),
    ]


def test_the_sign_in_changes_only_rows_of_which_it_tells_otherwise() -> None:
    parts = known_parts()
    parts.recall(KEY, Rows(tuple(copies(3))), 1.0, None)
    assert {row.why for row in parts.data().rows} == {Why.OTHER}
    parts.reclassify(SERVER, ME)
    known = parts.data()
    assert {row.why for row in known.rows} == {Why.DIRECT}
    parts.reclassify(SERVER, ME)
    assert parts.data() is known


def test_rows_encoded_one_by_one_are_the_same_file(tmp_path: Path) -> None:
    rows = [{"id": 1, "name": "Rel-1 \ud83d lone"}, {"id": 2, "values": [None, 1.5, True]}]
    cache = Cache(tmp_path)
    cache.put_rows("tfs01", "one", [encoded(row) for row in rows])
    cache.put("tfs01", "other", rows)
    one, other = (found.read_bytes() for found in sorted(tmp_path.rglob("*")) if found.is_file())
    assert one == other
    found = Cache(tmp_path).get("tfs01", "one")
    assert found is not None
    assert found.raw == rows == json.loads(one.partition(b"\n")[2])


def test_an_intervention_that_waits_on_is_the_same_row() -> None:
    parts = known_parts()
    row, _ = paused()
    pauses = Pauses((Paused(row.intervention, row.deployment, {}),))
    key = (SERVER, PORTAL.id)
    parts.paused(key, pauses, 1.0)
    before = parts.data()
    parts.paused(key, Pauses((replace(pauses.rows[0]),)), 2.0)
    assert parts.data() is before
    parts.pauses_failed(key, SafeText("No answer."))
    failed = parts.data()
    assert [each.fresh for each in failed.pauses] == [False]
    parts.pauses_failed(key, SafeText("No answer."))
    assert parts.data() is failed
    parts.paused(key, Pauses(), 3.0)
    assert parts.data().pauses == ()


@in_loop
async def test_a_refresh_of_a_server_that_tells_the_same_leaves_the_same_list(tmp_path: Path) -> None:
    async with serving() as demo, service_on(demo, tmp_path) as service:
        first = (await read_whole(service, Inbox())).data
        assert first is not None
        row = first.rows[0]
        read_at = service.read_at(row)
        assert read_at is not None
        service.refresh()
        await until(lambda: (service.read_at(row) or 0.0) > read_at)
        await until(lambda: not service.look(Inbox()).loading)
        assert service.look(Inbox()).data is first
