"""Attempts, phases, tasks, gates and manual interventions as the JSON of the REST API (api.md 4.1, 4.2)."""

from __future__ import annotations

import math

from reltui.demo import gates, tasklog, tasks
from reltui.demo.clock import NULL_TIME, wire_time
from reltui.demo.identifiers import guid
from reltui.demo.people import People
from reltui.demo.records import (
    Attempt,
    Environment,
    GateRun,
    Intervention,
    JobRun,
    Json,
    PhaseRun,
    Release,
    Round,
    Row,
)


def attempt(
    people: People, parent: Release, record: Environment, one: Attempt, within: Json, now: float
) -> Json:
    """DeploymentAttempt; `within` are the references that what a person acts on carries."""
    requested = one.requested_by_id or parent.created_by_id
    shape: Json = {
        "id": one.deployment_id,
        "deploymentId": one.deployment_id,
        "attempt": one.number,
        "reason": one.reason,
        "status": one.status,
        "operationStatus": one.operation,
        "releaseDeployPhases": [_phase(people, parent, record, run, within, now) for run in one.phases],
        "requestedBy": people.ref(requested),
        "requestedFor": people.ref(requested),
        "queuedOn": wire_time(one.queued),
        "lastModifiedBy": people.ref(one.modified_by_id or requested),
        "lastModifiedOn": wire_time(one.modified),
        "hasStarted": one.has_started,
        "tasks": [],
        "runPlanId": "00000000-0000-0000-0000-000000000000",
        "issues": [{"issueType": "Error", "message": one.issue, "data": {}}]
        if one.issue and one.operation in ("PhaseFailed", "GateFailed")
        else [],
    }
    for run in one.gates:
        shape[gates.SIDES[run.side]] = release_gates(run, now)
    return shape


def intervention(people: People, within: Json, record: Intervention) -> Json:
    """ManualIntervention; `approver` is who acted, and is absent until then (api.md 8 #8)."""
    shape: Json = {"id": record.id, "status": record.status}
    if record.acted_by_id is not None:
        shape["approver"] = people.ref(record.acted_by_id)
    return shape | {
        "taskInstanceId": guid("intervention", record.id),
        "comments": record.comments,
        "instructions": record.instructions,
        "createdOn": wire_time(record.created),
        "modifiedOn": wire_time(record.modified),
        **within,
        "name": record.name,
    }


def release_gates(run: GateRun, now: float) -> Json:
    """ReleaseGates: one job for each sample, with one task for each gate."""
    shape: Json = {
        "id": run.id,
        "status": run.status,
        "runPlanId": guid("gates", run.id),
        "startedOn": wire_time(run.started),
        "lastModifiedOn": wire_time(run.modified),
        "stabilizationCompletedOn": wire_time(run.stabilized),
        "succeedingSince": wire_time(run.succeeding_since),
        "deploymentJobs": [_sample(run, number, one, now) for number, one in enumerate(run.rounds)],
        "ignoredGates": [
            {"name": name, "lastModifiedOn": wire_time(moment)} for name, moment in run.ignored.items()
        ],
    }
    return shape


def _sample(run: GateRun, number: int, one: Round, now: float) -> Json:
    """DeploymentJob of one sample; task ids are unique among all samples."""
    moment = now if run.finished is None else run.finished
    over = moment >= one.ended
    open_status = "inProgress" if run.finished is None else "canceled"
    first = number * (len(one.statuses) + 1) + 1
    shapes: list[Json] = []
    lines = tasklog.expected_lines({}, 0.0)
    for place, (task, status) in enumerate(zip(gates.planned(run.plan), one.statuses, strict=True), 1):
        name = gates.name_of(task)
        shape = _bare_task(first + place, name, guid("gate", run.id, number, place), place, task)
        if status == "skipped":
            shapes.append(shape | {"status": "skipped", "percentComplete": 0})
            continue
        shape |= _began(one.started)
        shape |= {"status": status if over else open_status, "percentComplete": 100 if over else 0}
        shape["lineCount"] = lines if over else lines - tasklog.ENDINGS
        shape[tasklog.EXPECTED] = {"lines": lines, "seconds": one.ended - one.started}
        if over:
            shape |= _ended(one.ended)
            if status == "failed":
                shape["issues"] = [_error(f"{name}: the condition for success does not hold.")]
        shapes.append(shape)
    result = "failed" if "failed" in one.statuses else "succeeded"
    job = {
        "id": first,
        "timelineRecordId": guid("sample", run.id, number),
        "name": f"Sample {number + 1}",
        "status": result if over else open_status,
        "rank": number + 1,
        "percentComplete": 100 if over else 0,
        "issues": [],
        "lineCount": sum(int(shape["lineCount"]) for shape in shapes) + tasklog.PREAMBLE,
    }
    job |= _began(one.started)
    if over:
        job |= _ended(one.ended)
    return {"job": job, "tasks": shapes}


