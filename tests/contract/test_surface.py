"""What the descriptions leave out or do not tell: edits, deleting, folders, tags, history, comparisons."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from tests.contract.busy import Busy
from tests.contract.harness import SHARED, SPECS, Reply, serving
from tests.contract.openapi import Description
from tests.contract.samples import minimal_definition


@pytest.fixture(scope="module")
def busy() -> Iterator[Busy]:
    """One server with a busy release; tests make what they change themselves."""
    with serving() as client:
        yield Busy(client)


def send(busy: Busy, method: str, path: str, body: Any = None, **query: Any) -> Reply:
    """A call below the release area of the project."""
    return busy.client.call(method, f"{busy.base}/{path}", body, **query)


def made(busy: Busy, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A definition and a draft of it."""
    definition = send(busy, "POST", "definitions", minimal_definition(name, busy.person)).json
    draft = send(busy, "POST", "releases", {"definitionId": definition["id"], "isDraft": True}).json
    return definition, draft


def message(reply: Reply, status: int = 400) -> str:
    """The text of a refusal."""
    assert reply.status == status, (reply.status, reply.body)
    return str(reply.json["message"])


def test_a_release_is_edited_whole_but_not_its_status(busy: Busy) -> None:
    _, draft = made(busy, "Edits.CD")
    path = f"releases/{draft['id']}"
    variables = {"Key": {"value": None, "isSecret": True}, "Colour": {"value": "blue"}}
    body = draft | {"variables": variables, "description": "Edited", "status": "abandoned"}
    edited = send(busy, "PUT", path, body).json
    assert (edited["status"], edited["description"]) == ("draft", "Edited")
    assert edited["variables"]["Colour"]["value"] == "blue"
    assert edited["definitionSnapshotRevision"] == 2
    old = send(busy, "GET", path, definitionSnapshotRevision=1).json
    assert (old["description"], old["variables"]) == ("", draft["variables"])
    assert "does not exist" in message(send(busy, "GET", path, definitionSnapshotRevision=9))
    send(busy, "PATCH", path, {"status": "abandoned"})
    assert "abandoned" in message(send(busy, "PUT", path, body))


def test_a_deleted_release_is_gone_from_lists_until_it_is_undeleted(busy: Busy) -> None:
    _, draft = made(busy, "Deleted.CD")
    path = f"releases/{draft['id']}"
    reply = send(busy, "DELETE", path, comment="Not needed.")
    assert (reply.status, reply.body) == (204, b"")
    assert "Content-Length" not in reply.headers
    assert send(busy, "GET", path).status == 404
    assert send(busy, "PATCH", path, {"keepForever": True}).status == 404
    assert send(busy, "DELETE", path).status == 404
    definition = draft["releaseDefinition"]["id"]
    assert send(busy, "GET", "releases", definitionId=definition).rows == []
    row = send(busy, "GET", "definitions", definitionIdFilter=definition, _expand="lastRelease").rows[0]
    assert row["lastRelease"] is None
    deleted = send(busy, "GET", "releases", definitionId=definition, isDeleted="true").rows
    assert [row["id"] for row in deleted] == [draft["id"]]
    assert "comment" in message(send(busy, "PUT", path))
    assert send(busy, "PUT", path, comment="Back.").json["id"] == draft["id"]
    assert send(busy, "PUT", path, comment="Twice.").status == 404
    kinds = [entry["changeType"] for entry in send(busy, "GET", f"{path}/history").rows]
    assert kinds == ["create", "delete", "undelete"]


def test_a_release_that_waits_or_stands_somewhere_is_not_deleted(busy: Busy) -> None:
    assert message(send(busy, "DELETE", f"releases/{busy.second['id']}")).startswith("VS402996")
    for row in busy.client.rows(f"{busy.base}/definitions", _expand="environments"):
        whole = send(busy, "GET", f"definitions/{row['id']}").json
        for environment in whole["environments"]:
            release = environment["currentRelease"]["id"]
            states = release and send(busy, "GET", f"releases/{release}").json["environments"]
            if release and all(state["status"] in ("succeeded", "notStarted") for state in states):
                assert message(send(busy, "DELETE", f"releases/{release}")).startswith("VS402946")
                return
    pytest.fail("no release stands anywhere")


