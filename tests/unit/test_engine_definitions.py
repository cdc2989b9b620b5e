"""Writing definitions: what is refused, what is kept, deleting, folders, and the life of a new one."""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reltui.demo.engine import Refusal
from reltui.demo.task_types import BASH, COMMAND_LINE, POWERSHELL
from reltui.demo.task_types_deploy import IIS_DEPLOY
from reltui.demo.task_types_server import CATALOGUE, meant, newest, version_text
from reltui.demo.tasks import CALL, MANUAL_INTERVENTION, QUERY
from tests.unit.engine_bench import Bench, Json

GROUP, SERVER = "machineGroupBasedDeployment", "runOnServer"


@pytest.fixture(scope="module")
def shared() -> Bench:
    """For what changes nothing, or names of its own only."""
    return Bench()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def body(bench: Bench, name: str = "Shop.CD") -> Json:
    """Two stages, an artifact and its trigger."""
    made = {
        "name": name,
        "artifacts": [artifact("shop")],
        "triggers": [{"triggerType": "artifactSource", "artifactAlias": "shop", "triggerConditions": []}],
        "environments": [
            bench.stage("QA", 1, "release"),
            bench.stage("PROD", 2, "QA", preDeployApprovals=bench.ask("Lee Whitcomb")),
        ],
    }
    return copy.deepcopy(made)


def artifact(alias: str) -> Json:
    """A linked build."""
    return {"alias": alias, "type": "Build", "definitionReference": {"definition": {"id": "31", "name": "x"}}}


def first(made: Json) -> Json:
    """The first stage."""
    found: Json = made["environments"][0]
    return found


def job(made: Json) -> Json:
    """The first job of the first stage."""
    found: Json = first(made)["deployPhases"][0]
    return found


def task(made: Json) -> Json:
    """Its first task."""
    found: Json = job(made)["workflowTasks"][0]
    return found


def after(*names: str) -> list[Json]:
    """Conditions that wait for stages."""
    return [{"name": name, "conditionType": "environmentState", "value": "4"} for name in names]


def gate(task_id: str) -> Json:
    """A gates step with one task."""
    return {"gates": [{"tasks": [{"name": "Look", "taskId": task_id, "version": "*"}]}]}


# What is refused

