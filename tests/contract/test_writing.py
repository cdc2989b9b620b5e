"""Definitions and folders written over HTTP, by a plain client and by Microsoft's SDK."""

from __future__ import annotations

import copy
import gc
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.busy import task
from tests.contract.harness import SHARED, SPECS, Client, serving
from tests.contract.openapi import Description
from tests.contract.samples import minimal_definition
from tests.contract.sdk import client_of, tidy, without_cache

# Microsoft's client library leaves its connections to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")

POWERSHELL = "e213ff0f-5d5c-4791-802d-52ea3e7be1f1"
OWNED = ("revision", "modifiedBy", "modifiedOn")
"""What is another after every save."""


@pytest.fixture(scope="module")
def server() -> Iterator[Client]:
    """One server for tests that use names of their own."""
    with serving() as client:
        yield client


def area(client: Client, position: int = 0) -> str:
    """The release area of a project."""
    return f"{client.projects()[position]}/_apis/release"


def made(client: Client, name: str, **more: Any) -> Any:
    """A new definition of two stages."""
    body = minimal_definition(name, client.me(), stages=2) | more
    reply = client.call("POST", f"{area(client)}/definitions", body)
    assert reply.status == 200, reply.body
    return reply.json


def saved(client: Client, body: Any, status: int = 200) -> Any:
    """PUT."""
    reply = client.call("PUT", f"{area(client)}/definitions", body)
    assert reply.status == status, reply.body
    return reply.json


def unowned(definition: Any) -> str:
    """The text of what the client sent, in its order."""
    return json.dumps({key: value for key, value in definition.items() if key not in OWNED})


# Round trips


@pytest.mark.parametrize("generation", list(SPECS))
def test_every_definition_of_the_sample_is_saved_as_it_was_read(generation: str) -> None:
    with serving(generation) as client:
        for position in range(2):
            base = f"{area(client, position)}/definitions"
            for row in client.rows(base)[::3]:
                read = client.get(f"{base}/{row['id']}").json
                answer = client.call("PUT", base, read)
                assert answer.status == 200, (row["name"], answer.body)
                again = client.get(f"{base}/{row['id']}").json
                assert again["revision"] == read["revision"] + 1
                assert unowned(again) == unowned(read)


def test_what_the_server_does_not_know_stays_in_place(server: Client) -> None:
    body = made(server, "Unknown.CD")
    body = {"zFirst": {"deep": [None, 1, {"a": []}]}, **body}
    body["environments"][0]["xSetting"] = "kept"
    body["environments"][1]["deployPhases"][0]["deploymentInput"]["xPool"] = {"vmImage": "ubuntu"}
    body["environments"][1]["deployPhases"][0]["workflowTasks"] = [
        task("Say it", POWERSHELL, script="Write-Host hi", unheardOf="1") | {"xRetry": 2}
    ]
    answer = saved(server, body)
    read = server.get(f"{area(server)}/definitions/{body['id']}").json
    assert answer == read
    assert next(iter(read)) == "zFirst"
    assert read["zFirst"] == body["zFirst"]
    assert read["environments"][0]["xSetting"] == "kept"
    last = read["environments"][1]["deployPhases"][0]
    assert last["deploymentInput"]["xPool"] == {"vmImage": "ubuntu"}
    assert (last["workflowTasks"][0]["xRetry"], last["workflowTasks"][0]["inputs"]["unheardOf"]) == (2, "1")
    text = server.get(f"{area(server)}/definitions/{body['id']}/revisions/2").body
    assert unowned(json.loads(text)) == unowned(read)


def test_an_older_revision_is_whole_and_can_be_saved_again(server: Client) -> None:
    first = made(server, "Older.CD")
    changed = copy.deepcopy(first)
    changed["environments"] = changed["environments"][:1]
    changed["comment"] = "One stage is enough"
    second = saved(server, changed)
    assert "comment" not in second
    path = f"{area(server)}/definitions/{first['id']}"
    old = json.loads(server.get(f"{path}/revisions/1").body)
    for stage in first["environments"]:
        # What stands where is a matter of now, not of a revision.
        stage.pop("currentRelease")
    assert unowned(old) == unowned(first)
    assert [stage["name"] for stage in old["environments"]] == ["Stage 1", "Stage 2"]
    third = saved(server, old | {"revision": second["revision"]})
    assert [stage["name"] for stage in third["environments"]] == ["Stage 1", "Stage 2"]
    log = server.get(f"{path}/revisions").rows
    assert [(row["revision"], row["changeType"], row.get("comment")) for row in log] == [
        (1, "add", None),
        (2, "update", "One stage is enough"),
        (3, "update", None),
    ]
    stale = saved(server, second, status=400)
    assert "old copy" in stale["message"]


# Secrets


