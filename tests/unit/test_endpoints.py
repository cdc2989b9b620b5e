"""The table of calls: addresses, versions, hosts (api.md 1, 2)."""

from __future__ import annotations

import pytest

from reltui.api.endpoints import (
    ENDPOINTS,
    GENERATIONS,
    VERSIONS,
    Kind,
    address,
    generation_of,
)
from reltui.errors import Malformed

BASE = "https://tfs01.example/tfs/DefaultCollection"


def test_every_call_has_a_version_for_every_generation() -> None:
    for endpoint in ENDPOINTS.values():
        if endpoint.resource:
            assert set(VERSIONS[endpoint.resource]) == set(GENERATIONS)


def test_writes_are_told_by_their_method() -> None:
    for endpoint in ENDPOINTS.values():
        assert (endpoint.kind is Kind.WRITE) == (endpoint.method in ("POST", "PATCH", "PUT", "DELETE"))


def test_only_manage_scope_approves_and_deletes() -> None:
    assert {e.name for e in ENDPOINTS.values() if e.scope == "vso.release_manage"} == {
        "update approval",
        "update approvals",
        "delete definition",
        "delete folder",
        "delete release",
        "undelete release",
    }


@pytest.mark.parametrize(
    ("resource", "generation", "version"),
    [
        ("releases", "tfs-2018", "4.1-preview.6"),
        ("releases", "server-2019", "5.0"),
        ("environments", "tfs-2018", "4.1-preview.5"),
        ("environments", "server-2019", "5.0-preview.6"),
        ("environments", "server-2019.1", "5.1-preview.6"),
        ("environments", "server-2020", "6.0-preview.6"),
        ("environments", "server-2022", "7.0"),
        ("revisions", "server-2020", "6.0-preview.1"),
        ("approvals", "tfs-2018", "4.1-preview.3"),
        ("approvals-batch", "server-2019", "5.0-preview"),
        ("connection", "services", "7.1-preview.1"),
        ("deployments", "tfs-2018", "4.1-preview.2"),
        ("deployments", "server-2019", "5.0"),
        ("interventions", "tfs-2018", "4.1-preview.1"),
        ("gates", "server-2020", "6.0-preview.1"),
        ("gates", "server-2022", "7.0"),
        ("folders", "server-2019.1", "5.1-preview.2"),
        ("logs", "server-2020", "6.0-preview.2"),
        ("task-log", "tfs-2018", "4.1-preview.2"),
        ("attachments", "server-2019", "5.0-preview.1"),
        ("timeline-attachments", "tfs-2018", "4.1-preview.1"),
        ("tags", "server-2022.1", "7.1-preview"),
        ("builds", "server-2022", "7.0"),
        ("build-range", "server-2022", "7.0-preview"),
        ("definitions", "services", "7.1"),
        ("task-types", "server-2022", "7.0-preview.1"),
        ("queues", "server-2020", "6.0-preview.1"),
        ("queues", "server-2022", "7.0"),
        ("variable-groups", "server-2019.1", "5.1-preview.1"),
        ("variable-groups", "server-2020", "6.0-preview.2"),
        ("connections", "tfs-2018", "4.1-preview.1"),
        ("connections", "server-2019", "5.0-preview.2"),
        ("connections", "server-2020", "6.0-preview.4"),
        ("build-definitions", "tfs-2018", "4.1"),
        ("refs", "services", "7.1"),
    ],
)
def test_versions(resource: str, generation: str, version: str) -> None:
    assert VERSIONS[resource][generation] == version


@pytest.mark.parametrize(
    ("maximum", "released", "generation"),
    [
        ("4.1", "0.0", "tfs-2018"),
        ("4.0", "0.0", "tfs-2018"),
        ("5.0", "5.0", "server-2019"),
        ("5.1", "5.1", "server-2019.1"),
        ("6.0", "6.0", "server-2020"),
        ("6.1", "6.0", "server-2020"),
        ("7.0", "7.0", "server-2022"),
        ("7.1", "7.0", "server-2022"),
        ("7.1", "7.1", "server-2022.1"),
        ("7.2", "7.1", "services"),
        ("9.0", "9.0", "services"),
        ("", "", ""),
        ("x", "1.0", ""),
    ],
)
def test_the_generation_by_what_the_server_says(maximum: str, released: str, generation: str) -> None:
    assert generation_of(maximum, released) == generation


def test_an_address_is_encoded_part_by_part() -> None:
    found = address(
        BASE,
        ENDPOINTS["release"],
        {"project": "a/b ?#%2f..\\é", "release": 5},
        {"$expand": "a,b", "searchText": "x&y=1 ü", "api-version": "5.0"},
    )
    assert found == (
        f"{BASE}/a%2Fb%20%3F%23%252f..%5C%C3%A9/_apis/release/releases/5"
        "?$expand=a,b&searchText=x%26y%3D1%20%C3%BC&api-version=5.0"
    )


@pytest.mark.parametrize("project", ["", ".", ".."])
def test_a_part_that_would_change_the_address_is_refused(project: str) -> None:
    with pytest.raises(Malformed) as caught:
        address(BASE, ENDPOINTS["releases"], {"project": project}, {})
    assert not caught.value.sent
