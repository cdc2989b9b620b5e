"""What differs between releases and between definitions."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reltui.model.approval import Ref
from reltui.model.definition import definition_from_json
from reltui.model.difference import MASKED, Difference, compare_definitions, compare_releases, hides_value
from reltui.model.release import Artifact, Release, ReleaseReason, ReleaseStatus, Variable
from reltui.model.text import SafeText

NOW = datetime(2026, 11, 24, 10, 40, tzinfo=UTC)
S = SafeText


def artifact(alias: str, version: str, branch: str = "refs/heads/main") -> Artifact:
    return Artifact(S(alias), S("Build"), True, S("Invoice.CI"), S(version), S(version), S(branch))


def release(artifacts: tuple[Artifact, ...] = (), variables: tuple[Variable, ...] = ()) -> Release:
    return Release(
        id=1,
        name=S("Rel-1"),
        status=ReleaseStatus.ACTIVE,
        reason=ReleaseReason.MANUAL,
        description=S(""),
        created_on=NOW,
        modified_on=NOW,
        created_by=None,
        modified_by=None,
        definition=Ref(5, S("Invoice.CD")),
        definition_path=S("\\"),
        definition_revision=1,
        keep_forever=False,
        artifacts=artifacts,
        variables=variables,
    )


def test_artifacts_are_matched_by_alias() -> None:
    old = release((artifact("drop", "1"), artifact("cfg", "7"), artifact("gone", "1")))
    new = release((artifact("Drop", "2"), artifact("cfg", "7"), artifact("new", "1")))
    pairs = {
        p.name: (p.old is not None, p.new is not None, p.is_same)
        for p in compare_releases(old, new).artifacts
    }
    assert pairs[S("Drop")] == (True, True, False)
    assert pairs[S("cfg")] == (True, True, True)
    assert pairs[S("new")] == (False, True, False)
    assert pairs[S("gone")] == (True, False, False)


def test_secrets_are_counted_and_masked() -> None:
    old = release(variables=(Variable(S("a"), S("1"), False), Variable(S("key"), None, True)))
    new = release(
        variables=(
            Variable(S("A"), S("2"), False),
            Variable(S("key"), None, True),
            Variable(S("pw"), None, True),
        )
    )
    found = compare_releases(old, new)
    assert found.secrets == 1
    assert found.variables == (
        Difference(S(""), S("variable A"), S("1"), S("2")),
        Difference(S(""), S("variable pw"), None, MASKED),
    )
    opened = release(variables=(Variable(S("key"), S("clear"), False),))
    assert compare_releases(old, opened).variables[-1] == Difference(
        S(""), S("variable key"), MASKED, S("not secret")
    )
    other = release(variables=(Variable(S("key"), S("clear 2"), False),))
    assert compare_releases(opened, other).variables == (
        Difference(S(""), S("variable key"), MASKED, MASKED),
    )


NAMES = st.sampled_from(["a", "B", "b", "c", "PROD"])
VARIABLES = st.builds(
    Variable, NAMES.map(SafeText), st.none() | st.sampled_from([S("1"), S("2"), S("")]), st.booleans()
)
RELEASES = st.builds(
    release,
    st.lists(st.builds(artifact, NAMES, st.sampled_from(["1", "2"])), max_size=4).map(tuple),
    st.lists(VARIABLES, max_size=5).map(tuple),
)


@given(RELEASES)
def test_a_release_does_not_differ_from_itself(one: Release) -> None:
    found = compare_releases(one, one)
    assert found.variables == ()
    assert all(pair.is_same for pair in found.artifacts)


@given(RELEASES, RELEASES)
def test_the_other_way_round_is_the_same_turned_round(one: Release, two: Release) -> None:
    there, back = compare_releases(one, two), compare_releases(two, one)
    assert there.secrets == back.secrets
    turned = {(d.what.casefold(), d.new, d.old) for d in back.variables}
    assert {(d.what.casefold(), d.old, d.new) for d in there.variables} == turned
    assert sum(not p.is_same for p in there.artifacts) == sum(not p.is_same for p in back.artifacts)


# Definitions


def raw_definition() -> dict[str, Any]:
    def stage(number: int, name: str) -> dict[str, Any]:
        person = {"id": "d" * 8, "displayName": "Dana Okoro", "uniqueName": "dana"}
        return {
            "id": number,
            "name": name,
            "rank": number,
            "conditions": [{"conditionType": "event", "name": "ReleaseStarted", "value": ""}],
            "preDeployApprovals": {"approvals": [{"rank": 1, "isAutomated": False, "approver": person}]},
            "postDeployApprovals": {"approvals": [{"rank": 1, "isAutomated": True}]},
            "retentionPolicy": {"daysToKeep": 30, "releasesToKeep": 3},
            "executionPolicy": {"concurrencyCount": 1, "queueDepthCount": 0},
            "variables": {"Retries": {"value": "3"}},
            "deployPhases": [
                {
                    "name": "Run on agent",
                    "rank": 1,
                    "workflowTasks": [
                        {"name": "Stop pool", "version": "1.*", "enabled": True, "inputs": {}},
                        {
                            "name": "Deploy web",
                            "version": "2.*",
                            "enabled": True,
                            "inputs": {"timeoutMin": "30", "adminPassword": "geheim"},
                        },
                    ],
                }
            ],
        }

    return {
        "id": 5,
        "name": "Invoice.CD",
        "path": "\\Billing",
        "revision": 56,
        "releaseNameFormat": "Rel-$(rev:r)",
        "variables": {"Region": {"value": "eu"}},
        "variableGroups": [3],
        "environments": [stage(1, "DEV"), stage(2, "PROD")],
    }


def changed(change: Any) -> list[tuple[str, str, str | None, str | None]]:
    """What differs after a change of the raw definition."""
    raw = raw_definition()
    after = copy.deepcopy(raw)
    change(after)
    found = compare_definitions(definition_from_json(raw), definition_from_json(after))
    return [(d.where, d.what, d.old, d.new) for d in found]


def tasks_of(raw: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = raw["environments"][1]["deployPhases"][0]["workflowTasks"]
    return found


def test_the_same_definition_has_no_differences() -> None:
    assert changed(lambda raw: raw.update(revision=57, comment="saved again")) == []


def test_inputs_of_tasks() -> None:
    assert changed(lambda raw: tasks_of(raw)[1]["inputs"].update(timeoutMin="60")) == [
        ("PROD", "task Deploy web: timeoutMin", "30", "60")
    ]


def test_what_may_be_a_secret_is_not_drawn() -> None:
    assert changed(lambda raw: tasks_of(raw)[1]["inputs"].update(adminPassword="anders")) == [
        ("PROD", "task Deploy web: adminPassword", MASKED, MASKED)
    ]


def test_tasks_come_go_move_and_are_switched_off() -> None:
    assert changed(lambda raw: tasks_of(raw).pop(0)) == [("PROD", "task", "Stop pool (Run on agent)", None)]
    assert changed(lambda raw: tasks_of(raw).append({"name": "Smoke"})) == [
        ("PROD", "task", None, "Smoke (Run on agent)")
    ]
    assert changed(lambda raw: tasks_of(raw)[0].update(enabled=False)) == [
        ("PROD", "task Stop pool: enabled", "yes", "no")
    ]
    (moved,) = changed(lambda raw: tasks_of(raw).reverse())
    assert moved[1] in ("task Stop pool", "task Deploy web")


def test_stages_are_renamed_added_and_removed() -> None:
    renamed = changed(lambda raw: raw["environments"][1].update(name="PROD-EU"))
    assert ("", "stage renamed", "PROD", "PROD-EU") in renamed
    gone = changed(lambda raw: raw["environments"].pop(0))
    assert ("", "stage", "DEV", None) in gone
    come = changed(lambda raw: raw["environments"].append({"id": 9, "name": "SMOKE", "rank": 9}))
    assert ("", "stage", None, "SMOKE") in come
    assert not [row for row in (*gone, *come) if row[1] == "order of stages"]


def test_a_stage_made_anew_under_its_name_is_told() -> None:
    ((where, what, _, new),) = changed(lambda raw: raw["environments"][1].update(id=77))
    assert (where, new) == ("PROD", "77")
    assert what.startswith("stage made anew")


def test_approvals_conditions_policies_and_variables() -> None:
    def change(raw: dict[str, Any]) -> None:
        stage = raw["environments"][1]
        stage["preDeployApprovals"]["approvalOptions"] = {"timeoutInMinutes": 60}
        stage["conditions"] = [{"conditionType": "environmentState", "name": "DEV", "value": "4"}]
        stage["executionPolicy"]["queueDepthCount"] = 1
        stage["retentionPolicy"]["daysToKeep"] = 60
        stage["variables"]["Retries"]["value"] = "5"
        raw["variables"]["Zone"] = {"value": "1"}
        raw["variableGroups"] = [3, 4]

    found = changed(change)
    assert ("", "variable groups", "3", "3, 4") in found
    assert ("", "variable Zone", None, "1") in found
    assert ("PROD", "starts", "after release", "after DEV") in found
    assert ("PROD", "queue", "each in its turn", "only the newest waits") in found
    assert ("PROD", "days kept", "30", "60") in found
    assert ("PROD", "variable Retries", "3", "5") in found
    assert ("PROD", "pre-approval timeout", "30 days (default)", "1h") in found


def test_gates() -> None:
    gates = {
        "gates": [{"tasks": [{"name": "Open incidents"}]}],
        "gatesOptions": {"isEnabled": True, "timeout": 60, "samplingInterval": 5},
    }
    (where, what, old, new), *more = changed(
        lambda raw: raw["environments"][1].update(preDeploymentGates=gates)
    )
    assert more == [("PROD", "gates before", None, "on")]
    assert (where, what, old) == ("PROD", "gates before", None)
    assert new is not None
    assert new.startswith("Open incidents; every 5 min")


def test_hostile_definitions_are_compared() -> None:
    def change(raw: dict[str, Any]) -> None:
        raw["environments"][0]["deployPhases"] = "none"
        raw["environments"][1]["deployPhases"] = [
            {"workflowTasks": [None, {"name": "\x1b[2J", "inputs": [1]}]}
        ]

    assert all("\x1b" not in f"{row}" for row in map(repr, changed(change)))
    assert not any("\x1b" in (text or "") for row in changed(change) for text in row)


def test_stages_of_releases_are_matched_by_name() -> None:
    one = release()
    assert compare_releases(one, replace(one, environments=())).stages == ()


@pytest.mark.parametrize(
    "name",
    [
        "adminPassword", "passphrase", "clientSecret", "GitHubToken", "apiKey", "api_key", "API-KEY",
        "sshPrivateKey", "sshprivatekey", "dbPwd", "DBPWD", "storageAccountKey", "accessKey", "sasUrl",
        "SAS", "PAT", "myPat", "connString", "ConnectionString", "ConnectedServiceConnection", "authHeader",
        "Authorization", "SharedAccessSignature", "creds", "certFile", "storage key",
    ],
)  # fmt: skip
def test_inputs_that_look_like_secrets_are_masked(name: str) -> None:
    assert hides_value(name)


@pytest.mark.parametrize(
    "name",
    ["timeoutMin", "path", "targetPath", "SourceFolder", "keyboard", "pattern", "conncount", "version", "is"],
)
def test_other_inputs_are_not(name: str) -> None:
    assert not hides_value(name)
