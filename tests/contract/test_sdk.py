"""Microsoft's own Python SDK drives the embedded server through whole life cycles, over TCP.

It is imported inside functions, because it makes a folder in the home of the person when it is imported.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.busy import Busy
from tests.contract.harness import Client, serving
from tests.contract.samples import minimal_definition
from tests.contract.sdk import client_of, tidy, without_cache

# Microsoft's client library leaves its connections to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")

CLIENTS = {
    "tfs-2018": "azure.devops.v7_0.release.release_client.ReleaseClient",
    "server-2019": "azure.devops.v7_1.release.release_client.ReleaseClient",
    "server-2020": "azure.devops.released.release.release_client.ReleaseClient",
    "server-2022": "azure.devops.v7_0.release.release_client.ReleaseClient",
    "server-2022.1": "azure.devops.v7_1.release.release_client.ReleaseClient",
    "services": "azure.devops.v7_1.release.release_client.ReleaseClient",
}
"""Which of the SDK's clients meets which generation: older, equal and newer ones than the server."""


@pytest.fixture(autouse=True)
def no_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The SDK starts with nothing remembered."""
    without_cache(monkeypatch, tmp_path)


class Sdk:
    """The SDK's release client, and our control of the clock."""

    def __init__(self, client: Client, generation: str) -> None:
        from azure.devops.connection import Connection
        from msrest.authentication import BasicAuthentication

        self.control = client
        self.generation = generation
        connection = Connection(client.url, BasicAuthentication("", client.token))
        self.release = connection.get_client(CLIENTS[generation])
        core = connection.clients.get_core_client()
        self.project = core.get_projects()[0].name
        self.person = client.me()

    def ask(self, method: str, location: str, **values: Any) -> Any:
        """A call that this SDK has no method for, by its location id: the address comes from OPTIONS."""
        route = {"project": self.project} | {
            k: str(v) for k, v in values.items() if k in ("releaseId", "tag")
        }
        query = {key: value for key, value in values.items() if key not in route}
        answer = self.release._send(method, location, "7.1-preview", route, query)
        return answer.json() if answer.content else None

    def build_client(self) -> Any:
        """The SDK's build client."""
        kind = "azure.devops.v7_1.build.build_client.BuildClient"
        return client_of(kind, self.control.url, self.control.token)

    def define(self, name: str, stages: int = 2) -> Any:
        """A definition with one approver before each stage."""
        body = minimal_definition(name, self.person, stages)
        return self.release.create_release_definition(body, self.project)

    def start(self, definition: Any) -> Any:
        """A release, with its first approval due."""
        metadata = {"definitionId": definition.id, "description": "By the SDK", "reason": "none"}
        created = self.release.create_release(metadata, self.project)
        assert [environment.status for environment in created.environments] == ["notStarted"] * 2
        assert created.reason == "manual"
        self.control.advance(30)
        return created

    def approval(self, release: Any) -> Any:
        """The one approval of a release that is pending."""
        found = self.release.get_approvals(
            self.project, release_ids_filter=[release.id], assigned_to_filter=self.person
        )
        assert len(found) == 1
        return found[0]

    def decide(self, release: Any, status: str) -> Any:
        """Approve or reject what is pending."""
        pending = self.approval(release)
        body = {"status": status, "comments": f"{status} by the SDK"}
        return self.release.update_release_approval(body, self.project, pending.id)

    def statuses(self, release: Any) -> list[str]:
        """The stages' statuses."""
        found = self.release.get_release(self.project, release.id)
        return [environment.status for environment in found.environments]


@pytest.fixture(params=list(CLIENTS))
def sdk(request: pytest.FixtureRequest, no_cache: None) -> Iterator[Sdk]:
    """The SDK on a server of each generation."""
    with serving(request.param) as client, tidy():
        yield Sdk(client, request.param)


