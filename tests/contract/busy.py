"""A definition with everything in it, and a release of it in which everything is to be seen at once."""

from __future__ import annotations

from typing import Any

from tests.contract.harness import Client
from tests.contract.samples import minimal_definition

INTERVENTION = "bcb64569-d51a-4af0-9c01-ea5d05b3b622"
"""Id of the task type that waits for a person, on every server."""
CALL = "9c3e8943-130d-4c78-ac63-8af81df62dfb"
"""Id of the task type that calls an HTTP service, also as a gate."""
BUILD_SOURCE = "Build"


def busy_definition(name: str, person: str, artifacts: list[dict[str, Any]]) -> dict[str, Any]:
    """Four stages that start together: tasks that fail, gates that fail, an intervention, an approval."""
    body = minimal_definition(name, person, stages=4)
    body["artifacts"] = artifacts
    for environment, stage in zip(body["environments"], ("Run", "Gates", "Wait", "Ask"), strict=True):
        environment["name"] = stage
        environment["conditions"] = [{"name": "ReleaseStarted", "conditionType": "event", "value": ""}]
        if stage != "Ask":
            environment["preDeployApprovals"] = {
                "approvals": [{"rank": 1, "isAutomated": True, "isNotificationOn": False}]
            }
    run, gates, wait, _ = body["environments"]
    run["deployPhases"][0]["workflowTasks"] = [
        task("Run smoke tests", demoSeconds="20", demoLines="400"),
        task("Deploy to the farm", demoSeconds="60", demoLines="600", demoResult="failed"),
        task("Say goodbye", demoSeconds="5"),
    ]
    gates["preDeploymentGates"] = {
        "id": 0,
        "gatesOptions": {
            "isEnabled": True,
            "timeout": 600,
            "samplingInterval": 5,
            "stabilizationTime": 0,
            "minimumSuccessDuration": 0,
        },
        "gates": [{"tasks": [task("Check open incidents", CALL, demoSamples="fail")]}],
    }
    wait["deployPhases"] = [
        {
            "rank": 1,
            "phaseType": "runOnServer",
            "name": "Look at it",
            "workflowTasks": [
                task("Confirm by hand", INTERVENTION, instructions="Look at the farm.\nThen go on.")
            ],
        }
    ]
    return body


def task(name: str, kind: str = "d9bafed4-0b18-4f58-968d-86655b4d2ce9", **inputs: str) -> dict[str, Any]:
    """One WorkflowTask."""
    return {
        "taskId": kind,
        "version": "*",
        "name": name,
        "enabled": True,
        "definitionType": "task",
        "alwaysRun": False,
        "continueOnError": False,
        "timeoutInMinutes": 0,
        "inputs": inputs,
    }


class Busy:
    """That release on one server, with short ways to what it is made of."""

    def __init__(self, client: Client, name: str = "Busy.CD") -> None:
        self.client = client
        self.person = client.me()
        self.project = client.projects()[0]
        self.base = f"{self.project}/_apis/release"
        self.artifacts = next(
            row["artifacts"]
            for row in client.rows(f"{self.base}/definitions", _expand="artifacts")
            if client.call(
                "POST", f"{self.base}/releases", {"definitionId": row["id"], "isDraft": True}
            ).status
            == 200
        )
        self.definition = client.call(
            "POST", f"{self.base}/definitions", busy_definition(name, self.person, self.artifacts)
        ).json
        self.first = self.create()
        client.advance(3600)
        self.second = self.create()
        client.advance(50)

    def create(self, **more: Any) -> dict[str, Any]:
        """A release of the definition."""
        body = {"definitionId": self.definition["id"], **more}
        created: dict[str, Any] = self.client.call("POST", f"{self.base}/releases", body).json
        return created

    def release(self, first: bool = True) -> dict[str, Any]:
        """The first release, which is through, or the second, which still runs."""
        key = (self.first if first else self.second)["id"]
        found: dict[str, Any] = self.client.get(f"{self.base}/releases/{key}").json
        return found

    def environment(self, name: str, first: bool = True) -> dict[str, Any]:
        """One environment of a release, whole."""
        found: dict[str, Any] = next(
            one for one in self.release(first)["environments"] if one["name"] == name
        )
        return found

    def path(self, name: str, first: bool = True) -> str:
        """The path of an environment."""
        environment = self.environment(name, first)
        return f"{self.base}/releases/{environment['releaseId']}/environments/{environment['id']}"
