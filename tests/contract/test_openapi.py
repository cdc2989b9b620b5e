"""Every answer of the embedded server against the published description of the generation it poses as."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.harness import SHARED, SPECS, Client, Reply, serving
from tests.contract.openapi import Description
from tests.contract.samples import minimal_definition

pytestmark = pytest.mark.skipif(
    not (SHARED / "openapi").is_dir(), reason="the published descriptions are not beside the checkout"
)

_FILES = {generation: SHARED / "openapi" / f"{name}.json" for generation, name in SPECS.items()}


class Walk:
    """Calls everything there is and checks each answer."""

    def __init__(self, client: Client, generation: str) -> None:
        self.client = client
        order = list(_FILES)
        newer = [_FILES[name] for name in order[order.index(generation) + 1 :]]
        self.description = Description(_FILES[generation], newer)
        self.streams = 0
        self.refusals = 0

    def get(self, path: str, model: str = "", **query: Any) -> Reply:
        """GET and check."""
        return self._checked("GET", path, None, model, query)

    def send(self, method: str, path: str, body: Any, model: str = "", **query: Any) -> Any:
        """Write and check; the answer's body."""
        return self._checked(method, path, body, model, query).json

    def rows(self, path: str, **query: Any) -> Iterator[Any]:
        """Every row of every page, each page checked."""
        token = None
        while True:
            reply = self.get(path, continuationToken=token, **query)
            yield from reply.rows
            token = reply.headers.get("X-MS-ContinuationToken")
            if not token:
                return

    def text(self, path: str, **query: Any) -> None:
        """GET a text stream."""
        reply = self.client.get(path, **query)
        assert reply.headers["Content-Type"].startswith("text/plain"), path
        self.streams += 1

    def refused(self, method: str, path: str, body: Any = None, **query: Any) -> None:
        """A call that ends in an error body, whose shape is checked."""
        reply = self.client.call(method, path, body, **query)
        assert 400 <= reply.status < 500, (path, reply.status)
        error = reply.json
        assert set(error) == {
            "$id",
            "innerException",
            "message",
            "typeName",
            "typeKey",
            "errorCode",
            "eventId",
        }
        assert re.fullmatch(r"[\w.]+\.(\w+), [\w.]+", error["typeName"]), error["typeName"]
        assert error["typeName"].split(",")[0].endswith("." + error["typeKey"])
        self.refusals += 1

    def _checked(self, method: str, path: str, body: Any, model: str, query: dict[str, Any]) -> Reply:
        reply = self.client.call(method, path, body, **query)
        assert reply.status == 200, (method, path, query, reply.status, reply.body[:400])
        assert "api-version=" in reply.headers["Content-Type"]
        self.description.check(method, "/" + path, reply.json, model)
        return reply


@pytest.mark.parametrize("generation", list(SPECS))
def test_every_answer_is_as_published(generation: str, record_property: Any) -> None:
    with serving(generation) as client:
        walk = Walk(client, generation)
        # Half of the projects in each generation: every project stands before three of them.
        for project in client.projects()[list(SPECS).index(generation) % 2 :: 2]:
            _read_definitions(walk, project)
            _read_releases(walk, project)
            _read_approvals(walk, project)
        _write(walk, client.projects()[0])
    report = walk.description.report
    record_property("validated", report.validated)
    record_property("by_model", str(report.by_model))
    print(f"{generation}: {report.validated} answers, {walk.streams} streams, {walk.refusals} refusals")
    assert report.summary() == {}
    assert report.validated > 40


def _read_definitions(walk: Walk, project: str) -> None:
    base = f"{project}/_apis/release/definitions"
    every = "environments,artifacts,triggers,variables,tags,lastRelease"
    for query in ({}, {"_expand": every}, {"_top": 3, "queryOrder": "nameDescending"}):
        rows = list(walk.rows(base, **query))
    for row in rows[::2]:
        walk.get(f"{base}/{row['id']}")
        for revision in walk.get(f"{base}/{row['id']}/revisions").rows[-1:]:
            walk.text(f"{base}/{row['id']}/revisions/{revision['revision']}")


