"""The steps to a first configuration, against the embedded server, and the file that they lead to."""

from __future__ import annotations

import os
import ssl
import stat
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reltui import config
from reltui.config import Config, Profile, SecretSource
from reltui.data import first_minute
from reltui.data.first_minute import Answers
from reltui.demo.tls import KNOWN, _Maker
from reltui.errors import ConfigError, FolderError, Malformed, NotFound, NotSignedIn, Unreachable
from reltui.model.address import read_address
from tests.service.scripted import in_loop, response, saying, scripted
from tests.support import SHORT, serving, token_name

TFS = Answers(read_address("https://tfs01.example/tfs/Main"), secret=SecretSource(env="RELTUI_TFS01"))


@pytest.mark.parametrize(
    ("generation", "ways"),
    [
        ("tfs-2018", ["pat", "ntlm", "basic"]),
        ("server-2022", ["pat", "ntlm", "basic"]),
    ],
)
@in_loop
async def test_what_a_server_offers_is_found_by_asking(generation: str, ways: list[str]) -> None:
    async with serving(generation=generation) as demo:
        knocked = await first_minute.knock(Answers(read_address(demo.url)), timing=SHORT)
    assert [way.sign_in for way in knocked.ways] == ways
    assert "NTLM" in knocked.told


@pytest.mark.parametrize(
    ("header", "ways"),
    [
        ('Basic realm="Negotiate, Bearer x"', ["pat", "basic"]),
        ("Negotiate, NTLM", ["pat", "negotiate", "ntlm"]),
        ("Negotiate", ["pat", "negotiate", "ntlm"]),
        (
            'Bearer authorization_uri="https://login.example/x", Basic realm="a\\"b, NTLM"',
            ["pat", "bearer", "basic"],
        ),
        ("", ["pat", "negotiate", "ntlm", "basic"]),
    ],
)
@in_loop
async def test_the_schemes_are_read_from_the_401(header: str, ways: list[str]) -> None:
    headers = [f"WWW-Authenticate: {header}"] if header else []
    async with scripted(saying(response(b"{}", "401 Unauthorized", *headers))) as server:
        address = read_address(f"http://127.0.0.1:{server.port}/tfs/Main")
        knocked = await first_minute.knock(Answers(address), timing=SHORT)
    assert [way.sign_in for way in knocked.ways] == ways
    assert [seen.method for seen in server.seen] == ["OPTIONS"]
    assert "authorization" not in server.seen[0].headers


@in_loop
async def test_nobody_there_is_told() -> None:
    async with scripted(saying(response())) as server:
        port = server.port
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1 cannot be reached"):
        await first_minute.knock(Answers(read_address(f"http://127.0.0.1:{port}/tfs/Main")), timing=SHORT)


@in_loop
async def test_an_authority_that_nobody_knows_can_be_named(tmp_path: Path) -> None:
    maker = _Maker()
    pair, authority = tmp_path / "pair.pem", tmp_path / "authority.pem"
    pair.write_text(maker.signed("north", KNOWN), encoding="ascii")
    authority.write_text(maker.authority(KNOWN)[0], encoding="ascii")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair)
    refused = response(b"{}", "401 Unauthorized", "WWW-Authenticate: NTLM")
    async with scripted(saying(refused), server_tls=context) as server:
        answers = Answers(read_address(f"https://127.0.0.1:{server.port}/tfs/Main"))
        with pytest.raises(Unreachable, match="does not know") as caught:
            await first_minute.knock(answers, timing=SHORT)
        assert first_minute.wants_authority(caught.value)
        file = first_minute.authority_of(f" {authority} ")
        named = replace(answers, ca_file=file, secret=SecretSource(env="A"))
        assert (await first_minute.knock(named, timing=SHORT)).ways
    assert f'ca_file = "{authority}"' in first_minute.plan(named, tmp_path / "config.toml").after
    with pytest.raises(ValueError, match="whole path"):
        first_minute.authority_of("authority.pem")


@in_loop
async def test_a_command_that_holds_the_secret_is_refused() -> None:
    async with serving() as demo:
        command = SecretSource(command=("echo", demo.token))
        with pytest.raises(ConfigError, match="name where it is kept") as caught:
            await first_minute.enter(Answers(read_address(demo.url), secret=command), timing=SHORT)
        assert demo.token not in str(caught.value)
        assert sum(demo.service.ledger.reads.values()) == 0


def test_what_is_left_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELTUI_TEST_SET", "x")

    def left(source: SecretSource, *, typed: bool = True) -> str:
        return first_minute.left_to_do(replace(TFS, secret=source).profile("tfs01"), typed=typed)

    assert "export RELTUI_TEST_UNSET" in left(SecretSource(env="RELTUI_TEST_UNSET"))
    assert left(SecretSource(env="RELTUI_TEST_SET")) == ""
    assert "umask 077" in left(SecretSource(file=str(tmp_path / "absent")))
    assert left(SecretSource(file=str(tmp_path))) == ""
    assert "keyring set 'reltui x' 'tfs01'" in left(SecretSource(keyring="reltui x"))
    assert left(SecretSource(keyring="reltui x"), typed=False) == ""
    assert left(SecretSource(prompt=True)) == ""


