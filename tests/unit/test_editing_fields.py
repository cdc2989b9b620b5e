"""The fields of every part of a definition, and what writing each of them changes."""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reltui.model.decode import mapping_of
from reltui.model.difference import MASKED
from reltui.model.editing.fields import Field, FieldKind, Pick, fields, with_field, without_field
from reltui.model.editing.minutes import minutes_of, minutes_text
from reltui.model.editing.outline import Kind, Node, find, outline
from reltui.model.editing.shape import Path, at, put, without
from reltui.model.resources import (
    NOTHING,
    Build,
    Choice,
    Connection,
    Queue,
    Resources,
    VariableGroup,
    task_type_from_json,
)
from reltui.model.text import SafeText, clean
from tests.unit.editing_samples import CAB, LEE, POWERSHELL, everything, rich

Json = dict[str, Any]

DEV, TEST, PROD = (("environments", place) for place in range(3))
AGENT_JOB: Path = (*DEV, "deployPhases", 0)
GROUP_JOB: Path = (*DEV, "deployPhases", 1)
SERVER_JOB: Path = (*PROD, "deployPhases", 0)
TASK: Path = (*AGENT_JOB, "workflowTasks", 0)
START, BEFORE, AFTER = "conditions", "preDeployApprovals", "postDeployApprovals"
KIM = Choice(
    "22222222-2222-4333-8444-555555555555",
    SafeText("Kim Reyes"),
    raw={"providerDisplayName": "Kim Reyes", "uniqueName": "CORP\\kim", "imageUrl": "https://x.example"},
)
KIM_REF = {"displayName": "Kim Reyes", "id": KIM.id, "uniqueName": "CORP\\kim"}
LEE_CHOICE = Choice(LEE["id"], SafeText(LEE["displayName"]))


def node_at(raw: Json, path: Path) -> Node:
    """The node of just this path."""
    node = find(raw, path)
    assert node.path == path
    return node


def field_of(raw: Json, path: Path, id: str, known: Resources = NOTHING) -> Field:
    """One field of the node at a path."""
    return next(f for f in fields(raw, node_at(raw, path), known) if f.id == id)


def written(raw: Json, path: Path, id: str, value: str | Choice, known: Resources = NOTHING) -> Json:
    """The definition with one field written."""
    node = node_at(raw, path)
    return with_field(raw, node, field_of(raw, path, id, known), value, known)


@cache
def texts() -> tuple[str, ...]:
    """All definitions of the tests, as text: they are read anew for every test."""
    return tuple(map(json.dumps, everything()))


@pytest.mark.parametrize("place", range(len(texts())))
def test_writing_what_a_field_has_changes_nothing(place: int) -> None:
    raw = json.loads(texts()[place])
    for node in outline(raw):
        found = fields(raw, node)
        assert len({f.id for f in found}) == len(found)
        for field in found:
            assert json.dumps(with_field(raw, node, field, field.value)) == texts()[place], field.id
            assert clean(field.shown, lines=True) == field.shown
            assert clean(field.label) == field.label
            if field.kind is FieldKind.CHOICE:
                assert field.value in dict(field.choices)
    assert json.dumps(raw) == texts()[place]


FIELDS = [
    (node.path, field.id)
    for node in outline(rich())
    for field in fields(rich(), node)
    if field.pick is not Pick.STAGE and (field.id, field.value) != ("primary", "true")
]
"""All, but which stage is waited for (there is no other one that could be) and what cannot be given up."""
WHOLE_CHANGE = ("scope", "mode", "start", "parallel", "alias", "primary", "secret", "override", "name")
"""Fields (the end of their ids) that change more than the value in one place."""


def other_value(field: Field) -> str | Choice:
    """Some value that it has not."""
    match field.kind:
        case FieldKind.FLAG:
            return "false" if field.value == "true" else "true"
        case FieldKind.CHOICE:
            # The last, since not every stage can wait for another one.
            return [key for key, _ in field.choices if key != field.value][-1]
        case FieldKind.NUMBER:
            return "7"
        case FieldKind.LINES:
            return "NAME=one\nOTHER=two"
        case FieldKind.PICK:
            others: dict[Pick, str | Choice] = {
                Pick.PERSON: KIM,
                Pick.ARTIFACT: next((key for key, _ in field.choices if key != field.value), ""),
                Pick.BUILD: Choice("77", SafeText("Other.CI")),
                Pick.REPOSITORY: Choice("88", SafeText("other.git")),
                Pick.FOLDER: "\\other",
            }
            return others.get(field.pick or Pick.QUEUE, "77")
        case _:
            ends = {"days": "tue", "time": "04:30", "version": "9.*"}
            return next((text for end, text in ends.items() if field.id.endswith(end)), "another")


