"""config.toml <-> typed Config; every mistake is named with its file, its key and the values allowed."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import field, fields, replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from reltui.config_reader import Reader, mistake
from reltui.errors import ConfigError
from reltui.model.address import is_host, profile_trouble
from reltui.model.comments import pattern_trouble, template_trouble
from reltui.model.text import SafeText, clean
from reltui.model.values import dataclass
from reltui.model.window import Freeze, Window, read_freeze, read_window

SIGN_INS = ("pat", "basic", "bearer", "negotiate", "ntlm")
WITH_USER = ("basic", "ntlm")
"""These ways to sign in need the name of the account."""
IN_PLAIN = ("pat", "token", "password")
"""Keys that are taken for places of the secret itself."""
SECRET_SOURCES = ("env", "file", "command", "keyring", "prompt")
PROXIES = ("environment", "none")
"""What `proxy` may be besides an address."""
THEMES = ("dark", "light", "plain")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
"""The name of an environment variable, whole."""
LARGEST = 2**22
"""Bytes of a configuration file; a larger one is none."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")
UNITS = {"m": 60, "h": 3600, "d": 86_400}
BEFORE_EXPIRY = (3600, 600)
_TIME_SPAN = re.compile(r"([1-9][0-9]{0,3})([mhd])")


@dataclass(frozen=True, slots=True)
class SecretSource:
    """Where a secret comes from. Never the secret itself."""

    env: str = ""
    """Name of an environment variable."""
    file: str = ""
    """A file that only its owner may read; its first line is the secret."""
    command: tuple[str, ...] = ()
    """A program and its arguments, run without a shell; the first line it prints is the secret."""
    keyring: str = ""
    """The name under which the system's keyring holds the secret."""
    prompt: bool = False
    """A person is asked for it; it is kept in memory only."""
    withheld: frozenset[str] = frozenset()
    """Environment variables with secrets of other profiles, which the program does not see."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One collection on one server, and how to sign in to it."""

    name: str
    url: str
    """Address of the collection (on premises) or organisation (Services), without a slash at the end."""
    secret: SecretSource
    """None of its sources is named where `sign_in` needs no secret: Negotiate with a ticket."""
    sign_in: str = "pat"
    user: str = ""
    """Account name; needed for sign_in = "basic" and "ntlm"."""
    projects: tuple[str, ...] = ()
    """Names of the projects to show; empty means all."""
    folders: tuple[str, ...] = ()
    """Folders of definitions to list, with those below; empty means all. Approvals are never left out."""
    favourites: tuple[str, ...] = ()
    """Patterns (*, ?) of names of definitions that stand first, besides those marked on the screens."""
    protected: tuple[str, ...] = ()
    """Patterns (*, ?) of stage names that ask for their name before a decision; case does not matter."""
    read_only: bool = False
    ca_file: str = ""
    """A PEM file of certificate authorities to trust besides the system's."""
    client_cert: str = ""
    """A PEM file with a certificate of the person's own and its key, which only its owner may read."""
    proxy: str = "environment"
    """environment, none, or the address of a proxy."""
    expires: date | None = None
    """The last day on which the secret is good, where a person knows it."""
    allow_http: bool = False
    """Send the secret over plain http to a host other than this machine; shown in the header."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How decisions are handled."""

    hold_seconds: float = 5.0
    """How long a confirmed decision waits here, where U takes it back. 0 to 60."""


@dataclass(frozen=True, slots=True)
class StageRule:
    """One table [[stage]]: rules for the stages that it matches. None: it says nothing of this."""

    name: str
    """Pattern (*, ?) of stage names; case does not matter."""
    profiles: tuple[str, ...] = ()
    """Only on these; empty means all."""
    comment: str | None = None
    """A regular expression; an approval's comment must hold a match."""
    comment_help: SafeText = SafeText("")
    """What `comment` wants, in words."""
    templates: tuple[SafeText, ...] | None = None
    """Comments to choose from; `model.comments.PLACES` between braces are filled in."""
    window: tuple[Window, ...] | None = None
    """When the stage may be changed; an empty one means always."""
    freeze: tuple[Freeze, ...] | None = None
    """Days on which it may not."""


@dataclass(frozen=True, slots=True)
class StagePolicy:
    """What is asked of a decision about one stage, from all tables that match it."""

    comment_pattern: str = ""
    """A regular expression, or empty; see `model.comments.missing`."""
    comment_help: SafeText = SafeText("")
    templates: tuple[SafeText, ...] = ()
    """For `model.comments.fill`."""
    windows: tuple[Window, ...] = ()
    """For `model.window.state`, with `freezes`."""
    freezes: tuple[Freeze, ...] = ()


