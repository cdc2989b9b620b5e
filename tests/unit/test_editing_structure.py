"""Adding, cloning, moving and removing the parts of a definition."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reltui.model.editing.fields import Pick, fields, with_field
from reltui.model.editing.outline import STAGES, Kind, Node, find, outline, stage_name
from reltui.model.editing.owned import unowned
from reltui.model.editing.ranks import ordered
from reltui.model.editing.shape import Path, at, put
from reltui.model.editing.structure import (
    Added,
    Part,
    added,
    choices_of,
    cloned,
    moved,
    moved_field,
    offers,
    removed,
    removed_field,
)
from reltui.model.resources import (
    AGENT,
    DEPLOYMENT_GROUP,
    SERVER,
    SERVER_GATE,
    Build,
    Choice,
    DeploymentGroup,
    Queue,
    Repository,
    Resources,
    task_type_from_json,
)
from reltui.model.text import SafeText
from tests.unit.editing_samples import CAB, LEE, everything, rich

Json = dict[str, Any]

DEV, TEST, PROD = (("environments", place) for place in range(3))
KIM = Choice("22222222-2222-4333-8444-555555555555", SafeText("Kim Reyes"))
COPY_FILES = task_type_from_json(
    {
        "id": "5bfb729a-a7c8-4a78-a7c3-8d717bb7c13c",
        "name": "CopyFiles",
        "friendlyName": "Copy files",
        "instanceNameFormat": "Copy files to $(TargetFolder): $(none)",
        "version": {"major": 2, "minor": 200, "patch": 1},
        "inputs": [
            {"name": "Contents", "type": "multiLine", "label": "Contents", "defaultValue": "**"},
            {"name": "TargetFolder", "type": "string", "label": "Target", "defaultValue": "out"},
        ],
    }
)
BUILD = Build(12, SafeText("Web.CI"), SafeText("\\"), "p-1", SafeText("Web"), "r", "refs/heads/main")
REPOSITORY = Repository("r", SafeText("web.git"), "refs/heads/main")
KNOWN = Resources(
    task_types=(COPY_FILES,),
    queues=(Queue(31, SafeText("Default"), SafeText("Default")),),
    deployment_groups=(DeploymentGroup(71, SafeText("Docks"), 4),),
    builds=(BUILD,),
    repositories=(REPOSITORY,),
)
PICKED: dict[Pick, Choice] = {
    Pick.PERSON: KIM,
    Pick.TASK: COPY_FILES.choice,
    Pick.BUILD: BUILD.choice,
    Pick.REPOSITORY: REPOSITORY.choice,
    Pick.VARIABLE_GROUP: Choice("9", SafeText("web")),
}


def node_at(raw: Json, path: Path) -> Node:
    """The node of just this path."""
    node = find(raw, path)
    assert node.path == path
    return node


def picked(raw: Json, node: Node, pick: Pick | None) -> Choice | None:
    """Something to add: the last stage or artifact that is offered."""
    if pick in (Pick.STAGE, Pick.ARTIFACT):
        return choices_of(raw, node, pick)[-1]
    return PICKED[pick] if pick else None


def ranks_are_consecutive(raw: Json) -> bool:
    """Of the stages, and of the jobs of each."""
    lists: list[Path] = [STAGES, *((*STAGES, n, "deployPhases") for n in range(len(raw["environments"])))]
    return all([e["rank"] for e in at(raw, path)] == list(range(1, len(at(raw, path)) + 1)) for path in lists)


def changes(raw: Json, node: Node) -> list[tuple[Json, Path]]:
    """All that can be done to a node."""
    found: list[tuple[Json, Path]] = []
    for step in (-1, 1):
        with contextlib.suppress(ValueError):
            found.append(moved(raw, node, step))
    with contextlib.suppress(ValueError):
        found.append(removed(raw, node))
    with contextlib.suppress(ValueError):
        found.append(cloned(raw, node)[:2])
    for offer in offers(raw, node):
        with contextlib.suppress(ValueError):
            found.append(added(raw, node, offer.part, picked(raw, node, offer.pick), KNOWN)[:2])
    return found


RANKED = [json.dumps(raw) for raw in everything() if all("rank" in e for e in raw["environments"])]
"""A body that was sent to a server may leave ranks out."""


@settings(max_examples=60)
@given(st.sampled_from(RANKED), st.data())
def test_whatever_is_done_ranks_stay_consecutive_and_the_cursor_has_a_node(
    text: str, data: st.DataObject
) -> None:
    raw = json.loads(text)
    for _ in range(4):
        before = json.dumps(raw)
        node = data.draw(st.sampled_from(outline(raw)))
        done = changes(raw, node)
        assert json.dumps(raw) == before
        if not done:
            continue
        for changed, path in done:
            assert ranks_are_consecutive(changed)
            assert path in {n.path for n in outline(changed)}
        raw = data.draw(st.sampled_from([changed for changed, _ in done]))


MOVABLE = [
    n for n in outline(rich()) if n.kind in (Kind.STAGE, Kind.JOB, Kind.TASK, Kind.GATE, Kind.ARTIFACT)
]


@pytest.mark.parametrize("node", MOVABLE, ids=lambda node: str(node.label))
@pytest.mark.parametrize("step", [-1, 1])
def test_moving_there_and_back_changes_nothing(node: Node, step: int) -> None:
    raw = rich()
    try:
        changed, path = moved(raw, node, step)
    except ValueError as refusal:
        assert "already" in str(refusal)  # noqa: PT017
        return
    assert changed != raw
    assert node_at(changed, path).label == node.label
    back, there = moved(changed, node_at(changed, path), -step)
    assert (back, there) == (raw, node.path)


def test_a_task_goes_on_into_the_next_job() -> None:
    last = (*DEV, "deployPhases", 0, "workflowTasks", 1)
    changed, path = moved(rich(), node_at(rich(), last), 1)
    assert path == (*DEV, "deployPhases", 1, "workflowTasks", 0)
    assert [t["name"] for t in at(changed, path[:-1])] == ["Start", "Install"]
    first = (*DEV, "deployPhases", 0, "workflowTasks", 0)
    with pytest.raises(ValueError, match="It is the first task already"):
        moved(rich(), node_at(rich(), first), -1)


def test_moved_stages_are_ranked_anew_whatever_their_order_was() -> None:
    raw = rich()
    raw["environments"].reverse()
    test = node_at(raw, TEST)
    changed, path = moved(raw, test, -1)
    assert [(e["name"], e["rank"]) for e in changed["environments"]] == [("TEST", 1), ("DEV", 2), ("PROD", 3)]
    assert path == ("environments", 0)


UNDONE_EXCEPT = (Part.AFTER_STAGE, Part.ARTIFACT_FILTER, Part.APPROVER, Part.SCHEDULE, Part.FILTER)
"""Parts that are fields of their node; undone below."""


def all_offers() -> list[tuple[Path, Part, Pick | None]]:
    """What can be added anywhere in the sample."""
    raw = rich()
    return [(n.path, o.part, o.pick) for n in outline(raw) for o in offers(raw, n)]


@pytest.mark.parametrize(("path", "part", "pick"), all_offers())
def test_removing_what_was_added_gives_what_was(path: Path, part: Part, pick: Pick | None) -> None:
    raw, node = rich(), node_at(rich(), path)
    try:
        changed, place, field_id = added(raw, node, part, picked(raw, node, pick), KNOWN)
    except ValueError as refusal:
        assert "already" in str(refusal) or "by hand" in str(refusal) or "itself" in str(refusal)  # noqa: PT017
        return
    new = node_at(changed, place)
    names = {f.id for f in fields(changed, new, KNOWN)}
    assert not field_id or field_id in names
    if part in (Part.VARIABLE, Part.SECRET):
        field_id = field_id.removesuffix("name") + "value"
    if field_id and part in (Part.VARIABLE, Part.SECRET, Part.VARIABLE_GROUP, *UNDONE_EXCEPT):
        field = next(f for f in fields(changed, new, KNOWN) if f.id == field_id)
        if part is Part.ARTIFACT_FILTER:
            field = next(f for f in fields(changed, new) if f.id == field_id.replace("sourceBranch", "alias"))
        undone = removed_field(changed, new, field, KNOWN)
    elif part is Part.AFTER_STAGE:
        assert len(at(changed, (*place[:2], "conditions"))) >= len(at(raw, (*place[:2], "conditions")))
        return
    else:
        undone = removed(changed, new)[0]
    if part is Part.APPROVER and "approvalOptions" not in at(raw, path):
        # The rules stay, as they do on the server.
        undone = put(undone, path, {k: v for k, v in at(undone, path).items() if k != "approvalOptions"})
    assert unowned(undone) == unowned(raw)


def test_every_part_is_offered_somewhere() -> None:
    assert {part for _, part, _ in all_offers()} == set(Part)


def add(raw: Json, path: Path, part: Part, choice: Choice | None = None) -> Added:
    """Add at the node of a path."""
    return added(raw, node_at(raw, path), part, choice, KNOWN)


def test_a_new_stage_waits_for_the_one_before_it() -> None:
    changed, path, field = add(rich(), DEV, Part.STAGE)
    assert (path, field) == (TEST, "name")
    assert [(e["name"], e["rank"]) for e in changed["environments"]] == [
        *(("DEV", 1), ("Stage 4", 2), ("TEST", 3), ("PROD", 4))
    ]
    new = at(changed, path)
    assert new["conditions"] == [{"name": "DEV", "conditionType": "environmentState", "value": "4"}]
    assert new["preDeployApprovals"]["approvals"] == [
        {"rank": 1, "isAutomated": True, "isNotificationOn": False, "id": 0}
    ]
    assert new["deployPhases"][0]["deploymentInput"]["queueId"] == 15
    first, path, _ = added({"environments": []}, find({}, ()), Part.STAGE, None, KNOWN)
    assert at(first, path)["conditions"][0]["name"] == "ReleaseStarted"
    assert at(first, path)["deployPhases"][0]["deploymentInput"]["queueId"] == 31


def test_new_jobs_by_their_kind() -> None:
    changed, path, _ = add(rich(), (*DEV, "deployPhases", 0), Part.JOB_SERVER)
    assert path == (*DEV, "deployPhases", 1)
    assert [p["rank"] for p in at(changed, path[:-1])] == [1, 2, 3]
    assert "queueId" not in at(changed, path)["deploymentInput"]
    changed, path, _ = add(rich(), TEST, Part.JOB_GROUP)
    assert at(changed, path)["deploymentInput"]["queueId"] == 15
    bare = {"environments": [{"name": "A", "rank": 1, "deployPhases": []}]}
    changed, path, _ = add(bare, DEV, Part.JOB_GROUP)
    assert at(changed, path)["deploymentInput"]["queueId"] == 71


def test_a_new_task_has_the_inputs_of_its_type() -> None:
    path = (*DEV, "deployPhases", 0, "workflowTasks", 0)
    changed, new, _ = add(rich(), path, Part.TASK, COPY_FILES.choice)
    assert new == (*path[:-1], 1)
    task = at(changed, new)
    assert (task["taskId"], task["version"], task["name"]) == (COPY_FILES.id, "2.*", "Copy files to out")
    assert task["inputs"] == {"Contents": "**", "TargetFolder": "out"}
    with pytest.raises(ValueError, match="Pick what the task is to be"):
        add(rich(), path, Part.TASK)
    with pytest.raises(ValueError, match="Pick a task from the list"):
        add(rich(), path, Part.TASK, Choice("copy", SafeText("copy")))


def test_where_a_task_has_to_run_is_told() -> None:
    def runs_on(path: Path) -> str:
        return offers(rich(), node_at(rich(), path))[0].runs_on

    assert runs_on((*DEV, "deployPhases", 0)) == AGENT
    assert runs_on((*DEV, "deployPhases", 1, "workflowTasks", 0)) == DEPLOYMENT_GROUP
    assert runs_on((*PROD, "deployPhases", 0)) == SERVER
    assert runs_on((*DEV, "preDeploymentGates")) == SERVER_GATE


def test_a_gate_switches_the_gates_on() -> None:
    changed, path, _ = add(rich(), (*DEV, "preDeploymentGates"), Part.GATE, COPY_FILES.choice)
    step = at(changed, path[:3])
    assert step["gatesOptions"]["isEnabled"] is True
    assert step["gatesOptions"]["samplingInterval"] == 15
    assert len(step["gates"]) == 1


def test_approvers_are_added_in_their_order() -> None:
    path = (*PROD, "preDeployApprovals")
    changed, _, field = add(rich(), path, Part.APPROVER, KIM)
    assert field == "approver:2"
    assert [s["rank"] for s in at(changed, (*path, "approvals"))] == [1, 2, 3]
    with pytest.raises(ValueError, match="an approver already"):
        add(rich(), path, Part.APPROVER, Choice(LEE["id"].upper(), SafeText("Lee")))
    one, _, _ = add(rich(), (*DEV, "preDeployApprovals"), Part.APPROVER, KIM)
    assert [s["isAutomated"] for s in at(one, (*DEV, "preDeployApprovals", "approvals"))] == [False]


def test_an_approver_to_be_named_is_named_first() -> None:
    path = (*DEV, "preDeployApprovals")
    mode = fields(rich(), node_at(rich(), path))[0]
    raw = with_field(rich(), node_at(rich(), path), mode, "sequence")
    one, _, field = add(raw, path, Part.APPROVER, KIM)
    assert field == "approver:0"
    two, _, field = add(one, path, Part.APPROVER, Choice(LEE["id"], SafeText("Lee")))
    assert field == "approver:1"
    assert [s["approver"]["id"] for s in at(two, (*path, "approvals"))] == [KIM.id, LEE["id"]]


def test_approvers_in_a_sequence_change_places() -> None:
    path = (*PROD, "preDeployApprovals")
    raw, node = rich(), node_at(rich(), path)
    lee, cab = (f for f in fields(raw, node) if f.pick is Pick.PERSON)
    changed = moved_field(raw, node, lee, 1)
    steps = at(changed, (*path, "approvals"))
    assert [(s["rank"], s["approver"]["id"]) for s in steps] == [(1, CAB["id"]), (2, LEE["id"])]
    with pytest.raises(ValueError, match="is asked last already"):
        moved_field(raw, node, cab, 1)
    other = (*TEST, "preDeployApprovals")
    with pytest.raises(ValueError, match="Only approvers in a sequence"):
        moved_field(raw, node_at(raw, other), fields(raw, node_at(raw, other))[1], 1)


def test_a_stage_waits_for_one_more() -> None:
    raw = put(rich(), (*PROD, "conditions"), [{"name": "DEV", "conditionType": 2, "value": "4"}])
    changed, _, _ = add(raw, (*PROD, "conditions"), Part.AFTER_STAGE, Choice("test", SafeText("TEST")))
    assert [c["name"] for c in at(changed, (*PROD, "conditions"))] == ["DEV", "TEST"]
    released, _, _ = add(
        put(rich(), (*PROD, "conditions"), [{"name": "ReleaseStarted", "conditionType": "event"}]),
        (*PROD, "conditions"),
        Part.AFTER_STAGE,
        Choice("TEST", SafeText("TEST")),
    )
    assert [c["name"] for c in at(released, (*PROD, "conditions"))] == ["TEST"]


def test_artifacts_as_the_portal_links_them() -> None:
    empty: Json = {"environments": [], "artifacts": []}
    first, path, _ = added(empty, find(empty, ("artifacts",)), Part.ARTIFACT_BUILD, BUILD.choice, KNOWN)
    build = at(first, path)
    assert (build["alias"], build["type"], build["isPrimary"]) == ("_Web.CI", "Build", True)
    assert build["definitionReference"]["definition"] == {"id": "12", "name": "Web.CI"}
    assert build["definitionReference"]["project"] == {"id": "p-1", "name": "Web"}
    second, path, _ = add(first, ("artifacts",), Part.ARTIFACT_GIT, REPOSITORY.choice)
    git = at(second, path)
    assert (git["alias"], git["type"], git["isPrimary"]) == ("_web.git", "Git", False)
    assert git["definitionReference"]["branches"] == {"id": "main", "name": "main"}
    assert git["definitionReference"]["project"] == {"id": "p-1", "name": "Web"}
    again, path, _ = add(second, ("artifacts",), Part.ARTIFACT_BUILD, BUILD.choice)
    assert at(again, path)["alias"] == "_Web.CI_2"
    triggered, path, _ = add(again, ("artifacts", 1), Part.TRIGGER_ARTIFACT)
    assert at(triggered, path) == {
        "alias": "_web.git",
        "branchFilters": ["+refs/heads/main"],
        "triggerType": "sourceRepo",
    }
    triggered, path, _ = add(again, ("artifacts", 0), Part.TRIGGER_ARTIFACT)
    assert at(triggered, path) == {
        "artifactAlias": "_Web.CI",
        "triggerConditions": [],
        "triggerType": "artifactSource",
    }
    with pytest.raises(ValueError, match=r"such a trigger for _Web.CI already"):
        add(triggered, ("artifacts", 0), Part.TRIGGER_ARTIFACT)


def test_a_removed_stage_leaves_no_condition_behind() -> None:
    changed, path = removed(rich(), node_at(rich(), DEV))
    assert path == DEV
    assert [e["name"] for e in changed["environments"]] == ["TEST", "PROD"]
    # TEST waited for DEV only: its filter alone must not let it start.
    assert [e["conditions"] for e in changed["environments"]] == [
        [],
        [rich()["environments"][2]["conditions"][1]],
    ]
    one, _ = removed(changed, node_at(changed, TEST))
    with pytest.raises(ValueError, match="at least one stage"):
        removed(one, node_at(one, DEV))
    with pytest.raises(ValueError, match="at least one job"):
        removed(rich(), node_at(rich(), (*TEST, "deployPhases", 0)))


def test_a_removed_artifact_leaves_nothing_behind() -> None:
    changed, path = removed(rich(), node_at(rich(), ("artifacts", 0)))
    assert path == ("artifacts", 0)
    assert '"drop"' not in json.dumps(changed)
    assert [a["isPrimary"] for a in changed["artifacts"]] == [True, False]
    assert [t["triggerType"] for t in changed["triggers"]] == ["schedule", "sourceRepo", "somethingNew"]


def test_gates_without_a_gate_are_as_the_portal_has_them() -> None:
    raw = rich()
    for _ in range(2):
        raw, path = removed(raw, node_at(raw, (*PROD, "preDeploymentGates", "gates", 0, "tasks", 0)))
    assert path == (*PROD, "preDeploymentGates")
    assert at(raw, path) == {"id": 3, "gatesOptions": None, "gates": []}


@pytest.mark.parametrize("kind", [Kind.START, Kind.BEFORE, Kind.GATES_AFTER, Kind.VARIABLES, Kind.DEFINITION])
def test_what_belongs_to_the_stage_stays(kind: Kind) -> None:
    raw = rich()
    node = next(node for node in outline(raw) if node.kind is kind)
    for change in (removed, cloned, lambda raw, node: moved(raw, node, 1)):
        with pytest.raises(ValueError, match="belongs to"):
            change(raw, node)


def test_a_cloned_stage_is_a_new_one() -> None:
    raw = rich()
    changed, path, field = cloned(raw, node_at(raw, PROD))
    new = at(changed, path)
    assert (new["name"], new["id"], new["rank"], field) == ("Copy of PROD", 0, 4, "name")
    assert not {"deployStep", "currentRelease", "badgeUrl"} & set(new)
    assert {s["id"] for s in new["preDeployApprovals"]["approvals"]} == {0}
    assert new["preDeploymentGates"]["id"] == 0
    assert new["conditions"] == raw["environments"][2]["conditions"]
    assert new["deployPhases"] == raw["environments"][2]["deployPhases"]
    again, path, _ = cloned(changed, node_at(changed, PROD))
    assert at(again, path)["name"] == "Copy of PROD 2"
    secret, path, _ = cloned(raw, node_at(raw, DEV))
    # The server does not tell the value to the new stage.
    assert at(secret, path)["variables"]["Key"] == {"value": "", "isSecret": True}
    scheduled, path, _ = cloned(raw, node_at(raw, TEST))
    assert "jobId" not in at(scheduled, path)["schedules"][0]


def test_clones_have_names_of_their_own_where_they_must() -> None:
    raw = put(rich(), (*DEV, "deployPhases", 0, "workflowTasks", 0, "refName"), "Copy")
    changed, path, _ = cloned(raw, node_at(raw, (*DEV, "deployPhases", 0, "workflowTasks", 0)))
    assert path[-1] == 1
    assert [t["refName"] for t in at(changed, path[:-1])] == ["Copy", "Copy_2", ""]
    raw = put(rich(), (*DEV, "deployPhases", 0, "refName"), "Job")
    changed, path, _ = cloned(raw, node_at(raw, (*DEV, "deployPhases", 0)))
    assert [(p["refName"], p["rank"]) for p in at(changed, path[:-1])] == [
        ("Job", 1),
        ("Job_2", 2),
        (None, 3),
    ]
    changed, path, _ = cloned(rich(), node_at(rich(), ("artifacts", 0)))
    assert (at(changed, path)["alias"], at(changed, path)["isPrimary"]) == ("drop_2", False)


def old_style() -> Json:
    """A definition of the oldest servers: the one job of a stage is its step, the queue is the stage's."""
    raw = rich()
    for stage in raw["environments"]:
        tasks = [task for job in stage.pop("deployPhases") for task in job["workflowTasks"]]
        stage["deployStep"] = {"id": 5, "tasks": tasks}
        stage |= {"queueId": 15, "demands": ["java"]}
    return raw


