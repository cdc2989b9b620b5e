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
    version_of,
)
from reltui.errors import Lacking, Malformed
from reltui.model.generations import TITLES, is_before, title

BASE = "https://tfs01.example/tfs/DefaultCollection"


SINCE_TFS_2018 = tuple(GENERATIONS)[3:]


def test_every_call_has_a_version_for_every_generation_since_tfs_2018() -> None:
    for endpoint in ENDPOINTS.values():
        if endpoint.resource and endpoint.resource != "stage-task-log":
            assert set(VERSIONS[endpoint.resource]) >= set(SINCE_TFS_2018)


def test_generations_are_in_the_order_of_their_age() -> None:
    assert list(GENERATIONS) == list(TITLES)
    numbers = [tuple(map(int, number.split("."))) for number in GENERATIONS.values()]
    assert numbers == sorted(numbers)


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("releases", "tfs-2015.2"),
        ("update environment", "tfs-2015.2"),
        ("update approval", "tfs-2015.2"),
        ("update definition by id", "tfs-2015.2"),
        ("approval", "tfs-2018-rtw"),
        ("environment", "tfs-2018-rtw"),
        ("update definition", "tfs-2018-rtw"),
        ("definition revisions", "tfs-2018-rtw"),
        ("deployments", "tfs-2018-rtw"),
        ("folders", "tfs-2018-rtw"),
        ("ignore gates", "tfs-2018"),
        ("timeline attachments", "tfs-2018"),
    ],
)
def test_a_generation_has_a_call_or_says_that_it_lacks_it(name: str, first: str) -> None:
    endpoint = ENDPOINTS[name]
    for generation in GENERATIONS:
        if is_before(generation, first):
            with pytest.raises(Lacking, match=title(generation)) as caught:
                version_of(endpoint, generation)
            assert not caught.value.sent
        else:
            assert version_of(endpoint, generation)


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
        ("releases", "tfs-2015.2", "2.2-preview.1"),
        ("releases", "tfs-2017", "3.0-preview.2"),
        ("releases", "tfs-2018-rtw", "4.0-preview.4"),
        ("releases", "tfs-2018", "4.1-preview.6"),
        ("approvals", "tfs-2017", "3.0-preview.1"),
        ("approvals", "tfs-2018-rtw", "4.0-preview.1"),
        ("definitions", "tfs-2017", "3.0-preview.1"),
        ("environments", "tfs-2017", "3.0-preview.2"),
        ("projects", "tfs-2015.2", "2.2"),
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
        ("4.0", "0.0", "tfs-2018-rtw"),
        ("3.2", "0.0", "tfs-2017"),
        ("3.1", "0.0", "tfs-2017"),
        ("3.0", "0.0", "tfs-2017"),
        ("2.3", "0.0", "tfs-2015.2"),
        ("2.2", "0.0", "tfs-2015.2"),
        ("2.1", "0.0", ""),
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