def test_no_answer_tells_a_secret(server: Client) -> None:
    secret = {"value": "hunter2", "isSecret": True}
    body = minimal_definition("Secret.CD", server.me()) | {"variables": {"Key": secret}}
    body["environments"][0]["variables"] = {"Key": secret, "Open": {"value": "yes"}}
    base = area(server)
    definition = server.call("POST", f"{base}/definitions", body).json
    path = f"{base}/definitions/{definition['id']}"
    for _ in range(2):
        definition["description"] = f"Revision {definition['revision']}"
        definition = saved(server, definition)
    release = server.call("POST", f"{base}/releases", {"definitionId": definition["id"]}).json
    answers = [
        server.get(path).body,
        server.get(f"{base}/definitions", _expand="variables,environments", searchText="Secret.CD").body,
        *(server.get(f"{path}/revisions/{number}").body for number in (1, 2, 3)),
        server.get(f"{base}/releases/{release['id']}").body,
        server.get(f"{base}/releases", _expand="variables,environments", _top=1).body,
        server.get(f"{base}/releases/{release['id']}", definitionSnapshotRevision=1).body,
    ]
    assert not [answer for answer in answers if b"hunter2" in answer]
    assert definition["variables"]["Key"] == {"value": None, "isSecret": True}
    variables = definition["environments"][0]["variables"]
    assert variables == {"Key": {"value": None, "isSecret": True}, "Open": {"value": "yes"}}


# Deleting and folders


def test_delete_with_what_runs_and_back(server: Client) -> None:
    base = area(server)
    definition = made(server, "Gone.CD")
    release = server.call("POST", f"{base}/releases", {"definitionId": definition["id"]}).json
    server.advance(30)
    path = f"{base}/definitions/{definition['id']}"
    refused = server.call("DELETE", path, comment="No longer")
    assert (refused.status, refused.json["typeKey"]) == (400, "InvalidRequestException")
    assert server.call("DELETE", path, comment="No longer", forceDelete="true").status == 204
    missing = server.call("GET", path)
    assert (missing.status, missing.json["message"][:8]) == (404, "VS402936")
    deleted = server.rows(f"{base}/definitions", isDeleted="true")
    assert [(row["id"], row["isDeleted"]) for row in deleted] == [(definition["id"], True)]
    back = server.call("PATCH", path, {"comment": "Needed after all"}).json
    assert (back["id"], back["revision"], back["isDeleted"]) == (definition["id"], 3, False)
    server.advance(30)
    row = server.rows(f"{base}/definitions", definitionIdFilter=definition["id"], _expand="lastRelease")[0]
    assert row["lastRelease"]["id"] == release["id"]
    stages = server.get(f"{base}/releases/{release['id']}").json["environments"]
    assert [stage["status"] for stage in stages] == ["canceled", "notStarted"]


def test_folders_by_both_ways_of_making_them(server: Client) -> None:
    base = f"{area(server)}/folders"
    new = server.call("POST", base, {"path": "\\Depot\\North", "description": "Cold"}).json
    assert (new["path"], new["description"]) == ("\\Depot\\North", "Cold")
    assert server.call("POST", f"{base}/Depot%5CSouth", {"path": "\\Depot\\South"}).status == 200
    assert server.call("POST", f"{base}/Depot%5CEast", {}).json["path"] == "\\Depot\\East"
    twice = server.call("POST", base, {"path": "\\depot\\north"})
    assert (twice.status, "already exists" in twice.json["message"]) == (400, True)
    definition = made(server, "InDepot.CD", path="\\Depot\\North")
    moved = server.call("PATCH", f"{base}/Depot", {"path": "\\Yards"}).json
    assert moved["path"] == "\\Yards"
    paths = [row["path"] for row in server.rows(base)]
    assert [path for path in paths if path.startswith(("\\Yards", "\\Depot"))] == [
        "\\Yards",
        "\\Yards\\East",
        "\\Yards\\North",
        "\\Yards\\South",
    ]
    read = server.get(f"{area(server)}/definitions/{definition['id']}").json
    assert (read["path"], read["revision"]) == ("\\Yards\\North", 2)
    named = server.call("PATCH", f"{base}/Yards", {"description": "All yards"}).json
    assert (named["path"], named["description"]) == ("\\Yards", "All yards")
    assert server.call("DELETE", f"{base}/Yards").status == 204
    assert server.call("GET", f"{area(server)}/definitions/{definition['id']}").status == 404
    assert server.call("GET", f"{base}/Yards").status == 404
    assert server.call("DELETE", base + "/%5C").status == 400


def test_who_lacks_the_permission(server: Client) -> None:
    project = next(name for name in server.projects() if name.startswith("Data"))
    base = f"{project}/_apis/release"
    row = server.rows(f"{base}/definitions")[0]
    body = server.get(f"{base}/definitions/{row['id']}").json
    for method, path, sent in (
        ("PUT", "definitions", body),
        ("POST", "definitions", minimal_definition("No.CD", server.me())),
        ("DELETE", f"definitions/{row['id']}", None),
        ("POST", "folders", {"path": "\\No"}),
        ("DELETE", "folders/Ingest", None),
    ):
        reply = server.call(method, f"{base}/{path}", sent)
        assert (reply.status, reply.json["typeKey"]) == (403, "UnauthorizedRequestException"), path
        assert reply.json["message"].startswith("VS402904: Access denied: User Dana Reyes does not have ")