def _read_releases(walk: Walk, project: str) -> None:
    base = f"{project}/_apis/release/releases"
    rows = list(walk.rows(base, _top=100))
    every = "environments,artifacts,approvals,manualInterventions,variables,tags"
    walk.get(base, _top=25, _expand=every)
    for row in rows[::20]:
        release = walk.get(f"{base}/{row['id']}").json
        walk.get(f"{base}/{row['id']}", approvalFilters="manualApprovals", _expand="tasks")
        walk.get(f"{base}/{row['id']}/changes")
        walk.get(f"{base}/{row['id']}/workitems")
        for environment in release["environments"][:2]:
            walk.get(f"{base}/{row['id']}/environments/{environment['id']}")
            for attempt in environment["deploySteps"][:1]:
                for phase in attempt["releaseDeployPhases"][:1]:
                    path = f"{base}/{row['id']}/environments/{environment['id']}/deployPhases/{phase['id']}"
                    walk.text(f"{path}/tasks/2/logs", startLine=1, endLine=3)
    for row in rows[:1]:
        walk.get(
            base,
            "ReleaseDefinitionSummary",
            definitionId=row["releaseDefinition"]["id"],
            releaseCount=3,
            includeArtifact="true",
        )


def _read_approvals(walk: Walk, project: str) -> None:
    base = f"{project}/_apis/release/approvals"
    for row in list(walk.rows(base, top=20))[:10]:
        walk.get(f"{base}/{row['id']}", includeHistory="true")
        walk.get(f"{base}/{row['id']}/history")
    for status in ("approved", "rejected", "canceled", "skipped", "undefined"):
        walk.get(base, statusFilter=status, top=30)


def _write(walk: Walk, project: str) -> None:
    client = walk.client
    base = f"{project}/_apis/release"
    made = walk.send("POST", f"{base}/definitions", minimal_definition("Contract", client.me()))
    made["description"] = "Saved once more."
    saved = walk.send("PUT", f"{base}/definitions", made)
    assert saved["revision"] == made["revision"] + 1
    walk.refused("PUT", f"{base}/definitions", made)

    def start() -> Any:
        created = walk.send("POST", f"{base}/releases", {"definitionId": made["id"], "reason": "none"})
        client.advance(30)
        walk.get(f"{base}/releases/{created['id']}")
        pending = walk.get(f"{base}/approvals", releaseIdsFilter=created["id"]).rows
        assert len(pending) == 1
        return created, pending[0]

    created, approval = start()
    walk.send("PATCH", f"{base}/approvals/{approval['id']}", {"status": "Approved", "comments": "Go."})
    for seconds in (2, 10, 60, 3600):
        client.advance(seconds)
        walk.get(f"{base}/releases/{created['id']}")
    environment = created["environments"][0]["id"]
    path = f"{base}/releases/{created['id']}/environments/{environment}"
    walk.send("PATCH", path, {"status": "inProgress", "comment": "Again.", "variables": {}})
    walk.refused("PATCH", path, {"status": "inProgress"})
    client.advance(30)
    walk.send("PATCH", path, {"status": "canceled"})
    client.advance(30)
    walk.send("PATCH", path, {"status": "scheduled", "scheduledDeploymentTime": "2027-01-31T18:00:00Z"})
    walk.get(f"{base}/releases/{created['id']}")
    walk.send("PATCH", f"{base}/releases/{created['id']}", {"keepForever": True})
    walk.send("PATCH", f"{base}/releases/{created['id']}", {"status": "abandoned", "comment": "Enough."})
    walk.refused("PATCH", f"{base}/releases/{created['id']}", {"status": "abandoned"})

    created, approval = start()
    answer = walk.send(
        "PATCH",
        f"{base}/approvals/{approval['id']}",
        {"status": "ReAssigned", "approver": {"id": client.me()}, "comments": "Still me."},
    )
    assert (answer["status"], answer["revision"], len(answer["history"])) == ("pending", 2, 1)
    walk.send("PATCH", f"{base}/approvals", [{"id": approval["id"], "status": "rejected", "comments": "No."}])
    walk.refused("PATCH", f"{base}/approvals/{approval['id']}", {"status": "approved"})
    client.advance(30)
    walk.get(f"{base}/releases/{created['id']}")

    draft = walk.send("POST", f"{base}/releases", {"definitionId": made["id"], "isDraft": True})
    walk.send("PATCH", f"{base}/releases/{draft['id']}", {"status": "active"})
    walk.text(f"{base}/releases/{draft['id']}", definitionSnapshotRevision=1)
    walk.refused("GET", f"{base}/definitions/999999")
    walk.refused("GET", f"{base}/releases/999999")
    walk.refused("GET", f"{base}/approvals/999999")
    walk.refused("POST", f"{base}/definitions", {"name": "Empty"})
    walk.refused("POST", f"{base}/releases", {"definitionId": 999999})