def test_definition_to_release_to_approval_to_done(sdk: Sdk) -> None:
    definition = sdk.define("Sdk.Done")
    assert (definition.revision, definition.source) == (1, "restApi")
    assert definition.environments[0].owner.id == sdk.person
    release = sdk.start(definition)
    assert sdk.statuses(release) == ["inProgress", "notStarted"]

    answer = sdk.decide(release, "approved")
    assert (answer.status, answer.approved_by.id, answer.history) == ("approved", sdk.person, [])
    sdk.control.advance(7200)
    assert sdk.statuses(release) == ["succeeded", "inProgress"]
    sdk.decide(release, "approved")
    sdk.control.advance(7200)
    assert sdk.statuses(release) == ["succeeded", "succeeded"]

    found = sdk.release.get_release(sdk.project, release.id)
    attempt = found.environments[0].deploy_steps[0]
    assert (attempt.status, attempt.operation_status) == ("succeeded", "Approved")
    assert found.status == "active"
    assert [entry["applied"] for entry in sdk.control.ledger()] == [True] * 4


def test_reject_ends_the_stage(sdk: Sdk) -> None:
    release = sdk.start(sdk.define("Sdk.Rejected"))
    assert sdk.decide(release, "rejected").status == "rejected"
    sdk.control.advance(60)
    assert sdk.statuses(release) == ["rejected", "notStarted"]
    assert sdk.release.get_approvals(sdk.project, release_ids_filter=[release.id]) == []


def test_abandon_cancels_what_waits(sdk: Sdk) -> None:
    from azure.devops.exceptions import AzureDevOpsServiceError

    release = sdk.start(sdk.define("Sdk.Abandoned"))
    answer = sdk.release.update_release_resource(
        {"status": "abandoned", "comment": "By the SDK"}, sdk.project, release.id
    )
    assert answer.status == "abandoned"
    sdk.control.advance(60)
    assert sdk.statuses(release) == ["canceled", "notStarted"]
    assert sdk.release.get_approvals(sdk.project, release_ids_filter=[release.id]) == []
    with pytest.raises(AzureDevOpsServiceError, match="VS402966"):
        sdk.release.update_release_resource({"status": "abandoned"}, sdk.project, release.id)


def test_reading_and_saving(sdk: Sdk) -> None:
    definition = sdk.define("Sdk.Saved", stages=1)
    listed = sdk.release.get_release_definitions(sdk.project, search_text="sdk.saved", expand="environments")
    assert [(item.id, item.environments[0].name) for item in listed] == [(definition.id, "Stage 1")]
    definition.description = "Saved by the SDK"
    saved = sdk.release.update_release_definition(definition, sdk.project)
    assert (saved.revision, saved.description) == (2, "Saved by the SDK")
    history = sdk.release.get_release_definition_history(sdk.project, definition.id)
    assert [entry.change_type for entry in history] == ["add", "update"]
    text = b"".join(sdk.release.get_definition_revision(sdk.project, definition.id, 1))
    assert b'"revision": 1' in text
    releases = sdk.release.get_releases(sdk.project, top=5, expand="environments,approvals")
    assert len(releases) == 5
    assert all(item.environments for item in releases)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_deleting_and_folders(sdk: Sdk) -> None:
    """The SDK leaves the connection of a DELETE open, since it never reads that answer; it is found here."""
    path = "\\Of the SDK"
    body = minimal_definition("Sdk.Deleted", sdk.person) | {"path": path}
    definition = sdk.release.create_release_definition(body, sdk.project)
    assert path in [folder.path for folder in sdk.release.get_folders(sdk.project)]
    moved = sdk.release.update_folder({"path": "\\Moved"}, sdk.project, path)
    assert moved.path == "\\Moved"
    assert sdk.release.get_release_definition(sdk.project, definition.id).path == "\\Moved"
    sdk.release.delete_release_definition(sdk.project, definition.id, comment="By the SDK")
    deleted = sdk.release.get_release_definitions(sdk.project, is_deleted=True)
    assert [item.id for item in deleted] == [definition.id]
    sdk.release.delete_folder(sdk.project, "\\Moved")
    assert "\\Moved" not in [folder.path for folder in sdk.release.get_folders(sdk.project)]

    draft = sdk.release.create_release(
        {"definitionId": sdk.define("Sdk.Draft").id, "isDraft": True}, sdk.project
    )
    releases = "a166fde7-27ad-408e-ba75-703c2cc9d500"
    sdk.ask("DELETE", releases, releaseId=draft.id, comment="By the SDK")
    assert [item.id for item in sdk.release.get_releases(sdk.project, is_deleted=True)] == [draft.id]
    assert sdk.ask("PUT", releases, releaseId=draft.id, comment="Back")["id"] == draft.id
    draft.description = "Whole"
    assert sdk.release.update_release(draft, sdk.project, draft.id).description == "Whole"
    old = b"".join(sdk.release.get_release_revision(sdk.project, draft.id, 1))
    assert b'"definitionSnapshotRevision": 1' in old
    tags = "c5b602b6-d1b3-4363-8a51-94384f78068f"
    assert sdk.ask("PATCH", tags, releaseId=draft.id, tag="sdk")["value"] == ["sdk"]
    assert sdk.ask("GET", "86cee25a-68ba-4ba3-9171-8ad6ffc6df93")["value"] == ["sdk"]
    history = sdk.ask("GET", "23f461c8-629a-4144-a076-3054fa5f268a", releaseId=draft.id)["value"]
    kinds = [entry["changeType"] for entry in history]
    assert kinds == ["create", "delete", "undelete", "update", "addTag"]
    gc.collect()


