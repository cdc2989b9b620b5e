"""Every mistake in config.toml is named with its file, its key and what is allowed."""

from __future__ import annotations

import dataclasses
import os
import re
import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reltui import config
from reltui.config import Config, Notify, Policy, Profile, SecretSource, StagePolicy, StageRule, Ui
from reltui.errors import ConfigError
from reltui.model.comments import PLACES
from reltui.model.text import SafeText
from reltui.model.window import read_freeze, read_window
from reltui.ui.keys import keymap

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "config.example.toml"
PROFILE = '[profiles.tfs01]\nurl = "https://tfs01.example/tfs/Main"\nsecret = { env = "RELTUI_TFS01" }\n'


def load(folder: Path, text: str, mode: int = 0o600) -> Config:
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)
    return config.load(file)


def test_little_is_needed(tmp_path: Path) -> None:
    found = load(tmp_path, PROFILE)
    assert found == Config(
        profiles={
            "tfs01": Profile("tfs01", "https://tfs01.example/tfs/Main", SecretSource(env="RELTUI_TFS01"))
        },
        default=("tfs01",),
        file=tmp_path / "config.toml",
    )


def test_an_empty_file_is_no_profile(tmp_path: Path) -> None:
    assert load(tmp_path, "") == Config(file=tmp_path / "config.toml")


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    assert load(tmp_path, "\ufeff" + PROFILE).default == ("tfs01",)