@in_loop
async def test_signing_in_finds_person_generation_and_projects() -> None:
    async with serving(generation="server-2020") as demo:
        name = token_name(demo)
        os.environ[name] = demo.token
        answers = Answers(read_address(demo.url), secret=SecretSource(env=name))
        found = await first_minute.enter(answers, timing=SHORT)
        typed = await first_minute.enter(
            Answers(read_address(demo.url), secret=SecretSource(prompt=True)), demo.token, timing=SHORT
        )
        assert demo.service.ledger.entries == []
    assert found == typed
    assert (found.url, found.generation, found.me.name) == (demo.url, "server-2020", "Dana Reyes")
    assert [p.name for p in found.projects] == sorted(p.name for p in found.projects)
    assert len(found.projects) == 6


@in_loop
async def test_a_link_to_a_page_leads_to_its_collection() -> None:
    async with serving() as demo:
        answers = Answers(read_address(f"{demo.url}/Billing/Team/_release?releaseId=5"))
        found = await first_minute.enter(answers, demo.token, timing=SHORT)
        assert found.url == demo.url
        host = demo.url.rpartition("/tfs/")[0]
        # Where the first of the collections that may be meant is not there, the next one is tried.
        ambiguous = Answers(replace(answers.address, candidates=(f"{host}/Billing", demo.url)))
        assert (await first_minute.enter(ambiguous, demo.token, timing=SHORT)).url == demo.url
        with pytest.raises((NotFound, Malformed)):
            await first_minute.enter(Answers(read_address(f"{host}/tfs/Nowhere")), demo.token, timing=SHORT)


@in_loop
async def test_a_wrong_secret_is_sent_once() -> None:
    async with serving() as demo:
        address = replace(read_address(demo.url), candidates=(demo.url, f"{demo.url}2"))
        before = sum(demo.service.ledger.reads.values())
        with pytest.raises(NotSignedIn):
            await first_minute.enter(Answers(address, sign_in="basic", user="dana"), "hunter2", timing=SHORT)
        assert sum(demo.service.ledger.reads.values()) == before + 1


@in_loop
async def test_a_source_without_a_secret_says_what_to_do() -> None:
    async with serving() as demo:
        answers = Answers(read_address(demo.url), secret=SecretSource(env="RELTUI_TEST_UNSET"))
        with pytest.raises(ConfigError, match=r"^The environment variable RELTUI_TEST_UNSET gives no secret"):
            await first_minute.enter(answers, timing=SHORT)


# The file


def test_a_new_file_loads_and_is_private(tmp_path: Path) -> None:
    file = tmp_path / "new" / "reltui" / "config.toml"
    planned = first_minute.plan(replace(TFS, projects=("Billing", "Portal")), file)
    assert planned.before is None
    assert "\n".join(planned.lines()) + "\n" == planned.after
    assert not file.exists()
    old = os.umask(0)
    try:
        first_minute.save(planned)
    finally:
        os.umask(old)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    found = config.load(file)
    assert found.default == ("tfs01",)
    assert found.profiles["tfs01"] == Profile(
        "tfs01",
        "https://tfs01.example/tfs/Main",
        SecretSource(env="RELTUI_TFS01"),
        projects=("Billing", "Portal"),
        protected=("PROD*",),
    )


OLD = """\
# mine
default = [
  "a",  # first
]

[profiles.a]  # the old one
url = "https://a.example/Main"
secret = { env = "A" }

[keys]
open = "x"
"""


@pytest.mark.parametrize(
    ("text", "default"),
    [
        (OLD, ["a", "tfs01"]),
        (OLD.replace('default = [\n  "a",  # first\n]\n', ""), ["a", "tfs01"]),
        ("[ui]\nascii = true\n", ["tfs01"]),
        ("# nothing yet\n", ["tfs01"]),
        ('profiles.a = { url = "https://a.example/M", secret = { env = "A" } }', ["a", "tfs01"]),
        ('profiles = { a = { url = "https://a.example/M", secret = { env = "A" } } }', ["a", "tfs01"]),
        (OLD.replace("\n", "\r\n"), ["a", "tfs01"]),
    ],
)
def test_a_present_file_keeps_all_it_had(tmp_path: Path, text: str, default: list[str]) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8", newline="")
    before = tomllib.loads(text)
    planned = first_minute.plan(TFS, file)
    assert file.read_bytes().decode() == text
    first_minute.save(planned)
    after = tomllib.loads(file.read_text())
    assert after.pop("default") == default
    assert after["profiles"].pop("tfs01")["url"] == TFS.address.collection_url
    before.pop("default", None)
    before.setdefault("profiles", {})
    assert after == before
    config.load(file)
    for comment in (part.partition("#")[2] for part in text.splitlines() if "#" in part):
        assert comment in file.read_text() or comment == " first"


