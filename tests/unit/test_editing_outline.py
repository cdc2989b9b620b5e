"""Places in raw JSON, what the server owns in a definition, and the outline of it."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reltui.model.editing.outline import Kind, Node, find, outline, parent
from reltui.model.editing.owned import unowned
from reltui.model.editing.shape import Path, at, insert, mapped, move, objects, put, renamed, without
from tests.unit.editing_samples import everything, rich

Json = dict[str, Any]

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=3),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.sampled_from("abcd"), VALUES, max_size=4)


def paths(raw: object, above: Path = ()) -> list[Path]:
    """Every place of a value."""
    found = [above]
    if isinstance(raw, dict):
        for key, value in raw.items():
            found += paths(value, (*above, key))
    if isinstance(raw, list):
        for place, value in enumerate(raw):
            found += paths(value, (*above, place))
    return found


@given(OBJECTS, VALUES, st.data())
def test_putting_a_value_changes_that_place_only(raw: Json, value: object, data: st.DataObject) -> None:
    before = copy.deepcopy(raw)
    path = data.draw(st.sampled_from(paths(raw)[1:] or [("new",)]))
    changed = put(raw, path, value)
    assert raw == before
    assert at(changed, path) == value
    assert put(changed, path, at(raw, path)) == raw or path == ("new",)
    assert list(changed)[: len(raw)] == list(raw)


@given(OBJECTS, st.data())
def test_putting_what_is_there_gives_the_same_bytes(raw: Json, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(paths(raw)[1:] or [("new",)]))
    if path != ("new",):
        assert json.dumps(put(raw, path, at(raw, path))) == json.dumps(raw)


@given(st.lists(st.integers(), min_size=1, max_size=6), st.data())
def test_moving_there_and_back_changes_nothing(entries: list[int], data: st.DataObject) -> None:
    places = st.integers(0, len(entries) - 1)
    index, to = data.draw(places), data.draw(places)
    raw = {"list": entries}
    assert move(move(raw, ("list",), index, to), ("list",), to, index) == raw


@given(st.lists(st.integers(), max_size=6), st.integers(0, 6))
def test_taking_out_undoes_putting_in(entries: list[int], index: int) -> None:
    raw = {"list": entries}
    index = min(index, len(entries))
    assert without(insert(raw, ("list",), index, "new"), ("list", index)) == raw


def test_objects_on_the_way_are_made() -> None:
    assert put({"a": None}, ("a", "b", "c"), 1) == {"a": {"b": {"c": 1}}}
    assert insert({}, ("a",), 0, 1) == {"a": [1]}


@pytest.mark.parametrize("path", [("a", 3), ("a", 0, "b"), ("n", "x")])
def test_a_way_that_is_not_there_is_refused(path: Path) -> None:
    with pytest.raises(ValueError, match="something unexpected"):
        put({"a": [1], "n": 1}, path, 1)


def test_places_that_are_not_there() -> None:
    raw = {"a": [1], "n": 1}
    for path in (("a", 3), ("a", -1), ("a", "x"), ("n", "x"), ("n", 0), ("x",)):
        assert at(raw, path, "none") == "none"
        assert without(raw, path) == raw
    with pytest.raises(ValueError, match="something unexpected"):
        move(raw, ("a",), 0, 1)
    with pytest.raises(ValueError, match="something unexpected"):
        insert(raw, ("n",), 0, 1)


def test_a_renamed_member_stays_where_it_was() -> None:
    assert list(renamed({"a": 1, "b": 2, "c": 3}, ("b",), "x")) == ["a", "x", "c"]
    assert renamed({"a": {"b": 2}}, ("a", "b"), "x") == {"a": {"x": 2}}
    assert renamed({"a": 1}, ("b",), "x") == {"a": 1}


def test_mapping_keeps_what_is_no_object() -> None:
    raw = {"l": [1, {"a": 1}, {"b": 2}]}
    assert mapped(raw, ("l",), lambda entry: None if "a" in entry else entry) == {"l": [1, {"b": 2}]}
    assert mapped(raw, ("l",), lambda entry: entry) is raw
    assert list(objects(raw, ("l",))) == [(1, {"a": 1}), (2, {"b": 2})]


def test_what_the_server_owns_is_taken_out() -> None:
    bare = unowned(rich())
    assert "id" not in bare
    assert "revision" not in bare
    text = json.dumps(bare)
    for name in ("jobId", "deployStep", "currentRelease", "sourceId", "createdBy", "_links"):
        assert f'"{name}"' not in text
    prod = bare["environments"][2]
    assert "id" not in prod
    assert [list(step) for step in prod["preDeployApprovals"]["approvals"]] == [
        ["rank", "isAutomated", "isNotificationOn", "approver"]
    ] * 2
    assert "id" not in prod["preDeploymentGates"]
    assert unowned(rich(), keep_stage_ids=True)["environments"][2]["id"] == 43


def test_what_a_person_wrote_stays() -> None:
    for raw in everything():
        before = json.dumps(raw)
        bare = unowned(raw)
        assert json.dumps(raw) == before
        assert unowned(bare) == bare
        for name in ("name", "variables", "artifacts", "tags", "properties", "releaseNameFormat"):
            assert (name in bare) == (name in raw)
        assert [e["name"] for e in bare["environments"]] == [e["name"] for e in raw["environments"]]


def test_the_outline_of_a_definition() -> None:
    found = [f"{'  ' * node.depth}{node.label}: {node.note}" for node in outline(rich())]
    assert found == [
        "Billing.CD: \\Billing",
        "  Artifacts: 3",
        "    drop: Build, primary",
        "    cfg: Git",
        "    odd: Jenkins",
        "  Triggers: 5",
        "    new version: drop",
        "    by the clock: ",
        "    push: cfg",
        "    pull request: drop",
        "    somethingNew: ",
        "  Variables: 2, 2 groups",
        "  DEV: 3 tasks",
        "    Start: on creation",
        "    Approvals before: automatic",
        "    Gates before: none",
        "    Run on agent: agent",
        "      Copy: 2.*",
        "      Start: off, 2.*",
        "    Machines: group",
        "      Install: 2.*",
        "    Gates after: none",
        "    Approvals after: automatic",
        "    Variables: 2, 1 group",
        "  TEST: 0 tasks",
        "    Start: after DEV, filtered, 1 schedule",
        "    Approvals before: Lee Ortega, [Billing]\\CAB, all 2, in any order",
        "    Gates before: none",
        "    Run on agent: agent",
        "    Gates after: none",
        "    Approvals after: automatic",
        "    Variables: none",
        "  PROD: 2 tasks",
        "    Start: after DEV and TEST",
        "    Approvals before: Lee Ortega, [Billing]\\CAB, in sequence",
        "    Gates before: 2",
        "      Query: 2.*",
        "      Call: 2.*",
        "    Ask: server",
        "      Wait: 2.*",
        "    Run: agent",
        "      Deploy: 2.*",
        "    Gates after: none",
        "    Approvals after: Lee Ortega",
        "    Variables: none",
    ]


def above(nodes: tuple[Node, ...], node: Node) -> Node:
    """The last node before it that is less deep."""
    return [n for n in nodes[: nodes.index(node)] if n.depth < node.depth][-1]


def test_every_node_knows_the_one_above_it() -> None:
    for raw in everything():
        nodes = outline(raw)
        assert len({node.path for node in nodes}) == len(nodes)
        assert parent(nodes[0]) is None
        for node in nodes[1:]:
            assert parent(node) == above(nodes, node).path
            assert find(raw, node.path) == node


def test_stages_and_jobs_stand_by_their_rank() -> None:
    raw = rich()
    raw["environments"].reverse()
    raw["environments"][2]["deployPhases"].reverse()
    stages = [node for node in outline(raw) if node.kind in (Kind.STAGE, Kind.JOB)]
    assert [node.label for node in stages] == [
        *("DEV", "Run on agent", "Machines"),
        *("TEST", "Run on agent"),
        *("PROD", "Ask", "Run"),
    ]
    assert stages[0].path == ("environments", 2)


def test_a_path_into_a_node_finds_the_node() -> None:
    raw = rich()
    assert find(raw, ("environments", 1, "schedules", 0)).label == "TEST"
    assert find(raw, ("environments", 0, "deployPhases", 0, "deploymentInput")).label == "Run on agent"
    assert find(raw, ("environments", 9, "name")).kind == Kind.DEFINITION


@given(OBJECTS)
def test_nonsense_has_an_outline(nonsense: Json) -> None:
    for place in ("environments", "artifacts", "triggers", "variables", "variableGroups"):
        raw = {place: nonsense.get("a")}
        assert outline(raw)[0].kind == Kind.DEFINITION
        inner = {"environments": [{name: nonsense.get("b") for name in rich()["environments"][0]}]}
        assert outline(inner)
        unowned(raw)
        unowned(inner)


def test_names_are_cleaned() -> None:
    raw = rich() | {"name": "a\x1b]0;x\x07b"}
    assert outline(raw)[0].label == "a␛]0;x␇b"
