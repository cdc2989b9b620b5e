"""Addresses as people paste them: every shape of the browser and of the API (api.md 1.1, 1.2)."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reltui.model.address import (
    Thing,
    base_of,
    host_of,
    is_link,
    is_services,
    organisation_of,
    profile_trouble,
    project_within,
    read_address,
    same_host,
)

TFS = "https://tfs01.example/tfs/Main"
NEWER = "https://devops.example/Main"
CLOUD = "https://dev.azure.com/north"
OLD_CLOUD = "https://north.visualstudio.com"
GUID = "d3daac03-b823-4a23-9cc4-2c3de65dab63"
HUB = "_apps/hub/ms.vss-releaseManagement-web"


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        (TFS, [TFS]),
        (f"  <{TFS}/>\n", [TFS]),
        ("tfs01.example/tfs/Main", [TFS]),
        ("HTTPS://TFS01.Example:443/tfs/Main", [TFS]),
        ("http://tfs01.example:8080/tfs/Main", ["http://tfs01.example:8080/tfs/Main"]),
        (NEWER, [NEWER]),
        (f"{NEWER}/_projects", [NEWER]),
        (f"{TFS}/_apis/projects?api-version=4.1", [TFS]),
        ("https://devops.example/a/DefaultCollection", ["https://devops.example/a/DefaultCollection"]),
        ("https://devops.example/a/b", ["https://devops.example/a", "https://devops.example/a/b"]),
        ("https://devops.example/A%20B", ["https://devops.example/A%20B"]),
        ("tfs01.example/tfs", ["https://tfs01.example/tfs/DefaultCollection"]),
        (
            "tfs01.example",
            ["https://tfs01.example/DefaultCollection", "https://tfs01.example/tfs/DefaultCollection"],
        ),
        ("[::1]:8080/Main", ["https://[::1]:8080/Main"]),
        (CLOUD, [CLOUD]),
        ("dev.azure.com/north/", [CLOUD]),
        ("https://vsrm.dev.azure.com/north/_apis/release/releases", [CLOUD]),
        ("https://vssps.dev.azure.com/north", [CLOUD]),
        ("https://feeds.dev.azure.com/north/_apis/packaging", [CLOUD]),
        (OLD_CLOUD, [OLD_CLOUD]),
        (f"{OLD_CLOUD}/DefaultCollection", [OLD_CLOUD]),
        ("https://north.vsrm.visualstudio.com/DefaultCollection/_apis", [OLD_CLOUD]),
    ],
)
def test_a_collection(text: str, candidates: list[str]) -> None:
    found = read_address(text)
    assert list(found.candidates) == candidates
    assert found.collection_url == candidates[0]
    assert found.kind in (Thing.COLLECTION, Thing.PROJECT)


BASES = [
    (TFS, TFS),
    (NEWER, NEWER),
    ("https://devops.example/web/Main", "https://devops.example/web/Main"),
    (CLOUD, CLOUD),
    (OLD_CLOUD, OLD_CLOUD),
    (f"{OLD_CLOUD}/DefaultCollection", OLD_CLOUD),
]

LINKS = [
    # behind collection and project; kind; ids
    ("_release?releaseId=142&_a=release-summary", Thing.RELEASE, {"release_id": 142}),
    ("_release?_a=release-logs&releaseId=142", Thing.RELEASE, {"release_id": 142}),
    ("_releaseProgress?_a=release-pipeline-progress&releaseId=142", Thing.RELEASE, {"release_id": 142}),
    (
        "_releaseProgress?_a=release-environment-logs&releaseId=142&environmentId=301",
        Thing.STAGE,
        {"release_id": 142, "environment_id": 301},
    ),
    (
        "_releaseProgress?releaseId=142&environmentId=301&_a=release-environment-approvals&approvalId=77",
        Thing.APPROVAL,
        {"release_id": 142, "environment_id": 301, "approval_id": 77},
    ),
    ("_release?definitionId=5", Thing.DEFINITION, {"definition_id": 5}),
    ("_release?_a=releases&view=mine&definitionId=5", Thing.DEFINITION, {"definition_id": 5}),
    (
        "_releaseDefinition?definitionId=5&_a=environments-editor-preview",
        Thing.DEFINITION,
        {"definition_id": 5},
    ),
    (
        "_releaseDefinition?definitionId=5&_a=definition-tasks&environmentId=12",
        Thing.DEFINITION,
        {"definition_id": 5},
    ),
    # as it stands in a sentence, or in the source of a page
    ("_release?releaseId=142.", Thing.RELEASE, {"release_id": 142}),
    ("_release?releaseId=142)", Thing.RELEASE, {"release_id": 142}),
    ("_release?_a=release-summary&amp;releaseId=142", Thing.RELEASE, {"release_id": 142}),
    ("_release", Thing.PROJECT, {}),
    ("_release?releaseId=0", Thing.PROJECT, {}),
    ("_release?releaseId=1e3&definitionId=-4", Thing.PROJECT, {}),
    (
        f"{HUB}.cd-release-progress?_a=release-environment-logs&releaseId=142&environmentId=301",
        Thing.STAGE,
        {"release_id": 142, "environment_id": 301},
    ),
    (f"{HUB}.hub-explorer?definitionId=5&_a=releases", Thing.DEFINITION, {"definition_id": 5}),
    (f"{HUB}.hub-explorer#_a=release-summary&releaseId=142", Thing.RELEASE, {"release_id": 142}),
    ("_apis/Release/releases/142", Thing.RELEASE, {"release_id": 142}),
    ("_apis/release/releases/142?api-version=5.0", Thing.RELEASE, {"release_id": 142}),
    (
        "_apis/Release/releases/142/environments/301",
        Thing.STAGE,
        {"release_id": 142, "environment_id": 301},
    ),
    (
        "_apis/Release/releases/142/environments/301/deployPhases/44/tasks/7/logs",
        Thing.LOG,
        {"release_id": 142, "environment_id": 301, "phase_id": 44, "task_id": 7},
    ),
    ("_apis/Release/approvals/77", Thing.APPROVAL, {"approval_id": 77}),
    ("_apis/Release/definitions/5/revisions/3", Thing.DEFINITION, {"definition_id": 5}),
    ("_apis/build/builds/5", Thing.PROJECT, {}),
]


@pytest.mark.parametrize(("base", "collection"), BASES)
@pytest.mark.parametrize(("tail", "kind", "ids"), LINKS)
@pytest.mark.parametrize("project", ["Billing", GUID, "North Harbour & Söhne"])
def test_a_link(
    base: str, collection: str, project: str, tail: str, kind: Thing, ids: dict[str, int]
) -> None:
    found = read_address(f"{base}/{quote(project)}/{tail}")
    assert (found.collection_url, found.kind) == (collection, kind)
    assert project_within(found, collection) == project
    names = ("release_id", "environment_id", "definition_id", "approval_id", "phase_id", "task_id")
    assert {name: getattr(found, name) for name in names if getattr(found, name)} == ids


def test_a_link_of_the_release_host_is_of_its_organisation() -> None:
    found = read_address(f"https://vsrm.dev.azure.com/north/{GUID}/_apis/Release/releases/142")
    assert (found.collection_url, found.project, found.release_id) == (CLOUD, GUID, 142)
    found = read_address(
        f"https://north.vsrm.visualstudio.com/DefaultCollection/{GUID}/_apis/release/approvals/7"
    )
    assert (found.collection_url, found.project, found.approval_id) == (OLD_CLOUD, GUID, 7)


@pytest.mark.parametrize(
    ("link", "url", "project"),
    [
        (f"{TFS}/Billing/_release?releaseId=1", TFS, "Billing"),
        (f"{TFS}/Billing/Team%20A/_release?releaseId=1", TFS, "Billing"),
        (f"{NEWER}/Billing/Team/_release?releaseId=1", NEWER, "Billing"),
        (f"{TFS}/_projects", TFS, ""),
        ("https://public.example/tfs/MAIN/Billing/_release?releaseId=1", TFS, "Billing"),
        ("https://tfs01.example/tfs/Other/Billing/_release?releaseId=1", TFS, None),
        ("https://tfs01.example/Main/Billing/_release?releaseId=1", TFS, None),
        ("https://tfs01.example/tfs/Mainly/Billing/_release?releaseId=1", TFS, None),
        (f"{CLOUD}/Billing/_release?releaseId=1", OLD_CLOUD, "Billing"),
        (f"{OLD_CLOUD}/Billing/_release?releaseId=1", CLOUD, "Billing"),
        (
            f"{OLD_CLOUD}/DefaultCollection/Billing/_release?releaseId=1",
            f"{OLD_CLOUD}/DefaultCollection",
            "Billing",
        ),
        (f"{CLOUD}/Billing/_release?releaseId=1", "https://dev.azure.com/south", None),
        (f"{CLOUD}/Billing/_release?releaseId=1", "https://tfs01.example/north", None),
    ],
)
def test_whether_a_link_is_of_a_collection(link: str, url: str, project: str | None) -> None:
    assert project_within(read_address(link), url) == project


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (TFS, "https://TFS01.example:443/x", True),
        (TFS, "https://tfs01.example:8443/x", False),
        (TFS, "https://tfs01.example.evil.example/tfs/Main", False),
        (CLOUD, OLD_CLOUD, True),
        (CLOUD, "https://vsrm.dev.azure.com/north", True),
        (CLOUD, "https://dev.azure.com/south", False),
        (CLOUD, "https://dev.azure.com.example/north", False),
    ],
)
def test_whether_two_addresses_are_of_one_host(one: str, other: str, same: bool) -> None:
    assert same_host(one, other) is same
    assert same_host(other, one) is same


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "https://",
        "ftp://tfs01.example/tfs/Main",
        "tfs01 example",
        "https://tfs01.example/tfs/Main collection",
        "https://tfs01.example/\x1b[31m",
        "https://tfs01.example/\u202eniaM",
        "https://[::1/x",
        "https://tfs01.example/tfs/../Main",
        "https://tfs01.example/%2e%2e/Main",
        "https://tfs01.example:99999/x",
        "https://dev.azure.com",
        "https://tfs01.example/" + "x" * 5000,
        "https://dana:hunter2@tfs01.example/tfs/Main",
        "hunter2@tfs01.example/tfs/Main",
        "https://hunter2;|x/",
        "https:/tfs01.example/tfs/Main",
        "https//tfs01.example/tfs/Main",
        "https://tfs01.example:0/tfs/Main",
        "https://10.1.2.300/tfs/Main",
        "https://tfs01.example/tfs/a%00b",
        "https://visualstudio.com/Billing",
    ],
)
def test_what_is_no_address_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$") as caught:
        read_address(text)
    said = str(caught.value)
    assert said.isprintable()
    assert "hunter2" not in said


def test_a_blank_in_an_address_is_told_as_one() -> None:
    with pytest.raises(ValueError, match="%20"):
        read_address("https://tfs01.example/tfs/Main collection")


@given(st.text(max_size=80))
def test_any_text_is_an_address_or_a_sentence(text: str) -> None:
    try:
        found = read_address(text)
    except ValueError:
        return
    assert found.collection_url in found.candidates
    for url in found.candidates:
        parts = urlsplit(url)
        assert parts.scheme in ("http", "https")
        assert parts.hostname
        assert parts.username is None
        assert not parts.query
        assert not parts.fragment
        assert url == url.rstrip("/")
        assert read_address(url).candidates[0] == url or url in read_address(url).candidates


names = st.text(
    st.characters(categories=["L", "N", "Zs", "Po"], exclude_characters="/\\"), min_size=1, max_size=12
).filter(lambda name: name.strip() == name and not name.startswith(("_", ".")) and name.isprintable())


@given(st.sampled_from([TFS, NEWER, CLOUD, OLD_CLOUD]), names, st.integers(1, 2**40))
def test_our_own_links_lead_back(base: str, project: str, number: int) -> None:
    """The shape of `DataService.browser_url`."""
    found = read_address(f"{base}/{quote(project, safe='')}/_release?releaseId={number}&_a=release-summary")
    assert (found.release_id, project_within(found, base)) == (number, project)


@pytest.mark.parametrize(
    ("text", "expected"),
    [(TFS, True), (" HTTP://x", True), ("tfs01.example", False), ("init", False), ("ftp://x", False)],
)
def test_what_looks_like_a_link(text: str, expected: bool) -> None:
    assert is_link(text) is expected


@pytest.mark.parametrize(
    ("url", "host"),
    [
        (TFS, "tfs01.example"),
        ("http://A.example:8080/x", "a.example:8080"),
        ("http://a.example:80", "a.example"),
    ],
)
def test_the_host_as_it_is_told(url: str, host: str) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("url", "area", "base"),
    [
        (TFS, "release", TFS),
        (TFS, "identities", TFS),
        (TFS, "feeds", TFS),
        (CLOUD, "release", "https://vsrm.dev.azure.com/north"),
        (CLOUD, "identities", "https://vssps.dev.azure.com/north"),
        (CLOUD, "feeds", "https://feeds.dev.azure.com/north"),
        (CLOUD, "core", CLOUD),
        (CLOUD, "tasks", CLOUD),
        (CLOUD, "git", CLOUD),
        (CLOUD, "build", CLOUD),
        (CLOUD, "connections", CLOUD),
        (CLOUD, "location", CLOUD),
        (OLD_CLOUD, "core", OLD_CLOUD),
        (OLD_CLOUD, "release", "https://north.vsrm.visualstudio.com"),
        (OLD_CLOUD, "identities", "https://north.vssps.visualstudio.com"),
        (
            f"{OLD_CLOUD}/DefaultCollection",
            "release",
            "https://north.vsrm.visualstudio.com/DefaultCollection",
        ),
        ("https://dev.azure.com.example/x", "release", "https://dev.azure.com.example/x"),
        ("https://visualstudio.com.example/x", "release", "https://visualstudio.com.example/x"),
    ],
)
def test_the_host_of_an_area_follows_a_fixed_rule(url: str, area: str, base: str) -> None:
    assert base_of(url, area) == base
    assert is_services(url) == bool(organisation_of(url))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (TFS, ""),
        (CLOUD, ""),
        (OLD_CLOUD, ""),
        (f"{OLD_CLOUD}/DefaultCollection", ""),
        ("https://dev.azure.com", "must name the organisation"),
        ("https://vsrm.dev.azure.com/north", '"https://dev.azure.com/north"'),
        (f"{CLOUD}/Billing", '"https://dev.azure.com/north"'),
        ("https://north.vsrm.visualstudio.com", '"https://dev.azure.com/north"'),
        (f"{OLD_CLOUD}/Billing", '"https://dev.azure.com/north"'),
        ("https://visualstudio.com/x", "must name the organisation"),
    ],
)
def test_what_cannot_be_the_address_of_a_profile(url: str, words: str) -> None:
    assert words in profile_trouble(url)
    assert bool(words) == bool(profile_trouble(url))