@pytest.mark.parametrize(("path", "id"), FIELDS)
def test_a_field_changes_its_own_place_only_and_keeps_what_was_written(path: Path, id: str) -> None:
    raw, before = rich(), json.dumps(rich())
    field = field_of(raw, path, id)
    value = other_value(field)
    changed = written(raw, path, id, value)
    assert json.dumps(raw) == before
    if id.rpartition(":")[2] in WHOLE_CHANGE:
        assert changed != raw
        return
    if id == "source":
        changed["artifacts"][path[1]]["sourceId"] = raw["artifacts"][path[1]]["sourceId"]
    place = field.path if not id.startswith("source") else field.path[:-1]
    was = at(raw, place, pytest)
    restored = without(changed, place) if was is pytest else put(changed, place, was)
    if was is pytest and at(raw, place[:-1], pytest) is pytest:
        restored = without(changed, place[:-1])
    assert restored == raw
    new = field_of(changed, path, id)
    if field.kind is FieldKind.SECRET:
        assert new.value == ""
        assert "another" not in repr(new)
    elif isinstance(value, Choice):
        assert new.value == value.id
    elif field.unit != "time":
        assert new.value == value.rstrip() if field.id != "demands" else new.value.split("\n")


@pytest.mark.parametrize(
    ("path", "id", "value", "where", "wire"),
    [
        ((), "folder", "Team A/Web", ("path",), "\\Team A\\Web"),
        ((), "tags", "one, two,,", ("tags",), ["one", "two"]),
        (DEV, "owner", KIM, (*DEV, "owner"), KIM_REF),
        (DEV, "days", "60", (*DEV, "retentionPolicy", "daysToKeep"), 60),
        (DEV, "badge", "yes", (*DEV, "environmentOptions", "badgeEnabled"), True),
        ((*DEV, START), "depth", "1", (*DEV, "executionPolicy", "queueDepthCount"), 1),
        ((*DEV, START), "concurrency", "0", (*DEV, "executionPolicy", "concurrencyCount"), 0),
        ((*PROD, START), "after:0:state", "132", (*PROD, START, 0, "value"), "132"),
        ((*TEST, START), "schedule:0:days", "sat, sun", (*TEST, "schedules", 0, "daysToRelease"), 96),
        ((*TEST, START), "schedule:0:time", "3:07", (*TEST, "schedules", 0, "startMinutes"), 7),
        ((*TEST, START), "filter:1:tags", "a, b", (*TEST, START, 1, "value"), None),
        ((*TEST, BEFORE), "timeout", "2d", (*TEST, BEFORE, "approvalOptions", "timeoutInMinutes"), 2880),
        ((*TEST, BEFORE), "timeout", "", (*TEST, BEFORE, "approvalOptions", "timeoutInMinutes"), 0),
        ((*TEST, BEFORE), "approver:0", KIM, (*TEST, BEFORE, "approvals", 0, "approver"), KIM_REF),
        (
            (*TEST, BEFORE),
            "order",
            "afterGatesAlways",
            (*TEST, BEFORE, "approvalOptions", "executionOrder"),
            "afterGatesAlways",
        ),
        (AGENT_JOB, "queue", "21", (*AGENT_JOB, "deploymentInput", "queueId"), 21),
        (
            AGENT_JOB,
            "specification",
            "windows-2022",
            (*AGENT_JOB, "deploymentInput", "agentSpecification"),
            {"identifier": "windows-2022"},
        ),
        (
            AGENT_JOB,
            "demands",
            "java\n\nos -equals linux",
            (*AGENT_JOB, "deploymentInput", "demands"),
            ["java", "os -equals linux"],
        ),
        (
            AGENT_JOB,
            "parallel",
            "multiMachine",
            (*AGENT_JOB, "deploymentInput", "parallelExecution"),
            {"parallelExecutionType": "multiMachine", "maxNumberOfAgents": 1, "continueOnError": False},
        ),
        (GROUP_JOB, "tags", "web, db", (*GROUP_JOB, "deploymentInput", "tags"), ["web", "db"]),
        (GROUP_JOB, "percent", "75", (*GROUP_JOB, "deploymentInput", "healthPercent"), 75),
        (TASK, "timeout", "90m", (*TASK, "timeoutInMinutes"), 90),
        (TASK, "environment", "A=1\nB=x=y", (*TASK, "environment"), {"A": "1", "B": "x=y"}),
        (TASK, "input:script", "exit 1", (*TASK, "inputs", "script"), "exit 1"),
        (TASK, "version", "3.1.2", (*TASK, "version"), "3.1.2"),
        (("triggers", 0), "filter:0:sourceBranch", "x/*", ("triggers", 0, "triggerConditions", 0), None),
        (("triggers", 1), "schedule:days", "every day", ("triggers", 1, "schedule", "daysToRelease"), "all"),
        (
            ("triggers", 1),
            "schedule:days",
            "mon-wed",
            ("triggers", 1, "schedule", "daysToRelease"),
            "monday, tuesday, wednesday",
        ),
        (("triggers", 2), "branches", "+a\n-b", ("triggers", 2, "branchFilters"), ["+a", "-b"]),
        (("variables",), "variable:LogLevel:value", "Debug", ("variables", "LogLevel", "value"), "Debug"),
        (("variables",), "variable:Password:value", "hunter2", ("variables", "Password", "value"), "hunter2"),
        (("variables",), "group:0", "9", ("variableGroups", 0), 9),
        (
            ("artifacts", 0),
            "version",
            "specificVersionType",
            ("artifacts", 0, "definitionReference", "defaultVersionType"),
            {"id": "specificVersionType", "name": "Specific version"},
        ),
        (
            ("artifacts", 0),
            "branch",
            Choice("refs/heads/main", SafeText("main")),
            ("artifacts", 0, "definitionReference", "defaultVersionBranch"),
            {"id": "refs/heads/main", "name": "refs/heads/main"},
        ),
        (
            ("artifacts", 2),
            "reference:project",
            "q",
            ("artifacts", 2, "definitionReference", "project"),
            {"id": "q", "name": "q"},
        ),
    ],
)
def test_what_is_typed_reaches_the_wire(
    path: Path, id: str, value: str | Choice, where: Path, wire: object
) -> None:
    changed = written(rich(), path, id, value)
    if wire is not None:
        assert at(changed, where) == wire
        assert type(at(changed, where)) is type(wire)
    new, old = field_of(changed, path, id), field_of(rich(), path, id)
    assert new.value != old.value or new.kind is FieldKind.SECRET


