"""What runs and what is in a release: gates, interventions, deployments, changes, versions, history."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reltui.errors import Malformed
from reltui.model.approval import approval_from_json
from reltui.model.attempt import (
    DeploymentStatus,
    GateStatus,
    InterventionStatus,
    OperationStatus,
    TaskStatus,
    attempts_from_json,
    gates_from_json,
    gates_plan_from_json,
    intervention_from_json,
)
from reltui.model.content import (
    artifact_versions_from_json,
    attachment_from_json,
    build_time_from_json,
    change_from_json,
    folder_from_json,
    release_revision_from_json,
    tags_from_json,
    work_item_from_json,
)
from reltui.model.decode import rows_of
from reltui.model.definition import definition_from_json, revision_from_json
from reltui.model.deployment import deployment_from_json
from reltui.model.release import environment_from_json, release_from_json
from tests.unit.test_models import ANNA, Cases, anna, approval, read_spoiled

PLAN = "6F971087-c8d8-445a-9c5e-2ed8a6fe6db5"
EXAMPLES = Path(__file__).resolve().parents[3] / "shared" / "contract" / "examples"


def task(number: int, **changes: Any) -> dict[str, Any]:
    raw = {
        "id": number,
        "name": f"Task {number}",
        "rank": number,
        "status": "succeeded",
        "startTime": f"2026-11-24T09:{number:02}:00Z",
        "timelineRecordId": PLAN,
        "lineCount": 40,
    }
    return {**raw, **changes}


def gates(**changes: Any) -> dict[str, Any]:
    raw = {
        "id": 112,
        "status": "inProgress",
        "runPlanId": PLAN,
        "startedOn": "2026-11-24T09:00:00Z",
        "lastModifiedOn": "2026-11-24T09:05:00Z",
        "stabilizationCompletedOn": "0001-01-01T00:00:00",
        "ignoredGates": [{"name": "Query Work Items", "lastModifiedOn": "2026-11-24T09:01:00Z"}],
        "deploymentJobs": [
            {"job": task(8, name="second"), "tasks": [task(9, status="failed")]},
            {"job": task(2, name="first"), "tasks": [task(3)]},
        ],
    }
    return {**raw, **changes}


def intervention(**changes: Any) -> dict[str, Any]:
    raw = {
        "id": 5,
        "name": "Manual intervention",
        "status": "pending",
        "instructions": "Look at\r\nthe site",
        "comments": None,
        "createdOn": "2026-11-24T09:00:00.5Z",
        "approver": {"id": ANNA},
        "release": {"id": 3, "name": "Release-3", "_links": {}},
        "releaseEnvironment": {"id": 6, "name": "PROD"},
    }
    return {**raw, **changes}


def attempt(**changes: Any) -> dict[str, Any]:
    raw = {
        "id": 11,
        "attempt": 1,
        "deploymentId": 70,
        "status": "inProgress",
        "operationStatus": "ManualInterventionPending",
        "preDeploymentGates": gates(status="succeeded"),
        "postDeploymentGates": {"id": 0, "status": "none"},
        "releaseDeployPhases": [
            {
                "id": 32,
                "phaseId": "32",
                "name": "Server phase",
                "rank": 2,
                "phaseType": "runOnServer",
                "status": "inProgress",
                "runPlanId": PLAN,
                "deploymentJobs": [{"job": task(1), "tasks": [task(2), task(3, status="inProgress")]}],
                "manualInterventions": [intervention(id=4, status="approved"), intervention()],
            }
        ],
    }
    return {**raw, **changes}


def deployment(**changes: Any) -> dict[str, Any]:
    inner = {"release": ..., "releaseEnvironment": ..., "releaseDefinition": {"id": 0, "name": "Shop.CD"}}
    raw = {
        "id": 70,
        "attempt": 2,
        "release": {
            "id": 3,
            "name": "Release-3",
            "description": None,
            "releaseDefinition": None,
            "createdOn": "0001-01-01T00:00:00",
            "artifacts": [
                {"alias": "_Docs", "type": "Git"},
                {
                    "alias": "_Shop.CI",
                    "type": "Build",
                    "isPrimary": True,
                    "definitionReference": {"version": {"id": "77", "name": "20261124.1"}},
                },
            ],
        },
        "releaseDefinition": {"id": 1, "name": "Shop.CD", "path": "\\Web"},
        "releaseEnvironment": {"id": 6, "name": "PROD"},
        "definitionEnvironmentId": 4,
        "deploymentStatus": "partiallySucceeded",
        "operationStatus": "PhasePartiallySucceeded",
        "reason": "manual",
        "queuedOn": "0001-01-01T00:00:00",
        "startedOn": "2026-11-24T09:00:00Z",
        "completedOn": "2026-11-24T09:10:00Z",
        "requestedBy": anna(),
        "preDeployApprovals": [approval(id=9, rank=2, **inner), approval(id=8, **inner)],
        "postDeployApprovals": [],
    }
    return {**raw, **changes}


def test_gates_in_the_order_of_their_rounds() -> None:
    found = gates_from_json(gates())
    assert found is not None
    assert (found.id, found.status, found.is_running) == (112, GateStatus.IN_PROGRESS, True)
    assert found.ignored == ("Query Work Items",)
    assert found.stabilized_on is None
    assert [sample.task.name for sample in found.samples if sample.task] == ["first", "second"]
    assert [t.status for sample in found.samples for t in sample.tasks] == [
        TaskStatus.SUCCEEDED,
        TaskStatus.FAILED,
    ]


def test_rounds_without_a_time_stay_as_they_came() -> None:
    jobs = [{"job": task(8)}, {"job": task(2, startTime=None)}, {"tasks": [task(1)]}]
    found = gates_from_json(gates(deploymentJobs=jobs))
    assert found is not None
    assert [sample.task.id if sample.task else 0 for sample in found.samples] == [8, 2, 0]


@pytest.mark.parametrize("none", [None, {}, {"id": 0}, {"id": -1}, {"id": "112"}, [], "x"])
def test_no_gates_in_each_of_its_forms(none: object) -> None:
    assert gates_from_json(none) is None


def test_the_plan_of_gates() -> None:
    raw = {
        "gatesOptions": {"isEnabled": True, "timeout": 60, "samplingInterval": 5, "stabilizationTime": 3},
        "gates": [{"tasks": [{"name": "Query"}, 5]}, None, {"tasks": [{"name": "Alerts"}]}],
    }
    found = gates_plan_from_json(raw)
    assert (found.names, found.timeout, found.sampling_interval) == (("Query", "Alerts"), 60, 5)
    assert found.asks
    assert not gates_plan_from_json({**raw, "gatesOptions": None}).asks
    assert not gates_plan_from_json(None).asks


def test_an_attempt_that_waits() -> None:
    [found] = attempts_from_json([attempt()])
    assert found.operation is OperationStatus.MANUAL_INTERVENTION_PENDING
    assert found.intervention is not None
    assert found.intervention.id == 5
    assert found.gates is None
    assert found.pre_gates is not None
    assert found.post_gates is None
    [phase] = found.phases
    assert phase.plan_id == PLAN.lower()
    assert [t.record_id for t in phase.tasks] == [PLAN.lower(), PLAN.lower()]
    assert [job.task.id for job in phase.jobs if job.task] == [1]
    [evaluating] = attempts_from_json([attempt(postDeploymentGates=gates(status=2))])
    assert evaluating.gates is evaluating.post_gates
    assert evaluating.gates is not None


def test_ids_that_are_no_guids_are_none() -> None:
    [found] = attempts_from_json(
        [attempt(releaseDeployPhases=[{"runPlanId": "../x", "deploymentJobs": [{"tasks": [task(1)]}]}])]
    )
    assert found.phases[0].plan_id == ""
    [other] = attempts_from_json(
        [attempt(releaseDeployPhases=[{"deploymentJobs": [{"tasks": [task(1, timelineRecordId=7)]}]}])]
    )
    assert other.phases[0].tasks[0].record_id == ""


def test_an_intervention() -> None:
    found = intervention_from_json(intervention())
    assert (found.id, found.status, found.is_pending) == (5, InterventionStatus.PENDING, True)
    assert found.instructions == "Look at\nthe site"
    assert (found.comments, found.release.id, found.environment.name) == ("", 3, "PROD")
    assert found.approver is not None
    assert intervention_from_json(intervention(status=16)).status is InterventionStatus.BYPASSED
    unknown = intervention_from_json(intervention(status="on\x1bHold"))
    assert (unknown.status, unknown.is_pending) == ("on␛Hold", False)


@pytest.mark.parametrize("changes", [{"id": 0}, {"id": "5"}, {"id": None}, {"status": None}, {"status": []}])
def test_an_intervention_that_cannot_be_acted_on_is_a_bad_row(changes: dict[str, Any]) -> None:
    found = rows_of([intervention(), intervention(**changes)], intervention_from_json)
    assert (len(found.items), len(found.bad)) == (1, 1)


def test_a_deployment() -> None:
    found = deployment_from_json(deployment())
    assert (found.id, found.attempt, found.stage) == (70, 2, (1, 4))
    assert (found.status, found.operation) == (
        DeploymentStatus.PARTIALLY_SUCCEEDED,
        OperationStatus.PHASE_PARTIALLY_SUCCEEDED,
    )
    assert found.succeeded
    assert found.queued_on is None
    assert found.completed_on == datetime(2026, 11, 24, 9, 10, tzinfo=UTC)
    assert [artifact.alias for artifact in found.artifacts] == ["_Shop.CI", "_Docs"]
    assert [a.id for a in found.pre_approvals] == [8, 9]
    assert [(a.release.name, a.environment.name, a.definition_path) for a in found.waiting] == [
        ("Release-3", "PROD", "\\Web")
    ] * 2
    assert not deployment_from_json(deployment(deploymentStatus=16)).succeeded


@pytest.mark.parametrize("changes", [{"id": None}, {"deploymentStatus": None}, {"preDeployApprovals": [{}]}])
def test_a_deployment_without_what_identifies_it_is_a_bad_row(changes: dict[str, Any]) -> None:
    found = rows_of([deployment(), deployment(**changes)], deployment_from_json)
    assert (len(found.items), len(found.bad)) == (1, 1)


def test_changes_of_both_areas() -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"
    raw = {"id": commit, "message": "a\r\nb", "author": anna(), "timestamp": "2026-11-24T09:00:00Z"}
    found = change_from_json({**raw, "changeType": "TfsGit"})
    assert (found.id, found.short_id, found.author) == (commit, "01234567", "Anna Berg")
    assert (found.message, found.type) == ("a\nb", "TfsGit")
    assert change_from_json({**raw, "id": 4711, "type": "TfsVersionControl"}).short_id == "4711"
    assert change_from_json({"id": "x", "pusher": "Kai"}).author == "Kai"
    assert change_from_json({"id": "x", "author": "Kai"}).author == "Kai"


def test_work_items_of_both_areas() -> None:
    raw = {"id": "12", "type": "Bug", "title": "Boom", "state": "Active", "assignee": "Anna"}
    assert work_item_from_json(raw).title == "Boom"
    short = work_item_from_json({"id": 12, "url": "https://tfs01.example/12"})
    assert (short.id, short.title) == ("12", "")


def test_versions_that_a_release_could_take() -> None:
    version = {"id": "77", "name": "20261124.1", "sourceBranch": "refs/heads/main", "sourceVersion": "01ab"}
    raw = {
        "artifactVersions": [
            {"alias": "_Shop.CI", "versions": [version, {**version, "id": 76}], "defaultVersion": version},
            {"alias": "_Gone", "versions": None, "defaultVersion": {}, "errorMessage": "No\naccess"},
            5,
        ]
    }
    shop, gone = artifact_versions_from_json(raw)
    assert [v.id for v in shop.versions] == ["77", "76"]
    assert shop.default == shop.versions[0]
    assert (gone.versions, gone.default, gone.error) == ((), None, "No\naccess")


def test_history_folders_builds_and_tags() -> None:
    entry = release_revision_from_json(
        {
            "changeType": "Approve",
            "changeDetails": {"id": 1},
            "changedBy": anna(),
            "definitionSnapshotRevision": 3,
        }
    )
    assert (entry.change_type, entry.details, entry.snapshot_revision) == ("Approve", "", 3)
    assert folder_from_json({"path": "\\Web\\Shop", "createdOn": None}).path == "\\Web\\Shop"
    build = build_time_from_json(
        {"id": 77, "buildNumber": "20261124.1", "finishTime": "2026-11-24T09:00:00Z"}
    )
    assert (build.id, build.finished_on) == (77, datetime(2026, 11, 24, 9, tzinfo=UTC))
    assert tags_from_json(["a", 5, "b\x1b"]) == ("a", "b␛")
    assert tags_from_json({"count": 1, "value": ["a"]}) == ("a",)


def test_an_attachment_names_where_it_can_be_had() -> None:
    raw = {"type": "Summary", "name": "a.md", "recordId": PLAN, "timelineId": PLAN, "createdOn": None}
    found = attachment_from_json(raw)
    assert (found.record_id, found.timeline_id) == (PLAN.lower(), PLAN.lower())
    assert attachment_from_json({**raw, "recordId": "../.."}).record_id == ""


VERSIONS: dict[str, Any] = {
    "artifactVersions": [{"alias": "a", "versions": [{"id": "1"}], "defaultVersion": {"id": "1"}}]
}
CASES: Cases = [
    (gates(), gates_from_json),
    (intervention(), intervention_from_json),
    (deployment(), deployment_from_json),
    ({"steps": [attempt()]}, lambda raw: attempts_from_json(raw["steps"] if isinstance(raw, dict) else raw)),
    ({"id": "x", "author": anna(), "timestamp": "2026-11-24T09:00:00Z"}, change_from_json),
    ({"id": "1", "title": "x"}, work_item_from_json),
    (VERSIONS, artifact_versions_from_json),
    ({"changeType": "x", "changedBy": anna(), "changedDate": "x"}, release_revision_from_json),
    ({"path": "\\", "description": "x", "createdOn": "x"}, folder_from_json),
    ({"name": "x", "type": "y", "recordId": PLAN}, attachment_from_json),
    ({"id": 1, "buildNumber": "x", "finishTime": "x"}, build_time_from_json),
    ({"count": 1, "value": ["a"]}, tags_from_json),
]


@given(st.data())
def test_any_wrong_values_give_a_clean_model_or_malformed(data: st.DataObject) -> None:
    read_spoiled(data, CASES)


@pytest.mark.parametrize("raw", [None, 1, "x", [], True])
@pytest.mark.parametrize(
    "read", [case[1] for case in CASES if case[1] not in (gates_from_json, tags_from_json)]
)
def test_what_is_no_object_is_malformed(read: Callable[[object], Any], raw: object) -> None:
    if read in (CASES[3][1],):
        assert read(raw) == ()
        return
    with pytest.raises(Malformed):
        read(raw)


@pytest.mark.parametrize("raw", [None, 1, "x", {}, {"value": {}}, {"count": 2, "value": ["a"]}])
def test_what_is_no_list_of_tags_is_malformed(raw: object) -> None:
    with pytest.raises(Malformed):
        tags_from_json(raw)


READERS: dict[str, Callable[[object], Any]] = {
    "approvals": approval_from_json,
    "attachments": attachment_from_json,
    "definitions": definition_from_json,
    "deployments": deployment_from_json,
    "environments": environment_from_json,
    "gates": gates_from_json,
    "manualInterventions": intervention_from_json,
    "releases": release_from_json,
    "revisions": revision_from_json,
}


def captured() -> Iterator[Any]:
    """The body of every captured answer, with the folder that tells what it is."""
    for file in sorted(EXAMPLES.glob("*/*/*.json")):
        for answer in json.loads(file.read_text(encoding="utf-8-sig"))["responses"].values():
            if answer.get("body"):
                kind = "revisions" if "Revisions" in file.name else file.parent.name
                yield pytest.param(kind, answer["body"], id=f"{file.parent.parent.name}/{file.stem}")


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the captures are not beside the checkout")
@pytest.mark.parametrize(("kind", "body"), list(captured()))
def test_captured_answers_are_read(kind: str, body: Any) -> None:
    items = body.get("value", [body])
    found = rows_of(items, READERS[kind])
    assert len(found.items) == len(items) > 0
    assert not found.bad
    assert None not in found.items
