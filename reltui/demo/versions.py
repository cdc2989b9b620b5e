"""Server generations, the api-version of every resource (api.md 2.1, 2.2), and the version errors (2.5).

What no source settles (the '?' and 'U' entries of api.md 2.2) is chosen here and nowhere else:
batch approvals and approval history follow the approvals column, folders of 5.0 follow 5.1, the build,
core and identity areas are released in every version, task types are a preview in every version, nothing
below 2.2 is served, and a server before 4.0 has of the release area what was documented for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from reltui.demo.messages import HttpError

Version = tuple[int, int]

OLDEST: Version = (2, 2)
FIRST_OF_NOW: Version = (4, 0)
"""From here on objects have the shapes of today, in the main (api.md 2.6)."""


@dataclass(frozen=True, slots=True)
class Generation:
    """One server generation the embedded server can pose as."""

    name: str
    maximum: Version
    """The highest api-version number it accepts, preview included."""
    base: tuple[str, ...]
    """Path segments of the collection or organization."""
    hosted: bool = False
    """True for Azure DevOps Services: other sign-in behaviour, headers and rules."""

    @property
    def is_older(self) -> bool:
        """Before 4.0: no jobs, no gates, and other shapes (api.md 2.6)."""
        return self.maximum < FIRST_OF_NOW

    @property
    def root(self) -> tuple[str, ...]:
        """Path segments of the server itself, without the collection."""
        return self.base[:-1]


GENERATIONS: dict[str, Generation] = {
    generation.name: generation
    for generation in (
        Generation("tfs-2015.2", (2, 2), ("tfs", "NorthCollection")),
        Generation("tfs-2017", (3, 2), ("tfs", "NorthCollection")),
        Generation("tfs-2018-rtw", (4, 0), ("tfs", "NorthCollection")),
        Generation("tfs-2018", (4, 1), ("tfs", "NorthCollection")),
        Generation("server-2019", (5, 0), ("tfs", "NorthCollection")),
        Generation("server-2019.1", (5, 1), ("tfs", "NorthCollection")),
        Generation("server-2020", (6, 1), ("tfs", "NorthCollection")),
        Generation("server-2022", (7, 0), ("tfs", "NorthCollection")),
        Generation("server-2022.1", (7, 1), ("tfs", "NorthCollection")),
        Generation("services", (7, 2), ("north-harbour",), hosted=True),
    )
}
DEFAULT_GENERATION = "server-2022"

COLUMNS: tuple[Version, ...] = (
    (2, 2),
    (3, 0),
    (4, 0),
    (4, 1),
    (5, 0),
    (5, 1),
    (6, 0),
    (6, 1),
    (7, 0),
    (7, 1),
    (7, 2),
)


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource location: what OPTIONS lists and which versions it serves."""

    id: str
    area: str
    name: str
    template: str
    marks: tuple[str, ...]
    """One per column of COLUMNS: `rel` released, `pN` preview with resource version N, `-` absent."""

    def mark(self, version: Version) -> str:
        """The mark that rules at `version`; a number before the first column counts as that."""
        at = [index for index, column in enumerate(COLUMNS) if column <= version]
        return self.marks[max(at, default=0)]

    def resource_version(self, version: Version) -> int:
        """The newest resource version among the columns up to `version`."""
        numbers = [
            int(mark[1:])
            for column, mark in zip(COLUMNS, self.marks, strict=True)
            if column <= version and mark.startswith("p")
        ]
        return max(numbers, default=1)

    def released(self, maximum: Version) -> str:
        """The newest released number up to `maximum`; "0.0" when there is none."""
        released = [
            column
            for column, mark in zip(COLUMNS, self.marks, strict=True)
            if column <= maximum and mark == "rel"
        ]
        return number(released[-1]) if released else "0.0"

    def serves(self, maximum: Version) -> bool:
        """Whether a server of that maximum has the resource at all."""
        return self.mark(maximum) != "-"


def _project(identifier: str, area: str, name: str, template: str, marks: str) -> Resource:
    """`marks` from 4.0 on."""
    return Resource(identifier, area, name, "{project}/_apis/{area}/" + template, tuple(marks.split()))


def _release(identifier: str, name: str, template: str, marks: str) -> Resource:
    return _project(identifier, "Release", name, template, marks)


