"""The shapes of servers before 4.0: into today's, and back as they came (api.md 2.6)."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reltui.model.approval import approval_from_json
from reltui.model.definition import definition_from_json
from reltui.model.editing.additions import Part, added, offers
from reltui.model.editing.checks import findings
from reltui.model.editing.fields import Field, fields, with_field
from reltui.model.editing.outline import Kind, outline
from reltui.model.older import (
    approval_to_current,
    losses,
    release_to_current,
    release_to_older,
    to_current,
    to_older,
)
from reltui.model.release import release_from_json
from reltui.model.resources import Resources

Json = dict[str, Any]
OLD = "tfs-2017"


def task(name: str) -> Json:
    return {"taskId": "7c6a6b71-4355-4afc-a274-480eab5678e9", "version": "1.*", "name": name, "enabled": True}


def stage(name: str, rank: int, queue: int) -> Json:
    return {
        "id": rank,
        "name": name,
        "rank": rank,
        "variables": {},
        "preDeployApprovals": {"approvals": [{"rank": 1, "isAutomated": True, "id": 3}]},
        "deployStep": {"tasks": [task("Copy"), task("Run")], "id": 40 + rank},
        "postDeployApprovals": {"approvals": [{"rank": 1, "isAutomated": True, "id": 4}]},
        "queueId": queue,
        "runOptions": {"EnvironmentOwnerEmailNotificationType": "Always"},
        "demands": [{"name": "os", "value": "linux"}],
        "conditions": [],
    }


def definition() -> Json:
    return {
        "id": 7,
        "revision": 3,
        "name": "Old.CD",
        "environments": [stage("DEV", 1, 15), stage("PROD", 2, 16)],
        "artifacts": [
            {"alias": "Old.CI", "type": "Build", "definitionReference": {"definition": {"id": "4"}}}
        ],
        "triggers": [{"triggerType": "artifactSource", "artifactAlias": "Old.CI"}],
        "retentionPolicy": {"daysToKeep": 60},
        "releaseNameFormat": "Release-$(rev:r)",
    }


def current(raw: Json | None = None) -> Json:
    found = to_current(copy.deepcopy(raw if raw is not None else definition()))
    assert isinstance(found, dict)
    return found


def bytes_of(value: object) -> bytes:
    return json.dumps(value).encode()


def test_an_old_definition_is_read_with_its_jobs_and_how_long_it_is_kept() -> None:
    found = definition_from_json(current())
    assert found.environments is not None
    for environment, queue in zip(found.environments, (15, 16), strict=True):
        [job] = environment.phases
        assert (job.name, [each.name for each in job.tasks]) == ("Run on agent", ["Copy", "Run"])
        assert environment.days_to_keep == 60
        raw = next(e for e in found.raw["environments"] if e["id"] == environment.id)
        assert raw["deployPhases"][0]["deploymentInput"]["queueId"] == queue


def test_unchanged_it_goes_back_as_it_came_to_the_byte() -> None:
    raw = definition()
    assert bytes_of(to_older(current(raw), OLD)) == bytes_of(raw)


SCALARS = st.none() | st.booleans() | st.integers(0, 10**6) | st.text(max_size=6)
NAMES = st.text("abcXYZ_", min_size=1, max_size=5)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=5,
)


@st.composite
def shuffled(draw: st.DrawFn, value: Json) -> Json:
    """The same members and a few unknown ones in any order."""
    more = draw(st.dictionaries(NAMES, ANYTHING, max_size=2))
    items = draw(st.permutations(list({**more, **value}.items())))
    return dict(items)


@st.composite
def stages(draw: st.DrawFn) -> Json:
    step = draw(shuffled({"id": draw(st.integers(0, 99)), "tasks": draw(st.lists(ANYTHING, max_size=3))}))
    value: Json = {"name": draw(st.text(max_size=5)), "rank": draw(st.integers(0, 9)), "deployStep": step}
    for key, strategy in {
        "queueId": st.none() | st.integers(0, 99),
        "demands": st.none() | st.lists(ANYTHING, max_size=2),
        "retentionPolicy": st.none() | st.just({"daysToKeep": 30}),
        "preDeploymentGates": st.none() | st.just({"id": 0, "gates": []}),
        "variableGroups": st.none() | st.just([]),
    }.items():
        if draw(st.booleans()):
            value[key] = draw(strategy)
    return draw(shuffled(value))


@given(
    st.lists(stages() | st.just({"name": "odd"}) | SCALARS, max_size=3),
    st.none() | st.just({}) | st.just({"daysToKeep": 5, "x": 1}) | st.just({"daysToKeep": None}),
    st.data(),
)
def test_whatever_an_old_server_sends_goes_back_as_it_came(
    environments: list[Json], policy: Json | None, data: st.DataObject
) -> None:
    raw = data.draw(shuffled({"id": 1, "environments": environments, "retentionPolicy": policy}))
    before = bytes_of(raw)
    assert bytes_of(to_older(current(raw), OLD)) == before
    assert bytes_of(raw) == before


def test_what_was_changed_in_the_job_goes_where_the_old_server_has_it() -> None:
    raw = current()
    job = raw["environments"][1]["deployPhases"][0]
    job["deploymentInput"] = {"queueId": 17, "demands": ["java"]}
    job["workflowTasks"].append(task("Tell"))
    expected = definition()
    prod = expected["environments"][1]
    prod["queueId"], prod["demands"] = 17, ["java"]
    prod["deployStep"]["tasks"].append(task("Tell"))
    assert to_older(raw, OLD) == expected


def test_how_long_it_is_kept_goes_to_the_definition() -> None:
    raw = current()
    for each in raw["environments"]:
        each["retentionPolicy"]["daysToKeep"] = 90
    assert to_older(raw, OLD) == {**definition(), "retentionPolicy": {"daysToKeep": 90}}


def test_a_new_stage_has_its_tasks_where_the_old_server_looks() -> None:
    raw = current()
    new, path, _ = added(raw, outline(raw)[0], Part.STAGE)
    assert path == ("environments", 2)
    sent = to_older(new, OLD)
    made = sent["environments"][2]
    assert made["deployStep"] == {"tasks": []}
    assert not {"deployPhases", "retentionPolicy", "preDeploymentGates"} & made.keys()
    assert sent["environments"][:2] == definition()["environments"]
    assert sent["retentionPolicy"] == {"daysToKeep": 60}


def test_the_editor_writes_the_fields_of_an_old_definition() -> None:
    raw = current()
    node = next(node for node in outline(raw) if node.kind is Kind.JOB)
    queue = next(field for field in fields(raw, node) if field.id == "queue")
    sent = to_older(with_field(raw, node, queue, "99"), OLD)
    assert [each["queueId"] for each in sent["environments"]] == [99, 16]


def _prod(raw: Json) -> Json:
    found: Json = raw["environments"][1]
    return found


def _job(raw: Json) -> Json:
    found: Json = _prod(raw)["deployPhases"][0]
    return found


LOST: list[tuple[Callable[[Json], object], str]] = [
    (lambda raw: _prod(raw)["deployPhases"].append(_job(raw)), "PROD has 2"),
    (lambda raw: _prod(raw)["deployPhases"].clear(), "PROD has 0"),
    (lambda raw: _job(raw).update(phaseType="runOnServer"), "on agents only"),
    (lambda raw: _job(raw)["deploymentInput"].update(timeoutInMinutes=5), "timeoutInMinutes"),
    (lambda raw: _job(raw)["deploymentInput"].update(condition="always()"), "condition"),
    (lambda raw: _prod(raw).update(preDeploymentGates={"gates": [{}]}), "no gates"),
    (lambda raw: _prod(raw).update(variableGroups=[4]), "variable groups"),
    (lambda raw: raw.update(variableGroups=[4]), "variable groups"),
    (lambda raw: raw.update(path="\\Web"), "no folders"),
    (lambda raw: raw.update(tags=["night"]), "no tags"),
    (lambda raw: raw["triggers"].append({"triggerType": "pullRequest"}), "no such trigger"),
    (lambda raw: _prod(raw)["retentionPolicy"].update(daysToKeep=5), "equally long"),
]


@pytest.mark.parametrize(("change", "words"), LOST)
def test_what_would_be_lost_is_refused_and_named(change: Callable[[Json], object], words: str) -> None:
    raw = current()
    change(raw)
    with pytest.raises(ValueError, match="TFS 2017") as caught:
        to_older(raw, OLD)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "settings",
    [
        {"condition": "succeeded()", "jobCancelTimeoutInMinutes": 1, "timeoutInMinutes": 0},
        {"parallelExecution": {"parallelExecutionType": "none"}, "agentSpecification": None},
        {"artifactsDownloadInput": {"downloadInputs": []}, "skipArtifactsDownload": False},
    ],
)
def test_settings_that_say_nothing_are_no_loss(settings: Json) -> None:
    raw = current()
    _job(raw)["deploymentInput"] |= settings
    assert list(losses(raw, OLD)) == []
    assert to_older(raw, OLD) == definition()


@pytest.mark.parametrize("raw", [None, 5, "x", [], {}, {"environments": None}, {"environments": [None, 3]}])
def test_what_is_no_definition_or_release_stays_as_it_is(raw: Any) -> None:
    assert to_current(raw) == raw
    assert release_to_current(raw) == raw
    assert approval_to_current(raw) == raw


# Releases


def release() -> Json:
    approval = {
        "id": 9,
        "approvalType": "preDeploy",
        "status": "pending",
        "revision": 1,
        "trialNumber": 2,
        "rank": 1,
    }
    attempt = {
        "id": 88,
        "attempt": 2,
        "status": "inProgress",
        "hasStarted": True,
        "job": {"id": 1, "name": "Run on agent", "status": "inProgress"},
        "tasks": [{"id": 2, "name": "Copy", "status": "success", "dateStarted": "2017-01-01T00:00:00Z"}],
        "runPlanId": "0d2ae8e2-2a8f-4ee0-9d6c-32a3a4a8c8c1",
    }
    return {
        "id": 5,
        "name": "Release-5",
        "status": "active",
        "releaseDefinition": {"id": 7, "name": "Old.CD"},
        "environments": [
            {
                "id": 51,
                "name": "DEV",
                "rank": 1,
                "status": "inProgress",
                "preDeployApprovals": [approval],
                "postDeployApprovals": [],
                "deploySteps": [{"id": 87, "attempt": 1, "job": None, "tasks": []}, attempt],
                "queueId": 15,
                "workflowTasks": [task("Copy")],
            }
        ],
    }


def test_an_old_release_is_read_with_its_attempts_plan_and_approvals() -> None:
    found = release_from_json(release_to_current(release()))
    assert found.environments is not None
    [environment] = found.environments
    assert [each.name for phase in environment.phases for each in phase.tasks] == ["Copy"]
    first, second = environment.attempts
    assert first.phases == ()
    [phase] = second.phases
    assert (phase.id, phase.status, phase.plan_id[:8]) == (88, "inProgress", "0d2ae8e2")
    assert [(each.name, each.status) for each in phase.tasks] == [("Copy", "succeeded")]
    [asked] = environment.pre_approvals
    assert (asked.id, asked.attempt, asked.release.id, asked.environment.name) == (9, 2, 5, "DEV")


def test_an_old_release_goes_back_as_it_came() -> None:
    found = release_to_current(release())
    assert isinstance(found, dict)
    assert bytes_of(release_to_older(found)) == bytes_of(release())
    assert release_to_older({**found, "description": "x"}) == {**release(), "description": "x"}


def test_an_old_approval_has_its_attempt() -> None:
    raw = {
        **release()["environments"][0]["preDeployApprovals"][0],
        "release": {"id": 5, "name": "Release-5"},
        "releaseEnvironment": {"id": 51, "name": "DEV"},
        "releaseDefinition": {"id": 7, "name": "Old.CD"},
    }
    assert approval_from_json(approval_to_current(raw)).attempt == 2


# In the editor

KNOWN = Resources(generation=OLD)


def _fields(raw: Json, kind: Kind, known: Resources = KNOWN) -> dict[str, Field]:
    node = next(node for node in outline(raw) if node.kind is kind)
    return {field.id: field for field in fields(raw, node, known)}


@pytest.mark.parametrize(
    ("kind", "open_ones", "refused"),
    [
        (Kind.JOB, {"queue", "demands"}, {"name", "condition", "timeout", "parallel", "reference"}),
        (Kind.STAGE, {"name", "owner", "days"}, {"releases", "build"}),
        (Kind.DEFINITION, {"name", "description"}, {"folder", "tags"}),
    ],
)
def test_fields_that_an_old_server_has_no_place_for_say_so(
    kind: Kind, open_ones: set[str], refused: set[str]
) -> None:
    raw = current()
    found = _fields(raw, kind)
    assert {name for name in open_ones if found[name].refused} == set()
    assert {name for name in refused if not found[name].refused} == set()
    node = next(node for node in outline(raw) if node.kind is kind)
    for name in refused:
        assert "TFS 2017" in found[name].refused
        with pytest.raises(ValueError, match="TFS 2017"):
            with_field(raw, node, found[name], "7", KNOWN)
    assert not any(field.refused for field in _fields(raw, kind, Resources()).values())
    assert not any(f.refused for f in _fields(raw, kind, Resources(generation="tfs-2018")).values())


def test_how_long_one_stage_is_kept_is_set_for_all() -> None:
    raw = current()
    node = next(node for node in outline(raw) if node.kind is Kind.STAGE)
    changed = with_field(raw, node, _fields(raw, Kind.STAGE)["days"], "14", KNOWN)
    assert to_older(changed, OLD) == {**definition(), "retentionPolicy": {"daysToKeep": 14}}
    with pytest.raises(ValueError, match="whole number"):
        with_field(raw, node, _fields(raw, Kind.STAGE)["days"], "x", KNOWN)


def test_parts_that_an_old_server_does_not_have_are_offered_with_the_reason() -> None:
    raw = current()
    refused = {offer.part for node in outline(raw) for offer in offers(raw, node, KNOWN) if offer.refused}
    assert refused == {
        Part.JOB_AGENT,
        Part.JOB_SERVER,
        Part.JOB_GROUP,
        Part.GATE,
        Part.VARIABLE_GROUP,
        Part.TRIGGER_PULL_REQUEST,
    }
    assert not any(offer.refused for node in outline(raw) for offer in offers(raw, node))


@pytest.mark.parametrize(("change", "words"), LOST)
def test_what_would_be_lost_is_a_problem_in_the_editor(change: Callable[[Json], object], words: str) -> None:
    raw = current()
    clean_before = {finding.sentence for finding in findings(raw, KNOWN)}
    change(raw)
    found = [f for f in findings(raw, KNOWN) if words in f.sentence and f.sentence not in clean_before]
    assert found
    assert all(finding.is_error for finding in found)
    assert not any("TFS 2017" in finding.sentence for finding in findings(raw))


def test_an_old_definition_as_it_came_has_no_problem() -> None:
    errors = [finding for finding in findings(current(), KNOWN) if finding.is_error]
    assert [finding.sentence for finding in errors] == []
