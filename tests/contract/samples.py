"""Bodies that the contract tests send, and a decision over plain HTTP."""

from __future__ import annotations

from typing import Any

from tests.contract.harness import Client, Reply


def minimal_definition(name: str, approver: str, stages: int = 1) -> dict[str, Any]:
    """The smallest definition that the service accepts (api.md 3.1), with one approver before each stage."""
    return {
        "name": name,
        "releaseNameFormat": "Release-$(rev:r)",
        "environments": [
            {
                "name": f"Stage {rank}",
                "rank": rank,
                "conditions": [_trigger(rank)],
                "preDeployApprovals": {
                    "approvals": [
                        {
                            "rank": 1,
                            "isAutomated": False,
                            "isNotificationOn": False,
                            "approver": {"id": approver},
                        }
                    ]
                },
                "postDeployApprovals": {
                    "approvals": [{"rank": 1, "isAutomated": True, "isNotificationOn": False}]
                },
                "deployPhases": [
                    {
                        "rank": 1,
                        "phaseType": "agentBasedDeployment",
                        "name": "Run on agent",
                        "deploymentInput": {"queueId": 1},
                        "workflowTasks": [],
                    }
                ],
                "retentionPolicy": {"daysToKeep": 30, "releasesToKeep": 3, "retainBuild": True},
            }
            for rank in range(1, stages + 1)
        ],
    }


def _trigger(rank: int) -> dict[str, Any]:
    if rank == 1:
        return {"name": "ReleaseStarted", "conditionType": "event", "value": ""}
    return {"name": f"Stage {rank - 1}", "conditionType": "environmentState", "value": "4"}


def wanted(client: Client, name: str = "Fault.CD") -> tuple[str, int]:
    """Make a definition and a release, whose first approval is then due."""
    project = client.projects()[0]
    base = f"{project}/_apis/release"
    made = client.call("POST", f"{base}/definitions", minimal_definition(name, client.me())).json
    release = client.call("POST", f"{base}/releases", {"definitionId": made["id"]}).json
    client.advance(30)
    rows = client.rows(f"{base}/approvals", releaseIdsFilter=release["id"])
    return project, int(rows[0]["id"])


def approve(client: Client, approval: tuple[str, int], timeout: float = 20.0) -> Reply:
    """Approve over HTTP."""
    return client.call("PATCH", path(approval), {"status": "approved", "comments": "Go."}, timeout=timeout)


def path(approval: tuple[str, int]) -> str:
    """The path of an approval."""
    return f"{approval[0]}/_apis/release/approvals/{approval[1]}"


def status(client: Client, approval: tuple[str, int]) -> str:
    """What the server says of an approval, without faults."""
    client.demo("DELETE", "faults")
    return str(client.get(path(approval)).json["status"])


def last(client: Client) -> tuple[bool, bool]:
    """Of the last write: applied, answered."""
    entry = client.ledger()[-1]
    return entry["applied"], entry["answered"]