@pytest.mark.parametrize("broken", [b"", b"null", b"[]", b"{", b'{"environments": 5, "name": "x"}'])
def test_what_is_no_definition(server: Client, broken: bytes) -> None:
    path = f"{area(server)}/definitions?api-version=7.1"
    for method in ("POST", "PUT"):
        with server.send_bytes(server.request_bytes(method, path, broken)) as connection:
            head = connection.recv(64)
        # A PUT finds no definition by the id that is missing.
        assert head.split()[1] in (b"400", b"404"), (method, broken, head)


# What the published descriptions say


@pytest.mark.skipif(not (SHARED / "openapi").is_dir(), reason="the descriptions are not beside the checkout")
@pytest.mark.parametrize("generation", list(SPECS))
def test_answers_to_writes_are_as_published(generation: str) -> None:
    order = list(SPECS)
    files = [SHARED / "openapi" / f"{SPECS[name]}.json" for name in order[order.index(generation) :]]
    description = Description(files[0], files[1:])
    with serving(generation) as client:

        def send(method: str, path: str, body: Any = None, **query: Any) -> Any:
            reply = client.call(method, f"{area(client)}/{path}", body, **query)
            assert reply.status == 200, (method, path, reply.body)
            description.check(method, f"/{area(client)}/{path}", reply.json)
            return reply.json

        body = minimal_definition("Published.CD", client.me(), stages=3)
        steps = [task("Say it", POWERSHELL, script="Write-Host hi")]
        body["environments"][1]["deployPhases"][0]["workflowTasks"] = steps
        body["variableGroups"] = [400]
        definition = send("POST", "definitions", body)
        definition = send("PUT", "definitions", definition | {"comment": "Again"})
        client.call("DELETE", f"{area(client)}/definitions/{definition['id']}")
        send("GET", "definitions", isDeleted="true")
        send("PATCH", f"definitions/{definition['id']}", {"comment": "Back"})
        send("GET", f"definitions/{definition['id']}")
        send("GET", f"definitions/{definition['id']}/revisions")
        release = send("POST", "releases", {"definitionId": definition["id"]})
        assert [group["id"] for group in release["variableGroups"]] == [400]
        send("POST", "folders", {"path": "\\Published"})
        send("PATCH", "folders/Published", {"path": "\\Known", "description": "Now known"})
        send("GET", "folders")
    assert description.report.summary() == {}


# Microsoft's SDK


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("generation", ["tfs-2018", "server-2019", "server-2022.1", "services"])
def test_the_sdk_writes_definitions(generation: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The SDK leaves the connection of a DELETE open, since it never reads that answer; it is found here."""
    from azure.devops.exceptions import AzureDevOpsServiceError

    without_cache(monkeypatch, tmp_path)
    with serving(generation) as server, tidy():
        release = client_of(
            "azure.devops.v7_1.release.release_client.ReleaseClient", server.url, server.token
        )
        project = server.get("_apis/projects").rows[0]["name"]
        body = minimal_definition("Sdk.Written", server.me(), stages=3) | {"path": "\\Sdk"}
        body["variables"] = {"Ring": {"value": "one"}, "Key": {"value": "hidden", "isSecret": True}}
        steps = [task("Say it", POWERSHELL, targetType="inline", script="Write-Host hi")]
        body["environments"][0]["deployPhases"][0]["workflowTasks"] = steps
        definition = release.create_release_definition(body, project)
        read = release.get_release_definition(project, definition.id)
        assert [stage.name for stage in read.environments] == ["Stage 1", "Stage 2", "Stage 3"]
        assert (read.variables["Key"].value, read.variables["Key"].is_secret) == (None, True)
        read.environments[1].name = "Second"
        read.environments[2].conditions[0].name = "Second"
        # The SDK's model of a phase has no deploymentInput, as api.md 8 #14 warns; the server fills it in.
        written = release.update_release_definition(read, project)
        assert (written.revision, written.environments[1].name) == (2, "Second")
        with pytest.raises(AzureDevOpsServiceError, match="old copy"):
            release.update_release_definition(read, project)
        written.environments[0].retention_policy = None
        with pytest.raises(AzureDevOpsServiceError, match="VS402982"):
            release.update_release_definition(written, project)
        release.delete_release_definition(project, definition.id, comment="By the SDK", force_delete=True)
        gone = release.get_release_definitions(project, is_deleted=True)
        assert [one.id for one in gone] == [definition.id]
        version = "7.1-preview.4" if generation in ("server-2022.1", "services") else "5.0-preview.3"
        release._send(
            "PATCH",
            "d8f96f24-8ea7-4cb6-baab-2df8fc515665",
            version,
            {"project": project, "definitionId": str(definition.id)},
            content={"comment": "By the SDK"},
        )
        history = release.get_release_definition_history(project, definition.id)
        assert [one.change_type for one in history] == ["add", "update", "delete", "undelete"]
        assert release.update_folder({"path": "\\Moved"}, project, "\\Sdk").path == "\\Moved"
        assert release.get_release_definition(project, definition.id).path == "\\Moved"
        release.delete_folder(project, "\\Moved")
        assert "\\Moved" not in [folder.path for folder in release.get_folders(project)]
        gc.collect()