def test_what_runs(sdk: Sdk) -> None:
    busy = Busy(sdk.control, "Sdk.Busy")
    found = sdk.release.get_deployments(busy.project, definition_id=busy.definition["id"], top=3)
    assert len(found) == 3
    assert found[0].release_definition.id == busy.definition["id"]
    release = sdk.release.get_release(busy.project, busy.first["id"])
    run, gated, waits, _ = release.environments
    phase = run.deploy_steps[0].release_deploy_phases[0]
    row = phase.deployment_jobs[0].tasks[0]
    text = b"".join(
        sdk.release.get_task_log(busy.project, release.id, run.id, int(phase.phase_id), row.id, 1, 3)
    )
    assert len(text.splitlines()) == 3
    assert b"".join(sdk.release.get_logs(busy.project, release.id)).startswith(b"PK")
    pending = sdk.release.get_manual_interventions(busy.project, release.id)
    assert [one.status for one in pending] == ["pending"]
    verdict = {"status": "approved", "comment": "By the SDK"}
    done = sdk.release.update_manual_intervention(verdict, busy.project, release.id, pending[0].id)
    assert (done.status, done.comments) == ("approved", "By the SDK")
    sdk.control.advance(60)
    again = sdk.release.get_release(busy.project, release.id)
    assert again.environments[2].id == waits.id
    assert again.environments[2].status == "succeeded"
    gates = gated.deploy_steps[0].pre_deployment_gates
    if gates is not None and sdk.generation != "tfs-2018":
        body = {"gatesToIgnore": ["Check open incidents"]}
        ignored = sdk.release.update_gates(body, busy.project, gates.id)
        assert [gate.name for gate in ignored.ignored_gates] == ["Check open incidents"]
        kind = "Distributedtask.Core.Summary"
        attached = sdk.release.get_release_task_attachments(
            busy.project, release.id, run.id, 1, phase.run_plan_id, kind
        )
        assert [one.name for one in attached] == ["test-results.md"]
        content = sdk.release.get_release_task_attachment_content(
            busy.project,
            release.id,
            run.id,
            1,
            phase.run_plan_id,
            attached[0].timeline_id,
            attached[0].record_id,
            kind,
            attached[0].name,
        )
        assert b"".join(content).startswith(b"# Run smoke tests")


def test_what_came_between(sdk: Sdk) -> None:
    busy = Busy(sdk.control, "Sdk.Between")
    versions = sdk.ask(
        "GET", "30fc787e-a9e0-4a07-9fbc-3e903aa051d2", releaseDefinitionId=busy.definition["id"]
    )
    (artifact,) = versions["artifactVersions"]
    newer, older = (artifact["versions"][index]["id"] for index in (0, 2))
    ids = []
    for key in (newer, older):
        chosen = [{"alias": artifact["alias"], "instanceReference": {"id": key}}]
        ids.append(busy.create(isDraft=True, artifacts=chosen)["id"])
    query = {"releaseId": ids[0], "baseReleaseId": ids[1]}
    changes = sdk.ask("GET", "8dcf9fe9-ca37-4113-8ee1-37928e98407c", **query)["value"]
    items = sdk.ask("GET", "4f165cc0-875c-4768-b148-f12f78769fab", **query)["value"]
    build = sdk.build_client()
    between = build.get_changes_between_builds(busy.project, int(older), int(newer))
    assert [change.id for change in between] == [change["id"] for change in changes]
    references = build.get_work_items_between_builds(busy.project, int(older), int(newer))
    assert [one.id for one in references] == [item["id"] for item in items]
