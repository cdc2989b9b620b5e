"""The embedded server posing as one before 4.0: shapes, parameters and methods of api.md 2.6."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.harness import Client, serving

OLDER = [("tfs-2015.2", "2.2-preview"), ("tfs-2017", "3.0-preview"), ("tfs-2017", "3.2-preview")]


def release_area(client: Client) -> str:
    return f"{client.projects()[0]}/_apis/release"


@pytest.mark.parametrize(("generation", "version"), OLDER)
def test_definitions_have_their_tasks_in_the_step_and_are_put_by_their_id(
    generation: str, version: str
) -> None:
    with serving(generation) as client:
        client.version = version
        area = release_area(client)
        for row in client.get(f"{area}/definitions", _expand="environments").rows:
            whole = client.get(f"{area}/definitions/{row['id']}").json
            assert whole["retentionPolicy"]["daysToKeep"] > 0
            for stage in whole["environments"]:
                assert stage["deployStep"]["tasks"]
                assert {"queueId", "demands", "runOptions"} <= stage.keys()
                assert not {"deployPhases", "retentionPolicy", "preDeploymentGates"} & stage.keys()
        whole["environments"][0]["queueId"] = 16
        whole["environments"][0]["deployStep"]["tasks"][0]["name"] = "Changed"
        assert client.call("PUT", f"{area}/definitions", whole).status == 405
        assert client.call("PUT", f"{area}/definitions/{whole['id'] + 1}", whole).status == 400
        saved = client.call("PUT", f"{area}/definitions/{whole['id']}", whole)
        assert saved.status == 200
        told = {"revision", "modifiedOn", "modifiedBy"}
        assert {k: v for k, v in saved.json.items() if k not in told} == {
            k: v for k, v in whole.items() if k not in told
        }
        assert saved.json["revision"] == whole["revision"] + 1
        without = {**whole, "revision": saved.json["revision"], "environments": [{"name": "X", "rank": 1}]}
        assert client.call("PUT", f"{area}/definitions/{whole['id']}", without).status == 400


@pytest.mark.parametrize(("generation", "version"), OLDER)
def test_releases_have_one_job_in_an_attempt_and_logs_without_a_phase(generation: str, version: str) -> None:
    with serving(generation) as client:
        client.version = version
        area = release_area(client)
        shallow = client.get(f"{area}/releases", _top=5, _expand="environments,approvals")
        assert "X-MS-ContinuationToken" in shallow.headers
        assert not {"tags", "properties", "_links", "url"} & shallow.rows[0].keys()
        logs = 0
        for row in shallow.rows:
            for stage in client.get(f"{area}/releases/{row['id']}").json["environments"]:
                assert stage["workflowTasks"]
                assert "deployPhasesSnapshot" not in stage
                for attempt in stage["deploySteps"]:
                    assert "releaseDeployPhases" not in attempt
                    for task in attempt["tasks"]:
                        if "logUrl" in task:
                            path = task["logUrl"].split(f"{client.base}/")[1]
                            assert "deployPhases" not in path
                            log = client.get(path, attemptId=attempt["id"])
                            assert log.body.count(b"\n") == task["lineCount"]
                            logs += 1
        assert logs


@pytest.mark.parametrize(("generation", "version"), OLDER)
def test_approvals_come_all_at_once_under_their_older_names(generation: str, version: str) -> None:
    with serving(generation) as client:
        client.version = version
        most = 0
        for project in client.projects():
            reply = client.get(f"{project}/_apis/release/approvals", top=1, continuationToken="5")
            assert "X-MS-ContinuationToken" not in reply.headers
            for row in reply.rows:
                assert row["trialNumber"] == 1
                assert not {"url", "attempt"} & row.keys()
                assert "_links" not in row["release"]
            most = max(most, len(reply.rows))
        assert most > 1


@pytest.mark.parametrize(("generation", "version"), OLDER)
def test_what_came_with_4_is_not_there(generation: str, version: str) -> None:
    with serving(generation) as client:
        client.version = version
        area = release_area(client)
        release = client.get(f"{area}/releases").rows[0]["id"]
        stage = client.get(f"{area}/releases/{release}").json["environments"][0]["id"]
        absent: list[tuple[str, str, Any, int]] = [
            ("GET", "folders", None, 404),
            ("GET", "deployments", None, 404),
            ("GET", "definitions/1/revisions", None, 404),
            ("GET", f"releases/{release}/manualinterventions", None, 404),
            ("GET", "approvals/1", None, 405),
            ("PATCH", "approvals", [], 404),
            ("GET", f"releases/{release}/environments/{stage}", None, 405),
            ("DELETE", f"releases/{release}", None, 405),
            ("PATCH", "definitions/1", {"comment": "x"}, 405),
            ("PATCH", f"releases/{release}/environments/{stage}", {"status": "scheduled"}, 400),
        ]
        for method, path, body, status in absent:
            assert client.call(method, f"{area}/{path}", body).status == status, (method, path)
        for expand in ("lastRelease", "manualInterventions"):
            assert client.call("GET", f"{area}/definitions?$expand={expand}").status == 400
        client.version = "4.0-preview"
        newer = client.call("GET", f"{area}/releases")
        assert (newer.status, newer.json["typeKey"]) == (400, "VssVersionOutOfRangeException")


def test_a_newer_server_answers_an_older_version_in_its_shapes() -> None:
    with serving("server-2022") as client:
        client.version = "3.0-preview"
        area = release_area(client)
        definition = client.get(f"{area}/definitions").rows[0]["id"]
        assert "deployStep" in client.get(f"{area}/definitions/{definition}").json["environments"][0]
        client.version = "7.0"
        assert "deployPhases" in client.get(f"{area}/definitions/{definition}").json["environments"][0]