REFUSED: dict[str, tuple[Callable[[Json], Any], str]] = {
    "name taken": (
        lambda b: b.update(name="invoice.CD", path="/Backend/"),
        "A release pipeline with name 'invoice.CD' already exists in folder '\\Backend'. "
        "Specify another name and try again.",
    ),
    "no artifact source": (
        lambda b: b["artifacts"][0].update(definitionReference={"definition": {"id": ""}}),
        "VS402862: Artifact source should have source information. Specify a valid source and try again.",
    ),
    "alias twice": (
        lambda b: b["artifacts"].append(artifact("SHOP")),
        "Artifact alias 'SHOP' is used more than once. Specify a unique alias and try again.",
    ),
    "no alias": (
        lambda b: b["artifacts"][0].update(alias=""),
        "Artifact alias cannot be empty. Specify a unique alias and try again.",
    ),
    "trigger without artifact": (
        lambda b: b["triggers"][0].update(artifactAlias="other"),
        "Invalid data is passed for artifact source trigger object.",
    ),
    "trigger of no kind": (
        lambda b: b["triggers"][0].update(triggerType="moonPhase"),
        "Invalid data is passed for release trigger object.",
    ),
    "schedule without schedule": (
        lambda b: b["triggers"].append({"triggerType": 2}),
        "Invalid data is passed for schedule trigger object.",
    ),
    "rank left out": (
        lambda b: first(b).update(rank=3),
        "VS402874: Stage ranks must be consecutive natural numbers starting from 1.",
    ),
    "rank is no number": (
        lambda b: first(b).update(rank="1"),
        "Value cannot be read. Parameter name: releaseDefinition.environments.rank",
    ),
    "stage twice": (
        lambda b: first(b).update(name="prod"),
        "Stage name 'PROD' is used more than once. Specify unique names and try again.",
    ),
    "no approvals": (
        lambda b: first(b).update(postDeployApprovals=None),
        "VS402877: Pre-approvals or post-approvals in stage 'QA' are empty.",
    ),
    "nobody approves": (
        lambda b: first(b).update(preDeployApprovals={"approvals": [{"rank": 1, "isAutomated": False}]}),
        "Stage 'QA' names an approver who does not exist.",
    ),
    "timeout over a year": (
        lambda b: first(b)["preDeployApprovals"].update(approvalOptions={"timeoutInMinutes": 525601}),
        "Approval timeout in stage 'QA' must be between 0 minutes and 365 days.",
    ),
    "no retention": (
        lambda b: first(b).update(retentionPolicy=None),
        "VS402982: Retention policy of stage 'QA' is missing. "
        "Specify a retention policy for every stage and try again.",
    ),
    "no job": (
        lambda b: first(b).update(deployPhases=None),
        "Stage 'QA' has no job. Add a job and try again.",
    ),
    "job of no kind": (
        lambda b: job(b).update(phaseType="runOnMoon"),
        "Deploy job 'Job 1' in stage 'QA' is of no known type.",
    ),
    "unknown queue": (
        lambda b: job(b).update(deploymentInput={"queueId": 9}),
        "Agent queue 9 of deploy job 'Job 1' in stage 'QA' does not exist.",
    ),
    "queue of another project": (
        lambda b: job(b).update(deploymentInput={"queueId": 201}),
        "Agent queue 201 of deploy job 'Job 1' in stage 'QA' does not exist.",
    ),
    "unknown deployment group": (
        lambda b: job(b).update(phaseType=GROUP, deploymentInput={"queueId": 15}),
        "Deployment group 15 of deploy job 'Job 1' in stage 'QA' does not exist.",
    ),
    "unknown variable group": (
        lambda b: b.update(variableGroups=[400, 9999]),
        "Variable group 9999 of this release pipeline does not exist. Specify a valid group and try again.",
    ),
    "variable group of another project": (
        lambda b: first(b).update(variableGroups=[410]),
        "Variable group 410 of stage 'QA' does not exist. Specify a valid group and try again.",
    ),
    "unknown task": (
        lambda b: task(b).update(taskId="00000000-0000-0000-0000-000000000001", version="3.*", name="Lift"),
        "Tasks with versions 'Lift:3.*' are not valid for deploy job 'Job 1' in stage QA.",
    ),
    "two tasks of unknown version": (
        lambda b: [one.update(taskId=POWERSHELL, version="9.*") for one in job(b)["workflowTasks"]],
        "Tasks with versions 'Task 1:9.*, Task 2:9.*' are not valid for deploy job 'Job 1' in stage QA.",
    ),
    "task of an agent on the server": (
        lambda b: job(b).update(phaseType=2),
        "Tasks with versions 'Task 1:*, Task 2:*' are not valid for deploy job 'Job 1' in stage QA.",
    ),
    "task of the server on an agent": (
        lambda b: task(b).update(taskId=MANUAL_INTERVENTION),
        "Tasks with versions 'Task 1:*' are not valid for deploy job 'Job 1' in stage QA.",
    ),
    "task that is no gate": (
        lambda b: first(b).update(preDeploymentGates=gate(MANUAL_INTERVENTION)),
        "Tasks with versions 'Look:*' are not valid for deploy job 'Gates' in stage QA.",
    ),
    "unknown alias in a job": (
        lambda b: job(b).update(
            deploymentInput={"artifactsDownloadInput": {"downloadInputs": [{"alias": "store"}]}}
        ),
        "Artifact alias 'store' does not matching any linked artifact aliases for deploy job 'Job 1'. "
        "Specify a valid artifact alias and try again.",
    ),
    "unknown stage in a condition": (
        lambda b: first(b).update(conditions=after("UAT")),
        "Stage 'QA' is to start after stage 'UAT', which does not exist.",
    ),
    "condition of no kind": (
        lambda b: first(b)["conditions"][0].update(conditionType="fullMoon"),
        "Stage 'QA' has a condition that is of no known type or has no name.",
    ),
    "input that is no text": (
        lambda b: task(b)["inputs"].update(script=["a"]),
        "Value cannot be read. Parameter name: "
        "releaseDefinition.environments.deployPhases.workflowTasks.inputs",
    ),
    "unknown alias in a filter": (
        lambda b: first(b).update(conditions=[{"name": "store", "conditionType": 4, "value": "{}"}]),
        "Stage 'QA' has a filter for artifact 'store', which is not linked.",
    ),
    "stage after itself": (
        lambda b: first(b).update(conditions=after("QA")),
        "Stages PROD, QA wait for each other. Break the circle and try again.",
    ),
    "circle": (
        lambda b: first(b).update(conditions=after("PROD")),
        "Stages PROD, QA wait for each other. Break the circle and try again.",
    ),
    "tasks are no list": (
        lambda b: job(b).update(workflowTasks={"name": "Task"}),
        "Value cannot be read. Parameter name: "
        "releaseDefinition.environments.deployPhases.workflowTasks",
    ),
    "variables are no object": (
        lambda b: b.update(variables=["a"]),
        "Value cannot be read. Parameter name: releaseDefinition.variables",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", list(REFUSED))
def test_what_is_refused_and_how(shared: Bench, case: str) -> None:
    spoil, message = REFUSED[case]
    sent = body(shared)
    spoil(sent)
    with pytest.raises(Refusal) as refused:
        shared.engine.create_definition(shared.project, sent, shared.me)
    assert (refused.value.status, refused.value.type_key) == (400, "InvalidRequestException")
    assert refused.value.message == message


def test_a_refused_change_changes_nothing(bench: Bench) -> None:
    made = bench.engine.create_definition(bench.project, body(bench), bench.me)
    before = copy.deepcopy(made)
    for spoil, _ in REFUSED.values():
        sent = copy.deepcopy(made)
        spoil(sent)
        with pytest.raises(Refusal):
            bench.engine.update_definition(bench.project, sent, bench.me)
    assert bench.engine.definition(made["id"]) == before
    assert len(bench.engine.definition_revisions(made["id"])) == 1


def test_what_is_allowed_although_it_looks_odd(shared: Bench) -> None:
    sent = body(shared, "Odd.CD")
    first(sent)["deployPhases"] = [
        shared.phase({}, kind=SERVER) | {"phaseType": "RunOnServer"},
        shared.phase({"taskId": IIS_DEPLOY.upper()}, rank=2, kind=GROUP, queueId=72) | {"phaseType": 4},
        shared.phase({"taskId": COMMAND_LINE}, rank=3, queueId=200),
    ]
    first(sent)["preDeploymentGates"] = {"gates": [*gate(CALL)["gates"], *gate(QUERY)["gates"]]}
    first(sent)["conditions"].append({"name": "SHOP", "conditionType": "Artifact", "value": "{}"})
    sent["variableGroups"] = [400]
    sent["triggers"][0]["triggerType"] = 1
    made = shared.engine.create_definition(shared.project, sent, shared.me)
    assert [phase["phaseType"] for phase in first(made)["deployPhases"]] == [
        SERVER, GROUP, "agentBasedDeployment",
    ]  # fmt: skip
    assert made["triggers"][0]["triggerType"] == "artifactSource"
    assert first(made)["conditions"][-1]["conditionType"] == "artifact"


def test_what_a_version_means() -> None:
    assert meant(COMMAND_LINE.upper(), "2.*") is meant(COMMAND_LINE, "*")
    newest_bash = meant(BASH, "3.*")
    assert newest_bash is not None
    assert meant(BASH, version_text(newest_bash)) is newest_bash
    assert meant(BASH, "1.*") is None
    assert meant("", "*") is None
    assert len(newest(CATALOGUE)) == len(CATALOGUE)


# What is kept

UNKNOWN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
COUNT = itertools.count()
PLACES: tuple[Callable[[Json], Json], ...] = (
    lambda b: b,
    first,
    job,
    task,
    lambda b: b["artifacts"][0],
    lambda b: b["artifacts"][0]["definitionReference"],
    lambda b: b["triggers"][0],
    lambda b: first(b)["preDeployApprovals"],
    lambda b: first(b)["preDeployApprovals"]["approvals"][0],
    lambda b: first(b)["retentionPolicy"],
    lambda b: first(b)["conditions"][0],
    lambda b: job(b)["deploymentInput"],
)


@settings(max_examples=40, deadline=None)
@given(value=UNKNOWN, place=st.sampled_from(PLACES), at_start=st.booleans())
def test_unknown_members_come_back_in_their_place(
    shared: Bench, value: object, place: Callable[[Json], Json], at_start: bool
) -> None:
    sent = body(shared, f"Kept.{next(COUNT)}")
    holder = place(sent)
    own = dict(holder)
    holder.clear()
    holder |= {"xUnknown": value} | own if at_start else own | {"xUnknown": value}
    made = copy.deepcopy(shared.engine.create_definition(shared.project, copy.deepcopy(sent), shared.me))
    back = place(made)
    assert back["xUnknown"] == value
    known = [key for key in back if key in holder]
    assert known == [key for key in holder if key != "comment"]
    saved = shared.engine.update_definition(shared.project, copy.deepcopy(made), shared.me)
    assert list(saved) == list(made)
    owned = ("revision", "modifiedOn", "modifiedBy")
    assert {k: v for k, v in saved.items() if k not in owned} == {
        k: v for k, v in made.items() if k not in owned
    }
    assert place(shared.engine.definition_revision(made["id"], 1))["xUnknown"] == value


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every member and item of a document."""
    items = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    return [deep for key, item in items for deep in ((*path, key), *places(item, (*path, key)))]


@settings(max_examples=150, deadline=None)
@given(data=st.data(), value=UNKNOWN)
def test_whatever_a_body_holds_it_is_taken_or_refused(
    shared: Bench, data: st.DataObject, value: object
) -> None:
    sent = body(shared, f"Odd.{next(COUNT)}") | {"variables": {"A": {"value": "1", "isSecret": True}}}
    sent["variableGroups"] = [400]
    first(sent)["preDeploymentGates"] = gate(QUERY)
    path = data.draw(st.sampled_from(places(sent)))
    holder: Any = sent
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    try:
        made = shared.engine.create_definition(shared.project, sent, shared.me)
    except Refusal:
        return
    again = shared.engine.update_definition(shared.project, copy.deepcopy(made), shared.me)
    assert again["revision"] == 2
    assert json.loads(json.dumps(again)) == again


def test_a_copied_stage_becomes_one_of_its_own(bench: Bench) -> None:
    made = copy.deepcopy(bench.engine.create_definition(bench.project, body(bench), bench.me))
    clone = copy.deepcopy(made["environments"][1]) | {"name": "PROD-2", "rank": 3}
    made["environments"].append(clone)
    saved = bench.engine.update_definition(bench.project, made, bench.me)
    ids = [environment["id"] for environment in saved["environments"]]
    assert ids[:2] == [environment["id"] for environment in made["environments"][:2]]
    assert len(set(ids)) == 3
    steps = [stage["preDeployApprovals"]["approvals"][0]["id"] for stage in saved["environments"]]
    assert len(set(steps)) == 3


def test_stages_come_by_rank(bench: Bench) -> None:
    made = copy.deepcopy(bench.engine.create_definition(bench.project, body(bench), bench.me))
    qa, prod = made["environments"]
    qa["rank"], prod["rank"] = 2, 1
    saved = bench.engine.update_definition(bench.project, made, bench.me)
    assert [stage["name"] for stage in saved["environments"]] == ["PROD", "QA"]


def test_a_secret_stays_until_another_is_sent(bench: Bench) -> None:
    hidden = {"value": "first", "isSecret": True}
    sent = body(bench)
    sent |= {"variables": {"Key": hidden}, "artifacts": [], "triggers": []}
    first(sent)["variables"] = {"Key": hidden | {"value": "stage"}}
    made = copy.deepcopy(bench.engine.create_definition(bench.project, sent, bench.me))

    def save(value: str | None) -> Json:
        body = copy.deepcopy(bench.engine.definition(made["id"]))
        body["variables"]["Key"]["value"] = value
        first(body)["variables"]["Key"]["value"] = None
        return bench.engine.update_definition(bench.project, body, bench.me)

    def used() -> tuple[str, str]:
        release = bench.engine.release(bench.create(made["id"], variables={"Key": hidden | {"value": None}}))
        return release["variables"]["Key"]["value"], first(release)["variables"]["Key"]["value"]

    save(None)
    assert used() == ("first", "stage")
    save("second")
    assert used() == ("second", "stage")
    save(None)
    assert used() == ("second", "stage")


def test_an_older_revision_can_be_saved_again(bench: Bench) -> None:
    made = copy.deepcopy(bench.engine.create_definition(bench.project, body(bench), bench.me))
    changed = copy.deepcopy(made)
    del changed["environments"][1]
    changed["triggers"] = []
    bench.engine.update_definition(bench.project, changed, bench.me)
    old = copy.deepcopy(bench.engine.definition_revision(made["id"], 1))
    assert [stage["name"] for stage in old["environments"]] == ["QA", "PROD"]
    restored = bench.engine.update_definition(bench.project, old | {"revision": 2}, bench.me)
    assert restored["revision"] == 3
    assert [stage["name"] for stage in restored["environments"]] == ["QA", "PROD"]
    assert restored["triggers"] == made["triggers"]
    log = bench.engine.definition_revisions(made["id"])
    assert [entry["changeType"] for entry in log] == ["add", "update", "update"]


# Permissions


def test_who_may_not_change_definitions(bench: Bench) -> None:
    engine = bench.engine
    project = next(one["id"] for one in engine.projects if one["name"] == "Data Platform")
    known = copy.deepcopy(next(engine.definitions(project)))
    calls: list[tuple[str, Callable[[str], object]]] = [
        ("edit release pipeline", lambda by: engine.create_definition(project, body(bench) | BARE, by)),
        ("edit release pipeline", lambda by: engine.update_definition(project, known, by)),
        ("edit release pipeline", lambda by: engine.create_folder(project, {"path": "\\New"}, by)),
        ("edit release pipeline", lambda by: engine.update_folder(project, "\\New", {"path": "\\Old"}, by)),
        ("delete release pipeline", lambda by: engine.delete_folder(project, "\\Old", by)),
        ("delete release pipeline", lambda by: engine.delete_definition(known["id"], "", True, by)),
        ("delete release pipeline", lambda by: engine.undelete_definition(known["id"], "", by)),
    ]
    for permission, call in calls:
        with pytest.raises(Refusal) as refused:
            call(bench.me)
        assert (refused.value.status, refused.value.type_key) == (403, "UnauthorizedRequestException")
        assert refused.value.message == (
            f"VS402904: Access denied: User Dana Reyes does not have {permission} permission. "
            "Contact your release manager."
        )
        call(bench.person("Olumide Adeyemi"))
    release = next(line.id for line in engine.release_index() if line.project_id == project)
    with pytest.raises(Refusal, match="delete releases permission"):
        engine.edits.delete(release, "", bench.me)


BARE: Json = {"artifacts": [], "triggers": []}


# Deleting


def test_deleting_waits_for_deployments_unless_it_is_forced(bench: Bench) -> None:
    engine = bench.engine
    definition = bench.define(bench.stage("QA", 1, "release"), bench.stage("PROD", 2, "QA"))
    release = bench.create(definition)
    engine.advance(3)
    with pytest.raises(Refusal, match="has deployments in progress"):
        engine.delete_definition(definition, "old", False, bench.me)
    engine.delete_definition(definition, "old", True, bench.me)
    with pytest.raises(Refusal, match="VS402936"):
        engine.definition(definition)
    assert [one["id"] for one in engine.definitions(bench.project, deleted=True)] == [definition]
    engine.undelete_definition(definition, "back", bench.me)
    engine.advance(10)
    assert bench.statuses(release) == ["canceled", "notStarted"]
    log = engine.definition_revisions(definition)
    assert [(entry["changeType"], entry.get("comment")) for entry in log] == [
        ("add", None), ("delete", "old"), ("undelete", "back"),
    ]  # fmt: skip
    assert engine.definition(definition)["lastRelease"]["id"] == release


def test_an_undeleted_definition_needs_a_name_of_its_own(bench: Bench) -> None:
    engine = bench.engine
    made = engine.create_definition(bench.project, body(bench) | BARE, bench.me)
    engine.delete_definition(made["id"], "", False, bench.me)
    again = engine.create_definition(bench.project, body(bench) | BARE, bench.me)
    with pytest.raises(Refusal, match="already exists in folder"):
        engine.undelete_definition(made["id"], "", bench.me)
    engine.delete_definition(again["id"], "", False, bench.me)
    assert engine.undelete_definition(made["id"], "", bench.me)["revision"] == 3


# Folders


def test_folders_take_their_definitions_along(bench: Bench) -> None:
    engine = bench.engine
    engine.create_folder(bench.project, {"path": "\\Shop\\Web", "description": "Pages"}, bench.me)
    made = engine.create_definition(bench.project, body(bench) | BARE | {"path": "\\shop\\web"}, bench.me)
    moved = engine.update_folder(bench.project, "\\Shop", {"path": "\\Store"}, bench.me)
    assert moved["path"] == "\\Store"
    assert [folder["path"] for folder in engine.folders(bench.project, "\\Store")] == [
        "\\Store",
        "\\Store\\Web",
    ]
    assert engine.definition(made["id"])["path"] == "\\Store\\web"
    engine.delete_folder(bench.project, "\\Store", bench.me)
    assert [one["id"] for one in engine.definitions(bench.project, deleted=True)] == [made["id"]]
    with pytest.raises(Refusal, match="does not exist"):
        engine.folders(bench.project, "\\Store")
    assert engine.undelete_definition(made["id"], "", bench.me)["path"] == "\\Store\\web"
    assert engine.folders(bench.project, "\\Store")


# The life of a new one


def test_a_new_definition_of_three_stages_runs_to_the_end(bench: Bench) -> None:
    named = {
        "seconds": 5,
        "taskId": POWERSHELL,
        "inputs": {"targetType": "inline", "script": "Write-Host hi"},
    }
    group = "[Marlow]\\Change Advisory Board"
    definition = bench.define(
        bench.stage("DEV", 1, "release", deployPhases=[bench.phase(named, {}, queueId=15)]),
        bench.stage(
            "QA",
            2,
            "DEV",
            preDeployApprovals=bench.ask("Lee Whitcomb", group, sequence=True),
            deployPhases=[bench.phase(named, {}, {"taskId": BASH}, queueId=16)],
        ),
        bench.stage(
            "PROD",
            3,
            "QA",
            preDeployApprovals=bench.ask(group),
            deployPhases=[
                bench.phase({"taskId": CALL}, kind=SERVER),
                bench.phase({"taskId": IIS_DEPLOY}, rank=2, kind=GROUP, queueId=72),
            ],
        ),
        variableGroups=[400],
        variables={"Ring": {"value": "one", "allowOverride": True}},
    )
    release = bench.create(definition)
    bench.engine.advance(60)
    assert bench.statuses(release) == ["succeeded", "inProgress", "notStarted"]
    (asked,) = bench.approvals(release, 1)
    assert asked["approver"]["displayName"] == "Lee Whitcomb"
    bench.sign(asked, "Lee Whitcomb")
    bench.engine.advance(5)
    _, asked = bench.approvals(release, 1)
    assert (asked["approver"]["displayName"], asked["approver"]["isContainer"]) == (group, True)
    bench.sign(asked, "Dana Reyes")
    bench.engine.advance(60)
    assert bench.statuses(release) == ["succeeded", "succeeded", "inProgress"]
    (asked,) = bench.approvals(release, 2)
    answer = bench.sign(asked, "Marcus Oyelaran")
    assert answer["approvedBy"]["displayName"] == "Marcus Oyelaran"
    bench.engine.advance(120)
    assert bench.statuses(release) == ["succeeded"] * 3
    machines = [
        job["job"]["agentName"] for job in bench.step(release, 2)["releaseDeployPhases"][1]["deploymentJobs"]
    ]
    assert machines == ["BILL-APP-01", "BILL-APP-02", "BILL-APP-03"]
    whole = bench.engine.release(release)
    assert [one["name"] for one in whole["variableGroups"]] == ["Shared settings"]
    stands = [stage["currentRelease"]["id"] for stage in bench.engine.definition(definition)["environments"]]
    assert stands == [release] * 3