def test_the_ends_of_lines_and_a_mark_of_windows_stay(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    before = b"\xef\xbb\xbf" + OLD.replace("\n", "\r\n").encode()
    file.write_bytes(before)
    planned = first_minute.plan(TFS, file)
    first_minute.save(planned)
    after = file.read_bytes()
    assert after.startswith(b"\xef\xbb\xbf")
    assert after.count(b"\n") == after.count(b"\r\n") == planned.after.count("\n")
    assert set(config.load(file).profiles) == {"a", "tfs01"}


def test_the_difference_is_shown_and_nothing_else_changes(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(OLD)
    lines = first_minute.plan(TFS, file).lines()
    gone = [line for line in lines if line.startswith("-")]
    assert gone == ['-  "a",  # first']
    assert '+    "tfs01",' in lines
    assert "+[profiles.tfs01]" in lines
    assert not any("[keys]" in line for line in gone)


def test_a_file_that_was_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    planned = first_minute.plan(TFS, file)
    file.write_text(OLD)
    with pytest.raises(FolderError, match="was changed meanwhile"):
        first_minute.save(planned)
    assert file.read_text() == OLD


def test_a_file_behind_a_link_is_written_where_it_is(tmp_path: Path) -> None:
    real, file = tmp_path / "dotfiles.toml", tmp_path / "config.toml"
    real.write_text(OLD)
    file.symlink_to(real)
    first_minute.save(first_minute.plan(TFS, file))
    assert file.is_symlink()
    assert "tfs01" in real.read_text()


def test_a_file_with_a_mistake_is_named_and_not_touched(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[ui]\nasci = true\n")
    with pytest.raises(ConfigError, match=r'config\.toml:2: ui\.asci: .* Did you mean "ascii"'):
        first_minute.plan(TFS, file)


@pytest.mark.parametrize(
    ("url", "names"),
    [
        ("https://tfs01.corp.example/tfs/Main", ["tfs01", "tfs01-main", "tfs01-2"]),
        ("https://dev.azure.com/North%20Harbour", ["north-harbour"]),
        ("https://north.visualstudio.com", ["north"]),
        ("https://10.0.0.7:8080/tfs/Main", ["10-0-0-7"]),
        ("https://[::1]/Main", ["1"]),
    ],
)
def test_a_name_for_the_profile(url: str, names: list[str]) -> None:
    known = Config()
    for name in names:
        assert first_minute.free_name(known, url) == name
        known = replace(known, profiles={**known.profiles, name: Profile(name, url, SecretSource(env="A"))})


@pytest.mark.parametrize(
    ("kind", "typed", "source"),
    [
        ("env", " RELTUI_X ", SecretSource(env="RELTUI_X")),
        ("file", "~/token", SecretSource(file="~/token")),
        ("command", "pass show 'a b'", SecretSource(command=("pass", "show", "a b"))),
        ("keyring", "reltui x", SecretSource(keyring="reltui x")),
        ("prompt", "", SecretSource(prompt=True)),
    ],
)
def test_where_the_secret_is(kind: str, typed: str, source: SecretSource) -> None:
    assert first_minute.source_of(kind, typed) == source


@pytest.mark.parametrize(
    ("kind", "typed", "words"),
    [
        ("env", "hunter2-not-a-name", "It must be the name of an environment variable"),
        ("env", "hunter2" * 8, "may be the secret itself"),
        ("keyring", "hunter2" * 8, "may be the secret itself"),
        ("file", "hunter2", "It must be a whole path"),
        ("command", "echo 'hunter2", "A quote is not closed"),
        ("command", "./hunter2 x", "It must begin with the name of a program"),
        ("command", "'' hunter2", "It must be a list of texts"),
        ("env", " ", "Type something first"),
    ],
)
def test_a_place_that_cannot_be_is_told_and_not_repeated(kind: str, typed: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        first_minute.source_of(kind, typed)
    assert "hunter2" not in str(caught.value)


TEXTS = st.text(st.characters(categories=["L", "N", "P", "Zs", "Cc"]), min_size=1, max_size=12)


@given(
    st.lists(TEXTS, max_size=3),
    st.sampled_from(["", OLD, "[ui]\nslow = true", "default = []\n"]),
    st.sampled_from(
        [SecretSource(prompt=True), SecretSource(command=("a", "b c")), SecretSource(keyring="x")]
    ),
)
def test_what_is_written_reads_back_as_it_was_meant(
    projects: list[str], text: str, secret: SecretSource
) -> None:
    profile = replace(TFS, projects=tuple(projects), secret=secret).profile("tfs01")
    after = first_minute.added(text, profile)
    found = config.read(after, Path("config.toml"))
    written = found.profiles["tfs01"]
    assert replace(written, secret=replace(written.secret, withheld=frozenset())) == profile
    assert "tfs01" in found.default
