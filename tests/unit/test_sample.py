"""The sample organisation of the embedded server: what is in it, always the same, and its sizes."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from typing import Any

import pytest

from reltui.demo.deployments import Query
from reltui.demo.engine import Engine
from tests import kept_engine

Json = dict[str, Any]

TODAY = datetime(2026, 3, 4, 14, 30, tzinfo=UTC)


def stands_for(engine: Engine, approver_id: str | None) -> bool:
    """Whether the signed-in person is the approver or in the approving group."""
    return approver_id is not None and engine.me["id"] in (
        approver_id,
        *engine.identities[approver_id]["members"],
    )


@pytest.fixture(scope="module")
def engine() -> Engine:
    """Only for reading."""
    return Engine(speed=0, today=TODAY)


@pytest.mark.parametrize("seed", range(1, 6))
@pytest.mark.parametrize("hour", [2, 14])
def test_twelve_wait_for_me_and_thirty_for_others(seed: int, hour: int) -> None:
    engine = Engine(seed=seed, speed=0, today=TODAY.replace(hour=hour))
    pending = engine.approval_index(pending_only=True)
    mine = [line for line in pending if stands_for(engine, line.approver_id)]
    assert (len(mine), len(pending) - len(mine)) == (12, 30)
    approvers = {line.approver_id for line in mine}
    assert engine.me["id"] in approvers
    assert len(approvers) == 3
    assert {line.type for line in mine} == {"preDeploy", "postDeploy"}
    ages = sorted(engine.now() - line.created_on for line in pending)
    assert ages[0] < timedelta(minutes=15)
    assert ages[-1] > timedelta(days=7)


def test_somebody_has_signed_before_me(engine: Engine) -> None:
    signed = set()
    for line in engine.approval_index(pending_only=True):
        if not stands_for(engine, line.approver_id):
            continue
        for environment in engine.release(line.release_id)["environments"]:
            approvals = environment["preDeployApprovals"] + environment["postDeployApprovals"]
            if line.id in (a["id"] for a in approvals):
                before = {a["rank"] for a in approvals if a["status"] == "approved" and not a["isAutomated"]}
                options = environment["preApprovalsSnapshot"].get("approvalOptions", {})
                signed.add((len(before), options.get("requiredApproverCount")))
    assert {(1, 0), (1, 2), (0, 1), (0, 0)} <= signed


def test_it_looks_like_a_company(engine: Engine) -> None:
    assert len(engine.projects) == 6
    definitions = [d for p in engine.projects for d in engine.definitions(p["id"])]
    assert 38 <= len(definitions) <= 45
    assert len({d["path"] for d in definitions}) > 10
    assert {len(d["environments"]) for d in definitions} == {1, 2, 3, 4, 5, 6}
    assert any(d["revision"] > 1 for d in definitions)
    zones = {who.get("timeZone") for who in engine.identities.values() if not who["isContainer"]}
    assert len(zones) == 3
    assert all(
        who["uniqueName"].endswith("@marlowfreight.example")
        for who in engine.identities.values()
        if not who["isContainer"]
    )
    lines = engine.release_index()
    assert len(lines) == 400
    assert {line.status for line in lines} == {"active", "abandoned", "draft"}
    statuses = Counter(status for line in lines for status in line.environment_statuses.values())
    assert set(statuses) == {
        "notStarted",
        "inProgress",
        "succeeded",
        "partiallySucceeded",
        "rejected",
        "canceled",
        "queued",
        "scheduled",
    }
    operations = Counter(
        environment["deploySteps"][-1]["operationStatus"]
        for line in lines
        for environment in engine.release(line.id)["environments"]
        if environment["deploySteps"]
    )
    assert operations["PhaseInProgress"] == 2
    assert operations["Queued"] == 2
    assert operations["Scheduled"] == 3
    assert operations["EvaluatingGates"] == 2
    assert operations["ManualInterventionPending"] == 1
    assert operations["Rejected"] > 10
    assert operations["PhaseFailed"] > 10
    assert any(len(e["deploySteps"]) > 1 for line in lines for e in engine.release(line.id)["environments"])


def test_names_numbers_and_times_run_together(engine: Engine) -> None:
    lines = engine.release_index()
    for newer, older in pairwise(lines):
        assert newer.id == older.id + 1
        assert newer.created_on >= older.created_on
    assert lines[0].created_on <= TODAY
    assert lines[0:3] == list(islice(lines, 3))
    assert lines[-1] is list(lines)[-1]
    seen = Counter((line.definition_id, line.name) for line in lines if line.path != "\\Apps")
    assert all(count == 1 for (_, name), count in seen.items() if not name[:8].isdigit())


def test_every_build_has_commits(engine: Engine) -> None:
    for project in engine.projects:
        builds = list(engine.builds(project["id"]))
        assert [b["id"] for b in builds] == sorted((b["id"] for b in builds), reverse=True)
        for build in builds[:20]:
            assert engine.build(build["id"]) == build
            assert all(change["author"]["displayName"] for change in engine.build_changes(build["id"]))
    assert any(engine.build_work_items(b["id"]) for b in engine.builds(engine.projects[0]["id"]))


def check_lines(engine: Engine, step: int) -> int:
    """Compare lines with whole releases; returns how many were compared."""
    lines = engine.release_index()[::step]
    for line in lines:
        release = engine.release(line.id)
        assert release["status"] == line.status
        assert release["name"] == line.name
        assert release["createdBy"]["id"] == line.created_by_id
        assert {
            e["definitionEnvironmentId"]: e["status"] for e in release["environments"]
        } == line.environment_statuses, (line.id, line.fate)
        for environment in release["environments"]:
            assert environment["modifiedOn"] <= engine.now().isoformat()
    return len(lines)


@pytest.mark.parametrize("seed", [1, 7])
def test_lines_tell_the_truth(seed: int) -> None:
    assert check_lines(Engine(seed=seed, speed=0, today=TODAY), 1) == 400


def test_all_approvals_are_there_newest_first(engine: Engine) -> None:
    lines = engine.approval_index(pending_only=False)
    ids = [line.id for line in lines]
    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == len(ids)
    assert len(ids) > 1500
    for line in islice(lines, 0, None, 97):
        approval = engine.approval(line.id)
        assert (approval["status"], approval["approvalType"]) == (line.status, line.type)
        assert approval["release"]["id"] == line.release_id
        assert (line.approver_id is None) == approval["isAutomated"]
    pending = [line for line in lines if line.status == "pending"]
    assert pending == list(engine.approval_index(pending_only=True))


def everything(engine: Engine, *, backwards: bool) -> str:
    """All there is, of the releases every third, read in one order or the other."""
    lines = list(engine.release_index())[::3]
    releases = {line.id: engine.release(line.id) for line in (reversed(lines) if backwards else lines)}
    definitions = [d for p in engine.projects for d in engine.definitions(p["id"])]
    builds = [b for p in engine.projects for b in engine.builds(p["id"])]
    return json.dumps([releases, definitions, builds, engine.identities], sort_keys=True)


def test_what_stands_is_what_was_through_last(engine: Engine) -> None:
    ended: dict[tuple[int, int], tuple[float, int]] = {}
    overtaken = 0
    for project in engine.projects:
        for found in engine.deployments.find(Query(project_id=project["id"], ascending=True)):
            if found.attempt.status not in ("succeeded", "partiallySucceeded"):
                continue
            assert found.attempt.finished is not None
            where = (found.release.definition["id"], found.environment.plan["id"])
            overtaken += found.attempt.finished < ended.get(where, (0.0, 0))[0]
            ended[where] = max(ended.get(where, (0.0, 0)), (found.attempt.finished, found.release.id))
    assert overtaken > 0
    for project in engine.projects:
        for definition in engine.definitions(project["id"]):
            for environment in definition["environments"]:
                _, release = ended.get((definition["id"], environment["id"]), (0.0, 0))
                assert environment["currentRelease"]["id"] == release


def test_the_same_seed_gives_the_same_bytes() -> None:
    first, second = Engine(seed=3, speed=0, today=TODAY), Engine(seed=3, speed=0, today=TODAY)
    assert everything(first, backwards=False) == everything(second, backwards=True)
    for engine in (first, second):
        engine.advance(3 * 86400)
    assert everything(first, backwards=True) == everything(second, backwards=False)
    other = Engine(seed=4, speed=0, today=TODAY)
    assert list(first.release_index()) != list(other.release_index())


def test_a_copy_is_the_same_to_the_byte() -> None:
    """The tests of servers and of the engine begin with copies."""
    first, second = Engine(speed=0, today=TODAY), kept_engine.engine(speed=0, today=TODAY)
    for _ in range(2):
        assert everything(first, backwards=False) == everything(second, backwards=False)
        for engine in (first, second):
            engine.advance(86400)
    third = kept_engine.engine(speed=0, today=TODAY)
    assert third.now() == TODAY
    assert everything(third, backwards=False) != everything(second, backwards=False)


def test_the_past_can_be_deployed_again() -> None:
    engine = Engine(speed=0, today=TODAY)
    line = next(line for line in engine.release_index() if set(line.fate) == {"S"})
    before = engine.release(line.id)
    environment = before["environments"][0]
    engine.update_environment(line.id, environment["id"], {"status": "inProgress"}, engine.me["id"])
    engine.advance(600)
    after = engine.release(line.id)
    assert after["environments"][0]["status"] == "succeeded"
    assert len(after["environments"][0]["deploySteps"]) == len(environment["deploySteps"]) + 1
    assert after["environments"][1:] == before["environments"][1:]
    newest = after["environments"][0]["preDeployApprovals"][-1]
    assert engine.approval(newest["id"]) == newest
    assert newest["id"] in [line.id for line in islice(engine.approval_index(pending_only=False), 20)]


def test_the_rounding_fix_lets_the_next_one_in() -> None:
    engine = Engine(speed=0, today=TODAY)
    releases = {r["description"]: r for r in (engine.release(li.id) for li in engine.release_index()[:60])}
    fix = releases["Rounding fix for credit notes, MF-4471"]
    behind = releases["Waits behind the rounding fix"]
    assert behind["environments"][3]["status"] == "queued"
    approval = fix["environments"][3]["preDeployApprovals"][-1]
    engine.update_approval(approval["id"], {"status": "approved"}, engine.me["id"])
    engine.advance(900)
    assert engine.release(fix["id"])["environments"][3]["status"] == "succeeded"
    following = engine.release(behind["id"])["environments"][3]
    assert following["status"] == "inProgress"
    assert [a["status"] for a in following["preDeployApprovals"]] == ["pending"]


def test_a_failing_build_fails_after_its_approval() -> None:
    engine = Engine(speed=0, today=TODAY)
    for line in engine.release_index()[:40]:
        release = engine.release(line.id)
        if release["releaseDefinition"]["name"] == "Portal.Api.CD" and line.fate == "SSWN":
            break
    approval = release["environments"][2]["preDeployApprovals"][0]
    engine.update_approval(approval["id"], {"status": "approved"}, engine.me["id"])
    engine.advance(900)
    post = engine.release(line.id)["environments"][2]["postDeployApprovals"][0]
    engine.update_approval(post["id"], {"status": "approved"}, engine.me["id"])
    engine.advance(900)
    last = engine.release(line.id)["environments"][3]
    assert (last["status"], last["deploySteps"][0]["operationStatus"]) == ("rejected", "PhaseFailed")
    assert last["deploySteps"][0]["issues"][0]["issueType"] == "Error"


def described(engine: Engine, text: str) -> Json:
    """The open release with that description."""
    return next(
        release
        for release in (engine.release(line.id) for line in engine.release_index())
        if release["description"] == text
    )


def test_somebody_is_asked_to_do_something_by_hand(engine: Engine) -> None:
    release = described(engine, "New directory attributes")
    (intervention,) = engine.interventions(release["id"])
    assert intervention["status"] == "pending"
    assert len(intervention["instructions"].splitlines()) > 4
    step = release["environments"][2]["deploySteps"][-1]
    assert step["operationStatus"] == "ManualInterventionPending"
    assert step["releaseDeployPhases"][0]["manualInterventions"] == [intervention]


@pytest.mark.parametrize(("text", "samples"), [("Keep the source offset", 40), (None, 3)])
def test_gates_are_evaluated(engine: Engine, text: str | None, samples: int) -> None:
    newest = [
        environment["deploySteps"][-1]
        for release in (engine.release(line.id) for line in engine.release_index())
        if text in (None, release["description"])
        for environment in release["environments"]
        if environment["deploySteps"]
    ]
    found = [step["preDeploymentGates"] for step in newest if step["operationStatus"] == "EvaluatingGates"]
    for gates in found:
        statuses = [task["status"] for task in gates["deploymentJobs"][-2]["tasks"]]
        assert statuses == ["succeeded", "failed"]
        assert len(gates["deploymentJobs"]) >= samples
    assert len(found) == (1 if text else 2)


def test_some_stages_took_several_attempts_and_some_failed(engine: Engine) -> None:
    release = described(engine, "Labels for the Zurich printers")
    attempts = [[step["operationStatus"] for step in e["deploySteps"]] for e in release["environments"]]
    assert attempts[1:] == [["PhaseFailed", "PhaseFailed", "Approved"], ["PhaseFailed"]]
    assert release["environments"][2]["deploySteps"][0]["issues"]


def test_the_past_has_machines_gates_and_hands(engine: Engine) -> None:
    kinds: Counter[str] = Counter()
    for line in engine.release_index():
        for environment in engine.release(line.id)["environments"]:
            for step in environment["deploySteps"]:
                kinds.update(phase["phaseType"] for phase in step["releaseDeployPhases"])
                kinds.update({"gates": "preDeploymentGates" in step})
        kinds.update({one["status"]: 1 for one in engine.interventions(line.id)})
    assert kinds["machineGroupBasedDeployment"] > 2
    assert kinds["runOnServer"] > 2
    assert kinds["gates"] > 10
    assert kinds["approved"] > 2


def test_a_whole_evening() -> None:
    """The release of Dock.Booking.CD that a person can play within minutes."""
    engine = Engine(speed=0, today=TODAY)
    portal = next(p["id"] for p in engine.projects if p["name"] == "Customer Portal")
    definition = next(d for d in engine.definitions(portal) if d["name"] == "Dock.Booking.CD")
    me = engine.me["id"]
    release = engine.create_release(portal, {"definitionId": definition["id"]}, me)["id"]

    def stage(position: int) -> Json:
        found: Json = engine.release(release)["environments"][position]
        return found

    def operation(position: int) -> str:
        return str(stage(position)["deploySteps"][-1]["operationStatus"])

    lengths = []
    for _ in range(4):
        engine.advance(10)
        lengths.append(
            stage(0)["deploySteps"][0]["releaseDeployPhases"][0]["deploymentJobs"][0]["tasks"][1]["lineCount"]
        )
    assert lengths == sorted(set(lengths))
    engine.advance(20)
    assert (stage(0)["status"], operation(0)) == ("rejected", "PhaseFailed")
    engine.update_environment(release, stage(0)["id"], {"status": "inProgress"}, me)
    engine.advance(70)
    assert (stage(0)["status"], operation(1)) == ("succeeded", "ManualInterventionPending")
    (intervention,) = engine.interventions(release)
    engine.update_intervention(release, intervention["id"], {"status": "approved"}, me)
    engine.advance(30)
    assert (stage(1)["status"], operation(2)) == ("succeeded", "Pending")
    engine.update_approval(stage(2)["preDeployApprovals"][0]["id"], {"status": "approved"}, me)
    engine.advance(130)
    gates = stage(2)["deploySteps"][-1]["preDeploymentGates"]
    assert [[t["status"] for t in job["tasks"]] for job in gates["deploymentJobs"]][:2] == [
        ["succeeded", "failed"]
    ] * 2
    body = {"gatesToIgnore": ["Check open incidents"], "comment": "known"}
    engine.update_gates(portal, gates["id"], body, me)
    engine.advance(90)
    assert stage(2)["status"] == "succeeded"
    jobs = stage(2)["deploySteps"][0]["releaseDeployPhases"][0]["deploymentJobs"]
    assert len({job["job"]["agentName"] for job in jobs}) == 4


def test_i_may_not_approve_my_own_hotfix(engine: Engine) -> None:
    release = next(
        r
        for r in (engine.release(line.id) for line in engine.release_index()[:40])
        if r["createdBy"]["id"] == engine.me["id"] and r["releaseDefinition"]["name"] == "Portal.Hotfix"
    )
    options = release["environments"][0]["preApprovalsSnapshot"]["approvalOptions"]
    assert options["releaseCreatorCanBeApprover"] is False
    assert [a["status"] for a in release["environments"][0]["preDeployApprovals"]] == ["pending"]


class Waiting:
    """One approval of the sample that waits for the signed-in person, with what triage looks at."""

    def __init__(self, engine: Engine, approval_id: int) -> None:
        self.approval = engine.approval(approval_id)
        self.release = engine.release(self.approval["release"]["id"])
        self.environment: Json = next(
            one
            for one in self.release["environments"]
            if one["id"] == self.approval["releaseEnvironment"]["id"]
        )
        self.definition = engine.definition(self.release["releaseDefinition"]["id"])
        self.place = (self.definition["id"], self.environment["definitionEnvironmentId"])
        self.is_before = self.approval["approvalType"] == "preDeploy"
        self.steps = self.environment["preApprovalsSnapshot" if self.is_before else "postApprovalsSnapshot"]
        self.options = self.steps["approvalOptions"]
        created = datetime.fromisoformat(self.approval["createdOn"])
        minutes = self.options["timeoutInMinutes"] or 30 * 24 * 60
        self.expires_in = created + timedelta(minutes=minutes) - engine.now()

    @property
    def live(self) -> int:
        """The release that stands on the stage now."""
        environments = self.definition["environments"]
        return int(next(e["currentRelease"]["id"] for e in environments if e["id"] == self.place[1]))

    def others(self, status: str) -> list[Json]:
        """The other approvals of the same side that are in a status."""
        side = "preDeployApprovals" if self.is_before else "postDeployApprovals"
        return [
            one
            for one in self.environment[side]
            if one["status"] == status and one["id"] != self.approval["id"]
        ]


@pytest.mark.parametrize(("seed", "hour"), [(1, 2), (1, 9), (1, 14), (2, 20), (3, 7)])
def test_every_case_of_triage_waits_for_me(seed: int, hour: int) -> None:
    engine = Engine(seed=seed, speed=0, today=TODAY.replace(hour=hour))
    mine = [
        Waiting(engine, line.id)
        for line in engine.approval_index(pending_only=True)
        if stands_for(engine, line.approver_id)
    ]
    me = engine.me["id"]
    (expiring,) = [one for one in mine if one.expires_in < timedelta(hours=1)]
    assert expiring.expires_in > timedelta(minutes=20)
    places = Counter(one.place for one in mine if one.is_before)
    (pair,) = [place for place, count in places.items() if count == 2]
    older, newer = sorted((one for one in mine if one.place == pair), key=lambda one: one.release["id"])
    assert older.release["id"] < newer.release["id"]
    assert older.live > older.release["id"]
    lasts = [one for one in mine if one.others("approved") and not one.others("pending")]
    assert len(lasts) > 3
    ranks = [{step["rank"] for step in one.steps["approvals"]} for one in mine]
    (before_others,) = [one for one, steps in zip(mine, ranks, strict=True) if 3 in steps]
    assert before_others.approval["rank"] == 2
    (drifted,) = [
        one for one in mine if one.definition["revision"] > one.release["releaseDefinitionRevision"]
    ]
    assert drifted.definition["modifiedBy"]["displayName"] == "Petr Havránek"
    assert drifted.definition["modifiedOn"] > drifted.release["createdOn"]
    (own,) = [one for one in mine if not one.options["releaseCreatorCanBeApprover"] and one is not expiring]
    assert own.release["createdBy"]["id"] == me
    assert any(not one.is_before for one in mine)
    (by_portal,) = [one for one in mine if one.options["enforceIdentityRevalidation"]]
    assert by_portal.approval["approver"]["id"] == me


def test_a_large_sample_has_many_for_me_outside_of_production() -> None:
    engine = Engine(size="large", speed=0, today=TODAY)
    stages = Counter(
        engine.approval(line.id)["releaseEnvironment"]["name"].startswith("PROD")
        for line in engine.approval_index(pending_only=True)
        if stands_for(engine, line.approver_id)
    )
    assert stages[False] >= 50


@pytest.mark.parametrize(
    ("size", "definitions", "releases", "approvals"),
    [("broad", 70, 600, 60), ("large", 200, 20_000, 500), ("crowd", 500, 100_000, 10_000)],
)
def test_the_large_sizes(size: str, definitions: int, releases: int, approvals: int) -> None:
    engine = Engine(size=size, speed=0, today=TODAY)
    assert sum(1 for p in engine.projects for _ in engine.definitions(p["id"])) == definitions
    assert len(engine.release_index()) == releases
    assert len(engine.approval_index(pending_only=True)) == approvals
    assert check_lines(engine, max(1, releases // 300)) >= 300
    first = list(islice(engine.approval_index(pending_only=False), 200))
    assert [line.id for line in first] == sorted((line.id for line in first), reverse=True)


def test_the_builds_of_further_projects_have_commits_and_work_items_too() -> None:
    engine = Engine(size="broad", speed=0, today=TODAY)
    builds = [build for source in engine._world.builds.sources.values() for build in source.builds]
    assert {build.source.project["name"] for build in builds} >= {"Customs", "Test Tools"}
    assert all(engine.build_changes(build.id) for build in builds)
    assert any(engine.build_work_items(b.id) for b in builds if b.source.project["name"] == "Customs")
