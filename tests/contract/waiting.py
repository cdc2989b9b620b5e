"""Many approvals or manual interventions that wait for the signed-in person, each on a release of its own."""

from __future__ import annotations

from typing import Any

from tests.contract.busy import INTERVENTION, task
from tests.contract.harness import Client
from tests.contract.samples import minimal_definition


def approvals_waiting(client: Client, count: int, stage: str = "QA") -> list[str]:
    """The paths of so many new approvals before the same stage, oldest first."""
    body = minimal_definition("Many.CD", client.me())
    body["environments"][0]["name"] = stage
    base, releases = _released(client, body, count)
    rows = client.rows(f"{base}/approvals", releaseIdsFilter=",".join(map(str, releases)))
    return [f"{base}/approvals/{row['id']}" for row in reversed(rows)]


def interventions_waiting(client: Client, count: int) -> list[str]:
    """The paths of so many new manual interventions, oldest first."""
    body = minimal_definition("Hands.CD", client.me())
    environment = body["environments"][0]
    environment["preDeployApprovals"] = environment["postDeployApprovals"]
    environment["deployPhases"] = [
        {
            "rank": 1,
            "phaseType": "runOnServer",
            "name": "Look at it",
            "workflowTasks": [task("Confirm by hand", INTERVENTION, instructions="Look, then go on.")],
        }
    ]
    base, releases = _released(client, body, count)
    paths = [f"{base}/releases/{release}/manualinterventions" for release in releases]
    return [f"{path}/{row['id']}" for path in paths for row in client.get(path).rows]


def _released(client: Client, body: dict[str, Any], count: int) -> tuple[str, list[int]]:
    """The base of the release area and the ids of so many releases of a new definition, a minute on."""
    base = f"{client.projects()[0]}/_apis/release"
    made = client.call("POST", f"{base}/definitions", body).json
    releases = [
        int(client.call("POST", f"{base}/releases", {"definitionId": made["id"]}).json["id"])
        for _ in range(count)
    ]
    client.advance(60)
    return base, releases