def _phase(
    people: People, parent: Release, record: Environment, run: PhaseRun, within: Json, now: float
) -> Json:
    jobs = [_job(run, number, job, now) for number, job in enumerate(run.jobs)]
    messages = [
        issue["message"]
        for job in jobs
        for row in job["tasks"]
        if row["status"] == "failed"
        for issue in row["issues"]
    ]
    return {
        "id": run.id,
        "phaseId": str(run.id),
        "name": run.plan["name"],
        "rank": run.plan["rank"],
        "phaseType": run.plan["phaseType"],
        "status": run.status,
        "runPlanId": guid("plan", parent.id, record.id, run.id),
        "startedOn": NULL_TIME if run.status == "skipped" else wire_time(run.started),
        "deploymentJobs": jobs,
        "manualInterventions": [intervention(people, within, one) for one in run.interventions],
        "errorLog": "\n".join(messages) or None,
    }


def _job(run: PhaseRun, number: int, job: JobRun, now: float) -> Json:
    """DeploymentJob: the job is a task too, with a log of its own (api.md 8 #27)."""
    planned = tasks.enabled_tasks(run.plan)
    first = number * (len(planned) + 1) + 1
    rows = [
        _task(run, first + place, planned[place - 1], row, place, now)
        for place, row in enumerate(job.rows, 1)
    ]
    for row in rows:
        if job.agent and row["status"] not in ("pending", "skipped"):
            row["agentName"] = job.agent
    end = run.started + job.length
    moment = now if run.ended is None else run.ended
    over = moment >= end or run.ended is not None
    status = run.status
    if moment >= end and (run.ended is None or len(run.jobs) > 1):
        status = tasks.job_result(run.plan, job.rows)
    shape: Json = {
        "id": first,
        "timelineRecordId": guid("job", run.id, *((number,) if number else ())),
        "name": job.agent if run.plan["phaseType"] == tasks.GROUP else run.plan["name"],
        "status": status,
        "rank": number + 1,
        "percentComplete": 100 if over else 0,
        "issues": [],
        "lineCount": sum(int(row["lineCount"]) for row in rows) + tasklog.PREAMBLE,
    }
    if job.agent:
        shape["agentName"] = job.agent
    shape |= _began(run.started)
    if over:
        shape |= _ended(min(end, moment))
    return {"job": shape, "tasks": rows}


def _task(run: PhaseRun, number: int, planned: Json, row: Row, place: int, now: float) -> Json:
    begun, over = run.started + row.start, run.started + row.end
    moment = now if run.ended is None else run.ended
    name = str(planned.get("name") or "Task")
    shape = _bare_task(number, name, guid("task", run.id, number - 2), place, planned)
    if row.status == "skipped" and moment >= over:
        return shape | {"status": "skipped", "percentComplete": 0}
    if moment < begun or (run.status == "canceled" and moment <= begun):
        return shape | {"status": "canceled" if run.ended is not None else "pending", "percentComplete": 0}
    shape |= _began(begun)
    seconds = 0.0 if tasks.is_intervention(planned) else row.duration
    lines = tasklog.expected_lines(planned, seconds)
    shape[tasklog.EXPECTED] = {"lines": lines, "seconds": seconds}
    if moment < over:
        if run.ended is not None:
            shape |= _ended(moment)
        share = 1.0 if row.duration == math.inf else (moment - begun) / row.duration
        return shape | {
            "status": "inProgress" if run.ended is None else "canceled",
            "percentComplete": 0 if row.duration == math.inf else int(share * 100),
            "lineCount": int((lines - tasklog.ENDINGS) * share),
        }
    shape |= _ended(over)
    if row.status == "failed":
        shape["issues"] = [_error(_failure(run, name, place - 1))]
    return shape | {"status": row.status, "percentComplete": 100, "lineCount": lines}


def _failure(run: PhaseRun, name: str, position: int) -> str:
    if any(one.task == position and one.status == "rejected" for one in run.interventions):
        return f"{name} was rejected."
    return f"{name} failed. Process completed with exit code 1."


def _bare_task(number: int, name: str, record: str, rank: int, planned: Json) -> Json:
    """A ReleaseTask that has not begun."""
    return {
        "id": number,
        "timelineRecordId": record,
        "name": name,
        "rank": rank,
        "issues": [],
        "lineCount": 0,
        "task": {
            "id": planned.get("taskId"),
            "name": planned.get("refName") or planned.get("name"),
            "version": str(planned.get("version") or "1.*").replace("*", "0.0"),
        },
        "startTime": NULL_TIME,
        "dateStarted": NULL_TIME,
    }


def _began(moment: float) -> Json:
    return {"startTime": wire_time(moment, 7), "dateStarted": wire_time(moment, 7)}


def _ended(moment: float) -> Json:
    return {"finishTime": wire_time(moment, 7), "dateEnded": wire_time(moment, 7)}


def _error(message: str) -> Json:
    return {"issueType": "Error", "message": message, "data": {}}
