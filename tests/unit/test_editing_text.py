"""A definition as a text for an editor: back unchanged, nothing hidden or lost, mistakes at their place."""

from __future__ import annotations

import copy
import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reltui.model.editing.commented import Mistake, from_text, gives_up, to_text, with_mistake
from reltui.model.editing.jsonc import parsed, quoted
from reltui.model.resources import (
    Connection,
    DeploymentGroup,
    Queue,
    Resources,
    TaskInput,
    TaskType,
    VariableGroup,
)
from reltui.model.text import SafeText
from tests.unit.editing_samples import POWERSHELL, Json, everything, rich, sampled
from tests.unit.test_text import HOSTILE

GUID = "0f0e0d0c-1111-4222-8333-444444444444"
KNOWN = Resources(
    task_types=(
        TaskType(
            POWERSHELL,
            SafeText("PowerShell"),
            SafeText("PowerShell"),
            "2.181.0",
            2,
            SafeText(""),
            SafeText(""),
            ("Agent",),
            (
                TaskInput(
                    "targetType",
                    SafeText("Type"),
                    "radio",
                    "filePath",
                    False,
                    SafeText(""),
                    (("filePath", SafeText("File path")), ("inline", SafeText("Inline"))),
                    SafeText(""),
                    "",
                    False,
                ),
            ),
            "PowerShell",
        ),
    ),
    queues=(Queue(15, SafeText("Default"), SafeText("pool A")),),
    deployment_groups=(DeploymentGroup(15, SafeText("web farm"), 3),),
    variable_groups=(VariableGroup(4, SafeText("DEV secrets"), SafeText(""), ()),),
    connections=(Connection(GUID, SafeText("ARM production"), SafeText("azurerm")),),
)


def back(raw: Json) -> str:
    return json.dumps(from_text(to_text(raw, KNOWN), raw))


# Unchanged


@pytest.mark.parametrize("raw", everything(), ids=lambda raw: f"{raw['name']}-{raw.get('id')}")
def test_saved_unchanged_changes_nothing(raw: Json) -> None:
    before = json.dumps(raw)
    assert back(raw) == before
    assert json.dumps(raw) == before


def test_there_is_a_sample() -> None:
    assert len(sampled()) > 5


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | HOSTILE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(HOSTILE, inner, max_size=3),
    max_leaves=8,
)
PLACES = st.sampled_from(
    [
        (),
        ("environments", 0),
        ("environments", 1, "preDeployApprovals", "approvals", 0),
        ("environments", 2, "preDeployApprovals", "approvals", 1, "approver"),
        ("environments", 2, "deployPhases", 1, "workflowTasks", 0, "inputs"),
        ("environments", 0, "variables", "Url"),
        ("variables",),
        ("artifacts", 1),
        ("properties",),
        ("triggers", 1, "schedule"),
    ]
)
NAMES = st.sampled_from(
    ["id", "name", "value", "isSecret", "url", "_links", "jobId", "rank", "sourceId", "x"]
)


@given(st.lists(st.tuples(PLACES, NAMES | HOSTILE, JSON), max_size=6), st.booleans())
def test_whatever_the_server_sends_comes_back(
    changes: list[tuple[tuple[Any, ...], str, Any]], known: bool
) -> None:
    raw = copy.deepcopy(rich())
    for path, name, value in changes:
        holder: Any = raw
        for step in path:
            inner = holder.get(step) if isinstance(holder, dict) else None
            inner = holder[step] if isinstance(holder, list) and len(holder) > int(step) else inner
            if not isinstance(inner, dict | list):
                break
            holder = inner
        if isinstance(holder, dict):
            holder[name] = value
        else:
            holder.append(value)
    text = to_text(raw, KNOWN if known else Resources())
    assert json.dumps(from_text(text, raw)) == json.dumps(raw)
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in text if c != "\n")


@given(HOSTILE)
def test_no_text_of_the_server_ends_a_comment(name: str) -> None:
    raw = rich()
    raw["name"] = raw["environments"][0]["name"] = name
    bare = to_text({"name": "", "environments": []}).count("\n//")
    text = to_text(raw)
    assert text.count("\n//") == bare
    assert parsed(text).value["environments"][0]["name"] == name


@given(HOSTILE)
def test_a_quoted_text_is_honest_and_the_same(text: str) -> None:
    shown = quoted(text)
    assert json.loads(shown) == text
    assert parsed(shown).value == text
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for c in shown)