_ENVIRONMENT = "releases/{releaseId}/environments/{environmentId}"
_ATTEMPT = f"{_ENVIRONMENT}/attempts/{{attemptId}}"
_LATER = len([column for column in COLUMNS if column >= FIRST_OF_NOW])
_SDK_ONLY = " ".join(["p1"] * _LATER)
"""Not in the published descriptions; client libraries ask for a preview (api.md 3.9)."""
_RELEASED = ("rel",) * _LATER
_ALWAYS_PREVIEW = ("p1",) * _LATER

_RESOURCES: dict[str, Resource] = {
    "releases": _release(
        "a166fde7-27ad-408e-ba75-703c2cc9d500",
        "releases",
        "{resource}/{releaseId}",
        "p4 p6 rel rel rel p8 rel rel p9",
    ),
    "environments": _release(
        "a7e426b1-03dc-48af-9dfe-c98bac612dcb",
        "environments",
        "releases/{releaseId}/{resource}/{environmentId}",
        "p4 p5 p6 p6 p6 p7 rel rel p8",
    ),
    "manual interventions": _release(
        "616c46e4-f370-4456-adaa-fbaf79c7b79e",
        "manualinterventions",
        "releases/{releaseId}/{resource}/{manualInterventionId}",
        "p1 p1 rel rel rel p1 rel rel p2",
    ),
    "gates": _release(
        "2666a539-2001-4f80-bcc7-0379956749d4",
        "gates",
        "{resource}/{gateStepId}",
        "- - p1 p1 p1 p1 rel rel p1",
    ),
    "definitions": _release(
        "d8f96f24-8ea7-4cb6-baab-2df8fc515665",
        "definitions",
        "{resource}/{definitionId}",
        "p3 p3 rel rel rel p4 rel rel p4",
    ),
    "revisions": _release(
        "258b82e0-9d41-43f3-86d6-fef14ddd44bc",
        "revisions",
        "definitions/{definitionId}/{resource}/{revision}",
        "p1 p1 p1 p1 p1 p1 rel rel p4",
    ),
    "approvals": _release(
        "b47c6458-e73b-47cb-a770-4df1e8813a91", "approvals", "{resource}", "p1 p3 rel rel rel p3 rel rel p3"
    ),
    "approval": _release(
        "9328e074-59fb-465a-89d9-b09c82ee5109",
        "approvals",
        "{resource}/{approvalId}",
        "p1 p3 rel rel rel p3 rel rel p3",
    ),
    "approval batch": _release(
        "c957584a-82aa-4131-8222-6d47f78bfa7a", "approvals", "{resource}", "p1 p3 p3 p3 p3 p3 p3 p3 p3"
    ),
    "approval history": _release(
        "250c7158-852e-4130-a00f-a0cce9b72d05",
        "history",
        "approvals/{approvalId}/{resource}",
        "p1 p3 p3 p3 p3 p3 p3 p3 p3",
    ),
    "task log": _release(
        "17c91af7-09fd-4256-bff1-c24ee4f73bc0",
        "logs",
        "releases/{releaseId}/environments/{environmentId}/deployPhases/{releaseDeployPhaseId}"
        "/tasks/{taskId}/{resource}",
        "p2 p2 p2 p2 p2 p2 rel rel p2",
    ),
    "deployments": _release(
        "b005ef73-cddc-448e-9ba2-5193bf36b19f",
        "deployments",
        "{resource}",
        "p1 p2 rel rel rel p2 rel rel p2",
    ),
    "folders": _release(
        "f7ddf76d-ce0c-4d68-94ff-becaec5d9dea",
        "folders",
        "{resource}/{*path}",
        "p1 p1 p2 p2 p2 p2 rel rel p2",
    ),
    "release history": _release(
        "23f461c8-629a-4144-a076-3054fa5f268a", "history", "releases/{releaseId}/{resource}", _SDK_ONLY
    ),
    "tags": _release("86cee25a-68ba-4ba3-9171-8ad6ffc6df93", "tags", "{resource}", _SDK_ONLY),
    "release tags": _release(
        "c5b602b6-d1b3-4363-8a51-94384f78068f", "tags", "releases/{releaseId}/{resource}/{tag}", _SDK_ONLY
    ),
    "definition tags": _release(
        "3d21b4c8-c32e-45b2-a7cb-770a369012f4",
        "tags",
        "definitions/{releaseDefinitionId}/{resource}/{tag}",
        _SDK_ONLY,
    ),
    "artifact versions": _release(
        "30fc787e-a9e0-4a07-9fbc-3e903aa051d2", "versions", "artifacts/{resource}", _SDK_ONLY
    ),
    "logs": _release(
        "c37fbab5-214b-48e4-a55b-cb6b4f6e4038",
        "logs",
        "releases/{releaseId}/{resource}",
        "p2 p2 p2 p2 p2 p2 rel rel p2",
    ),
    "attempt log": _release(
        "2577e6c3-6999-4400-bc69-fe1d837755fe",
        "logs",
        f"{_ATTEMPT}/timelines/{{timelineId}}/tasks/{{taskId}}/{{resource}}",
        _SDK_ONLY.replace("p1", "p2"),
    ),
    "environment log": _release(
        "e71ba1ed-c0a4-4a28-a61f-2dd5f68cf3fd",
        "logs",
        f"{_ENVIRONMENT}/tasks/{{taskId}}/{{resource}}",
        _SDK_ONLY,
    ),
    "gate log": _release(
        "dec7ca5a-7f7f-4797-8bf1-8efc0dc93b28",
        "logs",
        f"{_ENVIRONMENT}/gates/{{gateId}}/tasks/{{taskId}}/{{resource}}",
        _SDK_ONLY.replace("p1", "p2"),
    ),
    "environment tasks": _release(
        "36b276e0-3c70-4320-a63c-1a2e1466a0d1", "tasks", f"{_ENVIRONMENT}/{{resource}}", _SDK_ONLY
    ),
    "phase tasks": _release(
        "4259191d-4b0a-4409-9fb3-09f22ab9bc47",
        "tasks",
        f"{_ENVIRONMENT}/deployPhases/{{releaseDeployPhaseId}}/{{resource}}",
        _SDK_ONLY.replace("p1", "p2"),
    ),
    "plan attachments": _release(
        "a4d06688-0dfa-4895-82a5-f43ec9452306",
        "attachments",
        f"{_ATTEMPT}/plan/{{planId}}/{{resource}}/{{type}}",
        "- - p1 p1 p1 p1 rel rel p1",
    ),
    "plan attachment": _release(
        "60b86efb-7b8c-4853-8f9f-aa142b77b479",
        "attachments",
        f"{_ATTEMPT}/plan/{{planId}}/timelines/{{timelineId}}/records/{{recordId}}"
        "/{resource}/{type}/{name}",
        "- - p1 p1 p1 p1 rel rel p1",
    ),
    "timeline attachments": _release(
        "214111ee-2415-4df2-8ed2-74417f7d61f9",
        "attachments",
        f"{_ATTEMPT}/timelines/{{timelineId}}/{{resource}}/{{type}}",
        "- p1 p1 p1 p1 p1 rel rel p1",
    ),
    "timeline attachment": _release(
        "c4071f6d-3697-46ca-858e-8b10ff09e52f",
        "attachments",
        f"{_ATTEMPT}/timelines/{{timelineId}}/records/{{recordId}}/{{resource}}/{{type}}/{{name}}",
        "- p1 p1 p1 p1 p1 rel rel p1",
    ),
    "changes": _release(
        "8dcf9fe9-ca37-4113-8ee1-37928e98407c",
        "changes",
        "releases/{releaseId}/{resource}",
        _SDK_ONLY,
    ),
    "work items": _release(
        "4f165cc0-875c-4768-b148-f12f78769fab",
        "workitems",
        "releases/{releaseId}/{resource}",
        _SDK_ONLY,
    ),
    "connection data": Resource(
        "00d9565f-ed9c-4a06-9a50-00e7896ccab4",
        "Location",
        "ConnectionData",
        "_apis/{resource}",
        _ALWAYS_PREVIEW,
    ),
    "resource areas": Resource(
        "e81700f7-3be2-46de-8624-2eb35882fcaa",
        "Location",
        "ResourceAreas",
        "_apis/{resource}/{areaId}",
        _ALWAYS_PREVIEW,
    ),
    "projects": Resource(
        "603fe2ac-9723-48b9-88ad-09305aa6c6e1", "core", "projects", "_apis/{resource}/{*projectId}", _RELEASED
    ),
    "identities": Resource(
        "28010c54-d0c0-4c89-a5b0-1c9e188b9fb7",
        "IMS",
        "identities",
        "_apis/{resource}/{identityId}",
        _RELEASED,
    ),
    "task types": Resource(
        "60aac929-f0cd-4bc8-9ce4-6b30e8f1b1bd",
        "distributedtask",
        "tasks",
        "_apis/{area}/{resource}/{taskId}/{versionString}",
        _ALWAYS_PREVIEW,
    ),
    "queues": _project(
        "900fa995-c559-4923-aae7-f8424fe4fbea",
        "distributedtask",
        "queues",
        "{resource}/{queueId}",
        "p1 p1 p1 p1 p1 p1 rel rel p1",
    ),
    "deployment groups": _project(
        "083c4d89-ab35-45af-aa11-7cf66895c53e",
        "distributedtask",
        "deploymentgroups",
        "{resource}/{deploymentGroupId}",
        "p1 p1 p1 p1 p1 p1 rel rel p1",
    ),
    "deployment targets": _project(
        "2f0aa599-c121-4256-a5fd-ba370e0ae7b6",
        "distributedtask",
        "targets",
        "deploymentgroups/{deploymentGroupId}/{resource}/{targetId}",
        "p1 p1 p1 p1 p1 p1 rel rel p1",
    ),
    "variable groups": _project(
        "f5b09dd5-9d54-45a1-8b5a-1c8287d634cc",
        "distributedtask",
        "variablegroups",
        "{resource}/{groupId}",
        "p1 p1 p1 p1 p2 p2 rel rel p2",
    ),
    "service endpoints": _project(
        "e85f1c62-adfc-4b74-b618-11a150fb195e",
        "serviceendpoint",
        "endpoints",
        "{resource}/{endpointId}",
        "p1 p1 p2 p2 p4 p4 rel rel p4",
    ),
    "build definitions": _project(
        "dbeaf647-6167-421a-bda9-c9327b25e2e6",
        "build",
        "Definitions",
        "{resource}/{definitionId}",
        "rel rel rel rel rel p7 rel rel p8",
    ),
    "repositories": _project(
        "225f7195-f9c7-4d14-ab28-a83f7ff77e1f",
        "git",
        "repositories",
        "{resource}/{repositoryId}",
        "rel rel rel rel rel p1 rel rel p2",
    ),
    "refs": _project(
        "2d874a60-a811-4f62-9c9f-963a6ea0a55b",
        "git",
        "refs",
        "repositories/{repositoryId}/{resource}/{*filter}",
        "rel rel rel rel rel p1 rel rel p2",
    ),
    "builds": Resource(
        "0cd358e1-9217-4d94-8269-1c1ee6f93dcf",
        "build",
        "Builds",
        "{project}/_apis/{area}/{resource}/{buildId}",
        _RELEASED,
    ),
    "build changes": Resource(
        "54572c7b-bbd3-45d4-80dc-28be08941620",
        "build",
        "changes",
        "{project}/_apis/{area}/builds/{buildId}/{resource}",
        _RELEASED,
    ),
    "build work items": Resource(
        "5a21f5d2-5642-47e4-a0bd-1356e6731bee",
        "build",
        "workitems",
        "{project}/_apis/{area}/builds/{buildId}/{resource}",
        _RELEASED,
    ),
    "changes between builds": Resource(
        "f10f0ea5-18a1-43ec-a8fb-2042c7be9b43",
        "build",
        "changes",
        "{project}/_apis/{area}/{resource}",
        ("p2",) * _LATER,
    ),
    "work items between builds": Resource(
        "52ba8915-5518-42e3-a4bb-b0182d159e2d",
        "build",
        "workitems",
        "{project}/_apis/{area}/{resource}",
        ("p2",) * _LATER,
    ),
}

