"""What the server's JSON becomes (api.md 4, 8): quirks on the wire, missing and wrong fields."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reltui.errors import Malformed, NotSignedIn
from reltui.model.approval import (
    Approval,
    ApprovalOptions,
    ApprovalStatus,
    ApprovalType,
    approval_from_json,
    approval_plan_from_json,
)
from reltui.model.attempt import DeploymentStatus, OperationStatus, PhaseStatus, TaskStatus
from reltui.model.decode import rows_of
from reltui.model.definition import definition_from_json, revision_from_json
from reltui.model.identity import identity_from_json, me_from_json, member_from_json
from reltui.model.project import project_from_json
from reltui.model.release import (
    EnvironmentStatus,
    ReleaseReason,
    ReleaseStatus,
    environment_from_json,
    release_from_json,
)

ANNA = "4adb1680-0eac-6149-b5ee-fc8b4f6ca227"


def anna() -> dict[str, Any]:
    return {"id": ANNA.upper(), "displayName": "Anna Berg", "uniqueName": "NORTH\\anna"}


def approval(**changes: Any) -> dict[str, Any]:
    raw = {
        "id": 7,
        "revision": 1,
        "approvalType": "preDeploy",
        "status": "pending",
        "attempt": 1,
        "rank": 1,
        "isAutomated": False,
        "createdOn": "2026-03-01T10:20:30.47Z",
        "modifiedOn": "0001-01-01T00:00:00",
        "comments": "one\r\ntwo",
        "approver": anna(),
        "release": {"id": 3, "name": "Release-3", "_links": {}},
        "releaseEnvironment": {"id": 5, "name": "PROD"},
        "releaseDefinition": {"id": 1, "name": "Shop.CD", "path": "\\Web"},
    }
    return {key: value for key, value in {**raw, **changes}.items() if value is not ...}


def environment(**changes: Any) -> dict[str, Any]:
    inner = {k: ... for k in ("release", "releaseEnvironment", "releaseDefinition")}
    raw = {
        "id": 5,
        "releaseId": 3,
        "releaseDefinition": {"id": 1, "name": "Shop.CD"},
        "name": "PROD",
        "status": "inProgress",
        "rank": 2,
        "definitionEnvironmentId": 4,
        "timeToDeploy": 1.5,
        "preDeployApprovals": [
            approval(id=9, rank=2, **inner),
            approval(id=8, attempt=2),
            approval(id=7, **inner),
        ],
        "postDeployApprovals": [],
        "preApprovalsSnapshot": {
            "approvals": [{"id": 0, "rank": 1, "isAutomated": False, "approver": anna()}],
            "approvalOptions": {"requiredApproverCount": None, "timeoutInMintues": 60},
        },
        "conditions": [{"name": "Dev", "conditionType": "environmentState", "value": "4", "result": True}],
        "deploySteps": [
            {"id": 12, "attempt": 2, "status": "notDeployed", "operationStatus": "Pending"},
            {
                "id": 11,
                "attempt": 1,
                "deploymentId": 70,
                "status": "failed",
                "operationStatus": "PhaseFailed",
                "reason": "manual",
                "hasStarted": True,
                "requestedBy": anna(),
                "issues": [{"issueType": "Error", "message": "boom\x1b[0m"}],
                "releaseDeployPhases": [
                    {
                        "phaseId": "31",
                        "name": "Run on agent",
                        "rank": 1,
                        "phaseType": "agentBasedDeployment",
                        "status": "failed",
                        "deploymentJobs": [
                            {
                                "job": {"id": 1, "name": "Job"},
                                "tasks": [
                                    {"id": 2, "name": "Copy", "rank": 1, "status": "success"},
                                    {
                                        "id": 3,
                                        "name": "Deploy",
                                        "status": "Failure",
                                        "dateStarted": "2026-03-01T10:20:30Z",
                                        "lineCount": 40,
                                    },
                                ],
                            }
                        ],
                    }
                ],
            },
        ],
        "variables": {
            "url": {"value": "https://shop.example"},
            "Key": {"value": "should not be here", "isSecret": True},
        },
    }
    return {**raw, **changes}


def release(**changes: Any) -> dict[str, Any]:
    raw = {
        "id": 3,
        "name": "Release-3",
        "status": "active",
        "reason": "continuousIntegration",
        "createdOn": "2026-03-01T10:20:30Z",
        "createdBy": anna(),
        "description": "a\nb",
        "releaseDefinition": {"id": 1, "name": "Shop.CD", "path": "\\Web"},
        "releaseDefinitionRevision": 9,
        "keepForever": True,
        "tags": ["hotfix", 5, None],
        "environments": [environment(id=6, name="Last", rank=3), environment()],
        "artifacts": [
            {
                "alias": "_Shop.CI",
                "type": "Build",
                "isPrimary": True,
                "definitionReference": {
                    "definition": {"id": "1", "name": "Shop.CI"},
                    "version": {"id": "77", "name": "20260301.4"},
                    "branch": {"id": "refs/heads/main", "name": ""},
                },
            }
        ],
        "properties": {"plain": "x", "typed": {"$type": "System.Int32", "$value": 4}},
    }
    return {**raw, **changes}


def definition(**changes: Any) -> dict[str, Any]:
    raw = {
        "id": 1,
        "name": "Shop.CD",
        "path": "\\Web",
        "revision": 9,
        "variableGroups": [3, "x"],
        "lastRelease": {"id": 3, "name": "Release-3", "createdOn": "2026-03-01T10:20:30Z"},
        "environments": [
            {
                "id": 4,
                "name": "PROD",
                "rank": 1,
                "retentionPolicy": {"daysToKeep": 30, "releasesToKeep": 3},
                "executionPolicy": {"concurrencyCount": 1, "queueDepthCount": 0},
                "preDeployApprovals": {"approvals": [{"rank": 1, "isAutomated": True}]},
                "deployPhases": [
                    {
                        "name": "Run on agent",
                        "rank": 1,
                        "phaseType": "agentBasedDeployment",
                        "workflowTasks": [{"name": "Copy", "enabled": False, "version": "1.*"}],
                    }
                ],
            }
        ],
        "triggers": [
            {
                "triggerType": "artifactSource",
                "artifactAlias": "_Shop.CI",
                "triggerConditions": [{"sourceBranch": "main", "tags": ["good"]}],
            },
            {
                "triggerType": 2,
                "schedule": {"daysToRelease": 62, "startHours": 3, "startMinutes": 5, "timeZoneId": "UTC"},
            },
            {"triggerType": "schedule", "schedule": {"daysToRelease": "Monday, sunday", "startHours": 23}},
        ],
    }
    return {**raw, **changes}


def test_an_approval() -> None:
    found = approval_from_json(approval())
    assert (found.id, found.type, found.status) == (7, ApprovalType.PRE_DEPLOY, ApprovalStatus.PENDING)
    assert found.created_on == datetime(2026, 3, 1, 10, 20, 30, 470_000, tzinfo=UTC)
    assert found.modified_on is None
    assert found.comments == "one\ntwo"
    assert found.approver is not None
    assert found.approver.id == ANNA
    assert found.definition_path == "\\Web"
    assert found.is_pending


@pytest.mark.parametrize(
    "changes",
    [
        {"id": 0},
        {"id": -1},
        {"id": "7"},
        {"id": True},
        {"id": 7.0},
        {"id": 10**30},
        {"id": ...},
        {"revision": None},
        {"attempt": "1"},
        {"approvalType": None},
        {"approvalType": ""},
        {"status": ...},
        {"status": {}},
        {"release": None},
        {"release": {"id": 0}},
        {"releaseEnvironment": {"name": "PROD"}},
        {"releaseDefinition": []},
    ],
)
def test_an_approval_without_what_identifies_it_is_a_bad_row(changes: dict[str, Any]) -> None:
    found = rows_of([approval(id=1), approval(**changes)], approval_from_json)
    assert [item.id for item in found.items] == [1]
    assert len(found.bad) == 1


def test_an_unknown_status_stays_as_text_and_switches_actions_off() -> None:
    found = approval_from_json(approval(status="on\x1bHold"))
    assert found.status == "on␛Hold"
    assert not found.is_pending
    assert not approval_from_json(approval(isAutomated=True)).is_pending
    assert approval_from_json(approval(status=1)).is_pending


def test_the_history_of_an_approval() -> None:
    entry = {"revision": 1, "approver": anna(), "changedBy": anna(), "comments": "yours"}
    [change] = approval_from_json(approval(history=[entry, 5])).history
    assert change.comments == "yours"
    assert change.changed_by == identity_from_json(anna())


def test_the_rules_of_approvals_in_both_spellings() -> None:
    def options(**raw: Any) -> ApprovalOptions:
        return approval_plan_from_json({"approvalOptions": raw}).options

    assert options(timeoutInMintues=60).timeout_minutes == 60
    assert options(timeoutInMinutes=30).timeout_minutes == 30
    assert options(requiredApproverCount=None).required_count == 0
    assert not options(releaseCreatorCanBeApprover=False).creator_may_approve
    assert approval_plan_from_json(None).options == ApprovalOptions()


def test_a_release() -> None:
    found = release_from_json(release())
    assert (found.status, found.reason) == (ReleaseStatus.ACTIVE, ReleaseReason.CONTINUOUS_INTEGRATION)
    assert found.tags == ("hotfix",)
    assert found.properties == {"plain": "x", "typed": "4"}
    assert found.artifacts is not None
    [artifact] = found.artifacts
    assert (artifact.definition, artifact.version, artifact.version_id, artifact.branch) == (
        "Shop.CI",
        "20260301.4",
        "77",
        "refs/heads/main",
    )
    assert found.environments is not None
    assert [stage.name for stage in found.environments] == ["PROD", "Last"]


def test_a_shallow_release_has_no_stages_which_is_not_the_same_as_an_empty_list() -> None:
    shallow = release()
    del shallow["environments"], shallow["artifacts"]
    assert release_from_json(shallow).environments is None
    assert release_from_json(shallow).artifacts is None
    assert release_from_json(release(environments=[])).environments == ()


def test_a_stage_in_the_order_that_people_think_in() -> None:
    found = environment_from_json(environment())
    assert found.status is EnvironmentStatus.IN_PROGRESS
    assert [a.id for a in found.pre_approvals] == [7, 9, 8]
    assert [attempt.attempt for attempt in found.attempts] == [1, 2]
    assert found.latest is not None
    assert found.latest.operation is OperationStatus.PENDING
    assert found.pre_plan.options.timeout_minutes == 60
    assert found.conditions[0].result is True
    assert [(v.name, v.value) for v in found.variables] == [("Key", None), ("url", "https://shop.example")]


def test_an_approval_inside_of_a_stage_takes_its_names_from_there() -> None:
    stages = release_from_json(release()).environments
    assert stages is not None
    inner = stages[0].pre_approvals[0]
    assert (inner.release.name, inner.environment.id, inner.definition.name) == ("Release-3", 5, "Shop.CD")
    assert inner.definition_path == "\\Web"


def test_what_ran() -> None:
    first = environment_from_json(environment()).attempts[0]
    assert (first.status, first.operation) == (DeploymentStatus.FAILED, OperationStatus.PHASE_FAILED)
    assert first.issues[0].message == "boom␛[0m"
    [phase] = first.phases
    assert (phase.id, phase.status) == (31, PhaseStatus.FAILED)
    assert [task.status for task in phase.tasks] == [TaskStatus.SUCCEEDED, TaskStatus.FAILED]
    assert phase.tasks[1].started_on == datetime(2026, 3, 1, 10, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "status"),
    [(1, OperationStatus.QUEUED), (4, OperationStatus.PENDING), (131_072, OperationStatus.GATE_FAILED)],
)
def test_operations_by_number(number: int, status: OperationStatus) -> None:
    [attempt] = environment_from_json(environment(deploySteps=[{"operationStatus": number}])).attempts
    assert attempt.operation is status


def test_a_release_with_a_stage_that_cannot_be_read_is_a_bad_row() -> None:
    broken = release(environments=[environment(), environment(status=None)])
    hidden = release(environments=[environment(preDeployApprovals=[approval(status=None)])])
    found = rows_of([broken, hidden, release()], release_from_json)
    assert (len(found.items), [bad.id for bad in found.bad]) == (1, [3, 3])


def test_a_definition() -> None:
    raw = definition()
    found = definition_from_json(raw)
    assert found.raw == raw
    assert found.variable_group_ids == (3,)
    assert found.last_release is not None
    assert found.last_release.name == "Release-3"
    assert found.environments is not None
    [stage] = found.environments
    assert (stage.days_to_keep, stage.releases_to_keep, stage.concurrency) == (30, 3, 1)
    assert stage.pre_plan.steps[0].is_automated
    assert not stage.phases[0].tasks[0].enabled
    assert found.triggers is not None
    assert [trigger.detail for trigger in found.triggers] == [
        "_Shop.CI: branch main, tags good",
        "tue, wed, thu, fri, sat at 03:05 UTC",
        "Mon, sun at 23:00",
    ]


def test_no_last_release_in_each_of_its_forms() -> None:
    for none in (None, {}, {"id": 0, "name": ""}):
        assert definition_from_json(definition(lastRelease=none)).last_release is None


def test_a_revision() -> None:
    raw = {"revision": 2, "changeType": "update", "changedBy": anna(), "comment": "why"}
    found = revision_from_json(raw)
    assert (found.revision, found.change_type, found.comment) == (2, "update", "why")


def test_people() -> None:
    assert identity_from_json(None) is None
    nobody = identity_from_json({"displayName": "x", "id": "not a guid"})
    assert nobody is not None
    assert nobody.id == ""
    group = {
        "id": ANNA,
        "providerDisplayName": "[SHOP]\\Approvers",
        "isContainer": True,
        "memberOf": ["a", 1],
    }
    member = member_from_json(group)
    assert (member.is_group, member.member_of) == (True, ("a",))
    assert project_from_json({"id": ANNA.upper(), "name": "Shop"}).id == ANNA


def test_the_signed_in_person() -> None:
    user = {
        "id": ANNA,
        "providerDisplayName": "Anna Berg",
        "properties": {"Account": {"$type": "System.String", "$value": "NORTH\\anna"}},
    }
    me = me_from_json({"authenticatedUser": user})
    assert (me.id, me.name, me.account, me.groups_known) == (ANNA, "Anna Berg", "NORTH\\anna", False)
    with pytest.raises(NotSignedIn):
        me_from_json({"authenticatedUser": {**user, "id": "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"}})
    with pytest.raises(Malformed):
        me_from_json({"authenticatedUser": None})


def places(raw: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value in an object."""
    inner = raw.items() if isinstance(raw, dict) else enumerate(raw) if isinstance(raw, list) else ()
    for key, value in inner:
        yield (*path, key)
        yield from places(value, (*path, key))