# What it says


def line_with(text: str, words: str) -> str:
    return next(line for line in text.splitlines() if words in line)


@pytest.mark.parametrize(
    ("words", "comment"),
    [
        ("The release definition", '"Billing.CD" (id 41, revision 7)'),
        ("Stage DEV", "Starts: release created"),
        ("Stage TEST", "mon, tue, wed, thu, fri at 22:05 UTC"),
        ("Lee Ortega, then", "in sequence"),
        ("timeout 48h", "Approvals before"),
        ("automatic. After: automatic", "Approvals before"),
        ('"queueId": 15', "Default (pool A)"),
        ('"taskId"', "PowerShell 2.181.0"),
        ('"targetType": "inline"', "one of filePath, inline"),
        ('"isAutomated": true', "nobody is asked"),
        ('"variableGroups": [4]', "DEV secrets"),
        ('"value": null', "kept as it is"),
        ('"timeoutInMinutes": 2880', "minutes"),
        ('"phaseType": "runOnServer"', "one of agentBasedDeployment, runOnServer"),
        ('"isContainer"', "a group"),
        ('"value": "132"', "partially"),
        ('"daysToRelease": 31', "mon, tue, wed, thu, fri;"),
    ],
)
def test_comments(words: str, comment: str) -> None:
    assert comment in line_with(to_text(rich(), KNOWN), words)


def test_a_queue_of_machines_is_a_deployment_group() -> None:
    text = to_text(rich(), KNOWN)
    assert "// deployment group web farm" in text


def test_a_connection_has_its_name() -> None:
    raw = rich()
    raw["environments"][2]["deployPhases"][1]["workflowTasks"][0]["inputs"] = {"azure": GUID}
    assert "ARM production" in line_with(to_text(raw, KNOWN), GUID)


def test_what_only_the_server_writes_is_left_out() -> None:
    text = to_text(rich())
    for name in (
        '"revision"',
        '"_links"',
        '"createdBy"',
        '"url"',
        '"badgeUrl"',
        '"jobId"',
        '"currentRelease"',
    ):
        assert name not in text
    assert '"id": 42' in text, "a stage is known by its id"


SCRIPT = "param($x)\n\tif ($x) {\n  Write-Host \"\\$x\" // 'y' `\n}\n"


@pytest.mark.parametrize(
    ("script", "is_block"),
    [
        (SCRIPT, True),
        ("one line", False),
        ("a \nb", False),
        ("a\r\nb", False),
        ("a\n'''\nb", False),
        ("a\n\x1b[2J", False),
        ("a\n//! MISTAKE: b", False),
        ("\n", True),
    ],
)
def test_scripts_stand_as_they_are(script: str, is_block: bool) -> None:
    raw = rich()
    raw["environments"][0]["deployPhases"][0]["workflowTasks"][0]["inputs"]["script"] = script
    text = to_text(raw)
    assert (f"'''\n{script}\n'''" in text) is is_block
    assert from_text(text, raw) == raw
    dos = text.replace("\n", "\r\n")
    assert from_text(dos, raw) == raw


@given(st.lists(st.sampled_from(["a", "'", "\n", " ", "\t", "\\", '"', "{", "//"]), max_size=12).map("".join))
def test_any_text_of_several_lines_comes_back(script: str) -> None:
    raw = rich()
    raw["description"] = script
    assert from_text(to_text(raw), raw) == raw


# Secrets


def test_a_new_secret_is_not_in_the_text_and_not_lost() -> None:
    raw = rich()
    raw["variables"]["Password"]["value"] = "hunter2"
    text = to_text(raw)
    assert "hunter2" not in text
    assert from_text(text, raw) == raw
    changed = text.replace('"Password": {"value": null', '"Password": {"value": "other"')
    assert from_text(changed, raw)["variables"]["Password"] == {"value": "other", "isSecret": True}


def test_a_secret_under_another_name_or_in_another_stage_has_to_be_typed_again() -> None:
    raw = rich()
    text = to_text(raw)
    again = from_text(text.replace('"Password"', '"Pass"'), raw)
    assert again["variables"]["Pass"] == {"value": "", "isSecret": True}
    copied = {**raw, "environments": [*raw["environments"], {**raw["environments"][0], "name": "COPY"}]}
    del copied["environments"][3]["id"]
    found = from_text(to_text(copied), raw)["environments"]
    assert [found[n]["variables"]["Key"]["value"] for n in (0, 3)] == [None, ""]


