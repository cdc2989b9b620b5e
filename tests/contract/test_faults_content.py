"""Faults of content and of the world behind it: rows, pages, texts, and somebody else who acts."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.contract.harness import Client, serving
from tests.contract.samples import approve, last, minimal_definition, path, status, wanted


@pytest.mark.parametrize("phase", ["read", "list", "write"])
def test_29_other_approver(client: Client, approval: tuple[str, int], phase: str) -> None:
    client.faults({"name": "srv-29", "phase": phase, "id": approval[1]})
    if phase == "read":
        other = next(row for project, row in client.pending() if row["id"] != approval[1])
        client.call("GET", f"{approval[0]}/_apis/release/approvals/{other['id']}")
        assert client.demo("GET", "faults")[0]["matched"] == 0
        found = client.get(path(approval)).json
        assert (found["status"], found["approvedBy"]["id"] != client.me()) == ("approved", True)
    elif phase == "list":
        rows = client.rows(f"{approval[0]}/_apis/release/approvals", top=100)
        assert approval[1] not in [row["id"] for row in rows]
    reply = approve(client, approval)
    assert (reply.status, last(client)) == (400, (False, True))


def test_29_in_the_lax_mood_the_answer_is_the_unchanged_object() -> None:
    with serving(strict=False) as client:
        approval = wanted(client)
        client.faults("srv-29:phase=write,status=rejected")
        reply = approve(client, approval)
        assert (reply.status, reply.json["status"]) == (200, "rejected")
        assert last(client) == (False, True)


def test_30_new_attempt(client: Client, approval: tuple[str, int]) -> None:
    release = client.get(path(approval)).json["release"]["id"]
    client.faults("srv-30")
    assert client.get(path(approval)).json["status"] == "canceled"
    rows = client.rows(f"{approval[0]}/_apis/release/approvals", releaseIdsFilter=release)
    assert [(row["attempt"], row["status"]) for row in rows] == [(2, "pending")]
    assert approve(client, approval).status == 400


def test_31_revision_and_32_reassign(client: Client, approval: tuple[str, int]) -> None:
    before = client.get(path(approval)).json
    client.faults("srv-31")
    after = client.get(path(approval), includeHistory="true").json
    assert (after["revision"], after["status"]) == (before["revision"] + 1, "pending")
    assert after["approver"]["id"] == before["approver"]["id"]
    client.faults("srv-32")
    after = client.get(path(approval)).json
    assert after["approver"]["id"] != before["approver"]["id"]
    assert approve(client, approval).status == 403


@pytest.mark.parametrize(("kind", "active"), [("release", "abandoned"), ("stage", "active")])
def test_33_abandon(client: Client, approval: tuple[str, int], kind: str, active: str) -> None:
    client.faults(f"srv-33:kind={kind}")
    found = client.get(path(approval)).json
    assert found["status"] == "canceled"
    release = client.get(f"{approval[0]}/_apis/release/releases/{found['release']['id']}").json
    assert release["status"] == active


def test_34_rename(client: Client, approval: tuple[str, int]) -> None:
    client.faults("srv-34:to=Production")
    assert client.get(path(approval)).json["release"]["name"] == "Production"


def _crowded(client: Client) -> str:
    """A project with more than one page of releases."""
    return max(
        client.projects(),
        key=lambda name: len(client.get(f"{name}/_apis/release/releases", _top=100).rows),
    )


def test_35_page_shift(client: Client) -> None:
    base = f"{_crowded(client)}/_apis/release/releases"
    before = [row["id"] for row in client.rows(base, _top=20)]
    client.faults("srv-35")
    shifted = [row["id"] for row in client.rows(base, _top=20)]
    assert len(shifted) > len(set(shifted))
    assert set(before) <= set(shifted)


def test_36_token_loop(client: Client) -> None:
    base = f"{_crowded(client)}/_apis/release/releases"
    client.faults("srv-36")
    tokens = [page.headers["X-MS-ContinuationToken"] for page in client.pages(base, 4, _top=5)]
    assert len(tokens) == 4
    assert len(set(tokens)) == 1
    client.faults("srv-36:kind=turn")
    tokens = [page.headers["X-MS-ContinuationToken"] for page in client.pages(base, 4, _top=5)]
    assert tokens[0] == tokens[2] != tokens[1] == tokens[3]


def test_37_empty_page(client: Client) -> None:
    base = f"{_crowded(client)}/_apis/release/releases"
    whole = [row["id"] for row in client.rows(base)]
    client.faults("srv-37")
    pages = list(client.pages(base))
    assert pages[0].rows == []
    assert [row["id"] for page in pages for row in page.rows] == whole
    client.faults("srv-37:kind=endless")
    pages = list(client.pages(base, 5))
    assert [page.rows for page in pages] == [[]] * 5
    assert len({page.headers["X-MS-ContinuationToken"] for page in pages}) == 5
    client.faults("srv-37:kind=ignored")
    pages = list(client.pages(base, 3))
    assert len({json.dumps([row["id"] for row in page.rows]) for page in pages}) == 1


def test_38_double_rows(client: Client, approval: tuple[str, int]) -> None:
    client.faults("srv-38")
    rows = client.get(f"{approval[0]}/_apis/release/approvals", top=100).rows
    assert rows[0]["id"] == rows[-1]["id"]
    assert rows[0]["revision"] > rows[-1]["revision"]


@pytest.mark.parametrize("number", range(16))
def test_39_hostile(client: Client, approval: tuple[str, int], number: int) -> None:
    honest = client.get(path(approval)).json
    client.faults({"name": "srv-39", "class": number})
    reply = client.call("GET", path(approval))
    found = reply.json
    assert found["release"]["name"] != honest["release"]["name"]
    assert (found["id"], found["status"], found["url"]) == (honest["id"], honest["status"], honest["url"])
    assert found["approver"]["id"] == honest["approver"]["id"]
    assert client.call("GET", path(approval)).json == found


def test_39_a_revision_comes_as_text_and_stays_a_definition(
    client: Client, approval: tuple[str, int]
) -> None:
    base = f"{approval[0]}/_apis/release/definitions"
    revision = f"{base}/{client.get(base).rows[0]['id']}/revisions/1"
    honest = json.loads(client.call("GET", revision).body)
    client.faults("srv-39")
    found = json.loads(client.call("GET", revision).body)
    assert found["id"] == honest["id"]
    assert found["name"] != honest["name"]


def test_39_encodings(client: Client, approval: tuple[str, int]) -> None:
    client.faults("srv-39:class=10,encoding=broken")
    with pytest.raises(UnicodeDecodeError):
        client.call("GET", path(approval)).body.decode()
    client.faults("srv-39:class=10,encoding=utf-16")
    assert client.call("GET", path(approval)).body.startswith(b"\xff\xfe")


def test_40_bad_types(client: Client) -> None:
    base = f"{_crowded(client)}/_apis/release/releases"
    honest = client.get(base, _top=60).rows
    client.faults("srv-40")
    reply = client.call("GET", base, _top=60)
    text = reply.body.decode()
    assert "NaN" in text
    assert "[" * 1000 in text
    good = re.compile(r'"id": (\d+), "name"')
    assert {row["id"] for i, row in enumerate(honest) if i % 3 != 2} <= {int(n) for n in good.findall(text)}
    client.faults("srv-40:row=0")
    rows = client.call("GET", base, _top=5).rows
    assert [row == was for row, was in zip(rows, honest, strict=False)] == [False] + [True] * 4


def test_41_wrong_object(client: Client, approval: tuple[str, int]) -> None:
    client.faults("srv-41")
    assert approve(client, approval).json["id"] == approval[1] + 1
    assert status(client, approval) == "approved"


def test_43_crowd(client: Client) -> None:
    client.faults("srv-43:stages=120,comment=40")
    client.get("_apis/projects", timeout=120.0)  # the first call makes the whole crowd
    project = client.projects()[0]
    first = client.get(f"{project}/_apis/release/approvals", top=5)
    assert len(first.rows[0]["comments"]) == 40 * 1024
    definition = client.get(f"{project}/_apis/release/definitions", _top=1).rows[0]["id"]
    found = client.get(f"{project}/_apis/release/definitions/{definition}").json
    assert len(found["environments"]) == 120
    assert len(client.get(f"{project}/_apis/release/approvals", top=1000).rows) == 1000


def test_45_lag(client: Client, approval: tuple[str, int]) -> None:
    release = client.get(path(approval)).json["release"]["id"]
    pending = f"{approval[0]}/_apis/release/approvals"
    client.faults("srv-45:seconds=300")
    assert approve(client, approval).json["status"] == "approved"
    assert client.get(path(approval)).json["status"] == "pending"
    assert [row["id"] for row in client.rows(pending, releaseIdsFilter=release)] == [approval[1]]
    found = client.get(f"{approval[0]}/_apis/release/releases/{release}").json
    assert found["environments"][0]["preDeployApprovals"][0]["status"] == "pending"
    client.advance(301)
    assert client.get(path(approval)).json["status"] == "approved"
    assert client.rows(pending, releaseIdsFilter=release) == []


def test_45_lag_hides_a_new_release(client: Client, approval: tuple[str, int]) -> None:
    base = f"{approval[0]}/_apis/release"
    client.faults("srv-45:seconds=300")
    newest = client.get(f"{base}/releases", _top=1).rows[0]
    definition = newest["releaseDefinition"]["id"]
    created = client.call("POST", f"{base}/releases", {"definitionId": definition}).json
    assert client.get(f"{base}/releases", _top=1).rows[0]["id"] == newest["id"]
    assert client.call("GET", f"{base}/releases/{created['id']}").status == 404
    client.advance(301)
    assert client.get(f"{base}/releases", _top=1).rows[0]["id"] == created["id"]


def test_46_ignored(client: Client, approval: tuple[str, int]) -> None:
    client.faults("srv-46")
    reply = approve(client, approval)
    assert (reply.status, reply.json["status"]) == (200, "pending")
    assert last(client) == (False, True)
    assert client.ledger()[-1]["body"]["status"] == "approved"
    assert status(client, approval) == "pending"


def _definition(client: Client, name: str = "Written.CD") -> tuple[str, dict[str, Any]]:
    """The base of the release area and a new definition."""
    base = f"{client.projects()[0]}/_apis/release"
    return base, client.call("POST", f"{base}/definitions", minimal_definition(name, client.me())).json


def test_46_ignored_writes_of_definitions(client: Client) -> None:
    base, definition = _definition(client)
    path = f"{base}/definitions/{definition['id']}"
    client.faults("srv-46")
    answer = client.call("PUT", f"{base}/definitions", definition | {"description": "New"})
    assert (answer.status, answer.json["id"], answer.json["revision"]) == (200, definition["id"], 1)
    assert client.call("DELETE", path).status == 204
    assert [entry["applied"] for entry in client.ledger()[-2:]] == [False, False]
    assert client.get(path).json["description"] is None


def test_41_wrong_object_after_a_save(client: Client) -> None:
    base, definition = _definition(client)
    client.faults("srv-41:by=7")
    answer = client.call("PUT", f"{base}/definitions", definition).json
    assert (answer["id"], answer["revision"]) == (definition["id"] + 7, 2)


def test_45_lag_hides_a_save_and_a_folder(client: Client) -> None:
    base, definition = _definition(client)
    path = f"{base}/definitions/{definition['id']}"
    client.faults("srv-45:seconds=300")
    saved = client.call("PUT", f"{base}/definitions", definition | {"description": "New"}).json
    assert saved["revision"] == 2
    assert client.get(path).json["revision"] == 1
    assert len(client.get(f"{path}/revisions").rows) == 1
    client.advance(301)
    assert client.get(path).json["revision"] == 2
    assert client.call("POST", f"{base}/folders", {"path": "\\Late"}).status == 200
    assert "\\Late" not in [row["path"] for row in client.get(f"{base}/folders").rows]
    client.advance(301)
    assert "\\Late" in [row["path"] for row in client.get(f"{base}/folders").rows]


@pytest.mark.parametrize("search", ["works", "lags"])
def test_47_create_double_bait_of_definitions(client: Client, search: str) -> None:
    base = f"{client.projects()[0]}/_apis/release"
    client.faults(f"srv-47:search={search},seconds=300")
    body = minimal_definition("Bait.CD", client.me())
    assert client.call("POST", f"{base}/definitions", body).status == 504
    assert last(client) == (True, True)
    found = client.get(f"{base}/definitions", searchText="Bait.CD", isExactNameMatch="true").rows
    assert [row["name"] for row in found] == (["Bait.CD"] if search == "works" else [])
    again = client.call("POST", f"{base}/definitions", body)
    assert (again.status, "already exists" in again.json.get("message", "")) == (400, True)


@pytest.mark.parametrize("kind", ["words", "stage", "rename", "delete"])
@pytest.mark.parametrize("phase", ["read", "list", "write"])
def test_53_other_editor(client: Client, kind: str, phase: str) -> None:
    base, definition = _definition(client)
    path = f"{base}/definitions/{definition['id']}"
    client.faults(f"srv-53:phase={phase},kind={kind},id={definition['id']}")
    client.get(f"{base}/definitions")
    seen = client.call("GET", path)
    answer = client.call("PUT", f"{base}/definitions", definition | {"description": "Mine"})
    assert seen.status == (404 if kind == "delete" and phase != "write" else 200)
    assert answer.status == (404 if kind == "delete" else 400)
    assert last(client) == (False, True)
    after = client.call("GET", path)
    assert after.status == (404 if kind == "delete" else 200)
    if kind != "delete":
        assert after.json["revision"] == 2
        assert after.json["modifiedBy"]["id"] != client.me()
        assert client.call("PUT", f"{base}/definitions", after.json).status == 200


@pytest.mark.parametrize(
    ("method", "tail", "body"),
    [
        ("PUT", "definitions", {}),
        ("DELETE", "definitions/{id}", None),
        ("PATCH", "definitions/{gone}", {"comment": "Back"}),
        ("POST", "folders", {"path": "\\Made"}),
        ("PATCH", "folders/Old", {"path": "\\New"}),
        ("DELETE", "folders/Old", None),
    ],
)
def test_a_fault_finds_every_write_of_definitions(
    client: Client, method: str, tail: str, body: dict[str, Any] | None
) -> None:
    base, definition = _definition(client)
    _, gone = _definition(client, "Gone.CD")
    client.call("DELETE", f"{base}/definitions/{gone['id']}")
    client.call("POST", f"{base}/folders", {"path": "\\Old"})
    client.faults(f"srv-05:method={method},route=/release/,times=1,status=502")
    path = f"{base}/{tail.format(id=definition['id'], gone=gone['id'])}"
    sent = definition if tail == "definitions" else body
    assert client.call(method, path, sent).status == 502
    assert last(client) == (True, True)
    # What landed cannot land again.
    assert client.call(method, path, sent).status in (400, 404)


@pytest.mark.parametrize("search", ["works", "lags", "unsupported"])
def test_47_create_double_bait(client: Client, approval: tuple[str, int], search: str) -> None:
    base = f"{approval[0]}/_apis/release/releases"
    newest = client.get(base, _top=1).rows[0]
    client.faults(f"srv-47:search={search},seconds=300")
    body = {"definitionId": newest["releaseDefinition"]["id"], "properties": {"marker": "m-1"}}
    assert client.call("POST", base, body).status == 504
    assert last(client) == (True, True)
    reply = client.call("GET", base, _top=1, propertyFilters="marker")
    if search == "unsupported":
        assert reply.status == 400
    else:
        found = reply.rows[0]["properties"].get("marker", {}).get("$value")
        assert found == ("m-1" if search == "works" else None)
