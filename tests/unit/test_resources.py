"""What there is to pick from: tasks and their versions, visible rules, and readers of what a server sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reltui.errors import Malformed
from reltui.model.resources import (
    NOTHING,
    Queue,
    Resources,
    branch_from_json,
    build_from_json,
    connection_from_json,
    deployment_group_from_json,
    is_visible,
    queue_from_json,
    repository_from_json,
    short_branch,
    task_type_from_json,
    variable_group_from_json,
)
from reltui.model.text import SafeText, clean

Json = dict[str, Any]
COPY = "5bfb729a-a7c8-4a78-a7c3-8d717bb7c13c"
DELAY = "28782b92-5e8e-4458-9751-a71cd1492bae"


def task(version: str, task_id: str = COPY, **members: Any) -> Json:
    major, minor, patch = map(int, version.split("."))
    return {
        "id": task_id,
        "name": "CopyFiles",
        "friendlyName": "Copy files",
        "version": {"major": major, "minor": minor, "patch": patch, "isTest": False},
        "visibility": ["Build", "Release"],
        "category": "Utility",
        **members,
    }


def catalogue(*rows: Json) -> Resources:
    return Resources(task_types=tuple(map(task_type_from_json, rows)))


SEVERAL = catalogue(
    task("1.9.0"),
    task("2.181.0"),
    task("2.9.3"),
    task("2.1000.0"),
    task("3.0.0", deprecated=True),
    task("1.0.0", DELAY, friendlyName="Delay", runsOn=["Server", "ServerGate"]),
)


@pytest.mark.parametrize(
    ("spec", "version"),
    [
        ("2.*", "2.1000.0"),
        ("2.181.0", "2.181.0"),
        ("2.180.0", "2.1000.0"),
        ("2", "2.1000.0"),
        ("1.*", "1.9.0"),
        ("*", "3.0.0"),
        ("", "3.0.0"),
        (" 1.* ", "1.9.0"),
        ("4.*", None),
        ("4.0.0", None),
        ("latest", None),
    ],
)
def test_the_version_that_a_definition_means(spec: str, version: str | None) -> None:
    found = SEVERAL.task_type(COPY.upper(), spec)
    assert (found.version if found else None) == version


def test_an_unknown_task_has_no_version() -> None:
    assert SEVERAL.task_type("not there", "*") is None
    assert NOTHING.task_type(COPY, "*") is None


def test_only_the_newest_of_each_major_version_is_there_to_pick() -> None:
    assert [(t.label, t.version) for t in SEVERAL.tasks_to_pick()] == [
        ("Copy files", "2.1000.0"),
        ("Copy files", "1.9.0"),
        ("Delay", "1.0.0"),
    ]
    assert [t.label for t in SEVERAL.tasks_to_pick("ServerGate")] == ["Delay"]
    assert [t.version for t in SEVERAL.tasks_to_pick("DeploymentGroup")] == ["2.1000.0", "1.9.0"]
    assert NOTHING.tasks_to_pick() == ()


@pytest.mark.parametrize(
    "members",
    [{"visibility": ["Build"]}, {"deprecated": True}, {"disabled": True}, {"visibility": ["Preview"]}],
)
def test_what_a_release_cannot_use_is_not_offered(members: Mapping[str, Any]) -> None:
    known = catalogue(task("1.0.0", **members))
    assert known.tasks_to_pick() == ()
    # A definition that has it already still shows its inputs.
    assert known.task_type(COPY, "1.*") is not None


def test_a_picked_task_says_what_a_definition_takes() -> None:
    [newest, *_] = SEVERAL.tasks_to_pick()
    assert newest.choice.id == COPY
    assert newest.choice.name == "Copy files"
    assert newest.choice.detail == "2.1000.0, Utility"
    assert newest.choice.raw == {"taskId": COPY, "version": "2.*"}


@pytest.mark.parametrize(
    ("runs_on", "places"),
    [
        (None, ("Agent", "DeploymentGroup")),
        ([], ("Agent", "DeploymentGroup")),
        (["Agent", "MachineGroup"], ("Agent", "DeploymentGroup")),
        (["MachineGroup", "DeploymentGroup"], ("DeploymentGroup",)),
        (["Server", "ServerGate"], ("Server", "ServerGate")),
    ],
)
def test_where_a_task_runs(runs_on: list[str] | None, places: tuple[str, ...]) -> None:
    assert task_type_from_json(task("1.0.0", runsOn=runs_on)).runs_on == places


def test_groups_of_inputs_are_called_as_the_portal_calls_them() -> None:
    names = ("advanced", "other", "un\u202enamed")
    inputs = [{"name": f"i{n}", "groupName": name} for n, name in enumerate(names)]
    groups = [{"name": "advanced", "displayName": "Advanced\noptions"}, {"name": "other"}, "no object"]
    found = task_type_from_json(task("1.0.0", inputs=inputs, groups=groups)).inputs
    assert [one.group for one in found] == ["Advanced␤options", "other", "un‹U+202E›named"]
    assert task_type_from_json(task("1.0.0", inputs=inputs)).inputs[0].group == "advanced"


def test_the_inputs_of_a_task() -> None:
    inputs = [
        {
            "name": "Contents",
            "type": "multiLine",
            "label": "Contents",
            "defaultValue": "**",
            "required": True,
        },
        {
            "name": "mode",
            "type": "pickList",
            "options": {"a": "Keep", "b": "Replace"},
            "properties": {"EditableOptions": "True"},
            "groupName": "advanced",
            "visibleRule": "Contents != x",
            "helpMarkDown": "One\nor the other.",
        },
        {"name": "flag", "type": "boolean", "defaultValue": False, "label": "", "required": None},
        {"type": "string", "label": "without a name"},
        "no object",
    ]
    contents, mode, flag = task_type_from_json(task("1.0.0", inputs=inputs)).inputs
    assert (contents.is_required, contents.is_many_lines, contents.default) == (True, True, "**")
    assert mode.options == (("a", "Keep"), ("b", "Replace"))
    assert (mode.is_open, mode.group, mode.visible_rule, mode.label) == (
        True,
        "advanced",
        "Contents != x",
        "mode",
    )
    assert mode.help == "One\nor the other."
    assert (flag.default, flag.is_required, flag.is_open, flag.label) == ("false", False, False, "flag")


RULES: list[tuple[str, Mapping[str, str], bool]] = [
    ("a = b", {"a": "b"}, True),
    ("a = b", {"a": "c"}, False),
    ("a = b", {}, False),
    ("a=b", {"a": "b"}, True),
    ("a == b", {"a": "b"}, True),
    ("a != b", {"a": "c"}, True),
    ("a != b", {}, True),
    ("a != b", {"a": "b"}, False),
    ("A = B", {"a": "b"}, True),
    ("flag = true", {"flag": "True"}, True),
    ("a = b && c != d", {"a": "b", "c": "e"}, True),
    ("a = b && c != d", {"a": "b", "c": "d"}, False),
    ("a = b || c = d", {"c": "d"}, True),
    ("a = b || c = d", {"c": "e"}, False),
    ("a = b || c = d && e = f", {"a": "b"}, True),
    ("a = b || c = d && e = f", {"c": "d"}, False),
    ("command = Build an image || command = build", {"command": "Build an image"}, True),
    ('kind != ""', {"kind": ""}, False),
    ('kind != ""', {"kind": "app"}, True),
    ("kind = ", {"kind": ""}, True),
    ("a = 'b'", {"a": "b"}, True),
    ("", {}, True),
    ("package NotEndsWith .war", {"package": "x.war"}, True),
    ("a = b && package NotEndsWith .war", {"a": "c"}, True),
    ("a = b || (c = d && e = f)", {"a": "c"}, True),
    ("a > b", {"a": "c"}, True),
    ("a = b = c", {"a": "c"}, True),
    ("&&", {}, True),
    ("nonsense", {}, True),
]


@pytest.mark.parametrize(("rule", "inputs", "shown"), RULES)
def test_visible_rules(rule: str, inputs: Mapping[str, str], shown: bool) -> None:
    assert is_visible(rule, inputs) is shown


_WORDS = st.text("abcXYZ01-._", min_size=1, max_size=6)


@given(name=_WORDS, wanted=_WORDS, inputs=st.dictionaries(_WORDS, _WORDS, max_size=4))
def test_not_equal_is_the_opposite_of_equal(name: str, wanted: str, inputs: dict[str, str]) -> None:
    assert is_visible(f"{name} = {wanted}", inputs) is not is_visible(f"{name} != {wanted}", inputs)


@given(
    rule=st.text(max_size=40), inputs=st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3)
)
def test_any_rule_has_an_answer(rule: str, inputs: dict[str, str]) -> None:
    assert is_visible(rule, inputs) in (True, False)


def test_a_queue_and_its_pool() -> None:
    queue = queue_from_json({"id": 15, "name": "Linux", "pool": {"id": 3, "name": "Pool L"}})
    assert queue == Queue(15, SafeText("Linux"), SafeText("Pool L"))
    assert (queue.choice.id, queue.choice.detail) == ("15", "pool Pool L")
    assert queue_from_json({"id": 1, "name": "Default", "pool": None}).choice.detail == ""


def test_a_deployment_group_tells_its_machines() -> None:
    group = deployment_group_from_json({"id": 7, "name": "Web", "machineCount": 1})
    assert (group.machines, group.choice.detail) == (1, "1 machine")
    assert deployment_group_from_json({"id": 7, "name": "Web"}).choice.detail == "0 machines"


def test_the_value_of_a_secret_is_never_read() -> None:
    group = variable_group_from_json(
        {
            "id": 4,
            "name": "Settings",
            "variables": {
                "plain": {"value": "x", "isSecret": None},
                "key": {"value": "k4nary", "isSecret": True},
                "empty": None,
            },
        }
    )
    assert group.variables == (("plain", "x"), ("key", None), ("empty", ""))
    assert "k4nary" not in repr(group)
    assert group.choice.detail == "3 variables"


def test_what_a_connection_signs_in_with_is_never_read() -> None:
    raw = {
        "id": DELAY.upper(),
        "name": "Azure",
        "type": "azurerm",
        "authorization": {"parameters": {"apitoken": "k4nary"}},
    }
    connection = connection_from_json(raw)
    assert (connection.id, connection.type) == (DELAY, "azurerm")
    assert "k4nary" not in repr((connection, connection.choice, connection.choice.raw))


def test_a_build_definition_with_and_without_its_repository() -> None:
    project = {"id": COPY.upper(), "name": "Shop"}
    short = build_from_json({"id": 9, "name": "Web.CI", "project": project})
    assert (short.path, short.repository_id, short.default_branch) == ("\\", "", "")
    repository = {"id": "north/web", "type": "GitHub", "defaultBranch": "main"}
    whole = build_from_json(
        {"id": 9, "name": "Web.CI", "path": "\\Web", "repository": repository, "project": project}
    )
    assert (whole.repository_id, whole.default_branch, whole.project_id) == ("north/web", "main", COPY)
    assert whole.choice.raw == {
        "definition": {"id": "9", "name": "Web.CI"},
        "project": {"id": COPY, "name": "Shop"},
    }


def test_branches_keep_their_whole_name() -> None:
    branch = branch_from_json({"name": "refs/heads/feature/x\u202e", "objectId": "0"})
    assert branch.id == "refs/heads/feature/x\u202e"
    assert branch.name == "feature/x‹U+202E›"
    assert short_branch("refs/tags/v1") == "refs/tags/v1"


def test_one_is_found_by_its_id() -> None:
    known = Resources(
        queues=(Queue(15, SafeText("Linux"), SafeText("")),),
        connections=(connection_from_json({"id": DELAY, "name": "Azure"}),),
        repositories=(repository_from_json({"id": COPY, "name": "web"}),),
    )
    assert known.queue(15) is not None
    assert known.queue(16) is None
    assert known.connection(DELAY.upper()) is not None
    assert known.repository(COPY) is not None
    for find in (NOTHING.queue, NOTHING.deployment_group, NOTHING.variable_group, NOTHING.build):
        assert find(15) is None


READERS: list[Callable[[object], object]] = [
    task_type_from_json,
    queue_from_json,
    deployment_group_from_json,
    variable_group_from_json,
    build_from_json,
    repository_from_json,
    branch_from_json,
    connection_from_json,
]
_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_MEMBERS = ("friendlyName", "version", "runsOn", "visibility", "inputs", "pool", "machineCount", "variables")
_MORE = ("path", "project", "repository", "type", "defaultBranch", "instanceNameFormat", "description")


@pytest.mark.parametrize("read", READERS)
@given(
    raw=_JSON
    | st.fixed_dictionaries(
        {"id": st.sampled_from([7, COPY]), "name": st.text(min_size=1, max_size=5)},
        optional={name: _JSON for name in (*_MEMBERS, *_MORE)},
    )
)
def test_a_row_is_read_or_refused_as_malformed(read: Callable[[object], object], raw: Any) -> None:
    try:
        found = read(raw)
    except Malformed:
        return
    name = getattr(found, "name", "")
    assert clean(name) == name
