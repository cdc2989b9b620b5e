"""What triage asks of the embedded server: who, take over, put off, what waits, what was decided, many."""

from __future__ import annotations

import time
from collections import Counter
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from tests.contract.harness import SHARED, SPECS, TODAY, Client, serving
from tests.contract.openapi import Description
from tests.contract.samples import last, wanted
from tests.contract.waiting import approvals_waiting, interventions_waiting

Json = dict[str, Any]

RIGHTS = {"Customer Portal", "Shared Services", "Infrastructure"}
"""Where the signed-in person has the permission "Manage release approvers"."""

YES = {"status": "approved", "comments": "Go."}


def base(project: str) -> str:
    """The release area of a project."""
    return f"{quote(project)}/_apis/release"


def people(client: Client, words: str, kind: str = "General") -> list[Json]:
    """What a search finds."""
    return client.get("_apis/identities", searchFilter=kind, filterValue=words).rows


def person(client: Client, name: str) -> str:
    """The id of a person or group."""
    return next(str(row["id"]) for row in people(client, name) if row["providerDisplayName"] == name)


def of_others(client: Client, project: str) -> Json:
    """A pending approval of a project that neither names the signed-in person nor a group of theirs."""
    me = client.get("_apis/identities", identityIds=client.me(), queryMembership="direct").rows[0]
    groups = client.get("_apis/identities", descriptors=",".join(me["memberOf"])).rows
    mine = {me["id"], *(group["id"] for group in groups)}
    found: Json = next(
        row for row in client.rows(f"{base(project)}/approvals") if row["approver"]["id"] not in mine
    )
    return found


# People


@pytest.mark.parametrize(
    ("kind", "words", "name"),
    [
        ("General", "dana", "Dana Reyes"),
        ("general", "REYES", "Dana Reyes"),
        ("DisplayName", "dana r", "Dana Reyes"),
        ("AccountName", "marlow\\dr", "Dana Reyes"),
        ("MailAddress", "dana.reyes@", "Dana Reyes"),
        ("General", "release app", "[Customer Portal]\\Release Approvers"),
        ("General", "élodie", "Élodie Carpentier"),
    ],
)
def test_people_are_found_by_some_of_their_name(client: Client, kind: str, words: str, name: str) -> None:
    rows = people(client, words, kind)
    assert name in [row["providerDisplayName"] for row in rows]
    assert all(row["isContainer"] in (True, False) and not row["members"] for row in rows)
    assert all(not row["memberOf"] for row in rows)


def test_a_search_that_finds_nobody_or_is_none(client: Client) -> None:
    assert people(client, "nobody of that name") == []
    assert client.call("GET", "_apis/identities", filterValue="dana").status == 400
    assert client.call("GET", "_apis/identities", searchFilter="General").status == 400
    assert client.call("GET", "_apis/identities", searchFilter="Shoe", filterValue="dana").status == 400


# Passing on and taking over


def test_some_may_take_over_and_then_sign(client: Client) -> None:
    me, marit = client.me(), person(client, "Marit Solheim")
    outcomes: dict[str, int] = {}
    for project in ("Customer Portal", "Shared Services", "Infrastructure", "Billing", "Data Platform"):
        approval = of_others(client, project)
        path = f"{base(project)}/approvals/{approval['id']}"
        assert client.call("PATCH", path, YES).status == 403
        assert last(client) == (False, True)
        taken = client.call("PATCH", path, {"status": "reassigned", "approver": {"id": me}})
        outcomes[project] = taken.status
        assert last(client) == (project in RIGHTS, True)
        if project not in RIGHTS:
            assert taken.json["message"].startswith("VS402904: Access denied: User Dana Reyes")
            assert client.get(path).json["revision"] == 1
            continue
        assert taken.json["approver"]["id"] == me
        assert taken.json["history"][0]["changedBy"]["id"] == me
        body = {"status": "reassigned", "approver": {"id": marit}, "comments": "Yours after all."}
        assert client.call("PATCH", path, body).json["revision"] == 3
        body = {"status": "reassigned", "approver": {"id": me}}
        assert client.call("PATCH", path, body).json["revision"] == 4
        assert client.call("PATCH", path, YES).json["approvedBy"]["id"] == me
    assert {project for project, status in outcomes.items() if status == 200} == RIGHTS
    assert {outcomes["Billing"], outcomes["Data Platform"]} == {403}


