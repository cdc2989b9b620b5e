"""What tasks attach to their records: derived from what the tasks are, never stored (api.md 3.8)."""

from __future__ import annotations

from collections.abc import Iterator

from reltui.demo.records import Json

SUMMARY = "Distributedtask.Core.Summary"
REPORT = "report"

_OVER = ("succeeded", "failed", "partiallySucceeded")


def attached(attempt: Json, plan_id: str) -> Iterator[tuple[Json, str]]:
    """Every attachment of an attempt's plan as ReleaseTaskAttachment, with its text.

    Tests leave a summary in Markdown, and a task that failed leaves a report. The plan's timeline has the
    plan's own id, as captured.
    """
    for phase in attempt["releaseDeployPhases"]:
        if str(phase["runPlanId"]).lower() != plan_id.lower():
            continue
        for job in phase["deploymentJobs"]:
            for task in job["tasks"]:
                if task["status"] not in _OVER:
                    continue
                if "test" in str(task["name"]).lower():
                    yield _shape(attempt, phase, task, SUMMARY, "test-results.md"), _summary(task)
                if task["status"] == "failed":
                    yield _shape(attempt, phase, task, REPORT, "report.txt"), _report(task)


def _shape(attempt: Json, phase: Json, task: Json, kind: str, name: str) -> Json:
    return {
        "type": kind,
        "name": name,
        "createdOn": task["finishTime"],
        "modifiedOn": task["finishTime"],
        "modifiedBy": attempt["requestedFor"],
        "timelineId": phase["runPlanId"],
        "recordId": task["timelineRecordId"],
    }


def _summary(task: Json) -> str:
    total = 40 + int(task["lineCount"]) % 160
    failed = 3 if task["status"] == "failed" else 0
    return (
        f"# {task['name']}\n\n| total | passed | failed |\n| --- | --- | --- |\n"
        f"| {total} | {total - failed} | {failed} |\n"
    )


def _report(task: Json) -> str:
    messages = "".join(f"  {issue['issueType']}: {issue['message']}\n" for issue in task["issues"])
    return f"{task['name']} on {task.get('agentName', 'the server')}: {task['status']}\n{messages}"