def test_the_history_tells_calls_and_life(busy: Busy) -> None:
    created = busy.create(description="A tale")
    path = f"releases/{created['id']}"
    busy.client.advance(200)
    send(busy, "PATCH", path, {"keepForever": True, "comment": "Keep."})
    send(busy, "PATCH", path, {"keepForever": False})
    send(busy, "PATCH", path, {"name": "Tale-2", "comment": "Named."})
    approval = busy.client.rows(f"{busy.base}/approvals", releaseIdsFilter=created["id"])[0]
    send(busy, "PATCH", f"approvals/{approval['id']}", {"status": "approved", "comments": "Go."})
    run = next(one for one in created["environments"] if one["name"] == "Run")
    send(busy, "PATCH", f"{path}/environments/{run['id']}", {"status": "inProgress", "comment": "Again."})
    busy.client.advance(5)
    send(busy, "PATCH", path, {"status": "abandoned", "comment": "Over."})
    busy.client.advance(30)
    rows = send(busy, "GET", f"{path}/history").rows
    told = {(row["changeType"], row["comment"]) for row in rows}
    assert {
        ("create", "A tale"),
        ("retain", "Keep."),
        ("stopRetaining", None),
        ("rename", "Named."),
        ("approve", "Go."),
        ("deploy", "Again."),
        ("abandon", "Over."),
    } <= told
    assert [row["changedDate"] for row in rows] == sorted(row["changedDate"] for row in rows)
    assert {row["definitionSnapshotRevision"] for row in rows} == {1, 2}


def test_tags_of_releases_and_definitions(busy: Busy) -> None:
    definition, draft = made(busy, "Tags.CD")
    path = f"releases/{draft['id']}/tags"
    assert send(busy, "PATCH", f"{path}/{quote('Black Friday')}").rows == ["Black Friday"]
    assert send(busy, "POST", path, ["hot", "black friday"]).rows == ["Black Friday", "hot"]
    assert send(busy, "GET", path).rows == ["Black Friday", "hot"]
    found = send(busy, "GET", "releases", tagFilter="HOT", _expand="tags").rows
    assert [row["id"] for row in found] == [draft["id"]]
    own = f"definitions/{definition['id']}/tags"
    assert send(busy, "POST", own, ["core"]).rows == ["core"]
    assert send(busy, "GET", "tags").rows == ["Black Friday", "core", "hot"]
    assert send(busy, "DELETE", f"{path}/Hot").rows == ["Black Friday"]
    assert send(busy, "DELETE", f"{own}/core").rows == []
    assert "list of tags" in message(send(busy, "POST", path, {"hot": 1}))


def test_definitions_are_deleted_and_brought_back(busy: Busy) -> None:
    definition, draft = made(busy, "Volatile.CD")
    path = f"definitions/{definition['id']}"
    send(busy, "PATCH", f"releases/{draft['id']}", {"status": "active"})
    busy.client.advance(30)
    assert "in progress" in message(send(busy, "DELETE", path))
    assert send(busy, "DELETE", path, forceDelete="true", comment="Away.").status == 204
    assert send(busy, "GET", path).status == 404
    assert send(busy, "GET", f"releases/{draft['id']}").status == 404
    names = [row["name"] for row in send(busy, "GET", "definitions", isDeleted="true").rows]
    assert names == ["Volatile.CD"]
    assert send(busy, "PATCH", path, {"comment": "Back."}).json["isDeleted"] is False
    log = send(busy, "GET", f"{path}/revisions").rows
    assert [(row["revision"], row["changeType"]) for row in log] == [
        (1, "add"),
        (2, "delete"),
        (3, "undelete"),
    ]
    assert send(busy, "GET", path, revision=2).json["revision"] == 2
    environment = send(busy, "GET", f"releases/{draft['id']}").json["environments"][0]
    assert environment["status"] == "canceled"


