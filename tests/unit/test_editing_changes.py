"""What differs between two definitions, by meaning and complete."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reltui.model.change import MASKED, Difference
from reltui.model.editing import matching
from reltui.model.editing.changes import changes, raw_lines
from reltui.model.editing.matching import meaning, ordered
from reltui.model.editing.owned import unowned
from reltui.model.editing.shape import Path, at, put
from reltui.model.resources import Queue, Resources, VariableGroup
from reltui.model.text import SafeText, clean
from tests.unit.editing_samples import (
    AFTER_RELEASE,
    CAB,
    LEE,
    SCHEDULE,
    Json,
    after,
    approvals,
    artifact,
    everything,
    job,
    rich,
    stage,
    task,
)

S = SafeText
KNOWN = Resources(
    queues=(Queue(15, S("Default"), S("Default")), Queue(17, S("Fast"), S("Fast"))),
    variable_groups=(VariableGroup(3, S("Shared"), S(""), ()),),
)
Row = tuple[str, str, str | None, str | None]


def told(change: Callable[[Json], object], known: Resources = KNOWN) -> list[Row]:
    """What differs after a change of the rich definition."""
    old, new = rich(), copy.deepcopy(rich())
    change(new)
    return [(d.where, d.what, d.old, d.new) for d in changes(old, new, known)]


def prod(raw: Json) -> Json:
    found: Json = raw["environments"][2]
    return found


def steps(raw: Json, place: int = 0) -> list[Json]:
    found: list[Json] = raw["environments"][0]["deployPhases"][place]["workflowTasks"]
    return found


def secret(value: str | None) -> Json:
    return {"value": value, "isSecret": True}


def edit(raw: Json, *path: str | int, value: Any) -> None:
    """Write a value at a place."""
    at(raw, path[:-1])[path[-1]] = copy.deepcopy(value)


def whole(value: Any, *path: str | int) -> Callable[[Json], None]:
    """Writes a value at a place of the definition."""
    return lambda raw: edit(raw, *path, value=value)


def dev(value: Any, *path: str | int) -> Callable[[Json], None]:
    """Writes a value at a place of DEV."""
    return whole(value, "environments", 0, *path)


def uat(value: Any, *path: str | int) -> Callable[[Json], None]:
    """Writes a value at a place of TEST."""
    return whole(value, "environments", 1, *path)


def in_prod(value: Any, *path: str | int) -> Callable[[Json], None]:
    """Writes a value at a place of PROD."""
    return whole(value, "environments", 2, *path)


BOTH = "after DEV, after TEST (succeeded or partially succeeded)"
NIGHTLY = "mon, tue, wed, thu, fri at 22:05 UTC"
OPTIONS = ("preDeployApprovals", "approvalOptions")
CREATOR = "releaseCreatorCanBeApprover"
ASKED = ("postDeployApprovals", "approvals", 0)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        # The whole
        (lambda d: d.update(name="Billing.CD2"), ("", "name", "Billing.CD", "Billing.CD2")),
        (lambda d: d.update(path="\\Web"), ("", "folder", "\\Billing", "\\Web")),
        (
            lambda d: d.update(releaseNameFormat="R$(rev:r)"),
            ("", "names of releases", "Release-$(rev:r)", "R$(rev:r)"),
        ),
        (lambda d: d.update(description="x"), ("", "description", "What it does.␤And more.", "x")),
        (lambda d: d.update(tags=["cd"]), ("", "tags", "billing, cd", "cd")),
        (lambda d: d.update(isDisabled=True), ("", "disabled", None, "yes")),
        (lambda d: d.update(variableGroups=[3]), ("", "variable groups", "Shared (3), 5", "Shared (3)")),
        (lambda d: d.update(somethingNew={"a": [1]}), ("", "somethingNew", None, '{"a": [1]}')),
        (
            whole("z", "properties", "x", "$value"),
            ("", "properties.x.$value", "y", "z"),
        ),
        # Artifacts and triggers
        (
            lambda d: d["artifacts"].append(artifact("web", branch={"id": "main", "name": "main"})),
            ("", "artifact web", None, "Build Billing.CI, branch main"),
        ),
        (lambda d: d["artifacts"].pop(1), ("", "artifact cfg", "Git Billing.CI", None)),
        (
            whole({"id": "s", "name": "Ask"}, "artifacts", 0, "definitionReference", "defaultVersionType"),
            ("", "artifact drop: default version", "Latest", "Ask"),
        ),
        (
            whole("13", "artifacts", 0, "definitionReference", "definition", "id"),
            ("", "artifact drop: source.id", "12", "13"),
        ),
        (
            whole(True, "artifacts", 0, "isRetained"),
            ("", "artifact drop: kept with the release", "no", "yes"),
        ),
        (
            whole("dev", "triggers", 0, "triggerConditions", 0, "sourceBranch"),
            (
                "",
                "trigger",
                "new version drop: branch main, tags ok; the build's default branch",
                "new version drop: branch dev, tags ok; the build's default branch",
            ),
        ),
        (whole(2, "triggers", 4, "setting"), ("", "trigger: setting", "1", "2")),
        (
            lambda d: d["triggers"].append({"triggerType": "schedule", "schedule": SCHEDULE}),
            ("", "trigger", None, "by the clock mon, tue, wed, thu, fri at 22:05 UTC"),
        ),
        # Variables
        (whole({"value": "1"}, "variables", "Zone"), ("", "variable Zone", None, "1")),
        (whole({"value": ""}, "variables", "Empty"), ("", "variable Empty", None, "")),
        (lambda d: d["variables"].pop("LogLevel"), ("", "variable LogLevel", "Information", None)),
        (whole(secret("geheim"), "variables", "Password"), ("", "variable Password", MASKED, "value set")),
        (
            whole(secret("geheim"), "variables", "LogLevel"),
            ("", "variable LogLevel", "not secret", "value set"),
        ),
        (whole(secret("geheim"), "variables", "New"), ("", "variable New", None, "value set")),
        (lambda d: d["variables"].pop("Password"), ("", "variable Password", MASKED, None)),
        (
            whole(False, "variables", "LogLevel", "allowOverride"),
            ("", "variable LogLevel: settable when a release is made", "yes", "no"),
        ),
        (
            dev("https://x", "variables", "Url", "value"),
            ("DEV", "variable Url", "https://dev.example", "https://x"),
        ),
        # Stages
        (lambda d: d["environments"].append(stage("SMOKE", 4)), ("", "stage", None, "SMOKE")),
        (lambda d: d["environments"].pop(), ("", "stage", "PROD", None)),
        (lambda d: prod(d).update(name="PROD-EU"), ("", "stage renamed", "PROD", "PROD-EU")),
        (
            lambda d: prod(d).update(owner=CAB),
            (
                "PROD",
                "owner",
                "Lee Ortega (CORP\\lee)",
                "[Billing]\\CAB (99999999-2222-4333-8444-555555555555)",
            ),
        ),
        # How it starts
        (lambda d: prod(d).update(conditions=[]), ("PROD", "starts", BOTH, "manual only")),
        (lambda d: prod(d).update(conditions=[AFTER_RELEASE]), ("PROD", "starts", BOTH, "after release")),
        (
            uat('{"sourceBranch":"main"}', "conditions", 1, "value"),
            (
                "TEST",
                "starts",
                "after DEV, if drop is of branch release/*, tags good",
                "after DEV, if drop is of branch main",
            ),
        ),
        (
            uat(3, "schedules", 0, "startHours"),
            ("TEST", "schedule", NIGHTLY, "mon, tue, wed, thu, fri at 03:05 UTC"),
        ),
        (lambda d: prod(d).update(schedules=[SCHEDULE]), ("PROD", "schedule", None, NIGHTLY)),
        (
            in_prod(0, "executionPolicy", "concurrencyCount"),
            ("PROD", "deployments at once", "1", "any number"),
        ),
        (
            in_prod(1, "executionPolicy", "queueDepthCount"),
            ("PROD", "queue", "each in its turn", "only the newest waits"),
        ),
        # Approvals
        (
            dev(approvals(LEE, CAB, in_sequence=True), "preDeployApprovals"),
            ("DEV", "pre-approval", "automatic", "Lee Ortega, then [Billing]\\CAB (in sequence)"),
        ),
        (
            dev(approvals(LEE, CAB), "preDeployApprovals"),
            ("DEV", "pre-approval timeout", "30 days (default)", "24h"),
        ),
        (
            uat(1, *OPTIONS, "requiredApproverCount"),
            (
                "TEST",
                "pre-approval",
                "Lee Ortega and [Billing]\\CAB (any order)",
                "Lee Ortega or [Billing]\\CAB (any one)",
            ),
        ),
        (in_prod(1440, *OPTIONS, "timeoutInMinutes"), ("PROD", "pre-approval timeout", "48h", "24h")),
        (in_prod(False, *OPTIONS, CREATOR), ("PROD", "pre-approval creator may approve", "yes", "no")),
        (
            in_prod("afterGatesAlways", "postDeployApprovals", "approvalOptions", "executionOrder"),
            ("PROD", "post-approval asked", "after the gates pass", "after the gates, passed or not"),
        ),
        (
            lambda d: prod(d).update(postDeployApprovals=approvals()),
            ("PROD", "post-approval", "Lee Ortega", "automatic"),
        ),
        (
            in_prod({**LEE, "id": "other"}, *ASKED, "approver"),
            (
                "PROD",
                "post-approval",
                "Lee Ortega (11111111-2222-4333-8444-555555555555)",
                "Lee Ortega (other)",
            ),
        ),
        (in_prod(True, *ASKED, "isNotificationOn"), ("PROD", "post-approval: isNotificationOn", None, "yes")),
        # Gates
        (
            in_prod(60, "preDeploymentGates", "gatesOptions", "timeout"),
            (
                "PROD",
                "gates before",
                "Query, Call; every 15 min, timeout 1440 min, delay 5 min, steady for 0 min",
                "Query, Call; every 15 min, timeout 60 min, delay 5 min, steady for 0 min",
            ),
        ),
        (
            in_prod("x", "preDeploymentGates", "gates", 0, "tasks", 0, "inputs", "script"),
            ("PROD", "gate Query: script", "Write-Host hello", "x"),
        ),
        (
            dev([{"tasks": [task("Off")]}], "postDeploymentGates", "gates"),
            ("DEV", "gates after", None, "Off"),
        ),
        # Jobs
        (
            dev(17, "deployPhases", 0, "deploymentInput", "queueId"),
            ("DEV", "job Run on agent: queue", "Default (15)", "Fast (17)"),
        ),
        (dev("Agent", "deployPhases", 0, "name"), ("DEV", "job renamed", "Run on agent", "Agent")),
        (
            dev(90, "deployPhases", 0, "deploymentInput", "timeoutInMinutes"),
            ("DEV", "job Run on agent: timeout", "none", "90 min"),
        ),
        (
            lambda d: d["environments"][0]["deployPhases"].append(job("Ask", "runOnServer", 3, task("Wait"))),
            ("DEV", "job", None, "Ask (on the server, 1 task)"),
        ),
        (
            lambda d: d["environments"][0]["deployPhases"].pop(0),
            ("DEV", "job", "Run on agent (on an agent, 2 tasks)", None),
        ),
        (
            dev(["db"], "deployPhases", 1, "deploymentInput", "tags"),
            ("DEV", "job Machines: tags of machines[0]", None, "db"),
        ),
        (dev(1, "deployPhases", 1, "deploymentInput", "new"), ("DEV", "job Machines: new", None, "1")),
        # Tasks
        (lambda d: steps(d).append(task("Smoke")), ("DEV", "task", None, "Smoke (Run on agent)")),
        (lambda d: steps(d).pop(0), ("DEV", "task", "Copy (Run on agent)", None)),
        (
            lambda d: steps(d)[0].update(version="3.*"),
            ("DEV", "task Copy: version of the task", "2.*", "3.*"),
        ),
        (
            lambda d: steps(d)[0]["inputs"].update(script="b"),
            ("DEV", "task Copy: script", "Write-Host hello", "b"),
        ),
        (
            lambda d: steps(d)[0]["inputs"].update(adminPassword="b"),
            ("DEV", "task Copy: adminPassword", None, MASKED),
        ),
        (lambda d: steps(d)[0]["inputs"].update(empty=""), ("DEV", "task Copy: empty", None, "")),
        (lambda d: steps(d)[0].update(enabled=False), ("DEV", "task Copy: enabled", "yes", "no")),
        (lambda d: steps(d)[0].update(name="Copy all"), ("DEV", "task renamed", "Copy", "Copy all")),
        (
            lambda d: steps(d)[0]["environment"].update(TOKEN="x"),
            ("DEV", "task Copy: environment.TOKEN", None, MASKED),
        ),
        (
            lambda d: steps(d, 1).append(steps(d).pop(0)),
            ("DEV", "task Copy", "step 1 of Run on agent", "step 2 of Machines"),
        ),
        # Rest of a stage
        (dev(60, "retentionPolicy", "daysToKeep"), ("DEV", "days kept", "30", "60")),
        (dev(True, "environmentOptions", "badgeEnabled"), ("DEV", "badge", "no", "yes")),
        (dev([4, 3], "variableGroups"), ("DEV", "variable groups", "4", "4, Shared (3)")),
        (dev({"inputs": []}, "processParameters"), None),
        (
            dev([{"triggerType": 2}], "environmentTriggers"),
            ("DEV", "environmentTriggers", None, '[{"triggerType": 2}]'),
        ),
    ],
)
def test_one_change_is_told_in_words(change: Callable[[Json], object], expected: Row | None) -> None:
    found = told(change)
    if expected is None:
        assert found == []
    else:
        assert expected in found


def test_a_change_is_told_once() -> None:
    assert told(in_prod(60, "retentionPolicy", "daysToKeep")) == [("PROD", "days kept", "30", "60")]
    assert told(lambda d: steps(d)[0]["inputs"].update(script="b")) == [
        ("DEV", "task Copy: script", "Write-Host hello", "b")
    ]
    assert told(in_prod(approvals(), "postDeployApprovals")) == [
        ("PROD", "post-approval", "Lee Ortega", "automatic"),
        ("PROD", "post-approval asked", "after the gates pass", "before the gates"),
    ]


def test_a_renamed_stage_takes_the_conditions_of_the_others_along() -> None:
    def change(raw: Json) -> None:
        raw["environments"][1]["name"] = "UAT"
        prod(raw)["conditions"] = [after("DEV"), after("UAT", "132")]

    assert told(change) == [("", "stage renamed", "TEST", "UAT")]


def test_stages_and_tasks_are_moved() -> None:
    def swap(raw: Json) -> None:
        stages = raw["environments"]
        stages[0]["rank"], stages[1]["rank"] = 2, 1

    assert told(swap) == [("", "order of stages", "DEV > TEST > PROD", "TEST > DEV > PROD")]

    def swap_without_the_last(raw: Json) -> None:
        swap(raw)
        raw["environments"].pop()

    assert ("", "order of stages", "DEV > TEST > PROD", "TEST > DEV") in told(swap_without_the_last)


@pytest.mark.parametrize("place", range(3))
def test_a_stage_that_goes_changes_no_order(place: int) -> None:
    gone = told(lambda raw: raw["environments"].pop(place))
    assert "order of stages" not in {what for _, what, _, _ in gone}


def test_the_steps_of_tasks_are_told() -> None:
    def last_first(raw: Json) -> None:
        steps(raw).append(task("Third"))
        steps(raw).insert(0, steps(raw).pop(1))

    assert ("DEV", "task Start", "step 2", "step 1") in told(last_first) or (
        "DEV", "task Copy", "step 1", "step 2"
    ) in told(last_first)  # fmt: skip


def test_a_moved_and_edited_task_tells_both() -> None:
    def change(raw: Json) -> None:
        moved = steps(raw).pop(0)
        moved["inputs"]["script"] = "b"
        steps(raw, 1).append(moved)

    assert told(change) == [
        ("DEV", "task Copy", "step 1 of Run on agent", "step 2 of Machines"),
        ("DEV", "task Copy: script", "Write-Host hello", "b"),
    ]


def test_long_values_are_cut_round_what_differs() -> None:
    text = "x" * 4000
    ((_, _, old, new),) = told(lambda d: steps(d)[0]["inputs"].update(script=text + "1"))
    assert (old, new) == ("Write-Host hello", "x" * 160 + "... and 3841 more signs")
    before, later = rich(), rich()
    steps(before)[0]["inputs"]["script"] = text + "a" + text
    steps(later)[0]["inputs"]["script"] = text + "b" + text
    (found,) = changes(before, later)
    assert found.old is not None
    assert found.new is not None
    assert found.old != found.new
    assert max(len(found.old), len(found.new)) < 200


def test_a_stage_that_loses_or_changes_its_number_is_made_anew() -> None:
    what = "stage made anew, its history ends: number"
    assert told(lambda d: prod(d).update(id=0)) == [("PROD", what, "43", "")]
    assert told(lambda d: prod(d).pop("id")) == [("PROD", what, "43", "")]
    assert told(lambda d: prod(d).update(id=99)) == [("PROD", what, "43", "99")]


def test_a_stage_that_got_its_number_says_so() -> None:
    old = rich()
    prod(old)["id"] = 0
    assert [(d.what, d.old, d.new) for d in changes(old, rich())] == [("stage: number", None, "43")]


def test_what_comes_is_told_with_all_that_it_does() -> None:
    def stage_comes(raw: Json) -> None:
        jobs = [job("Run", "agentBasedDeployment", 1, task("Wipe", inputs={"script": "rm"}), queueId=17)]
        raw["environments"].append(stage("SMOKE", 4, *jobs, preDeployApprovals=approvals(LEE)))

    found = told(stage_comes)
    for row in (
        ("SMOKE", "starts", None, "manual only"),
        ("SMOKE", "pre-approval", None, "Lee Ortega"),
        ("SMOKE", "pre-approval timeout", "30 days (default)", "24h"),
        ("SMOKE", "job", None, "Run (on an agent, 1 task)"),
        ("SMOKE", "job Run: queue", None, "Fast (17)"),
        ("SMOKE", "task", None, "Wipe (Run)"),
        ("SMOKE", "task Wipe: script", None, "rm"),
    ):
        assert row in found

    assert ("DEV", "task", None, "First (Run on agent, step 1)") in told(
        lambda d: steps(d).insert(0, task("First"))
    )

    def other_type(raw: Json) -> None:
        steps(raw)[0] = task("Copy", taskId="another", inputs={"script": "rm"})

    found = told(other_type)
    assert ("DEV", "task Copy: type", None, "another") in found
    assert ("DEV", "task Copy: script", None, "rm") in found
    assert ("DEV", "task", "Copy (Run on agent)", None) in found


def test_the_words_are_told_and_then_what_they_leave_out() -> None:
    def filtered(raw: Json) -> None:
        raw["environments"][1]["conditions"][1]["value"] = (
            '{"sourceBranch":"main","tags":["good"],"createReleaseOnBuildTagging":true}'
        )

    assert told(filtered) == [
        (
            "TEST",
            "starts",
            "after DEV, if drop is of branch release/*, tags good",
            "after DEV, if drop is of branch main, tags good",
        ),
        ("TEST", "conditions[1].value.createReleaseOnBuildTagging", None, "yes"),
    ]

    def asked(raw: Json) -> None:
        side = prod(raw)["postDeployApprovals"]["approvals"]
        side[0]["isNotificationOn"] = True
        side.append({**side[0], "approver": CAB, "isNotificationOn": False})

    assert told(asked) == [
        ("PROD", "post-approval", "Lee Ortega", "Lee Ortega and [Billing]\\CAB (any order)"),
        ("PROD", "post-approval: isNotificationOn", None, "yes"),
    ]


def test_two_people_of_one_name_are_told_apart() -> None:
    def change(raw: Json) -> None:
        other = {"displayName": "Lee Ortega", "id": "77777777-2222-4333-8444-555555555555", "uniqueName": "x"}
        prod(raw)["postDeployApprovals"]["approvals"] = approvals(other, CAB)["approvals"]

    ((_, _, old, new),) = [row for row in told(change) if row[1] == "post-approval"]
    assert (old, new) == ("Lee Ortega (CORP\\lee)", "Lee Ortega (x) and [Billing]\\CAB (any order)")


def test_a_text_of_several_lines_is_told_by_its_lines() -> None:
    text = "\n".join(f"line {number}" for number in range(1, 301))
    old, new = rich(), rich()
    steps(old)[0]["inputs"]["script"] = text
    steps(new)[0]["inputs"]["script"] = text.replace("line 4\n", "").replace("line 150", "rm -rf /")
    assert [(d.what, d.old, d.new) for d in changes(old, new)] == [
        ("task Copy: script, line 4", "line 4", None),
        ("task Copy: script, line 149", "line 150", "rm -rf /"),
    ]
    found = told(lambda d: steps(d).append(task("More", inputs={"script": text})))
    assert ("DEV", "task More: script, line 200", None, "line 200") in found
    assert found[-1] == ("DEV", "task More: script, 100 more lines", None, "the JSON has them")


def test_gates_that_are_switched_off_are_still_there() -> None:
    def change(raw: Json) -> None:
        gates = prod(raw)["preDeploymentGates"]
        gates["gatesOptions"]["isEnabled"] = False
        gates["gates"][0]["tasks"][0]["inputs"]["script"] = "x"

    assert told(change) == [
        ("PROD", "gates before", "on", "off"),
        ("PROD", "gate Query: script", "Write-Host hello", "x"),
    ]


def test_a_number_is_no_truth() -> None:
    assert told(lambda d: steps(d)[0].update(enabled=1)) == [("DEV", "task Copy: enabled", "yes", "1")]
    assert told(in_prod(True, "executionPolicy", "concurrencyCount")) == [
        ("PROD", "deployments at once", "1", "true")
    ]


def test_a_job_under_another_name_and_of_another_kind_is_the_same_job() -> None:
    def change(raw: Json) -> None:
        raw["environments"][0]["deployPhases"][0].update(name="Other", phaseType="runOnServer")

    assert told(change) == [
        ("DEV", "job renamed", "Run on agent", "Other"),
        ("DEV", "job Other: runs", "on an agent", "on the server"),
    ]


def test_a_variable_that_is_named_like_a_secret_is_not_told() -> None:
    def change(raw: Json) -> None:
        raw["variables"]["DbPassword"] = {"value": "hunter3"}

    assert told(change) == [("", "variable DbPassword", None, MASKED)]
    old, new = rich(), rich()
    change(old)
    new["variables"]["DbPassword"] = {"value": "hunter4"}
    assert [(d.old, d.new) for d in changes(old, new)] == [(MASKED, MASKED)]
    assert "hunter" not in repr(raw_lines(old, new))
    assert f"{MASKED} (another one)" in repr(raw_lines(old, new))
    new["variables"]["DbPassword"] = secret(None)
    assert ("variable DbPassword: secret", "no", "yes") in [(d.what, d.old, d.new) for d in changes(old, new)]


# What means nothing


def test_what_the_server_fills_in_by_itself_means_nothing() -> None:
    def change(raw: Json) -> None:
        raw.update(revision=8, comment="saved", modifiedOn="2027-01-01T00:00:00Z", lastRelease={"id": 5})
        raw["artifacts"].reverse()
        raw["tags"].reverse()
        raw["environments"].reverse()
        raw["triggers"][1]["schedule"]["daysToRelease"] = 17
        raw["artifacts"][0]["definitionReference"]["artifactSourceDefinitionUrl"] = {"id": "http://x"}
        first = prod({**raw})
        assert first["name"] == "DEV"
        first.update(badgeUrl="x", properties=None, processParameters=None)
        first["conditions"].reverse()
        first["variables"]["Url"]["isSecret"] = False
        first["owner"] = {"id": LEE["id"].upper(), "displayName": "Lee O."}
        first["preDeployApprovals"]["approvalOptions"] = {
            "timeoutInMintues": 0,
            "requiredApproverCount": None,
        }
        first["deployPhases"][0]["deploymentInput"]["artifactsDownloadInput"]["downloadInputs"][0][
            "artifactItems"
        ] = None

    assert told(change) == []


def test_every_definition_equals_itself() -> None:
    for raw in everything():
        assert changes(raw, copy.deepcopy(raw)) == ()
        assert raw_lines(raw, copy.deepcopy(raw)) == ()


def test_people_without_names_are_the_same_people() -> None:
    def change(raw: Json) -> None:
        side = prod(raw)["preDeployApprovals"]
        for step in side["approvals"]:
            step["approver"] = {"id": step["approver"]["id"]}
        side["approvalOptions"]["timeoutInMinutes"] = 60

    assert told(change) == [("PROD", "pre-approval timeout", "48h", "1h")]


def test_what_is_gone_is_placed_in_the_list_that_it_was_in() -> None:
    def paths(change: Callable[[Json], object]) -> set[Path]:
        new = copy.deepcopy(rich())
        change(new)
        return {each.path for each in changes(rich(), new) if each.new is None}

    assert paths(lambda raw: raw["environments"].pop(1)) >= {("environments",)}
    assert paths(lambda raw: steps(raw).pop(0)) == {("environments", 0, "deployPhases", 0, "workflowTasks")}
    assert paths(lambda raw: raw["variables"].pop("LogLevel")) == {("variables", "LogLevel")}


# Laws


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every place of a plain value, and of an empty object or list."""
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    inner = [place for key, item in entries for place in leaves(item, (*path, key))]
    yield from inner or [path]


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1, 200),
    st.sampled_from(["", "4", "x", "succeeded()", "environmentState", "event", "DEV", "geheim"]),
    st.sampled_from([{}, [], {"a": 1}, [1], [{"id": 1}], [None]]),
)
PLACES = list(leaves(rich()))
INNER = sorted({path[:length] for path in PLACES for length in range(1, len(path))}, key=str)
EDITS = st.tuples(st.sampled_from(PLACES) | st.sampled_from(INNER), VALUES)


