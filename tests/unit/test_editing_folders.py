"""Names of folders and of parts that are refused; and places that are apart in two projects."""

from __future__ import annotations

from typing import Any

import pytest

from reltui.data.decision import FolderPlace, NewDefinition
from reltui.model.editing.fields import fields, with_field
from reltui.model.editing.folders import folder_path, name_refusal
from reltui.model.editing.outline import outline
from reltui.model.editing.restoring import restored
from reltui.model.resources import NOTHING
from reltui.model.text import SafeText, clean
from reltui.ui.present_saving import folder_refusal
from tests.unit.editing_samples import rich


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a\\b", "a/b", "a:b", " a", "a ", "a\u202eb", "\u200b", "a\x1bb", "a\nb"]
)
def test_no_folder_is_named_so(name: str) -> None:
    assert name_refusal(name)
    assert folder_refusal(name, "\\A", [])
    assert folder_refusal(clean(name), "\\A", []) or name in (" a", "a ")
    if name and not set(name) & set("\\/") and name == name.strip(" "):
        with pytest.raises(ValueError, match="folder"):
            folder_path(f"\\Team\\{name}\\Web")


def test_a_folder_is_named_so() -> None:
    assert folder_refusal("Team A", "\\", ["\\Team B"]) is None
    assert folder_refusal("漢字 (1)...", "\\", []) is None
    assert folder_path(" Team A/Web\\ ") == "\\Team A\\Web"
    assert folder_path("") == folder_path("\\") == "\\"


@pytest.mark.parametrize("place", [(), ("environments", 0), ("environments", 0, "deployPhases", 0)])
def test_what_is_not_seen_comes_into_no_name(place: tuple[str | int, ...]) -> None:
    raw = rich()
    node = next(node for node in outline(raw) if node.path == place)
    name = next(field for field in fields(raw, node, NOTHING) if field.id == "name")
    with pytest.raises(ValueError, match="invisible"):
        with_field(raw, node, name, "DE\u202eV", NOTHING)
    assert with_field(raw, node, name, "Dev 2", NOTHING) != raw


def test_a_folder_or_a_new_definition_of_one_name_is_another_in_another_project() -> None:
    name, path = SafeText("Web"), SafeText("\\Web")
    assert FolderPlace("p1", path).id != FolderPlace("p2", path).id
    assert NewDefinition("p1", name, path).id != NewDefinition("p2", name, path).id


@pytest.mark.parametrize("number", [[], {}, [None], "12", None, True])
def test_a_revision_with_an_odd_number_of_a_stage_is_restored(number: Any) -> None:
    old = rich()
    old["environments"][0]["id"] = number
    found = restored(old, rich())
    assert [stage["id"] for stage in found["environments"]] == [0, 42, 43]
    assert [stage["id"] for stage in restored(rich(), old)["environments"]] == [0, 42, 43]
