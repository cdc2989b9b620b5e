"""What a new definition begins as: each one is accepted by the embedded server, which knows the rules."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from reltui.demo.engine import Engine
from reltui.demo.task_types_server import CATALOGUE
from reltui.model.editing.fields import Pick, fields, with_field
from reltui.model.editing.outline import Kind, Node, find, outline
from reltui.model.editing.owned import unowned
from reltui.model.editing.shape import Path, at
from reltui.model.editing.starts import STARTS, clone_of, started
from reltui.model.editing.structure import Offer, Part, added, choices_of, offers
from reltui.model.resources import (
    Choice,
    Queue,
    Resources,
    build_from_json,
    connection_from_json,
    deployment_group_from_json,
    queue_from_json,
    repository_from_json,
    task_type_from_json,
    variable_group_from_json,
)
from reltui.model.text import SafeText
from tests.unit.editing_samples import TODAY, everything, rich

Json = dict[str, Any]

KNOWN = Resources(queues=(Queue(15, SafeText("Default"), SafeText("Default")),))


@cache
def engine() -> Engine:
    """The sample organisation, standing still."""
    return Engine(seed=1, size="small", speed=0.0, today=TODAY)


def saved(raw: Json) -> Json:
    """The definition as the server has it; it comes and goes as text, as over the wire."""
    server = engine()
    body = json.loads(json.dumps(raw))
    found: Json = server.create_definition(server.projects[0]["id"], body, server.me["id"])
    return found


def without_empty(value: Any) -> Any:
    """Without members that say nothing: a server fills them in."""
    if isinstance(value, dict):
        kept = {key: without_empty(inner) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if inner not in (None, "", [], {}, False, 0)}
    return [without_empty(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("start", [start.id for start in STARTS])
def test_a_start_is_accepted_as_it_is(start: str) -> None:
    raw = started(start, f"New {start}", "Web/Shop", KNOWN)
    if start == "empty":
        assert raw["environments"] == []
        root = outline(raw)[0]
        raw, _, _ = added(raw, root, Part.STAGE, None, KNOWN)
    kept = saved(raw)
    assert (kept["name"], kept["path"]) == (f"New {start}", "\\Web\\Shop")
    for sent, found in zip(raw["environments"], kept["environments"], strict=True):
        assert without_empty(unowned({"environments": [sent]})) == without_empty(
            unowned({"environments": [{k: v for k, v in found.items() if k != "owner"}]})
        )


def test_the_stages_of_the_starts() -> None:
    def chain(start: str) -> list[tuple[str, list[str]]]:
        stages = started(start, "x", "\\")["environments"]
        return [(stage["name"], [c["name"] for c in stage["conditions"]]) for stage in stages]

    assert chain("single-stage") == [("PROD", ["ReleaseStarted"])]
    assert chain("dev-test-prod") == [("DEV", ["ReleaseStarted"]), ("TEST", ["DEV"]), ("PROD", ["TEST"])]
    assert chain("blue-green") == [
        ("IDLE SIDE", ["ReleaseStarted"]),
        ("SWITCH OVER", ["IDLE SIDE"]),
        ("OTHER SIDE", []),
    ]
    with pytest.raises(ValueError, match="no start"):
        started("other", "x", "\\")


def test_a_person_is_asked_before_switching_over() -> None:
    switch = started("blue-green", "x", "\\")["environments"][1]
    assert [(job["phaseType"], len(job["workflowTasks"])) for job in switch["deployPhases"]] == [
        ("runOnServer", 1),
        ("agentBasedDeployment", 0),
    ]
    assert switch["deployPhases"][0]["workflowTasks"][0]["taskId"] == "bcb64569-d51a-4af0-9c01-ea5d05b3b622"


def test_a_clone_is_new_and_its_secrets_are_empty() -> None:
    raw = rich()
    before = json.dumps(raw)
    copy = clone_of(raw, "Billing.CD copy", "\\Other")
    assert json.dumps(raw) == before
    assert (copy["id"], copy["name"], copy["path"]) == (0, "Billing.CD copy", "\\Other")
    assert not {"revision", "createdBy", "createdOn", "modifiedBy", "url", "_links", "source"} & set(copy)
    assert {stage["id"] for stage in copy["environments"]} == {0}
    text = json.dumps(copy)
    for name in ("deployStep", "currentRelease", "jobId", "sourceId", "badgeUrl"):
        assert f'"{name}"' not in text
    raw["variables"]["Password"]["value"] = "hunter2"
    assert clone_of(raw, "x", "\\")["variables"]["Password"] == {"value": None, "isSecret": True}


def test_a_clone_has_all_that_a_person_wrote() -> None:
    for raw in everything():
        copy = clone_of(raw, raw["name"], raw.get("path") or "\\")
        assert without_empty(unowned(copy)) == without_empty({**unowned(raw), "path": copy["path"]})
        assert [n.kind for n in outline(copy)] == [n.kind for n in outline(raw)]
        assert outline(copy)[0].kind is Kind.DEFINITION


def test_a_clone_is_accepted() -> None:
    server = engine()
    for number, raw in enumerate(list(server.definitions(server.projects[0]["id"]))[:5]):
        kept = saved(clone_of(raw, f"Clone {number}", "\\Clones"))
        assert kept["id"] != raw["id"]
        assert [e["name"] for e in kept["environments"]] == [e["name"] for e in raw["environments"]]


@cache
def offered() -> Resources:
    """What the server offers in its first project."""
    server = engine()
    project = server.projects[0]["id"]
    return Resources(
        task_types=tuple(map(task_type_from_json, CATALOGUE)),
        queues=tuple(map(queue_from_json, server.resources.queues(project))),
        deployment_groups=tuple(map(deployment_group_from_json, server.resources.deployment_groups(project))),
        variable_groups=tuple(map(variable_group_from_json, server.resources.variable_groups(project))),
        builds=tuple(map(build_from_json, server.resources.build_definitions(project))),
        repositories=tuple(map(repository_from_json, server.resources.repositories(project))),
        connections=tuple(map(connection_from_json, server.resources.connections(project))),
    )


def pick(raw: Json, node: Node, offer: Offer) -> Choice | None:
    """The first of what there is to pick."""
    known = offered()
    match offer.pick:
        case None:
            return None
        case Pick.STAGE | Pick.ARTIFACT:
            return choices_of(raw, node, offer.pick)[0]
        case Pick.PERSON:
            other = next(person for person in engine().identities if person != engine().me["id"])
            return Choice(other, SafeText(engine().identities[other]["displayName"]))
        case Pick.TASK:
            return known.tasks_to_pick(offer.runs_on)[0].choice
        case Pick.VARIABLE_GROUP:
            return (known.variable_groups or ())[0].choice
        case Pick.BUILD:
            return (known.builds or ())[0].choice
    return (known.repositories or ())[0].choice


def test_a_definition_with_one_of_every_part_is_accepted_and_kept() -> None:
    raw = started("dev-test-prod", "Every part", "\\", offered())
    steps: list[tuple[Path, tuple[Part, ...]]] = [
        ((), (Part.ARTIFACT_BUILD, Part.ARTIFACT_GIT, Part.TRIGGER_SCHEDULE, Part.VARIABLE, Part.SECRET)),
        (("artifacts", 0), (Part.TRIGGER_ARTIFACT, Part.TRIGGER_PULL_REQUEST)),
        (("artifacts", 1), (Part.TRIGGER_ARTIFACT,)),
        (("triggers", 1), (Part.FILTER,)),
        (("variables",), (Part.VARIABLE_GROUP,)),
        (("environments", 1), (Part.JOB_SERVER, Part.JOB_GROUP, Part.STAGE)),
        (("environments", 1, "deployPhases", 0), (Part.TASK,)),
        (("environments", 1, "deployPhases", 1), (Part.TASK,)),
        (("environments", 1, "deployPhases", 2), (Part.TASK,)),
        (("environments", 1, "conditions"), (Part.SCHEDULE, Part.ARTIFACT_FILTER)),
        (("environments", 3, "conditions"), (Part.AFTER_STAGE,)),
        (("environments", 3, "preDeployApprovals"), (Part.APPROVER,)),
        (("environments", 3, "postDeployApprovals"), (Part.APPROVER,)),
        (("environments", 3, "preDeploymentGates"), (Part.GATE,)),
    ]
    for path, parts in steps:
        for part in parts:
            node = find(raw, path)
            assert node.path == path
            offer = next(offer for offer in offers(raw, node) if offer.part is part)
            raw, _, _ = added(raw, node, part, pick(raw, node, offer), offered())
    assert {part for _, parts in steps for part in parts} == {*Part} - {Part.JOB_AGENT}
    kept = saved(raw)
    assert [n.label for n in outline(kept)] == [n.label for n in outline(raw)]
    assert [n.note for n in outline(kept)] == [n.note for n in outline(raw)]
    for node in outline(kept):
        for field in fields(kept, node, offered()):
            assert with_field(kept, node, field, field.value, offered()) == kept
    tasks = at(kept, ("environments", 1, "deployPhases"))
    assert [len(job["workflowTasks"]) for job in tasks] == [1, 1, 1]