def same(old: Json, new: Json) -> bool:
    return matching.same(ordered(meaning(old)), ordered(meaning(new)))


@given(st.lists(EDITS, min_size=1, max_size=4))
def test_nothing_is_told_only_when_both_mean_the_same(edits: list[tuple[Path, Any]]) -> None:
    raw, new = rich(), rich()
    for path, value in edits:
        if at(new, path, "gone") != "gone":
            new = put(new, path, value)
    found = changes(raw, new)
    assert (found == ()) == same(raw, new)
    assert (changes(new, raw) == ()) == (found == ())
    for each in found:
        for text in (each.where, each.what, each.old or "", each.new or ""):
            assert clean(text) == text
        assert each.old != each.new or MASKED in (each.old or "")


@given(st.sampled_from(["", "geheim", "x geheim"]), st.booleans(), st.booleans())
def test_the_value_of_a_secret_is_never_told(value: str, was_secret: bool, is_known: bool) -> None:
    old, new = rich(), rich()
    if is_known:
        old["variables"]["Pin"] = {"value": "geheim alt", "isSecret": was_secret}
    new["variables"]["Pin"] = {"value": value, "isSecret": True}
    for first, second in ((old, new), (new, {**new, "variables": {"Pin": secret("geheim 2")}})):
        assert "geheim" not in repr(changes(first, second))
    assert "geheim" not in repr(raw_lines(new, {**new, "variables": {"Pin": secret("geheim 2")}}))


