"""What happens while a deployment runs: gates, manual interventions, phases of three kinds, schedules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reltui.demo.clock import as_datetime
from reltui.demo.engine import Refusal
from reltui.demo.schedules import following
from reltui.demo.tasks import QUERY
from tests.unit.engine_bench import TODAY, Bench, Json

INTERVENTION = "bcb64569-d51a-4af0-9c01-ea5d05b3b622"
SERVER, GROUP = "runOnServer", "machineGroupBasedDeployment"


@pytest.fixture
def bench() -> Bench:
    return Bench()


# Gates


def gates(samples: dict[str, str], **options: object) -> Json:
    """Gates of one side, by name, each with its results by round; times in minutes."""
    rules = {
        "isEnabled": True,
        "timeout": 60,
        "samplingInterval": 5,
        "stabilizationTime": 0,
        "minimumSuccessDuration": 0,
    }
    return {
        "id": 0,
        "gatesOptions": rules | options,
        "gates": [
            {"tasks": [{"name": name, "taskId": QUERY, "enabled": True, "inputs": {"demoSamples": results}}]}
            for name, results in samples.items()
        ],
    }


def gated(bench: Bench, step: Json, side: str = "pre", order: str = "", asked: bool = False) -> int:
    """A release of one stage with gates on one side, and on that side one signature if it is asked for."""
    more: dict[str, object] = {f"{side}DeploymentGates": step}
    if asked:
        more[f"{side}DeployApprovals"] = bench.ask("Lee Whitcomb", executionOrder=order or "beforeGates")
    return bench.create(bench.define(bench.stage("PROD", 1, "release", **more)))


def sampled(bench: Bench, release: int, side: str = "pre") -> list[list[str]]:
    """The statuses of every gate, sample by sample."""
    found = bench.step(release)[f"{side}DeploymentGates"]
    return [[task["status"] for task in job["tasks"]] for job in found["deploymentJobs"]]


def test_gates_that_pass_let_the_deployment_go_on(bench: Bench) -> None:
    release = gated(bench, gates({"Query work items": "pass", "Check open incidents": "pass"}))
    bench.engine.advance(3)
    step = bench.step(release)
    assert bench.statuses(release) == ["inProgress"]
    assert (step["operationStatus"], step["status"], step["hasStarted"]) == (
        "EvaluatingGates",
        "notDeployed",
        False,
    )
    assert step["preDeploymentGates"]["status"] == "inProgress"
    assert sampled(bench, release) == [["inProgress", "inProgress"]]
    bench.engine.advance(4)
    step = bench.step(release)
    found = step["preDeploymentGates"]
    assert (found["status"], step["operationStatus"]) == ("succeeded", "PhaseInProgress")
    assert sampled(bench, release) == [["succeeded", "succeeded"]]
    assert found["startedOn"] <= found["stabilizationCompletedOn"] < found["succeedingSince"]
    assert [task["name"] for task in found["deploymentJobs"][0]["tasks"]] == [
        "Query work items",
        "Check open incidents",
    ]
    bench.engine.advance(60)
    assert bench.statuses(release) == ["succeeded"]


@pytest.mark.parametrize("side", ["pre", "post"])
def test_all_gates_must_pass_in_the_same_sample(bench: Bench, side: str) -> None:
    release = gated(bench, gates({"A": "pass,fail,pass", "B": "fail,pass,fail,pass"}), side)
    bench.engine.advance(2 + 40 + 2 * 300)
    assert sampled(bench, release, side) == [
        ["succeeded", "failed"],
        ["failed", "succeeded"],
        ["succeeded", "failed"],
    ]
    assert bench.statuses(release) == ["inProgress"]
    bench.engine.advance(300)
    assert sampled(bench, release, side)[3:] == [["succeeded", "succeeded"]]
    bench.engine.advance(100)
    assert bench.statuses(release) == ["succeeded"]
    numbers = [
        task["id"]
        for job in bench.step(release)[f"{side}DeploymentGates"]["deploymentJobs"]
        for task in (job["job"], *job["tasks"])
    ]
    assert len(numbers) == len(set(numbers)) == 12


@pytest.mark.parametrize(("side", "deployment"), [("pre", "notDeployed"), ("post", "failed")])
def test_gates_that_go_on_failing_reject_at_their_timeout(bench: Bench, side: str, deployment: str) -> None:
    release = gated(bench, gates({"A": "fail"}, timeout=12), side)
    bench.engine.advance(60 + 600)
    assert bench.statuses(release) == ["inProgress"]
    bench.engine.advance(600)
    step = bench.step(release)
    assert bench.statuses(release) == ["rejected"]
    assert (step["status"], step["operationStatus"]) == (deployment, "GateFailed")
    assert step[f"{side}DeploymentGates"]["status"] == "failed"
    assert sampled(bench, release, side) == [["failed"]] * 3
    bench.engine.advance(9000)
    assert sampled(bench, release, side) == [["failed"]] * 3


def test_the_first_sample_comes_after_the_stabilization(bench: Bench) -> None:
    release = gated(bench, gates({"A": "pass"}, stabilizationTime=10))
    bench.engine.advance(2 + 599)
    found = bench.step(release)["preDeploymentGates"]
    assert (found["status"], found["deploymentJobs"]) == ("inProgress", [])
    assert found["stabilizationCompletedOn"] == "0001-01-01T00:00:00"
    bench.engine.advance(10)
    assert bench.step(release)["preDeploymentGates"]["status"] == "succeeded"


def test_success_has_to_last(bench: Bench) -> None:
    release = gated(bench, gates({"A": "pass,fail,pass"}, minimumSuccessDuration=10, timeout=120))
    bench.engine.advance(2 + 10)
    assert bench.step(release)["preDeploymentGates"]["succeedingSince"] != "0001-01-01T00:00:00"
    bench.engine.advance(300)
    assert bench.step(release)["preDeploymentGates"]["succeedingSince"] == "0001-01-01T00:00:00"
    bench.engine.advance(300)
    since = bench.step(release)["preDeploymentGates"]["succeedingSince"]
    bench.engine.advance(300)
    assert bench.step(release)["preDeploymentGates"]["status"] == "inProgress"
    bench.engine.advance(300)
    assert bench.step(release)["preDeploymentGates"]["status"] == "succeeded"
    assert bench.step(release)["preDeploymentGates"]["succeedingSince"] == since
    assert len(sampled(bench, release)) == 5


def test_disabled_gates_are_not_asked(bench: Bench) -> None:
    release = gated(bench, gates({"A": "fail"}, isEnabled=False))
    bench.engine.advance(60)
    assert bench.statuses(release) == ["succeeded"]
    assert "preDeploymentGates" not in bench.step(release)


@pytest.mark.parametrize("side", ["pre", "post"])
@pytest.mark.parametrize(
    ("order", "first"),
    [
        ("beforeGates", "Pending"),
        ("afterSuccessfulGates", "EvaluatingGates"),
        ("afterGatesAlways", "EvaluatingGates"),
    ],
)
def test_approvals_and_gates_come_in_the_order_chosen(
    bench: Bench, side: str, order: str, first: str
) -> None:
    release = gated(bench, gates({"A": "pass"}), side, order, asked=True)
    bench.engine.advance(2 if side == "pre" else 37)
    assert bench.step(release)["operationStatus"] == first
    if first == "Pending":
        bench.sign(bench.approvals(release, 0, side)[0], "Lee Whitcomb")
        bench.engine.advance(1)
        assert bench.step(release)["operationStatus"] == "EvaluatingGates"
        bench.engine.advance(5)
    else:
        assert bench.approvals(release, 0, side) == []
        bench.engine.advance(5)
        assert bench.step(release)["operationStatus"] == "Pending"
        bench.sign(bench.approvals(release, 0, side)[0], "Lee Whitcomb")
    bench.engine.advance(100)
    assert bench.statuses(release) == ["succeeded"]


@pytest.mark.parametrize(
    ("order", "status", "operation"),
    [("afterSuccessfulGates", "rejected", "GateFailed"), ("afterGatesAlways", "inProgress", "Pending")],
)
def test_after_failed_gates_people_are_asked_only_where_that_is_wanted(
    bench: Bench, order: str, status: str, operation: str
) -> None:
    release = gated(bench, gates({"A": "fail"}, timeout=7), order=order, asked=True)
    bench.engine.advance(500)
    assert bench.statuses(release) == [status]
    assert bench.step(release)["operationStatus"] == operation
    if operation == "Pending":
        bench.sign(bench.approvals(release)[0], "Lee Whitcomb")
        bench.engine.advance(100)
        assert bench.statuses(release) == ["succeeded"]


def test_an_ignored_gate_is_left_out_of_the_samples_to_come(bench: Bench) -> None:
    release = gated(bench, gates({"Query work items": "pass", "Check open incidents": "fail"}))
    bench.engine.advance(10)
    number = bench.step(release)["preDeploymentGates"]["id"]
    body = {"gatesToIgnore": ["check open incidents"], "comment": "known, INC-20991"}
    answer = bench.engine.update_gates(bench.project, number, body, bench.me)
    assert (answer["id"], answer["status"]) == (number, "inProgress")
    (ignored,) = answer["ignoredGates"]
    assert ignored["name"] == "Check open incidents"
    assert ignored["lastModifiedOn"] > answer["startedOn"]
    bench.engine.advance(100)
    assert bench.statuses(release) == ["inProgress"]
    bench.engine.advance(200)
    assert sampled(bench, release) == [["succeeded", "failed"], ["succeeded", "skipped"]]
    bench.engine.advance(100)
    assert bench.statuses(release) == ["succeeded"]
    with pytest.raises(Refusal, match="cannot be updated") as refused:
        bench.engine.update_gates(bench.project, number, body, bench.me)
    assert refused.value.status == 400


@pytest.mark.parametrize("names", [["Nonsense"], ["A", "Nonsense"], [], None, "A"])
def test_only_gates_that_are_there_can_be_ignored(bench: Bench, names: object) -> None:
    release = gated(bench, gates({"A": "fail"}))
    bench.engine.advance(10)
    number = bench.step(release)["preDeploymentGates"]["id"]
    with pytest.raises(Refusal) as refused:
        bench.engine.update_gates(bench.project, number, {"gatesToIgnore": names}, bench.me)
    assert refused.value.status == 400
    assert bench.step(release)["preDeploymentGates"]["ignoredGates"] == []


@pytest.mark.parametrize("number", [1, 0, 99_999_999_999, -5])
def test_gates_that_are_not_there(bench: Bench, number: int) -> None:
    with pytest.raises(Refusal) as refused:
        bench.engine.update_gates(bench.project, number, {"gatesToIgnore": ["A"]}, bench.me)
    assert refused.value.status == 404


def test_a_cancel_ends_the_gates(bench: Bench) -> None:
    release = gated(bench, gates({"A": "fail"}))
    bench.engine.advance(3)
    bench.patch(release, "canceled")
    assert bench.statuses(release) == ["canceled"]
    assert bench.step(release)["preDeploymentGates"]["status"] == "canceled"
    assert sampled(bench, release) == [["canceled"]]
    bench.engine.advance(9000)
    assert sampled(bench, release) == [["canceled"]]


# Manual interventions


def asking(bench: Bench, **task: object) -> int:
    """A release whose one stage has an agent job and then a server job with an intervention in it."""
    phases = [
        bench.phase({"seconds": 10}),
        bench.phase(
            {"seconds": 5},
            {
                "taskId": INTERVENTION.upper(),
                "name": "Check the labels",
                "inputs": {"instructions": "Print one.\nLook at it."} | dict(task.pop("inputs", {})),  # type: ignore[call-overload]
            }
            | task,
            {"seconds": 7},
            rank=2,
            kind=SERVER,
        ),
        bench.phase({"seconds": 10}, rank=3),
    ]
    return bench.create(bench.define(bench.stage("QA", 1, "release", deployPhases=phases)))


def pending(bench: Bench, release: int) -> Json:
    """The only intervention of a release."""
    (found,) = bench.engine.interventions(release)
    return found


def jobs(step: Json) -> list[list[str]]:
    """The statuses of the tasks of every job."""
    return [
        [task["status"] for task in job["tasks"]]
        for phase in step["releaseDeployPhases"]
        for job in phase["deploymentJobs"]
    ]


def act(bench: Bench, release: int, status: object, comment: str = "seen") -> Json:
    """Answer the only intervention of a release."""
    body = {"status": status, "comment": comment}
    return bench.engine.update_intervention(release, pending(bench, release)["id"], body, bench.me)


def test_an_intervention_waits_for_a_person(bench: Bench) -> None:
    release = asking(bench)
    bench.engine.advance(2 + 14)
    assert bench.engine.interventions(release) == []
    bench.engine.advance(6)
    step = bench.step(release)
    assert bench.statuses(release) == ["inProgress"]
    assert (step["operationStatus"], step["status"]) == ("ManualInterventionPending", "inProgress")
    found = pending(bench, release)
    assert (found["status"], found["comments"], "approver" in found) == ("pending", None, False)
    assert (found["name"], found["instructions"]) == ("Check the labels", "Print one.\nLook at it.")
    assert found["release"]["id"] == release
    assert found["releaseEnvironment"]["name"] == "QA"
    assert step["releaseDeployPhases"][1]["manualInterventions"] == [found]
    assert bench.engine.intervention(release, found["id"]) == found
    bench.engine.advance(40 * 86400)
    assert jobs(bench.step(release)) == [["succeeded"], ["succeeded", "inProgress", "pending"]]
    answer = act(bench, release, "Approved", "Label is fine")
    assert (answer["status"], answer["comments"]) == ("approved", "Label is fine")
    assert answer["approver"]["id"] == bench.me
    assert bench.step(release)["operationStatus"] == "PhaseInProgress"
    bench.engine.advance(2)
    assert bench.step(release)["operationStatus"] == "PhaseInProgress"
    assert jobs(bench.step(release))[1] == ["succeeded", "succeeded", "inProgress"]
    bench.engine.advance(60)
    assert bench.statuses(release) == ["succeeded"]


def test_a_rejected_intervention_rejects_the_deployment(bench: Bench) -> None:
    release = asking(bench)
    bench.engine.advance(60)
    assert act(bench, release, "rejected", "Wrong printer")["status"] == "rejected"
    bench.engine.advance(2)
    assert bench.statuses(release) == ["rejected"]
    step = bench.step(release)
    assert (step["status"], step["operationStatus"]) == ("failed", "PhaseFailed")
    assert [phase["status"] for phase in step["releaseDeployPhases"]] == ["succeeded", "failed", "skipped"]
    assert jobs(step)[1] == ["succeeded", "failed", "skipped"]
    assert step["issues"][0]["message"] == "Check the labels was rejected."
    bench.patch(release, "inProgress")
    bench.engine.advance(60)
    first, second = bench.engine.interventions(release)
    assert (first["status"], second["status"]) == ("rejected", "pending")
    assert bench.step(release)["attempt"] == 2


@pytest.mark.parametrize("strict", [True, False])
def test_nobody_acts_twice_on_an_intervention(bench: Bench, strict: bool) -> None:
    release = asking(bench)
    bench.engine.advance(60)
    act(bench, release, 4)
    bench.engine.strict = strict
    if strict:
        with pytest.raises(Refusal, match="cannot be updated") as refused:
            act(bench, release, "rejected")
        assert refused.value.status == 400
    else:
        assert act(bench, release, "rejected")["status"] == "approved"
    bench.engine.advance(60)
    assert bench.statuses(release) == ["succeeded"]


@pytest.mark.parametrize("status", ["pending", "canceled", "reassigned", None, 8])
def test_an_intervention_is_resumed_or_rejected_and_nothing_else(bench: Bench, status: object) -> None:
    release = asking(bench)
    bench.engine.advance(60)
    with pytest.raises(Refusal, match="not valid"):
        act(bench, release, status)
    assert pending(bench, release)["status"] == "pending"


def test_an_intervention_that_is_not_there(bench: Bench) -> None:
    release = asking(bench)
    with pytest.raises(Refusal) as refused:
        bench.engine.update_intervention(release, 7, {"status": "approved"}, bench.me)
    assert refused.value.status == 404


@pytest.mark.parametrize(
    ("on_timeout", "status", "environment"),
    [("", "rejected", "rejected"), ("reject", "rejected", "rejected"), ("resume", "approved", "succeeded")],
)
def test_an_intervention_that_nobody_answers(
    bench: Bench, on_timeout: str, status: str, environment: str
) -> None:
    release = asking(bench, timeoutInMinutes=30, inputs={"onTimeout": on_timeout})
    bench.engine.advance(22 + 1790)
    assert pending(bench, release)["status"] == "pending"
    bench.engine.advance(100)
    found = pending(bench, release)
    assert (found["status"], "approver" in found) == (status, False)
    assert bench.statuses(release) == [environment]


@pytest.mark.parametrize("what", ["cancel", "abandon"])
def test_an_intervention_ends_with_its_deployment(bench: Bench, what: str) -> None:
    release = asking(bench)
    bench.engine.advance(60)
    if what == "cancel":
        bench.patch(release, "canceled")
    else:
        bench.engine.update_release(release, {"status": "abandoned"}, bench.me)
        with pytest.raises(Refusal, match="abandoned"):
            act(bench, release, "approved")
    bench.engine.advance(2)
    assert bench.statuses(release) == ["canceled"]
    assert pending(bench, release)["status"] == "canceled"
    assert jobs(bench.step(release))[1] == ["succeeded", "canceled", "canceled"]
    with pytest.raises(Refusal, match="cannot be updated"):
        act(bench, release, "approved")


# Phases


def test_phases_of_all_kinds_follow_each_other(bench: Bench) -> None:
    phases = [
        bench.phase({"seconds": 5}, {"seconds": 5}),
        bench.phase({"seconds": 3}, rank=2, kind=SERVER),
        bench.phase({"seconds": 5}, {"seconds": 5}, rank=3, kind=GROUP, queueId=71),
    ]
    release = bench.create(bench.define(bench.stage("PROD", 1, "release", deployPhases=phases)))
    bench.engine.advance(2 + 14 + 4 + 10)
    run = bench.step(release)["releaseDeployPhases"]
    assert [phase["phaseType"] for phase in run] == ["agentBasedDeployment", SERVER, GROUP]
    assert [phase["status"] for phase in run] == ["succeeded", "succeeded", "inProgress"]
    assert "agentName" not in run[1]["deploymentJobs"][0]["job"]
    machines = [job["job"]["agentName"] for job in run[2]["deploymentJobs"]]
    assert len(set(machines)) == len(machines) == 4
    for job in run[2]["deploymentJobs"]:
        assert [task["status"] for task in job["tasks"]] == ["succeeded", "inProgress"]
        assert {task["agentName"] for task in job["tasks"]} == {job["job"]["agentName"]}
    for phase in run:
        numbers = [t["id"] for job in phase["deploymentJobs"] for t in (job["job"], *job["tasks"])]
        assert sorted(numbers) == list(range(1, len(numbers) + 1))
    bench.engine.advance(60)
    assert bench.statuses(release) == ["succeeded"]


def test_one_machine_of_a_group_can_fail(bench: Bench) -> None:
    broken = {"result": "failed", "inputs": {"demoTarget": "DOCK-CHI-01"}}
    phases = [bench.phase({}, broken, {}, kind=GROUP, queueId=71)]
    release = bench.create(bench.define(bench.stage("PROD", 1, "release", deployPhases=phases)))
    bench.engine.advance(60)
    step = bench.step(release)
    assert (bench.statuses(release), step["operationStatus"]) == (["rejected"], "PhaseFailed")
    found = {
        job["job"]["agentName"]: (job["job"]["status"], [task["status"] for task in job["tasks"]])
        for job in step["releaseDeployPhases"][0]["deploymentJobs"]
    }
    assert found.pop("DOCK-CHI-01") == ("failed", ["succeeded", "failed", "skipped"])
    assert set(map(str, found.values())) == {str(("succeeded", ["succeeded"] * 3))}
    assert step["issues"][0]["message"] == "Task 2 failed on DOCK-CHI-01."


def test_machines_can_be_taken_one_at_a_time(bench: Bench) -> None:
    broken = {"seconds": 10, "result": "failed", "inputs": {"demoTarget": "DOCK-RTM-02"}}
    phases = [bench.phase(broken, kind=GROUP, queueId=71, deploymentHealthOption="OneTargetAtATime")]
    release = bench.create(bench.define(bench.stage("PROD", 1, "release", deployPhases=phases)))
    bench.engine.advance(2 + 9)
    assert jobs(bench.step(release)) == [["inProgress"], ["pending"], ["pending"], ["pending"]]
    bench.engine.advance(60)
    assert jobs(bench.step(release)) == [["succeeded"], ["failed"], ["skipped"], ["skipped"]]
    assert bench.statuses(release) == ["rejected"]


@pytest.mark.parametrize(
    ("condition", "result", "second"),
    [
        ("", "failed", "skipped"),
        ("succeeded()", "failed", "skipped"),
        ("always()", "failed", "succeeded"),
        ("failed()", "failed", "succeeded"),
        ("succeededOrFailed()", "failed", "succeeded"),
        ("failed()", "succeeded", "skipped"),
        ("always()", "succeeded", "succeeded"),
    ],
)
def test_a_phase_may_be_skipped(bench: Bench, condition: str, result: str, second: str) -> None:
    phases = [bench.phase({"result": result}), bench.phase({}, rank=2, condition=condition)]
    release = bench.create(bench.define(bench.stage("DEV", 1, "release", deployPhases=phases)))
    bench.engine.advance(100)
    run = bench.step(release)["releaseDeployPhases"]
    assert [phase["status"] for phase in run] == [result, second]
    assert (run[1]["deploymentJobs"] == []) == (second == "skipped")
    assert bench.statuses(release) == ["rejected" if result == "failed" else "succeeded"]


def test_a_task_can_fail_in_the_first_attempt_only(bench: Bench) -> None:
    phases = [bench.phase({}, {"result": "failed,succeeded"})]
    release = bench.create(bench.define(bench.stage("DEV", 1, "release", deployPhases=phases)))
    for status in ("rejected", "succeeded", "succeeded"):
        bench.engine.advance(60)
        assert bench.statuses(release) == [status]
        if status == "rejected":
            (task,) = [
                t for t in bench.step(release)["releaseDeployPhases"][0]["deploymentJobs"][0]["tasks"]
            ][1:]
            assert task["issues"][0]["issueType"] == "Error"
        bench.patch(release, "inProgress")


def test_a_redeployment_asks_for_everything_again(bench: Bench) -> None:
    phases = [bench.phase({"taskId": INTERVENTION, "name": "Look"}, kind=SERVER)]
    stage = bench.stage(
        "PROD",
        1,
        "release",
        preDeployApprovals=bench.ask("Lee Whitcomb"),
        preDeploymentGates=gates({"A": "pass"}),
        deployPhases=phases,
    )
    release = bench.create(bench.define(stage))
    for attempt, end in ((1, "approved"), (2, "rejected"), (3, "approved")):
        bench.engine.advance(2)
        assert bench.step(release)["operationStatus"] == "Pending"
        bench.sign(bench.approvals(release)[-1], "Lee Whitcomb")
        bench.engine.advance(20)
        step = bench.step(release)
        assert (step["attempt"], step["operationStatus"]) == (attempt, "ManualInterventionPending")
        newest = bench.engine.interventions(release)[-1]
        bench.engine.update_intervention(release, newest["id"], {"status": end}, bench.me)
        bench.engine.advance(20)
        assert bench.statuses(release) == ["succeeded" if end == "approved" else "rejected"]
        bench.patch(release, "inProgress", variables={f"try{attempt}": {"value": end}})
    steps = bench.environment(release)["deploySteps"]
    assert len({step["preDeploymentGates"]["id"] for step in steps}) == 3
    assert len(bench.engine.interventions(release)) == 3
    assert bench.environment(release)["variables"] == {
        "try1": {"value": "approved"},
        "try2": {"value": "rejected"},
        "try3": {"value": "approved"},
    }


# Time


def schedule(days: object, hours: int = 22, minutes: int = 0) -> Json:
    """One ReleaseSchedule."""
    return {"daysToRelease": days, "startHours": hours, "startMinutes": minutes, "timeZoneId": "UTC"}


WEDNESDAY = datetime(2026, 3, 4, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedules", "days", "hour"),
    [
        ([schedule(31)], 0, 22),
        ([schedule("monday, tuesday, wednesday, thursday, friday", 14, 30)], 1, 14),
        ([schedule("all", 6)], 1, 6),
        ([schedule(96, 6)], 3, 6),
        ([schedule("wednesday", 14)], 7, 14),
        ([schedule("sunday", 3), schedule(8, 23)], 1, 23),
    ],
)
def test_the_next_time_of_a_schedule(schedules: list[Json], days: int, hour: int) -> None:
    due = following(schedules, WEDNESDAY.timestamp())
    assert due is not None
    expected = (WEDNESDAY + timedelta(days=days)).replace(hour=hour)
    found = as_datetime(due)
    assert (found.date(), found.hour) == (expected.date(), expected.hour)


@pytest.mark.parametrize("schedules", [[], [schedule(0)], [{}]])
def test_a_schedule_that_names_no_time(schedules: list[Json]) -> None:
    assert following(schedules, WEDNESDAY.timestamp()) is None


def test_a_stage_with_a_schedule_waits_for_its_time(bench: Bench) -> None:
    definition = bench.define(
        bench.stage("DEV", 1, "release"), bench.stage("PROD", 2, "DEV", schedules=[schedule(31)])
    )
    release = bench.create(definition)
    bench.engine.advance(600)
    environment = bench.environment(release, 1)
    assert environment["status"] == "scheduled"
    assert environment["scheduledDeploymentTime"] == "2026-03-04T22:00:00Z"
    step = environment["deploySteps"][0]
    assert (step["operationStatus"], step["status"], step["reason"]) == (
        "Scheduled",
        "notDeployed",
        "scheduled",
    )
    bench.engine.advance((TODAY.replace(hour=22) - bench.engine.now()).total_seconds() + 60)
    assert bench.statuses(release) == ["succeeded", "succeeded"]
    assert len(bench.environment(release, 1)["deploySteps"]) == 1


def in_hours(hours: float) -> str:
    """A time from the start of the clock, as the server writes it."""
    return (TODAY + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize("verb", ["scheduled", "inProgress"])
def test_a_scheduled_deployment_can_be_moved(bench: Bench, verb: str) -> None:
    release = bench.create(bench.define(bench.stage("DEV", 1)))
    bench.patch(release, verb, scheduledDeploymentTime=in_hours(2))
    assert bench.statuses(release) == ["scheduled"]
    for hours in (1, 4):
        answer = bench.patch(release, verb, scheduledDeploymentTime=in_hours(hours))
        assert (answer["status"], answer["scheduledDeploymentTime"]) == ("scheduled", in_hours(hours))
    bench.engine.advance(3 * 3600)
    assert bench.statuses(release) == ["scheduled"]
    bench.engine.advance(3600)
    assert bench.statuses(release) == ["inProgress"]
    bench.engine.advance(60)
    assert bench.statuses(release) == ["succeeded"]
    assert len(bench.environment(release)["deploySteps"]) == 1


def test_a_scheduled_deployment_can_be_canceled_and_asked_for_again(bench: Bench) -> None:
    release = bench.create(bench.define(bench.stage("DEV", 1)))
    bench.patch(release, "scheduled", scheduledDeploymentTime=in_hours(2))
    with pytest.raises(Refusal, match="VS402964"):
        bench.patch(release, "inProgress")
    assert bench.patch(release, "canceled")["status"] == "canceled"
    assert "scheduledDeploymentTime" not in bench.environment(release)
    bench.patch(release, "scheduled", scheduledDeploymentTime=in_hours(3))
    bench.engine.advance(2 * 3600 + 60)
    assert bench.statuses(release) == ["scheduled"]
    bench.engine.advance(3600)
    assert bench.statuses(release) == ["succeeded"]
    assert [s["operationStatus"] for s in bench.environment(release)["deploySteps"]] == [
        "Canceled",
        "Approved",
    ]


@pytest.mark.parametrize(
    ("verb", "when", "outcome"),
    [
        ("inProgress", in_hours(-1), "queued"),
        ("inProgress", "0001-01-01T00:00:00", "queued"),
        ("scheduled", "0001-01-01T00:00:00", Refusal),
        ("inProgress", "tomorrow", Refusal),
    ],
)
def test_times_that_are_none(bench: Bench, verb: str, when: str, outcome: Any) -> None:
    release = bench.create(bench.define(bench.stage("DEV", 1)))
    if outcome is Refusal:
        with pytest.raises(Refusal):
            bench.patch(release, verb, scheduledDeploymentTime=when)
        assert bench.statuses(release) == ["notStarted"]
    else:
        assert bench.patch(release, verb, scheduledDeploymentTime=when)["status"] == outcome