def test_the_tasks_of_the_oldest_servers_are_edited_where_they_stand() -> None:
    raw = old_style()
    job: Path = (*DEV, "deployStep")
    tasks = (*job, "tasks")
    assert [n.label for n in outline(raw) if n.path[: len(job)] == job] == [
        *("Run on agent", "Copy", "Start", "Install")
    ]
    assert [f.id for f in fields(raw, node_at(raw, job))] == ["queue", "demands"]
    queue = fields(raw, node_at(raw, job))[0]
    assert at(with_field(raw, node_at(raw, job), queue, "31"), (*DEV, "queueId")) == 31
    assert [(o.part, o.runs_on) for o in offers(raw, node_at(raw, job))] == [
        *((Part.TASK, AGENT), (Part.STAGE, ""))
    ]
    more, path, _ = add(raw, job, Part.TASK, COPY_FILES.choice)
    assert path == (*tasks, 3)
    assert removed(more, node_at(more, path)) == (raw, (*tasks, 2))
    up, path = moved(raw, node_at(raw, (*tasks, 2)), -1)
    assert [t["name"] for t in at(up, tasks)] == ["Copy", "Install", "Start"]
    with pytest.raises(ValueError, match="last task already"):
        moved(raw, node_at(raw, (*tasks, 2)), 1)
    for change in (removed, cloned, lambda raw, node: moved(raw, node, 1)):
        with pytest.raises(ValueError, match="belongs to"):
            change(raw, node_at(raw, job))
    copy, path, _ = cloned(raw, node_at(raw, DEV))
    assert at(copy, (*path, "deployStep")) == {"tasks": at(raw, tasks)}
    assert unowned(raw)["environments"][0]["deployStep"] == {"tasks": at(raw, tasks)}
    one = raw
    for _ in range(3):
        one, path = removed(one, node_at(one, (*tasks, 0)))
    assert path == job
    assert node_at(one, path).kind is Kind.JOB


def test_the_stage_of_a_node_is_known_by_its_name() -> None:
    assert stage_name(rich(), (*TEST, "conditions")) == "TEST"
    assert [e["name"] for e in ordered(rich(), STAGES)] == ["DEV", "TEST", "PROD"]
