"""Which server a link is of, and which names of servers are remembered."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from reltui.config import Config, Profile, SecretSource
from reltui.data.links import HostNames, places

MAIN = Profile("main", "https://tfs01.example/tfs/Main", SecretSource(env="A"))
TWIN = Profile("twin", "https://tfs02.example/tfs/Main", SecretSource(env="A"))
CLOUD = Profile("cloud", "https://dev.azure.com/north", SecretSource(env="A"))
UNUSED = Profile("unused", "https://tfs01.example/tfs/Other", SecretSource(env="A"))
CONFIG = Config(profiles={p.name: p for p in (MAIN, TWIN, CLOUD, UNUSED)}, default=("main", "twin", "cloud"))
TAIL = "Billing/_release?releaseId=5"


@pytest.mark.parametrize(
    ("link", "servers"),
    [
        (f"{MAIN.url}/{TAIL}", ["main"]),
        (f"{TWIN.url}/{TAIL}", ["twin"]),
        (f"http://TFS02.example:80/tfs/main/{TAIL}", ["twin"]),
        (f"https://public.example/tfs/Main/{TAIL}", ["main", "twin"]),
        (f"https://north.visualstudio.com/{TAIL}", ["cloud"]),
    ],
)
def test_the_profiles_that_may_be_meant(link: str, servers: list[str]) -> None:
    found = places(CONFIG, link)
    assert [place.server for place in found] == servers
    assert {place.project for place in found} == {"Billing"}
    assert all(place.is_same_host for place in found) is (len(servers) == 1)


@pytest.mark.parametrize(
    ("link", "words"),
    [
        (f"https://tfs01.example/tfs/Third/{TAIL}", "run: reltui init https://tfs01.example/tfs/Third"),
        (f"{UNUSED.url}/{TAIL}", "No profile in use has the collection"),
        (f"https://dev.azure.com/south/{TAIL}", "run: reltui init https://dev.azure.com/south"),
        ("https://dana:hunter2@tfs01.example/tfs/Main", "must not hold a user name"),
    ],
)
def test_a_link_that_leads_nowhere_is_told_in_a_sentence(link: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        places(CONFIG, link)
    assert "hunter2" not in str(caught.value)


def test_a_name_of_a_server_is_asked_once(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    names = HostNames(folder)
    main, twin = places(CONFIG, f"https://public.example/tfs/Main/{TAIL}")
    assert not names.is_known(main)
    names.keep(main)
    names.keep(main)
    assert HostNames(folder).is_known(main)
    assert not names.is_known(twin)
    assert not names.is_known(replace(main, host="evil.example"))
    assert json.loads((folder / "hosts.json").read_text()) == [["public.example", "tfs01.example"]]
    assert (folder / "hosts.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["", "{", "1", '{"a": 1}', '[1, ["a"], [1, 2]]', "[" * 5000])
def test_a_broken_file_of_names_asks_again(tmp_path: Path, text: str) -> None:
    (tmp_path / "hosts.json").write_text(text)
    tmp_path.chmod(0o700)
    [place] = places(replace(CONFIG, default=("main",)), f"https://public.example/tfs/Main/{TAIL}")
    names = HostNames(tmp_path)
    assert not names.is_known(place)
    names.keep(place)
    assert names.is_known(place)
