"""An engine whose clock stands still, for the tests of the embedded server's state machine."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from reltui.demo.task_types import COMMAND_LINE
from reltui.demo.tasks import CALL
from tests import kept_engine

Json = dict[str, Any]

TODAY = datetime(2026, 3, 4, 14, 30, tzinfo=UTC)
AUTOMATED: Json = {"approvals": [{"rank": 1, "isAutomated": True}]}


class Bench:
    """An engine whose clock stands still, with short ways to define, release and look."""

    def __init__(self) -> None:
        self.engine = kept_engine.engine(speed=0, today=TODAY)
        self.project = str(self.engine.projects[0]["id"])
        self.me = str(self.engine.me["id"])
        self.count = 0

    def person(self, name: str) -> str:
        """The id of a person or group of the sample."""
        return next(key for key, who in self.engine.identities.items() if who["displayName"] == name)

    def ask(self, *names: str, sequence: bool = False, **options: object) -> Json:
        """Approvals of one side of a stage."""
        steps = [
            {"rank": rank if sequence else 1, "isAutomated": False, "approver": {"id": self.person(name)}}
            for rank, name in enumerate(names, 1)
        ]
        return {"approvals": steps, "approvalOptions": options}

    def stage(self, name: str, rank: int, after: str = "", **more: object) -> Json:
        """One stage; `after` is `release`, stage names joined by `+`, or empty for manual."""
        conditions = [
            {"name": "ReleaseStarted", "conditionType": "event", "value": ""}
            if one == "release"
            else {"name": one, "conditionType": "environmentState", "value": "4"}
            for one in after.split("+")
            if one
        ]
        return {
            "name": name,
            "rank": rank,
            "conditions": conditions,
            "preDeployApprovals": AUTOMATED,
            "postDeployApprovals": AUTOMATED,
            "retentionPolicy": {"daysToKeep": 30, "releasesToKeep": 3, "retainBuild": True},
            "deployPhases": [self.phase({"seconds": 10}, {"seconds": 20})],
        } | more

    @staticmethod
    def phase(*tasks: Json, rank: int = 1, kind: str = "agentBasedDeployment", **settings: object) -> Json:
        """A phase; each task may have `seconds`, `result`, `inputs` and what a WorkflowTask has."""
        return {
            "rank": rank,
            "phaseType": kind,
            "name": f"Job {rank}",
            "deploymentInput": settings,
            "workflowTasks": [
                {
                    "name": task.get("name", f"Task {position}"),
                    "taskId": task.get("taskId", CALL if kind == "runOnServer" else COMMAND_LINE),
                    "timeoutInMinutes": task.get("timeoutInMinutes", 0),
                    "inputs": {
                        "demoSeconds": str(task.get("seconds", 5)),
                        "demoResult": task.get("result", ""),
                    }
                    | task.get("inputs", {}),
                    "alwaysRun": task.get("alwaysRun", False),
                    "continueOnError": task.get("continueOnError", False),
                    "condition": task.get("condition", ""),
                }
                for position, task in enumerate(tasks, 1)
            ],
        }

    def define(self, *stages: Json, **more: object) -> int:
        """A new definition without artifacts."""
        self.count += 1
        body = {"name": f"Test.{self.count}", "environments": list(stages)} | more
        return int(self.engine.create_definition(self.project, body, self.me)["id"])

    def create(self, definition_id: int, by: str = "", **more: object) -> int:
        """A new release."""
        body = {"definitionId": definition_id} | more
        return int(self.engine.create_release(self.project, body, by or self.me)["id"])

    def statuses(self, release_id: int) -> list[str]:
        """Of the stages."""
        return [str(e["status"]) for e in self.engine.release(release_id)["environments"]]

    def environment(self, release_id: int, position: int = 0) -> Json:
        """One stage of a release."""
        found: Json = self.engine.release(release_id)["environments"][position]
        return found

    def step(self, release_id: int, position: int = 0) -> Json:
        """The newest attempt."""
        found: Json = self.environment(release_id, position)["deploySteps"][-1]
        return found

    def approvals(self, release_id: int, position: int = 0, side: str = "pre") -> list[Json]:
        """Those that exist so far."""
        found: list[Json] = self.environment(release_id, position)[f"{side}DeployApprovals"]
        return found

    def sign(self, approval: Json, name: str, status: str = "approved", **more: object) -> Json:
        """Answer an approval as somebody."""
        return self.engine.update_approval(
            approval["id"], {"status": status, "comments": "done"} | more, self.person(name)
        )

    def patch(self, release_id: int, status: str, position: int = 0, **more: object) -> Json:
        """Deploy, schedule or cancel a stage."""
        environment_id = self.environment(release_id, position)["id"]
        return self.engine.update_environment(release_id, environment_id, {"status": status} | more, self.me)
