"""What the embedded server accepts as a release definition, and its revisions (api.md 3.1, 6.3)."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from reltui.demo.engine import Engine, Refusal
from tests import kept_engine

Json = dict[str, Any]

TODAY = datetime(2026, 3, 4, 14, 30, tzinfo=UTC)


def minimal() -> Json:
    """The smallest body that a server accepts (api.md 3.1)."""
    automated = {"approvals": [{"rank": 1, "isAutomated": True, "isNotificationOn": False}]}
    return {
        "name": "Smallest.CD",
        "environments": [
            {
                "name": "PROD",
                "rank": 1,
                "preDeployApprovals": automated,
                "postDeployApprovals": copy.deepcopy(automated),
                "deployPhases": [
                    {
                        "rank": 1,
                        "phaseType": "agentBasedDeployment",
                        "name": "Run on agent",
                        "deploymentInput": {"queueId": 16},
                        "workflowTasks": [],
                    }
                ],
                "retentionPolicy": {"daysToKeep": 30, "releasesToKeep": 3, "retainBuild": True},
            }
        ],
    }


@pytest.fixture
def engine() -> Engine:
    return kept_engine.engine(speed=0, today=TODAY)


def create(engine: Engine, body: Json) -> Json:
    """POST into the first project, as the signed-in person."""
    return engine.create_definition(engine.projects[0]["id"], body, engine.me["id"])


def test_the_server_fills_in_what_was_left_out(engine: Engine) -> None:
    definition = create(engine, minimal())
    assert (definition["revision"], definition["source"], definition["path"]) == (1, "restApi", "\\")
    assert definition["releaseNameFormat"] == "Release-$(rev:r)"
    assert definition["createdBy"]["id"] == engine.me["id"]
    assert definition["createdOn"] == "2026-03-04T14:30:00Z"
    environment = definition["environments"][0]
    assert environment["owner"]["id"] == engine.me["id"]
    assert environment["deployPhases"][0]["deploymentInput"]["queueId"] == 16
    assert environment["deployPhases"][0]["deploymentInput"]["condition"] == "succeeded()"
    assert environment["currentRelease"]["id"] == 0
    assert environment["preDeployApprovals"]["approvals"][0]["id"] > 0
    assert engine.definition(definition["id"]) == definition


def stage(body: Json) -> Json:
    """The only environment of the smallest body."""
    found: Json = body["environments"][0]
    return found


def _two_of_rank_one(body: Json) -> None:
    body["environments"].append(copy.deepcopy(stage(body)) | {"name": "DEV"})


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda body: body.update(name=" "), "name cannot be empty"),
        (lambda body: body.update(name="INVOICE.cd", path="\\Backend"), "already exists in folder"),
        (lambda body: body.update(environments=[]), "at least one stage"),
        (lambda body: stage(body).update(rank=2), "^VS402874: "),
        (_two_of_rank_one, "^VS402874: "),
        (
            lambda body: stage(body)["preDeployApprovals"].update(approvals=[]),
            "^VS402877: Pre-approvals or post-approvals in stage 'PROD' are empty.$",
        ),
        (lambda body: stage(body).pop("postDeployApprovals"), "^VS402877: "),
        (lambda body: stage(body).pop("retentionPolicy"), "^VS402982: "),
        (lambda body: stage(body).update(deployPhases=[]), "no job"),
        (
            lambda body: body.update(artifacts=[{"alias": "x", "type": "Build", "definitionReference": {}}]),
            "^VS402862: Artifact source should have source information. "
            "Specify a valid source and try again.$",
        ),
        (
            lambda body: stage(body)["preDeployApprovals"].update(
                approvals=[{"rank": 1, "isAutomated": False, "approver": {"id": "nobody"}}]
            ),
            "does not exist",
        ),
    ],
)
def test_what_is_refused(engine: Engine, spoil: Callable[[Json], None], message: str) -> None:
    body = minimal()
    spoil(body)
    with pytest.raises(Refusal, match=message) as refused:
        create(engine, body)
    assert (refused.value.status, refused.value.type_key) == (400, "InvalidRequestException")
    assert refused.value.type_name == (
        "Microsoft.VisualStudio.Services.ReleaseManagement.Data.Exceptions.InvalidRequestException, "
        "Microsoft.VisualStudio.Services.ReleaseManagement2.Data"
    )


def test_every_save_is_a_revision(engine: Engine) -> None:
    project = engine.projects[0]["id"]
    first = copy.deepcopy(create(engine, minimal()))
    somebody = next(key for key, who in engine.identities.items() if who["displayName"] == "Lee Whitcomb")
    engine.advance(90)
    second = engine.update_definition(
        project, copy.deepcopy(first) | {"description": "now with words", "comment": "why not"}, somebody
    )
    assert (second["id"], second["revision"], second["description"]) == (first["id"], 2, "now with words")
    assert second["createdBy"]["id"] == engine.me["id"]
    assert second["modifiedBy"]["id"] == somebody
    assert second["modifiedOn"] == "2026-03-04T14:31:30Z"
    assert second["environments"][0]["id"] == first["environments"][0]["id"]
    log = engine.definition_revisions(first["id"])
    assert [(entry["revision"], entry["changeType"], entry.get("comment")) for entry in log] == [
        (1, "add", None),
        (2, "update", "why not"),
    ]
    assert log[1]["changedBy"]["displayName"] == "Lee Whitcomb"
    assert engine.definition_revision(first["id"], 1)["description"] is None
    assert engine.definition_revision(first["id"], 2)["description"] == "now with words"
    with pytest.raises(Refusal, match="old copy"):
        engine.update_definition(project, copy.deepcopy(first), somebody)
    with pytest.raises(Refusal, match="Revision 3"):
        engine.definition_revision(first["id"], 3)
    with pytest.raises(Refusal, match="VS402936"):
        engine.update_definition(engine.projects[1]["id"], copy.deepcopy(second), somebody)


def test_a_release_keeps_the_definition_it_was_made_from(engine: Engine) -> None:
    project = engine.projects[0]["id"]
    definition = copy.deepcopy(create(engine, minimal()))
    release = engine.create_release(project, {"definitionId": definition["id"]}, engine.me["id"])
    definition["environments"][0]["name"] = "LIVE"
    engine.update_definition(project, definition, engine.me["id"])
    kept = engine.release(release["id"])
    assert kept["environments"][0]["name"] == "PROD"
    assert kept["releaseDefinitionRevision"] == 1
    assert engine.definition(definition["id"])["lastRelease"]["id"] == release["id"]


def test_a_definition_tells_what_stands_where(engine: Engine) -> None:
    project = engine.projects[0]["id"]
    definition = create(engine, minimal())
    releases = [
        engine.create_release(project, {"definitionId": definition["id"]}, engine.me["id"]) for _ in range(2)
    ]

    def deploy(release: Json) -> None:
        environment = release["environments"][0]["id"]
        engine.update_environment(release["id"], environment, {"status": "inProgress"}, engine.me["id"])
        engine.advance(600)

    for release in (releases[1], releases[0]):
        deploy(release)
        stands = engine.definition(definition["id"])["environments"][0]["currentRelease"]["id"]
        assert stands == release["id"]