def _otherwise(raw: Json, path: Path) -> Json:
    """The definition with another value at one place."""
    value = at(raw, path)
    if isinstance(value, bool):
        return put(raw, path, not value)
    if isinstance(value, int):
        return put(raw, path, value + 1)
    if isinstance(value, str) and value.startswith("{"):
        return put(raw, path, value.replace("false", "true"))
    return put(raw, path, f"{value}x" if isinstance(value, str) else "n")


def _rows(old: Json, new: Json) -> list[list[str | None]]:
    return [_words(each) for each in changes(old, new)]


@given(st.sampled_from(PLACES), st.sampled_from(PLACES), st.booleans())
def test_no_change_hides_another(first: Path, second: Path, is_close: bool) -> None:
    raw = rich()
    if is_close:
        # One that is told in the same words is the likeliest to hide it.
        near = [path for path in PLACES if path[:3] == first[:3]]
        second = near[PLACES.index(second) % len(near)]
    one = _otherwise(raw, first)
    both = _otherwise(one, second)
    if first != second and changes(one, both) and changes(raw, one):
        assert _rows(raw, both) != _rows(raw, one)


NEW_PLACES = [path[2:] for path in PLACES if path[:2] == ("environments", 2)]
"""Of a stage."""
BY_ORDER = {("id",), ("rank",), ("deployPhases", 0, "rank"), ("deployPhases", 1, "rank")}
"""A new one has no number, and its rank is told by the order."""


