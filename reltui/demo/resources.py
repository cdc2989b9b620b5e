"""What definitions refer to besides people: queues, deployment groups, variable groups, connections, Git.

Real servers number queues and groups anew in every project. Here the few that the sample uses have the same
number everywhere, and every project has one of each of its own, which another project does not know.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from reltui.demo.builds import Builds, BuildSource
from reltui.demo.clock import wire_time
from reltui.demo.identifiers import guid
from reltui.demo.people import People
from reltui.demo.records import Json
from reltui.demo.tasks import machines_of

_QUEUES = {1: "Default", 15: "Release agents", 16: "Linux agents", 17: "Border zone agents"}
_OWN_QUEUE, _OWN_GROUP, _OWN_LIBRARY = 200, 700, 400
_GROUPS = {
    71: ("Dock terminals", "Machines at the docks that show the booking board", ("board", "terminal")),
    72: ("Billing servers", "Application servers of invoicing", ("app", "batch")),
}
_LIBRARY: tuple[tuple[str, str, dict[str, str | None]], ...] = (
    (
        "Shared settings",
        "What every stage needs",
        {"SupportMail": "support@marlowfreight.example", "Culture": "en-IE", "RetryCount": "3"},
    ),
    (
        "Production secrets",
        "Accounts of production; ask operations for a change",
        {"ServiceAccount": "svc-deploy", "ServicePassword": None, "StatusPageKey": None},
    ),
    ("Test data", "What the test stages are filled with", {"Tenant": "demo", "Customers": "250"}),
)
"""Name, description and variables of each project's variable groups; None is a secret."""

_CONNECTIONS: tuple[tuple[str, str, str, str], ...] = (
    ("Status page", "generic", "https://status.marlowfreight.example/", "UsernamePassword"),
    ("Incident desk", "generic", "https://desk.marlowfreight.example/", "Token"),
    ("Azure test", "azurerm", "https://management.azure.com/", "ServicePrincipal"),
    ("Azure production", "azurerm", "https://management.azure.com/", "ServicePrincipal"),
    ("Cluster west", "kubernetes", "https://k8s-west.marlowfreight.example/", "Token"),
    ("Image registry", "dockerregistry", "https://images.marlowfreight.example/", "UsernamePassword"),
    ("Jump host", "ssh", "ssh://jump.marlowfreight.example", "UsernamePassword"),
    ("File drop", "generic", "ftps://drop.marlowfreight.example/", "UsernamePassword"),
    ("App testers", "vsmobilecenter", "https://apps.marlowfreight.example/", "Token"),
)
"""Name, type, address and authorization scheme of each project's service connections."""

_MORE_BRANCHES = ("main", "develop", "feature/labels", "feature/retry-policy", "hotfix/INC-20991")


def connection_id(project_id: str, name: str) -> str:
    """The id of a project's service connection."""
    return guid("connection", project_id, name)


def repository_id(repository: str) -> str:
    """The id of a Git repository."""
    return guid("repository", repository)