def test_folders_move_with_what_is_in_them(busy: Busy) -> None:
    def folder(path: str) -> str:
        return "folders/" + quote(path, safe="")

    known = [row["path"] for row in send(busy, "GET", "folders").rows]
    assert known[0] == "\\"
    assert known == sorted(known, key=str.lower)
    assert send(busy, "GET", "folders", queryOrder="descending").rows[-1]["path"] == "\\"
    made_one = send(busy, "POST", "folders", {"path": "\\Outer\\Inner", "description": "Deep"}).json
    assert (made_one["path"], made_one["description"]) == ("\\Outer\\Inner", "Deep")
    body = minimal_definition("Inside.CD", busy.person) | {"path": "\\Outer\\Inner"}
    inside = send(busy, "POST", "definitions", body).json
    assert "already exists" in message(send(busy, "POST", "folders", {"path": "outer\\INNER"}))
    assert "cannot be moved" in message(
        send(busy, "PATCH", folder("\\Outer"), {"path": "\\Outer\\Inner\\Deeper"})
    )
    moved = send(busy, "PATCH", folder("\\Outer"), {"path": "\\Moved"}).json
    assert moved["path"] == "\\Moved"
    assert send(busy, "GET", f"definitions/{inside['id']}").json["path"] == "\\Moved\\Inner"
    below = [row["path"] for row in send(busy, "GET", folder("\\Moved")).rows]
    assert below == ["\\Moved", "\\Moved\\Inner"]
    assert send(busy, "GET", folder("\\Outer")).status == 404
    assert send(busy, "DELETE", folder("\\Moved")).status == 204
    assert send(busy, "GET", f"definitions/{inside['id']}").status == 404
    assert "root" in message(send(busy, "DELETE", folder("\\")))


def test_versions_of_artifacts(busy: Busy) -> None:
    found = send(busy, "GET", "artifacts/versions", releaseDefinitionId=busy.definition["id"]).json
    (artifact,) = found["artifactVersions"]
    assert artifact["alias"] == busy.artifacts[0]["alias"]
    keys = [int(version["id"]) for version in artifact["versions"]]
    assert keys == sorted(keys, reverse=True)
    assert artifact["defaultVersion"] == artifact["versions"][0]
    assert {"sourceBranch", "sourceVersion", "commitMessage", "name"} <= artifact["versions"][0].keys()
    chosen = busy.create(
        isDraft=True,
        artifacts=[{"alias": artifact["alias"], "instanceReference": {"id": str(keys[1])}}],
    )
    assert chosen["artifacts"][0]["definitionReference"]["version"]["id"] == str(keys[1])
    odd = [
        {"alias": "nuget", "type": "Nuget", "definitionReference": {"definition": {"id": "1"}}},
        busy.artifacts[0]
        | {
            "definitionReference": busy.artifacts[0]["definitionReference"]
            | {"defaultVersionType": {"id": "selectDuringReleaseCreationType"}}
        },
    ]
    lost, asked = send(busy, "POST", "artifacts/versions", odd).json["artifactVersions"]
    assert (lost["versions"], lost["defaultVersion"]) == ([], None)
    assert "nuget" in lost["errorMessage"]
    assert (asked["defaultVersion"], asked["errorMessage"]) == (None, None)
    assert asked["versions"]