@dataclass(frozen=True, slots=True)
class Notify:
    """How it tells that something new waits, or is about to expire."""

    bell: bool = True
    title: bool = True
    """The count of what waits, in the title of the terminal's window."""
    osc9: bool = False
    """A notification of the desktop, on terminals that know OSC 9."""
    before_expiry: tuple[int, ...] = BEFORE_EXPIRY
    """Seconds before an approval expires, longest first; empty means never."""


@dataclass(frozen=True, slots=True)
class Ui:
    """How it looks and how often it asks."""

    ascii: bool = False
    mouse: bool = False
    refresh_seconds: float = 30.0
    """Time between two refreshes of what is on screen. 5 to 3600."""
    theme: str = "dark"
    """Which of the terminal's colours are used: those for a dark or a light background, or none."""
    slow: bool = False
    """For a slow line: what changes by itself is drawn once a second at most, and time in larger steps."""
    saved_screen: bool = True
    """Keep the first screen, and show it at the next start until the living one is there."""


@dataclass(frozen=True, slots=True)
class Config:
    """The whole configuration."""

    profiles: Mapping[str, Profile] = field(default_factory=dict)
    default: tuple[str, ...] = ()
    """The profiles shown together; never empty when there is a profile."""
    policy: Policy = Policy()
    stage: tuple[StageRule, ...] = ()
    """Rules for stages; of those that match, the first that says something counts."""
    notify: Notify = Notify()
    ui: Ui = Ui()
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Action id to keys, as written; checked against the actions by `ui.keys`."""
    file: Path | None = None

    @property
    def secret_names(self) -> frozenset[str]:
        """The environment variables that hold secrets."""
        return frozenset(profile.secret.env for profile in self.profiles.values() if profile.secret.env)

    def policy_of(self, profile: str, stage: str) -> StagePolicy:
        """What is asked of a decision about a stage of a profile."""
        rules = [
            rule
            for rule in self.stage
            if (not rule.profiles or profile in rule.profiles) and matches(rule.name, stage)
        ]
        asking = next((rule for rule in rules if rule.comment is not None), None)
        return StagePolicy(
            comment_pattern=(asking.comment or "") if asking else "",
            comment_help=asking.comment_help if asking else SafeText(""),
            templates=next((rule.templates for rule in rules if rule.templates is not None), ()),
            windows=next((rule.window for rule in rules if rule.window is not None), ()),
            freezes=next((rule.freeze for rule in rules if rule.freeze is not None), ()),
        )


def matches(pattern: str, stage: str) -> bool:
    """Whether a pattern of stage names (*, ?) matches; case does not matter, and a bracket is a bracket."""
    return fnmatchcase(stage.casefold(), pattern.casefold().replace("[", "[[]"))


def child_environment(secret_names: Iterable[str]) -> dict[str, str]:
    """The environment for another program: without variables of ours, and without those with secrets."""
    withheld = frozenset(secret_names)
    return {k: v for k, v in os.environ.items() if k not in withheld and not k.startswith("RELTUI_")}


def load(file: Path) -> Config:
    """Read a configuration file.

    Raises ConfigError: the file cannot be read, is not TOML, or has a wrong key or value.
    """
    try:
        with file.open(encoding="utf-8-sig") as stream:
            text, found = stream.read(LARGEST + 1), os.fstat(stream.fileno())
    except FileNotFoundError:
        raise ConfigError(
            f"There is no configuration file {file}; reltui init asks for a server and writes one."
        ) from None
    except UnicodeDecodeError:
        raise ConfigError(f"{file} is not UTF-8 text; save it again as UTF-8.") from None
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}.") from None
    if len(text) > LARGEST:
        raise ConfigError(f"{file} is too large for a configuration; is it the right file?")
    config = read(text, file)
    if any(profile.secret.command for profile in config.profiles.values()):
        _check_author(file, found)
    return config


def read(text: str, file: Path) -> Config:
    """What the text of a configuration file says. Raises ConfigError: it is no TOML, or has a mistake."""
    try:
        raw = tomllib.loads(text)
    except ValueError as error:
        raise ConfigError(f"{file} is not valid TOML: {error}.") from None
    except RecursionError:
        raise ConfigError(f"{file} has brackets in brackets, too deep to be read.") from None
    return _Reader(file, text).config(raw)


def mistake_in(config: Config, key: str, sentence: str) -> ConfigError:
    """A mistake that is found after the file was read, named like any other."""
    try:
        text = config.file.read_text(encoding="utf-8-sig") if config.file is not None else ""
        tomllib.loads(text)
    except (OSError, ValueError):
        text = ""
    return mistake(config.file, text, key, sentence)


def _check_author(file: Path, found: os.stat_result) -> None:
    """Others must not be able to name a program that runs as this person (reliability.md G5)."""
    if os.name != "posix":
        return
    if found.st_uid not in (os.getuid(), 0):
        raise ConfigError(
            f"{file} names a command to run but belongs to another user (id {found.st_uid}). "
            f"Repair it: chown {os.getuid()} {file}"
        )
    if stat.S_IMODE(found.st_mode) & 0o022:
        raise ConfigError(
            f"{file} names a command to run but others can change it. Repair it: chmod go-w {file}"
        )


class _Reader(Reader):
    """The tables of the configuration, one method each."""

    def config(self, raw: Mapping[str, Any]) -> Config:
        self.known("", raw, ("default", "profiles", "policy", "stage", "notify", "keys", "ui"))
        tables = self.table("profiles", raw.get("profiles", {}))
        profiles = {name: self.profile(name, self.table(f"profiles.{name}", t)) for name, t in tables.items()}
        default = self.texts("default", raw.get("default", list(profiles)[:1]))
        for name in default:
            if name not in profiles:
                raise self.fail("default", f'there is no profile "{name}"; add [profiles.{name}].')
        if len(set(default)) < len(default):
            raise self.fail("default", "names a profile twice.")
        if profiles and not default:
            raise self.fail("default", f"must name at least one profile of: {', '.join(profiles)}.")
        secrets = frozenset(profile.secret.env for profile in profiles.values() if profile.secret.env)
        for name, profile in profiles.items():
            if profile.secret.command:
                profiles[name] = replace(profile, secret=replace(profile.secret, withheld=secrets))
        return Config(
            profiles=profiles,
            default=default,
            policy=self.policy(self.table("policy", raw.get("policy", {}))),
            stage=self.stages(raw.get("stage", []), profiles),
            notify=self.notify(self.table("notify", raw.get("notify", {}))),
            ui=self.ui(self.table("ui", raw.get("ui", {}))),
            keys=self.keys(self.table("keys", raw.get("keys", {}))),
            file=self.file,
        )

    def profile(self, name: str, raw: Mapping[str, Any]) -> Profile:
        at = f"profiles.{name}."
        for wrong in IN_PLAIN:
            if wrong in raw:
                raise self.fail(
                    f"{at}{wrong}",
                    'no secret stands here; say where it is, such as secret = { env = "RELTUI_TFS01" }.',
                )
        self.known(
            at,
            raw,
            (
                "url",
                "secret",
                "sign_in",
                "user",
                "projects",
                "folders",
                "favourites",
                "protected",
                "read_only",
                "ca_file",
                "client_cert",
                "proxy",
                "expires",
                "allow_http",
            ),
        )
        if not name or name.strip(".") != name or not all(c.isalnum() or c in "-_." for c in name):
            raise self.fail(f"profiles.{name}", "a profile's name has letters, digits, - _ and . only.")
        sign_in = self.choice(f"{at}sign_in", raw.get("sign_in", "pat"), SIGN_INS)
        for needed in ("url",) if sign_in == "negotiate" else ("url", "secret"):
            if needed not in raw:
                raise self.fail(f"{at}{needed}", "is missing.")
        user = self.text(f"{at}user", raw.get("user", ""))
        if sign_in in WITH_USER and not user:
            raise self.fail(f"{at}user", f'is needed with sign_in = "{sign_in}".')
        if sign_in == "basic" and ":" in user:
            raise self.fail(f"{at}user", "must not hold a colon.")
        if not user.isprintable():
            raise self.fail(f"{at}user", "must not hold control characters; write DOMAIN\\user in '...'.")
        if sign_in == "negotiate" and bool(user) is not ("secret" in raw):
            lacking, there = ("secret", "user") if user else ("user", "secret")
            raise self.fail(
                f"{at}{lacking}", f"is needed with {there}; leave out both to use the ticket of kinit."
            )
        allow_http = self.flag(f"{at}allow_http", raw.get("allow_http", False))
        return Profile(
            name=name,
            url=self.url(f"{at}url", self.text(f"{at}url", raw["url"]), allow_http),
            secret=self.secret(
                f"{at}secret", self.table(f"{at}secret", raw["secret"], '{ env = "RELTUI_TFS01" }')
            )
            if "secret" in raw
            else SecretSource(),
            sign_in=sign_in,
            user=user,
            projects=self.texts(f"{at}projects", raw.get("projects", [])),
            folders=self.read(f"{at}folders", raw.get("folders"), _folder) or (),
            favourites=self.texts(f"{at}favourites", raw.get("favourites", [])),
            protected=self.texts(f"{at}protected", raw.get("protected", [])),
            read_only=self.flag(f"{at}read_only", raw.get("read_only", False)),
            ca_file=self.place(f"{at}ca_file", self.text(f"{at}ca_file", raw.get("ca_file", ""))),
            client_cert=self.place(
                f"{at}client_cert", self.text(f"{at}client_cert", raw.get("client_cert", ""))
            ),
            proxy=self.proxy(f"{at}proxy", self.text(f"{at}proxy", raw.get("proxy", "environment"))),
            expires=self.day(f"{at}expires", raw.get("expires", "")),
            allow_http=allow_http,
        )

    def url(self, key: str, value: str, allow_http: bool) -> str:
        try:
            parts = urlsplit(value)
            host, _ = parts.hostname, parts.port
        except ValueError:
            # the value is not repeated: it may hold a password
            raise self.fail(key, "is not an address.") from None
        if parts.scheme not in ("https", "http") or not host:
            raise self.fail(key, 'must look like "https://tfs01.example/tfs/DefaultCollection".')
        if parts.username is not None or "?" in value or "#" in value:
            raise self.fail(key, "must not hold a user name, a password, ? or #.")
        if any(c.isspace() or not c.isprintable() for c in value):
            raise self.fail(key, "must not hold spaces or control characters; write %20 for a space.")
        if not is_host(host) or parts.port == 0:
            raise self.fail(key, 'must look like "https://tfs01.example/tfs/DefaultCollection".')
        folders = [unquote(part) for part in parts.path.split("/")]
        if any(part in (".", "..") or part.startswith("_") for part in folders):
            raise self.fail(
                key, "must be the address of the collection alone, without a page or .. behind it."
            )
        if parts.scheme == "http" and host not in LOOPBACK and not allow_http:
            raise self.fail(
                key, "would send your secret unencrypted. Use https, or set allow_http = true if you must."
            )
        if trouble := profile_trouble(value):
            raise self.fail(key, trouble)
        return f"{parts.scheme}://{parts.netloc.lower()}{parts.path}".rstrip("/")

    def day(self, key: str, value: object) -> date | None:
        if type(value) is date:
            return value
        text = self.text(key, value)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            raise self.fail(key, 'must be a day such as "2027-01-31".') from None

    def proxy(self, key: str, value: str) -> str:
        if value in PROXIES:
            return value
        try:
            parts = urlsplit(value)
            host, _ = parts.hostname, parts.port
        except ValueError:
            host = None
        is_alone = not (parts.path.strip("/") or "?" in value or "#" in value) if host else False
        if not host or not is_host(host) or not is_alone or parts.scheme not in ("http", "https"):
            raise self.fail(key, 'must be "environment", "none", or such as "http://proxy.example:8080".')
        if parts.username is not None:
            # the value is not repeated: it holds a password
            raise self.fail(key, "must not hold a user name or password; give those in the environment.")
        return value.rstrip("/")

    def secret(self, key: str, raw: Mapping[str, Any]) -> SecretSource:
        self.known(f"{key}.", raw, SECRET_SOURCES)
        if len(raw) != 1:
            raise self.fail(key, f"must name one source of: {', '.join(SECRET_SOURCES)}.")
        if "command" in raw:
            command = self.texts(f"{key}.command", raw["command"])
            if not command:
                raise self.fail(f"{key}.command", 'must name a program, such as ["pass", "show", "tfs01"].')
            if "/" in command[0] and not command[0].startswith(("/", "~")):
                # the value is not repeated: it may be the secret itself
                raise self.fail(f"{key}.command", "must begin with the name of a program, or its whole path.")
            return SecretSource(command=command)
        source = next(iter(raw))
        if source == "prompt":
            if raw["prompt"] is not True:
                raise self.fail(f"{key}.prompt", "must be true.")
            return SecretSource(prompt=True)
        name = self.text(f"{key}.{source}", raw[source])
        if not name:
            raise self.fail(f"{key}.{source}", "must not be empty.")
        if source == "file":
            return SecretSource(file=self.place(f"{key}.file", name))
        if source == "keyring":
            return SecretSource(keyring=name)
        if not VARIABLE.fullmatch(name):
            # the value is not repeated: it may be the secret itself
            raise self.fail(
                f"{key}.env",
                "must be the name of an environment variable (letters, digits, _), not a secret.",
            )
        return SecretSource(env=name)

    def place(self, key: str, value: str) -> str:
        """A file by its whole path: nothing is read from wherever the program happens to be started (G6)."""
        if not value.isprintable():
            raise self.fail(key, "must not hold control characters.")
        if value and not value.startswith("~") and not os.path.isabs(value):
            # the value is not repeated: it may be the secret itself
            raise self.fail(key, 'must be a whole path, such as "~/.config/reltui/token".')
        return value

    def policy(self, raw: Mapping[str, Any]) -> Policy:
        self.known("policy.", raw, ("hold_seconds",))
        return Policy(self.number("policy.hold_seconds", raw.get("hold_seconds", 5), 0, 60))

    def stages(self, value: object, profiles: Iterable[str]) -> tuple[StageRule, ...]:
        if not isinstance(value, list):
            raise self.fail("stage", "must be a list of tables; write [[stage]].")
        return tuple(
            self.stage(f"stage[{number}]", self.table(f"stage[{number}]", each, "[[stage]]"), profiles)
            for number, each in enumerate(value, 1)
        )

    def stage(self, at: str, raw: Mapping[str, Any], profiles: Iterable[str]) -> StageRule:
        """`at` is the number of the table, from 1 on: "stage[2]"."""
        self.known(f"{at}.", raw, [each.name for each in fields(StageRule)])
        name = self.text(f"{at}.name", raw.get("name", ""))
        if not name:
            raise self.fail(f"{at}.name", 'must be a pattern of stage names, such as "PROD*".')
        only = self.texts(f"{at}.profiles", raw.get("profiles", []))
        for profile in only:
            if profile not in profiles:
                raise self.fail(f"{at}.profiles", f'there is no profile "{profile}".')
        comment = self.text(f"{at}.comment", raw["comment"]) if "comment" in raw else None
        if comment and (trouble := pattern_trouble(comment)):
            raise self.fail(f"{at}.comment", trouble)
        if not comment and "comment_help" in raw:
            raise self.fail(f"{at}.comment_help", "explains comment, which this table does not have.")
        return StageRule(
            name=name,
            profiles=only,
            comment=comment,
            comment_help=clean(self.text(f"{at}.comment_help", raw.get("comment_help", ""))),
            templates=self.read(f"{at}.templates", raw.get("templates"), _template),
            window=self.read(f"{at}.window", raw.get("window"), read_window),
            freeze=self.read(f"{at}.freeze", raw.get("freeze"), read_freeze),
        )

    def notify(self, raw: Mapping[str, Any]) -> Notify:
        self.known("notify.", raw, [each.name for each in fields(Notify)])
        before = self.read("notify.before_expiry", raw.get("before_expiry"), _seconds)
        return Notify(
            bell=self.flag("notify.bell", raw.get("bell", True)),
            title=self.flag("notify.title", raw.get("title", True)),
            osc9=self.flag("notify.osc9", raw.get("osc9", False)),
            before_expiry=BEFORE_EXPIRY if before is None else tuple(sorted({*before}, reverse=True)),
        )

    def ui(self, raw: Mapping[str, Any]) -> Ui:
        self.known("ui.", raw, [each.name for each in fields(Ui)])
        return Ui(
            ascii=self.flag("ui.ascii", raw.get("ascii", False)),
            mouse=self.flag("ui.mouse", raw.get("mouse", False)),
            refresh_seconds=self.number("ui.refresh_seconds", raw.get("refresh_seconds", 30), 5, 3600),
            theme=self.choice("ui.theme", raw.get("theme", "dark"), THEMES),
            slow=self.flag("ui.slow", raw.get("slow", False)),
            saved_screen=self.flag("ui.saved_screen", raw.get("saved_screen", True)),
        )

    def keys(self, raw: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for action, value in raw.items():
            key = f"keys.{action}"
            if value == "":
                raise self.fail(key, "a key must not be empty; use [] to leave the action without a key.")
            found[action] = (value,) if isinstance(value, str) else self.texts(key, value)
        return found


def _template(text: str) -> SafeText:
    if trouble := template_trouble(text):
        raise ValueError(trouble)
    return clean(text, lines=True)


def _folder(text: str) -> str:
    """A folder as the server writes it: from the root, without one at the end."""
    if "/" in text:
        raise ValueError('must be written with backslashes, such as "\\\\Billing\\\\Web".')
    return "\\" + text.strip("\\")


def _seconds(text: str) -> int:
    found = _TIME_SPAN.fullmatch(text)
    if not found:
        raise ValueError('must be a time such as "10m", "1h" or "2d".')
    return int(found.group(1)) * UNITS[found.group(2)]


def is_read_only_environment() -> bool:
    """RELTUI_READ_ONLY set to anything but empty or 0 makes every profile read-only."""
    return os.environ.get("RELTUI_READ_ONLY", "0") not in ("", "0")