_BEFORE_4: dict[str, tuple[str, str]] = {
    "releases": ("p1", "p2"),
    "environments": ("p1", "p2"),
    **dict.fromkeys(("definitions", "approvals", "approval", "logs", "environment log"), ("p1", "p1")),
    **dict.fromkeys(("connection data", "task types", "queues"), ("p1", "p1")),
    "resource areas": ("-", "p1"),
    **dict.fromkeys(("projects", "identities", "build definitions", "repositories", "refs"), ("rel", "rel")),
    **dict.fromkeys(("builds", "build changes", "build work items"), ("rel", "rel")),
    **dict.fromkeys(("changes between builds", "work items between builds"), ("p2", "p2")),
}
"""The marks of 2.2 and 3.0; what is not in it came with 4.0."""

RESOURCES: dict[str, Resource] = {
    key: replace(resource, marks=(*_BEFORE_4.get(key, ("-", "-")), *resource.marks))
    for key, resource in _RESOURCES.items()
}

AREAS: tuple[tuple[str, str], ...] = (
    ("Release", "efc2f575-36ef-48e9-b672-0c6fb4a48ac5"),
    ("core", "79134c72-4a58-4b42-976c-04e7115f32bf"),
    ("build", "5d6898bb-45ec-463f-95f9-54d49c71752e"),
    ("git", "4e080c62-fa21-4fbc-8fef-2a10a2b38049"),
    ("distributedtask", "a85b8835-c1a1-4aac-ae97-1c3d0ba72dbd"),
    ("serviceendpoint", "1814ab31-2f4f-4a9f-8761-f4d77dc5a5d7"),
    ("IMS", "8a3d49b8-91f0-46ef-b33d-dda338c25db3"),
)
"""Resource areas of api.md 1.3 that this server answers for."""