def test_who_is_asked_may_always_pass_on_but_only_to_a_person(
    client: Client, approval: tuple[str, int]
) -> None:
    path = f"{approval[0]}/_apis/release/approvals/{approval[1]}"
    for approver in ({"id": person(client, "[Billing]\\Finance Owners")}, {"id": "nobody"}, {}, None):
        reply = client.call("PATCH", path, {"status": "reassigned", "approver": approver})
        assert (reply.status, last(client)) == (400, (False, True))
    lee = person(client, "Lee Whitcomb")
    reply = client.call("PATCH", path, {"status": "reassigned", "approver": {"id": lee}})
    assert (reply.status, reply.json["approver"]["id"]) == (200, lee)
    assert client.call("PATCH", path, YES).status == 403


# Approved for later


def stage_of(client: Client, approval: tuple[str, int]) -> str:
    """The path of the environment that an approval is for."""
    area = f"{approval[0]}/_apis/release"
    row = client.get(f"{area}/approvals/{approval[1]}").json
    return f"{area}/releases/{row['release']['id']}/environments/{row['releaseEnvironment']['id']}"


def at(seconds: float) -> str:
    """So long after the start of the clock, as a client writes it."""
    return (TODAY + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def step(client: Client, stage: str) -> tuple[str, str, str]:
    """Status of an environment, and operation and deployment status of its newest attempt."""
    environment = client.get(stage).json
    attempt = environment["deploySteps"][-1]
    return environment["status"], attempt["operationStatus"], attempt["status"]


@pytest.mark.parametrize("status", [{}, {"status": "undefined"}, {"status": 0}])
def test_what_waits_for_approval_can_be_put_off(
    client: Client, approval: tuple[str, int], status: Json
) -> None:
    stage, area = stage_of(client, approval), f"{approval[0]}/_apis/release"
    release = stage.partition("/environments/")[0]
    answer = client.call("PATCH", stage, {"scheduledDeploymentTime": at(7200), **status})
    assert (answer.status, answer.json["status"]) == (200, "inProgress")
    assert answer.json["scheduledDeploymentTime"] == at(7200)
    assert client.get(release).json["environments"][0]["scheduledDeploymentTime"] == at(7200)
    assert step(client, stage) == ("inProgress", "Pending", "notDeployed")
    assert client.call("PATCH", f"{area}/approvals/{approval[1]}", YES).status == 200
    client.advance(5)
    assert step(client, stage) == ("scheduled", "Deferred", "notDeployed")
    (deployment,) = client.rows(f"{area}/deployments", operationStatus="deferred")
    assert deployment["scheduledDeploymentTime"] == at(7200)
    client.advance(7000)
    assert step(client, stage)[1] == "Deferred"
    client.advance(300)
    assert step(client, stage) == ("succeeded", "Approved", "succeeded")
    assert "scheduledDeploymentTime" not in client.get(stage).json


def test_a_time_is_taken_back_with_null(client: Client, approval: tuple[str, int]) -> None:
    stage, area = stage_of(client, approval), f"{approval[0]}/_apis/release"
    client.call("PATCH", stage, {"scheduledDeploymentTime": at(7200)})
    answer = client.call("PATCH", stage, {"scheduledDeploymentTime": None})
    assert (answer.status, "scheduledDeploymentTime" in answer.json) == (200, False)
    client.call("PATCH", f"{area}/approvals/{approval[1]}", YES)
    client.advance(60)
    assert step(client, stage)[0] == "succeeded"


def test_a_time_that_is_over_when_the_last_one_signs_holds_nothing_up(
    client: Client, approval: tuple[str, int]
) -> None:
    stage = stage_of(client, approval)
    client.call("PATCH", stage, {"scheduledDeploymentTime": at(600)})
    client.advance(900)
    client.call("PATCH", f"{approval[0]}/_apis/release/approvals/{approval[1]}", YES)
    client.advance(60)
    assert step(client, stage)[0] == "succeeded"


def test_what_was_put_off_can_be_moved_and_canceled(client: Client, approval: tuple[str, int]) -> None:
    stage = stage_of(client, approval)
    client.call("PATCH", stage, {"scheduledDeploymentTime": at(600)})
    client.call("PATCH", f"{approval[0]}/_apis/release/approvals/{approval[1]}", YES)
    client.advance(5)
    moved = client.call("PATCH", stage, {"status": "inProgress", "scheduledDeploymentTime": at(9000)})
    assert (moved.status, moved.json["scheduledDeploymentTime"]) == (200, at(9000))
    client.advance(3600)
    assert step(client, stage) == ("scheduled", "Deferred", "notDeployed")
    assert client.call("PATCH", stage, {"status": "canceled"}).status == 200
    client.advance(90000)
    assert step(client, stage) == ("canceled", "Canceled", "notDeployed")


@pytest.mark.parametrize(
    "body", [{}, {"comment": "later"}, {"scheduledDeploymentTime": at(-60)}, {"scheduledDeploymentTime": "x"}]
)
def test_what_is_no_time_to_come_is_refused(client: Client, approval: tuple[str, int], body: Json) -> None:
    reply = client.call("PATCH", stage_of(client, approval), body)
    assert (reply.status, last(client)) == (400, (False, True))


def test_only_a_stage_that_waits_for_approval_takes_a_time(client: Client, approval: tuple[str, int]) -> None:
    stage = stage_of(client, approval)
    client.call("PATCH", f"{approval[0]}/_apis/release/approvals/{approval[1]}", YES)
    client.advance(60)
    assert client.call("PATCH", stage, {"scheduledDeploymentTime": at(600)}).status == 400


def test_a_server_that_takes_no_time_refuses() -> None:
    with serving(defers=False) as client:
        stage = stage_of(client, wanted(client))
        reply = client.call("PATCH", stage, {"scheduledDeploymentTime": at(600)})
        assert (reply.status, reply.json["typeKey"]) == (400, "InvalidRequestException")
        assert reply.json["message"].startswith("VS402964")
        assert "scheduledDeploymentTime" not in client.get(stage).json


# What waits for hands


def truly_waiting(client: Client, project: str) -> set[tuple[int, int, int]]:
    """Release, environment and attempt of every pending intervention, by the releases themselves."""
    return {
        (release["id"], environment["id"], attempt["attempt"])
        for release in client.rows(f"{project}/_apis/release/releases", _expand="manualInterventions")
        for environment in release["environments"]
        for attempt in environment["deploySteps"]
        for phase in attempt["releaseDeployPhases"]
        for one in phase["manualInterventions"]
        if one["status"] == "pending"
    }


def listed_waiting(client: Client, project: str, **query: Any) -> set[tuple[int, int, int]]:
    """The same by the list of deployments."""
    rows = client.rows(f"{project}/_apis/release/deployments", **query)
    assert all(row["releaseDefinition"]["name"] and row["release"]["name"] for row in rows)
    assert all(row["deploymentStatus"] == "inProgress" for row in rows)
    return {(row["release"]["id"], row["releaseEnvironment"]["id"], row["attempt"]) for row in rows}


def test_deployments_tell_exactly_who_waits_for_hands(client: Client) -> None:
    paths = interventions_waiting(client, 3)
    client.call("PATCH", paths[0], {"status": "approved", "comment": "Seen."})
    found = 0
    for project in client.projects():
        true = truly_waiting(client, project)
        found += len(true)
        for name in ("ManualInterventionPending", "manualinterventionpending", "8192"):
            for latest in (None, "true"):
                query = {"operationStatus": name, "latestAttemptsOnly": latest}
                assert listed_waiting(client, project, **query) == true
    assert found == 3  # two of ours, and the one of the sample


# What was decided


def test_decisions_of_everybody_newest_first(client: Client) -> None:
    deciders: Counter[str] = Counter()
    for project in client.projects():
        for status in ("approved", "rejected"):
            page = client.get(f"{project}/_apis/release/approvals", statusFilter=status, top=200)
            rows = [row for row in page.rows if not row["isAutomated"]]
            assert [row["id"] for row in rows] == sorted((row["id"] for row in rows), reverse=True)
            assert all(row["status"] == status for row in rows)
            deciders.update(
                row["approvedBy"]["displayName"]
                for row in rows
                if "approvedBy" in row and row["comments"] and row["modifiedOn"] >= at(-4 * 86400)
            )
        reassigned = client.get(f"{project}/_apis/release/approvals", statusFilter="reassigned")
        assert reassigned.rows == []
    assert len(deciders) > 8
    assert "Dana Reyes" in deciders


# Identities revalidated


def revalidated(client: Client) -> str:
    """The path of the one pending approval whose stage wants its approver to sign in again."""
    (row,) = [
        row
        for row in client.rows(f"{base('Billing')}/approvals", assignedToFilter=client.me())
        if _options(client, row).get("enforceIdentityRevalidation")
    ]
    return f"{base('Billing')}/approvals/{row['id']}"


def _options(client: Client, row: Json) -> Json:
    release = client.get(f"{base('Billing')}/releases/{row['release']['id']}").json
    found: Json = next(
        environment["preApprovalsSnapshot"]["approvalOptions"]
        for environment in release["environments"]
        if environment["id"] == row["releaseEnvironment"]["id"]
    )
    return found


@pytest.mark.parametrize(("strict", "status"), [(True, 403), (False, 200)])
@pytest.mark.parametrize("verb", ["approved", "rejected"])
def test_no_call_decides_where_identities_are_revalidated(strict: bool, status: int, verb: str) -> None:
    with serving(strict=strict) as client:
        path = revalidated(client)
        before = client.get(path).json
        reply = client.call("PATCH", path, {"status": verb, "comments": "By API."})
        assert (reply.status, last(client)) == (status, (False, True))
        assert client.get(path).json == before
        body = {"status": "reassigned", "approver": {"id": person(client, "Marit Solheim")}}
        assert client.call("PATCH", path, body).status == 200


# Many at once


def landed_in_the_end(client: Client) -> None:
    """Wait until the last write is applied, whose answer nobody waits for any more."""
    end = time.monotonic() + 30
    while not client.ledger()[-1]["applied"]:
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize("waiting", [approvals_waiting, interventions_waiting])
def test_many_decisions_end_in_turn_as_the_fault_says(client: Client, waiting: Any) -> None:
    """srv-48 by order of arrival: done, four refusals, done with 504, not done with 503, done and hanging."""
    paths = waiting(client, 16)
    before = len(client.ledger())
    client.faults("srv-48")
    statuses: list[int] = []
    body = {"status": "approved", "comment": "Go.", "comments": "Go."}
    for number, path in enumerate(paths, 1):
        try:
            statuses.append(client.call("PATCH", path, body, timeout=60 if number % 8 else 0.5).status)
        except TimeoutError:
            statuses.append(0)
            landed_in_the_end(client)
    client.demo("DELETE", "faults")
    assert statuses == [200, 400, 403, 404, 409, 504, 503, 0] * 2
    entries = client.ledger()[before:]
    assert [entry["applied"] for entry in entries] == [status in (200, 504, 0) for status in statuses]
    assert [entry["answered"] for entry in entries] == [status != 0 for status in statuses]
    assert all(entry["body"]["status"] == "approved" for entry in entries)
    landed = [client.get(path).json["status"] == "approved" for path in paths]
    assert landed == [entry["applied"] for entry in entries]


def test_what_changes_nothing_is_not_applied() -> None:
    with serving(strict=False) as client:
        for paths in (approvals_waiting(client, 1), interventions_waiting(client, 1)):
            for applied in (True, False):
                assert client.call("PATCH", paths[0], YES).status == 200
                assert last(client) == (applied, True)


def test_fifteen_projects_and_sixty_approvals() -> None:
    with serving(size="broad") as client:
        projects = client.projects()
        assert len(projects) == 15
        rows = [row for project in projects for row in client.rows(f"{project}/_apis/release/approvals")]
        assert len(rows) == 60


# As published


@pytest.mark.skipif(
    not (SHARED / "openapi").is_dir(), reason="the published descriptions are not beside the checkout"
)
@pytest.mark.parametrize("generation", list(SPECS))
def test_the_answers_of_triage_are_as_published(generation: str) -> None:
    files = {name: SHARED / "openapi" / f"{file}.json" for name, file in SPECS.items()}
    newer = list(files)[list(files).index(generation) + 1 :]
    description = Description(files[generation], [files[name] for name in newer])
    with serving(generation, strict=False) as client:

        def checked(method: str, path: str, body: Any = None, **query: Any) -> Any:
            reply = client.call(method, path, body, **query)
            assert reply.status == 200, (path, reply.body)
            description.check(method, "/" + path, reply.json)
            return reply.json

        approval = wanted(client)
        stage, area = stage_of(client, approval), f"{approval[0]}/_apis/release"
        checked("PATCH", stage, {"scheduledDeploymentTime": at(7200)})
        checked("PATCH", f"{area}/approvals/{approval[1]}", YES)
        client.advance(5)
        checked("GET", stage)
        checked("GET", f"{area}/deployments", operationStatus="Deferred")
        checked("GET", f"{area}/approvals", statusFilter="approved")
        checked("GET", f"{area}/approvals", statusFilter="rejected")
        checked("GET", f"{base('Infrastructure')}/deployments", operationStatus="ManualInterventionPending")
        other = of_others(client, "Customer Portal")
        path = f"{base('Customer Portal')}/approvals/{other['id']}"
        checked("PATCH", path, {"status": "reassigned", "approver": {"id": client.me()}})
        checked("PATCH", revalidated(client), YES)
    assert description.report.summary() == {}
    assert description.report.validated == 9