def test_the_example_loads_and_names_every_key(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    found = load(tmp_path, text)
    assert found.default == ("tfs01",)
    assert (found.policy, found.notify, found.ui, found.keys) == (Policy(), Notify(), Ui(), {})
    raw = tomllib.loads(text)

    def names(of: type[Config | Profile | Policy | StageRule | Notify | Ui | SecretSource]) -> set[str]:
        return {field.name for field in dataclasses.fields(of)}

    assert set(raw) == names(Config) - {"file"}
    assert set(raw["profiles"]["tfs01"]) == names(Profile) - {"name"}
    assert set(raw["policy"]) == names(Policy)
    assert set(raw["stage"][0]) == names(StageRule)
    assert set(raw["notify"]) == names(Notify)
    assert set(raw["ui"]) == names(Ui)
    assert {source for profile in raw["profiles"].values() for source in profile["secret"]} == (
        names(SecretSource) - {"withheld"}
    )
    assert {profile.sign_in for profile in found.profiles.values()} <= set(config.SIGN_INS)
    for word in (*config.SIGN_INS, *config.SECRET_SOURCES, *(f"{{{place}}}" for place in PLACES)):
        assert word in text


def test_the_example_shows_the_defaults(tmp_path: Path) -> None:
    first = load(tmp_path, EXAMPLE.read_text(encoding="utf-8")).profiles["tfs01"]
    for field in dataclasses.fields(Profile):
        if field.default is not dataclasses.MISSING and field.name != "protected":
            assert getattr(first, field.name) == field.default, field.name


def broken(change: str = "", **keys: str) -> str:
    """A profile with the keys given put in or replaced, and `change` after it."""
    lines = {"url": '"https://tfs01.example/tfs/Main"', "secret": '{ env = "X" }'} | keys
    body = "".join(f"{key} = {value}\n" for key, value in lines.items() if value)
    return f"[profiles.tfs01]\n{body}{change}"


def stage(change: str = "", **keys: str) -> str:
    """A table of rules for stages with the keys given."""
    body = "".join(f"{key} = {value}\n" for key, value in ({"name": '"PROD*"'} | keys).items())
    return f"[[stage]]\n{body}{change}"


MISTAKES = [
    # text, key named, words said
    ("defaults = []", "defaults", 'Did you mean "default"?'),
    ("hello = 1", "hello", "Allowed here: default, profiles, policy, stage, notify, keys, ui."),
    ("default = 1", "default", "list of texts"),
    ('default = ["tfs02"]\n' + PROFILE, "default", "add [profiles.tfs02]"),
    ('default = ["tfs01", "tfs01"]\n' + PROFILE, "default", "twice"),
    ("default = []\n" + PROFILE, "default", "at least one profile of: tfs01"),
    ("profiles = 1", "profiles", "must be a table, such as [profiles]"),
    ("[profiles]\ntfs01 = 1", "profiles.tfs01", "such as [profiles.tfs01]"),
    (PROFILE.replace("tfs01]", '"a/b"]'), "profiles.a/b", "letters, digits"),
    (PROFILE.replace("tfs01]", '".."]'), "profiles...", "letters, digits"),
    (PROFILE.replace("tfs01]", '""]'), "profiles.", "letters, digits"),
    (broken(url=""), "profiles.tfs01.url", "is missing"),
    (broken(secret=""), "profiles.tfs01.secret", "is missing"),
    (broken(readonly="true"), "profiles.tfs01.readonly", 'Did you mean "read_only"?'),
    (broken(sign_in='"kerberos"'), "profiles.tfs01.sign_in", "one of: pat, basic, bearer"),
    (broken(sign_in='"negotiat"'), "profiles.tfs01.sign_in", 'Did you mean "negotiate"?'),
    (broken(sign_in='"ntlm"'), "profiles.tfs01.user", 'needed with sign_in = "ntlm"'),
    (broken(folders='"A"'), "profiles.tfs01.folders", "list of texts"),
    (broken(folders='["A/B"]'), "profiles.tfs01.folders", "with backslashes"),
    (broken(favourites="[1]"), "profiles.tfs01.favourites", "list of texts"),
    (broken(client_cert='"me.pem"'), "profiles.tfs01.client_cert", "whole path"),
    (broken(proxy="1"), "profiles.tfs01.proxy", "text in quotes"),
    (broken(proxy='"off"'), "profiles.tfs01.proxy", 'must be "environment", "none"'),
    (broken(proxy='"proxy:8080"'), "profiles.tfs01.proxy", "http://proxy.example:8080"),
    (broken(proxy='"http://p:99999"'), "profiles.tfs01.proxy", "http://proxy.example:8080"),
    (broken(sign_in="1"), "profiles.tfs01.sign_in", "text in quotes"),
    (broken(sign_in='"basic"'), "profiles.tfs01.user", "is needed"),
    (broken(sign_in='"basic"', user='"a:b"'), "profiles.tfs01.user", "colon"),
    (broken(projects='"Billing"'), "profiles.tfs01.projects", "list of texts"),
    (broken(projects='[""]'), "profiles.tfs01.projects", "none of them empty"),
    (broken(protected="[1]"), "profiles.tfs01.protected", "list of texts"),
    (broken(read_only='"yes"'), "profiles.tfs01.read_only", "true or false"),
    (broken(allow_http="1"), "profiles.tfs01.allow_http", "true or false"),
    (broken(ca_file="[]"), "profiles.tfs01.ca_file", "text in quotes"),
    (broken(ca_file='"ca.pem"'), "profiles.tfs01.ca_file", "whole path"),
    (broken(secret='{ file = "token" }'), "profiles.tfs01.secret.file", "whole path"),
    (broken(url="1"), "profiles.tfs01.url", "text in quotes"),
    (broken(url='"tfs01.example"'), "profiles.tfs01.url", "must look like"),
    (broken(url='"ftp://tfs01.example/x"'), "profiles.tfs01.url", "must look like"),
    (broken(url='"https://"'), "profiles.tfs01.url", "must look like"),
    (broken(url='"https://[::1/x"'), "profiles.tfs01.url", "not an address"),
    (broken(url='"https://h:99999/x"'), "profiles.tfs01.url", "not an address"),
    (broken(url='"https://h/x?y=1"'), "profiles.tfs01.url", "must not hold"),
    (broken(url='"https://h/x#y"'), "profiles.tfs01.url", "must not hold"),
    (broken(url='"https://h/my collection"'), "profiles.tfs01.url", "%20"),
    (broken(url='"https://dev.azure.com/"'), "profiles.tfs01.url", "must name the organisation"),
    (broken(url='"https://vsrm.dev.azure.com/x"'), "profiles.tfs01.url", "https://dev.azure.com/x"),
    (broken(url='"http://tfs01.example/x"'), "profiles.tfs01.url", "unencrypted"),
    (broken(url='"https://h/x?"'), "profiles.tfs01.url", "must not hold"),
    (broken(url='"https://h/x#"'), "profiles.tfs01.url", "must not hold"),
    (broken(url="'https://h\\tfs\\x'"), "profiles.tfs01.url", "must look like"),
    (broken(url='"https://h:0/x"'), "profiles.tfs01.url", "must look like"),
    (broken(url='"https://10.1.2.300/x"'), "profiles.tfs01.url", "must look like"),
    (broken(url='"https://a<b/x"'), "profiles.tfs01.url", "must look like"),
    (broken(url='"https://h/tfs/../x"'), "profiles.tfs01.url", "collection alone"),
    (broken(url='"https://h/tfs/x/Portal/_release"'), "profiles.tfs01.url", "collection alone"),
    (broken(url='"https://visualstudio.com/x"'), "profiles.tfs01.url", "must name the organisation"),
    (broken(proxy='"http://p p:8080"'), "profiles.tfs01.proxy", "http://proxy.example:8080"),
    (broken(proxy='"http://p:8080#x"'), "profiles.tfs01.proxy", "http://proxy.example:8080"),
    (broken(ca_file='"/x\\u0000.pem"'), "profiles.tfs01.ca_file", "control characters"),
    (broken(client_cert='"/x\\u0000"'), "profiles.tfs01.client_cert", "control characters"),
    (broken(secret='{ file = "/x\\u0000" }'), "profiles.tfs01.secret.file", "control characters"),
    (broken(sign_in='"ntlm"', user='"LAB\\nora"'), "profiles.tfs01.user", "control characters"),
    (broken(sign_in='"negotiate"'), "profiles.tfs01.user", "is needed with secret"),
    (broken(sign_in='"negotiate"', user='"dana"', secret=""), "profiles.tfs01.secret", "needed with user"),
    (broken(expires="2027-01-31T12:00:00"), "profiles.tfs01.expires", "text in quotes"),
    (broken(token='"x"'), "profiles.tfs01.token", "no secret stands here"),
    (broken(secret='"topsecret"'), "profiles.tfs01.secret", 'such as { env = "RELTUI_TFS01" }'),
    (broken(secret="{}"), "profiles.tfs01.secret", "one source of: env, file, command"),
    (broken(secret='{ env = "A", file = "b" }'), "profiles.tfs01.secret", "one source of"),
    (broken(secret='{ vault = "A" }'), "profiles.tfs01.secret.vault", "Allowed here"),
    (broken(secret='{ keyring = "" }'), "profiles.tfs01.secret.keyring", "must not be empty"),
    (broken(secret="{ prompt = false }"), "profiles.tfs01.secret.prompt", "must be true"),
    (broken(secret="{ env = 1 }"), "profiles.tfs01.secret.env", "text in quotes"),
    (broken(secret='{ env = "" }'), "profiles.tfs01.secret.env", "must not be empty"),
    (broken(secret='{ file = "" }'), "profiles.tfs01.secret.file", "must not be empty"),
    (broken(secret='{ command = "pass show x" }'), "profiles.tfs01.secret.command", "list of texts"),
    (broken(secret="{ command = [] }"), "profiles.tfs01.secret.command", "must name a program"),
    (broken(secret='{ command = ["./pass"] }'), "profiles.tfs01.secret.command", "or its whole path"),
    (broken(secret='{ command = ["bin/pass", "x"] }'), "profiles.tfs01.secret.command", "or its whole path"),
    ("policy = 1", "policy", "such as [policy]"),
    ("[policy]\nhold = 1", "policy.hold", "Allowed here: hold_seconds"),
    ("[policy]\nhold_seconds = -1", "policy.hold_seconds", "from 0 to 60"),
    ("[policy]\nhold_seconds = 61", "policy.hold_seconds", "from 0 to 60"),
    ("[policy]\nhold_seconds = nan", "policy.hold_seconds", "from 0 to 60"),
    ("[policy]\nhold_seconds = true", "policy.hold_seconds", "from 0 to 60"),
    ('[policy]\nhold_seconds = "5"', "policy.hold_seconds", "from 0 to 60"),
    ("stage = 1", "stage", "write [[stage]]"),
    ("stage = [1]", "stage[1]", "such as [[stage]]"),
    ("[stage]\nname = 'A'", "stage", "write [[stage]]"),
    ("[[stage]]\nnames = 'A'", "stage[1].names", 'Did you mean "name"?'),
    ("[[stage]]\nwindow = []", "stage[1].name", 'such as "PROD*"'),
    (stage() + stage("", name="''"), "stage[2].name", 'such as "PROD*"'),
    (stage(name="1"), "stage[1].name", "text in quotes"),
    (stage(profiles='["tfs01"]'), "stage[1].profiles", 'no profile "tfs01"'),
    (stage(comment="1"), "stage[1].comment", "text in quotes"),
    (stage(comment="'CHG('"), "stage[1].comment", "not a regular expression"),
    (stage(comment="'(a+)+b'"), "stage[1].comment", "take for ever"),
    (stage(comment="'" + "a" * 501 + "'"), "stage[1].comment", "longer than 500"),
    (stage(comment_help="'a number'"), "stage[1].comment_help", "explains comment"),
    (stage(comment='"A"', comment_help="1"), "stage[1].comment_help", "text in quotes"),
    (stage(templates='"{release}"'), "stage[1].templates", "list of texts"),
    (stage(templates='["{releese}"]'), "stage[1].templates", "Allowed here: {definition} {release} {stage}"),
    (stage(templates='["{?} {?}"]'), "stage[1].templates", "more than once"),
    (stage(window='"mon 18:00-22:00"'), "stage[1].window", "list of texts"),
    (stage(window='["moon 18:00-22:00"]'), "stage[1].window", "none of: mon, tue, wed"),
    (stage(window='["mon- 18:00-22:00"]'), "stage[1].window", "none of: mon, tue, wed"),
    (stage(window='["mon,,tue 18:00-22:00"]'), "stage[1].window", "none of: mon, tue, wed"),
    (stage(window='["mon 18-22"]'), "stage[1].window", 'such as "mon-thu 18:00-22:00"'),
    (stage(window='["mon 18:60-22:00"]'), "stage[1].window", "between 00:00 and 24:00"),
    (stage(window='["mon 18:00-24:01"]'), "stage[1].window", "between 00:00 and 24:00"),
    (stage(window='["mon 18:00-18:00"]'), "stage[1].window", "ends when it begins"),
    (stage(window='["mon 24:00-18:00"]'), "stage[1].window", "ends when it begins"),
    (stage(freeze="[2026-12-24]"), "stage[1].freeze", "list of texts"),
    (stage(freeze='["2026-12-32"]'), "stage[1].freeze", 'such as "2026-12-18..2027-01-04"'),
    (stage(freeze='["2026-12-24.."]'), "stage[1].freeze", 'such as "2026-12-18..2027-01-04"'),
    (stage(freeze='["2026-12-24..2026-12-23"]'), "stage[1].freeze", "ends before it begins"),
    (stage(freeze='["9999-12-31"]'), "stage[1].freeze", "years 2000 to 2199"),
    ("notify = 1", "notify", "such as [notify]"),
    ("[notify]\nring = 1", "notify.ring", "Allowed here: bell, title, osc9, before_expiry."),
    ("[notify]\nbell = 1", "notify.bell", "true or false"),
    ("[notify]\ntitle = 1", "notify.title", "true or false"),
    ("[notify]\nosc9 = 1", "notify.osc9", "true or false"),
    ("[notify]\nbefore_expiry = '1h'", "notify.before_expiry", "list of texts"),
    ("[notify]\nbefore_expiry = [3600]", "notify.before_expiry", "list of texts"),
    ("[notify]\nbefore_expiry = ['1w']", "notify.before_expiry", 'such as "10m"'),
    ("[notify]\nbefore_expiry = ['0m']", "notify.before_expiry", 'such as "10m"'),
    ("ui = []", "ui", "such as [ui]"),
    ("[ui]\ncolour = 1", "ui.colour", "Allowed here"),
    ("[ui]\nascii = 1", "ui.ascii", "true or false"),
    ("[ui]\nmouse = 0", "ui.mouse", "true or false"),
    ("[ui]\nslow = 1", "ui.slow", "true or false"),
    ('[ui]\ntheme = "drak"', "ui.theme", 'Did you mean "dark"?'),
    ('[ui]\ntheme = "solarized"', "ui.theme", "one of: dark, light, plain."),
    ("[ui]\nrefresh_seconds = 4", "ui.refresh_seconds", "from 5 to 3600"),
    ("[ui]\nrefresh_seconds = inf", "ui.refresh_seconds", "from 5 to 3600"),
    ("keys = []", "keys", "such as [keys]"),
    ("[keys]\nquit = 1", "keys.quit", "list of texts"),
    ('[keys]\nquit = ""', "keys.quit", "use [] to leave"),
    ('[keys]\nquit = ["q", ""]', "keys.quit", "none of them empty"),
    ('"a\\u001b[31m" = 1', "a?[31m", "Allowed here"),
]


@pytest.mark.parametrize(("text", "key", "words"), MISTAKES)
def test_a_mistake_is_named(tmp_path: Path, text: str, key: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    said = str(caught.value)
    place = re.escape(str(tmp_path / "config.toml"))
    assert re.match(rf"{place}(:[0-9]+)?: {re.escape(key)}: ", said)
    assert words in said
    assert said.isprintable()


@pytest.mark.parametrize(
    "text",
    [
        broken(url='"https://dana:hunter2@tfs01.example/x"'),
        broken(url='"https://dana:hunter2@[::1/x"'),
        broken(secret='"hunter2"'),
        broken(secret='{ token = "hunter2" }'),
        broken(pat='"hunter2"'),
        broken(proxy='"http://dana:hunter2@proxy.example"'),
        broken(proxy='"http://dana:hunter2@[::1"'),
    ],
)
def test_a_secret_in_the_wrong_place_is_not_repeated(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    assert "hunter2" not in str(caught.value)


LINES = [
    ("\n# first\n[policy]\n\nhold = 1", 5),
    ("[policy]\nhold_seconds = 99 # said\n[ui]", 2),
    ("[ui]\nascii = true\n[profiles.\"a.b\"]\nurl = '''\\n\\n'''\nsecret = {env = 'X'}", 4),
    (PROFILE + "projects = [\n  'A',\n  '',\n]\nread_only = true", 4),
    (PROFILE + "read_only = true\nprotected = 1", 5),
    (broken(secret="{ env = 'A B' }"), 3),
    (broken(secret=""), 1),
    (stage() + "\n" + stage("", window="['x']"), 6),
    ("policy.hold_seconds = 1\nui.theme = 'x'", 2),
    ('default = ["tfs02"]\n' + PROFILE, 1),
]


@pytest.mark.parametrize(("text", "line"), LINES)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    assert str(caught.value).startswith(f"{tmp_path / 'config.toml'}:{line}: ")


def test_a_wrong_key_of_the_keyboard_is_named_with_its_line(tmp_path: Path) -> None:
    found = load(tmp_path, '[ui]\n[keys]\nhelp = "F1"\nopen = "x"\n')
    with pytest.raises(
        ConfigError, match=r'config\.toml:3: keys\.help: "F1" is not a key; did you mean "f1"'
    ):
        keymap(found)
    found = load(tmp_path, '[keys]\nopen = "x"\nquits = "x"\n')
    with pytest.raises(ConfigError, match=r'config\.toml:3: keys\.quits: .* Did you mean "quit'):
        keymap(found)


@pytest.mark.parametrize("text", ["a = ", "[a", "a = 1\na = 2", "a = " + "1" * 5000, "[policy]\n[policy]"])
def test_broken_toml_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match="not valid TOML"):
        load(tmp_path, text)


@pytest.mark.parametrize("text", ["a = " + "[" * 5000, "a = " + "{a=" * 5000])
def test_what_is_nested_without_end_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match="too deep"):
        load(tmp_path, text)


def test_what_is_too_large_for_a_configuration_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="too large"):
        load(tmp_path, "#" * (config.LARGEST + 1))