@given(st.sampled_from(NEW_PLACES), st.sampled_from(["stage", "job", "task"]))
def test_every_value_of_what_is_new_is_told(path: Path, kind: str) -> None:
    raw, new = rich(), rich()
    new["environments"].append({**prod(raw), "id": 0, "name": "NEW", "rank": 4})
    if kind == "job":
        raw["environments"].append({**new["environments"][3], "deployPhases": []})
    if kind == "task":
        raw["environments"].append(
            {
                **new["environments"][3],
                "deployPhases": [{**each, "workflowTasks": []} for each in prod(raw)["deployPhases"]],
            }
        )
    other = _otherwise(new, ("environments", 3, *path))
    if path not in BY_ORDER and changes(new, other):
        assert _rows(raw, other) != _rows(raw, new)


IGNORED = ("id", "url", "_links", "sourceId", "jobId", "displayName", "uniqueName", "isContainer")


def test_every_value_that_is_ours_is_told() -> None:
    """A value that goes back to the server and is another one is told, whatever it is, with its place."""
    raw = rich()
    ours = [p for p in PLACES if at(unowned(raw), p, "gone") != "gone" and p[-1] not in IGNORED]
    for path in ours:
        new = put(raw, path, "another one")
        found = changes(raw, new)
        assert any(each.path[:1] == path[:1] for each in found), path
        for each in found:
            holder = each.path if each.new is not None else each.path[:-1]
            assert at(new, holder, "gone") != "gone", (path, each)