HEALTH = "Choose one of: one, a quarter, half, all, as many as leaves enough healthy, (not set)."
NO_ALIAS = "Pick one of the linked artifacts; there is none of that alias."


@pytest.mark.parametrize(
    ("path", "id", "value", "sentence"),
    [
        (DEV, "name", " test ", "There is a stage test already."),
        (DEV, "name", "  ", "The name of a stage cannot be empty."),
        (DEV, "days", "many", "Days to keep is a whole number from 1 to 2147483647."),
        (DEV, "days", "0", "Days to keep is a whole number from 1 to 2147483647."),
        (DEV, "badge", "maybe", "Write yes or no."),
        (DEV, "owner", "kim", "Pick a person or a group from the list."),
        (DEV, "owner", Choice("kim", SafeText("kim")), "Pick a person or a group from the list."),
        ((), "name", "", "Name cannot be empty."),
        ((*TEST, BEFORE), "timeout", "soon", "Write a time such as 90m, 24h or 2d."),
        ((*TEST, BEFORE), "timeout", "366d", "Time limit is at most 365d."),
        (GROUP_JOB, "health", "some", HEALTH),
        ((*TEST, BEFORE), "approver:1", LEE_CHOICE, "That person or group is an approver already."),
        ((*PROD, START), "after:0", "TEST", "It waits for TEST already."),
        ((*PROD, START), "after:0", "PROD", "Pick one of the other stages."),
        ((*TEST, START), "after:0", "PROD", "PROD waits for this stage itself."),
        ((*TEST, START), "filter:1:alias", "none", NO_ALIAS),
        ((*TEST, START), "schedule:0:time", "24:00", "Write a time of day such as 03:00."),
        ((*TEST, START), "schedule:0:days", "t", "Write days such as mon-fri, or mon, thu, or every day."),
        (AGENT_JOB, "queue", "default", "Pick a queue from the list."),
        (GROUP_JOB, "queue", "default", "Pick a deployment group from the list."),
        (GROUP_JOB, "percent", "101", "Healthy at least is a whole number from 0 to 100."),
        (TASK, "version", "newest", "Write a version such as 2.* or 2.181.0."),
        (TASK, "environment", "A", "Write one variable on a line, as NAME=value."),
        (("artifacts", 0), "alias", "CFG", "There is an artifact CFG already."),
        (("artifacts", 0), "primary", "no", "Make another artifact the primary one instead."),
        (("artifacts", 0), "source", "12x", "Pick a build definition from the list."),
        (("variables",), "variable:LogLevel:name", "password", "There is a variable password already."),
        (("variables",), "group:0", "5", "That variable group is linked there already."),
        (("variables",), "group:0", "x", "Pick a variable group from the list."),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_one_sentence(
    path: Path, id: str, value: str | Choice, sentence: str
) -> None:
    with pytest.raises(ValueError, match=r"\.$") as refusal:
        written(rich(), path, id, value)
    assert str(refusal.value) == sentence.replace("build definition", "build")


def test_a_stage_takes_its_new_name_into_the_conditions_of_others() -> None:
    changed = written(rich(), DEV, "name", "Development")
    assert [c["name"] for e in changed["environments"] for c in e["conditions"]] == [
        *("ReleaseStarted", "Development", "drop", "Development", "TEST")
    ]
    assert changed["environments"][2]["conditions"][1] is not None
    assert written(changed, DEV, "name", "DEV") == rich()


def test_an_artifact_takes_its_new_alias_along() -> None:
    changed = written(rich(), ("artifacts", 0), "alias", "build")
    assert '"drop"' not in json.dumps(changed).replace('"p:drop"', "")
    assert written(changed, ("artifacts", 0), "alias", "drop") == rich()


def test_one_artifact_is_the_primary_one() -> None:
    changed = written(rich(), ("artifacts", 1), "primary", "yes")
    assert [a["isPrimary"] for a in changed["artifacts"]] == [False, True, False]
    assert written(changed, ("artifacts",), "primary", "drop") == rich()


def modes(raw: Json, path: Path) -> list[tuple[int, bool]]:
    """Ranks and automation of the steps."""
    return [(step["rank"], step["isAutomated"]) for step in at(raw, (*path, "approvals"))]


def test_approvals_change_their_order() -> None:
    path = (*TEST, BEFORE)
    raw = rich()
    assert field_of(raw, path, "mode").value == "any order"
    sequence = written(raw, path, "mode", "sequence")
    assert modes(sequence, path) == [(1, False), (2, False)]
    assert field_of(sequence, path, "mode").value == "sequence"
    anyone = written(sequence, path, "mode", "any one")
    assert modes(anyone, path) == [(1, False), (1, False)]
    assert at(anyone, (*path, "approvalOptions", "requiredApproverCount")) == 1
    assert field_of(anyone, path, "mode").shown == "any one of them"
    assert written(anyone, path, "mode", "any order") == raw
    nobody = written(raw, path, "mode", "none")
    assert modes(nobody, path) == [(1, True)]
    assert "approver" not in at(nobody, (*path, "approvals", 0))
    assert [f.id for f in fields(nobody, node_at(nobody, path))] == ["mode"]


def test_a_number_of_approvers_can_be_enough() -> None:
    path = (*TEST, BEFORE)
    raw = rich()
    third = {**at(raw, (*path, "approvals", 0)), "approver": KIM_REF}
    raw["environments"][1][BEFORE]["approvals"].append(third)
    some = written(raw, path, "mode", "some")
    assert field_of(some, path, "needed").value == "2"
    with pytest.raises(ValueError, match="from 1 to 3"):
        written(some, path, "needed", "4")
    assert field_of(written(some, path, "needed", "1"), path, "mode").value == "any one"


def test_asking_somebody_where_nobody_was_asked_leaves_a_name_to_be_given() -> None:
    path = (*DEV, BEFORE)
    asked = written(rich(), path, "mode", "any order")
    approver = field_of(asked, path, "approver:0")
    assert (approver.value, approver.shown, approver.is_required) == ("", "(to be named)", True)
    named = written(asked, path, "approver:0", KIM)
    assert at(named, (*path, "approvals")) == [
        {"rank": 1, "isAutomated": False, "isNotificationOn": False, "id": 0, "approver": KIM_REF}
    ]
    assert at(named, (*path, "approvalOptions", "executionOrder")) == "beforeGates"
    after = written(rich(), (*DEV, AFTER), "mode", "any order")
    assert at(after, (*DEV, AFTER, "approvalOptions", "executionOrder")) == "afterSuccessfulGates"


@pytest.mark.parametrize(("mode", "many"), [("any one", 1), ("sequence", 2), ("some", 3)])
def test_every_order_can_be_chosen_where_nobody_was_asked(mode: str, many: int) -> None:
    path = (*DEV, BEFORE)
    asked = written(rich(), path, "mode", mode)
    assert field_of(asked, path, "mode").value == mode
    approvers = [f for f in fields(asked, node_at(asked, path)) if f.pick is Pick.PERSON]
    assert [f.shown for f in approvers] == ["(to be named)"] * many


def test_an_approver_that_goes_leaves_the_ranks_consecutive() -> None:
    path = (*PROD, BEFORE)
    raw = rich()
    node = node_at(raw, path)
    one = without_field(raw, node, field_of(raw, path, "approver:0"))
    assert modes(one, path) == [(1, False)]
    assert at(one, (*path, "approvals", 0, "approver")) == CAB
    none = without_field(one, node, field_of(one, path, "approver:0"))
    assert modes(none, path) == [(1, True)]


def test_an_old_server_spells_the_time_limit_in_its_own_way() -> None:
    path = (*TEST, BEFORE)
    raw = rich()
    options = raw["environments"][1][BEFORE]["approvalOptions"]
    options["timeoutInMintues"] = options.pop("timeoutInMinutes")
    assert field_of(raw, path, "timeout").shown == "24h"
    changed = written(raw, path, "timeout", "48h")
    assert at(changed, (*path, "approvalOptions")) == {**options, "timeoutInMintues": 2880}


def test_a_stage_starts_in_another_way() -> None:
    path = (*TEST, START)
    raw = rich()
    released = written(raw, path, "start", "release")
    assert [c["conditionType"] for c in at(released, path)] == ["event", "artifact"]
    assert at(written(raw, path, "start", "manual"), path) == []
    after = written(written(rich(), (*PROD, START), "start", "release"), (*PROD, START), "start", "stages")
    assert at(after, (*PROD, START)) == [{"name": "TEST", "conditionType": "environmentState", "value": "4"}]
    alone = rich() | {"environments": [rich()["environments"][0]]}
    with pytest.raises(ValueError, match="no other stage"):
        written(alone, (*DEV, START), "start", "stages")


def test_a_stage_never_waits_for_one_that_waits_for_it() -> None:
    raw = written(rich(), (*DEV, START), "start", "manual")
    with pytest.raises(ValueError, match="no other stage"):
        # Both others wait for DEV.
        written(raw, (*DEV, START), "start", "stages")


def test_a_filter_alone_does_not_start_a_stage() -> None:
    path = (*TEST, START)
    raw = rich()
    left = without_field(raw, node_at(raw, path), field_of(raw, path, "after:0"))
    assert at(left, path) == []
    kept = without_field(raw, node_at(raw, path), field_of(raw, path, "filter:1:alias"))
    assert [c["name"] for c in at(kept, path)] == ["DEV"]


def test_the_filter_of_a_stage_keeps_what_it_does_not_know() -> None:
    path = (*TEST, START)
    raw = put(rich(), (*path, 1, "value"), '{"sourceBranch":"a","other":{"x":1}}')
    changed = written(raw, path, "filter:1:sourceBranch", "b")
    assert json.loads(at(changed, (*path, 1, "value"))) == {"sourceBranch": "b", "other": {"x": 1}}
    broken = put(rich(), (*path, 1, "value"), "{")
    assert field_of(broken, path, "filter:1:value").value == "{"


def test_a_secret_is_written_and_never_read() -> None:
    path: Path = ("variables",)
    raw = written(rich(), path, "variable:Password:value", "hunter2")
    field = field_of(raw, path, "variable:Password:value")
    assert (field.kind, field.value, field.shown) == (FieldKind.SECRET, "", MASKED)
    assert "hunter2" not in repr(fields(raw, node_at(raw, path)))
    opened = written(raw, path, "variable:Password:secret", "no")
    assert at(opened, (*path, "Password")) == {"value": ""}
    hidden = written(rich(), path, "variable:LogLevel:secret", "yes")
    assert at(hidden, (*path, "LogLevel")) == {
        "value": "Information",
        "allowOverride": True,
        "isSecret": True,
    }


def test_a_variable_is_renamed_in_its_place_and_moves_to_another_scope() -> None:
    path: Path = ("variables",)
    renamed = written(rich(), path, "variable:LogLevel:name", "Level")
    assert list(renamed["variables"]) == ["Level", "Password"]
    moved = written(rich(), path, "variable:LogLevel:scope", "1")
    assert "LogLevel" not in moved["variables"]
    assert moved["environments"][1]["variables"]["LogLevel"] == rich()["variables"]["LogLevel"]
    back = written(moved, (*TEST, "variables"), "variable:LogLevel:scope", "")
    assert back == rich()
    taken = put(rich(), (*DEV, "variables", "loglevel"), {"value": "x"})
    with pytest.raises(ValueError, match="already in that scope"):
        written(taken, path, "variable:LogLevel:scope", "0")


def test_a_secret_that_gets_another_name_or_scope_is_empty() -> None:
    path: Path = ("variables",)
    renamed = written(rich(), path, "variable:Password:name", "Key")
    assert renamed["variables"]["Key"] == {"value": "", "isSecret": True}
    assert field_of(renamed, path, "variable:Key:value").shown == "(empty)"
    moved = written(rich(), path, "variable:Password:scope", "1")
    assert moved["environments"][1]["variables"] == {"Password": {"value": "", "isSecret": True}}
    typed = written(rich(), path, "variable:Password:value", "hunter2")
    renamed = written(typed, path, "variable:Password:name", "Key")
    assert renamed["variables"]["Key"] == {"value": "hunter2", "isSecret": True}


def test_a_variable_group_moves_to_another_scope() -> None:
    moved = written(rich(), ("variables",), "group:1:scope", "0")
    assert (moved["variableGroups"], moved["environments"][0]["variableGroups"]) == ([3], [4, 5])
    assert written(moved, (*DEV, "variables"), "group:1:scope", "") == rich()


def test_parallel_jobs_have_their_own_fields() -> None:
    several = written(rich(), AGENT_JOB, "parallel", "multiConfiguration")
    assert field_of(several, AGENT_JOB, "multipliers").is_required
    changed = written(several, AGENT_JOB, "multipliers", "Region, Size")
    assert at(changed, (*AGENT_JOB, "deploymentInput", "parallelExecution")) == {
        "parallelExecutionType": "multiConfiguration",
        "multipliers": "Region, Size",
        "maxNumberOfAgents": 1,
        "continueOnError": False,
    }
    assert written(changed, AGENT_JOB, "parallel", "none") == rich()
    assert "multiMachine" not in dict(field_of(rich(), SERVER_JOB, "parallel").choices)


def test_demands_of_old_clients_stay_objects() -> None:
    path = (*AGENT_JOB, "deploymentInput", "demands")
    raw = put(rich(), path, [{"name": "os", "value": "linux"}, "java"])
    assert field_of(raw, AGENT_JOB, "demands").value == "os -equals linux\njava"
    changed = written(raw, AGENT_JOB, "demands", "os -equals linux\nnpm")
    assert at(changed, path) == [{"name": "os", "value": "linux"}, "npm"]


def task_input(name: str, kind: str, label: str, **more: object) -> Json:
    """An input of a task in the catalogue."""
    return {"name": name, "type": kind, "label": label, **more}


POWERSHELL_TYPE = task_type_from_json(
    {
        "id": POWERSHELL,
        "name": "PowerShell",
        "friendlyName": "PowerShell script",
        "version": {"major": 2, "minor": 140, "patch": 0},
        "inputs": [
            task_input(
                "targetType",
                "radio",
                "Type",
                defaultValue="filePath",
                options={"filePath": "File path", "inline": "Inline"},
            ),
            task_input("filePath", "filePath", "Path", required=True, visibleRule="targetType = filePath"),
            task_input("script", "multiLine", "Script", visibleRule="targetType = inline"),
            task_input("pwsh", "boolean", "Core", defaultValue="false", groupName="advanced"),
            task_input("azure", "connectedService:AzureRM", "Subscription"),
            task_input("apiToken", "string", "Token"),
            task_input(
                "region",
                "pickList",
                "Region",
                options={"eu": "Europe", "us": "America"},
                properties={"EditableOptions": "True"},
            ),
        ],
    }
)
PROD_CONNECTION = Connection("33333333-2222-4333-8444-555555555555", SafeText("prod"), SafeText("azurerm"))
KNOWN = Resources(
    task_types=(POWERSHELL_TYPE,),
    queues=(Queue(15, SafeText("Default"), SafeText("Default")),),
    connections=(PROD_CONNECTION,),
    variable_groups=(VariableGroup(3, SafeText("billing"), SafeText(""), ((SafeText("A"), None),)),),
)


def inputs(raw: Json, path: Path = TASK) -> dict[str, Field]:
    """The inputs of a task by their names."""
    found = fields(raw, node_at(raw, path), KNOWN)
    return {f.id.removeprefix("input:"): f for f in found if f.id.startswith("input:")}


def test_the_inputs_of_a_known_task_are_its_fields() -> None:
    raw = put(rich(), (*TASK, "inputs", "old"), "kept")
    found = inputs(raw)
    assert [(name, f.kind, f.section) for name, f in found.items()] == [
        ("targetType", FieldKind.CHOICE, "Inputs"),
        ("script", FieldKind.LINES, "Inputs"),
        ("pwsh", FieldKind.FLAG, "advanced"),
        ("azure", FieldKind.PICK, "Inputs"),
        ("apiToken", FieldKind.TEXT, "Inputs"),
        ("region", FieldKind.TEXT, "Inputs"),
        ("old", FieldKind.TEXT, "Other inputs"),
    ]
    assert (found["targetType"].shown, found["pwsh"].shown) == ("Inline", "no")
    assert found["azure"].pick is Pick.CONNECTION
    assert found["region"].help == "Such as eu, us."
    switched = written(raw, TASK, "input:targetType", "filePath", KNOWN)
    assert "filePath" in inputs(switched)
    assert "script" not in inputs(switched)
    assert inputs(switched)["filePath"].is_required
    assert at(switched, (*TASK, "inputs", "script")) == "Write-Host hello"
    on = written(raw, TASK, "input:pwsh", "yes", KNOWN)
    assert at(on, (*TASK, "inputs", "pwsh")) == "true"
    picked = written(raw, TASK, "input:azure", PROD_CONNECTION.choice, KNOWN)
    assert inputs(picked)["azure"].shown == "prod"
    assert without_field(raw, node_at(raw, TASK), found["old"], KNOWN) == rich()


def test_the_inputs_of_an_unknown_task_are_plain_texts() -> None:
    found = [f for f in fields(rich(), node_at(rich(), TASK)) if f.id.startswith("input:")]
    assert [(f.label, f.kind, f.is_removable) for f in found] == [
        ("targetType", FieldKind.TEXT, True),
        ("script", FieldKind.TEXT, True),
    ]


def test_a_truth_that_is_a_variable_is_typed() -> None:
    raw = put(rich(), (*TASK, "inputs", "pwsh"), "$(Core)")
    assert (inputs(raw)["pwsh"].kind, inputs(raw)["pwsh"].value) == (FieldKind.TEXT, "$(Core)")


def test_what_may_be_a_secret_is_not_drawn() -> None:
    raw = put(rich(), (*TASK, "inputs", "apiToken"), "hunter2")
    assert (inputs(raw)["apiToken"].shown, inputs(raw)["apiToken"].value) == (MASKED, "hunter2")
    assert "hunter2" not in repr(inputs(raw))
    raw = put(rich(), (*TASK, "inputs", "apiToken"), "$(Token)")
    assert inputs(raw)["apiToken"].shown == "$(Token)"
    raw = put(rich(), (*TASK, "environment"), {"PASSWORD": "hunter2", "A": "b"})
    assert field_of(raw, TASK, "environment").shown == f"PASSWORD={MASKED}\nA=b"


def test_the_input_of_another_spelling_is_the_same_one() -> None:
    raw = put(rich(), (*TASK, "inputs"), {"TargetType": "inline", "Script": "x"})
    changed = written(raw, TASK, "input:script", "y", KNOWN)
    assert at(changed, (*TASK, "inputs")) == {"TargetType": "inline", "Script": "y"}


def test_what_is_known_has_its_name() -> None:
    assert field_of(rich(), AGENT_JOB, "queue", KNOWN).shown == "Default"
    assert field_of(rich(), ("variables",), "group:0", KNOWN).shown == "billing (1 variable)"
    assert field_of(rich(), TASK, "version", KNOWN).choices == (("2.*", SafeText("2.*")),)


def test_an_artifact_gets_another_source() -> None:
    choice = Build(13, SafeText("New.CI"), SafeText("\\"), "q", SafeText("Other"), "", "").choice
    changed = written(rich(), ("artifacts", 0), "source", choice)
    references = changed["artifacts"][0]["definitionReference"]
    assert references["definition"] == {"id": "13", "name": "New.CI"}
    assert references["project"] == {"id": "q", "name": "Other"}
    assert "sourceId" not in changed["artifacts"][0]


def test_gates_are_switched_on_with_the_times_of_the_portal() -> None:
    path = (*DEV, "preDeploymentGates")
    on = written(rich(), path, "enabled", "yes")
    assert field_of(on, path, "timeout").value == "24h"
    assert field_of(written(on, path, "success", "10m"), path, "success").shown == "10m"
    assert at(written(on, path, "enabled", "no"), (*path, "gatesOptions", "isEnabled")) is False


def test_a_field_that_is_gone_is_refused() -> None:
    raw = rich()
    field = field_of(raw, ("variables",), "variable:LogLevel:value")
    less = without_field(raw, node_at(raw, ("variables",)), field)
    assert "LogLevel" not in less["variables"]
    with pytest.raises(ValueError, match="no longer there"):
        with_field(less, node_at(less, ("variables",)), field, "x")
    with pytest.raises(ValueError, match="cannot be removed"):
        without_field(raw, node_at(raw, DEV), field_of(raw, DEV, "name"))


def test_hostile_names_are_cleaned_to_show_and_raw_to_edit() -> None:
    raw = put(rich(), (*DEV, "name"), "D\x1b[31mEV")
    field = field_of(raw, DEV, "name")
    assert (field.value, field.shown) == ("D\x1b[31mEV", "D␛[31mEV")


@given(st.integers(0, 10**7))
def test_minutes_come_back_as_they_went(minutes: int) -> None:
    assert minutes_of(minutes_text(minutes)) == minutes


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("24h", 1440), ("2d", 2880), ("90m", 90), ("90", 90), ("1d 12h", 2160), ("1h30m", 90), (" 2 D ", 2880)],
)
def test_times_as_people_type_them(text: str, minutes: int) -> None:
    assert minutes_of(text) == minutes


