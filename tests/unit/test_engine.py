"""The life of a release in the embedded server: tables of the state machine (api.md section 5)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from reltui.demo.engine import Engine, Refusal
from tests.unit.engine_bench import AUTOMATED, TODAY, Bench, Json


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_release_starts_a_moment_after_it_was_created(bench: Bench) -> None:
    definition = bench.define(
        bench.stage("DEV", 1, "release"),
        bench.stage("PROD", 2, "DEV", preDeployApprovals=bench.ask("Lee Whitcomb")),
    )
    answer = bench.engine.create_release(
        bench.project, {"definitionId": definition, "reason": "none"}, bench.me
    )
    assert (answer["status"], answer["reason"], answer["name"]) == ("active", "manual", "Release-1")
    for environment in answer["environments"]:
        assert environment["status"] == "notStarted"
        assert environment["deploySteps"] == environment["preDeployApprovals"] == []
    assert answer["environments"][1]["triggerReason"] == "After successful deployment of DEV"
    bench.engine.advance(1)
    assert bench.statuses(answer["id"]) == ["queued", "notStarted"]
    bench.engine.advance(1)
    automated = bench.approvals(answer["id"])[0]
    assert automated["status"] == "approved"
    assert automated["isAutomated"] is True
    assert "approver" not in automated
    assert "approvedBy" not in automated
    step = bench.step(answer["id"])
    assert (step["operationStatus"], step["status"], step["reason"]) == (
        "PhaseInProgress",
        "inProgress",
        "automated",
    )
    bench.engine.advance(60)
    assert bench.statuses(answer["id"]) == ["succeeded", "inProgress"]
    step = bench.step(answer["id"], 1)
    assert (step["operationStatus"], step["status"], step["hasStarted"]) == ("Pending", "notDeployed", False)
    assert [a["status"] for a in bench.approvals(answer["id"], 1)] == ["pending"]
    assert bench.approvals(answer["id"], 1, "post") == []


def test_stages_start_side_by_side_and_a_join_waits_for_all(bench: Bench) -> None:
    slow = [bench.phase({"seconds": 500})]
    definition = bench.define(
        bench.stage("DEV", 1, "release"),
        bench.stage("A", 2, "DEV"),
        bench.stage("B", 3, "DEV", deployPhases=slow),
        bench.stage("PROD", 4, "A+B"),
        bench.stage("HOTFIX", 5),
    )
    release = bench.create(definition)
    bench.engine.advance(60)
    assert bench.statuses(release) == ["succeeded", "inProgress", "inProgress", "notStarted", "notStarted"]
    bench.engine.advance(100)
    assert bench.statuses(release)[1:] == ["succeeded", "inProgress", "notStarted", "notStarted"]
    assert [c["result"] for c in bench.environment(release, 3)["conditions"]] == [True, False]
    bench.engine.advance(1000)
    assert bench.statuses(release)[1:] == ["succeeded", "succeeded", "succeeded", "notStarted"]


def test_a_suppressed_trigger_leaves_the_stage_to_people(bench: Bench) -> None:
    definition = bench.define(bench.stage("DEV", 1, "release"), bench.stage("PROD", 2, "DEV"))
    release = bench.create(definition, manualEnvironments=["PROD"])
    bench.engine.advance(600)
    assert bench.statuses(release) == ["succeeded", "notStarted"]
    assert bench.patch(release, "inProgress", 1)["status"] == "queued"
    bench.engine.advance(600)
    assert bench.statuses(release) == ["succeeded", "succeeded"]
    assert bench.step(release, 1)["reason"] == "manual"


@pytest.mark.parametrize(("branch", "starts"), [("main", True), ("release/*", False), ("", True)])
def test_an_artifact_filter_looks_at_the_branch(bench: Bench, branch: str, starts: bool) -> None:
    build = next(b for b in bench.engine.builds(bench.project) if b["sourceBranch"] == "refs/heads/main")
    source = build["definition"]
    value = f'{{"sourceBranch":"{branch}","tags":[]}}'
    stage = bench.stage("DEV", 1, "release")
    stage["conditions"].append({"name": "it", "conditionType": "artifact", "value": value})
    reference = {"definition": {"id": str(source["id"]), "name": source["name"]}}
    definition = bench.define(
        stage, artifacts=[{"alias": "it", "type": "Build", "definitionReference": reference}]
    )
    release = bench.create(
        definition, artifacts=[{"alias": "it", "instanceReference": {"id": str(build["id"])}}]
    )
    bench.engine.advance(1)
    assert bench.statuses(release) == ["queued" if starts else "notStarted"]


NAMES = ("Lee Whitcomb", "Marit Solheim", "Priya Raghunathan")


@pytest.mark.parametrize(
    ("options", "sequence", "signers", "statuses", "goes_on"),
    [
        ({}, False, (), ["pending", "pending", "pending"], False),
        ({}, False, (2,), ["pending", "pending", "approved"], False),
        ({}, False, (2, 0, 1), ["approved", "approved", "approved"], True),
        ({"requiredApproverCount": None}, False, (0, 1), ["approved", "approved", "pending"], False),
        ({"requiredApproverCount": 1}, False, (1,), ["skipped", "approved", "skipped"], True),
        ({"requiredApproverCount": 2}, False, (0,), ["approved", "pending", "pending"], False),
        ({"requiredApproverCount": 2}, False, (0, 2), ["approved", "skipped", "approved"], True),
        ({}, True, (), ["pending"], False),
        ({}, True, (0,), ["approved", "pending"], False),
        ({}, True, (0, 1), ["approved", "approved", "pending"], False),
        ({}, True, (0, 1, 2), ["approved", "approved", "approved"], True),
    ],
)
@pytest.mark.parametrize("side", ["pre", "post"])
def test_who_has_to_sign(
    bench: Bench,
    side: str,
    options: Json,
    sequence: bool,
    signers: tuple[int, ...],
    statuses: list[str],
    goes_on: bool,
) -> None:
    asked = bench.ask(*NAMES, sequence=sequence, **options)
    release = bench.create(
        bench.define(bench.stage("DEV", 1, "release", **{f"{side}DeployApprovals": asked}))
    )
    bench.engine.advance(100)
    for signer in signers:
        approval = next(
            a for a in bench.approvals(release, 0, side) if a["approver"]["displayName"] == NAMES[signer]
        )
        answer = bench.sign(approval, NAMES[signer])
        assert (answer["status"], answer["revision"], answer["history"]) == ("approved", 1, [])
        assert answer["approvedBy"]["displayName"] == NAMES[signer]
        bench.engine.advance(1)
    assert [a["status"] for a in bench.approvals(release, 0, side)] == statuses
    bench.engine.advance(100)
    assert bench.statuses(release) == ["succeeded" if goes_on else "inProgress"]


def test_any_member_signs_for_a_group_and_nobody_else(bench: Bench) -> None:
    group = "[Marlow]\\Change Advisory Board"
    release = bench.create(
        bench.define(bench.stage("DEV", 1, "release", preDeployApprovals=bench.ask(group)))
    )
    bench.engine.advance(5)
    (approval,) = bench.approvals(release)
    assert approval["approver"]["isContainer"] is True
    with pytest.raises(Refusal) as refused:
        bench.sign(approval, "Lee Whitcomb")
    assert (refused.value.status, refused.value.type_key) == (403, "UnauthorizedRequestException")
    assert refused.value.message.startswith("VS402904: Access denied: User Lee Whitcomb does not have ")
    answer = bench.sign(approval, "Marit Solheim", comments="fine by us")
    assert answer["approver"]["displayName"] == group
    assert answer["approvedBy"]["displayName"] == "Marit Solheim"
    assert answer["comments"] == "fine by us"


@pytest.mark.parametrize(("side", "deployment"), [("pre", "notDeployed"), ("post", "failed")])
def test_one_rejection_rejects_the_attempt(bench: Bench, side: str, deployment: str) -> None:
    stage = bench.stage("DEV", 1, "release", **{f"{side}DeployApprovals": bench.ask(*NAMES)})
    release = bench.create(bench.define(stage))
    bench.engine.advance(100)
    first, second, _ = bench.approvals(release, 0, side)
    bench.sign(first, NAMES[0])
    assert bench.sign(second, NAMES[1], "Rejected")["status"] == "rejected"
    assert [a["status"] for a in bench.approvals(release, 0, side)] == ["approved", "rejected", "canceled"]
    assert bench.statuses(release) == ["rejected"]
    step = bench.step(release)
    assert (step["status"], step["operationStatus"]) == (deployment, "Rejected")
    bench.patch(release, "inProgress")
    bench.engine.advance(100)
    newer = [a for a in bench.approvals(release, 0, side) if a["attempt"] == 2]
    assert [a["status"] for a in newer] == ["pending", "pending", "pending"]


@pytest.mark.parametrize(
    ("minutes", "spelling"), [(60, "timeoutInMinutes"), (60, "timeoutInMintues"), (0, "timeoutInMinutes")]
)
def test_an_approval_that_nobody_answers_rejects(bench: Bench, minutes: int, spelling: str) -> None:
    asked = bench.ask("Lee Whitcomb")
    asked["approvalOptions"][spelling] = minutes
    release = bench.create(bench.define(bench.stage("DEV", 1, "release", preDeployApprovals=asked)))
    bench.engine.advance(2)
    seconds = (minutes or 30 * 24 * 60) * 60
    bench.engine.advance(seconds - 1)
    assert bench.statuses(release) == ["inProgress"]
    bench.engine.advance(1)
    assert bench.statuses(release) == ["rejected"]
    assert bench.approvals(release)[0]["status"] == "rejected"
    assert "approvedBy" not in bench.approvals(release)[0]


def test_each_signature_of_a_sequence_has_its_own_time(bench: Bench) -> None:
    asked = bench.ask(*NAMES[:2], sequence=True, timeoutInMinutes=60)
    release = bench.create(bench.define(bench.stage("DEV", 1, "release", preDeployApprovals=asked)))
    bench.engine.advance(2 + 3000)
    bench.sign(bench.approvals(release)[0], NAMES[0])
    bench.engine.advance(3500)
    assert bench.statuses(release) == ["inProgress"]
    bench.engine.advance(200)
    assert bench.statuses(release) == ["rejected"]


@pytest.mark.parametrize("allowed", [True, False])
def test_the_creator_may_be_forbidden_to_sign(bench: Bench, allowed: bool) -> None:
    asked = bench.ask("Dana Reyes", "Lee Whitcomb", releaseCreatorCanBeApprover=allowed)
    definition = bench.define(bench.stage("DEV", 1, preDeployApprovals=asked))
    release = bench.create(definition, by=bench.person("Lee Whitcomb"))
    bench.patch(release, "inProgress")
    bench.engine.advance(2)
    for approval, name in zip(bench.approvals(release), ("Dana Reyes", "Lee Whitcomb"), strict=True):
        if allowed:
            assert bench.sign(approval, name)["status"] == "approved"
            continue
        with pytest.raises(Refusal, match="may not approve"):
            bench.sign(approval, name)
    if not allowed:
        assert bench.sign(bench.approvals(release)[0], "Dana Reyes", "rejected")["status"] == "rejected"


def test_a_signature_of_the_stage_before_may_count(bench: Bench) -> None:
    skip = {"autoTriggeredAndPreviousEnvironmentApprovedCanBeSkipped": True}
    definition = bench.define(
        bench.stage("QA", 1, "release", preDeployApprovals=bench.ask("Lee Whitcomb")),
        bench.stage("PROD", 2, "QA", preDeployApprovals=bench.ask("Lee Whitcomb", **skip)),
    )
    release = bench.create(definition)
    bench.engine.advance(2)
    bench.sign(bench.approvals(release)[0], "Lee Whitcomb")
    bench.engine.advance(200)
    assert bench.statuses(release) == ["succeeded", "succeeded"]
    assert [a["status"] for a in bench.approvals(release, 1)] == ["skipped"]


@pytest.mark.parametrize("reference", ["id", "uniqueName", "displayName"])
def test_a_reassigned_approval_stays_pending(bench: Bench, reference: str) -> None:
    asked = bench.ask("Lee Whitcomb")
    release = bench.create(bench.define(bench.stage("DEV", 1, "release", preDeployApprovals=asked)))
    bench.engine.advance(2)
    (approval,) = bench.approvals(release)
    new = bench.engine.identities[bench.person("Meera Kulkarni")]
    bench.engine.advance(60)
    answer = bench.sign(approval, "Lee Whitcomb", "reAssigned", approver={reference: new[reference]})
    assert (answer["id"], answer["status"], answer["revision"]) == (approval["id"], "pending", 2)
    assert (answer["approver"]["displayName"], answer["comments"]) == ("Meera Kulkarni", "")
    (entry,) = answer["history"]
    assert (entry["revision"], entry["comments"]) == (1, "done")
    assert entry["approver"]["displayName"] == entry["changedBy"]["displayName"] == "Lee Whitcomb"
    with pytest.raises(Refusal, match="VS402904"):
        bench.sign(approval, "Lee Whitcomb")
    assert bench.sign(approval, "Meera Kulkarni")["status"] == "approved"


def test_nobody_reassigns_to_somebody_unknown(bench: Bench) -> None:
    asked = bench.ask("Lee Whitcomb")
    release = bench.create(bench.define(bench.stage("DEV", 1, "release", preDeployApprovals=asked)))
    bench.engine.advance(2)
    (approval,) = bench.approvals(release)
    with pytest.raises(Refusal, match="does not exist"):
        bench.sign(approval, "Lee Whitcomb", "reassigned", approver={"id": "nobody"})
    with pytest.raises(Refusal, match="not valid"):
        bench.sign(approval, "Lee Whitcomb", "postponed")
    assert bench.approvals(release)[0]["status"] == "pending"


@pytest.mark.parametrize("strict", [True, False])
def test_a_decided_approval_is_closed(bench: Bench, strict: bool) -> None:
    asked = bench.ask("Lee Whitcomb")
    release = bench.create(bench.define(bench.stage("DEV", 1, "release", preDeployApprovals=asked)))
    bench.engine.advance(2)
    (approval,) = bench.approvals(release)
    bench.sign(approval, "Lee Whitcomb")
    bench.engine.strict = strict
    if strict:
        with pytest.raises(Refusal, match="cannot be updated"):
            bench.sign(approval, "Lee Whitcomb", "rejected")
    else:
        assert bench.sign(approval, "Lee Whitcomb", "rejected")["status"] == "approved"


def test_tasks_take_their_time(bench: Bench) -> None:
    phases = [bench.phase({"seconds": 10}, {"seconds": 20}), bench.phase({"seconds": 5}, rank=2)]
    release = bench.create(bench.define(bench.stage("DEV", 1, "release", deployPhases=phases)))
    seen = []
    for _ in range(5):
        bench.engine.advance(10)
        runs = bench.step(release)["releaseDeployPhases"]
        jobs = [run["deploymentJobs"][0] for run in runs]
        seen.append(([run["status"] for run in runs], [[t["status"] for t in job["tasks"]] for job in jobs]))
    assert seen[0] == (["inProgress"], [["inProgress", "pending"]])
    assert seen[1] == (["inProgress"], [["succeeded", "inProgress"]])
    assert seen[3] == (["succeeded", "inProgress"], [["succeeded", "succeeded"], ["inProgress"]])
    assert seen[4] == (["succeeded", "succeeded"], [["succeeded", "succeeded"], ["succeeded"]])
    task = runs[0]["deploymentJobs"][0]["tasks"][0]
    assert (task["name"], task["rank"], task["percentComplete"]) == ("Task 1", 1, 100)
    assert task["startTime"] < task["finishTime"]
    assert runs[0]["phaseId"] == str(runs[0]["id"])


@pytest.mark.parametrize(
    ("tasks", "environment", "operation", "statuses"),
    [
        (({}, {"result": "failed"}, {}), "rejected", "PhaseFailed", ["succeeded", "failed", "skipped"]),
        (
            ({"result": "failed"}, {}, {"alwaysRun": True}),
            "rejected",
            "PhaseFailed",
            ["failed", "skipped", "succeeded"],
        ),
        (
            ({"result": "failed", "continueOnError": True}, {}),
            "partiallySucceeded",
            "Approved",
            ["failed", "succeeded"],
        ),
        (({}, {}), "succeeded", "Approved", ["succeeded", "succeeded"]),
    ],
)
def test_tasks_can_fail(
    bench: Bench, tasks: tuple[Json, ...], environment: str, operation: str, statuses: list[str]
) -> None:
    definition = bench.define(
        bench.stage("DEV", 1, "release", deployPhases=[bench.phase(*tasks)]), bench.stage("QA", 2, "DEV")
    )
    release = bench.create(definition)
    bench.engine.advance(200)
    assert bench.statuses(release) == [
        environment,
        "succeeded" if environment == "succeeded" else "notStarted",
    ]
    step = bench.step(release)
    assert step["operationStatus"] == operation
    assert [t["status"] for t in step["releaseDeployPhases"][0]["deploymentJobs"][0]["tasks"]] == statuses


def test_a_redeployment_is_a_new_attempt_and_triggers_what_never_started(bench: Bench) -> None:
    definition = bench.define(
        bench.stage("DEV", 1, "release", preDeployApprovals=bench.ask("Lee Whitcomb")),
        bench.stage("QA", 2, "DEV"),
    )
    release = bench.create(definition)
    bench.engine.advance(2)
    bench.sign(bench.approvals(release)[0], "Lee Whitcomb", "rejected")
    bench.patch(release, "inprogress")
    bench.engine.advance(5)
    steps = bench.environment(release)["deploySteps"]
    assert [(s["attempt"], s["operationStatus"]) for s in steps] == [(1, "Rejected"), (2, "Pending")]
    bench.sign(bench.approvals(release)[-1], "Lee Whitcomb")
    bench.engine.advance(200)
    assert bench.statuses(release) == ["succeeded", "succeeded"]


@pytest.mark.parametrize(
    ("seconds", "asked", "at_once", "deployment", "operation"),
    [
        (1, False, "canceled", None, None),
        (5, True, "canceled", "notDeployed", "Canceled"),
        (15, False, "inProgress", "failed", "PhaseCanceled"),
    ],
)
def test_a_deployment_can_be_canceled(
    bench: Bench, seconds: int, asked: bool, at_once: str, deployment: str | None, operation: str | None
) -> None:
    who = bench.ask("Lee Whitcomb") if asked else AUTOMATED
    release = bench.create(bench.define(bench.stage("DEV", 1, "release", preDeployApprovals=who)))
    bench.engine.advance(seconds)
    answer = bench.patch(release, "canceled", comment="stop")
    assert answer["status"] == at_once
    if at_once == "inProgress":
        assert answer["deploySteps"][0]["operationStatus"] == "Cancelling"
    bench.engine.advance(500)
    assert bench.statuses(release) == ["canceled"]
    if deployment is not None:
        assert (bench.step(release)["status"], bench.step(release)["operationStatus"]) == (
            deployment,
            operation,
        )
    if asked:
        assert [a["status"] for a in bench.approvals(release)] == ["canceled"]


def test_an_abandoned_release_stops_a_moment_later(bench: Bench) -> None:
    definition = bench.define(
        bench.stage("A", 1, "release", preDeployApprovals=bench.ask("Lee Whitcomb")),
        bench.stage("B", 2, "release"),
        bench.stage("C", 3),
    )
    release = bench.create(definition)
    bench.engine.advance(10)
    body = {"status": "abandoned", "manualEnvironments": None, "comment": "wrong build"}
    answer = bench.engine.update_release(release, body, bench.me)
    assert answer["status"] == "abandoned"
    assert [e["status"] for e in answer["environments"]] == ["inProgress", "inProgress", "notStarted"]
    bench.engine.advance(1)
    assert bench.statuses(release) == ["canceled", "canceled", "notStarted"]
    assert [a["status"] for a in bench.approvals(release)] == ["canceled"]
    with pytest.raises(Refusal) as refused:
        bench.engine.update_release(release, body, bench.me)
    assert refused.value.status == 400
    assert refused.value.message == (
        "VS402966: Transitioning of release from state 'Abandoned' to state 'Abandoned' is not allowed."
    )
    with pytest.raises(Refusal, match="active"):
        bench.patch(release, "inProgress", 2)


def test_nobody_approves_what_was_just_abandoned(bench: Bench) -> None:
    asked = bench.ask("Lee Whitcomb")
    release = bench.create(bench.define(bench.stage("A", 1, "release", preDeployApprovals=asked)))
    bench.engine.advance(2)
    bench.engine.update_release(release, {"status": "abandoned"}, bench.me)
    with pytest.raises(Refusal, match="abandoned"):
        bench.sign(bench.approvals(release)[0], "Lee Whitcomb")


def test_a_draft_waits_until_it_is_started(bench: Bench) -> None:
    release = bench.create(bench.define(bench.stage("DEV", 1, "release")), isDraft=True)
    bench.engine.advance(600)
    assert bench.engine.release(release)["status"] == "draft"
    assert bench.statuses(release) == ["notStarted"]
    with pytest.raises(Refusal):
        bench.patch(release, "inProgress")
    assert bench.engine.update_release(release, {"status": "active"}, bench.me)["status"] == "active"
    bench.engine.advance(600)
    assert bench.statuses(release) == ["succeeded"]


@pytest.mark.parametrize(
    ("seconds", "target", "old"),
    [
        (0, "canceled", "NotStarted"),
        (0, "succeeded", "NotStarted"),
        (0, "scheduled", "NotStarted"),
        (10, "inProgress", "InProgress"),
        (600, "canceled", "Succeeded"),
    ],
)
def test_transitions_that_are_refused(bench: Bench, seconds: int, target: str, old: str) -> None:
    release = bench.create(bench.define(bench.stage("DEV", 1, "release")))
    bench.engine.advance(seconds)
    with pytest.raises(Refusal, match=f"VS402964: .* from state '{old}' to state "):
        bench.patch(release, target)


def test_a_deployment_can_be_put_off(bench: Bench) -> None:
    release = bench.create(bench.define(bench.stage("DEV", 1)))
    due = (TODAY + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    answer = bench.patch(release, "scheduled", scheduledDeploymentTime=due)
    assert (answer["status"], answer["scheduledDeploymentTime"]) == ("scheduled", due)
    assert answer["deploySteps"][0]["operationStatus"] == "Scheduled"
    bench.engine.advance(7199)
    assert bench.statuses(release) == ["scheduled"]
    bench.engine.advance(10)
    assert bench.statuses(release) == ["inProgress"]
    bench.engine.advance(600)
    assert bench.statuses(release) == ["succeeded"]
    assert len(bench.environment(release)["deploySteps"]) == 1


@pytest.mark.parametrize(("depth", "second"), [(0, "queued"), (1, "canceled")])
def test_a_queue_policy_lets_one_in_at_a_time(bench: Bench, depth: int, second: str) -> None:
    policy = {"concurrencyCount": 1, "queueDepthCount": depth}
    definition = bench.define(
        bench.stage(
            "PROD", 1, "release", executionPolicy=policy, preDeployApprovals=bench.ask("Lee Whitcomb")
        )
    )
    releases = [bench.create(definition) for _ in range(3)]
    bench.engine.advance(10)
    assert [bench.statuses(r) for r in releases] == [["inProgress"], [second], ["queued"]]
    assert bench.step(releases[2])["operationStatus"] == "Queued"
    assert bench.approvals(releases[2]) == []
    bench.sign(bench.approvals(releases[0])[0], "Lee Whitcomb", "rejected")
    following = releases[2] if depth else releases[1]
    assert bench.statuses(following) == ["inProgress"]
    assert [a["status"] for a in bench.approvals(following)] == ["pending"]


@pytest.mark.parametrize(
    ("form", "names"),
    [
        ("Release-$(rev:r)", ["Release-1", "Release-2"]),
        ("$(Date:yyyyMMdd)$(Rev:.r)", ["20260304.1", "20260304.2"]),
        ("v$(Date:yy.MM)-$(Rev:rr)", ["v26.03-01", "v26.03-02"]),
        ("$(Release.DefinitionName) $(nonsense)", ["Test.1 $(nonsense)", "Test.1 $(nonsense)"]),
        ("", ["Release-1", "Release-2"]),
    ],
)
def test_release_names(bench: Bench, form: str, names: list[str]) -> None:
    definition = bench.define(bench.stage("DEV", 1), releaseNameFormat=form)
    assert [bench.engine.release(bench.create(definition))["name"] for _ in names] == names


def test_a_release_takes_the_newest_build_or_the_one_asked_for(bench: Bench) -> None:
    definition = next(d for d in bench.engine.definitions(bench.project) if d["name"] == "Tariffs.CD")
    source = definition["artifacts"][0]["definitionReference"]["definition"]["id"]
    newest, older, *_ = bench.engine.builds(bench.project, int(source))
    taken = bench.engine.release(bench.create(definition["id"]))
    reference = taken["artifacts"][0]["definitionReference"]
    assert reference["version"] == {"id": str(newest["id"]), "name": newest["buildNumber"]}
    assert reference["branch"]["name"] == newest["sourceBranch"]
    assert taken["name"] == newest["buildNumber"]
    alias = definition["artifacts"][0]["alias"]
    chosen = [{"alias": alias, "instanceReference": {"id": str(older["id"]), "name": None}}]
    taken = bench.engine.release(bench.create(definition["id"], artifacts=chosen))
    assert taken["artifacts"][0]["definitionReference"]["version"]["id"] == str(older["id"])


def test_a_definition_without_a_build_makes_no_release(bench: Bench) -> None:
    portal = next(p["id"] for p in bench.engine.projects if p["name"] == "Customer Portal")
    definition = next(d for d in bench.engine.definitions(portal) if d["name"] == "Claims.CD")
    with pytest.raises(Refusal) as refused:
        bench.engine.create_release(portal, {"definitionId": definition["id"]}, bench.me)
    assert (refused.value.status, refused.value.type_key) == (400, "ArtifactVersionUnavailableException")
    assert refused.value.message.startswith(
        "Latest version information could not be loaded for artifact claims.CI."
    )


def test_properties_and_variables_are_given_back(bench: Bench) -> None:
    definition = bench.define(bench.stage("DEV", 1), variables={"a": {"value": "1"}})
    wire = {"operation": {"$type": "System.String", "$value": "7f"}, "plain": "x", "count": 3}
    release = bench.create(definition, properties=wire, variables={"b": {"value": "2"}})
    whole = bench.engine.release(release)
    assert whole["properties"] == {
        "operation": {"$type": "System.String", "$value": "7f"},
        "plain": {"$type": "System.String", "$value": "x"},
        "count": {"$type": "System.Int32", "$value": 3},
    }
    assert whole["variables"] == {"a": {"value": "1"}, "b": {"value": "2"}}


def test_small_edits_of_a_release(bench: Bench) -> None:
    release = bench.create(bench.define(bench.stage("DEV", 1)))
    answer = bench.engine.update_release(release, {"keepForever": True, "name": "The big one"}, bench.me)
    assert (answer["keepForever"], answer["name"], answer["status"]) == (True, "The big one", "active")
    line = bench.engine.release_index()[0]
    assert (line.id, line.name, line.keep_forever) == (release, "The big one", True)


@pytest.mark.parametrize(
    "call",
    [
        lambda engine: engine.release(99_999_999),
        lambda engine: engine.definition(99_999),
        lambda engine: engine.approval(99_999_999),
        lambda engine: engine.approval(1),
        lambda engine: engine.build(5),
        lambda engine: engine.environment(engine.release_index()[0].id, 5),
    ],
)
def test_what_is_not_there(bench: Bench, call: Any) -> None:
    with pytest.raises(Refusal) as refused:
        call(bench.engine)
    assert refused.value.status == 404
    assert ", " in refused.value.type_name


def test_one_long_push_of_the_clock_is_as_good_as_many_short_ones() -> None:
    outcomes = []
    for steps in (1, 400):
        bench = Bench()
        definition = bench.define(
            bench.stage("DEV", 1, "release"),
            bench.stage("QA", 2, "DEV", postDeployApprovals=bench.ask("Lee Whitcomb", timeoutInMinutes=30)),
        )
        release = bench.create(definition)
        for _ in range(steps):
            bench.engine.advance(4000 / steps)
        outcomes.append(bench.engine.release(release))
    assert outcomes[0] == outcomes[1]
    assert outcomes[0]["environments"][1]["status"] == "rejected"


def test_the_clock_runs_by_itself() -> None:
    engine = Engine(speed=100_000.0, today=TODAY)
    wait = engine.run_due()
    assert wait is not None
    assert wait >= 0
    assert engine.now() > TODAY