def test_an_entry_taken_from_any_list_is_told() -> None:
    raw = rich()
    for path in {place[: n + 1] for place in PLACES for n, step in enumerate(place) if isinstance(step, int)}:
        holder = copy.deepcopy(raw)
        entries = at(holder, path[:-1])
        if at(unowned(raw), path, "gone") == "gone":
            continue
        del entries[path[-1]]
        assert changes(raw, holder), path


# The raw difference


def test_the_raw_difference_is_masked_and_leaves_out_what_the_server_owns() -> None:
    old, new = rich(), rich()
    new["revision"] = 8
    new["name"] = "Other.CD"
    new["variables"]["Password"] = secret("geheim")
    steps(old)[0]["inputs"]["adminPassword"] = "alt"
    steps(new)[0]["inputs"]["adminPassword"] = "neu"
    shown = "\n".join(raw_lines(old, new))
    assert '-  "name": "Billing.CD",' in shown
    assert '+  "name": "Other.CD",' in shown
    assert f'-                "adminPassword": "{MASKED}"' in shown
    assert f'+                "adminPassword": "{MASKED} (another one)"' in shown
    assert f'+      "value": "{MASKED} (another one)",' in shown
    for hidden in ("geheim", "alt", "neu", "revision"):
        assert f'"{hidden}' not in shown


def test_hostile_text_is_never_told_raw() -> None:
    old, new = rich(), rich()
    prod(new)["name"] = "\x1b[2J"
    new["\x1b[31m"] = {"\x1b": "\x07"}
    steps(new)[0]["inputs"]["\x9b"] = "\u202e"
    text = json.dumps([raw_lines(old, new), [_words(d) for d in changes(old, new)]], ensure_ascii=False)
    assert not {"\x1b", "\x9b", "\u202e", "\x07"} & set(text)


def _words(each: Difference) -> list[str | None]:
    return [each.where, each.what, each.old, each.new]


@pytest.mark.parametrize("broken", [None, 1, "x", [], {}, [None], [[1]], [{"a": []}]])
def test_broken_definitions_are_compared(broken: Any) -> None:
    for path in (*INNER[::4], ("environments",), ("triggers",)):
        new = put(rich(), path, broken)
        assert (changes(rich(), new) == ()) == same(rich(), new)
        assert (changes(new, rich()) == ()) == same(rich(), new)
    assert changes({}, rich())