def test_a_secret_that_is_made_plain_shows_nothing() -> None:
    raw = rich()
    raw["variables"]["Password"]["value"] = "hunter2"
    text = to_text(raw).replace(
        '"Password": {"value": null, "isSecret": true}', '"Password": {"value": null}'
    )
    assert from_text(text, raw)["variables"]["Password"] == {"value": None}


# Edits


def test_one_changed_value_is_the_only_change() -> None:
    raw = rich()
    text = to_text(raw, KNOWN).replace('"timeoutInMinutes": 2880', '"timeoutInMinutes": 60', 1)
    wanted = copy.deepcopy(raw)
    wanted["environments"][2]["preDeployApprovals"]["approvalOptions"]["timeoutInMinutes"] = 60
    assert json.dumps(from_text(text, raw)) == json.dumps(wanted)


def edited(raw: Json, change: Any) -> Json:
    """What comes of a text in which the members that a person sees were changed."""
    document = parsed(to_text(raw)).value
    change(document)
    return from_text(json.dumps(document), raw)


def test_stages_that_are_moved_keep_what_is_theirs() -> None:
    raw = rich()
    found = edited(raw, lambda document: document["environments"].reverse())
    assert found["environments"] == raw["environments"][::-1]


def test_a_stage_that_is_copied_is_a_new_one() -> None:
    raw = rich()

    def copy_first(document: Json) -> None:
        made = copy.deepcopy(document["environments"][0])
        del made["id"]
        document["environments"].append(made)

    made = edited(raw, copy_first)["environments"][3]
    assert not {"id", "deployStep", "currentRelease"} & made.keys()


def test_another_approver_brings_no_links_of_the_old_one() -> None:
    raw = rich()
    step = raw["environments"][2]["preDeployApprovals"]["approvals"][0]
    step["approver"] = {**step["approver"], "_links": {"avatar": {}}, "descriptor": "win.Uy0xLTU"}

    def change(document: Json) -> None:
        document["environments"][2]["preDeployApprovals"]["approvals"][0]["approver"] = {"id": GUID}

    found = edited(raw, change)["environments"][2]["preDeployApprovals"]["approvals"]
    assert found[0]["approver"] == {"id": GUID}
    assert [each["id"] for each in found] == [11, 12]


def test_another_source_of_an_artifact_drops_the_old_source_id() -> None:
    raw = rich()

    def change(document: Json) -> None:
        document["artifacts"][0]["definitionReference"]["definition"]["id"] = "13"

    artifacts = edited(raw, change)["artifacts"]
    assert "sourceId" not in artifacts[0]
    assert artifacts[1] == raw["artifacts"][1]


def test_what_the_server_owns_cannot_be_typed() -> None:
    raw = rich()
    found = edited(raw, lambda document: document.update(revision=99, isDeleted=True))
    assert found == raw
    assert "revision" not in from_text('{"name": "a", "environments": [], "revision": 3}', None)


def test_comments_and_last_commas_are_taken() -> None:
    text = (
        '/* a\n * b */ {"name": "x", // c\r\n "environments": [],\r\n /* d */ "tags": ["//", "/*",],}\n// e'
    )
    assert from_text(text, None) == {"name": "x", "environments": [], "tags": ["//", "/*"]}


@pytest.mark.parametrize(("text", "expected"), [("", True), (" \n// all gone\n", True), ("{}", False)])
def test_giving_up(text: str, expected: bool) -> None:
    assert gives_up(text) is expected


