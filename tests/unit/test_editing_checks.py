"""What is found wrong with a definition before it is saved, and at which field."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reltui.demo.definition_checks import Checks
from reltui.demo.engine import Engine
from reltui.demo.refusals import Refusal
from reltui.demo.task_types_server import CATALOGUE
from reltui.model.content import folder_from_json
from reltui.model.editing.checks import Finding, findings
from reltui.model.editing.fields import fields
from reltui.model.editing.outline import find, outline
from reltui.model.editing.shape import Path, at, put
from reltui.model.resources import (
    NOTHING,
    Resources,
    build_from_json,
    connection_from_json,
    deployment_group_from_json,
    queue_from_json,
    repository_from_json,
    task_type_from_json,
    variable_group_from_json,
)
from reltui.model.text import clean
from tests.unit.editing_samples import (
    LEE,
    SCHEDULE,
    TODAY,
    Json,
    after,
    approvals,
    artifact,
    captured,
    rich,
    stage,
    task,
)

Change = Callable[[Json], object]
DEV, TEST, PROD = (("environments", place) for place in range(3))
DELAY = "28782b92-5e8e-4458-9751-a71cd1492bae"
INTERVENTION = "bcb64569-d51a-4af0-9c01-ea5d05b3b622"
CALL = "9c3e8943-130d-4c78-ac63-8af81df62dfb"


@cache
def engine() -> Engine:
    return Engine(seed=1, size="small", speed=0.0, today=TODAY)


@cache
def resources(project_id: str) -> Resources:
    """What the embedded server offers in a project."""
    demo = engine().resources
    return Resources(
        task_types=tuple(map(task_type_from_json, CATALOGUE)),
        queues=tuple(map(queue_from_json, demo.queues(project_id))),
        deployment_groups=tuple(map(deployment_group_from_json, demo.deployment_groups(project_id))),
        variable_groups=tuple(map(variable_group_from_json, demo.variable_groups(project_id))),
        builds=tuple(map(build_from_json, demo.build_definitions(project_id))),
        repositories=tuple(map(repository_from_json, demo.repositories(project_id))),
        connections=tuple(map(connection_from_json, demo.connections(project_id))),
        folders=(folder_from_json({"path": "\\Billing"}),),
    )


@cache
def project() -> str:
    found: str = engine().projects[0]["id"]
    return found


def known() -> Resources:
    return resources(project())


def good() -> Json:
    """A definition that the embedded server takes, with all kinds of jobs."""
    groups = [group.id for group in known().variable_groups or ()]
    raw = copy.deepcopy(rich())
    raw["variableGroups"], raw["environments"][0]["variableGroups"] = groups[:2], groups[2:]
    raw["environments"][1]["deployPhases"][0]["workflowTasks"] = [task("Check")]
    for place, number in (((0, 1), 71), ((0, 0), 15)):
        phase = raw["environments"][place[0]]["deployPhases"][place[1]]
        phase["deploymentInput"]["queueId"] = number
    raw["environments"][2]["deployPhases"][0]["workflowTasks"] = [
        task("Wait", taskId=DELAY, version="1.*", inputs={"delayForMinutes": "1"})
    ]
    for gate in raw["environments"][2]["preDeploymentGates"]["gates"]:
        gate["tasks"] = [task("Ask", taskId=CALL, version="1.*", inputs={
            "connectedServiceNameSelector": "connectedServiceName", "connectedServiceName": "$(Connection)",
            "method": "GET",
        })]  # fmt: skip
    raw["environments"][2]["deployPhases"][1]["workflowTasks"] = [task("Deploy")]
    raw["triggers"] = [row for row in raw["triggers"] if row["triggerType"] != "somethingNew"]
    del raw["variables"]["Password"], raw["environments"][0]["variables"]["Key"]
    return raw


def found(change: Change, known_ones: Resources | None = None) -> list[tuple[Path, str, bool, str]]:
    raw = good()
    change(raw)
    rows = findings(raw, known() if known_ones is None else known_ones)
    return [(row.path, row.field, row.is_error, row.code) for row in rows]


def edit(value: Any, *path: str | int) -> Change:
    """Writes a value at a place."""

    def change(raw: Json) -> None:
        at(raw, path[:-1])[path[-1]] = copy.deepcopy(value)

    return change


def both(*changes: Change) -> Change:
    def change(raw: Json) -> None:
        for each in changes:
            each(raw)

    return change


def steps(raw: Json, stage: int = 0, place: int = 0) -> list[Json]:
    found: list[Json] = raw["environments"][stage]["deployPhases"][place]["workflowTasks"]
    return found


def append(row: Json, *path: str | int) -> Change:
    return lambda raw: at(raw, path).append(copy.deepcopy(row))


def new(change: Change) -> Change:
    return both(lambda raw: raw.update(id=0), change)


ERRORS: tuple[tuple[str, Change, Path, str, str], ...] = (
    # The whole
    ("no name", edit("", "name"), (), "name", ""),
    ("name of blanks", edit("  ", "name"), (), "name", ""),
    ("no name at all", edit(None, "name"), (), "name", ""),
    ("name too long", edit("x" * 257, "name"), (), "name", ""),
    ("name with a line break", edit("a\nb", "name"), (), "name", ""),
    ("folder", edit("Team A", "path"), (), "folder", ""),
    ("no stages", edit([], "environments"), (), "", ""),
    ("variable group", edit([1, 2, 4711], "variableGroups"), ("variables",), "group:2", ""),
    ("variables of one name", edit({"value": "1"}, "variables", "loglevel"), ("variables",),
     "variable:loglevel:name", ""),
    ("a new secret", new(edit({"value": None, "isSecret": True}, "variables", "Pin")), ("variables",),
     "variable:Pin:value", ""),
    # Artifacts and triggers
    ("no alias", edit("", "artifacts", 1, "alias"), ("artifacts", 1), "alias", ""),
    ("alias twice", append(artifact("DROP"), "artifacts"), ("artifacts", 3), "alias", ""),
    ("no source", edit({}, "artifacts", 1, "definitionReference"), ("artifacts", 1), "source", "VS402862"),
    ("no source id", edit({"id": ""}, "artifacts", 0, "definitionReference", "definition"), ("artifacts", 0),
     "source", "VS402862"),
    ("trigger alias", edit("gone", "triggers", 0, "artifactAlias"), ("triggers", 0), "artifactAlias", ""),
    ("trigger without alias", edit("", "triggers", 0, "artifactAlias"), ("triggers", 0), "artifactAlias", ""),
    ("kind of trigger", edit(None, "triggers", 0, "triggerType"), ("triggers", 0), "", ""),
    ("trigger without days", edit(0, "triggers", 1, "schedule", "daysToRelease"), ("triggers", 1),
     "schedule:days", ""),
    # Stages
    ("stage without name", edit("", *PROD, "name"), PROD, "name", ""),
    ("stages of one name", append(stage("dev", 4), "environments"), ("environments", 3), "name", ""),
    ("ranks", edit(7, *PROD, "rank"), PROD, "", "VS402874"),
    ("ranks twice", edit(1, *TEST, "rank"), DEV, "", "VS402874"),
    ("no retention", edit(None, *DEV, "retentionPolicy"), DEV, "days", "VS402982"),
    ("no days", edit(0, *DEV, "retentionPolicy", "daysToKeep"), DEV, "days", ""),
    ("too many days", edit(3651, *DEV, "retentionPolicy", "daysToKeep"), DEV, "days", ""),
    ("no releases", edit(0, *DEV, "retentionPolicy", "releasesToKeep"), DEV, "releases", ""),
    ("group of a stage", edit([9], *TEST, "variableGroups"), (*TEST, "variables"), "group:0", ""),
    # How it starts
    ("unknown stage", edit([after("GONE")], *TEST, "conditions"), (*TEST, "conditions"), "after:0", ""),
    ("circle", edit([after("PROD")], *DEV, "conditions"), (*DEV, "conditions"), "start", ""),
    ("itself", edit([after("DEV")], *DEV, "conditions"), (*DEV, "conditions"), "start", ""),
    ("unknown artifact", edit("gone", *TEST, "conditions", 1, "name"), (*TEST, "conditions"),
     "filter:1:alias", ""),
    ("unreadable filter", edit("{", *TEST, "conditions", 1, "value"), (*TEST, "conditions"),
     "filter:1:value", ""),
    ("schedule without days", edit([SCHEDULE | {"daysToRelease": "none"}], *TEST, "schedules"),
     (*TEST, "conditions"), "schedule:0:days", ""),
    ("schedule without zone", edit([SCHEDULE | {"timeZoneId": ""}], *TEST, "schedules"),
     (*TEST, "conditions"), "schedule:0:zone", ""),
    ("schedule at no time", edit([SCHEDULE | {"startHours": 24}], *TEST, "schedules"),
     (*TEST, "conditions"), "schedule:0:time", ""),
    ("queue policy", edit(-1, *DEV, "executionPolicy", "concurrencyCount"), (*DEV, "conditions"),
     "concurrency", ""),
    # Approvals
    ("approvals empty", edit([], *PROD, "preDeployApprovals", "approvals"), (*PROD, "preDeployApprovals"),
     "mode", "VS402877"),
    ("no approvals", edit(None, *PROD, "postDeployApprovals"), (*PROD, "postDeployApprovals"), "mode",
     "VS402877"),
    ("approver missing", edit({}, *PROD, "preDeployApprovals", "approvals", 1, "approver"),
     (*PROD, "preDeployApprovals"), "approver:1", ""),
    ("automatic beside people", append(approvals()["approvals"][0], *TEST, "preDeployApprovals", "approvals"),
     (*TEST, "preDeployApprovals"), "mode", ""),
    ("too many needed", edit(3, *TEST, "preDeployApprovals", "approvalOptions", "requiredApproverCount"),
     (*TEST, "preDeployApprovals"), "mode", ""),
    ("time limit", edit(525601, *PROD, "preDeployApprovals", "approvalOptions", "timeoutInMinutes"),
     (*PROD, "preDeployApprovals"), "timeout", ""),
    ("time limit of old servers", edit({"timeoutInMintues": 525601}, *PROD, "preDeployApprovals",
     "approvalOptions"), (*PROD, "preDeployApprovals"), "timeout", ""),
    # Jobs and tasks
    ("no job", edit([], *TEST, "deployPhases"), TEST, "", ""),
    ("kind of job", edit(None, *TEST, "deployPhases", 0, "phaseType"), (*TEST, "deployPhases", 0), "", ""),
    ("no queue", edit(0, *TEST, "deployPhases", 0, "deploymentInput", "queueId"),
     (*TEST, "deployPhases", 0), "queue", ""),
    ("unknown queue", edit(4711, *TEST, "deployPhases", 0, "deploymentInput", "queueId"),
     (*TEST, "deployPhases", 0), "queue", ""),
    ("unknown group", edit(15, *DEV, "deployPhases", 1, "deploymentInput", "queueId"),
     (*DEV, "deployPhases", 1), "queue", ""),
    ("job's time limit", edit(-1, *DEV, "deployPhases", 1, "deploymentInput", "timeoutInMinutes"),
     (*DEV, "deployPhases", 1), "timeout", ""),
    ("download", edit([{"alias": "gone"}], *DEV, "deployPhases", 0, "deploymentInput",
     "artifactsDownloadInput", "downloadInputs"), (*DEV, "deployPhases", 0), "", ""),
    ("unknown task", edit("e213ff0f-0000-4791-802d-52ea3e7be1f1", *TEST, "deployPhases", 0, "workflowTasks",
     0, "taskId"), (*TEST, "deployPhases", 0, "workflowTasks", 0), "", ""),
    ("unknown version", edit("77.*", *TEST, "deployPhases", 0, "workflowTasks", 0, "version"),
     (*TEST, "deployPhases", 0, "workflowTasks", 0), "version", ""),
    ("agent task on the server", lambda raw: steps(raw, 2, 0).append(task("Copy")),
     (*PROD, "deployPhases", 0, "workflowTasks", 1), "", ""),
    ("person on an agent", lambda raw: steps(raw).append(task("Ask", taskId=INTERVENTION, version="8.*")),
     (*DEV, "deployPhases", 0, "workflowTasks", 2), "", ""),
    ("required input", lambda raw: steps(raw, 2, 0)[0].update(inputs={"delayForMinutes": " "}),
     (*PROD, "deployPhases", 0, "workflowTasks", 0), "input:delayForMinutes", ""),
    ("gate", edit("e213ff0f-5d5c-4791-802d-52ea3e7be1f1", *PROD, "preDeploymentGates", "gates", 0, "tasks", 0,
     "taskId"), (*PROD, "preDeploymentGates", "gates", 0, "tasks", 0), "version", ""),
    ("a folder of an odd name", edit("\\Team\\..", "path"), (), "folder", ""),
    ("a secret emptied", edit({"value": "", "isSecret": True}, *DEV, "variables", "Pin"),
     (*DEV, "variables"), "variable:Pin:value", ""),
)  # fmt: skip

WARNINGS: tuple[tuple[str, Change, Path, str], ...] = (
    ("portal's signs", edit("a/b", "name"), (), "name"),
    ("blank at the end", edit("DEV ", *DEV, "name"), DEV, "name"),
    ("unknown folder", edit("\\New", "path"), (), "folder"),
    ("no counter", edit("Release", "releaseNameFormat"), (), "format"),
    ("no primary artifact", edit(False, "artifacts", 0, "isPrimary"), ("artifacts",), "primary"),
    ("two primary artifacts", edit(True, "artifacts", 1, "isPrimary"), ("artifacts", 1), "primary"),
    ("cannot trigger", edit("TFVC", "artifacts", 0, "type"), ("triggers", 0), "artifactAlias"),
    ("group linked twice", lambda raw: raw["variableGroups"].append(raw["variableGroups"][0]), ("variables",),
     "group:2"),
    ("filters without start", lambda raw: raw["environments"][1]["conditions"].pop(0), (*TEST, "conditions"),
     "start"),
    ("asked twice", append(approvals(LEE)["approvals"][0], *TEST, "preDeployApprovals", "approvals"),
     (*TEST, "preDeployApprovals"), "approver:2"),
    ("gates without gate", edit([], *PROD, "preDeploymentGates", "gates"), (*PROD, "preDeploymentGates"),
     "enabled"),
    ("gates that are off", edit(False, *PROD, "preDeploymentGates", "gatesOptions", "isEnabled"),
     (*PROD, "preDeploymentGates"), "enabled"),
    ("gates asked too often", edit(1, *PROD, "preDeploymentGates", "gatesOptions", "samplingInterval"),
     (*PROD, "preDeploymentGates"), "sampling"),
    ("gates asked once", edit(10, *PROD, "preDeploymentGates", "gatesOptions", "timeout"),
     (*PROD, "preDeploymentGates"), "timeout"),
    ("all switched off", edit(False, *TEST, "deployPhases", 0, "workflowTasks", 0, "enabled"), TEST, ""),
    ("no task", edit([], *TEST, "deployPhases", 0, "workflowTasks"), TEST, ""),
    ("ranks of jobs", edit(5, *DEV, "deployPhases", 1, "rank"), (*DEV, "deployPhases", 1), ""),
    ("ranks of approvers", edit(5, *PROD, "preDeployApprovals", "approvals", 1, "rank"),
     (*PROD, "preDeployApprovals"), "mode"),
    ("required where a rule shows it", edit("", *PROD, "preDeploymentGates", "gates", 0, "tasks", 0, "inputs",
     "connectedServiceName"), (*PROD, "preDeploymentGates", "gates", 0, "tasks", 0),
     "input:connectedServiceName"),
    ("unknown connection", edit("0" * 36, *PROD, "preDeploymentGates", "gates", 0, "tasks", 0, "inputs",
     "connectedServiceName"), (*PROD, "preDeploymentGates", "gates", 0, "tasks", 0),
     "input:connectedServiceName"),
)  # fmt: skip


def test_a_good_definition_has_nothing() -> None:
    assert findings(good(), known()) == ()
    assert findings(good()) == ()


@pytest.mark.parametrize(
    ("change", "path", "field", "code"), [row[1:] for row in ERRORS], ids=[row[0] for row in ERRORS]
)
def test_what_is_refused_is_an_error_at_its_field(change: Change, path: Path, field: str, code: str) -> None:
    assert (path, field, True, code) in found(change)


@pytest.mark.parametrize(
    ("change", "path", "field"), [row[1:] for row in WARNINGS], ids=[row[0] for row in WARNINGS]
)
def test_what_is_likely_a_mistake_is_a_warning(change: Change, path: Path, field: str) -> None:
    rows = found(change)
    assert (path, field, False, "") in rows
    assert [row for row in rows if row[2]] == []


def test_the_number_of_a_stage_is_its_own() -> None:
    def wrong(change: Change) -> list[tuple[Path, bool]]:
        raw = copy.deepcopy(good())
        change(raw)
        rows = findings(raw, known(), good())
        return [(each.path, each.is_error) for each in rows if "take the id out" in each.sentence]

    assert wrong(lambda raw: None) == []
    assert wrong(edit(0, *PROD, "id")) == []
    assert wrong(edit(good()["environments"][0]["id"], *PROD, "id")) == [(PROD, True)]
    assert wrong(edit(999, *PROD, "id")) == [(PROD, True)]


def test_a_secret_that_stays_is_no_finding() -> None:
    assert found(edit({"value": None, "isSecret": True}, "variables", "Pin")) == []


def test_a_build_that_is_gone() -> None:
    build = next(iter(known().builds or ()))
    references = {"definition": {"id": "4711"}, "project": {"id": build.project_id}}
    assert (("artifacts", 0), "source", False, "") in found(
        edit(references, "artifacts", 0, "definitionReference")
    )
    elsewhere = {"definition": {"id": "4711"}, "project": {"id": "other"}}
    assert found(edit(elsewhere, "artifacts", 0, "definitionReference")) == []


def test_ids_are_looked_for_only_in_lists_that_were_read() -> None:
    change = both(
        edit([9], "variableGroups"),
        edit(4711, *TEST, "deployPhases", 0, "deploymentInput", "queueId"),
        edit("77.*", *TEST, "deployPhases", 0, "workflowTasks", 0, "version"),
    )
    assert found(change, NOTHING) == []
    assert len([row for row in found(change) if row[2]]) == 3


def test_what_a_list_that_is_not_whole_does_not_name_forbids_nothing() -> None:
    lists = ("queues", "deployment_groups", "variable_groups", "task_types")
    raw = good()
    both(
        edit([9], "variableGroups"),
        edit(4711, *TEST, "deployPhases", 0, "deploymentInput", "queueId"),
        edit(4711, *DEV, "deployPhases", 1, "deploymentInput", "queueId"),
        edit("77.*", *TEST, "deployPhases", 0, "workflowTasks", 0, "version"),
    )(raw)
    said = findings(raw, replace(known(), in_part=frozenset(lists)))
    assert {row.is_error for row in findings(raw, known())} == {True}
    assert {row.is_error for row in said} == {False}
    assert {str(row.sentence) for row in said} == {
        "Variable group 9 is not among those that could be read.",
        f"Job {at(raw, (*TEST, 'deployPhases', 0))['name']} runs on queue 4711, which is not among those that"
        " could be read.",
        f"Job {at(raw, (*DEV, 'deployPhases', 1))['name']} runs on deployment group 4711, which is not among"
        " those that could be read.",
        "Version 77.* of Check is not among those that could be read.",
    }


def test_a_folder_or_build_that_may_be_there_is_not_told() -> None:
    build = next(iter(known().builds or ()))
    references = {"definition": {"id": "4711"}, "project": {"id": build.project_id}}
    change = both(edit("\\New", "path"), edit(references, "artifacts", 0, "definitionReference"))
    assert len(found(change)) == 2
    assert found(change, replace(known(), in_part=frozenset({"folders", "builds"}))) == []


def test_groups_of_tasks_are_in_no_catalogue() -> None:
    assert found(lambda raw: steps(raw).append(task("Group", taskId="x", definitionType="metaTask"))) == []


def test_a_required_input_of_a_task_that_is_off_forbids_nothing() -> None:
    def change(raw: Json) -> None:
        steps(raw, 2, 0)[0].update(inputs={"delayForMinutes": ""}, enabled=False)

    assert [row for row in found(change) if row[2]] == []


def test_a_single_stage_may_be_without_rank() -> None:
    def change(raw: Json) -> None:
        raw["environments"] = raw["environments"][:1]
        del raw["environments"][0]["rank"]

    assert found(change) == []


@pytest.mark.parametrize(
    "form", ["Rel-$(rev:r)", "R$(Rev:rr)", "$(Build.BuildNumber)", "$(Release.ReleaseId)", "", None]
)
def test_formats_with_a_counter(form: str | None) -> None:
    assert found(edit(form, "releaseNameFormat")) == []


def test_what_servers_have_can_be_saved_again() -> None:
    """Nothing that a server keeps is an error: a definition could not be saved any more."""
    for raw in (*captured(), rich()):
        if raw.get("id"):
            assert [row for row in findings(raw) if row.is_error] == []
    for each in engine().projects:
        for raw in engine().definitions(each["id"]):
            errors = [row for row in findings(raw, resources(each["id"])) if row.is_error]
            assert errors == [], raw["name"]


def test_sentences_say_what_to_do_and_are_safe() -> None:
    raw = good()
    for change in (*(row[1] for row in ERRORS), *(row[1] for row in WARNINGS)):
        if _fits(raw, change):
            change(raw)
    hostile = put(put(good(), (*DEV, "name"), "\x1b[2J" * 90), ("triggers", 0, "artifactAlias"), "\u202e")
    rows = (*findings(raw, known()), *findings(hostile, known()))
    assert len(rows) > 20
    for row in rows:
        assert clean(row.sentence) == row.sentence
        assert row.sentence.endswith(".")
        assert row.sentence.count(". ") == 0
        assert len(row.sentence) < 200


def _fits(raw: Json, change: Change) -> bool:
    """Whether a change can be made after others."""
    try:
        change(copy.deepcopy(raw))
    except (LookupError, TypeError, AttributeError):
        return False
    return True


# Laws


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, item in entries:
        yield (*path, key)
        yield from places(item, (*path, key))


PLACES = [path for path in places(good()) if path]
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([-1, 0, 1, 3, 4711, "", "x", "DEV", "drop", "gone", "agentBasedDeployment"]),
    st.sampled_from([{}, [], {"a": 1}, [1], [None], [{}], ["x"], 1.5]),
)
PLAIN = st.none() | st.sampled_from([-1, 0, 1, 3, 4711, "", "x", "DEV", "drop", "gone"])
LISTS = [path for path in PLACES if isinstance(at(good(), path), list)]
# The embedded server takes plain values for what they should be.
MILD_EDITS = st.lists(
    st.tuples(st.sampled_from(PLACES), PLAIN) | st.tuples(st.sampled_from(LISTS), st.just([])),
    min_size=1,
    max_size=3,
)
EDITS = st.lists(st.tuples(st.sampled_from(PLACES), VALUES), min_size=1, max_size=3)


def edited(edits: list[tuple[Path, Any]]) -> Json:
    raw = good()
    for path, value in edits:
        if at(raw, path, "gone") != "gone":
            raw = put(raw, path, value)
    return raw


@given(EDITS)
def test_every_finding_names_a_node_and_a_field_that_are_there(edits: list[tuple[Path, Any]]) -> None:
    raw = edited(edits)
    nodes = {node.path for node in outline(raw)}
    for row in findings(raw, known()):
        assert isinstance(row, Finding)
        assert row.path in nodes
        if row.field:
            assert row.field in {field.id for field in fields(raw, find(raw, row.path), known())}


@given(MILD_EDITS)
def test_what_the_embedded_server_refuses_is_an_error(edits: list[tuple[Path, Any]]) -> None:
    # It takes it for granted that groups are named by numbers in a list.
    raw = edited([each for each in edits if "variableGroups" not in each[0]])
    rows = findings(raw, known())
    refusal = refused(raw)
    # Whether a person is there, and what cannot be read at all, only the server knows.
    # A newer server may know more kinds of jobs and triggers.
    unsure = ("names an approver who", "cannot be read", "of no known type", "for release trigger")
    if refusal is not None and not any(words in refusal for words in unsure):
        assert any(row.is_error for row in rows), refusal


def refused(raw: Json) -> str | None:
    """Why the embedded server refuses it; None when it does not."""
    people, offered = engine()._world.people, engine().resources
    try:
        Checks(people, offered).check(project(), raw)
    except Refusal as refusal:
        return refusal.message
    return None


@given(EDITS)
def test_nothing_breaks_the_checks(edits: list[tuple[Path, Any]]) -> None:
    raw = edited(edits)
    assert findings(raw) == findings(copy.deepcopy(raw))
    assert len(set(findings(raw, known()))) == len(findings(raw, known()))
