"""The calls of the embedded server one by one: paths, versions, filters, paging (api.md 1 to 3, 6)."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from tests.contract.harness import Client, Reply, serving
from tests.contract.samples import approve, minimal_definition, path

LATE = "2026-11-20T00:00:00Z"


def busiest(client: Client) -> str:
    """The project with most releases."""
    return max(client.projects(), key=lambda name: len(client.rows(f"{name}/_apis/release/releases")))


def key_of(reply: Reply) -> tuple[int, str]:
    """Status and type key."""
    return reply.status, reply.json["typeKey"]


def test_paths_are_case_insensitive_and_projects_have_two_names(client: Client) -> None:
    project = client.get("_apis/projects").rows[1]
    name, key = quote(project["name"]), project["id"]
    for form in (
        f"{name}/_apis/release/releases",
        f"{name.upper()}/_APIS/Release/Releases",
        f"{key}/_apis/Release/releases",
    ):
        assert client.get(form, _top=1).rows
    shouted = client.raw("GET", f"{client.base.upper()}/_apis/projects")
    assert shouted.rows
    root = client.base.rsplit("/", 1)[0]
    assert client.raw("GET", f"{root}/_apis/connectionData").status == 200


def test_what_is_not_there(client: Client) -> None:
    reply = client.call("GET", "Nowhere/_apis/release/releases")
    assert key_of(reply) == (404, "ProjectDoesNotExistWithNameException")
    assert reply.json["message"].startswith("TF200016: The following project does not exist: Nowhere.")
    for route in ("nix", "Nowhere/_apis/release/nix", "_apis/release/approvals"):
        reply = client.call("GET", route)
        assert (reply.status, reply.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
        assert b"was not found or does not implement IController." in reply.body
    reply = client.call("PATCH", f"{client.projects()[0]}/_apis/release/definitions", {})
    assert reply.status == 405
    assert reply.json["value"]["Message"] == "The requested resource does not support http method 'PATCH'."
    one, other = client.projects()[:2]
    release = client.get(f"{one}/_apis/release/releases", _top=1).rows[0]["id"]
    assert client.call("GET", f"{other}/_apis/release/releases/{release}").status == 404


def test_every_answer_carries_the_headers_of_the_server(client: Client) -> None:
    headers = client.get("_apis/projects").headers
    assert {"ActivityId", "X-TFS-ProcessId", "X-AspNet-Version", "Cache-Control"} <= headers.keys()
    assert headers["X-VSS-UserData"].startswith(client.me() + ":")
    assert headers["Date"] == "Tue, 24 Nov 2026 09:30:00 GMT"
    client.advance(3600)
    session = {"X-TFS-Session": "11111111-2222-3333-4444-555555555555"}
    headers = client.call("GET", "_apis/projects", headers=session).headers
    assert headers["Date"] == "Tue, 24 Nov 2026 10:30:00 GMT"
    assert headers["X-TFS-Session"] == session["X-TFS-Session"]
    error = client.call("GET", "Nowhere/_apis/release/releases")
    assert error.headers["X-TFS-ServiceError"].startswith("TF200016%3A%20The")


@pytest.mark.parametrize(
    ("generation", "asked", "outcome"),
    [
        ("tfs-2018", "4.1", "VssInvalidPreviewVersionException"),
        ("tfs-2018", "4.1-preview", "4.1-preview.6"),
        ("tfs-2018", "4.0-preview.4", "4.0-preview.4"),
        ("tfs-2018", "5.0", "VssVersionOutOfRangeException"),
        ("server-2019", "5.0", "5.0"),
        ("server-2019", "5.1", "VssVersionOutOfRangeException"),
        ("server-2019", "4.1-preview.6", "4.1-preview.6"),
        ("server-2020", "6.0", "6.0"),
        ("server-2020", "6.1-preview.8", "6.1-preview.8"),
        ("server-2020", "6.1", "VssInvalidPreviewVersionException"),
        ("server-2020", "7.0", "VssVersionOutOfRangeException"),
        ("server-2022.1", "7.1", "7.1"),
        ("server-2022.1", "7.1-preview.8", "7.1-preview.8"),
        ("services", "7.2", "VssInvalidPreviewVersionException"),
        ("services", "7.2-preview.99", "VssVersionOutOfRangeException"),
        ("services", "seven", "VssVersionNotSpecifiedException"),
    ],
)
def test_versions(generation: str, asked: str, outcome: str) -> None:
    with serving(generation) as client:
        target = f"{client.base}/{client.projects()[0]}/_apis/release/releases"
        for reply in (
            client.raw("GET", f"{target}?$top=1&api-version={asked}"),
            client.raw(
                "GET", f"{target}?$top=1", headers={"Accept": f"application/json;api-version={asked}"}
            ),
        ):
            if outcome.endswith("Exception"):
                assert key_of(reply) == (400, outcome)
                assert reply.json["typeName"].endswith(", Microsoft.VisualStudio.Services.WebApi")
            else:
                content_type = f"application/json; charset=utf-8; api-version={outcome}"
                assert reply.headers["Content-Type"] == content_type


def test_environments_of_2020_are_still_preview_while_releases_are_not() -> None:
    with serving("server-2020") as client:
        base = f"{client.base}/{client.projects()[0]}/_apis/release/releases"
        release = client.raw("GET", f"{base}?$top=1&$expand=environments&api-version=6.0").rows[0]
        target = f"{base}/{release['id']}/environments/{release['environments'][0]['id']}"
        assert key_of(client.raw("GET", f"{target}?api-version=6.0")) == (
            400,
            "VssInvalidPreviewVersionException",
        )
        assert client.raw("GET", f"{target}?api-version=6.0-preview.6").status == 200


def test_a_write_names_its_version(client: Client, approval: tuple[str, int]) -> None:
    reply = client.raw("PATCH", f"{client.base}/{path(approval)}", {"status": "approved"})
    assert key_of(reply) == (400, "VssVersionNotSpecifiedException")
    assert client.ledger()[-1]["applied"] is False
    data = client.raw("GET", f"{client.base}/_apis/connectionData?api-version=7.1")
    assert key_of(data) == (400, "VssInvalidPreviewVersionException")


def test_options_lists_every_location(client: Client) -> None:
    entries = client.raw("OPTIONS", f"{client.base}/_apis?allHostTypes=true").rows
    assert len({entry["id"] for entry in entries}) == len(entries)
    release = next(entry for entry in entries if entry["id"] == "a166fde7-27ad-408e-ba75-703c2cc9d500")
    assert release == {
        "id": "a166fde7-27ad-408e-ba75-703c2cc9d500",
        "area": "Release",
        "resourceName": "releases",
        "routeTemplate": "{project}/_apis/{area}/{resource}/{releaseId}",
        "resourceVersion": 8,
        "minVersion": "2.2",
        "maxVersion": "7.1",
        "releasedVersion": "7.1",
    }


def test_areas_and_who_am_i() -> None:
    with serving("server-2022.1") as client:
        assert client.get("_apis/ResourceAreas", **{"api-version": "5.0-preview.1"}).rows == []
        data = client.raw("GET", f"{client.base}/_apis/connectionData").json
        assert data["deploymentType"] == "onPremises"
        assert "subjectDescriptor" not in data["authenticatedUser"]
    with serving("services") as client:
        areas = {area["name"]: area for area in client.get("_apis/ResourceAreas").rows}
        assert areas["Release"]["locationUrl"] == client.url + "/"
        data = client.raw("GET", f"{client.base}/_apis/connectionData").json
        assert "subjectDescriptor" in data["authenticatedUser"]


def test_projects_are_paged(client: Client) -> None:
    whole = [project["name"] for project in client.get("_apis/projects").rows]
    assert len(whole) == 6
    assert [project["name"] for project in client.rows("_apis/projects", _top=4)] == whole
    assert [p["name"] for p in client.get("_apis/projects", _skip=2, _top=2).rows] == whole[2:4]
    one = client.get(f"_apis/projects/{quote(whole[0])}").json
    assert one["url"].endswith(one["id"])


def test_identities_and_groups(client: Client) -> None:
    me = client.get("_apis/identities", identityIds=client.me(), queryMembership="direct").rows[0]
    assert me["memberOf"]
    groups = client.get("_apis/identities", descriptors=",".join(me["memberOf"])).rows
    assert all(group["isContainer"] for group in groups)
    group = client.get(f"_apis/identities/{groups[0]['id']}", queryMembership="expanded").json
    assert me["descriptor"] in group["members"]
    name = me["providerDisplayName"]
    for kind, value in (
        ("General", name[:5]),
        ("DisplayName", name),
        ("AccountName", me["properties"]["Account"]["$value"]),
        ("MailAddress", me["properties"]["Account"]["$value"]),
    ):
        found = client.get("_apis/identities", searchFilter=kind, filterValue=value).rows
        assert me["id"] in [identity["id"] for identity in found]
    unknown = "00000000-0000-0000-0000-000000000001"
    assert client.get("_apis/identities", identityIds=unknown).rows == [None]
    assert client.get("_apis/identities", identityIds=client.me()).rows[0]["memberOf"] == []


def test_definition_filters(client: Client) -> None:
    base = f"{busiest(client)}/_apis/release/definitions"
    every = "artifacts,tags"
    whole = client.get(base, _expand=every).rows
    ids = [row["id"] for row in whole]
    assert ids == sorted(ids)

    def found(**query: object) -> list[int]:
        return [row["id"] for row in client.rows(base, **query)]

    first = whole[0]
    assert found(queryOrder="IdDescending") == ids[::-1]
    names = [row["name"].lower() for row in client.rows(base, queryOrder="nameAscending", _top=2)]
    assert names == sorted(names)
    assert len(names) == len(ids)
    assert found(queryOrder="3", _top=2) == found(queryOrder="nameDescending")
    assert found(searchText=first["name"].upper(), isExactNameMatch="true") == [first["id"]]
    assert first["id"] in found(searchText=first["name"][1:5])
    assert found(searchText="no such name") == []
    assert found(definitionIdFilter=f"{ids[1]},{ids[2]}") == ids[1:3]
    assert found(path="\\") == ids
    folder = next(row["path"] for row in whole if row["path"] != "\\")
    inside = [row["id"] for row in whole if (row["path"] + "\\").startswith(folder + "\\")]
    assert found(path=folder.lower()) == inside
    assert set(inside) <= set(found(searchText=folder.strip("\\"), searchTextContainsFolderName="true"))
    artifact = first["artifacts"][0]
    assert first["id"] in found(artifactType="Build", artifactSourceId=artifact["sourceId"])
    assert found(artifactType="Jenkins") == []
    assert found(isDeleted="true") == []
    assert found(tagFilter="no such tag") == []


def test_definition_expands(client: Client) -> None:
    base = f"{client.projects()[0]}/_apis/release/definitions"
    named = client.get(base, _expand="Environments,artifacts,triggers,variables,tags", _top=1).rows[0]
    assert {"environments", "artifacts", "triggers", "variables", "tags"} <= named.keys()
    assert client.get(base, _expand="62", _top=1).rows[0] == named
    key = named["id"]
    whole = client.get(f"{base}/{key}").json
    assert "lastRelease" not in whole
    assert whole["environments"][0]["badgeUrl"].endswith(f"/{key}/{whole['environments'][0]['id']}")
    past = client.get(f"{base}/{key}", revision=whole["revision"])
    assert past.headers["Content-Type"].startswith("text/plain")
    assert past.json["revision"] == whole["revision"]


def test_release_filters(client: Client) -> None:
    project = busiest(client)
    base = f"{project}/_apis/release/releases"
    whole = client.rows(base, _top=100, _expand="environments,artifacts")
    assert len(whole) > 60
    ids = [row["id"] for row in whole]
    assert ids == sorted(ids, reverse=True)

    def found(**query: object) -> list[int]:
        return [row["id"] for row in client.rows(base, **{"_top": 100, **query})]

    def expected(test: object) -> list[int]:
        assert callable(test)
        return [row["id"] for row in whole if test(row)]

    assert found(queryOrder="ascending") == ids[::-1]
    one = whole[5]
    definition = one["releaseDefinition"]["id"]
    assert found(definitionId=definition) == expected(lambda r: r["releaseDefinition"]["id"] == definition)
    stage = one["environments"][0]
    bits = {"notStarted": 1, "inProgress": 2, "succeeded": 4, "canceled": 8, "rejected": 16}[stage["status"]]
    assert found(
        definitionEnvironmentId=stage["definitionEnvironmentId"], environmentStatusFilter=bits
    ) == expected(
        lambda r: any(
            e["definitionEnvironmentId"] == stage["definitionEnvironmentId"]
            and e["status"] == stage["status"]
            for e in r["environments"]
        )
    )
    assert found(environmentStatusFilter=16) == expected(
        lambda r: "rejected" in [e["status"] for e in r["environments"]]
    )
    assert found(searchText=one["name"].lower()) == expected(lambda r: one["name"] in r["name"])
    creator = one["createdBy"]
    mine = expected(lambda r: r["createdBy"]["id"] == creator["id"])
    assert found(createdBy=creator["id"]) == found(createdBy=creator["uniqueName"].upper()) == mine
    for status in ("active", "abandoned"):
        assert found(statusFilter=status.upper()) == expected(lambda r, s=status: r["status"] == s)
    assert found(minCreatedTime=LATE) == expected(lambda r: r["createdOn"] > LATE)
    assert found(maxCreatedTime=LATE) == expected(lambda r: r["createdOn"] < LATE)
    reference = one["artifacts"][0]["definitionReference"]
    build, branch = reference["version"]["id"], reference["branch"]["id"]
    assert one["id"] in found(artifactVersionId=build)
    assert one["id"] in found(sourceBranchFilter=branch)
    assert one["id"] in found(artifactTypeId="build", sourceId=one["artifacts"][0]["sourceId"])
    assert found(releaseIdFilter=f"{ids[3]},{ids[1]}") == [ids[1], ids[3]]
    assert found(isDeleted="true") == []
    assert found(tagFilter="no such tag") == []
    folder = client.get(f"{project}/_apis/release/definitions/{definition}").json["path"]
    assert one["id"] in found(path=folder)
    reply = client.call("GET", base, sourceBranchFilter=branch, environmentStatusFilter=4)
    assert key_of(reply) == (400, "InvalidRequestException")
    assert client.call("GET", base, statusFilter="nix").status == 400
    assert client.call("GET", base, definitionId="nix").status == 400


def test_releases_across_projects_and_their_pages(client: Client) -> None:
    base = "_apis/release/releases"
    first = client.get(base)
    assert len(first.rows) == 50
    assert len(client.get(base, _top=1000).rows) == 100
    token = first.headers["X-MS-ContinuationToken"]
    assert "X-MS-ContinuationToken" in first.headers["Access-Control-Expose-Headers"]
    assert client.get(base, continuationToken=token).rows[0]["id"] == int(token)
    every = [row["id"] for row in client.rows(base, _top=100)]
    assert len(set(every)) == len(every)
    by_project = [
        row["id"]
        for project in client.projects()
        for row in client.rows(f"{project}/_apis/release/releases", _top=100)
    ]
    assert sorted(by_project) == sorted(every)


def test_extended_properties_come_when_they_are_asked_for(client: Client) -> None:
    project = client.projects()[0]
    base = f"{project}/_apis/release"
    made = client.call("POST", f"{base}/definitions", minimal_definition("Marked", client.me())).json
    body = {"definitionId": made["id"], "properties": {"reltui.marker": "x1"}}
    created = client.call("POST", f"{base}/releases", body).json
    listed = client.get(f"{base}/releases", _top=1)
    assert listed.rows[0]["properties"] == {}
    listed = client.get(f"{base}/releases", _top=1, propertyFilters="reltui.marker,other")
    assert listed.rows[0]["properties"] == {"reltui.marker": {"$type": "System.String", "$value": "x1"}}
    one = client.get(f"{base}/releases/{created['id']}", propertyFilters="RELTUI.MARKER").json
    assert one["properties"]["reltui.marker"]["$value"] == "x1"


def test_approval_filters(client: Client) -> None:
    pending = client.pending()
    project, mine = pending[0]
    base = f"{project}/_apis/release/approvals"
    whole = client.rows(base)
    ids = [row["id"] for row in whole]
    assert ids == sorted(ids, reverse=True)
    assert {row["status"] for row in whole} == {"pending"}
    assert [row["id"] for row in client.rows(base, top=3)] == ids
    assert [row["id"] for row in client.rows(base, top=3, queryOrder="Ascending")] == ids[::-1]
    assert [row["id"] for row in client.get(base, continuationToken=0).rows] == ids[:50]
    person = mine["approver"]
    for name in (person["id"], person["uniqueName"], person["displayName"].upper()):
        rows = client.rows(base, assignedToFilter=name)
        assert mine["id"] in [row["id"] for row in rows]
        assert {row["approver"]["id"] for row in rows} == {person["id"]}
    assert client.rows(base, assignedToFilter="nobody at all") == []
    release = mine["release"]["id"]
    assert {row["release"]["id"] for row in client.rows(base, releaseIdsFilter=f"{release},0")} == {release}
    every = client.rows(base, releaseIdsFilter=release, statusFilter="undefined")
    assert len({row["status"] for row in every}) > 1 or len(every) == 1
    for kind in ("preDeploy", "postDeploy"):
        assert {row["approvalType"] for row in client.rows(base, typeFilter=kind)} <= {kind}
    approved = client.get(base, statusFilter="approved", top=7).rows
    assert [row["status"] for row in approved] == ["approved"] * 7
    assert client.call("GET", base, statusFilter="nix").status == 400


def test_group_approvals_on_a_server_and_on_services() -> None:
    def groups(client: Client, **query: object) -> list[Reply]:
        return [
            client.call("GET", f"{project}/_apis/release/approvals", includeMyGroupApprovals="true", **query)  # type: ignore[arg-type]
            for project in client.projects()
        ]

    with serving("server-2022.1") as client:
        for query in ({}, {"assignedToFilter": client.me()}, {"releaseIdsFilter": 1}):
            reply = groups(client, **query)[0]
            assert key_of(reply) == (400, "InvalidRequestException")
            assert reply.json["message"].startswith("VS4029130: ")
        every = [
            row for p in client.projects() for row in client.rows(f"{p}/_apis/release/approvals", top=100)
        ]
        ids = ",".join(str(row["release"]["id"]) for row in every)
        replies = groups(
            client, assignedToFilter=client.me(), releaseIdsFilter=ids, statusFilter="Pending", top=100
        )
        rows = [row for reply in replies for row in reply.rows]
        assert {bool(row["approver"].get("isContainer")) for row in rows} == {True, False}
        assert len(rows) == 12
    with serving("services") as client:
        assert groups(client)[0].status == 400
        rows = [row for reply in groups(client, assignedToFilter=client.me()) for row in reply.rows]
        assert len(rows) == 12


def test_history_comes_when_it_is_asked_for(client: Client, approval: tuple[str, int]) -> None:
    body = {"status": 6, "approver": {"id": client.me()}, "comments": "Mine again."}
    answer = client.call("PATCH", path(approval), body).json
    assert [entry["comments"] for entry in answer["history"]] == ["Mine again."]
    assert client.get(path(approval)).json["history"] == []
    assert client.get(path(approval), includeHistory="true").json["history"] == answer["history"]
    assert client.get(path(approval) + "/history").json["history"] == answer["history"]
    rows = client.rows(f"{approval[0]}/_apis/release/approvals", top=100)
    assert all("history" not in row for row in rows)


def test_many_at_once_are_of_one_release_and_all_or_none(client: Client, approval: tuple[str, int]) -> None:
    base = f"{approval[0]}/_apis/release/approvals"
    other = next(row["id"] for row in client.rows(base, top=100) if row["id"] != approval[1])
    wish = [{"id": key, "status": "approved"} for key in (approval[1], other)]
    reply = client.call("PATCH", base, wish)
    assert key_of(reply) == (400, "InvalidRequestException")
    assert client.call("PATCH", base, {"id": 1}).status == 400
    assert client.get(path(approval)).json["status"] == "pending"
    reply = client.call("PATCH", base, wish[:1])
    assert [row["status"] for row in reply.rows] == ["approved"]
    assert [entry["applied"] for entry in client.ledger()[-3:]] == [False, False, True]


def test_refused_writes_are_in_the_ledger_as_not_applied(client: Client, approval: tuple[str, int]) -> None:
    assert approve(client, approval).status == 200
    assert approve(client, approval).status == 400
    bad = client.raw("PATCH", f"{client.base}/{path(approval)}?api-version=7.1", headers={"Content-Type": ""})
    assert bad.status == 400
    entries = client.ledger()[-3:]
    assert [(entry["applied"], entry["answered"]) for entry in entries] == [
        (True, True),
        (False, True),
        (False, True),
    ]
    assert set(entries[0]) == {"time", "method", "path", "body", "applied", "answered"}
    assert entries[0]["body"] == {"status": "approved", "comments": "Go."}
    assert re.fullmatch(r"2026-11-24T09:\d\d:\d\d\.\d{3}Z", entries[0]["time"])


def test_summary_snapshot_and_logs(client: Client) -> None:
    project = busiest(client)
    base = f"{project}/_apis/release/releases"
    release = next(
        row
        for row in client.rows(base, _expand="environments", environmentStatusFilter=4)
        if row["environments"][0]["status"] == "succeeded"
    )
    definition = release["releaseDefinition"]["id"]
    summary = client.get(base, definitionId=definition, releaseCount=2).json
    assert set(summary) == {"releaseDefinition", "environments", "releases"}
    assert all(len(stage["lastReleases"]) <= 2 for stage in summary["environments"])
    assert client.get(f"{base}/{release['id']}", definitionSnapshotRevision=1).json["id"] == release["id"]
    whole = client.get(f"{base}/{release['id']}").json
    stage = whole["environments"][0]
    phase = stage["deploySteps"][-1]["releaseDeployPhases"][0]
    task = next(task for task in phase["deploymentJobs"][0]["tasks"] if task["lineCount"] > 5)
    log = client.raw("GET", task["logUrl"].split(str(client.port), 1)[1]).body.decode().splitlines()
    assert len(log) == task["lineCount"]
    part = client.raw("GET", task["logUrl"].split(str(client.port), 1)[1] + "?startLine=2&endLine=3")
    assert part.body.decode().splitlines() == log[1:3]


def test_builds_commits_and_work_items(client: Client) -> None:
    project = busiest(client)
    build = client.get(f"{project}/_apis/build/builds", _top=1).rows[0]
    base = f"{project}/_apis/build/builds/{build['id']}"
    assert client.get(base).json["id"] == build["id"]
    commits = client.get(f"{base}/changes").rows
    assert all(re.fullmatch(r"[0-9a-f]{40}", commit["id"]) for commit in commits)
    assert client.get(f"{base}/changes", _top=1).rows == commits[:1]
    for item in client.get(f"{base}/workitems").rows:
        assert set(item) == {"id", "url"}
    releases = f"{project}/_apis/release/releases"
    newest = client.get(releases, _top=1).rows[0]
    oldest = client.rows(releases, definitionId=newest["releaseDefinition"]["id"])[-1]
    changes = client.get(f"{releases}/{newest['id']}/changes").rows
    wider = client.get(f"{releases}/{newest['id']}/changes", baseReleaseId=oldest["id"]).rows
    assert {change["id"] for change in changes} <= {change["id"] for change in wider}
    assert all(change["changeType"] == "TfsGit" for change in wider)
