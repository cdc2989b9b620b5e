"""Where a link may stand on the command line, and where it is something else."""

from __future__ import annotations

import pytest

from reltui.arguments import parse
from reltui.cli import _chosen
from reltui.config import Config, Profile, SecretSource

LINK = "https://tfs01.example/tfs/Main/Billing/_release?releaseId=5"


@pytest.mark.parametrize(
    "arguments",
    [
        [LINK],
        [LINK, "--read-only"],
        ["--ascii", LINK, "--profile", "demo"],
        ["--profile", "demo", LINK],
        ["--profile", "inbox", LINK],
        ["--config", "demo", LINK.replace("https", "HTTPS")],
    ],
)
def test_a_link_stands_where_a_command_could(arguments: list[str]) -> None:
    parsed = parse(arguments)
    assert parsed.link.lower() == LINK.lower()
    assert parsed.command is None
    assert bool(parsed.profile) is ("--profile" in arguments)


def test_behind_a_command_it_is_of_that_command() -> None:
    parsed = parse(["init", LINK, "--config", "x.toml"])
    assert (parsed.link, parsed.command, parsed.address) == ("", "init", LINK)
    parsed = parse(["approve", "5", "--comment", LINK])
    assert (parsed.link, parsed.comment) == ("", LINK)


@pytest.mark.parametrize("arguments", [["demo", LINK], ["inbox", LINK], [LINK, LINK], ["tfs01.example"]])
def test_elsewhere_it_is_a_mistake(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        parse(arguments)
    assert caught.value.code == 2
    assert "usage: reltui" in capsys.readouterr().err


def test_without_one_it_is_empty() -> None:
    assert parse([]).link == ""


@pytest.mark.parametrize(
    "given",
    [
        [],
        ["--ascii", "--mouse", "--read-only"],
        ["--profile", "demo", "--profile", "inbox"],
        ["--config", "x.toml", "--screen", "releases"],
        ["--screen", "live"],
    ],
)
def test_without_a_command_none_is_described_and_nothing_else_differs(given: list[str]) -> None:
    parsed = vars(parse(given))
    with_command = vars(parse([*given, "journal"]))
    assert parsed["command"] is None
    assert {k: v for k, v in with_command.items() if k in parsed and k != "command"} == {
        k: v for k, v in parsed.items() if k != "command"
    }


@pytest.mark.parametrize("given", [["journl"], ["--ascii", "journl"], ["--screen", "releases", "journl"]])
def test_a_mistyped_command_is_told_with_those_there_are(
    given: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parse(given)
    assert "journal" in capsys.readouterr().err


def test_a_profile_that_is_named_twice_is_one() -> None:
    profile = Profile("a", "https://tfs01.example/x", SecretSource(env="X"))
    config = Config(profiles={"a": profile, "b": profile}, default=("b",))
    assert _chosen(config, ["a", "b", "a"]).default == ("a", "b")