def test_what_came_between_two_releases_and_two_builds(busy: Busy) -> None:
    found = send(busy, "GET", "artifacts/versions", releaseDefinitionId=busy.definition["id"]).json
    alias = found["artifactVersions"][0]["alias"]
    keys = [version["id"] for version in found["artifactVersions"][0]["versions"]]

    def draft(key: str) -> int:
        chosen = [{"alias": alias, "instanceReference": {"id": key}}]
        return int(busy.create(isDraft=True, artifacts=chosen)["id"])

    newer, older = draft(keys[0]), draft(keys[3])
    for what in ("changes", "workitems"):
        area = f"{busy.project}/_apis/build/{what}"
        between = send(busy, "GET", f"releases/{newer}/{what}", baseReleaseId=older).rows
        builds = busy.client.get(area, fromBuildId=keys[3], toBuildId=keys[0], _top=250).rows
        assert [row["id"] for row in between] == [row["id"] for row in builds]
        assert send(busy, "GET", f"releases/{older}/{what}", baseReleaseId=newer).rows == []
        assert busy.client.get(area, fromBuildId=keys[0], toBuildId=keys[3]).rows == []
        assert (
            send(busy, "GET", f"releases/{newer}/{what}", baseReleaseId=older, artifactAlias="x").rows == []
        )
    three = [
        change["id"]
        for key in keys[:3]
        for change in busy.client.get(f"{busy.project}/_apis/build/builds/{key}/changes").rows
    ]
    between = send(busy, "GET", f"releases/{newer}/changes", baseReleaseId=older).rows
    assert [row["id"] for row in between] == three
    assert len(send(busy, "GET", f"releases/{newer}/changes", baseReleaseId=older, _top=2).rows) == 2


def test_deployments_by_a_body(busy: Busy) -> None:
    places = [
        {"releaseDefinitionId": busy.definition["id"], "definitionEnvironmentId": environment["id"]}
        for environment in busy.definition["environments"][:2]
    ]
    rows = send(busy, "POST", "deployments", {"environments": places}).rows
    wanted = {place["definitionEnvironmentId"] for place in places}
    assert {row["definitionEnvironmentId"] for row in rows} == wanted
    body = {"environments": places, "maxDeploymentsPerEnvironment": 1, "latestDeploymentsOnly": True}
    rows = send(busy, "POST", "deployments", body).rows
    assert sorted(row["definitionEnvironmentId"] for row in rows) == sorted(wanted)
    failing = {"environments": places, "queryType": "failingSince"}
    rows = send(busy, "POST", "deployments", failing).rows
    assert [row["operationStatus"] for row in rows] == ["PhaseFailed"]
    assert "environments" in message(send(busy, "POST", "deployments", {"environments": 7}))


def test_pages_of_deployments_join_without_a_gap(busy: Busy) -> None:
    whole = busy.client.rows(f"{busy.base}/deployments", _top=100)
    assert len(busy.client.get(f"{busy.base}/deployments", _top=5000).rows) == min(100, len(whole))
    for order in ("descending", "ascending"):
        pieces = busy.client.rows(f"{busy.base}/deployments", _top=37, queryOrder=order)
        keys = [row["id"] for row in pieces]
        assert keys == sorted((row["id"] for row in whole), reverse=order == "descending")
    assert all(row["operationStatus"][0].isupper() for row in whole)
    assert "not valid" in message(send(busy, "GET", "deployments", deploymentStatus="odd"))


@pytest.mark.skipif(not (SHARED / "openapi").is_dir(), reason="the descriptions are not beside the checkout")
def test_undocumented_answers_have_the_published_models(busy: Busy) -> None:
    description = Description(SHARED / "openapi" / f"{SPECS['server-2022.1']}.json", [])
    environment = f"releases/{busy.first['id']}/environments/{busy.environment('Run')['id']}"
    phase = busy.environment("Run")["deploySteps"][0]["releaseDeployPhases"][0]
    for path, query in (
        (f"releases/{busy.first['id']}/history", {}),
        ("folders", {}),
        ("artifacts/versions", {"releaseDefinitionId": busy.definition["id"]}),
        (f"{environment}/tasks", {"attemptId": 1}),
        (f"{environment}/deployPhases/{phase['id']}/tasks", {}),
    ):
        reply = send(busy, "GET", path, **query)
        assert reply.status == 200, path
        description.check("GET", f"/{busy.base}/{path}", reply.json)
    description.check("POST", f"/{busy.base}/deployments", send(busy, "POST", "deployments", {}).json)
    assert description.report.summary() == {}