def test_the_line_of_a_mistake_in_a_long_file_is_found_by_halves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    real = tomllib.loads

    def counted(text: str) -> dict[str, object]:
        read.append(text.count("\n"))
        return real(text)

    monkeypatch.setattr(tomllib, "loads", counted)
    with pytest.raises(ConfigError, match=r"config\.toml:1005: ui\.theme"):
        load(tmp_path, PROFILE + "# more\n" * 1000 + "[ui]\ntheme = 1\n" + "# more\n" * 1000)
    assert sum(read) < 40 * 2000


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("HTTPS://TFS01.Example/Tfs/Main/", "https://tfs01.example/Tfs/Main"),
        ("https://[2001:DB8::1]:8080/x", "https://[2001:db8::1]:8080/x"),
        ("https://dev.azure.com/Contoso", "https://dev.azure.com/Contoso"),
        ("https://tfs01.example/Gr%C3%B6%C3%9Fe%20A", "https://tfs01.example/Gr%C3%B6%C3%9Fe%20A"),
    ],
)
def test_scheme_and_host_count_in_lower_case_only(tmp_path: Path, url: str, kept: str) -> None:
    assert load(tmp_path, broken(url=f'"{url}"')).profiles["tfs01"].url == kept


@pytest.mark.parametrize("day", ['"2027-01-31"', "2027-01-31"])
def test_the_end_of_a_secret_is_a_day_with_or_without_quotes(tmp_path: Path, day: str) -> None:
    assert load(tmp_path, broken(expires=day)).profiles["tfs01"].expires == date(2027, 1, 31)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="There is no configuration file"):
        config.load(tmp_path / "absent.toml")
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        config.load(tmp_path)
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'a = "\xe4"')
    with pytest.raises(ConfigError, match="not UTF-8"):
        config.load(latin)


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "[::1]:1"])
def test_plain_http_to_this_machine_is_allowed(tmp_path: Path, host: str) -> None:
    assert load(tmp_path, broken(url=f'"http://{host}/x/"')).profiles["tfs01"].url == f"http://{host}/x"


