"""What definitions refer to, from task types to Git branches; read by Microsoft's SDK too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.harness import Client, serving
from tests.contract.sdk import client_of, tidy, without_cache

# Microsoft's client library leaves its connections to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")

TASKS = "60aac929-f0cd-4bc8-9ce4-6b30e8f1b1bd"
PROJECTS = "_apis/projects"


@pytest.fixture(scope="module")
def server() -> Iterator[Client]:
    """One server for all that only reads."""
    with serving() as client:
        yield client


@pytest.fixture
def project(server: Client) -> str:
    """A project of it."""
    return server.projects()[0]


# Task types


def test_the_catalogue_has_every_kind_of_input(server: Client) -> None:
    kinds = server.get("_apis/distributedtask/tasks").rows
    assert len({kind["id"] for kind in kinds}) >= 30
    inputs = [one for kind in kinds for one in kind["inputs"]]
    types = {one["type"].partition(":")[0] for one in inputs}
    assert types >= {"string", "multiLine", "boolean", "radio", "pickList", "filePath", "connectedService"}
    places = {place for kind in kinds for place in kind["runsOn"]}
    assert places == {"Agent", "DeploymentGroup", "Server", "ServerGate"}


def test_every_input_of_the_catalogue_makes_sense(server: Client) -> None:
    for kind in server.get("_apis/distributedtask/tasks", allVersions="true").rows:
        names = [one["name"] for one in kind["inputs"]]
        groups = {group["name"] for group in kind["groups"]} | {None}
        assert len(set(names)) == len(names), kind["name"]
        for one in kind["inputs"]:
            where = (kind["name"], one["name"])
            assert one.get("groupName") in groups, where
            assert one["type"] != "boolean" or one["defaultValue"].lower() in ("true", "false"), where
            options = one.get("options")
            assert not options or one["defaultValue"] in ("", *options), where
            rule = one.get("visibleRule", "").replace("&&", "||")
            for part in filter(None, rule.split("||")):
                assert part.split()[0].rstrip("!=") in names, where


def test_one_task_type_by_id_and_by_version(server: Client) -> None:
    path = "_apis/distributedtask/tasks/46E4BE58-730b-4389-8a2f-ea10b3e5e815"
    versions = [kind["version"]["major"] for kind in server.get(path).rows]
    assert versions == [1, 2]
    newest = server.get(path).rows[-1]["version"]
    exact = f"{newest['major']}.{newest['minor']}.{newest['patch']}"
    assert server.get(f"{path}/{exact}").json["version"] == newest
    missing = server.call("GET", f"{path}/9.9.9")
    assert (missing.status, missing.json["typeKey"]) == (404, "TaskDefinitionNotFoundException")


# What projects have


def test_every_task_queue_and_connection_of_the_sample_exists(server: Client) -> None:
    kinds = {
        (kind["id"], kind["version"]["major"]): kind
        for kind in server.get("_apis/distributedtask/tasks").rows
    }
    for project in server.projects():
        queues = {queue["id"] for queue in server.get(f"{project}/_apis/distributedtask/queues").rows}
        groups = {one["id"] for one in server.get(f"{project}/_apis/distributedtask/deploymentgroups").rows}
        connections = {one["id"] for one in server.get(f"{project}/_apis/serviceendpoint/endpoints").rows}
        library = {one["id"] for one in server.get(f"{project}/_apis/distributedtask/variablegroups").rows}
        for row in server.rows(f"{project}/_apis/release/definitions"):
            definition = server.get(f"{project}/_apis/release/definitions/{row['id']}").json
            assert set(definition["variableGroups"]) <= library
            for environment in definition["environments"]:
                assert set(environment["variableGroups"]) <= library
                for phase in environment["deployPhases"]:
                    number = phase["deploymentInput"].get("queueId")
                    place = {
                        "agentBasedDeployment": "Agent",
                        "machineGroupBasedDeployment": "DeploymentGroup",
                        "runOnServer": "Server",
                    }[phase["phaseType"]]
                    assert number in {"Agent": queues, "DeploymentGroup": groups, "Server": {None}}[place]
                    for task in phase["workflowTasks"]:
                        _check_task(task, kinds, place, connections)
                for gate in environment["preDeploymentGates"]["gates"]:
                    for task in gate["tasks"]:
                        _check_task(task, kinds, "ServerGate", connections)


def _check_task(task: Any, kinds: Any, place: str, connections: set[str]) -> None:
    kind = kinds[task["taskId"], int(task["version"].split(".")[0])]
    assert place in kind["runsOn"], task["name"]
    known = {one["name"]: one for one in kind["inputs"]}
    for name, value in task["inputs"].items():
        if name.startswith("demo"):
            continue
        assert name in known, (task["name"], name)
        options = known[name].get("options")
        assert not options or value in options, (task["name"], name, value)
        if known[name]["type"].startswith("connectedService:"):
            assert value in connections, (task["name"], name)


def test_machines_come_where_they_are_asked_for(server: Client, project: str) -> None:
    path = f"{project}/_apis/distributedtask/deploymentgroups"
    assert all("machines" not in group for group in server.get(path).rows)
    group = server.get(f"{path}/71", _expand="machines").json
    assert (group["machineCount"], len(group["machines"])) == (4, 4)
    targets = server.get(f"{path}/71/targets").rows
    assert [one["agent"]["name"] for one in targets] == [one["agent"]["name"] for one in group["machines"]]
    tag = targets[0]["tags"][0]
    assert {tag} == {tag for one in server.get(f"{path}/71/targets", tags=tag).rows for tag in one["tags"]}
    assert server.call("GET", f"{path}/9999").status == 404


def test_no_secret_of_a_variable_group_is_told(server: Client, project: str) -> None:
    groups = server.get(f"{project}/_apis/distributedtask/variablegroups").rows
    secrets = [value for one in groups for value in one["variables"].values() if value.get("isSecret")]
    assert secrets
    assert all(value == {"value": None, "isSecret": True} for value in secrets)


def test_lists_are_filtered_and_paged(server: Client, project: str) -> None:
    tasks = f"{project}/_apis/distributedtask"
    assert [one["id"] for one in server.get(f"{tasks}/queues", queueName="release*").rows] == [15]
    assert [one["id"] for one in server.get(f"{tasks}/queues", queueIds="16,17").rows] == [16, 17]
    groups = server.get(f"{tasks}/variablegroups", queryOrder="idAscending").rows
    paged = server.rows(f"{tasks}/variablegroups", queryOrder="idAscending", _top=1)
    assert [one["id"] for one in paged] == [one["id"] for one in groups]
    assert [one["name"] for one in server.get(f"{tasks}/variablegroups", groupName="Prod*").rows] == [
        "Production secrets"
    ]
    builds = f"{project}/_apis/build/definitions"
    names = [one["name"] for one in server.rows(builds, _top=2, queryOrder="definitionNameAscending")]
    assert names == sorted(names, key=str.lower)
    assert len(names) > 2
    found = server.get(builds, name=f"{names[0][:4]}*", includeAllProperties="true").rows
    assert found[0]["repository"]["type"] == "TfsGit"
    assert "repository" not in server.get(builds).rows[0]
    kinds = {one["type"] for one in server.get(f"{project}/_apis/serviceendpoint/endpoints", type="ssh").rows}
    assert kinds == {"ssh"}


def test_branches_of_a_repository(server: Client, project: str) -> None:
    build = server.get(f"{project}/_apis/build/definitions", includeAllProperties="true").rows[0]
    path = f"{project}/_apis/git/repositories/{build['repository']['id']}"
    assert server.get(path).json["name"] == build["repository"]["name"]
    names = [one["name"] for one in server.rows(f"{path}/refs", filter="heads/", _top=2)]
    assert "refs/heads/main" in names
    assert names == sorted(names)
    some = server.get(f"{path}/refs", filter="heads/", filterContains="feature").rows
    assert some
    assert all("feature" in one["name"] for one in some)
    missing = server.call("GET", f"{project}/_apis/git/repositories/nowhere/refs")
    assert (missing.status, missing.json["message"][:8]) == (404, "TF401019")


def test_another_project_has_others_of_its_own(server: Client) -> None:
    first, second = server.projects()[:2]
    for area in ("distributedtask/queues", "distributedtask/variablegroups", "serviceendpoint/endpoints"):
        one, other = (
            {row["id"] for row in server.get(f"{project}/_apis/{area}").rows} for project in (first, second)
        )
        assert one - other


# Microsoft's SDK


@pytest.mark.parametrize(
    "generation", ["tfs-2018", "server-2019", "server-2020", "server-2022.1", "services"]
)
def test_the_sdk_reads_them_all(generation: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    without_cache(monkeypatch, tmp_path)
    with serving(generation) as server, tidy():
        project = server.get(PROJECTS).rows[0]["name"]

        def client(area: str, name: str) -> Any:
            return client_of(f"azure.devops.v7_1.{area}.{name}", server.url, server.token)

        agents = client("task_agent.task_agent_client", "TaskAgentClient")
        answer = agents._send("GET", TASKS, "7.1-preview.1", {}, {})
        kinds = agents._deserialize("[TaskDefinition]", agents._unwrap_collection(answer))
        assert len(kinds) >= 30
        shell = next(kind for kind in kinds if kind.name == "PowerShell")
        assert (shell.version.major, shell.inputs[0].type, shell.inputs[0].options["inline"]) == (
            2, "radio", "Inline",
        )  # fmt: skip
        queues = agents.get_agent_queues(project, queue_name="Default")
        assert [(queue.id, queue.pool.name) for queue in queues] == [(1, "Default")]
        assert agents.get_agent_queue(15, project).name == "Release agents"
        groups = agents.get_deployment_groups(project, expand="machines")
        assert len(groups[0].machines) == groups[0].machine_count
        assert agents.get_deployment_targets(project, 72)[0].agent.name == "BILL-APP-01"
        library = agents.get_variable_groups(project)
        assert any(value.is_secret for group in library for value in group.variables.values())
        assert agents.get_variable_group(project, library[0].id).created_by.display_name
        builds = client("build.build_client", "BuildClient")
        found = builds.get_definitions(project)
        assert found[0].project.name == project
        whole = builds.get_definition(project, found[0].id)
        git = client("git.git_client_base", "GitClientBase")
        assert whole.repository.id in [one.id for one in git.get_repositories(project)]
        branches = git.get_refs(whole.repository.id, project, filter="heads/")
        assert whole.repository.default_branch in [one.name for one in branches]
        services = client("service_endpoint.service_endpoint_client", "ServiceEndpointClient")
        endpoints = services.get_service_endpoints(project)
        assert {one.type for one in endpoints} >= {"generic", "azurerm", "kubernetes", "ssh"}
        assert services.get_service_endpoint_details(project, endpoints[0].id).name == endpoints[0].name