# Mistakes


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ('{\n  "name": "a"\n  "path": "b"\n}', 2, 14, "comma is missing"),
        ('{"tags": ["a" "b"]}', 1, 14, "comma is missing"),
        ('{\n  "name": "a,\n  "path": "b"\n}', 2, 11, "never closed"),
        ('{"name": "a", "name": "b"}', 1, 15, "The name name is here twice"),
        ('{"name": "a"', 1, 1, "This { is never closed"),
        ('{"name": ["a"', 1, 10, "This [ is never closed"),
        ('{"name": ["a"}', 1, 14, "a ] is missing"),
        ('{"name" "a"}', 1, 8, "colon is missing"),
        ('{"name": }', 1, 10, "A value is missing before this }"),
        ('{"name": "a",, "b": 1}', 1, 14, "comma too many"),
        ("{name: 1}", 1, 2, "name within double quotes"),
        ("{\"name\": 'a'}", 1, 10, "within double quotes"),
        ("{\"name\": '''a'''}", 1, 10, "never closed"),
        ("{\"name\": '''\na\n'''\n\"b\": 1}", 4, 1, "comma is missing before this"),
        ('{"name": web}', 1, 10, "web is no value"),
        ('{"revision": NaN}', 1, 14, "NaN is no number"),
        ('{"revision": -Infinity}', 1, 14, "-Infinity is no number"),
        ('{"revision": 1e999}', 1, 14, "too large"),
        ('{"revision": 007}', 1, 14, "007 is no number"),
        ('{"isDisabled": True}', 1, 16, "small letters"),
        ('{"name": "C:\\temp\\q"}', 1, 18, "backslash"),
        ('{"name": "a"} /* b', 1, 15, "comment is never closed"),
        ('{"name": "a"} {', 1, 15, "behind the end"),
        ("[]", 1, 1, "begins with {"),
        ("", 1, 1, "nothing in it"),
        ("[" * 200, 1, 101, "within one another"),
        ('{"environments": []}', 1, 1, 'member "name" is missing'),
        ('{"name": null, "environments": []}', 1, 10, 'member "name" is missing'),
        ('{"name": 5, "environments": []}', 1, 10, "text within double quotes"),
        ('{"name": "a", "environments": {}}', 1, 31, "a list within [ and ]"),
        (
            '{"name": "a", "environments": [{"name": "b", "rank": "1"}]}',
            1,
            54,
            '"rank" must be a whole number',
        ),
        ('{"name": "a", "environments": [],\n"variableGroups": ["4"]}', 2, 20, "whole number"),
        (
            '{"name": "a", "environments": [{"name": "b",\n'
            '"deployPhases": [{"phaseType": "agentBasedDeploymant"}]}]}',
            2,
            32,
            'did you mean "agentBasedDeployment"?',
        ),
        (
            '{"name": "a", "environments": [], "triggers": [{"triggerType": "zzz"}]}',
            1,
            64,
            "it is one of artifactSource, schedule",
        ),
    ],
)
def test_mistakes(text: str, line: int, column: int, words: str) -> None:
    with pytest.raises(Mistake) as caught:
        from_text(text, None)
    assert (caught.value.line, caught.value.column) == (line, column), caught.value
    assert words in caught.value.sentence
    assert caught.value.sentence.endswith((".", "?"))
    assert "\n" not in caught.value.sentence


def test_an_odd_value_of_the_server_is_taken_where_it_was_but_a_new_one_is_not() -> None:
    raw = rich()
    raw["environments"][0]["deployPhases"][0]["phaseType"] = "somethingNew"
    text = to_text(raw)
    assert from_text(text, raw) == raw
    with pytest.raises(Mistake, match="somethingOther"):
        from_text(text.replace("somethingNew", "somethingOther"), raw)


@given(st.text(alphabet='{}[]",:\\/*\n aN1.e-', max_size=40) | HOSTILE)
def test_any_text_is_read_or_refused_at_a_place_in_it(text: str) -> None:
    mistake = mistake_in(text)
    if mistake is None:
        return
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert 1 <= mistake.line <= len(lines)
    assert 1 <= mistake.column <= len(lines[mistake.line - 1]) + 1
    marked, line = with_mistake(text, mistake)
    assert lines[mistake.line - 1] == marked.split("\n")[line - 1] or "//!" in text


def mistake_in(text: str) -> Mistake | None:
    try:
        from_text(text, None)
    except Mistake as mistake:
        return mistake
    return None


def test_a_mistake_stands_above_its_line_and_goes_with_the_next() -> None:
    text = '{\n  "name": "a"\n  "path": "b"\n}'
    with pytest.raises(Mistake) as first:
        from_text(text, None)
    marked, line = with_mistake(text, first.value)
    assert marked.split("\n")[1] == "  //! MISTAKE: A comma is missing here. (line 3, column 14)"
    assert marked.split("\n")[line - 1] == '  "name": "a"'
    repaired = marked.replace('"name": "a"', '"name": "a",')
    with pytest.raises(Mistake) as second:
        from_text(repaired, None)
    again, _ = with_mistake(repaired, second.value)
    assert again.count("//!") == 1
    assert again.replace("  //!", "//!").startswith("//! MISTAKE: The member ")