def test_plain_http_elsewhere_needs_a_word(tmp_path: Path) -> None:
    profile = load(tmp_path, broken(url='"http://tfs01.example/x"', allow_http="true")).profiles["tfs01"]
    assert profile.allow_http


def test_keys_are_one_or_several_or_none(tmp_path: Path) -> None:
    found = load(tmp_path, '[keys]\nquit = "Q"\nhelp = ["?", "f1"]\nopen = []\n')
    assert found.keys == {"quit": ("Q",), "help": ("?", "f1"), "open": ()}


RULES = (
    stage(profiles='["tfs02"]', comment='"INC"', window="[]")
    + stage(comment='"CHG[0-9]{7}"', comment_help='"a change\\u0007number"', templates='["CHG{?}"]')
    + stage(name='"*"', comment='"any"', window='["Mon-Thu  18:00-22:00"]', freeze='["2026-12-24"]')
    + broken()
    + broken().replace("tfs01", "tfs02")
)
WEEK = (read_window("mon-thu 18:00-22:00"),)
HOLIDAYS = (read_freeze("2026-12-24"),)


def test_the_first_table_that_matches_and_says_something_counts(tmp_path: Path) -> None:
    found = load(tmp_path, RULES)
    first = StagePolicy("CHG[0-9]{7}", SafeText("a change␇number"), (SafeText("CHG{?}"),), WEEK, HOLIDAYS)
    assert found.policy_of("tfs01", "Prod-EU") == first
    # the pattern and its explanation are of one table
    other = StagePolicy("INC", templates=first.templates, freezes=HOLIDAYS)
    assert found.policy_of("tfs02", "PROD") == other
    assert found.policy_of("tfs02", "Test") == StagePolicy("any", windows=WEEK, freezes=HOLIDAYS)
    assert Config().policy_of("tfs01", "PROD") == StagePolicy()


