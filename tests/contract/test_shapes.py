"""The embedded server's answers beside captured ones: members that are missing, null or absent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.busy import Busy
from tests.contract.harness import SHARED, Client, serving
from tests.contract.samples import minimal_definition

EXAMPLES = SHARED / "examples"

pytestmark = pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the captures are not beside the checkout")

CAPTURES = {
    "tfs-2018": "tfs-4.1",
    "server-2019": "azure-devops-server-5.0",
    "server-2020": "azure-devops-server-6.0",
    "services": "services-5.1",
}

MAY_LACK: dict[str, str] = {
    "release.environments[].preApprovalsSnapshot.approvalOptions.timeoutInMintues": "mended in later servers",
}
"""Captured members that our answer need not have."""

_KINDS: dict[type, str] = {
    bool: "boolean",
    int: "number",
    float: "number",
    str: "text",
    list: "array",
    dict: "object",
}

MAPS = frozenset({"_links", "definitionReference", "inputs", "overrideInputs", "properties", "variables"})
"""Objects whose member names are data."""


def _paths(value: Any, where: str) -> Iterator[tuple[str, str]]:
    """Every member of a document as a path without indices, with the kind of its value."""
    if isinstance(value, dict):
        for key, item in value.items():
            here = f"{where}.{key}"
            yield here, _kind(item)
            if key not in MAPS:
                yield from _paths(item, here)
    elif isinstance(value, list):
        for item in value:
            yield from _paths(item, f"{where}[]")


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    return _KINDS[type(value)]


def _kinds(documents: list[Any], where: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for document in documents:
        for path, kind in _paths(document, where):
            found.setdefault(path, set()).add(kind)
    return found


def _captured(folder: Path, pattern: str) -> list[Any]:
    bodies = []
    for file in sorted(folder.glob(pattern)):
        responses = json.loads(file.read_text("utf-8-sig"))["responses"]
        body = responses["200"].get("body")
        if body is not None:
            bodies.append(body)
    return bodies


def _compare(captured: list[Any], ours: list[Any], where: str) -> list[str]:
    """What is in captures and not in ours, and where ours is of another kind."""
    real, made = _kinds(captured, where), _kinds(ours, where)
    problems = []
    for path, kinds in sorted(real.items()):
        parent = path.rsplit(".", 1)[0].removesuffix("[]")
        if path in MAY_LACK or (parent != where and not made.get(parent, set()) & {"object", "array"}):
            continue
        if path not in made:
            problems.append(f"{path} is captured ({'/'.join(sorted(kinds))}) and missing here")
        elif not kinds & made[path] and "null" not in kinds | made[path]:
            problems.append(f"{path} is captured as {sorted(kinds)} and is {sorted(made[path])} here")
    return problems


class Ours:
    """Answers of the embedded server to the captured calls, from a life that shows all of them."""

    def __init__(self, client: Client) -> None:
        project = client.projects()[0]
        base = f"{project}/_apis/release"
        body = minimal_definition("Shapes", client.me(), stages=2)
        for environment in body["environments"]:
            environment["preDeployApprovals"]["approvalOptions"] = {
                "requiredApproverCount": 0,
                "releaseCreatorCanBeApprover": True,
                "autoTriggeredAndPreviousEnvironmentApprovedCanBeSkipped": False,
                "enforceIdentityRevalidation": False,
                "timeoutInMinutes": 0,
                "executionOrder": "beforeGates",
            }
        self.created_definition = client.call("POST", f"{base}/definitions", body).json
        key = self.created_definition["id"]
        self.saved_definition = client.call("PUT", f"{base}/definitions", self.created_definition).json
        self.created_release = client.call("POST", f"{base}/releases", {"definitionId": key}).json
        client.advance(30)
        release = self.created_release["id"]
        self.pending = client.get(f"{base}/approvals", releaseIdsFilter=release).json
        approval = self.pending["value"][0]["id"]
        self.approved = client.call("PATCH", f"{base}/approvals/{approval}", {"status": "approved"}).json
        self.got_release = client.get(f"{base}/releases/{release}").json
        self.releases = [client.get(f"{base}/releases", _top=100).json]
        self.definitions = client.get(f"{base}/definitions").json
        self.with_artifacts = client.get(f"{base}/definitions", _expand="artifacts").json
        self.with_environments = client.get(f"{base}/definitions", _expand="Environments").json
        self.got_definition = client.get(f"{base}/definitions/{key}").json
        self.revisions = client.get(f"{base}/definitions/{key}/revisions").json
        any_release = client.get(f"{base}/releases", _top=1, statusFilter="active", queryOrder="ascending")
        self.with_artifact = client.get(f"{base}/releases/{any_release.rows[0]['id']}").json
        second = client.call("POST", f"{base}/releases", {"definitionId": key}).json
        path = f"{base}/releases/{second['id']}"
        self.abandoned = client.call("PATCH", path, {"status": "abandoned"}).json
        third = client.call("POST", f"{base}/releases", {"definitionId": key}).json
        path = f"{base}/releases/{third['id']}/environments/{third['environments'][1]['id']}"
        self.deployed = client.call("PATCH", path, {"status": "inProgress"}).json


@pytest.mark.parametrize("generation", list(CAPTURES))
def test_nothing_captured_is_missing(generation: str) -> None:
    folder = EXAMPLES / CAPTURES[generation]
    with serving(generation) as client:
        ours = Ours(client)
    lists = ours.releases
    releases = [ours.got_release, ours.created_release, ours.abandoned, ours.with_artifact]
    pairs: list[tuple[str, list[Any], str]] = [
        ("approvals/GET*.json", [ours.pending], "approvals"),
        ("approvals/PATCH*.json", [ours.approved], "approval"),
        ("definitions/GET__ListAllReleaseDefinitions*.json", [ours.with_environments], "definitions"),
        (
            "definitions/GET_ListAllReleaseDefinitionsWithArtifacts*.json",
            [ours.with_artifacts],
            "definitions",
        ),
        ("definitions/GET__GetReleaseDefinition-*.json", [ours.got_definition], "definition"),
        ("definitions/GET__GetReleaseDefinition.json", [ours.got_definition], "definition"),
        ("definitions/GET__GetReleaseDefinitionRevisions*.json", [ours.revisions], "revisions"),
        ("definitions/POST*.json", [ours.created_definition], "definition"),
        ("definitions/PUT*.json", [ours.saved_definition], "definition"),
        ("environments/PATCH*.json", [ours.deployed], "environment"),
        ("releases/GET__GetARelease*.json", releases, "release"),
        ("releases/POST*.json", releases, "release"),
        ("releases/PATCH*.json", releases, "release"),
        ("releases/*ListAllReleases*.json", lists, "releases"),
        ("revisions/GET*.json", [ours.revisions], "revisions"),
    ]
    problems: list[str] = []
    compared = 0
    for pattern, answers, where in pairs:
        captured = _captured(folder, pattern)
        compared += len(captured)
        problems += _compare(captured, answers, where)
    assert sorted(set(problems)) == []
    assert compared >= 12


@pytest.mark.parametrize("generation", list(CAPTURES))
def test_nothing_captured_of_what_runs_is_missing(generation: str) -> None:
    with serving(generation) as client:
        busy = Busy(client)
        release = f"{busy.base}/releases/{busy.first['id']}/manualinterventions"
        later = f"{busy.base}/releases/{busy.second['id']}/manualinterventions"
        waiting, other = client.get(release).json, client.rows(later)[0]
        path = f"{release}/{waiting['value'][0]['id']}"
        one = client.get(path).json
        resumed = client.call("PATCH", path, {"status": "approved", "comment": "Looks well."}).json
        reject = {"status": "rejected", "comment": "Not today."}
        rejected = client.call("PATCH", f"{later}/{other['id']}", reject).json
        deployments = client.get(f"{busy.base}/deployments", _top=100).json
        pairs: list[tuple[str, list[Any], str]] = [
            ("deployments/GET*.json", [deployments], "deployments"),
            ("manualInterventions/GET__GetManualInterventions*.json", [waiting], "interventions"),
            ("manualInterventions/GET__GetManualIntervention[.-]*json", [one], "intervention"),
            ("manualInterventions/PATCH__Resume*.json", [resumed], "intervention"),
            ("manualInterventions/PATCH__Reject*.json", [rejected], "intervention"),
        ]
        if generation in ("server-2020", "services"):
            gates = busy.environment("Gates")["deploySteps"][0]["preDeploymentGates"]["id"]
            ignore = {"gatesToIgnore": ["Check open incidents"], "comment": "Known."}
            ignored = client.call("PATCH", f"{busy.base}/gates/{gates}", ignore).json
            plan = busy.environment("Run")["deploySteps"][0]["releaseDeployPhases"][0]["runPlanId"]
            attachments = "attachments/Distributedtask.Core.Summary"
            kept = client.get(f"{busy.path('Run')}/attempts/1/timelines/{plan}/{attachments}").json
            assert kept["value"]
            pairs += [
                ("gates/PATCH*.json", [ignored], "gates"),
                ("attachments/GET__GetReleaseAttachment[.-]*json", [kept], "attachments"),
            ]
    folder = EXAMPLES / CAPTURES[generation]
    problems: list[str] = []
    for pattern, answers, where in pairs:
        captured = _captured(folder, pattern)
        assert captured, pattern
        problems += _compare(captured, answers, where)
    assert sorted(set(problems)) == []


@pytest.mark.parametrize("generation", list(CAPTURES))
def test_what_lists_leave_out_is_absent_or_null(generation: str) -> None:
    with serving(generation) as client:
        ours = Ours(client)
    for row in ours.definitions["value"]:
        assert not {"environments", "artifacts", "triggers", "variables", "tags"} & row.keys()
        assert row["variableGroups"] is None
        assert row["properties"] == {}
    assert {row["lastRelease"] is None for row in ours.definitions["value"]} <= {True, False}
    for row in ours.with_environments["value"]:
        for environment in row["environments"]:
            left_out = {"preDeployApprovals", "deployPhases", "conditions", "currentRelease"}
            assert not left_out & environment.keys()
    for row in ours.releases[0]["value"]:
        assert not {"environments", "artifacts"} & row.keys()
        assert (row["variableGroups"], row["projectReference"], row["properties"]) == (None, None, {})
    pending = ours.pending["value"][0]
    assert "approvedBy" not in pending
    assert [pending[key]["_links"] for key in ("release", "releaseDefinition", "releaseEnvironment")] == [
        {}
    ] * 3


def test_the_quirks_of_the_wire() -> None:
    with serving("server-2022.1") as client:
        ours = Ours(client)
        environment = ours.created_release["environments"][0]
        assert environment["preApprovalsSnapshot"]["approvals"][0]["id"] == 0
        assert ours.created_definition["environments"][0]["currentRelease"]["id"] == 0
        assert ours.created_release["reason"] == "manual"
        assert (environment["deploySteps"], environment["preDeployApprovals"]) == ([], [])
        assert ours.deployed["status"] == "queued"
        attempt = ours.got_release["environments"][0]["deploySteps"][0]
        assert attempt["operationStatus"][0].isupper()
        assert attempt["status"][0].islower()
        approval = ours.approved
        assert {"isNotificationOn", "trialNumber"} <= approval.keys()
        assert approval["history"] == []
        assert approval["revision"] == 1
        project = client.projects()[0]
        assert f"/{project}/_apis/Release/approvals/" in approval["url"]
        assert f"/{project}/" not in approval["releaseDefinition"]["url"]