def texts(value: Any) -> Iterator[str]:
    """Every text in a model, but the raw JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from texts(item)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            if field.name != "raw":
                yield from texts(getattr(value, field.name))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from texts(key)
            yield from texts(item)


Cases = list[tuple[dict[str, Any], Callable[[object], Any]]]
"""Objects as servers send them, with what reads each."""

WRONG: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    10**40,
    1.5,
    "",
    "\x1b[31m\x9b\u202e",
    [],
    [None, 1],
    {},
    {"id": "x"},
)
CASES: Cases = [
    (approval(history=[{"revision": 1, "approver": anna()}]), approval_from_json),
    (release(), release_from_json),
    (definition(), definition_from_json),
]


def read_spoiled(data: st.DataObject, cases: Cases) -> None:
    """Put wrong values into an object: it is read as a clean model, or is malformed."""
    original, read = data.draw(st.sampled_from(cases))
    raw = copy.deepcopy(original)
    for path in data.draw(st.lists(st.sampled_from(list(places(original))), min_size=1, max_size=4)):
        holder: Any = raw
        try:
            for key in path[:-1]:
                holder = holder[key]
            holder[path[-1]] = data.draw(st.sampled_from(WRONG))
        except (TypeError, KeyError, IndexError):
            continue
    try:
        found = read(raw)
    except Malformed:
        return
    for text in texts(found):
        assert not set(text) & set("\x1b\x9b\u202e")


@given(st.data())
def test_any_wrong_values_give_a_clean_model_or_malformed(data: st.DataObject) -> None:
    read_spoiled(data, CASES)


@pytest.mark.parametrize("raw", [None, 1, "x", [], {}])
@pytest.mark.parametrize(
    "read",
    [
        approval_from_json,
        release_from_json,
        definition_from_json,
        environment_from_json,
        revision_from_json,
        project_from_json,
        member_from_json,
        me_from_json,
    ],
)
def test_what_is_no_object_is_malformed(read: Callable[[object], Any], raw: object) -> None:
    with pytest.raises(Malformed):
        read(raw)


def test_models_cannot_be_changed() -> None:
    found: Approval = approval_from_json(approval())
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.status = ApprovalStatus.APPROVED  # type: ignore[misc]