_GRAMMAR = re.compile(r"(\d{1,3})\.(\d{1,3})(?:-preview(?:\.(\d{1,4}))?)?", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ServedVersion:
    """The version an answer is given in."""

    number: Version
    text: str
    """As it stands in the answer's Content-Type, e.g. `4.1-preview.6`."""


def number(version: Version) -> str:
    """`major.minor` of a version."""
    return f"{version[0]}.{version[1]}"


def options_entry(resource: Resource, generation: Generation) -> dict[str, object]:
    """The resource location that OPTIONS lists (api.md 2.4)."""
    return {
        "id": resource.id,
        "area": resource.area,
        "resourceName": resource.name,
        "routeTemplate": resource.template,
        "resourceVersion": resource.resource_version(generation.maximum),
        "minVersion": number(OLDEST),
        "maxVersion": number(generation.maximum),
        "releasedVersion": resource.released(generation.maximum),
    }


def requested_version(query: dict[str, str], accept: str) -> str:
    """The api-version text of a request, from the query or the Accept header; "" when there is none."""
    if "api-version" in query:
        return query["api-version"].strip()
    found = re.search(r"api-version\s*=\s*\"?([^;,\"\s]+)", accept, re.IGNORECASE)
    return found.group(1) if found else ""


def negotiate(resource: Resource, generation: Generation, asked: str, *, write: bool) -> ServedVersion:
    """The version to answer in.

    Raises HttpError 400 with the texts of api.md 2.5 for a version that this resource does not serve.
    """
    if not asked:
        if write:
            raise HttpError(
                400,
                "VssVersionNotSpecifiedException",
                "No api-version was supplied for the request. The version must be supplied either as part of "
                'the Accept header (e.g. "application/json; api-version=1.0") or as a query parameter '
                '(e.g. "?api-version=1.0").',
            )
        return _served(resource, generation.maximum, "", preview=False)
    found = _GRAMMAR.fullmatch(asked)
    if not found:
        raise HttpError(
            400, "VssVersionNotSpecifiedException", f'The api-version "{asked}" is not of a known form.'
        )
    wanted = (int(found[1]), int(found[2]))
    preview = "-preview" in asked.lower()
    mark = resource.mark(min(wanted, generation.maximum))
    too_new = bool(found[3]) and mark.startswith("p") and int(found[3]) > int(mark[1:])
    if wanted > generation.maximum or wanted < (1, 0) or too_new:
        raise HttpError(
            400,
            "VssVersionOutOfRangeException",
            f"The requested REST API version of {asked} is out of range for this server. The latest REST API "
            f"version this server supports is {number(generation.maximum)}.",
        )
    if mark.startswith("p") and not preview:
        raise HttpError(
            400,
            "VssInvalidPreviewVersionException",
            f'The requested version "{asked}" of the resource is under preview. The -preview flag must be '
            f'supplied in the api-version for such requests. For example: "{asked}-preview"',
        )
    return _served(resource, wanted, asked if found[3] else "", preview=preview)


def _served(resource: Resource, version: Version, exact: str, *, preview: bool) -> ServedVersion:
    if exact:
        return ServedVersion(version, exact.lower())
    mark = resource.mark(version)
    if mark != "rel":
        return ServedVersion(version, f"{number(version)}-preview.{mark[1:]}")
    suffix = f"-preview.{resource.resource_version(version)}" if preview else ""
    return ServedVersion(version, number(version) + suffix)