@pytest.mark.parametrize(
    ("pattern", "stage", "expected"),
    [
        ("prod*", "PROD-EU", True),
        ("PROD?", "prod", False),
        ("prod [eu]", "PROD [EU]", True),
        ("prod [eu]", "PROD E", False),
        ("*", "", True),
    ],
)
def test_patterns_of_stage_names(pattern: str, stage: str, expected: bool) -> None:
    assert config.matches(pattern, stage) is expected


def test_warnings_before_an_expiry_are_in_seconds(tmp_path: Path) -> None:
    found = load(tmp_path, '[notify]\nbefore_expiry = ["10m", "2d", "1h", "60m"]\n').notify
    assert found == Notify(before_expiry=(172_800, 3600, 600))
    assert load(tmp_path, "[notify]\nbefore_expiry = []\n").notify.before_expiry == ()


COMMAND = broken(secret='{ command = ["pass", "show", "tfs01"] }')


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_can_change_names_no_command(tmp_path: Path, mode: int) -> None:
    with pytest.raises(ConfigError, match="chmod go-w"):
        load(tmp_path, COMMAND, mode)
    assert load(tmp_path, PROFILE, mode).profiles


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user_names_no_command(tmp_path: Path) -> None:
    load(tmp_path, COMMAND)
    os.chown(tmp_path / "config.toml", 12345, -1)
    with pytest.raises(ConfigError, match="belongs to another user"):
        config.load(tmp_path / "config.toml")