class Resources:
    """All of them, in wire form without addresses."""

    def __init__(self, people: People, builds: Builds, projects: list[Json]) -> None:
        self._people = people
        self._builds = builds
        self._projects = projects
        self.owner = ""
        """Identity id of who made all this."""
        self.made = 0.0

    def _number(self, project_id: str) -> int:
        return next(index for index, project in enumerate(self._projects) if project["id"] == project_id)

    def _reference(self, project_id: str) -> Json:
        return {"id": project_id, "name": self._projects[self._number(project_id)]["name"]}

    # Agents and machines

    def queues(self, project_id: str) -> list[Json]:
        """TaskAgentQueue of each queue, by id."""
        number = self._number(project_id)
        named = _QUEUES | {_OWN_QUEUE + number: f"{self._projects[number]['name']} agents"}
        return [
            {"id": key, "projectId": project_id, "name": name, "pool": _pool(key, name, "automation", 5)}
            for key, name in named.items()
        ]

    def deployment_groups(self, project_id: str) -> list[Json]:
        """DeploymentGroup with `machines` of each group, by id."""
        number = self._number(project_id)
        name = self._projects[number]["name"]
        named = _GROUPS | {_OWN_GROUP + number: (f"{name} machines", f"Servers of {name}", ("web", "db"))}
        return [self._group(project_id, key, *about) for key, about in named.items()]

    def _group(self, project_id: str, key: int, name: str, text: str, tags: tuple[str, ...]) -> Json:
        reference = self._reference(project_id)
        machines = machines_of(key)
        return {
            "id": key,
            "project": reference,
            "name": name,
            "pool": _pool(100 + key, f"{reference['name']}-{name}", "deployment", len(machines)),
            "description": text,
            "machineCount": len(machines),
            "machineTags": list(tags),
            "machines": [
                {
                    "id": position,
                    "tags": [tags[position % len(tags)]],
                    "agent": _agent(key, position, machine),
                }
                for position, machine in enumerate(machines, 1)
            ],
        }

    # Library

    def variable_groups(self, project_id: str) -> list[Json]:
        """VariableGroup of each group, by id; what is secret has no value."""
        number = self._number(project_id)
        made = wire_time(self.made)
        return [
            {
                "variables": {
                    key: {"value": value} if value is not None else {"value": None, "isSecret": True}
                    for key, value in variables.items()
                },
                "id": _OWN_LIBRARY + 10 * number + position,
                "type": "Vsts",
                "name": name,
                "description": text,
                "createdBy": self._people.ref(self.owner),
                "createdOn": made,
                "modifiedBy": self._people.ref(self.owner),
                "modifiedOn": made,
                "isShared": False,
                "variableGroupProjectReferences": [
                    {"projectReference": self._reference(project_id), "name": name, "description": text}
                ],
            }
            for position, (name, text, variables) in enumerate(_LIBRARY)
        ]

    def connections(self, project_id: str) -> list[Json]:
        """ServiceEndpoint of each service connection, by name; without what it signs in with."""
        return [
            {
                "data": {},
                "id": connection_id(project_id, name),
                "name": name,
                "type": kind,
                "url": url,
                "createdBy": self._people.ref(self.owner),
                "description": "",
                "authorization": {"scheme": scheme},
                "isShared": False,
                "isReady": True,
                "operationStatus": {"state": "Ready", "statusMessage": ""},
                "owner": "Library",
                "serviceEndpointProjectReferences": [
                    {"projectReference": self._reference(project_id), "name": name, "description": ""}
                ],
            }
            for name, kind, url, scheme in sorted(_CONNECTIONS)
        ]

    # Builds and code

    def build_definitions(self, project_id: str) -> list[Json]:
        """BuildDefinition of each, with its `repository`, by id."""
        return [self._build_definition(source) for source in self._sources(project_id)]

    def _build_definition(self, source: BuildSource) -> Json:
        return {
            "id": source.id,
            "name": source.name,
            "path": "\\",
            "type": "build",
            "queueStatus": "enabled",
            "quality": "definition",
            "revision": 1 + source.id % 5,
            "uri": f"vstfs:///Build/Definition/{source.id}",
            "createdDate": wire_time(self.made),
            "project": source.project,
            "authoredBy": self._people.ref(source.authors[0]),
            "queue": {"id": 15, "name": _QUEUES[15], "pool": {"id": 115, "name": _QUEUES[15]}},
            "drafts": [],
            "repository": {
                "id": repository_id(source.repository),
                "type": "TfsGit",
                "name": source.repository,
                "defaultBranch": "refs/heads/main",
                "clean": None,
                "checkoutSubmodules": False,
            },
            "process": {"type": 2, "yamlFilename": "azure-pipelines.yml"},
        }

    def repositories(self, project_id: str) -> list[Json]:
        """GitRepository of each, by name."""
        names = sorted({source.repository for source in self._sources(project_id)})
        return [
            {
                "id": repository_id(name),
                "name": name,
                "project": self._reference(project_id) | {"state": "wellFormed", "visibility": "private"},
                "defaultBranch": "refs/heads/main",
                "size": 1000 * (17 + int(_commit(name, "")[:4], 16)),
                "isDisabled": False,
            }
            for name in names
        ]

    def branches(self, project_id: str, repository: str) -> list[Json]:
        """GitRef of each branch of a repository, by name: those that were built and a few more."""
        sources = [source for source in self._sources(project_id) if source.repository == repository]
        found = {f"refs/heads/{name}" for name in _MORE_BRANCHES}
        found |= {build.branch for source in sources for build in source.builds}
        author = sources[0].authors[0]
        return [
            {"name": name, "objectId": _commit(repository, name), "creator": self._people.ref(author)}
            for name in sorted(found)
        ]

    def _sources(self, project_id: str) -> Iterator[BuildSource]:
        return (source for source in self._builds.sources.values() if source.project["id"] == project_id)


def _pool(key: int, name: str, kind: str, size: int) -> Json:
    pool_id = key + 100 if kind == "automation" else key
    return {
        "id": pool_id,
        "scope": guid("collection"),
        "name": name,
        "isHosted": False,
        "poolType": kind,
        "size": size,
    }


def _agent(group: int, position: int, machine: str) -> Json:
    return {
        "id": 1000 * group + position,
        "name": machine,
        "version": "3.232.1",
        "osDescription": "Microsoft Windows 10.0.17763",
        "enabled": True,
        "status": "online",
        "provisioningState": "Provisioned",
    }


def _commit(repository: str, branch: str) -> str:
    """Forty hex digits, as a commit has."""
    return hashlib.blake2b(f"{repository}:{branch}".encode(), digest_size=20).hexdigest()