@pytest.mark.parametrize("text", ["", "h", "-1", "1x", "1.5h", "10h 1d"])
def test_times_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match="Write a time"):
        minutes_of(text)


@pytest.mark.parametrize(
    ("minutes", "text"), [(0, "0"), (90, "90m"), (60, "1h"), (1440, "24h"), (2880, "2d"), (2160, "36h")]
)
def test_times_in_their_largest_unit(minutes: int, text: str) -> None:
    assert minutes_text(minutes) == text


JUNK: list[object] = [None, 1, "x", [], {}, [1], ["a", None], {"a": 1}, True, 1.5, "132", {"id": []}]
PLACES = [
    path
    for node in outline(rich())
    for path in [node.path, *((*node.path, key) for key in mapping_of(at(rich(), node.path)))]
    if len(path) > 1
]


@settings(max_examples=30)
@given(st.sampled_from(PLACES), st.sampled_from(JUNK), st.sampled_from(["x", "3", "true", "none"]))
def test_nonsense_is_shown_or_refused(path: Path, junk: object, value: str) -> None:
    """Whatever a server sends: fields are made, and writing one works or says why not."""
    raw = put(rich(), path, copy.deepcopy(junk))
    before = json.dumps(raw)
    for node in outline(raw):
        if node.path[:2] != path[:2]:
            continue
        for field in fields(raw, node, KNOWN):
            assert json.dumps(with_field(raw, node, field, field.value, KNOWN)) == before
            attempt(lambda n=node, f=field: with_field(raw, n, f, value, KNOWN))  # type: ignore[misc]
    assert json.dumps(raw) == before


def attempt(change: Callable[[], object]) -> None:
    """Only a refusal may come of it."""
    with contextlib.suppress(ValueError):
        change()


def test_all_kinds_of_nodes_are_in_the_sample() -> None:
    assert {node.kind for node in outline(rich())} == set(Kind)