VALUES: st.SearchStrategy[object] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["", "x", "\x1b", "https://h/x"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["env", "y"]), inner),
    max_leaves=4,
)
NAMES = {
    "profiles": [field.name for field in dataclasses.fields(Profile)],
    "policy": ["hold_seconds"],
    "stage": ["name", "profiles", "comment", "comment_help", "templates", "window", "freeze"],
    "notify": ["bell", "title", "osc9", "before_expiry"],
    "ui": [field.name for field in dataclasses.fields(Ui)],
    "keys": ["quit", ""],
}


def table(name: str) -> st.SearchStrategy[object]:
    inner = st.dictionaries(st.sampled_from(NAMES[name]), VALUES)
    if name == "profiles":
        return VALUES | st.dictionaries(st.sampled_from(["a", "b"]), inner)
    return VALUES | (st.lists(inner, max_size=2) if name == "stage" else inner)


@given(st.fixed_dictionaries({}, optional={"default": VALUES} | {name: table(name) for name in NAMES}))
def test_any_values_give_a_configuration_or_a_sentence(raw: dict[str, object]) -> None:
    try:
        found = config._Reader(Path("config.toml")).config(raw)
    except ConfigError as error:
        said = str(error)
        assert said.startswith("config.toml: ")
        assert said.isprintable()
    else:
        assert bool(found.profiles) == bool(found.default)


@pytest.mark.parametrize(("value", "expected"), [(None, False), ("", False), ("0", False), ("1", True)])
def test_read_only_by_environment(monkeypatch: pytest.MonkeyPatch, value: str | None, expected: bool) -> None:
    if value is None:
        monkeypatch.delenv("RELTUI_READ_ONLY", raising=False)
    else:
        monkeypatch.setenv("RELTUI_READ_ONLY", value)
    assert config.is_read_only_environment() is expected


@pytest.mark.parametrize("value", ["abc-def", "1abc", "a b", "dG9rZW4=", "${TOKEN}", "é"])
def test_what_cannot_be_a_variable_is_refused_and_not_repeated(tmp_path: Path, value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, PROFILE.replace("RELTUI_TFS01", value))
    assert "profiles.tfs01.secret.env" in str(caught.value)
    assert value not in str(caught.value)
