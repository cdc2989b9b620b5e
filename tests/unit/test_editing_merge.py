"""Two people changed the same definition: what is put together, and what somebody must decide."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reltui.model.change import MASKED
from reltui.model.editing.changes import changes
from reltui.model.editing.matching import exact, meaning, ordered, same, sharing
from reltui.model.editing.merge import Merge, merge
from reltui.model.editing.merge_links import circle
from reltui.model.editing.shape import Json, at
from tests.unit.editing_samples import (
    CAB,
    LEE,
    after,
    approvals,
    artifact,
    everything,
    job,
    rich,
    sampled,
    stage,
    task,
)

Change = Callable[[Json], object]
DANA = {"displayName": "Dana Okoro", "id": "22222222-2222-4333-8444-555555555555", "uniqueName": "CORP\\dana"}
KIM = {**DANA, "id": "33333333-2222-4333-8444-555555555555", "displayName": "Kim"}


def changed(change: Change) -> Json:
    raw = copy.deepcopy(rich())
    change(raw)
    return raw


def merged(mine: Change, theirs: Change) -> Merge:
    """Both changes of the rich definition put together."""
    found = merge(rich(), changed(mine), changed(theirs))
    check_ranks(found.merged)
    return found


def check_ranks(raw: Json) -> None:
    for rows in (raw["environments"], *(row["deployPhases"] for row in raw["environments"])):
        assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))


def stages(raw: Json) -> list[str]:
    return [row["name"] for row in sorted(raw["environments"], key=lambda row: row["rank"])]


def named(raw: Json, name: str) -> Json:
    found: Json = next(row for row in raw["environments"] if row["name"] == name)
    return found


def tasks(raw: Json, name: str = "DEV", place: int = 0) -> list[Json]:
    found: list[Json] = named(raw, name)["deployPhases"][place]["workflowTasks"]
    return found


def people(raw: Json, name: str, side: str = "preDeployApprovals") -> list[tuple[int, str]]:
    steps = named(raw, name)[side]["approvals"]
    return [(step["rank"], step.get("approver", {}).get("displayName", "automatic")) for step in steps]


def told(found: Merge) -> list[tuple[str, str, str | None, str | None, str | None]]:
    return [(c.where, c.what, c.base, c.mine, c.theirs) for c in found.conflicts]


def keep(days: int, name: str = "PROD") -> Change:
    return lambda raw: named(raw, name)["retentionPolicy"].update(daysToKeep=days)


def remove(name: str) -> Change:
    """A stage, and what it leaves behind in the conditions of others, as an editor does it."""

    def change(raw: Json) -> None:
        raw["environments"] = [row for row in raw["environments"] if row["name"] != name]
        for rank, row in enumerate(raw["environments"], 1):
            row["rank"] = rank
            row["conditions"] = [c for c in row["conditions"] if c["name"] != name]

    return change


def rename(old: str, new: str) -> Change:
    def change(raw: Json) -> None:
        named(raw, old)["name"] = new
        for row in raw["environments"]:
            for condition in row["conditions"]:
                if condition["name"] == old:
                    condition["name"] = new

    return change


def add(*rows: Json, at_rank: int = 4) -> Change:
    def change(raw: Json) -> None:
        raw["environments"][at_rank - 1 : at_rank - 1] = copy.deepcopy(rows)
        for rank, row in enumerate(raw["environments"], 1):
            row["rank"] = rank

    return change


def set_approvals(name: str, found: Json) -> Change:
    return lambda raw: named(raw, name).update(preDeployApprovals=copy.deepcopy(found))


def in_turn(*steps: Change) -> Change:
    def change(raw: Json) -> None:
        for step in steps:
            step(raw)

    return change


# Tables


def test_different_stages_are_put_together() -> None:
    found = merged(keep(60, "PROD"), keep(7, "DEV"))
    assert found.conflicts == ()
    kept = [named(found.merged, name)["retentionPolicy"]["daysToKeep"] for name in ("DEV", "TEST", "PROD")]
    assert kept == [7, 30, 60]
    assert [(d.where, d.what, d.old, d.new) for d in found.taken] == [("DEV", "days kept", "30", "7")]


def test_the_same_value_changed_otherwise_is_a_conflict() -> None:
    found = merged(keep(60), keep(90))
    assert told(found) == [("PROD", "days kept", "30", "60", "90")]
    (conflict,) = found.conflicts
    assert at(found.merged, conflict.path) == 60
    theirs = found.with_choice(conflict, mine=False)
    assert theirs.conflicts == ()
    assert at(theirs.merged, conflict.path) == 90
    back = theirs.with_choice(conflict, mine=True)
    assert (back.conflicts, at(back.merged, conflict.path)) == ((), 60)
    assert back.decided == {conflict.key: True}


def test_the_same_change_is_no_conflict() -> None:
    found = merged(in_turn(keep(60), keep(5, "DEV")), in_turn(keep(60), keep(6, "TEST")))
    assert found.conflicts == ()


def test_a_stage_removed_here_and_edited_there_is_a_conflict() -> None:
    found = merged(remove("PROD"), in_turn(keep(60), keep(5, "DEV")))
    assert told(found) == [("", "stage PROD", "PROD", None, "PROD: days kept 30 -> 60")]
    assert stages(found.merged) == ["DEV", "TEST"]
    (conflict,) = found.conflicts
    kept = found.with_choice(conflict, mine=False)
    check_ranks(kept.merged)
    assert stages(kept.merged) == ["DEV", "TEST", "PROD"]
    assert named(kept.merged, "PROD")["retentionPolicy"]["daysToKeep"] == 60

    other = merged(keep(60), remove("PROD"))
    assert told(other) == [("", "stage PROD", "PROD", "PROD: days kept 30 -> 60", None)]
    assert stages(other.merged) == ["DEV", "TEST", "PROD"]
    assert stages(other.with_choice(other.conflicts[0], mine=False).merged) == ["DEV", "TEST"]


def test_a_stage_removed_here_and_untouched_there_goes() -> None:
    found = merged(keep(5, "DEV"), remove("TEST"))
    assert found.conflicts == ()
    assert stages(found.merged) == ["DEV", "PROD"]
    assert named(found.merged, "PROD")["conditions"] == [after("DEV")]


def test_both_add_a_stage() -> None:
    new = {"id": 0, "conditions": [after("PROD")]}
    found = merged(add(stage("SMOKE", 4, **new)), add(stage("PERF", 4, **new)))
    assert found.conflicts == ()
    assert stages(found.merged) == ["DEV", "TEST", "PROD", "PERF", "SMOKE"]
    first = merged(add(stage("SMOKE", 1, **new), at_rank=1), add(stage("PERF", 4, **new)))
    assert stages(first.merged) == ["SMOKE", "DEV", "TEST", "PROD", "PERF"]


def test_both_add_a_stage_of_one_name() -> None:
    new = stage("SMOKE", 4, id=0)
    other = stage(
        "Smoke", 4, id=0, retentionPolicy={"daysToKeep": 1, "releasesToKeep": 3, "retainBuild": True}
    )
    found = merged(add(new), add(other))
    assert len(found.merged["environments"]) == 4
    assert {c.what for c in found.conflicts} == {"days kept", "stage renamed"}


def test_a_new_name_that_the_other_side_took_gets_a_number() -> None:
    found = merged(in_turn(rename("TEST", "QA"), keep(5, "DEV")), add(stage("QA", 4, id=0)))
    assert found.conflicts == ()
    assert sorted(stages(found.merged)) == ["DEV", "PROD", "QA", "QA 2"]
    assert named(found.merged, "QA 2")["id"] == 42
    assert after("QA 2", "132") in named(found.merged, "PROD")["conditions"]


def test_a_renamed_stage_is_followed_by_new_conditions() -> None:
    smoke = stage("SMOKE", 4, id=0, conditions=[after("TEST")])
    found = merged(add(smoke), rename("TEST", "UAT"))
    assert found.conflicts == ()
    assert named(found.merged, "SMOKE")["conditions"] == [after("UAT")]
    assert named(found.merged, "PROD")["conditions"] == [after("DEV"), after("UAT", "132")]


def test_both_rename_and_change_conditions() -> None:
    def change(raw: Json) -> None:
        named(raw, "PROD")["conditions"] = [after("TEST")]

    found = merged(in_turn(rename("TEST", "UAT"), rename("DEV", "DEV2")), change)
    assert found.conflicts == ()
    assert named(found.merged, "PROD")["conditions"] == [after("UAT")]
    clash = merged(rename("TEST", "UAT"), rename("TEST", "QA"))
    assert told(clash) == [("", "stage renamed", "TEST", "UAT", "QA")]
    assert stages(clash.with_choice(clash.conflicts[0], mine=False).merged) == ["DEV", "QA", "PROD"]


def test_a_stage_that_is_needed_now_is_not_lost_silently() -> None:
    smoke = stage("SMOKE", 4, id=0, conditions=[after("TEST")])
    found = merged(add(smoke), remove("TEST"))
    assert told(found) == [("", "stage TEST", "TEST", "TEST", None)]
    assert "TEST" in stages(found.merged)
    gone = found.with_choice(found.conflicts[0], mine=False).merged
    assert stages(gone) == ["DEV", "PROD", "SMOKE"]
    assert named(gone, "SMOKE")["conditions"] == []


def test_two_halves_of_a_circle() -> None:
    def wait(name: str, *others: str) -> Change:
        return lambda raw: named(raw, name).update(conditions=[after(other) for other in others])

    start = in_turn(wait("DEV"), wait("TEST"), wait("PROD"))
    base = changed(start)
    mine = changed(in_turn(start, wait("DEV", "PROD"), keep(5, "DEV")))
    theirs = changed(in_turn(start, wait("PROD", "DEV"), keep(5, "TEST")))
    found = merge(base, mine, theirs)
    assert [(c.what, c.mine, c.theirs) for c in found.conflicts] == [
        ("starts", "DEV after PROD; PROD after (none)", "DEV after (none); PROD after DEV")
    ]
    assert named(found.merged, "PROD")["conditions"] == []
    other = found.with_choice(found.conflicts[0], mine=False).merged
    assert named(other, "DEV")["conditions"] == []
    assert named(other, "PROD")["conditions"] == [after("DEV")]
    assert named(other, "DEV")["retentionPolicy"]["daysToKeep"] == 5


def test_both_append_approvers() -> None:
    found = merged(
        set_approvals("TEST", approvals(LEE, CAB, DANA)),
        set_approvals("TEST", approvals(LEE, CAB, KIM)),
    )
    assert found.conflicts == ()
    names = ["Lee Ortega", "[Billing]\\CAB", "Kim", "Dana Okoro"]
    assert people(found.merged, "TEST") == [(1, name) for name in names]
    ordered_ones = merged(
        set_approvals("PROD", approvals(LEE, CAB, DANA, in_sequence=True, timeoutInMinutes=2880)),
        set_approvals("PROD", approvals(KIM, LEE, CAB, in_sequence=True, timeoutInMinutes=2880)),
    )
    assert ordered_ones.conflicts == ()
    names = ["Kim", "Lee Ortega", "[Billing]\\CAB", "Dana Okoro"]
    assert people(ordered_ones.merged, "PROD") == list(enumerate(names, 1))


def test_both_name_the_first_approvers() -> None:
    found = merged(set_approvals("DEV", approvals(LEE)), set_approvals("DEV", approvals(DANA)))
    assert found.conflicts == ()
    assert people(found.merged, "DEV") == [(1, "Dana Okoro"), (1, "Lee Ortega")]


def test_one_brings_a_sequence_and_the_other_an_approver() -> None:
    found = merged(
        set_approvals("TEST", approvals(LEE, CAB, in_sequence=True)),
        set_approvals("TEST", approvals(LEE, CAB, DANA)),
    )
    assert found.conflicts == ()
    assert people(found.merged, "TEST") == [(1, "Lee Ortega"), (2, "[Billing]\\CAB"), (3, "Dana Okoro")]


def test_approvals_are_never_merged_into_what_no_server_takes() -> None:
    found = merged(set_approvals("TEST", approvals()), set_approvals("TEST", approvals(LEE, CAB, DANA)))
    assert [(c.where, c.what, c.mine) for c in found.conflicts] == [("TEST", "pre-approval", "automatic")]
    assert people(found.merged, "TEST") == [(1, "automatic")]
    other = found.with_choice(found.conflicts[0], mine=False).merged
    assert len(people(other, "TEST")) == 3
    emptied = merged(set_approvals("TEST", approvals(LEE)), set_approvals("TEST", approvals(CAB)))
    assert [c.what for c in emptied.conflicts] == ["pre-approval"]
    assert people(emptied.merged, "TEST") == [(1, "Lee Ortega")]


def test_no_more_approvals_are_asked_than_there_are_approvers() -> None:
    three = in_turn(set_approvals("TEST", approvals(LEE, CAB, DANA, requiredApproverCount=1)))
    base = changed(three)
    mine = changed(set_approvals("TEST", approvals(LEE, CAB, DANA, requiredApproverCount=3)))
    theirs = changed(set_approvals("TEST", approvals(LEE, CAB, requiredApproverCount=1)))
    found = merge(base, mine, theirs)
    assert len(found.conflicts) == 1
    for choice in (True, False):
        side = named(found.with_choice(found.conflicts[0], mine=choice).merged, "TEST")["preDeployApprovals"]
        assert side["approvalOptions"]["requiredApproverCount"] <= len(side["approvals"])


def test_jobs_and_stages_are_never_all_gone() -> None:
    def only(place: int) -> Change:
        def change(raw: Json) -> None:
            jobs = named(raw, "DEV")["deployPhases"]
            jobs[:] = [{**jobs[place], "rank": 1}]

        return change

    found = merged(only(0), only(1))
    assert told(found) == [("DEV", "order of jobs", "Run on agent > Machines", "Run on agent", "Machines")]
    assert [row["name"] for row in named(found.merged, "DEV")["deployPhases"]] == ["Run on agent"]
    empty = merge(
        rich(),
        changed(in_turn(remove("DEV"), remove("TEST"))),
        changed(in_turn(remove("PROD"))),
    )
    assert stages(empty.merged) == ["PROD"]
    assert len(empty.conflicts) == 1


def test_tasks_are_edited_moved_added_and_removed() -> None:
    def three(raw: Json) -> None:
        tasks(raw)[:] = [task("Copy"), task("Start"), task("Warm")]

    base = changed(three)
    mine = copy.deepcopy(base)
    tasks(mine).insert(0, tasks(mine).pop())
    tasks(mine).append(task("Smoke"))
    theirs = copy.deepcopy(base)
    tasks(theirs)[2]["inputs"]["script"] = "other"
    tasks(theirs).pop(1)
    tasks(theirs).insert(1, task("Log"))
    found = merge(base, mine, theirs)
    assert found.conflicts == ()
    assert [row["name"] for row in tasks(found.merged)] == ["Warm", "Copy", "Log", "Smoke"] or [
        row["name"] for row in tasks(found.merged)
    ] == ["Warm", "Copy", "Smoke", "Log"]
    assert tasks(found.merged)[0]["inputs"]["script"] == "other"


def test_a_task_moved_to_another_job_takes_the_changes_of_the_other_side_along() -> None:
    def move(raw: Json) -> None:
        tasks(raw, "DEV", 1).insert(0, tasks(raw).pop(0))

    def edit(raw: Json) -> None:
        tasks(raw)[0]["inputs"]["script"] = "other"
        tasks(raw)[1]["version"] = "9.*"

    for found in (merged(move, edit), merged(edit, move)):
        assert found.conflicts == ()
        assert [row["name"] for row in tasks(found.merged)] == ["Start"]
        assert [row["name"] for row in tasks(found.merged, "DEV", 1)] == ["Copy", "Install"]
        assert tasks(found.merged, "DEV", 1)[0]["inputs"]["script"] == "other"
        assert tasks(found.merged)[0]["version"] == "9.*"
    gone = merged(move, lambda raw: tasks(raw).pop(0))
    assert [row["name"] for row in tasks(gone.merged, "DEV", 1)] == ["Install"]
    both = merged(in_turn(move, keep(5)), in_turn(move, keep(6, "TEST")))
    assert both.conflicts == ()
    assert [row["name"] for row in tasks(both.merged, "DEV", 1)] == ["Copy", "Install"]


def test_a_task_removed_here_and_edited_there_is_a_conflict() -> None:
    found = merged(lambda raw: tasks(raw).pop(0), lambda raw: tasks(raw)[0].update(version="3.*"))
    assert told(found) == [("DEV", "task Copy", "Copy", None, "Copy: version of the task 2.* -> 3.*")]


def test_two_orders_are_a_conflict() -> None:
    def order(*places: int) -> Change:
        def change(raw: Json) -> None:
            tasks(raw)[:] = [task("A"), task("B"), task("C")]
            tasks(raw)[:] = [tasks(raw)[place] for place in places]

        return change

    found = merge(changed(order(0, 1, 2)), changed(order(2, 0, 1)), changed(order(1, 0, 2)))
    assert told(found) == [("DEV", "order of tasks", "A > B > C", "C > A > B", "B > A > C")]
    other = found.with_choice(found.conflicts[0], mine=False)
    assert [row["name"] for row in tasks(other.merged)] == ["B", "A", "C"]


def test_inputs_of_one_task_and_what_hides_in_them() -> None:
    def write(**inputs: str) -> Change:
        return lambda raw: tasks(raw)[0]["inputs"].update(inputs)

    assert merged(write(a="1"), write(b="2")).conflicts == ()
    found = merged(write(adminPassword="geheim 1"), write(adminPassword="geheim 2"))
    assert told(found) == [
        ("DEV", "DEV.deployPhases".replace("DEV.", "") and found.conflicts[0].what, None, MASKED, MASKED)
    ]
    assert "geheim" not in repr(found.conflicts)
    assert "geheim" not in repr(found.taken)


def test_secrets_are_not_told_in_conflicts() -> None:
    def secret(value: str) -> Change:
        return lambda raw: raw["variables"].update(Password={"value": value, "isSecret": True})

    found = merged(secret("geheim 1"), secret("geheim 2"))
    assert len(found.conflicts) == 1
    assert "geheim" not in repr((found.conflicts, found.taken))
    other = found.with_choice(found.conflicts[0], mine=False)
    assert other.merged["variables"]["Password"]["value"] == "geheim 2"


def test_variables_are_one_whatever_the_case() -> None:
    def write(name: str, value: str) -> Change:
        return lambda raw: raw["variables"].update({name: {"value": value}})

    found = merged(write("Zone", "1"), write("zone", "1"))
    assert found.conflicts == ()
    assert [name for name in found.merged["variables"] if name.lower() == "zone"] == ["zone"]
    assert told(merged(write("Zone", "1"), write("zone", "2"))) == [("", "variable zone", None, "1", "2")]


def test_artifacts_that_are_needed_now() -> None:
    def drop(raw: Json) -> None:
        raw["artifacts"] = [row for row in raw["artifacts"] if row["alias"] != "odd"]

    def need(raw: Json) -> None:
        raw["triggers"].append(
            {"artifactAlias": "odd", "triggerType": "artifactSource", "triggerConditions": []}
        )

    found = merged(need, drop)
    assert told(found) == [("", "artifact odd", "odd", "odd", None)]
    gone = found.with_choice(found.conflicts[0], mine=False).merged
    assert [row for row in gone["triggers"] if row.get("artifactAlias") == "odd"] == []


def test_one_primary_artifact() -> None:
    def primary(alias: str) -> Change:
        def change(raw: Json) -> None:
            for row in raw["artifacts"]:
                row["isPrimary"] = row["alias"] == alias

        return change

    found = merged(primary("cfg"), primary("odd"))
    assert [c.what for c in found.conflicts] == ["primary artifact"]
    flags = {row["alias"]: row["isPrimary"] for row in found.merged["artifacts"]}
    assert flags == {"drop": False, "cfg": True, "odd": False}
    other = found.with_choice(found.conflicts[0], mine=False)
    assert {r["alias"]: r["isPrimary"] for r in other.merged["artifacts"]}["odd"] is True
    added = merged(lambda raw: raw["artifacts"].append(artifact("web")), primary("odd"))
    assert added.conflicts == ()


def test_a_person_is_taken_whole() -> None:
    found = merged(
        lambda raw: named(raw, "PROD").update(owner=CAB), lambda raw: named(raw, "PROD").update(owner=DANA)
    )
    assert [(c.where, c.what) for c in found.conflicts] == [("PROD", "owner")]
    assert named(found.with_choice(found.conflicts[0], mine=False).merged, "PROD")["owner"] == DANA


def test_what_the_server_owns_is_taken_from_it() -> None:
    def save(revision: int) -> Change:
        return lambda raw: raw.update(
            revision=revision, comment=f"saved {revision}", modifiedBy={"id": str(revision)}
        )

    found = merged(in_turn(save(8), keep(60)), in_turn(save(9), keep(5, "DEV")))
    assert found.conflicts == ()
    assert (found.merged["revision"], found.merged["comment"]) == (9, "saved 9")


def test_a_job_that_came_twice_stays_once_only_when_it_is_equal() -> None:
    def append(*rows: Json) -> Change:
        return lambda raw: named(raw, "TEST")["deployPhases"].extend(copy.deepcopy(rows))

    same = merged(append(job("Smoke", rank=2)), in_turn(append(job("Smoke", rank=2)), keep(5, "DEV")))
    assert len(named(same.merged, "TEST")["deployPhases"]) == 2
    both = merged(append(job("Smoke", rank=2)), append(job("Smoke", "runOnServer", 2)))
    assert len(named(both.merged, "TEST")["deployPhases"]) == 3
    assert both.conflicts == ()


# Laws


EDITS: tuple[tuple[str, Change], ...] = (
    ("name", lambda raw: raw.update(name="Other.CD")),
    ("tags", lambda raw: raw["tags"].append("new")),
    ("variables", lambda raw: raw["variables"].update(Zone={"value": "1"})),
    ("log", lambda raw: raw["variables"].pop("LogLevel")),
    ("artifact", lambda raw: raw["artifacts"].append(artifact("web"))),
    ("odd", lambda raw: raw["artifacts"].pop(2)),
    ("trigger", lambda raw: raw["triggers"].pop(0)),
    ("dev days", keep(60, "DEV")),
    ("dev builds", lambda raw: named(raw, "DEV")["retentionPolicy"].update(retainBuild=False)),
    ("dev tasks", lambda raw: tasks(raw).insert(0, task("Prepare"))),
    ("dev script", lambda raw: tasks(raw)[-1]["inputs"].update(script="other")),
    ("dev machine", lambda raw: tasks(raw, "DEV", 1)[0].update(version="9.*")),
    ("dev approvals", set_approvals("DEV", approvals(LEE, DANA))),
    ("test approvals", set_approvals("TEST", approvals(LEE, CAB, DANA, in_sequence=True))),
    ("test schedule", lambda raw: named(raw, "TEST").update(schedules=[])),
    ("prod gates", lambda raw: named(raw, "PROD")["preDeploymentGates"]["gates"].pop()),
    ("prod job", lambda raw: named(raw, "PROD")["deployPhases"].append(job("Last", rank=3))),
    ("prod policy", lambda raw: named(raw, "PROD")["executionPolicy"].update(queueDepthCount=1)),
)
DISJOINT = dict(EDITS)
STRUCTURE: dict[str, Change] = {
    "remove TEST": remove("TEST"),
    "remove PROD": remove("PROD"),
    "remove DEV": remove("DEV"),
    "rename": rename("PROD", "LIVE"),
    "add": add(stage("SMOKE", 4, id=0, conditions=[after("PROD")])),
    "swap": lambda raw: (raw["environments"][0].update(rank=2), raw["environments"][1].update(rank=1)),
    "nobody": set_approvals("PROD", approvals()),
    "one of two": set_approvals("TEST", approvals(LEE, CAB, requiredApproverCount=1)),
    "move": lambda raw: tasks(raw, "DEV", 1).append(tasks(raw).pop()),
    "back": lambda raw: named(raw, "DEV").update(conditions=[after("PROD")]),
}
NAMES = st.sets(st.sampled_from([*DISJOINT, *STRUCTURE]), max_size=4)


def version(names: set[str]) -> Json | None:
    """The rich definition with some changes, in one order; None where they do not go together."""
    raw = copy.deepcopy(rich())
    for name, change in (DISJOINT | STRUCTURE).items():
        if name in names:
            try:
                change(raw)
            except (StopIteration, IndexError):
                return None
    if any(row["rank"] != n for n, row in enumerate(raw["environments"], 1)) and "swap" not in names:
        return None
    return raw


@pytest.mark.parametrize("raw", [rich(), *sampled()[:2]], ids=lambda raw: raw["name"])
def test_what_one_side_changed_is_taken_as_it_is(raw: Json) -> None:
    other = copy.deepcopy(raw)
    other["environments"][0]["name"] = "Other"
    other["environments"].reverse()
    assert merge(raw, raw, other).merged == other
    assert merge(raw, other, raw).merged == other
    assert merge(raw, other, other).merged == other
    for found in (merge(raw, raw, other), merge(raw, other, raw), merge(raw, other, other)):
        assert found.conflicts == ()


PLAIN = st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from([0.0, 1.0, "", "a"])
JSON = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, JSON)
def test_what_shares_with_another_version_is_the_same_as_before(value: Any, known: Any) -> None:
    before = copy.deepcopy((value, known))
    shared = sharing(value, known)
    assert exact(shared) == exact(value)
    assert (shared is known) == same(value, known)
    assert exact([value, known]) == exact(list(before))


@given(NAMES, NAMES)
def test_laws(ours: set[str], others: set[str]) -> None:
    base, mine, theirs = rich(), version(ours), version(others)
    if mine is None or theirs is None:
        return
    assert merge(base, base, theirs).merged == theirs
    assert merge(base, mine, base).merged == mine
    assert merge(base, mine, mine).merged == mine


@given(st.sets(st.sampled_from(list(DISJOINT))), st.sets(st.sampled_from(list(DISJOINT))))
def test_changes_of_different_things_commute(ours: set[str], others: set[str]) -> None:
    ours, others = ours - others, others - ours
    mine, theirs, both = version(ours), version(others), version(ours | others)
    assert mine is not None
    assert theirs is not None
    assert both is not None
    found, turned = merge(rich(), mine, theirs), merge(rich(), theirs, mine)
    assert found.conflicts == turned.conflicts == ()
    assert found.merged == turned.merged
    assert meant(found.merged) == meant(both)
    assert [(d.what, d.new) for d in found.taken] == [(d.what, d.new) for d in changes(mine, both)]


def meant(raw: Json) -> Any:
    return ordered(meaning(raw))


@given(NAMES, NAMES, st.lists(st.booleans(), min_size=1, max_size=8))
def test_whatever_is_decided_stays_a_sound_definition(
    ours: set[str], others: set[str], choices: list[bool]
) -> None:
    mine, theirs = version(ours), version(others)
    if mine is None or theirs is None or not (is_sound(mine) and is_sound(theirs)):
        return
    found = merge(rich(), mine, theirs)
    assert is_sound(found.merged)
    assert "\0" not in repr(found)
    for choice in choices:
        if found.conflicts:
            decided = found.conflicts[0]
            found = found.with_choice(decided, mine=choice)
            assert decided.key not in [conflict.key for conflict in found.conflicts]
        assert is_sound(found.merged)
    if found.conflicts == ():
        kept = merge(rich(), mine, theirs)
        for _ in range(20):
            if not kept.conflicts:
                break
            kept = kept.with_choice(kept.conflicts[0], mine=True)
        assert kept.merged == merge(rich(), mine, theirs).merged


def is_sound(raw: Json) -> bool:
    """Ranks, names, approvals, conditions and aliases as a server takes them."""
    rows = raw["environments"]
    names = [row["name"].casefold() for row in rows]
    if not rows or len(set(names)) < len(names):
        return False
    if sorted(row["rank"] for row in rows) != list(range(1, len(rows) + 1)):
        return False
    aliases = {row["alias"] for row in raw["artifacts"]}
    waits: dict[str, list[str]] = {}
    for row in rows:
        ranks = sorted(each["rank"] for each in row["deployPhases"])
        if not ranks or ranks != list(range(1, len(ranks) + 1)):
            return False
        for side in ("preDeployApprovals", "postDeployApprovals"):
            steps = row[side]["approvals"]
            if not steps or (len(steps) > 1 and any(step["isAutomated"] for step in steps)):
                return False
        waits[row["name"]] = [
            c["name"] for c in row["conditions"] if c["conditionType"] == "environmentState"
        ]
        if not set(waits[row["name"]]) <= {each["name"] for each in rows}:
            return False
        filters = {c["name"] for c in row["conditions"] if c["conditionType"] == "artifact"}
        if not filters <= aliases:
            return False
    return circle(waits) == []


@pytest.mark.parametrize("broken", [None, 1, "x", [], {}, [None], [[1]], [{"a": []}]])
def test_broken_definitions_are_merged(broken: Any) -> None:
    for path in (("environments",), ("artifacts",), ("triggers",), ("variables",)):
        mine = {**rich(), path[0]: broken, "name": "mine"}
        theirs = changed(
            in_turn(keep(60), lambda raw: raw["artifacts"].pop(), lambda raw: raw.update(path="\\X"))
        )
        for found in (merge(rich(), mine, theirs), merge(rich(), theirs, mine), merge({}, mine, theirs)):
            for conflict in found.conflicts:
                found = found.with_choice(conflict, mine=False)
    for raw in everything():
        assert merge({}, raw, raw).merged == raw
