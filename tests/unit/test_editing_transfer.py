"""Definitions in files: what is in them, what must be told anew elsewhere, and that nothing is guessed."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reltui.model.change import MASKED
from reltui.model.editing.commented import Mistake
from reltui.model.editing.owned import unowned
from reltui.model.editing.transfer import (
    Need,
    NeedKind,
    Origin,
    Transfer,
    clear_passwords,
    export_text,
    mapped,
    needs,
    person_choice,
    person_like,
    read_transfer,
    secrets_in,
)
from reltui.model.identity import Identity
from reltui.model.resources import (
    NOTHING,
    Build,
    Choice,
    Connection,
    DeploymentGroup,
    Queue,
    Repository,
    Resources,
    VariableGroup,
)
from reltui.model.text import SafeText
from tests.unit.editing_samples import CAB, LEE, Json, artifact, everything, rich, task
from tests.unit.test_text import HOSTILE

CAB_ID = str(CAB["id"])
ARM = "0f0e0d0c-1111-4222-8333-444444444444"
GIT = "aaaaaaaa-1111-4222-8333-444444444444"
THERE = Origin("https://there.example/tfs/Main", "bbbbbbbb-1111-4222-8333-444444444444")
PROJECT = ("cccccccc-1111-4222-8333-444444444444", "Payments")


def sample() -> Json:
    """The one with a bit of everything, a connection, a repository and a person of no id."""
    raw = rich()
    raw["artifacts"][1] = artifact("cfg", "Git", definition={"id": GIT, "name": "configuration"})
    jobs = raw["environments"][2]["deployPhases"]
    jobs[1]["workflowTasks"][0] = task("Deploy", inputs={"azureSubscription": ARM, "Password": "letmein"})
    raw["environments"][0]["owner"] = {"displayName": "Somebody"}
    return raw


def resources(prefix: str = "", first: int = 0) -> Resources:
    """What a server offers, under names of its own."""
    return Resources(
        task_types=(),
        queues=(Queue(first + 15, SafeText(f"{prefix}Default"), SafeText("")),),
        deployment_groups=(DeploymentGroup(first + 15, SafeText(f"{prefix}web farm"), 2),),
        variable_groups=tuple(
            VariableGroup(first + number, SafeText(f"{prefix}group {number}"), SafeText(""), ())
            for number in (3, 4, 5)
        ),
        builds=(
            Build(
                first + 12, SafeText(f"{prefix}Billing.CI"), SafeText("\\"), PROJECT[0], SafeText("P"), "", ""
            ),
        ),
        repositories=(Repository(GIT, SafeText(f"{prefix}configuration"), ""),),
        connections=(Connection(ARM, SafeText(f"{prefix}ARM production"), SafeText("azurerm")),),
    )


def written(raw: Json | None = None) -> Transfer:
    return read_transfer(export_text(raw or sample(), resources(), THERE))


# The file


@pytest.mark.parametrize("raw", everything(), ids=lambda raw: f"{raw['name']}-{raw.get('id')}")
def test_a_file_holds_the_whole_definition(raw: Json) -> None:
    before = json.dumps(raw)
    found = written(raw)
    assert json.dumps(found.raw) == json.dumps(unowned(raw))
    assert json.dumps(raw) == before
    assert found.origin == THERE


@given(HOSTILE, HOSTILE)
def test_whatever_the_names_are(name: str, key: str) -> None:
    raw = sample()
    raw["name"] = raw["environments"][0]["deployPhases"][0]["name"] = name
    raw["properties"] = {key: name}
    text = export_text(raw, NOTHING, THERE)
    assert read_transfer(text).raw == unowned(raw)
    assert all(line.isprintable() for line in text.split("\n"))


def test_names_are_beside_ids() -> None:
    names = json.loads(export_text(sample(), resources(), THERE))["names"]
    assert names["queues"] == {"15": "Default"}
    assert names["deploymentGroups"] == {"15": "web farm"}
    assert names["variableGroups"] == {"3": "group 3", "5": "group 5", "4": "group 4"}
    assert names["builds"] == {"12": "Billing.CI"}
    assert names["repositories"] == {GIT: "configuration"}
    assert names["connections"] == {ARM: "ARM production"}
    assert names["people"][LEE["id"]] == "Lee Ortega"
    assert names["groups"] == {CAB_ID: "[Billing]\\CAB"}


def test_no_secret_is_written() -> None:
    raw = sample()
    raw["variables"]["Password"]["value"] = raw["environments"][0]["variables"]["Key"]["value"] = "hunter2"
    assert secrets_in(raw) == 2
    text = export_text(raw, resources(), THERE)
    assert "hunter2" not in text
    assert MASKED not in text
    assert clear_passwords(raw) == ("PROD / Deploy / Password",)
    assert clear_passwords(rich()) == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda raw: {"value": [raw, raw]}, "holds 2 definitions"),
        (lambda raw: {"value": []}, "holds 0 definitions"),
        (lambda raw: {**raw, "releaseDefinition": {}}, "a release, not a definition"),
        (lambda raw: {"name": "x", "process": {}}, "no stages"),
        (lambda raw: {**raw, "environments": [{"id": 1, "name": "DEV"}]}, "short form"),
        (lambda raw: {"reltui": "journal", "version": 1}, "no definition"),
        (lambda raw: {"reltui": "definition", "version": 2, "definition": raw}, "newer reltui"),
        (lambda raw: {"reltui": "definition", "version": 1}, "no stages"),
    ],
)
def test_files_of_something_else(change: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_transfer(json.dumps(change(rich())))


def test_a_mistake_in_a_file_has_a_place() -> None:
    with pytest.raises(Mistake, match=r"Line 2, column 14: A comma is missing"):
        read_transfer('{\n  "name": "a"\n  "environments": []}')
    with pytest.raises(Mistake, match="definition begins with"):
        read_transfer("[1]")


def test_what_others_write_is_read_too() -> None:
    raw = rich()
    for text in (json.dumps(raw), "\ufeff" + json.dumps(raw), json.dumps({"count": 1, "value": [raw]})):
        assert read_transfer(text) == Transfer(raw)


# Needs


def by_key(found: tuple[Need, ...]) -> dict[tuple[str, str], Need]:
    return {(need.kind.value, need.id): need for need in found}


def test_needs_are_named_once_with_their_places() -> None:
    found = by_key(needs(written(), resources("other ", 100)))
    assert list(found) == [
        ("variable group", "3"),
        ("variable group", "5"),
        ("build", "12"),
        ("repository", GIT),
        ("variable group", "4"),
        ("person", "Somebody"),
        ("queue", "15"),
        ("deployment group", "15"),
        ("person", LEE["id"]),
        ("group", CAB_ID),
        ("connection", ARM),
    ]
    assert found["queue", "15"].used == (
        "stage DEV, job Run on agent",
        "stage TEST, job Run on agent",
        "stage PROD, job Ask",
        "stage PROD, job Run",
    )
    assert found["group", CAB_ID].used == ("stage TEST, before", "stage PROD, before")
    assert found["connection", ARM].name == "ARM production"
    assert found["connection", ARM].used == ("stage PROD, task Deploy",)
    assert {need.suggestion for need in found.values()} == {None}


def test_the_same_name_is_a_suggestion_and_two_of_it_are_none() -> None:
    there = resources("", 100)
    found = by_key(needs(written(), there))
    suggested = {key: need.suggestion.id for key, need in found.items() if need.suggestion is not None}
    assert suggested == {
        ("variable group", "3"): "103",
        ("variable group", "5"): "105",
        ("variable group", "4"): "104",
        ("build", "12"): "112",
        ("repository", GIT): GIT,
        ("queue", "15"): "115",
        ("deployment group", "15"): "115",
        ("connection", ARM): ARM,
    }
    twice = Resources(
        queues=(Queue(1, SafeText("Default"), SafeText("")), Queue(2, SafeText("default"), SafeText("")))
    )
    assert by_key(needs(written(), twice))["queue", "15"].suggestion is None


def test_an_id_counts_only_in_the_same_project() -> None:
    renamed = resources("renamed ")
    assert by_key(needs(written(), renamed))["queue", "15"].suggestion is None
    at_home = by_key(needs(written(), renamed, same_server=True, same_project=True))
    assert at_home["queue", "15"].suggestion == Choice("15", SafeText("renamed Default"))
    lee = at_home["person", LEE["id"]].suggestion
    assert lee is not None
    assert lee.id == LEE["id"]
    assert at_home["person", "Somebody"].suggestion is None


def test_an_artifact_keeps_its_source_on_the_same_server() -> None:
    transfer = written()
    found = needs(transfer, NOTHING, same_server=True)
    build = by_key(found)["build", "12"].suggestion
    assert build == Choice("12", SafeText("Billing.CI"), SafeText("of Billing"))
    again = mapped(transfer, {need.key: need.suggestion for need in found}, NOTHING, PROJECT)
    assert again["artifacts"][0]["definitionReference"]["project"] == {"id": "p", "name": "Billing"}
    assert by_key(needs(transfer, NOTHING))["build", "12"].suggestion is None


def test_connections_of_unknown_tasks_are_found_by_their_names() -> None:
    raw = sample()
    assert by_key(needs(Transfer(raw), NOTHING))["connection", ARM].name == ""


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ([("1", "Lee O.", "CORP\\lee", False)], "1"),
        ([("1", "Lee Ortega", "OTHER\\lo", False)], "1"),
        ([("1", "Lee Ortega", "OTHER\\lo", False), ("2", "Lee", "corp\\LEE", False)], "2"),
        ([("1", "Lee Ortega", "A\\lo", False), ("2", "Lee Ortega", "B\\lo", False)], None),
        ([("1", "Lee Ortega", "CORP\\lee", True)], None),
        ([("", "Lee Ortega", "CORP\\lee", False)], None),
        ([], None),
    ],
)
def test_people_are_suggested_by_account_then_by_name(
    people: list[tuple[str, str, str, bool]], expected: str | None
) -> None:
    need = by_key(needs(written(), NOTHING))["person", LEE["id"]]
    found = person_like(need, [Identity(i, SafeText(n), SafeText(a), g) for i, n, a, g in people])
    assert (found.id if found is not None else None) == expected


# Mapping


def answers_from(transfer: Transfer, known: Resources) -> dict[Any, Choice | None]:
    return {need.key: need.suggestion for need in needs(transfer, known)}


def test_answers_replace_every_id() -> None:
    transfer, there = written(), resources("", 100)
    answers = answers_from(transfer, there)
    answers[NeedKind.PERSON, LEE["id"]] = Choice("1", SafeText("Lee O."), SafeText("NEW\\lee"))
    answers[NeedKind.GROUP, CAB_ID] = person_choice(
        Identity("2", SafeText("Board"), SafeText("vstfs:///x"), is_group=True)
    )
    before = copy.deepcopy(transfer.raw)
    found = mapped(transfer, answers, there, PROJECT)
    assert transfer.raw == before
    dev, test, prod = found["environments"]
    assert found["variableGroups"] == [103, 105]
    assert dev["variableGroups"] == [104]
    assert [job["deploymentInput"]["queueId"] for job in dev["deployPhases"]] == [115, 115]
    assert "owner" not in dev, "nobody was named for it"
    assert test["owner"] == {"id": "1", "displayName": "Lee O.", "uniqueName": "NEW\\lee"}
    assert [step["approver"]["id"] for step in prod["preDeployApprovals"]["approvals"]] == ["1", "2"]
    assert prod["preDeployApprovals"]["approvals"][1]["approver"]["isContainer"] is True
    assert prod["deployPhases"][1]["workflowTasks"][0]["inputs"]["azureSubscription"] == ARM
    build, git = (each["definitionReference"] for each in found["artifacts"][:2])
    assert build["definition"] == {"id": "112", "name": "Billing.CI"}
    assert build["project"] == {"id": PROJECT[0], "name": "P"}
    assert git["project"] == {"id": PROJECT[0], "name": "Payments"}
    assert not {"id", "revision", "url", "_links", "createdBy"} & found.keys()
    assert not {"id", "deployStep", "badgeUrl"} & prod.keys()


def test_without_answers_nothing_of_elsewhere_is_left() -> None:
    transfer = written()
    found = mapped(transfer, {}, NOTHING, PROJECT)
    assert found["variableGroups"] == []
    steps = found["environments"][2]["preDeployApprovals"]["approvals"]
    assert [(step["isAutomated"], "approver" in step) for step in steps] == [(False, False)] * 2
    text = json.dumps(found)
    for number in (ARM, GIT, LEE["id"], CAB_ID):
        assert number not in text
    assert found["environments"][0]["deployPhases"][0]["deploymentInput"]["queueId"] == 0


@pytest.mark.parametrize("raw", everything(), ids=lambda raw: f"{raw['name']}-{raw.get('id')}")
def test_to_its_own_project_with_every_suggestion_nothing_is_lost(raw: Json) -> None:
    transfer = Transfer(unowned(raw))
    known = everything_known(transfer)
    found = needs(transfer, known, same_server=True, same_project=True)
    assert all(need.suggestion for need in found)
    again = mapped(transfer, {need.key: need.suggestion for need in found}, known, PROJECT)
    assert {key: need.key for key, need in by_key(needs(Transfer(again), known)).items()} == {
        key: need.key for key, need in by_key(found).items()
    }
    assert [stage["name"] for stage in again["environments"]] == [s["name"] for s in raw["environments"]]


def everything_known(transfer: Transfer) -> Resources:
    """A server that has everything that a definition refers to."""
    ids: dict[NeedKind, list[Need]] = {kind: [] for kind in NeedKind}
    for need in needs(transfer, NOTHING):
        ids[need.kind].append(need)
    empty = SafeText("")
    return Resources(
        queues=tuple(Queue(int(n.id), empty, empty) for n in ids[NeedKind.QUEUE]),
        deployment_groups=tuple(DeploymentGroup(int(n.id), empty, 1) for n in ids[NeedKind.DEPLOYMENT_GROUP]),
        variable_groups=tuple(
            VariableGroup(int(n.id), empty, empty, ()) for n in ids[NeedKind.VARIABLE_GROUP]
        ),
        builds=tuple(Build(int(n.id), n.name, empty, "p", empty, "", "") for n in ids[NeedKind.BUILD]),
        repositories=tuple(Repository(n.id, n.name, "") for n in ids[NeedKind.REPOSITORY]),
        connections=tuple(Connection(n.id, n.name, empty) for n in ids[NeedKind.CONNECTION]),
    )


NAMES = st.sampled_from(
    ["id", "queueId", "approver", "owner", "inputs", "variables", "definitionReference", "name"]
)
ODD: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | HOSTILE,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES | HOSTILE, inner, max_size=3),
    max_leaves=6,
)


@given(st.lists(st.tuples(st.integers(0, 40), NAMES, ODD), max_size=5))
def test_any_definition_can_be_mapped(changes: list[tuple[int, str, Any]]) -> None:
    raw = sample()
    for place, name, value in changes:
        holders = list(objects_in(raw))
        holders[place % len(holders)][name] = value
    transfer = Transfer(raw)
    mapped(transfer, {need.key: None for need in needs(transfer, resources())}, resources(), PROJECT)
    json.loads(export_text(raw, resources(), THERE))


def objects_in(value: Any) -> Any:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects_in(inner)
