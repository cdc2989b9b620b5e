"""Every operation of every published description, called by its name and checked against its schema."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest

from tests.contract.busy import Busy
from tests.contract.harness import SHARED, SPECS, Reply, serving
from tests.contract.openapi import Description
from tests.contract.samples import minimal_definition

pytestmark = pytest.mark.skipif(
    not (SHARED / "openapi").is_dir(), reason="the published descriptions are not beside the checkout"
)

Call = Callable[[Busy], Reply]

PATHS = {
    "definitions": "/definitions",
    "definition": "/definitions/{definitionid}",
    "releases": "/releases",
    "release": "/releases/{releaseid}",
    "environment": "/releases/{releaseid}/environments/{environmentid}",
}


def _file(generation: str) -> Any:
    return SHARED / "openapi" / f"{SPECS[generation]}.json"


def operations(generation: str) -> dict[str, str]:
    """Every operation of a description as `METHOD path`, with its operationId.

    The two that share method and path, a release and one revision of it, are told apart by their names.
    """
    document = json.loads(_file(generation).read_text("utf-8-sig"))
    found: dict[str, str] = {}
    for template, methods in (*document.get("x-ms-paths", {}).items(), *document["paths"].items()):
        path = template.lower().rstrip("?").split("/_apis/release", 1)[1]
        for method, operation in methods.items():
            if method == "parameters":
                continue
            name = operation["operationId"]
            suffix = "".join(f" {part}" for part in ("Revision", "Summary") if name.endswith(part))
            if path not in (PATHS["release"], PATHS["releases"]):
                suffix = ""
            key = f"{method.upper()} {path}{suffix}"
            assert key not in found, key
            found[key] = name
    return found


def _get(path: str, **query: Any) -> Call:
    return lambda busy: busy.client.get(path.format(base=busy.base, **_ids(busy)), **query)


def _send(method: str, path: str, body: Any = None, **query: Any) -> Call:
    return lambda busy: busy.client.call(method, path.format(base=busy.base, **_ids(busy)), body, **query)


def _ids(busy: Busy) -> dict[str, Any]:
    """What the paths of the table are filled in with."""
    run, gates, wait = (busy.environment(name) for name in ("Run", "Gates", "Wait"))
    phase = run["deploySteps"][0]["releaseDeployPhases"][0]
    task = phase["deploymentJobs"][0]["tasks"][0]
    return {
        "definition": busy.definition["id"],
        "release": busy.first["id"],
        "environment": run["id"],
        "phase": phase["id"],
        "plan": phase["runPlanId"],
        "record": task["timelineRecordId"],
        "task": task["id"],
        "gates": (gates["deploySteps"][0].get("preDeploymentGates") or {}).get("id"),
        "intervention": wait["deploySteps"][0]["releaseDeployPhases"][0]["manualInterventions"][0]["id"],
    }


def _pending(busy: Busy) -> int:
    rows = busy.client.rows(f"{busy.base}/approvals", releaseIdsFilter=busy.first["id"])
    return int(rows[0]["id"])


def _save_release(busy: Busy) -> Reply:
    release = busy.release() | {"description": "Edited whole."}
    return busy.client.call("PUT", f"{busy.base}/releases/{release['id']}", release)


def _save_definition(busy: Busy) -> Reply:
    path = f"{busy.base}/definitions"
    definition = busy.client.get(f"{path}/{busy.definition['id']}").json
    return busy.client.call("PUT", path, definition | {"description": "Saved again."})


def _delete_definition(busy: Busy) -> Reply:
    path = f"{busy.base}/definitions"
    made = busy.client.call("POST", path, minimal_definition("Gone.CD", busy.person)).json
    return busy.client.call("DELETE", f"{path}/{made['id']}", comment="Not needed.")


_ENVIRONMENT = "{base}/releases/{release}/environments/{environment}"
_ATTACHMENTS = "/attachments/Distributedtask.Core.Summary"
_FOLDER = "{base}/folders/" + quote("\\Contract", safe="")
_P = "/releases/{releaseid}/environments/{environmentid}"
_RECORD = "/timelines/{timelineid}/records/{recordid}/attachments/{type}/{name}"

CALLS: dict[str, Call] = {
    "GET /definitions": _get("{base}/definitions", _expand="environments,artifacts,triggers,variables,tags"),
    "POST /definitions": lambda busy: busy.client.call(
        "POST", f"{busy.base}/definitions", minimal_definition("Operations.CD", busy.person)
    ),
    "PUT /definitions": _save_definition,
    "DELETE /definitions/{definitionid}": _delete_definition,
    "GET /definitions/{definitionid}": _get("{base}/definitions/{definition}"),
    "GET /definitions/{definitionid}/revisions": _get("{base}/definitions/{definition}/revisions"),
    "GET /definitions/{definitionid}/revisions/{revision}": _get(
        "{base}/definitions/{definition}/revisions/1"
    ),
    "GET /deployments": _get("{base}/deployments", _top=100),
    "POST /folders/{path}": _send("POST", _FOLDER, {"path": "\\Contract", "description": "Of a test."}),
    "GET /folders/{path}": _get(_FOLDER, queryOrder="ascending"),
    "PATCH /folders/{path}": _send("PATCH", _FOLDER, {"path": "\\Contract", "description": "Anew."}),
    "DELETE /folders/{path}": _send("DELETE", _FOLDER),
    "GET /releases": _get(
        "{base}/releases",
        _expand="environments,artifacts,approvals,manualInterventions,variables,tags",
        _top=20,
    ),
    "GET /releases Summary": lambda busy: busy.client.get(
        f"{busy.base}/releases",
        definitionId=busy.definition["id"],
        releaseCount=2,
        includeArtifact="true",
        definitionEnvironmentIdsFilter=busy.definition["environments"][0]["id"],
    ),
    "POST /releases": lambda busy: busy.client.call(
        "POST", f"{busy.base}/releases", {"definitionId": busy.definition["id"], "isDraft": True}
    ),
    "GET /releases/{releaseid}": _get("{base}/releases/{release}", _topGateRecords=2),
    "GET /releases/{releaseid} Revision": _get("{base}/releases/{release}", definitionSnapshotRevision=1),
    "PUT /releases/{releaseid}": _save_release,
    "PATCH /releases/{releaseid}": _send(
        "PATCH", "{base}/releases/{release}", {"keepForever": True, "comment": "Keep it."}
    ),
    f"GET {_P}": _get(_ENVIRONMENT),
    f"PATCH {_P}": _send("PATCH", _ENVIRONMENT, {"status": "inProgress", "comment": "Once more."}),
    f"GET {_P}/attempts/{{attemptid}}/plan/{{planid}}/attachments/{{type}}": _get(
        _ENVIRONMENT + "/attempts/1/plan/{plan}" + _ATTACHMENTS
    ),
    f"GET {_P}/attempts/{{attemptid}}/plan/{{planid}}{_RECORD}": _get(
        _ENVIRONMENT
        + "/attempts/1/plan/{plan}/timelines/{plan}/records/{record}"
        + _ATTACHMENTS
        + "/test-results.md"
    ),
    f"GET {_P}/attempts/{{attemptid}}/timelines/{{timelineid}}/attachments/{{type}}": _get(
        _ENVIRONMENT + "/attempts/1/timelines/{plan}" + _ATTACHMENTS
    ),
    f"GET {_P}/attempts/{{attemptid}}{_RECORD}": _get(
        _ENVIRONMENT + "/attempts/1/timelines/{plan}/records/{record}" + _ATTACHMENTS + "/test-results.md"
    ),
    f"GET {_P}/deployphases/{{releasedeployphaseid}}/tasks/{{taskid}}/logs": _get(
        _ENVIRONMENT + "/deployPhases/{phase}/tasks/{task}/logs", startLine=2, endLine=4
    ),
    "GET /releases/{releaseid}/logs": _get("{base}/releases/{release}/logs"),
    "GET /releases/{releaseid}/manualinterventions": _get("{base}/releases/{release}/manualinterventions"),
    "GET /releases/{releaseid}/manualinterventions/{manualinterventionid}": _get(
        "{base}/releases/{release}/manualinterventions/{intervention}"
    ),
    "PATCH /releases/{releaseid}/manualinterventions/{manualinterventionid}": _send(
        "PATCH",
        "{base}/releases/{release}/manualinterventions/{intervention}",
        {"status": "approved", "comment": "Looks well."},
    ),
    "PATCH /gates/{gatestepid}": _send(
        "PATCH", "{base}/gates/{gates}", {"gatesToIgnore": ["Check open incidents"], "comment": "Known."}
    ),
    "GET /approvals": _get("{base}/approvals", statusFilter="undefined"),
    "PATCH /approvals/{approvalid}": lambda busy: busy.client.call(
        "PATCH", f"{busy.base}/approvals/{_pending(busy)}", {"status": "approved", "comments": "Go."}
    ),
}
"""How each operation is called, in this order."""

STREAMS = {
    "GET /definitions/{definitionid}/revisions/{revision}": "text/plain",
    "GET /releases/{releaseid} Revision": "text/plain",
    f"GET {_P}/deployphases/{{releasedeployphaseid}}/tasks/{{taskid}}/logs": "text/plain",
    "GET /releases/{releaseid}/logs": "application/zip",
    f"GET {_P}/attempts/{{attemptid}}/plan/{{planid}}{_RECORD}": "application/octet-stream",
    f"GET {_P}/attempts/{{attemptid}}{_RECORD}": "application/octet-stream",
}
"""The operations that answer with a stream, and of which type."""


def _newer(generation: str) -> Iterator[Any]:
    order = list(SPECS)
    for name in order[order.index(generation) + 1 :]:
        yield _file(name)


@pytest.mark.parametrize("generation", list(SPECS))
def test_every_operation_is_answered_as_published(generation: str) -> None:
    published = operations(generation)
    assert sorted(published.keys() - CALLS.keys()) == [], "operations that no call here covers"
    description = Description(_file(generation), list(_newer(generation)))
    with serving(generation) as client:
        busy = Busy(client)
        for key, call in CALLS.items():
            if key not in published:
                continue
            reply = call(busy)
            name = f"{published[key]}: {key}"
            if key.startswith("DELETE"):
                assert (reply.status, reply.body) == (204, b""), name
            elif key in STREAMS:
                assert reply.headers["Content-Type"].startswith(STREAMS[key]), name
                assert reply.headers.get("Transfer-Encoding") == "chunked" or "plain" in STREAMS[key], name
                assert reply.body, name
            else:
                assert reply.status == 200, (name, reply.status, reply.body[:400])
                assert "api-version=" in reply.headers["Content-Type"], name
                _check(description, key, f"/{busy.base}", reply)
    assert description.report.summary() == {}


def _check(description: Description, key: str, base: str, reply: Reply) -> None:
    """By the schema of the operation itself; a definition summary shares its path with a list."""
    method, path = key.split()[:2]
    for name in ("definitionid", "releaseid", "environmentid", "approvalid", "gatestepid", "path"):
        path = path.replace(f"{{{name}}}", "1")
    path = path.replace("{manualinterventionid}", "1").replace("{attemptid}", "1").replace("{type}", "x")
    path = path.replace("{planid}", "1").replace("{timelineid}", "1")
    model = "ReleaseDefinitionSummary" if key.endswith("Summary") else ""
    description.check(method, base + path, reply.json, model)


def test_the_newest_server_calls_each_operation_by_a_name_of_its_own() -> None:
    published = operations("server-2022.1")
    assert len(published) == len(set(published.values())) == 32
